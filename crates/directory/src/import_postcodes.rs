//! `hearth import postcodes`: reads the ONS Postcode Directory. The year is part of its column names, so columns are
//! matched by prefix. Ended postcodes are kept, because people go on typing them; Northern Ireland's (BT) are left
//! out, because they carry a licence of their own; a row without a grid reference cannot say where it is and is left
//! out too.

use crate::{
    store::{self as rows, PostcodeRow},
    vocabulary::PointQuality,
};
use anyhow::{Context, bail};
use kernel::{Fault, Instant, Postcode};
use std::io::Read;
use store::Db;

/// What became of the rows of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostcodesImported {
    /// Kept, ended ones among them.
    pub kept: u64,
    /// Of those, ended.
    pub ended: u64,
    /// Northern Ireland: another licence.
    pub northern_ireland: u64,
    /// No grid reference (`gridind` 9, or no latitude).
    pub without_place: u64,
    /// Not a postcode; with the line numbers of the first ten.
    pub unreadable: u64,
    /// Lines of the first ten that could not be read.
    pub unreadable_lines: Vec<u64>,
}

/// Rows a transaction: small enough that a reader never waits long.
const BATCH: usize = 2_000;

struct Columns {
    postcode: usize,
    terminated: Option<usize>,
    introduced: Option<usize>,
    gridind: Option<usize>,
    latitude: usize,
    longitude: usize,
    authority: Option<usize>,
    ward: Option<usize>,
    lsoa: Option<usize>,
}

/// Reads a file of the directory into the database; `progress` hears how many rows were read. Whole batches are
/// kept, so an import that was broken off can be run again.
pub async fn import_postcodes(
    db: &Db,
    now: Instant,
    file: impl Read + Send + 'static,
    mut progress: impl FnMut(u64),
) -> Result<PostcodesImported, Fault> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let columns = columns(&reader.headers().context("the file has no header line")?.clone())?;
    let mut done = PostcodesImported::default();
    let mut batch: Vec<PostcodeRow> = Vec::with_capacity(BATCH);
    let mut line: u64 = 1;
    for record in reader.records() {
        line += 1;
        match record.ok().and_then(|record| read_row(&record, &columns)) {
            Some(Row::Kept(row)) => {
                done.kept += 1;
                done.ended += u64::from(row.terminated.is_some());
                batch.push(row);
            }
            Some(Row::NorthernIreland) => done.northern_ireland += 1,
            Some(Row::WithoutPlace) => done.without_place += 1,
            None => {
                done.unreadable += 1;
                if done.unreadable_lines.len() < 10 {
                    done.unreadable_lines.push(line);
                }
            }
        }
        if batch.len() == BATCH {
            keep(db, std::mem::take(&mut batch)).await?;
            progress(line - 1);
        }
    }
    db.write(move |tx| {
        rows::insert_postcodes(tx, &batch)?;
        store::outbox::announce(tx, "postcodes_imported", None, &serde_json::json!({}), now)
    })
    .await?;
    progress(line - 1);
    Ok(done)
}

async fn keep(db: &Db, batch: Vec<PostcodeRow>) -> Result<(), Fault> {
    db.write(move |tx| rows::insert_postcodes(tx, &batch)).await
}

/// The columns by the beginnings of their names: `lad25cd` this year, `lad24cd` the last, `oslaua` before.
fn columns(header: &csv::StringRecord) -> Result<Columns, Fault> {
    let find = |names: &[&str]| {
        names.iter().find_map(|name| {
            header.iter().position(|column| {
                let column = column.trim().trim_start_matches('\u{feff}').to_lowercase();
                match name.split_once('?') {
                    Some((start, end)) => column
                        .strip_prefix(start)
                        .and_then(|rest| rest.strip_suffix(end))
                        .is_some_and(|year| year.len() == 2 && year.bytes().all(|b| b.is_ascii_digit())),
                    None => column == *name,
                }
            })
        })
    };
    let needed = |names: &[&str]| {
        find(names).with_context(|| {
            format!("the file has no column {}: is it the ONS Postcode Directory?", names.join(" or "))
        })
    };
    Ok(Columns {
        postcode: needed(&["pcds", "pcd8", "pcd7", "pcd2", "pcd"])?,
        terminated: find(&["doterm"]),
        introduced: find(&["dointr"]),
        gridind: find(&["gridind", "osgrdind"]),
        latitude: needed(&["lat", "latitude"])?,
        longitude: needed(&["long", "longitude"])?,
        authority: find(&["lad?cd", "oslaua", "laua"]),
        ward: find(&["wd?cd", "osward"]),
        lsoa: find(&["lsoa?cd", "lsoa?"]),
    })
}

