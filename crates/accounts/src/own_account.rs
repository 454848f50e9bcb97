//! One's own account: name and language, where one is signed in, and the ways of signing in.

use crate::{
    Accounts, Current,
    model::Ended,
    passkey,
    screened::Screening,
    session::{self, on_own},
    store::{
        factors,
        people::{self as people_rows, PersonRow},
        sessions::{self as session_rows, SessionRow},
    },
};
use access::{Action, May, PersonId, Roles, UseOwnAccount, audit};
use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
};

use kernel::{Fault, Id, Instant, Refusal, london};
use web::{
    CardView, Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input, Radios},
    missing, see_other, show_with,
};

/// The most letters of a name.
const NAME_MAX: usize = 80;

/// The languages a person may ask for, each in its own.
const LANGUAGES: [(&str, &str); 6] = [
    ("en", "English"),
    ("cy", "Cymraeg"),
    ("pl", "Polski"),
    ("ro", "Română"),
    ("ar", "العربية"),
    ("ur", "اردو"),
];

/// The council's pages that one opens by oneself, whatever waits: each with what it takes to go there.
const WORK: [(Action, &str, &str); 35] = [
    (Action::ReviewChange, "/admin/review", "Changes to check"),
    (Action::CheckApplication, "/admin/applications", "Organisations that ask to be listed"),
    (Action::SettleReport, "/admin/reports", "Reports from visitors"),
    (Action::ChaseEntries, "/admin/freshness", "Entries to check"),
    (Action::EditMany, "/admin/entries", "All entries"),
    (Action::SettleWords, "/admin/words", "Families’ words"),
    (Action::KeepSessions, "/admin/sessions", "Sessions"),
    (Action::KeepBookings, "/register", "Registers"),
    (Action::KeepBookings, "/admin/absences", "Families who did not come"),
    (Action::KeepSessions, "/admin/appointments", "Appointments"),
    (Action::InviteFamily, "/admin/invitations", "Invitations"),
    (Action::BookForFamily, "/admin/appointments/for-families", "Book an appointment for a family"),
    (Action::MatchServices, "/practitioner/match", "Services for a family’s need"),
    (Action::MatchServices, "/practitioner/lists", "Lists you handed over"),
    (Action::CallBack, "/admin/call-backs", "Families who asked to be rung"),
    (Action::KeepHolidayProgramme, "/admin/holidays", "Holiday programmes"),
    (Action::SettleEligibility, "/admin/holidays/eligibility", "Holiday forms that need a person"),
    (Action::SeeBookingFigures, "/admin/attendance", "Who came, in figures"),
    (Action::SeeBookingFigures, "/admin/timetables", "How often timetables are used"),
    (Action::SeeBookingFigures, "/admin/invitations/figures", "How many came by an invitation"),
    (Action::WriteFlows, "/admin/flows", "Guides"),
    (Action::SeeAskFigures, "/admin/ask", "How Ask ended, in figures"),
    (Action::SwitchModel, "/admin/language-model", "The language model"),
    (Action::KeepTerms, "/admin/terms", "School terms and bank holidays"),
    (Action::SeeFigures, "/admin/figures", "Figures"),
    (Action::SeeAutomations, "/admin/automations", "What the automations did"),
    (Action::ManagePeople, "/admin/people", "People"),
    (Action::AnswerDataRequest, "/admin/data-requests", "Requests for data"),
    (Action::SeeAudit, "/admin/audit", "Audit trail"),
    (Action::SeeMessages, "/admin/messages", "Messages sent"),
    (Action::WordMessages, "/admin/messages/templates", "How messages are worded"),
    (Action::SetKeepingRules, "/admin/freshness/schedule", "When reminders go out"),
    (Action::SetKeepingRules, "/admin/review/rules", "What may show without being checked"),
    (Action::ApproveSensitive, "/admin/review/second", "Changes for a second person"),
    (Action::ChangeSettings, "/admin/settings", "Settings"),
];

#[derive(Template)]
#[template(path = "account.html")]
struct AccountView {
    card: Option<CardView>,
    summary: String,
    done: &'static str,
    email: String,
    roles: String,
    leads_on: Vec<(&'static str, &'static str)>,
    work: Vec<(&'static str, &'static str, String)>,
    name: String,
    language: String,
    seen: bool,
    sessions: Vec<SessionLine>,
    others: usize,
    has_password: bool,
    has_code: bool,
    recovery_codes: i64,
    passkeys: String,
}

