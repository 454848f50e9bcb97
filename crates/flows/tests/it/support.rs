//! A council with a small guide that has every kind of node.

use access::{Actor, May, On, PersonId, Role, Roles, Signed, WriteFlows};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use flows::{Flow, Flows, Input, Reply, SessionId, Turn, parse};
use http_body_util::BodyExt;
use kernel::{Clock, Date, Dice, Id};
use settings::Council;
use store::{Db, args};
use tower::ServiceExt;
use web::Site;

pub const NOW: &str = "2026-11-23T09:00:00Z";
pub const MIGRATIONS: &[&[store::Migration]] = &[access::MIGRATIONS, settings::MIGRATIONS, flows::MIGRATIONS];

/// One of every kind of node, in two languages.
pub const TRIP: &str = r#"
slug = "trip"
title = "A trial trip"
summary = "It tries every kind of question."
also_say = ["a trial of everything"]
owner = "The test"
checked_on = 2026-11-20
review_by = 2027-11-20
languages = ["en", "pl"]
start = "hello"
[[source]]
key = "law"
title = "The regulations"
publisher = "Legislation"
url = "https://www.legislation.gov.uk/uksi/2014/1530"
checked_on = 2026-11-20
[[node]]
key = "hello"
kind = "say"
say = "Hello. This is a trial."
facts = false
to = "who"
[[node]]
key = "who"
kind = "choice"
say = """We ask one thing at a time.

Who is it for?"""
explain = "Tell us whose plan it is."
facts = false
otherwise = "anything"
[[node.choice]]
key = "child"
words = "My child"
also = ["son", "daughter", "kid"]
to = "asked-on"
[[node.choice]]
key = "me"
words = "Me"
also = ["myself"]
to = "why"
[[node]]
key = "asked-on"
kind = "date"
keep = "asked_on"
say = "When did the council get your request?"
facts = false
to = "calendar"
unknown = "no-date"
[[node]]
key = "calendar"
kind = "work_out"
say = "The council must say by {{week6}}."
cites = ["law"]
to = "late"
[[node.step]]
name = "week6"
from = "asked_on"
add = "6 weeks"
words = "Yes or no by"
[[node.step]]
name = "week16"
from = "asked_on"
add = "16 weeks"
words = "No plan by"
[[node.step]]
name = "week20"
from = "asked_on"
add = "20 weeks"
words = "Final plan by"
[[node]]
key = "late"
kind = "branch"
otherwise = "why"
[[node.case]]
of = "week20"
before = "today"
to = "is-late"
[[node]]
key = "is-late"
kind = "say"
say = "It is late."
cites = ["law"]
to = "why"
[[node]]
key = "no-date"
kind = "say"
say = "Ring and ask for the day."
facts = false
to = "why"
[[node]]
key = "why"
kind = "words"
say = "What worries you most?"
facts = false
to = "near"
[[node]]
key = "near"
kind = "services"
say = "These may help."
facts = false
need = "send"
words = "send advice"
to = "ring"
[[node]]
key = "ring"
kind = "hand_over"
say = "Somebody can talk it through."
facts = false
what = "phone"
target = "tel:01514960000"
words = "0151 496 0000"
to = "more"
[[node]]
key = "more"
kind = "choice"
say = "Would you like to go on?"
facts = false
[[node.choice]]
key = "yes"
words = "Yes"
to = "who"
[[node.choice]]
key = "no"
words = "No"
to = "done"
[[node]]
key = "anything"
kind = "choice"
say = "That is all right. What would you like?"
facts = false
[[node.choice]]
key = "yes"
words = "Go on"
to = "why"
[[node.choice]]
key = "no"
words = "Stop here"
to = "done"
[[node]]
key = "done"
kind = "end"
say = "Thank you."
facts = false
[translations.pl]
title = "Podróż próbna"
summary = "Próbuje wszystkiego."
[translations.pl.hello]
say = "Dzień dobry. To jest próba."
[translations.pl.who]
say = "Dla kogo to jest?"
choice.child = "Moje dziecko"
choice.me = "Ja"
"#;

pub const LOSS: &str = r#"
slug = "loss"
title = "After losing a baby"
summary = "For you, gently."
owner = "The test"
checked_on = 2026-11-20
review_by = 2027-11-20
loss = true
sensitive = true
start = "here"
[[node]]
key = "here"
kind = "choice"
say = "We are so sorry. What would help?"
facts = false
otherwise = "end"
[[node.choice]]
key = "talk"
words = "Talk to somebody"
to = "end"
[[node]]
key = "end"
kind = "end"
say = "We are here."
facts = false
"#;

pub fn trip() -> Flow {
    parse(TRIP).unwrap()
}

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn choose(key: &str) -> Input {
    Input::Choice { node: None, key: key.to_owned() }
}

pub fn typed(text: &str) -> Input {
    Input::Words(text.to_owned())
}

pub struct Hub {
    pub site: Site,
    pub flows: Flows,
    pub clock: Clock,
    pub db: Db,
}

