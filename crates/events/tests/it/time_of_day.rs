//! A session is held at another time of day from now on, and what hangs on its dates goes with it.

use crate::support::{Answer, Home, on_both, session};
use events::{SessionDate, SessionDraft, session_id};

async fn dates(home: &Home, draft: &SessionDraft) -> Vec<SessionDate> {
    let (id, now) = (session_id(&draft.slug), home.clock.now());
    home.db.read(move |tx| events::list_dates_of(tx, id, now)).await.unwrap()
}

/// What was announced of a session last: how many dates of it had changed.
async fn told(home: &Home) -> usize {
    let all = home.db.read(|tx| store::outbox::list_after(tx, 0, 10_000)).await.unwrap();
    let last = all.into_iter().rev().find(|told| told.topic == "session_changed").unwrap();
    last.payload["dates"].as_array().unwrap().len()
}

fn event(calendar: &Answer, uid: &str) -> String {
    let found = calendar.text.split("BEGIN:VEVENT").find(|event| event.contains(&format!("UID:{uid}")));
    found.unwrap_or_else(|| panic!("{uid} is not in {}", calendar.text)).to_owned()
}

fn at(draft: &SessionDraft, time: &str) -> SessionDraft {
    let mut changed = draft.clone();
    let day = changed.parts[0].start.date();
    changed.parts[0].start = day.to_datetime(time.parse().unwrap());
    changed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_keeps_its_row_its_id_and_its_uid_when_the_time_of_day_of_the_session_changes() {
    on_both(async |home| {
        let draft = session("stay-and-play", "Stay and play", "2026-09-07T09:30");
        home.keep(&draft).await;
        let before = dates(&home, &draft).await;
        let path = "/calendar/session/stay-and-play.ics";
        let events_before = home.get(path).await.text.matches("BEGIN:VEVENT").count();

        home.keep(&at(&draft, "13:15")).await;
        let after = dates(&home, &draft).await;
        let ids = |dates: &[SessionDate]| dates.iter().map(|date| (date.id, date.day)).collect::<Vec<_>>();
        assert_eq!(ids(&before), ids(&after), "no date is lost or new");
        assert!(after.iter().all(|date| date.starts == "13:15" && date.state == "on" && date.changes == 1));
        assert_eq!(told(&home).await, before.len(), "whoever holds bookings is told of each");
        let calendar = home.get(path).await;
        assert_eq!(calendar.text.matches("BEGIN:VEVENT").count(), events_before);
        let monday = event(&calendar, "20261123T0930");
        assert!(monday.contains("20261123T131500") && monday.contains("SEQUENCE:1"), "{monday}");
        assert!(!calendar.text.contains("STATUS:CANCELLED"), "what is over stays what it was");
        home.get("/timetables/mill").await.has("1:15pm to 2:45pm").lacks("9:30am");

        // Worked out anew, nothing happens; and what is decided about one date later finds it.
        let now = home.clock.now();
        home.db.write(move |tx| events::work_out_dates(tx, now)).await.unwrap();
        assert_eq!(dates(&home, &draft).await, after);
        let date = "/admin/sessions/stay-and-play/dates/20261130T0930";
        let sent = home.post(date, &[("what", "cancel"), ("reason", "The boiler is broken")]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        home.events.renew_if_changed().await.unwrap();
        let cancelled = event(&home.get(path).await, "20261130T0930");
        assert!(cancelled.contains("STATUS:CANCELLED") && cancelled.contains("SEQUENCE:2"), "{cancelled}");

        // Back again, and each is still itself.
        home.keep(&draft).await;
        let back = dates(&home, &draft).await;
        assert_eq!(ids(&before), ids(&back));
        assert!(back.iter().all(|date| date.starts == "09:30" && date.date_key == date.rule_key));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_date_at_a_time_that_another_once_had_is_a_date_of_its_own() {
    on_both(async |home| {
        let draft = session("stay-and-play", "Stay and play", "2026-09-07T09:30");
        home.keep(&draft).await;
        let first = dates(&home, &draft).await[0].clone();
        let mut later = at(&draft, "13:15");
        home.keep(&later).await;
        later.parts[0].exceptions.push(calendar::Exception::Extra {
            key: "20261123T0930".parse().unwrap(),
            minutes: None,
            place: None,
        });
        home.keep(&later).await;
        let monday: Vec<SessionDate> =
            dates(&home, &draft).await.into_iter().filter(|date| date.day == first.day).collect();
        assert_eq!(monday.len(), 2);
        assert!(monday[0].starts == "09:30" && monday[0].id != first.id);
        assert!(monday[1].starts == "13:15" && monday[1].id == first.id);
        assert!(monday[0].date_key != monday[1].date_key, "two dates have two UIDs");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn places_and_cancellations_of_single_dates_go_with_them_to_the_new_time() {
    on_both(async |home| {
        let mut draft = session("stay-and-play", "Stay and play", "2026-09-07T09:30");
        draft.places = Some(10);
        draft.places_on.insert("20261207T0930".to_owned(), 4);
        home.keep(&draft).await;
        home.keep(&at(&draft, "10:00")).await;
        let places: Vec<(String, Option<i64>)> =
            dates(&home, &draft).await.into_iter().map(|date| (date.date_key, date.places)).collect();
        assert_eq!(places[1], ("20261130T0930".to_owned(), Some(10)));
        assert_eq!(places[2], ("20261207T0930".to_owned(), Some(4)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dates_from_one_day_on_keep_themselves_when_those_are_held_at_another_time() {
    on_both(async |home| {
        let draft = session("stay-and-play", "Stay and play", "2026-09-07T09:30");
        home.keep(&draft).await;
        let before = dates(&home, &draft).await;
        let mut split = draft.clone();
        let series = calendar::Series::new(draft.parts[0].clone()).unwrap();
        let two = series.split_at("2026-12-01".parse().unwrap());
        let mut after = two.after.unwrap().plan().clone();
        after.start = after.start.date().to_datetime("11:00".parse().unwrap());
        split.parts = vec![two.before.unwrap().plan().clone(), after];
        home.keep(&split).await;
        let now = dates(&home, &draft).await;
        let ids = |dates: &[SessionDate]| dates.iter().map(|date| date.id).collect::<Vec<_>>();
        assert_eq!(ids(&before), ids(&now));
        assert_eq!((now[1].starts.as_str(), now[2].starts.as_str()), ("09:30", "11:00"));
        assert_eq!(told(&home).await, before.len() - 2, "those before are as they were");
    })
    .await;
}
