use kernel::{Date, Dice, Id, Instant, Time};
use proptest::{prelude::*, test_runner::TestRunner};
use store::{Migration, Value, args, row, testing};

struct Thing;

const VALUES: &[Migration] = &[Migration {
    room: "values",
    number: 1,
    name: "one of each",
    sql: "create table kept (
            id {id} not null primary key, flag {bool}, whole {int}, fraction {real}, words {text}, at {instant},
            day {text}, clock {text}, json {text}
        ) {strict}",
}];

row! {
    /// One of each kind.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Kept {
        /// The key.
        id: Id<Thing>,
        flag: Option<bool>,
        whole: Option<i64>,
        fraction: Option<f64>,
        words: Option<String>,
        at: Option<Instant>,
        day: Option<Date>,
        clock: Option<Time>,
        json: Option<serde_json::Value>,
    }
}

fn any_kept() -> impl Strategy<Value = Kept> {
    let instants = (-62_135_596_800_000_000i64..253_402_000_000_000_000)
        .prop_map(|micros| Instant::from_microsecond(micros).unwrap());
    let days = (1i16..9999, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Date::constant(y, m, d));
    let clocks = (0i8..24, 0i8..60).prop_map(|(h, m)| Time::constant(h, m, 0, 0));
    let json = proptest::collection::btree_map("\\PC{0,8}", any::<i64>(), 0..4)
        .prop_map(|map| serde_json::to_value(map).unwrap());
    let fraction = proptest::num::f64::NORMAL | proptest::num::f64::ZERO | proptest::num::f64::SUBNORMAL;
    (
        any::<u128>(),
        proptest::option::of(any::<bool>()),
        proptest::option::of(any::<i64>()),
        proptest::option::of(fraction),
        proptest::option::of("[^\0]{0,40}"),
        proptest::option::of(instants),
        proptest::option::of(days),
        proptest::option::of(clocks),
        proptest::option::of(json),
    )
        .prop_map(|(id, flag, whole, fraction, words, at, day, clock, json)| Kept {
            id: Id::from_uuid(uuid::Uuid::from_u128(id)),
            flag,
            whole,
            fraction,
            words,
            at,
            day,
            clock,
            json,
        })
}

fn columns_of(it: &Kept) -> Vec<Value> {
    args![
        it.id,
        it.flag,
        it.whole,
        it.fraction,
        it.words.as_deref(),
        it.at,
        it.day,
        it.clock,
        it.json.clone()
    ]
    .to_vec()
}

#[test]
fn whatever_is_bound_reads_back_the_same_on_both() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for db in runtime.block_on(testing::databases(&[VALUES])) {
        let mut runner =
            TestRunner::new(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() });
        runner
            .run(&any_kept(), |it| {
                let values = columns_of(&it);
                let id = it.id;
                let back: Kept = runtime
                    .block_on(db.write(move |tx| {
                        tx.exec("delete from kept", args![])?;
                        tx.exec("insert into kept values ($1, $2, $3, $4, $5, $6, $7, $8, $9)", &values)?;
                        tx.one(
                            "select id, flag, whole, fraction, words, at, day, clock, json from kept where id = $1",
                            args![id],
                        )
                    }))
                    .unwrap();
                prop_assert_eq!(back, it);
                Ok(())
            })
            .unwrap();
    }
}

#[tokio::test]
async fn text_sorts_by_its_bytes_and_like_minds_capitals_on_both() {
    const WORDS: [&str; 9] = ["b", "B", "a", "Ä", "ä", "z", "1", "-a", "🐝"];
    testing::both(&[VALUES], async |db| {
        db.write(|tx| {
            for (number, word) in WORDS.iter().enumerate() {
                let id = uuid::Uuid::from_u128(number as u128);
                tx.exec("insert into kept (id, words) values ($1, $2)", args![id, *word])?;
            }
            Ok(())
        })
        .await
        .unwrap();
        let sorted: Vec<(String,)> =
            db.read(|tx| tx.all("select words from kept order by words", args![])).await.unwrap();
        let mut wanted = WORDS.map(|word| (word.to_owned(),));
        wanted.sort();
        assert_eq!(sorted, wanted);
        let like: Vec<(String,)> =
            db.read(|tx| tx.all("select words from kept where words like $1", args!["%a%"])).await.unwrap();
        assert_eq!(like.len(), 2, "a and -a, not another letter in capitals");
        let after: (i64,) =
            db.read(|tx| tx.one("select count(*) from kept where words > $1", args!["a"])).await.unwrap();
        assert_eq!(after.0, 5);
    })
    .await;
}

#[tokio::test]
async fn what_one_database_could_not_keep_is_the_same_on_both() {
    testing::both(&[VALUES], async |db| {
        let id = Id::<Thing>::from_uuid(uuid::Uuid::from_bytes(Dice::loaded(1).bytes()));
        db.write(move |tx| tx.exec("insert into kept (id, words) values ($1, $2)", args![id, "a\0b"]))
            .await
            .unwrap();
        let (words,): (String,) = db.read(|tx| tx.one("select words from kept", args![])).await.unwrap();
        assert_eq!(words, "a\u{fffd}b");
        assert!(db.write(|tx| tx.exec("update kept set fraction = $1", args![f64::NAN])).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_name_in_double_quotes_is_never_text_and_a_row_of_another_width_is_refused() {
    testing::both(&[VALUES], async |db| {
        assert!(
            db.read(|tx| tx.all::<(i64,)>("select whole from kept where words = \"x\"", args![]))
                .await
                .is_err()
        );
        let wide = db.read(|tx| tx.one::<(i64,)>("select 1, 2", args![])).await.unwrap_err();
        assert!(format!("{wide:#}").contains("2 columns"), "{wide:#}");
        let none = db.read(|tx| tx.one::<(i64,)>("select whole from kept", args![])).await.unwrap_err();
        assert!(none.to_string().contains("no row"));
    })
    .await;
}

#[tokio::test]
async fn the_words_that_were_tried_on_both_still_work_on_both() {
    testing::both(&[VALUES], async |db| {
        let id = uuid::Uuid::from_u128(7);
        let again: (i64,) = db
            .write(move |tx| {
                let sql = "insert into kept (id, whole, json) values ($1, $2, $3)
                    on conflict (id) do update set whole = excluded.whole returning whole";
                let json = serde_json::json!({"a": {"b": "c"}});
                tx.one::<(i64,)>(sql, args![id, 1, &json])?;
                tx.one(sql, args![id, 2, &json])
            })
            .await
            .unwrap();
        assert_eq!(again, (2,));
        let found: (i64, bool, i64) = db
            .read(|tx| {
                tx.one(
                    "select count(*) filter (where whole > $1), coalesce(max(whole), 0) = 2,
                        cast(sum(whole) as bigint) from kept where (whole, words) < ($2, 'x') or words is null",
                    args![1, 9],
                )
            })
            .await
            .unwrap();
        assert_eq!(found, (1, true, 2));
        let page: Vec<(i64,)> = db
            .read(|tx| tx.all("select whole from kept order by words nulls last limit $1 offset $2", args![5, 0]))
            .await
            .unwrap();
        assert_eq!(page, [(2,)]);
    })
    .await;
}
