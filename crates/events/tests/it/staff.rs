//! What staff do: keep a session after a look at its dates, settle one date, and keep the terms.

use crate::support::{Answer, Home, on_both, session};
use access::Role;
use std::collections::BTreeMap;

/// The fields of a form as the page shows them, so that a test sends what a browser would.
pub fn fields(page: &Answer) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let form = page.text.split("<form method=\"post\" action=\"/admin/").nth(1).unwrap();
    let form = form.split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| -> String {
        let rest = tag.split(&format!(" {name}=\"")).nth(1);
        let value = rest.and_then(|rest| rest.split('"').next()).unwrap_or_default();
        value.replace("&#39;", "'").replace("&#34;", "\"").replace("&#38;", "&")
    };
    for tag in form.split('<').skip(1) {
        let name = attribute(tag, "name");
        if tag.starts_with("input") && !name.is_empty() {
            let choice = tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"");
            if !choice || tag.contains(" checked") {
                fields.push((name, attribute(tag, "value")));
            }
        } else if tag.starts_with("textarea") {
            fields.push((name, tag.split('>').nth(1).unwrap_or_default().to_owned()));
        } else if tag.starts_with("select") {
            let list = form.split(&format!("name=\"{name}\"")).nth(1).unwrap();
            let list = list.split("</select>").next().unwrap();
            let chosen = list.split("<option").find(|option| option.contains(" selected"));
            fields.push((name, chosen.map(|option| attribute(option, "value")).unwrap_or_default()));
        }
    }
    fields
}

