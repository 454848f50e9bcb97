//! The order of the queue: where a wrong entry would send most people wrong comes first.
//!
//! `harm = (opens in 4 weeks + 10) x months past checking + 300 for each report, 200 more when one is late
//! + 100 when a number was never confirmed + 10 for each need of which nothing is given`
//!
//! Months past checking count from the check, at most 36, and are 0 while the entry is not due; never checked counts as
//! 36. The 10 keeps an entry that nobody opens from falling out of sight. Equal harm is ordered by the older check, then
//! by name. The words beside a row name the same parts.

use crate::{
    completeness::Completeness,
    model::{Schedule, Timeliness, decide_report_due, months_between},
};
use directory::upkeep::UpkeepLine;
use kernel::{Date, Instant};
use std::cmp::Ordering;

const MONTHS_MAX: i64 = 36;

/// An entry with its place in the queue.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// The entry.
    pub line: UpkeepLine,
    /// How whole it is.
    pub completeness: Completeness,
    /// How much harm it may do.
    pub harm: i64,
    /// Why it is here, in words.
    pub why: Vec<String>,
}

/// All entries, the one that may do most harm first. The order is total: the same entries always stand the same.
pub fn rank(lines: Vec<UpkeepLine>, schedule: &Schedule, today: Date, now: Instant) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> =
        lines.into_iter().map(|line| Ranked::of(line, schedule, today, now)).collect();
    ranked.sort_by(order);
    ranked
}

/// More harm first, then the older check, then the name, then the id.
pub fn order(a: &Ranked, b: &Ranked) -> Ordering {
    let checked = |ranked: &Ranked| ranked.line.assured_date.unwrap_or(Date::MIN);
    b.harm
        .cmp(&a.harm)
        .then_with(|| checked(a).cmp(&checked(b)))
        .then_with(|| a.line.name.cmp(&b.line.name))
        .then_with(|| a.line.id.cmp(&b.line.id))
}

impl Ranked {
    /// One entry.
    pub fn of(line: UpkeepLine, schedule: &Schedule, today: Date, now: Instant) -> Ranked {
        let completeness = Completeness::of(&line);
        let due = schedule.due_on(line.assured_date).is_none_or(|due| today >= due);
        let months = match line.assured_date {
            None => MONTHS_MAX,
            Some(_) if !due => 0,
            // An entry on its first day of being due is already a month's worth.
            Some(checked) => months_between(checked, today, MONTHS_MAX).max(1),
        };
        let late =
            line.oldest_report_at.is_some_and(|at| decide_report_due(at, None, now) == Timeliness::Late);
        let unconfirmed = line.phones > 0 && line.phone_assured_on.is_none();
        let missing = i64::try_from(completeness.missing().count()).unwrap_or(0);
        let harm = (line.opens + 10) * months
            + 300 * line.open_reports
            + if late { 200 } else { 0 }
            + if unconfirmed { 100 } else { 0 }
            + 10 * missing;
        let mut why = Vec::new();
        if line.opens > 0 {
            why.push(format!("opened {} in 4 weeks", times(line.opens)));
        }
        match line.assured_date {
            None => why.push("never checked".to_owned()),
            Some(_) if months == 0 => {}
            Some(_) if months == 1 => why.push("not checked for a month or more".to_owned()),
            Some(_) if months == MONTHS_MAX => why.push("not checked for 3 years or more".to_owned()),
            Some(_) => why.push(format!("not checked for {months} months")),
        }
        if line.open_reports > 0 {
            let reports = if line.open_reports == 1 {
                "1 report".to_owned()
            } else {
                format!("{} reports", line.open_reports)
            };
            why.push(if late { format!("{reports}, late") } else { reports });
        }
        if unconfirmed {
            why.push("phone never confirmed".to_owned());
        }
        if missing > 0 {
            let needs = if missing == 1 { "1 need".to_owned() } else { format!("{missing} needs") };
            why.push(format!("{needs} not given"));
        }
        Ranked { line, completeness, harm, why }
    }
}

