//! Small corpora: is the right thing first, is it told why, and is nothing broken by what people type.

use search::{Document, Field, FilterRef, How, Index, Kind, Query, Section, Synonyms, Tag};

fn service(slug: &str, title: &str, summary: &str, text: &str, terms: &[&str]) -> Document {
    let mut document = Document::new(Kind::Service, slug, title);
    document.summary = summary.to_owned();
    document.text = text.to_owned();
    document.terms = terms.iter().map(|term| (*term).to_owned()).collect();
    document
}

fn halton() -> Index {
    let mut documents = vec![
        service(
            "infant-feeding",
            "Infant Feeding Team",
            "Help to feed your baby, at a group or at home.",
            "Breastfeeding, bottle feeding, tongue-tie and breast pumps on loan.",
            &["Breastfeeding", "Baby"],
        ),
        service(
            "baby-massage",
            "Baby massage",
            "A calm hour with your baby.",
            "Five weeks at a hub.",
            &["Baby"],
        ),
        service(
            "welfare-rights",
            "Welfare Rights",
            "Advice about benefits and money.",
            "Appeals and debts too.",
            &["Money", "Benefits"],
        ),
        service(
            "food-bank",
            "Food bank",
            "A food parcel when the cupboard is bare.",
            "Ask any hub for a voucher.",
            &["Food", "Money"],
        ),
        service(
            "dentist",
            "Emergency dentist",
            "When a tooth will not wait.",
            "Phone 111.",
            &["Dental", "Teeth"],
        ),
        service(
            "early-help",
            "Early help",
            "A worker for your whole family, when you cannot cope.",
            "Support at home.",
            &["Family support"],
        ),
        service(
            "talking-therapies",
            "Talking Therapies",
            "For low mood and anxiety.",
            "Online or face to face.",
            &["Mental health"],
        ),
        service(
            "speech",
            "Speech and language",
            "When a child is slow to talk.",
            "Clinics and visits.",
            &["Talking", "Speech"],
        ),
        service(
            "behaviour",
            "Behaviour team",
            "Tantrums, hitting and biting.",
            "For children who need more.",
            &["Behaviour"],
        ),
        service(
            "kinship",
            "Kinship carers",
            "For grandparents who bring up a grandchild.",
            "A group each month.",
            &["Grandparent"],
        ),
        service("dad-matters", "Dad Matters", "For dads, from pregnancy on.", "Walks and talk.", &["Dads"]),
        service(
            "baby-loss",
            "When a baby dies",
            "You are not alone.",
            "Baby loss, miscarriage and stillbirth.",
            &["Bereavement"],
        ),
        service(
            "school-attendance",
            "School attendance",
            "When school is hard to go to.",
            "Absence and fines.",
            &["School"],
        ),
        service(
            "housing",
            "Housing advice",
            "When you may lose your home.",
            "Rent, repairs and damp.",
            &["Housing", "Homeless"],
        ),
    ];
    for document in &mut documents {
        document.tags.push(Tag::new("cost", if document.slug == "baby-massage" { "paid" } else { "free" }));
        document.baby = matches!(document.slug.as_str(), "infant-feeding" | "baby-massage");
        document.loss = document.slug == "baby-loss";
    }
    documents[1].aliases = vec!["Mum and baby rub".to_owned()];
    let mut page = Document::new(Kind::Page, "feeding", "Feeding your baby");
    let section = |anchor: &str, heading: &str, text: &str| Section {
        anchor: anchor.to_owned(),
        heading: heading.to_owned(),
        text: text.to_owned(),
    };
    page.sections = vec![
        section("solids", "First solid foods", "At about six months."),
        section("latch", "Getting a good latch", "Nose to nipple."),
    ];
    page.baby = true;
    documents.push(page);
    Index::build(documents, &Synonyms::house())
}

fn first(index: &Index, words: &str) -> String {
    let results = index.search(&Query::of(words));
    results.hits.first().map_or_else(String::new, |hit| index.documents()[hit.document as usize].slug.clone())
}

