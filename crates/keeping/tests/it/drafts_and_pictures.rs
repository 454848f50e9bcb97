//! What surrounds a change: a draft that is thrown away, another entry, two changes at once, pictures and mails.

use crate::support::{Home, MIGRATIONS, home, signed, visitor};
use access::{PersonId, Role};
use image::{DynamicImage, ImageFormat, RgbImage};
use std::{io::Cursor, sync::Arc};
use store::{args, testing::both};
use uuid::Uuid;
use web::Who;

const ENTRY: &str = "/provider/entries/team";

#[tokio::test]
async fn a_draft_that_is_thrown_away_comes_back_until_the_next_one_begins() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let cost = format!("{ENTRY}/cost");
        let away = format!("{ENTRY}/throw-away");
        let back = format!("{ENTRY}/bring-back");
        home.post(&home.first, &cost, &[("cost", "paid"), ("cost_note", "A pound a child")]).await;
        assert_eq!(home.post(&home.stranger, &away, &[]).await.status, 403);
        home.post(&home.second, &away, &[]).await;
        let mine = home.get(&home.first, &cost).await.text();
        assert!(mine.contains("A pound a child"), "nobody throws somebody else's draft away");

        assert_eq!(home.post(&home.first, &away, &[]).await.status, 303);
        assert!(!home.get(&home.first, &cost).await.text().contains("A pound a child"));
        let page = home.get(&home.first, ENTRY).await.text();
        assert!(page.contains("You threw away") && !page.contains("Send it for checking"), "{page}");
        assert!(!home.get(&home.first, "/provider").await.text().contains("Not sent yet"));
        let nothing = home.post(&home.first, &format!("{ENTRY}/send"), &[]).await;
        assert_eq!(nothing.status, 422, "what was thrown away is not sent");

        assert_eq!(home.post(&home.first, &back, &[]).await.status, 303);
        assert!(home.get(&home.first, &cost).await.text().contains("A pound a child"));
        home.post(&home.first, &away, &[]).await;
        home.post(&home.first, &cost, &[("cost", "free"), ("cost_note", "Free on Mondays")]).await;
        home.post(&home.first, &back, &[]).await;
        let page = home.get(&home.first, &cost).await.text();
        assert!(
            page.contains("Free on Mondays"),
            "an older draft must not replace the one begun since: {page}"
        );
    })
    .await;
}

#[tokio::test]
async fn an_organisation_that_is_listed_begins_another_entry_itself() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let page = home.get(&home.first, "/provider/new").await;
        assert_eq!(page.status, 200);
        assert!(!page.text().contains("<select"), "who keeps one organisation is not asked which");
        let nameless = home.post(&home.first, "/provider/new", &[("name", " ")]).await;
        assert!(nameless.status == 422 && nameless.text().contains("Give the name of the service"));

        let named = [("name", "Demonstration team")];
        let begun = home.post(&home.first, "/provider/new", &named).await;
        assert_eq!(begun.status, 303, "{}", begun.text());
        assert_ne!(begun.location, ENTRY, "the name is taken, so the address is another");
        let again = home.post(&home.first, "/provider/new", &named).await;
        assert_eq!(again.location, begun.location, "pressed twice is begun once");
        assert_eq!(home.get(&home.second, &begun.location).await.status, 200, "it is the organisation's");
        assert_eq!(home.get(&home.stranger, &begun.location).await.status, 403);
        assert!(home.get(&visitor(), "/provider/new").await.location.starts_with("/sign-in?next="));

        let asked = home.post(&home.editor, "/provider/new", &[("name", "Demonstration walks")]).await;
        assert!(asked.status == 422 && asked.text().contains("Choose who runs it"), "{}", asked.text());
        assert!(asked.text().contains("Demonstration walks"), "what was typed is put back");
        let theirs = home.stranger.actor.clone();
        let access::Actor::Person(theirs) = theirs else { panic!("a keeper is a person") };
        let other = theirs.organizations[0].to_string();
        let chosen = [("name", "Demonstration walks"), ("organization", other.as_str())];
        let begun = home.post(&home.editor, "/provider/new", &chosen).await;
        assert_eq!(home.get(&home.stranger, &begun.location).await.status, 200);
        assert_eq!(home.get(&home.first, &begun.location).await.status, 403);
        let own_only = home.post(&home.first, "/provider/new", &chosen).await;
        assert_eq!(
            home.get(&home.stranger, &own_only.location).await.status,
            403,
            "a keeper begins for their own"
        );
    })
    .await;
}

