//! How much one address may ask of the feed: a bucket of requests that fills by itself. Kept in memory, for a bounded
//! number of addresses, and nowhere else.

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};
use kernel::Instant;
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Mutex, PoisonError},
};

/// How many addresses are told apart. Those beyond share one bucket, until some of the others are full again.
const ADDRESSES_MAX: usize = 20_000;

/// The buckets.
pub(crate) struct Limits {
    most: f64,
    each_second: f64,
    buckets: Mutex<Buckets>,
}

#[derive(Default)]
struct Buckets {
    of: HashMap<u128, Bucket>,
    /// When those that are full again were last forgotten.
    swept_at: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// The one that is shared, and that of requests whose address is not known.
const SHARED: u128 = 0;

impl Limits {
    pub fn new(most: u32, each_second: u32) -> Limits {
        Limits {
            most: f64::from(most.max(1)),
            each_second: f64::from(each_second.max(1)),
            buckets: Mutex::new(Buckets::default()),
        }
    }

    /// Takes one request from the address's bucket. When it is empty: how many seconds until there is one again.
    pub fn take(&self, address: Option<IpAddr>, now: Instant) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = address.map_or(SHARED, network);
        if !buckets.of.contains_key(&key) && buckets.of.len() >= ADDRESSES_MAX {
            // Once a second: a flood of addresses must not make each request dear.
            if buckets.swept_at.is_none_or(|at| now.as_second() > at.as_second()) {
                buckets.swept_at = Some(now);
                buckets.of.retain(|_, bucket| self.filled(bucket, now) < self.most);
            }
            if buckets.of.len() >= ADDRESSES_MAX {
                key = SHARED;
            }
        }
        let bucket = buckets.of.entry(key).or_insert(Bucket { left: self.most, at: now });
        let left = self.filled(bucket, now);
        if left < 1.0 {
            return Err(((1.0 - left) / self.each_second).ceil().max(1.0) as u64);
        }
        *bucket = Bucket { left: left - 1.0, at: now };
        Ok(())
    }

    fn filled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let seconds = (now.as_microsecond() - bucket.at.as_microsecond()).max(0) as f64 / 1e6;
        (bucket.left + seconds * self.each_second).min(self.most)
    }
}

/// The address itself, or the 64 bits of IPv6 that one household has.
fn network(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => u128::from(u32::from(v4)) + 1,
        IpAddr::V6(v6) => u128::from(v6) >> 64 << 64,
    }
}

/// Where a request comes from. The proxy in front adds what it saw at the end of its header; what stands before it
/// anybody may have written.
pub(crate) fn address_of(
    extensions: &Extensions,
    headers: &HeaderMap,
    trusted: Option<&str>,
) -> Option<IpAddr> {
    let from_header = || {
        let line = headers.get_all(trusted?).iter().next_back()?.to_str().ok()?;
        let last = line.rsplit(',').next()?.trim();
        last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
    };
    let socket = || extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    from_header().or_else(socket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Clock;

    #[test]
    fn a_bucket_empties_and_fills_again_and_is_nobody_elses() {
        let clock = Clock::standing_at("2026-11-22T09:00:00Z");
        let limits = Limits::new(3, 2);
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..3 {
            assert!(limits.take(Some(one), clock.now()).is_ok());
        }
        assert_eq!(limits.take(Some(one), clock.now()), Err(1));
        assert!(limits.take(Some(other), clock.now()).is_ok());
        clock.set("2026-11-22T09:00:01Z".parse().unwrap());
        assert!(limits.take(Some(one), clock.now()).is_ok() && limits.take(Some(one), clock.now()).is_ok());
        assert!(limits.take(Some(one), clock.now()).is_err());
    }

    #[test]
    fn any_number_of_addresses_takes_a_bounded_room() {
        let limits = Limits::new(2, 1);
        let now = Clock::standing_at("2026-11-22T09:00:00Z").now();
        for number in 0..50_000_u32 {
            let _ = limits.take(Some(IpAddr::from(number.to_be_bytes())), now);
        }
        assert!(limits.buckets.lock().unwrap().of.len() <= ADDRESSES_MAX + 1);
    }
}
