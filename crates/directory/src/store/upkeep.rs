//! What keeping the directory true reads and changes: how stale an entry is, how often it is opened, whether it is
//! hidden, and what visitors reported.

use crate::model::{OrganizationId, ServiceId};
use kernel::{Date, Fault, Id, Instant};
use store::{Tx, args, row};

row! {
    /// An entry with everything by which its freshness, completeness and harm are judged.
    #[derive(Clone, Debug, PartialEq)]
    pub struct UpkeepLine {
        /// The entry.
        id: ServiceId,
        /// Its address on the site.
        slug: String,
        /// Its name.
        name: String,
        /// Who runs it.
        organization: OrganizationId,
        /// Their name.
        organization_name: String,
        /// What kind of body they are, as it is kept: `council`, `nhs`, `charity` ...
        organization_kind: String,
        /// Whether it is running, as it is kept: `active`, `inactive`, `defunct`, `temporarily closed`.
        status: String,
        /// Its page has a neutral title and an exit.
        sensitive: bool,
        /// It is for people in a crisis or at risk.
        crisis: bool,
        /// When somebody last said it was true.
        assured_date: Option<Date>,
        /// When its telephone number was last confirmed by itself.
        phone_assured_on: Option<Date>,
        /// When a row of it last changed.
        last_modified: Instant,
        /// When it was hidden, if it is.
        hidden_at: Option<Instant>,
        /// How often its page was opened since the day that was asked for.
        opens: i64,
        /// Reports nobody has settled.
        open_reports: i64,
        /// When the oldest of them came.
        oldest_report_at: Option<Instant>,
        /// Who it is for, in words.
        who_in_words: bool,
        /// Ages, or a group it is for in particular.
        who_marked: bool,
        /// How people get in, as a choice other than 'not given'.
        way_in_marked: bool,
        /// The same as a sentence.
        way_in_in_words: bool,
        /// Home, online, phone, hub or elsewhere is ticked.
        access_marked: bool,
        /// How many places it is at.
        places: i64,
        /// How many of them have an address, or keep it private on purpose.
        places_with_address: i64,
        /// How many of them say whether they are step-free.
        places_with_step_free: i64,
        /// How many of them say anything else of how accessible they are.
        places_with_access: i64,
        /// How many times it is on or answers.
        times: i64,
        /// How many of them give a day and an hour.
        times_whole: i64,
        /// What it costs is given.
        cost_given: bool,
        /// How many telephone numbers.
        phones: i64,
        /// How many of them say when they answer.
        phones_with_hours: i64,
        /// It has an e-mail address or a website.
        online_contact: bool,
    }
}

const LINES: &str = "select s.id, s.slug, s.name, o.id, o.name, o.kind, s.status, s.sensitive,
        exists (select 1 from service_value v where v.service_id = s.id
            and ((v.list = 'severity' and v.value = 'crisis') or (v.list = 'thrive' and v.value = 'getting_risk_support'))),
        s.assured_date,
        (select max(a.assured_on) from assurance a where a.service_id = s.id and a.field in ('phone', 'everything')),
        s.last_modified, h.hidden_at,
        coalesce((select cast(sum(w.opens) as bigint) from service_view w where w.service_id = s.id and w.day >= $1), 0),
        (select count(*) from problem_report r where r.service_id = s.id and r.settled_at is null),
        (select min(r.reported_at) from problem_report r where r.service_id = s.id and r.settled_at is null),
        coalesce(s.who_for, '') <> '',
        s.pregnancy or s.age_from_months is not null or s.age_until_months is not null
            or exists (select 1 from service_value v where v.service_id = s.id and v.list = 'audience'),
        exists (select 1 from service_value v where v.service_id = s.id and v.list = 'way_in' and v.value <> 'unknown'),
        coalesce(s.application_process, '') <> '',
        exists (select 1 from service_value v where v.service_id = s.id and v.list = 'access'),
        (select count(*) from service_at_location l where l.service_id = s.id),
        (select count(*) from service_at_location l join location p on p.id = l.location_id where l.service_id = s.id
            and (p.sensitive or p.location_type = 'virtual' or exists (select 1 from address d where d.location_id = p.id
                and (coalesce(d.address_1, '') <> '' or coalesce(d.postal_code, '') <> '')))),
        (select count(*) from service_at_location l where l.service_id = s.id and exists (select 1 from accessibility c
            where c.location_id = l.location_id and c.feature = 'step_free' and c.state <> 'unknown')),
        (select count(*) from service_at_location l where l.service_id = s.id and exists (select 1 from accessibility c
            where c.location_id = l.location_id and c.feature <> 'step_free' and c.state <> 'unknown')),
        (select count(*) from schedule t where t.service_id = s.id),
        (select count(*) from schedule t where t.service_id = s.id and t.opens_at is not null and (t.byday <> '' or t.freq = 'monthly')),
        s.cost <> 'unknown',
        (select count(*) from phone f where f.service_id = s.id),
        (select count(*) from phone f where f.service_id = s.id and f.hours <> ''),
        coalesce(s.email, '') <> '' or coalesce(s.url, '') <> ''
    from service s join organization o on o.id = s.organization_id left join service_hiding h on h.service_id = s.id";

