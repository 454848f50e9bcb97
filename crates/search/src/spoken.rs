//! How people here speak and text, put into plain spelling before anything is compared: 'av' is 'have', 'nuttin' is
//! 'nothing'. Only spelling: what families call a thing is in the list of families' words.

use crate::text;
use std::collections::HashMap;
use std::sync::LazyLock;

/// `data/spoken.txt`: one word as it is spoken, and the plain words for it.
static LIST: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut list = HashMap::new();
    let lines = include_str!("../data/spoken.txt").lines();
    for line in lines.map(|line| line.split('#').next().unwrap_or_default()) {
        let Some((left, right)) = line.split_once('=') else { continue };
        let plain: Vec<&str> = right.split_whitespace().collect();
        for word in left.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            list.insert(word, plain.clone());
        }
    }
    list
});

/// The plain words for a folded word, when it is one that people only say.
pub(crate) fn plain(word: &str) -> Option<&'static [&'static str]> {
    LIST.get(word).map(Vec::as_slice)
}

/// One plain word for a folded word; itself when there is none or there are several.
pub(crate) fn plain_word(word: &str) -> &str {
    match plain(word) {
        Some([plain]) => plain,
        _ => word,
    }
}

/// The plain spelling of each word of a text that needs one.
pub(crate) fn each_respelt(text: &str, mut take: impl FnMut(&str)) {
    text::each_word(text, |word, _| plain(word).into_iter().flatten().for_each(|word| take(word)));
}

/// Every word of a text in plain spelling, without the joined form of hyphenated pairs.
pub(crate) fn each_plain_word(text: &str, mut take: impl FnMut(&str)) {
    text::each_word(text, |word, joined| {
        if joined {
            return;
        }
        match plain(word) {
            Some(plain) => plain.iter().for_each(|word| take(word)),
            None => take(word),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_put_into_plain_spelling() {
        let mut words = Vec::new();
        each_plain_word("Wen do i ave 2 tek im, dunno", |word| words.push(word.to_owned()));
        assert_eq!(words.join(" "), "when do i have 2 take im dont know");
        assert_eq!(
            (plain_word("nuttin"), plain_word("dunno"), plain_word("bus")),
            ("nothing", "dunno", "bus")
        );
    }

    #[test]
    fn no_plain_word_is_itself_on_the_list() {
        for word in LIST.values().flatten() {
            assert!(!LIST.contains_key(word), "{word}");
        }
    }
}
