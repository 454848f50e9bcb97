use crate::{
    fake_notify::Next,
    support::{LINK, REMINDER, ROOMS, Room, answer, email, phone, room_with_notify},
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use jobs::Runner;
use kernel::Dice;
use serde_json::{Value, json};
use store::{Db, args, testing::both};

/// As Notify calls: no cookie, no origin, a token.
async fn tell(room: &Room, token: &str, news: &Value) -> StatusCode {
    let request = Request::post("/notify/receipt")
        .header("host", "hub.example.org")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(news.to_string()))
        .unwrap();
    answer(room.router(None), request).await.0
}

const TOKEN: &str = "a token of many letters";

fn receipt(reference: &Value, status: &str) -> Value {
    json!({
        "id": "740e5834-3a29-46b4-9a6f-16142fde533a", "reference": reference, "to": "+447700900123",
        "status": status, "created_at": "2026-11-22T09:00:00.000000Z", "completed_at": null, "sent_at": null,
        "notification_type": "sms", "template_id": "x", "template_version": 1,
    })
}

async fn delivery(db: &Db) -> Vec<(String, Option<String>)> {
    db.read(|tx| tx.all("select state, delivery from message order by queued_at, id", args![])).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_taken_from_notify_alone_and_twice_is_once() {
    both(ROOMS, async |db| {
        let (room, fake) = room_with_notify(&db).await;
        room.queue(&LINK, phone("07700 900123"), "Sam").await.unwrap();
        room.send().await;
        let news = receipt(&fake.requests()[0]["reference"], "delivered");
        for wrong in ["", "a token of many lettert", "a token of many letters "] {
            assert_ne!(tell(&room, wrong, &news).await, StatusCode::OK, "{wrong:?}");
        }
        assert_eq!(delivery(&db).await[0].1, None);
        for _ in 0..2 {
            assert_eq!(tell(&room, TOKEN, &news).await, StatusCode::OK);
        }
        // What came late cannot take the last word back.
        let late = receipt(&fake.requests()[0]["reference"], "sending");
        assert_eq!(tell(&room, TOKEN, &late).await, StatusCode::OK);
        assert_eq!(delivery(&db).await, [("accepted".to_owned(), Some("delivered".to_owned()))]);
        assert_eq!(tell(&room, TOKEN, &receipt(&json!("nobody's"), "delivered")).await, StatusCode::OK);
        assert_eq!(tell(&room, TOKEN, &json!("odd")).await, StatusCode::BAD_REQUEST);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_settles_what_nobody_knew_about() {
    both(ROOMS, async |db| {
        let (room, fake) = room_with_notify(&db).await;
        fake.next([Next::TakeAndTimeOut]);
        let id = room.queue(&LINK, phone("07700 900123"), "Sam").await.unwrap();
        room.send().await;
        assert_eq!(room.state(id).await, "unknown");
        tell(&room, TOKEN, &receipt(&fake.requests()[0]["reference"], "delivered")).await;
        assert_eq!(room.standing(id).await, ("accepted".to_owned(), None, false));
        room.pass(600);
        assert_eq!((room.send().await, fake.requests().len()), (0, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_or_a_dead_address_stops_reminders_but_not_what_was_asked_for() {
    both(ROOMS, async |db| {
        let (room, fake) = room_with_notify(&db).await;
        room.queue(&REMINDER, email("parent@example.org"), "Baby group").await.unwrap();
        room.queue(&REMINDER, phone("07700 900123"), "Baby group").await.unwrap();
        room.send().await;
        let requests = fake.requests();
        let of = |key: &str| requests.iter().find(|each| each.get(key).is_some()).unwrap()["reference"].clone();
        let complaint = json!({
            "notification_id": "740e5834-3a29-46b4-9a6f-16142fde533a", "complaint_id": "c", "to": "parent@example.org",
            "reference": of("email_address"), "complaint_date": "2026-11-22T09:00:00.000000Z",
        });
        assert_eq!(tell(&room, TOKEN, &complaint).await, StatusCode::OK);
        assert_eq!(tell(&room, TOKEN, &complaint).await, StatusCode::OK);
        tell(&room, TOKEN, &receipt(&of("phone_number"), "permanent-failure")).await;
        for to in [email("Parent@Example.org"), phone("+44 7700 900123")] {
            assert!(room.queue(&REMINDER, to.clone(), "Baby group").await.is_none());
            assert!(room.queue(&LINK, to.clone(), "Sam").await.is_some());
            assert_eq!(db.write(move |tx| notify::forget_address(tx, &to)).await.unwrap(), 1);
        }
        assert!(room.queue(&REMINDER, email("parent@example.org"), "Baby group").await.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_never_came_is_asked_for() {
    both(ROOMS, async |db| {
        let (room, fake) = room_with_notify(&db).await;
        room.queue(&LINK, phone("07700 900123"), "Sam").await.unwrap();
        room.send().await;
        let ask = async |seconds: i64| {
            room.pass(seconds);
            let runner = Runner::new(db.clone(), room.clock.clone(), Dice::real());
            notify::jobs(runner, &room.notify).run_until_empty().await.unwrap();
            delivery(&db).await[0].1.clone()
        };
        assert_eq!(ask(60).await, None);
        assert_eq!(ask(3_700).await.as_deref(), Some("sending"));
        fake.seen.lock().unwrap().kept[0]["status"] = json!("temporary-failure");
        assert_eq!(ask(3_700).await.as_deref(), Some("temporary-failure"));
    })
    .await;
}
