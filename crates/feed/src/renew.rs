//! Keeps the records of the feed as the directory stands: what was announced is looked at, and written only where it
//! says something else than before. So `last_modified` moves with every change of anything beneath a service, and with
//! nothing else.
//!
//! Whatever is announced becomes due in the transaction that takes the announcement, and stops being due in the one
//! that writes its record: a crash between them loses nothing, and doing it twice writes nothing.

use crate::{
    entity::Entity,
    facts::{self, Facts},
    record,
    store::{self as rows, KeptRow, RecordRow},
    terms,
};
use directory::open_data::{self, Beneath, OpenService};
use kernel::{Clock, Fault, Instant, civil_today};
use oruk::model;
use serde::Serialize;
use std::collections::HashMap;
use store::{Db, Tx, outbox};
use uuid::Uuid;

/// Which edition of the projection this is. A new one looks at every record again; raise it with `record.rs`,
/// `facts.rs` and the rules of the self-check.
const PROJECTION: &str = "2";
/// By which name the announcements are taken.
const SUBSCRIBER: &str = "the feed";
/// How many records are looked at in one transaction.
const BATCH: i64 = 100;

/// What a renewal did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renewed {
    /// Records looked at.
    pub seen: usize,
    /// Records written anew, or for the first time.
    pub written: usize,
    /// Records that are no longer public.
    pub removed: usize,
}

/// Brings the records up to date, in short transactions. Any number of nodes may do it at once.
pub(crate) async fn renew(db: &Db, clock: &Clock) -> Result<Renewed, Fault> {
    let mut all = Renewed::default();
    while is_behind(db).await? {
        db.write(gather).await?;
        loop {
            let clock = clock.clone();
            let done = db.write(move |tx| write_some(tx, &clock)).await?;
            all.seen += done.seen;
            all.written += done.written;
            all.removed += done.removed;
            if done.seen == 0 {
                break;
            }
        }
    }
    Ok(all)
}

/// Whether there is anything to do. A read, so that an idle house writes nothing.
pub(crate) async fn is_behind(db: &Db) -> Result<bool, Fault> {
    db.read(|tx| {
        Ok(outbox::is_waiting(tx, SUBSCRIBER)?
            || rows::find_stand(tx)? != PROJECTION
            || rows::count_due(tx)? > 0)
    })
    .await
}

/// Looks again at every record, as a new edition of the projection does.
pub(crate) async fn look_at_all(db: &Db) -> Result<(), Fault> {
    db.write(|tx| {
        rows::hold(tx)?;
        rows::set_stand(tx, "")
    })
    .await
}

/// Takes what was announced and writes down what is due for it.
fn gather(tx: &mut Tx<'_>) -> Result<(), Fault> {
    rows::hold(tx)?;
    let anew = rows::find_stand(tx)? != PROJECTION;
    loop {
        let announced = outbox::take(tx, SUBSCRIBER, 500)?;
        if announced.is_empty() {
            break;
        }
        // What is looked at whole needs no single announcement.
        if anew {
            continue;
        }
        for announcement in &announced {
            match (announcement.topic.as_str(), announcement.subject) {
                ("service_published", Some(id)) => rows::insert_due(tx, Entity::Service, &[id])?,
                ("organization_published", Some(id)) => {
                    rows::insert_due(tx, Entity::Organization, &[id])?;
                    due_over(tx, Beneath::Organization(id))?;
                }
                ("location_published", Some(id)) => due_over(tx, Beneath::Location(id))?,
                ("taxonomy_published", _) => rows::insert_due(tx, Entity::Taxonomy, &[Uuid::nil()])?,
                // Postcodes and families' words are in no record.
                _ => {}
            }
        }
    }
    if anew {
        due_all(tx)?;
        rows::set_stand(tx, PROJECTION)?;
    }
    Ok(())
}

fn due_over(tx: &mut Tx<'_>, beneath: Beneath) -> Result<(), Fault> {
    let over = open_data::list_ids_over(tx, beneath)?;
    rows::insert_due(tx, Entity::Service, &over)
}

