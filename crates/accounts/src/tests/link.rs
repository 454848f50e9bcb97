use super::*;
use crate::{LinkWanted, issue_link};

const ANN: &str = "demo.parent@demo.example";

/// The code that stands in the browser that asked for a link.
fn code_on(page: &str) -> String {
    page.split("strong nowrap\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_scanner_may_open_a_link_as_often_as_it_likes_and_it_still_signs_in_once() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        house.person(ANN, &[Role::Family]).await;
        let mut browser = house.browser();
        let asked = browser.post("/sign-in", &[("email", ANN), ("next", "/account#data")]).await;
        assert!(asked.leads_to("/sign-in/sent"), "{asked:?}");
        let link = house.last_link();
        let mut scanner = house.browser_at(CHROME, "198.51.100.9");
        for _ in 0..10 {
            assert_eq!(scanner.head(&link).await.status, StatusCode::OK);
            assert_eq!(scanner.get(&link).await.status, StatusCode::OK);
        }
        assert_eq!(scanner.post(&link, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "no code");
        let entered = browser.post(&link, &[]).await;
        assert!(entered.leads_to("/account#data"), "{entered:?}");
        assert!(browser.is_in().await);
        let again = browser.get(&link).await;
        assert!(again.leads_to("/account#data"), "whoever used it is where they wanted to be: {again:?}");
        let mut stranger = house.browser();
        let used = stranger.post(&link, &[]).await;
        assert_eq!(used.status, StatusCode::GONE);
        assert!(
            used.body.contains("This link has been used") && used.body.contains("/sign-in"),
            "{}",
            used.body
        );
        assert!(!stranger.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn a_stolen_link_needs_the_code_from_the_browser_that_asked() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        house.person(ANN, &[Role::Family]).await;
        let mut asker = house.browser();
        asker.post("/sign-in", &[("email", ANN)]).await;
        let code = code_on(&asker.get("/sign-in/sent").await.body);
        let link = house.last_link();

        let mut thief = house.browser_at(CHROME, "198.51.100.9");
        assert!(thief.get(&link).await.body.contains("Type the code"));
        for _ in 0..5 {
            let wrong = thief.post(&link, &[("code", "222222")]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let closed = thief.post(&link, &[("code", &code)]).await;
        assert_eq!(closed.status, StatusCode::GONE, "five wrong codes, then even the right one: {closed:?}");
        assert!(!thief.is_in().await);
        assert!(asker.post(&link, &[]).await.leads_to("/account"), "the one who asked is not kept out by it");

        // The same person's other telephone, with the code typed as people type.
        asker.cookies.clear();
        asker.post("/sign-in", &[("email", ANN)]).await;
        let code = code_on(&asker.get("/sign-in/sent").await.body).to_lowercase();
        let link = house.last_link();
        let mut phone = house.browser_at(CHROME, "192.0.2.77");
        assert!(phone.post(&link, &[("code", &code)]).await.leads_to("/account"));
        assert!(phone.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_counted_before_it_is_looked_at_so_guesses_at_one_moment_are_not_free() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        house.person(ANN, &[Role::Family]).await;
        let mut asker = house.browser();
        asker.post("/sign-in", &[("email", ANN)]).await;
        let code = code_on(&asker.get("/sign-in/sent").await.body);
        let link = house.last_link();
        let mut phone = house.browser_at(CHROME, "198.51.100.9");
        assert!(phone.post(&link, &[("code", &code)]).await.leads_to("/account"));
        let tried: Vec<(i64,)> =
            house.db().read(|tx| tx.all("select wrong_codes from sign_in_link", &[])).await.unwrap();
        assert_eq!(tried, [(1,)], "also the right one was counted first");
    })
    .await;
}

#[tokio::test]
async fn a_link_that_is_too_old_or_unknown_says_so_and_leads_on() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        house.person(ANN, &[Role::Family]).await;
        let mut browser = house.browser();
        browser.post("/sign-in", &[("email", ANN)]).await;
        let link = house.last_link();
        house.pass(15);
        for answer in [browser.get(&link).await, browser.post(&link, &[]).await] {
            assert_eq!(answer.status, StatusCode::GONE);
            assert!(answer.body.contains("too old") && answer.body.contains("href=\"/sign-in\""));
        }
        let unknown = browser.get("/sign-in/link/nobodys").await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        assert!(unknown.body.contains("We do not know this link"));
        assert!(!browser.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn the_houses_own_link_works_in_any_browser_once() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let person = house.person("keeper@demo.example", &[Role::ProviderEditor]).await;
        let wanted = LinkWanted { person, leads_to: "/account".to_owned(), life_minutes: 14 * 24 * 60 };
        let clock = house.clock.clone();
        let link = house.db().write(move |tx| issue_link(tx, &wanted, &clock, &Dice::real())).await.unwrap();
        house.pass(13 * 24 * 60);
        let mut browser = house.browser();
        assert!(!browser.get(&link).await.body.contains("Type the code"));
        assert!(!browser.is_in().await, "looking spends nothing");
        assert!(browser.post(&link, &[]).await.leads_to("/provider"));
        assert!(browser.is_in().await);
        assert_eq!(house.browser().post(&link, &[]).await.status, StatusCode::GONE);
    })
    .await;
}

#[tokio::test]
async fn two_who_press_at_the_same_moment_are_one_sign_in() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        house.person(ANN, &[Role::Family]).await;
        let mut first = house.browser();
        first.post("/sign-in", &[("email", ANN)]).await;
        let link = house.last_link();
        let mut second = first.clone();
        let (one, two) = tokio::join!(first.post(&link, &[]), second.post(&link, &[]));
        let mut statuses = [one.status, two.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::GONE]);
    })
    .await;
}

