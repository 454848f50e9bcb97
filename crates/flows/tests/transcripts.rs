//! Golden transcripts: what each guide says to a family, turn by turn, word for word. A change of a guide shows here as
//! a difference that a person can read before it reaches anybody. `UPDATE=1 cargo test -p flows --test transcripts`
//! writes them anew; look at the difference before you keep it.
//!
//! A transcript begins with the guide and the day. Then each `>` is what the person did: `[key]` presses a button,
//! `[2026-01-05]` gives a day, `[do not know]`, `[back]`, `[start again]`, `[explain]`, `[person]` and `[go on]` press
//! what every guide has, and anything else was typed. Each `<` is what the guide said, with the node it stands at.
//! Words go through the safety screen first, as they do on the page: a red card changes nothing in the guide.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use flows::{Answered, Asks, Cite, Flow, Input, NodeKind, Output, Stepped, begin, parse, step};
use kernel::Date;
use safety::{Level, LocalContacts, Screen};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::PathBuf,
};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The parts of a transcript that a person writes.
struct Script<'a> {
    /// Lines before the first turn: what it shows, the guide, the day.
    head: Vec<&'a str>,
    slug: &'a str,
    today: Date,
    /// What the person did.
    did: Vec<&'a str>,
}

fn read(text: &str) -> Script<'_> {
    let head: Vec<&str> = text
        .lines()
        .take_while(|line| !line.starts_with(['<', '>']))
        .filter(|line| !line.is_empty())
        .collect();
    let of = |name: &str| {
        let found = head.iter().find_map(|line| line.strip_prefix(name)).map(str::trim);
        found.unwrap_or_else(|| panic!("a transcript begins with '{name}'"))
    };
    let (slug, today) = (of("guide:"), of("today:").parse().unwrap());
    Script { slug, today, did: text.lines().filter_map(|line| line.strip_prefix("> ")).collect(), head }
}

fn input(did: &str) -> Input {
    let Some(pressed) = did.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return Input::Words(did.to_owned());
    };
    match pressed {
        "do not know" => Input::DoNotKnow { node: None },
        "back" => Input::Back,
        "start again" => Input::Restart,
        "explain" => Input::Explain,
        "person" => Input::Person,
        "go on" => Input::GoOn,
        key => match key.parse::<Date>() {
            Ok(day) => Input::Day { node: None, day },
            Err(_) => Input::Choice { node: None, key: key.to_owned() },
        },
    }
}

/// Plays a script and writes down what is said.
fn play(script: &Script<'_>, flow: &Flow, screen: &Screen) -> String {
    let mut out = format!("{}\n\n", script.head.join("\n"));
    let mut stands = begin(flow, "en", script.today);
    write_outputs(&mut out, &stands);
    for did in &script.did {
        writeln!(out, "\n> {did}").unwrap();
        let mut input = input(did);
        if let Input::Words(typed) = &input {
            let screened = screen.read(typed);
            if let Some(card) = screen.card(screened.verdict(), &LocalContacts::none(), script.today) {
                writeln!(out, "< (safety card, {}) {}", card.level.as_str(), card.heading).unwrap();
            }
            if screened.verdict().level == Level::Red {
                writeln!(out, "< (paused at {}; nothing in the guide has changed)", stands.state.node)
                    .unwrap();
                continue;
            }
            if screened.verdict().loss && !flow.loss {
                writeln!(out, "< (the guide for after a loss is offered)").unwrap();
                input = Input::Loss(flows::Loss::Child);
            }
        }
        stands = step(flow, &stands.state, &input, script.today);
        write_outputs(&mut out, &stands);
    }
    out
}

