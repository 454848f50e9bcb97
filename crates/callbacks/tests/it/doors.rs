//! A family asks, workers ring, and nothing is lost, told to others or kept too long.

use crate::support::{Hub, both};
use access::Role;
use jobs::Runner;
use kernel::Dice;

const LIST: &str = "/admin/call-backs";

#[tokio::test(flavor = "multi_thread")]
async fn a_family_asks_is_told_by_when_and_takes_it_back() {
    both(async |hub| {
        let family = hub.family();
        let form = family.get("/call-back?about=send").await;
        form.has("5pm on Tuesday 24 November").has("value=\"send\" selected").has("Whose phone is it?");
        family.get("/call-back?about=%3Cscript%3E").await.lacks("<script>x");
        let page =
            hub.ask("07700 900123", &[("name", "Example-Dee"), ("words", "She is always hungry")]).await;
        let thanks = family.get(&page).await;
        thanks
            .has("We will ring you by 5pm on Tuesday 24 November")
            .has("Your reference is")
            .has("We ring each number once");
        thanks.lacks("Example-Dee").lacks("07700").lacks("hungry");
        assert_eq!(
            hub.count(
                "select count(*) from outbox where topic = 'call_back_asked' and payload not like '%7700%'"
            )
            .await,
            1
        );

        hub.ann().get(LIST).await.has("Example-Dee: Feeding").has("1 to take").lacks("07700");
        family.post(&page, &[("do", "cancel")]).await;
        family.get(&page).await.has("Your request is taken back").has("Nobody will ring you about it");
        hub.ann().get(LIST).await.lacks("Example-Dee").has("Nobody waits for a worker");
        assert_eq!(family.get(&format!("/call-back/{}", "0".repeat(32))).await.status, 404);
        assert_eq!(family.get("/call-back/x").await.status, 404);
        hub.go_to("2026-11-27T16:59:00Z");
        family.get("/call-back").await.has("5pm on Monday 30 November");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_beside_the_field_and_what_was_typed_is_put_back() {
    both(async |hub| {
        let empty = hub
            .try_to_ask("0900 123 4567", &[("name", ""), ("whose", ""), ("words", &"x".repeat(301))])
            .await;
        assert_eq!(empty.status, 422);
        empty
            .has("Tell us what to call you")
            .has("Enter a UK phone number that we can ring")
            .has("value=\"0900 123 4567\"")
            .has("Choose whose phone it is")
            .has("You have 301")
            .has(&"x".repeat(301));
        // No mobile and no Liverpool number has ten digits: a ring that cannot be made is not promised.
        for short in ["0770090012", "0151 495 506"] {
            let answer = hub.try_to_ask(short, &[("words", "She is always hungry")]).await;
            assert_eq!(answer.status, 422, "{short}");
            answer
                .has("A digit may be missing")
                .has(&format!("value=\"{short}\""))
                .has("value=\"Example-Dee\"")
                .has("She is always hungry");
        }
        let both = hub.try_to_ask("07700 900123", &[("how", "text"), ("message", "none")]).await;
        assert_eq!(both.status, 422);
        both.has("A text is a message, and it stays on the phone").has("value=\"none\" checked");
        let landline =
            hub.try_to_ask("0151 496 0001", &[("how", "text"), ("words", "She is always hungry")]).await;
        assert_eq!(landline.status, 422);
        landline
            .has("This is not a UK mobile number, so no text can reach it")
            .has("href=\"#phone\"")
            .has("value=\"0151 496 0001\"")
            .has("value=\"text\" checked")
            .has("She is always hungry");
        assert_eq!(hub.count("select count(*) from call_back").await, 0);
        hub.ask("0151 496 0001", &[]).await;
        hub.ask("+44 7700 900123", &[("how", "text")]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twice_is_one_request_and_with_other_words_or_after_the_end_another() {
    both(async |hub| {
        let key = ("form_key", "0123456789abcdef0123456789abcdef");
        let first = hub.ask("07700 900611", &[key]).await;
        assert_eq!(hub.ask("07700 900611", &[key]).await, first, "a double press");
        // Back, the mistyped number corrected, and sent: it is asked for as well, once.
        let second = hub.ask("07700 900612", &[key]).await;
        assert_ne!(second, first);
        assert_eq!(hub.ask("07700 900612", &[key]).await, second);
        let waiting = "select count(*) from call_back where state = 'asked'";
        assert_eq!(hub.count(waiting).await, 2);
        assert_eq!(hub.count("select count(*) from call_back where dialled = '07700900612'").await, 1);
        // Other words for the same number join what stands.
        let joined = hub.ask("07700 900612", &[key, ("times", "morning")]).await;
        assert_eq!(hub.ask("07700 900612", &[key, ("times", "morning")]).await, joined, "a double press");
        assert_eq!(hub.count(waiting).await, 2);
        assert_eq!(hub.count("select count(*) from call_back where state = 'joined'").await, 1);

        // Taken back, and the same form sent again: they are rung after all.
        let family = hub.family();
        family.post(&first, &[("do", "cancel")]).await;
        family.get(&first).await.has("Your request is taken back");
        let again = hub.ask("07700 900611", &[key]).await;
        assert_ne!(again, first);
        family.get(&again).await.has("We will ring you by");
        assert_eq!(hub.ask("07700 900611", &[key]).await, again, "a double press");
        assert_eq!(hub.count(waiting).await, 2);
        // Whoever has the old page learns nothing new.
        family.get(&first).await.has("Your request is taken back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_sound_of_danger_bring_the_card_first_and_the_request_can_still_be_sent() {
    both(async |hub| {
        let words = ("words", "I want to kill myself");
        let first = hub.try_to_ask("07700 900123", &[words]).await;
        assert_eq!(first.status, 200);
        first
            .has("id=\"h-card\"")
            .has("We have not sent this yet")
            .has("I want to kill myself")
            .has("name=\"seen\" value=\"1\"");
        assert_eq!(hub.count("select count(*) from call_back").await, 0);
        let page = hub.ask("07700 900123", &[words, ("seen", "1")]).await;
        hub.family().get(&page).await.has("id=\"h-card\"").has("We will ring you by");
        hub.ann().get(LIST).await.has("Read first").lacks("kill myself");
        let open = hub.only_open().await;
        hub.ann().get(&open).await.has("They may tell of danger").has("I want to kill myself");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_workers_at_one_moment_one_has_it_and_the_other_is_told() {
    both(async |hub| {
        hub.ask("07700 900123", &[("whose", "shared"), ("message", "none")]).await;
        let path = hub.only_open().await;
        let (ann, bea) = (hub.ann(), hub.bea());
        let (seen_by_ann, seen_by_bea) = (ann.get(&path).await, bea.get(&path).await);
        seen_by_ann.has("Somebody else may answer").has("Leave no message").has("tel:07700900123");
        let (one, other) = tokio::join!(
            ann.press(&path, &seen_by_ann, &[("do", "take")]),
            bea.press(&path, &seen_by_bea, &[("do", "take")]),
        );
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409], "{one:?} {other:?}");
        let (winner, loser, lost) = if one.status == 303 { (ann, bea, other) } else { (bea, ann, one) };
        lost.has("A colleague took it a moment ago").has("has it");
        let seen = winner.get(&path).await;
        seen.has("You have it");
        loser.get(LIST).await.has("With colleagues").has("You have taken none");

        // Two windows of one worker: the second press was decided on what is no longer so.
        let noted = winner.press(&path, &seen, &[("do", "note"), ("ending", "no_answer")]).await;
        assert_eq!(noted.location, "/admin/call-backs?done=later");
        let again = winner.press(&path, &seen, &[("do", "note"), ("ending", "spoke")]).await;
        assert_eq!(again.status, 409);
        again.has("This changed a moment ago").has("Rung once").has("value=\"spoke\" checked");
        assert_eq!(hub.count("select count(*) from call_back where state = 'rung' and tries = 1").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_without_an_answer_is_due_again_and_may_be_let_go_after_three() {
    both(async |hub| {
        let page = hub.ask("07700 900123", &[]).await;
        let (path, ann, family) = (hub.only_open().await, hub.ann(), hub.family());
        hub.go_to("2026-11-24T17:00:01Z");
        ann.get(LIST).await.has("1 is late").has("Late</span>");
        family.get(&page).await.has("We are late").has("we are sorry");
        let seen = ann.get(&path).await;
        ann.press(&path, &seen, &[("do", "take")]).await;
        for (tries, due) in
            [("Rung once", "5pm on Wednesday 25 November"), ("Rung 2 times", "5pm on Wednesday 25 November")]
        {
            let seen = ann.get(&path).await;
            seen.lacks("value=\"let_go\"");
            ann.press(&path, &seen, &[("do", "note"), ("ending", "no_answer")]).await;
            ann.get(&path).await.has(tries).has(due);
        }
        family.get(&page).await.has("We tried to reach you");
        let seen = ann.get(&path).await;
        let none = ann.press(&path, &seen, &[("do", "note")]).await;
        assert_eq!(none.status, 422);
        none.has("Choose how it ended").has("href=\"#ending\"");
        let over = ann.press(&path, &seen, &[("do", "note"), ("ending", "let_go")]).await;
        assert_eq!(over.location, "/admin/call-backs?done=ended");
        family.get(&page).await.has("We did not reach you").has("Would another time suit?");

        // A step pressed by mistake is taken back, by whoever made it alone.
        let seen = ann.get(&path).await;
        hub.bea().get(&path).await.lacks("Undo my last step");
        ann.press(&path, &seen, &[("do", "undo")]).await;
        ann.get(&path).await.has("Rung 2 times").has("You undid the step before").lacks("Undo my last step");
        let audited = "select count(*) from audit where action = 'call_back' and did = 'read a call back'";
        assert!(hub.count(audited).await >= 8);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_number_has_one_open_request_and_nobody_learns_whether_it_had_one() {
    both(async |hub| {
        let family = hub.family();
        let first = hub.ask("07700 900123", &[("words", "The first words")]).await;
        let second =
            hub.ask("+44 7700 900 123", &[("name", "Other-Name"), ("words", "The second words")]).await;
        let (mine, theirs) = (family.get(&first).await, family.get(&second).await);
        let reference =
            |page: &crate::support::Answer| page.between("Your reference is <b class=\"nowrap\">", "<");
        let secret = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let same = |page: &crate::support::Answer, path: &str| {
            page.text.replace(&reference(page), "").replace(&secret(path), "")
        };
        assert_eq!(same(&mine, &first), same(&theirs, &second), "the answers do not tell them apart");
        hub.ann().get(LIST).await.has("1 to take").lacks("Other-Name");
        let path = hub.only_open().await;
        hub.ann().get(&path).await.has("Asked again").has("The second words");

        // Whoever takes the first back takes the second with it, in the same words on both pages.
        family.post(&first, &[("do", "cancel")]).await;
        hub.ann().get(LIST).await.lacks("Other-Name").has("Nobody waits for a worker");
        let (mine, theirs) = (family.get(&first).await, family.get(&second).await);
        mine.has("Your request is taken back");
        assert_eq!(mine.text.replace(&secret(&first), ""), theirs.text.replace(&secret(&second), ""));

        // Many at one moment for one number: one stands, none is refused.
        let asking: Vec<_> = (0..4).map(|_| hub.ask("0151 496 0555", &[])).collect();
        let mut pages = Vec::new();
        for page in futures_in_order(asking).await {
            pages.push(page);
        }
        assert_eq!(pages.len(), 4);
        assert_eq!(
            hub.count("select count(*) from call_back where dialled = '01514960555' and state = 'asked'")
                .await,
            1
        );
        assert_eq!(
            hub.count("select count(*) from call_back where dialled = '01514960555' and state = 'joined'")
                .await,
            3
        );
        hub.ask("0151 496 0555", &[]).await;
        hub.ask("0151 496 0555", &[]).await;
        let often = hub.try_to_ask("0151 496 0555", &[]).await;
        assert_eq!(often.status, 429);
        often.has("We cannot take another request just now").has("0151 496 0000");
    })
    .await;
}

/// All of them at once.
async fn futures_in_order<T>(all: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut all: Vec<_> = all.into_iter().map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(|context| {
        for (one, got) in &mut all {
            if got.is_none()
                && let std::task::Poll::Ready(value) = one.as_mut().poll(context)
            {
                *got = Some(value);
            }
        }
        if all.iter().all(|(_, got)| got.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    all.into_iter().filter_map(|(_, got)| got).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_rings_the_page_shows_the_phone_number_instead() {
    both(async |hub| {
        let (ann, family) = (hub.ann(), hub.family());
        let form = ann.get("/admin/call-backs/hours").await;
        form.has("value=\"09:00\"");
        let wrong = ann
            .post("/admin/call-backs/hours", &[("open", "yes"), ("from_0", "17:00"), ("until_0", "09:00")])
            .await;
        assert_eq!(wrong.status, 422);
        wrong.has("Check Monday").has("value=\"17:00\"");
        ann.post("/admin/call-backs/hours", &[("open", "yes"), ("from_2", "10:00"), ("until_2", "12:30")])
            .await;
        family
            .get("/call-back")
            .await
            .has("12:30pm on Wednesday 25 November")
            .has("Before midday")
            .lacks("After 2pm");
        ann.post("/admin/call-backs/hours", &[("open", "no"), ("from_2", "10:00"), ("until_2", "12:30")])
            .await;
        family.get("/call-back").await.has("Please ring us").has("tel:01514960000").lacks("name=\"phone\"");
        ann.get(LIST).await.has("Families cannot ask just now");
        ann.post("/admin/call-backs/hours", &[("open", "yes"), ("from_2", "10:00"), ("until_2", "12:30")])
            .await;
        family.get("/call-back").await.has("name=\"phone\"");
        hub.db
            .write(|tx| tx.exec("delete from person_role where role = 'hub_worker'", store::args![]))
            .await
            .unwrap();
        family.get("/call-back").await.has("Please ring us");
        for role in [Role::Practitioner, Role::Editor, Role::Administrator, Role::Analyst, Role::Family] {
            assert_eq!(hub.as_role(role).get(LIST).await.status, 403, "{role:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asked_is_forgotten_ninety_days_after_the_end_and_nobody_waits_for_a_worker_who_is_gone() {
    both(async |hub| {
        let page = hub.ask("07700 900123", &[("words", "Private words")]).await;
        let (path, ann) = (hub.only_open().await, hub.ann());
        let seen = ann.get(&path).await;
        ann.press(&path, &seen, &[("do", "take")]).await;
        let (gone, now) = (hub.ann, hub.clock.now());
        let given_back = hub.db.write(move |tx| callbacks::erase(tx, gone, now)).await.unwrap();
        assert_eq!(given_back, 1);
        hub.bea().get(LIST).await.has("1 to take");
        let bea = hub.bea();
        let seen = bea.get(&path).await;
        bea.press(&path, &seen, &[("do", "take")]).await;
        let seen = bea.get(&path).await;
        bea.press(&path, &seen, &[("do", "note"), ("ending", "spoke")]).await;
        let number: kernel::Phone = "07700 900123".parse().unwrap();
        let copied = hub.db.read(move |tx| callbacks::export_about_number(tx, &number)).await.unwrap();
        assert_eq!(copied[0]["words"], "Private words");

        forget(&hub, "2027-02-21T08:00:00Z").await;
        assert_eq!(bea.get(&path).await.status, 200);
        // The job runs once a day.
        forget(&hub, "2027-02-22T09:00:00Z").await;
        assert_eq!(bea.get(&path).await.status, 404);
        hub.family().get(&page).await.has("We have spoken");
        let left =
            "select count(*) from call_back where name <> '' or phone <> '' or dialled <> '' or words <> ''";
        assert_eq!(hub.count(left).await, 0);
        assert_eq!(hub.count("select count(*) from call_back where outcome = 'reached'").await, 1);
    })
    .await;
}

async fn forget(hub: &Hub, at: &str) {
    hub.go_to(at);
    let runner = Runner::new(hub.db.clone(), hub.clock.clone(), Dice::real());
    callbacks::jobs(runner, &hub.site).run_until_empty().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_is_one_that_both_databases_would_run() {
    both(async |hub| {
        let statements = store::testing::statements_in(std::path::Path::new("src"));
        assert!(statements.len() > 12);
        assert_eq!(store::testing::prepare_all(&hub.db, statements).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_are_told_at_most_once_an_hour_that_somebody_waits_and_once_that_it_is_late() {
    const WAITS: &str = "select count(*) from message where template = 'callbacks.somebody_waits'";
    const LATE: &str = "select count(*) from message where template = 'callbacks.late'";
    both(async |hub| {
        let look = async || {
            let runner =
                callbacks::jobs(Runner::new(hub.db.clone(), hub.clock.clone(), Dice::real()), &hub.site);
            runner.run_until_empty().await.unwrap();
        };
        hub.ask("07700 900123", &[]).await;
        hub.go_to("2026-11-23T09:11:00Z");
        look().await;
        assert_eq!(hub.count(WAITS).await, 2, "one for each worker");
        hub.ask("07700 900456", &[]).await;
        hub.go_to("2026-11-23T09:40:00Z");
        look().await;
        assert_eq!(hub.count(WAITS).await, 2, "not twice in an hour");
        hub.go_to("2026-11-23T10:20:00Z");
        look().await;
        assert_eq!(hub.count(WAITS).await, 4);
        for at in ["2026-11-24T17:30:00Z", "2026-11-24T18:30:00Z"] {
            hub.go_to(at);
            look().await;
        }
        assert_eq!((hub.count(WAITS).await, hub.count(LATE).await), (4, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_press_takes_nothing_twice_and_nobody_takes_over_their_own() {
    both(async |hub| {
        hub.ask("07700 900123", &[("how", "text")]).await;
        let (ann, path) = (hub.ann(), hub.only_open().await);
        let seen = ann.get(&path).await;
        seen.has("sms:07700900123").lacks("tel:07700900123");
        assert_eq!(ann.press(&path, &seen, &[("do", "take")]).await.status, 303);
        assert_eq!(ann.press(&path, &seen, &[("do", "take")]).await.status, 303, "a double press");
        let own = ann.get(&path).await;
        assert_eq!(ann.press(&path, &own, &[("do", "take_over")]).await.status, 409);
        assert_eq!(hub.count("select count(*) from call_back_event").await, 1);
    })
    .await;
}
