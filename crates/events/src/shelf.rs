//! What every node keeps in memory of the sessions that families may see: enough for every public page and feed
//! without the database. It is replaced whole; whoever reads the old one finishes with it.

use crate::{
    model::{Feature, Kind, SessionDraft, SessionId, Wanted},
    publish::ANNOUNCEMENTS,
    store::{self as rows, SessionDate, SessionRow},
    terms::find_terms,
};
use arc_swap::ArcSwap;
use calendar::{Key, Series, TermCalendar};
use directory::taken_in;
use kernel::{Date, Fault, Instant, Span, Time};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{Arc, OnceLock},
};
use store::{Tx, outbox};
use uuid::Uuid;
use web::Site;

/// The room as it runs: the site and the shelf. Cheap to clone.
#[derive(Clone)]
pub struct Events(Arc<Inner>);

struct Inner {
    site: Site,
    shelf: ArcSwap<Shelf>,
    counts: OnceLock<CountTaken>,
}

/// How many families have each of these dates; what is left out has none. Another room keeps them.
pub type CountTaken = fn(&mut Tx, &[Uuid]) -> Result<BTreeMap<Uuid, i64>, Fault>;

impl Events {
    /// Opens the room over what is in the database.
    pub async fn open(site: &Site) -> Result<Events, Fault> {
        let shelf = ArcSwap::from_pointee(Shelf::read(site).await?);
        Ok(Events(Arc::new(Inner { site: site.clone(), shelf, counts: OnceLock::new() })))
    }

    /// The same, knowing how many families have a date, so that nobody moves a booked one without knowing it.
    pub fn with_counts(self, counts: CountTaken) -> Events {
        let _ = self.0.counts.set(counts);
        self
    }

    /// How many bookings families have of these dates, each date counted by itself.
    pub(crate) fn count_taken(&self, tx: &mut Tx, dates: &[Uuid]) -> Result<i64, Fault> {
        Ok(self.count_taken_by_date(tx, dates)?.values().sum())
    }

    /// The same, date by date; one that nobody has booked is left out.
    pub(crate) fn count_taken_by_date(
        &self,
        tx: &mut Tx,
        dates: &[Uuid],
    ) -> Result<BTreeMap<Uuid, i64>, Fault> {
        match self.0.counts.get() {
            Some(counts) if !dates.is_empty() => counts(tx, dates),
            _ => Ok(BTreeMap::new()),
        }
    }

    /// Reads the sessions again, while people go on reading the old ones: when one was changed by any node, when the
    /// directory was, and when a new day begins. The house listens for that.
    pub async fn renew(&self) -> Result<(), Fault> {
        self.0.shelf.store(Arc::new(Shelf::read(&self.0.site).await?));
        Ok(())
    }

    /// Reads the sessions again if they changed since, and says whether they had.
    pub async fn renew_if_changed(&self) -> Result<Renewed, Fault> {
        let newest = self.0.site.db().read(|tx| outbox::last_sequence(tx, &heard())).await?;
        let shelf = self.shelf();
        if newest == shelf.heard && shelf.today == self.0.site.clock().today() {
            return Ok(Renewed::Same);
        }
        self.renew().await?;
        Ok(Renewed::Anew)
    }

    /// The day on which the sessions were read: what is next is counted from it.
    pub fn day(&self) -> Date {
        self.shelf().today
    }

    /// The site.
    pub fn site(&self) -> &Site {
        &self.0.site
    }

    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        self.0.shelf.load_full()
    }
}

/// Whether the sessions were read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// Nothing was changed since.
    Same,
    /// They were.
    Anew,
}

/// What makes the shelf old.
fn heard() -> Vec<&'static str> {
    ANNOUNCEMENTS.iter().copied().chain(directory::ANNOUNCEMENTS).collect()
}

/// How far back: a whole season, so that its timetable says what was cancelled in it.
const BACK_DAYS: i32 = 120;
/// How far ahead: a season and the one after.
const AHEAD_DAYS: i32 = 150;

/// The sessions of one moment.
pub(crate) struct Shelf {
    /// The latest announcement that is in it.
    heard: i64,
    /// The day it was read.
    pub today: Date,
    /// In the order of their addresses.
    pub sessions: Vec<Session>,
    /// In the order in which they are held, those that are cancelled or dropped among them.
    dates: Vec<(usize, SessionDate)>,
    by_slug: HashMap<String, usize>,
    /// Places by their address.
    pub places: BTreeMap<String, Place>,
    /// The school year.
    pub terms: TermCalendar,
}

