//! A session as a form holds it: every field as it was typed, read into a draft or refused field by field. Nothing here
//! waits, stores or answers.

use crate::{
    model::{Counts, Feature, Kind, SessionDraft, Wanted},
    parts::date_of,
    question::town_slug,
};
use calendar::{
    AgeBand, BankHolidays, DateTime, Ends, Exception, Frequency, Key, Plan, Rule, RuleParts, Season, Series,
    WeekdayOf, When, Zone,
};
use kernel::{Date, Refusal, Time};
use std::collections::BTreeMap;
use web::{Form, fields::Errors};

/// The fields that hold one value.
pub(crate) const ONES: [&str; 25] = [
    "title",
    "summary",
    "description",
    "organization",
    "service",
    "place",
    "room",
    "online_link",
    "kind",
    "age_from",
    "age_under",
    "siblings",
    "places",
    "counts",
    "cost",
    "led_by",
    "bring",
    "start",
    "begins",
    "ends",
    "repeats",
    "until",
    "season",
    "bank_holidays",
    "wanted",
];
/// What else is asked about an edit.
pub(crate) const ABOUT_EDIT: [&str; 2] = ["scope", "from"];

/// What was typed, put back as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Typed {
    ones: BTreeMap<&'static str, String>,
    pub features: Vec<String>,
    pub weekdays: Vec<String>,
    pub source: String,
}

/// The days of the form.
pub(crate) const WEEKDAYS: [(&str, &str); 7] = [
    ("MO", "Monday"),
    ("TU", "Tuesday"),
    ("WE", "Wednesday"),
    ("TH", "Thursday"),
    ("FR", "Friday"),
    ("SA", "Saturday"),
    ("SU", "Sunday"),
];

/// How a session repeats, as the form offers it.
pub(crate) const REPEATS: [(&str, &str); 5] = [
    ("once", "Only once"),
    ("weekly", "Every week"),
    ("fortnightly", "Every 2 weeks"),
    ("monthly", "Every month, on the same weekday of the month as the first date"),
    ("as_it_is", "As it is now"),
];

impl Typed {
    pub fn read(form: &Form) -> Typed {
        let mut ones: BTreeMap<&'static str, String> =
            ONES.iter().map(|name| (*name, form.get(name).to_owned())).collect();
        ones.extend(ABOUT_EDIT.iter().map(|name| (*name, form.get(name).to_owned())));
        let all = |name: &str| form.all(name).map(str::to_owned).collect();
        Typed {
            ones,
            features: all("features"),
            weekdays: all("weekdays"),
            source: form.get("source").to_owned(),
        }
    }

    /// A form for a new session.
    pub fn empty() -> Typed {
        let mut typed = Typed::default();
        for (name, value) in [
            ("kind", "drop_in"),
            ("counts", "children"),
            ("repeats", "weekly"),
            ("season", "term_time"),
            ("bank_holidays", "closed"),
            ("wanted", "draft"),
        ] {
            typed.ones.insert(name, value.to_owned());
        }
        typed
    }

    /// What a session is now. Of its parts, the last is the one that goes on.
    pub fn of(draft: &SessionDraft) -> Typed {
        let mut typed = Typed { source: draft.source.clone(), ..Typed::default() };
        let mut set = |name: &'static str, value: &str| typed.ones.insert(name, value.to_owned());
        set("title", &draft.title);
        set("summary", &draft.summary);
        set("description", &draft.description);
        set("organization", &draft.organization);
        set("service", draft.service.as_deref().unwrap_or_default());
        set("place", draft.place.as_deref().unwrap_or_default());
        set("room", &draft.room);
        set("online_link", &draft.online_link);
        set("kind", draft.kind.key());
        set("age_from", &draft.ages.from_months.to_string());
        set("age_under", &draft.ages.under_months.map_or_else(String::new, |under| under.to_string()));
        set("siblings", if draft.siblings_welcome { "yes" } else { "" });
        set("places", &draft.places.map_or_else(String::new, |places| places.to_string()));
        set("counts", draft.counts.key());
        set("cost", &draft.cost);
        set("led_by", &draft.led_by);
        set("bring", &draft.bring);
        set("wanted", draft.wanted.key());
        set("scope", "all");
        if let Some(part) = draft.parts.last() {
            let ends = part.start.time().wrapping_add(jiff::Span::new().minutes(i64::from(part.minutes)));
            set("start", &part.start.date().to_string());
            set("begins", &part.start.time().strftime("%H:%M").to_string());
            set("ends", &ends.strftime("%H:%M").to_string());
            set("season", season_key(part.when.season));
            set(
                "bank_holidays",
                if part.when.bank_holidays == BankHolidays::Open { "open" } else { "closed" },
            );
            let (repeats, weekdays, until) = simple(part);
            set("repeats", repeats);
            set("until", &until.map_or_else(String::new, |day| day.to_string()));
            typed.weekdays = weekdays;
        }
        typed.features = draft.features.iter().map(|feature| feature.key().to_owned()).collect();
        typed
    }

