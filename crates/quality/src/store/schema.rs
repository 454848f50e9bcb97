use store::Migration;

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "quality", number: 1, name: "duplicates, merges, links, figures", sql: CORE },
    Migration { room: "quality", number: 2, name: "who looks second at a merge is another", sql: SECOND },
];

const CORE: &str = "
create table duplicate_pair (
    a_id {id} not null, b_id {id} not null,
    score {real} not null, level {text} not null constraint duplicate_pair_level check (level in ('certain','likely','maybe')),
    reasons {text} not null, doubts {text} not null, found_at {instant} not null,
    constraint duplicate_pair_key primary key (a_id, b_id),
    constraint duplicate_pair_in_order check (a_id < b_id)
) {strict};
create index duplicate_pair_by_score on duplicate_pair (score);
create table duplicate_look (
    id {int} not null constraint duplicate_look_key primary key constraint duplicate_look_one check (id = 1),
    sequence {int} not null, entries {int} not null, looked_at {instant} not null
) {strict};
create table duplicate_apart (
    a_id {id} not null, b_id {id} not null,
    said_by {id}, said_at {instant} not null,
    constraint duplicate_apart_key primary key (a_id, b_id),
    constraint duplicate_apart_in_order check (a_id < b_id)
) {strict};
create table entry_merge (
    id {id} not null constraint entry_merge_key primary key,
    kept_id {id} not null, kept_slug {text} not null, gone_id {id} not null, gone_slug {text} not null,
    kept_version {int} not null, gone_version {int} not null,
    draft {text} not null, why {text} not null constraint entry_merge_has_a_reason check (why <> ''),
    proposed_by {id}, proposed_at {instant} not null,
    state {text} not null constraint entry_merge_state check (state in ('waiting','done','refused','undone')),
    settled_by {id}, settled_at {instant},
    version_after {int},
    undone_by {id}, undone_at {instant},
    constraint entry_merge_two check (kept_id <> gone_id)
) {strict};
create index entry_merge_by_state on entry_merge (state, proposed_at);
create index entry_merge_by_gone on entry_merge (gone_id);
create table link_check (
    address {text} not null constraint link_check_key primary key,
    host {text} not null,
    state {text} not null constraint link_check_state
        check (state in ('new','fine','moved','gone','silent','no_host','refused')),
    status {int}, sends_to {text}, refusal {text} not null,
    failures {int} not null, failed_on {text},
    etag {text}, last_modified {text},
    known_since {instant} not null, seen_at {instant} not null,
    checked_at {instant}, due_at {instant} not null
) {strict};
create index link_check_by_due on link_check (due_at);
create index link_check_by_state on link_check (state);
create table quality_week (
    monday {text} not null constraint quality_week_key primary key,
    figures {text} not null, taken_at {instant} not null
) {strict};
";

/// How many people a merge takes. SQLite adds no constraint to a table that is there, but takes one with a new column.
/// Only what takes two ever waits, or was settled by another than who proposed it.
const SECOND: &str = "
alter table entry_merge add column people {int} not null default 1
    constraint entry_merge_second_is_another check (people = 1 or (people = 2 and (state in ('waiting','refused') or
        (proposed_by is not null and settled_by is not null and proposed_by <> settled_by))));
update entry_merge set people = 2 where state = 'waiting' or proposed_by <> settled_by;
";
