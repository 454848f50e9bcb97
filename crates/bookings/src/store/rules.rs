use crate::model::Rules;
use anyhow::Context;
use kernel::Fault;
use store::{Tx, args};

/// The rules of queues and offers; what is usual where nobody has set any.
pub fn find_rules(tx: &mut Tx) -> Result<Rules, Fault> {
    match tx.opt::<(serde_json::Value,)>("select rules from booking_rules where single = 1", args![])? {
        Some((rules,)) => serde_json::from_value(rules).context("reading the rules of bookings"),
        None => Ok(Rules::default()),
    }
}

/// Keeps the rules.
pub fn set_rules(tx: &mut Tx, rules: &Rules) -> Result<(), Fault> {
    tx.exec(
        "insert into booking_rules (single, rules) values (1, $1) on conflict (single) do update set rules = excluded.rules",
        args![serde_json::to_string(rules)?],
    )?;
    Ok(())
}

/// The key from which the links of bookings are made; kept the first time.
pub(crate) fn find_or_insert_key(tx: &mut Tx, fresh: &str) -> Result<String, Fault> {
    tx.exec(
        "insert into booking_key (single, key) values (1, $1) on conflict (single) do nothing",
        args![fresh],
    )?;
    let (key,): (String,) = tx.one("select key from booking_key where single = 1", args![])?;
    Ok(key)
}