#[test]
fn families_words_find_the_right_thing_first() {
    let index = halton();
    for (words, slug) in [
        ("she wont latch", "infant-feeding"),
        ("brestfeeding help", "infant-feeding"),
        ("skint till friday", "welfare-rights"),
        ("nothing in the cupboards", "food-bank"),
        ("foodbank", "food-bank"),
        ("no dentist will take us", "dentist"),
        ("toothache", "dentist"),
        ("cant cope", "early-help"),
        ("me heads gone", "early-help"),
        ("weepy", "talking-therapies"),
        ("my nerves are bad", "talking-therapies"),
        ("2 year old not talking", "speech"),
        ("our lad keeps biting", "behaviour"),
        ("mardy kicking off", "behaviour"),
        ("raising my grandchildren", "kinship"),
        ("nan", "kinship"),
        ("my fella is struggling with the baby, he's a new dad", "dad-matters"),
        ("sagging off", "school-attendance"),
        ("mouldy walls", "housing"),
        ("EVICTED!!", "housing"),
        ("baby masage", "baby-massage"),
        ("speach", "speech"),
        ("WELFARE rights", "welfare-rights"),
        ("mum and baby rub", "baby-massage"),
    ] {
        assert_eq!(first(&index, words), slug, "{words}");
    }
}

#[test]
fn each_hit_says_why() {
    let index = halton();
    let results = index.search(&Query::of("skint"));
    let matched = &results.hits[0].matched[0];
    assert_eq!((matched.typed.as_str(), matched.how), ("skint", How::Synonym));
    assert!(matches!(matched.field, Field::Summary | Field::Term));

    let results = index.search(&Query::of("speach"));
    assert_eq!(results.corrected, [("speach".to_owned(), "speech".to_owned())]);
    assert_eq!(results.hits[0].matched[0].how, How::Spelling);
    assert_eq!(results.hits[0].matched[0].found, "speech");

    let results = index.search(&Query::of("hit"));
    assert_eq!(
        (results.hits[0].matched[0].found.as_str(), results.hits[0].matched[0].how),
        ("hitting", How::Stem)
    );

    let results = index.search(&Query { kinds: vec![Kind::Page], ..Query::of("latch") });
    assert_eq!(results.hits[0].section, Some(1));
}

#[test]
fn a_chatty_sentence_does_not_find_the_whole_directory() {
    let index = halton();
    let results = index.search(&Query::of("hi please can someone help me i need a dentist for my child"));
    assert!(results.total <= 5, "{}", results.total);
    assert!(!results.weak);
}

#[test]
fn chat_counts_only_when_nothing_else_does() {
    let index = halton();
    assert!(index.search(&Query::of("help")).total > 0);
    assert!(index.search(&Query::of("help")).weak);
    assert!(index.search(&Query::of("hlep")).corrected.contains(&("hlep".to_owned(), "help".to_owned())));
    assert_eq!(index.search(&Query::of("zzzzqqq")).total, 0);
}

#[test]
fn loss_pins_the_right_page_and_hides_babies() {
    let index = halton();
    for words in [
        "I lost my baby",
        "miscarriage",
        "misscarrage",
        "my baby died and i want a massage",
        "stillborn baby feeding",
    ] {
        let results = index.search(&Query::of(words));
        let slugs: Vec<&str> =
            results.hits.iter().map(|hit| index.documents()[hit.document as usize].slug.as_str()).collect();
        assert_eq!(slugs.first(), Some(&"baby-loss"), "{words}");
        assert!(results.hits[0].pinned);
        assert!(
            !slugs.iter().any(|slug| ["infant-feeding", "baby-massage", "feeding"].contains(slug)),
            "{words}: {slugs:?}"
        );
        assert!(results.near_misses.iter().all(|hit| !index.documents()[hit.document as usize].baby));
    }
    // Filters do not unpin it.
    let filtered =
        Query { tags: vec![("cost".into(), vec!["paid".into()])], loss: true, ..Query::of("baby massage") };
    let results = index.search(&filtered);
    assert_eq!((results.total, results.hits[0].pinned), (1, true));
}

#[test]
fn nothing_found_says_what_to_drop_and_what_is_near() {
    let index = halton();
    let query = Query { tags: vec![("cost".into(), vec!["paid".into()])], ..Query::of("dentist") };
    let results = index.search(&query);
    assert_eq!(results.total, 0);
    let drops: Vec<(FilterRef, usize)> = results.loosened.iter().map(|l| (l.what.clone(), l.total)).collect();
    assert_eq!(drops, [(FilterRef::Tag("cost".into()), 1), (FilterRef::Words, 1)]);
    assert_eq!(index.documents()[results.near_misses[0].document as usize].slug, "dentist");
}

#[test]
fn no_words_is_a_list_by_weight_then_title() {
    let mut documents: Vec<Document> =
        ["b", "a", "c"].iter().map(|t| Document::new(Kind::Event, t, t)).collect();
    documents[2].weight = 2.0;
    let index = Index::build(documents, &Synonyms::none());
    let order: Vec<u32> = index.search(&Query::default()).hits.iter().map(|hit| hit.document).collect();
    assert_eq!(order, [2, 1, 0]);
    assert_eq!(index.find(Kind::Event, "a").map(|document| document.title.as_str()), Some("a"));
    assert!(index.find(Kind::Page, "a").is_none());
}

