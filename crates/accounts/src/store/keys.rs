use kernel::Fault;
use store::{Tx, args};

/// The house's key, kept as text. The first node to come makes it.
pub(crate) fn find_or_insert_key(tx: &mut Tx<'_>, fresh: &str) -> Result<[u8; 32], Fault> {
    tx.exec(
        "insert into accounts_key (single, key) values (1, $1) on conflict (single) do nothing",
        args![fresh],
    )?;
    let (kept,): (String,) = tx.one("select key from accounts_key where single = 1", args![])?;
    read(&kept).ok_or_else(|| anyhow::anyhow!("the accounts room's key cannot be read"))
}

/// A key as text.
pub(crate) fn as_text(key: &[u8; 32]) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(text: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> =
        (0..32).map(|place| u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()).collect();
    bytes?.try_into().ok()
}
