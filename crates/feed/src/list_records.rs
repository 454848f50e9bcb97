//! The five lists: filtered in memory, read by key for the page only, or sent whole as one record a line.

use crate::{
    Feed,
    answer::{JSON, NDJSON, Spout, flowing, has, tag, tagged},
    ask::{Ask, Form, Query, Streamed, WithServices, Wrong, unknown_postcode},
    entity::Entity,
    facts::Tag,
    shelf::{Found, Near, Shelf},
    store as rows,
};
use anyhow::Context;
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
};
use bytes::Bytes;
use kernel::{Fault, Instant};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Arc};
use store::Db;
use uuid::Uuid;
use web::Reply;

/// `GET /oruk/v3/services`.
pub(crate) async fn services(State(feed): State<Feed>, uri: Uri, headers: HeaderMap) -> Reply {
    list(&feed, Entity::Service, &uri, &headers).await
}

/// `GET /oruk/v3/service_at_locations`.
pub(crate) async fn service_at_locations(State(feed): State<Feed>, uri: Uri, headers: HeaderMap) -> Reply {
    list(&feed, Entity::ServiceAtLocation, &uri, &headers).await
}

/// `GET /oruk/v3/organizations`.
pub(crate) async fn organizations(State(feed): State<Feed>, uri: Uri, headers: HeaderMap) -> Reply {
    list(&feed, Entity::Organization, &uri, &headers).await
}

/// `GET /oruk/v3/taxonomies`.
pub(crate) async fn taxonomies(State(feed): State<Feed>, uri: Uri, headers: HeaderMap) -> Reply {
    list(&feed, Entity::Taxonomy, &uri, &headers).await
}

/// `GET /oruk/v3/taxonomy_terms`.
pub(crate) async fn taxonomy_terms(State(feed): State<Feed>, uri: Uri, headers: HeaderMap) -> Reply {
    list(&feed, Entity::TaxonomyTerm, &uri, &headers).await
}

async fn list(feed: &Feed, entity: Entity, uri: &Uri, headers: &HeaderMap) -> Reply {
    let ask = match Query::read(uri.query()).and_then(|query| Ask::read(entity, &query)) {
        Ok(ask) => ask,
        Err(wrong) => return Ok(wrong.into_response()),
    };
    let ask = match with_centre(feed, ask).await? {
        Ok(ask) => ask,
        Err(wrong) => return Ok(wrong.into_response()),
    };
    let shelf = feed.shelf();
    let centre = format!("{:?}", ask.wanted.near);
    let query = uri.query().unwrap_or_default().as_bytes();
    let tag = tag(&[entity.key().as_bytes(), &shelf.stamp.to_le_bytes(), query, centre.as_bytes()]);
    let kind = if ask.streamed == Streamed::Lines { NDJSON } else { JSON };
    if has(headers, &tag) {
        return Ok(tagged(headers, tag, kind, ""));
    }
    let found = shelf.table(entity).find(&ask.wanted);
    let db = feed.site().db().clone();
    if ask.streamed == Streamed::Lines {
        let (spout, body) = flowing();
        tokio::spawn(send(spout, Lines { db, shelf, entity, ask, found }));
        return Ok(tagged(headers, tag, kind, body));
    }
    let envelope = Envelope::of(&ask, found.total);
    let chosen = found.page(envelope.offset(&ask), usize::try_from(ask.per_page)?);
    if ask.with_services == WithServices::Yes {
        let (spout, body) = flowing();
        tokio::spawn(async move {
            let page = PageWithServices { db, shelf, chosen, envelope };
            tell(&spout, page.send(&spout).await).await;
        });
        return Ok(tagged(headers, tag, kind, body));
    }
    let ids = ids_of(&shelf, entity, &chosen);
    let records = read(&db, entity, ask.form, ids).await?;
    Ok(tagged(headers, tag, kind, envelope.around(&records)))
}

