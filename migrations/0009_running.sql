-- Running a server: what became of each backup, the limits and the end of an account, what retention has taken.

-- One backup, or one attempt at it. `id` is the place in the schedule, so that two nodes do not make the same one; `verified`
-- is 1 once the copy was read back and found whole; `error` says why there is none.
create table backup_run (
    id text not null primary key,
    at bigint not null,
    duration_ms bigint,
    file text,
    bytes bigint,
    row_count bigint,
    verified bigint not null default 0,
    error text
);
create index backup_run_by_time on backup_run (at);

-- What the operator allows an account; null: no limit. A suspended account says why, to whoever knocks; one that is to be
-- deleted is suspended until then, and can be had back.
alter table account add column most_users bigint;
alter table account add column events_per_minute bigint;
alter table account add column calls_per_minute bigint;
alter table account add column suspended_reason text;
alter table account add column delete_at bigint;

-- Rows of inboxes up to this number may be gone: a cursor below it is too old.
alter table account add column kept_seq bigint not null default 0;

-- Retention looks for what is old, by kind; what is withdrawn goes first from the screens and then from the tables.
create index inbox_item_by_age on inbox_item (account, kind, created_at);
create index notification_by_age on notification (account, kind, created_at);
create index event_by_age on event (account, type, created_at);
create index delivery_by_end on delivery (ended_at) where ended_at is not null;
create index audit_by_time on audit (account, created_at);
