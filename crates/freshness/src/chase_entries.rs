//! Each morning: the keepers of entries that are due are asked, what nobody answered for goes to the council, and what
//! nobody has checked for too long is hidden. All of a day in one transaction, so a crash leaves the whole day undone
//! and never half of it; a second run on the same day, or on another node, finds that it has been done.

use crate::{
    desk::Stewards,
    harm::rank,
    mails::{STILL_RIGHT, TO_STEWARDS},
    model::{Schedule, Standing, Step, Taken, decide_step, hidden_from},
    store as rows,
};
use access::{ChaseEntries, May, On, PersonId, RestoreEntry, audit};
use accounts::{Keeper, LinkWanted};
use anyhow::anyhow;
use directory::upkeep::{HideReason, UpkeepLine, find_upkeep, hide, list_open_reports, list_upkeep};
use kernel::{Clock, Date, Dice, Fault, Id, Instant, london};
use notify::{Message, To};
use settings::Council;
use std::collections::BTreeMap;
use store::Tx;

/// The job that looks every hour whether this day's chase is still to be done.
pub const CHASE_UNCHECKED_ENTRIES: &str = "chase_unchecked_entries";

/// The automations of a day, as the page of automations names them.
pub(crate) const REMIND_KEEPERS: &str = "remind_keepers";
pub(crate) const TELL_COUNCIL: &str = "tell_council";
pub(crate) const HIDE_UNCHECKED: &str = "hide_unchecked";

/// No mail before or after these hours in London: a reminder is not worth anybody's evening.
pub(crate) const HOURS: std::ops::Range<i8> = 8..20;
/// The most entries a day. A council that turns the reminders on for a thousand stale entries would otherwise be
/// phoned by every service in its area on one morning; those that may do most harm go first.
const ENTRIES_A_DAY: usize = 200;
/// How long a link in a reminder may be used.
const LINK_MINUTES: i64 = 14 * 24 * 60;

/// What a day's chase did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chased {
    /// Entries whose keepers were asked, or should have been: nobody keeps some.
    pub asked: usize,
    /// Mails to keepers.
    pub mails: usize,
    /// Entries the council was told of.
    pub told: usize,
    /// Entries that were hidden.
    pub hidden: usize,
}

/// Whether it is a time of day to write to people.
pub(crate) fn is_waking_hour(now: Instant) -> bool {
    HOURS.contains(&now.to_zoned(london()).hour())
}

/// One entry and the step it takes today.
struct Due {
    line: UpkeepLine,
    step: Step,
    cycle: String,
}

/// Does the day's chase. `None` when it has been done.
pub(crate) fn chase(
    tx: &mut Tx,
    stewards: &Stewards,
    clock: &Clock,
    dice: &Dice,
) -> Result<Option<Chased>, Fault> {
    let (today, now) = (clock.today(), clock.now());
    let council = settings::find_council(tx)?.unwrap_or_else(Council::unnamed);
    if council.public_url.is_empty() {
        tracing::warn!("no public address is set, so no reminder can carry a link: nobody is asked");
        return Ok(None);
    }
    for job in [REMIND_KEEPERS, TELL_COUNCIL, HIDE_UNCHECKED] {
        if !rows::insert_run(tx, run_of(job, today), job, today, now)? {
            return Ok(None);
        }
    }
    let schedule = rows::find_schedule(tx)?;
    let due = take_steps(tx, &schedule, today, now)?;
    let asked: Vec<&Due> = due.iter().filter(|due| due.step.asks_keepers()).collect();
    let told: Vec<&Due> = due.iter().filter(|due| due.step.tells_council()).collect();
    let mails = ask_keepers(tx, &asked, &schedule, &council, clock, dice)?;
    let mut hidden = 0;
    for (position, due) in told.iter().enumerate() {
        if due.step == Step::Hide {
            hide_one(tx, due, hidden, today, now)?;
            hidden += 1;
        } else if due.step != Step::Warn {
            let service = due.line.id;
            rows::insert_effect(tx, run_of(TELL_COUNCIL, today), position, service, due.step.key(), 0)?;
            let may = May::<ChaseEntries>::by_machine(TELL_COUNCIL, On::one("service", service));
            audit::record(tx, &may, "passed an unchecked entry to the council", due.step.words(), now);
        }
    }
    tell_stewards(tx, stewards, &told, &council, today, now, dice)?;
    Ok(Some(Chased { asked: asked.len(), mails, told: told.len(), hidden }))
}

