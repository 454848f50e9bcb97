//! A sender that is killed at any step, again and again. The child is this very test program, told by a variable of its
//! environment to send what waits.

use crate::{
    fake_notify::{FakeNotify, Moment, Watcher, config_at},
    support::{LINK, ROOMS, Room, email, phone},
};
use kernel::Dice;
use notify::{Message, NotifyConfig};
use std::{
    collections::HashMap,
    io::Read,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use store::{Db, args, testing};

const TOLD: &str = "HEARTH_TEST_SEND_UNTIL_KILLED";
const KILLS: usize = 60;
const MESSAGES: usize = 300;

#[tokio::test(flavor = "multi_thread")]
async fn sends_until_killed_when_told_to() {
    let Ok(told) = std::env::var(TOLD) else { return };
    let (url, base_url) = told.split_once(' ').unwrap();
    let room = Room::open(Db::open(url).await.unwrap(), config_at(base_url)).await;
    let waits = async || {
        let sql = "select count(*) from message where state in ('queued', 'submitting', 'unknown')";
        let (waits,): (i64,) = room.db.read(move |tx| tx.one(sql, args![])).await.unwrap();
        waits
    };
    while waits().await > 0 {
        while room.send().await > 0 {}
        // Longer than anybody who still lives could take. The wall clock stands, as the provider's does.
        room.steady.pass(Duration::from_secs(200));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_sender_leaves_that_is_killed_again_and_again_is_taken_once() {
    for made in testing::databases(ROOMS).await {
        let room = Room::open(made.db.clone(), NotifyConfig::default()).await;
        let mut queued = queue(&room).await;
        let fake = FakeNotify::start(&room.clock).await;
        let dice = Dice::loaded(20_261_122);
        let mut kills = 0;
        while kills < KILLS {
            let plan = Plan::by(&dice);
            if send(&fake, &made.url, Some(plan)).await == End::Killed {
                kills += 1;
            } else {
                // A quick machine sends much between two kills.
                assert!(queued < 20 * MESSAGES, "only {kills} senders of {queued} messages were killed");
                queued += queue(&room).await;
            }
        }
        assert_eq!(send(&fake, &made.url, None).await, End::ByItself);
        expect_taken_once(&room, &fake, queued).await;
    }
}

async fn queue(room: &Room) -> usize {
    let (dice, now) = (Dice::real(), room.clock.now());
    room.db
        .write(move |tx| {
            for number in 0..MESSAGES {
                let values = vec![
                    ("name", "Sam".to_owned()),
                    ("place", "the hub".to_owned()),
                    ("link", format!("https://hub.example.org/{number}")),
                ];
                let to = if number % 2 == 0 { email("parent@example.org") } else { phone("07700 900123") };
                let message = Message { template: &LINK, to, person: None, values, once: None };
                notify::queue(tx, &message, &dice, now)?;
            }
            Ok(())
        })
        .await
        .unwrap();
    MESSAGES
}

/// When a sender is killed: at a moment of one of its first requests, or some steps of its own later.
#[derive(Clone, Copy, Debug)]
struct Plan {
    request: usize,
    moment: Moment,
    spins: u32,
}

impl Plan {
    fn by(dice: &Dice) -> Plan {
        let [request, moment, spins_high, spins_low] = dice.bytes::<4>();
        Plan {
            request: usize::from(request % 5) + 1,
            moment: if moment % 2 == 0 { Moment::Came } else { Moment::Done },
            // Half of the kills come at once, so that whoever sent it hears no answer.
            spins: if moment & 2 == 0 {
                0
            } else {
                u32::from(u16::from_be_bytes([spins_high, spins_low])) * 4
            },
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    Killed,
    ByItself,
}

/// Starts a sender, kills it as planned, and comes back when the provider has dealt with all that it sent.
async fn send(fake: &FakeNotify, url: &str, plan: Option<Plan>) -> End {
    let line = fake.open_line().await;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sudden_death::sends_until_killed_when_told_to", "--nocapture"])
        .env(TOLD, format!("{url} {}", line.base_url))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut heard = child.stdout.take().unwrap();
    let child = Arc::new(Mutex::new(child));
    fake.watch(plan.map(|plan| watcher(plan, child.clone())));
    // Its end is the end of what it says.
    tokio::task::spawn_blocking(move || heard.read_to_end(&mut Vec::new())).await.unwrap().unwrap();
    line.close().await;
    fake.watch(None);
    let status = child.lock().unwrap().wait().unwrap();
    assert!(status.success() || status.code().is_none(), "it failed by itself: {status}");
    if status.success() { End::ByItself } else { End::Killed }
}

fn watcher(plan: Plan, child: Arc<Mutex<Child>>) -> Watcher {
    let mut requests = 0;
    Box::new(move |moment| {
        requests += usize::from(moment == Moment::Came);
        if (requests, moment) != (plan.request, plan.moment) {
            return;
        }
        let child = child.clone();
        let kill = move || {
            for _ in 0..plan.spins {
                std::hint::spin_loop();
            }
            let mut child = child.lock().unwrap();
            child.kill().unwrap();
            child.wait().unwrap();
        };
        if plan.spins == 0 { kill() } else { drop(thread::spawn(kill)) }
    })
}

async fn expect_taken_once(room: &Room, fake: &FakeNotify, queued: usize) {
    let (taken, looked_for, asked) = {
        let seen = fake.seen.lock().unwrap();
        let mut taken: HashMap<String, usize> = HashMap::new();
        for kept in &seen.kept {
            *taken.entry(kept["reference"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        (taken, seen.looked_for, seen.requests.len())
    };
    let standing: Vec<(String, String)> =
        room.db.read(|tx| tx.all("select reference, state from message", args![])).await.unwrap();
    assert_eq!(standing.len(), queued);
    for (reference, state) in &standing {
        let taken = taken.get(reference).copied().unwrap_or_default();
        let fits = match state.as_str() {
            "accepted" => taken == 1,
            "failed" => taken == 0,
            "in_doubt" => taken <= 1,
            _ => false,
        };
        assert!(fits, "{reference} is {state} and was taken {taken} times");
    }
    assert!(looked_for >= KILLS / 4, "the kills fell where nobody knows: {looked_for} of {asked} requests");
    fake.expect_no_complaints();
}
