//! A session as a form holds it: every field as it was typed, read into a draft or refused field by field. Nothing here
//! waits, stores or answers.

use crate::{
    model::{Counts, Feature, Kind, PLACES_MAX, SessionDraft, Wanted},
    parts::date_of,
    question::town_slug,
};
use calendar::{
    AgeBand, BankHolidays, DateTime, Ends, Exception, Frequency, Key, Plan, Rule, RuleParts, Season, Series,
    WeekdayOf, When, Zone,
};
use kernel::{Date, Instant, Refusal, Time};
use std::collections::BTreeMap;
use web::{Form, fields::Errors};

/// The fields that hold one value.
pub(crate) const ONES: [&str; 30] = [
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
    "places_on",
    "opens_on",
    "opens_time",
    "closes_minutes",
    "booked_through",
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
    pub topics: Vec<String>,
    pub source: String,
    /// Which part of the session is changed, where it has several; the others stay as they are.
    pub part: usize,
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
            topics: all("topics"),
            part: form.get("part").parse().unwrap_or(usize::MAX),
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

    /// What a session is now. Of its parts, the last is the one that goes on, and the one that is changed unless somebody
    /// asks for another.
    pub fn of(draft: &SessionDraft, part: Option<usize>) -> Typed {
        let last = draft.parts.len().saturating_sub(1);
        let part = part.unwrap_or(last).min(last);
        let mut typed =
            Typed { source: draft.source.clone(), topics: draft.topics.clone(), part, ..Typed::default() };
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
        set("places_on", &places_on_lines(draft));
        set("closes_minutes", &draft.closes_minutes.to_string());
        set("booked_through", draft.booked_through.as_deref().unwrap_or_default());
        let opens = draft.opens_at.map(|at| Zone::london().wall(at));
        set("opens_on", &opens.map_or_else(String::new, |opens| opens.date().to_string()));
        set(
            "opens_time",
            &opens.map_or_else(String::new, |opens| opens.time().strftime("%H:%M").to_string()),
        );
        set("scope", "all");
        if let Some(part) = draft.parts.get(part) {
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
        // A browser sends the end of a line as two letters.
        let text = |name: &str| self.get(name).replace("\r\n", "\n");
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
        let places_on = self.places_on(&mut errors, before, &parts);
        let opens_at = self.opens_at(&mut errors, before);
        let closes_minutes = self.number(&mut errors, "closes_minutes").map_or(0, i64::from);
        let booked_through = some("booked_through");
        if booked_through.as_ref().is_some_and(|path| !is_local_path(path)) {
            errors
                .0
                .push(Refusal::at("booked_through", "Enter a page of this site, like /holiday-activities"));
        }
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
            places_on,
            counts: Counts::of(self.get("counts")).unwrap_or(Counts::Children),
            cost: text("cost"),
            features: Feature::ALL
                .iter()
                .copied()
                .filter(|feature| self.features.iter().any(|key| key == feature.key()))
                .collect(),
            led_by: text("led_by"),
            bring: text("bring"),
            topics: self.topics.clone(),
            parts,
            opens_at,
            closes_minutes,
            booked_through,
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

    /// From when it may be booked. What was kept to the second stays so, unless it was changed.
    fn opens_at(&self, errors: &mut Errors, before: Option<&SessionDraft>) -> Option<Instant> {
        let (day, time) = (self.get("opens_on"), self.get("opens_time"));
        if day.is_empty() && time.is_empty() {
            return None;
        }
        let day = errors.take("opens_on", date_of(day));
        let time = match time {
            "" => Some(Time::midnight()),
            typed => {
                errors.take("opens_time", typed.parse().map_err(|_| "Enter a time, like 09:30".to_owned()))
            }
        };
        let opens: DateTime = day?.to_datetime(time?);
        let kept = before.and_then(|before| before.opens_at);
        let is_same = |kept: &Instant| {
            let wall = Zone::london().wall(*kept);
            wall.date() == opens.date() && (wall.hour(), wall.minute()) == (opens.hour(), opens.minute())
        };
        Some(kept.filter(is_same).unwrap_or_else(|| Zone::london().instant(opens)))
    }

    /// Other numbers of places on single dates, which follow the part that is changed to its new time of day.
    fn places_on(
        &self,
        errors: &mut Errors,
        before: Option<&SessionDraft>,
        parts: &[Plan],
    ) -> BTreeMap<String, i64> {
        let was = before.and_then(|before| before.parts.get(self.part_of(before)));
        let now = parts.get(
            before.map_or(0, |before| self.part_of(before) + parts.len().saturating_sub(before.parts.len())),
        );
        let from = date_of(self.get("from")).ok().filter(|_| self.get("scope") == "follow");
        let mut places_on = BTreeMap::new();
        for (number, line) in
            self.get("places_on").lines().enumerate().filter(|(_, line)| !line.trim().is_empty())
        {
            let Some((key, places)) = places_on_line(line) else {
                let sentence =
                    format!("Line {} cannot be read. Write it like 30/11/2026 09:30, 6", number + 1);
                errors.0.push(Refusal::at("places_on", sentence));
                return places_on;
            };
            let follows = from.is_none_or(|from| key.at().date() >= from);
            let key = match (was, now) {
                (Some(was), Some(now)) if follows => at_new_time(key, was.start.time(), now.start.time()),
                _ => key,
            };
            places_on.insert(key.to_string(), places);
        }
        places_on
    }

    /// Which of the parts is changed.
    pub fn part_of(&self, before: &SessionDraft) -> usize {
        self.part.min(before.parts.len().saturating_sub(1))
    }

    /// When it is held: one part anew, or cut in two before a day, from which on the new one holds; the others as they are.
    fn parts(&self, errors: &mut Errors, before: Option<&SessionDraft>) -> Vec<Plan> {
        let all: &[Plan] = before.map_or(&[], |before| &before.parts);
        let changed = before.map_or(0, |before| self.part_of(before));
        let last = all.get(changed);
        let Some(mut plan) = self.plan(errors, last) else { return Vec::new() };
        let mut parts = all[..changed].to_vec();
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
        parts.extend(all.iter().skip(changed + 1).cloned());
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
                Some(rule) => {
                    // A rule that ends after so many dates has no last day to show, and keeps its end.
                    let keeps = until.is_none() && matches!(rule.parts().ends, Ends::After(_));
                    let ends = if keeps { rule.parts().ends } else { ends };
                    RuleParts { ends, ..rule.parts().clone() }
                }
                None => return Err("Choose how often it is held".to_owned()),
            },
            _ => return Err("Choose how often it is held".to_owned()),
        };
        Rule::new(parts).map(Some).map_err(|why| why.to_string())
    }
}