#[tokio::test]
async fn of_two_changes_that_wait_the_second_is_compared_with_what_the_first_became() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let what = |name: &'static str, description: &'static str| {
            [("name", name), ("summary", "Help with feeding"), ("description", description)]
        };
        home.post(&home.first, &format!("{ENTRY}/what"), &what("First’s name", "We sit with you.")).await;
        assert_eq!(home.post(&home.first, &format!("{ENTRY}/send"), &[]).await.status, 200);
        home.site.clock().set("2026-11-22T10:00:00Z".parse().unwrap());
        home.post(&home.second, &format!("{ENTRY}/what"), &what("Second’s name", "Second’s words.")).await;
        let odd = home.post(&home.second, &format!("{ENTRY}/send"), &[]).await;
        assert_eq!(odd.location, format!("{ENTRY}/compare"), "the second is shown that another waits");
        let first = changes(&home).await[0].to_string();
        let chosen = [("version", "1"), ("seen", first.as_str()), ("name", "mine")];
        assert_eq!(home.post(&home.second, &format!("{ENTRY}/compare"), &chosen).await.status, 303);
        assert_eq!(home.post(&home.second, &format!("{ENTRY}/send"), &[]).await.status, 200);

        let [first, second] = changes(&home).await[..] else { panic!("two changes wait") };
        let (first, second) = (format!("/admin/review/{first}"), format!("/admin/review/{second}"));
        assert!(home.get(&home.editor, &second).await.text().contains("Demonstration team"));
        home.post(&home.editor, &first, &[("version", "1"), ("all", "accept")]).await;
        let page = home.get(&home.editor, &second).await.words();
        let (now, suggested) = (page.find("First’s name").unwrap(), page.find("Second’s name").unwrap());
        assert!(now < suggested && page.contains("since they wrote"), "{page}");

        let said = |version: &'static str| {
            [
                ("version", version),
                ("verdict-name", "amend"),
                ("amend-name", "Both names"),
                ("verdict-description", "accept"),
            ]
        };
        let stale = home.post(&home.editor, &second, &said("1")).await;
        assert!(stale.status == 422 && stale.text().contains("Both names"), "{}", stale.text());
        let settled = home.post(&home.editor, &second, &said("2")).await;
        assert_eq!(settled.status, 200, "{}", settled.text());
        let entry = home.entry("team").await;
        assert_eq!((entry.version, entry.name.as_str()), (3, "Both names"));
        assert_eq!(entry.draft.description, "Second’s words.");
        let mail = home.mails_to("second@example.org").await.pop().expect("the second is written to");
        assert!(mail.contains("Name, in other words"), "{mail}");
    })
    .await;
}