#[test]
fn nothing_that_can_be_typed_breaks_the_search() {
    let index = halton();
    let long = "why wont my baby latch it hurts ".repeat(125);
    let gibberish: String = (0..700)
        .map(|n| format!("qx{} ", char::from(b'a' + (n % 26) as u8).to_string().repeat(n % 9)))
        .collect();
    for words in [
        "",
        " ",
        "b",
        "é",
        "👶🏽",
        "💥💥💥",
        "' OR 1=1--",
        "'; DROP TABLE services;--",
        "%",
        "_",
        "*",
        "\"",
        "\\",
        "(",
        ":*",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "nul\0inside",
        "\u{202e}ybab",
        "مساعدة طفلي",
        "子供",
        "ＢＡＢＹ",
        "{\"$gt\":\"\"}",
        &"a".repeat(4_000),
        &long,
        &gibberish,
        &"(a+)+$".repeat(100),
    ] {
        let results = index.search(&Query::of(words));
        assert!(results.total <= index.documents().len());
        assert!(results.hits.len() <= 20);
    }
    assert!(["infant-feeding", "feeding"].contains(&first(&index, &long).as_str()));
    assert_eq!(first(&index, "ＤＥＮＴＩＳＴ"), "dentist");
    assert_eq!(index.search(&Query::of("💥")).total, index.documents().len());
    let silly = Query { page: usize::MAX, per_page: usize::MAX, ..Query::of("baby") };
    assert!(index.search(&silly).hits.is_empty());
    assert!(Index::build(Vec::new(), &Synonyms::house()).search(&Query::of("baby")).hits.is_empty());
}

#[test]
fn what_was_heard_lifts_and_what_is_not_given_stays() {
    let day = |days: u8| search::Slot {
        days,
        from: 600,
        until: 660,
        lasting: (None, None),
        next: None,
        label: String::new(),
    };
    let ages = |from_months, until_months| {
        Some(search::AgeBand { pregnancy: false, from_months, until_months: Some(until_months) })
    };
    let mut documents: Vec<Document> =
        ["open", "monday", "saturday"].iter().map(|slug| service(slug, "Play club", "", "", &[])).collect();
    documents[0].ages = ages(144, 216);
    documents[1].slots = vec![day(1)];
    documents[2].slots = vec![day(0b10_0000)];
    let index = Index::build(documents, &Synonyms::none());
    let found = |query: &Query| -> Vec<String> {
        let hits = index.search(query).hits;
        hits.iter().map(|hit| index.documents()[hit.document as usize].slug.clone()).collect()
    };
    let mut query = Query::of("play club");
    query.leanings.days = 0b10_0000;
    assert_eq!(found(&query), ["saturday", "open"], "a day that is given and does not fit is left out");
    let mut query = Query::of("play club");
    query.leanings.age = Some(search::AgeAsked::Months(30));
    assert_eq!(found(&query).last().map(String::as_str), Some("open"), "what is for others comes last");
    let mut query = Query::of("anything for my");
    query.leanings.age = Some(search::AgeAsked::Months(30));
    assert_eq!(found(&query), ["monday", "saturday"], "with no words, what was heard is all there is");
}

#[test]
fn what_was_heard_besides_does_not_lift_a_mention_over_what_was_asked_for() {
    let sports = "gym,football,kids sports,baths,badminton,exercise,swimming,sports for kids,lose weight,get fit,\
        gym for teens,want to exercise after baby,football for my son,kids need to burn energy,dance gymnastics,\
        child needs to lose weight,sports clubs,trampolining,inflatable session";
    let sports = || sports.split(',').map(str::to_owned).collect::<Vec<_>>();
    let cost = |mut document: Document, value: &str| {
        document.tags = vec![Tag::new("cost", value)];
        document
    };
    let mut pool = service("pool", "Leisure centres", "Swimming, sports and classes.", "", &["Sports"]);
    pool.aliases = sports();
    let mut midwives = service("midwives", "Midwives", "Care when you are pregnant.", "", &["Maternity"]);
    midwives.aliases = vec!["midwife".into(), "pregnancy swimming".into(), "swimming when pregnant".into()];
    let mut lake = service("lake", "Open water", "Swimming in the lake.", "", &["Sports"]);
    lake.aliases = sports();
    let documents = vec![cost(pool, "paid"), cost(midwives, "free"), cost(lake, "free")];
    let mut query = Query::of("swimming");
    query.leanings.tags = vec![("cost".to_owned(), vec!["free".to_owned()])];
    let order = |documents: Vec<Document>| -> Vec<String> {
        let index = Index::build(documents, &Synonyms::house());
        let hits = index.search(&query).hits;
        hits.iter().map(|hit| index.documents()[hit.document as usize].slug.clone()).collect()
    };
    assert_eq!(order(documents[..2].to_vec()), ["pool", "midwives"]);
    assert_eq!(order(documents)[0], "lake", "of two that are both what was asked for, the free one");
}

