//! The demonstration's own way in: one click for every role, so that a newcomer can try them all. It is mounted in the
//! demonstration only; a council's house never has this door.

use crate::{
    Accounts, How,
    one_time_code::fresh_code_secret,
    store::{factors, people as rows},
};
use access::{On, PersonId, SignIn};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use kernel::{Fault, Instant};
use store::Tx;
use web::{Door, Form, Page, Reply, Who, missing, show_with};

/// The most people the page lists.
const PEOPLE_MAX: i64 = 60;

#[derive(Template)]
#[template(path = "demonstration.html")]
struct DemonstrationView {
    people: Vec<PersonLine>,
}

struct PersonLine {
    id: String,
    name: String,
    roles: String,
    email: String,
}

/// The demonstration's way in. To be mounted by the demonstration, and nowhere else.
pub fn demo_door(accounts: &Accounts) -> Door {
    Door::new()
        .get::<SignIn, _, _>("/demo/sign-in", get)
        .post::<SignIn, _, _>("/demo/sign-in", post)
        .with_state(accounts.clone())
}

async fn get(State(accounts): State<Accounts>) -> Reply {
    let people = accounts
        .site()
        .db()
        .read(|tx| {
            let mut lines = Vec::new();
            for person in rows::list_people(tx, PEOPLE_MAX)? {
                let roles = rows::list_roles(tx, person.id)?;
                lines.push(PersonLine {
                    id: person.id.to_string(),
                    name: person.name,
                    roles: roles.each().map(access::Role::words).collect::<Vec<_>>().join(", "),
                    email: person.email.map_or_else(String::new, |email| email.to_string()),
                });
            }
            Ok(lines)
        })
        .await?;
    let page = Page::new("Sign in to the demonstration");
    show_with(accounts.site(), StatusCode::OK, &page, &DemonstrationView { people })
}

async fn post(State(accounts): State<Accounts>, who: Who, headers: HeaderMap, form: Form) -> Reply {
    who.may::<SignIn>(On::all("account"))?;
    let Ok(person) = form.get("person").parse::<PersonId>() else { return Ok(missing()) };
    if accounts.site().db().read(move |tx| rows::find_person(tx, person)).await?.is_none() {
        return Ok(missing());
    }
    accounts.start_session(&headers, person, How::Demonstration, "/account").await
}

/// The hash of a demonstration's password, to be made before the transaction that keeps it with [`set_password`].
pub async fn password_hash(accounts: &Accounts, password: &str) -> Result<String, Fault> {
    accounts.passwords().hash(password, accounts.site().dice()).await
}

/// Gives somebody a password.
pub fn set_password(tx: &mut Tx<'_>, person: PersonId, hash: &str, now: Instant) -> Result<(), Fault> {
    factors::insert_password(tx, person, hash, now)
}

/// Gives somebody codes from an app, with this secret in base 32 or a fresh one, and says which.
pub fn set_totp_secret(
    tx: &mut Tx<'_>,
    accounts: &Accounts,
    person: PersonId,
    secret: Option<&str>,
) -> Result<String, Fault> {
    let secret = secret.map_or_else(|| fresh_code_secret(accounts.site().dice()), str::to_owned);
    factors::insert_code(tx, person, &secret, 0, accounts.site().clock().now())?;
    Ok(secret)
}
