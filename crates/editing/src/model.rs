//! What can be changed in many entries at once, and what it makes of one.

use directory::ServiceDraft;
use kernel::Slug;

/// The most entries of one change: more is a job for an import.
pub const ENTRIES_MAX: usize = 300;
/// The most letters of a text to look for or put in.
const LETTERS_MAX: usize = 200;

/// One change to many entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// They are found under one more need.
    AddNeed(Slug),
    /// They are no longer found under it.
    RemoveNeed(Slug),
    /// A text stands for another wherever it is: in the words, a website, an e-mail address or a telephone number.
    Replace {
        /// What is looked for, letter for letter.
        find: String,
        /// What stands there afterwards.
        put: String,
    },
    /// People also say.
    AddAlias(String),
}

/// What a change makes of one entry.
#[derive(Clone, Debug)]
pub enum Made {
    /// Another text, and what is different in words: field, before, after.
    Changed(Box<ServiceDraft>, Vec<(&'static str, String, String)>),
    /// Nothing to change.
    Same,
    /// It would no longer be right.
    Refused(String),
}

impl Change {
    /// Reads the form's words. The refusal names the field.
    pub fn read(kind: &str, value: &str, put: &str) -> Result<Change, (&'static str, &'static str)> {
        let fits = |text: &str| text.chars().count() <= LETTERS_MAX;
        match kind {
            "add_need" => value.parse().map(Change::AddNeed).map_err(|_| ("need", "Choose a need")),
            "remove_need" => value.parse().map(Change::RemoveNeed).map_err(|_| ("need", "Choose a need")),
            "replace" if value.trim().chars().count() < 3 => {
                Err(("find", "Enter at least 3 letters to look for"))
            }
            "replace" if !fits(value) || !fits(put) => Err(("find", "Use 200 letters or fewer")),
            "replace" => Ok(Change::Replace { find: value.trim().to_owned(), put: put.trim().to_owned() }),
            "add_alias" if value.trim().is_empty() || !fits(value) => {
                Err(("alias", "Enter what people also say"))
            }
            "add_alias" => Ok(Change::AddAlias(value.trim().to_lowercase())),
            _ => Err(("kind", "Choose what to change")),
        }
    }

    /// As it is kept and shown.
    pub fn words(&self) -> String {
        match self {
            Change::AddNeed(need) => format!("Found under '{need}' too"),
            Change::RemoveNeed(need) => format!("No longer found under '{need}'"),
            Change::Replace { find, put } => format!("'{find}' becomes '{put}'"),
            Change::AddAlias(alias) => format!("People also say '{alias}'"),
        }
    }

    /// What it makes of an entry. An entry that would be refused by the directory's own rules is left as it is.
    pub fn applied(&self, before: &ServiceDraft) -> Made {
        let mut draft = before.clone();
        let mut differs = Vec::new();
        match self {
            Change::AddNeed(need) if !draft.topics.contains(need) => draft.topics.push(need.clone()),
            Change::RemoveNeed(need) => draft.topics.retain(|topic| topic != need),
            Change::AddAlias(alias) if !draft.aliases.contains(alias) => draft.aliases.push(alias.clone()),
            Change::Replace { find, put } => match replaced(&mut draft, find, put) {
                Ok(found) => differs = found,
                Err(refused) => return Made::Refused(refused),
            },
            Change::AddNeed(_) | Change::AddAlias(_) => {}
        }
        if draft.topics != before.topics {
            differs.push(("Needs", joined(&before.topics), joined(&draft.topics)));
        }
        if draft.aliases != before.aliases {
            differs.push(("People also say", before.aliases.join(", "), draft.aliases.join(", ")));
        }
        if differs.is_empty() {
            return Made::Same;
        }
        match draft.check().into_iter().next() {
            Some(wrong) => Made::Refused(wrong),
            None => Made::Changed(Box::new(draft), differs),
        }
    }
}

fn joined(slugs: &[Slug]) -> String {
    slugs.iter().map(Slug::as_str).collect::<Vec<_>>().join(", ")
}

fn replaced(
    draft: &mut ServiceDraft,
    find: &str,
    put: &str,
) -> Result<Vec<(&'static str, String, String)>, String> {
    let mut differs = Vec::new();
    let mut plain = |field: &'static str, text: &mut String| {
        if text.contains(find) {
            let after = text.replace(find, put);
            differs.push((field, text.clone(), after.clone()));
            *text = after;
        }
    };
    plain("Name", &mut draft.name);
    plain("Summary", &mut draft.summary);
    plain("What it is", &mut draft.description);
    let maybe = [
        ("Who it is for", &mut draft.who_for),
        ("How to get in", &mut draft.how_to_get_in),
        ("Cost", &mut draft.cost_note),
        ("Who may use it", &mut draft.eligibility),
        ("Warning", &mut draft.alert),
        ("Website", &mut draft.website),
    ];
    for (field, text) in maybe {
        if let Some(text) = text {
            plain(field, text);
        }
    }
    for step in &mut draft.what_happens {
        plain("What happens next", step);
    }
    for phone in &mut draft.phones {
        plain("What a number is for", &mut phone.description);
        plain("When a number answers", &mut phone.hours);
    }
    if let Some(email) = &draft.email
        && email.as_str().contains(find)
    {
        let after = email.as_str().replace(find, put);
        differs.push(("Email", email.to_string(), after.clone()));
        draft.email = Some(after.parse()?);
    }
    for phone in &mut draft.phones {
        if phone.number.as_str().contains(find) {
            let after = phone.number.as_str().replace(find, put);
            differs.push(("Phone", phone.number.to_string(), after.clone()));
            phone.number = after.parse()?;
        }
    }
    Ok(differs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn draft() -> ServiceDraft {
        toml::from_str::<ServiceDraft>(
            "slug = 'a'\nname = 'Baby group'\norganization = 'o'\nsummary = 'A group'\ndescription = 'Ring 0151 496 0000'\n\
             topics = ['feeding']\nway_in = ['open']\nsource = 'made up'\nwebsite = 'https://old.example.org/a'\n\
             phones = [{ number = '0151 496 0000' }]",
        )
        .unwrap()
    }

    #[test]
    fn a_change_does_what_it_says_and_leaves_an_entry_right() {
        let made = |kind, value, put| Change::read(kind, value, put).unwrap().applied(&draft());
        let Made::Changed(after, differs) = made("replace", "0151 496 0000", "0151 496 0001") else {
            panic!()
        };
        assert_eq!((after.phones[0].number.as_str(), differs.len()), ("0151 496 0001", 2));
        assert!(after.description.ends_with("0001"));
        assert!(
            matches!(made("replace", "0151 496 0000", "ring us"), Made::Refused(_)),
            "a phone stays a phone"
        );
        assert!(
            matches!(made("replace", "https://", "www."), Made::Refused(_)),
            "a website keeps its scheme"
        );
        assert!(matches!(made("remove_need", "feeding", ""), Made::Refused(_)), "the last need stays");
        assert!(matches!(made("add_need", "feeding", ""), Made::Same));
        assert!(matches!(made("replace", "nowhere", "x"), Made::Same));
        assert!(Change::read("replace", "ab", "x").is_err() && Change::read("", "", "").is_err());
    }

    proptest! {
        #[test]
        fn nothing_typed_leaves_an_entry_that_the_directory_would_refuse(find in "\\PC{3,12}", put in "\\PC{0,12}") {
            if let Ok(change) = Change::read("replace", &find, &put)
                && let Made::Changed(after, _) = change.applied(&draft()) { prop_assert!(after.check().is_empty()); }
        }
    }
}
