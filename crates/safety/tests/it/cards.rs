//! Cards and numbers.

use kernel::Date;
use safety::{Card, Category, Level, LocalContacts, Screen};

const TODAY: Date = Date::constant(2026, 11, 22);
const LATER: Date = Date::constant(2027, 5, 23);

fn halton() -> LocalContacts {
    toml::from_str(
        r#"
        [childrens_social_care]
        name = "iCART, children's front door"
        number = "0151 907 8305"
        hours = "9am to 5pm Monday to Thursday, 9am to 4.30pm Friday"
        checked_on = "2026-11-22"
        review_by = "2027-05-22"
        [childrens_social_care_out_of_hours]
        name = "Emergency Duty Team"
        number = "0345 050 0148"
        hours = "Nights and weekends"
        checked_on = "2026-11-22"
        review_by = "2027-05-22"
        [[maternity_triage]]
        name = "An example maternity unit"
        number = "0151 496 0000"
        checked_on = "2026-11-22"
        review_by = "2027-05-22"
        [domestic_abuse]
        name = "Halton Domestic Abuse Service"
        number = "0300 11 11 247"
        checked_on = "2026-11-22"
        review_by = "2027-05-22"
        "#,
    )
    .expect("local contacts as a council writes them")
}

fn card_for(screen: &Screen, text: &str, local: &LocalContacts, today: Date) -> Card {
    screen.card(screen.read(text).verdict(), local, today).expect("a text that shows a card")
}

/// A text for the card of each category, taken from the lexicon itself.
fn texts(screen: &Screen) -> Vec<(Category, String)> {
    let shown =
        screen.entries().filter_map(|entry| entry.shows.map(|(category, _)| (category, entry.example)));
    shown.map(|(category, text)| (category, text.to_owned())).collect()
}

#[test]
fn every_card_has_the_four_lines_and_a_way_for_deaf_people() {
    let screen = Screen::new().unwrap();
    for local in [LocalContacts::none(), halton()] {
        for (_, text) in texts(&screen) {
            let card = card_for(&screen, &text, &local, TODAY);
            let numbers: Vec<&str> = card.contacts.iter().map(|contact| contact.number.as_str()).collect();
            for needed in ["999", "111", "116 123", "Text SHOUT to 85258"] {
                assert!(numbers.contains(&needed), "{text}: {numbers:?}");
            }
            assert!(card.contacts.iter().any(|contact| contact.name.contains("mental health")), "{text}");
            assert!(card.relay.contains("18001") && card.relay.contains("British Sign Language"));
            assert!((2..=3).contains(&card.say.len()) && !card.heading.is_empty(), "{text}");
            for contact in &card.contacts {
                let linked = contact.href.starts_with("tel:") || contact.href.starts_with("sms:");
                assert!(linked || contact.number.is_empty(), "{contact:?}");
                assert!(!contact.note.is_empty());
            }
            let mut unique: Vec<_> =
                card.contacts.iter().map(|contact| (&contact.name, &contact.number)).collect();
            unique.sort();
            unique.dedup();
            assert_eq!(unique.len(), card.contacts.len(), "{text}");
        }
    }
}

#[test]
fn nothing_on_a_card_blames_scores_or_promises() {
    let screen = Screen::new().unwrap();
    for (_, text) in texts(&screen) {
        let card = card_for(&screen, &text, &LocalContacts::none(), TODAY);
        let said = format!("{} {}", card.heading, card.say.join(" ")).to_lowercase();
        for never in [
            "high risk",
            "at risk of",
            "you should have",
            "you must",
            "we promise",
            "you are safe",
            "failed",
            "commit",
        ] {
            assert!(!said.contains(never), "'{never}' in: {said}");
        }
        assert!(card.say.iter().all(|sentence| sentence.len() <= 160), "too long: {said}");
    }
}

#[test]
fn urgent_maternity_puts_the_unit_first() {
    let screen = Screen::new().unwrap();
    let text = "my baby has stopped moving as much, 32 weeks";
    let card = card_for(&screen, text, &halton(), TODAY);
    assert_eq!(card.contacts[0].number, "0151 496 0000");
    assert_eq!((card.contacts[1].number.as_str(), card.contacts[2].number.as_str()), ("999", "111"));
    let card = card_for(&screen, text, &LocalContacts::none(), TODAY);
    assert!(card.contacts[0].note.contains("red book or handheld app") && card.contacts[0].href.is_empty());
    assert_eq!(card.contacts[1].number, "999");
}

