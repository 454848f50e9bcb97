use store::Migration;

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "flows", number: 1, name: "guides, their revisions and their sessions", sql: FIRST },
    Migration { room: "flows", number: 2, name: "what became of guides, and earlier editions", sql: SECOND },
];

// A revision is never changed, so whoever is in the middle of a guide finishes on the one they began with. A session holds
// keys of answers and days, no name and no words; its row is the lock that makes two answers of one moment follow each
// other, and an answer's row keeps the reply, so that a form that is sent twice is answered the same.
const FIRST: &str = "
create table flow (
    slug {text} not null primary key, current_number {int}, changed_at {instant} not null
) {strict};
create table flow_revision (
    slug {text} not null, number {int} not null, text {text} not null, text_hash {text} not null,
    origin {text} not null constraint flow_revision_origin check (origin in ('builtin','council')),
    why {text} not null, published_at {instant} not null,
    constraint flow_revision_key primary key (slug, number)
) {strict};
create table flow_draft (
    slug {text} not null primary key, text {text} not null, edition {int} not null, based_on {int},
    saved_at {instant} not null
) {strict};
create table flow_session (
    id {text} not null primary key,
    code {text} not null constraint flow_session_code unique,
    slug {text} not null, number {int} not null,
    state {text} not null, turn {int} not null,
    began_at {instant} not null, used_at {instant} not null, put_away_at {instant},
    constraint flow_session_revision foreign key (slug, number) references flow_revision (slug, number)
) {strict};
create index flow_session_by_use on flow_session (used_at);
create table flow_answer (
    session_id {text} not null constraint flow_answer_session references flow_session (id) on delete cascade,
    message_id {text} not null, turn {int} not null, answered {text} not null, outputs {text} not null, at {instant} not null,
    constraint flow_answer_once primary key (session_id, message_id),
    constraint flow_answer_turn unique (session_id, turn)
) {strict};
";

// A revision tells its own publication. An event without a number is a guide that was taken back, one with a number an
// earlier revision that was offered again.
const SECOND: &str = "
create table flow_event (
    sequence {serial}, slug {text} not null, number {int}, why {text} not null, at {instant} not null
) {strict};
create index flow_event_by_slug on flow_event (slug);
create table flow_draft_edition (
    slug {text} not null, edition {int} not null, text {text} not null, saved_at {instant} not null,
    constraint flow_draft_edition_key primary key (slug, edition)
) {strict};
";
