-- The operator, who runs the server for all accounts, and what he announces to them.

-- A person of the server, beside all accounts. `generation` is named by each session; raising it ends them all.
create table operator (
    id text not null primary key,
    email text not null,
    email_key text unique,
    name text not null,
    language text,
    password_hash text,
    generation bigint not null default 1,
    created_at bigint not null,
    last_seen_at bigint,
    removed_at bigint
);

-- His sessions, as in `session`.
create table operator_session (
    id text not null primary key,
    operator_id text not null references operator (id),
    generation bigint not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    ended_at bigint
);
create index operator_session_by_expiry on operator_session (expires_at);

-- Links by which he chooses a password, as in `one_time_link`.
create table operator_link (
    id text not null primary key,
    operator_id text not null references operator (id),
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);

-- Every administrative change of the server, written in its transaction. Nobody in `operator_id`: the command line, or
-- Bellwire itself.
create table operator_audit (
    id text not null primary key,
    operator_id text,
    action text not null,
    subject text not null,
    detail text not null,
    created_at bigint not null
);

-- The answers to his writes that came with an Idempotency-Key, as in `idempotency`.
create table operator_answer (
    caller text not null,
    operation text not null,
    key text not null,
    body_hash text not null,
    answer text not null,
    created_at bigint not null,
    primary key (caller, operation, key)
);
create index operator_answer_by_age on operator_answer (created_at);

-- What the operator calls an account, to choose audiences by: its plan, and the version that it is on.
create table account_label (
    account bigint not null primary key references account (number),
    plan text,
    version text
);
create index account_label_by_plan on account_label (plan);
create index account_label_by_version on account_label (version);

-- Something that is told to accounts. `document` is domain::announcement::Announcement as JSON. `origin` says who tells
-- it; `published_at` is null while it is a draft. Its event and its notification have its id in each account.
create table announcement (
    id text not null primary key,
    origin text not null,
    origin_key text,
    document text not null,
    version bigint not null default 1,
    created_by text,
    created_at bigint not null,
    updated_at bigint not null,
    published_at bigint,
    starts_at bigint,
    expires_at bigint,
    recalled_at bigint
);
create unique index announcement_by_origin on announcement (origin, origin_key) where origin_key is not null;
create index announcement_by_state on announcement (published_at, expires_at, recalled_at);

-- An account that an announcement goes to, and what it answered.
create table announcement_account (
    announcement_id text not null references announcement (id),
    account bigint not null references account (number),
    answer text,
    answered_by text,
    answered_at bigint,
    primary key (announcement_id, account)
);
create index announcement_account_by_account on announcement_account (account, announcement_id);

-- What an announcement was before each edit.
create table announcement_version (
    announcement_id text not null references announcement (id),
    version bigint not null,
    document text not null,
    by_whom text,
    at bigint not null,
    primary key (announcement_id, version)
);

-- An item that its reader cannot close: a banner that everybody must see.
alter table notification add column is_pinned bigint not null default 0;

-- What Bellwire found out about itself: each time that a condition held, from when to when, and whom it told. `account`
-- is null where it is the whole server's. `readings` is what was measured, as JSON.
create table server_condition (
    id text not null primary key,
    code text not null,
    account bigint references account (number),
    subject text not null,
    readings text not null,
    raised_at bigint not null,
    cleared_at bigint,
    announcement_id text
);
create index server_condition_by_time on server_condition (raised_at);
-- One at a time.
create unique index server_condition_standing on server_condition (code, subject) where cleared_at is null;

-- The vendor's feed: the number of the last document that was believed, and what became of each fetch.
create table feed_fetch (
    id text not null primary key,
    at bigint not null,
    outcome text not null,
    sequence bigint,
    detail text not null
);