/// A session as the list shows it.
struct SessionLine {
    id: String,
    browser: String,
    how: &'static str,
    began: String,
    seen: String,
    here: bool,
}

/// Everything the page shows.
struct Loaded {
    person: PersonRow,
    roles: Roles,
    sessions: Vec<SessionRow>,
    has_password: bool,
    has_code: bool,
    recovery_codes: i64,
    waiting: Vec<(&'static str, String)>,
}

/// What was typed, put back as it was.
struct Typed {
    name: String,
    language: String,
}

/// `GET /account`.
pub(crate) async fn get(
    State(accounts): State<Accounts>,
    who: Who,
    current: Option<Extension<Current>>,
    params: Params,
) -> Reply {
    let may = who.may::<UseOwnAccount>(on_own(&who))?;
    let done = match params.get("done") {
        "details" => "Your details are saved.",
        "ended" => "That browser is signed out.",
        "others" => "You are signed out everywhere else.",
        "password" => "Your password is changed. You are signed out everywhere else.",
        "code" => "Your codes are set up.",
        _ => "",
    };
    page(&accounts, &may, current, None, done, &Errors::default(), Screening::clear()).await
}

/// `POST /account`: name and language.
pub(crate) async fn post(
    State(accounts): State<Accounts>,
    who: Who,
    current: Option<Extension<Current>>,
    form: Form,
) -> Reply {
    let may = who.may::<UseOwnAccount>(on_own(&who))?;
    let screening = Screening::of(&accounts, &form, &["name"]);
    let typed = Typed { name: kernel::one_line(form.get("name")), language: form.get("language").to_owned() };
    let mut errors = Errors::default();
    if typed.name.is_empty() {
        errors.0.push(Refusal::at("name", "Enter the name you want to be called by"));
    } else if typed.name.chars().count() > NAME_MAX {
        errors.0.push(Refusal::at("name", format!("Use {NAME_MAX} letters or fewer")));
    }
    if !LANGUAGES.iter().any(|(key, _)| *key == typed.language) {
        errors.0.push(Refusal::at("language", "Choose a language"));
    }
    if !errors.is_empty() || screening.stops() {
        return page(&accounts, &may, current, Some(typed), "", &errors, screening).await;
    }
    let now = accounts.site().clock().now();
    accounts
        .site()
        .db()
        .write(move |tx| {
            let person = person_of(&may)?;
            people_rows::set_name_and_language(tx, person, &typed.name, &typed.language)?;
            audit::record(tx, &may, "changed own name or language", "", now);
            Ok(())
        })
        .await?;
    Ok(see_other("/account?done=details"))
}

/// `POST /account/sessions/{id}/end`.
pub(crate) async fn end_session(
    State(accounts): State<Accounts>,
    who: Who,
    Path(session): Path<String>,
    _form: Form,
) -> Reply {
    let may = who.may::<UseOwnAccount>(on_own(&who))?;
    let Ok(session) = session.parse::<Id<_>>() else { return Ok(missing()) };
    let now = accounts.site().clock().now();
    let ended = accounts
        .site()
        .db()
        .write(move |tx| {
            let own = session_rows::list_sessions(tx, person_of(&may)?)?;
            if !own.iter().any(|row| row.id == session) {
                return Ok(false);
            }
            session_rows::set_ended(tx, session, Ended::Revoked.key(), now)?;
            audit::record(tx, &may, "signed out another browser", "", now);
            Ok(true)
        })
        .await?;
    Ok(if ended { see_other("/account?done=ended#browsers") } else { missing() })
}

/// `POST /account/sessions/end-others`.
pub(crate) async fn end_others(
    State(accounts): State<Accounts>,
    who: Who,
    current: Option<Extension<Current>>,
    _form: Form,
) -> Reply {
    let may = who.may::<UseOwnAccount>(on_own(&who))?;
    let here = current.map(|Extension(current)| current.session);
    let now = accounts.site().clock().now();
    accounts
        .site()
        .db()
        .write(move |tx| {
            let ended = session_rows::set_all_ended(tx, person_of(&may)?, here, Ended::Revoked.key(), now)?;
            audit::record(tx, &may, format!("signed out {ended} other browsers"), "", now);
            Ok(())
        })
        .await?;
    Ok(see_other("/account?done=others#browsers"))
}

/// Whose account it is.
pub(crate) fn person_of(may: &May<UseOwnAccount>) -> Result<PersonId, Fault> {
    may.actor().person().ok_or_else(|| anyhow::anyhow!("only a person has an account of their own"))
}

async fn load(accounts: &Accounts, person: PersonId) -> Result<Option<Loaded>, Fault> {
    let (counting, now) = (accounts.clone(), accounts.site().clock().now());
    accounts
        .site()
        .db()
        .read(move |tx| {
            let Some(kept) = people_rows::find_person(tx, person)? else { return Ok(None) };
            Ok(Some(Loaded {
                person: kept,
                roles: people_rows::list_roles(tx, person)?,
                sessions: session_rows::list_sessions(tx, person)?,
                has_password: factors::find_password(tx, person)?.is_some(),
                has_code: factors::find_code(tx, person)?.is_some(),
                recovery_codes: factors::count_recovery_codes(tx, person)?,
                waiting: counting.list_waiting(tx, now)?,
            }))
        })
        .await
}

async fn page(
    accounts: &Accounts,
    may: &May<UseOwnAccount>,
    current: Option<Extension<Current>>,
    typed: Option<Typed>,
    done: &'static str,
    errors: &Errors,
    screening: Screening,
) -> Reply {
    let person = person_of(may)?;
    let Some(loaded) = load(accounts, person).await? else { return Ok(missing()) };
    let here = current.map(|Extension(current)| current.session);
    let now = accounts.site().clock().now();
    let sessions: Vec<SessionLine> = loaded
        .sessions
        .iter()
        .filter(|row| is_running(row, loaded.roles, now))
        .map(|row| line(row, Some(row.id) == here))
        .collect();
    let typed = typed.unwrap_or_else(|| Typed {
        name: loaded.person.name.clone(),
        language: loaded.person.language.clone(),
    });
    let roles: Vec<&str> = loaded.roles.each().map(access::Role::words).collect();
    let name = Input {
        name: "name",
        label: "What we call you",
        hint: "",
        value: &typed.name,
        kind: "text",
        autocomplete: "name",
        error: errors.at("name"),
    };
    let language = Radios {
        name: "language",
        legend: "The language you like best",
        hint: "We use it for emails where we can.",
        answers: &LANGUAGES,
        value: &typed.language,
        error: errors.at("language"),
    };
    let body = AccountView {
        seen: screening.was_shown(),
        card: screening.card(),
        summary: ErrorSummary { errors }.render()?,
        done,
        email: loaded.person.email.as_ref().map_or_else(String::new, ToString::to_string),
        roles: roles.join(", "),
        leads_on: session::list_doors(may.actor()).collect(),
        work: WORK
            .into_iter()
            .filter(|(action, ..)| action.is_open_to(may.actor()))
            .map(|(_, href, words)| {
                let waits = loaded.waiting.iter().find(|(of, _)| *of == href);
                (href, words, waits.map_or_else(String::new, |(_, waits)| waits.clone()))
            })
            .collect(),
        name: name.render()?,
        language: language.render()?,
        others: sessions.iter().filter(|line| !line.here).count(),
        sessions,
        has_password: loaded.has_password,
        has_code: loaded.has_code,
        recovery_codes: loaded.recovery_codes,
        passkeys: passkey::account_html(accounts, person).await?,
    };
    let (status, title) = errors.page("Your account");
    show_with(accounts.site(), status, &Page::new(title), &body)
}

/// Whether a session in the list could still be used: one that ran out is ended when its cookie next comes, if ever.
fn is_running(row: &SessionRow, roles: Roles, now: Instant) -> bool {
    let limits =
        crate::model::decide_limits(crate::How::of_key(&row.how).map_or(roles, |how| how.opens(roles)));
    now < row.ends_at && now < row.last_seen_at + limits.idle
}

fn line(row: &SessionRow, here: bool) -> SessionLine {
    SessionLine {
        id: row.id.to_string(),
        browser: row.browser_words.clone(),
        how: crate::How::of_key(&row.how).map_or("", crate::How::words),
        began: civil(row.created_at),
        // Written at most once a minute, so the minute is as fine as it can be said.
        seen: civil(row.last_seen_at),
        here,
    }
}

/// `22 November 2026, 9:05am`, in London.
fn civil(at: Instant) -> String {
    let at = at.to_zoned(london());
    at.strftime("%-d %B %Y, %-I:%M%P").to_string()
}
