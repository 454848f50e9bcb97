//! One question: may it be sent, what came back, what is left of it, and how that is counted.

use crate::{
    Chunk, Entailment, Outcome, Rewording, Sentence,
    breaker::Breaker,
    config::Sound,
    given::Given,
    outcome::{Failure, KEPT, key_of_dropped},
    store as rows,
    validator::{Judged, Limits, judge},
    wire::{ClearQuestion, Line, content_of},
};
use kernel::{Fault, Instant, Span, civil_today};
use safety::{Level, Screened};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use store::Db;
use tokio::{sync::Semaphore, time::timeout};
use web::Site;

/// So many questions are with the model at a time: each waits for it, and a slow one must not gather them all.
const AT_ONCE: usize = 8;
/// For how long counts are kept, in days: a year can be compared with the one before.
const KEPT_DAYS: i64 = 400;

/// The model as this node knows it.
pub(crate) struct Model {
    pub line: Line,
    breaker: Mutex<Breaker>,
    places: Semaphore,
    counts: Mutex<BTreeMap<&'static str, i64>>,
    /// One writes counts down at a time, so that whoever reads them next reads all.
    writing: tokio::sync::Mutex<()>,
    pub entailment: Option<Arc<dyn Entailment>>,
}

impl Model {
    pub fn open(config: Sound) -> Result<Model, Fault> {
        Ok(Model {
            line: Line::open(config)?,
            breaker: Mutex::default(),
            places: Semaphore::new(AT_ONCE),
            counts: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
            entailment: None,
        })
    }

    /// Until when it is left alone, if it is.
    pub fn rests_until(&self, now: Instant) -> Option<Instant> {
        held(&self.breaker).rests_until(now)
    }

    fn count(&self, what: &'static str) {
        *held(&self.counts).entry(what).or_default() += 1;
    }

    /// Adds what was counted in memory to the day's rows. What could not be written waits for the next time.
    pub async fn write_counts(&self, db: &Db, now: Instant) -> Result<(), Fault> {
        let _one = self.writing.lock().await;
        let counts = std::mem::take(&mut *held(&self.counts));
        if counts.is_empty() {
            return Ok(());
        }
        let (today, written) = (civil_today(now), counts.clone());
        let before = today.saturating_sub(Span::new().days(KEPT_DAYS));
        let kept = db
            .write(move |tx| {
                for (what, many) in &written {
                    rows::set_count(tx, today, what, *many, now)?;
                }
                rows::delete_counts_before(tx, before).map(|_| ())
            })
            .await;
        if kept.is_err() {
            for (what, many) in counts {
                *held(&self.counts).entry(what).or_default() += many;
            }
        }
        kept
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the façade promises: sentences of which each stands in the chunks, or nothing, within the time of the
/// configuration.
pub(crate) async fn reword(room: &Rewording, asked: &Screened, chunks: &[Chunk]) -> Option<Vec<Sentence>> {
    let model = room.model.as_ref()?;
    let given = Given::of(chunks);
    if given.parts.is_empty() {
        return None;
    }
    let question = ClearQuestion::of(asked, &given)?;
    let answered = timeout(model.line.config.budget, answer(room, model, &question, &given)).await;
    let (outcome, sentences) = answered.unwrap_or_else(|_| {
        held(&model.breaker).failed(room.site.clock().now());
        (Some(Outcome::Failed(Failure::TooSlow)), Vec::new())
    });
    if let Some(outcome) = outcome {
        model.count(outcome.key());
        tell(outcome);
        // What was not sent costs nothing, so it is written down with the next that was.
        if !matches!(outcome, Outcome::Resting | Outcome::Busy) {
            write_later(model, &room.site);
        }
    }
    (!sentences.is_empty()).then_some(sentences)
}

/// No outcome: it is switched off, and nothing was sent.
async fn answer(
    room: &Rewording,
    model: &Model,
    question: &ClearQuestion,
    given: &Given<'_>,
) -> (Option<Outcome>, Vec<Sentence>) {
    let nothing = |outcome| (Some(outcome), Vec::new());
    let Ok(_place) = model.places.try_acquire() else { return nothing(Outcome::Busy) };
    if held(&model.breaker).rests_until(room.site.clock().now()).is_some() {
        return nothing(Outcome::Resting);
    }
    // The switch is read each time: it is one row, and what it holds back takes seconds.
    if !room.is_switched_on().await {
        return (None, Vec::new());
    }
    if !held(&model.breaker).decide_asking(room.site.clock().now()) {
        return nothing(Outcome::Resting);
    }
    let said = match model.line.ask(question, given).await.and_then(|body| content_of(&body)) {
        Ok(said) => said,
        Err(failure) => {
            held(&model.breaker).failed(room.site.clock().now());
            return nothing(Outcome::Failed(failure));
        }
    };
    held(&model.breaker).succeeded();
    let limits =
        Limits { sentences_max: model.line.config.sentences_max, entailment: model.entailment.as_deref() };
    let judged = judge(&said, question.text(), given, &limits);
    let outcome = decide_outcome(&judged, &room.site);
    for check in &judged.dropped {
        model.count(key_of_dropped(*check));
    }
    if outcome != Outcome::Reworded {
        return nothing(outcome);
    }
    // Whoever switches it off means the answers that are on their way too.
    if !room.is_switched_on().await {
        return nothing(Outcome::SwitchedOff);
    }
    judged.kept.iter().for_each(|_| model.count(KEPT));
    (Some(Outcome::Reworded), judged.kept)
}

fn decide_outcome(judged: &Judged, site: &Site) -> Outcome {
    if let Some(check) = judged.fell {
        return Outcome::Fell(check);
    }
    if judged.kept.is_empty() {
        return Outcome::NothingLeft;
    }
    let said: Vec<&str> = judged.kept.iter().map(|sentence| sentence.text.as_str()).collect();
    match site.screen(&said.join(" ")).verdict().level {
        Level::Clear => Outcome::Reworded,
        Level::Amber | Level::Red => Outcome::Screened,
    }
}

/// A reason, and nothing that anybody typed or the model said.
fn tell(outcome: Outcome) {
    match outcome {
        Outcome::Failed(Failure::NotKnown) => {
            tracing::error!(outcome = outcome.key(), "the language model does not accept our key");
        }
        Outcome::Failed(_) => tracing::warn!(outcome = outcome.key(), "the language model gave no answer"),
        _ => {}
    }
}

/// Beside the answer, not before it: a family does not wait for our counting.
fn write_later(model: &Arc<Model>, site: &Site) {
    let (model, site) = (model.clone(), site.clone());
    tokio::spawn(async move {
        if let Err(fault) = model.write_counts(site.db(), site.clock().now()).await {
            tracing::warn!("what became of reworded answers was not written down: {fault:#}");
        }
    });
}
