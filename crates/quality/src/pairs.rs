//! Which entries may be one and the same: pairs with a score and its reasons in plain words.
//!
//! Each fact that two entries share or do not share adds to one sum, much when few entries have it and little when many
//! do: a number that fifty council services print tells nothing, one that two entries print tells a lot. The sum
//! becomes a score from 0 to 1. The weights were set on one half of `tests/data/pairs.tsv` and measured on the other; the
//! same hand invented both, so a council's own entries will be harder. What says that two are not the same (other ages,
//! other days, two places of one organisation) counts against, and is said too.

use crate::{
    blocks::candidates,
    fold::{
        WebPage, alike, fold_address, fold_email, fold_phone, fold_postcode, fold_web, initials,
        is_shared_host, nearly, number_in, phone_words, same_root, short_forms, stem, words_of, worth_of,
    },
};
use std::collections::HashMap;

/// An entry as it is compared.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// What it is called in the answer: its address on the site.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Who runs it.
    pub organization: String,
    /// Numbers, as they are printed.
    pub phones: Vec<String>,
    /// Where to write.
    pub email: Option<String>,
    /// On the web.
    pub website: Option<String>,
    /// Postcode and street of each place.
    pub places: Vec<(Option<String>, Option<String>)>,
    /// Youngest and first age that is too old, in months; pregnancy begins nine months before 0.
    pub ages: Option<(i64, Option<i64>)>,
    /// Day and minute at which it begins.
    pub times: Vec<(String, Option<i64>)>,
    /// Its keys in registers and in the sources that gave it.
    pub records: Vec<String>,
}

pub use crate::{
    level::{LIKELY, Level},
    synthetic::synthetic,
};

/// Two entries that may be the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Their places in the list that was compared, the lower first.
    pub at: (usize, usize),
    /// 0 to 1.
    pub score: f64,
    /// How sure it is.
    pub level: Level,
    /// What speaks for it, the strongest first.
    pub reasons: Vec<String>,
    /// What speaks against it.
    pub doubts: Vec<String>,
}

/// Every pair worth a look, the surest first. The work grows with the number of entries, not with its square.
pub fn find_pairs(entries: &[Compared]) -> Vec<Pair> {
    let known = Known::of(entries);
    let mut pairs: Vec<Pair> = candidates(&known)
        .into_iter()
        .filter_map(|(a, b)| {
            let (a, b) = (a as usize, b as usize);
            pair_of(&known, a, b)
        })
        .collect();
    pairs.sort_by(|x, y| y.score.total_cmp(&x.score).then_with(|| x.at.cmp(&y.at)));
    pairs
}

/// How many pairs are looked at closely, for the test that holds the work in bounds.
pub fn count_candidates(entries: &[Compared]) -> usize {
    candidates(&Known::of(entries)).len()
}

fn pair_of(known: &Known, a: usize, b: usize) -> Option<Pair> {
    let weighed = weigh(known, &known.facts[a], &known.facts[b]);
    let score = 1.0 / (1.0 + (-weighed.sum).exp());
    let level = Level::of(score)?;
    let mut parts = weighed.parts;
    parts.sort_by(|x, y| y.0.abs().total_cmp(&x.0.abs()));
    let (reasons, doubts): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(weight, _)| *weight > 0.0);
    let words = |parts: Vec<(f64, String)>| parts.into_iter().map(|(_, words)| words).collect();
    Some(Pair { at: (a.min(b), a.max(b)), score, level, reasons: words(reasons), doubts: words(doubts) })
}

/// The entries with everything about them folded, and how many have each fact.
pub(crate) struct Known {
    pub facts: Vec<Facts>,
    pub phones: HashMap<String, u32>,
    pub emails: HashMap<String, u32>,
    pub pages: HashMap<WebPage, u32>,
    pub hosts: HashMap<String, u32>,
    pub words: HashMap<String, u32>,
}

pub(crate) struct Facts {
    pub records: Vec<String>,
    pub phones: Vec<String>,
    pub email: Option<String>,
    pub page: Option<WebPage>,
    pub postcodes: Vec<String>,
    streets: Vec<Vec<String>>,
    /// Stems of the name, each once, with what each is worth at most.
    pub name: Vec<(String, f64)>,
    plain: String,
    numbers: Vec<u32>,
    short: Vec<String>,
    initials: String,
    organization: Vec<String>,
    ages: Option<(i64, i64)>,
    times: Vec<(String, Option<i64>)>,
}

const OLDEST: i64 = 1_200;

