use crate::support::{House, MIGRATIONS, house, record, records};
use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, StatusCode, Uri},
    response::IntoResponse,
    routing::get,
};
use jobs::Runner;
use kernel::{Clock, Dice, Span};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use store::testing::both;

/// A feed of another council, as it is at the moment.
#[derive(Clone, Default)]
struct Feed(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    records: Vec<Value>,
    status: u16,
    only_names: bool,
    asked: Vec<String>,
    /// A slow feed: each answer takes so many seconds by this clock.
    slow: Option<(Clock, i64)>,
    /// Breaks off once it has been asked so often.
    breaks_after: Option<usize>,
    /// There is one more whenever it is asked.
    grows: bool,
}

impl State {
    fn is_asked(&mut self, what: String) {
        self.asked.push(what);
        if let Some((clock, seconds)) = &self.slow {
            clock.set(clock.now().checked_add(Span::new().seconds(*seconds)).unwrap());
        }
        if self.grows {
            let next = u128::try_from(self.records.len()).unwrap() + 1;
            self.records.push(record(next));
        }
        if self.breaks_after.is_some_and(|most| self.asked.len() > most) {
            self.status = 503;
        }
    }
}

impl Feed {
    async fn serve(records: Vec<Value>) -> (Feed, String) {
        let feed = Feed(Arc::new(Mutex::new(State { records, status: 200, ..State::default() })));
        let (list, one, whole) = (feed.clone(), feed.clone(), feed.clone());
        let router = Router::new()
            .route(
                "/oruk/v3",
                get(async || r#"{"version": "HSDS-UK-3.0", "profile": "x", "openapi_url": "y"}"#),
            )
            .route("/oruk/v3/services", get(async move |uri: Uri| list.page(&uri)))
            .route("/oruk/v3/services/{id}", get(async move |Path(id): Path<String>| one.one(&id)))
            .route("/all.ndjson", get(async move |headers: HeaderMap| whole.all(&headers)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (feed, address)
    }

    fn now(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.lock().unwrap());
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }

    fn page(&self, uri: &Uri) -> impl IntoResponse + use<> {
        let mut state = self.0.lock().unwrap();
        let page = uri.query().and_then(|query| query.split("&").find_map(|part| part.strip_prefix("page=")));
        let page: usize = page.and_then(|page| page.parse().ok()).unwrap_or(1);
        state.is_asked(format!("page {page}"));
        if state.status != 200 {
            return (StatusCode::from_u16(state.status).unwrap(), [("retry-after", "10800")], String::new());
        }
        let pages = state.records.len().div_ceil(4);
        let contents: Vec<Value> = state
            .records
            .iter()
            .skip((page - 1) * 4)
            .take(4)
            .map(|record| {
                if state.only_names {
                    json!({"id": record["id"], "name": record["name"]})
                } else {
                    record.clone()
                }
            })
            .collect();
        let body = json!({"total_items": state.records.len(), "total_pages": pages, "page_number": page, "size": contents.len(),
            "first_page": page == 1, "last_page": page == pages, "empty": contents.is_empty(), "contents": contents});
        (StatusCode::OK, [("x", "y")], body.to_string())
    }

    fn one(&self, id: &str) -> String {
        let mut state = self.0.lock().unwrap();
        state.is_asked("one".to_owned());
        state.records.iter().find(|record| record["id"] == id).unwrap().to_string()
    }

    fn all(&self, headers: &HeaderMap) -> impl IntoResponse + use<> {
        let mut state = self.0.lock().unwrap();
        let tag = format!("\"{}\"", state.records.len());
        let known = headers.get("if-none-match").is_some_and(|have| have.to_str().unwrap() == tag);
        state.asked.push(if known { "the same" } else { "all" }.to_owned());
        let body: Vec<String> = state.records.iter().map(ToString::to_string).collect();
        let status = if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        (status, [("etag", tag)], if known { String::new() } else { body.join("\n") })
    }
}

impl House {
    async fn run_jobs(&self) {
        let runner = Runner::new(self.db.clone(), self.clock.clone(), Dice::real());
        intake::jobs(runner, &self.intake).run_until_empty().await.unwrap();
        let dead = self.db.read(jobs::list_dead).await.unwrap();
        assert!(dead.is_empty(), "{dead:?}");
    }

    async fn hours_later(&self, hours: i64) {
        self.clock.set(self.clock.now().checked_add(Span::new().hours(hours)).unwrap());
        self.run_jobs().await;
    }

    async fn add(&self, address: &str, area: &str) -> (u16, String) {
        let fields = [
            ("name", "Next door"),
            ("address", address),
            ("kind", "oruk"),
            ("area", area),
            ("every_hours", "24"),
            ("licence", "OGL"),
        ];
        self.as_steward().post("/admin/sources/new", &fields).await
    }
}

const PAGE: &str = "/admin/sources/next-door";

#[tokio::test]
async fn a_feed_is_looked_at_first_then_pulled_every_day_by_its_pages() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let (feed, address) = Feed::serve(records(10)).await;
        assert_eq!(
            house.add(&format!("{address}/oruk/v3"), "outside").await.1,
            "/admin/sources/next-door?done=added"
        );
        house.run_jobs().await;
        assert_eq!(
            house.count("select count(*) from service").await,
            0,
            "nothing is taken in before somebody says so"
        );
        let page = house.as_steward().page(PAGE).await;
        assert!(page.contains("10 added") && page.contains("Start taking it in"), "{page}");
        assert_eq!(house.as_steward().post(PAGE, &[("do", "start")]).await.0, 303);
        house.run_jobs().await;
        assert_eq!(house.count("select count(*) from service").await, 10);
        assert_eq!(house.entry("group-4").await.area.as_deref(), Some("outside:Next door"));
        assert_eq!(feed.asked(), ["page 1", "page 2", "page 3", "page 1", "page 2", "page 3"]);
        house.hours_later(23).await;
        assert!(feed.asked().is_empty(), "not before its time");
        feed.now(|state| state.records.push(record(11)));
        house.hours_later(2).await;
        assert_eq!(house.count("select count(*) from service").await, 11);
        let traces = house.traces().await;
        house.hours_later(25).await;
        assert_eq!(house.traces().await, traces, "a pull without news leaves no trace in the directory");
    })
    .await;
}

