//! Days: how many a child has, who has them, and what becomes of a basket that does not fit.

use crate::support::{APPLY, Town, both, both_with, form, key};
use holidays::{Basket, Got, Mode, NoEngine, Refused, book_basket};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

fn basket(child: &crate::support::Child, number: u8, dates: &[Uuid], mode: Mode) -> Basket {
    let wishes = dates.iter().map(|date| (child.child, *date)).collect();
    Basket { family: child.family, key: key(number), wishes, mode }
}

async fn booked(town: &Town) -> i64 {
    let count = town.db.read(|tx| tx.one::<(i64,)>("select count(*) from booking_date d join booking b on b.id = d.booking_id where b.state = 'booked' and d.given_up_at is null", store::args![]));
    count.await.unwrap().0
}

#[tokio::test]
async fn the_seventeenth_day_is_refused_and_giving_one_back_brings_it_again() {
    both(async |town| {
        let child = town.family(1, "targeted").await;
        let (sports, arts) = (town.dates("sports-club").await, town.dates("arts-club").await);
        let first = book_basket(&town.room, basket(&child, 1, &sports[..10], Mode::AllOrNone)).await.unwrap();
        assert_eq!(first.unwrap().booked.len(), 10);
        let second =
            book_basket(&town.room, basket(&child, 2, &arts[10..16], Mode::AllOrNone)).await.unwrap();
        assert_eq!(second.unwrap().booked.len(), 6);
        let one_more =
            book_basket(&town.room, basket(&child, 3, &arts[16..17], Mode::AllOrNone)).await.unwrap();
        assert_eq!(one_more, Err(Refused::TooManyDays(child.child, 0)));
        assert_eq!(booked(town).await, 16);

        let html = town.browser().get(&child.path).await.html;
        assert!(html.contains("Robin has 0 of 16 days left"), "{html}");
        let id = child.child.to_string();
        let date = sports[0].to_string();
        let seen =
            town.browser().post(&child.path, &[("do", "give_back"), ("child", &id), ("date", &date)]).await;
        assert!(seen.location.ends_with("?done=given-back"), "{}", seen.html);
        assert!(town.browser().get(&child.path).await.html.contains("Robin has 1 of 16 days left"));
        let again = book_basket(&town.room, basket(&child, 4, &arts[16..17], Mode::AllOrNone)).await.unwrap();
        assert_eq!(again.unwrap().booked.len(), 1);
        assert_eq!(booked(town).await, 16);
        // The day that was given back can be had again by the same child, when it gives up another.
        let twice = book_basket(&town.room, basket(&child, 4, &arts[16..17], Mode::AllOrNone)).await.unwrap();
        assert_eq!(
            (twice.unwrap().booked.len(), booked(town).await),
            (1, 16),
            "the same basket twice is one"
        );
    })
    .await;
}

#[tokio::test]
async fn a_day_cancelled_on_the_bookings_own_page_is_the_childs_again() {
    both(async |town| {
        let child = town.family(1, "targeted").await;
        let sports = town.dates("sports-club").await;
        book_basket(&town.room, basket(&child, 1, &sports[..3], Mode::AllOrNone)).await.unwrap().unwrap();
        let (id,): (bookings::BookingId,) =
            town.db.read(|tx| tx.one("select id from booking", store::args![])).await.unwrap();
        bookings::give_up_dates(&town.desk, id, vec![sports[1]]).await.unwrap().unwrap();
        town.runner().run_until_empty().await.unwrap();
        assert!(town.browser().get(&child.path).await.html.contains("Robin has 14 of 16 days left"));
        bookings::settle(&town.desk, id, bookings::Settle::Cancel("cancelled by the family"))
            .await
            .unwrap()
            .unwrap();
        town.runner().run_until_empty().await.unwrap();
        assert!(town.browser().get(&child.path).await.html.contains("Robin has 16 of 16 days left"));
    })
    .await;
}

