-- Records: customers and orders as the shop last told them, what changed in them when, and the lists that their codes
-- are of.

-- A shop. `url_template` makes links to its own pages: https://crm.example/orders/{external_id}.
create table site (
    account bigint not null references account (number),
    code text not null,
    name text not null,
    order_url text,
    customer_url text,
    created_at bigint not null,
    primary key (account, code)
);

-- The sites whose records a group sees, where it sees `sites`.
create table group_site (
    account bigint not null,
    group_id text not null,
    site text not null,
    primary key (account, group_id, site),
    foreign key (account, group_id) references user_group (account, id) on delete cascade,
    foreign key (account, site) references site (account, code) on delete cascade
);

-- One entry of a reference list: a status, a delivery type … `parent` is a status's group.
create table reference_entry (
    account bigint not null references account (number),
    list text not null,
    code text not null,
    name text not null,
    parent text,
    ordering bigint not null,
    active bigint not null,
    primary key (account, list, code)
);

-- A field that the account added to its records. A dictionary's entries are a reference list of their own.
create table custom_field (
    account bigint not null references account (number),
    record_type text not null,
    code text not null,
    name text not null,
    type text not null,
    dictionary text,
    created_at bigint not null,
    primary key (account, record_type, code)
);

-- A customer or an order. `state` is the whole of it as JSON (domain::record::state); the columns beside it are what
-- lists are filtered and sorted by. A deleted record keeps its row, for its history; its external id is free again.
-- `site` is empty where none was named, because a unique key does not hold for null.
create table record (
    account bigint not null references account (number),
    id text not null,
    type text not null,
    number bigint not null,
    site text not null,
    external_key text,
    title text not null,
    status text,
    manager_id text,
    customer_id text,
    total_sum bigint,
    state text not null,
    search text not null,
    created_at bigint not null,
    changed_at bigint not null,
    deleted_at bigint,
    primary key (account, id),
    unique (account, type, number),
    unique (account, type, external_key)
);
create index record_by_change on record (account, type, changed_at, id) where deleted_at is null;
create index record_by_manager on record (account, type, manager_id, changed_at) where deleted_at is null;
create index record_by_status on record (account, type, status, changed_at) where deleted_at is null;
create index record_by_customer on record (account, customer_id);

-- Values of custom fields that lists can be filtered by.
create table custom_value (
    account bigint not null,
    record_id text not null,
    code text not null,
    value text not null,
    primary key (account, record_id, code),
    foreign key (account, record_id) references record (account, id) on delete cascade
);
create index custom_value_by_value on custom_value (account, code, value);

-- What changed in a record, one row per field, numbered by `account.history_seq` under the account's lock, so that a
-- reader who goes on from the last number misses nothing. `change` is domain::record::change::Change as JSON.
create table history (
    account bigint not null references account (number),
    seq bigint not null,
    record_type text not null,
    record_id text not null,
    kind text not null,
    source text not null,
    actor_kind text not null,
    actor_id text,
    field text not null,
    change text not null,
    created_at bigint not null,
    primary key (account, seq)
);
create index history_by_record on history (account, record_id, seq);
create index history_by_type on history (account, record_type, seq);

-- Choices of an account that have a default: `system_notifications` and the like, as JSON.
create table account_choice (
    account bigint not null references account (number),
    name text not null,
    value text not null,
    primary key (account, name)
);

-- What a notification is about, and what it says in parts (domain::told), so that a later change of the same record
-- can be told in the same item.
alter table notification add column record_id text;
alter table notification add column data text;

create index notification_by_record on notification (account, record_id) where record_id is not null;

-- The key of items that a later change may still be added to: the record, within a minute of the first change.
alter table inbox_item add column merge_key text;
create index inbox_item_by_merge_key on inbox_item (account, merge_key, user_id)
    where merge_key is not null and closed_at is null and read_at is null and withdrawn_at is null;

-- What a user says he is: free, busy, at dinner, on a break. Only kept and shown; nothing is withheld from him.
alter table app_user add column availability text not null default 'free';
