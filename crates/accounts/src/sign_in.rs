//! Signing in: one page with every way, and asking for a link. The answer is the same, and takes as long, whether or
//! not the address is somebody's.

use crate::{
    Accounts, cookies,
    limits::{self, Origin, Try},
    mails::{SIGN_IN_LINK, to_person},
    model::{Ended, SignInName, safe_path},
    oidc, passkey,
    people::{AskedBy, LinkWanted, issue},
    screened::Screening,
    session::{JustEnded, add_cookie},
    store::{links::Purpose, people as people_rows},
};
use access::{On, SignIn};
use askama::Template;
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use kernel::{Fault, Refusal};
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    see_other, show_with,
};

/// How long a link that was asked for may be used.
const LINK_MINUTES: i64 = 15;
/// How long the browser that asked is remembered: as long as the link, and a little for a slow clock.
const ASKED_MINUTES: i64 = 20;
/// How many letters the code has that is shown where a link was asked for.
pub(crate) const CODE_LETTERS: usize = 6;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInView {
    card: Option<CardView>,
    summary: String,
    note: &'static str,
    email: String,
    next: String,
    next_query: String,
    seen: bool,
    council_way: String,
    passkey_way: String,
}

#[derive(Template)]
#[template(path = "sign_in_sent.html")]
struct SentView {
    code: String,
}

#[derive(Template)]
#[template(path = "sign_in_too_often.html")]
pub(crate) struct TooOftenView {
    pub say: &'static str,
    pub wait: &'static str,
}

/// `GET /sign-in`.
pub(crate) async fn get(
    State(accounts): State<Accounts>,
    who: Who,
    ended: Option<Extension<JustEnded>>,
    params: Params,
    headers: HeaderMap,
) -> Reply {
    let next = safe_path(params.get("next"));
    if who.actor.is_signed_in() && params.get("again").is_empty() {
        return Ok(see_other(&next));
    }
    let noted = accounts.cookie(&headers, cookies::NOTE).and_then(Ended::of_key);
    let note = ended.map(|Extension(JustEnded(ended))| ended).or(noted);
    let mut response = page(&accounts, "", &next, note, &Errors::default(), Screening::clear())?;
    if note.is_some() {
        add_cookie(&mut response, accounts.cookies().clear(cookies::NOTE));
    }
    Ok(response)
}

/// `POST /sign-in`: asks for a link.
pub(crate) async fn post(State(accounts): State<Accounts>, who: Who, origin: Origin, form: Form) -> Reply {
    let screening = Screening::of(&accounts, &form, &["email", "next"]);
    let next = safe_path(form.get("next"));
    who.may::<SignIn>(On::all("account"))?;
    if screening.stops() {
        return page(&accounts, form.get("email"), &next, None, &Errors::default(), screening);
    }
    let name: SignInName = match form.get("email").parse() {
        Ok(name) => name,
        Err(sentence) => {
            let errors = Errors(vec![Refusal::at("email", sentence)]);
            return page(&accounts, form.get("email"), &next, None, &errors, screening);
        }
    };
    let began = tokio::time::Instant::now();
    let asked = accounts.cookie(&origin.headers, cookies::ASKED).filter(|asked| asked.len() == 43);
    let asked = asked.map_or_else(|| accounts.fresh_secret(), str::to_owned);
    let taken = ask(&accounts, &name, &next, &asked, &origin).await?;
    accounts.take_as_long(began).await;
    if !taken {
        return too_often(
            &accounts,
            "You have asked for a link a few times in the last hour. The newest email still has a link that works for 15 minutes.",
            "You can ask again in an hour.",
        );
    }
    let mut response = see_other("/sign-in/sent");
    add_cookie(&mut response, accounts.cookies().set(cookies::ASKED, &asked, ASKED_MINUTES));
    Ok(response)
}