fn write_outputs(out: &mut String, stands: &Stepped) {
    for output in &stands.outputs {
        let (at, text, cites): (&str, &str, &[Cite]) = match output {
            Output::Said { node, text, cites }
            | Output::Worked { node, text, cites, .. }
            | Output::Services { node, text, cites, .. }
            | Output::HandOver { node, text, cites, .. }
            | Output::Asked { node, text, cites, .. } => (node, text, cites),
            Output::NotUnderstood { times: 1 } => ("(not understood)", "", &[]),
            Output::NotUnderstood { .. } => ("(not understood again)", "", &[]),
            Output::Person => ("(a person is offered)", "", &[]),
            Output::Aside => ("(a question of its own: it is answered, and the guide goes on)", "", &[]),
            Output::Stop => ("(the code to come back with is shown)", "", &[]),
            Output::Changed => ("(an earlier answer was changed)", "", &[]),
            Output::Explained { text } => ("(explained)", text, &[]),
            Output::Offered { .. } => ("(another guide is offered)", "", &[]),
            Output::Circles => ("(it went in circles)", "", &[]),
            Output::Ended { .. } => ("(the end)", "", &[]),
        };
        writeln!(out, "< {at}").unwrap();
        for line in text.lines() {
            writeln!(out, "{}", format!("    {line}").trim_end()).unwrap();
        }
        match output {
            Output::Worked { lines, .. } => {
                for line in lines {
                    let sum = if line.day.is_some() { line.sum.as_str() } else { "(a day is missing)" };
                    writeln!(out, "    = {}: {sum}", line.words).unwrap();
                    for note in &line.notes {
                        writeln!(out, "      {note}").unwrap();
                    }
                }
            }
            Output::Services { need, words, .. } => {
                writeln!(out, "    -> services: {need} '{words}'").unwrap()
            }
            Output::HandOver { target, words, .. } => writeln!(out, "    -> {words} ({target})").unwrap(),
            Output::Asked { choices, kind, .. } => {
                for choice in choices {
                    writeln!(out, "    [{}] {}", choice.key, choice.words).unwrap();
                }
                if *kind == Asks::Day {
                    writeln!(out, "    (a day, or: I do not know)").unwrap();
                }
            }
            _ => {}
        }
        if !cites.is_empty() {
            let named: Vec<String> =
                cites.iter().map(|cite| format!("{}: {}", cite.publisher, cite.title)).collect();
            writeln!(out, "    ({})", named.join("; ")).unwrap();
        }
    }
}

/// The lines that went and the lines that came, each under the turn it stands in.
fn difference(was: &str, is: &str) -> String {
    let (was, is): (Vec<&str>, Vec<&str>) = (was.lines().collect(), is.lines().collect());
    // How many lines both still have in common from each place on.
    let mut common = vec![vec![0_u32; is.len() + 1]; was.len() + 1];
    for i in (0..was.len()).rev() {
        for j in (0..is.len()).rev() {
            common[i][j] = if was[i] == is[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let (mut out, mut turn, mut told) = (String::new(), "", "");
    while i < was.len() || j < is.len() {
        if i < was.len() && j < is.len() && was[i] == is[j] {
            if is[j].starts_with(['<', '>']) {
                turn = is[j];
            }
            (i, j) = (i + 1, j + 1);
            continue;
        }
        if told != turn {
            writeln!(out, "  {turn}").unwrap();
            told = turn;
        }
        if j >= is.len() || i < was.len() && common[i + 1][j] >= common[i][j + 1] {
            writeln!(out, "- {}", was[i]).unwrap();
            i += 1;
        } else {
            writeln!(out, "+ {}", is[j]).unwrap();
            j += 1;
        }
    }
    out
}

fn guides() -> BTreeMap<String, Flow> {
    let files = fs::read_dir(folder("flows")).unwrap().map(|entry| entry.unwrap().path());
    let flow = |path: PathBuf| {
        let flow =
            parse(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|found| panic!("{path:?}: {found:?}"));
        (flow.slug.clone(), flow)
    };
    files.map(flow).collect()
}

fn transcripts() -> Vec<(String, PathBuf, String)> {
    let files = fs::read_dir(folder("transcripts")).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), path, text)
    };
    let mut all: Vec<_> = files.map(named).collect();
    all.sort();
    all
}

fn press(key: &str) -> Input {
    Input::Choice { node: None, key: key.to_owned() }
}

