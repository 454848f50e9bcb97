//! What was searched for and not found, so that an editor can teach the search families' words.
//!
//! No question is kept. A term is what is left of one when it is short and nothing in it could be about a person; it is
//! counted in memory, written down as a keyed hash, and its words are only kept once it has been asked
//! [`SHOWN_FROM`] times. One minute counts a term once, so that reloading a page does not.

use crate::{catalogue::Directory, store as rows, waiting::Waiting};
use kernel::Fault;
use safety::{Level, Verdict};
use std::collections::BTreeSet;
use store::Tx;

pub use crate::store::MissedLine;

/// How often a term must be asked before anybody may read it.
pub const SHOWN_FROM: i64 = 5;
const WORDS_MAX: usize = 4;
const LETTERS_MAX: usize = 24;
const TERMS_MAX: usize = 500;

/// Terms that are not written down yet.
pub(crate) type Missed = Waiting<BTreeSet<String>>;

/// Notes a search that found nothing, if a term can be made of it.
pub(crate) fn note(directory: &Directory, typed: &str, verdict: &Verdict) {
    let Some(term) = term_of(typed, verdict) else { return };
    let now = directory.site().clock().now();
    let due = directory.missed().add(now, |terms| {
        if terms.len() < TERMS_MAX {
            terms.insert(term);
        }
    });
    if due {
        let directory = directory.clone();
        tokio::spawn(async move {
            if let Err(fault) = write_down_missed(&directory).await {
                tracing::error!(
                    fault = format!("{fault:#}"),
                    "terms that found nothing could not be written down"
                );
            }
        });
    }
}

/// What may be counted of a question: up to four short words in small letters, without figures, addresses or anything
/// that looks like a name; and nothing at all of a question with danger in it.
fn term_of(typed: &str, verdict: &Verdict) -> Option<String> {
    if verdict.level != Level::Clear || verdict.loss || typed.contains(['@', '/', '\n']) {
        return None;
    }
    let names = |word: &str| {
        word.chars().next().is_some_and(char::is_uppercase) && word.chars().any(char::is_lowercase)
    };
    if typed.split_whitespace().skip(1).any(names) {
        return None;
    }
    let words = search::words(typed);
    let plain = |word: &String| word.chars().count() <= LETTERS_MAX && word.chars().all(char::is_alphabetic);
    let fits = (1..=WORDS_MAX).contains(&words.len()) && words.iter().all(plain);
    fits.then(|| words.join(" ")).filter(|term| term.chars().count() > 2)
}

/// Writes down what was noted since the last time; says how many terms. The house calls it when it closes.
pub async fn write_down_missed(directory: &Directory) -> Result<usize, Fault> {
    let terms = directory.missed().take();
    if terms.is_empty() {
        return Ok(0);
    }
    let (today, fresh) = (directory.site().clock().today(), directory.site().dice().hex::<32>());
    directory
        .site()
        .db()
        .write(move |tx| {
            let key = rows::find_or_insert_missed_key(tx, &fresh)?;
            for term in &terms {
                let mut hasher = blake3::Hasher::new_derive_key("hearth: a search that found nothing");
                hasher.update(key.as_bytes());
                hasher.update(term.as_bytes());
                let hash = hasher.finalize().to_hex().to_string();
                rows::insert_missed(tx, &hash, term, SHOWN_FROM, today)?;
            }
            Ok(terms.len())
        })
        .await
}

/// The terms that were asked often enough to be read, most asked first.
pub fn list_missed(tx: &mut Tx) -> Result<Vec<MissedLine>, Fault> {
    rows::list_missed(tx)
}

/// Forgets what was not asked for this long, so that a term few people ask is never kept to be counted for ever.
pub fn forget_missed_before(tx: &mut Tx, day: kernel::Date) -> Result<u64, Fault> {
    rows::delete_missed_before(tx, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_term_that_is_about_nobody_is_counted() {
        let screen = safety::Screen::new().unwrap();
        let of = |typed: &str| term_of(typed, screen.read(typed).verdict());
        assert_eq!(of("Lindy hop").as_deref(), Some("lindy hop"));
        assert_eq!(of("baby yoga?").as_deref(), Some("baby yoga"));
        for kept_out in [
            "where is Casey Example",
            "casey@example.org",
            "07700 900123",
            "12 High Street",
            "one two three four five",
            "i want to kill myself",
            "we lost the baby",
            "x",
            "",
            "abcdefghijklmnopqrstuvwxyzabc",
        ] {
            assert_eq!(of(kept_out), None, "{kept_out}");
        }
    }
}
