//! The desk at which bookings are made: the site, and the line in which everybody who writes stands.

use crate::{model::BookingId, store as rows};
use kernel::Fault;
use store::{TakeRows, Together};
use web::Site;

/// What every use case of the room is handed. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    site: Site,
    line: Together,
    key: [u8; 32],
}

impl Desk {
    /// Opens the desk over a migrated database.
    pub async fn open(site: &Site) -> Result<Desk, Fault> {
        Desk::open_with(site, rows::take_sessions).await
    }

    /// A desk that takes other rows than those of the sessions: for the test that sees what happens when none are.
    #[doc(hidden)]
    pub async fn open_with(site: &Site, take_rows: TakeRows) -> Result<Desk, Fault> {
        let fresh = site.dice().hex::<32>();
        let key = site.db().write(move |tx| rows::find_or_insert_key(tx, &fresh)).await?;
        Ok(Desk {
            site: site.clone(),
            line: Together::new(site.db(), take_rows),
            key: *blake3::hash(key.as_bytes()).as_bytes(),
        })
    }

    /// The site.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The line of writes. Its keys are the sessions that a write changes.
    pub(crate) fn line(&self) -> &Together {
        &self.line
    }

    /// The secret of a booking's own link: 128 bits that only this house can make, so nothing of it need be kept.
    pub fn link_secret(&self, booking: BookingId) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(b"the link of a booking");
        hasher.update(booking.uuid().as_bytes());
        hasher.finalize().to_hex()[..32].to_owned()
    }

    /// Whether a secret is the one of this booking, in a time that does not tell how nearly.
    pub fn is_link_secret(&self, booking: BookingId, secret: &str) -> bool {
        blake3::hash(self.link_secret(booking).as_bytes()) == blake3::hash(secret.as_bytes())
    }
}

/// The reference of the booking that a form of this key makes: eight letters and digits that can be read out on the
/// telephone, known before the form is sent.
pub fn reference_of(form_key: &str) -> String {
    const CLEAR: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let hash = blake3::derive_key("hearth: the reference of a booking", form_key.as_bytes());
    hash[..8].iter().map(|byte| CLEAR[usize::from(byte % 32)] as char).collect()
}
