//! The table of what may be done with a request, and promises that hold whatever is done.

use crate::model::{
    Deed, Outcome, Refused, Standing, State, TRIES_ENOUGH, decide_cancelled, decide_deed, is_mobile,
    read_number,
};
use access::PersonId;
use kernel::{Id, Instant};
use proptest::prelude::*;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn worker(name: &str) -> PersonId {
    Id::named("test", name)
}

fn asked() -> Standing {
    Standing {
        state: State::Asked,
        taken_by: None,
        tries: 0,
        due_at: at("2026-11-24T17:00:00Z"),
        outcome: None,
        closed_at: None,
    }
}

fn taken(tries: i64) -> Standing {
    let state = if tries > 0 { State::Rung } else { State::Taken };
    Standing { state, taken_by: Some(worker("ann").uuid()), tries, ..asked() }
}

#[test]
fn what_may_be_done_follows_from_where_a_request_stands_and_who_has_it() {
    let (now, next) = (at("2026-11-24T10:00:00Z"), at("2026-11-25T17:00:00Z"));
    let closed =
        Standing { state: State::Closed, closed_at: Some(now), outcome: Some(Outcome::Reached), ..taken(1) };
    let table = [
        (asked(), Deed::Take, "ann", Ok((State::Taken, 0))),
        (asked(), Deed::Spoke, "ann", Err(Refused::NotYours)),
        (taken(0), Deed::Take, "ann", Ok((State::Taken, 0))),
        (taken(0), Deed::Take, "bea", Err(Refused::Taken)),
        (taken(1), Deed::TakeOver, "bea", Ok((State::Rung, 1))),
        (taken(0), Deed::NoAnswer, "bea", Err(Refused::NotYours)),
        (taken(0), Deed::GiveBack, "ann", Ok((State::Asked, 0))),
        (taken(0), Deed::Spoke, "ann", Ok((State::Closed, 1))),
        (taken(0), Deed::NoAnswer, "ann", Ok((State::Rung, 1))),
        (taken(1), Deed::AnotherDay, "ann", Ok((State::Rung, 2))),
        (taken(0), Deed::WrongNumber, "ann", Ok((State::Closed, 1))),
        (taken(1), Deed::LetGo, "ann", Err(Refused::TriesTooFew)),
        (taken(2), Deed::LetGo, "ann", Ok((State::Closed, 3))),
        (closed, Deed::Take, "ann", Err(Refused::Over)),
    ];
    for (standing, deed, who, expected) in table {
        let got = decide_deed(standing, deed, worker(who), next, now);
        assert_eq!(
            got.map(|after| (after.state, after.tries)),
            expected,
            "{deed:?} by {who} of {standing:?}"
        );
    }
    let again = decide_deed(taken(0), Deed::NoAnswer, worker("ann"), next, now).unwrap();
    assert_eq!(again.due_at, next, "it is due again the next working day");
    assert_eq!(decide_cancelled(closed, now), Err(Refused::Over));
    assert_eq!(decide_cancelled(taken(1), now).unwrap().state, State::Cancelled);
}

#[test]
fn a_number_is_one_that_the_council_can_ring_at_an_ordinary_price() {
    for (typed, dialled) in [
        ("0151 496 0000", "01514960000"),
        ("+44 7700 900123", "07700900123"),
        ("0044 7700 900123", "07700900123"),
        ("(01928) 568-162", "01928568162"),
        ("+44 (0)7700 900123", "07700900123"),
        ("0300 123 4567", "03001234567"),
        ("01204 62123", "0120462123"), // Ten digits, where Ofcom gave such numbers.
        ("016977 2123", "0169772123"),
        ("+44 1204 621234", "01204621234"),
    ] {
        assert_eq!(read_number(typed).map(|(_, number)| number), Ok(dialled.to_owned()), "{typed}");
    }
    for wrong in [
        "",
        "999",
        "0900 123 4567",
        "070 1234 5678",
        "0871 123 4567",
        "+33 1 23 45 67 89",
        "call me",
        "07700 90",
        "0770090012", // A digit short.
        "+44 7700 90012",
        "0151 495 506",
        "0300 123 456",
        "020 7946 000",
        "01697 12345", // Of 01697 only 016977 has short numbers.
        "077009001234",
        "01204 6212",
    ] {
        assert!(read_number(wrong).is_err(), "{wrong}");
    }
}

prop_compose! {
    fn any_steps()(
        steps in proptest::collection::vec(
            (proptest::sample::select(&Deed::ALL[..]), proptest::sample::select(&["ann", "bea"][..])), 0..30),
    ) -> Vec<(Deed, &'static str)> { steps }
}

proptest! {
    #[test]
    fn whatever_workers_do_a_request_is_open_and_due_or_over_with_an_outcome(steps in any_steps()) {
        let (now, next) = (at("2026-11-24T10:00:00Z"), at("2026-11-25T17:00:00Z"));
        let mut standing = asked();
        for (deed, who) in steps {
            let before = standing;
            if let Ok(after) = decide_deed(before, deed, worker(who), next, now) {
                prop_assert!(before.state.is_open(), "nothing is done with what is over");
                prop_assert!(after.tries >= before.tries && after.tries <= before.tries + 1);
                let is_ring = !matches!(deed, Deed::Take | Deed::TakeOver | Deed::GiveBack);
                prop_assert!(!is_ring || before.taken_by == Some(worker(who).uuid()), "only whoever has it says how it ended");
                standing = after;
            }
            prop_assert_eq!(standing.state.is_open(), standing.outcome.is_none());
            prop_assert_eq!(standing.state.is_open(), standing.closed_at.is_none());
            prop_assert_eq!(standing.state == State::Asked, standing.taken_by.is_none());
            prop_assert!(standing.outcome != Some(Outcome::NotReached) || standing.tries >= TRIES_ENOUGH);
            let kept = serde_json::to_string(&standing).unwrap();
            prop_assert_eq!(serde_json::from_str::<Standing>(&kept).unwrap(), standing, "undoing brings back the same");
        }
    }
}

#[test]
fn a_text_reaches_mobiles_and_nothing_else() {
    for (typed, is) in [
        ("07700 900123", true),
        ("+44 7700 900123", true),
        ("0044 (0)7700 900123", true),
        ("0151 496 0001", false),
        ("020 7946 0000", false),
        ("0300 123 0000", false),
    ] {
        let (_, dialled) = read_number(typed).unwrap();
        assert_eq!(is_mobile(&dialled), is, "{typed}");
    }
}
