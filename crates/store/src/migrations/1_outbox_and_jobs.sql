-- What has happened, in the order in which it became visible.
create table outbox (
    sequence {serial},
    topic {text} not null,
    subject {id},
    payload {text} not null,
    announced_at {instant} not null
) {strict};
create index outbox_topic on outbox (topic, sequence);

-- How far each subscriber has come.
create table outbox_cursor (
    subscriber {text} not null constraint outbox_cursor_key primary key,
    sequence {int} not null
) {strict};

-- due_at is when the job may next be taken: at first the time asked for, while it is worked on the end of the lease,
-- after a failure the time of the next try.
create table job (
    id {serial},
    kind {text} not null,
    unique_key {text},
    payload {text} not null,
    state {text} not null constraint job_state check (state in ('waiting', 'running', 'done', 'dead')),
    due_at {instant} not null,
    attempts {int} not null default 0,
    fence {int} not null default 0,
    reason {text},
    enqueued_at {instant} not null,
    finished_at {instant}
) {strict};
create unique index job_once on job (kind, unique_key);
create index job_due on job (due_at, id) where state in ('waiting', 'running');
create index job_finished on job (state, finished_at);

-- The latest slot of each repeated job that has been enqueued.
create table job_schedule (
    kind {text} not null constraint job_schedule_key primary key,
    slot {int} not null
) {strict};
