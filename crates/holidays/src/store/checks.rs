use crate::{
    engine::{Number, Question},
    model::{ChildId, FamilyId, ProgrammeId},
};
use kernel::{Date, Fault, Instant};
use store::{Tx, args, row};

row! {
    /// What is to be asked of the national service.
    pub(crate) struct CheckRow {
        family_id: FamilyId,
        last_name: String,
        born: Date,
        insurance: String,
        asylum: String,
        begun: Option<String>,
        tries: i64,
        asked_at: Instant,
    }
}

impl CheckRow {
    pub(crate) fn question(&self) -> Question {
        let number = if self.insurance.is_empty() {
            Number::Asylum(self.asylum.clone())
        } else {
            Number::Insurance(self.insurance.clone())
        };
        Question { last_name: self.last_name.clone(), born: self.born, number }
    }
}

pub(crate) fn find_check(tx: &mut Tx, family: FamilyId) -> Result<Option<CheckRow>, Fault> {
    tx.opt(
        "select family_id, last_name, born, insurance, asylum, begun, tries, asked_at from holiday_check where family_id = $1",
        args![family],
    )
}

pub(crate) fn insert_check(
    tx: &mut Tx,
    family: FamilyId,
    question: &Question,
    now: Instant,
) -> Result<(), Fault> {
    let (insurance, asylum) = match &question.number {
        Number::Insurance(number) => (number.as_str(), ""),
        Number::Asylum(number) => ("", number.as_str()),
    };
    tx.exec(
        "insert into holiday_check (family_id, last_name, born, insurance, asylum, tries, asked_at) values ($1, $2, $3, $4, $5, 0, $6)
            on conflict (family_id) do update set last_name = excluded.last_name, born = excluded.born,
            insurance = excluded.insurance, asylum = excluded.asylum, begun = null",
        args![family, question.last_name.as_str(), question.born, insurance, asylum, now],
    )?;
    Ok(())
}

pub(crate) fn set_check_begun(tx: &mut Tx, family: FamilyId, begun: Option<&str>) -> Result<i64, Fault> {
    let (tries,): (i64,) = tx.one(
        "update holiday_check set begun = $2, tries = tries + 1 where family_id = $1 returning tries",
        args![family, begun],
    )?;
    Ok(tries)
}

pub(crate) fn delete_check(tx: &mut Tx, family: FamilyId) -> Result<(), Fault> {
    tx.exec("delete from holiday_check where family_id = $1", args![family])?;
    Ok(())
}

/// Until when the national service asked the whole authority to wait.
pub(crate) fn find_rest(tx: &mut Tx) -> Result<Option<Instant>, Fault> {
    Ok(tx
        .opt::<(Instant,)>("select until_at from holiday_rest where single = 1", args![])?
        .map(|(until,)| until))
}

pub(crate) fn set_rest(tx: &mut Tx, until: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into holiday_rest (single, until_at) values (1, $1) on conflict (single) do update set until_at = excluded.until_at",
        args![until],
    )?;
    Ok(())
}

row! {
    /// A code that a school gave out for one child.
    #[derive(Clone, Debug)]
    pub(crate) struct CodeRow {
        code: String,
        name_key: String,
        born: String,
        child_id: Option<ChildId>,
        used_at: Option<Instant>,
        typed: String,
    }
}

const CODES: &str = "select code, name_key, born, child_id, used_at, typed from holiday_code";

pub(crate) fn find_code(
    tx: &mut Tx,
    programme: ProgrammeId,
    code_key: &str,
) -> Result<Option<CodeRow>, Fault> {
    let sql = format!("{CODES} where programme_id = $1 and code_key = $2{}", tx.for_update());
    tx.opt(&sql, args![programme, code_key])
}

/// The codes of a programme, the newest list first and each list in the order in which it was typed.
pub(crate) fn list_codes(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<CodeRow>, Fault> {
    tx.all(
        &format!("{CODES} where programme_id = $1 order by made_at desc, form_key, line, code limit 500"),
        args![programme],
    )
}

/// How many codes a form made.
pub(crate) fn count_codes_of_form(tx: &mut Tx, programme: ProgrammeId, form_key: &str) -> Result<i64, Fault> {
    let (many,): (i64,) = tx.one(
        "select count(*) from holiday_code where programme_id = $1 and form_key = $2",
        args![programme, form_key],
    )?;
    Ok(many)
}

/// A code to be kept, with the line of the form it is made from.
#[derive(Clone)]
pub(crate) struct NewCode {
    pub code: String,
    pub code_key: String,
    pub name_key: String,
    pub born: Date,
    pub line: i64,
    pub typed: String,
}

/// Keeps a code, unless there is one that reads alike. Says whether it was kept.
pub(crate) fn insert_code(
    tx: &mut Tx,
    programme: ProgrammeId,
    form_key: &str,
    new: &NewCode,
    now: Instant,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into holiday_code (programme_id, code_key, code, name_key, born, made_at, form_key, line, typed)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (programme_id, code_key) do nothing",
        args![programme, new.code_key.as_str(), new.code.as_str(), new.name_key.as_str(), new.born, now, form_key, new.line, new.typed.as_str()],
    )
}

pub(crate) fn set_code_used(
    tx: &mut Tx,
    programme: ProgrammeId,
    code_key: &str,
    child: ChildId,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update holiday_code set child_id = $3, used_at = $4 where programme_id = $1 and code_key = $2",
        args![programme, code_key, child, now],
    )?;
    Ok(())
}
