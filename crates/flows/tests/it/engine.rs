use crate::support::{TRIP, choose, day, trip, typed};
use flows::{Answered, Asks, Flow, Input, Kept, Output, Reply, State, Stepped, begin, parse, step};

fn play(flow: &Flow, inputs: &[Input], today: &str) -> Stepped {
    let mut last = begin(flow, "en", day(today));
    for input in inputs {
        last = step(flow, &last.state, input, day(today));
    }
    last
}

fn waits_at(state: &State, node: &str) -> bool {
    state.node == node && !state.over
}

fn texts(stepped: &Stepped) -> String {
    stepped.outputs.iter().filter_map(Output::text).collect::<Vec<_>>().join("\n")
}

#[test]
fn f08_answers_off_the_script_are_asked_again_then_led_on_then_given_a_person_and_never_end() {
    let flow = trip();
    let first = play(&flow, &[typed("purple monkey")], "2026-11-23");
    assert!(matches!(first.outputs.first(), Some(Output::NotUnderstood { times: 1 })));
    assert!(matches!(first.outputs.last(), Some(Output::Asked { choices, .. }) if choices.len() == 2));
    assert!(waits_at(&first.state, "who"));

    let second = step(&flow, &first.state, &typed("purple monkey"), day("2026-11-23"));
    assert!(waits_at(&second.state, "anything"), "it goes where the flow says");
    let third = step(&flow, &second.state, &typed("purple monkey"), day("2026-11-23"));
    assert!(third.outputs.contains(&Output::Person));
    assert!(matches!(third.outputs.last(), Some(Output::Asked { .. })), "and the question is still there");

    let mut state = third.state;
    for _ in 0..50 {
        state = step(&flow, &state, &typed("purple monkey"), day("2026-11-23")).state;
        assert!(!state.over);
    }
    let answered = step(&flow, &state, &choose("yes"), day("2026-11-23"));
    assert!(waits_at(&answered.state, "why") && answered.state.missed == 0);
}

#[test]
fn f09_a_question_of_its_own_is_handed_to_the_host_and_the_flow_waits() {
    let flow = trip();
    for asked in ["what does the health visitor do?", "how much does nursery cost", "is there a bus?"] {
        let aside = play(&flow, &[typed(asked)], "2026-11-23");
        assert!(aside.outputs.contains(&Output::Aside), "{asked}");
        assert_eq!(aside.answered, Answered::Aside);
        assert!(matches!(aside.outputs.last(), Some(Output::Asked { node, .. }) if node == "who"));
        assert_eq!(aside.state.missed, 0, "it is no fault of theirs");
        let back = step(&flow, &aside.state, &choose("child"), day("2026-11-23"));
        assert!(waits_at(&back.state, "asked-on"));
    }
}

#[test]
fn f10_another_language_says_the_same_step_again() {
    let flow = trip();
    let polish = play(&flow, &[Input::Language("pl".to_owned())], "2026-11-23");
    assert!(waits_at(&polish.state, "who"));
    assert!(texts(&polish).contains("Dzień dobry"), "{}", texts(&polish));
    assert!(
        matches!(polish.outputs.last(), Some(Output::Asked { choices, .. }) if choices[0].words == "Moje dziecko")
    );
    let chosen = step(&flow, &polish.state, &typed("moje dziecko"), day("2026-11-23"));
    assert!(waits_at(&chosen.state, "asked-on"));
    let english = step(&flow, &chosen.state, &Input::Language("en".to_owned()), day("2026-11-23"));
    assert!(waits_at(&english.state, "asked-on") && english.state.path == chosen.state.path);
    let unknown = step(&flow, &english.state, &Input::Language("xx".to_owned()), day("2026-11-23"));
    assert_eq!(unknown.state.language, "en");
}

#[test]
fn f11_a_flow_that_goes_in_circles_stops_at_the_budget_with_a_way_out() {
    let circle = TRIP.replace(
        "key = \"near\"\nkind = \"services\"",
        "key = \"round\"\nkind = \"say\"\nsay = \"Round.\"\nfacts = false\nto = \"round\"\n[[node]]\nkey = \"near\"\nkind = \"services\"",
    );
    let circle = circle.replace(
        "kind = \"words\"\nsay = \"What worries you most?\"\nfacts = false\nto = \"near\"",
        "kind = \"words\"\nsay = \"What worries you most?\"\nfacts = false\nto = \"round\"",
    );
    let flow = parse(&circle).unwrap();
    let stopped = play(&flow, &[choose("me"), typed("the waiting")], "2026-11-23");
    assert!(stopped.outputs.contains(&Output::Circles) && stopped.outputs.contains(&Output::Person));
    assert!(stopped.outputs.len() < 10, "nobody reads a hundred rounds");
    assert!(waits_at(&stopped.state, "why"), "they stand where they stood");
    let on = step(&flow, &stopped.state, &Input::Back, day("2026-11-23"));
    assert!(waits_at(&on.state, "who"));

    let at_once = parse(&circle.replace("start = \"hello\"", "start = \"round\"")).unwrap();
    let stopped = begin(&at_once, "en", day("2026-11-23"));
    assert!(stopped.state.over && stopped.outputs.contains(&Output::Person));
}

