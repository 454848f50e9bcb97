//! `GET /admin/attendance`: how many were booked, came, told us, did not come and walked in, by session and month; and
//! whether reminders lower the share of appointments to which nobody came. Figures only: nothing here names a family.

use crate::{
    Registers,
    model::{Small, decide_count_words, is_few},
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

    fn marked(&self) -> i64 {
        self.came + self.told + self.did_not_come
    }

    fn values(&self) -> [i64; 6] {
        [self.booked, self.came, self.told, self.did_not_come, self.walked_in, self.dropped_in]
    }

    /// Which of its counts are not shown as they are to who sees no few. How many were booked is rounded where one of its
    /// parts is a few, or those whom nobody marked are: otherwise that is what is left when the others are taken away.
    fn hides(&self) -> [bool; 6] {
        let unmarked = self.booked - self.came - self.told - self.did_not_come;
        let mut hides = self.values().map(is_few);
        hides[0] |= [self.came, self.told, self.did_not_come, unmarked].into_iter().any(is_few);
        hides
    }
}

/// A count that is added up from others, and which of its parts are not shown as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Total {
    count: Count,
    hides_below: [bool; 6],
}

impl Total {
    fn of(count: Count) -> Total {
        Total { count, hides_below: [false; 6] }
    }

    fn add(&mut self, other: &Total) {
        self.count.add(&other.count);
        let below = other.hides();
        self.hides_below.iter_mut().zip(below).for_each(|(mine, other)| *mine |= other);
    }

    fn hides(&self) -> [bool; 6] {
        let mut hides = self.count.hides();
        hides.iter_mut().zip(self.hides_below).for_each(|(mine, below)| *mine |= below);
        hides
    }

    /// As somebody may see it. A total over something hidden is rounded, or the rows above it would give that away.
    fn cells(&self, small: Small) -> [String; 6] {
        let (values, hides) = (self.count.values(), self.hides());
        std::array::from_fn(|at| match (small, hides[at]) {
            (Small::Hidden, true) if values[at] > 4 => format!("about {}", rounded(values[at])),
            _ => decide_count_words(values[at], small),
        })
    }

    /// Whether a share of those who were marked would give away somebody hidden.
    fn hides_a_share(&self, small: Small) -> bool {
        small == Small::Hidden && self.hides()[1..4].iter().any(|hides| *hides)
    }

    /// How many of 100 who were marked: to the nearest 5 where an exact one would give away somebody hidden.
    fn share(&self, part: i64, small: Small) -> i64 {
        let share = part * 100 / self.count.marked();
        if self.hides_a_share(small) { rounded(share) } else { share }
    }
}

/// To the nearest 5.
fn rounded(count: i64) -> i64 {
    (count + 2) / 5 * 5
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
    let mut by_month: BTreeMap<String, Total> = BTreeMap::new();
    for ((month, _), count) in &counts {
        by_month.entry(month.clone()).or_default().add(&Total::of(*count));
    }
    let row = |month: &str, session: &str, total: &Total| Row {
        month: month_words(month),
        session: session.to_owned(),
        cells: total.cells(small),
    };
    let mut sessions: Vec<Row> = counts
        .iter()
        .rev()
        .map(|((month, session), count)| {
            row(month, titles.get(session).map_or("", String::as_str), &Total::of(*count))
        })
        .collect();
    sessions.sort_by(|one, other| one.session.cmp(&other.session));
    let body = FiguresView {
        finding: finding(&by_month, small),
        months_shown: months,
        bars: by_month.iter().map(|(month, total)| bar(month, total, small)).collect(),
        months: by_month.iter().rev().map(|(month, total)| row(month, "", total)).collect(),
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

fn finding(by_month: &BTreeMap<String, Total>, small: Small) -> String {
    let mut all = Total::default();
    by_month.values().for_each(|total| all.add(total));
    let marked = all.count.marked();
    if marked == 0 {
        return "Nobody has been marked in these months".to_owned();
    }
    if small == Small::Hidden && (marked < 5 || is_few(all.count.came)) {
        return "Too few were marked in these months to say how many came".to_owned();
    }
    let about = if all.hides_a_share(small) { "about " } else { "" };
    format!("Of 100 people who were booked and marked, {about}{} came", all.share(all.count.came, small))
}

/// A month's bar: of those who were booked and marked, how many came, and how many told us.
fn bar(month: &str, total: &Total, small: Small) -> Bar {
    let (count, marked) = (&total.count, total.count.marked());
    let parts = [count.came, count.told, count.did_not_come];
    if marked == 0 || (small == Small::Hidden && parts.into_iter().any(is_few)) {
        let said = if marked == 0 { "nobody marked" } else { "too few to show" };
        return Bar { words: month_words(month), came: 0, told: 0, said: said.to_owned() };
    }
    let (came, told) = (total.share(count.came, small), total.share(count.told, small));
    let about = if total.hides_a_share(small) { "about " } else { "" };
    Bar { words: month_words(month), came, told: told.min(100 - came), said: format!("{about}{came}% came") }
}

/// 'November 2026' of '2026-11'.
fn month_words(month: &str) -> String {
    format!("{month}-01").parse::<Date>().map_or_else(|_| month.to_owned(), say::month_year)
}

fn appointments_view(day: Date, lines: &[(i64, i64, i64)], small: Small) -> Appointments {
    let line = |which: i64, words: &'static str| {
        let (_, marked, missed) =
            lines.iter().find(|(after, ..)| *after == which).copied().unwrap_or_default();
        let is_hidden = small == Small::Hidden && [missed, marked, marked - missed].into_iter().any(is_few);
        let share = if marked == 0 || is_hidden { 0 } else { missed * 100 / marked };
        let said = match (marked, is_hidden) {
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
        let count = Total::of(count);
        assert_eq!(count.cells(Small::Shown), ["13", "10", "0", "3", "2", "40"]);
        assert_eq!(count.cells(Small::Hidden), ["about 15", "10", "0", "fewer than 5", "fewer than 5", "40"]);
        assert_eq!(bar("2026-11", &count, Small::Hidden).said, "too few to show");
        assert_eq!(
            (bar("2026-11", &count, Small::Shown).came, month_words("2026-11").as_str()),
            (76, "November 2026")
        );
    }

    #[test]
    fn what_is_left_when_the_marked_are_taken_from_the_booked_is_hidden_too() {
        let count = Count { booked: 12, came: 10, ..Count::default() };
        assert_eq!(Total::of(count).cells(Small::Hidden)[..2], ["about 10", "10"]);
        let count = Count { booked: 15, came: 10, ..Count::default() };
        assert_eq!(Total::of(count).cells(Small::Hidden)[..2], ["15", "10"]);
    }

    #[test]
    fn no_total_and_no_share_gives_away_what_its_parts_hide() {
        let mut month = Total::default();
        month.add(&Total::of(Count { booked: 75, came: 70, did_not_come: 5, ..Count::default() }));
        month.add(&Total::of(Count { booked: 2, did_not_come: 2, walked_in: 3, ..Count::default() }));
        assert_eq!(month.cells(Small::Shown), ["77", "70", "0", "7", "3", "0"]);
        assert_eq!(month.cells(Small::Hidden), ["about 75", "70", "0", "about 5", "fewer than 5", "0"]);
        assert_eq!(bar("2026-11", &month, Small::Hidden).said, "about 90% came");
        let by_month = BTreeMap::from([("2026-11".to_owned(), month)]);
        assert_eq!(
            finding(&by_month, Small::Hidden),
            "Of 100 people who were booked and marked, about 90 came"
        );
    }
}
