//! The switch: who may, what it says, and that it holds.

use crate::{
    model_server::Script,
    support::{PATIENT, both, browser, chunks, good},
};
use access::Role;
use axum::http::StatusCode;
use rewording::Rewording;

const PAGE: &str = "/admin/language-model";

#[tokio::test]
async fn what_was_switched_off_is_off_on_every_node_and_after_a_restart_until_somebody_switches_it_on() {
    both(PATIENT, async |hall| {
        let (other, staff) = (hall.another_node().await, hall.staff(Role::DataSteward));
        let asked = hall.site.screen("do I need to book");
        hall.server.then(Script::Say(good()));
        assert!(other.reword(&asked, &chunks()).await.is_some() && other.is_on());

        let seen = staff.post(PAGE, &[("turn", "off"), ("why", "Words that nobody here would use")]).await;
        assert_eq!(
            (seen.status, seen.location.as_str()),
            (StatusCode::SEE_OTHER, "/admin/language-model?saved=yes")
        );
        assert!(!hall.room.is_on());
        for node in [&hall.room, &other, &hall.another_node().await] {
            assert_eq!(node.reword(&asked, &chunks()).await, None);
            assert!(!node.is_on());
        }
        assert_eq!(hall.server.asked().len(), 1, "nothing was sent");
        let page = staff.get("/admin/language-model?saved=yes").await.html;
        for words in [
            "It is off",
            "Words that nobody here would use",
            "Switched off.",
            "Switch it on",
            "127.0.0.1",
            "small",
        ] {
            assert!(page.contains(words), "{words} in {page}");
        }
        assert!(!page.contains("sk-very-secret"));

        let seen = staff.post(PAGE, &[("turn", "on"), ("why", "The wording was put right")]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER);
        // A node that saw it off takes its own time to say so, and asks all the same.
        hall.server.then(Script::Say(good()));
        assert!(other.reword(&asked, &chunks()).await.is_some());
        let trail = hall
            .db
            .read(|tx| access::audit::search(tx, &access::audit::Filter::default(), 10, 0))
            .await
            .unwrap()
            .0;
        let done: Vec<&str> = trail.iter().map(|row| row.did.as_str()).collect();
        assert_eq!(done, ["switched the language model on", "switched the language model off"]);
        assert!(trail.iter().all(|row| row.action == "switch_model" && !row.why.contains("wording")));
    })
    .await;
}

#[tokio::test]
async fn it_is_not_switched_without_a_reason_and_not_by_whoever_comes_by() {
    both(PATIENT, async |hall| {
        let staff = hall.staff(Role::Administrator);
        let long = "a ".repeat(200);
        for (pairs, words) in [
            (vec![("turn", "off"), ("why", " ")], "Say in a few words why"),
            (vec![("turn", "sideways"), ("why", "Kept words")], "Press the button"),
            (vec![("turn", "off"), ("why", long.as_str())], "Use 300 letters or fewer"),
        ] {
            let seen = staff.post(PAGE, &pairs).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(
                seen.html.contains(words) && seen.html.contains("<title>Error: language model"),
                "{}",
                seen.html
            );
            assert!(seen.html.contains(pairs[1].1.trim()), "what was typed is put back");
        }
        for role in [Role::Family, Role::ProviderEditor, Role::Practitioner, Role::Analyst] {
            let seen = hall.staff(role).post(PAGE, &[("turn", "off"), ("why", "I would rather not")]).await;
            assert_eq!(seen.status, StatusCode::FORBIDDEN, "{role}");
        }
        assert!(hall.room.is_on());
    })
    .await;
}

#[tokio::test]
async fn whoever_stops_it_for_what_it_said_is_not_held_up_by_a_card_and_whoever_starts_it_is() {
    both(PATIENT, async |hall| {
        let staff = hall.staff(Role::Administrator);
        let why = "It told a mother: i want to die";
        let seen = staff.post(PAGE, &[("turn", "off"), ("why", why)]).await;
        assert_eq!(seen.status, StatusCode::OK);
        assert!(seen.html.contains("It is off") && seen.html.contains("116 123"), "{}", seen.html);
        let seen = staff.post(PAGE, &[("turn", "on"), ("why", why)]).await;
        assert!(seen.html.contains("We have not changed anything yet") && seen.html.contains("It is off"));
        let seen = staff.post(PAGE, &[("turn", "on"), ("why", why), ("seen", "1")]).await;
        assert!(seen.html.contains("It is on"), "{}", seen.html);
    })
    .await;
}

#[tokio::test]
async fn a_council_without_a_model_reads_how_one_is_set_up() {
    both(PATIENT, async |hall| {
        let none = Rewording::open(&hall.site).await.unwrap();
        assert!(!none.is_on());
        assert_eq!(none.reword(&hall.site.screen("do I need to book"), &chunks()).await, None);
        let page = browser(&none, &hall.site, Role::Administrator).get(PAGE).await.html;
        assert!(page.contains("None is set up") && page.contains("[language_model]"), "{page}");
        assert!(!page.contains("<form method=\"post\" action=\"/admin/language-model\""));
    })
    .await;
}

#[tokio::test]
async fn every_statement_of_the_room_can_be_prepared_on_both_databases() {
    both(PATIENT, async |hall| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let statements = store::testing::statements_in(&folder);
        assert!(statements.len() >= 5, "{}", statements.len());
        let refused = store::testing::prepare_all(&hall.db, statements).await;
        assert!(refused.is_empty(), "{refused:?}");
    })
    .await;
}
