//! What the safety screen heard in the words of a need. The needs behind it lead: first the services there that are made for
//! risk or for a crisis. What only shares a word with the words comes last, for 'family will kill me' among the other words
//! of one service shares 'kill' with every cry of that kind.

use crate::{
    man_is_hurt::{a_man_is_hurt, speaks_of_a_man},
    model::{Need, Topic, topic_points},
};
use directory::{Audience, MatchNeed, MatchService, Severity, Thrive};
use safety::Category;

/// More than anything else that can set two leading services apart.
const NAMED: i32 = 40;

/// What a need takes from it. Where nothing was heard it is empty, and orders nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// The needs behind it, each once, in the order of the verdict.
    pub topics: Vec<Topic>,
    /// It is of a child: what is for young people themselves may be just right.
    is_of_a_child: bool,
    /// Hurt at home is part of it.
    is_abuse: bool,
    /// The words say that it is for a man.
    is_for_a_man: bool,
    /// The words say which of the leading services fits: help for a child is of many kinds. Lines for whoever wants to die
    /// are of one kind, and their order must not hang on a word.
    words_say_which: bool,
}

/// Where a service stands, whatever its points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// For what was heard, and made for risk or a crisis.
    Leads,
    /// About a need that was chosen or heard.
    MeetsANeed,
    /// About what was heard, for people whom the words do not speak of.
    ForOthers,
    /// It shares words, where something was heard.
    SharesWords,
}

/// The needs that lead for a category, by their slugs in the taxonomy. One that a council does not have is passed over.
fn slugs_of(category: Category) -> &'static [&'static str] {
    match category {
        Category::MedicalEmergency => &["illness"],
        Category::PostpartumPsychosis | Category::PerinatalMhUrgent => {
            &["perinatal-mental-health", "parent-mental-health"]
        }
        Category::ChildSelfHarm => &["child-mental-health"],
        // Whoever 'she' is, a mother or a girl of fifteen, the words often do not say.
        Category::SuicideSelfharm => &["parent-mental-health", "child-mental-health"],
        Category::HarmToChildRisk => &["child-protection", "parenting"],
        Category::Neglect => &["child-protection", "family-support"],
        Category::MissingChild
        | Category::ChildSexualAbuse
        | Category::ChildAbuseConcern
        | Category::ChildExploitation
        | Category::FgmForcedMarriage => &["child-protection"],
        Category::DomesticAbuse => &["domestic-abuse"],
        Category::UrgentMaternity => &["midwife-and-maternity"],
        Category::HomelessTonight => &["housing"],
        Category::UnspecifiedDanger => &["not-safe-at-home"],
    }
}

impl Heard {
    /// What the screen heard in these words.
    pub fn of(categories: &[Category], words: &str, needs: &[MatchNeed]) -> Heard {
        let mut topics: Vec<Topic> = Vec::new();
        for slug in categories.iter().flat_map(|category| slugs_of(*category)) {
            let topic = find_topic(needs, slug).filter(|topic| !topics.contains(topic));
            topics.extend(topic);
        }
        let is_abuse = categories.contains(&Category::DomesticAbuse);
        let is_of_mind = |category: &Category| {
            matches!(
                category,
                Category::SuicideSelfharm
                    | Category::ChildSelfHarm
                    | Category::PerinatalMhUrgent
                    | Category::PostpartumPsychosis
            )
        };
        let is_of_a_child = |category: &Category| {
            matches!(
                category,
                Category::ChildSelfHarm
                    | Category::HarmToChildRisk
                    | Category::MissingChild
                    | Category::ChildSexualAbuse
                    | Category::ChildAbuseConcern
                    | Category::ChildExploitation
                    | Category::Neglect
                    | Category::FgmForcedMarriage
            )
        };
        let said = search::words(words);
        Heard {
            topics,
            is_of_a_child: categories.iter().any(is_of_a_child),
            is_abuse,
            is_for_a_man: if is_abuse { a_man_is_hurt(&said) } else { speaks_of_a_man(&said) },
            words_say_which: !categories.iter().any(is_of_mind),
        }
    }

    /// Where a service stands.
    pub fn standing(&self, service: &MatchService, need: &Need) -> Standing {
        if self.topics.is_empty() {
            return Standing::MeetsANeed;
        }
        let is_about = |topics: &[Topic]| topics.iter().any(|topic| topic_points(service, topic) > 0);
        match is_about(&self.topics) {
            true if self.is_for_others(service, need) => Standing::ForOthers,
            true if is_for_crisis(service) || self.names(service, need) => Standing::Leads,
            true => Standing::MeetsANeed,
            false if is_about(&need.topics) => Standing::MeetsANeed,
            false => Standing::SharesWords,
        }
    }

