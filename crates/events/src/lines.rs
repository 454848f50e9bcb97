//! A date in words, as every page, feed and sheet of paper says it.

use crate::{
    model::{Counts, Kind},
    question::day_name,
    shelf::{At, Session, times},
};
use calendar::{day_month_year, time_of_day};
use kernel::Date;

/// A date as a list shows it.
pub(crate) struct Line {
    pub slug: String,
    pub title: String,
    /// In the page: `d-3`.
    pub anchor: String,
    pub day: Date,
    pub starts: String,
    /// 'to 11am'.
    pub until: String,
    pub place: String,
    /// How far it is, where somebody said where they are; else empty.
    pub distance: String,
    pub for_whom: String,
    pub is_drop_in: bool,
    pub how: &'static str,
    /// None where it is not given.
    pub cost: Option<String>,
    pub features: Vec<&'static str>,
    pub standing: Standing,
    /// Morning, afternoon or evening, as the week's rows.
    pub part_of_day: usize,
}

/// How a date stands, in words.
pub(crate) enum Standing {
    On,
    /// With what it was before.
    Moved(String),
    /// With the reason, which may be empty.
    Cancelled(String),
}

impl Standing {
    pub fn of(at: &At) -> Standing {
        match at.date.state.as_str() {
            "cancelled" => Standing::Cancelled(at.date.reason.trim_end_matches('.').to_owned()),
            "moved" => Standing::Moved(match at.moved_from() {
                Some(key) => format!("It was going to be on {}", calendar::moment(key.at())),
                None => "The place or the length has changed".to_owned(),
            }),
            _ => Standing::On,
        }
    }

    pub fn is_cancelled(&self) -> bool {
        matches!(self, Standing::Cancelled(_))
    }
}

impl Line {
    /// 'Monday 30 November'.
    pub fn day_words(&self) -> String {
        day_words(self.day)
    }

    pub fn of(at: &At, number: usize) -> Line {
        let draft = &at.session.draft;
        let range = times(at.date);
        let (starts, until) = range.split_once(" to ").unwrap_or((range.as_str(), ""));
        let hour = crate::shelf::time(at.date).hour();
        Line {
            slug: draft.slug.clone(),
            title: draft.title.clone(),
            anchor: format!("d-{number}"),
            day: at.date.day,
            starts: starts.to_owned(),
            until: match draft.kind {
                Kind::OneToOne => "or later".to_owned(),
                _ => format!("to {until}"),
            },
            place: place_words(at),
            distance: String::new(),
            for_whom: for_whom(at.session),
            is_drop_in: draft.is_drop_in(),
            how: how_words(draft.kind),
            cost: cost_words(at.session),
            features: draft.features.iter().map(|feature| feature.words()).collect(),
            standing: Standing::of(at),
            part_of_day: usize::from(hour >= 12) + usize::from(hour >= 17),
        }
    }
}

/// 'Ditton Family Hub, Widnes', 'Online', 'Place: not given'.
pub(crate) fn place_words(at: &At) -> String {
    // The room is one of the session's own place: a date that was moved elsewhere is in no such room.
    let has_room = !at.date.room.is_empty() && at.date.place_slug == at.session.draft.place;
    match at.place {
        Some(place) if has_room && !place.is_sensitive => {
            format!("{}, {}", at.date.room, place.words())
        }
        Some(place) => place.words(),
        None if !at.session.draft.online_link.is_empty() => "Online".to_owned(),
        None => "Place: not given".to_owned(),
    }
}

/// 'Under 5 years, brothers and sisters too'.
pub(crate) fn for_whom(session: &Session) -> String {
    let ages = session.draft.ages.words();
    if session.draft.siblings_welcome { format!("{ages}. Brothers and sisters can come too") } else { ages }
}

/// As a tag says it.
pub(crate) fn how_words(kind: Kind) -> &'static str {
    match kind {
        Kind::DropIn => "Drop in",
        Kind::BookOn => "Book",
        Kind::Course => "Course: book",
        Kind::Invitation => "By invitation",
        Kind::Referral => "By referral",
        Kind::OneToOne => "Appointment",
    }
}

pub(crate) fn cost_words(session: &Session) -> Option<String> {
    let cost = session.draft.cost.trim();
    (!cost.is_empty()).then(|| cost.to_owned())
}

/// What to do to come, in whole sentences.
pub(crate) fn how_to_come(session: &Session) -> String {
    let draft = &session.draft;
    let places = draft.places.map(|places| {
        let who = match draft.counts {
            Counts::Children => "children",
            Counts::People => "people",
            Counts::Families => "families",
        };
        format!(" There is room for {places} {who}.")
    });
    let first = match draft.kind {
        Kind::DropIn => "Just come along. You do not need to book, and you can come late or leave early.",
        Kind::BookOn => "Book a place on the date you want to come.",
        Kind::Course => "This is a course. When you book, you book all the dates that are left.",
        Kind::Invitation => {
            "You need an invitation. Ask your midwife, health visitor or a hub worker for one."
        }
        Kind::Referral => "A professional books this for you. Ask your health visitor, school or GP.",
        Kind::OneToOne => "This is an appointment for one family at a time. Choose the time that suits you.",
    };
    format!("{first}{}", places.unwrap_or_default())
}

/// 'Monday 30 November'.
pub(crate) fn day_words(date: Date) -> String {
    format!("{} {}", day_name(date), day_month(date))
}

/// '30 November'.
pub(crate) fn day_month(date: Date) -> String {
    let whole = day_month_year(date);
    whole.rsplit_once(' ').map_or(whole.clone(), |(day, _)| day.to_owned())
}

/// 'Mon 30'.
pub(crate) fn short_day(date: Date) -> String {
    format!("{} {}", &day_name(date)[..3], date.day())
}

/// '9:30am'.
pub(crate) fn clock_words(at: &At) -> String {
    time_of_day(crate::shelf::time(at.date))
}
