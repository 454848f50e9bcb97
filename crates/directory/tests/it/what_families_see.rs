//! What families see of entries that begin and end, that give little, and of a form that reads their words, through
//! the real pages on both databases.

use axum::{Router, body::Body, http::Request};
use directory::{Directory, OrganizationDraft, ServiceDraft};
use http_body_util::BodyExt;
use kernel::{Clock, Dice};
use serde_json::{Value, json};
use settings::Council;
use std::sync::Arc;
use store::{Db, testing::both};
use tower::ServiceExt;
use web::Site;

const MIGRATIONS: &[&[store::Migration]] =
    &[access::MIGRATIONS, settings::MIGRATIONS, accounts::MIGRATIONS, directory::MIGRATIONS];

struct Town {
    clock: Clock,
    router: Router,
}

struct Seen {
    status: u16,
    location: String,
    html: String,
}

fn organization(slug: &str, phone: Option<&str>) -> OrganizationDraft {
    serde_json::from_value(json!({
        "slug": slug, "name": format!("The {slug}"), "description": "Helps.", "kind": "charity", "phone": phone
    }))
    .unwrap()
}

fn entry(slug: &str, more: Value) -> ServiceDraft {
    let mut draft = json!({
        "slug": slug, "name": format!("Zebra {slug}"), "organization": "example-charity",
        "summary": "A service for this test.", "description": "It helps.", "topics": ["feeding"], "way_in": ["self"],
        "access": ["phone"], "cost": "free", "status": "active", "source": "this test"
    });
    draft.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(draft).unwrap()
}

fn sessions(schedules: Value) -> Value {
    json!({"schedules": schedules, "phones": [{"number": "0151 496 0000", "description": "", "hours": ""}]})
}

async fn town(db: Db, now: &str, services: Vec<ServiceDraft>, council: Council) -> Town {
    let clock = Clock::standing_at(now);
    let at = clock.now();
    db.write(move |tx| {
        let need = serde_json::from_value(json!({"slug": "feeding", "name": "Feeding"}))?;
        directory::publish_taxonomy(tx, &[need], at)?;
        directory::publish_organization(tx, &organization("example-charity", None), at)?;
        directory::publish_organization(tx, &organization("phone-charity", Some("0151 496 0777")), at)?;
        settings::set_council(tx, &council, at)?;
        directory::publish_services(tx, &services, &council, at)
    })
    .await
    .unwrap();
    let site = Site::open(db, clock.clone(), Dice::loaded(3)).await.unwrap();
    let directory = Directory::open(&site, Arc::new(|_| Vec::new())).await.unwrap();
    let accounts = accounts::Accounts::open(&site, accounts::AccountsConfig::default()).await.unwrap();
    let counted = axum::Extension(accounts::CountSenders(accounts));
    let router = web::shell(&site, directory::routes(&directory).into_router().layer(counted));
    Town { clock, router }
}

