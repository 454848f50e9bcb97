//! Two tablets without a network mark the same twenty children; what they send later is merged without loss.

use crate::support::{Browser, Hall, NOW, at, both, child, date};
use access::{May, On, Role};
use bookings::BookingId;
use kernel::Id;
use proptest::test_runner::{Config, TestRunner};
use registers::{Came, MarkKey, Meal, NewMark, Whom};
use serde_json::{Value, json};
use uuid::Uuid;

const CHILDREN: usize = 20;

async fn twenty(hall: &Hall, day: Uuid) -> Vec<BookingId> {
    let mut bookings = Vec::new();
    for number in 0..CHILDREN {
        bookings
            .push(hall.book(number as u64, &[day], vec![child(&format!("Example child {number}"))]).await);
    }
    bookings
}

/// What a tablet kept: it saw nobody marked.
fn kept(device: u128, bookings: &[BookingId], made_ms: i64, came: impl Fn(usize) -> &'static str) -> Value {
    let marks: Vec<Value> = bookings
        .iter()
        .enumerate()
        .map(|(at, booking)| {
            json!({"counter": at + 1, "whom": format!("b.{booking}.1"), "came": came(at), "meal": "none", "at": made_ms, "saw": ""})
        })
        .collect();
    json!({"now": 3_600_000, "device": Uuid::from_u128(device), "marks": marks})
}

async fn send(browser: &Browser, day: Uuid, sent: &Value) -> Value {
    let seen = browser.json(&format!("/register/{day}/marks"), sent).await;
    assert_eq!(seen.status, 200, "{}", seen.html);
    serde_json::from_str(&seen.html).unwrap()
}

#[tokio::test]
async fn two_tablets_without_a_network_mark_the_same_twenty_children_and_send_in_either_order_twice() {
    both(async |hall| {
        let browser = hall.browser(Role::HubWorker);
        for (turn, order) in
            [[0usize, 1, 0, 1], [1, 0, 1, 0], [0, 0, 1, 1], [1, 1, 0, 0]].into_iter().enumerate()
        {
            hall.later("2026-11-20T09:00:00Z");
            let day = date("stay-and-play", turn as i64);
            let bookings = match turn {
                0 => twenty(hall, day).await,
                _ => {
                    let mut more = Vec::new();
                    for number in 0..CHILDREN {
                        let key = (turn * 100 + number) as u64;
                        more.push(
                            hall.book(key, &[day], vec![child(&format!("Example child {number}"))]).await,
                        );
                    }
                    more
                }
            };
            hall.later(
                [
                    "2026-12-01T09:40:00Z",
                    "2026-12-08T09:40:00Z",
                    "2026-12-15T09:40:00Z",
                    "2026-12-22T09:40:00Z",
                ][turn],
            );
            // The second tablet was marked later, and says of the first three that they did not come.
            let tablets =
                [
                    kept(1 + 10 * turn as u128, &bookings, 60_000, |_| "came"),
                    kept(2 + 10 * turn as u128, &bookings, 90_000, |at| {
                        if at < 3 { "did_not_come" } else { "came" }
                    }),
                ];
            let mut last = Value::Null;
            for which in order {
                last = send(&browser, day, &tablets[which]).await;
                assert_eq!(last["kept"].as_array().unwrap().len(), CHILDREN, "all are taken each time");
            }
            assert_eq!(last["differences"], 3, "{order:?}");
            let came = hall.came(day).await;
            assert_eq!(came.len(), CHILDREN, "twenty attendances");
            let not: Vec<_> = came.iter().filter(|(_, came)| *came == Came::DidNotCome).collect();
            assert_eq!(not.len(), 3, "the last by time counts");
            let page = browser.get(&format!("/register/{day}")).await.html;
            assert_eq!(page.matches("</span> differently</h3>").count(), 3);
            assert!(page.contains("Two people marked <span dir=\"auto\">Example child 0</span> differently"));
        }
    })
    .await;
}

