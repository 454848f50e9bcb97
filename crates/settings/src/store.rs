use crate::{Council, Logo, Theme, language};
use anyhow::Context;
use kernel::{Fault, Instant};
use store::{Migration, Tx, args};

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        room: "settings",
        number: 1,
        name: "the council, in one row",
        sql: "create table council (
            single {int} not null primary key constraint council_only_one check (single = 1),
            settings {text} not null,
            updated_at {instant} not null
        ) {strict};",
    },
    Migration {
        room: "settings",
        number: 2,
        name: "its logo",
        sql: "create table council_logo (
            single {int} not null primary key constraint council_logo_only_one check (single = 1),
            address {text} not null,
            picture {text} not null
        ) {strict};",
    },
];

/// The council, or `None` before anybody has set it up.
pub fn find_council(tx: &mut Tx) -> Result<Option<Council>, Fault> {
    let Some((text,)) = tx.opt::<(String,)>("select settings from council where single = 1", args![])? else {
        return Ok(None);
    };
    serde_json::from_str(&text).context("the council's settings do not read back").map(Some)
}

/// Saves the council and announces it. Its colours must make a readable theme, its
/// language must be one.
pub fn set_council(tx: &mut Tx, council: &Council, now: Instant) -> Result<(), Fault> {
    Theme::from_hues(council.brand_hue, council.lamp_hue)?;
    language::check(&council.language)?;
    tx.exec(
        "insert into council (single, settings, updated_at) values (1, $1, $2)
         on conflict (single) do update set settings = excluded.settings, updated_at = excluded.updated_at",
        args![serde_json::to_string(council)?, now],
    )?;
    store::outbox::announce(tx, "settings_changed", None, &serde_json::json!({}), now)
}

/// Keeps the logo under an address that names its content, and returns that address.
pub fn set_logo(tx: &mut Tx, logo: &Logo, content_hash: &str) -> Result<String, Fault> {
    let address = format!("/logo/{content_hash}.{}", logo.ending());
    // As hexadecimal text: the one place that keeps bytes is not worth a type in the seam.
    let picture: String = logo.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    tx.exec(
        "insert into council_logo (single, address, picture) values (1, $1, $2)
         on conflict (single) do update set address = excluded.address, picture = excluded.picture",
        args![address.as_str(), picture],
    )?;
    Ok(address)
}

/// The logo at an address, if that is where it is now.
pub fn find_logo(tx: &mut Tx, address: &str) -> Result<Option<Logo>, Fault> {
    let Some((picture,)) =
        tx.opt::<(String,)>("select picture from council_logo where address = $1", args![address])?
    else {
        return Ok(None);
    };
    let digits = |at: usize| picture.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..picture.len()).step_by(2).map(digits).collect();
    Ok(Some(Logo::read(bytes.context("the logo does not read back")?)?))
}
