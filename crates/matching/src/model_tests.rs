//! The table of what suits and what does not, and the promise that holds for any need.

use crate::heard::Heard;
use crate::model::{
    Age, Bar, BarKind, Need, Route, SendAsked, Topic, decide_bars, decide_matches, wait_weeks,
};
use directory::{
    Access, Audience, Cost, MatchAges, MatchNear, MatchNeed, MatchPlace, MatchService, SendNeed, Severity,
    Status, Thrive, WayIn,
};
use proptest::prelude::*;
use safety::Category;

fn service(slug: &str) -> MatchService {
    MatchService {
        slug: slug.to_owned(),
        name: slug.to_owned(),
        summary: "A service of the test.".to_owned(),
        organization: "Example".to_owned(),
        topics: vec![("breastfeeding".to_owned(), "Breastfeeding".to_owned(), Some("feeding".to_owned()))],
        ages: None,
        who_for: None,
        audiences: Vec::new(),
        access: Vec::new(),
        way_in: Vec::new(),
        how_to_get_in: None,
        cost: Cost::Unknown,
        thrive: Vec::new(),
        severity: Vec::new(),
        send_needs: Vec::new(),
        phones: Vec::new(),
        email: None,
        website: None,
        places: Vec::new(),
        area: None,
        areas: None,
        is_local: false,
        when: Vec::new(),
        next: Vec::new(),
        languages: Vec::new(),
        interpretation: None,
        waiting_time: None,
        status: Status::Active,
        alert: None,
        sensitive: false,
        loss: false,
        baby: false,
        checked: "Checked".to_owned(),
        is_fresh: true,
    }
}

fn ages(pregnancy: bool, from_months: u16, until_months: Option<u16>) -> Option<MatchAges> {
    Some(MatchAges { pregnancy, from_months, until_months, words: "Ages of the test".to_owned() })
}

fn feeding() -> Need {
    let topic = Topic { slug: "feeding".to_owned(), name: "Feeding".to_owned(), wider: None };
    Need { topics: vec![topic], ..Need::default() }
}

fn widnes() -> MatchNear {
    MatchNear {
        label: "WA8 7QF".to_owned(),
        point: (53.36, -2.73),
        tells_distance: true,
        areas: vec!["E06000006".to_owned(), "WA8".to_owned()],
    }
}

