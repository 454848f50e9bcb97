//! The job that looks for entries that may be the same, whenever something in the directory has changed.

use crate::{
    pairs::{Compared, find_pairs},
    room::Quality,
    store::{self as rows, PairRow},
};
use directory::{Comparable, Pregnancy};
use kernel::Fault;
use std::collections::HashMap;
use store::outbox;

/// More pairs than anybody will look at are not kept.
const PAIRS_MAX: usize = 5_000;

/// What a look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Entries compared.
    pub entries: usize,
    /// Pairs worth a look.
    pub pairs: usize,
}

/// Looks unless nothing has changed since the last time.
pub(crate) async fn look_if_changed(quality: &Quality) -> Result<Option<Looked>, Fault> {
    let changed = quality
        .site
        .db()
        .read(|tx| {
            let newest = outbox::last_sequence(tx, &directory::ANNOUNCEMENTS)?;
            Ok(rows::find_look(tx)?.is_none_or(|(sequence, ..)| sequence != newest))
        })
        .await?;
    if changed { look(quality).await.map(Some) } else { Ok(None) }
}

/// Compares every entry and keeps what it found. The comparing holds no transaction open.
pub(crate) async fn look(quality: &Quality) -> Result<Looked, Fault> {
    let (now, record_keys) = (quality.site.clock().now(), quality.house.record_keys.clone());
    let (sequence, entries, keys) = quality
        .site
        .db()
        .read(move |tx| {
            let sequence = outbox::last_sequence(tx, &directory::ANNOUNCEMENTS)?;
            Ok((sequence, directory::list_comparable(tx)?, record_keys(tx)?))
        })
        .await?;
    let found = tokio::task::spawn_blocking(move || pairs_of(&entries, keys, now)).await?;
    let (looked, kept) = found?;
    quality
        .site
        .db()
        .write(move |tx| {
            rows::delete_pairs(tx)?;
            for pair in &kept {
                rows::insert_pair(tx, pair)?;
            }
            rows::set_look(tx, sequence, i64::try_from(looked.entries)?, now)
        })
        .await?;
    Ok(looked)
}

fn pairs_of(
    entries: &[Comparable],
    keys: Vec<(String, String)>,
    now: kernel::Instant,
) -> Result<(Looked, Vec<PairRow>), Fault> {
    let mut records: HashMap<String, Vec<String>> = HashMap::new();
    for (slug, key) in keys {
        records.entry(slug).or_default().push(key);
    }
    let compared: Vec<Compared> = entries
        .iter()
        .map(|entry| compared(entry, records.remove(&entry.slug).unwrap_or_default()))
        .collect();
    let kept = find_pairs(&compared)
        .into_iter()
        .take(PAIRS_MAX)
        .map(|pair| {
            Ok(PairRow {
                a: entries[pair.at.0].service,
                b: entries[pair.at.1].service,
                score: pair.score,
                level: pair.level.key().to_owned(),
                reasons: serde_json::to_value(pair.reasons)?,
                doubts: serde_json::to_value(pair.doubts)?,
                found_at: now,
            })
        })
        .collect::<Result<Vec<PairRow>, Fault>>()?;
    Ok((Looked { entries: entries.len(), pairs: kept.len() }, kept))
}

fn compared(entry: &Comparable, records: Vec<String>) -> Compared {
    Compared {
        key: entry.slug.clone(),
        name: entry.name.clone(),
        organization: entry.organization_name.clone(),
        phones: entry.phones.clone(),
        email: entry.email.clone(),
        website: entry.website.clone(),
        places: entry
            .places
            .iter()
            .map(|place| (place.postal_code.clone(), place.address_1.clone()))
            .collect(),
        ages: entry.ages.map(|(pregnancy, from, until)| {
            (if pregnancy == Pregnancy::From { -9 } else { from.unwrap_or(0) }, until)
        }),
        times: entry.times.clone(),
        records,
    }
}
