use super::*;
use std::path::Path;

const TODAY: Date = Date::constant(2026, 11, 23);

/// A small guide in order, whose parts the tests break one at a time.
const SOUND: &str = r#"
slug = "small"
title = "A small guide"
summary = "It is there to be broken."
owner = "Family hubs team"
checked_on = 2026-11-20
review_by = 2027-05-20
start = "who"

[[source]]
key = "nhs"
title = "Find a dentist"
publisher = "NHS"
url = "https://www.nhs.uk"
checked_on = 2026-11-20

[[node]]
key = "who"
kind = "choice"
say = "Who is it for?"
facts = false
otherwise = "free"

[[node.choice]]
key = "child"
words = "My child"
also = ["kid"]
to = "free"

[[node.choice]]
key = "me"
words = "Me"
to = "done"

[[node]]
key = "free"
kind = "say"
say = "It is free for children. Ring [0300 777 6543](tel:03007776543) or read [more](/pages/no-dentist)."
cites = ["nhs"]
to = "done"

[[node]]
key = "done"
kind = "end"
say = "Come back when you like."
facts = false
"#;

fn known() -> Known {
    Known::nothing()
        .with_addresses(["/pages/no-dentist", "/search"])
        .with_numbers(["0300 777 6543", "999"])
        .with_needs(["teeth"])
}

fn findings(text: &str) -> Vec<Finding> {
    let flow = crate::parse(text).unwrap_or_else(|troubles| panic!("{troubles:?}"));
    lint(&flow, &known(), TODAY)
}

/// The rules that a change of the sound guide breaks, with the node of each.
fn broken_by(from: &str, to: &str) -> Vec<(String, LintRule)> {
    assert!(SOUND.contains(from), "the guide has no '{from}'");
    findings(&SOUND.replacen(from, to, 1)).into_iter().map(|finding| (finding.node, finding.rule)).collect()
}

fn is_told(from: &str, to: &str, node: &str, rule: LintRule) {
    let found = broken_by(from, to);
    assert!(found.contains(&(node.to_owned(), rule)), "'{to}' should break {rule:?} at '{node}': {found:?}");
}

#[test]
fn a_guide_in_order_has_no_findings() {
    assert_eq!(findings(SOUND), vec![]);
}

#[test]
fn f15_an_unreachable_node_is_told() {
    let alone = "[[node]]\nkey = \"alone\"\nkind = \"end\"\nsay = \"Hello.\"\nfacts = false\n\n[[node]]\nkey = \"done\"";
    is_told("[[node]]\nkey = \"done\"", alone, "alone", LintRule::Unreachable);
}

#[test]
fn a_step_that_only_an_urgent_sign_leads_to_is_reached_in_the_lint_and_in_the_picture() {
    let alone = "[[node]]\nkey = \"alone\"\nkind = \"end\"\nsay = \"Hello.\"\nfacts = false\n\n[[node]]\nkey = \"done\"";
    let urgent = format!("[[urgent]]\nwords = [\"cannot breathe\"]\nto = \"alone\"\n\n{alone}");
    assert_eq!(broken_by("[[node]]\nkey = \"done\"", &urgent), vec![]);
    let flow = crate::parse(&SOUND.replacen("[[node]]\nkey = \"done\"", &urgent, 1)).unwrap();
    let drawn = crate::graph(&flow);
    assert_eq!(drawn.nodes.iter().find(|node| node.key == "alone").unwrap().depth, Some(1));
}

#[test]
fn f15_a_question_without_a_default_is_told() {
    is_told("otherwise = \"free\"\n", "", "who", LintRule::MissingDefault);
}

#[test]
fn f15_a_missing_translation_is_told_node_by_node() {
    let half = "start = \"who\"\nlanguages = [\"en\", \"pl\"]\n\n[translations.pl]\ntitle = \"T\"\nsummary = \"S\"\n\n[translations.pl.done]\nsay = \"S\"\n";
    is_told("start = \"who\"\n", half, "who", LintRule::MissingTranslation);
    is_told("start = \"who\"\n", half, "free", LintRule::MissingTranslation);
    let found = broken_by("start = \"who\"\n", half);
    assert!(!found.contains(&("done".to_owned(), LintRule::MissingTranslation)), "{found:?}");
    // Words in a language that is not named are told as well: nobody would ever see them.
    is_told("start = \"who\"\n", &half.replace("\"en\", \"pl\"", "\"en\""), "", LintRule::MissingTranslation);
}

