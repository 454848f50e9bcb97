//! A language model that may reword what was quoted, sentence by sentence, if a council wants one.
//!
//! Off unless the configuration names one. A question in which the safety screen saw nothing goes out without what is
//! private in it, with public pages of which the contacts were taken out; what comes back passes nine checks
//! ([`Check`]) that ask no model, or is not shown. Every sentence that comes out is one sentence of a page, in the page's
//! words and order but for some easier words, and carries a quote that stands there word for word. Many true sentences fall
//! too. Whatever goes wrong, [`Rewording::reword`] gives nothing and the caller shows the quotation.
//!
//! It must never be asked about a person in danger, decide who is eligible, choose a link or a number, wait longer than its
//! time, try twice, mend an answer, or keep or log a word of a question or an answer. Safety does not depend on it: cards
//! come before it and without it.
//!
//! To add a check: a variant of [`Check`] with its number, a row in the table of `outcome.rs`, and in `validator_tests.rs`
//! an answer that only this check sees. To let an easier word stand for a harder one: a pair in `wording.rs`. Then
//! `page_tests.rs` tells how many honest sentences come through, and that no dishonest one does. To let a second model look
//! on (check 7): [`Rewording::with_entailment`].

mod bears_out;
mod breaker;
mod config;
mod contacts;
mod forbidden;
mod given;
mod outcome;
mod reword;
mod store;
mod switch_model;
mod text;
mod validator;
mod wire;
mod wording;

#[cfg(test)]
mod property_tests;

pub use crate::store::{Counted, MIGRATIONS};
pub use config::ModelConfig;
pub use outcome::{Failure, Outcome};
pub use validator::{Check, Entailment};

use crate::{reword::Model, store as rows};
use ::store::Tx;
use access::SwitchModel;
use kernel::{Date, Fault, Instant};
use safety::Screened;
use std::sync::{Arc, Mutex, PoisonError};
use web::{Door, Site};

/// A piece of public text that was found for a question. What the model says may come from nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// What it is called in this turn: `c1`, `c2` ... A chunk with another key is not given.
    pub key: String,
    /// What its page is called.
    pub title: String,
    /// The text, word for word, with its line breaks: a list is read with the line that leads into it.
    pub text: String,
    /// When somebody last looked whether it is true.
    pub checked_on: Date,
}

/// A sentence that passed every check. It holds no link, no contact and no figure that its quotes do not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Plain words, to be escaped like any other text.
    pub text: String,
    /// What it stands on: one at least.
    pub cites: Vec<Cite>,
}

/// What a sentence stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cite {
    /// The key of the chunk.
    pub chunk: String,
    /// A part of the chunk's text, cut out of the chunk itself and so word for word.
    pub quote: String,
}

/// The room as it runs. Cheap to clone.
#[derive(Clone)]
pub struct Rewording {
    site: Site,
    model: Option<Arc<Model>>,
    /// When the switch was last seen off.
    seen_off: Arc<Mutex<Option<Instant>>>,
}

/// For how long a switch that was seen off is taken to be off without looking again.
const TRUSTED_SECONDS: i64 = 5;

impl Rewording {
    /// Opens the room with no model.
    pub async fn open(site: &Site) -> Result<Rewording, Fault> {
        Rewording::open_with(site, None).await
    }

    /// Opens the room with the model of the configuration, if it names one. Refuses a configuration that could never work.
    pub async fn open_with(site: &Site, config: Option<ModelConfig>) -> Result<Rewording, Fault> {
        let model = match config {
            Some(config) => Some(Arc::new(Model::open(config.look_at()?)?)),
            None => None,
        };
        let room = Rewording { site: site.clone(), model, seen_off: Arc::default() };
        room.is_switched_on().await;
        Ok(room)
    }

    /// With check 7: somebody who looks on and may drop what the other checks let through. Before the room is shared.
    #[must_use]
    pub fn with_entailment(mut self, second: Arc<dyn Entailment>) -> Rewording {
        if let Some(model) = self.model.as_mut().and_then(Arc::get_mut) {
            model.entailment = Some(second);
        }
        self
    }

    /// The site.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Whether it is worth calling [`Rewording::reword`]: a model is named, and was not seen switched off within the last
    /// five seconds. Only a short cut: `reword` itself reads the switch each time.
    pub fn is_on(&self) -> bool {
        let seen = *self.seen_off.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.site.clock().now().as_second();
        self.model.is_some()
            && seen.is_none_or(|seen| !(0..TRUSTED_SECONDS).contains(&(now - seen.as_second())))
    }

    /// Says what the chunks say in fewer and plainer words, or nothing: then the caller shows the quotation. Nothing at
    /// once unless the screen's verdict is clear. It never fails and never takes longer than its time.
    pub async fn reword(&self, asked: &Screened, chunks: &[Chunk]) -> Option<Vec<Sentence>> {
        reword::reword(self, asked, chunks).await
    }

    /// Writes down what was counted in memory, before the house closes or somebody looks.
    pub async fn write_counts(&self) -> Result<(), Fault> {
        match &self.model {
            Some(model) => model.write_counts(self.site.db(), self.site.clock().now()).await,
            None => Ok(()),
        }
    }

    /// Reads the switch. A database that does not answer leaves it off: nothing is sent that somebody may have stopped.
    pub(crate) async fn is_switched_on(&self) -> bool {
        let row = self.site.db().read(rows::find_switch).await;
        let is_on = row.is_ok_and(|row| row.is_none_or(|row| row.turned == "on"));
        let seen_off = (!is_on).then(|| self.site.clock().now());
        *self.seen_off.lock().unwrap_or_else(PoisonError::into_inner) = seen_off;
        is_on
    }
}

/// What became of questions and sentences from a day on, by reason: for figures. Written down a moment after each
/// answer, so [`Rewording::write_counts`] goes before.
pub fn list_counts_since(tx: &mut Tx<'_>, day: Date) -> Result<Vec<Counted>, Fault> {
    rows::list_counts_since(tx, day)
}

/// The room's addresses for staff.
pub fn admin_door(rewording: &Rewording) -> Door {
    Door::new()
        .get::<SwitchModel, _, _>("/admin/language-model", switch_model::get)
        .post::<SwitchModel, _, _>("/admin/language-model", switch_model::post)
        .with_state(rewording.clone())
}
