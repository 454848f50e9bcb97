use super::*;
use crate::{
    commands::{self, Tell, UserDraft},
    demonstration,
    limits::{self, Origin, Try},
};
use axum::extract::FromRequestParts;
use proptest::prelude::*;

const FAMILY: &str = "demo.parent@demo.example";
const PASSWORD: &str = "kettle-marble-orbit-fern";

async fn with_password(house: &House) -> PersonId {
    let person = house.person(FAMILY, &[Role::Family]).await;
    let hash = demonstration::password_hash(&house.accounts, PASSWORD).await.unwrap();
    let now = house.now();
    house.db().write(move |tx| demonstration::set_password(tx, person, &hash, now)).await.unwrap();
    person
}

async fn try_password(browser: &mut Browser<'_>, password: &str) -> StatusCode {
    browser.post("/sign-in/password", &[("email", FAMILY), ("password", password)]).await.status
}

#[tokio::test]
async fn a_stranger_who_guesses_is_stopped_and_the_owner_is_not() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        with_password(&house).await;
        let mut owner = house.browser();
        assert_eq!(try_password(&mut owner, PASSWORD).await, StatusCode::SEE_OTHER);
        owner.post("/sign-out", &[]).await;

        // The guesser sits in the owner's own network, the worst case.
        let mut guesser = house.browser_at(CHROME, "192.0.2.99");
        for _ in 0..5 {
            assert_eq!(try_password(&mut guesser, "wrong").await, StatusCode::UNPROCESSABLE_ENTITY);
        }
        for password in ["wrong", PASSWORD] {
            assert_eq!(try_password(&mut guesser, password).await, StatusCode::TOO_MANY_REQUESTS);
        }
        assert_eq!(try_password(&mut owner, PASSWORD).await, StatusCode::SEE_OTHER);
        assert!(owner.is_in().await);

        // Somebody new in the same network is told what to do, and a link by e-mail opens the way.
        let mut new = house.browser_at(FIREFOX, "192.0.2.50");
        let told = new.post("/sign-in/password", &[("email", FAMILY), ("password", PASSWORD)]).await;
        assert_eq!(told.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(told.body.contains("not locked") && told.body.contains("href=\"/sign-in\""), "{}", told.body);
        new.sign_in_by_link(FAMILY).await;
        new.post("/sign-out", &[]).await;
        assert_eq!(try_password(&mut new, PASSWORD).await, StatusCode::SEE_OTHER, "a known browser now");

        house.pass(16);
        assert_eq!(try_password(&mut guesser, "wrong").await, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn a_forged_or_borrowed_cookie_does_not_make_a_browser_known() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        with_password(&house).await;
        let mut guesser = house.browser_at(CHROME, "198.51.100.9");
        let other = house.person("guesser@demo.example", &[Role::Family]).await;
        guesser.post("/demo/sign-in", &[("person", &other.to_string())]).await;
        guesser.post("/sign-out", &[]).await;
        assert!(guesser.cookies.contains_key("known"), "known, as somebody else");
        for _ in 0..5 {
            try_password(&mut guesser, "wrong").await;
        }
        assert_eq!(try_password(&mut guesser, PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
        let forged = guesser.cookies["known"].clone() + ".00000000000000000000000000000000";
        guesser.cookies.insert("known".to_owned(), forged);
        assert_eq!(try_password(&mut guesser, PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
    })
    .await;
}

#[tokio::test]
async fn no_address_and_no_plain_network_is_kept() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        try_password(&mut house.browser_at(CHROME, "198.51.100.9"), "wrong").await;
        let kept: Vec<(String,)> =
            house.db().read(|tx| tx.all("select bucket from sign_in_attempt", &[])).await.unwrap();
        assert_eq!(kept.len(), 3);
        assert!(kept.iter().all(|(bucket,)| bucket.len() == 64 && !bucket.contains('.')));
    })
    .await;
}

