use store::Migration;

/// The room's tables: what is published, ready to be sent, and what is still to be looked at.
pub const MIGRATIONS: &[Migration] =
    &[Migration { room: "feed", number: 1, name: "records, what is due, findings", sql: RECORDS }];

/// `stamp` numbers the writings of records in the order in which they became visible, so that a node knows whether
/// what it keeps in memory is old. `sequence` is given once and never changes: it is the order of every list.
const RECORDS: &str = "
create table feed_record (
    entity {text} not null constraint feed_record_entity check (entity in ('service','organization','service_at_location','taxonomy','taxonomy_term')),
    id {id} not null,
    of_id {id},
    sequence {int} not null,
    brief {text} not null, body {text} not null, facts {text} not null, hash {text} not null,
    modified_at {instant} not null,
    removed_at {instant}, replaced_by {id},
    stamp {int} not null,
    constraint feed_record_key primary key (entity, id),
    constraint feed_record_sequence_unique unique (entity, sequence),
    constraint feed_record_removed_is_empty check (removed_at is null or (body = '' and brief = '')),
    constraint feed_record_not_itself check (replaced_by is null or replaced_by <> id)
) {strict};
create index feed_record_by_stamp on feed_record (stamp);
create index feed_record_by_service on feed_record (of_id);
create index feed_record_by_removed on feed_record (removed_at);
create table feed_due (
    position {serial},
    entity {text} not null, id {id} not null,
    constraint feed_due_once unique (entity, id)
) {strict};
create table feed_state (
    name {text} not null constraint feed_state_key primary key,
    value {text} not null
) {strict};
create table feed_finding (
    entity {text} not null, id {id} not null, position {int} not null,
    rule {text} not null,
    level {text} not null constraint feed_finding_level check (level in ('fails','warns','advises')),
    pointer {text} not null, sentence {text} not null, field {text},
    slug {text} not null, name {text} not null,
    constraint feed_finding_key primary key (entity, id, position)
) {strict};
create index feed_finding_by_rule on feed_finding (rule, level);
create index feed_finding_by_slug on feed_finding (slug);
";
