//! WordPiece: a text is taken apart into words as the encoder's makers took theirs apart, and each word into the longest
//! pieces that are known.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// The words that somebody knows, and the pieces that may follow within one.
pub trait Vocabulary {
    /// The number of a word, or of the beginning of one.
    fn find_beginning(&self, piece: &str) -> Option<u32>;
    /// The number of what goes on within a word.
    fn find_rest(&self, piece: &str) -> Option<u32>;
}

/// A longer word than this is nobody's: its makers left such words out too.
const WORD_LETTERS_MAX: usize = 100;

/// Gives each word of a text to `take`: the numbers of its pieces, or nothing where a part of it is not known. Stops when
/// `take` has had enough.
pub fn each_word(text: &str, vocabulary: &impl Vocabulary, mut take: impl FnMut(&[u32]) -> Going) {
    let mut pieces = Vec::new();
    for word in tidy(text).split(' ').filter(|word| !word.is_empty()) {
        pieces.clear();
        take_apart(word, vocabulary, &mut pieces);
        if take(&pieces) == Going::Enough {
            return;
        }
    }
}

/// Whether more words are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Going {
    On,
    Enough,
}

/// The longest piece that is known, and again from where it ends. A word with a part that is not known has no pieces.
fn take_apart(word: &str, vocabulary: &impl Vocabulary, pieces: &mut Vec<u32>) {
    if word.chars().count() > WORD_LETTERS_MAX {
        return;
    }
    let mut from = 0;
    while from < word.len() {
        let ends = word[from..].char_indices().map(|(at, letter)| from + at + letter.len_utf8()).rev();
        let find =
            |part| if from == 0 { vocabulary.find_beginning(part) } else { vocabulary.find_rest(part) };
        let longest = ends.into_iter().find_map(|end| find(&word[from..end]).map(|piece| (piece, end)));
        let Some((piece, end)) = longest else {
            pieces.clear();
            return;
        };
        pieces.push(piece);
        from = end;
    }
}

/// Small letters without accents, one space between words, and every mark and every Chinese letter a word of its own.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len() + text.len() / 4);
    let clean = text.chars().filter(|letter| !is_unseen(*letter));
    for letter in clean.map(|letter| if letter.is_whitespace() { ' ' } else { letter }).nfd() {
        if letter.is_ascii() {
            match letter {
                _ if letter.is_ascii_punctuation() => tidy.extend([' ', letter, ' ']),
                _ => tidy.push(letter.to_ascii_lowercase()),
            }
            continue;
        }
        match letter.general_category() {
            GeneralCategory::NonspacingMark => {}
            _ if stands_alone(letter) => tidy.extend([' ', letter, ' ']),
            _ => tidy.extend(letter.to_lowercase()),
        }
    }
    tidy
}

/// What nobody sees: control characters, joiners, marks of direction.
fn is_unseen(letter: char) -> bool {
    match letter {
        '\t' | '\n' | '\r' => false,
        '\u{fffd}' => true,
        _ if letter.is_ascii() => letter.is_ascii_control(),
        _ => matches!(
            letter.general_category(),
            GeneralCategory::Control | GeneralCategory::Format | GeneralCategory::PrivateUse
        ),
    }
}

/// Punctuation, and the letters of languages written without spaces that the encoder's makers knew.
fn stands_alone(letter: char) -> bool {
    letter.general_category_group() == GeneralCategoryGroup::Punctuation
        || matches!(letter,
            '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{2a6df}'
            | '\u{2a700}'..='\u{2b81f}'
            | '\u{2b920}'..='\u{2ceaf}'
            | '\u{2f800}'..='\u{2fa1f}')
}
