use crate::{
    Page, Reply, Site,
    assets::accepts,
    layout,
    reply::{Html, etag_of, missing},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use kernel::{Date, Fault};
use std::{
    collections::HashMap,
    io::Write,
    sync::{Arc, RwLock},
};

/// Pages that are the same for everybody, kept rendered and compressed until an announcement clears them.
pub(crate) struct PageCache(RwLock<Held>);

#[derive(Default)]
struct Held {
    pages: HashMap<String, Arc<Kept>>,
    bytes: usize,
    /// The day the pages were made: a new day makes facts old and contacts overdue.
    day: Option<Date>,
    /// Counts the clearings: a page that was being made while its facts changed is not kept.
    generation: u64,
}

struct Kept {
    html: Bytes,
    gzip: Bytes,
    brotli: Bytes,
    etag: HeaderValue,
}

/// Room for some 500 pages in three forms; a full cache starts again, which costs a page about a millisecond.
const BYTES_LIMIT: usize = 16 * 1024 * 1024;
/// A browser may show its own copy for a minute; after that it asks, and mostly hears 'not modified'.
const PUBLIC: HeaderValue = HeaderValue::from_static("public, max-age=60");

impl PageCache {
    pub fn new() -> PageCache {
        PageCache(RwLock::new(Held::default()))
    }

    pub fn clear(&self) {
        let mut held = self.0.write().expect("the cache's lock is never held across a panic");
        *held = Held { generation: held.generation + 1, day: held.day, ..Held::default() };
    }

    fn find(&self, path: &str, today: Date) -> (Option<Arc<Kept>>, u64) {
        {
            let held = self.0.read().expect("the cache's lock is never held across a panic");
            if held.day == Some(today) {
                return (held.pages.get(path).cloned(), held.generation);
            }
        }
        let mut held = self.0.write().expect("the cache's lock is never held across a panic");
        let generation = held.generation + 1;
        *held = Held { generation, day: Some(today), ..Held::default() };
        (None, generation)
    }

    fn keep(&self, path: &str, page: &Arc<Kept>, generation: u64) {
        // `/services/%61b` is the same page as `/services/ab`: only the plain way of writing it is kept.
        if !path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'.')) {
            return;
        }
        let size = page.html.len() + page.gzip.len() + page.brotli.len();
        let mut held = self.0.write().expect("the cache's lock is never held across a panic");
        if held.generation != generation {
            return;
        }
        if held.bytes + size > BYTES_LIMIT {
            *held = Held { generation, day: held.day, ..Held::default() };
        }
        held.bytes += size;
        held.pages.insert(path.to_owned(), page.clone());
    }
}

/// What of a request decides how a public page is answered.
pub struct Asked {
    path: String,
    headers: HeaderMap,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked, Self::Rejection> {
        Ok(Asked { path: parts.uri.path().to_owned(), headers: parts.headers.clone() })
    }
}

/// Answers a page that is the same for everybody: from the cache, or made now and kept. `make` gives `None` when
/// there is no such page; that is not kept, so nobody can fill the cache with addresses.
pub async fn cached<T: askama::Template>(
    site: &Site,
    asked: Asked,
    make: impl Future<Output = Result<Option<(Page, T)>, Fault>>,
) -> Reply {
    let (kept, generation) = site.cache().find(&asked.path, site.clock().today());
    if let Some(kept) = kept {
        return Ok(kept.answer(&asked.headers));
    }
    let Some((page, body)) = make.await? else {
        return Ok(missing());
    };
    let Html(html) = layout::render(site, &page, &body)?;
    let kept = Arc::new(Kept::new(html)?);
    site.cache().keep(&asked.path, &kept, generation);
    Ok(kept.answer(&asked.headers))
}

impl Kept {
    fn new(html: String) -> Result<Kept, Fault> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
        gzip.write_all(html.as_bytes())?;
        let mut brotli = Vec::new();
        {
            let mut writer = brotli::CompressorWriter::new(&mut brotli, 4096, 6, 20);
            writer.write_all(html.as_bytes())?;
        }
        let etag = etag_of(html.as_bytes());
        Ok(Kept { html: Bytes::from(html), gzip: gzip.finish()?.into(), brotli: brotli.into(), etag })
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let same = headers.get(header::IF_NONE_MATCH).is_some_and(|asked| asked == self.etag);
        let (body, encoding) = if same {
            (Bytes::new(), None)
        } else if accepts(headers, "br") {
            (self.brotli.clone(), Some("br"))
        } else if accepts(headers, "gzip") {
            (self.gzip.clone(), Some("gzip"))
        } else {
            (self.html.clone(), None)
        };
        let status = if same { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        let mut response = (status, body).into_response();
        let out = response.headers_mut();
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        out.insert(header::CACHE_CONTROL, PUBLIC);
        out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        out.insert(header::ETAG, self.etag.clone());
        if let Some(encoding) = encoding {
            out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}