/// What was decided about single dates follows the session to its new time of day.
fn at_their_new_time(exceptions: &[Exception], was: Time, now: Time) -> Vec<Exception> {
    let moved = |key: Key| at_new_time(key, was, now);
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

fn at_new_time(key: Key, was: Time, now: Time) -> Key {
    if key.at().time() == was { Key::new(key.at().date().to_datetime(now)).unwrap_or(key) } else { key }
}

/// '30/11/2026 09:30, 6', a line for each.
fn places_on_lines(draft: &SessionDraft) -> String {
    let line = |(key, places): (&String, &i64)| {
        let at = key.parse::<Key>().ok()?.at();
        Some(format!("{}, {places}", at.strftime("%d/%m/%Y %H:%M")))
    };
    draft.places_on.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

fn places_on_line(line: &str) -> Option<(Key, i64)> {
    let (at, places) = line.rsplit_once(',')?;
    let (day, time) = at.trim().split_once(' ')?;
    let key = Key::new(date_of(day).ok()?.to_datetime(time.trim().parse::<Time>().ok()?)).ok()?;
    Some((key, places.trim().parse().ok().filter(|places| (1..=PLACES_MAX).contains(places))?))
}

/// A page of this site, and no other.
fn is_local_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(|letter: char| letter.is_whitespace() || letter == '\\')
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
    // What the simple choices cannot say is kept as it is, to the letter.
    let is_simple =
        parts.month_days.is_empty() && parts.positions.is_empty() && days.len() == parts.days.len();
    let weeks_begin_as_usual = parts.week_starts == RuleParts::every(Frequency::Weekly).week_starts;
    match (parts.frequency, parts.interval) {
        (Frequency::Weekly, 1) if is_simple && weeks_begin_as_usual => ("weekly", days, until),
        (Frequency::Weekly, 2) if is_simple && weeks_begin_as_usual => ("fortnightly", days, until),
        _ => ("as_it_is", Vec::new(), until),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plan(start: &str, repeats: &str) -> Plan {
        serde_json::from_value(serde_json::json!({
            "start": start, "minutes": 90, "zone": "Europe/London", "repeats": repeats,
            "when": {"season": "term_time", "bank_holidays": "open"},
            "exceptions": [{"what": "cancelled", "key": start.replace(['-', ':'], ""), "reason": "Ill"}],
        }))
        .unwrap()
    }

    fn draft(parts: Vec<Plan>) -> SessionDraft {
        let mut draft: SessionDraft = serde_json::from_value(serde_json::json!({
            "slug": "kept", "title": "Kept", "summary": "All of it.", "organization": "hubs", "place": "mill",
            "service": "play", "kind": "course", "places": 8, "wanted": "published", "source": "a test", "parts": [],
            "description": "One.\n\nTwo.", "topics": ["feeding", "no-longer-a-need"], "closes_minutes": 1440,
            "places_on": {"20261130T0930": 4, "20261207T0930": 5}, "opens_at": "2026-11-01T09:00:30.25Z",
            "booked_through": "/holiday-activities", "features": ["dads", "quiet"], "room": "Hall", "led_by": "A team",
        }))
        .unwrap();
        draft.parts = parts;
        draft
    }

    /// As a browser sends back what the page shows.
    fn sent(typed: &Typed) -> Typed {
        let mut sent = typed.clone();
        sent.ones.values_mut().for_each(|value| *value = value.replace('\n', "\r\n"));
        sent
    }

    const RULES: [&str; 8] = [
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=20270301",
        "FREQ=WEEKLY;BYDAY=MO,WE",
        "FREQ=WEEKLY;COUNT=9",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "FREQ=MONTHLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20270301",
        "FREQ=DAILY;INTERVAL=3",
    ];

    proptest! {
        #[test]
        fn a_session_that_is_opened_and_saved_is_the_same_to_the_letter(
            rules in prop::collection::vec((0usize..RULES.len(), 7u32..20), 1..4),
            part in 0usize..4,
        ) {
            let parts = rules.iter().enumerate().map(|(month, (rule, hour))| {
                plan(&format!("2026-{:02}-07T{hour:02}:30", 9 + month), RULES[*rule])
            });
            let before = draft(parts.collect());
            let kept = sent(&Typed::of(&before, Some(part))).parse(Some(&before));
            prop_assert_eq!(kept.map_err(|errors| format!("{errors:?}")), Ok(before));
        }
    }

    #[test]
    fn one_part_is_changed_and_what_was_said_of_its_single_dates_goes_with_it() {
        let before =
            draft(vec![plan("2026-09-07T09:30", "FREQ=WEEKLY"), plan("2026-09-09T13:00", "FREQ=WEEKLY")]);
        let mut typed = Typed::of(&before, Some(0));
        typed.ones.insert("begins", "10:00".to_owned());
        typed.ones.insert("ends", "11:00".to_owned());
        let kept = typed.parse(Some(&before)).unwrap();
        assert_eq!(
            (kept.parts[0].start.to_string().as_str(), kept.parts[0].minutes),
            ("2026-09-07T10:00:00", 60)
        );
        assert_eq!(kept.parts[1], before.parts[1]);
        assert_eq!(kept.places_on.keys().collect::<Vec<_>>(), ["20261130T1000", "20261207T1000"]);
        for (line, sentence) in
            [("30/11/2026, 4", "Line 2"), ("30/11/2026 09:30, 0", "Line 2"), ("soon", "Line 2")]
        {
            typed.ones.insert("places_on", format!("07/12/2026 09:30, 5\n{line}"));
            let errors = typed.parse(Some(&before)).unwrap_err();
            assert!(errors.at("places_on").unwrap().starts_with(sentence), "{line}");
        }
        for path in ["https://elsewhere.example", "//elsewhere.example", "holidays", "/a b", "/\\elsewhere"] {
            typed.ones.insert("places_on", String::new());
            typed.ones.insert("booked_through", path.to_owned());
            assert!(typed.parse(Some(&before)).unwrap_err().at("booked_through").is_some(), "{path}");
        }
    }
}
