//! The public pages and those of staff, as a browser sees them.

use crate::support::{APPLY, both, both_with, form, key};
use access::Role;
use axum::http::StatusCode;
use holidays::NoEngine;
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn a_family_reads_what_is_on_applies_with_two_children_and_loses_nothing_it_typed() {
    both(async |town| {
        let browser = town.browser();
        let list = browser.get("/holidays").await;
        assert!(list.status == StatusCode::OK && list.html.contains("Summer 2027"));
        let page = browser.get("/holidays/summer-2027").await.html;
        assert!(
            page.contains("Monday 26 July")
                && page.contains("A hot meal: Pasta")
                && page.contains("50 dates"),
            "{page}"
        );
        let cold = browser.get("/holidays/summer-2027?meal=cold&age=9").await.html;
        assert!(cold.contains("25 dates") && !cold.contains("arts club"));
        assert!(browser.get("/holidays/summer-2027?send=1").await.html.contains("Nothing here matches that"));
        assert_eq!(browser.get("/holidays/no-such").await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get("/holidays/family/F0000001/wrong").await.status, StatusCode::NOT_FOUND);

        let key = key(1);
        let added = browser
            .post(APPLY, &form(&key, "Ada", &[("do", "add"), ("child_1_support", "A quiet corner")]))
            .await;
        assert!(
            added.status == StatusCode::OK
                && added.html.contains("child_2_first")
                && added.html.contains("A quiet corner")
        );
        let two = [
            ("children", "2"),
            ("child_2_first", "Ben"),
            ("child_2_last", "Example"),
            ("child_2_born", "1 1 2001"),
            ("way", ""),
        ];
        let wrong = browser.post(APPLY, &form(&key, "Ada", &two)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        for said in [
            "is for children of another age",
            "Choose one of these",
            "value=\"1 1 2001\"",
            "value=\"Ben\"",
            "value=\"wa8 7qf\"",
        ] {
            assert!(wrong.html.contains(said), "{said}: {}", wrong.html);
        }
        let danger = browser
            .post(APPLY, &form(&key, "Ada", &[("child_1_support", "I want to kill myself tonight")]))
            .await;
        assert!(
            danger.html.contains("We have not sent this yet") && danger.html.contains("value=\"Ada\""),
            "{}",
            danger.html
        );
        let right = [
            ("children", "2"),
            ("child_2_first", "Ben"),
            ("child_2_last", "Example"),
            ("child_2_born", "1 1 2014"),
        ];
        let sent = browser.post(APPLY, &form(&key, "Ada", &right)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
        let again = browser.post(APPLY, &form(&key, "Ada", &right)).await;
        assert_eq!(again.location, sent.location, "sent twice is sent once");
        let html = browser.get(&sent.location).await.html;
        assert!(
            html.contains("Ada")
                && html.contains("Ben")
                && html.contains("Type the code that the school gave you for Ben")
        );
        let mails: (i64,) =
            town.db.read(|tx| tx.one("select count(*) from message", store::args![])).await.unwrap();
        assert_eq!(mails.0, 1);
    })
    .await;
}

#[tokio::test]
async fn two_children_are_booked_with_one_basket() {
    both(async |town| {
        let browser = town.browser();
        let two = [
            ("children", "2"),
            ("child_2_first", "Ben"),
            ("child_2_last", "Example"),
            ("child_2_born", "1 1 2014"),
            ("way", "paid"),
        ];
        let path = browser.post(APPLY, &form(&key(1), "Ada", &two)).await.location;
        let html = browser.get(&path).await.html;
        let places: Vec<&str> =
            html.split("name=\"place\" value=\"").skip(1).map(|rest| &rest[..73]).collect();
        assert_eq!(places.len(), 100, "two children, two clubs, 25 days");
        let (_, after) = html.split_once("name=\"basket_key\" value=\"").unwrap();
        let basket = after[..32].to_owned();
        let send = [
            ("do", "book"),
            ("basket_key", basket.as_str()),
            ("place", places[0]),
            ("place", places[1]),
            ("mode", "all"),
        ];
        let booked = browser.post(&path, &send).await;
        assert!(booked.location.ends_with("?done=booked"), "{}", booked.html);
        assert_eq!(
            browser.post(&path, &send).await.location,
            booked.location,
            "the same basket twice is one"
        );
        let rows: (i64, i64) = town
            .db
            .read(|tx| {
                tx.one(
                    "select count(*), cast(sum(places) as bigint) from booking where state = 'booked'",
                    store::args![],
                )
            })
            .await
            .unwrap();
        assert_eq!(rows, (2, 2));
        let none = browser.post(&path, &[("do", "book"), ("basket_key", &basket), ("mode", "all")]).await;
        assert!(
            none.status == StatusCode::UNPROCESSABLE_ENTITY && none.html.contains("Tick at least one day")
        );
    })
    .await;
}

/// The same fields, some of them with other values.
fn with<'a>(fields: &[(&'a str, &'a str)], other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().filter(|(name, _)| other.iter().all(|(changed, _)| changed != name));
    kept.chain(other).copied().collect()
}

#[tokio::test]
async fn a_programmes_own_words_raise_no_card_and_new_ones_are_answered_before_they_are_kept() {
    let danger = "I want to kill myself tonight";
    both_with(json!({"reasons": [{"key": "old", "words": danger}]}), Arc::new(NoEngine), async |town| {
        let staff = town.staff(Role::DataSteward);
        let settings = "/admin/holidays/summer-2027/settings";
        let rules = [
            ("name", "Summer 2027"),
            ("summary", "Clubs of the test."),
            ("first", "26 7 2027"),
            ("last", "27 8 2027"),
            ("days_each", "16"),
            ("hours", "four hours a day"),
            ("from_year", "Reception"),
            ("to_year", "11"),
            ("send_until", "18"),
            ("tier", "targeted"),
            ("reasons", danger),
            ("funded_places", "0"),
            ("share_percent", "15"),
            ("warn_percent", "14"),
            ("opens_at", ""),
            ("opening", "first_come"),
            ("line_per_minute", "120"),
            ("paid", "Pay the club when you come."),
            ("wanted", "published"),
        ];
        let own = staff.post(settings, &with(&rules, &[("days_each", "15")])).await;
        assert_eq!(own.status, StatusCode::SEE_OTHER, "{}", own.html);
        for field in ["summary", "hours", "paid"] {
            let stopped = staff.post(settings, &with(&rules, &[(field, danger)])).await;
            assert!(
                stopped.status == StatusCode::OK && stopped.html.contains("We have not saved this yet"),
                "{field}: {}",
                stopped.html
            );
            let html = staff.get(settings).await.html;
            assert_eq!(html.matches(danger).count(), 1, "{field} is not kept");
            let seen = crate::checks::hidden(&stopped.html, "seen");
            let kept = staff.post(settings, &with(&rules, &[(field, danger), ("seen", &seen)])).await;
            assert_eq!(kept.status, StatusCode::SEE_OTHER, "{field}");
            assert_eq!(staff.post(settings, &rules).await.status, StatusCode::SEE_OTHER);
        }
        let sessions = "/admin/holidays/summer-2027/sessions";
        let menu = [("session", "sports-club"), ("meal", "hot"), ("menu", danger)];
        let stopped = staff.post(sessions, &menu).await;
        assert!(stopped.html.contains("We have not saved this yet"), "{}", stopped.html);
        let seen = crate::checks::hidden(&stopped.html, "seen");
        let kept = staff.post(sessions, &[&menu[..], &[("seen", seen.as_str())]].concat()).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER);
        assert_eq!(staff.post(sessions, &menu).await.status, StatusCode::SEE_OTHER, "it is kept already");
        let chosen = [("way", "reason"), ("reason", "old")];
        let sent = town.browser().post(APPLY, &form(&key(1), "Ada", &chosen)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "a reason that is chosen is the programme's own text");

        let shorter = [("last", "20 8 2027")];
        let asked = staff.post(settings, &with(&rules, &shorter)).await;
        assert!(
            asked.status == StatusCode::UNPROCESSABLE_ENTITY
                && asked
                    .html
                    .contains("10 dates of its sessions are not on these days, with 0 places booked"),
            "{}",
            asked.html
        );
        let guessed = staff.post(settings, &with(&rules, &[shorter[0], ("leave_out", "3")])).await;
        assert_eq!(guessed.status, StatusCode::UNPROCESSABLE_ENTITY);
        let agreed = staff.post(settings, &with(&rules, &[shorter[0], ("leave_out", "10")])).await;
        assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", agreed.html);
    })
    .await;
}

