use crate::library::Section;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use std::collections::HashSet;

/// A body as HTML and as parts.
pub(crate) struct Rendered {
    pub html: String,
    pub opening: String,
    pub sections: Vec<Section>,
    pub links: Vec<String>,
}

/// Markdown to HTML that can hold nothing but text, lists, tables and links. Headings get an anchor; tables fold into
/// labelled lines on a narrow screen.
pub(crate) fn render(markdown: &str) -> Rendered {
    let events: Vec<Event> = Parser::new_ext(markdown, Options::ENABLE_TABLES).collect();
    let mut sections: Vec<Section> = Vec::new();
    let mut opening = String::new();
    let mut links = Vec::new();
    let mut in_heading = false;
    for event in &events {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
                in_heading = true;
                sections.push(Section { anchor: String::new(), heading: String::new(), text: String::new() });
            }
            Event::End(TagEnd::Heading(HeadingLevel::H2)) => {
                in_heading = false;
                let at = sections.len() - 1;
                let anchor = anchor_of(&sections[at].heading, &sections[..at]);
                sections[at].anchor = anchor;
            }
            Event::Start(Tag::Link { dest_url, .. }) if web::is_path(dest_url) => {
                links.push(dest_url.to_string())
            }
            Event::Text(text) | Event::Code(text) => match sections.last_mut() {
                Some(section) if in_heading => section.heading.push_str(text),
                Some(section) => section.text.push_str(text),
                None => opening.push_str(text),
            },
            Event::SoftBreak
            | Event::HardBreak
            | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell) => {
                sections.last_mut().map_or(&mut opening, |section| &mut section.text).push(' ');
            }
            _ => {}
        }
    }
    let html = to_html(events, &sections);
    Rendered { html, opening, sections, links }
}

fn to_html(events: Vec<Event>, sections: &[Section]) -> String {
    let mut anchors = sections.iter().map(|section| section.anchor.clone());
    let events = events.into_iter().map(|event| match event {
        Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
            let anchor = anchors.next().unwrap_or_default();
            Event::Start(Tag::Heading {
                level: HeadingLevel::H2,
                id: Some(CowStr::from(anchor)),
                classes: vec![],
                attrs: vec![],
            })
        }
        other => other,
    });
    let mut raw = String::new();
    html::push_html(&mut raw, events);
    let raw = raw.replace("<table>", "<table class=\"table\">");
    ammonia::Builder::default()
        .tags(HashSet::from([
            "p",
            "ul",
            "ol",
            "li",
            "h2",
            "h3",
            "a",
            "strong",
            "em",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "br",
            "blockquote",
        ]))
        .add_tag_attributes("h2", ["id"])
        .add_tag_attributes("table", ["class"])
        .add_tag_attributes("th", ["scope"])
        .url_schemes(HashSet::from(["https", "http", "tel", "mailto"]))
        .attribute_filter(|_, attribute, value| {
            let keeps = !matches!(attribute, "href" | "cite") || web::may_lead_to(value);
            keeps.then(|| value.into())
        })
        .link_rel(None)
        .clean(&raw.replace("<th>", "<th scope=\"col\">"))
        .to_string()
}

fn anchor_of(heading: &str, before: &[Section]) -> String {
    let base =
        kernel::Slug::from_name(heading).map_or_else(|| "part".to_owned(), |slug| slug.as_str().to_owned());
    // 'main' is the page's own anchor.
    let base = if base == "main" { "part-main".to_owned() } else { base };
    let taken = |anchor: &str| before.iter().any(|section| section.anchor == anchor);
    if !taken(&base) {
        return base;
    }
    (2..).map(|n| format!("{base}-{n}")).find(|anchor| !taken(anchor)).unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_at_its_headings_and_cleaned() {
        let page = render(
            "First words.\n\n## What now?\n\nRing [111](tel:111) <script>alert(1)</script>\n\n## What now?\n\n| A | B |\n|---|---|\n| 1 | [x](javascript:alert(1)) |\n",
        );
        assert_eq!(page.opening.trim(), "First words.");
        assert_eq!(
            page.sections.iter().map(|s| s.anchor.as_str()).collect::<Vec<_>>(),
            ["what-now", "what-now-2"]
        );
        assert!(page.html.contains("href=\"tel:111\"") && page.html.contains("<h2 id=\"what-now\">"));
        assert!(!page.html.contains("script") && page.html.contains("scope=\"col\""));
    }

    #[test]
    fn a_link_leads_only_where_its_words_can_be_trusted_to_lead() {
        for address in [
            "https://www.example.org/a@b",
            "HTTP://example.org",
            "mailto:help@example.org",
            "tel:111",
            "/topics/feeding",
        ] {
            assert!(render(&format!("[x]({address})")).html.contains("href="), "{address}");
        }
        for address in [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://bank.example@evil.example",
            "https://user:word@evil.example/",
            "https://evil.example\\@bank.example",
            "https:evil.example",
            "https:/evil.example",
            "https://",
            "sms:999",
            "evil.example",
            "data:text/html,x",
        ] {
            for written in [
                format!("[x](<{address}>)"),
                format!("[x][a]\n\n[a]: <{address}>"),
                format!("<a href=\"{address}\">x</a>"),
                format!("<blockquote cite=\"{address}\">x</blockquote>"),
            ] {
                // Markdown writes a backslash as %5C, which no browser takes for a slash.
                if address.contains('\\') && !written.starts_with('<') {
                    continue;
                }
                let page = render(&written);
                assert!(
                    !page.html.contains("href=") && !page.html.contains("cite="),
                    "{written}: {}",
                    page.html
                );
                assert!(page.html.contains('x') && page.links.is_empty(), "{written}");
            }
        }
    }
}
