use super::*;
use crate::commands;
use axum::extract::Path;

const ANN: &str = "demo.parent@demo.example";

async fn signed_in<'h>(house: &'h House, email: &str, roles: &[Role]) -> Browser<'h> {
    let person = house.person(email, roles).await;
    let mut browser = house.browser();
    let answer = browser.post("/demo/sign-in", &[("person", &person.to_string())]).await;
    assert!(["/account", "/admin"].iter().any(|first| answer.leads_to(first)), "{answer:?}");
    browser
}

#[tokio::test]
async fn a_session_used_from_another_browser_ends_and_says_so_to_both() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let mut owner = signed_in(&house, ANN, &[Role::Family]).await;
        assert!(owner.is_in().await);
        let mut thief = owner.clone();
        thief.agent = CHROME;
        assert!(thief.get("/account").await.to.starts_with("/sign-in?next="));
        assert!(thief.get("/sign-in").await.body.contains("used from another browser"));
        assert!(!owner.is_in().await, "the owner is out too, and signs in again");
        assert!(owner.get("/sign-in").await.body.contains("used from another browser"));
        assert!(!owner.get("/sign-in").await.body.contains("used from another browser"), "said once");
        let trail = house.trail().await;
        assert!(trail.iter().any(|did| did.contains("another browser and ended")), "{trail:?}");
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_renews_itself_stays_signed_in() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let mut browser = signed_in(&house, ANN, &[Role::Family]).await;
        browser.agent = "Mozilla/5.0 (Windows NT 10.0; rv:141.0) Gecko/20100101 Firefox/141.0";
        browser.address = "203.0.113.50".parse().unwrap();
        assert!(browser.is_in().await, "a new version, on the bus instead of at home");
    })
    .await;
}

#[tokio::test]
async fn staff_are_out_after_half_an_hour_of_nothing_or_twelve_hours_of_work() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let mut idle = signed_in(&house, "editor@demo.example", &[Role::Editor]).await;
        house.pass(29);
        assert!(idle.is_in().await);
        house.pass(29);
        assert!(idle.is_in().await, "work moves the limit");
        house.pass(30);
        assert!(!idle.is_in().await);
        assert!(idle.get("/sign-in").await.body.contains("nothing was done for a while"));

        let mut busy = signed_in(&house, "editor@demo.example", &[Role::Editor]).await;
        for _ in 0..35 {
            house.pass(20);
            assert!(busy.is_in().await);
        }
        house.pass(20);
        assert!(!busy.is_in().await, "twelve hours");
        assert!(busy.get("/sign-in").await.body.contains("as long as one sign-in lasts"));
    })
    .await;
}

