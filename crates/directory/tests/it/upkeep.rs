//! Keeping the directory true, through its façade and its pages, on both databases.

use access::{Actor, KeepEntry, May, On, RestoreEntry, SettleReport};
use axum::{Router, body::Body, http::Request};
use directory::{
    Directory, OrganizationDraft, ServiceDraft, ServiceId,
    upkeep::{
        Assurance, CheckedBy, HideReason, ReportOutcome, Settled, assure, find_report, find_upkeep, hide,
        list_open_reports, list_settled_reports, list_upkeep, settle_report, show, take_back_assurance,
    },
};
use http_body_util::BodyExt;
use kernel::{Clock, Date, Dice};
use settings::Council;
use std::sync::Arc;
use store::{Db, args, testing::both};
use tower::ServiceExt;
use web::Site;

const MIGRATIONS: &[&[store::Migration]] = &[access::MIGRATIONS, settings::MIGRATIONS, directory::MIGRATIONS];
const NOW: &str = "2026-11-22T09:00:00Z";

fn organization() -> OrganizationDraft {
    serde_json::from_value(serde_json::json!({
        "slug": "example-charity", "name": "Example charity", "description": "Helps.", "kind": "charity"
    }))
    .unwrap()
}

fn service(slug: &str) -> ServiceDraft {
    serde_json::from_value(serde_json::json!({
        "slug": slug, "name": format!("Service {slug}"), "organization": "example-charity",
        "summary": "A service for this test.", "description": "It helps.", "topics": ["feeding"], "way_in": ["self"],
        "access": ["phone"], "cost": "free", "status": "active", "source": "this test", "checked_on": "2026-01-10",
        "phones": [{"number": "0151 496 0000", "description": "", "hours": "9 to 5"}]
    }))
    .unwrap()
}

struct Town {
    db: Db,
    clock: Clock,
    directory: Directory,
    router: Router,
    ids: Vec<ServiceId>,
}

async fn town(db: Db) -> Town {
    let clock = Clock::standing_at(NOW);
    let now = clock.now();
    let ids = db
        .write(move |tx| {
            let need = serde_json::from_value(serde_json::json!({"slug": "feeding", "name": "Feeding"}))?;
            directory::publish_taxonomy(tx, &[need], now)?;
            directory::publish_organization(tx, &organization(), now)?;
            let council = Council { phone: "0303 333 4300".to_owned(), ..Council::unnamed() };
            settings::set_council(tx, &council, now)?;
            directory::publish_services(tx, &[service("first"), service("second")], &council, now)
        })
        .await
        .unwrap();
    let site = Site::open(db.clone(), clock.clone(), Dice::loaded(3)).await.unwrap();
    let directory = Directory::open(&site, Arc::new(|_| Vec::new())).await.unwrap();
    let router = web::shell(&site, directory::routes(&directory).into_router());
    Town { db, clock, directory, router, ids }
}

