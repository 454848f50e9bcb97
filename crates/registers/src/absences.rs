//! `GET` and `POST /admin/absences`: families that did not come several times and told nobody. A person decides; nothing is
//! released by itself, and whoever loses places is told whom to ring.

use crate::{
    Registers,
    change_booking::address_of,
    mails::PLACES_RELEASED,
    model::{Absence, AbsenceRule, Decision, decide_listed},
    roll::when,
    store as rows,
};
use access::{KeepBookings, May, On, audit};
use anyhow::Context;
use askama::Template;
use axum::{extract::State, http::StatusCode};
use bookings::{BookedOn, BookingId, Settle, State as Stands};
use jobs::{JobContext, Outcome};
use kernel::{Date, Fault, Id, Instant};
use notify::{Message, To};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;
use uuid::Uuid;
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    see_other, show_with,
};

/// The job that gives a family's coming places to others, after a person decided it.
pub const RELEASE_PLACES: &str = "release_places_of_a_family";

#[derive(Template)]
#[template(path = "absences.html")]
struct AbsencesView {
    summary: String,
    said: &'static str,
    families: Vec<FamilyView>,
    rule: AbsenceRule,
    may_set_rule: bool,
    boxes: Vec<String>,
    council_phone: String,
}

struct FamilyView {
    number: usize,
    /// One of its absences, by which the form names it.
    key: String,
    name: String,
    contact: String,
    title: String,
    slug: String,
    dates: Vec<String>,
    to_come: usize,
    waiting: usize,
    ringing_since: String,
}

/// A family on the list.
struct Listed {
    absences: Vec<Absence>,
    organization: Uuid,
    title: String,
    slug: String,
    contact: BookedOn,
    ringing_since: Option<Instant>,
    to_come: Vec<BookedOn>,
    /// How many other families wait for a place on a date on which this one has some.
    waiting: usize,
}

#[derive(Serialize, Deserialize)]
struct Release {
    booking: Uuid,
    dates: Vec<Uuid>,
    /// Whether these are all of its dates.
    whole: bool,
}

pub(crate) async fn get(State(room): State<Registers>, who: Who, params: Params) -> Reply {
    let said = match params.get("kept") {
        "ring" => "Somebody rings them. They stay on the list until you decide.",
        "let_be" => "They are off the list.",
        "release" => {
            "Their coming places are free for other families. They are told, and whom to ring if that is wrong."
        }
        "rule" => "The rule is kept.",
        _ => "",
    };
    page(&room, &who, None, &Errors::default(), said).await
}

pub(crate) async fn post(State(room): State<Registers>, who: Who, form: Form) -> Reply {
    if form.get("do") == "rule" {
        return set_rule(&room, &who, &form).await;
    }
    let Some(decision) = Decision::of(form.get("do")) else {
        return page(&room, &who, None, &Errors::default(), "").await;
    };
    let (site, key) = (room.site(), form.get("family").to_owned());
    let now = site.clock().now();
    let families = site.db().read(move |tx| list_families(tx, now)).await?;
    let Some(family) = families.into_iter().find(|family| key_of(family) == key) else {
        return page(&room, &who, None, &Errors::default(), "That family is not on the list any more.").await;
    };
    if decision == Decision::Release && family.to_come.is_empty() {
        return page(
            &room,
            &who,
            None,
            &Errors::default(),
            "They have no places to come. Nothing was released.",
        )
        .await;
    }
    let session = family.absences[0].session_id;
    let may = who.may::<KeepBookings>(On::one("session", session).of_organization(family.organization))?;
    let id = Id::<Decision>::new(site.clock(), site.dice()).uuid();
    let (dice, phone) = (site.dice().clone(), site.council().phone.clone());
    site.db()
        .write(move |tx| {
            // Somebody else may have decided while this page was open.
            let still = list_families(tx, now)?.into_iter().find(|one| key_of(one) == key_of(&family));
            let Some(family) = still else { return Ok(()) };
            // There is nothing to release: they stay on the list, and the page says why.
            if decision == Decision::Release && family.to_come.is_empty() {
                return Ok(());
            }
            let pairs: Vec<_> = family.absences.iter().map(|one| (one.booking_id, one.date_id)).collect();
            let made_by = may.actor().person().map(|person| person.uuid());
            rows::insert_decision(tx, (id, session), decision, &pairs, made_by, now)?;
            if decision == Decision::Release {
                release(tx, &family, id, &phone, &dice, now)?;
            }
            let did = match decision {
                Decision::Ring => "decided to ring a family that did not come",
                Decision::LetBe => "let a family that did not come be",
                Decision::Release => "released the coming places of a family that did not come",
            };
            audit::record(tx, &may, did, format!("{} absences", pairs.len()), now);
            Ok(())
        })
        .await?;
    Ok(see_other(&format!("/admin/absences?kept={}", decision.key())))
}

