//! `/admin/flows/{slug}/text`: the whole text, for those who like it.

use crate::{
    FlowDesk,
    compare::lines,
    working::{Looked, Working, find_working, look},
};
use access::WriteFlows;
use askama::Template;
use axum::extract::{Path, State};
use flows::{Flows, Saved, Trouble, parse};
use kernel::{Fault, Refusal};
use web::{
    CardView, Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors, Textarea},
    missing, see_other, show, show_with,
};

/// The longest text of a guide that is kept.
const LETTERS_MAX: usize = 200_000;

#[derive(Template)]
#[template(path = "flow_text.html")]
struct TextView {
    card: Option<CardView>,
    seen: String,
    slug: String,
    title: String,
    summary: String,
    field: String,
    edition: i64,
    /// What somebody else saved meanwhile, beside what was typed.
    theirs: Vec<(char, String)>,
    troubles: Vec<Trouble>,
}

pub(crate) async fn get(State(desk): State<FlowDesk>, Path(slug): Path<String>, who: Who) -> Reply {
    who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let Some(working) = find_working(&desk, &slug).await? else { return Ok(missing()) };
    let body = view(&working, &working.text, working.edition, &Errors::default(), Looked::default())?;
    show(desk.site(), &Page::new(format!("The text of {}", working.title())), &body)
}

pub(crate) async fn post(
    State(desk): State<FlowDesk>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let may = who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let typed = form.get("text").replace("\r\n", "\n");
    let Some(working) = find_working(&desk, &slug).await? else { return Ok(missing()) };
    let looked = look(desk.site(), &typed, &working.text, &form);
    let mut errors = Errors::default();
    if typed.chars().count() > LETTERS_MAX {
        errors.0.push(Refusal::at("text", format!("Use at most {LETTERS_MAX} letters")));
    }
    let mut edition = form.get("edition").parse().unwrap_or(0);
    if errors.is_empty() && !looked.stops {
        match desk.flows().save_draft(&may, &slug, &typed, edition).await? {
            Saved::Kept { troubles, .. } if troubles.is_empty() => {
                return Ok(see_other(&format!("/admin/flows/{slug}?saved=1")));
            }
            Saved::Kept { edition: kept, .. } => {
                edition = kept;
                errors.0.push(Refusal::at(
                    "text",
                    "It is kept as a draft, but it cannot run yet. See the list below",
                ));
            }
            Saved::Newer(theirs) => {
                let words = "Somebody else saved meanwhile. Below is what differs: put both together, then save again";
                errors.0.push(Refusal::at("text", words));
                let (status, title) = errors.page("The text");
                let body = TextView {
                    theirs: lines(&theirs.text, &typed),
                    ..view(&working, &typed, theirs.edition, &errors, looked)?
                };
                return show_with(desk.site(), status, &Page::new(title), &body);
            }
        }
    }
    let (status, title) = errors.page("The text");
    let body = view(&working, &typed, edition, &errors, looked)?;
    show_with(desk.site(), status, &Page::new(title), &body)
}

fn view(
    working: &Working,
    typed: &str,
    edition: i64,
    errors: &Errors,
    looked: Looked,
) -> Result<TextView, Fault> {
    let field = Textarea {
        name: "text",
        label: "The text of the guide",
        hint: "How it is written is told in docs/flows.md",
        value: typed,
        rows: 30,
        error: errors.at("text"),
    };
    Ok(TextView {
        card: looked.card,
        seen: looked.seen,
        slug: working.slug.clone(),
        title: working.title(),
        summary: if errors.is_empty() { String::new() } else { ErrorSummary { errors }.render()? },
        field: field.render()?,
        edition,
        theirs: Vec::new(),
        troubles: parse(typed).err().unwrap_or_default(),
    })
}
