use crate::{
    fresh::Fresh, language::Languages, neighbours::Neighbours, passages::Passages, rates::Rates,
    store as rows, switch::SwitchState, tally::Tally,
};
use ::store::Together;
use content::Library;
use directory::Directory;
use events::Events;
use flows::Flows;
use kernel::Fault;
use rewording::Rewording;
use std::sync::Arc;
use web::Site;

/// The room as it runs. Cheap to clone.
#[derive(Clone)]
pub struct Assistant(Arc<Inner>);

struct Inner {
    directory: Directory,
    flows: Flows,
    rewording: Rewording,
    loss_page: String,
    passages: Passages,
    neighbours: Neighbours,
    languages: Languages,
    rates: Rates,
    fresh: Fresh,
    tally: Tally,
    switch: SwitchState,
    turns: Together,
}

impl Assistant {
    /// Opens the room over those it may ask.
    pub async fn open(
        directory: &Directory,
        library: &Library,
        _events: &Events,
        flows: &Flows,
        rewording: &Rewording,
    ) -> Result<Assistant, Fault> {
        let site = directory.site();
        let switch = site.db().read(rows::find_switch).await?;
        let is_about_loss =
            |page: &&content::Page| page.head.loss && page.head.topics.iter().any(|t| t.contains("loss"));
        let loss_page = library.list().into_iter().find(is_about_loss);
        Ok(Assistant(Arc::new(Inner {
            directory: directory.clone(),
            flows: flows.clone(),
            rewording: rewording.clone(),
            loss_page: loss_page.map_or_else(String::new, |page| page.slug.as_str().to_owned()),
            passages: Passages::of(library),
            neighbours: Neighbours::builtin()?,
            languages: Languages::builtin()?,
            rates: Rates::new(site.dice()),
            fresh: Fresh::default(),
            tally: Tally::default(),
            switch: SwitchState::of(switch, site.clock().now()),
            turns: Together::new(site.db(), rows::take_conversations),
        })))
    }

    /// The site.
    pub fn site(&self) -> &Site {
        self.0.directory.site()
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.0.directory
    }

    pub(crate) fn flows(&self) -> &Flows {
        &self.0.flows
    }

    pub(crate) fn rewording(&self) -> &Rewording {
        &self.0.rewording
    }

    /// The slug of the page for somebody who lost a baby; empty where there is none.
    pub(crate) fn loss_page(&self) -> &str {
        &self.0.loss_page
    }

    pub(crate) fn passages(&self) -> &Passages {
        &self.0.passages
    }

    pub(crate) fn neighbours(&self) -> &Neighbours {
        &self.0.neighbours
    }

    pub(crate) fn languages(&self) -> &Languages {
        &self.0.languages
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    pub(crate) fn fresh(&self) -> &Fresh {
        &self.0.fresh
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.0.tally
    }

    pub(crate) fn switch(&self) -> &SwitchState {
        &self.0.switch
    }

    /// The line in which turns are kept: many at once by one commit.
    pub(crate) fn turns(&self) -> &Together {
        &self.0.turns
    }
}
