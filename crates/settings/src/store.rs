use crate::{Council, Theme};
use anyhow::Context;
use kernel::{Fault, Instant};
use store::{Migration, Tx, args};

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[Migration {
    room: "settings",
    number: 1,
    name: "the council, in one row",
    sql: "create table council (
        only {int} not null primary key constraint council_only_one check (only = 1),
        settings {text} not null,
        updated_at {instant} not null
    ) {strict};",
}];

/// The council, or `None` before anybody has set it up.
pub fn find_council(tx: &mut Tx) -> Result<Option<Council>, Fault> {
    let Some((text,)) = tx.opt::<(String,)>("select settings from council where only = 1", args![])? else {
        return Ok(None);
    };
    serde_json::from_str(&text).context("the council's settings do not read back").map(Some)
}

/// Saves the council and announces it. Its colours must make a readable theme.
pub fn set_council(tx: &mut Tx, council: &Council, now: Instant) -> Result<(), Fault> {
    Theme::from_hues(council.brand_hue, council.lamp_hue)?;
    tx.exec(
        "insert into council (only, settings, updated_at) values (1, $1, $2)
         on conflict (only) do update set settings = excluded.settings, updated_at = excluded.updated_at",
        args![serde_json::to_string(council)?, now],
    )?;
    store::outbox::announce(tx, "settings_changed", None, &serde_json::json!({}), now)
}
