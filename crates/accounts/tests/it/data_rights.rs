//! Consent, copies, erasure and forgetting through the real doors, on both databases.

use crate::common;

use access::{PersonId, Role, audit};
use accounts::{ConsentHow, Ended, FORGET_WHAT_IS_OLD, How, Purpose, end_sessions, has_consent, set_consent};
use axum::http::{HeaderMap, header};
use common::{
    House,
    notes::{ADMIN, HOUSE, Looks, NOTES_FAIL, SWITCH, house, start_session},
};
use jiff::SignedDuration;
use kernel::Dice;
use std::sync::atomic::Ordering;
use store::{args, testing};
use uuid::Uuid;

#[tokio::test]
async fn consent_is_to_a_wording_and_is_withdrawn_as_easily_as_given() {
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        let parent = house.person("Demonstration parent", "parent@hearth.example", Role::Family).await;
        let by = (parent, Role::Family);
        let agrees = async |purpose| house.db.read(move |tx| has_consent(tx, parent, purpose)).await.unwrap();
        assert!(!agrees(Purpose::News).await);
        let both = [("agree", "news"), ("agree", "research"), ("agree", "everything")];
        assert_eq!(
            house.ask(by, "/account/data/consents", Some(&both)).await.location,
            "/account/data?saved=1"
        );
        assert_eq!(house.ask(by, "/account/data/consents", Some(&both)).await.status, 303);
        assert_eq!(house.count("select count(*) from consent").await, 2, "agreeing twice is one consent");
        assert!(agrees(Purpose::News).await && !agrees(Purpose::Feedback).await);
        let page = house.ask(by, "/account/data?saved=1", None).await.body;
        assert!(
            page.contains("value=\"news\" checked")
                && !page.contains("value=\"feedback\" checked")
                && page.contains("You agreed on 22 November 2026")
        );
        assert_eq!(house.ask(by, "/account/data/consents", Some(&[("agree", "research")])).await.status, 303);
        assert!(!agrees(Purpose::News).await && agrees(Purpose::Research).await);
        assert_eq!(house.ask(by, "/account/data/consents", Some(&[("agree", "news")])).await.status, 303);
        assert_eq!(house.count("select count(*) from consent").await, 3, "the old one stays as it was");
        let clock = house.clock.clone();
        let again = house
            .db
            .write(move |tx| {
                set_consent(tx, (parent, Purpose::News), ConsentHow::Phone, "", &clock, &Dice::real())
            })
            .await;
        assert!(!again.unwrap());
        let did: Vec<String> = house.trail().await.into_iter().map(|row| row.did).rev().collect();
        assert_eq!(
            did,
            ["agreed to news", "agreed to research", "withdrew news", "agreed to news", "withdrew research"]
        );
    })
    .await;
}

async fn insert_note(house: &House, person: PersonId) {
    let insert = "insert into note (person_id, words) values ($1, 'likes <b>lions</b>')";
    house.db.write(move |tx| tx.exec(insert, args![person])).await.unwrap();
}

