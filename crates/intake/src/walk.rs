//! Fetching a whole source: one document, or page after page. What takes longer than a job may is read in parts, each
//! page kept as it comes.

use crate::{
    model::{Kind, hash_of},
    parts::{List, Parts},
    progress::{Progress, Step},
    read::{Body, RECORDS_MAX, kind_of, read_body},
};
use fetch::{Fetcher, Refused, Validators};
use kernel::{Fault, Instant};
use serde_json::Value;
use std::collections::HashSet;
use url::Url;

/// The most pages of one source.
const PAGES_MAX: u64 = 20_000;

/// What came of it.
pub(crate) enum Walked {
    /// The other side says that nothing changed.
    Unchanged,
    /// All its records.
    Records {
        /// In which version.
        kind: Kind,
        /// One after the other.
        records: Vec<Value>,
        /// What to say back the next time; none when it was more than one answer, for then one page says nothing of
        /// the others.
        validators: Validators,
    },
}

/// Why it could not be fetched whole.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// In plain words.
    pub why: String,
    /// When to come again, if the other side said so.
    pub wait_seconds: Option<i64>,
}

/// Why a walk ends before its end.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The other side.
    Trouble(Trouble),
    /// Us.
    Broken(Fault),
    /// The time of this part is over; what was read is kept.
    Later,
}

impl From<Trouble> for Halt {
    fn from(trouble: Trouble) -> Halt {
        Halt::Trouble(trouble)
    }
}

impl From<Refused> for Halt {
    fn from(refused: Refused) -> Halt {
        Halt::Trouble(refused.into())
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Halt {
        Halt::Broken(fault)
    }
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Trouble {
        Trouble::saying(refused.to_string())
    }
}

impl Trouble {
    pub fn saying(why: impl Into<String>) -> Trouble {
        Trouble { why: why.into(), wait_seconds: None }
    }
}

/// Fetches all of a source, or nothing of it: a walk that ends early must never look like a source that lost records.
pub(crate) async fn walk(
    fetcher: &Fetcher,
    address: &str,
    known: Option<&Validators>,
    now: Instant,
    mut parts: Parts<'_>,
    progress: Progress<'_>,
) -> Result<Walked, Halt> {
    let mut address = Url::parse(address.trim()).map_err(|_| Refused::NotAnAddress)?;
    for asked in 0..2 {
        let first = ask(fetcher, &with_wishes(&address), known, now).await?;
        let Some((bytes, validators)) = first else { return Ok(Walked::Unchanged) };
        match read_body(&bytes).map_err(Trouble::saying)? {
            Body::Front if asked == 0 => {
                let path = format!("{}/services", address.path().trim_end_matches('/'));
                address.set_path(&path);
            }
            Body::Front => break,
            Body::Records(records) => {
                return Ok(Walked::Records { kind: kind_of(&records), records, validators });
            }
            Body::Page(page, from) => {
                parts.begin(&mark_of(&page, &validators)).await?;
                let mut walking = Walking { fetcher, address: &address, now, parts: &mut parts, progress };
                let records = walking.pages(page, from).await?;
                let records = walking.whole(records).await?;
                let kind = kind_of(&records);
                return Ok(Walked::Records { kind, records, validators: Validators::default() });
            }
        }
    }
    Err(Trouble::saying("It leads to a description of the interface and to no services").into())
}

/// By what a list is known to be the one of which some pages were read already.
fn mark_of(first: &oruk::model::PageOf<Value>, validators: &Validators) -> String {
    let ids: Vec<String> = first.contents.iter().map(id_of).collect();
    hash_of(&(first.total_items, first.total_pages, &validators.etag, &validators.last_modified, ids))
}

struct Walking<'a, 'b> {
    fetcher: &'a Fetcher,
    address: &'a Url,
    now: Instant,
    parts: &'a mut Parts<'b>,
    progress: Progress<'a>,
}

impl Walking<'_, '_> {
    /// All pages after the first, which its feed calls page `from`.
    async fn pages(&mut self, first: oruk::model::PageOf<Value>, from: u64) -> Result<Vec<Value>, Halt> {
        let pages = first.total_pages;
        if pages > PAGES_MAX || first.total_items > RECORDS_MAX as u64 {
            return Err(Trouble::saying(format!("It has more than {RECORDS_MAX} records")).into());
        }
        let all = first.total_items;
        let mut records = first.contents;
        let mut ids: HashSet<String> = records.iter().map(id_of).collect();
        for number in from + 1..from + pages {
            (self.progress)(Step::Read { done: records.len(), of: Some(all as usize) });
            let page = match self.parts.take(List::Page, number) {
                Some(Value::Array(page)) => page,
                _ => self.page(number, pages).await?,
            };
            if page.iter().map(id_of).all(|id| !ids.insert(id)) {
                self.parts.forget().await?;
                return Err(Trouble::saying(format!("Page {number} only repeats what came before")).into());
            }
            records.extend(page);
            if records.len() > RECORDS_MAX {
                return Err(Trouble::saying(format!("It has more than {RECORDS_MAX} records")).into());
            }
        }
        // What moved from page to page while we read came twice.
        let mut came = HashSet::new();
        records.retain(|record| came.insert(id_of(record)));
        Ok(records)
    }

