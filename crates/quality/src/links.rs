//! What a look at an address means. An address is not called broken because a site was down for an evening: it must
//! fail on three different days, and to be called moved it must say on two that it has moved for good.

use jiff::SignedDuration;
use kernel::{Date, Instant};

/// A sound address is looked at once a week.
const WEEK_HOURS: i64 = 7 * 24;
/// One that failed is looked at again the next day, until it is sure.
const DAY_HOURS: i64 = 24;
/// Days on which it must fail.
const FAILURES_MIN: i64 = 3;
/// Days on which it must send us to the same place.
const MOVES_MIN: i64 = 2;

/// What is known of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Nobody has looked yet.
    New,
    /// It answers.
    Fine,
    /// It says that it has moved for good.
    Moved,
    /// The site says that there is no such page.
    Gone,
    /// The site does not answer, or with an error.
    Silent,
    /// There is no such name on the internet.
    NoHost,
    /// We do not look there ourselves.
    Refused,
}

impl State {
    pub const ALL: [State; 7] =
        [State::New, State::Fine, State::Moved, State::Gone, State::Silent, State::NoHost, State::Refused];

    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            State::New => "new",
            State::Fine => "fine",
            State::Moved => "moved",
            State::Gone => "gone",
            State::Silent => "silent",
            State::NoHost => "no_host",
            State::Refused => "refused",
        }
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            State::New => "Not looked at yet",
            State::Fine => "Answers",
            State::Moved => "Has moved for good",
            State::Gone => "The page is gone",
            State::Silent => "Does not answer",
            State::NoHost => "The site is not there",
            State::Refused => "We could not look",
        }
    }

    pub fn parse(key: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.key() == key)
    }

    fn looks_needed(self) -> i64 {
        match self {
            State::New | State::Fine => i64::MAX,
            State::Moved => MOVES_MIN,
            // A name that is not found may be a night without names, so that what could not be checked waits as well.
            State::Gone | State::Silent | State::NoHost | State::Refused => FAILURES_MIN,
        }
    }
}

/// What one look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An answer with this status, where we asked.
    Answer(u16),
    /// An answer with this status, at another address, and every step there was for good.
    SentOn(u16, String),
    /// No such name.
    NoHost,
    /// No answer in time, or a broken connection.
    Silence,
    /// Our own guard does not let us, or there is nothing we could ask; and why.
    Guarded(String),
    /// They asked us to come later, in so many seconds.
    Later(i64),
}

/// An address as it stood and stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub state: State,
    pub status: Option<i64>,
    pub sends_to: Option<String>,
    pub refusal: String,
    /// On how many days in a row it was found like this.
    pub days: i64,
    pub last_day: Option<Date>,
}

impl Link {
    /// Whether a person should look.
    pub fn is_broken(&self) -> bool {
        self.days >= self.state.looks_needed()
    }
}

/// What is known after a look, and when to look again.
pub(crate) fn decide_look(link: &Link, found: &Found, now: Instant) -> (Link, Instant) {
    let today = kernel::civil_today(now);
    let in_hours = |hours: i64| now + SignedDuration::from_hours(hours);
    if let Found::Later(seconds) = found {
        // Asking to wait is an answer: nothing is held against the page. An hour at least, a week at most.
        let wait = (*seconds).clamp(3_600, WEEK_HOURS * 3_600);
        return (link.clone(), now + SignedDuration::from_secs(wait));
    }
    let (state, status, sends_to, refusal) = match found {
        Found::Answer(status) => (state_of(*status), Some(*status), None, String::new()),
        Found::SentOn(status, to) if state_of(*status) == State::Fine => {
            (State::Moved, Some(*status), Some(to.clone()), String::new())
        }
        Found::SentOn(status, _) => (state_of(*status), Some(*status), None, String::new()),
        Found::NoHost => (State::NoHost, None, None, String::new()),
        Found::Silence | Found::Later(_) => (State::Silent, None, None, String::new()),
        Found::Guarded(why) => (State::Refused, None, None, why.clone()),
    };
    let same = state == link.state && sends_to == link.sends_to;
    let days = match (state, same) {
        (State::Fine | State::New, _) => 0,
        (_, true) if link.last_day == Some(today) => link.days,
        (_, true) => link.days + 1,
        (_, false) => 1,
    };
    let status = status.map(i64::from);
    let known = Link { state, status, sends_to, refusal, days, last_day: Some(today) };
    let sure = state == State::Fine || known.is_broken();
    (known, in_hours(if sure { WEEK_HOURS } else { DAY_HOURS }))
}

