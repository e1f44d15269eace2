-- What users chose about what reaches them. What is not in a row is as the account has it (account_choice
-- `preferences`).

-- `value` is domain::preferences::Preferences as JSON.
create table preference (
    account bigint not null,
    user_id text not null,
    value text not null,
    changed_at bigint not null,
    primary key (account, user_id),
    foreign key (account, user_id) references app_user (account, id)
);

-- Items that never stood as popups, which a later change may still be added to.
create index inbox_item_quiet_by_merge_key on inbox_item (account, merge_key, user_id)
    where merge_key is not null and closed_by = 'preferences' and read_at is null and withdrawn_at is null;
