use crate::support::{Hub, MIGRATIONS, TRIP, choose, day, editor};
use flows::{Answered, Input, Output, Resumed, read_code};
use std::collections::BTreeSet;
use store::{args, testing::both};

#[tokio::test(flavor = "multi_thread")]
async fn f02_two_identical_answers_at_once_are_one_transition_with_one_reply() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        let send = || hub.press(&began.session, "message-1", choose("child"));
        let (a, b, c, d) = tokio::join!(send(), send(), send(), send());
        for turn in [&b, &c, &d] {
            assert_eq!((turn.turn, &turn.outputs), (a.turn, &a.outputs));
        }
        assert_eq!((a.turn, hub.answers(&began.session).await), (1, 2));
        let later = hub.press(&began.session, "message-1", choose("me")).await;
        assert_eq!(later.outputs, a.outputs, "a replay is the reply that was stored, whatever it says now");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f03_different_answers_at_once_follow_each_other_and_none_is_lost() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        let at_who = |key: &str| Input::Choice { node: Some("who".to_owned()), key: key.to_owned() };
        let (a, b) = tokio::join!(
            hub.press(&began.session, "message-a", at_who("child")),
            hub.press(&began.session, "message-b", at_who("me"))
        );
        assert_eq!(BTreeSet::from([a.turn, b.turn]), BTreeSet::from([1, 2]));
        let (first, second) = if a.turn == 1 { (a, b) } else { (b, a) };
        assert!(!first.outputs.contains(&Output::Changed));
        assert!(second.outputs.contains(&Output::Changed), "the second changed the answer of the first");
        let now = hub.flows.find_turn(&began.session).await.unwrap().unwrap();
        assert_eq!(now.outputs, second.outputs);

        let many: Vec<String> = (0..12).map(|number| format!("many-{number}")).collect();
        let sent = many.iter().map(|message| hub.say(&began.session, message, "purple monkey"));
        let mut turns = BTreeSet::new();
        for turn in futures(sent).await {
            turns.insert(turn.turn);
        }
        assert_eq!(turns, (3..15).collect(), "each is a turn of its own");
        assert_eq!(hub.answers(&began.session).await, 15);
    })
    .await;
}