#[tokio::test]
async fn staff_set_a_programme_up_with_rules_of_their_own() {
    both_with(json!({}), Arc::new(NoEngine), async |town| {
        let staff = town.staff(Role::DataSteward);
        let new = "/admin/holidays/new";
        assert!(staff.get(new).await.html.contains("Add a programme"));
        let rules = [
            ("name", "Easter 2028"),
            ("summary", "Clubs at Easter."),
            ("first", "10 4 2028"),
            ("last", "21 4 2028"),
            ("days_each", "4"),
            ("hours", "four hours a day"),
            ("from_year", "Reception"),
            ("to_year", "11"),
            ("send_until", ""),
            ("tier", "targeted"),
            ("reasons", "A care plan\nA young carer"),
            ("funded_places", "400"),
            ("share_percent", "15"),
            ("warn_percent", "14"),
            ("opens_at", "1 3 2028 10:00"),
            ("opening", "line"),
            ("line_per_minute", "60"),
            ("paid", ""),
            ("wanted", "published"),
        ];
        let wrong: Vec<(&str, &str)> = rules
            .iter()
            .map(|(name, value)| (*name, if *name == "last" { "1 4 2028" } else { value }))
            .collect();
        let refused = staff.post(new, &wrong).await;
        assert!(
            refused.status == StatusCode::UNPROCESSABLE_ENTITY
                && refused.html.contains("The last day must be after the first"),
            "{}",
            refused.html
        );
        let kept = staff.post(new, &rules).await;
        assert_eq!(kept.location, "/admin/holidays/easter-2028?saved=1", "{}", kept.html);
        assert!(staff.post(new, &rules).await.html.contains("There is a programme of this name"));
        let page = staff.get("/admin/holidays/easter-2028").await.html;
        assert!(page.contains("10 to 21 April 2028") || page.contains("April 2028"), "{page}");
        assert!(
            page.contains("Wednesday 1 March at 10am") && page.contains("Reception to year 11"),
            "{page}"
        );
        let settings = staff.get("/admin/holidays/easter-2028/settings").await.html;
        assert!(
            settings.contains("value=\"1 3 2028 10:00\"") && settings.contains("A young carer"),
            "{settings}"
        );
        let nothing = [("name", ""), ("funded_places", "-5")];
        let wrong = staff.post("/admin/holidays/easter-2028/settings", &with(&rules, &nothing)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.html.contains("Type a name")
                && wrong.html.contains("Type how many places there is money for"),
            "{}",
            wrong.html
        );
        let sessions = "/admin/holidays/easter-2028/sessions";
        assert!(
            staff
                .post(sessions, &[("session", "no-such"), ("meal", "hot")])
                .await
                .html
                .contains("We know no session")
        );
        staff.post(sessions, &[("session", "sports-club"), ("meal", "hot"), ("menu", "Stew")]).await;
        let html = staff.get(sessions).await.html;
        assert!(
            html.contains("A hot meal: Stew") && html.contains("Its own page still takes bookings"),
            "{html}"
        );
        for role in [Role::Editor, Role::HubWorker, Role::Family] {
            assert_eq!(town.staff(role).get("/admin/holidays").await.status, StatusCode::FORBIDDEN);
        }
        assert_eq!(staff.get("/admin/holidays/no-such/return").await.status, StatusCode::NOT_FOUND);
        assert!(
            town.browser()
                .get("/holidays/easter-2028")
                .await
                .html
                .contains("Booking opens on Wednesday 1 March at 10am")
        );
    })
    .await;
}
