use super::*;
use proptest::prelude::*;

fn programme() -> Programme {
    crate::sample_programme()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn each_answer_of_the_national_service_has_its_meaning() {
    let accepted = BTreeSet::from([Tier::Targeted]);
    let decided =
        |outcome, tier| decide_eligibility(outcome, tier, &accepted).map(|it| (it.standing, it.funding));
    for (outcome, tier, expected) in [
        (Outcome::Eligible, Some(Tier::Targeted), Some((Standing::Eligible, Some(Funding::Targeted)))),
        (Outcome::Eligible, Some(Tier::Expanded), Some((Standing::Not, None))),
        (Outcome::Eligible, None, Some((Standing::NeedsAPerson, None))),
        (Outcome::NotEligible, None, Some((Standing::Not, None))),
        (Outcome::ParentNotFound, None, Some((Standing::NeedsAPerson, None))),
        (Outcome::QueuedForProcessing, None, None),
        (Outcome::Error, None, None),
        (Outcome::NotFound, None, None),
    ] {
        assert_eq!(decided(outcome, tier), expected, "{outcome:?} {tier:?}");
    }
    let both = BTreeSet::from([Tier::Targeted, Tier::Expanded]);
    let wide = decide_eligibility(Outcome::Eligible, Some(Tier::Expanded), &both).unwrap();
    assert_eq!(wide.standing, Standing::Eligible, "which groups count is the programme's to say");
}

#[test]
fn the_seventeenth_day_is_refused_and_a_day_given_back_counts_again() {
    let programme = Programme { days_each: 16, ..programme() };
    assert_eq!(decide_entitlement(&programme, 15, 1), Ok(0));
    assert_eq!(decide_entitlement(&programme, 16, 1), Err(0));
    assert_eq!(decide_entitlement(&programme, 12, 5), Err(4));
    assert_eq!(decide_entitlement(&programme, 18, 0), Err(0), "nobody is told of less than no days");
}

#[test]
fn the_share_warns_at_fourteen_percent_and_stops_at_fifteen() {
    let programme = Programme { funded_places: 100, share_percent: 15, warn_percent: 14, ..programme() };
    let share = |discretionary, more| decide_discretionary(&programme, 0, discretionary, more);
    assert_eq!(
        [share(12, 1), share(13, 1), share(14, 1), share(15, 1), share(15, 0)],
        [Share::Fine, Share::Near, Share::Near, Share::Over, Share::Near]
    );
    let by_booked = Programme { funded_places: 0, ..programme.clone() };
    assert_eq!(decide_discretionary(&by_booked, 99, 14, 1), Share::Near);
    assert_eq!(decide_discretionary(&by_booked, 98, 14, 1), Share::Over, "15 of 99 is more than 15 percent");
}

#[test]
fn a_child_who_changes_school_in_september_is_counted_by_the_start_of_the_holiday() {
    let programme = Programme { first: day("2027-08-23"), last: day("2027-09-03"), ..programme() };
    assert_eq!(
        programme.phase(day("2015-10-01")),
        Some(Phase::Primary),
        "year 6 in August, year 7 in September"
    );
    assert_eq!(programme.phase(day("2014-10-01")), Some(Phase::Secondary));
    assert!(!programme.is_for(day("2023-01-01"), SendNeeds::No), "not yet in Reception");
    assert!(
        !programme.is_for(day("2010-08-31"), SendNeeds::Yes),
        "after year 11, where SEND makes no difference"
    );
    let wider = Programme { send_until: Some(18), ..programme };
    assert!(
        wider.is_for(day("2009-10-01"), SendNeeds::Yes) && !wider.is_for(day("2009-10-01"), SendNeeds::No)
    );
    assert!(!wider.is_for(day("2008-01-01"), SendNeeds::Yes), "nineteen");
}

#[test]
fn a_child_is_the_same_by_name_birthday_and_postcode_or_school() {
    let ada = Identity {
        name_key: name_key("Ada-Mae O’Néill"),
        born: day("2017-03-02"),
        postcode: "WA8 7QF".to_owned(),
        school_key: name_key("Example Primary"),
    };
    assert_eq!(ada.name_key, "adamaeoneill");
    let at_fathers = Identity { postcode: "WA7 1AA".to_owned(), ..ada.clone() };
    assert!(ada.is_same(&at_fathers));
    assert!(!ada.is_same(&Identity { school_key: String::new(), ..at_fathers.clone() }));
    assert!(
        !ada.is_same(&Identity { born: day("2017-03-03"), ..ada.clone() }),
        "twins have other names, or are asked"
    );
}

#[test]
fn a_code_is_read_as_people_type_it() {
    for typed in ["HAF-0Q1K", "haf 0q1k", " hafOqIk ", "HAF.OQLK"] {
        assert_eq!(code_key(typed), "HAF0Q1K", "{typed}");
    }
}

#[test]
fn a_number_is_read_as_people_type_it_and_refused_with_an_example() {
    for typed in ["nn123456c", "NN 12 34 56 C", "NN-12-34-56-C"] {
        assert_eq!(read_national_insurance(typed).as_deref(), Ok("NN123456C"));
    }
    for wrong in ["", "GB123456A", "NN12345C", "NN123456E", "QQ123456C1", "DN123456C"] {
        assert!(read_national_insurance(wrong).is_err(), "{wrong}");
    }
    assert_eq!(read_asylum_support("24 07 12349").as_deref(), Ok("240712349"));
    assert!(read_asylum_support("241312349").is_err() && read_asylum_support("x").is_err());
}

proptest! {
    #[test]
    fn nothing_typed_breaks_a_reader(text in "\\PC{0,30}") {
        let _ = (read_national_insurance(&text), read_asylum_support(&text), code_key(&text));
        // Where somebody puts spaces and signs does not make another child.
        prop_assert_eq!(name_key(&format!(" {text}-")), name_key(&text));
    }

    #[test]
    fn what_is_booked_within_the_share_is_never_over_it(funded in 1_i64..500, wishes in prop::collection::vec(1_i64..5, 0..80)) {
        let programme = Programme { funded_places: funded, ..programme() };
        let mut booked = 0;
        for more in wishes {
            if decide_discretionary(&programme, 0, booked, more) != Share::Over {
                booked += more;
            }
        }
        prop_assert!(booked * 100 <= programme.share_percent * funded);
    }
}