#[test]
fn every_guide_says_what_its_transcripts_say() {
    let (guides, screen) = (guides(), Screen::new().unwrap());
    let update = std::env::var_os("UPDATE").is_some();
    let mut differ = String::new();
    for (name, path, was) in transcripts() {
        let script = read(&was);
        let flow =
            guides.get(script.slug).unwrap_or_else(|| panic!("{name}: there is no guide '{}'", script.slug));
        let is = play(&script, flow, &screen);
        if was == is {
            continue;
        }
        if update {
            fs::write(&path, &is).unwrap();
        } else {
            writeln!(differ, "{name}\n{}", difference(&was, &is)).unwrap();
        }
    }
    assert!(differ.is_empty(), "\n{differ}\nRun with UPDATE=1 to keep it, when it is what you meant.");
}

#[test]
fn every_guide_has_its_transcripts() {
    let mut many: BTreeMap<String, usize> = guides().into_keys().map(|slug| (slug, 0)).collect();
    for (name, _, text) in transcripts() {
        let slug = read(&text).slug.to_owned();
        assert!(name.starts_with(&slug), "{name} is about {slug}");
        *many.entry(slug).or_default() += 1;
    }
    for (slug, many) in many {
        let least = if slug == "ehc-plan" { 4 } else { 2 };
        assert!(many >= least, "{slug} has {many} transcripts, and needs {least}");
    }
}

#[test]
fn f13_a_request_of_5_january_2026_has_the_days_of_the_law() {
    let guides = guides();
    let flow = &guides["ehc-plan"];
    let today: Date = "2026-02-01".parse().unwrap();
    let mut stands = begin(flow, "en", today);
    let asked_on = Input::Day { node: None, day: "2026-01-05".parse().unwrap() };
    for did in [press("waiting"), press("nothing"), asked_on] {
        stands = step(flow, &stands.state, &did, today);
    }
    let lines = stands.outputs.iter().find_map(|output| match output {
        Output::Worked { lines, .. } => Some(lines.clone()),
        _ => None,
    });
    let lines = lines.expect("the days are worked out");
    let days: Vec<String> = lines.iter().map(|line| line.day.unwrap().to_string()).collect();
    assert_eq!(days, ["2026-02-16", "2026-04-27", "2026-05-25"]);
    assert_eq!(lines[0].sum, "Monday 5 January 2026 + 6 weeks = Monday 16 February 2026");
    assert!(lines[2].notes.iter().any(|note| note.contains("bank holiday")), "{:?}", lines[2].notes);
    assert!(lines[0].notes.is_empty() && lines[1].notes.is_empty());
}

