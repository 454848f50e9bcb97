use crate::{doors, subscriptions};
use axum::Router;
use content::Library;
use directory::Directory;
use jobs::Runner;
use kernel::{Clock, Dice, Fault};
use std::{path::Path, sync::Arc, time::Duration};
use store::{Db, Migration, outbox};
use web::Site;

/// Every room, opened over one database.
#[derive(Clone)]
pub struct House {
    /// The site.
    pub site: Site,
    /// The directory with its index.
    pub directory: Directory,
    /// The pages.
    pub library: Library,
}

/// The tables of every room, in the order in which one leans on another.
pub const MIGRATIONS: &[&[Migration]] = &[access::MIGRATIONS, settings::MIGRATIONS, directory::MIGRATIONS];

impl House {
    /// Brings the database up to date and opens every room. `pages` is a council's own folder of pages, if it has one.
    pub async fn open(db: Db, clock: Clock, dice: Dice, pages: Option<&Path>) -> Result<House, Fault> {
        store::migrate(&db, MIGRATIONS).await?;
        let site = Site::open(db, clock, dice).await?;
        let library = match pages {
            Some(folder) => Library::from_folder(folder)?,
            None => Library::builtin()?,
        };
        let pages = library.clone();
        let directory =
            Directory::open(&site, Arc::new(move |topics| content::documents(&pages, topics))).await?;
        Ok(House { site, directory, library })
    }

    /// Everything the site answers to, with the guards around it.
    pub fn router(&self) -> Result<Router, Fault> {
        Ok(web::shell(&self.site, doors::public(self)?.into_router().merge(doors::machines(self))))
    }

    /// What runs later, and once a day.
    pub fn runner(&self) -> Runner {
        subscriptions::runner(self.site.db().clone(), self.site.clock().clone(), self.site.dice().clone())
    }

    /// Listens for announcements of this node or any other, and renews what this node keeps in memory. A fault is
    /// logged and tried again: people go on reading what was there.
    pub async fn keep_fresh(&self) {
        let mut seen = self.newest().await.unwrap_or(0);
        let mut each_second = tokio::time::interval(Duration::from_secs(1));
        loop {
            each_second.tick().await;
            match self.newest().await {
                Ok(newest) if newest == seen => {}
                Ok(newest) => match self.renew().await {
                    Ok(()) => seen = newest,
                    Err(fault) => tracing::error!(fault = format!("{fault:#}"), "could not renew the index"),
                },
                Err(fault) => {
                    tracing::error!(fault = format!("{fault:#}"), "could not listen for announcements")
                }
            }
        }
    }

    /// Reads settings and directory again.
    pub async fn renew(&self) -> Result<(), Fault> {
        // The council first: the directory reads its towns. The pages are forgotten again when both are new.
        self.site.refresh().await?;
        self.directory.renew().await?;
        self.site.refresh().await
    }

    async fn newest(&self) -> Result<i64, Fault> {
        self.site.db().read(|tx| outbox::last_sequence(tx, &renewing())).await
    }
}

/// What every node listens for: it forgets its kept pages and reads the directory again.
fn renewing() -> Vec<&'static str> {
    directory::ANNOUNCEMENTS.into_iter().chain(["settings_changed"]).collect()
}
