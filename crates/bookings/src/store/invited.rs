//! What was booked by invitations: read by the room that keeps those.

use crate::model::BookingId;
use events::SessionId;
use kernel::{Fault, Instant};
use store::{Tx, Value, args, places as marks, row};
use uuid::Uuid;

row! {
    /// One date of a booking that came by an invitation.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct InvitedDate {
        /// The invitation.
        invitation_id: Uuid,
        /// The booking.
        booking_id: BookingId,
        /// As `State::key`.
        state: String,
        /// The date.
        date_id: Uuid,
    }
}

/// What was booked by these invitations, date by date, without the dates that were given up again.
pub fn list_dates_by_invitation(tx: &mut Tx, invitations: &[Uuid]) -> Result<Vec<InvitedDate>, Fault> {
    let mut all = Vec::new();
    for some in invitations.chunks(200) {
        let sql = format!(
            "select b.invitation_id, b.id, b.state, d.date_id from booking b join booking_date d on d.booking_id = b.id
                where b.invitation_id in ({}) and d.given_up_at is null order by b.id, d.date_id",
            marks(1, some.len())
        );
        let ids: Vec<Value> = some.iter().map(|id| Value::from(*id)).collect();
        all.extend(tx.all::<InvitedDate>(&sql, &ids)?);
    }
    Ok(all)
}

row! {
    /// One date of a booking, and whether it came by an invitation.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BookedDate {
        /// The date.
        date_id: Uuid,
        /// Its session.
        session_id: SessionId,
        /// The booking.
        booking_id: BookingId,
        /// The invitation.
        invitation_id: Option<Uuid>,
    }
}

/// Every booked date of the bookings that were not over before an instant.
pub fn list_booked_dates_since(tx: &mut Tx, since: Instant) -> Result<Vec<BookedDate>, Fault> {
    tx.all(
        "select d.date_id, d.session_id, b.id, b.invitation_id from booking b join booking_date d on d.booking_id = b.id
            where b.state = 'booked' and d.given_up_at is null and b.last_at >= $1 order by d.date_id, b.id",
        args![since],
    )
}

/// Whether a booking that came by an invitation still stands: one invitation is for one family at a time.
pub(crate) fn is_invitation_taken(tx: &mut Tx, invitation: Uuid) -> Result<bool, Fault> {
    let (many,): (i64,) = tx.one(
        "select count(*) from booking where invitation_id = $1 and state in ('held', 'waiting', 'offered', 'booked')",
        args![invitation],
    )?;
    Ok(many > 0)
}
