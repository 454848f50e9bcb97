use store::Migration;

/// The room's tables. An entry is named by its id and no foreign key: a new one is worked on before it is published.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "keeping", number: 1, name: "keeping entries", sql: FIRST },
    Migration { room: "keeping", number: 2, name: "drafts that were thrown away", sql: THROWN },
    Migration {
        room: "keeping",
        number: 3,
        name: "what can be taken back, and turns at pictures",
        sql: TURNS,
    },
];

const THROWN: &str = "alter table entry_draft add column thrown_at {instant};";

const TURNS: &str = "
create table entry_assurance (
    id {id} not null primary key,
    service_id {id} not null,
    date_before {text}, date_now {text} not null, was_hidden {bool} not null,
    said_at {instant} not null
) {strict};
create index entry_assurance_by_time on entry_assurance (said_at);
create table entry_picture_turn (
    service_id {id} not null primary key, taken_at {instant} not null
) {strict};
";

const FIRST: &str = "
create table new_entry (
    service_id {id} not null primary key,
    slug {text} not null constraint new_entry_slug_unique unique,
    organization_id {id} not null, draft {text} not null, made_at {instant} not null
) {strict};
create index new_entry_by_organization on new_entry (organization_id);
create table entry_draft (
    service_id {id} not null, person {id} not null,
    base_version {int} not null, base {text} not null, draft {text} not null, typed {text} not null,
    seen {text} not null, saved_at {instant} not null,
    constraint entry_draft_key primary key (service_id, person)
) {strict};
create index entry_draft_by_person on entry_draft (person);
create table entry_change (
    id {id} not null primary key,
    reference {text} not null constraint entry_change_reference_unique unique,
    service_id {id} not null, slug {text} not null, name {text} not null, organization_id {id} not null,
    sender {id} not null,
    base_version {int} not null, base {text} not null, proposed {text} not null, note {text} not null,
    fields {int} not null constraint entry_change_fields check (fields > 0),
    sensitive {bool} not null,
    state {text} not null constraint entry_change_state check (state in ('waiting','second','settled')),
    sent_at {instant} not null, settled_at {instant}
) {strict};
create index entry_change_by_state on entry_change (state, sent_at);
create index entry_change_by_service on entry_change (service_id);
create index entry_change_by_sender on entry_change (sender);
create table entry_decision (
    change_id {id} not null constraint entry_decision_of references entry_change (id),
    field {text} not null,
    verdict {text} not null constraint entry_decision_verdict check (verdict in ('accepted','amended','refused')),
    value {text}, reason {text} not null,
    decided_by {id}, decided_at {instant} not null,
    confirmed_by {id}, confirmed_at {instant},
    constraint entry_decision_key primary key (change_id, field),
    constraint entry_decision_has_a_reason check (verdict <> 'refused' or reason <> ''),
    constraint entry_decision_by_two check (confirmed_by is null or decided_by is null or confirmed_by <> decided_by)
) {strict};
create table entry_watch (
    service_id {id} not null, person {id} not null, since {instant} not null,
    constraint entry_watch_key primary key (service_id, person)
) {strict};
create index entry_watch_by_person on entry_watch (person);
create table keeping_rule (
    field {text} not null primary key,
    straight {bool} not null, set_by {id}, set_at {instant} not null
) {strict};
create table application (
    id {id} not null primary key,
    reference {text} not null constraint application_reference_unique unique,
    form_key {text} not null constraint application_once unique,
    organization {text} not null, what {text} not null, contact {text} not null, email {text} not null,
    evidence {text} not null, kind {text} not null,
    state {text} not null constraint application_state check (state in ('unconfirmed','waiting','accepted','refused')),
    token_hash {text} not null, safety_level {text} not null,
    applied_at {instant} not null, confirmed_at {instant}, settled_at {instant}, settled_by {id},
    reason {text} not null, organization_id {id}, person {id}
) {strict};
create index application_by_state on application (state, applied_at);
create index application_by_token on application (token_hash);
create table entry_picture (
    id {id} not null primary key,
    service_id {id} not null, kind {text} not null constraint entry_picture_kind check (kind in ('photo','logo')),
    alt {text} not null, media_type {text} not null, width {int} not null, height {int} not null, content {text} not null,
    state {text} not null constraint entry_picture_state check (state in ('waiting','shown','refused')),
    sender {id}, sent_at {instant} not null, settled_by {id}, settled_at {instant}, reason {text} not null
) {strict};
create index entry_picture_by_service on entry_picture (service_id, state);
";
