//! A model that does not answer is left alone for a while, so that a dead one costs a family nothing but its first three
//! questions.

use jiff::SignedDuration;
use kernel::Instant;

/// So many failures in a row, and it rests.
const FAILURES_MAX: u32 = 3;
/// For how long at first, and at most: each failed trial doubles it.
const REST_SECONDS: i64 = 30;
const REST_SECONDS_MAX: i64 = 600;

/// How the model has been lately.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    rests_until: Option<Instant>,
}

impl Breaker {
    /// Whether it may be asked. After a rest one question goes through as a trial, and the next rest begins with it: a
    /// trial whose visitor goes away leaves nothing open.
    pub fn decide_asking(&mut self, now: Instant) -> bool {
        let Some(until) = self.rests_until else { return true };
        // A clock that was put back must not make the rest a long one.
        if now < until && until.as_second() - now.as_second() <= REST_SECONDS_MAX {
            return false;
        }
        self.rest(now);
        true
    }

    /// It answered within its time, whatever it said.
    pub fn succeeded(&mut self) {
        *self = Breaker::default();
    }

    /// It did not.
    pub fn failed(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES_MAX {
            self.rest(now);
        }
    }

    /// Until when it is left alone, for the staff's page.
    pub fn rests_until(&self, now: Instant) -> Option<Instant> {
        self.rests_until.filter(|until| *until > now)
    }

    fn rest(&mut self, now: Instant) {
        let doubled = self.failures.saturating_sub(FAILURES_MAX).min(8);
        let seconds = (REST_SECONDS << doubled).min(REST_SECONDS_MAX);
        self.rests_until = Some(now + SignedDuration::from_secs(seconds));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Instant {
        Instant::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn after_three_failures_it_rests_and_each_failed_trial_makes_the_rest_longer() {
        let mut breaker = Breaker::default();
        for _ in 0..2 {
            breaker.failed(at(0));
            assert!(breaker.decide_asking(at(0)));
        }
        breaker.failed(at(0));
        assert!(!breaker.decide_asking(at(29)));
        assert_eq!(breaker.rests_until(at(1)), Some(at(30)));
        assert!(breaker.decide_asking(at(30)), "a trial");
        assert!(!breaker.decide_asking(at(30)), "and only one");
        breaker.failed(at(31));
        assert!(!breaker.decide_asking(at(90)));
        assert!(breaker.decide_asking(at(91)), "sixty seconds later");
        for _ in 0..50 {
            breaker.failed(at(100));
        }
        assert!(breaker.decide_asking(at(700)), "never longer than ten minutes");
        breaker.succeeded();
        assert!(breaker.decide_asking(at(701)) && breaker.decide_asking(at(701)));
    }

    #[test]
    fn a_clock_that_was_put_back_does_not_make_the_rest_longer() {
        let mut breaker = Breaker::default();
        (0..3).for_each(|_| breaker.failed(at(7_200)));
        assert!(breaker.decide_asking(at(0)));
    }
}
