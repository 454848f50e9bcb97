//! Sessions beyond this room's own pages: in the search, on the page of the hub, the service and the organisation, in the
//! sitemap.

use crate::support::{Answer, Home, on_both, session};
use axum::{Router, body::Body, http::Request};
use calendar::{AgeBand, Exception};
use directory::{Directory, LocationDraft, ServiceDraft};
use events::{Feature, Kind, SessionDraft};
use http_body_util::BodyExt;
use proptest::{
    prelude::{Just, Strategy, any, prop_oneof},
    sample::{select, subsequence},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use settings::{Council, Town};
use std::{collections::BTreeSet, sync::Arc};
use tower::ServiceExt;

/// The directory beside the sessions.
struct Street<'a> {
    home: &'a Home,
    directory: Directory,
    router: Router,
}

fn council() -> Council {
    let town = |name: &str, outward: &str, latitude| Town {
        name: name.to_owned(),
        outward: vec![outward.to_owned()],
        latitude,
        longitude: -2.73,
    };
    Council {
        towns: vec![town("Northtown", "WA8", 53.36), town("Southtown", "WA7", 53.33)],
        ..crate::support::council()
    }
}

async fn street(home: &Home) -> Street<'_> {
    let now = home.clock.now();
    home.db
        .write(move |tx| {
            settings::set_council(tx, &council(), now)?;
            for (slug, name, town, latitude) in
                [("mill", "Mill", "Northtown", 53.37), ("quay", "Quay", "Southtown", 53.30)]
            {
                let step_free = if slug == "mill" { "yes" } else { "unknown" };
                let place: LocationDraft = toml::from_str(&format!(
                    "slug = '{slug}'\nname = '{name} Family Hub'\nkind = 'physical'\nhub = true\ntown = '{town}'\n\
                     source = 'a test'\npoint = [{latitude}, -2.73]\n\
                     accessibility = [{{feature = 'step_free', state = '{step_free}'}}]"
                ))?;
                directory::publish_location(tx, &place, &council(), now)?;
            }
            let need = serde_json::from_value(serde_json::json!({"slug": "feeding", "name": "Feeding"}))?;
            directory::publish_taxonomy(tx, &[need], now)?;
            let entry: ServiceDraft = serde_json::from_value(serde_json::json!({
                "slug": "massage", "name": "Massage for babies", "organization": "hubs", "summary": "Calm time.",
                "description": "Calm time together.", "topics": ["feeding"], "way_in": ["self"], "access": ["hub"],
                "cost": "free", "status": "active", "source": "a test"
            }))?;
            directory::publish_services(tx, &[entry], &council(), now)
        })
        .await
        .unwrap();
    home.site.refresh().await.unwrap();
    home.events.renew().await.unwrap();
    let sessions = Arc::new(home.events.clone());
    let directory =
        Directory::open_with_sessions(&home.site, Arc::new(|_| Vec::new()), sessions).await.unwrap();
    let router = web::shell(&home.site, directory::routes(&directory).into_router());
    Street { home, directory, router }
}