    /// What a service begins with, of what it counts for the need and for the words in it.
    pub fn points(&self, service: &MatchService, need: &Need, about: i32, words: i32) -> i32 {
        if self.standing(service, need) != Standing::Leads {
            return about;
        }
        let of_words = if self.words_say_which { words / 4 } else { 0 };
        let named = if self.names(service, need) { NAMED } else { 0 };
        about - words + of_words + named
    }

    /// Whether a service that is made for severe need alone is right at once. With hurt at home it is not: a line for
    /// everybody comes before a refuge.
    pub fn takes_severe(&self, service: &MatchService) -> bool {
        let mut others = self
            .topics
            .iter()
            .filter(|topic| !["domestic-abuse", "not-safe-at-home"].contains(&topic.slug.as_str()));
        others.any(|topic| topic_points(service, topic) > 0)
    }

    /// Whether a service is for men alone, and it is a man who is hurt at home.
    fn names(&self, service: &MatchService, need: &Need) -> bool {
        self.is_abuse && self.is_man(need) && is_for(service, &[Audience::Dads])
    }

    fn is_for_others(&self, service: &MatchService, need: &Need) -> bool {
        let men = is_for(service, &[Audience::Dads]) && !self.is_man(need);
        let young = is_for(service, &[Audience::Children, Audience::YoungPeople]) && !self.is_of_a_child;
        men || young
    }

    fn is_man(&self, need: &Need) -> bool {
        self.is_for_a_man || need.audiences.contains(&Audience::Dads)
    }
}

/// Whether a service is for these people and for nobody else.
fn is_for(service: &MatchService, people: &[Audience]) -> bool {
    !service.audiences.is_empty() && service.audiences.iter().all(|audience| people.contains(audience))
}

fn is_for_crisis(service: &MatchService) -> bool {
    service.thrive.contains(&Thrive::GettingRiskSupport) || service.severity.contains(&Severity::Crisis)
}

fn find_topic(needs: &[MatchNeed], slug: &str) -> Option<Topic> {
    needs.iter().find_map(|wide| {
        if wide.slug == slug {
            return Some(Topic { slug: wide.slug.clone(), name: wide.name.clone(), wider: None });
        }
        let (own, name) = wide.narrow.iter().find(|(own, _)| own == slug)?;
        Some(Topic { slug: own.clone(), name: name.clone(), wider: Some(wide.slug.clone()) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeSet;

    #[derive(Deserialize)]
    struct Taxonomy {
        term: Vec<Term>,
    }

    #[derive(Deserialize)]
    struct Term {
        slug: String,
        #[serde(default)]
        children: Vec<Term>,
    }

    #[test]
    fn every_category_leads_to_needs_that_the_demonstration_has() {
        let read: Taxonomy = toml::from_str(include_str!("../../demo/data/taxonomy.toml")).unwrap();
        let slugs: BTreeSet<&str> = read
            .term
            .iter()
            .flat_map(|wide| std::iter::once(wide).chain(&wide.children))
            .map(|term| term.slug.as_str())
            .collect();
        for category in Category::ALL {
            let led_to = slugs_of(*category);
            assert!(!led_to.is_empty(), "{category}");
            for slug in led_to {
                assert!(slugs.contains(slug), "{category}: {slug}");
            }
        }
    }

    #[test]
    fn a_need_that_two_categories_share_is_named_once_and_one_that_is_not_there_is_passed_over() {
        let needs = [MatchNeed {
            slug: "feeling-low".to_owned(),
            name: "Feeling low".to_owned(),
            narrow: vec![("parent-mental-health".to_owned(), "A parent’s mental health".to_owned())],
        }];
        let heard = Heard::of(&[Category::PerinatalMhUrgent, Category::SuicideSelfharm], "", &needs);
        let slugs: Vec<&str> = heard.topics.iter().map(|topic| topic.slug.as_str()).collect();
        assert_eq!(slugs, ["parent-mental-health"]);
        assert!(Heard::of(&[Category::DomesticAbuse], "", &needs).topics.is_empty());
        assert!(Heard::of(&[], "kill time", &needs).topics.is_empty());
    }
}
