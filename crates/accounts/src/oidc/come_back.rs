//! Takes somebody who comes back from the council's sign-in page: the browser's secret and the state must fit, the
//! attempt is spent, the code is exchanged, the person is found, the session begins.

use crate::{
    Accounts,
    accounts::hash_of,
    mails,
    model::{How, SignInName},
    oidc::{
        COOKIE, address,
        model::{Decision, FoundByEmail, Identity, KnownPerson, Refused, Standing, Taken, decide_person},
        provider::{Provider, Secrets},
        refuse, shown_again,
    },
    people::{PersonDraft, set_person},
    session::add_cookie,
    store::{
        oidc::{self as rows, AttemptRow},
        people::{self as people_rows, PersonRow},
    },
};
use access::{Action, Actor, ManagePeople, May, On, PersonId, Role, Roles, Signed, UseOwnAccount, audit};
use axum::{extract::State, http::HeaderMap};
use kernel::{Fault, Instant};
use store::Tx;
use subtle::ConstantTimeEq;
use web::{Params, Reply, missing};

/// The longest code that is handed on.
const CODE_MAX: usize = 4_096;
/// Who gives and takes roles by the provider's groups, in the trail.
const MACHINE: &str = "council_sign_in";

/// `GET /sign-in/council/return`.
pub(crate) async fn get(State(accounts): State<Accounts>, headers: HeaderMap, params: Params) -> Reply {
    let Some(provider) = accounts.oidc().provider() else { return Ok(missing()) };
    let reply = take(&accounts, provider, &headers, &params).await;
    reply.map(|mut response| {
        add_cookie(&mut response, accounts.cookies().clear(COOKIE));
        response
    })
}

async fn take(accounts: &Accounts, provider: &Provider, headers: &HeaderMap, params: &Params) -> Reply {
    let site = accounts.site();
    let attempt = match accounts.cookie(headers, COOKIE) {
        Some(browser) => spend(accounts, hash_of(browser), hash_of(params.get("state"))).await?,
        None => None,
    };
    let Some(attempt) = attempt else { return refuse(site, Refused::StartedElsewhere, "") };
    let come_back = match identify(accounts, provider, &attempt, params).await {
        Ok((identity, token)) => settle(accounts, provider, identity).await?.map(|person| (person, token)),
        Err(refused) => Err(refused),
    };
    match come_back {
        Ok((person, token)) => {
            let mut response =
                accounts.start_session(headers, person, How::Council, &attempt.leads_to).await?;
            shown_again::keep(accounts, person, &token, &mut response).await?;
            Ok(response)
        }
        Err(refused) => {
            let now = site.clock().now();
            let did = format!("was refused with the council's sign-in: {}", refused.key());
            site.db()
                .write(move |tx| {
                    audit::record_attempt(tx, Action::SignIn, None, did.clone(), now);
                    Ok(())
                })
                .await?;
            refuse(site, refused, &attempt.leads_to)
        }
    }
}

/// The attempt of this browser, spent: whatever comes of it, it cannot be used again. `None` when there is none, its
/// time is over, or the state is another's.
async fn spend(
    accounts: &Accounts,
    browser_hash: String,
    state_hash: String,
) -> Result<Option<AttemptRow>, Fault> {
    let now = accounts.site().clock().now();
    let spent = accounts
        .site()
        .db()
        .write(move |tx| {
            let attempt = rows::find_attempt(tx, &browser_hash)?;
            let first = rows::delete_attempt(tx, &browser_hash)?;
            Ok(attempt
                .filter(|attempt| first && attempt.expires_at > now)
                .filter(|attempt| bool::from(attempt.state_hash.as_bytes().ct_eq(state_hash.as_bytes()))))
        })
        .await?;
    Ok(spent)
}

async fn identify(
    accounts: &Accounts,
    provider: &Provider,
    attempt: &AttemptRow,
    params: &Params,
) -> Result<(Identity, String), Refused> {
    // RFC 9207: an answer that another provider was tricked into giving says so itself.
    let issuer = params.get("iss");
    if !issuer.is_empty() && issuer != provider.config.issuer {
        return Err(Refused::NotAccepted);
    }
    match params.get("error") {
        "" => {}
        "access_denied" | "login_required" | "consent_required" | "interaction_required" => {
            return Err(Refused::Cancelled);
        }
        "temporarily_unavailable" | "server_error" => return Err(Refused::ProviderDown),
        _ => return Err(Refused::NotAccepted),
    }
    let code = params.get("code");
    if code.is_empty() || code.len() > CODE_MAX {
        return Err(Refused::NotAccepted);
    }
    let site = accounts.site();
    let come_back_to = address(site, "/sign-in/council/return").ok_or(Refused::NotReady)?;
    let secrets =
        Secrets { state: String::new(), nonce: attempt.nonce.clone(), verifier: attempt.verifier.clone() };
    provider.exchange(code.to_owned(), &secrets, &come_back_to, site.clock().now()).await
}