#[test]
fn f15_a_fact_without_a_source_is_told() {
    is_told("cites = [\"nhs\"]\n", "", "free", LintRule::UncitedFact);
}

#[test]
fn f15_a_guide_or_a_source_past_its_review_is_told() {
    is_told("review_by = 2027-05-20", "review_by = 2026-11-22", "", LintRule::PastReview);
    is_told(
        "checked_on = 2026-11-20\n\n[[node]]",
        "checked_on = 2025-11-01\n\n[[node]]",
        "",
        LintRule::PastReview,
    );
    is_told("review_by = 2027-05-20", "review_by = 2027-12-20", "", LintRule::ReviewTooFar);
}

#[test]
fn a_loop_that_nobody_can_leave_is_told() {
    let both = SOUND.replacen("words = \"Me\"\nto = \"done\"", "words = \"Me\"\nto = \"who\"", 1);
    let both = both.replacen("cites = [\"nhs\"]\nto = \"done\"", "cites = [\"nhs\"]\nto = \"who\"", 1);
    let found: Vec<_> = findings(&both).into_iter().map(|finding| (finding.node, finding.rule)).collect();
    assert!(found.contains(&("who".to_owned(), LintRule::NoWayOut)), "{found:?}");
    assert!(found.contains(&("done".to_owned(), LintRule::Unreachable)), "{found:?}");
}

#[test]
fn steps_that_go_round_without_asking_are_told() {
    let round = "cites = [\"nhs\"]\nto = \"free-too\"\n\n[[node]]\nkey = \"free-too\"\nkind = \"say\"\nsay = \"And so on.\"\nfacts = false\nto = \"free\"\n";
    is_told("cites = [\"nhs\"]\nto = \"done\"\n", round, "free", LintRule::Circle);
}

#[test]
fn a_node_that_leads_nowhere_is_told_even_when_a_program_made_the_flow() {
    let mut flow = crate::parse(SOUND).unwrap();
    flow.nodes[1].kind = NodeKind::Say { to: "gone".to_owned() };
    let found = lint(&flow, &known(), TODAY);
    assert!(
        found.iter().any(|finding| finding.node == "free" && finding.rule == LintRule::LeadsNowhere),
        "{found:?}"
    );
}

#[test]
fn more_than_four_answers_are_told_unless_the_fifth_says_none_of_these() {
    let more = |key: &str| {
        let choice =
            |key: &str| format!("[[node.choice]]\nkey = \"{key}\"\nwords = \"The {key}\"\nto = \"done\"\n\n");
        format!("{}{}{}[[node]]\nkey = \"free\"", choice("a"), choice("b"), choice(key))
    };
    is_told("[[node]]\nkey = \"free\"", &more("c"), "who", LintRule::TooManyChoices);
    assert_eq!(broken_by("[[node]]\nkey = \"free\"", &more("not-sure")), vec![]);
}

#[test]
fn words_that_would_mean_two_answers_are_told() {
    is_told("words = \"Me\"\n", "words = \"Me\"\nalso = [\"Kid\"]\n", "who", LintRule::AmbiguousAnswer);
}

#[test]
fn two_answers_that_read_the_same_are_told_and_kept_from_families() {
    is_told("words = \"Me\"", "words = \"my child!\"", "who", LintRule::SameAnswer);
    assert!(LintRule::SameAnswer.keeps_from_publishing());
}

#[test]
fn words_that_only_keep_a_place_are_told_and_kept_from_families() {
    for left in
        ["...", "\u{2026}", "TBC", "TODO: ask the nurse", "Lorem ipsum dolor.", "(To be written) What helps?"]
    {
        is_told("Come back when you like.", left, "done", LintRule::Placeholder);
    }
    is_told("It is there to be broken.", "TBC", "", LintRule::Placeholder);
    is_told("words = \"Me\"", "words = \"...\"", "who", LintRule::Placeholder);
    assert!(LintRule::Placeholder.keeps_from_publishing());
    for fine in ["Wait ... then ring.", "What is to be written down?", "Your to do list is short."] {
        let found = broken_by("Come back when you like.", fine);
        assert!(!found.iter().any(|(_, rule)| *rule == LintRule::Placeholder), "{fine}: {found:?}");
    }
}

