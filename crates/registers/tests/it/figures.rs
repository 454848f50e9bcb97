//! How many came, as those see it who only see figures; the sheet for paper; and what is forgotten.

use crate::support::{both, child, date, value_of};
use access::Role;
use kernel::Dice;

#[tokio::test]
async fn who_only_sees_figures_sees_no_few_and_no_name_and_reminders_can_be_seen_to_help() {
    both(async |hall| {
        let (day, next) = (date("stay-and-play", 0), date("appointments", 1));
        let mut bookings = Vec::new();
        for number in 0..9u64 {
            bookings.push(hall.book(number, &[day], vec![child("Robin")]).await);
        }
        let missed = hall.book(20, &[date("appointments", 0)], vec![child("Ash")]).await;
        let kept = hall.book(21, &[next], vec![child("Kit")]).await;
        hall.later("2026-12-08T12:00:00Z");
        let worker = hall.browser(Role::DataSteward);
        let marks: Vec<(String, &str)> = bookings
            .iter()
            .enumerate()
            .map(|(at, booking)| (format!("came.b.{booking}.1"), if at < 7 { "came" } else { "did_not_come" }))
            .collect();
        let pairs: Vec<(&str, &str)> = marks.iter().map(|(name, came)| (name.as_str(), *came)).collect();
        worker.post(&format!("/register/{day}"), &pairs).await;
        for (day, booking, came) in [(date("appointments", 0), missed, "did_not_come"), (next, kept, "came")] {
            worker.post(&format!("/register/{day}"), &[(&format!("came.b.{booking}.1"), came)]).await;
        }
        let rule = [("do", "rule"), ("absences", "2"), ("season_days", "90"), ("reminders_since", "8/12/2026")];
        worker.post("/admin/absences", &rule).await;

        let seen = worker.get("/admin/attendance").await.html;
        let cell = |label: &str, value: &str| format!("data-l=\"{label}\">{value}</td>");
        assert!(seen.contains(&cell("Booked", "9")) && seen.contains(&cell("Did not come", "2")), "{seen}");
        assert!(seen.contains("<th scope=\"row\">Before reminders</th><td class=\"num\" data-l=\"Appointments\">1</td><td class=\"num\" data-l=\"Nobody came\">100%</td>"));
        assert!(seen.contains("data-l=\"Nobody came\">0%</td>"));
        let analyst = hall.browser(Role::Analyst).get("/admin/attendance?months=12").await;
        assert_eq!(analyst.status, 200);
        assert!(analyst.html.contains(&cell("Did not come", "fewer than 5")) && analyst.html.contains(&cell("Booked", "about 10")));
        assert!(!analyst.html.contains(&cell("Did not come", "2")) && !analyst.html.contains("Robin"));
        assert_eq!(hall.browser(Role::HubWorker).get("/admin/attendance").await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn the_sheet_for_paper_has_ages_and_no_dates_of_birth_and_the_names_of_walk_ins_are_forgotten() {
    both(async |hall| {
        let day = date("stay-and-play", 0);
        hall.book(1, &[day], vec![child("Robin")]).await;
        hall.later("2026-12-01T09:40:00Z");
        let worker = hall.browser(Role::HubWorker);
        let address = format!("/register/{day}");
        let id = value_of(&worker.get(&address).await.html, "id");
        worker.post(&address, &[("do", "walk_in"), ("id", &id), ("name", "Tilly"), ("who", "child")]).await;
        let paper = worker.get(&format!("{address}/paper")).await.html;
        assert!(paper.contains("Robin</th><td>2 years</td>") && !paper.contains("2024"), "{paper}");
        assert!(paper.contains("shred it after it is typed in") && !paper.contains("Tilly"));
        assert!(hall.did().await.contains(&"printed a register".to_owned()));

        let (before, now) = (hall.clock.now() + jiff::SignedDuration::from_hours(1), hall.clock.now());
        let forget =
            async || hall.db.write(move |tx| registers::forget_who_came(tx, before, now)).await.unwrap();
        assert_eq!((forget().await, forget().await), (1, 0));
        let page = worker.get(&address).await.html;
        assert!(page.contains("A child") && !page.contains("Tilly"));
        assert_eq!(hall.came(day).await.len(), 1, "that they came stays");
    })
    .await;
}

#[tokio::test]
async fn a_family_takes_a_copy_of_how_it_was_marked() {
    both(async |hall| {
        let day = date("stay-and-play", 0);
        let booking = hall.book(1, &[day], vec![child("Robin")]).await;
        hall.later("2026-12-01T09:40:00Z");
        let worker = hall.browser(Role::HubWorker);
        worker.post(&format!("/register/{day}"), &[(&format!("came.b.{booking}.1"), "told")]).await;
        let draft = accounts::PersonDraft {
            email: "parent1@example.org".parse().unwrap(),
            name: "Example parent".to_owned(),
            roles: vec![Role::Family],
            organizations: Vec::new(),
        };
        let clock = hall.clock.clone();
        let copy = hall.db.write(move |tx| {
            let person = accounts::set_person(tx, &draft, &clock, &Dice::real())?;
            registers::export_about(tx, person)
        });
        let copy = copy.await.unwrap();
        assert_eq!((copy.len(), copy[0]["marked"].as_str()), (1, Some("Told us")), "{copy:?}");
    })
    .await;
}

#[tokio::test]
async fn every_statement_of_the_room_is_one_that_both_databases_take() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    both(async |hall| {
        let refused = store::testing::prepare_all(&hall.db, store::testing::statements_in(&folder)).await;
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    })
    .await;
}
