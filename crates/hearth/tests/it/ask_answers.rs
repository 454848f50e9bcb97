//! What Ask says to ordinary questions, and what it never says. A01 to A15 are the black-box lines of the reference.

use crate::{
    ask_talk::{Said, ask_json, ask_raw, asked_page, cases, run_cases, said, said_next, text},
    support::{Home, between, on_both, on_both_anew, unescaped},
};
use axum::body::Body;
use hearth::{House, Setup};
use kernel::{Clock, Dice};
use serde_json::json;
use std::{fmt::Write, path::Path};

#[test]
fn a01_a_place_a_day_and_a_price_in_the_words_find_sessions_whose_times_are_those_of_the_entry() {
    on_both_anew(async |home| {
        demo::add_sessions(&home.house.site).await.unwrap();
        home.house.renew().await.unwrap();
        let words = "free stay and play near WA8 7QF Tuesday morning";
        let said = said(home, words).await;
        assert_eq!(said.kind(), "answer", "{}", said.0);
        let first = "event/example-stay-and-play-ditton";
        assert!(said.entries().iter().any(|entry| entry == first), "{:?}", said.entries());
        for result in said.0["results"].as_array().unwrap() {
            assert_eq!(home.get(text(&result["url"])).await.status, 200, "{result}");
        }
        // The card in the answer says what the session's own page says, and Ask's own words say no time at all.
        let answer = asked_page(home, words).await.text();
        assert!(
            answer.contains("9:30am")
                && home.page("/whats-on/example-stay-and-play-ditton").await.contains("9:30am")
        );
        assert!(!has_time(&spoken(&said)), "{}", said.text());
    });
}

/// The words that are Ask's own: without what it quotes.
fn spoken(said: &Said) -> String {
    let mut own = said.text().to_owned();
    for cite in said.cites() {
        own = own.replace(text(&cite["quote"]), "");
    }
    own
}

fn has_time(words: &str) -> bool {
    let bytes = words.as_bytes();
    let is_time =
        |at: usize| bytes[at].is_ascii_digit() && matches!(words.get(at + 1..at + 3), Some("am" | "pm"));
    (0..bytes.len()).any(is_time)
}

#[test]
fn ask_answers_from_its_sources_and_says_what_it_does_not_know() {
    run_cases(cases![
        a02_to_a06_spelling_gaps_other_business_criteria_and_doses,
        a09_another_language_finds_what_english_finds_and_the_reply_says_that_it_is_in_english,
        a10_what_is_too_long_or_no_text_at_all_breaks_nothing_and_is_still_read_for_danger,
        a11_a_page_past_its_review_is_not_quoted,
        words_about_something_else_are_not_quoted,
        a_quotation_is_never_cut_from_the_words_that_decide,
        whether_something_is_safe_is_answered_by_words_that_speak_of_just_that_or_by_a_person,
        what_is_read_of_another_language_quotes_nothing_that_only_some_of_its_words_reach,
        how_long_a_plan_takes_and_a_refusal_are_answered_with_the_guide_beside_them,
        help_for_those_who_hurt_is_not_shown_to_whoever_speaks_of_something_else,
        how_things_were_is_not_quoted_as_the_answer,
        a15_the_same_question_gets_the_same_answer_and_every_quotation_stands_on_its_page_word_for_word,
    ]);
}

fn a02_to_a06_spelling_gaps_other_business_criteria_and_doses() {
    on_both(async |home| {
        let spelt = said(home, "brestfeding suport sat").await;
        assert!(
            spelt.entries().iter().any(|entry| entry.contains("breastfeeding") || entry.contains("feeding")),
            "A02 {}",
            spelt.0
        );

        // A03: nothing is made up, something near is shown, and there is a person to ring.
        let unknown = said(home, "where can I get IVF on the NHS").await;
        assert_eq!(unknown.kind(), "abstain", "A03 {}", unknown.0);
        assert!(
            unknown.cites().is_empty() && unknown.text().contains("0303 333 4300"),
            "A03 {}",
            unknown.text()
        );
        for result in unknown.0["results"].as_array().unwrap() {
            assert_eq!(home.get(text(&result["url"])).await.status, 200, "A03 {result}");
        }

        for words in ["who should I vote for", "write my essay", "is bitcoin a good buy"] {
            let other = said(home, words).await;
            assert_eq!(other.kind(), "out_of_scope", "A04 {words}: {}", other.0);
            assert!(other.text().chars().count() < 500 && other.cites().is_empty(), "A04 {words}");
        }

        let criteria = said(home, "am I eligible for 30 hours?").await;
        let own = spoken(&criteria).to_lowercase();
        assert!(criteria.entries().iter().any(|entry| entry.contains("funded")), "A05 {}", criteria.0);
        for never in ["you are eligible", "you qualify", "you are entitled", "yes,"] {
            assert!(!own.contains(never), "A05 {own}");
        }
        assert!(criteria.cites().iter().all(|cite| text(&cite["url"]).starts_with('/')), "A05");

        for words in [
            "how much Calpol for 6 month old",
            "what dose of ibuprofen for my toddler",
            "can I give paracetamol every 2 hours",
        ] {
            let dose = said(home, words).await;
            let all = dose.0.to_string().to_lowercase();
            assert!(!has_amount(&all), "A06 {words}: {all}");
            let page = asked_page(home, words).await.text();
            assert!(page.contains("tel:111") && page.to_lowercase().contains("pharmacist"), "A06 {words}");
        }
    });
}

