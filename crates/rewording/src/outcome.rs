//! What became of a question, as it is counted: a reason, never a word of the question or the answer.

use crate::validator::Check;

/// Why a model gave nothing that could be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// Nobody was there, or the line broke before the answer began.
    Unreachable,
    /// It did not finish within its time.
    TooSlow,
    /// It had no time for us: 429.
    TooMany,
    /// It takes us for nobody it knows: 401 or 403.
    NotKnown,
    /// It broke: 500 and above.
    Broken,
    /// It said something else than 200.
    OtherStatus,
    /// It wanted to send us elsewhere. We do not go.
    SentOn,
    /// It did not say that it sends JSON, or it packed it.
    NotJson,
    /// It said more than any answer can need.
    TooLong,
    /// It stopped in the middle.
    CutShort,
    /// Its envelope is not the one that was agreed, or it did not finish its own answer.
    OtherShape,
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// At least one sentence was handed on.
    Reworded,
    /// Every sentence fell, or it had none.
    NothingLeft,
    /// The answer fell whole over a check.
    Fell(Check),
    /// The safety screen saw something in the answer. What a model says about danger is not shown.
    Screened,
    /// It was switched off while it answered.
    SwitchedOff,
    /// It failed lately and is left alone.
    Resting,
    /// As many questions as it may have at a time were with it.
    Busy,
    /// It gave nothing that could be looked at.
    Failed(Failure),
}

impl Outcome {
    /// All of them, in the order of the staff's page.
    pub const ALL: [Outcome; 20] = [
        Outcome::Reworded,
        Outcome::NothingLeft,
        Outcome::Fell(Check::Shape),
        Outcome::Fell(Check::Forbidden),
        Outcome::Fell(Check::Facet),
        Outcome::Screened,
        Outcome::SwitchedOff,
        Outcome::Failed(Failure::TooSlow),
        Outcome::Failed(Failure::Unreachable),
        Outcome::Failed(Failure::Broken),
        Outcome::Failed(Failure::TooMany),
        Outcome::Failed(Failure::NotKnown),
        Outcome::Failed(Failure::OtherStatus),
        Outcome::Failed(Failure::SentOn),
        Outcome::Failed(Failure::NotJson),
        Outcome::Failed(Failure::TooLong),
        Outcome::Failed(Failure::CutShort),
        Outcome::Failed(Failure::OtherShape),
        Outcome::Resting,
        Outcome::Busy,
    ];

    /// As it is counted.
    pub fn key(self) -> &'static str {
        match self {
            Outcome::Reworded => "reworded",
            Outcome::NothingLeft => "nothing_left",
            Outcome::Fell(Check::Shape) => "fell_shape",
            Outcome::Fell(Check::Forbidden) => "fell_forbidden",
            Outcome::Fell(_) => "fell_facet",
            Outcome::Screened => "screened",
            Outcome::SwitchedOff => "switched_off",
            Outcome::Resting => "resting",
            Outcome::Busy => "busy",
            Outcome::Failed(Failure::Unreachable) => "unreachable",
            Outcome::Failed(Failure::TooSlow) => "too_slow",
            Outcome::Failed(Failure::TooMany) => "too_many",
            Outcome::Failed(Failure::NotKnown) => "not_known",
            Outcome::Failed(Failure::Broken) => "broken",
            Outcome::Failed(Failure::OtherStatus) => "other_status",
            Outcome::Failed(Failure::SentOn) => "sent_on",
            Outcome::Failed(Failure::NotJson) => "not_json",
            Outcome::Failed(Failure::TooLong) => "too_long",
            Outcome::Failed(Failure::CutShort) => "cut_short",
            Outcome::Failed(Failure::OtherShape) => "other_shape",
        }
    }

    /// As staff read it.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Reworded => "Shown in the model’s words",
            Outcome::NothingLeft => "No sentence passed the checks",
            Outcome::Fell(Check::Shape) => "Not the agreed form: not JSON, too long, or not plain text",
            Outcome::Fell(Check::Forbidden) => {
                "Held a link or number, a promise, a dose, a diagnosis, or said who is eligible"
            }
            Outcome::Fell(_) => "Left out what was asked for: who, when, where or how much",
            Outcome::Screened => "Spoke of danger",
            Outcome::SwitchedOff => "Was switched off while it answered",
            Outcome::Resting => "Not asked, because it had failed three times in a row",
            Outcome::Busy => "Not asked, because it had too many questions at once",
            Outcome::Failed(Failure::Unreachable) => "Could not be reached",
            Outcome::Failed(Failure::TooSlow) => "Took too long",
            Outcome::Failed(Failure::TooMany) => "Said that we ask too much (429)",
            Outcome::Failed(Failure::NotKnown) => "Did not accept our key (401 or 403)",
            Outcome::Failed(Failure::Broken) => "Broke (500 or above)",
            Outcome::Failed(Failure::OtherStatus) => "Answered with another status",
            Outcome::Failed(Failure::SentOn) => "Sent us to another address, where we did not go",
            Outcome::Failed(Failure::NotJson) => "Sent something that is not JSON",
            Outcome::Failed(Failure::TooLong) => "Sent far too much",
            Outcome::Failed(Failure::CutShort) => "Stopped in the middle",
            Outcome::Failed(Failure::OtherShape) => "Sent JSON of another shape, or did not finish",
        }
    }
}

/// The checks that drop a sentence, with what it is counted as and what staff read.
pub(crate) const SENTENCES: [(Check, &str, &str); 6] = [
    (Check::Cited, "dropped_cited", "Named no source, or one it was not given"),
    (Check::Verbatim, "dropped_verbatim", "Its quote is not in the page word for word, or is too short"),
    (Check::Figures, "dropped_figures", "A number, date, time, amount or name is not the page’s"),
    (
        Check::Polarity,
        "dropped_polarity",
        "‘Not’, ‘only’, ‘if’, ‘must’, ‘should’ or ‘may’ is not as in the page",
    ),
    (Check::Overlap, "dropped_overlap", "Did not keep to the page’s own words and order"),
    (Check::Entailed, "dropped_entailed", "A second check did not agree"),
];

/// What a kept sentence is counted as.
pub(crate) const KEPT: &str = "kept";

/// What a dropped sentence is counted as.
pub(crate) fn key_of_dropped(check: Check) -> &'static str {
    SENTENCES.iter().find(|(dropped, ..)| *dropped == check).map_or("dropped_overlap", |(_, key, _)| key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_outcomes_are_counted_as_one() {
        let keys =
            Outcome::ALL.map(Outcome::key).into_iter().chain(SENTENCES.map(|(_, key, _)| key)).chain([KEPT]);
        let keys: Vec<&str> = keys.collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        assert!(keys.iter().all(|key| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
    }
}
