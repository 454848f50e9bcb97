//! The room as others are handed it, and a whole run: looked at, or taken in.

use crate::{
    model::{
        Area, Guard, Incoming, Kind, Line, SourceDraft, SourceId, Totals, What, decide_withdrawn,
        is_sudden_loss, source_id,
    },
    progress::{Progress, Step},
    store::{self as rows, Run},
    take::{Decided, Known, Task, decide_anew_if_overtaken, decide_batch, decide_organizations, write_batch},
    words::Words,
};
use access::{KeepSources, May, audit};
use anyhow::Context;
use directory::TermDraft;
use fetch::Fetcher;
use kernel::{Fault, Id, Instant};
use oruk::model::Organization;
use std::sync::{Arc, PoisonError, RwLock};
use store::{Tx, outbox};
use web::Site;

/// How many records go into one transaction: long enough to be quick, short enough that nobody waits behind it.
const BATCH: usize = 50;

/// The room. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    pub(crate) site: Site,
    pub(crate) fetcher: Fetcher,
}

impl Intake {
    /// Over a site whose tables are there, with the one way in which addresses are fetched.
    pub fn open(site: &Site, fetcher: Fetcher) -> Intake {
        Intake { site: site.clone(), fetcher }
    }

    /// What every batch of a run is decided against.
    pub(crate) async fn task(&self, source: SourceDraft) -> Result<Task, Fault> {
        let needs = self.site.db().read(directory::list_needs).await?;
        Ok(Task {
            id: source_id(source.slug.as_str()),
            words: Arc::new(Words::over(&needs)?),
            council: self.site.council(),
            now: self.site.clock().now(),
            source,
        })
    }
}

/// What a file holds beside its services: needs, for a council that has none, and organisations that run no service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    pub terms: Vec<TermDraft>,
    pub organizations: Vec<Organization>,
}

/// What would become of a source's records.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How many of each.
    pub totals: Totals,
    /// Record by record, those that stay the same too.
    pub lines: Vec<Line>,
    /// So many records are gone at once that a person must say whether that is right.
    pub sudden_loss: bool,
    /// Needs that a council without any would take over.
    pub terms: usize,
}

/// Plans: decides about every record as a run would, and writes nothing.
pub(crate) async fn plan(
    intake: &Intake,
    task: &Task,
    incoming: &Arc<Vec<Incoming>>,
    beside: &Beside,
) -> Result<Plan, Fault> {
    let mut task = task.clone();
    let terms = if task.words.is_empty() { beside.terms.as_slice() } else { &[] };
    if !terms.is_empty() {
        task.words = Arc::new(Words::over(&needs_of(terms))?);
    }
    let records = incoming.clone();
    let (mut lines, sudden_loss) = intake
        .site
        .db()
        .snapshot(move |tx| {
            let known = Known::read(tx, task.id)?;
            let mut lines = decide_batch(tx, &task, &known, &records)?.lines;
            let kept = rows::list_all_kept(tx, task.id)?;
            let withdrawn = decide_withdrawn(&kept, &records);
            let live = kept.iter().filter(|kept| kept.is_live()).count();
            let sudden = is_sudden_loss(live, withdrawn.len());
            lines.extend(withdrawn.iter().map(|kept| gone_line(&kept.key, kept.slug.as_deref())));
            Ok((lines, sudden))
        })
        .await?;
    lines.sort_by_key(|line| line.what);
    let mut totals = Totals::default();
    lines.iter().for_each(|line| totals.count(line.what));
    Ok(Plan { totals, lines, sudden_loss, terms: terms.iter().map(|term| 1 + term.children.len()).sum() })
}

fn needs_of(terms: &[TermDraft]) -> Vec<directory::Nameable> {
    let need = |term: &TermDraft| directory::Nameable {
        slug: term.slug.to_string(),
        name: term.name.clone(),
        sensitive: term.sensitive,
    };
    terms.iter().flat_map(|term| std::iter::once(need(term)).chain(term.children.iter().map(need))).collect()
}

fn gone_line(key: &str, slug: Option<&str>) -> Line {
    Line {
        what: What::Withdrawn,
        key: key.to_owned(),
        slug: slug.map(str::to_owned),
        name: slug.unwrap_or(key).to_owned(),
        fields: Vec::new(),
        why: "It is not in its source any more. The entry stays until somebody decides".to_owned(),
        guard: Guard::None,
    }
}

/// Whether a person has said that a source may lose many records at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    Ask,
    Accepted,
}

