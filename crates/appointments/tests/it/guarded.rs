//! What must hold whatever happens: one time, one family.

use crate::support::{both, draft, time};
use bookings::Refused;
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_families_ask_for_one_time_at_once_and_one_has_it() {
    both(async |team| {
        let slot = time("20261201T0930");
        let asked: Vec<_> = (0..20u64)
            .map(|number| {
                let team = team.clone();
                tokio::spawn(async move { team.book(number, slot).await })
            })
            .collect();
        let mut booked = 0;
        for one in asked {
            match one.await.unwrap() {
                Ok(_) => booked += 1,
                Err(why) => assert_eq!(why, Refused::Full(vec![slot])),
            }
        }
        assert_eq!(booked, 1);
        team.expect_sound().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn families_that_move_to_one_time_at_once_leave_nobody_without_theirs() {
    both(async |team| {
        let slots = ["20261201T0900", "20261201T0930", "20261201T1000", "20261201T1030"].map(time);
        let mut held = Vec::new();
        for (number, slot) in (0..).zip(slots) {
            held.push(team.book(number, slot).await.unwrap());
        }
        let wanted = time("20261203T0900");
        let moved: Vec<_> = held
            .iter()
            .map(|one| {
                let (desk, id) = (team.desk.clone(), one.id);
                tokio::spawn(async move { bookings::move_booking(&desk, id, vec![wanted]).await.unwrap() })
            })
            .collect();
        let mut got = 0;
        for one in moved {
            got += usize::from(one.await.unwrap().is_ok());
        }
        assert_eq!(got, 1);
        let ids: Vec<_> = held.iter().map(|one| one.id).collect();
        let dates = team.db.read(move |tx| bookings::list_dates_booked(tx, &ids)).await.unwrap();
        let own: Vec<_> = dates.iter().filter(|date| date.given_up_at.is_none()).collect();
        let different: BTreeSet<_> = own.iter().map(|date| date.date_id).collect();
        assert_eq!((own.len(), different.len()), (4, 4), "each family has one time of its own");
        team.expect_sound().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_times_move_on_week_by_week_and_what_is_booked_or_decided_by_hand_stays() {
    both(async |team| {
        let last = |times: &[String]| times.last().cloned().unwrap();
        // Fourteen days on is Monday 7 December; to the end of that week.
        assert_eq!(last(&team.times().await), "20261210T1030");
        assert_eq!(appointments::move_times_on(&team.site).await.unwrap(), 0, "not before the week is over");
        team.book(1, time("20261201T0930")).await.unwrap();

        let mut changed = draft();
        changed.windows.remove(0);
        changed.minutes = 45;
        let published = team.publish(changed).await;
        assert_eq!(published.kept, 1, "the booked time is named");
        let times = team.times().await;
        assert!(times.contains(&"20261201T0930".to_owned()), "{times:?}");
        assert!(!times.contains(&"20261201T0900".to_owned()) && times.contains(&"20261203T0945".to_owned()));

        let (now, mut hidden) = (team.clock.now(), draft());
        hidden.wanted = events::Wanted::Draft;
        let may = access::May::by_operator(access::On::all("session"));
        let refused = team
            .db
            .write(move |tx| appointments::publish_availability(tx, &may, &hidden, now))
            .await
            .unwrap();
        assert_eq!(refused.unwrap_err()[0].field, "wanted", "nobody who has booked is dropped");

        team.go_to("2026-11-30T09:00:00Z");
        assert_eq!(appointments::move_times_on(&team.site).await.unwrap(), 1);
        assert_eq!(last(&team.times().await), "20261217T0945");
        assert!(team.times().await.contains(&"20261201T0930".to_owned()));
        team.expect_sound().await;
    })
    .await;
}
