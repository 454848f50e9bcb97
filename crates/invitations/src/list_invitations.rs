//! `GET /admin/invitations`: the invitations that somebody made, each with its four steps. Nobody else's are among them.

use crate::{
    Invitations,
    invite_family::way_back,
    model::{Booking, Coming, How, InvitationId, Steps, decide_booking},
    store::{self as rows, InvitationRow},
    words::steps_words,
};
use access::{InviteFamily, On, audit};
use askama::Template;
use axum::extract::State;
use bookings::State as BookingState;
use jiff::SignedDuration;
use kernel::{Fault, london};
use registers::Came;
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;
use uuid::Uuid;
use web::{Page, Params, Reply, Who, missing, say, show};

/// How far back the list goes.
const LISTED_DAYS: i64 = 180;

#[derive(Template)]
#[template(path = "invitations.html")]
struct ListView {
    back: (&'static str, &'static str),
    withdrawn: bool,
    figures: bool,
    lines: Vec<Line>,
}

struct Line {
    batch: Uuid,
    session: String,
    made: String,
    /// Whom, as only the one who invited may read.
    whom: String,
    how: &'static str,
    /// The four steps with whether they were taken, for one invitation.
    steps: Vec<(&'static str, bool)>,
    /// Of how many, and how many of them took each step, for several.
    counts: Option<[usize; 4]>,
}

pub(crate) async fn get(State(room): State<Invitations>, who: Who, params: Params) -> Reply {
    let Some(person) = who.actor.person() else { return Ok(missing()) };
    let organizations = match &who.actor {
        access::Actor::Person(signed) => signed.organizations.clone(),
        _ => Vec::new(),
    };
    // One's own invitations, whichever organisation they were to: a provider without one has none.
    let on = On::all("invitation").about(person);
    let on = organizations.first().map_or(on.clone(), |organization| on.of_organization(*organization));
    let may = who.may::<InviteFamily>(on)?;
    let site = room.site();
    let now = site.clock().now();
    let since = now - SignedDuration::from_hours(24 * LISTED_DAYS);
    let (made, steps, titles) = site
        .db()
        .write(move |tx| {
            let made = rows::list_made_by(tx, person, since)?;
            if made.iter().any(|row| !row.first_name.is_empty()) {
                audit::record(tx, &may, "read the list of own invitations", "", now);
            }
            let steps = steps_of(tx, &made)?;
            let mut titles = BTreeMap::new();
            for session in made.iter().map(|row| row.session_id).collect::<BTreeSet<_>>() {
                let title = events::find_session(tx, session)?.map(|session| session.title);
                titles.insert(session, title.unwrap_or_default());
            }
            Ok((made, steps, titles))
        })
        .await?;
    let mut lines: Vec<Line> = Vec::new();
    let mut at = 0;
    while let Some(first) = made.get(at) {
        let batch: Vec<&InvitationRow> =
            made[at..].iter().take_while(|row| row.batch_id == first.batch_id).collect();
        at += batch.len();
        let each: Vec<Steps> =
            batch.iter().map(|row| steps.get(&row.id).copied().unwrap_or_default()).collect();
        lines.push(Line {
            batch: first.batch_id,
            session: titles.get(&first.session_id).cloned().unwrap_or_default(),
            made: say::day_month_year(first.made_at.to_zoned(london()).date()),
            whom: whom(first, batch.len()),
            how: How::of(&first.how).map_or("", How::words),
            steps: if batch.len() == 1 { steps_words(&each[0]) } else { Vec::new() },
            counts: (batch.len() > 1).then(|| counts(&each)),
        });
    }
    let body = ListView {
        back: way_back(&who),
        withdrawn: !params.get("withdrawn").is_empty(),
        figures: access::Action::SeeBookingFigures.is_open_to(&who.actor),
        lines,
    };
    show(site, &Page::new("Your invitations"), &body)
}

/// How many of a batch were invited, opened, booked and came.
pub(crate) fn counts(each: &[Steps]) -> [usize; 4] {
    let count = |took: fn(&Steps) -> bool| each.iter().filter(|steps| took(steps)).count();
    [
        each.len(),
        count(|steps| steps.opened),
        count(|steps| matches!(steps.booked, Booking::Booked | Booking::Waiting)),
        count(|steps| steps.came == Coming::Came),
    ]
}

/// Whom a batch was for, as its maker knows them.
pub(crate) fn whom(first: &InvitationRow, many: usize) -> String {
    match (many, first.first_name.as_str()) {
        (1, "") => "A family".to_owned(),
        (1, name) => name.to_owned(),
        (many, _) => format!("{many} slips"),
    }
}

/// How far each invitation has come: what happened to it here, what was booked by it, and who came to that.
pub(crate) fn steps_of(
    tx: &mut Tx<'_>,
    invitations: &[InvitationRow],
) -> Result<BTreeMap<InvitationId, Steps>, Fault> {
    let ids: Vec<Uuid> = invitations.iter().map(|row| row.id.uuid()).collect();
    let mut steps: BTreeMap<InvitationId, Steps> =
        invitations.iter().map(|row| (row.id, Steps::default())).collect();
    for (id, what) in rows::list_events(tx, &ids)? {
        if let Some(of) = steps.get_mut(&InvitationId::from_uuid(id)) {
            of.opened |= what == "opened";
        }
    }
    let booked = bookings::list_dates_by_invitation(tx, &ids)?;
    let mut states: BTreeMap<Uuid, Vec<BookingState>> = BTreeMap::new();
    for date in &booked {
        states.entry(date.invitation_id).or_default().extend(BookingState::of(&date.state));
    }
    let dates: Vec<Uuid> =
        booked.iter().map(|date| date.date_id).collect::<BTreeSet<_>>().into_iter().collect();
    let mut came: BTreeMap<(bookings::BookingId, Uuid), Vec<Came>> = BTreeMap::new();
    for some in dates.chunks(200) {
        for mark in registers::list_marks(tx, some)? {
            if let Some(booking) = mark.booking_id {
                came.entry((booking, mark.date_id)).or_default().push(mark.came);
            }
        }
    }
    for (id, states) in states {
        if let Some(of) = steps.get_mut(&InvitationId::from_uuid(id)) {
            // Who booked has opened it, by whichever way they came to the form.
            (of.booked, of.opened) = (decide_booking(&states), true);
        }
    }
    for date in &booked {
        let marks = came.get(&(date.booking_id, date.date_id));
        let Some(of) = steps.get_mut(&InvitationId::from_uuid(date.invitation_id)) else { continue };
        match marks {
            Some(marks) if marks.contains(&Came::Came) => of.came = Coming::Came,
            Some(marks) if !marks.is_empty() && of.came == Coming::NotKnown => of.came = Coming::DidNot,
            _ => {}
        }
    }
    Ok(steps)
}