#[tokio::test]
async fn staff_who_guess_codes_are_stopped_too() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let email: kernel::Email = "editor@demo.example".parse().unwrap();
        let draft = UserDraft {
            email: email.clone(),
            name: "Demonstration editor".to_owned(),
            roles: vec![Role::Editor],
            organization: None,
        };
        commands::add_user(&house.accounts, draft, Tell::Nobody).await.unwrap();
        let person = house.person(email.as_str(), &[]).await;
        let hash = demonstration::password_hash(&house.accounts, PASSWORD).await.unwrap();
        let (accounts, now) = (house.accounts.clone(), house.now());
        house
            .db()
            .write(move |tx| {
                demonstration::set_password(tx, person, &hash, now)?;
                demonstration::set_totp_secret(tx, &accounts, person, None)
            })
            .await
            .unwrap();
        let mut guesser = house.browser_at(CHROME, "198.51.100.9");
        let form = [("email", email.as_str()), ("password", PASSWORD)];
        assert!(guesser.post("/sign-in/password", &form).await.leads_to("/sign-in/code"));
        for guess in 0..5 {
            let code = format!("{guess:06}");
            let answer = guesser.post("/sign-in/code", &[("code", &code)]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let stopped = guesser.post("/sign-in/code", &[("code", "999999")]).await;
        assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
        // Beginning again with the right password gives no new guesses.
        guesser.post("/sign-in/password", &form).await;
        let stopped = guesser.post("/sign-in/code", &[("code", "999999")]).await;
        assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
    })
    .await;
}

/// What happens, one after the other.
#[derive(Clone, Debug)]
enum Event {
    /// Somebody who is not the owner tries, from one of some networks; some sit in the owner's.
    Attack { network: u8, what: Try },
    /// The owner mistypes, in the browser they always use, and then gets it right.
    Owner { mistakes: u8, what: Try },
    /// Time passes.
    Minutes(u8),
}

fn event() -> impl Strategy<Value = Event> {
    let what = || prop_oneof![Just(Try::Password), Just(Try::Code)];
    prop_oneof![
        6 => (0u8..4, what()).prop_map(|(network, what)| Event::Attack { network, what }),
        3 => (0u8..9, what()).prop_map(|(mistakes, what)| Event::Owner { mistakes, what }),
        1 => (1u8..40).prop_map(Event::Minutes),
    ]
}

async fn origin(house: &House, cookies: &str, address: &str) -> Origin {
    let mut request = Request::builder().header(header::COOKIE, cookies).body(()).unwrap();
    request.extensions_mut().insert(ClientAddress(address.parse().unwrap()));
    let (mut parts, ()) = request.into_parts();
    Origin::from_request_parts(&mut parts, &house.accounts).await.unwrap()
}

async fn attempt(house: &House, what: Try, account: &str, person: PersonId, from: &Origin) -> bool {
    let purse = limits::purse(&house.accounts, what, account, Some(person), from);
    let now = house.now();
    house.db().write(move |tx| limits::take(tx, &purse, now)).await.unwrap()
}

#[test]
fn whatever_strangers_do_the_owner_gets_in_from_the_browser_they_know() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let databases = runtime.block_on(store::testing::databases(MIGRATIONS));
    for database in &databases {
        let house = runtime.block_on(house(database.db.clone()));
        let person: PersonId = kernel::Id::named("test", "owner");
        let known = limits::remember_browser(&house.accounts, &Default::default(), person);
        let known = known.to_str().unwrap().split(';').next().unwrap().to_owned();
        let accounts = std::cell::Cell::new(0);
        let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
        proptest!(config, |(events in prop::collection::vec(event(), 1..60))| {
            accounts.set(accounts.get() + 1);
            let account = format!("owner{}@demo.example", accounts.get());
            let stopped = runtime.block_on(async {
                let owner = origin(&house, &known, "192.0.2.1").await;
                for event in &events {
                    match event {
                        Event::Minutes(minutes) => house.pass(i64::from(*minutes)),
                        Event::Attack { network, what } => {
                            let address = format!("192.0.{}.77", network + 2);
                            let from = origin(&house, "", &address).await;
                            attempt(&house, *what, &account, person, &from).await;
                        }
                        Event::Owner { mistakes, what } => {
                            for _ in 0..*mistakes {
                                attempt(&house, *what, &account, person, &owner).await;
                            }
                            if !attempt(&house, *what, &account, person, &owner).await {
                                return Some(event.clone());
                            }
                            let purse =
                                limits::purse(&house.accounts, *what, &account, Some(person), &owner);
                            house.db().write(move |tx| limits::give_back(tx, &purse)).await.unwrap();
                        }
                    }
                }
                None
            });
            prop_assert!(stopped.is_none(), "the owner was kept out: {stopped:?}");
        });
    }
}

