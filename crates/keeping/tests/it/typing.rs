//! What people type is read kindly, asked about when it cannot be meant, and never lost.

use crate::support::{MIGRATIONS, home};
use store::testing::both;

const ENTRY: &str = "/provider/entries/team";

/// The hidden marks of a page, as a browser sends them with its form.
fn marks(page: &str) -> Vec<(String, String)> {
    page.split("name=\"was-")
        .skip(1)
        .map(|rest| {
            let (key, rest) = rest.split_once('"').unwrap();
            let value = rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
            (format!("was-{key}"), value.to_owned())
        })
        .collect()
}

#[tokio::test]
async fn a_second_window_overwrites_nothing_unasked() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let path = format!("{ENTRY}/what");
        let opened = marks(&home.get(&home.first, &path).await.text());
        assert_eq!(opened.len(), 4, "each field of the section");
        let form = |name: &str, description: &str, more: &[(&str, &str)]| {
            let said = [("name", name), ("summary", "Help with feeding"), ("description", description)];
            said.iter()
                .chain(more)
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect::<Vec<_>>()
        };
        let send = async |fields: &[(String, String)]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            home.post(&home.first, &path, &fields).await
        };
        let one = form("Name of the first window", "We sit with you.", &[]);
        assert_eq!(send(&[one, opened.clone()].concat()).await.status, 303);
        // The second window touched another field only: both stand.
        let two = form("Demonstration team", "Words of the second window.", &[]);
        assert_eq!(send(&[two, opened.clone()].concat()).await.status, 303);
        let page = home.get(&home.first, &path).await.text();
        assert!(
            page.contains("Name of the first window") && page.contains("Words of the second window."),
            "{page}"
        );

        let three = form("Name of the second window", "Words of the second window.", &[]);
        let asked = send(&[three.clone(), opened.clone()].concat()).await;
        assert_eq!(asked.status, 422, "the same field in both");
        let page = asked.text();
        for wanted in ["Name of the first window", "Name of the second window", "choose-name"] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        assert!(
            home.get(&home.first, &path).await.text().contains("Name of the first window"),
            "nothing is saved yet"
        );
        let mut again = three.clone();
        again.extend(marks(&page));
        again.push(("ask-name".to_owned(), "yes".to_owned()));
        assert_eq!(send(&again).await.status, 422, "one of the two must be chosen");
        let chosen =
            |which: &str| [again.clone(), vec![("choose-name".to_owned(), which.to_owned())]].concat();
        assert_eq!(send(&chosen("theirs")).await.status, 303);
        assert!(home.get(&home.first, &path).await.text().contains("Name of the first window"));
        assert_eq!(send(&chosen("mine")).await.status, 303);
        assert!(home.get(&home.first, &path).await.text().contains("Name of the second window"));
    })
    .await;
}

#[tokio::test]
async fn an_editor_whose_change_was_settled_meanwhile_gets_their_own_words_back() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        home.post(&home.first, &format!("{ENTRY}/cost"), &[("cost", "paid"), ("cost_note", "A pound")]).await;
        home.post(&home.first, &format!("{ENTRY}/send"), &[]).await;
        let change = home.change("waiting").await;
        home.post(&home.editor, &change, &[("version", "1"), ("all", "accept")]).await;
        let said = [
            ("version", "1"),
            ("verdict-cost", "refuse"),
            ("reason-cost", "Ring first, they are moving"),
            ("verdict-cost_note", "amend"),
            ("amend-cost_note", "One pound for each child"),
        ];
        let page = home.post(&home.steward, &change, &said).await.text();
        assert!(page.contains("settled this already"), "{page}");
        assert!(
            page.contains("Ring first, they are moving") && page.contains("One pound for each child"),
            "{page}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_meant_is_asked_about_beside_its_field() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let session = |opens: &'static str, closes: &'static str| {
            [("schedules-0-byday", "MO"), ("schedules-0-opens", opens), ("schedules-0-closes", closes)]
                .to_vec()
        };
        let closed = |from: &'static str, until: &'static str| {
            [("status", "active"), ("closures-0-from", from), ("closures-0-until", until)].to_vec()
        };
        let days = |first: &'static str, last: &'static str| {
            let mut fields = session("9am", "11am");
            fields.extend([("schedules-0-valid_from", first), ("schedules-0-valid_to", last)]);
            fields
        };
        for (section, fields, sentence) in [
            ("when", session("17:00", "09:00"), "Does it end after midnight?"),
            ("when", session("09:00", "09:00"), "begins and ends at the same time"),
            ("when", session("2", "4"), "Type 2am or 2pm"),
            ("when", days("2027-07-20", "2027-01-08"), "the last day must not be before the first"),
            ("when", days("2019-01-01", "2019-07-20"), "its last day is over"),
            ("contact", vec![("phones-0-number", "123")], "with its area code"),
            ("contact", vec![("website", "http://.")], "Enter a website"),
            (
                "cost",
                vec![
                    ("cost", "free"),
                    ("cost_options-0-option", "A session"),
                    ("cost_options-0-amount", "2,50"),
                ],
                "you chose ‘Free’",
            ),
            ("closures", closed("2025-12-24", "2026-01-02"), "these days are over"),
            ("closures", closed("2026-12-24", "9999-12-31"), "up to two years"),
            ("needs", vec![("topics", "feeding"), ("sensitive", "1")], "answer yes or no"),
        ] {
            let path = format!("{ENTRY}/{section}");
            let page = home.post(&home.first, &path, &fields).await;
            assert_eq!(page.status, 422, "{section}: {sentence}");
            assert!(page.text().contains(sentence), "{section}: {sentence}: {}", page.text());
            home.post(&home.first, &format!("{ENTRY}/throw-away"), &[]).await;
        }
    })
    .await;
}