#[test]
fn f13_the_weeks_of_an_assessment_are_counted_and_a_bank_holiday_leaves_the_day_unchanged() {
    let flow = trip();
    let worked = play(&flow, &[choose("child"), typed("5 January 2026")], "2026-03-01");
    let lines = worked.outputs.iter().find_map(|output| match output {
        Output::Worked { lines, .. } => Some(lines.clone()),
        _ => None,
    });
    let lines = lines.unwrap();
    let days: Vec<_> = lines.iter().map(|line| line.day.unwrap()).collect();
    assert_eq!(days, [day("2026-02-16"), day("2026-04-27"), day("2026-05-25")]);
    assert_eq!(lines[0].sum, "Monday 5 January 2026 + 6 weeks = Monday 16 February 2026");
    assert!(
        lines[2]
            .notes
            .iter()
            .any(|note| note.contains("Spring bank holiday") && note.contains("stays the same"))
    );
    assert!(lines[0].notes.contains(&"This day has passed.".to_owned()) && lines[1].notes.is_empty());
    assert!(texts(&worked).contains("must say by Monday 16 February 2026"), "{}", texts(&worked));
    assert!(!texts(&worked).contains("It is late"));
    let late = play(&flow, &[choose("child"), typed("5/1/2026")], "2026-05-26");
    assert!(texts(&late).contains("It is late"));
}

#[test]
fn a_day_that_is_not_known_is_never_counted_from() {
    let flow = trip();
    let without = play(&flow, &[choose("child"), typed("i dont know")], "2026-11-23");
    assert_eq!(without.answered, Answered::DoNotKnow);
    assert!(texts(&without).contains("Ring and ask") && !without.state.kept.contains_key("week6"));
    // A day that was known once and was taken back is not known any more.
    let back = play(
        &flow,
        &[choose("child"), typed("2026-01-05"), Input::Back, Input::DoNotKnow { node: None }],
        "2026-11-23",
    );
    assert!(!back.state.kept.contains_key("asked_on") && !back.state.kept.contains_key("week6"));
    let guessed = play(&flow, &[choose("child"), typed("some time in January")], "2026-11-23");
    assert!(waits_at(&guessed.state, "asked-on"));
}

#[test]
fn going_back_forgets_what_was_answered_there_and_starting_again_forgets_all() {
    let flow = trip();
    let on = play(&flow, &[choose("child"), typed("2026-01-05")], "2026-11-23");
    assert_eq!(on.state.kept.get("who"), Some(&Kept::Choice("child".to_owned())));
    let back = step(&flow, &on.state, &typed("go back"), day("2026-11-23"));
    assert!(waits_at(&back.state, "asked-on") && back.state.kept.len() == 1);
    let first = step(&flow, &back.state, &Input::Back, day("2026-11-23"));
    assert!(waits_at(&first.state, "who") && first.state.kept.is_empty());
    let still = step(&flow, &first.state, &Input::Back, day("2026-11-23"));
    assert!(waits_at(&still.state, "who"), "there is nothing before the first question");
    let again = step(&flow, &on.state, &typed("start again"), day("2026-11-23"));
    assert!(again.state.kept.is_empty() && again.state.path.is_empty() && waits_at(&again.state, "who"));
}

#[test]
fn the_end_is_no_dead_end() {
    let flow = trip();
    let end = play(&flow, &[choose("me"), typed("sleep"), choose("no")], "2026-11-23");
    assert!(end.state.over && matches!(end.outputs.last(), Some(Output::Ended { .. })));
    for input in
        [typed("hello"), choose("yes"), Input::GoOn, Input::Explain, Input::Person, typed("what now?")]
    {
        let after = step(&flow, &end.state, &input, day("2026-11-23"));
        assert!(matches!(after.outputs.last(), Some(Output::Ended { .. })), "{input:?}");
    }
    let back = step(&flow, &end.state, &Input::Back, day("2026-11-23"));
    assert!(waits_at(&back.state, "more"));
    let again = step(&flow, &end.state, &Input::Restart, day("2026-11-23"));
    assert!(waits_at(&again.state, "who"));
}

#[test]
fn an_answer_to_an_earlier_question_changes_that_answer() {
    let flow = trip();
    let on = play(&flow, &[choose("child"), typed("2026-01-05")], "2026-11-23");
    let earlier = Input::Choice { node: Some("who".to_owned()), key: "me".to_owned() };
    let changed = step(&flow, &on.state, &earlier, day("2026-11-23"));
    assert!(changed.outputs.contains(&Output::Changed));
    assert!(waits_at(&changed.state, "why") && changed.state.path.len() == 1);
    assert_eq!(changed.state.kept.get("who"), Some(&Kept::Choice("me".to_owned())));
    assert!(!changed.state.kept.contains_key("asked_on"));
}

