//! The dates that a hub's timetable must get right, as tables: clock changes, terms, exceptions, edits and the feed.

use calendar::{
    BankHoliday, BankHolidays, DateTime, Days, Entry, Exception, Feed, Key, Occurrence, Plan, Season, Series,
    SeriesRefusal, Standing, Term, TermCalendar, TermDates, When, Zone, compare, uid,
};
use kernel::Date;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn days(first: &str, last: &str) -> Days {
    Days::new(date(first), date(last)).unwrap()
}

fn key(text: &str) -> Key {
    Key::new(text.parse::<DateTime>().unwrap()).unwrap()
}

fn plan(start: &str, rule: &str) -> Plan {
    Plan {
        start: start.parse().unwrap(),
        minutes: 90,
        zone: Zone::london(),
        repeats: (!rule.is_empty()).then(|| rule.parse().unwrap()),
        when: When { season: Season::AllYear, bank_holidays: BankHolidays::Open },
        exceptions: vec![],
    }
}

fn series(start: &str, rule: &str) -> Series {
    Series::new(plan(start, rule)).unwrap()
}

fn term_time(start: &str, rule: &str) -> Series {
    let when = When { season: Season::TermTime, bank_holidays: BankHolidays::Closed };
    Series::new(Plan { when, ..plan(start, rule) }).unwrap()
}

fn short(dates: &[Occurrence]) -> String {
    let words: Vec<String> =
        dates.iter().map(|held| format!("{}/{}", held.starts.day(), held.starts.month())).collect();
    words.join(" ")
}

fn utc(dates: &[Occurrence]) -> String {
    let words: Vec<String> = dates.iter().map(|held| held.starts_at.to_string()[11..16].to_owned()).collect();
    words.join(" ")
}

fn term(name: &str, first: &str, last: &str) -> Term {
    Term { name: name.to_owned(), days: days(first, last) }
}

fn autumn() -> TermDates {
    TermDates {
        terms: vec![
            term("Autumn 1", "2026-09-07", "2026-10-23"),
            term("Autumn 2", "2026-11-02", "2026-12-18"),
        ],
        half_terms: vec![days("2026-10-26", "2026-10-30")],
        inset_days: vec![date("2026-11-02")],
        bank_holidays: vec![],
    }
}

#[test]
fn a_weekly_session_keeps_its_time_on_the_wall_when_the_clocks_change() {
    let none = TermCalendar::default();
    let year = days("2025-09-01", "2026-08-31");
    let autumn = series("2025-10-08T09:30", "FREQ=WEEKLY;COUNT=6;BYDAY=WE");
    let autumn = autumn
        .with(Exception::Cancelled { key: key("2025-10-29T09:30"), reason: "Half term".into() })
        .unwrap();
    let all = autumn.occurrences(&none, year);
    assert_eq!(all.len(), 6, "the cancelled date is among them, and COUNT counts it");
    let held: Vec<Occurrence> =
        all.into_iter().filter(|held| !matches!(held.standing, Standing::Cancelled { .. })).collect();
    assert_eq!(short(&held), "8/10 15/10 22/10 5/11 12/11");
    assert_eq!(utc(&held), "08:30 08:30 08:30 09:30 09:30");
    let spring = series("2026-03-11T09:30", "FREQ=WEEKLY;COUNT=5");
    assert_eq!(utc(&spring.occurrences(&none, year)), "09:30 09:30 09:30 08:30 08:30");
}

#[test]
fn a_start_that_the_clocks_leave_out_or_show_twice_is_held_once() {
    for (start, at) in
        [("2026-03-29T01:30", "2026-03-29T01:30:00Z"), ("2025-10-26T01:30", "2025-10-26T00:30:00Z")]
    {
        let found = series(start, "").occurrences(&TermCalendar::default(), days("2025-01-01", "2026-12-31"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].starts_at.to_string(), at);
        assert_eq!(found[0].starts.to_string(), format!("{start}:00"), "it is kept as it was planned");
        assert_eq!(found[0].ends_at.duration_since(found[0].starts_at).as_mins(), 90);
    }
}

#[test]
fn a_term_time_monday_has_its_thirteen_dates() {
    let terms = TermCalendar::new(autumn()).unwrap();
    let mondays = term_time("2026-09-07T09:30", "FREQ=WEEKLY;BYDAY=MO");
    let found = mondays.occurrences(&terms, days("2026-08-01", "2027-07-31"));
    assert_eq!(short(&found), "7/9 14/9 21/9 28/9 5/10 12/10 19/10 9/11 16/11 23/11 30/11 7/12 14/12");
    assert_eq!(mondays.words(), "Mondays, 9:30am to 11am, term time only");
    assert_eq!(mondays.last_of(10, &terms), Some(date("2026-11-23")));
    assert_eq!(mondays.last_of(14, &terms), None, "the terms that are known give only thirteen");
    let counted = term_time("2026-09-07T09:30", "FREQ=WEEKLY;COUNT=10;BYDAY=MO");
    let ten = counted.occurrences(&terms, days("2026-08-01", "2027-07-31"));
    assert_eq!(
        short(&ten),
        "7/9 14/9 21/9 28/9 5/10 12/10 19/10 9/11",
        "COUNT counts what the terms take away"
    );
    assert_eq!(counted.words(), "Mondays, 9:30am to 11am, term time only, until 9 November 2026");
}

