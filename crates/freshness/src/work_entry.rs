//! One entry of the queue: remind its keepers now, mark it as checked and say how, hide it or show it again, and take a
//! check back.

use crate::{
    chase_entries::{Asked, ask, last_checked},
    completeness::Given,
    desk::Desk,
    harm::Ranked,
    model::Standing,
    store::{self as rows, Check, CheckRow},
};
use access::{ChaseEntries, KeepEntry, On, RestoreEntry, audit};
use askama::Template;
use axum::extract::{Path, State};
use directory::{
    ServiceId,
    upkeep::{
        Assurance, Assured, CheckedBy, HideReason, assure, find_upkeep, hide, show as show_again,
        take_back_assurance,
    },
};
use kernel::{Fault, Id, Refusal};
use settings::Council;
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Radios},
    missing, see_other, show_with,
};

/// How an officer can know: what the form sends, what it says, and what is kept.
const HOWS: [(&str, &str); 3] = [
    ("phoned", "I phoned them"),
    ("website", "I saw it on their website"),
    ("met", "They told me in person or by email"),
];

fn kept_how(how: &str) -> Option<&'static str> {
    match how {
        "phoned" => Some("phoned"),
        "website" => Some("saw it on the website"),
        "met" => Some("was told in person or by email"),
        _ => None,
    }
}

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryView {
    summary: String,
    notice: &'static str,
    id: String,
    slug: String,
    name: String,
    organization: String,
    why: String,
    checked: String,
    share: i64,
    needs: Vec<(&'static str, &'static str, bool)>,
    keepers: String,
    kept: bool,
    hidden: bool,
    may_hide: bool,
    how: String,
    steps: Vec<(String, &'static str)>,
    checks: Vec<PastCheck>,
}

struct PastCheck {
    id: String,
    when: String,
    how: String,
    taken_back: bool,
}

/// `GET /admin/freshness/{id}`.
pub(crate) async fn get(State(desk): State<Desk>, who: Who, Path(id): Path<String>, params: Params) -> Reply {
    page(&desk, &who, &id, notice(params.get("done")), &Errors::default()).await
}

/// What was just done, in words; the address carries only a key.
fn notice(done: &str) -> &'static str {
    match done {
        "reminded" => "A reminder is on its way.",
        "already" => "They have had a reminder today, or have turned reminders off. Nothing more was sent.",
        "nobody" => "Nobody keeps this entry, so there was nobody to remind. Phone them.",
        "no_address" => {
            "The settings have no public address of this site, so a reminder could carry no link."
        }
        "checked" => "Marked as checked. It can be taken back below.",
        "taken_back" => "The check was taken back.",
        "moved_on" => "Somebody has checked it since, so nothing was taken back.",
        "hidden" => "It is hidden now. Nothing of it is lost.",
        "shown" => "Families see it again.",
        _ => "",
    }
}

async fn page(desk: &Desk, who: &Who, id: &str, notice: &'static str, errors: &Errors) -> Reply {
    let Ok(service) = id.parse::<ServiceId>() else { return Ok(missing()) };
    let may = who.may::<ChaseEntries>(On::one("service", service))?;
    let (today, now) = (desk.site.clock().today(), desk.site.clock().now());
    let read = desk
        .site
        .db()
        .write(move |tx| {
            let Some(line) = find_upkeep(tx, service, today)? else { return Ok(None) };
            // The page says who keeps it.
            audit::record(tx, &may, "read an entry’s page of upkeep", "", now);
            let keepers = accounts::list_keepers(tx, line.organization.uuid())?;
            let schedule = rows::find_schedule(tx)?;
            let steps = rows::list_steps_of(tx, service)?;
            Ok(Some((
                Ranked::of(line, &schedule, today, now),
                keepers,
                steps,
                rows::list_checks(tx, service)?,
            )))
        })
        .await?;
    let Some((ranked, keepers, steps, checks)) = read else { return Ok(missing()) };
    let line = &ranked.line;
    let taken = steps.get(&(line.id, Standing::of(line).cycle())).cloned().unwrap_or_default();
    let keepers: Vec<&str> = keepers.iter().map(|keeper| keeper.name.as_str()).collect();
    let body = EntryView {
        summary: ErrorSummary { errors }.render()?,
        notice,
        id: line.id.to_string(),
        slug: line.slug.clone(),
        name: line.name.clone(),
        organization: line.organization_name.clone(),
        why: ranked.why.join(", "),
        checked: last_checked(line),
        share: ranked.completeness.share(),
        needs: ranked
            .completeness
            .needs
            .iter()
            .map(|(need, given)| (need.words(), given.words(), *given == Given::Whole))
            .collect(),
        kept: !keepers.is_empty(),
        keepers: web::say::list(&keepers),
        hidden: line.hidden_at.is_some(),
        may_hide: access::Action::RestoreEntry.is_open_to(&who.actor),
        how: Radios {
            name: "how",
            legend: "How do you know that everything in it is right?",
            hint: "",
            answers: &HOWS,
            value: "",
            error: errors.at("how"),
        }
        .render()?,
        steps: taken.iter().map(|taken| (web::say::day_month_year(taken.on), taken.step.words())).collect(),
        checks: checks
            .into_iter()
            .map(|check| PastCheck {
                id: check.id.to_string(),
                when: web::say::day_month_year(kernel::civil_today(check.checked_at)),
                how: check.how,
                taken_back: check.taken_back_at.is_some(),
            })
            .collect(),
    };
    let (status, title) = errors.page("Check an entry");
    show_with(&desk.site, status, &Page::new(title), &body)
}

fn done(id: ServiceId, what: &str) -> Reply {
    Ok(see_other(&format!("/admin/freshness/{id}?done={what}")))
}

