//! Families that do not come are listed for a person; only what the person decides happens.

use crate::support::{Hall, both, child, date, value_of};
use access::{May, On, Role};
use bookings::{BookingId, State};
use jobs::Runner;
use kernel::Dice;
use registers::{Came, MarkKey, Meal, NewMark, Whom};
use uuid::Uuid;

async fn mark(hall: &Hall, day: Uuid, booking: BookingId, came: Came) {
    let now = hall.clock.now();
    let mark = NewMark {
        key: MarkKey {
            device: Uuid::from_u128(u128::from(day.as_u64_pair().0) ^ booking.uuid().as_u128()),
            counter: 1,
        },
        date_id: day,
        whom: Whom::Booked(booking, 1),
        came: Some(came),
        meal: Meal::None,
        marked_at: now,
        saw: Vec::new(),
    };
    let may = || May::by_operator(On::all("session"));
    hall.db.write(move |tx| registers::set_mark(tx, &may(), &mark, now)).await.unwrap();
}

async fn states(hall: &Hall, booking: BookingId) -> Vec<(String, bool)> {
    let rows = hall.db.read(move |tx| bookings::list_dates_booked(tx, &[booking])).await.unwrap();
    let mut rows: Vec<_> = rows.into_iter().map(|row| (row.state, row.given_up_at.is_some())).collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn a_family_that_did_not_come_twice_is_listed_and_a_person_decides_what_becomes_of_its_places() {
    both(async |hall| {
        let days: Vec<Uuid> = (0..4).map(|week| date("small-group", week)).collect();
        // Two dates in one booking and one in another: the same address is the same family.
        let several = hall.book(1, &days[..3], vec![child("Robin")]).await;
        let other = hall.book(2, &days, vec![child("Ash")]).await;
        let waiting = hall.book(3, &[days[2]], vec![child("Kit")]).await;
        hall.later("2026-12-08T12:00:00Z");
        for day in &days[..2] {
            mark(hall, *day, several, Came::DidNotCome).await;
            mark(hall, *day, other, Came::Told).await;
        }
        let (worker, editor) = (hall.browser(Role::HubWorker), hall.browser(Role::Editor));
        let page = worker.get("/admin/absences").await.html;
        assert!(page.contains("Example parent 1") && !page.contains("Example parent 2"), "{page}");
        assert_eq!(editor.get("/admin/absences").await.status, 403);
        assert_eq!(
            states(hall, several).await,
            vec![("booked".to_owned(), false); 3],
            "nothing happens by itself"
        );

        let key = value_of(&page, "family");
        worker.post("/admin/absences", &[("do", "ring"), ("family", &key)]).await;
        let page = worker.get("/admin/absences").await.html;
        assert!(page.contains("Somebody rings them, since"), "{page}");

        let released = worker.post("/admin/absences", &[("do", "release"), ("family", &key)]).await;
        assert_eq!(released.location, "/admin/absences?kept=release");
        worker.post("/admin/absences", &[("do", "release"), ("family", &key)]).await;
        let site = hall.room.site();
        let runner = Runner::new(site.db().clone(), site.clock().clone(), Dice::real());
        let runner = registers::jobs(runner, &hall.room);
        runner.run_until_empty().await.unwrap();
        let now = states(hall, several).await;
        assert_eq!(
            now,
            [("booked".to_owned(), false), ("booked".to_owned(), false), ("booked".to_owned(), true)]
        );
        assert_eq!(
            State::of(&states(hall, waiting).await[0].0),
            Some(State::Offered),
            "who waits is offered it"
        );
        let told = hall.messages().await.iter().filter(|key| *key == "registers.places_released").count();
        assert_eq!(told, 1, "told once");
        let words = hall.words_of("registers.places_released").await;
        assert!(words[0].contains("Other families are waiting, so we have given"), "{words:?}");
        assert!(worker.get("/admin/absences").await.html.contains("Nobody is on the list"));
        let did = hall.did().await;
        assert!(did.contains(&"released the coming places of a family that did not come".to_owned()));

        mark(hall, days[0], other, Came::Told).await;
        let wrong = worker
            .post("/admin/absences", &[("do", "rule"), ("absences", "none"), ("season_days", "90")])
            .await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.html.contains("value=\"none\""));
        let rule =
            [("do", "rule"), ("absences", "1"), ("season_days", "90"), ("reminders_since", "1/12/2026")];
        assert_eq!(worker.post("/admin/absences", &rule).await.location, "/admin/absences?kept=rule");
        assert_eq!(hall.db.read(registers::find_absence_rule).await.unwrap().absences, 1);
    })
    .await;
}

#[tokio::test]
async fn only_dates_that_are_over_count_and_nothing_is_released_where_nothing_is_to_come() {
    both(async |hall| {
        let days: Vec<Uuid> = (0..3).map(|week| date("stay-and-play", week)).collect();
        let some = hall.book(1, &days[..2], vec![child("Robin")]).await;
        let more = hall.book(2, &days, vec![child("Ash")]).await;
        // The second date is being held: whoever is not there yet may still come.
        hall.later("2026-12-08T10:30:00Z");
        for booking in [some, more] {
            mark(hall, days[0], booking, Came::DidNotCome).await;
            mark(hall, days[1], booking, Came::DidNotCome).await;
        }
        let worker = hall.browser(Role::HubWorker);
        assert!(worker.get("/admin/absences").await.html.contains("Nobody is on the list"));
        hall.later("2026-12-08T11:00:00Z");
        let page = worker.get("/admin/absences").await.html;
        assert_eq!(page.matches("name=\"family\"").count(), 2);
        assert_eq!(page.matches("value=\"release\"").count(), 1, "one has nothing to come");
        assert!(page.contains("Nobody waits for them now"), "{page}");

        for card in page.split("<section class=\"card mb-5\"").skip(1) {
            let key = value_of(card, "family");
            let answer = worker.post("/admin/absences", &[("do", "release"), ("family", &key)]).await;
            assert_eq!(answer.html.contains("Nothing was released"), !card.contains("value=\"release\""));
        }
        let page = worker.get("/admin/absences").await.html;
        assert!(page.contains("Example parent 1") && !page.contains("Example parent 2"), "{page}");
        let words = hall.words_of("registers.places_released").await;
        assert_eq!(words.len(), 1);
        assert!(
            words[0].contains("taken back your next places") && !words[0].contains("waiting"),
            "{words:?}"
        );
    })
    .await;
}
