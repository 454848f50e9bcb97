//! Entries kept through the doors, as providers and the council's people do it, on both databases.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod drafts_and_pictures;
mod support;
mod typing;

use directory::Status;
use image::{DynamicImage, ImageFormat, RgbImage};
use std::{io::Cursor, path::Path};
use store::testing::{both, prepare_all, statements_in};
use support::{MIGRATIONS, home, signed, visitor};

const ENTRY: &str = "/provider/entries/team";

#[tokio::test]
async fn a_change_is_drafted_sent_taken_in_part_and_its_sender_told_why() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let page = home.get(&home.first, ENTRY).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("Nothing has changed"), "{}", page.text());
        let what = [
            ("name", "The Feeding Friends"),
            ("summary", "Help with feeding"),
            ("description", "We sit with you."),
        ];
        assert_eq!(home.post(&home.first, &format!("{ENTRY}/what"), &what).await.status, 303);
        let phones = [("phones-0-number", "0151 496 0123"), ("phones-0-description", "The team")];
        assert_eq!(home.post(&home.first, &format!("{ENTRY}/contact"), &phones).await.status, 303);
        let preview = home.get(&home.first, &format!("{ENTRY}/preview")).await.text();
        assert!(preview.contains("This is a preview") && preview.contains("0151 496 0123"), "{preview}");
        let sent = home.post(&home.first, &format!("{ENTRY}/send"), &[("note", "A new sign")]).await;
        assert!(sent.text().contains("2 changes are being checked"), "{}", sent.text());

        let meanwhile = home.entry("team").await;
        assert_eq!((meanwhile.version, meanwhile.name.as_str()), (1, "Demonstration team"));
        let queue = home.get(&home.editor, "/admin/review").await.text();
        assert!(
            queue.contains("Demonstration team")
                && queue.contains("2 changes")
                && queue.contains("Demonstration first")
        );
        let change = home.change("waiting").await;
        let page = home.get(&home.editor, &change).await.words();
        assert!(
            page.contains("0151 496 0000") && page.contains("0151 496 0123") && page.contains("A new sign")
        );

        let silent = [("version", "1"), ("verdict-phones", "accept"), ("verdict-name", "refuse")];
        let refused = home.post(&home.editor, &change, &silent).await;
        assert_eq!(refused.status, 422, "a refusal needs a reason");
        let said = [silent[0], silent[1], silent[2], ("reason-name", "We use the name on the sign")];
        let settled = home.post(&home.editor, &change, &said).await;
        assert_eq!(settled.status, 200, "{}", settled.text());
        let entry = home.entry("team").await;
        assert_eq!((entry.version, entry.name.as_str()), (2, "Demonstration team"));
        assert_eq!(entry.draft.phones[0].number.as_str(), "0151 496 0123");
        assert_eq!(entry.draft.checked_on.unwrap().to_string(), "2025-01-05", "publishing is not checking");
        let mails = home.mails_to("first@example.org").await;
        let mail = mails.last().expect("the sender is written to");
        assert!(
            mail.contains("Phone numbers") && mail.contains("Name: We use the name on the sign"),
            "{mail}"
        );
        let again = home.post(&home.editor, &change, &said).await.text();
        assert!(again.contains("settled this already"), "a change is settled once");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_as_it_was_typed() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let path = format!("{ENTRY}/contact");
        let typed = [("phones-0-number", "ring <the> bell"), ("website", "www.example.org")];
        let wrong = home.post(&home.first, &path, &typed).await;
        assert_eq!(wrong.status, 422);
        let page = home.get(&home.first, &path).await.text();
        assert!(
            page.contains("ring &#60;the&#62; bell") && page.contains("https://www.example.org"),
            "{page}"
        );
        for website in [
            "https://user:word@example.org",
            "https://bank.example.org@evil.example",
            "https://evil.example\\@bank.example.org",
            "//evil.example",
            "user@evil.example",
        ] {
            let wrong = home.post(&home.first, &path, &[("website", website)]).await.text();
            assert!(wrong.contains("Enter a website") && wrong.contains(website), "{website}: {wrong}");
        }
        home.post(&home.first, &path, &typed).await;
        let sent = home.post(&home.first, &format!("{ENTRY}/send"), &[]).await;
        assert_eq!(sent.status, 422);
        assert!(sent.text().contains("Put right first: Phone, email and website"));
        assert_eq!(home.entry("team").await.version, 1);
    })
    .await;
}

