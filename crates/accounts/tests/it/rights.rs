//! People and the trail through the real doors, on both databases.

use crate::common;

use access::{PersonId, Role, audit};
use accounts::How;
use axum::http::HeaderMap;
use common::notes::{ADMIN, HOUSE, Looks, house, start_session};
use store::{args, testing};

#[tokio::test]
async fn an_administrator_adds_somebody_changes_them_and_shuts_them_out_and_each_step_is_in_the_trail() {
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        let me = house.person("Demonstration administrator", "admin@hearth.example", ADMIN).await;
        let by = (me, ADMIN);
        let fields = [
            ("name", "Demonstration editor"),
            ("email", "Editor@hearth.example"),
            ("roles", "editor"),
            ("why", "new in the team"),
        ];
        let added = house.ask(by, "/admin/people/add", Some(&fields)).await;
        assert_eq!(added.status, 303, "{}", added.body);
        let path = added.location.split('?').next().unwrap().to_owned();
        assert!(house.mails().await.contains(&"accounts.invitation".to_owned()));
        let again = house.ask(by, "/admin/people/add", Some(&fields)).await;
        assert_eq!(again.status, 422);
        assert!(
            again.body.contains("Somebody with this address is here already")
                && again.body.contains("value=\"Demonstration editor\"")
        );
        let empty = house.ask(by, "/admin/people/add", Some(&[("why", "call jo@x.example")])).await;
        for sentence in [
            "Enter their name",
            "Choose at least one role",
            "Leave out names, email addresses",
            "call jo@x.example",
        ] {
            assert!(empty.body.contains(sentence), "{sentence}: {}", empty.body);
        }
        let page = house.ask(by, &path, None).await.body;
        assert!(page.contains("editor@hearth.example") || page.contains("Editor@hearth.example"));
        assert!(page.contains("Accept, amend or refuse what a provider sent"), "roles say what they may do");
        let roles = [
            ("act", "roles"),
            ("roles", "provider_editor"),
            ("organization", "demonstration playgroup"),
            ("why", "moved on"),
        ];
        assert_eq!(house.ask(by, &path, Some(&roles)).await.status, 303);
        assert_eq!(house.count("select count(*) from keeper").await, 1);
        let person: PersonId = path.rsplit('/').next().unwrap().parse().unwrap();
        start_session(&house, person).await;
        assert_eq!(house.count("select count(*) from session where ended_at is null").await, 1);
        assert_eq!(house.ask(by, &path, Some(&[("act", "disable"), ("why", "left")])).await.status, 303);
        assert_eq!(house.count("select count(*) from session where ended_at is null").await, 0);
        assert_eq!(house.ask(by, &path, Some(&[("act", "send_link")])).await.status, 422, "disabled");
        assert_eq!(house.ask(by, &path, Some(&[("act", "enable")])).await.status, 303);
        assert_eq!(house.ask(by, &path, Some(&[("act", "send_link")])).await.status, 303);
        assert!(house.mails().await.contains(&"accounts.link_from_staff".to_owned()));
        let trail: Vec<(String, String)> = house
            .trail()
            .await
            .into_iter()
            .filter(|row| row.about_id == Some(person.uuid()))
            .map(|row| (row.did, row.why))
            .rev()
            .collect();
        for wanted in [
            ("added a person as editor", "new in the team"),
            (
                "gave the roles provider_editor and took editor; organisations: 1 added, 0 taken away",
                "moved on",
            ),
            ("disabled the account", "left"),
            ("enabled the account", ""),
            ("sent a link to sign in", ""),
        ] {
            assert!(
                trail.iter().any(|(did, why)| (did.as_str(), why.as_str()) == wanted),
                "{wanted:?}: {trail:?}"
            );
        }
        let found = house.ask(by, "/admin/people", Some(&[("q", "DEMON edit")])).await;
        assert!(found.body.contains("1 person") && found.body.contains(&path), "{}", found.body);
        let nobody = house.ask(by, "/admin/people", Some(&[("q", "100%")])).await;
        assert!(nobody.body.contains("Nobody found"));
        for (path, form) in [("/admin/people", None), (path.as_str(), Some(&[("act", "disable")][..]))] {
            assert_eq!(house.ask((person, Role::ProviderEditor), path, form).await.status, 403, "{path}");
        }
        assert!(matches!(house.db.snapshot(audit::verify).await.unwrap(), audit::Soundness::Sound { .. }));
    })
    .await;
}

