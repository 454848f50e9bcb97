//! A practitioner matches and hands over; a family opens; nothing of the family is kept.

use crate::support::{Answer, Browser, Clinic, both};
use access::Role;
use jobs::Runner;
use kernel::Dice;

const MATCH: &str = "/practitioner/match";
const NEW: &str = "/practitioner/lists/new";

/// Describes a need and follows where the answer leads.
async fn find(browser: &Browser, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.post(MATCH, fields).await;
    if answer.status == 303 { browser.get(&answer.location).await } else { answer }
}

async fn make(browser: &Browser, fields: &[(&str, &str)]) -> Answer {
    let form = browser.get(&format!("{NEW}?service=feeding-team")).await;
    let key = form.between("name=\"form_key\" value=\"", "\"");
    let mut sent = vec![("form_key", key.as_str()), ("title", "for_you")];
    sent.extend_from_slice(fields);
    browser.post(NEW, &sent).await
}

async fn code_of(clinic: &Clinic, made: &Answer) -> String {
    assert_eq!(made.status, 303, "{}", made.text);
    clinic.practitioner().get(&made.location).await.between("https://hub.example.org/l/", "\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_need_gives_ranked_services_with_reasons_and_what_rules_the_others_out() {
    both(async |clinic| {
        let practitioner = clinic.practitioner();
        practitioner.get(MATCH).await.has("Nothing here is kept").has("value=\"feeding\"").has("Breastfeeding");
        let asked = [
            ("topic", "feeding"),
            ("age", "6"),
            ("age_unit", "weeks"),
            ("place", "wa8 7qf"),
            ("route", "family"),
            ("wait", "6"),
            ("whom", "dads"),
            ("language", "pl"),
            ("thrive", "getting_help"),
            ("severity", "mild"),
        ];
        let found = find(&practitioner, &asked).await;
        assert_eq!(found.status, 200);
        found
            .has("2 services that fit")
            .has("About Feeding; under 2 years; about 1.2 miles away; the family can ask for itself; works with dads; in Polish")
            .has("meant for ‘Getting help’")
            .has("waiting time: not given");
        let best = found.place_of("1. feeding team");
        assert!(best < found.place_of("2. phone line"));
        for (name, because) in [
            ("specialist clinic", "does not take self-referral: a professional refers; waiting time ‘about 20 weeks’"),
            ("school lunches", "from age 5"),
            ("neighbours group", "only Otherham (outside Testshire)"),
        ] {
            let out = found.place_of("3 ruled out, and why");
            assert!(out < found.place_of(name), "{name}");
            found.has(because);
        }
        found.lacks("refuge").has("How is feeding going").has("What is going well for you all just now?");
        // Who refers may refer there.
        let referring = find(&practitioner, &[("topic", "feeding"), ("route", "refer")]).await;
        referring.has("takes health visitor and GP referrals").has("specialist clinic");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_can_be_come_back_to_for_ten_minutes_by_who_described_it() {
    both(async |clinic| {
        let practitioner = clinic.practitioner();
        let asked = [("topic", "domestic-abuse"), ("words", "zqcanaryzq asdfgh")];
        let answer = practitioner.post(MATCH, &asked).await;
        assert_eq!(answer.status, 303);
        let key = answer.location.strip_prefix("/practitioner/match/").unwrap();
        assert!(key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
        for _ in 0..2 {
            let found = practitioner.get(&answer.location).await;
            assert_eq!(found.status, 200);
            found.has("refuge").has("value=\"zqcanaryzq asdfgh\"").has("No service answers your words");
        }
        let other = clinic.as_somebody("other", Some(Role::Practitioner)).get(&answer.location).await;
        assert_eq!(other.status, 403);
        other.lacks("zqcanaryzq").lacks("refuge");
        // The table alone tells nobody what was typed, nor by whom, nor under which key.
        let telling = "select count(*) from held_need where sealed like '%zqcanary%' or sealed like '%person%' or length(key_hash) <> 64";
        assert_eq!(clinic.count(telling).await, 0);
        assert_eq!(practitioner.get("/practitioner/match/0123").await.status, 410);
        clinic.go_to("2026-11-23T09:10:00Z");
        let over = practitioner.get(&answer.location).await;
        assert_eq!(over.status, 410);
        over.has("is not held any more").has("What is it about?").lacks("zqcanaryzq");
        let runner = Runner::new(clinic.db.clone(), clinic.clock.clone(), Dice::real());
        matching::jobs(runner, &clinic.directory).run_until_empty().await.unwrap();
        assert_eq!(clinic.count("select count(*) from held_need").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_address_the_postcode_is_read_and_nothing_else_is_shown_or_held() {
    both(async |clinic| {
        let practitioner = clinic.practitioner();
        let place = ("place", "12 Zqcanary Street, Northtown WA8 7QF");
        let found = find(&practitioner, &[("topic", "feeding"), place]).await;
        found.has("near WA8 7QF").has("value=\"WA8 7QF\"").has("miles away").lacks("Zqcanary");
        let mistyped = practitioner.post(MATCH, &[("topic", "feeding"), place, ("age", "x")]).await;
        assert_eq!(mistyped.status, 422);
        mistyped.has("value=\"WA8 7QF\"").lacks("Zqcanary");
        // Danger in the part that is not read on still brings the card.
        let danger = ("place", "I want to kill myself, WA8 7QF");
        find(&practitioner, &[("topic", "feeding"), danger]).await.has("id=\"h-card\"").has("feeding team");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_nothing_knows_is_named_and_the_others_are_kept() {
    both(async |clinic| {
        let practitioner = clinic.practitioner();
        for words in ["school lunches zqcanaryzq", "zqcanaryzq school lunches please"] {
            let found = find(&practitioner, &[("words", words)]).await;
            found.has("school lunches").has("We did not understand ‘zqcanaryzq’");
            found.lacks("No service answers your words");
        }
        let all_known = find(&practitioner, &[("words", "school lunches")]).await;
        all_known.has("school lunches").lacks("did not understand");
        // Two places of one town are told apart, as on the family's own list.
        all_known.has("North School, Northtown").has("South School, Northtown").lacks("Northtown; Northtown");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn handing_over_again_after_the_way_back_gives_the_same_list_and_another_choice_another() {
    both(async |clinic| {
        let practitioner = clinic.practitioner();
        let answer = practitioner.post(MATCH, &[("topic", "feeding")]).await;
        let hand_over = async |service: &str| {
            let found = practitioner.get(&answer.location).await;
            let key = found.between("name=\"form_key\" value=\"", "\"");
            let sent = [("service", service), ("title", "for_you"), ("how", "link"), ("form_key", &key)];
            let made = practitioner.post(NEW, &sent).await;
            assert_eq!(made.status, 303, "{}", made.text);
            made.location
        };
        let first = hand_over("feeding-team").await;
        assert_eq!(hand_over("feeding-team").await, first);
        let second = hand_over("phone-line").await;
        assert_ne!(second, first);
        assert_eq!(hand_over("phone-line").await, second);
        assert_eq!(hand_over("feeding-team").await, first);
        assert_eq!(clinic.count("select count(*) from handed_list").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_tries_codes_by_the_thousand() {
    both(async |clinic| {
        let stranger = clinic.family_counted().await;
        let mut tries = 0;
        while stranger.get("/l/ABCDEFGHJKLM").await.status == 404 {
            tries += 1;
            assert!(tries < 100, "still looking after {tries} tries");
        }
        let last = stranger.get("/l/ABCDEFGHJKLM").await;
        assert_eq!(last.status, 429, "after {tries} tries");
        last.has("Too many lists were opened from here").has("href=\"/search\"");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_read_out_opens_by_its_code() {
    both(async |clinic| {
        let made = make(&clinic.practitioner(), &[("service", "phone-line"), ("how", "link")]).await;
        let code = code_of(&clinic, &made).await;
        let read_out = [&code[..4], &code[4..8], &code[8..]].join("-");
        let shown = clinic.practitioner().get(&made.location).await;
        shown
            .has("dir=\"ltr\">hub.example.org/l</b> and type")
            .has(&format!("<b dir=\"ltr\">{read_out}</b>"));
        let family = clinic.family();
        for address in ["/l", "/l/"] {
            let page = family.get(address).await;
            assert_eq!(page.status, 200, "{address}");
            page.has("Type the code on your list").has("action=\"/l\"").has("name=\"code\"");
        }
        let spaced = format!(" {} ", read_out.replace('-', " "));
        for typed in [&code, &read_out, &read_out.to_lowercase(), &spaced] {
            let opened = family.post("/l", &[("code", typed)]).await;
            assert_eq!((opened.status, opened.location), (303, format!("/l/{code}")), "{typed}");
        }
        family.get(&format!("/l/{code}")).await.has("phone line");
        for (typed, says) in [
            ("ABCD-EFGH-JKLM", "We do not know this code"),
            ("k7qm 2xpd", "Type all 12 letters and numbers"),
            ("", "Type all 12 letters and numbers"),
        ] {
            let refused = family.post("/l", &[("code", typed)]).await;
            assert_eq!((refused.status, refused.location.as_str()), (422, ""), "{typed}");
            refused.has(says).has("href=\"#code\"").has(typed);
        }
        let danger = family.post("/l", &[("code", "I want to kill myself")]).await;
        assert_eq!(danger.status, 422);
        danger.has("id=\"h-card\"").has("value=\"I want to kill myself\"");
        clinic.practitioner().post(made.location.split('?').next().unwrap(), &[("do", "withdraw")]).await;
        let opened = family.post("/l", &[("code", &code)]).await;
        family.get(&opened.location).await.has("This list was withdrawn");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_types_codes_by_the_thousand_and_typing_and_opening_are_one_limit() {
    both(async |clinic| {
        let stranger = clinic.family_counted().await;
        let mut tries = 0;
        while stranger.post("/l", &[("code", "ABCD-EFGH-JKLM")]).await.status == 422 {
            tries += 1;
            assert!(tries < 100, "still looking after {tries} tries");
        }
        let last = stranger.post("/l", &[("code", "ABCD-EFGH-JKLM")]).await;
        assert_eq!(last.status, 429, "after {tries} tries");
        last.has("Too many codes were tried from here").has("value=\"ABCD-EFGH-JKLM\"");
        assert_eq!(stranger.get("/l/ABCDEFGHJKLM").await.status, 429);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_sound_of_danger_bring_the_card_and_hold_nothing_up() {
    both(async |clinic| {
        let practitioner = clinic.practitioner();
        let words = [("words", "mum says she wants to kill herself"), ("topic", "feeding")];
        let found = find(&practitioner, &words).await;
        found.has("id=\"h-card\"").has("999").has("feeding team");
        // The help for it leads, before what was chosen.
        assert!(found.place_of("1. crisis line") < found.place_of("feeding team"));
        // A line for men shares the words, and they speak of no man who is hurt.
        let hurt = find(&practitioner, &[("words", "my husband hits me")]).await;
        assert!(hurt.place_of("1. refuge") < hurt.place_of("2. line for men"));
        let nothing = practitioner.post(MATCH, &[("place", "nowhere at all"), ("age", "x")]).await;
        assert_eq!(nothing.status, 422);
        nothing
            .has("Choose at least one need")
            .has("Type the age as a whole number")
            .has("We do not have that postcode")
            .has("value=\"nowhere at all\"")
            .has("value=\"x\"");
        for (role, status) in [
            (Some(Role::HubWorker), 200),
            (Some(Role::Analyst), 403),
            (Some(Role::ProviderEditor), 403),
            (None, 303),
        ] {
            assert_eq!(clinic.as_somebody("somebody", role).get(MATCH).await.status, status, "{role:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_handed_over_opened_without_an_account_counted_by_day_and_withdrawn() {
    both(async |clinic| {
        let (practitioner, family) = (clinic.practitioner(), clinic.family());
        let form = practitioner.get(&format!("{NEW}?service=feeding-team&service=refuge")).await;
        let key = form.between("name=\"form_key\" value=\"", "\"");
        let sent = [
            ("service", "feeding-team"),
            ("service", "refuge"),
            ("title", "near_you"),
            ("note", "bring_someone"),
            ("how", "link"),
            ("form_key", key.as_str()),
        ];
        let made = practitioner.post(NEW, &sent).await;
        assert_eq!(
            practitioner.post(NEW, &sent).await.location,
            made.location,
            "a form sent twice makes one list"
        );
        let code = code_of(&clinic, &made).await;
        let path = made.location.split('?').next().unwrap().to_owned();
        practitioner.get(&path).await.has("Not opened yet").has("<svg role=\"img\"").has("Places near you");

        let typed = format!("/l/{}-{}-{}", code[..4].to_lowercase(), &code[4..8], &code[8..]);
        let opened = family.get(&typed).await;
        opened
            .has("Places near you")
            .has("You can bring somebody with you.")
            .has("feeding team")
            .has("1 Example Street")
            .has("tel:01514960111")
            .has("name=\"keep\" value=\"feeding-team,refuge\"")
            .has("The address is kept private to keep people safe")
            .has("21 February 2027");
        for secret in ["Hidden Lane", "Secret House", "WA8 7QF", "Getting help", "getting_help"] {
            opened.lacks(secret);
        }
        family.get(&format!("/l/{code}")).await;
        family.peek(&format!("/l/{code}")).await;
        practitioner.get(&path).await.has("Opened 2 times").has("<dt>23 November 2026</dt><dd>2</dd>");
        let paper = practitioner.get(&format!("{path}/print")).await;
        paper.has("hub.example.org/l/").has("1 Example Street").lacks("Hidden Lane");

        clinic.hide("feeding-team").await;
        family
            .get(&format!("/l/{code}"))
            .await
            .lacks("feeding team")
            .has("One service that stood here is no longer");

        let other = clinic.as_somebody("another", Some(Role::Practitioner));
        assert_eq!(other.get(&path).await.status, 404);
        assert_eq!(other.post(&path, &[("do", "withdraw")]).await.status, 404);
        other.get("/practitioner/lists").await.has("You have not handed over a list yet");
        practitioner.get("/practitioner/lists").await.has("2 services").has("Opened 3 times");

        practitioner.post(&path, &[("do", "withdraw")]).await;
        let over = family.get(&format!("/l/{code}")).await;
        assert_eq!(over.status, 410);
        over.has("This list was withdrawn").has("href=\"/search\"").lacks("refuge");
        over.has("class=\"only-print\">You can look for help at https://hub.example.org/search");
        practitioner.get("/practitioner/lists").await.has("You withdrew it on 23 November 2026");
        for unknown in ["/l/ABCDEFGHJKLM", "/l/x", "/l/%C3%A9"] {
            assert_eq!(family.get(unknown).await.status, 404, "{unknown}");
        }
        let audited = "select count(*) from audit where action = 'match_services' and actor_kind = 'person'";
        assert_eq!(clinic.count(audited).await, 2, "made and withdrawn");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_says_nothing_of_the_list_and_its_address_is_kept_nowhere_with_it() {
    both(async |clinic| {
        let practitioner = clinic.practitioner();
        let refused =
            make(&practitioner, &[("service", "refuge"), ("how", "email"), ("address", "ada at home")]).await;
        assert_eq!(refused.status, 422);
        refused.has("Enter an email address").has("Ask them first").has("value=\"ada at home\"").has("value=\"refuge\" checked");
        let none = make(&practitioner, &[("offered", "refuge"), ("how", "link")]).await;
        assert_eq!(none.status, 422);
        none.has("Tick at least one service").has("value=\"refuge\"");
        let send = [("service", "refuge"), ("how", "email"), ("address", "ada@example.org"), ("consent", "yes")];
        for _ in 0..3 {
            let made = make(&practitioner, &send).await;
            assert_eq!(made.status, 303, "{}", made.text);
            practitioner.get(&made.location).await.lacks("ada@example.org");
        }
        let often = make(&practitioner, &send).await;
        assert_eq!(often.status, 422);
        often.has("This address was sent several lists today");
        let telling = "select count(*) from message where lower(subject || body) like '%refuge%' or lower(body) like '%abuse%'";
        assert_eq!(clinic.count(telling).await, 0);
        let sent = "select count(*) from message where template = 'matching.list_handed_over' and body like '%/l/%'";
        assert_eq!(clinic.count(sent).await, 3);
        assert_eq!(clinic.count("select count(*) from handed_list where sent_to_hash like '%ada%'").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_ends_after_ninety_days_and_is_forgotten_ninety_days_later() {
    both(async |clinic| {
        let made = make(&clinic.practitioner(), &[("service", "phone-line"), ("how", "link")]).await;
        let code = code_of(&clinic, &made).await;
        let family = clinic.family();
        clinic.go_to("2027-02-21T08:59:59Z");
        assert_eq!(family.get(&format!("/l/{code}")).await.status, 200);
        clinic.go_to("2027-02-21T09:00:00Z");
        let over = family.get(&format!("/l/{code}")).await;
        assert_eq!(over.status, 410);
        over.has("A list opens for 90 days");

        let runner = || Runner::new(clinic.db.clone(), clinic.clock.clone(), Dice::real());
        matching::jobs(runner(), &clinic.directory).run_until_empty().await.unwrap();
        assert_eq!(clinic.count("select count(*) from handed_list").await, 1);
        clinic.go_to("2027-05-23T09:00:00Z");
        matching::jobs(runner(), &clinic.directory).run_until_empty().await.unwrap();
        let left = "select (select count(*) from handed_list) + (select count(*) from handed_list_service) + (select count(*) from handed_list_open)";
        assert_eq!(clinic.count(left).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_is_one_that_both_databases_would_run() {
    both(async |clinic| {
        let statements = store::testing::statements_in(std::path::Path::new("src"));
        assert!(statements.len() > 8);
        assert_eq!(store::testing::prepare_all(&clinic.db, statements).await, Vec::<String>::new());
    })
    .await;
}
