//! The list of pairs that may be the same, with why; 'not the same', which is remembered and can be taken back; and
//! what was merged.

use crate::{
    look_for_duplicates::look,
    pairs::Level,
    room::Quality,
    store::{self as rows, ApartRow, MergeRow},
};
use access::{ApproveSensitive, MergeEntries, On, audit};
use askama::Template;
use axum::extract::{Path, State};
use directory::{EntryLine, ServiceId};
use kernel::Fault;
use std::collections::HashMap;
use store::Tx;
use web::{Page, Params, Reply, Who, missing, see_other, show};

/// As many as fit on a screen or two.
const PAGE: i64 = 40;
const MERGES_SHOWN: i64 = 20;

#[derive(Template)]
#[template(path = "duplicates.html")]
struct PairsView {
    notice: &'static str,
    looked: String,
    filters: Vec<Filter>,
    heading: &'static str,
    pairs: Vec<PairView>,
    earlier: Option<String>,
    later: Option<String>,
    apart: Vec<ApartView>,
    merges: Vec<MergeView>,
}

struct Filter {
    key: &'static str,
    words: String,
    chosen: Chosen,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chosen {
    Yes,
    No,
}

impl Filter {
    fn is_chosen(&self) -> bool {
        self.chosen == Chosen::Yes
    }
}

struct PairView {
    a: Side,
    b: Side,
    level: &'static str,
    share: i64,
    reasons: Vec<String>,
    doubts: Vec<String>,
}

struct Side {
    slug: String,
    name: String,
    organization: String,
    checked: String,
}

struct ApartView {
    a: Side,
    b: Side,
    when: String,
}

struct MergeView {
    id: String,
    kept_slug: String,
    gone_slug: String,
    kept: String,
    gone: String,
    why: String,
    when: String,
    state: String,
}

impl MergeView {
    fn is(&self, state: &str) -> bool {
        self.state == state
    }
}

fn notice(done: &str) -> &'static str {
    match done {
        "apart" => "We remember that they are not the same. You can take that back below.",
        "together" => "Taken back. If they still look alike, they stand in the list again.",
        "looked" => "Looked again just now.",
        "undone" => "Both entries are there again.",
        "refused" => "The merge was not done. Both entries stay as they are.",
        _ => "",
    }
}

/// `GET /admin/duplicates?level=likely&from=40`.
pub(crate) async fn get(State(quality): State<Quality>, who: Who, params: Params) -> Reply {
    who.may::<MergeEntries>(On::all("service"))?;
    let level = Level::parse(params.get("level"));
    let skip = params.get("from").parse::<i64>().unwrap_or(0).clamp(0, 100_000);
    let key = level.map_or("", Level::key);
    let (looked, counts, pairs, apart, merges, lines) = quality
        .site
        .db()
        .read(move |tx| {
            Ok((
                rows::find_look(tx)?,
                rows::count_pairs(tx)?,
                rows::list_pairs(tx, key, PAGE + 1, skip)?,
                rows::list_apart(tx)?,
                rows::list_merges(tx, MERGES_SHOWN)?,
                lines_by_id(tx)?,
            ))
        })
        .await?;
    let all: i64 = counts.iter().map(|(_, count)| count).sum();
    let count_of =
        |level: Level| counts.iter().find(|(key, _)| key == level.key()).map_or(0, |(_, count)| *count);
    let chosen = |this: Option<Level>| if this == level { Chosen::Yes } else { Chosen::No };
    let mut filters = vec![Filter { key: "", words: format!("All: {all}"), chosen: chosen(None) }];
    filters.extend(Level::ALL.map(|each| Filter {
        key: each.key(),
        words: format!("{}: {}", each.words(), count_of(each)),
        chosen: chosen(Some(each)),
    }));
    let address = |from: i64| format!("/admin/duplicates?level={key}&from={from}");
    let later = (i64::try_from(pairs.len())? > PAGE).then(|| address(skip + PAGE));
    let pairs = pairs
        .into_iter()
        .take(usize::try_from(PAGE)?)
        .filter_map(|row| {
            Some(PairView {
                a: side(lines.get(&row.a)?),
                b: side(lines.get(&row.b)?),
                level: Level::parse(&row.level)?.words(),
                share: (row.score * 100.0) as i64,
                reasons: serde_json::from_value(row.reasons).ok()?,
                doubts: serde_json::from_value(row.doubts).ok()?,
            })
        })
        .collect();
    let body = PairsView {
        notice: notice(params.get("done")),
        looked: looked.map_or_else(
            || "Nobody has looked yet. The house looks every hour when something has changed.".to_owned(),
            |(_, entries, at)| {
                let entries = web::say::count(usize::try_from(entries).unwrap_or(0), "entry", "entries");
                format!("{entries} compared on {}.", crate::say_when(at))
            },
        ),
        filters,
        heading: level.map_or("Pairs that may be the same", |level| match level {
            Level::Certain => "Nearly certain to be the same",
            Level::Likely => "Likely to be the same",
            Level::Maybe => "Maybe the same",
        }),
        pairs,
        earlier: (skip > 0).then(|| address((skip - PAGE).max(0))),
        later,
        apart: apart
            .into_iter()
            .filter_map(|row| {
                Some(ApartView {
                    a: side(lines.get(&row.a)?),
                    b: side(lines.get(&row.b)?),
                    when: crate::say_when(row.said_at),
                })
            })
            .collect(),
        merges: merges.into_iter().map(|merge| merge_view(merge, &lines)).collect(),
    };
    show(&quality.site, &Page::new("Duplicates"), &body)
}

