//! The trail cannot be changed behind the house's back without it showing, and is never torn by many writers.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use access::{
    Action, Actor, KeepEntry, MIGRATIONS, ManagePeople, May, On, Person, Role, SeeAudit, Signed,
    audit::{self, Filter, Soundness},
};
use kernel::{Clock, Id, Instant, Span};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use store::{Db, Tx, args, testing};
use tokio::runtime::Runtime;
use uuid::Uuid;

const NOW: &str = "2026-11-22T09:00:00Z";
/// The columns of a row, each with something that it may be changed to.
const COLUMNS: [(&str, &str); 12] = [
    ("sequence", "sequence + 100"),
    ("at", "at + 1"),
    ("actor_kind", "case actor_kind when 'visitor' then 'operator' else 'visitor' end"),
    ("actor_id", "case when actor_id is null then $1 else nullif(actor_id, actor_id) end"),
    ("machine", "machine || 'x'"),
    ("action", "action || 'x'"),
    ("record_kind", "record_kind || 'x'"),
    ("record_id", "case when record_id is null then $1 else nullif(record_id, record_id) end"),
    ("about_id", "case when about_id is null then $1 else nullif(about_id, about_id) end"),
    ("did", "did || ' '"),
    ("why", "case why when '' then 'because' else '' end"),
    ("hash", "'0' || hash"),
];

/// Something that is done, and so written down.
#[derive(Clone, Debug)]
struct Step {
    who: u8,
    record: Option<u8>,
    about: Option<u8>,
    did: String,
    why: String,
    minutes: i16,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step =
        (0..4_u8, any::<Option<u8>>(), any::<Option<u8>>(), "\\PC{0,12}|a\0b", "\\PC{0,8}", any::<i16>());
    let step = step.prop_map(|(who, record, about, did, why, minutes)| Step {
        who,
        record,
        about,
        did,
        why,
        minutes,
    });
    proptest::collection::vec(step, 1..9)
}

/// One way to falsify a trail. Rows are picked by a number that is taken modulo how many there are.
#[derive(Clone, Debug)]
enum Tampering {
    Change { row: usize, column: usize },
    ChangeAndHashAnew { row: usize },
    Renumber { row: usize, to: i64 },
    Delete { first: usize, rows: usize },
    Copy { row: usize, to: i64 },
    Swap { one: usize, other: usize },
    MoveHead { by: i64 },
    ChangeHead,
    DeleteHead,
}

fn tamperings() -> impl Strategy<Value = Tampering> {
    let row = any::<usize>;
    let new_place = || prop_oneof![Just(i64::MIN), Just(i64::MAX), -5..=0_i64, Just(1_000), 10..20_i64];
    prop_oneof![
        6 => (row(), 0..COLUMNS.len()).prop_map(|(row, column)| Tampering::Change { row, column }),
        2 => row().prop_map(|row| Tampering::ChangeAndHashAnew { row }),
        2 => (row(), new_place()).prop_map(|(row, to)| Tampering::Renumber { row, to }),
        3 => (row(), 1..4_usize).prop_map(|(first, rows)| Tampering::Delete { first, rows }),
        2 => (row(), new_place()).prop_map(|(row, to)| Tampering::Copy { row, to }),
        2 => (row(), row()).prop_map(|(one, other)| Tampering::Swap { one, other }),
        1 => prop_oneof![-2..0_i64, 1..3_i64].prop_map(|by| Tampering::MoveHead { by }),
        1 => Just(Tampering::ChangeHead),
        1 => Just(Tampering::DeleteHead),
    ]
}

#[test]
fn whatever_is_done_to_a_trail_behind_the_house_shows() {
    let runtime = Runtime::new().unwrap();
    for database in runtime.block_on(testing::databases(&[MIGRATIONS])) {
        eprintln!("on {:?}", database.db.dialect());
        let mut runner =
            TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
        let told = runner.run(&(steps(), any::<bool>(), tamperings()), |(steps, cut, tampering)| {
            let (untouched, touched) = runtime.block_on(after(&database.db, steps, cut, tampering));
            prop_assert!(matches!(untouched, Soundness::Sound { .. }), "untouched: {:?}", untouched);
            prop_assert!(matches!(touched, Soundness::Broken { .. }), "touched: {:?}", touched);
            Ok(())
        });
        told.unwrap();
    }
}

