//! Sessions that another room keeps, as this one finds and shows them: each of them is a thing that a search can find,
//! and the next dates stand on the page of the hub, the service and the organisation that hold them.

use kernel::Date;
use search::Document;

/// So many of the next dates stand on a page; the rest are behind a link.
pub(crate) const NEXT_SHOWN: usize = 6;

/// What the room of sessions tells this one. It is asked when the catalogue is read and when a page is made, so it answers
/// from memory.
pub trait SessionsHeld: Send + Sync {
    /// Every session that families see and that has a date to come, once for each place it is held at.
    fn list_sessions(&self) -> Vec<HeldSession>;
    /// The next dates, the nearest first.
    fn list_next(&self, of: HeldBy, most: usize) -> Vec<HeldNext>;
    /// The addresses of that room's public pages, for search engines.
    fn list_paths(&self) -> Vec<String>;
}

/// Where no room of sessions is.
pub struct NoSessions;

impl SessionsHeld for NoSessions {
    fn list_sessions(&self) -> Vec<HeldSession> {
        Vec::new()
    }

    fn list_next(&self, _: HeldBy, _: usize) -> Vec<HeldNext> {
        Vec::new()
    }

    fn list_paths(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Whose dates, each by its address in this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBy<'a> {
    /// Those that are held at a place.
    Place(&'a str),
    /// Those that belong to an entry.
    Service(&'a str),
    /// Those that an organisation holds.
    Organization(&'a str),
}

/// A session at one place, with what its card says.
#[derive(Clone, Debug)]
pub struct HeldSession {
    /// What the index knows of it. What hangs on needs and on the entry is added here.
    pub document: Document,
    /// Its own address; the document of a second place has another.
    pub slug: String,
    /// The entry that it belongs to.
    pub service: Option<String>,
    /// Needs that it answers.
    pub topics: Vec<String>,
    /// 'Ditton Family Hub, Widnes'.
    pub place: String,
    /// 'Under 5 years'.
    pub for_whom: String,
    /// 'Just come along'.
    pub how: &'static str,
    /// As its page says it; none is 'not given'.
    pub cost: Option<String>,
    /// Whether the room is reached without a step; what nobody said is not told.
    pub is_step_free: bool,
    /// The dates that are held, the next first. A few are enough.
    pub dates: Vec<HeldDate>,
    /// When it was changed last.
    pub changed_on: Date,
}

/// One date of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldDate {
    /// The day, in Europe/London.
    pub day: Date,
    /// The minute of that day at which it ends; past 1440 where it goes on into the next.
    pub until: u16,
    /// 'Tuesday 1 December, 9:30am'.
    pub words: String,
}

/// One of the next dates, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldNext {
    /// The page of its session.
    pub href: String,
    /// As families call it.
    pub title: String,
    /// 'Tuesday 1 December, 9:30am'.
    pub when: String,
    /// Where.
    pub place: String,
    /// How one comes.
    pub how: &'static str,
}
