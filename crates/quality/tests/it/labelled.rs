//! How well duplicates are found, measured on labelled pairs. The weights were set while looking at one half; the other
//! was scored once, when they stood. Both halves were invented by whoever wrote the weights and the lists of opposed
//! words, before those, so the second half is no blind sample: expect less of a council's own entries. The numbers the
//! tests hold are those that were measured.

use quality::pairs::{Compared, LIKELY, Pair, find_pairs};
use std::collections::HashMap;

struct Labelled {
    kind: String,
    same: bool,
    a: Compared,
    b: Compared,
}

fn read() -> Vec<Labelled> {
    let text = include_str!("../data/pairs.tsv");
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 20, "{line}");
            let a: Vec<&str> = cells[2..11].to_vec();
            let b: Vec<&str> =
                cells[11..20].iter().zip(&a).map(|(b, a)| if *b == "=" { *a } else { *b }).collect();
            Labelled { kind: cells[0].to_owned(), same: cells[1] == "1", a: compared(&a), b: compared(&b) }
        })
        .collect()
}

fn compared(cells: &[&str]) -> Compared {
    let given = |at: usize| Some(cells[at]).filter(|cell| *cell != "-").map(str::to_owned);
    let ages = given(7).map(|ages| {
        let (from, until) = ages.split_once('-').unwrap();
        (if from == "p" { -9 } else { from.parse().unwrap() }, until.parse().ok())
    });
    let times = given(8).into_iter().flat_map(|times| {
        times
            .split(',')
            .map(|time| {
                let (hour, minute) = time[2..].split_once(':').unwrap();
                let from: i64 = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
                (time[..2].to_owned(), Some(from))
            })
            .collect::<Vec<_>>()
    });
    let (code, street) = (given(5), given(6));
    Compared {
        key: cells[0].to_owned(),
        name: cells[0].to_owned(),
        organization: given(1).unwrap_or_default(),
        phones: given(2).into_iter().collect(),
        email: given(3),
        website: given(4),
        places: if code.is_some() || street.is_some() { vec![(code, street)] } else { Vec::new() },
        ages,
        times: times.collect(),
        records: Vec::new(),
    }
}

#[derive(Debug, Default)]
struct Measured {
    found: usize,
    missed: usize,
    wrong: usize,
    right: usize,
    strangers: usize,
}

impl Measured {
    fn precision(&self) -> f64 {
        100.0 * self.found as f64 / (self.found + self.wrong + self.strangers) as f64
    }

    fn recall(&self) -> f64 {
        100.0 * self.found as f64 / (self.found + self.missed) as f64
    }
}

/// All entries of a half stand in one directory, as they would: what many of them print says little. A pair of entries
/// from two lines counts as wrong too when it is taken for the same.
fn measure(half: &[&Labelled], say: impl Fn(&str, &Labelled, Option<&Pair>)) -> Measured {
    let entries: Vec<Compared> = half.iter().flat_map(|line| [line.a.clone(), line.b.clone()]).collect();
    let pairs = find_pairs(&entries);
    let likely: HashMap<(usize, usize), &Pair> = pairs.iter().map(|pair| (pair.at, pair)).collect();
    let mut measured = Measured::default();
    for (nth, line) in half.iter().enumerate() {
        let pair = likely.get(&(2 * nth, 2 * nth + 1)).copied();
        match (line.same, pair.is_some_and(|pair| pair.score >= LIKELY)) {
            (true, true) => measured.found += 1,
            (true, false) => {
                measured.missed += 1;
                say("missed", line, pair);
            }
            (false, true) => {
                measured.wrong += 1;
                say("wrong", line, pair);
            }
            (false, false) => measured.right += 1,
        }
    }
    for pair in pairs.iter().filter(|pair| pair.score >= LIKELY) {
        if pair.at.0 / 2 != pair.at.1 / 2 {
            measured.strangers += 1;
            let (a, b) = (&entries[pair.at.0], &entries[pair.at.1]);
            eprintln!("strangers {:.2} {} / {}: {:?}", pair.score, a.name, b.name, pair.reasons);
        }
    }
    measured
}

fn halves(lines: &[Labelled]) -> [Vec<&Labelled>; 2] {
    let half = |rest: usize| {
        lines.iter().enumerate().filter(|(at, _)| at % 2 == rest).map(|(_, line)| line).collect()
    };
    [half(0), half(1)]
}

fn tell(what: &str, line: &Labelled, pair: Option<&Pair>) {
    let said = pair.map(|pair| format!("{:.2} {:?} but {:?}", pair.score, pair.reasons, pair.doubts));
    eprintln!("{what} [{}] {} / {}: {}", line.kind, line.a.name, line.b.name, said.unwrap_or_default());
}

#[test]
fn on_the_half_the_weights_were_set_on_likely_pairs_are_right_and_most_are_found() {
    let lines = read();
    assert!(lines.len() >= 200, "{}", lines.len());
    let measured = measure(&halves(&lines)[0], tell);
    eprintln!(
        "set on: precision {:.1} %, recall {:.1} %, {measured:?}",
        measured.precision(),
        measured.recall()
    );
    assert!(measured.precision() >= 100.0 && measured.recall() >= 92.4, "{measured:?}");
}

#[test]
fn on_the_half_that_was_kept_apart_they_are_nearly_as_good() {
    let lines = read();
    let measured = measure(&halves(&lines)[1], tell);
    eprintln!(
        "kept apart: precision {:.1} %, recall {:.1} %, {measured:?}",
        measured.precision(),
        measured.recall()
    );
    assert!(measured.precision() >= 98.0 && measured.recall() >= 98.0, "{measured:?}");
}
