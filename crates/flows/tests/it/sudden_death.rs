//! F01: a server that is killed between keeping an answer and saying so. The child is this very test program, told by a
//! variable of its environment to answer a guide again and again; whoever was not answered asks again with the same key.

use crate::support::{Hub, MIGRATIONS, choose};
use flows::{Input, SessionId, Turn};
use kernel::Dice;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};
use store::{Db, args, testing};

const TOLD: &str = "HEARTH_TEST_ANSWER_UNTIL_KILLED";
const KILLS: usize = 25;
/// On a busy machine the kill comes late. A child goes no further than this, so that there is enough left for every kill.
const ANSWERS_OF_A_CHILD: usize = 9;
const ANSWERS: usize = 250;

#[tokio::test(flavor = "multi_thread")]
async fn answers_until_killed_when_told_to() {
    let Ok(told) = std::env::var(TOLD) else { return };
    let [url, session, from, to] = told.split(' ').collect::<Vec<_>>()[..] else { panic!("four words") };
    let hub = Hub::open(Db::open(url).await.unwrap()).await;
    let session: SessionId = session.parse().unwrap();
    for number in from.parse::<usize>().unwrap()..to.parse().unwrap() {
        // Said before, so that whoever listens knows which may have been taken and not answered.
        println!("asks {number}");
        let turn = answer(&hub, &session, number).await;
        println!("told {number} {}", digest(&turn));
    }
}

/// Round and round: child, a day, back to who; each answer is another.
async fn answer(hub: &Hub, session: &SessionId, number: usize) -> Turn {
    let input = match number % 4 {
        0 => choose("child"),
        1 => Input::DoNotKnow { node: None },
        2 => Input::DoNotKnow { node: None },
        _ => choose("yes"),
    };
    hub.press(session, &format!("message-{number}"), input).await
}

fn digest(turn: &Turn) -> String {
    format!("{}:{}", turn.turn, serde_json::to_string(&turn.outputs).unwrap().len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f01_what_was_kept_before_a_kill_is_answered_the_same_when_it_is_asked_again() {
    let dice = Dice::loaded(20_261_123);
    for made in testing::databases(MIGRATIONS).await {
        let hub = Hub::open(made.db.clone()).await;
        let began = hub.begin().await;
        let (mut next, mut kills, mut asked_twice) = (0, 0, 0);
        let mut told: BTreeMap<usize, String> = BTreeMap::new();
        while next < ANSWERS {
            let is_last = kills == KILLS;
            let until = if is_last { usize::MAX } else { usize::from(dice.bytes::<1>()[0] % 9) + 1 };
            let heard = run_child(&made.url, &began.session, next, until, &dice);
            kills += usize::from(!is_last);
            for line in heard {
                let words: Vec<&str> = line.split(' ').collect();
                let Some(number) = words.get(1).and_then(|number| number.parse::<usize>().ok()) else {
                    continue;
                };
                match words[0] {
                    "asks" => next = number,
                    "told" if words.len() == 3 => {
                        let first = told.entry(number).or_insert_with(|| words[2].to_owned());
                        assert_eq!(first, words[2], "the reply to one key never changes");
                        next = number + 1;
                    }
                    _ => {}
                }
            }
            // Whoever was not answered asks again: here, before the next child does.
            if next < ANSWERS && !told.contains_key(&next) {
                let first = answer(&hub, &began.session, next).await;
                let second = answer(&hub, &began.session, next).await;
                assert_eq!((first.turn, &first.outputs), (second.turn, &second.outputs));
                told.insert(next, digest(&first));
                asked_twice += 1;
            }
        }
        assert!(kills == KILLS && asked_twice > 0, "{kills} kills, {asked_twice} asked again");
        let turns: Vec<(String, i64)> = made
            .db
            .read(|tx| tx.all("select message_id, turn from flow_answer order by turn", args![]))
            .await
            .unwrap();
        let wanted: Vec<(String, i64)> = std::iter::once(("begin".to_owned(), 0))
            .chain((0..ANSWERS).map(|number| (format!("message-{number}"), number as i64 + 1)))
            .collect();
        assert_eq!(turns, wanted, "each answer is one transition, in its order, and none is lost");
    }
}

fn run_child(url: &str, session: &SessionId, from: usize, until: usize, dice: &Dice) -> Vec<String> {
    let to = if until == usize::MAX { ANSWERS } else { ANSWERS.min(from + ANSWERS_OF_A_CHILD) };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sudden_death::answers_until_killed_when_told_to", "--nocapture"])
        .env(TOLD, format!("{url} {} {from} {to}", session.as_str()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut heard = Vec::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let spins = u32::from(u16::from_be_bytes(dice.bytes::<2>())) * 20;
    while let Some(Ok(line)) = lines.next() {
        if line.starts_with("asks") || line.starts_with("told") {
            heard.push(line);
        }
        if heard.len() >= until {
            for _ in 0..spins {
                std::hint::spin_loop();
            }
            // It may have come to its end already.
            child.kill().unwrap();
            break;
        }
    }
    // What it had said before it died is heard too.
    heard.extend(lines.map_while(Result::ok));
    child.wait().unwrap();
    heard
}
