use kernel::{Fault, Instant};
use store::{Tx, args};

/// Counts one more attempt in a bucket and says how many there are since its time began. The time begins with the first
/// and is not made longer by those that follow, so that nobody can keep a bucket full by trying on.
pub(crate) fn insert_attempt(
    tx: &mut Tx<'_>,
    bucket: &str,
    now: Instant,
    over_before: Instant,
) -> Result<i64, Fault> {
    let (attempts,): (i64,) = tx.one(
        "insert into sign_in_attempt (bucket, at, attempts) values ($1, $2, 1)
            on conflict (bucket) do update set
                attempts = case when sign_in_attempt.at <= $3 then 1 else sign_in_attempt.attempts + 1 end,
                at = case when sign_in_attempt.at <= $3 then $2 else sign_in_attempt.at end
            returning attempts",
        args![bucket, now, over_before],
    )?;
    Ok(attempts)
}

/// Takes one attempt back: it was right.
pub(crate) fn set_attempt_forgiven(tx: &mut Tx<'_>, bucket: &str) -> Result<(), Fault> {
    tx.exec(
        "update sign_in_attempt set attempts = attempts - 1 where bucket = $1 and attempts > 0",
        args![bucket],
    )?;
    Ok(())
}

/// Forgets every attempt in a bucket.
pub(crate) fn delete_attempts(tx: &mut Tx<'_>, bucket: &str) -> Result<(), Fault> {
    tx.exec("delete from sign_in_attempt where bucket = $1", args![bucket])?;
    Ok(())
}
