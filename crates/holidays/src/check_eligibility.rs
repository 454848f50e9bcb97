//! The national service is asked, as a job: the family has its page at once, and whatever stands in the way is waited out.

use crate::{
    engine::Answer,
    mails::{ANSWERED, tell},
    model::{FamilyId, Outcome as Found, Settled, Standing, decide_eligibility},
    room::Holidays,
    store::{self as rows, NewStanding},
};
use anyhow::Context;
use jiff::SignedDuration;
use jobs::{JobContext, Outcome};
use kernel::{Fault, Id, Instant};
use store::Tx;
use uuid::Uuid;

/// The job that asks the national service about one family.
pub const CHECK_ELIGIBILITY: &str = "check_holiday_eligibility";

/// How long the service is asked again. Then a person looks, and what was to be asked is forgotten.
const ASKED_DAYS: i64 = 7;
/// The longest between two tries, in seconds.
const WAIT_MAX: i64 = 900;

/// Wants a family's answer. The payload is an id and nothing else.
pub(crate) fn ask_soon(
    tx: &mut Tx,
    family: FamilyId,
    tries: i64,
    at: Instant,
    now: Instant,
) -> Result<(), Fault> {
    let key = format!("{family}/{tries}/{}", at.as_microsecond());
    jobs::enqueue(tx, CHECK_ELIGIBILITY, &family.uuid(), at, now, Some(&key)).map(|_| ())
}

/// What follows from an answer.
enum Next {
    Settle(Settled),
    Again { begun: Option<String>, at: Instant, rest: Option<Instant> },
}

pub(crate) async fn check_eligibility(job: JobContext, room: Holidays) -> Result<Outcome, Fault> {
    let family: FamilyId = Id::from_uuid(job.payload::<Uuid>()?);
    let now = job.clock.now();
    let asked = job
        .db
        .read(move |tx| {
            let Some(check) = rows::find_check(tx, family)? else { return Ok(None) };
            let kept = rows::find_family(tx, family)?.context("the family of a check")?;
            let programme =
                rows::find_programme_by_id(tx, kept.programme_id)?.context("the programme of a family")?;
            Ok(Some((check, programme.programme()?.tiers, rows::find_rest(tx)?)))
        })
        .await?;
    let Some((check, tiers, rest)) = asked else { return Ok(Outcome::Done) };
    let chance = i64::from(u16::from_be_bytes(job.dice.bytes::<2>()) % 30);
    let later = |seconds: i64| now + SignedDuration::from_secs(seconds);
    let next = match rest.filter(|until| *until > now) {
        // Everybody waits: the limit is the authority's, not the family's.
        Some(until) => Next::Again {
            begun: check.begun.clone(),
            at: until + SignedDuration::from_secs(chance),
            rest: None,
        },
        None if now.duration_since(check.asked_at).as_hours() > 24 * ASKED_DAYS => Next::Settle(a_person()),
        None => match room.engine().ask(&check.question(), check.begun.as_deref()).await {
            Answer::Said(found, tier) => match decide_eligibility(found, tier, &tiers) {
                Some(settled) => Next::Settle(settled),
                None => {
                    let begun = check.begun.clone().filter(|_| found == Found::QueuedForProcessing);
                    Next::Again { begun, at: later(wait_seconds(check.tries)), rest: None }
                }
            },
            Answer::Begun(id) => Next::Again {
                begun: Some(id),
                at: later((2_i64 << check.tries.clamp(0, 6)).min(60)),
                rest: None,
            },
            Answer::NotNow(Some(seconds)) => {
                let until = later(seconds.clamp(1, 3_600));
                let at = until + SignedDuration::from_secs(chance);
                Next::Again { begun: check.begun.clone(), at, rest: Some(until) }
            }
            Answer::NotNow(None) => {
                Next::Again { begun: check.begun.clone(), at: later(wait_seconds(check.tries)), rest: None }
            }
            Answer::Never => Next::Settle(a_person()),
        },
    };
    let held = job.clone();
    job.db
        .write(move |tx| {
            held.hold(tx)?;
            match &next {
                Next::Settle(settled) => settle(tx, &room, family, *settled, now)?,
                Next::Again { begun, at, rest } => {
                    if let Some(until) = rest {
                        rows::set_rest(tx, *until)?;
                    }
                    let tries = rows::set_check_begun(tx, family, begun.as_deref())?;
                    ask_soon(tx, family, tries, *at, now)?;
                }
            }
            held.finish(tx)
        })
        .await?;
    Ok(Outcome::Done)
}

fn a_person() -> Settled {
    Settled { standing: Standing::NeedsAPerson, funding: None, tier: None }
}

/// Half a minute, a minute, two, up to a quarter of an hour.
fn wait_seconds(tries: i64) -> i64 {
    (30_i64 << tries.clamp(0, 5)).min(WAIT_MAX)
}

/// The answer is the parent's, so it is that of every child that waits. What was asked is forgotten in the same transaction.
fn settle(tx: &mut Tx, room: &Holidays, family: FamilyId, to: Settled, now: Instant) -> Result<(), Fault> {
    rows::delete_check(tx, family)?;
    for child in rows::list_children(tx, family)?.iter().filter(|child| child.standing() == Standing::Pending)
    {
        let standing = NewStanding {
            standing: to.standing,
            funding: to.funding,
            tier: to.tier,
            reason: child.reason.clone(),
            appeal: child.appeal.clone(),
        };
        rows::set_standing(tx, child.id, &standing, now)?;
    }
    let family = rows::find_family(tx, family)?.context("the family of a check")?;
    tell(tx, room, &family, &ANSWERED, "answered", now)
}
