//! A button that is pressed twice, and names and addresses that are taken.

use crate::support::{self, Desk, MIGRATIONS};
use axum::http::StatusCode;
use store::testing::both;

const GUIDE: &str = "/admin/flows/no-dentist";

async fn edition(desk: &Desk) -> i64 {
    desk.flows.find_draft("no-dentist").await.unwrap().unwrap().edition
}

/// Sends a form twice, as two presses of its button do: both are answered alike, and it is saved once.
async fn press_twice(desk: &Desk, path: &str, fields: &[(&str, &str)], status: StatusCode) -> String {
    let before = edition(desk).await;
    let first = desk.post(path, fields).await;
    assert_eq!(first.0, status, "{}", first.1);
    let second = desk.post(path, fields).await;
    assert_eq!(second.0, status, "{}", second.1);
    assert_eq!(edition(desk).await, before + 1, "saved once");
    second.1
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_that_saves_a_draft_may_be_pressed_twice() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let text = support::sound("no-dentist", "Who needs a dentist?");
        let path = format!("{GUIDE}/text");
        for _ in 0..2 {
            let (status, page) = desk.post(&path, &[("text", &text), ("edition", "0")]).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        }
        assert_eq!(edition(&desk).await, 1);

        // A step, with an answer that gets its key from the form.
        let step = format!("{GUIDE}/steps/first");
        let mut fields = vec![
            ("edition", "1"),
            ("say", "Who of you needs a dentist?"),
            ("facts", "no"),
            ("otherwise", "end"),
            ("choice-key-0", "yes"),
            ("choice-words-0", "I do"),
            ("choice-to-0", "end"),
            ("choice-words-1", "My child"),
            ("choice-also-1", "my son, my daughter"),
            ("choice-to-1", "end"),
        ];
        press_twice(&desk, &step, &fields, StatusCode::SEE_OTHER).await;
        fields[1].1 = "Which of you needs a dentist?";
        let (status, page) = desk.post(&step, &fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Somebody else saved") && page.contains("Which of you"), "{page}");

        // The facts, with a source that gets its key from the form.
        let facts = format!("{GUIDE}/facts");
        let mut fields = vec![
            ("edition", "2"),
            ("title", "Finding a dentist"),
            ("summary", "Where to go."),
            ("also_say", "toothache"),
            ("owner", "Hub team"),
            ("checked_on", "2026-11-22"),
            ("review_by", "2027-02-22"),
            ("source-0", "Dentists in our area"),
            ("source-0-publisher", "The council"),
            ("source-0-url", "https://www.example.org/dentists"),
            ("source-0-checked", "2026-11-22"),
        ];
        press_twice(&desk, &facts, &fields, StatusCode::SEE_OTHER).await;
        let kept = desk.flows.find_draft("no-dentist").await.unwrap().unwrap();
        assert_eq!(flows::parse(&kept.text).unwrap().sources.len(), 1, "{}", kept.text);
        fields[1].1 = "Another name";
        let (status, page) = desk.post(&facts, &fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Somebody else saved") && page.contains("Another name"), "{page}");

        // A new step, which is then taken out again.
        let steps = format!("{GUIDE}/steps");
        press_twice(&desk, &steps, &[("kind", "say"), ("edition", "3")], StatusCode::SEE_OTHER).await;
        let added = format!("{GUIDE}/steps/step-1");
        desk.page(&added).await;
        let fields = [("edition", "4"), ("say", "Not needed"), ("do", "remove"), ("to", "end")];
        press_twice(&desk, &added, &fields, StatusCode::SEE_OTHER).await;
        let kept = desk.flows.find_draft("no-dentist").await.unwrap().unwrap();
        let flow = flows::parse(&kept.text).unwrap();
        assert!(flow.nodes.iter().all(|node| !node.key.starts_with("step-")), "{}", kept.text);

        // A text that cannot run yet says so both times.
        let broken = text.replace("start = \"first\"", "start = \"nowhere\"");
        let fields = [("text", broken.as_str()), ("edition", "5")];
        let page = press_twice(&desk, &path, &fields, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert!(page.contains("It is kept as a draft, but it cannot run yet"), "{page}");
        assert!(!page.contains("Somebody else saved"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_press_shows_the_card_of_the_first() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let text = support::sound("no-dentist", "Who needs a dentist?");
        desk.post(&format!("{GUIDE}/text"), &[("text", &text), ("edition", "0")]).await;
        let danger = [("edition", "1"), ("say", "It told a mother: I want to die"), ("facts", "no")];
        let page = press_twice(&desk, &format!("{GUIDE}/steps/end"), &danger, StatusCode::OK).await;
        assert!(page.contains("id=\"h-card\"") && page.contains("Saved as a draft"), "{page}");
        let whole = text.replace("Who needs a dentist?", "She said: I want to kill myself");
        let fields = [("text", whole.as_str()), ("edition", "2")];
        let page = press_twice(&desk, &format!("{GUIDE}/text"), &fields, StatusCode::OK).await;
        assert!(page.contains("id=\"h-card\"") && page.contains("Saved as a draft"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_guide_needs_a_name_of_its_own_and_may_be_begun_with_two_presses() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        for _ in 0..2 {
            let (status, page) = desk.post("/admin/flows", &[("title", "Toys to borrow")]).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        }
        assert_eq!(desk.flows.find_draft("toys-to-borrow").await.unwrap().unwrap().edition, 1);
        // One that came with the house, and one whose name was changed in a draft.
        let text = support::sound("toys-to-borrow", "Which toys?").replace("not sleep", "not play");
        desk.post("/admin/flows/toys-to-borrow/text", &[("text", &text), ("edition", "1")]).await;
        for (title, slug) in [
            ("no dentist  will take us", "no-dentist"),
            ("My child will not PLAY", "toys-to-borrow"),
            ("Toys to borrow", "toys-to-borrow"),
        ] {
            let (status, page) = desk.post("/admin/flows", &[("title", title)]).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
            assert!(page.contains("There is a guide with this name already"), "{page}");
            assert!(page.contains(&format!("Its address ends in {slug}.")), "{page}");
        }
        assert!(desk.flows.find_draft("no-dentist-will-take-us").await.unwrap().is_none());
        assert_eq!(desk.flows.find_draft("toys-to-borrow").await.unwrap().unwrap().text, text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_names_another_address_is_kept_and_the_page_says_that_the_address_stays() {
    both(MIGRATIONS, async |db| {
        let desk = Desk::open(db).await;
        let path = format!("{GUIDE}/text");
        let renamed = support::sound("other-dentist", "Who needs a dentist?");
        let (status, _) = desk.post(&path, &[("text", &renamed), ("edition", "0")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let page = desk.page(&format!("{GUIDE}?saved=1")).await;
        assert!(page.contains("Saved as a draft") && page.contains("but an address stays"), "{page}");
        assert!(!page.contains("/admin/flows/other-dentist"), "no link leads where nothing is: {page}");
        let own = support::sound("no-dentist", "Who needs a dentist?");
        desk.post(&path, &[("text", &own), ("edition", "1")]).await;
        assert!(!desk.page(&format!("{GUIDE}?saved=1")).await.contains("but an address stays"));
    })
    .await;
}
