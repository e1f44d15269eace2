-- Marketing rules look at customers: segments, and what came of each occasion.

-- When the shop took an order: its created_at, beside the state, so that the last order of many customers is found at once.
alter table record add column ordered_at bigint;
create index record_by_order on record (account, customer_id, ordered_at) where deleted_at is null;

-- A saved filter over customers. `counting` is how many the count under way has found so far.
create table segment (
    account bigint not null references account (number),
    id text not null,
    code text not null,
    name text not null,
    search text not null,
    condition text not null,
    count bigint,
    counted_at bigint,
    counting bigint not null default 0,
    updated_at bigint not null,
    primary key (account, id),
    unique (account, code)
);

-- An occasion of a customer, and what came of it: once per rule, customer and period, whatever crashes. `id` is what is
-- waited under and done under; `why` is domain::marketing::Why.
create table marketing_run (
    account bigint not null references account (number),
    rule_id text not null,
    customer_id text not null,
    period text not null,
    id text not null,
    occasion_at bigint not null,
    result text not null,
    why text,
    at bigint not null,
    primary key (account, rule_id, customer_id, period),
    unique (account, id)
);
create index marketing_run_by_time on marketing_run (account, rule_id, at, id);
create index marketing_run_by_result on marketing_run (account, rule_id, result, why);
create index marketing_run_by_customer on marketing_run (account, customer_id, at) where result = 'done';

-- Who is in a segment of a rule that waits for somebody to come into one. No `entered_at`: he was there when the rule began.
create table marketing_member (
    account bigint not null references account (number),
    rule_id text not null,
    customer_id text not null,
    entered_at bigint,
    primary key (account, rule_id, customer_id)
);

-- When a rule had looked at every customer for the first time since it was switched on.
create table marketing_begun (
    account bigint not null references account (number),
    rule_id text not null,
    begun_at bigint not null,
    primary key (account, rule_id)
);