/// The job that releases is there with the decision, and so is the word to the family.
fn release(
    tx: &mut Tx,
    family: &Listed,
    decision: Uuid,
    phone: &str,
    dice: &kernel::Dice,
    now: Instant,
) -> Result<(), Fault> {
    let dates: Vec<Uuid> = family.to_come.iter().map(|booking| booking.date_id).collect();
    if dates.is_empty() {
        return Ok(());
    }
    let bookings: BTreeSet<BookingId> = family.to_come.iter().map(|booking| booking.booking_id).collect();
    let bookings: Vec<BookingId> = bookings.into_iter().collect();
    let all = bookings::list_dates_booked(tx, &bookings)?;
    let releases: Vec<Release> = bookings
        .iter()
        .map(|id| {
            let of = |rows: &[BookedOn]| -> Vec<Uuid> {
                let rows = rows.iter().filter(|row| row.booking_id == *id && row.given_up_at.is_none());
                rows.map(|row| row.date_id).collect()
            };
            let dates = of(&family.to_come);
            Release { booking: id.uuid(), whole: dates.len() == of(&all).len(), dates }
        })
        .collect();
    jobs::enqueue(tx, RELEASE_PLACES, &releases, now, now, Some(&decision.to_string()))?;
    let Some(to): Option<To> = address_of(&family.contact) else { return Ok(()) };
    let lines: Vec<String> =
        events::list_dates_by_id(tx, &dates)?.iter().map(|date| when(date.starts_at)).collect();
    let message = Message {
        template: &PLACES_RELEASED,
        to,
        person: None,
        values: vec![
            ("session", family.title.clone()),
            ("times", family.absences.len().to_string()),
            ("why_lines", why_released(family).to_owned()),
            ("dates_lines", lines.join("\n")),
            ("phone", phone.to_owned()),
            ("reference", family.contact.reference.clone()),
        ],
        once: Some(decision.to_string()),
    };
    notify::queue(tx, &message, dice, now)?;
    Ok(())
}

/// Nobody is told that others wait when nobody does.
fn why_released(family: &Listed) -> &'static str {
    if family.waiting > 0 {
        "Other families are waiting, so we have given your next places to them:"
    } else {
        "So we have taken back your next places, and other families can book them:"
    }
}

/// Gives the places back through the room of bookings, which offers them to whoever waits. Safe to run twice.
pub(crate) async fn release_places(job: JobContext, room: Registers) -> Result<Outcome, Fault> {
    for one in job.payload::<Vec<Release>>()? {
        let id = BookingId::from_uuid(one.booking);
        // What is over meanwhile, or was given up by the family, needs nothing more.
        let outcome = if one.whole {
            bookings::settle(room.desk(), id, Settle::Cancel("released after absences, as a person decided"))
                .await?
        } else {
            bookings::give_up_dates(room.desk(), id, one.dates).await?
        };
        if outcome.is_err() {
            tracing::info!(booking.id = %id, "a place was not released: it is over, or it is gone already");
        }
    }
    Ok(Outcome::Done)
}

