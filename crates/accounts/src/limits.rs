//! Limits on guessing that cannot be turned against the person who is guessed at.
//!
//! A wrong try counts against where it came from, never against the account as such. A browser that has signed the same
//! person in before has a budget of its own, which nobody elsewhere can spend; everybody else shares the strangers'
//! budgets. When those are spent, an e-mail link still makes any browser a known one.

use crate::{Accounts, cookies, store::limits as rows};
use access::PersonId;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderValue, request::Parts},
};
use jiff::SignedDuration;
use kernel::{Fault, Instant};
use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};
use store::Tx;
use subtle::ConstantTimeEq;

/// The visitor's address, when the house has put it on the request as an extension. It goes before the socket's.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// Where a request comes from: its headers, and its network as a keyed hash. The address itself is never kept.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub headers: HeaderMap,
    network: String,
}

impl FromRequestParts<Accounts> for Origin {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, accounts: &Accounts) -> Result<Origin, Infallible> {
        let address = address_of(parts, accounts.config().client_address_header.as_deref());
        let network = accounts.keyed("network", &address.map_or_else(String::new, network_of));
        Ok(Origin { headers: parts.headers.clone(), network })
    }
}

fn address_of(parts: &Parts, trusted: Option<&str>) -> Option<IpAddr> {
    let told = parts.extensions.get::<ClientAddress>().map(|told| told.0);
    // The proxy in front adds what it saw at the end; what stands before it anybody may have written.
    let from_header = || {
        let line = parts.headers.get_all(trusted?).iter().next_back()?.to_str().ok()?;
        let last = line.rsplit(',').next()?.trim();
        last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
    };
    let socket = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    told.or_else(from_header).or_else(socket)
}

/// As much of an address as one household or office holds: 24 bits of IPv4, 64 of IPv6.
fn network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Try {
    /// A password.
    Password,
    /// A one-time or recovery code, after the right password.
    Code,
    /// Asking for a link.
    AskForLink,
}

/// How many tries in how many minutes.
struct Budget {
    most: i64,
    minutes: i64,
}

impl Try {
    fn key(self) -> &'static str {
        match self {
            Try::Password => "password",
            Try::Code => "code",
            Try::AskForLink => "link",
        }
    }

    /// A browser that has signed this person in before.
    fn known(self) -> Budget {
        match self {
            Try::Password | Try::Code => Budget { most: 10, minutes: 15 },
            Try::AskForLink => Budget { most: 5, minutes: 60 },
        }
    }

    /// One network, on one account.
    fn stranger(self) -> Budget {
        match self {
            Try::Password | Try::Code => Budget { most: 5, minutes: 15 },
            Try::AskForLink => Budget { most: 3, minutes: 60 },
        }
    }

    /// One network, on whatever accounts: an office shares an address, so it is wide.
    fn network(self) -> Budget {
        match self {
            Try::Password | Try::Code => Budget { most: 60, minutes: 15 },
            Try::AskForLink => Budget { most: 40, minutes: 60 },
        }
    }

    /// All strangers together, on one account.
    fn strangers(self) -> Budget {
        match self {
            Try::Password => Budget { most: 50, minutes: 24 * 60 },
            Try::Code => Budget { most: 20, minutes: 24 * 60 },
            Try::AskForLink => Budget { most: 10, minutes: 60 },
        }
    }
}

/// The budgets a try is taken from, the narrowest first.
#[derive(Clone, Debug)]
pub(crate) struct Purse(Vec<Bucket>);

#[derive(Clone, Debug)]
struct Bucket {
    name: String,
    most: i64,
    minutes: i64,
}

