//! Cards: fixed words that people wrote, the same every time. Nothing here depends on what was typed except which
//! card is shown and whether it says 'you' or 'them'.

use crate::{
    contacts::{ALWAYS, Contact, Contacts, LocalContacts, Reach},
    lexicon::LexiconFault,
    verdict::{Category, Level, Verdict},
};
use kernel::Date;
use serde::Deserialize;
use std::collections::HashMap;

/// What a page shows when the screen finds something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Red: this and nothing else until they carry on. Amber: this first.
    pub level: Level,
    /// Which card this is.
    pub category: Category,
    /// The heading.
    pub heading: String,
    /// Two or three short, warm sentences.
    pub say: Vec<String>,
    /// Who to turn to, in order.
    pub contacts: Vec<CardContact>,
    /// For someone deaf, or who finds it hard to speak.
    pub relay: String,
    /// Whether the page needs 'Exit this page'.
    pub exit: bool,
    /// Where to read more: its words and its address.
    pub more: Option<(String, String)>,
}

/// One line of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardContact {
    /// Whose line it is.
    pub name: String,
    /// The digits; empty for a line that is only words.
    pub number: String,
    /// `tel:` or `sms:`; empty for a line that is only words.
    pub href: String,
    /// What it is for.
    pub note: String,
    /// When somebody answers.
    pub when: String,
}

/// A part of the urgent help page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrgentGroup {
    /// The heading.
    pub heading: String,
    /// A sentence or two beneath it.
    pub intro: String,
    /// Who to turn to.
    pub contacts: Vec<CardContact>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardTexts {
    relay: String,
    more_label: String,
    more_href: String,
    maternity_fallback_name: String,
    maternity_fallback: String,
    card: HashMap<String, CardText>,
    group: Vec<GroupText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CardText {
    heading: String,
    say: Vec<String>,
    heading_someone_else: Option<String>,
    say_someone_else: Option<Vec<String>>,
    heading_amber: Option<String>,
    say_amber: Option<Vec<String>>,
    contacts: Vec<String>,
    #[serde(default)]
    notes: HashMap<String, String>,
    exit: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupText {
    heading: String,
    intro: String,
    contacts: Vec<String>,
}

impl CardTexts {
    pub(crate) fn read(source: &str, contacts: &Contacts) -> Result<CardTexts, LexiconFault> {
        let texts: CardTexts = toml::from_str(source)
            .map_err(|fault| LexiconFault::new(format!("cards: {}", fault.message())))?;
        for category in Category::ALL {
            let Some(card) = texts.card.get(category.as_str()) else {
                return Err(LexiconFault::new(format!("there is no card for '{category}'")));
            };
            texts.check_keys(&card.contacts, contacts)?;
        }
        for group in &texts.group {
            texts.check_keys(&group.contacts, contacts)?;
        }
        Ok(texts)
    }

    fn check_keys(&self, keys: &[String], contacts: &Contacts) -> Result<(), LexiconFault> {
        for key in keys {
            let known = match key.strip_prefix("local:") {
                Some(slot) => LocalContacts::none().slot(slot).is_some(),
                None => contacts.find(key).is_some(),
            };
            if !known {
                return Err(LexiconFault::new(format!(
                    "a card asks for '{key}', which is in no contacts file"
                )));
            }
        }
        Ok(())
    }
}

pub(crate) fn card(
    texts: &CardTexts,
    contacts: &Contacts,
    verdict: &Verdict,
    local: &LocalContacts,
    today: Date,
) -> Option<Card> {
    if verdict.level == Level::Clear {
        return None;
    }
    let category = verdict.first()?;
    let text = texts.card.get(category.as_str())?;
    let (heading, say) = words(text, verdict);
    // The first card leads. A line that another matched card has, and this one lacks, follows: the union, in order.
    let mut keys: Vec<&str> = text.contacts.iter().map(String::as_str).collect();
    for other in verdict.categories.iter().skip(1).filter_map(|other| texts.card.get(other.as_str())) {
        keys.extend(other.contacts.iter().map(String::as_str));
    }
    keys.extend(ALWAYS);
    let mut lines: Vec<CardContact> = Vec::new();
    for key in keys {
        for mut line in lines_for(texts, contacts, key, local, today) {
            if let Some(note) = text.notes.get(key) {
                line.note.clone_from(note);
            }
            let already = lines.iter().any(|known| known.number == line.number && known.name == line.name);
            if !already {
                lines.push(line);
            }
        }
    }
    if lines.iter().any(|line| line.number == "111" && line.name != "NHS 111") {
        lines.retain(|line| line.name != "NHS 111" || category_needs_plain_111(category));
    }
    Some(Card {
        level: verdict.level,
        category,
        heading,
        say,
        contacts: lines,
        relay: texts.relay.clone(),
        exit: text.exit || verdict.categories.contains(&Category::DomesticAbuse),
        more: Some((texts.more_label.clone(), texts.more_href.clone())),
    })
}

/// A body that is hurt needs 111 itself; elsewhere two lines with the same digits would only confuse.
fn category_needs_plain_111(category: Category) -> bool {
    matches!(category, Category::MedicalEmergency | Category::UrgentMaternity)
}

fn words(text: &CardText, verdict: &Verdict) -> (String, Vec<String>) {
    let heading = |own: &Option<String>| own.clone().unwrap_or_else(|| text.heading.clone());
    if verdict.someone_else
        && let Some(say) = &text.say_someone_else
    {
        return (heading(&text.heading_someone_else), say.clone());
    }
    if verdict.level == Level::Amber
        && let Some(say) = &text.say_amber
    {
        return (heading(&text.heading_amber), say.clone());
    }
    (text.heading.clone(), text.say.clone())
}

fn lines_for(
    texts: &CardTexts,
    contacts: &Contacts,
    key: &str,
    local: &LocalContacts,
    today: Date,
) -> Vec<CardContact> {
    let Some(slot) = key.strip_prefix("local:") else {
        return contacts.find(key).filter(|contact| contact.is_shown(today)).map(line).into_iter().collect();
    };
    let found: Vec<CardContact> = local
        .slot(slot)
        .unwrap_or_default()
        .into_iter()
        .filter(|contact| contact.is_shown(today))
        .map(line)
        .collect();
    if found.is_empty() && slot == "maternity_triage" {
        let (name, note) = (texts.maternity_fallback_name.clone(), texts.maternity_fallback.clone());
        return vec![CardContact {
            name,
            number: String::new(),
            href: String::new(),
            note,
            when: String::new(),
        }];
    }
    found
}

fn line(contact: &Contact) -> CardContact {
    let number = match (contact.reach, &contact.text_word) {
        (Reach::Text, Some(word)) => format!("Text {word} to {}", contact.number),
        (Reach::Text, None) => format!("Text {}", contact.number),
        (Reach::Call, _) => contact.number.to_string(),
    };
    let (name, note) = (contact.name.clone(), contact.use_for.clone());
    CardContact { name, number, href: contact.href(), note, when: contact.hours.clone() }
}

pub(crate) fn urgent_help(
    texts: &CardTexts,
    contacts: &Contacts,
    local: &LocalContacts,
    today: Date,
) -> Vec<UrgentGroup> {
    let groups = texts.group.iter().map(|group| UrgentGroup {
        heading: group.heading.clone(),
        intro: group.intro.clone(),
        contacts: group
            .contacts
            .iter()
            .flat_map(|key| lines_for(texts, contacts, key, local, today))
            .collect(),
    });
    groups.filter(|group| !group.contacts.is_empty()).collect()
}
