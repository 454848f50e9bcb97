use store::Migration;

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "bookings", number: 1, name: "bookings, places and queues", sql: FIRST },
    Migration { room: "bookings", number: 2, name: "what a family knows of a date", sql: WHAT_IS_KNOWN },
    Migration { room: "bookings", number: 3, name: "nothing is booked twice", sql: NOTHING_TWICE },
];

// A form that asks again is found by whom it is to be answered to, and its link is sent again once an hour. Who guesses a
// reference is stopped by how often that was done in the last hour; what was tried is kept as a hash, and no longer.
const NOTHING_TWICE: &str = "
create index booking_by_address on booking (lower(email));
create index booking_by_phone on booking (phone);
alter table booking add column told_again_at {instant};
create table booking_try (reference_hash {text} not null, at {instant} not null) {strict};
create index booking_try_by_reference on booking_try (reference_hash, at);
create index booking_try_by_time on booking_try (at);
";

// What the family was told last of each of their dates, so that only what is news to them is told, once; and the start of
// which they were reminded. Of a booking from before this, nothing is known but its end: the first look fills it in.
const WHAT_IS_KNOWN: &str = "
alter table booking_date add column known_state {text};
alter table booking_date add column known_starts_at {instant};
alter table booking_date add column known_place {text};
alter table booking_date add column reminded_for {instant};
create index booking_date_by_start on booking_date (known_starts_at);
update booking_date set known_starts_at = (select b.last_at from booking b where b.id = booking_date.booking_id);
";

// `booked_session` is the row that whoever changes anything of a session's bookings takes first: the lock is one session
// wide. `date_places` counts what `booking_date` holds; the check behind it stands when every line of code fails, and
// `check_places` compares the two.
const FIRST: &str = "
create table booking_rules (
    single {int} not null primary key constraint booking_rules_one check (single = 1), rules {text} not null
) {strict};
create table booking_key (
    single {int} not null primary key constraint booking_key_one check (single = 1), key {text} not null
) {strict};
create table booked_session (session_id {id} not null primary key) {strict};
create table date_places (
    date_id {id} not null primary key, session_id {id} not null,
    capacity {int} not null, allowance {int} not null, taken {int} not null, held {int} not null, ceiling {int} not null,
    constraint date_places_counts check (taken >= 0 and held >= 0 and capacity >= 0 and allowance >= 0),
    constraint date_places_not_over check (taken + held <= ceiling)
) {strict};
create table booking (
    id {id} not null primary key,
    reference {text} not null constraint booking_reference_unique unique,
    form_key {text} not null constraint booking_form_once unique,
    form_hash {text} not null,
    session_id {id} not null, organization_id {id} not null,
    state {text} not null constraint booking_state check (state in ('held','waiting','offered','booked','cancelled','lapsed','declined')),
    places {int} not null constraint booking_places check (places > 0),
    made_by {text} not null constraint booking_made_by check (made_by in ('family','practitioner','staff')),
    contact_name {text} not null, email {text}, phone {text}, note {text} not null,
    invitation_id {id}, turn {int} not null,
    queued_at {instant}, until_at {instant}, lapses {int} not null,
    made_at {instant} not null, changed_at {instant} not null, last_at {instant} not null, forgotten_at {instant},
    constraint booking_reachable check (forgotten_at is not null or state in ('held','lapsed','cancelled')
        or email is not null or phone is not null)
) {strict};
create index booking_by_session on booking (session_id, state, queued_at);
create index booking_by_end on booking (state, until_at);
create index booking_by_email on booking (email);
create index booking_by_last on booking (forgotten_at, last_at);
create table booking_date (
    booking_id {id} not null constraint booking_date_of references booking (id),
    date_id {id} not null, session_id {id} not null,
    given_up_at {instant},
    constraint booking_date_key primary key (booking_id, date_id)
) {strict};
create index booking_date_by_date on booking_date (date_id);
create table booking_guest (
    booking_id {id} not null constraint booking_guest_of references booking (id),
    number {int} not null, name {text} not null, born {text}, grown_up {bool} not null, needs {text} not null,
    constraint booking_guest_key primary key (booking_id, number)
) {strict};
create table booking_turn (
    booking_id {id} not null constraint booking_turn_of references booking (id),
    number {int} not null, state {text} not null, what {text} not null, at {instant} not null,
    constraint booking_turn_key primary key (booking_id, number)
) {strict};
";
