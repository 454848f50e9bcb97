//! `/admin/flows/{slug}/publish`: what would change, what is wrong, and the history. One button says what it does.

use crate::{
    FlowDesk,
    compare::{StepChange, changes},
    list_flows,
    offered::Offered,
    reason::{self, Asked},
    show_flow::{Wrong, state, wrongs},
    unowned,
    working::{find_working, said_when},
};
use access::{May, WriteFlows};
use askama::Template;
use axum::extract::{Path, State};
use flows::{Event, Flows, NotPublished, Revision, parse};
use kernel::{Fault, Instant, Refusal};
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors},
    missing, say, see_other, show_with,
};

#[derive(Template)]
#[template(path = "flow_publish.html")]
struct PublishView {
    card: Option<CardView>,
    slug: String,
    title: String,
    state: String,
    /// The form was of a draft that is published by now.
    is_already: bool,
    /// Letting go of the draft is asked once more.
    asks_discard: bool,
    summary: String,
    why: String,
    edition: i64,
    /// The number of the last revision, so that a form knows whether another came after it.
    last: i64,
    /// How the guide was offered when the page was opened.
    offered: String,
    must: Vec<Wrong>,
    advice: Vec<Wrong>,
    changes: Vec<StepChange>,
    is_draft: bool,
    is_offered: bool,
    running: i64,
    past: Vec<PastView>,
    /// Whether there is an earlier revision that can be offered again.
    may_offer: bool,
}

/// One thing in the history of a guide: a publication, or that it was taken back or offered again.
struct PastView {
    name: String,
    when: String,
    whose: &'static str,
    why: String,
    is_offered: bool,
    /// The revision that can be offered again from here.
    may_offer: Option<i64>,
}

/// What stands around the page's facts.
#[derive(Default)]
pub(crate) struct Around {
    card: Option<CardView>,
    why: String,
    errors: Errors,
    is_already: bool,
    asks_discard: bool,
}

pub(crate) async fn get(
    State(desk): State<FlowDesk>,
    Path(slug): Path<String>,
    who: Who,
    params: Params,
) -> Reply {
    who.may::<WriteFlows>(Flows::record_of(&slug))?;
    page(&desk, &slug, Around { is_already: params.get("already") == "1", ..Around::default() }).await
}

pub(crate) async fn post(
    State(desk): State<FlowDesk>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let card = reason::card(desk.site(), &form);
    let may = who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let mut errors = Errors::default();
    let asked = if form.get("do").starts_with("offer-") { Asked::Always } else { Asked::IfLiked };
    let why = reason::read(&form, asked, &mut errors);
    let edition = edition_of(&form);
    let typed = form.get("why").to_owned();
    if errors.is_empty() {
        let flows = desk.flows();
        let wrong = match form.get("do").split_once('-').unwrap_or((form.get("do"), "")) {
            ("publish", _) if is_published(&desk, &slug, &form).await? => {
                return done(&desk, &slug, Around { card, is_already: true, ..Around::default() }).await;
            }
            ("publish", _) => publish(&desk, &may, &slug, &form, &why).await?,
            ("offer", _) => offer(&desk, &may, &slug, &form, &why).await?,
            ("discard", "yes") => (!flows.delete_draft(&may, &slug, edition).await?)
                .then(|| "The draft was changed meanwhile. Look at it first".to_owned()),
            ("discard", _) => {
                let around = Around { card, why: typed, asks_discard: true, ..Around::default() };
                return page(&desk, &slug, around).await;
            }
            _ => Some("Choose what to do".to_owned()),
        };
        match wrong {
            None => return done(&desk, &slug, Around { card, ..Around::default() }).await,
            Some(words) => errors.0.push(Refusal::at("why", words)),
        }
    }
    page(&desk, &slug, Around { card, why: typed, errors, ..Around::default() }).await
}

fn edition_of(form: &Form) -> i64 {
    form.get("edition").parse().unwrap_or(0)
}

/// Publishes the draft; says what keeps it from that.
async fn publish(
    desk: &FlowDesk,
    may: &May<WriteFlows>,
    slug: &str,
    form: &Form,
    why: &str,
) -> Result<Option<String>, Fault> {
    let seen = form.get("offered");
    // The edition says which draft was seen; where the form says it too, what families see must be as it was seen.
    if !seen.is_empty()
        && let Some(words) = Offered::find(desk, slug).await?.refuse(seen)
    {
        return Ok(Some(words));
    }
    let draft = desk.flows().find_draft(slug).await?;
    if let Some(finding) = draft.and_then(|draft| parse(&draft.text).ok()).and_then(|flow| unowned(&flow)) {
        return Ok(Some(not_published(slug, NotPublished::Findings(vec![finding]))));
    }
    let published = desk.flows().publish(may, slug, edition_of(form), &desk.known(), why).await?;
    Ok(published.err().map(|wrong| not_published(slug, wrong)))
}

/// Offers an earlier revision again; says what keeps it from that.
async fn offer(
    desk: &FlowDesk,
    may: &May<WriteFlows>,
    slug: &str,
    form: &Form,
    why: &str,
) -> Result<Option<String>, Fault> {
    let number: i64 =
        form.get("do").strip_prefix("offer-").and_then(|number| number.parse().ok()).unwrap_or(0);
    let offered = Offered::find(desk, slug).await?;
    // Another press or another person was first: then it is as was wished.
    if offered.number != Some(number)
        && let Some(words) = offered.refuse(form.get("offered"))
    {
        return Ok(Some(words));
    }
    let is_done = desk.flows().offer_revision(may, slug, number, why).await?;
    Ok((!is_done).then(|| "That revision is what families see".to_owned()))
}

