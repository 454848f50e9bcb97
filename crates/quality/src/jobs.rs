use crate::{
    check_links::{check_due_links, note_links},
    look_for_duplicates::look_if_changed,
    report::report_in,
    room::Quality,
    store as rows,
};
use jobs::{Outcome, Runner};
use kernel::{Date, Fault, Span};

/// Looks for entries that stand twice, when something has changed.
pub const LOOK_FOR_DUPLICATES: &str = "look_for_duplicates";
/// Reads which addresses entries, organisations and pages name.
pub const NOTE_LINKS: &str = "note_links";
/// Looks at some of them.
pub const CHECK_LINKS: &str = "check_links";
/// Keeps the figures of the week.
pub const TAKE_WEEKLY_QUALITY: &str = "take_weekly_quality";

const HOUR_SECONDS: i64 = 60 * 60;
/// Between two looks at the same host: 5,000 pages of one council in a week, and never two at once.
const LINKS_SECONDS: i64 = 120;

/// The house's runner with the jobs of this room, but for [`link_jobs`].
pub fn jobs(runner: Runner, quality: &Quality) -> Runner {
    let (looking, noting, taking) = (quality.clone(), quality.clone(), quality.clone());
    runner
        .on(LOOK_FOR_DUPLICATES, move |_| {
            let quality = looking.clone();
            async move {
                if let Some(looked) = look_if_changed(&quality).await? {
                    tracing::info!(looked.entries, looked.pairs, "looked for duplicates");
                }
                Ok(Outcome::Done)
            }
        })
        .schedule(LOOK_FOR_DUPLICATES, HOUR_SECONDS)
        .on(NOTE_LINKS, move |_| {
            let quality = noting.clone();
            async move { note_links(&quality).await.map(|_| Outcome::Done) }
        })
        .schedule(NOTE_LINKS, HOUR_SECONDS)
        .on(TAKE_WEEKLY_QUALITY, move |_| {
            let quality = taking.clone();
            async move { take_weekly_quality(&quality).await }
        })
        .schedule(TAKE_WEEKLY_QUALITY, HOUR_SECONDS)
}

/// The job that looks at other sites. The demonstration has it not: nothing of it leaves the machine.
pub fn link_jobs(runner: Runner, quality: &Quality) -> Runner {
    let checking = quality.clone();
    runner
        .on(CHECK_LINKS, move |_| {
            let quality = checking.clone();
            async move { check_due_links(&quality).await.map(|_| Outcome::Done) }
        })
        .schedule(CHECK_LINKS, LINKS_SECONDS)
}

async fn take_weekly_quality(quality: &Quality) -> Result<Outcome, Fault> {
    let (today, now) = (quality.site.clock().today(), quality.site.clock().now());
    let monday = monday_of(today)?;
    if quality.site.db().read(move |tx| rows::find_week(tx, monday)).await? {
        return Ok(Outcome::Done);
    }
    let sources = quality.house.sources.clone();
    quality
        .site
        .db()
        .write(move |tx| {
            let sources = sources(tx)?;
            let report = report_in(tx, &sources, today, now)?;
            rows::insert_week(tx, monday, &serde_json::to_string(&report)?, now)
        })
        .await?;
    Ok(Outcome::Done)
}

fn monday_of(day: Date) -> Result<Date, Fault> {
    Ok(day.checked_sub(Span::new().days(i64::from(day.weekday().to_monday_zero_offset())))?)
}
