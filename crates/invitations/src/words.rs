//! What people read of an invitation: how it stands, in words.

use crate::model::{Booking, Coming, Steps};

/// The four steps, each with whether it was taken.
pub(crate) fn steps_words(steps: &Steps) -> Vec<(&'static str, bool)> {
    vec![
        ("Invited", true),
        ("Opened", steps.opened),
        (
            match steps.booked {
                Booking::Waiting => "On the waiting list",
                Booking::Cancelled => "Booked, then cancelled",
                Booking::Booked | Booking::None => "Booked",
            },
            steps.booked != Booking::None,
        ),
        (if steps.came == Coming::DidNot { "Did not come" } else { "Came" }, steps.came != Coming::NotKnown),
    ]
}
