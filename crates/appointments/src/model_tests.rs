use super::*;
use proptest::prelude::*;

fn draft() -> AvailabilityDraft {
    serde_json::from_value(json!({
        "slug": "feeding", "title": "Feeding", "summary": "One to one.", "organization": "centre", "place": "hall",
        "windows": [{"weekday": 1, "from": "09:00:00", "until": "11:00:00"}, {"weekday": 3, "from": "09:00:00", "until": "10:00:00"}],
        "minutes": 30, "gap_minutes": 10, "first": "2026-11-23", "ahead_days": 13, "wanted": "published", "source": "a test",
    }))
    .unwrap()
}

/// A Monday.
fn today() -> Date {
    "2026-11-23".parse().unwrap()
}

fn decide(draft: &AvailabilityDraft, booked: &[BookedTime]) -> Decided {
    decide_session(draft, None, booked, &TermCalendar::default(), today()).unwrap()
}

fn times(session: &SessionDraft) -> Vec<String> {
    let last = today().saturating_add(Span::new().days(13));
    let held = held(&session.parts, &TermCalendar::default(), today(), last);
    held.iter().map(|one| one.key.to_string()).collect()
}

fn booked(key: &str, minutes: u16) -> BookedTime {
    let key: Key = key.parse().unwrap();
    BookedTime { key, day: key.at().date(), starts: key.at().time(), minutes, place: None }
}

#[test]
fn hours_length_and_gap_give_the_times_of_each_week_and_days_off_take_theirs_away() {
    let mut draft = draft();
    let tuesday = ["20261124T0900", "20261124T0940", "20261124T1020"];
    let thursday = ["20261126T0900"];
    let next = ["20261201T0900", "20261201T0940", "20261201T1020", "20261203T0900"];
    assert_eq!(times(&decide(&draft, &[]).session), [&tuesday[..], &thursday, &next].concat());
    draft.days_off = vec![DayOff {
        first: "2026-11-30".parse().unwrap(),
        last: "2026-12-02".parse().unwrap(),
        reason: String::new(),
    }];
    assert_eq!(times(&decide(&draft, &[]).session), [&tuesday[..], &thursday, &next[3..]].concat());
    draft.last = Some("2026-11-25".parse().unwrap());
    assert_eq!(times(&decide(&draft, &[]).session), tuesday);
}

#[test]
fn a_booked_time_stays_when_the_hours_change_and_no_free_time_crosses_it() {
    let mut draft = draft();
    draft.windows =
        vec![Window { weekday: 1, from: Time::constant(9, 15, 0, 0), until: Time::constant(11, 0, 0, 0) }];
    let decided = decide(&draft, &[booked("20261124T0940", 30), booked("20261126T0900", 30)]);
    // 9:15 and 9:55 cross the one at 9:40.
    assert_eq!(times(&decided.session), ["20261124T0940", "20261126T0900", "20261201T0915", "20261201T0955"]);
    assert_eq!(decided.kept.len(), 2);
    // A day off does not take a booked time away either; it is named.
    draft.windows = self::draft().windows;
    draft.days_off = vec![DayOff {
        first: "2026-11-24".parse().unwrap(),
        last: "2026-11-24".parse().unwrap(),
        reason: String::new(),
    }];
    let decided = decide(&draft, &[booked("20261124T0940", 30)]);
    assert!(times(&decided.session).contains(&"20261124T0940".to_owned()));
    assert!(!times(&decided.session).contains(&"20261124T0900".to_owned()));
    assert_eq!(decided.kept.len(), 1);
}

#[test]
fn what_somebody_decided_about_one_time_stays_when_the_weeks_move_on() {
    let draft = draft();
    let mut session = decide(&draft, &[]).session;
    let key: Key = "20261201T0940".parse().unwrap();
    session.parts[1].exceptions.push(Exception::Cancelled { key, reason: "A fire drill".to_owned() });
    let later = decide_session(
        &draft,
        Some((&session, &[])),
        &[],
        &TermCalendar::default(),
        "2026-11-30".parse().unwrap(),
    );
    let later = later.unwrap_or_else(|wrong| panic!("{wrong:?}")).session;
    assert!(!times(&later).contains(&"20261201T0940".to_owned()));
    assert!(times(&later).contains(&"20261201T0900".to_owned()));
}

