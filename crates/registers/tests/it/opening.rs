//! A register opens half an hour before its date starts; until then only 'told us' is taken, whatever way it comes.

use crate::support::{Hall, NOW, both, child, date};
use access::Role;
use registers::Came;
use serde_json::{Value, json};
use uuid::Uuid;

const TOO_EARLY: &str = "2026-12-01T09:29:59Z";

async fn walk_ins(hall: &Hall, day: Uuid) -> usize {
    hall.db.read(move |tx| registers::list_walk_ins(tx, day)).await.unwrap().len()
}

#[tokio::test]
async fn before_a_register_opens_its_page_has_only_told_us_and_takes_nothing_else() {
    both(async |hall| {
        let day = date("stay-and-play", 0);
        let booking = hall.book(1, &[day], vec![child("Robin"), child("Ash")]).await;
        hall.later(TOO_EARLY);
        let worker = hall.browser(Role::HubWorker);
        let address = format!("/register/{day}");
        let page = worker.get(&address).await.html;
        assert!(page.contains("The register opens at 9:30am. Until then you can only mark who told us"), "{page}");
        assert!(page.contains("data-from-open hidden><button class=\"btn btn-2\" type=\"submit\" name=\"do\" value=\"everybody\""));
        assert_eq!(page.matches("<span class=\"register-way\" data-from-open hidden>").count(), 4, "two ways for each");

        let (robin, ash) = (format!("came.b.{booking}.1"), format!("came.b.{booking}.2"));
        let refused = worker.post(&address, &[("do", "marks"), (&robin, "told"), (&ash, "came")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.html.contains("<a href=\"#people\">The register opens at 9:30am"), "{}", refused.html);
        assert_eq!(hall.came(day).await, [(1, Came::Told)], "what could be taken was");
        for pairs in [
            vec![("do", "everybody")],
            vec![("do", "walk_in"), ("name", "Sam"), ("who", "child")],
            vec![("do", "settle"), ("whom", &robin[5..]), ("came", "came")],
        ] {
            let refused = worker.post(&address, &pairs).await;
            assert_eq!(refused.status, 422, "{pairs:?}");
        }
        assert_eq!((hall.came(day).await, walk_ins(hall, day).await), (vec![(1, Came::Told)], 0));

        // A drop-in is not counted before it opens either.
        let counted = date("walk-along", 0);
        for pairs in [vec![("do", "child_more")], vec![("do", "count"), ("children", "3"), ("grown_ups", "2")]] {
            assert_eq!(worker.post(&format!("/register/{counted}"), &pairs).await.status, 422);
        }
        assert_eq!(hall.db.read(move |tx| registers::count_drop_in(tx, counted)).await.unwrap(), None);

        // Of another day it says which.
        let next = worker.get(&format!("/register/{}", date("stay-and-play", 1))).await.html;
        assert!(next.contains("The register opens on Tuesday 8 December 2026, 9:30am"), "{next}");

        hall.later("2026-12-01T09:30:00Z");
        assert!(!worker.get(&address).await.html.contains("The register opens"));
        worker.post(&address, &[("do", "everybody")]).await;
        assert_eq!(hall.came(day).await, [(1, Came::Told), (2, Came::Came)]);
    })
    .await;
}

#[tokio::test]
async fn what_a_phone_sends_before_the_register_opens_stays_on_the_phone_and_is_taken_later() {
    both(async |hall| {
        let (day, counted) = (date("stay-and-play", 0), date("walk-along", 0));
        let booking = hall.book(1, &[day], vec![child("Robin"), child("Ash")]).await;
        hall.later(TOO_EARLY);
        let worker = hall.browser(Role::HubWorker);
        let marks = json!({
            "now": 1_000, "device": Uuid::from_u128(5),
            "marks": [
                {"counter": 1, "whom": format!("b.{booking}.1"), "came": "told", "meal": "none", "at": 900},
                {"counter": 2, "whom": format!("b.{booking}.2"), "came": "did_not_come", "meal": "none", "at": 900},
            ],
            "walk_ins": [{"counter": 3, "id": Uuid::from_u128(9), "name": "Sam", "grown_up": false, "meal": "none", "at": 900}],
        });
        let steps = json!({"now": 1, "device": Uuid::from_u128(6), "steps": [{"counter": 1, "children": 1, "grown_ups": 0}]});
        let (at_marks, at_steps) = (format!("/register/{day}/marks"), format!("/register/{counted}/marks"));
        let seen = worker.json(&at_marks, &marks).await;
        assert_eq!(seen.status, 422);
        let answer: Value = serde_json::from_str(&seen.html).unwrap();
        assert_eq!((&answer["kept"], &answer["refused"], &answer["early"]), (&json!([1]), &json!([]), &json!([3, 2])));
        assert_eq!(answer["error"]["message"], "The register opens at 9:30am.");
        assert_eq!((hall.came(day).await, walk_ins(hall, day).await), (vec![(1, Came::Told)], 0));
        assert_eq!(worker.json(&at_steps, &steps).await.status, 422);
        assert_eq!(hall.db.read(move |tx| registers::count_drop_in(tx, counted)).await.unwrap(), None);

        hall.later(NOW);
        let answer: Value = serde_json::from_str(&worker.json(&at_marks, &marks).await.html).unwrap();
        assert_eq!((&answer["kept"], &answer["early"]), (&json!([1, 2, 3]), &json!([])));
        assert_eq!((hall.came(day).await.len(), walk_ins(hall, day).await), (3, 1));
        assert_eq!(worker.json(&at_steps, &steps).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn what_one_person_marked_on_a_shared_phone_is_not_sent_in_the_name_of_another() {
    both(async |hall| {
        let day = date("stay-and-play", 0);
        let booking = hall.book(1, &[day], vec![child("Robin")]).await;
        hall.later(NOW);
        let (worker, other) = (hall.browser(Role::HubWorker), hall.browser(Role::DataSteward));
        let keeper = async |browser: &crate::support::Browser| {
            let page = browser.get(&format!("/register/{day}")).await.html;
            page.split_once("data-keeper=\"").unwrap().1.split('"').next().unwrap().to_owned()
        };
        let mine = keeper(&worker).await;
        assert!(!mine.is_empty() && mine != keeper(&other).await, "each has a word of their own");
        let sent = json!({
            "now": 1_000, "device": Uuid::from_u128(5), "keeper": mine,
            "marks": [{"counter": 1, "whom": format!("b.{booking}.1"), "came": "came", "meal": "none", "at": 900}],
        });
        let address = format!("/register/{day}/marks");
        assert_eq!(other.json(&address, &sent).await.status, 403);
        assert_eq!(hall.came(day).await, []);
        assert_eq!(worker.json(&address, &sent).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn on_a_cancelled_date_nobody_is_marked_as_come_at_once() {
    both(async |hall| {
        let day = date("stay-and-play", 0);
        let booking = hall.book(1, &[day], vec![child("Robin")]).await;
        let off = move |tx: &mut store::Tx| {
            tx.exec("update event_date set state = 'cancelled' where id = $1", store::args![day]).map(|_| ())
        };
        hall.db.write(off).await.unwrap();
        hall.later(NOW);
        let worker = hall.browser(Role::HubWorker);
        let address = format!("/register/{day}");
        assert!(!worker.get(&address).await.html.contains("value=\"everybody\""));
        let refused = worker.post(&address, &[("do", "everybody")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.html.contains("This date is cancelled. Mark those who came one by one"));
        assert_eq!(hall.came(day).await, []);
        // What somebody saw all the same is kept.
        worker.post(&address, &[(&format!("came.b.{booking}.1"), "came")]).await;
        assert_eq!(hall.came(day).await, [(1, Came::Came)]);
    })
    .await;
}
