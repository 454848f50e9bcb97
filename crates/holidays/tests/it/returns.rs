//! The return: five hundred children whose figures are known, and the way from a register to a figure.

use crate::support::{Town, at, both, both_with};
use access::{KeepBookings, May, On, Role};
use holidays::{Basket, Mode, NoEngine, book_basket};
use kernel::{Date, Id};
use registers::{Came, MarkKey, Meal, NewMark, NewWalkIn, Whom};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use store::{Value, insert_many};
use uuid::Uuid;

/// A row of numbers that is the same on every run.
struct Throws(u64);

impl Throws {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

#[derive(Default, Debug, PartialEq, Eq)]
struct Known {
    children: BTreeSet<u64>,
    attended: i64,
    meals: i64,
}

fn value(html: &str, csv_row: &str, column: usize) -> i64 {
    let row = html.lines().find(|line| line.starts_with(csv_row)).unwrap();
    row.split(',').nth(column + 1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_return_of_five_hundred_children_is_the_one_that_is_known() {
    let mut answers = Vec::new();
    let kept = std::sync::Mutex::new(&mut answers);
    both_with(json!({"first": "2027-08-23", "last": "2027-09-03", "clubs_places": 400}), Arc::new(NoEngine), async |town| {
        let clubs = [("sports trust", town.dates("sports-club").await), ("arts trust", town.dates("arts-club").await)];
        // Of the clubs' 25 days, the last five are in this programme.
        let clubs = clubs.map(|(name, dates)| (name, dates[20..].to_vec()));
        let mut throws = Throws(42);
        let (programme, now) = (town.programme, town.clock.now());
        let (mut families, mut children, mut days, mut marks, mut walk_ins, mut matched) =
            (vec![], vec![], vec![], vec![], vec![], vec![]);
        let mut known: BTreeMap<&str, Known> = BTreeMap::new();
        let (mut eligible, mut discretionary, mut send, mut primary, mut secondary) = <(BTreeSet<u64>, BTreeSet<u64>, BTreeSet<u64>, BTreeSet<u64>, BTreeSet<u64>)>::default();
        let mut counter = 0_i64;
        let mut mark = |date: Uuid, kind: &str, subject: Uuid, came: &str, meal: &str| -> Vec<Value> {
            counter += 1;
            store::args![date, kind, subject, i64::from(kind == "booked"), Uuid::nil(), "2027-08-23", came, meal, now, Uuid::nil(), counter].to_vec()
        };
        let mut attended = 0;
        for number in 0..500_u64 {
            let family = Uuid::from_u128(1_000_000 + u128::from(number));
            let child = Uuid::from_u128(2_000_000 + u128::from(number));
            // Every twentieth child was named by both parents; the second form's row stands for the first's.
            let has_twin = number % 20 == 0;
            let twin = Uuid::from_u128(3_000_000 + u128::from(number));
            let born: Date = format!("{}-{:02}-{:02}", 2011 + throws.below(12), 1 + throws.below(12), 1 + throws.below(28)).parse().unwrap();
            let text = born.to_string();
            let phase = match text.as_str() {
                // Year 6 is who was born from September 2015 on; the programme runs into September, and counts by its start.
                day if ("2015-09-01".."2022-09-01").contains(&day) => "primary",
                day if ("2010-09-01".."2015-09-01").contains(&day) => "secondary",
                _ => "",
            };
            let ours = holidays_phase(born);
            assert_eq!(ours, phase, "{born}");
            let funding = ["targeted", "targeted", "targeted", "discretionary", "paid"][usize::try_from(throws.below(5)).unwrap()];
            let has_send = throws.below(5) == 0;
            for (at, id) in [(family, child)].into_iter().chain(has_twin.then_some((Uuid::from_u128(4_000_000 + u128::from(number)), twin))) {
                families.push(store::args![at, programme, at.to_string(), at.to_string(), "", "", "", 0_i64, now].to_vec());
                children.push(store::args![
                    id, programme, at, 1_i64, "Robin", "Example", "", born, "", "", "", phase, has_send, false, "", "",
                    if id == child { "eligible" } else { "twin" }, (id == child).then_some(funding), Option::<String>::None, "", "",
                    (id != child).then_some(child), now, now
                ].to_vec());
            }
            // Half of the children go to both clubs in turn.
            let moves = throws.below(2) == 0;
            for day in 0..5 {
                let at = usize::from(moves && day > 2);
                let (provider, dates) = &clubs[(usize::try_from(number % 2).unwrap() + at) % 2];
                let date = dates[day];
                let booking = Uuid::from_u128(5_000_000 + u128::from(number) * 10 + day as u128);
                let came = ["came", "came", "came", "came", "told", "did_not_come"][usize::try_from(throws.below(6)).unwrap()];
                let meal = ["hot", "cold", "hamper", "none"][usize::try_from(throws.below(4)).unwrap()];
                let is_walk_in = throws.below(10) == 0 && came == "came";
                if is_walk_in {
                    walk_ins.push(store::args![booking, date, Uuid::nil(), "", false, "", now].to_vec());
                    matched.push(store::args![booking, programme, if has_twin { twin } else { child }, now].to_vec());
                    marks.push(mark(date, "walk_in", booking, came, meal));
                } else {
                    days.push(store::args![child, date, programme, Uuid::nil(), format!("2027-08-{}", 23 + day), "booked", funding, "", booking, now].to_vec());
                    marks.push(mark(date, "booked", booking, came, meal));
                }
                if came == "came" {
                    attended += 1;
                    let one = known.entry(provider).or_default();
                    one.children.insert(number);
                    one.attended += 1;
                    one.meals += i64::from(meal != "none");
                    if funding == "targeted" { eligible.insert(number); }
                    if funding == "discretionary" { discretionary.insert(number); }
                    if has_send { send.insert(number); }
                    if phase == "primary" { primary.insert(number); }
                    if phase == "secondary" { secondary.insert(number); }
                }
            }
        }
        // And until there are three thousand: walk-ins of whom nobody said which child they are, and grown-ups who do not count.
        while attended < 3_000 {
            attended += 1;
            let id = Uuid::from_u128(6_000_000 + u128::try_from(attended).unwrap());
            let (provider, dates) = &clubs[usize::try_from(throws.below(2)).unwrap()];
            let date = dates[usize::try_from(throws.below(5)).unwrap()];
            walk_ins.push(store::args![id, date, Uuid::nil(), "", false, "", now].to_vec());
            marks.push(mark(date, "walk_in", id, "came", "cold"));
            let grown_up = Uuid::from_u128(7_000_000 + u128::try_from(attended).unwrap());
            walk_ins.push(store::args![grown_up, date, Uuid::nil(), "", true, "", now].to_vec());
            marks.push(mark(date, "walk_in", grown_up, "came", "cold"));
            let one = known.entry(provider).or_default();
            one.attended += 1;
            one.meals += 1;
        }
        town.db
            .write(move |tx| {
                insert_many(tx, "insert into holiday_family (id, programme_id, reference, form_key, name, postcode, way, code_tries, made_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)", &families)?;
                insert_many(tx, "insert into holiday_child (id, programme_id, family_id, number, first_name, last_name, name_key, born, postcode, school, school_key, phase, send, one_to_one, support, diet, standing, funding, tier, reason, appeal, same_as, made_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)", &children)?;
                insert_many(tx, "insert into holiday_day (child_id, date_id, programme_id, session_id, day, state, funding, form_key, booking_id, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", &days)?;
                insert_many(tx, "insert into attendance (date_id, kind, subject, guest, session_id, day, came, meal, marked_at, device, counter) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", &marks)?;
                insert_many(tx, "insert into walk_in (id, date_id, session_id, name, grown_up, age_band, added_at) values ($1, $2, $3, $4, $5, $6, $7)", &walk_ins)?;
                insert_many(tx, "insert into holiday_walk_in (walk_in_id, programme_id, child_id, matched_at) values ($1, $2, $3, $4)", &matched)
            })
            .await
            .unwrap();

        town.clock.set(at("2027-09-10T10:00:00Z"));
        let csv = town.staff(Role::DataSteward).get("/admin/holidays/summer-2027/return.csv").await.html;
        let all: BTreeSet<u64> = known.values().flat_map(|one| one.children.iter().copied()).collect();
        let count = |set: &BTreeSet<u64>| i64::try_from(set.len()).unwrap();
        let meals: i64 = known.values().map(|one| one.meals).sum();
        let expected = [count(&all), count(&eligible), count(&discretionary), count(&send), count(&primary), count(&secondary), 10, 4_000, 3_000, meals];
        let counted: Vec<i64> = (0..10).map(|column| value(&csv, "\"All\"", column)).collect();
        assert_eq!(counted, expected, "{csv}");
        for (provider, one) in &known {
            let row = format!("\"{provider}\"");
            assert_eq!((value(&csv, &row, 0), value(&csv, &row, 8), value(&csv, &row, 9)), (count(&one.children), one.attended, one.meals), "{provider}");
        }
        assert!(value(&csv, "\"sports trust\"", 0) + value(&csv, "\"arts trust\"", 0) > count(&all), "who went to both is counted by each, and once in all");
        kept.lock().unwrap().push(csv);
    })
    .await;
    assert_eq!(answers[0], answers[1], "both databases give the same figures");
}

/// What the room makes of a birthday, for the start of the test's programme.
fn holidays_phase(born: Date) -> &'static str {
    let programme = crate::support::programme(&json!({"first": "2027-08-23", "last": "2027-09-03"}));
    match programme.phase(born) {
        Some(calendar::Phase::Primary) => "primary",
        Some(calendar::Phase::Secondary) => "secondary",
        None => "",
    }
}

#[tokio::test]
async fn a_mark_in_the_register_becomes_a_figure_and_a_walk_in_its_child() {
    both(async |town: &Town| {
        let one = town.family(1, "targeted").await;
        let two = town.family(2, "discretionary").await;
        let date = town.dates("sports-club").await[0];
        let basket = Basket {
            family: one.family,
            key: "k".to_owned(),
            wishes: vec![(one.child, date)],
            mode: Mode::AllOrNone,
        };
        book_basket(&town.room, basket).await.unwrap().unwrap();
        let (booking,): (bookings::BookingId,) =
            town.db.read(|tx| tx.one("select id from booking", store::args![])).await.unwrap();
        town.clock.set(at("2027-07-26T10:00:00Z"));
        let (now, walk_in) = (town.clock.now(), Uuid::from_u128(9));
        town.db
            .write(move |tx| {
                let may = May::<KeepBookings>::by_operator(On::all("register"));
                let mark = NewMark {
                    key: MarkKey { device: Uuid::from_u128(1), counter: 1 },
                    date_id: date,
                    whom: Whom::Booked(booking, 1),
                    came: Some(Came::Came),
                    meal: Meal::Hot,
                    marked_at: now,
                    saw: Vec::new(),
                };
                registers::set_mark(tx, &may, &mark, now)?;
                let new = NewWalkIn {
                    id: walk_in,
                    date_id: date,
                    name: "Robin".to_owned(),
                    grown_up: false,
                    age_band: registers::AGE_BANDS[0].0.to_owned(),
                    meal: Meal::Cold,
                    added_at: now,
                };
                registers::insert_walk_in(tx, &may, &new, now)?;
                Ok(())
            })
            .await
            .unwrap();
        let staff = town.staff(Role::DataSteward);
        let page = "/admin/holidays/summer-2027/return";
        let csv = staff.get(&format!("{page}.csv")).await.html;
        assert!(csv.starts_with("Provider (so far, nothing is final),"), "{csv}");
        assert_eq!([6, 7].map(|column| value(&csv, "\"All\"", column)), [0, 0], "nothing is over yet: {csv}");
        assert_eq!(
            [0, 1, 2, 8, 9, 10].map(|column| value(&csv, "\"All\"", column)),
            [1, 1, 0, 2, 2, 1],
            "{csv}"
        );
        let id = walk_in.to_string();
        let wrong = staff.post(page, &[("do", "match"), ("walk_in", &id), ("reference", "ZZZZZZZZ")]).await;
        assert!(wrong.status == 422 && wrong.html.contains("value=\"ZZZZZZZZ\""), "{}", wrong.html);
        let right =
            staff.post(page, &[("do", "match"), ("walk_in", &id), ("reference", "f0000002 robin")]).await;
        assert_eq!(right.status, 303, "{}", right.html);
        let csv = staff.get(&format!("{page}.csv")).await.html;
        assert_eq!(
            [0, 1, 2, 8, 9, 10].map(|column| value(&csv, "\"All\"", column)),
            [2, 1, 1, 2, 2, 0],
            "{csv}"
        );
        assert_eq!(two.family, Id::named("family", "2"));

        town.clock.set(at("2027-07-26T13:00:00Z"));
        let csv = staff.get(&format!("{page}.csv")).await.html;
        assert_eq!(
            [6, 7].map(|column| value(&csv, "\"All\"", column)),
            [2, 80],
            "the first day is over: {csv}"
        );
        let html = staff.get(page).await.html;
        assert!(html.contains("So far") && !html.contains("value=\"keep\""), "{html}");
        let early = staff.post(page, &[("do", "keep"), ("sure", "1")]).await;
        assert!(
            early.status == 422 && early.html.contains("after the last day, 27 August 2027"),
            "{}",
            early.html
        );
        town.clock.set(at("2027-09-10T10:00:00Z"));
        assert!(!town.browser().get("/holidays/summer-2027").await.html.contains("How it went"));
        let html = staff.get(page).await.html;
        assert!(!html.contains("So far") && html.contains("value=\"keep\""), "{html}");
        let unsure = staff.post(page, &[("do", "keep")]).await;
        assert!(unsure.status == 422 && unsure.html.contains("id=\"sure\""), "{}", unsure.html);
        assert_eq!(staff.post(page, &[("do", "keep"), ("sure", "1")]).await.status, 303);
        let html = town.browser().get("/holidays/summer-2027").await.html;
        assert!(
            html.contains("How it went") && html.contains("fewer than 5") && html.contains("about 50"),
            "{html}"
        );
    })
    .await;
}
