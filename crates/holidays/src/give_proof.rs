//! The ways to a place beside the national service: a code from the school, a reason, an appeal, or paying.

use crate::{
    book_basket::Whole,
    model::{ChildId, FamilyId, Funding, ProgrammeId, Standing, Tier, code_key},
    room::Holidays,
    store::{self as rows, ChildRow, NewStanding},
};
use anyhow::Context;
use jiff::SignedDuration;
use kernel::{Fault, Instant};
use store::Tx;

/// How many wrong codes a family may type before they wait.
const TRIES_MAX: i64 = 10;
/// How long, in minutes.
const WAIT_MINUTES: i64 = 60;

/// What came of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TryCode {
    /// The child has free places.
    Right,
    /// There is no such code.
    Unknown,
    /// It was given for another child.
    OtherChild,
    /// It was used before, for another form.
    Used,
    /// Too many were wrong.
    Slower,
}

impl TryCode {
    /// What to do about it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            TryCode::Right => "",
            TryCode::Unknown => {
                "We do not know this code. Check each letter and number with the school’s letter"
            }
            TryCode::OtherChild => {
                "This code is for another child. Check the name and date of birth, or ask the school for this child’s code"
            }
            TryCode::Used => "This code has been used already. Please ring us",
            TryCode::Slower => "That was too many codes. Wait an hour and try again, or ring us",
        }
    }
}

/// Tries a school's code for a child.
pub(crate) async fn try_code(
    room: &Holidays,
    whole: &Whole,
    child: ChildId,
    typed: &str,
) -> Result<TryCode, Fault> {
    let (programme, family, key) = (whole.id, whole.family.id, code_key(typed));
    let now = room.site().clock().now();
    room.line()
        .write(vec![programme.uuid()], move |tx| {
            let kept = rows::find_family(tx, family)?.context("a family that typed a code")?;
            let is_fresh =
                kept.code_tried_at.is_none_or(|at| now - SignedDuration::from_mins(WAIT_MINUTES) > at);
            let tries = if is_fresh { 0 } else { kept.code_tries };
            if tries >= TRIES_MAX {
                return Ok(TryCode::Slower);
            }
            let outcome = look(tx, programme, child, &key, now)?;
            if outcome != TryCode::Right {
                rows::set_code_tries(tx, family, tries + 1, now)?;
            }
            Ok(outcome)
        })
        .await
}

fn look(
    tx: &mut Tx,
    programme: ProgrammeId,
    child: ChildId,
    key: &str,
    now: Instant,
) -> Result<TryCode, Fault> {
    let Some(code) = rows::find_code(tx, programme, key)? else { return Ok(TryCode::Unknown) };
    let kept = rows::find_child(tx, child)?.context("a child with a code")?;
    let is_theirs =
        code.name_key == kept.name_key && kept.born.is_some_and(|born| code.born == born.to_string());
    if !is_theirs || kept.standing() == Standing::Twin {
        return Ok(TryCode::OtherChild);
    }
    if code.child_id.is_some_and(|used| used != child) {
        return Ok(TryCode::Used);
    }
    rows::set_code_used(tx, programme, key, child, now)?;
    forget_check(tx, kept.family_id)?;
    let to =
        NewStanding { standing: Standing::Eligible, funding: Some(Funding::Targeted), ..as_it_is(&kept) };
    rows::set_standing(tx, child, &to, now)?;
    Ok(TryCode::Right)
}

/// Nobody need be asked about a family all of whose children are settled.
fn forget_check(tx: &mut Tx, family: FamilyId) -> Result<(), Fault> {
    let waiting =
        rows::list_children(tx, family)?.iter().filter(|child| child.standing() == Standing::Pending).count();
    if waiting <= 1 { rows::delete_check(tx, family) } else { Ok(()) }
}

pub(crate) fn as_it_is(child: &ChildRow) -> NewStanding {
    NewStanding {
        standing: child.standing(),
        funding: child.funding(),
        tier: child.tier.as_deref().and_then(Tier::of),
        reason: child.reason.clone(),
        appeal: child.appeal.clone(),
    }
}

/// A family says that the answer is wrong.
pub(crate) async fn appeal(room: &Holidays, child: ChildId, text: String) -> Result<(), Fault> {
    change(room, child, move |kept| NewStanding {
        standing: Standing::Appeal,
        appeal: text.clone(),
        ..as_it_is(kept)
    })
    .await
}

/// A family names a reason; a person who knows them confirms it.
pub(crate) async fn claim_reason(room: &Holidays, child: ChildId, reason: String) -> Result<(), Fault> {
    change(room, child, move |kept| NewStanding {
        standing: Standing::NeedsAPerson,
        reason: reason.clone(),
        ..as_it_is(kept)
    })
    .await
}

/// A family pays.
pub(crate) async fn pay(room: &Holidays, child: ChildId) -> Result<(), Fault> {
    change(room, child, |kept| NewStanding { funding: Some(Funding::Paid), ..as_it_is(kept) }).await
}

/// Only what is not settled is changed by a family.
async fn change<F>(room: &Holidays, child: ChildId, to: F) -> Result<(), Fault>
where
    F: Fn(&ChildRow) -> NewStanding + Send + 'static,
{
    let now = room.site().clock().now();
    room.site()
        .db()
        .write(move |tx| {
            let kept = rows::find_child(tx, child)?.context("a child of a family")?;
            if kept.standing() != Standing::Not || kept.funding().is_some() {
                return Ok(());
            }
            rows::set_standing(tx, child, &to(&kept), now)
        })
        .await
}
