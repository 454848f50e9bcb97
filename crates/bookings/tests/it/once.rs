//! A form is taken once, from somebody who can be reached, with a child where the session is for children.

use crate::{
    door::{Browser, Seen, family, key_of},
    support::{Hall, both, dates_of, request, session},
};
use axum::http::StatusCode;
use serde_json::json;

/// The form of a family with some of its boxes typed otherwise, on a fresh page of its session.
async fn sends(hall: &Hall, slug: &str, date: &str, changes: &[(&'static str, &str)]) -> Seen {
    let browser = Browser::new(hall);
    let path = format!("/whats-on/{slug}/book");
    let key = hall.desk.site().dice().hex::<16>();
    let mut form = family(&key, date);
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    browser.post(&path, &form).await
}

async fn count(hall: &Hall, sql: &'static str) -> i64 {
    hall.db.read(move |tx| tx.one::<(i64,)>(sql, &[])).await.unwrap().0
}

#[tokio::test]
async fn who_has_a_place_is_told_so_and_sent_the_link_again_once_an_hour() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0].to_string();
        let first = sends(hall, "stay-and-play", &date, &[]).await;
        assert_eq!(first.status, StatusCode::SEE_OTHER);
        let sent = "select count(*) from message";
        for changes in
            [&[("email", "PARENT@example.org"), ("child_1_name", "robin ")][..], &[("phone", "07700 900123")]]
        {
            let again = sends(hall, "stay-and-play", &date, changes).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(
                again.html.contains("You already have a place on this date. We have sent you the link again")
            );
            assert!(again.html.contains("href=\"#again\"") && again.html.contains("name=\"again\""));
            let (_, reference) = first.location.split_at("/bookings/".len());
            assert!(!again.html.contains(&reference[..8]), "it may be somebody else who typed the address");
            assert_eq!(count(hall, sent).await, 1);
        }
        hall.later(3601);
        sends(hall, "stay-and-play", &date, &[]).await;
        assert_eq!(count(hall, sent).await, 2);
        for (changes, why) in [
            (&[("child_1_name", "Sam")][..], "another child"),
            (&[("email", "other@example.org")], "another family"),
            (&[("again", "1")], "it is meant"),
        ] {
            let other = sends(hall, "stay-and-play", &date, changes).await;
            assert_eq!(other.status, StatusCode::SEE_OTHER, "{why}: {}", other.html);
        }
        let later = hall.dates("stay-and-play")[1].to_string();
        assert_eq!(sends(hall, "stay-and-play", &later, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(hall.taken(hall.dates("stay-and-play")[0]).await, 4);
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn of_forms_that_a_family_sends_at_the_same_moment_one_is_booked() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0].to_string();
        let by_phone = [("email", ""), ("phone", "+44 (0)7700-900123")];
        let (one, two, three) = tokio::join!(
            sends(hall, "stay-and-play", &date, &by_phone),
            sends(hall, "stay-and-play", &date, &[("email", ""), ("phone", "07700900123")]),
            sends(hall, "stay-and-play", &date, &by_phone)
        );
        let taken = [one, two, three].iter().filter(|seen| seen.status == StatusCode::SEE_OTHER).count();
        assert_eq!((taken, hall.taken(hall.dates("stay-and-play")[0]).await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_child_and_a_number_that_can_be_reached_are_asked_for() {
    both(async |hall| {
        let massage = hall.dates("baby-massage")[0].to_string();
        let play = hall.dates("stay-and-play")[0].to_string();
        let next_year = &[("child_1_born", "1 8 2027")][..];
        let rows = [
            ("baby-massage", &[("child_1_name", ""), ("child_1_born", "")][..], "child_1_name", "first name"),
            (
                "baby-massage",
                &[("children", "0"), ("child_1_name", ""), ("child_1_born", "")],
                "child_1_born",
                "date of birth",
            ),
            ("baby-massage", &[("child_1_born", "")], "child_1_born", "Type the date of birth"),
            ("stay-and-play", next_year, "child_1_born", "still to come"),
            ("stay-and-play", &[("child_1_born", "1 8 1986")], "child_1_born", "of a grown-up"),
            ("stay-and-play", &[("phone", "999")], "phone", "can get a text"),
            ("stay-and-play", &[("email", ""), ("phone", "0800 1111")], "phone", "can get a text"),
            ("stay-and-play", &[("phone", "07700 90012")], "phone", "can get a text"),
        ];
        for (slug, changes, place, sentence) in rows {
            let date = if slug == "baby-massage" { &massage } else { &play };
            let seen = sends(hall, slug, date, changes).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{slug} {changes:?}");
            assert!(seen.html.contains(&format!("href=\"#{place}\"")), "{changes:?}");
            assert!(seen.html.contains(sentence), "{changes:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_grown_up_comes_alone_where_families_are_counted_and_is_booked_once_as_well() {
    both(async |hall| {
        let draft = session("coffee", "2026-12-01", json!({"counts": "families"}));
        let date = dates_of(&draft, 1)[0].to_string();
        hall.publish(draft).await;
        let alone = &[("child_1_name", ""), ("child_1_born", "")];
        assert_eq!(sends(hall, "coffee", &date, alone).await.status, StatusCode::SEE_OTHER);
        for changes in [&alone[..], &[]] {
            let again = sends(hall, "coffee", &date, changes).await.html;
            assert!(again.contains("You already have a place on this date"), "{changes:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_booking_is_found_by_a_number_in_any_way_of_writing_and_guessing_stops() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0].to_string();
        let booked = sends(hall, "stay-and-play", &date, &[("email", ""), ("phone", "07700 900123")]).await;
        let reference = &booked.location["/bookings/".len()..][..8];
        let browser = Browser::new(hall);
        let look = async |address: &str| {
            browser.post("/bookings", &[("reference", reference), ("address", address)]).await
        };
        for typed in ["07700900123", "+44 7700 900123", "07700-900-123", "0044 7700 900 123"] {
            assert!(look(typed).await.html.contains("You have a place."), "{typed}");
        }
        let worried = look("i want to kill myself").await.html;
        assert!(worried.contains("999") && worried.contains("value=\"i want to kill myself\""));
        for number in 0..4 {
            assert!(
                look(&format!("0770090012{number}")).await.html.contains("We found no booking")
                    || number == 3
            );
        }
        look("nobody@example.org").await;
        let stopped = look("07700 900123").await;
        assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(!stopped.html.contains("You have a place."));
        hall.later(3601);
        assert!(look("07700 900123").await.html.contains("You have a place."));
    })
    .await;
}

#[tokio::test]
async fn a_time_that_is_taken_leads_to_the_others_and_one_is_booked_at_a_time() {
    both(async |hall| {
        let draft = session("time-for-me", "2026-12-01", json!({"kind": "one_to_one", "places": 1}));
        let dates = dates_of(&draft, 3);
        hall.publish(draft).await;
        let [first, second] = [dates[0].to_string(), dates[1].to_string()];
        let browser = Browser::new(hall);
        let path = "/whats-on/time-for-me/book";
        let key = key_of(&browser.get(&format!("{path}?date={first}")).await.html);
        let mut form = family(&key, &first);
        form.push(("date", &second));
        let two = browser.post(path, &form).await;
        assert_eq!(two.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(two.html.contains("Choose one time") && two.html.contains("type=\"radio\""));
        bookings::book(&hall.desk, request(1, &dates[..1], 1)).await.unwrap().unwrap();
        let taken = browser.get(&format!("{path}?date={first}")).await;
        assert_eq!(
            (taken.status, taken.location.as_str()),
            (StatusCode::SEE_OTHER, "/appointments/time-for-me")
        );
    })
    .await;
}

#[tokio::test]
async fn an_invitation_that_was_used_opens_no_second_form() {
    both(async |hall| {
        let draft = session("quiet-play", "2026-12-01", json!({"kind": "invitation"}));
        let date = dates_of(&draft, 1)[0].to_string();
        hall.publish(draft).await;
        let invitation = uuid::Uuid::from_u128(7).to_string();
        let path = format!("/whats-on/quiet-play/book?invitation={invitation}");
        let browser = Browser::new(hall);
        let key = key_of(&browser.get(&path).await.html);
        let mut form = family(&key, &date);
        form.push(("invitation", &invitation));
        let first = browser.post("/whats-on/quiet-play/book", &form).await;
        assert_eq!(first.status, StatusCode::SEE_OTHER);
        assert_eq!(
            browser.post("/whats-on/quiet-play/book", &form).await.location,
            first.location,
            "the same form"
        );
        let used = browser.get(&path).await.html;
        assert!(used.contains("You have booked with this invitation") && used.contains("href=\"/bookings\""));
        assert!(!used.contains("name=\"form_key\""));
        let other = sends(hall, "quiet-play", &date, &[("invitation", &invitation), ("again", "1")]).await;
        assert!(other.html.contains("You have booked with this invitation"), "{}", other.html);
    })
    .await;
}

#[tokio::test]
async fn who_waits_and_says_yes_too_early_is_told_that_no_place_is_free() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        bookings::book(&hall.desk, request(1, &[date], 10)).await.unwrap().unwrap();
        let waits = sends(hall, "stay-and-play", &date.to_string(), &[("wait", "1")]).await.location;
        let early = Browser::new(hall).post(&waits, &[("do", "accept")]).await.html;
        assert!(early.contains("No place has come free yet"));
    })
    .await;
}