    /// A field as it was typed.
    pub fn get(&self, name: &str) -> &str {
        self.ones.get(name).map_or("", String::as_str)
    }

    /// Reads the form. `before` is the session as it stands, if there is one.
    pub fn parse(&self, before: Option<&SessionDraft>) -> Result<SessionDraft, Errors> {
        let mut errors = Errors::default();
        let text = |name: &str| self.get(name).to_owned();
        let some = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
        let kind = Kind::of(self.get("kind")).ok_or_else(|| "Choose how people come".to_owned());
        let kind = errors.take("kind", kind).unwrap_or(Kind::DropIn);
        let places = self.number(&mut errors, "places").map(i64::from);
        let from_months = self.number(&mut errors, "age_from").unwrap_or(0);
        let under_months = self.number(&mut errors, "age_under");
        let wanted =
            Wanted::of(self.get("wanted")).ok_or_else(|| "Choose whether families see it".to_owned());
        let wanted = errors.take("wanted", wanted).unwrap_or(Wanted::Draft);
        if self.get("organization").is_empty() {
            errors.0.push(Refusal::at("organization", "Choose who holds it"));
        }
        let parts = self.parts(&mut errors, before);
        let slug = before.map_or_else(|| town_slug(self.get("title")), |before| before.slug.clone());
        let slug = slug.chars().take(80).collect::<String>().trim_end_matches('-').to_owned();
        let draft = SessionDraft {
            slug,
            title: text("title"),
            summary: text("summary"),
            description: text("description"),
            organization: text("organization"),
            service: some("service"),
            place: some("place"),
            room: text("room"),
            online_link: text("online_link"),
            kind,
            ages: AgeBand { from_months, under_months },
            siblings_welcome: self.get("siblings") == "yes",
            places,
            places_on: before.map(|before| before.places_on.clone()).unwrap_or_default(),
            counts: Counts::of(self.get("counts")).unwrap_or(Counts::Children),
            cost: text("cost"),
            features: Feature::ALL
                .iter()
                .copied()
                .filter(|feature| self.features.iter().any(|key| key == feature.key()))
                .collect(),
            led_by: text("led_by"),
            bring: text("bring"),
            topics: before.map(|before| before.topics.clone()).unwrap_or_default(),
            parts,
            opens_at: before.and_then(|before| before.opens_at),
            closes_minutes: before.map_or(0, |before| before.closes_minutes),
            wanted,
            source: self.source.clone(),
        };
        if let Err(wrong) = draft.check() {
            for refusal in wrong {
                let at = match refusal.field {
                    "slug" => "title",
                    "ages" => "age_under",
                    "parts" => "start",
                    field => field,
                };
                let told = errors.0.iter().any(|known| known.field == at);
                // A part that could not be read has been told at its own field.
                let read = at != "start" || !draft.parts.is_empty();
                if !told && read {
                    errors.0.push(Refusal::at(at, refusal.sentence));
                }
            }
        }
        if errors.is_empty() { Ok(draft) } else { Err(errors) }
    }

    fn number(&self, errors: &mut Errors, name: &'static str) -> Option<u16> {
        let typed = self.get(name);
        if typed.is_empty() {
            return None;
        }
        errors.take(name, typed.parse().map_err(|_| "Enter a whole number, like 12".to_owned()))
    }

    /// When it is held: the last part anew, or cut in two before a day, from which on the new one holds.
    fn parts(&self, errors: &mut Errors, before: Option<&SessionDraft>) -> Vec<Plan> {
        let earlier: &[Plan] = before.map_or(&[], |before| &before.parts);
        let last = earlier.last();
        let Some(mut plan) = self.plan(errors, last) else { return Vec::new() };
        let mut parts = earlier[..earlier.len().saturating_sub(1)].to_vec();
        if let Some(last) = last {
            plan.exceptions = at_their_new_time(&last.exceptions, last.start.time(), plan.start.time());
        }
        if self.get("scope") == "follow"
            && let Some(last) = last
        {
            let Some(from) = errors.take("from", date_of(self.get("from"))) else { return Vec::new() };
            let Ok(series) = Series::new(last.clone()) else { return Vec::new() };
            parts.extend(series.split_at(from).before.map(|before| before.plan().clone()));
            plan.exceptions.retain(|exception| exception.key().at().date() >= from);
            if plan.start.date() < from {
                plan.start = first_from(&plan, from);
            }
        }
        parts.push(plan);
        parts
    }

