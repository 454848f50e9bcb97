use crate::model::{Difference, Entity, Fields, Given, Kept, SourceId, State};
use kernel::{Fault, Id, Instant, Slug};
use std::collections::HashMap;
use store::{Tx, Value, args, insert_many, places, row};

/// The records of a source under some keys.
pub(crate) fn list_kept(
    tx: &mut Tx,
    source: SourceId,
    keys: &[String],
) -> Result<HashMap<String, Kept>, Fault> {
    let mut found = HashMap::new();
    for part in parts_of(keys) {
        let sql = format!(
            "select key, hash, slug, state from source_record where source_id = $1 and key in ({})",
            places(2, part.len())
        );
        let mut args = vec![Value::from(source)];
        args.extend(part.iter().map(Value::from));
        found.extend(tx.all::<Kept>(&sql, &args)?.into_iter().map(|kept| (kept.key.clone(), kept)));
    }
    Ok(found)
}

/// All of a source's.
pub(crate) fn list_all_kept(tx: &mut Tx, source: SourceId) -> Result<Vec<Kept>, Fault> {
    tx.all(
        "select key, hash, slug, state from source_record where source_id = $1 order by key",
        args![source],
    )
}

/// A record to be kept.
pub(crate) struct RecordRow<'a> {
    pub key: &'a str,
    pub hash: &'a str,
    pub json: &'a serde_json::Value,
    pub slug: Option<&'a str>,
    pub name: &'a str,
    pub state: State,
    pub why: &'a str,
}

pub(crate) fn insert_records(
    tx: &mut Tx,
    source: SourceId,
    records: &[RecordRow],
    now: Instant,
) -> Result<(), Fault> {
    let rows: Vec<Vec<Value>> = records
        .iter()
        .map(|record| {
            args![
                source,
                record.key,
                record.hash,
                record.json,
                record.slug,
                record.name,
                now,
                now,
                record.state.key(),
                record.why
            ]
            .to_vec()
        })
        .collect();
    insert_many(
        tx,
        "insert into source_record (source_id, key, hash, json, slug, name, first_seen, last_seen, state, why)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (source_id, key) do update set hash = excluded.hash, json = excluded.json,
            slug = coalesce(excluded.slug, source_record.slug), name = excluded.name, last_seen = excluded.last_seen,
            gone_at = null, state = excluded.state, why = excluded.why",
        &rows,
    )
}

/// These were in the source again.
pub(crate) fn set_seen(tx: &mut Tx, source: SourceId, keys: &[String], now: Instant) -> Result<(), Fault> {
    for part in parts_of(keys) {
        let sql = format!(
            "update source_record set last_seen = $2 where source_id = $1 and key in ({})",
            places(3, part.len())
        );
        let mut args = vec![Value::from(source), Value::from(now)];
        args.extend(part.iter().map(Value::from));
        tx.exec(&sql, &args)?;
    }
    Ok(())
}

/// This one is not in its source any more. Nothing of its entry is touched.
pub(crate) fn set_gone(tx: &mut Tx, source: SourceId, key: &str, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update source_record set state = 'gone', gone_at = $3, why = '' where source_id = $1 and key = $2",
        args![source, key, now],
    )?;
    Ok(())
}

row! {
    /// What a source said of a record that has been gone for long.
    pub(crate) struct GoneWords { source_id: SourceId, kind: String, key: String, json: serde_json::Value }
}

/// The words of records that were gone before an instant, or whose source was given up before it; of a table's row only
/// where there are any left.
pub(crate) fn list_gone_words(tx: &mut Tx, before: Instant) -> Result<Vec<GoneWords>, Fault> {
    tx.all(
        "select r.source_id, s.kind, r.key, r.json from source_record r join source s on s.id = r.source_id
         where ((r.state = 'gone' and r.gone_at < $1) or s.stopped_at < $1)
            and (r.json like '%\"contact%' or (s.kind = 'csv' and r.json <> '{}'))
         order by r.source_id, r.key",
        args![before],
    )
}

pub(crate) fn set_record_words(
    tx: &mut Tx,
    source: SourceId,
    key: &str,
    json: &serde_json::Value,
) -> Result<(), Fault> {
    tx.exec(
        "update source_record set json = $3 where source_id = $1 and key = $2",
        args![source, key, json],
    )?;
    Ok(())
}

row! {
    /// What a source's key for an organisation or a place stands for here, and a hash of how it last read.
    pub(crate) struct PartRow { entity: String, key: String, slug: String, hash: String }
}

pub(crate) fn list_parts(tx: &mut Tx, source: SourceId) -> Result<Vec<PartRow>, Fault> {
    tx.all("select entity, key, slug, hash from source_part where source_id = $1", args![source])
}

/// The addresses that a source's records have.
pub(crate) fn list_record_slugs(tx: &mut Tx, source: SourceId) -> Result<Vec<(String, Slug)>, Fault> {
    tx.all("select key, slug from source_record where source_id = $1 and slug is not null", args![source])
}

pub(crate) fn insert_parts(tx: &mut Tx, source: SourceId, parts: &[PartRow]) -> Result<(), Fault> {
    let rows: Vec<Vec<Value>> = parts
        .iter()
        .map(|part| {
            args![source, part.entity.as_str(), part.key.as_str(), part.slug.as_str(), part.hash.as_str()]
                .to_vec()
        })
        .collect();
    insert_many(
        tx,
        "insert into source_part (source_id, entity, key, slug, hash) values ($1, $2, $3, $4, $5)
         on conflict (source_id, entity, key) do update set slug = excluded.slug, hash = excluded.hash",
        &rows,
    )
}

