use crate::fake_notify::FakeNotify;
use access::{Actor, PersonId, Role, Signed};
use axum::{
    Extension, Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use kernel::{Clock, Dice, Id, Instant};
use notify::{Message, MessageId, Notify, NotifyConfig, Steady, Template, To};
use settings::Council;
use std::time::Duration;
use store::{Db, Migration};
use tower::ServiceExt;
use web::{Site, Who};

pub const ROOMS: &[&[Migration]] = &[access::MIGRATIONS, settings::MIGRATIONS, notify::MIGRATIONS];

pub static LINK: Template = Template {
    key: "test.sign_in_link",
    name: "Link to sign in",
    sent_when: "When somebody asks for it.",
    subject: "Your link for ((place))",
    body: "Hello ((name)),\n\nopen this link:\n\n((link))\n\nIt works once.",
    sample: &[("name", "Sam"), ("place", "the hub"), ("link", "https://hub.example.org/x")],
    can_be_turned_off: false,
};

pub static REMINDER: Template = Template {
    key: "test.reminder",
    name: "Reminder to check an entry",
    sent_when: "When an entry has not been looked at for long.",
    subject: "Is ((name)) still right?",
    body: "Please look at ((name)).",
    sample: &[("name", "Baby group")],
    can_be_turned_off: true,
};

pub static TEMPLATES: [&Template; 2] = [&LINK, &REMINDER];

/// A room over a database, with clocks that a test can move.
pub struct Room {
    pub db: Db,
    pub site: Site,
    pub clock: Clock,
    pub steady: Steady,
    pub notify: Notify,
}

impl Room {
    pub async fn open(db: Db, config: NotifyConfig) -> Room {
        let (site, clock) = site(&db).await;
        let steady = Steady::standing();
        let notify = Notify::open_timed(&site, config, &TEMPLATES, steady.clone()).unwrap();
        Room { db, site, clock, steady, notify }
    }

    pub async fn demonstration(db: Db) -> Room {
        let (site, clock) = site(&db).await;
        let notify = Notify::demonstration(&site, &TEMPLATES);
        Room { db, site, clock, steady: Steady::standing(), notify }
    }

    pub async fn queue(&self, template: &'static Template, to: To, name: &str) -> Option<MessageId> {
        let values = vec![
            ("name", name.to_owned()),
            ("place", "the hub".to_owned()),
            ("link", "https://hub.example.org/sign-in/link/s3cret".to_owned()),
        ];
        let message = Message { template, to, person: Some(someone()), values, once: None };
        let (dice, now) = (Dice::real(), self.clock.now());
        self.db.write(move |tx| notify::queue(tx, &message, &dice, now)).await.unwrap()
    }

    /// Both clocks go forward.
    pub fn pass(&self, seconds: i64) {
        self.steady.pass(Duration::from_secs(seconds as u64));
        self.clock.set(self.clock.now() + jiff::SignedDuration::from_secs(seconds));
    }

    pub async fn send(&self) -> usize {
        self.notify.send_waiting().await.unwrap()
    }

    /// Where a message stands, why, and whether its words are still kept.
    pub async fn standing(&self, id: MessageId) -> (String, Option<String>, bool) {
        self.db
            .read(move |tx| {
                tx.one("select state, reason, body is not null from message where id = $1", store::args![id])
            })
            .await
            .unwrap()
    }

    pub async fn state(&self, id: MessageId) -> String {
        self.standing(id).await.0
    }

    pub fn router(&self, who: Option<Role>) -> Router {
        let router = notify::door(&self.notify).and(notify::demo_door(&self.notify)).into_router();
        let actor = who.map_or(Actor::Visitor, |role| {
            Actor::Person(Signed {
                person: someone(),
                roles: [role].into_iter().collect(),
                organizations: Vec::new(),
            })
        });
        web::shell(&self.site, router.layer(Extension(Who { actor })))
    }

    pub async fn get(&self, who: Option<Role>, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).header(header::HOST, "hub.example.org");
        answer(self.router(who), request.body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, who: Option<Role>, path: &str, form: &str) -> (StatusCode, String) {
        let request = Request::post(path)
            .header(header::HOST, "hub.example.org")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        answer(self.router(who), request.body(Body::from(form.to_owned())).unwrap()).await
    }
}

/// A room that sends by a GOV.UK Notify of our own.
pub async fn room_with_notify(db: &Db) -> (Room, FakeNotify) {
    // One clock for both, or the token is too old.
    let room = Room::open(db.clone(), NotifyConfig::default()).await;
    let fake = FakeNotify::start(&room.clock).await;
    let notify = Notify::open_timed(&room.site, fake.config(), &TEMPLATES, room.steady.clone()).unwrap();
    (Room { notify, ..room }, fake)
}

pub async fn answer(router: Router, request: Request<Body>) -> (StatusCode, String) {
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

async fn site(db: &Db) -> (Site, Clock) {
    let clock = Clock::standing_at("2026-11-22T09:00:00Z");
    let now: Instant = clock.now();
    db.write(move |tx| {
        let council = Council {
            name: "Halton family hubs".to_owned(),
            public_url: "https://hub.example.org".to_owned(),
            ..Council::unnamed()
        };
        settings::set_council(tx, &council, now)
    })
    .await
    .unwrap();
    (Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap(), clock)
}

pub fn someone() -> PersonId {
    Id::named("test", "someone")
}

pub fn email(address: &str) -> To {
    To::Email(address.parse().unwrap())
}

pub fn phone(number: &str) -> To {
    To::Phone(number.parse().unwrap())
}
