//! The room as it runs: the guides that are offered, in memory, and every revision that somebody is in the middle of.

use crate::{flow::Flow, format::parse, store as rows};
use access::{May, On, WriteFlows};
use anyhow::Context;
use arc_swap::ArcSwap;
use kernel::{Fault, Id, Instant};
use rust_embed::RustEmbed;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use store::{Tx, outbox};
use web::Site;

/// The guides that come with the house.
#[derive(RustEmbed)]
#[folder = "flows/"]
#[include = "*.toml"]
struct Builtin;

/// What is announced when a guide was published or withdrawn: whoever keeps them in memory reads them again.
pub const ANNOUNCEMENTS: [&str; 2] = ["flow_published", "flow_withdrawn"];
/// How many revisions are kept read at once.
const KEPT_MAX: usize = 200;

/// The room as it runs. Cheap to clone.
#[derive(Clone)]
pub struct Flows(Arc<Inner>);

struct Inner {
    site: Site,
    offered: ArcSwap<Vec<Published>>,
    read: Mutex<HashMap<(String, i64), Arc<Flow>>>,
}

/// A guide that is offered.
#[derive(Clone, Debug)]
pub struct Published {
    /// The guide.
    pub flow: Arc<Flow>,
    /// The number of its revision.
    pub number: i64,
    /// Whether the council wrote this revision.
    pub is_councils: bool,
}

impl Flows {
    /// Opens the room: what comes with the house is published where it is new, and all that is offered is read.
    pub async fn open(site: &Site) -> Result<Flows, Fault> {
        let flows = Flows(Arc::new(Inner {
            site: site.clone(),
            offered: ArcSwap::from_pointee(Vec::new()),
            read: Mutex::new(HashMap::new()),
        }));
        flows.publish_builtin(builtin()).await?;
        flows.renew().await?;
        Ok(flows)
    }

    /// The site.
    pub fn site(&self) -> &Site {
        &self.0.site
    }

    /// The guides that are offered, by their titles.
    pub fn list(&self) -> Arc<Vec<Published>> {
        self.0.offered.load_full()
    }

    /// The guide that is offered under a slug.
    pub fn find(&self, slug: &str) -> Option<Published> {
        self.0.offered.load().iter().find(|published| published.flow.slug == slug).cloned()
    }

    /// The guide for somebody who has lost a baby, if there is one.
    pub fn find_for_loss(&self) -> Option<Published> {
        self.0.offered.load().iter().find(|published| published.flow.loss).cloned()
    }

    /// Reads what is offered again, after an announcement of [`ANNOUNCEMENTS`].
    pub async fn renew(&self) -> Result<(), Fault> {
        let rows = self.0.site.db().read(rows::list_current).await?;
        let mut offered = Vec::new();
        for (slug, number, text, origin) in rows {
            match self.read_once(&slug, number, &text) {
                Ok(flow) => offered.push(Published { flow, number, is_councils: origin == "council" }),
                // The rest of the guides, and the rest of the house, stay open.
                Err(fault) => {
                    tracing::error!(flow.slug = slug, fault = format!("{fault:#}"), "a guide cannot be read")
                }
            }
        }
        offered.sort_by_key(|published| published.flow.title.to_lowercase());
        self.0.offered.store(Arc::new(offered));
        Ok(())
    }

    /// A revision, offered or not: a session keeps the one it began with.
    pub(crate) async fn find_revision(&self, slug: &str, number: i64) -> Result<Option<Arc<Flow>>, Fault> {
        if let Some(flow) = self.kept(slug, number) {
            return Ok(Some(flow));
        }
        let wanted = slug.to_owned();
        let text = self.0.site.db().read(move |tx| rows::find_revision_text(tx, &wanted, number)).await?;
        text.map(|text| self.read_once(slug, number, &text)).transpose()
    }

    fn kept(&self, slug: &str, number: i64) -> Option<Arc<Flow>> {
        let read = self.0.read.lock().expect("the lock is never held across a panic");
        read.get(&(slug.to_owned(), number)).cloned()
    }

    /// Reads a text, or remembers it: a revision never changes.
    fn read_once(&self, slug: &str, number: i64, text: &str) -> Result<Arc<Flow>, Fault> {
        if let Some(flow) = self.kept(slug, number) {
            return Ok(flow);
        }
        let flow = parse(text).map_err(|troubles| {
            anyhow::anyhow!("revision {number} of the guide {slug}: {}", said(&troubles))
        })?;
        let flow = Arc::new(flow);
        let mut read = self.0.read.lock().expect("the lock is never held across a panic");
        if read.len() >= KEPT_MAX {
            read.clear();
        }
        read.insert((slug.to_owned(), number), flow.clone());
        Ok(flow)
    }

    /// Publishes what comes with the house where it is new. A council's own revision stays the one that is offered, and
    /// a guide that was withdrawn stays withdrawn.
    pub async fn publish_builtin(&self, texts: Vec<String>) -> Result<(), Fault> {
        let now = self.0.site.clock().now();
        for text in texts {
            let flow = match parse(&text) {
                Ok(flow) => flow,
                Err(troubles) => {
                    tracing::error!(
                        trouble = said(&troubles),
                        "a guide that comes with the house cannot be read"
                    );
                    continue;
                }
            };
            let slug = flow.slug;
            let kept = self.0.site.db().write(move |tx| keep_builtin(tx, &slug, &text, now)).await;
            match kept {
                // Another node started at the same moment, and has kept it.
                Err(fault)
                    if store::violation(&fault).is_some_and(|v| v.constraint == "flow_revision_key") => {}
                kept => kept.context("publishing a guide that comes with the house")?,
            }
        }
        Ok(())
    }
}

fn said(troubles: &[crate::Trouble]) -> String {
    troubles.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// The texts of the guides that come with the house.
pub fn builtin() -> Vec<String> {
    let mut names: Vec<_> = Builtin::iter().collect();
    names.sort();
    let texts = names.iter().filter_map(|name| Builtin::get(name));
    texts.map(|file| String::from_utf8_lossy(&file.data).into_owned()).collect()
}

fn keep_builtin(tx: &mut Tx<'_>, slug: &str, text: &str, now: Instant) -> Result<(), Fault> {
    let hash = hash_of(text);
    // A node that still runs an older house must not put its older text back.
    if rows::has_text(tx, slug, &hash, "builtin")? {
        return Ok(());
    }
    let current = rows::current_of(tx, slug)?;
    let standing = match current {
        Some(Some(number)) => rows::list_revisions(tx, slug)?.into_iter().find(|(n, ..)| *n == number),
        _ => None,
    };
    let last = rows::last_revision(tx, slug)?;
    let number = last.map_or(1, |(number, _)| number + 1);
    rows::insert_revision(tx, (slug, number), (text, &hash), ("builtin", "It comes with Hearth"), now)?;
    let is_councils = standing.is_some_and(|(_, origin, ..)| origin == "council");
    if current.is_none() || matches!(current, Some(Some(_))) && !is_councils {
        rows::set_current(tx, slug, Some(number), now)?;
        let what = serde_json::json!({"slug": slug, "number": number});
        outbox::announce(tx, ANNOUNCEMENTS[0], None, &what, now)?;
    }
    let may = May::<WriteFlows>::by_machine("publish_builtin", on_flow(slug));
    access::audit::record(tx, &may, "kept a revision that comes with the house", "", now);
    Ok(())
}

/// A guide as a record of the trail.
pub fn on_flow(slug: &str) -> On {
    On::one("flow", Id::<Flow>::named("flow", slug))
}

pub(crate) fn hash_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}
