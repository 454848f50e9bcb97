//! Our own feed, taken in by an empty council and published again, says the same: over generated directories, on both
//! databases. Two fields differ: `last_modified`, and the `source` of an organisation that named none, which is then
//! 'Taken from ...'.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

use directory::{LocationDraft, OrganizationDraft, ServiceDraft, TermDraft};
use feed::{Feed, FeedConfig};
use fetch::{FetchConfig, Fetcher};
use intake::{Ask, Intake, command, nobody};
use kernel::{Clock, Dice};
use proptest::{
    prelude::*,
    sample::{select, subsequence},
    strategy::ValueTree,
    test_runner::{Config, TestRng, TestRunner},
};
use serde_json::{Value, json};
use settings::Council;
use std::collections::BTreeMap;
use store::{Db, testing};
use web::Site;

const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    directory::MIGRATIONS,
    keeping::MIGRATIONS,
    feed::MIGRATIONS,
    intake::MIGRATIONS,
];
const ORGANIZATIONS: [&str; 4] = ["council", "nhs-trust", "small-charity", "runs-nothing"];
const PLACES: [&str; 3] = ["first-hall", "second-hall", "online-room"];
const NEEDS: [&str; 4] = ["feeding", "breastfeeding", "bottle-feeding", "things-to-do"];
const SERVICES: usize = 12;

fn text() -> impl Strategy<Value = String> {
    select(vec![
        "A friendly group for you & your baby",
        "Ring us, or just come: it’s free",
        "“Quotes”, 50% off, £2.50 and more…",
        "Dros Gymru – a naïve café, 李雷",
        "Line one.\n\nLine two:\n\n* a list\n* with two",
        "ALL CAPITALS AND 123",
        "plain",
    ])
    .prop_map(str::to_owned)
}

fn line() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.split('\n').next().unwrap_or_default().to_owned())
}

fn maybe(strategy: impl Strategy<Value = String> + 'static) -> BoxedStrategy<Value> {
    prop::option::of(strategy).prop_map(|text| json!(text)).boxed()
}

fn some_of(words: &'static [&'static str], least: usize) -> BoxedStrategy<Value> {
    subsequence(words.to_vec(), least..=words.len()).prop_map(|words| json!(words)).boxed()
}

