//! People as the other rooms see them: who keeps an organisation's entries, what somebody is called, and a link that
//! signs them in.

use crate::{
    accounts::{fresh_secret, hash_of},
    model::SignInName,
    store::{
        data_rights,
        links::{self, LinkRow, Purpose},
        people::{self as rows, PersonRow},
    },
};
use access::{PersonId, Role, Roles};
use jiff::SignedDuration;
use kernel::{Clock, Dice, Email, Fault, Id};
use store::Tx;
use uuid::Uuid;

/// Somebody who keeps an organisation's entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeper {
    /// Who.
    pub person: PersonId,
    /// As they want to be called.
    pub name: String,
    /// Where their reminders go.
    pub email: Email,
}

/// Who keeps the entries of an organisation, first added first. People who are disabled are left out.
pub fn list_keepers(tx: &mut Tx<'_>, organization: Uuid) -> Result<Vec<Keeper>, Fault> {
    let kept = rows::list_keepers_of(tx, organization)?;
    Ok(kept.into_iter().map(|(person, name, email)| Keeper { person, name, email }).collect())
}

/// Makes somebody a keeper of an organisation's entries, adding the person when their address is new.
pub fn set_keeper(
    tx: &mut Tx<'_>,
    email: &Email,
    name: &str,
    organization: Uuid,
    clock: &Clock,
    dice: &Dice,
) -> Result<PersonId, Fault> {
    let draft = PersonDraft {
        email: email.clone(),
        name: name.to_owned(),
        roles: vec![Role::ProviderEditor],
        organizations: vec![organization],
    };
    set_person(tx, &draft, clock, dice)
}

/// Where somebody gets mail, or `None` when they are not known, have been erased or are shut out.
pub fn find_email(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Email>, Fault> {
    Ok(rows::find_person(tx, person)?.filter(PersonRow::may_sign_in).and_then(|kept| kept.email))
}

/// What somebody may be, by every way of signing in; nothing for somebody who is not known or is shut out.
pub fn find_roles(tx: &mut Tx<'_>, person: PersonId) -> Result<Roles, Fault> {
    match rows::find_person(tx, person)?.filter(PersonRow::may_sign_in) {
        Some(kept) => rows::list_roles(tx, kept.id),
        None => Ok(Roles::default()),
    }
}

/// The addresses of everybody with a role who is not shut out, for what the house tells them all.
pub fn list_emails_of(tx: &mut Tx<'_>, role: Role) -> Result<Vec<Email>, Fault> {
    rows::list_emails_of(tx, role)
}

/// Somebody as they are to be.
#[derive(Clone, Debug)]
pub struct PersonDraft {
    /// Their address: who has one like it already is that person.
    pub email: Email,
    /// As they want to be called; a person who is there keeps their own name.
    pub name: String,
    /// Roles they are to have besides those they have.
    pub roles: Vec<Role>,
    /// Organisations they are to keep besides those they keep.
    pub organizations: Vec<Uuid>,
}

/// Adds a person, or the roles and organisations a person has not yet. The caller has the right to and writes the trail.
pub fn set_person(
    tx: &mut Tx<'_>,
    draft: &PersonDraft,
    clock: &Clock,
    dice: &Dice,
) -> Result<PersonId, Fault> {
    let name: SignInName =
        draft.email.as_str().parse().map_err(|sentence: String| anyhow::anyhow!(sentence))?;
    let now = clock.now();
    let person = match rows::find_person_by_skeleton(tx, name.skeleton())? {
        Some(kept) => kept.id,
        None => {
            let person = PersonRow {
                id: Id::new(clock, dice),
                email: Some(name.email().clone()),
                email_skeleton: Some(name.skeleton().to_owned()),
                name: kernel::one_line(&draft.name),
                language: "en".to_owned(),
                created_at: now,
                disabled_at: None,
                erased_at: None,
            };
            rows::insert_person(tx, &person)?;
            person.id
        }
    };
    for role in &draft.roles {
        rows::insert_role(tx, person, *role, now)?;
    }
    for organization in &draft.organizations {
        rows::insert_keeper(tx, person, *organization, now)?;
    }
    Ok(person)
}

/// A link that signs somebody in and leads on.
#[derive(Clone, Debug)]
pub struct LinkWanted {
    /// Whom.
    pub person: PersonId,
    /// Where it leads, such as `/provider/entries/infant-feeding-team`.
    pub leads_to: String,
    /// How long it may be used. A sign-in link that was asked for lives 15 minutes; one in a reminder may live 14 days.
    pub life_minutes: i64,
}

/// The path of a fresh link, `/sign-in/link/...`: single use, and only after a button is pressed in the browser. Put the
/// council's public address before it. The secret is kept only as a hash.
pub fn issue_link(tx: &mut Tx<'_>, wanted: &LinkWanted, clock: &Clock, dice: &Dice) -> Result<String, Fault> {
    issue(tx, wanted, Purpose::SignIn, None, clock, dice)
}

/// The browser that asked for a link, and the code that stands in it, both as hashes.
pub(crate) struct AskedBy {
    pub browser_hash: String,
    pub code_hash: String,
}

pub(crate) fn issue(
    tx: &mut Tx<'_>,
    wanted: &LinkWanted,
    purpose: Purpose,
    asked_by: Option<AskedBy>,
    clock: &Clock,
    dice: &Dice,
) -> Result<String, Fault> {
    let secret = fresh_secret(dice);
    let now = clock.now();
    let (browser_hash, code_hash) = asked_by.map(|by| (by.browser_hash, by.code_hash)).unzip();
    let link = LinkRow {
        token_hash: hash_of(&secret),
        person_id: wanted.person,
        purpose: purpose.key().to_owned(),
        leads_to: wanted.leads_to.clone(),
        browser_hash,
        code_hash,
        wrong_codes: 0,
        created_at: now,
        expires_at: now + SignedDuration::from_mins(wanted.life_minutes),
        used_at: None,
    };
    links::insert_link(tx, &link)?;
    Ok(format!("/sign-in/link/{secret}"))
}

/// How many requests for data, or to have it erased, nobody has answered.
pub fn count_open_data_requests(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    Ok(i64::try_from(data_rights::list_open_requests(tx)?.len())?)
}

/// What a person is called, or `None` when they are not known or have been erased.
pub fn find_name(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<String>, Fault> {
    Ok(rows::find_person(tx, person)?.filter(|kept| kept.erased_at.is_none()).map(|kept| kept.name))
}
