//! How a guide is offered now, and whether a form has seen that: nobody decides over a change that somebody else made
//! after the page was opened.

use crate::FlowDesk;
use flows::{Event, Revision};
use kernel::Fault;

/// Which revision families see, and how often a guide was taken back or offered again. A publication raises the one, the
/// rest the other, so the two never come back to what they were.
pub(crate) struct Offered {
    /// The revision that families see; nothing when the guide is not offered.
    pub number: Option<i64>,
    changes: usize,
}

impl Offered {
    pub async fn find(desk: &FlowDesk, slug: &str) -> Result<Offered, Fault> {
        let revisions = desk.flows().list_revisions(slug).await?;
        Ok(Offered::of(&revisions, &desk.flows().list_events(slug).await?))
    }

    pub fn of(revisions: &[Revision], events: &[Event]) -> Offered {
        let offered = revisions.iter().find(|revision| revision.is_offered);
        Offered { number: offered.map(|revision| revision.number), changes: events.len() }
    }

    /// What a form carries, so that it can be asked what it has seen.
    pub fn version(&self) -> String {
        format!("{}.{}", self.number.unwrap_or(0), self.changes)
    }

    /// What is said to a form that has seen another version; nothing to one that has seen this.
    pub fn refuse(&self, seen: &str) -> Option<String> {
        if seen == self.version() {
            return None;
        }
        let now = match self.number {
            Some(number) => format!("Families see revision {number} now"),
            None => "Families do not see this guide now".to_owned(),
        };
        Some(format!(
            "Somebody else changed this meanwhile. {now}. Look at it first, then press again if you still want to"
        ))
    }
}
