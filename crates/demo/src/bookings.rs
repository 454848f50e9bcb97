//! Families who have booked, one session that is full with others waiting, and counts of drop-ins, so that a register, the
//! list of who has booked and the figures are not empty. Every family is made up, and its name says so.

use ::bookings::{Booked, Contact, Desk, Guest, How, MadeBy, Request, Through, book};
use access::{KeepBookings, May, On};
use anyhow::anyhow;
use kernel::{Date, Fault, Span};
use registers::{DropIn, MarkKey, count_at_drop_in};
use store::Tx;
use uuid::Uuid;

/// Which session, how many of its next dates, and how many families on each.
const BOOKED: [(&str, usize, u64); 4] = [
    ("example-open-play-every-day", 4, 5),
    ("example-quiet-play", 1, 8),
    ("example-time-for-me", 1, 4),
    ("example-baby-massage-halton-lodge", 1, 3),
];
/// Whose past dates were counted, how many came at first, and by how many more each week.
const COUNTED: [(&str, i64, i64); 3] = [
    ("example-stay-and-play-ditton", 9, 1),
    ("example-talk-and-rhyme", 6, 1),
    ("example-community-cafe", 11, 0),
];
const PAST_DAYS: i32 = 49;

/// Books for the example families and counts past drop-ins, once. Says how many bookings were made.
pub async fn add_bookings(desk: &Desk) -> Result<usize, Fault> {
    let site = desk.site();
    let (now, today) = (site.clock().now(), site.clock().today());
    let first = ::bookings::reference_of(&form_key(0, 0));
    let wanted = site
        .db()
        .read(move |tx| {
            if ::bookings::find_booking_by_reference(tx, &first)?.is_some() {
                return Ok(Vec::new());
            }
            let mut wanted: Vec<(Uuid, u64)> = Vec::new();
            for (slug, dates, families) in BOOKED {
                let all = events::list_dates_of(tx, events::session_id(slug), now)?;
                let held = all
                    .iter()
                    .filter(|date| matches!(date.state.as_str(), "on" | "moved") && date.starts_at > now);
                wanted.extend(held.take(dates).map(|date| (date.id, families)));
            }
            Ok(wanted)
        })
        .await?;
    let mut many = 0;
    for (number, (date, families)) in (0u64..).zip(&wanted) {
        for family in 0..*families {
            let request = request(number, family, *date, today)?;
            // A session of the examples that takes no more bookings today is passed over.
            let booked: Result<Booked, _> = book(desk, request).await?;
            many += usize::from(booked.is_ok());
        }
    }
    if !wanted.is_empty() {
        site.db().write(move |tx| count_past_drop_ins(tx, now, today)).await?;
    }
    Ok(many)
}

fn form_key(date: u64, family: u64) -> String {
    format!("{:032x}", 0xde_u128 << 64 | u128::from(date) << 32 | u128::from(family))
}

fn request(number: u64, family: u64, date: Uuid, today: Date) -> Result<Request, Fault> {
    // Some weeks more than a year old: of an age for every one of these sessions but baby massage, which says no.
    let months = if family.is_multiple_of(2) { 14 } else { 4 };
    let born = today.checked_sub(Span::new().months(months))?;
    let needs = if family == 1 { "A quiet corner helps" } else { "" };
    Ok(Request {
        form_key: form_key(number, family),
        how: How::BookedOrWaiting,
        dates: vec![date],
        party: vec![Guest {
            name: format!("Example child {}", family + 1),
            born: Some(born),
            grown_up: false,
            needs: needs.to_owned(),
        }],
        contact: Contact {
            name: format!("Example family {}", family + 1),
            email: Some(
                format!("family{}@hearth.example", family + 1).parse().map_err(|why: String| anyhow!(why))?,
            ),
            phone: None,
        },
        note: String::new(),
        made_by: MadeBy::Family,
        invitation: None,
        through: Through::Session,
    })
}

fn count_past_drop_ins(tx: &mut Tx, now: kernel::Instant, today: Date) -> Result<(), Fault> {
    let from = today.checked_sub(Span::new().days(PAST_DAYS))?.to_zoned(kernel::london())?.timestamp();
    let may = May::<KeepBookings>::by_operator(On::all("session"));
    let mut counter = 0;
    for (slug, at_first, more) in COUNTED {
        let dates = events::list_dates_of(tx, events::session_id(slug), from)?;
        let over =
            dates.iter().filter(|date| date.starts_at < now && matches!(date.state.as_str(), "on" | "moved"));
        for (week, date) in (0i64..).zip(over) {
            let children = at_first + more * week + (week % 3);
            for step in
                [DropIn { children, grown_ups: 0 }, DropIn { children: 0, grown_ups: children / 2 + 1 }]
            {
                counter += 1;
                let key = MarkKey { device: Uuid::nil(), counter };
                count_at_drop_in(tx, &may, date.id, key, step, now)?;
            }
        }
    }
    Ok(())
}
