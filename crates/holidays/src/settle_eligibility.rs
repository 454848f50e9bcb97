//! `/admin/holidays/{slug}/eligibility`: forms that a person must look at, and what they decide.

use crate::{
    give_proof::as_it_is,
    keep_programme::count_waiting,
    mails::{ANSWERED, tell},
    model::{ChildId, Funding, ProgrammeId, Standing},
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
use kernel::{Fault, Id, Instant, Refusal};
use store::Tx;
use uuid::Uuid;
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors},
    missing, say, see_other, show_with,
};

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
    reasons: Vec<(String, String)>,
}

struct ChildView {
    id: ChildId,
    card: Option<CardView>,
    name: String,
    standing: &'static str,
    facts: Vec<(&'static str, String)>,
    is_twin: bool,
    reason: String,
    error: Option<String>,
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
                waiting: count_waiting(&rows::list_standings(tx, row.id)?),
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
    page(&room, &may, &slug, params.get("saved") == "1", None, &Errors::default()).await
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
    let why = form.get("why").to_owned();
    let reason = form.get("reason").to_owned();
    let decision = match form.get("do") {
        "targeted" => Decision::Targeted,
        "reason" => Decision::Reason(reason.clone()),
        "not" => Decision::Not,
        "same" => Decision::Same,
        "other" => Decision::Other,
        _ => return Ok(missing()),
    };
    let known = row.programme()?.reasons.iter().any(|each| each.key == reason);
    if matches!(decision, Decision::Reason(_)) && !known {
        let errors = Errors(vec![Refusal::at("reason", "Choose the reason for which you agree")]);
        return page(
            &room,
            &all,
            &slug,
            false,
            Some((child, "Choose the reason for which you agree".to_owned())),
            &errors,
        )
        .await;
    }
    // The reason in the trail is one of a few, never what somebody typed: it could name the child.
    let why = match why.as_str() {
        "seen" => "a letter was seen",
        "school" => "the school said so",
        "known" => "a professional knows the family",
        _ => "",
    };
    settle(&room, row.id, &may, child, decision, why).await?;
    Ok(see_other(&format!("/admin/holidays/{slug}/eligibility?saved=1")))
}

/// Settles how it stands with a child, and tells the family that there is an answer.
pub async fn settle(
    room: &Holidays,
    programme: ProgrammeId,
    may: &May<SettleEligibility>,
    child: ChildId,
    decision: Decision,
    why: &'static str,
) -> Result<(), Fault> {
    let (room, may, now) = (room.clone(), may.clone(), room.site().clock().now());
    room.clone()
        .line()
        .write(vec![programme.uuid()], move |tx| settle_one(tx, &room, &may, child, &decision, (why, now)))
        .await
}

fn settle_one(
    tx: &mut Tx,
    room: &Holidays,
    may: &May<SettleEligibility>,
    child: ChildId,
    decision: &Decision,
    (why, now): (&'static str, Instant),
) -> Result<(), Fault> {
    let Some(kept) = rows::find_child(tx, child)? else { return Ok(()) };
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
    audit::record(tx, may, did, why, now);
    let family = rows::find_family(tx, kept.family_id)?.context("the family of a child")?;
    match decision {
        Decision::Same | Decision::Other => Ok(()),
        _ => tell(tx, room, &family, &ANSWERED, "settled", now),
    }
}

async fn page(
    room: &Holidays,
    may: &May<SettleEligibility>,
    slug: &str,
    saved: bool,
    wrong: Option<(ChildId, String)>,
    errors: &Errors,
) -> Reply {
    let Some(row) = find(room, slug).await? else { return Ok(missing()) };
    let programme = row.programme()?;
    let (id, may, now) = (row.id, may.clone(), room.site().clock().now());
    let queue = room
        .site()
        .db()
        .write(move |tx| {
            audit::record(tx, &may, "looked at forms that need a person", "", now);
            rows::list_queue(tx, id)
        })
        .await?;
    let (status, title) = errors.page("Forms that need a person");
    let view = |child: &ChildRow| {
        let words = |key: &str| {
            programme
                .reasons
                .iter()
                .find(|each| each.key == key)
                .map_or_else(String::new, |each| each.words.clone())
        };
        let screened = room.site().screen(&child.appeal);
        let facts = [
            ("Date of birth", child.born.map(say::day_month_year).unwrap_or_default()),
            ("School", child.school.clone()),
            ("Reason given", words(&child.reason)),
            ("What the family says", child.appeal.clone()),
            (
                "The national service",
                child
                    .tier
                    .as_deref()
                    .map_or("", |tier| {
                        if tier == "expanded" { "Only under the wider rule" } else { "Free school meals" }
                    })
                    .to_owned(),
            ),
        ];
        ChildView {
            id: child.id,
            card: room.site().card(screened.verdict()).map(CardView::above),
            name: format!("{} {}", child.first_name, child.last_name),
            standing: match child.standing() {
                Standing::Twin => "May be the child of another form",
                Standing::Appeal => "Asks us to look again",
                _ => "Needs a person",
            },
            facts: facts.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
            is_twin: child.standing() == Standing::Twin,
            reason: child.reason.clone(),
            error: wrong.as_ref().filter(|(id, _)| *id == child.id).map(|(_, words)| words.clone()),
        }
    };
    let body = EligibilityView {
        summary: ErrorSummary { errors }.render()?,
        slug: slug.to_owned(),
        saved,
        children: queue.iter().map(view).collect(),
        reasons: programme.reasons.iter().map(|each| (each.key.clone(), each.words.clone())).collect(),
        name: programme.name,
    };
    show_with(room.site(), status, &Page::new(title), &body)
}
