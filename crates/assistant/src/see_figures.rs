//! `GET /admin/ask`: how turns ended, by week; whether answers were useful; how often urgent help was shown. Added up
//! from counts that lead to nobody, with every number under five told as a word. And the switch that closes Ask.

use crate::{
    room::Assistant,
    status::Status,
    store::{self as rows, CountRow, SwitchRow},
    switch::REASON_MAX,
    tally::{week_of, write_down_counts},
};
use access::{ChangeSettings, On, SeeAskFigures};
use askama::Template;
use axum::extract::State;
use kernel::Date;
use safety::{Card, Category};
use std::collections::BTreeMap;
use web::{
    CardView, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    say, show_with,
};

/// The page looks back so many weeks, this one included.
const WEEKS: i64 = 8;
/// Fewer than this are not told as a number: they could be one family.
const FEW: i64 = 5;

#[derive(Template)]
#[template(path = "ask_figures.html")]
struct FiguresView {
    summary: String,
    card: Option<CardView>,
    saved: bool,
    finding: String,
    bars: Vec<Bar>,
    weeks: Vec<String>,
    lines: Vec<Line>,
    useful: Vec<(&'static str, String)>,
    safety: Vec<(String, String)>,
    latency: Vec<(&'static str, String)>,
    languages: Vec<(String, String)>,
    closed: bool,
    switched: Option<String>,
    may_switch: bool,
    reason: String,
}

struct Bar {
    words: &'static str,
    share: i64,
    said: String,
}

struct Line {
    words: &'static str,
    cells: Vec<(String, String)>,
    all: String,
}

/// What was counted, ready to be told.
#[derive(Default)]
struct Counts(BTreeMap<(String, String), BTreeMap<Date, i64>>);

/// `GET /admin/ask`.
pub(crate) async fn get(State(room): State<Assistant>, who: Who, params: Params) -> Reply {
    who.may::<SeeAskFigures>(On::all("ask"))?;
    let saved = !params.get("saved").is_empty();
    shown(&room, &who, "", None, &Errors::default(), saved).await
}

/// The page again, with what was typed for the switch.
pub(crate) async fn page(
    room: &Assistant,
    who: &Who,
    reason: &str,
    card: Option<Card>,
    errors: &Errors,
) -> Reply {
    shown(room, who, reason, card, errors, false).await
}

async fn shown(
    room: &Assistant,
    who: &Who,
    reason: &str,
    card: Option<Card>,
    errors: &Errors,
    saved: bool,
) -> Reply {
    write_down_counts(room).await?;
    let today = room.site().clock().today();
    let this_week = week_of(today);
    let since = this_week.checked_sub(jiff::Span::new().weeks(WEEKS - 1))?;
    let (counted, switch) =
        room.site().db().read(move |tx| Ok((rows::list_counts(tx, since)?, rows::find_switch(tx)?))).await?;
    let counts = Counts::of(&counted);
    let weeks: Vec<Date> =
        (0..WEEKS).filter_map(|week| since.checked_add(jiff::Span::new().weeks(week)).ok()).collect();
    let reason_box = Input {
        name: "reason",
        label: "Why",
        hint: &format!("A few words for the record, up to {REASON_MAX} letters. No names."),
        value: reason,
        kind: "text",
        error: errors.at("reason"),
        ..Input::default()
    };
    let view = FiguresView {
        summary: ErrorSummary { errors }.render()?,
        card: card.map(CardView::above),
        saved,
        finding: counts.finding(),
        bars: counts.bars(),
        lines: counts.lines(&weeks),
        weeks: weeks.iter().map(|week| say::day_month_year(*week)).collect(),
        useful: [("Yes", "yes"), ("No", "no")]
            .map(|(words, key)| (words, told(counts.all("useful", key))))
            .to_vec(),
        safety: counts.safety(),
        latency: [
            ("Under 25 thousandths of a second", "under_25_ms"),
            ("25 to 100 thousandths", "25_to_100_ms"),
            ("A tenth of a second to one", "100_ms_to_1_s"),
            ("Over one second", "over_1_s"),
        ]
        .map(|(words, key)| (words, told(counts.all("latency", key))))
        .to_vec(),
        languages: counts.languages(room),
        closed: switch.as_ref().is_some_and(|switch| switch.closed),
        switched: switch.as_ref().map(switched_words),
        may_switch: who.may::<ChangeSettings>(On::all("ask")).is_ok(),
        reason: reason_box.render()?,
    };
    let (status, title) = errors.page("Ask in figures");
    show_with(room.site(), status, &Page::new(title), &view)
}

fn switched_words(switch: &SwitchRow) -> String {
    let day = say::day_month_year(kernel::civil_today(switch.changed_at));
    let what = if switch.closed { "Closed" } else { "Opened" };
    format!("{what} on {day}: {}", switch.reason)
}

/// A count as it may be told.
fn told(count: i64) -> String {
    match count {
        0 => "none".to_owned(),
        few if few < FEW => "fewer than 5".to_owned(),
        many => many.to_string(),
    }
}

/// A sum of counts of which some are not told: rounded, so that the small one cannot be worked out from it.
fn told_sum(parts: &[i64]) -> String {
    let all: i64 = parts.iter().sum();
    let hides = parts.iter().any(|part| (1..FEW).contains(part));
    match all {
        _ if !hides => told(all),
        few if few < FEW => "fewer than 5".to_owned(),
        many => format!("about {}", (many + 2) / 5 * 5),
    }
}

impl Counts {
    fn of(counted: &[CountRow]) -> Counts {
        let mut counts = Counts::default();
        for row in counted {
            let of = counts.0.entry((row.what.clone(), row.value.clone())).or_default();
            *of.entry(row.week).or_default() += row.count;
        }
        counts
    }

    fn weeks_of(&self, what: &str, value: &str) -> Option<&BTreeMap<Date, i64>> {
        self.0.get(&(what.to_owned(), value.to_owned()))
    }

    fn all(&self, what: &str, value: &str) -> i64 {
        self.weeks_of(what, value).map_or(0, |weeks| weeks.values().sum())
    }

    fn turns(&self) -> i64 {
        Status::ALL.iter().map(|status| self.all("status", status.key())).sum()
    }

    fn finding(&self) -> String {
        let turns = self.turns();
        let abstained: i64 = Status::ALL
            .iter()
            .filter(|status| status.abstains())
            .map(|status| self.all("status", status.key()))
            .sum();
        if turns < FEW {
            return "Too few questions to say anything yet".to_owned();
        }
        let share = (abstained * 100 + turns / 2) / turns;
        format!("Ask said ‘I did not find that’ to about {share} in 100 questions")
    }

    fn bars(&self) -> Vec<Bar> {
        let turns = self.turns().max(1);
        let bar = |status: &Status| {
            let count = self.all("status", status.key());
            (count > 0).then(|| Bar {
                words: status.words(),
                share: if count < FEW { 0 } else { count * 100 / turns },
                said: told(count),
            })
        };
        Status::ALL.iter().filter_map(bar).collect()
    }

    fn lines(&self, weeks: &[Date]) -> Vec<Line> {
        let line = |status: &Status| {
            let of = self.weeks_of("status", status.key())?;
            let counts: Vec<i64> = weeks.iter().map(|week| of.get(week).copied().unwrap_or(0)).collect();
            let cells =
                weeks.iter().zip(&counts).map(|(week, count)| (say::day_month_year(*week), told(*count)));
            Some(Line { words: status.words(), cells: cells.collect(), all: told_sum(&counts) })
        };
        Status::ALL.iter().filter_map(line).collect()
    }

    fn safety(&self) -> Vec<(String, String)> {
        let line = |category: &Category| {
            let count = self.all("safety", category.as_str());
            (count > 0).then(|| (category.as_str().replace('_', " "), told(count)))
        };
        Category::ALL.iter().filter_map(line).collect()
    }

    fn languages(&self, room: &Assistant) -> Vec<(String, String)> {
        let named = |code: &str| match room.languages().named(code) {
            Some(language) => language.name.clone(),
            None => "English, or not known".to_owned(),
        };
        let of = self.0.iter().filter(|((what, _), _)| what == "language");
        of.map(|((_, code), weeks)| (named(code), told(weeks.values().sum()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_number_is_told_as_a_word_and_cannot_be_worked_out_from_a_sum() {
        assert_eq!([0, 1, 4, 5].map(told), ["none", "fewer than 5", "fewer than 5", "5"]);
        assert_eq!(told_sum(&[7, 8]), "15");
        assert_eq!(told_sum(&[7, 2]), "about 10");
        assert_eq!(told_sum(&[1, 2]), "fewer than 5");
    }
}
