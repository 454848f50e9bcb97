//! Walks that are kept as examples, and walked again whenever the guide is looked at.

use crate::{
    FlowDesk,
    compare::lines,
    store::{self as rows, Example},
    try_flow::transcript,
    working::{Working, find_working, look},
};
use access::{WriteFlows, audit};
use askama::Template;
use axum::extract::{Path, State};
use flows::Flows;
use kernel::{Date, Fault, Id, one_line};
use uuid::Uuid;
use web::{CardView, Form, Page, Reply, Who, missing, see_other, show};

const NAME_MAX: usize = 100;
const EXAMPLES_MAX: usize = 50;

/// An example as it stands.
pub(crate) struct ExampleView {
    pub id: String,
    pub name: String,
    pub lines: Vec<(char, String)>,
}

impl ExampleView {
    pub fn is_changed(&self) -> bool {
        self.lines.iter().any(|(sign, _)| *sign != ' ')
    }
}

pub(crate) async fn example_views(desk: &FlowDesk, working: &Working) -> Result<Vec<ExampleView>, Fault> {
    let Some(flow) = working.flow() else { return Ok(Vec::new()) };
    let slug = working.slug.clone();
    let kept = desk.site().db().read(move |tx| rows::list_examples(tx, &slug)).await?;
    let view = |example: Example| {
        let said = said_now(flow, &example).unwrap_or_default();
        ExampleView { id: example.id.to_string(), lines: lines(&example.said, &said), name: example.name }
    };
    Ok(kept.into_iter().map(view).collect())
}

fn said_now(flow: &flows::Flow, example: &Example) -> Option<String> {
    let steps: Vec<String> = example.steps.split_whitespace().map(str::to_owned).collect();
    Some(transcript(flow, &steps, example.today.parse().ok()?))
}

#[derive(Template)]
#[template(path = "flow_example_card.html")]
struct CardPage {
    card: CardView,
    slug: String,
    fields: Vec<(String, String)>,
    seen: String,
}

/// Keeps a walk, takes what it says now as right, or takes it away.
pub(crate) async fn post(
    State(desk): State<FlowDesk>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let looked = look(desk.site(), form.get("name"), "", &form);
    let may = who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let Some(working) = find_working(&desk, &slug).await? else { return Ok(missing()) };
    let back = format!("/admin/flows/{slug}#examples");
    let Some(flow) = working.flow() else { return Ok(see_other(&back)) };
    if let (Some(card), true) = (looked.card, looked.stops) {
        let fields = form.each().filter(|(name, _)| *name != "seen");
        let fields = fields.map(|(name, typed)| (name.to_owned(), typed.to_owned())).collect();
        let body = CardPage { card, slug, fields, seen: looked.seen };
        return show(desk.site(), &Page::new("Please look at this first"), &body);
    }
    let now = desk.site().clock().now();
    let id: Option<Uuid> = form.get("id").parse().ok();
    let (wanted, kept) = (form.get("do").to_owned(), slug.clone());
    let kept = desk.site().db().read(move |tx| rows::list_examples(tx, &kept)).await?;
    let found = kept.iter().find(|example| Some(example.id) == id).cloned();
    let change = match (wanted.as_str(), found) {
        ("keep", _) if kept.len() < EXAMPLES_MAX => {
            let today: Date = form.get("today").parse().unwrap_or_else(|_| desk.site().clock().today());
            let steps: Vec<String> = form.all("step").map(one_line).collect();
            let name: String = one_line(form.get("name")).chars().take(NAME_MAX).collect();
            Some(Example {
                id: Id::<Example>::new(desk.site().clock(), desk.site().dice()).uuid(),
                slug: slug.clone(),
                name: if name.is_empty() { format!("Walk {}", kept.len() + 1) } else { name },
                today: today.to_string(),
                said: transcript(flow, &steps, today),
                steps: steps.join(" "),
                kept_at: now,
            })
        }
        ("accept", Some(example)) => {
            let said = said_now(flow, &example).unwrap_or_default();
            Some(Example { said, kept_at: now, ..example })
        }
        _ => None,
    };
    let (slug, gone) = (slug.clone(), id.filter(|_| wanted == "delete"));
    desk.site()
        .db()
        .write(move |tx| {
            match (&change, gone) {
                (Some(example), _) => rows::set_example(tx, example)?,
                (None, Some(id)) if rows::delete_example(tx, &slug, id)? => {}
                _ => return Ok(()),
            }
            audit::record(tx, &may, "changed the examples of a guide", "", now);
            Ok(())
        })
        .await?;
    Ok(see_other(&back))
}
