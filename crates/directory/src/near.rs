//! From what a person types for 'where are you?' to a place on the ground, said to be no more exact than it is.

use crate::{
    model::Point,
    store::{self as rows, PostcodeRow},
    vocabulary::PointQuality,
};
use kernel::{Fault, Postcode};
use settings::Council;
use store::Tx;
use web::Site;

/// Where a typed place is, as another room may use it.
#[derive(Clone, Debug, PartialEq)]
pub struct TypedPlace {
    /// In words: 'WA8 7QF', 'WA8', 'Widnes'.
    pub label: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Distances from it are worth telling: from a town's middle they are not.
    pub tells_distance: bool,
}

/// Where a typed place is; nothing where none was typed; a sentence that says what to type where it is not known.
pub async fn find_typed_place(site: &Site, typed: &str) -> Result<Result<Option<TypedPlace>, String>, Fault> {
    let (council, typed) = (site.council(), typed.chars().take(60).collect::<String>());
    if typed.trim().is_empty() {
        return Ok(Ok(None));
    }
    let near = site
        .db()
        .read(move |tx| find_place(&mut |code| rows::find_postcode(tx, code), &council, &typed))
        .await?;
    Ok(match near {
        Near::Found(place) => Ok(Some(TypedPlace {
            label: place.label,
            latitude: place.point.latitude,
            longitude: place.point.longitude,
            tells_distance: place.point.quality != PointQuality::Town,
        })),
        Near::NotKnown(sentence) => Err(sentence),
        Near::NotAsked => Ok(None),
    })
}

/// A place a person named.
#[derive(Clone, Debug)]
pub struct Place {
    /// In words: 'WA8 7QF', 'WA8', 'Widnes'.
    pub label: String,
    /// Where, and how exactly that is known.
    pub point: Point,
    /// Codes of the areas it lies in: the authority's, the ward's, its outward code.
    pub areas: Vec<String>,
    /// Whether Royal Mail has ended the postcode; it still says where people are.
    pub ended: bool,
}

/// What came of a typed place.
#[derive(Clone, Debug)]
pub enum Near {
    /// Nothing was typed.
    NotAsked,
    /// Found.
    Found(Place),
    /// A sentence that says what to type.
    NotKnown(String),
}

/// Where a postcode or a sector is looked up: in memory, or in the database.
pub(crate) type Lookup<'a> = dyn FnMut(&str) -> Result<Option<PostcodeRow>, Fault> + 'a;

/// Reads a postcode typed any way or at the end of an address, an outward code, or a town.
pub(crate) fn find_place(known: &mut Lookup, council: &Council, typed: &str) -> Result<Near, Fault> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(Near::NotAsked);
    }
    if let Some(postcode) = Postcode::find_in(typed) {
        return Ok(of_postcode(known, council, &postcode)?.map_or_else(not_known, Near::Found));
    }
    let word = typed.to_uppercase().replace([' ', '-', '.'], "");
    let town = council
        .towns
        .iter()
        .find(|town| town.name.eq_ignore_ascii_case(typed) || town.outward.contains(&word));
    if let Some(town) = town {
        let label = if town.outward.contains(&word) { word } else { town.name.clone() };
        return Ok(Near::Found(of_town(council, town, label)));
    }
    // A sector, such as 'WA8 7', is kept under the same code as in the postcode table.
    if let Some((outward, digit)) = word.split_at_checked(word.len().saturating_sub(1))
        && let Some(row) = known(&format!("{outward} {digit}"))?
    {
        return Ok(Near::Found(place_of(council, &row, row.code.clone())));
    }
    if council.area_name.eq_ignore_ascii_case(typed) && !council.towns.is_empty() {
        return Ok(Near::NotAsked);
    }
    Ok(not_known())
}

/// Where a postcode is, for a place that gives no point of its own.
pub(crate) fn point_of(tx: &mut Tx, postcode: &Postcode) -> Result<Option<Point>, Fault> {
    Ok(row_of(&mut |code| rows::find_postcode(tx, code), postcode)?.map(|row| Point {
        latitude: row.latitude,
        longitude: row.longitude,
        quality: row.quality.parse().unwrap_or(PointQuality::Sector),
    }))
}

fn not_known() -> Near {
    Near::NotKnown("We do not have that postcode or town. Check it, or type a town near you".to_owned())
}

fn of_postcode(known: &mut Lookup, council: &Council, postcode: &Postcode) -> Result<Option<Place>, Fault> {
    if let Some(row) = row_of(known, postcode)? {
        return Ok(Some(place_of(council, &row, postcode.as_str().to_owned())));
    }
    let town =
        council.towns.iter().find(|town| town.outward.iter().any(|outward| outward == postcode.outward()));
    Ok(town.map(|town| of_town(council, town, postcode.as_str().to_owned())))
}

/// The postcode itself, or its sector.
fn row_of(known: &mut Lookup, postcode: &Postcode) -> Result<Option<PostcodeRow>, Fault> {
    match known(postcode.as_str())? {
        Some(row) => Ok(Some(row)),
        None => known(postcode.sector()),
    }
}

fn place_of(council: &Council, row: &PostcodeRow, label: String) -> Place {
    let outward = label.split(' ').next().unwrap_or_default().to_owned();
    let authority = if row.authority.is_empty() { council.area_code.clone() } else { row.authority.clone() };
    let areas = [authority, row.ward.clone(), outward].into_iter().filter(|code| !code.is_empty()).collect();
    let quality = row.quality.parse().unwrap_or(PointQuality::Sector);
    Place {
        label,
        point: Point { latitude: row.latitude, longitude: row.longitude, quality },
        areas,
        ended: row.terminated.is_some(),
    }
}

fn of_town(council: &Council, town: &settings::Town, label: String) -> Place {
    let point = Point { latitude: town.latitude, longitude: town.longitude, quality: PointQuality::Town };
    let areas = std::iter::once(council.area_code.clone()).chain(town.outward.iter().cloned()).collect();
    Place { label, point, areas, ended: false }
}
