//! A house with a room above this one that keeps notes about people, and what a test wants to know of it.

use super::House;
use access::{PersonId, Role, audit};
use accounts::{
    DataSource, FORGET_WHAT_IS_OLD, How, MIGRATIONS, NumberSource, Part, RetentionRule, Rooms, Run,
    WRITE_THE_DATABASE_ANEW, forget_what_is_old, write_the_database_anew,
};
use axum::http::HeaderMap;
use jobs::Runner;
use kernel::Dice;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{Db, Migration, args};
use uuid::Uuid;

pub const HOUSE: &[&[Migration]] =
    &[access::MIGRATIONS, settings::MIGRATIONS, notify::MIGRATIONS, MIGRATIONS, NOTES];
/// A later room that keeps notes about people.
const NOTES: &[Migration] = &[Migration {
    room: "notes",
    number: 1,
    name: "notes",
    sql: "create table note (person_id {id} not null, words {text} not null) {strict};
create table ring (phone {text} not null, words {text} not null) {strict};",
}];
const ORGANIZATION: u128 = 77;

/// While set, the later room cannot erase.
pub static NOTES_FAIL: AtomicBool = AtomicBool::new(false);
/// The one switch is for one test at a time.
pub static SWITCH: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn notes() -> DataSource {
    DataSource {
        room: "notes",
        tables: &["note"],
        export: |tx, person| {
            let kept: Vec<(String,)> =
                tx.all("select words from note where person_id = $1", args![person])?;
            let records = kept.into_iter().map(|(words,)| vec![("Note".to_owned(), words)]).collect();
            Ok(vec![Part { heading: "Notes".to_owned(), why: "To help.".to_owned(), records }])
        },
        erase: |tx, person, _| {
            tx.exec("delete from note where person_id = $1", args![person])?;
            if NOTES_FAIL.load(Ordering::SeqCst) {
                anyhow::bail!("the notes cannot be erased just now")
            }
            Ok(())
        },
    }
}

/// What the later room keeps under a number alone.
fn rings() -> NumberSource {
    NumberSource {
        room: "notes",
        tables: &["ring"],
        export: |tx, phone| {
            let kept: Vec<(String,)> =
                tx.all("select words from ring where phone = $1", args![phone.dialled()])?;
            let records = kept.into_iter().map(|(words,)| vec![("Words".to_owned(), words)]).collect();
            Ok(vec![Part { heading: "Rings".to_owned(), why: "To ring.".to_owned(), records }])
        },
        erase: |tx, phone, _| tx.exec("delete from ring where phone = $1", args![phone.dialled()]),
    }
}

pub async fn house(db: Db) -> House {
    let failing = RetentionRule {
        key: "always_fails",
        what: "Something that cannot be forgotten",
        kept_days: 1,
        why: "To see that the others run all the same.",
        run: Run::Nightly(|_, _, _| anyhow::bail!("cannot")),
    };
    let rooms = Rooms {
        sources: vec![notes()],
        number_sources: vec![rings()],
        waiting: None,
        rules: vec![failing],
        organizations: Some(|_| {
            Ok(vec![(Uuid::from_u128(ORGANIZATION), "Demonstration Playgroup".to_owned())])
        }),
    };
    House::open(db, rooms).await
}

pub trait Looks {
    async fn trail(&self) -> Vec<audit::Entry>;
    async fn count(&self, sql: &'static str) -> i64;
    async fn mails(&self) -> Vec<String>;
    fn runner(&self) -> Runner;
}

impl Looks for House {
    async fn trail(&self) -> Vec<audit::Entry> {
        let (rows, _) =
            self.db.read(|tx| audit::search(tx, &audit::Filter::default(), 500, 0)).await.unwrap();
        rows
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let (count,): (i64,) = self.db.read(move |tx| tx.one(sql, args![])).await.unwrap();
        count
    }

    /// The kinds of mail that were queued.
    async fn mails(&self) -> Vec<String> {
        let sql = "select template from message order by template";
        let kept: Vec<(String,)> = self.db.read(move |tx| tx.all(sql, args![])).await.unwrap();
        kept.into_iter().map(|(template,)| template).collect()
    }

    fn runner(&self) -> Runner {
        let office = self.office.clone();
        Runner::new(self.db.clone(), self.clock.clone(), Dice::real())
            .on(FORGET_WHAT_IS_OLD, move |context| {
                let office = office.clone();
                async move { forget_what_is_old(&office, context).await }
            })
            .on(WRITE_THE_DATABASE_ANEW, write_the_database_anew)
    }
}

pub const ADMIN: Role = Role::Administrator;

pub async fn start_session(house: &House, person: PersonId) {
    house.sign_in(&HeaderMap::new(), person, How::Link).await;
}
