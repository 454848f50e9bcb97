//! How fast the feed answers at 3,000 and at 50,000 services, over HTTP, and how much memory it takes meanwhile:
//! `cargo run --release -p feed --example feed_bench`. Prints one table; ends with 1 when a target is missed.
//!
//! The services are published through the directory's own use cases; each has what a full service has.

use axum::extract::ConnectInfo;
use feed::{Feed, FeedConfig};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use kernel::{Clock, Dice, Fault};
use serde_json::json;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use store::Db;
use web::Site;

/// Targets.
const PAGE_P99: Duration = Duration::from_millis(15);
const WHOLE_FEED_OF_3000: Duration = Duration::from_secs(1);
/// How much more memory sending 50,000 may take than sending 3,000, in megabytes: it is sent, never held.
const MORE_MEGABYTES: f64 = 24.0;

fn main() -> Result<(), Fault> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run())
}

struct Measured {
    services: usize,
    projected: Duration,
    pages: Vec<(&'static str, Duration, Duration)>,
    whole: Duration,
    whole_megabytes: f64,
    grown_megabytes: f64,
}

async fn run() -> Result<(), Fault> {
    let sizes: Vec<usize> = match std::env::args().nth(1).and_then(|text| text.parse().ok()) {
        Some(size) => vec![size],
        None => vec![3_000, 50_000],
    };
    let mut all = Vec::new();
    for services in sizes {
        all.push(measure(services).await?);
    }
    let mut missed = Vec::new();
    println!("| services | what | median | p99 |\n| ---: | --- | ---: | ---: |");
    for measured in &all {
        for (what, median, p99) in &measured.pages {
            println!("| {} | {what} | {} | {} |", measured.services, millis(*median), millis(*p99));
            if *p99 > PAGE_P99 {
                missed.push(format!("{what} at {}: p99 {}", measured.services, millis(*p99)));
            }
        }
        println!(
            "| {} | whole feed as ndjson, {:.1} MB; memory grew by {:.1} MB meanwhile | {} | |",
            measured.services,
            measured.whole_megabytes,
            measured.grown_megabytes,
            millis(measured.whole)
        );
        println!(
            "| {} | records made from the directory | {} | |",
            measured.services,
            millis(measured.projected)
        );
        if measured.services == 3_000 && measured.whole > WHOLE_FEED_OF_3000 {
            missed.push(format!("the whole feed took {}", millis(measured.whole)));
        }
    }
    if let [small, large] = all.as_slice()
        && large.grown_megabytes > small.grown_megabytes + MORE_MEGABYTES
    {
        missed.push(format!("sending 50,000 grew memory by {:.1} MB", large.grown_megabytes));
    }
    if missed.is_empty() {
        println!("\nEvery target is met.");
        return Ok(());
    }
    println!("\nMissed: {}", missed.join("; "));
    std::process::exit(1)
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

async fn measure(services: usize) -> Result<Measured, Fault> {
    let folder = std::env::temp_dir().join(format!("hearth-bench-{}-{services}", std::process::id()));
    let db = Db::open(&format!("sqlite://{}", folder.join("bench.db").display())).await?;
    let rooms = [
        access::MIGRATIONS,
        settings::MIGRATIONS,
        notify::MIGRATIONS,
        accounts::MIGRATIONS,
        directory::MIGRATIONS,
        feed::MIGRATIONS,
    ];
    store::migrate(&db, &rooms).await?;
    let clock = Clock::real();
    let site = Site::open(db.clone(), clock.clone(), Dice::real()).await?;
    fill(&site, services).await?;
    let config = FeedConfig { requests_at_once: 10_000_000, ..FeedConfig::default() };
    let feed = Feed::open(&site, config).await?;
    let started = Instant::now();
    feed.renew().await?;
    let projected = started.elapsed();
    let router = feed::open_to_all(&feed, web::shell(&site, feed::routes(&feed).into_router()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let serving = tokio::spawn(serve(listener, router));
    let term = directory::open_data::named_id("term/need-3");
    let organization = directory::open_data::named_id("organization/body-7");
    let asked: [(&'static str, String); 6] = [
        ("one page, no filter", "/services?page=7".to_owned()),
        ("need, age and day", format!("/services?taxonomy_term_id={term}&age=3&day=TU")),
        ("words and organisation", format!("/services?search=toddler+pla&organization_id={organization}")),
        ("evenings near a postcode", "/services?postcode=ZE9+9AA&proximity=3000&start_time=17:00".to_owned()),
        ("sites near a postcode", "/service_at_locations?postcode=ZE9+9AA&proximity=3000".to_owned()),
        ("full records of a need", format!("/services?taxonomy_term_id={term}&full=true&per_page=20")),
    ];
    let mut pages = Vec::new();
    for (what, path) in asked {
        let mut times = Vec::new();
        let mut client = Client::connect(address).await?;
        for turn in 0..330 {
            let started = Instant::now();
            // Never the same tag twice, and never a page from a cache; and one that finds nothing measures nothing.
            let bytes = client.get(&format!("/oruk/v3{path}&x={turn}")).await?;
            anyhow::ensure!(bytes > 1_000, "{what} finds nothing");
            if turn >= 30 {
                times.push(started.elapsed());
            }
        }
        times.sort_unstable();
        pages.push((what, times[times.len() / 2], times[times.len() * 99 / 100]));
    }
    let mut client = Client::connect(address).await?;
    client.get("/oruk/v3/services?format=ndjson&per_page=1").await?;
    reset_peak();
    let before = megabytes("VmRSS:");
    let started = Instant::now();
    let bytes = client.get("/oruk/v3/services?format=ndjson").await?;
    let whole = started.elapsed();
    let grown_megabytes = (megabytes("VmHWM:") - before).max(0.0);
    serving.abort();
    std::fs::remove_dir_all(&folder)?;
    Ok(Measured { services, projected, pages, whole, whole_megabytes: bytes as f64 / 1e6, grown_megabytes })
}

/// Publishes so many services, ten an organisation, one site in three shared.
async fn fill(site: &Site, services: usize) -> Result<(), Fault> {
    let inner = site.clone();
    site.db()
        .write(move |tx| {
            let (council, now) = (inner.council(), inner.clock().now());
            let needs: Vec<_> = (0..40)
                .map(|at| serde_json::from_value(json!({"slug": format!("need-{at}"), "name": format!("Need {at}"), "line": "A need of families"})))
                .collect::<Result<_, _>>()?;
            directory::publish_taxonomy(tx, &needs, now)?;
            directory::publish_sectors(tx, &[serde_json::from_value(json!({"sector": "ZE9 9", "latitude": 53.4, "longitude": -2.7}))?])?;
            for at in 0..services.div_ceil(10) {
                let draft = json!({"slug": format!("body-{at}"), "name": format!("Example body {at}"), "description": "Runs services.", "kind": "charity"});
                directory::publish_organization(tx, &serde_json::from_value(draft)?, now)?;
            }
            for at in 0..services.div_ceil(3) {
                let point = [53.3 + (at % 20) as f64 / 100.0, -2.8 + (at / 20 % 20) as f64 / 100.0];
                let draft = json!({"slug": format!("place-{at}"), "name": format!("Example hall {at}"), "kind": "physical", "town": "Widnes",
                    "address_1": format!("{at} Example Street"), "postal_code": "ZE9 9AA", "point": point, "source": "The bench",
                    "accessibility": [{"feature": "step_free", "state": "yes"}]});
                directory::publish_location(tx, &serde_json::from_value(draft)?, &council, now)?;
            }
            Ok(())
        })
        .await?;
    for first in (0..services).step_by(500) {
        let inner = site.clone();
        let drafts: Vec<directory::ServiceDraft> =
            (first..services.min(first + 500)).map(draft).collect::<Result<_, _>>()?;
        site.db()
            .write(move |tx| {
                directory::publish_services(tx, &drafts, &inner.council(), inner.clock().now()).map(|_| ())
            })
            .await?;
    }
    Ok(())
}

fn draft(at: usize) -> Result<directory::ServiceDraft, Fault> {
    const KINDS: [&str; 6] =
        ["toddler play", "feeding group", "baby massage", "youth club", "speech clinic", "parents’ course"];
    let days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let kind = KINDS[at % KINDS.len()];
    let paragraph = "We meet in a warm room and you can come as you are. There is tea, and somebody to talk to who has time. Tell us if you need an interpreter, a quiet corner or help with the bus. ";
    Ok(serde_json::from_value(json!({
        "slug": format!("service-{at}"), "name": format!("Example {kind} {at}"), "organization": format!("body-{}", at / 10),
        "summary": format!("A {kind} for families, number {at}"), "description": paragraph.repeat(5),
        "topics": [format!("need-{}", at % 40), format!("need-{}", (at * 7 + 1) % 40)], "way_in": ["open", "self"],
        "age": {"from_months": (at % 5) * 12, "until_months": (at % 5) * 12 + 48}, "audiences": ["parents"], "access": ["hub", "phone"],
        "who_for": "Parents and carers with young children", "how_to_get_in": "Ring us or just come.", "what_happens": ["We say hello", "You choose"],
        "offers": [{"title": "In a group", "items": ["Play", "Songs", "A snack"]}], "cost": "free", "aliases": [format!("club {at}")],
        "phones": [{"number": "0151 496 0000", "description": "Bookings", "hours": "9am to 5pm"}], "email": format!("club{at}@example.org"),
        "website": format!("https://example.org/{at}"), "locations": [format!("place-{}", at / 3)], "languages": ["en", "pl"],
        "schedules": [
            {"byday": [days[at % 7]], "opens": "10:00", "closes": "11:30", "at": format!("place-{}", at / 3), "term": "term_time"},
            {"byday": [days[(at + 3) % 7]], "opens": "17:30", "closes": "19:00"},
        ],
        "source": "The bench", "checked_on": "2026-11-01",
    }))?)
}

/// One connection that is kept.
struct Client(hyper::client::conn::http1::SendRequest<Empty<Bytes>>);

impl Client {
    async fn connect(address: SocketAddr) -> Result<Client, Fault> {
        let stream = tokio::net::TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) =
            hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Client(sender))
    }

    /// How many bytes came; the answer is not held.
    async fn get(&mut self, path: &str) -> Result<usize, Fault> {
        let request = hyper::Request::get(path).header("host", "bench.example.org").body(Empty::new())?;
        self.0.ready().await?;
        let mut response = self.0.send_request(request).await?;
        anyhow::ensure!(response.status() == 200, "the feed answered {}", response.status());
        let mut bytes = 0;
        while let Some(frame) = response.body_mut().frame().await {
            bytes += frame?.data_ref().map_or(0, Bytes::len);
        }
        Ok(bytes)
    }
}

async fn serve(listener: tokio::net::TcpListener, router: axum::Router) -> Result<(), Fault> {
    loop {
        let (stream, peer) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let router = router.clone();
        let service =
            hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(ConnectInfo(peer));
                tower::ServiceExt::oneshot(router.clone(), request)
            });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(hyper_util::rt::TokioIo::new(stream), service),
        );
    }
}

/// A line of what Linux says of this process, in megabytes; 0 elsewhere.
fn megabytes(line: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|each| each.strip_prefix(line));
    let kilobytes = found.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1_024.0
}

/// Lets the peak begin from here.
fn reset_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