#[test]
fn a_saying_nearly_spoken_beats_the_same_words_strewn_about() {
    let mut strewn =
        service("strewn", "Cupboard makers", "Nothing but oak.", "In and out of cupboards.", &[]);
    strewn.aliases = vec!["oak cupboards".into(), "nothing like oak".into()];
    let mut saying = service("saying", "Parcels", "Three days of meals.", "", &[]);
    saying.aliases = vec!["nowt in the cupboards".into()];
    let index = Index::build(vec![strewn, saying], &Synonyms::none());
    assert_eq!(first(&index, "theres nuttin in me cupboards"), "saying");
}

#[test]
fn a_dropped_h_and_a_dropped_g_are_heard() {
    let index = halton();
    for (words, slug) in
        [("ousing", "housing"), ("our lad keeps bitin", "behaviour"), ("av got no ousin", "housing")]
    {
        assert_eq!(first(&index, words), slug, "{words}");
    }
}

#[test]
fn a_course_answers_its_day_from_its_first_day_to_its_last() {
    let course = |slug: &str, first: Option<&str>, last: Option<&str>| {
        let mut document = service(slug, "Play club", "", "", &[]);
        let date = |text: &str| text.parse::<kernel::Date>().unwrap();
        let lasting = (first.map(date), last.map(date));
        document.slots =
            vec![search::Slot { days: 1, from: 600, until: 660, lasting, next: None, label: String::new() }];
        document
    };
    let documents = vec![
        course("always", None, None),
        course("ended", None, Some("2026-07-18")),
        course("ahead", Some("2027-06-05"), Some("2027-07-31")),
    ];
    let index = Index::build(documents, &Synonyms::none());
    let found = |query: &Query| -> Vec<String> {
        let hits = index.search(query).hits;
        hits.iter().map(|hit| index.documents()[hit.document as usize].slug.clone()).collect()
    };
    for (today, wanted) in [
        ("2026-07-18", vec!["always", "ended"]),
        ("2026-07-19", vec!["always"]),
        ("2027-06-04", vec!["always"]),
        ("2027-06-05", vec!["ahead", "always"]),
        ("2027-08-01", vec!["always"]),
    ] {
        let today = today.parse().ok();
        for (days, time) in [(1, None), (1, Some((600, 601))), (0, Some((600, 601)))] {
            let mut found_now = found(&Query { days, time, today, ..Query::default() });
            found_now.sort();
            assert_eq!(found_now, wanted, "{today:?} {days} {time:?}");
            let what_if = vec![search::WhatIf::When { days, time }];
            let counted = index.search(&Query { today, what_if, ..Query::default() }).what_if;
            assert_eq!(counted, [wanted.len()], "{today:?}");
        }
        let mut leaning = Query { today, ..Query::of("play club") };
        leaning.leanings.days = 1;
        let mut found_now = found(&leaning);
        found_now.sort();
        assert_eq!(found_now, wanted, "{today:?}, said in passing");
    }
    assert_eq!(found(&Query::of("play club")).len(), 3, "without a day or a time it is found by its words");
}

#[test]
fn without_words_help_comes_before_reading_and_the_site_speaks_of_itself_only_when_named() {
    let mut about = Document::new(Kind::Page, "accessibility", "Accessibility statement");
    about.about_site = true;
    let advice = Document::new(Kind::Page, "advice", "A page of advice");
    let documents = vec![about, advice, service("zoo", "Zoo visits", "", "", &[])];
    let index = Index::build(documents, &Synonyms::none());
    let found = |query: &Query| -> Vec<String> {
        let hits = index.search(query).hits;
        hits.iter().map(|hit| index.documents()[hit.document as usize].slug.clone()).collect()
    };
    assert_eq!(found(&Query::default()), ["zoo", "advice"]);
    assert_eq!(found(&Query { time: Some((600, 660)), ..Query::default() }), ["advice"]);
    assert_eq!(found(&Query::of("accessibility")), ["accessibility"]);
    assert_eq!(index.search(&Query::default()).total, 2);
}
