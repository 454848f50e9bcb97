//! A thousand bad days on each database: the real engine, two nodes whose clocks are set forward and back, workers that
//! die between any two steps, and a provider that loses its answers, takes a message late or says no in every way.
//! Each day is a seed, so that a bad one can be lived again.
#![cfg(test)]

use crate::{
    Message, Notify, Steady, Template, To,
    channel::{Abilities, Channel, Letter, Working},
    engine::{Channels, Outcome, Work},
    message::queue,
    model::{Answer, Found, Medium, Reason, State, TALK_AT_MOST},
    receipt,
    store::{self as rows},
};
use kernel::{Clock, Dice, Instant};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};
use store::Db;
use web::Site;

const DAYS: u64 = 1_000;
const ROOMS: &[&[store::Migration]] = &[access::MIGRATIONS, settings::MIGRATIONS, crate::MIGRATIONS];

static HELLO: Template = Template {
    key: "simulation.hello",
    name: "Hello",
    sent_when: "Never.",
    subject: "Hello ((name))",
    body: "Hello ((name))",
    sample: &[("name", "Sam")],
    can_be_turned_off: false,
};

static TEMPLATES: [&Template; 1] = [&HELLO];

/// What happens the next time the provider is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Takes,
    TakesAndTheAnswerIsLost,
    TheRequestIsLost,
    TakesLate,
    NotNow(Reason),
    Never,
    SaysNothing,
}

/// What the provider really has: the truth that the house cannot see.
#[derive(Default)]
struct Book {
    mood: Option<Mood>,
    accepted: HashMap<String, u32>,
    /// Requests still on their way, by when they arrive at the latest.
    on_their_way: Vec<(String, Duration)>,
}

struct Fake {
    book: Arc<Mutex<Book>>,
    world: Steady,
    can_look: bool,
}

impl Channel for Fake {
    fn abilities(&self) -> Abilities {
        let name = if self.can_look { "fake_that_can_look" } else { "fake" };
        Abilities { name, can_look: self.can_look, keeps_words: false }
    }

    fn submit<'a>(&'a self, letter: &'a Letter) -> Working<'a, Answer> {
        Box::pin(async move {
            let mut book = self.book.lock().unwrap();
            match book.mood.unwrap_or(Mood::Takes) {
                Mood::Takes => {
                    *book.accepted.entry(letter.reference.clone()).or_default() += 1;
                    Answer::Accepted { provider_id: Some(format!("p-{}", letter.reference)) }
                }
                Mood::TakesAndTheAnswerIsLost => {
                    *book.accepted.entry(letter.reference.clone()).or_default() += 1;
                    Answer::None
                }
                Mood::TakesLate => {
                    let by = self.world.now() + TALK_AT_MOST;
                    book.on_their_way.push((letter.reference.clone(), by));
                    Answer::None
                }
                Mood::TheRequestIsLost | Mood::SaysNothing => Answer::None,
                Mood::NotNow(reason) => Answer::NotNow(reason),
                Mood::Never => Answer::Never { reason: Reason::NotWanted, unreachable: false },
            }
        })
    }

    fn look<'a>(&'a self, reference: &'a str, _: Instant) -> Working<'a, Found> {
        Box::pin(async move {
            let book = self.book.lock().unwrap();
            match book.mood.unwrap_or(Mood::Takes) {
                Mood::SaysNothing | Mood::TakesAndTheAnswerIsLost => Found::NoWord(None),
                Mood::NotNow(Reason::NotAllowed) => Found::NoWord(Some(Reason::NotAllowed)),
                _ if book.accepted.contains_key(reference) => Found::There {
                    provider_id: format!("p-{reference}"),
                    delivery: Some("sending".to_owned()),
                },
                _ => Found::Absent,
            }
        })
    }
}

/// One process: what it knows besides the database dies with it.
struct Node {
    site: Site,
    clock: Clock,
    notify: Notify,
    steady: Steady,
    phase: Phase,
}

enum Phase {
    Idle,
    Taken(Work),
    Told(Work, Outcome),
}

impl Node {
    fn open(site: &Site, clock: &Clock, book: &Arc<Mutex<Book>>, world: &Steady) -> Node {
        let steady = Steady::standing();
        let fake = |can_look| {
            Arc::new(Fake { book: book.clone(), world: world.clone(), can_look }) as Arc<dyn Channel>
        };
        let channels = Channels { email: Some(fake(false)), text: Some(fake(true)) };
        let notify = Notify::with(site, channels, None, &TEMPLATES, steady.clone());
        Node { site: site.clone(), clock: clock.clone(), notify, steady, phase: Phase::Idle }
    }

