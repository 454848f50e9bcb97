use kernel::{Date, Fault, Id, Instant};
use store::{Tx, args, row};

/// The tables of families' words.
pub(super) const WORDS: &str = "
create table search_words (
    id {id} not null primary key,
    says {text} not null constraint search_words_once unique,
    means {text} not null,
    added_at {instant} not null
) {strict};
create table missed_search (
    hash {text} not null primary key,
    asked {int} not null, term {text}, last_on {text} not null
) {strict};
create table missed_search_key (
    single {int} not null primary key constraint missed_search_key_only_one check (single = 1),
    secret {text} not null
) {strict};
";

row! {
    /// What people say, and what we call it.
    #[derive(Clone, Debug, PartialEq)]
    pub struct WordsLine {
        /// Its id.
        id: Id<()>,
        /// One or more sayings, parted by commas.
        says: String,
        /// What the entries call it.
        means: String,
        /// Since when.
        added_at: Instant,
    }
}

row! {
    /// A term that found nothing.
    #[derive(Clone, Debug, PartialEq)]
    pub struct MissedLine {
        /// The words.
        term: String,
        /// How often it was asked.
        asked: i64,
        /// The last day it was.
        last_on: Date,
    }
}

pub(crate) fn insert_words(
    tx: &mut Tx,
    id: Id<()>,
    says: &str,
    means: &str,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into search_words (id, says, means, added_at) values ($1, $2, $3, $4)",
        args![id, says, means, now],
    )?;
    Ok(())
}

pub(crate) fn find_words(tx: &mut Tx, id: Id<()>) -> Result<Option<WordsLine>, Fault> {
    tx.opt("select id, says, means, added_at from search_words where id = $1", args![id])
}

pub(crate) fn delete_words(tx: &mut Tx, id: Id<()>) -> Result<(), Fault> {
    tx.exec("delete from search_words where id = $1", args![id])?;
    Ok(())
}

pub(crate) fn list_words(tx: &mut Tx) -> Result<Vec<WordsLine>, Fault> {
    tx.all("select id, says, means, added_at from search_words order by says", args![])
}

/// Adds one to a term's count; its words are kept from the asking that makes it readable.
pub(crate) fn insert_missed(
    tx: &mut Tx,
    hash: &str,
    term: &str,
    shown_from: i64,
    today: Date,
) -> Result<(), Fault> {
    tx.exec(
        "insert into missed_search (hash, asked, last_on) values ($1, 1, $2)
         on conflict (hash) do update set asked = missed_search.asked + 1, last_on = excluded.last_on",
        args![hash, today],
    )?;
    tx.exec(
        "update missed_search set term = $2 where hash = $1 and asked >= $3",
        args![hash, term, shown_from],
    )?;
    Ok(())
}

pub(crate) fn list_missed(tx: &mut Tx) -> Result<Vec<MissedLine>, Fault> {
    tx.all(
        "select term, asked, last_on from missed_search where term is not null order by asked desc, term limit 200",
        args![],
    )
}

pub(crate) fn delete_missed_term(tx: &mut Tx, term: &str) -> Result<(), Fault> {
    tx.exec("delete from missed_search where term = $1", args![term])?;
    Ok(())
}

pub(crate) fn delete_missed_before(tx: &mut Tx, day: Date) -> Result<u64, Fault> {
    tx.exec("delete from missed_search where last_on < $1", args![day])
}

pub(crate) fn find_or_insert_missed_key(tx: &mut Tx, fresh: &str) -> Result<String, Fault> {
    tx.exec(
        "insert into missed_search_key (single, secret) values (1, $1) on conflict (single) do nothing",
        args![fresh],
    )?;
    let (secret,): (String,) = tx.one("select secret from missed_search_key where single = 1", args![])?;
    Ok(secret)
}
