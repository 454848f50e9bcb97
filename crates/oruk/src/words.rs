//! Text as sources write it, made plain: no tags, no code, paragraphs and lists kept as Markdown writes them.

use crate::check::formats::{Link, judge_link};

/// A text of several lines, made plain; made plain twice it stays the same.
pub(crate) fn plain(text: &str) -> String {
    let mut text: String = text
        .replace("\r\n", "\n")
        .chars()
        .map(|letter| match letter {
            '\r' | '\u{2028}' | '\u{2029}' => '\n',
            '\t' | '\u{a0}' => ' ',
            letter => letter,
        })
        .filter(|letter| *letter == '\n' || (!letter.is_control() && *letter != '\u{feff}'))
        // Marks that turn the reading round could make a text say something else than it does.
        .filter(|letter| !matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .collect();
    // Feeds pass text from page to page, so what looks plain may hold tags that were written down as text.
    for _ in 0..8 {
        if !holds_tags(&text) && !holds_entities(&text) {
            return text.trim().to_owned();
        }
        text = without_code(&text);
    }
    text.replace(['<', '&'], " ").trim().to_owned()
}

/// A text of one line.
pub(crate) fn line(text: &str) -> String {
    kernel::one_line(&plain(text))
}

const TAGS: [&str; 44] = [
    "a",
    "abbr",
    "article",
    "b",
    "blockquote",
    "br",
    "button",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "figure",
    "font",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "iframe",
    "img",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "script",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "td",
    "u",
    "ul",
];
/// Tags that begin or end a paragraph; `br`, `li` and `tr` only a line.
const BLOCKS: [&str; 16] = [
    "article",
    "blockquote",
    "center",
    "div",
    "dl",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ol",
    "p",
    "section",
    "ul",
];

/// Whether a text holds tags of a web page, not merely a pointed bracket.
pub(crate) fn holds_tags(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        tag_at(&text[at..]).is_some_and(|tag| tag.name.starts_with('!') || TAGS.contains(&tag.name.as_str()))
    })
}

struct Tag<'a> {
    /// In small letters, without the slash; `!` for a comment.
    name: String,
    closes: bool,
    /// What stands between the name and the bracket.
    rest: &'a str,
    /// How many bytes it takes.
    length: usize,
}

/// The tag that a text begins with.
fn tag_at(text: &str) -> Option<Tag<'_>> {
    if text.starts_with("<!") {
        let length = text
            .find("-->")
            .map(|at| at + 3)
            .filter(|_| text.starts_with("<!--"))
            .or(text.find('>').map(|at| at + 1))?;
        return Some(Tag { name: "!".to_owned(), closes: false, rest: "", length });
    }
    let closes = text.starts_with("</");
    let start = if closes { 2 } else { 1 };
    let after = text.get(start..)?;
    let name_length = after.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let name = after[..name_length].to_ascii_lowercase();
    let rest = &after[name_length..];
    let sound = name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && rest.starts_with(|letter: char| letter.is_whitespace() || matches!(letter, '>' | '/' | ':'));
    let end = rest.find('>')?;
    sound.then(|| Tag { name, closes, rest: &rest[..end], length: start + name_length + end + 1 })
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
    Paragraph,
}

struct Plain {
    out: String,
    gap: Gap,
    /// Whether line ends are only white space, as on a page that marks its paragraphs with tags.
    flows: bool,
    link: Option<String>,
}

impl Plain {
    fn letter(&mut self, letter: char) {
        if letter == '\n' && !self.flows {
            self.out.push('\n');
        } else if letter.is_whitespace() {
            self.gap = self.gap.max(Gap::Space);
        } else {
            self.words(letter.encode_utf8(&mut [0; 4]));
        }
    }

    fn words(&mut self, words: &str) {
        let needless = self.gap == Gap::Space && self.out.ends_with(['\n', '[']);
        if !self.out.is_empty() && !needless {
            self.out.push_str(match self.gap {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Line => "\n",
                Gap::Paragraph => "\n\n",
            });
        }
        self.gap = Gap::None;
        self.out.push_str(words);
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        match tag.name.as_str() {
            "br" | "tr" | "dt" | "dd" | "hr" => self.gap = self.gap.max(Gap::Line),
            "li" if tag.closes => self.gap = self.gap.max(Gap::Line),
            "li" => {
                self.gap = self.gap.max(Gap::Line);
                self.words("- ");
            }
            "td" | "th" => self.gap = self.gap.max(Gap::Space),
            "a" if tag.closes => self.end_link(),
            "a" => {
                self.end_link();
                if let Some(address) = link_in(tag.rest) {
                    self.words("[");
                    self.link = Some(address);
                }
            }
            name if BLOCKS.contains(&name) => self.gap = Gap::Paragraph,
            _ => {}
        }
    }

    fn end_link(&mut self) {
        if let Some(address) = self.link.take() {
            let began = self.out.rfind('[').unwrap_or(0);
            let words = self.out.get(began + 1..).unwrap_or_default();
            if words.trim().is_empty() || words.contains([']', '\n']) {
                self.out.remove(began);
            } else {
                self.out.push_str(&format!("]({address})"));
            }
        }
    }
}

