//! Sessions: kept here and only named by a cookie, rotated at every sign-in, ended when idle, old, or used elsewhere.

use crate::{
    Accounts,
    accounts::hash_of,
    cookies, limits,
    model::{Ended, How, SameBrowser, Times, browser_words, decide_limits, decide_session, safe_path},
    session_over,
    store::{
        people as people_rows,
        sessions::{self as rows, SessionId, SessionRow},
    },
};
use access::{Action, Actor, May, On, PersonId, SignIn, Signed, audit};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::SignedDuration;
use kernel::{Fault, Id, Instant};
use store::Tx;
use subtle::ConstantTimeEq;
use web::{Form, Reply, Who, see_other};

/// How long the note lives that tells why a session ended.
const NOTE_MINUTES: i64 = 10;

/// The session a request comes in. Rides on the request beside [`Who`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Current {
    /// Which.
    pub session: SessionId,
    /// Whose.
    pub person: PersonId,
    /// How they signed in.
    pub how: How,
    /// When they did.
    pub since: Instant,
}

impl Accounts {
    /// Signs somebody in: ends the session this browser had, begins another under a fresh secret, remembers the browser
    /// and leads on. `headers` are the request's. The caller has made sure of the person; who may not sign in at all is
    /// sent back to the sign-in page.
    pub async fn start_session(
        &self,
        headers: &HeaderMap,
        person: PersonId,
        how: How,
        leads_to: &str,
    ) -> Reply {
        let secret = self.fresh_secret();
        let started = {
            let new = self.new_session(headers, &secret, person, how);
            let before = self.cookie(headers, cookies::SESSION).map(hash_of);
            self.site().db().write(move |tx| start(tx, &new, before.as_deref(), how)).await?
        };
        let Some(first_page) = started else { return Ok(see_other("/sign-in")) };
        let minutes = 30 * 24 * 60;
        let leads_to = safe_path(leads_to);
        let mut response = see_other(if leads_to == OWN_PAGE { first_page } else { &leads_to });
        add_cookie(&mut response, self.cookies().set(cookies::SESSION, &secret, minutes));
        add_cookie(&mut response, self.cookies().clear(cookies::NOTE));
        add_cookie(&mut response, self.cookies().clear(cookies::STEP));
        add_cookie(&mut response, limits::remember_browser(self, headers, person));
        Ok(response)
    }

    fn new_session(&self, headers: &HeaderMap, secret: &str, person: PersonId, how: How) -> SessionRow {
        let now = self.site().clock().now();
        let words = words_of(headers);
        SessionRow {
            id: Id::new(self.site().clock(), self.site().dice()),
            token_hash: hash_of(secret),
            person_id: person,
            how: how.key().to_owned(),
            browser_hash: self.keyed("browser", &words),
            browser_words: words,
            created_at: now,
            last_seen_at: now,
            ends_at: now,
            ended_at: None,
            ended_why: None,
        }
    }
}

/// Everybody's own page: where a sign-in leads that was asked for nothing else.
const OWN_PAGE: &str = "/account";

/// The doors that are open to somebody, the one they most likely came for first.
pub(crate) fn list_doors(actor: &Actor) -> impl Iterator<Item = (&'static str, &'static str)> {
    let council = (Action::OpenCouncilDoor, "/admin", "Go to the council’s work");
    let provider = (Action::OpenProviderDoor, "/provider", "Go to the entries you keep");
    let open: Vec<_> =
        [council, provider].into_iter().filter(|(action, ..)| action.is_open_to(actor)).collect();
    open.into_iter().map(|(_, href, words)| (href, words))
}

