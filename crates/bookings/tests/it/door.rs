//! A family books, looks, gives up and comes back, through the real pages.

use crate::support::{Hall, both};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use tower::ServiceExt;

pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    cookie: String,
    pub(crate) html: String,
}

pub(crate) struct Browser {
    router: Router,
    cookie: String,
}

impl Browser {
    pub(crate) fn new(hall: &Hall) -> Browser {
        let door = bookings::routes(&hall.desk).into_router();
        Browser { router: web::shell(hall.desk.site(), door), cookie: String::new() }
    }

    pub(crate) async fn get(&self, path: &str) -> Seen {
        self.send(Request::get(path), String::new()).await
    }

    pub(crate) async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Seen {
        let body: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body.join("&")).await
    }

    async fn send(&self, request: axum::http::request::Builder, body: String) -> Seen {
        let request = request.header("host", "hub.example.org").header("cookie", &self.cookie);
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let text = |name: header::HeaderName| {
            response.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
        };
        let (status, location, cookie) =
            (response.status(), text(header::LOCATION), text(header::SET_COOKIE));
        let html =
            String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Seen { status, location, cookie, html }
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

pub(crate) fn key_of(html: &str) -> String {
    let (_, after) = html.split_once("name=\"form_key\" value=\"").unwrap();
    after[..32].to_owned()
}

const FORM: &str = "/whats-on/stay-and-play/book";

/// The form as a family of one child and one grown-up sends it.
pub(crate) fn family<'a>(key: &'a str, date: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("form_key", key),
        ("children", "1"),
        ("date", date),
        ("child_1_name", "Robin"),
        ("child_1_born", "1 8 2026"),
        ("grown_ups", "1"),
        ("name", "Example parent"),
        ("email", "parent@example.org"),
        ("phone", ""),
        ("note", ""),
    ]
}