/// Which source gave a thing first, and when.
pub(crate) fn find_owner(
    tx: &mut Tx,
    entity: Entity,
    slug: &str,
) -> Result<Option<(SourceId, Instant)>, Fault> {
    tx.opt(
        "select source_id, taken_at from source_owner where entity = $1 and slug = $2",
        args![entity.key(), slug],
    )
}

pub(crate) fn insert_owners(
    tx: &mut Tx,
    source: SourceId,
    things: &[(Entity, String)],
    now: Instant,
) -> Result<(), Fault> {
    let rows: Vec<Vec<Value>> =
        things.iter().map(|(entity, slug)| args![entity.key(), slug, source, now].to_vec()).collect();
    insert_many(
        tx,
        "insert into source_owner (entity, slug, source_id, taken_at) values ($1, $2, $3, $4)
         on conflict (entity, slug) do nothing",
        &rows,
    )
}

/// What a source last gave of a thing, field by field.
pub(crate) fn list_given(
    tx: &mut Tx,
    source: SourceId,
    entity: Entity,
    slug: &str,
) -> Result<HashMap<String, Given>, Fault> {
    let rows: Vec<(String, String, Instant)> = tx.all(
        "select field, value_hash, taken_at from source_field where entity = $1 and slug = $2 and source_id = $3",
        args![entity.key(), slug, source],
    )?;
    Ok(rows.into_iter().map(|(field, hash, at)| (field, Given { hash, at })).collect())
}

/// A thing whose fields a source gave: what, its address, field by field a hash or nothing.
pub(crate) type GivenRows = Vec<(Entity, String, &'static str, Option<String>)>;

/// Writes down what a source gives now.
pub(crate) fn set_given(tx: &mut Tx, source: SourceId, given: &GivenRows, now: Instant) -> Result<(), Fault> {
    for (entity, slug, field, _) in given.iter().filter(|(.., hash)| hash.is_none()) {
        tx.exec(
            "delete from source_field where entity = $1 and slug = $2 and source_id = $3 and field = $4",
            args![entity.key(), slug, source, *field],
        )?;
    }
    let rows: Vec<Vec<Value>> = given
        .iter()
        .filter_map(|(entity, slug, field, hash)| {
            Some(args![entity.key(), slug, *field, source, hash.clone()?, now].to_vec())
        })
        .collect();
    insert_many(
        tx,
        "insert into source_field (entity, slug, field, source_id, value_hash, taken_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (entity, slug, source_id, field) do update set value_hash = excluded.value_hash, taken_at = excluded.taken_at",
        &rows,
    )
}

/// Holds what a source says otherwise for an editor, and lets go of what it agrees on now.
pub(crate) fn set_held(
    tx: &mut Tx,
    source: SourceId,
    entity: Entity,
    slug: &str,
    fields: &Fields,
    now: Instant,
) -> Result<(), Fault> {
    for Difference { field, ours, theirs } in &fields.held {
        // The first time it is held is what an editor sees; the words follow the source.
        let id = Id::<()>::named("intake", &format!("held/{source}/{}/{slug}/{field}/{}", entity.key(), now));
        tx.exec(
            "insert into source_held (id, source_id, entity, slug, field, ours, theirs, held_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (source_id, entity, slug, field) where settled is null
                do update set ours = excluded.ours, theirs = excluded.theirs,
                    asked_by = case when source_held.theirs = excluded.theirs then source_held.asked_by end",
            args![id, source, entity.key(), slug, *field, ours, theirs, now],
        )?;
    }
    let open = list_open_fields(tx, source, entity, slug)?;
    for field in
        fields.agreed.iter().chain(&fields.taken).filter(|field| open.iter().any(|have| have == *field))
    {
        tx.exec(
            "update source_held set settled = 'agreed', settled_at = $5
             where source_id = $1 and entity = $2 and slug = $3 and field = $4 and settled is null",
            args![source, entity.key(), slug, *field, now],
        )?;
    }
    Ok(())
}

pub(crate) fn list_open_fields(
    tx: &mut Tx,
    source: SourceId,
    entity: Entity,
    slug: &str,
) -> Result<Vec<String>, Fault> {
    let fields: Vec<(String,)> = tx.all(
        "select field from source_held where source_id = $1 and entity = $2 and slug = $3 and settled is null",
        args![source, entity.key(), slug],
    )?;
    Ok(fields.into_iter().map(|(field,)| field).collect())
}

pub(crate) fn list_sources_of_entries(tx: &mut Tx) -> Result<Vec<(String, String)>, Fault> {
    tx.all(
        "select o.slug, s.name from source_owner o join source s on s.id = o.source_id where o.entity = 'service' order by o.slug",
        args![],
    )
}

pub(crate) fn list_keys_of_entries(tx: &mut Tx) -> Result<Vec<(String, String, String)>, Fault> {
    tx.all(
        "select r.slug, s.slug, r.key from source_record r join source s on s.id = r.source_id where r.slug is not null order by r.slug, s.slug",
        args![],
    )
}

/// Cuts a list into parts for `in (...)`, again in few sizes: the last part is filled up with its own last value.
fn parts_of<T: Clone>(list: &[T]) -> Vec<Vec<T>> {
    const PART: usize = 64;
    list.chunks(PART)
        .map(|part| {
            let mut part = part.to_vec();
            if let Some(last) = part.last().cloned() {
                let size = if part.len() > 8 { PART } else { 8 };
                part.resize(size, last);
            }
            part
        })
        .collect()
}
