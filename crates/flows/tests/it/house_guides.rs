//! The guides of the house: days that the law gives, and words that people really type.

use crate::support::{choose, day, typed};
use flows::{Answered, Flow, Input, NodeKind, Output, State, Stepped, WorkedLine, begin, parse, step};

fn of_the_house(slug: &str) -> Flow {
    let mut house = flows::builtin().into_iter().map(|text| parse(&text).unwrap());
    house.find(|flow| flow.slug == slug).unwrap()
}

fn play(flow: &Flow, inputs: &[Input], today: &str) -> Stepped {
    let mut last = begin(flow, "en", day(today));
    for input in inputs {
        last = step(flow, &last.state, input, day(today));
    }
    last
}

fn texts(stepped: &Stepped) -> String {
    stepped.outputs.iter().filter_map(Output::text).collect::<Vec<_>>().join("\n")
}

fn lines(stepped: &Stepped) -> Vec<WorkedLine> {
    let worked = stepped.outputs.iter().filter_map(|output| match output {
        Output::Worked { lines, .. } => Some(lines.clone()),
        _ => None,
    });
    worked.flatten().collect()
}

fn is_asked_again(stepped: &Stepped) -> bool {
    matches!(stepped.outputs.first(), Some(Output::NotUnderstood { times: 1 }))
}

#[test]
fn the_fifteen_days_for_a_draft_and_for_amendments_begin_with_the_day_it_was_given() {
    let flow = of_the_house("ehc-plan");
    let draft = [choose("letter"), choose("draft"), typed("2 November 2026")];
    let amended = [
        choose("letter"),
        choose("something-else"),
        choose("review"),
        choose("change"),
        typed("2 November 2026"),
    ];
    for way in [&draft[..], &amended[..]] {
        let worked = play(&flow, way, "2026-11-10");
        let line = lines(&worked).into_iter().next().unwrap();
        assert_eq!(line.day, Some(day("2026-11-16")), "{}", line.sum);
        assert_eq!(line.sum, "Monday 2 November 2026 + 14 days = Monday 16 November 2026");
        let said = texts(&worked);
        assert!(
            said.contains("date on the letter is day 1") && said.contains("reached you is day 1"),
            "{said}"
        );
    }
}

#[test]
fn a_plan_for_a_move_is_changed_before_the_day_and_not_by_it() {
    let flow = of_the_house("ehc-plan");
    for (node, words) in
        [("moving-school", "**before 15 February**"), ("moving-college", "**before 31 March**")]
    {
        let said = &flow.node(node).unwrap().say;
        assert!(said.contains(words), "{node}: {said}");
    }
}

#[test]
fn a_no_to_a_plan_is_told_from_a_no_to_an_assessment() {
    let flow = of_the_house("ehc-plan");
    for (text, key) in [
        ("they said no to the plan", Some("no-plan")),
        ("the council refused to make a plan", Some("no-plan")),
        ("they said no after the assessment", Some("no-plan")),
        ("they said no to the assessment", Some("no-assessment")),
        ("they refused to assess him", Some("no-assessment")),
        ("they refused", None),
        ("refused", None),
        ("they said no", None),
        ("a draft", Some("draft")),
    ] {
        let heard = play(&flow, &[choose("letter"), typed(text)], "2026-11-23");
        match key {
            Some(wanted) => {
                assert!(
                    matches!(&heard.answered, Answered::Choice { key, .. } if key == wanted),
                    "{text}: {:?}",
                    heard.answered
                );
            }
            None => assert!(is_asked_again(&heard) && heard.state.node == "letter", "{text}"),
        }
    }
}

#[test]
fn a_yes_or_a_no_with_a_but_is_a_plain_one_in_no_guide() {
    let today = day("2026-11-23");
    for flow in flows::builtin().iter().map(|text| parse(text).unwrap()) {
        for node in flow.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Choice { .. })) {
            let state =
                State { node: node.key.clone(), since: node.key.clone(), ..begin(&flow, "en", today).state };
            for text in
                ["yes but", "yes but the rest is wrong", "yes mostly", "no except one thing", "yes not all"]
            {
                let heard = step(&flow, &state, &typed(text), today);
                let is_taken = matches!(heard.answered, Answered::Choice { .. });
                assert!(!is_taken, "{}: {}: {text}", flow.slug, node.key);
            }
        }
    }
    let plan = of_the_house("ehc-plan");
    let heard =
        play(&plan, &[choose("letter"), choose("final"), typed("yes but the school is wrong")], "2026-11-23");
    assert!(is_asked_again(&heard) && heard.state.node == "final");
}