#[tokio::test]
async fn a_stranger_and_a_visitor_are_kept_out() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        for path in ["", "/what", "/preview", "/compare", "/pictures"] {
            let path = format!("{ENTRY}{path}");
            assert_eq!(home.get(&home.stranger, &path).await.status, 403, "{path}");
            assert!(home.get(&visitor(), &path).await.location.starts_with("/sign-in?next="), "{path}");
        }
        for path in ["/what", "/send", "/still-right", "/compare", "/watch"] {
            assert_eq!(home.post(&home.stranger, &format!("{ENTRY}{path}"), &[]).await.status, 403, "{path}");
        }
        for path in
            ["/admin/review", "/admin/review/rules", "/admin/applications", "/admin/entries/team/history"]
        {
            assert_eq!(home.get(&home.first, path).await.status, 403, "{path}");
        }
        assert_eq!(home.get(&home.editor, "/admin/review/rules").await.status, 403);
        let mine = home.get(&home.stranger, "/provider").await.text();
        assert!(mine.contains("Demonstration club") && !mine.contains("Demonstration team"));
    })
    .await;
}

#[tokio::test]
async fn nothing_has_changed_takes_one_press_and_can_be_taken_back() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let thanks = home.post(&home.first, &format!("{ENTRY}/still-right"), &[]).await.text();
        assert!(thanks.contains("Checked November 2026"), "{thanks}");
        let entry = home.entry("team").await;
        assert_eq!(
            (entry.version, entry.draft.checked_on.unwrap().to_string()),
            (1, "2026-11-22".to_owned())
        );
        home.rename("Feeding Friends").await;
        assert_eq!(home.entry("team").await.draft.checked_on.unwrap().to_string(), "2026-11-22");
        let said = thanks.split("name=\"said\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let undo = [("said", said)];
        let path = format!("{ENTRY}/still-right/undo");
        assert_eq!(home.post(&home.stranger, &path, &undo).await.status, 403);
        home.post(&home.first, &path, &undo).await;
        assert_eq!(home.entry("team").await.draft.checked_on.unwrap().to_string(), "2025-01-05");
        home.post(&home.second, &format!("{ENTRY}/still-right"), &[]).await;
        let again = home.post(&home.first, &path, &undo).await.text();
        assert!(
            again.contains("The date stays"),
            "taken back once, and not what another said since: {again}"
        );
        assert_eq!(home.entry("team").await.draft.checked_on.unwrap().to_string(), "2026-11-22");
    })
    .await;
}

#[tokio::test]
async fn the_second_of_two_who_changed_the_same_sees_both_and_loses_nothing() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let typed = [
            ("name", "Second’s name"),
            ("summary", "Help with feeding"),
            ("description", "We sit with you. Second."),
        ];
        home.post(&home.second, &format!("{ENTRY}/what"), &typed).await;
        home.rename("First’s name").await;

        let sent = home.post(&home.second, &format!("{ENTRY}/send"), &[]).await;
        assert_eq!((sent.status, sent.location.as_str()), (303, "/provider/entries/team/compare"));
        let both = home.get(&home.second, &format!("{ENTRY}/compare")).await.text();
        assert!(both.contains("First’s name") && both.contains("Second’s name"), "{both}");
        let undecided = home.post(&home.second, &format!("{ENTRY}/compare"), &[("version", "2")]).await;
        assert_eq!(undecided.status, 422);
        let chosen =
            home.post(&home.second, &format!("{ENTRY}/compare"), &[("version", "2"), ("name", "mine")]).await;
        assert_eq!(chosen.status, 303, "{}", chosen.text());
        home.post(&home.second, &format!("{ENTRY}/send"), &[]).await;
        let change = home.change("waiting").await;
        home.post(&home.editor, &change, &[("version", "2"), ("all", "accept")]).await;
        let entry = home.entry("team").await;
        assert_eq!((entry.version, entry.name.as_str()), (3, "Second’s name"));
        assert_eq!(entry.draft.description, "We sit with you. Second.");
    })
    .await;
}