#[tokio::test]
async fn the_answer_is_the_same_for_an_address_nobody_has() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        house.person(ANN, &[Role::Family]).await;
        let disabled = house.person("gone@demo.example", &[Role::Family]).await;
        let now = house.now();
        house
            .db()
            .write(move |tx| crate::store::people::set_disabled(tx, disabled, Some(now)))
            .await
            .unwrap();
        let mut seen = Vec::new();
        for email in [ANN, "nobody@demo.example", "gone@demo.example"] {
            let mut browser = house.browser();
            let mut answers = Vec::new();
            for _ in 0..4 {
                let answer = browser.post("/sign-in", &[("email", email)]).await;
                answers.push((answer.status, answer.to, answer.body));
            }
            let names: Vec<String> = browser.cookies.keys().cloned().collect();
            let page = browser.get("/sign-in/sent").await.body;
            let code = code_on(&page);
            seen.push((answers, names, page.replace(&code, "CODE")));
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0], seen[2]);
        assert_eq!(seen[0].0[3].0, StatusCode::TOO_MANY_REQUESTS, "the fourth in an hour from one place");
        assert_eq!(house.mails.lock().unwrap().len(), 3, "only the one who is known was written to");
    })
    .await;
}

#[tokio::test]
async fn a_look_alike_address_is_refused_and_put_back_and_a_like_one_is_the_same_person() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let person = house.person(ANN, &[Role::Family]).await;
        let mut browser = house.browser();
        let refused = browser.post("/sign-in", &[("email", "dеmo.parent@demo.example")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("look like other letters"), "{}", refused.body);
        assert!(refused.body.contains("dеmo.parent@demo.example"), "what was typed is put back");
        assert!(house.mails.lock().unwrap().is_empty());
        assert_eq!(house.person("Demo.Parent@DEMO.example", &[Role::Family]).await, person);
        browser.post("/sign-in", &[("email", "ＤＥＭＯ.parent@demo.EXAMPLE")]).await;
        let mails = house.mails.lock().unwrap();
        let to = format!("{:?}", mails.last().unwrap().to);
        assert!(to.contains(ANN), "written to the address that is kept: {to}");
    })
    .await;
}

#[tokio::test]
async fn a_link_never_opens_a_staff_role() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        house.person("editor@demo.example", &[Role::Editor]).await;
        house.person("both@demo.example", &[Role::Editor, Role::Family]).await;
        let mut editor = house.browser();
        let answer = editor.sign_in_by_link("editor@demo.example").await;
        assert!(answer.leads_to("/sign-in/password"), "{answer:?}");
        assert!(!editor.is_in().await);
        assert!(editor.cookies.contains_key("known"), "but their browser is known now");
        let mut both = house.browser();
        assert!(both.sign_in_by_link("both@demo.example").await.leads_to("/account"));
        let page = both.get("/account").await;
        assert_eq!(page.status, StatusCode::OK);
        let refused = both.post("/account/code", &[("password", "anything")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "no new factor after a link alone");
    })
    .await;
}

#[tokio::test]
async fn words_of_danger_in_the_box_are_answered_first() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let mut browser = house.browser();
        let answer = browser.post("/sign-in", &[("email", "I want to kill myself")]).await;
        assert!(answer.body.contains("id=\"h-card\""), "{}", answer.body);
        assert!(answer.body.contains("I want to kill myself"), "and what was typed is still there");
    })
    .await;
}
