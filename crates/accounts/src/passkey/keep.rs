//! One's passkeys: the list, a name for each, and taking one off.

use crate::{
    Accounts, mails,
    passkey::{
        Line,
        add::tell,
        is_strong, line,
        model::{MOST, Refused, parse_name},
    },
    screened::Screening,
    session::{Current, on_own},
    store::passkeys::{self as rows, PasskeyId, PasskeyRow},
};
use access::{UseOwnAccount, audit};
use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
};
use kernel::Fault;
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    missing, see_other, show, show_with,
};

/// Whether the session may change ways of signing in.
#[derive(PartialEq, Eq)]
enum Strength {
    Strong,
    Weak,
}

#[derive(Template)]
#[template(path = "passkey_list.html")]
struct ListView {
    done: &'static str,
    passkeys: Vec<Line>,
    strength: Strength,
    weak: &'static str,
    is_full: bool,
}

#[derive(Template)]
#[template(path = "passkey_name.html")]
struct NameView {
    card: Option<CardView>,
    summary: String,
    id: String,
    name: String,
    seen: bool,
}

#[derive(Template)]
#[template(path = "passkey_remove.html")]
struct RemoveView {
    id: String,
    name: String,
    is_last: bool,
}

/// `GET /account/passkeys`.
pub(crate) async fn list(
    State(accounts): State<Accounts>,
    who: Who,
    current: Option<Extension<Current>>,
    params: Params,
) -> Reply {
    let may = who.may::<UseOwnAccount>(on_own(&who))?;
    let Some(person) = may.actor().person() else { return Ok(missing()) };
    let passkeys = accounts.site().db().read(move |tx| rows::list_passkeys(tx, person)).await?;
    let body = ListView {
        done: match params.get("done") {
            "added" => {
                "Your passkey is added. Next time you can sign in with it. We have sent you an email about it."
            }
            "named" => "The name is changed.",
            "removed" => "The passkey is taken off. We have sent you an email about it.",
            _ => "",
        },
        is_full: passkeys.len() >= MOST,
        passkeys: passkeys.iter().map(line).collect(),
        strength: if is_strong(current.as_deref()) { Strength::Strong } else { Strength::Weak },
        weak: Refused::NotStrong.sentence(),
    };
    show(accounts.site(), &Page::new("Your passkeys").with_passkeys(), &body)
}

/// `GET /account/passkeys/{id}/name`.
pub(crate) async fn name_form(
    State(accounts): State<Accounts>,
    who: Who,
    Path(id): Path<String>,
    current: Option<Extension<Current>>,
) -> Reply {
    let Some((_, passkey)) = own(&accounts, &who, &id, current.as_deref()).await? else {
        return Ok(missing());
    };
    ask_name(&accounts, &passkey, &passkey.name, Screening::clear(), &Errors::default())
}

/// `POST /account/passkeys/{id}/name`.
pub(crate) async fn name(
    State(accounts): State<Accounts>,
    who: Who,
    Path(id): Path<String>,
    current: Option<Extension<Current>>,
    form: Form,
) -> Reply {
    let screening = Screening::of(&accounts, &form, &["name"]);
    let typed = form.get("name");
    let Some((may, passkey)) = own(&accounts, &who, &id, current.as_deref()).await? else {
        return Ok(missing());
    };
    if screening.stops() {
        return ask_name(&accounts, &passkey, typed, screening, &Errors::default());
    }
    let mut errors = Errors::default();
    let Some(name) = errors.take("name", parse_name(typed)) else {
        return ask_name(&accounts, &passkey, typed, screening, &errors);
    };
    let now = accounts.site().clock().now();
    accounts
        .site()
        .db()
        .write(move |tx| {
            rows::set_passkey_name(tx, passkey.id, &name)?;
            audit::record(tx, &may, "named a passkey", "", now);
            Ok(())
        })
        .await?;
    Ok(see_other("/account/passkeys?done=named"))
}

/// `GET /account/passkeys/{id}/remove`.
pub(crate) async fn remove_form(
    State(accounts): State<Accounts>,
    who: Who,
    Path(id): Path<String>,
    current: Option<Extension<Current>>,
) -> Reply {
    let Some((_, passkey)) = own(&accounts, &who, &id, current.as_deref()).await? else {
        return Ok(missing());
    };
    let person = passkey.person_id;
    let all = accounts.site().db().read(move |tx| rows::list_passkeys(tx, person)).await?;
    let body = RemoveView { id: passkey.id.to_string(), name: passkey.name, is_last: all.len() == 1 };
    show(accounts.site(), &Page::new("Take off a passkey"), &body)
}

/// `POST /account/passkeys/{id}/remove`.
pub(crate) async fn remove(
    State(accounts): State<Accounts>,
    who: Who,
    Path(id): Path<String>,
    current: Option<Extension<Current>>,
    _form: Form,
) -> Reply {
    let Some((may, passkey)) = own(&accounts, &who, &id, current.as_deref()).await? else {
        // Pressed twice: the second time it is gone already, which is what they wanted.
        return Ok(see_other("/account/passkeys"));
    };
    let now = accounts.site().clock().now();
    let room = accounts.clone();
    accounts
        .site()
        .db()
        .write(move |tx| {
            if rows::delete_passkey(tx, passkey.id)? {
                audit::record(tx, &may, "took off a passkey", "", now);
                tell(tx, &room, passkey.person_id, &mails::WAY_REMOVED, now)?;
            }
            Ok(())
        })
        .await?;
    Ok(see_other("/account/passkeys?done=removed"))
}

/// Somebody's own passkey, in a session that may change it.
async fn own(
    accounts: &Accounts,
    who: &Who,
    id: &str,
    current: Option<&Current>,
) -> Result<Option<(access::May<UseOwnAccount>, PasskeyRow)>, Fault> {
    let may = who.may::<UseOwnAccount>(on_own(who))?;
    let (Ok(id), true) = (id.parse::<PasskeyId>(), is_strong(current)) else { return Ok(None) };
    let passkey = accounts.site().db().read(move |tx| rows::find_passkey(tx, id)).await?;
    let owner = may.actor().person();
    Ok(passkey.filter(|passkey| Some(passkey.person_id) == owner).map(|passkey| (may, passkey)))
}

fn ask_name(
    accounts: &Accounts,
    passkey: &PasskeyRow,
    typed: &str,
    screening: Screening,
    errors: &Errors,
) -> Reply {
    let fields = Input {
        name: "name",
        label: "Name",
        hint: "Such as Work laptop. Please leave out other people’s names.",
        value: typed,
        kind: "text",
        autocomplete: "off",
        error: errors.at("name"),
    };
    let body = NameView {
        seen: screening.was_shown(),
        card: screening.card(),
        summary: ErrorSummary { errors }.render()?,
        id: passkey.id.to_string(),
        name: fields.render()?,
    };
    let (status, title) = errors.page("Name a passkey");
    show_with(accounts.site(), status, &Page::new(title), &body)
}
