//! `/admin/flows/{slug}/text`: the whole text, for those who like it.

use crate::{
    FlowDesk,
    compare::lines,
    show_flow,
    working::{self, Working, card_again, find_working, said_when},
};
use access::WriteFlows;
use askama::Template;
use axum::extract::{Path, State};
use flows::{Edition, Flows, Saved, Trouble, parse};
use kernel::{Fault, Refusal};
use web::{
    CardView, Form, FormLimit, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Textarea},
    missing, show, show_with,
};

/// The longest text of a guide that is kept; [`FORM_LIMIT`] says it as well.
const LETTERS_MAX: usize = 200_000;
/// Room for that text as a browser writes it, and for one that is too long, so that it is refused beside its box and put
/// back.
pub(crate) const FORM_LIMIT: FormLimit = FormLimit { bytes: 1024 * 1024, letters: "200,000" };

#[derive(Template)]
#[template(path = "flow_text.html")]
struct TextView {
    card: Option<CardView>,
    slug: String,
    title: String,
    summary: String,
    field: String,
    edition: i64,
    /// What is compared with what is in the box, in words, and how it differs.
    compared: &'static str,
    differs: Vec<(char, String)>,
    troubles: Vec<Trouble>,
    /// The edition that is in the box, where it is an earlier one.
    shown: Option<i64>,
    /// Number and time of the earlier editions that are kept.
    editions: Vec<(i64, String)>,
}

/// `?before=3` puts an earlier edition of the draft into the box: saving it brings it back.
pub(crate) async fn get(
    State(desk): State<FlowDesk>,
    Path(slug): Path<String>,
    who: Who,
    params: Params,
) -> Reply {
    who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let Some(working) = find_working(&desk, &slug).await? else { return Ok(missing()) };
    let editions = desk.flows().list_editions(&slug).await?;
    let wanted: Option<i64> = params.get("before").parse().ok();
    let before = editions.iter().find(|edition| Some(edition.edition) == wanted);
    let text = before.map_or(working.text.as_str(), |before| &before.text);
    let view = view(&working, text, working.edition, &Errors::default(), None)?;
    let body = TextView {
        compared: "What differs between the draft now (-) and that edition (+)",
        differs: before.map(|before| lines(&working.text, &before.text)).unwrap_or_default(),
        shown: before.map(|before| before.edition),
        editions: editions.iter().map(in_words).collect(),
        ..view
    };
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
    let mut card = working::card(desk.site(), &typed, &working.text);
    let mut errors = Errors::default();
    if typed.chars().count() > LETTERS_MAX {
        errors.0.push(Refusal::at("text", format!("Use at most {LETTERS_MAX} letters")));
    }
    if typed.trim().is_empty() {
        errors
            .0
            .push(Refusal::at("text", "The text is empty, so nothing was saved. The draft stands as it was"));
    }
    let mut edition = form.get("edition").parse().unwrap_or(0);
    if errors.is_empty() {
        // A form loses the line break at the end. With it, a text that nobody changed is the text that is offered.
        let text = format!("{}\n", typed.trim_end());
        let saved = match desk.flows().save_draft(&may, &slug, &text, edition).await? {
            // A second press: what stands there is what was sent.
            Saved::Newer(theirs) if theirs.text == text => {
                card = card_again(&desk, &working, edition, &typed).await?;
                Saved::Kept { edition: theirs.edition, troubles: parse(&text).err().unwrap_or_default() }
            }
            saved => saved,
        };
        match saved {
            Saved::Kept { troubles, .. } if troubles.is_empty() => {
                return show_flow::saved(&desk, &slug, card).await;
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
                    compared: "What differs between theirs (-) and yours (+)",
                    differs: lines(&theirs.text, &typed),
                    ..view(&working, &typed, theirs.edition, &errors, card)?
                };
                return show_with(desk.site(), status, &Page::new(title), &body);
            }
        }
    }
    let (status, title) = errors.page("The text");
    let body = view(&working, &typed, edition, &errors, card)?;
    show_with(desk.site(), status, &Page::new(title), &body)
}

fn view(
    working: &Working,
    typed: &str,
    edition: i64,
    errors: &Errors,
    card: Option<CardView>,
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
        card,
        slug: working.slug.clone(),
        title: working.title(),
        summary: if errors.is_empty() { String::new() } else { ErrorSummary { errors }.render()? },
        field: field.render()?,
        edition,
        compared: "",
        differs: Vec::new(),
        troubles: parse(typed).err().unwrap_or_default(),
        shown: None,
        editions: Vec::new(),
    })
}

fn in_words(edition: &Edition) -> (i64, String) {
    (edition.edition, said_when(edition.saved_at))
}
