use crate::support::trip;
use flows::{Flow, Input, Output, begin, builtin, parse, simulate, step};
use kernel::Date;
use proptest::prelude::*;

fn guides() -> Vec<Flow> {
    let own = builtin().into_iter().filter_map(|text| parse(&text).ok());
    own.chain([trip()]).collect()
}

/// Anything a person, a stale page or a mischief-maker may send.
fn inputs() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(any::<u64>(), 1..40)
}

fn input(flow: &Flow, outputs: &[Output], seed: u64, text: &str) -> Input {
    let day = Date::constant(2026, 1, 1).saturating_add(kernel::Span::new().days((seed >> 8) as i32 % 700));
    let node = Some(flow.nodes[(seed >> 16) as usize % flow.nodes.len()].key.clone());
    let offered = match outputs.last() {
        Some(Output::Asked { choices, .. }) if !choices.is_empty() => {
            choices[(seed >> 4) as usize % choices.len()].key.clone()
        }
        _ => "none".to_owned(),
    };
    match seed % 14 {
        0..=4 => Input::Choice { node: None, key: offered },
        5 => Input::Choice { node, key: offered },
        6 => Input::Day { node: None, day },
        7 => Input::Day { node, day },
        8 => Input::DoNotKnow { node: None },
        9 => Input::Words(text.to_owned()),
        10 => Input::Back,
        11 => Input::Words(day.to_string()),
        12 => Input::Language(text.to_owned()),
        _ if seed.is_multiple_of(97) => Input::Restart,
        _ => Input::GoOn,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_answers_whatever_lead_to_a_dead_end(seeds in inputs(), text in ".{0,60}", place in any::<usize>()) {
        let guides = guides();
        let flow = &guides[place % guides.len()];
        let today = Date::constant(2026, 11, 23);
        let mut now = begin(flow, "en", today);
        let mut sent = Vec::new();
        for seed in seeds {
            let input = input(flow, &now.outputs, seed, &text);
            now = step(flow, &now.state, &input, today);
            sent.push(input);
            let waits = matches!(now.outputs.last(), Some(Output::Asked { .. }));
            let ends = matches!(now.outputs.last(), Some(Output::Ended { .. }));
            prop_assert!(waits != ends, "it asks or has ended: {:?}", now.outputs);
            prop_assert_eq!(ends, now.state.over);
            let questions = now.outputs.iter().filter(|output| matches!(output, Output::Asked { .. })).count();
            prop_assert!(questions <= 1, "one question at a time");
            prop_assert!(now.state.path.len() <= 200);
            // What is kept is written and read back as it was.
            let kept = serde_json::to_string(&now.state).unwrap();
            prop_assert_eq!(&serde_json::from_str::<flows::State>(&kept).unwrap(), &now.state);
            let said = serde_json::to_string(&now.outputs).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Vec<Output>>(&said).unwrap(), &now.outputs);
        }
        // The same answers give the same, whoever plays them.
        let again = simulate(flow, "en", &sent, today);
        let last = again.last().unwrap();
        prop_assert_eq!((&last.state, &last.outputs), (&now.state, &now.outputs));
        // However it stands, starting again stands at the beginning.
        let restarted = step(flow, &now.state, &Input::Restart, today);
        prop_assert_eq!(restarted.state.node, begin(flow, &now.state.language, today).state.node);
    }

    #[test]
    fn no_not_before_the_words_of_an_answer_ever_chooses_it(
        words in "[a-z]{3,9}( [a-z]{2,9}){0,4}", also in "[a-z]{3,9}( [a-z]{2,9}){0,2}", ends in "( [a-z]{2,7}){0,2}",
    ) {
        let mut flow = trip();
        let who = flow.nodes.iter_mut().find(|node| node.key == "who").unwrap();
        let flows::NodeKind::Choice { choices, .. } = &mut who.kind else { panic!("it asks") };
        choices[0].words.clone_from(&words);
        choices[0].also = vec![also.clone()];
        let today = Date::constant(2026, 11, 23);
        let state = begin(&flow, "en", today).state;
        for said in [&words, &also] {
            for not in ["no", "not", "nothing", "isnt"] {
                let now = step(&flow, &state, &Input::Words(format!("{not} {said}{ends}")), today);
                let chosen = matches!(&now.answered, flows::Answered::Choice { key, .. } if key == "child");
                prop_assert!(!chosen, "'{not} {said}{ends}' is no '{words}', no '{also}'");
            }
        }
    }

    #[test]
    fn no_text_whatever_stops_the_reader(text in "\\PC{0,400}") {
        let _ = parse(&text);
        let _ = flows::read_day(&text, Date::constant(2026, 11, 23));
        let _ = flows::read_code(&text);
    }

    #[test]
    fn a_guide_with_anything_in_one_place_is_read_or_refused(text in "[a-z0-9{}\"'\\[\\]= \\n.-]{0,40}", place in 0usize..4000) {
        let whole = crate::support::TRIP;
        let at = (0..=place.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at)).unwrap();
        let broken = format!("{}{text}{}", &whole[..at], &whole[at..]);
        if let Ok(flow) = parse(&broken) {
            begin(&flow, "en", Date::constant(2026, 11, 23));
        }
    }
}

#[test]
fn no_answer_of_any_guide_is_chosen_by_its_words_with_a_not_before_them() {
    let today = Date::constant(2026, 11, 23);
    let plain = |text: &str| {
        let kept = |letter: char| letter.is_alphanumeric() || letter == ' ';
        text.to_lowercase().chars().filter(|letter| kept(*letter)).collect::<String>()
    };
    let mut chosen = Vec::new();
    for flow in guides() {
        for node in &flow.nodes {
            let flows::NodeKind::Choice { choices, .. } = &node.kind else { continue };
            let mut state = begin(&flow, "en", today).state;
            state.node.clone_from(&node.key);
            for choice in choices {
                let ways: Vec<&String> = choice.also.iter().chain([&choice.words]).collect();
                for (way, not) in ways.iter().flat_map(|way| ["no", "not", "nothing"].map(|not| (way, not))) {
                    let said = format!("{not} {way}");
                    // 'No, not yet' is what one button says, and 'nothing' another.
                    let is_its_own = ways
                        .iter()
                        .any(|own| plain(own) == plain(&said) || not == "nothing" && plain(own) == not);
                    let now = step(&flow, &state, &Input::Words(said.clone()), today);
                    let takes_it =
                        matches!(&now.answered, flows::Answered::Choice { key, .. } if *key == choice.key);
                    if takes_it && !is_its_own {
                        chosen.push(format!("{}: {}: '{said}' chose {}", flow.slug, node.key, choice.key));
                    }
                }
            }
        }
    }
    assert!(chosen.is_empty(), "{chosen:#?}");
}
