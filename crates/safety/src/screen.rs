use crate::{
    cards::{self, Card, CardTexts, UrgentGroup},
    contacts::{Contact, Contacts, LocalContacts},
    leads::{Lead, Leads, Seen},
    lexicon::{Entry, FILES, Lexicon, LexiconFault, Meaning, Said, Who},
    normalise::views,
    pattern::{Atom, OVERLAP, Places, WINDOW},
    verdict::{Category, Level, Screened, Verdict},
};
use kernel::Date;
use std::sync::{Mutex, OnceLock};

/// The safety screen: the lexicon, the cards and the numbers, ready to use. Made once at start; reading changes
/// nothing and waits for nobody.
#[derive(Debug)]
pub struct Screen {
    lexicon: Lexicon,
    leads: Leads,
    contacts: Contacts,
    texts: CardTexts,
    /// Room for reading, used again: clearing what a text touched costs less than making it for each.
    windows: Mutex<Vec<Window>>,
}

/// A longer text says more than one thing, and a question about a playgroup in it does not explain the rest.
const EVERYDAY_AT_MOST: usize = 25;

/// More people than this seldom type at one moment; whoever finds no room makes some.
const WINDOWS_KEPT: usize = 8;

/// One entry of the lexicon as its tests see it.
#[derive(Clone, Copy, Debug)]
pub struct EntryView<'a> {
    /// Its name.
    pub id: &'a str,
    /// The card and the level it shows, when it shows one.
    pub shows: Option<(Category, Level)>,
    /// Whether it is a figure of speech, which cancels.
    pub is_idiom: bool,
    /// A text it must match.
    pub example: &'a str,
    /// A text it must not match; for an idiom, a text that must still show a card.
    pub counter_example: &'a str,
}

