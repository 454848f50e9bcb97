//! Limits on guessing that cannot be turned against the person who is guessed at.
//!
//! A wrong try counts against where it came from, never against the account as such. A browser that has signed the same
//! person in before has a budget of its own, which nobody elsewhere can spend; everybody else shares the strangers'
//! budgets. When those are spent, an e-mail link still makes any browser a known one.

use crate::{Accounts, cookies, store::limits as rows};
use access::PersonId;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{Extensions, HeaderMap, HeaderValue, request::Parts},
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
    /// As much as one customer of a network's owner is given at most.
    wide_network: String,
}

impl FromRequestParts<Accounts> for Origin {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, accounts: &Accounts) -> Result<Origin, Infallible> {
        let trusted = accounts.config().client_address_header.as_deref();
        let address = address_of(&parts.extensions, &parts.headers, trusted);
        let keyed = |network: fn(IpAddr) -> String| {
            accounts.keyed("network", &address.map_or_else(String::new, network))
        };
        let (network, wide_network) = (keyed(network_of), keyed(wide_network_of));
        Ok(Origin { headers: parts.headers.clone(), network, wide_network })
    }
}

/// The visitor's address, as far as it can be known.
pub(crate) fn address_of(
    extensions: &Extensions,
    headers: &HeaderMap,
    trusted: Option<&str>,
) -> Option<IpAddr> {
    let told = extensions.get::<ClientAddress>().map(|told| told.0);
    // The proxy in front adds what it saw at the end; what stands before it anybody may have written.
    let from_header = || {
        let line = headers.get_all(trusted?).iter().next_back()?.to_str().ok()?;
        let last = line.rsplit(',').next()?.trim();
        last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
    };
    let socket = || extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    told.or_else(from_header).or_else(socket)
}

/// As much of an address as one household or office holds: 24 bits of IPv4, 64 of IPv6.
pub(crate) fn network_of(address: IpAddr) -> String {
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

/// As [`network_of`], but 48 bits of IPv6: whoever rents that much has 65,536 of the smaller networks to come from.
fn wide_network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(_) => network_of(address),
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}")
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

    /// Each network's first, on one account, which then takes nothing from what all strangers share. Who guesses gets no
    /// more guesses for having more networks; a link goes to its owner only, so the owner, who asks from a place of
    /// their own, is not to be kept out by a few others who asked before.
    fn firsts(self) -> Option<Budget> {
        match self {
            Try::Password | Try::Code => None,
            Try::AskForLink => Some(Budget { most: 30, minutes: 60 }),
        }
    }
}

/// The budgets a try is taken from.
#[derive(Clone, Debug)]
pub(crate) struct Purse {
    /// Of the browser or the network itself, the narrowest first.
    own: Vec<Bucket>,
    /// Of the network's first try: here, and of every network's.
    first: Option<(Bucket, Bucket)>,
    /// Of all strangers together; a known browser has nothing to do with it.
    shared: Option<Bucket>,
}

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
        let own = vec![bucket("known", &format!("{browser} {account}"), what.known())];
        return Purse { own, first: None, shared: None };
    }
    let first = what.firsts().map(|everywhere| {
        let here = Budget { most: 1, minutes: everywhere.minutes };
        let name = format!("{} {account}", origin.wide_network);
        (bucket("first", &name, here), bucket("firsts", account, everywhere))
    });
    Purse {
        own: vec![
            bucket("stranger", &format!("{} {account}", origin.network), what.stranger()),
            bucket("network", &origin.network, what.network()),
        ],
        first,
        shared: Some(bucket("strangers", account, what.strangers())),
    }
}

/// Takes a try, before it is known whether it is right: two at the same moment count as two. `false` when a budget is
/// spent; the wider ones are then left alone, so that one place alone cannot spend what all strangers share.
pub(crate) fn take(tx: &mut Tx<'_>, purse: &Purse, now: Instant) -> Result<bool, Fault> {
    let mut is_within = |bucket: &Bucket| -> Result<bool, Fault> {
        let over_before = now - SignedDuration::from_mins(bucket.minutes);
        Ok(rows::insert_attempt(tx, &bucket.name, now, over_before)? <= bucket.most)
    };
    for bucket in &purse.own {
        if !is_within(bucket)? {
            return Ok(false);
        }
    }
    if let Some((here, everywhere)) = &purse.first
        && is_within(here)?
        && is_within(everywhere)?
    {
        return Ok(true);
    }
    purse.shared.as_ref().map_or(Ok(true), is_within)
}

/// The try was right: a known browser begins anew, a stranger has this one back.
pub(crate) fn give_back(tx: &mut Tx<'_>, purse: &Purse) -> Result<(), Fault> {
    match &purse.shared {
        None => purse.own.iter().try_for_each(|known| rows::delete_attempts(tx, &known.name)),
        Some(shared) => purse
            .own
            .iter()
            .chain([shared])
            .try_for_each(|bucket| rows::set_attempt_forgiven(tx, &bucket.name)),
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
        let wide = |text: &str| wide_network_of(text.parse().unwrap());
        assert_eq!(wide("2001:db8:1:2::3"), wide("2001:db8:1:3::3"));
        assert_ne!(wide("2001:db8:1:2::3"), wide("2001:db8:2:2::3"));
        assert_eq!(wide("192.0.2.7"), network("192.0.2.200"));
    }
}
