use access::PersonId;
use kernel::{Fault, Instant};
use store::{Tx, args, row};

/// What somebody who is on their way in has still to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Choose a password.
    Password,
    /// Give a one-time code.
    Code,
    /// Set up one-time codes.
    CodeSetUp,
}

impl Step {
    pub(crate) fn key(self) -> &'static str {
        match self {
            Step::Password => "password",
            Step::Code => "code",
            Step::CodeSetUp => "code_set_up",
        }
    }
}

row! {
    /// A sign-in that is not finished.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct StepRow {
        token_hash: String,
        person_id: PersonId,
        step: String,
        leads_to: String,
        secret: Option<String>,
        wrong_codes: i64,
        created_at: Instant,
        expires_at: Instant,
    }
}

const COLUMNS: &str = "token_hash, person_id, step, leads_to, secret, wrong_codes, created_at, expires_at";

pub(crate) fn insert_step(tx: &mut Tx<'_>, step: &StepRow) -> Result<(), Fault> {
    tx.exec(
        &format!("insert into sign_in_step ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)"),
        args![
            step.token_hash.as_str(),
            step.person_id,
            step.step.as_str(),
            step.leads_to.as_str(),
            step.secret.clone(),
            step.wrong_codes,
            step.created_at,
            step.expires_at
        ],
    )?;
    Ok(())
}

/// A step that is of this kind and may still be taken.
pub(crate) fn find_step(
    tx: &mut Tx<'_>,
    token_hash: &str,
    step: Step,
    now: Instant,
) -> Result<Option<StepRow>, Fault> {
    tx.opt(
        &format!(
            "select {COLUMNS} from sign_in_step where token_hash = $1 and step = $2 and expires_at > $3"
        ),
        args![token_hash, step.key(), now],
    )
}

/// Counts a wrong code, unless the most have been counted already.
pub(crate) fn set_step_wrong(tx: &mut Tx<'_>, token_hash: &str, most: i64) -> Result<bool, Fault> {
    let counted = tx.exec(
        "update sign_in_step set wrong_codes = wrong_codes + 1 where token_hash = $1 and wrong_codes < $2",
        args![token_hash, most],
    )?;
    Ok(counted == 1)
}

/// Ends a step. Only one of two that come at the same moment is told `true`.
pub(crate) fn delete_step(tx: &mut Tx<'_>, token_hash: &str) -> Result<bool, Fault> {
    Ok(tx.exec("delete from sign_in_step where token_hash = $1", args![token_hash])? == 1)
}

/// Ends every step of somebody.
pub(crate) fn delete_steps_of(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Fault> {
    tx.exec("delete from sign_in_step where person_id = $1", args![person])?;
    Ok(())
}