impl Screen {
    /// The screen with the lexicon and the contacts that come with the house, read once.
    pub fn builtin() -> Result<&'static Screen, LexiconFault> {
        static BUILTIN: OnceLock<Screen> = OnceLock::new();
        if let Some(screen) = BUILTIN.get() {
            return Ok(screen);
        }
        let screen = Screen::new()?;
        Ok(BUILTIN.get_or_init(|| screen))
    }

    /// The same, read anew.
    pub fn new() -> Result<Screen, LexiconFault> {
        Screen::from_sources(FILES, include_str!("../data/contacts.toml"))
    }

    /// The screen from other files. Refuses an empty or broken lexicon, a category without a card, and contacts
    /// without the numbers that every card must have.
    pub fn from_sources(lexicon: &[&str], contacts: &str) -> Result<Screen, LexiconFault> {
        let lexicon = Lexicon::read(lexicon)?;
        let contacts = Contacts::read(contacts)?;
        let texts = CardTexts::read(include_str!("../data/cards.toml"), &contacts)?;
        let leads = Leads::of(&lexicon);
        Ok(Screen { lexicon, leads, contacts, texts, windows: Mutex::default() })
    }

    /// Looks at a text. Never fails, never waits, and takes time in proportion to the text's length.
    pub fn read(&self, text: &str) -> Screened {
        let matched = self.matched(text);
        let entries =
            self.lexicon.entries.iter().zip(&matched).filter(|(_, hit)| **hit).map(|(entry, _)| entry);
        Screened::new(text, decide_verdict(entries))
    }

    /// The names of the entries that a text matches, for editors and tests.
    pub fn entries_matched(&self, text: &str) -> Vec<&str> {
        let entries = self.lexicon.entries.iter().zip(self.matched(text));
        entries.filter(|(_, hit)| *hit).map(|(entry, _)| entry.id.as_str()).collect()
    }

    /// Every entry of the lexicon, so that a test can run their examples.
    pub fn entries(&self) -> impl Iterator<Item = EntryView<'_>> {
        self.lexicon.entries.iter().map(|entry| EntryView {
            id: &entry.id,
            shows: match entry.meaning {
                Meaning::Shows(category, level) => Some((category, level)),
                _ => None,
            },
            is_idiom: entry.meaning == Meaning::Idiom,
            example: &entry.example,
            counter_example: &entry.counter_example,
        })
    }

    /// The card to show, in fixed words that people wrote. `None` when the verdict is clear.
    pub fn card(&self, verdict: &Verdict, local: &LocalContacts, today: Date) -> Option<Card> {
        cards::card(&self.texts, &self.contacts, verdict, local, today)
    }

    /// The groups of the urgent help page, which needs no text and works when all else is off.
    pub fn urgent_help(&self, local: &LocalContacts, today: Date) -> Vec<UrgentGroup> {
        cards::urgent_help(&self.texts, &self.contacts, local, today)
    }

    /// Every national contact, shown or held back.
    pub fn contacts(&self) -> &[Contact] {
        self.contacts.all()
    }

    /// Contacts past their review date: `hearth check` fails on them.
    pub fn expired(&self, today: Date) -> Vec<&Contact> {
        self.contacts.all().iter().filter(|contact| contact.review_by < today).collect()
    }

    fn matched(&self, text: &str) -> Vec<bool> {
        let mut matched = vec![false; self.lexicon.entries.len()];
        let mut longest = 0;
        for words in views(text) {
            let words = self.lexicon.vocabulary.taken_apart(words);
            self.match_words(&words, &mut matched);
            longest = longest.max(words.len());
        }
        if longest > EVERYDAY_AT_MOST {
            let entries = self.lexicon.entries.iter().zip(&mut matched);
            entries.filter(|(of, _)| of.meaning == Meaning::Everyday).for_each(|(_, hit)| *hit = false);
        }
        matched
    }

    fn match_words(&self, words: &[String], matched: &mut [bool]) {
        let mut window = self.take_window();
        let mut leads: Vec<Lead> = Vec::with_capacity(256);
        let mut from = 0;
        loop {
            let to = words.len().min(from + WINDOW);
            self.fill(&mut window, &words[from..to]);
            self.leads.follow(&window.touched, &mut window.seen, &mut leads);
            self.put_idioms_aside(&mut window, &leads, matched);
            for &(entry, pattern) in &leads {
                let of = &self.lexicon.entries[entry];
                if !matched[entry] && of.meaning != Meaning::Idiom {
                    matched[entry] = !of.patterns[pattern].ends(&window.found).is_empty();
                }
            }
            window.clear();
            if to == words.len() {
                break;
            }
            from = to - OVERLAP;
        }
        self.give_back(window);
    }

    fn take_window(&self) -> Window {
        let kept = self.windows.try_lock().ok().and_then(|mut kept| kept.pop());
        kept.unwrap_or_else(|| Window {
            found: vec![Places::NONE; self.lexicon.atoms],
            touched: Vec::new(),
            seen: Seen::new(),
        })
    }

    /// A window comes back as empty as it was taken.
    fn give_back(&self, window: Window) {
        if let Ok(mut kept) = self.windows.try_lock()
            && kept.len() < WINDOWS_KEPT
        {
            kept.push(window);
        }
    }

    fn fill(&self, window: &mut Window, words: &[String]) {
        let mut atoms: Vec<Atom> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            atoms.clear();
            self.lexicon.vocabulary.atoms_of(word, &mut atoms);
            for &atom in &atoms {
                if window.found[atom].is_empty() {
                    window.touched.push(atom);
                }
                window.found[atom].set(at);
            }
        }
    }

    /// Only a listed figure of speech cancels, and only its own words: `I don't want to live` holds a negation, and
    /// no rule here knows what a negation is.
    /// An everyday question is looked for here as well, while its words still stand.
    fn put_idioms_aside(&self, window: &mut Window, leads: &[Lead], matched: &mut [bool]) {
        let mut aside = Places::NONE;
        for &(entry, pattern) in leads {
            let of = &self.lexicon.entries[entry];
            // `Lost my son two years ago` is put aside as long over, and still tells of a death.
            let tells_of_a_death = of.meaning == Meaning::Loss && !of.instead_of.is_empty();
            if !tells_of_a_death && !matches!(of.meaning, Meaning::Idiom | Meaning::Everyday) {
                continue;
            }
            let pattern = &of.patterns[pattern];
            let ends = pattern.ends(&window.found);
            if !ends.is_empty() {
                matched[entry] = true;
                if of.meaning == Meaning::Idiom {
                    aside = aside.or(pattern.covered(ends, &window.found));
                }
            }
        }
        if aside.is_empty() {
            return;
        }
        for at in (0..WINDOW).filter(|&at| aside.has(at)) {
            window.touched.iter().for_each(|&atom| window.found[atom].clear(at));
        }
    }
}

