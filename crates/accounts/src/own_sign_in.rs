//! Changing one's own password, codes and recovery codes. Each asks for the password once more: an unlocked computer
//! is not its owner. Nobody whose roles ask for more than a link changes them after a link alone.

use crate::{
    Accounts, Current, How,
    accounts::hash_of,
    cookies,
    limits::{self, Origin, Try},
    mails::{NEW_WAY_TO_SIGN_IN, PASSWORD_CHANGED},
    model::Ended,
    one_time_code::{decide_code, fresh_code_secret},
    own_account::person_of,
    screened::Screening,
    session::{add_cookie, on_own},
    sign_in::too_often,
    sign_in_password::password_field,
    sign_in_step::{
        RecoveryCodesView, about, code_set_up_view, keep_code, renew_recovery_codes, show_code_set_up, tell,
    },
    store::{
        factors,
        people::{self as people_rows, PersonRow},
        sessions as session_rows,
        steps::{self, Step, StepRow},
    },
};
use access::{May, Roles, UseOwnAccount, audit};
use askama::Template;
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use jiff::SignedDuration;
use kernel::{Fault, Refusal};
use web::{
    Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors},
    see_other, show_with,
};

/// How long setting up an app may take.
const SET_UP_MINUTES: i64 = 30;

#[derive(Template)]
#[template(path = "account_confirm.html")]
struct ConfirmView {
    summary: String,
    title: &'static str,
    lead: &'static str,
    action: &'static str,
    fields: Vec<String>,
    button: &'static str,
}

/// A page of this file that asks for the password.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Password,
    Code,
    RecoveryCodes,
}

impl Change {
    fn action(self) -> &'static str {
        match self {
            Change::Password => "/account/password",
            Change::Code => "/account/code",
            Change::RecoveryCodes => "/account/recovery-codes",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Change::Password => "Change your password",
            Change::Code => "Set up codes from an app",
            Change::RecoveryCodes => "Get new recovery codes",
        }
    }

    fn lead(self) -> &'static str {
        match self {
            Change::Password => "You are signed out everywhere else when it is changed.",
            Change::Code => "If you have an app set up, it goes on working until the new one is.",
            Change::RecoveryCodes => "Your old recovery codes stop working.",
        }
    }
}

/// `GET /account/password`.
pub(crate) async fn get_password(state: State<Accounts>, who: Who) -> Reply {
    ask(state, &who, Change::Password).await
}

/// `GET /account/code`.
pub(crate) async fn get_code(state: State<Accounts>, who: Who) -> Reply {
    ask(state, &who, Change::Code).await
}

/// `GET /account/recovery-codes`.
pub(crate) async fn get_recovery_codes(state: State<Accounts>, who: Who) -> Reply {
    ask(state, &who, Change::RecoveryCodes).await
}

async fn ask(State(accounts): State<Accounts>, who: &Who, change: Change) -> Reply {
    who.may::<UseOwnAccount>(on_own(who))?;
    page(&accounts, change, &Errors::default())
}

/// `POST /account/password`.
pub(crate) async fn post_password(
    State(accounts): State<Accounts>,
    who: Who,
    current: Option<Extension<Current>>,
    origin: Origin,
    form: Form,
) -> Reply {
    let may = who.may::<UseOwnAccount>(on_own(&who))?;
    let person = match confirmed(&accounts, &may, &origin, &form, current).await? {
        Ok(person) => *person,
        Err(refused) => return refused.answer(&accounts, Change::Password),
    };
    let new = typed(&form, "new_password");
    if let Some(sentence) = accounts.passwords().refusal(new, about(&accounts, &person)).await? {
        return page(&accounts, Change::Password, &Errors(vec![Refusal::at("new_password", sentence)]));
    }
    let hash = accounts.passwords().hash(new, accounts.site().dice()).await?;
    let here = current.map(|Extension(current)| current.session);
    let site = accounts.site().clone();
    site.db()
        .write(move |tx| {
            let now = accounts.site().clock().now();
            factors::insert_password(tx, person.id, &hash, now)?;
            session_rows::set_all_ended(tx, person.id, here, Ended::Revoked.key(), now)?;
            steps::delete_steps_of(tx, person.id)?;
            audit::record(tx, &may, "changed own password", "", now);
            tell(tx, &accounts, &person, &PASSWORD_CHANGED, &[])
        })
        .await?;
    Ok(see_other("/account?done=password"))
}

