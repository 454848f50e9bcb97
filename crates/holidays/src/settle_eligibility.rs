//! `/admin/holidays/{slug}/eligibility`: forms that a person must look at, and what they decide.

use crate::{
    give_proof::as_it_is,
    mails::{ANSWERED, tell},
    model::{ChildId, Funding, Programme, ProgrammeId, Standing},
    room::Holidays,
    store::{self as rows, ChildRow, NewStanding},
};
use access::{Action, May, On, SettleEligibility, audit};
use anyhow::Context;
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use jiff::SignedDuration;
use kernel::{Fault, Id, Instant, Refusal, london};
use store::Tx;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors},
    missing, say, see_other, show_with,
};

/// For how many days a settled form can be corrected here.
const CORRECTED_DAYS: i64 = 30;

/// How somebody knows: as it is sent, as it is chosen, and as it stands in the trail, which never holds what somebody typed,
/// because that could name the child.
const EVIDENCE: [(&str, &str, &str); 3] = [
    ("seen", "I have seen a letter", "a letter was seen"),
    ("school", "The school told us", "the school said so"),
    ("known", "I, or another professional, know the family", "a professional knows the family"),
];

/// What a person decides about a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Free places, because of free school meals: seen on paper, or told by the school.
    Targeted,
    /// Free places for this reason: somebody who knows the family says so.
    Reason(String),
    /// No free places.
    Not,
    /// It is the same child as one of another form.
    Same,
    /// It is another child.
    Other,
}