/// Begins a session in this transaction and says which page is first for this person; nothing when they may not sign in.
fn start(
    tx: &mut Tx<'_>,
    new: &SessionRow,
    before: Option<&str>,
    how: How,
) -> Result<Option<&'static str>, Fault> {
    let now = new.created_at;
    let person = people_rows::find_person(tx, new.person_id)?.filter(|person| person.may_sign_in());
    if person.is_none() {
        audit::record_attempt(tx, Action::SignIn, Some(new.person_id), "was refused: disabled", now);
        return Ok(None);
    }
    // The old secret is worth nothing from now on: who had learned it gains nothing from this sign-in.
    if let Some(old) = before.map(|hash| rows::find_session(tx, hash)).transpose()?.flatten() {
        rows::set_ended(tx, old.id, Ended::Rotated.key(), now)?;
    }
    let roles = how.opens(people_rows::list_roles(tx, new.person_id)?);
    let session = SessionRow { ends_at: now + decide_limits(roles).whole, ..new.clone() };
    rows::insert_session(tx, &session)?;
    let actor = Actor::Person(Signed { person: new.person_id, roles, organizations: Vec::new() });
    let may = May::<SignIn>::decide(&actor, On::one("account", new.person_id).about(new.person_id))?;
    audit::record(tx, &may, format!("signed in with {}", how.key()), "", now);
    Ok(Some(list_doors(&actor).next().map_or(OWN_PAGE, |(href, _)| href)))
}

/// What a request's cookie comes to.
enum Found {
    /// Nobody.
    Nobody,
    /// Somebody.
    Somebody(Current, Signed),
    /// A session that is over.
    Over(Ended),
}

/// Puts [`Who`] on the request, and [`Current`] when it is somebody. To be layered inside the shell, around every door:
/// `router.layer(from_fn_with_state(accounts, accounts::who))`. A request without the cookie costs nothing.
pub async fn who(State(accounts): State<Accounts>, mut request: Request, next: Next) -> Response {
    let secret = accounts.cookie(request.headers(), cookies::SESSION).map(str::to_owned);
    let Some(secret) = secret else { return answer_visitor(&accounts, request, next).await };
    let found = match find(&accounts, &secret, request.headers()).await {
        Ok(found) => found,
        Err(fault) => return web::Oops::from(fault).into_response(),
    };
    let note = match found {
        Found::Somebody(current, signed) => {
            let who = Who { actor: Actor::Person(signed) };
            let path = request.uri().path().to_owned();
            request.extensions_mut().insert(who.clone());
            request.extensions_mut().insert(current);
            return web::with_doors(&who, &path, next.run(request)).await;
        }
        Found::Nobody => None,
        Found::Over(ended) => Some(ended),
    };
    if let Some(ended) = note {
        request.extensions_mut().insert(JustEnded(ended));
    }
    let mut response = answer_visitor(&accounts, request, next).await;
    // A handler that has just signed somebody in, or told them, has set the cookies itself. The shell may put a page of
    // its own in the place of this one; then the old cookie comes once more and is answered again.
    let jar = accounts.cookies();
    if !sets_cookie(&response, jar.clear(cookies::SESSION)) {
        add_cookie(&mut response, jar.clear(cookies::SESSION));
        if let Some(ended) = note
            && !sets_cookie(&response, jar.clear(cookies::NOTE))
        {
            add_cookie(&mut response, jar.set(cookies::NOTE, ended.key(), NOTE_MINUTES));
        }
    }
    response
}

/// Answers somebody who is not known. A form that is turned away comes back with what was typed.
async fn answer_visitor(accounts: &Accounts, request: Request, next: Next) -> Response {
    let (request, held) = session_over::hold(request).await;
    let response = next.run(request).await;
    match held.filter(|_| session_over::is_turned_away(&response)) {
        Some(held) => session_over::hand_back(accounts, &held).into_response(),
        None => response,
    }
}

/// Rides on a request whose session is over, so that the sign-in page can say why.
#[derive(Clone, Copy)]
pub(crate) struct JustEnded(pub Ended);

async fn find(accounts: &Accounts, secret: &str, headers: &HeaderMap) -> Result<Found, Fault> {
    let now = accounts.site().clock().now();
    let token_hash = hash_of(secret);
    let browser_hash = accounts.keyed("browser", &words_of(headers));
    let (found, write) =
        accounts.site().db().read(move |tx| read_session(tx, &token_hash, &browser_hash, now)).await?;
    match write {
        Some(Write::Seen(session)) => {
            accounts.site().db().write(move |tx| rows::set_last_seen(tx, session, now)).await?;
        }
        Some(Write::End(session, person, ended)) => {
            accounts
                .site()
                .db()
                .write(move |tx| {
                    if rows::set_ended(tx, session, ended.key(), now)? && ended == Ended::OtherBrowser {
                        let did = "a session was used from another browser and ended";
                        audit::record_attempt(tx, Action::SignIn, Some(person), did, now);
                    }
                    Ok(())
                })
                .await?;
        }
        None => {}
    }
    Ok(found)
}

