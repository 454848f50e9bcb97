//! What families are told of their dates by themselves: the day before, and when staff cancel or move one.

use crate::support::{Hall, at, both, request, weekly};
use bookings::{Booked, How, Request, Settle, State, book, list_called_off, move_booking, settle};
use calendar::{Exception, Series};
use events::SessionDraft;
use jobs::Runner;
use kernel::Dice;
use uuid::Uuid;

const SLUG: &str = "small";

fn runner(hall: &Hall) -> Runner {
    bookings::jobs(Runner::new(hall.db.clone(), hall.clock.clone(), Dice::real()), &hall.desk)
}

async fn work_at(hall: &Hall, when: &str) {
    hall.clock.set(at(when));
    runner(hall).run_until_empty().await.unwrap();
}

async fn comes(hall: &Hall, number: u64, dates: &[Uuid]) -> Booked {
    let wish = Request { how: How::BookedOrWaiting, ..request(number, dates, 1) };
    book(&hall.desk, wish).await.unwrap().unwrap()
}

/// The messages of these templates: to whom, which, and the words.
async fn told(hall: &Hall, templates: &[&str]) -> Vec<(String, String, String)> {
    let all: Vec<(String, String, String)> = hall
        .db
        .read(|tx| {
            tx.all("select to_address, template, body from message order by queued_at, to_address, id", &[])
        })
        .await
        .unwrap();
    let families = all.into_iter().map(|(to, template, body)| {
        (to.replace("@example.org", "").replace("parent", ""), template.replace("bookings.", ""), body)
    });
    families.filter(|(_, template, _)| templates.contains(&template.as_str())).collect()
}

async fn families(hall: &Hall, template: &str) -> Vec<String> {
    told(hall, &[template]).await.into_iter().map(|(to, ..)| to).collect()
}

/// The session with what happens to single dates of it.
fn with(places: i64, weeks: i64, exceptions: &[Exception]) -> SessionDraft {
    let mut draft = weekly(SLUG, places, weeks);
    for exception in exceptions {
        let series = Series::new(draft.parts[0].clone()).unwrap();
        draft.parts[0] = series.with(exception.clone()).unwrap().plan().clone();
    }
    draft
}

fn cancelled(key: &str, reason: &str) -> Exception {
    Exception::Cancelled { key: key.parse().unwrap(), reason: reason.to_owned() }
}

fn moved(key: &str, to: &str) -> Exception {
    Exception::Moved { key: key.parse().unwrap(), to: to.parse().unwrap(), minutes: None, place: None }
}

