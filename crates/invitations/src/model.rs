//! What an invitation is, how it stands, and the figure of how many came by one: no database, no clock, no page.

use bookings::State;
use kernel::Id;
use std::collections::BTreeSet;

/// An invitation's id.
pub type InvitationId = Id<InvitationOf>;
/// One family asked to one session.
pub struct InvitationOf;

/// The most slips printed at once.
pub const SLIPS_MAX: usize = 60;
/// The letters of a code: none that looks or sounds like another.
const CLEAR: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// How many letters a code has: 50 bits.
const CODE_LETTERS: usize = 10;
/// Fewer than this are not told as a number.
const SMALL: i64 = 5;
/// From so many on, a share is told without its interval.
const MANY: i64 = 100;

/// How an invitation is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As a link to copy, or a square on the practitioner's own screen.
    Link,
    /// By a text message.
    Text,
    /// By e-mail.
    Email,
    /// On paper.
    Slips,
}

impl How {
    /// Each of them, in the order in which the form shows them.
    pub const ALL: [How; 4] = [How::Link, How::Text, How::Email, How::Slips];

    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            How::Link => "link",
            How::Text => "text",
            How::Email => "email",
            How::Slips => "slips",
        }
    }

    /// As the one who invites reads it.
    pub fn words(self) -> &'static str {
        match self {
            How::Link => "A link and a code for a phone’s camera",
            How::Text => "A text message",
            How::Email => "An email",
            How::Slips => "Printed slips",
        }
    }

    /// Reads what was kept or sent.
    pub fn of(key: &str) -> Option<How> {
        How::ALL.into_iter().find(|how| how.key() == key)
    }
}

/// The code that chance gives: 50 bits of ten bytes.
pub(crate) fn code_of(bytes: [u8; CODE_LETTERS]) -> String {
    bytes.iter().map(|byte| CLEAR[usize::from(byte % 32)] as char).collect()
}

/// A code as somebody types it from a slip: in any letters, with hyphens and spaces.
pub(crate) fn read_code(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(CODE_LETTERS + 1)
        .collect::<String>()
        .to_uppercase();
    (code.len() == CODE_LETTERS && code.bytes().all(|byte| CLEAR.contains(&byte))).then_some(code)
}

/// 'K7QM2-XPD4R'.
pub(crate) fn code_words(code: &str) -> String {
    let (first, second) = code.split_at(code.len() / 2);
    format!("{first}-{second}")
}

/// How far an invitation has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Steps {
    pub opened: bool,
    pub booked: Booking,
    pub came: Coming,
}

/// What was booked by an invitation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Booking {
    #[default]
    None,
    Waiting,
    Booked,
    Cancelled,
}

/// Whether they came to a date that they had booked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Coming {
    #[default]
    NotKnown,
    DidNot,
    Came,
}

/// What all bookings of one invitation come to: the best of them.
pub(crate) fn decide_booking(states: &[State]) -> Booking {
    let has = |wanted: &[State]| states.iter().any(|state| wanted.contains(state));
    if has(&[State::Booked]) {
        Booking::Booked
    } else if has(&[State::Waiting, State::Offered]) {
        Booking::Waiting
    } else if has(&[State::Cancelled, State::Declined, State::Lapsed]) {
        Booking::Cancelled
    } else {
        Booking::None
    }
}

/// Of those who came, how many came by an invitation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    pub came: i64,
    pub invited: i64,
}

/// A share as it may be shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shown {
    /// Nobody came.
    Nobody,
    /// Too few to be told as a number, in words.
    Few(&'static str),
    /// In per cent, with the interval where there are not many.
    PerCent { per_cent: i64, between: Option<(i64, i64)> },
}

/// How a share may be shown. A number from one to four might be known to somebody, so neither it nor what is left beside
/// it is told.
pub(crate) fn decide_shown(share: Share) -> Shown {
    let Share { came, invited } = share;
    let is_small = |number: i64| (1..SMALL).contains(&number);
    if came == 0 {
        Shown::Nobody
    } else if came < SMALL {
        Shown::Few("fewer than 5 came")
    } else if is_small(invited) {
        Shown::Few("fewer than 5 by invitation")
    } else if is_small(came - invited) {
        Shown::Few("all, or all but fewer than 5, by invitation")
    } else {
        let between = (came < MANY).then(|| wilson(invited, came));
        Shown::PerCent { per_cent: per_cent(invited, came), between }
    }
}

