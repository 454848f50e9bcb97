//! A process that is killed in the middle of its writing. The child is this very test program, told by a variable of
//! its environment to write until it dies.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};
use store::{Db, Migration, args, migrate, testing};

const TOLD: &str = "HEARTH_TEST_WRITE_UNTIL_KILLED";
const PAIRS: &[Migration] = &[Migration {
    room: "pairs",
    number: 1,
    name: "pairs",
    sql: "create table pair (number {int} not null, half {text} not null) {strict}",
}];

#[tokio::test]
async fn writes_until_killed_when_told_to() {
    let Ok(url) = std::env::var(TOLD) else { return };
    let db = Db::open(&url).await.unwrap();
    let (from,): (i64,) =
        db.read(|tx| tx.one("select coalesce(max(number), 0) from pair", args![])).await.unwrap();
    for number in from + 1.. {
        db.write(move |tx| {
            tx.exec("insert into pair (number, half) values ($1, 'left')", args![number])?;
            tx.exec("insert into pair (number, half) values ($1, 'right')", args![number])
        })
        .await
        .unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "acknowledged {number}").unwrap();
        out.flush().unwrap();
    }
}

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_there_and_nothing_is_half_there() {
    for made in testing::databases(&[PAIRS]).await {
        for kill_after in [1, 7, 40, 41, 90] {
            let acknowledged = write_and_kill(&made.url, kill_after);
            let db = Db::open(&made.url).await.unwrap();
            migrate(&db, &[PAIRS]).await.unwrap();
            let kept: Vec<(i64, i64)> = db
                .read(|tx| {
                    tx.all("select number, count(*) from pair group by number order by number", args![])
                })
                .await
                .unwrap();
            assert!(kept.iter().all(|(_, halves)| *halves == 2), "no half transaction");
            let numbers: Vec<i64> = kept.iter().map(|(number, _)| *number).collect();
            assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>(), "no gap");
            assert!(numbers.len() as i64 >= acknowledged, "{} kept of {acknowledged}", numbers.len());
            if let Some(path) = db.path() {
                store::check(path).await.unwrap();
            }
        }
    }
}

/// Starts the child, kills it after some acknowledgements, and gives the number of the last.
fn write_and_kill(url: &str, acknowledgements: usize) -> i64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::writes_until_killed_when_told_to", "--nocapture"])
        .env(TOLD, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut last = None;
    let number_of = |line: &str| line.rsplit_once("acknowledged ").map(|(_, n)| n.parse::<i64>().unwrap());
    let mut heard = 0;
    while heard < acknowledgements {
        let line = lines.next().expect("the child writes until it is killed").unwrap();
        if let Some(number) = number_of(&line) {
            (last, heard) = (Some(number), heard + 1);
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before the kill came counts too; only a whole line was surely said.
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    let whole = rest.len().saturating_sub(1);
    rest[..whole].iter().filter_map(|line| number_of(line)).next_back().or(last).unwrap()
}