/// Where each atom was found among the words being looked at.
#[derive(Debug)]
struct Window {
    found: Vec<Places>,
    touched: Vec<Atom>,
    seen: Seen,
}

impl Window {
    fn clear(&mut self) {
        for atom in self.touched.drain(..) {
            self.found[atom] = Places::NONE;
        }
    }
}

fn decide_verdict<'a>(matched: impl Iterator<Item = &'a Entry>) -> Verdict {
    let (mut red, mut amber) = (Vec::new(), Vec::new());
    let (mut loss, mut birth, mut child, mut others, mut self_told, mut other_told) =
        (false, false, false, false, false, false);
    let (mut me_told, mut everyday, mut young) = (false, false, false);
    let mut sideways = Vec::new();
    let (mut not_of_loss, mut not_of_harm) = (Vec::new(), Vec::new());
    for entry in matched {
        match entry.meaning {
            Meaning::Shows(category, Level::Red)
                if entry.said == Said::Sideways && may_be_everyday(category) =>
            {
                sideways.push(category);
            }
            Meaning::Shows(category, Level::Red) => red.push(category),
            Meaning::Shows(category, _) => amber.push(category),
            Meaning::Loss => loss = true,
            Meaning::AboutBirth => birth = true,
            Meaning::AboutChild => child = true,
            Meaning::AboutYoung => young = true,
            Meaning::AboutSomeoneElse => others = true,
            Meaning::AboutSelf => me_told = true,
            Meaning::Everyday => everyday = true,
            Meaning::Idiom => {}
        }
        match entry.meaning {
            Meaning::Loss => not_of_loss.extend(&entry.instead_of),
            _ => not_of_harm.extend(&entry.instead_of),
        }
        self_told |= entry.who == Some(Who::Self_);
        other_told |= entry.who == Some(Who::SomeoneElse);
    }
    // `My boyfriend raped me` holds words of a child's card, and is not about a child. A child's own card stays when
    // anything says that whoever is hurt is young.
    let stays = |category: &Category| young || child && *category == Category::ChildSelfHarm;
    for found in [&mut red, &mut amber, &mut sideways] {
        found.retain(|category| stays(category) || !not_of_harm.contains(category));
    }
    // A death told in the words of a missing child. `He is still missing` is plain, and is not put aside.
    for found in [&mut amber, &mut sideways] {
        found.retain(|category| !not_of_loss.contains(category));
    }
    // `We camp in a tent with the baby, any tips` is an everyday question, and one that holds a plain word of danger is
    // not. The card stays; only its level is lower.
    if everyday && red.is_empty() {
        amber.append(&mut sideways);
    } else {
        red.append(&mut sideways);
    }
    // `My husband hits me` names a husband, and yet it is not he who needs the card.
    let someone_else = (other_told || others || child) && !self_told && !me_told;
    // The same words mean a nearer kind of help when a baby has come, or when they are about a child.
    for found in [&mut red, &mut amber] {
        let despair = found.contains(&Category::SuicideSelfharm);
        if despair && child && !self_told {
            found.push(Category::ChildSelfHarm);
        } else if despair && birth {
            found.push(Category::PerinatalMhUrgent);
        }
        found.sort();
        found.dedup();
    }
    let level = match (red.is_empty(), amber.is_empty()) {
        (false, _) => Level::Red,
        (true, false) => Level::Amber,
        (true, true) => Level::Clear,
    };
    amber.retain(|category| !red.contains(category));
    red.extend(amber);
    Verdict { level, categories: red, someone_else: someone_else && level != Level::Clear, loss }
}

/// A body in danger is asked about as everyday things are: `can she still come, her lips are blue`.
fn may_be_everyday(category: Category) -> bool {
    !matches!(category, Category::MedicalEmergency | Category::UrgentMaternity)
}