#[test]
fn work_of_one_parent_or_few_hours_is_not_taken_for_a_fit() {
    let flow = of_the_house("childcare-entitlement");
    for text in [
        "only i work",
        "i work",
        "i work 8 hours a week",
        "we both work 8 hours a week",
        "i work but he lost his job",
        "single mum i work 10 hours",
        "my partner is a student and i work",
    ] {
        let heard = play(&flow, &[choose("three"), typed(text)], "2026-11-23");
        assert!(is_asked_again(&heard) && heard.state.node == "work-all", "{text}");
    }
    for text in ["we both work", "yes", "it fits us"] {
        let heard = play(&flow, &[choose("three"), typed(text)], "2026-11-23");
        assert_eq!(heard.state.node, "when", "{text}");
    }
}

#[test]
fn how_many_children_is_no_age_and_a_child_at_school_is_not_one_who_is_not() {
    let flow = of_the_house("childcare-entitlement");
    for text in ["3 kids", "i have 3 children", "he is 4 and at school", "she is 4 and in reception"] {
        let heard = play(&flow, &[typed(text)], "2026-11-23");
        assert!(is_asked_again(&heard) && heard.state.node == "age", "{text}");
    }
    for text in ["3", "he is 3", "she is 4"] {
        let heard = play(&flow, &[typed(text)], "2026-11-23");
        assert!(matches!(&heard.answered, Answered::Choice { key, .. } if key == "three"), "{text}");
    }
}

#[test]
fn at_16_the_guide_to_holiday_clubs_asks_about_year_11() {
    let flow = of_the_house("holiday-activities");
    for text in ["16", "he is 16", "sixteen", "hes sixteen"] {
        let heard = play(&flow, &[typed(text)], "2026-11-23");
        assert_eq!(heard.state.node, "sixteen", "{text}");
        let still = step(&flow, &heard.state, &typed("yes"), day("2026-11-23"));
        assert_eq!(still.state.node, "meals");
        let left = step(&flow, &heard.state, &typed("no"), day("2026-11-23"));
        assert!(texts(&left).contains("go up to Year 11"));
    }
    for text in ["year 11", "he is in year 11", "yr 7"] {
        let heard = play(&flow, &[typed(text)], "2026-11-23");
        assert_eq!(heard.state.node, "meals", "{text}");
    }
    for text in ["he has left year 11", "year 2 and year 6"] {
        assert!(is_asked_again(&play(&flow, &[typed(text)], "2026-11-23")), "{text}");
    }
}

#[test]
fn papers_in_an_odd_order_or_too_old_are_asked_about_and_not_counted_from() {
    let flow = of_the_house("ehc-plan");
    let appeal = [choose("letter"), choose("no-assessment"), choose("dates")];
    let with = |more: &[Input]| play(&flow, &[&appeal[..], more].concat(), "2026-11-23");
    let odd = with(&[choose("yes"), typed("1 October 2026"), typed("20 October 2026")]);
    assert_eq!(odd.state.node, "certificate-first");
    assert!(lines(&odd).is_empty() && texts(&odd).contains("Tuesday 20 October 2026"), "{}", texts(&odd));
    let same = with(&[choose("yes"), typed("20 October 2026"), typed("20 October 2026")]);
    assert_eq!(same.state.node, "appeal-form");
    let old = with(&[choose("no"), typed("31 August 2014")]);
    assert!(old.state.node == "letter-too-old" && lines(&old).is_empty());
    for (way, node) in [
        (&["waiting", "nothing"][..], "asked-too-old"),
        (&["letter", "draft"][..], "draft-too-old"),
        (&["letter", "something-else", "review", "change"][..], "amend-too-old"),
    ] {
        let inputs: Vec<Input> = way.iter().map(|key| choose(key)).chain([typed("12 June 2013")]).collect();
        let old = play(&flow, &inputs, "2026-11-23");
        assert!(old.state.node == node && lines(&old).is_empty(), "{node}");
    }
    let school =
        [choose("letter"), choose("final"), choose("no"), choose("school-only"), typed("1 May 2013")];
    let old = play(&flow, &school, "2026-11-23");
    assert!(old.state.node == "letter-school-too-old" && lines(&old).is_empty());
}

