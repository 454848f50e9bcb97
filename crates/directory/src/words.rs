//! The council's own words for things: what families say, and what the entries call it. They stand beside the list
//! that comes with the house and are read anew on every node when one is added or taken away.

use crate::store as rows;
use access::{May, SettleWords, audit};
use kernel::{Fault, Id, Instant, Refusal};
use search::Synonyms;
use store::{Tx, outbox};

pub use crate::store::WordsLine;

/// The most letters of either side.
const LETTERS_MAX: usize = 120;

/// What people say, and what we call it: read and found to be a line the search can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordsDraft {
    says: String,
    means: String,
}

impl WordsDraft {
    /// Reads both sides as they were typed; several sayings are parted by commas.
    pub fn read(says: &str, means: &str) -> Result<WordsDraft, Refusal> {
        let tidy = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let (says, means) = (tidy(says), tidy(means));
        for (field, text) in [("says", &says), ("means", &means)] {
            if text.contains(['=', '#']) {
                return Err(Refusal::at(field, "Write words only, without = or #"));
            }
            if text.chars().count() > LETTERS_MAX {
                return Err(Refusal::at(field, format!("Use {LETTERS_MAX} letters or fewer")));
            }
        }
        if says.is_empty() {
            return Err(Refusal::at("says", "Enter what people say"));
        }
        if let Some(problem) = Synonyms::parse(&line(&says, &means)).problems().first() {
            return Err(Refusal::at(
                "means",
                problem.says.replace("after the equals sign", "for what we call it"),
            ));
        }
        Ok(WordsDraft { says, means })
    }
}

fn line(says: &str, means: &str) -> String {
    format!("{says} = {means}")
}

/// Adds a line.
pub fn insert_words(
    tx: &mut Tx,
    may: &May<SettleWords>,
    id: Id<()>,
    words: &WordsDraft,
    now: Instant,
) -> Result<(), Fault> {
    rows::insert_words(tx, id, &words.says, &words.means, now)?;
    rows::delete_missed_term(tx, &words.says)?;
    audit::record(tx, may, "taught the search a word", "", now);
    outbox::announce(tx, "words_settled", Some(id.uuid()), &serde_json::json!({}), now)
}

/// Takes a line away; says whether it was there.
pub fn delete_words(
    tx: &mut Tx,
    may: &May<SettleWords>,
    id: Id<()>,
    now: Instant,
) -> Result<Option<WordsLine>, Fault> {
    let Some(gone) = rows::find_words(tx, id)? else {
        return Ok(None);
    };
    rows::delete_words(tx, id)?;
    audit::record(tx, may, "took a word back", "", now);
    outbox::announce(tx, "words_settled", Some(id.uuid()), &serde_json::json!({}), now)?;
    Ok(Some(gone))
}

/// The council's own lines, by what people say.
pub fn list_words(tx: &mut Tx) -> Result<Vec<WordsLine>, Fault> {
    rows::list_words(tx)
}

/// The house's list with the council's behind it.
pub(crate) fn synonyms(own: &[WordsLine]) -> Synonyms {
    let own: Vec<String> = own.iter().map(|words| line(&words.says, &words.means)).collect();
    Synonyms::house_and(&own.join("\n"))
}
