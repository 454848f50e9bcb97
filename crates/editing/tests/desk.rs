//! The editor's desk through its own door, on both databases.
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it says")]

use access::{Actor, Role, Roles, Signed};
use axum::{Extension, Router, body::Body, http::Request};
use directory::{Directory, OrganizationDraft, ServiceDraft};
use http_body_util::BodyExt;
use kernel::{Clock, Dice, Id};
use settings::Council;
use std::sync::Arc;
use store::{Db, args};
use tower::ServiceExt;
use web::{Site, Who};

const NOW: &str = "2026-11-22T09:00:00Z";

struct Desk {
    db: Db,
    directory: Directory,
    router: Router,
}

impl Desk {
    async fn of(db: Db, role: Role) -> Desk {
        let clock = Clock::standing_at(NOW);
        let now = clock.now();
        db.write(move |tx| {
            if settings::find_council(tx)?.is_none() {
                settings::set_council(tx, &council(), now)?;
                directory::publish_taxonomy(
                    tx,
                    &[
                        toml::from_str("slug = 'feeding'\nname = 'Feeding'")?,
                        toml::from_str("slug = 'food'\nname = 'Food'")?,
                    ],
                    now,
                )?;
                let organization: OrganizationDraft = toml::from_str(
                    "slug = 'o'\nname = 'An organisation'\ndescription = 'Made for a test'\nkind = 'charity'",
                )?;
                directory::publish_organization(tx, &organization, now)?;
                for slug in ["one", "two", "three"] {
                    directory::publish_service(tx, &draft(slug), &council(), now)?;
                }
            }
            Ok(())
        })
        .await
        .unwrap();
        let site = Site::open(db.clone(), clock, Dice::loaded(3)).await.unwrap();
        let directory = Directory::open(&site, Arc::new(|_| Vec::new())).await.unwrap();
        let actor = Actor::Person(Signed {
            person: Id::named("test", role.key()),
            roles: Roles::default().and(role),
            organizations: Vec::new(),
        });
        let routes = editing::admin_door(&directory).into_router().layer(Extension(Who { actor }));
        let router = web::shell(&site, routes);
        Desk { db, directory, router }
    }

    async fn get(&self, path: &str) -> (u16, String) {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.ask(Request::post(path).header("sec-fetch-site", "same-origin").body(Body::from(body)).unwrap())
            .await
    }

    /// A page's text, or where a redirect leads.
    async fn ask(&self, mut request: Request<Body>) -> (u16, String) {
        request.headers_mut().insert("host", "hub.example.org".parse().unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let to = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, to.unwrap_or_else(|| String::from_utf8(body.to_vec()).unwrap()))
    }

    async fn phone(&self, slug: &'static str) -> String {
        let entry = self.db.read(move |tx| directory::find_entry(tx, slug)).await.unwrap().unwrap();
        entry.draft.phones[0].number.to_string()
    }
}

fn council() -> Council {
    Council { area_name: "Testshire".to_owned(), ..Council::unnamed() }
}

fn draft(slug: &str) -> ServiceDraft {
    toml::from_str(&format!(
        "slug = '{slug}'\nname = 'Service {slug}'\norganization = 'o'\nsummary = 'A summary'\ndescription = 'What it is'\n\
         topics = ['feeding']\nway_in = ['open']\nsource = 'made up for a test'\nphones = [{{ number = '0151 496 0000' }}]"
    ))
    .unwrap()
}

