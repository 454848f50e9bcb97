//! One person's page for staff, and what can be done there.

use super::{
    Organizations, PersonPath, RoleChoice, chosen_roles, done_words, organization_field, person_of,
    role_choices, why_field,
};
use crate::{
    Ended, Office, end_sessions,
    heard::{Heard, reason_of},
    mails::{INVITATION, to_person},
    people::{LinkWanted, issue},
    rights_model::{decide_disable, decide_on_somebody_else, decide_roles},
    store::{data_rights, links::Purpose, oidc, people as rows, sessions, staff_people},
    words,
};
use access::{ManagePeople, May, On, PersonId, Role, Roles, audit};
use askama::Template;
use axum::extract::State;
use kernel::{Fault, Refusal};
use notify::Template as Wording;
use store::Tx;
use uuid::Uuid;
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors},
    missing, see_other, show_with,
};

/// How long a link may be used that staff sent: long enough to be read the next working day.
const LINK_MINUTES: i64 = 24 * 60;

/// A link that staff sent to somebody who signs in with links.
pub static LINK_FROM_STAFF: Wording = Wording {
    key: "accounts.link_from_staff",
    name: "Link to sign in, sent by the council",
    sent_when: "The council adds somebody who signs in with a link, or sends them a link again.",
    subject: "Sign in to ((council))",
    body: "Hello ((name)),

You have an account with ((council)). Use this link to sign in. It works once, for 24 hours.

((link))

If you did not expect this, you need not do anything.",
    sample: &[
        ("council", "Demonstration Council family hubs"),
        ("name", "Demonstration provider"),
        ("link", "https://hearth.example/sign-in/link/an-example"),
    ],
    can_be_turned_off: false,
};

/// What may be done to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Roles,
    Disable,
    Enable,
    EndSessions,
    SendLink,
    Untie,
}

impl Act {
    const ALL: [(&str, Act); 6] = [
        ("roles", Act::Roles),
        ("disable", Act::Disable),
        ("enable", Act::Enable),
        ("end_sessions", Act::EndSessions),
        ("send_link", Act::SendLink),
        ("untie", Act::Untie),
    ];
}

#[derive(Template)]
#[template(path = "people_person.html")]
struct PersonView {
    card: String,
    summary: String,
    seen: bool,
    done: &'static str,
    id: String,
    name: String,
    email: String,
    added: String,
    disabled: Option<String>,
    roles: Vec<RoleChoice>,
    roles_error: Option<String>,
    organizations: Vec<(Uuid, String, bool)>,
    organization: String,
    names: Vec<String>,
    sessions: Vec<(String, String)>,
    /// The council's sign-ins that lead to this account, by the provider's address.
    ties: Vec<String>,
    sure_error: Option<String>,
    why: String,
    /// One's own account: somebody else changes it.
    is_self: bool,
    own_roles: String,
}

/// `GET /admin/people/{id}`.
pub(crate) async fn get_one(
    State(office): State<Office>,
    who: Who,
    path: PersonPath,
    params: Params,
) -> Reply {
    let Some(person) = person_of(&path.0) else { return Ok(missing()) };
    let done = done_words(&params);
    person_page(&office, &who, person, None, &Heard::nothing(), &Errors::default(), done).await
}

