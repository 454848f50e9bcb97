//! Prints generated series with the dates that this crate gives them, one JSON object a line, for
//! `calendar-tests/compare.py` to judge: `cargo run -p calendar --example oracle -- 10000 20261123`.

mod shared;

use calendar::{Days, TermCalendar};
use shared::{Chance, add_days};
use std::io::Write;

fn main() -> std::io::Result<()> {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let [count, seed] = numbers[..] else {
        eprintln!("Say how many rules and from which seed: oracle 10000 20261123");
        std::process::exit(2);
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut chance = Chance::of(seed);
    for _ in 0..count {
        let series = chance.bare_series();
        let plan = series.plan();
        // Often not from the start, so that entering a rule in its midst is judged as well.
        let from = add_days(plan.start.date(), [0, 0, 17, 400][chance.below(4) as usize]);
        let days = Days::new(from, add_days(from, 800)).expect("less than five years");
        let found = series.occurrences(&TermCalendar::default(), days);
        let line = serde_json::json!({
            "start": plan.start,
            "minutes": plan.minutes,
            "zone": plan.zone.name(),
            "rule": plan.repeats.as_ref().map(ToString::to_string),
            "from": days.first(),
            "to": days.last(),
            "starts": found.iter().map(|date| date.starts).collect::<Vec<_>>(),
            "starts_at": found.iter().map(|date| date.starts_at).collect::<Vec<_>>(),
            "ends_at": found.iter().map(|date| date.ends_at).collect::<Vec<_>>(),
            "words": series.words(),
        });
        writeln!(out, "{line}")?;
    }
    out.flush()
}