#[tokio::test]
async fn there_is_always_an_administrator_even_when_two_put_each_other_out_at_once() {
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        let one = house.person("Demonstration one", "one@hearth.example", ADMIN).await;
        let alone =
            house.ask((one, ADMIN), &format!("/admin/people/{one}"), Some(&[("act", "disable")])).await;
        assert!(alone.status == 422 && alone.body.contains("Only another administrator can"));
        let fields = [("act", "roles"), ("roles", "editor")];
        let own = house.ask((one, ADMIN), &format!("/admin/people/{one}"), Some(&fields)).await;
        assert!(own.status == 422 && own.body.contains("Only another administrator can"));
        let other = house.person("Demonstration other", "other@hearth.example", ADMIN).await;
        let (path_one, path_other) = (format!("/admin/people/{one}"), format!("/admin/people/{other}"));
        let disable = [("act", "disable")];
        let crossed = tokio::join!(
            house.ask((one, ADMIN), &path_other, Some(&disable)),
            house.ask((other, ADMIN), &path_one, Some(&disable)),
        );
        let mut statuses = [crossed.0.status, crossed.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422]);
        assert_eq!(house.count("select count(*) from person where disabled_at is null").await, 1);
    })
    .await;
}

#[tokio::test]
async fn nobody_changes_what_they_may_do_themselves() {
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        let me = house.person("Demonstration administrator", "admin@hearth.example", ADMIN).await;
        let other = house.person("Demonstration other", "other@hearth.example", ADMIN).await;
        let (mine, by) = (format!("/admin/people/{me}"), (me, ADMIN));
        for more in ["analyst", "editor", "data_steward", "safeguarding_lead", "provider_editor"] {
            let fields = [("act", "roles"), ("roles", "administrator"), ("roles", more)];
            let refused = house.ask(by, &mine, Some(&fields)).await;
            assert!(refused.status == 422 && refused.body.contains("This is your own account"), "{more}");
        }
        let keeps =
            [("act", "roles"), ("roles", "administrator"), ("organization", "demonstration playgroup")];
        assert_eq!(house.ask(by, &mine, Some(&keeps)).await.status, 422);
        for act in ["disable", "enable", "send_link", "untie"] {
            assert_eq!(house.ask(by, &mine, Some(&[("act", act)])).await.status, 422, "{act}");
        }
        assert_eq!(house.count("select count(*) from person_role").await, 2);
        assert_eq!(house.count("select count(*) from keeper").await, 0);
        assert!(house.mails().await.is_empty());
        let page = house.ask(by, &mine, None).await.body;
        assert!(!page.contains("name=\"roles\"") && page.contains("value=\"end_sessions\""), "{page}");

        start_session(&house, me).await;
        assert_eq!(house.ask(by, &mine, Some(&[("act", "end_sessions")])).await.status, 303);
        assert_eq!(house.count("select count(*) from session where ended_at is null").await, 0);
        let fields = [("act", "roles"), ("roles", "administrator"), ("roles", "data_steward")];
        assert_eq!(house.ask((other, ADMIN), &mine, Some(&fields)).await.status, 303, "somebody else may");
        let again = [
            ("name", "Demonstration administrator"),
            ("email", "Admin@hearth.example"),
            ("roles", "data_steward"),
        ];
        assert_eq!(house.ask(by, "/admin/people/add", Some(&again)).await.status, 422, "there already");
    })
    .await;
}

