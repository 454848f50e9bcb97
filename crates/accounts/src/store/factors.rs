use access::PersonId;
use kernel::{Fault, Instant};
use store::{Tx, args, row};

/// The hash of somebody's password.
pub(crate) fn find_password(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<String>, Fault> {
    let kept: Option<(String,)> = tx.opt("select hash from password where person_id = $1", args![person])?;
    Ok(kept.map(|(hash,)| hash))
}

pub(crate) fn insert_password(
    tx: &mut Tx<'_>,
    person: PersonId,
    hash: &str,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into password (person_id, hash, set_at) values ($1, $2, $3)
            on conflict (person_id) do update set hash = excluded.hash, set_at = excluded.set_at",
        args![person, hash, now],
    )?;
    Ok(())
}

row! {
    /// What makes somebody's one-time codes.
    #[derive(Clone, Debug)]
    pub(crate) struct CodeRow {
        secret: String,
        last_step: i64,
    }
}

pub(crate) fn find_code(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<CodeRow>, Fault> {
    tx.opt("select secret, last_step from one_time_code where person_id = $1", args![person])
}

pub(crate) fn insert_code(
    tx: &mut Tx<'_>,
    person: PersonId,
    secret: &str,
    last_step: i64,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "insert into one_time_code (person_id, secret, confirmed_at, last_step) values ($1, $2, $3, $4)
            on conflict (person_id) do update set secret = excluded.secret,
                confirmed_at = excluded.confirmed_at, last_step = excluded.last_step",
        args![person, secret, now, last_step],
    )?;
    Ok(())
}

/// Uses up a code and every one before it. Only one of two that come with the same code is told `true`.
pub(crate) fn set_step_used(tx: &mut Tx<'_>, person: PersonId, step: i64) -> Result<bool, Fault> {
    let used = tx.exec(
        "update one_time_code set last_step = $2 where person_id = $1 and last_step < $2",
        args![person, step],
    )?;
    Ok(used == 1)
}

/// Puts fresh recovery codes in the place of the old ones.
pub(crate) fn insert_recovery_codes(
    tx: &mut Tx<'_>,
    person: PersonId,
    hashes: &[String],
) -> Result<(), Fault> {
    tx.exec("delete from recovery_code where person_id = $1", args![person])?;
    for hash in hashes {
        tx.exec(
            "insert into recovery_code (person_id, hash, used_at) values ($1, $2, null)",
            args![person, hash],
        )?;
    }
    Ok(())
}

/// Uses up a recovery code. Only one of two that come with the same code is told `true`.
pub(crate) fn set_recovery_code_used(
    tx: &mut Tx<'_>,
    person: PersonId,
    hash: &str,
    now: Instant,
) -> Result<bool, Fault> {
    let used = tx.exec(
        "update recovery_code set used_at = $3 where person_id = $1 and hash = $2 and used_at is null",
        args![person, hash, now],
    )?;
    Ok(used == 1)
}

/// How many recovery codes are left.
pub(crate) fn count_recovery_codes(tx: &mut Tx<'_>, person: PersonId) -> Result<i64, Fault> {
    let (left,): (i64,) =
        tx.one("select count(*) from recovery_code where person_id = $1 and used_at is null", args![person])?;
    Ok(left)
}

/// Forgets password, codes and recovery codes.
pub(crate) fn delete_factors(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Fault> {
    tx.exec("delete from password where person_id = $1", args![person])?;
    tx.exec("delete from one_time_code where person_id = $1", args![person])?;
    tx.exec("delete from recovery_code where person_id = $1", args![person])?;
    Ok(())
}
