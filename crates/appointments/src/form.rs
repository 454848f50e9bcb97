//! When a team can be seen, as a form holds it: every field as it was typed, read into a draft or refused field by field.
//! Nothing here waits, stores or answers.

use crate::model::{AvailabilityDraft, DayOff, WEEKDAYS, Window};
use calendar::{AgeBand, BankHolidays, Season, When};
use events::Wanted;
use kernel::{Date, Refusal, Slug, Time};
use std::collections::BTreeMap;
use web::{Form, fields::Errors};

/// The fields.
pub(crate) const FIELDS: [&str; 27] = [
    "title",
    "summary",
    "organization",
    "place",
    "room",
    "online_link",
    "age_from",
    "age_under",
    "cost",
    "led_by",
    "bring",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "minutes",
    "gap_minutes",
    "first",
    "last",
    "ahead_days",
    "notice_hours",
    "days_off",
    "season",
    "bank_holidays",
];

/// What was typed, put back as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Typed {
    texts: BTreeMap<&'static str, String>,
    pub wanted: String,
    pub source: String,
}

impl Typed {
    pub fn read(form: &Form) -> Typed {
        Typed {
            texts: FIELDS.iter().map(|name| (*name, form.get(name).to_owned())).collect(),
            wanted: form.get("wanted").to_owned(),
            source: form.get("source").to_owned(),
        }
    }

    /// A form for a team that has published nothing yet.
    pub fn empty(today: Date) -> Typed {
        let mut typed = Typed { wanted: "draft".to_owned(), ..Typed::default() };
        for (name, value) in [
            ("minutes", "30"),
            ("gap_minutes", "0"),
            ("ahead_days", "28"),
            ("notice_hours", "24"),
            ("season", "all_year"),
            ("bank_holidays", "closed"),
        ] {
            typed.texts.insert(name, value.to_owned());
        }
        typed.texts.insert("first", today.to_string());
        typed
    }

    /// What is published now.
    pub fn of(draft: &AvailabilityDraft) -> Typed {
        let mut texts: BTreeMap<&'static str, String> = BTreeMap::new();
        let clock = |time: Time| time.strftime("%H:%M").to_string();
        for (number, (name, ..)) in WEEKDAYS.iter().enumerate() {
            let day = draft.windows.iter().filter(|window| window.weekday == number as i8);
            let hours: Vec<String> =
                day.map(|window| format!("{} to {}", clock(window.from), clock(window.until))).collect();
            texts.insert(name, hours.join(", "));
        }
        let off: Vec<String> = draft.days_off.iter().map(day_off_line).collect();
        for (name, value) in [
            ("title", draft.title.clone()),
            ("summary", draft.summary.clone()),
            ("organization", draft.organization.clone()),
            ("place", draft.place.clone().unwrap_or_default()),
            ("room", draft.room.clone()),
            ("online_link", draft.online_link.clone()),
            ("age_from", draft.ages.from_months.to_string()),
            ("age_under", draft.ages.under_months.map_or_else(String::new, |under| under.to_string())),
            ("cost", draft.cost.clone()),
            ("led_by", draft.led_by.clone()),
            ("bring", draft.bring.clone()),
            ("minutes", draft.minutes.to_string()),
            ("gap_minutes", draft.gap_minutes.to_string()),
            ("first", draft.first.to_string()),
            ("last", draft.last.map_or_else(String::new, |last| last.to_string())),
            ("ahead_days", draft.ahead_days.to_string()),
            ("notice_hours", draft.notice_hours.to_string()),
            ("days_off", off.join("\n")),
            ("season", season_key(draft.when.season).to_owned()),
            (
                "bank_holidays",
                if draft.when.bank_holidays == BankHolidays::Open { "open" } else { "closed" }.to_owned(),
            ),
        ] {
            texts.insert(name, value);
        }
        Typed { texts, wanted: draft.wanted.key().to_owned(), source: draft.source.clone() }
    }

