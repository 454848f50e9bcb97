//! The steps between a password or an invitation and a session: a one-time code, choosing a password, setting up codes.
//! Each is named by a cookie of its own that opens nothing else.

use crate::{
    Accounts, How,
    accounts::hash_of,
    cookies,
    limits::{self, Origin, Try},
    mails::{NEW_WAY_TO_SIGN_IN, PASSWORD_CHANGED, to_person},
    model::AfterPassword,
    one_time_code::{decide_code, fresh_code_secret, fresh_recovery_codes, recovery_code_in, set_up},
    screened::Screening,
    session::add_cookie,
    sign_in::too_often,
    sign_in_password::{after_password, password_field},
    store::{
        factors,
        people::{self as people_rows, PersonRow},
        steps::{self as rows, Step, StepRow},
    },
};
use access::{Act, Action, Actor, May, On, PersonId, SignIn, Signed, audit};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use jiff::SignedDuration;
use kernel::{Fault, Refusal};
use store::Tx;
use web::{
    Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    see_other, show_with,
};

/// How long a sign-in may take between its steps: somebody has to find their telephone, or an app for it.
const STEP_MINUTES: i64 = 30;
/// How often a wrong code may be typed in one sign-in.
const WRONG_CODES_MAX: i64 = 5;
/// The page for a sign-in that took too long.
const TOO_LATE: &str = "/sign-in/password";

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct CodeView {
    summary: String,
    code: String,
}

#[derive(Template)]
#[template(path = "set_up_password.html")]
struct SetUpPasswordView {
    summary: String,
    email: String,
    password: String,
}

