use crate::{
    DIMENSIONS, Vector,
    encoder::WIDTH,
    pieces::{Going, Vocabulary, each_word},
};
use std::{fmt, ops::Range, sync::LazyLock};

/// A vector for each of the words and word pieces that families write, made once from an encoder by `make_table`. It
/// needs no model to run. It lies in the program and is read where it lies: nothing of it is copied into memory.
pub struct Table {
    encoder: &'static [u8],
    mean: &'static [[u8; 4]],
    axes: &'static [[u8; 4]],
    /// How long a step is, by piece: how much the piece says, and how far it points.
    scales: &'static [[u8; 4]],
    steps: &'static [[u8; DIMENSIONS]],
    /// Where the letters of a piece begin; one more than there are pieces.
    begins: &'static [[u8; 4]],
    letters: &'static [u8],
    beginnings: usize,
}

/// What a file of the table begins with; another arrangement gets another number.
pub const MARK: &[u8; 16] = b"hearth meaning 1";
/// The file beside the table with which a part of it can be made again.
pub const PIECES_DATA: &str = "pieces.bin";
/// A longer text than this is cut: it is no question, and the first words of a document tell what it is.
const PIECES_MAX: usize = 512;

impl Table {
    /// The table that comes with the house.
    pub fn builtin() -> &'static Table {
        static BUILTIN: LazyLock<Table> = LazyLock::new(|| {
            // A test reads it, so what comes with the house is never broken; an empty one knows no words.
            Table::read(include_bytes!("../data/table.bin")).unwrap_or(Table {
                encoder: &[],
                mean: &[],
                axes: &[],
                scales: &[],
                steps: &[],
                begins: &[],
                letters: &[],
                beginnings: 0,
            })
        });
        &BUILTIN
    }

    /// A table as `make_table` wrote it; `None` when the bytes are no such thing.
    pub(crate) fn read(bytes: &'static [u8]) -> Option<Table> {
        let rest = bytes.strip_prefix(MARK)?;
        let (counts, rest) = rest.split_first_chunk::<16>()?;
        let [beginnings, rests, dimensions, width] = std::array::from_fn(|at| counts.as_chunks().0[at])
            .map(|count| u32::from_le_bytes(count) as usize);
        if (dimensions, width) != (DIMENSIONS, WIDTH) {
            return None;
        }
        let count = beginnings.checked_add(rests)?;
        let (encoder, rest) = rest.split_at_checked(16)?;
        let (mean, rest) = numbers(rest, WIDTH)?;
        let (axes, rest) = numbers(rest, DIMENSIONS * WIDTH)?;
        let (scales, rest) = numbers(rest, count)?;
        let (steps, rest) = rest.split_at_checked(count.checked_mul(DIMENSIONS)?)?;
        let (begins, letters) = numbers(rest, count + 1)?;
        let steps = steps.as_chunks().0;
        let table = Table { encoder, mean, axes, scales, steps, begins, letters, beginnings };
        let ends = begins.iter().map(|begin| u32::from_le_bytes(*begin) as usize);
        (ends.is_sorted() && table.begin(count) == letters.len()).then_some(table)
    }

    /// What a text means; `None` when it holds no word that the table knows.
    pub fn vector(&self, text: &str) -> Option<Vector> {
        Vector::of(&self.sum(text))
    }

    /// What several short passages mean together, each as much as another: the title of a document, what people also
    /// call it, its summary. On the questions of families this found more than one text of them all.
    pub fn vector_of_passages(&self, passages: &[&str]) -> Option<Vector> {
        let mut middle = [0f32; DIMENSIONS];
        for passage in passages {
            add_unit(&mut middle, &self.sum(passage));
        }
        Vector::of(&middle)
    }

    /// The sum of its pieces, as long as they say much.
    pub(crate) fn sum(&self, text: &str) -> [f32; DIMENSIONS] {
        let mut direction = [0f32; DIMENSIONS];
        let mut count = 0;
        each_word(text, self, |pieces| {
            for piece in pieces {
                let piece = *piece as usize;
                let scale = f32::from_le_bytes(self.scales[piece]);
                for (part, step) in direction.iter_mut().zip(&self.steps[piece]) {
                    *part += scale * f32::from(step.cast_signed());
                }
            }
            count += pieces.len();
            if count < PIECES_MAX { Going::On } else { Going::Enough }
        });
        direction
    }

    /// What the encoder made of a text, among the axes of the table.
    pub(crate) fn direction(&self, encoded: &[f32]) -> [f32; DIMENSIONS] {
        let mut direction = [0f32; DIMENSIONS];
        for (part, axis) in direction.iter_mut().zip(self.axes.chunks_exact(WIDTH)) {
            let along = axis.iter().zip(self.mean).zip(encoded);
            *part = along
                .map(|((axis, mean), number)| {
                    f32::from_le_bytes(*axis) * (number - f32::from_le_bytes(*mean))
                })
                .sum();
        }
        direction
    }

    /// The name of the encoder that it was made from.
    pub fn encoder(&self) -> &str {
        std::str::from_utf8(self.encoder).unwrap_or_default()
    }

    /// Every word and every piece that goes on within a word, which begins with `##`, with its vector.
    pub fn pieces(&self) -> impl Iterator<Item = (String, Option<Vector>)> + '_ {
        self.steps.iter().enumerate().map(|(at, steps)| {
            let letters = String::from_utf8_lossy(self.letters_of(at));
            let name = if at < self.beginnings { letters.into_owned() } else { format!("##{letters}") };
            (name, Vector::from_bytes(steps))
        })
    }

    fn find(&self, among: Range<usize>, piece: &str) -> Option<u32> {
        let (mut from, mut to) = (among.start, among.end);
        while from < to {
            let middle = usize::midpoint(from, to);
            match self.letters_of(middle).cmp(piece.as_bytes()) {
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
                std::cmp::Ordering::Equal => return u32::try_from(middle).ok(),
            }
        }
        None
    }

    fn letters_of(&self, at: usize) -> &'static [u8] {
        &self.letters[self.begin(at)..self.begin(at + 1)]
    }

    fn begin(&self, at: usize) -> usize {
        u32::from_le_bytes(self.begins[at]) as usize
    }
}

