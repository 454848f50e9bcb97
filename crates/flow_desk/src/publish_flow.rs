//! `/admin/flows/{slug}/publish`: what would change, what is wrong, and the history. One button says what it does.

use crate::{
    FlowDesk,
    compare::{StepChange, steps},
    show_flow::{Wrong, state, wrongs},
    working::{Looked, find_working, look, said_when},
};
use access::WriteFlows;
use askama::Template;
use axum::extract::{Path, State};
use flows::{Event, Flows, NotPublished, Revision};
use kernel::{Fault, Instant, Refusal, one_line};
use web::{
    CardView, Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    missing, say, see_other, show, show_with,
};

pub(crate) const WHY_MAX: usize = 300;

#[derive(Template)]
#[template(path = "flow_publish.html")]
struct PublishView {
    card: Option<CardView>,
    seen: String,
    slug: String,
    title: String,
    state: String,
    summary: String,
    why: String,
    edition: i64,
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

pub(crate) async fn get(State(desk): State<FlowDesk>, Path(slug): Path<String>, who: Who) -> Reply {
    who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let Some(body) = view(&desk, &slug, "", &Errors::default(), Looked::default()).await? else {
        return Ok(missing());
    };
    show(desk.site(), &Page::new(format!("Publish {}", body.title)), &body)
}

pub(crate) async fn post(
    State(desk): State<FlowDesk>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let looked = look(desk.site(), form.get("why"), "", &form);
    let may = who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let why = one_line(form.get("why"));
    let mut errors = Errors::default();
    if why.chars().count() > WHY_MAX {
        errors.0.push(Refusal::at("why", format!("Use at most {WHY_MAX} letters")));
    }
    if form.get("do").starts_with("offer-") && why.is_empty() {
        errors.0.push(Refusal::at("why", "Say why, in a few words. It stays in the history"));
    }
    let edition = form.get("edition").parse().unwrap_or(0);
    if errors.is_empty() && !looked.stops {
        let flows = desk.flows();
        let wrong = match form.get("do").split_once('-').unwrap_or((form.get("do"), "")) {
            ("publish", _) => {
                flows.publish(&may, &slug, edition, &desk.known(), &why).await?.err().map(not_published)
            }
            ("offer", number) => {
                let number = number.parse().unwrap_or(0);
                (!flows.offer_revision(&may, &slug, number, &why).await?)
                    .then(|| "That revision is what families see".to_owned())
            }
            ("discard", _) => (!flows.delete_draft(&may, &slug, edition).await?)
                .then(|| "The draft was changed meanwhile. Look at it first".to_owned()),
            _ => Some("Choose what to do".to_owned()),
        };
        match wrong {
            None if find_working(&desk, &slug).await?.is_none() => return Ok(see_other("/admin/flows")),
            None => return Ok(see_other(&format!("/admin/flows/{slug}/publish"))),
            Some(words) => errors.0.push(Refusal::at("why", words)),
        }
    }
    let (status, title) = errors.page("Publish");
    let Some(body) = view(&desk, &slug, form.get("why"), &errors, looked).await? else {
        return Ok(missing());
    };
    show_with(desk.site(), status, &Page::new(title), &body)
}

fn not_published(why: NotPublished) -> String {
    match why {
        NotPublished::NoDraft => "There is no draft to publish".to_owned(),
        NotPublished::Newer => "Somebody else saved meanwhile. Look at the draft first".to_owned(),
        NotPublished::Troubles(troubles) => {
            format!("It cannot run yet. {} to put right", say::count(troubles.len(), "thing", "things"))
        }
        NotPublished::Findings(findings) => {
            format!("Put {} right first. See the list below", say::count(findings.len(), "thing", "things"))
        }
        NotPublished::OtherSlug => "Its text names another address. Put back the first line".to_owned(),
        NotPublished::Same => "It says the same as what families see".to_owned(),
    }
}

async fn view(
    desk: &FlowDesk,
    slug: &str,
    why: &str,
    errors: &Errors,
    looked: Looked,
) -> Result<Option<PublishView>, Fault> {
    let Some(working) = find_working(desk, slug).await? else { return Ok(None) };
    let (must, advice) = wrongs(&working);
    let changes = match (&working.offered, working.flow()) {
        (Some(offered), Some(flow)) => steps(&offered.flow, flow),
        _ => Vec::new(),
    };
    let past = past(desk.flows().list_events(slug).await?, desk.flows().list_revisions(slug).await?);
    let field = Input {
        name: "why",
        label: "Why, in a few words",
        hint: "It stays in the history. No names of families. You must say it to offer an earlier revision again",
        value: why,
        kind: "text",
        autocomplete: "",
        error: errors.at("why"),
    };
    Ok(Some(PublishView {
        card: looked.card,
        seen: looked.seen,
        title: working.title(),
        state: state(&working),
        summary: if errors.is_empty() { String::new() } else { ErrorSummary { errors }.render()? },
        why: field.render()?,
        edition: working.edition,
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