#[tokio::test]
async fn times_prices_and_ages_are_taken_as_people_type_them() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        for (section, fields) in [
            (
                "when",
                vec![
                    ("schedules-0-byday", "MO"),
                    ("schedules-0-opens", "9.30"),
                    ("schedules-0-closes", "noon"),
                    ("schedules-1-byday", "FR"),
                    ("schedules-1-opens", "5pm"),
                    ("schedules-1-closes", "9am next day"),
                ],
            ),
            (
                "cost",
                vec![
                    ("cost", "paid"),
                    ("cost_options-0-option", "A session"),
                    ("cost_options-0-amount", "2,50"),
                ],
            ),
            ("who", vec![("age-from", "18m"), ("age-until", "2 and a half")]),
        ] {
            let answer = home.post(&home.first, &format!("{ENTRY}/{section}"), &fields).await;
            assert_eq!(answer.status, 303, "{section}: {}", answer.text());
        }
        let page = home.get(&home.first, &format!("{ENTRY}/when")).await.text();
        for wanted in ["value=\"09:30\"", "value=\"12:00\"", "value=\"17:00\"", "value=\"09:00 next day\""] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        assert!(home.get(&home.first, &format!("{ENTRY}/cost")).await.text().contains("value=\"2.50\""));
        let ages = home.get(&home.first, &format!("{ENTRY}/who")).await.text();
        assert!(ages.contains("value=\"18 months\"") && ages.contains("value=\"30 months\""), "{ages}");
        // The times show at once, and are read back as they are kept when the section is saved unchanged.
        home.post(&home.first, &format!("{ENTRY}/send"), &[]).await;
        let schedules = home.entry("team").await.draft.schedules;
        assert_eq!(schedules[1].closes.as_deref(), Some("09:00"));
    })
    .await;
}

#[tokio::test]
async fn nothing_has_changed_is_asked_about_when_something_was_not_sent() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        home.post(&home.first, &format!("{ENTRY}/cost"), &[("cost", "paid")]).await;
        let top = home.get(&home.first, ENTRY).await.text();
        assert!(top.contains("not sent it:</b> What it costs"), "{top}");
        let right = format!("{ENTRY}/still-right");
        let asked = home.post(&home.first, &right, &[]).await.text();
        for wanted in
            ["What it costs", "Send it", "Throw it away", "Nothing has changed in what families see"]
        {
            assert!(asked.contains(wanted), "{wanted}: {asked}");
        }
        let checked = async || home.entry("team").await.draft.checked_on.unwrap().to_string();
        assert_eq!(checked().await, "2025-01-05", "nothing is said yet");
        let thanks = home.post(&home.first, &right, &[("about", "families")]).await.text();
        assert!(thanks.contains("Your change is still here, not sent:"), "{thanks}");
        assert_eq!(checked().await, "2026-11-22");
        assert!(home.get(&home.first, ENTRY).await.text().contains("not sent it:</b> What it costs"));
    })
    .await;
}
