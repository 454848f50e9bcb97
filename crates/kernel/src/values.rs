use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

macro_rules! text_value {
    ($name:ident) => {
        impl $name {
            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<$name, String> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }
    };
}

/// The last part of a page's address: lower-case letters, digits and single hyphens, 1 to 80 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);
text_value!(Slug);

impl Slug {
    /// The slug a name gives, or `None` when nothing in it can be kept.
    pub fn from_name(name: &str) -> Option<Slug> {
        let mut out = String::new();
        for letter in name.chars().flat_map(char::to_lowercase) {
            match letter {
                'a'..='z' | '0'..='9' => out.push(letter),
                '\'' | '’' => {}
                '&' => out.push_str("and"),
                _ if !out.is_empty() && !out.ends_with('-') => out.push('-'),
                _ => {}
            }
            if out.len() >= 80 {
                break;
            }
        }
        out.trim_matches('-').parse().ok()
    }
}

impl FromStr for Slug {
    type Err = String;
    fn from_str(text: &str) -> Result<Slug, String> {
        let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let hyphens = !text.starts_with('-') && !text.ends_with('-') && !text.contains("--");
        if plain && hyphens && (1..=80).contains(&text.len()) {
            Ok(Slug(text.to_owned()))
        } else {
            Err("Use lower-case letters, numbers and single hyphens".to_owned())
        }
    }
}

/// An e-mail address as far as a form can tell: one `@`, something before it, a dot after it, no spaces, at most 254
/// characters (RFC 5321). Whether it reaches anybody only a letter can tell.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);
text_value!(Email);

impl FromStr for Email {
    type Err = String;
    fn from_str(text: &str) -> Result<Email, String> {
        let text = text.trim();
        let sound = text.len() <= 254
            && !text
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';'))
            && matches!(text.split_once('@'), Some((name, host))
                if !name.is_empty() && name.len() <= 64 && !host.contains('@') && host.contains('.')
                && !host.starts_with(['.', '-']) && !host.ends_with(['.', '-']) && !host.contains(".."));
        if sound {
            Ok(Email(text.to_owned()))
        } else {
            Err("Enter an email address in the right format, like name@example.com".to_owned())
        }
    }
}

/// A telephone number or short code as people read it aloud: digits and single spaces, 3 to 20 characters, perhaps
/// a leading `+`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);
text_value!(Phone);

