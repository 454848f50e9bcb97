//! What is decided here: which step an entry that nobody checks takes next, and when a report is late.
//!
//! The steps of one cycle, from one check to the next: the keepers are asked when the entry is *due*, asked again *two
//! weeks* later, told that it is *overdue*; then the council is told (*escalate*), everybody is *warned*, and the entry
//! is *hidden*. An entry of a public body, of a crisis or a refuge is never hidden by itself: the council is told once
//! more. Each step is taken at most once in a cycle, one on a day, in this order and with time between them, whatever
//! days were missed. A check begins a new cycle.

use directory::upkeep::UpkeepLine;
use kernel::{Date, Instant, Span, london};
use std::fmt;

/// When the steps are taken, in days. An editor sets it; [`Schedule::default`] is what the guidance asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// After a check the keepers are asked. Open Referral UK recommends quarterly verification ("assured date less than
    /// three months old").
    pub due_after_days: i64,
    /// After the first mail the second.
    pub remind_again_after_days: i64,
    /// After the first mail the entry counts as overdue, and the keepers are told.
    pub overdue_after_days: i64,
    /// After the first mail the council's own people are told.
    pub escalate_after_days: i64,
    /// After the check the entry is hidden. `None` never hides by itself.
    pub hide_after_days: Option<i64>,
    /// How long before that everybody is warned.
    pub warn_before_days: i64,
}

impl Default for Schedule {
    fn default() -> Schedule {
        Schedule {
            due_after_days: 91,
            remind_again_after_days: 14,
            overdue_after_days: 28,
            escalate_after_days: 56,
            hide_after_days: Some(365),
            warn_before_days: 28,
        }
    }
}

/// A number of days that cannot stand, and the sentence beside its field.
pub type Wrong = (&'static str, String);

impl Schedule {
    /// What is wrong with it, field by field.
    pub fn check(&self) -> Vec<Wrong> {
        let mut wrong: Vec<Wrong> = Vec::new();
        let mut expect = |holds: bool, field: &'static str, sentence: &str| {
            if !holds {
                wrong.push((field, sentence.to_owned()));
            }
        };
        let (due, again, overdue, escalate) = (
            self.due_after_days,
            self.remind_again_after_days,
            self.overdue_after_days,
            self.escalate_after_days,
        );
        expect((7..=730).contains(&due), "due", "Choose from 7 to 730 days");
        expect((1..=365).contains(&again), "again", "Choose from 1 to 365 days");
        expect(overdue > again, "overdue", "Choose more days than for the second mail");
        expect(
            escalate > overdue && escalate <= 730,
            "escalate",
            "Choose more days than for overdue, and no more than 730",
        );
        expect((7..=90).contains(&self.warn_before_days), "warn", "Choose from 7 to 90 days");
        if let Some(hide) = self.hide_after_days {
            let first = due + escalate + self.warn_before_days;
            expect(
                hide > first && hide <= 3_650,
                "hide",
                &format!(
                    "Choose more than {first} days, so that everybody is told before, and no more than 3,650"
                ),
            );
        }
        wrong
    }

    /// The steps an entry can take, in their order.
    fn chain(&self, protection: Protection) -> Vec<Step> {
        let mut chain = vec![Step::Due, Step::TwoWeeks, Step::Overdue, Step::Escalate];
        match (self.hide_after_days, protection) {
            (None, _) => {}
            (Some(_), Protection::NeverHidden) => chain.push(Step::EscalateAgain),
            (Some(_), Protection::None) => chain.extend([Step::Warn, Step::Hide]),
        }
        chain
    }

    /// How many days after the first mail a step is planned.
    fn planned(&self, step: Step) -> i64 {
        let hide = self.hide_after_days.map_or(0, |hide| hide - self.due_after_days);
        match step {
            Step::Due => 0,
            Step::TwoWeeks => self.remind_again_after_days,
            Step::Overdue => self.overdue_after_days,
            Step::Escalate => self.escalate_after_days,
            Step::EscalateAgain | Step::Warn => {
                (hide - self.warn_before_days).max(self.escalate_after_days + 1)
            }
            Step::Hide => hide.max(self.escalate_after_days + 1 + self.warn_before_days),
        }
    }

    /// How many days must lie between a step and the one before it, however late both are.
    fn gap(&self, from: Step, to: Step) -> i64 {
        match to {
            Step::Hide => self.warn_before_days,
            _ => (self.planned(to) - self.planned(from)).min(LATE_GAP_DAYS),
        }
        .max(1)
    }

    /// The civil day on which an entry is due.
    pub fn due_on(&self, checked: Option<Date>) -> Option<Date> {
        checked.map(|date| days_after(date, self.due_after_days))
    }
}

