//! Turns that were just answered, until the page that shows them has come for them: once, and two minutes at most. In
//! the memory of this server only. When the page comes to another server, it shows what the database holds: the same
//! answer without the person's words.

use crate::turn::Turn;
use kernel::Instant;
use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

/// How long an answer waits for its page.
const WAIT_SECONDS: i64 = 120;
/// More than this are not waited for.
const MOST: usize = 2_000;

/// What waits.
#[derive(Default)]
pub struct Fresh(Mutex<HashMap<Uuid, FreshTurn>>);

/// A turn with the words it answers.
pub struct FreshTurn {
    /// Its number in the conversation.
    pub number: i64,
    /// The words as they were typed.
    pub asked: String,
    /// The answer.
    pub turn: Turn,
    at: Instant,
}

impl fmt::Debug for FreshTurn {
    /// Never the words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FreshTurn").field("number", &self.number).finish_non_exhaustive()
    }
}

impl Fresh {
    /// Keeps it for its page.
    pub fn put(&self, conversation: Uuid, number: i64, asked: &str, turn: Turn, now: Instant) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST / 2 {
            waiting.retain(|_, fresh| now.as_second() - fresh.at.as_second() <= WAIT_SECONDS);
        }
        if waiting.len() < MOST {
            waiting.insert(conversation, FreshTurn { number, asked: asked.to_owned(), turn, at: now });
        }
    }

    /// Hands it over and forgets it.
    pub fn take(&self, conversation: Uuid, now: Instant) -> Option<FreshTurn> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = waiting.remove(&conversation)?;
        (now.as_second() - fresh.at.as_second() <= WAIT_SECONDS).then_some(fresh)
    }

    /// Forgets what nobody came for.
    pub fn forget_old(&self, now: Instant) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, fresh| now.as_second() - fresh.at.as_second() <= WAIT_SECONDS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;
    use kernel::Clock;

    #[test]
    fn an_answer_waits_two_minutes_for_its_page_and_is_handed_over_once() {
        let (clock, fresh) = (Clock::standing_at("2026-11-22T09:00:00Z"), Fresh::default());
        let turn = || Turn::saying(Status::Empty, &[]);
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        fresh.put(one, 1, "zqcanaryzq", turn(), clock.now());
        assert!(!format!("{:?}", fresh.0.lock().unwrap()).contains("zqcanaryzq"));
        assert_eq!(fresh.take(one, clock.now()).unwrap().asked, "zqcanaryzq");
        assert!(fresh.take(one, clock.now()).is_none());
        fresh.put(other, 1, "x", turn(), clock.now());
        clock.set(clock.now() + jiff::SignedDuration::from_secs(121));
        assert!(fresh.take(other, clock.now()).is_none());
    }
}
