//! The whole feed as one file, to be kept, sent or taken in elsewhere.
//!
//! One JSON object a line, in UTF-8. Taxonomies come first, then services whole, then the organisations that run none:
//! whoever reads only services passes over the lines that are not. Each line begins with `"entity"`, which is
//! `taxonomy`, `service` or `organization`; the rest of the line is the record exactly as `/oruk/v3/{list}/{id}` shows
//! it, in the order in which records were first published. Two exports of the same records are the same bytes.

use crate::{entity::Entity, store as rows};
use kernel::Fault;
use std::{collections::HashSet, io::Write};
use store::Db;
use uuid::Uuid;

/// How many records of each kind an export holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Lists of terms.
    pub taxonomies: usize,
    /// Services.
    pub services: usize,
    /// Organisations that run no published service.
    pub organizations: usize,
}

/// How many records are read in one short transaction.
const BATCH: i64 = 200;

/// Writes the records as they stand; bring them up to date with `Feed::renew` before. `progress` hears how many lines
/// are written.
pub async fn export(
    db: &Db,
    out: &mut (dyn Write + Send),
    progress: &mut (dyn FnMut(usize) + Send),
) -> Result<Exported, Fault> {
    let mut done = Exported::default();
    let mut busy: HashSet<Uuid> = HashSet::new();
    for entity in [Entity::Taxonomy, Entity::Service, Entity::Organization] {
        let mut after = 0;
        loop {
            let some = db.read(move |tx| rows::list_bodies_after(tx, entity, after, BATCH)).await?;
            let Some((last, ..)) = some.last() else { break };
            after = *last;
            for (_, id, body) in some {
                match entity {
                    Entity::Service => {
                        busy.extend(organization_of(&body)?);
                        done.services += 1;
                    }
                    Entity::Organization if busy.contains(&id) => continue,
                    Entity::Organization => done.organizations += 1,
                    _ => done.taxonomies += 1,
                }
                writeln!(
                    out,
                    "{{\"entity\":\"{}\",{}",
                    entity.key(),
                    body.strip_prefix('{').unwrap_or(&body)
                )?;
            }
            progress(done.taxonomies + done.services + done.organizations);
        }
    }
    out.flush()?;
    Ok(done)
}

fn organization_of(body: &str) -> Result<Option<Uuid>, Fault> {
    #[derive(serde::Deserialize)]
    struct Run {
        organization_id: Option<Uuid>,
    }
    Ok(serde_json::from_str::<Run>(body)?.organization_id)
}
