//! Turns what a person typed into plain words that the lexicon can be compared with.
//!
//! People in distress misspell, shout, hide the word from an app that bans it, or copy text with invisible letters
//! in it. Every step here is one pass over the text, so the time taken grows with its length and no faster. The
//! text as typed is never changed: this works on a copy.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The views of one text: always the plain one, and the joined one where marks inside words could be hiding letters
/// (`k!ll`, `su*cide`, `su-icide`).
pub(crate) fn views(text: &str) -> Vec<Vec<String>> {
    let letters = folded(text);
    let plain = words(&letters, Marks::PartWords);
    let joined = hides_letters(&letters).then(|| words(&letters, Marks::StandForLetters));
    std::iter::once(plain).chain(joined).collect()
}

/// The words of a phrase that an editor wrote: no guessing about marks.
pub(crate) fn plain_words(text: &str) -> Vec<String> {
    split(&folded(text), Marks::PartWords)
}

#[derive(Clone, Copy, PartialEq)]
enum Marks {
    PartWords,
    StandForLetters,
}

fn words(letters: &[char], marks: Marks) -> Vec<String> {
    join_spaced_letters(split(letters, marks))
}

/// Compatibility forms, accents, case, invisible characters and the many apostrophes: all made plain.
fn folded(text: &str) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len());
    for letter in text.chars().filter_map(before_folding).nfkd() {
        if is_combining_mark(letter) {
            continue;
        }
        match emoji_name(letter) {
            Some(name) => {
                out.push(' ');
                out.extend(name.chars());
                out.push(' ');
            }
            None => letter.to_lowercase().for_each(|lower| push_plain(&mut out, lower)),
        }
    }
    out
}

/// Drops what cannot be seen, and makes one apostrophe of all (some of them would fold into a space).
fn before_folding(letter: char) -> Option<char> {
    match letter {
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{640}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' => {
            None
        }
        '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => None,
        '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{3164}' | '\u{ffa0}' => None,
        '\u{e0000}'..='\u{e0fff}' | '\u{fff0}'..='\u{fffb}' => None,
        '’' | '‘' | '‛' | 'ʼ' | 'ʻ' | 'ʹ' | '′' | '`' | '´' | '＇' | 'ˈ' | '՚' => Some('\''),
        other => Some(other),
    }
}

fn push_plain(out: &mut Vec<char>, letter: char) {
    let one = match letter {
        'ł' => 'l',
        'ı' => 'i',
        'ø' => 'o',
        'đ' | 'ð' => 'd',
        'ħ' => 'h',
        'ŧ' => 't',
        // One spelling for Arabic, Persian, Urdu and Kurdish letters that keyboards mix.
        'ى' | 'ی' | 'ې' | 'ے' | 'ێ' | 'ۍ' => 'ي',
        'ک' | 'ڪ' => 'ك',
        'ة' | 'ہ' | 'ھ' | 'ە' | 'ۃ' => 'ه',
        'ں' => 'ن',
        'ۆ' => 'و',
        'ڵ' => 'ل',
        'ڕ' => 'ر',
        'ګ' => 'گ',
        'ٱ' => 'ا',
        'ß' => {
            out.push('s');
            's'
        }
        'æ' => {
            out.push('a');
            'e'
        }
        'œ' => {
            out.push('o');
            'e'
        }
        other => other,
    };
    out.push(one);
}

fn emoji_name(letter: char) -> Option<&'static str> {
    Some(match letter {
        '🔪' | '🗡' => "emojiknife",
        '💊' => "emojipills",
        '😭' | '😢' | '😿' => "emojisob",
        '💀' | '☠' => "emojiskull",
        '⚰' | '🪦' => "emojicoffin",
        '🔫' => "emojigun",
        '🩸' => "emojiblood",
        '💔' | '😞' | '😔' | '🥀' => "emojisad",
        _ => return None,
    })
}

fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// A letter of an alphabet in which a letter alone is no word. In Hindi, Tamil or Chinese it often is one.
fn may_be_spelt_out(letter: char) -> bool {
    letter.is_alphanumeric() && (letter < '\u{900}' || ('\u{1d00}'..'\u{2c00}').contains(&letter))
}

fn hides_letters(letters: &[char]) -> bool {
    letters.windows(2).any(|pair| is_hiding_mark(pair[0]) && pair[1].is_alphanumeric())
}

fn is_hiding_mark(letter: char) -> bool {
    matches!(
        letter,
        '*' | '@' | '$' | '!' | '|' | '-' | '.' | '_' | '~' | '+' | '/' | '\\' | '#' | '^' | '€' | '¡'
    )
}