/// Looks up where the postcode is.
async fn with_centre(feed: &Feed, mut ask: Ask) -> Result<Result<Ask, Wrong>, Fault> {
    let Some(postcode) = ask.postcode.clone() else { return Ok(Ok(ask)) };
    let found = feed.site().db().read(move |tx| directory::open_data::find_centroid(tx, &postcode)).await?;
    let Some((latitude, longitude)) = found else { return Ok(Err(unknown_postcode())) };
    ask.wanted.near = Some(Near { latitude, longitude, metres: ask.proximity });
    Ok(Ok(ask))
}

/// What stands around a page, with the names that the standard gives it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Envelope {
    total_items: u64,
    total_pages: u64,
    page_number: u64,
    size: u64,
    first_page: bool,
    last_page: bool,
    empty: bool,
}

impl Envelope {
    /// Of the page that is asked for, of so many records.
    pub fn of(ask: &Ask, total: usize) -> Envelope {
        Envelope::at(ask.page, ask.per_page, total as u64)
    }

    /// The same, by its numbers. Where nothing matches there are no pages, and the first is the last.
    pub fn at(page: u64, per_page: u64, total_items: u64) -> Envelope {
        let total_pages = total_items.div_ceil(per_page);
        let before = (page - 1).saturating_mul(per_page);
        let size = total_items.saturating_sub(before).min(per_page);
        Envelope {
            total_items,
            total_pages,
            page_number: page,
            size,
            first_page: page == 1,
            last_page: page == total_pages.max(1),
            empty: size == 0,
        }
    }

    fn offset(&self, ask: &Ask) -> usize {
        usize::try_from((self.page_number - 1).saturating_mul(ask.per_page)).unwrap_or(usize::MAX)
    }

    /// The page with its records, which are JSON already. Its size is what stands on it, whatever was withdrawn
    /// while it was read.
    pub fn around(mut self, records: &[String]) -> String {
        self.size = records.len() as u64;
        self.empty = records.is_empty();
        let mut out = self.head();
        out.reserve(records.iter().map(|record| record.len() + 1).sum::<usize>() + 2);
        for (at, record) in records.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            out.push_str(record);
        }
        out.push_str("]}");
        out
    }

    /// `{"total_items":..., ..., "contents":[`.
    fn head(&self) -> String {
        let mut out = serde_json::to_string(self).unwrap_or_default();
        out.pop();
        out.push_str(",\"contents\":[");
        out
    }
}

fn ids_of(shelf: &Shelf, entity: Entity, chosen: &[u32]) -> Vec<Uuid> {
    let table = shelf.table(entity);
    chosen.iter().filter_map(|record| table.ids.get(*record as usize).copied()).collect()
}

/// The records of these ids, in their order. What was withdrawn a moment ago is left out.
async fn read(db: &Db, entity: Entity, form: Form, ids: Vec<Uuid>) -> Result<Vec<String>, Fault> {
    db.read(move |tx| {
        let mut texts: HashMap<Uuid, String> = match form {
            Form::Full => rows::list_bodies(tx, entity, &ids)?.into_iter().collect(),
            // Where a list shows the whole record, there is no shorter one.
            Form::Brief if matches!(entity, Entity::Service | Entity::Taxonomy) => {
                rows::list_thin(tx, entity, &ids)?.into_iter().map(|row| (row.id, row.brief)).collect()
            }
            Form::Brief => rows::list_bodies(tx, entity, &ids)?.into_iter().collect(),
            Form::Minimal => rows::list_thin(tx, entity, &ids)?
                .into_iter()
                .map(|row| Ok((row.id, minimal(&row.brief)?)))
                .collect::<Result<_, Fault>>()?,
        };
        if form == Form::Full && entity == Entity::ServiceAtLocation {
            for text in texts.values_mut() {
                *text = with_whole_service(tx, text)?;
            }
        }
        Ok(ids.iter().filter_map(|id| texts.remove(id)).collect())
    })
    .await
}

