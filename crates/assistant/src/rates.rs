//! How fast one place may ask. In memory and on each node, so that it holds when the database does not; an address is
//! never kept, only a number made of it with a key that ends with the process.

use kernel::{Dice, Instant};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// What one place may ask at once, and how many more each minute.
const BURST: f64 = 30.0;
const A_MINUTE: f64 = 40.0;
/// A private address is most often a proxy that stands for every visitor, or somebody's own tests.
const BURST_SHARED: f64 = 400.0;
const A_MINUTE_SHARED: f64 = 3_000.0;
/// More places than this are not told apart at one time.
const PLACES_MAX: usize = 20_000;

/// The places that asked lately.
pub struct Rates {
    key: [u8; 32],
    places: Mutex<HashMap<u64, Place>>,
}

#[derive(Clone, Copy)]
struct Place {
    left: f64,
    seen: Instant,
}

impl Rates {
    /// None yet.
    pub fn new(dice: &Dice) -> Rates {
        Rates { key: dice.bytes(), places: Mutex::default() }
    }

    /// Counts one question. `false` is too many.
    pub fn may_ask(&self, address: Option<IpAddr>, now: Instant) -> bool {
        // Without an address nobody can be told apart, and everybody would wait for one.
        let Some(address) = address.map(|address| address.to_canonical()) else { return true };
        let shared = is_shared(address);
        let (burst, a_minute) = if shared { (BURST_SHARED, A_MINUTE_SHARED) } else { (BURST, A_MINUTE) };
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= PLACES_MAX {
            places.retain(|_, place| now.as_second() - place.seen.as_second() < 120);
        }
        let place = places.entry(self.number_of(address)).or_insert(Place { left: burst, seen: now });
        let waited = (now.as_millisecond() - place.seen.as_millisecond()).max(0) as f64 / 60_000.0;
        place.left = (place.left + waited * a_minute).min(burst);
        place.seen = now;
        if place.left < 1.0 {
            return false;
        }
        place.left -= 1.0;
        true
    }

    /// A key for something else, which ends with the process as well.
    pub fn key_for(&self, what: &str) -> [u8; 32] {
        blake3::derive_key(what, &self.key)
    }

    fn number_of(&self, address: IpAddr) -> u64 {
        let network = match address {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            // A household has 64 bits of IPv6 to itself.
            IpAddr::V6(v6) => v6.octets()[..8].to_vec(),
        };
        let hash = blake3::keyed_hash(&self.key, &network);
        u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap_or_default())
    }
}

fn is_shared(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Clock;

    #[test]
    fn a_place_that_asks_too_fast_waits_and_no_other_does() {
        let (clock, rates) = (Clock::standing_at("2026-11-22T09:00:00Z"), Rates::new(&Dice::loaded(1)));
        let one: Option<IpAddr> = Some("203.0.113.7".parse().unwrap());
        let other: Option<IpAddr> = Some("203.0.113.8".parse().unwrap());
        let asked = (0..100).filter(|_| rates.may_ask(one, clock.now())).count();
        assert_eq!(asked, 30);
        assert!(rates.may_ask(other, clock.now()) && rates.may_ask(None, clock.now()));
        clock.set(clock.now() + jiff::SignedDuration::from_secs(60));
        assert_eq!((0..100).filter(|_| rates.may_ask(one, clock.now())).count(), 30, "no more than a burst");
        let inside: Option<IpAddr> = Some("127.0.0.1".parse().unwrap());
        assert_eq!((0..1_000).filter(|_| rates.may_ask(inside, clock.now())).count(), 400);
    }
}