/// Every entry that is not gone for good or replaced, by name. Opens are counted from a civil day on.
pub(crate) fn list_upkeep_lines(tx: &mut Tx, opened_since: Date) -> Result<Vec<UpkeepLine>, Fault> {
    tx.all(&format!("{LINES} where s.status <> 'defunct' and not exists (select 1 from service_replacement p where p.service_id = s.id) order by s.name, s.id"), args![opened_since])
}

/// One entry.
pub(crate) fn find_upkeep_line(
    tx: &mut Tx,
    id: ServiceId,
    opened_since: Date,
) -> Result<Option<UpkeepLine>, Fault> {
    tx.opt(&format!("{LINES} where s.id = $2"), args![opened_since, id])
}

/// The date and the address of an entry, held until this transaction ends.
pub(crate) fn find_assured(tx: &mut Tx, id: ServiceId) -> Result<Option<(String, Option<Date>)>, Fault> {
    let sql = format!("select slug, assured_date from service where id = $1{}", tx.for_update());
    tx.opt(&sql, args![id])
}

pub(crate) fn set_assured(
    tx: &mut Tx,
    id: ServiceId,
    assured: Option<Date>,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update service set assured_date = $2, last_modified = $3 where id = $1",
        args![id, assured, now],
    )?;
    Ok(())
}

pub(crate) fn insert_assurance(
    tx: &mut Tx,
    row: Id<()>,
    service: ServiceId,
    on: Date,
    by: &str,
    how: &str,
) -> Result<(), Fault> {
    tx.exec(
        "insert into assurance (id, service_id, field, assured_on, assured_by, how) values ($1, $2, 'everything', $3, $4, $5)
            on conflict (id) do update set assured_by = excluded.assured_by, how = excluded.how",
        args![row, service, on, by, how],
    )?;
    Ok(())
}

pub(crate) fn delete_assurance(tx: &mut Tx, row: Id<()>) -> Result<(), Fault> {
    tx.exec("delete from assurance where id = $1", args![row])?;
    Ok(())
}

/// Who said on the date of the last check that everything is true: `the service` or `the council`.
pub(crate) fn find_checked_by(tx: &mut Tx, id: ServiceId) -> Result<Option<String>, Fault> {
    let found: Option<(String,)> = tx.opt(
        "select a.assured_by from assurance a join service s on s.id = a.service_id
            where s.id = $1 and a.field = 'everything' and a.assured_on = s.assured_date order by a.id desc limit 1",
        args![id],
    )?;
    Ok(found.map(|(by,)| by))
}

/// False when it is hidden already.
pub(crate) fn insert_hiding(tx: &mut Tx, id: ServiceId, reason: &str, now: Instant) -> Result<bool, Fault> {
    let hidden = tx.exec(
        "insert into service_hiding (service_id, reason, hidden_at) values ($1, $2, $3) on conflict (service_id) do nothing",
        args![id, reason, now],
    )?;
    Ok(hidden == 1)
}