#[test]
fn a_summer_term_monday_leaves_out_both_bank_holidays_of_may() {
    let holiday = |day: &str, name: &str| BankHoliday { date: date(day), name: name.into() };
    let terms = TermCalendar::new(TermDates {
        terms: vec![term("Summer", "2026-04-13", "2026-07-17")],
        half_terms: vec![days("2026-05-26", "2026-05-29")],
        inset_days: vec![],
        bank_holidays: vec![holiday("2026-05-25", "Spring bank holiday"), holiday("2026-05-04", "Early May")],
    })
    .unwrap();
    let year = days("2026-01-01", "2026-12-31");
    let closed = term_time("2026-04-13T09:30", "FREQ=WEEKLY;BYDAY=MO");
    assert_eq!(
        short(&closed.occurrences(&terms, year)),
        "13/4 20/4 27/4 11/5 18/5 1/6 8/6 15/6 22/6 29/6 6/7 13/7"
    );
    let mut open = Plan::from(closed);
    open.when.bank_holidays = BankHolidays::Open;
    assert_eq!(Series::new(open).unwrap().occurrences(&terms, year).len(), 14);
    let mut holidays = plan("2026-04-13T09:30", "FREQ=DAILY");
    holidays.when = When { season: Season::SchoolHolidays, bank_holidays: BankHolidays::Closed };
    let holidays = Series::new(holidays).unwrap();
    assert_eq!(short(&holidays.occurrences(&terms, year)), "26/5 27/5 28/5 29/5");
}

#[test]
fn a_moved_half_term_shows_which_dates_come_and_go() {
    let mondays = term_time("2026-09-07T09:30", "FREQ=WEEKLY;BYDAY=MO");
    let season = days("2026-08-01", "2027-07-31");
    let old = mondays.occurrences(&TermCalendar::new(autumn()).unwrap(), season);
    let moved = TermDates {
        terms: vec![term("Autumn", "2026-09-07", "2026-12-18")],
        half_terms: vec![days("2026-10-19", "2026-10-23")],
        ..autumn()
    };
    let new = mondays.occurrences(&TermCalendar::new(moved).unwrap(), season);
    let change = compare(&old, &new, date("2026-10-01"));
    assert_eq!((short(&change.gone).as_str(), short(&change.added).as_str()), ("19/10", "26/10"));
    assert!(change.moved.is_empty());
    assert_eq!(short(&change.kept), "5/10 12/10 9/11 16/11 23/11 30/11 7/12 14/12", "the past is not told");
}

#[test]
fn a_date_that_is_moved_and_then_cancelled_stays_the_same_date() {
    let none = TermCalendar::default();
    let mondays = series("2026-09-07T09:30", "FREQ=WEEKLY;COUNT=4");
    let second = key("2026-09-14T09:30");
    let to = "2026-09-23T13:00".parse().unwrap();
    let moved = mondays
        .with(Exception::Moved { key: second, to, minutes: Some(60), place: Some("library".into()) })
        .unwrap();
    let found = moved.occurrences(&none, days("2026-09-01", "2026-09-30"));
    assert_eq!(short(&found), "7/9 21/9 23/9 28/9");
    assert_eq!((found[2].key, &found[2].standing, found[2].minutes), (second, &Standing::Moved, 60));
    assert_eq!(found[2].place.as_deref(), Some("library"));
    assert_eq!(moved.occurrences(&none, days("2026-09-14", "2026-09-20")), []);
    assert_eq!(moved.occurrences(&none, days("2026-09-23", "2026-09-23"))[0].key, second);

    let off = moved.with(Exception::Cancelled { key: second, reason: "Snow".into() }).unwrap();
    let found = off.find(&none, second).unwrap();
    assert_eq!((found.starts, found.standing), (to, Standing::Cancelled { reason: "Snow".into() }));
    assert_eq!(off.without(second), mondays);

    let change = compare(
        &mondays.occurrences(&none, days("2026-09-01", "2026-09-30")),
        &off.occurrences(&none, days("2026-09-01", "2026-09-30")),
        date("2026-09-15"),
    );
    assert_eq!(change.moved.len(), 1, "it was before the day asked about, and is after it now");
    assert_eq!((short(&change.kept).as_str(), change.gone.len(), change.added.len()), ("21/9 28/9", 0, 0));
}

#[test]
fn an_extra_date_is_held_even_in_a_half_term_and_can_be_moved() {
    let terms = TermCalendar::new(autumn()).unwrap();
    let extra = key("2026-10-28T14:00");
    let mondays = term_time("2026-09-07T09:30", "FREQ=WEEKLY;BYDAY=MO")
        .with(Exception::Extra { key: extra, minutes: None, place: None })
        .unwrap();
    let week = days("2026-10-26", "2026-11-01");
    assert_eq!(mondays.occurrences(&terms, week)[0].standing, Standing::Extra);
    let to = "2026-10-29T14:00".parse().unwrap();
    let moved = mondays.with(Exception::Moved { key: extra, to, minutes: None, place: None }).unwrap();
    assert_eq!(short(&moved.occurrences(&terms, week)), "29/10");
}

