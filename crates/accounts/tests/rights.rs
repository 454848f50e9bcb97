//! People, the trail, consent, copies and erasure through the real doors, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use access::{Actor, PersonId, Role, Signed, audit};
use accounts::{
    Accounts, AccountsConfig, ConsentHow, DataSource, Ended, FORGET_WHAT_IS_OLD, How, MIGRATIONS, Office,
    OfficeConfig, Part, PersonDraft, Purpose, RetentionRule, Rooms, Run, WRITE_THE_DATABASE_ANEW, data_door,
    end_sessions, forget_what_is_old, has_consent, set_consent, set_person, staff_door,
    write_the_database_anew,
};
use axum::{
    Extension, Router,
    body::Body,
    http::{Request, header},
};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use jobs::Runner;
use kernel::{Clock, Dice};
use settings::Council;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{Db, Migration, args, testing};
use tower::ServiceExt;
use uuid::Uuid;
use web::{Site, Who};

const NOW: &str = "2026-11-22T09:00:00Z";
const HOUSE: &[&[Migration]] =
    &[access::MIGRATIONS, settings::MIGRATIONS, notify::MIGRATIONS, MIGRATIONS, NOTES];
/// A later room that keeps notes about people.
const NOTES: &[Migration] = &[Migration {
    room: "notes",
    number: 1,
    name: "notes",
    sql: "create table note (person_id {id} not null, words {text} not null) {strict};",
}];
const ORGANIZATION: u128 = 77;

/// While set, the later room cannot erase.
static NOTES_FAIL: AtomicBool = AtomicBool::new(false);
/// The one switch is for one test at a time.
static SWITCH: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn notes() -> DataSource {
    DataSource {
        room: "notes",
        tables: &["note"],
        export: |tx, person| {
            let kept: Vec<(String,)> =
                tx.all("select words from note where person_id = $1", args![person])?;
            let records = kept.into_iter().map(|(words,)| vec![("Note".to_owned(), words)]).collect();
            Ok(vec![Part { heading: "Notes".to_owned(), why: "To help.".to_owned(), records }])
        },
        erase: |tx, person, _| {
            tx.exec("delete from note where person_id = $1", args![person])?;
            if NOTES_FAIL.load(Ordering::SeqCst) {
                anyhow::bail!("the notes cannot be erased just now")
            }
            Ok(())
        },
    }
}

struct House {
    db: Db,
    clock: Clock,
    site: Site,
    accounts: Accounts,
    office: Office,
}

struct Answer {
    status: u16,
    location: String,
    body: String,
}

impl House {
    async fn new(db: Db) -> House {
        let clock = Clock::standing_at(NOW);
        let council = Council { public_url: "https://hub.example.org".to_owned(), ..Council::unnamed() };
        db.write(move |tx| settings::set_council(tx, &council, NOW.parse()?)).await.unwrap();
        let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
        let accounts = Accounts::open(&site, AccountsConfig::default()).await.unwrap();
        let failing = RetentionRule {
            key: "always_fails",
            what: "Something that cannot be forgotten",
            kept_days: 1,
            why: "To see that the others run all the same.",
            run: Run::Nightly(|_, _, _| anyhow::bail!("cannot")),
        };
        let rooms = Rooms {
            sources: vec![notes()],
            rules: vec![failing],
            organizations: Some(|_| {
                Ok(vec![(Uuid::from_u128(ORGANIZATION), "Demonstration Playgroup".to_owned())])
            }),
        };
        let office = Office::open(&accounts, OfficeConfig::default(), rooms);
        House { db, clock, site, accounts, office }
    }

    async fn person(&self, name: &str, email: &str, role: Role) -> PersonId {
        let draft = PersonDraft {
            email: email.parse().unwrap(),
            name: name.to_owned(),
            roles: vec![role],
            organizations: vec![],
        };
        let clock = self.clock.clone();
        self.db.write(move |tx| set_person(tx, &draft, &clock, &Dice::real())).await.unwrap()
    }

    fn router(&self, person: PersonId, role: Role) -> Router {
        let actor =
            Actor::Person(Signed { person, roles: [role].into_iter().collect(), organizations: vec![] });
        let routes = staff_door(&self.office).and(data_door(&self.office)).into_router();
        web::shell(&self.site, routes.layer(Extension(Who { actor })))
    }