fn run_of(job: &str, day: Date) -> Id<rows::Run> {
    Id::named("freshness", &format!("{job}/{day}"))
}

/// Decides and keeps the step of every entry that takes one today, the one that may do most harm first.
fn take_steps(tx: &mut Tx, schedule: &Schedule, today: Date, now: Instant) -> Result<Vec<Due>, Fault> {
    let steps = rows::list_steps(tx)?;
    let mut due = Vec::new();
    for ranked in rank(list_upkeep(tx, today)?, schedule, today, now) {
        if due.len() == ENTRIES_A_DAY {
            break;
        }
        let standing = Standing::of(&ranked.line);
        let key = (ranked.line.id, standing.cycle());
        let taken = steps.get(&key).map(Vec::as_slice).unwrap_or_default();
        let Some(step) = decide_step(schedule, standing, taken, today) else { continue };
        if rows::insert_step(tx, key.0, &key.1, Taken { step, on: today }, now)? {
            due.push(Due { line: ranked.line, step, cycle: key.1 });
        }
    }
    Ok(due)
}

/// One mail to each keeper with all their entries. Says how many mails.
fn ask_keepers(
    tx: &mut Tx,
    asked: &[&Due],
    schedule: &Schedule,
    council: &Council,
    clock: &Clock,
    dice: &Dice,
) -> Result<usize, Fault> {
    let (today, now) = (clock.today(), clock.now());
    let mut keepers_of: BTreeMap<uuid::Uuid, Vec<Keeper>> = BTreeMap::new();
    let mut letters: BTreeMap<PersonId, (Keeper, Vec<&Due>)> = BTreeMap::new();
    for due in asked {
        let organization = due.line.organization.uuid();
        if let std::collections::btree_map::Entry::Vacant(vacant) = keepers_of.entry(organization) {
            vacant.insert(accounts::list_keepers(tx, organization)?);
        }
        for keeper in &keepers_of[&organization] {
            letters.entry(keeper.person).or_insert_with(|| (keeper.clone(), Vec::new())).1.push(due);
        }
    }
    let mut mails_of: BTreeMap<uuid::Uuid, i64> = BTreeMap::new();
    let mut mails = 0;
    for (keeper, entries) in letters.values() {
        let asked: Vec<Asked> =
            entries.iter().map(|due| Asked { line: &due.line, note: note(due, schedule, today) }).collect();
        let once = format!("still_right {} {today}", keeper.person);
        if ask(tx, keeper, &asked, council, once, clock, dice)? {
            mails += 1;
            for due in entries {
                *mails_of.entry(due.line.id.uuid()).or_default() += 1;
            }
        }
    }
    for (position, due) in asked.iter().enumerate() {
        let sent = mails_of.get(&due.line.id.uuid()).copied().unwrap_or(0);
        rows::set_step_mails(tx, due.line.id, &due.cycle, due.step, sent)?;
        let run = run_of(REMIND_KEEPERS, today);
        rows::insert_effect(tx, run, position, due.line.id, due.step.key(), sent)?;
        let may = May::<ChaseEntries>::by_machine(REMIND_KEEPERS, On::one("service", due.line.id));
        audit::record(tx, &may, "asked the keepers whether the entry is still right", due.step.words(), now);
    }
    Ok(mails)
}

fn note(due: &Due, schedule: &Schedule, today: Date) -> String {
    match due.step {
        Step::Warn => {
            let day = hidden_from(schedule, Standing::of(&due.line), today);
            format!("We will stop showing this on {}, unless you tell us.", web::say::day_month_year(day))
        }
        Step::Overdue => format!("This is overdue. {}.", last_checked(&due.line)),
        _ => format!("{}.", last_checked(&due.line)),
    }
}