#[test]
fn another_childs_need_is_a_question_of_its_own_in_the_guide_for_a_loss() {
    let flow = of_the_house("loss-of-a-baby");
    let aside =
        play(&flow, &[typed("stop messages"), typed("my son needs a playgroup, hes 4")], "2026-11-23");
    assert!(aside.outputs.contains(&Output::Aside) && aside.state.node == "stop", "{:?}", aside.outputs);
    for text in ["my son needs to say goodbye at school", "my baby was born asleep", "our daughter died"] {
        let heard = play(&flow, &[typed("stop messages"), typed(text)], "2026-11-23");
        assert!(!heard.outputs.contains(&Output::Aside), "{text}");
    }
}

#[test]
fn a_date_that_cannot_be_read_chooses_nothing_and_no_guide_ends_because_of_it() {
    let plan = of_the_house("ehc-plan");
    let heard = play(&plan, &[typed("last week"), typed("1/1/1999"), typed("2 weeks ago")], "2026-11-23");
    assert!(heard.state.node == "where" && heard.state.path.is_empty(), "{:?}", heard.state);
    let holiday = of_the_house("holiday-activities");
    let after = [typed("he is 3"), typed("hm hm"), typed("hm hm"), typed("hm hm")];
    let heard = play(&holiday, &after, "2026-11-23");
    assert!(heard.state.node == "after" && !heard.state.over);
    let poor = play(&holiday, &[typed("he is 3"), typed("yes but we are poor")], "2026-11-23");
    assert!(texts(&poor).contains("where there is food now") && !poor.state.over, "{}", texts(&poor));
}

#[test]
fn who_wants_to_stop_gives_no_answer_unless_a_button_says_it() {
    let plan = of_the_house("ehc-plan");
    for text in ["stop", "no thanks", "not now", "later", "never mind", "exit", "leave me alone"] {
        let heard = play(&plan, &[typed(text)], "2026-11-23");
        assert!(heard.outputs.contains(&Output::Stop) && heard.state.path.is_empty(), "{text}");
    }
    let done = play(&plan, &[choose("thinking"), choose("how"), typed("no thanks")], "2026-11-23");
    assert!(done.state.over, "'no thanks' is what one of its buttons also means");
    let dentist = of_the_house("no-dentist");
    let urgent = [choose("swollen"), choose("yes"), typed("later")];
    assert!(play(&dentist, &urgent, "2026-11-23").outputs.contains(&Output::Stop));
    let loss = of_the_house("loss-of-a-baby");
    assert_eq!(play(&loss, &[typed("stop")], "2026-11-23").state.node, "stop");
    for text in ["go away", "leave me alone", "not now"] {
        let left = play(&loss, &[typed(text)], "2026-11-23");
        assert!(left.outputs.contains(&Output::Stop), "{text}");
        assert!(!texts(&left).contains("What would you like?"), "{text}: {}", texts(&left));
    }
}

#[test]
fn the_words_to_ring_999_stay_whatever_is_asked_next() {
    let dentist = of_the_house("no-dentist");
    for text in ["now what", "what do i do now", "hm hm"] {
        let at_the_end = play(&dentist, &[choose("swollen"), choose("yes"), typed(text)], "2026-11-23");
        assert!(texts(&at_the_end).contains("Please ring 999 now"), "{text}: {}", texts(&at_the_end));
        let twice = step(&dentist, &at_the_end.state, &typed("hm hm"), day("2026-11-23"));
        assert!(texts(&twice).contains("Please ring 999 now"), "{text}: {}", texts(&twice));
    }
    let before = play(&dentist, &[choose("swollen"), typed("now what")], "2026-11-23");
    assert!(texts(&before).contains("tel:999") && !texts(&before).contains("no rush"));
    // At the beginning nothing was told yet, and a card may have stood there.
    assert!(texts(&play(&dentist, &[typed("now what")], "2026-11-23")).contains("116 123"));
}

#[test]
fn what_the_host_hears_as_a_need_of_its_own_moves_nothing() {
    for flow in flows::builtin().iter().map(|text| parse(text).unwrap()) {
        let first = begin(&flow, "en", day("2026-11-23"));
        let aside = step(&flow, &first.state, &Input::Aside, day("2026-11-23"));
        assert!(aside.outputs.contains(&Output::Aside) && aside.answered == Answered::Aside, "{}", flow.slug);
        assert_eq!(aside.state, first.state, "{}", flow.slug);
    }
}
