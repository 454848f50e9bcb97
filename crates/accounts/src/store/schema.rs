use store::Migration;

/// The room's tables. What hangs on a person says so by a foreign key; only the audit trail outlives them.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "accounts", number: 1, name: "people, sign-in and sessions", sql: CORE },
    super::oidc::MIGRATION,
    super::passkeys::MIGRATION,
    super::data_rights::MIGRATION,
    super::oidc::TOKENS_MIGRATION,
];

const CORE: &str = "
create table person (
    id {id} not null primary key,
    email {text}, email_skeleton {text} constraint person_email_unique unique,
    name {text} not null,
    language {text} not null,
    created_at {instant} not null,
    disabled_at {instant}, erased_at {instant},
    constraint person_email_whole check ((email is null) = (email_skeleton is null)),
    constraint person_erased_has_no_email check (erased_at is null or email is null)
) {strict};
create table person_role (
    person_id {id} not null constraint person_role_of references person (id),
    role {text} not null constraint person_role_known check (role in ('family','provider_editor','practitioner','hub_worker','editor','data_steward','safeguarding_lead','analyst','administrator')),
    added_at {instant} not null,
    constraint person_role_once primary key (person_id, role)
) {strict};
create table keeper (
    person_id {id} not null constraint keeper_of references person (id),
    organization_id {id} not null,
    added_at {instant} not null,
    constraint keeper_once primary key (person_id, organization_id)
) {strict};
create index keeper_by_organization on keeper (organization_id, added_at);
create table session (
    id {id} not null primary key,
    token_hash {text} not null constraint session_token_unique unique,
    person_id {id} not null constraint session_of references person (id),
    how {text} not null constraint session_how check (how in ('link','password','code','passkey','council','demonstration')),
    browser_words {text} not null, browser_hash {text} not null,
    created_at {instant} not null, last_seen_at {instant} not null, ends_at {instant} not null,
    ended_at {instant},
    ended_why {text} constraint session_ended_why check (ended_why in ('signed_out','idle','absolute','other_browser','revoked','rotated','reset')),
    constraint session_ended_whole check ((ended_at is null) = (ended_why is null))
) {strict};
create index session_by_person on session (person_id, last_seen_at);
create table sign_in_link (
    token_hash {text} not null primary key,
    person_id {id} not null constraint sign_in_link_of references person (id),
    purpose {text} not null constraint sign_in_link_purpose check (purpose in ('sign_in','set_up')),
    leads_to {text} not null,
    browser_hash {text}, code_hash {text},
    wrong_codes {int} not null,
    created_at {instant} not null, expires_at {instant} not null, used_at {instant},
    constraint sign_in_link_asked_whole check ((browser_hash is null) = (code_hash is null))
) {strict};
create index sign_in_link_by_person on sign_in_link (person_id);
create index sign_in_link_by_end on sign_in_link (expires_at);
create table sign_in_step (
    token_hash {text} not null primary key,
    person_id {id} not null constraint sign_in_step_of references person (id),
    step {text} not null constraint sign_in_step_known check (step in ('password','code','code_set_up')),
    leads_to {text} not null,
    secret {text},
    wrong_codes {int} not null,
    created_at {instant} not null, expires_at {instant} not null
) {strict};
create index sign_in_step_by_person on sign_in_step (person_id);
create table password (
    person_id {id} not null primary key constraint password_of references person (id),
    hash {text} not null,
    set_at {instant} not null
) {strict};
create table one_time_code (
    person_id {id} not null primary key constraint one_time_code_of references person (id),
    secret {text} not null,
    confirmed_at {instant} not null,
    last_step {int} not null
) {strict};
create table recovery_code (
    person_id {id} not null constraint recovery_code_of references person (id),
    hash {text} not null,
    used_at {instant},
    constraint recovery_code_once primary key (person_id, hash)
) {strict};
create table sign_in_attempt (
    bucket {text} not null primary key,
    at {instant} not null,
    attempts {int} not null
) {strict};
create table accounts_key (
    single {int} not null primary key constraint accounts_key_only_one check (single = 1),
    key {text} not null
) {strict};
";
