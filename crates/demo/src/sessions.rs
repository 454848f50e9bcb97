//! Sessions, terms and bank holidays, so that what's on and the timetables are not empty. Nobody publishes the days and
//! times of Halton's hubs, so every session says of itself that it is an example.

use crate::Data;
use access::{KeepSessions, KeepTerms, May, On};
use anyhow::{Context, bail};
use calendar::TermCalendar;
use events::SessionDraft;
use kernel::Fault;
use serde::Deserialize;
use web::Site;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    #[serde(rename = "note")]
    _note: String,
    terms: TermCalendar,
    sessions: Vec<SessionDraft>,
}

/// Keeps the example sessions, once: where any of them is there, nothing is done. Says how many were kept.
pub async fn add_sessions(site: &Site) -> Result<usize, Fault> {
    let file = Data::get("sessions.json").context("the demonstration's sessions")?;
    let examples: Examples = serde_json::from_slice(&file.data).context("the demonstration's sessions")?;
    let now = site.clock().now();
    site.db()
        .write(move |tx| {
            for session in &examples.sessions {
                if events::find_session_by_slug(tx, &session.slug)?.is_some() {
                    return Ok(0);
                }
            }
            let may = May::<KeepTerms>::by_operator(On::all("terms"));
            events::set_terms(tx, &may, &examples.terms, now)?;
            let may = May::<KeepSessions>::by_operator(On::all("session"));
            for session in &examples.sessions {
                if let Err(wrong) = events::publish_session(tx, &may, session, now)? {
                    bail!("the demonstration's session {} is refused: {wrong:?}", session.slug);
                }
            }
            Ok(examples.sessions.len())
        })
        .await
}
