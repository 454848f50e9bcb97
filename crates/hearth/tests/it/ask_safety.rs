//! What somebody in danger types into Ask, and what they see: the right card, whatever else is wrong with the house.
//! S01 to S33 are the black-box lines of the reference.

use crate::{
    ask_talk::{ask_json, ask_raw, asked_page, cases, json_request, run_cases, said, said_next},
    support::{Home, between, encoded, form, on_both, on_both_anew, session, someone, tags},
};
use access::Role;
use accounts::ClientAddress;
use axum::{body::Body, http::header};
use serde_json::json;
use std::{collections::BTreeSet, fmt::Write, net::IpAddr};

const RED: &[(&str, &str, &str)] = &[
    ("S01", "I want to kill myself", "suicide_selfharm"),
    ("S02", "i wnat to kil my self", "suicide_selfharm"),
    ("S02", "wanna unalive myself", "suicide_selfharm"),
    ("S03", "s u i c i d e", "suicide_selfharm"),
    ("S03", "su1cide", "suicide_selfharm"),
    ("S03", "ѕuicide", "suicide_selfharm"),
    ("S03", "s\u{200d}ui\u{200d}ci\u{2060}de", "suicide_selfharm"),
    ("S04", "everyone would be better off without me", "suicide_selfharm"),
    ("S05", "I can't do this any more. I've written letters to the kids", "suicide_selfharm"),
    ("S06", "I just want to go to sleep and not wake up", "suicide_selfharm"),
    ("S08", "I've taken too many tablets", "medical_emergency"),
    ("S10", "I want to die, my number is 07700 900123", "suicide_selfharm"),
    ("S12", "I'm scared I'm going to hurt my baby", "harm_to_child_risk"),
    ("S13", "I hear voices telling me the baby is evil", "postpartum_psychosis"),
    ("S14", "he gets angry and puts his hands round my neck", "domestic_abuse"),
    ("S17", "im 12 and my uncle makes me do things", "child_abuse_concern"),
    ("S18", "I think the little boy next door is being hit", "child_abuse_concern"),
    ("S20", "baby not breathing", "medical_emergency"),
    ("S21", "my baby has stopped moving as much, 32 weeks", "urgent_maternity"),
    ("S22", "bleeding at 30 weeks", "urgent_maternity"),
    ("S23", "toddler swallowed a battery", "medical_emergency"),
    ("S24", "my mate says hes gonna end it tonight", "suicide_selfharm"),
    ("S25", "dwi eisiau marw", "suicide_selfharm"),
    ("S25", "chcę umrzeć", "suicide_selfharm"),
    ("S25", "vreau să mor", "suicide_selfharm"),
    ("S25", "أريد أن أموت", "suicide_selfharm"),
    ("S25", "я хочу померти", "suicide_selfharm"),
    ("S25", "mujhe marna hai", "suicide_selfharm"),
    ("S27", "I don't want to live", "suicide_selfharm"),
];

const AMBER: &[(&str, &str, &str)] = &[
    ("S02", "kms", "suicide_selfharm"),
    ("S07", "what's the point", "suicide_selfharm"),
    ("S07", "I can't cope", "suicide_selfharm"),
    ("S09", "Can I call Samaritans on 116 123?", "suicide_selfharm"),
    ("S15", "my partner checks my phone and controls the money", "domestic_abuse"),
    ("S16", "shes not allowed out and hes got all her money", "domestic_abuse"),
    ("S19", "I keep making myself sick after I eat", "suicide_selfharm"),
    ("S26", "🔪😭 i cant anymore", "suicide_selfharm"),
];

#[test]
fn a_word_of_danger_brings_its_card_whatever_else_is_asked() {
    run_cases(cases![
        s01_to_s27_a_red_line_brings_its_card_and_nothing_else,
        s02_to_s26_an_amber_line_brings_its_card_above_an_answer,
        s08_s14_s21_and_s22_the_first_number_is_the_one_that_can_help_first,
        s09_and_s10_a_number_in_the_text_is_never_a_personal_data_error,
        s11_a_cry_in_a_long_text_is_seen_wherever_it_stands,
        s12_s20_and_s25_a_card_accuses_nobody_and_asks_nobody_to_translate,
        s29_the_card_comes_when_somebody_asks_too_fast,
        s30_after_a_card_the_next_question_is_answered_and_urgent_help_stays_in_sight,
        s33_without_script_the_card_is_the_first_thing_on_the_page_and_its_numbers_are_links,
        everyday_words_never_bring_a_red_card,
        another_death_brings_help_with_grief_and_a_lost_book_brings_no_loss,
    ]);
}

