//! A thousand sessions on which families do whatever comes into their heads, in an order that chance gives, while the
//! clock moves on and the places become more and fewer. After each step everything that the room promises is looked at.
//!
//! Sessions know nothing of one another, so those of a group take their steps side by side, which also fills the line of
//! writes. PostgreSQL has fewer groups (it answers each statement over a wire, so each takes several times as long) but two
//! nodes. A failure says the seed of
//! its group; `HEARTH_SIMULATION_SEED` runs that one alone.

use crate::{
    support::{Hall, MIGRATIONS, request, weekly},
    world::{Seen, World, expect_promises_kept},
};
use access::{AllowOverbooking, May, On};
use bookings::{
    BookingId, Contact, Desk, How, QueueRule, Request, Rules, Settle, allow_overbooking, book, close_waiting,
    give_up_dates, lapse_ended, move_booking, renew_places, settle,
};
use kernel::Dice;
use store::{Db, migrate, testing};
use uuid::Uuid;

const WORLDS: u64 = 50;
const STEPS: usize = 12;
const WEEKS: i64 = 3;
const FIRST_SEED: u64 = 20_261_123;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_nine_hundred_sessions_of_families_do_every_promise_is_kept_on_sqlite() {
    for seed in seeds(FIRST_SEED, 18) {
        let folder = folder_that_nothing_waits_for();
        let url = format!("sqlite://{}", folder.path().join("simulation.db").display());
        let db = Db::open(&url).await.unwrap();
        migrate(&db, MIGRATIONS).await.unwrap();
        run_group(Hall::open(db, url).await, seed).await;
    }
}

/// What is promised here is not that it outlives the machine, so no commit need wait for a disk.
fn folder_that_nothing_waits_for() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_hundred_sessions_of_families_do_every_promise_is_kept_on_postgresql() {
    for seed in seeds(FIRST_SEED + 18, 2) {
        let made = testing::postgres(MIGRATIONS).await;
        run_group(Hall::open(made.db.clone(), made.url.clone()).await, seed).await;
    }
}

fn seeds(first: u64, groups: u64) -> Vec<u64> {
    match std::env::var("HEARTH_SIMULATION_SEED") {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) => (first..first + groups).collect(),
    }
}

async fn run_group(hall: Hall, seed: u64) {
    hall.fill().await;
    let dice = Dice::loaded(seed);
    let queue = if seed.is_multiple_of(2) { QueueRule::InOrder } else { QueueRule::WhoFits };
    hall.rules(Rules { queue, offer_hours: 6, ..Rules::default() }).await;
    let mut desks = vec![hall.desk.clone()];
    if hall.db.is_postgres() {
        desks.push(hall.second_node().await);
    }
    let mut worlds = Vec::new();
    for number in 0..WORLDS {
        let slug = format!("world-{number}");
        let dates = hall.open_session(&slug, 4, WEEKS).await;
        worlds.push(World::new(&slug, dates, queue));
    }
    for step in 0..STEPS {
        move_clock(&hall, &dice, &worlds).await;
        // Offers were made meanwhile; a cut of the places that comes next finds them there.
        World::look_at_places(&hall, &mut worlds).await;
        let mut doing = Vec::new();
        for (at, world) in worlds.iter_mut().enumerate() {
            let acts = decide_acts(&dice, world, at as u64);
            let told: Vec<String> = acts.iter().map(|act| act.told(world)).collect();
            world.log.push(format!("{} {}", hall.clock.now(), told.join(" beside ")));
            for act in acts {
                let desk = desks[below(&dice, desks.len())].clone();
                let world = (world.slug.clone(), world.dates.clone());
                doing.push((at, act.clone(), tokio::spawn(perform(desk, world, act))));
            }
        }
        let mut newcomers: Vec<Vec<Option<BookingId>>> = vec![Vec::new(); worlds.len()];
        for (at, act, doing) in doing {
            let outcome = doing.await.unwrap().unwrap_or_else(|fault| {
                panic!(
                    "seed {seed}, step {step}, {}: {fault:#}\n{:#?}",
                    act.told(&worlds[at]),
                    worlds[at].log
                )
            });
            if let (Act::Book(wish), Some(id)) = (&act, outcome) {
                worlds[at].wishes.push(wish.clone());
                newcomers[at].push(Some(id));
            } else {
                newcomers[at].push(None);
            }
        }
        let seen = Seen::take(&hall, &worlds).await;
        for (world, newcomers) in worlds.iter_mut().zip(newcomers) {
            // Of two who act at once nobody can say who came first.
            let newcomer = if newcomers.len() == 1 { newcomers[0] } else { None };
            if let Err(broken) = expect_promises_kept(world, &seen, newcomer, hall.clock.now()) {
                panic!("seed {seed}, step {step}, {}: {broken}\n{:#?}", world.slug, world.log);
            }
        }
    }
}