/// Everything that is public, and everything that was.
fn due_all(tx: &mut Tx<'_>) -> Result<(), Fault> {
    rows::insert_due(tx, Entity::Taxonomy, &[Uuid::nil()])?;
    let organizations = open_data::list_open_organization_ids(tx)?;
    rows::insert_due(tx, Entity::Organization, &organizations)?;
    let mut after = None;
    loop {
        let some = open_data::list_open_ids(tx, after, 1_000)?;
        let Some(last) = some.last() else { break };
        after = Some(*last);
        rows::insert_due(tx, Entity::Service, &some)?;
    }
    for entity in [Entity::Organization, Entity::Service] {
        let kept = rows::list_alive_ids(tx, entity)?;
        rows::insert_due(tx, entity, &kept)?;
    }
    Ok(())
}

fn write_some(tx: &mut Tx<'_>, clock: &Clock) -> Result<Renewed, Fault> {
    rows::hold(tx)?;
    let due = rows::list_due(tx, BATCH)?;
    // Asked only now: whoever waited here must not write an earlier time than whoever was before.
    let now = clock.now();
    let mut desk = Desk { now, stamp: rows::find_newest_stamp(tx)?, done: Renewed::default() };
    let of = |wanted: Entity| -> Vec<Uuid> {
        due.iter().filter(|(_, key, _)| Entity::parse(key) == Some(wanted)).map(|(_, _, id)| *id).collect()
    };
    if !of(Entity::Taxonomy).is_empty() {
        desk.taxonomies(tx)?;
    }
    desk.organizations(tx, &of(Entity::Organization))?;
    desk.services(tx, &of(Entity::Service))?;
    let positions: Vec<i64> = due.iter().map(|(position, _, _)| *position).collect();
    rows::delete_due(tx, &positions)?;
    desk.done.seen = due.len();
    Ok(desk.done)
}

/// Where records are written.
struct Desk {
    now: Instant,
    stamp: i64,
    done: Renewed,
}

/// Whether a record says something else than before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Same,
    Changed,
}

