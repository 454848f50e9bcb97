use crate::support::{Browser, House, MIGRATIONS, house, records};
use access::Role;
use directory::taken_in::{find_location_draft, find_organization_draft};
use serde_json::{Value, json};
use store::testing::both;

const PAGE: &str = "/admin/sources/example-feed";

async fn with_a_difference(db: store::Db) -> (House, Browser) {
    let house = house(db).await;
    let mut feed = records(10);
    house.take_in(&feed).await;
    house.edit("group-1", |draft| draft.name = "Our name for it".to_owned()).await;
    feed[0]["name"] = json!("Their new name");
    house.take_in(&feed[..9]).await;
    let browser = house.as_steward();
    (house, browser)
}

/// The address of the first form that settles a difference.
fn form_of(page: &str) -> String {
    let start = page.find("/held/").expect("there is a difference");
    let end = page[start..].find('"').unwrap();
    format!("{PAGE}{}", &page[start..start + end])
}

#[tokio::test]
async fn an_editor_takes_theirs_or_keeps_ours_and_can_take_either_back() {
    both(MIGRATIONS, async |db| {
        let (house, browser) = with_a_difference(db).await;
        let page = browser.page(PAGE).await;
        assert!(page.contains("Our name for it") && page.contains("Their new name"), "both are shown");
        let form = form_of(&page);
        let (status, to) = browser.post(&form, &[("take", "theirs")]).await;
        assert_eq!((status, to.as_str()), (303, "/admin/sources/example-feed?done=theirs"));
        assert_eq!(house.entry("group-1").await.name, "Their new name");
        browser.post(&form, &[("take", "undo")]).await;
        assert_eq!(house.entry("group-1").await.name, "Our name for it");
        browser.post(&form, &[("take", "ours")]).await;
        assert_eq!(house.entry("group-1").await.name, "Our name for it");
        assert!(browser.page(PAGE).await.contains("Nothing to settle"));
        let (_, to) = browser.post(&form, &[("take", "theirs")]).await;
        assert!(to.ends_with("overtaken"), "what is settled is not settled twice: {to}");
        assert_eq!(browser.post(&form, &[("take", "nonsense")]).await.0, 404);
        assert_eq!(
            house
                .count("select count(*) from audit where action = 'keep_sources' and actor_kind = 'person'")
                .await,
            3
        );
    })
    .await;
}

#[tokio::test]
async fn after_theirs_was_taken_the_source_leads_again() {
    both(MIGRATIONS, async |db| {
        let (house, browser) = with_a_difference(db).await;
        let form = form_of(&browser.page(PAGE).await);
        browser.post(&form, &[("take", "theirs")]).await;
        let mut feed = records(9);
        feed[0]["name"] = json!("Their newest name");
        house.take_in(&feed).await;
        assert_eq!(house.entry("group-1").await.name, "Their newest name");
    })
    .await;
}

/// A feed whose first organisation and whose first hall were changed here, and then there.
async fn with_differences_beneath(db: store::Db) -> (House, Vec<Value>) {
    let house = house(db).await;
    let mut feed = records(3);
    house.take_in(&feed).await;
    let (council, now) = (house.site.council(), house.clock.now());
    house
        .db
        .write(move |tx| {
            let mut church = find_organization_draft(tx, "church-1")?.unwrap();
            church.name = "Our name of the church".to_owned();
            directory::publish_organization(tx, &church, now)?;
            let (mut hall, _) = find_location_draft(tx, "hall-1")?.unwrap();
            hall.address_1 = Some("Our street".to_owned());
            directory::publish_location(tx, &hall, &council, now).map(|_| ())
        })
        .await
        .unwrap();
    feed[0]["organization"]["name"] = json!("Their name of the church");
    feed[0]["service_at_locations"][0]["location"]["addresses"][0]["address_1"] = json!("Their street");
    house.take_in(&feed).await;
    (house, feed)
}

impl House {
    async fn church_and_street(&self) -> (String, String) {
        self.db
            .read(|tx| {
                let church = find_organization_draft(tx, "church-1")?.unwrap();
                let (hall, _) = find_location_draft(tx, "hall-1")?.unwrap();
                Ok((church.name, hall.address_1.unwrap_or_default()))
            })
            .await
            .unwrap()
    }
}

