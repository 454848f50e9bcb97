//! What documents mean. By the table that comes with the house each is given its vector when the directory is read. Where
//! a council has the full encoder, a job makes them, for one takes a tenth of a second or more; they are kept, and only
//! those that are missing or whose words changed are made. The two kinds are never mixed: a document that still waits for
//! the encoder has none, and is found by its words alone.

use crate::{
    catalogue::Directory,
    store::{self as rows, VectorKey, VectorRow},
};
use jobs::{JobContext, Outcome, Runner};
use kernel::Fault;
use meaning::{Encoder, Table};
use search::Document;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use store::outbox;

/// The job that makes what is missing.
pub const MAKE_DOCUMENT_VECTORS: &str = "make_document_vectors";
/// After this announcement the directory is read again.
pub const VECTORS_MADE: &str = "document_vectors_made";

const MINUTE: i64 = 60;
/// One job makes so many at most, which is well within its lease; the next goes on.
const MADE_AT_ONCE: usize = 400;
/// And keeps so many together, so that a stop loses little.
const KEPT_AT_ONCE: usize = 20;
/// A document of whom nobody has said what people call it is told by the beginning of its text as well.
const FEW_PASSAGES: usize = 4;
const BEGINNING_LETTERS: usize = 400;

/// The job of this room, where there is an encoder.
pub fn with_vector_jobs(runner: Runner, directory: &Directory) -> Runner {
    let Some(encoder) = directory.encoder().cloned() else {
        return runner;
    };
    let directory = directory.clone();
    runner
        .on(MAKE_DOCUMENT_VECTORS, move |job| make_document_vectors(directory.clone(), encoder.clone(), job))
        .schedule(MAKE_DOCUMENT_VECTORS, MINUTE)
}

async fn make_document_vectors(
    directory: Directory,
    encoder: Arc<Encoder>,
    job: JobContext,
) -> Result<Outcome, Fault> {
    let name = encoder.name().to_owned();
    let asked = name.clone();
    let kept = job.db.read(move |tx| rows::list_vector_keys(tx, &asked)).await?;
    let catalogue = directory.catalogue();
    let Work { missing, gone } = decide_work(catalogue.index.documents(), kept);
    if missing.is_empty() && gone.is_empty() {
        return Ok(Outcome::Done);
    }
    let all = missing.len();
    for (at, some) in missing.chunks(KEPT_AT_ONCE).take(MADE_AT_ONCE / KEPT_AT_ONCE).enumerate() {
        let (some, encoder, name) = (some.to_vec(), encoder.clone(), name.clone());
        // It is nothing but sums, so it has a thread on which nobody waits for anything else.
        let made = tokio::task::spawn_blocking(move || {
            let make = |wanted: Wanted| VectorRow {
                vector: encoder
                    .vector_of_passages(&wanted.passages.iter().map(String::as_str).collect::<Vec<_>>()),
                key: wanted.key,
            };
            some.into_iter().map(make).collect::<Vec<VectorRow>>()
        })
        .await?;
        let count = at * KEPT_AT_ONCE + made.len();
        job.db.write(move |tx| made.iter().try_for_each(|row| rows::set_vector(tx, &name, row))).await?;
        tracing::info!(made = count, wanted = all, "vectors of documents were made");
    }
    let now = job.clock.now();
    job.db
        .write(move |tx| {
            gone.iter().try_for_each(|key| rows::delete_vector(tx, key))?;
            outbox::announce(tx, VECTORS_MADE, None, &serde_json::json!({}), now)
        })
        .await?;
    Ok(Outcome::Done)
}

/// A document whose vector is to be made.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    key: VectorKey,
    passages: Vec<String>,
}

#[derive(Debug, PartialEq)]
struct Work {
    missing: Vec<Wanted>,
    gone: Vec<VectorKey>,
}

