//! 'Is something wrong here?': nothing typed is lost, nothing is kept twice, and danger is heard first.

use crate::support::{Answer, Home, encoded, form, on_both, on_both_anew, unescaped};
use axum::body::Body;
use store::args;

const FORM: &str = "/services/infant-feeding-team/report";
const DANGER: &str = "the number is wrong and i want to kill myself";

#[test]
fn an_empty_form_comes_back_with_what_to_do() {
    on_both(async |home| {
        let answer = home.post(FORM, &[("what", ""), ("words", "")]).await;
        let html = answer.text();
        assert_eq!(answer.status, 422);
        assert!(
            html.contains("There is a problem")
                && html.contains("<a href=\"#what\">Choose what is wrong</a>")
        );
        assert!(html.contains("id=\"what-error\"") && html.contains("<title>Error: "));
        let other = home.post(FORM, &[("what", "other"), ("reply_to", "not an address")]).await;
        let html = other.text();
        assert_eq!(other.status, 422);
        assert!(html.contains("href=\"#words\"") && html.contains("href=\"#reply_to\""));
        assert_eq!(field(&html, "reply_to"), "not an address");
        assert!(html.contains("value=\"other\" checked"), "the answer that was given stays chosen");
    });
}

#[test]
fn everything_typed_is_put_back_letter_for_letter() {
    on_both(async |home| {
        let hard = "\"Quotes\" & 'more' </textarea><script>alert(1)</script> &amp; 👩🏽‍🍼 e\u{301}\r\nسلام\t<b>";
        let filler = "é".repeat(2_001 - hard.chars().count());
        let long = format!("{hard}{filler}");
        let fields = [
            ("what", "phone"),
            ("words", long.as_str()),
            ("reply_to", "\"><img src=x>@<b>"),
            ("form_key", "a\"b<c"),
        ];
        let answer = home.post(FORM, &fields).await;
        let html = answer.text();
        assert_eq!(answer.status, 422);
        assert!(html.contains("You have 2001"), "the letters are counted as people count them");
        assert_eq!(words_in(&html), long);
        assert_eq!(field(&html, "reply_to"), "\"><img src=x>@<b>");
        assert!(!html.contains("<script>alert") && !html.contains("<img src=x>"));
    });
}

#[test]
fn a_report_is_thanked_with_a_reference_and_kept_once_however_often_it_is_sent() {
    on_both_anew(async |home| {
        let page = home.page(FORM).await;
        let key = field(&page, "form_key");
        let words = "It's \"closed\" <now> 🙂";
        let fields =
            [("what", "closed"), ("words", words), ("reply_to", "someone@example.org"), ("form_key", &key)];
        let first = home.post(FORM, &fields).await;
        assert_eq!(first.status, 303, "{}", first.text());
        let thanks = home.page(first.header("location")).await;
        assert!(thanks.contains("Thank you. The team has it") && thanks.contains(&reference(&first)));
        let reference = reference(&first);
        let eight = tokio::join!(
            home.post(FORM, &fields),
            home.post(FORM, &fields),
            home.post(FORM, &fields),
            home.post(FORM, &fields),
        );
        for again in [eight.0, eight.1, eight.2, eight.3] {
            assert_eq!((again.status, self::reference(&again)), (303, reference.clone()));
        }
        let kept: Vec<(String, String, String, Option<String>, String)> = home
            .database
            .read(|tx| {
                tx.all("select reference, field, words, reply_to, safety_level from problem_report", args![])
            })
            .await
            .unwrap();
        let wanted = (
            reference,
            "closed".to_owned(),
            words.to_owned(),
            Some("someone@example.org".to_owned()),
            "clear".to_owned(),
        );
        assert_eq!(kept, [wanted]);
        assert_eq!(announced(home).await, 1, "announced once, in the same transaction");
    });
}

#[test]
fn the_same_form_sent_twice_at_the_same_moment_is_kept_once() {
    on_both_anew(async |home| {
        let key = field(&home.page(FORM).await, "form_key");
        let fields = [("what", "hours"), ("words", "Shut on Mondays"), ("form_key", &key)];
        let sent = tokio::join!(
            home.post(FORM, &fields),
            home.post(FORM, &fields),
            home.post(FORM, &fields),
            home.post(FORM, &fields),
            home.post(FORM, &fields),
            home.post(FORM, &fields),
            home.post(FORM, &fields),
            home.post(FORM, &fields),
        );
        let answers = [sent.0, sent.1, sent.2, sent.3, sent.4, sent.5, sent.6, sent.7];
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [303; 8]);
        let mut references: Vec<String> = answers.iter().map(reference).collect();
        references.dedup();
        assert_eq!(references.len(), 1, "{references:?}");
        assert_eq!((reports(home).await, announced(home).await), (1, 1));
    });
}

#[test]
fn a_form_that_is_corrected_after_going_back_is_heard_as_well() {
    on_both_anew(async |home| {
        let key = field(&home.page(FORM).await, "form_key");
        let first = [("what", "hours"), ("words", "Shut on Mondays"), ("form_key", key.as_str())];
        let second = [("what", "hours"), ("words", "Shut on Tuesdays, I meant"), ("form_key", key.as_str())];
        let one = reference(&home.post(FORM, &first).await);
        let other = reference(&home.post(FORM, &second).await);
        assert_ne!(one, other);
        assert_eq!(reference(&home.post(FORM, &second).await), other, "a double press");
        assert_eq!(reference(&home.post(FORM, &first).await), one);
        assert_eq!((reports(home).await, announced(home).await), (2, 2));
    });
}

