//! What's on as open data: a program that goes through it and then follows holds what families see, and nothing else.

use crate::support::{Answer, Home, on_both, session};
use calendar::Exception;
use events::{SessionDraft, Wanted};
use jiff::SignedDuration;
use serde_json::Value;
use std::collections::BTreeMap;

const SERIES: &str = "/openactive/session-series";
const DATES: &str = "/openactive/scheduled-sessions";

/// A program that copies a feed, as the standard asks.
struct Reader {
    next: String,
    held: BTreeMap<String, Value>,
    pages: usize,
    deleted: usize,
}

impl Reader {
    fn of(feed: &str) -> Reader {
        Reader { next: format!("{feed}?limit=7"), held: BTreeMap::new(), pages: 0, deleted: 0 }
    }

    /// Reads until a page is empty and leads to itself.
    async fn follow(&mut self, home: &Home) {
        let mut before = (0, String::new());
        loop {
            let answer = home.get(&self.next).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert_eq!(answer.header("content-type"), "application/vnd.openactive.rpde+json; version=1");
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            let page: Value = serde_json::from_str(&answer.text).unwrap();
            assert_eq!(page["license"], "https://creativecommons.org/licenses/by/4.0/");
            let next =
                page["next"].as_str().unwrap().strip_prefix("https://hub.example.org").unwrap().to_owned();
            let items = page["items"].as_array().unwrap();
            self.pages += 1;
            if items.is_empty() {
                assert_eq!(next, self.next, "the last page leads to itself");
                assert_eq!(answer.header("cache-control"), "public, max-age=8");
                return;
            }
            assert!(items.len() <= 7 && next != self.next);
            for item in items {
                let id = item["id"].as_str().unwrap().to_owned();
                let place = (item["modified"].as_i64().unwrap(), id.clone());
                assert!(place > before, "in the order of change, then of id");
                before = place;
                match item["state"].as_str().unwrap() {
                    "updated" => {
                        self.held.insert(id, item["data"].clone());
                    }
                    state => {
                        assert_eq!((state, item.get("data")), ("deleted", None), "nothing is said of it");
                        self.held.remove(&id);
                        self.deleted += 1;
                    }
                }
            }
            self.next = next;
        }
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.held.values().map(|data| data["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        names
    }

    fn on(&self, start: &str) -> &Value {
        let found = self.held.values().find(|data| data["startDate"].as_str().unwrap().starts_with(start));
        found.unwrap_or_else(|| panic!("nothing starts on {start}"))
    }
}

fn a_minute_later(home: &Home) {
    home.clock.set(home.clock.now() + SignedDuration::from_mins(1));
}

async fn keep(home: &Home, draft: &SessionDraft) {
    home.keep(draft).await;
    a_minute_later(home);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_follows_holds_what_families_see_and_lets_go_of_the_rest() {
    on_both(async |home| {
        let mut play = session("stay-and-play", "Stay and play", "2026-09-07T09:30");
        keep(&home, &play).await;
        let mut choir = session("choir", "Choir", "2026-09-08T18:00");
        choir.cost = "£3.50 a family".to_owned();
        keep(&home, &choir).await;
        let mut private = session("time-to-talk", "Time to talk", "2026-09-09T13:00");
        private.place = Some("haven".to_owned());
        keep(&home, &private).await;
        let mut unseen = session("plans", "Plans", "2026-09-10T13:00");
        unseen.wanted = Wanted::Draft;
        keep(&home, &unseen).await;
        let (mut series, mut dates) = (Reader::of(SERIES), Reader::of(DATES));
        series.follow(&home).await;
        dates.follow(&home).await;
        assert_eq!(series.names(), ["Choir", "Stay and play"]);
        assert!(dates.pages > 3 && dates.held.len() > 30, "{} dates", dates.held.len());
        let told = series.held.values().find(|data| data["name"] == "Choir").unwrap();
        assert_eq!(told["offers"][0]["price"], 3.5);
        assert_eq!(told["location"]["address"]["postalCode"], "WA8 0BS");
        let schedule = &told["eventSchedule"][0];
        assert_eq!((&schedule["repeatFrequency"], &schedule["endTime"]), (&"P1W".into(), &"19:30".into()));
        assert_eq!(schedule["byDay"][0], "https://schema.org/Tuesday");
        let date = dates.on("2026-11-23");
        assert_eq!(date["startDate"], "2026-11-23T09:30:00+00:00");
        assert_eq!(
            (&date["duration"], &date["superEvent"]),
            (&"PT1H30M".into(), &"https://hub.example.org/whats-on/stay-and-play".into())
        );

        // One date is cancelled, one is no longer held, and one is moved to a private place.
        let reason = "The hall is being painted".to_owned();
        let key = |text: &str| text.parse().unwrap();
        play.parts[0].exceptions.push(Exception::Cancelled { key: key("20261123T0930"), reason });
        play.parts[0].exceptions.push(Exception::Moved {
            key: key("20261130T0930"),
            to: "2026-11-30T10:00".parse().unwrap(),
            minutes: None,
            place: Some("haven".to_owned()),
        });
        play.parts[0].repeats = Some("FREQ=WEEKLY;UNTIL=20261204".parse().unwrap());
        keep(&home, &play).await;
        let before = dates.held.len();
        dates.follow(&home).await;
        assert_eq!(dates.on("2026-11-23")["eventStatus"], "https://schema.org/EventCancelled");
        assert!(dates.held.len() < before && dates.deleted > 0);
        assert!(
            dates.held.values().all(|data| !data["startDate"].as_str().unwrap().starts_with("2026-11-30T"))
        );

        // A whole session is taken back, with the dates that are over.
        choir.wanted = Wanted::Draft;
        keep(&home, &choir).await;
        series.follow(&home).await;
        dates.follow(&home).await;
        assert_eq!(series.names(), ["Stay and play"]);
        assert!(
            dates
                .held
                .values()
                .all(|data| data["superEvent"] == "https://hub.example.org/whats-on/stay-and-play")
        );
        for reader in [&series, &dates] {
            let all = serde_json::to_string(&reader.held).unwrap().to_lowercase();
            assert!(!all.contains("haven") && !all.contains("plans"), "{all}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_at_a_place_that_becomes_private_is_taken_back_within_a_minute() {
    on_both(async |home| {
        keep(&home, &session("stay-and-play", "Stay and play", "2026-09-07T09:30")).await;
        let runner = jobs::Runner::new(home.db.clone(), home.clock.clone(), kernel::Dice::loaded(5));
        let runner = events::with_jobs(runner);
        runner.run_until_empty().await.unwrap();
        a_minute_later(&home);
        let (mut series, mut dates) = (Reader::of(SERIES), Reader::of(DATES));
        series.follow(&home).await;
        dates.follow(&home).await;
        assert!(series.held.len() == 1 && !dates.held.is_empty());
        let now = home.clock.now();
        home.db
            .write(move |tx| {
                let place: directory::LocationDraft = toml::from_str(
                    "slug = 'mill'\nname = 'Mill Family Hub'\nkind = 'physical'\ntown = 'Northtown'\nsource = 'a test'\nsensitive = true",
                )?;
                directory::publish_location(tx, &place, &crate::support::council(), now).map(|_| ())
            })
            .await
            .unwrap();
        a_minute_later(&home);
        runner.run_until_empty().await.unwrap();
        a_minute_later(&home);
        series.follow(&home).await;
        dates.follow(&home).await;
        assert!(series.held.is_empty() && dates.held.is_empty(), "{:?}", series.held);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_set_says_what_it_is_and_a_place_that_was_never_given_is_refused() {
    let database = store::testing::sqlite(&[
        access::MIGRATIONS,
        settings::MIGRATIONS,
        directory::MIGRATIONS,
        events::MIGRATIONS,
    ])
    .await;
    let home = Home::of(database.db.clone()).await;
    let empty: Answer = home.get(SERIES).await;
    assert_eq!(
        serde_json::from_str::<Value>(&empty.text).unwrap()["next"],
        "https://hub.example.org/openactive/session-series"
    );
    let page = home.get("/openactive/").await;
    page.has("\"@type\":\"Dataset\"").has("https://openactive.io/ScheduledSession").has("Creative Commons");
    page.has("<link rel=\"canonical\" href=\"https://hub.example.org/openactive/\"");
    for query in ["afterTimestamp=1", "afterId=x", "afterTimestamp=x&afterId=x", "limit=0", "limit=many"] {
        let refused = home.get(&format!("{SERIES}?{query}")).await;
        assert_eq!(refused.status, 400, "{query}");
        refused.has("\"error\"");
    }
    assert_eq!(home.get(&format!("{DATES}?limit=100000")).await.status, 200);
}