impl Hub {
    pub async fn open(db: Db) -> Hub {
        let clock = Clock::standing_at(NOW);
        let now = clock.now();
        db.write(move |tx| {
            let council = Council {
                public_url: "https://hub.example.org".to_owned(),
                phone: "0303 333 4300".to_owned(),
                ..Council::unnamed()
            };
            settings::set_council(tx, &council, now)
        })
        .await
        .unwrap();
        let site = Site::open(db.clone(), clock.clone(), Dice::real()).await.unwrap();
        let flows = Flows::open(&site).await.unwrap();
        flows.publish_builtin(vec![TRIP.to_owned()]).await.unwrap();
        flows.renew().await.unwrap();
        Hub { site, flows, clock, db }
    }

    pub async fn with_loss(db: Db) -> Hub {
        let hub = Hub::open(db).await;
        // The house has a guide of its own for loss; here it is this one alone.
        let may = editor();
        for published in hub.flows.list().iter().filter(|published| published.flow.loss) {
            hub.flows.withdraw(&may, &published.flow.slug, "the test has its own").await.unwrap();
        }
        hub.flows.publish_builtin(vec![LOSS.to_owned()]).await.unwrap();
        hub.flows.renew().await.unwrap();
        hub
    }

    pub fn pass_days(&self, days: i64) {
        self.clock.set(self.clock.now() + jiff::SignedDuration::from_hours(24 * days));
    }

    pub async fn begin(&self) -> Turn {
        self.flows.begin("trip", "en").await.unwrap().unwrap()
    }

    pub async fn press(&self, session: &SessionId, message: &str, input: Input) -> Turn {
        let today = self.clock.today();
        self.flows.take_turn(session, message, Reply::Pressed(input), today).await.unwrap().unwrap()
    }

    pub async fn say(&self, session: &SessionId, message: &str, text: &str) -> Turn {
        let screened = self.site.screen(text);
        self.flows.answer(session, message, &screened, self.clock.today()).await.unwrap().unwrap()
    }

    /// How many answers are kept, the beginning among them.
    pub async fn answers(&self, session: &SessionId) -> i64 {
        let id = session.as_str().to_owned();
        let counted = self.db.read(move |tx| {
            tx.one::<(i64,)>("select count(*) from flow_answer where session_id = $1", args![id.as_str()])
        });
        counted.await.unwrap().0
    }

    pub async fn forget(&self) {
        let runner = jobs::Runner::new(self.db.clone(), self.clock.clone(), Dice::real());
        let runner = flows::jobs(runner, &self.flows);
        self.db
            .write({
                let now = self.clock.now();
                move |tx| {
                    jobs::enqueue(tx, flows::FORGET_GUIDE_SESSIONS, &serde_json::json!({}), now, now, None)
                }
            })
            .await
            .unwrap();
        runner.run_until_empty().await.unwrap();
    }

    pub fn router(&self) -> Router {
        web::shell(&self.site, flows::routes(&self.flows).into_router())
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header("host", "hub.example.org").body(Body::empty()).unwrap();
        answer(self.router(), request).await
    }

    pub async fn post(&self, path: &str, body: &str) -> Answer {
        self.post_to(self.router(), path, body).await
    }

    /// The same, to the house as a test has built it.
    pub async fn post_to(&self, router: Router, path: &str, body: &str) -> Answer {
        let request = Request::post(path)
            .header("host", "hub.example.org")
            .header("origin", "https://hub.example.org")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()))
            .unwrap();
        answer(router, request).await
    }

    /// Sends a form and follows where it leads, as a browser without script does.
    pub async fn submit(&self, path: &str, body: &str) -> (String, Answer) {
        let answer = self.post(path, body).await;
        match answer.location() {
            Some(to) => {
                let page = self.get(&to).await;
                (to, page)
            }
            None => (path.to_owned(), answer),
        }
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub page: String,
}

impl Answer {
    pub fn location(&self) -> Option<String> {
        Some(self.headers.get("location")?.to_str().unwrap().to_owned())
    }

    /// The form on the page that holds some text, as what a browser would send: its address and its hidden fields.
    pub fn form_with(&self, held: &str) -> (String, String) {
        let forms = self.page.split("<form ").skip(1).map(|rest| rest.split("</form>").next().unwrap());
        let form = forms
            .into_iter()
            .find(|form| form.contains(held))
            .unwrap_or_else(|| panic!("no form holds {held}:\n{}", self.page));
        let attribute = |tag: &str, name: &str| {
            let after = tag.split(&format!("{name}=\"")).nth(1)?;
            Some(after.split('"').next()?.to_owned())
        };
        let hidden = form.split("<input ").skip(1).filter(|tag| tag.contains("type=\"hidden\""));
        let fields: Vec<String> = hidden
            .map(|tag| format!("{}={}", attribute(tag, "name").unwrap(), attribute(tag, "value").unwrap()))
            .collect();
        (attribute(form, "action").unwrap(), fields.join("&"))
    }
}

async fn answer(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        page: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

pub fn editor() -> May<WriteFlows> {
    let signed = Signed {
        person: PersonId::from_uuid(Id::<()>::named("test", "editor").uuid()),
        roles: Roles::default().and(Role::Editor),
        organizations: Vec::new(),
    };
    May::decide(&Actor::Person(signed), On::all("flow")).unwrap()
}
