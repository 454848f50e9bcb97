//! The next season is coming and nobody has entered its terms: sessions that follow terms then have no dates, and
//! families find nothing. That is said in time, to whoever keeps the terms.

use crate::{
    model::{SessionDraft, Wanted},
    store as rows,
    terms::find_terms,
};
use calendar::{Season, Series, TermCalendar};
use kernel::{Date, Fault, Instant, Span};
use store::Tx;
use web::say;

/// How long before the last known term ends the next one is asked for: a timetable is printed before it begins.
const WEEKS_BEFORE: i32 = 8;

/// What a person should do about the terms, for `hearth check`.
pub fn findings(tx: &mut Tx<'_>, now: Instant) -> Result<Vec<String>, Fault> {
    let missing = find_missing_terms(tx, now)?;
    Ok(missing.map(|what| format!("{what} Enter the next terms at /admin/terms.")).into_iter().collect())
}

/// What is missing of the terms, for the page on which they are kept.
pub(crate) fn find_missing_terms(tx: &mut Tx<'_>, now: Instant) -> Result<Option<String>, Fault> {
    let terms = find_terms(tx)?;
    let mut drafts = Vec::new();
    for row in rows::list_sessions(tx)? {
        drafts.push(row.draft()?);
    }
    Ok(decide_missing_terms(&terms, &drafts, kernel::civil_today(now)))
}

fn decide_missing_terms(terms: &TermCalendar, drafts: &[SessionDraft], today: Date) -> Option<String> {
    let last = terms.dates().terms.iter().map(|term| term.days.last()).max();
    let asked_from = last.map(|last| last.saturating_sub(Span::new().weeks(WEEKS_BEFORE)));
    if asked_from.is_some_and(|from| today < from) {
        return None;
    }
    let many = drafts.iter().filter(|draft| goes_on_after(draft, last.unwrap_or(today).max(today))).count();
    if many == 0 {
        return None;
    }
    let sessions = say::count(many, "session follows", "sessions follow");
    Some(match last {
        None => format!("{sessions} the school terms, and no terms are known, so families see no dates."),
        Some(last) => format!(
            "The last term that is known ends on {}. {sessions} the terms, and families see no dates after that.",
            say::day_month_year(last)
        ),
    })
}

/// Whether it is to be seen, and a part of it that depends on the terms goes on after a day.
fn goes_on_after(draft: &SessionDraft, day: Date) -> bool {
    draft.wanted == Wanted::Published
        && draft.parts.iter().filter(|part| part.when.season != Season::AllYear).any(|part| {
            Series::new(part.clone()).is_ok_and(|series| series.last_date().is_none_or(|last| last > day))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use calendar::{Days, Term, TermDates};

    fn terms(last: Option<&str>) -> TermCalendar {
        let days = |last: &str| Days::new("2026-09-07".parse().unwrap(), last.parse().unwrap()).unwrap();
        let terms = last.map(|last| Term { name: "Autumn".to_owned(), days: days(last) });
        TermCalendar::new(TermDates { terms: terms.into_iter().collect(), ..TermDates::default() }).unwrap()
    }

    fn draft(season: &str, repeats: &str, wanted: &str) -> SessionDraft {
        serde_json::from_value(serde_json::json!({
            "slug": "play", "title": "Play", "summary": "Play.", "organization": "hubs", "place": "mill", "kind": "drop_in",
            "wanted": wanted, "source": "a test", "parts": [{"start": "2026-09-07T09:30", "minutes": 90,
            "zone": "Europe/London", "repeats": repeats, "when": {"season": season, "bank_holidays": "closed"},
            "exceptions": []}],
        }))
        .unwrap()
    }

    #[test]
    fn missing_terms_are_told_eight_weeks_before_and_only_where_a_session_follows_them() {
        let weekly = draft("term_time", "FREQ=WEEKLY", "published");
        let say = |last, draft: &SessionDraft, today: &str| {
            decide_missing_terms(&terms(last), std::slice::from_ref(draft), today.parse().unwrap())
        };
        let end = Some("2026-12-18");
        assert_eq!(say(end, &weekly, "2026-10-22"), None);
        let told = say(end, &weekly, "2026-10-23").unwrap();
        assert_eq!(
            told,
            "The last term that is known ends on 18 December 2026. 1 session follows the terms, and families see no dates after that."
        );
        assert!(say(end, &weekly, "2027-02-01").is_some(), "long after, it is still said");
        assert!(say(None, &weekly, "2026-10-22").unwrap().contains("no terms are known"));
        for other in [
            draft("all_year", "FREQ=WEEKLY", "published"),
            draft("term_time", "FREQ=WEEKLY;UNTIL=20261211", "published"),
            draft("term_time", "FREQ=WEEKLY", "ended"),
        ] {
            assert_eq!(say(end, &other, "2026-12-01"), None);
        }
        assert!(say(end, &draft("school_holidays", "FREQ=WEEKLY", "published"), "2026-12-01").is_some());
    }
}
