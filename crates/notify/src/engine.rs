//! Sends what waits: each message is accepted by a provider at most once, and none is lost.
//!
//! Three steps, each of which may be the last one that a worker takes:
//!
//! 1. [`Notify::take`] writes 'submitting' with a new fence, in its own transaction;
//! 2. [`Notify::perform`] talks to the provider, with no transaction open;
//! 3. [`Notify::settle`] writes down what came of it, if the fence still stands.
//!
//! Whoever dies after the first step leaves a message of which nobody knows. It is looked for by its reference where
//! the provider can be asked, and is otherwise *in doubt* until a person decides: it is never just sent again.
//!
//! A worker that is only slow must not be taken for dead. So nobody trusts the wall clock about that: each process
//! watches, on a clock that only goes forward, how long a message has stood under the same fence, and only what it has
//! itself seen stand still for longer than any worker may work (`LEASE`) does it look into. What remains is a process
//! that is frozen in the middle of a request for longer than that and then thawed: no provider of ours offers the
//! token that could prevent it.

use crate::{
    channel::{Channel, Demonstration, Letter},
    config::{NotifyConfig, Secret},
    govuk_notify::{GovUkNotify, Line},
    message::{MessageId, Template, stop_address},
    model::{
        Answer, BEGIN_WITHIN, Found, Medium, Next, Reason, Standing, State, Step, TALK_AT_MOST,
        WAIT_MAX_HOURS, decide_after_answer, decide_after_look, decide_step, later,
    },
    smtp::Smtp,
    steady::Steady,
    store::{self as rows, Open, Settled},
};
use kernel::{Fault, Instant};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::timeout;
use web::Site;

/// The most messages one run of the job sends, and the longest it goes on: another run follows.
const BATCH: usize = 500;
const RUN_AT_MOST: Duration = Duration::from_secs(120);

/// The room: what goes out, and by which way. Cheap to clone.
#[derive(Clone)]
pub struct Notify(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub site: Site,
    pub templates: &'static [&'static Template],
    pub channels: Channels,
    pub callback_token: Option<Secret>,
    steady: Steady,
    /// In which state and under which fence a message was first seen, and when.
    watched: Mutex<HashMap<MessageId, (String, i64, Duration)>>,
}

#[derive(Default)]
pub(crate) struct Channels {
    pub email: Option<Arc<dyn Channel>>,
    pub text: Option<Arc<dyn Channel>>,
}

impl Channels {
    pub(crate) fn by(&self, medium: Medium) -> Option<&Arc<dyn Channel>> {
        match medium {
            Medium::Email => self.email.as_ref(),
            Medium::Text => self.text.as_ref(),
        }
    }
}

/// A message in a worker's hands.
pub(crate) struct Work {
    open: Open,
    medium: Medium,
    fence: i64,
    task: Task,
    taken_at: Duration,
    channel: Arc<dyn Channel>,
}

enum Task {
    Submit(Box<Letter>),
    Look,
}

/// What came of it.
pub(crate) enum Outcome {
    Answered(Answer),
    Looked(Found),
}

