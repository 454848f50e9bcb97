use crate::support::{Hub, MIGRATIONS, TRIP, choose, editor};
use axum::http::StatusCode;
use flows::Input;
use store::testing::both;

#[tokio::test(flavor = "multi_thread")]
async fn f14_a_whole_guide_is_played_with_nothing_but_forms() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let list = hub.get("/guides").await;
        assert!(list.page.contains("href=\"/guides/trip\"") && list.page.contains("A trial trip"));
        let front = hub.get("/guides/trip").await;
        for said in [
            "A trial trip",
            "Checked on 20 November 2026",
            "The regulations",
            "No one reads",
            "/urgent-help",
            "0303 333 4300",
        ] {
            assert!(front.page.contains(said), "{said}");
        }
        let (action, _) = front.form_with("Start");
        let (path, page) = hub.submit(&action, "language=en").await;
        assert!(path.starts_with("/guides/trip/") && path.len() > 40, "{path}");
        assert!(page.page.contains("Who is it for?") && page.page.contains("Hello. This is a trial."));
        assert!(page.page.contains("noindex") || page.headers.get("x-robots-tag").is_some());
        assert_eq!(page.headers.get("cache-control").unwrap(), "no-store");

        let (action, hidden) = page.form_with("My child");
        let (path, page) = hub.submit(&action, &format!("{hidden}&choice=child")).await;
        assert!(
            page.page.contains("When did the council get your request?") && page.page.contains("Question 2")
        );
        // A form that is sent again, as a browser does that goes back, changes nothing.
        let again = hub.post(&action, &format!("{hidden}&choice=child")).await;
        assert_eq!(again.location().as_deref(), Some(path.as_str()));

        let (action, hidden) = page.form_with("Use this day");
        let empty = hub.post(&action, &hidden).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.page.contains("Write the day with its year") && empty.page.contains("href=\"#text\""));
        let odd = hub.post(&action, &format!("{hidden}&text=some+time+in+spring")).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(odd.page.contains("value=\"some time in spring\""), "what was typed is put back");
        let (action, hidden) = odd.form_with("Use this day");
        let (_, page) = hub.submit(&action, &format!("{hidden}&text=5+January+2026")).await;
        for said in [
            "Monday 5 January 2026 + 6 weeks = Monday 16 February 2026",
            "Monday 25 May 2026",
            "Spring bank holiday",
            "<table",
            "It is late",
            "What worries you most?",
        ] {
            assert!(page.page.contains(said), "{said}: {}", page.page);
        }
        let (action, hidden) = page.form_with("Leave this out");
        let (_, page) = hub.submit(&action, &format!("{hidden}&do=unknown")).await;
        assert!(
            page.page.contains("/search?q=send+advice&#38;topic=send")
                || page.page.contains("/search?q=send+advice&amp;topic=send")
        );
        assert!(page.page.contains("tel:01514960000") && page.page.contains("Your days so far"));
        let (action, hidden) = page.form_with("Back one question");
        let (_, page) = hub.submit(&action, &hidden).await;
        assert!(page.page.contains("What worries you most?"));
        let (action, hidden) = page.form_with("Leave this out");
        let (_, page) = hub.submit(&action, &format!("{hidden}&do=unknown")).await;
        let (action, hidden) = page.form_with("Would you like to go on?");
        let (_, page) = hub.submit(&action, &format!("{hidden}&choice=no")).await;
        assert!(page.page.contains("Thank you.") && page.page.contains("That is the end of this guide"));
        assert!(page.page.contains("What we said before") && page.page.contains("My child"));
        let (action, hidden) = page.form_with("Start again");
        let (_, page) = hub.submit(&action, &hidden).await;
        assert!(page.page.contains("Who is it for?") && page.page.contains("The first question"));
        let (action, hidden) = page.form_with("Polski");
        let (_, page) = hub.submit(&action, &format!("{hidden}&language=pl")).await;
        assert!(page.page.contains("Dla kogo to jest?") && page.page.contains("lang=\"pl\""));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_the_guide_where_it_was_left_and_is_in_no_address() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        let page = hub.get(&began.path()).await;
        assert!(page.page.contains(&began.code));
        let (action, hidden) = page.form_with("My child");
        hub.submit(&action, &format!("{hidden}&choice=child")).await;
        let (to, back) = hub.submit("/guides/resume", &format!("code={}", began.code.to_lowercase())).await;
        assert!(
            !to.to_lowercase().contains(&began.code.to_lowercase()[..4])
                || to.contains(began.session.as_str())
        );
        assert!(
            back.page.contains("Welcome back")
                && back.page.contains("Who is it for?")
                && back.page.contains("My child")
        );
        assert!(back.page.contains("When did the council get your request?"));
        for wrong in ["", "code=AB", "code=ZZZZ-9999", "code=%00%FF"] {
            let refused = hub.post("/guides/resume", wrong).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(refused.page.contains("href=\"#code\""));
        }
        hub.pass_days(91);
        hub.forget().await;
        let away = hub.post("/guides/resume", &format!("code={}", began.code)).await;
        assert!(
            away.page.contains("You were at question 2") && away.page.contains("Carry on from question 2")
        );
        let by_address = hub.get(&began.path()).await;
        assert!(by_address.page.contains("Carry on from question 2"));
        let (action, hidden) = away.form_with("Carry on from question 2");
        let (_, on) = hub.submit(&action, &hidden).await;
        assert!(on.page.contains("When did the council get your request?"), "{}", on.page);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_red_card_stands_alone_and_leads_back_to_the_guide() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        let page = hub.get(&began.path()).await;
        let (action, hidden) = page.form_with("Or say it in your own words");
        let red = hub.post(&action, &format!("{hidden}&text=i+want+to+kill+myself")).await;
        assert!(red.page.contains("id=\"h-card\"") && red.page.contains("tel:999"));
        assert!(red.page.contains("Carry on with what I was doing") && red.page.contains(&began.path()));
        assert!(!red.page.contains("kill myself") && !red.page.contains("A trial trip"));
        assert_eq!(hub.answers(&began.session).await, 1);
        // Words hide nothing behind a button, in a second field, or behind a session that is not there.
        for (path, body) in [
            (began.path(), "choice=child&text=i+want+to+kill+myself".to_owned()),
            (began.path(), "text=hello&text=i+want+to+kill+myself".to_owned()),
            (format!("/guides/trip/{}", "0".repeat(32)), "text=i+want+to+kill+myself".to_owned()),
        ] {
            let red = hub.post(&path, &body).await;
            assert!(red.page.contains("id=\"h-card\""), "{path} {body}");
        }
        let on = hub.get(&began.path()).await;
        assert!(on.page.contains("Who is it for?"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_that_is_overdue_or_has_changed_says_so_to_whoever_is_in_the_middle_of_it() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        let page = hub.get(&began.path()).await;
        assert!(!page.page.contains("Please note"));
        hub.flows.publish_builtin(vec![TRIP.replace("This is a trial", "This is another")]).await.unwrap();
        hub.flows.renew().await.unwrap();
        let page = hub.get(&began.path()).await;
        assert!(page.page.contains("has changed since you began") && page.page.contains("This is a trial"));
        for number in 0..5 {
            // Each answer keeps the session for another while, until the day to look again has passed.
            hub.pass_days(80);
            hub.press(&began.session, &format!("message-{number}"), Input::Explain).await;
        }
        let page = hub.get(&began.path()).await;
        assert!(page.page.contains("was to be checked again by 20 November 2027"));
        let front = hub.get("/guides/trip").await;
        assert!(front.page.contains("due to be checked again"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_escaped_and_what_is_not_there_is_said() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        let odd = hub.post(&began.path(), "text=%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
        assert!(!odd.page.contains("<script>alert") && odd.page.contains("We did not understand that"));
        let aside = hub.post(&began.path(), "text=what+is+%22%3E%3Cb%3Ethis%3F").await;
        assert!(aside.page.contains("action=\"/ask\"") && !aside.page.contains("\"><b>this"));
        assert!(aside.page.contains(&format!("name=\"guide\" value=\"{}\"", began.session.as_str())));
        let long = hub.post(&began.path(), &format!("text={}", "a".repeat(2_500))).await;
        assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(long.page.contains("2000 letters or fewer"));
        for path in [
            "/guides/none",
            "/guides/trip/none",
            "/guides/trip/00000000000000000000000000000000",
            &began.path().replace("/guides/trip/", "/guides/other/"),
        ] {
            assert_eq!(hub.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(hub.post(path, "choice=child").await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(hub.get(&format!("{}/back", began.path())).await.status, StatusCode::METHOD_NOT_ALLOWED);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_in_the_browser_shows_the_earlier_question_and_another_answer_there_is_taken() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let (first, page) = hub.submit("/guides/trip", "language=en").await;
        let (action, hidden) = page.form_with("My child");
        let (second, page) = hub.submit(&action, &format!("{hidden}&choice=child")).await;
        assert_ne!(
            first, second,
            "each question has an address, so that the browser has somewhere to go back to"
        );
        assert!(page.page.contains("When did the council get your request?"));
        let back = hub.get(&first).await;
        assert!(back.page.contains("Who is it for?") && back.page.contains("This is an earlier question"));
        assert!(back.page.contains(&second.replace('&', "&amp;")), "and the way on");

        // The page as the browser kept it: the same key with another button is a changed answer.
        let (third, page) = hub.submit(&action, &format!("{hidden}&choice=me")).await;
        assert!(
            page.page.contains("What worries you most?")
                && page.page.contains("You changed an earlier answer")
        );
        let again = hub.post(&action, &format!("{hidden}&choice=me")).await;
        assert_eq!(again.location(), Some(third.clone()), "and the same again changes nothing");
        let (fourth, page) = hub.submit(&action, &format!("{hidden}&choice=child")).await;
        assert!(fourth != third && page.page.contains("When did the council get your request?"));

        // Words typed on the page of an earlier question are an answer to that question.
        let (action, hidden) = page.form_with("Use this day");
        let (_, page) = hub.submit(&action, &format!("{hidden}&text=5+January+2026")).await;
        assert!(page.page.contains("Monday 16 February 2026"));
        let (_, page) = hub.submit(&action, &format!("{hidden}&text=12+January+2026")).await;
        assert!(
            page.page.contains("Monday 23 February 2026")
                && page.page.contains("You changed an earlier answer")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_card_that_stood_alone_the_numbers_stand_once_more_and_there_are_two_ways() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        let red = hub.post(&began.path(), "text=i+want+to+kill+myself").await;
        let on = format!("{}?pause=1", began.path());
        assert!(red.page.contains(&on), "{}", red.page);
        let pause = hub.get(&on).await;
        for said in ["tel:999", "tel:116123", "Go on with what I was doing", "Stop here", "/urgent-help"] {
            assert!(pause.page.contains(said), "{said}");
        }
        assert!(!pause.page.contains("Who is it for?") && !pause.page.contains("did not understand"));
        let (action, hidden) = pause.form_with("Or say it in your own words");
        let (_, still) = hub.submit(&action, &format!("{hidden}&text=hello")).await;
        assert!(
            still.page.contains("Stop here") && !still.page.contains("did not understand"),
            "{}",
            still.page
        );
        let (action, hidden) = pause.form_with("Stop here");
        let (_, stopped) = hub.submit(&action, &format!("{hidden}&choice=stop-here")).await;
        assert!(stopped.page.contains(&began.code) && stopped.page.contains("You can stop here"));
        let (action, hidden) = stopped.form_with("Go on with what I was doing");
        let (_, on) = hub.submit(&action, &format!("{hidden}&choice=go-on-now")).await;
        assert!(on.page.contains("Who is it for?"));
        let next = hub.submit(&began.path(), "text=whats+next").await.1;
        assert!(next.page.contains("tel:116123") && next.page.contains("Stop here"), "{}", next.page);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_codes_at_random_is_stopped_even_before_the_one_that_is_right() {
    let migrations: Vec<_> = MIGRATIONS.iter().copied().chain([accounts::MIGRATIONS]).collect();
    both(&migrations, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        let accounts =
            accounts::Accounts::open(&hub.site, accounts::AccountsConfig::default()).await.unwrap();
        let tries = async |network: u8, code: &str| {
            let router = hub
                .router()
                .layer(axum::Extension(accounts::CountSenders(accounts.clone())))
                .layer(axum::Extension(accounts::ClientAddress([203, 0, network, 7].into())));
            hub.post_to(router, "/guides/resume", &format!("code={code}")).await
        };
        for _ in 0..30 {
            let unknown = tries(113, "ZZZZ-9999").await;
            assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(unknown.page.contains("We do not know this code") && !unknown.page.contains("months"));
        }
        let stopped = tries(113, &began.code).await;
        assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(stopped.page.contains("Try again in an hour") && stopped.headers.contains_key("retry-after"));
        assert_eq!(tries(114, &began.code).await.status, StatusCode::SEE_OTHER, "another household");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_cannot_be_taken_is_answered_with_what_is_wrong_with_it() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        let turn = hub.press(&began.session, "message-1", choose("child")).await;
        for (typed, said) in [
            ("29+February+2026", "There is no such day"),
            ("31%2F04%2F2026", "There is no such day"),
            ("1.1.1890", "Is that the right year?"),
            ("5+May", "Which year was that?"),
        ] {
            let page = hub.post(&turn.path(), &format!("text={typed}")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(page.page.contains(said), "{typed}: {}", page.page);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_guide_for_a_loss_no_words_bring_an_error_box() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.flows.begin("loss-of-a-baby", "en").await.unwrap().unwrap();
        for typed in ["my+baby+was+born+asleep", "abortion", "twin+died+other+one+alive", "wibble"] {
            let (_, page) = hub.submit(&began.path(), &format!("text={typed}")).await;
            assert_eq!(page.status, StatusCode::OK, "{typed}");
            for said in ["We are so sorry", "Sands", "tel:116123", "Stop all messages about the baby"] {
                assert!(page.page.contains(said), "{typed}, {said}: {}", page.page);
            }
            for never in ["did not understand", "error-summary", "There is a problem"] {
                assert!(!page.page.contains(never), "{typed}, {never}: {}", page.page);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_that_was_changed_back_or_taken_back_says_so_to_whoever_is_in_the_middle_of_it() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        hub.flows.publish_builtin(vec![TRIP.replace("This is a trial", "This is another")]).await.unwrap();
        hub.flows.renew().await.unwrap();
        let began = hub.begin().await;
        assert_eq!(began.revision, 2);
        assert!(!hub.get(&began.path()).await.page.contains("Please note"));
        assert!(hub.flows.offer_revision(&editor(), "trip", 1, "the test").await.unwrap());
        let page = hub.get(&began.path()).await;
        assert!(page.page.contains("has been changed back since you began"), "{}", page.page);
        assert!(hub.flows.withdraw(&editor(), "trip", "the test").await.unwrap());
        let page = hub.get(&began.path()).await;
        assert!(page.page.contains("We do not offer this guide any more"), "{}", page.page);
        assert!(page.page.contains("0303 333 4300") && page.page.contains("This is another"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_the_week_that_does_not_fit_is_asked_about() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        hub.press(&began.session, "message-1", choose("child")).await;
        let page = hub.get(&began.path()).await;
        let (action, hidden) = page.form_with("Use this day");
        let odd = hub.post(&action, &format!("{hidden}&text=Monday+1+November+2026")).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(odd.page.contains("That day is really Sunday 1 November 2026"), "{}", odd.page);
        let (action, hidden) = odd.form_with("Use this day");
        let (_, page) = hub.submit(&action, &format!("{hidden}&text=tues+3+november+2026")).await;
        assert!(page.page.contains("Tuesday 3 November 2026 + 6 weeks"), "{}", page.page);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_day_has_passed_is_told_as_it_is_on_the_day_somebody_comes_back() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        hub.press(&began.session, "message-1", choose("child")).await;
        // 20 weeks from 15 July are 2 December, nine days from now.
        let left = hub.say(&began.session, "message-2", "15 July 2026").await;
        assert!(!left.text().contains("It is late"));
        let path = left.path();
        let first = hub.get(&path).await;
        assert!(!first.page.contains("This is today") && !first.page.contains("It is late"));
        hub.pass_days(9);
        let code = flows::read_code(&left.code).unwrap();
        let flows::Resumed::Here(turn) = hub.flows.resume(&code).await.unwrap() else { panic!("it is kept") };
        assert_eq!(turn.node(), left.node());
        let on_the_day = hub.get(&path).await;
        assert!(on_the_day.page.contains("This is today.") && !on_the_day.page.contains("It is late"));
        hub.pass_days(1);
        let after = hub.get(&path).await;
        assert!(
            !after.page.contains("This is today.") && after.page.contains("It is late"),
            "{}",
            after.page
        );
        // Among the days of earlier answers as well.
        hub.press(&began.session, "message-3", Input::DoNotKnow { node: None }).await;
        hub.pass_days(1);
        let on = hub.get(&path).await;
        let days = on.page.split("Your days so far").nth(1).unwrap();
        assert_eq!(days.matches("This day has passed.").count(), 3, "{days}");
        assert!(!on.page.contains("This is today."));
    })
    .await;
}
