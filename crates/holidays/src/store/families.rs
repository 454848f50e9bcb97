use crate::model::{ChildId, FamilyId, Funding, Identity, ProgrammeId, Standing, Tier};
use kernel::{Date, Fault, Instant};
use store::{Tx, Value, args, row};

row! {
    /// A family that filled in a programme's form.
    #[derive(Clone, Debug)]
    pub(crate) struct FamilyRow {
        id: FamilyId,
        programme_id: ProgrammeId,
        reference: String,
        form_key: String,
        name: String,
        email: Option<String>,
        phone: Option<String>,
        postcode: String,
        way: String,
        code_tries: i64,
        code_tried_at: Option<Instant>,
        made_at: Instant,
    }
}

row! {
    /// A child whom a family named.
    #[derive(Clone, Debug)]
    pub(crate) struct ChildRow {
        id: ChildId,
        programme_id: ProgrammeId,
        family_id: FamilyId,
        number: i64,
        first_name: String,
        last_name: String,
        name_key: String,
        born: Option<Date>,
        postcode: String,
        school: String,
        school_key: String,
        phase: String,
        send: bool,
        one_to_one: bool,
        support: String,
        diet: String,
        standing: String,
        funding: Option<String>,
        tier: Option<String>,
        reason: String,
        appeal: String,
        same_as: Option<ChildId>,
        made_at: Instant,
        changed_at: Instant,
        settled_at: Option<Instant>,
    }
}

impl ChildRow {
    /// How it stands as somebody saw it who decides: whoever sends back another has looked at what is no more.
    pub(crate) fn version(&self) -> String {
        let funding = self.funding.as_deref().unwrap_or_default();
        format!("{}.{funding}.{}", self.standing, self.changed_at.as_microsecond())
    }

    pub(crate) fn standing(&self) -> Standing {
        Standing::of(&self.standing).unwrap_or(Standing::NeedsAPerson)
    }

    pub(crate) fn funding(&self) -> Option<Funding> {
        self.funding.as_deref().and_then(Funding::of)
    }

    /// Whether places can be booked for it.
    pub(crate) fn may_book(&self) -> bool {
        self.funding.is_some() && self.standing() != Standing::Twin
    }

    pub(crate) fn identity(&self) -> Option<Identity> {
        Some(Identity {
            name_key: self.name_key.clone(),
            born: self.born?,
            postcode: self.postcode.clone(),
            school_key: self.school_key.clone(),
        })
    }
}

const FAMILIES: &str = "select id, programme_id, reference, form_key, name, email, phone, postcode, way, code_tries, code_tried_at,
    made_at from holiday_family";
const CHILDREN: &str = "select id, programme_id, family_id, number, first_name, last_name, name_key, born, postcode, school, school_key,
    phase, send, one_to_one, support, diet, standing, funding, tier, reason, appeal, same_as, made_at, changed_at,
    settled_at from holiday_child";

pub(crate) fn find_family(tx: &mut Tx, id: FamilyId) -> Result<Option<FamilyRow>, Fault> {
    tx.opt(&format!("{FAMILIES} where id = $1 and forgotten_at is null"), args![id])
}

pub(crate) fn find_family_by_key(tx: &mut Tx, form_key: &str) -> Result<Option<FamilyRow>, Fault> {
    tx.opt(&format!("{FAMILIES} where form_key = $1"), args![form_key])
}

pub(crate) fn find_family_by_reference(tx: &mut Tx, reference: &str) -> Result<Option<FamilyRow>, Fault> {
    tx.opt(&format!("{FAMILIES} where reference = $1 and forgotten_at is null"), args![reference])
}

pub(crate) fn list_families_of(tx: &mut Tx, email: &str) -> Result<Vec<FamilyRow>, Fault> {
    tx.all(
        &format!("{FAMILIES} where lower(email) = $1 and forgotten_at is null order by made_at, id"),
        args![email.to_lowercase()],
    )
}