/// All at once, without a crate for it.
async fn futures<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut all: Vec<_> = all.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut waits = false;
        for (future, output) in &mut all {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => waits = true,
                }
            }
        }
        if waits { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    all.into_iter().map(|(_, output)| output.unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn f04_f05_a_session_finishes_on_the_revision_it_began_with_whatever_is_published_meanwhile() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        hub.press(&began.session, "message-1", choose("child")).await;
        // The question they stand at is gone from the next revision, and the one before says something else.
        let next = TRIP
            .replace("Hello. This is a trial.", "Welcome to the new one.")
            .replace("to = \"asked-on\"", "to = \"why\"")
            .replace("key = \"asked-on\"\nkind = \"date\"", "key = \"another\"\nkind = \"date\"");
        hub.flows.save_draft(&editor(), "trip", &next, 0).await.unwrap();
        let known = flows::lint::Known::nothing();
        let published = hub.flows.publish(&editor(), "trip", 1, &known, "shorter").await.unwrap();
        assert!(
            matches!(published, Ok(2) | Err(flows::NotPublished::Findings(_))),
            "the lint alone may object to what the test leaves unreached: {published:?}"
        );
        let next = next.replace("[[node]]\nkey = \"another\"", "[[node]]\nkey = \"unused\"");
        hub.flows.publish_builtin(vec![next]).await.unwrap();
        hub.flows.renew().await.unwrap();

        let new = hub.begin().await;
        assert!(new.revision >= 2 && new.text().contains("Welcome to the new one"), "{}", new.text());
        let old = hub.say(&began.session, "message-2", "5 January 2026").await;
        assert!(old.revision == 1 && old.text().contains("Monday 16 February 2026"), "{}", old.text());
        let withdrawn = hub.flows.withdraw(&editor(), "trip", "the test").await.unwrap();
        assert!(withdrawn && hub.flows.begin("trip", "en").await.unwrap().is_none());
        let end = hub.say(&began.session, "message-3", "the waiting").await;
        assert!(end.text().contains("These may help"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f06_a_code_brings_somebody_back_to_the_same_step_after_ten_days() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        let left = hub.press(&began.session, "message-1", choose("child")).await;
        hub.pass_days(10);
        hub.forget().await;
        let code = read_code(&left.code.to_lowercase()).unwrap();
        let Resumed::Here(back) = hub.flows.resume(&code).await.unwrap() else { panic!("it is kept") };
        assert_eq!((back.turn, &back.outputs, back.node()), (left.turn, &left.outputs, "asked-on"));
        assert!(matches!(hub.flows.resume("AAAA2222").await.unwrap(), Resumed::Nothing));
        hub.pass_days(85);
        hub.forget().await;
        let Resumed::Here(_) = hub.flows.resume(&code).await.unwrap() else { panic!("coming back is use") };
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f07_after_ninety_days_the_days_are_gone_and_somebody_may_still_carry_on() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        hub.press(&began.session, "message-1", choose("child")).await;
        let left = hub.say(&began.session, "message-2", "5 January 2026").await;
        hub.pass_days(91);
        hub.forget().await;

        let kept: Vec<(String,)> =
            hub.db.read(|tx| tx.all("select state from flow_session", args![])).await.unwrap();
        assert!(!kept[0].0.contains("2026"), "no day is left: {}", kept[0].0);
        assert_eq!(hub.answers(&began.session).await, 0, "and nothing of what was said");
        assert!(hub.flows.find_turn(&began.session).await.unwrap().is_none());
        let today = hub.clock.today();
        let late = hub.site.screen("my son");
        assert!(hub.flows.answer(&began.session, "late", &late, today).await.unwrap().is_none());

        let code = read_code(&left.code).unwrap();
        let Resumed::PutAway(away) = hub.flows.resume(&code).await.unwrap() else {
            panic!("it was put away")
        };
        assert_eq!((away.step, away.title.as_str()), (2, "A trial trip"));
        let on = hub.flows.carry_on(&away.session).await.unwrap().unwrap();
        assert_eq!(on.node(), "asked-on", "where the day is asked for, not the beginning");
        let again = hub.flows.carry_on(&away.session).await.unwrap().unwrap();
        assert_eq!((again.turn, again.node()), (on.turn, "asked-on"), "a second press changes nothing");
        let worked = hub.say(&began.session, "message-3", "5 January 2026").await;
        assert!(worked.text().contains("Monday 16 February 2026"));

        hub.pass_days(91);
        hub.forget().await;
        hub.pass_days(91);
        hub.forget().await;
        assert!(matches!(hub.flows.resume(&code).await.unwrap(), Resumed::Nothing));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f12_putting_away_passes_by_whoever_has_just_answered() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let (came_back, stayed_away) = (hub.begin().await, hub.begin().await);
        hub.pass_days(91);
        let answered = hub.press(&came_back.session, "message-1", choose("child")).await;
        hub.forget().await;
        hub.forget().await;
        let now = hub.flows.find_turn(&came_back.session).await.unwrap().unwrap();
        assert_eq!(now.outputs, answered.outputs);
        assert!(hub.flows.find_turn(&stayed_away.session).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_danger_pause_the_flow_and_words_of_loss_offer_the_gentle_one() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::with_loss(db).await;
        let began = hub.begin().await;
        let paused = hub.say(&began.session, "message-1", "i want to kill myself").await;
        assert!(paused.paused && paused.outputs == began.outputs && paused.turn == 0);
        assert_eq!(hub.answers(&began.session).await, 1, "nothing was taken from it");

        let loss = hub.say(&began.session, "message-2", "we lost the baby").await;
        assert!(
            matches!(loss.outputs.get(1), Some(Output::Offered { slug, .. }) if slug == "loss"),
            "{:?}",
            loss.outputs
        );
        assert!(!loss.over && !loss.text().contains("Who is it for"), "nothing of this guide is asked");
        let said = hub.say(&began.session, "message-3", "my son").await;
        assert!(!said.text().contains("Who is it for"), "until they choose to: {}", said.text());
        let on = hub.press(&began.session, "message-4", choose("go-on-now")).await;
        assert_eq!(on.node(), "who");
        let offer = hub.flows.offer(&hub.site.screen("we lost the baby")).unwrap();
        assert_eq!(offer.slug, "loss");
        assert_eq!(hub.flows.offer(&hub.site.screen("i want to kill myself")), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_is_offered_for_what_families_say_and_for_nothing_else() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let offered = |text: &str| hub.flows.offer(&hub.site.screen(text)).map(|offer| offer.slug);
        assert_eq!(offered("a trial of everything").as_deref(), Some("trip"));
        assert_eq!(offered("please can i have A Trial Of Everything!").as_deref(), Some("trip"));
        for text in ["", "trial", "everything", "when is the swimming pool open", "not a trial of everything"]
        {
            assert_ne!(offered(text).as_deref(), Some("trip"), "{text}");
        }
        let documents = flows::documents(&hub.flows, &|_| Vec::new());
        let document = documents.iter().find(|document| document.slug == "trip").unwrap();
        assert_eq!((document.url.as_str(), document.kind), ("/guides/trip", search::Kind::Flow));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_guide_of_the_house_is_offered_for_its_own_words_and_none_for_everyday_searches() {
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let mut astray = Vec::new();
        for published in hub.flows.list().iter() {
            for phrase in &published.flow.also_say {
                let screened = hub.site.screen(phrase);
                let is_anothers = screened.verdict().level == safety::Level::Red
                    || screened.verdict().loss && !published.flow.loss;
                let offered = hub.flows.offer(&screened).map(|offer| offer.slug);
                if !is_anothers && offered.as_deref() != Some(published.flow.slug.as_str()) {
                    astray.push(format!("{}: '{phrase}' leads to {offered:?}", published.flow.slug));
                }
            }
        }
        assert!(astray.is_empty(), "{astray:#?}");
        for text in [
            "baby group",
            "swimming",
            "nursery in widnes",
            "housing",
            "autism support",
            "speech therapy",
            "messy play",
            "dentist",
            "holiday",
            "school",
            "feeding",
            "messages",
            "how do i pay council tax",
            "send",
            "baby massage",
            "what is on at the hub on tuesday",
            "midwife phone number",
            "bins",
            "my school is closed",
            "stay and play for a 2 year old",
            "breastfeeding group in runcorn",
            "parenting course",
            "food bank",
            "is there a dentist at the hub on fridays",
            "ehcp coffee morning",
        ] {
            assert_eq!(hub.flows.offer(&hub.site.screen(text)), None, "{text}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_typed_is_kept_anywhere() {
    const CANARY: &str = "zanzibarquetzal";
    both(MIGRATIONS, async |db| {
        let hub = Hub::open(db).await;
        let began = hub.begin().await;
        for (number, text) in [
            format!("{CANARY} is what i say"),
            format!("what is {CANARY} about?"),
            format!("my son {CANARY}"),
            format!("{CANARY} 5 January 2026"),
            "5 January 2026".to_owned(),
            format!("i worry about {CANARY}"),
        ]
        .into_iter()
        .enumerate()
        {
            let turn = hub.say(&began.session, &format!("message-{number}"), &text).await;
            assert!(!format!("{turn:?}").contains(CANARY));
        }
        let now = hub.flows.find_turn(&began.session).await.unwrap().unwrap();
        assert_eq!(now.answered, Answered::Words, "it went all the way");
        for table in ["flow_session", "flow_answer", "outbox", "job", "audit"] {
            let sql = format!("select count(*) from {table} t where cast(t.* as text) like '%{CANARY}%'");
            let sqlite = match table {
                "flow_session" => "state || id || code",
                "flow_answer" => "answered || outputs || message_id",
                "outbox" => "payload || topic",
                "job" => "payload || kind",
                _ => "did || why",
            };
            let sql = if hub.db.is_postgres() {
                sql
            } else {
                format!("select count(*) from {table} where {sqlite} like '%{CANARY}%'")
            };
            let (found,): (i64,) = hub.db.read(move |tx| tx.one(&sql, args![])).await.unwrap();
            assert_eq!(found, 0, "{table}");
        }
        let _ = day("2026-01-05");
    })
    .await;
}