/// A session and what is said of it everywhere.
pub(crate) struct Session {
    pub id: SessionId,
    pub draft: SessionDraft,
    pub changed_at: Instant,
    pub organization: String,
    /// Its entry in the directory, if it has one that families see: slug and name.
    pub service: Option<(String, String)>,
    /// When it is held, one sentence for each part that is not over.
    pub when: Vec<String>,
    /// The stems of its words, in order, for those who look for some.
    stems: Vec<String>,
}

impl Session {
    /// Whether its words hold one with this stem, or one that begins with it.
    pub fn says(&self, stem: &str) -> bool {
        let at = self.stems.partition_point(|known| known.as_str() < stem);
        self.stems.get(at).is_some_and(|known| known.starts_with(stem))
    }
}

/// What is known of a place. A sensitive one has its town and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    pub slug: String,
    pub name: String,
    pub town: String,
    pub is_hub: bool,
    pub street: Option<String>,
    pub postal_code: Option<String>,
    pub point: Option<(f64, f64)>,
    /// The point is that of its town, or roughly right.
    pub is_point_rough: bool,
    pub step_free: bool,
    pub is_sensitive: bool,
}

/// One date with all that is known of it.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub session: &'a Session,
    pub date: &'a SessionDate,
    pub place: Option<&'a Place>,
}

/// The times of one-to-one appointments are told as one line a day: whoever opens it sees them all. Remembers which days
/// were told.
#[derive(Default)]
pub(crate) struct OnceADay(HashSet<(SessionId, Date)>);

impl OnceADay {
    /// Whether this date has a line of its own.
    pub fn tells(&mut self, at: &At) -> bool {
        at.session.draft.kind != Kind::OneToOne || self.0.insert((at.session.id, at.date.day))
    }
}

impl At<'_> {
    /// Whether the room is reached without a step, by the session's own word or the place's.
    pub fn has(&self, feature: Feature) -> bool {
        self.session.draft.features.contains(&feature)
            || (feature == Feature::StepFree && self.place.is_some_and(|place| place.step_free))
    }

    /// When the rule first put it, if it was moved since.
    pub fn moved_from(&self) -> Option<Key> {
        let key: Key = self.date.rule_key.parse().ok()?;
        let elsewhere = key.at() != self.date.day.to_datetime(time(self.date));
        (self.date.state == "moved" && elsewhere).then_some(key)
    }
}

/// The time on the clock at which a date starts.
pub(crate) fn time(date: &SessionDate) -> Time {
    date.starts.parse().unwrap_or(Time::midnight())
}

/// '9:30am to 11am'.
pub(crate) fn times(date: &SessionDate) -> String {
    calendar::time_range(time(date), u16::try_from(date.minutes).unwrap_or(u16::MAX))
}

impl SessionDraft {
    /// Whether it says that it costs nothing. What is not given is not free.
    pub(crate) fn is_free(&self) -> bool {
        self.cost.trim().to_lowercase().starts_with("free")
    }

    /// Whether one may just come.
    pub(crate) fn is_drop_in(&self) -> bool {
        self.kind == Kind::DropIn
    }
}

impl Shelf {
    async fn read(site: &Site) -> Result<Shelf, Fault> {
        let now = site.clock().now();
        site.db().read(move |tx| read(tx, now)).await
    }

    /// A session by its address.
    pub fn find(&self, slug: &str) -> Option<&Session> {
        self.by_slug.get(slug).map(|at| &self.sessions[*at])
    }

    /// The dates of some days, both ends included, in their order. What the rule no longer gives is left out.
    pub fn between(&self, first: Date, last: Date) -> impl Iterator<Item = At<'_>> {
        // A date's order is that of its instant, and civil days follow the same order.
        let from = self.dates.partition_point(|(_, date)| date.day < first);
        self.dates[from..]
            .iter()
            .take_while(move |(_, date)| date.day <= last)
            .filter(|(_, date)| date.state != "dropped")
            .map(|(session, date)| self.at(*session, date))
            .filter(|at| at.session.draft.wanted == Wanted::Published)
    }

    /// The dates that are not over at an instant.
    pub fn from(&self, now: Instant) -> impl Iterator<Item = At<'_>> {
        self.between(kernel::civil_today(now), Date::MAX).filter(move |at| at.date.ends_at > now)
    }

    /// Every date, those too that the rule no longer gives: for calendars that have them already.
    pub fn ever(&self) -> impl Iterator<Item = At<'_>> {
        self.dates.iter().map(|(session, date)| self.at(*session, date))
    }

    fn at<'a>(&'a self, session: usize, date: &'a SessionDate) -> At<'a> {
        let place = date.place_slug.as_ref().and_then(|slug| self.places.get(slug));
        At { session: &self.sessions[session], date, place }
    }
}