impl Desk {
    fn services(&mut self, tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<(), Fault> {
        let mut kept: HashMap<Uuid, KeptRow> =
            rows::list_kept(tx, Entity::Service, ids)?.into_iter().map(|row| (row.id, row)).collect();
        let mut gone: Vec<Uuid> = ids.to_vec();
        for open in open_data::list_open_services(tx, ids)? {
            let id = open.id.uuid();
            gone.retain(|other| *other != id);
            self.service(tx, &open, kept.remove(&id))?;
        }
        for id in gone {
            if let Some(kept) = kept.remove(&id) {
                let successor = open_data::find_successor(tx, id)?;
                for at in rows::list_alive_of(tx, id)? {
                    self.remove(tx, Entity::ServiceAtLocation, at, None)?;
                }
                if kept.removed_at.is_none() || kept.replaced_by != successor {
                    self.remove(tx, Entity::Service, id, successor)?;
                }
            }
        }
        Ok(())
    }

    fn service(&mut self, tx: &mut Tx<'_>, open: &OpenService, kept: Option<KeptRow>) -> Result<(), Fault> {
        let mut service = record::service(open);
        let facts = facts::of_service(&service);
        let hash = hash_of(&service)?;
        let modified_at = modified(kept.as_ref(), &hash, self.now);
        service.last_modified = Some(modified_at);
        let brief = record::brief(&service);
        let texts = Texts {
            body: serde_json::to_string(&service)?,
            brief: serde_json::to_string(&brief)?,
            facts: serde_json::to_string(&facts)?,
            hash,
            modified_at,
        };
        self.write(tx, Entity::Service, service.id, None, &texts, kept)?;
        self.places(tx, &service, &brief, &facts)?;
        let value = serde_json::from_str(&texts.body)?;
        let findings = oruk::check::check_service(&value, civil_today(self.now));
        rows::insert_findings(tx, Entity::Service, service.id, (&open.slug, &service.name), &findings)
    }

    /// The service at each of its places, each with what the service says of itself.
    fn places(
        &mut self,
        tx: &mut Tx<'_>,
        service: &model::Service,
        brief: &model::Service,
        of_service: &Facts,
    ) -> Result<(), Fault> {
        let mut before = rows::list_alive_of(tx, service.id)?;
        for at in &service.service_at_locations {
            before.retain(|id| *id != at.id);
            let facts = facts::of_service_at_location(service, of_service, at);
            let whole = model::ServiceAtLocation {
                schedules: record::schedules_at(service, at.id),
                service: Some(Box::new(brief.clone())),
                ..at.clone()
            };
            let kept = rows::find_kept(tx, Entity::ServiceAtLocation, at.id)?;
            let hash = hash_of(&whole)?;
            let texts = Texts {
                body: serde_json::to_string(&whole)?,
                brief: String::new(),
                facts: serde_json::to_string(&facts)?,
                modified_at: modified(kept.as_ref(), &hash, service.last_modified.unwrap_or(self.now)),
                hash,
            };
            self.write(tx, Entity::ServiceAtLocation, at.id, Some(service.id), &texts, kept)?;
            let findings =
                oruk::check::check_service_at_location(&serde_json::to_value(&whole)?, civil_today(self.now));
            let named = (service.slug.as_deref().unwrap_or_default(), service.name.as_str());
            rows::insert_findings(tx, Entity::ServiceAtLocation, at.id, named, &findings)?;
        }
        for id in before {
            self.remove(tx, Entity::ServiceAtLocation, id, None)?;
        }
        Ok(())
    }

    fn organizations(&mut self, tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<(), Fault> {
        let mut kept: HashMap<Uuid, KeptRow> =
            rows::list_kept(tx, Entity::Organization, ids)?.into_iter().map(|row| (row.id, row)).collect();
        let mut gone: Vec<Uuid> = ids.to_vec();
        for open in open_data::list_open_organizations(tx, ids)? {
            let organization = record::organization(&open);
            let id = organization.id;
            gone.retain(|other| *other != id);
            let kept = kept.remove(&id);
            self.plain(
                tx,
                Entity::Organization,
                id,
                &organization,
                &facts::of_organization(&organization),
                kept,
            )?;
            let findings =
                oruk::check::check_organization(&serde_json::to_value(&organization)?, civil_today(self.now));
            let named = (open.slug.as_str(), organization.name.as_str());
            rows::insert_findings(tx, Entity::Organization, id, named, &findings)?;
        }
        for id in gone {
            if kept.remove(&id).is_some_and(|kept| kept.removed_at.is_none()) {
                self.remove(tx, Entity::Organization, id, None)?;
            }
        }
        Ok(())
    }

    /// The lists of terms. A need that was reworded makes every service that meets it due.
    fn taxonomies(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        let needs = open_data::list_open_taxonomies(tx)?;
        let mut lists: Vec<model::Taxonomy> = needs.iter().map(record::taxonomy).collect();
        lists.extend(terms::closed_taxonomies());
        let mut terms_before = rows::list_alive_ids(tx, Entity::TaxonomyTerm)?;
        let mut lists_before = rows::list_alive_ids(tx, Entity::Taxonomy)?;
        for list in &lists {
            lists_before.retain(|id| *id != list.id);
            for term in &list.taxonomy_terms {
                terms_before.retain(|id| *id != term.id);
                let kept = rows::find_kept(tx, Entity::TaxonomyTerm, term.id)?;
                let is_new = kept.is_none();
                let written =
                    self.plain(tx, Entity::TaxonomyTerm, term.id, term, &facts::of_term(term), kept)?;
                if written == Written::Changed && !is_new {
                    due_over(tx, Beneath::Term(term.id))?;
                }
                let findings = oruk::check::check_taxonomy_term(&serde_json::to_value(term)?);
                let named = (term.code.as_deref().unwrap_or_default(), term.name.as_str());
                rows::insert_findings(tx, Entity::TaxonomyTerm, term.id, named, &findings)?;
            }
            let kept = rows::find_kept(tx, Entity::Taxonomy, list.id)?;
            self.taxonomy(tx, list, kept)?;
        }
        for id in terms_before {
            self.remove(tx, Entity::TaxonomyTerm, id, None)?;
        }
        for id in lists_before {
            self.remove(tx, Entity::Taxonomy, id, None)?;
        }
        Ok(())
    }

    fn taxonomy(
        &mut self,
        tx: &mut Tx<'_>,
        list: &model::Taxonomy,
        kept: Option<KeptRow>,
    ) -> Result<(), Fault> {
        let short = model::Taxonomy { taxonomy_terms: Vec::new(), ..list.clone() };
        let hash = hash_of(list)?;
        let texts = Texts {
            body: serde_json::to_string(list)?,
            brief: serde_json::to_string(&short)?,
            facts: serde_json::to_string(&facts::of_taxonomy(list))?,
            modified_at: modified(kept.as_ref(), &hash, self.now),
            hash,
        };
        self.write(tx, Entity::Taxonomy, list.id, None, &texts, kept)?;
        let findings = oruk::check::check_taxonomy(&serde_json::to_value(list)?);
        rows::insert_findings(tx, Entity::Taxonomy, list.id, ("", &list.name), &findings)
    }

    /// A record that a list shows whole.
    fn plain(
        &mut self,
        tx: &mut Tx<'_>,
        entity: Entity,
        id: Uuid,
        record: &impl Serialize,
        facts: &Facts,
        kept: Option<KeptRow>,
    ) -> Result<Written, Fault> {
        let hash = hash_of(record)?;
        let texts = Texts {
            body: serde_json::to_string(record)?,
            brief: String::new(),
            facts: serde_json::to_string(facts)?,
            modified_at: modified(kept.as_ref(), &hash, self.now),
            hash,
        };
        self.write(tx, entity, id, None, &texts, kept)
    }

    fn write(
        &mut self,
        tx: &mut Tx<'_>,
        entity: Entity,
        id: Uuid,
        of: Option<Uuid>,
        texts: &Texts,
        kept: Option<KeptRow>,
    ) -> Result<Written, Fault> {
        let mut row = RecordRow {
            entity,
            id,
            of,
            brief: &texts.brief,
            body: &texts.body,
            facts: &texts.facts,
            hash: &texts.hash,
            modified_at: texts.modified_at,
            stamp: self.stamp + 1,
        };
        match kept {
            None => {
                let sequence = rows::next_sequence(tx, entity)?;
                rows::insert_record(tx, &row, sequence)?;
            }
            Some(kept) if kept.hash == texts.hash && kept.removed_at.is_none() => {
                row.modified_at = kept.modified_at;
                if kept.facts != texts.facts || kept.brief != texts.brief {
                    self.stamp += 1;
                    rows::set_facts(tx, &row)?;
                }
                return Ok(Written::Same);
            }
            Some(_) => rows::set_record(tx, &row)?,
        }
        self.stamp += 1;
        self.done.written += 1;
        Ok(Written::Changed)
    }

    fn remove(
        &mut self,
        tx: &mut Tx<'_>,
        entity: Entity,
        id: Uuid,
        successor: Option<Uuid>,
    ) -> Result<(), Fault> {
        self.stamp += 1;
        self.done.removed += 1;
        let last = rows::find_kept(tx, entity, id)?;
        let removed_at = last.map_or(whole_millis(self.now), |kept| {
            whole_millis(self.now).max(after(kept.removed_at.unwrap_or(kept.modified_at)))
        });
        rows::set_removed(tx, entity, id, successor.filter(|by| *by != id), removed_at, self.stamp)
    }
}

/// A record as it is written.
struct Texts {
    body: String,
    brief: String,
    facts: String,
    hash: String,
    modified_at: Instant,
}

/// When a record with this hash last changed. A change is always later, by what is published of it, than the one
/// before, whatever the clock says.
fn modified(kept: Option<&KeptRow>, hash: &str, now: Instant) -> Instant {
    let now = whole_millis(now);
    match kept {
        None => now,
        Some(kept) if kept.hash == hash && kept.removed_at.is_none() => kept.modified_at,
        Some(kept) => {
            let last = kept.removed_at.map_or(kept.modified_at, |removed| removed.max(kept.modified_at));
            now.max(after(last))
        }
    }
}

/// Of what a record says, without the moment of its last change.
fn hash_of(record: &impl Serialize) -> Result<String, Fault> {
    Ok(blake3::hash(&serde_json::to_vec(record)?).to_hex()[..32].to_owned())
}

/// The feed says moments in milliseconds, so that is what it keeps: a reader that sends one back means the same one.
pub(crate) fn whole_millis(at: Instant) -> Instant {
    Instant::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

fn after(at: Instant) -> Instant {
    Instant::from_millisecond(at.as_millisecond() + 1).unwrap_or(at)
}
