//! What somebody tries who means harm: forms from other sites, doors without a key, words that say more than they may,
//! and requests that would have the house work against the people it is for.

use crate::support::{Answer, Home, encoded, filled, form, on_both_anew, session, someone};
use access::Role;
use accounts::ClientAddress;
use axum::{
    body::Body,
    http::{Method, Request, header},
};

/// An entry whose page is private because somebody could be harmed, and the number it gives.
const PRIVATE: (&str, &str) = ("start-for-life-emotional-wellbeing-team", "0151 495 5065");
/// An entry that is there for everybody.
const ENTRY: &str = "infant-feeding-team";
/// As many more as it takes for one network to be heard thirty times.
const ENTRIES: [&str; 6] = [
    ENTRY,
    "urgent-dental-helpline",
    "find-an-nhs-dentist",
    "toothbrush-packs",
    "stop-smoking-halton",
    "smokefree-helpline",
];
const FALSE_NUMBER: &str = "0151 496 0999";

#[test]
fn no_form_of_another_site_is_taken_behind_any_door() {
    on_both_anew(async |home| {
        let administrator = someone(home, Role::Administrator, None).await;
        let cookie = session(home, administrator).await;
        let mut tried = 0;
        for route in hearth::doors::known(&home.house).routes().iter().filter(|it| it.method == Method::POST)
        {
            // These carry a secret of their own, and no cookie counts there.
            if route.path.starts_with("/notify/") {
                continue;
            }
            let path = filled(route.path, ENTRY);
            for says in [
                vec![("sec-fetch-site", "cross-site")],
                vec![("sec-fetch-site", "same-site")],
                vec![("sec-fetch-site", "cross-site"), ("origin", "https://hub.example.org")],
                vec![("origin", "null")],
                vec![("origin", "https://hub.example.org.evil.test")],
                vec![("origin", "https://hub.example.org@evil.test")],
                vec![("referer", "https://evil.test/hub.example.org")],
                vec![],
            ] {
                let mut request = form(&path).header(header::COOKIE, &cookie);
                for (name, value) in &says {
                    request = request.header(*name, *value);
                }
                let answer = home.send(request.body(encoded(&[])).unwrap()).await;
                assert_eq!(answer.status, 403, "{path} {says:?}");
                tried += 1;
            }
        }
        assert!(tried > 300, "{tried} forms");
    });
}

