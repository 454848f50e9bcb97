//! The lexicon: files that an editor can read, compiled once when the service starts.

use crate::{
    pattern::{Atom, Compiler, Pattern},
    verdict::{Category, Level},
    vocabulary::{Spelling, Vocabulary},
};
use serde::Deserialize;
use std::{
    collections::{HashMap, HashSet},
    fmt,
};

/// Why the lexicon or the contacts cannot be used. The service must not start: a screen that knows nothing would
/// call every cry for help clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconFault(String);

impl LexiconFault {
    pub(crate) fn new(what: impl Into<String>) -> LexiconFault {
        LexiconFault(what.into())
    }
}

impl fmt::Display for LexiconFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the safety lexicon cannot be used: {}", self.0)
    }
}
impl std::error::Error for LexiconFault {}

/// The files of the lexicon, in reading order.
pub(crate) const FILES: &[&str] = &[
    include_str!("../data/words.toml"),
    include_str!("../data/spellings.toml"),
    include_str!("../data/spellings_text.toml"),
    include_str!("../data/idioms.toml"),
    include_str!("../data/calm.toml"),
    include_str!("../data/everyday.toml"),
    include_str!("../data/suicide.toml"),
    include_str!("../data/perinatal.toml"),
    include_str!("../data/medical.toml"),
    include_str!("../data/medical_more.toml"),
    include_str!("../data/maternity.toml"),
    include_str!("../data/child.toml"),
    include_str!("../data/child_harm.toml"),
    include_str!("../data/home.toml"),
    include_str!("../data/other.toml"),
    include_str!("../data/indirect.toml"),
    include_str!("../data/indirect_child.toml"),
    include_str!("../data/indirect_home.toml"),
    include_str!("../data/sideways.toml"),
    include_str!("../data/sideways_child.toml"),
    include_str!("../data/few_words.toml"),
    include_str!("../data/voice.toml"),
    include_str!("../data/languages.toml"),
    include_str!("../data/harm_now.toml"),
    include_str!("../data/languages_more.toml"),
];

/// Who an entry's words are about, when the words themselves tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Who {
    Self_,
    SomeoneElse,
}

/// How the words of a file tell of danger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Said {
    #[default]
    Plainly,
    /// Around it. Inside an everyday question such words show an amber card, not a red one.
    Sideways,
}

/// One entry: phrases that mean the same, with an example that must match and a counter-example that must not.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) meaning: Meaning,
    pub(crate) who: Option<Who>,
    /// Cards that its words are not about, though some of them are also the words of those cards.
    pub(crate) instead_of: Vec<Category>,
    pub(crate) said: Said,
    pub(crate) example: String,
    pub(crate) counter_example: String,
    pub(crate) patterns: Vec<Pattern>,
}

/// What a match does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Shows a card.
    Shows(Category, Level),
    /// A figure of speech: its words are put aside before anything else is looked for.
    Idiom,
    /// Tells that somebody asks after something everyday.
    Everyday,
    /// Tells of losing a baby or a pregnancy.
    Loss,
    /// Tells that it is done to, or is happening to, the person who writes.
    AboutSelf,
    /// Tells that the text is about somebody else.
    AboutSomeoneElse,
    /// Tells of pregnancy or a new baby.
    AboutBirth,
    /// Tells that the person spoken of is a child.
    AboutChild,
    /// Tells that whoever is hurt is young, the writer or a child: no grown-up's card may stand in for a child's.
    AboutYoung,
}

#[derive(Debug)]
pub(crate) struct Lexicon {
    pub(crate) entries: Vec<Entry>,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) atoms: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    said: Said,
    #[serde(default)]
    lists: HashMap<String, Vec<String>>,
    #[serde(default)]
    spellings: HashMap<String, String>,
    #[serde(default)]
    run_together: HashMap<String, String>,
    #[serde(default)]
    key_words: Vec<String>,
    #[serde(default)]
    near_words: Vec<String>,
    #[serde(default)]
    entry: Vec<EntryText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText {
    id: String,
    shows: Option<String>,
    level: Option<String>,
    tells: Option<String>,
    who: Option<String>,
    #[serde(default)]
    instead_of: Vec<String>,
    phrases: Vec<String>,
    example: String,
    counter_example: String,
}