impl Town {
    async fn get(&self, path: &str) -> Seen {
        self.send(Request::get(path).header("host", "hub.example.org").body(Body::empty()).unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> Seen {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let location = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Seen {
            status,
            location: location.unwrap_or_default(),
            html: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// Slugs of what a search finds, in alphabetical order.
    async fn finds(&self, query: &str) -> Vec<String> {
        let html = self.get(&format!("/search?{query}")).await.html;
        let results = html.split("<ol class=\"results\">").nth(1).unwrap_or_default();
        let results = results.split("</ol>").next().unwrap_or_default();
        let slugs = results.split("<a href=\"/services/").skip(1).filter_map(|rest| rest.split('"').next());
        let mut slugs: Vec<String> = slugs.map(str::to_owned).collect();
        slugs.sort();
        slugs
    }

    fn is_now(&self, day: &str) {
        self.clock.set(day.parse().unwrap());
    }
}

fn courses() -> Vec<ServiceDraft> {
    let monday = |more: Value| {
        let mut schedule = json!({"byday": ["MO"], "opens": "09:00", "closes": "10:00"});
        schedule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schedule
    };
    vec![
        entry("always", sessions(json!([monday(json!({}))]))),
        entry("over", sessions(json!([monday(json!({"valid_to": "2026-07-18"}))]))),
        entry(
            "ahead",
            sessions(json!([monday(json!({"valid_from": "2027-06-05", "valid_to": "2027-07-31"}))])),
        ),
        entry("starts", sessions(json!([monday(json!({"valid_from": "2026-11-30"}))]))),
    ]
}

#[tokio::test]
async fn a_course_is_on_from_its_first_day_to_its_last_and_the_day_turns_by_itself() {
    both(MIGRATIONS, async |db| {
        // A Monday in July, at an hour at which the sessions run.
        let town = town(db, "2026-07-13T08:30:00Z", courses(), Council::unnamed()).await;
        assert_eq!(town.finds("q=zebra&day=MO").await, ["always", "over"]);
        let page = town.get("/services/over").await.html;
        assert!(page.contains("Monday, 9am to 10am, until 18 July 2026"), "{page}");
        let card = town.get("/search?q=zebra+over").await.html;
        assert!(
            card.contains("Monday, 9am to 10am, until 18 July 2026") && card.contains("Open now"),
            "{card}"
        );

        // Nothing is announced: the pages and the index are the ones that were made above.
        town.is_now("2026-11-23T09:30:00Z");
        assert_eq!(town.finds("q=zebra&day=MO").await, ["always"]);
        for words in ["zebra+today", "zebra+monday", "zebra+open+now"] {
            let found = town.finds(&format!("q={words}")).await;
            assert!(found.contains(&"always".to_owned()) && found.len() == 1, "{words}: {found:?}");
        }
        assert!(town.finds("q=zebra").await.len() == 4, "an entry is found by its words at any time");
        let page = town.get("/services/over").await.html;
        assert!(page.contains("No sessions now: the last ended on 18 July 2026"), "{page}");
        assert!(!page.contains("Monday, 9am"), "what has ended is not shown as if it were on");
        let card = town.get("/search?q=zebra+over").await.html;
        assert!(card.contains("No sessions now: the last ended on 18 July 2026"), "{card}");
        assert!(
            town.get("/services/ahead").await.html.contains("Monday, 9am to 10am, 5 June to 31 July 2027")
        );
        assert!(
            town.get("/services/starts")
                .await
                .html
                .contains("Monday, 9am to 10am, starts on 30 November 2026")
        );

        town.is_now("2026-11-30T09:30:00Z");
        assert_eq!(town.finds("q=zebra&day=MO").await, ["always", "starts"]);
        assert!(!town.get("/services/starts").await.html.contains("starts on"));
        town.is_now("2027-06-07T08:30:00Z");
        assert_eq!(town.finds("q=zebra&day=MO").await, ["ahead", "always", "starts"]);
    })
    .await;
}

#[tokio::test]
async fn an_entry_says_phone_only_where_there_is_a_number_to_press() {
    both(MIGRATIONS, async |db| {
        let services = vec![
            entry("rings", json!({"phones": [{"number": "0151 496 0000", "description": "", "hours": ""}]})),
            entry("texts", json!({"phones": [{"number": "85258", "description": "", "hours": ""}]})),
            entry("mails", json!({"email": "help@example.org"})),
            entry("sites", json!({"website": "https://example.org/help"})),
            entry("through", json!({"organization": "phone-charity"})),
            entry("nothing", json!({})),
        ];
        let council = Council { phone: "0303 333 4300".to_owned(), ..Council::unnamed() };
        let town = town(db, "2026-11-22T09:00:00Z", services, council).await;
        for (slug, before, asking) in [
            ("rings", "phone before you go", "Ask when you phone"),
            ("texts", "text before you go", "Ask by text"),
            ("mails", "email before you go", "Ask by email"),
            ("sites", "look at their website before you go", "Ask through their website"),
            ("through", "phone The phone-charity before you go", "Ask The phone-charity when you phone"),
            ("nothing", "phone the council contact centre before you go", "Ask the council contact centre"),
        ] {
            let page = town.get(&format!("/services/{slug}")).await.html;
            let main = page.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
            assert!(main.contains(before) && main.contains(asking), "{slug}: {main}");
            let says_phone =
                main.to_lowercase().contains("phone before you go") || main.contains("when you phone");
            assert!(
                !says_phone || main.contains("href=\"tel:"),
                "{slug} says phone and has no number: {main}"
            );
            let card = town.get(&format!("/search?q=zebra+{slug}")).await.html;
            let of_entry = card.split(&format!("/services/{slug}\"")).nth(1).unwrap();
            let of_entry = of_entry.split("</li>").next().unwrap();
            assert_eq!(
                of_entry.contains("Phone first"),
                matches!(slug, "rings" | "texts"),
                "{slug}: {of_entry}"
            );
        }
        assert!(town.get("/services/through").await.html.contains("href=\"tel:01514960777\""));
    })
    .await;
}

#[tokio::test]
async fn a_report_is_answered_with_a_page_that_one_may_go_back_to() {
    both(MIGRATIONS, async |db| {
        let town =
            town(db, "2026-11-22T09:00:00Z", vec![entry("first", json!({}))], Council::unnamed()).await;
        let form = Request::post("/services/first/report")
            .header("host", "hub.example.org")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from("what=hours&words=i+feel+so+low&reply_to=someone%40example.org"))
            .unwrap();
        let sent = town.send(form).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        let thanks = town.get(&sent.location).await;
        let reference = sent.location.split("sent=").nth(1).unwrap();
        assert_eq!(thanks.status, 200);
        assert!(thanks.html.contains("Thank you. The team has it") && thanks.html.contains(reference));
        assert!(thanks.html.contains("We will write to the email you gave"));
        assert!(
            thanks.html.contains("samaritans") || thanks.html.contains("Samaritans"),
            "the card stays with the thanks"
        );
        assert!(!thanks.html.contains("someone@example.org") && !thanks.html.contains("feel so low"));
        let nobodys = town.get("/services/first/report?sent=ABCDEFGH").await;
        assert!(nobodys.status == 200 && nobodys.html.contains("Is something wrong here?"));
    })
    .await;
}

#[tokio::test]
async fn what_was_heard_often_enough_is_put_back_kindly_and_words_of_danger_are_kept_all_the_same() {
    both(MIGRATIONS, async |db| {
        let entries = vec![entry("first", json!({})), entry("second", json!({}))];
        let council = Council { phone: "0151 496 0000".to_owned(), ..Council::unnamed() };
        let town = town(db.clone(), "2026-11-22T09:00:00Z", entries, council).await;
        let report = async |slug: &str, fields: &str| {
            let form = Request::post(format!("/services/{slug}/report"))
                .header("host", "hub.example.org")
                .header("sec-fetch-site", "same-origin")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::from(fields.to_owned()))
                .unwrap();
            town.send(form).await
        };
        let kept = async || {
            let count = "select count(*) from problem_report";
            let (count,): (i64,) = db.read(|tx| tx.one(count, store::args![])).await.unwrap();
            count
        };
        for number in 0..5 {
            assert_eq!(report("first", "what=hours&words=Shut").await.status, 303, "report {number}");
        }
        let sixth = report("first", "what=hours&words=Shut+on+Mondays&reply_to=jo%40example.org").await;
        assert_eq!(sixth.status, 429, "{}", sixth.html);
        for wanted in [
            "Others have told us about this entry today",
            "Shut on Mondays",
            "value=\"jo@example.org\"",
            "value=\"hours\" checked",
            "ring 0151 496 0000",
            "href=\"/urgent-help\"",
        ] {
            assert!(sixth.html.contains(wanted), "{wanted}: {}", sixth.html);
        }
        assert!(!sixth.html.contains("There is a problem"), "whoever sent it has done right");
        assert_eq!(kept().await, 5);

        let amber = report("first", "what=hours&words=Shut+and+i+feel+so+low").await;
        assert_eq!(amber.status, 303, "{}", amber.html);
        assert!(town.get(&amber.location).await.html.contains("Samaritans"), "with its card");
        let red = "what=hours&words=Shut+and+i+want+to+kill+myself";
        assert!(report("first", red).await.html.contains("crisis-red"), "the card comes first");
        assert_eq!(report("first", &format!("{red}&seen=1")).await.status, 303);
        assert_eq!(kept().await, 7);

        assert_eq!(report("second", "what=hours&words=Shut").await.status, 303, "another entry");
        town.is_now("2026-11-23T09:01:00Z");
        assert_eq!(report("first", "what=hours&words=Shut").await.status, 303, "the next day");
    })
    .await;
}

#[tokio::test]
async fn a_page_past_the_last_is_said_not_to_be_there() {
    both(MIGRATIONS, async |db| {
        let many = (0..25).map(|at| entry(&format!("e{at}"), json!({}))).collect();
        let town = town(db, "2026-11-22T09:00:00Z", many, Council::unnamed()).await;
        let page = town.get("/search?q=zebra&page=99").await;
        assert!(page.html.contains("There is no page 99. This is page 3, the last one."), "{}", page.html);
        assert!(page.html.contains("href=\"/search?q=zebra\">Go to the first page"));
        assert!(!town.get("/search?q=zebra&page=3").await.html.contains("There is no page"));
        assert!(!page.html.contains(">1<span class=\"hide\"> results"));
    })
    .await;
}

#[tokio::test]
async fn words_run_the_way_their_language_does() {
    both(MIGRATIONS, async |db| {
        let services = vec![entry("arabic", json!({"name": "مجموعة اللعب"}))];
        let council = Council { language: "ar".to_owned(), ..Council::unnamed() };
        let town = town(db, "2026-11-22T09:00:00Z", services, council).await;
        let page = town.get("/services/arabic").await.html;
        assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">"), "{page}");
        assert!(page.contains("<h1 dir=\"auto\">مجموعة اللعب</h1>"));
    })
    .await;
}

