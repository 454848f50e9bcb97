//! Other people's words for needs and languages, and what they mean here: `data/topics.toml`.

use anyhow::Context;
use directory::Nameable;
use kernel::{Fault, Slug};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(Deserialize)]
struct Table {
    needs: BTreeMap<String, Vec<String>>,
    languages: BTreeMap<String, String>,
}

/// The needs of this council, and the words that lead to them.
#[derive(Clone, Debug, Default)]
pub struct Words {
    needs: HashMap<String, Slug>,
    known: HashSet<String>,
    sensitive: HashSet<String>,
    languages: HashMap<String, String>,
}

impl Words {
    /// Over the needs that the council has.
    pub fn over(needs: &[Nameable]) -> Result<Words, Fault> {
        let table: Table =
            toml::from_str(include_str!("../data/topics.toml")).context("reading data/topics.toml")?;
        let mut words = Words {
            languages: table.languages.into_iter().map(|(code, name)| (folded(&name), code)).collect(),
            ..Words::default()
        };
        for (slug, others) in &table.needs {
            if needs.iter().any(|need| need.slug == *slug) {
                let slug: Slug = slug.parse().map_err(anyhow::Error::msg)?;
                words.needs.extend(others.iter().map(|word| (folded(word), slug.clone())));
            }
        }
        // The council's own names and addresses of needs come last, so that they win.
        for need in needs {
            let slug: Slug = need.slug.parse().map_err(anyhow::Error::msg)?;
            words.known.insert(need.slug.clone());
            if need.sensitive {
                words.sensitive.insert(need.slug.clone());
            }
            words.needs.insert(folded(&need.name), slug.clone());
            words.needs.insert(folded(&need.slug), slug);
        }
        Ok(words)
    }

    /// The need of this address, if the council has it.
    pub fn need_of_slug(&self, slug: &str) -> Option<Slug> {
        self.known.contains(slug).then(|| slug.parse().ok()).flatten()
    }

    /// The need that a word means, if it has one reading.
    pub fn need_of_word(&self, word: &str) -> Option<Slug> {
        self.needs.get(&folded(word)).cloned()
    }

    /// Whether entries under a need get a neutral page.
    pub fn is_sensitive(&self, need: &Slug) -> bool {
        self.sensitive.contains(need.as_str())
    }

    /// Whether the council has no needs at all.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The code of a language by its English name.
    pub fn language(&self, name: &str) -> Option<String> {
        self.languages.get(&folded(name)).cloned()
    }
}

/// Lower case, letters and digits of any alphabet, single spaces; what stands in brackets stays.
pub fn folded(text: &str) -> String {
    let plain: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|letter| !matches!(letter, '\'' | '’'))
        .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_somebody_elses_list_leads_to_the_need_the_council_has() {
        let need = |slug: &str, name: &str| Nameable {
            slug: slug.into(),
            name: name.into(),
            sensitive: slug == "debt",
        };
        let words = Words::over(&[need("debt", "Debt"), need("send", "Special needs: SEND")]).unwrap();
        let found = |word: &str| words.need_of_word(word).map(|slug| slug.to_string());
        assert_eq!(found("Debt and Welfare-Advice").as_deref(), Some("debt"));
        assert_eq!(found("Special needs, SEND").as_deref(), Some("send"));
        assert_eq!(found("SEN").as_deref(), Some("send"));
        assert_eq!(found("Teeth"), None, "a need the council does not have");
        assert_eq!(found("Miscellaneous"), None);
        assert!(words.is_sensitive(&"debt".parse().unwrap()));
        assert_eq!(words.language("polish").as_deref(), Some("pl"));
    }
}
