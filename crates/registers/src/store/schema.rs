use store::Migration;

/// The room's tables.
pub const MIGRATIONS: &[Migration] =
    &[Migration { room: "registers", number: 1, name: "marks, walk-ins, counts and absences", sql: FIRST }];

// `register_mark` keeps every mark as it was made; `attendance` is the one of them that counts for each person and date,
// so that figures need not read the history. Who changes either takes the date's row of `register` first.
const FIRST: &str = "
create table register (
    date_id {id} not null primary key, session_id {id} not null, day {text} not null, opened_at {instant} not null
) {strict};
create index register_by_day on register (day);
create table walk_in (
    id {id} not null primary key,
    date_id {id} not null, session_id {id} not null,
    name {text} not null, grown_up {bool} not null, age_band {text} not null,
    added_at {instant} not null, forgotten_at {instant}
) {strict};
create index walk_in_by_date on walk_in (date_id);
create index walk_in_by_added on walk_in (forgotten_at, added_at);
create table register_mark (
    device {id} not null, counter {int} not null,
    date_id {id} not null, session_id {id} not null,
    kind {text} not null constraint register_mark_kind check (kind in ('booked','walk_in')),
    subject {id} not null, guest {int} not null,
    came {text} constraint register_mark_came check (came in ('came','told','did_not_come')),
    meal {text} not null constraint register_mark_meal check (meal in ('none','hot','cold','hamper')),
    marked_at {instant} not null, kept_at {instant} not null, saw {text} not null, made_by {id},
    constraint register_mark_key primary key (device, counter)
) {strict};
create index register_mark_by_date on register_mark (date_id, subject, guest);
create table attendance (
    date_id {id} not null, kind {text} not null, subject {id} not null, guest {int} not null,
    session_id {id} not null, day {text} not null,
    came {text}, meal {text} not null, marked_at {instant} not null,
    device {id} not null, counter {int} not null,
    constraint attendance_key primary key (date_id, subject, guest)
) {strict};
create index attendance_by_day on attendance (day);
create index attendance_by_subject on attendance (subject);
create table drop_in_step (
    device {id} not null, counter {int} not null, date_id {id} not null, session_id {id} not null, day {text} not null,
    children {int} not null, grown_ups {int} not null, made_at {instant} not null,
    constraint drop_in_step_key primary key (device, counter)
) {strict};
create index drop_in_step_by_date on drop_in_step (date_id);
create index drop_in_step_by_day on drop_in_step (day);
create table absence_rule (
    single {int} not null primary key constraint absence_rule_one check (single = 1), rule {text} not null
) {strict};
create table absence_decision (
    id {id} not null primary key, session_id {id} not null,
    decision {text} not null constraint absence_decision_kind check (decision in ('ring','let_be','release')),
    made_by {id}, made_at {instant} not null
) {strict};
create table absence_decided (
    decision_id {id} not null constraint absence_decided_of references absence_decision (id),
    booking_id {id} not null, date_id {id} not null,
    constraint absence_decided_key primary key (decision_id, booking_id, date_id)
) {strict};
create index absence_decided_by_booking on absence_decided (booking_id, date_id);
";
