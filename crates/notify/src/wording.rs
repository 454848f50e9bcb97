//! Words and values put together: a value can never become a link, a heading, a list, a header or another place.

use crate::message::Template;
use anyhow::bail;
use kernel::{Email, Fault, Refusal};

/// The longest subject an editor may write.
pub(crate) const SUBJECT_MAX: usize = 150;
/// The longest text an editor may write.
pub(crate) const BODY_MAX: usize = 5_000;

/// A text with its values put in.
pub(crate) fn filled(text: &str, values: &[(&'static str, String)]) -> Result<String, Fault> {
    let mut out = String::with_capacity(text.len() + 64);
    for part in parts(text) {
        match part {
            Part::Words(words) => out.push_str(words),
            Part::Place(name) => match values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => out.push_str(&safe_value(name, value)?),
                None => bail!("a message has no value for (({name}))"),
            },
        }
    }
    Ok(out)
}

/// The same in one line, for a subject.
pub(crate) fn filled_line(text: &str, values: &[(&'static str, String)]) -> Result<String, Fault> {
    Ok(one_line(&filled(text, values)?))
}

/// With the sample's values.
pub(crate) fn sampled(template: &Template, subject: &str, body: &str) -> Result<(String, String), Fault> {
    let values: Vec<(&'static str, String)> =
        template.sample.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Ok((filled_line(subject, &values)?, filled(body, &values)?))
}

/// What is wrong with a wording, field by field.
pub(crate) fn what_is_wrong(template: &Template, subject: &str, body: &str) -> Vec<Refusal> {
    let mut wrong = Vec::new();
    if subject.is_empty() {
        wrong.push(Refusal::at("subject", "Write a subject"));
    } else if subject.chars().count() > SUBJECT_MAX {
        wrong.push(Refusal::at("subject", format!("Use {SUBJECT_MAX} letters or fewer in the subject")));
    } else if subject.contains(['\n', '\r']) {
        wrong.push(Refusal::at("subject", "Write the subject in one line"));
    }
    if body.is_empty() {
        wrong.push(Refusal::at("body", "Write the message"));
    } else if body.chars().count() > BODY_MAX {
        wrong.push(Refusal::at("body", format!("Use {BODY_MAX} letters or fewer in the message")));
    }
    for (field, text) in [("subject", subject), ("body", body)] {
        let unknown =
            places(text).into_iter().find(|name| !template.sample.iter().any(|(known, _)| known == name));
        if let Some(name) = unknown {
            let known: Vec<String> = template.sample.iter().map(|(name, _)| format!("(({name}))")).collect();
            wrong.push(Refusal::at(
                field,
                format!("There is nothing to put in (({name})). You can use {}", known.join(", ")),
            ));
        }
    }
    if let Some(name) = places(subject).into_iter().find(|name| is_link(name)) {
        wrong.push(Refusal::at(
            "subject",
            format!("(({name})) is an address: it can only stand in the message"),
        ));
    }
    for name in places(template.body).into_iter().filter(|name| must_stay(name)) {
        if !places(body).contains(&name) {
            wrong.push(Refusal::at("body", format!("Keep (({name})): the message is of no use without it")));
        }
    }
    wrong
}

/// The names of the places in a text, in order.
pub(crate) fn places(text: &str) -> Vec<&str> {
    parts(text)
        .filter_map(|part| match part {
            Part::Place(name) => Some(name),
            Part::Words(_) => None,
        })
        .collect()
}

/// The message as simple HTML, without styles: paragraphs, lists, and a line that is only an address as a link.
pub(crate) fn html_of(body: &str) -> String {
    let mut out = String::with_capacity(body.len() * 2);
    for paragraph in body.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
        if lines.iter().all(|line| line.starts_with("- ")) {
            let items: String =
                lines.iter().map(|line| format!("<li>{}</li>", html_line(&line[2..]))).collect();
            out.push_str(&format!("<ul>{items}</ul>\n"));
        } else {
            let lines: Vec<String> = lines.into_iter().map(html_line).collect();
            out.push_str(&format!("<p>{}</p>\n", lines.join("<br>\n")));
        }
    }
    out
}

fn html_line(line: &str) -> String {
    let escaped = escape(line);
    if is_address(line) { format!("<a href=\"{escaped}\">{escaped}</a>") } else { escaped }
}

pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

fn is_address(line: &str) -> bool {
    (line.starts_with("https://") || line.starts_with("http://"))
        && line.len() > 10
        && !line.contains(|letter: char| {
            letter.is_whitespace() || letter.is_control() || "<>\"'".contains(letter)
        })
}

enum Part<'a> {
    Words(&'a str),
    Place(&'a str),
}

fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(open) = rest.find("((") else {
            return Some(Part::Words(std::mem::take(&mut rest)));
        };
        let close = rest[open + 2..].find("))");
        match (open, close) {
            (0, Some(close)) => {
                let name = rest[2..2 + close].trim();
                rest = &rest[close + 4..];
                Some(Part::Place(name))
            }
            (0, None) => Some(Part::Words(std::mem::take(&mut rest))),
            (open, _) => {
                let words = &rest[..open];
                rest = &rest[open..];
                Some(Part::Words(words))
            }
        }
    })
}

fn is_link(name: &str) -> bool {
    name == "link" || name.ends_with("_link")
}

fn must_stay(name: &str) -> bool {
    is_link(name) || name == "code" || name.ends_with("_code")
}

/// A value as it may stand in a message. The name of its place says what it is: `link` and `..._link` are addresses
/// that we made, `email` and `..._email` an e-mail address, `..._lines` several lines; anything else is a few words.
fn safe_value(name: &str, value: &str) -> Result<String, Fault> {
    if is_link(name) {
        return if is_address(value) {
            Ok(value.to_owned())
        } else {
            bail!("(({name})) is not a web address")
        };
    }
    let is_email = name == "email" || name.ends_with("_email");
    if let (true, Ok(email)) = (is_email, value.parse::<Email>()) {
        return Ok(email.as_str().to_owned());
    }
    if name.ends_with("_lines") {
        let lines: Vec<String> = value
            .lines()
            .map(harmless)
            .filter(|line| !line.is_empty())
            .map(|line| format!("- {line}"))
            .collect();
        return Ok(lines.join("\n"));
    }
    Ok(harmless(value))
}

/// A few words that somebody may have typed. Mail programs make a link of `evil.example` as well as of an address with
/// a scheme, and GOV.UK Notify reads Markdown: so a dot before a letter gets a space, and signs that begin a heading, a
/// list, a quotation or a link go.
fn harmless(value: &str) -> String {
    let line =
        one_line(value).replace("://", ": ").replace('[', "(").replace(']', ")").replace(['`', '\\'], " ");
    let line =
        line.trim_start_matches(|letter: char| "#*^>-+=•~|".contains(letter) || letter.is_whitespace());
    let mut out = String::with_capacity(line.len());
    let mut letters = line.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        out.push(letter);
        let next = letters.peek().copied().unwrap_or(' ');
        let names_a_host =
            matches!(letter, '.' | '。' | '．' | '｡') && before.is_alphanumeric() && next.is_alphabetic();
        // Two brackets would be a place.
        if names_a_host || matches!((letter, next), ('(', '(') | (')', ')')) {
            out.push(' ');
        }
        before = letter;
    }
    out.trim().to_owned()
}