/// 'Last checked 3 August 2026', 'Never checked'.
pub(crate) fn last_checked(line: &UpkeepLine) -> String {
    line.assured_date.map_or_else(
        || "Never checked".to_owned(),
        |date| format!("Last checked {}", web::say::day_month_year(date)),
    )
}

/// An entry in a mail to a keeper.
pub(crate) struct Asked<'a> {
    pub line: &'a UpkeepLine,
    pub note: String,
}

/// Puts one mail to a keeper into the outbox. False when one with this key is there, or they have turned reminders off.
pub(crate) fn ask(
    tx: &mut Tx,
    keeper: &Keeper,
    entries: &[Asked],
    council: &Council,
    once: String,
    clock: &Clock,
    dice: &Dice,
) -> Result<bool, Fault> {
    // One link for all of a mail: it works once, and leads to the entry, or to the list when there are several.
    let leads_to = match entries {
        [one] => format!("/provider/entries/{}", one.line.slug),
        _ => "/provider".to_owned(),
    };
    let wanted = LinkWanted { person: keeper.person, leads_to, life_minutes: LINK_MINUTES };
    let path = accounts::issue_link(tx, &wanted, clock, dice)?;
    let lines: Vec<String> =
        entries.iter().map(|entry| format!("{}. {}", entry.line.name, entry.note)).collect();
    let message = Message {
        template: &STILL_RIGHT,
        to: To::Email(keeper.email.clone()),
        person: Some(keeper.person),
        values: vec![
            ("name", keeper.name.clone()),
            ("how_many", web::say::count(entries.len(), "entry", "entries")),
            ("council", council.name.clone()),
            ("entries_lines", lines.join("\n")),
            ("start_link", format!("{}{path}", council.public_url)),
            ("contact", contact(council)),
        ],
        once: Some(once),
    };
    Ok(notify::queue(tx, &message, dice, clock.now())?.is_some())
}

fn contact(council: &Council) -> String {
    [&council.phone, &council.email]
        .into_iter()
        .find(|given| !given.is_empty())
        .cloned()
        .unwrap_or_else(|| council.name.clone())
}

/// Hides an entry, unless somebody has checked it in this very moment: then the day is undone and begun again.
fn hide_one(tx: &mut Tx, due: &Due, position: usize, today: Date, now: Instant) -> Result<(), Fault> {
    let service = due.line.id;
    let may = May::<RestoreEntry>::by_machine(HIDE_UNCHECKED, On::one("service", service));
    hide(tx, &may, service, HideReason::Unchecked, now)?;
    let stands = find_upkeep(tx, service, today)?.and_then(|line| line.assured_date);
    if stands != due.line.assured_date {
        return Err(anyhow!("an entry was checked while it was being hidden"));
    }
    rows::insert_effect(tx, run_of(HIDE_UNCHECKED, today), position, service, Step::Hide.key(), 0)
}

/// One mail a day to the council's own people, if there is anything to say.
fn tell_stewards(
    tx: &mut Tx,
    stewards: &Stewards,
    told: &[&Due],
    council: &Council,
    today: Date,
    now: Instant,
    dice: &Dice,
) -> Result<(), Fault> {
    if told.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<String> = told
        .iter()
        .map(|due| {
            let name = if due.line.sensitive { "An entry about safety" } else { due.line.name.as_str() };
            format!("{name}: {}. {}.", due.step.words().to_lowercase(), last_checked(&due.line))
        })
        .collect();
    let open = list_open_reports(tx)?.len();
    if open > 0 {
        lines.push(format!(
            "{} open too.",
            web::say::count(open, "report from a visitor is", "reports from visitors are")
        ));
    }
    for email in stewards(tx)? {
        let message = Message {
            template: &TO_STEWARDS,
            once: Some(format!("to_stewards {email} {today}")),
            to: To::Email(email),
            person: None,
            values: vec![
                ("how_many", web::say::count(told.len(), "entry", "entries")),
                ("entries_lines", lines.join("\n")),
                ("queue_link", format!("{}/admin/freshness", council.public_url)),
            ],
        };
        notify::queue(tx, &message, dice, now)?;
    }
    Ok(())
}