#[derive(Template)]
#[template(path = "admin_eligibility.html")]
struct EligibilityView {
    summary: String,
    slug: String,
    name: String,
    saved: bool,
    children: Vec<ChildView>,
    settled: Vec<ChildView>,
    reasons: Vec<(String, String)>,
    evidence: [(&'static str, &'static str, &'static str); 3],
}

struct ChildView {
    id: ChildId,
    card: Option<CardView>,
    name: String,
    /// As it stands now; sent back with what is decided.
    version: String,
    standing: String,
    facts: Vec<(&'static str, String)>,
    is_twin: bool,
    why: String,
    reason: String,
    is_wrong: bool,
    why_error: Option<String>,
    reason_error: Option<String>,
}

#[derive(Template)]
#[template(path = "admin_waiting.html")]
struct WaitingView {
    is_council: bool,
    programmes: Vec<WaitingLine>,
}

struct WaitingLine {
    slug: String,
    name: String,
    when: String,
    waiting: i64,
}

/// `GET /admin/holidays/eligibility`: each programme, with how many forms wait.
pub(crate) async fn list(State(room): State<Holidays>, who: Who) -> Reply {
    who.may::<SettleEligibility>(On::all("holiday_programme"))?;
    let read = |tx: &mut Tx<'_>| {
        let mut lines = Vec::new();
        for row in rows::list_programmes(tx)? {
            let programme = row.programme()?;
            lines.push(WaitingLine {
                waiting: rows::count_queue(tx, row.id)?,
                when: say::from_to(programme.first, programme.last),
                slug: programme.slug,
                name: programme.name,
            });
        }
        Ok(lines)
    };
    let programmes = room.site().db().read(read).await?;
    let is_council = Action::OpenCouncilDoor.is_open_to(&who.actor);
    show_with(
        room.site(),
        StatusCode::OK,
        &Page::new("Forms that need a person"),
        &WaitingView { is_council, programmes },
    )
}

async fn find(room: &Holidays, slug: &str) -> Result<Option<rows::ProgrammeRow>, Fault> {
    let slug = slug.to_owned();
    room.site().db().read(move |tx| rows::find_programme(tx, &slug)).await
}

pub(crate) async fn get(
    State(room): State<Holidays>,
    Path(slug): Path<String>,
    who: Who,
    params: Params,
) -> Reply {
    let may = who.may::<SettleEligibility>(On::all("holiday_child"))?;
    page(&room, &may, &slug, params.get("saved") == "1", &Put::default()).await
}

/// What somebody chose that could not be taken, put back as it was.
#[derive(Default)]
struct Put {
    child: Option<ChildId>,
    why: String,
    reason: String,
    errors: Errors,
    /// The form was settled while they looked.
    is_late: bool,
}

pub(crate) async fn post(
    State(room): State<Holidays>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let all = who.may::<SettleEligibility>(On::all("holiday_child"))?;
    let Some(row) = find(&room, &slug).await? else { return Ok(missing()) };
    let Ok(child) = form.get("child").parse::<Uuid>() else { return Ok(missing()) };
    let may = who.may::<SettleEligibility>(On::one("holiday_child", child))?;
    let child: ChildId = Id::from_uuid(child);
    let reason = form.get("reason").to_owned();
    let decision = match form.get("do") {
        "targeted" => Decision::Targeted,
        "reason" => Decision::Reason(reason.clone()),
        "not" => Decision::Not,
        "same" => Decision::Same,
        "other" => Decision::Other,
        _ => return Ok(missing()),
    };
    let evidence = EVIDENCE.into_iter().find(|(key, ..)| *key == form.get("why"));
    let mut errors = Errors::default();
    if matches!(decision, Decision::Targeted | Decision::Reason(_)) && evidence.is_none() {
        errors.0.push(Refusal::at("why", "Choose how you know"));
    }
    let is_known = row.programme()?.reasons.iter().any(|each| each.key == reason);
    if matches!(decision, Decision::Reason(_)) && !is_known {
        errors.0.push(Refusal::at("reason", "Choose the reason for which you agree"));
    }
    let put = Put { child: Some(child), why: form.get("why").to_owned(), reason, errors, is_late: false };
    if !put.errors.is_empty() {
        return page(&room, &all, &slug, false, &put).await;
    }
    let settling = Settling {
        programme: row.id,
        child,
        seen: form.get("version").to_owned(),
        decision,
        why: evidence.map_or("", |(.., why)| why),
    };
    match settle(&room, &may, settling).await? {
        WasSettled::Now => Ok(see_other(&format!("/admin/holidays/{slug}/eligibility?saved=1"))),
        WasSettled::Before => {
            let sentence = "This form was already settled by somebody else, or in another window, or its family changed it. Nothing was saved now. See below how it stands";
            let errors = Errors(vec![Refusal::at("", sentence)]);
            page(&room, &all, &slug, false, &Put { errors, is_late: true, ..put }).await
        }
    }
}

/// What a person decides about a child that they saw standing so.
#[derive(Clone)]
struct Settling {
    programme: ProgrammeId,
    child: ChildId,
    /// The version that stood on the page.
    seen: String,
    decision: Decision,
    why: &'static str,
}

/// Whether what a person decided is what stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WasSettled {
    /// It is.
    Now,
    /// Something else was decided since they looked.
    Before,
}

/// Settles how it stands with a child, and tells the family that there is an answer.
async fn settle(
    room: &Holidays,
    may: &May<SettleEligibility>,
    settling: Settling,
) -> Result<WasSettled, Fault> {
    let (room, may, now) = (room.clone(), may.clone(), room.site().clock().now());
    room.clone()
        .line()
        .write(vec![settling.programme.uuid()], move |tx| settle_one(tx, &room, &may, &settling, now))
        .await
}

fn settle_one(
    tx: &mut Tx,
    room: &Holidays,
    may: &May<SettleEligibility>,
    settling: &Settling,
    now: Instant,
) -> Result<WasSettled, Fault> {
    let Settling { child, decision, why, .. } = settling;
    let child = *child;
    let kept = rows::find_child(tx, child)?.filter(|kept| kept.programme_id == settling.programme);
    // Two workers look at the same list. Whoever decides second learns it, and undoes nothing unawares.
    let Some(kept) = kept.filter(|kept| kept.version() == settling.seen) else {
        return Ok(WasSettled::Before);
    };
    let as_is = as_it_is(&kept);
    let to = match decision {
        Decision::Targeted => {
            NewStanding { standing: Standing::Eligible, funding: Some(Funding::Targeted), ..as_is }
        }
        Decision::Reason(reason) => NewStanding {
            standing: Standing::Eligible,
            funding: Some(Funding::Discretionary),
            reason: reason.clone(),
            ..as_is
        },
        Decision::Not => NewStanding { standing: Standing::Not, funding: None, ..as_is },
        // The other form has the days; this one shows its family that they must talk to us.
        Decision::Same => NewStanding { standing: Standing::Twin, funding: None, ..as_is },
        Decision::Other => {
            rows::set_same_as(tx, child, None, now)?;
            NewStanding { standing: Standing::NeedsAPerson, funding: None, ..as_is }
        }
    };
    rows::set_standing(tx, child, &to, now)?;
    // 'Another child' is no answer yet: how it stands with this one is still to be settled.
    rows::set_settled(tx, child, (*decision != Decision::Other).then_some(now))?;
    if let Some(funding) = to.funding {
        rows::set_days_funding(tx, child, funding)?;
    }
    let did = match decision {
        Decision::Targeted => "agreed to free places: free school meals".to_owned(),
        Decision::Reason(reason) => format!("agreed to free places: {reason}"),
        Decision::Not => "said no to free places".to_owned(),
        Decision::Same => "said that a child is the same as one of another form".to_owned(),
        Decision::Other => "said that a child is not the one of another form".to_owned(),
    };
    let is_correction = kept.settled_at.is_some() && kept.standing().is_settled();
    let did = if is_correction { format!("corrected: {did}") } else { did };
    audit::record(tx, may, did, *why, now);
    let family = rows::find_family(tx, kept.family_id)?.context("the family of a child")?;
    match decision {
        Decision::Same | Decision::Other => {}
        _ => tell(tx, room, &family, &ANSWERED, "settled", now)?,
    }
    Ok(WasSettled::Now)
}

async fn page(room: &Holidays, may: &May<SettleEligibility>, slug: &str, saved: bool, put: &Put) -> Reply {
    let Some(row) = find(room, slug).await? else { return Ok(missing()) };
    let programme = row.programme()?;
    let (id, may, now) = (row.id, may.clone(), room.site().clock().now());
    let since = now - SignedDuration::from_hours(24 * CORRECTED_DAYS);
    let (queue, settled) = room
        .site()
        .db()
        .write(move |tx| {
            audit::record(tx, &may, "looked at forms that need a person", "", now);
            Ok((rows::list_queue(tx, id)?, rows::list_settled(tx, id, since)?))
        })
        .await?;
    let (status, title) = put.errors.page("Forms that need a person");
    let is_over = |child: &&ChildRow| !queue.iter().any(|waiting| waiting.id == child.id);
    let body = EligibilityView {
        summary: ErrorSummary { errors: &put.errors }.render()?,
        slug: slug.to_owned(),
        saved,
        children: queue.iter().map(|child| waiting_view(room, &programme, child, put)).collect(),
        settled: settled.iter().filter(is_over).map(|child| settled_view(&programme, child, put)).collect(),
        reasons: programme.reasons.iter().map(|each| (each.key.clone(), each.words.clone())).collect(),
        evidence: EVIDENCE,
        name: programme.name,
    };
    let status = if put.is_late { StatusCode::CONFLICT } else { status };
    show_with(room.site(), status, &Page::new(title), &body)
}

fn waiting_view(room: &Holidays, programme: &Programme, child: &ChildRow, put: &Put) -> ChildView {
    let screened = room.site().screen(&child.appeal);
    let standing = match child.standing() {
        Standing::Twin => "May be the child of another form",
        Standing::Appeal => "Asks us to look again",
        _ => "Needs a person",
    };
    ChildView {
        card: room.site().card(screened.verdict()).map(CardView::above),
        ..view(programme, child, put, standing.to_owned())
    }
}

fn settled_view(programme: &Programme, child: &ChildRow, put: &Put) -> ChildView {
    let standing = match (child.standing(), child.funding()) {
        (Standing::Twin, _) => "The same child as of another form",
        (_, Some(funding)) => funding.words(),
        _ => "No free places",
    };
    let mut view = view(programme, child, put, standing.to_owned());
    if let Some(at) = child.settled_at {
        view.facts.push(("Settled on", say::day_month_year(at.to_zoned(london()).date())));
    }
    view
}

fn view(programme: &Programme, child: &ChildRow, put: &Put, standing: String) -> ChildView {
    let named = programme.reasons.iter().find(|each| each.key == child.reason);
    let tier = child.tier.as_deref().map_or("", |tier| {
        if tier == "expanded" { "Only under the wider rule" } else { "Free school meals" }
    });
    let facts = [
        ("Date of birth", child.born.map(say::day_month_year).unwrap_or_default()),
        ("School", child.school.clone()),
        ("Reason given", named.map(|each| each.words.clone()).unwrap_or_default()),
        ("What the family says", child.appeal.clone()),
        ("The national service", tier.to_owned()),
    ];
    let is_put = put.child == Some(child.id);
    let error = |field: &str| put.errors.at(field).filter(|_| is_put).map(str::to_owned);
    ChildView {
        id: child.id,
        card: None,
        name: format!("{} {}", child.first_name, child.last_name),
        version: child.version(),
        standing,
        facts: facts.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
        is_twin: child.standing() == Standing::Twin,
        why: if is_put { put.why.clone() } else { String::new() },
        reason: if is_put { put.reason.clone() } else { child.reason.clone() },
        is_wrong: is_put && !put.is_late,
        why_error: error("why"),
        reason_error: error("reason"),
    }
}