async fn person_page(
    office: &Office,
    who: &Who,
    person: PersonId,
    form: Option<&Form>,
    heard: &Heard,
    errors: &Errors,
    done: &'static str,
) -> Reply {
    let may = who.may::<ManagePeople>(on(person))?;
    let site = office.site();
    let now = site.clock().now();
    let found = site
        .db()
        .write(move |tx| {
            let Some(kept) = rows::find_person(tx, person)?.filter(|kept| kept.erased_at.is_none()) else {
                return Ok(None);
            };
            audit::record(tx, &may, "read a person’s account", "", now);
            let roles = rows::list_roles(tx, person)?;
            let keeps = rows::list_organizations(tx, person)?;
            let ties = data_rights::list_council_sign_ins(tx, person)?;
            Ok(Some((kept, roles, keeps, sessions::list_sessions(tx, person)?, ties)))
        })
        .await?;
    let Some((kept, roles, keeps, sessions, ties)) = found else { return Ok(missing()) };
    let organizations = Organizations::list(office).await?;
    // A form that could not be taken is put back as it was sent.
    let put_back = form.filter(|form| form.get("act") == "roles");
    let ticked =
        |id: &Uuid| put_back.is_none_or(|form| form.all("organizations").any(|it| it == id.to_string()));
    let body = PersonView {
        card: heard.html()?,
        summary: ErrorSummary { errors }.render()?,
        seen: heard.seen,
        done,
        id: person.to_string(),
        name: kept.name,
        email: kept.email.map_or(String::new(), |email| email.to_string()),
        added: words::day_of(kept.created_at),
        disabled: kept.disabled_at.map(words::day_and_time),
        roles: role_choices(put_back.map_or(roles, chosen_roles)),
        roles_error: errors.at("roles").map(str::to_owned),
        organizations: keeps.iter().map(|id| (*id, organizations.name(*id), ticked(id))).collect(),
        organization: organization_field(put_back.map_or("", |form| form.get("organization")), errors)?,
        names: organizations.names(),
        sessions: sessions
            .into_iter()
            .map(|session| (session.browser_words, words::day_and_time(session.last_seen_at)))
            .collect(),
        ties: ties.into_iter().map(|(issuer, _)| issuer).collect(),
        sure_error: errors.at("sure").map(str::to_owned),
        why: why_field(form.map_or("", |form| form.get("why")), errors)?,
        own_roles: roles.each().map(Role::words).collect::<Vec<_>>().join(", "),
        is_self: who.actor.person() == Some(person),
    };
    let (status, title) = errors.page("A person");
    show_with(site, status, &Page::new(title), &body)
}

fn on(person: PersonId) -> On {
    On::one("account", person).about(person)
}

/// `POST /admin/people/{id}`: the button that was pressed says what for.
pub(crate) async fn post_one(State(office): State<Office>, who: Who, path: PersonPath, form: Form) -> Reply {
    let act = Act::ALL.into_iter().find(|(key, _)| *key == form.get("act"));
    let (Some(person), Some((key, act))) = (person_of(&path.0), act) else { return Ok(missing()) };
    let may = who.may::<ManagePeople>(on(person))?;
    let heard = Heard::of(office.site(), &form);
    let mut errors = Errors::default();
    let why = errors.take("why", reason_of(form.get("why")));
    let organizations = Organizations::list(&office).await?.chosen(&form, &mut errors);
    if act == Act::Untie && form.get("sure") != "untie" {
        errors.0.push(Refusal::at("sure", "Tick that you are sure. They are signed out everywhere"));
    }
    let (Some(why), true) = (why, errors.is_empty() && !heard.waits) else {
        return person_page(&office, &who, person, Some(&form), &heard, &errors, "").await;
    };
    let change = Change { act, roles: chosen_roles(&form), organizations, why };
    let changing = office.clone();
    let done = office.site().db().write(move |tx| carry_out(tx, &changing, &may, person, &change)).await?;
    match done {
        None => Ok(missing()),
        Some(Ok(())) => Ok(see_other(&format!("/admin/people/{person}?done={key}"))),
        Some(Err(refusal)) => {
            errors.0.push(refusal);
            person_page(&office, &who, person, Some(&form), &heard, &errors, "").await
        }
    }
}

struct Change {
    act: Act,
    roles: Roles,
    organizations: Vec<Uuid>,
    why: String,
}

