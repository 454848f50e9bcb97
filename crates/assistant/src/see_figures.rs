//! `GET /admin/ask`: how turns ended, by week; whether answers were useful; how often urgent help was shown. Added up
//! from counts that lead to nobody, with every number under five told as a word, and nothing beside it from which that
//! number could be worked out: sums are rounded, and shares are made of what is told. And the switch that closes Ask.

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
    safety: Vec<(&'static str, String)>,
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

/// What the switch's form holds, and what became of it.
#[derive(Default)]
pub(crate) struct SwitchForm {
    pub reason: String,
    pub card: Option<Card>,
    pub errors: Errors,
    pub saved: bool,
}

/// `GET /admin/ask`.
pub(crate) async fn get(State(room): State<Assistant>, who: Who, params: Params) -> Reply {
    who.may::<SeeAskFigures>(On::all("ask"))?;
    let form = SwitchForm { saved: !params.get("saved").is_empty(), ..SwitchForm::default() };
    page(&room, &who, form).await
}

/// The page, with what was typed for the switch.
pub(crate) async fn page(room: &Assistant, who: &Who, form: SwitchForm) -> Reply {
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
        value: &form.reason,
        kind: "text",
        error: form.errors.at("reason"),
        ..Input::default()
    };
    let view = FiguresView {
        summary: ErrorSummary { errors: &form.errors }.render()?,
        card: form.card.map(CardView::above),
        saved: form.saved,
        finding: counts.finding(),
        bars: counts.bars(),
        lines: counts.lines(&weeks),
        weeks: weeks.iter().map(|week| say::day_month_year(*week)).collect(),
        useful: [("Yes", "yes"), ("No", "no")]
            .map(|(words, key)| (words, told(counts.all("useful", key)).words))
            .to_vec(),
        safety: counts.safety(),
        latency: [
            ("Under 25 thousandths of a second", "under_25_ms"),
            ("25 to 100 thousandths", "25_to_100_ms"),
            ("A tenth of a second to one", "100_ms_to_1_s"),
            ("Over one second", "over_1_s"),
        ]
        .map(|(words, key)| (words, told_nearly(counts.all("latency", key)).words))
        .to_vec(),
        languages: counts.languages(room),
        closed: switch.as_ref().is_some_and(|switch| switch.closed),
        switched: switch.as_ref().map(switched_words),
        may_switch: who.may::<ChangeSettings>(On::all("ask")).is_ok(),
        reason: reason_box.render()?,
    };
    let (status, title) = form.errors.page("Ask in figures");
    show_with(room.site(), status, &Page::new(title), &view)
}

fn switched_words(switch: &SwitchRow) -> String {
    let day = say::day_month_year(kernel::civil_today(switch.changed_at));
    let what = if switch.closed { "Closed" } else { "Opened" };
    format!("{what} on {day}: {}", switch.reason)
}

/// A count as it may be told.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    words: String,
    /// The number in the words: none for what is hidden. What is worked out of it tells no more than the words do.
    number: i64,
}

fn told(count: i64) -> Told {
    match count {
        0 => Told { words: "none".to_owned(), number: 0 },
        few if few < FEW => Told { words: "fewer than 5".to_owned(), number: 0 },
        many => Told { words: many.to_string(), number: many },
    }
}

/// A count that adds up to the same as others: rounded, so that a hidden one cannot be worked out from it.
fn told_nearly(count: i64) -> Told {
    if count < FEW {
        return told(count);
    }
    let number = (count + 2) / 5 * 5;
    Told { words: format!("about {number}"), number }
}

/// A sum of counts, rounded if some of them are hidden.
fn told_sum(parts: &[i64]) -> Told {
    let hides = parts.iter().any(|part| (1..FEW).contains(part));
    let all = parts.iter().sum();
    if hides { told_nearly(all) } else { told(all) }
}

