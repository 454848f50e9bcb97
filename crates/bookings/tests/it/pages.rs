//! The pages that change a booking by its link and that keep the places of a session, through the real doors.

use crate::support::{Hall, both, request, session};
use access::{Actor, Role, Signed};
use axum::{
    Extension, Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use bookings::{Booked, Refused, Settle, State, Through, book, settle};
use http_body_util::BodyExt;
use kernel::Id;
use serde_json::json;
use tower::ServiceExt;
use uuid::Uuid;
use web::{Door, Who};

struct Seen {
    status: StatusCode,
    location: String,
    kind: String,
    body: String,
}

fn router(hall: &Hall, door: Door, roles: &[Role]) -> Router {
    let actor = match roles {
        [] => Actor::Visitor,
        roles => Actor::Person(Signed {
            person: Id::named("test", "steward"),
            roles: roles.iter().copied().collect(),
            organizations: Vec::new(),
        }),
    };
    web::shell(hall.desk.site(), door.into_router().layer(Extension(Who { actor })))
}

async fn sees(router: &Router, path: &str) -> Seen {
    send(router, Request::get(path), String::new()).await
}

async fn posts(router: &Router, path: &str, pairs: &[(&str, &str)]) -> Seen {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let body: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    send(router, request, body.join("&")).await
}

async fn send(router: &Router, request: axum::http::request::Builder, body: String) -> Seen {
    let request = request.header("host", "hub.example.org").body(Body::from(body)).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let text = |name: header::HeaderName| {
        response.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    };
    let (status, location, kind) = (response.status(), text(header::LOCATION), text(header::CONTENT_TYPE));
    let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
    Seen { status, location, kind, body: String::from_utf8(body).unwrap() }
}

async fn comes(hall: &Hall, number: u64, dates: &[Uuid]) -> Booked {
    let wish = bookings::Request { how: bookings::How::BookedOrWaiting, ..request(number, dates, 1) };
    book(&hall.desk, wish).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_fifth_more_than_ten_is_allowed_on_the_page_and_the_thirteenth_waits() {
    both(async |hall| {
        // The page says who allowed it by their name.
        store::migrate(&hall.db, &[accounts::MIGRATIONS]).await.unwrap();
        let dates = hall.dates("stay-and-play");
        for number in 0..10 {
            comes(hall, number, &dates[..1]).await;
        }
        let path = "/admin/sessions/stay-and-play/places";
        let steward = router(hall, bookings::staff_door(&hall.desk), &[Role::DataSteward]);
        let page = sees(&steward, path).await;
        assert!(
            page.body.contains("Tuesday 1 December, 9:30am") && page.body.contains("10 of 10, 0 free"),
            "{}",
            page.body
        );
        let day = dates[0].to_string();
        let form = |amount: &'static str, why: &'static str| {
            vec![
                ("date", day.clone()),
                ("unit", "percent".to_owned()),
                ("amount", amount.to_owned()),
                ("why", why.to_owned()),
            ]
        };
        for (amount, why, sentence) in [
            ("many", "some stay away", "Type a whole number from 0 to 100"),
            ("20", "", "Say why"),
            ("120", "some", "from 0 to 100"),
        ] {
            let typed = form(amount, why);
            let pairs: Vec<(&str, &str)> =
                typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let seen = posts(&steward, path, &pairs).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{sentence}");
            assert!(
                seen.body.contains(sentence) && seen.body.contains(&format!("value=\"{amount}\"")),
                "{}",
                seen.body
            );
        }
        let urgent = form("20", "she wants to kill herself");
        let mut urgent: Vec<(&str, &str)> =
            urgent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let stopped = posts(&steward, path, &urgent).await;
        assert_eq!(stopped.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(stopped.body.contains("Nothing is saved yet"), "{}", stopped.body);
        assert!(stopped.body.contains("she wants to kill herself"), "what was typed is still there");
        assert!(sees(&steward, path).await.body.contains("10 of 10, 0 free"));
        urgent[2] = ("amount", "0");
        urgent.push(("seen", "1"));
        assert_eq!(posts(&steward, path, &urgent).await.location, format!("{path}?saved=1"));
        let typed = form("20", "a fifth did not come last month");
        let pairs: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(posts(&steward, path, &pairs).await.location, format!("{path}?saved=1"));
        let more = [
            comes(hall, 10, &dates[..1]).await,
            comes(hall, 11, &dates[..1]).await,
            comes(hall, 12, &dates[..1]).await,
        ];
        assert_eq!(more.map(|booked| booked.state), [State::Booked, State::Booked, State::Waiting]);
        let thirteenth = book(&hall.desk, request(13, &dates[..1], 1)).await.unwrap();
        assert_eq!(thirteenth, Err(Refused::Full(dates[..1].to_vec())));
        let page = sees(&steward, path).await.body;
        assert!(page.contains("12 of 10, 2 more allowed, 0 free, 1 waiting"), "{page}");
        assert!(page.contains("Monday 23 November 2026, 9am: a fifth did not come last month"), "{page}");
        for role in [Role::HubWorker, Role::Editor, Role::ProviderEditor] {
            let other = router(hall, bookings::staff_door(&hall.desk), &[role]);
            assert_eq!(sees(&other, path).await.status, StatusCode::FORBIDDEN, "{role:?}");
            assert_eq!(posts(&other, path, &pairs).await.status, StatusCode::FORBIDDEN, "{role:?}");
        }
        assert_eq!(sees(&steward, "/admin/sessions/nothing/places").await.status, StatusCode::NOT_FOUND);
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn where_places_are_cut_the_page_says_who_is_over_and_that_nobody_was_dropped() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        let mut booked = Vec::new();
        for number in 0..10 {
            hall.later(1);
            booked.push(comes(hall, number, &[date]).await);
        }
        hall.set_places("stay-and-play", 8).await;
        let steward = router(hall, bookings::staff_door(&hall.desk), &[Role::DataSteward]);
        let page = sees(&steward, "/admin/sessions/stay-and-play/places").await.body;
        assert!(page.contains("10 places are booked or kept and there are 8. Nobody was dropped."), "{page}");
        for (at, one) in booked.iter().enumerate() {
            assert_eq!(page.contains(&one.reference), at >= 8, "{at}: the last to book are over");
        }
        let reads: (i64,) = hall
            .db
            .read(|tx| {
                tx.one("select count(*) from audit where did = 'saw who is booked beyond the places'", &[])
            })
            .await
            .unwrap();
        assert_eq!(reads.0, 1);
        assert_eq!(hall.taken(date).await, 10);
    })
    .await;
}

#[tokio::test]
async fn a_family_moves_its_booking_by_its_link_and_their_calendar_follows() {
    both(async |hall| {
        let dates = hall.dates("stay-and-play");
        let booked = comes(hall, 0, &dates[..1]).await;
        let full = request(1, &dates[1..2], 10);
        book(&hall.desk, full).await.unwrap().unwrap();
        let public = router(hall, bookings::routes(&hall.desk), &[]);
        let link = format!("/bookings/{}/{}", booked.reference, hall.desk.link_secret(booked.id));
        let page = sees(&public, &link).await.body;
        assert!(
            page.contains("We want another date instead") && page.contains("Tuesday 15 December, 9:30am")
        );
        assert!(!page.contains("Tuesday 8 December"), "it is full");
        let nothing = posts(&public, &link, &[("do", "move")]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nothing.body.contains("href=\"#move_to\"") && nothing.body.contains("id=\"move_to-error\""));
        let before = sees(&public, &format!("{link}/calendar.ics")).await;
        assert!(before.kind.starts_with("text/calendar"));
        let moved = posts(&public, &link, &[("do", "move"), ("move_to", &dates[2].to_string())]).await;
        assert_eq!((moved.status, moved.location.as_str()), (StatusCode::SEE_OTHER, link.as_str()));
        let page = sees(&public, &link).await.body;
        assert!(page.contains("<b>Tuesday 15 December, 9:30am</b>") && page.contains(&booked.reference));
        let after = sees(&public, &format!("{link}/calendar.ics")).await.body;
        let events = |text: &str| -> Vec<(String, String, u32)> {
            text.replace("\r\n ", "")
                .split("BEGIN:VEVENT")
                .skip(1)
                .map(|event| {
                    let of = |name: &str| {
                        let line = event.lines().find_map(|line| line.strip_prefix(name));
                        line.unwrap_or_default().trim().to_owned()
                    };
                    (of("UID:"), of("STATUS:"), of("SEQUENCE:").parse().unwrap())
                })
                .collect()
        };
        let (before, after) = (events(&before.body), events(&after));
        assert_eq!((before.len(), after.len()), (1, 2));
        let old = after.iter().find(|(uid, ..)| *uid == before[0].0).unwrap();
        assert_eq!((before[0].1.as_str(), old.1.as_str()), ("CONFIRMED", "CANCELLED"));
        assert!(old.2 > before[0].2, "a calendar takes a change only with a higher number");
        let shelf = events::Events::open(hall.desk.site()).await.unwrap();
        let feed = router(hall, events::routes(&shelf), &[]);
        let feed = sees(&feed, "/calendar/session/stay-and-play.ics").await.body.replace("\r\n ", "");
        for (uid, ..) in &after {
            assert!(feed.contains(&format!("UID:{uid}")), "{uid} is the same in the public calendar");
        }
        settle(&hall.desk, booked.id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        let gone = sees(&public, &format!("{link}/calendar.ics")).await.body;
        assert!(events(&gone).iter().all(|(_, status, _)| status == "CANCELLED"));
        assert!(!gone.contains(&hall.desk.link_secret(booked.id)), "people share calendars");
        let wrong = format!("/bookings/{}/{}/calendar.ics", booked.reference, "0".repeat(32));
        assert_eq!(sees(&public, &wrong).await.status, StatusCode::NOT_FOUND);
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_programme_keeps_is_asked_for_on_its_page_and_nowhere_else() {
    both(async |hall| {
        let draft = session("summer-fun", "2026-12-01", json!({"booked_through": "/holidays/winter"}));
        let date = crate::support::dates_of(&draft, 1)[0];
        hall.publish(draft).await;
        let public = router(hall, bookings::routes(&hall.desk), &[]);
        for seen in [
            sees(&public, "/whats-on/summer-fun/book").await,
            posts(&public, "/whats-on/summer-fun/book", &[("name", "Example parent")]).await,
        ] {
            assert_eq!((seen.status, seen.location.as_str()), (StatusCode::SEE_OTHER, "/holidays/winter"));
        }
        let here = book(&hall.desk, request(1, &[date], 1)).await.unwrap();
        assert_eq!(here, Err(Refused::NotThisWay), "the page is not the only guard");
        let there = bookings::Request { through: Through::Programme, ..request(2, &[date], 1) };
        let there = book(&hall.desk, there).await.unwrap().unwrap();
        let link = format!("/bookings/{}/{}", there.reference, hall.desk.link_secret(there.id));
        assert!(!sees(&public, &link).await.body.contains("We want another date instead"));
    })
    .await;
}

#[tokio::test]
async fn two_forms_that_share_a_reference_are_two_bookings_with_two_references() {
    both(async |hall| {
        let date = hall.dates("stay-and-play")[0];
        let first = comes(hall, 1, &[date]).await;
        let second = request(2, &[date], 1);
        let same = bookings::reference_of(&second.form_key);
        let taken = same.clone();
        hall.db
            .write(move |tx| {
                tx.exec(
                    "update booking set reference = $2 where id = $1",
                    store::args![first.id, taken.as_str()],
                )
            })
            .await
            .unwrap();
        let booked = book(&hall.desk, second.clone()).await.unwrap().unwrap();
        assert_eq!((booked.state, booked.reference.len()), (State::Booked, 8));
        assert_ne!(booked.reference, same);
        assert_eq!(
            book(&hall.desk, second).await.unwrap().unwrap(),
            booked,
            "sent again, it is the same booking"
        );
        hall.expect_sound().await;
    })
    .await;
}
