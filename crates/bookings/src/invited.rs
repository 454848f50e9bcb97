//! Bookings that come by an invitation. The room that keeps invitations stands above this one, so it gives the desk the
//! question whether one is still open.

use crate::{
    book::Request,
    desk::Desk,
    model::MadeBy,
    store::{self as rows},
};
use events::{Kind, SessionId};
use kernel::{Fault, Instant};
use std::{borrow::Cow, collections::BTreeSet};
use store::Tx;
use uuid::Uuid;

/// Whether an invitation is open for a session at a moment.
pub type CheckInvitation = fn(&mut Tx<'_>, Uuid, SessionId, Instant) -> Result<bool, Fault>;

/// The wish as it may be taken: without an invitation that is not open for each of its sessions, or that opened a closed
/// session to another family already. A desk that was given no question takes every invitation at its word.
pub(crate) fn without_false_invitation<'a>(
    tx: &mut Tx,
    request: &'a Request,
    check: Option<CheckInvitation>,
    now: Instant,
) -> Result<Cow<'a, Request>, Fault> {
    let (Some(invitation), Some(check), MadeBy::Family) = (request.invitation, check, request.made_by) else {
        return Ok(Cow::Borrowed(request));
    };
    let dates = events::list_bookable_dates(tx, &request.dates)?;
    let sessions: BTreeSet<SessionId> = dates.iter().map(|date| date.session_id).collect();
    let mut is_open = true;
    for session in sessions {
        is_open = is_open && check(tx, invitation, session, now)?;
    }
    let is_closed_session = dates.iter().any(|date| date.kind == Kind::Invitation.key());
    if !is_open || (is_closed_session && rows::is_invitation_taken(tx, invitation)?) {
        return Ok(Cow::Owned(Request { invitation: None, ..request.clone() }));
    }
    Ok(Cow::Borrowed(request))
}

/// Whether the page of a closed session may show its form to whoever brings this invitation.
pub(crate) fn is_invited(
    tx: &mut Tx,
    desk: &Desk,
    invitation: Option<Uuid>,
    session: SessionId,
    now: Instant,
) -> Result<bool, Fault> {
    match (invitation, desk.invitation_check()) {
        (Some(invitation), Some(check)) => check(tx, invitation, session, now),
        (invitation, None) => Ok(invitation.is_some()),
        (None, _) => Ok(false),
    }
}