#[tokio::test]
async fn a_checked_picture_is_on_the_page_of_the_service_and_a_refused_one_is_explained_in_a_mail() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let page = families_page(&home, "team").await;
        assert!(!page.contains("What it looks like"), "{page}");
        let mut png = Vec::new();
        DynamicImage::from(RgbImage::new(60, 40))
            .write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
            .unwrap();
        for name in ["door.png", "room.png"] {
            assert_eq!(home.upload(&home.first, &format!("{ENTRY}/pictures"), name, &png).await.status, 303);
        }
        let ids: Vec<(Uuid,)> =
            home.db.read(|tx| tx.all("select id from entry_picture order by id", args![])).await.unwrap();
        let [shown, refused] = [0, 1].map(|at| ids[at].0);
        let settle = |id: Uuid| format!("/admin/review/pictures/{id}");
        assert!(!families_page(&home, "team").await.contains("Our blue door"), "not checked yet");
        home.post(&home.editor, &settle(shown), &[("verdict", "show")]).await;
        let why = [("verdict", "refuse"), ("reason", "A face can be seen")];
        assert_eq!(home.post(&home.editor, &settle(refused), &why).await.status, 303);

        let page = families_page(&home, "team").await;
        let image = page.split("<img").find(|tag| tag.contains("/pictures/")).expect("a picture is shown");
        let image = image.split('>').next().unwrap();
        for wanted in
            [&shown.to_string(), "alt=\"Our blue door\"", "width=\"60\"", "height=\"40\"", "loading=\"lazy\""]
        {
            assert!(image.contains(wanted), "{wanted}: {image}");
        }
        assert!(!page.contains(&refused.to_string()));
        let mail = home.mails_to("first@example.org").await.pop().expect("who sent it is written to");
        assert!(
            mail.contains("A face can be seen") && mail.contains("/provider/entries/team/pictures"),
            "{mail}"
        );
        let again = home.post(&home.editor, &settle(refused), &why).await;
        assert_eq!((again.status, home.mails_to("first@example.org").await.len()), (404, 1), "told once");

        home.post(&home.second, &format!("{ENTRY}/pictures/{shown}/remove"), &[]).await;
        assert!(!families_page(&home, "team").await.contains("What it looks like"), "taken away is gone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_sent_at_the_same_moment_are_six_and_no_more() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let mut png = Vec::new();
        DynamicImage::from(RgbImage::new(6, 4))
            .write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
            .unwrap();
        let path = format!("{ENTRY}/pictures");
        let send = async |who| home.upload(who, &path, "door.png", &png).await;
        for _ in 0..4 {
            assert_eq!(send(&home.first).await.status, 303);
        }
        let (one, two) = (&home.first, &home.second);
        let answers = tokio::join!(send(one), send(two), send(one), send(two), send(one));
        let answers = [answers.0, answers.1, answers.2, answers.3, answers.4];
        assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 2);
        let refused: Vec<_> = answers.iter().filter(|answer| answer.status != 303).collect();
        for answer in refused {
            assert!(answer.status == 422 && answer.text().contains("An entry can have 6 pictures"));
            assert!(answer.text().contains("value=\"Our blue door\""), "what was typed is put back");
        }
        let (kept,): (i64,) =
            home.db.read(|tx| tx.one("select count(*) from entry_picture", args![])).await.unwrap();
        assert_eq!(kept, 6);
    })
    .await;
}

#[tokio::test]
async fn the_councils_people_who_watch_or_send_get_their_mails_and_who_has_left_gets_none() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let editor = person(&home, "desk@example.org", Role::Editor).await;
        let left = person(&home, "left@example.org", Role::ProviderEditor).await;
        home.post(&editor, "/admin/entries/team/watch", &[("watch", "yes")]).await;
        let left = left.actor.person().unwrap().uuid();
        let (entry, now) = (home.entry("team").await.id, home.site.clock().now());
        home.db
            .write(move |tx| {
                tx.exec(
                    "insert into entry_watch (service_id, person, since) values ($1, $2, $3)",
                    args![entry, left, now],
                )
            })
            .await
            .unwrap();
        home.rename("Feeding Friends").await;
        let mails = home.mails_to("desk@example.org").await;
        assert!(mails[0].contains("/admin/entries/team/history"), "{mails:?}");
        assert!(home.mails_to("left@example.org").await.is_empty(), "who keeps nothing here hears nothing");

        home.post(&editor, &format!("{ENTRY}/cost"), &[("cost", "paid")]).await;
        home.post(&editor, &format!("{ENTRY}/send"), &[]).await;
        let change = home.change("waiting").await;
        home.post(&home.steward, &change, &[("version", "2"), ("all", "accept")]).await;
        let mails = home.mails_to("desk@example.org").await;
        assert!(mails.iter().any(|mail| mail.contains("What it costs")), "{mails:?}");
    })
    .await;
}

