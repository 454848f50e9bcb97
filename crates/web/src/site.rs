use crate::{assets, cache::PageCache};
use arc_swap::ArcSwap;
use kernel::{Clock, Dice, Fault};
use safety::{LocalContacts, Screen, Screened, SecondNet, Verdict};
use settings::{Council, Theme};
use std::sync::Arc;
use store::Db;

/// What every room is handed: the council's site as it runs. Cheap to clone.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    dice: Dice,
    screen: &'static Screen,
    second_net: Option<Arc<dyn SecondNet>>,
    council: ArcSwap<Council>,
    theme: ArcSwap<ThemeSheet>,
    cache: PageCache,
}

/// The style sheet of the council's colours and the name that carries its hash.
pub(crate) struct ThemeSheet {
    pub css: String,
    pub address: String,
    pub dusk: String,
}

impl Site {
    /// Opens the site over a migrated database. Fails when the safety screen cannot load: without it no box may be
    /// typed into.
    pub async fn open(db: Db, clock: Clock, dice: Dice) -> Result<Site, Fault> {
        Site::open_with_second_net(db, clock, dice, None).await
    }

    /// The same where a council may have a second net behind the safety screen.
    pub async fn open_with_second_net(
        db: Db,
        clock: Clock,
        dice: Dice,
        second_net: Option<Arc<dyn SecondNet>>,
    ) -> Result<Site, Fault> {
        let screen = Screen::builtin()?;
        let council = db.read(settings::find_council).await?.unwrap_or_else(Council::unnamed);
        let theme = ThemeSheet::of(&council)?;
        Ok(Site(Arc::new(Inner {
            db,
            clock,
            dice,
            screen,
            second_net,
            council: ArcSwap::from_pointee(council),
            theme: ArcSwap::from_pointee(theme),
            cache: PageCache::new(),
        })))
    }

    /// Reads the council again after its settings changed and forgets every page that was kept.
    pub async fn refresh(&self) -> Result<(), Fault> {
        if let Some(council) = self.0.db.read(settings::find_council).await? {
            self.0.theme.store(Arc::new(ThemeSheet::of(&council)?));
            self.0.council.store(Arc::new(council));
        }
        self.0.cache.clear();
        Ok(())
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Time.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Chance.
    pub fn dice(&self) -> &Dice {
        &self.0.dice
    }

    /// The council as it is now.
    pub fn council(&self) -> Arc<Council> {
        self.0.council.load_full()
    }

    /// Puts a text through the safety screen: the first thing done with anything a person typed.
    pub fn screen(&self, text: &str) -> Screened {
        let screened = self.0.screen.read(text);
        match &self.0.second_net {
            Some(net) => screened.seen_by(&**net),
            None => screened,
        }
    }

    /// The fixed card a verdict calls for, or `None` when it is clear.
    pub fn card(&self, verdict: &Verdict) -> Option<safety::Card> {
        self.0.screen.card(verdict, &self.0.council.load().local_contacts, self.0.clock.today())
    }

    /// The safety screen itself, for the urgent-help page and `hearth check`.
    pub fn safety(&self) -> &Screen {
        self.0.screen
    }

    /// The council's own emergency contacts.
    pub fn local_contacts(&self) -> LocalContacts {
        self.0.council.load().local_contacts.clone()
    }

    pub(crate) fn theme(&self) -> Arc<ThemeSheet> {
        self.0.theme.load_full()
    }

    pub(crate) fn cache(&self) -> &PageCache {
        &self.0.cache
    }

    /// An address people can carry away: with the council's own host when it is known.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.0.council.load().public_url)
    }
}

impl ThemeSheet {
    fn of(council: &Council) -> Result<ThemeSheet, Fault> {
        let theme = Theme::from_hues(council.brand_hue, council.lamp_hue)?;
        let css = theme.css();
        let hash = blake3::hash(css.as_bytes()).to_hex();
        Ok(ThemeSheet { address: format!("/assets/theme-{}.css", &hash[..12]), dusk: theme.dusk(), css })
    }
}

/// Refuses to start without the built assets, and says what to run.
pub(crate) fn assets_or_fault() -> Result<(), Fault> {
    if assets::built() {
        Ok(())
    } else {
        anyhow::bail!("the style sheet has not been built: run scripts/assets first")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use safety::{Category, Level};
    use store::testing::both;

    struct HearsDanger;
    impl SecondNet for HearsDanger {
        fn read(&self, text: &str) -> Option<Category> {
            text.contains("the usual thing").then_some(Category::UnspecifiedDanger)
        }
    }

    #[tokio::test]
    async fn what_the_screen_lets_pass_is_seen_by_the_second_net_and_brings_its_card() {
        both(&[settings::MIGRATIONS], async |db| {
            let clock = Clock::standing_at("2026-11-23T09:00:00Z");
            let level = |site: &Site, text: &str| site.screen(text).verdict().level;
            let without = Site::open(db.clone(), clock.clone(), Dice::loaded(1)).await.unwrap();
            assert_eq!(level(&without, "he did the usual thing"), Level::Clear);
            let net: Arc<dyn SecondNet> = Arc::new(HearsDanger);
            let with = Site::open_with_second_net(db, clock, Dice::loaded(1), Some(net)).await.unwrap();
            assert_eq!(level(&with, "he did the usual thing"), Level::Amber);
            assert_eq!(level(&with, "where is the baby clinic"), Level::Clear);
            assert_eq!(level(&with, "i want to kill myself after the usual thing"), Level::Red);
            let seen = with.screen("he did the usual thing");
            assert!(with.card(seen.verdict()).is_some());
        })
        .await;
    }
}
