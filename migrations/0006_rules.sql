-- What an account automates: notification templates, triggers, what they did, and what they still have to do.

-- A rule: a notification template, a trigger, a marketing rule. `data` is what it is as JSON (domain::rule), `event` what it
-- is for or listens to; `code_key` is the code as long as it is not deleted, so that a deleted one's is free again.
create table rule (
    account bigint not null references account (number),
    type text not null,
    id text not null,
    code text not null,
    code_key text,
    name text not null,
    search text not null,
    event text not null,
    active bigint not null,
    ordering bigint not null,
    version bigint not null,
    data text not null,
    last_run_at bigint,
    updated_at bigint not null,
    updated_kind text not null,
    updated_id text,
    deleted_at bigint,
    primary key (account, type, id),
    unique (account, type, code_key)
);
create index rule_by_event on rule (account, type, event, active) where deleted_at is null;

-- What a rule was, version by version.
create table rule_version (
    account bigint not null references account (number),
    type text not null,
    rule_id text not null,
    version bigint not null,
    data text not null,
    at bigint not null,
    actor_kind text not null,
    actor_id text,
    primary key (account, type, rule_id, version)
);

-- Which rules that are not deleted use which template.
create table template_use (
    account bigint not null references account (number),
    template_id text not null,
    rule_type text not null,
    rule_id text not null,
    primary key (account, template_id, rule_type, rule_id)
);

-- Each time that a trigger fired: once per trigger, event and record, whatever crashes. `record_id` is empty where the
-- event is about none. `depth` is how many rules stand before this one in its chain.
create table trigger_run (
    account bigint not null references account (number),
    trigger_id text not null,
    event_id text not null,
    record_id text not null,
    depth bigint not null,
    at bigint not null,
    primary key (account, trigger_id, event_id, record_id)
);
create index trigger_run_by_age on trigger_run (account, at);
create index trigger_run_by_record on trigger_run (account, trigger_id, record_id, at);

-- The last time that a trigger fired for a record. Kept longer than the runs, because "once per record" is for ever.
create table trigger_last (
    account bigint not null references account (number),
    trigger_id text not null,
    record_id text not null,
    event_id text not null,
    runs bigint not null,
    at bigint not null,
    primary key (account, trigger_id, record_id)
);

-- What a rule does later: an action with a delay, or a trigger that follows another. `data` is flows::rules::later's.
create table rule_later (
    account bigint not null references account (number),
    id text not null,
    rule_type text not null,
    rule_id text not null,
    data text not null,
    due_at bigint not null,
    created_at bigint not null,
    primary key (account, id)
);
create index rule_later_by_rule on rule_later (account, rule_id);

-- The sweep of a schedule over records: at which tick it began, and behind which record's number it goes on.
create table trigger_tick (
    account bigint not null references account (number),
    trigger_id text not null,
    cron text not null,
    next_at bigint not null,
    sweep_at bigint,
    sweep_event text,
    sweep_number bigint not null default 0,
    primary key (account, trigger_id)
);

-- Every run of a rule, and every action. `message` is the key of a sentence and its values as JSON; `links` a list of
-- what came of it.
create table action_log (
    account bigint not null references account (number),
    id text not null,
    at bigint not null,
    status text not null,
    rule_type text not null,
    rule_id text not null,
    rule_name text not null,
    action text,
    message text not null,
    record_type text,
    record_id text,
    record_number bigint,
    record_title text,
    links text not null,
    duration_us bigint not null,
    search text not null,
    primary key (account, id)
);
create index action_log_by_status on action_log (account, status, id);
create index action_log_by_rule on action_log (account, rule_id, id);
create index action_log_by_record on action_log (account, record_id, id);
create index action_log_by_age on action_log (at);

-- What leaves the house on behalf of a rule: an HTTP request, or a letter to somebody who is no user. Claimed like a
-- delivery: a claim sets `lease_until` and raises `attempt`, which fences the one that lost its lease. The id is the one
-- that the receiver hears at every try.
create table rule_delivery (
    account bigint not null references account (number),
    id text not null,
    channel text not null,
    rule_type text not null,
    rule_id text not null,
    rule_name text not null,
    record_id text,
    target text not null,
    request text not null,
    state text not null,
    reason text,
    detail text,
    attempt bigint not null default 0,
    tries bigint not null default 0,
    crashes bigint not null default 0,
    next_at bigint not null,
    lease_until bigint not null default 0,
    expires_at bigint not null,
    created_at bigint not null,
    ended_at bigint,
    primary key (account, id)
);
create index rule_delivery_due on rule_delivery (next_at, account, id) where ended_at is null;
create index rule_delivery_by_state on rule_delivery (account, state, id);

create table rule_delivery_attempt (
    account bigint not null,
    delivery_id text not null,
    number bigint not null,
    at bigint not null,
    outcome text not null,
    reason text,
    duration_ms bigint not null,
    primary key (account, delivery_id, number),
    foreign key (account, delivery_id) references rule_delivery (account, id) on delete cascade
);
create index rule_delivery_attempt_by_age on rule_delivery_attempt (at);

-- Of an event that a rule caused: the chain that led to it, as domain::rule::chain::Chain.
alter table event add column chain text;

-- Tasks that are due, whether or not somebody is reminded of them, are found by task_by_due. Events of a record, newest
-- last, are what a dry run is offered.
alter table event add column record_id text;
create index event_by_record on event (account, record_id, id) where record_id is not null;
