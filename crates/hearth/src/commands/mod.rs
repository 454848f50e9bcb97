//! What the one binary does, a file for each family of commands.

pub(crate) mod checking;
pub(crate) mod council;
pub(crate) mod giving_out;
pub(crate) mod new_file;
pub(crate) mod people;
pub(crate) mod place;
pub(crate) mod serving;
pub(crate) mod taking_in;

use std::io::Write;

/// Prints a line; a closed pipe is not worth a panic.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
