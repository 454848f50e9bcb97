//! `GET /admin/attendance`: how many were booked, came, told us, did not come and walked in, by session and month; and
//! whether reminders lower the share of appointments to which nobody came. Figures only: nothing here names a family.

use crate::{
    Registers,
    model::{Small, decide_count_words},
    store as rows,
};
use access::{KeepBookings, On};
use askama::Template;
use axum::extract::State;
use events::SessionId;
use kernel::{Date, Fault, Span};
use std::collections::BTreeMap;
use web::{Page, Params, Reply, Who, say, show};

#[derive(Template)]
#[template(path = "attendance.html")]
struct FiguresView {
    finding: String,
    months_shown: i32,
    bars: Vec<Bar>,
    months: Vec<Row>,
    sessions: Vec<Row>,
    appointments: Option<Appointments>,
    small_are_hidden: bool,
    may_keep: bool,
}

struct Bar {
    words: String,
    came: i64,
    told: i64,
    said: String,
}

struct Row {
    month: String,
    session: String,
    cells: [String; 6],
}

struct Appointments {
    since: String,
    lines: [(&'static str, String, String, i64); 2],
}

/// What is counted of one session in one month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    booked: i64,
    came: i64,
    told: i64,
    did_not_come: i64,
    walked_in: i64,
    dropped_in: i64,
}

impl Count {
    fn add(&mut self, other: &Count) {
        self.booked += other.booked;
        self.came += other.came;
        self.told += other.told;
        self.did_not_come += other.did_not_come;
        self.walked_in += other.walked_in;
        self.dropped_in += other.dropped_in;
    }

