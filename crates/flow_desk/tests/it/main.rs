//! The desk through its own pages, on both databases: a guide is written, walked, kept as an example and published.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops at the first thing that is not as it says"
)]

mod support;
mod twice;

use axum::http::StatusCode;
use store::testing::both;
use support::{Desk, MIGRATIONS, hidden};

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_is_begun_written_by_forms_and_published() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let (status, _) = desk.post("/admin/flows", &[("title", "My child will not sleep")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let page = desk.page("/admin/flows/my-child-will-not-sleep").await;
        assert!(page.contains("Families do not see this guide"));
        // An empty question keeps it from families, and the page says so.
        let (status, page) = desk
            .post("/admin/flows/my-child-will-not-sleep/publish", &[("do", "publish"), ("edition", "1")])
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("It cannot run") || page.contains("put right"), "{page}");

        let text = support::sound("my-child-will-not-sleep", "Is it every night?");
        let path = "/admin/flows/my-child-will-not-sleep/text";
        let (status, page) = desk.post(path, &[("text", &text), ("edition", "1")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let step = "/admin/flows/my-child-will-not-sleep/steps/first";
        let form = desk.page(step).await;
        let edition = hidden(&form, "edition");
        let fields = [
            ("edition", edition.as_str()),
            ("say", "Is it every night of the week?"),
            ("facts", "no"),
            ("otherwise", "end"),
            ("choice-key-0", "yes"),
            ("choice-words-0", "Yes, every night"),
            ("choice-to-0", "end"),
            ("choice-words-1", "Now and then"),
            ("choice-also-1", "sometimes, not often"),
            ("choice-to-1", "end"),
        ];
        let (status, page) = desk.post(step, &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let kept = desk.flows.find_draft("my-child-will-not-sleep").await.unwrap().unwrap();
        assert!(
            kept.text.contains("# a note of the editor"),
            "what was written beside it stays: {}",
            kept.text
        );
        let flow = flows::parse(&kept.text).unwrap();
        let ways: Vec<String> = flow.node("first").unwrap().ways().into_iter().map(|way| way.words).collect();
        assert_eq!(ways, ["Yes, every night", "Now and then", "anything else"]);

        let page = desk.page("/admin/flows/my-child-will-not-sleep/publish").await;
        let edition = hidden(&page, "edition");
        let fields = [("do", "publish"), ("edition", edition.as_str()), ("why", "asked for by hubs")];
        let (status, page) = desk.post("/admin/flows/my-child-will-not-sleep/publish", &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        assert_eq!(desk.flows.find("my-child-will-not-sleep").unwrap().flow.title, "My child will not sleep");
        let page = desk.page("/admin/flows/my-child-will-not-sleep/publish").await;
        assert!(page.contains("asked for by hubs") && page.contains("What families see"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_editors_is_told_and_loses_nothing() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let text = desk.page("/admin/flows/no-dentist/text").await;
        assert_eq!(hidden(&text, "edition"), "0");
        let first = support::sound("no-dentist", "Who needs a dentist?");
        let second = support::sound("no-dentist", "Which of you needs a dentist?");
        let path = "/admin/flows/no-dentist/text";
        let (status, page) = desk.post(path, &[("text", &first), ("edition", "0")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let (status, page) = desk.post(path, &[("text", &second), ("edition", "0")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Somebody else saved meanwhile"));
        assert!(page.contains("Which of you needs a dentist?"), "what was typed is put back");
        assert!(page.contains("<del>- say = &#34;Who needs a dentist?&#34;</del>"), "{page}");
        // Who has seen theirs saves over it.
        let (status, _) = desk.post(path, &[("text", &second), ("edition", &hidden(&page, "edition"))]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_says_what_families_hear_and_a_kept_one_tells_what_a_change_did() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let text = support::sound("no-dentist", "Who needs a dentist?");
        desk.post("/admin/flows/no-dentist/text", &[("text", &text), ("edition", "0")]).await;
        let walk = desk.page("/admin/flows/no-dentist/try?today=2026-11-23&step=c:yes").await;
        assert!(walk.contains("Who needs a dentist?") && walk.contains("The guide ends here"), "{walk}");
        let fields = [("do", "keep"), ("today", "2026-11-23"), ("step", "c:yes"), ("name", "The short way")];
        let (status, _) = desk.post("/admin/flows/no-dentist/examples", &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let page = desk.page("/admin/flows/no-dentist").await;
        assert!(page.contains("The short way") && page.contains("As it was"), "{page}");
        let changed = support::sound("no-dentist", "Who is in pain?");
        desk.post("/admin/flows/no-dentist/text", &[("text", &changed), ("edition", "1")]).await;
        let page = desk.page("/admin/flows/no-dentist").await;
        assert!(page.contains("Says something else now") && page.contains("Who is in pain?"), "{page}");
        // Words of danger in a name bring the card, and the walk is kept under it.
        let fields =
            [("do", "keep"), ("today", "2026-11-23"), ("step", "c:yes"), ("name", "I want to kill myself")];
        let (status, page) = desk.post("/admin/flows/no-dentist/examples", &fields).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("116 123") && page.contains("<h3>I want to kill myself"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_revision_is_offered_again_and_a_guide_withdrawn() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let before = desk.flows.find("no-dentist").unwrap();
        let text = support::sound("no-dentist", "Who needs a dentist?");
        desk.post("/admin/flows/no-dentist/text", &[("text", &text), ("edition", "0")]).await;
        let path = "/admin/flows/no-dentist/publish";
        let (status, page) =
            desk.post(path, &[("do", "publish"), ("edition", "1"), ("why", "shorter")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        assert_ne!(desk.flows.find("no-dentist").unwrap().flow, before.flow);
        let again = format!("offer-{}", before.number);
        let seen = hidden(&desk.page(path).await, "offered");
        let fields = [("do", again.as_str()), ("why", "it was better"), ("offered", seen.as_str())];
        let (status, _) = desk.post(path, &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(desk.flows.find("no-dentist").unwrap().flow, before.flow);
        let (status, page) = desk.post(path, &[("do", &again), ("why", "")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Say why"), "{page}");
        // What follows is shown first, and nothing is done without a reason.
        let page = desk.page(path).await;
        assert!(
            page.contains("href=\"/admin/flows/no-dentist/withdraw\"")
                && !page.contains("value=\"withdraw\"")
        );
        desk.flows.begin("no-dentist", "").await.unwrap().unwrap();
        let withdraw = "/admin/flows/no-dentist/withdraw";
        let page = desk.page(withdraw).await;
        assert!(page.contains("One family is in the middle of it. They can still finish it"), "{page}");
        let (status, page) = desk.post(withdraw, &[("why", " ")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Say why") && desk.flows.find("no-dentist").is_some(), "{page}");
        let seen = hidden(&page, "offered");
        let (status, _) = desk.post(withdraw, &[("why", "not now"), ("offered", &seen)]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(desk.flows.find("no-dentist").is_none());
        // The whole history, latest first, with its reasons.
        let page = desk.page(path).await;
        let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words} in {page}"));
        assert!(at("The guide was no longer offered") < at("Why: not now"));
        assert!(at("Why: not now") < at("was offered again</h3>"));
        assert!(at("Why: it was better") < at("Why: shorter") && at("Why: shorter") < at("came with Hearth"));
        let page = desk.page("/admin/flows").await;
        assert!(page.contains("Not offered"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_guide_is_saved_as_it_is_and_an_empty_or_endless_text_changes_nothing() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let text = flows::builtin().into_iter().max_by_key(String::len).unwrap();
        let slug = flows::parse(&text).unwrap().slug;
        let path = format!("/admin/flows/{slug}/text");
        let (status, page) = desk.post(&path, &[("text", &text), ("edition", "0")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let kept = desk.flows.find_draft(&slug).await.unwrap().unwrap();
        assert_eq!(kept.text, text);
        let (status, page) = desk.post(&path, &[("text", " \n"), ("edition", "1")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("The text is empty"), "{page}");
        let endless = "a line of a guide\n".repeat(12_000);
        let (status, page) = desk.post(&path, &[("text", &endless), ("edition", "1")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.matches("a line of a guide").count() >= 12_000, "what was typed is put back");
        let (status, page) = desk.post(&path, &[("text", &endless.repeat(10)), ("edition", "1")]).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(page.contains("about 200,000 letters in a box"), "{page}");
        assert_eq!(desk.flows.find_draft(&slug).await.unwrap().unwrap(), kept);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_facts_of_a_guide_are_changed_in_a_form_and_what_is_wrong_is_put_back() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        desk.post("/admin/flows", &[("title", "Toys")]).await;
        let path = "/admin/flows/toys/facts";
        let page = desk.page(path).await;
        assert!(page.contains("(To be written) What this guide helps with."), "{page}");
        let mut fields = vec![
            ("edition", "1"),
            ("title", "Toys to borrow"),
            ("summary", "Where to borrow toys near you."),
            ("also_say", "toy library\r\n\r\nborrow \"toys\""),
            ("owner", "Play team"),
            ("checked_on", "2026-11-22"),
            ("review_by", "2027-02-22"),
            ("source-0", "Toy libraries in our area"),
            ("source-0-publisher", "The council"),
            ("source-0-url", "toys"),
            ("source-0-checked", "2026-11-22"),
        ];
        let (status, page) = desk.post(path, &fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.contains(
                "<a href=\"#source-0\">Type the address of this source. Begin it with https://</a>"
            ),
            "{page}"
        );
        assert!(page.contains("value=\"toys\"") && page.contains("Where to borrow toys near you."), "{page}");
        fields.retain(|(name, _)| *name != "source-0-url");
        fields.push(("source-0-url", "https://www.example.org/toys"));
        let (status, page) = desk.post(path, &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let kept = desk.flows.find_draft("toys").await.unwrap().unwrap();
        let flow = flows::parse(&kept.text).unwrap();
        assert_eq!((flow.title.as_str(), flow.owner.as_str()), ("Toys to borrow", "Play team"));
        assert_eq!(flow.also_say, ["toy library", "borrow \"toys\""]);
        assert_eq!(flow.source("toy-libraries-in-our").unwrap().url, "https://www.example.org/toys");
        // Who comes with an old edition is told, and loses nothing.
        fields[1] = ("title", "Toys, toys, toys");
        let (status, page) = desk.post(path, &fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Somebody else saved") && page.contains("Toys, toys, toys"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_save_of_a_draft_is_taken_back_from_an_earlier_edition() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        desk.post("/admin/flows", &[("title", "Toys")]).await;
        let path = "/admin/flows/toys/text";
        let good = support::sound("toys", "Which toys?");
        desk.post(path, &[("text", &good), ("edition", "1")]).await;
        let (status, _) = desk.post(path, &[("text", "slug = 1"), ("edition", "2")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = desk.page(path).await;
        assert!(page.contains("?before=2\">Edition 2</a>, saved 23 November 2026 at 9am"), "{page}");
        let page = desk.page(&format!("{path}?before=2")).await;
        assert!(page.contains("Which toys?") && page.contains("In the box is edition 2"), "{page}");
        let (status, page) =
            desk.post(path, &[("text", &good), ("edition", &hidden(&page, "edition"))]).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        assert_eq!(desk.flows.find_draft("toys").await.unwrap().unwrap().text, good);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_name_alone_is_shown_and_publishing_it_twice_says_that_it_is_done() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let text = support::sound("no-dentist", "Who needs a dentist?");
        let (edit, path) = ("/admin/flows/no-dentist/text", "/admin/flows/no-dentist/publish");
        desk.post(edit, &[("text", &text), ("edition", "0")]).await;
        desk.post(path, &[("do", "publish"), ("edition", "1")]).await;
        let renamed = text.replace("My child will not sleep", "No dentist near you");
        desk.post(edit, &[("text", &renamed), ("edition", "0")]).await;
        let page = desk.page(path).await;
        assert!(page.contains("<del>Its name: My child will not sleep</del>"), "{page}");
        assert!(page.contains("<ins>Its name: No dentist near you</ins>"), "{page}");
        assert!(!page.contains("What it helps with:"), "what is the same is not told: {page}");
        let (edition, last) = (hidden(&page, "edition"), hidden(&page, "last"));
        let fields = [("do", "publish"), ("edition", edition.as_str()), ("last", last.as_str())];
        assert_eq!(desk.post(path, &fields).await.0, StatusCode::SEE_OTHER);
        let (status, page) = desk.post(path, &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let page = desk.page(&format!("{path}?already=1")).await;
        assert!(page.contains("It is published already") && page.contains("href=\"/guides/no-dentist\""));
        // A draft that somebody let go of was not published.
        let last = hidden(&page, "last");
        let (status, page) = desk.post(path, &[("do", "publish"), ("edition", "1"), ("last", &last)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("There is no draft to publish"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letting_go_of_a_draft_is_asked_once_more() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        desk.post("/admin/flows", &[("title", "Toys")]).await;
        let path = "/admin/flows/toys/publish";
        let (status, page) = desk.post(path, &[("do", "discard"), ("edition", "1")]).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("Let go of this draft for good?") && page.contains("discard-yes"), "{page}");
        assert!(desk.flows.find_draft("toys").await.unwrap().is_some());
        let (status, _) = desk.post(path, &[("do", "discard-yes"), ("edition", "1")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(desk.flows.find_draft("toys").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_danger_in_a_reason_bring_the_card_above_what_was_done() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let why = ("why", "It told a mother: I want to die");
        let text = support::sound("no-dentist", "Who needs a dentist?");
        desk.post("/admin/flows/no-dentist/text", &[("text", &text), ("edition", "0")]).await;
        let path = "/admin/flows/no-dentist/publish";
        let before = desk.flows.find("no-dentist").unwrap().number;
        let (status, page) = desk.post(path, &[("do", "publish"), ("edition", "1"), why]).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("116 123") && page.contains("Families see this, revision"), "{page}");
        assert_ne!(desk.flows.find("no-dentist").unwrap().number, before);
        let seen = hidden(&desk.page("/admin/flows/no-dentist/withdraw").await, "offered");
        let fields = [why, ("offered", seen.as_str())];
        let (status, page) = desk.post("/admin/flows/no-dentist/withdraw", &fields).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("116 123") && page.contains("The guide was no longer offered"), "{page}");
        assert!(desk.flows.find("no-dentist").is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_guide_can_be_walked_at_once_and_not_published_before_it_is_written() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        desk.post("/admin/flows", &[("title", "Toys")]).await;
        desk.page("/admin/flows/toys/try").await;
        let (status, page) = desk
            .post("/admin/flows/toys/publish", &[("do", "publish"), ("edition", "1"), ("why", "new")])
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("only keep a place"), "{page}");
        // What is wrong with a step is said once, and in a form no line of the text is named.
        let fields = [("edition", "1"), ("say", "Is it {{gone}} or {{gone}}?"), ("choice-words-0", "Yes")];
        let fields =
            [&fields[..], &[("choice-key-0", "yes"), ("choice-to-0", "end"), ("facts", "no")]].concat();
        let (status, page) = desk.post("/admin/flows/toys/steps/first", &fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.matches("<a href=\"#say\">It says {{gone}}, and nothing").count(), 1, "{page}");
        assert!(!page.contains("line 1"), "{page}");
        let add = desk.post("/admin/flows/toys/steps", &[("kind", "say"), ("edition", "0")]).await;
        assert_eq!(add.0, StatusCode::SEE_OTHER);
        assert!(desk.page("/admin/flows/toys?added=0").await.contains("No step was added"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_guide_that_comes_with_the_house_can_be_opened_and_walked() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        for text in flows::builtin() {
            let flow = flows::parse(&text).unwrap();
            let page = desk.page(&format!("/admin/flows/{}", flow.slug)).await;
            assert!(page.contains("flow-picture"), "{}", flow.slug);
            desk.page(&format!("/admin/flows/{}/try", flow.slug)).await;
            desk.page(&format!("/admin/flows/{}/facts", flow.slug)).await;
            desk.page(&format!("/admin/flows/{}/withdraw", flow.slug)).await;
            for node in flow.nodes.iter().step_by(9) {
                desk.page(&format!("/admin/flows/{}/steps/{}", flow.slug, node.key)).await;
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_families_see_is_not_decided_over_a_change_that_somebody_else_made() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let first = desk.flows.find("no-dentist").unwrap().number;
        let (edit, path) = ("/admin/flows/no-dentist/text", "/admin/flows/no-dentist/publish");
        let withdraw = "/admin/flows/no-dentist/withdraw";
        for question in ["Who needs a dentist?", "Who is in pain?"] {
            let text = support::sound("no-dentist", question);
            desk.post(edit, &[("text", &text), ("edition", "0")]).await;
            let (status, page) = desk.post(path, &[("do", "publish"), ("edition", "1")]).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        }
        let number = || desk.flows.find("no-dentist").map(|published| published.number);
        assert_eq!(number(), Some(first + 2));
        let seen = hidden(&desk.page(path).await, "offered");
        assert_eq!(hidden(&desk.page(withdraw).await, "offered"), seen);
        let (to_first, to_second) = (format!("offer-{first}"), format!("offer-{}", first + 1));
        let fields = [("do", to_first.as_str()), ("why", "it was better"), ("offered", seen.as_str())];
        assert_eq!(desk.post(path, &fields).await.0, StatusCode::SEE_OTHER);

        // Each of these stands on a page that was opened before.
        let draft = support::sound("no-dentist", "Who has toothache?");
        desk.post(edit, &[("text", &draft), ("edition", "0")]).await;
        let now = format!("Families see revision {first} now");
        let old = [("why", "mine"), ("offered", seen.as_str())];
        for (address, what) in [
            (path, vec![("do", to_second.as_str())]),
            (path, vec![("do", "publish"), ("edition", "1")]),
            (withdraw, vec![]),
        ] {
            let (status, page) = desk.post(address, &[&what[..], &old[..]].concat()).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{what:?}: {page}");
            assert!(page.contains("Somebody else changed this meanwhile") && page.contains(&now), "{page}");
            assert!(page.contains("value=\"mine\""), "what was typed is put back: {page}");
            assert_eq!(number(), Some(first), "{what:?}");
        }
        // A form that does not say what it has seen is not from our page.
        let (status, _) = desk.post(path, &[("do", &to_second), ("why", "mine")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);

        // Who has looked decides, and what somebody else took back already needs no second word.
        let seen = hidden(&desk.page(path).await, "offered");
        let fields = [("do", to_second.as_str()), ("why", "mine"), ("offered", seen.as_str())];
        assert_eq!(desk.post(path, &fields).await.0, StatusCode::SEE_OTHER);
        assert_eq!(number(), Some(first + 1));
        let seen = hidden(&desk.page(withdraw).await, "offered");
        for _ in 0..2 {
            let fields = [("why", "not now"), ("offered", seen.as_str())];
            assert_eq!(desk.post(withdraw, &fields).await.0, StatusCode::SEE_OTHER);
            assert_eq!(number(), None);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_that_speaks_of_danger_is_saved_at_once_under_the_card() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let danger = "If your baby cannot breathe or is blue, call 999.";
        let text = support::sound("no-dentist", "Who needs a dentist?");
        desk.post("/admin/flows/no-dentist/text", &[("text", &text), ("edition", "0")]).await;
        let fields = [("edition", "1"), ("say", danger), ("facts", "no")];
        let (status, page) = desk.post("/admin/flows/no-dentist/steps/end", &fields).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("id=\"h-card\"") && page.contains("Saved as a draft"), "{page}");
        let kept = desk.flows.find_draft("no-dentist").await.unwrap().unwrap();
        assert!(kept.text.contains(danger), "{}", kept.text);

        let whole = text.replace("Who needs a dentist?", "It told a mother: I want to die");
        let (status, page) =
            desk.post("/admin/flows/no-dentist/text", &[("text", &whole), ("edition", "2")]).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("id=\"h-card\"") && page.contains("Saved as a draft"), "{page}");
        assert_eq!(desk.flows.find_draft("no-dentist").await.unwrap().unwrap().text, whole);

        let (status, page) = desk.post("/admin/flows", &[("title", "I want to kill myself")]).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("id=\"h-card\"") && page.contains("Saved as a draft"), "{page}");
        assert!(desk.flows.find_draft("i-want-to-kill-myself").await.unwrap().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_that_nobody_looks_after_or_with_another_address_is_not_published_and_it_says_why() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let (edit, path) = ("/admin/flows/no-dentist/text", "/admin/flows/no-dentist/publish");
        let before = desk.flows.find("no-dentist").unwrap().number;
        let unowned = support::sound("no-dentist", "Who needs a dentist?").replace("\"Hub team\"", "\" \"");
        let (status, page) = desk.post(edit, &[("text", &unowned), ("edition", "0")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let (status, page) = desk.post(path, &[("do", "publish"), ("edition", "1")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("It does not say who looks after it"), "{page}");
        let renamed = support::sound("other-dentist", "Who needs a dentist?");
        desk.post(edit, &[("text", &renamed), ("edition", "1")]).await;
        let (status, page) = desk.post(path, &[("do", "publish"), ("edition", "2")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Write slug = &#34;no-dentist&#34; in its text again"), "{page}");
        assert_eq!(desk.flows.find("no-dentist").unwrap().number, before);
        for (title, says) in [
            ("Мама", "The name needs some letters from a to z, or a number"),
            (" ", "Type what it is called"),
        ] {
            let (status, page) = desk.post("/admin/flows", &[("title", title)]).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(page.contains(says) && page.contains(title.trim()), "{page}");
        }
    })
    .await;
}
