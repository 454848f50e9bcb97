//! Who to turn to: data with an owner and an expiry date, because crisis lines move.

use crate::lexicon::LexiconFault;
use kernel::{Date, Phone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashSet;

/// How a contact is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// A call.
    #[default]
    Call,
    /// A text message.
    Text,
}

/// One line of help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// What cards call it; empty for a council's own.
    #[serde(default)]
    pub key: String,
    /// Whose line it is.
    pub name: String,
    /// The digits, as people read them aloud.
    pub number: Phone,
    /// A call or a text.
    #[serde(default)]
    pub reach: Reach,
    /// The word to send, for a text line.
    #[serde(default)]
    pub text_word: Option<String>,
    /// When somebody answers.
    #[serde(default = "not_given")]
    pub hours: String,
    /// Where in the United Kingdom it serves.
    #[serde(default = "not_given")]
    pub nation: String,
    /// Languages it is known to speak; `not given` when we do not know.
    #[serde(default)]
    pub languages: Vec<String>,
    /// How someone deaf, or who finds it hard to speak, reaches it.
    #[serde(default = "not_given")]
    pub relay: String,
    /// Who it is for, in a few plain words that stand under the number.
    #[serde(rename = "use", default = "not_given")]
    pub use_for: String,
    /// Where the number was read, and how old that was.
    #[serde(default = "not_given")]
    pub source: String,
    /// When somebody last compared it with its source.
    #[serde(with = "date_text")]
    pub checked_on: Date,
    /// After this day it is no longer shown until somebody checks it again.
    #[serde(with = "date_text")]
    pub review_by: Date,
    /// What is doubtful about it.
    #[serde(default)]
    pub note: Option<String>,
    /// Kept for the record but not shown to anybody.
    #[serde(default)]
    pub held_back: bool,
}

impl Contact {
    /// A `tel:` or `sms:` link.
    pub fn href(&self) -> String {
        match (self.reach, &self.text_word) {
            (Reach::Call, _) => format!("tel:{}", self.number.dialled()),
            (Reach::Text, Some(word)) => format!("sms:{}?body={word}", self.number.dialled()),
            (Reach::Text, None) => format!("sms:{}", self.number.dialled()),
        }
    }

    /// 999 and 111 are shown whatever the calendar says.
    pub(crate) fn is_shown(&self, today: Date) -> bool {
        !self.held_back
            && (self.review_by >= today || matches!(self.key.as_str(), "999" | "111" | "111_mental_health"))
    }
}

fn not_given() -> String {
    "not given".to_owned()
}

/// The council's own lines. Each is optional: without it the card falls back to a national line, never to a gap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LocalContacts {
    /// Children's social care in office hours.
    pub childrens_social_care: Option<Contact>,
    /// Children's social care at night and at weekends.
    pub childrens_social_care_out_of_hours: Option<Contact>,
    /// Maternity units that answer day and night.
    pub maternity_triage: Vec<Contact>,
    /// The local domestic abuse service.
    pub domestic_abuse: Option<Contact>,
    /// Emergency housing.
    pub emergency_housing: Option<Contact>,
    /// The council's main number.
    pub council_phone: Option<Contact>,
}

impl LocalContacts {
    /// No local line is known: every card uses national ones.
    pub fn none() -> LocalContacts {
        LocalContacts::default()
    }

    /// Every slot that is filled, so that `hearth check` can look at their dates.
    pub fn all(&self) -> Vec<&Contact> {
        let single = [
            &self.childrens_social_care,
            &self.childrens_social_care_out_of_hours,
            &self.domestic_abuse,
            &self.emergency_housing,
            &self.council_phone,
        ];
        single.into_iter().flatten().chain(&self.maternity_triage).collect()
    }

    /// Local lines past their review date.
    pub fn expired(&self, today: Date) -> Vec<&Contact> {
        self.all().into_iter().filter(|contact| contact.review_by < today).collect()
    }

    pub(crate) fn slot(&self, name: &str) -> Option<Vec<&Contact>> {
        Some(match name {
            "childrens_social_care" => {
                let day_and_night = [&self.childrens_social_care, &self.childrens_social_care_out_of_hours];
                day_and_night.into_iter().flatten().collect()
            }
            "maternity_triage" => self.maternity_triage.iter().collect(),
            "domestic_abuse" => self.domestic_abuse.iter().collect(),
            "emergency_housing" => self.emergency_housing.iter().collect(),
            "council_phone" => self.council_phone.iter().collect(),
            _ => return None,
        })
    }
}

/// The national contacts.
#[derive(Debug)]
pub(crate) struct Contacts(Vec<Contact>);

/// Every card must have these.
pub(crate) const ALWAYS: &[&str] = &["999", "111_mental_health", "samaritans", "shout"];

impl Contacts {
    pub(crate) fn read(source: &str) -> Result<Contacts, LexiconFault> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            contact: Vec<Contact>,
        }
        let file: File = toml::from_str(source)
            .map_err(|fault| LexiconFault::new(format!("contacts: {}", fault.message())))?;
        let mut keys = HashSet::new();
        for contact in &file.contact {
            if contact.key.is_empty() || !keys.insert(contact.key.as_str()) {
                return Err(LexiconFault::new(format!("contact '{}' has no key of its own", contact.name)));
            }
        }
        if let Some(missing) = ALWAYS.iter().chain(&["111"]).find(|key| !keys.contains(**key)) {
            return Err(LexiconFault::new(format!("contact '{missing}' is missing")));
        }
        Ok(Contacts(file.contact))
    }

    pub(crate) fn all(&self) -> &[Contact] {
        &self.0
    }

    pub(crate) fn find(&self, key: &str) -> Option<&Contact> {
        self.0.iter().find(|contact| contact.key == key)
    }
}

mod date_text {
    use super::*;

    pub(super) fn serialize<S: Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(date)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(|_| serde::de::Error::custom(format!("'{text}' is not a date like 2026-11-22")))
    }
}