pub fn with(mut fields: Vec<(String, String)>, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

pub async fn send(home: &Home, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = home.post(path, &fields).await;
    home.events.renew_if_changed().await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_added_only_after_a_look_at_its_dates_and_nothing_typed_is_lost() {
    on_both(async |home| {
        let path = "/admin/sessions/new";
        let typed = with(
            fields(&home.get(path).await),
            &[
                ("title", "Sing & play"),
                ("summary", "Songs for little ones."),
                ("organization", "hubs"),
                ("place", "quay"),
                ("start", "2026-11-24"),
                ("begins", "10:00"),
                ("ends", "09:00"),
                ("source", "made up for a test"),
                ("wanted", "published"),
            ],
        );
        let wrong = send(&home, path, &typed).await;
        assert_eq!(wrong.status, 422);
        wrong
            .has("The end must be later than the start")
            .has("value=\"Sing &#38; play\"")
            .has("Songs for little ones.");

        let typed = with(fields(&wrong), &[("ends", "11:30")]);
        let look = send(&home, path, &typed).await;
        assert_eq!(look.status, 200);
        look.has("This is what would happen")
            .has("Nothing is saved yet")
            .has("Tuesday 24 November 2026, 10am");
        assert_eq!(home.get("/whats-on/sing-play").await.status, 404);

        // What was changed since is looked at again.
        let again = send(&home, path, &with(fields(&look), &[("begins", "10:30")])).await;
        again.has("Nothing is saved yet").has("Tuesday 24 November 2026, 10:30am");
        let saved = send(&home, path, &fields(&again)).await;
        assert_eq!((saved.status, saved.header("location")), (303, "/admin/sessions/sing-play?saved=1"));
        home.get("/whats-on/sing-play").await.has("Next: Tuesday 24 November, 10:30am");
        home.get("/admin/sessions").await.has("Sing &#38; play").has("Quay Family Hub");
        let twice = send(&home, path, &fields(&again)).await;
        twice.has("Somebody else changed this session meanwhile");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn this_date_and_all_that_follow_are_moved_and_those_before_keep_their_time() {
    on_both(async |home| {
        home.keep(&session("stay-and-play", "Stay and play", "2026-09-07T09:30")).await;
        let path = "/admin/sessions/stay-and-play";
        let typed = with(
            fields(&home.get(path).await),
            &[("scope", "follow"), ("from", "2026-12-07"), ("begins", "13:00"), ("ends", "14:30")],
        );
        let look = send(&home, path, &typed).await;
        look.has("Dates that stay as they are: 2.")
            .has("Monday 7 December 2026, 9:30am becomes Monday 7 December 2026, 1pm");
        assert_eq!(send(&home, path, &fields(&look)).await.status, 303);
        let page = home.get("/whats-on/stay-and-play").await;
        page.has("<b>Monday 30 November</b>, 9:30am to 11am").has("<b>Monday 7 December</b>, 1pm to 2:30pm");
        page.lacks("<b>Monday 7 December</b>, 9:30am");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_date_is_cancelled_with_a_reason_moved_and_held_again() {
    on_both(async |home| {
        home.keep(&session("stay-and-play", "Stay and play", "2026-09-07T09:30")).await;
        let path = "/admin/sessions/stay-and-play/dates/20261130T0930";
        let refused = home.post(path, &[("what", "cancel"), ("reason", " ")]).await;
        assert_eq!(refused.status, 422);
        refused.has("Say why, so that families know");
        for (sent, seen) in [
            (vec![("what", "cancel"), ("reason", "The boiler is broken")], "The boiler is broken."),
            (
                vec![("what", "move"), ("day", "2026-12-01"), ("starts", "10:00")],
                "Tuesday 1 December</b>, 10am",
            ),
            (vec![("what", "on")], "<b>Monday 30 November</b>, 9:30am"),
        ] {
            let kept = home.post(path, &sent).await;
            assert_eq!(
                (kept.status, kept.header("location")),
                (303, "/admin/sessions/stay-and-play?saved=date")
            );
            home.events.renew_if_changed().await.unwrap();
            home.get("/whats-on/stay-and-play").await.has(seen);
        }
        let added = home
            .post("/admin/sessions/stay-and-play/add-date", &[("day", "2026-12-22"), ("starts", "10:00")])
            .await;
        assert_eq!(added.status, 303);
        home.events.renew_if_changed().await.unwrap();
        home.get("/whats-on/stay-and-play").await.has("<b>Tuesday 22 December</b>, 10am");
        assert_eq!(home.get("/admin/sessions/stay-and-play/dates/20991130T0930").await.status, 404);
        assert_eq!(home.get("/admin/sessions/never").await.status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_terms_move_the_sessions_that_follow_them() {
    on_both(async |home| {
        home.keep(&session("stay-and-play", "Stay and play", "2026-09-07T09:30")).await;
        let refused =
            home.post("/admin/terms", &[("terms", "Autumn, 01/09/2026"), ("half_terms", "x")]).await;
        assert_eq!(refused.status, 422);
        refused.has("Line 1 cannot be read").has("Autumn, 01/09/2026");
        let terms = with(
            fields(&refused),
            &[
                ("terms", "Autumn, 01/09/2026, 18/12/2026"),
                ("half_terms", ""),
                ("inset_days", "30/11/2026"),
                ("bank_holidays", "25/12/2026, Christmas"),
            ],
        );
        let look = send(&home, "/admin/terms", &terms).await;
        look.has("This is what would happen").lacks("name=\"knows\"");
        home.get("/admin/terms").await.lacks("30/11/2026");
        let kept = send(&home, "/admin/terms", &fields(&look)).await;
        assert_eq!((kept.status, kept.header("location")), (303, "/admin/terms?saved=1"));
        let runner = jobs::Runner::new(home.db.clone(), home.clock.clone(), kernel::Dice::loaded(1));
        events::with_jobs(runner).run_until_empty().await.unwrap();
        home.events.renew_if_changed().await.unwrap();
        home.get("/whats-on/stay-and-play").await.lacks("Monday 30 November").has("Monday 7 December");
        home.get("/admin/terms").await.has("30/11/2026").has("Autumn, 01/09/2026, 18/12/2026");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_keeps_the_sessions_of_their_own_organisation_and_no_others() {
    on_both(async |home| {
        home.keep(&session("stay-and-play", "Stay and play", "2026-09-07T09:30")).await;
        let stranger = home.as_somebody(Role::ProviderEditor, vec![uuid::Uuid::from_u128(7)]);
        stranger.get("/admin/sessions").await.lacks("Stay and play").has("No session has been added yet");
        for path in ["/admin/sessions/stay-and-play", "/admin/sessions/stay-and-play/dates/20261130T0930"] {
            assert_eq!(stranger.get(path).await.status, 403, "{path}");
            assert_eq!(
                stranger.post(path, &[("what", "cancel"), ("reason", "Mine now")]).await.status,
                403,
                "{path}"
            );
        }
        let organization =
            home.db.read(|tx| Ok(directory::list_organizations(tx)?[0].id.uuid())).await.unwrap();
        let keeper = home.as_somebody(Role::ProviderEditor, vec![organization]);
        keeper.get("/admin/sessions").await.has("Stay and play");
        keeper.get("/admin/sessions/stay-and-play").await.has("Cancel or move one date");
        assert_eq!(keeper.get("/admin/terms").await.status, 403);
    })
    .await;
}

/// As the room of bookings would say it: three families on every date.
pub fn three_on_each(
    _: &mut store::Tx,
    dates: &[uuid::Uuid],
) -> Result<BTreeMap<uuid::Uuid, i64>, kernel::Fault> {
    Ok(dates.iter().map(|date| (*date, 3)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_booked_date_is_moved_until_somebody_says_that_they_know_of_the_families() {
    on_both(async |home| {
        let _ = home.events.clone().with_counts(three_on_each);
        home.keep(&session("stay-and-play", "Stay and play", "2026-09-07T09:30")).await;
        let path = "/admin/sessions/stay-and-play";
        let until =
            with(fields(&home.get(path).await), &[("until", "2026-12-07"), ("summary", "Shorter now.")]);
        let look = send(&home, path, &until).await;
        look.has("Monday 14 December 2026, 9:30am").has("Bookings of families on dates that change: 39.");
        look.has("I know that 39 bookings of families are affected. They will be told");
        for knows in ["", "38"] {
            let refused = send(&home, path, &with(fields(&look), &[("knows", knows)])).await;
            assert_eq!(refused.status, 422);
            refused
                .has("href=\"#knows\"")
                .has("Shorter now.")
                .has("Bookings of families on dates that change: 39.");
        }
        home.get("/whats-on/stay-and-play").await.has("Monday 14 December").lacks("Shorter now.");
        assert_eq!(send(&home, path, &with(fields(&look), &[("knows", "39")])).await.status, 303);
        home.get("/whats-on/stay-and-play").await.lacks("Monday 14 December").has("Shorter now.");

        // A change that touches no date asks for no tick; one of the place touches them all.
        let words = with(fields(&home.get(path).await), &[("bring", "A towel")]);
        let look = send(&home, path, &words).await;
        look.lacks("name=\"knows\"");
        assert_eq!(send(&home, path, &fields(&look)).await.status, 303);
        let place = with(fields(&home.get(path).await), &[("place", "quay")]);
        send(&home, path, &place)
            .await
            .has("The dates that stay are held somewhere else")
            .has("name=\"knows\" type=\"checkbox\" value=\"9\"");

        let date = format!("{path}/dates/20261130T0930");
        home.get(&date).await.has("Families have booked this date").has("value=\"3\"");
        let cancel = [("what", "cancel"), ("reason", "The boiler is broken")];
        let refused = home.post(&date, &cancel).await;
        assert_eq!(refused.status, 422);
        refused.has("Tick that you know").has("The boiler is broken");
        assert_eq!(home.post(&date, &[("what", "on")]).await.status, 303, "nothing changes");
        assert_eq!(home.post(&date, &[cancel[0], cancel[1], ("knows", "3")]).await.status, 303);
        home.events.renew_if_changed().await.unwrap();
        home.get("/whats-on/stay-and-play").await.has("The boiler is broken.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_several_parts_is_edited_one_at_a_time_and_loses_nothing() {
    on_both(async |home| {
        let mut draft = session("club", "Club", "2026-09-07T09:30");
        draft.parts.push(session("club", "Club", "2026-09-10T13:00").parts.remove(0));
        draft.topics = vec!["feeding".to_owned()];
        draft.places = Some(8);
        draft.places_on.insert("20261130T0930".to_owned(), 4);
        draft.opens_at = Some("2026-11-01T09:00:00Z".parse().unwrap());
        draft.closes_minutes = 60;
        draft.booked_through = Some("/holiday-activities".to_owned());
        draft.kind = events::Kind::BookOn;
        home.keep(&draft).await;
        home.get("/whats-on/club")
            .await
            .has("class=\"btn\" href=\"/holiday-activities\"")
            .lacks("/club/book");
        let path = "/admin/sessions/club";
        let page = home.get(path).await;
        page.has("This session has 2 parts").has("30/11/2026 09:30, 4").has("value=\"feeding\" checked");
        let same = send(&home, path, &fields(&page)).await;
        assert_eq!(send(&home, path, &fields(&same)).await.status, 303);
        assert_eq!(kept(&home, "club").await, draft);

        let first = home.get("/admin/sessions/club?part=0").await;
        let look = send(&home, path, &with(fields(&first), &[("begins", "10:00"), ("ends", "11:30")])).await;
        look.has("Monday 30 November 2026, 9:30am becomes Monday 30 November 2026, 10am");
        assert_eq!(send(&home, path, &fields(&look)).await.status, 303);
        let after = kept(&home, "club").await;
        assert_eq!(after.parts[1], draft.parts[1]);
        assert_eq!(after.places_on.keys().collect::<Vec<_>>(), ["20261130T1000"]);
    })
    .await;
}

async fn kept(home: &Home, slug: &'static str) -> events::SessionDraft {
    home.db.read(move |tx| events::find_session_by_slug(tx, slug)?.unwrap().draft()).await.unwrap()
}