impl Known {
    fn of(entries: &[Compared]) -> Known {
        let facts: Vec<Facts> = entries.iter().map(Facts::of).collect();
        let mut known = Known {
            facts: Vec::new(),
            phones: HashMap::new(),
            emails: HashMap::new(),
            pages: HashMap::new(),
            hosts: HashMap::new(),
            words: HashMap::new(),
        };
        for each in &facts {
            each.phones.iter().for_each(|phone| *known.phones.entry(phone.clone()).or_default() += 1);
            each.email.iter().for_each(|email| *known.emails.entry(email.clone()).or_default() += 1);
            if let Some(page) = &each.page {
                *known.pages.entry(page.clone()).or_default() += 1;
                *known.hosts.entry(page.host.clone()).or_default() += 1;
            }
            each.name.iter().for_each(|(word, _)| *known.words.entry(word.clone()).or_default() += 1);
        }
        known.facts = facts;
        known
    }

    /// What a word of a name says here: less, the more names have it.
    pub fn worth(&self, word: &str, most: f64) -> f64 {
        let names = self.facts.len().max(2) as f64;
        let with = f64::from(self.words.get(word).copied().unwrap_or(1));
        let rare = (names / with).ln() / names.ln();
        most * (0.25 + 0.75 * rare.clamp(0.0, 1.0))
    }
}

impl Facts {
    fn of(entry: &Compared) -> Facts {
        let words = words_of(&entry.name);
        let mut name: Vec<(String, f64)> = Vec::new();
        for word in &words {
            let (stemmed, worth) = (stem(word), worth_of(word).min(worth_of(&stem(word))));
            if worth > 0.0 && name.iter().all(|(have, _)| *have != stemmed) {
                name.push((stemmed, worth));
            }
        }
        let plain: Vec<&str> = words.iter().filter(|word| worth_of(word) > 0.2).map(String::as_str).collect();
        let distinct = |mut all: Vec<String>| {
            all.sort();
            all.dedup();
            all
        };
        Facts {
            records: entry.records.clone(),
            phones: distinct(entry.phones.iter().filter_map(|phone| fold_phone(phone)).collect()),
            email: entry.email.as_deref().and_then(fold_email),
            page: entry.website.as_deref().and_then(fold_web),
            postcodes: distinct(
                entry.places.iter().filter_map(|(code, _)| fold_postcode(code.as_deref()?)).collect(),
            ),
            streets: entry
                .places
                .iter()
                .filter_map(|(_, street)| street.as_deref().map(fold_address))
                .filter(|street| !street.is_empty())
                .collect(),
            plain: plain.concat(),
            numbers: words.iter().filter_map(|word| number_in(word)).collect(),
            short: short_forms(&entry.name),
            initials: initials(&words),
            name,
            organization: words_of(&entry.organization)
                .iter()
                .filter(|word| worth_of(word) > 0.5)
                .map(|word| stem(word))
                .collect(),
            ages: entry.ages.map(|(from, until)| (from, until.unwrap_or(OLDEST))),
            times: entry.times.clone(),
        }
    }
}

struct Weighed {
    sum: f64,
    parts: Vec<(f64, String)>,
}

impl Weighed {
    fn add(&mut self, weight: f64, words: impl FnOnce() -> String) {
        self.sum += weight;
        // What hardly counts is not worth reading.
        if weight.abs() >= 0.4 {
            self.parts.push((weight, words()));
        }
    }

    fn add_quietly(&mut self, weight: f64) {
        self.sum += weight;
    }
}

/// Two entries of which nothing is known are not the same.
const BEFORE: f64 = -3.2;

