//! What a change is, which way it goes, how two people's changes come together, and how one is settled.

use crate::fields::{EntryText, FIELDS, Field, Names, Trust};
use std::collections::BTreeMap;

/// One field that a change would alter, in words.
#[derive(Clone, Debug)]
pub(crate) struct FieldChange {
    /// Which.
    pub field: &'static Field,
    /// What families read now.
    pub before_words: String,
    /// What they would read.
    pub after_words: String,
}

/// The fields in which two texts differ, in the order of the sections.
pub(crate) fn changed(base: &EntryText, proposed: &EntryText) -> Vec<&'static Field> {
    FIELDS.iter().filter(|field| !field.same(base, proposed)).collect()
}

/// The same in words.
pub(crate) fn diff(base: &EntryText, proposed: &EntryText, names: &Names) -> Vec<FieldChange> {
    changed(base, proposed)
        .into_iter()
        .map(|field| FieldChange {
            field,
            before_words: field.words(base, names),
            after_words: field.words(proposed, names),
        })
        .collect()
}

/// Two people's changes of one text, brought together.
#[derive(Clone, Debug)]
pub(crate) struct Merged {
    /// What both changed alike or only one changed, and where they are at odds what the first one says.
    pub text: EntryText,
    /// Where they are at odds: somebody has to choose.
    pub conflicts: Vec<&'static Field>,
}

/// Brings two changes of one text together, field by field.
pub(crate) fn merge(base: &EntryText, mine: &EntryText, theirs: &EntryText) -> Merged {
    let mut text = mine.clone();
    let mut conflicts = Vec::new();
    for field in FIELDS {
        let i_changed = !field.same(base, mine);
        let they_changed = !field.same(base, theirs);
        match (i_changed, they_changed) {
            (false, true) => field.copy(theirs, &mut text),
            (true, true) if !field.same(mine, theirs) => conflicts.push(field),
            _ => {}
        }
    }
    Merged { text, conflicts }
}

/// Which way a changed field goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Families see it at once.
    StraightThrough,
    /// An editor looks at it.
    Review,
    /// Two people look at it.
    TwoPeople,
}

/// What the council has set for fields that may be set: `true` goes straight through.
pub(crate) type Rules = BTreeMap<String, Straight>;

/// Whether a field goes straight through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Straight {
    /// At once.
    Through,
    /// An editor looks first.
    ToReview,
}

/// Whether a field goes straight through, as the rules stand.
pub(crate) fn rule_for(field: &Field, rules: &Rules) -> Straight {
    match (field.trust, rules.get(field.key)) {
        (Trust::Settled | Trust::Sensitive, _) => Straight::ToReview,
        (_, Some(set)) => *set,
        (Trust::Trusted, None) => Straight::Through,
        (Trust::Reviewed, None) => Straight::ToReview,
    }
}

/// Which way one changed field of an entry goes. What could lead somebody to a secret place, out of a protection, or
/// to a dead number in a crisis takes two people, whatever the rules say.
pub(crate) fn decide_route(
    field: &Field,
    base: &EntryText,
    proposed: &EntryText,
    rules: &Rules,
    names: &Names,
) -> Route {
    let either = |found: &dyn Fn(&EntryText) -> bool| found(base) || found(proposed);
    let secret_place = either(&|text| names_any(text, "locations", &names.places_sensitive));
    let about_safety = either(&|text| {
        text.at("sensitive") == true
            || names_any(text, "topics", &names.needs_sensitive)
            || names_any(text, "severity", &["crisis".to_owned()])
    });
    let two = match field.key {
        _ if field.trust == Trust::Sensitive => true,
        "locations" => secret_place,
        "phones" | "email" | "website" | "how_to_get_in" | "way_in" | "description" | "status" => {
            about_safety || secret_place
        }
        "schedules" => secret_place,
        // Who looks for protection must still find it.
        "topics" => {
            let about =
                |text: &EntryText, need: &String| names_any(text, "topics", std::slice::from_ref(need));
            names.needs_sensitive.iter().any(|need| about(base, need) && !about(proposed, need))
        }
        _ => false,
    };
    match (two, rule_for(field, rules)) {
        (true, _) => Route::TwoPeople,
        (false, Straight::Through) => Route::StraightThrough,
        (false, Straight::ToReview) => Route::Review,
    }
}

