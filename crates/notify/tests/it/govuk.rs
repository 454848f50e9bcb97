use crate::{
    fake_notify::{FakeNotify, Next},
    support::{LINK, REMINDER, ROOMS, Room, email, phone, room_with_notify},
};
use kernel::Clock;
use store::testing::both;

#[tokio::test(flavor = "multi_thread")]
async fn an_email_and_a_text_go_through_our_own_templates_each_with_a_fresh_token() {
    both(ROOMS, async |db| {
        let (room, fake) = room_with_notify(&db).await;
        let mail =
            room.queue(&LINK, email("parent@example.org"), "Sam [x](https://evil.example)").await.unwrap();
        room.send().await;
        room.pass(120);
        let text = room.queue(&REMINDER, phone("07700 900123"), "Baby group").await.unwrap();
        room.pass(1);
        let reminder = room.queue(&REMINDER, email("parent@example.org"), "Baby group").await.unwrap();
        room.send().await;
        for id in [mail, text, reminder] {
            assert_eq!(room.standing(id).await, ("accepted".to_owned(), None, false), "the words are wiped");
        }
        let requests = fake.requests();
        assert_eq!(requests[0]["email_address"], "parent@example.org");
        let body = requests[0]["personalisation"]["body"].as_str().unwrap();
        assert!(body.contains("https://hub.example.org/sign-in/link/s3cret"), "{body}");
        assert!(body.contains("Hello Sam (x)(https: evil. example),"), "{body}");
        assert_eq!(requests[0]["personalisation"]["subject"], "Your link for the hub");
        assert!(requests[0].get("one_click_unsubscribe_url").is_none());
        assert_eq!(requests[1]["phone_number"], "+447700900123");
        let stop = requests[2]["one_click_unsubscribe_url"].as_str().unwrap();
        assert!(stop.starts_with("https://hub.example.org/notify/stop/"), "{stop}");
        for request in &requests {
            let reference = request["reference"].as_str().unwrap();
            assert!(reference.len() == 22 && !reference.contains("parent") && !reference.contains("7700"));
        }
        let tokens = fake.seen.lock().unwrap().tokens.clone();
        assert_eq!(tokens.len(), 3);
        assert_ne!(tokens[0], tokens[1], "a token is made for each request");
        fake.expect_no_complaints();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_behind_a_timeout_is_found_and_never_sent_again() {
    both(ROOMS, async |db| {
        let (room, fake) = room_with_notify(&db).await;
        for next in [Next::TakeAndTimeOut, Next::TakeAndBreak] {
            fake.next([next]);
            let id = room.queue(&LINK, email("parent@example.org"), "Sam").await.unwrap();
            let kept = fake.kept();
            room.send().await;
            assert_eq!(room.state(id).await, "unknown");
            room.pass(59);
            assert_eq!(room.send().await, 0, "it is not looked for before a minute has gone");
            room.pass(62);
            assert_eq!(room.send().await, 1);
            assert_eq!(room.state(id).await, "accepted");
            assert_eq!(fake.kept(), kept + 1, "{next:?}");
        }
        assert_eq!(fake.requests().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_taken_behind_a_timeout_is_sent_again_after_it_was_looked_for() {
    both(ROOMS, async |db| {
        let (room, fake) = room_with_notify(&db).await;
        fake.next([Next::TimeOut]);
        let id = room.queue(&LINK, email("parent@example.org"), "Sam").await.unwrap();
        room.send().await;
        // The wall clock leaps a day: that is no reason to hurry.
        room.clock.set(room.clock.now() + jiff::SignedDuration::from_hours(24));
        assert_eq!((room.send().await, fake.requests().len()), (0, 1));
        room.pass(61);
        room.send().await;
        assert_eq!((room.state(id).await.as_str(), fake.kept(), fake.requests().len()), ("accepted", 1, 2));
        let requests = fake.requests();
        assert_eq!(requests[0]["reference"], requests[1]["reference"]);
        assert_eq!(fake.seen.lock().unwrap().looked_for, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_of_notify_has_its_own_end() {
    let table = [
        (400, "ValidationError", "phone_number Not enough digits", "failed", false),
        (400, "InvalidPhoneError", "Not a UK number", "failed", false),
        (400, "BadRequestError", "Missing personalisation: body", "failed", false),
        (401, "AuthError", "Unauthorized, authentication token must be provided", "queued", true),
        (403, "AuthError", "Invalid token: API key not found", "queued", true),
        (429, "RateLimitError", "Exceeded rate limit for key type LIVE", "queued", true),
        (429, "TooManyRequestsError", "Exceeded send limits (250000) for today", "queued", true),
        (500, "OperationalError", "Internal server error", "unknown", false),
        (504, "", "Timeout serving request", "unknown", false),
    ];
    both(ROOMS, async |db| {
        for (status, kind, words, state, rests) in table {
            let (room, fake) = room_with_notify(&db).await;
            db.write(|tx| tx.exec("delete from message_hold", &[])).await.unwrap();
            db.write(|tx| tx.exec("delete from message", &[])).await.unwrap();
            fake.next([Next::Refuse(status, kind, words)]);
            let id = room.queue(&LINK, phone("07700 900123"), "Sam").await.unwrap();
            room.pass(1);
            let other = room.queue(&LINK, phone("07700 900124"), "Sam").await.unwrap();
            room.send().await;
            assert_eq!(room.state(id).await, state, "{status} {kind}");
            let expected = if rests { "queued" } else { "accepted" };
            assert_eq!(room.state(other).await, expected, "{status} {kind}: the next message");
            let findings = room.notify.findings().await.unwrap().join(" ");
            assert_eq!(findings.contains("rests until"), rests, "{findings}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_days_limit_holds_the_channel_until_the_next_day_in_london() {
    both(ROOMS, async |db| {
        let (room, fake) = room_with_notify(&db).await;
        fake.next([Next::Refuse(429, "TooManyRequestsError", "Exceeded send limits (50) for today")]);
        let id = room.queue(&LINK, phone("07700 900123"), "Sam").await.unwrap();
        room.pass(1);
        let mail = room.queue(&LINK, email("parent@example.org"), "Sam").await.unwrap();
        room.send().await;
        assert_eq!((room.state(id).await.as_str(), room.state(mail).await.as_str()), ("queued", "accepted"));
        room.clock.set("2026-11-22T23:59:00Z".parse().unwrap());
        assert_eq!(room.send().await, 0);
        room.clock.set("2026-11-23T00:05:30Z".parse().unwrap());
        assert_eq!((room.send().await, room.state(id).await.as_str()), (1, "accepted"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_stays_below_what_notify_takes() {
    // One database is enough: it is about the pace, not the rows.
    let db = store::testing::sqlite(ROOMS).await;
    let (room, fake) = room_with_notify(&db.db).await;
    let dice = kernel::Dice::real();
    let now = room.clock.now();
    db.write(move |tx| {
        for number in 0..1_500 {
            let message = notify::Message {
                template: &LINK,
                to: phone("07700 900123"),
                person: None,
                values: vec![
                    ("name", "Sam".to_owned()),
                    ("place", "the hub".to_owned()),
                    ("link", format!("https://hub.example.org/{number}")),
                ],
                once: None,
            };
            notify::queue(tx, &message, &dice, now)?;
        }
        Ok(())
    })
    .await
    .unwrap();
    while room.send().await > 0 {}
    assert_eq!(fake.requests().len(), 1_000, "a thousand at once");
    for second in 1..=10 {
        room.pass(1);
        while room.send().await > 0 {}
        let sent = fake.requests().len() - 1_000;
        assert!(sent < 50 * second && sent + 2 > 49 * second, "{sent} after {second} seconds");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_text_is_not_sent_and_is_seen() {
    both(ROOMS, async |db| {
        let (room, fake) = room_with_notify(&db).await;
        let landline = room.queue(&LINK, phone("0151 496 0000"), "Sam").await.unwrap();
        let long = room.queue(&LINK, phone("07700 900123"), &"long ".repeat(300)).await.unwrap();
        room.send().await;
        assert_eq!(fake.requests().len(), 0);
        let failed = |reason: &str| ("failed".to_owned(), Some(reason.to_owned()), false);
        assert_eq!(room.standing(landline).await, failed("not_a_mobile"));
        assert_eq!(room.standing(long).await, failed("too_long"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_is_told_and_nothing_is_lost() {
    both(ROOMS, async |db| {
        let (room, _) = room_with_notify(&db).await;
        let fake = FakeNotify::start(&Clock::standing_at("2026-11-22T09:01:00Z")).await;
        let notify = notify::Notify::open_timed(
            &room.site,
            fake.config(),
            &crate::support::TEMPLATES,
            room.steady.clone(),
        );
        let room = Room { notify: notify.unwrap(), ..room };
        let id = room.queue(&LINK, phone("07700 900123"), "Sam").await.unwrap();
        room.send().await;
        assert_eq!(room.state(id).await, "queued");
        assert!(room.notify.findings().await.unwrap().join(" ").contains("does not let us in"));
    })
    .await;
}