/// A service as `minimal` shows it: what the list's schema requires, and when it changed, by both of its names.
fn minimal(brief: &str) -> Result<String, Fault> {
    #[derive(Serialize, Deserialize)]
    struct Minimal {
        id: Uuid,
        name: String,
        status: String,
        last_modified: Instant,
        #[serde(skip_deserializing)]
        modified_date: Option<Instant>,
    }
    let mut record: Minimal = serde_json::from_str(brief)?;
    record.modified_date = Some(record.last_modified);
    Ok(serde_json::to_string(&record)?)
}

/// A service at a location with all that is said of the service. Its own places are left out: this is one of them.
pub(crate) fn with_whole_service(tx: &mut store::Tx<'_>, text: &str) -> Result<String, Fault> {
    let mut record: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text)?;
    let id = record.get("service_id").and_then(|id| id.as_str()).and_then(|id| Uuid::parse_str(id).ok());
    let id = id.context("a service at a location without its service")?;
    if let Some(one) = rows::find_one(tx, Entity::Service, id)?
        && one.removed_at.is_none()
    {
        let mut service: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&one.body)?;
        service.remove("service_at_locations");
        record.insert("service".to_owned(), service.into());
    }
    Ok(serde_json::to_string(&record)?)
}

/// How many records a part of a stream holds.
const LINES: usize = 100;

/// A list that is sent line by line.
struct Lines {
    db: Db,
    shelf: Arc<Shelf>,
    entity: Entity,
    ask: Ask,
    found: Found,
}

async fn send(spout: Spout, lines: Lines) {
    let sent = lines.send(&spout).await;
    tell(&spout, sent).await;
}

/// A stream that breaks must not look whole: the connection is broken off.
async fn tell(spout: &Spout, sent: Result<(), Fault>) {
    if let Err(fault) = sent {
        tracing::error!(fault = format!("{fault:#}"), "a feed could not be sent to its end");
        let _ = spout.send(Err(fault)).await;
    }
}

