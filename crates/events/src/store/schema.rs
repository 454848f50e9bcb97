use store::Migration;

/// The room's tables.
pub const MIGRATIONS: &[Migration] =
    &[Migration { room: "events", number: 1, name: "sessions, their dates and the terms", sql: FIRST }];

// A place and an entry are named by their address in the directory: both rooms know it, and it never changes.
const FIRST: &str = "
create table term_calendar (
    single {int} not null primary key constraint term_calendar_one check (single = 1),
    dates {text} not null, changed_at {instant} not null
) {strict};
create table event_session (
    id {id} not null primary key,
    slug {text} not null constraint event_session_slug_unique unique,
    title {text} not null, summary {text} not null,
    organization_id {id} not null, place_slug {text}, service_slug {text},
    kind {text} not null constraint event_session_kind check (kind in ('drop_in','book_on','course','invitation','referral','one_to_one')),
    places {int} constraint event_session_places check (places > 0),
    counts {text} not null constraint event_session_counts check (counts in ('children','people','families')),
    wanted {text} not null constraint event_session_wanted check (wanted in ('draft','published','ended')),
    draft {text} not null,
    changes {int} not null, made_at {instant} not null, changed_at {instant} not null
) {strict};
create index event_session_by_organization on event_session (organization_id);
create table event_date (
    id {id} not null primary key,
    session_id {id} not null constraint event_date_of references event_session (id),
    part {int} not null, date_key {text} not null,
    day {text} not null, starts {text} not null, minutes {int} not null constraint event_date_minutes check (minutes > 0),
    starts_at {instant} not null, ends_at {instant} not null,
    state {text} not null constraint event_date_state check (state in ('on','moved','cancelled','dropped')),
    reason {text} not null, place_slug {text}, room {text} not null,
    places {int} constraint event_date_places check (places > 0),
    changes {int} not null, changed_at {instant} not null,
    constraint event_date_key unique (session_id, date_key)
) {strict};
create index event_date_by_start on event_date (starts_at);
create table event_session_version (
    session_id {id} not null constraint event_session_version_of references event_session (id),
    number {int} not null, draft {text} not null, kept_at {instant} not null,
    constraint event_session_version_key primary key (session_id, number)
) {strict};
";
