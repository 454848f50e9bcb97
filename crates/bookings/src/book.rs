//! A party books dates, waits for them, or has places held while somebody types.

use crate::{
    desk::{Desk, reference_after},
    invited::without_false_invitation,
    ledger::{self, is_held, offer_freed},
    model::{
        Answer, BookingId, DATES_MAX, Guest, MadeBy, PARTY_MAX, Refused, Room, State, decide_is_twice,
        decide_newcomer, decide_places, mobile_as_kept,
    },
    settle::lapse_ended_of,
    store::{self as rows, BookingRow},
};
use anyhow::Context;
use events::{BookableDate, Counts, Kind, SessionDraft, SessionId};
use jiff::SignedDuration;
use kernel::{Email, Fault, Id, Instant, Phone};
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};
use store::Tx;
use uuid::Uuid;

/// How places are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Kept free for some minutes while somebody types; nobody's name is known yet.
    Held,
    /// Booked, or refused when full.
    Booked,
    /// Booked, or in the queue when full.
    BookedOrWaiting,
}

/// Whom to write to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Who is asked for on the phone. May be empty.
    pub name: String,
    /// Where to write.
    pub email: Option<Email>,
    /// Where to send a text.
    pub phone: Option<Phone>,
}

/// One party's wish, all dates or none.
#[derive(Clone, Debug)]
pub struct Request {
    /// 128 bits in hex that the form carries: the same key is the same booking.
    pub form_key: String,
    /// How places are wanted.
    pub how: How,
    /// Which dates.
    pub dates: Vec<Uuid>,
    /// Who comes.
    pub party: Vec<Guest>,
    /// Whom to write to.
    pub contact: Contact,
    /// What the family wants to say, after the safety screen. May be empty.
    pub note: String,
    /// Who asks.
    pub made_by: MadeBy,
    /// The invitation by which they came.
    pub invitation: Option<Uuid>,
    /// Which page of the house asks.
    pub through: Through,
}

/// Which page of the house asks for places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Through {
    /// The session's own.
    #[default]
    Session,
    /// That of the programme which the session belongs to: it knows more about who may come.
    Programme,
}

/// What became of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// Its id.
    pub id: BookingId,
    /// What to say on the phone.
    pub reference: String,
    /// Where it stands.
    pub state: State,
    /// How many bookings stand before it in the queue, when it waits.
    pub before: usize,
    /// When a hold ends.
    pub until: Option<Instant>,
}

/// Books one party's wish. A form that was sent twice, also at the same moment, is one booking and gives the first answer.
pub async fn book(desk: &Desk, request: Request) -> Result<Result<Booked, Refused>, Fault> {
    Ok(book_all(desk, vec![request]).await?.map(|mut booked| booked.remove(0)))
}

/// Books several wishes, such as one for each child of a family: all or none, in the order of the wishes.
pub async fn book_all(desk: &Desk, requests: Vec<Request>) -> Result<Result<Vec<Booked>, Refused>, Fault> {
    keep_wishes(desk, requests, Twice::IsMeant).await
}

/// Books what a family's own form wishes: once, unless they say that it is meant twice.
pub(crate) async fn book_from_form(
    desk: &Desk,
    request: Request,
    twice: Twice,
) -> Result<Result<Booked, Refused>, Fault> {
    Ok(keep_wishes(desk, vec![request], twice).await?.map(|mut booked| booked.remove(0)))
}

/// What is done when whoever is to be written to has the same date already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twice {
    /// It is refused: they have forgotten it, or lost the page.
    IsRefused,
    /// It is booked: they said so, or whoever asks looks after it.
    IsMeant,
}