#[tokio::test]
async fn who_looks_at_who_sent_what_leaves_a_row_in_the_trail() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let needs = [("topics", "feeding"), ("sensitive", "yes"), ("aliases", "breast")];
        home.post(&home.first, &format!("{ENTRY}/needs"), &needs).await;
        home.post(&home.first, &format!("{ENTRY}/send"), &[]).await;
        let change = home.change("waiting").await;
        let reads = async |who: &web::Who, path: &str| {
            assert_eq!(home.get(who, path).await.status, 200, "{path}");
            let (person, filter) = (who.actor.person(), access::audit::Filter::default());
            let (rows, all) = home.db.read(move |tx| access::audit::search(tx, &filter, 1, 0)).await.unwrap();
            assert_eq!(rows[0].actor_id, person.map(|person| person.uuid()), "{path}");
            (all, rows[0].did.clone(), rows[0].record_id.is_some())
        };
        let (before, ..) = reads(&home.editor, "/admin/review").await;
        let row = |number: i64, did: &str, of_one: bool| (before + number, did.to_owned(), of_one);
        let list = reads(&home.editor, "/admin/review").await;
        assert_eq!(list, row(1, "read the list of changes", false), "one row for each look");
        assert_eq!(reads(&home.editor, &change).await, row(2, "read a change", true));
        let history = reads(&home.editor, "/admin/entries/team/history").await;
        assert_eq!(history, row(3, "read the history of an entry", true));
        let second = reads(&home.lead, "/admin/review/second").await;
        assert_eq!(second, row(4, "read the list of changes for a second person", false));
    })
    .await;
}

#[tokio::test]
async fn an_earlier_version_comes_back_as_a_new_one() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        home.rename("Feeding Friends").await;
        let history = home.get(&home.editor, "/admin/entries/team/history").await.text();
        assert!(
            history.contains("Version 2")
                && history.contains("Demonstration team")
                && history.contains("Feeding Friends")
        );
        let fields = [("restore", "1"), ("current", "1")];
        let late = home.post(&home.editor, "/admin/entries/team/history", &fields).await.text();
        assert!(late.contains("changed while you were looking"));
        home.post(&home.first, &format!("{ENTRY}/watch"), &[("watch", "yes")]).await;
        home.post(&home.editor, "/admin/entries/team/history", &[("restore", "1"), ("current", "2")]).await;
        let entry = home.entry("team").await;
        assert_eq!((entry.version, entry.name.as_str()), (3, "Demonstration team"));
        let kept = home.db.read(move |tx| directory::find_version(tx, entry.id, 2)).await.unwrap().unwrap();
        assert_eq!(kept.name, "Feeding Friends", "nothing is erased");
        let mails = home.mails_to("first@example.org").await;
        assert!(mails.iter().any(|mail| mail.contains("a new version of Feeding Friends")), "{mails:?}");
    })
    .await;
}

#[tokio::test]
async fn what_touches_safety_takes_two_different_people() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let needs = [("topics", "feeding"), ("sensitive", "yes"), ("aliases", "breast")];
        home.post(&home.first, &format!("{ENTRY}/needs"), &needs).await;
        home.post(&home.first, &format!("{ENTRY}/send"), &[]).await;
        let change = home.change("waiting").await;
        let first = home.post(&home.steward, &change, &[("version", "1"), ("all", "accept")]).await;
        assert!(first.text().contains("waits for a second person"), "{}", first.text());
        let entry = home.entry("team").await;
        assert!(!entry.sensitive && entry.draft.aliases == ["breast"], "the rest is published at once");
        let second = format!("{change}/second");
        assert_eq!(home.get(&home.editor, &second).await.status, 403);
        let same = home.post(&home.steward, &second, &[("verdict-sensitive", "accept")]).await;
        assert_eq!(same.status, 422, "nobody is both");
        assert!(!home.entry("team").await.sensitive);
        assert!(home.get(&home.lead, "/admin/review/second").await.text().contains("Demonstration team"));
        let agreed = home.post(&home.lead, &second, &[("verdict-sensitive", "accept")]).await;
        assert_eq!(agreed.status, 200, "{}", agreed.text());
        let entry = home.entry("team").await;
        assert!(entry.sensitive && entry.version == 3);
    })
    .await;
}

