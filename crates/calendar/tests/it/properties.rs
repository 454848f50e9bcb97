//! What must hold of every rule and series, whatever somebody types. Each case is made from a seed by the same
//! generator that `calendar-tests` uses; a failure prints the seed.

#[path = "../../examples/shared/mod.rs"]
mod shared;

use calendar::{Days, Occurrence, Plan, Rule, Series, TermCalendar, compare};
use proptest::prelude::*;
use shared::{Chance, add_days, year_from};
use std::collections::BTreeSet;

fn made(seed: u64) -> (Chance, TermCalendar, Series) {
    let mut chance = Chance::of(seed);
    let terms = chance.terms();
    let series = chance.series(&terms);
    (chance, terms, series)
}

fn sorted(mut dates: Vec<Occurrence>) -> Vec<Occurrence> {
    dates.sort_by_key(|date| (date.starts_at, date.key));
    dates
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_rule_is_read_as_it_is_written(seed in any::<u64>()) {
        let mut chance = Chance::of(seed);
        let start = chance.date();
        let rule = chance.rule(start);
        prop_assert_eq!(rule.to_string().parse::<Rule>(), Ok(rule));
    }

    #[test]
    fn no_text_whatever_breaks_the_reader(text in "(FREQ=(DAILY|WEEKLY|MONTHLY))?(;?(BYDAY|UNTIL|COUNT|BYSETPOS|é)?=?[-+0-9A-Zé,]{0,9}){0,4}") {
        if let Ok(rule) = text.parse::<Rule>() {
            prop_assert_eq!(rule.to_string().parse::<Rule>(), Ok(rule));
        }
    }

    #[test]
    fn every_rule_has_words(seed in any::<u64>()) {
        let series = Chance::of(seed).bare_series();
        let words = series.words_on(series.plan().start.date());
        prop_assert!(words.chars().next().is_some_and(char::is_uppercase), "{}", words);
        prop_assert!(!words.contains("  ") && !words.contains(", ,") && !words.ends_with(", "), "{}", words);
        prop_assert!(words.contains(" to "), "{}", words);
        if let Some(rule) = &series.plan().repeats {
            prop_assert!(rule.words(series.plan().start.date()).len() >= 7, "{}", words);
        }
    }

    #[test]
    fn dates_are_in_order_once_each_and_within_the_days_asked_for(seed in any::<u64>()) {
        let (_, terms, series) = made(seed);
        let days = year_from(add_days(series.plan().start.date(), -30));
        let dates = series.occurrences(&terms, days);
        prop_assert!(dates.windows(2).all(|pair| pair[0].starts_at <= pair[1].starts_at));
        prop_assert!(dates.iter().all(|date| days.holds(date.starts.date()) && date.starts_at < date.ends_at));
        let keys: BTreeSet<_> = dates.iter().map(|date| date.key).collect();
        prop_assert_eq!(keys.len(), dates.len());
        for date in &dates {
            let found = series.find(&terms, date.key);
            prop_assert_eq!(found.as_ref(), Some(date));
        }
    }

    #[test]
    fn it_does_not_matter_how_the_days_asked_for_are_cut(seed in any::<u64>(), cut in 0i64..365) {
        let (_, terms, series) = made(seed);
        let whole = year_from(series.plan().start.date());
        let middle = add_days(whole.first(), cut);
        let first = Days::new(whole.first(), middle).unwrap();
        let second = Days::new(add_days(middle, 1), whole.last().max(add_days(middle, 1))).unwrap();
        let mut parts = series.occurrences(&terms, first);
        parts.extend(series.occurrences(&terms, second).into_iter().filter(|date| whole.holds(date.starts.date())));
        prop_assert_eq!(sorted(parts), series.occurrences(&terms, whole));
    }

    #[test]
    fn two_halves_give_the_same_dates_as_the_whole(seed in any::<u64>(), cut in -20i64..500) {
        let (_, terms, series) = made(seed);
        let first = add_days(series.plan().start.date(), -30);
        let days = Days::new(first, add_days(first, 900)).unwrap();
        let split = series.split_at(add_days(series.plan().start.date(), cut));
        let mut parts = vec![];
        for half in [split.before, split.after].into_iter().flatten() {
            // A half can be kept as it is: it passes the checks of any other series.
            prop_assert_eq!(Series::new(Plan::from(half.clone())), Ok(half.clone()));
            parts.extend(half.occurrences(&terms, days));
        }
        prop_assert_eq!(sorted(parts), series.occurrences(&terms, days));
    }

    #[test]
    fn a_series_compared_with_itself_has_no_change(seed in any::<u64>()) {
        let (_, terms, series) = made(seed);
        let from = series.plan().start.date();
        let dates = series.occurrences(&terms, year_from(from));
        let change = compare(&dates, &dates, from);
        prop_assert!(change.is_none());
        prop_assert_eq!(change.kept, dates);
    }

    #[test]
    fn an_edit_accounts_for_every_date_once(seed in any::<u64>()) {
        let (mut chance, terms, old) = made(seed);
        let from = old.plan().start.date();
        let mut plan = Plan::from(old.clone());
        match chance.below(3) {
            0 => plan.start = plan.start.date().at(13, 0, 0, 0),
            1 => plan.repeats = Some(chance.rule(from)),
            _ => plan.when = Default::default(),
        }
        let Ok(new) = Series::new(plan) else { return Ok(()) };
        let (was, now) = (old.occurrences(&terms, year_from(from)), new.occurrences(&terms, year_from(from)));
        let change = compare(&was, &now, from);
        let mut before: Vec<_> = change.kept.iter().chain(&change.gone).map(|date| date.key).collect();
        before.extend(change.moved.iter().map(|pair| pair.was.key));
        let mut after: Vec<_> = change.kept.iter().chain(&change.added).map(|date| date.key).collect();
        after.extend(change.moved.iter().map(|pair| pair.now.key));
        before.sort();
        after.sort();
        let keys = |dates: &[Occurrence]| -> Vec<_> {
            let mut keys: Vec<_> = dates.iter().map(|date| date.key).collect();
            keys.sort();
            keys
        };
        prop_assert_eq!(before, keys(&was));
        prop_assert_eq!(after, keys(&now));
    }

    #[test]
    fn the_wall_clock_says_the_planned_time_whatever_the_season(seed in any::<u64>()) {
        let series = Chance::of(seed).bare_series();
        let plan = series.plan();
        for date in series.occurrences(&TermCalendar::default(), year_from(plan.start.date())) {
            let shown = plan.zone.wall(date.starts_at);
            let left_out = date.starts.hour() == 1 && shown.hour() == 2;
            prop_assert!(shown == date.starts || left_out, "{} is shown as {}", date.starts, shown);
            prop_assert_eq!(shown.date(), date.starts.date());
        }
    }

    #[test]
    fn a_series_is_kept_and_read_again_unchanged(seed in any::<u64>()) {
        let (_, terms, series) = made(seed);
        let text = serde_json::to_string(&series).unwrap();
        prop_assert_eq!(serde_json::from_str::<Series>(&text).unwrap(), series);
        let text = serde_json::to_string(&terms).unwrap();
        prop_assert_eq!(serde_json::from_str::<TermCalendar>(&text).unwrap(), terms);
    }
}
