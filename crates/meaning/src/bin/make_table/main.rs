//! Makes the table of pieces from an encoder and from texts as families and their helpers write them:
//! `cargo run --release -p meaning --bin make_table -- FOLDER TEXTS...`, where TEXTS are files or folders of them.
//!
//! One pass of the encoder for each piece gives it a direction. A question is the sum of its pieces, each weighed by how
//! seldom it is (smooth inverse frequency). Such a sum points a little beside where the encoder points for the whole text,
//! so the best straight turn from the one to the other is learnt from the texts, and the axes along which the turned
//! sums differ most are kept. Nothing in it is chance: the same files give the same table.

mod sums;
mod texts;

use meaning::{DIMENSIONS, Encoder, PIECES_DATA, TABLE_MARK, WIDTH};
use std::{
    collections::{BTreeSet, HashMap},
    error::Error,
    io::Write,
    path::{Path, PathBuf},
};
use sums::Square;

/// Beside the pieces that the texts hold, so many of the commonest words are kept.
const COMMON_WORDS: u32 = 6_000;
/// The list of words is in the order of how common they are, from this one on.
const FIRST_WORD: u32 = 1_996;
/// What weighs half: a piece that is one in so many. Of a ten-thousandth to a hundredth, this found most.
const HALF_WEIGHT: f64 = 5e-4;
/// How much the turn is held back from following the texts too closely.
const HELD_BACK: f64 = 0.05;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("say where the encoder is, then which texts to learn from")?;
    let mut out = std::io::stdout();
    let encoder = Encoder::open(&folder)?;
    let list = std::fs::read_to_string(folder.join("vocab.txt"))?;
    let list: Vec<&str> = list.lines().collect();
    let texts = texts::read(&arguments.collect::<Vec<_>>())?;
    writeln!(out, "{} texts", texts.len())?;

    let taken_apart: Vec<Vec<u32>> = texts.iter().map(|text| inner(&encoder.pieces(text)).to_vec()).collect();
    let kept = kept(&list, taken_apart.iter().flatten());
    let mut directions =
        encode_all(&encoder, &kept.iter().map(|piece| around(&encoder, *piece)).collect::<Vec<_>>());
    let piece_mean = mean(&directions);
    directions.iter_mut().for_each(|direction| minus(direction, &piece_mean));
    writeln!(out, "{} pieces", kept.len())?;

    let places: HashMap<u32, usize> = kept.iter().enumerate().map(|(place, piece)| (*piece, place)).collect();
    let summed: Vec<Option<Vec<f64>>> = taken_apart
        .iter()
        .map(|pieces| {
            let mut sum = vec![0.0; WIDTH];
            for piece in pieces.iter().filter(|piece| places.contains_key(piece)) {
                plus(&mut sum, &directions[places[piece]], weight(*piece));
            }
            sums::unit(sum)
        })
        .collect();
    let mut encoded =
        encode_all(&encoder, &texts.iter().map(|text| encoder.pieces(text)).collect::<Vec<_>>());
    let text_mean = mean(&encoded);
    encoded.iter_mut().for_each(|direction| minus(direction, &text_mean));
    writeln!(out, "encoded")?;

    // The turn T makes |S T - E| least, where S are the sums and E what the encoder says; then the axes of S T.
    let (mut within, mut across) = (Square::nought(WIDTH), Square::nought(WIDTH));
    for (sum, encoded) in
        summed.iter().zip(&encoded).filter_map(|(sum, encoded)| sum.as_ref().zip(Some(encoded)))
    {
        within.add_product(sum, sum);
        across.add_product(sum, encoded);
    }
    let mut held = within.clone();
    held.add_to_diagonal(HELD_BACK * within.mean_of_diagonal());
    let turn = held.solve(&across).ok_or("the texts do not hold enough different words")?;
    let turned = turn.transposed().times(&within).times(&turn);
    let axes: Vec<Vec<f64>> = turned.axes().into_iter().take(DIMENSIONS).collect();
    // One matrix from a piece to the axes: the turn, then the axes.
    let turned_axes: Vec<Vec<f64>> = axes.iter().map(|axis| turn.times_column(axis)).collect();

    let mut pieces: Vec<(bool, &str, f32, [i8; DIMENSIONS])> = Vec::new();
    for (piece, direction) in kept.iter().zip(&directions) {
        let along: Vec<f64> =
            turned_axes.iter().map(|axis| sums::product(axis, direction) * weight(*piece)).collect();
        let Some((scale, steps)) = small(&along) else { continue };
        let word = list[*piece as usize];
        pieces.push((word.starts_with("##"), word.trim_start_matches('#'), scale, steps));
    }
    pieces.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    write_table(&data.join("table.bin"), &encoder, &text_mean, &axes, &pieces)?;
    // Not a part of the program: with these a test makes a part of the table again.
    let mut of_pieces = numbers(&piece_mean);
    turned_axes.iter().for_each(|axis| of_pieces.extend(numbers(axis)));
    std::fs::write(data.join(PIECES_DATA), of_pieces)?;
    writeln!(out, "written")?;
    Ok(())
}