/// `POST /admin/freshness/{id}/remind`: one mail to each keeper, at most one a day.
pub(crate) async fn remind(State(desk): State<Desk>, who: Who, Path(id): Path<String>) -> Reply {
    let Ok(service) = id.parse::<ServiceId>() else { return Ok(missing()) };
    let may = who.may::<ChaseEntries>(On::one("service", service))?;
    let (clock, dice) = (desk.site.clock().clone(), desk.site.dice().clone());
    let outcome = desk
        .site
        .db()
        .write(move |tx| {
            let (today, now) = (clock.today(), clock.now());
            let Some(line) = find_upkeep(tx, service, today)? else { return Ok(None) };
            let keepers = accounts::list_keepers(tx, line.organization.uuid())?;
            if keepers.is_empty() {
                return Ok(Some("nobody"));
            }
            let council = settings::find_council(tx)?.unwrap_or_else(Council::unnamed);
            if council.public_url.is_empty() {
                return Ok(Some("no_address"));
            }
            let mut sent = 0;
            for keeper in &keepers {
                let entries = [Asked { line: &line, note: format!("{}.", last_checked(&line)) }];
                let once = format!("still_right {} {today} {service}", keeper.person);
                sent += usize::from(ask(tx, keeper, &entries, &council, once, &clock, &dice)?);
            }
            if sent == 0 {
                return Ok(Some("already"));
            }
            audit::record(tx, &may, "sent a reminder to the keepers", "", now);
            Ok(Some("reminded"))
        })
        .await?;
    outcome.map_or_else(|| Ok(missing()), |outcome| done(service, outcome))
}

/// `POST /admin/freshness/{id}/checked`.
pub(crate) async fn checked(State(desk): State<Desk>, who: Who, Path(id): Path<String>, form: Form) -> Reply {
    let Ok(service) = id.parse::<ServiceId>() else { return Ok(missing()) };
    let Some(how) = kept_how(form.get("how")) else {
        let errors = Errors(vec![Refusal::at("how", "Choose how you know")]);
        return page(&desk, &who, &id, "", &errors).await;
    };
    let today = desk.site.clock().today();
    let Some(line) = desk.site.db().read(move |tx| find_upkeep(tx, service, today)).await? else {
        return Ok(missing());
    };
    let may = who.may::<KeepEntry>(On::one("service", service).of_organization(line.organization))?;
    let (check, now) = (Id::new(desk.site.clock(), desk.site.dice()), desk.site.clock().now());
    desk.site
        .db()
        .write(move |tx| {
            let assurance = Assurance { on: today, by: CheckedBy::Council, how };
            if let Some(assured) = assure(tx, &may, service, &assurance, now)? {
                rows::insert_check(tx, &row_of(check, &assured, how, now))?;
            }
            Ok(())
        })
        .await?;
    done(service, "checked")
}

fn row_of(id: Id<Check>, assured: &Assured, how: &str, now: kernel::Instant) -> CheckRow {
    CheckRow {
        id,
        service: assured.service,
        before: assured.before,
        on: assured.on,
        was_hidden: assured.was_hidden,
        how: how.to_owned(),
        checked_at: now,
        taken_back_at: None,
    }
}

/// `POST /admin/freshness/checks/{check}/undo`.
pub(crate) async fn take_back(State(desk): State<Desk>, who: Who, Path(check): Path<String>) -> Reply {
    let Ok(check) = check.parse::<Id<Check>>() else { return Ok(missing()) };
    let (today, now) = (desk.site.clock().today(), desk.site.clock().now());
    let found = desk
        .site
        .db()
        .read(move |tx| {
            let Some(row) = rows::find_check(tx, check)? else { return Ok(None) };
            Ok(find_upkeep(tx, row.service, today)?.map(|line| (row, line.organization)))
        })
        .await?;
    let Some((row, organization)) = found else { return Ok(missing()) };
    let service = row.service;
    let may = who.may::<KeepEntry>(On::one("service", service).of_organization(organization))?;
    let taken_back = desk
        .site
        .db()
        .write(move |tx| {
            let Some(row) = rows::find_check(tx, check)? else { return Ok(false) };
            if row.taken_back_at.is_some() {
                return Ok(true);
            }
            let assured =
                Assured { service: row.service, before: row.before, on: row.on, was_hidden: row.was_hidden };
            let done = take_back_assurance(tx, &may, &assured, now)?;
            if done {
                rows::set_taken_back(tx, check, now)?;
            }
            Ok(done)
        })
        .await?;
    done(service, if taken_back { "taken_back" } else { "moved_on" })
}

/// `POST /admin/freshness/{id}/hide`.
pub(crate) async fn put_away(State(desk): State<Desk>, who: Who, Path(id): Path<String>) -> Reply {
    let Ok(service) = id.parse::<ServiceId>() else { return Ok(missing()) };
    let may = who.may::<RestoreEntry>(On::one("service", service))?;
    let now = desk.site.clock().now();
    write(&desk, move |tx| hide(tx, &may, service, HideReason::ByHand, now)).await?;
    done(service, "hidden")
}

/// `POST /admin/freshness/{id}/show`.
pub(crate) async fn bring_back(State(desk): State<Desk>, who: Who, Path(id): Path<String>) -> Reply {
    let Ok(service) = id.parse::<ServiceId>() else { return Ok(missing()) };
    let may = who.may::<RestoreEntry>(On::one("service", service))?;
    let now = desk.site.clock().now();
    write(&desk, move |tx| show_again(tx, &may, service, "an editor showed it again", now)).await?;
    done(service, "shown")
}

async fn write<F>(desk: &Desk, work: F) -> Result<bool, Fault>
where
    F: Fn(&mut store::Tx<'_>) -> Result<bool, Fault> + Send + 'static,
{
    desk.site.db().write(work).await
}