#[tokio::test]
async fn without_its_own_address_the_site_says_so_and_keeps_what_was_typed() {
    both(MIGRATIONS, async |db| {
        let home = home(db).await;
        let typed = [
            ("organization", "Demonstration Toy Library"),
            ("kind", "charity"),
            ("what", "We lend toys."),
            ("evidence", "Charity 0000000"),
            ("contact", "Demonstration asker"),
            ("email", "asker@example.org"),
            ("form_key", "0123456789abcdef0123456789abcdef"),
        ];
        home.post(&visitor(), "/list-your-service", &typed).await;
        let link = home.mails_to("asker@example.org").await.pop().unwrap();
        let link = link.split_whitespace().find(|word| word.contains("/confirm/")).unwrap().to_owned();
        home.post(&visitor(), link.trim_start_matches("https://hub.example.org"), &[]).await;
        let list = home.get(&home.editor, "/admin/applications").await.text();
        let id = list.split("/admin/applications/").nth(1).unwrap().split('"').next().unwrap().to_owned();

        home.db
            .write(|tx| {
                settings::set_council(tx, &settings::Council::unnamed(), "2026-11-22T09:00:00Z".parse()?)
            })
            .await
            .unwrap();
        home.site.refresh().await.unwrap();
        let mut again = typed;
        again[6].1 = "ffffffffffffffffffffffffffffffff";
        let page = home.post(&visitor(), "/list-your-service", &again).await;
        assert_eq!(page.status, 422, "{}", page.text());
        assert!(page.text().contains("not set up to send mail yet") && page.text().contains("We lend toys."));
        assert_eq!(home.mails_to("asker@example.org").await.len(), 1);

        for verdict in ["accept", "refuse"] {
            let said = [("verdict", verdict), ("reason", "We could not find the number")];
            let page = home.post(&home.editor, &format!("/admin/applications/{id}"), &said).await;
            assert!(
                page.status == 422 && page.text().contains("We could not find the number"),
                "{}",
                page.text()
            );
        }
        let waiting = home.db.read(keeping::count_waiting).await.unwrap();
        assert_eq!(waiting.applications, 1, "nothing was done");
    })
    .await;
}

/// The changes that wait, first sent first.
async fn changes(home: &Home) -> Vec<Uuid> {
    let sql = "select id from entry_change where state = 'waiting' order by sent_at";
    let rows: Vec<(Uuid,)> = home.db.read(move |tx| tx.all(sql, args![])).await.unwrap();
    rows.into_iter().map(|(id,)| id).collect()
}

/// The page of a service as a family opens it.
async fn families_page(home: &Home, slug: &str) -> String {
    let directory = directory::Directory::open(&home.site, Arc::new(|_| Vec::new())).await.unwrap();
    home.site.refresh().await.unwrap();
    let answer = home.through(directory::routes(&directory), &visitor(), &format!("/services/{slug}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}

/// Somebody with an address and a role who keeps no organisation's entries.
async fn person(home: &Home, email: &'static str, role: Role) -> Who {
    let (clock, dice) = (home.site.clock().clone(), home.site.dice().clone());
    let person: PersonId = home
        .db
        .write(move |tx| {
            let draft = accounts::PersonDraft {
                email: email.parse().map_err(anyhow_message)?,
                name: "Demonstration person".to_owned(),
                roles: vec![role],
                organizations: Vec::new(),
            };
            accounts::set_person(tx, &draft, &clock, &dice)
        })
        .await
        .unwrap();
    signed(person, role, vec![])
}

fn anyhow_message(sentence: String) -> kernel::Fault {
    std::io::Error::other(sentence).into()
}