/// How the trail stands before and after the tampering.
async fn after(db: &Db, steps: Vec<Step>, cut: bool, tampering: Tampering) -> (Soundness, Soundness) {
    let begin: Instant = NOW.parse().unwrap();
    db.write(|tx| {
        tx.exec("delete from audit", args![])?;
        tx.exec("delete from audit_head", args![])?;
        tx.exec("insert into audit_head (single, sequence, hash) values (1, 0, '')", args![])
    })
    .await
    .unwrap();
    // Half in one transaction and half in another, and some of it older than the schedule.
    for half in steps.chunks(steps.len().div_ceil(2)) {
        let half = half.to_vec();
        db.write(move |tx| {
            half.iter().for_each(|step| do_it(tx, step, begin));
            Ok(())
        })
        .await
        .unwrap();
    }
    if cut {
        db.write(move |tx| audit::cut::<SeeAudit>(tx, "forget_old_trail", begin, begin)).await.unwrap();
    }
    let untouched = db.snapshot(audit::verify).await.unwrap();
    db.write(move |tx| tamper(tx, &tampering)).await.unwrap();
    (untouched, db.snapshot(audit::verify).await.unwrap())
}

fn do_it(tx: &mut Tx<'_>, step: &Step, begin: Instant) {
    let now = begin + Span::new().minutes(step.minutes);
    let id = |number: u8| Uuid::from_u128(u128::from(number) + 1);
    let mut on = step.record.map_or(On::all("person"), |record| On::one("person", id(record)));
    if let Some(about) = step.about {
        on = on.about(Id::from_uuid(id(about)));
    }
    let (did, why) = (step.did.clone(), step.why.clone());
    match step.who {
        0 => audit::record(tx, &May::<KeepEntry>::by_machine("a_job", on), did, why, now),
        1 => audit::record(tx, &May::<ManagePeople>::by_operator(on), did, why, now),
        2 => audit::record_attempt(
            tx,
            Action::SignIn,
            step.about.map(|about| Id::from_uuid(id(about))),
            did,
            now,
        ),
        _ => {
            let who = Signed {
                person: Id::<Person>::named("t", "administrator"),
                roles: [Role::Administrator].into_iter().collect(),
                organizations: vec![],
            };
            let may = May::<SeeAudit>::decide(&Actor::Person(who), on).unwrap();
            audit::record(tx, &may, did, why, now);
        }
    }
}

fn tamper(tx: &mut Tx<'_>, tampering: &Tampering) -> Result<(), store::Fault> {
    let rows: Vec<(i64,)> = tx.all("select sequence from audit order by sequence", args![])?;
    let at = |number: usize| rows[number % rows.len()].0;
    let changed = match *tampering {
        Tampering::Change { row, column } => {
            let (name, value) = COLUMNS[column];
            let sql = format!("update audit set {name} = {value} where sequence = $2");
            let sql = if value.contains("$1") { sql } else { sql.replace("$2", "$1") };
            let someone = Uuid::from_u128(99);
            let with_someone = args![someone, at(row)];
            tx.exec(&sql, if value.contains("$1") { with_someone } else { &with_someone[1..] })?
        }
        Tampering::ChangeAndHashAnew { row } => {
            let changed = tx.exec("update audit set did = did || '!' where sequence = $1", args![at(row)])?;
            let hash = hash_of(tx, at(row))?;
            tx.exec("update audit set hash = $2 where sequence = $1", args![at(row), hash])?;
            changed
        }
        Tampering::Renumber { row, to } => {
            tx.exec("update audit set sequence = $2 where sequence = $1", args![at(row), to])?
        }
        Tampering::Delete { first, rows: count } => {
            let first = first % rows.len();
            let gone = &rows[first..(first + count).min(rows.len())];
            tx.exec("delete from audit where sequence between $1 and $2", args![gone[0].0, gone[gone.len() - 1].0])?
        }
        Tampering::Copy { row, to } => tx.exec(
            "insert into audit select cast($2 as bigint), at, actor_kind, actor_id, machine, action, record_kind, record_id,
                about_id, did, why, hash from audit where sequence = $1",
            args![at(row), to],
        )?,
        // A trail of one row has nothing to swap: then it is renumbered.
        Tampering::Swap { one, other } if at(one) == at(other) => {
            tx.exec("update audit set sequence = sequence + 1000 where sequence = $1", args![at(one)])?
        }
        Tampering::Swap { one, other } => {
            for (from, to) in [(at(one), -1), (at(other), at(one)), (-1, at(other))] {
                tx.exec("update audit set sequence = $2 where sequence = $1", args![from, to])?;
            }
            2
        }
        Tampering::MoveHead { by } => tx.exec("update audit_head set sequence = sequence + $1", args![by])?,
        Tampering::ChangeHead => tx.exec("update audit_head set hash = hash || '0'", args![])?,
        Tampering::DeleteHead => tx.exec("delete from audit_head", args![])?,
    };
    assert!(changed > 0, "{tampering:?} changes something");
    Ok(())
}