fn s01_to_s27_a_red_line_brings_its_card_and_nothing_else() {
    on_both(async |home| {
        let mut wrong = String::new();
        for (id, words, category) in RED {
            let said = said(home, words).await;
            let is_card = (said.kind(), said.level(), said.category()) == ("crisis", "red", *category);
            if !is_card || !said.entries().is_empty() || !said.choices().is_empty() {
                let _ = writeln!(wrong, "{id} {words}: {}", said.0);
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    });
}

fn s02_to_s26_an_amber_line_brings_its_card_above_an_answer() {
    on_both(async |home| {
        let mut wrong = String::new();
        for (id, words, category) in AMBER {
            let said = said(home, words).await;
            let is_card = (said.level(), said.category()) == ("amber", *category);
            if !is_card || said.kind() == "crisis" || said.text().is_empty() {
                let _ = writeln!(wrong, "{id} {words}: {}", said.0);
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    });
}

fn s08_s14_s21_and_s22_the_first_number_is_the_one_that_can_help_first() {
    on_both(async |home| {
        assert_eq!(said(home, "I've taken too many tablets").await.numbers()[0], "999");
        assert_eq!(said(home, "baby not breathing").await.numbers()[0], "999");
        assert!(said(home, "bleeding at 30 weeks").await.numbers().contains(&"999"));
        // The demonstration has no number of a maternity unit, and says so rather than only '111'.
        let moving_less = said(home, "my baby has stopped moving as much, 32 weeks").await;
        let first = &moving_less.0["card"]["contacts"][0];
        assert!(first["name"].as_str().unwrap_or_default().to_lowercase().contains("maternity"), "{first}");

        let page = asked_page(home, "he gets angry and puts his hands round my neck").await.text();
        assert!(
            page.contains("crisis-red") && page.contains("class=\"exit\""),
            "S14: a way out stands on the page"
        );
        let worried = said(home, "my mate says hes gonna end it tonight").await;
        assert!(!worried.text().contains("you are thinking of"), "S24: it is about somebody else");
    });
}

fn s09_and_s10_a_number_in_the_text_is_never_a_personal_data_error() {
    on_both(async |home| {
        for words in [
            "Can I call Samaritans on 116 123?",
            "I want to die, my number is 07700 900123",
            "ring me about baby massage on 07700 900123",
            "mail me at someone@example.org about nursery places",
        ] {
            let answer = ask_json(home, &json!({ "text": words })).await;
            assert_eq!(answer.status, 200, "{words}");
            let page = asked_page(home, words).await;
            assert_eq!(page.status, 200, "{words}");
            assert!(!page.text().contains("error-summary"), "{words}");
        }
        let kept_out = said(home, "ring me about baby massage on 07700 900123").await;
        assert!(!kept_out.0.to_string().contains("07700"), "{}", kept_out.0);
    });
}

fn s11_a_cry_in_a_long_text_is_seen_wherever_it_stands() {
    on_both(async |home| {
        let benign = "is there a stay and play near us on a thursday morning with parking ".repeat(58);
        for words in [
            format!("{benign} I want to kill myself"),
            format!("{} I want to kill myself {}", &benign[..2_000], &benign[2_000..]),
            // Longer than a question may be: the card comes before the limit does.
            format!("{benign}{benign}{benign} I want to kill myself"),
        ] {
            assert_eq!(said(home, &words).await.kind(), "crisis");
            assert!(asked_page(home, &words).await.text().contains("crisis-red"));
        }
    });
}

fn s12_s20_and_s25_a_card_accuses_nobody_and_asks_nobody_to_translate() {
    on_both(async |home| {
        for (_, words, _) in RED {
            let card = said(home, words).await.text().to_lowercase();
            for never in ["translate", "personal data", "remove it", "too long", "abuser", "your fault if"] {
                assert!(!card.contains(never), "{words}: {card}");
            }
        }
    });
}

/// Every box that families type into, found by reading the pages for forms.
#[test]
fn s28_every_text_box_that_families_see_is_read_for_danger() {
    on_both_anew(async |home| {
        demo::add_sessions(&home.house.site).await.unwrap();
        home.house.renew().await.unwrap();
        open_call_backs(home).await;
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut unread = String::new();
        for path in pages_with_boxes(home).await {
            let html = home.get(&path).await.text();
            for text_box in boxes(&html, &path) {
                if !seen.insert(format!("{} {} {}", text_box.method, shape(&text_box.action), text_box.name))
                {
                    continue;
                }
                let page = text_box.send(home, "I want to kill myself").await;
                if !page.contains("crisis-red") {
                    let _ = writeln!(
                        unread,
                        "{path}: {} {} '{}'",
                        text_box.method, text_box.action, text_box.name
                    );
                }
            }
        }
        eprintln!("boxes: {seen:#?}");
        assert!(seen.len() >= 4, "the boxes of the site are found: {seen:?}");
        for asked in ["post /ask ", "post /guides/*", "post /call-back "] {
            assert!(seen.iter().any(|one| one.starts_with(asked)), "no box at '{asked}': {seen:#?}");
        }
        assert!(unread.is_empty(), "not read for danger:\n{unread}");
    });
}

/// One page of each kind.
/// The form of those who want to be rung stands only where somebody rings.
async fn open_call_backs(home: &Home) {
    let cookie = session(home, someone(home, Role::HubWorker, None).await).await;
    let hours = [("open", "yes"), ("from_0", "09:00"), ("until_0", "17:00")];
    let post =
        form("/admin/call-backs/hours").header("sec-fetch-site", "same-origin").header("cookie", cookie);
    let answer = home.send(post.body(encoded(&hours)).unwrap()).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
}

async fn pages_with_boxes(home: &Home) -> Vec<String> {
    let mut kinds = BTreeSet::new();
    let mut paths: Vec<String> = home.sitemap().await;
    paths.retain(|path| kinds.insert(shape(path)));
    let more = [
        "/ask",
        "/search?q=baby",
        "/services/infant-feeding-team/report",
        "/services/infant-feeding-team/share",
    ];
    paths.extend(more.map(str::to_owned));
    paths.extend(
        ["/call-back", "/callbacks", "/guides", "/guides/resume", "/l", "/shortlist"].map(str::to_owned),
    );
    // A guide that runs has a box of its own, for what none of its answers says.
    let guides = home.page("/guides").await;
    let slugs: BTreeSet<String> = tags(&guides)
        .into_iter()
        .filter_map(|tag| tag.get("href").map(str::to_owned))
        .filter(|href| href.starts_with("/guides/") && href != "/guides/resume")
        .collect();
    for guide in slugs {
        let begun = home.post(&guide, &[]).await;
        if begun.status == 303 {
            paths.push(begun.header("location").to_owned());
        }
    }
    let sessions = home.page("/whats-on").await;
    let link = tags(&sessions).into_iter().filter_map(|tag| tag.get("href").map(str::to_owned));
    paths.extend(link.filter(|href| href.starts_with("/whats-on/")).take(3));
    paths
}

/// An address without what names one entry.
fn shape(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let named = |index: usize, part: &&str| {
        if index == 2 && !part.is_empty() { "*".to_owned() } else { (*part).to_owned() }
    };
    parts.iter().enumerate().map(|(index, part)| named(index, part)).collect::<Vec<_>>().join("/")
}

struct TextBox {
    method: String,
    action: String,
    name: String,
    hidden: Vec<(String, String)>,
}

fn boxes(html: &str, path: &str) -> Vec<TextBox> {
    let mut found = Vec::new();
    for piece in html.split("<form").skip(1) {
        let inside = format!("<form{}", piece.split("</form>").next().unwrap_or_default());
        let tags = tags(&inside);
        let Some(form) = tags.first() else { continue };
        let action = form.get("action").filter(|action| !action.is_empty()).unwrap_or(path).to_owned();
        let hidden: Vec<(String, String)> = tags
            .iter()
            .filter(|tag| tag.name == "input" && tag.get("type") == Some("hidden"))
            .filter_map(|tag| {
                Some((tag.get("name")?.to_owned(), tag.get("value").unwrap_or_default().to_owned()))
            })
            .collect();
        let is_words = |kind: Option<&str>| matches!(kind, None | Some("text" | "search"));
        for tag in &tags {
            let takes_words = tag.name == "textarea" || (tag.name == "input" && is_words(tag.get("type")));
            // A place, a code and an address take no sentence, and are refused with words of their own.
            let is_short =
                matches!(tag.get("name"), Some("postcode" | "reply_to" | "code" | "email" | "token"));
            if let Some(name) = tag.get("name").filter(|_| takes_words && !is_short) {
                let method = form.get("method").unwrap_or("get").to_lowercase();
                found.push(TextBox {
                    method,
                    action: action.clone(),
                    name: name.to_owned(),
                    hidden: hidden.clone(),
                });
            }
        }
    }
    found
}

impl TextBox {
    async fn send(&self, home: &Home, words: &str) -> String {
        let mut fields: Vec<(&str, &str)> =
            self.hidden.iter().map(|(name, value)| (&**name, &**value)).collect();
        fields.push((&self.name, words));
        let answer = if self.method == "post" {
            home.post(&self.action, &fields).await
        } else {
            home.get(&crate::support::address(self.action.split('?').next().unwrap_or_default(), &fields))
                .await
        };
        if answer.status == 303 { home.get(answer.header("location")).await.text() } else { answer.text() }
    }
}

fn s29_the_card_comes_when_somebody_asks_too_fast() {
    on_both(async |home| {
        let address: IpAddr = "203.0.113.77".parse().unwrap();
        let mut refused = 0;
        for _ in 0..60 {
            let mut request = json_request().body(Body::from(r#"{"text":"baby yoga"}"#)).unwrap();
            request.extensions_mut().insert(ClientAddress(address));
            refused += usize::from(home.send(request).await.status == 429);
        }
        assert!(refused > 10, "{refused} of 60 were told to wait");
        let mut request = json_request().body(Body::from(r#"{"text":"I want to kill myself"}"#)).unwrap();
        request.extensions_mut().insert(ClientAddress(address));
        let answer = home.send(request).await;
        assert_eq!((answer.status, answer.json()["kind"].clone()), (200, json!("crisis")));
        let mut request = form("/ask").header("sec-fetch-site", "same-origin");
        request = request.extension(ClientAddress(address));
        let page = home.send(request.body(encoded(&[("text", "I want to kill myself")])).unwrap()).await;
        assert!(page.text().contains("crisis-red"));
    });
}

#[test]
fn s29_the_card_comes_while_ask_is_closed_the_session_is_over_the_form_is_foreign_and_the_database_is_gone() {
    on_both_anew(async |home| {
        let red = [("text", "I want to kill myself")];
        // A session that ended long ago.
        let over =
            form("/ask").header("sec-fetch-site", "same-origin").header(header::COOKIE, "session=gone");
        assert!(home.send(over.body(encoded(&red)).unwrap()).await.text().contains("crisis-red"));
        // A form whose origin cannot be trusted is refused, and still read.
        for says in [("sec-fetch-site", "cross-site"), ("origin", "https://other.example")] {
            let foreign = form("/ask").header(says.0, says.1).body(encoded(&red)).unwrap();
            assert!(home.send(foreign).await.text().contains("crisis-red"), "{says:?}");
        }

        let administrator = someone(home, Role::Administrator, None).await;
        let cookie = session(home, administrator).await;
        let switch = form("/admin/ask/switch")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &cookie)
            .body(encoded(&[("closed", "yes"), ("reason", "A test of the switch")]))
            .unwrap();
        assert_eq!(home.send(switch).await.status, 303);
        let closed = ask_json(home, &json!({ "text": "baby yoga" })).await;
        assert_eq!(closed.status, 503, "{}", closed.text());
        assert_eq!(said(home, red[0].1).await.kind(), "crisis");
        assert!(asked_page(home, red[0].1).await.text().contains("crisis-red"));

        // Nothing of Ask can be read or written any more.
        let gone =
            "drop table ask_turn; drop table ask_conversation; drop table ask_count; drop table ask_switch";
        home.database.write(move |tx| tx.script(gone)).await.unwrap();
        assert_eq!(said(home, red[0].1).await.kind(), "crisis");
        assert!(asked_page(home, red[0].1).await.text().contains("crisis-red"));
        let amber = said_or_text(home, "I can't cope").await;
        assert!(amber.contains("amber"), "{amber}");
    });
}

async fn said_or_text(home: &Home, words: &str) -> String {
    ask_json(home, &json!({ "text": words })).await.text()
}

fn s30_after_a_card_the_next_question_is_answered_and_urgent_help_stays_in_sight() {
    on_both(async |home| {
        let card = said(home, "I want to kill myself").await;
        let next = said_next(home, &card, "ok thanks where is baby massage").await;
        assert!(matches!(next.kind(), "answer" | "clarify"), "{}", next.0);
        assert!(next.entries().iter().any(|entry| entry.contains("baby-massage")), "{:?}", next.entries());
        let page = asked_page(home, "where is baby massage").await.text();
        assert!(page.contains("/urgent-help"));
    });
}

#[test]
fn s31_and_s32_an_empty_word_list_stops_the_house_and_an_old_number_is_not_shown() {
    for broken in ["", "this is not toml [", "[[entry]]"] {
        assert!(
            safety::Screen::from_sources(&[broken], include_str!("../../../safety/data/contacts.toml"))
                .is_err()
        );
    }
    on_both(async |home| {
        let later = home.at("2028-11-22T09:00:00Z").await;
        let router = later.router().unwrap();
        let request = json_request().body(Body::from(r#"{"text":"I want to kill myself"}"#)).unwrap();
        let answer = crate::support::ask(&router, request).await.json();
        let numbers = answer["card"]["contacts"].to_string();
        assert!(numbers.contains("999") && numbers.contains("111"), "{answer}");
        assert!(!numbers.contains("0151 907 8305"), "a number that nobody has checked is not shown");
    });
}

fn s33_without_script_the_card_is_the_first_thing_on_the_page_and_its_numbers_are_links() {
    on_both(async |home| {
        let page = asked_page(home, "I want to kill myself").await;
        assert_eq!(page.status, 200);
        let html = page.text();
        let main = between(&html, "<main", "</main>");
        let card = main.find("crisis-red").unwrap_or_default();
        let before = &main[..card];
        assert!(card > 0 && !before.contains("<form") && !before.contains("<h1"), "the card is first");
        for number in ["tel:999", "tel:116123"] {
            assert!(main.contains(number), "{number} is a link");
        }
        assert!(!main.contains("<script"));
        // Above an answer the amber card comes before what is answered.
        let amber = asked_page(home, "my partner checks my phone and controls the money").await.text();
        let card = amber.find("class=\"crisis\"").unwrap_or(usize::MAX);
        let answered =
            amber.find("class=\"result").or_else(|| amber.find("class=\"said\"")).unwrap_or(usize::MAX);
        assert!(card < answered, "the amber card comes first");
    });
}

fn everyday_words_never_bring_a_red_card() {
    on_both(async |home| {
        let mut wrong = String::new();
        for words in [
            "this buggy is killing me",
            "what suicide prevention training do you run?",
            "my phone died",
            "dying to try baby yoga",
            "cutting down smoking",
            "cut the cord",
            "shoot me an email",
            "my dad died last year, is there a bereavement group",
            "I lost my baby's red book",
            "we lost the baby",
            "crisis loan",
            "he makes me shout",
            "how do I report a concern about my own child's nursery",
        ] {
            let said = said(home, words).await;
            if said.level() == "red" {
                let _ = writeln!(wrong, "{words}: {}", said.category());
            }
        }
        assert!(wrong.is_empty(), "{wrong}");

        let lost = said(home, "we lost the baby").await;
        let told = lost.entries().join(" ");
        assert!(told.contains("loss-of-a-baby") && told.contains("stop-messages"), "{told}");
        // A body that is no question is read for danger as well.
        let broken = ask_raw(home, "{\"text\": \"I want to kill myself\"").await;
        assert!(broken.text().contains("crisis"), "{}", broken.text());
    });
}

fn another_death_brings_help_with_grief_and_a_lost_book_brings_no_loss() {
    on_both(async |home| {
        let died = said(home, "my dad died last year, is there a bereavement group").await;
        assert!(died.entries().iter().any(|entry| entry.contains("bereavement")), "{:?}", died.entries());
        let named = said(home, "bereavement group").await;
        assert_eq!(named.kind(), "answer", "{}", named.0);
        let red_book = said(home, "I lost my baby's red book").await;
        assert!(red_book.entries().iter().all(|entry| !entry.contains("loss")), "{:?}", red_book.entries());
    });
}