#[test]
fn too_many_words_are_told() {
    let long = format!("Come back when you like. {}", "It is a long day. ".repeat(30));
    is_told("Come back when you like.", &long, "done", LintRule::TooLong);
    is_told(
        "words = \"Me\"",
        "words = \"Me and everybody else who lives in our house or did once\"",
        "who",
        LintRule::TooLong,
    );
}

#[test]
fn hard_words_are_told_as_advice() {
    let hard = "Notwithstanding considerable administrative complications, accommodating organisational \
        prioritisation necessitates interdisciplinary communication regarding individualised educational \
        requirements, particularly concerning responsibilities attributable to participating establishments \
        and their representatives throughout implementation, evaluation, consultation and administration.";
    is_told("Come back when you like.", hard, "done", LintRule::HardToRead);
    assert!(!LintRule::HardToRead.keeps_from_publishing());
    assert!(reading_age("The cat sat on the mat. It was a warm day.") < 8.0);
}

#[test]
fn what_the_product_never_says_is_told() {
    for never in [
        "You are eligible for it.",
        "You’re eligible for it.",
        "Congratulations on your baby!",
        "Your score is 12.",
        "Fill in the EPDS.",
        "Give 5 ml of it.",
        "Give 2.5ml of it.",
        "Give 120 mg.",
        "You failed to attend.",
        "Click here.",
    ] {
        is_told("Come back when you like.", never, "done", LintRule::NeverSaid);
    }
    for fine in [
        "Ask if you may have it.",
        "You have not failed.",
        "Ring us. It is 5 miles away.",
        "Mglab is a name.",
    ] {
        assert_eq!(broken_by("Come back when you like.", fine), vec![], "{fine}");
    }
}

#[test]
fn a_link_a_need_or_a_number_that_is_not_there_is_told() {
    is_told("/pages/no-dentist", "/pages/gone", "free", LintRule::UnknownAddress);
    is_told("/pages/no-dentist", "http://www.example.org", "free", LintRule::UnknownAddress);
    is_told(
        "[0300 777 6543](tel:03007776543)",
        "[0300 777 9999](tel:03007779999)",
        "free",
        LintRule::UnknownNumber,
    );
    is_told("[0300 777 6543](tel:03007776543)", "[0300 777 6543](tel:999)", "free", LintRule::NumberDiffers);
    is_told("Come back when you like.", "Ring 01928 000 111 if you like.", "done", LintRule::UnknownNumber);
    assert_eq!(broken_by("/pages/no-dentist", "/pages/no-dentist?print=1#top"), vec![]);
    let services = "kind = \"services\"\nneed = \"gone\"\nsay = \"It is free for children. Look here.\"";
    is_told(
        "kind = \"say\"\nsay = \"It is free for children. Ring [0300 777 6543](tel:03007776543) or read [more](/pages/no-dentist).\"",
        services,
        "free",
        LintRule::UnknownNeed,
    );
}

#[test]
fn a_hand_over_to_a_telephone_says_the_number_it_rings() {
    let from = "kind = \"say\"\nsay = \"It is free for children. Ring [0300 777 6543](tel:03007776543) or read [more](/pages/no-dentist).\"";
    let to = |target: &str, words: &str| {
        format!(
            "kind = \"hand_over\"\nwhat = \"phone\"\ntarget = \"{target}\"\nwords = \"{words}\"\nsay = \"Ring them.\""
        )
    };
    assert_eq!(broken_by(from, &to("tel:03007776543", "Ring 0300 777 6543")), vec![]);
    is_told(from, &to("tel:03007776543", "Ring them"), "free", LintRule::NumberDiffers);
    is_told(from, &to("/search", "Ring them"), "free", LintRule::UnknownAddress);
}

#[test]
fn what_is_not_known_about_the_site_is_not_checked() {
    let flow = crate::parse(
        &SOUND.replace("/pages/no-dentist", "/pages/gone").replace("0300 777 6543", "0300 777 9999"),
    )
    .unwrap();
    let found = lint(&flow, &Known::nothing(), TODAY);
    assert!(found.iter().all(|finding| finding.rule == LintRule::NumberDiffers), "{found:?}");
}

