//! Who waits for what cannot come, and forms that cross one another.

use crate::support::{Hall, at, both, request, weekly};
use bookings::{
    Booked, How, QueueRule, Refused, Rules, Settle, State, book, give_up_dates, renew_places, settle,
};
use uuid::Uuid;

fn waits(number: u64, dates: &[Uuid], children: usize) -> bookings::Request {
    bookings::Request { how: How::BookedOrWaiting, ..request(number, dates, children) }
}

async fn booked(hall: &Hall, wish: bookings::Request) -> Booked {
    book(&hall.desk, wish).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_party_of_more_than_there_are_places_does_not_wait_and_closes_nothing() {
    both(async |hall| {
        let date = hall.open_session("small", 3, 1).await[0];
        let answer = book(&hall.desk, waits(1, &[date], 4)).await.unwrap();
        assert_eq!(answer, Err(Refused::Full(vec![date])), "it would wait for ever");
        // One that could have come waits, and then there are fewer places.
        let two = booked(hall, request(2, &[date], 2)).await;
        let three = booked(hall, waits(3, &[date], 3)).await;
        assert_eq!(three.state, State::Waiting);
        let one = booked(hall, waits(4, &[date], 1)).await;
        assert_eq!(one.state, State::Waiting, "the free place is waited for");
        hall.publish(weekly("small", 2, 1)).await;
        renew_places(&hall.desk, events::session_id("small")).await.unwrap();
        settle(&hall.desk, two.id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        assert_eq!(hall.states(&[three, one]).await, ["waiting", "offered"]);
        assert_eq!(booked(hall, request(5, &[date], 1)).await.state, State::Booked);
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn who_waits_for_a_date_that_is_over_holds_up_no_other_date() {
    both(async |hall| {
        let dates = hall.open_session("two-weeks", 3, 2).await;
        booked(hall, request(1, &dates, 1)).await;
        let both_dates = booked(hall, waits(2, &dates, 3)).await;
        assert_eq!(both_dates.state, State::Waiting);
        assert_eq!(
            book(&hall.desk, request(3, &dates[1..], 1)).await.unwrap(),
            Err(Refused::Full(vec![dates[1]])),
            "the second week is waited for"
        );
        let behind = booked(hall, waits(5, &dates[1..], 1)).await;
        assert_eq!(behind.state, State::Waiting);
        let runner = bookings::jobs(
            jobs::Runner::new(hall.db.clone(), hall.clock.clone(), kernel::Dice::loaded(1)),
            &hall.desk,
        );
        // Up to the moment at which nobody can be offered the first week any more, and no further.
        hall.clock.set(at("2026-12-01T08:30:00Z"));
        runner.run_until_empty().await.unwrap();
        assert_eq!(hall.states(&[both_dates, behind]).await, ["waiting", "offered"]);
        let newcomer = booked(hall, request(4, &dates[1..], 1)).await;
        assert_eq!(newcomer.state, State::Booked, "the first week is over, so who wants both gets neither");
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_date_that_is_over_is_not_given_up() {
    both(async |hall| {
        let dates = hall.open_session("two-weeks", 3, 2).await;
        let one = booked(hall, request(1, &dates, 1)).await;
        hall.later(9 * 24 * 3_600);
        let late = give_up_dates(&hall.desk, one.id, vec![dates[0]]).await.unwrap();
        assert_eq!(late, Err(Refused::TooLate));
        give_up_dates(&hall.desk, one.id, vec![dates[1]]).await.unwrap().unwrap();
        assert_eq!((hall.taken(dates[0]).await, hall.taken(dates[1]).await), (1, 0));
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_key_for_two_sessions_over_two_nodes_at_once_is_one_booking_and_one_refusal() {
    both(async |hall| {
        let here = hall.open_session("here", 50, 1).await;
        let there = hall.open_session("there", 50, 1).await;
        let other = hall.second_node().await;
        for number in 0..30 {
            let (first, second) = tokio::join!(
                book(&hall.desk, request(number, &here, 1)),
                book(&other, request(number, &there, 1))
            );
            let answers = [first.unwrap(), second.unwrap()];
            let booked = answers.iter().filter(|answer| answer.is_ok()).count();
            assert!(booked == 1 && answers.contains(&Err(Refused::OtherContent)), "{answers:?}");
        }
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn where_who_fits_may_pass_they_need_not_wait_for_something_else_to_happen() {
    both(async |hall| {
        hall.rules(Rules { queue: QueueRule::WhoFits, ..Rules::default() }).await;
        let date = hall.open_session("small", 3, 1).await[0];
        booked(hall, request(1, &[date], 1)).await;
        let three = booked(hall, waits(2, &[date], 3)).await;
        assert_eq!(three.state, State::Waiting);
        assert_eq!(book(&hall.desk, request(3, &[date], 1)).await.unwrap(), Err(Refused::Full(vec![date])));
        assert_eq!(booked(hall, waits(4, &[date], 1)).await.state, State::Offered, "it joined, and fits");
        assert_eq!(hall.whats(three.id).await, ["joined the queue", "passed by a party that fits"]);
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn who_joins_at_the_same_moment_stands_in_the_order_in_which_they_came() {
    both(async |hall| {
        let date = hall.open_session("small", 1, 1).await[0];
        booked(hall, request(0, &[date], 1)).await;
        for number in 1..20 {
            let one = booked(hall, waits(number, &[date], 1)).await;
            assert_eq!((one.state, one.before as u64), (State::Waiting, number - 1));
        }
    })
    .await;
}

#[tokio::test]
async fn a_course_is_booked_whole_or_what_is_left_of_it() {
    both(async |hall| {
        let mut course = weekly("course", 8, 3);
        course.kind = events::Kind::Course;
        hall.publish(course).await;
        let dates = hall.dates_in("course", 3);
        let short = book(&hall.desk, request(1, &dates[..2], 1)).await.unwrap();
        assert_eq!(short, Err(Refused::WholeCourse(vec![dates[2]])));
        assert_eq!(booked(hall, request(1, &dates, 1)).await.state, State::Booked);
        hall.clock.set(at("2026-12-02T09:00:00Z"));
        assert_eq!(booked(hall, request(2, &dates[1..], 1)).await.state, State::Booked, "one week is over");
        hall.expect_sound().await;
    })
    .await;
}