fn weigh(known: &Known, a: &Facts, b: &Facts) -> Weighed {
    let mut weighed = Weighed { sum: BEFORE, parts: Vec::new() };
    let same_record = a.records.iter().any(|record| b.records.contains(record));
    if same_record {
        weighed.add(7.0, || "the same record in a register or a source".to_owned());
    }
    weigh_names(known, a, b, &mut weighed);
    weigh_contacts(known, a, b, &mut weighed);
    let organizations = same_organization(a, b);
    match organizations {
        Some(Sameness::Same) => weighed.add_quietly(0.5),
        Some(Sameness::Other) => weighed.add(-0.8, || "run by different organisations".to_owned()),
        None => {}
    }
    let times = same_times(a, b);
    weigh_places(a, b, organizations, times, &mut weighed);
    match times {
        Some(Sameness::Same) => weighed.add(0.9, || "on at the same time".to_owned()),
        Some(Sameness::Other) => weighed.add(-1.8, || "on different days".to_owned()),
        None => {}
    }
    weigh_ages(a, b, &mut weighed);
    weighed
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sameness {
    Same,
    Other,
}

/// Few entries have a fact: it says a lot. Many have it: nearly nothing.
fn by_rarity(having: u32, most: f64) -> f64 {
    most * match having {
        0..=2 => 1.0,
        3 => 0.6,
        4 => 0.4,
        5..=8 => 0.2,
        _ => 0.05,
    }
}

fn weigh_contacts(known: &Known, a: &Facts, b: &Facts, weighed: &mut Weighed) {
    let shared = a.phones.iter().filter(|phone| b.phones.contains(phone));
    match shared.min_by_key(|phone| known.phones.get(*phone).copied().unwrap_or(0)) {
        Some(phone) => {
            let having = known.phones.get(phone).copied().unwrap_or(0);
            weighed.add(by_rarity(having, 2.3), || format!("same phone {}", phone_words(phone)));
        }
        None if !a.phones.is_empty() && !b.phones.is_empty() => {
            weighed.add(-0.6, || "different phones".to_owned());
        }
        None => {}
    }
    match (&a.email, &b.email) {
        (Some(one), Some(other)) if one == other => {
            let having = known.emails.get(one).copied().unwrap_or(0);
            weighed.add(by_rarity(having, 1.9), || format!("same email {one}"));
        }
        (Some(_), Some(_)) => weighed.add_quietly(-0.4),
        _ => {}
    }
    let (Some(one), Some(other)) = (&a.page, &b.page) else { return };
    let shared_host = is_shared_host(&one.host);
    if one == other {
        if !(shared_host && one.path.is_empty()) {
            let having = known.pages.get(one).copied().unwrap_or(0);
            weighed.add(by_rarity(having, 2.1), || "same web page".to_owned());
        }
    } else if one.host == other.host {
        let first_page = one.path.is_empty() || other.path.is_empty();
        if !first_page {
            weighed.add(-1.6, || "each has a web page of its own".to_owned());
        } else if !shared_host {
            let having = known.hosts.get(&one.host).copied().unwrap_or(0);
            weighed.add(by_rarity(having, 0.9), || format!("both on {}", one.host));
        }
    } else if !shared_host && !is_shared_host(&other.host) {
        weighed.add_quietly(-0.6);
    }
}

fn same_organization(a: &Facts, b: &Facts) -> Option<Sameness> {
    if a.organization.is_empty() || b.organization.is_empty() {
        return None;
    }
    let found = |words: &[String], other: &[String]| {
        words.iter().filter(|word| other.iter().any(|each| nearly(word, each))).count()
    };
    let (fewer, more) = if a.organization.len() <= b.organization.len() {
        (&a.organization, &b.organization)
    } else {
        (&b.organization, &a.organization)
    };
    let same = found(fewer, more);
    // 'Home-Start' and 'Homestart'.
    let (short, long) = (fewer.concat(), more.concat());
    let joined = short.len() >= 5 && long.contains(&short) || long.len() >= 5 && short.contains(&long);
    let is_same = same == fewer.len() || same * 2 > more.len() || joined;
    Some(if is_same { Sameness::Same } else { Sameness::Other })
}

fn same_times(a: &Facts, b: &Facts) -> Option<Sameness> {
    if a.times.is_empty() || b.times.is_empty() {
        return None;
    }
    if a.times.iter().any(|time| b.times.contains(time)) {
        return Some(Sameness::Same);
    }
    let day = a.times.iter().any(|(day, _)| b.times.iter().any(|(other, _)| day == other));
    (!day).then_some(Sameness::Other)
}

fn weigh_places(
    a: &Facts,
    b: &Facts,
    organizations: Option<Sameness>,
    times: Option<Sameness>,
    weighed: &mut Weighed,
) {
    let shared = a.postcodes.iter().find(|code| b.postcodes.contains(code));
    match shared {
        Some(code) => {
            let street = a.streets.iter().any(|street| {
                b.streets
                    .iter()
                    .any(|other| street.iter().any(|word| other.iter().any(|each| nearly(word, each))))
            });
            let and = if street { " and street" } else { "" };
            weighed.add(if street { 1.0 } else { 0.7 }, || format!("same postcode{and}, {code}"));
        }
        None if a.postcodes.is_empty() || b.postcodes.is_empty() => {}
        // One organisation in two places is a service with two branches, unless even its hours came along.
        None if organizations != Some(Sameness::Other) => {
            let weight = match times {
                Some(Sameness::Same) => -1.8,
                Some(Sameness::Other) => -4.5,
                None => -3.0,
            };
            weighed.add(weight, || "different places of one organisation".to_owned());
        }
        None => weighed.add(-1.3, || "different places".to_owned()),
    }
}

fn weigh_ages(a: &Facts, b: &Facts, weighed: &mut Weighed) {
    let (Some(one), Some(other)) = (a.ages, b.ages) else { return };
    let both = (one.1.min(other.1) - one.0.max(other.0)).max(0) as f64;
    let either = (one.1.max(other.1) - one.0.min(other.0)).max(1) as f64;
    match both / either {
        share if share >= 0.9 => weighed.add(0.4, || "for the same ages".to_owned()),
        share if share <= 0.2 => weighed.add(-3.0, || "for different ages".to_owned()),
        share if share <= 0.55 => weighed.add(-1.2, || "for different ages".to_owned()),
        _ => {}
    }
}

/// Words of which one entry has one and the other another: then they are for different people or days.
const OPPOSED: &[&[&str]] = &[
    &["mum", "dad", "grandparent"],
    &["woman", "man"],
    &["girl", "boy"],
    &["child", "adult", "parent", "carer"],
    &["baby", "toddler", "preschool", "junior", "teen", "adult", "walker", "gymbabe", "mini", "tiny"],
    &["birth", "baby"],
    &["breakfast", "lunch", "after"],
    &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    &["brownie", "rainbow", "guide", "beaver", "cub", "scout", "explorer"],
    &["pre", "post"],
    &["english", "math"],
    &["foster", "kinship", "adoption"],
];

/// How alike two names are, and what tells them apart.
fn weigh_names(known: &Known, a: &Facts, b: &Facts, weighed: &mut Weighed) {
    // What the organisation is called anyway says less of the service.
    let worth = |word: &(String, f64)| {
        let organization = a.organization.contains(&word.0) || b.organization.contains(&word.0);
        known.worth(&word.0, word.1) * if organization { 0.45 } else { 1.0 }
    };
    let meets = |word: &str, others: &[(String, f64)]| -> f64 {
        let best = others.iter().map(|(other, _)| {
            if word == other {
                1.0
            } else if nearly(word, other) {
                0.95
            } else if same_root(word, other) {
                0.8
            } else {
                0.0
            }
        });
        best.fold(0.0, f64::max)
    };
    let side = |mine: &[(String, f64)], others: &[(String, f64)]| {
        mine.iter().fold((0.0, 0.0), |(met, all), word| {
            let worth = worth(word);
            (met + worth * meets(&word.0, others), all + worth)
        })
    };
    let ((met_a, all_a), (met_b, all_b)) = (side(&a.name, &b.name), side(&b.name, &a.name));
    let (share_a, share_b) = (met_a / all_a.max(0.01), met_b / all_b.max(0.01));
    let tokens = 0.55 * (met_a + met_b) / (all_a + all_b).max(0.01) + 0.45 * share_a.max(share_b);
    let letters = alike(&a.plain, &b.plain);
    let short = stands_for(a, b) || stands_for(b, a);
    let sameness = tokens.max(letters * 0.95).max(if short { 0.85 } else { 0.0 });
    let weight = piecewise(sameness);
    weighed.add(weight, || {
        match sameness {
            _ if short && tokens < 0.85 => "one name is the short form of the other",
            s if s >= 0.97 => "same name",
            s if s >= 0.75 => "names nearly the same",
            s if s >= 0.5 => "names partly the same",
            _ => "different names",
        }
        .to_owned()
    });
    if a.numbers != b.numbers && !a.numbers.is_empty() && !b.numbers.is_empty() {
        weighed.add(-4.0, || "different numbers in the names".to_owned());
        return;
    }
    let only = |mine: &Facts, other: &Facts| -> Vec<String> {
        let alone = mine.name.iter().filter(|(word, worth)| *worth >= 1.0 && meets(word, &other.name) == 0.0);
        alone.map(|(word, _)| word.clone()).collect()
    };
    let (only_a, only_b) = (only(a, b), only(b, a));
    let opposed = OPPOSED.iter().find_map(|words| {
        let has = |alone: &[String]| alone.iter().find(|word| words.contains(&word.as_str())).cloned();
        has(&only_a).zip(has(&only_b))
    });
    if let Some((one, other)) = opposed {
        weighed.add(-3.0, || format!("one says “{one}” and the other “{other}”"));
    } else if !only_a.is_empty() && !only_b.is_empty() && !short && letters < 0.9 {
        weighed.add(-1.3, || format!("one says “{}” and the other “{}”", only_a[0], only_b[0]));
    }
}

/// Whether a short form in one name is made of the first letters of the other.
fn stands_for(short: &Facts, long: &Facts) -> bool {
    short
        .short
        .iter()
        .any(|form| long.initials.contains(form.as_str()) || long.short.contains(form) && form.len() >= 4)
}

/// From how alike two names are to what that says.
fn piecewise(sameness: f64) -> f64 {
    const POINTS: [(f64, f64); 7] =
        [(0.0, -4.0), (0.2, -2.6), (0.4, -1.2), (0.55, 0.4), (0.7, 1.6), (0.85, 2.8), (1.0, 3.6)];
    let at = POINTS.windows(2).find(|step| sameness <= step[1].0);
    let Some([(x0, y0), (x1, y1)]) = at.and_then(|step| <[(f64, f64); 2]>::try_from(step).ok()) else {
        return 3.6;
    };
    y0 + (y1 - y0) * ((sameness - x0) / (x1 - x0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_work_grows_with_the_entries_and_what_stands_twice_is_found() {
        let per_entry = |entries: usize| count_candidates(&synthetic(entries)) as f64 / entries as f64;
        let (few, many) = (per_entry(3_000), per_entry(20_000));
        eprintln!("looked at for each entry: {few:.1} of 3,000, {many:.1} of 20,000");
        assert!(many < 60.0, "{many}");
        let made = synthetic(3_000);
        let found: Vec<(usize, usize)> =
            find_pairs(&made).into_iter().filter(|pair| pair.score >= LIKELY).map(|pair| pair.at).collect();
        let twins = (0..30).filter(|nth| found.contains(&(nth * 100, nth * 100 + 1))).count();
        assert!(twins >= 29, "{twins} of 30");
        assert!(found.len() <= 40, "{} are taken for the same", found.len());
    }

    #[test]
    fn reasons_are_in_words() {
        let entry = |name: &str, number: &str| Compared {
            name: name.to_owned(),
            phones: vec![number.to_owned()],
            organization: "Vine Street Project".to_owned(),
            ..Compared::default()
        };
        let pairs = find_pairs(&[
            entry("Young Parents' Circle", "0151 496 0101"),
            entry("Young Parent's Circel", "+44 151 496 0101"),
        ]);
        assert_eq!(pairs[0].reasons, ["names nearly the same", "same phone 0151 496 0101"]);
        let record =
            |name: &str| Compared { records: vec!["ofsted/EY1".to_owned()], ..entry(name, "0151 496 0102") };
        let pairs = find_pairs(&[record("One thing"), record("Quite another")]);
        assert!(pairs[0].reasons.contains(&"the same record in a register or a source".to_owned()));
    }

    fn entries() -> impl Strategy<Value = Vec<Compared>> {
        let name = prop::sample::select(vec![
            "Baby Club",
            "Baby Clubb",
            "Toddler Group",
            "Debt Advice",
            "",
            "🎈",
            "3rd Scouts",
        ]);
        let number = prop::sample::select(vec!["0151 496 0101", "0151 496 0102", "111", ""]);
        let postcode = prop::option::of(prop::sample::select(vec!["WA8 7QF", "WA7 2PF", "nowhere"]));
        let one = (name, number, postcode, prop::option::of((-9_i64..200, prop::option::of(0_i64..300))));
        prop::collection::vec(one, 0..12).prop_map(|all| {
            all.into_iter()
                .enumerate()
                .map(|(at, (name, number, postcode, ages))| Compared {
                    key: at.to_string(),
                    name: name.to_owned(),
                    phones: vec![number.to_owned()],
                    places: vec![(postcode.map(str::to_owned), None)],
                    ages,
                    ..Compared::default()
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_same_pairs_are_found_however_the_entries_come_in(entries in entries()) {
            let found = |entries: &[Compared]| {
                let mut pairs: Vec<(String, String, String)> = find_pairs(entries)
                    .into_iter()
                    .map(|pair| {
                        let (a, b) = (&entries[pair.at.0].key, &entries[pair.at.1].key);
                        (a.min(b).clone(), a.max(b).clone(), format!("{:.6}", pair.score))
                    })
                    .collect();
                pairs.sort();
                pairs
            };
            let mut turned = entries.clone();
            turned.reverse();
            prop_assert_eq!(found(&entries), found(&turned));
        }
    }
}
