//! The team and the invitations that the demonstration begins with.

use kernel::{Clock, Dice};
use store::testing::both;
use web::Site;

const MIGRATIONS: &[&[store::Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    notify::MIGRATIONS,
    accounts::MIGRATIONS,
    directory::MIGRATIONS,
    events::MIGRATIONS,
    bookings::MIGRATIONS,
    registers::MIGRATIONS,
    invitations::MIGRATIONS,
    appointments::MIGRATIONS,
];

#[tokio::test]
async fn a_team_has_free_times_and_two_families_are_invited_once() {
    both(MIGRATIONS, async |db| {
        let clock = Clock::standing_at("2026-11-22T09:00:00Z");
        demo::make(&db, &clock).await.unwrap();
        let site = Site::open(db.clone(), clock.clone(), Dice::loaded(3)).await.unwrap();
        demo::add_sessions(&site).await.unwrap();
        assert_eq!(demo::add_appointments(&site).await.unwrap(), 3);
        assert_eq!(demo::add_appointments(&site).await.unwrap(), 0, "the second start finds them there");
        let now = clock.now();
        let team = events::session_id("example-infant-feeding-one-to-one");
        let times = db.read(move |tx| events::list_dates_of(tx, team, now)).await.unwrap();
        assert!(times.iter().filter(|time| time.is_held()).count() > 10, "{} times", times.len());
    })
    .await;
}