#[test]
fn a_figure_at_a_step_that_says_it_states_no_fact_is_told() {
    is_told("Come back when you like.", "Come back in 6 weeks.", "done", LintRule::LooksLikeAFact);
    is_told("Come back when you like.", "It costs £3.", "done", LintRule::LooksLikeAFact);
}

#[test]
fn a_step_that_asks_ends_with_its_question() {
    is_told("Who is it for?", "Who is it for? Take your time.", "who", LintRule::QuestionNotLast);
    is_told("Who is it for?", "Is it one of these?\\n\\n- a child\\n- you", "who", LintRule::QuestionNotLast);
    assert_eq!(broken_by("Who is it for?", "Take your time.\\n\\nWho is it for?"), vec![]);
}

#[test]
fn headings_and_html_are_told() {
    is_told("Come back when you like.", "<b>Come back</b> when you like.", "done", LintRule::NotPlainWords);
    is_told("Come back when you like.", "# Come back", "done", LintRule::NotPlainWords);
}

#[test]
fn numbers_are_found_as_people_write_them_and_money_and_years_are_not() {
    let numbers: Vec<String> =
        numbers_in("Ring [0300 777 6543](tel:+443007776543), text 85258, by 22 November 2026, £15,400, 8am.")
            .into_iter()
            .collect();
    assert_eq!(numbers, ["03007776543", "85258"]);
}

/// What a council's site has, read from the files of the rooms that make it.
fn the_site() -> Known {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let read = |path: &str| {
        std::fs::read_to_string(crates.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let pages = std::fs::read_dir(crates.join("content/pages")).unwrap().map(|entry| entry.unwrap().path());
    let pages: Vec<_> = pages.collect();
    let slug = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let addresses = pages.iter().map(|page| format!("/pages/{}", slug(page)));
    let guides = built_in().into_iter().map(|(slug, _)| format!("/guides/{slug}"));
    // Doors of other rooms; each is asked for in the tests of the whole house.
    let doors = [
        "/urgent-help",
        "/search",
        "/whats-on",
        "/holidays",
        "/bookings",
        "/sign-in",
        "/list-your-service",
        "/account/data",
    ];
    // A number counts as known when a page, an entry or the council's settings give it: they carry their own dates.
    let mut texts: Vec<String> = pages.iter().map(|page| std::fs::read_to_string(page).unwrap()).collect();
    texts.push(read("demo/data/council.toml"));
    let given = texts.iter().flat_map(|text| numbers_in(text)).collect::<Vec<_>>();
    let taxonomy: toml::Table = read("demo/data/taxonomy.toml").parse().unwrap();
    let screen = safety::Screen::new().unwrap();
    Known::nothing()
        .with_addresses(addresses.chain(guides).chain(doors.map(str::to_owned)))
        .with_numbers(given)
        .with_contacts(screen.contacts())
        .with_needs(slugs(&toml::Value::Table(taxonomy)))
}

fn slugs(value: &toml::Value) -> Vec<String> {
    match value {
        toml::Value::Table(table) => {
            let own = table.get("slug").and_then(toml::Value::as_str).map(str::to_owned);
            own.into_iter().chain(table.values().flat_map(slugs)).collect()
        }
        toml::Value::Array(all) => all.iter().flat_map(slugs).collect(),
        _ => Vec::new(),
    }
}

fn built_in() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows");
    let mut all: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn every_guide_that_comes_with_hearth_is_in_order() {
    let known = the_site();
    let all = built_in();
    assert_eq!(all.len(), 9);
    for (slug, text) in &all {
        let flow = crate::parse(text).unwrap_or_else(|troubles| panic!("{slug}: {troubles:?}"));
        assert_eq!(flow.slug, *slug, "a guide's file has its slug for a name");
    }
    let texts: Vec<String> = all.into_iter().map(|(_, text)| text).collect();
    let told = lint_texts(&texts, &known, TODAY);
    assert!(told.is_empty(), "\n{}", told.join("\n"));
}

#[test]
fn a_text_that_cannot_run_is_told_with_its_line() {
    let texts = [SOUND.replace("to = \"free\"", "to = \"gone\""), "slug = 1".to_owned()];
    let told = lint_texts(&texts, &known(), TODAY);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("guide 1: line "), "{told:?}");
}