#[tokio::test]
async fn a_copy_holds_what_every_room_keeps_and_an_erasure_leaves_only_the_trail() {
    let _alone = SWITCH.lock().await;
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        house.person("Demonstration administrator", "admin@hearth.example", ADMIN).await;
        let parent = house.person("Demonstration parent", "parent@hearth.example", Role::Family).await;
        let by = (parent, Role::Family);
        insert_note(&house, parent).await;
        start_session(&house, parent).await;
        house.ask(by, "/account/data/consents", Some(&[("agree", "news")])).await;
        let page = house.ask(by, "/account/data/copy", Some(&[("as", "page")])).await.body;
        for kept in [
            "Demonstration parent",
            "parent@hearth.example",
            "likes &#60;b&#62;lions",
            "agreed to news",
            "Signed in with",
        ] {
            assert!(page.contains(kept), "{kept}: {page}");
        }
        let json = house.ask(by, "/account/data/copy", Some(&[("as", "json")])).await.body;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let rooms: Vec<&str> =
            json["parts"].as_array().unwrap().iter().map(|part| part["room"].as_str().unwrap()).collect();
        assert!(
            rooms.contains(&"accounts") && rooms.contains(&"notes") && rooms.contains(&"notify"),
            "{rooms:?}"
        );
        assert!(house.trail().await.iter().any(|row| row.did == "took a copy of their own data"));

        assert_eq!(
            house.ask(by, "/account/data/erase", Some(&[])).await.status,
            422,
            "the box must be ticked"
        );
        NOTES_FAIL.store(true, Ordering::SeqCst);
        let erase = [("agree", "erase"), ("email", "Parent@hearth.example")];
        let broken = house.ask(by, "/account/data/erase", Some(&erase)).await;
        NOTES_FAIL.store(false, Ordering::SeqCst);
        assert_eq!(broken.status, 500);
        assert_eq!(house.count("select count(*) from note").await, 1, "all of it or nothing");
        assert!(house.ask(by, "/account/data", None).await.body.contains("parent@hearth.example"));

        let erased = house.ask(by, "/account/data/erase", Some(&erase)).await;
        assert!(erased.status == 200 && erased.body.contains("Your data has been erased"), "{}", erased.body);
        for (sql, left) in [
            ("select count(*) from note", 0),
            ("select count(*) from consent", 0),
            ("select count(*) from session", 0),
            ("select count(*) from person where erased_at is not null and name = '' and email is null", 1),
        ] {
            assert_eq!(house.count(sql).await, left, "{sql}");
        }
        let admin = house.trail().await;
        assert!(
            admin
                .iter()
                .any(|row| row.did.starts_with("erased the account") && row.about_id == Some(parent.uuid()))
        );
        assert!(house.runner().run_until_empty().await.unwrap() >= 1, "the database is written anew");
        assert_eq!(house.count("select count(*) from scrub_run where scrubbed_at >= erased_at").await, 1);
        let me = house.person("Demonstration lead", "lead@hearth.example", Role::SafeguardingLead).await;
        let trail = house
            .ask((me, Role::SafeguardingLead), &format!("/admin/audit?person={parent}"), None)
            .await
            .body;
        assert!(trail.contains("somebody whose record was erased"), "{trail}");
        assert_eq!(house.ask(by, "/account/data/erase", Some(&erase)).await.status, 200, "twice is harmless");
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_cannot_be_erased() {
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        let me = house.person("Demonstration administrator", "admin@hearth.example", ADMIN).await;
        let erase = [("agree", "erase"), ("email", "admin@hearth.example")];
        let refused = house.ask((me, ADMIN), "/account/data/erase", Some(&erase)).await;
        assert!(refused.status == 422 && refused.body.contains("This is the last administrator"));
        assert_eq!(house.count("select count(*) from person where erased_at is null").await, 1);
    })
    .await;
}

#[tokio::test]
async fn who_erases_their_account_types_its_address_and_has_just_signed_in() {
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        house.person("Demonstration administrator", "admin@hearth.example", ADMIN).await;
        let keeper =
            house.person("Demonstration keeper", "keeper@hearth.example", Role::ProviderEditor).await;
        let now = house.clock.now();
        let passkey = "insert into passkey (id, person_id, credential_id, name, credential, added_at)
            values ($1, $2, 'c', 'phone', '{}', $3)";
        house.db.write(move |tx| tx.exec(passkey, args![Uuid::from_u128(1), keeper, now])).await.unwrap();
        let erase = async |cookies: &str, email: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookies.parse().unwrap());
            let fields = [("agree", "erase"), ("email", email)];
            house.ask_in_session(headers, "/account/data/erase", Some(&fields)).await
        };
        let right = "keeper@hearth.example";
        let by_link = house.sign_in(&HeaderMap::new(), keeper, How::Link).await;
        let linked = erase(&by_link, right).await;
        assert!(linked.status == 422 && linked.body.contains("Sign in again first"), "{}", linked.body);
        let by_passkey = house.sign_in(&HeaderMap::new(), keeper, How::Passkey).await;
        assert_eq!(erase(&by_passkey, "").await.status, 422);
        for wrong in ["admin@hearth.example", "keeper@hearth"] {
            let refused = erase(&by_passkey, wrong).await;
            assert!(refused.status == 422 && refused.body.contains("Type the email address of your account"));
            assert!(refused.body.contains(&format!("value=\"{wrong}\"")), "what was typed is put back");
        }
        house.clock.set(now + SignedDuration::from_mins(11));
        let late = erase(&by_passkey, right).await;
        assert!(late.status == 422 && late.body.contains("/sign-in?again=1"), "{}", late.body);
        assert_eq!(house.count("select count(*) from person where erased_at is not null").await, 0);
        let again = house.sign_in(&HeaderMap::new(), keeper, How::Passkey).await;
        let erased = erase(&again, right).await;
        assert!(erased.status == 200 && erased.body.contains("Your data has been erased"), "{}", erased.body);
    })
    .await;
}