#[test]
fn what_is_behind_a_door_is_kept_by_no_cache_and_a_glance_at_its_head_opens_nothing() {
    on_both_anew(async |home| {
        let cookie = session(home, someone(home, Role::Administrator, None).await).await;
        for route in hearth::doors::known(&home.house).routes().iter().filter(|it| it.method == Method::GET) {
            let path = filled(route.path, ENTRY);
            let head = Request::head(&path).header(header::HOST, "hub.example.org").body(Body::empty());
            let closed = home.send(head.unwrap()).await;
            if !route.action.is_open_to(&access::Actor::Visitor) {
                assert_eq!(closed.status, 303, "HEAD {path} as nobody");
            }
            let answer = look(home, &path, &cookie).await;
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
        // A page for everybody is made without anybody's doors in its header, whoever asks first.
        for path in ["/", "/topics", "/services/infant-feeding-team", "/search?q=baby"] {
            let page = look(home, path, &cookie).await;
            assert!(page.status == 200 && !page.text().contains("href=\"/admin\""), "{path}");
        }
    });
}

#[test]
fn a_keeper_cannot_have_families_read_a_date_that_is_still_to_come() {
    on_both_anew(async |home| {
        let entry = home.database.read(directory::list_entries).await.unwrap().remove(0);
        let keeper = someone(home, Role::ProviderEditor, Some(entry.organization.id.uuid())).await;
        let cookie = session(home, keeper).await;
        let checked =
            async || home.database.read(directory::list_entries).await.unwrap().remove(0).checked_on;
        let before = checked().await;
        let path = format!("/provider/entries/{}/still-right", entry.slug);
        let thanks = send(home, &path, &cookie, &[]).await;
        let page = thanks.text();
        let said = page.split("name=\"said\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let undo = format!("{path}/undo");
        for date in ["2099-01-01", "2019-01-01", ""] {
            let forged = [("before", date), ("on", "2026-11-22"), ("hidden", "1")];
            assert_eq!(
                send(home, &undo, &cookie, &forged).await.status,
                404,
                "it names nothing that was said"
            );
            assert_eq!(checked().await.map(|date| date.to_string()).as_deref(), Some("2026-11-22"));
        }
        // With what was said, the date goes back to what it was, whatever else the form says; and nothing is hidden.
        let forged = [("said", said), ("before", "2099-01-01"), ("on", "2026-11-22"), ("hidden", "1")];
        assert_eq!(send(home, &undo, &cookie, &forged).await.status, 200);
        assert_eq!(checked().await, before);
        let today = "2026-11-22".parse().unwrap();
        let line = home.database.read(move |tx| directory::upkeep::find_upkeep(tx, entry.id, today));
        assert_eq!(line.await.unwrap().unwrap().hidden_at, None);
    });
}

#[test]
fn an_applicant_gives_an_address_that_somebody_can_sign_in_with() {
    on_both_anew(async |home| {
        for address in ["x@[127.0.0.1]", "\u{430}nn@example.org"] {
            let answer = apply(home, address).await;
            assert_eq!(answer.status, 422, "{address}: it could be accepted by nobody later");
        }
        assert_eq!(apply(home, "group@example.org").await.status, 200);
    });
}

#[test]
fn strangers_cannot_have_the_house_fill_one_mailbox() {
    on_both_anew(async |home| {
        for _ in 0..30 {
            apply(home, "not.me@example.org").await;
        }
        let sent = home.database.read(|tx| {
            let (sent,): (i64,) = tx.one(
                "select count(*) from message where to_address = $1",
                store::args!["not.me@example.org"],
            )?;
            Ok(sent)
        });
        let sent = sent.await.unwrap();
        assert!((1..=5).contains(&sent), "{sent} messages to somebody who asked for none");
    });
}

#[test]
fn one_network_fills_no_list_and_a_family_elsewhere_still_reports_what_is_wrong() {
    on_both_anew(async |home| {
        // About one entry a network is heard five times a day, so it takes six to fill its list.
        let report = async |network: u8, entry: &str, words: &str| {
            let mut request = form(&format!("/services/{entry}/report"))
                .header("sec-fetch-site", "same-origin")
                .body(encoded(&[("what", "phone"), ("words", words), ("seen", "1")]))
                .unwrap();
            let address = ClientAddress([203, 0, network, 7].into());
            request.extensions_mut().insert(address);
            home.send(request).await
        };
        for (number, entry) in (0..5).flat_map(|number| ENTRIES.map(|entry| (number, entry))) {
            assert_eq!(report(113, entry, "It is wrong").await.status, 303, "{entry}, report {number}");
        }
        let stopped = report(113, ENTRY, "He hits me and the number is wrong").await;
        assert_eq!((stopped.status, stopped.header("retry-after")), (429, "3600"));
        let page = stopped.text();
        assert!(page.contains("He hits me and the number is wrong") && page.contains("in an hour"), "{page}");
        let card = page.find("id=\"h-card\"").expect("the card of somebody in danger");
        assert!(card < page.find("We could not send this:").unwrap(), "before everything else");
        assert_eq!(report(114, ENTRY, "It is wrong").await.status, 303, "another household");
    });
}

#[test]
fn an_application_too_many_is_put_back_and_says_when_to_try_again() {
    on_both_anew(async |home| {
        for _ in 0..3 {
            assert_eq!(apply(home, "group@example.org").await.status, 200);
        }
        let stopped = apply(home, "Group@EXAMPLE.org").await;
        assert_eq!((stopped.status, stopped.header("retry-after")), (429, "86400"));
        let page = stopped.text();
        assert!(page.contains("again tomorrow") && page.contains("We help families."), "{page}");
        for number in 0..6 {
            let answer = apply(home, &format!("group{number}@example.org")).await;
            assert_eq!(answer.status, 200, "another address, {number}");
        }
        let stopped = apply(home, "group7@example.org").await;
        assert_eq!((stopped.status, stopped.header("retry-after")), (429, "3600"));
    });
}

#[test]
fn one_editor_alone_changes_no_number_on_a_private_page_in_the_change_of_many() {
    on_both_anew(async |home| {
        let cookie = session(home, someone(home, Role::Editor, None).await).await;
        let seen = format!("{}@{}", PRIVATE.0, version(home).await);
        let fields = [
            ("kind", "replace"),
            ("value", PRIVATE.1),
            ("put", FALSE_NUMBER),
            ("slug", &seen),
            ("why", "A test"),
        ];
        send(home, "/admin/entries/apply", &cookie, &fields).await;
        assert!(!text(home).await.contains(FALSE_NUMBER), "one person alone changed what protects somebody");
    });
}

async fn apply(home: &Home, email: &str) -> Answer {
    let fields = [
        ("organization", "Demonstration group"),
        ("kind", "charity"),
        ("what", "We help families."),
        ("evidence", "A charity number"),
        ("contact", "Demonstration contact"),
        ("email", email),
    ];
    home.post("/list-your-service", &fields).await
}

async fn version(home: &Home) -> i64 {
    home.database.read(|tx| directory::find_entry(tx, PRIVATE.0)).await.unwrap().unwrap().version
}

/// What stands in the entry, as it is kept.
async fn text(home: &Home) -> String {
    let entry = home.database.read(|tx| directory::find_entry(tx, PRIVATE.0)).await.unwrap().unwrap();
    format!("{:?}", entry.draft)
}

async fn look(home: &Home, path: &str, cookie: &str) -> Answer {
    let request = Request::get(path).header(header::HOST, "hub.example.org").header(header::COOKIE, cookie);
    home.send(request.body(Body::empty()).unwrap()).await
}

async fn send(home: &Home, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let request = form(path).header("sec-fetch-site", "same-origin").header(header::COOKIE, cookie);
    home.send(request.body(encoded(fields)).unwrap()).await
}
