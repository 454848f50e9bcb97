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
create table session (
    id {id} not null primary key,
    slug {text} not null constraint session_slug_unique unique,
    title {text} not null, summary {text} not null,
    organization_id {id} not null, place_slug {text}, service_slug {text},
    kind {text} not null constraint session_kind check (kind in ('drop_in','book_on','course','invitation','referral','one_to_one')),
    places {int} constraint session_places check (places > 0),
    counts {text} not null constraint session_counts check (counts in ('children','people','families')),
    wanted {text} not null constraint session_wanted check (wanted in ('draft','published','ended')),
    draft {text} not null,
    changes {int} not null, made_at {instant} not null, changed_at {instant} not null
) {strict};
create index session_by_organization on session (organization_id);
create table session_date (
    id {id} not null primary key,
    session_id {id} not null constraint session_date_of references session (id),
    part {int} not null, date_key {text} not null,
    day {text} not null, starts {text} not null, minutes {int} not null constraint session_date_minutes check (minutes > 0),
    starts_at {instant} not null, ends_at {instant} not null,
    state {text} not null constraint session_date_state check (state in ('on','moved','cancelled','dropped')),
    reason {text} not null, place_slug {text}, room {text} not null,
    places {int} constraint session_date_places check (places > 0),
    changes {int} not null, changed_at {instant} not null,
    constraint session_date_key unique (session_id, date_key)
) {strict};
create index session_date_by_start on session_date (starts_at);
create table session_version (
    session_id {id} not null constraint session_version_of references session (id),
    number {int} not null, draft {text} not null, kept_at {instant} not null,
    constraint session_version_key primary key (session_id, number)
) {strict};
";
