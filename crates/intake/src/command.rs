//! What the commands do: plan first, show it, apply it after.

use crate::{
    intake::{Ask, Begin, Beside, Intake, Loss, LossIsRight, Plan, Taken, on, plan, take_in},
    model::{Guard, Incoming, Kind, Line, SourceDraft, What},
    parts::Parts,
    progress::{Progress, Step},
    read::{Body, incoming_of, incoming_of_csv, incoming_of_ofsted, kind_of, organizations_of, read_body},
    store as rows,
    take::Task,
    terms::terms_of,
    walk::{Halt, Walked, walk},
};
use access::May;
use anyhow::{Context, bail};
use kernel::Fault;
use std::{
    io::{BufWriter, Write},
    path::Path,
    sync::Arc,
};
use url::Url;

/// The largest file that is read.
const FILE_MAX: u64 = 512 * 1024 * 1024;

/// A plan, with what is needed to apply it.
pub struct Planned {
    /// What would be done.
    pub plan: Plan,
    task: Task,
    incoming: Arc<Vec<Incoming>>,
    beside: Beside,
    note: String,
    loss: Loss,
}

/// Plans to take in a file of Open Referral UK records of any shape and version.
pub async fn plan_file(
    intake: &Intake,
    path: &Path,
    ask: &Ask,
    progress: Progress<'_>,
) -> Result<Planned, Fault> {
    let bytes = read_file(path).await?;
    let records = match read_body(&bytes).map_err(anyhow::Error::msg)? {
        Body::Records(records) => records,
        Body::Page(page, _) if page.total_pages <= 1 => page.contents,
        Body::Page(page, _) => bail!(
            "This file is page {} of {}. Give the address of the feed instead, so that all of it is read",
            page.page_number,
            page.total_pages
        ),
        Body::Front => bail!("This file describes an interface and holds no services"),
    };
    let source = ask.source(intake, &named(path), kind_of(&records), None).await?;
    let beside = Beside { terms: terms_of(&records), organizations: organizations_of(&source, &records) };
    let count = records.len();
    let incoming = incoming_of(&source, records);
    progress(Step::Read { done: count, of: Some(count) });
    planned(intake, source, incoming, beside, String::new(), ask).await
}

/// Plans to take in a feed, page after page. Its source is kept under the name given, else under its host's.
pub async fn plan_url(
    intake: &Intake,
    address: &str,
    ask: &Ask,
    progress: Progress<'_>,
) -> Result<Planned, Fault> {
    let now = intake.site.clock().now();
    let walked = walk(&intake.fetcher, address, None, now, Parts::InOneGo, progress).await;
    let walked = walked.map_err(|halt| match halt {
        Halt::Trouble(trouble) => anyhow::anyhow!(trouble.why),
        Halt::Broken(fault) => fault,
        Halt::Later => anyhow::anyhow!("It was left before its end"),
    })?;
    let Walked::Records { kind, records, .. } = walked else { bail!("It says that nothing has changed") };
    let host = Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let source = ask.source(intake, &host, kind, Some(address)).await?;
    let beside = Beside { terms: terms_of(&records), organizations: organizations_of(&source, &records) };
    let incoming = incoming_of(&source, records);
    planned(intake, source, incoming, beside, String::new(), ask).await
}

/// Plans to take in a table, with the mapping that says what its columns are.
pub async fn plan_csv(
    intake: &Intake,
    path: &Path,
    mapping: &Path,
    ask: &Ask,
    progress: Progress<'_>,
) -> Result<Planned, Fault> {
    let bytes = read_file(path).await?;
    let mut source = ask.source(intake, &named(path), Kind::Csv, None).await?;
    let text = String::from_utf8(read_file(mapping).await?).context("The mapping is not in UTF-8")?;
    source.mapping = Some(text);
    let incoming = incoming_of_csv(&source, &bytes)?;
    progress(Step::Read { done: incoming.len(), of: Some(incoming.len()) });
    planned(intake, source, incoming, Beside::default(), String::new(), ask).await
}

/// Plans to take in the register of childcare providers: those of this council.
pub async fn plan_ofsted(
    intake: &Intake,
    path: &Path,
    ask: &Ask,
    progress: Progress<'_>,
) -> Result<Planned, Fault> {
    let bytes = read_file(path).await?;
    let mut ask = ask.clone();
    ask.name.get_or_insert_with(|| "Ofsted".to_owned());
    ask.topic.get_or_insert("childcare".parse().map_err(anyhow::Error::msg)?);
    let source = ask.source(intake, "Ofsted", Kind::Ofsted, None).await?;
    let (incoming, note) = incoming_of_ofsted(&source, &bytes, &intake.site.council().area_name)?;
    progress(Step::Read { done: incoming.len(), of: Some(incoming.len()) });
    planned(intake, source, incoming, Beside::default(), note, &ask).await
}

async fn planned(
    intake: &Intake,
    source: SourceDraft,
    incoming: Vec<Incoming>,
    beside: Beside,
    note: String,
    ask: &Ask,
) -> Result<Planned, Fault> {
    let task = intake.task(source).await?;
    check_settings(intake, &task, &beside).await?;
    let incoming = Arc::new(incoming);
    let plan = plan(intake, &task, &incoming, &beside).await?;
    let loss = if ask.loss_is_right == LossIsRight::Yes { Loss::Accepted } else { Loss::Ask };
    Ok(Planned { plan, task, incoming, beside, note, loss })
}

