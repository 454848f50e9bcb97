//! When a team can be seen is kept, and its session with it; and every week the times move on.

use crate::{
    model::{AvailabilityDraft, BookedTime, DayOff, decide_session},
    store as rows,
};
use access::{KeepSessions, May, On};
use events::{SessionDate, SessionDraft, SessionId, Wanted};
use kernel::{Fault, Instant, Refusal, Time, civil_today};
use store::Tx;
use uuid::Uuid;
use web::Site;

/// The job that offers the times of one more week.
pub const MOVE_TIMES_ON: &str = "move_appointment_times_on";

/// What was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The session.
    pub session: SessionId,
    /// How many booked times stand outside the hours, and stay.
    pub kept: usize,
}

/// Keeps when a team can be seen. What is wrong is said field by field and nothing is kept. Booked times stay. `may` is the
/// right to keep sessions of the draft's organisation.
pub fn publish_availability(
    tx: &mut Tx<'_>,
    may: &May<KeepSessions>,
    draft: &AvailabilityDraft,
    now: Instant,
) -> Result<Result<Published, Vec<Refusal>>, Fault> {
    let wrong = draft.check();
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    let organization =
        directory::list_organizations(tx)?.into_iter().find(|line| line.slug == draft.organization);
    let Some(organization) = organization else {
        return Ok(Err(vec![Refusal::at("organization", "Choose an organisation of the directory")]));
    };
    let before = rows::take_availability(tx, &draft.slug)?;
    let id = events::session_id(&draft.slug);
    if before.is_none() && events::find_session(tx, id)?.is_some() {
        return Ok(Err(vec![Refusal::at("title", "A session has this name already. Choose another")]));
    }
    let days_off =
        before.map(|row| row.draft()).transpose()?.map(|before| before.days_off).unwrap_or_default();
    let look = match look(tx, draft, &days_off, now)? {
        Ok(look) => look,
        Err(wrong) => return Ok(Err(wrong)),
    };
    if let Err(wrong) = events::publish_session(tx, may, &look.session, now)? {
        return Ok(Err(wrong));
    }
    rows::set_availability(tx, id, organization.id.uuid(), draft, now)?;
    Ok(Ok(Published { session: id, kept: look.kept.len() }))
}

/// What an availability would be kept as.
pub(crate) struct Look {
    pub session: SessionDraft,
    pub kept: Vec<BookedTime>,
}

/// Looks what an availability would be kept as, with what is booked now. `days_off` are those that the session was made
/// from last.
pub(crate) fn look(
    tx: &mut Tx<'_>,
    draft: &AvailabilityDraft,
    days_off: &[DayOff],
    now: Instant,
) -> Result<Result<Look, Vec<Refusal>>, Fault> {
    let id = events::session_id(&draft.slug);
    let before = events::find_session(tx, id)?.map(|row| row.draft()).transpose()?;
    let coming: Vec<SessionDate> = events::list_dates_of(tx, id, now)?;
    let held: Vec<SessionDate> = coming.into_iter().filter(SessionDate::is_held).collect();
    let mut booked = Vec::new();
    for some in held.chunks(200) {
        let ids: Vec<Uuid> = some.iter().map(|date| date.id).collect();
        let taken = bookings::count_taken(tx, &ids)?;
        booked.extend(
            some.iter()
                .filter(|date| taken.get(&date.id).is_some_and(|many| *many > 0))
                .filter_map(booked_time),
        );
    }
    if draft.wanted != Wanted::Published && !booked.is_empty() {
        let sentence = format!(
            "{} to come. Move or cancel them first, in the diary",
            web::say::count(booked.len(), "booked time is", "booked times are")
        );
        return Ok(Err(vec![Refusal::at("wanted", sentence)]));
    }
    let terms = events::find_terms(tx)?;
    let before = before.as_ref().map(|before| (before, days_off));
    Ok(decide_session(draft, before, &booked, &terms, civil_today(now))
        .map(|decided| Look { session: decided.session, kept: decided.kept }))
}

fn booked_time(date: &SessionDate) -> Option<BookedTime> {
    Some(BookedTime {
        // What the rule calls it, whatever it was called first.
        key: date.rule_key.parse().ok()?,
        day: date.day,
        starts: date.starts.parse::<Time>().ok()?,
        minutes: u16::try_from(date.minutes).ok()?,
        place: date.place_slug.clone(),
    })
}

/// Offers the times of one more week wherever the end has moved on. Says how many sessions were changed.
pub async fn move_times_on(site: &Site) -> Result<usize, Fault> {
    let now = site.clock().now();
    let all = site.db().read(rows::list_availabilities).await?;
    let mut many = 0;
    for row in all {
        let changed = site
            .db()
            .write(move |tx| {
                let Some(row) = rows::take_availability(tx, &row.slug)? else { return Ok(false) };
                let draft = row.draft()?;
                let Ok(look) = look(tx, &draft, &draft.days_off, now)? else { return Ok(false) };
                let before = events::find_session(tx, row.session_id)?.map(|row| row.draft()).transpose()?;
                if before.as_ref() == Some(&look.session) {
                    return Ok(false);
                }
                let on = On::one("session", row.session_id).of_organization(row.organization_id);
                let may = May::<KeepSessions>::by_machine(MOVE_TIMES_ON, on);
                Ok(events::publish_session(tx, &may, &look.session, now)?.is_ok())
            })
            .await?;
        many += usize::from(changed);
    }
    Ok(many)
}
