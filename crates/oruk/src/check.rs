//! The rules of the official checker and ours, run over one record.
//!
//! A rule is a row of [`RULES`] with an example that breaks it and one that keeps it; where it is applied is
//! `check/shape.rs` for what the schemas ask and `check/ours.rs` for the rest. What *fails* is exactly what the official
//! schemas refuse, so that an entry without a failure passes the official checker.

pub(crate) mod formats;
mod ours;
mod rules;
pub(crate) mod shape;

pub(crate) use ours::is_in_the_kingdom;
pub use rules::{RULES, Rule, Subject};

use crate::model;
use kernel::Date;
use serde_json::Value;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The official schemas refuse the record.
    Fails,
    /// A rule of the official guidance that its schemas do not check, or a fact that cannot be true.
    Warns,
    /// Ours: what families would stumble over.
    Advises,
}

/// One thing that is wrong with a record, or that was mended while it was read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The rule's id, such as `uri`.
    pub rule: &'static str,
    /// Where, as a JSON pointer from the record, such as `/service_at_locations/0/location/latitude`.
    pub pointer: String,
    /// How much it matters.
    pub level: Level,
    /// What is wrong and what to do, in plain words. It never quotes what the record says.
    pub sentence: String,
    /// The editor's name of the field, such as `phones`, for a link to it.
    pub field: Option<&'static str>,
}

/// Everything there is to say about a service as JSON, worst first.
pub fn check_service(record: &Value, today: Date) -> Vec<Finding> {
    let mut found = Findings::of(Subject::Service);
    shape::judge(&shape::SERVICE, record, "", &mut found);
    ours::judge_service(record, "", today, &mut found);
    found.worst_first()
}

/// The same of a service as we hold it.
pub fn check_service_model(service: &model::Service, today: Date) -> Vec<Finding> {
    check_service(&serde_json::to_value(service).unwrap_or_default(), today)
}

/// Everything there is to say about an organisation. Services nested in it are checked as services, by whoever holds
/// them.
pub fn check_organization(record: &Value, today: Date) -> Vec<Finding> {
    let mut found = Findings::of(Subject::Organization);
    shape::judge(&shape::ORGANIZATION, record, "", &mut found);
    ours::judge_parts(record, "", today, &mut found);
    found.worst_first()
}

/// Everything there is to say about a service at a place.
pub fn check_service_at_location(record: &Value, today: Date) -> Vec<Finding> {
    let mut found = Findings::of(Subject::ServiceAtLocation);
    shape::judge(&shape::SERVICE_AT_LOCATION, record, "", &mut found);
    ours::judge_parts(record, "", today, &mut found);
    found.worst_first()
}

/// Everything there is to say about a list of terms.
pub fn check_taxonomy(record: &Value) -> Vec<Finding> {
    let mut found = Findings::of(Subject::Taxonomy);
    shape::judge(&shape::TAXONOMY, record, "", &mut found);
    ours::judge_timeless(record, "", &mut found);
    found.worst_first()
}

/// Everything there is to say about a term.
pub fn check_taxonomy_term(record: &Value) -> Vec<Finding> {
    let mut found = Findings::of(Subject::TaxonomyTerm);
    shape::judge(&shape::TAXONOMY_TERM, record, "", &mut found);
    ours::judge_timeless(record, "", &mut found);
    found.worst_first()
}

/// Everything there is to say about the envelope of a page. What is on the page is checked record by record.
pub fn check_page(page: &Value) -> Vec<Finding> {
    let mut found = Findings::of(Subject::Page);
    ours::judge_page(page, &mut found);
    found.worst_first()
}

/// Where findings are gathered.
pub(crate) struct Findings {
    of: Subject,
    list: Vec<Finding>,
}

impl Findings {
    fn of(of: Subject) -> Findings {
        Findings { of, list: Vec::new() }
    }

    /// Adds a finding; `words` go where the rule's sentence has their name in braces.
    pub(crate) fn add(&mut self, id: &str, pointer: &str, words: &[(&str, &str)]) {
        let Some(rule) = RULES.iter().find(|rule| rule.id == id) else {
            debug_assert!(false, "no rule is called {id}");
            return;
        };
        let sentence = words.iter().fold(rule.says.to_owned(), |said, (name, word)| {
            said.replace(&format!("{{{name}}}"), &plain_name(word))
        });
        self.list.push(Finding {
            rule: rule.id,
            pointer: pointer.to_owned(),
            level: rule.level,
            sentence: capital(&sentence),
            field: (self.of == Subject::Service).then(|| field_of(pointer).or(rule.field)).flatten(),
        });
    }

