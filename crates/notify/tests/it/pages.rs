use crate::{
    fake_notify::FakeNotify,
    support::{LINK, REMINDER, ROOMS, Room, answer, email},
};
use access::Role;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use store::{Db, args, testing::both};

const EDITOR: Option<Role> = Some(Role::Editor);
const ADMINISTRATOR: Option<Role> = Some(Role::Administrator);

async fn trail(db: &Db) -> Vec<String> {
    let rows: Vec<(String,)> =
        db.read(|tx| tx.all("select did from audit order by sequence", args![])).await.unwrap();
    rows.into_iter().map(|(did,)| did).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_that_opens_the_stop_link_stops_nothing_and_one_press_does() {
    both(ROOMS, async |db| {
        let room = Room::demonstration(db.clone()).await;
        room.queue(&REMINDER, email("parent@example.org"), "Baby group").await.unwrap();
        let (token,): (String,) =
            db.read(|tx| tx.one("select stop_token from message", args![])).await.unwrap();
        let path = format!("/notify/stop/{token}");
        let (status, page) = room.get(None, &path).await;
        assert!(status == StatusCode::OK && page.contains("Do you want us to stop"), "{page}");
        assert!(!page.contains("parent@example.org"), "the page names nobody");
        assert!(room.queue(&REMINDER, email("parent@example.org"), "Baby group").await.is_some());

        // As a mail program posts: no origin, no cookie (RFC 8058).
        let request = Request::post(&path)
            .header("host", "hub.example.org")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from("List-Unsubscribe=One-Click"))
            .unwrap();
        let (status, page) = answer(room.router(None), request).await;
        assert!(status == StatusCode::OK && page.contains("Reminder to check an entry"), "{status} {page}");
        assert!(room.queue(&REMINDER, email("parent@example.org"), "Baby group").await.is_none());
        assert!(room.queue(&LINK, email("parent@example.org"), "Sam").await.is_some(), "it was asked for");
        assert_eq!(trail(&db).await, ["turned a kind of message off"]);

        let (_, page) = room.post(None, &path, "again=1").await;
        assert!(page.contains("You will get these messages again"));
        assert!(room.queue(&REMINDER, email("parent@example.org"), "Baby group").await.is_some());
        assert_eq!(room.get(None, "/notify/stop/guessed").await.0, StatusCode::NOT_FOUND);
        assert_eq!(room.post(None, "/notify/stop/guessed", "").await.0, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_not_sent_once_its_kind_was_turned_off() {
    both(ROOMS, async |db| {
        let room = Room::open(db.clone(), notify::NotifyConfig::default()).await;
        let fake = FakeNotify::start(&room.clock).await;
        let id = room.queue(&REMINDER, email("parent@example.org"), "Baby group").await.unwrap();
        let (token,): (String,) =
            db.read(|tx| tx.one("select stop_token from message", args![])).await.unwrap();
        room.post(None, &format!("/notify/stop/{token}"), "").await;
        let notify = notify::Notify::open(&room.site, fake.config(), &crate::support::TEMPLATES).unwrap();
        notify.send_waiting().await.unwrap();
        assert_eq!(fake.requests().len(), 0);
        assert_eq!(room.standing(id).await, ("failed".to_owned(), Some("turned_off".to_owned()), false));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_sees_what_was_sent_and_looking_is_written_down() {
    both(ROOMS, async |db| {
        let room = Room::open(db.clone(), notify::NotifyConfig::default()).await;
        let id = room.queue(&LINK, email("parent@example.org"), "Sam").await.unwrap();
        assert_eq!(room.get(EDITOR, "/admin/messages").await.0, StatusCode::FORBIDDEN);
        assert_eq!(room.get(None, "/admin/messages").await.0, StatusCode::SEE_OTHER);
        let (status, page) = room.get(ADMINISTRATOR, "/admin/messages").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("parent@example.org") && page.contains("Link to sign in"), "{page}");
        assert!(!page.contains("s3cret"), "the words are nobody's to read");
        assert!(page.contains("no way out for e-mail") && page.contains("Waiting: 1"));
        assert_eq!(trail(&db).await, ["looked at what was sent"]);

        db.write(move |tx| {
            tx.exec("update message set state = 'in_doubt', reason = 'no_answer' where id = $1", args![id])
        })
        .await
        .unwrap();
        let (_, page) = room.get(ADMINISTRATOR, "/admin/messages?state=in_doubt").await;
        assert!(page.contains("Send again") && page.contains("It may come twice"), "{page}");
        let form = format!("id={id}");
        assert_eq!(room.post(EDITOR, "/admin/messages", &form).await.0, StatusCode::FORBIDDEN);
        assert_eq!(room.post(ADMINISTRATOR, "/admin/messages", &form).await.0, StatusCode::SEE_OTHER);
        assert_eq!(room.state(id).await, "queued");
        assert_eq!(room.post(ADMINISTRATOR, "/admin/messages", "id=x").await.0, StatusCode::NOT_FOUND);
        assert_eq!(trail(&db).await.last().unwrap(), "had a message in doubt sent again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_rewords_a_message_and_cannot_lose_its_link() {
    both(ROOMS, async |db| {
        let room = Room::demonstration(db.clone()).await;
        let path = "/admin/messages/templates/test.sign_in_link";
        assert_eq!(room.get(Some(Role::Analyst), path).await.0, StatusCode::FORBIDDEN);
        let (_, list) = room.get(EDITOR, "/admin/messages/templates").await;
        assert!(list.contains("Link to sign in") && !list.contains("Reworded here"));
        let (_, page) = room.get(EDITOR, path).await;
        assert!(page.contains("Hello Sam") && page.contains("href=\"https://hub.example.org/x\""), "{page}");

        let lost = "do=save&subject=Your+way+in&body=Hello+((name)).+((nmae))";
        let (status, page) = room.post(EDITOR, path, lost).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Keep ((link))") && page.contains("nothing to put in ((nmae))"), "{page}");
        assert!(page.contains("value=\"Your way in\"") && page.contains("Hello ((name)). ((nmae))"));

        let words = "subject=Your+way+in&body=Dear+((name)),%0D%0A%0D%0A((link))";
        let (status, page) = room.post(EDITOR, path, &format!("do=preview&{words}")).await;
        assert!(status == StatusCode::OK && page.contains("Dear Sam,"));
        assert_eq!(room.post(EDITOR, path, &format!("do=save&{words}")).await.0, StatusCode::SEE_OTHER);
        room.queue(&LINK, email("parent@example.org"), "Sam").await.unwrap();
        let (_, outbox) = room.get(None, "/demo/outbox").await;
        assert!(outbox.contains("Your way in") && outbox.contains("Dear Sam,"), "{outbox}");
        assert!(outbox.contains("href=\"https://hub.example.org/sign-in/link/s3cret\""));

        assert_eq!(room.post(EDITOR, path, "do=back").await.0, StatusCode::SEE_OTHER);
        let (_, page) = room.get(EDITOR, path).await;
        assert!(page.contains("It works once.") && !page.contains("Go back to the built-in words"));
        assert_eq!(trail(&db).await, ["reworded a message", "put the built-in wording of a message back"]);
        assert_eq!(room.get(EDITOR, "/admin/messages/templates/none").await.0, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_danger_in_a_wording_bring_the_card_first_and_are_kept() {
    both(ROOMS, async |db| {
        let room = Room::demonstration(db.clone()).await;
        let path = "/admin/messages/templates/test.reminder";
        let words = "do=save&subject=Reminder&body=I+want+to+kill+myself+tonight";
        let (status, page) = room.post(EDITOR, path, words).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("999") && page.contains("not saved yet"), "{page}");
        assert!(page.contains("I want to kill myself tonight") && page.contains("name=\"seen\""));
        assert_eq!(trail(&db).await, [] as [String; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_demonstration_everything_is_sent_at_once_and_can_be_read() {
    both(ROOMS, async |db| {
        let room = Room::demonstration(db).await;
        let id = room.queue(&LINK, email("parent@example.org"), "Sam <script>").await.unwrap();
        room.send().await;
        assert_eq!(room.standing(id).await, ("accepted".to_owned(), None, true));
        let (status, page) = room.get(None, "/demo/outbox").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("Your link for the hub") && page.contains("Sam &lt;script&gt;"), "{page}");
    })
    .await;
}