#[test]
fn what_is_known_of_a_service_rules_it_out_and_what_is_not_given_never_does() {
    let with = |change: fn(&mut MatchService)| {
        let mut changed = service("a");
        change(&mut changed);
        changed
    };
    let family = || Need { route: Route::FamilyAsks, ..feeding() };
    let aged = |age| Need { age: Some(age), ..feeding() };
    let near = || Need { near: Some(widnes()), ..feeding() };
    let soon = || Need { wait_weeks_max: Some(6), ..feeding() };
    let table: Vec<(&str, MatchService, Need, Option<&str>)> = vec![
        ("nothing given", service("a"), Need { near: Some(widnes()), ..family() }, None),
        (
            "professionals alone",
            with(|it| it.way_in = vec![WayIn::Professional]),
            family(),
            Some("does not take self-referral: a professional refers"),
        ),
        ("both ways", with(|it| it.way_in = vec![WayIn::Professional, WayIn::OwnReferral]), family(), None),
        ("way not given", with(|it| it.way_in = vec![WayIn::Unknown]), family(), None),
        (
            "referred",
            with(|it| it.way_in = vec![WayIn::Professional]),
            Need { route: Route::IRefer, ..feeding() },
            None,
        ),
        ("too young", with(|it| it.ages = ages(false, 60, None)), aged(Age::Months(36)), Some("from age 5")),
        ("too old", with(|it| it.ages = ages(true, 0, Some(24))), aged(Age::Months(24)), Some("until age 2")),
        ("just fits", with(|it| it.ages = ages(true, 0, Some(24))), aged(Age::Months(23)), None),
        (
            "for pregnancy",
            with(|it| it.ages = ages(true, 0, Some(0))),
            aged(Age::Months(0)),
            Some("in pregnancy only"),
        ),
        ("pregnant", with(|it| it.ages = ages(true, 0, Some(0))), aged(Age::Pregnant), None),
        (
            "not yet born",
            with(|it| it.ages = ages(false, 0, Some(60))),
            aged(Age::Pregnant),
            Some("after the birth, not in pregnancy"),
        ),
        ("for grown-ups", with(|it| it.ages = ages(false, 216, None)), aged(Age::Months(2)), None),
        (
            "elsewhere",
            with(|it| {
                (it.area, it.areas) = (Some("St Helens".to_owned()), Some(vec!["E08000013".to_owned()]))
            }),
            near(),
            Some("only St Helens"),
        ),
        (
            "here",
            with(|it| (it.area, it.areas) = (Some("Widnes".to_owned()), Some(vec!["wa8".to_owned()]))),
            near(),
            None,
        ),
        (
            "place not said",
            with(|it| {
                (it.area, it.areas) = (Some("St Helens".to_owned()), Some(vec!["E08000013".to_owned()]))
            }),
            feeding(),
            None,
        ),
        (
            "a long wait",
            with(|it| it.waiting_time = Some(("about 18 weeks".to_owned(), "2026-10-01".parse().ok()))),
            soon(),
            Some("waiting time ‘about 18 weeks’ (given in October 2026)"),
        ),
        ("a short wait", with(|it| it.waiting_time = Some(("2 to 6 weeks".to_owned(), None))), soon(), None),
        (
            "a wait without a number",
            with(|it| it.waiting_time = Some(("it varies".to_owned(), None))),
            soon(),
            None,
        ),
        ("shut", with(|it| it.status = Status::TemporarilyClosed), feeding(), Some("closed for now")),
        (
            "about a live baby",
            with(|it| it.baby = true),
            Need { loss: true, ..feeding() },
            Some("is about pregnancy or a new baby"),
        ),
        (
            "for the loss",
            with(|it| (it.baby, it.loss) = (true, true)),
            Need { loss: true, ..feeding() },
            None,
        ),
        (
            "judgement rules nothing out",
            with(|it| (it.thrive, it.severity) = (vec![Thrive::Thriving], vec![Severity::Mild])),
            Need { thrive: Some(Thrive::GettingRiskSupport), severity: Some(Severity::Crisis), ..feeding() },
            None,
        ),
    ];
    for (name, service, need, expected) in table {
        let bars = decide_bars(&service, &need);
        let words: Vec<&str> = bars.iter().map(|bar| bar.words.as_str()).collect();
        assert_eq!(words, expected.into_iter().collect::<Vec<_>>(), "{name}");
        let matched = decide_matches(vec![service], &need);
        let is_ranked = matched.ranked.len() == 1 && matched.ruled_out.is_empty();
        assert_eq!(is_ranked, expected.is_none(), "{name}");
    }
}

#[test]
fn the_reasons_are_those_that_a_practitioner_would_say() {
    let mut one = service("one");
    one.way_in = vec![WayIn::Professional];
    one.how_to_get_in = Some("Ask your health visitor or GP to refer you.".to_owned());
    one.ages = Some(MatchAges {
        pregnancy: false,
        from_months: 0,
        until_months: Some(60),
        words: "Under 5 years".to_owned(),
    });
    one.audiences = vec![Audience::Dads];
    one.places =
        vec![MatchPlace { name: "Hub".to_owned(), address: String::new(), point: Some((53.377, -2.73)) }];
    let need = Need {
        age: Some(Age::Months(2)),
        near: Some(widnes()),
        audiences: vec![Audience::Dads],
        wait_weeks_max: Some(6),
        language: Some(("pl", "Polish")),
        send: SendAsked::One(SendNeed::Asd),
        ..feeding()
    };
    let matched = decide_matches(vec![one], &need);
    let ranked = &matched.ranked[0];
    for reason in [
        "about Feeding",
        "under 5 years",
        "about 1.2 miles away",
        "takes health visitor and GP referrals",
        "works with dads",
    ] {
        assert!(ranked.why.iter().any(|why| why == reason), "{reason:?} is missing in {:?}", ranked.why);
    }
    for unknown in ["waiting time: not given", "Polish or an interpreter: not given", "SEND: not given"] {
        assert!(
            ranked.check.iter().any(|check| check == unknown),
            "{unknown:?} is missing in {:?}",
            ranked.check
        );
    }
}