    fn worst_first(mut self) -> Vec<Finding> {
        self.list.sort_by(|a, b| (a.level, &a.pointer, a.rule).cmp(&(b.level, &b.pointer, b.rule)));
        self.list.dedup();
        self.list
    }
}

/// `opens_at` as people say it.
fn plain_name(name: &str) -> String {
    name.replace('_', " ")
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The editor's name of the field in which a pointer's thing is typed.
pub(crate) fn field_of(pointer: &str) -> Option<&'static str> {
    let mut steps = pointer.split('/').skip(1);
    let first = steps.next()?;
    Some(match first {
        "name" => "name",
        "alternate_name" => "aliases",
        "status" => "status",
        "summary" => "summary",
        "description" => "description",
        "url" => "website",
        "email" => "email",
        "fees" | "fees_description" | "cost_options" => "cost",
        "eligibility_description" => "eligibility",
        "who_for" => "who_for",
        "minimum_age" | "maximum_age" | "pregnancy" => "age",
        "application_process" => "how_to_get_in",
        "what_happens" => "what_happens",
        "offers" => "offers",
        "interpretation_services" => "interpretation",
        "wait_time" | "wait_time_date" => "waiting_time",
        "assured_date" | "assurer_email" => "checked_on",
        "alert" => "alert",
        "source" | "source_url" => "source",
        "organization" | "organization_id" => "organization",
        "schedules" => "schedules",
        "service_areas" => "area",
        "service_at_locations" if steps.any(|step| step == "schedules") => "schedules",
        "service_at_locations" => "locations",
        "languages" => "languages",
        "funding" => "funding",
        "contacts" | "phones" => "phones",
        "attributes" => "topics",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::tests_support::{examples, good};

    fn check(subject: Subject, record: &Value) -> Vec<Finding> {
        let today: Date = "2026-11-22".parse().unwrap();
        match subject {
            Subject::Service => check_service(record, today),
            Subject::Organization => check_organization(record, today),
            Subject::ServiceAtLocation => check_service_at_location(record, today),
            Subject::Taxonomy => check_taxonomy(record),
            Subject::TaxonomyTerm => check_taxonomy_term(record),
            Subject::Page => check_page(record),
        }
    }

    #[test]
    fn a_sound_record_of_every_kind_has_no_findings() {
        for subject in Subject::ALL {
            assert_eq!(check(subject, &good(subject)), [], "{subject:?}");
        }
    }

    #[test]
    fn every_rule_is_broken_by_its_one_example_and_kept_by_its_other() {
        for rule in RULES {
            let (breaks, keeps) = examples(rule);
            let found = check(rule.of, &breaks);
            assert!(
                found.iter().any(|finding| finding.rule == rule.id),
                "{} by {breaks}: {found:?}",
                rule.id
            );
            for finding in found.iter().filter(|finding| finding.rule == rule.id) {
                assert_eq!(finding.level, rule.level);
                assert!(!finding.sentence.contains(['{', '}', '_']), "{}", finding.sentence);
                assert!(finding.sentence.ends_with('.'), "{}", finding.sentence);
                if rule.of == Subject::Service && !finding.pointer.ends_with("id") {
                    assert!(
                        finding.field.is_some()
                            || finding.pointer.is_empty()
                            || finding.pointer == "/last_modified"
                            || finding.pointer == "/slug",
                        "{finding:?}"
                    );
                }
            }
            let found = check(rule.of, &keeps);
            assert!(found.iter().all(|finding| finding.rule != rule.id), "{} by {keeps}: {found:?}", rule.id);
        }
    }

    #[test]
    fn the_worst_stands_first_and_a_link_leads_to_the_field() {
        let mut record = good(Subject::Service);
        record["name"] = "LOUD NAME OF A GROUP".into();
        record["url"] = "www.example.org".into();
        record["phones"][0]["number"] = "ring me".into();
        let found = check(Subject::Service, &record);
        let short: Vec<_> =
            found.iter().map(|one| (one.rule, one.level, one.pointer.as_str(), one.field)).collect();
        assert_eq!(
            short,
            [
                ("uri", Level::Fails, "/url", Some("website")),
                ("phone", Level::Warns, "/phones/0/number", Some("phones")),
                ("shouting", Level::Advises, "/name", Some("name")),
            ]
        );
    }
}
