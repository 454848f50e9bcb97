//! `hearth check`: what needs a person on the day the data was made, and two years on.

use crate::support::{ask, on_both};
use axum::{body::Body, http::Request};
use hearth::{
    House, Setup,
    check::{Finding, check},
};
use kernel::{Clock, Dice};
use settings::Council;

#[test]
fn on_the_day_it_was_made_only_gaps_in_local_numbers_need_a_person() {
    on_both(async |home| {
        // The last of the guides was written a day after the rest.
        let findings = check(&home.at("2026-11-23T21:00:00Z").await).await.unwrap().findings;
        let others: Vec<_> = findings
            .iter()
            .filter(|finding| finding.area != "contact" || !finding.sentence.starts_with("No "))
            .map(|finding| (finding.area.as_str(), finding.sentence.as_str()))
            .collect();
        // This house has been told of no way to send anything: that too needs a person.
        assert_eq!(others.iter().filter(|(area, _)| *area == "messages").count(), 2, "{others:?}");
        // Most of the demonstration's facts come from papers older than half a year, and that is said too.
        let areas: Vec<&str> = others.iter().map(|(area, _)| *area).collect();
        assert_eq!(areas, ["messages", "messages", "coverage", "freshness"], "{others:?}");
        assert!(findings.iter().any(|finding| finding.sentence.contains("maternity triage")), "{findings:?}");
    });
}

#[test]
fn a_new_council_is_told_that_it_has_no_needs_and_no_guide_is_blamed_for_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(store::testing::both(hearth::MIGRATIONS, async |db| {
        let clock = Clock::standing_at("2026-11-23T21:00:00Z");
        let house = House::open(db.clone(), clock.clone(), Dice::loaded(7), Setup::default()).await.unwrap();
        let said = |area: &str, findings: &[Finding]| -> Vec<String> {
            let of_area = findings.iter().filter(|finding| finding.area == area);
            of_area.map(|finding| finding.sentence.clone()).collect()
        };
        let findings = check(&house).await.unwrap().findings;
        assert_eq!(said("guides", &findings), Vec::<String>::new());
        assert!(
            said("settings", &findings).iter().any(|sentence| sentence.contains("hearth import needs FILE"))
        );
        let is_said =
            |words: &str, told: &[Finding]| said("settings", told).iter().any(|said| said.contains(words));
        assert!(is_said("The council is not set up", &findings), "{findings:?}");
        // Whoever has needs of their own is told of each guide once, and what to do.
        let now = clock.now();
        let own = serde_json::json!([{"slug": "own-need", "name": "A need of our own"}]);
        let own: Vec<directory::TermDraft> = serde_json::from_value(own).unwrap();
        db.write(move |tx| directory::publish_taxonomy(tx, &own, now)).await.unwrap();
        let house = House::open(db.clone(), clock.clone(), Dice::loaded(8), Setup::default()).await.unwrap();
        let told = said("guides", &check(&house).await.unwrap().findings);
        assert!(told.len() > 3 && told.len() <= house.flows.list().len(), "{told:?}");
        for sentence in told {
            assert!(
                sentence.contains("Name one of yours, or none.")
                    && sentence.contains("Mend it at /admin/flows/")
            );
        }
        // The pages inside give another council's numbers. With pages of its own, the guides' numbers are told too.
        let council = Council { area_code: "E06000043".to_owned(), ..Council::unnamed() };
        db.write(move |tx| settings::set_council(tx, &council, now)).await.unwrap();
        let house = House::open(db.clone(), clock.clone(), Dice::loaded(9), Setup::default()).await.unwrap();
        let findings = check(&house).await.unwrap().findings;
        let told = said("page", &findings);
        assert!(told.iter().any(|sentence| sentence.contains("another council (E06000006)")), "{told:?}");
        // Its code alone is no council that families know.
        let gaps = "`name`, `strapline`, `area_name`, `phone`, `email` and `towns`";
        assert!(is_said(gaps, &findings) && !is_said("not set up", &findings), "{findings:?}");
        let pages = tempfile::tempdir().unwrap();
        let setup = Setup { pages: Some(pages.path().to_owned()), ..Setup::default() };
        let house = House::open(db, clock, Dice::loaded(10), setup).await.unwrap();
        let findings = check(&house).await.unwrap().findings;
        assert_eq!(said("page", &findings), Vec::<String>::new());
        let told = said("guides", &findings);
        assert!(told.iter().any(|sentence| sentence.contains("01514955065")), "{told:?}");
    }));
}

#[test]
fn two_years_on_contacts_and_pages_are_overdue_and_only_lifelines_are_still_shown() {
    on_both(async |home| {
        let now = urgent_help(&home.house).await;
        assert!(now.contains("0151 907 8305") && now.contains("tel:999") && now.contains("tel:111"));
        let later = home.at("2028-11-22T09:00:00Z").await;
        let findings = check(&later).await.unwrap().findings;
        for area in ["contact", "page"] {
            let late =
                findings.iter().filter(|finding| finding.area == area && finding.sentence.contains("by 20"));
            assert!(late.count() > 3, "{area}: {findings:?}");
        }
        let page = urgent_help(&later).await;
        assert!(page.contains("tel:999") && page.contains("tel:111"), "999 and 111 never go");
        assert!(!page.contains("0151 907 8305"), "a number nobody has checked is not shown");
        let red = Request::get("/search?q=i+want+to+kill+myself").body(Body::empty()).unwrap();
        let card = ask(&later.router().unwrap(), red).await.text();
        assert!(card.contains("crisis-red") && card.contains("tel:999"));
    });
}

async fn urgent_help(house: &House) -> String {
    let request = Request::get("/urgent-help").body(Body::empty()).unwrap();
    let answer = ask(&house.router().unwrap(), request).await;
    assert_eq!(answer.status, 200);
    answer.text()
}
