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
