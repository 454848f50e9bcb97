//! `GET /admin/invitations/figures`: of the families that came, how many had been invited, by month and by session. Small
//! numbers are words.

use crate::{
    Invitations,
    model::{Share, Shown, decide_hidden, decide_shown},
};
use access::{On, SeeBookingFigures, audit};
use askama::Template;
use axum::extract::State;
use events::SessionId;
use kernel::{Date, Fault, Instant, Span, london};
use registers::Came;
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;
use uuid::Uuid;
use web::{Page, Reply, Who, say, show};

/// How many months are shown.
const MONTHS: i32 = 12;

#[derive(Template)]
#[template(path = "invitation_figures.html")]
struct FiguresView {
    finding: String,
    between: String,
    from: String,
    has_any: bool,
    tables: Vec<TableView>,
}

struct TableView {
    id: &'static str,
    heading: &'static str,
    column: &'static str,
    lines: Vec<Line>,
}

struct Line {
    words: String,
    /// The bar's length, where a share may be shown.
    bar: Option<i64>,
    share: String,
    invited: String,
    came: String,
}

/// What came of every booking and walk-in since a day.
#[derive(Default)]
struct Counted {
    months: BTreeMap<Date, Families>,
    sessions: BTreeMap<String, Families>,
    all: Families,
}

/// Families that came: each booking once, and each walk-in.
#[derive(Default)]
struct Families {
    came: BTreeSet<Uuid>,
    invited: BTreeSet<Uuid>,
}

impl Families {
    fn add(&mut self, family: Uuid, invitation: Option<Uuid>) {
        self.came.insert(family);
        if invitation.is_some() {
            self.invited.insert(family);
        }
    }

    fn share(&self) -> Share {
        let count = |set: &BTreeSet<Uuid>| i64::try_from(set.len()).unwrap_or(i64::MAX);
        Share { came: count(&self.came), invited: count(&self.invited) }
    }
}

pub(crate) async fn get(State(room): State<Invitations>, who: Who) -> Reply {
    let may = who.may::<SeeBookingFigures>(On::all("invitation"))?;
    let site = room.site();
    let (now, today) = (site.clock().now(), site.clock().today());
    let from = today.first_of_month().checked_sub(Span::new().months(MONTHS - 1))?;
    let counted = site
        .db()
        .write(move |tx| {
            audit::record(tx, &may, "looked at the figures of invitations", "", now);
            count(tx, from, from.to_zoned(london())?.timestamp())
        })
        .await?;
    let all = counted.all.share();
    let (finding, between) = finding_words(all);
    let months: Vec<(String, Share)> =
        counted.months.iter().map(|(month, of)| (say::month_year(*month), of.share())).collect();
    let sessions: Vec<(String, Share)> =
        counted.sessions.into_iter().map(|(title, of)| (title, of.share())).collect();
    let body = FiguresView {
        finding,
        between,
        from: say::month_year(from),
        has_any: all.came > 0,
        tables: vec![
            TableView { id: "months", heading: "Month by month", column: "Month", lines: lines(&months) },
            TableView { id: "sessions", heading: "By session", column: "Session", lines: lines(&sessions) },
        ],
    };
    show(site, &Page::new("Invitations in figures"), &body)
}

fn count(tx: &mut Tx<'_>, from: Date, since: Instant) -> Result<Counted, Fault> {
    let booked = bookings::list_booked_dates_since(tx, since)?;
    let invitations: BTreeMap<Uuid, Option<Uuid>> =
        booked.iter().map(|date| (date.booking_id.uuid(), date.invitation_id)).collect();
    let dates: Vec<Uuid> =
        booked.iter().map(|date| date.date_id).collect::<BTreeSet<_>>().into_iter().collect();
    let mut titles: BTreeMap<SessionId, String> = BTreeMap::new();
    let mut counted = Counted::default();
    for some in dates.chunks(200) {
        let held: BTreeMap<Uuid, (Date, SessionId)> = events::list_dates_by_id(tx, some)?
            .into_iter()
            .filter(|date| date.day >= from)
            .map(|date| (date.id, (date.day, date.session_id)))
            .collect();
        for mark in registers::list_marks(tx, some)? {
            let Some((day, session)) = held.get(&mark.date_id).filter(|_| mark.came == Came::Came) else {
                continue;
            };
            let Some(family) = mark.booking_id.map(|id| id.uuid()).or(mark.walk_in) else { continue };
            let title = match titles.get(session) {
                Some(title) => title.clone(),
                None => {
                    let title = events::find_session(tx, *session)?.map(|row| row.title).unwrap_or_default();
                    titles.insert(*session, title.clone());
                    title
                }
            };
            let invitation = invitations.get(&family).copied().flatten();
            counted.months.entry(day.first_of_month()).or_default().add(family, invitation);
            counted.sessions.entry(title).or_default().add(family, invitation);
            counted.all.add(family, invitation);
        }
    }
    Ok(counted)
}

/// The finding in one line, and how sure it is.
fn finding_words(share: Share) -> (String, String) {
    match decide_shown(share) {
        Shown::Nobody => ("Nobody is known to have come yet".to_owned(), String::new()),
        Shown::Few(_) => ("Too few families came to say a share".to_owned(), String::new()),
        Shown::PerCent { per_cent, between } => (
            format!("{per_cent}% of the families that came had been invited"),
            between.map_or_else(String::new, |(low, high)| {
                format!("With so few families the true share may lie anywhere from {low}% to {high}%.")
            }),
        ),
    }
}

fn lines(rows: &[(String, Share)]) -> Vec<Line> {
    let shares: Vec<Share> = rows.iter().map(|(_, share)| *share).collect();
    let hidden = decide_hidden(&shares);
    let mut lines = Vec::new();
    for (at, (words, share)) in rows.iter().enumerate() {
        let words = words.clone();
        let line = match decide_shown(*share) {
            Shown::PerCent { per_cent, between } if !hidden.contains(&at) => Line {
                words,
                bar: Some(per_cent),
                share: match between {
                    Some((low, high)) => format!("{per_cent}% ({low}% to {high}%)"),
                    None => format!("{per_cent}%"),
                },
                invited: share.invited.to_string(),
                came: share.came.to_string(),
            },
            Shown::Few(why) => Line {
                words,
                bar: None,
                share: why.to_owned(),
                invited: "not shown".to_owned(),
                came: "not shown".to_owned(),
            },
            // Shown, it would give away the one that is hidden beside it.
            Shown::PerCent { .. } | Shown::Nobody => Line {
                words,
                bar: None,
                share: "not shown".to_owned(),
                invited: "not shown".to_owned(),
                came: "not shown".to_owned(),
            },
        };
        lines.push(line);
    }
    lines
}