/// Whether what a form wants to publish is published: another press or another tab was first.
async fn is_published(desk: &FlowDesk, slug: &str, form: &Form) -> Result<bool, Fault> {
    let Ok(seen) = form.get("last").parse::<i64>() else { return Ok(false) };
    let last = desk.flows().list_revisions(slug).await?.first().map(|revision| revision.number);
    Ok(last.is_some_and(|last| last > seen) && desk.flows().find_draft(slug).await?.is_none())
}

/// After something was done. A card is not lost on the way to another page.
pub(crate) async fn done(desk: &FlowDesk, slug: &str, around: Around) -> Reply {
    let is_gone = find_working(desk, slug).await?.is_none();
    match (around.card.is_some(), is_gone) {
        (true, true) => list_flows::page(desk, around.card).await,
        (true, false) => page(desk, slug, around).await,
        (false, true) => Ok(see_other("/admin/flows")),
        (false, false) => {
            let already = if around.is_already { "?already=1" } else { "" };
            Ok(see_other(&format!("/admin/flows/{slug}/publish{already}")))
        }
    }
}

impl Around {
    /// The card alone.
    pub(crate) fn card(card: Option<CardView>) -> Around {
        Around { card, ..Around::default() }
    }
}

async fn page(desk: &FlowDesk, slug: &str, around: Around) -> Reply {
    let (status, title) = around.errors.page("Publish");
    let Some(body) = view(desk, slug, around).await? else { return Ok(missing()) };
    show_with(desk.site(), status, &Page::new(format!("{title} {}", body.title)), &body)
}

fn not_published(slug: &str, why: NotPublished) -> String {
    match why {
        NotPublished::NoDraft => "There is no draft to publish".to_owned(),
        NotPublished::Newer => "Somebody else saved meanwhile. Look at the draft first".to_owned(),
        NotPublished::Troubles(troubles) => {
            format!("It cannot run yet. {} to put right", say::count(troubles.len(), "thing", "things"))
        }
        NotPublished::Findings(findings) => {
            format!("Put {} right first. See the list below", say::count(findings.len(), "thing", "things"))
        }
        NotPublished::OtherSlug => {
            format!(
                "Its text names another address, and an address stays. Write slug = \"{slug}\" in its text again"
            )
        }
        NotPublished::Same => "It says the same as what families see".to_owned(),
    }
}

async fn view(desk: &FlowDesk, slug: &str, around: Around) -> Result<Option<PublishView>, Fault> {
    let Some(working) = find_working(desk, slug).await? else { return Ok(None) };
    let (must, advice) = wrongs(&working);
    let changes = match (&working.offered, working.flow()) {
        (Some(offered), Some(flow)) => changes(&offered.flow, flow),
        _ => Vec::new(),
    };
    let revisions = desk.flows().list_revisions(slug).await?;
    let last = revisions.first().map_or(0, |revision| revision.number);
    let events = desk.flows().list_events(slug).await?;
    let offered = Offered::of(&revisions, &events).version();
    let past = past(events, revisions);
    let errors = &around.errors;
    let hint =
        "It stays in the history. No names of families. You must say it to offer an earlier revision again";
    Ok(Some(PublishView {
        title: working.title(),
        state: state(&working),
        summary: if errors.is_empty() { String::new() } else { ErrorSummary { errors }.render()? },
        why: reason::field(&around.why, hint, errors)?,
        edition: working.edition,
        last,
        offered,
        is_already: around.is_already && working.offered.is_some(),
        asks_discard: around.asks_discard && working.is_draft(),
        card: around.card,
        is_draft: working.is_draft(),
        is_offered: working.offered.is_some(),
        running: desk.flows().count_running(slug).await?,
        may_offer: past.iter().any(|each| each.may_offer.is_some()),
        past,
        must,
        advice,
        changes,
        slug: slug.to_owned(),
    }))
}

/// The whole history, latest first. What was done with a revision comes after its publication, also in one moment.
fn past(events: Vec<Event>, revisions: Vec<Revision>) -> Vec<PastView> {
    let event = |event: Event| {
        let name = match event.number {
            Some(number) => format!("Revision {number} was offered again"),
            None => "The guide was no longer offered".to_owned(),
        };
        let view = PastView {
            name,
            when: said_when(event.at),
            whose: "",
            why: event.why,
            is_offered: false,
            may_offer: None,
        };
        (event.at, view)
    };
    let revision = |revision: Revision| {
        let view = PastView {
            name: format!("Revision {}", revision.number),
            when: said_when(revision.published_at),
            whose: if revision.is_councils { "yours" } else { "came with Hearth" },
            // What the house says of its own is said by whose it is.
            why: if revision.is_councils { revision.why } else { String::new() },
            is_offered: revision.is_offered,
            may_offer: (!revision.is_offered).then_some(revision.number),
        };
        (revision.published_at, view)
    };
    let mut all: Vec<(Instant, PastView)> =
        events.into_iter().map(event).chain(revisions.into_iter().map(revision)).collect();
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    all.into_iter().map(|(_, view)| view).collect()
}
