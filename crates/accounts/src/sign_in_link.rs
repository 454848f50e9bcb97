//! Opening a link. Looking at it spends nothing, so that a mail scanner may; a button does, in the browser that asked
//! or, elsewhere, with the code that is shown there.

use crate::{
    Accounts, Current, How,
    accounts::hash_of,
    cookies, limits,
    model::SameBrowser,
    one_time_code::plain_code,
    session::add_cookie,
    sign_in::{browser_hash, code_hash, query_of},
    sign_in_step,
    store::{
        links::{self as rows, LinkRow, Purpose},
        people as people_rows,
        steps::Step,
    },
};
use access::{On, SignIn};
use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use kernel::{Fault, Instant, Refusal};
use subtle::ConstantTimeEq;
use web::{
    Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    see_other, show_with,
};

/// How often a wrong code may be typed beside one link.
const WRONG_CODES_MAX: i64 = 5;

/// How a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LinkState {
    /// There is none of that secret.
    Unknown,
    /// It was used.
    Used,
    /// Its time is over.
    Expired,
    /// The code beside it was wrong too often.
    Guessed,
    /// It may be used in this browser.
    Ready,
    /// It may be used with the code that is shown where it was asked for.
    NeedsCode,
}

/// Decides how a link stands. One that nobody asked for, such as in a reminder, may be used in any browser.
fn decide_link(link: Option<&LinkRow>, same: SameBrowser, now: Instant) -> LinkState {
    let Some(link) = link else { return LinkState::Unknown };
    if link.used_at.is_some() {
        LinkState::Used
    } else if now >= link.expires_at {
        LinkState::Expired
    } else if link.browser_hash.is_none() || same == SameBrowser::Yes {
        LinkState::Ready
    } else if link.wrong_codes >= WRONG_CODES_MAX {
        LinkState::Guessed
    } else {
        LinkState::NeedsCode
    }
}

#[derive(Template)]
#[template(path = "sign_in_link.html")]
struct LinkView {
    summary: String,
    token: String,
    code: Option<String>,
    set_up: bool,
    who: String,
}

#[derive(Template)]
#[template(path = "sign_in_link_over.html")]
struct OverView {
    title: &'static str,
    say: &'static str,
}

