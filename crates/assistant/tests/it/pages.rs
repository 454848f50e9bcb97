//! The pages, as somebody without script uses them.

use crate::support::{form, on_both, send};
use axum::http::{HeaderName, HeaderValue};
use jiff::SignedDuration;

#[tokio::test]
async fn a_question_leads_to_a_page_of_its_own_that_says_the_words_once() {
    on_both(async |home| {
        home.get("/ask").await.has("What would help?").has("No one reads this chat").has("/urgent-help");
        let (page, address) = home.asked(&[("text", "am I eligible for 30 hours?")]).await;
        page.has("am I eligible for 30 hours?").has("at the minimum wage").has("Checked October 2026");
        page.has("No one reads this chat")
            .has("Get urgent help")
            .has("0300 000 0000")
            .has("Was this useful?");
        assert_eq!(page.header("cache-control"), "no-store");
        let again = home.get(&address).await;
        again.lacks("am I eligible").has("Your words were not kept").has("at the minimum wage");
        let conversation = address.rsplit('/').next().unwrap().to_owned();
        let (next, _) = home.asked(&[("text", "wellington boots"), ("conversation", &conversation)]).await;
        next.has("at the minimum wage").has("turn-2");
    })
    .await;
}

#[tokio::test]
async fn choices_are_buttons_and_only_those_of_the_latest_turn_count() {
    on_both(async |home| {
        let (page, address) = home.asked(&[("text", "groups")]).await;
        page.has("name=\"choice\" value=\"1.0\"").has("Something else");
        let conversation = address.rsplit('/').next().unwrap().to_owned();
        let (chosen, _) = home.asked(&[("choice", "1.0"), ("conversation", &conversation)]).await;
        chosen.has("stay-and-play").lacks("value=\"1.0\"");
        let stale = home.post("/ask", &[("choice", "1.0"), ("conversation", &conversation)]).await;
        assert_eq!(stale.header("location"), address, "an old button does nothing");
    })
    .await;
}

#[tokio::test]
async fn a_guide_is_walked_with_buttons_and_a_button_pressed_twice_counts_once() {
    on_both(async |home| {
        let (offered, address) = home.asked(&[("text", "no dentist will take us")]).await;
        offered.has("There is a guide for this");
        let conversation = address.rsplit('/').next().unwrap().to_owned();
        let press = async |place: &str, message: &str| {
            home.asked(&[("choice", place), ("conversation", &conversation), ("message", message)]).await.0
        };
        press("1.0", "turn-1").await.has("value=\"2.0\"").has("name=\"message\" value=\"turn-2\"");
        press("2.0", "turn-2").await.has("turn-3").lacks("value=\"2.0\"");
        let answers = async || {
            let sql = "select cast(count(*) as bigint) from flow_answer";
            home.db.read(move |tx| Ok(tx.one::<(i64,)>(sql, &[])?.0)).await
        };
        let before = answers().await.unwrap();
        let again = home
            .post("/ask", &[("choice", "2.0"), ("conversation", &conversation), ("message", "turn-2")])
            .await;
        assert_eq!(again.status, 303, "a button of a turn that is over does nothing");
        assert_eq!(answers().await.unwrap(), before);
    })
    .await;
}

#[tokio::test]
async fn who_left_a_guide_to_ask_something_has_a_link_back_to_it() {
    on_both(async |home| {
        let (offered, address) = home.asked(&[("text", "no dentist will take us")]).await;
        offered.has("There is a guide for this");
        let conversation = address.rsplit('/').next().unwrap().to_owned();
        let begin = [("choice", "1.0"), ("conversation", &conversation), ("message", "turn-1")];
        home.asked(&begin).await;
        let session = home
            .db
            .read(|tx| tx.one::<(String, String, String)>("select id, code, slug from flow_session", &[]));
        let (session, code, slug) = session.await.unwrap();
        let (answer, address) = home.asked(&[("text", "wellington boots"), ("guide", &session)]).await;
        let link = format!("href=\"/guides/{slug}/{session}\">Go back to your guide");
        answer.has(&link);
        assert!(!link.contains(&code));
        home.get(&address).await.has(&link);
        let (none, _) = home.asked(&[("text", "wellington boots"), ("guide", "0123")]).await;
        none.lacks("Go back to your guide");
    })
    .await;
}

#[tokio::test]
async fn script_is_given_the_turn_alone() {
    on_both(async |home| {
        let mut request = form("/ask", &[("text", "wellington boots")]);
        request
            .headers_mut()
            .insert(HeaderName::from_static("x-requested-with"), HeaderValue::from_static("fetch"));
        let answer = send(&home.router, request).await;
        assert_eq!(answer.status, 200);
        assert!(!answer.header("x-ask-conversation").is_empty());
        answer.has("id=\"turn-1\"").lacks("<html");
    })
    .await;
}

#[tokio::test]
async fn an_amber_card_stands_above_the_answer_and_the_exit_clears_it() {
    on_both(async |home| {
        let page =
            home.post("/ask", &[("text", "my partner checks my phone, is there a wibblish club")]).await;
        assert_eq!(page.status, 200);
        page.has("id=\"h-card\"").has("data-clear=\"/ask/").has("class=\"exit\"");
    })
    .await;
}

#[tokio::test]
async fn usefulness_is_told_once_and_a_conversation_can_be_cleared() {
    on_both(async |home| {
        let (_, address) = home.asked(&[("text", "wellington boots")]).await;
        for _ in 0..2 {
            let told = home.post(&format!("{address}/useful"), &[("turn", "1"), ("u", "1")]).await;
            assert_eq!(told.status, 303);
        }
        home.get(&address).await.has("Thank you for telling us").lacks("Was this useful?");
        assert_eq!(home.post(&format!("{address}/clear"), &[]).await.header("location"), "/ask");
        assert_eq!(home.get(&address).await.status, 410);
    })
    .await;
}

#[tokio::test]
async fn a_conversation_is_put_away_an_hour_after_its_last_use() {
    on_both(async |home| {
        let (_, address) = home.asked(&[("text", "wellington boots")]).await;
        home.clock.set(home.clock.now() + SignedDuration::from_mins(59));
        assert_eq!(home.get(&address).await.status, 200);
        home.clock.set(home.clock.now() + SignedDuration::from_mins(2));
        let gone = home.get(&address).await;
        assert_eq!(gone.status, 410);
        gone.has("it was cleared, or an hour went by").has("Nobody can read it now");
        let runner = jobs::Runner::new(home.db.clone(), home.clock.clone(), home.site.dice().clone());
        assistant::jobs(runner, &home.assistant).run_until_empty().await.unwrap();
        let left =
            home.db.read(|tx| Ok(tx.one::<(i64,)>("select cast(count(*) as bigint) from ask_turn", &[])?.0));
        assert_eq!(left.await.unwrap(), 0);
    })
    .await;
}
