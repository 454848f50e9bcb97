//! The work that the demonstration begins with, on both databases.

use access::{Actor, Role, Signed};
use axum::{Extension, body::Body, http::Request};
use http_body_util::BodyExt;
use kernel::{Clock, Dice};
use notify::Notify;
use store::testing::both;
use tower::ServiceExt;
use web::{Site, Who};

const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    notify::MIGRATIONS,
    accounts::MIGRATIONS,
    directory::MIGRATIONS,
    keeping::MIGRATIONS,
    freshness::MIGRATIONS,
    intake::MIGRATIONS,
    quality::MIGRATIONS,
];

#[tokio::test]
async fn no_door_is_empty_on_the_first_visit_and_the_work_is_made_once() {
    both(MIGRATIONS, async |db| {
        let clock = Clock::standing_at("2026-11-22T09:00:00Z");
        demo::make(&db, &clock).await.unwrap();
        let now = clock.now();
        db.write(move |tx| {
            let council = settings::find_council(tx)?.unwrap();
            let council = settings::Council { public_url: "https://hub.example.org".to_owned(), ..council };
            settings::set_council(tx, &council, now)
        })
        .await
        .unwrap();
        let site = Site::open(db.clone(), clock.clone(), Dice::loaded(3)).await.unwrap();
        let notify = Notify::demonstration(&site, keeping::TEMPLATES);
        demo::add_people(&site).await.unwrap();
        assert!(demo::add_work(&site, &notify).await.unwrap());
        assert!(!demo::add_work(&site, &notify).await.unwrap(), "the second start finds it there");

        let today = clock.today();
        let (waiting, reports, lines) = db
            .read(move |tx| {
                let reports = directory::upkeep::list_open_reports(tx)?;
                Ok((keeping::count_waiting(tx)?, reports, directory::upkeep::list_upkeep(tx, today)?))
            })
            .await
            .unwrap();
        assert_eq!((waiting.changes, waiting.applications, waiting.ever_sent), (2, 1, 3));
        let hours = |at: kernel::Instant| (now.as_second() - at.as_second()) / 3_600;
        let late = reports.iter().filter(|report| hours(report.reported_at) >= 48).count();
        assert_eq!((reports.len(), late), (3, 1));
        // Nobody has checked anything in a demonstration, so no entry says that its service did.
        assert!(lines.iter().all(|line| line.assured_date.is_none_or(|day| day <= today)));
        assert!(
            lines.iter().any(|line| line.assured_date.is_none_or(|day| (today - day).get_days() > 91)),
            "some are due"
        );
        the_queue_shows_what_was_asked(&site).await;
        the_neighbour_shows_what_sources_and_figures_do(&site).await;
        let trail = db.read(access::audit::verify).await.unwrap();
        assert!(matches!(trail, access::audit::Soundness::Sound { .. }), "{trail:?}");
    })
    .await;
}

/// The provider asks for a private page, and that is what an editor reads: nothing falls off the entry beside it.
async fn the_queue_shows_what_was_asked(site: &Site) {
    let changes: Vec<(uuid::Uuid, String)> = site
        .db()
        .read(|tx| tx.all("select id, note from entry_change where state = 'waiting'", store::args![]))
        .await
        .unwrap();
    let (change, _) = changes.iter().find(|(_, note)| note.contains("private page")).expect("it waits");
    let editor = Signed {
        person: kernel::Id::named("test", "editor"),
        roles: [Role::Editor].into_iter().collect(),
        organizations: Vec::new(),
    };
    let who = Who { actor: Actor::Person(editor) };
    let doors = web::shell(site, keeping::admin_door(site).into_router().layer(Extension(who)));
    let request = Request::get(format!("/admin/review/{change}")).body(Body::empty()).unwrap();
    let body = doors.oneshot(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    let page = String::from_utf8_lossy(&body).into_owned();
    assert!(page.contains("id=\"sensitive\"") && page.contains("<ins>Yes</ins>"), "{page}");
    assert_eq!(page.matches("<fieldset class=\"diff").count(), 1, "nothing else changes: {page}");
}

/// One difference and one entry that is gone wait for somebody, one entry was made of two, and all of it says of itself
/// that it is an example from outside the area, so that nobody in it is sent there.
async fn the_neighbour_shows_what_sources_and_figures_do(site: &Site) {
    let (to_settle, replaced, entries, waits) = site
        .db()
        .read(|tx| {
            let entries = directory::list_entries(tx)?;
            let theirs: Vec<String> =
                intake::list_sources_of_entries(tx)?.into_iter().map(|(slug, _)| slug).collect();
            let entries: Vec<_> = entries.into_iter().filter(|entry| theirs.contains(&entry.slug)).collect();
            Ok((
                intake::count_waiting(tx)?.to_settle(),
                directory::list_replaced(tx)?.len(),
                entries,
                quality::tiles(tx)?,
            ))
        })
        .await
        .unwrap();
    assert_eq!((to_settle, replaced), (2, 1));
    assert!(entries.len() >= 6, "{}", entries.len());
    for line in &entries {
        let slug = line.slug.clone();
        let entry = site.db().read(move |tx| directory::find_entry(tx, &slug)).await.unwrap().unwrap();
        assert!(entry.name.contains("Example"), "{}", entry.name);
        assert!(
            entry.draft.area.as_deref().is_some_and(|area| area.starts_with("outside:")),
            "{}",
            entry.name
        );
    }
    let count = |href: &str| {
        waits.iter().filter(|tile| tile.href.starts_with(href)).map(|tile| tile.count).sum::<i64>()
    };
    assert_eq!(
        count("/admin/links"),
        1,
        "one link leads nowhere, and nothing is said of those nobody looked at"
    );
    assert!(count("/admin/duplicates") >= 1, "two entries look alike");
}
