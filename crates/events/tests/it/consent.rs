//! What staff are told before they do it: what happens to those who have booked, and what may not be done at all.

use crate::{
    staff::{fields, send, three_on_each, with},
    support::{Answer, Home, council, on_both, session},
};
use access::{Role, audit};
use directory::{OrganizationDraft, ServiceDraft};
use events::{Kind, SessionDraft};
use std::collections::BTreeMap;
use uuid::Uuid;

const PLAY: &str = "/admin/sessions/stay-and-play";
const RED: &str = "I want to kill myself";

fn booked() -> SessionDraft {
    let mut draft = session("stay-and-play", "Stay and play", "2026-09-07T09:30");
    (draft.kind, draft.places) = (Kind::BookOn, Some(8));
    draft
}

fn nobody(_: &mut store::Tx, _: &[Uuid]) -> Result<BTreeMap<Uuid, i64>, kernel::Fault> {
    Ok(BTreeMap::new())
}

async fn trail(home: &Home) -> Vec<String> {
    let found = home.db.read(|tx| audit::search(tx, &audit::Filter::default(), 50, 0)).await.unwrap();
    found.0.into_iter().map(|entry| entry.did).collect()
}

#[track_caller]
fn refused<'a>(answer: &'a Answer, sentence: &str) -> &'a Answer {
    assert_eq!(answer.status, 422, "{}", answer.text);
    answer.has(sentence)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_date_is_put_back_only_by_who_knows_that_its_bookings_stay_cancelled() {
    on_both(async |home| {
        let _ = home.events.clone().with_counts(nobody);
        home.keep(&booked()).await;
        let date = format!("{PLAY}/dates/20261130T0930");
        home.get(&date).await.lacks("name=\"knows\"");
        let cancel = [("what", "cancel"), ("reason", "The boiler is broken")];
        assert_eq!(home.post(&date, &cancel).await.status, 303);
        home.get(&date).await.has("any bookings of it were cancelled and stay cancelled. Nobody is told");
        let moved = [("what", "move"), ("day", "2026-12-01"), ("starts", "10:00")];
        for sent in [&[("what", "on")][..], &moved] {
            refused(&home.post(&date, sent).await, "Tick that you know what happened to the bookings");
        }
        assert_eq!(home.post(&date, &[("what", "on"), ("knows", "0")]).await.status, 303);
        assert_eq!(home.post(&date, &moved).await.status, 303, "it is held, so nothing is put back");
        let extra = [("day", "2026-12-22"), ("starts", "10:00")];
        assert_eq!(home.post(&format!("{PLAY}/add-date"), &extra).await.status, 303);
        let trail = trail(&home).await;
        for did in ["cancelled a date", "put a date back", "moved a date", "added a date", "added a session"]
        {
            assert!(trail.iter().any(|entry| entry == did), "{did} is missing in {trail:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_date_is_moved_or_added_into_the_past_or_onto_another_date() {
    on_both(async |home| {
        home.keep(&booked()).await;
        let (date, add) = (format!("{PLAY}/dates/20261130T0930"), format!("{PLAY}/add-date"));
        for (day, starts, sentence) in [
            ("2026-11-20", "10:00", "This day and time are over"),
            ("2026-11-22", "08:59", "This day and time are over"),
            ("2026-12-07", "09:30", "The session has a date then already"),
        ] {
            let typed = [("day", day), ("starts", starts)];
            refused(&home.post(&add, &typed).await, sentence).has(&format!("value=\"{day}\""));
            refused(&home.post(&date, &[("what", "move"), typed[0], typed[1]]).await, sentence);
        }
        let moved = [("what", "move"), ("day", "2026-12-01"), ("starts", "10:00")];
        assert_eq!(home.post(&date, &moved).await.status, 303);
        let clash = home.post(&add, &[("day", "2026-12-01"), ("starts", "10:00")]).await;
        refused(&clash, "The session has a date then already");
        let left = home.post(&add, &[("day", "2026-11-30"), ("starts", "09:30")]).await;
        refused(&left, "was moved away from this day and time");
        assert_eq!(home.post(&date, &[("what", "on")]).await.status, 303, "back to where it came from");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_for_families_go_through_the_safety_screen_and_are_not_lost() {
    on_both(async |home| {
        home.keep(&session("stay-and-play", "Stay and play", "2026-09-07T09:30")).await;
        let path = format!("{PLAY}/dates/20261130T0930");
        let cancel = [("what", "cancel"), ("reason", RED)];
        let first = home.post(&path, &cancel).await;
        refused(&first, "Families read these words").has(RED).has("999");
        let again = with(fields(&first), &[("reason", "The hall is shut"), ("what", "cancel")]);
        assert_eq!(send(&home, &path, &again).await.status, 303);
        let first = home.post(&path, &cancel).await;
        assert_eq!(send(&home, &path, &with(fields(&first), &cancel)).await.status, 303, "the second time");

        let terms = with(
            fields(&home.get("/admin/terms").await),
            &[("bank_holidays", "25/12/2026, I want to kill myself")],
        );
        let first = send(&home, "/admin/terms", &terms).await;
        refused(&first, "Families read these words").has(RED).has("999");
        assert_eq!(send(&home, "/admin/terms", &fields(&first)).await.status, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_terms_are_kept_only_by_who_knows_of_the_families_on_dates_that_go() {
    on_both(async |home| {
        let _ = home.events.clone().with_counts(three_on_each);
        home.keep(&booked()).await;
        let path = "/admin/terms";
        let inset = with(fields(&home.get(path).await), &[("inset_days", "30/11/2026")]);
        let look = send(&home, path, &inset).await;
        assert_eq!(look.status, 200);
        look.has("Stay and play</b>: 1 date is no longer held, 3 bookings of the dates that go.")
            .has("Monday 30 November 2026, 9:30am")
            .has("name=\"knows\" type=\"checkbox\" value=\"3\"");
        refused(&send(&home, path, &fields(&look)).await, "Tick that you know of the families");
        refused(&send(&home, path, &with(fields(&look), &[("knows", "2")])).await, "has changed");
        home.get(path).await.lacks("30/11/2026");
        // What was changed since is looked at again, ticked or not.
        let other = [("inset_days", "07/12/2026"), ("knows", "3")];
        send(&home, path, &with(fields(&look), &other)).await.has("Nothing is saved yet");
        assert_eq!(send(&home, path, &with(fields(&look), &[("knows", "3")])).await.status, 303);
        assert!(trail(&home).await.contains(&"changed the terms".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_terms_go_only_with_a_tick_though_nobody_has_booked() {
    on_both(async |home| {
        let path = "/admin/terms";
        let none = with(fields(&home.get(path).await), &[("terms", ""), ("half_terms", "")]);
        let look = send(&home, path, &none).await;
        look.has("No terms would be left");
        refused(&send(&home, path, &fields(&look)).await, "Tick that you mean to take all terms away");
        assert_eq!(send(&home, path, &with(fields(&look), &[("knows", "0")])).await.status, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fewer_places_than_bookings_or_another_way_of_coming_asks_for_the_tick() {
    on_both(async |home| {
        let _ = home.events.clone().with_counts(three_on_each);
        home.keep(&booked()).await;
        let enough = with(fields(&home.get(PLAY).await), &[("places", "3")]);
        send(&home, PLAY, &enough).await.has("Nothing is saved yet").lacks("name=\"knows\"");
        let one_short = [("places_on", "30/11/2026 09:30, 2")];
        send(&home, PLAY, &with(fields(&home.get(PLAY).await), &one_short))
            .await
            .has("Dates with more bookings than places: 1.")
            .has("name=\"knows\" type=\"checkbox\" value=\"3\"");
        let drop_in = with(fields(&home.get(PLAY).await), &[("kind", "drop_in"), ("places", "")]);
        let look = send(&home, PLAY, &drop_in).await;
        look.has("Bookings made before people came this way: ").has("bookings of families are affected<");
        refused(&send(&home, PLAY, &fields(&look)).await, "Tick that you know of the families");
        let knows = look.text.split("name=\"knows\" type=\"checkbox\" value=\"").nth(1).unwrap();
        let knows = knows.split('"').next().unwrap();
        assert_eq!(send(&home, PLAY, &with(fields(&look), &[("knows", knows)])).await.status, 303);
        home.get(PLAY).await.has("the number of places, changes for all dates");
        assert!(trail(&home).await.contains(&"changed a session".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_names_its_own_entries_and_a_refuge_only_who_runs_it() {
    on_both(async |home| {
        let now = home.clock.now();
        home.db.write(move |tx| add_refuge(tx, now)).await.unwrap();
        let organizations = home.db.read(directory::list_organizations).await.unwrap();
        let id = |slug: &str| organizations.iter().find(|line| line.slug == slug).unwrap().id.uuid();
        let (hubs, refuge) = (
            home.as_somebody(Role::ProviderEditor, vec![id("hubs")]),
            home.as_somebody(Role::ProviderEditor, vec![id("safe")]),
        );
        let mut draft = booked();
        draft.service = Some("safe-house".to_owned());
        home.keep(&draft).await;
        // What stands there already is not lost when its provider opens and saves it.
        let kept = send(&hubs, PLAY, &fields(&hubs.get(PLAY).await)).await;
        assert_eq!(kept.status, 200);
        kept.lacks("Haven House");

        let path = "/admin/sessions/new";
        let new = |form: &Answer, holder: &str, changes: &[(&str, &str)]| {
            let all = [
                ("title", "Talk"),
                ("summary", "A talk."),
                ("organization", holder),
                ("place", "mill"),
                ("start", "2026-11-24"),
                ("begins", "10:00"),
                ("ends", "11:00"),
                ("source", "a test"),
            ];
            with(with(fields(form), &all), changes)
        };
        let form = hubs.get(path).await;
        form.lacks("Haven House").lacks("Safe house");
        let stranger = send(&hubs, path, &new(&form, "hubs", &[("service", "safe-house")])).await;
        refused(&stranger, "another organisation’s");
        // Who may not even know its name is told as of any place that is not there; the council is told why.
        for (somebody, sentence) in
            [(&hubs, "Choose a place from the list"), (&home, "This is a private place")]
        {
            let page = somebody.get(path).await;
            let stranger = send(somebody, path, &new(&page, "hubs", &[("place", "haven")])).await;
            refused(&stranger, sentence).has("value=\"Talk\"");
        }
        let form = refuge.get(path).await;
        form.has("Haven House").has("Safe house");
        let own =
            send(&refuge, path, &new(&form, "safe", &[("service", "safe-house"), ("place", "haven")])).await;
        assert_eq!(own.status, 200);
        own.has("Nothing is saved yet");
    })
    .await;
}

fn add_refuge(tx: &mut store::Tx, now: kernel::Instant) -> Result<(), kernel::Fault> {
    let organization: OrganizationDraft = serde_json::from_value(serde_json::json!({
        "slug": "safe", "name": "Safe Testshire", "description": "Made for a test", "kind": "charity"
    }))?;
    directory::publish_organization(tx, &organization, now)?;
    let need = serde_json::from_value(serde_json::json!({"slug": "feeding", "name": "Feeding"}))?;
    directory::publish_taxonomy(tx, &[need], now)?;
    let entry: ServiceDraft = serde_json::from_value(serde_json::json!({
        "slug": "safe-house", "name": "Safe house", "organization": "safe", "summary": "A place.",
        "description": "A place to be.", "topics": ["feeding"], "way_in": ["self"], "access": ["hub"], "locations": ["haven"],
        "cost": "free", "status": "active", "source": "a test"
    }))?;
    directory::publish_services(tx, &[entry], &council(), now).map(drop)
}

/// Five families on the one date that was first known as that of 30 November at half past nine.
fn five_on_one(_: &mut store::Tx, dates: &[Uuid]) -> Result<BTreeMap<Uuid, i64>, kernel::Fault> {
    let booked = events::date_id(events::session_id("stay-and-play"), "20261130T0930");
    Ok(dates.iter().filter(|date| **date == booked).map(|date| (*date, 5)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booked_date_is_known_by_its_first_time_of_day_after_the_session_has_moved_to_another() {
    on_both(async |home| {
        let _ = home.events.clone().with_counts(five_on_one);
        home.keep(&booked()).await;
        let mut later = booked();
        later.parts[0].start = "2026-09-07T10:00".parse().unwrap();
        home.keep(&later).await;
        let until = with(fields(&home.get(PLAY).await), &[("until", "2026-11-25")]);
        send(&home, PLAY, &until).await.has("Bookings of families on dates that change: 5.");
        let inset = with(fields(&home.get("/admin/terms").await), &[("inset_days", "30/11/2026")]);
        send(&home, "/admin/terms", &inset)
            .await
            .has("1 date is no longer held, 5 bookings of the dates that go.");
    })
    .await;
}