#[derive(Template)]
#[template(path = "set_up_code.html")]
pub(crate) struct SetUpCodeView {
    pub summary: String,
    pub picture: String,
    pub letters: String,
    pub code: String,
    pub action: &'static str,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
pub(crate) struct RecoveryCodesView {
    pub codes: Vec<String>,
    pub leads_to: String,
}

/// Begins a step and leads to its page.
pub(crate) async fn begin(accounts: &Accounts, person: PersonId, step: Step, leads_to: &str) -> Reply {
    let secret = accounts.fresh_secret();
    let row = step_row(accounts, &secret, person, step, leads_to);
    accounts.site().db().write(move |tx| rows::insert_step(tx, &row)).await?;
    let path = match step {
        Step::Password => "/sign-in/set-up/password",
        Step::Code => "/sign-in/code",
        Step::CodeSetUp => "/sign-in/set-up/code",
    };
    let mut response = see_other(path);
    add_cookie(&mut response, accounts.cookies().set(cookies::STEP, &secret, STEP_MINUTES));
    Ok(response)
}

fn step_row(accounts: &Accounts, secret: &str, person: PersonId, step: Step, leads_to: &str) -> StepRow {
    let now = accounts.site().clock().now();
    StepRow {
        token_hash: hash_of(secret),
        person_id: person,
        step: step.key().to_owned(),
        leads_to: leads_to.to_owned(),
        secret: (step == Step::CodeSetUp).then(|| fresh_code_secret(accounts.site().dice())),
        wrong_codes: 0,
        created_at: now,
        expires_at: now + SignedDuration::from_mins(STEP_MINUTES),
    }
}

/// The step a browser is at, with the person, who may still sign in.
async fn find(
    accounts: &Accounts,
    headers: &HeaderMap,
    step: Step,
) -> Result<Option<(StepRow, PersonRow)>, Fault> {
    let Some(hash) = accounts.cookie(headers, cookies::STEP).map(hash_of) else { return Ok(None) };
    let now = accounts.site().clock().now();
    accounts
        .site()
        .db()
        .read(move |tx| {
            let Some(row) = rows::find_step(tx, &hash, step, now)? else { return Ok(None) };
            let person = people_rows::find_person(tx, row.person_id)?.filter(PersonRow::may_sign_in);
            Ok(person.map(|person| (row, person)))
        })
        .await
}

/// `GET /sign-in/code`.
pub(crate) async fn get_code(State(accounts): State<Accounts>, headers: HeaderMap) -> Reply {
    match find(&accounts, &headers, Step::Code).await? {
        Some(_) => code_page(&accounts, &Errors::default()),
        None => Ok(see_other(TOO_LATE)),
    }
}

/// `POST /sign-in/code`.
pub(crate) async fn post_code(
    State(accounts): State<Accounts>,
    who: Who,
    origin: Origin,
    form: Form,
) -> Reply {
    who.may::<SignIn>(On::all("account"))?;
    // A code holds nobody's words, but whatever is typed into a box is read for danger first.
    let screening = Screening::of(&accounts, &form, &["code"]);
    let Some((step, person)) = find(&accounts, &origin.headers, Step::Code).await? else {
        return Ok(see_other(TOO_LATE));
    };
    if screening.stops() {
        return code_page(&accounts, &Errors::default());
    }
    let skeleton = person.email_skeleton.clone().unwrap_or_default();
    let purse = limits::purse(&accounts, Try::Code, &skeleton, Some(person.id), &origin);
    let typed = form.get("code").to_owned();
    let outcome = {
        let (accounts, step) = (accounts.clone(), step.clone());
        let site = accounts.site().clone();
        site.db().write(move |tx| try_code(tx, &accounts, &step, &purse, &typed)).await?
    };
    match outcome {
        CodeTried::Right => {
            accounts.start_session(&origin.headers, person.id, How::Code, &step.leads_to).await
        }
        CodeTried::Wrong => {
            let sentence =
                "That code is not right, or was used. Wait for the next one in your app and type it";
            code_page(&accounts, &Errors(vec![Refusal::at("code", sentence)]))
        }
        CodeTried::TooOften => too_often(
            &accounts,
            "A wrong code was typed too often. The account itself is not locked.",
            "Wait 15 minutes and sign in again. You can also use one of your recovery codes.",
        ),
    }
}

enum CodeTried {
    Right,
    Wrong,
    TooOften,
}

/// Tries a code in one transaction: counted before it is looked at, used up when it is right.
fn try_code(
    tx: &mut Tx<'_>,
    accounts: &Accounts,
    step: &StepRow,
    purse: &limits::Purse,
    typed: &str,
) -> Result<CodeTried, Fault> {
    let now = accounts.site().clock().now();
    if !limits::take(tx, purse, now)? || !rows::set_step_wrong(tx, &step.token_hash, WRONG_CODES_MAX)? {
        return Ok(CodeTried::TooOften);
    }
    if !use_code(tx, accounts, step.person_id, typed)? || !rows::delete_step(tx, &step.token_hash)? {
        audit::record_attempt(tx, Action::SignIn, Some(step.person_id), "typed a wrong code", now);
        return Ok(CodeTried::Wrong);
    }
    limits::give_back(tx, purse)?;
    Ok(CodeTried::Right)
}

/// Uses up a one-time code or a recovery code; `false` when it is neither, or was used.
fn use_code(tx: &mut Tx<'_>, accounts: &Accounts, person: PersonId, typed: &str) -> Result<bool, Fault> {
    let now = accounts.site().clock().now();
    if let Some(plain) = recovery_code_in(typed) {
        let used = factors::set_recovery_code_used(tx, person, &recovery_hash(accounts, &plain), now)?;
        if used {
            audit::record_attempt(tx, Action::SignIn, Some(person), "used a recovery code", now);
        }
        return Ok(used);
    }
    let Some(kept) = factors::find_code(tx, person)? else { return Ok(false) };
    match decide_code(&kept.secret, typed, kept.last_step, now)? {
        Some(step) => factors::set_step_used(tx, person, step),
        None => Ok(false),
    }
}

/// What is kept of a recovery code.
pub(crate) fn recovery_hash(accounts: &Accounts, plain: &str) -> String {
    accounts.keyed("recovery code", plain)
}

fn code_page(accounts: &Accounts, errors: &Errors) -> Reply {
    let field = Input {
        name: "code",
        label: "The code from your app",
        hint: "6 digits. Or one of your recovery codes, such as ABCD-EFGH-JKMN.",
        value: "",
        kind: "text",
        autocomplete: "one-time-code",
        error: errors.at("code"),
    };
    let body = CodeView { summary: ErrorSummary { errors }.render()?, code: field.render()? };
    let (status, title) = errors.page("Type the code from your app");
    show_with(accounts.site(), status, &Page::new(title), &body)
}

/// `GET /sign-in/set-up/password`.
pub(crate) async fn get_password(State(accounts): State<Accounts>, headers: HeaderMap) -> Reply {
    match find(&accounts, &headers, Step::Password).await? {
        Some((_, person)) => password_page(&accounts, &person, &Errors::default()),
        None => Ok(see_other(TOO_LATE)),
    }
}

/// `POST /sign-in/set-up/password`.
pub(crate) async fn post_password(
    State(accounts): State<Accounts>,
    who: Who,
    headers: HeaderMap,
    form: Form,
) -> Reply {
    who.may::<SignIn>(On::all("account"))?;
    let Some((step, person)) = find(&accounts, &headers, Step::Password).await? else {
        return Ok(see_other(TOO_LATE));
    };
    let typed = form.each().find(|(key, _)| *key == "password").map_or("", |(_, value)| value);
    if let Some(sentence) = accounts.passwords().refusal(typed, about(&accounts, &person)).await? {
        let errors = Errors(vec![Refusal::at("password", sentence)]);
        return password_page(&accounts, &person, &errors);
    }
    let hash = accounts.passwords().hash(typed, accounts.site().dice()).await?;
    let after = {
        let (accounts, person) = (accounts.clone(), person.clone());
        let site = accounts.site().clone();
        let token = step.token_hash.clone();
        site.db()
            .write(move |tx| {
                if !rows::delete_step(tx, &token)? {
                    return Ok(None);
                }
                keep_password(tx, &accounts, &person, &hash)?;
                after_password(tx, person.id).map(Some)
            })
            .await?
    };
    match after {
        None | Some(AfterPassword::UsePasskey) => Ok(see_other(TOO_LATE)),
        Some(AfterPassword::Enter) => {
            accounts.start_session(&headers, person.id, How::Password, &step.leads_to).await
        }
        Some(AfterPassword::Code) => begin(&accounts, person.id, Step::Code, &step.leads_to).await,
        Some(AfterPassword::SetUpCode) => begin(&accounts, person.id, Step::CodeSetUp, &step.leads_to).await,
    }
}

/// Keeps a new password, writes the trail and tells the person.
fn keep_password(tx: &mut Tx<'_>, accounts: &Accounts, person: &PersonRow, hash: &str) -> Result<(), Fault> {
    let now = accounts.site().clock().now();
    factors::insert_password(tx, person.id, hash, now)?;
    audit::record(tx, &as_themselves(person.id)?, "chose a password by an invitation", "", now);
    tell(tx, accounts, person, &PASSWORD_CHANGED, &[])
}

/// Tells somebody of a change to their ways of signing in.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    accounts: &Accounts,
    person: &PersonRow,
    template: &'static notify::Template,
    more: &[(&'static str, String)],
) -> Result<(), Fault> {
    let Some(email) = &person.email else { return Ok(()) };
    let site = accounts.site();
    let mail = to_person(template, person.id, (&person.name, email), &site.council(), more);
    accounts.post().send(tx, &mail, site.dice(), site.clock().now())
}

/// Somebody on their way in acts for themselves, in no role yet.
fn as_themselves(person: PersonId) -> Result<May<SignIn>, Fault> {
    let signed = Signed { person, roles: access::Roles::default(), organizations: Vec::new() };
    Ok(May::<SignIn>::decide(&Actor::Person(signed), On::one("account", person).about(person))?)
}

/// What a password must not be made of.
pub(crate) fn about(accounts: &Accounts, person: &PersonRow) -> Vec<String> {
    let council = accounts.site().council();
    let email = person.email.as_ref().map_or_else(String::new, ToString::to_string);
    let parts = email.split(['@', '.']).map(str::to_owned).collect::<Vec<_>>();
    let words = person.name.split_whitespace().chain(council.name.split_whitespace()).map(str::to_owned);
    words.chain(parts).chain([email.clone(), person.name.clone()]).filter(|word| word.len() > 2).collect()
}

fn password_page(accounts: &Accounts, person: &PersonRow, errors: &Errors) -> Reply {
    let hint = "10 letters or more. Three or four words in a row that have nothing to do with you work well.";
    let body = SetUpPasswordView {
        summary: ErrorSummary { errors }.render()?,
        email: person.email.as_ref().map_or_else(String::new, ToString::to_string),
        password: password_field("password", "Your new password", hint, "new-password", errors).render()?,
    };
    let (status, title) = errors.page("Choose a password");
    show_with(accounts.site(), status, &Page::new(title), &body)
}

/// `GET /sign-in/set-up/code`.
pub(crate) async fn get_code_set_up(State(accounts): State<Accounts>, headers: HeaderMap) -> Reply {
    match find(&accounts, &headers, Step::CodeSetUp).await? {
        Some((step, person)) => code_set_up_page(&accounts, &step, &person, &Errors::default()),
        None => Ok(see_other(TOO_LATE)),
    }
}

/// `POST /sign-in/set-up/code`: the first right code confirms the app, and signs in.
pub(crate) async fn post_code_set_up(
    State(accounts): State<Accounts>,
    who: Who,
    headers: HeaderMap,
    form: Form,
) -> Reply {
    who.may::<SignIn>(On::all("account"))?;
    let Some((step, person)) = find(&accounts, &headers, Step::CodeSetUp).await? else {
        return Ok(see_other(TOO_LATE));
    };
    let typed = form.get("code").to_owned();
    let Some(codes) = confirm(&accounts, &step, &person, typed).await? else {
        let sentence = "That code is not right. Wait for the next one in your app and type it";
        let errors = Errors(vec![Refusal::at("code", sentence)]);
        return code_set_up_page(&accounts, &step, &person, &errors);
    };
    let entered = accounts.start_session(&headers, person.id, How::Code, &step.leads_to).await?;
    // Where the session leads is decided in one place: the page with the codes only stands in between.
    let leads_to = entered.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
    let body = RecoveryCodesView { codes, leads_to: leads_to.unwrap_or("/account").to_owned() };
    let page = Page::new("Keep your recovery codes");
    let mut response = show_with(accounts.site(), StatusCode::OK, &page, &body)?;
    for cookie in entered.headers().get_all(header::SET_COOKIE) {
        add_cookie(&mut response, cookie.clone());
    }
    Ok(response)
}

/// Keeps the app's secret when its code is right, and gives fresh recovery codes.
async fn confirm(
    accounts: &Accounts,
    step: &StepRow,
    person: &PersonRow,
    typed: String,
) -> Result<Option<Vec<String>>, Fault> {
    let (accounts, step, person) = (accounts.clone(), step.clone(), person.clone());
    let site = accounts.site().clone();
    site.db()
        .write(move |tx| {
            let now = accounts.site().clock().now();
            let secret = step.secret.clone().unwrap_or_default();
            let Some(used) = decide_code(&secret, &typed, 0, now)? else { return Ok(None) };
            // Codes may have been set up in another window meanwhile; then this secret must not take their place.
            if factors::find_code(tx, person.id)?.is_some() || !rows::delete_step(tx, &step.token_hash)? {
                return Ok(None);
            }
            keep_code(tx, &accounts, &as_themselves(person.id)?, &person, (&secret, used)).map(Some)
        })
        .await
}

/// Keeps a secret and the step of the code that confirmed it, gives fresh recovery codes and tells the person.
pub(crate) fn keep_code<A: Act>(
    tx: &mut Tx<'_>,
    accounts: &Accounts,
    may: &May<A>,
    person: &PersonRow,
    (secret, used): (&str, i64),
) -> Result<Vec<String>, Fault> {
    let now = accounts.site().clock().now();
    factors::insert_code(tx, person.id, secret, used, now)?;
    let codes = renew_recovery_codes(tx, accounts, person.id)?;
    audit::record(tx, may, "set up one-time codes", "", now);
    let way = ("way", "codes from an app".to_owned());
    tell(tx, accounts, person, &NEW_WAY_TO_SIGN_IN, &[way])?;
    Ok(codes)
}

/// Puts fresh recovery codes in the place of the old ones and gives them, once.
pub(crate) fn renew_recovery_codes(
    tx: &mut Tx<'_>,
    accounts: &Accounts,
    person: PersonId,
) -> Result<Vec<String>, Fault> {
    let codes = fresh_recovery_codes(accounts.site().dice());
    let hashes: Vec<String> = codes
        .iter()
        .filter_map(|code| recovery_code_in(code))
        .map(|plain| recovery_hash(accounts, &plain))
        .collect();
    factors::insert_recovery_codes(tx, person, &hashes)?;
    Ok(codes)
}

fn code_set_up_page(accounts: &Accounts, step: &StepRow, person: &PersonRow, errors: &Errors) -> Reply {
    let secret = step.secret.as_deref().unwrap_or_default();
    let body = code_set_up_view(accounts, secret, person, errors, "/sign-in/set-up/code")?;
    show_code_set_up(accounts, &body, errors)
}

/// The page's body for a secret that an app is to be given.
pub(crate) fn code_set_up_view(
    accounts: &Accounts,
    secret: &str,
    person: &PersonRow,
    errors: &Errors,
    action: &'static str,
) -> Result<SetUpCodeView, Fault> {
    let email = person.email.as_ref().map_or_else(String::new, ToString::to_string);
    let made = set_up(secret, &email, &accounts.site().council().name)?;
    let field = Input {
        name: "code",
        label: "The code your app shows now",
        hint: "6 digits. A new one comes every half minute.",
        value: "",
        kind: "text",
        autocomplete: "one-time-code",
        error: errors.at("code"),
    };
    Ok(SetUpCodeView {
        summary: ErrorSummary { errors }.render()?,
        picture: made.picture,
        letters: made.letters,
        code: field.render()?,
        action,
    })
}

pub(crate) fn show_code_set_up(accounts: &Accounts, body: &SetUpCodeView, errors: &Errors) -> Reply {
    let (status, title) = errors.page("Set up codes from an app");
    show_with(accounts.site(), status, &Page::new(title), body)
}