async fn set_rule(room: &Registers, who: &Who, form: &Form) -> Reply {
    let may: May<KeepBookings> = who.may(On::all("absence_rule"))?;
    let mut errors = Errors::default();
    let mut number = |field: &'static str, most: i64| {
        let parsed = form.get(field).parse::<i64>().ok().filter(|many| (1..=most).contains(many));
        errors.take(field, parsed.ok_or_else(|| format!("Type a number from 1 to {most}")))
    };
    let (absences, season_days) = (number("absences", 20), number("season_days", 400));
    let typed = form.get("reminders_since");
    let since = if typed.is_empty() { Ok(None) } else { read_date(typed).map(Some) };
    let since = errors.take("reminders_since", since);
    let (Some(absences), Some(season_days), Some(reminders_since)) = (absences, season_days, since) else {
        return page(room, who, Some(form), &errors, "").await;
    };
    let now = room.site().clock().now();
    let rule = AbsenceRule { absences, season_days, reminders_since };
    room.site()
        .db()
        .write(move |tx| {
            rows::set_absence_rule(tx, &rule)?;
            audit::record(
                tx,
                &may,
                format!("set the rule of absences to {absences} in {season_days} days"),
                "",
                now,
            );
            Ok(())
        })
        .await?;
    Ok(see_other("/admin/absences?kept=rule"))
}

fn read_date(typed: &str) -> Result<Date, String> {
    let british = || {
        let mut parts = typed.split(['/', '.', ' ']);
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
    };
    typed.parse().ok().or_else(british).ok_or_else(|| "Type a date, like 18/12/2026".to_owned())
}

fn key_of(family: &Listed) -> String {
    family.absences.last().map_or_else(String::new, |one| format!("{}.{}", one.booking_id, one.date_id))
}

