use super::*;
use crate::{
    commands::{self, Tell, UserDraft},
    one_time_code::code_at,
};

const EDITOR: &str = "demo.editor@demo.example";
const PASSWORD: &str = "kettle-marble-orbit-fern";

/// Adds an editor, and takes them through the invitation in this browser. Gives the secret of their app.
async fn set_up(house: &House, browser: &mut Browser<'_>) -> (String, Vec<String>) {
    let draft = UserDraft {
        email: EDITOR.parse().unwrap(),
        name: "Demonstration editor".to_owned(),
        roles: vec![Role::Editor],
        organization: None,
    };
    let link = commands::add_user(&house.accounts, draft, Tell::Nobody).await.unwrap();
    finish(house, browser, &link).await
}

async fn finish(house: &House, browser: &mut Browser<'_>, link: &str) -> (String, Vec<String>) {
    let page = browser.get(link).await;
    assert!(page.body.contains("Set up your account"), "{}", page.body);
    assert!(browser.post(link, &[]).await.leads_to("/sign-in/set-up/password"));
    let weak = browser.post("/sign-in/set-up/password", &[("password", "demonstration")]).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!weak.body.contains("value=\"demonstration\""), "a password is never put back");
    let chosen = browser.post("/sign-in/set-up/password", &[("password", PASSWORD)]).await;
    assert!(chosen.leads_to("/sign-in/set-up/code"), "{chosen:?}");
    let page = browser.get("/sign-in/set-up/code").await.body;
    let secret =
        page.split("<b class=\"letters\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    assert!(!browser.is_in().await, "not before a code");
    let wrong = browser.post("/sign-in/set-up/code", &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains(&page.split("<b class=\"letters\">").nth(1).unwrap()[..9]),
        "the same secret is shown again"
    );
    let codes = browser.post("/sign-in/set-up/code", &[("code", &code_at(&secret, house.now()))]).await;
    assert_eq!(codes.status, StatusCode::OK);
    let recovery = codes.body.split("<li class=\"letters\">").skip(1);
    let recovery: Vec<String> = recovery.map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(recovery.len(), 8, "{}", codes.body);
    assert!(browser.is_in().await);
    (secret, recovery)
}

async fn give_password(browser: &mut Browser<'_>, password: &str) -> Answer {
    browser
        .post("/sign-in/password", &[("email", EDITOR), ("password", password), ("next", "/account")])
        .await
}

