use super::*;
use proptest::prelude::*;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

#[test]
fn an_offer_ends_while_families_are_awake_and_in_time_to_get_there() {
    let four_hours = Rules { offer_hours: 4, ..Rules::default() };
    let rows = [
        // Friday at nine in the evening: four hours of Saturday, not one o'clock at night.
        ("2026-11-27T21:00:00Z", "2026-12-04T10:00:00Z", Some("2026-11-28T12:00:00Z")),
        // Begun in the afternoon, ended the next morning.
        ("2026-11-24T18:00:00Z", "2026-12-04T10:00:00Z", Some("2026-11-25T10:00:00Z")),
        // Three hours before the start: half of what is left.
        ("2026-11-24T10:00:00Z", "2026-11-24T13:00:00Z", Some("2026-11-24T11:30:00Z")),
        // In summer families wake by British Summer Time.
        ("2026-07-03T21:00:00Z", "2026-07-20T10:00:00Z", Some("2026-07-04T11:00:00Z")),
        // Half of a short time would be in the night: when families wake.
        ("2026-11-24T19:30:00Z", "2026-11-25T09:30:00Z", Some("2026-11-25T08:00:00Z")),
        // Too late for anybody to answer and get there.
        ("2026-11-24T12:10:00Z", "2026-11-24T13:00:00Z", None),
    ];
    for (now, starts, ends) in rows {
        let found = decide_offer_end(at(now), at(starts), &four_hours);
        assert_eq!(found, ends.map(at), "an offer of {now} for {starts}");
    }
}

fn waiter(number: u64, dates: &[u128], places: i64) -> Waiter {
    Waiter {
        id: Id::named("test", &number.to_string()),
        dates: dates.iter().map(|date| Uuid::from_u128(*date)).collect(),
        places,
    }
}

#[test]
fn a_large_party_is_waited_for_or_passed_as_the_rule_says_and_passing_is_told() {
    let queue = [waiter(1, &[1], 3), waiter(2, &[1], 1), waiter(3, &[1], 1), waiter(4, &[2], 1)];
    let two_free = |date: Uuid| if date == Uuid::from_u128(1) { 2 } else { 1 };
    let ids = |numbers: &[usize]| numbers.iter().map(|number| queue[number - 1].id).collect::<Vec<_>>();
    assert_eq!(decide_offers(&queue, QueueRule::InOrder, two_free), (ids(&[4]), ids(&[])));
    assert_eq!(decide_offers(&queue, QueueRule::WhoFits, two_free), (ids(&[2, 3, 4]), ids(&[1, 1])));
    assert_eq!(decide_offers(&queue, QueueRule::InOrder, |_| 3).0, ids(&[1, 4]));
}

#[test]
fn who_waits_for_two_dates_holds_up_only_the_one_that_is_full() {
    let queue = [waiter(1, &[1, 2], 1), waiter(2, &[1], 1), waiter(3, &[2], 1)];
    let first_is_free = |date: Uuid| i64::from(date == Uuid::from_u128(1));
    assert_eq!(decide_offers(&queue, QueueRule::InOrder, first_is_free).0, [queue[1].id]);
    let room = |taken: i64| Room { capacity: 1, taken, ..Room::default() };
    let newcomer =
        |date: u128, taken: i64| decide_newcomer(&[(Uuid::from_u128(date), room(taken))], 1, &queue[..1]);
    assert_eq!(newcomer(1, 0), Answer::Fits);
    assert_eq!(newcomer(2, 1), Answer::Full(vec![Uuid::from_u128(2)]));
}

#[test]
fn a_newcomer_does_not_take_what_a_larger_party_waits_for() {
    let queue = [waiter(1, &[1], 3)];
    let two_free = [(Uuid::from_u128(1), Room { capacity: 10, taken: 8, ..Room::default() })];
    assert_eq!(decide_newcomer(&two_free, 1, &queue), Answer::Full(vec![Uuid::from_u128(1)]));
    assert_eq!(decide_newcomer(&two_free, 1, &[]), Answer::Fits);
}

proptest! {
    #[test]
    fn no_offer_ends_in_the_night_or_too_late(
        now_minutes in 0_i64..400_000, until_start in 0_i64..20_000, hours in 1_i64..100, last in 1_i64..200,
    ) {
        let rules = Rules { offer_hours: hours, last_offer_minutes: last, ..Rules::default() };
        let now = at("2026-01-01T00:00:00Z") + SignedDuration::from_mins(now_minutes);
        let starts = now + SignedDuration::from_mins(until_start);
        if let Some(ends) = decide_offer_end(now, starts, &rules) {
            prop_assert!(ends > now, "it stands for a while: {now} {starts} {ends}");
            prop_assert!(ends <= starts - SignedDuration::from_mins(last));
            let time = ends.to_zoned(london()).time();
            let latest = ends == starts - SignedDuration::from_mins(last);
            prop_assert!(latest || (rules.wakes <= time && time <= rules.sleeps), "{ends} is at night");
        }
    }

    #[test]
    fn offers_never_give_more_than_is_free_and_nobody_in_order_is_passed(
        free in proptest::collection::vec(0_i64..6, 3),
        wishes in proptest::collection::vec((1_u8..8, 1_i64..4), 0..12),
        in_order: bool,
    ) {
        let queue: Vec<Waiter> = wishes.iter().enumerate().map(|(number, (dates, places))| {
            let dates: Vec<u128> = (0..3).filter(|bit| dates & (1 << bit) != 0).collect();
            waiter(number as u64, &dates, *places)
        }).collect();
        let rule = if in_order { QueueRule::InOrder } else { QueueRule::WhoFits };
        let room_of = |date: Uuid| free[usize::try_from(date.as_u128()).unwrap()];
        let (offered, passed) = decide_offers(&queue, rule, room_of);
        let mut left = free.clone();
        for waiter in queue.iter().filter(|waiter| offered.contains(&waiter.id)) {
            for date in &waiter.dates {
                left[usize::try_from(date.as_u128()).unwrap()] -= waiter.places;
            }
        }
        prop_assert!(left.iter().all(|left| *left >= 0));
        if in_order {
            for (at, stuck) in queue.iter().enumerate().filter(|(_, waiter)| !offered.contains(&waiter.id)) {
                let short = |date: &Uuid| room_of(*date) < stuck.places;
                for later in queue[at + 1..].iter().filter(|later| offered.contains(&later.id)) {
                    prop_assert!(!later.dates.iter().any(|date| stuck.dates.contains(date) && short(date)));
                }
            }
        } else {
            prop_assert!(passed.iter().all(|id| !offered.contains(id)));
        }
    }
}