#[test]
fn what_is_no_date_of_a_session_cannot_be_changed() {
    let mondays = series("2026-09-07T09:30", "FREQ=WEEKLY");
    for wrong in ["2026-09-08T09:30", "2026-09-14T10:00", "2026-08-31T09:30"] {
        let refused = mondays.with(Exception::Cancelled { key: key(wrong), reason: String::new() });
        assert_eq!(refused, Err(SeriesRefusal::NotADate(key(wrong))));
    }
    for (start, rule, expected) in [
        ("2026-09-07T09:30", "FREQ=WEEKLY;UNTIL=20260901", SeriesRefusal::NoDates),
        ("2026-09-07T09:30", "FREQ=WEEKLY;UNTIL=20990901", SeriesRefusal::TooFar),
        ("2026-09-07T09:30", "FREQ=MONTHLY;INTERVAL=99;COUNT=100", SeriesRefusal::TooFar),
        ("2026-02-01T09:30", "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31", SeriesRefusal::NoDates),
        ("2026-09-07T09:30:10", "FREQ=WEEKLY", SeriesRefusal::Seconds),
        ("0026-09-07T09:30", "FREQ=WEEKLY", SeriesRefusal::Year),
    ] {
        assert_eq!(Series::new(plan(start, rule)), Err(expected), "{rule}");
    }
    let endless = Plan { minutes: 0, ..plan("2026-09-07T09:30", "FREQ=WEEKLY") };
    assert_eq!(Series::new(endless), Err(SeriesRefusal::Length));
}

#[test]
fn this_and_all_that_follow_can_be_changed_and_the_rest_stays() {
    let none = TermCalendar::default();
    let season = days("2026-09-01", "2026-12-31");
    let whole = series("2026-09-07T09:30", "FREQ=WEEKLY;INTERVAL=2;COUNT=6;BYDAY=MO,TH");
    let split = whole.split_at(date("2026-09-21"));
    let (before, after) = (split.before.unwrap(), split.after.unwrap());
    assert_eq!(short(&before.occurrences(&none, season)), "7/9 10/9");
    assert_eq!(short(&after.occurrences(&none, season)), "21/9 24/9 5/10 8/10");
    assert_eq!(whole.split_at(date("9999-12-31")).before, Some(whole.clone()));
    let mut later = Plan::from(after);
    later.start = later.start.date().at(10, 0, 0, 0);
    let mut new = before.occurrences(&none, season);
    new.extend(Series::new(later).unwrap().occurrences(&none, season));
    let change = compare(&whole.occurrences(&none, season), &new, date("2026-09-01"));
    assert_eq!(short(&change.kept), "7/9 10/9");
    let hours: Vec<_> =
        change.moved.iter().map(|pair| (pair.was.starts.hour(), pair.now.starts.hour())).collect();
    assert_eq!(hours, [(9, 10); 4], "half an hour later is a change of four dates, none gone and none come");
    assert!(change.gone.is_empty() && change.added.is_empty());
}

#[test]
fn a_cancelled_date_stays_in_the_feed_as_the_same_event() {
    let none = TermCalendar::default();
    let season = days("2026-09-01", "2026-12-31");
    let mondays = series("2026-09-07T09:30", "FREQ=WEEKLY;COUNT=2");
    let second = key("2026-09-14T09:30");
    let off = mondays.with(Exception::Cancelled { key: second, reason: "Snow".into() }).unwrap();
    let text = |series: &Series, sequence: u32| {
        let entries = series
            .occurrences(&none, season)
            .iter()
            .map(|held| {
                let uid = uid("play", held.key, "hubs.example");
                let sequence = if held.key == second { sequence } else { 0 };
                let entry = Entry::of(held, uid, sequence, "2026-09-01T08:00:00Z".parse().unwrap());
                Entry { summary: "Stay and play".into(), ..entry }
            })
            .collect();
        let name = "What's on".to_owned();
        Feed { product: "-//Demo//Hearth//EN".into(), name, source: None, refresh_minutes: 360, entries }
            .text()
    };
    let (before, after) = (text(&mondays, 0), text(&off, 1));
    assert_eq!(before, text(&mondays, 0), "a feed that is fetched again is the same to the letter");
    let event = |text: &str| text.split("BEGIN:VEVENT").nth(2).unwrap().to_owned();
    assert!(event(&before).contains("UID:20260914T0930-play@hubs.example\r\n"));
    assert_eq!(
        event(&before).replace("SEQUENCE:0\r\nSTATUS:CONFIRMED", "SEQUENCE:1\r\nSTATUS:CANCELLED"),
        event(&after)
    );
    assert!(before.contains("DTSTART;TZID=Europe/London:20260907T093000\r\n"));
    assert!(before.contains("BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n") && !before.contains("METHOD"));
}