async fn keep_wishes(
    desk: &Desk,
    requests: Vec<Request>,
    twice: Twice,
) -> Result<Result<Vec<Booked>, Refused>, Fault> {
    let site = desk.site();
    let ids: Vec<Uuid> = requests.iter().flat_map(|request| request.dates.iter().copied()).collect();
    if requests.iter().any(|request| !is_sound_choice(&request.dates)) {
        return Ok(Err(Refused::Dates));
    }
    let fresh: Vec<BookingId> = requests.iter().map(|_| Id::new(site.clock(), site.dice())).collect();
    let wishes = Arc::new((requests, fresh, twice));
    let mut outcome = keep_all(desk, wishes.clone(), &ids, Attempt::First).await;
    for _ in 0..TRIES_MAX {
        if !outcome.as_ref().is_err_and(came_twice_at_once) {
            break;
        }
        // The same key for another session came over another node at the same moment: it is there now, and is found. Or
        // the reference is another booking's: then there is another for this one.
        outcome = keep_all(desk, wishes.clone(), &ids, Attempt::Again).await;
    }
    match outcome {
        Ok(booked) => Ok(Ok(booked)),
        Err(fault) => fault.downcast::<Undone>().map(|Undone(why)| Err(why)),
    }
}

/// How often a basket is tried again because something of it came in between.
const TRIES_MAX: usize = 3;

/// The first attempt takes it that neither the form nor its reference was ever here: nearly always so, and the tables
/// refuse it when it is not. Only then is there a second, which asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    First,
    Again,
}

impl Attempt {
    fn find_reference(self, tx: &mut Tx, form_key: &str) -> Result<String, Fault> {
        let mut tries = 0;
        loop {
            let reference = reference_after(form_key, tries);
            let is_taken =
                self == Attempt::Again && rows::find_booking_by_reference(tx, &reference)?.is_some();
            if !is_taken {
                return Ok(reference);
            }
            tries += 1;
        }
    }
}

async fn keep_all(
    desk: &Desk,
    wishes: Arc<(Vec<Request>, Vec<BookingId>, Twice)>,
    dates: &[Uuid],
    attempt: Attempt,
) -> Result<Vec<Booked>, Fault> {
    let (clock, check) = (desk.site().clock().clone(), desk.invitation_check());
    let keep = |sessions: Vec<Uuid>| {
        move |tx: &mut Tx<'_>| {
            // The clock is looked at when the session's row is ours: who came first was made first, on every node.
            let now = clock.now();
            let (requests, fresh, twice) = &*wishes;
            let mut booked = Vec::new();
            for (request, id) in requests.iter().zip(fresh) {
                // What was kept of the wishes before this one is undone when it is refused.
                let request = without_false_invitation(tx, request, check, now)?;
                if *twice == Twice::IsRefused
                    && let Some(first) = find_booked_before(tx, &request)?
                    && find_first_answer(tx, &request)?.is_none()
                {
                    return Err(Fault::new(Undone(Refused::Twice(first))));
                }
                match book_one(tx, (&request, *id, attempt), &sessions, now)? {
                    Ok(one) => booked.push(one),
                    Err(why) => return Err(Fault::new(Undone(why))),
                }
            }
            Ok(booked)
        }
    };
    desk.write_in_order(dates, keep).await
}

fn came_twice_at_once(fault: &Fault) -> bool {
    // The reference is made from the key, so either may be the first to be seen.
    store::violation(fault).is_some_and(|violation| {
        ["booking_form_once", "booking_reference_unique"].contains(&violation.constraint.as_str())
    })
}

/// A refusal on its way out of a transaction, whose work is then undone.
#[derive(Debug)]
struct Undone(Refused);

impl std::fmt::Display for Undone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a booking was refused")
    }
}

impl std::error::Error for Undone {}

/// Whether a choice of dates is of some, not too many, and of none twice.
pub(crate) fn is_sound_choice(dates: &[Uuid]) -> bool {
    let different: BTreeSet<Uuid> = dates.iter().copied().collect();
    (1..=DATES_MAX).contains(&dates.len()) && different.len() == dates.len()
}

