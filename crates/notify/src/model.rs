//! How a message comes to be sent once: its states, and what follows from what happened. Decisions only.

use kernel::{Instant, london};
use std::time::Duration;

/// How long a worker may take from taking a message to asking the provider: later than this it asks nothing.
pub(crate) const BEGIN_WITHIN: Duration = Duration::from_secs(20);
/// How long one talk with a provider may last.
pub(crate) const TALK_AT_MOST: Duration = Duration::from_secs(50);
/// How long somebody else's submission must be seen to stand still before it is looked into: the two times above and
/// more than the minute that GOV.UK Notify asks for before a message is looked for.
pub(crate) const LEASE: Duration = Duration::from_secs(150);
/// How long after a submission without an answer it is first looked for.
pub(crate) const LOOK_AFTER: Duration = Duration::from_secs(60);
/// Older than this a message is not sent any more: what it says may no longer be so.
const TOO_OLD_HOURS: i64 = 72;
/// GOV.UK Notify finds messages of the last seven days; well inside that we stop trusting 'not found'.
const LOOK_WITHIN_HOURS: i64 = 5 * 24;
/// No wait that this room sets is longer. A time further ahead was set by a clock that was wrong.
pub(crate) const WAIT_MAX_HOURS: i64 = 26;
const FIRST_WAIT_SECONDS: i64 = 30;
const LONGEST_WAIT_SECONDS: i64 = 3_600;

macro_rules! keyed {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $each:literal])+ $variant:ident $key:literal $words:literal,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $each])+ $variant,)+ }
        impl $name {
            /// Every one.
            pub const ALL: &[$name] = &[$($name::$variant),+];
            /// As it is kept.
            pub fn key(self) -> &'static str {
                match self { $($name::$variant => $key,)+ }
            }
            /// As people say it.
            pub fn words(self) -> &'static str {
                match self { $($name::$variant => $words,)+ }
            }
            /// From what is kept.
            pub fn from_key(key: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|each| each.key() == key)
            }
        }
    };
}

keyed! {
    /// By what a message goes.
    Medium {
        /// E-mail.
        Email "email" "Email",
        /// A text message to a mobile telephone.
        Text "text" "Text message",
    }
}

keyed! {
    /// Where a message stands.
    State {
        /// It waits for its turn.
        Queued "queued" "Waiting",
        /// A worker has it and may have given it to the provider.
        Submitting "submitting" "Being sent",
        /// It was given to the provider and no answer came: to be looked for before anything else is done.
        Unknown "unknown" "Being looked for",
        /// The provider has taken it. Final.
        Accepted "accepted" "Sent",
        /// It will not be sent. Final.
        Failed "failed" "Not sent",
        /// Nobody can find out whether the provider took it: only a person may have it sent again.
        InDoubt "in_doubt" "In doubt",
    }
}

keyed! {
    /// Why a message was not sent, or what holds it.
    Reason {
        /// The address cannot be written to.
        NoSuchAddress "no_such_address" "The address or number does not work",
        /// A text message can only go to a mobile telephone.
        NotAMobile "not_a_mobile" "The number is not a UK mobile number",
        /// Too long for a text message.
        TooLong "too_long" "The text is too long for a text message",
        /// The receiving side does not want it.
        NotWanted "not_wanted" "The receiving mail system refused it",
        /// The provider does not take what we ask: a mistake in our settings.
        AskedWrongly "asked_wrongly" "The provider refused how we asked: check its template and permissions",
        /// It waited longer than what it says holds good.
        TooOld "too_old" "It waited for three days and was not sent",
        /// The person turned this kind off while it waited.
        TurnedOff "turned_off" "The person turned this kind of message off",
        /// The person asked to be forgotten while it waited.
        Erased "erased" "The person asked to be forgotten",
        /// The connection broke in the one moment in which it cannot be known.
        NoAnswer "no_answer" "The connection broke before the mail server said whether it took the message",
        /// The provider cannot be reached.
        NotReached "not_reached" "The provider cannot be reached",
        /// The provider wants us to be slower.
        Busy "busy" "The provider asks us to slow down",
        /// As many as the provider takes in a day.
        TodaysLimit "todays_limit" "The provider takes no more today",
        /// The provider does not let us in.
        NotAllowed "not_allowed" "The provider does not let us in: check the key or password, and its certificate",
    }
}

