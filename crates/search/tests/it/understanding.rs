//! What people type, and what is read out of it. The rows that must not be read are as many as those that must.

use jiff::civil::date;
use proptest::prelude::*;
use search::{AgeAsked, Context, PartFilter, Query, Town, TownKind, Understood, understand};

fn towns() -> Vec<Town> {
    let town = |name: &str, kind, areas: &[&str], lat, lon| Town {
        name: name.to_owned(),
        also: Vec::new(),
        kind,
        lat,
        lon,
        areas: areas.iter().map(|area| (*area).to_owned()).collect(),
    };
    vec![
        town("Widnes", TownKind::Town, &["WA8", "E06000006"], 53.3613, -2.7337),
        town("Runcorn", TownKind::Town, &["WA7", "E06000006"], 53.3417, -2.7012),
        town("Windmill Hill", TownKind::Hub, &["WA7"], 53.33, -2.66),
        town("Halton", TownKind::Town, &["E06000006"], 53.34, -2.7),
    ]
}

/// A Tuesday in November, at ten past two in the afternoon.
fn read_without(text: &str, without: &[&str]) -> Understood {
    let towns = towns();
    understand(text, &Context { now_local: date(2026, 11, 24).at(14, 10, 0, 0), towns: &towns, without })
}

fn read(text: &str) -> Understood {
    read_without(text, &[])
}

fn told(text: &str) -> String {
    let parts: Vec<String> =
        read(text).parts.iter().map(|part| format!("{}: {}", part.key, part.label)).collect();
    parts.join(" | ")
}

#[test]
fn ages_are_read() {
    for (typed, label, age) in [
        ("18 months", "18 months", AgeAsked::Months(18)),
        ("18m", "18 months", AgeAsked::Months(18)),
        ("my 18mths old wont eat", "18 months", AgeAsked::Months(18)),
        ("2 and a half", "2 and a half", AgeAsked::Months(30)),
        ("two and a half year old", "2 and a half", AgeAsked::Months(30)),
        ("2 1/2", "2 and a half", AgeAsked::Months(30)),
        ("2½ not talking", "2 and a half", AgeAsked::Months(30)),
        ("2.5 years", "2 and a half", AgeAsked::Months(30)),
        ("3yo", "Age 3", AgeAsked::Months(36)),
        ("3 yo hitting", "Age 3", AgeAsked::Months(36)),
        ("year 6", "Year 6", AgeAsked::Band { from_months: 120, until_months: 144 }),
        ("y6 sats", "Year 6", AgeAsked::Band { from_months: 120, until_months: 144 }),
        ("yr 10", "Year 10", AgeAsked::Band { from_months: 168, until_months: 192 }),
        ("starting reception", "Reception", AgeAsked::Band { from_months: 48, until_months: 72 }),
        ("newborn", "Newborn", AgeAsked::Months(0)),
        ("6 week old", "6 weeks old", AgeAsked::Months(1)),
        ("22 weeks pregnant", "22 weeks pregnant", AgeAsked::Pregnant),
        ("22+3", "22 weeks pregnant", AgeAsked::Pregnant),
        ("20 week scan", "20 weeks pregnant", AgeAsked::Pregnant),
        ("pregnant and scared", "Pregnant", AgeAsked::Pregnant),
        ("teenager wont go to school", "Teenagers", AgeAsked::Band { from_months: 156, until_months: 240 }),
        ("13 year old", "Age 13", AgeAsked::Months(156)),
        ("my 4 year old", "Age 4", AgeAsked::Months(48)),
        ("my four year old kicks off", "Age 4", AgeAsked::Months(48)),
        ("hes 3 and not talking", "Age 3", AgeAsked::Months(36)),
        ("horse riding autism age 9", "Age 9", AgeAsked::Months(108)),
        ("18-24 months", "18 to 24 months", AgeAsked::Band { from_months: 18, until_months: 25 }),
        ("ages 5 to 11", "Age 5 to 11", AgeAsked::Band { from_months: 60, until_months: 144 }),
        ("swimming for 5 to 11s", "Age 5 to 11", AgeAsked::Band { from_months: 60, until_months: 144 }),
        ("under 5s", "Under 5", AgeAsked::Band { from_months: 0, until_months: 60 }),
        ("2 yrs 6 months", "Age 2 and 6 months", AgeAsked::Months(30)),
        ("im 38 weeks and scared of birth", "38 weeks pregnant", AgeAsked::Pregnant),
        ("baby wont latch", "Under 1", AgeAsked::Band { from_months: 0, until_months: 12 }),
    ] {
        let understood = read(typed);
        let found = understood
            .parts
            .iter()
            .find(|part| part.key == "age")
            .map(|part| (part.label.clone(), part.filter.clone()));
        assert_eq!(found, Some((label.to_owned(), PartFilter::Age(age))), "{typed}");
    }
}

