use crate::support::{MIGRATIONS, house, record};
use intake::{Guard, What};
use serde_json::{Value, json};
use store::{args, testing::both};

const PAGE: &str = "/admin/sources/example-feed";

/// A record that speaks of something, at a house in Hidden Lane.
fn speaks(number: u128, name: &str, description: &str, place: &str) -> Value {
    let mut record = record(number);
    record["name"] = json!(name);
    record["description"] = json!(description);
    record["organization"]["name"] = json!("Odd organisation");
    let location = &mut record["service_at_locations"][0]["location"];
    location["name"] = json!(place);
    location["addresses"][0]["address_1"] = json!("12 Hidden Lane");
    record
}

#[tokio::test]
async fn what_may_lead_to_a_secret_place_waits_for_two_people_and_nothing_of_it_is_told() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let waits = [
            speaks(
                1,
                "R1 Haven House",
                "Safe accommodation for women fleeing domestic violence.",
                "Haven House",
            ),
            speaks(
                2,
                "R3 Emergency beds",
                "Somewhere to stay. Address is confidential.",
                "Confidential location",
            ),
            speaks(3, "R4 Sanctuary", "Temporary housing for survivors of domestic abuse.", "Number 12"),
            speaks(4, "R6 Beds", "For people at risk of forced marriage.", "House"),
            speaks(5, "R7 Units", "Dispersed units for victims of DA.", "Unit 4"),
            speaks(6, "R8 House", "For survivors of modern slavery and trafficking.", "House 9"),
            speaks(7, "R9 Lloches", "Lloches i fenywod.", "Lloches"),
            speaks(8, "R11 Refuge", "The house stands at 12 Hidden Lane, Widnes WA8 7QF.", "12 Hidden Lane"),
            speaks(9, "R12 Phone first", "A refuge.", "The house"),
        ];
        let mut by_words = speaks(10, "R14 Helpline", "After domestic abuse. Come to 12 Hidden Lane.", "x");
        by_words["service_at_locations"] = json!([]);
        let mut quiet = speaks(11, "Domestic abuse helpline", "Talk to us at any time.", "x");
        quiet["service_at_locations"] = json!([]);
        let plain = speaks(12, "Refugee group", "A group for refugees, and cancer survivors.", "Hall");
        let mut feed = waits.to_vec();
        feed.extend([by_words, quiet, plain]);
        let planned = house.plan(&feed).await;
        let of = |guard| planned.plan.lines.iter().filter(|line| line.guard == guard).count();
        assert_eq!((of(Guard::TwoPeople), of(Guard::Quiet), of(Guard::None)), (10, 1, 1));
        let held = planned.plan.lines.iter().filter(|line| line.what == What::Held);
        for line in held {
            assert!(line.why.contains("may have to stay secret"), "{line:?}");
        }
        assert!(
            planned
                .summary()
                .iter()
                .any(|line| line.starts_with("Held for two people") && line.contains(": 10."))
        );
        let taken = house.take_in(&feed).await.totals;
        assert_eq!((taken.added, taken.held), (2, 10));
        assert_eq!(house.count("select count(*) from service").await, 2);
        assert_eq!(house.count("select count(*) from location").await, 1, "only the refugees' hall");
        assert!(house.entry("domestic-abuse-helpline").await.sensitive);
        assert!(!house.entry("refugee-group").await.sensitive);
        assert_eq!(house.take_in(&feed).await.totals.same, 12, "asked once");
    })
    .await;
}