#[test]
fn the_better_fit_stands_first_and_what_is_about_something_else_stands_nowhere() {
    let mut near = service("near");
    near.thrive = vec![Thrive::GettingHelp];
    let mut other_group = service("other-group");
    other_group.thrive = vec![Thrive::GettingRiskSupport];
    let mut elsewhere = service("elsewhere");
    elsewhere.topics = vec![("debt".to_owned(), "Debt".to_owned(), Some("money".to_owned()))];
    let mut wide = service("wide");
    wide.topics = vec![("feeding".to_owned(), "Feeding".to_owned(), None)];
    let narrow = Topic {
        slug: "bottle-feeding".to_owned(),
        name: "Bottle feeding".to_owned(),
        wider: Some("feeding".to_owned()),
    };
    let need = Need { thrive: Some(Thrive::GettingHelp), ..feeding() };
    let matched = decide_matches(vec![other_group, elsewhere.clone(), near.clone()], &need);
    let order: Vec<&str> = matched.ranked.iter().map(|ranked| ranked.service.slug.as_str()).collect();
    assert_eq!(order, ["near", "other-group"]);
    assert!(matched.ruled_out.is_empty());
    // Who asks for bottle feeding is told of what is about feeding as a whole, and not of breastfeeding.
    let matched =
        decide_matches(vec![near, elsewhere, wide], &Need { topics: vec![narrow], ..Need::default() });
    let order: Vec<&str> = matched.ranked.iter().map(|ranked| ranked.service.slug.as_str()).collect();
    assert_eq!(order, ["wide"]);
}

#[test]
fn of_several_needs_none_hides_another_and_what_meets_two_stands_first() {
    let of = |slug: &str, topics: &[&str]| {
        let mut made = service(slug);
        made.topics = topics.iter().map(|topic| ((*topic).to_owned(), (*topic).to_owned(), None)).collect();
        made
    };
    let services = vec![
        of("food-1", &["food"]),
        of("food-2", &["food"]),
        of("food-3", &["food"]),
        of("debt-1", &["debt"]),
        of("both", &["food", "debt"]),
    ];
    let topic = |slug: &str| Topic { slug: slug.to_owned(), name: slug.to_owned(), wider: None };
    let need = Need { topics: vec![topic("food"), topic("debt")], ..Need::default() };
    let matched = decide_matches(services, &need);
    let order: Vec<&str> = matched.ranked.iter().map(|ranked| ranked.service.slug.as_str()).collect();
    assert_eq!(order, ["both", "food-1", "debt-1", "food-2", "food-3"]);
}

