//! Form fields after the GOV.UK Design System: label, hint, error and what was typed, put back. Their markup is
//! checked against the design system's own fixtures.

use askama::Template;
use axum::http::StatusCode;
use kernel::Refusal;

/// What is wrong with a form, field by field.
#[derive(Clone, Debug, Default)]
pub struct Errors(pub Vec<Refusal>);

impl Errors {
    /// Whether the form may be taken.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sentence beside a field, or nothing.
    pub fn at(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|refusal| refusal.field == field).map(|refusal| refusal.sentence.as_str())
    }

    /// The status and the title of a form's page: 'Error: ' stands before it when something is wrong, so that it is heard
    /// first (GOV.UK Design System, error summary).
    pub fn page(&self, title: &str) -> (StatusCode, String) {
        if self.is_empty() {
            return (StatusCode::OK, title.to_owned());
        }
        let mut letters = title.chars();
        let first = letters.next();
        // A title that begins with capitals, such as 'NHS', begins with a name and keeps them.
        let is_name = letters.clone().next().is_some_and(char::is_uppercase);
        let first: String = match first {
            Some(first) if !is_name => first.to_lowercase().collect(),
            first => first.into_iter().collect(),
        };
        (StatusCode::UNPROCESSABLE_ENTITY, format!("Error: {first}{}", letters.as_str()))
    }

    /// Keeps the value, or notes why it cannot be kept.
    pub fn take<T>(&mut self, field: &'static str, parsed: Result<T, String>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(sentence) => {
                self.0.push(Refusal::at(field, sentence));
                None
            }
        }
    }
}

/// The box at the top of a page whose form could not be taken: each line leads to its field.
#[derive(Template)]
#[template(path = "form/error_summary.html")]
pub struct ErrorSummary<'a> {
    /// What is wrong.
    pub errors: &'a Errors,
}

/// One line of text.
#[derive(Template, Default)]
#[template(path = "form/input.html")]
pub struct Input<'a> {
    /// The field's name, and its id.
    pub name: &'a str,
    /// The label.
    pub label: &'a str,
    /// A line above the field, or empty.
    pub hint: &'a str,
    /// What was typed.
    pub value: &'a str,
    /// `text`, `email`, `tel`, `search`.
    pub kind: &'a str,
    /// The `autocomplete` purpose, or empty.
    pub autocomplete: &'a str,
    /// What is wrong with it.
    pub error: Option<&'a str>,
}

/// A box for more than a line.
#[derive(Template, Default)]
#[template(path = "form/textarea.html")]
pub struct Textarea<'a> {
    /// The field's name, and its id.
    pub name: &'a str,
    /// The label.
    pub label: &'a str,
    /// A line above the field, or empty.
    pub hint: &'a str,
    /// What was typed.
    pub value: &'a str,
    /// How many lines it shows.
    pub rows: u8,
    /// What is wrong with it.
    pub error: Option<&'a str>,
}

/// One of a few answers.
#[derive(Template, Default)]
#[template(path = "form/radios.html")]
pub struct Radios<'a> {
    /// The field's name; the first answer's id.
    pub name: &'a str,
    /// The question.
    pub legend: &'a str,
    /// A line under the question, or empty.
    pub hint: &'a str,
    /// Value and words of each answer.
    pub answers: &'a [(&'a str, &'a str)],
    /// The answer that was given.
    pub value: &'a str,
    /// What is wrong with it.
    pub error: Option<&'a str>,
}

impl Input<'_> {
    fn described_by(&self) -> String {
        described_by(self.name, self.hint, self.error)
    }
}
impl Textarea<'_> {
    fn described_by(&self) -> String {
        described_by(self.name, self.hint, self.error)
    }
}
impl Radios<'_> {
    fn chosen(&self, answer: &str) -> bool {
        self.value == answer
    }

    fn described_by(&self) -> String {
        described_by(self.name, self.hint, self.error)
    }
}

fn described_by(name: &str, hint: &str, error: Option<&str>) -> String {
    let hint = if hint.is_empty() { String::new() } else { format!("{name}-hint") };
    let error = error.map_or_else(String::new, |_| format!("{name}-error"));
    format!("{hint} {error}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_whose_form_could_not_be_taken_says_so_first_and_goes_on_as_a_sentence() {
        let errors = Errors(vec![Refusal::at("", "Say why")]);
        for (title, heard) in [
            ("Add a feed", "Error: add a feed"),
            ("NHS services", "Error: NHS services"),
            ("A person", "Error: a person"),
            ("", "Error: "),
        ] {
            assert_eq!(errors.page(title), (StatusCode::UNPROCESSABLE_ENTITY, heard.to_owned()));
            assert_eq!(Errors::default().page(title), (StatusCode::OK, title.to_owned()));
        }
    }
}