/// When steps are late, two of them come no closer than this.
const LATE_GAP_DAYS: i64 = 14;

/// A step in the chase for an entry that nobody checks. The order is theirs in a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The keepers are asked whether it is still right.
    Due,
    /// They are asked again.
    TwoWeeks,
    /// They are told that it is overdue.
    Overdue,
    /// The council is told.
    Escalate,
    /// The council is told once more, of an entry that is never hidden by itself.
    EscalateAgain,
    /// Everybody is told on which day it will be hidden.
    Warn,
    /// It is hidden.
    Hide,
}

impl Step {
    /// All, in their order.
    pub const ALL: [Step; 7] = [
        Step::Due,
        Step::TwoWeeks,
        Step::Overdue,
        Step::Escalate,
        Step::EscalateAgain,
        Step::Warn,
        Step::Hide,
    ];

    /// As it is kept.
    pub fn key(self) -> &'static str {
        match self {
            Step::Due => "due",
            Step::TwoWeeks => "two_weeks",
            Step::Overdue => "overdue",
            Step::Escalate => "escalate",
            Step::EscalateAgain => "escalate_again",
            Step::Warn => "warn",
            Step::Hide => "hide",
        }
    }

    /// As a list of what was done says it.
    pub fn words(self) -> &'static str {
        match self {
            Step::Due => "First reminder",
            Step::TwoWeeks => "Second reminder",
            Step::Overdue => "Third reminder: overdue",
            Step::Escalate => "Told the council",
            Step::EscalateAgain => "Told the council again",
            Step::Warn => "Warned that it will be hidden",
            Step::Hide => "Hidden",
        }
    }

    /// The one of that name.
    pub fn parse(key: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.key() == key)
    }

    /// Whether the keepers get a mail for it.
    pub fn asks_keepers(self) -> bool {
        matches!(self, Step::Due | Step::TwoWeeks | Step::Overdue | Step::Warn)
    }

    /// Whether the council's people are told of it.
    pub fn tells_council(self) -> bool {
        matches!(self, Step::Escalate | Step::EscalateAgain | Step::Warn | Step::Hide)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// A step that was taken in this cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Which.
    pub step: Step,
    /// On which civil day.
    pub on: Date,
}

/// Whether an entry may be hidden by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// It may.
    None,
    /// Never: a family in need would find nothing. The council is told instead.
    NeverHidden,
}

/// What the steps depend on.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// When it was last checked.
    pub checked: Option<Date>,
    /// Whether it may be hidden by itself.
    pub protection: Protection,
    /// Whether anybody need be asked about it.
    pub chase: Chase,
}

/// Whether an entry is chased at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chase {
    /// Families see it.
    Shown,
    /// It is hidden, or said not to be running: nobody is sent there.
    Resting,
}

impl Standing {
    /// Of an entry as the directory tells it.
    pub fn of(line: &UpkeepLine) -> Standing {
        let public_body = matches!(line.organization_kind.as_str(), "council" | "nhs");
        let running = matches!(line.status.as_str(), "active" | "temporarily closed");
        Standing {
            checked: line.assured_date,
            protection: if public_body || line.crisis || line.sensitive {
                Protection::NeverHidden
            } else {
                Protection::None
            },
            chase: if running && line.hidden_at.is_none() { Chase::Shown } else { Chase::Resting },
        }
    }

    /// What the steps between two checks are kept under.
    pub fn cycle(&self) -> String {
        self.checked.map_or_else(|| "never".to_owned(), |date| date.to_string())
    }
}

