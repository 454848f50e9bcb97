//! What a guide says, from Markdown: as markup that can hold nothing but words, lists and links, and as plain text.

use pulldown_cmark::{Event, Parser, TagEnd, html};
use std::collections::HashSet;

/// As clean markup.
pub(crate) fn to_html(markdown: &str) -> String {
    let mut raw = String::new();
    html::push_html(&mut raw, Parser::new(markdown));
    ammonia::Builder::default()
        .tags(HashSet::from(["p", "ul", "ol", "li", "a", "strong", "em", "br"]))
        .url_schemes(HashSet::from(["https", "http", "tel", "mailto"]))
        .attribute_filter(|_, attribute, value| {
            let keeps = !matches!(attribute, "href" | "cite") || web::may_lead_to(value);
            keeps.then(|| value.into())
        })
        .link_rel(None)
        .clean(&raw)
        .to_string()
}

/// As one line of words.
pub(crate) fn to_text(markdown: &str) -> String {
    let mut out = String::new();
    for event in Parser::new(markdown) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                out.push(' ')
            }
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_can_say_nothing_but_words_lists_and_links() {
        let markdown =
            "Ring [111](tel:111) **now**.\n\n- one\n- [two](javascript:alert(1)) <script>x</script>";
        let html = to_html(markdown);
        assert!(html.contains("href=\"tel:111\"") && html.contains("<li>one</li>"));
        assert!(!html.contains("script"), "{html}");
        assert!(to_text(markdown).starts_with("Ring 111 now. one two"));
    }
}
