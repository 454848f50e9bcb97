//! The council's terms, half terms, INSET days and bank holidays: entered once, followed by every session.

use crate::store as rows;
use access::{KeepTerms, May, audit};
use anyhow::Context;
use calendar::{TermCalendar, TermDates};
use kernel::{Fault, Instant};
use store::{Tx, outbox};

/// The terms as they stand. A council that has entered none has no term time, and sessions in term time no dates.
pub fn find_terms(tx: &mut Tx) -> Result<TermCalendar, Fault> {
    let dates: TermDates = match rows::find_term_dates(tx)? {
        Some(kept) => serde_json::from_value(kept).context("reading the terms")?,
        None => TermDates::default(),
    };
    TermCalendar::new(dates).context("the terms that were kept")
}

/// Keeps new terms. The dates of every session are then worked out anew by the job that `session_terms_changed` wakes.
pub fn set_terms(tx: &mut Tx, may: &May<KeepTerms>, terms: &TermCalendar, now: Instant) -> Result<(), Fault> {
    rows::set_term_dates(tx, &serde_json::to_value(terms.dates())?, now)?;
    audit::record(tx, may, "changed the terms", "", now);
    outbox::announce(tx, "session_terms_changed", None, &serde_json::Value::Null, now)
}
