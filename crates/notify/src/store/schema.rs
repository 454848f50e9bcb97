use store::Migration;

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[Migration {
    room: "notify",
    number: 1,
    name: "messages, who turned what off, wordings, channels on hold",
    sql: "create table message (
        id {id} not null primary key,
        template {text} not null,
        medium {text} not null constraint message_medium check (medium in ('email','text')),
        to_address {text} not null,
        address_hash {text} not null,
        person_id {id},
        subject {text}, body {text}, body_hash {text} not null,
        once_key {text},
        can_be_turned_off {bool} not null,
        stop_token {text} constraint message_stop_token unique,
        state {text} not null constraint message_state check (state in ('queued','submitting','unknown','accepted','failed','in_doubt')),
        attempts {int} not null,
        fence {int} not null,
        due_at {instant} not null,
        provider {text},
        reference {text} not null constraint message_reference unique,
        provider_id {text},
        delivery {text},
        reason {text},
        queued_at {instant} not null,
        tried_at {instant},
        sent_at {instant},
        asked_at {instant},
        constraint message_once unique (template, once_key)
    ) {strict};
    create index message_open on message (due_at) where state in ('queued','submitting','unknown');
    create index message_by_time on message (queued_at);
    create index message_by_person on message (person_id);
    create index message_by_provider_id on message (provider_id);
    create table message_stop (
        address_hash {text} not null,
        medium {text} not null constraint message_stop_medium check (medium in ('email','text')),
        template {text} not null,
        reason {text} not null constraint message_stop_reason check (reason in ('turned_off','complaint','unreachable')),
        since {instant} not null,
        constraint message_stop_key primary key (address_hash, medium, template)
    ) {strict};
    create table message_wording (
        template {text} not null constraint message_wording_key primary key,
        subject {text} not null,
        body {text} not null,
        reworded_at {instant} not null
    ) {strict};
    create table message_hold (
        medium {text} not null constraint message_hold_key primary key constraint message_hold_medium check (medium in ('email','text')),
        until {instant} not null,
        reason {text} not null
    ) {strict};",
}];
