//! The job that looks whether the addresses we give families lead anywhere. Polite: one request at a time, each host at
//! most once in a run and a run every two minutes, each address once a week, its head before its body, and whoever asks
//! to be left alone for a while is.

use crate::{
    links::{Found, Link, State, decide_look, first_due, is_same_page},
    room::Quality,
    store::{self as rows, LinkRow},
};
use fetch::{Fetched, Fetcher, Refused, SentOn, Validators};
use jiff::SignedDuration;
use kernel::{Fault, Instant};
use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};
use url::Url;

/// How long one address is waited for: a page that takes longer is broken for families too.
const PATIENCE: Duration = Duration::from_secs(10);
/// Addresses in one run: all of them together stay within a job's lease, were every one of them silent.
const RUN_MAX: usize = 20;
/// How many are read to find so many different hosts.
const DUE_READ: i64 = 400;
/// An address that nothing names any more is forgotten after this.
const UNUSED_DAYS: i64 = 2;
/// E-mail addresses are kept under their host: that the name is there is all we can know without writing to it.
const EMAIL: &str = "email:";

/// Where an address stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    /// In an entry: its address on the site and its name.
    Entry(String, String),
    /// In an organisation's details.
    Organization(String, String),
    /// Among the sources of a page.
    Page(String, String),
}

/// Every address that families or pages are given, with where it stands.
pub(crate) async fn list_named(quality: &Quality) -> Result<BTreeMap<String, Vec<Named>>, Fault> {
    let (entries, organizations) = quality
        .site
        .db()
        .read(|tx| Ok((directory::list_comparable(tx)?, directory::list_organization_addresses(tx)?)))
        .await?;
    let mut named: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    let mut add = |address: Option<String>, email: Option<String>, place: Named| {
        let host =
            email.as_deref().and_then(|email| email.rsplit_once('@')).map(|(_, host)| host.to_lowercase());
        for key in address.into_iter().chain(host.map(|host| format!("{EMAIL}{host}"))) {
            if host_of(&key).is_some() {
                named.entry(key).or_default().push(place.clone());
            }
        }
    };
    for entry in entries {
        add(entry.website, entry.email, Named::Entry(entry.slug, entry.name));
    }
    for organization in organizations {
        add(
            organization.website,
            organization.email,
            Named::Organization(organization.slug, organization.name),
        );
    }
    for cited in (quality.house.cited)() {
        add(Some(cited.address), None, Named::Page(cited.page, cited.title));
    }
    Ok(named)
}

/// The host whose patience an address costs.
pub(crate) fn host_of(address: &str) -> Option<String> {
    match address.strip_prefix(EMAIL) {
        Some(host) => Some(host.to_owned()),
        None => Url::parse(address).ok()?.host_str().map(str::to_lowercase),
    }
}

/// Makes every address known, and forgets those that nothing names any more.
pub(crate) async fn note_links(quality: &Quality) -> Result<usize, Fault> {
    let named = list_named(quality).await?;
    let now = quality.site.clock().now();
    let known: Vec<(String, String)> =
        named.into_keys().filter_map(|address| host_of(&address).map(|host| (address, host))).collect();
    let count = known.len();
    quality
        .site
        .db()
        .write(move |tx| {
            for (address, host) in &known {
                rows::set_link_known(tx, address, host, first_due(address, now), now)?;
            }
            rows::delete_links_not_seen(tx, now - SignedDuration::from_hours(24 * UNUSED_DAYS))
        })
        .await?;
    Ok(count)
}

/// Looks at what is due, each host once.
pub(crate) async fn check_due_links(quality: &Quality) -> Result<usize, Fault> {
    let now = quality.site.clock().now();
    let due = quality.site.db().read(move |tx| rows::list_links_due(tx, now, DUE_READ)).await?;
    let mut hosts = HashSet::new();
    let turn: Vec<LinkRow> =
        due.into_iter().filter(|link| hosts.insert(link.host.clone())).take(RUN_MAX).collect();
    let looked = turn.len();
    let fetcher = quality.fetcher.no_longer_than(PATIENCE);
    for row in turn {
        check_one(quality, &fetcher, row).await?;
    }
    Ok(looked)
}