#[tokio::test]
async fn marks_of_three_devices_come_to_the_same_in_any_order() {
    both(async |hall| {
        let (day, other) = (date("stay-and-play", 0), date("stay-and-play", 1));
        let booking = hall.book(1, &[day, other], vec![child("Robin"), child("Ash")]).await;
        hall.later(NOW);
        let mut runner = TestRunner::new(Config { cases: 6, failure_persistence: None, ..Config::default() });
        let mut orders: Vec<Vec<usize>> = Vec::new();
        let shuffled = proptest::strategy::Just((0..12usize).collect::<Vec<_>>());
        let strategy = proptest::strategy::Strategy::prop_shuffle(shuffled);
        for _ in 0..6 {
            orders.push(proptest::strategy::ValueTree::current(
                &proptest::strategy::Strategy::new_tree(&strategy, &mut runner).unwrap(),
            ));
        }
        let mut seen = Vec::new();
        for (turn, order) in orders.iter().enumerate() {
            // Each order is a world of its own: other devices, the same marks.
            let marks: Vec<NewMark> = (0..12i64)
                .map(|number| NewMark {
                    key: MarkKey {
                        device: Uuid::from_u128((turn as u128) << 8 | (number as u128 % 3)),
                        counter: number,
                    },
                    date_id: if turn % 2 == 0 { day } else { other },
                    whom: Whom::Booked(booking, 1 + number % 2),
                    came: Some(Came::ALL[number as usize % 3]),
                    meal: if number % 5 == 0 { Meal::Hot } else { Meal::None },
                    marked_at: at("2026-12-01T09:00:00Z")
                        + jiff::SignedDuration::from_secs(turn as i64 * 60 + number % 4),
                    saw: Vec::new(),
                })
                .collect();
            let sent: Vec<NewMark> =
                order.iter().chain(order.iter().rev()).map(|at| marks[*at].clone()).collect();
            let now = hall.clock.now();
            let many = hall
                .db
                .write(move |tx| {
                    let may = May::by_operator(On::all("session"));
                    sent.iter()
                        .map(|mark| registers::set_marks(tx, &may, std::slice::from_ref(mark), now))
                        .sum()
                })
                .await
                .unwrap();
            let many: usize = many;
            assert_eq!(many, 12, "each is kept once");
            let date = marks[0].date_id;
            let came = hall.db.read(move |tx| registers::list_marks(tx, &[date])).await.unwrap();
            seen.push(came.into_iter().map(|mark| (mark.guest, mark.came, mark.meal)).collect::<Vec<_>>());
        }
        assert!(seen.iter().all(|one| *one == seen[0] && one.len() == 2), "{seen:?}");
    })
    .await;
}

#[tokio::test]
async fn what_a_device_sends_is_taken_in_parts_or_refused_plainly_and_only_from_who_may() {
    both(async |hall| {
        let day = date("stay-and-play", 0);
        let booking = hall.book(1, &[day], vec![child("Robin")]).await;
        hall.later(NOW);
        let (worker, analyst) = (hall.browser(Role::HubWorker), hall.browser(Role::Analyst));
        let address = format!("/register/{day}/marks");
        let walk_in = Id::<()>::named("the test", "walk-in").uuid();
        let sent = json!({
            "now": 1_000, "device": Uuid::from_u128(5),
            "marks": [
                {"counter": 1, "whom": format!("b.{booking}.1"), "came": "came", "meal": "none", "at": 900},
                {"counter": 2, "whom": format!("b.{}.1", Uuid::from_u128(99)), "came": "came", "meal": "none", "at": 900},
                {"counter": 3, "whom": format!("b.{booking}.1"), "came": "perhaps", "meal": "none", "at": 900},
                {"counter": 5, "whom": format!("w.{walk_in}.0"), "came": "came", "meal": "none", "at": 950, "saw": format!("{walk_in}.0")},
            ],
            "walk_ins": [{"counter": 4, "id": walk_in, "name": "Sam", "grown_up": false, "age_band": "1_to_4", "meal": "none", "at": 900}],
        });
        for _ in 0..2 {
            let answer: Value = serde_json::from_str(&worker.json(&address, &sent).await.html).unwrap();
            assert_eq!((&answer["kept"], &answer["refused"]), (&json!([1, 5, 4]), &json!([3, 2])));
        }
        assert_eq!(hall.came(day).await.len(), 2);
        assert_eq!(worker.json(&address, &json!({"marks": "x"})).await.status, 422);
        let far_too_much = json!({"now": 1, "device": Uuid::from_u128(5), "x": "a".repeat(70_000)});
        assert_eq!(worker.json(&address, &far_too_much).await.status, 413);
        assert_eq!(analyst.json(&address, &sent).await.status, 403);
        let strange = axum::http::Request::post(&address).header("sec-fetch-site", "cross-site");
        assert_eq!(worker.send(strange, sent.to_string()).await.status, 403);
        assert_eq!(worker.json(&format!("/register/{}/marks", Uuid::from_u128(1)), &sent).await.status, 404);
        // A drop-in is counted by steps, each once.
        let walk_along = date("walk-along", 0);
        let steps = json!({"now": 1, "device": Uuid::from_u128(6), "steps": [
            {"counter": 1, "children": 1, "grown_ups": 0}, {"counter": 2, "children": 1, "grown_ups": 0},
            {"counter": 3, "children": 0, "grown_ups": 1}, {"counter": 4, "children": 50, "grown_ups": 0}]});
        for _ in 0..2 {
            let answer = worker.json(&format!("/register/{walk_along}/marks"), &steps).await.html;
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!((&answer["children"], &answer["grown_ups"], &answer["refused"]), (&json!(2), &json!(1), &json!([4])));
        }
    })
    .await;
}
