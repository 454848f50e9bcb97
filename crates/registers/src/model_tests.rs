use super::*;
use proptest::prelude::*;

fn at(second: i64) -> Instant {
    Instant::from_second(1_764_000_000 + second).unwrap()
}

fn key(device: u128, counter: i64) -> MarkKey {
    MarkKey { device: Uuid::from_u128(device), counter }
}

fn made(device: u128, counter: i64, second: i64, came: Came, saw: Vec<MarkKey>) -> NewMark {
    NewMark {
        key: key(device, counter),
        date_id: Uuid::from_u128(7),
        whom: Whom::Booked(BookingId::from_uuid(Uuid::from_u128(8)), 1),
        came: Some(came),
        meal: Meal::None,
        marked_at: at(second),
        saw,
    }
}

#[test]
fn who_marks_over_what_they_saw_corrects_it_and_who_did_not_see_it_differs() {
    let first = made(1, 1, 0, Came::Came, vec![]);
    let unseen = made(2, 1, 60, Came::DidNotCome, vec![]);
    let seen = made(2, 1, 60, Came::DidNotCome, vec![key(1, 1)]);
    let same = made(2, 1, 60, Came::Came, vec![]);
    for (marks, counts, differing) in [
        (vec![first.clone(), unseen.clone()], Came::DidNotCome, 2),
        (vec![first.clone(), seen], Came::DidNotCome, 0),
        (vec![first.clone(), same], Came::Came, 0),
        (vec![first.clone(), made(1, 2, 90, Came::Told, vec![])], Came::Told, 0),
        (
            vec![first.clone(), unseen.clone(), made(3, 1, 99, Came::Told, vec![key(1, 1), key(2, 1)])],
            Came::Told,
            0,
        ),
    ] {
        let standing = decide_standing(&marks).unwrap();
        assert_eq!((standing.counts.came, standing.differing.len()), (Some(counts), differing), "{marks:?}");
    }
    assert_eq!(decide_standing(&[]), None);
}

proptest! {
    #[test]
    fn whatever_order_marks_arrive_in_the_same_counts_and_the_same_differ(
        made_of in prop::collection::vec((1u128..4, 0i64..5, 0usize..3, prop::option::of(0usize..8)), 1..9),
        shuffle in any::<prop::sample::Index>(),
    ) {
        let mut marks: Vec<NewMark> = Vec::new();
        for (counter, (device, second, came, saw)) in made_of.iter().enumerate() {
            let saw = saw.and_then(|at| marks.get(at)).map(|mark| mark.key).into_iter().collect();
            marks.push(made(*device, i64::try_from(counter).unwrap(), *second, Came::ALL[*came], saw));
        }
        let mut other = marks.clone();
        other.rotate_left(shuffle.index(marks.len()));
        other.reverse();
        let (one, two) = (decide_standing(&marks).unwrap(), decide_standing(&other).unwrap());
        prop_assert_eq!(one.counts, two.counts);
        prop_assert_eq!(one.differing, two.differing);
    }
}

#[test]
fn a_devices_clock_that_is_out_is_set_right_and_a_mark_is_never_later_than_now() {
    let now = at(0);
    let cases =
        [(1_000, 61_000, 60), (61_000, 1_000, 0), (0, i64::MAX, 24 * 3600), (i64::MIN, i64::MAX, 24 * 3600)];
    for (made_ms, device_now_ms, age_seconds) in cases {
        assert_eq!(
            decide_marked_at(made_ms, device_now_ms, now),
            at(-age_seconds),
            "{made_ms} {device_now_ms}"
        );
    }
}

#[test]
fn whom_a_mark_is_about_is_read_back_as_it_was_written_and_nothing_else_is() {
    for whom in [Whom::Booked(BookingId::from_uuid(Uuid::from_u128(5)), 3), Whom::WalkIn(Uuid::from_u128(6))]
    {
        assert_eq!(Whom::of(&whom.key()), Some(whom));
    }
    for odd in [
        "",
        "b",
        "b.x.1",
        "w.00000000-0000-0000-0000-000000000006.1",
        "x.00000000-0000-0000-0000-000000000006.0",
        "b.00000000-0000-0000-0000-000000000006.-1",
    ] {
        assert_eq!(Whom::of(odd), None, "{odd}");
    }
    assert_eq!(MarkKey::of(&key(4, 9).to_string()), Some(key(4, 9)));
}

#[test]
fn an_age_reads_as_a_worker_says_it() {
    let age = |born: &str| age_words(born.parse().unwrap(), "2026-12-01".parse().unwrap());
    assert_eq!(
        [age("2026-11-15"), age("2026-10-31"), age("2024-12-02")],
        ["0 months", "1 month", "23 months"]
    );
    assert_eq!(
        [age("2024-12-01"), age("2019-12-02"), age("2027-01-01")],
        ["2 years", "6 years", "not born yet"]
    );
}

#[test]
fn a_family_is_listed_after_as_many_absences_from_one_session_in_a_season_as_the_rule_says() {
    let session = |number: u128| SessionId::from_uuid(Uuid::from_u128(number));
    let absence = |of: u128, family: &str, number: u128, days: i64| Absence {
        session_id: session(of),
        family: family.to_owned(),
        booking_id: BookingId::from_uuid(Uuid::from_u128(100 + number)),
        date_id: Uuid::from_u128(200 + number),
        starts_at: at(-days * 86_400),
    };
    let twice = vec![absence(1, "a", 1, 3), absence(1, "a", 2, 10)];
    let rule = AbsenceRule::default();
    let listed = |absences: Vec<Absence>, decided: &BTreeSet<(BookingId, Uuid)>| {
        decide_listed(absences, decided, &rule, at(0)).len()
    };
    let nothing = BTreeSet::new();
    assert_eq!(listed(twice.clone(), &nothing), 1);
    assert_eq!(listed(vec![absence(1, "a", 1, 3), absence(2, "a", 2, 10)], &nothing), 0, "two sessions");
    assert_eq!(listed(vec![absence(1, "a", 1, 3), absence(1, "b", 2, 10)], &nothing), 0, "two families");
    assert_eq!(listed(vec![absence(1, "a", 1, 3), absence(1, "a", 2, 200)], &nothing), 0, "another season");
    let decided = BTreeSet::from([(twice[0].booking_id, twice[0].date_id)]);
    assert_eq!(listed(twice, &decided), 0, "somebody has decided on one of them");
}

#[test]
fn who_only_analyses_sees_no_count_of_a_few() {
    let hidden = [0, 1, 4, 5].map(|count| decide_count_words(count, Small::Hidden));
    assert_eq!(hidden, ["0", "fewer than 5", "fewer than 5", "5"]);
    assert_eq!(decide_count_words(3, Small::Shown), "3");
}