pub(crate) fn insert_family(tx: &mut Tx, family: &FamilyRow) -> Result<(), Fault> {
    tx.exec(
        "insert into holiday_family (id, programme_id, reference, form_key, name, email, phone, postcode, way, code_tries, made_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10)",
        args![family.id, family.programme_id, family.reference.as_str(), family.form_key.as_str(), family.name.as_str(), family.email.clone(), family.phone.clone(), family.postcode.as_str(), family.way.as_str(), family.made_at],
    )?;
    Ok(())
}

pub(crate) fn set_code_tries(tx: &mut Tx, family: FamilyId, tries: i64, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update holiday_family set code_tries = $2, code_tried_at = $3 where id = $1",
        args![family, tries, now],
    )?;
    Ok(())
}

/// Statement and values, so that many can be kept at once.
pub(crate) const INSERT_CHILD: &str = "insert into holiday_child (id, programme_id, family_id, number, first_name, last_name, name_key, born,
    postcode, school, school_key, phase, send, one_to_one, support, diet, standing, funding, tier, reason, appeal, same_as, made_at,
    changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)";

pub(crate) fn insert_child(tx: &mut Tx, child: &ChildRow) -> Result<(), Fault> {
    let values: Vec<Value> = args![
        child.id,
        child.programme_id,
        child.family_id,
        child.number,
        child.first_name.as_str(),
        child.last_name.as_str(),
        child.name_key.as_str(),
        child.born,
        child.postcode.as_str(),
        child.school.as_str(),
        child.school_key.as_str(),
        child.phase.as_str(),
        child.send,
        child.one_to_one,
        child.support.as_str(),
        child.diet.as_str(),
        child.standing.as_str(),
        child.funding.clone(),
        child.tier.clone(),
        child.reason.as_str(),
        child.appeal.as_str(),
        child.same_as,
        child.made_at,
        child.made_at,
    ]
    .to_vec();
    tx.exec(INSERT_CHILD, &values)?;
    Ok(())
}

pub(crate) fn find_child(tx: &mut Tx, id: ChildId) -> Result<Option<ChildRow>, Fault> {
    tx.opt(&format!("{CHILDREN} where id = $1"), args![id])
}

pub(crate) fn list_children(tx: &mut Tx, family: FamilyId) -> Result<Vec<ChildRow>, Fault> {
    tx.all(&format!("{CHILDREN} where family_id = $1 order by number"), args![family])
}

/// Children of a programme with this name, the first named first.
pub(crate) fn list_children_named(
    tx: &mut Tx,
    programme: ProgrammeId,
    name_key: &str,
) -> Result<Vec<ChildRow>, Fault> {
    tx.all(
        &format!("{CHILDREN} where programme_id = $1 and name_key = $2 order by made_at, id"),
        args![programme, name_key],
    )
}

/// The children about whom a person decided since an instant, the latest first, without those for whom one must look again.
pub(crate) fn list_settled(
    tx: &mut Tx,
    programme: ProgrammeId,
    since: Instant,
) -> Result<Vec<ChildRow>, Fault> {
    tx.all(
        &format!(
            "{CHILDREN} where programme_id = $1 and settled_at >= $2 and standing in ('eligible', 'not', 'twin') and name_key <> ''
                order by settled_at desc, id limit 200"
        ),
        args![programme, since],
    )
}

/// The children for whom a person must look, the longest waiting first.
pub(crate) fn list_queue(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<ChildRow>, Fault> {
    tx.all(
        &format!(
            "{CHILDREN} where programme_id = $1 and name_key <> '' and (standing in ('needs_a_person', 'appeal')
                or (standing = 'twin' and settled_at is null)) order by changed_at, id limit 200"
        ),
        args![programme],
    )
}

