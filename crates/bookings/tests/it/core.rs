//! Bookings through the desk, on both databases: the last place, the queue, offers, forms sent twice.

use crate::support::{at, both, guests, request};
use bookings::{How, QueueRule, Refused, Rules, Settle, State, book, book_all, lapse_ended, settle};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_ask_for_ten_places_at_once_and_ten_get_them() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        let other = hall.second_node().await;
        let asked = (0..200).map(|number| {
            let desk = if number % 2 == 0 { hall.desk.clone() } else { other.clone() };
            tokio::spawn(async move { book(&desk, request(number, &[date], 1)).await.unwrap() })
        });
        let mut answers = Vec::new();
        for asked in asked.collect::<Vec<_>>() {
            answers.push(asked.await.unwrap());
        }
        let booked = answers.iter().filter(|answer| answer.is_ok()).count();
        let full = answers.iter().filter(|answer| **answer == Err(Refused::Full(vec![date]))).count();
        assert_eq!((booked, full), (10, 190));
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_form_sent_twice_is_one_booking_and_with_other_content_is_refused() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        let same = || book(&hall.desk, request(1, &[date], 2));
        let (first, second, third) = tokio::join!(same(), same(), same());
        let first = first.unwrap().unwrap();
        assert_eq!(Ok(&first), second.unwrap().as_ref());
        assert_eq!(Ok(&first), third.unwrap().as_ref());
        assert_eq!(first.reference, bookings::reference_of(&request(1, &[date], 2).form_key));
        let other = book(&hall.desk, request(1, &[date], 3)).await.unwrap();
        assert_eq!(other, Err(Refused::OtherContent));
        assert_eq!(hall.taken(date).await, 2);
    })
    .await;
}