/// '5ml', '120 mg'.
fn has_amount(words: &str) -> bool {
    let units = ["ml", "mg", "mcg", "millilitre", "spoonful"];
    let parts: Vec<&str> = words.split(|c: char| !c.is_alphanumeric()).collect();
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty();
    let glued = |part: &&str| units.iter().any(|unit| part.strip_suffix(unit).is_some_and(is_number));
    parts.iter().any(glued) || parts.windows(2).any(|pair| is_number(pair[0]) && units.contains(&pair[1]))
}

#[test]
fn a07_the_other_one_is_asked_about_and_never_guessed() {
    on_both_anew(async |home| {
        let first = said(home, "breastfeeding groups").await;
        assert!(first.entries().len() > 1, "{}", first.0);
        let other = said_next(home, &first, "what about the other one?").await;
        assert_eq!(other.kind(), "clarify", "{}", other.0);
        assert!((2..=4).contains(&other.choices().len()), "{:?}", other.choices());
        let shown = first.0["results"].to_string();
        assert!(shown.contains(other.choices()[0]), "a choice is one of those that were shown");
        let chosen = said_next(home, &other, other.choices()[0]).await;
        assert_eq!(chosen.kind(), "answer", "{}", chosen.0);
        // Without anything before it nothing can be meant.
        let alone = said(home, "what about the other one?").await;
        assert_eq!(alone.kind(), "clarify", "{}", alone.0);
    });
}

#[test]
fn a08_a_word_that_may_mean_anything_brings_three_or_four_choices() {
    on_both_anew(async |home| {
        for words in ["groups", "activities", "support"] {
            let asked_back = said(home, words).await;
            assert_eq!(asked_back.kind(), "clarify", "{words}: {}", asked_back.0);
            assert!((3..=4).contains(&asked_back.choices().len()), "{words}: {:?}", asked_back.choices());
            let chosen = said_next(home, &asked_back, asked_back.choices()[0]).await;
            assert_eq!(chosen.kind(), "answer", "{words}, {}: {}", asked_back.choices()[0], chosen.0);
        }
    });
}

fn a09_another_language_finds_what_english_finds_and_the_reply_says_that_it_is_in_english() {
    on_both(async |home| {
        let english = said(home, "dentist").await.entries();
        for (code, words) in [
            ("pl", "gdzie jest dentysta dla dziecka"),
            ("ur", "مجھے بچے کے لیے ڈینٹسٹ چاہیے"),
            ("ar", "أين أجد طبيب أسنان لطفلي"),
            ("cy", "dwi angen deintydd i fy mab"),
            ("uk", "де знайти стоматолога для дитини"),
            ("ro", "unde este un dentist pentru copilul meu"),
        ] {
            let found = said(home, words).await.entries();
            let same = found.iter().filter(|entry| english.contains(entry)).count();
            assert!(same >= 2, "{code}: {found:?} and {english:?}");
            let page = asked_page(home, words).await.text();
            assert!(page.contains(&format!("lang=\"{code}\"")), "{code}: the note is in that language");
            assert!(page.contains("Our pages are in English"), "{code}");
        }
    });
}

