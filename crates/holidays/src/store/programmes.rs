use crate::model::{Meal, Programme, ProgrammeId};
use anyhow::Context;
use events::SessionId;
use kernel::{Fault, Instant};
use serde_json::Value as Json;
use store::{Tx, args, row};
use uuid::Uuid;

row! {
    /// A programme as it is kept.
    #[derive(Clone, Debug)]
    pub(crate) struct ProgrammeRow {
        id: ProgrammeId,
        slug: String,
        wanted: String,
        rules: Json,
        seed: String,
        drawn_at: Option<Instant>,
        returned_at: Option<Instant>,
        figures: Option<Json>,
    }
}

impl ProgrammeRow {
    /// Its rules.
    pub(crate) fn programme(&self) -> Result<Programme, Fault> {
        serde_json::from_value(self.rules.clone()).context("reading a programme")
    }
}

const PROGRAMMES: &str =
    "select id, slug, wanted, rules, seed, drawn_at, returned_at, figures from holiday_programme";

/// Every programme, the latest first.
pub(crate) fn list_programmes(tx: &mut Tx) -> Result<Vec<ProgrammeRow>, Fault> {
    tx.all(&format!("{PROGRAMMES} order by ends_at desc, slug"), args![])
}

pub(crate) fn find_programme(tx: &mut Tx, slug: &str) -> Result<Option<ProgrammeRow>, Fault> {
    tx.opt(&format!("{PROGRAMMES} where slug = $1"), args![slug])
}

pub(crate) fn find_programme_by_id(tx: &mut Tx, id: ProgrammeId) -> Result<Option<ProgrammeRow>, Fault> {
    tx.opt(&format!("{PROGRAMMES} where id = $1"), args![id])
}

/// Keeps a programme. The seed of one that is there stays.
pub(crate) fn set_programme(
    tx: &mut Tx,
    id: ProgrammeId,
    programme: &Programme,
    seed: &str,
    ends_at: Instant,
    now: Instant,
) -> Result<(), Fault> {
    let rules = serde_json::to_value(programme).context("writing a programme")?;
    tx.exec(
        "insert into holiday_programme (id, slug, wanted, rules, seed, ends_at, made_at, changed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $7)
            on conflict (id) do update set wanted = excluded.wanted, rules = excluded.rules, ends_at = excluded.ends_at,
            changed_at = excluded.changed_at",
        args![id, programme.slug.as_str(), programme.wanted.key(), rules, seed, ends_at, now],
    )?;
    Ok(())
}

/// Takes the rows of these programmes for this transaction alone, in the order of their ids.
pub(crate) fn take_programmes(tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<(), Fault> {
    for id in ids {
        let sql = format!("select id from holiday_programme where id = $1{}", tx.for_update());
        tx.opt::<(Uuid,)>(&sql, args![*id])?;
    }
    Ok(())
}

pub(crate) fn set_drawn(tx: &mut Tx, id: ProgrammeId, now: Instant) -> Result<(), Fault> {
    tx.exec("update holiday_programme set drawn_at = $2 where id = $1 and drawn_at is null", args![id, now])?;
    Ok(())
}

/// Keeps the figures of a holiday for good.
pub(crate) fn set_figures(tx: &mut Tx, id: ProgrammeId, figures: &Json, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update holiday_programme set figures = $2, returned_at = $3 where id = $1",
        args![id, figures, now],
    )?;
    Ok(())
}

row! {
    /// A session of a programme.
    #[derive(Clone, Debug)]
    pub(crate) struct ProgrammeSession {
        session_id: SessionId,
        meal: String,
        menu: String,
    }
}

pub(crate) fn list_sessions(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<ProgrammeSession>, Fault> {
    tx.all(
        "select session_id, meal, menu from holiday_session where programme_id = $1 order by session_id",
        args![programme],
    )
}

pub(crate) fn set_session(
    tx: &mut Tx,
    programme: ProgrammeId,
    session: SessionId,
    meal: Meal,
    menu: &str,
) -> Result<(), Fault> {
    tx.exec(
        "insert into holiday_session (programme_id, session_id, meal, menu) values ($1, $2, $3, $4)
            on conflict (programme_id, session_id) do update set meal = excluded.meal, menu = excluded.menu",
        args![programme, session, meal.key(), menu],
    )?;
    Ok(())
}

pub(crate) fn delete_session(tx: &mut Tx, programme: ProgrammeId, session: SessionId) -> Result<(), Fault> {
    tx.exec(
        "delete from holiday_session where programme_id = $1 and session_id = $2",
        args![programme, session],
    )?;
    Ok(())
}
