//! Whether families may ask, and when somebody rings: as staff set it, else from Monday to Friday, and never where nobody
//! works who may ring.

use crate::{hours::Hours, store as rows};
use access::{Action, Grant, Role};
use kernel::Fault;
use store::Tx;

/// As it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Whether staff let families ask.
    pub is_open: bool,
    pub hours: Hours,
}

/// As staff set it; open from Monday to Friday where nobody has.
pub(crate) fn find_setting(tx: &mut Tx<'_>) -> Result<Setting, Fault> {
    Ok(match rows::find_setting(tx)? {
        Some((is_open, hours)) => Setting { is_open, hours: serde_json::from_str(&hours)? },
        None => Setting { is_open: true, hours: Hours::default() },
    })
}

/// Whether anybody works here who may ring back.
pub(crate) fn has_workers(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    for role in Role::ALL.into_iter().filter(|role| Action::CallBack.grant(Some(*role)) == Grant::Always) {
        if !accounts::list_emails_of(tx, role)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a family may ask to be rung now: what a page asks that would offer it.
pub fn is_open(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    let setting = find_setting(tx)?;
    Ok(setting.is_open && setting.hours.has_any() && has_workers(tx)?)
}