#[tokio::test]
async fn a_familys_phone_stays_signed_in_for_a_fortnight_and_a_month_at_most() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let day = 24 * 60;
        let mut phone = signed_in(&house, ANN, &[Role::Family]).await;
        house.pass(13 * day);
        assert!(phone.is_in().await);
        house.pass(13 * day);
        assert!(phone.is_in().await);
        house.pass(4 * day);
        assert!(!phone.is_in().await, "thirty days");
        let mut forgotten = signed_in(&house, ANN, &[Role::Family]).await;
        house.pass(14 * day);
        assert!(!forgotten.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn every_sign_in_gives_a_new_secret_and_the_old_one_is_worth_nothing() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let person = house.person(ANN, &[Role::Family]).await.to_string();
        let mut browser = house.browser();
        browser.cookies.insert("session".to_owned(), "planted-by-somebody-else".to_owned());
        browser.post("/demo/sign-in", &[("person", &person)]).await;
        let first = browser.cookies["session"].clone();
        assert_ne!(first, "planted-by-somebody-else");
        browser.post("/demo/sign-in", &[("person", &person)]).await;
        let second = browser.cookies["session"].clone();
        assert_ne!(first, second);
        assert!(browser.is_in().await);
        browser.cookies.insert("session".to_owned(), first);
        assert!(!browser.is_in().await);
        let kept: Vec<(String,)> =
            house.db().read(|tx| tx.all("select token_hash from session", &[])).await.unwrap();
        assert!(kept.iter().all(|(hash,)| *hash != second), "only hashes are kept");
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_the_session_not_only_the_cookie() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let mut browser = signed_in(&house, ANN, &[Role::Family]).await;
        let copied = browser.clone();
        assert!(browser.post("/sign-out", &[]).await.leads_to("/sign-in"));
        assert!(!browser.cookies.contains_key("session"));
        for mut each in [browser, copied] {
            assert!(!each.is_in().await);
        }
        assert!(house.trail().await.contains(&"signed out".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn somebody_disabled_is_out_at_once_and_stays_out() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let mut browser = signed_in(&house, ANN, &[Role::Family]).await;
        house.browser().post("/sign-in", &[("email", ANN)]).await;
        let link = house.last_link();
        commands::disable_user(&house.accounts, &ANN.parse().unwrap()).await.unwrap();
        assert!(!browser.is_in().await);
        assert_eq!(browser.post(&link, &[]).await.status, StatusCode::NOT_FOUND, "links are gone with it");
        let person = house.person(ANN, &[]).await.to_string();
        let refused = browser.post("/demo/sign-in", &[("person", &person)]).await;
        assert!(refused.leads_to("/sign-in"));
        assert!(!browser.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn on_https_the_cookie_can_only_be_set_by_this_very_host() {
    store::testing::both(MIGRATIONS, async |db| {
        let mut council = settings::Council::unnamed();
        council.public_url = "https://hub.example".to_owned();
        let now = "2026-11-22T09:00:00Z".parse().unwrap();
        db.write(move |tx| settings::set_council(tx, &council, now)).await.unwrap();
        let house = house(db).await;
        let mut browser = signed_in(&house, ANN, &[Role::Family]).await;
        assert!(browser.cookies.contains_key("__Host-session"), "{:?}", browser.cookies.keys());
        assert!(browser.is_in().await);
        let planted = browser.cookies.remove("__Host-session").unwrap();
        browser.cookies.insert("session".to_owned(), planted);
        assert!(!browser.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn what_was_typed_when_the_session_was_over_comes_back_and_is_taken_after_signing_in() {
    store::testing::both(MIGRATIONS, async |db| {
        let mut house = house(db).await;
        let keeping = web::Door::new().post::<access::KeepEntry, _, _>(
            "/provider/entries/{slug}",
            async |Path(slug): Path<String>, form: web::Form| format!("{slug} took {}", form.get("summary")),
        );
        let rooms = door(&house.accounts).and(demo_door(&house.accounts)).and(keeping).into_router();
        let layer = from_fn_with_state(house.accounts.clone(), who);
        house.router = web::shell(house.accounts.site(), rooms.layer(layer));
        let mut keeper = signed_in(&house, "editor@demo.example", &[Role::Editor]).await;
        house.pass(40);

        let typed = [("summary", "Sing <with> your baby on Mondays"), ("cost", "free")];
        for press in ["the session has just ended", "its cookie is gone"] {
            let page = keeper.post("/provider/entries/team", &typed).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{press}");
            for wanted in [
                "Your sign-in has ended",
                "action=\"/provider/entries/team\"",
                "name=\"summary\" value=\"Sing &#60;with&#62; your baby on Mondays\"",
                "name=\"cost\" value=\"free\"",
                "/sign-in?next=%2Fprovider%2Fentries%2Fteam\"",
            ] {
                assert!(page.body.contains(wanted), "{press}: {wanted}: {}", page.body);
            }
        }
        assert!(
            keeper.post("/provider/entries/team", &[]).await.to.starts_with("/sign-in?next="),
            "nothing was typed, so there is nothing to hand back"
        );
        let person = house.person("editor@demo.example", &[Role::Editor]).await.to_string();
        keeper.post("/demo/sign-in", &[("person", &person)]).await;
        let page = keeper.post("/provider/entries/team", &typed).await;
        assert_eq!(page.body, "team took Sing <with> your baby on Mondays");
    })
    .await;
}
