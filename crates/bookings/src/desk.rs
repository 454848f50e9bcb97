//! The desk at which bookings are made: the site, and the line in which everybody who writes stands.

use crate::{invited::CheckInvitation, model::BookingId, store as rows};
use kernel::Fault;
use std::{
    collections::{BTreeSet, HashMap},
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::Poll,
};
use store::{TakeRows, Together, Tx};
use tokio::sync::Mutex;
use uuid::Uuid;
use web::Site;

/// What every use case of the room is handed. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    site: Site,
    line: Together,
    key: [u8; 32],
    check_invitation: Option<CheckInvitation>,
    arrivals: Arc<Mutex<Arrivals>>,
}

/// The session of each date that somebody asked for. A date never goes to another session, so what is known stays true;
/// and whoever asks for a date that is known stands in the line without a look at the database.
type Arrivals = HashMap<Uuid, Uuid>;

/// Beyond so many dates, everything that is known is learnt anew.
const KNOWN_MAX: usize = 50_000;

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
            check_invitation: None,
            arrivals: Arc::default(),
        })
    }

    /// The desk with the question whether an invitation is still open: the room that keeps invitations stands above.
    #[must_use]
    pub fn with_invitations(mut self, check: CheckInvitation) -> Desk {
        self.check_invitation = Some(check);
        self
    }

    pub(crate) fn invitation_check(&self) -> Option<CheckInvitation> {
        self.check_invitation
    }

    /// The site.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The line of writes. Its keys are the sessions that a write changes.
    pub(crate) fn line(&self) -> &Together {
        &self.line
    }

    /// Writes in the line, with the rows of the sessions of these dates taken, in the order in which families come here.
    /// Which sessions those are may have to be asked of the database; whoever comes meanwhile waits behind, so an answer
    /// that is late lets nobody pass. The work is told the sessions.
    pub(crate) async fn write_in_order<T, W, F>(&self, dates: &[Uuid], work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: FnOnce(Vec<Uuid>) -> F,
        F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        // Those who wait for this lock get it in the order in which they came.
        let mut known = self.arrivals.lock().await;
        let unknown: Vec<Uuid> = dates.iter().copied().filter(|date| !known.contains_key(date)).collect();
        if !unknown.is_empty() {
            let found = self.site.db().read(move |tx| events::list_bookable_dates(tx, &unknown)).await?;
            if known.len() > KNOWN_MAX {
                known.clear();
            }
            known.extend(found.iter().map(|date| (date.id, date.session_id.uuid())));
        }
        let sessions: BTreeSet<Uuid> = dates.iter().filter_map(|date| known.get(date).copied()).collect();
        let sessions: Vec<Uuid> = sessions.into_iter().collect();
        let mut written = pin!(self.line.write(sessions.clone(), work(sessions)));
        // The first look at a write puts it into the line; from there on its place is its own.
        let first_look = poll_fn(|context| Poll::Ready(written.as_mut().poll(context))).await;
        drop(known);
        match first_look {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => written.await,
        }
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

/// The reference that a form's booking gets when the first `tries` of its own are another booking's: of a million million
/// references two forms may share one.
pub(crate) fn reference_after(form_key: &str, tries: u32) -> String {
    if tries == 0 { reference_of(form_key) } else { reference_of(&format!("{form_key}/{tries}")) }
}
