//! How long a vector takes: `cargo run --release -p meaning --example meaning_bench -- [FOLDER]`.

use meaning::{Encoder, Listener, Table};
use std::{
    hint::black_box,
    io::Write,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    let table = Table::builtin();
    let question = "my two year old is not talking yet and the nursery said to ask somebody for help";
    for text in ["where can i weigh my baby", question, &question.repeat(40)] {
        let times = times(2_000, || table.vector(text));
        writeln!(out, "table, {} letters: {times}", text.len())?;
    }
    let aliases =
        ["find a nursery", "who has spaces", "going back to work and no childcare", "list of childminders"];
    let times_of_passages = times(500, || table.vector_of_passages(&aliases.repeat(5)));
    writeln!(out, "table, a document of 20 passages: {times_of_passages}")?;
    let (a, b) = (table.vector(question), table.vector("speech and language"));
    if let (Some(a), Some(b)) = (a, b) {
        let closeness =
            times(200, || (0..10_000).map(|_| black_box(&a).closeness(black_box(&b))).sum::<f32>());
        writeln!(out, "10,000 comparisons: {closeness}")?;
    }

    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/encoder".to_owned());
    let begun = Instant::now();
    let encoder = Arc::new(Encoder::open(Path::new(&folder))?);
    writeln!(out, "opening the encoder: {:?}", begun.elapsed())?;
    for text in ["where can i weigh my baby", question, &question.repeat(20)] {
        let times = times(60, || encoder.encode(text));
        writeln!(out, "encoder, {} pieces: {times}", encoder.pieces(text).len())?;
    }
    let listener = Listener::new(encoder).ok_or("the listener learnt from another encoder")?;
    for text in ["where can i weigh my baby", question, &format!("{question}. ").repeat(100)] {
        let times = times(100, || listener.hear(text));
        writeln!(out, "listener, {} letters: {times}", text.len())?;
    }
    Ok(())
}

fn times<T>(rounds: usize, work: impl Fn() -> T) -> String {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let begun = Instant::now();
            black_box(work());
            begun.elapsed()
        })
        .collect();
    times.sort();
    let at = |share: usize| times[(rounds * share / 100).min(rounds - 1)];
    format!("p50 {:?}, p99 {:?}", at(50), at(99))
}