#[tokio::test]
async fn a_source_that_is_out_of_order_is_left_alone_longer_and_nothing_is_flagged() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let (feed, address) = Feed::serve(records(10)).await;
        house.add(&format!("{address}/oruk/v3/services"), "inside").await;
        house.as_steward().post(PAGE, &[("do", "start")]).await;
        house.run_jobs().await;
        feed.asked();
        feed.now(|state| state.status = 503);
        house.hours_later(25).await;
        assert_eq!(feed.asked(), ["page 1"]);
        house.hours_later(2).await;
        assert!(feed.asked().is_empty(), "it asked for three hours");
        house.hours_later(2).await;
        assert_eq!(feed.asked().len(), 1);
        for _ in 0..3 {
            house.hours_later(4).await;
        }
        let found = house.db.read({
            let now = house.clock.now();
            move |tx| intake::findings(tx, now)
        });
        let found = found.await.unwrap();
        assert!(found.iter().any(|finding| finding.contains("times in a row")), "{found:?}");
        assert_eq!(house.count("select count(*) from source_record where state = 'gone'").await, 0);
        feed.now(|state| state.status = 200);
        house.hours_later(100).await;
        assert_eq!(house.count("select failures from source").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_source_that_loses_a_fifth_at_once_waits_until_somebody_says_that_it_is_right() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let (feed, address) = Feed::serve(records(10)).await;
        house.add(&format!("{address}/oruk/v3/services"), "inside").await;
        house.as_steward().post(PAGE, &[("do", "start")]).await;
        house.run_jobs().await;
        feed.now(|state| state.records.truncate(7));
        house.hours_later(25).await;
        let page = house.as_steward().page(PAGE).await;
        assert!(page.contains("It waits for you"), "{page}");
        assert_eq!(house.count("select count(*) from source_record where state = 'gone'").await, 0);
        house.as_steward().post(PAGE, &[("do", "start_with_loss")]).await;
        house.run_jobs().await;
        assert_eq!(house.count("select count(*) from source_record where state = 'gone'").await, 3);
        assert_eq!(house.count("select count(*) from service").await, 10);
    })
    .await;
}

/// How often each page but the first was asked for: the first says whether the list is still the same.
fn times_asked(asked: &[String]) -> BTreeMap<&str, usize> {
    let mut times = BTreeMap::new();
    for page in asked.iter().filter(|page| *page != "page 1") {
        *times.entry(page.as_str()).or_default() += 1;
    }
    times
}

#[tokio::test]
async fn a_pull_that_takes_longer_than_a_job_goes_on_where_it_stopped() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let (feed, address) = Feed::serve(records(40)).await;
        house.add(&format!("{address}/oruk/v3/services"), "inside").await;
        feed.now(|state| state.slow = Some((house.clock.clone(), 50)));
        house.as_steward().post(PAGE, &[("do", "start")]).await;
        house.run_jobs().await;
        assert_eq!(house.count("select count(*) from service").await, 40);
        let asked = feed.asked();
        // Once for the look that adding it asks for, and once for taking it in.
        assert!(times_asked(&asked).values().all(|times| *times == 2), "no page is read twice: {asked:?}");
        let parts = asked.iter().filter(|page| *page == "page 1").count();
        assert!(parts >= 8, "each of the two took several jobs: {asked:?}");
        assert_eq!(house.count("select count(*) from source_pull_page").await, 0);
        assert_eq!(house.count("select count(*) from source_pull").await, 0);
        assert_eq!(house.count("select count(*) from intake_run where kind = 'harvest'").await, 1);
        // Where the list only names services, they are kept one by one as well.
        feed.now(|state| {
            state.only_names = true;
            state.records.truncate(39);
        });
        house.hours_later(25).await;
        let ones = feed.asked().iter().filter(|asked| *asked == "one").count();
        assert_eq!(ones, 39, "none is asked for twice");
    })
    .await;
}

