//! What whoever runs the house can do from its command line: `hearth user add`, `disable`, `reset`.

use crate::{
    Accounts, PersonDraft, SignInName,
    mails::{INVITATION, RESET},
    model::Ended,
    people::{LinkWanted, issue, set_person},
    sign_in_step::tell,
    store::{
        factors, links,
        links::Purpose,
        oidc, passkeys,
        people::{self as rows, PersonRow},
        sessions, steps,
    },
};
use access::{ManagePeople, May, On, PersonId, Role, audit};
use anyhow::{anyhow, bail};
use kernel::{Email, Fault};
use store::Tx;
use uuid::Uuid;

/// How long an invitation or a reset may be used.
const INVITATION_MINUTES: i64 = 24 * 60;

/// Somebody to be added.
#[derive(Clone, Debug)]
pub struct UserDraft {
    /// Their address.
    pub email: Email,
    /// What they are called.
    pub name: String,
    /// What they may be.
    pub roles: Vec<Role>,
    /// The organisation whose entries they keep; whoever calls has found it by its slug.
    pub organization: Option<Uuid>,
}

/// Who gets a link besides whoever ran the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// Nobody: the link is printed, and handed over by whoever ran the command.
    Nobody,
    /// The person, by e-mail.
    ThePerson,
}

/// `hearth user add`: adds somebody, or roles to somebody who is there, lets in again who was shut out, and gives the address at which they choose a
/// password. It works once, for 24 hours.
pub async fn add_user(accounts: &Accounts, user: UserDraft, told: Tell) -> Result<String, Fault> {
    if kernel::one_line(&user.name).is_empty() {
        bail!("a person needs a name: --name \"...\"");
    }
    let accounts = accounts.clone();
    let site = accounts.site().clone();
    site.db()
        .write(move |tx| {
            let draft = PersonDraft {
                email: user.email.clone(),
                name: user.name.clone(),
                roles: user.roles.clone(),
                organizations: user.organization.into_iter().collect(),
            };
            let person = set_person(tx, &draft, accounts.site().clock(), accounts.site().dice())?;
            let may = by_operator(person);
            let keeps_entries = user.roles.contains(&Role::ProviderEditor);
            if keeps_entries && rows::list_organizations(tx, person)?.is_empty() {
                bail!("who keeps entries needs to know whose: --organisation and its name in its address on the site");
            }
            if rows::find_person(tx, person)?.is_some_and(|kept| !kept.may_sign_in()) {
                rows::set_disabled(tx, person, None)?;
                let did = "let a person in again who was shut out";
                audit::record(tx, &may, did, "", accounts.site().clock().now());
            }
            let roles: Vec<&str> = user.roles.iter().map(|role| role.key()).collect();
            let did = format!("added a person with the roles: {}", roles.join(", "));
            audit::record(tx, &may, did, "", accounts.site().clock().now());
            invite(tx, &accounts, &may, person, &INVITATION, told)
        })
        .await
}

/// `hearth user disable`: shuts somebody out at once, everywhere.
pub async fn disable_user(accounts: &Accounts, email: &Email) -> Result<(), Fault> {
    let (accounts, name) = (accounts.clone(), name_of(email)?);
    let site = accounts.site().clone();
    site.db()
        .write(move |tx| {
            let person = find(tx, &name)?.id;
            disable_person(tx, &accounts, &by_operator(person), person)
        })
        .await
}

/// `hearth user reset`: ends every session, forgets every way of signing in, and gives the address at which they set
/// themselves up anew. It works once, for 24 hours. Who was shut out stays so: to let them in is a decision of its own.
pub async fn reset_user(accounts: &Accounts, email: &Email, told: Tell) -> Result<String, Fault> {
    let (accounts, name) = (accounts.clone(), name_of(email)?);
    let site = accounts.site().clone();
    site.db()
        .write(move |tx| {
            let kept = find(tx, &name)?;
            if !kept.may_sign_in() {
                bail!("they are shut out: run `hearth user add` to let them in again");
            }
            let person = kept.id;
            reset_person(tx, &accounts, &by_operator(person), person, told)
        })
        .await
}

/// Shuts somebody out: their sessions, links and half-finished sign-ins end with this transaction.
pub fn disable_person(
    tx: &mut Tx<'_>,
    accounts: &Accounts,
    may: &May<ManagePeople>,
    person: PersonId,
) -> Result<(), Fault> {
    let now = accounts.site().clock().now();
    rows::set_disabled(tx, person, Some(now))?;
    sessions::set_all_ended(tx, person, None, Ended::Revoked.key(), now)?;
    links::delete_links_of(tx, person)?;
    steps::delete_steps_of(tx, person)?;
    audit::record(tx, may, "disabled a person", "", now);
    Ok(())
}

/// Forgets every way of signing in, and gives the address at which the person sets themselves up anew.
pub fn reset_person(
    tx: &mut Tx<'_>,
    accounts: &Accounts,
    may: &May<ManagePeople>,
    person: PersonId,
    told: Tell,
) -> Result<String, Fault> {
    let now = accounts.site().clock().now();
    sessions::set_all_ended(tx, person, None, Ended::Reset.key(), now)?;
    links::delete_links_of(tx, person)?;
    steps::delete_steps_of(tx, person)?;
    factors::delete_factors(tx, person)?;
    passkeys::delete_all(tx, person)?;
    oidc::delete_all(tx, person)?;
    audit::record(tx, may, "reset a person's ways of signing in", "", now);
    invite(tx, accounts, may, person, &RESET, told)
}

/// An address at which somebody chooses a password.
pub fn invite_person(
    tx: &mut Tx<'_>,
    accounts: &Accounts,
    may: &May<ManagePeople>,
    person: PersonId,
    told: Tell,
) -> Result<String, Fault> {
    invite(tx, accounts, may, person, &INVITATION, told)
}

fn invite(
    tx: &mut Tx<'_>,
    accounts: &Accounts,
    _may: &May<ManagePeople>,
    person: PersonId,
    template: &'static notify::Template,
    told: Tell,
) -> Result<String, Fault> {
    let site = accounts.site();
    let wanted = LinkWanted { person, leads_to: "/account".to_owned(), life_minutes: INVITATION_MINUTES };
    let path = issue(tx, &wanted, Purpose::SetUp, None, site.clock(), site.dice())?;
    let address = site.absolute(&path);
    if told == Tell::ThePerson {
        let kept = rows::find_person(tx, person)?.ok_or_else(|| anyhow!("there is no such person"))?;
        tell(tx, accounts, &kept, template, &[("link", address.clone())])?;
    }
    Ok(address)
}

fn by_operator(person: PersonId) -> May<ManagePeople> {
    May::by_operator(On::one("account", person).about(person))
}

fn name_of(email: &Email) -> Result<SignInName, Fault> {
    email.as_str().parse().map_err(|sentence: String| anyhow!(sentence))
}

fn find(tx: &mut Tx<'_>, name: &SignInName) -> Result<PersonRow, Fault> {
    rows::find_person_by_skeleton(tx, name.skeleton())?
        .ok_or_else(|| anyhow!("nobody has that email address: `hearth user add` adds them"))
}
