//! Signing in with a password: one answer for every pair that is not right, and one time to give it.

use crate::{
    Accounts, How,
    limits::{self, Origin, Try},
    model::{AfterPassword, SignInName, decide_after_password, safe_path},
    screened::Screening,
    sign_in::{query_of, too_often},
    sign_in_step,
    store::{
        factors, passkeys,
        people::{self as people_rows, PersonRow},
        steps::Step,
    },
};
use access::{Action, On, PersonId, SignIn, audit};
use askama::Template;
use axum::extract::State;
use kernel::{Fault, Refusal};
use store::Tx;
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    show_with,
};

#[derive(Template)]
#[template(path = "sign_in_password.html")]
struct PasswordView {
    card: Option<CardView>,
    summary: String,
    email: String,
    password: String,
    next: String,
    next_query: String,
    seen: bool,
}

/// `GET /sign-in/password`.
pub(crate) async fn get(State(accounts): State<Accounts>, params: Params) -> Reply {
    page(&accounts, "", &safe_path(params.get("next")), &Errors::default(), Screening::clear())
}

/// `POST /sign-in/password`.
pub(crate) async fn post(State(accounts): State<Accounts>, who: Who, origin: Origin, form: Form) -> Reply {
    who.may::<SignIn>(On::all("account"))?;
    let screening = Screening::of(&accounts, &form, &["email", "next"]);
    let (typed, next) = (form.get("email"), safe_path(form.get("next")));
    if screening.stops() {
        return page(&accounts, typed, &next, &Errors::default(), screening);
    }
    let mut errors = Errors::default();
    let name = errors.take("email", typed.parse::<SignInName>());
    let password = form.each().find(|(key, _)| *key == "password").map_or("", |(_, value)| value);
    if password.is_empty() {
        errors.0.push(Refusal::at("password", "Enter your password"));
    }
    let (Some(name), true) = (name, errors.is_empty()) else {
        return page(&accounts, typed, &next, &errors, screening);
    };
    let known = find(&accounts, &name).await?;
    let person = known.as_ref().map(|known| known.person.id);
    let purse = limits::purse(&accounts, Try::Password, name.skeleton(), person, &origin);
    let now = accounts.site().clock().now();
    let taken = {
        let purse = purse.clone();
        accounts.site().db().write(move |tx| limits::take(tx, &purse, now)).await?
    };
    if !taken {
        return too_often(
            &accounts,
            "A wrong password was typed too often from here. The account itself is not locked.",
            "Wait 15 minutes. Or sign in with a link by email first: then we know this browser, and you can try your password again.",
        );
    }
    let kept = known.as_ref().and_then(|known| known.password.clone());
    let right = accounts.passwords().is_right(password, kept).await?;
    // The same work for a pair that is right and one that is wrong, for somebody's address and for nobody's.
    accounts
        .site()
        .db()
        .write(move |tx| {
            if right {
                return limits::give_back(tx, &purse);
            }
            audit::record_attempt(tx, Action::SignIn, person, "typed a wrong password", now);
            Ok(())
        })
        .await?;
    let (Some(known), true) = (known, right) else {
        let sentence = "The email address and the password do not belong together. Try again";
        return page(&accounts, typed, &next, &Errors(vec![Refusal::at("password", sentence)]), screening);
    };
    go_on(&accounts, &origin, &known, &next, typed).await
}

async fn go_on(accounts: &Accounts, origin: &Origin, known: &Known, next: &str, typed: &str) -> Reply {
    let person = known.person.id;
    match known.after {
        AfterPassword::Enter => accounts.start_session(&origin.headers, person, How::Password, next).await,
        AfterPassword::Code => sign_in_step::begin(accounts, person, Step::Code, next).await,
        AfterPassword::SetUpCode => sign_in_step::begin(accounts, person, Step::CodeSetUp, next).await,
        AfterPassword::UsePasskey => {
            let sentence = "Your account needs your passkey. Go back and choose ‘Sign in with a passkey’";
            let errors = Errors(vec![Refusal::at("password", sentence)]);
            page(accounts, typed, next, &errors, Screening::clear())
        }
    }
}

/// Somebody who may sign in.
struct Known {
    person: PersonRow,
    password: Option<String>,
    after: AfterPassword,
}

async fn find(accounts: &Accounts, name: &SignInName) -> Result<Option<Known>, Fault> {
    let skeleton = name.skeleton().to_owned();
    accounts
        .site()
        .db()
        .read(move |tx| {
            let person = people_rows::find_person_by_skeleton(tx, &skeleton)?;
            let Some(person) = person.filter(PersonRow::may_sign_in) else { return Ok(None) };
            let password = factors::find_password(tx, person.id)?;
            let after = after_password(tx, person.id)?;
            Ok(Some(Known { person, password, after }))
        })
        .await
}

/// What comes after the right password.
pub(crate) fn after_password(tx: &mut Tx<'_>, person: PersonId) -> Result<AfterPassword, Fault> {
    let roles = people_rows::list_roles(tx, person)?;
    let has_code = factors::find_code(tx, person)?.is_some();
    let has_passkey = passkeys::has_any(tx, person)?;
    Ok(decide_after_password(roles, has_code.into(), has_passkey.into()))
}

fn page(accounts: &Accounts, email: &str, next: &str, errors: &Errors, screening: Screening) -> Reply {
    let email = Input {
        name: "email",
        label: "Your email address",
        hint: "",
        value: email,
        kind: "email",
        autocomplete: "username",
        error: errors.at("email"),
    };
    let body = PasswordView {
        seen: screening.was_shown(),
        card: screening.card(),
        summary: ErrorSummary { errors }.render()?,
        email: email.render()?,
        password: password_field("password", "Your password", "", "current-password", errors).render()?,
        next: next.to_owned(),
        next_query: query_of(next),
    };
    let (status, title) = errors.page("Sign in with a password");
    show_with(accounts.site(), status, &Page::new(title), &body)
}

/// A box for a password. What was typed is never put back.
pub(crate) fn password_field<'a>(
    name: &'a str,
    label: &'a str,
    hint: &'a str,
    autocomplete: &'a str,
    errors: &'a Errors,
) -> Input<'a> {
    Input { name, label, hint, value: "", kind: "password", autocomplete, error: errors.at(name) }
}