fn names_any(text: &EntryText, key: &str, wanted: &[String]) -> bool {
    let named = text.at(key).as_array();
    named.is_some_and(|all| all.iter().any(|each| wanted.iter().any(|wanted| each == wanted.as_str())))
}

/// What a reviewer says of one field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// As it was sent.
    Accept,
    /// In other words: a text whose field says what is to be published.
    Amend(EntryText),
    /// Not, and why.
    Refuse(String),
}

/// A change that has been settled.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    /// The text to publish.
    pub text: EntryText,
    /// What was taken, as sent or amended.
    pub taken: Vec<&'static Field>,
    /// What was not, and why.
    pub refused: Vec<(&'static Field, String)>,
}

/// Settles a change field by field over what is published now: whatever else was published since stays.
pub(crate) fn decide_review(
    current: &EntryText,
    proposed: &EntryText,
    verdicts: &[(&'static Field, Verdict)],
) -> Settled {
    let mut settled = Settled { text: current.clone(), taken: Vec::new(), refused: Vec::new() };
    for (field, verdict) in verdicts {
        match verdict {
            Verdict::Accept => field.copy(proposed, &mut settled.text),
            Verdict::Amend(amended) => field.copy(amended, &mut settled.text),
            Verdict::Refuse(reason) => {
                settled.refused.push((field, reason.clone()));
                continue;
            }
        }
        settled.taken.push(field);
    }
    settled
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    pub(crate) fn names() -> Names {
        let pair = |slug: &str, name: &str| (slug.to_owned(), name.to_owned());
        Names {
            needs: vec![pair("feeding", "Feeding your baby"), pair("domestic-abuse", "Not safe at home")],
            needs_sensitive: vec!["domestic-abuse".to_owned()],
            places: vec![pair("hub", "A hub"), pair("refuge", "A refuge")],
            places_sensitive: vec!["refuge".to_owned()],
            areas: vec![pair("halton", "Halton")],
            today: "2026-11-22".parse().unwrap(),
        }
    }

    pub(crate) fn text() -> EntryText {
        EntryText::read(json!({
            "slug": "team", "name": "Team", "organization": "org", "summary": "Help", "description": "More help",
            "topics": ["feeding"], "way_in": ["open"], "source": "The team itself",
            "phones": [{"number": "0151 496 0000", "description": "", "hours": ""}],
            "schedules": [{"freq": "monthly", "nth": 2, "bymonthday": [7], "byday": ["MO"], "opens": "10:00", "closes": "11:00"}],
        }))
        .unwrap()
    }

    /// A text in which some fields say something else.
    fn edited() -> impl Strategy<Value = EntryText> {
        let picks = proptest::collection::vec((0usize..9, 0usize..3), 0..6);
        picks.prop_map(|picks| {
            let mut text = text();
            for (which, what) in picks {
                let words = ["", "One thing", "Another thing"][what];
                let (key, value) = match which {
                    0 => ("name", json!(format!("Name {words}").trim())),
                    1 => ("summary", json!(format!("Summary {words}").trim())),
                    2 => ("who_for", if what == 0 { json!(null) } else { json!(words) }),
                    3 => ("cost", json!(["free", "paid", "unknown"][what])),
                    4 => ("topics", json!([["feeding"], ["domestic-abuse"], ["feeding"]][what])),
                    5 => (
                        "phones",
                        json!(vec![json!({"number": "111", "description": words, "hours": ""}); what]),
                    ),
                    6 => ("sensitive", json!(what == 1)),
                    7 => ("age", json!({"pregnancy": what == 0, "from_months": what, "until_months": 24})),
                    _ => ("alert", if what == 0 { json!(null) } else { json!(words) }),
                };
                text.0.insert(key.to_owned(), value);
            }
            EntryText::read(text.value()).unwrap()
        })
    }

    proptest! {
        #[test]
        fn taking_everything_gives_what_was_sent_and_refusing_everything_changes_nothing(proposed in edited()) {
            let base = text();
            let fields = changed(&base, &proposed);
            let all = |verdict: Verdict| fields.iter().map(|field| (*field, verdict.clone())).collect::<Vec<_>>();
            prop_assert_eq!(&decide_review(&base, &proposed, &all(Verdict::Accept)).text, &proposed);
            prop_assert_eq!(&decide_review(&base, &proposed, &all(Verdict::Refuse("no".into()))).text, &base);
        }

        #[test]
        fn two_changes_come_together_alike_whoever_was_first(mine in edited(), theirs in edited()) {
            let base = text();
            let (one, other) = (merge(&base, &mine, &theirs), merge(&base, &theirs, &mine));
            for field in FIELDS {
                let odd = one.conflicts.iter().any(|each| each.key == field.key);
                prop_assert_eq!(odd, other.conflicts.iter().any(|each| each.key == field.key));
                prop_assert!(odd || field.same(&one.text, &other.text), "{}", field.key);
            }
        }

        #[test]
        fn nothing_that_was_typed_is_lost(mine in edited(), theirs in edited(), refused in 0usize..9) {
            let base = text();
            let merged = merge(&base, &mine, &theirs);
            let fields = changed(&theirs, &merged.text);
            let verdicts: Vec<(&Field, Verdict)> = fields.iter().enumerate().map(|(at, field)| {
                (*field, if at == refused { Verdict::Refuse("Why".into()) } else { Verdict::Accept })
            }).collect();
            let settled = decide_review(&theirs, &merged.text, &verdicts);
            for field in changed(&base, &mine) {
                let published = field.same(&settled.text, &mine);
                let said_why = settled.refused.iter().any(|(each, why)| each.key == field.key && !why.is_empty());
                let chosen_between = merged.conflicts.iter().any(|each| each.key == field.key);
                prop_assert!(published || said_why || chosen_between, "{} was lost", field.key);
            }
            for field in changed(&base, &theirs) {
                let stands = field.same(&settled.text, &theirs);
                prop_assert!(stands || merged.conflicts.iter().any(|each| each.key == field.key), "{} was lost", field.key);
            }
        }

        #[test]
        fn a_page_sent_back_unchanged_changes_nothing(entry in edited()) {
            let names = names();
            let mut again = entry.clone();
            for field in FIELDS {
                let typed = field.typed(&entry);
                prop_assert_eq!(field.take(&typed, &mut again, &names), Ok(()), "{}", field.key);
                let boxed = field.typed_from_box(&field.box_text(&entry, &names), &names);
                prop_assert_eq!(field.take(&boxed, &mut again, &names), Ok(()), "{}", field.key);
            }
            prop_assert_eq!(EntryText::read(again.value()).unwrap(), entry);
        }
    }

    #[test]
    fn what_touches_safety_takes_two_people_whatever_the_rules_say() {
        let (names, base) = (names(), text());
        let rules: Rules = FIELDS.iter().map(|field| (field.key.to_owned(), Straight::Through)).collect();
        let route = |key: &str, value: serde_json::Value, base: &EntryText| {
            let mut proposed = base.clone();
            proposed.0.insert(key.to_owned(), value);
            decide_route(Field::find(key).unwrap(), base, &proposed, &rules, &names)
        };
        assert_eq!(route("sensitive", json!(true), &base), Route::TwoPeople);
        assert_eq!(route("locations", json!(["refuge"]), &base), Route::TwoPeople);
        assert_eq!(route("locations", json!(["hub"]), &base), Route::StraightThrough);
        assert_eq!(route("phones", json!([]), &base), Route::StraightThrough);
        assert_eq!(route("topics", json!(["domestic-abuse"]), &base), Route::Review, "editors settle needs");
        let mut urgent = base.clone();
        urgent.0.insert("severity".to_owned(), json!(["crisis"]));
        assert_eq!(route("phones", json!([]), &urgent), Route::TwoPeople);
        let mut protects = base.clone();
        protects.0.insert("topics".to_owned(), json!(["domestic-abuse"]));
        assert_eq!(
            route("topics", json!(["food"]), &protects),
            Route::TwoPeople,
            "nobody alone takes it away"
        );
        let none = Rules::new();
        let name = Field::find("name").unwrap();
        assert_eq!(decide_route(name, &base, &base, &none, &names), Route::Review);
    }
}