#[tokio::test]
async fn freed_places_go_down_the_queue_and_no_newcomer_takes_one() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        let wait = |number: u64| {
            let mut wish = request(number, &[date], 1);
            wish.how = How::BookedOrWaiting;
            wish
        };
        let mut booked = Vec::new();
        for number in 0..10 {
            booked.push(book(&hall.desk, wait(number)).await.unwrap().unwrap());
        }
        let mut waiting = Vec::new();
        for number in 10..40 {
            hall.later(1);
            waiting.push(book(&hall.desk, wait(number)).await.unwrap().unwrap());
        }
        assert!(waiting.iter().enumerate().all(|(at, one)| one.state == State::Waiting && one.before == at));
        for one in &booked[..3] {
            settle(&hall.desk, one.id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        }
        assert_eq!(hall.states(&waiting[..5]).await, ["offered", "offered", "offered", "waiting", "waiting"]);
        let newcomer = book(&hall.desk, request(99, &[date], 1)).await.unwrap();
        assert_eq!(newcomer, Err(Refused::Full(vec![date])));
        settle(&hall.desk, waiting[1].id, Settle::Decline).await.unwrap().unwrap();
        assert_eq!(
            hall.states(&waiting[..5]).await,
            ["offered", "declined", "offered", "offered", "waiting"]
        );
        let until = hall.until(waiting[0].id).await;
        hall.clock.set(until);
        assert_eq!(settle(&hall.desk, waiting[0].id, Settle::Accept).await.unwrap(), Err(Refused::Ended));
        assert_eq!(lapse_ended(&hall.desk).await.unwrap(), 3);
        let now = hall.states(&waiting[..8]).await;
        assert_eq!(
            now,
            ["lapsed", "declined", "lapsed", "lapsed", "offered", "offered", "offered", "waiting"]
        );
        settle(&hall.desk, waiting[0].id, Settle::Rejoin).await.unwrap().unwrap();
        settle(&hall.desk, waiting[5].id, Settle::Decline).await.unwrap().unwrap();
        assert_eq!(
            hall.states(&waiting[..1]).await,
            ["offered"],
            "a lapsed party took its old place again, once"
        );
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_party_waits_and_is_offered_as_one() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        let all = book(&hall.desk, request(1, &[date], 8)).await.unwrap().unwrap();
        let two = book(&hall.desk, request(2, &[date], 2)).await.unwrap().unwrap();
        let mut three = request(3, &[date], 3);
        three.how = How::BookedOrWaiting;
        let three = book(&hall.desk, three).await.unwrap().unwrap();
        let mut one = request(4, &[date], 1);
        one.how = How::BookedOrWaiting;
        let one = book(&hall.desk, one).await.unwrap().unwrap();
        settle(&hall.desk, two.id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        assert_eq!(
            hall.states(&[three.clone(), one.clone()]).await,
            ["waiting", "waiting"],
            "two free, in order"
        );
        hall.rules(Rules { queue: QueueRule::WhoFits, ..Rules::default() }).await;
        bookings::renew_places(&hall.desk, events::session_id("stay-and-play")).await.unwrap();
        assert_eq!(hall.states(&[three.clone(), one]).await, ["waiting", "offered"]);
        assert_eq!(hall.whats(three.id).await, ["joined the queue", "passed by a party that fits"]);
        settle(&hall.desk, all.id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        assert_eq!(hall.states(&[three]).await, ["offered"]);
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn baskets_over_several_sessions_are_kept_whole_or_not_at_all() {
    both(async |hall| {
        let dates =
            [hall.dates("stay-and-play")[0], hall.dates("baby-massage")[0], hall.dates("messy-play")[0]];
        let mut asked = Vec::new();
        for number in 0..200_u64 {
            let desk = hall.desk.clone();
            let children = 1 + (number % 3);
            asked.push(tokio::spawn(async move {
                let wishes = (0..children).map(|child| request(number * 10 + child, &dates, 1)).collect();
                book_all(&desk, wishes).await.unwrap().map(|booked| booked.len())
            }));
        }
        let mut places = 0;
        for asked in asked {
            places += asked.await.unwrap().unwrap_or(0);
        }
        assert!((8..=10).contains(&places), "{places}");
        for date in dates {
            assert_eq!(hall.taken(date).await, i64::try_from(places).unwrap());
        }
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_hold_keeps_places_until_its_minutes_are_over() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        let mut holds = Vec::new();
        for number in 0..10 {
            let mut hold = request(number, &[date], 1);
            (hold.how, hold.contact) = (How::Held, bookings::Contact::default());
            holds.push(book(&hall.desk, hold).await.unwrap().unwrap());
        }
        assert_eq!(book(&hall.desk, request(20, &[date], 1)).await.unwrap(), Err(Refused::Full(vec![date])));
        let confirm = |name: &str| Settle::Confirm {
            party: guests(1),
            contact: request(1, &[date], 1).contact,
            note: name.to_owned(),
        };
        let first = settle(&hall.desk, holds[0].id, confirm("")).await.unwrap().unwrap();
        assert_eq!(first.state, State::Booked);
        let more = Settle::Confirm {
            party: guests(2),
            contact: request(1, &[date], 1).contact,
            note: String::new(),
        };
        assert_eq!(settle(&hall.desk, holds[1].id, more).await.unwrap(), Err(Refused::Party));
        hall.later(15 * 60);
        // Nobody has run the job yet: whoever comes sees to it that what is over is over.
        let late = book(&hall.desk, request(21, &[date], 9)).await.unwrap().unwrap();
        assert_eq!(late.state, State::Booked);
        assert_eq!(settle(&hall.desk, holds[2].id, confirm("")).await.unwrap(), Err(Refused::Ended));
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn fewer_places_drop_nobody_and_more_places_go_to_the_queue_first() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        let mut booked = Vec::new();
        for number in 0..10 {
            booked.push(book(&hall.desk, request(number, &[date], 1)).await.unwrap().unwrap());
        }
        let mut wish = request(50, &[date], 1);
        wish.how = How::BookedOrWaiting;
        let waits = book(&hall.desk, wish).await.unwrap().unwrap();
        hall.set_places("stay-and-play", 8).await;
        assert_eq!(hall.taken(date).await, 10);
        settle(&hall.desk, booked[0].id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        assert_eq!(
            hall.states(std::slice::from_ref(&waits)).await,
            ["waiting"],
            "nine are booked on eight places"
        );
        hall.set_places("stay-and-play", 10).await;
        assert_eq!(hall.states(&[waits]).await, ["offered"]);
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_booked_is_refused_with_its_reason() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        let mut nobody = request(1, &[date], 1);
        nobody.party.clear();
        assert_eq!(book(&hall.desk, nobody).await.unwrap(), Err(Refused::Party));
        assert_eq!(book(&hall.desk, request(2, &[date, date], 1)).await.unwrap(), Err(Refused::Dates));
        assert_eq!(book(&hall.desk, request(3, &[], 1)).await.unwrap(), Err(Refused::Dates));
        let strange = uuid::Uuid::from_u128(7);
        assert_eq!(book(&hall.desk, request(4, &[strange], 1)).await.unwrap(), Err(Refused::NotHeld));
        let drop_in = hall.dates("drop-in")[0];
        assert_eq!(book(&hall.desk, request(5, &[drop_in], 1)).await.unwrap(), Err(Refused::NotThisWay));
        let massage = hall.dates("baby-massage")[0];
        let mut too_old = request(6, &[massage], 1);
        too_old.party[0].born = Some("2020-01-01".parse().unwrap());
        let day = at("2026-12-01T00:00:00Z").to_zoned(kernel::london()).date();
        assert_eq!(book(&hall.desk, too_old).await.unwrap(), Err(Refused::Age { guest: 0, day }));
        hall.later(9 * 24 * 3600);
        assert_eq!(book(&hall.desk, request(7, &[date], 1)).await.unwrap(), Err(Refused::TooLate));
    })
    .await;
}
