//! What families see: what's on, the page of a session, and calendars.

use crate::support::{Home, on_both, session};
use axum::{body::Body, http::Request};
use calendar::Exception;
use events::{Feature, Kind, SessionDraft};
use settings::Town;

fn cancelled(draft: &SessionDraft, key: &str, reason: &str) -> SessionDraft {
    let mut draft = draft.clone();
    draft.parts[0]
        .exceptions
        .push(Exception::Cancelled { key: key.parse().unwrap(), reason: reason.to_owned() });
    draft
}

async fn some_sessions(home: &Home) {
    home.keep(&session("stay-and-play", "Stay and play", "2026-09-07T09:30")).await;
    let mut quay = session("baby-massage", "Baby massage", "2026-09-08T13:00");
    quay.place = Some("quay".to_owned());
    quay.kind = Kind::BookOn;
    quay.places = Some(8);
    quay.ages = calendar::AgeBand { from_months: 0, under_months: Some(12) };
    quay.cost = "£3".to_owned();
    quay.features = vec![Feature::Dads, Feature::Quiet];
    home.keep(&quay).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_is_narrowed_by_what_a_family_asks_and_every_count_is_true() {
    on_both(async |home| {
        some_sessions(&home).await;
        let week = home.get("/whats-on").await;
        week.has("What’s on, 22 to 28 November")
            .has("2 dates are on.")
            .has("Stay and play")
            .has("Baby massage");
        week.has("Mill Family Hub, Northtown").has("Monday 23 November");
        for (query, sees, not) in [
            ("where=northtown", "Stay and play", "Baby massage"),
            ("where=quay", "Baby massage", "Stay and play"),
            ("age=3", "Stay and play", "Baby massage"),
            ("day=tuesday", "Baby massage", "Stay and play"),
            ("how=book", "Baby massage", "Stay and play"),
            ("cost=free", "Stay and play", "Baby massage"),
            ("with=dads&with=quiet", "Baby massage", "Stay and play"),
            ("with=step-free", "Stay and play", "Baby massage"),
        ] {
            let narrowed = home.get(&format!("/whats-on?{query}")).await;
            narrowed.has("1 date is on.").has(&format!(">{sees}</a>")).lacks(&format!(">{not}</a>"));
        }
        // A count says what choosing it would leave, beside what is chosen already.
        let free = home.get("/whats-on?cost=free").await;
        free.has("Quay Family Hub (0)").has("Mill Family Hub (1)");
        let none = home.get("/whats-on?where=quay&cost=free").await;
        none.has("That is our gap").has("Any town or hub: 1 date").has("Find your nearest hub");
        home.get("/whats-on?when=month").await.has("8 dates are on.");
        home.get("/whats-on?when=today")
            .await
            .has("Nothing has been added")
            .has("The next four weeks: 8 dates");
        home.get("/whats-on?age=soon").await.has("We could not read that age").has("2 dates are on.");
        home.get("/whats-on?from=2026-12-21").await.has("Nothing has been added for these days");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_date_says_so_on_every_page_in_the_data_and_in_calendars() {
    on_both(async |home| {
        some_sessions(&home).await;
        let before = home.get("/calendar/session/stay-and-play.ics").await;
        let event =
            before.text.split("BEGIN:VEVENT").find(|event| event.contains("UID:20261123T0930")).unwrap();
        assert!(event.contains("SEQUENCE:0") && event.contains("STATUS:CONFIRMED"), "{event}");
        let uid = event.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned();
        let tag = before.header("etag").to_owned();

        let draft = session("stay-and-play", "Stay and play", "2026-09-07T09:30");
        home.keep(&cancelled(&draft, "20261123T0930", "The hall is being painted")).await;

        home.get("/whats-on")
            .await
            .has("Cancelled</span> The hall is being painted.")
            .has("1 date is on. One more");
        let page = home.get("/whats-on/stay-and-play").await;
        page.has("<del><b>Monday 23 November</b>").has("The hall is being painted.");
        page.has("Next: Monday 30 November, 9:30am")
            .has("schema.org/EventCancelled")
            .has("schema.org/EventScheduled");
        home.get("/timetables/northtown").await.has("Not on Monday 23 November: The hall is being painted");
        for calendar in ["session/stay-and-play", "place/mill", "whats-on"] {
            let after = home.get(&format!("/calendar/{calendar}.ics")).await;
            assert_eq!(after.header("content-type"), "text/calendar; charset=utf-8");
            let event = after.text.split("BEGIN:VEVENT").find(|event| event.contains(&uid)).unwrap();
            assert!(event.contains("SEQUENCE:1\r\nSTATUS:CANCELLED"), "{event}");
            assert!(event.contains("SUMMARY:Cancelled: Stay and play"), "{event}");
            assert!(after.text.lines().all(|line| line.len() <= 75), "lines are folded");
        }
        let asked = Request::get("/calendar/session/stay-and-play.ics").header("if-none-match", &tag);
        let anew = home.ask(asked.body(Body::empty()).unwrap()).await;
        assert_eq!(anew.status, 200, "what was cancelled is sent");
        let same =
            Request::get("/calendar/session/stay-and-play.ics").header("if-none-match", anew.header("etag"));
        assert_eq!(home.ask(same.body(Body::empty()).unwrap()).await.status, 304);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_longer_held_leaves_the_pages_and_stays_in_calendars_as_cancelled() {
    on_both(async |home| {
        let draft = session("stay-and-play", "Stay and play", "2026-09-07T09:30");
        home.keep(&draft).await;
        let mut moved = draft.clone();
        moved.parts[0].exceptions.push(Exception::Moved {
            key: "20261130T0930".parse().unwrap(),
            to: "2026-12-01T10:00".parse().unwrap(),
            minutes: None,
            place: Some("quay".to_owned()),
        });
        home.keep(&moved).await;
        let page = home.get("/whats-on/stay-and-play").await;
        page.has("It was going to be on Monday 30 November 2026, 9:30am").has("Now at Quay Family Hub");
        page.has("EventRescheduled").has("\"previousStartDate\":\"2026-11-30T09:30:00+00:00\"");
        home.get("/calendar/session/stay-and-play.ics").await.has("UID:20261130T0930").has("20261201T100000");

        let mut ending = draft.clone();
        ending.parts[0].repeats = Some("FREQ=WEEKLY;UNTIL=20261127".parse().unwrap());
        home.keep(&ending).await;
        home.get("/whats-on?when=month").await.has("1 date is on.").lacks("30 November</h3>");
        let calendar = home.get("/calendar/session/stay-and-play.ics").await;
        let dropped =
            calendar.text.split("BEGIN:VEVENT").find(|event| event.contains("UID:20261207")).unwrap();
        assert!(dropped.contains("STATUS:CANCELLED") && dropped.contains("SEQUENCE:1"), "{dropped}");

        let mut away = ending.clone();
        away.wanted = events::Wanted::Draft;
        home.keep(&away).await;
        assert_eq!(home.get("/whats-on/stay-and-play").await.status, 404);
        home.get("/calendar/session/stay-and-play.ics")
            .await
            .has("STATUS:CANCELLED")
            .lacks("STATUS:CONFIRMED\r\nDTSTART;TZID=Europe/London:20261123");
        assert_eq!(home.get("/calendar/session/never.ics").await.status, 404);
        assert_eq!(home.get("/calendar/session/stay-and-play").await.status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_place_is_named_nowhere() {
    on_both(async |home| {
        let mut draft = session("time-to-talk", "Time to talk", "2026-09-07T09:30");
        draft.place = Some("haven".to_owned());
        draft.room = "Back parlour".to_owned();
        home.keep(&draft).await;
        for path in [
            "/whats-on",
            "/whats-on/time-to-talk",
            "/calendar/session/time-to-talk.ics",
            "/calendar/whats-on.ics",
            "/timetables",
            "/timetables/northtown",
        ] {
            let page = home.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            page.lacks("Haven").lacks("haven").lacks("parlour");
        }
        home.get("/whats-on/time-to-talk")
            .await
            .has("A private address")
            .has("told to you when you have a place");
        for path in ["/calendar/place/haven.ics", "/timetables/haven"] {
            assert_eq!(home.get(path).await.status, 404, "{path}");
        }
        assert_eq!(home.get("/whats-on?where=haven").await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_of_two_hundred_sessions_is_answered_from_memory() {
    let database = store::testing::sqlite(&[
        access::MIGRATIONS,
        settings::MIGRATIONS,
        directory::MIGRATIONS,
        events::MIGRATIONS,
    ])
    .await;
    let home = Home::of(database.db.clone()).await;
    let drafts = (0..200).map(|number| {
        let start = format!("2026-09-{:02}T{:02}:30", 1 + number % 28, 9 + number % 9);
        session(&format!("session-{number}"), "A session", &start)
    });
    home.keep_all(drafts.collect()).await;
    let page = home.get("/whats-on?when=month").await;
    let dates = page.text.matches("class=\"session card\"").count();
    assert!(dates > 550, "{dates} dates");
    let mut fastest = std::time::Duration::MAX;
    for _ in 0..10 {
        let started = std::time::Instant::now();
        home.get("/whats-on?when=month").await;
        fastest = fastest.min(started.elapsed());
    }
    eprintln!("a month of 200 sessions, {dates} dates: {fastest:?} unoptimised");
    assert!(fastest.as_millis() < 150, "{fastest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timetable_says_each_week_once_and_what_differs_under_it() {
    on_both(async |home| {
        some_sessions(&home).await;
        let mut fortnightly = session("choir", "Choir", "2026-09-09T18:00");
        fortnightly.parts[0].repeats = Some("FREQ=WEEKLY;INTERVAL=2".parse().unwrap());
        home.keep(&fortnightly).await;
        let mut ending = session("crafts", "Crafts", "2026-09-10T14:00");
        ending.parts[0].repeats = Some("FREQ=WEEKLY;UNTIL=20261126".parse().unwrap());
        ending.parts[0].exceptions.push(Exception::Moved {
            key: "20261126T1400".parse().unwrap(),
            to: "2026-11-27T15:00".parse().unwrap(),
            minutes: None,
            place: Some("quay".to_owned()),
        });
        home.keep(&ending).await;

        let list = home.get("/timetables").await;
        list.has("Autumn term 2026").has("7 September to 18 December 2026").has("School holidays");
        list.has("href=\"/timetables/northtown\"")
            .has("href=\"/timetables/mill\"")
            .lacks("/timetables/mill?season=next");
        let sheet = home.get("/timetables/mill").await;
        sheet.has("Mill Family Hub timetable: Autumn term 2026").has("Correct on 22 November 2026.");
        sheet.has("<h2>Monday</h2>").has("<h2>Wednesday</h2>").has("Only on 2 December and 16 December");
        sheet
            .has("Not on Thursday 26 November, but on Friday 27 November, 3pm to 4:30pm, at Quay Family Hub");
        assert_eq!(sheet.text.matches("Stay and play").count(), 1, "a session of every week is one line");
        home.get("/timetables/mill?print=large").await.has("class=\"print-large\"").has("Usual print");
        home.get("/timetables/mill?easy=1")
            .await
            .has("The time is 9:30am to 11am.")
            .has("You can just come.");
        home.get("/timetables/quay").await.has("Baby massage").has("Crafts").lacks("Choir");
        home.get("/timetables/mill?season=next").await.has("school holidays").has("Nothing more is planned");
        assert_eq!(home.get("/timetables/nowhere").await.status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_date_leads_to_its_own_booking_and_the_button_to_the_next() {
    on_both(async |home| {
        some_sessions(&home).await;
        let page = home.get("/whats-on/baby-massage").await;
        let id = |key: &str| events::date_id(events::session_id("baby-massage"), key);
        let next = format!("href=\"/whats-on/baby-massage/book?date={}\"", id("20261124T1300"));
        assert_eq!(page.text.matches(&next).count(), 2, "the button and the date");
        page.has(&format!(
            "/book?date={}\">Book<span class=\"hide\"> Tuesday 1 December, 1pm",
            id("20261201T1300")
        ));
        home.get("/whats-on/stay-and-play").await.lacks("/book");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_a_time_of_day_and_a_distance_narrow_the_dates_and_each_can_be_let_go() {
    on_both(async |home| {
        some_sessions(&home).await;
        let now = home.clock.now();
        home.db
            .write(move |tx| {
                let mut council = crate::support::council();
                council.towns = vec![Town {
                    name: "Northtown".to_owned(),
                    outward: vec!["WA8".to_owned()],
                    latitude: 53.36,
                    longitude: -2.73,
                }];
                settings::set_council(tx, &council, now)?;
                let place: directory::LocationDraft = toml::from_str(
                    "slug = 'mill'\nname = 'Mill Family Hub'\nkind = 'physical'\nhub = true\ntown = 'Northtown'\n\
                     source = 'a test'\npoint = [53.37, -2.73]",
                )?;
                directory::publish_location(tx, &place, &council, now)
            })
            .await
            .unwrap();
        home.site.refresh().await.unwrap();
        home.events.renew().await.unwrap();
        for (query, sees, not) in [
            ("q=songs+at+mill", "Stay and play", "Baby massage"),
            ("q=anything+for+babies", "Baby massage", "Stay and play"),
            ("time=morning", "Stay and play", "Baby massage"),
            ("time=afternoon", "Baby massage", "Stay and play"),
            ("postcode=northtown&within=1", "Stay and play", "Baby massage"),
        ] {
            let narrowed = home.get(&format!("/whats-on?{query}")).await;
            narrowed.has("1 date is on.").has(&format!(">{sees}</a>")).lacks(&format!(">{not}</a>"));
        }
        // Where somebody is narrows nothing by itself, and what is not known is said beside the field.
        home.get("/whats-on?postcode=northtown").await.has("2 dates are on.").has("How far");
        let unknown = home.get("/whats-on?postcode=ZZ99+9ZZ&within=1").await;
        unknown.has("2 dates are on.").has("We do not have that postcode").has("value=\"ZZ99 9ZZ\"");
        let none = home.get("/whats-on?q=massage&time=morning").await;
        none.has("Nothing here matches all of that").has("Any words: 1 date").has("Any time of day: 1 date");
        none.has("Everything in the next four weeks: 8 dates");
        // Each way of looking keeps what was asked, and the form carries it along.
        let list = home.get("/whats-on?q=songs&view=list").await;
        list.lacks("class=\"week\"").has("name=\"view\" value=\"list\"").has("href=\"/whats-on?q=songs\"");
        home.get("/calendar/whats-on.ics?q=songs+mill").await.has("Stay and play").lacks("Baby massage");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_is_shown_beside_an_equal_list_only_where_the_council_turned_it_on() {
    on_both(async |home| {
        some_sessions(&home).await;
        home.get("/whats-on?view=map").await.lacks("data-map").lacks("view=map").lacks("leaflet").has("Day by day");
        let now = home.clock.now();
        home.db
            .write(move |tx| {
                let mut council = crate::support::council();
                council.map = Some(settings::MapTiles {
                    address: "https://tiles.example.org/{z}/{x}/{y}.png".to_owned(),
                    attribution: "Somebody".to_owned(),
                });
                let place: directory::LocationDraft = toml::from_str(
                    "slug = 'mill'\nname = 'Mill Family Hub'\nkind = 'physical'\nhub = true\ntown = 'Northtown'\n\
                     source = 'a test'\npoint = [53.37, -2.73]",
                )?;
                directory::publish_location(tx, &place, &council, now)?;
                settings::set_council(tx, &council, now)
            })
            .await
            .unwrap();
        home.site.refresh().await.unwrap();
        home.events.renew().await.unwrap();
        home.get("/whats-on").await.has("href=\"/whats-on?view=map\"").lacks("data-map");
        let map = home.get("/whats-on?view=map").await;
        map.has("data-map=\"places\"").has("id=\"places\"").has("leaflet").lacks("Day by day</h2>");
        map.has("data-lat=\"53.37\" data-lon=\"-2.73\"").has("1. <a href=\"/hubs/mill\">Mill Family Hub");
        // What is on no map is in the list all the same.
        map.has("Quay Family Hub").has("Baby massage").has("<b>Tuesday 24 November</b>");
    })
    .await;
}
