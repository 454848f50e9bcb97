//! Ways to begin a conversation, by need: `data/conversation_starters.toml`.

use anyhow::Context;
use kernel::{Date, Fault};
use serde::Deserialize;
use std::sync::OnceLock;

/// What stands first whatever was chosen.
const ANY: &str = "any";
/// After so many days somebody should have looked at them again.
const REVIEWED_DAYS: i32 = 365;

/// The file as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Starters {
    pub reviewed_on: Date,
    starter: Vec<Starter>,
}

/// Ways to begin about one need.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Starter {
    /// The wide need's slug, or `any`.
    pub topic: String,
    /// Questions to ask.
    pub say: Vec<String>,
    /// What to take care of.
    pub care: String,
    /// Where a fact in it comes from; empty where there is none.
    #[serde(default)]
    pub source: String,
}

impl Starters {
    /// Those for these wide needs, with the one for any first.
    pub fn list_for(&self, topics: &[String]) -> Vec<&Starter> {
        let wanted = |topic: &str| topic == ANY || topics.iter().any(|wanted| wanted == topic);
        self.starter.iter().filter(|starter| wanted(&starter.topic)).collect()
    }

    /// Whether nobody has looked at them for a year.
    pub fn is_old(&self, today: Date) -> bool {
        (today - self.reviewed_on).get_days() > REVIEWED_DAYS
    }
}

/// The file, read once.
pub(crate) fn starters() -> Result<&'static Starters, Fault> {
    static READ: OnceLock<Result<Starters, String>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        toml::from_str(include_str!("../data/conversation_starters.toml")).map_err(|error| error.to_string())
    });
    read.as_ref().map_err(|error| anyhow::anyhow!(error.clone())).context("reading the conversation starters")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_starter_asks_something_and_stands_for_one_need() {
        let read = starters().unwrap();
        let topics: BTreeSet<&str> = read.starter.iter().map(|starter| starter.topic.as_str()).collect();
        assert_eq!(topics.len(), read.starter.len(), "each need once");
        assert!(topics.contains(ANY));
        for starter in &read.starter {
            assert!(!starter.say.is_empty() && !starter.care.is_empty(), "{}", starter.topic);
            assert!(starter.say.iter().any(|line| line.ends_with('?')), "{}", starter.topic);
        }
    }

    #[test]
    fn those_of_the_chosen_needs_follow_the_one_for_any() {
        let chosen = ["feeding".to_owned()];
        let topics: Vec<&str> =
            starters().unwrap().list_for(&chosen).into_iter().map(|starter| starter.topic.as_str()).collect();
        assert_eq!(topics, ["any", "feeding"]);
    }
}