impl Lines {
    async fn send(&self, spout: &Spout) -> Result<(), Fault> {
        let mut offset = 0;
        loop {
            let chosen = self.found.page(offset, LINES);
            if chosen.is_empty() {
                return Ok(());
            }
            offset += chosen.len();
            let ids = ids_of(&self.shelf, self.entity, &chosen);
            let mut part = String::new();
            if self.ask.with_services == WithServices::Yes {
                for (record, text) in chosen.iter().zip(read(&self.db, self.entity, Form::Full, ids).await?) {
                    let mut text = open_ended(text);
                    text.push_str(",\"services\":[");
                    if spout.send(Ok(text.into())).await.is_err()
                        || !send_services(&self.db, &self.shelf, *record, spout).await?
                        || spout.send(Ok(Bytes::from_static(b"]}\n"))).await.is_err()
                    {
                        return Ok(());
                    }
                }
                continue;
            }
            for text in read(&self.db, self.entity, self.ask.form, ids).await? {
                part.push_str(&text);
                part.push('\n');
            }
            // The reader has gone.
            if spout.send(Ok(part.into())).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// A record without its closing brace.
fn open_ended(mut text: String) -> String {
    text.pop();
    text
}

/// Sends the services of an organisation, with commas between them. False when the reader has gone.
async fn send_services(db: &Db, shelf: &Shelf, organization: u32, spout: &Spout) -> Result<bool, Fault> {
    let Some(id) = shelf.table(Entity::Organization).ids.get(organization as usize) else { return Ok(true) };
    let services = shelf.table(Entity::Service).tagged(Tag::Organization, *id);
    let mut is_first = true;
    for some in services.chunks(LINES) {
        let ids = ids_of(shelf, Entity::Service, some);
        let mut part = String::new();
        for text in read(db, Entity::Service, Form::Full, ids).await? {
            let mut service: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text)?;
            service.remove("organization");
            if !is_first {
                part.push(',');
            }
            is_first = false;
            part.push_str(&serde_json::to_string(&service)?);
        }
        if spout.send(Ok(part.into())).await.is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A page of organisations that carry their services, however many those are.
struct PageWithServices {
    db: Db,
    shelf: Arc<Shelf>,
    chosen: Vec<u32>,
    envelope: Envelope,
}

impl PageWithServices {
    async fn send(&self, spout: &Spout) -> Result<(), Fault> {
        let ids = ids_of(&self.shelf, Entity::Organization, &self.chosen);
        let texts = read(&self.db, Entity::Organization, Form::Full, ids).await?;
        let mut part = self.envelope.head();
        for (at, (record, text)) in self.chosen.iter().zip(texts).enumerate() {
            if at > 0 {
                part.push(',');
            }
            part.push_str(&open_ended(text));
            if !self.has_services(*record) {
                part.push('}');
                continue;
            }
            part.push_str(",\"services\":[");
            let whole = spout.send(Ok(std::mem::take(&mut part).into())).await.is_ok()
                && send_services(&self.db, &self.shelf, *record, spout).await?;
            if !whole {
                return Ok(());
            }
            part.push_str("]}");
        }
        part.push_str("]}");
        let _ = spout.send(Ok(part.into())).await;
        Ok(())
    }

    fn has_services(&self, organization: u32) -> bool {
        let id = self.shelf.table(Entity::Organization).ids.get(organization as usize);
        let services = |id: &Uuid| self.shelf.table(Entity::Service).tagged(Tag::Organization, *id);
        id.is_some_and(|id| !services(id).is_empty())
    }
}

/// One organisation with its services.
pub(crate) async fn organization_with_services(feed: &Feed, id: Uuid, text: String) -> Result<String, Fault> {
    let shelf = feed.shelf();
    let services = shelf.table(Entity::Service).tagged(Tag::Organization, id).to_vec();
    let mut record: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text)?;
    let mut whole: Vec<serde_json::Value> = Vec::with_capacity(services.len());
    for some in services.chunks(LINES) {
        let ids = ids_of(&shelf, Entity::Service, some);
        for text in read(feed.site().db(), Entity::Service, Form::Full, ids).await? {
            let mut service: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text)?;
            service.remove("organization");
            whole.push(service.into());
        }
    }
    if !whole.is_empty() {
        record.insert("services".to_owned(), whole.into());
    }
    Ok(serde_json::to_string(&record)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_envelope_of_nothing_is_first_last_and_empty() {
        let nothing = Envelope::at(1, 50, 0);
        assert!(nothing.first_page && nothing.last_page && nothing.empty);
        assert_eq!((nothing.total_items, nothing.total_pages, nothing.size), (0, 0, 0));
        let behind = Envelope::at(4, 5, 15);
        assert!(!behind.first_page && !behind.last_page && behind.empty);
        assert_eq!((behind.total_items, behind.total_pages, behind.page_number), (15, 3, 4));
    }

    proptest! {
        #[test]
        fn the_pages_of_an_envelope_add_up(total in 0_u64..5_000, per_page in 1_u64..600) {
            let pages = Envelope::at(1, per_page, total).total_pages;
            let all: Vec<Envelope> = (1..=pages.max(1)).map(|page| Envelope::at(page, per_page, total)).collect();
            prop_assert_eq!(all.iter().map(|page| page.size).sum::<u64>(), total);
            prop_assert_eq!(all.iter().filter(|page| page.first_page).count(), 1);
            prop_assert_eq!(all.iter().filter(|page| page.last_page).count(), 1);
            prop_assert!(all.iter().all(|page| page.empty == (page.size == 0)));
            prop_assert!(all.iter().rev().skip(1).all(|page| page.size == per_page));
        }
    }
}
