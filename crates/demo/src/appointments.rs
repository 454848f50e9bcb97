//! A team that can be seen by appointment, and invitations by the demonstration practitioner, so that both can be tried.
//! The team, its hours and its room are made up, and say so.

use crate::people::sign_in;
use access::{Actor, InviteFamily, KeepSessions, May, On};
use anyhow::{Context, bail};
use appointments::{AvailabilityDraft, publish_availability};
use invitations::{How, NewInvitation, invite};
use kernel::Fault;
use serde_json::json;
use web::Site;

const PRACTITIONER: &str = "practitioner@hearth.example";
/// To which sessions, how, and how many.
const INVITED: [(&str, How, usize); 2] =
    [("example-baby-massage-brookvale", How::Link, 1), ("example-introducing-solids", How::Slips, 4)];

/// Keeps the example team and invites, once. Says how many teams and invitations were made.
pub async fn add_appointments(site: &Site) -> Result<usize, Fault> {
    let now = site.clock().now();
    let today = site.clock().today();
    let draft: AvailabilityDraft = serde_json::from_value(json!({
        "slug": "example-infant-feeding-one-to-one", "title": "Infant feeding: one to one (example)",
        "summary": "Half an hour with somebody who knows about feeding. An example: the team and its hours are made up for this demonstration.",
        "organization": "halton-family-hubs", "place": "ditton-family-hub", "cost": "Free", "led_by": "Infant feeding team",
        "ages": {"from_months": 0, "under_months": 24}, "minutes": 30, "gap_minutes": 15, "first": today, "ahead_days": 28,
        "notice_hours": 24, "wanted": "published", "source": "Made up for this demonstration",
        "windows": [
            {"weekday": 1, "from": "09:30:00", "until": "12:00:00"},
            {"weekday": 3, "from": "13:00:00", "until": "15:30:00"},
        ],
        "when": {"season": "all_year", "bank_holidays": "closed"},
    }))
    .context("the demonstration's appointments")?;
    let held = site.clone();
    site.db()
        .write(move |tx| {
            if events::find_session_by_slug(tx, &draft.slug)?.is_some() {
                return Ok(0);
            }
            let may = May::<KeepSessions>::by_operator(On::all("session"));
            if let Err(wrong) = publish_availability(tx, &may, &draft, now)? {
                bail!("the demonstration's appointments are refused: {wrong:?}");
            }
            let mut many = 1;
            let practitioner = Actor::Person(sign_in(tx, PRACTITIONER, held.clock(), held.dice())?);
            for (number, (slug, how, slips)) in INVITED.into_iter().enumerate() {
                let session = events::session_id(slug);
                let may = May::<InviteFamily>::decide(&practitioner, On::one("session", session))?;
                let new = NewInvitation {
                    form_key: format!("{number:032x}"),
                    session,
                    dates: Vec::new(),
                    first_name: String::new(),
                    how,
                    to: None,
                    slips,
                };
                // A session of the examples that has no date to come is not invited to.
                many += usize::from(invite(tx, &held, &may, &new, now)?.is_ok());
            }
            Ok(many)
        })
        .await
}