    fn plan(&self, errors: &mut Errors, last: Option<&Plan>) -> Option<Plan> {
        let start = errors.take("start", date_of(self.get("start")));
        let time =
            |name: &str| self.get(name).parse::<Time>().map_err(|_| "Enter a time, like 09:30".to_owned());
        let begins = errors.take("begins", time("begins"));
        let ends = errors.take("ends", time("ends"));
        let until = match self.get("until") {
            "" => Some(None),
            typed => errors.take("until", date_of(typed).map(Some)),
        };
        let (start, begins, ends, until) = (start?, begins?, ends?, until?);
        let minutes =
            begins.until(ends).ok().and_then(|span| span.total(jiff::Unit::Minute).ok()).unwrap_or(0.0);
        if minutes <= 0.0 {
            errors.0.push(Refusal::at("ends", "The end must be later than the start"));
            return None;
        }
        let repeats = match self.rule(start, until, last) {
            Ok(repeats) => repeats,
            Err(sentence) => {
                errors.0.push(Refusal::at("repeats", sentence));
                return None;
            }
        };
        let season = match self.get("season") {
            "term_time" => Season::TermTime,
            "school_holidays" => Season::SchoolHolidays,
            _ => Season::AllYear,
        };
        let bank_holidays =
            if self.get("bank_holidays") == "open" { BankHolidays::Open } else { BankHolidays::Closed };
        Some(Plan {
            start: start.to_datetime(begins),
            minutes: minutes as u16,
            zone: Zone::london(),
            repeats,
            when: When { season, bank_holidays },
            exceptions: Vec::new(),
        })
    }

    fn rule(&self, start: Date, until: Option<Date>, last: Option<&Plan>) -> Result<Option<Rule>, String> {
        let ends = until.map_or(Ends::Never, Ends::On);
        let days: Vec<WeekdayOf> = WEEKDAYS
            .iter()
            .enumerate()
            .filter(|(_, (key, _))| self.weekdays.iter().any(|day| day == key))
            .filter_map(|(number, _)| calendar::Weekday::from_monday_zero_offset(number as i8).ok())
            .map(WeekdayOf::every)
            .collect();
        let parts = match self.get("repeats") {
            "once" => return Ok(None),
            "weekly" => RuleParts { ends, days, ..RuleParts::every(Frequency::Weekly) },
            "fortnightly" => RuleParts { ends, days, interval: 2, ..RuleParts::every(Frequency::Weekly) },
            "monthly" => {
                let nth = (start.day() - 1) / 7 + 1;
                let nth = if nth == 5 { -1 } else { nth };
                let days = vec![WeekdayOf::nth(nth, start.weekday())];
                RuleParts { ends, days, ..RuleParts::every(Frequency::Monthly) }
            }
            "as_it_is" => match last.and_then(|last| last.repeats.as_ref()) {
                Some(rule) if until.is_some() => RuleParts { ends, ..rule.parts().clone() },
                Some(rule) => rule.parts().clone(),
                None => return Err("Choose how often it is held".to_owned()),
            },
            _ => return Err("Choose how often it is held".to_owned()),
        };
        Rule::new(parts).map(Some).map_err(|why| why.to_string())
    }
}

/// What was decided about single dates follows the session to its new time of day.
fn at_their_new_time(exceptions: &[Exception], was: Time, now: Time) -> Vec<Exception> {
    let moved = |key: Key| {
        if key.at().time() == was { Key::new(key.at().date().to_datetime(now)).unwrap_or(key) } else { key }
    };
    exceptions
        .iter()
        .cloned()
        .map(|exception| match exception {
            Exception::Cancelled { key, reason } => Exception::Cancelled { key: moved(key), reason },
            Exception::Moved { key, to, minutes, place } => {
                Exception::Moved { key: moved(key), to, minutes, place }
            }
            extra @ Exception::Extra { .. } => extra,
        })
        .collect()
}

/// The first date that a plan gives on a day or after it, so that 'every 2 weeks' goes on in its step.
fn first_from(plan: &Plan, from: Date) -> DateTime {
    let part = Series::new(plan.clone()).ok().and_then(|series| series.split_at(from).after);
    part.map_or_else(|| from.to_datetime(plan.start.time()), |series| series.plan().start)
}

fn season_key(season: Season) -> &'static str {
    match season {
        Season::AllYear => "all_year",
        Season::TermTime => "term_time",
        Season::SchoolHolidays => "school_holidays",
    }
}

/// A rule as the form's simple choices, where it is one of them.
fn simple(plan: &Plan) -> (&'static str, Vec<String>, Option<Date>) {
    let Some(rule) = &plan.repeats else { return ("once", Vec::new(), None) };
    let parts = rule.parts();
    let until = match parts.ends {
        Ends::On(day) => Some(day),
        Ends::Never => None,
        Ends::After(_) => return ("as_it_is", Vec::new(), None),
    };
    let days: Vec<String> = parts
        .days
        .iter()
        .filter(|of| of.nth.is_none())
        .filter_map(|of| usize::try_from(of.day.to_monday_zero_offset()).ok())
        .map(|number| WEEKDAYS[number].0.to_owned())
        .collect();
    match (parts.frequency, parts.interval) {
        (Frequency::Weekly, 1) => ("weekly", days, until),
        (Frequency::Weekly, 2) => ("fortnightly", days, until),
        _ => ("as_it_is", Vec::new(), until),
    }
}