#[test]
fn words_are_taken_for_an_answer_only_when_it_is_certain() {
    let flow = trip();
    for (text, node) in [
        ("My child", "asked-on"),
        ("its for my son", "asked-on"),
        ("MY DAUGHTER!!", "asked-on"),
        ("1", "asked-on"),
        ("2", "why"),
        ("for myself please", "why"),
        ("my chlid", "asked-on"),
        ("not my child", "who"),
        ("my child and myself", "who"),
        ("3", "who"),
        ("0", "who"),
        ("", "who"),
        ("he said hello", "who"),
    ] {
        let taken = play(&flow, &[typed(text)], "2026-11-23");
        assert_eq!(taken.state.node, node, "{text}");
    }
}

#[test]
fn what_is_said_at_any_step_is_obeyed_at_any_step() {
    let flow = trip();
    let explained = play(&flow, &[typed("what does that mean")], "2026-11-23");
    assert!(texts(&explained).contains("Tell us whose plan it is"));
    let person = play(&flow, &[typed("talk to a person")], "2026-11-23");
    assert!(person.outputs.contains(&Output::Person) && waits_at(&person.state, "who"));
    let stop = play(&flow, &[typed("stop")], "2026-11-23");
    assert!(stop.outputs.contains(&Output::Stop) && waits_at(&stop.state, "who"));
}

#[test]
fn what_a_question_waits_for_is_told_to_the_host() {
    let flow = trip();
    let kinds = |inputs: &[Input]| match play(&flow, inputs, "2026-11-23").outputs.last() {
        Some(Output::Asked { kind, .. }) => *kind,
        _ => panic!("it asks"),
    };
    assert_eq!(kinds(&[]), Asks::Choice);
    assert_eq!(kinds(&[choose("child")]), Asks::Day);
    assert_eq!(kinds(&[choose("me")]), Asks::Words);
    let state = play(&flow, &[choose("child")], "2026-11-23").state;
    assert!(flows::understands(&flow, &state, "5 jan 2026", day("2026-11-23")));
    assert!(!flows::understands(&flow, &state, "where is the nearest hub", day("2026-11-23")));
    let _: Reply<'_> = Reply::Pressed(Input::GoOn);
}

#[test]
fn a_text_with_a_slip_is_refused_with_its_line_and_what_to_do() {
    for (wrong, line, words) in [
        (TRIP.replace("to = \"calendar\"", "to = \"calender\""), Some(43), "there is no such node"),
        (TRIP.replace("kind = \"end\"", "kind = \"ende\""), None, "'ende' is no kind"),
        (TRIP.replace("otherwise = \"anything\"", "otherwis = \"anything\""), None, "otherwis"),
        (TRIP.replace("add = \"6 weeks\"", "add = \"soon\""), None, "'soon' cannot be counted"),
        (TRIP.replace("{{week6}}", "{{weak6}}"), None, "{{weak6}}"),
        (TRIP.replace("start = \"hello\"", "start = \"helo\""), None, "'helo'"),
        (TRIP.replace("cites = [\"law\"]", "cites = [\"lore\"]"), None, "'lore'"),
        (TRIP.replace("of = \"week20\"", "of = \"week21\""), None, "'week21'"),
        (TRIP.replace("choice.me = \"Ja\"", "choice.mee = \"Ja\""), None, "'mee'"),
        (
            TRIP.replace("target = \"tel:01514960000\"", "target = \"javascript:alert(1)\""),
            None,
            "leads nowhere",
        ),
        (TRIP.replace("title = \"A trial trip\"", "title = "), Some(3), ""),
        ("x".repeat(400_000), None, "too long"),
        (String::new(), None, "slug"),
    ] {
        let troubles = parse(&wrong).unwrap_err();
        assert!(troubles.iter().any(|trouble| trouble.words.contains(words)), "{words}: {troubles:?}");
        if let Some(line) = line {
            assert!(troubles.iter().any(|trouble| trouble.line == Some(line)), "{line}: {troubles:?}");
        }
    }
}

#[test]
fn a_loss_stops_the_questions_of_every_guide_until_they_choose_to_go_on() {
    let today = day("2026-11-23");
    for flow in flows::builtin().iter().map(|text| parse(text).unwrap()).filter(|flow| !flow.loss) {
        for told in
            ["my baby died", "he died", "my partner has died", "we lost our little boy he passed away"]
        {
            let first = begin(&flow, "en", today);
            let asked = texts(&first);
            let told_of = step(&flow, &first.state, &typed(told), today);
            assert!(texts(&told_of).contains("so sorry"), "{}: {told}", flow.slug);
            assert_eq!(told_of.state.path, first.state.path, "{}: {told} is no answer", flow.slug);
            let question = asked.lines().last().unwrap();
            assert!(!texts(&told_of).contains(question), "{}: {told}", flow.slug);
            let still = step(&flow, &told_of.state, &typed("hm"), today);
            assert!(!texts(&still).contains(question), "{}: {told}", flow.slug);
            let on = step(&flow, &still.state, &typed("go on with what i was doing"), today);
            assert!(texts(&on).contains(question), "{}: {told}", flow.slug);
        }
    }
}
