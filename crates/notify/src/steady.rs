use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Time that only goes forward, for 'how long has this stood still': the wall clock may be set, this one may not.
#[derive(Clone, Debug)]
pub struct Steady(Source);

#[derive(Clone, Debug)]
enum Source {
    Real(Instant),
    Set(Arc<Mutex<Duration>>),
}

impl Steady {
    /// The machine's own, from now on.
    pub fn real() -> Steady {
        Steady(Source::Real(Instant::now()))
    }

    /// One that stands still until [`Steady::pass`], for tests.
    pub fn standing() -> Steady {
        Steady(Source::Set(Arc::new(Mutex::new(Duration::ZERO))))
    }

    /// Lets time go by on a standing one. A real one goes by itself.
    pub fn pass(&self, time: Duration) {
        if let Source::Set(held) = &self.0 {
            *held.lock().unwrap_or_else(PoisonError::into_inner) += time;
        }
    }

    /// How long since it was made.
    pub fn now(&self) -> Duration {
        match &self.0 {
            Source::Real(began) => began.elapsed(),
            Source::Set(held) => *held.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}