impl Phone {
    /// For a `tel:` link.
    pub fn dialled(&self) -> String {
        self.0.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

impl FromStr for Phone {
    type Err = String;
    fn from_str(text: &str) -> Result<Phone, String> {
        let kept: String = text.chars().filter(|c| !matches!(c, '(' | ')' | '-')).collect();
        let text = kept.split_whitespace().collect::<Vec<_>>().join(" ");
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let rest = text.strip_prefix('+').unwrap_or(&text);
        if (3..=15).contains(&digits)
            && text.len() <= 20
            && rest.bytes().all(|b| b.is_ascii_digit() || b == b' ')
        {
            Ok(Phone(text))
        } else {
            Err("Enter a phone number, like 0151 496 0000".to_owned())
        }
    }
}

/// A full UK postcode, typed any way and kept as `WA8 7QF`.
///
/// Form: outward part of one of the six shapes in the *PAF digest*, then a digit and two letters. Letters O and I
/// for digits, and zero for O, are put right where only one reading is possible.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Postcode(String);
text_value!(Postcode);

impl Postcode {
    /// `WA8` of `WA8 7QF`.
    pub fn outward(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }

    /// `WA8 7` of `WA8 7QF`: some 3,000 addresses, so it points to nobody.
    pub fn sector(&self) -> &str {
        &self.0[..self.0.len() - 2]
    }

    /// The postcode in an address: the last that stands in it. Slips are put right only where it stands alone or behind a
    /// comma: '12 Some' must not become a postcode.
    pub fn find_in(text: &str) -> Option<Postcode> {
        let behind = text.rsplit(',').next().unwrap_or(text).trim_start();
        let behind =
            if behind.starts_with(|letter: char| letter.is_ascii_alphabetic()) { behind } else { "" };
        if let Some(alone) = [text, behind].into_iter().find_map(|part| part.parse().ok()) {
            return Some(alone);
        }
        let is_apart = |letter: char| !letter.is_ascii_alphanumeric();
        let words: Vec<&str> = text.split(is_apart).filter(|word| !word.is_empty()).collect();
        (0..words.len()).rev().flat_map(|last| [last..last + 1, last.saturating_sub(1)..last + 1]).find_map(
            |part| {
                let joined = words[part].concat();
                let inward = joined.len().checked_sub(3)?;
                let is_written_as_one =
                    joined.as_bytes()[0].is_ascii_alphabetic() && joined.as_bytes()[inward].is_ascii_digit();
                joined.parse().ok().filter(|_| is_written_as_one)
            },
        )
    }
}

impl FromStr for Postcode {
    type Err = String;
    fn from_str(text: &str) -> Result<Postcode, String> {
        let refused = || "Enter a full postcode, like WA8 7QF".to_owned();
        let mut letters: Vec<u8> = Vec::with_capacity(8);
        for c in text.chars() {
            match c {
                ' ' | '-' | '.' | '\u{a0}' | '\t' => {}
                c if c.is_ascii_alphanumeric() => letters.push(c.to_ascii_uppercase() as u8),
                _ => return Err(refused()),
            }
        }
        if !(5..=7).contains(&letters.len()) {
            return Err(refused());
        }
        let inward = letters.len() - 3;
        letters[inward] = as_digit(letters[inward]);
        for letter in &mut letters[inward + 1..] {
            *letter = as_letter(*letter);
        }
        letters[0] = as_letter(letters[0]);
        let (outward, end) = letters.split_at(inward);
        let shape: Vec<u8> = outward.iter().map(|b| if b.is_ascii_digit() { b'9' } else { b'A' }).collect();
        let known = matches!(&shape[..], b"A9" | b"A99" | b"AA9" | b"AA99" | b"A9A" | b"AA9A");
        let ends = end[0].is_ascii_digit() && end[1..].iter().all(|b| b.is_ascii_uppercase());
        if !known || !ends {
            return Err(refused());
        }
        let word = |part: &[u8]| part.iter().map(|b| *b as char).collect::<String>();
        Ok(Postcode(format!("{} {}", word(outward), word(end))))
    }
}

fn as_digit(byte: u8) -> u8 {
    match byte {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        b'S' => b'5',
        other => other,
    }
}

fn as_letter(byte: u8) -> u8 {
    match byte {
        b'0' => b'O',
        b'1' => b'I',
        other => other,
    }
}

/// A name on one line, as it is read aloud: without control characters and without the signs that turn the direction of
/// writing or show nothing, with which one name can be made to look like another or to run over what stands beside it.
/// The joiners that Persian, Urdu and many scripts of India are spelled with stay.
pub fn one_line(text: &str) -> String {
    let shown: String = text
        .chars()
        .filter(|letter| letter.is_whitespace() || !letter.is_control())
        .filter(|letter| {
            !matches!(letter,
                '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
                | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        })
        .collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_postcode_is_found_in_an_address_and_made_of_nothing_else() {
        for typed in [
            "12 Some Street, Widnes WA8 6AB",
            "Flat 2, 12 Some Street, Widnes, wa86ab.",
            "WA8 6AB, Widnes",
            "widnes wa8,6ab",
        ] {
            assert_eq!(Postcode::find_in(typed).unwrap().as_str(), "WA8 6AB", "{typed:?}");
        }
        assert_eq!(Postcode::find_in("Runcorn, WA7 OAA").unwrap().as_str(), "WA7 0AA");
        for typed in ["", ",", "12 Some Street", "12 Some Street, Widnes", "WA8", "é WA8 6A", "Widnes"] {
            assert_eq!(Postcode::find_in(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_postcode_is_read_however_it_is_typed() {
        for typed in ["wa8 7qf", "WA87QF", " wa8-7qf ", "Wa8  7Qf", "wa8.7qf", "WA8\u{a0}7QF"] {
            assert_eq!(typed.parse::<Postcode>().unwrap().as_str(), "WA8 7QF", "{typed:?}");
        }
        assert_eq!("m1 1ae".parse::<Postcode>().unwrap().as_str(), "M1 1AE");
        assert_eq!("ec1a1bb".parse::<Postcode>().unwrap().as_str(), "EC1A 1BB");
        assert_eq!("WA7 OAA".parse::<Postcode>().unwrap().as_str(), "WA7 0AA");
        let postcode: Postcode = "wa87qf".parse().unwrap();
        assert_eq!((postcode.outward(), postcode.sector()), ("WA8", "WA8 7"));
        for wrong in ["", "WA8", "widnes", "1234567", "WA8 7Q", "WA8 7QFX", "WA8 7Q!", "💥", "SELECT"] {
            assert!(wrong.parse::<Postcode>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_email_and_a_phone_are_told_from_what_is_not_one() {
        for good in ["a@b.uk", " name.o'neill+hub@example.co.uk "] {
            assert!(good.parse::<Email>().is_ok(), "{good:?}");
        }
        for wrong in ["", "a@b", "@b.uk", "a b@c.uk", "a@@b.uk", "a@b..uk", "a@.uk", "x@y.uk,z@y.uk"] {
            assert!(wrong.parse::<Email>().is_err(), "{wrong:?}");
        }
        assert_eq!("0151  495-5065".parse::<Phone>().unwrap().as_str(), "0151 4955065");
        assert_eq!("0151 495 5065".parse::<Phone>().unwrap().dialled(), "01514955065");
        for wrong in ["", "12", "phone me", "+", "0151 495 5065 ext 3"] {
            assert!(wrong.parse::<Phone>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_name_is_one_line_that_hides_nothing() {
        for (typed, kept) in [
            ("  Ann  O’Neill ", "Ann O’Neill"),
            ("Ann\r\nBcc: x\u{b}y\tz", "Ann Bcc: x y z"),
            ("Ann\u{85}B\u{2028}C\u{2029}D", "Ann B C D"),
            ("An\u{0}n\u{1b}[31m\u{7f}\u{9b}", "Ann[31m"),
            ("\u{202e}nimda\u{202c}", "nimda"),
            ("\u{202a}a\u{202b}b\u{202d}c\u{2066}d\u{2067}e\u{2068}f\u{2069}g", "abcdefg"),
            ("\u{200e}A\u{200f}n\u{61c}n\u{200b}\u{2060}\u{feff}", "Ann"),
            ("\u{202e}\u{200f} \r\n", ""),
            ("علی\u{200c}رضا", "علی\u{200c}رضا"),
            ("José Ōe 李雷 👩\u{200d}👧", "José Ōe 李雷 👩\u{200d}👧"),
        ] {
            assert_eq!(one_line(typed), kept, "{typed:?}");
            assert_eq!(one_line(kept), kept, "twice is once: {typed:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_a_parser_and_what_is_kept_reads_back(text in "\\PC{0,60}") {
            if let Ok(kept) = text.parse::<Postcode>() { prop_assert_eq!(kept.as_str().parse::<Postcode>().unwrap(), kept); }
            if let Ok(kept) = text.parse::<Email>() { prop_assert_eq!(kept.as_str().parse::<Email>().unwrap(), kept); }
            if let Ok(kept) = text.parse::<Phone>() { prop_assert_eq!(kept.as_str().parse::<Phone>().unwrap(), kept); }
            if let Some(kept) = Slug::from_name(&text) { prop_assert_eq!(kept.as_str().parse::<Slug>().unwrap(), kept); }
        }
    }
}
