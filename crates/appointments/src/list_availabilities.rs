//! `GET /admin/appointments`, and `/for-families` for those who only book: every team that can be seen, with its next free time, and what somebody may do there.

use crate::{
    Appointments,
    move_appointment::find_appointment,
    store as rows,
    times::{For, find_offer},
};
use access::{Action, BookForFamily, KeepBookings, KeepSessions, On};
use askama::Template;
use axum::extract::State;
use jiff::SignedDuration;
use uuid::Uuid;
use web::{Page, Reply, Who, show};

/// How long ago somebody may have booked what they are shown.
const OWN_DAYS: i64 = 90;

#[derive(Template)]
#[template(path = "availabilities.html")]
struct ListView {
    may_add: bool,
    lines: Vec<Line>,
    /// What they booked for families: team, reference, session, when, and how it stands. Nobody is named.
    own: Vec<Own>,
}

struct Own {
    slug: String,
    reference: String,
    title: String,
    when: String,
    is_booked: bool,
}

struct Line {
    slug: String,
    title: String,
    state: &'static str,
    next: String,
    is_offered: bool,
    may_book: bool,
    may_keep: bool,
    may_read: bool,
}

pub(crate) async fn get(State(room): State<Appointments>, who: Who) -> Reply {
    let site = room.site();
    let now = site.clock().now();
    let person = who.actor.person();
    let (all, own) = site
        .db()
        .read(move |tx| {
            let mut all = Vec::new();
            for row in rows::list_availabilities(tx)? {
                let offer = find_offer(tx, &row.slug, For::Staff, now)?;
                all.push((row.draft()?, row.organization_id, offer));
            }
            let mut own = Vec::new();
            let since = now - SignedDuration::from_hours(24 * OWN_DAYS);
            let made = match person {
                Some(person) => rows::list_made_by(tx, person, since)?,
                None => Vec::new(),
            };
            for (form_key, slug) in made {
                let found = find_appointment(tx, &slug, &bookings::reference_of(&form_key))?;
                let Some(found) = found.filter(|found| found.booking.form_key == form_key) else { continue };
                let title = events::find_session(tx, found.booking.session_id)?.map(|row| row.title);
                own.push(Own {
                    when: found.when(),
                    is_booked: found.booking.state == "booked",
                    reference: found.booking.reference,
                    title: title.unwrap_or_default(),
                    slug,
                });
            }
            Ok((all, own))
        })
        .await?;
    let mut lines = Vec::new();
    for (draft, organization, offer) in all {
        let on = |organization: Uuid| On::all("session").of_organization(organization);
        let line = Line {
            next: offer
                .as_ref()
                .and_then(|offer| offer.days.first())
                .and_then(|day| Some(format!("{}, {}", day.words, day.times.first()?.words)))
                .unwrap_or_else(|| "none".to_owned()),
            is_offered: offer.is_some(),
            slug: draft.slug,
            title: draft.title,
            state: draft.wanted.words(),
            may_book: who.may::<BookForFamily>(on(organization)).is_ok(),
            may_keep: who.may::<KeepSessions>(on(organization)).is_ok(),
            may_read: who.may::<KeepBookings>(on(organization)).is_ok(),
        };
        if line.may_book || line.may_keep {
            lines.push(line);
        }
    }
    let body = ListView { may_add: Action::KeepSessions.is_open_to(&who.actor), lines, own };
    show(site, &Page::new("Appointments"), &body)
}
