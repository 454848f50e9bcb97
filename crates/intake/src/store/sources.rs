use crate::model::{Area, Kind, SourceDraft, SourceId, SourceMark, source_id};
use fetch::Validators;
use kernel::{Fault, Id, Instant, Slug};
use store::{Tx, args, row};

row! {
    pub(crate) struct SourceRow {
        id: Id<SourceMark>, slug: Slug, name: String, kind: String, address: Option<String>, licence: String, area: String,
        every_hours: i64, topic: Option<Slug>, organization: Option<Slug>, mapping: Option<String>, paused: bool,
        etag: Option<String>, validated: Option<String>, failures: i64, next_run: Option<Instant>, last_run: Option<Instant>,
        last_good_run: Option<Instant>, last_outcome: String, last_why: String, accept_loss: bool, stopped_at: Option<Instant>,
    }
}

/// A source with how it has been going.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub id: SourceId,
    pub draft: SourceDraft,
    pub paused: bool,
    pub validators: Validators,
    pub failures: i64,
    pub next_run: Option<Instant>,
    pub last_run: Option<Instant>,
    pub last_good_run: Option<Instant>,
    pub last_outcome: String,
    pub last_why: String,
    pub accept_loss: bool,
    pub stopped_at: Option<Instant>,
}

impl SourceRow {
    fn source(self) -> Result<Source, Fault> {
        Ok(Source {
            id: self.id,
            draft: SourceDraft {
                slug: self.slug,
                name: self.name,
                kind: self.kind.parse::<Kind>()?,
                address: self.address,
                licence: self.licence,
                area: self.area.parse::<Area>()?,
                every_hours: self.every_hours,
                topic: self.topic,
                organization: self.organization,
                mapping: self.mapping,
            },
            paused: self.paused,
            validators: Validators { etag: self.etag, last_modified: self.validated },
            failures: self.failures,
            next_run: self.next_run,
            last_run: self.last_run,
            last_good_run: self.last_good_run,
            last_outcome: self.last_outcome,
            last_why: self.last_why,
            accept_loss: self.accept_loss,
            stopped_at: self.stopped_at,
        })
    }
}

const SOURCES: &str = "select id, slug, name, kind, address, licence, area, every_hours, topic, organization, mapping, paused,
    etag, validated, failures, next_run, last_run, last_good_run, last_outcome, last_why, accept_loss, stopped_at from source";

pub(crate) fn find_source(tx: &mut Tx, slug: &str) -> Result<Option<Source>, Fault> {
    let sql = format!("{SOURCES} where slug = $1");
    tx.opt::<SourceRow>(&sql, args![slug])?.map(SourceRow::source).transpose()
}

/// Those that are kept, by name.
pub(crate) fn list_sources(tx: &mut Tx) -> Result<Vec<Source>, Fault> {
    let sql = format!("{SOURCES} where stopped_at is null order by name, slug");
    tx.all::<SourceRow>(&sql, args![])?.into_iter().map(SourceRow::source).collect()
}

/// Those that are to be pulled now, the longest due first.
pub(crate) fn list_due(tx: &mut Tx, now: Instant) -> Result<Vec<Source>, Fault> {
    let sql = format!(
        "{SOURCES} where stopped_at is null and not paused and address is not null
            and next_run is not null and next_run <= $1 order by next_run, slug"
    );
    tx.all::<SourceRow>(&sql, args![now])?.into_iter().map(SourceRow::source).collect()
}

/// Keeps a source as it is set now. How it has been going stays.
pub(crate) fn set_source(
    tx: &mut Tx,
    draft: &SourceDraft,
    next_run: Option<Instant>,
    now: Instant,
) -> Result<SourceId, Fault> {
    let id = source_id(draft.slug.as_str());
    tx.exec(
        "insert into source (id, slug, name, kind, address, licence, area, every_hours, topic, organization, mapping, paused,
            failures, next_run, last_outcome, last_why, accept_loss, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, '', '', $14, $15)
         on conflict (id) do update set name = excluded.name, kind = excluded.kind, address = excluded.address,
            licence = excluded.licence, area = excluded.area, every_hours = excluded.every_hours, topic = excluded.topic,
            organization = excluded.organization, mapping = excluded.mapping,
            next_run = coalesce(source.next_run, excluded.next_run), stopped_at = null",
        args![
            id, &draft.slug, draft.name.as_str(), draft.kind.key(), draft.address.clone(), draft.licence.as_str(),
            draft.area.key(), draft.every_hours, draft.topic.as_ref().map(|slug| slug.to_string()),
            draft.organization.as_ref().map(|slug| slug.to_string()), draft.mapping.clone(), false, next_run, false, now
        ],
    )?;
    Ok(id)
}

/// How a run went, and when the next is.
pub(crate) struct RunEnd<'a> {
    pub outcome: &'a str,
    pub why: &'a str,
    pub failures: i64,
    pub next_run: Option<Instant>,
    pub validators: Option<&'a Validators>,
    pub good: Option<Instant>,
}

pub(crate) fn set_run_end(tx: &mut Tx, id: SourceId, end: &RunEnd, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update source set last_run = $2, last_outcome = $3, last_why = $4, failures = $5, next_run = $6,
            last_good_run = coalesce($7, last_good_run) where id = $1",
        args![id, now, end.outcome, end.why, end.failures, end.next_run, end.good],
    )?;
    if let Some(validators) = end.validators {
        tx.exec(
            "update source set etag = $2, validated = $3 where id = $1",
            args![id, validators.etag.clone(), validators.last_modified.clone()],
        )?;
    }
    Ok(())
}

pub(crate) fn set_paused(tx: &mut Tx, id: SourceId, paused: bool) -> Result<(), Fault> {
    tx.exec("update source set paused = $2 where id = $1", args![id, paused])?;
    Ok(())
}

/// To be pulled as soon as the job runs, whatever was said back the last time.
pub(crate) fn set_due(tx: &mut Tx, id: SourceId, accept_loss: bool, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update source set next_run = $2, accept_loss = $3, etag = null, validated = null, paused = $4 where id = $1",
        args![id, now, accept_loss, false],
    )?;
    Ok(())
}

pub(crate) fn set_loss_accepted(tx: &mut Tx, id: SourceId, accept: bool) -> Result<(), Fault> {
    tx.exec("update source set accept_loss = $2 where id = $1", args![id, accept])?;
    Ok(())
}

pub(crate) fn set_stopped(tx: &mut Tx, id: SourceId, at: Option<Instant>) -> Result<(), Fault> {
    tx.exec("update source set stopped_at = $2 where id = $1", args![id, at])?;
    Ok(())
}

pub(crate) fn set_next_run(tx: &mut Tx, source: SourceId, next: Instant) -> Result<(), Fault> {
    tx.exec("update source set next_run = $2 where id = $1", args![source, next])?;
    Ok(())
}