    /// One step of the three; says whether there was anything to do.
    async fn step(&mut self) -> bool {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Idle => match self.notify.take().await.unwrap() {
                Some(work) => self.phase = Phase::Taken(work),
                None => return false,
            },
            Phase::Taken(work) => {
                let outcome = self.notify.perform(&work).await;
                self.phase = Phase::Told(work, outcome);
            }
            Phase::Told(work, outcome) => self.notify.settle(work, outcome).await.unwrap(),
        }
        true
    }
}

/// A small generator of its own, so that a seed is a day.
struct Luck(u64);

impl Luck {
    fn below(&mut self, many: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % many
    }
}

#[derive(Default)]
struct Totals(BTreeMap<String, u64>);

impl Totals {
    fn add(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_thousand_bad_days_no_message_is_taken_twice_and_none_is_lost() {
    let [sqlite, postgres] = [store::testing::sqlite(ROOMS).await, store::testing::postgres(ROOMS).await];
    let (a, b) = (sqlite.db.clone(), postgres.db.clone());
    let (a, b) = tokio::join!(tokio::spawn(live(a)), tokio::spawn(live(b)));
    println!("on SQLite: {:?}", a.unwrap().0);
    println!("on PostgreSQL: {:?}", b.unwrap().0);
}

async fn live(db: Db) -> Totals {
    let clocks = [0, 1].map(|_| Clock::standing_at("2026-01-01T00:00:00Z"));
    let mut sites = Vec::new();
    for clock in &clocks {
        sites.push(Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap());
    }
    let days = std::env::var("HEARTH_BAD_DAYS").ok().and_then(|days| days.parse().ok()).unwrap_or(DAYS);
    let mut totals = Totals::default();
    for seed in 0..days {
        one_day(seed, &db, &sites, &clocks, &mut totals).await;
    }
    for needed in
        ["a worker died", "a clock was set", "TakesAndTheAnswerIsLost", "TakesLate", "ended accepted"]
    {
        assert!(totals.0.get(needed).is_some_and(|count| *count > days / 20), "{needed}: {:?}", totals.0);
    }
    totals
}

async fn one_day(seed: u64, db: &Db, sites: &[Site], clocks: &[Clock; 2], totals: &mut Totals) {
    let mut luck = Luck(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66);
    luck.below(2);
    let midnight: Instant = "2026-01-01T00:00:00Z".parse().unwrap();
    let morning = crate::model::later(midnight, (seed as i64) * 8 * 24 * 3_600);
    for clock in clocks {
        clock.set(morning);
    }
    let (book, world) = (Arc::new(Mutex::new(Book::default())), Steady::standing());
    let mut nodes = [0, 1].map(|at| Node::open(&sites[at], &clocks[at], &book, &world));
    let ids = queue_some(seed, db, morning, 1 + luck.below(3)).await;

    for _ in 0..14 + luck.below(10) {
        let node = &mut nodes[luck.below(2) as usize];
        match luck.below(20) {
            0..=11 => {
                let mood = pick_mood(&mut luck);
                book.lock().unwrap().mood = Some(mood);
                let speaks = matches!(node.phase, Phase::Taken(_));
                if node.step().await && speaks {
                    totals.add(format!("{mood:?}"));
                }
            }
            12 | 13 => {
                totals.add("a worker died");
                *node = Node::open(&node.site, &node.clock, &book, &world);
            }
            14 | 15 => {
                totals.add("a clock was set");
                let hours = [-30, -2, 0, 1, 5, 26, 50][luck.below(7) as usize];
                let seconds = luck.below(3_600) as i64;
                node.clock.set(crate::model::later(node.clock.now(), hours * 3_600 + seconds));
            }
            16 => {
                // News of a delivery may come before the answer to the submission.
                let known: Vec<String> = book.lock().unwrap().accepted.keys().cloned().collect();
                if let Some(reference) = known.into_iter().min() {
                    totals.add("a receipt came");
                    let now = node.clock.now();
                    let id = format!("p-{reference}");
                    db.write(move |tx| receipt::note(tx, &reference, &id, "delivered", now)).await.unwrap();
                }
            }
            _ => {
                let seconds = [1, 5, 15, 40, 61, 151][luck.below(6) as usize];
                let late = luck.below(2) == 0;
                pass(seconds, late, &nodes, &world, &book);
            }
        }
    }
    book.lock().unwrap().mood = Some(Mood::Takes);
    for round in 0.. {
        assert!(round < 2_000, "day {seed} does not end");
        let mut busy = false;
        for node in &mut nodes {
            busy |= node.step().await;
        }
        if !busy {
            if states(db, &ids).await.iter().all(|(state, _)| is_over(state)) {
                break;
            }
            for node in &nodes {
                node.clock.set(crate::model::later(node.clock.now(), 3_600));
            }
            pass(61, false, &nodes, &world, &book);
        }
    }
    for (state, reference) in states(db, &ids).await {
        let accepted = book.lock().unwrap().accepted.get(&reference).copied().unwrap_or(0);
        totals.add(format!("ended {state}"));
        assert!(accepted <= 1, "day {seed}: a message was taken {accepted} times");
        match State::from_key(&state) {
            Some(State::Accepted) => assert_eq!(accepted, 1, "day {seed}: 'sent' and not taken"),
            Some(State::Failed) => assert_eq!(accepted, 0, "day {seed}: 'not sent' and taken"),
            Some(State::InDoubt) => {}
            other => panic!("day {seed}: a message was lost as {other:?}"),
        }
    }
}

fn pick_mood(luck: &mut Luck) -> Mood {
    match luck.below(12) {
        0..=2 => Mood::Takes,
        3 | 4 => Mood::TakesAndTheAnswerIsLost,
        5 => Mood::TheRequestIsLost,
        6 | 7 => Mood::TakesLate,
        8 => Mood::NotNow(Reason::Busy),
        9 => Mood::NotNow(
            [Reason::NotReached, Reason::NotAllowed, Reason::TodaysLimit][luck.below(3) as usize],
        ),
        10 => [Mood::Never, Mood::Takes][luck.below(2) as usize],
        _ => Mood::SaysNothing,
    }
}

/// Real time goes by for everybody alike. A request on its way arrives when its time is up, or sooner.
fn pass(seconds: u64, at_the_last_moment: bool, nodes: &[Node; 2], world: &Steady, book: &Mutex<Book>) {
    let time = Duration::from_secs(seconds);
    world.pass(time);
    for node in nodes {
        node.steady.pass(time);
        node.clock.set(crate::model::later(node.clock.now(), seconds as i64));
    }
    let (now, mut book) = (world.now(), book.lock().unwrap());
    let all = std::mem::take(&mut book.on_their_way);
    for (reference, by) in all {
        if by <= now || !at_the_last_moment {
            *book.accepted.entry(reference).or_default() += 1;
        } else {
            book.on_their_way.push((reference, by));
        }
    }
}

async fn queue_some(seed: u64, db: &Db, now: Instant, many: u64) -> Vec<crate::MessageId> {
    let dice = Dice::loaded(seed.wrapping_mul(1_000_003) + 17);
    db.write(move |tx| {
        let mut ids = Vec::new();
        for number in 0..many {
            let to = match number % 2 {
                0 => To::Phone("07700 900123".parse().unwrap()),
                _ => To::Email("parent@example.org".parse().unwrap()),
            };
            let once = Some(format!("day {seed} message {number}"));
            let values = vec![("name", "Sam".to_owned())];
            let message = Message { template: &HELLO, to, person: None, values, once };
            ids.extend(queue(tx, &message, &dice, now)?);
            assert_eq!(queue(tx, &message, &dice, now)?, None, "once is once");
        }
        Ok(ids)
    })
    .await
    .unwrap()
}

async fn states(db: &Db, ids: &[crate::MessageId]) -> Vec<(String, String)> {
    let ids = ids.to_vec();
    db.read(move |tx| ids.iter().map(|id| rows::find_state(tx, *id)).collect()).await.unwrap()
}

fn is_over(state: &str) -> bool {
    matches!(State::from_key(state), Some(State::Accepted | State::Failed | State::InDoubt))
}

/// Not step by step but really at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_send_at_the_same_time_share_the_work() {
    store::testing::both(ROOMS, async |db| {
        let clock = Clock::standing_at("2026-11-22T09:00:00Z");
        let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
        let (book, world) = (Arc::new(Mutex::new(Book::default())), Steady::standing());
        let ids = queue_some(0, &db, clock.now(), 120).await;
        let nodes = [0, 1, 2].map(|_| Node::open(&site, &clock, &book, &world).notify);
        let (a, b, c) =
            tokio::join!(nodes[0].send_waiting(), nodes[1].send_waiting(), nodes[2].send_waiting());
        assert_eq!(a.unwrap() + b.unwrap() + c.unwrap(), 120);
        let book = book.lock().unwrap();
        assert_eq!((book.accepted.len(), book.accepted.values().max()), (120, Some(&1)));
        assert_eq!(ids.len(), 120);
        assert_eq!(Medium::ALL.len(), 2);
    })
    .await;
}
