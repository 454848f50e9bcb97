//! `GET` and `POST /admin/invitations/{id}`: what somebody made at once, with its link, its square, how it stands, and a
//! way to withdraw it; and `/slips`, the same on paper, two to a side of A4.

use crate::{
    Invitations,
    list_invitations::{counts, steps_of, whom},
    model::{How, InvitationId, Steps, code_words},
    qr,
    session_facts::{self, Facts, date_words},
    store::{self as rows, InvitationRow},
    words::steps_words,
};
use access::{InviteFamily, May, On, audit};
use askama::Template;
use axum::extract::{Path, State};
use kernel::{Fault, london};
use std::collections::BTreeMap;
use uuid::Uuid;
use web::{Form, Page, Params, Reply, Who, missing, say, see_other, show};

#[derive(Template)]
#[template(path = "invitation.html")]
struct OneView {
    batch: Uuid,
    made: bool,
    session: String,
    slug: String,
    whom: String,
    how: &'static str,
    day: String,
    until: String,
    link: String,
    code: String,
    qr: String,
    steps: Vec<(&'static str, bool)>,
    counts: Option<[usize; 4]>,
    is_withdrawn: bool,
    was_sent: bool,
}

#[derive(Template)]
#[template(path = "slips.html")]
struct SlipsView {
    batch: Uuid,
    session: String,
    council: String,
    phone: String,
    dates: Vec<String>,
    place: String,
    is_drop_in: bool,
    slips: Vec<Slip>,
}

struct Slip {
    code: String,
    address: String,
    qr: String,
}

/// What somebody made at once.
struct Batch {
    may: May<InviteFamily>,
    rows: Vec<InvitationRow>,
    dates: Vec<Uuid>,
    facts: Option<Facts>,
    title: String,
    steps: BTreeMap<InvitationId, Steps>,
    is_withdrawn: bool,
}

async fn find(room: &Invitations, who: &Who, id: &str) -> Result<Option<Batch>, Fault> {
    let (Some(person), Ok(batch)) = (who.actor.person(), id.parse::<Uuid>()) else { return Ok(None) };
    let now = room.site().clock().now();
    let found = room.site().db().read(move |tx| rows::list_batch(tx, batch, person)).await?;
    let Some(first) = found.first().cloned() else { return Ok(None) };
    let may = who.may::<InviteFamily>(
        On::one("invitation", first.batch_id).of_organization(first.organization_id).about(person),
    )?;
    let read = may.clone();
    let batch = room.site().db().write(move |tx| {
        if !first.first_name.is_empty() {
            audit::record(tx, &read, "read an own invitation", "", now);
        }
        let ids: Vec<Uuid> = found.iter().map(|row| row.id.uuid()).collect();
        let withdrawn = rows::list_events(tx, &ids)?.iter().any(|(_, what)| what == "withdrawn");
        Ok(Batch {
            may: read.clone(),
            dates: rows::list_dates(tx, first.id)?,
            facts: session_facts::find(tx, first.session_id, now)?,
            title: events::find_session(tx, first.session_id)?.map(|row| row.title).unwrap_or_default(),
            steps: steps_of(tx, &found)?,
            is_withdrawn: withdrawn,
            rows: found.clone(),
        })
    });
    batch.await.map(Some)
}

/// `GET /admin/invitations/{id}`.
pub(crate) async fn get(
    State(room): State<Invitations>,
    who: Who,
    Path(id): Path<String>,
    params: Params,
) -> Reply {
    let Some(batch) = find(&room, &who, &id).await? else { return Ok(missing()) };
    let Some(first) = batch.rows.first() else { return Ok(missing()) };
    let site = room.site();
    let link = site.absolute(&format!("/i/{}", first.code));
    let each: Vec<Steps> =
        batch.rows.iter().map(|row| batch.steps.get(&row.id).copied().unwrap_or_default()).collect();
    let how = How::of(&first.how);
    let body = OneView {
        batch: first.batch_id,
        made: !params.get("made").is_empty(),
        session: batch.title.clone(),
        slug: batch.facts.as_ref().map(|facts| facts.draft.slug.clone()).unwrap_or_default(),
        whom: whom(first, batch.rows.len()),
        how: how.map_or("", How::words),
        day: say::day_month_year(first.made_at.to_zoned(london()).date()),
        until: say::day_month_year(first.ends_at.to_zoned(london()).date()),
        qr: qr::svg(&link),
        link,
        code: code_words(&first.code),
        steps: if batch.rows.len() == 1 { steps_words(&each[0]) } else { Vec::new() },
        counts: (batch.rows.len() > 1).then(|| counts(&each)),
        is_withdrawn: batch.is_withdrawn,
        was_sent: matches!(how, Some(How::Text | How::Email)),
    };
    show(site, &Page::new(format!("Invitation: {}", batch.title)), &body)
}

/// `POST /admin/invitations/{id}`: withdraws it. What was booked by it stands.
pub(crate) async fn post(
    State(room): State<Invitations>,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Reply {
    let Some(batch) = find(&room, &who, &id).await? else { return Ok(missing()) };
    if form.get("do") != "withdraw" {
        return Ok(see_other(&format!("/admin/invitations/{id}")));
    }
    let now = room.site().clock().now();
    room.site()
        .db()
        .write(move |tx| {
            for row in &batch.rows {
                rows::insert_event(tx, row.id, "withdrawn", now)?;
            }
            audit::record(tx, &batch.may, "withdrew an invitation", "", now);
            Ok(())
        })
        .await?;
    Ok(see_other("/admin/invitations?withdrawn=1"))
}

/// `GET /admin/invitations/{id}/slips`: large words, a square and a plain address on each half of A4.
pub(crate) async fn slips(State(room): State<Invitations>, who: Who, Path(id): Path<String>) -> Reply {
    let Some(batch) = find(&room, &who, &id).await? else { return Ok(missing()) };
    let (Some(first), Some(facts)) = (batch.rows.first(), &batch.facts) else { return Ok(missing()) };
    let site = room.site();
    let council = site.council();
    let dates = facts.dates_of(&batch.dates);
    // A mouth and a keyboard need no 'https://'.
    let plain = |address: &str| address.split_once("://").map_or(address, |(_, rest)| rest).to_owned();
    let body = SlipsView {
        batch: first.batch_id,
        session: facts.draft.title.clone(),
        council: council.name.clone(),
        phone: council.phone.clone(),
        dates: dates.iter().take(3).map(|date| date_words(date)).collect(),
        place: facts.place(dates.first().copied()),
        is_drop_in: facts.is_drop_in(),
        slips: batch
            .rows
            .iter()
            .map(|row| {
                let link = site.absolute(&format!("/i/{}", row.code));
                let address = plain(&site.absolute(&format!("/i/{}", code_words(&row.code))));
                Slip { code: code_words(&row.code), address, qr: qr::svg(&link) }
            })
            .collect(),
    };
    show(site, &Page::new(format!("Slips: {}", facts.draft.title)), &body)
}