/// The step to take today, given those that were taken in this cycle. At most one; `None` on most days.
pub fn decide_step(schedule: &Schedule, standing: Standing, taken: &[Taken], today: Date) -> Option<Step> {
    if standing.chase == Chase::Resting {
        return None;
    }
    let last = taken.iter().max_by_key(|taken| (taken.step, taken.on));
    // A clock that went back must not send again what it sends in the future.
    if taken.iter().any(|taken| taken.on >= today) {
        return None;
    }
    let next = schedule
        .chain(standing.protection)
        .into_iter()
        .find(|step| last.is_none_or(|last| *step > last.step))?;
    // An entry that was never checked is due from the day on which that was first noticed.
    let first_mail = || taken.iter().map(|taken| taken.on).min().unwrap_or(today);
    let due = schedule.due_on(standing.checked).unwrap_or_else(first_mail);
    let planned = days_after(due, schedule.planned(next));
    let spaced = last.map_or(planned, |last| days_after(last.on, schedule.gap(last.step, next)));
    (today >= planned.max(spaced)).then_some(next)
}

/// The day on which an entry that is warned of today is hidden.
pub fn hidden_from(schedule: &Schedule, standing: Standing, today: Date) -> Date {
    let planned =
        schedule.due_on(standing.checked).map_or(today, |due| days_after(due, schedule.planned(Step::Hide)));
    planned.max(days_after(today, schedule.warn_before_days))
}

/// How stale an entry is, for lists and figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Checked, and not due.
    Fresh,
    /// Due, and not yet overdue.
    Due,
    /// Overdue.
    Overdue,
    /// Nobody has ever said that it is right.
    Never,
}

/// How stale an entry is today.
pub fn age_of(schedule: &Schedule, checked: Option<Date>, today: Date) -> Age {
    match schedule.due_on(checked) {
        None => Age::Never,
        Some(due) if today < due => Age::Fresh,
        Some(due) if today < days_after(due, schedule.overdue_after_days) => Age::Due,
        Some(_) => Age::Overdue,
    }
}

/// A report from a visitor is settled within this: the Open Referral UK guide asks for 48 hours by the clock, and a
/// wrong number does not wait for Monday.
pub const REPORT_HOURS: i64 = 48;

/// When a report is due.
pub fn report_due(reported_at: Instant) -> Instant {
    Instant::from_second(reported_at.as_second() + REPORT_HOURS * 3_600).unwrap_or(reported_at)
}

/// How a report stands against its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeliness {
    /// Open, with time left.
    InTime,
    /// Open, and the time is over.
    Late,
    /// Settled within its time.
    SettledInTime,
    /// Settled afterwards.
    SettledLate,
}

impl Timeliness {
    /// Whether its time is or was over.
    pub fn is_late(self) -> bool {
        matches!(self, Timeliness::Late | Timeliness::SettledLate)
    }
}

/// Whether a report is or was in time.
pub fn decide_report_due(reported_at: Instant, settled_at: Option<Instant>, now: Instant) -> Timeliness {
    let due = report_due(reported_at);
    match settled_at {
        Some(at) if at <= due => Timeliness::SettledInTime,
        Some(_) => Timeliness::SettledLate,
        None if now <= due => Timeliness::InTime,
        None => Timeliness::Late,
    }
}

/// 'Tuesday 24 November, 10am', in London.
pub fn moment_words(at: Instant) -> String {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let civil = at.to_zoned(london()).datetime();
    let day = DAYS[usize::from(civil.date().weekday().to_monday_zero_offset().unsigned_abs()) % 7];
    let date = web::say::day_month_year(civil.date());
    let date = date.rsplit_once(' ').map_or(date.as_str(), |(day_month, _)| day_month);
    let minute = u16::from(civil.hour().unsigned_abs()) * 60 + u16::from(civil.minute().unsigned_abs());
    format!("{day} {date}, {}", web::say::time_of_day(minute))
}

/// A civil day so many days later; the last day there is, past the end of the calendar.
pub fn days_after(date: Date, days: i64) -> Date {
    Span::new().try_days(days).ok().and_then(|span| date.checked_add(span).ok()).unwrap_or(Date::MAX)
}