/// What is written after a session was looked at.
enum Write {
    Seen(SessionId),
    End(SessionId, PersonId, Ended),
}

fn read_session(
    tx: &mut Tx<'_>,
    token_hash: &str,
    browser_hash: &str,
    now: Instant,
) -> Result<(Found, Option<Write>), Fault> {
    let Some(session) = rows::find_session(tx, token_hash)? else { return Ok((Found::Nobody, None)) };
    if let Some(why) = &session.ended_why {
        return Ok((Ended::of_key(why).map_or(Found::Nobody, Found::Over), None));
    }
    let person = session.person_id;
    let may_sign_in = people_rows::find_person(tx, person)?.is_some_and(|person| person.may_sign_in());
    let how = How::of_key(&session.how);
    let (true, Some(how)) = (may_sign_in, how) else {
        return Ok((Found::Over(Ended::Revoked), Some(Write::End(session.id, person, Ended::Revoked))));
    };
    let roles = how.opens(people_rows::list_roles(tx, person)?);
    let same = bool::from(session.browser_hash.as_bytes().ct_eq(browser_hash.as_bytes()));
    let same = if same { SameBrowser::Yes } else { SameBrowser::No };
    let times = Times {
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        ends_at: session.ends_at,
    };
    if let Err(ended) = decide_session(times, roles, same, now) {
        return Ok((Found::Over(ended), Some(Write::End(session.id, person, ended))));
    }
    let organizations = people_rows::list_organizations(tx, person)?;
    let current = Current { session: session.id, person, how, since: session.created_at };
    // Once a minute is often enough to know who is idle, and keeps reading from becoming writing.
    let seen = now >= session.last_seen_at + SignedDuration::from_mins(1);
    let write = seen.then_some(Write::Seen(session.id));
    Ok((Found::Somebody(current, Signed { person, roles, organizations }), write))
}

/// Ends every session of somebody, at once and everywhere; says how many. The caller writes the trail.
pub fn end_sessions(tx: &mut Tx<'_>, person: PersonId, why: Ended, now: Instant) -> Result<u64, Fault> {
    rows::set_all_ended(tx, person, None, why.key(), now)
}

/// `POST /sign-out`.
pub(crate) async fn sign_out(
    State(accounts): State<Accounts>,
    who: Who,
    headers: HeaderMap,
    _form: Form,
) -> Reply {
    let may = who.may::<SignIn>(on_own(&who))?;
    if let Some(token_hash) = accounts.cookie(&headers, cookies::SESSION).map(hash_of) {
        let now = accounts.site().clock().now();
        accounts
            .site()
            .db()
            .write(move |tx| {
                if let Some(session) = rows::find_session(tx, &token_hash)?
                    && rows::set_ended(tx, session.id, Ended::SignedOut.key(), now)?
                {
                    audit::record(tx, &may, "signed out", "", now);
                }
                Ok(())
            })
            .await?;
    }
    let mut response = see_other("/sign-in");
    add_cookie(&mut response, accounts.cookies().clear(cookies::SESSION));
    let note = Ended::SignedOut.key();
    add_cookie(&mut response, accounts.cookies().set(cookies::NOTE, note, NOTE_MINUTES));
    // Nothing that was looked at stays behind on a shared computer.
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    Ok(response)
}

/// The account of whoever asks; for a visitor, accounts as such.
pub(crate) fn on_own(who: &Who) -> On {
    match who.actor.person() {
        Some(person) => On::one("account", person).about(person),
        None => On::all("account"),
    }
}

/// A response's cookies are added one to the other.
pub(crate) fn add_cookie(response: &mut Response, cookie: HeaderValue) {
    response.headers_mut().append(header::SET_COOKIE, cookie);
}

fn sets_cookie(response: &Response, like: HeaderValue) -> bool {
    let name =
        |value: &HeaderValue| value.to_str().ok().and_then(|text| text.split('=').next().map(str::to_owned));
    let wanted = name(&like);
    response.headers().get_all(header::SET_COOKIE).iter().any(|value| name(value) == wanted)
}

/// The browser in coarse words.
pub(crate) fn words_of(headers: &HeaderMap) -> String {
    let said = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    browser_words(said)
}