/// A category as staff read it.
fn category_words(category: Category) -> &'static str {
    match category {
        Category::MedicalEmergency => "A medical emergency",
        Category::PostpartumPsychosis => "Very confused or seeing things after a birth",
        Category::PerinatalMhUrgent => "Cannot go on, in pregnancy or with a baby",
        Category::ChildSelfHarm => "A child who hurts themselves or wants to die",
        Category::SuicideSelfharm => "Suicide or self-harm",
        Category::HarmToChildRisk => "A parent afraid of hurting a child",
        Category::MissingChild => "A missing child",
        Category::ChildSexualAbuse => "Sexual abuse of a child",
        Category::ChildAbuseConcern => "A child who is hurt or frightened",
        Category::ChildExploitation => "A child used by a gang or an adult",
        Category::Neglect => "A child without food, care or safety",
        Category::FgmForcedMarriage => "Cutting of girls (FGM), or a forced marriage",
        Category::DomesticAbuse => "Fear or hurt at home",
        Category::UrgentMaternity => "Urgent in pregnancy or after a birth",
        Category::HomelessTonight => "Nowhere to sleep tonight",
        Category::UnspecifiedDanger => "Not safe, and we do not know why",
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

    /// How often turns ended so in all weeks. Each week is told beside it.
    fn told_of(&self, status: &Status) -> Told {
        let weeks = self.weeks_of("status", status.key());
        told_sum(&weeks.map(|weeks| weeks.values().copied().collect::<Vec<_>>()).unwrap_or_default())
    }

    /// A share of what is told on the page, never of what is hidden on it.
    fn finding(&self) -> String {
        let told: Vec<(&Status, Told)> =
            Status::ALL.iter().map(|status| (status, self.told_of(status))).collect();
        let turns: i64 = told.iter().map(|(_, told)| told.number).sum();
        let abstained: i64 =
            told.iter().filter(|(status, _)| status.abstains()).map(|(_, told)| told.number).sum();
        if turns == 0 {
            return "Too few questions to say anything yet".to_owned();
        }
        let hides = Status::ALL
            .iter()
            .any(|status| status.abstains() && (1..FEW).contains(&self.all("status", status.key())));
        match (abstained, hides) {
            (0, true) => "Ask said ‘I did not find that’ to a few questions".to_owned(),
            (0, false) => "Ask never said ‘I did not find that’".to_owned(),
            (_, true) => "Ask said ‘I did not find that’ to some questions".to_owned(),
            (_, false) => {
                let share = (abstained * 100 + turns / 2) / turns;
                format!("Ask said ‘I did not find that’ to about {share} in 100 questions")
            }
        }
    }

    fn bars(&self) -> Vec<Bar> {
        let all: Vec<(&Status, Told)> =
            Status::ALL.iter().map(|status| (status, self.told_of(status))).collect();
        let turns = all.iter().map(|(_, told)| told.number).sum::<i64>().max(1);
        let some = all.into_iter().filter(|(status, _)| self.all("status", status.key()) > 0);
        some.map(|(status, told)| Bar {
            words: status.words(),
            share: told.number * 100 / turns,
            said: told.words,
        })
        .collect()
    }

    fn lines(&self, weeks: &[Date]) -> Vec<Line> {
        let line = |status: &Status| {
            let of = self.weeks_of("status", status.key())?;
            let cells = weeks
                .iter()
                .map(|week| (say::day_month_year(*week), told(of.get(week).copied().unwrap_or(0)).words));
            Some(Line { words: status.words(), cells: cells.collect(), all: self.told_of(status).words })
        };
        Status::ALL.iter().filter_map(line).collect()
    }

    fn safety(&self) -> Vec<(&'static str, String)> {
        let line = |category: &Category| {
            let count = self.all("safety", category.as_str());
            (count > 0).then(|| (category_words(*category), told_nearly(count).words))
        };
        Category::ALL.iter().filter_map(line).collect()
    }

    fn languages(&self, room: &Assistant) -> Vec<(String, String)> {
        let named = |code: &str| match room.languages().named(code) {
            Some(language) => language.name.clone(),
            None => "English, or not known".to_owned(),
        };
        let of = self.0.iter().filter(|((what, _), _)| what == "language");
        of.map(|((_, code), weeks)| (named(code), told_nearly(weeks.values().sum()).words)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rows: &[(&str, &str, &[i64])]) -> Counts {
        let monday = Date::constant(2026, 10, 5);
        let mut counted = Vec::new();
        for (what, value, weeks) in rows {
            for (week, count) in (0_i64..).zip(weeks.iter()) {
                let week = monday.checked_add(jiff::Span::new().weeks(week)).unwrap();
                let (what, value) = ((*what).to_owned(), (*value).to_owned());
                counted.push(CountRow { week, what, value, count: *count });
            }
        }
        Counts::of(&counted)
    }

    #[test]
    fn a_small_number_is_told_as_a_word_and_cannot_be_worked_out_from_a_sum() {
        assert_eq!([0, 1, 4, 5].map(|one| told(one).words), ["none", "fewer than 5", "fewer than 5", "5"]);
        assert_eq!(told_sum(&[7, 8]).words, "15");
        assert_eq!(told_sum(&[7, 2]).words, "about 10");
        assert_eq!(told_sum(&[1, 2]).words, "fewer than 5");
    }

    #[test]
    fn no_share_and_no_bar_tells_a_number_that_is_hidden() {
        // Whatever the hidden number is, the page says the same.
        let pages = |make: &dyn Fn(i64) -> Counts| -> Vec<String> {
            let told = |counts: Counts| {
                let bars: Vec<String> = counts
                    .bars()
                    .iter()
                    .map(|bar| format!("{} {} {}", bar.words, bar.share, bar.said))
                    .collect();
                format!("{} {bars:?} {:?}", counts.finding(), counts.safety())
            };
            (1..FEW).map(|hidden| told(make(hidden))).collect()
        };
        for told in [
            pages(&|few| counts(&[("status", "nothing", &[few]), ("status", "quoted", &[40])])),
            pages(&|few| counts(&[("status", "weak", &[10]), ("status", "nothing", &[few])])),
            pages(&|few| counts(&[("status", "nothing", &[5]), ("status", "quoted", &[few])])),
            pages(&|few| counts(&[("safety", "neglect", &[few]), ("status", "quoted", &[40])])),
        ] {
            assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
        }
        let large = counts(&[("status", "nothing", &[30]), ("status", "quoted", &[70])]);
        assert_eq!(large.finding(), "Ask said ‘I did not find that’ to about 30 in 100 questions");
    }

    #[test]
    fn a_category_is_told_in_words() {
        for category in Category::ALL {
            let words = category_words(*category);
            assert!(words.starts_with(char::is_uppercase) && !words.contains('_'), "{words}");
        }
    }
}
