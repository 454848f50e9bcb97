//! Figures and the switch, for those who may.

use crate::support::{form, on_both, send};
use access::Role;
use axum::{body::Body, http::Request};

fn look() -> Request<Body> {
    Request::get("/admin/ask").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn the_figures_tell_how_turns_ended_and_hide_what_is_few() {
    on_both(async |home| {
        for _ in 0..6 {
            home.api("am I eligible for 30 hours?", None).await;
        }
        home.api("qwertyuiop", None).await;
        home.api("I want to kill myself", None).await;
        let page = send(&home.as_somebody(Role::Analyst), look()).await;
        assert_eq!(page.status, 200);
        page.has("Answered with a quotation")
            .has("fewer than 5")
            .has("Urgent help that was shown")
            .has("Suicide or self-harm");
        page.lacks("suicide_selfharm").lacks("suicide selfharm");
        page.lacks("<td class=\"num\" data-l=\"All\">1</td>").has("An administrator can close it");
        for (role, status) in [(Role::Family, 403), (Role::HubWorker, 403), (Role::Editor, 200)] {
            assert_eq!(send(&home.as_somebody(role), look()).await.status, status, "{role}");
        }
        assert_eq!(send(&home.router, look()).await.status, 303, "a visitor is sent to sign in");
    })
    .await;
}

#[tokio::test]
async fn closing_ask_needs_a_reason_and_the_right_and_stands_in_the_trail() {
    on_both(async |home| {
        let admin = home.as_somebody(Role::Administrator);
        let close = |reason: &str| form("/admin/ask/switch", &[("closed", "yes"), ("reason", reason)]);
        assert_eq!(send(&home.as_somebody(Role::Analyst), close("a test")).await.status, 403);
        let again = send(&admin, close("")).await;
        assert_eq!(again.status, 422);
        again.has("Say in a few words why");
        assert_eq!(send(&admin, close("We move house")).await.status, 303);
        send(&admin, look()).await.has("Ask is closed").has("We move house").has("Open Ask");
        assert_eq!(home.post("/ask", &[("text", "boots")]).await.status, 200);
        let did = home
            .db
            .read(|tx| tx.all::<(String, String)>("select did, action from audit order by sequence", &[]));
        let did = did.await.unwrap();
        assert_eq!(did.last().unwrap(), &("closed Ask".to_owned(), "change_settings".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn words_of_danger_in_the_reason_bring_the_card_above_what_was_done() {
    on_both(async |home| {
        let admin = home.as_somebody(Role::Administrator);
        for (closed, state) in [("yes", "Ask is closed"), ("no", "Ask is open")] {
            let fields = [("closed", closed), ("reason", "It told a mother: i want to die")];
            let done = send(&admin, form("/admin/ask/switch", &fields)).await;
            assert_eq!(done.status, 200);
            done.has(state).has("116 123").has("Saved.");
        }
    })
    .await;
}
