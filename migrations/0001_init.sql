-- The first schema: accounts, people, rights, events, inboxes, work.
--
-- One text serves both engines (store/dialect.rs turns `bigint` into SQLite's `integer` and makes its tables strict):
-- ids and JSON are text, instants are bigint (Unix milliseconds, UTC), flags are bigint 0/1 or a nullable instant.
-- `account` is the account's number; every key begins with it, so nothing can point into another account.

-- Facts about the whole installation: epoch of the cursors, secret of the user tokens.
create table meta (
    key text not null primary key,
    value text not null
);

-- A tenant. `seq` is the one cursor for everything that a browser must hear; the transaction that writes advances it
-- under this row's lock, so that commit order is number order. `history_seq` does the same for record histories.
create table account (
    number bigint not null primary key,
    id text not null unique,
    code text not null unique,
    name text not null,
    zone text not null,
    language text not null,
    public_url text,
    seq bigint not null default 0,
    history_seq bigint not null default 0,
    last_number bigint not null default 0,
    created_at bigint not null,
    suspended_at bigint
);

-- Origins of host pages that may call the API from a browser and frame the console.
create table allowed_origin (
    account bigint not null references account (number),
    origin text not null,
    created_at bigint not null,
    primary key (account, origin)
);

-- A user. `generation` is named by each session, token and stream; raising it ends them all.
-- `access_changed_at` lets other nodes notice that within a second. A removed user keeps his row, his
-- address is free again (`email_key` null).
create table app_user (
    account bigint not null references account (number),
    id text not null,
    number bigint not null,
    email text not null,
    email_key text,
    name text not null,
    search text not null,
    role text not null,
    language text,
    zone text,
    password_hash text,
    generation bigint not null default 1,
    access_changed_at bigint not null,
    created_at bigint not null,
    last_seen_at bigint,
    locked_at bigint,
    removed_at bigint,
    primary key (account, id),
    unique (account, number),
    unique (account, email_key)
);
create index app_user_by_email on app_user (email_key);
create index app_user_by_access_change on app_user (access_changed_at);

-- Groups of users; the rights of a user's groups add up. `sees` is all, sites or own.
create table user_group (
    account bigint not null references account (number),
    id text not null,
    number bigint not null,
    code text not null,
    name text not null,
    may_send_notifications bigint not null,
    may_edit_rules bigint not null,
    sees text not null,
    created_at bigint not null,
    primary key (account, id),
    unique (account, number),
    unique (account, code)
);

create table group_member (
    account bigint not null,
    group_id text not null,
    user_id text not null,
    primary key (account, group_id, user_id),
    foreign key (account, group_id) references user_group (account, id) on delete cascade,
    foreign key (account, user_id) references app_user (account, id)
);
-- With the group in it, because SQLite would rather walk a whole account along a covering key than look up two columns.
create index group_member_by_user on group_member (account, user_id, group_id);

-- A console session; the cookie holds the secret whose SHA-256 is `id`.
create table session (
    id text not null primary key,
    account bigint not null,
    user_id text not null,
    generation bigint not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    ended_at bigint,
    foreign key (account, user_id) references app_user (account, id)
);
create index session_by_user on session (account, user_id);
create index session_by_expiry on session (expires_at);
create index session_by_end on session (ended_at);

-- One-time links: first set-up, invitation, password reset. `id` is the SHA-256 of the secret.
create table one_time_link (
    id text not null primary key,
    account bigint not null references account (number),
    kind text not null,
    user_id text,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);

-- API keys; `hash` is the SHA-256 of the key, which is shown once. `scopes` are separated by spaces.
create table api_key (
    account bigint not null references account (number),
    id text not null,
    name text not null,
    hash text not null unique,
    prefix text not null,
    scopes text not null,
    created_at bigint not null,
    created_by text,
    last_used_at bigint,
    expires_at bigint,
    revoked_at bigint,
    primary key (account, id)
);

-- A fact, immutable but for `recalled_at`. `data` is the fact as JSON (domain::event), `audience` the recipients fixed
-- when it was accepted (ids separated by spaces; null until a scheduled one is due).
create table event (
    account bigint not null references account (number),
    id text not null,
    type text not null,
    actor_kind text not null,
    actor_id text,
    data text not null,
    audience text,
    created_at bigint not null,
    send_at bigint,
    recalled_at bigint,
    primary key (account, id)
);
create index event_by_actor on event (account, type, actor_id, id);

-- A message, rendered once per language. `texts` is JSON [{language, title, body}], `search` its folded plain text.
create table notification (
    account bigint not null references account (number),
    id text not null,
    event_id text not null,
    kind text not null,
    severity text not null,
    sticky bigint not null,
    link text,
    sender text,
    audience text not null,
    texts text not null,
    search text not null,
    created_at bigint not null,
    expires_at bigint,
    withdrawn_at bigint,
    primary key (account, id)
);

-- A notification in one user's inbox, with that user's state. `seq` is the number of its last change;
-- `dedup_key` makes a second copy impossible, however often the router runs.
create table inbox_item (
    account bigint not null references account (number),
    user_id text not null,
    id text not null,
    notification_id text not null,
    dedup_key text not null,
    kind text not null,
    seq bigint not null,
    changes bigint not null default 1,
    created_at bigint not null,
    seen_at bigint,
    read_at bigint,
    closed_at bigint,
    closed_by text,
    archived_at bigint,
    snoozed_until bigint,
    withdrawn_at bigint,
    primary key (account, user_id, id),
    unique (account, dedup_key, user_id),
    unique (account, seq),
    foreign key (account, user_id) references app_user (account, id)
);
create index inbox_item_by_user_seq on inbox_item (account, user_id, seq);
create index inbox_item_by_notification on inbox_item (account, notification_id, user_id);
create index inbox_item_unread on inbox_item (account, user_id, seq)
    where read_at is null and archived_at is null and withdrawn_at is null;
create index inbox_item_standing on inbox_item (account, user_id, id)
    where closed_at is null and archived_at is null and withdrawn_at is null and snoozed_until is null;

-- "All up to here are read", as one place in the cursor: the items keep their seq.
create table read_mark (
    account bigint not null references account (number),
    seq bigint not null,
    user_id text not null,
    up_to bigint not null,
    created_at bigint not null,
    primary key (account, seq)
);
create index read_mark_by_user on read_mark (account, user_id, seq);

-- Everything that is still to be done, written in the transaction of its cause. A claim sets `lease_until` and
-- raises `attempt`, which fences the one that lost its lease. `progress` lets a long piece go on where it stopped.
create table work (
    account bigint not null references account (number),
    kind text not null,
    subject text not null,
    due_at bigint not null,
    lease_until bigint not null default 0,
    attempt bigint not null default 0,
    progress bigint not null default 0,
    dead_at bigint,
    reason text,
    primary key (account, kind, subject)
);
create index work_due on work (kind, due_at) where dead_at is null;

-- The answer to a write that came with an Idempotency-Key, written in the transaction of its effect; kept 72 h.
create table idempotency (
    account bigint not null references account (number),
    caller text not null,
    operation text not null,
    key text not null,
    body_hash text not null,
    answer text not null,
    created_at bigint not null,
    primary key (account, caller, operation, key)
);
create index idempotency_by_age on idempotency (created_at);

-- Every administrative change, written in its transaction.
create table audit (
    account bigint not null references account (number),
    id text not null,
    actor_kind text not null,
    actor_id text,
    action text not null,
    subject text not null,
    detail text not null,
    created_at bigint not null,
    primary key (account, id)
);