#[test]
fn what_only_looks_like_an_age_is_left() {
    for typed in [
        "waiting 18 months for camhs",
        "2 years ago",
        "new year",
        "in the new year",
        "2 and a half hours",
        "6 weeks holidays",
        "first time mum",
        "free for 6 months",
        "111",
        "3 kids",
        "after 6 months",
        "trying to get pregnant",
        "baby bank",
        "having a baby",
        "teen mum group",
        "reception desk",
        "one year on",
        "lost my baby",
        "i have 2 jobs",
        "hes 2 faced",
        "feel rubbish, im 6 weeks post partum",
        "0-19 team",
        "under pressure",
        "0151 495 5065",
    ] {
        assert!(read(typed).parts.iter().all(|part| part.key != "age"), "{typed}: {}", told(typed));
    }
}

#[test]
fn days_and_times_are_read() {
    for (typed, expected) in [
        ("tuesday", "day: Tuesday"),
        ("toddler group tues", "day: Tuesday"),
        ("saturdays", "day: Saturday"),
        ("sat morning", "day: Saturday | time: Morning"),
        ("sat or sun", "day: Saturday or Sunday"),
        ("weekend", "day: The weekend"),
        ("something on tomorrow", "day: Tomorrow"),
        ("whats on today", "day: Today"),
        ("wensday", "day: Wednesday"),
        ("tonight", "time: This evening and tonight"),
        ("evening classes", "time: Evening"),
        ("friday mornings", "day: Friday | time: Morning"),
        ("after school club", "time: After school"),
        ("youth club after 6", "time: After 6pm"),
        ("group at 10am", "time: At 10am"),
        ("10.30am", "time: At 10:30am"),
        ("open now", "time: Open now"),
        ("need someone now", "time: Open now"),
        ("in the middle of the night", "time: In the night"),
    ] {
        assert_eq!(told(typed), expected, "{typed}");
    }
}

#[test]
fn what_only_looks_like_a_time_is_left() {
    for typed in [
        "skint till friday",
        "no money until monday",
        "since last tuesday",
        "by friday",
        "night feeds",
        "morning sickness",
        "bed time",
        "sun cream",
        "he sat on me",
        "may",
        "what may help",
        "good morning",
        "morning after pill",
        "baby up all night",
        "wakes at 3am every night",
        "school rang today",
        "he sat up",
        "wed last year",
        "shes 3 now so",
        "evicted friday till monday",
        "payday friday",
        "dad hit me tonight till he slept on",
        "this morning he was sick",
        "after 6 months",
        "im scared to go home",
        "he hit me tuesday",
        "i cant do mornings",
        "school finishes at 3:15",
    ] {
        let parts = read(typed).parts;
        let when = parts.iter().find(|part| matches!(part.key, "day" | "time"));
        assert!(when.is_none(), "{typed}: {}", told(typed));
    }
}

#[test]
fn places_are_read_however_they_are_typed() {
    for (typed, expected, words) in [
        ("dentist widnes", "place: Near Widnes", "dentist"),
        ("baby group in RUNCORN please", "place: Near Runcorn", "baby group please"),
        ("food bank wa8", "postcode: Near WA8", "food bank"),
        ("food bank near WA 8", "postcode: Near WA8", "food bank"),
        ("food bank wa87qf", "postcode: Near WA8 7", "food bank"),
        ("food bank wa8 7qf", "postcode: Near WA8 7", "food bank"),
        ("WA8-7QF nursery", "postcode: Near WA8 7", "nursery"),
        ("nursery near me", "place: Near you", "nursery"),
        ("stay and play at windmill hill", "place: Near Windmill Hill", "stay and play at windmill hill"),
        ("i live in widnes and im skint", "place: Near Widnes", "i and im skint"),
        ("windmill hill hub", "", "windmill hill hub"),
        ("vitamin b12", "", "vitamin b12"),
        ("covid 19", "", "covid 19"),
    ] {
        assert_eq!(told(typed), expected, "{typed}");
        assert_eq!(read(typed).words, words, "{typed}");
    }
    let full = read("wa8 7qf").parts[0].filter.clone();
    assert_eq!(full, PartFilter::Postcode("WA8 7QF".to_owned()));
}

