use kernel::{Fault, Instant};
use store::{Tx, args, row};

row! {
    /// Whether Ask is closed, and why.
    #[derive(Clone, Debug, PartialEq)]
    pub struct SwitchRow {
        /// Closed.
        closed: bool,
        /// The reason that was given.
        reason: String,
        /// Since when.
        changed_at: Instant,
    }
}

/// How the switch stands; nothing where nobody ever touched it.
pub(crate) fn find_switch(tx: &mut Tx<'_>) -> Result<Option<SwitchRow>, Fault> {
    tx.opt("select closed, reason, changed_at from ask_switch where single = 1", args![])
}

/// Sets it.
pub(crate) fn set_switch(tx: &mut Tx<'_>, switch: &SwitchRow) -> Result<(), Fault> {
    tx.exec(
        "insert into ask_switch (single, closed, reason, changed_at) values (1, $1, $2, $3)
         on conflict (single) do update set closed = excluded.closed, reason = excluded.reason,
            changed_at = excluded.changed_at",
        args![switch.closed, switch.reason.as_str(), switch.changed_at],
    )?;
    Ok(())
}