#[tokio::test]
async fn trusted_fields_show_at_once_until_the_rules_say_otherwise() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let closed = [
            ("status", "active"),
            ("closures-0-from", "2026-11-22"),
            ("closures-0-until", "2026-11-23"),
            ("closures-0-reason", "The boiler"),
        ];
        home.post(&home.first, &format!("{ENTRY}/closures"), &closed).await;
        let sent = home.post(&home.first, &format!("{ENTRY}/send"), &[]).await.text();
        assert!(sent.contains("Families see this now: Closed days"), "{sent}");
        assert_eq!(home.entry("team").await.status, Status::TemporarilyClosed);

        home.site.clock().set("2026-11-24T01:00:00Z".parse().unwrap());
        keeping::renew_closures(home.site.clone()).await.unwrap();
        let entry = home.entry("team").await;
        assert_eq!((entry.status, entry.draft.closures.len(), entry.version), (Status::Active, 0, 3));

        home.post(&home.steward, "/admin/review/rules", &[("straight", "schedules")]).await;
        let closed = [closed[0], ("closures-0-from", "2026-12-24"), ("closures-0-until", "2026-12-26")];
        home.post(&home.first, &format!("{ENTRY}/closures"), &closed).await;
        let sent = home.post(&home.first, &format!("{ENTRY}/send"), &[]).await.text();
        assert!(sent.contains("1 change is being checked: Closed days."), "{sent}");
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_made_anew_and_shown_after_somebody_has_looked() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let path = format!("{ENTRY}/pictures");
        let page =
            home.upload(&home.first, &path, "door.jpg", b"<html><script>alert(1)</script></html>").await;
        assert!(
            page.status == 422
                && page.text().contains("not a picture we can take")
                && page.text().contains("Our blue door")
        );
        let large = home.upload(&home.first, &path, "door.jpg", &vec![0xFF; 6 * 1024 * 1024]).await;
        assert!(large.status == 422 && large.text().contains("up to 5 MB"), "{}", large.text());
        assert_eq!(home.upload(&home.stranger, &path, "door.jpg", b"x").await.status, 403);

        let mut png = Vec::new();
        DynamicImage::from(RgbImage::new(1_600, 40))
            .write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
            .unwrap();
        let sent = home.upload(&home.first, &path, "door.jpg", &png).await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let (id,): (uuid::Uuid,) =
            home.db.read(|tx| tx.one("select id from entry_picture", store::args![])).await.unwrap();
        let shown = format!("/pictures/{id}");
        assert_eq!(home.get(&visitor(), &shown).await.status, 404);
        assert_eq!(home.get(&home.first, &format!("/provider{shown}")).await.status, 200);
        assert_eq!(home.get(&home.stranger, &format!("/provider{shown}")).await.status, 403);
        home.post(&home.editor, &format!("/admin/review/pictures/{id}"), &[("verdict", "show")]).await;
        let picture = home.get(&visitor(), &shown).await;
        let opened = image::load_from_memory(&picture.body).unwrap();
        assert_eq!((picture.status, opened.width(), opened.height()), (200, 1_200, 30));
        assert_eq!(image::guess_format(&picture.body).unwrap(), ImageFormat::Jpeg);
    })
    .await;
}

