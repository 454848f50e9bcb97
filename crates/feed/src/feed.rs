use crate::{
    limits::Limits,
    renew::{self, Renewed},
    shelf::Shelf,
};
use arc_swap::ArcSwap;
use jobs::{JobContext, Outcome, Runner};
use kernel::Fault;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use store::outbox;
use web::Site;

/// How the feed is run. Everything has a sound value of its own.
#[derive(Clone, Debug)]
pub struct FeedConfig {
    /// The header in which a proxy in front says whom it speaks for; the same as for sign-in. Without it the address
    /// of the connection is taken.
    pub client_address_header: Option<String>,
    /// How many requests one address may make at once.
    pub requests_at_once: u32,
    /// How many more each second.
    pub requests_each_second: u32,
}

impl Default for FeedConfig {
    /// Enough to walk a council's feed record by record without a pause; far from enough to hurt the pages.
    fn default() -> FeedConfig {
        FeedConfig { client_address_header: None, requests_at_once: 1_000, requests_each_second: 25 }
    }
}

/// The feed as it runs. Cheap to clone.
#[derive(Clone)]
pub struct Feed(Arc<Inner>);

struct Inner {
    site: Site,
    config: FeedConfig,
    limits: Limits,
    shelf: ArcSwap<Shelf>,
}

/// The job that brings the records up to date after an announcement.
pub const RENEW_FEED: &str = "renew_feed";
/// The job that looks at every record again, because rules about dates speak without anybody changing anything.
pub const CHECK_FEED_ANEW: &str = "check_feed_anew";

const DAY: i64 = 24 * 60 * 60;

impl Feed {
    /// Opens it over what was published before.
    pub async fn open(site: &Site, config: FeedConfig) -> Result<Feed, Fault> {
        let shelf = Shelf::read(site.db()).await?;
        let limits = Limits::new(config.requests_at_once, config.requests_each_second);
        Ok(Feed(Arc::new(Inner { site: site.clone(), config, limits, shelf: ArcSwap::from_pointee(shelf) })))
    }

    /// Brings the records up to date here and now, and reads them. For a start, a command or a test; a running house
    /// does it by [`Feed::keep_fresh`] and the job.
    pub async fn renew(&self) -> Result<Renewed, Fault> {
        let done = renew::renew(self.0.site.db(), self.0.site.clock()).await?;
        self.refresh().await?;
        Ok(done)
    }

    /// Listens, as every node must: wakes the job when something was announced, once for however much it was, and
    /// reads the records when any node has written some. Never ends.
    pub async fn keep_fresh(&self) {
        let mut woken = -1;
        let mut each_second = tokio::time::interval(Duration::from_secs(1));
        each_second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            each_second.tick().await;
            if let Err(fault) = self.wake(&mut woken).await {
                tracing::error!(fault = format!("{fault:#}"), "the feed's job could not be woken");
            }
            let started = Instant::now();
            match self.refresh().await {
                // A large feed that changes all the time is read a tenth of the time.
                Ok(Refreshed::Anew) => tokio::time::sleep(started.elapsed() * 9).await,
                Ok(Refreshed::Same) => {}
                Err(fault) => {
                    tracing::error!(fault = format!("{fault:#}"), "the feed's records could not be read")
                }
            }
        }
    }

    async fn wake(&self, woken: &mut i64) -> Result<(), Fault> {
        let db = self.0.site.db();
        if !renew::is_behind(db).await? {
            return Ok(());
        }
        let newest = db.read(|tx| outbox::last_sequence(tx, &directory::ANNOUNCEMENTS)).await?;
        if *woken == newest {
            return Ok(());
        }
        let now = self.0.site.clock().now();
        let key = format!("up to {newest}");
        db.write(move |tx| jobs::enqueue(tx, RENEW_FEED, &(), now, now, Some(&key))).await?;
        *woken = newest;
        Ok(())
    }

    /// Reads the records again if any was written since.
    async fn refresh(&self) -> Result<Refreshed, Fault> {
        let db = self.0.site.db();
        if db.read(crate::store::find_newest_stamp).await? == self.shelf().stamp {
            return Ok(Refreshed::Same);
        }
        self.0.shelf.store(Arc::new(Shelf::read(db).await?));
        Ok(Refreshed::Anew)
    }

    pub(crate) fn site(&self) -> &Site {
        &self.0.site
    }

    pub(crate) fn config(&self) -> &FeedConfig {
        &self.0.config
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        self.0.shelf.load_full()
    }
}

enum Refreshed {
    Same,
    Anew,
}

/// The room's jobs, added to the runner. [`Feed::keep_fresh`] wakes the first.
pub fn jobs(runner: Runner, feed: &Feed) -> Runner {
    let (renewing, checking) = (feed.clone(), feed.clone());
    runner
        .on(RENEW_FEED, move |_: JobContext| {
            let feed = renewing.clone();
            async move {
                feed.renew().await?;
                Ok(Outcome::Done)
            }
        })
        .on(CHECK_FEED_ANEW, move |_: JobContext| {
            let feed = checking.clone();
            async move {
                renew::look_at_all(feed.site().db()).await?;
                feed.renew().await?;
                Ok(Outcome::Done)
            }
        })
        .schedule(CHECK_FEED_ANEW, DAY)
}