impl Street<'_> {
    async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn ask(&self, mut request: Request<Body>) -> Answer {
        request.headers_mut().insert("host", "hub.example.org".parse().unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// What the house does when it hears of a change, or when a day begins.
    async fn hear(&self) {
        self.home.events.renew().await.unwrap();
        self.directory.renew().await.unwrap();
        self.home.site.refresh().await.unwrap();
    }
}

fn massage() -> SessionDraft {
    let mut draft = session("baby-massage", "Baby massage", "2026-09-08T13:00");
    draft.place = Some("quay".to_owned());
    draft.service = Some("massage".to_owned());
    draft.kind = Kind::BookOn;
    draft.places = Some(8);
    draft.ages = AgeBand { from_months: 0, under_months: Some(12) };
    draft
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_a_session_and_its_card_says_when_it_is_next_where_for_whom_and_how_to_come() {
    on_both(async |home| {
        home.keep(&session("stay-and-play", "Stay and play", "2026-09-07T09:30")).await;
        home.keep(&massage()).await;
        let street = street(&home).await;

        let card = street.get("/search?q=stay+and+play&postcode=Northtown").await;
        card.has("href=\"/whats-on/stay-and-play\"").has("Next: Monday 23 November, 9:30am");
        card.has("Mill Family Hub, Northtown").has("Under 5 years").has("Just come along").has("Free");
        card.has("in its name").has("Last changed 22 November 2026");
        let tuesday = street.get("/search?q=baby+group+tuesday").await;
        tuesday.has("href=\"/whats-on/baby-massage\"").has("Next: Tuesday 24 November, 1pm");
        // The entry that it belongs to says it too, and so do the pages of those who hold it.
        street
            .get("/search?q=massage&kind=service")
            .await
            .has("Next: Tuesday 24 November, 1pm, Quay Family Hub");
        street.get("/services/massage").await.has("Tuesday 24 November, 1pm").has("The next dates");
        street.get("/hubs/quay").await.has("Tuesday 24 November, 1pm").lacks("Stay and play");
        street.get("/hubs/mill").await.has("Monday 23 November, 9:30am").has("/timetables/mill");
        street.get("/organisations/hubs").await.has("Baby massage").has("Stay and play");
        let map = street.get("/sitemap.xml").await;
        for path in ["/whats-on", "/whats-on/baby-massage", "/timetables/mill", "/timetables/southtown"] {
            map.has(&format!("<loc>https://hub.example.org{path}</loc>"));
        }
        street.get("/shortlist?s=session~stay-and-play").await.has("Next: Monday 23 November, 9:30am");
        street.get("/").await.has("href=\"/whats-on\"");
        // Nobody who speaks of losing a baby is shown a session for babies.
        street.get("/search?q=i+lost+my+baby+massage").await.lacks("/whats-on/");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_follows_a_change_of_a_session_and_the_day() {
    on_both(async |home| {
        let draft = session("stay-and-play", "Stay and play", "2026-09-07T09:30");
        home.keep(&draft).await;
        let street = street(&home).await;
        let mut changed = draft.clone();
        let key = "20261123T0930".parse().unwrap();
        changed.parts[0].exceptions.push(Exception::Cancelled { key, reason: "Ill".to_owned() });
        home.keep(&changed).await;
        street.hear().await;
        street.get("/search?q=stay+and+play").await.has("Next: Monday 30 November, 9:30am");
        street.get("/hubs/mill").await.has("Monday 30 November").lacks("Monday 23 November");

        home.clock.set("2026-11-30T12:00:00Z".parse().unwrap());
        let over = street.get("/search?q=stay+and+play").await;
        over.has("Next: Monday 7 December, 9:30am").lacks("30 November");
        assert_ne!(home.events.day(), home.site.clock().today());
        street.hear().await;
        assert_eq!(home.events.day(), home.site.clock().today());

        let mut away = draft.clone();
        away.wanted = events::Wanted::Draft;
        home.keep(&away).await;
        street.hear().await;
        street.get("/search?q=stay+and+play").await.lacks("/whats-on/stay-and-play");
        street.get("/sitemap.xml").await.lacks("/whats-on/stay-and-play");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_place_is_named_in_no_answer_of_the_search() {
    on_both(async |home| {
        let mut draft = session("time-to-talk", "Time to talk", "2026-09-07T09:30");
        draft.place = Some("haven".to_owned());
        draft.room = "Back parlour".to_owned();
        let to = Exception::Moved {
            key: "20261130T0930".parse().unwrap(),
            to: "2026-12-01T10:00".parse().unwrap(),
            minutes: None,
            place: Some("quay".to_owned()),
        };
        draft.parts[0].exceptions.push(to);
        home.keep(&draft).await;
        let street = street(&home).await;
        for path in
            ["/search?q=time+to+talk", "/api/v1/search?q=time+to+talk", "/organisations/hubs", "/sitemap.xml"]
        {
            let page = street.get(path).await;
            page.lacks("Haven").lacks("haven").lacks("parlour").has("/whats-on/time-to-talk");
        }
    })
    .await;
}

fn any_session() -> impl Strategy<Value = SessionDraft> {
    let kinds = select(vec![Kind::DropIn, Kind::BookOn, Kind::Course, Kind::Invitation, Kind::Referral]);
    let place = select(vec![Some("mill"), Some("quay"), Some("haven"), None]);
    let ages = prop_oneof![
        Just(AgeBand::default()),
        (0u16..60, 6u16..120)
            .prop_map(|(from_months, more)| AgeBand { from_months, under_months: Some(from_months + more) }),
        (0u16..200).prop_map(|from_months| AgeBand { from_months, under_months: None }),
    ];
    let cost = select(vec!["Free", "£3", "", "free for all"]);
    let features = subsequence(Feature::ALL.to_vec(), 0..=2);
    // A day, an hour from 7 to 20 and how many minutes.
    let when = (0u32..7, 7u32..21, 30u16..180, 1u32..5, any::<bool>());
    (kinds, place, ages, cost, features, when).prop_map(|(kind, place, ages, cost, features, when)| {
        let (day, hour, minutes, every, is_moved) = when;
        let start = format!("2026-09-{:02}T{hour:02}:00", 7 + day);
        let mut draft = session("made", "Made", &start);
        (draft.kind, draft.ages, draft.features, draft.cost) = (kind, ages, features, cost.to_owned());
        draft.place = place.map(str::to_owned);
        draft.places = Some(10);
        if place.is_none() {
            draft.online_link = "https://meet.example.org/room".to_owned();
        }
        let part = &mut draft.parts[0];
        part.minutes = minutes;
        part.repeats = Some(format!("FREQ=WEEKLY;INTERVAL={every}").parse().unwrap());
        if is_moved {
            // The first date that is to come goes to another place and day.
            let key = format!("2026-09-{:02}T{hour:02}:00", 7 + day).parse::<calendar::DateTime>().unwrap();
            let weeks = i64::from(every) * (77 / (7 * i64::from(every)) + 1);
            let key = key.checked_add(kernel::Span::new().weeks(weeks)).unwrap();
            let to = key.checked_add(kernel::Span::new().days(2)).unwrap();
            let place = Some(if place == Some("mill") { "quay" } else { "mill" }.to_owned());
            let key = calendar::Key::new(key).unwrap();
            part.exceptions.push(Exception::Moved { key, to, minutes: None, place });
        }
        draft
    })
}

/// The same filter as the search and as what's on say it.
fn any_filter() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let one = |pairs: Vec<(&'static str, &'static str)>| select(pairs);
    let days = vec![
        ("day=MO", "day=monday"),
        ("day=TU", "day=tuesday"),
        ("day=WE", "day=wednesday"),
        ("day=SA", "day=saturday"),
    ];
    let times = ["time=morning", "time=afternoon", "time=evening"].map(|time| (time, time)).to_vec();
    let ages = ["age=0-1", "age=2-4", "age=5-11", "age=3", "age=18+months"].map(|age| (age, age)).to_vec();
    let towns = vec![("town=Northtown", "where=northtown"), ("town=Southtown", "where=southtown")];
    let hows = vec![("how=open", "how=drop-in"), ("how=professional", "how=asked")];
    let with = vec![
        ("for=dads", "with=dads"),
        ("for=families_with_send", "with=send"),
        ("access=step_free", "with=step-free"),
    ];
    let near =
        ["postcode=Northtown&within=1", "postcode=Northtown&within=3"].map(|near| (near, near)).to_vec();
    let free = vec![("cost=free", "cost=free")];
    let groups =
        vec![one(days), one(times), one(ages), one(towns), one(hows), one(with), one(near), one(free)];
    subsequence(groups, 1..=3).prop_flat_map(|groups| groups)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_the_search_and_whats_on_find_the_same_sessions() {
    on_both(async |home| {
        let mut runner = TestRunner::deterministic();
        let mut made: Vec<SessionDraft> = Vec::new();
        for number in 0..36 {
            let mut draft = any_session().new_tree(&mut runner).unwrap().current();
            draft.slug = format!("made-{number}");
            made.push(draft);
        }
        home.keep_all(made).await;
        let street = street(&home).await;
        let (mut found, mut narrowed) = (0, 0);
        for _ in 0..24 {
            let filter = any_filter().new_tree(&mut runner).unwrap().current();
            let of = |side: fn(&(&'static str, &'static str)) -> &'static str| {
                filter.iter().map(side).collect::<Vec<_>>().join("&")
            };
            let (search, whats_on) = (of(|pair| pair.0), of(|pair| pair.1));
            let searched = searched(&street, &search).await;
            let listed = listed(&home, &whats_on).await;
            assert_eq!(searched, listed, "/search?{search} and /whats-on?{whats_on}");
            found += usize::from(!listed.is_empty());
            narrowed += usize::from(listed.len() < 36);
        }
        assert!(
            found >= 12 && narrowed >= 20,
            "{found} of 24 filters found something, {narrowed} left something out"
        );
    })
    .await;
}

async fn searched(street: &Street<'_>, filter: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for page in 1..=20 {
        let answer = street.get(&format!("/search?kind=event&{filter}&page={page}")).await;
        assert_eq!(answer.status, 200);
        let results = answer.text.split("<ol class=\"results\">").nth(1).unwrap_or_default();
        let is_near_miss = answer.text.contains("Nothing here fits all of that");
        if !is_near_miss {
            found.extend(slugs(results.split("</ol>").next().unwrap_or_default()));
        }
        if !answer.text.contains("rel=\"next\"") {
            return found;
        }
    }
    found
}

/// The sessions of a whole season, month by month.
async fn listed(home: &Home, filter: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for from in ["2026-11-22", "2026-12-20", "2027-01-17", "2027-02-14", "2027-03-14", "2027-04-11"] {
        let answer = home.get(&format!("/whats-on?when=month&from={from}&{filter}")).await;
        assert_eq!(answer.status, 200);
        let cards = answer.text.split("class=\"session card\"").skip(1);
        cards.filter(|card| !card.contains("Cancelled</span>")).for_each(|card| {
            let card = card.split("</h4>").next().unwrap_or_default();
            found.extend(slugs(card));
        });
    }
    found
}

fn slugs(html: &str) -> impl Iterator<Item = String> {
    let links = html.split("href=\"/whats-on/").skip(1);
    links.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect::<Vec<_>>().into_iter()
}