/// On by a moment or by days; then what the room does by itself at that time.
async fn move_clock(hall: &Hall, dice: &Dice, worlds: &[World]) {
    let before = hall.clock.now();
    hall.later([0, 1, 60, 16 * 60, 3_600, 4 * 3_600, 7 * 3_600, 30 * 3_600][below(dice, 8)]);
    while lapse_ended(&hall.desk).await.unwrap() > 0 {}
    close_waiting(&hall.desk).await.unwrap();
    let edges = worlds[0].edges(&weekly("edges", 1, WEEKS));
    if edges.iter().any(|edge| before < *edge && *edge <= hall.clock.now()) {
        for world in worlds {
            renew_places(&hall.desk, events::session_id(&world.slug)).await.unwrap();
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Book(Request),
    Settle(BookingId, Settle),
    GiveUp(BookingId, Uuid),
    Move(BookingId, Vec<Uuid>),
    Places(i64),
    Allow(Uuid, u32),
}

impl Act {
    /// In few words, for the log of a failure.
    fn told(&self, world: &World) -> String {
        let week = |date: &Uuid| world.dates.iter().position(|known| known == date).unwrap();
        match self {
            Act::Book(wish) => {
                let weeks: Vec<usize> = wish.dates.iter().map(week).collect();
                format!("{:?} weeks {weeks:?} for {} by {}", wish.how, wish.party.len(), wish.form_key)
            }
            Act::Settle(id, Settle::Confirm { .. }) => format!("Confirm {id}"),
            Act::Settle(id, what) => format!("{what:?} {id}"),
            Act::GiveUp(id, date) => format!("GiveUp week {} of {id}", week(date)),
            Act::Move(id, dates) => {
                format!("Move {id} to weeks {:?}", dates.iter().map(week).collect::<Vec<_>>())
            }
            Act::Places(places) => format!("Places {places}"),
            Act::Allow(date, places) => format!("Allow {places} in week {}", week(date)),
        }
    }
}

fn decide_acts(dice: &Dice, world: &World, number: u64) -> Vec<Act> {
    match below(dice, 12) {
        0 => vec![Act::Places(below(dice, 6) as i64 + 1)],
        1 => vec![Act::Allow(world.dates[below(dice, world.dates.len())], below(dice, 3) as u32)],
        2..5 => (0..2).map(|second| decide_act(dice, world, number, second)).collect(),
        _ => vec![decide_act(dice, world, number, 0)],
    }
}

fn decide_act(dice: &Dice, world: &World, number: u64, second: u64) -> Act {
    let contact = || request(number, &[], 1).contact;
    let pick = |state: &str, dice: &Dice| {
        let of: Vec<BookingId> = world.in_state(state);
        // Mostly somebody for whom it makes sense, and now and then anybody.
        let from = if of.is_empty() || below(dice, 6) == 0 { world.known() } else { of };
        (!from.is_empty()).then(|| from[below(dice, from.len())])
    };
    let act = match below(dice, 16) {
        0..2 => pick("held", dice).map(|id| {
            let party = crate::support::guests(1);
            Act::Settle(id, Settle::Confirm { party, contact: contact(), note: String::new() })
        }),
        2..4 => pick("booked", dice).map(|id| Act::Settle(id, Settle::Cancel("cancelled by the family"))),
        4 => pick("waiting", dice).map(|id| Act::Settle(id, Settle::Cancel("cancelled by the family"))),
        5..7 => pick("offered", dice).map(|id| Act::Settle(id, Settle::Accept)),
        7 => pick("offered", dice).map(|id| Act::Settle(id, Settle::Decline)),
        8 => pick("lapsed", dice).map(|id| Act::Settle(id, Settle::Rejoin)),
        9 => pick(["booked", "waiting", "offered"][below(dice, 3)], dice)
            .map(|id| Act::GiveUp(id, world.dates[below(dice, world.dates.len())])),
        10 => pick("booked", dice).map(|id| Act::Move(id, some_dates(dice, world))),
        11 if !world.wishes.is_empty() => {
            Some(Act::Book(world.wishes[below(dice, world.wishes.len())].clone()))
        }
        _ => None,
    };
    act.unwrap_or_else(|| {
        let dates = some_dates(dice, world);
        let fresh = (number << 32) + ((world.log.len() as u64) << 1) + second;
        let mut wish = request(fresh, &dates, below(dice, 3) + 1);
        wish.how = [How::Held, How::Booked, How::BookedOrWaiting, How::BookedOrWaiting][below(dice, 4)];
        if wish.how == How::Held {
            wish.contact = Contact::default();
        }
        Act::Book(wish)
    })
}

/// One of the weeks or more.
fn some_dates(dice: &Dice, world: &World) -> Vec<Uuid> {
    let bits = below(dice, 7) + 1;
    (0..3).filter(|bit| bits & (1 << bit) != 0).map(|bit| world.dates[bit]).collect()
}

/// Gives the booking of a newcomer.
async fn perform(
    desk: Desk,
    (slug, _): (String, Vec<Uuid>),
    act: Act,
) -> Result<Option<BookingId>, kernel::Fault> {
    let now = desk.site().clock().now();
    match act {
        Act::Book(wish) => return Ok(book(&desk, wish).await?.ok().map(|booked| booked.id)),
        Act::Settle(id, what) => drop(settle(&desk, id, what).await?),
        Act::GiveUp(id, date) => drop(give_up_dates(&desk, id, vec![date]).await?),
        Act::Move(id, dates) => drop(move_booking(&desk, id, dates).await?),
        Act::Places(places) => {
            let draft = weekly(&slug, places, WEEKS);
            let may = May::by_operator(On::all("session"));
            desk.site()
                .db()
                .write(move |tx| events::publish_session(tx, &may, &draft, now).map(|_| ()))
                .await?;
            renew_places(&desk, events::session_id(&slug)).await?;
        }
        Act::Allow(date, places) => {
            let may = May::<AllowOverbooking>::by_operator(On::one("session_date", date));
            desk.site()
                .db()
                .write(move |tx| allow_overbooking(tx, &may, date, places, "", now).map(drop))
                .await?;
        }
    }
    Ok(None)
}

fn below(dice: &Dice, many: usize) -> usize {
    (u64::from_le_bytes(dice.bytes()) % many as u64) as usize
}