#[test]
fn cost_ways_in_and_audience_are_read() {
    for (typed, expected) in [
        ("free things to do", "cost: Free"),
        ("free baby massage", "cost: Free"),
        ("swimming no cost", "cost: Free"),
        ("counselling online", "access: Online or by phone"),
        ("online parenting course", "access: Online or by phone"),
        ("talk to someone over the phone", "access: Online or by phone"),
        ("dads group", "audience: For dads"),
        ("help for dads", "audience: For dads"),
        ("dads", "audience: For dads"),
        ("im a dad", "audience: For dads"),
        ("I'm a new dad and struggling", "audience: For dads"),
        ("as a single dad", "audience: For dads"),
        ("new dad", "audience: For dads"),
        ("step free cafe", "accessibility: Step-free"),
        ("wheelchair swimming", "accessibility: Step-free"),
        ("counselling self refer", "way_in: No referral needed"),
        ("speech therapy without a referral", "way_in: No referral needed"),
        ("drop in clinic", "way_in: Drop in"),
    ] {
        assert_eq!(told(typed), expected, "{typed}");
    }
}

#[test]
fn what_only_looks_like_a_filter_is_left() {
    for typed in [
        "free school meals",
        "30 free hours",
        "free hours",
        "sugar free diet",
        "15 hours free childcare",
        "free milk",
        "online safety",
        "online bullying",
        "bullied online",
        "someone online is asking for pictures",
        "dad died",
        "my dad hits me",
        "her dad left",
        "my dads drinking",
        "his new dad",
        "dads died",
        "break free",
        "debt free",
        "drop in milk supply",
        "need a wheelchair",
        "wheelchair repair",
        "free of him",
        "always on the phone",
        "my new dad shouts",
        "free to talk",
        "is someone free to talk",
    ] {
        assert_eq!(told(typed), "", "{typed}");
    }
}

#[test]
fn a_whole_sentence_is_read_and_what_is_left_is_searched() {
    let understood = read("free horse riding for my 9 year old with autism near wa7 on saturday");
    let keys: Vec<&str> = understood.parts.iter().map(|part| part.key).collect();
    assert_eq!(keys, ["postcode", "age", "day", "cost"]);
    assert_eq!(understood.words, "horse riding for my with autism");
    let mut query = Query::default();
    understood.apply(&mut query);
    let leanings = &query.leanings;
    assert_eq!((leanings.days, leanings.age), (1 << 5, Some(AgeAsked::Months(108))));
    assert_eq!(
        (query.days, query.age),
        (0, None),
        "what was said in passing orders, and only what is ticked filters"
    );
    assert_eq!(query.tags, [("cost".to_owned(), vec!["free".to_owned()])]);
}

#[test]
fn a_part_that_was_taken_off_stays_off_and_its_words_come_back() {
    let typed = "free swimming tuesday widnes 18 months";
    assert_eq!(read(typed).words, "swimming");
    assert_eq!(read_without(typed, &["day"]).words, "swimming tuesday");
    let none = read_without(typed, &["day", "time", "age", "place", "postcode", "cost"]);
    assert_eq!((none.words.as_str(), none.parts.len()), (typed, 0));
}

#[test]
fn words_that_say_something_besides_are_searched_for_too() {
    assert_eq!(read("22 weeks pregnant").words, "pregnant");
    assert_eq!(read("pregnant in widnes").words, "pregnant");
    assert_eq!(read("dads group").words, "dads group");
    assert_eq!(read("my baby wont latch").words, "my baby wont latch");
    assert!(read("I lost my baby").loss);
}

#[test]
fn open_with_a_time_is_not_a_thing_to_look_for() {
    assert_eq!(read("food bank open tonight").words, "food bank");
    assert_eq!(read("what is open on saturday").words, "what is");
    assert_eq!(read("open access sessions").words, "open access sessions");
}

#[test]
fn tonight_before_dawn_is_this_night() {
    let towns = towns();
    let context = Context { now_local: date(2026, 11, 24).at(2, 0, 0, 0), towns: &towns, without: &[] };
    let parts = understand("someone to talk to tonight", &context).parts;
    assert_eq!(parts[0].filter, PartFilter::When { days: 0b10, time: Some((120, 420)) });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_that_can_be_typed_breaks_the_reading(text in any::<String>(), pieces in prop::collection::vec(0usize..30, 0..12)) {
        const PIECES: [&str; 30] = [
            "½", "2", "and a half", "year", "y6", "+", "22+3", "wa", "8", "7qf", "after", "10.30", "am", "9999999", "sat", "sun",
            "free", "dad", "i'm a", "online", "tonight", "’", "\0", "ﷺ", "٣", "１８", "months", "İ", "till friday", "1/0",
        ];
        read(&text);
        let mixed: Vec<&str> = pieces.iter().map(|piece| PIECES[*piece]).collect();
        for joined in [mixed.join(" "), mixed.join("")] {
            let understood = read(&joined);
            let mut keys: Vec<&str> = understood.parts.iter().map(|part| part.key).collect();
            keys.sort_unstable();
            keys.dedup();
            prop_assert_eq!(keys.len(), understood.parts.len());
            let all: Vec<&str> = keys.clone();
            prop_assert!(read_without(&joined, &all).parts.iter().all(|part| !keys.contains(&part.key)));
        }
    }
}
