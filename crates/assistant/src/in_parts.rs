//! A reply in two parts, for script, which reads a reply while it comes: the turn as it is without a language model, kept
//! and shown at once; then, when the model has spoken or its time is over, the checked sentences alone, or nothing.

use crate::{
    ask_page::{KeptTurn, fragment, keep},
    paper::put_on_paper,
    pipeline::Answered,
    reworded::ToReword,
    room::Assistant,
    status::Status,
    store as rows,
    tally::note_turn,
    view::{ShortView, TurnView},
};
use askama::Template;
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue},
};
use futures_util::{StreamExt, stream};
use kernel::Fault;
use std::future::ready;
use tokio::sync::oneshot;
use uuid::Uuid;
use web::Reply;

/// Stands behind each part that is whole. No text can hold it: in a page a text's `<` is written otherwise.
const MARK: &str = "<!--|-->";

/// Keeps the turn, shows it, and goes on in a task of its own: whoever leaves stops nothing, and the turn stands in the
/// conversation already.
pub(crate) async fn in_two_parts(
    room: &Assistant,
    mut answered: Answered,
    to_reword: ToReword,
    latency: &'static str,
    text: &str,
) -> Reply {
    let KeptTurn { conversation, number, .. } = keep(room, &mut answered, latency).await;
    let conversation = conversation.id;
    let Answered { mut turn, screened, .. } = answered;
    let mut own = [TurnView::of(room, conversation, number, text, &turn)];
    own[0].waits_for_fewer_words = true;
    put_on_paper(room, &mut own).await;
    let mut reply = fragment(String::new(), conversation)?;
    let first = format!("{}{MARK}", own[0].render()?);
    let (say, said) = oneshot::channel();
    let room = room.clone();
    tokio::spawn(async move {
        to_reword.into_turn(&room, &mut turn).await;
        note_turn(&room, turn.status, &turn.language, latency, screened.verdict());
        if turn.status == Status::Reworded
            && let Err(fault) = set_reworded(&room, conversation, number).await
        {
            tracing::error!(fault = format!("{fault:#}"), "how a turn ended could not be kept");
        }
        let short = ShortView::of(&turn).render().unwrap_or_default();
        // Nobody may be there any more.
        let _ = say.send(format!("{short}{MARK}"));
    });
    *reply.body_mut() = Body::from_stream(stream::once(ready(Ok(first))).chain(stream::once(said)));
    // nginx would gather both parts otherwise.
    reply.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(reply)
}

async fn set_reworded(room: &Assistant, conversation: Uuid, number: i64) -> Result<(), Fault> {
    let status = Status::Reworded.key();
    room.site().db().write(move |tx| rows::set_status(tx, conversation, number, status)).await
}
