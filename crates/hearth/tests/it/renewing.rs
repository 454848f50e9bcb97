//! What an editor or an officer changes is on every page after the house has renewed itself, and not half of it.

use crate::support::{Found, between, change_council, on_both_anew};
use store::args;

const ENTRY: &str = r#"
slug = "quuxish-singing"
name = "Quuxish singing"
organization = "halton-borough-council"
summary = "Sing with your baby."
description = "An hour of songs."
topics = ["things-to-do"]
way_in = ["open"]
cost = "free"
source = "made up for this test"
"#;

#[test]
fn a_published_change_shows_on_the_kept_page_and_in_the_search() {
    on_both_anew(async |home| {
        assert!(
            !Found::of(home, "/search?q=quuxish").await.addresses().contains(&"/services/quuxish-singing")
        );
        assert_eq!(home.get("/services/quuxish-singing").await.status, 404);
        publish(home, ENTRY).await;
        home.house.renew().await.unwrap();
        assert!(home.page("/services/quuxish-singing").await.contains("An hour of songs."));
        assert_eq!(Found::of(home, "/search?q=quuxish").await.addresses()[0], "/services/quuxish-singing");
        let tag = home.get("/services/quuxish-singing").await.header("etag").to_owned();

        publish(
            home,
            &ENTRY
                .replace("An hour of songs.", "Two hours of drums.")
                .replace("Quuxish singing", "Wibblish drumming"),
        )
        .await;
        home.house.renew().await.unwrap();
        let page = home.get("/services/quuxish-singing").await;
        assert!(page.text().contains("Two hours of drums.") && !page.text().contains("An hour of songs."));
        assert_ne!(page.header("etag"), tag);
        assert_eq!(Found::of(home, "/search?q=wibblish").await.addresses()[0], "/services/quuxish-singing");
        assert!(home.page("/organisations/halton-borough-council").await.contains("Wibblish drumming"));
    });
}

#[test]
fn a_draft_that_would_be_false_is_refused_whole() {
    on_both_anew(async |home| {
        for (right, wrong) in [
            ("things-to-do", "no-such-need"),
            ("halton-borough-council", "no-such-organisation"),
            ("way_in = [\"open\"]", "way_in = []"),
            ("Sing with your baby.", " "),
        ] {
            let draft: directory::ServiceDraft = toml::from_str(&ENTRY.replace(right, wrong)).unwrap();
            let now = home.house.site.clock().now();
            let published = home.database.write(move |tx| {
                let council = settings::find_council(tx)?.unwrap();
                directory::publish_service(tx, &draft, &council, now)
            });
            assert!(published.await.is_err(), "{wrong}");
            let nothing = home.database.read(|tx| {
                tx.one::<(i64,)>("select count(*) from service where slug = 'quuxish-singing'", args![])
            });
            assert_eq!(nothing.await.unwrap(), (0,), "{wrong}");
        }
        publish(home, ENTRY).await;
        let (kept,): (i64,) = home
            .database
            .read(|tx| tx.one("select count(*) from service where slug = 'quuxish-singing'", args![]))
            .await
            .unwrap();
        assert_eq!(kept, 1, "what was right is taken, and once");
    });
}

#[test]
fn a_change_of_name_and_colour_is_on_every_page_under_a_new_address() {
    on_both_anew(async |home| {
        let before = home.page("/").await;
        let old_theme = theme_of(&before);
        change_council(&home.database, |council| {
            "Quuxton family hubs <&>".clone_into(&mut council.name);
            council.brand_hue = 320;
        })
        .await;
        home.house.renew().await.unwrap();
        let theme = theme_of(&home.page("/").await);
        assert_ne!(theme, old_theme, "a browser that kept the old colours asks for the new ones");
        assert_eq!(home.get(&theme).await.status, 200);
        for path in home.sitemap().await.iter().step_by(5) {
            let page = home.page(path).await;
            assert!(page.contains("Quuxton family hubs") && page.contains(&theme), "{path}");
            assert!(
                !page.contains("Halton family hubs</") && !page.contains("Quuxton family hubs <&>"),
                "{path}"
            );
        }
        assert!(home.page("/manifest.webmanifest").await.contains("Quuxton family hubs"));
        assert!(home.page("/sw.js").await.contains(&theme));
    });
}

#[test]
fn a_node_hears_what_another_node_published() {
    on_both_anew(async |home| {
        let other = home.at(crate::support::NOW).await;
        let listening = tokio::spawn({
            let house = home.house.clone();
            async move { house.keep_fresh().await }
        });
        home.page("/services/infant-feeding-team").await;
        let council = other.site.council();
        let draft: directory::ServiceDraft = toml::from_str(ENTRY).unwrap();
        let now = other.site.clock().now();
        // The listener notes where it stands when it starts; announcing until it hears leaves nothing to chance.
        let mut found = false;
        for turn in 0..5_000 {
            if turn % 50 == 0 {
                let (draft, council) = (draft.clone(), council.clone());
                other
                    .site
                    .db()
                    .write(move |tx| directory::publish_service(tx, &draft, &council, now))
                    .await
                    .unwrap();
            }
            found = Found::of(home, "/search?q=quuxish").await.html.contains("/services/quuxish-singing");
            if found {
                break;
            }
        }
        listening.abort();
        assert!(found, "the listening node never renewed");
    });
}

async fn publish(home: &crate::support::Home, entry: &str) {
    let draft: directory::ServiceDraft = toml::from_str(entry).unwrap();
    let now = home.house.site.clock().now();
    home.database
        .write(move |tx| {
            let council = settings::find_council(tx)?.unwrap();
            directory::publish_service(tx, &draft, &council, now)
        })
        .await
        .unwrap();
}

fn theme_of(page: &str) -> String {
    let name = between(page, "href=\"/assets/theme-", "\"");
    format!("/assets/theme-{name}")
}