    async fn ask(&self, by: (PersonId, Role), path: &str, form: Option<&[(&str, &str)]>) -> Answer {
        let request = match form {
            None => Request::get(path).body(Body::empty()),
            Some(fields) => {
                let pairs =
                    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                Request::post(path)
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .header("sec-fetch-site", "same-origin")
                    .body(Body::from(pairs))
            }
        };
        let response = self.router(by.0, by.1).oneshot(request.unwrap()).await.unwrap();
        let location = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status, location: location.unwrap_or_default(), body }
    }

    async fn trail(&self) -> Vec<audit::Entry> {
        let (rows, _) =
            self.db.read(|tx| audit::search(tx, &audit::Filter::default(), 500, 0)).await.unwrap();
        rows
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let (count,): (i64,) = self.db.read(move |tx| tx.one(sql, args![])).await.unwrap();
        count
    }

    /// The kinds of mail that were queued.
    async fn mails(&self) -> Vec<String> {
        let sql = "select template from message order by template";
        let kept: Vec<(String,)> = self.db.read(move |tx| tx.all(sql, args![])).await.unwrap();
        kept.into_iter().map(|(template,)| template).collect()
    }

    fn runner(&self) -> Runner {
        let office = self.office.clone();
        Runner::new(self.db.clone(), self.clock.clone(), Dice::real())
            .on(FORGET_WHAT_IS_OLD, move |context| {
                let office = office.clone();
                async move { forget_what_is_old(&office, context).await }
            })
            .on(WRITE_THE_DATABASE_ANEW, write_the_database_anew)
    }
}

const ADMIN: Role = Role::Administrator;

#[tokio::test]
async fn an_administrator_adds_somebody_changes_them_and_shuts_them_out_and_each_step_is_in_the_trail() {
    testing::both(HOUSE, async |db| {
        let house = House::new(db).await;
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

async fn start_session(house: &House, person: PersonId) {
    house
        .accounts
        .start_session(&axum::http::HeaderMap::new(), person, How::Link, "/account")
        .await
        .ok()
        .unwrap();
}

#[tokio::test]
async fn there_is_always_an_administrator_even_when_two_put_each_other_out_at_once() {
    testing::both(HOUSE, async |db| {
        let house = House::new(db).await;
        let one = house.person("Demonstration one", "one@hearth.example", ADMIN).await;
        let alone =
            house.ask((one, ADMIN), &format!("/admin/people/{one}"), Some(&[("act", "disable")])).await;
        assert!(alone.status == 422 && alone.body.contains("You cannot disable yourself"));
        let fields = [("act", "roles"), ("roles", "editor")];
        let own = house.ask((one, ADMIN), &format!("/admin/people/{one}"), Some(&fields)).await;
        assert!(own.status == 422 && own.body.contains("administrator role from yourself"));
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
async fn the_trail_is_searched_by_a_typed_name_that_never_stands_in_an_address() {
    testing::both(HOUSE, async |db| {
        let house = House::new(db).await;
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

#[tokio::test]
async fn consent_is_to_a_wording_and_is_withdrawn_as_easily_as_given() {
    testing::both(HOUSE, async |db| {
        let house = House::new(db).await;
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
        let house = House::new(db).await;
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
        let broken = house.ask(by, "/account/data/erase", Some(&[("agree", "erase")])).await;
        NOTES_FAIL.store(false, Ordering::SeqCst);
        assert_eq!(broken.status, 500);
        assert_eq!(house.count("select count(*) from note").await, 1, "all of it or nothing");
        assert!(house.ask(by, "/account/data", None).await.body.contains("parent@hearth.example"));

        let erased = house.ask(by, "/account/data/erase", Some(&[("agree", "erase")])).await;
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
        assert_eq!(
            house.ask(by, "/account/data/erase", Some(&[("agree", "erase")])).await.status,
            200,
            "twice is harmless"
        );
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_cannot_be_erased() {
    testing::both(HOUSE, async |db| {
        let house = House::new(db).await;
        let me = house.person("Demonstration administrator", "admin@hearth.example", ADMIN).await;
        let refused = house.ask((me, ADMIN), "/account/data/erase", Some(&[("agree", "erase")])).await;
        assert!(refused.status == 422 && refused.body.contains("This is the last administrator"));
        assert_eq!(house.count("select count(*) from person where erased_at is null").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_request_by_letter_is_due_in_a_month_and_ends_with_a_copy_or_an_erasure() {
    let _alone = SWITCH.lock().await;
    testing::both(HOUSE, async |db| {
        let house = House::new(db).await;
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
        let house = House::new(db).await;
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
