//! Houses for tests, a browser without a screen, and a reader of the pages it gets.

use access::{PersonId, Role};
use accounts::{How, PersonDraft};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, header},
};
use hearth::{House, Setup};
use http_body_util::BodyExt;
use kernel::{Clock, Dice};
use settings::Council;
use std::sync::{Arc, OnceLock, Weak};
use store::testing::{TestDb, databases};
use tokio::{runtime::Runtime, sync::Mutex};
use tower::ServiceExt;

/// The day every test stands on, unless it says otherwise.
pub const NOW: &str = "2026-11-22T09:00:00Z";
/// What the demonstration's links begin with.
pub const PUBLIC_URL: &str = "https://hub.example.org";

/// A house with the demonstration council in it.
pub struct Home {
    pub house: House,
    pub database: TestDb,
    router: Router,
    _made: Arc<Made>,
}

impl Home {
    async fn new(made: &Arc<Made>, database: TestDb) -> Home {
        let clock = Clock::standing_at(NOW);
        let house = House::open(database.db.clone(), clock, Dice::loaded(7), Setup::default()).await.unwrap();
        let router = house.router().unwrap();
        Home { house, database, router, _made: made.clone() }
    }

    /// The same data seen by a node that stands at another time.
    pub async fn at(&self, time: &str) -> House {
        House::open(self.database.db.clone(), Clock::standing_at(time), Dice::loaded(8), Setup::default())
            .await
            .unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// A page that must be there, as text.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        answer.text()
    }

    /// Sends a form from one of our own pages.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(form(path).header("sec-fetch-site", "same-origin").body(encoded(fields)).unwrap()).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        ask(&self.router, request).await
    }

    /// Every address of the sitemap, without the host.
    pub async fn sitemap(&self) -> Vec<String> {
        let xml = self.page("/sitemap.xml").await;
        let paths: Vec<String> = xml
            .split("<loc>")
            .skip(1)
            .map(|rest| rest.split("</loc>").next().unwrap_or_default().replace(PUBLIC_URL, ""))
            .collect();
        assert!(paths.len() > 200, "the sitemap holds {} addresses", paths.len());
        paths
    }
}

/// Changes the council's settings as an officer would.
pub async fn change_council(db: &store::Db, change: impl Fn(&mut Council) + Send + 'static) {
    let now = Clock::standing_at(NOW).now();
    db.write(move |tx| {
        let mut council = settings::find_council(tx)?.unwrap_or_else(Council::unnamed);
        change(&mut council);
        settings::set_council(tx, &council, now)
    })
    .await
    .unwrap();
}

/// A form's request without what says where it comes from.
pub fn form(path: &str) -> axum::http::request::Builder {
    Request::post(path)
        .header(header::HOST, "hub.example.org")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

pub fn encoded(fields: &[(&str, &str)]) -> Body {
    Body::from(form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

/// `/search?` or another address with its query.
pub fn address(path: &str, fields: &[(&str, &str)]) -> String {
    format!("{path}?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

pub async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
    Answer { status, headers, body }
}

/// Somebody with one role, who keeps the entries of the organisation if there is one.
pub async fn someone(home: &Home, role: Role, organization: Option<uuid::Uuid>) -> PersonId {
    let (clock, dice) = (home.house.site.clock().clone(), home.house.site.dice().clone());
    home.database
        .write(move |tx| {
            let draft = PersonDraft {
                email: format!("{}@example.org", role.key().replace('_', ".")).parse().unwrap(),
                name: format!("Demonstration {role}"),
                roles: vec![role],
                organizations: organization.into_iter().collect(),
            };
            accounts::set_person(tx, &draft, &clock, &dice)
        })
        .await
        .unwrap()
}

/// A new session of theirs, as the header their browser sends.
pub async fn session(home: &Home, person: PersonId) -> String {
    let accounts = &home.house.accounts;
    let started = accounts.start_session(&HeaderMap::new(), person, How::Demonstration, "/account").await;
    let Ok(response) = started else { panic!("a session does not start") };
    let cookies = response.headers().get_all(header::SET_COOKIE);
    let pairs = cookies.iter().filter_map(|cookie| cookie.to_str().unwrap().split(';').next());
    pairs.collect::<Vec<_>>().join("; ")
}

/// A route's address about one entry, and with an id that nothing has.
pub fn filled(pattern: &str, slug: &str) -> String {
    let mut path = pattern.replace("{slug}", slug).replace("{section}", "cost");
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=to, "01900000-0000-7000-8000-000000000000");
    }
    path
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Runs a test that only reads, on the prepared house of each database.
pub fn on_both(test: impl AsyncFn(&Home)) {
    let homes = shared();
    runtime().block_on(async {
        for home in homes.iter() {
            eprintln!("on {:?}", home.database.dialect());
            test(home).await;
        }
    });
}

/// Runs a test that writes, on a new house of each database.
pub fn on_both_anew(test: impl AsyncFn(&Home)) {
    let homes = runtime().block_on(prepare());
    runtime().block_on(async {
        for home in &homes {
            eprintln!("on {:?}", home.database.dialect());
            test(home).await;
        }
    });
}

/// One house on each database, made when the first test wants it and gone after the last.
pub fn shared() -> Arc<Vec<Home>> {
    static HOMES: Mutex<Weak<Vec<Home>>> = Mutex::const_new(Weak::new());
    runtime().block_on(async {
        let mut held = HOMES.lock().await;
        if let Some(homes) = held.upgrade() {
            return homes;
        }
        let homes = Arc::new(prepare().await);
        *held = Arc::downgrade(&homes);
        homes
    })
}

async fn prepare() -> Vec<Home> {
    let made = made().await;
    let mut homes = Vec::new();
    for database in &made.0 {
        let copy = {
            let _one_at_a_time = made.1.lock().await;
            database.copy().await
        };
        homes.push(Home::new(&made, copy).await);
    }
    homes
}

/// The demonstration on each database, made once and copied for every house: making it takes seconds. Gone after the last
/// house.
struct Made(Vec<TestDb>, Mutex<()>);

async fn made() -> Arc<Made> {
    static MADE: Mutex<Weak<Made>> = Mutex::const_new(Weak::new());
    let mut held = MADE.lock().await;
    if let Some(made) = held.upgrade() {
        return made;
    }
    let databases = databases(hearth::MIGRATIONS).await;
    for database in &databases {
        demo::make(&database.db, &Clock::standing_at(NOW)).await.unwrap();
        change_council(&database.db, |council| PUBLIC_URL.clone_into(&mut council.public_url)).await;
    }
    let made = Arc::new(Made(databases, Mutex::const_new(())));
    *held = Arc::downgrade(&made);
    made
}

/// Tests share one runtime, because a house's connections belong to the runtime that opened them.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
    })
}