#[test]
fn where_danger_is_heard_the_help_for_it_leads_and_what_only_shares_a_word_comes_last() {
    let of = |slug: &str, topic: &str, change: fn(&mut MatchService)| {
        let mut made = service(slug);
        made.topics = vec![(topic.to_owned(), topic.to_owned(), None)];
        change(&mut made);
        made
    };
    let services = || {
        vec![
            of("dentist", "teeth", |_| {}),
            of("listening-line", "parent-mental-health", |it| it.thrive = vec![Thrive::GettingRiskSupport]),
            of("night-line", "parent-mental-health", |it| it.severity = vec![Severity::Crisis]),
            of("course", "parent-mental-health", |it| it.thrive = vec![Thrive::GettingHelp]),
            of("local-service", "domestic-abuse", |it| it.thrive = vec![Thrive::GettingRiskSupport]),
            of("refuge", "domestic-abuse", |it| it.severity = vec![Severity::Crisis]),
            of("web-chat", "domestic-abuse", |_| {}),
            of("line-for-men", "domestic-abuse", |it| it.audiences = vec![Audience::Dads]),
            of("marriage-unit", "domestic-abuse", |it| {
                (it.audiences, it.thrive) = (vec![Audience::YoungPeople], vec![Thrive::GettingRiskSupport]);
            }),
        ]
    };
    let narrow = |slug: &str| (slug.to_owned(), slug.to_owned());
    let needs = [MatchNeed {
        slug: "wide".to_owned(),
        name: "Wide".to_owned(),
        narrow: vec![narrow("parent-mental-health"), narrow("domestic-abuse")],
    }];
    let order = |categories: &[Category], words: &str, topics: Vec<Topic>| -> Vec<String> {
        let answers =
            [("marriage-unit", 1.0), ("line-for-men", 0.9), ("dentist", 0.8), ("local-service", 0.7)];
        let need = Need {
            words: answers.map(|(slug, rank)| (slug.to_owned(), rank)).into_iter().collect(),
            asks_words: true,
            heard: Heard::of(categories, words, &needs),
            topics,
            ..Need::default()
        };
        decide_matches(services(), &need).ranked.into_iter().map(|ranked| ranked.service.slug).collect()
    };
    let (suicide, abuse) = (Category::SuicideSelfharm, Category::DomesticAbuse);
    assert_eq!(
        order(&[suicide], "she wants to kill herself", Vec::new())[..4],
        ["listening-line", "night-line", "course", "marriage-unit"]
    );
    assert_eq!(
        order(&[abuse], "my husband hits me", Vec::new()),
        ["local-service", "refuge", "web-chat", "marriage-unit", "line-for-men", "dentist"]
    );
    assert_eq!(
        order(&[abuse], "my wife hits me", Vec::new())[..3],
        ["line-for-men", "local-service", "refuge"]
    );
    // Two kinds of danger are told in turns.
    assert_eq!(
        order(&[suicide, abuse], "he hits her and she wants to kill herself", Vec::new())[..4],
        ["listening-line", "local-service", "night-line", "refuge"]
    );
    // What was chosen follows, before what only shares a word.
    let teeth = Topic { slug: "teeth".to_owned(), name: "Teeth".to_owned(), wider: None };
    let chosen = order(&[abuse], "my husband hits me", vec![teeth]);
    assert_eq!(chosen[..2], ["local-service", "refuge"]);
    assert!(
        chosen.iter().position(|slug| slug == "dentist")
            < chosen.iter().position(|slug| slug == "line-for-men")
    );
    // Where nothing is heard, words order as before.
    assert_eq!(
        order(&[], "kill time", Vec::new()),
        ["marriage-unit", "line-for-men", "dentist", "local-service"]
    );
}

#[test]
fn a_waiting_time_is_read_as_far_as_it_says_one() {
    for (words, weeks) in [
        ("6 weeks", Some(6)),
        ("6 to 8 weeks", Some(8)),
        ("More than 18 months, found by inspectors", Some(78)),
        ("10 days", Some(2)),
        ("1 year", Some(52)),
        ("No waiting list", Some(0)),
        ("Same day", Some(0)),
        ("It varies", None),
        ("", None),
        ("99999999 weeks", None),
    ] {
        assert_eq!(wait_weeks(words), weeks, "{words:?}");
    }
}