#[tokio::test]
async fn a_request_by_letter_is_due_in_a_month_and_ends_with_a_copy_or_an_erasure() {
    let _alone = SWITCH.lock().await;
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        let me = house.person("Demonstration administrator", "admin@hearth.example", ADMIN).await;
        let parent = house.person("Demonstration parent", "parent@hearth.example", Role::Family).await;
        insert_note(&house, parent).await;
        let by = (me, ADMIN);
        let list = "/admin/data-requests";
        assert!(house.ask(by, list, None).await.body.contains("No request is open"));
        let bad = house
            .ask(
                by,
                list,
                Some(&[
                    ("email", "parent@hearth.example"),
                    ("received_on", "2027-01-01"),
                    ("note", "in the post book"),
                ]),
            )
            .await;
        for sentence in
            ["Choose what they want", "Choose how they asked", "not in the future", "in the post book"]
        {
            assert!(bad.status == 422 && bad.body.contains(sentence), "{sentence}: {}", bad.body);
        }
        let letter = |email, wants| {
            [
                ("email", email),
                ("wants", wants),
                ("came_by", "letter"),
                ("received_on", "2026-10-31"),
                ("note", "in the post book"),
            ]
        };
        let unknown = house.ask(by, list, Some(&letter("stranger@hearth.example", "copy"))).await;
        assert!(unknown.status == 422 && unknown.body.contains("We keep no account"));
        for wants in ["copy", "erase"] {
            assert_eq!(house.ask(by, list, Some(&letter("parent@hearth.example", wants))).await.status, 303);
        }
        let twice = house.ask(by, list, Some(&letter("parent@hearth.example", "copy"))).await;
        assert!(twice.status == 422 && twice.body.contains("asked for this already"));
        let page = house.ask(by, list, None).await.body;
        assert!(
            page.contains("30 November 2026")
                && page.contains("8 days left")
                && page.contains("Demonstration parent"),
            "{page}"
        );
        let one = async |wants: &'static str| {
            let sql = "select id from data_request where wants = $1";
            let (id,): (Uuid,) = house.db.read(move |tx| tx.one(sql, args![wants])).await.unwrap();
            format!("{list}/{id}")
        };
        let (copy, erase) = (one("copy").await, one("erase").await);
        let file = house.ask(by, &copy, Some(&[("act", "copy"), ("as", "page")])).await;
        assert!(file.status == 200 && file.body.contains("likes &#60;b&#62;lions"));
        let close = [("act", "close"), ("outcome", "done"), ("closing_note", "sent by recorded post")];
        assert_eq!(house.ask(by, &copy, Some(&close)).await.status, 303);
        assert!(house.ask(by, &copy, None).await.body.contains("sent by recorded post"));
        assert_eq!(
            house.ask(by, &erase, Some(&[("act", "erase")])).await.status,
            422,
            "the box must be ticked"
        );
        assert_eq!(house.ask(by, &erase, Some(&[("act", "erase"), ("agree", "erase")])).await.status, 303);
        let page = house.ask(by, &erase, None).await.body;
        assert!(
            page.contains("somebody who was erased")
                && page.contains("It was done")
                && !page.contains("parent@"),
            "{page}"
        );
        assert_eq!(
            house.count("select count(*) from data_request where note <> '' or closing_note <> ''").await,
            0
        );
        house.person("Demonstration other", "other@hearth.example", ADMIN).await;
        assert_eq!(house.ask(by, list, Some(&letter("admin@hearth.example", "erase"))).await.status, 303);
        let own = "select id from data_request where closed_at is null";
        let (own,): (Uuid,) = house.db.read(move |tx| tx.one(own, args![])).await.unwrap();
        let own =
            house.ask(by, &format!("{list}/{own}"), Some(&[("act", "erase"), ("agree", "erase")])).await;
        assert!(own.status == 422 && own.body.contains("This request is your own"), "{}", own.body);
        let danger = [("email", "x"), ("note", "she says she wants to kill herself tonight")];
        assert!(
            house.ask(by, list, Some(&danger)).await.body.contains("class=\"crisis"),
            "every box is heard"
        );
        assert_eq!(house.ask((parent, Role::Editor), list, None).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn what_was_kept_long_enough_is_forgotten_and_one_rule_that_fails_keeps_no_other() {
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        let me = house.person("Demonstration administrator", "admin@hearth.example", ADMIN).await;
        house.ask((me, ADMIN), "/account/data/consents", Some(&[("agree", "news")])).await;
        house.ask((me, ADMIN), "/account/data/consents", Some(&[])).await;
        start_session(&house, me).await;
        let begin = house.clock.now();
        house.db.write(move |tx| end_sessions(tx, me, Ended::SignedOut, begin)).await.unwrap();
        let after = async |days: i64| {
            house.clock.set(begin + SignedDuration::from_hours(24 * days) + SignedDuration::from_secs(1));
            let at = house.clock.now();
            house
                .db
                .write(move |tx| jobs::enqueue(tx, FORGET_WHAT_IS_OLD, &(), at, at, Some(&days.to_string())))
                .await
                .unwrap();
            house.runner().run_until_empty().await.unwrap();
            (
                house.count("select count(*) from session").await,
                house.count("select count(*) from consent").await,
                house.trail().await.len(),
            )
        };
        let before = house.trail().await.len();
        assert_eq!(after(29).await, (1, 1, before), "nothing is old yet, and nothing is written down");
        assert_eq!(after(31).await, (0, 1, before + 1), "the session goes, and that is in the trail");
        let (_, consents, trail) = after(6 * 366 + 1).await;
        assert_eq!((consents, trail), (0, 4), "31 days’ row, the consent’s, the trail’s own, and its cut");
        assert!(matches!(house.db.snapshot(audit::verify).await.unwrap(), audit::Soundness::Sound { .. }));
        let page = house.ask((me, ADMIN), "/admin/retention", None).await.body;
        for words in [
            "Sessions that have ended",
            "30 days",
            "1 in all",
            "Limitation Act 1980",
            "Something that cannot be forgotten",
            "Not yet",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert_eq!(jobs_dead(&house).await, 0, "a failing rule is tried again");
    })
    .await;
}

