//! Letters on paper: which font has them, how wide a word is, and what stands where a letter is missing.

use anyhow::{Context, anyhow};
use flate2::read::ZlibDecoder;
use kernel::Fault;
use krilla::{
    Data,
    text::{Font, GlyphId, KrillaGlyph},
};
use rustybuzz::{Direction, Face, UnicodeBuffer};
use std::{io::Read, sync::OnceLock};

const REGULAR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/regular"));
const BOLD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bold"));
/// What is drawn for a letter that the font has not: a black diamond with a question mark, which nobody takes for a letter.
/// The text that a screen reader finds is still the right one.
const MISSING: [char; 2] = ['\u{fffd}', '?'];

/// How dark the letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// The fonts, unpacked once.
pub(crate) struct Letters {
    fonts: [(Font, Face<'static>); 2],
    /// How wide a space is, in parts of the letter's size.
    spaces: [f32; 2],
}

impl Letters {
    pub fn load() -> Result<&'static Letters, Fault> {
        static LETTERS: OnceLock<Letters> = OnceLock::new();
        if let Some(letters) = LETTERS.get() {
            return Ok(letters);
        }
        let mut letters = Letters { fonts: [unpack(REGULAR)?, unpack(BOLD)?], spaces: [0.0; 2] };
        letters.spaces = [Weight::Regular, Weight::Bold].map(|weight| letters.width(" ", weight));
        Ok(LETTERS.get_or_init(|| letters))
    }

    pub fn font(&self, weight: Weight) -> &Font {
        &self.of(weight).0
    }

    fn of(&self, weight: Weight) -> &(Font, Face<'static>) {
        &self.fonts[usize::from(weight == Weight::Bold)]
    }

    /// A text as glyphs, all of one direction, with their widths in parts of the letter's size.
    pub fn shape(&self, text: &str, weight: Weight) -> Vec<KrillaGlyph> {
        let face = &self.of(weight).1;
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        if buffer.direction() != Direction::RightToLeft {
            buffer.set_direction(Direction::LeftToRight);
        }
        let shaped = rustybuzz::shape(face, &[], buffer);
        let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        starts.sort_unstable();
        starts.dedup();
        let end = |start: usize| starts.iter().copied().find(|other| *other > start).unwrap_or(text.len());
        let em = face.units_per_em() as f32;
        let (instead, instead_advance) = self.missing(weight);
        shaped
            .glyph_infos()
            .iter()
            .zip(shaped.glyph_positions())
            .map(|(info, at)| {
                let start = info.cluster as usize;
                let (glyph, advance) = match info.glyph_id {
                    0 => (instead, instead_advance),
                    glyph => (glyph, at.x_advance as f32 / em),
                };
                KrillaGlyph::new(
                    GlyphId::new(glyph),
                    advance,
                    at.x_offset as f32 / em,
                    at.y_offset as f32 / em,
                    at.y_advance as f32 / em,
                    start..end(start),
                    None,
                )
            })
            .collect()
    }

    fn missing(&self, weight: Weight) -> (u32, f32) {
        let face = &self.of(weight).1;
        let glyph = MISSING.into_iter().find_map(|letter| face.glyph_index(letter)).unwrap_or_default();
        let advance = f32::from(face.glyph_hor_advance(glyph).unwrap_or_default());
        (u32::from(glyph.0), advance / face.units_per_em() as f32)
    }

    /// How wide a text is, in parts of the letter's size.
    fn width(&self, text: &str, weight: Weight) -> f32 {
        self.shape(text, weight).iter().map(|glyph| glyph.x_advance).sum()
    }

    pub fn space(&self, weight: Weight) -> f32 {
        self.spaces[usize::from(weight == Weight::Bold)]
    }
}

fn unpack(packed: &'static [u8]) -> Result<(Font, Face<'static>), Fault> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(packed).read_to_end(&mut bytes).context("unpacking the letters")?;
    // They stay as long as the house stands.
    let bytes: &'static [u8] = Box::leak(bytes.into_boxed_slice());
    let font = Font::new(Data::from(bytes), 0).ok_or_else(|| anyhow!("the letters cannot be read"))?;
    let face = Face::from_slice(bytes, 0).ok_or_else(|| anyhow!("the letters cannot be shaped"))?;
    Ok((font, face))
}

/// A word that is never broken, unless it is wider than the paper.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    pub text: String,
    pub weight: Weight,
    /// In parts of the letter's size.
    pub width: f32,
    pub is_right_to_left: bool,
}

/// The words of a text. What is no letter at all, such as a NUL, becomes a space.
pub(crate) fn words(letters: &Letters, text: &str, weight: Weight) -> Vec<Word> {
    let clean: String = text
        .chars()
        .map(|letter| {
            let is_none = letter.is_control() || matches!(letter, '\u{feff}' | '\u{fffe}' | '\u{ffff}');
            if is_none { ' ' } else { letter }
        })
        .collect();
    clean.split_whitespace().map(|word| self::word(letters, word, weight)).collect()
}