/// Sends a link when the address is somebody's. `false` when it was asked for too often, by anybody's address.
async fn ask(
    accounts: &Accounts,
    name: &SignInName,
    next: &str,
    asked: &str,
    origin: &Origin,
) -> Result<bool, Fault> {
    let skeleton = name.skeleton().to_owned();
    let person = accounts
        .site()
        .db()
        .read(move |tx| people_rows::find_person_by_skeleton(tx, &skeleton))
        .await?
        .filter(people_rows::PersonRow::may_sign_in);
    let purse = limits::purse(
        accounts,
        Try::AskForLink,
        name.skeleton(),
        person.as_ref().map(|person| person.id),
        origin,
    );
    let (accounts, next, asked) = (accounts.clone(), next.to_owned(), asked.to_owned());
    let site = accounts.site().clone();
    site.db()
        .write(move |tx| {
            let now = accounts.site().clock().now();
            if !limits::take(tx, &purse, now)? {
                return Ok(false);
            }
            let Some((person, email)) = person.as_ref().and_then(|p| Some((p, p.email.as_ref()?))) else {
                return Ok(true);
            };
            let wanted = LinkWanted { person: person.id, leads_to: next.clone(), life_minutes: LINK_MINUTES };
            let asked_by = AskedBy {
                browser_hash: browser_hash(&accounts, &asked),
                code_hash: code_hash(&accounts, &code_for(&accounts, &asked)),
            };
            let (clock, dice) = (accounts.site().clock(), accounts.site().dice());
            let path = issue(tx, &wanted, Purpose::SignIn, Some(asked_by), clock, dice)?;
            // To the address that is kept, never to the one that was typed.
            let link = ("link", accounts.site().absolute(&path));
            let council = accounts.site().council();
            let mail = to_person(&SIGN_IN_LINK, person.id, (&person.name, email), &council, &[link]);
            accounts.post().send(tx, &mail, dice, now)?;
            Ok(true)
        })
        .await
}

/// `GET /sign-in/sent`: the same for everybody who asked, with the code of this browser.
pub(crate) async fn sent(State(accounts): State<Accounts>, headers: HeaderMap) -> Reply {
    let Some(asked) = accounts.cookie(&headers, cookies::ASKED) else { return Ok(see_other("/sign-in")) };
    let code = code_for(&accounts, asked);
    let body = SentView { code: format!("{} {}", &code[..3], &code[3..]) };
    show_with(accounts.site(), StatusCode::OK, &Page::new("Check your email"), &body)
}

/// The hash that ties a link to the browser that asked.
pub(crate) fn browser_hash(accounts: &Accounts, asked: &str) -> String {
    accounts.keyed("asking browser", asked)
}

/// The code that is shown in the browser that asked: made from its cookie, so nothing is kept for an address that is
/// nobody's.
fn code_for(accounts: &Accounts, asked: &str) -> String {
    const CLEAR: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let hash = accounts.keyed("asking browser's code", asked);
    let values = hash.as_bytes().chunks(2).map(|pair| {
        let text = std::str::from_utf8(pair).unwrap_or_default();
        u8::from_str_radix(text, 16).unwrap_or_default()
    });
    values.take(CODE_LETTERS).map(|value| char::from(CLEAR[usize::from(value % 32)])).collect()
}

/// What is kept of that code beside the link.
pub(crate) fn code_hash(accounts: &Accounts, code: &str) -> String {
    accounts.keyed("code beside a link", code)
}

/// The plain page for somebody who tried too often, with a way on.
pub(crate) fn too_often(accounts: &Accounts, say: &'static str, wait: &'static str) -> Reply {
    let page = Page::new("Too many tries");
    show_with(accounts.site(), StatusCode::TOO_MANY_REQUESTS, &page, &TooOftenView { say, wait })
}

fn page(
    accounts: &Accounts,
    email: &str,
    next: &str,
    note: Option<Ended>,
    errors: &Errors,
    screening: Screening,
) -> Reply {
    let field = Input {
        name: "email",
        label: "Your email address",
        hint: "We send you a link. You need no password.",
        value: email,
        kind: "email",
        autocomplete: "email",
        error: errors.at("email"),
    };
    let seen = screening.was_shown();
    let body = SignInView {
        card: screening.card(),
        summary: ErrorSummary { errors }.render()?,
        note: note.map_or("", Ended::sentence),
        email: field.render()?,
        next: next.to_owned(),
        next_query: query_of(next),
        seen,
        council_way: oidc::sign_in_html(accounts, next)?,
        passkey_way: passkey::sign_in_html(accounts, next)?,
    };
    let (status, title) = errors.page("Sign in");
    show_with(accounts.site(), status, &Page::new(title), &body)
}

/// `?next=...`, or nothing when it leads to the account page anyway.
pub(crate) fn query_of(next: &str) -> String {
    if next == "/account" {
        return String::new();
    }
    let encoded: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("?next={encoded}")
}