fn date() -> BoxedStrategy<Value> {
    prop::option::of((2024..2026i32, 1..13u8, 1..29u8))
        .prop_map(|date| json!(date.map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"))))
        .boxed()
}

fn schedules(places: bool) -> BoxedStrategy<Value> {
    let days = subsequence(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"], 1..4);
    let times = prop::option::of((0..24u16, 1..=24u16, select(vec!["00", "30"])));
    let nth = prop::option::of(select(vec![-1, 1, 3]));
    let place = prop::option::of(select(PLACES[..2].to_vec()));
    let rest = (
        select(vec!["all_year", "term_time", "holidays"]),
        prop::option::of(select(vec!["drop_in", "book"])),
    );
    let one = (days, times, nth, place, rest, date(), prop::option::of(line())).prop_map(
        move |(days, times, nth, place, (term, attending), from, description)| {
            let times = times
                .filter(|(opens, closes, minutes)| opens != closes && (*closes < 24 || *minutes == "00"));
            json!({
                "freq": if nth.is_some() { "monthly" } else { "weekly" }, "byday": days, "nth": nth,
                "opens": times.map(|(opens, _, minutes)| format!("{opens:02}:{minutes}")),
                "closes": times.map(|(_, closes, minutes)| format!("{closes:02}:{minutes}")),
                "valid_from": from, "term": term, "attending": attending,
                "at": place.filter(|_| places), "description": description.unwrap_or_default(),
            })
        },
    );
    prop::collection::vec(one, 0..4).prop_map(|all| json!(all)).boxed()
}

fn ages() -> BoxedStrategy<Value> {
    let months = (any::<bool>(), prop::option::of(0..200i64), prop::option::of(1..240i64));
    prop::option::of(months)
        .prop_map(|months| match months {
            None => Value::Null,
            Some((pregnancy, from, until)) => {
                let until = until.map(|until| from.unwrap_or(0) + until);
                let said = pregnancy || from.is_some() || until.is_some();
                if said {
                    json!({"pregnancy": pregnancy, "from_months": from, "until_months": until})
                } else {
                    Value::Null
                }
            }
        })
        .boxed()
}

fn service(number: usize) -> impl Strategy<Value = ServiceDraft> {
    let fields: Vec<(&'static str, BoxedStrategy<Value>)> = vec![
        ("name", line().prop_map(move |name| json!(format!("{name} {number}"))).boxed()),
        ("organization", select(ORGANIZATIONS[..3].to_vec()).prop_map(|slug| json!(slug)).boxed()),
        ("summary", line().prop_map(|text| json!(text)).boxed()),
        ("description", text().prop_map(|text| json!(text)).boxed()),
        ("topics", some_of(&NEEDS, 1)),
        ("who_for", maybe(line())),
        ("age", ages()),
        ("audiences", some_of(&["dads", "kinship", "parents", "children"], 0)),
        ("access", some_of(&["hub", "network", "home", "online", "phone"], 0)),
        ("way_in", some_of(&["open", "self", "professional", "unknown"], 1)),
        ("how_to_get_in", maybe(text())),
        ("what_happens", prop::collection::vec(line(), 0..3).prop_map(|all| json!(all)).boxed()),
        (
            "offers",
            prop::collection::vec((line(), prop::collection::vec(line(), 1..3)), 0..3)
                .prop_map(|all| json!(all.iter().map(|(title, items)| json!({"title": title, "items": items})).collect::<Vec<_>>()))
                .boxed(),
        ),
        ("cost", select(vec!["free", "some_free", "paid", "unknown"]).prop_map(|cost| json!(cost)).boxed()),
        ("cost_note", maybe(line())),
        (
            "cost_options",
            prop::collection::vec((line(), prop::option::of(0..2_000i64)), 0..3)
                .prop_map(|all| json!(all.iter().map(|(option, pence)| json!({"option": option, "amount": pence.map(|pence| pence as f64 / 100.0), "amount_description": "a child"})).collect::<Vec<_>>()))
                .boxed(),
        ),
        ("eligibility", maybe(text())),
        ("thrive", some_of(&["getting_help"], 0)),
        ("send_needs", some_of(&["SEMH", "ASD", "NSA"], 0)),
        ("aliases", some_of(&["tots", "baby & me", "coffee morning"], 0)),
        (
            "phones",
            prop::collection::vec((1_000..9_999u32, prop::option::of(line())), 0..3)
                .prop_map(|all| json!(all.iter().map(|(number, hours)| json!({"number": format!("0151 496 {number}"), "description": "Office", "hours": hours.clone().unwrap_or_default()})).collect::<Vec<_>>()))
                .boxed(),
        ),
        ("email", maybe(Just("hello@group.example.org".to_owned()))),
        ("website", maybe(Just("https://group.example.org/a?b=c".to_owned()))),
        ("locations", some_of(&PLACES, 0)),
        ("area", maybe(select(vec!["halton", "widnes", "england", "uk"]).prop_map(str::to_owned))),
        ("schedules", schedules(true)),
        ("languages", some_of(&["en", "pl", "ur", "zh-Hant"], 0)),
        ("interpretation", maybe(line())),
        ("funding", some_of(&["The council", "Lottery"], 0)),
        ("status", select(vec!["active", "inactive", "temporarily closed"]).prop_map(|status| json!(status)).boxed()),
        ("alert", maybe(line())),
        ("waiting_time", maybe(line())),
        ("waiting_time_on", date()),
        ("sensitive", any::<bool>().prop_map(|is| json!(is)).boxed()),
        ("baby", any::<bool>().prop_map(|is| json!(is)).boxed()),
        ("loss", any::<bool>().prop_map(|is| json!(is)).boxed()),
        ("source", line().prop_map(|text| json!(text)).boxed()),
        ("source_url", maybe(Just("https://source.example.org/page".to_owned()))),
        ("checked_on", date()),
        ("doubt", maybe(line())),
    ];
    let (names, values): (Vec<&str>, Vec<BoxedStrategy<Value>>) = fields.into_iter().unzip();
    values.prop_map(move |values| {
        let mut draft: serde_json::Map<String, Value> =
            names.iter().map(|name| (*name).to_owned()).zip(values).collect();
        draft.insert("slug".to_owned(), json!(format!("service-{number}")));
        serde_json::from_value(Value::Object(draft)).unwrap()
    })
}

fn organization(slug: &'static str) -> impl Strategy<Value = OrganizationDraft> {
    let kind = select(vec!["council", "nhs", "charity", "community", "school", "private"]);
    (line(), text(), kind, any::<bool>(), date()).prop_map(move |(name, description, kind, more, checked_on)| {
        serde_json::from_value(json!({
            "slug": slug, "name": format!("{name} {slug}"), "description": description, "kind": kind, "checked_on": checked_on,
            "website": more.then_some("https://example.org"), "email": more.then_some("a@example.org"),
            "phone": more.then_some("01928 000 000"), "source": more.then_some("Its own page"),
            "identifiers": if more { json!([{"scheme": "GB-CHC", "kind": "Charity number", "identifier": "1000000"}]) } else { json!([]) },
        }))
        .unwrap()
    })
}

fn place(slug: &'static str) -> impl Strategy<Value = LocationDraft> {
    let address = (prop::option::of(Just("1 High Street")), prop::option::of(Just("WA8 7QF")), any::<bool>());
    let features = some_of(&["step_free", "parking", "hearing_loop"], 0);
    let state = select(vec!["yes", "no", "unknown"]);
    (line(), address, features, state, schedules(false), maybe(text()), date()).prop_map(
        move |(name, (street, postcode, more), features, state, schedules, transportation, checked_on)| {
            let features: Vec<Value> = features.as_array().unwrap().iter()
                .map(|feature| json!({"feature": feature, "state": state, "details": if more { "At the back" } else { "" }}))
                .collect();
            serde_json::from_value(json!({
                "slug": slug, "name": format!("{name} {slug}"), "kind": if slug == "online-room" { "virtual" } else { "physical" },
                "hub": more, "town": if more { "Widnes" } else { "" }, "description": if more { "A hall" } else { "" },
                "address_1": street, "postal_code": postcode, "point": more.then_some((53.361, -2.733)),
                "phone": more.then_some("0151 496 0000"), "transportation": transportation, "source": "Its own page",
                "checked_on": checked_on, "accessibility": features, "schedules": schedules,
            }))
            .unwrap()
        },
    )
}

struct House {
    site: Site,
    feed: Feed,
    intake: Intake,
}

async fn house(db: &Db) -> House {
    let clock = Clock::standing_at("2026-11-22T09:00:00Z");
    let now = clock.now();
    let council: Council = Council {
        area_name: "Halton".to_owned(),
        area_code: "E06000006".to_owned(),
        towns: serde_json::from_value(
            json!([{"name": "Widnes", "outward": ["WA8"], "latitude": 53.36, "longitude": -2.73}]),
        )
        .unwrap(),
        ..Council::unnamed()
    };
    db.write(move |tx| settings::set_council(tx, &council, now)).await.unwrap();
    let site = Site::open(db.clone(), clock, Dice::real()).await.unwrap();
    let feed = Feed::open(&site, FeedConfig::default()).await.unwrap();
    let intake = Intake::open(&site, Fetcher::new(FetchConfig::default()).unwrap());
    House { site, feed, intake }
}

impl House {
    async fn export(&self) -> Vec<u8> {
        self.feed.renew().await.unwrap();
        let mut out = Vec::new();
        feed::export(self.site.db(), &mut out, &mut |_| {}).await.unwrap();
        out
    }
}

/// The lines by what they are about, without the fields that may differ.
fn records(export: &[u8]) -> BTreeMap<(String, String), Value> {
    let lines = std::str::from_utf8(export).unwrap().lines();
    lines
        .map(|line| {
            let mut record: Value = serde_json::from_str(line).unwrap();
            record.as_object_mut().unwrap().remove("last_modified");
            forget_taken_from(&mut record);
            record.get_mut("organization").map(forget_taken_from);
            (
                (record["entity"].as_str().unwrap().to_owned(), record["id"].as_str().unwrap().to_owned()),
                record,
            )
        })
        .collect()
}

/// Of an organisation alone: a service always names its source.
fn forget_taken_from(record: &mut Value) {
    if record.get("status").is_none() && record["source"] == "Taken from Halton" {
        record.as_object_mut().unwrap().remove("source");
    }
}

async fn comes_back(first: &Db, second: &Db, runner: &mut TestRunner) -> usize {
    let one = house(first).await;
    let draw = |runner: &mut TestRunner| {
        let services: Vec<ServiceDraft> =
            (0..SERVICES).map(|number| service(number).new_tree(runner).unwrap().current()).collect();
        let organizations: Vec<OrganizationDraft> =
            ORGANIZATIONS.iter().map(|slug| organization(slug).new_tree(runner).unwrap().current()).collect();
        let places: Vec<LocationDraft> =
            PLACES.iter().map(|slug| place(slug).new_tree(runner).unwrap().current()).collect();
        (services, organizations, places)
    };
    let (services, organizations, places) = draw(runner);
    let (council, now) = (one.site.council(), one.site.clock().now());
    first
        .write(move |tx| {
            let needs: Vec<TermDraft> = serde_json::from_value(json!([
                {"slug": "feeding", "name": "Feeding", "line": "Breast, bottle", "icon": "feeding", "tile": 1, "children": [
                    {"slug": "breastfeeding", "name": "Breastfeeding"}, {"slug": "bottle-feeding", "name": "Bottle feeding"}]},
                {"slug": "things-to-do", "name": "Things to do", "sensitive": true}]))?;
            directory::publish_taxonomy(tx, &needs, now)?;
            for organization in &organizations {
                directory::publish_organization(tx, organization, now)?;
            }
            for place in &places {
                directory::publish_location(tx, place, &council, now)?;
            }
            directory::publish_services(tx, &services, &council, now).map(|_| ())
        })
        .await
        .unwrap();
    let export = one.export().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.ndjson");
    std::fs::write(&path, &export).unwrap();

    let two = house(second).await;
    let ask = Ask { name: Some("Halton".to_owned()), ..Ask::default() };
    let planned = command::plan_file(&two.intake, &path, &ask, &nobody).await.unwrap();
    assert_eq!(planned.plan.totals.added, SERVICES, "{:?}", planned.summary());
    command::apply(&two.intake, planned, &nobody).await.unwrap();
    let (was, is) = (records(&export), records(&two.export().await));
    for (key, record) in &was {
        let back = is.get(key).unwrap_or_else(|| panic!("{key:?} did not come back"));
        for (field, value) in record.as_object().unwrap() {
            assert_eq!(back.get(field), Some(value), "{key:?}: {field}");
        }
        assert_eq!(back, record);
    }
    assert_eq!(was.len(), is.len());
    was.len()
}

#[tokio::test]
async fn what_we_publish_comes_back_the_same() {
    const ROUNDS: [usize; 2] = [24, 4];
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(Config::default().rng_algorithm),
    );
    let mut came = 0;
    for _ in 0..ROUNDS[0] {
        let (first, second) = (testing::sqlite(MIGRATIONS).await, testing::sqlite(MIGRATIONS).await);
        came += comes_back(&first.db, &second.db, &mut runner).await;
    }
    for _ in 0..ROUNDS[1] {
        let (first, second) = (testing::postgres(MIGRATIONS).await, testing::postgres(MIGRATIONS).await);
        came += comes_back(&first.db, &second.db, &mut runner).await;
    }
    eprintln!("{} generated directories came back, {came} records", ROUNDS[0] + ROUNDS[1]);
}