/// How a run begins.
pub(crate) struct Begin<'a> {
    pub may: &'a May<KeepSources>,
    pub kind: &'static str,
    pub loss: Loss,
    pub progress: Progress<'a>,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Taken {
    /// How many of each.
    pub totals: Totals,
    /// The records that are gone were left as they are, for a person to look at first.
    pub waits_for_a_person: bool,
}

/// Takes records in, batch by batch. Each batch is whole or not at all, and what it did is remembered with it: stopped
/// anywhere, the next run goes on from there.
pub(crate) async fn take_in(
    intake: &Intake,
    task: &Task,
    incoming: &Arc<Vec<Incoming>>,
    beside: &Beside,
    begin: Begin<'_>,
) -> Result<Taken, Fault> {
    let (db, clock) = (intake.site.db(), intake.site.clock());
    let run: Id<Run> = Id::new(clock, intake.site.dice());
    let mut task = task.clone();
    let (source, id, kind, now) = (task.source.clone(), task.id, begin.kind, clock.now());
    let terms = if task.words.is_empty() { beside.terms.clone() } else { Vec::new() };
    let needs = if terms.is_empty() { None } else { Some(needs_of(&terms)) };
    db.write(move |tx| {
        if rows::find_source(tx, source.slug.as_str())?.is_none() {
            rows::set_source(tx, &source, None, now)?;
        }
        rows::set_run_broken_off(tx, id, now)?;
        rows::insert_run(tx, run, id, kind, now)?;
        if !terms.is_empty() {
            directory::publish_taxonomy(tx, &terms, now)?;
        }
        Ok(())
    })
    .await?;
    if let Some(needs) = needs {
        task.words = Arc::new(Words::over(&needs)?);
    }
    let knowing = Knowing::read(intake, task.id).await?;
    take_organizations(intake, &task, &knowing, beside, begin.may, run).await?;
    let mut totals = Totals::default();
    let mut position = 0;
    for from in (0..incoming.len()).step_by(BATCH) {
        let until = (from + BATCH).min(incoming.len());
        let (part, task, may, clock) = (incoming.clone(), task.clone(), begin.may.clone(), clock.clone());
        let known = knowing.clone();
        let (written, next) = db
            .write(move |tx| {
                let (now, part) = (clock.now(), &part[from..until]);
                let decided = known.decide(tx, &task, |tx, known| decide_batch(tx, &task, known, part))?;
                let next = write_batch(tx, &may, &task, (run, position), part, &decided.0, now)?;
                Ok((decided, next))
            })
            .await?;
        written.0.lines.iter().for_each(|line| totals.count(line.what));
        knowing.learn(written);
        position = next;
        (begin.progress)(Step::Taken { done: until, of: incoming.len() });
    }
    let (task, part, may, clock, loss) =
        (task.clone(), incoming.clone(), begin.may.clone(), clock.clone(), begin.loss);
    db.write(move |tx| {
        let now = clock.now();
        let mut totals = totals;
        let waits = withdraw(tx, &may, &task, &part, (run, position), loss, &mut totals, now)?;
        let (outcome, why) = if waits { ("waiting", WAITS) } else { ("done", "") };
        rows::set_run(tx, run, outcome, &totals, why, now)?;
        rows::delete_old_runs(tx, task.id)?;
        if !totals.is_quiet() || totals.refused > 0 || totals.held > 0 {
            let what = serde_json::json!({"source": task.source.slug, "totals": totals});
            outbox::announce(tx, "source_taken_in", Some(task.id.uuid()), &what, now)?;
        }
        Ok(Taken { totals, waits_for_a_person: waits })
    })
    .await
}

async fn take_organizations(
    intake: &Intake,
    task: &Task,
    knowing: &Knowing,
    beside: &Beside,
    may: &May<KeepSources>,
    run: Id<Run>,
) -> Result<(), Fault> {
    for part in beside.organizations.chunks(BATCH) {
        let (part, task, may, now) = (part.to_vec(), task.clone(), may.clone(), intake.site.clock().now());
        let known = knowing.clone();
        let written = intake
            .site
            .db()
            .write(move |tx| {
                let decide = |tx: &mut Tx, known: &Known| decide_organizations(tx, &task, known, &part);
                let decided = known.decide(tx, &task, decide)?;
                write_batch(tx, &may, &task, (run, 0), &[], &decided.0, now)?;
                Ok(decided)
            })
            .await?;
        knowing.learn(written);
    }
    Ok(())
}

/// What a run knows, handed from batch to batch. A transaction only reads it: what a batch found is learned once the
/// batch stands.
#[derive(Clone)]
struct Knowing(Arc<RwLock<Known>>);

