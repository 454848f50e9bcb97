//! The form kit against the design system's own fixtures: what a browser and a screen reader get is the same.
//!
//! Differences that are ours and meant: a field's name is its id as well; the error summary carries a class more.
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it says")]

use askama::Template;
use kernel::Refusal;
use serde_json::Value;
use std::path::Path;
use web::fields::{ErrorSummary, Errors, Input, Radios, Textarea};

/// Options of a fixture that our kit has, by component. A fixture with any other is left aside.
const INPUT: &[&str] = &["label", "hint", "errorMessage", "id", "name", "value", "type", "autocomplete"];
const TEXTAREA: &[&str] = &["label", "hint", "errorMessage", "id", "name", "value", "rows"];
const RADIOS: &[&str] = &["fieldset", "hint", "errorMessage", "idPrefix", "name", "items", "value"];

#[test]
fn a_line_of_text_is_the_design_systems_own() {
    let covered = each("input", |options| {
        only(options, INPUT)?;
        let input = Input {
            name: id_of(options)?,
            label: plain(options, "label")?,
            hint: plain_or_none(options, "hint")?.unwrap_or_default(),
            value: text(options, "value")?,
            kind: options.get("type").and_then(Value::as_str).unwrap_or("text"),
            autocomplete: text(options, "autocomplete")?,
            error: plain_or_none(options, "errorMessage")?,
        };
        Some(input.render().unwrap())
    });
    tell("input", &covered, 8);
}

#[test]
fn a_box_of_text_is_the_design_systems_own() {
    let covered = each("textarea", |options| {
        only(options, TEXTAREA)?;
        let textarea = Textarea {
            name: id_of(options)?,
            label: plain(options, "label")?,
            hint: plain_or_none(options, "hint")?.unwrap_or_default(),
            value: text(options, "value")?,
            rows: u8::try_from(options.get("rows").and_then(Value::as_u64).unwrap_or(5)).unwrap(),
            error: plain_or_none(options, "errorMessage")?,
        };
        Some(textarea.render().unwrap())
    });
    tell("textarea", &covered, 5);
}

#[test]
fn a_choice_is_the_design_systems_own() {
    let covered = each("radios", |options| {
        only(options, RADIOS)?;
        let fieldset = options.get("fieldset")?;
        only(fieldset, &["legend"])?;
        let mut answers = Vec::new();
        let mut value = text(options, "value")?;
        for item in options.get("items")?.as_array()? {
            only(item, &["value", "text", "checked"])?;
            let answer = item.get("value")?.as_str()?;
            match item.get("checked").and_then(Value::as_bool) {
                Some(true) => value = answer,
                Some(false) if value == answer => value = "",
                _ => {}
            }
            answers.push((answer, item.get("text")?.as_str()?));
        }
        let radios = Radios {
            name: options.get("idPrefix").or_else(|| options.get("name"))?.as_str()?,
            legend: plain(fieldset, "legend")?,
            hint: plain_or_none(options, "hint")?.unwrap_or_default(),
            answers: &answers,
            value,
            error: plain_or_none(options, "errorMessage")?,
        };
        Some(radios.render().unwrap())
    });
    tell("radios", &covered, 2);
}

#[test]
fn a_label_a_hint_and_an_error_are_the_design_systems_own() {
    let field = |name: &str, label: &str, hint: &str, error: Option<&str>| {
        Input { name, label, hint, kind: "text", error, ..Input::default() }.render().unwrap()
    };
    let labels = each("label", |options| {
        only(options, &["text", "for"])?;
        let html = field(text(options, "for")?, options.get("text")?.as_str()?, "", None);
        Some(part(&html, "label"))
    });
    tell("label", &labels, 3);
    let hints = each("hint", |options| {
        only(options, &["text", "id"])?;
        let id = options.get("id").map_or(Some("x-hint"), Value::as_str)?;
        let html = field(id.strip_suffix("-hint")?, "x", options.get("text")?.as_str()?, None);
        Some(part(&html, "div"))
    });
    tell("hint", &hints, 2);
    let errors = each("error-message", |options| {
        only(options, &["text", "id"])?;
        let html = field("x", "x", "", options.get("text")?.as_str());
        Some(part(&html, "p"))
    });
    tell("error-message", &errors, 2);
}

#[test]
fn the_summary_of_errors_is_the_design_systems_own() {
    let covered = each("error-summary", |options| {
        only(options, &["titleText", "errorList"])?;
        if text(options, "titleText")? != "There is a problem" {
            return None;
        }
        let mut errors = Errors::default();
        for item in options.get("errorList")?.as_array()? {
            only(item, &["text", "href"])?;
            let field = text(item, "href")?.trim_start_matches('#').to_owned();
            let field: &'static str = Box::leak(field.into_boxed_str());
            errors.0.push(Refusal::at(field, item.get("text")?.as_str()?));
        }
        Some(ErrorSummary { errors: &errors }.render().unwrap())
    });
    tell("error-summary", &covered, 3);
}

#[test]
fn nothing_typed_can_leave_its_field() {
    let hard = "\"'><script>alert(1)</script></textarea>&amp;";
    let (label, hint, value, error) = (hard, hard, hard, Some(hard));
    let input = Input { name: "a", label, hint, value, kind: "text", autocomplete: "", error };
    let textarea = Textarea { name: "a", label, hint, value, rows: 5, error };
    let radios = Radios { name: "a", legend: hard, hint, answers: &[(hard, hard)], value, error };
    for html in [input.render().unwrap(), textarea.render().unwrap(), radios.render().unwrap()] {
        assert!(!html.contains("<script") && html.matches("</textarea>").count() <= 1, "{html}");
        let typed = parse(&html).into_iter().filter(|piece| piece.contains(hard)).count();
        assert!(typed >= 3, "what was typed reads back as it was: {html}");
    }
}

