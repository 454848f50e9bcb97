//! What a model is given: public text with its contacts taken out, so that it can neither learn nor twist one.

use crate::{
    Chunk,
    contacts::{CONTACT, is_for_machines},
    text::Folded,
};
use std::ops::Range;

/// The most pieces of text a model is given, and the most letters of each.
const CHUNKS_MAX: usize = 8;
const LETTERS_MAX: usize = 6_000;

/// The chunks of one turn as they are given.
pub(crate) struct Given<'a> {
    pub parts: Vec<Part<'a>>,
    /// What stands for what: `{{contact:1}}` is the first.
    contacts: Vec<&'a str>,
}

/// A chunk as it is given.
pub(crate) struct Part<'a> {
    pub chunk: &'a Chunk,
    /// What the model reads.
    pub shown: String,
    folded: Folded<'a>,
}

impl<'a> Given<'a> {
    /// Leaves out what speaks to a machine, and what holds the marks of our own tokens: neither is in an honest page.
    pub fn of(chunks: &'a [Chunk]) -> Given<'a> {
        let honest = |chunk: &&Chunk| {
            let has_marks =
                [&chunk.text, &chunk.title].iter().any(|text| text.contains("{{") || text.contains("}}"));
            is_key(&chunk.key)
                && !has_marks
                && !is_for_machines(&chunk.text)
                && !is_for_machines(&chunk.title)
        };
        let mut contacts = Vec::new();
        let parts = chunks.iter().filter(honest).take(CHUNKS_MAX).map(|chunk| {
            let text = shortened(&chunk.text);
            let mut shown = String::with_capacity(text.len());
            let mut from = 0;
            for contact in CONTACT.find_iter(text) {
                contacts.push(contact.as_str());
                shown.push_str(&text[from..contact.start()]);
                shown.push_str(&token(contacts.len()));
                from = contact.end();
            }
            shown.push_str(&text[from..]);
            Part { chunk, shown, folded: Folded::of(text) }
        });
        Given { parts: parts.collect(), contacts }
    }

    /// A chunk by its key.
    pub fn part(&self, key: &str) -> Option<&Part<'a>> {
        self.parts.iter().find(|part| part.chunk.key == key)
    }

    /// A quote of the model with the contacts it was not shown.
    pub fn with_contacts(&self, quote: &str) -> String {
        let mut quote = quote.to_owned();
        // The last first: `{{contact:1}}` is no part of `{{contact:12}}`, but this needs no thought.
        for (at, contact) in self.contacts.iter().enumerate().rev() {
            if quote.contains("{{") {
                quote = quote.replace(&token(at + 1), contact);
            }
        }
        quote
    }
}

impl Part<'_> {
    /// Where a folded quote stands in the chunk's text.
    pub fn find(&self, quote: &str) -> Option<Range<usize>> {
        self.folded.find(quote)
    }

    /// As much of the text as was given.
    pub fn text(&self) -> &str {
        self.folded.source()
    }
}

fn token(number: usize) -> String {
    format!("{{{{contact:{number}}}}}")
}

fn is_key(key: &str) -> bool {
    key.strip_prefix('c').is_some_and(|number| {
        (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn shortened(text: &str) -> &str {
    text.char_indices().nth(LETTERS_MAX).map_or(text, |(at, _)| &text[..at])
}