/// `None` when there is no such person any more.
fn carry_out(
    tx: &mut Tx<'_>,
    office: &Office,
    may: &May<ManagePeople>,
    person: PersonId,
    change: &Change,
) -> Result<Option<Result<(), Refusal>>, Fault> {
    let now = office.site().clock().now();
    let administrators = staff_people::list_administrators(tx)?;
    let Some(kept) = staff_people::find_person_to_change(tx, person)? else { return Ok(None) };
    let actor = may.actor().person();
    if change.act != Act::EndSessions
        && let Err(refusal) = decide_on_somebody_else(actor, person)
    {
        return Ok(Some(Err(refusal)));
    }
    let did = match change.act {
        Act::Roles => {
            let has = rows::list_roles(tx, person)?;
            let roles = match decide_roles(person, (has, change.roles), &administrators) {
                Ok(roles) => roles,
                Err(refusal) => return Ok(Some(Err(refusal))),
            };
            for role in &roles.added {
                rows::insert_role(tx, person, *role, now)?;
            }
            for role in &roles.removed {
                rows::delete_role(tx, person, *role)?;
            }
            let (added, removed) = set_organizations(tx, person, &change.organizations, now)?;
            format!("{}; organisations: {added} added, {removed} taken away", roles.words())
        }
        Act::Disable => {
            if let Err(refusal) = decide_disable(person, &administrators) {
                return Ok(Some(Err(refusal)));
            }
            rows::set_disabled(tx, person, Some(now))?;
            end_sessions(tx, person, Ended::Revoked, now)?;
            "disabled the account".to_owned()
        }
        Act::Enable => {
            rows::set_disabled(tx, person, None)?;
            "enabled the account".to_owned()
        }
        Act::EndSessions => format!("ended {} sessions", end_sessions(tx, person, Ended::Revoked, now)?),
        Act::SendLink if kept.disabled_at.is_some() => {
            let sentence = "They are disabled. Enable them first, then send the link";
            return Ok(Some(Err(Refusal::at("why", sentence))));
        }
        Act::SendLink => {
            if let Err(refusal) = expect_address("why", office) {
                return Ok(Some(Err(refusal)));
            }
            invite(tx, office, person)?;
            "sent a link to sign in".to_owned()
        }
        Act::Untie => {
            if data_rights::list_council_sign_ins(tx, person)?.is_empty() {
                let sentence = "This account is not tied to the council’s sign-in";
                return Ok(Some(Err(Refusal::at("why", sentence))));
            }
            oidc::delete_all(tx, person)?;
            // Whoever came in by the tie is out with it.
            let ended = end_sessions(tx, person, Ended::Revoked, now)?;
            format!("untied the council's sign-in and ended {ended} sessions")
        }
    };
    audit::record(tx, may, did, change.why.clone(), now);
    Ok(Some(Ok(())))
}

/// How many were added and how many taken away.
fn set_organizations(
    tx: &mut Tx<'_>,
    person: PersonId,
    wanted: &[Uuid],
    now: kernel::Instant,
) -> Result<(usize, usize), Fault> {
    let kept = rows::list_organizations(tx, person)?;
    let added: Vec<&Uuid> = wanted.iter().filter(|id| !kept.contains(id)).collect();
    let removed: Vec<&Uuid> = kept.iter().filter(|id| !wanted.contains(id)).collect();
    for organization in &added {
        rows::insert_keeper(tx, person, **organization, now)?;
    }
    for organization in &removed {
        rows::delete_keeper(tx, person, **organization)?;
    }
    Ok((added.len(), removed.len()))
}

/// A link needs the site's own address before it.
pub(super) fn expect_address(field: &'static str, office: &Office) -> Result<(), Refusal> {
    let sentence =
        "This site does not know its own address yet, so no link can be sent. Set it in the settings first";
    if office.site().council().public_url.is_empty() { Err(Refusal::at(field, sentence)) } else { Ok(()) }
}

/// Sends somebody their way in: whoever needs a strong sign-in is led to choosing a password, anybody else signs in
/// with the link.
pub(super) fn invite(tx: &mut Tx<'_>, office: &Office, person: PersonId) -> Result<(), Fault> {
    let site = office.site();
    let kept = rows::find_person(tx, person)?;
    let Some((name, email)) = kept.and_then(|kept| Some((kept.name, kept.email?))) else { return Ok(()) };
    let strong = rows::list_roles(tx, person)?.each().any(Role::needs_strong_sign_in);
    let (wording, purpose): (&'static Wording, _) =
        if strong { (&INVITATION, Purpose::SetUp) } else { (&LINK_FROM_STAFF, Purpose::SignIn) };
    let wanted = LinkWanted { person, leads_to: "/account".to_owned(), life_minutes: LINK_MINUTES };
    let path = issue(tx, &wanted, purpose, None, site.clock(), site.dice())?;
    let council = site.council();
    let message = to_person(wording, person, (&name, &email), &council, &[("link", site.absolute(&path))]);
    office.accounts().post().send(tx, &message, site.dice(), site.clock().now())
}