prop_compose! {
    fn any_service()(
        number in 0u32..1_000_000,
        ways in proptest::collection::vec(proptest::sample::select(WayIn::ALL), 0..3),
        status in proptest::sample::select(Status::ALL),
        age in proptest::option::of((any::<bool>(), 0u16..240, proptest::option::of(0u16..320))),
        area in proptest::option::of(proptest::sample::select(&["E06000006", "WA8", "E08000013"][..])),
        wait in proptest::option::of(proptest::sample::select(&["2 weeks", "20 weeks", "it varies", "none"][..])),
        about in any::<bool>(),
        (baby, loss) in (any::<bool>(), any::<bool>()),
        access in proptest::collection::vec(proptest::sample::select(Access::ALL), 0..2),
        thrive in proptest::collection::vec(proptest::sample::select(Thrive::ALL), 0..2),
    ) -> MatchService {
        let mut made = service(&format!("service-{number}"));
        if !about {
            made.topics.clear();
        }
        made.way_in = ways;
        made.status = status;
        made.ages = age.and_then(|(pregnancy, from, until)| ages(pregnancy, from, until));
        made.area = area.map(str::to_owned);
        made.areas = area.map(|area| vec![area.to_owned()]);
        made.waiting_time = wait.map(|wait| (wait.to_owned(), None));
        (made.baby, made.loss) = (baby, loss);
        made.access = access;
        made.thrive = thrive;
        made
    }
}

prop_compose! {
    fn any_need()(
        route in proptest::sample::select(&[Route::Any, Route::FamilyAsks, Route::IRefer][..]),
        age in proptest::option::of(prop_oneof![Just(Age::Pregnant), (0u16..312).prop_map(Age::Months)]),
        near in any::<bool>(),
        wait_weeks_max in proptest::option::of(0u16..30),
        loss in any::<bool>(),
        thrive in proptest::option::of(proptest::sample::select(Thrive::ALL)),
        severity in proptest::option::of(proptest::sample::select(Severity::ALL)),
    ) -> Need {
        let near = near.then(widnes);
        Need { route, age, near, wait_weeks_max, loss, thrive, severity, ..feeding() }
    }
}

proptest! {
    #[test]
    fn what_rules_a_service_out_never_stands_among_the_ranked_and_every_one_ruled_out_says_why(
        services in proptest::collection::vec(any_service(), 0..20),
        need in any_need(),
    ) {
        let about = services.iter().filter(|service| !service.topics.is_empty()).count();
        let matched = decide_matches(services, &need);
        prop_assert_eq!(matched.ranked.len() + matched.ruled_out.len(), about, "each about the need is told once");
        for ranked in &matched.ranked {
            prop_assert_eq!(decide_bars(&ranked.service, &need), Vec::<Bar>::new());
            prop_assert!(!ranked.why.is_empty());
            // The same rules said in another way, so that a rule that is lost is missed.
            prop_assert_eq!(ranked.service.status, Status::Active);
            let ways = &ranked.service.way_in;
            prop_assert!(need.route != Route::FamilyAsks || !(ways.contains(&WayIn::Professional) && ways.iter().all(|way| matches!(way, WayIn::Professional | WayIn::Unknown))));
            if let (Some(Age::Months(months)), Some(ages)) = (need.age, &ranked.service.ages) {
                let fits = ages.from_months <= months && ages.until_months.is_none_or(|until| months < until);
                prop_assert!(fits || ages.from_months >= 216);
            }
            if need.near.is_some() {
                prop_assert!(ranked.service.area.as_deref() != Some("E08000013"));
            }
        }
        for out in &matched.ruled_out {
            prop_assert!(!out.bars.is_empty() && out.bars.iter().all(|bar| !bar.words.is_empty()));
            prop_assert!(out.bars.iter().all(|bar| BarKind::ALL.contains(&bar.kind)));
        }
    }

    #[test]
    fn the_order_does_not_hang_on_the_order_of_the_directory(
        services in proptest::collection::vec(any_service(), 0..12),
        need in any_need(),
    ) {
        let slugs = |services: Vec<MatchService>| -> Vec<String> {
            decide_matches(services, &need).ranked.into_iter().map(|ranked| ranked.service.slug).collect()
        };
        let mut turned = services.clone();
        turned.reverse();
        prop_assert_eq!(slugs(services), slugs(turned));
    }
}

