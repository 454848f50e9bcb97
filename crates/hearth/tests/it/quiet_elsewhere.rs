//! What the demonstration gives out, taken in by a council that is new.

use crate::support::on_both;
use fetch::{FetchConfig, Fetcher};
use intake::{Ask, Intake, command, nobody};
use kernel::{Clock, Dice};
use std::collections::BTreeSet;
use store::{Db, args};
use web::Site;

#[test]
fn what_has_a_quiet_page_here_has_one_where_it_is_taken_in() {
    on_both(async |home| {
        home.house.feed.renew().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("export.ndjson");
        let mut out = std::fs::File::create(&file).unwrap();
        feed::export(&home.database, &mut out, &mut |_| {}).await.unwrap();

        let url = format!("sqlite://{}", folder.path().join("new.db").display());
        let new = Db::open(&url).await.unwrap();
        store::migrate(&new, hearth::MIGRATIONS).await.unwrap();
        let (council, clock) = (home.house.site.council(), home.house.site.clock().clone());
        let now = clock.now();
        new.write(move |tx| settings::set_council(tx, &council, now)).await.unwrap();
        let site = Site::open(new.clone(), Clock::clone(&clock), Dice::real()).await.unwrap();
        let intake = Intake::open(&site, Fetcher::new(FetchConfig::default()).unwrap());
        let ask = Ask { name: Some("Demonstration".to_owned()), ..Ask::default() };
        let planned = command::plan_file(&intake, &file, &ask, &nobody).await.unwrap();
        let totals = planned.plan.totals;
        assert_eq!((totals.refused, totals.held), (0, 0), "{:?}", planned.summary());
        command::apply(&intake, planned, &nobody).await.unwrap();

        for mark in ["sensitive", "baby", "loss"] {
            let (was, is) = (marked(&home.database, mark).await, marked(&new, mark).await);
            assert!(!was.is_empty());
            assert_eq!(was, is, "{mark}");
        }

        // Its own export is nothing new to the demonstration itself.
        let own = Intake::open(&home.house.site, Fetcher::new(FetchConfig::default()).unwrap());
        let planned = command::plan_file(&own, &file, &ask, &nobody).await.unwrap();
        let totals = planned.plan.totals;
        assert_eq!((totals.added, totals.changed, totals.held), (0, 0, 0), "{:?}", planned.summary());
    });
}

/// The entries that families see with a mark.
async fn marked(db: &Db, mark: &'static str) -> BTreeSet<String> {
    let sql = format!("select slug from service where {mark} and status <> 'defunct'");
    let slugs: Vec<(String,)> = db.read(move |tx| tx.all(&sql, args![])).await.unwrap();
    slugs.into_iter().map(|(slug,)| slug).collect()
}
