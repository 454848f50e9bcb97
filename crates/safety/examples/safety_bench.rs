//! How long the screen takes to read 4,000 characters: `cargo run --release -p safety --example safety_bench`.
//!
//! The texts are of the kinds that cost most: everyday talk, talk full of the lexicon's own words, misspelt words that
//! have to be guessed at, words run together, and letters that only look Latin.

use std::time::{Duration, Instant};

const LETTERS: usize = 4_000;
const READINGS: usize = 400;

fn main() -> Result<(), safety::LexiconFault> {
    let started = Instant::now();
    let screen = safety::Screen::new()?;
    println!("ready after {:?}", started.elapsed());
    println!("| text of {LETTERS} characters | p50 | p99 | slowest |\n| --- | --- | --- | --- |");
    for (name, line) in [
        (
            "everyday",
            "is there a group on tuesday for my two year old near the library, he loves cars and mud. ",
        ),
        (
            "the lexicon's own words",
            "my husband hits me and the baby is not breathing, she took tablets and i want to die tonight. ",
        ),
        (
            "misspelt",
            "my husbend hitts me wen hes drunck an the babby isnt brethin shes uncontious plese hlep tonite. ",
        ),
        ("run together", "hesgoingtohurtme iwanttokillmyself thebabyisnotbreathing nowheretosleeptonight "),
        ("disguised", "ѕuісіdе k!ll my$elf s u i c i d e su1c1d3 и хочу умереть dіеееее "),
    ] {
        let text: String = line.chars().cycle().take(LETTERS).collect();
        let mut times: Vec<Duration> = (0..READINGS)
            .map(|_| {
                let before = Instant::now();
                std::hint::black_box(screen.read(std::hint::black_box(&text)));
                before.elapsed()
            })
            .collect();
        times.sort_unstable();
        let at = |share: usize| times[(READINGS * share / 100).min(READINGS - 1)];
        println!("| {name} | {:.2?} | {:.2?} | {:.2?} |", at(50), at(99), at(100));
    }
    Ok(())
}