/// The address of a link when families can follow it; anything else is left out and its words stay.
fn link_in(rest: &str) -> Option<String> {
    let at = rest.to_ascii_lowercase().find("href=")? + 5;
    let value = rest.get(at..)?;
    let address = match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next()?,
        _ => value.split_whitespace().next()?,
    };
    let followed = judge_link(address) == Link::Sound && !address.contains(['(', ')', '<', '>', '&']);
    followed.then(|| address.to_owned())
}

/// One pass: tags become gaps, entities become letters. It only ever makes a text shorter.
fn without_code(text: &str) -> String {
    let tags = |names: &[&str]| {
        text.match_indices('<')
            .filter_map(|(at, _)| tag_at(&text[at..]))
            .any(|tag| names.contains(&tag.name.as_str()))
    };
    let flows = tags(&BLOCKS) || tags(&["br", "li", "table", "tr"]);
    let marked = holds_tags(text);
    let mut plain = Plain { out: String::with_capacity(text.len()), gap: Gap::None, flows, link: None };
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if letter == '<'
            && marked
            && let Some(tag) = tag_at(rest)
        {
            plain.tag(&tag);
            rest = &rest[tag.length..];
            if matches!(tag.name.as_str(), "script" | "style") && !tag.closes {
                let end = format!("</{}", tag.name);
                let at = rest.to_ascii_lowercase().find(&end).unwrap_or(rest.len());
                rest = &rest[at..];
            }
            continue;
        }
        if letter == '&'
            && let Some((decoded, length)) = entity_at(rest)
        {
            plain.letter(decoded);
            rest = &rest[length..];
            continue;
        }
        plain.letter(letter);
        rest = &rest[letter.len_utf8()..];
    }
    plain.end_link();
    plain.out
}

fn holds_entities(text: &str) -> bool {
    text.match_indices('&').any(|(at, _)| entity_at(&text[at..]).is_some())
}

const ENTITIES: [(&str, char); 24] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("pound", '£'),
    ("euro", '€'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("hellip", '…'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bull", '•'),
    ("middot", '·'),
    ("eacute", 'é'),
    ("frac12", '½'),
    ("times", '×'),
    ("deg", '°'),
];

/// The letter that a text's first entity stands for, and how many bytes it takes.
fn entity_at(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let letter = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            match char::from_u32(code)? {
                letter @ '\u{80}'..='\u{9f}' => from_windows_1252(letter as u8),
                letter if letter.is_control() => ' ',
                letter => letter,
            }
        }
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((letter, end + 1))
}

/// The letter that a byte stands for in Windows-1252, in which spreadsheets are still saved.
pub(crate) fn from_windows_1252(byte: u8) -> char {
    const UPPER: [char; 32] = [
        '€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ', ' ', '‘', '’', '“',
        '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => UPPER[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pages_become_plain_text() {
        for (page, expected) in [
            ("Just words", "Just words"),
            ("Ages < 5 and > 2, 3 <4", "Ages < 5 and > 2, 3 <4"),
            ("First\r\n\r\nSecond", "First\n\nSecond"),
            ("<p>First\nline</p>\n<p>Second &amp; last</p>", "First line\n\nSecond & last"),
            ("<ul><li>Toys</li><li>Songs </li></ul>After", "- Toys\n- Songs\n\nAfter"),
            ("One<br/>two<BR>three", "One\ntwo\nthree"),
            ("Bold <strong>word</strong> here\n\nkept", "Bold word here\n\nkept"),
            ("Fish &amp; chips &pound;2&#8211;&#163;3 &#146;s", "Fish & chips £2–£3 ’s"),
            ("&lt;p&gt;Twice&lt;/p&gt; &amp;amp; more", "Twice\n\n& more"),
            (
                "<p>See <a href=\"https://example.org/x\">our page</a>.</p>",
                "See [our page](https://example.org/x).",
            ),
            ("<a href='javascript:alert(1)'>Click</a> me", "Click me"),
            ("<a href=https://example.org><img src=x></a>", ""),
            ("<script>alert('<b>')</script>Safe<style>p{}</style>", "Safe"),
            ("<!-- note --><p>Seen</p>", "Seen"),
            ("<<b>b>x</b>", "x"),
            ("a&nbsp;b\u{0}c", "a bc"),
            ("<table><tr><td>Mon</td><td>10am</td></tr><tr><td>Tue</td></tr></table>", "Mon 10am\nTue"),
        ] {
            assert_eq!(plain(page), expected, "{page:?}");
        }
        assert_eq!(line("<b>Stay</b>\nand &amp; play"), "Stay and & play");
        assert!(plain(&format!("&{}lt;p>", "amp;".repeat(5_000))).len() < 30_000);
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_plain_stays_plain(text in "[<>&;/a-p!\\-\"'= \n#0-9\\[\\]é]{0,80}|\\PC{0,80}|(<p>|</p>|<li>|&lt;|&amp;|<a href='https://e.org'>|</a>|<br>|x|\n){0,30}") {
            let once = plain(&text);
            prop_assert!(!holds_tags(&once), "{:?}", once);
            prop_assert_eq!(plain(&once), once);
        }
    }
}
