//! A reminder the day before each date that a family has booked. What it says is looked at when it goes out, so nobody is
//! reminded of a date that is cancelled, that they gave up, or whose move they have not been told of yet.

use crate::{
    desk::Desk,
    mails::REMINDER,
    model::{Rules, State},
    news::{decide_reminder_at, is_awake, may_remind},
    send_booking_message::{address_of, manage_link, moment_words},
    store::{self as rows, NearDate},
};
use anyhow::Context;
use jiff::SignedDuration;
use jobs::{JobContext, Outcome};
use kernel::{Dice, Fault, Instant};
use notify::Message;
use std::collections::BTreeMap;
use store::Tx;
use uuid::Uuid;

/// The job that reminds families.
pub const REMIND_OF_BOOKINGS: &str = "remind_of_bookings";

/// A reminder is never earlier than this before the start.
const AHEAD: SignedDuration = SignedDuration::from_hours(36);
/// How many dates are read at once, and how many are written in one transaction.
const READ_MAX: i64 = 500;
const WRITTEN_MAX: usize = 50;

/// It comes at the hour of the reminders of each date that somebody booked, and every few minutes should one of those
/// have been missed.
pub(crate) async fn remind_of_bookings(job: JobContext, desk: Desk) -> Result<Outcome, Fault> {
    let now = job.clock.now();
    let rules = job.db.read(rows::find_rules).await?;
    if !is_awake(now, &rules) || desk.site().council().public_url.is_empty() {
        return Ok(Outcome::Done);
    }
    let mut after: Option<NearDate> = None;
    loop {
        let near =
            job.db.read(move |tx| rows::list_to_remind(tx, (now, now + AHEAD), after, READ_MAX)).await?;
        let Some(last) = near.last().copied() else { return Ok(Outcome::Done) };
        let mut by_session: BTreeMap<Uuid, Vec<NearDate>> = BTreeMap::new();
        for date in near {
            by_session.entry(date.session_id.uuid()).or_default().push(date);
        }
        for (session, dates) in by_session {
            for some in dates.chunks(WRITTEN_MAX) {
                let (some, desk, rules) = (some.to_vec(), desk.clone(), rules.clone());
                let (dice, line) = (job.dice.clone(), desk.clone());
                line.line()
                    .write(vec![session], move |tx| {
                        some.iter().try_for_each(|date| remind_of(tx, &desk, *date, &rules, (&dice, now)))
                    })
                    .await?;
            }
        }
        after = Some(last);
    }
}

fn remind_of(
    tx: &mut Tx,
    desk: &Desk,
    near: NearDate,
    rules: &Rules,
    (dice, now): (&Dice, Instant),
) -> Result<(), Fault> {
    let id = near.booking_id;
    let Some(booking) = rows::find_booking(tx, id)? else { return Ok(()) };
    let known = rows::list_known_dates(tx, id)?.into_iter().find(|known| known.date_id == near.date_id);
    let (Some(known), Some(date)) = (known, events::find_date(tx, near.date_id)?) else { return Ok(()) };
    let is_told = known.known_starts_at == Some(date.starts_at);
    let is_due = is_told && may_remind(now, date.starts_at, rules);
    if State::of(&booking.state) != Some(State::Booked) || !date.is_held() || !is_due {
        return Ok(());
    }
    rows::set_reminded(tx, id, date.id, date.starts_at)?;
    // Who dealt with the booking since the hour of its reminder knows of it.
    let knows = booking.changed_at >= decide_reminder_at(date.starts_at, rules);
    let Some(to) = address_of(&booking).filter(|_| !knows) else { return Ok(()) };
    let session = events::find_session(tx, booking.session_id)?.context("the session of a booking")?;
    let place = directory::list_places(tx)?
        .into_iter()
        .find(|place| Some(&place.slug) == date.place_slug.as_ref() && !place.sensitive)
        .map(|place| place.name);
    let place = [place.unwrap_or_default(), date.room.clone()];
    let place: Vec<String> = place.into_iter().filter(|part| !part.is_empty()).collect();
    let draft = session.draft()?;
    let bring = if draft.bring.is_empty() { String::new() } else { format!("Bring: {}", draft.bring) };
    let lines = [moment_words(date.starts_at), place.join(", "), bring];
    let message = Message {
        template: &REMINDER,
        to,
        person: None,
        values: vec![
            ("session", session.title),
            ("when_lines", lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")),
            ("reference", booking.reference.clone()),
            ("manage_link", manage_link(desk, &booking)),
        ],
        once: Some(format!("{id}/{}/{}", date.id, date.starts_at)),
    };
    notify::queue(tx, &message, dice, now).map(drop)
}