#[tokio::test]
async fn what_was_read_is_used_after_a_break_only_while_the_list_is_the_same() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let (feed, address) = Feed::serve(records(40)).await;
        house.add(&format!("{address}/oruk/v3/services"), "inside").await;
        house.run_jobs().await;
        feed.asked();
        feed.now(|state| state.breaks_after = Some(5));
        house.as_steward().post(PAGE, &[("do", "start")]).await;
        house.run_jobs().await;
        assert_eq!(feed.asked().len(), 6);
        assert_eq!(house.count("select count(*) from service").await, 0, "half a list is taken in never");
        assert_eq!(house.count("select count(*) from source_pull_page").await, 4);
        feed.now(|state| (state.status, state.breaks_after) = (200, Some(3)));
        house.hours_later(4).await;
        assert_eq!(feed.asked(), ["page 1", "page 6", "page 7", "page 8"], "it goes on after the break");
        feed.now(|state| {
            (state.status, state.breaks_after) = (200, None);
            state.records.push(record(41));
        });
        house.hours_later(20).await;
        assert_eq!(feed.asked().len(), 11, "another list is read from its beginning");
        assert_eq!(house.count("select count(*) from service").await, 41);
        // Of a pull that nobody goes on with nothing stays.
        feed.now(|state| state.breaks_after = Some(2));
        house.hours_later(25).await;
        assert_eq!(house.count("select count(*) from source_pull_page").await, 1);
        house.as_steward().post(PAGE, &[("do", "pause")]).await;
        house.hours_later(50).await;
        assert_eq!(house.count("select count(*) from source_pull_page").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_list_that_changes_under_our_hands_again_and_again_is_given_up_until_the_next_time() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let (feed, address) = Feed::serve(records(40)).await;
        house.add(&format!("{address}/oruk/v3/services"), "inside").await;
        house.run_jobs().await;
        feed.asked();
        feed.now(|state| {
            state.slow = Some((house.clock.clone(), 70));
            state.grows = true;
        });
        house.as_steward().post(PAGE, &[("do", "start")]).await;
        house.run_jobs().await;
        assert!(feed.asked().len() < 20, "it ends");
        assert!(house.as_steward().page(PAGE).await.contains("changes faster than we can read it"));
        assert_eq!(house.count("select count(*) from source_pull").await, 0);
        assert_eq!(house.count("select failures from source").await, 1);
    })
    .await;
}

#[tokio::test]
async fn one_whole_answer_is_asked_for_by_its_tag_and_a_list_of_names_service_by_service() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let (feed, address) = Feed::serve(records(5)).await;
        house.add(&format!("{address}/all.ndjson"), "inside").await;
        house.as_steward().post(PAGE, &[("do", "start")]).await;
        house.run_jobs().await;
        feed.asked();
        house.hours_later(25).await;
        assert_eq!(feed.asked(), ["the same"]);
        feed.now(|state| state.records.push(record(6)));
        house.hours_later(25).await;
        assert_eq!(feed.asked(), ["all"]);
        assert_eq!(house.count("select count(*) from service").await, 6);
        feed.now(|state| state.only_names = true);
        let (list, ask) = (format!("{address}/oruk/v3/services"), house.ask());
        let planned = intake::command::plan_url(&house.intake, &list, &ask, &intake::nobody).await.unwrap();
        assert_eq!(
            planned.plan.totals.added + planned.plan.totals.held + planned.plan.totals.same,
            6,
            "{:?}",
            planned.summary()
        );
        assert!(
            planned.plan.lines.iter().all(|line| line.why.is_empty()),
            "each was read whole: {:?}",
            planned.plan.lines
        );
    })
    .await;
}

#[tokio::test]
async fn an_address_in_our_own_network_is_refused_where_it_is_typed_and_nothing_typed_is_lost() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        for address in [
            "http://10.0.0.1/feed",
            "http://169.254.169.254/latest",
            "ftp://example.org",
            "https://me:word@example.org/",
            "feed",
        ] {
            let (status, page) = house.add(address, "inside").await;
            assert_eq!(status, 422, "{address}");
            assert!(page.contains("Next door") && page.contains("address-error"), "{address}: {page}");
        }
        assert_eq!(house.count("select count(*) from source").await, 0);
        let (feed, address) = Feed::serve(records(1)).await;
        house.add(&format!("{address}/all.ndjson"), "inside").await;
        let (status, page) = house.add(&format!("{address}/all.ndjson"), "inside").await;
        assert!(status == 422 && page.contains("already"));
        for (act, done) in [("pause", "paused"), ("stop", "stopped"), ("keep_again", "kept_again")] {
            let (_, to) = house.as_steward().post(PAGE, &[("do", act)]).await;
            assert!(to.ends_with(done), "{act}: {to}");
        }
        feed.asked();
        house.hours_later(48).await;
        assert!(feed.asked().iter().all(|asked| asked != "page 1"), "paused is paused");
    })
    .await;
}
