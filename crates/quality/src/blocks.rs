//! Which pairs are looked at closely: only those that share something rare. Comparing 50,000 entries each with each
//! would take a night; entries that share neither a number nor an address nor an unusual word are not the same.

use crate::{
    fold::{is_shared_host, skeleton},
    pairs::{Facts, Known},
};
use std::collections::{HashMap, HashSet};

/// A block with more entries than this says little by itself: in it only neighbours by name are compared.
const BLOCK_MAX: usize = 30;
/// How many neighbours by name on each side.
const NEIGHBOURS: usize = 4;
/// How many of a name's rarest words make a block.
const WORDS_MAX: usize = 3;

/// Pairs of places in the list, the lower first, each once.
pub(crate) fn candidates(known: &Known) -> Vec<(u32, u32)> {
    let mut blocks: HashMap<String, Vec<u32>> = HashMap::new();
    for (at, facts) in known.facts.iter().enumerate() {
        for key in keys_of(known, facts) {
            blocks.entry(key).or_default().push(u32::try_from(at).unwrap_or(u32::MAX));
        }
    }
    let mut pairs: HashSet<(u32, u32)> = HashSet::new();
    for mut block in blocks.into_values() {
        if block.len() <= BLOCK_MAX {
            for (nth, a) in block.iter().enumerate() {
                pairs.extend(block[nth + 1..].iter().map(|b| (*a.min(b), *a.max(b))));
            }
        } else {
            block.sort_by_cached_key(|at| sorted_name(&known.facts[*at as usize]));
            for window in block.windows(NEIGHBOURS + 1) {
                pairs.extend(window[1..].iter().map(|b| (window[0].min(*b), window[0].max(*b))));
            }
        }
    }
    let mut pairs: Vec<(u32, u32)> = pairs.into_iter().filter(|(a, b)| a != b).collect();
    pairs.sort_unstable();
    pairs
}

fn keys_of(known: &Known, facts: &Facts) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    keys.extend(facts.records.iter().map(|record| format!("r {record}")));
    keys.extend(facts.phones.iter().map(|phone| format!("p {phone}")));
    keys.extend(facts.email.iter().map(|email| format!("e {email}")));
    keys.extend(facts.postcodes.iter().map(|code| format!("c {code}")));
    if let Some(page) = &facts.page {
        if !page.path.is_empty() || !is_shared_host(&page.host) {
            keys.push(format!("w {}/{}", page.host, page.path));
        }
        if !is_shared_host(&page.host) {
            keys.push(format!("h {}", page.host));
        }
    }
    let mut words: Vec<(f64, &str)> =
        facts.name.iter().map(|(word, most)| (known.worth(word, *most), word.as_str())).collect();
    words.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    keys.extend(words.iter().take(WORDS_MAX).map(|(_, word)| format!("n {}", skeleton(word))));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A name with its words in order, so that the same words stand beside each other.
fn sorted_name(facts: &Facts) -> String {
    let mut words: Vec<String> = facts.name.iter().map(|(word, _)| skeleton(word)).collect();
    words.sort();
    words.concat()
}