/// Ends the hiding of an entry that nobody had checked. False when it was not hidden, or for another reason.
pub(crate) fn delete_hiding_unchecked(tx: &mut Tx, id: ServiceId) -> Result<bool, Fault> {
    let sql = "delete from service_hiding where service_id = $1 and reason = 'unchecked'";
    Ok(tx.exec(sql, args![id])? == 1)
}

/// False when it was not hidden.
pub(crate) fn delete_hiding(tx: &mut Tx, id: ServiceId) -> Result<bool, Fault> {
    Ok(tx.exec("delete from service_hiding where service_id = $1", args![id])? == 1)
}

row! {
    /// What the page of a hidden entry may say.
    pub(crate) struct HiddenRow { name: String, sensitive: bool, reason: String }
}

pub(crate) fn find_hidden(tx: &mut Tx, slug: &str) -> Result<Option<HiddenRow>, Fault> {
    tx.opt(
        "select s.name, s.sensitive, h.reason from service s join service_hiding h on h.service_id = s.id where s.slug = $1",
        args![slug],
    )
}

/// Adds to the count of an entry on a day. An entry that is not there any more is passed over.
pub(crate) fn insert_opens(tx: &mut Tx, slug: &str, day: Date, opens: i64) -> Result<(), Fault> {
    tx.exec(
        "insert into service_view (service_id, day, opens) select id, cast($2 as text), cast($3 as bigint) from service where slug = $1
            on conflict (service_id, day) do update set opens = service_view.opens + excluded.opens",
        args![slug, day, opens],
    )?;
    Ok(())
}

pub(crate) fn delete_opens_before(tx: &mut Tx, day: Date) -> Result<u64, Fault> {
    tx.exec("delete from service_view where day < $1", args![day])
}

row! {
    /// A report as a list shows it: nothing that a visitor typed.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ReportLine {
        /// Its id.
        id: Id<Report>,
        /// What the visitor was given to quote.
        reference: String,
        /// Which entry.
        service: ServiceId,
        /// Its address on the site.
        slug: String,
        /// Its name.
        name: String,
        /// What is wrong, as it is kept.
        field: String,
        /// `clear`, `amber` or `red`: what the safety screen saw in the words.
        safety_level: String,
        /// Whether the visitor left an address.
        wants_answer: bool,
        /// When it came.
        reported_at: Instant,
        /// When it was settled.
        settled_at: Option<Instant>,
        /// How, as it is kept.
        outcome: Option<String>,
    }
}

/// Marks ids of reports.
#[derive(Debug)]
pub enum Report {}

const REPORTS: &str = "select r.id, r.reference, s.id, s.slug, s.name, r.field, r.safety_level, r.reply_to is not null, r.reported_at,
        r.settled_at, r.outcome from problem_report r join service s on s.id = r.service_id";

pub(crate) fn list_unsettled(tx: &mut Tx) -> Result<Vec<ReportLine>, Fault> {
    tx.all(&format!("{REPORTS} where r.settled_at is null order by r.reported_at, r.id"), args![])
}

pub(crate) fn list_settled_since(tx: &mut Tx, since: Instant) -> Result<Vec<ReportLine>, Fault> {
    tx.all(&format!("{REPORTS} where r.settled_at >= $1 order by r.settled_at desc, r.id"), args![since])
}

pub(crate) fn find_report_line(tx: &mut Tx, id: Id<Report>) -> Result<Option<ReportLine>, Fault> {
    let sql = format!("{REPORTS} where r.id = $1{}", tx.for_update());
    tx.opt(&sql, args![id])
}

row! {
    /// What a visitor typed, where to answer, and what was answered.
    pub(crate) struct TypedRow { words: String, reply_to: Option<String>, answer: Option<String> }
}

pub(crate) fn find_report_words(tx: &mut Tx, id: Id<Report>) -> Result<Option<TypedRow>, Fault> {
    tx.opt("select words, reply_to, answer from problem_report where id = $1", args![id])
}

pub(crate) fn set_settled(
    tx: &mut Tx,
    id: Id<Report>,
    outcome: &str,
    answer: Option<&str>,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update problem_report set settled_at = $4, outcome = $2, answer = $3 where id = $1 and settled_at is null",
        args![id, outcome, answer.map(str::to_owned), now],
    )?;
    Ok(())
}
