//! What a request to be rung is, how it stands, and what may be done with it. No database, no clock, no page.

use access::PersonId;
use kernel::{Id, Instant, Phone};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A request's id.
pub type CallBackId = Id<Asked>;
/// Somebody who asked to be rung.
pub struct Asked;

/// What somebody may say it is about: the key that a link may carry, and the words.
pub const ABOUT: [(&str, &str); 12] = [
    ("feeding", "Feeding"),
    ("sleep_crying", "Sleep or crying"),
    ("feelings", "How I feel"),
    ("pregnancy", "Pregnancy, birth or a new baby"),
    ("behaviour", "Behaviour or family life"),
    ("send", "Special needs (SEND)"),
    ("money_home", "Money, food or home"),
    ("childcare", "Childcare or school"),
    ("groups", "Groups and things to do"),
    ("dads", "Being a dad or partner"),
    ("other", "Something else"),
    ("not_said", "I would rather say it on the phone"),
];

/// Whose phone it is: what is kept, and the words of the form. What asks for more care stands later.
pub(crate) const WHOSE: [(&str, &str); 2] =
    [("own", "It is mine, and only I answer it"), ("shared", "Somebody else may answer it")];

/// Whether a message may be left. What asks for more care stands later.
pub(crate) const MESSAGE: [(&str, &str); 3] = [
    ("hub", "Yes. You can say that you are the family hub"),
    ("discreet", "Yes, but say only your first name, and not why you ring"),
    ("none", "No. Please leave no message"),
];

/// How we reach them.
pub(crate) const HOW: [(&str, &str); 2] =
    [("ring", "Ring me"), ("text", "Text me. I cannot talk on the phone, or it is not safe to")];

/// The areas in which some numbers have ten digits (Ofcom's list of mixed and short areas); everywhere else they have eleven.
const SHORT_AREAS: [&str; 41] = [
    "01204", "01208", "01254", "01276", "01297", "01298", "01363", "01364", "01384", "01386", "01404",
    "01420", "01460", "01461", "01480", "01488", "01524", "01527", "01562", "01566", "01606", "01629",
    "01635", "01647", "01659", "01695", "01726", "01744", "01750", "01768", "01827", "01837", "01884",
    "01900", "01905", "01935", "01946", "01949", "01963", "01995", "016977",
];

/// What is said of a number that cannot be rung as it was typed.
const WRONG_LENGTH: &str = "Check your phone number. A digit may be missing, or there may be one too many. \
    Most UK numbers have 11 digits, like 0151 496 0000";

/// So many rings without an answer are enough to let a request go.
pub(crate) const TRIES_ENOUGH: i64 = 3;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Nobody has taken it yet.
    Asked,
    /// Somebody has, and has not rung.
    Taken,
    /// They rang, without an answer or to ring another day.
    Rung,
    /// It came to an end.
    Closed,
    /// The family took it back.
    Cancelled,
    /// The same number had asked already: one ring answers both.
    Joined,
}

impl State {
    pub const ALL: [State; 6] =
        [State::Asked, State::Taken, State::Rung, State::Closed, State::Cancelled, State::Joined];

    pub fn key(self) -> &'static str {
        match self {
            State::Asked => "asked",
            State::Taken => "taken",
            State::Rung => "rung",
            State::Closed => "closed",
            State::Cancelled => "cancelled",
            State::Joined => "joined",
        }
    }

    pub fn of(key: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.key() == key)
    }

    /// Whether somebody is still to be rung.
    pub fn is_open(self) -> bool {
        matches!(self, State::Asked | State::Taken | State::Rung)
    }
}

/// How a request came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Reached,
    WrongNumber,
    NotReached,
}

impl Outcome {
    pub const ALL: [Outcome; 3] = [Outcome::Reached, Outcome::WrongNumber, Outcome::NotReached];

    pub fn key(self) -> &'static str {
        match self {
            Outcome::Reached => "reached",
            Outcome::WrongNumber => "wrong_number",
            Outcome::NotReached => "not_reached",
        }
    }

    pub fn of(key: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.key() == key)
    }

    pub fn words(self) -> &'static str {
        match self {
            Outcome::Reached => "We spoke",
            Outcome::WrongNumber => "The number was wrong",
            Outcome::NotReached => "We did not reach them",
        }
    }
}

/// All of a request that doing something with it changes, so that it can be undone whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub state: State,
    /// The worker who has it.
    pub taken_by: Option<Uuid>,
    pub tries: i64,
    pub due_at: Instant,
    pub outcome: Option<Outcome>,
    pub closed_at: Option<Instant>,
}

/// What a worker does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Take,
    TakeOver,
    GiveBack,
    Spoke,
    AnotherDay,
    NoAnswer,
    WrongNumber,
    LetGo,
}

impl Deed {
    pub const ALL: [Deed; 8] = [
        Deed::Take,
        Deed::TakeOver,
        Deed::GiveBack,
        Deed::Spoke,
        Deed::AnotherDay,
        Deed::NoAnswer,
        Deed::WrongNumber,
        Deed::LetGo,
    ];

    /// As forms and the history have it.
    pub fn key(self) -> &'static str {
        match self {
            Deed::Take => "take",
            Deed::TakeOver => "take_over",
            Deed::GiveBack => "give_back",
            Deed::Spoke => "spoke",
            Deed::AnotherDay => "another_day",
            Deed::NoAnswer => "no_answer",
            Deed::WrongNumber => "wrong_number",
            Deed::LetGo => "let_go",
        }
    }

    pub fn of(key: &str) -> Option<Deed> {
        Deed::ALL.into_iter().find(|deed| deed.key() == key)
    }

    /// As the history and the trail say it.
    pub fn done_words(self) -> &'static str {
        match self {
            Deed::Take => "took it",
            Deed::TakeOver => "took it over from a colleague",
            Deed::GiveBack => "gave it back to the list",
            Deed::Spoke => "rang and spoke with them",
            Deed::AnotherDay => "rang; they asked for another day",
            Deed::NoAnswer => "rang, no answer",
            Deed::WrongNumber => "rang, the number is wrong",
            Deed::LetGo => "let it go after several tries",
        }
    }
}