    /// As somebody may see it. Where a count of a few is hidden, how many were booked is rounded, so that it cannot be
    /// worked out by taking the others away.
    fn cells(&self, small: Small) -> [String; 6] {
        let parts = [self.came, self.told, self.did_not_come];
        let words = |count| decide_count_words(count, small);
        let hides = small == Small::Hidden && parts.iter().any(|count| (1..=4).contains(count));
        let booked = if hides && self.booked > 4 {
            format!("about {}", (self.booked + 2) / 5 * 5)
        } else {
            words(self.booked)
        };
        [
            booked,
            words(self.came),
            words(self.told),
            words(self.did_not_come),
            words(self.walked_in),
            words(self.dropped_in),
        ]
    }
}

type Counts = BTreeMap<(String, SessionId), Count>;

pub(crate) async fn get(State(room): State<Registers>, who: Who, params: Params) -> Reply {
    let site = room.site();
    let today = site.clock().today();
    let months = match params.get("months") {
        "1" => 1,
        "12" => 12,
        _ => 6,
    };
    let first = today.first_of_month().checked_sub(Span::new().months(months - 1))?;
    // Who may see the bookings themselves may see every count of them; who only sees figures may not see a few.
    let may_keep = who.may::<KeepBookings>(On::all("session")).is_ok();
    let small = if may_keep { Small::Shown } else { Small::Hidden };
    let (counts, titles, appointments) = site
        .db()
        .read(move |tx| {
            let since = rows::find_absence_rule(tx)?.reminders_since;
            let appointments = match since {
                Some(day) => Some((day, rows::list_appointments(tx, day)?)),
                None => None,
            };
            let titles: BTreeMap<SessionId, String> = rows::list_titles(tx)?.into_iter().collect();
            Ok((count(tx, first, today)?, titles, appointments))
        })
        .await?;
    let mut by_month: BTreeMap<String, Count> = BTreeMap::new();
    for ((month, _), count) in &counts {
        by_month.entry(month.clone()).or_default().add(count);
    }
    let row = |month: &str, session: &str, count: &Count| Row {
        month: month_words(month),
        session: session.to_owned(),
        cells: count.cells(small),
    };
    let mut sessions: Vec<Row> = counts
        .iter()
        .rev()
        .map(|((month, session), count)| row(month, titles.get(session).map_or("", String::as_str), count))
        .collect();
    sessions.sort_by(|one, other| one.session.cmp(&other.session));
    let body = FiguresView {
        finding: finding(&by_month, small),
        months_shown: months,
        bars: by_month.iter().map(|(month, count)| bar(month, count, small)).collect(),
        months: by_month.iter().rev().map(|(month, count)| row(month, "", count)).collect(),
        sessions,
        appointments: appointments.map(|(day, lines)| appointments_view(day, &lines, small)),
        small_are_hidden: small == Small::Hidden,
        may_keep,
    };
    show(site, &Page::new("Attendance"), &body)
}

fn count(tx: &mut store::Tx, first: Date, last: Date) -> Result<Counts, Fault> {
    let mut counts: Counts = BTreeMap::new();
    for booked in bookings::count_booked_by_month(tx, first, last)? {
        counts.entry((booked.month, booked.session_id)).or_default().booked += booked.people;
    }
    for row in rows::list_counted(tx, first, last)? {
        let count = counts.entry((row.month, row.session_id)).or_default();
        match (row.kind.as_str(), row.came.as_str()) {
            ("walk_in", "came") => count.walked_in += row.people,
            ("booked", "came") => count.came += row.people,
            ("booked", "told") => count.told += row.people,
            ("booked", _) => count.did_not_come += row.people,
            _ => {}
        }
    }
    for (session, month, people) in rows::list_drop_ins_by_month(tx, first, last)? {
        counts.entry((month, session)).or_default().dropped_in += people;
    }
    Ok(counts)
}

fn finding(by_month: &BTreeMap<String, Count>, small: Small) -> String {
    let mut all = Count::default();
    by_month.values().for_each(|count| all.add(count));
    let marked = all.came + all.told + all.did_not_come;
    if marked == 0 {
        return "Nobody has been marked in these months".to_owned();
    }
    if small == Small::Hidden && (marked < 5 || (1..=4).contains(&all.came)) {
        return "Too few were marked in these months to say how many came".to_owned();
    }
    format!("Of 100 people who were booked and marked, {} came", all.came * 100 / marked)
}

/// A month's bar: of those who were booked and marked, how many came, and how many told us.
fn bar(month: &str, count: &Count, small: Small) -> Bar {
    let marked = count.came + count.told + count.did_not_come;
    let parts = [count.came, count.told, count.did_not_come];
    let is_few = small == Small::Hidden && parts.iter().any(|count| (1..=4).contains(count));
    if marked == 0 || is_few {
        let said = if marked == 0 { "nobody marked" } else { "too few to show" };
        return Bar { words: month_words(month), came: 0, told: 0, said: said.to_owned() };
    }
    let share = |part: i64| part * 100 / marked;
    Bar {
        words: month_words(month),
        came: share(count.came),
        told: share(count.told),
        said: format!("{}% came", share(count.came)),
    }
}

/// 'November 2026' of '2026-11'.
fn month_words(month: &str) -> String {
    format!("{month}-01").parse::<Date>().map_or_else(|_| month.to_owned(), say::month_year)
}

fn appointments_view(day: Date, lines: &[(i64, i64, i64)], small: Small) -> Appointments {
    let line = |which: i64, words: &'static str| {
        let (_, marked, missed) =
            lines.iter().find(|(after, ..)| *after == which).copied().unwrap_or_default();
        let is_few = small == Small::Hidden && ((1..=4).contains(&missed) || (1..=4).contains(&marked));
        let share = if marked == 0 || is_few { 0 } else { missed * 100 / marked };
        let said = match (marked, is_few) {
            (0, _) => "none were marked".to_owned(),
            (_, true) => "too few to show".to_owned(),
            _ => format!("{share}%"),
        };
        (words, decide_count_words(marked, small), said, share)
    };
    Appointments {
        since: say::day_month_year(day),
        lines: [line(0, "Before reminders"), line(1, "Since reminders go out")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_can_neither_be_read_nor_worked_out_from_how_many_were_booked() {
        let count = Count { booked: 13, came: 10, told: 0, did_not_come: 3, walked_in: 2, dropped_in: 40 };
        assert_eq!(count.cells(Small::Shown), ["13", "10", "0", "3", "2", "40"]);
        assert_eq!(count.cells(Small::Hidden), ["about 15", "10", "0", "fewer than 5", "fewer than 5", "40"]);
        assert_eq!(bar("2026-11", &count, Small::Hidden).said, "too few to show");
        assert_eq!(
            (bar("2026-11", &count, Small::Shown).came, month_words("2026-11").as_str()),
            (76, "November 2026")
        );
    }
}