/// Which of several shares that add up to a total are hidden: those that are too small, and, where that is one alone, the
/// smallest other, or the total would give it away.
pub(crate) fn decide_hidden(shares: &[Share]) -> BTreeSet<usize> {
    let mut hidden: BTreeSet<usize> = shares
        .iter()
        .enumerate()
        .filter(|(_, share)| matches!(decide_shown(**share), Shown::Few(_)))
        .map(|(at, _)| at)
        .collect();
    if hidden.len() == 1 {
        let others = shares.iter().enumerate().filter(|(at, share)| !hidden.contains(at) && share.came > 0);
        hidden.extend(others.min_by_key(|(_, share)| share.came).map(|(at, _)| at));
    }
    hidden
}

/// A share in whole per cent.
pub(crate) fn per_cent(part: i64, whole: i64) -> i64 {
    if whole == 0 { 0 } else { (part * 200 + whole) / (whole * 2) }
}

/// Wilson's interval at 95 %, in whole per cent.
pub(crate) fn wilson(part: i64, whole: i64) -> (i64, i64) {
    const Z: f64 = 1.959_963_984_540_054;
    let (n, p) = (whole as f64, part as f64 / whole as f64);
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 100.0 / (1.0 + Z * Z / n);
    (((middle - half) * scale).round() as i64, ((middle + half) * scale).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_read_however_it_is_typed_and_nothing_else_is() {
        let code = code_of([0, 31, 32, 255, 7, 9, 100, 101, 102, 103]);
        assert_eq!(read_code(&code), Some(code.clone()));
        assert_eq!(read_code(&format!(" {} ", code_words(&code).to_lowercase())), Some(code));
        for wrong in ["", "K7QM2", "K7QM2-XPD4R9", "K7QM2-XPD4O", "../../etc/x", "ДДДДДДДДДД"] {
            assert_eq!(read_code(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_interval_is_wilsons() {
        // R: prop.test(17, 20, correct = FALSE) gives 0.6396 to 0.9476; (81, 263) gives 0.2553 to 0.3662.
        assert_eq!(wilson(17, 20), (64, 95));
        assert_eq!(wilson(81, 263), (26, 37));
        assert_eq!((wilson(0, 10), wilson(10, 10)), ((0, 28), (72, 100)));
        assert_eq!((per_cent(17, 20), per_cent(1, 3), per_cent(0, 0)), (85, 33, 0));
    }

    #[test]
    fn small_numbers_are_words_on_both_sides_of_the_share() {
        let shown = |came, invited| decide_shown(Share { came, invited });
        assert_eq!(shown(20, 10), Shown::PerCent { per_cent: 50, between: Some((30, 70)) });
        assert_eq!(shown(200, 170), Shown::PerCent { per_cent: 85, between: None });
        assert_eq!((shown(0, 0), shown(4, 4)), (Shown::Nobody, Shown::Few("fewer than 5 came")));
        assert!(matches!(shown(20, 3), Shown::Few(_)) && matches!(shown(20, 17), Shown::Few(_)));
        assert!(matches!(shown(20, 0), Shown::PerCent { per_cent: 0, .. }));
    }

    proptest! {
        #[test]
        fn no_hidden_number_is_left_alone_beside_its_total(
            shares in proptest::collection::vec((0i64..30, 0i64..30), 2..12)
        ) {
            let shares: Vec<Share> =
                shares.into_iter().map(|(one, other)| Share { came: one.max(other), invited: one.min(other) }).collect();
            let hidden = decide_hidden(&shares);
            let others = shares.iter().filter(|share| share.came > 0).count();
            prop_assert!(hidden.len() != 1 || others == 1, "{hidden:?} of {shares:?}");
            for (at, share) in shares.iter().enumerate() {
                prop_assert!(hidden.contains(&at) || !matches!(decide_shown(*share), Shown::Few(_)));
            }
        }
    }
}