#[test]
fn without_a_severity_what_is_for_severe_need_comes_last_and_whom_one_can_reach_comes_before_a_website() {
    let severe = MatchService { severity: vec![Severity::Severe], ..service("a-severe") };
    let website = MatchService { website: Some("https://example.org".to_owned()), ..service("b-website") };
    let mut reached = service("c-reached");
    reached.email = Some("team@example.org".to_owned());
    let local = MatchService { is_local: true, ..service("d-local") };
    let matched = decide_matches(vec![severe, website, reached, local], &feeding());
    let slugs: Vec<&str> = matched.ranked.iter().map(|ranked| ranked.service.slug.as_str()).collect();
    assert_eq!(slugs, ["d-local", "c-reached", "b-website", "a-severe"]);
}

#[test]
fn help_for_those_who_hurt_somebody_stands_apart_and_help_for_whoever_is_hurt_does_not() {
    for (who_for, is_apart) in [
        ("People who have hurt or frightened a partner or family member.", true),
        ("People worried about how they treat a partner or family.", true),
        ("Anyone who has hurt a partner.", true),
        ("A perpetrator programme for men.", true),
        ("People who are not safe at home, and their children.", false),
        ("Help to get away from people who hurt you.", false),
        ("People who have hurt themselves.", false),
        ("Women living with abuse, and people worried about them.", false),
        ("Work with people who have hurt a partner, and with their victims.", false),
        ("People who hurtle downhill.", false),
    ] {
        let apart = MatchService { who_for: Some(who_for.to_owned()), ..service("a") };
        let near = MatchService { is_fresh: false, ..service("b") };
        let matched = decide_matches(vec![apart, near], &feeding());
        assert_eq!(matched.for_those_who_hurt.len(), usize::from(is_apart), "{who_for}");
        assert_eq!(matched.ranked.len(), if is_apart { 1 } else { 2 }, "{who_for}");
    }
}

#[test]
fn help_after_a_loss_does_not_lead_where_words_alone_brought_it_and_no_loss_was_told() {
    let words = [("a-loss".to_owned(), 1.0), ("b-sleep".to_owned(), 0.7)];
    let need = |loss| Need { words: words.clone().into(), loss, ..Need::default() };
    let first = |loss| {
        let services = vec![MatchService { loss: true, ..service("a-loss") }, service("b-sleep")];
        decide_matches(services, &need(loss)).ranked.remove(0).service.slug
    };
    assert_eq!((first(false).as_str(), first(true).as_str()), ("b-sleep", "a-loss"));
}

#[test]
fn how_to_get_in_is_told_as_the_service_tells_it() {
    let told = |how: Option<&str>, access: Vec<Access>| {
        let how_to_get_in = how.map(str::to_owned);
        let open = MatchService { way_in: vec![WayIn::Open], how_to_get_in, access, ..service("a") };
        decide_matches(vec![open], &feeding()).ranked.remove(0).why.join("; ")
    };
    for (how, access, words) in [
        (
            Some("They contact you. If nobody has, ask your GP surgery."),
            Access::Hub,
            "they contact the family",
        ),
        (Some("Ask your midwife or any hub for the next date."), Access::Hub, "no referral needed"),
        (Some("Just phone."), Access::Phone, "no referral needed"),
        (Some("Drop in and ask."), Access::Hub, "drop in, nothing needed"),
        (None, Access::Hub, "drop in, nothing needed"),
        (None, Access::Phone, "no referral needed"),
    ] {
        let why = told(how, vec![access]);
        assert!(why.ends_with(&format!("; {words}")), "{how:?}: {why}");
    }
}
