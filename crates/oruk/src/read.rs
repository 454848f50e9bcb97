//! What every reader gives back, and the small steps they share.

use crate::{
    check::{Finding, Level, field_of},
    lenient,
    model::Service,
    words,
};
use kernel::{Date, Id, Instant};
use serde_json::{Map, Value};
use std::borrow::Cow;
use uuid::Uuid;

/// A record as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// The record's own key in its source, as the source writes it; empty when it gives none.
    pub key: String,
    /// What could be read. Nothing that the source does not say is in it; what the standard requires and the source does
    /// not give is empty, and [`crate::tidy`] settles it before anything is written.
    pub service: Service,
    /// What was mended or left out, said so: `mended` advises, `left_out` warns.
    pub notes: Vec<Finding>,
    /// Why it cannot be taken in at all, for whoever keeps the source.
    pub refused: Option<String>,
}

/// One record inside a record.
pub(crate) struct Node<'a> {
    pub(crate) map: Cow<'a, Map<String, Value>>,
    pub(crate) pointer: String,
    /// What it is known by when it has no id of its own.
    pub(crate) key: String,
}

impl Node<'_> {
    pub(crate) fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.pointer)
    }

    /// The first of several names that holds anything.
    pub(crate) fn get(&self, names: &[&'static str]) -> Option<(&'static str, &Value)> {
        names
            .iter()
            .find_map(|name| self.map.get(*name).filter(|value| !is_empty(value)).map(|value| (*name, value)))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(|value| !is_empty(value))
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Reads values and remembers what it mended or left out.
pub(crate) struct Reader<'a> {
    source: &'a str,
    pub(crate) notes: Vec<Finding>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a str) -> Reader<'a> {
        Reader { source, notes: Vec::new() }
    }

    pub(crate) fn mended(&mut self, pointer: &str, sentence: &str) {
        self.note("mended", Level::Advises, pointer, sentence);
    }

    pub(crate) fn left_out(&mut self, pointer: &str, sentence: &str) {
        self.note("left_out", Level::Warns, pointer, sentence);
    }

    fn note(&mut self, rule: &'static str, level: Level, pointer: &str, sentence: &str) {
        let sentence = sentence.to_owned();
        self.notes.push(Finding {
            rule,
            pointer: pointer.to_owned(),
            level,
            sentence,
            field: field_of(pointer),
        });
    }

    /// The id that a name in this source always gives.
    pub(crate) fn named(&self, key: &str) -> Uuid {
        Id::<Service>::named(self.source, key).uuid()
    }

    /// The id of a record: its own when it is a UUID, otherwise one made from it, otherwise one made from its place.
    pub(crate) fn id(&self, node: &Node<'_>, kind: &str) -> Uuid {
        self.reference(node, &["id", "uuid"], kind).unwrap_or_else(|| self.named(&node.key))
    }

    /// An id that names a record of a kind.
    pub(crate) fn reference(&self, node: &Node<'_>, names: &[&'static str], kind: &str) -> Option<Uuid> {
        let key = own_key(node.get(names)?.1)?;
        Some(Uuid::try_parse(&key).unwrap_or_else(|_| self.named(&format!("{kind}/{key}"))))
    }

    /// The records of a list; a single one without its list is taken as a list of one, a bare word as a record's name.
    pub(crate) fn list<'v>(&mut self, node: &'v Node<'_>, names: &[&'static str]) -> Vec<Node<'v>> {
        let Some((name, value)) = node.get(names) else {
            return Vec::new();
        };
        let items = match value {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        let mut nodes = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate().filter(|(_, item)| !is_empty(item)) {
            let pointer = format!("{}/{name}/{index}", node.pointer);
            let key = format!("{}/{name}/{index}", node.key);
            match item {
                Value::Object(map) if is_kept_private(map) => {
                    self.left_out(
                        &pointer,
                        "The source marks this as not for the public, so it was left out.",
                    );
                }
                Value::Object(map) => nodes.push(Node { map: Cow::Borrowed(map), pointer, key }),
                Value::String(word) => {
                    let map = Map::from_iter([("name".to_owned(), Value::String(word.clone()))]);
                    nodes.push(Node { map: Cow::Owned(map), pointer, key });
                }
                _ => self.left_out(&pointer, "This could not be read as a record, so it was left out."),
            }
        }
        nodes
    }

    /// A record inside another.
    pub(crate) fn inside<'v>(&mut self, node: &'v Node<'_>, names: &[&'static str]) -> Option<Node<'v>> {
        let (name, value) = node.get(names)?;
        let (pointer, key) = (node.at(name), format!("{}/{name}", node.key));
        match value {
            Value::Object(map) => Some(Node { map: Cow::Borrowed(map), pointer, key }),
            Value::Array(items) => items.iter().find_map(Value::as_object).map(|map| Node {
                map: Cow::Borrowed(map),
                pointer: format!("{pointer}/0"),
                key,
            }),
            _ => {
                self.left_out(&pointer, "This could not be read as a record, so it was left out.");
                None
            }
        }
    }

    /// A text of several lines, without page code.
    pub(crate) fn text(&mut self, node: &Node<'_>, names: &[&'static str]) -> Option<String> {
        let (name, value) = node.get(names)?;
        let written = self.written(value, &node.at(name))?;
        let plain = words::plain(&written);
        if words::holds_tags(&written) {
            self.mended(&node.at(name), "Page code was taken out; paragraphs and lists were kept.");
        }
        (!plain.is_empty()).then_some(plain)
    }

    /// A text of one line.
    pub(crate) fn line(&mut self, node: &Node<'_>, names: &[&'static str]) -> Option<String> {
        self.text(node, names).map(|text| kernel::one_line(&text)).filter(|text| !text.is_empty())
    }

    /// A value as text, whatever way the source wraps it.
    fn written(&mut self, value: &Value, pointer: &str) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(_) | Value::Null => None,
            Value::Object(map) => {
                match map.get("value").or_else(|| map.get("processed")).or_else(|| map.get("uri")) {
                    Some(Value::String(text)) => Some(text.clone()),
                    _ => {
                        self.left_out(pointer, "This could not be read as text, so it was left out.");
                        None
                    }
                }
            }
            Value::Array(items) => {
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).map(str::trim).collect();
                if texts.is_empty() {
                    self.left_out(pointer, "This could not be read as text, so it was left out.");
                }
                (!texts.is_empty()).then(|| texts.join(", "))
            }
        }
    }

    /// A value that some way of reading makes sense of; what it makes none of is said with a sentence and left out.
    pub(crate) fn read<T>(
        &mut self,
        node: &Node<'_>,
        names: &[&'static str],
        read: impl Fn(&str) -> Option<T>,
        otherwise: &str,
    ) -> Option<T> {
        let (name, value) = node.get(names)?;
        let written = self.written(value, &node.at(name))?;
        let found = read(written.trim());
        if found.is_none() && !written.trim().is_empty() {
            self.left_out(&node.at(name), otherwise);
        }
        found
    }

    pub(crate) fn date(&mut self, node: &Node<'_>, names: &[&'static str]) -> Option<Date> {
        self.read(node, names, lenient::day, "The day could not be read, so it was left out.")
    }

    pub(crate) fn moment(&mut self, node: &Node<'_>, names: &[&'static str]) -> Option<Instant> {
        self.read(node, names, lenient::moment, "The date and time could not be read, so it was left out.")
    }

    pub(crate) fn number(&mut self, node: &Node<'_>, names: &[&'static str]) -> Option<f64> {
        if let Some((_, Value::Number(number))) = node.get(names) {
            return number.as_f64().filter(|number| number.is_finite());
        }
        self.read(node, names, lenient::number, "The number could not be read, so it was left out.")
    }

    /// An age in years that somebody can be.
    pub(crate) fn age(&mut self, node: &Node<'_>, names: &[&'static str]) -> Option<f64> {
        let years = match node.get(names)? {
            (_, Value::Number(number)) => number.as_f64(),
            _ => self.read(node, names, lenient::years, "The age could not be read, so it was left out."),
        }?;
        let possible = (0.0..=120.0).contains(&years);
        if let (false, Some((name, _))) = (possible, node.get(names)) {
            self.left_out(&node.at(name), "The age is not one that anybody can be, so it was left out.");
        }
        // A zero with its sign would be written as `-0.0` and read as another number.
        possible.then_some(years.abs())
    }

    pub(crate) fn flag(&mut self, node: &Node<'_>, names: &[&'static str]) -> Option<bool> {
        match node.get(names)?.1 {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "y" | "1" => Some(true),
                "false" | "no" | "n" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// An address of a web page; without its scheme it gets one.
    pub(crate) fn link(&mut self, node: &Node<'_>, names: &[&'static str]) -> Option<String> {
        let link = self.read(
            node,
            names,
            lenient::link,
            "The web address is not one that families can open safely, so it was left out.",
        )?;
        if let Some((name, Value::String(written))) = node.get(names)
            && written.trim() != link
        {
            self.mended(&node.at(name), "The web address was written out whole, with its https://.");
        }
        Some(link)
    }

    pub(crate) fn uri(&mut self, node: &Node<'_>, names: &[&'static str]) -> Option<String> {
        let read = |text: &str| crate::check::formats::is_uri(text).then(|| text.to_owned());
        self.read(node, names, read, "The address is not a whole one, so it was left out.")
    }

    pub(crate) fn email(&mut self, node: &Node<'_>, names: &[&'static str]) -> Option<String> {
        let email = self.read(
            node,
            names,
            lenient::email,
            "The email address is not a whole one, so it was left out.",
        )?;
        if let Some((name, Value::String(written))) = node.get(names)
            && written.trim() != email
        {
            self.mended(&node.at(name), "Only the first email address was kept, without anything around it.");
        }
        Some(email)
    }
}

/// A record's own key as text, whether it is written as text or as a number.
pub(crate) fn own_key(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Some suppliers send what only their staff may see, with a mark on it.
fn is_kept_private(map: &Map<String, Value>) -> bool {
    map.get("visible") == Some(&Value::Bool(false)) || map.get("public") == Some(&Value::Bool(false))
}