fn word(letters: &Letters, text: &str, weight: Weight) -> Word {
    Word {
        width: letters.width(text, weight),
        text: text.to_owned(),
        weight,
        is_right_to_left: text.chars().any(is_right_to_left),
    }
}

/// Hebrew, Arabic and their kin.
fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

/// The words in lines no wider than `width`, in points, at a size. A word that is wider alone is cut where it must be.
pub(crate) fn lines(letters: &Letters, words: &[Word], size: f32, width: f32) -> Vec<Vec<Word>> {
    let mut lines: Vec<Vec<Word>> = Vec::new();
    let mut used = 0.0;
    for word in words {
        let mut rest = vec![word.clone()];
        while let Some(word) = rest.pop() {
            let space = letters.space(word.weight) * size;
            let wide = word.width * size;
            match lines.last_mut() {
                Some(line) if used + space + wide <= width => {
                    used += space + wide;
                    line.push(word);
                }
                _ if wide <= width || word.text.chars().count() == 1 => {
                    used = wide;
                    lines.push(vec![word]);
                }
                _ => {
                    let (head, tail) = cut(letters, &word, size, width);
                    rest.extend([tail, head]);
                }
            }
        }
    }
    lines
}

fn cut(letters: &Letters, word: &Word, size: f32, width: f32) -> (Word, Word) {
    let ends: Vec<usize> = word.text.char_indices().map(|(at, _)| at).skip(1).collect();
    let fits = ends.partition_point(|end| letters.width(&word.text[..*end], word.weight) * size <= width);
    let end = ends[fits.saturating_sub(1)];
    let (head, tail) = word.text.split_at(end);
    (self::word(letters, head, word.weight), self::word(letters, tail, word.weight))
}

/// A part of a line that is drawn as one: one weight, one direction.
pub(crate) struct Run {
    pub text: String,
    pub weight: Weight,
}

/// A line as parts that are drawn one after the other.
pub(crate) fn runs(line: &[Word]) -> Vec<Run> {
    let mut runs: Vec<(Run, bool)> = Vec::new();
    for word in line {
        match runs.last_mut() {
            Some((run, right_to_left))
                if run.weight == word.weight && *right_to_left == word.is_right_to_left =>
            {
                run.text.push(' ');
                run.text.push_str(&word.text);
            }
            last => {
                // The space stands in the part whose direction is the page's.
                let mut text = word.text.clone();
                if let Some((before, right_to_left)) = last {
                    if *right_to_left { text.insert(0, ' ') } else { before.text.push(' ') }
                }
                runs.push((Run { text, weight: word.weight }, word.is_right_to_left));
            }
        }
    }
    runs.into_iter().map(|(run, _)| run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing_in(text: &str) -> usize {
        let letters = Letters::load().unwrap();
        let missing = letters.missing(Weight::Regular).0;
        letters.shape(text, Weight::Regular).iter().filter(|glyph| glyph.glyph_id.to_u32() == missing).count()
    }

    #[test]
    fn the_letters_of_welsh_polish_and_arabic_names_are_there_and_a_missing_one_is_told_apart() {
        for text in
            ["Siân Llŷr, tŷ, ŵyr", "Małgorzata Święcicka-Żółć", "علي العبد", "Оксана", "£3.50 ½ – ‘’ é"]
        {
            assert_eq!(missing_in(text), 0, "{text}");
        }
        assert_eq!(missing_in("Clwb 漢字 🎈"), 3);
        let shaped = Letters::load().unwrap().shape("漢", Weight::Bold);
        assert_eq!((shaped.len(), shaped[0].text_range.clone()), (1, 0..3), "its text stays what it was");
        assert!(shaped[0].glyph_id.to_u32() != 0);
    }

    #[test]
    fn no_line_is_wider_than_the_paper_and_no_letter_is_lost() {
        let letters = Letters::load().unwrap();
        let text = format!("Stay and play {} مرحبا بكم today", "Llanfairpwllgwyngyll".repeat(6));
        let words = words(letters, &text, Weight::Bold);
        for width in [1.0, 30.0, 90.0, 500.0] {
            let lines = lines(letters, &words, 9.0, width);
            let spaced = |line: &Vec<Word>| {
                let gaps = (line.len() - 1) as f32 * letters.space(Weight::Bold);
                (line.iter().map(|word| word.width).sum::<f32>() + gaps) * 9.0
            };
            assert!(
                lines.iter().all(|line| line.len() == 1 && line[0].text.chars().count() == 1
                    || spaced(line) <= width + 0.01)
            );
            let all: String = lines.iter().flatten().map(|word| word.text.as_str()).collect();
            assert_eq!(all, text.replace(' ', ""));
        }
    }

    #[test]
    fn words_of_two_directions_are_drawn_in_parts_with_one_space_between() {
        let letters = Letters::load().unwrap();
        let line = words(letters, "Play مرحبا بكم today\0here", Weight::Regular);
        let texts: Vec<String> = runs(&line).into_iter().map(|run| run.text).collect();
        assert_eq!(texts, ["Play ", "مرحبا بكم", " today here"]);
    }
}