/// How many whole months lie between, at most `max`.
pub fn months_between(from: Date, to: Date, max: i64) -> i64 {
    let months = i64::from(to.year() - from.year()) * 12 + i64::from(to.month() - from.month());
    let whole = if to.day() < from.day() { months - 1 } else { months };
    whole.clamp(0, max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn standing(checked: Option<Date>, protection: Protection) -> Standing {
        Standing { checked, protection, chase: Chase::Shown }
    }

    /// Asks every day for so many days and takes what is decided.
    fn live(schedule: &Schedule, standing: Standing, from: Date, days: i64) -> Vec<(i64, Step)> {
        let mut taken = Vec::new();
        let mut out = Vec::new();
        for after in 0..days {
            let today = days_after(from, after);
            while let Some(step) = decide_step(schedule, standing, &taken, today) {
                taken.push(Taken { step, on: today });
                out.push((after, step));
            }
        }
        out
    }

    #[test]
    fn an_entry_that_nobody_checks_takes_each_step_once_on_its_day() {
        let checked = day("2026-01-01");
        let schedule = Schedule::default();
        assert_eq!(
            live(&schedule, standing(Some(checked), Protection::None), checked, 900),
            [
                (91, Step::Due),
                (105, Step::TwoWeeks),
                (119, Step::Overdue),
                (147, Step::Escalate),
                (337, Step::Warn),
                (365, Step::Hide)
            ]
        );
        assert_eq!(
            live(&schedule, standing(Some(checked), Protection::NeverHidden), checked, 900),
            [
                (91, Step::Due),
                (105, Step::TwoWeeks),
                (119, Step::Overdue),
                (147, Step::Escalate),
                (337, Step::EscalateAgain)
            ]
        );
        let never = Schedule { hide_after_days: None, ..schedule };
        assert_eq!(live(&never, standing(Some(checked), Protection::None), checked, 900).len(), 4);
        let resting = Standing { chase: Chase::Resting, ..standing(None, Protection::None) };
        assert_eq!(live(&schedule, resting, checked, 900), []);
    }

    #[test]
    fn an_entry_that_was_never_checked_is_due_at_once_and_has_the_whole_time_from_then() {
        let steps = live(&Schedule::default(), standing(None, Protection::None), day("2026-01-01"), 900);
        assert_eq!(
            steps,
            [
                (0, Step::Due),
                (14, Step::TwoWeeks),
                (28, Step::Overdue),
                (56, Step::Escalate),
                (246, Step::Warn),
                (274, Step::Hide)
            ]
        );
    }

    #[test]
    fn an_old_entry_is_not_hidden_before_everybody_was_asked_and_warned() {
        let steps = live(
            &Schedule::default(),
            standing(Some(day("2020-01-01")), Protection::None),
            day("2026-01-01"),
            300,
        );
        assert_eq!(
            steps,
            [
                (0, Step::Due),
                (14, Step::TwoWeeks),
                (28, Step::Overdue),
                (42, Step::Escalate),
                (56, Step::Warn),
                (84, Step::Hide)
            ]
        );
    }

    #[test]
    fn a_schedule_that_could_hide_without_a_warning_is_refused() {
        assert_eq!(Schedule::default().check(), []);
        let fields = |schedule: Schedule| -> Vec<&str> {
            schedule.check().into_iter().map(|(field, _)| field).collect()
        };
        let usual = Schedule::default();
        assert_eq!(fields(Schedule { hide_after_days: Some(100), ..usual }), ["hide"]);
        assert_eq!(fields(Schedule { overdue_after_days: 14, ..usual }), ["overdue"]);
        assert_eq!(fields(Schedule { due_after_days: 0, warn_before_days: 0, ..usual }), ["due", "warn"]);
        assert_eq!(fields(Schedule { hide_after_days: None, ..usual }), [""; 0]);
    }

    #[test]
    fn forty_eight_hours_are_counted_by_the_clock() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let came = at("2026-11-20T10:00:00Z");
        for (settled, now, is) in [
            (None, "2026-11-22T10:00:00Z", Timeliness::InTime),
            (None, "2026-11-22T10:00:01Z", Timeliness::Late),
            (Some("2026-11-22T10:00:00Z"), "2026-12-01T10:00:00Z", Timeliness::SettledInTime),
            (Some("2026-11-22T10:00:01Z"), "2026-12-01T10:00:00Z", Timeliness::SettledLate),
        ] {
            assert_eq!(decide_report_due(came, settled.map(at), at(now)), is, "{settled:?} {now}");
        }
        assert_eq!(moment_words(report_due(came)), "Sunday 22 November, 10am");
        assert_eq!(moment_words(at("2026-06-30T23:30:00Z")), "Wednesday 1 July, 12:30am");
    }

    #[test]
    fn months_are_whole_ones_and_have_an_end() {
        let months = |from: &str, to: &str| months_between(day(from), day(to), 36);
        assert_eq!(months("2026-01-31", "2026-02-28"), 0);
        assert_eq!(months("2025-09-22", "2026-11-22"), 14);
        assert_eq!(months("2010-01-01", "2026-11-22"), 36);
        assert_eq!(months("2026-12-01", "2026-11-22"), 0);
    }

    /// What happens in a life: the clock moves by some days, back too, and perhaps somebody checks.
    fn lives() -> impl Strategy<Value = Vec<(i64, u8)>> {
        prop::collection::vec(
            (prop_oneof![4 => 0_i64..3, 3 => 1_i64..40, 1 => -20_i64..0, 1 => 100_i64..400], 0_u8..30),
            1..120,
        )
    }

    fn schedules() -> impl Strategy<Value = Schedule> {
        (7_i64..200, 1_i64..30, 1_i64..30, 1_i64..60, prop::option::of(1_i64..300), 7_i64..60).prop_map(
            |(due, again, overdue, escalate, hide, warn)| {
                let (overdue, escalate) = (again + overdue, again + overdue + escalate);
                Schedule {
                    due_after_days: due,
                    remind_again_after_days: again,
                    overdue_after_days: overdue,
                    escalate_after_days: escalate,
                    hide_after_days: hide.map(|hide| due + escalate + warn + hide),
                    warn_before_days: warn,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn whatever_the_clock_does_each_step_comes_once_in_order_and_never_two_in_a_day(
            schedule in schedules(), life in lives(), never in any::<bool>(), protected in any::<bool>()
        ) {
            prop_assert_eq!(schedule.check(), []);
            let protection = if protected { Protection::NeverHidden } else { Protection::None };
            let mut today = day("2026-01-01");
            let mut checked = (!never).then_some(today);
            let mut taken: Vec<Taken> = Vec::new();
            for (days, chance) in life {
                today = days_after(today, days);
                if chance == 0 {
                    // A check begins anew, also one in a past that a clock came back to.
                    checked = Some(checked.map_or(today, |before| before.max(today)));
                    taken.clear();
                    prop_assert_eq!(decide_step(&schedule, standing(checked, protection), &taken, today), None);
                    continue;
                }
                let Some(step) = decide_step(&schedule, standing(checked, protection), &taken, today) else {
                    continue;
                };
                if let Some(last) = taken.last() {
                    prop_assert!(step > last.step, "{step} after {}", last.step);
                    prop_assert!(today > last.on);
                }
                if let Some(checked) = checked {
                    prop_assert!(today >= days_after(checked, schedule.due_after_days));
                }
                if step == Step::Hide {
                    let last = taken.last().copied().unwrap();
                    prop_assert_eq!(last.step, Step::Warn);
                    prop_assert!(today >= days_after(last.on, schedule.warn_before_days));
                    prop_assert!(!protected && schedule.hide_after_days.is_some());
                }
                if taken.is_empty() {
                    prop_assert_eq!(step, Step::Due);
                }
                taken.push(Taken { step, on: today });
                prop_assert_eq!(decide_step(&schedule, standing(checked, protection), &taken, today), None);
            }
        }

        #[test]
        fn the_day_that_a_warning_names_is_the_day_of_hiding(schedule in schedules(), missed in 0_i64..400) {
            prop_assume!(schedule.hide_after_days.is_some());
            let checked = day("2026-01-01");
            let standing = standing(Some(checked), Protection::None);
            let steps = live(&schedule, standing, days_after(checked, missed), 1_500);
            let on = |wanted: Step| steps.iter().find(|(_, step)| *step == wanted).map(|(after, _)| days_after(checked, missed + after));
            let (warned, hidden) = (on(Step::Warn).unwrap(), on(Step::Hide).unwrap());
            prop_assert_eq!(hidden_from(&schedule, standing, warned), hidden);
        }
    }
}