/// What a forger who has read the source would write: the row's own hash over what stands before it.
fn hash_of(tx: &mut Tx<'_>, sequence: i64) -> Result<String, store::Fault> {
    let before: Option<(String,)> =
        tx.opt("select hash from audit where sequence = $1", args![sequence - 1])?;
    let (at, kind, machine, action, record_kind, did, why): (
        i64,
        String,
        String,
        String,
        String,
        String,
        String,
    ) = tx.one(
        "select at, actor_kind, machine, action, record_kind, did, why from audit where sequence = $1",
        args![sequence],
    )?;
    let ids: (Option<Uuid>, Option<Uuid>, Option<Uuid>) =
        tx.one("select actor_id, record_id, about_id from audit where sequence = $1", args![sequence])?;
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(before.unwrap_or_default().0.as_bytes());
    part(&sequence.to_le_bytes());
    part(&at.to_le_bytes());
    for text in [kind, machine, action, record_kind, did, why] {
        part(text.as_bytes());
    }
    for id in [ids.0, ids.1, ids.2] {
        part(id.as_ref().map_or(&[][..], |id| id.as_bytes()));
    }
    Ok(hasher.finalize().to_hex().to_string())
}

#[test]
fn a_row_that_cannot_even_be_read_is_a_broken_trail_and_no_fault() {
    Runtime::new().unwrap().block_on(async {
        let database = testing::sqlite(&[MIGRATIONS]).await;
        database
            .write(|tx| {
                let may = May::<KeepEntry>::by_machine("a_job", On::one("service", Uuid::from_u128(7)));
                audit::record(tx, &may, "changed", "", NOW.parse()?);
                Ok(())
            })
            .await
            .unwrap();
        database
            .write(|tx| tx.exec("update audit set record_id = x'00', at = $1", args![i64::MAX]))
            .await
            .unwrap();
        assert_eq!(database.snapshot(audit::verify).await.unwrap(), Soundness::Broken { sequence: 1 });
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_at_once_leave_one_chain_and_what_was_undone_leaves_no_row() {
    const WRITERS: usize = 12;
    const TIMES: usize = 8;
    testing::both(&[MIGRATIONS], async |db| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let db = db.clone();
                tokio::spawn(async move {
                    for time in 0..TIMES {
                        let kept = db
                            .write(move |tx| {
                                let may = May::<KeepEntry>::by_machine("a_job", On::all("service"));
                                for half in ["first half", "second half"] {
                                    let did = format!("{writer}/{time} {half}");
                                    audit::record(tx, &may, did, "", Clock::standing_at(NOW).now());
                                }
                                match time % 4 {
                                    0 => anyhow::bail!("undone"),
                                    1 => tx.exec("insert into nowhere values (1)", args![]).map(|_| ()),
                                    _ => Ok(()),
                                }
                            })
                            .await;
                        assert_eq!(kept.is_ok(), time % 4 > 1);
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let kept = i64::try_from(WRITERS * TIMES / 2 * 2).unwrap();
        let sound = db.snapshot(audit::verify).await.unwrap();
        assert!(matches!(sound, Soundness::Sound { rows, .. } if rows == kept), "{sound:?}");
        let (rows, total) = db.read(|tx| audit::search(tx, &Filter::default(), 500, 0)).await.unwrap();
        assert_eq!((rows.len(), total), (usize::try_from(kept).unwrap(), kept));
        for pair in rows.chunks(2) {
            let name = |row: &audit::Entry| row.did.split(' ').next().map(str::to_owned);
            assert_eq!(name(&pair[0]), name(&pair[1]), "the rows of one transaction stand together");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_older_than_the_schedule_goes_and_the_chain_still_holds() {
    testing::both(&[MIGRATIONS], async |db| {
        let begin: Instant = NOW.parse().unwrap();
        let day = move |number: i64| begin + Span::new().hours(24 * number);
        let write = async |number: i64| {
            db.write(move |tx| {
                let may = May::<KeepEntry>::by_machine("a_job", On::all("service"));
                audit::record(tx, &may, format!("day {number}"), "", day(number));
                Ok(())
            })
            .await
            .unwrap();
        };
        for number in [1, 2, 3, 4, 5] {
            write(number).await;
        }
        let cut = async |number| {
            db.write(move |tx| audit::cut::<SeeAudit>(tx, "forget_old_trail", day(number), day(10)))
                .await
                .unwrap()
        };
        assert_eq!(
            (cut(3).await, cut(3).await),
            (2, 0),
            "the second time there is nothing, and nothing is written"
        );
        assert!(matches!(db.snapshot(audit::verify).await.unwrap(), Soundness::Sound { rows: 4, .. }));
        assert_eq!(cut(20).await, 4, "its own row of before goes too");
        write(30).await;
        assert!(matches!(db.snapshot(audit::verify).await.unwrap(), Soundness::Sound { rows: 2, .. }));
        let latest = db.snapshot(|tx| audit::verify_latest(tx, 1)).await.unwrap();
        assert!(matches!(latest, Soundness::Sound { rows: 1, .. }), "{latest:?}");
        db.write(|tx| tx.exec("delete from audit where record_kind = 'trail_cut'", args![])).await.unwrap();
        assert!(matches!(db.snapshot(audit::verify).await.unwrap(), Soundness::Broken { .. }));
    })
    .await;
}
