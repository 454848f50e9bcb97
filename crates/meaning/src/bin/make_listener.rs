//! Makes what the listener knows, from an encoder and made-up messages:
//! `cargo run --release -p meaning --bin make_listener -- FOLDER MESSAGES.tsv...`
//!
//! A line of `harmless_*.tsv` is a style and a message; a line of `crisis_*.tsv` is a level, the kinds of help, a style and a
//! message. Least squares, held back a little, from the encoder's numbers to whether a message is a cry and of which kind.
//! How far is far enough is told by messages that were left out while learning, a tenth at a time. Nothing in it is chance.

#[path = "make_table/sums.rs"]
mod sums;

use meaning::{Encoder, LISTENER_MARK, WIDTH};
use std::{collections::BTreeSet, error::Error, io::Write, path::PathBuf};
use sums::Square;

/// Of a hundred calm messages, so many may bring a card that nobody needs.
const NEEDLESS: f64 = 0.018;
const HELD_BACK: f64 = 1.0;
const PARTS: usize = 10;

struct Message {
    /// `None` is calm.
    kind: Option<String>,
    encoded: Vec<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let encoder = Encoder::open(
        &arguments.next().ok_or("say where the encoder is, then which messages to learn from")?,
    )?;
    let mut messages = Vec::new();
    for path in arguments {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with("_blind") || name.ends_with("_held") {
            return Err(format!("{name} is kept for measuring").into());
        }
        for line in std::fs::read_to_string(&path)?.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let (kind, text) = match columns[..] {
                [style, text] if style != "amber_ok" => (None, text),
                [_, kinds, _, text] => (kinds.split(',').next().map(str::to_owned), text),
                _ => continue,
            };
            // The last number is one for every message: the place of the plane.
            let encoded = encoder.encode(text).into_iter().map(f64::from).chain([1.0]).collect();
            messages.push(Message { kind, encoded });
        }
    }
    let kinds: BTreeSet<&str> = messages.iter().filter_map(|message| message.kind.as_deref()).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();

    let mut left_out: Vec<(f64, bool)> = Vec::new();
    for part in 0..PARTS {
        let is_in = |at: usize| at % PARTS == part;
        let learnt = messages.iter().enumerate().filter(|(at, _)| !is_in(*at)).map(|(_, message)| message);
        let planes = planes(learnt, &kinds)?;
        let others = messages.iter().enumerate().filter(|(at, _)| is_in(*at)).map(|(_, message)| message);
        left_out.extend(
            others.map(|message| (sums::product(&planes[0], &message.encoded), message.kind.is_some())),
        );
    }
    let mut calm: Vec<f64> = left_out.iter().filter(|(_, cry)| !cry).map(|(side, _)| *side).collect();
    calm.sort_by(|a, b| b.total_cmp(a));
    let far_enough = calm[(calm.len() as f64 * NEEDLESS) as usize];
    let (cries, heard) = left_out
        .iter()
        .filter(|(_, cry)| *cry)
        .fold((0, 0), |(cries, heard), (side, _)| (cries + 1, heard + usize::from(*side >= far_enough)));
    writeln!(
        std::io::stdout(),
        "of messages that were left out: {heard} of {cries} cries are heard, and {} of {} calm ones bring a card, at {far_enough:.3}",
        calm.iter().filter(|side| **side >= far_enough).count(),
        calm.len()
    )?;

    let names = kinds.join("\n");
    let mut file = LISTENER_MARK.to_vec();
    file.extend(encoder.name().as_bytes());
    file.extend(u32::try_from(names.len())?.to_le_bytes());
    file.extend(names.as_bytes());
    file.extend((far_enough as f32).to_le_bytes());
    for plane in planes(messages.iter(), &kinds)? {
        plane.iter().for_each(|part| file.extend((*part as f32).to_le_bytes()));
    }
    Ok(std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/data/listener.bin"), file)?)
}

/// The plane of a cry, then that of each kind.
fn planes<'a>(
    messages: impl Iterator<Item = &'a Message>,
    kinds: &[&str],
) -> Result<Vec<Vec<f64>>, Box<dyn Error>> {
    let (mut within, mut across) = (Square::nought(WIDTH + 1), Square::nought(WIDTH + 1));
    let mut wanted = vec![0.0; WIDTH + 1];
    for message in messages {
        within.add_product(&message.encoded, &message.encoded);
        wanted[0] = f64::from(u8::from(message.kind.is_some()));
        for (place, kind) in wanted[1..].iter_mut().zip(kinds) {
            *place = f64::from(u8::from(message.kind.as_deref() == Some(kind)));
        }
        across.add_product(&wanted, &message.encoded);
    }
    within.add_to_diagonal(HELD_BACK);
    let solved = within.solve(&across.transposed()).ok_or("there are too few messages")?.transposed();
    Ok((0..=kinds.len()).map(|plane| solved.row(plane).to_vec()).collect())
}
