use store::Migration;

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "events", number: 1, name: "sessions, their dates and the terms", sql: FIRST },
    Migration {
        room: "events",
        number: 2,
        name: "a date outlives its time of day; how timetables are used",
        sql: SECOND,
    },
];

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

// `date_key` is what a date was first known by, in its id and in calendars; `rule_key` is what the rule calls it now. They
// part when the time of day of a session changes. `told_at` is when programs that copy the sessions were last to look:
// later than `changed_at` where a place has changed and nothing of the session itself.
const SECOND: &str = "
alter table event_date add column rule_key {text} not null default '';
update event_date set rule_key = date_key;
alter table event_date add column told_at {instant} not null default 0;
update event_date set told_at = changed_at;
create index event_date_by_told on event_date (told_at, id);
alter table event_session add column told_at {instant} not null default 0;
update event_session set told_at = changed_at;
create index event_session_by_told on event_session (told_at, id);
create table timetable_use (
    slug {text} not null, day {text} not null,
    how {text} not null constraint timetable_use_how check (how in ('opened','downloaded','printed')),
    uses {int} not null constraint timetable_use_uses check (uses > 0),
    constraint timetable_use_key primary key (slug, day, how)
) {strict};
";
