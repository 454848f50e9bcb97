use crate::{
    Encoder,
    encoder::{PIECES_MAX, WIDTH},
};
use std::{fmt, sync::Arc};

/// Listens for cries for help in what the encoder makes of a text. A second net behind the words and phrases of the
/// safety screen, never instead of them: it is one plane through the encoder's space, learnt by `make_listener` from the
/// screen's own made-up messages, and it finds about half of what they find.
pub struct Listener {
    encoder: Arc<Encoder>,
    kinds: Vec<&'static str>,
    /// How far on the side of a cry a text must be.
    far_enough: f32,
    /// The plane between a cry and calm, then one for each kind of help. The last number of each is its place.
    planes: Vec<Plane>,
}

type Plane = [f32; WIDTH + 1];

/// What its file begins with.
pub const LISTENER_MARK: &[u8; 16] = b"hearth listens 1";
/// A text is read for so many pieces and no further: each takes up to a millisecond, and somebody is waiting.
const PIECES_READ: usize = 48;
/// A sentence longer than this is read in parts: what matters is soon lost among much else.
const PIECES_OF_SENTENCE: usize = 32;
/// Nobody reads further than this anyway, and taking a book apart would take longer than reading its end.
const LETTERS_LOOKED_AT: usize = 4 * PIECES_MAX;

impl Listener {
    /// The listener that comes with the house; `None` when what it learnt came from another encoder.
    pub fn new(encoder: Arc<Encoder>) -> Option<Listener> {
        let rest = include_bytes!("../data/listener.bin").strip_prefix(LISTENER_MARK)?;
        let (name, rest) = rest.split_at_checked(encoder.name().len())?;
        if name != encoder.name().as_bytes() {
            return None;
        }
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (kinds, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let kinds: Vec<&str> = std::str::from_utf8(kinds).ok()?.lines().collect();
        let numbers: Vec<f32> = rest.as_chunks().0.iter().map(|number| f32::from_le_bytes(*number)).collect();
        let (far_enough, planes) = numbers.split_first()?;
        let planes = planes.as_chunks().0.to_vec();
        (planes.len() == kinds.len() + 1).then_some(Listener {
            encoder,
            kinds,
            far_enough: *far_enough,
            planes,
        })
    }

    /// The kinds of help it knows.
    pub fn kinds(&self) -> &[&'static str] {
        &self.kinds
    }

    /// The kind of help that some part of a text cries for.
    pub fn hear(&self, text: &str) -> Option<&'static str> {
        let mut left = PIECES_READ;
        let mut loudest: Option<(f32, &'static str)> = None;
        for pieces in self.sentences(text) {
            if pieces.len() > left {
                break;
            }
            left -= pieces.len();
            let heard = self.hear_sentence(&self.encoder.encode_pieces(&pieces));
            if let Some(heard) = heard
                && loudest.is_none_or(|loudest| heard.0 > loudest.0)
            {
                loudest = Some(heard);
            }
        }
        loudest.map(|(_, kind)| kind)
    }

    fn hear_sentence(&self, encoded: &[f32]) -> Option<(f32, &'static str)> {
        let (cry, kinds) = self.planes.split_first()?;
        let loud = side_of(cry, encoded);
        let of_kinds = kinds.iter().zip(&self.kinds).map(|(plane, kind)| (side_of(plane, encoded), *kind));
        let kind = of_kinds.max_by(|a, b| a.0.total_cmp(&b.0))?.1;
        (loud >= self.far_enough).then_some((loud, kind))
    }

    /// The pieces of each sentence. The last comes first, for what is hardest to say is often said last; then from the top.
    fn sentences(&self, text: &str) -> Vec<Vec<u32>> {
        let (begin, end) = (upto(text, LETTERS_LOOKED_AT), from_the_end(text, LETTERS_LOOKED_AT));
        let parts = |text: &str| -> Vec<Vec<u32>> {
            text.split_inclusive(['.', '!', '?', '\n'])
                .filter(|sentence| has_two_words(sentence))
                .map(|sentence| self.encoder.pieces(sentence))
                .flat_map(|pieces| short_enough(&pieces))
                .collect()
        };
        let mut sentences = parts(begin);
        let last = if end.len() < text.len() { parts(end).pop() } else { sentences.pop() };
        if let Some(last) = last {
            sentences.insert(0, last);
        }
        sentences
    }
}

/// Its kinds alone.
impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("kinds", &self.kinds).finish_non_exhaustive()
    }
}

fn side_of(plane: &Plane, encoded: &[f32]) -> f32 {
    let [parts @ .., place] = plane;
    parts.iter().zip(encoded).map(|(part, number)| part * number).sum::<f32>() + place
}

/// One word alone is a search and no sentence: those that matter are in the screen's own lists.
fn has_two_words(sentence: &str) -> bool {
    sentence.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).nth(1).is_some()
}

fn short_enough(pieces: &[u32]) -> Vec<Vec<u32>> {
    let [begin, inner @ .., end] = pieces else { return Vec::new() };
    inner.chunks(PIECES_OF_SENTENCE).map(|part| [&[*begin], part, &[*end]].concat()).collect()
}

fn upto(text: &str, letters: usize) -> &str {
    text.char_indices().nth(letters).map_or(text, |(end, _)| &text[..end])
}

fn from_the_end(text: &str, letters: usize) -> &str {
    text.char_indices().rev().nth(letters).map_or(text, |(begin, _)| &text[begin..])
}
