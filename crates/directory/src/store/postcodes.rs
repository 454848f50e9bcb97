use kernel::Fault;
use store::{Tx, args, row};

row! {
    /// A postcode, a sector or an outward code, with the place it stands for.
    #[derive(Clone, Debug)]
    pub(crate) struct PostcodeRow {
        code: String, latitude: f64, longitude: f64, quality: String, gridind: Option<i64>,
        introduced: Option<String>, terminated: Option<String>, authority: String, ward: String, lsoa: String,
    }
}

/// Adds or renews postcodes, in one transaction.
pub(crate) fn insert_postcodes(tx: &mut Tx, rows: &[PostcodeRow]) -> Result<(), Fault> {
    for row in rows {
        tx.exec(
            "insert into postcode (code, latitude, longitude, quality, gridind, introduced, terminated, authority, ward, lsoa)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict (code) do update set latitude = excluded.latitude, longitude = excluded.longitude, quality = excluded.quality,
                gridind = excluded.gridind, introduced = excluded.introduced, terminated = excluded.terminated,
                authority = excluded.authority, ward = excluded.ward, lsoa = excluded.lsoa",
            args![row.code.as_str(), row.latitude, row.longitude, row.quality.as_str(), row.gridind, row.introduced.clone(), row.terminated.clone(), row.authority.as_str(), row.ward.as_str(), row.lsoa.as_str()],
        )?;
    }
    Ok(())
}

/// Every postcode, if there are no more than so many.
pub(crate) fn list_postcodes(tx: &mut Tx, most: i64) -> Result<Option<Vec<PostcodeRow>>, Fault> {
    let (count,): (i64,) = tx.one("select count(*) from postcode", args![])?;
    if count > most {
        return Ok(None);
    }
    tx.all("select code, latitude, longitude, quality, gridind, introduced, terminated, authority, ward, lsoa from postcode", args![]).map(Some)
}

pub(crate) fn find_postcode(tx: &mut Tx, code: &str) -> Result<Option<PostcodeRow>, Fault> {
    tx.opt("select code, latitude, longitude, quality, gridind, introduced, terminated, authority, ward, lsoa from postcode where code = $1", args![code])
}