/// How a ring ended, as the form asks: the deed and the words.
pub(crate) const ENDINGS: [(Deed, &str); 5] = [
    (Deed::Spoke, "We spoke. Nothing more to ring about"),
    (Deed::AnotherDay, "We spoke. Ring again the next working day"),
    (Deed::NoAnswer, "No answer. Try again the next working day"),
    (Deed::WrongNumber, "The number is wrong"),
    (Deed::LetGo, "No answer several times. Let it go"),
];

/// Why something cannot be done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is not to be rung any more.
    Over,
    /// A colleague has it.
    Taken,
    /// Whoever wants to does not have it.
    NotYours,
    /// No colleague has it, so there is nobody to take it over from.
    NotAColleagues,
    /// Too few tries to let it go.
    TriesTooFew,
}

impl Refused {
    pub fn sentence(self) -> &'static str {
        match self {
            Refused::Over => "This call back is over, so nothing was changed",
            Refused::Taken => "A colleague took it a moment ago, so nothing was changed",
            Refused::NotYours => "Take it first, then say how it ended",
            Refused::NotAColleagues => "No colleague has it, so nothing was changed",
            Refused::TriesTooFew => "Try three times before you let it go",
        }
    }
}

/// How a request stands after something was done with it. `next_due` is the end of the next working day.
pub(crate) fn decide_deed(
    standing: Standing,
    deed: Deed,
    by: PersonId,
    next_due: Instant,
    now: Instant,
) -> Result<Standing, Refused> {
    if !standing.state.is_open() {
        return Err(Refused::Over);
    }
    let by = by.uuid();
    let closed = |outcome: Outcome, tries: i64| Standing {
        state: State::Closed,
        tries,
        outcome: Some(outcome),
        closed_at: Some(now),
        ..standing
    };
    match deed {
        Deed::Take if standing.taken_by.is_some_and(|taker| taker != by) => return Err(Refused::Taken),
        Deed::TakeOver if standing.taken_by.is_none_or(|taker| taker == by) => {
            return Err(Refused::NotAColleagues);
        }
        Deed::Take | Deed::TakeOver => {
            let state = if standing.tries > 0 { State::Rung } else { State::Taken };
            return Ok(Standing { state, taken_by: Some(by), ..standing });
        }
        _ if standing.taken_by != Some(by) => return Err(Refused::NotYours),
        _ => {}
    }
    let tries = standing.tries + 1;
    match deed {
        Deed::GiveBack => Ok(Standing { state: State::Asked, taken_by: None, ..standing }),
        Deed::Spoke => Ok(closed(Outcome::Reached, tries)),
        Deed::WrongNumber => Ok(closed(Outcome::WrongNumber, tries)),
        Deed::AnotherDay | Deed::NoAnswer => {
            Ok(Standing { state: State::Rung, tries, due_at: next_due, ..standing })
        }
        Deed::LetGo if standing.tries + 1 < TRIES_ENOUGH => Err(Refused::TriesTooFew),
        Deed::LetGo => Ok(closed(Outcome::NotReached, tries)),
        Deed::Take | Deed::TakeOver => Err(Refused::Taken),
    }
}

/// How a request stands after the family took it back.
pub(crate) fn decide_cancelled(standing: Standing, now: Instant) -> Result<Standing, Refused> {
    if standing.state.is_open() || standing.state == State::Joined {
        Ok(Standing { state: State::Cancelled, closed_at: Some(now), ..standing })
    } else {
        Err(Refused::Over)
    }
}

/// A number that the council can ring at an ordinary price: as typed, and as it is dialled. Numbers that cost whoever rings
/// them much are refused, or somebody could live of being rung.
pub(crate) fn read_number(typed: &str) -> Result<(Phone, String), String> {
    let refused = || "Enter a UK phone number that we can ring, like 0151 496 0000".to_owned();
    let phone: Phone = typed.parse().map_err(|_| refused())?;
    let national = national(&phone);
    let is_ordinary = ["01", "02", "03", "07"].iter().any(|start| national.starts_with(start));
    let is_dear = ["070", "076"].iter().any(|start| national.starts_with(start));
    if !is_ordinary || is_dear {
        return Err(refused());
    }
    let may_be_short = SHORT_AREAS.iter().any(|area| national.starts_with(area));
    if national.len() != 11 && !(national.len() == 10 && may_be_short) {
        return Err(WRONG_LENGTH.to_owned());
    }
    Ok((phone, national))
}

/// Whether a text reaches a number that [`read_number`] took, as it is dialled within the UK.
pub(crate) fn is_mobile(dialled: &str) -> bool {
    dialled.starts_with("07")
}

/// A number as it is dialled within the UK.
pub(crate) fn national(phone: &Phone) -> String {
    let dialled = phone.dialled();
    match dialled.strip_prefix("+44").or_else(|| dialled.strip_prefix("0044")) {
        Some(rest) => format!("0{}", rest.trim_start_matches('0')),
        None => dialled,
    }
}

/// The words of a key, or nothing.
pub(crate) fn words_of(known: &[(&'static str, &'static str)], key: &str) -> Option<&'static str> {
    known.iter().find(|(own, _)| *own == key).map(|(_, words)| *words)
}
