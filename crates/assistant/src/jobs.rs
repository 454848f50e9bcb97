//! What runs later: conversations that nobody used for an hour are forgotten.

use crate::{room::Assistant, store as rows, tally::write_down_counts};
use ::jobs::{Outcome, Runner};
use jiff::SignedDuration;
use kernel::Instant;

/// The job's name.
pub const FORGET_IDLE_CONVERSATIONS: &str = "ForgetIdleConversations";
/// Idle for so long, a conversation is over.
const IDLE_MINUTES: i64 = 60;
const EVERY_SECONDS: i64 = 300;

/// A conversation that was last used before this is over.
pub(crate) fn idle_since(now: Instant) -> Instant {
    now - SignedDuration::from_mins(IDLE_MINUTES)
}

/// The house's runner with the jobs of this room.
pub fn jobs(runner: Runner, assistant: &Assistant) -> Runner {
    let room = assistant.clone();
    runner
        .on(FORGET_IDLE_CONVERSATIONS, move |context: ::jobs::JobContext| {
            let room = room.clone();
            async move {
                let now = context.clock.now();
                room.fresh().forget_old(now);
                write_down_counts(&room).await?;
                let since = idle_since(now);
                context.db.write(move |tx| rows::delete_idle(tx, since)).await?;
                Ok(Outcome::Done)
            }
        })
        .schedule(FORGET_IDLE_CONVERSATIONS, EVERY_SECONDS)
}