#[test]
fn every_way_through_every_guide_goes_on_until_an_end_and_says_every_node() {
    let today: Date = "2026-11-23".parse().unwrap();
    let days = ["2013-06-12", "2025-06-12", "2026-09-30", "2026-11-23", "2027-01-04"];
    for flow in guides().values() {
        let (mut said, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut ahead = vec![begin(flow, "en", today)];
        let mut ended = false;
        while let Some(stands) = ahead.pop() {
            for output in &stands.outputs {
                let (node, text) = match output {
                    Output::Said { node, text, .. }
                    | Output::Worked { node, text, .. }
                    | Output::Services { node, text, .. }
                    | Output::HandOver { node, text, .. }
                    | Output::Asked { node, text, .. } => (node, text),
                    Output::Ended { .. } => continue,
                    odd => panic!("{}: {odd:?} at {}", flow.slug, stands.state.node),
                };
                assert!(!text.contains("{{") && !text.trim().is_empty(), "{}: {node}: '{text}'", flow.slug);
                said.insert(node.clone());
            }
            ended |= stands.state.over;
            // The day that was given last decides where branches lead; more would be more ways than anybody walks.
            let last_day = stands.state.path.iter().rev().find_map(|passed| match passed.answered {
                Answered::Day(day) => Some(day),
                _ => None,
            });
            if stands.state.over || !seen.insert((stands.state.node.clone(), last_day)) {
                continue;
            }
            let node = stands.state.node.clone();
            let answers: Vec<Input> = match &flow.node(&node).unwrap().kind {
                NodeKind::Choice { choices, .. } => choices.iter().map(|choice| press(&choice.key)).collect(),
                NodeKind::Date { .. } => {
                    let days = days.iter().map(|day| Input::Day { node: None, day: day.parse().unwrap() });
                    days.chain([Input::DoNotKnow { node: None }]).collect()
                }
                _ => panic!("{}: {node} does not ask", flow.slug),
            };
            // Two answers that nobody foresaw go where `otherwise` says, and never to an end or away from 'ring 999'.
            let unforeseen = Input::Words("qwertyuiop".to_owned());
            let once = step(flow, &stands.state, &unforeseen, today);
            let twice = step(flow, &once.state, &unforeseen, today);
            let has_gone_on =
                twice.outputs.iter().all(|output| !matches!(output, Output::NotUnderstood { .. }));
            assert!(!twice.state.over, "{}: {node} ends because of what nobody foresaw", flow.slug);
            if has_gone_on && matches!(flow.node(&node).unwrap().kind, NodeKind::Choice { .. }) {
                ahead.push(Stepped { state: flows::State { missed: 0, ..twice.state }, ..twice });
            }
            ahead.extend(answers.iter().map(|answer| step(flow, &stands.state, answer, today)));
        }
        assert!(ended, "{} never ends", flow.slug);
        let silent = |node: &&flows::Node| !matches!(node.kind, NodeKind::Branch { .. });
        let unsaid: Vec<&str> = flow
            .nodes
            .iter()
            .filter(silent)
            .map(|node| node.key.as_str())
            .filter(|key| !said.contains(*key))
            .collect();
        assert!(unsaid.is_empty(), "{}: nobody ever hears {unsaid:?}", flow.slug);
    }
}

#[test]
fn from_i_do_not_know_no_guide_reaches_a_sum_that_needs_that_day() {
    let guides = guides();
    let mut dates = 0;
    for flow in guides.values() {
        for node in &flow.nodes {
            let NodeKind::Date { keep, unknown, .. } = &node.kind else { continue };
            dates += 1;
            let (mut ahead, mut seen) = (vec![unknown.clone()], BTreeSet::new());
            while let Some(key) = ahead.pop() {
                let Some(next) = flow.node(&key).filter(|next| seen.insert(next.key.clone())) else {
                    continue;
                };
                match &next.kind {
                    // It is asked for again: what follows from here has the day.
                    NodeKind::Date { keep: again, .. } if again == keep => continue,
                    NodeKind::WorkOut { steps, .. } => {
                        let needs = steps.iter().any(|step| step.from == *keep);
                        assert!(!needs, "{}: 'I do not know' at {} leads to {key}", flow.slug, node.key);
                    }
                    _ => {}
                }
                ahead.extend(next.ways().into_iter().map(|way| way.to));
            }
        }
    }
    assert!(dates >= 8, "the guide to EHC plans asks for days");
}

#[test]
fn the_guide_for_after_a_loss_asks_for_nothing_and_silence_is_always_one_tap_away() {
    let guides = guides();
    let loss = &guides["loss-of-a-baby"];
    assert!(loss.loss && loss.sensitive && !loss.baby);
    for node in &loss.nodes {
        match &node.kind {
            NodeKind::Choice { choices, .. } => {
                assert!(choices.iter().any(|choice| choice.to == "quiet"), "{}", node.key);
            }
            NodeKind::Words { .. } | NodeKind::Date { .. } => panic!("{} asks for something", node.key),
            _ => {}
        }
    }
    let first = loss.node(&loss.start).unwrap();
    assert_eq!(first.ways()[0].to, "stop", "stopping messages is the first answer");
}

#[test]
fn a_guide_about_a_baby_is_never_put_before_somebody_who_has_lost_one() {
    let guides = guides();
    for slug in ["after-having-a-baby", "feeding-worry"] {
        assert!(guides[slug].baby, "{slug}");
    }
    for slug in ["after-having-a-baby", "loss-of-a-baby", "leave-messages"] {
        assert!(guides[slug].sensitive, "{slug}");
    }
}
