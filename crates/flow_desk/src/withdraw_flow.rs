//! `/admin/flows/{slug}/withdraw`: what follows when a guide is no longer offered, and then the button.

use crate::{
    FlowDesk,
    offered::Offered,
    publish_flow::{Around, done},
    reason::{self, Asked},
    working::find_working,
};
use access::WriteFlows;
use askama::Template;
use axum::extract::{Path, State};
use flows::{Flows, NodeKind};
use kernel::{Fault, Refusal};
use web::{
    CardView, Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors},
    missing, see_other, show, show_with,
};

#[derive(Template)]
#[template(path = "flow_withdraw.html")]
struct WithdrawView {
    card: Option<CardView>,
    slug: String,
    title: String,
    summary: String,
    why: String,
    /// How the guide was offered when the page was opened.
    offered: String,
    /// How many families are in the middle of it.
    running: i64,
    /// Steps of other guides that lead here: guide, its name, step.
    led_from: Vec<(String, String, String)>,
    /// Whether it is the guide for somebody who has lost a baby.
    is_for_loss: bool,
}

pub(crate) async fn get(State(desk): State<FlowDesk>, Path(slug): Path<String>, who: Who) -> Reply {
    who.may::<WriteFlows>(Flows::record_of(&slug))?;
    if find_working(&desk, &slug).await?.is_none() {
        return Ok(missing());
    }
    let Some(body) = view(&desk, &slug, "", &Errors::default(), None).await? else {
        return Ok(see_other(&format!("/admin/flows/{slug}/publish")));
    };
    show(desk.site(), &Page::new("Stop offering a guide"), &body)
}

pub(crate) async fn post(
    State(desk): State<FlowDesk>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let card = reason::card(desk.site(), &form);
    let may = who.may::<WriteFlows>(Flows::record_of(&slug))?;
    if find_working(&desk, &slug).await?.is_none() {
        return Ok(missing());
    }
    let mut errors = Errors::default();
    let why = reason::read(&form, Asked::Always, &mut errors);
    let offered = Offered::find(&desk, &slug).await?;
    // Where it is not offered any more, it is as was wished.
    if let (Some(_), Some(words)) = (offered.number, offered.refuse(form.get("offered"))) {
        errors.0.push(Refusal::at("why", words));
    }
    if errors.is_empty() {
        // Somebody else may have done it meanwhile: then it is as was wished, and the history says whose reason counts.
        desk.flows().withdraw(&may, &slug, &why).await?;
        return done(&desk, &slug, Around::card(card)).await;
    }
    let (status, title) = errors.page("Stop offering a guide");
    let Some(body) = view(&desk, &slug, form.get("why"), &errors, card).await? else {
        return Ok(see_other(&format!("/admin/flows/{slug}/publish")));
    };
    show_with(desk.site(), status, &Page::new(title), &body)
}

/// Nothing when the guide is not offered.
async fn view(
    desk: &FlowDesk,
    slug: &str,
    why: &str,
    errors: &Errors,
    card: Option<CardView>,
) -> Result<Option<WithdrawView>, Fault> {
    let flows = desk.flows();
    let Some(offered) = flows.find(slug) else { return Ok(None) };
    Ok(Some(WithdrawView {
        card,
        title: offered.flow.title.clone(),
        summary: if errors.is_empty() { String::new() } else { ErrorSummary { errors }.render()? },
        offered: Offered::find(desk, slug).await?.version(),
        why: reason::field(why, "It stays in the history. No names of families", errors)?,
        running: flows.count_running(slug).await?,
        led_from: led_from(flows, slug),
        is_for_loss: offered.flow.loss,
        slug: slug.to_owned(),
    }))
}

/// The steps of other guides that lead families here.
fn led_from(flows: &Flows, slug: &str) -> Vec<(String, String, String)> {
    let address = format!("/guides/{slug}");
    let leads = |target: &str| target.split(['?', '#']).next() == Some(address.as_str());
    let mut found = Vec::new();
    for published in flows.list().iter().filter(|published| published.flow.slug != slug) {
        let flow = &published.flow;
        for node in &flow.nodes {
            let hands_over = matches!(&node.kind, NodeKind::HandOver { target, .. } if leads(target));
            if hands_over || node.say.contains(&format!("({address})")) {
                found.push((flow.slug.clone(), flow.title.clone(), node.key.clone()));
            }
        }
    }
    found
}
