-- Tasks: what somebody is to do by a certain time, and what is remembered so that he is told in time.

-- `due_at` is the instant; `due_local` and `zone` are what was typed, so that a repeated task keeps its time of day.
-- `generation` is raised by whatever makes earlier reminders pointless: moved, reassigned, done, reopened, deleted.
-- `repeat` is domain::task::repeat::Repeat as JSON; `successor` the task that came after this one was done.
create table task (
    account bigint not null references account (number),
    id text not null,
    number bigint not null,
    text text not null,
    comment text,
    due_at bigint,
    due_local text,
    zone text not null,
    generation bigint not null,
    performer_kind text,
    performer_id text,
    customer_id text,
    order_id text,
    phone text,
    remind_before bigint not null,
    repeat text,
    escalate_after bigint,
    successor text,
    done_at bigint,
    done_by_kind text,
    done_by text,
    creator_kind text not null,
    creator_id text,
    search text not null,
    created_at bigint not null,
    changed_at bigint not null,
    deleted_at bigint,
    primary key (account, id),
    unique (account, number)
);
create index task_by_due on task (account, due_at, id) where deleted_at is null and done_at is null;
create index task_by_change on task (account, changed_at, id) where deleted_at is null;
create index task_by_performer on task (account, performer_id, due_at) where deleted_at is null;
create index task_by_creator on task (account, creator_id) where deleted_at is null;
create index task_by_customer on task (account, customer_id) where deleted_at is null;
create index task_by_order on task (account, order_id) where deleted_at is null;

-- What people remark beneath a task.
create table task_comment (
    account bigint not null,
    task_id text not null,
    id text not null,
    text text not null,
    actor_kind text not null,
    actor_id text,
    created_at bigint not null,
    primary key (account, task_id, id),
    foreign key (account, task_id) references task (account, id)
);

-- Which task, and which generation of it, a notification reminds of.
alter table notification add column task_id text;
alter table notification add column task_generation bigint;
create index notification_by_task on notification (account, task_id) where task_id is not null;

-- Who hears of it in the end when a task of the group is not done.
alter table user_group add column head_id text;

-- A million reminders wait in `work`: what asks for the dead and the leased must not read them all.
create index work_dead on work (dead_at) where dead_at is not null;
create index work_leased on work (kind, lease_until) where lease_until > 0;