fn read(tx: &mut Tx, now: Instant) -> Result<Shelf, Fault> {
    // First of all: what is announced while the rest is read is read again.
    let heard = outbox::last_sequence(tx, &heard())?;
    let today = kernel::civil_today(now);
    let terms = find_terms(tx)?;
    let organizations: HashMap<uuid::Uuid, String> =
        directory::list_organizations(tx)?.into_iter().map(|line| (line.id.uuid(), line.name)).collect();
    let mut sessions = Vec::new();
    for row in rows::list_sessions_ever_seen(tx)? {
        sessions.push(session(tx, &row, &organizations, today)?);
    }
    let numbers: HashMap<SessionId, usize> =
        sessions.iter().enumerate().map(|(at, session)| (session.id, at)).collect();
    let midnight = |days: i32| -> Result<Instant, Fault> {
        Ok(today.checked_add(Span::new().days(days))?.to_zoned(kernel::london())?.timestamp())
    };
    let dates: Vec<(usize, SessionDate)> =
        rows::list_dates_from(tx, midnight(-BACK_DAYS)?, midnight(AHEAD_DAYS)?)?
            .into_iter()
            .filter_map(|date| Some((*numbers.get(&date.session_id)?, date)))
            .collect();
    let named = sessions.iter().filter_map(|session| session.draft.place.clone());
    let named: BTreeSet<String> =
        named.chain(dates.iter().filter_map(|(_, date)| date.place_slug.clone())).collect();
    let mut places = BTreeMap::new();
    for slug in named {
        if let Some(place) = place(tx, &slug)? {
            places.insert(slug, place);
        }
    }
    let by_slug = sessions.iter().enumerate().map(|(at, session)| (session.draft.slug.clone(), at)).collect();
    Ok(Shelf { heard, today, sessions, dates, by_slug, places, terms })
}

fn session(
    tx: &mut Tx,
    row: &SessionRow,
    organizations: &HashMap<uuid::Uuid, String>,
    today: Date,
) -> Result<Session, Fault> {
    let draft = row.draft()?;
    let service = match &draft.service {
        Some(slug) => directory::find_entry(tx, slug)?,
        None => None,
    };
    let service = service
        .filter(|entry| entry.status == directory::Status::Active)
        .map(|entry| (entry.slug, entry.name));
    let series: Vec<Series> = draft.parts.iter().filter_map(|part| Series::new(part.clone()).ok()).collect();
    let goes_on = |series: &&Series| series.last_date().is_none_or(|last| last >= today);
    let mut when: Vec<String> = series.iter().filter(goes_on).map(|series| series.words_on(today)).collect();
    if when.is_empty() {
        when.extend(series.last().map(Series::words));
    }
    let organization = organizations.get(&row.organization_id).cloned().unwrap_or_default();
    let features = draft.features.iter().map(|feature| feature.words());
    let texts = [&draft.title, &draft.summary, &draft.description, &draft.led_by, &organization];
    let all = texts.into_iter().map(String::as_str).chain(features).chain([draft.kind.words()]);
    let all = all.chain(draft.place.as_deref()).chain(when.iter().map(String::as_str));
    let mut stems: Vec<String> = all.flat_map(search::words).map(|word| search::stem(&word)).collect();
    stems.sort_unstable();
    stems.dedup();
    Ok(Session { id: row.id, changed_at: row.changed_at, organization, service, when, stems, draft })
}

/// Nothing of a sensitive place but its town leaves this function.
fn place(tx: &mut Tx, slug: &str) -> Result<Option<Place>, Fault> {
    let Some((draft, quality)) = taken_in::find_location_draft(tx, slug)? else { return Ok(None) };
    let step_free = draft
        .accessibility
        .iter()
        .any(|known| known.feature == taken_in::Feature::StepFree && known.state == taken_in::State::Yes);
    if draft.sensitive {
        return Ok(Some(Place {
            slug: String::new(),
            name: "A private address".to_owned(),
            town: draft.town,
            is_hub: false,
            street: None,
            postal_code: None,
            point: None,
            is_point_rough: false,
            step_free,
            is_sensitive: true,
        }));
    }
    Ok(Some(Place {
        slug: slug.to_owned(),
        name: draft.name,
        town: draft.town,
        is_hub: draft.hub,
        street: draft.address_1,
        postal_code: draft.postal_code.map(|code| code.to_string()),
        point: draft.point,
        is_point_rough: quality != Some(taken_in::PointQuality::Exact),
        step_free,
        is_sensitive: false,
    }))
}

impl Place {
    /// 'Ditton Family Hub, Widnes'.
    pub fn words(&self) -> String {
        if self.town.is_empty() || self.name.contains(&self.town) {
            self.name.clone()
        } else {
            format!("{}, {}", self.name, self.town)
        }
    }

    /// Street and postcode as far as they are known, for the page of a session; empty where nothing is.
    pub fn address(&self) -> String {
        let parts = [self.street.as_deref(), self.postal_code.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