/// `POST /account/code`: leads to the picture for the app.
pub(crate) async fn post_code(
    State(accounts): State<Accounts>,
    who: Who,
    current: Option<Extension<Current>>,
    origin: Origin,
    form: Form,
) -> Reply {
    let may = who.may::<UseOwnAccount>(on_own(&who))?;
    let person = match confirmed(&accounts, &may, &origin, &form, current).await? {
        Ok(person) => *person,
        Err(refused) => return refused.answer(&accounts, Change::Code),
    };
    let (secret, now) = (accounts.fresh_secret(), accounts.site().clock().now());
    let row = StepRow {
        token_hash: hash_of(&secret),
        person_id: person.id,
        step: Step::CodeSetUp.key().to_owned(),
        leads_to: "/account".to_owned(),
        secret: Some(fresh_code_secret(accounts.site().dice())),
        wrong_codes: 0,
        created_at: now,
        expires_at: now + SignedDuration::from_mins(SET_UP_MINUTES),
    };
    accounts.site().db().write(move |tx| steps::insert_step(tx, &row)).await?;
    let mut response = see_other("/account/code/set-up");
    add_cookie(&mut response, accounts.cookies().set(cookies::STEP, &secret, SET_UP_MINUTES));
    Ok(response)
}

/// `GET /account/code/set-up`.
pub(crate) async fn get_set_up(State(accounts): State<Accounts>, who: Who, headers: HeaderMap) -> Reply {
    let may = who.may::<UseOwnAccount>(on_own(&who))?;
    match find_set_up(&accounts, &may, &headers).await? {
        Some((step, person)) => set_up_page(&accounts, &step, &person, &Errors::default()),
        None => Ok(see_other("/account/code")),
    }
}

/// `POST /account/code/set-up`: the first right code puts the new app in the place of the old one.
pub(crate) async fn post_set_up(
    State(accounts): State<Accounts>,
    who: Who,
    headers: HeaderMap,
    form: Form,
) -> Reply {
    let may = who.may::<UseOwnAccount>(on_own(&who))?;
    let screening = Screening::of(&accounts, &form, &["code"]);
    let Some((step, person)) = find_set_up(&accounts, &may, &headers).await? else {
        return Ok(see_other("/account/code"));
    };
    let typed = form.get("code").to_owned();
    let codes = if screening.stops() {
        None
    } else {
        let (accounts, step, person) = (accounts.clone(), step.clone(), person.clone());
        let site = accounts.site().clone();
        site.db()
            .write(move |tx| {
                let now = accounts.site().clock().now();
                let secret = step.secret.clone().unwrap_or_default();
                let Some(used) = decide_code(&secret, &typed, 0, now)? else { return Ok(None) };
                if !steps::delete_step(tx, &step.token_hash)? {
                    return Ok(None);
                }
                keep_code(tx, &accounts, &may, &person, (&secret, used)).map(Some)
            })
            .await?
    };
    let Some(codes) = codes else {
        let sentence = "That code is not right. Wait for the next one in your app and type it";
        let errors = Errors(vec![Refusal::at("code", sentence)]);
        return set_up_page(&accounts, &step, &person, &errors);
    };
    let mut response = recovery_codes(&accounts, codes, "/account?done=code")?;
    add_cookie(&mut response, accounts.cookies().clear(cookies::STEP));
    Ok(response)
}

/// `POST /account/recovery-codes`.
pub(crate) async fn post_recovery_codes(
    State(accounts): State<Accounts>,
    who: Who,
    current: Option<Extension<Current>>,
    origin: Origin,
    form: Form,
) -> Reply {
    let may = who.may::<UseOwnAccount>(on_own(&who))?;
    let person = match confirmed(&accounts, &may, &origin, &form, current).await? {
        Ok(person) => *person,
        Err(refused) => return refused.answer(&accounts, Change::RecoveryCodes),
    };
    let codes = {
        let accounts = accounts.clone();
        let site = accounts.site().clone();
        site.db()
            .write(move |tx| {
                let codes = renew_recovery_codes(tx, &accounts, person.id)?;
                audit::record(tx, &may, "took new recovery codes", "", accounts.site().clock().now());
                let way = ("way", "new recovery codes".to_owned());
                tell(tx, &accounts, &person, &NEW_WAY_TO_SIGN_IN, &[way])?;
                Ok(codes)
            })
            .await?
    };
    recovery_codes(&accounts, codes, "/account")
}

/// Why somebody was not taken for the account's owner.
enum NotConfirmed {
    No(Errors),
    TooOften,
}

impl NotConfirmed {
    fn answer(&self, accounts: &Accounts, change: Change) -> Reply {
        match self {
            NotConfirmed::No(errors) => page(accounts, change, errors),
            NotConfirmed::TooOften => refused_often(accounts),
        }
    }
}

