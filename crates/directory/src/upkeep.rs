//! What the rooms that keep the directory true may ask of it: how fresh and whole each entry is, to say that one is
//! still right, to hide one and show it again, and to settle what visitors reported. Every change takes its typed
//! witness, is written to the trail and announced in the same transaction.

use crate::{model::ServiceId, report_problem::FIELDS, store as rows};
use access::{KeepEntry, May, RestoreEntry, SettleReport, audit};
use kernel::{Date, Email, Fault, Id, Instant, Span};
use store::{Tx, outbox};

pub use crate::store::{Report, ReportLine, UpkeepLine};

/// How many days of opens stand behind 'opened 240 times in 4 weeks'.
const OPENS_DAYS: i64 = 28;

/// Every entry that is not gone for good, by name, hidden ones too, with its opens in the last four weeks.
pub fn list_upkeep(tx: &mut Tx, today: Date) -> Result<Vec<UpkeepLine>, Fault> {
    rows::list_upkeep_lines(tx, opened_since(today)?)
}

/// One of them.
pub fn find_upkeep(tx: &mut Tx, service: ServiceId, today: Date) -> Result<Option<UpkeepLine>, Fault> {
    rows::find_upkeep_line(tx, service, opened_since(today)?)
}

fn opened_since(today: Date) -> Result<Date, Fault> {
    Ok(today.checked_sub(Span::new().days(OPENS_DAYS - 1))?)
}

/// Who says that an entry is right, as its page says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckedBy {
    /// Those who run it.
    Service,
    /// The council's own people.
    Council,
}

impl CheckedBy {
    /// As it is kept and said.
    pub fn words(self) -> &'static str {
        match self {
            CheckedBy::Service => "the service",
            CheckedBy::Council => "the council",
        }
    }
}

/// Somebody says that everything in an entry is right.
#[derive(Clone, Copy, Debug)]
pub struct Assurance {
    /// On which civil day.
    pub on: Date,
    /// Who.
    pub by: CheckedBy,
    /// How they know, in a few words: 'said that nothing has changed', 'phoned', 'saw it on the website'.
    pub how: &'static str,
}

/// What [`assure`] did: what is needed to take it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assured {
    /// Which entry.
    pub service: ServiceId,
    /// The date it had before.
    pub before: Option<Date>,
    /// The date it has now.
    pub on: Date,
    /// It had been hidden because nobody had checked it, and is shown again.
    pub was_hidden: bool,
}

/// Says that nothing has changed: the entry is as good as checked on that day. A date never goes back: an older one
/// leaves the newer standing. An entry that was hidden because nobody had checked it is shown again. `None` when there
/// is no such entry.
pub fn assure(
    tx: &mut Tx,
    may: &May<KeepEntry>,
    service: ServiceId,
    assurance: &Assurance,
    now: Instant,
) -> Result<Option<Assured>, Fault> {
    let Some((slug, before)) = rows::find_assured(tx, service)? else { return Ok(None) };
    let on = before.map_or(assurance.on, |before| before.max(assurance.on));
    rows::set_assured(tx, service, Some(on), now)?;
    rows::insert_assurance(tx, assurance_row(service, on), service, on, assurance.by.words(), assurance.how)?;
    let was_hidden = rows::delete_hiding_unchecked(tx, service)?;
    audit::record(tx, may, "said that nothing has changed", assurance.how, now);
    announce(tx, service, &slug, now)?;
    Ok(Some(Assured { service, before, on, was_hidden }))
}

/// Takes an assurance back, unless the date has moved on since. Says whether it did.
pub fn take_back_assurance(
    tx: &mut Tx,
    may: &May<KeepEntry>,
    assured: &Assured,
    now: Instant,
) -> Result<bool, Fault> {
    let Some((slug, stands)) = rows::find_assured(tx, assured.service)? else { return Ok(false) };
    if stands != Some(assured.on) {
        return Ok(false);
    }
    rows::set_assured(tx, assured.service, assured.before, now)?;
    if assured.before != Some(assured.on) {
        rows::delete_assurance(tx, assurance_row(assured.service, assured.on))?;
    }
    if assured.was_hidden {
        rows::insert_hiding(tx, assured.service, HideReason::Unchecked.key(), now)?;
    }
    audit::record(tx, may, "took back that nothing has changed", "", now);
    announce(tx, assured.service, &slug, now)?;
    Ok(true)
}

/// One row for an entry and a day, however often it is said.
fn assurance_row(service: ServiceId, on: Date) -> Id<()> {
    Id::named("upkeep", &format!("{service}/{on}"))
}

/// Why an entry is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HideReason {
    /// Nobody has checked it for too long.
    Unchecked,
    /// An editor hid it.
    ByHand,
}

impl HideReason {
    fn key(self) -> &'static str {
        match self {
            HideReason::Unchecked => "unchecked",
            HideReason::ByHand => "by_hand",
        }
    }

    fn words(self) -> &'static str {
        match self {
            HideReason::Unchecked => "nobody has checked it for too long",
            HideReason::ByHand => "an editor hid it",
        }
    }
}

