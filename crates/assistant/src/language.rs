//! Which language a question is in, as far as its letters and small words tell; and the commonest needs in English, so
//! that the same help is found. The reply stays honest: the pages are in English, and it says so in both languages.

use kernel::Fault;
use serde::Deserialize;

/// The languages of the file.
#[derive(Debug)]
pub struct Languages(Vec<Language>);

/// One language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// As in `lang="pl"`.
    pub code: String,
    /// Its name in English.
    pub name: String,
    /// Said back in it.
    pub note: String,
    /// Written from right to left.
    #[serde(default)]
    pub right_to_left: bool,
    letters: String,
    small_words: Vec<String>,
    words: Vec<(String, String)>,
}

/// What was seen.
#[derive(Clone, Copy, Debug)]
pub enum Spoken<'a> {
    /// English, or too short to tell.
    English,
    /// One that we know.
    Known(&'a Language),
    /// A script that is not ours, in a language that we do not know.
    Unknown,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    language: Vec<Language>,
}

impl Languages {
    /// Those that come with the house.
    pub fn builtin() -> Result<Languages, Fault> {
        let mut file: File = toml::from_str(include_str!("../data/languages.toml"))?;
        for language in &mut file.language {
            for (word, _) in &mut language.words {
                *word = folded(word);
            }
        }
        Ok(Languages(file.language))
    }

    /// Which one a text is in.
    pub fn seen_in(&self, text: &str) -> Spoken<'_> {
        let words = search::words(text);
        let own = |language: &Language| {
            let letters = text.to_lowercase().chars().filter(|c| language.letters.contains(*c)).count();
            let small = words.iter().filter(|word| language.small_words.contains(word)).count();
            // One small word in Latin letters may be anybody's: 'am', 'yn'.
            let is_own_script = language.small_words.first().is_some_and(|word| !word.is_ascii());
            let least = if is_own_script { 1 } else { 2 };
            letters * 2 + if small >= least { small * 2 } else { 0 }
        };
        let best = self.0.iter().map(|language| (own(language), language)).max_by_key(|(score, _)| *score);
        match best {
            Some((score, language)) if score >= 2 => Spoken::Known(language),
            _ if mostly_other_script(text) => Spoken::Unknown,
            _ => Spoken::English,
        }
    }

    /// The one of that code.
    pub fn named(&self, code: &str) -> Option<&Language> {
        self.0.iter().find(|language| language.code == code)
    }
}

impl Language {
    /// The needs that a text names, in English; empty where none is known.
    pub fn in_english(&self, text: &str) -> String {
        let said = folded(text);
        let padded = format!(" {said} ");
        let words: Vec<&str> = said.split(' ').collect();
        let bare = |word: &str| word.strip_prefix("ال").unwrap_or(word).to_owned();
        let is_said = |wanted: &str| match wanted.strip_suffix('*') {
            Some(start) => match start.split_once(' ') {
                Some(_) => padded.contains(&format!(" {start}")),
                None => words.iter().any(|word| word.starts_with(start) || bare(word).starts_with(start)),
            },
            None if wanted.contains(' ') => padded.contains(&format!(" {wanted} ")),
            None => words.iter().any(|word| *word == wanted || bare(word) == wanted),
        };
        let mut english: Vec<&str> = Vec::new();
        for (word, means) in &self.words {
            if is_said(word) && !english.contains(&means.as_str()) {
                english.push(means);
            }
        }
        english.join(" ")
    }
}

/// Small letters without accents; a star at the end of a word stays.
fn folded(text: &str) -> String {
    let parts = text.split_whitespace().map(|part| {
        let star = if part.ends_with('*') { "*" } else { "" };
        format!("{}{star}", search::words(part).join(" "))
    });
    parts.collect::<Vec<_>>().join(" ")
}

fn mostly_other_script(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (mut other, mut all) = (0, 0);
    for letter in letters {
        all += 1;
        other += usize::from(u32::from(letter) > 0x24f);
    }
    all > 0 && other * 2 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_its_letters_and_small_words_and_its_needs_are_read() {
        let languages = Languages::builtin().unwrap();
        for (text, code, english) in [
            ("gdzie jest dentysta dla dzieci", "pl", "dentist"),
            ("karmienie piersią pomoc", "pl", "breastfeeding"),
            ("مجھے بچے کے لیے ڈاکٹر چاہیے", "ur", "doctor"),
            ("اين اجد طبيب اسنان لطفلي في المدينة", "ar", "teeth dentist"),
            ("dwi eisiau deintydd ar gyfer fy mabi", "cy", "dentist"),
            ("де знайти стоматолога для моєї дитини", "uk", "dentist"),
            ("unde este un dentist pentru copilul meu", "ro", "dentist"),
        ] {
            let Spoken::Known(language) = languages.seen_in(text) else { panic!("{text} is not known") };
            assert_eq!(language.code, code, "{text}");
            assert!(language.in_english(text).contains(english), "{text}: {}", language.in_english(text));
        }
        for text in ["where is baby yoga", "am i ok to come", "yn", "café for mums", "send help", ""] {
            assert!(matches!(languages.seen_in(text), Spoken::English), "{text}");
        }
        assert!(matches!(languages.seen_in("我的孩子需要牙医"), Spoken::Unknown));
    }
}
