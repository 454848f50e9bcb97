//! How fresh and whole the directory is, in figures: computed from its records on the day, and kept once a day so that
//! a trend can be shown. Nothing in them is about a person.

use crate::{
    completeness::{Completeness, Given, Need},
    model::{Timeliness, decide_report_due},
};
use directory::upkeep::{ReportLine, UpkeepLine};
use kernel::{Date, Instant};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The figures of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// Entries that families see.
    pub entries: i64,
    /// Of those, checked within 3, 6 and 12 months.
    pub checked: [i64; 3],
    /// Of those, never checked.
    pub never: i64,
    /// Hidden entries.
    pub hidden: i64,
    /// By the kind of organisation: entries, and those checked within 3, 6 and 12 months.
    pub by_kind: BTreeMap<String, (i64, [i64; 3])>,
    /// By need: entries that give it whole, partly, not.
    pub needs: BTreeMap<String, [i64; 3]>,
    /// Reports that wait.
    pub reports_open: i64,
    /// Of those, past their time.
    pub reports_late: i64,
    /// Reports settled in the last four weeks.
    pub reports_settled: i64,
    /// Of those, within 48 hours.
    pub reports_in_time: i64,
}

/// 3, 6 and 12 months in days: a quarter, the line families see, a year.
const WITHIN_DAYS: [i32; 3] = [91, 183, 365];

impl Figures {
    /// Computes them. `settled` holds the reports of the last four weeks.
    pub fn of(
        lines: &[UpkeepLine],
        open: &[ReportLine],
        settled: &[ReportLine],
        today: Date,
        now: Instant,
    ) -> Figures {
        let mut figures = Figures {
            hidden: lines.iter().filter(|line| line.hidden_at.is_some()).count() as i64,
            needs: Need::ALL.iter().map(|need| (need.key().to_owned(), [0; 3])).collect(),
            ..Figures::default()
        };
        for line in lines.iter().filter(|line| line.hidden_at.is_none()) {
            figures.entries += 1;
            let kind = figures.by_kind.entry(line.organization_kind.clone()).or_default();
            kind.0 += 1;
            match line.assured_date {
                None => figures.never += 1,
                Some(date) => {
                    let days = (today - date).get_days();
                    for (at, limit) in WITHIN_DAYS.iter().enumerate() {
                        if days <= *limit {
                            figures.checked[at] += 1;
                            kind.1[at] += 1;
                        }
                    }
                }
            }
            for (need, given) in Completeness::of(line).needs {
                let at = match given {
                    Given::Whole => 0,
                    Given::Partly => 1,
                    Given::Not => 2,
                };
                figures.needs.entry(need.key().to_owned()).or_default()[at] += 1;
            }
        }
        for report in open {
            figures.reports_open += 1;
            let late = decide_report_due(report.reported_at, None, now) == Timeliness::Late;
            figures.reports_late += i64::from(late);
        }
        for report in settled {
            figures.reports_settled += 1;
            let how = decide_report_due(report.reported_at, report.settled_at, now);
            figures.reports_in_time += i64::from(how == Timeliness::SettledInTime);
        }
        figures
    }

    /// In whole per cent; `None` of nothing, which is no share at all.
    pub fn share(part: i64, whole: i64) -> Option<i64> {
        (whole > 0).then(|| part * 100 / whole)
    }
}

/// '82 per cent', 'no entries'.
pub fn share_words(part: i64, whole: i64, of_what: &str) -> String {
    Figures::share(part, whole).map_or_else(|| format!("no {of_what}"), |share| format!("{share}%"))
}

/// The last day that was kept of each week, oldest first: a trend by week, whatever days were missed.
pub fn by_week(kept: &[(Date, Figures)]) -> Vec<(Date, Figures)> {
    let mut weeks: BTreeMap<Date, (Date, Figures)> = BTreeMap::new();
    for (day, figures) in kept {
        let monday = day
            .checked_sub(kernel::Span::new().days(i64::from(day.weekday().to_monday_zero_offset())))
            .unwrap_or(*day);
        let entry = weeks.entry(monday).or_insert_with(|| (*day, figures.clone()));
        if entry.0 <= *day {
            *entry = (*day, figures.clone());
        }
    }
    weeks.into_values().collect()
}