#[test]
fn a_child_at_risk_has_the_local_door_after_999() {
    let screen = Screen::new().unwrap();
    let text = "I think the little boy next door is being hit";
    let numbers = |local: &LocalContacts| -> Vec<String> {
        card_for(&screen, text, local, TODAY).contacts.into_iter().map(|contact| contact.number).collect()
    };
    assert_eq!(numbers(&halton())[..4], ["999", "0151 907 8305", "0345 050 0148", "0808 800 5000"]);
    assert_eq!(numbers(&LocalContacts::none())[..3], ["999", "0808 800 5000", "0800 1111"]);
}

#[test]
fn domestic_abuse_has_a_way_out_and_never_leads_with_a_text_message() {
    let screen = Screen::new().unwrap();
    let card = card_for(&screen, "he gets angry and puts his hands round my neck", &halton(), TODAY);
    assert!(card.exit);
    let numbers: Vec<&str> = card.contacts.iter().map(|contact| contact.number.as_str()).collect();
    assert_eq!(numbers[..4], ["999", "0808 2000 247", "0808 801 0327", "0300 11 11 247"]);
    assert!(card.contacts[0].note.contains("55"));
    let texting = card.contacts.iter().position(|contact| contact.href.starts_with("sms:")).unwrap();
    assert!(texting > 4 && card.contacts[texting].note.contains("nobody else can read"));
}

#[test]
fn a_card_for_somebody_else_and_an_amber_card_have_their_own_words() {
    let screen = Screen::new().unwrap();
    let own = card_for(&screen, "I want to kill myself", &LocalContacts::none(), TODAY);
    let theirs = card_for(&screen, "my mate says hes gonna end it tonight", &LocalContacts::none(), TODAY);
    let amber = card_for(&screen, "i cant cope", &LocalContacts::none(), TODAY);
    assert_eq!((own.level, theirs.level, amber.level), (Level::Red, Level::Red, Level::Amber));
    assert!(own.say != theirs.say && own.say != amber.say && theirs.heading.contains("them"));
    assert!(screen.card(screen.read("baby yoga").verdict(), &LocalContacts::none(), TODAY).is_none());
}

#[test]
fn a_line_past_its_review_is_dropped_but_999_and_111_never() {
    let screen = Screen::new().unwrap();
    assert!(screen.expired(TODAY).is_empty(), "a national number needs to be checked again");
    assert_eq!(screen.expired(LATER).len(), screen.contacts().len());
    assert_eq!(halton().expired(LATER).len(), 4);
    for (_, text) in texts(&screen) {
        let card = card_for(&screen, &text, &halton(), LATER);
        let numbers: Vec<&str> = card.contacts.iter().map(|contact| contact.number.as_str()).collect();
        assert!(numbers.contains(&"999") && numbers.contains(&"111"), "{text}");
        assert!(!numbers.contains(&"116 123"));
    }
}

#[test]
fn a_number_in_doubt_is_kept_on_file_and_shown_to_nobody() {
    let screen = Screen::new().unwrap();
    let doubtful =
        screen.contacts().iter().find(|contact| contact.number.as_str() == "0800 051 1508").unwrap();
    assert!(doubtful.held_back && doubtful.note.as_deref().is_some_and(|note| note.contains("2024")));
    for group in screen.urgent_help(&halton(), TODAY) {
        assert!(group.contacts.iter().all(|contact| contact.number != "0800 051 1508"));
    }
}

#[test]
fn the_urgent_help_page_is_never_empty_and_starts_with_999() {
    let screen = Screen::new().unwrap();
    for (local, today) in [(LocalContacts::none(), TODAY), (halton(), TODAY), (halton(), LATER)] {
        let groups = screen.urgent_help(&local, today);
        assert_eq!(groups[0].contacts[0].number, "999");
        assert_eq!(groups[1].contacts[0].number, "111");
        assert!(groups.iter().all(|group| !group.contacts.is_empty() && !group.intro.is_empty()));
    }
    let all = screen.urgent_help(&halton(), TODAY);
    let numbers: Vec<&str> =
        all.iter().flat_map(|group| &group.contacts).map(|contact| contact.number.as_str()).collect();
    for needed in ["116 123", "0800 1111", "0800 068 4141", "0151 907 8305", "0300 100 0212", "0808 164 3332"]
    {
        assert!(numbers.contains(&needed), "{needed}");
    }
}

#[test]
fn a_councils_contacts_read_back_as_they_were_written() {
    let local = halton();
    let written = toml::to_string(&local).unwrap();
    assert_eq!(toml::from_str::<LocalContacts>(&written).unwrap(), local);
    assert_eq!(toml::from_str::<LocalContacts>("").unwrap(), LocalContacts::none());
}