/// `GET /sign-in/link/{token}`: changes nothing, however often it is asked.
pub(crate) async fn get(
    State(accounts): State<Accounts>,
    current: Option<Extension<Current>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Reply {
    let (link, state) = find(&accounts, &token, &headers).await?;
    // Whoever used it in this very browser and opens it again is where they wanted to be.
    if let (Some(link), LinkState::Used, Some(Extension(current))) = (&link, state, current)
        && current.person == link.person_id
    {
        return Ok(see_other(&crate::model::safe_path(&link.leads_to)));
    }
    match (link, state) {
        (Some(link), LinkState::Ready | LinkState::NeedsCode) => {
            form(&accounts, &token, &link, state, "", &Errors::default()).await
        }
        _ => over(&accounts, state),
    }
}

/// `POST /sign-in/link/{token}`: spends it.
pub(crate) async fn post(
    State(accounts): State<Accounts>,
    who: Who,
    Path(token): Path<String>,
    headers: HeaderMap,
    form_sent: Form,
) -> Reply {
    who.may::<SignIn>(On::all("account"))?;
    let typed = form_sent.get("code");
    let card = crate::screened::Screening::of(&accounts, &form_sent, &["code"]);
    let (link, state) = find(&accounts, &token, &headers).await?;
    let Some(link) = link else { return over(&accounts, state) };
    let right = match state {
        LinkState::Ready => true,
        LinkState::NeedsCode => {
            // Counted before it is compared: of many guesses at the same moment only the first few are looked at.
            let hash = link.token_hash.clone();
            let counted = accounts
                .site()
                .db()
                .write(move |tx| rows::set_code_tried(tx, &hash, WRONG_CODES_MAX))
                .await?;
            if !counted {
                return over(&accounts, LinkState::Guessed);
            }
            let typed = code_hash(&accounts, &plain_code(typed));
            let kept = link.code_hash.as_deref().unwrap_or_default();
            bool::from(typed.as_bytes().ct_eq(kept.as_bytes()))
        }
        _ => return over(&accounts, state),
    };
    if !right {
        let sentence = "That is not the code. Look at the page where you asked for the link";
        let errors = Errors(vec![Refusal::at("code", sentence)]);
        drop(card);
        return form(&accounts, &token, &link, state, typed, &errors).await;
    }
    let (hash, now) = (link.token_hash.clone(), accounts.site().clock().now());
    if !accounts.site().db().write(move |tx| rows::set_link_used(tx, &hash, now)).await? {
        return over(&accounts, LinkState::Used);
    }
    let mut response = enter(&accounts, &link, &headers).await?;
    add_cookie(&mut response, accounts.cookies().clear(cookies::ASKED));
    Ok(response)
}

/// What a spent link opens: a session in the roles for which it is enough, or the next step.
async fn enter(accounts: &Accounts, link: &LinkRow, headers: &HeaderMap) -> Result<Response, web::Oops> {
    let person = link.person_id;
    if link.purpose == Purpose::SetUp.key() {
        return sign_in_step::begin(accounts, person, Step::Password, &link.leads_to).await;
    }
    let roles = accounts.site().db().read(move |tx| people_rows::list_roles(tx, person)).await?;
    if !roles.is_empty() && How::Link.opens(roles).is_empty() {
        // The mailbox is theirs, so this browser is now a known one; their roles ask for more.
        let mut response = see_other(&format!("/sign-in/password{}", query_of(&link.leads_to)));
        add_cookie(&mut response, limits::remember_browser(accounts, headers, person));
        return Ok(response);
    }
    accounts.start_session(headers, person, How::Link, &link.leads_to).await
}

async fn find(
    accounts: &Accounts,
    token: &str,
    headers: &HeaderMap,
) -> Result<(Option<LinkRow>, LinkState), Fault> {
    let hash = hash_of(token);
    let link = accounts.site().db().read(move |tx| rows::find_link(tx, &hash)).await?;
    let kept = link.as_ref().and_then(|link| link.browser_hash.as_deref());
    let came = accounts.cookie(headers, cookies::ASKED).map(|asked| browser_hash(accounts, asked));
    let same = match (kept, came) {
        (Some(kept), Some(came)) if bool::from(kept.as_bytes().ct_eq(came.as_bytes())) => SameBrowser::Yes,
        _ => SameBrowser::No,
    };
    let state = decide_link(link.as_ref(), same, accounts.site().clock().now());
    Ok((link, state))
}

async fn form(
    accounts: &Accounts,
    token: &str,
    link: &LinkRow,
    state: LinkState,
    typed: &str,
    errors: &Errors,
) -> Reply {
    let person = link.person_id;
    let kept = accounts.site().db().read(move |tx| people_rows::find_person(tx, person)).await?;
    let email = kept.and_then(|kept| kept.email);
    let field = Input {
        name: "code",
        label: "The code",
        hint: "6 letters and numbers, on the page where you asked for the link.",
        value: typed,
        kind: "text",
        autocomplete: "off",
        error: errors.at("code"),
    };
    let body = LinkView {
        summary: ErrorSummary { errors }.render()?,
        token: token.to_owned(),
        code: if state == LinkState::NeedsCode { Some(field.render()?) } else { None },
        set_up: link.purpose == Purpose::SetUp.key(),
        who: email.map_or_else(String::new, |email| veiled(email.as_str())),
    };
    let (status, title) = errors.page("Sign in with your link");
    show_with(accounts.site(), status, &Page::new(title), &body)
}

/// Enough of an address to know one's own, not enough to learn another's: `d...n@example.org`.
fn veiled(email: &str) -> String {
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    let first: String = name.chars().take(1).collect();
    format!("{first}…@{host}")
}

fn over(accounts: &Accounts, state: LinkState) -> Reply {
    let (status, title, say) = match state {
        LinkState::Expired => {
            (StatusCode::GONE, "This link is too old", "For safety a link works only for a short time.")
        }
        LinkState::Used => (
            StatusCode::GONE,
            "This link has been used",
            "A link works once. If it was not you who used it, ask for a new one and sign out everywhere else on your account page.",
        ),
        LinkState::Guessed => {
            (StatusCode::GONE, "This link no longer works", "A wrong code was typed too often beside it.")
        }
        LinkState::Unknown | LinkState::Ready | LinkState::NeedsCode => (
            StatusCode::NOT_FOUND,
            "We do not know this link",
            "Perhaps a part of it was left out when it was copied.",
        ),
    };
    show_with(accounts.site(), status, &Page::new(title), &OverView { title, say })
}
