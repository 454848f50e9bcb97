mod drafts;
mod revisions;
mod schema;
mod sessions;

pub(crate) use drafts::{
    delete_draft, delete_old_editions, find_draft, insert_edition, list_drafts, list_editions, set_draft,
    take_draft,
};
pub(crate) use revisions::{
    current_of, find_revision_text, has_text, insert_event, insert_revision, last_revision, list_current,
    list_events, list_revisions, list_standing, set_current,
};
pub use schema::MIGRATIONS;
pub(crate) use sessions::{
    AnswerRow, SessionRow, count_running, delete_long_gone, delete_old_answers, find_answer,
    find_last_answer, find_session, find_session_by_code, insert_answer, insert_session, list_answers,
    list_idle, set_put_away, set_session, set_used, take_session,
};
