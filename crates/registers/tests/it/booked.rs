//! Those who keep a session see who has booked, and change it for a family.

use crate::support::{both, child, date, session, value_of};
use access::{May, On, Role};
use bookings::State;
use calendar::{Exception, Series};
use jobs::Runner;
use kernel::Dice;
use serde_json::json;

#[tokio::test]
async fn staff_see_who_has_booked_and_waits_book_move_and_cancel_for_a_family() {
    both(async |hall| {
        let (day, next) = (date("small-group", 0), date("small-group", 1));
        let first = hall.book(1, &[day], vec![child("Robin"), child("Ash")]).await;
        hall.book(2, &[day], vec![child("Kit")]).await;
        hall.book(3, &[day], vec![child("Lee")]).await;
        let worker = hall.browser(Role::HubWorker);
        let list = "/admin/sessions/small-group/bookings";
        let page = worker.get(list).await.html;
        assert!(page.contains("2 of 2 places taken, 0 free, 2 families wait"), "{page}");
        assert!(page.contains("Robin, 2 years") && page.contains("Example parent 1, parent1@example.org"));
        assert_eq!(page.matches("tag tag-ok\">Next<").count(), 1, "one family is next");
        assert!(hall.did().await.contains(&"read who has booked".to_owned()));

        let new = format!("{list}/new");
        let key = value_of(&worker.get(&new).await.html, "form_key");
        let day_text = next.to_string();
        let mut sent = vec![
            ("form_key", key.as_str()),
            ("date", day_text.as_str()),
            ("child_1_name", "Max"),
            ("grown_ups", "1"),
        ];
        let wrong = worker.post(&new, &sent).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.html.contains("value=\"Max\"") && wrong.html.contains("href=\"#phone\""));
        sent.extend([("name", "Example parent"), ("phone", "07700 900123")]);
        let booked = worker.post(&new, &sent).await;
        let made = format!("{list}?kept=booked&reference={}", bookings::reference_of(&key));
        assert_eq!(booked.location, made, "{}", booked.html);
        let page = worker.get(&made).await.html;
        let said = format!("told. Reference {}: ", bookings::reference_of(&key));
        assert!(page.contains(&said), "{page}");

        let one = format!("{list}/{}", bookings::reference_of(&format!("{:032x}", 1)));
        let full = worker.post(&one, &[("do", "move"), ("to", &day_text)]).await;
        assert_eq!(full.status, 422, "there is one place, and they are two");
        let later = date("small-group", 2).to_string();
        let moved = worker.post(&one, &[("do", "move"), ("to", &later)]).await;
        assert_eq!(moved.location, format!("{list}?kept=moved"), "{}", moved.html);
        let why = worker.post(&one, &[("do", "cancel"), ("words", "See you soon")]).await;
        assert!(why.html.contains("Say why it is cancelled") && why.html.contains("See you soon"));
        let cancelled = worker
            .post(&one, &[("do", "cancel"), ("reason", "family_rang"), ("words", "See you soon")])
            .await;
        assert_eq!(cancelled.location, format!("{list}?kept=cancelled"));
        let state = hall.db.read(move |tx| bookings::list_dates_booked(tx, &[first])).await.unwrap();
        assert_eq!(State::of(&state[0].state), Some(State::Cancelled));
        assert!(hall.messages().await.contains(&"registers.about_your_booking".to_owned()));
        // What came free was offered to who waited.
        assert!(worker.get(list).await.html.contains("A place is offered"));
        assert_eq!(worker.get(&format!("{list}/NOTTHERE")).await.status, 404);
        assert_eq!(worker.get("/admin/sessions/none/bookings").await.status, 404);
        assert_eq!(hall.browser(Role::Editor).get(list).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_date_still_says_whom_to_ring_and_a_family_that_is_booked_is_not_booked_again_unseen() {
    both(async |hall| {
        let day = date("small-group", 0);
        let mut party = vec![child("Robin")];
        party[0].needs = "A hoist".to_owned();
        hall.book(1, &[day], party).await;
        let worker = hall.browser(Role::HubWorker);
        let list = "/admin/sessions/small-group/bookings";
        let new = format!("{list}/new");
        let (key, day_text) = (value_of(&worker.get(&new).await.html, "form_key"), day.to_string());
        let mut sent = vec![
            ("form_key", key.as_str()),
            ("date", day_text.as_str()),
            ("child_1_name", "robin"),
            ("child_1_born", "1st March 2024"),
            ("grown_ups", "0"),
            ("name", "Example parent"),
            ("email", "parent1@example.org"),
        ];
        let stopped = worker.post(&new, &sent).await;
        let reference = bookings::reference_of(&format!("{:032x}", 1));
        assert_eq!(stopped.status, 422, "{}", stopped.html);
        assert!(stopped.html.contains(&format!("reference {reference}. Tick this box")), "{}", stopped.html);
        assert!(stopped.html.contains("href=\"#again\"") && stopped.html.contains("value=\"robin\""));
        sent.push(("again", "1"));
        assert_eq!(worker.post(&new, &sent).await.status, 303);

        let mut draft = session("small-group", json!({"places": 2}));
        let series = Series::new(draft.parts[0].clone()).unwrap();
        let cancelled =
            Exception::Cancelled { key: "20261201T1000".parse().unwrap(), reason: "No heating".to_owned() };
        draft.parts[0] = series.with(cancelled).unwrap().plan().clone();
        let now = hall.clock.now();
        hall.db
            .write(move |tx| events::publish_session(tx, &May::by_operator(On::all("session")), &draft, now))
            .await
            .unwrap()
            .unwrap();
        bookings::jobs(Runner::new(hall.db.clone(), hall.clock.clone(), Dice::real()), hall.room.desk())
            .run_until_empty()
            .await
            .unwrap();
        let page = worker.get(list).await.html;
        assert!(page.contains("These bookings were cancelled because the date was."), "{page}");
        assert!(page.contains("Had booked") && page.contains("Example parent 1, parent1@example.org"));
        assert!(page.contains("A hoist") && page.contains("Not held"), "{page}");
    })
    .await;
}