/// Renders every fixture that the kit can, compares, and gives the names of those it could.
fn each(component: &str, render: impl Fn(&Value) -> Option<String>) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("web-assets/node_modules/govuk-frontend/dist/govuk/components").join(component);
    let file = std::fs::read_to_string(folder.join("fixtures.json"))
        .expect("the design system's fixtures are not here: run scripts/assets");
    let fixtures: Value = serde_json::from_str(&file).unwrap();
    let mut covered = Vec::new();
    for fixture in fixtures["fixtures"].as_array().unwrap() {
        let (name, options) = (fixture["name"].as_str().unwrap(), &fixture["options"]);
        if let Some(ours) = render(options) {
            let theirs = fixture["html"].as_str().unwrap();
            assert_eq!(parse_ours(&ours, theirs), parse_theirs(theirs, options), "{component}: {name}");
            covered.push(name.to_owned());
        }
    }
    covered
}

fn tell(component: &str, covered: &[String], least: usize) {
    println!("{component}: {}", covered.join(", "));
    assert!(covered.len() >= least, "{component}: only {covered:?}");
}

fn only(options: &Value, known: &[&str]) -> Option<()> {
    options.as_object()?.keys().all(|key| known.contains(&key.as_str())).then_some(())
}

fn id_of(options: &Value) -> Option<&str> {
    options.get("id").or_else(|| options.get("name"))?.as_str()
}

/// A text option, empty when it is not given; `None` when it is not text.
fn text<'a>(options: &'a Value, name: &str) -> Option<&'a str> {
    options.get(name).map_or(Some(""), Value::as_str)
}

/// The words of a part that has nothing else.
fn plain<'a>(options: &'a Value, name: &str) -> Option<&'a str> {
    let part = options.get(name)?;
    only(part, &["text"])?;
    part.get("text")?.as_str()
}

fn plain_or_none<'a>(options: &'a Value, name: &str) -> Option<Option<&'a str>> {
    if options.get(name).is_none() { Some(None) } else { plain(options, name).map(Some) }
}

/// One element of a field, with what is in it.
fn part(html: &str, element: &str) -> String {
    let start = html.rfind(&format!("<{element} ")).unwrap();
    let end = html[start..].find(&format!("</{element}>")).unwrap() + start + element.len() + 3;
    html[start..end].to_owned()
}

/// Ours without what only we have, and without what this fixture leaves out.
fn parse_ours(html: &str, theirs: &str) -> Vec<String> {
    let mut html = html.replace(" error-sum\"", "\"");
    if theirs.starts_with("<label") && !theirs.contains(" for=") {
        html = html.replace(" for=\"\"", "");
    }
    if !theirs.contains(" id=") {
        html = html.replace(" id=\"x-hint\"", "").replace(" id=\"x-error\"", "");
    }
    // The kit names an error after its field; this fixture has no field and chose a name of its own.
    let id = theirs.split_once(" id=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default();
    if theirs.starts_with("<p") {
        html = html.replace(" id=\"x-error\"", &format!(" id=\"{id}\""));
    }
    parse(&html)
}

fn parse_theirs(html: &str, options: &Value) -> Vec<String> {
    let id = options.get("id").or_else(|| options.get("idPrefix")).and_then(Value::as_str);
    let name = options.get("name").and_then(Value::as_str);
    match (id, name) {
        (Some(id), Some(name)) => {
            parse(&html.replace(&format!(" name=\"{name}\""), &format!(" name=\"{id}\"")))
        }
        _ => parse(html),
    }
}

/// Tags with their attributes in order of name, and words with their white space evened out.
fn parse(html: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('<') {
            let end = end_of_tag(after);
            pieces.push(tag(&after[..end]));
            rest = after[end..].strip_prefix('>').unwrap_or_default();
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            let words = unescaped(&rest[..end]).split_whitespace().collect::<Vec<_>>().join(" ");
            if !words.is_empty() {
                pieces.push(words);
            }
            rest = &rest[end..];
        }
    }
    pieces
}

fn end_of_tag(text: &str) -> usize {
    let mut quoted = false;
    let end = text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    });
    end.unwrap_or(text.len())
}

fn tag(inside: &str) -> String {
    let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    while !rest.trim().is_empty() {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let attribute = &rest[..end];
        rest = &rest[end..];
        match rest.strip_prefix("=\"").and_then(|after| after.split_once('"')) {
            Some((value, after)) => {
                attributes.push(format!("{attribute}={}", unescaped(value)));
                rest = after;
            }
            None => attributes.push(attribute.to_owned()),
        }
    }
    attributes.sort();
    format!("<{name} {}>", attributes.join(" "))
}

/// Entities as both renderers write them.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, left) = after.split_once(';').unwrap_or((after, ""));
        out.push_str(before);
        out.push(match entity {
            "lt" | "#60" => '<',
            "gt" | "#62" => '>',
            "quot" | "#34" => '"',
            "#39" => '\'',
            "amp" | "#38" => '&',
            other => panic!("an entity nobody knows: {other}"),
        });
        rest = left;
    }
    out + rest
}
