-- E-mail: deliveries and their attempts, the relays of an account, addresses that letters came back from.

-- One letter to one user over one channel, written in the commit of its inbox item and claimed like work: a claim sets
-- `lease_until` and raises `attempt`, which fences the one that lost its lease. `tries` counts refusals, for the back-off;
-- `crashes` claims that never ended. `letter` is the name of the letter in its Message-ID, the same at every try; the
-- deliveries of one digest share it. `thread` is the record that the letter is about. What it says is made when it is sent.
create table delivery (
    account bigint not null references account (number),
    id text not null,
    item_id text not null,
    user_id text not null,
    notification_id text not null,
    channel text not null,
    kind text not null,
    address text not null,
    address_key text not null,
    state text not null,
    reason text,
    detail text,
    is_digest bigint not null default 0,
    letter text,
    thread text,
    relay text,
    attempt bigint not null default 0,
    tries bigint not null default 0,
    crashes bigint not null default 0,
    next_at bigint not null,
    lease_until bigint not null default 0,
    expires_at bigint not null,
    created_at bigint not null,
    ended_at bigint,
    primary key (account, id),
    unique (account, item_id, channel, address_key)
);
create index delivery_due on delivery (account, next_at, id) where ended_at is null;
create index delivery_by_state on delivery (account, state, id);
create index delivery_by_user on delivery (account, user_id, id);
create index delivery_by_notification on delivery (account, notification_id);

-- What happened at each attempt; `dialogue` is the conversation with the relay as JSON, without secrets and letters.
create table delivery_attempt (
    account bigint not null,
    delivery_id text not null,
    number bigint not null,
    at bigint not null,
    relay text,
    outcome text not null,
    reason text,
    dialogue text not null,
    primary key (account, delivery_id, number),
    foreign key (account, delivery_id) references delivery (account, id) on delete cascade
);
create index delivery_attempt_by_age on delivery_attempt (at);

-- Where an account's letters are handed in, the lowest `priority` first. Without any, the server's own relays serve it.
create table mail_relay (
    account bigint not null references account (number),
    id text not null,
    host text not null,
    port bigint not null,
    security text not null,
    allow_plain bigint not null,
    auth text not null,
    username text not null,
    secret text not null,
    priority bigint not null,
    created_at bigint not null,
    primary key (account, id)
);

-- Addresses that letters came back from for good; three times within a week suspends one until a date.
create table mail_address (
    account bigint not null references account (number),
    address_key text not null,
    address text not null,
    bounces bigint not null,
    first_bounce_at bigint not null,
    last_bounce_at bigint not null,
    reason text not null,
    suspended_at bigint,
    suspended_until bigint,
    primary key (account, address_key)
);
