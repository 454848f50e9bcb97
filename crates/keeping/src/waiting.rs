//! How much waits in this room, for the first page of the council's door.

use crate::store as rows;
use kernel::Fault;
use store::Tx;

/// How many of each wait for somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Changes that nobody has looked at.
    pub changes: i64,
    /// Changes that wait for a second person.
    pub second_opinions: i64,
    /// Pictures.
    pub pictures: i64,
    /// Organisations that ask to be listed and have confirmed their address.
    pub applications: i64,
    /// Changes that were ever sent, settled or not: 0 in a house where nobody has worked yet.
    pub ever_sent: i64,
}

/// Counts what waits.
pub fn count_waiting(tx: &mut Tx<'_>) -> Result<Waiting, Fault> {
    let (changes, second_opinions, pictures, applications, ever_sent) = rows::count_waiting(tx)?;
    Ok(Waiting { changes, second_opinions, pictures, applications, ever_sent })
}