fn split(letters: &[char], marks: Marks) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    for (at, &letter) in letters.iter().enumerate() {
        if is_han(letter) {
            // Chinese has no spaces: each letter is a word, or a cry in the middle of a sentence would not be found.
            if !word.is_empty() {
                out.push(std::mem::take(&mut word));
            }
            out.push(letter.to_string());
            continue;
        }
        if letter.is_alphanumeric() {
            // `32weeks` and `12yo`: a number, then a word. Mixed words such as `su1cide` stay whole.
            let number_ends = letter.is_alphabetic()
                && !word.is_empty()
                && word.bytes().all(|b| b.is_ascii_digit())
                && letters.get(at + 1).is_some_and(|next| next.is_alphabetic());
            if number_ends && marks == Marks::PartWords {
                out.push(std::mem::take(&mut word));
            }
            word.push(letter);
            continue;
        }
        let inside = letters.get(at + 1).is_some_and(|next| next.is_alphanumeric());
        if letter == '\'' && inside && !word.is_empty() {
            continue;
        }
        if marks == Marks::StandForLetters && inside && is_hiding_mark(letter) {
            match letter {
                '@' | '^' => word.push('a'),
                '$' => word.push('s'),
                '!' | '|' | '¡' if !word.is_empty() => word.push('i'),
                '€' => word.push('e'),
                _ => {}
            }
            continue;
        }
        if !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

/// `s u i c i d e` and `k.m.s`: three or more single letters in a row are one word. A leading `i` stands apart as
/// well, because `i k m s` is more often `I kms`.
fn join_spaced_letters(words: Vec<String>) -> Vec<String> {
    let mut out = Vec::with_capacity(words.len());
    let mut run = String::new();
    let mut run_length = 0;
    for word in words.into_iter().chain([String::new()]) {
        let mut letters = word.chars();
        let single = letters.next().is_some_and(may_be_spelt_out) && letters.next().is_none();
        if single {
            run.push_str(&word);
            run_length += 1;
            continue;
        }
        if run_length >= 3 {
            out.push(std::mem::take(&mut run));
        } else {
            out.extend(run.drain(..).map(String::from));
        }
        run_length = 0;
        if !word.is_empty() {
            out.push(word);
        }
    }
    out
}

/// A word that only looks Latin, in Latin letters: `None` when any of its letters has no Latin twin, so a true
/// Ukrainian word is left alone.
pub(crate) fn latin_twin(word: &str) -> Option<String> {
    if word.is_ascii() {
        return None;
    }
    word.chars().map(|c| if c.is_ascii() { Some(c) } else { twin(c) }).collect()
}

fn twin(letter: char) -> Option<char> {
    Some(match letter {
        'а' | 'α' | 'ɑ' | 'ᴀ' => 'a',
        'в' | 'β' | 'ь' | 'ʙ' => 'b',
        'с' | 'ϲ' | 'ᴄ' | 'ç' => 'c',
        'ԁ' | 'ɗ' | 'ᴅ' => 'd',
        'е' | 'є' | 'ε' | 'ҽ' | 'ᴇ' => 'e',
        'ƒ' | 'ꜰ' => 'f',
        'ɡ' | 'ց' | 'ɢ' => 'g',
        'һ' | 'н' | 'ʜ' | 'η' => 'h',
        'і' | 'ι' | 'ɪ' | 'ӏ' => 'i',
        'ј' | 'ᴊ' => 'j',
        'к' | 'κ' | 'ᴋ' => 'k',
        'ʟ' | 'ⅼ' => 'l',
        'м' | 'μ' | 'ᴍ' => 'm',
        'п' | 'ո' | 'ɴ' => 'n',
        'о' | 'ο' | 'σ' | 'օ' | 'ᴏ' => 'o',
        'р' | 'ρ' | 'ᴘ' => 'p',
        'ԛ' => 'q',
        'г' | 'ʀ' => 'r',
        'ѕ' | 'ꜱ' => 's',
        'т' | 'τ' | 'ᴛ' => 't',
        'υ' | 'ц' | 'ս' | 'ᴜ' => 'u',
        'ν' | 'ѵ' | 'ᴠ' => 'v',
        'ԝ' | 'ω' | 'ш' | 'ᴡ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ү' | 'ʏ' => 'y',
        'ᴢ' | 'ζ' => 'z',
        _ => return None,
    })
}

/// `su1cide` as `suicide`: digits read as the letters they are drawn like, only where letters stand beside them.
pub(crate) fn digits_as_letters(word: &str) -> Option<String> {
    let mixed = word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic());
    mixed.then(|| {
        word.chars()
            .map(|c| match c {
                '0' => 'o',
                '1' => 'i',
                '3' => 'e',
                '4' => 'a',
                '5' => 's',
                '7' => 't',
                '8' => 'b',
                '9' => 'g',
                other => other,
            })
            .collect()
    })
}

