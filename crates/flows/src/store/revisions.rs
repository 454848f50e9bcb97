use crate::keep_drafts::Event;
use kernel::{Fault, Instant};
use store::{Tx, args};

/// The revision that is offered now, of every guide that is offered: slug, number, text, origin.
pub(crate) fn list_current(tx: &mut Tx) -> Result<Vec<(String, i64, String, String)>, Fault> {
    tx.all(
        "select r.slug, r.number, r.text, r.origin from flow f
         join flow_revision r on r.slug = f.slug and r.number = f.current_number order by r.slug",
        args![],
    )
}

/// Every guide with the number that is offered, or none where it was withdrawn.
pub(crate) fn list_standing(tx: &mut Tx) -> Result<Vec<(String, Option<i64>)>, Fault> {
    tx.all("select slug, current_number from flow order by slug", args![])
}

/// The number that is offered. The outer nothing is a guide nobody has heard of, the inner one that was withdrawn. The
/// row is held until the transaction ends.
pub(crate) fn current_of(tx: &mut Tx, slug: &str) -> Result<Option<Option<i64>>, Fault> {
    let held = format!("select current_number from flow where slug = $1{}", tx.for_update());
    Ok(tx.opt::<(Option<i64>,)>(&held, args![slug])?.map(|(number,)| number))
}

/// Makes this revision the one that is offered, or none.
pub(crate) fn set_current(tx: &mut Tx, slug: &str, number: Option<i64>, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into flow (slug, current_number, changed_at) values ($1, $2, $3)
         on conflict (slug) do update set current_number = excluded.current_number, changed_at = excluded.changed_at",
        args![slug, number, now],
    )?;
    Ok(())
}

/// The number and origin of the latest revision, offered or not.
pub(crate) fn last_revision(tx: &mut Tx, slug: &str) -> Result<Option<(i64, String)>, Fault> {
    tx.opt(
        "select number, origin from flow_revision where slug = $1 order by number desc limit 1",
        args![slug],
    )
}

/// Whether this very text was published before under that origin.
pub(crate) fn has_text(tx: &mut Tx, slug: &str, text_hash: &str, origin: &str) -> Result<bool, Fault> {
    let found: Option<(i64,)> = tx.opt(
        "select number from flow_revision where slug = $1 and text_hash = $2 and origin = $3",
        args![slug, text_hash, origin],
    )?;
    Ok(found.is_some())
}

pub(crate) fn insert_revision(
    tx: &mut Tx,
    (slug, number): (&str, i64),
    (text, text_hash): (&str, &str),
    (origin, why): (&str, &str),
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into flow_revision (slug, number, text, text_hash, origin, why, published_at) values ($1, $2, $3, $4, $5, $6, $7)",
        args![slug, number, text, text_hash, origin, why, now],
    )?;
    Ok(())
}

pub(crate) fn find_revision_text(tx: &mut Tx, slug: &str, number: i64) -> Result<Option<String>, Fault> {
    let found: Option<(String,)> =
        tx.opt("select text from flow_revision where slug = $1 and number = $2", args![slug, number])?;
    Ok(found.map(|(text,)| text))
}

/// Every revision of a guide, latest first: number, origin, why, when.
pub(crate) fn list_revisions(tx: &mut Tx, slug: &str) -> Result<Vec<(i64, String, String, Instant)>, Fault> {
    tx.all(
        "select number, origin, why, published_at from flow_revision where slug = $1 order by number desc",
        args![slug],
    )
}

/// Keeps that an earlier revision was offered again, or without a number that the guide was taken back.
pub(crate) fn insert_event(
    tx: &mut Tx,
    slug: &str,
    number: Option<i64>,
    why: &str,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into flow_event (slug, number, why, at) values ($1, $2, $3, $4)",
        args![slug, number, why, now],
    )?;
    Ok(())
}

/// What became of a guide besides its publications, latest first.
pub(crate) fn list_events(tx: &mut Tx, slug: &str) -> Result<Vec<Event>, Fault> {
    tx.all(
        "select number, why, at from flow_event where slug = $1 order by at desc, sequence desc",
        args![slug],
    )
}