/// What a provider answered to a message, or did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It took it.
    Accepted { provider_id: Option<String> },
    /// It surely did not take it and never will.
    Never { reason: Reason, unreachable: bool },
    /// It surely did not take it this time.
    NotNow(Reason),
    /// Nobody knows: it may have taken it.
    None,
    /// We did not ask, because we were late.
    NotAsked,
}

/// What a provider answered when it was asked for a message by our reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It has it.
    There { provider_id: String, delivery: Option<String> },
    /// It has it not.
    Absent,
    /// It did not say.
    NoWord(Option<Reason>),
}

/// A message as a decision needs it.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub state: State,
    pub queued_at: Instant,
    pub tried_at: Option<Instant>,
    /// Whether the provider it was given to is the one we speak to now, and can be asked for it.
    pub can_look: bool,
}

/// What is to be done with a message now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing yet.
    Wait,
    /// Give it to the provider.
    Submit,
    /// Ask the provider whether it has it.
    Look,
    /// Write down how it ended.
    End(State, Reason),
}

/// Decides by what is written and by how long *this process* has seen it stand still, on a clock that only goes
/// forward. The wall clock may jump; it decides only what is too old, never whether another worker has gone.
pub(crate) fn decide_step(standing: &Standing, seen_still: Duration, now: Instant) -> Step {
    match standing.state {
        State::Queued if hours_between(standing.queued_at, now) >= TOO_OLD_HOURS => {
            Step::End(State::Failed, Reason::TooOld)
        }
        State::Queued => Step::Submit,
        State::Submitting if seen_still < LEASE => Step::Wait,
        State::Unknown if seen_still < LOOK_AFTER => Step::Wait,
        State::Submitting | State::Unknown => {
            let tried_at = standing.tried_at.unwrap_or(standing.queued_at);
            if standing.can_look && hours_between(tried_at, now) < LOOK_WITHIN_HOURS {
                Step::Look
            } else {
                Step::End(State::InDoubt, Reason::NoAnswer)
            }
        }
        State::Accepted | State::Failed | State::InDoubt => Step::Wait,
    }
}

/// What a message becomes, and whether its channel rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct After {
    pub next: Next,
    pub hold: Option<(Instant, Reason)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Accepted { provider_id: Option<String>, delivery: Option<String> },
    Queued { due_at: Instant },
    Unknown,
    Ended { state: State, reason: Reason, unreachable: bool },
}

/// After a message was given to a provider. `chance` spreads those that wait.
pub(crate) fn decide_after_answer(
    answer: Answer,
    can_look: bool,
    attempts: i64,
    now: Instant,
    chance: u8,
) -> After {
    let next = match answer {
        Answer::Accepted { provider_id } => Next::Accepted { provider_id, delivery: None },
        Answer::Never { reason, unreachable } => Next::Ended { state: State::Failed, reason, unreachable },
        Answer::None if can_look => Next::Unknown,
        Answer::None => Next::Ended { state: State::InDoubt, reason: Reason::NoAnswer, unreachable: false },
        Answer::NotAsked => Next::Queued { due_at: now },
        Answer::NotNow(reason) => {
            let due_at = later(now, wait_seconds(attempts, chance));
            return After { next: Next::Queued { due_at }, hold: decide_hold(reason, now) };
        }
    };
    After { next, hold: None }
}

/// After a provider was asked whether it has a message.
pub(crate) fn decide_after_look(found: Found, now: Instant) -> After {
    match found {
        Found::There { provider_id, delivery } => {
            After { next: Next::Accepted { provider_id: Some(provider_id), delivery }, hold: None }
        }
        Found::Absent => After { next: Next::Queued { due_at: now }, hold: None },
        Found::NoWord(reason) => {
            After { next: Next::Unknown, hold: reason.and_then(|reason| decide_hold(reason, now)) }
        }
    }
}

/// How long a channel rests. One whose door is shut is tried again each quarter of an hour, so that a mended key needs
/// no further word.
fn decide_hold(reason: Reason, now: Instant) -> Option<(Instant, Reason)> {
    let until = match reason {
        Reason::NotReached => later(now, 60),
        Reason::Busy => later(now, 5),
        Reason::NotAllowed => later(now, 15 * 60),
        Reason::TodaysLimit => tomorrow(now),
        _ => return None,
    };
    Some((until, reason))
}