/// How many children wait for a person.
pub(crate) fn count_queue(tx: &mut Tx, programme: ProgrammeId) -> Result<i64, Fault> {
    let (many,): (i64,) = tx.one(
        "select count(*) from holiday_child where programme_id = $1 and name_key <> ''
            and (standing in ('needs_a_person', 'appeal') or (standing = 'twin' and settled_at is null))",
        args![programme],
    )?;
    Ok(many)
}

/// Every child of a programme as the figures need it, also those of whom no name is left.
pub(crate) fn list_children_of(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<ChildRow>, Fault> {
    tx.all(&format!("{CHILDREN} where programme_id = $1 order by made_at, id"), args![programme])
}

/// How many children stand how.
pub(crate) fn list_standings(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<(String, i64)>, Fault> {
    tx.all(
        "select standing, count(*) from holiday_child where programme_id = $1 group by standing order by standing",
        args![programme],
    )
}

/// How it stands with a child now.
#[derive(Clone, Debug)]
pub(crate) struct NewStanding {
    pub standing: Standing,
    pub funding: Option<Funding>,
    pub tier: Option<Tier>,
    pub reason: String,
    pub appeal: String,
}

pub(crate) fn set_standing(tx: &mut Tx, child: ChildId, to: &NewStanding, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update holiday_child set standing = $2, funding = $3, tier = $4, reason = $5, appeal = $6, changed_at = $7 where id = $1",
        args![child, to.standing.key(), to.funding.map(Funding::key), to.tier.map(Tier::key), to.reason.as_str(), to.appeal.as_str(), now],
    )?;
    Ok(())
}

/// When a person decided about a child. None is: one must look again.
pub(crate) fn set_settled(tx: &mut Tx, child: ChildId, settled_at: Option<Instant>) -> Result<(), Fault> {
    tx.exec("update holiday_child set settled_at = $2 where id = $1", args![child, settled_at])?;
    Ok(())
}

/// This child and another are one, or are not.
pub(crate) fn set_same_as(
    tx: &mut Tx,
    child: ChildId,
    same: Option<ChildId>,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec("update holiday_child set same_as = $2, changed_at = $3 where id = $1", args![child, same, now])?;
    Ok(())
}

/// Takes out of a family who it was; how many children came, and in which group, stays.
pub(crate) fn set_forgotten(tx: &mut Tx, family: FamilyId, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "update holiday_family set name = '', email = null, phone = null, postcode = '', forgotten_at = $2 where id = $1",
        args![family, now],
    )?;
    tx.exec(
        "update holiday_code set name_key = '', born = '', typed = '' where child_id in (select id from holiday_child where family_id = $1)",
        args![family],
    )?;
    tx.exec(
        "update holiday_child set first_name = '', last_name = '', name_key = '', born = null, postcode = '', school = '',
            school_key = '', support = '', diet = '', appeal = '', changed_at = $2 where family_id = $1",
        args![family, now],
    )?;
    tx.exec("delete from holiday_check where family_id = $1", args![family])?;
    Ok(())
}

/// Families of programmes whose return was made before an instant, or that ended as long ago again without one.
pub(crate) fn list_unforgotten(
    tx: &mut Tx,
    before: Instant,
    long_before: Instant,
) -> Result<Vec<FamilyId>, Fault> {
    let rows: Vec<(FamilyId,)> = tx.all(
        "select f.id from holiday_family f join holiday_programme p on p.id = f.programme_id
            where f.forgotten_at is null and (p.returned_at < $1 or (p.returned_at is null and p.ends_at < $2))
            order by f.id limit 5000",
        args![before, long_before],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Forgets the names on codes that nobody used, with those of the families.
pub(crate) fn delete_old_codes(tx: &mut Tx, before: Instant, long_before: Instant) -> Result<u64, Fault> {
    tx.exec(
        "delete from holiday_code where programme_id in (select id from holiday_programme
            where returned_at < $1 or (returned_at is null and ends_at < $2))",
        args![before, long_before],
    )
}