impl Knowing {
    async fn read(intake: &Intake, source: SourceId) -> Result<Knowing, Fault> {
        let known = intake.site.db().read(move |tx| Known::read(tx, source)).await?;
        Ok(Knowing(Arc::new(RwLock::new(known))))
    }

    fn decide(
        &self,
        tx: &mut Tx,
        task: &Task,
        decide: impl Fn(&mut Tx, &Known) -> Result<Decided, Fault>,
    ) -> Result<(Decided, Option<Known>), Fault> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        decide_anew_if_overtaken(tx, task, &known, decide)
    }

    fn learn(&self, (written, anew): (Decided, Option<Known>)) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(anew) = anew {
            *known = anew;
        }
        known.learn(written);
    }
}

/// Why a run waits, in plain words.
pub(crate) const WAITS: &str =
    "More than a fifth of its records are gone at once. Look whether that is right before they are flagged";

/// Flags what is gone from its source. Says whether that waits for a person instead.
#[allow(clippy::too_many_arguments, reason = "the last step of a run knows all of it")]
fn withdraw(
    tx: &mut Tx,
    may: &May<KeepSources>,
    task: &Task,
    incoming: &[Incoming],
    run: (Id<Run>, usize),
    loss: Loss,
    totals: &mut Totals,
    now: Instant,
) -> Result<bool, Fault> {
    let kept = rows::list_all_kept(tx, task.id)?;
    let gone = decide_withdrawn(&kept, incoming);
    let live = kept.iter().filter(|kept| kept.is_live()).count();
    if loss == Loss::Ask && is_sudden_loss(live, gone.len()) {
        return Ok(true);
    }
    let lines: Vec<Line> = gone.iter().map(|kept| gone_line(&kept.key, kept.slug.as_deref())).collect();
    for kept in &gone {
        rows::set_gone(tx, task.id, &kept.key, now)?;
        totals.count(What::Withdrawn);
    }
    if !gone.is_empty() {
        let did = format!("flagged {} entries as gone from their source", gone.len());
        audit::record(tx, may, did, format!("from the source {}", task.source.slug), now);
    }
    rows::insert_lines(tx, run.0, run.1, &lines)?;
    rows::set_loss_accepted(tx, task.id, false)?;
    Ok(false)
}

/// What is asked of a source that is not kept yet.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// What people call it; made of its address or file when it is not given.
    pub name: Option<String>,
    /// What it may be used for, in its own words.
    pub licence: Option<String>,
    /// The need its entries are filed under when none of ours fits.
    pub topic: Option<kernel::Slug>,
    /// The organisation its entries are filed under when they name none.
    pub organization: Option<kernel::Slug>,
    /// It is a neighbour's.
    pub outside: Outside,
    /// It may lose many records at once.
    pub loss_is_right: LossIsRight,
}

/// Whose area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outside {
    /// Ours.
    #[default]
    No,
    /// A neighbour's.
    Yes,
}

/// Whether somebody looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LossIsRight {
    /// Nobody did.
    #[default]
    NotSaid,
    /// It is right.
    Yes,
}

impl Ask {
    /// The source that is asked for: as it is kept, with what is said now.
    pub(crate) async fn source(
        &self,
        intake: &Intake,
        named: &str,
        kind: Kind,
        address: Option<&str>,
    ) -> Result<SourceDraft, Fault> {
        let name = self.name.clone().unwrap_or_else(|| named.to_owned());
        let slug = kernel::Slug::from_name(&name)
            .context("Give the source a name with letters in it, such as 'Warrington'")?;
        let asked = slug.clone();
        let kept = intake.site.db().read(move |tx| rows::find_source(tx, asked.as_str())).await?;
        let mut source = kept.map_or_else(
            || SourceDraft {
                name,
                slug,
                kind,
                address: address.map(str::to_owned),
                licence: String::new(),
                area: Area::Inside,
                every_hours: 24,
                topic: None,
                organization: None,
                mapping: None,
            },
            |kept| kept.draft,
        );
        source.kind = kind;
        source.licence = self.licence.clone().unwrap_or(source.licence);
        source.topic = self.topic.clone().or(source.topic);
        source.organization = self.organization.clone().or(source.organization);
        if self.outside == Outside::Yes {
            source.area = Area::Outside;
        }
        Ok(source)
    }
}

/// The id of a source.
pub(crate) fn on(id: SourceId) -> access::On {
    access::On::one("source", id)
}
