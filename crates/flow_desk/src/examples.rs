//! Walks that are kept as examples, and walked again whenever the guide is looked at.

use crate::{
    FlowDesk,
    compare::lines,
    show_flow::{self, Above},
    store::{self as rows, Example},
    try_flow::transcript,
    working::{self, Working, find_working},
};
use access::{WriteFlows, audit};
use axum::extract::{Path, State};
use flows::Flows;
use kernel::{Date, Fault, Id, one_line};
use uuid::Uuid;
use web::{Form, Reply, Who, missing, see_other};

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

/// Keeps a walk, takes what it says now as right, or takes it away.
pub(crate) async fn post(
    State(desk): State<FlowDesk>,
    Path(slug): Path<String>,
    who: Who,
    form: Form,
) -> Reply {
    let card = working::card(desk.site(), form.get("name"), "");
    let may = who.may::<WriteFlows>(Flows::record_of(&slug))?;
    let Some(working) = find_working(&desk, &slug).await? else { return Ok(missing()) };
    let back = format!("/admin/flows/{slug}#examples");
    let Some(flow) = working.flow() else { return Ok(see_other(&back)) };
    let now = desk.site().clock().now();
    let id: Option<Uuid> = form.get("id").parse().ok();
    let (wanted, kept) = (form.get("do").to_owned(), slug.clone());
    let kept = desk.site().db().read(move |tx| rows::list_examples(tx, &kept)).await?;
    let found = kept.iter().find(|example| Some(example.id) == id).cloned();
    let change = match (wanted.as_str(), found) {
        ("keep", _) if kept.len() < EXAMPLES_MAX => {
            let today: Date = form.get("today").parse().unwrap_or_else(|_| desk.site().clock().today());
            let steps: Vec<String> = form.all("step").map(one_line).collect();
            let taken: Vec<&str> = kept.iter().map(|example| example.name.as_str()).collect();
            Some(Example {
                id: Id::<Example>::new(desk.site().clock(), desk.site().dice()).uuid(),
                slug: slug.clone(),
                name: name_of(form.get("name"), &taken),
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
    let (of, gone) = (slug.clone(), id.filter(|_| wanted == "delete"));
    desk.site()
        .db()
        .write(move |tx| {
            match (&change, gone) {
                (Some(example), _) => rows::set_example(tx, example)?,
                (None, Some(id)) if rows::delete_example(tx, &of, id)? => {}
                _ => return Ok(()),
            }
            audit::record(tx, &may, format!("changed the examples of the guide {of}"), "", now);
            Ok(())
        })
        .await?;
    if card.is_some() {
        return show_flow::page(&desk, &slug, Above { card, ..Above::default() }).await;
    }
    Ok(see_other(&back))
}

/// A name by which an example can be told from the others: a number where none was typed or another has it, and its
/// beginning where it is very long.
fn name_of(typed: &str, taken: &[&str]) -> String {
    let typed = one_line(typed);
    let is_free = |name: &String| !taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    if typed.is_empty() {
        return (1..).map(|number| format!("Walk {number}")).find(is_free).unwrap_or_default();
    }
    let name = if typed.chars().count() > NAME_MAX {
        let beginning: String = typed.chars().take(NAME_MAX - 1).collect();
        format!("{}\u{2026}", beginning.trim_end())
    } else {
        typed
    };
    let numbered = (2..).map(|number| format!("{name} ({number})"));
    std::iter::once(name.clone()).chain(numbered).find(is_free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_has_a_name_of_its_own_that_is_not_too_long() {
        let long = "a very long name ".repeat(20);
        let short = name_of(&long, &[]);
        assert!(short.chars().count() <= NAME_MAX && short.ends_with('\u{2026}'), "{short}");
        for (typed, taken, hoped) in [
            ("", vec![], "Walk 1"),
            (" \n", vec!["Walk 2", "walk 1"], "Walk 3"),
            ("The short  way", vec!["Walk 1"], "The short way"),
            ("the short way", vec!["The short way"], "the short way (2)"),
            ("The short way", vec!["The short way", "The short way (2)"], "The short way (3)"),
            (long.as_str(), vec![short.as_str()], &format!("{short} (2)")),
        ] {
            assert_eq!(name_of(typed, &taken), hoped);
        }
    }
}