#[tokio::test]
async fn one_child_goes_to_one_club_a_day_and_two_parents_cannot_book_it_twice() {
    both(async |town| {
        let browser = town.browser();
        let mother = browser.post(APPLY, &form(&key(1), "Ada", &[])).await.location;
        let father = [
            ("name", "Other parent"),
            ("email", "father@example.org"),
            ("postcode", "WA7 1AA"),
            ("child_1_school", "EXAMPLE primary"),
            ("child_1_first", "ada"),
        ];
        let father = browser.post(APPLY, &form(&key(2), "ada", &father)).await.location;
        let html = browser.get(&father).await.html;
        assert!(html.contains("We cannot book for ada here. Please ring us"), "{html}");
        assert!(
            !html.contains("parent@example.org") && !html.contains("WA8") && !html.contains("name=\"place\"")
        );
        assert!(
            !browser.get(&mother).await.html.contains("cannot book"),
            "who came first sees nothing of it"
        );
        let stranger = [("child_1_last", "Sample"), ("email", "other@example.org")];
        let other = browser.post(APPLY, &form(&key(3), "Ada", &stranger)).await.location;
        assert!(
            browser.get(&other).await.html.contains("Type the code"),
            "another last name is another child"
        );

        let child = town.family(9, "targeted").await;
        let (sports, arts) = (town.dates("sports-club").await, town.dates("arts-club").await);
        book_basket(&town.room, basket(&child, 4, &sports[..1], Mode::AllOrNone)).await.unwrap().unwrap();
        let twice = book_basket(&town.room, basket(&child, 5, &arts[..1], Mode::AllOrNone)).await.unwrap();
        assert!(matches!(twice, Err(Refused::SameDay(id, _)) if id == child.child), "{twice:?}");
        let both_at_once =
            book_basket(&town.room, basket(&child, 6, &[sports[1], arts[1]], Mode::AllOrNone)).await.unwrap();
        assert!(matches!(both_at_once, Err(Refused::SameDay(..))));
        assert_eq!(booked(town).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_basket_is_booked_whole_or_not_at_all_or_as_far_as_it_goes() {
    both_with(json!({"clubs_places": 1}), Arc::new(NoEngine), async |town| {
        let (one, two) = (town.family(1, "targeted").await, town.family(2, "paid").await);
        let sports = town.dates("sports-club").await;
        book_basket(&town.room, basket(&one, 1, &sports[..1], Mode::AllOrNone)).await.unwrap().unwrap();
        let whole = book_basket(&town.room, basket(&two, 2, &sports[..3], Mode::AllOrNone)).await.unwrap();
        assert_eq!(whole, Err(Refused::Full(vec![sports[0]])));
        assert_eq!(booked(town).await, 1, "nothing else was booked either");
        let Got { booked: got, refused } =
            book_basket(&town.room, basket(&two, 2, &sports[..3], Mode::WhatYouCan)).await.unwrap().unwrap();
        assert_eq!((got.len(), refused.len()), (2, 1));
        assert_eq!(booked(town).await, 3);

        let html = town.browser().get(&two.path).await.html;
        let (_, after) = html.split_once("name=\"basket_key\" value=\"").unwrap();
        let place = format!("{}.{}", two.child, sports[0]);
        let seen = town
            .browser()
            .post(
                &two.path,
                &[("do", "book"), ("basket_key", &after[..32]), ("place", &place), ("mode", "all")],
            )
            .await;
        assert_eq!(seen.status, 422);
        assert!(
            seen.html.contains("There is no room any more: sports club on Monday 26 July"),
            "{}",
            seen.html
        );
        assert!(seen.html.contains(&format!("value=\"{place}\" checked")), "what was ticked stays");
    })
    .await;
}

#[tokio::test]
async fn the_share_of_other_reasons_is_counted_on_funded_places_and_stops_at_the_limit() {
    both_with(json!({"funded_places": 20}), Arc::new(NoEngine), async |town| {
        let (reason, paid) = (town.family(1, "discretionary").await, town.family(2, "paid").await);
        let sports = town.dates("sports-club").await;
        book_basket(&town.room, basket(&paid, 1, &sports[..9], Mode::AllOrNone)).await.unwrap().unwrap();
        // 15 percent of 20 is 3; what is paid for is in neither number.
        let got = book_basket(&town.room, basket(&reason, 2, &sports[..4], Mode::WhatYouCan))
            .await
            .unwrap()
            .unwrap();
        assert_eq!((got.booked.len(), got.refused.len()), (3, 1));
        assert_eq!(got.refused[0].2, Refused::ShareIsUsed);
        let html = town.staff(access::Role::DataSteward).get("/admin/holidays/summer-2027").await.html;
        assert!(
            html.contains("3 of 20 funded places, 15.0 percent") && html.contains("The limit is reached"),
            "{html}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_a_node_asked_for_before_it_died_is_looked_up() {
    both(async |town| {
        let child = town.family(1, "targeted").await;
        let sports = town.dates("sports-club").await;
        book_basket(&town.room, basket(&child, 1, &sports[..1], Mode::AllOrNone)).await.unwrap().unwrap();
        // As it stands when the node dies after the desk has said yes, and when it dies before it asked.
        let (programme, now) = (town.programme, town.clock.now());
        let (session, lost) = (events::session_id("sports-club"), sports[1]);
        town.db
            .write(move |tx| {
                tx.exec("update holiday_day set state = 'asked', booking_id = null", store::args![])?;
                tx.exec(
                    "insert into holiday_day (child_id, date_id, programme_id, session_id, day, state, funding, form_key, changed_at)
                        values ($1, $2, $3, $4, '2027-07-27', 'asked', 'targeted', 'never sent', $5)",
                    store::args![child.child, lost, programme, session, now],
                )?;
                Ok(())
            })
            .await
            .unwrap();
        assert!(town.browser().get(&child.path).await.html.contains("Robin has 14 of 16 days left"));
        town.later(1_200);
        town.runner().run_until_empty().await.unwrap();
        let html = town.browser().get(&child.path).await.html;
        assert!(html.contains("Robin has 15 of 16 days left") && html.contains("Monday 26 July"), "{html}");
    })
    .await;
}
