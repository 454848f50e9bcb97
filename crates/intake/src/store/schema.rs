use store::Migration;

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        room: "intake",
        number: 1,
        name: "sources, their records, and where each fact came from",
        sql: SOURCES,
    },
    Migration { room: "intake", number: 2, name: "pulls in parts, and a second person", sql: PULLS },
];

const SOURCES: &str = "
create table source (
    id {id} not null primary key,
    slug {text} not null constraint source_slug_unique unique,
    name {text} not null,
    kind {text} not null constraint source_kind check (kind in ('oruk','oruk_v1','csv','ofsted')),
    address {text},
    licence {text} not null,
    area {text} not null constraint source_area check (area in ('inside','outside')),
    every_hours {int} not null constraint source_every_hours check (every_hours between 1 and 8760),
    topic {text}, organization {text}, mapping {text},
    paused {bool} not null,
    etag {text}, validated {text},
    failures {int} not null,
    next_run {instant}, last_run {instant}, last_good_run {instant}, last_outcome {text} not null, last_why {text} not null,
    accept_loss {bool} not null,
    created_at {instant} not null,
    stopped_at {instant}
) {strict};
create table source_record (
    source_id {id} not null constraint source_record_of references source (id),
    key {text} not null,
    hash {text} not null,
    json {text} not null,
    slug {text}, name {text} not null,
    first_seen {instant} not null, last_seen {instant} not null, gone_at {instant},
    state {text} not null constraint source_record_state check (state in ('taken','held','refused','gone')),
    why {text} not null,
    constraint source_record_key primary key (source_id, key)
) {strict};
create index source_record_by_slug on source_record (slug);
create index source_record_by_state on source_record (source_id, state);
create table source_part (
    source_id {id} not null constraint source_part_of references source (id),
    entity {text} not null constraint source_part_entity check (entity in ('organization','location')),
    key {text} not null,
    slug {text} not null,
    hash {text} not null,
    constraint source_part_key primary key (source_id, entity, key)
) {strict};
create table source_owner (
    entity {text} not null constraint source_owner_entity check (entity in ('service','organization','location')),
    slug {text} not null,
    source_id {id} not null constraint source_owner_of references source (id),
    taken_at {instant} not null,
    constraint source_owner_key primary key (entity, slug)
) {strict};
create table source_field (
    entity {text} not null constraint source_field_entity check (entity in ('service','organization','location')),
    slug {text} not null,
    field {text} not null,
    source_id {id} not null constraint source_field_of references source (id),
    value_hash {text} not null,
    taken_at {instant} not null,
    constraint source_field_key primary key (entity, slug, source_id, field)
) {strict};
create table source_held (
    id {id} not null primary key,
    source_id {id} not null constraint source_held_of references source (id),
    entity {text} not null constraint source_held_entity check (entity in ('service','organization','location')),
    slug {text} not null,
    field {text} not null,
    ours {text} not null, theirs {text} not null,
    held_at {instant} not null,
    settled {text} constraint source_held_settled check (settled in ('ours','theirs','agreed')),
    settled_at {instant}, settled_by {id}
) {strict};
create unique index source_held_open on source_held (source_id, entity, slug, field) where settled is null;
create index source_held_by_slug on source_held (entity, slug);
create table intake_run (
    id {id} not null primary key,
    source_id {id} not null constraint intake_run_of references source (id),
    kind {text} not null constraint intake_run_kind check (kind in ('command','harvest','preview')),
    started {instant} not null, finished {instant},
    outcome {text} not null constraint intake_run_outcome check (outcome in ('running','done','unchanged','failed','waiting','planned')),
    totals {text} not null, why {text} not null
) {strict};
create index intake_run_by_source on intake_run (source_id, started);
create table intake_line (
    run_id {id} not null constraint intake_line_of references intake_run (id),
    position {int} not null,
    what {text} not null constraint intake_line_what check (what in ('added','changed','withdrawn','refused','held')),
    key {text} not null, slug {text}, name {text} not null, fields {text} not null, why {text} not null,
    constraint intake_line_key primary key (run_id, position)
) {strict};
";

const PULLS: &str = "
create table source_pull (
    source_id {id} not null constraint source_pull_of references source (id),
    purpose {text} not null constraint source_pull_purpose check (purpose in ('harvest','look')),
    mark {text} not null,
    begun_at {instant} not null,
    parts {int} not null, begun_anew {int} not null,
    constraint source_pull_key primary key (source_id, purpose)
) {strict};
create table source_pull_page (
    source_id {id} not null, purpose {text} not null,
    list {text} not null constraint source_pull_page_list check (list in ('page','one')),
    number {int} not null,
    json {text} not null,
    constraint source_pull_page_key primary key (source_id, purpose, list, number)
) {strict};
alter table source_held add column asked_by {id};
";