enum Row {
    Kept(PostcodeRow),
    NorthernIreland,
    WithoutPlace,
}

fn read_row(record: &csv::StringRecord, columns: &Columns) -> Option<Row> {
    let text =
        |at: Option<usize>| at.and_then(|at| record.get(at)).map(str::trim).unwrap_or_default().to_owned();
    let filled = |at: Option<usize>| Some(text(at)).filter(|value| !value.is_empty());
    let postcode: Postcode = record.get(columns.postcode)?.parse().ok()?;
    if postcode.as_str().starts_with("BT") {
        return Some(Row::NorthernIreland);
    }
    let gridind: Option<i64> = filled(columns.gridind).and_then(|value| value.parse().ok());
    let latitude: Option<f64> = record.get(columns.latitude).and_then(|value| value.trim().parse().ok());
    let longitude: Option<f64> = record.get(columns.longitude).and_then(|value| value.trim().parse().ok());
    let (Some(latitude), Some(longitude)) = (latitude, longitude) else {
        return Some(Row::WithoutPlace);
    };
    // ONS writes 99.999999 where it knows no place.
    if gridind == Some(9) || !(49.0..=61.0).contains(&latitude) || !(-9.0..=2.0).contains(&longitude) {
        return Some(Row::WithoutPlace);
    }
    // 1 to 3 are within the postcode or its building; above that ONS has imputed it from its neighbours.
    let quality =
        if gridind.is_none_or(|grade| grade <= 3) { PointQuality::Exact } else { PointQuality::Sector };
    Some(Row::Kept(PostcodeRow {
        code: postcode.as_str().to_owned(),
        latitude,
        longitude,
        quality: quality.as_str().to_owned(),
        gridind,
        introduced: filled(columns.introduced),
        terminated: filled(columns.terminated),
        authority: text(columns.authority),
        ward: text(columns.ward),
        lsoa: text(columns.lsoa),
    }))
}

/// A sector's approximate middle, for a demonstration or a small council without the ONS file.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct SectorDraft {
    /// Such as `WA8 7`.
    pub sector: String,
    /// Degrees (WGS84).
    pub latitude: f64,
    /// Degrees (WGS84).
    pub longitude: f64,
}

/// Keeps the approximate middles of sectors.
pub fn publish_sectors(tx: &mut store::Tx, sectors: &[SectorDraft]) -> Result<(), Fault> {
    let row = |draft: &SectorDraft| {
        if !(49.0..=61.0).contains(&draft.latitude) || !(-9.0..=2.0).contains(&draft.longitude) {
            bail!("{}: not a place in the United Kingdom", draft.sector);
        }
        Ok(PostcodeRow {
            code: draft.sector.clone(),
            latitude: draft.latitude,
            longitude: draft.longitude,
            quality: "sector".to_owned(),
            gridind: None,
            introduced: None,
            terminated: None,
            authority: String::new(),
            ward: String::new(),
            lsoa: String::new(),
        })
    };
    let rows: Vec<PostcodeRow> = sectors.iter().map(row).collect::<Result<_, Fault>>()?;
    rows::insert_postcodes(tx, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_prefix_whatever_the_year() {
        let header = |names: &str| columns(&csv::StringRecord::from(names.split(',').collect::<Vec<_>>()));
        let found =
            header("\u{feff}pcd7,pcd8,pcds,dointr,doterm,gridind,lad25cd,wd25cd,lsoa11cd,lsoa21cd,lat,long")
                .unwrap();
        assert_eq!((found.postcode, found.authority, found.latitude), (2, Some(6), 10));
        assert!(header("pcd,pcd2,pcds,dointr,doterm,oslaua,osgrdind,lsoa11,lat,long").is_ok());
        assert!(header("a,b,c").unwrap_err_string().contains("ONS Postcode Directory"));
    }

    trait ErrText {
        fn unwrap_err_string(self) -> String;
    }
    impl<T> ErrText for Result<T, Fault> {
        fn unwrap_err_string(self) -> String {
            self.err().map(|fault| fault.to_string()).unwrap_or_default()
        }
    }
}