/// Every run of one letter made single: `dieeee` and `die` give the same.
pub(crate) fn squeezed(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for letter in word.chars() {
        if !out.ends_with(letter) {
            out.push(letter);
        }
    }
    out
}

/// A rough key for how an English word sounds, the same for `kicking` and `kikin`, `followed` and `folowd`, `leave` and
/// `leev`. `None` for short words, which have too many neighbours, and for words of other alphabets.
pub(crate) fn as_it_sounds(word: &str) -> Option<String> {
    if word.len() < 4 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let mut text = word.to_owned();
    for (written, heard) in [
        ("ough", "uf"),
        ("sch", "sk"),
        ("tch", "ch"),
        ("ight", "ite"),
        ("ph", "f"),
        ("ck", "k"),
        ("gh", ""),
        ("ce", "se"),
        ("ci", "si"),
        ("cy", "sy"),
        ("qu", "kw"),
        ("x", "ks"),
        ("z", "s"),
        ("ea", "e"),
        ("ie", "e"),
        ("ei", "e"),
        ("ou", "u"),
        ("oo", "u"),
        ("oa", "o"),
        ("y", "i"),
    ] {
        if text.contains(written) {
            text = text.replace(written, heard);
        }
    }
    let mut heard = squeezed(&text);
    for start in ["kn", "wr"] {
        if heard.starts_with(start) {
            heard.remove(0);
        }
    }
    for (end, kept) in [("ing", "in"), ("ed", "d"), ("es", "s"), ("er", "a"), ("e", "")] {
        if heard.ends_with(end) && heard.len() >= end.len() + 3 {
            heard.truncate(heard.len() - end.len());
            heard.push_str(kept);
            break;
        }
    }
    // `pusht` and `askt`: after these letters the end of `pushed` and `asked` is heard as a `t`.
    if let Some(stem) = heard.strip_suffix('d').filter(|stem| stem.ends_with(['k', 'p', 's', 'h', 'f', 'c']))
    {
        heard = [stem, "t"].concat();
    }
    // `mouf` and `finks`: many people say, and write, an `f` for a `th`.
    Some(squeezed(&heard.replace("th", "f").replace('c', "k")))
}

/// Whether a letter is leaned on: three or more in a row.
pub(crate) fn is_drawn_out(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    letters.windows(3).any(|three| three[0] == three[1] && three[1] == three[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        views(text)[0].join(" ")
    }

    #[test]
    fn disguised_words_are_made_plain() {
        for (typed, expected) in [
            ("I CAN’T, can`t, can´t; cant", "i cant cant cant cant"),
            ("s u i c i d e", "suicide"),
            ("k.m.s", "kms"),
            ("ＫＩＬＬ", "kill"),
            ("𝐤𝐢𝐥𝐥", "kill"),
            ("su\u{200d}ici\u{200b}de", "suicide"),
            ("chcę umrzeć, żyć", "chce umrzec zyc"),
            ("32weeks 12yo", "32 weeks 12 yo"),
            ("أريد", "اريد"),
            ("i a", "i a"),
            ("我真的不想活了help me", "我 真 的 不 想 活 了 help me"),
            ("مجھے مرنا ہے", "مجهي مرنا هي"),
            ("منداڵەکەم، عـــايز", "مندالهكهم عايز"),
            ("म म म", "म म म"),
        ] {
            assert_eq!(plain(typed), expected, "{typed:?}");
        }
        assert_eq!(views("k!ll my$elf su*cide")[1].join(" "), "kill myself sucide");
        assert_eq!(views("no marks here").len(), 1);
    }

    #[test]
    fn only_words_with_a_whole_latin_twin_are_folded() {
        assert_eq!(latin_twin("ѕuісіdе").as_deref(), Some("suicide"));
        assert_eq!(latin_twin("хочу"), None);
        assert_eq!(latin_twin("suicide"), None);
        assert_eq!(digits_as_letters("su1c1d3").as_deref(), Some("suicide"));
        assert_eq!(digits_as_letters("116"), None);
        assert!(is_drawn_out("dieee") && !is_drawn_out("need"));
        assert_eq!(squeezed("killl"), "kil");
    }
}