/// Name and value of what stands chosen in the form, those from the words marked.
fn chosen(html: &str) -> Vec<(String, String, bool)> {
    let picks = html.split("<label class=\"pick\">").skip(1).filter_map(|pick| pick.split("</label>").next());
    let attribute = |pick: &str, name: &str| {
        let start = format!("{name}=\"");
        pick.split(&start).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    };
    picks
        .filter(|pick| pick.contains(" checked"))
        .map(|pick| (attribute(pick, "name"), attribute(pick, "value"), pick.contains("from your words")))
        .filter(|(_, value, _)| !value.is_empty())
        .collect()
}

#[tokio::test]
async fn the_form_shows_what_the_words_said_and_changing_it_wins() {
    both(MIGRATIONS, async |db| {
        let on = |day: &str| sessions(json!([{"byday": [day], "opens": "09:00", "closes": "10:00"}]));
        let services = vec![
            entry("saturday", on("SA")),
            entry("monday", on("MO")),
            entry("paid", json!({"cost": "paid"})),
        ];
        let town = town(db, "2026-11-22T09:00:00Z", services, Council::unnamed()).await;
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned(), true);
        let ticked = |name: &str, value: &str| (name.to_owned(), value.to_owned(), false);

        let words = "q=zebra+saturday+for+my+3+year+old";
        let page = town.get(&format!("/search?{words}")).await.html;
        assert_eq!(chosen(&page), [own("age", "heard"), own("day", "SA")]);
        assert!(page.contains("name=\"heard\" value=\"age,day\""));

        let sent_as_it_was = "age=heard&day=SA&heard=age,day";
        let page = town.get(&format!("/search?{words}&{sent_as_it_was}")).await.html;
        assert_eq!(chosen(&page), [own("age", "heard"), own("day", "SA")]);
        assert_eq!(town.finds(&format!("{words}&{sent_as_it_was}")).await, town.finds(words).await);

        let monday = format!("{words}&age=heard&day=MO&heard=age&heard=day");
        let page = town.get(&format!("/search?{monday}")).await.html;
        assert_eq!(chosen(&page), [own("age", "heard"), ticked("day", "MO")]);
        assert_eq!(town.finds(&monday).await, ["monday"]);
        assert!(page.contains("name=\"heard\" value=\"age,-day\""));

        let off = format!("{words}&age=&heard=age&heard=day");
        assert_eq!(chosen(&town.get(&format!("/search?{off}")).await.html), []);

        let page = town.get("/search?q=free+zebra").await.html;
        assert_eq!(chosen(&page), [own("cost", "free")]);
        assert!(!town.finds("q=free+zebra").await.contains(&"paid".to_owned()));
        assert!(town.finds("q=free+zebra&heard=cost").await.contains(&"paid".to_owned()));
        assert_eq!(town.finds("q=free+zebra&heard=cost&cost=paid").await, ["paid"]);
        assert_eq!(chosen(&town.get("/search?day=tuesday").await.html), [ticked("day", "TU")]);
    })
    .await;
}

#[tokio::test]
async fn the_map_of_the_hubs_is_drawn_from_the_list_beside_it() {
    both(MIGRATIONS, async |db| {
        let tiles = |address: &str| settings::MapTiles {
            address: address.to_owned(),
            attribution: "An example".to_owned(),
        };
        let map = Some(tiles("https://tiles.example.org/{z}/{x}/{y}.png"));
        let council = Council { map, ..Council::unnamed() };
        let town = town(db, "2026-07-13T08:30:00Z", Vec::new(), council).await;
        let html = town.get("/hubs").await.html;
        let list = html.split("data-map=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        assert!(html.contains(&format!("<ul class=\"tiles tiles-2\" id=\"{list}\">")), "{list}");
    })
    .await;
}
