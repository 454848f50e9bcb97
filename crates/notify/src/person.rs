//! A person's right to a copy and to be forgotten.

use crate::{
    address,
    message::To,
    model::Medium,
    store::{self as rows, PersonMessage},
};
use access::PersonId;
use kernel::{Fault, Phone};
use store::Tx;

/// What was sent to somebody, for their copy of their data. The words are not kept.
pub fn list_for_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<PersonMessage>, Fault> {
    rows::list_for_person(tx, person)
}

/// Takes somebody out of every message and says out of how many; what waits for them is not sent any more.
pub fn forget_person(tx: &mut Tx<'_>, person: PersonId) -> Result<u64, Fault> {
    rows::set_forgotten(tx, person)
}

/// What was sent to a telephone as a text, for whoever asks what we keep under its number. The words are not told.
pub fn list_for_number(tx: &mut Tx<'_>, phone: &Phone) -> Result<Vec<PersonMessage>, Fault> {
    match address::mobile(phone) {
        Ok(read) => rows::list_for_address(tx, &address::hashed(Medium::Text, &read)),
        Err(_) => Ok(Vec::new()),
    }
}

/// Takes a telephone out of every message and says out of how many; what waits for it is not sent any more.
pub fn forget_number(tx: &mut Tx<'_>, phone: &Phone) -> Result<u64, Fault> {
    match address::mobile(phone) {
        Ok(read) => rows::set_address_forgotten(tx, &address::hashed(Medium::Text, &read)),
        Err(_) => Ok(0),
    }
}

/// Forgets what an address turned off, when its owner asks for that: it may then be written to again.
pub fn forget_address(tx: &mut Tx<'_>, to: &To) -> Result<u64, Fault> {
    let (medium, read) = match to {
        To::Email(email) => (Medium::Email, address::mailbox(email)),
        To::Phone(phone) => (Medium::Text, address::mobile(phone)),
    };
    match read {
        Ok(read) => rows::delete_stops_of(tx, &address::hashed(medium, &read)),
        Err(_) => Ok(0),
    }
}