/// Whether it is the account's owner who asks.
async fn confirmed(
    accounts: &Accounts,
    may: &May<UseOwnAccount>,
    origin: &Origin,
    form: &Form,
    current: Option<Extension<Current>>,
) -> Result<Result<Box<PersonRow>, NotConfirmed>, Fault> {
    let id = person_of(may)?;
    let found = accounts
        .site()
        .db()
        .read(move |tx| {
            let Some(person) = people_rows::find_person(tx, id)? else { return Ok(None) };
            let password = factors::find_password(tx, id)?;
            Ok(Some((person, password, people_rows::list_roles(tx, id)?)))
        })
        .await?;
    let refused = |sentence: &str| Ok(Err(NotConfirmed::No(Errors(vec![Refusal::at("password", sentence)]))));
    let Some((person, Some(kept), roles)) = found else {
        return refused("Your account has no password. Ask the council if you want one");
    };
    if !is_enough(current, roles) {
        return refused("Sign in with your password and code, your passkey or the council’s sign-in first");
    }
    let skeleton = person.email_skeleton.clone().unwrap_or_default();
    let purse = limits::purse(accounts, Try::Password, &skeleton, Some(id), origin);
    let (taking, now) = (purse.clone(), accounts.site().clock().now());
    if !accounts.site().db().write(move |tx| limits::take(tx, &taking, now)).await? {
        return Ok(Err(NotConfirmed::TooOften));
    }
    if !accounts.passwords().is_right(typed(form, "password"), Some(kept)).await? {
        return refused("That is not your password");
    }
    accounts.site().db().write(move |tx| limits::give_back(tx, &purse)).await?;
    Ok(Ok(Box::new(person)))
}

/// Whether this session is as strong as the strongest thing its owner may do.
fn is_enough(current: Option<Extension<Current>>, roles: Roles) -> bool {
    let how = current.map_or(How::Link, |Extension(current)| current.how);
    how.opens(roles) == roles
}

/// A password as it was typed, spaces and all.
fn typed<'a>(form: &'a Form, name: &str) -> &'a str {
    form.each().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
}

async fn find_set_up(
    accounts: &Accounts,
    may: &May<UseOwnAccount>,
    headers: &HeaderMap,
) -> Result<Option<(StepRow, PersonRow)>, Fault> {
    let person = person_of(may)?;
    let Some(hash) = accounts.cookie(headers, cookies::STEP).map(hash_of) else { return Ok(None) };
    let now = accounts.site().clock().now();
    accounts
        .site()
        .db()
        .read(move |tx| {
            let step = steps::find_step(tx, &hash, Step::CodeSetUp, now)?;
            let Some(step) = step.filter(|step| step.person_id == person) else { return Ok(None) };
            Ok(people_rows::find_person(tx, person)?.map(|kept| (step, kept)))
        })
        .await
}

fn set_up_page(accounts: &Accounts, step: &StepRow, person: &PersonRow, errors: &Errors) -> Reply {
    let secret = step.secret.as_deref().unwrap_or_default();
    let body = code_set_up_view(accounts, secret, person, errors, "/account/code/set-up")?;
    show_code_set_up(accounts, &body, errors)
}

fn recovery_codes(accounts: &Accounts, codes: Vec<String>, leads_to: &str) -> Reply {
    let body = RecoveryCodesView { codes, leads_to: leads_to.to_owned() };
    show_with(accounts.site(), StatusCode::OK, &Page::new("Keep your recovery codes"), &body)
}

fn refused_often(accounts: &Accounts) -> Reply {
    too_often(accounts, "A wrong password was typed too often.", "Wait 15 minutes and try again.")
}

fn page(accounts: &Accounts, change: Change, errors: &Errors) -> Reply {
    let hint = "10 letters or more. Three or four words in a row that have nothing to do with you work well.";
    let mut fields =
        vec![password_field("password", "Your password now", "", "current-password", errors).render()?];
    if change == Change::Password {
        let new = password_field("new_password", "Your new password", hint, "new-password", errors);
        fields.push(new.render()?);
    }
    let body = ConfirmView {
        summary: ErrorSummary { errors }.render()?,
        title: change.title(),
        lead: change.lead(),
        action: change.action(),
        fields,
        button: if change == Change::Password { "Change my password" } else { "Go on" },
    };
    let (status, title) = errors.page(change.title());
    show_with(accounts.site(), status, &Page::new(title), &body)
}