#[tokio::test]
async fn one_person_cannot_let_it_in_and_two_let_it_in_without_its_address() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let mut refuge = speaks(
            1,
            "Safe refuge for women",
            "Domestic abuse refuge. The house stands at 12 Hidden Lane, Widnes WA8 7QF.",
            "12 Hidden Lane",
        );
        refuge["schedules"][0]["description"] = json!("Ring the bell at Hidden Lane");
        refuge["organization"]["description"] = json!("We run a refuge at 12 hidden lane, WA87QF.");
        house.take_in(&[refuge]).await;
        let browser = house.as_steward();
        let page = browser.page(PAGE).await;
        assert!(page.contains("the whole entry") && page.contains("may have to stay secret"), "{page}");
        assert!(!page.contains("Hidden") && !page.contains("7QF"), "what waits tells no address: {page}");
        let at = page.find("/held/").unwrap();
        let form = format!("{PAGE}{}", page[at..].split('"').next().unwrap());
        for _ in 0..2 {
            assert!(browser.post(&form, &[("take", "theirs")]).await.1.ends_with("done=second"));
            assert_eq!(house.count("select count(*) from service").await, 0, "the same person twice is one person");
        }
        let (_, to) = house.as_another_steward().post(&form, &[("take", "theirs")]).await;
        assert!(to.ends_with("done=theirs"), "{to}");
        let entry = house.entry("safe-refuge-for-women").await;
        assert!(entry.sensitive);
        let told: (i64,) = house
            .db
            .read(|tx| {
                tx.one(
                    "select (select count(*) from service where lower(description || summary) like '%hidden%' or description like '%7QF%')
                        + (select count(*) from organization where lower(description) like '%hidden%')
                        + (select count(*) from schedule where lower(description) like '%hidden%')
                        + (select count(*) from location where lower(name || slug || description) like '%hidden%' or latitude is not null)
                        + (select count(*) from address where address_1 is not null or postal_code is not null)",
                    args![],
                )
            })
            .await
            .unwrap();
        assert_eq!(told.0, 0);
        assert_eq!(house.count("select count(*) from location where sensitive").await, 1);
        assert!(browser.post(&form, &[("take", "undo")]).await.1.ends_with("done=published"));
    })
    .await;
}

#[tokio::test]
async fn what_is_far_too_long_is_refused_and_what_is_too_long_is_cut_and_said() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let long = |number: u128, letters: usize| {
            let mut long = record(number);
            long["description"] = json!("word ".repeat(letters / 5));
            long
        };
        let feed = [long(1, 15_000), long(2, 30_000), long(3, 300_000), long(4, 3_000_000)];
        let planned = house.plan(&feed).await;
        let why: Vec<&str> = planned.plan.lines.iter().map(|line| line.why.as_str()).collect();
        assert!(why.iter().any(|why| why.contains("Too long, so it was cut: description")), "{why:?}");
        assert!(why.iter().any(|why| why.contains("It is far too long: description")), "{why:?}");
        assert!(why.iter().any(|why| why.contains("It is larger than 1 MB")), "{why:?}");
        let totals = house.take_in(&feed).await.totals;
        assert_eq!((totals.added, totals.refused), (2, 2));
        assert!(house.entry("group-2").await.description.chars().count() <= 20_000);
        assert_eq!(
            house.count("select coalesce(max(length(json)), 0) / 1000000 from source_record").await,
            0
        );
    })
    .await;
}

#[tokio::test]
async fn a_day_of_checking_that_cannot_be_is_not_taken_and_is_named() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let on = |number: u128, day: &str| {
            let mut record = record(number);
            record["assured_date"] = json!(day);
            record
        };
        let feed = [on(1, "9999-12-31"), on(2, "2026-11-23"), on(3, "0001-01-01"), on(4, "2026-11-22")];
        let planned = house.plan(&feed).await;
        let named = planned.plan.lines.iter().filter(|line| line.why.contains("which cannot be"));
        assert_eq!(named.count(), 3, "{:?}", planned.plan.lines);
        house.take_in(&feed).await;
        assert_eq!(house.entry("group-1").await.checked_on, None);
        assert_eq!(house.entry("group-4").await.checked_on, "2026-11-22".parse().ok());
    })
    .await;
}

#[tokio::test]
async fn a_county_is_the_sources_own_and_is_never_invented() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let at = |number: u128, county: &str| {
            let mut record = record(number);
            let address = &mut record["service_at_locations"][0]["location"]["addresses"][0];
            address["state_province"] = json!(county);
            address["city"] = json!("Leigh");
            record
        };
        house.take_in(&[at(1, "Cheshire"), at(2, "")]).await;
        let counties: Vec<(String,)> = house
            .db
            .read(|tx| tx.all("select state_province from address order by state_province", args![]))
            .await
            .unwrap();
        assert_eq!(counties, [(String::new(),), ("Cheshire".to_owned(),)]);
    })
    .await;
}

#[tokio::test]
async fn a_need_or_an_organisation_that_is_not_there_is_refused_by_name() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let (_folder, file) = crate::support::lines(&[record(1)]);
        for (ask, said) in [
            (intake::Ask { topic: "nosuch".parse().ok(), ..house.ask() }, "'nosuch' is not a need"),
            (
                intake::Ask { organization: "nobody".parse().ok(), ..house.ask() },
                "'nobody' is not an organisation",
            ),
        ] {
            let refused = intake::command::plan_file(&house.intake, &file, &ask, &intake::nobody).await;
            let why = refused.map(|_| ()).unwrap_err().to_string();
            assert!(why.contains(said), "{why}");
        }
    })
    .await;
}
