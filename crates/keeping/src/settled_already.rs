//! Two people had one change open, and the other settled it first.

use crate::{fields::Section, pages::Said, store::ChangeRow};
use web::{CardView, Form, Reply, Site};

/// Nothing is left to settle. What somebody wrote meanwhile stands on the page: it may still be wanted in the entry.
pub(crate) fn settled_already(
    site: &Site,
    change: &ChangeRow,
    form: Option<&Form>,
    card: Option<CardView>,
) -> Reply {
    let mut typed = Vec::new();
    for field in form.iter().flat_map(|_| Section::ALL).flat_map(Section::fields) {
        let said = |part: &str| {
            form.map(|form| form.get(&format!("{part}-{}", field.key)).to_owned()).unwrap_or_default()
        };
        let words = match said("verdict").as_str() {
            "amend" => said("amend"),
            "refuse" => said("reason"),
            _ => String::new(),
        };
        if !words.is_empty() {
            typed.push((field.label, words));
        }
    }
    let entry = (format!("/provider/entries/{}", change.slug), format!("Change {} itself", change.name));
    Said {
        card,
        title: "Somebody has settled this already".to_owned(),
        paragraphs: vec![format!(
            "There is nothing left for you to do about this change of {}.",
            change.name
        )],
        ways: std::iter::once(("/admin".to_owned(), "To do".to_owned()))
            .chain((!typed.is_empty()).then_some(entry))
            .collect(),
        typed,
    }
    .show(site)
}
