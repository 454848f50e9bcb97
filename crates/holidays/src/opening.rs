//! The morning on which booking opens: who comes in which order, by a rule that anybody can work out again.
//!
//! Tickets are numbered in the order they were taken. A seed is thrown when the programme is set up; the SHA-256 of it is
//! shown at once, the seed itself when booking opens. Who has the lower SHA-256 of `seed:number` comes first.

use jiff::SignedDuration;
use kernel::Instant;
use sha2::{Digest, Sha256};

/// What of a seed is shown before it is.
pub fn commitment(seed: &str) -> String {
    hex(seed)
}

/// The order of tickets that were taken before the opening.
pub fn decide_order(seed: &str, tickets: &[i64]) -> Vec<i64> {
    let mut drawn: Vec<(String, i64)> =
        tickets.iter().map(|number| (hex(&format!("{seed}:{number}")), *number)).collect();
    drawn.sort();
    drawn.into_iter().map(|(_, number)| number).collect()
}

/// When the family at a place of the line is let in, counted from nought.
pub fn decide_turn(opens_at: Instant, place: i64, per_minute: i64) -> Instant {
    opens_at + SignedDuration::from_millis(place.max(0).saturating_mul(60_000) / per_minute.max(1))
}

/// 'You are 120th, about 3 minutes.'
pub fn place_words(before: i64, wait: SignedDuration) -> String {
    let minutes = (wait.as_secs().max(0) + 59) / 60;
    let wait = match minutes {
        0 => "less than a minute".to_owned(),
        1 => "about 1 minute".to_owned(),
        many if many < 90 => format!("about {many} minutes"),
        many => format!("about {} hours", (many + 30) / 60),
    };
    format!("You are {} in line, {wait}.", ordinal(before + 1))
}

fn ordinal(number: i64) -> String {
    let end = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}

fn hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_order_is_that_of_anybodys_sha256() {
        // printf '%s' 'seed:1' | sha256sum, and so on; checked with another program.
        assert_eq!(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let drawn = decide_order("seed", &[1, 2, 3, 4, 5]);
        let mut expected: Vec<i64> = vec![1, 2, 3, 4, 5];
        expected.sort_by_key(|number| hex(&format!("seed:{number}")));
        assert_eq!(drawn, expected);
        assert_ne!(
            decide_order("another seed", &(1..=50).collect::<Vec<_>>()),
            decide_order("seed", &(1..=50).collect::<Vec<_>>())
        );
    }

    #[test]
    fn everybody_is_drawn_once_and_who_came_first_has_no_better_chance() {
        let tickets: Vec<i64> = (1..=200).collect();
        let mut first_half = 0;
        for seed in 0..50 {
            let drawn = decide_order(&format!("{seed}"), &tickets);
            assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), 200);
            first_half += drawn[..100].iter().filter(|number| **number <= 100).count();
        }
        assert!((2_300..2_700).contains(&first_half), "{first_half} of 5,000");
    }

    #[test]
    fn the_wait_is_said_plainly() {
        let words = |before, seconds| place_words(before, SignedDuration::from_secs(seconds));
        assert_eq!(words(119, 170), "You are 120th in line, about 3 minutes.");
        assert_eq!(words(0, 0), "You are 1st in line, less than a minute.");
        assert_eq!(words(10, 7_200), "You are 11th in line, about 2 hours.");
        let opens: Instant = "2026-12-01T10:00:00Z".parse().unwrap();
        assert_eq!(decide_turn(opens, 240, 120), "2026-12-01T10:02:00Z".parse().unwrap());
    }
}
