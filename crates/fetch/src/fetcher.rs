use crate::{
    Body, Refused, Schemes,
    guard::Guard,
    names::{CheckedNames, Names, SystemNames},
};
use kernel::Instant;
use reqwest::{Client, Method, Response, header};
use std::{error::Error, sync::Arc, time::Duration};
use tokio::time::{Instant as Moment, timeout_at};
use url::{Host, Url};

/// How often one is sent on before it is refused.
const REDIRECTS_MAX: usize = 5;

/// What may be fetched, and how much of it.
#[derive(Clone, Debug)]
pub struct FetchConfig {
    /// Whether anything is fetched at all.
    pub reach: Reach,
    /// Whether `http` will do.
    pub schemes: Schemes,
    /// Private hosts (`feed.internal`) and nets (`10.1.0.0/16`) that may be fetched all the same. For tests, and for a
    /// feed in the council's own network.
    pub allow_private: Vec<String>,
    /// For the whole of a fetch, from the first look-up to the last byte.
    pub timeout: Duration,
    /// The most bytes of a body, as it came and unpacked.
    pub max_bytes: u64,
    /// How we say who we are; it should lead whoever runs the other side to us.
    pub user_agent: String,
}

impl Default for FetchConfig {
    fn default() -> FetchConfig {
        FetchConfig {
            reach: Reach::Internet,
            schemes: Schemes::HttpsOnly,
            allow_private: Vec::new(),
            timeout: Duration::from_secs(60),
            max_bytes: 64 * 1024 * 1024,
            user_agent: "Hearth (family hub directory)".to_owned(),
        }
    }
}

/// How far the house reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Whatever is out on the open internet.
    #[default]
    Internet,
    /// Nothing: a demonstration leaves its machine for no address.
    Nothing,
}

/// What the other side said to know a version by, to be said back the next time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// Its tag.
    pub etag: Option<String>,
    /// Its date, as it wrote it.
    pub last_modified: Option<String>,
}

/// When the other side wants to be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// In so many seconds.
    Seconds(i64),
    /// At a time.
    At(Instant),
}

impl RetryAfter {
    /// In seconds from now, never less than none.
    pub fn seconds_from(self, now: Instant) -> i64 {
        match self {
            RetryAfter::Seconds(seconds) => seconds,
            RetryAfter::At(at) => at.as_second() - now.as_second(),
        }
        .max(0)
    }
}

/// Whether one was sent on to another address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentOn {
    /// It answered where it was asked.
    No,
    /// At least once only for now (302, 303, 307): the address that was asked for stays the right one.
    ForNow,
    /// Every time for good (301, 308): the address that answered is the right one from now on.
    ForGood,
}

impl SentOn {
    fn then(self, status: u16) -> SentOn {
        match (self, status) {
            (SentOn::No | SentOn::ForGood, 301 | 308) => SentOn::ForGood,
            _ => SentOn::ForNow,
        }
    }
}

/// An answer, of whatever status; its body is still to be read.
#[derive(Debug)]
pub struct Fetched {
    /// 200, 304, 404 ...
    pub status: u16,
    /// Where it came from in the end.
    pub address: Url,
    /// Whether that is another address than was asked for, and for how long.
    pub sent_on: SentOn,
    /// What to say back the next time.
    pub validators: Validators,
    /// When to come again, if it says so.
    pub retry_after: Option<RetryAfter>,
    /// What it says its body is, without parameters and in lower case; empty when it does not say.
    pub content_type: String,
    /// The body, still on its way, within the limits.
    pub body: Body,
}

/// Fetches. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    reach: Reach,
    client: Client,
    names: CheckedNames,
    timeout: Duration,
    max_bytes: u64,
}

impl Fetcher {
    /// With the machine's own names.
    pub fn new(config: FetchConfig) -> Result<Fetcher, Refused> {
        Fetcher::with_names(config, Arc::new(SystemNames))
    }

    /// With names of one's own.
    pub fn with_names(config: FetchConfig, names: Arc<dyn Names>) -> Result<Fetcher, Refused> {
        let guard = Arc::new(Guard::new(config.schemes, &config.allow_private)?);
        let names = CheckedNames { names, guard };
        let client = Client::builder()
            .dns_resolver(Arc::new(names.clone()))
            .redirect(reqwest::redirect::Policy::none())
            // A proxy that the surroundings name would look names up for us, unchecked.
            .no_proxy()
            .referer(false)
            .user_agent(config.user_agent)
            // Every fetch looks its name up again, so that what was checked an hour ago is not trusted now.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|_| Refused::Configuration { entry: "user_agent".to_owned() })?;
        Ok(Fetcher {
            reach: config.reach,
            client,
            names,
            timeout: config.timeout,
            max_bytes: config.max_bytes,
        })
    }

