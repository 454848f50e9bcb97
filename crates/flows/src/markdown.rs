//! What a guide says, as HTML that can hold nothing but words, lists and links.

use pulldown_cmark::{Event, Parser, html};
use std::collections::HashSet;

/// What a step says, as clean HTML.
pub fn to_html(markdown: &str) -> String {
    clean(markdown, &["p", "ul", "ol", "li", "h2", "h3", "a", "strong", "em", "br", "blockquote"])
}

/// The first block of it that has words, without any marks.
pub(crate) fn first_block(markdown: &str) -> String {
    let mut words = String::new();
    for event in Parser::new(markdown) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            Event::End(_) if words.ends_with(['.', '?', '!', ':']) => break,
            _ => {}
        }
    }
    words
}

/// One paragraph of Markdown without its paragraph, for a legend.
fn to_line(markdown: &str) -> String {
    clean(markdown, &["strong", "em"]).trim().to_owned()
}

fn clean(markdown: &str, tags: &[&'static str]) -> String {
    let mut raw = String::new();
    // Markup that somebody typed is shown as it was typed, and does nothing.
    let events = Parser::new(markdown).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    });
    html::push_html(&mut raw, events);
    ammonia::Builder::default()
        .tags(tags.iter().copied().collect::<HashSet<_>>())
        .url_schemes(HashSet::from(["https", "http", "tel", "mailto"]))
        .attribute_filter(|_, attribute, value| {
            let keeps = !matches!(attribute, "href" | "cite") || web::may_lead_to(value);
            keeps.then(|| value.into())
        })
        .link_rel(None)
        .clean(&raw)
        .to_string()
}

/// A question with what stands around it, as HTML.
pub(crate) struct Question {
    /// What stands above it.
    pub above: String,
    /// The question itself, as a line; empty when there is none to be told from the rest.
    pub legend: String,
    /// What stands below it.
    pub below: String,
}

/// Finds the question in what a node says: its last sentence with a question mark, or else a short last paragraph.
pub(crate) fn split_question(markdown: &str) -> Question {
    let text = markdown.trim();
    let paragraphs: Vec<&str> = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).collect();
    let asks = paragraphs.iter().rposition(|part| part.contains('?') && is_plain(part));
    let is_short = |part: &&str| is_plain(part) && part.split_whitespace().count() <= SHORT_WORDS;
    let place =
        asks.or_else(|| paragraphs.last().filter(|part| is_short(part)).map(|_| paragraphs.len() - 1));
    let Some(place) = place else {
        return Question { above: to_html(text), legend: String::new(), below: String::new() };
    };
    let paragraph = paragraphs[place];
    let end = paragraph.rfind('?').map_or(paragraph.len(), |at| at + 1);
    // A link or a bold word that the sentence ends within stays whole.
    let is_cut = paragraph[end..].starts_with(['*', ')', ']', '_']);
    let start = paragraph[..end.saturating_sub(1)].rfind(['.', '!', '?', '\n']).map_or(0, |at| at + 1);
    let (start, end) = if is_cut || asks.is_none() { (0, paragraph.len()) } else { (start, end) };
    let around = |before: &[&str], rest: &str| {
        let parts: Vec<&str> =
            before.iter().copied().chain([rest.trim()]).filter(|part| !part.is_empty()).collect();
        parts.join("\n\n")
    };
    let mut below = vec![paragraph[end..].trim()];
    below.extend(&paragraphs[place + 1..]);
    Question {
        above: to_html(&around(&paragraphs[..place], &paragraph[..start])),
        legend: to_line(paragraph[start..end].trim()),
        below: to_html(&around(&below, "")),
    }
}

/// A paragraph of no more words can be a question without a question mark: 'Choose one'.
const SHORT_WORDS: usize = 12;

/// Whether it is a paragraph, not a list, a heading or a quotation.
fn is_plain(part: &str) -> bool {
    let is_item = |line: &str| {
        let line = line.trim_start();
        let number = line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
        line.starts_with("- ") || line.starts_with("* ") || number
    };
    !part.starts_with(['#', '>']) && !part.lines().any(is_item)
}

/// The question in plain words, for a summary.
pub(crate) fn plain_question(markdown: &str) -> String {
    let question = split_question(markdown).legend;
    let text = if question.is_empty() { to_line(markdown) } else { question };
    let cleaned = ammonia::Builder::default().tags(HashSet::new()).clean(&text).to_string();
    // What the template writes it escapes again.
    cleaned.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_found_among_what_stands_around_it() {
        for (said, above, legend, below) in [
            ("It is **free**.\n\nWho needs it?", "It is free.", "Who needs it?", ""),
            ("Who?", "", "Who?", ""),
            (
                "It is free. Who needs it? Look at the letter.\n\nDo not guess.",
                "It is free.",
                "Who needs it?",
                "Look at the letter. Do not guess.",
            ),
            ("You can:\n\n- wait?\n- ring", "You can: wait? ring", "", ""),
            ("Choose one", "", "Choose one", ""),
            ("Is it [late](/pages/late?)", "", "Is it late", ""),
        ] {
            let question = split_question(said);
            let plain = |html: &str| {
                let text = ammonia::Builder::default().tags(HashSet::new()).clean(html).to_string();
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            };
            let found = (plain(&question.above), plain(&question.legend), plain(&question.below));
            assert_eq!(found, (above.to_owned(), legend.to_owned(), below.to_owned()), "{said}");
        }
        assert_eq!(plain_question("Mum & dad?"), "Mum & dad?");
    }

    #[test]
    fn nothing_but_words_lists_and_links_comes_through() {
        let html = to_html(
            "Read [a](javascript:x) and [b](/pages/a) <img src=x onerror=x> ![i](https://x/y.png)\n\n<script>x</script>",
        );
        assert!(
            !html.contains("<script") && !html.contains("<img") && !html.contains("javascript:"),
            "{html}"
        );
        assert!(html.contains("<a href=\"/pages/a\">b</a>"), "{html}");
    }
}
