//! A worker keeps a register through the real pages, without script.

use crate::support::{NOW, both, child, date, value_of};
use access::Role;
use bookings::Guest;
use registers::Came;

#[tokio::test]
async fn a_worker_marks_everybody_undoes_it_marks_each_and_puts_down_a_walk_in() {
    both(async |hall| {
        let day = date("stay-and-play", 0);
        let grown_up =
            Guest { name: "Example parent".to_owned(), born: None, grown_up: true, needs: String::new() };
        let booking = hall.book(1, &[day], vec![child("Robin"), grown_up]).await;
        hall.later(NOW);
        let worker = hall.browser(Role::HubWorker);
        let list = worker.get("/register").await.html;
        assert!(list.contains(&format!("/register/{day}")) && list.contains("nobody marked yet"), "{list}");
        let address = format!("/register/{day}");
        let page = worker.get(&address).await.html;
        assert!(
            page.contains("Robin") && page.contains("2 years") && !page.contains("2024"),
            "an age, no date of birth"
        );

        let pressed = worker.post(&address, &[("do", "everybody")]).await;
        assert_eq!(hall.came(day).await, [(1, Came::Came), (2, Came::Came)]);
        let again = worker.get(&pressed.location).await.html;
        worker.post(&address, &[("do", "undo"), ("press", &value_of(&again, "press"))]).await;
        assert_eq!(hall.came(day).await, []);

        let page = worker.get(&address).await.html;
        let (robin, parent) = (format!("b.{booking}.1"), format!("b.{booking}.2"));
        let saw = value_of(&page, &format!("saw.{robin}"));
        assert!(!saw.is_empty(), "what was undone was marked");
        let (came_robin, saw_robin) = (format!("came.{robin}"), format!("saw.{robin}"));
        let (came_parent, saw_parent) = (format!("came.{parent}"), format!("saw.{parent}"));
        let parent_saw = value_of(&page, &saw_parent);
        let pairs = [
            ("do", "marks"),
            (came_robin.as_str(), "came"),
            (saw_robin.as_str(), saw.as_str()),
            (came_parent.as_str(), "told"),
            (saw_parent.as_str(), parent_saw.as_str()),
        ];
        for _ in 0..2 {
            let kept = worker.post(&address, &pairs).await;
            assert_eq!(kept.location, format!("{address}?kept=marks"));
        }
        assert_eq!(hall.came(day).await, [(1, Came::Came), (2, Came::Told)]);

        let page = worker.get(&address).await.html;
        assert!(!page.contains("differently"), "nobody else marked them");
        let id = value_of(&page, "id");
        let empty = worker.post(&address, &[("do", "walk_in"), ("id", &id), ("name", "Sam")]).await;
        assert_eq!(empty.status, 422);
        assert!(
            empty.html.contains("Say whether it is a child or a grown-up")
                && empty.html.contains("value=\"Sam\"")
        );
        let walk_in = [
            ("do", "walk_in"),
            ("id", id.as_str()),
            ("name", "Sam"),
            ("who", "child"),
            ("age_band", "1_to_4"),
        ];
        for _ in 0..2 {
            worker.post(&address, &walk_in).await;
        }
        let page = worker.get(&address).await.html;
        assert_eq!(page.matches("<legend><span dir=\"auto\">Sam</span>").count(), 1);
        assert!(page.contains("1 to 4, walked in"));
        let did = hall.did().await;
        assert!(
            did.contains(&"read a register".to_owned()) && did.contains(&"put down a walk-in".to_owned())
        );
        assert!(did.iter().all(|did| !did.contains("Robin") && !did.contains("Sam")));
    })
    .await;
}

#[tokio::test]
async fn a_drop_in_is_counted_without_names_and_a_press_that_is_sent_twice_counts_once() {
    both(async |hall| {
        hall.later(NOW);
        let day = date("walk-along", 0);
        let worker = hall.browser(Role::HubWorker);
        let address = format!("/register/{day}");
        let count = async || hall.db.read(move |tx| registers::count_drop_in(tx, day)).await.unwrap();
        assert_eq!(count().await, None);
        for _ in 0..3 {
            let key = value_of(&worker.get(&address).await.html, "key");
            for _ in 0..2 {
                worker.post(&address, &[("do", "child_more"), ("key", &key)]).await;
            }
        }
        let key = value_of(&worker.get(&address).await.html, "key");
        worker.post(&address, &[("do", "grown_less"), ("key", &key)]).await;
        let counted = count().await.unwrap();
        assert_eq!((counted.children, counted.grown_ups), (3, 0), "nobody is fewer than none");
        worker.post(&address, &[("do", "count"), ("children", "12"), ("grown_ups", "7")]).await;
        let counted = count().await.unwrap();
        assert_eq!((counted.children, counted.grown_ups), (12, 7), "as it was counted on paper");
        let wrong =
            worker.post(&address, &[("do", "count"), ("children", "a few"), ("grown_ups", "7")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.html.contains("value=\"a few\""));
        assert!(!worker.get(&address).await.html.contains("First name"));
    })
    .await;
}

#[tokio::test]
async fn two_marks_that_differ_are_settled_by_a_person_and_a_meal_is_kept_where_there_is_one() {
    both(async |hall| {
        let day = date("holiday-club", 0);
        let booking = hall.book(1, &[day], vec![child("Robin")]).await;
        hall.later(NOW);
        let worker = hall.browser(Role::HubWorker);
        let address = format!("/register/{day}");
        let whom = format!("b.{booking}.1");
        let (came, meal, saw) = (format!("came.{whom}"), format!("meal.{whom}"), format!("saw.{whom}"));
        // Two forms were open at once: neither saw the other's mark.
        worker.post(&address, &[(&came, "came"), (&meal, "hot"), (&saw, "")]).await;
        worker.post(&address, &[(&came, "did_not_come"), (&meal, "none"), (&saw, "")]).await;
        let page = worker.get(&address).await.html;
        assert!(page.contains("Two people marked <span dir=\"auto\">Robin</span> differently"), "{page}");
        assert!(page.contains("Came, Hot meal, marked"));
        worker.post(&address, &[("do", "settle"), ("whom", &whom), ("came", "came")]).await;
        assert!(!worker.get(&address).await.html.contains("differently"));
        assert_eq!(hall.came(day).await, [(1, Came::Came)]);
        let plain = worker.get(&format!("/register/{}", date("stay-and-play", 0))).await.html;
        assert!(!plain.contains("Hot meal"));
    })
    .await;
}