async fn on_both(test: impl AsyncFn(Db)) {
    store::testing::both(
        &[
            access::MIGRATIONS,
            settings::MIGRATIONS,
            notify::MIGRATIONS,
            accounts::MIGRATIONS,
            directory::MIGRATIONS,
            keeping::MIGRATIONS,
            editing::MIGRATIONS,
        ],
        test,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_to_many_is_looked_at_made_and_taken_back_without_touching_what_others_changed() {
    on_both(async |db| {
        let desk = Desk::of(db, Role::Editor).await;
        let list = desk.get("/admin/entries?q=service").await;
        assert!(list.0 == 200 && list.1.contains("3 of 3 shown"), "{}", list.1);
        let change = [("kind", "replace"), ("find", "0151 496 0000"), ("put", "0151 496 0999")];
        let ticked = [("slug", "one"), ("slug", "two"), ("slug", "three")];
        let (status, at) = desk.post("/admin/entries/preview", &[&change[..], &ticked[..]].concat()).await;
        assert_eq!(status, 303, "a page that one may go back to: {at}");
        let (status, look) = desk.get(&at).await;
        assert!(status == 200 && look.contains("3 would change") && look.contains("one@1"), "{look}");
        assert_eq!(desk.phone("one").await, "0151 496 0000", "looking changes nothing");

        // Somebody else changes 'three' between the look and the change.
        let now = Clock::standing_at(NOW).now();
        let other = ServiceDraft { summary: "Changed by a colleague".to_owned(), ..draft("three") };
        desk.db.write(move |tx| directory::publish_service(tx, &other, &council(), now)).await.unwrap();

        let apply = [
            ("kind", "replace"),
            ("value", "0151 496 0000"),
            ("put", "0151 496 0999"),
            ("why", "A new number"),
        ];
        let seen = [("slug", "one@1"), ("slug", "two@1"), ("slug", "three@1")];
        let without_why = desk.post("/admin/entries/apply", &[&apply[..3], &seen[..]].concat()).await;
        assert_eq!(without_why.0, 422);
        for wanted in ["href=\"#why\"", "id=\"why\"", "one@1", "value=\"0151 496 0999\"", "Change 3 entries"]
        {
            assert!(without_why.1.contains(wanted), "{wanted}: {}", without_why.1);
        }
        let short = [("kind", "replace"), ("find", "01"), ("put", "0151 496 0999")];
        let (status, again) = desk.post("/admin/entries/preview", &[&short[..], &ticked[..]].concat()).await;
        assert_eq!(status, 422);
        for wanted in
            ["href=\"#find\"", "id=\"find\"", "value=\"01\"", "value=\"three\"", "value=\"0151 496 0999\""]
        {
            assert!(again.contains(wanted), "{wanted}: {again}");
        }
        let (status, to) = desk.post("/admin/entries/apply", &[&apply[..], &seen[..]].concat()).await;
        assert_eq!(status, 303, "{to}");
        assert_eq!(desk.phone("one").await, "0151 496 0999");
        assert_eq!(desk.phone("three").await, "0151 496 0000");
        assert!(desk.get(&to).await.1.contains("three: Somebody changed it after you looked"));

        // 'two' is changed again, so taking the change back leaves it.
        let later = ServiceDraft { phones: draft("two").phones, summary: "Later".to_owned(), ..draft("two") };
        desk.db.write(move |tx| directory::publish_service(tx, &later, &council(), now)).await.unwrap();
        assert_eq!(desk.post(&format!("{to}/undo"), &[]).await.0, 303);
        assert_eq!(desk.phone("one").await, "0151 496 0000");
        let entry = desk.db.read(|tx| directory::find_entry(tx, "two")).await.unwrap().unwrap();
        assert_eq!((entry.draft.summary.as_str(), entry.version), ("Later", 3));
        assert!(desk.get(&to).await.1.contains("changed again since"));
        let audited: (i64,) = desk
            .db
            .read(|tx| tx.one("select count(*) from audit where action = 'edit_many'", args![]))
            .await
            .unwrap();
        assert_eq!(audited, (2,));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_looked_at_is_done_once_however_often_it_is_sent_and_one_may_go_back_to_it() {
    on_both(async |db| {
        let desk = Desk::of(db, Role::Editor).await;
        let change = [("kind", "replace"), ("find", "0151 496 0000"), ("put", "0151 496 0999")];
        let ticked = [("slug", "one"), ("slug", "two")];
        let (_, at) = desk.post("/admin/entries/preview", &[&change[..], &ticked[..]].concat()).await;
        let look = desk.get(&at).await.1;
        let id = look.split("name=\"look\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(at.ends_with(id), "{at}");
        let apply = [
            ("kind", "replace"),
            ("value", "0151 496 0000"),
            ("put", "0151 496 0999"),
            ("why", "A new number"),
            ("look", id),
            ("slug", "one@1"),
            ("slug", "two@1"),
        ];
        let sent = tokio::join!(
            desk.post("/admin/entries/apply", &apply),
            desk.post("/admin/entries/apply", &apply),
            desk.post("/admin/entries/apply", &apply),
        );
        let later = desk.post("/admin/entries/apply", &apply).await;
        let made = format!("/admin/entries/changes/{id}");
        for (status, to) in [sent.0, sent.1, sent.2, later] {
            assert_eq!((status, to.as_str()), (303, made.as_str()));
        }
        let counts: (i64, i64, i64) = desk
            .db
            .read(|tx| {
                tx.one(
                    "select (select count(*) from many_change), (select count(*) from many_change_entry),
                        (select count(*) from audit where action = 'edit_many')",
                    args![],
                )
            })
            .await
            .unwrap();
        assert_eq!(counts, (1, 2, 1));
        let page = desk.get(&made).await.1;
        assert!(page.contains("2 changed") && !page.contains("Somebody changed it"), "{page}");

        let (status, back) = desk.get(&at).await;
        assert!(status == 200 && back.contains("This change was made") && back.contains(&made), "{back}");
        assert!(!back.contains("/admin/entries/apply"), "it cannot be sent again: {back}");
        let nobodys = format!("/admin/entries/looks/{}", Id::<()>::named("test", "no look"));
        assert_eq!(desk.get(&nobodys).await.0, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_is_only_readable_when_many_asked_and_a_word_that_was_taught_is_found() {
    on_both(async |db| {
        let desk = Desk::of(db, Role::Editor).await;
        assert!(desk.get("/admin/words").await.1.contains("No term has been asked often enough"));
        let (status, page) = desk.post("/admin/words", &[("says", "titty juice"), ("means", "")]).await;
        assert!(
            status == 422 && page.contains("value=\"titty juice\""),
            "what was typed is put back: {page}"
        );
        assert_eq!(desk.post("/admin/words", &[("says", "titty juice"), ("means", "feeding")]).await.0, 303);
        assert_eq!(desk.post("/admin/words", &[("says", "titty juice"), ("means", "food")]).await.0, 422);
        desk.directory.renew().await.unwrap();
        let page = desk.get("/admin/words").await.1;
        assert!(page.contains("<b>titty juice</b>: feeding"));
        let id = page.split("/admin/words/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let (status, page) = desk.post(&format!("/admin/words/{id}/remove"), &[]).await;
        assert!(status == 200 && page.contains("value=\"titty juice\""), "it can be put back at once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_could_not_be_read_are_refused_and_nothing_typed_is_lost() {
    on_both(async |db| {
        let desk = Desk::of(db.clone(), Role::Administrator).await;
        let good = [
            ("name", "Testshire hubs"),
            ("area_name", "Testshire"),
            ("brand_hue", "140"),
            ("lamp_hue", "78"),
            ("exit_to", "https://www.bbc.co.uk/weather"),
            ("phone", "0151 496 0000"),
        ];
        let bad =
            [&good[1..], &[("name", ""), ("email", "not an address"), ("footnote", "Kept <b>")]].concat();
        let (status, page) = desk.post("/admin/settings", &bad).await;
        assert!(status == 422 && page.contains("Enter a name") && page.contains("value=\"not an address\""));
        assert!(page.contains("Kept &#60;b&#62;") || page.contains("Kept &lt;b&gt;"), "{page}");
        assert_eq!(desk.post("/admin/settings", &good).await.0, 303);
        let kept = db.read(settings::find_council).await.unwrap().unwrap();
        assert_eq!((kept.name.as_str(), kept.brand_hue), ("Testshire hubs", 140));
        let editor = Desk::of(db, Role::Editor).await;
        assert_eq!(editor.post("/admin/settings", &good).await.0, 403);
        assert_eq!(editor.get("/admin/settings").await.0, 403);
    })
    .await;
}