fn times(count: i64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use kernel::Id;
    use proptest::prelude::*;

    /// An entry of which nothing is given.
    pub(crate) fn bare(name: &str) -> UpkeepLine {
        UpkeepLine {
            id: Id::named("t", name),
            slug: name.to_owned(),
            name: name.to_owned(),
            organization: Id::named("t", "organisation"),
            organization_name: "Example organisation".to_owned(),
            organization_kind: "charity".to_owned(),
            status: "active".to_owned(),
            sensitive: false,
            crisis: false,
            assured_date: None,
            phone_assured_on: None,
            last_modified: "2026-01-01T00:00:00Z".parse().unwrap(),
            hidden_at: None,
            opens: 0,
            open_reports: 0,
            oldest_report_at: None,
            who_in_words: false,
            who_marked: false,
            way_in_marked: false,
            way_in_in_words: false,
            access_marked: false,
            places: 0,
            places_with_address: 0,
            places_with_step_free: 0,
            places_with_access: 0,
            times: 0,
            times_whole: 0,
            cost_given: false,
            phones: 0,
            phones_with_hours: 0,
            online_contact: false,
        }
    }

    fn today() -> Date {
        "2026-11-22".parse().unwrap()
    }

    fn now() -> Instant {
        "2026-11-22T09:00:00Z".parse().unwrap()
    }

    fn names(lines: Vec<UpkeepLine>) -> Vec<String> {
        rank(lines, &Schedule::default(), today(), now()).into_iter().map(|ranked| ranked.line.name).collect()
    }

    #[test]
    fn an_entry_many_people_open_and_nobody_checked_comes_first_and_says_why() {
        let lines = vec![
            UpkeepLine { assured_date: Some(today()), opens: 5_000, ..bare("busy and checked") },
            bare("quiet and never checked"),
            UpkeepLine {
                assured_date: Some("2025-09-20".parse().unwrap()),
                opens: 240,
                open_reports: 2,
                oldest_report_at: Some("2026-11-22T08:00:00Z".parse().unwrap()),
                phones: 1,
                ..bare("busy and old")
            },
        ];
        assert_eq!(names(lines.clone()), ["busy and old", "quiet and never checked", "busy and checked"]);
        let ranked = rank(lines, &Schedule::default(), today(), now());
        assert_eq!(
            ranked[0].why.join(", "),
            "opened 240 times in 4 weeks, not checked for 14 months, 2 reports, phone never confirmed, 6 needs not given"
        );
        assert_eq!(ranked[0].harm, 250 * 14 + 600 + 100 + 60);
    }

    #[test]
    fn what_is_given_is_told_from_what_is_partly_given_and_what_is_not() {
        let whole = UpkeepLine {
            who_in_words: true,
            who_marked: true,
            way_in_marked: true,
            way_in_in_words: true,
            places: 2,
            places_with_address: 2,
            places_with_step_free: 2,
            places_with_access: 2,
            times: 1,
            times_whole: 1,
            cost_given: true,
            phones: 1,
            phones_with_hours: 1,
            ..bare("whole")
        };
        let cases = [
            (
                bare("bare"),
                0,
                "0 of 7 in full. Not given: who it is for, how to get in, where, when, cost, contact, accessibility",
            ),
            (whole.clone(), 100, "All 7 in full"),
            (UpkeepLine { places_with_step_free: 1, ..whole.clone() }, 92, "6 of 7 in full"),
            (UpkeepLine { cost_given: false, ..whole.clone() }, 85, "6 of 7 in full. Not given: cost"),
            // A telephone line has no door to get through.
            (UpkeepLine { places: 0, access_marked: true, ..whole.clone() }, 100, "All 7 in full"),
            (UpkeepLine { times: 0, times_whole: 0, ..whole }, 92, "6 of 7 in full"),
        ];
        for (line, share, words) in cases {
            let completeness = Completeness::of(&line);
            assert_eq!((completeness.share(), completeness.words().as_str()), (share, words));
        }
    }

    fn lines() -> impl Strategy<Value = Vec<UpkeepLine>> {
        let line = (0_i64..50, prop::option::of(0_i64..1_500), 0_i64..3, 0_i64..2, "[ab]{1,2}", any::<u32>());
        prop::collection::vec(line, 0..12).prop_map(|drafts| {
            let lines = drafts.into_iter().map(|(opens, age, reports, phones, name, id)| UpkeepLine {
                id: Id::named("t", &id.to_string()),
                opens,
                assured_date: age.map(|days| crate::model::days_after(today(), -days)),
                open_reports: reports,
                oldest_report_at: (reports > 0).then(now),
                phones,
                ..bare(&name)
            });
            lines.collect()
        })
    }

    proptest! {
        #[test]
        fn the_order_is_the_same_however_the_entries_come_in(lines in lines(), turn in 0_usize..12) {
            let ids = |lines: Vec<UpkeepLine>| -> Vec<_> {
                rank(lines, &Schedule::default(), today(), now()).into_iter().map(|ranked| ranked.line.id).collect()
            };
            let mut turned = lines.clone();
            turned.reverse();
            if !turned.is_empty() {
                let by = turn % turned.len();
                turned.rotate_left(by);
            }
            prop_assert_eq!(ids(lines), ids(turned));
        }

        #[test]
        fn more_opens_more_age_and_more_reports_never_lower_an_entry(lines in lines(), more in 1_i64..50) {
            for line in lines {
                let harm = |line: UpkeepLine| Ranked::of(line, &Schedule::default(), today(), now()).harm;
                let base = harm(line.clone());
                let opened = harm(UpkeepLine { opens: line.opens + more, ..line.clone() });
                let reported = harm(UpkeepLine { open_reports: line.open_reports + more, ..line.clone() });
                let older = line.assured_date.map(|date| crate::model::days_after(date, -more));
                let aged = harm(UpkeepLine { assured_date: older, ..line.clone() });
                let never = harm(UpkeepLine { assured_date: None, ..line });
                prop_assert!(opened >= base && reported > base && aged >= base && never >= base);
            }
        }
    }
}