/// Half a minute, then twice as long each time up to an hour, and up to a quarter more by chance.
fn wait_seconds(attempts: i64, chance: u8) -> i64 {
    let doubled = FIRST_WAIT_SECONDS << attempts.saturating_sub(1).clamp(0, 7);
    let wait = doubled.min(LONGEST_WAIT_SECONDS);
    wait + wait * i64::from(chance) / 1_024
}

/// A few minutes into the next day in London: the provider's day may turn a little after ours.
fn tomorrow(now: Instant) -> Instant {
    let today = now.to_zoned(london()).date();
    today
        .tomorrow()
        .and_then(|day| day.at(0, 5, 0, 0).to_zoned(london()))
        .map_or(later(now, 24 * 3_600), |start| start.timestamp())
}

pub(crate) fn later(now: Instant, seconds: i64) -> Instant {
    now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(now)
}

fn hours_between(earlier: Instant, now: Instant) -> i64 {
    now.duration_since(earlier).as_hours()
}

/// Whether what a provider says of a delivery is its last word.
pub(crate) fn is_last_word(delivery: &str) -> bool {
    !matches!(delivery, "created" | "sending" | "pending")
}

/// A provider's word for how a delivery went, in ours.
pub(crate) fn delivery_words(delivery: &str) -> &'static str {
    match delivery {
        "delivered" => "Delivered",
        "permanent-failure" => "Not delivered: the address or number does not work",
        "temporary-failure" => "Not delivered: the phone was off or the mailbox full",
        "technical-failure" => "Not delivered: the provider had a fault",
        "sent" => "Sent abroad",
        _ => "On its way",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn standing(state: State, can_look: bool) -> Standing {
        let queued_at = at("2026-11-22T09:00:00Z");
        Standing { state, queued_at, tried_at: Some(queued_at), can_look }
    }

    #[test]
    fn what_stands_still_is_looked_for_and_never_just_sent_again() {
        let now = at("2026-11-22T09:10:00Z");
        let (short, long) = (Duration::from_secs(59), Duration::from_secs(150));
        for state in [State::Submitting, State::Unknown] {
            assert_eq!(decide_step(&standing(state, true), short, now), Step::Wait);
            assert_eq!(decide_step(&standing(state, true), long, now), Step::Look);
            let doubt = Step::End(State::InDoubt, Reason::NoAnswer);
            assert_eq!(decide_step(&standing(state, false), long, now), doubt);
        }
        // However far the wall clock leaps, only what was seen counts.
        let leapt = at("2026-11-24T09:00:00Z");
        assert_eq!(decide_step(&standing(State::Submitting, true), short, leapt), Step::Wait);
        // After five days 'not found' proves nothing any more.
        let old = at("2026-11-28T09:00:00Z");
        let doubt = Step::End(State::InDoubt, Reason::NoAnswer);
        assert_eq!(decide_step(&standing(State::Unknown, true), long, old), doubt);
    }

    #[test]
    fn each_answer_leads_where_it_should() {
        let now = at("2026-07-22T22:30:00Z");
        let after = |answer, can_look| decide_after_answer(answer, can_look, 1, now, 0);
        assert_eq!(after(Answer::None, true).next, Next::Unknown);
        assert!(matches!(after(Answer::None, false).next, Next::Ended { state: State::InDoubt, .. }));
        assert_eq!(
            after(Answer::NotNow(Reason::Busy), true),
            After {
                next: Next::Queued { due_at: later(now, 30) },
                hold: Some((later(now, 5), Reason::Busy))
            }
        );
        // The day is London's: in July half past ten in the evening UTC is still the same day there.
        let limit = after(Answer::NotNow(Reason::TodaysLimit), true);
        assert_eq!(limit.hold, Some((at("2026-07-22T23:05:00Z"), Reason::TodaysLimit)));
        assert_eq!(decide_after_look(Found::Absent, now).next, Next::Queued { due_at: now });
        assert_eq!(decide_after_look(Found::NoWord(None), now).next, Next::Unknown);
    }

    #[test]
    fn waiting_grows_to_an_hour_and_no_longer() {
        assert_eq!([1, 2, 3, 8, 500].map(|attempts| wait_seconds(attempts, 0)), [30, 60, 120, 3_600, 3_600]);
        assert!(wait_seconds(500, 255) < WAIT_MAX_HOURS * 3_600);
    }
}
