//! What the room does by itself when the clock moves on or a session changes.

use crate::support::{Hall, both, request, weekly};
use bookings::{Booked, How, Request, Settle, book, settle};
use jobs::Runner;
use kernel::Dice;

fn runner(hall: &Hall) -> Runner {
    bookings::jobs(Runner::new(hall.db.clone(), hall.clock.clone(), Dice::real()), &hall.desk)
}

/// So many come in turn, a second apart, and wait when it is full.
async fn come(hall: &Hall, date: uuid::Uuid, many: u64) -> Vec<Booked> {
    let mut come = Vec::new();
    for number in 0..many {
        hall.later(1);
        let wish = Request { how: How::BookedOrWaiting, ..request(number, &[date], 1) };
        come.push(book(&hall.desk, wish).await.unwrap().unwrap());
    }
    come
}

#[tokio::test]
async fn an_offer_that_nobody_answers_goes_to_the_next_when_its_time_is_over() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        let come = come(hall, date, 15).await;
        for one in &come[..4] {
            settle(&hall.desk, one.id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        }
        let waiting = &come[10..];
        let offered = ["offered", "offered", "offered", "offered", "waiting"];
        assert_eq!(hall.states(waiting).await, offered);
        runner(hall).run_until_empty().await.unwrap();
        assert_eq!(hall.states(waiting).await, offered, "nothing has ended yet");
        let until = hall.until(waiting[0].id).await;
        hall.clock.set(until - jiff::SignedDuration::from_secs(1));
        runner(hall).run_until_empty().await.unwrap();
        assert_eq!(hall.states(waiting).await, offered, "a second is left");
        hall.clock.set(until);
        runner(hall).run_until_empty().await.unwrap();
        let passed_on = ["lapsed", "lapsed", "lapsed", "lapsed", "offered"];
        assert_eq!(hall.states(waiting).await, passed_on);
        runner(hall).run_until_empty().await.unwrap();
        assert_eq!(hall.states(waiting).await, passed_on);
        assert_eq!(hall.whats(waiting[4].id).await, ["joined the queue", "offered freed places"]);
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_session_with_more_places_offers_them_to_who_waits() {
    both(async |hall| {
        let date = hall.open_session("small", 2, 1).await[0];
        let come = come(hall, date, 4).await;
        runner(hall).run_until_empty().await.unwrap();
        assert_eq!(hall.states(&come).await, ["booked", "booked", "waiting", "waiting"]);
        hall.publish(weekly("small", 3, 1)).await;
        runner(hall).run_until_empty().await.unwrap();
        assert_eq!(hall.states(&come).await, ["booked", "booked", "offered", "waiting"]);
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_count_that_is_not_what_its_rows_add_up_to_is_told() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        come(hall, date, 2).await;
        assert!(hall.db.read(bookings::findings).await.unwrap().is_empty());
        hall.db
            .write(move |tx| {
                tx.exec("update date_places set taken = taken + 1 where date_id = $1", store::args![date])
            })
            .await
            .unwrap();
        let findings = hall.db.read(bookings::findings).await.unwrap();
        assert!(findings.len() == 1 && findings[0].contains("of 1 dates"), "{findings:?}");
        runner(hall).run_until_empty().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_family_is_told_what_became_of_their_booking_once_each() {
    both(async |hall| {
        let date = hall.open_session("small", 1, 1).await[0];
        let come = come(hall, date, 2).await;
        runner(hall).run_until_empty().await.unwrap();
        settle(&hall.desk, come[0].id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        runner(hall).run_until_empty().await.unwrap();
        let until = hall.until(come[1].id).await;
        hall.clock.set(until);
        runner(hall).run_until_empty().await.unwrap();
        runner(hall).run_until_empty().await.unwrap();
        let told: Vec<(String, String, String)> = hall
            .db
            .read(|tx| {
                tx.all(
                    "select to_address, template, body from message order by to_address, queued_at, id",
                    &[],
                )
            })
            .await
            .unwrap();
        let reasons: Vec<(String, Option<String>)> = hall
            .db
            .read(|tx| tx.all("select kind, reason from job where reason is not null", &[]))
            .await
            .unwrap();
        assert_eq!(reasons, [], "every job was done");
        let of = |family: &str| -> Vec<&str> {
            let own = told.iter().filter(|(to, _, _)| to == family);
            let mut own: Vec<&str> = own.map(|(_, template, _)| template.as_str()).collect();
            own.sort_unstable(); // The clock stood still, so the messages of a moment have no order.
            own
        };
        assert_eq!(of("parent0@example.org"), ["bookings.booked", "bookings.cancelled"]);
        assert_eq!(of("parent1@example.org"), ["bookings.lapsed", "bookings.offered", "bookings.waiting"]);
        let link = format!("/bookings/{}/{}", come[1].reference, hall.desk.link_secret(come[1].id));
        let offered = told.iter().find(|(_, template, _)| template == "bookings.offered").unwrap();
        assert!(offered.2.contains(&link) && offered.2.contains("Tuesday 1 December 2026, 9:30am"));
    })
    .await;
}
