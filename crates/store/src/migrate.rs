//! Changes of the schema: numbered within their room, applied once, never altered afterwards.

use crate::{Db, args, dialect::Exclusive, tx::Tx};
use anyhow::{Context, bail};
use kernel::Fault;

/// One step of one room's schema. What has been released is never changed; the next step is added below it.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The room it belongs to.
    pub room: &'static str,
    /// 1, 2, 3 ... within the room.
    pub number: u32,
    /// What it does, in a few words.
    pub name: &'static str,
    /// The text, with `{id}`, `{text}` and the other words of `Dialect::schema`.
    pub sql: &'static str,
}

/// The store's own tables. They come first.
const OWN: &[Migration] = &[Migration {
    room: "store",
    number: 1,
    name: "outbox and jobs",
    sql: include_str!("migrations/1_outbox_and_jobs.sql"),
}];

const RECORD: &str = "create table if not exists migration (
    room {text} not null, number {int} not null, name {text} not null, checksum {text} not null,
    constraint migration_key primary key (room, number)) {strict}";

/// Applies what is missing, in the order of the rooms given, and says how much that was. All of it or nothing. Two
/// processes may start at once: the second waits and finds everything done.
pub async fn migrate(db: &Db, rooms: &[&[Migration]]) -> Result<usize, Fault> {
    let mut wanted = vec![OWN.to_vec()];
    wanted.extend(rooms.iter().map(|room| room.to_vec()));
    wanted.iter().try_for_each(|room| expect_numbered(room))?;
    db.write(move |tx| {
        tx.exclusive(Exclusive::Schema)?;
        let record = tx.dialect().schema(RECORD);
        tx.script(&record)?;
        wanted.iter().try_fold(0, |done, room| Ok(done + bring_up_to_date(tx, room)?))
    })
    .await
}

fn expect_numbered(room: &[Migration]) -> Result<(), Fault> {
    for (place, migration) in room.iter().enumerate() {
        if migration.number as usize != place + 1 || migration.room != room[0].room {
            bail!("the migrations of the room {} are not numbered 1, 2, 3", room[0].room);
        }
    }
    Ok(())
}

fn bring_up_to_date(tx: &mut Tx<'_>, room: &[Migration]) -> Result<usize, Fault> {
    let Some(first) = room.first() else { return Ok(0) };
    let kept: Vec<(i64, String, String)> = tx.all(
        "select number, name, checksum from migration where room = $1 order by number",
        args![first.room],
    )?;
    if kept.len() > room.len() {
        bail!("a newer Hearth has already changed this database: start that one, or restore a backup");
    }
    for (migration, (number, name, checksum)) in room.iter().zip(&kept) {
        if i64::from(migration.number) != *number || *checksum != checksum_of(migration) {
            bail!(
                "migration {number} of {} ({name}) is not the one this database was made with: \
                 put its old text back and write a new one below it",
                first.room
            );
        }
    }
    for migration in &room[kept.len()..] {
        let text = tx.dialect().schema(migration.sql);
        tx.script(&text).with_context(|| format!("migration {} of {}", migration.number, migration.room))?;
        tx.exec(
            "insert into migration (room, number, name, checksum) values ($1, $2, $3, $4)",
            args![migration.room, migration.number, migration.name, checksum_of(migration)],
        )?;
    }
    Ok(room.len() - kept.len())
}

/// Of the words, not of the line breaks: a checkout with other line endings is the same migration.
fn checksum_of(migration: &Migration) -> String {
    let words = migration.sql.split_whitespace().collect::<Vec<_>>().join(" ");
    blake3::hash(words.as_bytes()).to_hex().to_string()
}