#[test]
fn what_cannot_be_is_said_at_its_field() {
    let wrong = |change: fn(&mut AvailabilityDraft)| {
        let mut draft = draft();
        change(&mut draft);
        draft.check().first().map(|refusal| refusal.field)
    };
    assert_eq!(draft().check(), []);
    assert_eq!(wrong(|draft| draft.windows.clear()), Some("monday"));
    assert_eq!(wrong(|draft| draft.minutes = 0), Some("minutes"));
    assert_eq!(wrong(|draft| draft.minutes = 180), Some("minutes"));
    assert_eq!(wrong(|draft| draft.windows.push(draft.windows[0])), Some("tuesday"));
    assert_eq!(wrong(|draft| draft.last = Some("2026-01-01".parse().unwrap())), Some("last"));
    assert_eq!(wrong(|draft| draft.place = None), Some("place"));
    assert_eq!(wrong(|draft| draft.ahead_days = 400), Some("ahead_days"));
}

#[test]
fn an_outcome_says_how_it_ended_and_who_ended_it() {
    let booked = Known { is_booked: true, ..Known::default() };
    for (known, outcome, fhir) in [
        (booked, Outcome::Booked, "booked"),
        (Known { came: Some(Came::Came), ..booked }, Outcome::Attended, "fulfilled"),
        (Known { came: Some(Came::DidNotCome), ..booked }, Outcome::DidNotAttend, "noshow"),
        (Known { came: Some(Came::Told), ..booked }, Outcome::Cancelled(By::Family), "cancelled"),
        (Known { is_given_up: true, has_another_time: true, ..booked }, Outcome::Rescheduled, "cancelled"),
        (Known::default(), Outcome::Cancelled(By::Family), "cancelled"),
        (Known { is_time_off: true, ..booked }, Outcome::Cancelled(By::Team), "cancelled"),
        (
            Known { cancelled_by: Some(By::Practitioner), ..Known::default() },
            Outcome::Cancelled(By::Practitioner),
            "cancelled",
        ),
    ] {
        assert_eq!(decide_outcome(known), outcome, "{known:?}");
        assert_eq!(outcome.fhir_status(), fhir);
    }
}

proptest! {
    #[test]
    fn whatever_is_changed_no_booked_time_goes_and_no_two_times_cross(
        hours in proptest::collection::vec((0i8..5, 8i8..17, 1i8..4), 1..4),
        minutes in 10u16..90, gap in 0u16..20, picks in proptest::collection::vec(0usize..40, 0..6),
    ) {
        let before = decide(&draft(), &[]);
        let last = today().saturating_add(Span::new().days(13));
        let all = held(&before.session.parts, &TermCalendar::default(), today(), last);
        let booked: BTreeMap<Key, BookedTime> = picks
            .into_iter()
            .filter_map(|pick| all.get(pick))
            .map(|one| (one.key, self::booked(&one.key.to_string(), one.minutes)))
            .collect();
        let booked: Vec<BookedTime> = booked.into_values().collect();
        let mut draft = draft();
        (draft.minutes, draft.gap_minutes) = (minutes, gap);
        draft.windows = hours
            .into_iter()
            .map(|(weekday, from, many)| Window { weekday, from: Time::constant(from, 0, 0, 0), until: Time::constant(from + many, 0, 0, 0) })
            .collect();
        prop_assume!(draft.check().is_empty());
        let after = decide_session(&draft, Some((&before.session, &[])), &booked, &TermCalendar::default(), today());
        let after = after.unwrap_or_else(|wrong| panic!("{wrong:?}"));
        let now = held(&after.session.parts, &TermCalendar::default(), today(), last);
        for time in &booked {
            prop_assert!(now.iter().any(|one| one.key == time.key), "{:?} is gone", time.key);
        }
        for pair in now.windows(2) {
            // A booked time that the new hours give too is as long as they say.
            let both_booked = pair.iter().all(|one| booked.iter().any(|time| time.key == one.key));
            prop_assert!(both_booked || pair[0].ends_at <= pair[1].starts_at, "{:?} crosses {:?}", pair[0].key, pair[1].key);
        }
    }
}
