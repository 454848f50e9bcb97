use super::*;

const ANN: &str = "demo.parent@demo.example";

async fn enter(browser: &mut Browser<'_>, person: PersonId) {
    browser.post("/demo/sign-in", &[("person", &person.to_string())]).await;
}

#[tokio::test]
async fn somebody_sees_where_they_are_signed_in_and_ends_it_there() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let ann = house.person(ANN, &[Role::Family]).await;
        let other = house.person("other@demo.example", &[Role::Family]).await;
        let (mut here, mut there) = (house.browser(), house.browser_at(CHROME, "198.51.100.9"));
        let mut stranger = house.browser();
        enter(&mut here, ann).await;
        enter(&mut there, ann).await;
        enter(&mut stranger, other).await;
        let page = here.get("/account").await.body;
        assert!(page.contains("Firefox on Windows") && page.contains("Chrome on Android"), "{page}");
        assert_eq!(page.matches("This one").count(), 1);
        let end = page.split("action=\"").find(|part| part.contains("/end\"")).unwrap();
        let end = end.split('"').next().unwrap().to_owned();
        assert_eq!(stranger.post(&end, &[]).await.status, StatusCode::NOT_FOUND, "nobody ends another's");
        assert!(there.is_in().await);
        assert!(here.post(&end, &[]).await.leads_to("/account?done=ended#browsers"));
        assert!(!there.is_in().await && here.is_in().await && stranger.is_in().await);
        enter(&mut there, ann).await;
        here.post("/account/sessions/end-others", &[]).await;
        assert!(!there.is_in().await && here.is_in().await && stranger.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn a_name_is_kept_and_a_missing_one_is_asked_for() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let ann = house.person(ANN, &[Role::Family]).await;
        let mut browser = house.browser();
        enter(&mut browser, ann).await;
        let refused = browser.post("/account", &[("name", " "), ("language", "pl")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("Enter the name you want to be called by"));
        assert!(refused.body.contains("value=\"pl\" checked"), "what was chosen is still chosen");
        let hidden = browser.post("/account", &[("name", "\u{202e}\u{200f}"), ("language", "pl")]).await;
        assert_eq!(hidden.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing that anybody could read");
        let typed = "\u{202e}Demo\r\n <parent>\u{b}";
        let saved = browser.post("/account", &[("name", typed), ("language", "pl")]).await;
        assert!(saved.leads_to("/account?done=details"), "{saved:?}");
        let page = browser.get("/account?done=details").await.body;
        assert!(page.contains("Your details are saved") && page.contains("Demo &#60;parent&#62;"), "{page}");
        assert!(house.trail().await.contains(&"changed own name or language".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn nobody_sees_an_account_without_signing_in() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let answer = house.browser().get("/account").await;
        assert!(answer.leads_to("/sign-in?next=%2Faccount"), "{answer:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_rings_families_back_sees_how_many_wait_and_nobody_else_does() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        house.accounts.set_waiting(|_, _| Ok(vec![("/admin/call-backs", "2 to take, 1 late".to_owned())]));
        let worker = house.person("worker@demo.example", &[Role::HubWorker]).await;
        let editor = house.person("editor@demo.example", &[Role::Editor]).await;
        for (person, sees) in [(worker, true), (editor, false)] {
            let mut browser = house.browser();
            enter(&mut browser, person).await;
            let page = browser.get("/account").await.body;
            assert_eq!(page.contains("2 to take, 1 late"), sees, "{page}");
        }
    })
    .await;
}
