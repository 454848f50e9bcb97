//! What the room does by the clock.

use crate::{entry::find_kept, fields::EntryText, publishing::publish, store as rows};
use access::{May, RestoreEntry};
use jobs::{JobContext, Outcome};
use kernel::Fault;
use serde_json::Value;
use web::Site;

/// The job that begins and ends closures, once a day just after midnight is best; any hour is right.
pub const RENEW_CLOSURES: &str = "renew_closures";
/// The job that forgets applications that came to nothing, once a day.
pub const FORGET_APPLICATIONS: &str = "forget_applications";
/// How long an application that was refused or never confirmed is kept, in days, as the form promises.
const KEPT_DAYS: i64 = 90;

/// Shows the closures that begin today, and takes those that are over out of their entries as a new version.
pub async fn renew_closures(site: Site) -> Result<Outcome, Fault> {
    let slugs = site.db().read(directory::list_closing).await?;
    for slug in slugs {
        let inner = site.clone();
        site.db()
            .write(move |tx| {
                let now = inner.clock().now();
                let today = kernel::civil_today(now).to_string();
                let Some(kept) = find_kept(tx, &slug)? else {
                    return Ok(());
                };
                let mut text = kept.text.clone();
                if let Some(Value::Array(closures)) = text.0.get_mut("closures") {
                    closures.retain(|closure| {
                        closure["until"].as_str().is_none_or(|until| until >= today.as_str())
                    });
                }
                let text = EntryText::read(text.value())?;
                if text == kept.text {
                    return directory::renew_rows(tx, &slug, &inner.council(), now);
                }
                let may = May::<RestoreEntry>::by_machine(RENEW_CLOSURES, kept.on());
                publish(tx, &inner, &may, &kept, &text, ("A closure is over", None), now)?;
                access::audit::record(tx, &may, "took out a closure that is over", "", now);
                Ok(())
            })
            .await?;
    }
    Ok(Outcome::Done)
}

/// Forgets what came to nothing 90 days ago: applications, drafts that were thrown away, and long before that what can
/// no longer be taken back.
pub async fn forget_applications(context: JobContext) -> Result<Outcome, Fault> {
    let hours = i32::try_from(KEPT_DAYS * 24)?;
    let before = context.clock.now().checked_sub(kernel::Span::new().hours(hours))?;
    let forgotten = context.db.write(move |tx| {
        Ok(rows::delete_applications_before(tx, before)?
            + rows::delete_drafts_thrown_before(tx, before)?
            + rows::delete_assurances_before(tx, before)?)
    });
    let forgotten = forgotten.await?;
    if forgotten > 0 {
        tracing::info!(forgotten, "forgot applications and drafts that came to nothing");
    }
    Ok(Outcome::Done)
}
