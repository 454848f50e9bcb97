use access::{PersonId, Role, Roles};
use kernel::{Email, Fault, Instant};
use store::{Tx, args, row};
use uuid::Uuid;

row! {
    /// A person as they are kept.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct PersonRow {
        id: PersonId,
        email: Option<Email>,
        email_skeleton: Option<String>,
        name: String,
        language: String,
        created_at: Instant,
        disabled_at: Option<Instant>,
        erased_at: Option<Instant>,
    }
}

impl PersonRow {
    /// Whether they may sign in at all.
    pub(crate) fn may_sign_in(&self) -> bool {
        self.disabled_at.is_none() && self.erased_at.is_none()
    }
}

const COLUMNS: &str = "id, email, email_skeleton, name, language, created_at, disabled_at, erased_at";

pub(crate) fn find_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<PersonRow>, Fault> {
    tx.opt(&format!("select {COLUMNS} from person where id = $1"), args![person])
}

pub(crate) fn find_person_by_skeleton(tx: &mut Tx<'_>, skeleton: &str) -> Result<Option<PersonRow>, Fault> {
    tx.opt(&format!("select {COLUMNS} from person where email_skeleton = $1"), args![skeleton])
}

pub(crate) fn insert_person(tx: &mut Tx<'_>, person: &PersonRow) -> Result<(), Fault> {
    tx.exec(
        &format!("insert into person ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)"),
        args![
            person.id,
            person.email.as_ref(),
            person.email_skeleton.as_ref(),
            person.name.as_str(),
            person.language.as_str(),
            person.created_at,
            person.disabled_at,
            person.erased_at
        ],
    )?;
    Ok(())
}

pub(crate) fn set_name_and_language(
    tx: &mut Tx<'_>,
    person: PersonId,
    name: &str,
    language: &str,
) -> Result<(), Fault> {
    tx.exec("update person set name = $2, language = $3 where id = $1", args![person, name, language])?;
    Ok(())
}

/// Shuts somebody out, or with `None` lets them in again.
pub(crate) fn set_disabled(
    tx: &mut Tx<'_>,
    person: PersonId,
    disabled_at: Option<Instant>,
) -> Result<(), Fault> {
    tx.exec("update person set disabled_at = $2 where id = $1", args![person, disabled_at])?;
    Ok(())
}

pub(crate) fn list_roles(tx: &mut Tx<'_>, person: PersonId) -> Result<Roles, Fault> {
    let kept: Vec<(String,)> =
        tx.all("select role from person_role where person_id = $1 order by role", args![person])?;
    kept.iter().map(|(role,)| role.parse::<Role>()).collect()
}

pub(crate) fn insert_role(tx: &mut Tx<'_>, person: PersonId, role: Role, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into person_role (person_id, role, added_at) values ($1, $2, $3)
            on conflict (person_id, role) do nothing",
        args![person, role.key(), now],
    )?;
    Ok(())
}

#[allow(dead_code, reason = "the staff page for people takes roles away")]
pub(crate) fn delete_role(tx: &mut Tx<'_>, person: PersonId, role: Role) -> Result<(), Fault> {
    tx.exec("delete from person_role where person_id = $1 and role = $2", args![person, role.key()])?;
    Ok(())
}

/// Whose entries somebody keeps.
pub(crate) fn list_organizations(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Uuid>, Fault> {
    let kept: Vec<(Uuid,)> = tx.all(
        "select organization_id from keeper where person_id = $1 order by added_at, organization_id",
        args![person],
    )?;
    Ok(kept.into_iter().map(|(organization,)| organization).collect())
}

pub(crate) fn insert_keeper(
    tx: &mut Tx<'_>,
    person: PersonId,
    organization: Uuid,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into keeper (person_id, organization_id, added_at) values ($1, $2, $3)
            on conflict (person_id, organization_id) do nothing",
        args![person, organization, now],
    )?;
    Ok(())
}

#[allow(dead_code, reason = "the staff page for people takes keepers away")]
pub(crate) fn delete_keeper(tx: &mut Tx<'_>, person: PersonId, organization: Uuid) -> Result<(), Fault> {
    tx.exec("delete from keeper where person_id = $1 and organization_id = $2", args![person, organization])?;
    Ok(())
}

/// Who keeps an organisation's entries and may sign in, first added first.
pub(crate) fn list_keepers_of(
    tx: &mut Tx<'_>,
    organization: Uuid,
) -> Result<Vec<(PersonId, String, Email)>, Fault> {
    tx.all(
        "select person.id, person.name, person.email from keeper join person on person.id = keeper.person_id
            where keeper.organization_id = $1 and person.disabled_at is null and person.erased_at is null
            and person.email is not null
            order by keeper.added_at, person.id",
        args![organization],
    )
}

/// Everybody, for the demonstration's sign-in page.
pub(crate) fn list_people(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<PersonRow>, Fault> {
    tx.all(
        &format!(
            "select {COLUMNS} from person where disabled_at is null and erased_at is null
                order by created_at, name, id limit $1"
        ),
        args![limit],
    )
}

pub(crate) fn list_emails_of(tx: &mut Tx<'_>, role: Role) -> Result<Vec<Email>, Fault> {
    let found: Vec<(Email,)> = tx.all(
        "select person.email from person join person_role on person_role.person_id = person.id
            where person_role.role = $1 and person.email is not null
                and person.disabled_at is null and person.erased_at is null
            order by person.created_at, person.id",
        args![role.key()],
    )?;
    Ok(found.into_iter().map(|(email,)| email).collect())
}