#[tokio::test]
async fn an_invited_editor_signs_in_with_a_password_and_a_code_that_works_once() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let mut browser = house.browser();
        let (secret, recovery) = set_up(&house, &mut browser).await;
        assert_eq!(house.mail_kinds(), ["accounts.password_changed", "accounts.new_way_to_sign_in"]);

        let mut other = house.browser_at(CHROME, "198.51.100.9");
        assert!(give_password(&mut other, PASSWORD).await.leads_to("/sign-in/code"));
        assert!(!other.is_in().await, "a password alone opens nothing");
        let used = code_at(&secret, house.now());
        let reused = other.post("/sign-in/code", &[("code", &used)]).await;
        assert_eq!(reused.status, StatusCode::UNPROCESSABLE_ENTITY, "it was used to set up");
        house.pass(1);
        let code = code_at(&secret, house.now());
        let mut twin = other.clone();
        assert!(give_password(&mut twin, PASSWORD).await.leads_to("/sign-in/code"));
        assert!(other.post("/sign-in/code", &[("code", &code)]).await.leads_to("/admin"));
        assert!(other.is_in().await);
        let twice = twin.post("/sign-in/code", &[("code", &code)]).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY, "seen over a shoulder, used once");

        let typed = recovery[0].to_lowercase().replace('-', " ");
        assert!(twin.post("/sign-in/code", &[("code", &typed)]).await.leads_to("/admin"));
        let mut third = house.browser();
        give_password(&mut third, PASSWORD).await;
        let spent = third.post("/sign-in/code", &[("code", &recovery[0])]).await;
        assert_eq!(spent.status, StatusCode::UNPROCESSABLE_ENTITY, "a recovery code works once");
        assert!(twin.get("/account").await.body.contains("7 recovery codes left"));
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        set_up(&house, &mut house.browser()).await;
        let mut answers = Vec::new();
        for email in [EDITOR, "nobody@demo.example"] {
            let form = [("email", email), ("password", "not-the-right-one")];
            let answer = house.browser().post("/sign-in/password", &form).await;
            assert!(answer.body.contains(email), "the address is put back");
            answers.push((answer.status, answer.body.replace(email, "EMAIL")));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0].0, StatusCode::UNPROCESSABLE_ENTITY);
        let trail = house.trail().await;
        assert_eq!(trail.iter().filter(|did| *did == "typed a wrong password").count(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_reset_ends_every_session_and_way_in_and_begins_anew() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let mut browser = house.browser();
        set_up(&house, &mut browser).await;
        let email = EDITOR.parse().unwrap();
        let link = commands::reset_user(&house.accounts, &email, Tell::ThePerson).await.unwrap();
        assert!(!browser.is_in().await);
        let mut fresh = house.browser();
        assert_eq!(give_password(&mut fresh, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(house.last_link(), link, "told by mail as well");
        house.pass(23 * 60);
        finish(&house, &mut fresh, &link).await;
        assert_eq!(house.browser().post(&link, &[]).await.status, StatusCode::GONE);
    })
    .await;
}

#[tokio::test]
async fn a_changed_password_signs_out_everywhere_else_and_tells_its_owner() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let (mut here, mut there) = (house.browser(), house.browser_at(CHROME, "198.51.100.9"));
        let (secret, _) = set_up(&house, &mut here).await;
        house.pass(1);
        give_password(&mut there, PASSWORD).await;
        there.post("/sign-in/code", &[("code", &code_at(&secret, house.now()))]).await;
        assert!(there.is_in().await);
        let new = "lantern-gravel-ninety-plum";
        let wrong = here.post("/account/password", &[("password", "x"), ("new_password", new)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let changed = here.post("/account/password", &[("password", PASSWORD), ("new_password", new)]).await;
        assert!(changed.leads_to("/account?done=password"), "{changed:?}");
        assert!(here.is_in().await && !there.is_in().await);
        assert_eq!(house.mail_kinds().last(), Some(&"accounts.password_changed"));
        assert!(give_password(&mut there, new).await.leads_to("/sign-in/code"));

        // Another app in the place of the old one.
        assert!(here.post("/account/code", &[("password", new)]).await.leads_to("/account/code/set-up"));
        let page = here.get("/account/code/set-up").await.body;
        let fresh =
            page.split("<b class=\"letters\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
        assert_ne!(fresh, secret);
        let code = code_at(&fresh, house.now());
        assert_eq!(here.post("/account/code/set-up", &[("code", &code)]).await.status, StatusCode::OK);
        house.pass(1);
        let old = there.post("/sign-in/code", &[("code", &code_at(&secret, house.now()))]).await;
        assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY, "the old app is worth nothing");
        let now = code_at(&fresh, house.now());
        assert!(there.post("/sign-in/code", &[("code", &now)]).await.leads_to("/admin"));
    })
    .await;
}

#[tokio::test]
async fn who_is_shut_out_is_let_in_again_by_adding_them_and_never_by_a_reset() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let mut browser = house.browser();
        set_up(&house, &mut browser).await;
        let email: kernel::Email = EDITOR.parse().unwrap();
        commands::disable_user(&house.accounts, &email).await.unwrap();
        let refused = commands::reset_user(&house.accounts, &email, Tell::Nobody).await.unwrap_err();
        assert!(refused.to_string().contains("shut out"), "{refused}");
        let draft = |roles: &[Role]| commands::UserDraft {
            email: email.clone(),
            name: "Demonstration editor".to_owned(),
            roles: roles.to_vec(),
            organization: None,
        };
        let refused = commands::add_user(&house.accounts, draft(&[Role::ProviderEditor]), Tell::Nobody).await;
        assert!(refused.unwrap_err().to_string().contains("--organisation"));
        let still = commands::reset_user(&house.accounts, &email, Tell::Nobody).await;
        assert!(still.is_err(), "what was refused let nobody in");
        let link = commands::add_user(&house.accounts, draft(&[Role::Editor]), Tell::Nobody).await.unwrap();
        assert!(browser.post(&link, &[]).await.leads_to("/sign-in/set-up/password"), "in again");
        let reset = commands::reset_user(&house.accounts, &email, Tell::Nobody).await.unwrap();
        finish(&house, &mut house.browser(), &reset).await;
        assert!(house.trail().await.iter().any(|did| did == "let a person in again who was shut out"));
    })
    .await;
}