#[test]
fn however_many_links_strangers_ask_for_the_owner_gets_one_in_a_browser_nobody_knows() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let databases = runtime.block_on(store::testing::databases(MIGRATIONS));
    for database in &databases {
        let house = runtime.block_on(house(database.db.clone()));
        let person: PersonId = kernel::Id::named("test", "owner");
        let accounts = std::cell::Cell::new(0);
        let config = ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() };
        // Strangers of 29 networks, and of any number of small ones of one wide network; each asks a few times.
        let asks = (0u8..40, 0u8..6, 0u8..9);
        proptest!(config, |(asks in prop::collection::vec(asks, 30..120))| {
            accounts.set(accounts.get() + 1);
            let account = format!("owner{}@demo.example", accounts.get());
            let got = runtime.block_on(async {
                for (place, times, minutes) in &asks {
                    let address = match place {
                        0..28 => format!("198.51.{place}.7"),
                        small => format!("2001:db8:1:{small}::7"),
                    };
                    let from = origin(&house, "", &address).await;
                    for _ in 0..*times {
                        attempt(&house, Try::AskForLink, &account, person, &from).await;
                    }
                    if *minutes == 0 {
                        house.pass(7);
                    }
                }
                let owner = origin(&house, "", "192.0.2.1").await;
                attempt(&house, Try::AskForLink, &account, person, &owner).await
            });
            prop_assert!(got, "the owner was kept out");
        });
    }
}

#[tokio::test]
async fn one_mailbox_gets_so_many_links_an_hour_and_no_more_wherever_they_are_asked_for() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let person = house.person(FAMILY, &[Role::Family]).await;
        let mut sent = 0;
        for network in 0..60 {
            let from = origin(&house, "", &format!("198.51.{network}.9")).await;
            for _ in 0..3 {
                sent += usize::from(attempt(&house, Try::AskForLink, FAMILY, person, &from).await);
            }
        }
        assert_eq!(sent, 40, "the first of 30 networks, and 10 that all strangers share");
    })
    .await;
}

#[tokio::test]
async fn one_place_alone_cannot_spend_what_all_strangers_share() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let person = house.person(FAMILY, &[Role::Family]).await;
        let from = origin(&house, "", "198.51.100.9").await;
        for _ in 0..200 {
            attempt(&house, Try::Password, FAMILY, person, &from).await;
        }
        let elsewhere = origin(&house, "", "203.0.113.4").await;
        assert!(attempt(&house, Try::Password, FAMILY, person, &elsewhere).await);
    })
    .await;
}

#[tokio::test]
async fn one_network_is_heard_five_times_a_day_about_one_entry_also_behind_a_proxy() {
    store::testing::both(MIGRATIONS, async |db| {
        let house = house(db).await;
        let hear = async |address: &str, about: &'static str| {
            let mut parts = Request::get("/").body(Body::empty()).unwrap().into_parts().0;
            parts.extensions.insert(crate::CountSenders(house.accounts.clone()));
            parts.extensions.insert(ClientAddress(address.parse().unwrap()));
            let Ok(counter) = crate::Counter::from_request_parts(&mut parts, &()).await;
            let now = house.now();
            let count =
                house.db().write(move |tx| counter.count_about(tx, crate::Sent::Report, about, now)).await;
            count.unwrap()
        };
        for _ in 0..5 {
            assert_eq!(hear("10.0.0.7", "one entry").await, crate::Heard::Keep);
        }
        assert_eq!(hear("10.0.0.7", "one entry").await, crate::Heard::Enough(6));
        assert_eq!(hear("10.0.0.7", "another entry").await, crate::Heard::Keep);
        assert_eq!(hear("203.0.113.7", "one entry").await, crate::Heard::Keep);
        house.pass(24 * 60 + 1);
        assert_eq!(hear("10.0.0.7", "one entry").await, crate::Heard::Keep);
    })
    .await;
}