/// The addresses of all forms that settle a difference.
fn forms_of(page: &str) -> Vec<String> {
    let mut forms: Vec<String> = page
        .match_indices("/held/")
        .map(|(at, _)| format!("{PAGE}{}", page[at..].split('"').next().unwrap()))
        .collect();
    forms.dedup();
    forms
}

#[tokio::test]
async fn theirs_can_be_taken_of_an_organisation_and_of_a_place_too() {
    both(MIGRATIONS, async |db| {
        let (house, mut feed) = with_differences_beneath(db).await;
        let browser = house.as_steward();
        let page = browser.page(PAGE).await;
        let (ours, theirs) = (
            ("Our name of the church".to_owned(), "Our street".to_owned()),
            ("Their name of the church".to_owned(), "Their street".to_owned()),
        );
        assert_eq!(house.church_and_street().await, ours);
        let forms = forms_of(&page);
        assert_eq!((forms.len(), page.matches("Take theirs").count()), (2, 2), "{page}");
        for form in &forms {
            assert!(browser.post(form, &[("take", "theirs")]).await.1.ends_with("done=theirs"));
        }
        assert_eq!(house.church_and_street().await, theirs);
        for form in &forms {
            assert!(browser.post(form, &[("take", "undo")]).await.1.ends_with("done=reopened"));
        }
        assert_eq!(house.church_and_street().await, ours);
        for form in &forms {
            browser.post(form, &[("take", "theirs")]).await;
        }
        // The source leads again.
        feed[0]["organization"]["name"] = json!("Their newest name");
        house.take_in(&feed).await;
        assert_eq!(house.church_and_street().await.0, "Their newest name");
    })
    .await;
}

#[tokio::test]
async fn what_stands_under_an_entry_about_safety_is_taken_by_two() {
    both(MIGRATIONS, async |db| {
        let (house, _) = with_differences_beneath(db).await;
        house.edit("group-1", |draft| draft.sensitive = true).await;
        let (first, second) = (house.as_steward(), house.as_another_steward());
        for form in forms_of(&first.page(PAGE).await) {
            for _ in 0..2 {
                let (_, to) = first.post(&form, &[("take", "theirs")]).await;
                assert!(to.ends_with("done=second"), "one person alone presses in vain: {to}");
            }
            assert!(first.page(PAGE).await.contains("One person has asked to take theirs"));
            assert!(second.post(&form, &[("take", "theirs")]).await.1.ends_with("done=theirs"));
            let (_, to) = second.post(&form, &[("take", "undo")]).await;
            assert!(to.ends_with("done=second"), "to take it back takes two as well: {to}");
        }
        assert_eq!(
            house.church_and_street().await,
            ("Their name of the church".to_owned(), "Their street".to_owned())
        );
    })
    .await;
}

#[tokio::test]
async fn an_entry_that_is_gone_is_hidden_or_kept_and_that_can_be_taken_back() {
    both(MIGRATIONS, async |db| {
        let (house, browser) = with_a_difference(db).await;
        let page = browser.page(PAGE).await;
        assert!(page.contains("Gone from the source: 1"));
        let key = records(10)[9]["id"].as_str().unwrap().to_owned();
        let path = format!("{PAGE}/gone");
        let hidden = "select count(*) from service_hiding";
        browser.post(&path, &[("key", &key), ("then", "hide")]).await;
        assert_eq!(house.count(hidden).await, 1);
        browser.post(&path, &[("key", &key), ("then", "undo")]).await;
        assert_eq!(house.count(hidden).await, 0);
        browser.post(&path, &[("key", &key), ("then", "keep")]).await;
        assert!(browser.page(PAGE).await.contains("Kept as ours"));
        let waiting = house.db.read(intake::count_waiting).await.unwrap();
        assert_eq!((waiting.gone, waiting.held), (0, 1));
        assert_eq!(browser.post(&path, &[("key", "none"), ("then", "hide")]).await.0, 404);
    })
    .await;
}

#[tokio::test]
async fn only_who_keeps_sources_comes_in_and_an_empty_list_says_what_to_do() {
    both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let page = house.as_steward().page("/admin/sources").await;
        assert!(page.contains("No source yet") && page.contains("noindex"));
        for role in [Role::Editor, Role::ProviderEditor, Role::Administrator, Role::Family] {
            assert_eq!(house.as_role(role).status("/admin/sources").await, 403, "{role}");
        }
        assert_eq!(house.as_steward().status("/admin/sources/none").await, 404);
    })
    .await;
}