async fn jobs_dead(house: &House) -> usize {
    house.db.read(jobs::list_dead).await.unwrap().len()
}

#[tokio::test]
async fn sign_ins_that_were_begun_and_left_are_forgotten_in_the_night() {
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        let now = house.clock.now();
        for (browser, hours) in [("old", 25), ("young", 23)] {
            let over = now - SignedDuration::from_hours(hours);
            house
                .db
                .write(move |tx| {
                    let attempt = "insert into council_sign_in_attempt
                        (browser_hash, state_hash, nonce, verifier, leads_to, started_at, expires_at)
                        values ($1, 's', 'n', 'v', '/account', $2, $2)";
                    tx.exec(attempt, args![browser, over])?;
                    let challenge = "insert into passkey_challenge
                        (browser_hash, purpose, person_id, state, expires_at) values ($1, 'sign_in', null, '{}', $2)";
                    tx.exec(challenge, args![browser, over])
                })
                .await
                .unwrap();
        }
        house.db.write(move |tx| jobs::enqueue(tx, FORGET_WHAT_IS_OLD, &(), now, now, None)).await.unwrap();
        house.runner().run_until_empty().await.unwrap();
        for sql in ["select browser_hash from council_sign_in_attempt", "select browser_hash from passkey_challenge"] {
            let left: Vec<(String,)> = house.db.read(move |tx| tx.all(sql, args![])).await.unwrap();
            assert_eq!(left, [("young".to_owned(),)], "{sql}");
        }
    })
    .await;
}