    /// A field as it was typed.
    pub fn get(&self, name: &str) -> &str {
        match name {
            "wanted" => &self.wanted,
            "source" => &self.source,
            name => self.texts.get(name).map_or("", String::as_str),
        }
    }

    /// Reads the form. `slug` is that of what is there already.
    pub fn parse(&self, slug: Option<&str>) -> Result<AvailabilityDraft, Errors> {
        let mut errors = Errors::default();
        let text = |name: &str| self.get(name).to_owned();
        let some = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
        if self.get("organization").is_empty() {
            errors.0.push(Refusal::at("organization", "Choose whose appointments they are"));
        }
        let mut windows = Vec::new();
        for (number, (name, ..)) in WEEKDAYS.iter().enumerate() {
            let read = read_hours(self.get(name))
                .map_err(|()| "Type hours like 9:00 to 12:00, 13:00 to 15:30".to_owned());
            for (from, until) in errors.take(name, read).unwrap_or_default() {
                windows.push(Window { weekday: number as i8, from, until });
            }
        }
        let mut number = |name: &'static str, usual: u16| match self.get(name) {
            "" => usual,
            typed => errors
                .take(name, typed.parse().map_err(|_| "Enter a whole number, like 30".to_owned()))
                .unwrap_or(usual),
        };
        let (minutes, gap_minutes) = (number("minutes", 0), number("gap_minutes", 0));
        let (ahead_days, notice_hours) = (number("ahead_days", 28), number("notice_hours", 0));
        let from_months = number("age_from", 0);
        let under = number("age_under", u16::MAX);
        let first = errors.take("first", read_day(self.get("first")));
        let last = match self.get("last") {
            "" => None,
            typed => errors.take("last", read_day(typed)),
        };
        let days_off = errors.take("days_off", read_days_off(self.get("days_off"))).unwrap_or_default();
        let wanted = Wanted::of(&self.wanted).ok_or_else(|| "Choose whether families see it".to_owned());
        let wanted = errors.take("wanted", wanted).unwrap_or(Wanted::Draft);
        let made = Slug::from_name(self.get("title")).map(String::from).unwrap_or_default();
        let draft = AvailabilityDraft {
            slug: slug.map_or(made, str::to_owned),
            title: text("title"),
            summary: text("summary"),
            organization: text("organization"),
            place: some("place"),
            room: text("room"),
            online_link: text("online_link"),
            ages: AgeBand { from_months, under_months: (under != u16::MAX).then_some(under) },
            cost: text("cost"),
            led_by: text("led_by"),
            bring: text("bring"),
            windows,
            minutes,
            gap_minutes,
            first: first.unwrap_or(Date::ZERO),
            last,
            ahead_days,
            notice_hours,
            days_off,
            when: When {
                season: match self.get("season") {
                    "term_time" => Season::TermTime,
                    "school_holidays" => Season::SchoolHolidays,
                    _ => Season::AllYear,
                },
                bank_holidays: if self.get("bank_holidays") == "open" {
                    BankHolidays::Open
                } else {
                    BankHolidays::Closed
                },
            },
            wanted,
            source: self.source.clone(),
        };
        for refusal in draft.check() {
            if errors.0.iter().all(|known| known.field != refusal.field) {
                errors.0.push(refusal);
            }
        }
        if errors.is_empty() { Ok(draft) } else { Err(errors) }
    }
}

fn season_key(season: Season) -> &'static str {
    match season {
        Season::AllYear => "all_year",
        Season::TermTime => "term_time",
        Season::SchoolHolidays => "school_holidays",
    }
}

fn day_off_line(off: &DayOff) -> String {
    let day = |day: Date| day.strftime("%-d/%-m/%Y").to_string();
    let days = if off.first == off.last {
        day(off.first)
    } else {
        format!("{} to {}", day(off.first), day(off.last))
    };
    if off.reason.is_empty() { days } else { format!("{days}: {}", off.reason) }
}