/// A page that wants a sign-in or does not like machines is there: families can open it.
fn state_of(status: u16) -> State {
    match status {
        404 | 410 => State::Gone,
        200..=399 | 401 | 403 | 405 | 406 | 429 | 501 => State::Fine,
        _ => State::Silent,
    }
}

/// When a new address is looked at first: spread over a day by its own letters, the same on every node.
pub(crate) fn first_due(address: &str, now: Instant) -> Instant {
    let hash = address
        .bytes()
        .fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
    now + SignedDuration::from_secs(i64::from(hash % 86_400))
}

/// Two addresses that lead to the same page: a slash at the end, `www.` and capitals of the host do not count; `http`
/// to `https` does, because the entry should say the safe one.
pub(crate) fn is_same_page(one: &str, other: &str) -> bool {
    let plain = |address: &str| {
        let address = address.split('#').next().unwrap_or_default().trim_end_matches('/').to_owned();
        match address.split_once("://") {
            Some((scheme, rest)) => {
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                format!("{}://{}/{path}", scheme.to_lowercase(), host.to_lowercase())
            }
            None => address,
        }
    };
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn new() -> Link {
        Link {
            state: State::New,
            status: None,
            sends_to: None,
            refusal: String::new(),
            days: 0,
            last_day: None,
        }
    }

    #[test]
    fn a_page_is_broken_only_after_three_different_days() {
        let (mut link, mut days) = (new(), Vec::new());
        for when in
            ["2026-11-02T09:00:00Z", "2026-11-02T15:00:00Z", "2026-11-03T15:00:00Z", "2026-11-04T15:00:00Z"]
        {
            (link, _) = decide_look(&link, &Found::Answer(404), at(when));
            days.push((link.days, link.is_broken()));
        }
        assert_eq!(days, [(1, false), (1, false), (2, false), (3, true)]);
        let (link, due) = decide_look(&link, &Found::Answer(200), at("2026-11-05T15:00:00Z"));
        assert_eq!(
            (link.state, link.days, link.is_broken()),
            (State::Fine, 0, false),
            "one answer clears it"
        );
        assert_eq!(due, at("2026-11-12T15:00:00Z"));
    }

    #[test]
    fn what_is_found_is_told_apart() {
        let now = at("2026-11-02T09:00:00Z");
        for (found, state) in [
            (Found::Answer(200), State::Fine),
            (Found::Answer(403), State::Fine),
            (Found::Answer(410), State::Gone),
            (Found::Answer(500), State::Silent),
            (Found::SentOn(200, "https://b.example/".to_owned()), State::Moved),
            (Found::SentOn(404, "https://b.example/".to_owned()), State::Gone),
            (Found::NoHost, State::NoHost),
            (Found::Silence, State::Silent),
            (Found::Guarded("not public".to_owned()), State::Refused),
        ] {
            assert_eq!(decide_look(&new(), &found, now).0.state, state, "{found:?}");
        }
        let (link, due) = decide_look(&new(), &Found::Later(7_200), now);
        assert_eq!(
            (link, due),
            (new(), at("2026-11-02T11:00:00Z")),
            "who asks to wait is not held to be broken"
        );
    }

    #[test]
    fn the_same_page_is_told_from_another() {
        assert!(is_same_page("https://A.example", "https://a.example/"));
        assert!(is_same_page("https://a.example/x/", "https://a.example/x#top"));
        assert!(!is_same_page("http://a.example/x", "https://a.example/x"));
        assert!(!is_same_page("https://a.example/X", "https://a.example/x"));
    }

    proptest! {
        #[test]
        fn nothing_is_looked_at_again_within_the_hour_and_nothing_is_forgotten_for_longer_than_a_week(
            statuses in prop::collection::vec(prop_oneof![Just(200_u16), Just(404), Just(500), Just(429)], 1..20)
        ) {
            let (mut link, mut now) = (new(), at("2026-11-02T09:00:00Z"));
            for status in statuses {
                let found = if status == 429 { Found::Later(10) } else { Found::Answer(status) };
                let (after, due) = decide_look(&link, &found, now);
                let hours = (due.as_second() - now.as_second()) / 3_600;
                prop_assert!((1..=168).contains(&hours), "{hours}");
                prop_assert!(!after.is_broken() || after.days >= 3);
                (link, now) = (after, due);
            }
        }
    }
}
