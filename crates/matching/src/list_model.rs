//! A list that is handed over: what it may be called, what may be said on it, how it is handed over and how long it opens.
//! No database, no clock, no page.
//!
//! Title and notes are chosen from set sentences, so that nothing of a family can stand in them, and none says what a
//! family's trouble is: whoever looks over a shoulder reads 'A list for you'.

use kernel::{Id, Instant};

/// A list's id.
pub type ListId = Id<HandedList>;
/// A list of services that a practitioner handed over.
pub struct HandedList;

/// The most services on a list: what a family can look at in an evening.
pub const SERVICES_MAX: usize = 15;
/// How long a list opens.
pub const OPENS_DAYS: i64 = 90;
/// How long after that it stays among the practitioner's own.
pub const KEPT_AFTER_DAYS: i64 = 90;

/// What a list may be called: the key kept, and the words.
pub(crate) const TITLES: [(&str, &str); 5] = [
    ("for_you", "A list for you"),
    ("we_talked", "What we talked about"),
    ("near_you", "Places near you"),
    ("to_try", "Things to try"),
    ("to_ring", "Numbers to keep"),
];

/// What may be said on it.
pub(crate) const NOTES: [(&str, &str); 6] = [
    ("any_order", "You do not have to do all of it. Start anywhere."),
    ("mention", "You can say that I gave you this list."),
    ("first_time", "If the first time feels hard, ask them to meet you at the door."),
    ("interpreter", "Ask for an interpreter if you would like one. It is free."),
    ("bring_someone", "You can bring somebody with you."),
    ("come_back", "If none of it helps, tell me, and we look again."),
];

/// Letters of a code: none that looks or sounds like another.
const CLEAR: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// How many letters a code has: 60 bits.
const CODE_LETTERS: usize = 12;

/// How a list is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As a link, a square on the screen, or on paper.
    Link,
    /// By e-mail.
    Email,
    /// By a text message.
    Text,
}

impl How {
    /// Each of them, in the order in which the form shows them.
    pub const ALL: [How; 3] = [How::Link, How::Email, How::Text];

    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            How::Link => "link",
            How::Email => "email",
            How::Text => "text",
        }
    }

    /// As the one who hands over reads it.
    pub fn words(self) -> &'static str {
        match self {
            How::Link => "A link, a code for a phone’s camera, or paper",
            How::Email => "An email",
            How::Text => "A text message",
        }
    }

    /// Reads what was kept or sent.
    pub fn of(key: &str) -> Option<How> {
        How::ALL.into_iter().find(|how| how.key() == key)
    }
}

/// Whether a list opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Open,
    Ended,
    Withdrawn,
}

/// How a list stands at a moment.
pub(crate) fn decide_standing(ends_at: Instant, withdrawn_at: Option<Instant>, now: Instant) -> Standing {
    if withdrawn_at.is_some() {
        Standing::Withdrawn
    } else if ends_at <= now {
        Standing::Ended
    } else {
        Standing::Open
    }
}

/// The words of a key, or nothing.
pub(crate) fn words_of(known: &[(&'static str, &'static str)], key: &str) -> Option<&'static str> {
    known.iter().find(|(own, _)| *own == key).map(|(_, words)| *words)
}

/// The code that chance gives.
pub(crate) fn code_of(bytes: [u8; CODE_LETTERS]) -> String {
    bytes.iter().map(|byte| CLEAR[usize::from(byte % 32)] as char).collect()
}

/// A code as somebody types it from paper: in any letters, with hyphens and spaces.
pub(crate) fn read_code(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(CODE_LETTERS + 1)
        .collect::<String>()
        .to_uppercase();
    (code.len() == CODE_LETTERS && code.bytes().all(|byte| CLEAR.contains(&byte))).then_some(code)
}

/// 'K7QM-2XPD-4RAB'.
pub(crate) fn code_words(code: &str) -> String {
    [&code[..4], &code[4..8], &code[8..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed_and_nothing_else_is() {
        let code = code_of([0, 31, 32, 255, 7, 9, 100, 101, 102, 103, 1, 2]);
        assert_eq!(read_code(&code), Some(code.clone()));
        assert_eq!(read_code(&format!(" {} ", code_words(&code).to_lowercase())), Some(code));
        for wrong in ["", "K7QM2", "K7QM-2XPD-4RAB9", "K7QM-2XPD-4RO1", "../../etc/x", "ДДДДДДДДДДДД"]
        {
            assert_eq!(read_code(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_title_and_no_note_says_what_the_trouble_is() {
        for (_, words) in TITLES.iter().chain(&NOTES) {
            for telling in ["abuse", "mental", "debt", "SEND", "baby", "depress", "food bank", "safe"] {
                assert!(!words.contains(telling), "{words:?} says {telling:?}");
            }
        }
    }

    #[test]
    fn a_list_opens_until_its_end_or_until_it_is_withdrawn() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let (before, end) = (at("2026-11-23T08:59:59Z"), at("2026-11-23T09:00:00Z"));
        assert_eq!(decide_standing(end, None, before), Standing::Open);
        assert_eq!(decide_standing(end, None, end), Standing::Ended);
        assert_eq!(decide_standing(end, Some(before), before), Standing::Withdrawn);
    }
}
