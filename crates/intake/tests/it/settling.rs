use crate::support::{Browser, House, MIGRATIONS, house, records};
use access::Role;
use serde_json::json;
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