/// An element's start: its name and its attributes, entities read.
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }
}

/// Every start tag of a page, in order. Scripts' insides are stepped over.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut out = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let Some(end) = end_of_tag(after) else { break };
        let inside = after[..end].trim_end_matches('/');
        rest = &after[end..];
        if !inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        if name == "script" {
            rest = rest.split_once("</script").map_or("", |(_, rest)| rest);
        }
        out.push(Tag { name: name.to_lowercase(), attributes: read_attributes(attributes) });
    }
    out
}

fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, letter)| match (quote, letter) {
        (None, '>') => Some(at),
        (None, '"' | '\'') => {
            quote = Some(letter);
            None
        }
        (Some(open), close) if open == close => {
            quote = None;
            None
        }
        _ => None,
    })
}

fn read_attributes(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let name_end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..name_end].to_lowercase();
        rest = rest[name_end..].trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().unwrap_or(' ');
            let (found, left) = if matches!(quote, '"' | '\'') {
                after[1..].split_once(quote).unwrap_or((&after[1..], ""))
            } else {
                after.split_once(char::is_whitespace).unwrap_or((after, ""))
            };
            value = unescaped(found);
            rest = left.trim_start();
        }
        out.push((name, value));
    }
    out
}

/// Entities as a browser reads them.
pub fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let known = after.split_once(';').and_then(|(name, left)| Some((entity(name)?, left)));
        match known {
            Some((letter, left)) => {
                out.push(letter);
                rest = left;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out + rest
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => name.strip_prefix('#').and_then(|number| number.parse().ok()).and_then(char::from_u32),
    }
}

/// What stands between two marks, or nothing.
pub fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split_once(start).and_then(|(_, rest)| rest.split_once(end)).map_or("", |(inside, _)| inside)
}

/// A search page as a person reads it.
pub struct Found {
    pub html: String,
    /// Address and title of each result, in order.
    pub results: Vec<(String, String)>,
    /// How many the heading tells.
    pub total: usize,
    /// Address and words of each chip.
    pub chips: Vec<(String, String)>,
    /// Address and promised count of each filter that could be dropped.
    pub loosened: Vec<(String, usize)>,
    /// Name, value and count of each counted choice.
    pub choices: Vec<(String, String, usize)>,
}

impl Found {
    pub async fn of(home: &Home, path: &str) -> Found {
        Found::read(home.page(path).await)
    }

    fn read(html: String) -> Found {
        let link = |part: &str| {
            let tag = tags(part).into_iter().find(|tag| tag.name == "a");
            tag.and_then(|tag| tag.get("href").map(str::to_owned)).unwrap_or_default()
        };
        let results = html.split("<li class=\"result card\">").skip(1).filter_map(|card| {
            let heading = between(card, "<h2>", "</h2>");
            (!link(heading).is_empty()).then(|| (link(heading), unescaped(between(heading, "\">", "</a>"))))
        });
        let chips = between(&html, "<ul class=\"chips\"", "</ul>").split("<li>").skip(1).map(|chip| {
            let words = chip.split("</svg>").nth(1).unwrap_or_default();
            (link(chip), words.split('<').next().unwrap_or_default().to_owned())
        });
        let loosened = between(&html, "<ul class=\"results gap-3 mb-6\">", "</ul>")
            .split("<li>")
            .skip(1)
            .map(|step| (link(step), first_number(between(step, "<small>", "</small>"))));
        let choices = html.split("<label class=\"pick\">").skip(1).filter_map(|pick| {
            let pick = pick.split("</label>").next()?;
            let tag = tags(pick).into_iter().next()?;
            let count = between(pick, "<span class=\"n\">", "<");
            (!count.is_empty()).then(|| {
                (
                    tag.get("name").unwrap_or_default().to_owned(),
                    tag.get("value").unwrap_or_default().to_owned(),
                    first_number(count),
                )
            })
        });
        let heading = between(&html, "<h1", "</h1>");
        Found {
            results: results.collect(),
            chips: chips.collect(),
            loosened: loosened.collect(),
            choices: choices.collect(),
            total: first_number(heading.split_once('>').map_or("", |(_, words)| words)),
            html,
        }
    }

    pub fn addresses(&self) -> Vec<&str> {
        self.results.iter().map(|(address, _)| address.as_str()).collect()
    }
}

fn first_number(text: &str) -> usize {
    let digits: String =
        text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}