impl Town {
    async fn get(&self, path: &str) -> (u16, String) {
        let request = Request::get(path).header("host", "hub.example.org").body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What a node does when it hears an announcement.
    async fn renew(&self) {
        self.directory.renew().await.unwrap();
        self.directory.site().refresh().await.unwrap();
    }

    async fn announced(&self) -> i64 {
        self.db.read(|tx| store::outbox::last_sequence(tx, &["service_published"])).await.unwrap()
    }

    async fn hide(&self, id: ServiceId) -> bool {
        let now = self.clock.now();
        self.db
            .write(move |tx| {
                let may = May::<RestoreEntry>::by_operator(On::one("service", id));
                hide(tx, &may, id, HideReason::Unchecked, now)
            })
            .await
            .unwrap()
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_hidden_entry_is_nowhere_says_kindly_why_and_comes_back_whole() {
    both(MIGRATIONS, async |db| {
        let town = town(db).await;
        let first = town.ids[0];
        assert_eq!(town.get("/services/first").await.0, 200);
        let heard = town.announced().await;
        assert!(town.hide(first).await && !town.hide(first).await, "it is hidden once");
        assert!(town.announced().await > heard, "every node is told");
        town.renew().await;

        let (status, page) = town.get("/services/first").await;
        assert_eq!(status, 410);
        assert!(page.contains("put this page away for now") && page.contains("0303 333 4300"), "{page}");
        assert!(page.contains("noindex") && !page.contains("0151 496 0000"));
        for elsewhere in ["/sitemap.xml", "/api/v1/search?q=service", "/organisations/example-charity"] {
            let (_, text) = town.get(elsewhere).await;
            assert!(text.contains("second") && !text.contains("services/first"), "{elsewhere}: {text}");
        }
        assert_eq!(town.get("/services/first/report").await.0, 404);
        assert_eq!(town.get("/services/first/share").await.0, 404);

        let now = town.clock.now();
        let shown = town
            .db
            .write(move |tx| {
                let may = May::<RestoreEntry>::by_operator(On::one("service", first));
                Ok((show(tx, &may, first, "", now)?, show(tx, &may, first, "", now)?))
            })
            .await
            .unwrap();
        assert_eq!(shown, (true, false));
        town.renew().await;
        assert_eq!(town.get("/services/first").await.0, 200);
        assert!(town.get("/sitemap.xml").await.1.contains("services/first"));
    })
    .await;
}

#[tokio::test]
async fn a_check_sets_the_date_and_shows_by_whom_and_can_be_taken_back() {
    both(MIGRATIONS, async |db| {
        let town = town(db).await;
        let (id, now) = (town.ids[0], town.clock.now());
        let before = town.get("/services/first").await.1;
        assert!(
            before.contains("Nobody has checked this since 10 January 2026: phone before you go"),
            "{before}"
        );
        town.hide(id).await;
        let assured = town
            .db
            .write(move |tx| {
                let may = May::<KeepEntry>::by_operator(On::one("service", id));
                let assurance = Assurance { on: day("2026-11-03"), by: CheckedBy::Service, how: "said so" };
                assure(tx, &may, id, &assurance, now)
            })
            .await
            .unwrap()
            .unwrap();
        assert_eq!((assured.before, assured.was_hidden), (Some(day("2026-01-10")), true));
        town.renew().await;
        let (status, page) = town.get("/services/first").await;
        assert_eq!(status, 200, "who checks an entry that was hidden for want of a check brings it back");
        assert!(page.contains("Last checked 3 November 2026 by the service"), "{page}");

        // A later look at the same day, and an older one, leave the newer date standing.
        let older = town
            .db
            .write(move |tx| {
                let may = May::<KeepEntry>::by_operator(On::one("service", id));
                let assurance = Assurance { on: day("2026-02-01"), by: CheckedBy::Council, how: "phoned" };
                assure(tx, &may, id, &assurance, now)
            })
            .await
            .unwrap()
            .unwrap();
        assert_eq!(older.on, day("2026-11-03"));

        let back = town
            .db
            .write(move |tx| {
                let may = May::<KeepEntry>::by_operator(On::one("service", id));
                let first = take_back_assurance(tx, &may, &assured, now)?;
                Ok((first, take_back_assurance(tx, &may, &assured, now)?))
            })
            .await
            .unwrap();
        assert_eq!(back, (true, false), "a second time there is nothing to take back");
        let line = town.db.read(move |tx| find_upkeep(tx, id, day("2026-11-22"))).await.unwrap().unwrap();
        assert_eq!((line.assured_date, line.hidden_at), (Some(day("2026-01-10")), Some(now)));
        let trail: Vec<(String,)> =
            town.db.read(|tx| tx.all("select did from audit order by sequence", args![])).await.unwrap();
        assert!(trail.iter().any(|(did,)| did == "took back that nothing has changed"), "{trail:?}");
    })
    .await;
}

#[tokio::test]
async fn opens_are_counted_by_day_and_never_twice() {
    both(MIGRATIONS, async |db| {
        let town = town(db).await;
        for _ in 0..3 {
            town.get("/services/first").await;
        }
        town.get("/services/no-such-entry").await;
        town.clock.set("2026-11-23T09:00:00Z".parse().unwrap());
        town.get("/services/first").await;
        town.get("/services/second").await;
        let mut written = 0;
        // One request a minute later may have begun to write already; both ways nothing is lost or counted twice.
        for _ in 0..2 {
            written += directory::write_down_opens(&town.directory).await.unwrap();
        }
        assert!(written <= 5);
        let today = day("2026-11-23");
        let mut opens = Vec::new();
        for _ in 0..200 {
            let lines = town.db.read(move |tx| list_upkeep(tx, today)).await.unwrap();
            opens = lines.into_iter().map(|line| (line.slug, line.opens)).collect();
            if opens.iter().map(|(_, count)| count).sum::<i64>() == 5 {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert_eq!(opens, [("first".to_owned(), 4), ("second".to_owned(), 1)]);
        let later = town.db.read(|tx| list_upkeep(tx, day("2026-12-20"))).await.unwrap();
        assert_eq!(later[0].opens, 1, "only the last four weeks count");
    })
    .await;
}

#[tokio::test]
async fn an_entry_tells_what_families_need_and_what_is_missing() {
    both(MIGRATIONS, async |db| {
        let town = town(db).await;
        let line =
            town.db.read(|tx| list_upkeep(tx, day("2026-11-22"))).await.unwrap().into_iter().next().unwrap();
        assert_eq!((line.slug.as_str(), line.organization_kind.as_str()), ("first", "charity"));
        assert!(line.way_in_marked && !line.way_in_in_words && line.access_marked && line.cost_given);
        assert_eq!((line.phones, line.phones_with_hours, line.places, line.times), (1, 1, 0, 0));
        assert!(!line.who_marked && !line.crisis && line.phone_assured_on.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_report_is_read_on_the_record_settled_once_and_its_answer_kept() {
    both(MIGRATIONS, async |db| {
        let town = town(db).await;
        let form = "what=phone&words=It+rings+out&reply_to=visitor%40example.org";
        let request = Request::post("/services/first/report")
            .header("host", "hub.example.org")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        assert_eq!(town.router.clone().oneshot(request).await.unwrap().status(), 303);
        let open = town.db.read(list_open_reports).await.unwrap();
        assert_eq!((open.len(), open[0].slug.as_str(), open[0].wants_answer), (1, "first", true));
        let (id, now) = (open[0].id, town.clock.now());
        let (read, first, second, settled) = town
            .db
            .write(move |tx| {
                let may = May::<SettleReport>::decide(&Actor::Operator, On::one("report", id))?;
                let read = find_report(tx, &may, id, now)?;
                let settle = |tx: &mut store::Tx<'_>| {
                    settle_report(tx, &may, id, ReportOutcome::PutRight, Some("Thank you"), now)
                };
                let (first, second) = (settle(tx)?, settle(tx)?);
                Ok((read, first, second, list_settled_reports(tx, now)?))
            })
            .await
            .unwrap();
        assert_eq!(read.unwrap().words, "It rings out");
        assert!(
            matches!(first, Some(Settled::Now { reply_to: Some(email), .. }) if email.as_str() == "visitor@example.org")
        );
        assert!(matches!(second, Some(Settled::Before)));
        assert_eq!((settled.len(), settled[0].outcome.as_deref()), (1, Some("put_right")));
        assert!(town.db.read(list_open_reports).await.unwrap().is_empty());
        let reads: Vec<(String,)> = town
            .db
            .read(|tx| tx.all("select did from audit where action = 'settle_report' order by sequence", args![]))
            .await
            .unwrap();
        assert_eq!(reads.into_iter().map(|(did,)| did).collect::<Vec<_>>(), ["read a report", "settled a report"]);
    })
    .await;
}