async fn check_one(quality: &Quality, fetcher: &Fetcher, mut row: LinkRow) -> Result<(), Fault> {
    let (found, validators) = look(fetcher, &row, quality.site.clock().now()).await;
    let now = quality.site.clock().now();
    let (link, due) = decide_look(&link_of(&row), &found, now);
    row.state = link.state.key().to_owned();
    (row.status, row.sends_to, row.refusal) = (link.status, link.sends_to, link.refusal);
    (row.failures, row.failed_on) = (link.days, link.last_day);
    (row.checked_at, row.due_at) = (Some(now), due);
    if let Some(validators) = validators {
        (row.etag, row.last_modified) = (validators.etag, validators.last_modified);
    }
    let asked_to_wait = matches!(found, Found::Later(_));
    quality
        .site
        .db()
        .write(move |tx| {
            rows::set_link(tx, &row)?;
            if asked_to_wait {
                rows::set_host_due(tx, &row.host, row.due_at)?;
            }
            Ok(())
        })
        .await
}

/// What is kept, as the model looks at it.
pub(crate) fn link_of(row: &LinkRow) -> Link {
    Link {
        state: State::parse(&row.state).unwrap_or(State::New),
        status: row.status,
        sends_to: row.sends_to.clone(),
        refusal: row.refusal.clone(),
        days: row.failures,
        last_day: row.failed_on,
    }
}

/// One look: the head, and the whole only where a site does not know heads. An unchanged page need not be sent again.
async fn look(fetcher: &Fetcher, row: &LinkRow, now: Instant) -> (Found, Option<Validators>) {
    if let Some(host) = row.address.strip_prefix(EMAIL) {
        return (look_up(fetcher, host).await, None);
    }
    let known = Validators { etag: row.etag.clone(), last_modified: row.last_modified.clone() };
    let mut answer = fetcher.head(&row.address, Some(&known)).await;
    if matches!(&answer, Ok(fetched) if matches!(fetched.status, 405 | 501)) {
        answer = fetcher.get(&row.address, Some(&known)).await;
    }
    match answer {
        // Who says that nothing changed need not say again by what we know it.
        Ok(fetched) if fetched.status == 304 => (found_of(&row.address, &fetched, now), None),
        Ok(fetched) => (found_of(&row.address, &fetched, now), Some(fetched.validators)),
        // Longer than we take, it is there.
        Err(Refused::TooBig { .. }) => (Found::Answer(200), None),
        Err(refused) => (refusal_of(refused), None),
    }
}

fn found_of(asked: &str, fetched: &Fetched, now: Instant) -> Found {
    if let (429 | 503, Some(retry)) = (fetched.status, fetched.retry_after) {
        return Found::Later(retry.seconds_from(now));
    }
    let came_from = fetched.address.as_str();
    // Who sends us on only for now (a sign-in, a language, a page for the season) wants to be asked at the old address.
    if fetched.sent_on != SentOn::ForGood || is_same_page(asked, came_from) {
        Found::Answer(fetched.status)
    } else {
        Found::SentOn(fetched.status, came_from.to_owned())
    }
}

/// Where e-mail goes is said by other records than where a site is, and those we cannot look up: a name without a site
/// may still take e-mail, and must not be called dead.
const NO_WEBSITE: &str = "There is no website under this name. It may still take email: we have no way to check that. \
    Send it a short message and see whether it comes back";

async fn look_up(fetcher: &Fetcher, host: &str) -> Found {
    match fetcher.check(&format!("https://{host}/")).await {
        Ok(()) => Found::Answer(200),
        Err(Refused::NotFound { .. }) => Found::Guarded(NO_WEBSITE.to_owned()),
        Err(refused) => refusal_of(refused),
    }
}

fn refusal_of(refused: Refused) -> Found {
    match refused {
        Refused::NotFound { .. } => Found::NoHost,
        Refused::TooSlow | Refused::Unreachable | Refused::BadlyPacked | Refused::TooManyRedirects => {
            Found::Silence
        }
        other => Found::Guarded(other.to_string()),
    }
}

/// The host of an e-mail address that is kept under it.
pub(crate) fn email_host(address: &str) -> Option<&str> {
    address.strip_prefix(EMAIL)
}
