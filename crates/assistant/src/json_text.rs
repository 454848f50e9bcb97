//! Text in JSON as programs send it, odd bytes and lone surrogates and all: nothing is ever refused before the safety
//! screen has read it.

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};
use std::fmt;

/// A text, however badly it was written. `Debug` never shows it.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct AnyText(pub String);

impl fmt::Debug for AnyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyText({} bytes)", self.0.len())
    }
}

impl<'de> Deserialize<'de> for AnyText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<AnyText, D::Error> {
        // As bytes, a lone surrogate is let through; as a string, all of the body would be refused for it.
        from.deserialize_bytes(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = AnyText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<AnyText, E> {
        Ok(AnyText(String::from_utf8_lossy(bytes).replace('\0', "")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<AnyText, E> {
        self.visit_bytes(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_whatever_stands_in_it() {
        let read = |json: &[u8]| serde_json::from_slice::<AnyText>(json).ok().map(|text| text.0);
        assert_eq!(read(br#""baby \u0000 yoga""#).as_deref(), Some("baby  yoga"));
        assert!(read(br#""want to \ud800 die""#).is_some_and(|text| text.ends_with("die")));
        assert!(read(b"\"\xff\xfe\"").is_some());
        assert_eq!(read(b"7"), None);
    }
}