/// Hours as people type them: '9 to 12, 13:00-15:30', '9.30am to 1pm'.
fn read_hours(typed: &str) -> Result<Vec<(Time, Time)>, ()> {
    let mut hours = Vec::new();
    for part in typed.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let part = part.replace(['–', '—'], "-").replace(" to ", "-").replace(" until ", "-");
        let (from, until) = part.split_once('-').ok_or(())?;
        hours.push((read_time(from)?, read_time(until)?));
    }
    Ok(hours)
}

fn read_time(typed: &str) -> Result<Time, ()> {
    let typed = typed.trim().to_lowercase().replace(['.', ' '], ":");
    let (clock, later) = match (typed.strip_suffix("pm"), typed.strip_suffix("am")) {
        (Some(clock), _) => (clock, Some(true)),
        (_, Some(clock)) => (clock, Some(false)),
        _ => (typed.as_str(), None),
    };
    let clock = clock.trim_end_matches(':');
    let (hour, minute) = clock.split_once(':').unwrap_or((clock, "0"));
    let (hour, minute): (i8, i8) = (hour.parse().map_err(|_| ())?, minute.parse().map_err(|_| ())?);
    let hour = match (later, hour) {
        (Some(true), 1..=11) => hour + 12,
        (Some(false), 12) => 0,
        (Some(_), hour) if !(1..=12).contains(&hour) => return Err(()),
        _ => hour,
    };
    Time::new(hour, minute, 0, 0).map_err(|_| ())
}

/// A day as a browser sends it or people write it.
fn read_day(typed: &str) -> Result<Date, String> {
    let typed = typed.trim();
    let british = || {
        let mut parts = typed.split(['/', '.']);
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
    };
    let found = typed.parse().ok().or_else(british);
    found
        .filter(|date: &Date| (2000..2150).contains(&date.year()))
        .ok_or_else(|| "Enter a date, like 18/12/2026".to_owned())
}

/// One line for each: '24/12/2026 to 2/1/2027: Christmas'.
fn read_days_off(typed: &str) -> Result<Vec<DayOff>, String> {
    let sentence = || "Type one line for each, like 24/12/2026 to 2/1/2027: Christmas".to_owned();
    let mut all = Vec::new();
    for line in typed.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (days, reason) = line.split_once(':').unwrap_or((line, ""));
        let (first, last) = days.split_once(" to ").unwrap_or((days, days));
        let (first, last) =
            (read_day(first).map_err(|_| sentence())?, read_day(last).map_err(|_| sentence())?);
        all.push(DayOff { first, last, reason: kernel::one_line(reason) });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_type_them() {
        let time = |hour, minute| Time::constant(hour, minute, 0, 0);
        for typed in [
            "9 to 12, 13:00-15:30",
            "9:00 - 12:00; 13.00 to 15.30",
            "9am to 12pm, 1pm to 3:30pm",
            "09:00–12:00,13–15:30",
        ] {
            assert_eq!(
                read_hours(typed),
                Ok(vec![(time(9, 0), time(12, 0)), (time(13, 0), time(15, 30))]),
                "{typed}"
            );
        }
        assert_eq!(read_hours(" "), Ok(Vec::new()));
        for wrong in ["9", "nine to five", "9 to 25", "13pm to 14pm", "9:75 to 10"] {
            assert_eq!(read_hours(wrong), Err(()), "{wrong}");
        }
    }

    #[test]
    fn days_off_are_written_as_they_are_read() {
        let read = read_days_off("24/12/2026 to 2/1/2027: Christmas\n\n2027-02-03").unwrap();
        let lines: Vec<String> = read.iter().map(day_off_line).collect();
        assert_eq!(lines, ["24/12/2026 to 2/1/2027: Christmas", "3/2/2027"]);
        assert!(read_days_off("soon").is_err());
    }
}
