//! Two requests with one number: one ring, as careful as anybody asked for, and none after somebody said stop.

use crate::support::{Hub, both};

const LIST: &str = "/admin/call-backs";

#[tokio::test(flavor = "multi_thread")]
async fn of_two_requests_with_one_number_the_most_careful_words_count_and_the_worker_sees_what_changed() {
    both(async |hub| {
        hub.ask("07700 900556", &[]).await;
        let (ann, path) = (hub.ann(), hub.only_open().await);
        let first_seen = ann.get(&path).await;
        first_seen.lacks("Keep them safe").lacks("Asked again").lacks("This number asked");
        hub.go_to("2026-11-23T10:30:00Z");
        let second = hub
            .ask(
                "07700 900556",
                &[
                    ("name", "Other-Name"),
                    ("whose", "shared"),
                    ("message", "none"),
                    ("times", "morning"),
                    ("words", "he is home now, please only before midday"),
                    ("seen", "1"),
                ],
            )
            .await;
        hub.family()
            .get(&second)
            .await
            .has("the hours you chose last")
            .has("the most careful thing you told us");

        // Whoever read the page before looks again before they act.
        let stale = ann.press(&path, &first_seen, &[("do", "take")]).await;
        assert_eq!(stale.status, 409);
        let seen = ann.get(&path).await;
        seen.has("This number asked 2 times")
            .has("Keep them safe")
            .has("<dt>Whose phone</dt><dd>Somebody else may answer it</dd>")
            .has("<dt>A message</dt><dd>No. Please leave no message</dd>")
            .has("Example-Dee: Any time in these hours; Other-Name: Before midday")
            .has("The rest stands for each name")
            .has("Example-Dee or Other-Name")
            .has("Do not tell one about the other")
            .has("10:30am on Monday 23 November")
            .has("<b>Name:</b> Other-Name")
            .has("he is home now, please only before midday")
            .has("Somebody asked again, with another name")
            .lacks("The family asked again");
        ann.get(LIST)
            .await
            .has("Asked again")
            .has("Any time in these hours; for another name: Before midday")
            .lacks("Other-Name")
            .lacks("he is home");
        assert_eq!(ann.press(&path, &seen, &[("do", "take")]).await.status, 303);

        // Nobody becomes less careful by asking a third time; how they are reached is what they chose last.
        hub.go_to("2026-11-23T11:00:00Z");
        hub.ask("07700 900556", &[("how", "text"), ("name", "Other-Name")]).await;
        let seen = ann.get(&path).await;
        seen.has("This number asked 3 times")
            .has("No. Please leave no message")
            .has("Somebody else may answer.")
            .has("put only your first name in it")
            .has("sms:07700900556")
            .has("Example-Dee: Ring me; Other-Name: Text me.")
            .has("before that: Ring me)");
        seen.lacks("tel:07700900556").lacks("Other-Name or");
        ann.get(LIST).await.has("Text, do not ring");

        // Somebody else with the number does not turn the text into a ring.
        hub.go_to("2026-11-23T11:30:00Z");
        hub.ask("07700 900556", &[("name", "Third-Name")]).await;
        ann.get(&path).await.has("sms:07700900556").lacks("tel:07700900556").has("Third-Name: Ring me");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_twice_under_one_name_is_reached_as_they_chose_last() {
    both(async |hub| {
        hub.ask("07700 900556", &[("how", "text")]).await;
        hub.go_to("2026-11-23T10:30:00Z");
        let page = hub.ask("07700 900556", &[("times", "morning")]).await;
        let (ann, path) = (hub.ann(), hub.only_open().await);
        ann.get(&path)
            .await
            .has("Before midday (chosen last; before that: Any time in these hours)")
            .has("tel:07700900556")
            .has("The rest is what they chose last")
            .has("The family asked again");
        ann.get(LIST).await.has("Before midday").lacks("for another name");
        hub.family().post(&page, &[("do", "cancel")]).await;
        ann.get(&path)
            .await
            .has("The family took it back at 10:30am")
            .has("The family took the request back");
        ann.get(LIST).await.has("do not ring").lacks("More than one name");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn danger_in_the_words_of_a_second_request_stands_on_the_list() {
    both(async |hub| {
        hub.ask("07700 900556", &[]).await;
        hub.go_to("2026-11-23T10:30:00Z");
        hub.ask("07700 900556", &[("words", "I want to kill myself"), ("seen", "1")]).await;
        let path = hub.only_open().await;
        hub.ann().get(LIST).await.has("Read first").lacks("kill myself");
        hub.ann().get(&path).await.has("They may tell of danger").has("I want to kill myself");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_rung_after_any_page_of_their_number_said_stop_and_the_worker_sees_when() {
    both(async |hub| {
        for (date, day, taken, pressed) in [
            ("2026-11-23", "Monday 23 November", false, 0),
            ("2026-11-24", "Tuesday 24 November", false, 1),
            ("2026-11-25", "Wednesday 25 November", true, 1),
        ] {
            hub.go_to(&format!("{date}T09:00:00Z"));
            let pages = [
                hub.ask("07700 900556", &[]).await,
                hub.ask("07700 900556", &[("name", "Other-Name"), ("words", "Ring me")]).await,
            ];
            let (ann, family, path) = (hub.ann(), hub.family(), hub.only_open().await);
            let mut seen = ann.get(&path).await;
            seen.has("tel:07700900556");
            if taken {
                ann.press(&path, &seen, &[("do", "take")]).await;
                seen = ann.get(&path).await;
            }
            hub.go_to(&format!("{date}T14:00:00Z"));
            family.get(&pages[pressed]).await.has("this takes it all back");
            family.post(&pages[pressed], &[("do", "cancel")]).await;
            for page in &pages {
                family.get(page).await.has("Your request is taken back").lacks("Take my request back");
            }
            assert_eq!(open(&hub).await, 0);
            let now = ann.get(&path).await;
            now.has(&format!(
                "Somebody with a page for this number took it back at 2pm on {day}, and more than one name was given. \
                    Do not ring. Think about another way to see that they are safe."
            ));
            now.has("Somebody with a page for this number took the request back")
                .lacks("The family took")
                .lacks("tel:07700900556")
                .lacks("value=\"take\"")
                .lacks("value=\"undo\"");
            let late = [("do", if taken { "note" } else { "take" }), ("ending", "no_answer")];
            assert_eq!(ann.press(&path, &seen, &late).await.status, 409);
            let list = ann.get(LIST).await;
            list.has("Nobody waits for a worker")
                .has("do not ring")
                .has("More than one name: see that they are safe")
                .has(&format!("taken back at 2pm on {day}"));
            list.lacks("Example-Dee").lacks("Other-Name");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_not_undone_after_somebody_said_stop_and_what_was_asked_since_ends_too() {
    both(async |hub| {
        let (ann, family) = (hub.ann(), hub.family());
        for (date, number, is_on_newest_page) in
            [("2026-11-23", "07700 900556", false), ("2026-11-24", "07700 900557", true)]
        {
            hub.go_to(&format!("{date}T09:00:00Z"));
            hub.ask(number, &[]).await;
            let joined = hub.ask(number, &[]).await;
            let path = hub.only_open().await;
            let seen = ann.get(&path).await;
            ann.press(&path, &seen, &[("do", "take")]).await;
            let seen = ann.get(&path).await;
            ann.press(&path, &seen, &[("do", "note"), ("ending", "spoke")]).await;
            let ended = ann.get(&path).await;
            ended.has("Undo my last step");

            // The page of the second does not tell that the first has ended, so it can still say stop.
            hub.go_to(&format!("{date}T10:00:00Z"));
            let newest = hub.ask(number, &[]).await;
            let pressed = if is_on_newest_page { &newest } else { &joined };
            family.post(pressed, &[("do", "cancel")]).await;
            assert_eq!(open(&hub).await, 0);
            family.get(&newest).await.has("Your request is taken back");
            assert_eq!(ann.press(&path, &ended, &[("do", "undo")]).await.status, 409);
            assert_eq!(open(&hub).await, 0);
        }
        // Who still wants a call asks again.
        hub.ask("07700 900556", &[]).await;
        assert_eq!(open(&hub).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_anew_is_not_taken_back_by_the_family_where_the_page_was_of_another_name() {
    both(async |hub| {
        let (ann, family) = (hub.ann(), hub.family());
        hub.ask("07700 900556", &[]).await;
        let joined = hub.ask("07700 900556", &[]).await;
        let path = hub.only_open().await;
        for fields in [&[("do", "take")][..], &[("do", "note"), ("ending", "spoke")][..]] {
            let seen = ann.get(&path).await;
            ann.press(&path, &seen, fields).await;
        }
        hub.go_to("2026-11-23T10:00:00Z");
        hub.ask("07700 900556", &[("name", "Other-Name")]).await;
        let newer = hub.only_open().await;
        family.post(&joined, &[("do", "cancel")]).await;
        ann.get(&newer)
            .await
            .has("Somebody with a page for this number took it back at 10am")
            .has("more than one name was given")
            .lacks("The family took");
    })
    .await;
}

async fn open(hub: &Hub) -> i64 {
    hub.count("select count(*) from call_back where state in ('asked', 'taken', 'rung')").await
}