#[test]
fn a_report_with_words_of_danger_shows_the_card_and_waits_for_the_person() {
    on_both_anew(async |home| {
        let key = field(&home.page(FORM).await, "form_key");
        let shown = home.post(FORM, &[("what", "phone"), ("words", DANGER), ("form_key", &key)]).await;
        let html = shown.text();
        assert_eq!(shown.status, 200);
        assert!(html.contains("crisis-red") && html.find("crisis-red") < html.find("<form method=\"post\""));
        assert_eq!((words_in(&html).as_str(), field(&html, "form_key")), (DANGER, key.clone()));
        assert_eq!((reports(home).await, announced(home).await), (0, 0), "nothing is kept unasked");
        let seen = field(&html, "seen");
        let sent = home
            .post(FORM, &[("what", "phone"), ("words", DANGER), ("form_key", &key), ("seen", &seen)])
            .await;
        let html = home.page(sent.header("location")).await;
        assert!(sent.status == 303 && html.contains("crisis-red") && html.contains("Thank you"));
        let level: (String,) = home
            .database
            .read(|tx| tx.one("select safety_level from problem_report", args![]))
            .await
            .unwrap();
        assert_eq!(level.0, "red");
        let hidden = home.post(FORM, &[("what", "phone"), ("reply_to", DANGER)]).await;
        assert!(hidden.text().contains("crisis-red"), "every box is read");
    });
}

#[test]
fn a_form_that_is_not_from_our_page_is_refused_and_still_read_for_danger() {
    on_both_anew(async |home| {
        let calm = [("what", "phone"), ("words", "wrong number")];
        let danger = [("what", "phone"), ("words", DANGER)];
        let silent = home.send(form(FORM).body(encoded(&calm)).unwrap()).await;
        assert!(silent.status == 403 && !silent.text().contains("class=\"crisis"));
        let silent = home.send(form(FORM).body(encoded(&danger)).unwrap()).await;
        assert!(silent.status == 403 && silent.text().contains("crisis-red"));
        for (header, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("referer", "https://evil.example/hub.example.org"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let answer = home.send(form(FORM).header(header, value).body(encoded(&danger)).unwrap()).await;
            assert!(answer.status == 403 && answer.text().contains("crisis-red"), "{header}: {value}");
        }
        assert_eq!(reports(home).await, 0);
        let ours = form(FORM).header("origin", "https://hub.example.org").body(encoded(&calm)).unwrap();
        assert_eq!(home.send(ours).await.status, 303);
        let both =
            form(FORM).header("origin", "https://hub.example.org").header("sec-fetch-site", "cross-site");
        assert_eq!(home.send(both.body(encoded(&calm)).unwrap()).await.status, 403);
    });
}

#[test]
fn a_form_of_more_than_64_kilobytes_is_too_long_to_take() {
    on_both(async |home| {
        let long = "a".repeat(70_000);
        let answer = home.post(FORM, &[("what", "phone"), ("words", &long)]).await;
        assert!(answer.status == 413 && answer.text().contains("too long"));
        let odd = form(FORM).header("sec-fetch-site", "same-origin");
        let answer = home.send(odd.body(Body::from(vec![0xff_u8; 60_000])).unwrap()).await;
        assert_eq!(answer.status, 422, "bytes that are no words are a form without an answer");
    });
}

#[test]
fn reports_are_forgotten_ninety_days_after_they_were_settled() {
    on_both_anew(async |home| {
        for words in ["settled 91 days ago", "settled 89 days ago", "not settled"] {
            assert_eq!(home.post(FORM, &[("what", "cost"), ("words", words)]).await.status, 303);
        }
        let now = home.house.site.clock().now();
        home.database
            .write(move |tx| {
                for (days, words) in [(91, "settled 91 days ago"), (89, "settled 89 days ago")] {
                    let settled = now.checked_sub(kernel::Span::new().hours(24 * days))?;
                    let change =
                        "update problem_report set settled_at = $1, outcome = 'right' where words = $2";
                    assert_eq!(tx.exec(change, args![settled, words])?, 1);
                }
                Ok(())
            })
            .await
            .unwrap();
        assert!(home.house.runner().run_until_empty().await.unwrap() >= 1, "the job is on the daily list");
        let left: Vec<(String,)> = home
            .database
            .read(|tx| tx.all("select words from problem_report order by words", args![]))
            .await
            .unwrap();
        let left: Vec<&str> = left.iter().map(|(words,)| words.as_str()).collect();
        assert_eq!(left, ["not settled", "settled 89 days ago"]);
    });
}

/// The value of a one-line field.
fn field(html: &str, name: &str) -> String {
    crate::support::tags(html)
        .into_iter()
        .find(|tag| tag.name == "input" && tag.get("name") == Some(name))
        .and_then(|tag| tag.get("value").map(str::to_owned))
        .unwrap_or_default()
}

/// What stands in the box, as a browser reads it: one line break right after its start does not count.
fn words_in(html: &str) -> String {
    let inside = html.split_once("<textarea").and_then(|(_, rest)| rest.split_once('>')).unwrap().1;
    let inside = inside.split("</textarea>").next().unwrap_or_default();
    unescaped(inside.strip_prefix('\n').unwrap_or(inside))
}

fn reference(answer: &Answer) -> String {
    let reference = answer.header("location").split("?sent=").nth(1).unwrap_or_default().to_owned();
    assert_eq!(reference.len(), 8, "a reference of eight letters");
    reference
}

async fn reports(home: &Home) -> i64 {
    let (count,): (i64,) =
        home.database.read(|tx| tx.one("select count(*) from problem_report", args![])).await.unwrap();
    count
}

async fn announced(home: &Home) -> i64 {
    let (count,): (i64,) = home
        .database
        .read(|tx| tx.one("select count(*) from outbox where topic = 'problem_reported'", args![]))
        .await
        .unwrap();
    count
}