/// Every family on the list, whoever keeps its session.
fn list_families(tx: &mut Tx, now: Instant) -> Result<Vec<Listed>, Fault> {
    let rule = rows::find_absence_rule(tx)?;
    let since = now - jiff::SignedDuration::from_hours(24 * rule.season_days);
    let absent = rows::list_absences(tx, kernel::civil_today(since), now)?;
    let mut ids: Vec<BookingId> = absent.iter().map(|row| row.booking_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let contacts: BTreeMap<BookingId, BookedOn> = bookings::list_dates_booked(tx, &ids)?
        .into_iter()
        .map(|booking| (booking.booking_id, booking))
        .collect();
    let absences = absent.iter().filter_map(|row| {
        Some(Absence {
            session_id: row.session_id,
            family: family_of(contacts.get(&row.booking_id)?),
            booking_id: row.booking_id,
            date_id: row.date_id,
            starts_at: row.starts_at,
        })
    });
    let absences = absences.collect();
    let decided = rows::list_decided(tx, since)?;
    let mut families = Vec::new();
    for absences in decide_listed(absences, &decided.done, &rule, now) {
        let last = absences.last().context("a family on the list was absent")?;
        let row = absent.iter().find(|row| row.booking_id == last.booking_id && row.date_id == last.date_id);
        let row = row.context("an absence that was read")?;
        let coming: Vec<Uuid> = events::list_dates_of(tx, last.session_id, now)?
            .into_iter()
            .filter(|date| date.starts_at > now)
            .map(|date| date.id)
            .collect();
        let mut to_come = bookings::list_booked_on(tx, &coming)?;
        let waiting = to_come.clone();
        to_come.retain(|booking| {
            let has_place = matches!(Stands::of(&booking.state), Some(Stands::Booked | Stands::Offered));
            has_place && booking.given_up_at.is_none() && family_of(booking) == last.family
        });
        let dates: BTreeSet<Uuid> = to_come.iter().map(|booking| booking.date_id).collect();
        let waits = |booking: &&BookedOn| {
            let stands = Stands::of(&booking.state) == Some(Stands::Waiting) && booking.given_up_at.is_none();
            stands && dates.contains(&booking.date_id) && family_of(booking) != last.family
        };
        let waiting: BTreeSet<String> = waiting.iter().filter(waits).map(family_of).collect();
        let ringing = absences.iter().filter_map(|one| decided.to_ring.get(&(one.booking_id, one.date_id)));
        families.push(Listed {
            organization: row.organization_id,
            title: row.title.clone(),
            slug: row.slug.clone(),
            contact: contacts.get(&last.booking_id).context("the booking of an absence")?.clone(),
            ringing_since: ringing.max().copied(),
            to_come,
            waiting: waiting.len(),
            absences,
        });
    }
    Ok(families)
}

/// Who is meant: the same address or number is the same family. One that is forgotten is only itself.
fn family_of(booking: &BookedOn) -> String {
    let email = booking.email.as_ref().map(|email| email.to_lowercase());
    email.or_else(|| booking.phone.clone()).unwrap_or_else(|| booking.booking_id.to_string())
}

async fn page(
    room: &Registers,
    who: &Who,
    typed: Option<&Form>,
    errors: &Errors,
    said: &'static str,
) -> Reply {
    let site = room.site();
    let now = site.clock().now();
    let read = who.clone();
    let (families, rule) = site
        .db()
        .write(move |tx| {
            let mut families = list_families(tx, now)?;
            families.retain(|family| right(&read, family).is_some());
            for may in families.iter().filter_map(|family| right(&read, family)) {
                audit::record(tx, &may, "read of a family that did not come", "", now);
            }
            Ok((families, rows::find_absence_rule(tx)?))
        })
        .await?;
    let value = |name: &str, kept: String| typed.map_or(kept, |form| form.get(name).to_owned());
    let since = rule.reminders_since.map_or_else(String::new, |day| day.strftime("%d/%m/%Y").to_string());
    let mut boxes = Vec::new();
    for (name, label, hint, value) in [
        (
            "absences",
            "How many absences that nobody told us of",
            "",
            value("absences", rule.absences.to_string()),
        ),
        (
            "season_days",
            "How many days back they are counted",
            "",
            value("season_days", rule.season_days.to_string()),
        ),
        (
            "reminders_since",
            "Since which day reminders go out (optional)",
            "For the figures: the days before are compared with the days after.",
            value("reminders_since", since),
        ),
    ] {
        let field = Input {
            name,
            label,
            hint,
            value: &value,
            kind: "text",
            autocomplete: "off",
            error: errors.at(name),
        };
        boxes.push(field.render()?);
    }
    let (status, title) = errors.page("Families that did not come");
    let body = AbsencesView {
        summary: ErrorSummary { errors }.render()?,
        said,
        families: families.iter().enumerate().map(|(number, family)| family_view(number, family)).collect(),
        rule,
        may_set_rule: who.may::<KeepBookings>(On::all("absence_rule")).is_ok(),
        boxes,
        council_phone: site.council().phone.clone(),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { status };
    show_with(site, status, &Page::new(title), &body)
}

fn right(who: &Who, family: &Listed) -> Option<May<KeepBookings>> {
    let session = family.absences.first()?.session_id;
    who.may::<KeepBookings>(On::one("session", session).of_organization(family.organization)).ok()
}

fn family_view(number: usize, family: &Listed) -> FamilyView {
    let contact = [family.contact.phone.as_deref(), family.contact.email.as_deref()];
    let contact: Vec<&str> = contact.into_iter().flatten().collect();
    let name = Some(family.contact.contact_name.clone()).filter(|name| !name.is_empty());
    FamilyView {
        number,
        key: key_of(family),
        name: name.unwrap_or_else(|| format!("Booking {}", family.contact.reference)),
        contact: if contact.is_empty() { "not given".to_owned() } else { contact.join(", ") },
        title: family.title.clone(),
        slug: family.slug.clone(),
        dates: family.absences.iter().map(|one| when(one.starts_at)).collect(),
        to_come: family.to_come.len(),
        waiting: family.waiting,
        ringing_since: family.ringing_since.map_or_else(String::new, when),
    }
}
