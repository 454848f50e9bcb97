//! How long it takes to look for duplicates among many entries: `cargo run --release -p quality --example quality_bench`.
#![allow(clippy::disallowed_methods, reason = "a measurement reads the machine's clock")]

use quality::pairs::{count_candidates, find_pairs, synthetic};
use std::time::Instant;

fn main() {
    println!("{:>8} {:>12} {:>8} {:>8}", "entries", "looked at", "pairs", "seconds");
    for entries in [3_000, 50_000] {
        let made = synthetic(entries);
        let began = Instant::now();
        let pairs = find_pairs(&made).len();
        let seconds = began.elapsed().as_secs_f64();
        println!("{entries:>8} {:>12} {pairs:>8} {seconds:>8.2}", count_candidates(&made));
    }
}
