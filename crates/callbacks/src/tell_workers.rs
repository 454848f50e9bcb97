//! Tells those who ring that somebody waits, at most once an hour, and once when a request is late. Who asks is not in it.

use crate::{hours::due_words, store as rows};
use access::{Action, Grant, Role};
use jiff::SignedDuration;
use jobs::{JobContext, Outcome};
use kernel::{Dice, Email, Fault, Instant};
use notify::{Message, Template, To};
use settings::Council;
use store::Tx;

/// The job that looks whether those who ring are to be told.
pub(crate) const TELL_WORKERS_THAT_SOMEBODY_WAITS: &str = "tell_workers_that_somebody_waits";

/// Somebody asked to be rung and nobody has taken it.
pub(crate) static SOMEBODY_WAITS: Template = Template {
    key: "callbacks.somebody_waits",
    name: "Somebody asked to be rung",
    sent_when: "Sent to hub workers when a family asked to be rung and nobody has taken it: at most once an hour.",
    subject: "Somebody asked to be rung",
    body: "Somebody asked to be rung. Due by ((due)).

Take it here:

((link))",
    sample: &[("due", "5pm on Tuesday 24 November"), ("link", "https://hub.example.org/admin/call-backs")],
    can_be_turned_off: false,
};

/// A request is past the hour that was promised.
pub(crate) static CALL_BACK_IS_LATE: Template = Template {
    key: "callbacks.late",
    name: "A call back is late",
    sent_when: "Sent to hub workers once when nobody rang a family by the hour that was promised.",
    subject: "A call back is late",
    body: "Somebody who asked to be rung still waits. It was due by ((due)).

See it here:

((link))",
    sample: &[("due", "5pm on Tuesday 24 November"), ("link", "https://hub.example.org/admin/call-backs")],
    can_be_turned_off: false,
};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Looks whether somebody waits of whom nobody was told.
pub(crate) async fn tell_workers(context: JobContext) -> Result<Outcome, Fault> {
    let (now, dice) = (context.clock.now(), context.dice.clone());
    context.db.write(move |tx| tell(tx, &dice, now)).await?;
    Ok(Outcome::Done)
}

fn tell(tx: &mut Tx<'_>, dice: &Dice, now: Instant) -> Result<(), Fault> {
    let council = settings::find_council(tx)?.unwrap_or_else(Council::unnamed);
    if council.public_url.is_empty() {
        return Ok(());
    }
    let workers = list_workers(tx)?;
    if workers.is_empty() {
        return Ok(());
    }
    let link = format!("{}/admin/call-backs", council.public_url);
    let was_told_lately = rows::find_last_told(tx)?.is_some_and(|told| told > now - HOUR);
    if !was_told_lately && let Some(due) = rows::find_first_due_untold(tx)? {
        send(tx, &SOMEBODY_WAITS, &workers, due, &link, dice, now)?;
        rows::set_told(tx, now)?;
    }
    if let Some(due) = rows::find_first_late_untold(tx, now)? {
        send(tx, &CALL_BACK_IS_LATE, &workers, due, &link, dice, now)?;
        rows::set_told_late(tx, now)?;
    }
    Ok(())
}

/// Hub workers; where there are none, everybody else who may ring, so that no family waits unseen.
fn list_workers(tx: &mut Tx<'_>) -> Result<Vec<Email>, Fault> {
    let mut workers = accounts::list_emails_of(tx, Role::HubWorker)?;
    if workers.is_empty() {
        for role in Role::ALL.into_iter().filter(|role| Action::CallBack.grant(Some(*role)) == Grant::Always)
        {
            for email in accounts::list_emails_of(tx, role)? {
                if !workers.contains(&email) {
                    workers.push(email);
                }
            }
        }
    }
    Ok(workers)
}

fn send(
    tx: &mut Tx<'_>,
    template: &'static Template,
    workers: &[Email],
    due: Instant,
    link: &str,
    dice: &Dice,
    now: Instant,
) -> Result<(), Fault> {
    for worker in workers {
        let message = Message {
            template,
            to: To::Email(worker.clone()),
            person: None,
            values: vec![("due", due_words(due)), ("link", link.to_owned())],
            once: None,
        };
        notify::queue(tx, &message, dice, now)?;
    }
    Ok(())
}
