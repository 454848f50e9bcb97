//! Why something is done to a guide: asked for in a form, and kept in the guide's history. What is done is done whatever the
//! words call for: who takes a guide back over something terrible writes down what that was. The card stands above the result.

use askama::Template;
use kernel::{Fault, Refusal, one_line};
use web::{
    CardView, Form, Site,
    fields::{Errors, Input},
};

const LETTERS_MAX: usize = 300;

/// Whether a reason must be given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Nothing is done without one.
    Always,
    /// It may be left out.
    IfLiked,
}

/// The card that the words of the reason call for.
pub(crate) fn card(site: &Site, form: &Form) -> Option<CardView> {
    let screened = site.screen(&form.typed(&["why"]));
    site.card(screened.verdict()).map(CardView::above)
}

/// The reason that the form gives, in one line; what is wrong with it stands at its field.
pub(crate) fn read(form: &Form, asked: Asked, errors: &mut Errors) -> String {
    let why = one_line(form.get("why"));
    if why.is_empty() && asked == Asked::Always {
        errors.0.push(Refusal::at("why", "Say why, in a few words. It stays in the history"));
    }
    if why.chars().count() > LETTERS_MAX {
        errors.0.push(Refusal::at("why", format!("Use at most {LETTERS_MAX} letters")));
    }
    why
}

/// Its field, with what was typed.
pub(crate) fn field(typed: &str, hint: &str, errors: &Errors) -> Result<String, Fault> {
    let field = Input {
        name: "why",
        label: "Why, in a few words",
        hint,
        value: typed,
        kind: "text",
        autocomplete: "",
        error: errors.at("why"),
    };
    Ok(field.render()?)
}