#[tokio::test]
async fn a_family_books_sends_the_form_twice_gives_up_and_is_known_the_next_time() {
    both(async |hall| {
        let mut browser = Browser::new(hall);
        let date = hall.dates("stay-and-play")[0].to_string();
        let form = browser.get(FORM).await;
        assert!(form.html.contains("Tuesday 1 December, 9:30am"), "{}", form.html);
        let key = key_of(&form.html);
        let reference = bookings::reference_of(&key);
        assert!(form.html.contains(&format!("Your reference will be <b>{reference}</b>")));

        let first = browser.post(FORM, &family(&key, &date)).await;
        assert!(first.cookie.starts_with("family=;") && first.cookie.contains("Max-Age=0"), "nobody asked to be known");
        let mut remembered = family(&key, &date);
        remembered.push(("remember", "1"));
        let again = browser.post(FORM, &remembered).await;
        assert_eq!((first.status, &first.location), (StatusCode::SEE_OTHER, &again.location));
        assert!(again.cookie.contains("HttpOnly") && again.cookie.contains("Max-Age=15552000"));
        assert_eq!(hall.taken(hall.dates("stay-and-play")[0]).await, 1);

        let page = browser.get(&first.location).await;
        assert!(page.html.contains("You have a place") && page.html.contains(&reference));
        assert!(page.html.contains("Robin") && page.html.contains("Tuesday 1 December, 9:30am"));
        let (stem, _) = first.location.rsplit_once('/').unwrap();
        let stranger = browser.get(&format!("{stem}/{}", "0".repeat(32))).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        assert!(!stranger.html.contains("Robin"));

        browser.cookie = again.cookie.split(';').next().unwrap().to_owned();
        let known = browser.get(FORM).await.html;
        assert!(known.contains("value=\"Robin\"") && known.contains("value=\"parent@example.org\""));

        let looked = |address: &'static str| {
            let (browser, reference) = (&browser, reference.clone());
            async move { browser.post("/bookings", &[("reference", &reference), ("address", address)]).await.html }
        };
        let mine = looked("Parent@example.org").await;
        assert!(mine.contains("You have a place.") && !mine.contains("Robin"), "how it stands, and no name");
        assert!(looked("other@example.org").await.contains("We found no booking"));

        let gone = browser.post(&first.location, &[("do", "cancel")]).await;
        assert_eq!(gone.status, StatusCode::SEE_OTHER);
        assert!(browser.get(&first.location).await.html.contains("This booking is cancelled"));
        assert_eq!(hall.taken(hall.dates("stay-and-play")[0]).await, 0);
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_box_and_nothing_typed_is_lost() {
    both(async |hall| {
        let browser = Browser::new(hall);
        let date = hall.dates("baby-massage")[0].to_string();
        let path = "/whats-on/baby-massage/book";
        let key = key_of(&browser.get(path).await.html);
        let with = |changes: &[(&'static str, &'static str)]| {
            let mut form: Vec<(&str, String)> =
                family(&key, &date).into_iter().map(|(name, value)| (name, value.to_owned())).collect();
            for (name, value) in changes {
                form.retain(|(known, _)| known != name);
                form.push((name, (*value).to_owned()));
            }
            form
        };
        type Changes<'a> = &'a [(&'static str, &'static str)];
        let rows: [(Changes, &str, &str); 6] = [
            (&[("date", "")], "#date", "Choose at least one date"),
            (&[("child_1_born", "soon")], "#child_1_born", "Type the date of birth"),
            (&[("child_1_born", "1 8 2019")], "#child_1_born", "another age on that day"),
            (&[("email", ""), ("phone", "")], "#email", "Type an email address or a mobile number"),
            (&[("email", "parent@@example")], "#email", "email"),
            (&[("grown_ups", "many")], "#grown_ups", "from 1 to 4"),
        ];
        for (changes, place, sentence) in rows {
            let form = with(changes);
            let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let seen = browser.post(path, &pairs).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{sentence}");
            assert!(
                seen.html.contains(&format!("href=\"{place}\"")),
                "{sentence}: the summary leads to {place}"
            );
            assert!(seen.html.contains(sentence), "{sentence}");
            assert!(
                seen.html.contains("value=\"Robin\"") && seen.html.contains(&key),
                "{sentence}: nothing is lost"
            );
        }
        let form = with(&[("note", "i want to kill myself")]);
        let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let held = browser.post(path, &pairs).await;
        assert!(held.html.contains("We have not booked this yet") && held.html.contains("value=\"Robin\""));
        assert_eq!(held.status, StatusCode::OK);
        let more = with(&[("do", "add")]);
        let pairs: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert!(
            browser.post(path, &pairs).await.html.contains("child_2_name"),
            "one more child, without a script"
        );
    })
    .await;
}

#[tokio::test]
async fn a_full_date_offers_the_queue_and_an_offer_is_taken_by_its_link() {
    both(async |hall| {
        let browser = Browser::new(hall);
        let day = hall.dates("stay-and-play")[0];
        let mut booked = Vec::new();
        for number in 0..10 {
            let wish = crate::support::request(number, &[day], 1);
            booked.push(bookings::book(&hall.desk, wish).await.unwrap().unwrap());
        }
        let form = browser.get(FORM).await.html;
        assert!(form.contains("Full</span>") && form.contains("put us on the waiting list"));
        let (key, date) = (key_of(&form), day.to_string());
        let refused = browser.post(FORM, &family(&key, &date)).await;
        assert!(refused.html.contains("There is no room for all of you"));
        let mut wish = family(&key, &date);
        wish.push(("wait", "1"));
        let waits = browser.post(FORM, &wish).await.location;
        assert!(browser.get(&waits).await.html.contains("You are first in line."));
        bookings::settle(&hall.desk, booked[0].id, bookings::Settle::Cancel("cancelled by staff"))
            .await
            .unwrap()
            .unwrap();
        let offered = browser.get(&waits).await.html;
        assert!(offered.contains("There is a place for you") && offered.contains("kept for you until"));
        assert_eq!(browser.post(&waits, &[("do", "accept")]).await.status, StatusCode::SEE_OTHER);
        assert!(browser.get(&waits).await.html.contains("You have a place"));
        hall.expect_sound().await;
    })
    .await;
}

#[tokio::test]
async fn who_came_is_forgotten_and_how_many_stays() {
    both(async |hall| {
        let dates = hall.dates("stay-and-play");
        let (first, later) = (dates[0], dates[7]);
        for (number, date) in [(1, first), (2, later)] {
            bookings::book(&hall.desk, crate::support::request(number, &[date], 2)).await.unwrap().unwrap();
        }
        hall.clock.set(crate::support::at("2027-01-10T09:00:00Z"));
        let now = hall.clock.now();
        let forgotten = hall
            .db
            .write(move |tx| bookings::forget_who_came(tx, crate::support::at("2027-01-01T00:00:00Z"), now));
        assert_eq!(forgotten.await.unwrap(), 1, "the second is still to come");
        let named = |sql: &'static str| async move {
            hall.db.read(move |tx| tx.one::<(i64,)>(sql, &[])).await.unwrap().0
        };
        assert_eq!(named("select count(*) from booking where email is not null").await, 1);
        assert_eq!(named("select count(*) from booking_guest where name = '' and born is null").await, 2);
        assert_eq!((hall.taken(first).await, hall.taken(later).await), (2, 2));
        hall.expect_sound().await;
    })
    .await;
}