impl Notify {
    /// With the council's own ways out. `templates` are those of every room, for the editor's list.
    pub fn open(
        site: &Site,
        config: NotifyConfig,
        templates: &'static [&'static Template],
    ) -> Result<Notify, Fault> {
        Notify::open_timed(site, config, templates, Steady::real())
    }

    /// The same with a clock for leases that a test can move.
    pub fn open_timed(
        site: &Site,
        config: NotifyConfig,
        templates: &'static [&'static Template],
        steady: Steady,
    ) -> Result<Notify, Fault> {
        let mut channels = Channels::default();
        let mut callback_token = None;
        if let Some(govuk) = &config.govuk_notify {
            let line = Arc::new(Line::open(govuk, steady.clone())?);
            let by = |medium, id: Option<uuid::Uuid>| {
                id.map(|id| Arc::new(GovUkNotify::new(line.clone(), medium, id)) as Arc<dyn Channel>)
            };
            channels.text = by(Medium::Text, govuk.sms_template_id);
            channels.email = by(Medium::Email, govuk.email_template_id);
            callback_token = govuk.callback_token.clone();
        }
        if let Some(smtp) = config.smtp {
            channels.email = Some(Arc::new(Smtp::new(smtp)?));
        }
        Ok(Notify::with(site, channels, callback_token, templates, steady))
    }

    /// For the demonstration: nothing leaves the house, and everything can be read at `/demo/outbox`.
    pub fn demonstration(site: &Site, templates: &'static [&'static Template]) -> Notify {
        let channels = Channels { email: Some(Arc::new(Demonstration)), text: Some(Arc::new(Demonstration)) };
        Notify::with(site, channels, None, templates, Steady::real())
    }

    pub(crate) fn with(
        site: &Site,
        channels: Channels,
        callback_token: Option<Secret>,
        templates: &'static [&'static Template],
        steady: Steady,
    ) -> Notify {
        let (site, watched) = (site.clone(), Mutex::default());
        Notify(Arc::new(Inner { site, templates, channels, callback_token, steady, watched }))
    }

    /// Sends what is due, one after the other, and says how many it dealt with.
    pub async fn send_waiting(&self) -> Result<usize, Fault> {
        let began = self.0.steady.now();
        for done in 0..BATCH {
            if self.0.steady.now().saturating_sub(began) > RUN_AT_MOST {
                return Ok(done);
            }
            let Some(work) = self.take().await? else { return Ok(done) };
            let outcome = self.perform(&work).await;
            self.settle(work, outcome).await?;
        }
        Ok(BATCH)
    }

    /// Takes one message, if there is one to be sent or looked for.
    pub(crate) async fn take(&self) -> Result<Option<Work>, Fault> {
        loop {
            let taken_at = self.0.steady.now();
            let now = self.0.site.clock().now();
            let Some((open, step)) = self.next(now).await? else { return Ok(None) };
            let medium = medium_of(&open)?;
            let channel = self.0.channels.by(medium).cloned();
            let provider = channel.as_ref().map(|channel| channel.abilities().name);
            let seen = open.clone();
            let step = self
                .0
                .site
                .db()
                .write(move |tx| {
                    let turned_off = step == Step::Submit
                        && seen.can_be_turned_off
                        && rows::is_stopped(tx, &seen.address_hash, medium, &seen.template)?;
                    let step = if turned_off { Step::End(State::Failed, Reason::TurnedOff) } else { step };
                    let taken = match step {
                        Step::Wait => false,
                        Step::Submit => rows::set_taken(tx, &seen, State::Submitting, provider, now)?,
                        Step::Look => rows::set_taken(tx, &seen, State::Unknown, None, now)?,
                        Step::End(state, reason) => {
                            let next = Next::Ended { state, reason, unreachable: false };
                            let (id, fence) = (seen.id, seen.fence);
                            let settled = Settled { id, fence, next: &next, keeps_words: false, now };
                            rows::list_still(tx, &seen)? && rows::set_settled(tx, &settled)?
                        }
                    };
                    Ok(taken.then_some(step))
                })
                .await?;
            // Another worker was quicker, or it came to its end: on to the next.
            let (Some(channel), Some(step)) = (channel, step) else { continue };
            let task = match step {
                Step::Submit => Task::Submit(Box::new(self.letter(&open, now))),
                Step::Look => Task::Look,
                Step::Wait | Step::End(..) => {
                    tracing::warn!(message.id = %open.id, template = open.template, "a message was not sent");
                    continue;
                }
            };
            let fence = open.fence + 1;
            return Ok(Some(Work { open, medium, fence, task, taken_at, channel }));
        }
    }

    /// Talks to the provider.
    pub(crate) async fn perform(&self, work: &Work) -> Outcome {
        let now = self.0.site.clock().now();
        match &work.task {
            Task::Submit(_) if self.0.steady.now().saturating_sub(work.taken_at) > BEGIN_WITHIN => {
                Outcome::Answered(Answer::NotAsked)
            }
            Task::Submit(letter) => {
                let answer = timeout(TALK_AT_MOST, work.channel.submit(letter)).await;
                Outcome::Answered(answer.unwrap_or(Answer::None))
            }
            Task::Look => {
                let found = timeout(TALK_AT_MOST, work.channel.look(&work.open.reference, now)).await;
                Outcome::Looked(found.unwrap_or(Found::NoWord(None)))
            }
        }
    }

    /// Writes down what came of it.
    pub(crate) async fn settle(&self, work: Work, outcome: Outcome) -> Result<(), Fault> {
        let now = self.0.site.clock().now();
        let abilities = work.channel.abilities();
        let after = match outcome {
            Outcome::Answered(answer) => {
                // Spreads those that wait for the same thing; the end of an id is as good as a throw.
                let chance = work.open.id.uuid().as_bytes()[15];
                decide_after_answer(answer, abilities.can_look, work.open.attempts + 1, now, chance)
            }
            Outcome::Looked(found) => decide_after_look(found, now),
        };
        let (id, template, fence, medium) = (work.open.id, work.open.template, work.fence, work.medium);
        let (hash, said) = (work.open.address_hash, format!("{:?}", after.next));
        let kept = self
            .0
            .site
            .db()
            .write(move |tx| {
                let keeps_words = abilities.keeps_words;
                let settled = Settled { id, fence, next: &after.next, keeps_words, now };
                let kept = rows::set_settled(tx, &settled)?;
                if let (true, Next::Ended { unreachable: true, .. }) = (kept, &after.next) {
                    rows::set_stop(tx, &hash, medium.key(), "", "unreachable", now)?;
                }
                if let Some((until, reason)) = after.hold {
                    rows::set_hold(tx, medium, until, reason)?;
                }
                Ok(kept)
            })
            .await?;
        if kept {
            tracing::info!(message.id = %id, template, next = said, "a message moved on");
        } else {
            tracing::warn!(message.id = %id, template, "a message had been taken by another worker");
        }
        Ok(())
    }

    /// What is to be done next: first what nobody knows about, then what waits.
    async fn next(&self, now: Instant) -> Result<Option<(Open, Step)>, Fault> {
        let may_speak =
            |medium: &Medium| self.0.channels.by(*medium).is_some_and(|channel| channel.may_begin());
        let speaking: Vec<Medium> = Medium::ALL.iter().copied().filter(may_speak).collect();
        let (resting, held, waiting) = self
            .0
            .site
            .db()
            .read(move |tx| {
                let resting = resting(&rows::list_holds(tx)?, now);
                let held = rows::list_held(tx, 500)?;
                let media: Vec<Medium> =
                    speaking.iter().copied().filter(|medium| !resting.contains(medium)).collect();
                let waiting = if media.is_empty() { None } else { rows::find_open(tx, &media, now)? };
                Ok((resting, held, waiting))
            })
            .await?;
        let seen_still = self.watch(&held);
        for open in held {
            let still = seen_still.get(&open.id).copied().unwrap_or_default();
            let step = decide_step(&self.standing(&open)?, still, now);
            let may_look = step == Step::Look && !resting.contains(&medium_of(&open)?);
            if may_look || matches!(step, Step::End(..)) {
                return Ok(Some((open, step)));
            }
        }
        let Some(open) = waiting else { return Ok(None) };
        let step = decide_step(&self.standing(&open)?, Duration::ZERO, now);
        Ok(Some((open, step)))
    }

    /// How long each has been seen under its fence. What is settled is forgotten.
    fn watch(&self, held: &[Open]) -> HashMap<MessageId, Duration> {
        let now = self.0.steady.now();
        let mut watched = self.0.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let since = |open: &Open| match watched.get(&open.id) {
            Some((state, fence, since)) if (state, fence) == (&open.state, &open.fence) => *since,
            _ => now,
        };
        let seen: HashMap<MessageId, (String, i64, Duration)> =
            held.iter().map(|open| (open.id, (open.state.clone(), open.fence, since(open)))).collect();
        let still = seen.iter().map(|(id, (_, _, since))| (*id, now.saturating_sub(*since))).collect();
        *watched = seen;
        still
    }

    fn standing(&self, open: &Open) -> Result<Standing, Fault> {
        let state =
            State::from_key(&open.state).ok_or_else(|| anyhow::anyhow!("a state that is not known"))?;
        let abilities = self.0.channels.by(medium_of(open)?).map(|channel| channel.abilities());
        let can_look = abilities
            .is_some_and(|abilities| abilities.can_look && open.provider.as_deref() == Some(abilities.name));
        Ok(Standing { state, queued_at: open.queued_at, tried_at: open.tried_at, can_look })
    }

    fn letter(&self, open: &Open, now: Instant) -> Letter {
        let council = self.0.site.council();
        let token = open.stop_token.as_deref().filter(|_| !council.public_url.is_empty());
        Letter {
            id: open.id,
            reference: open.reference.clone(),
            to: open.to_address.clone(),
            subject: open.subject.clone().unwrap_or_default(),
            body: open.body.clone().unwrap_or_default(),
            stop_address: token.map(|token| stop_address(&council.public_url, token)),
            council_name: council.name.clone(),
            now,
        }
    }
}

/// The channels that rest. A time further ahead than we ever set was set by a clock that was wrong.
fn resting(holds: &[(String, Instant, String)], now: Instant) -> Vec<Medium> {
    let far = later(now, WAIT_MAX_HOURS * 3_600);
    let rests = |medium: &Medium| {
        holds.iter().any(|(key, until, _)| key == medium.key() && *until > now && *until <= far)
    };
    Medium::ALL.iter().copied().filter(rests).collect()
}

fn medium_of(open: &Open) -> Result<Medium, Fault> {
    Medium::from_key(&open.medium).ok_or_else(|| anyhow::anyhow!("a medium that is not known"))
}