impl Vocabulary for Table {
    fn find_beginning(&self, piece: &str) -> Option<u32> {
        self.find(0..self.beginnings, piece)
    }

    fn find_rest(&self, piece: &str) -> Option<u32> {
        self.find(self.beginnings..self.steps.len(), piece)
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("pieces", &self.steps.len()).finish_non_exhaustive()
    }
}

/// Adds a direction as if it were of length one; what has no direction adds nothing.
pub(crate) fn add_unit(sum: &mut [f32; DIMENSIONS], direction: &[f32; DIMENSIONS]) {
    let length = direction.iter().map(|part| part * part).sum::<f32>().sqrt();
    if length.is_normal() {
        sum.iter_mut().zip(direction).for_each(|(sum, part)| *sum += part / length);
    }
}

type Numbers = &'static [[u8; 4]];

fn numbers(bytes: &'static [u8], count: usize) -> Option<(Numbers, &'static [u8])> {
    let (numbers, rest) = bytes.split_at_checked(count.checked_mul(4)?)?;
    Some((numbers.as_chunks().0, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_read_and_the_same_text_means_the_same(text in "\\PC{0,80}|(\\PC|\\s){0,40}") {
            let table = Table::builtin();
            prop_assert_eq!(table.vector(&text), table.vector(&text.to_ascii_uppercase()));
            if let Some(vector) = table.vector(&text) {
                prop_assert!(vector.closeness(&vector) > 0.999);
            }
        }

        #[test]
        fn a_table_that_was_cut_short_is_refused(share in 0.0f64..1.0) {
            let whole: &'static [u8] = include_bytes!("../data/table.bin");
            let cut = (whole.len() as f64 * share) as usize;
            prop_assert!(Table::read(&whole[..cut.min(whole.len() - 1)]).is_none());
        }
    }
}
