//! `/admin/flows/{slug}/withdraw`: what follows when a guide is no longer offered, and then the button.

use crate::{
    FlowDesk,
    publish_flow::WHY_MAX,
    working::{Looked, find_working, look},
};
use access::WriteFlows;
use askama::Template;
use axum::extract::{Path, State};
use flows::{Flows, NodeKind};
use kernel::{Fault, Refusal, one_line};
use web::{
    CardView, Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    missing, see_other, show, show_with,
};

#[derive(Template)]
#[template(path = "flow_withdraw.html")]
struct WithdrawView {
    card: Option<CardView>,
    seen: String,
    slug: String,
    title: String,
    summary: String,
    why: String,
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
    let Some(body) = view(&desk, &slug, "", &Errors::default(), Looked::default()).await? else {
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
    let looked = look(desk.site(), form.get("why"), "", &form);
    let may = who.may::<WriteFlows>(Flows::record_of(&slug))?;
    if find_working(&desk, &slug).await?.is_none() {
        return Ok(missing());
    }
    let why = one_line(form.get("why"));
    let mut errors = Errors::default();
    if why.is_empty() {
        errors.0.push(Refusal::at("why", "Say why, in a few words. It stays in the history"));
    }
    if why.chars().count() > WHY_MAX {
        errors.0.push(Refusal::at("why", format!("Use at most {WHY_MAX} letters")));
    }
    if errors.is_empty() && !looked.stops {
        // Somebody else may have done it meanwhile: then it is as was wished, and the history says whose reason counts.
        desk.flows().withdraw(&may, &slug, &why).await?;
        return Ok(see_other(&format!("/admin/flows/{slug}/publish")));
    }
    let (status, title) = errors.page("Stop offering a guide");
    let Some(body) = view(&desk, &slug, form.get("why"), &errors, looked).await? else {
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
    looked: Looked,
) -> Result<Option<WithdrawView>, Fault> {
    let flows = desk.flows();
    let Some(offered) = flows.find(slug) else { return Ok(None) };
    let field = Input {
        name: "why",
        label: "Why, in a few words",
        hint: "It stays in the history. No names of families",
        value: why,
        kind: "text",
        autocomplete: "",
        error: errors.at("why"),
    };
    Ok(Some(WithdrawView {
        card: looked.card,
        seen: looked.seen,
        title: offered.flow.title.clone(),
        summary: if errors.is_empty() { String::new() } else { ErrorSummary { errors }.render()? },
        why: field.render()?,
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