    async fn page(&mut self, number: u64, pages: u64) -> Result<Vec<Value>, Halt> {
        self.parts.go_on()?;
        let mut address = with_wishes(self.address);
        set_query(&mut address, "page", &number.to_string());
        let page = match self.ask_whole(&address).await? {
            Body::Page(page, _) => page.contents,
            _ => return Err(Trouble::saying(format!("Page {number} is not a page of a list")).into()),
        };
        if page.is_empty() {
            return Err(Trouble::saying(format!("Page {number} of {pages} is empty")).into());
        }
        self.parts.keep(List::Page, number, Value::Array(page.clone())).await?;
        Ok(page)
    }

    /// Where the list only names services, each is asked for by itself.
    async fn whole(&mut self, records: Vec<Value>) -> Result<Vec<Value>, Halt> {
        const NESTED: [&str; 8] = [
            "service_at_locations",
            "attributes",
            "service_taxonomys",
            "schedules",
            "regular_schedules",
            "contacts",
            "phones",
            "cost_options",
        ];
        let nests = |record: &Value| NESTED.iter().any(|key| record.get(key).is_some());
        if records.is_empty() || records.iter().take(50).any(nests) {
            return Ok(records);
        }
        let count = records.len();
        let mut whole = Vec::with_capacity(count);
        for (done, record) in records.into_iter().enumerate() {
            (self.progress)(Step::Read { done, of: Some(count) });
            let number = done as u64;
            let one = match self.parts.take(List::One, number) {
                Some(one) if id_of(&one) == id_of(&record) => one,
                _ => self.one(number, &record).await?,
            };
            whole.push(one);
        }
        Ok(whole)
    }

    async fn one(&mut self, number: u64, named: &Value) -> Result<Value, Halt> {
        self.parts.go_on()?;
        let mut address = self.address.clone();
        address.set_query(None);
        if let Ok(mut path) = address.path_segments_mut() {
            path.pop_if_empty().push(&id_of(named));
        }
        let one = match self.ask_whole(&address).await? {
            Body::Records(mut one) if one.len() == 1 => one.remove(0),
            _ => return Err(Trouble::saying("One of its services could not be read by itself").into()),
        };
        self.parts.keep(List::One, number, one.clone()).await?;
        Ok(one)
    }

    async fn ask_whole(&self, address: &Url) -> Result<Body, Trouble> {
        let Some((bytes, _)) = ask(self.fetcher, address, None, self.now).await? else {
            return Err(Trouble::saying("It gave no body for a page"));
        };
        read_body(&bytes).map_err(Trouble::saying)
    }
}

async fn ask(
    fetcher: &Fetcher,
    address: &Url,
    known: Option<&Validators>,
    now: Instant,
) -> Result<Option<(Vec<u8>, Validators)>, Trouble> {
    let fetched = fetcher.get(address.as_str(), known).await?;
    match fetched.status {
        304 => Ok(None),
        200 => {
            let validators = fetched.validators.clone();
            Ok(Some((fetched.body.whole().await?, validators)))
        }
        status => {
            let words = match status {
                401 | 403 => "It asks us to sign in".to_owned(),
                404 | 410 => "There is nothing at this address".to_owned(),
                429 => "It asks us to come again later".to_owned(),
                500.. => format!("It is out of order (it answered {status})"),
                _ => format!("It answered {status}"),
            };
            let wait_seconds = fetched.retry_after.map(|when| when.seconds_from(now));
            Err(Trouble { why: words, wait_seconds })
        }
    }
}

/// The address with what makes a list whole and its pages few. Who does not know these words passes over them.
fn with_wishes(address: &Url) -> Url {
    let mut address = address.clone();
    for (name, value) in [("full", "true"), ("per_page", "100")] {
        if !address.query_pairs().any(|(have, _)| have == name) {
            address.query_pairs_mut().append_pair(name, value);
        }
    }
    address
}

fn set_query(address: &mut Url, name: &str, value: &str) {
    let others: Vec<(String, String)> = address
        .query_pairs()
        .filter(|(have, _)| have != name)
        .map(|(key, value)| (key.into(), value.into()))
        .collect();
    address.query_pairs_mut().clear().extend_pairs(others).append_pair(name, value);
}

fn id_of(record: &Value) -> String {
    match record.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(other) => other.to_string(),
        None => record.to_string(),
    }
}