/// The pieces that a family may write: letters and figures of English, where the texts hold them or they are common.
fn kept<'a>(list: &[&str], in_texts: impl Iterator<Item = &'a u32>) -> Vec<u32> {
    let in_texts: BTreeSet<u32> = in_texts.copied().collect();
    let english = |word: &str| {
        let letters = word.strip_prefix("##").unwrap_or(word);
        !letters.is_empty() && letters.bytes().all(|letter| letter.is_ascii_alphanumeric())
    };
    let common = |piece: u32| piece < FIRST_WORD + COMMON_WORDS;
    let numbered = (0u32..).zip(list);
    numbered
        .filter(|(piece, word)| english(word) && (common(*piece) || in_texts.contains(piece)))
        .map(|(piece, _)| piece)
        .collect()
}

/// Smooth inverse frequency. How common a word is, is told by its place in the list (Zipf's law).
fn weight(piece: u32) -> f64 {
    const COMMONEST: f64 = 30.0;
    let place = f64::from(piece.saturating_sub(FIRST_WORD - 1)).max(COMMONEST);
    let share = 1.0 / (place * 10.83);
    HALF_WEIGHT / (HALF_WEIGHT + share)
}

/// A piece by itself, as the encoder reads it.
fn around(encoder: &Encoder, piece: u32) -> Vec<u32> {
    let mut pieces = encoder.pieces("");
    pieces.insert(1, piece);
    pieces
}

/// Without the begin and the end of the text.
fn inner(pieces: &[u32]) -> &[u32] {
    &pieces[1..pieces.len() - 1]
}

/// The encoder over many texts, on two threads, in their order.
fn encode_all(encoder: &Encoder, all: &[Vec<u32>]) -> Vec<Vec<f64>> {
    let encode = |part: &[Vec<u32>]| -> Vec<Vec<f64>> {
        part.iter().map(|pieces| encoder.encode_pieces(pieces).into_iter().map(f64::from).collect()).collect()
    };
    let (first, second) = all.split_at(all.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| encode(second));
        let mut encoded = encode(first);
        encoded.extend(other.join().unwrap_or_default());
        encoded
    })
}

fn mean(rows: &[Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; WIDTH];
    rows.iter().for_each(|row| plus(&mut mean, row, 1.0 / rows.len() as f64));
    mean
}

fn plus(sum: &mut [f64], more: &[f64], times: f64) {
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more * times);
}

fn minus(from: &mut [f64], less: &[f64]) {
    plus(from, less, -1.0);
}

/// A direction in steps of one size, and that size.
fn small(direction: &[f64]) -> Option<(f32, [i8; DIMENSIONS])> {
    let longest = direction.iter().fold(0f64, |longest, part| longest.max(part.abs()));
    let mut steps = [0i8; DIMENSIONS];
    for (step, part) in steps.iter_mut().zip(direction) {
        *step = (part / longest * 127.0).round() as i8;
    }
    (longest > 0.0).then_some(((longest / 127.0) as f32, steps))
}

fn numbers(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| (*number as f32).to_le_bytes()).collect()
}

fn write_table(
    path: &Path,
    encoder: &Encoder,
    text_mean: &[f64],
    axes: &[Vec<f64>],
    pieces: &[(bool, &str, f32, [i8; DIMENSIONS])],
) -> Result<(), Box<dyn Error>> {
    let beginnings = pieces.iter().filter(|piece| !piece.0).count();
    let mut file = TABLE_MARK.to_vec();
    for count in [beginnings, pieces.len() - beginnings, DIMENSIONS, WIDTH] {
        file.extend(u32::try_from(count)?.to_le_bytes());
    }
    file.extend(encoder.name().as_bytes());
    file.extend(numbers(text_mean));
    axes.iter().for_each(|axis| file.extend(numbers(axis)));
    pieces.iter().for_each(|piece| file.extend(piece.2.to_le_bytes()));
    pieces.iter().for_each(|piece| file.extend(piece.3.map(i8::cast_unsigned)));
    let mut begin = 0u32;
    for piece in pieces {
        file.extend(begin.to_le_bytes());
        begin += u32::try_from(piece.1.len())?;
    }
    file.extend(begin.to_le_bytes());
    pieces.iter().for_each(|piece| file.extend(piece.1.bytes()));
    Ok(std::fs::write(path, file)?)
}
