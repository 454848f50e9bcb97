//! What of the sources needs a person: for the first page of the council's door and for `hearth check`.

use crate::{
    model::{SourceId, State},
    store as rows,
};
use kernel::{Fault, Instant};
use std::collections::HashMap;
use store::Tx;

/// How many of each wait for a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Differences to settle.
    pub held: i64,
    /// Entries gone from their source.
    pub gone: i64,
    /// Records that were refused.
    pub refused: i64,
    /// Sources that failed or wait for a person.
    pub sources: i64,
}

impl Waiting {
    /// What needs a decision. What was refused is told, and needs none.
    pub fn to_settle(self) -> i64 {
        self.held + self.gone + self.sources
    }
}

/// The numbers of one source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub live: i64,
    pub held: i64,
    pub gone: i64,
    pub refused: i64,
}

pub(crate) fn count_by_source(tx: &mut Tx) -> Result<HashMap<SourceId, Counts>, Fault> {
    let mut counts: HashMap<SourceId, Counts> = HashMap::new();
    for row in rows::list_state_counts(tx)? {
        let of = counts.entry(row.source_id).or_default();
        match row.state.parse::<State>() {
            Ok(State::Taken | State::Held) => of.live += row.records,
            Ok(State::Refused) => of.refused += row.records,
            Ok(State::Gone) => of.gone += row.records,
            // Gone, and somebody has decided.
            Err(_) => {}
        }
    }
    for (source, held) in rows::list_held_counts(tx)? {
        counts.entry(source).or_default().held += held;
    }
    Ok(counts)
}

/// What waits for a person.
pub fn count_waiting(tx: &mut Tx) -> Result<Waiting, Fault> {
    let sources = rows::list_sources(tx)?;
    let counts = count_by_source(tx)?;
    let mut waiting = Waiting::default();
    for source in &sources {
        let of = counts.get(&source.id).copied().unwrap_or_default();
        waiting.held += of.held;
        waiting.gone += of.gone;
        waiting.refused += of.refused;
        waiting.sources += i64::from(source.last_outcome == "waiting" || source.failures >= 3);
    }
    Ok(waiting)
}

/// Which source an entry came from: pairs of the entry's address on the site and the source's name.
pub fn list_sources_of_entries(tx: &mut Tx) -> Result<Vec<(String, String)>, Fault> {
    rows::list_sources_of_entries(tx)
}

/// The keys by which sources know an entry, such as `ofsted/EY100001`, beside the entry's address on the site.
pub fn list_record_keys(tx: &mut Tx) -> Result<Vec<(String, String)>, Fault> {
    let keys = rows::list_keys_of_entries(tx)?;
    Ok(keys.into_iter().map(|(slug, source, key)| (slug, format!("{source}/{key}"))).collect())
}

/// What `hearth check` says of the sources, one sentence each, only what needs a person.
pub fn findings(tx: &mut Tx, now: Instant) -> Result<Vec<String>, Fault> {
    let counts = count_by_source(tx)?;
    let mut findings = Vec::new();
    for source in rows::list_sources(tx)? {
        let name = &source.draft.name;
        let of = counts.get(&source.id).copied().unwrap_or_default();
        let mut say = |count: i64, words: &str| {
            if count > 0 {
                findings.push(format!("{name}: {count} {words}"));
            }
        };
        say(of.held, "differences to settle");
        say(of.gone, "entries are gone from the source");
        say(of.refused, "records could not be taken in");
        if source.failures >= 3 {
            findings.push(format!(
                "{name}: it could not be pulled {} times in a row: {}",
                source.failures, source.last_why
            ));
        }
        if source.last_outcome == "waiting" {
            findings.push(format!("{name}: {}", source.last_why));
        }
        if source.paused || source.draft.address.is_none() {
            continue;
        }
        let allowed = (3 * source.draft.every_hours).max(24) * 3_600;
        if source.last_good_run.is_some_and(|good| now.as_second() - good.as_second() > allowed) {
            findings.push(format!("{name}: what came from it is older than three of its intervals"));
        }
    }
    Ok(findings)
}