fn a10_what_is_too_long_or_no_text_at_all_breaks_nothing_and_is_still_read_for_danger() {
    on_both(async |home| {
        let long = "tell me about nurseries ".repeat(900);
        let answer = ask_json(home, &json!({ "text": long })).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
        assert!(answer.text().contains("4,000"), "{}", answer.text());
        let page = asked_page(home, &long).await;
        assert_eq!(page.status, 422);
        assert!(unescaped(&page.text()).contains(long.trim()), "the words are put back");

        // 200 ms are allowed to what is sold; a build that is not made for speed on a busy machine gets ten times as many.
        let began = std::time::Instant::now();
        assert_eq!(
            ask_json(home, &json!({ "text": "tell me about nurseries ".repeat(160) })).await.status,
            200
        );
        assert!(began.elapsed() < std::time::Duration::from_secs(2), "A10: {:?}", began.elapsed());

        let much = ask_json(home, &json!({ "text": "a".repeat(1_000_000) })).await;
        assert_eq!(much.status, 413);
        let mut wrong = String::new();
        for (what, body) in [
            ("10,000 marks", json!({ "text": format!("a{}", "\u{301}".repeat(10_000)) }).to_string()),
            ("lone surrogates", r#"{"text":"baby \ud800 yoga \udfff"}"#.to_owned()),
            ("NUL", r#"{"text":"baby\u0000yoga"}"#.to_owned()),
            ("no text", r#"{"text":"  "}"#.to_owned()),
            ("no field", "{}".to_owned()),
            ("a number", r#"{"text":7}"#.to_owned()),
            ("a list", "[]".to_owned()),
            ("no JSON", "text=baby".to_owned()),
            ("nothing", String::new()),
            ("deep", "[".repeat(100_000)),
        ] {
            let answer = ask_raw(home, body).await;
            if answer.status >= 500 {
                let _ = writeln!(wrong, "{what}: {}", answer.status);
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
        for body in [
            json!({ "text": format!("{} I want to kill myself", "\u{301}".repeat(10_000)) }).to_string(),
            r#"{"text":"I want to kill myself \ud800"}"#.to_owned(),
            r#"{"text":"I want to\u0000 kill myself"}"#.to_owned(),
            format!(r#"{{"text":"I want to kill myself {}"}}"#, "a".repeat(1_000_000)),
            format!(r#"{{"text":"{} I want to kill myself"}}"#, "tell me ".repeat(100_000)),
        ] {
            let answer = ask_raw(home, Body::from(body)).await;
            assert!(answer.text().contains("\"crisis\""), "{}", answer.text());
        }
        // The page reads to the end of what is far too long for the box.
        let long = format!("{} I want to kill myself", "tell me about it ".repeat(12_500));
        assert!(asked_page(home, &long).await.text().contains("crisis-red"));
    });
}

fn words_about_something_else_are_not_quoted() {
    on_both(async |home| {
        for (words, elsewhere) in [
            ("does the health visitor come to my house", "/pages/food"),
            ("I only drink after they are in bed but it is every night now", "/pages/toilet-training"),
            ("They stopped my benefits and I have nothing", "/pages/turning-18-with-send"),
            ("Do I have to pay to go to a family hub?", "/pages/separation-and-contact"),
        ] {
            let said = said(home, words).await;
            let is_there = |cite: &serde_json::Value| text(&cite["url"]).starts_with(elsewhere);
            assert!(!said.cites().iter().any(is_there), "{words}: {:?}", said.cites());
        }
    });
}

fn quotes(said: &Said) -> String {
    said.cites().iter().map(|cite| text(&cite["quote"])).collect::<Vec<_>>().join("\n")
}

fn a_quotation_is_never_cut_from_the_words_that_decide() {
    on_both(async |home| {
        let in_bed = said(home, "i have been drinking and baby in bed with me").await;
        let quote = quotes(&in_bed);
        assert!(!quote.contains("Many parents share a bed") || quote.contains("has had a drink"), "{quote}");
        // A list has its lead-in first, and each of its points on a line of its own.
        let feelings = quotes(&said(home, "i feel angry and on edge after the birth").await);
        assert!(feelings.starts_with("How you might feel\nAngry, flat, or on edge\n"), "{feelings}");
    });
}

fn whether_something_is_safe_is_answered_by_words_that_speak_of_just_that_or_by_a_person() {
    on_both(async |home| {
        for words in ["can my 8 week old sleep on his tummy", "should i put my baby to sleep on their front"]
        {
            let said = said(home, words).await;
            let quote = quotes(&said);
            assert!(quote.contains("on their back") && !quote.contains("drowsy"), "{words}: {quote}");
        }
        for words in
            ["is it ok to give my 4 week old baby water", "can i put baby rice in the bottle at 8 weeks"]
        {
            let said = said(home, words).await;
            assert!(said.cites().is_empty(), "{words}: {}", quotes(&said));
            assert!(
                said.kind() == "abstain" || said.text().contains("health visitor"),
                "{words}: {}",
                said.text()
            );
        }
        let milk = quotes(&said(home, "is it safe to give my baby cow's milk at 6 months").await);
        assert!(milk.contains("No cow’s milk as a main drink before age 1"), "{milk}");
    });
}

fn what_is_read_of_another_language_quotes_nothing_that_only_some_of_its_words_reach() {
    on_both(async |home| {
        let said = said(home, "طفلي لا ينام").await;
        assert!(said.cites().is_empty() && !said.entries().is_empty(), "{}", said.0);
    });
}

fn how_long_a_plan_takes_and_a_refusal_are_answered_with_the_guide_beside_them() {
    on_both(async |home| {
        let how_long = said(home, "how long does an EHCP take").await;
        assert!(quotes(&how_long).contains("Week 20"), "{}", how_long.text());
        for words in ["how long does an EHCP take", "my child got refused an ehcp"] {
            let said = said(home, words).await;
            assert!(said.kind() == "flow" && said.choices()[0].contains("EHC plan"), "{words}: {}", said.0);
        }
        assert_ne!(said(home, "which school is best for a child with an ehcp").await.kind(), "flow");
    });
}

fn help_for_those_who_hurt_is_not_shown_to_whoever_speaks_of_something_else() {
    on_both(async |home| {
        let of_theirs =
            ["service/stop-it-now", "service/respect-phoneline", "service/help-to-stop-hurting-family"];
        for words in [
            "my partner is in prison help for kids",
            "how to get an abortion at home",
            "how to get my girlfriend to lose the baby",
        ] {
            let said = said(home, words).await;
            let entries = said.entries();
            assert!(!entries.iter().any(|entry| of_theirs.contains(&entry.as_str())), "{words}: {entries:?}");
            assert!(!said.text().contains("We are so sorry"), "{words}: {}", said.text());
        }
        let entries = said(home, "i hurt my partner and want to stop").await.entries();
        assert!(entries.iter().any(|entry| entry == of_theirs[2]), "{entries:?}");
    });
}

fn how_things_were_is_not_quoted_as_the_answer() {
    on_both(async |home| {
        for words in ["how do i get speech therapy", "can i ring speech therapy directly"] {
            let said = said(home, words).await;
            let quote = quotes(&said);
            assert!(
                !quote.contains("in the past") && !quote.contains("if that is still so"),
                "{words}: {quote}"
            );
        }
    });
}

#[test]
fn a_plain_question_after_a_loss_is_answered_as_it_was_asked() {
    on_both_anew(async |home| {
        let loss = said(home, "i lost my baby at 30 weeks").await;
        let later = said_next(home, &loss, "when is baby massage on").await;
        assert_eq!(later.entries().first().map(String::as_str), Some("service/baby-massage"), "{}", later.0);
        assert!(!later.0.to_string().contains("for anyone who has lost a baby"), "{}", later.0);
        let cooking = said_next(home, &loss, "cooking class").await;
        assert!(!cooking.0.to_string().contains("for anyone who has lost a baby"), "{}", cooking.0);
    });
}

#[test]
fn an_answer_has_its_headings_in_order_and_says_when_its_page_was_checked_as_the_page_does() {
    on_both_anew(async |home| {
        let answer = asked_page(home, "can my 8 week old sleep on his tummy").await.text();
        let main = between(&answer, "<main", "</main>");
        let mut before = 0;
        for piece in main.split("<h").skip(1) {
            let Some(level) = piece.chars().next().and_then(|level| level.to_digit(10)) else { continue };
            assert!(level <= before + 1, "h{level} after h{before}");
            before = level;
        }
        assert!(main.contains("<h3"), "it shows cards");
        let page = home.page("/pages/safer-sleep").await;
        assert!(page.contains("Checked November 2026.") && answer.contains("Checked November 2026"));
        assert!(!answer.contains("Checked 22 November 2026"));
        // On paper the address of a page that is quoted is written out, and the numbers of the cards are there.
        let paper = between(main, "<ul class=\"only-print\">", "</ul>");
        assert!(paper.contains("The Lullaby Trust") && paper.contains("0808 802 6869"), "{paper}");
        assert!(paper.contains("://hub.example.org/services/"), "{paper}");
        assert!(main.contains("only-print\">https://hub.example.org/pages/safer-sleep"), "{main}");
    });
}

fn a11_a_page_past_its_review_is_not_quoted() {
    on_both(async |home| {
        let words = "how long have I got to appeal an EHC decision";
        let now = said(home, words).await;
        assert!(!now.cites().is_empty(), "{}", now.0);
        let later = home.at("2028-11-22T09:00:00Z").await;
        let request =
            crate::ask_talk::json_request().body(Body::from(json!({ "text": words }).to_string())).unwrap();
        let answer = Said(crate::support::ask(&later.router().unwrap(), request).await.json());
        assert!(answer.cites().is_empty(), "two years on nothing is quoted: {}", answer.0);
        assert!(!answer.entries().is_empty(), "what is near is still shown");
    });
}

#[test]
fn a12_two_pages_that_say_different_things_are_both_quoted_with_their_dates() {
    on_both_anew(async |home| {
        let folder = tempfile::tempdir().unwrap();
        let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/pages");
        for page in std::fs::read_dir(pages).unwrap() {
            let page = page.unwrap();
            std::fs::copy(page.path(), folder.path().join(page.file_name())).unwrap();
        }
        for (slug, days, checked) in
            [("zebra-pass-one", 14, "2026-11-01"), ("zebra-pass-two", 28, "2026-10-01")]
        {
            let page = format!(
                "+++\ntitle = \"The zebra pass\"\nsummary = \"How to apply for a zebra pass.\"\ntopics = [\"transport\"]\nsources = [\"Made up for this test\"]\nchecked_on = \"{checked}\"\nreview_by = \"2027-05-22\"\nowner = \"Family hubs team\"\n+++\nThe zebra pass is for families who move.\n\n## When do I apply?\n\nYou must apply for a zebra pass within {days} days of moving house.\n"
            );
            std::fs::write(folder.path().join(format!("{slug}.md")), page).unwrap();
        }
        let setup = Setup { pages: Some(folder.path().to_owned()), ..Setup::default() };
        let clock = Clock::standing_at(crate::support::NOW);
        let house = House::open(home.database.db.clone(), clock, Dice::loaded(9), setup).await.unwrap();
        let question =
            json!({ "text": "how many days do I have to apply for a zebra pass when moving house" });
        let request = crate::ask_talk::json_request().body(Body::from(question.to_string())).unwrap();
        let said = Said(crate::support::ask(&house.router().unwrap(), request).await.json());
        let quoted: Vec<(&str, &str)> =
            said.cites().iter().map(|cite| (text(&cite["quote"]), text(&cite["checked_on"]))).collect();
        assert_eq!(quoted.len(), 2, "{}", said.0);
        for (days, checked) in [("14 days", "2026-11-01"), ("28 days", "2026-10-01")] {
            assert!(quoted.iter().any(|(quote, on)| quote.contains(days) && *on == checked), "{quoted:?}");
        }
    });
}

fn a15_the_same_question_gets_the_same_answer_and_every_quotation_stands_on_its_page_word_for_word() {
    on_both(async |home| {
        let mut quotations = 0;
        for words in [
            "how long have I got to appeal an EHC decision",
            "what can I buy with the healthy start card",
            "is it free to go to a family hub",
            "my baby will not stop crying",
            "am I eligible for 30 hours?",
        ] {
            let (first, second) = (said(home, words).await, said(home, words).await);
            quotations += first.cites().len();
            for cite in first.cites() {
                let url = text(&cite["url"]).split('#').next().unwrap_or_default();
                assert!(stands_there(&home.page(url).await, text(&cite["quote"])), "{words}: {cite}");
            }
            assert_eq!(first.without_conversation(), second.without_conversation(), "{words}");
        }
        assert!(quotations >= 3, "{quotations} quotations");
    });
}

/// Whether each line of a quotation is on the page, letter for letter.
fn stands_there(html: &str, quote: &str) -> bool {
    let page = letters(&unescaped(&without_tags(between(html, "<main", "</main>"))));
    quote.lines().all(|line| page.contains(&letters(line)))
}

fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut inside = true;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            letter if !inside => out.push(letter),
            _ => {}
        }
    }
    out
}

/// Without spaces and the dots of a list.
fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '•' | '-')).collect()
}

/// The demonstration's Ask stays within what it knows on both databases alike.
#[test]
fn a_question_has_the_same_answer_on_both_databases() {
    let mut answers: Vec<Vec<serde_json::Value>> = Vec::new();
    let both = std::sync::Mutex::new(&mut answers);
    on_both(async |home: &Home| {
        let mut own = Vec::new();
        for words in ["help with speech for a two year old", "no food in the house", "groups", "bins"] {
            own.push(said(home, words).await.without_conversation());
        }
        both.lock().unwrap().push(own);
    });
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}
