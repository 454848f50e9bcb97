//! Which announcement wakes which job, and what runs by the clock: one visible list.

use crate::House;
use jobs::{JobContext, Outcome, Runner};
use kernel::Fault;
use store::outbox;

const DAY: i64 = 24 * 60 * 60;
/// Announcements and finished jobs are kept for a month: long enough to find out what happened.
const KEPT_DAYS: i64 = 30;
const SWEEP: &str = "sweep_old_announcements";

/// The runner with every job of the house.
pub fn runner(house: &House) -> Runner {
    let site = &house.site;
    let runner = Runner::new(site.db().clone(), site.clock().clone(), site.dice().clone())
        .on(directory::FORGET_SETTLED_REPORTS, directory::forget_settled_reports)
        .schedule(directory::FORGET_SETTLED_REPORTS, DAY)
        .on(SWEEP, sweep)
        .schedule(SWEEP, DAY);
    let runner = directory::with_vector_jobs(runner, &house.directory);
    let runner = accounts::office_jobs(runner, &house.office);
    let site = house.site.clone();
    let runner = runner
        .on(keeping::RENEW_CLOSURES, move |_| keeping::renew_closures(site.clone()))
        .schedule(keeping::RENEW_CLOSURES, DAY)
        .on(keeping::FORGET_APPLICATIONS, keeping::forget_applications)
        .schedule(keeping::FORGET_APPLICATIONS, DAY);
    let runner = notify::jobs(runner, &house.notify);
    let runner = events::with_jobs(runner);
    let runner = bookings::jobs(runner, &house.bookings);
    let runner = registers::jobs(runner, &house.registers);
    let runner = invitations::jobs(runner, &house.invitations);
    let runner = appointments::jobs(runner, &house.appointments);
    let runner = holidays::jobs(runner, &house.holidays);
    let runner = flows::jobs(runner, &house.flows);
    let runner = assistant::jobs(runner, &house.assistant);
    let runner = callbacks::jobs(runner, &house.site);
    let runner = matching::jobs(runner, &house.directory);
    let runner = feed::jobs(runner, &house.feed);
    let runner = quality::jobs(runner, &house.quality);
    // The demonstration looks at no other site by itself.
    let runner = match house.is_demonstration {
        true => intake::jobs_when_asked(runner, &house.intake),
        false => quality::link_jobs(intake::jobs(runner, &house.intake), &house.quality),
    };
    freshness::with_jobs(runner, &house.desk)
}

async fn sweep(context: JobContext) -> Result<Outcome, Fault> {
    let hours = i32::try_from(KEPT_DAYS * 24)?;
    let now = context.clock.now();
    let before = now.checked_sub(kernel::Span::new().hours(hours))?;
    // A term that found nothing and was not asked for a quarter is not worth keeping, nor is its count.
    let quarter = kernel::civil_today(now).checked_sub(kernel::Span::new().days(92))?;
    context
        .db
        .write(move |tx| {
            directory::missed::forget_missed_before(tx, quarter)?;
            outbox::prune(tx, before)?;
            jobs::prune(tx, before)
        })
        .await?;
    Ok(Outcome::Done)
}