impl Lexicon {
    pub(crate) fn read(sources: &[&str]) -> Result<Lexicon, LexiconFault> {
        let mut lists = HashMap::new();
        let mut spelling = Spelling::default();
        let mut written = Vec::new();
        for source in sources {
            let file: File = toml::from_str(source).map_err(|fault| LexiconFault::new(fault.to_string()))?;
            lists.extend(file.lists);
            spelling.spellings.extend(file.spellings);
            spelling.run_together.extend(file.run_together);
            spelling.key_words.extend(file.key_words);
            spelling.near_words.extend(file.near_words);
            written.extend(file.entry.into_iter().map(|text| (file.said, text)));
        }
        let mut compiler = Compiler::new(&lists);
        let mut seen = HashSet::new();
        let mut entries = Vec::with_capacity(written.len());
        for (said, text) in written {
            if !seen.insert(text.id.clone()) {
                return Err(LexiconFault::new(format!("two entries are called '{}'", text.id)));
            }
            entries.push(text.compile(said, &mut compiler)?);
        }
        for category in Category::ALL {
            let shown =
                entries.iter().any(|entry| matches!(entry.meaning, Meaning::Shows(c, _) if c == *category));
            if !shown {
                return Err(LexiconFault::new(format!("no entry shows the card '{category}'")));
            }
        }
        let atoms = compiler.atoms();
        let count = atoms.values().copied().max().map_or(0, |last: Atom| last + 1);
        Ok(Lexicon { entries, vocabulary: Vocabulary::new(atoms, spelling), atoms: count })
    }
}

impl EntryText {
    fn compile(self, said: Said, compiler: &mut Compiler<'_>) -> Result<Entry, LexiconFault> {
        let fault = |what: &str| LexiconFault::new(format!("entry '{}': {what}", self.id));
        if self.phrases.is_empty() {
            return Err(fault("has no phrases"));
        }
        if self.example.trim().is_empty() || self.counter_example.trim().is_empty() {
            return Err(fault("needs an example and a counter-example"));
        }
        let meaning = match (self.shows.as_deref(), self.level.as_deref(), self.tells.as_deref()) {
            (Some(category), Some(level @ ("red" | "amber")), None) => {
                let category = category.parse().map_err(|what: String| fault(&what))?;
                Meaning::Shows(category, if level == "red" { Level::Red } else { Level::Amber })
            }
            (None, None, Some("idiom")) => Meaning::Idiom,
            (None, None, Some("everyday")) => Meaning::Everyday,
            (None, None, Some("loss")) => Meaning::Loss,
            (None, None, Some("about_someone_else")) => Meaning::AboutSomeoneElse,
            (None, None, Some("about_self")) => Meaning::AboutSelf,
            (None, None, Some("about_birth")) => Meaning::AboutBirth,
            (None, None, Some("about_child")) => Meaning::AboutChild,
            (None, None, Some("about_young")) => Meaning::AboutYoung,
            _ => return Err(fault("needs 'shows' with a level of red or amber, or 'tells'")),
        };
        let who = match self.who.as_deref() {
            None => None,
            Some("self") => Some(Who::Self_),
            Some("someone_else") => Some(Who::SomeoneElse),
            Some(other) => return Err(fault(&format!("'{other}' is not self or someone_else"))),
        };
        let instead_of: Result<Vec<Category>, String> =
            self.instead_of.iter().map(|category| category.parse()).collect();
        let instead_of = instead_of.map_err(|what| fault(&what))?;
        let patterns: Result<Vec<Pattern>, String> =
            self.phrases.iter().map(|text| compiler.pattern(text)).collect();
        let patterns = patterns.map_err(|what| fault(&what))?;
        let (example, counter_example) = (self.example, self.counter_example);
        Ok(Entry { id: self.id, meaning, who, instead_of, said, example, counter_example, patterns })
    }
}
