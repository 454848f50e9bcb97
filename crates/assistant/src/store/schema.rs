use store::Migration;

/// The room's tables. None has a column for what a person typed.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        room: "assistant",
        number: 1,
        name: "conversations without words",
        sql: "create table ask_conversation (
            id {id} not null primary key,
            begun_at {instant} not null,
            used_at {instant} not null,
            language {text} not null,
            flow_session {text}
        ) {strict};
        create index ask_conversation_by_use on ask_conversation (used_at);
        create table ask_turn (
            conversation_id {id} not null constraint ask_turn_of references ask_conversation (id),
            number {int} not null,
            status {text} not null,
            kept {text} not null,
            abstained {bool} not null,
            latency {text} not null,
            useful {text} constraint ask_turn_useful check (useful in ('yes', 'no')),
            primary key (conversation_id, number)
        ) {strict};",
    },
    Migration {
        room: "assistant",
        number: 2,
        name: "how turns ended, counted by week",
        sql: "create table ask_count (
            week {text} not null,
            what {text} not null,
            value {text} not null,
            count {int} not null,
            primary key (week, what, value)
        ) {strict};",
    },
    Migration {
        room: "assistant",
        number: 3,
        name: "whether Ask is closed",
        sql: "create table ask_switch (
            single {int} not null primary key constraint ask_switch_only_one check (single = 1),
            closed {bool} not null,
            reason {text} not null,
            changed_at {instant} not null
        ) {strict};",
    },
];