#[tokio::test]
async fn an_organisation_applies_is_checked_and_writes_its_first_entry() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let mut typed = vec![
            ("organization", "Demonstration Toy Library"),
            ("kind", "charity"),
            ("what", "We lend toys."),
            ("evidence", "Charity 0000000"),
            ("contact", "Demonstration asker"),
            ("email", "not an address"),
            ("form_key", "0123456789abcdef0123456789abcdef"),
        ];
        let wrong = home.post(&visitor(), "/list-your-service", &typed).await;
        assert!(wrong.status == 422 && wrong.text().contains("We lend toys."));
        typed[5].1 = "asker@example.org";
        for _ in 0..2 {
            assert!(
                home.post(&visitor(), "/list-your-service", &typed)
                    .await
                    .text()
                    .contains("Your reference is")
            );
        }
        assert!(
            !home.get(&home.editor, "/admin/applications").await.text().contains("Toy Library"),
            "not confirmed yet"
        );
        let mails = home.mails_to("asker@example.org").await;
        assert_eq!(mails.len(), 1, "a form that was sent twice is kept once");
        // Back, and the address corrected: the link goes there as well, and the first one stays good.
        let mut corrected = typed.clone();
        corrected[5].1 = "asker2@example.org";
        for _ in 0..2 {
            let page = home.post(&visitor(), "/list-your-service", &corrected).await;
            assert!(page.status == 200 && page.text().contains("Your reference is"), "{}", page.text());
        }
        assert_eq!(home.mails_to("asker2@example.org").await.len(), 1, "the other address has its own link");
        assert_eq!(home.mails_to("asker@example.org").await.len(), 1);
        let link = mails[0].split_whitespace().find(|word| word.contains("/confirm/")).unwrap();
        let link = link.trim_start_matches("https://hub.example.org").to_owned();
        home.get(&visitor(), &link).await;
        assert!(
            !home.get(&home.editor, "/admin/applications").await.text().contains("Toy Library"),
            "a button is needed"
        );
        assert_eq!(home.post(&visitor(), &link, &[]).await.status, 303);
        let list = home.get(&home.editor, "/admin/applications").await.text();
        let id = list.split("/admin/applications/").nth(1).unwrap().split('"').next().unwrap();
        let page = format!("/admin/applications/{id}");
        assert_eq!(home.post(&home.editor, &page, &[("verdict", "refuse")]).await.status, 422);
        let accepted = home.post(&home.editor, &page, &[("verdict", "accept")]).await;
        assert!(accepted.text().contains("Accepted: Demonstration Toy Library"), "{}", accepted.text());
        assert_eq!(home.mails_to("asker@example.org").await.len(), 2);

        let slug = "demonstration-toy-library";
        let keeper = home
            .db
            .read(move |tx| {
                let organization =
                    directory::list_organizations(tx)?.into_iter().find(|it| it.slug == slug).unwrap();
                let keepers = accounts::list_keepers(tx, organization.id.uuid())?;
                Ok(signed(keepers[0].person, access::Role::ProviderEditor, vec![organization.id.uuid()]))
            })
            .await
            .unwrap();
        let entry = format!("/provider/entries/{slug}");
        assert!(home.get(&keeper, "/provider").await.text().contains(&entry));
        let what = [
            ("name", "Demonstration Toy Library"),
            ("summary", "Toys to borrow"),
            ("description", "We lend toys."),
        ];
        home.post(&keeper, &format!("{entry}/what"), &what).await;
        assert_eq!(
            home.post(&keeper, &format!("{entry}/send"), &[]).await.status,
            422,
            "more has to be filled in"
        );
        home.post(&keeper, &format!("{entry}/needs"), &[("topics", "feeding")]).await;
        home.post(&keeper, &format!("{entry}/way-in"), &[("way_in", "open")]).await;
        let sent = home.post(&keeper, &format!("{entry}/send"), &[]).await;
        assert_eq!(sent.status, 200, "{}", sent.text());
        let change = home.change("waiting").await;
        let settled = home.post(&home.editor, &change, &[("version", "0"), ("all", "accept")]).await;
        assert_eq!(settled.status, 200, "{}", settled.text());
        let entry = home.entry(slug).await;
        assert_eq!((entry.version, entry.draft.summary.as_str()), (1, "Toys to borrow"));
    })
    .await;
}

#[tokio::test]
async fn somebody_who_is_forgotten_leaves_no_draft_and_no_note() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        home.rename("Feeding Friends").await;
        home.post(&home.first, &format!("{ENTRY}/cost"), &[("cost", "paid")]).await;
        let person = home.first.actor.person().unwrap();
        let now = home.site.clock().now();
        let (before, after) = home
            .db
            .write(move |tx| {
                let before = keeping::export_about(tx, person)?;
                keeping::erase(tx, person, now)?;
                Ok((before, keeping::export_about(tx, person)?))
            })
            .await
            .unwrap();
        assert_eq!(before["drafts"].as_array().unwrap().len(), 1);
        assert_eq!(after["drafts"].as_array().unwrap().len(), 0);
        assert_eq!(after["sent_for_checking"][0]["note"], "");
    })
    .await;
}

#[tokio::test]
async fn every_statement_of_the_room_can_be_prepared_on_both_databases() {
    both(MIGRATIONS, async |db| {
        let statements = statements_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        assert!(statements.len() > 25, "{} statements", statements.len());
        let refused = prepare_all(&db, statements).await;
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    })
    .await;
}