#[tokio::test]
async fn an_administrator_unties_somebody_from_the_councils_sign_in() {
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        let me = house.person("Demonstration administrator", "admin@hearth.example", ADMIN).await;
        let jo = house.person("Demonstration Jo", "jo@hearth.example", Role::Editor).await;
        let (path, by) = (format!("/admin/people/{jo}"), (me, ADMIN));
        assert!(!house.ask(by, &path, None).await.body.contains("Untie"), "there is no tie");
        let unsure = [("act", "untie"), ("why", "the address was handed on")];
        let untie = [unsure[0], unsure[1], ("sure", "untie")];
        assert_eq!(house.ask(by, &path, Some(&untie)).await.status, 422);
        for (subject, person) in [("jo", jo), ("me", me)] {
            let now = house.clock.now();
            let tie =
                "insert into council_sign_in (issuer, subject, person_id, methods, joined_at, last_used_at)
                values ('https://idp.example', $1, $2, '', $3, $3)";
            house.db.write(move |tx| tx.exec(tie, args![subject, person, now])).await.unwrap();
            house.sign_in(&HeaderMap::new(), person, How::Council).await;
        }
        let page = house.ask(by, &path, None).await.body;
        assert!(page.contains("Untie") && page.contains("https://idp.example"), "{page}");
        assert!(page.contains("tied again by itself") && page.contains("disable the account"), "{page}");
        let asked = house.ask(by, &path, Some(&unsure)).await;
        assert!(
            asked.status == 422 && asked.body.contains("href=\"#sure\""),
            "it asks first: {}",
            asked.body
        );
        assert!(asked.body.contains("value=\"the address was handed on\""), "{}", asked.body);
        assert_eq!(house.count("select count(*) from council_sign_in").await, 2);
        let done = house.ask(by, &path, Some(&untie)).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert!(house.ask(by, &done.location, None).await.body.contains("is untied from"));
        assert_eq!(house.count("select count(*) from council_sign_in").await, 1, "only theirs");
        assert_eq!(house.count("select count(*) from session where ended_at is null").await, 1);
        let trail = house.trail().await;
        let row = trail.iter().find(|row| row.did.starts_with("untied the council's sign-in")).unwrap();
        assert_eq!((row.about_id, row.why.as_str()), (Some(jo.uuid()), "the address was handed on"));
    })
    .await;
}

#[tokio::test]
async fn the_trail_is_searched_by_a_typed_name_that_never_stands_in_an_address() {
    testing::both(HOUSE, async |db| {
        let house = house(db).await;
        let me = house.person("Demonstration administrator", "admin@hearth.example", ADMIN).await;
        let jo = house.person("Demonstration Jo", "jo@hearth.example", Role::Editor).await;
        house.person("Demonstration Joan", "joan@hearth.example", Role::Editor).await;
        let by = (me, ADMIN);
        assert!(
            house
                .ask(by, "/admin/audit?from=2030-01-01", None)
                .await
                .body
                .contains("Nothing in the trail fits")
        );
        house.ask(by, &format!("/admin/people/{jo}"), None).await;
        let to = house.ask(by, "/admin/audit", Some(&[("who", "JO@hearth.example")])).await;
        assert_eq!((to.status, to.location.as_str()), (303, format!("/admin/audit?person={jo}").as_str()));
        let page = house.ask(by, &to.location, None).await.body;
        assert!(
            page.contains("Demonstration Jo")
                && page.contains("read a person’s account")
                && page.contains("The trail is whole"),
            "{page}"
        );
        let several = house.ask(by, "/admin/audit", Some(&[("who", "jo"), ("action", "see_audit")])).await;
        assert!(
            several.status == 422
                && several.body.contains("Several people fit")
                && several.body.contains("Demonstration Joan")
        );
        assert!(
            several.body.contains(&format!("person={jo}&#38;action=see_audit"))
                || several.body.contains(&format!("person={jo}&amp;action=see_audit")),
            "{}",
            several.body
        );
        let wrong =
            house.ask(by, "/admin/audit", Some(&[("who", "nobody known"), ("from", "yesterday")])).await;
        assert!(
            wrong.status == 422
                && wrong.body.contains("We know nobody")
                && wrong.body.contains("value=\"nobody known\"")
                && wrong.body.contains("value=\"yesterday\"")
        );
        let csv = house.ask(by, &format!("/admin/audit.csv?person={jo}"), None).await.body;
        assert!(
            csv.starts_with("number,at,who")
                && csv.contains("\"Demonstration administrator\"")
                && csv.contains(&jo.to_string())
        );
        let searched: Vec<String> = house
            .trail()
            .await
            .into_iter()
            .filter(|row| row.action == "see_audit")
            .map(|row| row.did)
            .collect();
        assert!(searched.contains(&"searched the trail by person".to_owned()), "{searched:?}");
        assert!(searched.contains(&"searched the trail by person and downloaded it".to_owned()));
        house
            .db
            .write(|tx| tx.exec("update audit set did = 'nothing' where sequence = 1", args![]))
            .await
            .unwrap();
        assert!(house.ask(by, "/admin/audit", None).await.body.contains("The trail has been changed"));
        assert_eq!(house.ask((jo, Role::Editor), "/admin/audit", None).await.status, 403);
    })
    .await;
}
