//! Needs that were just described, so that the way back from a service leads to what was found and not to a question of the
//! browser whether to send the form again. In the memory of this server, under a key that says nothing, for ten minutes;
//! nobody's name is with them, and they are in no address, table or log.

use crate::need_form::Typed;
use kernel::{Dice, Instant};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How long a need is held.
const HELD_SECONDS: i64 = 10 * 60;
/// More than this are not held: whoever asks then is answered at once, and is asked again on the way back.
const MOST: usize = 500;

/// What is held.
#[derive(Clone, Default)]
pub(crate) struct Held(Arc<Mutex<HashMap<String, HeldNeed>>>);

/// A need as it was typed, with all of it that the safety screen reads.
#[derive(Clone)]
pub(crate) struct HeldNeed {
    pub typed: Typed,
    pub heard: String,
    at: Instant,
}

impl fmt::Debug for Held {
    /// Never the words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

impl Held {
    /// Holds a need and gives its key; none where too many are held.
    pub fn put(&self, typed: &Typed, heard: &str, dice: &Dice, now: Instant) -> Option<String> {
        let key = dice.hex::<16>();
        {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            held.retain(|_, need| is_held(need, now));
            if held.len() >= MOST {
                return None;
            }
            let need = HeldNeed { typed: typed.clone(), heard: heard.to_owned(), at: now };
            held.insert(key.clone(), need);
        }
        self.forget_in_time(key.clone());
        Some(key)
    }

    /// What is held under a key.
    pub fn find(&self, key: &str, now: Instant) -> Option<HeldNeed> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(key).filter(|need| is_held(need, now)).cloned()
    }

    /// Takes it out of the memory when its time is over, whether or not anybody comes by.
    fn forget_in_time(&self, key: String) {
        let held = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(HELD_SECONDS.unsigned_abs())).await;
            if let Some(held) = held.upgrade() {
                held.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
            }
        });
    }
}

fn is_held(need: &HeldNeed, now: Instant) -> bool {
    now.as_second() - need.at.as_second() < HELD_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Clock;

    #[tokio::test]
    async fn a_need_is_held_for_ten_minutes_and_not_told_when_it_is_written_out() {
        let (clock, held, dice) = (Clock::standing_at("2026-11-22T09:00:00Z"), Held::default(), Dice::real());
        let typed = Typed { words: "zqcanaryzq".to_owned(), ..Typed::new() };
        let key = held.put(&typed, "zqcanaryzq", &dice, clock.now()).unwrap();
        assert_eq!(held.find(&key, clock.now()).unwrap().typed.words, "zqcanaryzq");
        assert!(held.find("another", clock.now()).is_none());
        assert!(!format!("{held:?}").contains("zqcanaryzq"));
        clock.set(clock.now() + jiff::SignedDuration::from_secs(600));
        assert!(held.find(&key, clock.now()).is_none());
        held.put(&Typed::new(), "", &dice, clock.now()).unwrap();
        assert_eq!(held.0.lock().unwrap().len(), 1, "the next one sweeps out what is over");
    }
}
