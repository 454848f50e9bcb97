//! What a contact has booked already, and how often a reference was tried.

use crate::model::BookingId;
use kernel::{Fault, Instant};
use store::{Tx, Value, args, places as marks};
use uuid::Uuid;

/// The live bookings that keep a place, or a place in the queue, on one of these dates and are written to at this e-mail
/// address or at a number that is kept in one of these ways. The form of this key is left out.
pub(crate) fn list_live_of_contact(
    tx: &mut Tx,
    email: Option<&str>,
    phones: &[String],
    dates: &[Uuid],
    form_key: &str,
) -> Result<Vec<BookingId>, Fault> {
    if dates.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<BookingId> = Vec::new();
    let mut look = |whom: String, contact: Vec<Value>| -> Result<(), Fault> {
        let sql = format!(
            "select distinct b.id from booking b join booking_date d on d.booking_id = b.id
                where {whom} and b.form_key <> $1 and b.state in ('held', 'waiting', 'offered', 'booked')
                and d.given_up_at is null and d.date_id in ({}) order by b.id",
            marks(contact.len() + 2, dates.len())
        );
        let mut values = vec![Value::from(form_key)];
        values.extend(contact);
        values.extend(dates.iter().map(|date| Value::from(*date)));
        let rows: Vec<(BookingId,)> = tx.all(&sql, &values)?;
        found.extend(rows.into_iter().map(|(id,)| id));
        Ok(())
    };
    if let Some(email) = email {
        look("lower(b.email) = $2".to_owned(), vec![Value::from(email.to_lowercase())])?;
    }
    if !phones.is_empty() {
        let ways = phones.iter().map(|phone| Value::from(phone.as_str())).collect();
        look(format!("b.phone in ({})", marks(2, phones.len())), ways)?;
    }
    found.dedup();
    Ok(found)
}

/// Keeps that a family is told again now, unless that was done since an instant.
pub(crate) fn set_told_again(
    tx: &mut Tx,
    booking: BookingId,
    now: Instant,
    since: Instant,
) -> Result<bool, Fault> {
    let changed = tx.exec(
        "update booking set told_again_at = $2 where id = $1 and (told_again_at is null or told_again_at <= $3)",
        args![booking, now, since],
    )?;
    Ok(changed > 0)
}

/// How often a reference was tried in vain since an instant.
pub(crate) fn find_tries(tx: &mut Tx, reference_hash: &str, since: Instant) -> Result<i64, Fault> {
    let (many,): (i64,) = tx.one(
        "select count(*) from booking_try where reference_hash = $1 and at > $2",
        args![reference_hash, since],
    )?;
    Ok(many)
}

/// Keeps that a reference was tried in vain, and forgets what is from before an instant.
pub(crate) fn insert_try(
    tx: &mut Tx,
    reference_hash: &str,
    now: Instant,
    since: Instant,
) -> Result<(), Fault> {
    tx.exec("delete from booking_try where at <= $1", args![since])?;
    tx.exec("insert into booking_try (reference_hash, at) values ($1, $2)", args![reference_hash, now])?;
    Ok(())
}