/// `GET /admin/merges`: what waits for a second person, for those who may be that one and may not merge.
pub(crate) async fn get_waiting(State(quality): State<Quality>, who: Who) -> Reply {
    who.may::<ApproveSensitive>(On::all("service"))?;
    let (merges, lines) =
        quality.site.db().read(|tx| Ok((rows::list_merges(tx, 200)?, lines_by_id(tx)?))).await?;
    let body = WaitingView {
        merges: merges
            .into_iter()
            .filter(|merge| merge.state == "waiting")
            .map(|merge| merge_view(merge, &lines))
            .collect(),
    };
    show(&quality.site, &Page::new("Merges that need a second person"), &body)
}

#[derive(Template)]
#[template(path = "merges_waiting.html")]
struct WaitingView {
    merges: Vec<MergeView>,
}

fn merge_view(merge: MergeRow, lines: &HashMap<ServiceId, EntryLine>) -> MergeView {
    let name =
        |id: ServiceId, slug: &str| lines.get(&id).map_or_else(|| slug.to_owned(), |line| line.name.clone());
    MergeView {
        id: merge.id.to_string(),
        kept: name(merge.kept, &merge.kept_slug),
        gone: name(merge.gone, &merge.gone_slug),
        kept_slug: merge.kept_slug,
        gone_slug: merge.gone_slug,
        why: merge.why,
        when: crate::say_when(merge.proposed_at),
        state: merge.state,
    }
}

fn side(line: &EntryLine) -> Side {
    Side {
        slug: line.slug.clone(),
        name: line.name.clone(),
        organization: line.organization.name.clone(),
        checked: line.checked_on.map_or_else(
            || "never checked".to_owned(),
            |date| format!("checked {}", web::say::month_year(date)),
        ),
    }
}

/// Every entry's line by its id.
pub(crate) fn lines_by_id(tx: &mut Tx) -> Result<HashMap<ServiceId, EntryLine>, Fault> {
    Ok(directory::list_entries(tx)?.into_iter().map(|line| (line.id, line)).collect())
}

/// `POST /admin/duplicates/look`.
pub(crate) async fn post_look(State(quality): State<Quality>, who: Who) -> Reply {
    let may = who.may::<MergeEntries>(On::all("service"))?;
    let looked = look(&quality).await?;
    let now = quality.site.clock().now();
    let did = format!("looked for duplicates and found {} pairs", looked.pairs);
    quality
        .site
        .db()
        .write(move |tx| {
            audit::record(tx, &may, did.as_str(), "", now);
            Ok(())
        })
        .await?;
    Ok(see_other("/admin/duplicates?done=looked"))
}

/// `POST /admin/duplicates/{a}/{b}/apart`: they are not the same.
pub(crate) async fn post_apart(
    State(quality): State<Quality>,
    who: Who,
    Path((a, b)): Path<(String, String)>,
) -> Reply {
    let (a, b) = (directory::entry_id(&a), directory::entry_id(&b));
    let may = who.may::<MergeEntries>(On::one("service", a))?;
    let now = quality.site.clock().now();
    let done = quality
        .site
        .db()
        .write(move |tx| {
            let lines = lines_by_id(tx)?;
            if a == b || !lines.contains_key(&a) || !lines.contains_key(&b) {
                return Ok(false);
            }
            let said_by = may.actor().person().map(access::PersonId::uuid);
            rows::insert_apart(tx, &ApartRow { a, b, said_by, said_at: now })?;
            audit::record(tx, &may, "said that two entries are not the same", "", now);
            Ok(true)
        })
        .await?;
    Ok(if done { see_other("/admin/duplicates?done=apart") } else { missing() })
}

/// `POST /admin/duplicates/{a}/{b}/together`: takes that back.
pub(crate) async fn post_together(
    State(quality): State<Quality>,
    who: Who,
    Path((a, b)): Path<(String, String)>,
) -> Reply {
    let (a, b) = (directory::entry_id(&a), directory::entry_id(&b));
    let may = who.may::<MergeEntries>(On::one("service", a))?;
    let now = quality.site.clock().now();
    let done = quality
        .site
        .db()
        .write(move |tx| {
            let done = rows::delete_apart(tx, a, b)?;
            if done {
                audit::record(tx, &may, "took back that two entries are not the same", "", now);
            }
            Ok(done)
        })
        .await?;
    Ok(if done { see_other("/admin/duplicates?done=together") } else { missing() })
}
