//! What is counted in memory and written down every minute: so that a page that is read writes nothing itself.

use kernel::Instant;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What waits stays at most about this long in memory: what a crash may lose.
const WAIT_SECONDS: i64 = 60;

/// What is not written down yet.
#[derive(Default)]
pub(crate) struct Waiting<T>(Mutex<(T, Option<Instant>)>);

impl<T: Default> Waiting<T> {
    /// Adds to it, and says whether it is time to write down. Only one of those who come in that moment is told so.
    pub fn add(&self, now: Instant, add: impl FnOnce(&mut T)) -> bool {
        let mut held = self.lock();
        let (waiting, since) = &mut *held;
        add(waiting);
        let first = *since.get_or_insert(now);
        let due = now.as_second() - first.as_second() >= WAIT_SECONDS;
        if due {
            *since = Some(now);
        }
        due
    }

    /// Takes all of it.
    pub fn take(&self) -> T {
        std::mem::take(&mut *self.lock()).0
    }

    fn lock(&self) -> MutexGuard<'_, (T, Option<Instant>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