/// Refuses a need or an organisation that is not there before a record is looked at.
async fn check_settings(intake: &Intake, task: &Task, beside: &Beside) -> Result<(), Fault> {
    if let Some(need) = &task.source.topic
        && task.words.need_of_slug(need.as_str()).is_none()
        && beside.terms.iter().all(|wide| {
            std::iter::once(wide)
                .chain(&wide.children)
                .all(|term| !task.words.is_empty() || term.slug != *need)
        })
    {
        bail!(
            "'{need}' is not a need of this council: choose one of those it has, as its address on the site says it"
        );
    }
    if let Some(organization) = task.source.organization.clone() {
        let all = intake.site.db().read(directory::list_organizations).await?;
        if all.iter().all(|ours| ours.slug != organization.as_str()) {
            bail!(
                "'{organization}' is not an organisation here: add it first, or choose one that is, as its address on the site says it"
            );
        }
    }
    Ok(())
}

impl Planned {
    /// Whether anything of it could be taken in, or nothing came at all.
    pub fn is_of_use(&self) -> bool {
        let totals = self.plan.totals;
        totals.refused == 0 || totals.refused < self.plan.lines.len()
    }

    /// The source it is about.
    pub fn source(&self) -> &SourceDraft {
        &self.task.source
    }

    /// What a screen shows: the numbers, and the first of what was refused or is held, with why.
    pub fn summary(&self) -> Vec<String> {
        const SHOWN: usize = 10;
        let plan = &self.plan;
        let mut out = vec![format!("{}: {}.", self.task.source.name, plan.totals.words())];
        if plan.terms > 0 {
            out.push(format!("This council has no needs yet: {} would be taken over.", plan.terms));
        }
        if !self.note.is_empty() {
            out.push(format!("{}.", self.note));
        }
        if plan.sudden_loss && self.loss == Loss::Ask {
            out.push(format!("{}.", crate::intake::WAITS));
        }
        let guarded = |guard: Guard| plan.lines.iter().filter(|line| line.guard == guard).count();
        match guarded(Guard::TwoPeople) {
            0 => {}
            waiting => out.push(format!(
                "Held for two people, because they may lead to a place that must stay secret: {waiting}. They are not published until both agree, at /admin/sources."
            )),
        }
        match guarded(Guard::Quiet) {
            0 => {}
            quiet => out.push(format!(
                "With a quiet page (neutral title, way out), because of what they are about: {quiet}."
            )),
        }
        let changed = |line: &&Line| matches!(line.what, What::Added | What::Changed) && !line.why.is_empty();
        match plan.lines.iter().filter(changed).count() {
            0 => {}
            noted => out.push(format!(
                "Taken in with something mended or left out: {noted}. The plan's file (--plan FILE) says what."
            )),
        }
        for what in [What::Refused, What::Held, What::Withdrawn] {
            let lines: Vec<_> = plan.lines.iter().filter(|line| line.what == what).collect();
            for line in lines.iter().take(SHOWN) {
                let fields = if line.fields.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", line.fields.join(", "))
                };
                let why = if line.why.is_empty() { String::new() } else { format!(": {}", line.why) };
                let name = match (line.name.as_str(), line.key.as_str()) {
                    ("", "") => "a record without a name",
                    ("", key) => key,
                    (name, _) => name,
                };
                out.push(format!("{}: {name}{fields}{why}", what.words()));
            }
            if lines.len() > SHOWN {
                out.push(format!("{}: and {} more, in the plan's file", what.words(), lines.len() - SHOWN));
            }
        }
        out
    }

    /// Writes the whole plan: a line of JSON for each record.
    pub fn write_plan(&self, out: impl Write) -> Result<(), Fault> {
        let mut out = BufWriter::new(out);
        let head = serde_json::json!({
            "source": self.task.source.slug, "name": self.task.source.name, "totals": self.plan.totals,
            "waits_for_a_person": self.plan.sudden_loss, "needs_taken_over": self.plan.terms,
        });
        writeln!(out, "{head}")?;
        for line in &self.plan.lines {
            writeln!(out, "{}", serde_json::to_string(line)?)?;
        }
        out.flush()?;
        Ok(())
    }
}

/// Applies a plan. What has changed since it was made is decided anew, by the same rules.
pub async fn apply(intake: &Intake, planned: Planned, progress: Progress<'_>) -> Result<Taken, Fault> {
    let may = May::by_operator(on(planned.task.id));
    let (source, now) = (planned.task.source.clone(), intake.site.clock().now());
    intake.site.db().write(move |tx| rows::set_source(tx, &source, None, now).map(|_| ())).await?;
    let begin = Begin { may: &may, kind: "command", loss: planned.loss, progress };
    let taken = take_in(intake, &planned.task, &planned.incoming, &planned.beside, begin).await?;
    Ok(taken)
}

async fn read_file(path: &Path) -> Result<Vec<u8>, Fault> {
    let shown = path.display().to_string();
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || {
        let length = std::fs::metadata(&path)?.len();
        if length > FILE_MAX {
            return Err(std::io::Error::other(format!("it is larger than {} MB", FILE_MAX / 1024 / 1024)));
        }
        std::fs::read(&path)
    })
    .await?
    .with_context(|| format!("reading {shown}"))
}

/// A file's name without what stands behind the dot.
fn named(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
