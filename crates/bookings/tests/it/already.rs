//! A family that is booked already.

use crate::support::{both, request};
use bookings::{Contact, Guest, Request, Settle, State, book, find_already_booked, settle};

fn child(name: &str, born: Option<&str>) -> Guest {
    let born = born.map(|born| born.parse().unwrap());
    Guest { name: name.to_owned(), born, grown_up: false, needs: String::new() }
}

fn wish(number: u64, dates: &[uuid::Uuid], party: Vec<Guest>, email: &str) -> Request {
    let contact = Contact { name: "Ada".to_owned(), email: Some(email.parse().unwrap()), phone: None };
    Request { party, contact, ..request(number, dates, 1) }
}

#[tokio::test]
async fn the_same_child_of_the_same_contact_is_seen_to_be_booked_already() {
    both(async |hall| {
        let dates = hall.dates("stay-and-play");
        let robin = || vec![child("Robin", Some("2024-03-01"))];
        let first = wish(1, &dates[..1], robin(), "ada@example.org");
        let booked = book(&hall.desk, first.clone()).await.unwrap().unwrap();
        let find = async |wish: Request| {
            let found = hall.db.read(move |tx| find_already_booked(tx, &wish)).await.unwrap();
            found.map(|found| (found.reference, found.date, found.state))
        };
        let is_there = Some((booked.reference.clone(), dates[0], State::Booked));
        let by_phone = |phone: &str, number| {
            let phone = Some(phone.parse().unwrap());
            let contact = Contact { name: "Ada".to_owned(), email: None, phone };
            Request { contact, ..wish(number, &dates[2..3], robin(), "ada@example.org") }
        };
        let rang = book(&hall.desk, by_phone("07700900123", 9)).await.unwrap().unwrap();
        let has_rung = Some((rang.reference, dates[2], State::Booked));
        assert_eq!(find(by_phone("07700 900123", 10)).await, has_rung);
        let spaced = Request { dates: dates[3..4].to_vec(), ..by_phone("07700 900456", 11) };
        book(&hall.desk, spaced.clone()).await.unwrap().unwrap();
        let together = Request { dates: spaced.dates, ..by_phone("07700900456", 12) };
        assert!(find(together).await.is_some(), "the same number, typed in another way");
        let lower = vec![child(" robin", None)];
        assert_eq!(find(wish(2, &dates[..2], robin(), "ada@example.org")).await, is_there);
        assert_eq!(find(wish(2, &dates[..2], lower, "Ada@Example.org")).await, is_there);
        assert_eq!(find(first).await, None, "a form sent twice is one booking");
        let others = [
            wish(2, &dates[1..2], robin(), "ada@example.org"),
            wish(2, &dates[..1], robin(), "kit@example.org"),
            wish(2, &dates[..1], vec![child("Robin", Some("2023-03-01"))], "ada@example.org"),
            wish(2, &dates[..1], vec![child("Ash", None)], "ada@example.org"),
        ];
        for other in others {
            assert_eq!(find(other).await, None);
        }
        settle(&hall.desk, booked.id, Settle::Cancel("cancelled by the family")).await.unwrap().unwrap();
        assert_eq!(find(wish(2, &dates[..1], robin(), "ada@example.org")).await, None);
    })
    .await;
}