/// One line: no control characters, no marks that turn the direction of reading or cannot be seen, single spaces.
pub(crate) fn one_line(text: &str) -> String {
    let seen: String = text
        .chars()
        .map(|letter| if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') { ' ' } else { letter })
        .filter(|letter| {
            !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        })
        .collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_never_becomes_a_link_a_heading_a_header_or_a_place() {
        let table = [
            ("win at evil.example/now", "win at evil. example/now"),
            ("https://evil.example", "https: evil. example"),
            ("[press](https://evil.example)", "(press)(https: evil. example)"),
            ("# Big", "Big"),
            ("* one\n* two", "one * two"),
            ("a\r\nBcc: x@y.uk", "a Bcc: x@y. uk"),
            ("((link))", "( (link) )"),
            ("St. Mary’s, 10.30am", "St. Mary’s, 10.30am"),
            ("\u{202e}evil", "evil"),
        ];
        for (typed, kept) in table {
            assert_eq!(harmless(typed), kept, "{typed:?}");
        }
        assert!(safe_value("sign_in_link", "javascript:alert(1)").is_err());
        assert!(safe_value("link", "https://hub.example/a b").is_err());
        assert_eq!(safe_value("new_email", "parent@example.org").unwrap(), "parent@example.org");
        assert_eq!(safe_value("entry_lines", "Baby group\n# Café").unwrap(), "- Baby group\n- Café");
    }

    #[test]
    fn a_line_that_is_only_an_address_becomes_a_link_and_all_else_is_escaped() {
        let html = html_of("Hello <b>you</b>.\n\nhttps://hub.example/a?b=1&c=2\n\n- one\n- two");
        assert_eq!(
            html,
            "<p>Hello &lt;b&gt;you&lt;/b&gt;.</p>\n<p><a href=\"https://hub.example/a?b=1&amp;c=2\">\
             https://hub.example/a?b=1&amp;c=2</a></p>\n<ul><li>one</li><li>two</li></ul>\n"
        );
    }

    #[test]
    fn a_wording_is_refused_when_its_link_is_lost_or_a_place_is_not_known() {
        let template = Template {
            key: "t.t",
            name: "",
            sent_when: "",
            subject: "Hello",
            body: "Hello ((name))\n\n((link))",
            sample: &[("name", "Sam"), ("link", "https://hub.example/x")],
            can_be_turned_off: false,
        };
        assert!(what_is_wrong(&template, "Hi ((name))", "Open ((link))").is_empty());
        let fields = |subject: &str, body: &str| -> Vec<&str> {
            what_is_wrong(&template, subject, body).iter().map(|refusal| refusal.field).collect()
        };
        assert_eq!(fields("Hi", "no link"), ["body"]);
        assert_eq!(fields("Hi", "((link)) ((nmae))"), ["body"]);
        assert_eq!(fields("((link))", "((link))"), ["subject"]);
        assert_eq!(fields("", ""), ["subject", "body", "body"]);
        assert_eq!(fields("Hi", "((link)) ((name"), [] as [&str; 0]);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_stays_one_harmless_line(typed in "\\PC{0,40}|[\\x00-\\x7f]{0,40}|[a-z.:/()#*\\[\\]\r\n]{0,40}") {
            let line = filled_line("To ((name)).", &[("name", typed)]).unwrap();
            prop_assert!(!line.contains(|letter: char| letter.is_control()));
            prop_assert!(!line.contains("://") && !line.contains("](") && !line.contains("(("));
        }
    }
}