/// What is to be made, and what is kept of documents that are no more.
fn decide_work(documents: &[Document], kept: Vec<VectorKey>) -> Work {
    let words: HashMap<(&str, &str), &str> =
        kept.iter().map(|key| ((key.kind.as_str(), key.slug.as_str()), key.words.as_str())).collect();
    let mut missing = Vec::new();
    for document in documents {
        let passages = passages(document);
        let hash = hash_of(&passages);
        if words.get(&(document.kind.as_str(), document.slug.as_str())) != Some(&hash.as_str()) {
            let (kind, slug) = (document.kind.as_str().to_owned(), document.slug.clone());
            let key = VectorKey { kind, slug, words: hash };
            missing.push(Wanted { key, passages: passages.into_iter().map(str::to_owned).collect() });
        }
    }
    let there: HashSet<(&str, &str)> =
        documents.iter().map(|document| (document.kind.as_str(), document.slug.as_str())).collect();
    let is_gone = |key: &VectorKey| !there.contains(&(key.kind.as_str(), key.slug.as_str()));
    Work { missing, gone: kept.into_iter().filter(is_gone).collect() }
}

/// Gives every document the vector of the table.
pub(crate) fn set_by_table(documents: &mut [Document]) {
    for document in documents {
        document.vector = Table::builtin().vector_of_passages(&passages(document));
    }
}

/// Gives those documents a vector whose words are still those that the encoder read.
pub(crate) fn set_by_encoder(documents: &mut [Document], kept: Vec<VectorRow>) {
    let mut kept: HashMap<(String, String), (String, meaning::Vector)> = kept
        .into_iter()
        .map(|VectorRow { key, vector }| ((key.kind, key.slug), (key.words, vector)))
        .collect();
    for document in documents {
        let key = (document.kind.as_str().to_owned(), document.slug.clone());
        let made = kept.remove(&key).filter(|(words, _)| *words == hash_of(&passages(document)));
        document.vector = made.map(|(_, vector)| vector);
    }
}

/// What tells what a document is about: its title, its summary, and each of the ways in which people ask for it.
fn passages(document: &Document) -> Vec<&str> {
    let mut passages = vec![document.title.as_str(), document.summary.as_str()];
    passages.extend(document.aliases.iter().map(String::as_str));
    passages.retain(|passage| !passage.is_empty());
    if passages.len() < FEW_PASSAGES {
        let end =
            document.text.char_indices().nth(BEGINNING_LETTERS).map_or(document.text.len(), |(at, _)| at);
        passages.push(&document.text[..end]);
        passages.extend(document.terms.iter().map(String::as_str));
    }
    passages
}

fn hash_of(passages: &[&str]) -> String {
    let mut hash = blake3::Hasher::new();
    for passage in passages {
        hash.update(passage.as_bytes());
        hash.update(b"\n");
    }
    hash.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use search::Kind;

    fn document(slug: &str, title: &str) -> Document {
        Document::new(Kind::Service, slug, title)
    }

    fn row(document: &Document) -> VectorRow {
        let words = hash_of(&passages(document));
        let key = VectorKey { kind: "service".to_owned(), slug: document.slug.clone(), words };
        VectorRow { key, vector: Table::builtin().vector(&document.title).unwrap() }
    }

    #[test]
    fn only_what_is_missing_or_changed_is_made_and_what_is_gone_is_forgotten() {
        let (same, changed, gone) =
            (document("same", "Baby clinic"), document("changed", "Toy library"), document("gone", "Choir"));
        let kept = [&same, &changed, &gone].map(|document| row(document).key).to_vec();
        let now = [same, document("changed", "Toy shop"), document("new", "Food bank")];
        let work = decide_work(&now, kept);
        let slugs: Vec<&str> = work.missing.iter().map(|wanted| wanted.key.slug.as_str()).collect();
        assert_eq!(slugs, ["changed", "new"]);
        assert_eq!(work.gone.iter().map(|key| key.slug.as_str()).collect::<Vec<_>>(), ["gone"]);
    }

    #[test]
    fn a_document_whose_words_changed_waits_without_a_vector() {
        let (same, before) = (document("same", "Baby clinic"), document("changed", "Toy library"));
        let kept = vec![row(&same), row(&before)];
        let mut now = [same, document("changed", "Toy shop"), document("new", "Food bank")];
        set_by_encoder(&mut now, kept);
        assert_eq!(now.map(|document| document.vector.is_some()), [true, false, false]);
    }
}
