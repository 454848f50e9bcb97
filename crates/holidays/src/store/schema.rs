use store::Migration;

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "holidays", number: 1, name: "programmes, families, children and days", sql: FIRST },
    Migration { room: "holidays", number: 2, name: "codes by line and what a person settled", sql: BY_LINE },
];

// A code knows the form and the line it was made from, so that a list reads as it was typed and a form that is sent twice makes
// nothing new. `settled_at` is when a person last decided about a child; what a machine answered leaves it empty.
const BY_LINE: &str = "
alter table holiday_code add column form_key {text} not null default '';
alter table holiday_code add column line {int} not null default 0;
alter table holiday_code add column typed {text} not null default '';
create unique index holiday_code_once on holiday_code (programme_id, form_key, line) where form_key <> '';
alter table holiday_child add column settled_at {instant};
create index holiday_child_by_settled on holiday_child (programme_id, settled_at);
";

// `holiday_check` holds what is asked of the national service, and a row of it lives until the answer and not longer.
// `holiday_day` is a day of a child: the index keeps two providers, two forms and two nodes from having it twice.
const FIRST: &str = "
create table holiday_programme (
    id {id} not null primary key,
    slug {text} not null constraint holiday_programme_slug_unique unique,
    wanted {text} not null constraint holiday_programme_wanted check (wanted in ('draft','published','ended')),
    rules {text} not null, seed {text} not null, ends_at {instant} not null,
    drawn_at {instant}, returned_at {instant}, figures {text}, made_at {instant} not null, changed_at {instant} not null
) {strict};
create table holiday_session (
    programme_id {id} not null constraint holiday_session_of references holiday_programme (id),
    session_id {id} not null,
    meal {text} not null constraint holiday_session_meal check (meal in ('not_given','hot','cold','hamper')),
    menu {text} not null,
    constraint holiday_session_key primary key (programme_id, session_id)
) {strict};
create table holiday_family (
    id {id} not null primary key,
    programme_id {id} not null constraint holiday_family_of references holiday_programme (id),
    reference {text} not null constraint holiday_family_reference_unique unique,
    form_key {text} not null constraint holiday_family_form_once unique,
    name {text} not null, email {text}, phone {text}, postcode {text} not null,
    way {text} not null, code_tries {int} not null, code_tried_at {instant},
    made_at {instant} not null, forgotten_at {instant}
) {strict};
create index holiday_family_by_email on holiday_family (email);
create index holiday_family_by_programme on holiday_family (programme_id, forgotten_at);
create table holiday_child (
    id {id} not null primary key,
    programme_id {id} not null constraint holiday_child_of references holiday_programme (id),
    family_id {id} not null constraint holiday_child_in references holiday_family (id),
    number {int} not null,
    first_name {text} not null, last_name {text} not null, name_key {text} not null, born {text}, postcode {text} not null,
    school {text} not null, school_key {text} not null, phase {text} not null,
    send {bool} not null, one_to_one {bool} not null, support {text} not null, diet {text} not null,
    standing {text} not null constraint holiday_child_standing
        check (standing in ('pending','eligible','not','needs_a_person','appeal','twin')),
    funding {text} constraint holiday_child_funding check (funding in ('targeted','discretionary','paid')),
    tier {text} constraint holiday_child_tier check (tier in ('targeted','expanded')),
    reason {text} not null, appeal {text} not null, same_as {id},
    made_at {instant} not null, changed_at {instant} not null
) {strict};
create index holiday_child_by_family on holiday_child (family_id, number);
create index holiday_child_by_name on holiday_child (programme_id, name_key);
create index holiday_child_by_standing on holiday_child (programme_id, standing);
create table holiday_check (
    family_id {id} not null primary key constraint holiday_check_of references holiday_family (id),
    last_name {text} not null, born {text} not null, insurance {text} not null, asylum {text} not null,
    begun {text}, tries {int} not null, asked_at {instant} not null
) {strict};
create table holiday_rest (
    single {int} not null primary key constraint holiday_rest_one check (single = 1), until_at {instant} not null
) {strict};
create table holiday_code (
    programme_id {id} not null constraint holiday_code_of references holiday_programme (id),
    code_key {text} not null, code {text} not null, name_key {text} not null, born {text} not null, child_id {id},
    made_at {instant} not null, used_at {instant},
    constraint holiday_code_key_unique primary key (programme_id, code_key)
) {strict};
create table holiday_day (
    child_id {id} not null constraint holiday_day_of references holiday_child (id),
    date_id {id} not null, programme_id {id} not null, session_id {id} not null, day {text} not null,
    state {text} not null constraint holiday_day_state check (state in ('wished','asked','booked','given_up')),
    funding {text} not null, form_key {text} not null, booking_id {id}, changed_at {instant} not null,
    constraint holiday_day_key primary key (child_id, date_id)
) {strict};
create unique index holiday_day_once on holiday_day (child_id, day) where state in ('asked','booked');
create index holiday_day_by_date on holiday_day (date_id, state);
create index holiday_day_by_programme on holiday_day (programme_id, state, funding);
create index holiday_day_by_booking on holiday_day (booking_id);
create index holiday_day_by_state on holiday_day (state, changed_at);
create table holiday_ticket (
    programme_id {id} not null constraint holiday_ticket_of references holiday_programme (id),
    number {int} not null, family_id {id} not null, place {int}, taken_at {instant} not null, served_at {instant},
    constraint holiday_ticket_key primary key (programme_id, number),
    constraint holiday_ticket_once unique (programme_id, family_id)
) {strict};
create table holiday_walk_in (
    walk_in_id {id} not null primary key, programme_id {id} not null, child_id {id} not null, matched_at {instant} not null
) {strict};
";