/// Hides an entry: it is in no search, list, sitemap or interface, and its address says kindly that it is gone for
/// now. Nothing of it is lost. Says whether it was there to be hidden.
pub fn hide(
    tx: &mut Tx,
    may: &May<RestoreEntry>,
    service: ServiceId,
    reason: HideReason,
    now: Instant,
) -> Result<bool, Fault> {
    let Some((slug, _)) = rows::find_assured(tx, service)? else { return Ok(false) };
    if !rows::insert_hiding(tx, service, reason.key(), now)? {
        return Ok(false);
    }
    audit::record(tx, may, "hid the entry", reason.words(), now);
    announce(tx, service, &slug, now)?;
    Ok(true)
}

/// Shows a hidden entry again. Says whether it was hidden.
pub fn show(
    tx: &mut Tx,
    may: &May<RestoreEntry>,
    service: ServiceId,
    why: &str,
    now: Instant,
) -> Result<bool, Fault> {
    let Some((slug, _)) = rows::find_assured(tx, service)? else { return Ok(false) };
    if !rows::delete_hiding(tx, service)? {
        return Ok(false);
    }
    audit::record(tx, may, "showed the entry again", why, now);
    announce(tx, service, &slug, now)?;
    Ok(true)
}

fn announce(tx: &mut Tx, service: ServiceId, slug: &str, now: Instant) -> Result<(), Fault> {
    let payload = serde_json::json!({ "slug": slug });
    outbox::announce(tx, "service_published", Some(service.uuid()), &payload, now)
}

/// Forgets how often entries were opened before a day: figures need no longer memory.
pub fn forget_opens(tx: &mut Tx, before: Date) -> Result<u64, Fault> {
    rows::delete_opens_before(tx, before)
}

/// What was wrong, as the form offered it.
pub fn words_of_field(field: &str) -> &'static str {
    FIELDS.iter().find(|(value, _)| *value == field).map_or("Something else", |(_, words)| words)
}

/// Reports that nobody has settled, oldest first.
pub fn list_open_reports(tx: &mut Tx) -> Result<Vec<ReportLine>, Fault> {
    rows::list_unsettled(tx)
}

/// Reports settled since an instant, latest first.
pub fn list_settled_reports(tx: &mut Tx, since: Instant) -> Result<Vec<ReportLine>, Fault> {
    rows::list_settled_since(tx, since)
}

/// A report with what the visitor typed.
#[derive(Clone, Debug)]
pub struct ReportWords {
    /// What a list shows of it.
    pub line: ReportLine,
    /// The words.
    pub words: String,
    /// Whether an answer was written, and what.
    pub answer: Option<String>,
}

/// Reads a report. That is written down, because it may hold something personal.
pub fn find_report(
    tx: &mut Tx,
    may: &May<SettleReport>,
    id: Id<Report>,
    now: Instant,
) -> Result<Option<ReportWords>, Fault> {
    let Some(line) = rows::find_report_line(tx, id)? else { return Ok(None) };
    let Some(typed) = rows::find_report_words(tx, id)? else { return Ok(None) };
    audit::record(tx, may, "read a report", "", now);
    Ok(Some(ReportWords { line, words: typed.words, answer: typed.answer }))
}

/// How a report ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportOutcome {
    /// The entry was wrong and is right now.
    PutRight,
    /// The entry was right.
    NotAProblem,
    /// Somebody else has to look, such as those who run the service.
    PassedOn,
}

impl ReportOutcome {
    /// All, in the order a form offers them.
    pub const ALL: [ReportOutcome; 3] =
        [ReportOutcome::PutRight, ReportOutcome::NotAProblem, ReportOutcome::PassedOn];

    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            ReportOutcome::PutRight => "put_right",
            ReportOutcome::NotAProblem => "not_a_problem",
            ReportOutcome::PassedOn => "passed_on",
        }
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            ReportOutcome::PutRight => "Put right",
            ReportOutcome::NotAProblem => "Checked, and the entry was right",
            ReportOutcome::PassedOn => "Passed on to the service",
        }
    }

    /// The one of that name.
    pub fn parse(key: &str) -> Option<ReportOutcome> {
        ReportOutcome::ALL.into_iter().find(|outcome| outcome.key() == key)
    }
}

/// How [`settle_report`] ended.
#[derive(Clone, Debug)]
pub enum Settled {
    /// It is settled now. The address, when the visitor left one.
    Now {
        /// The report.
        line: Box<ReportLine>,
        /// Where to answer.
        reply_to: Option<Email>,
    },
    /// Somebody had settled it before.
    Before,
}

/// Settles a report with the words that answer it, if there are any. `None` when there is no such report.
pub fn settle_report(
    tx: &mut Tx,
    may: &May<SettleReport>,
    id: Id<Report>,
    outcome: ReportOutcome,
    answer: Option<&str>,
    now: Instant,
) -> Result<Option<Settled>, Fault> {
    let Some(line) = rows::find_report_line(tx, id)? else { return Ok(None) };
    if line.settled_at.is_some() {
        return Ok(Some(Settled::Before));
    }
    rows::set_settled(tx, id, outcome.key(), answer, now)?;
    let reply_to = rows::find_report_words(tx, id)?
        .and_then(|typed| typed.reply_to)
        .and_then(|address| address.parse::<Email>().ok());
    audit::record(tx, may, "settled a report", outcome.words(), now);
    let payload = serde_json::json!({"service": line.service.to_string(), "outcome": outcome.key()});
    outbox::announce(tx, "report_settled", Some(id.uuid()), &payload, now)?;
    Ok(Some(Settled::Now { line: Box::new(line), reply_to }))
}
