use anyhow::{anyhow, bail};
use kernel::Fault;
use store::{Db, Migration, Together, Tx, Value, args, places, testing::both};
use tokio::task::JoinSet;
use uuid::Uuid;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "shelves",
    number: 1,
    name: "shelves",
    sql: "create table shelf (id {id} not null primary key, taken {int} not null,
        constraint shelf_not_over check (taken <= 10)) {strict}",
}];

fn take_shelves(tx: &mut Tx<'_>, keys: &[Uuid]) -> Result<(), Fault> {
    let ids: Vec<Value> = keys.iter().map(|key| Value::from(*key)).collect();
    let sql =
        format!("select id from shelf where id in ({}) order by id{}", places(1, ids.len()), tx.for_update());
    tx.all::<(Uuid,)>(&sql, &ids).map(|_| ())
}

async fn shelves(db: &Db, many: u128) -> Vec<Uuid> {
    let ids: Vec<Uuid> = (1..=many).map(Uuid::from_u128).collect();
    let made = ids.clone();
    db.write(move |tx| {
        for id in &made {
            tx.exec("insert into shelf (id, taken) values ($1, 0)", args![*id])?;
        }
        Ok(())
    })
    .await
    .unwrap();
    ids
}

/// Looks, lets others go first, and takes what it saw to be free: the oldest way to sell a thing twice.
fn take_one(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, Fault> {
    let (taken,): (i64,) = tx.one("select taken from shelf where id = $1", args![id])?;
    if taken == 10 {
        return Ok(false);
    }
    tx.exec("update shelf set taken = $2 where id = $1", args![id, taken + 1])?;
    Ok(true)
}

async fn taken(db: &Db, id: Uuid) -> i64 {
    db.read(move |tx| tx.one::<(i64,)>("select taken from shelf where id = $1", args![id])).await.unwrap().0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_with_many_shelves_each_cross_nowhere_and_sell_nothing_twice() {
    both(&[MIGRATIONS], async |db| {
        let shelves = shelves(&db, 3).await;
        let nodes = [Together::new(&db, take_shelves), Together::new(&db, take_shelves)];
        let mut asking = JoinSet::new();
        for turn in 0..200_usize {
            let (node, first, second) = (nodes[turn % 2].clone(), shelves[turn % 3], shelves[(turn + 2) % 3]);
            asking.spawn(async move {
                node.write(vec![first, second], move |tx| {
                    if take_one(tx, first)? && take_one(tx, second)? {
                        return Ok(());
                    }
                    bail!("full")
                })
                .await
            });
        }
        let answers = asking.join_all().await;
        let kept = answers.iter().filter(|answer| answer.is_ok()).count();
        let refused =
            answers.iter().filter(|answer| answer.as_ref().is_err_and(|fault| fault.to_string() == "full"));
        assert_eq!(kept + refused.count(), 200);
        let mut full = Vec::new();
        for shelf in shelves {
            full.push(taken(&db, shelf).await);
        }
        // Fifteen pairs, or fewer where what is left stands on one shelf alone: that hangs on who came first.
        assert_eq!(
            full.iter().sum::<i64>(),
            2 * i64::try_from(kept).unwrap(),
            "half a pair was kept: {full:?}"
        );
        assert!(
            full.iter().filter(|taken| **taken == 10).count() >= 2,
            "two shelves had room for a pair: {full:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn who_stumbles_falls_alone() {
    both(&[MIGRATIONS], async |db| {
        let shelf = shelves(&db, 1).await[0];
        let line = Together::new(&db, take_shelves);
        let one = |how: &'static str| {
            let line = line.clone();
            async move {
                line.write(vec![shelf], move |tx| {
                    take_one(tx, shelf)?;
                    match how {
                        "panics" => panic!("on purpose"),
                        "breaks a rule" => {
                            tx.exec("update shelf set taken = 11 where id = $1", args![shelf]).map(|_| ())
                        }
                        "refuses" => Err(anyhow!("not today")),
                        _ => Ok(()),
                    }
                })
                .await
            }
        };
        let (a, b, c, d, e) =
            tokio::join!(one("is kept"), one("panics"), one("breaks a rule"), one("refuses"), one("is kept"));
        assert!(a.is_ok() && e.is_ok());
        assert!(b.is_err() && d.is_err_and(|fault| fault.to_string() == "not today"));
        assert_eq!(store::violation(&c.unwrap_err()).unwrap().constraint, "shelf_not_over");
        assert_eq!(taken(&db, shelf).await, 2);
        one("is kept").await.unwrap();
        assert_eq!(taken(&db, shelf).await, 3, "the line goes on");
    })
    .await;
}