static TEXT: notify::Template = notify::Template {
    key: "test.list",
    name: "A list",
    sent_when: "When somebody hands one over.",
    subject: "((name))",
    body: "Here is ((name)).",
    sample: &[("name", "a list")],
    can_be_turned_off: false,
};

#[tokio::test]
async fn what_somebody_without_an_account_left_is_found_copied_and_erased_by_their_number() {
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        let officer = house.person("Demonstration steward", "steward@hearth.example", Role::DataSteward).await;
        let family = house.person("Demonstration parent", "parent@hearth.example", Role::Family).await;
        let insert = "insert into ring (phone, words) values ('07700900123', 'ring me about sleep'), ('07700900456', 'not mine')";
        house.db.write(move |tx| tx.exec(insert, args![])).await.unwrap();
        house
            .db
            .write(|tx| {
                let values = vec![("name", "a list about sleep".to_owned())];
                let to = notify::To::Phone("07700 900123".parse().unwrap());
                let text = notify::Message { template: &TEXT, to, person: None, values, once: None };
                notify::queue(tx, &text, &kernel::Dice::loaded(9), kernel::Instant::UNIX_EPOCH)
            })
            .await
            .unwrap();
        let (by, path) = ((officer, Role::DataSteward), "/admin/data-requests/by-number");
        assert_eq!(house.ask((family, Role::Family), path, None).await.status, 403);
        let of = |act: &'static str| vec![("act", act), ("phone", "07700 900 123")];
        let ask = async |fields: Vec<(&str, &str)>| house.ask(by, path, Some(&fields)).await;
        assert_eq!(ask(vec![("act", "look"), ("phone", "my mum")]).await.status, 422);
        let seen = ask(of("look")).await.body;
        assert!(seen.contains("Rings</dt><dd>1 record.") && !seen.contains("about sleep"), "{seen}");
        assert!(seen.contains("Texts we sent to it</dt><dd>1 record."), "{seen}");
        let copy = ask(of("copy")).await.body;
        assert!(copy.contains("ring me about sleep") && !copy.contains("not mine"), "{copy}");
        assert_eq!(ask(of("erase")).await.status, 422, "the box must be ticked");
        let erase: Vec<_> = of("erase").into_iter().chain([("agree", "erase")]).collect();
        for many in [2, 0] {
            let to = format!("/admin/data-requests/by-number?erased={many}");
            assert_eq!(ask(erase.clone()).await.location, to);
        }
        assert_eq!(house.count("select count(*) from ring").await, 1, "the other number's stays");
        assert_eq!(house.count("select count(*) from message where to_address <> '' or body is not null").await, 0);
        assert_eq!(house.count("select count(*) from job where kind = 'write_the_database_anew'").await, 1);
        let nothing = ask(of("look")).await.body;
        assert!(nothing.contains("we keep nothing under it") && !nothing.contains("Erase it"), "{nothing}");
        let trail = house.trail().await;
        let erased: Vec<_> = trail.iter().filter(|row| row.did == "erased what a phone number left").collect();
        assert!(erased.len() == 1 && erased[0].why == "2 records", "asked for twice, done once");
        assert!(trail.iter().all(|row| !format!("{} {}", row.did, row.why).contains("900")), "no number");
    })
    .await;
}