    /// Whether an address may be fetched as things are now, without fetching it: for the form in which it is typed.
    pub async fn check(&self, address: &str) -> Result<(), Refused> {
        if self.reach == Reach::Nothing {
            return Err(Refused::Closed);
        }
        let url = self.names.guard.check_address(address)?;
        match url.host() {
            Some(Host::Domain(name)) => {
                let looking = self.names.look_up(name);
                timeout_at(self.deadline(), looking).await.map_err(|_| Refused::TooSlow)?.map(|_| ())
            }
            _ => Ok(()),
        }
    }

    /// Gets an address. With validators, an unchanged version is answered by 304 and no body.
    pub async fn get(&self, address: &str, conditional: Option<&Validators>) -> Result<Fetched, Refused> {
        self.fetch(Method::GET, address, conditional).await
    }

    /// Asks for an address without its body. With validators, an unchanged version is answered by 304 here too.
    pub async fn head(&self, address: &str, conditional: Option<&Validators>) -> Result<Fetched, Refused> {
        self.fetch(Method::HEAD, address, conditional).await
    }

    /// The same with less patience: whoever looks at many addresses does not wait as long for each.
    pub fn no_longer_than(&self, timeout: Duration) -> Fetcher {
        Fetcher { timeout: timeout.min(self.timeout), ..self.clone() }
    }

    async fn fetch(
        &self,
        method: Method,
        address: &str,
        conditional: Option<&Validators>,
    ) -> Result<Fetched, Refused> {
        if self.reach == Reach::Nothing {
            return Err(Refused::Closed);
        }
        let deadline = self.deadline();
        let mut url = self.names.guard.check_address(address)?;
        let mut sent_on = SentOn::No;
        for _ in 0..=REDIRECTS_MAX {
            let asking = self.ask(method.clone(), url.clone(), conditional);
            let response = timeout_at(deadline, asking).await.map_err(|_| Refused::TooSlow)??;
            match sent_on_to(&url, &response)? {
                Some(next) => {
                    self.names.guard.check_url(&next)?;
                    sent_on = sent_on.then(response.status().as_u16());
                    url = next;
                }
                None => return fetched(response, (url, sent_on), deadline, self.max_bytes),
            }
        }
        Err(Refused::TooManyRedirects)
    }

    async fn ask(
        &self,
        method: Method,
        url: Url,
        conditional: Option<&Validators>,
    ) -> Result<Response, Refused> {
        let mut request = self
            .client
            .request(method, url)
            .header(header::ACCEPT, "application/json, application/x-ndjson, */*;q=0.5")
            .header(header::ACCEPT_ENCODING, "gzip");
        if let Some(known) = conditional {
            if let Some(etag) = &known.etag {
                request = request.header(header::IF_NONE_MATCH, etag);
            }
            if let Some(date) = &known.last_modified {
                request = request.header(header::IF_MODIFIED_SINCE, date);
            }
        }
        request.send().await.map_err(|error| why(&error))
    }

    fn deadline(&self) -> Moment {
        Moment::now() + self.timeout
    }
}

/// Where a redirect leads. Its own body is not looked at.
fn sent_on_to(from: &Url, response: &Response) -> Result<Option<Url>, Refused> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(to) = response.headers().get(header::LOCATION) else {
        return Ok(None);
    };
    let to = std::str::from_utf8(to.as_bytes()).map_err(|_| Refused::NotAnAddress)?;
    from.join(to).map(Some).map_err(|_| Refused::NotAnAddress)
}

fn fetched(
    response: Response,
    (address, sent_on): (Url, SentOn),
    deadline: Moment,
    max_bytes: u64,
) -> Result<Fetched, Refused> {
    let said = |name: header::HeaderName| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).map(|text| text.trim().to_owned())
    };
    let content_type = said(header::CONTENT_TYPE).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Ok(Fetched {
        status: response.status().as_u16(),
        validators: Validators { etag: said(header::ETAG), last_modified: said(header::LAST_MODIFIED) },
        retry_after: said(header::RETRY_AFTER).and_then(|text| retry_after(&text)),
        content_type,
        address,
        sent_on,
        body: Body::new(response, deadline, max_bytes)?,
    })
}

fn retry_after(text: &str) -> Option<RetryAfter> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(RetryAfter::Seconds(i64::from(seconds)));
    }
    jiff::fmt::rfc2822::parse(text).ok().map(|at| RetryAfter::At(at.timestamp()))
}

/// A refusal of ours that travelled inside the client's error, or that it could not be reached.
pub(crate) fn why(error: &reqwest::Error) -> Refused {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(refused) = inner.downcast_ref::<Refused>() {
            return refused.clone();
        }
        cause = inner.source();
    }
    Refused::Unreachable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_to_come_again_is_read_in_both_ways_of_saying_it() {
        let now: Instant = "2026-11-22T09:00:00Z".parse().unwrap();
        for (said, seconds) in [
            ("120", Some(120)),
            ("Sun, 22 Nov 2026 09:10:00 GMT", Some(600)),
            ("Sun, 22 Nov 2026 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-5", None),
        ] {
            assert_eq!(retry_after(said).map(|when| when.seconds_from(now)), seconds, "{said}");
        }
    }
}