/// Which budgets a try by this browser on this account is taken from. `account` is the address's skeleton, so that an
/// address nobody has is counted as one somebody has.
pub(crate) fn purse(
    accounts: &Accounts,
    what: Try,
    account: &str,
    person: Option<PersonId>,
    origin: &Origin,
) -> Purse {
    let bucket = |kind: &str, text: &str, budget: Budget| Bucket {
        name: accounts.keyed(&format!("limit/{}/{kind}", what.key()), text),
        most: budget.most,
        minutes: budget.minutes,
    };
    if let Some(browser) = person.and_then(|person| known_browser(accounts, &origin.headers, person)) {
        return Purse(vec![bucket("known", &format!("{browser} {account}"), what.known())]);
    }
    Purse(vec![
        bucket("stranger", &format!("{} {account}", origin.network), what.stranger()),
        bucket("network", &origin.network, what.network()),
        bucket("strangers", account, what.strangers()),
    ])
}

/// Takes a try, before it is known whether it is right: two at the same moment count as two. `false` when a budget is
/// spent; the wider ones are then left alone, so that one place alone cannot spend what all strangers share.
pub(crate) fn take(tx: &mut Tx<'_>, purse: &Purse, now: Instant) -> Result<bool, Fault> {
    for bucket in &purse.0 {
        let over_before = now - SignedDuration::from_mins(bucket.minutes);
        if rows::insert_attempt(tx, &bucket.name, now, over_before)? > bucket.most {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The try was right: a known browser begins anew, a stranger has this one back.
pub(crate) fn give_back(tx: &mut Tx<'_>, purse: &Purse) -> Result<(), Fault> {
    match purse.0.as_slice() {
        [known] => rows::delete_attempts(tx, &known.name),
        buckets => buckets.iter().try_for_each(|bucket| rows::set_attempt_forgiven(tx, &bucket.name)),
    }
}

/// How long a browser is known, in minutes: half a year.
const KNOWN_MINUTES: i64 = 180 * 24 * 60;
/// How many people one browser is known for; a family computer has a few.
const KNOWN_PEOPLE: usize = 6;

/// The browser's own number, when it has signed this person in before.
fn known_browser(accounts: &Accounts, headers: &HeaderMap, person: PersonId) -> Option<String> {
    let mut parts = accounts.cookie(headers, cookies::KNOWN)?.split('.');
    let browser = parts.next()?;
    let wanted = mark(accounts, browser, person);
    let known = parts.take(KNOWN_PEOPLE).any(|mark| bool::from(mark.as_bytes().ct_eq(wanted.as_bytes())));
    known.then(|| browser.to_owned())
}

/// The cookie that says, and proves, that this browser has signed this person in.
pub(crate) fn remember_browser(accounts: &Accounts, headers: &HeaderMap, person: PersonId) -> HeaderValue {
    let sent = accounts.cookie(headers, cookies::KNOWN).unwrap_or_default();
    let plain = sent.len() <= 400 && sent.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let mut parts = if plain { sent } else { "" }.split('.').map(str::to_owned);
    let browser =
        parts.next().filter(|browser| browser.len() == 43).unwrap_or_else(|| accounts.fresh_secret());
    let own = mark(accounts, &browser, person);
    let others = parts.filter(|mark| *mark != own && mark.len() == own.len()).take(KNOWN_PEOPLE - 1);
    let marks: Vec<String> = [own.clone()].into_iter().chain(others).collect();
    accounts.cookies().set(cookies::KNOWN, &format!("{browser}.{}", marks.join(".")), KNOWN_MINUTES)
}

fn mark(accounts: &Accounts, browser: &str, person: PersonId) -> String {
    accounts.keyed("known browser", &format!("{browser} {person}"))[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_a_household_or_an_office() {
        let network = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(network("192.0.2.7"), network("192.0.2.200"));
        assert_ne!(network("192.0.2.7"), network("192.0.3.7"));
        assert_eq!(network("::ffff:192.0.2.7"), network("192.0.2.7"), "one written as the other");
        assert_eq!(network("2001:db8:1:2::3"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::3"), network("2001:db8:1:3::3"));
    }
}