/// Finds, joins or adds the person, and gives and takes the roles their groups decide.
async fn settle(
    accounts: &Accounts,
    provider: &Provider,
    identity: Identity,
) -> Result<Result<PersonId, Refused>, Fault> {
    let by_group = provider.config.roles_by_group()?;
    // An address whose letters deceive is nobody's.
    let sound = identity.email.clone().filter(|email| email.as_str().parse::<SignInName>().is_ok());
    let identity = Identity { email: sound, ..identity };
    let once = async || {
        let (room, identity) = (accounts.clone(), identity.clone());
        accounts.site().db().write(move |tx| settle_in(tx, &room, &identity, by_group)).await
    };
    match once().await {
        // The same person came back in two windows at the same moment: the second finds what the first has made.
        Err(fault) if store::violation(&fault).is_some() => once().await,
        settled => settled,
    }
}

fn settle_in(
    tx: &mut Tx<'_>,
    accounts: &Accounts,
    identity: &Identity,
    decided_by_group: Roles,
) -> Result<Result<PersonId, Refused>, Fault> {
    let (clock, dice) = (accounts.site().clock(), accounts.site().dice());
    let now = clock.now();
    let (issuer, subject) = (identity.issuer.as_str(), identity.subject.as_str());
    let linked = match rows::find_joined(tx, issuer, subject)? {
        Some(person) => people_rows::find_person(tx, person)?,
        None => None,
    };
    let linked = linked.map(|row| known(tx, &row)).transpose()?;
    let by_email = find_by_email(tx, identity)?;
    let decision = match decide_person(identity, linked, by_email, decided_by_group) {
        Ok(decision) => decision,
        Err(refused) => return Ok(Err(refused)),
    };
    let (person, roles) = match decision {
        Decision::SignIn { person, roles } => (person, roles),
        Decision::Join { person, roles } => {
            rows::insert_joined(tx, issuer, subject, person, now)?;
            audit::record(tx, &own(person, roles)?, "joined the council's sign-in to the account", "", now);
            tell(tx, accounts, person, now)?;
            (person, roles)
        }
        Decision::Add { email, roles } => {
            let name = if identity.name.is_empty() { email.to_string() } else { identity.name.clone() };
            let draft = PersonDraft { email, name, roles: Vec::new(), organizations: Vec::new() };
            let person = set_person(tx, &draft, clock, dice)?;
            rows::insert_joined(tx, issuer, subject, person, now)?;
            audit::record(tx, &by_machine(person), "added a person", "a group of the council's sign-in", now);
            (person, roles)
        }
    };
    if identity.by_group.is_some() {
        set_roles(tx, person, roles, now)?;
    }
    rows::set_used(tx, issuer, subject, &identity.methods, now)?;
    Ok(Ok(person))
}

fn find_by_email(tx: &mut Tx<'_>, identity: &Identity) -> Result<Option<FoundByEmail>, Fault> {
    let Some(name) = identity.email.as_ref().and_then(|email| email.as_str().parse::<SignInName>().ok())
    else {
        return Ok(None);
    };
    let Some(row) = people_rows::find_person_by_skeleton(tx, name.skeleton())? else { return Ok(None) };
    let taken =
        if rows::find_is_joined(tx, &identity.issuer, row.id)? { Taken::ByAnother } else { Taken::Free };
    Ok(Some(FoundByEmail { known: known(tx, &row)?, taken }))
}

fn known(tx: &mut Tx<'_>, row: &PersonRow) -> Result<KnownPerson, Fault> {
    let standing = if row.may_sign_in() { Standing::Enabled } else { Standing::Disabled };
    Ok(KnownPerson { person: row.id, roles: people_rows::list_roles(tx, row.id)?, standing })
}

fn set_roles(tx: &mut Tx<'_>, person: PersonId, wanted: Roles, now: Instant) -> Result<(), Fault> {
    let kept = people_rows::list_roles(tx, person)?;
    let changed = |tx: &mut Tx<'_>, did: String| {
        audit::record(tx, &by_machine(person), did, "a group of the council's sign-in", now);
    };
    for role in Role::ALL {
        match (kept.has(role), wanted.has(role)) {
            (false, true) => {
                people_rows::insert_role(tx, person, role, now)?;
                changed(tx, format!("gave the role {role}"));
            }
            (true, false) => {
                people_rows::delete_role(tx, person, role)?;
                changed(tx, format!("took the role {role}"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// So that they notice when it was not them.
fn tell(tx: &mut Tx<'_>, accounts: &Accounts, person: PersonId, now: Instant) -> Result<(), Fault> {
    let site = accounts.site();
    let Some(PersonRow { name, email: Some(email), .. }) = people_rows::find_person(tx, person)? else {
        return Ok(());
    };
    let way = vec![("way", How::Council.words().to_owned())];
    let mail = mails::to_person(&mails::NEW_WAY_TO_SIGN_IN, person, (&name, &email), &site.council(), &way);
    accounts.post().send(tx, &mail, site.dice(), now)
}

fn own(person: PersonId, roles: Roles) -> Result<May<UseOwnAccount>, Fault> {
    let actor = Actor::Person(Signed { person, roles, organizations: Vec::new() });
    Ok(May::decide(&actor, On::one("account", person).about(person))?)
}

fn by_machine(person: PersonId) -> May<ManagePeople> {
    May::by_machine(MACHINE, On::one("account", person).about(person))
}