fn book_one(
    tx: &mut Tx,
    (request, id, attempt): (&Request, BookingId, Attempt),
    sessions: &[Uuid],
    now: Instant,
) -> Result<Result<Booked, Refused>, Fault> {
    if attempt == Attempt::Again
        && let Some(first) = find_first_answer(tx, request)?
    {
        return Ok(first);
    }
    match book_new(tx, (request, id, attempt), sessions, now)? {
        // A form that comes again when everything is full is told what it was told before.
        Err(why) if attempt == Attempt::First => Ok(find_first_answer(tx, request)?.unwrap_or(Err(why))),
        answer => Ok(answer),
    }
}

/// The booking by which whoever is to be written to has one of these dates already. The rows of the sessions are ours, so
/// of two forms that are sent at the same moment the second finds the first.
fn find_booked_before(tx: &mut Tx, request: &Request) -> Result<Option<BookingId>, Fault> {
    let email = request.contact.email.as_ref().map(|email| email.as_str());
    let phones = request.contact.phone.as_ref().map(mobile_as_kept).unwrap_or_default();
    for id in rows::list_live_of_contact(tx, email, &phones, &request.dates, &request.form_key)? {
        if decide_is_twice(&request.party, &rows::list_guests(tx, id)?) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// What a form was told that was here before.
fn find_first_answer(tx: &mut Tx, request: &Request) -> Result<Option<Result<Booked, Refused>>, Fault> {
    let Some(first) = rows::find_booking_by_key(tx, &request.form_key)? else { return Ok(None) };
    if first.form_hash != hash_of(request) {
        return Ok(Some(Err(Refused::OtherContent)));
    }
    answer(tx, &first).map(|booked| Some(Ok(booked)))
}

fn book_new(
    tx: &mut Tx,
    (request, id, attempt): (&Request, BookingId, Attempt),
    sessions: &[Uuid],
    now: Instant,
) -> Result<Result<Booked, Refused>, Fault> {
    let dates = events::list_bookable_dates(tx, &request.dates)?;
    let plan = match decide_plan(request, &dates, now)? {
        Ok(plan) => plan,
        Err(why) => return Ok(Err(why)),
    };
    let left_out = list_left_out(tx, &plan.courses, &request.dates, now)?;
    if !left_out.is_empty() {
        return Ok(Err(Refused::WholeCourse(left_out)));
    }
    let mut rooms = ledger::rooms(tx, &dates)?;
    let mut fits = fits(tx, &rooms, plan.places, sessions, now)?;
    if fits != Answer::Fits && !lapse_ended_of(tx, sessions, now)?.is_empty() {
        // Somebody's hold or offer had ended and nobody had come to say so yet.
        offer_freed(tx, sessions, now)?;
        rooms = ledger::rooms(tx, &dates)?;
        fits = self::fits(tx, &rooms, plan.places, sessions, now)?;
    }
    let (state, what) = match (fits, request.how) {
        (Answer::Fits, How::Held) => (State::Held, "held while somebody types"),
        (Answer::Fits, _) => (State::Booked, "booked"),
        (Answer::Full(_), How::BookedOrWaiting) if sessions_of(&dates).len() > 1 => {
            return Ok(Err(Refused::QueueForOne));
        }
        (Answer::Full(_), How::BookedOrWaiting) => {
            // Who is more than there are places would wait for ever.
            let too_small: Vec<Uuid> = rooms
                .iter()
                .filter(|(_, (_, room))| room.most() < plan.places)
                .map(|(date, _)| *date)
                .collect();
            if !too_small.is_empty() {
                return Ok(Err(Refused::Full(too_small)));
            }
            (State::Waiting, "joined the queue")
        }
        (Answer::Full(full), _) => return Ok(Err(Refused::Full(full))),
    };
    let until = if state == State::Held {
        Some(now + SignedDuration::from_mins(rows::find_rules(tx)?.hold_minutes))
    } else {
        None
    };
    let mut booking = row(request, id, &dates, &plan, state, until, now);
    booking.reference = attempt.find_reference(tx, &request.form_key)?;
    if state == State::Waiting {
        booking.queued_at = Some(ledger::end_of_queue(tx, booking.session_id, now)?);
    }
    ledger::begin(tx, &booking, &dates, &rooms, what)?;
    rows::insert_guests(tx, booking.id, &request.party)?;
    if state == State::Waiting && offer_freed(tx, sessions, now)?.contains(&booking.id) {
        // Who comes new passes nobody, but of those in the queue whoever fits may, where the council wants it so.
        booking = ledger::found(tx, booking.id)?;
    }
    answer(tx, &booking).map(Ok)
}

/// The sessions of some dates, each once.
fn sessions_of(dates: &[BookableDate]) -> BTreeSet<SessionId> {
    dates.iter().map(|date| date.session_id).collect()
}

/// Whether a newcomer fits, with the queue as it stands.
pub(crate) fn fits(
    tx: &mut Tx,
    rooms: &BTreeMap<Uuid, (SessionId, Room)>,
    places: i64,
    sessions: &[Uuid],
    now: Instant,
) -> Result<Answer, Fault> {
    let dates: Vec<(Uuid, Room)> = rooms.iter().map(|(date, (_, room))| (*date, *room)).collect();
    Ok(decide_newcomer(&dates, places, &ledger::queue_of(tx, sessions, now)?.waiters))
}

pub(crate) struct Plan {
    pub places: i64,
    /// Courses among the sessions, which staff alone may book in part; and how many minutes before a date they close.
    courses: Vec<(SessionId, i64)>,
}

/// What of a wish can be judged before the places are looked at.
pub(crate) fn decide_plan(
    request: &Request,
    dates: &[BookableDate],
    now: Instant,
) -> Result<Result<Plan, Refused>, Fault> {
    if dates.len() != request.dates.len() || !dates.iter().all(is_held) {
        return Ok(Err(Refused::NotHeld));
    }
    if request.party.is_empty() || request.party.len() > PARTY_MAX {
        return Ok(Err(Refused::Party));
    }
    let mut places = 0;
    let mut drafts: BTreeMap<SessionId, SessionDraft> = BTreeMap::new();
    for date in dates {
        let draft = match drafts.entry(date.session_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                place.insert(serde_json::from_value(date.draft.clone()).context("reading a session")?)
            }
        };
        let by_family = request.made_by == MadeBy::Family;
        let open = match draft.kind {
            Kind::BookOn | Kind::Course | Kind::OneToOne => true,
            Kind::Invitation => !by_family || request.invitation.is_some(),
            Kind::Referral => !by_family,
            Kind::DropIn => false,
        };
        let elsewhere = draft.booked_through.is_some() && by_family && request.through == Through::Session;
        if !open || elsewhere {
            return Ok(Err(Refused::NotThisWay));
        }
        if let Some(opens_at) = draft.opens_at
            && by_family
            && now < opens_at
        {
            return Ok(Err(Refused::NotYet(opens_at)));
        }
        let closes_at = date.starts_at - SignedDuration::from_mins(draft.closes_minutes);
        if now >= if by_family { closes_at } else { date.starts_at } {
            return Ok(Err(Refused::TooLate));
        }
        if request.how != How::Held
            && let Some(guest) = out_of_age(&request.party, draft, date)
        {
            return Ok(Err(Refused::Age { guest, day: date.day }));
        }
        places = places.max(places_of(date, &request.party)?);
    }
    let is_whole = |draft: &SessionDraft| draft.kind == Kind::Course && request.made_by != MadeBy::Staff;
    let courses = drafts.iter().filter(|(_, draft)| is_whole(draft));
    let courses = courses.map(|(session, draft)| (*session, draft.closes_minutes)).collect();
    Ok(Ok(Plan { places, courses }))
}

/// The dates of its courses that a wish leaves out: a course is booked whole, or what is left of it.
fn list_left_out(
    tx: &mut Tx,
    courses: &[(SessionId, i64)],
    asked: &[Uuid],
    now: Instant,
) -> Result<Vec<Uuid>, Fault> {
    let mut left_out = Vec::new();
    for (session, closes_minutes) in courses {
        let dates = events::list_dates_of(tx, *session, now)?;
        let open_until = now + SignedDuration::from_mins(*closes_minutes);
        let to_come = dates.iter().filter(|date| date.is_held() && date.starts_at > open_until);
        left_out.extend(to_come.map(|date| date.id).filter(|date| !asked.contains(date)));
    }
    Ok(left_out)
}

/// How many places a party takes on a date.
pub(crate) fn places_of(date: &BookableDate, party: &[Guest]) -> Result<i64, Fault> {
    let counts = Counts::of(&date.counts).context("who takes up a place")?;
    Ok(decide_places(counts, party))
}

/// The first child of the party whom one of the dates is not for, and its day.
pub(crate) fn find_out_of_age(dates: &[BookableDate], party: &[Guest]) -> Result<Option<Refused>, Fault> {
    for date in dates {
        let draft: SessionDraft = serde_json::from_value(date.draft.clone()).context("reading a session")?;
        if let Some(guest) = out_of_age(party, &draft, date) {
            return Ok(Some(Refused::Age { guest, day: date.day }));
        }
    }
    Ok(None)
}

/// The first child of the party whom the session is not for on that day. A session that welcomes brothers and sisters
/// needs one child of its age.
fn out_of_age(party: &[Guest], draft: &SessionDraft, date: &BookableDate) -> Option<usize> {
    let fits = |guest: &Guest| {
        let Some(born) = guest.born else { return true };
        let age = calendar::Age { born, due: None };
        age.months(date.day, calendar::AgeCount::FromBirth).is_some_and(|months| draft.ages.fits(months))
    };
    let children = || party.iter().enumerate().filter(|(_, guest)| !guest.grown_up);
    let first_out = children().find(|(_, guest)| !fits(guest)).map(|(at, _)| at)?;
    let somebody_fits = children().any(|(_, guest)| guest.born.is_some() && fits(guest));
    (!draft.siblings_welcome || !somebody_fits).then_some(first_out)
}

fn row(
    request: &Request,
    id: BookingId,
    dates: &[BookableDate],
    plan: &Plan,
    state: State,
    until: Option<Instant>,
    now: Instant,
) -> BookingRow {
    BookingRow {
        id,
        reference: String::new(),
        form_key: request.form_key.clone(),
        form_hash: hash_of(request),
        session_id: dates[0].session_id,
        organization_id: dates[0].organization_id,
        state: state.key().to_owned(),
        places: plan.places,
        made_by: request.made_by.key().to_owned(),
        contact_name: request.contact.name.clone(),
        email: request.contact.email.as_ref().map(|email| email.as_str().to_owned()),
        phone: request.contact.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        note: request.note.clone(),
        invitation_id: request.invitation,
        turn: 1,
        queued_at: None,
        until_at: until,
        lapses: 0,
        made_at: now,
        changed_at: now,
        last_at: dates.iter().map(|date| date.starts_at).max().unwrap_or(now),
    }
}

/// What a form said, so that the same key with another content is seen.
pub(crate) fn hash_of(request: &Request) -> String {
    let mut dates = request.dates.clone();
    dates.sort_unstable();
    let said = serde_json::json!([
        dates.iter().map(Uuid::to_string).collect::<Vec<_>>(),
        request.party,
        request.contact.name,
        request.contact.email.as_ref().map(|email| email.as_str().to_owned()),
        request.contact.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        request.note,
    ]);
    blake3::hash(said.to_string().as_bytes()).to_hex().to_string()
}

pub(crate) fn answer(tx: &mut Tx, booking: &BookingRow) -> Result<Booked, Fault> {
    let state = State::of(&booking.state).context("a booking's state")?;
    let before = if state == State::Waiting {
        rows::list_queue(tx, &[booking.session_id.uuid()])?
            .iter()
            .take_while(|waiter| waiter.id != booking.id)
            .count()
    } else {
        0
    };
    Ok(Booked {
        id: booking.id,
        reference: booking.reference.clone(),
        state,
        before,
        until: booking.until_at,
    })
}
