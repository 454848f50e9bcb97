//! Limits on what anybody may send without an account, so that a stranger cannot have the house write to one mailbox
//! again and again, or bury the people who read what families send.
//!
//! The house lays [`CountSenders`] around every door; a room takes a [`Counter`] like any other part of the request and
//! counts in the transaction that keeps what was sent.

use crate::{
    Accounts, SignInName,
    limits::{address_of, network_of},
    store::limits as rows,
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use jiff::SignedDuration;
use kernel::{Fault, Instant};
use std::{convert::Infallible, net::IpAddr};
use store::Tx;

/// What somebody sends whom nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// An application to be listed: each has a link sent to the address that was typed.
    Application,
    /// A report that something is wrong in an entry.
    Report,
    /// A booking of a session: it writes to whoever it names.
    Booking,
    /// A look whether a booking stands, by its reference.
    LookUp,
}

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

impl Sent {
    fn key(self) -> &'static str {
        match self {
            Sent::Application => "application",
            Sent::Report => "report",
            Sent::Booking => "booking",
            Sent::LookUp => "look_up",
        }
    }

    /// How many one network may send in an hour. A report writes to nobody, and a whole hub may sit behind one address; on
    /// the morning on which bookings open, a whole estate may.
    fn by_network(self) -> i64 {
        match self {
            Sent::Application => 10,
            Sent::Report | Sent::LookUp => 30,
            Sent::Booking => 300,
        }
    }

    /// How many of them may name one e-mail address in a day, whoever sends them.
    fn by_address(self) -> i64 {
        match self {
            Sent::Application | Sent::Report | Sent::LookUp => 3,
            Sent::Booking => 20,
        }
    }
}

/// How long somebody is to wait who sent too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Too many came from their network.
    AnHour,
    /// Too many named this address.
    ADay,
}

impl Wait {
    /// The same page with the status and the header that say so to programs as well (RFC 6585, section 4).
    pub fn told(self, mut response: Response) -> Response {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        let seconds = match self {
            Wait::AnHour => "3600",
            Wait::ADay => "86400",
        };
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
        response
    }
}

/// What a [`Counter`] counts with, to be layered around every door (`axum::Extension(CountSenders(accounts))`): nothing is
/// read or kept for a request until a room takes a counter.
#[derive(Clone)]
pub struct CountSenders(pub Accounts);

/// Counts what comes from where this request came from. Without [`CountSenders`] around the door it counts nothing, as in
/// the tests of a single room.
pub struct Counter(Option<Place>);

struct Place {
    accounts: Accounts,
    address: Option<IpAddr>,
}

impl<S: Sync> FromRequestParts<S> for Counter {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Counter, Infallible> {
        let Some(CountSenders(accounts)) = parts.extensions.get::<CountSenders>().cloned() else {
            return Ok(Counter(None));
        };
        let trusted = accounts.config().client_address_header.as_deref();
        let address = address_of(&parts.extensions, &parts.headers, trusted);
        Ok(Counter(Some(Place { accounts, address })))
    }
}

impl Counter {
    /// Counts one more, and says how long to wait when that is too many. To be called in the transaction that keeps what
    /// was sent, after everything else was found right: what is put back for an error is not counted.
    pub fn count(
        &self,
        tx: &mut Tx<'_>,
        what: Sent,
        address: Option<&SignInName>,
        now: Instant,
    ) -> Result<Option<Wait>, Fault> {
        let Some(place) = &self.0 else { return Ok(None) };
        let mut is_over = |kind: &str, text: &str, most: i64, minutes: i64| -> Result<bool, Fault> {
            let bucket = place.accounts.keyed(&format!("limit/{}/{kind}", what.key()), text);
            Ok(rows::insert_attempt(tx, &bucket, now, now - SignedDuration::from_mins(minutes))? > most)
        };
        // The network goes first: a place that is over its limit does not spend what an address has left.
        let network = place.address.map_or_else(String::new, network_of);
        if place.tells_places_apart(what) && is_over("network", &network, what.by_network(), HOUR)? {
            return Ok(Some(Wait::AnHour));
        }
        if let Some(address) = address
            && is_over("address", address.skeleton(), what.by_address(), DAY)?
        {
            return Ok(Some(Wait::ADay));
        }
        Ok(None)
    }
}

/// Whether one thing has been heard often enough from one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It is to be kept like any other.
    Keep,
    /// So many came today that one more says nothing new; with how many there are.
    Enough(i64),
}

/// How many reports about one entry a network may send in a day, each to be read by somebody.
const ABOUT_ONE: i64 = 5;

impl Counter {
    /// Counts one more about one thing, such as an entry by its id, also where places cannot be told apart. What is
    /// enough is thanked for all the same: whoever sent it has done right.
    pub fn count_about(
        &self,
        tx: &mut Tx<'_>,
        what: Sent,
        about: &str,
        now: Instant,
    ) -> Result<Heard, Fault> {
        let Some(place) = &self.0 else { return Ok(Heard::Keep) };
        let network = place.address.map_or_else(String::new, network_of);
        let bucket =
            place.accounts.keyed(&format!("limit/{}/about", what.key()), &format!("{network} {about}"));
        let since = now - SignedDuration::from_mins(DAY);
        let count = rows::insert_attempt(tx, &bucket, now, since)?;
        Ok(if count > ABOUT_ONE { Heard::Enough(count) } else { Heard::Keep })
    }
}

impl Place {
    /// A private address is most often that of a proxy nobody told us of, and stands for every visitor at once. Then
    /// families' reports are not counted by it: one who has something to say is never to wait for thirty others.
    fn tells_places_apart(&self, what: Sent) -> bool {
        what == Sent::Application
            || match self.address.map(|address| address.to_canonical()) {
                Some(IpAddr::V4(v4)) => !(v4.is_loopback() || v4.is_private() || v4.is_link_local()),
                Some(IpAddr::V6(v6)) => {
                    !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local())
                }
                None => true,
            }
    }
}