#[tokio::test]
async fn who_is_booked_is_reminded_the_day_before_each_date_once_and_nobody_else_is() {
    both(async |hall| {
        let dates = hall.open_session(SLUG, 2, 2).await;
        comes(hall, 0, &dates).await;
        comes(hall, 1, &dates[..1]).await;
        comes(hall, 2, &dates[..1]).await;
        let gone = comes(hall, 3, &dates[1..]).await;
        work_at(hall, "2026-11-23T10:00:00Z").await;
        settle(&hall.desk, gone.id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        work_at(hall, "2026-11-30T09:29:00Z").await;
        assert_eq!(families(hall, "reminder").await, [""; 0], "it is not time yet");
        work_at(hall, "2026-11-30T09:30:00Z").await;
        assert_eq!(families(hall, "reminder").await, ["0", "1"], "who waits has no place to be reminded of");
        work_at(hall, "2026-11-30T09:35:00Z").await;
        work_at(hall, "2026-11-30T15:00:00Z").await;
        assert_eq!(families(hall, "reminder").await, ["0", "1"]);
        work_at(hall, "2026-12-07T09:30:00Z").await;
        let all = told(hall, &["reminder"]).await;
        assert_eq!((all.len(), all[2].0.as_str()), (3, "0"));
        assert!(all[2].2.contains("Tuesday 8 December 2026, 9:30am"), "{}", all[2].2);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_reminded_of_what_is_cancelled_moved_away_or_given_up() {
    both(async |hall| {
        let dates = hall.open_session(SLUG, 9, 3).await;
        comes(hall, 0, &dates).await;
        let gives_up = comes(hall, 1, &dates[..2]).await;
        work_at(hall, "2026-11-23T10:00:00Z").await;
        bookings::give_up_dates(&hall.desk, gives_up.id, vec![dates[0]]).await.unwrap().unwrap();
        // Cancelled in the very minute before the reminders, so that both wait for the same runner.
        hall.clock.set(at("2026-11-30T09:29:59Z"));
        let away = moved("20261208T0930", "2026-12-10T14:00");
        hall.publish(with(9, 3, &[cancelled("20261201T0930", "The boiler is broken"), away])).await;
        work_at(hall, "2026-11-30T09:30:00Z").await;
        work_at(hall, "2026-12-07T09:30:00Z").await;
        assert_eq!(families(hall, "reminder").await, [""; 0]);
        work_at(hall, "2026-12-09T14:00:00Z").await;
        let all = told(hall, &["reminder"]).await;
        assert_eq!(all.len(), 2, "of the date where it is now");
        assert!(all.iter().all(|(_, _, body)| body.contains("Thursday 10 December 2026, 2pm")), "{all:?}");
    })
    .await;
}

#[tokio::test]
async fn a_reminder_that_is_late_waits_for_the_day_and_one_who_has_just_booked_needs_none() {
    both(async |hall| {
        let dates = hall.open_session(SLUG, 9, 1).await;
        comes(hall, 0, &dates).await;
        work_at(hall, "2026-11-23T10:00:00Z").await;
        // Nobody works until the night before.
        work_at(hall, "2026-12-01T03:00:00Z").await;
        assert_eq!(families(hall, "reminder").await, [""; 0]);
        comes(hall, 1, &dates).await;
        work_at(hall, "2026-12-01T08:00:00Z").await;
        assert_eq!(families(hall, "reminder").await, ["0"]);
        work_at(hall, "2026-12-01T09:00:00Z").await;
        assert_eq!(families(hall, "reminder").await, ["0"]);
    })
    .await;
}

#[tokio::test]
async fn when_a_session_is_cancelled_everybody_is_told_why_and_nobody_is_offered_what_is_not_held() {
    both(async |hall| {
        let date = hall.open_session(SLUG, 2, 1).await[0];
        let mut came = Vec::new();
        for number in 0..5 {
            hall.later(1);
            came.push(comes(hall, number, &[date]).await);
        }
        settle(&hall.desk, came[0].id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        assert_eq!(hall.states(&came).await, ["cancelled", "booked", "offered", "waiting", "waiting"]);
        work_at(hall, "2026-11-23T10:00:00Z").await;
        hall.publish(with(2, 1, &[cancelled("20261201T0930", "The hall is being painted")])).await;
        work_at(hall, "2026-11-23T10:01:00Z").await;
        assert_eq!(
            hall.states(&came).await,
            ["cancelled"; 5],
            "no place is left, and nobody was offered one"
        );
        let ids: Vec<_> = came.iter().map(|one| one.id).collect();
        let called_off = hall.db.read(move |tx| list_called_off(tx, &ids)).await.unwrap();
        let stood = |number: usize| called_off.get(&came[number].id).copied();
        assert_eq!(
            [stood(0), stood(1), stood(2), stood(3)],
            [None, Some(State::Booked), Some(State::Offered), Some(State::Waiting)],
            "whom staff ring"
        );
        let trail = hall.whats(came[3].id).await;
        assert_eq!(trail, ["joined the queue", "the session was cancelled"]);
        let all = told(hall, &["called_off", "waiting_closed", "changed", "offered", "cancelled"]).await;
        let mut whom: Vec<(&str, &str)> =
            all.iter().map(|(to, template, _)| (to.as_str(), template.as_str())).collect();
        whom.sort_unstable();
        let wanted = [
            ("0", "cancelled"),
            ("1", "called_off"),
            ("2", "called_off"),
            ("2", "offered"),
            ("3", "waiting_closed"),
            ("4", "waiting_closed"),
        ];
        assert_eq!(whom, wanted);
        for (_, template, body) in
            all.iter().filter(|(_, template, _)| !["offered", "cancelled"].contains(&template.as_str()))
        {
            assert!(
                body.contains("Tuesday 1 December 2026, 9:30am")
                    && body.contains("The hall is being painted."),
                "{body}"
            );
            assert!(body.contains("https://hub.example.org/whats-on/small"), "{template}: {body}");
        }
        hall.publish(with(2, 1, &[])).await;
        hall.publish(with(2, 1, &[cancelled("20261201T0930", "The hall is being painted")])).await;
        work_at(hall, "2026-11-24T10:00:00Z").await;
        assert_eq!(
            told(hall, &["called_off", "waiting_closed", "changed"]).await.len(),
            4,
            "nobody is told twice"
        );
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_course_of_which_one_date_is_cancelled_stands_and_its_families_hear_which() {
    both(async |hall| {
        let dates = hall.open_session(SLUG, 1, 3).await;
        let booked = comes(hall, 0, &dates).await;
        hall.later(1);
        let waits = comes(hall, 1, &dates).await;
        work_at(hall, "2026-11-23T10:00:00Z").await;
        // In the evening: families hear of it when they wake.
        hall.clock.set(at("2026-11-24T21:00:00Z"));
        hall.publish(with(1, 3, &[cancelled("20261208T0930", "Nobody can lead it")])).await;
        work_at(hall, "2026-11-24T21:01:00Z").await;
        assert!(told(hall, &["changed", "waiting_closed"]).await.is_empty(), "it is night");
        assert_eq!(hall.states(&[booked.clone(), waits]).await, ["booked", "cancelled"]);
        work_at(hall, "2026-11-25T08:00:00Z").await;
        let first = told(hall, &["changed"]).await;
        assert_eq!(first.len(), 1);
        let body = &first[0].2;
        assert!(body.contains("Cancelled: Tuesday 8 December 2026, 9:30am. Nobody can lead it."), "{body}");
        assert!(
            body.contains("Your other dates stay as they are.") && !body.contains("15 December"),
            "{body}"
        );
        assert_eq!(families(hall, "waiting_closed").await, ["1"], "who waits, waits for all of the dates");
        assert_eq!(hall.taken(dates[1]).await, 1, "should it be held after all, their place is still theirs");
        // Undone and done again before anybody was told: no news. Undone for good: news.
        hall.clock.set(at("2026-11-25T21:00:00Z"));
        hall.publish(with(1, 3, &[])).await;
        runner(hall).run_until_empty().await.unwrap();
        hall.publish(with(1, 3, &[cancelled("20261208T0930", "Nobody can lead it")])).await;
        work_at(hall, "2026-11-26T08:00:00Z").await;
        assert_eq!(told(hall, &["changed"]).await.len(), 1);
        hall.publish(with(1, 3, &[])).await;
        work_at(hall, "2026-11-26T09:00:00Z").await;
        let all = told(hall, &["changed"]).await;
        assert!(all.len() == 2 && all[1].2.contains("On again: Tuesday 8 December 2026, 9:30am"), "{all:?}");
        // All that is left of a booking is cancelled, some of it now and some of it before.
        let off = ["20261201T0930", "20261208T0930", "20261215T0930"].map(|key| cancelled(key, "No hall"));
        hall.publish(with(1, 3, &off[..2])).await;
        work_at(hall, "2026-11-26T10:00:00Z").await;
        hall.publish(with(1, 3, &off)).await;
        work_at(hall, "2026-11-26T11:00:00Z").await;
        assert_eq!(hall.states(std::slice::from_ref(&booked)).await, ["cancelled"]);
        assert_eq!(families(hall, "called_off").await, ["0"]);
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_move_of_today_is_told_early_in_the_morning_with_the_old_time_and_the_new() {
    both(async |hall| {
        let date = hall.open_session(SLUG, 1, 1).await[0];
        let booked = comes(hall, 0, &[date]).await;
        hall.later(1);
        comes(hall, 1, &[date]).await;
        work_at(hall, "2026-11-23T10:00:00Z").await;
        hall.clock.set(at("2026-12-01T06:10:00Z"));
        hall.publish(with(1, 1, &[moved("20261201T0930", "2026-12-01T11:00")])).await;
        work_at(hall, "2026-12-01T06:10:00Z").await;
        let all = told(hall, &["changed"]).await;
        assert_eq!(all.iter().map(|(to, ..)| to.as_str()).collect::<Vec<_>>(), ["0", "1"]);
        let words = "Moved: Tuesday 1 December 2026, 9:30am is now Tuesday 1 December 2026, 11am";
        assert!(
            all.iter().all(|(_, _, body)| body.contains(words) && body.contains("/bookings/")),
            "{all:?}"
        );
        assert!(all[1].2.contains("You are still on the waiting list"));
        assert_eq!(hall.states(&[booked]).await, ["booked"]);
        work_at(hall, "2026-12-01T09:00:00Z").await;
        assert!(told(hall, &["reminder"]).await.is_empty(), "they have just been told of today");
        assert_eq!(told(hall, &["changed"]).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn nobody_waits_for_a_date_that_has_begun() {
    both(async |hall| {
        let dates = hall.open_session(SLUG, 1, 2).await;
        let first = comes(hall, 0, &dates).await;
        hall.later(1);
        let waiting = [comes(hall, 1, &dates[..1]).await, comes(hall, 2, &dates[1..]).await];
        work_at(hall, "2026-12-01T09:29:00Z").await;
        assert_eq!(hall.states(&waiting).await, ["waiting", "waiting"]);
        work_at(hall, "2026-12-01T09:31:00Z").await;
        assert_eq!(hall.states(&waiting).await, ["cancelled", "waiting"]);
        assert_eq!(hall.whats(waiting[0].id).await, ["joined the queue", "the session is over"]);
        let all = told(hall, &["waiting_closed"]).await;
        assert!(all.len() == 1 && all[0].0 == "1" && all[0].2.contains("No place came free."), "{all:?}");
        // What is over of a booking stays counted when the rest is cancelled.
        let rest =
            settle(&hall.desk, first.id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        assert_eq!(rest.state, bookings::State::Booked);
        assert_eq!((hall.taken(dates[0]).await, hall.taken(dates[1]).await), (1, 0));
        assert_eq!(hall.states(&waiting[1..]).await, ["offered"]);
        work_at(hall, "2026-12-01T10:00:00Z").await;
        assert_eq!(families(hall, "cancelled").await, ["0"], "they are told as of a whole one");
        let again = settle(&hall.desk, first.id, Settle::Cancel("cancelled by the family")).await.unwrap();
        assert_eq!(again, Err(bookings::Refused::TooLate));
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_booking_that_moves_keeps_its_reference_and_hears_of_its_new_date_only() {
    both(async |hall| {
        let dates = hall.open_session(SLUG, 1, 3).await;
        let other = hall.dates("stay-and-play")[1];
        let booked = comes(hall, 0, &dates[..1]).await;
        hall.later(1);
        let waits = comes(hall, 1, &dates[..1]).await;
        comes(hall, 2, &dates[1..2]).await;
        let full = move_booking(&hall.desk, booked.id, vec![dates[1]]).await.unwrap();
        assert_eq!(full, Err(bookings::Refused::Full(vec![dates[1]])));
        let half = move_booking(&hall.desk, booked.id, vec![dates[2], dates[1]]).await.unwrap();
        assert_eq!(half, Err(bookings::Refused::Full(vec![dates[1]])), "refused as a whole");
        assert_eq!(
            (hall.taken(dates[0]).await, hall.states(std::slice::from_ref(&waits)).await),
            (1, vec!["waiting".to_owned()])
        );
        let went = move_booking(&hall.desk, booked.id, vec![other]).await.unwrap().unwrap();
        assert_eq!(
            (went.id, &went.reference, went.state),
            (booked.id, &booked.reference, bookings::State::Booked)
        );
        assert_eq!((hall.taken(dates[0]).await, hall.taken(other).await), (0, 1));
        assert_eq!(hall.states(std::slice::from_ref(&waits)).await, ["offered"], "what it left is offered");
        assert_eq!(
            move_booking(&hall.desk, booked.id, vec![other]).await.unwrap().unwrap(),
            went,
            "twice is once"
        );
        let back = move_booking(&hall.desk, booked.id, vec![dates[0]]).await.unwrap();
        assert_eq!(back, Err(bookings::Refused::Full(vec![dates[0]])), "nobody passes who has an offer");
        work_at(hall, "2026-11-23T10:00:00Z").await;
        let moved = told(hall, &["moved"]).await;
        assert!(moved.len() == 1 && moved[0].2.contains("Tuesday 8 December 2026, 9:30am"), "{moved:?}");
        work_at(hall, "2026-11-30T09:30:00Z").await;
        assert!(families(hall, "reminder").await.is_empty());
        work_at(hall, "2026-12-07T09:30:00Z").await;
        assert!(families(hall, "reminder").await.contains(&"0".to_owned()));
        let taken = hall.db.read(move |tx| bookings::count_taken(tx, &[dates[0], other])).await.unwrap();
        assert_eq!(taken.get(&other), Some(&1));
        hall.expect_sound().await;
    })
    .await;
}
