use fetch::Fetcher;
use kernel::Fault;
use std::sync::Arc;
use store::Tx;
use web::Site;

/// Pairs of an entry's address on the site and a word about it.
pub type Told = Arc<dyn Fn(&mut Tx<'_>) -> Result<Vec<(String, String)>, Fault> + Send + Sync>;

/// An address that a page of the site names as its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// The page's address on the site.
    pub page: String,
    /// What it is called.
    pub title: String,
    /// The address it names.
    pub address: String,
}

/// What the house tells this room of the others, so that it knows none of them.
#[derive(Clone)]
pub struct FromHouse {
    /// Which source an entry came from, by the source's name. Entries that are not named are kept here.
    pub sources: Told,
    /// The keys by which sources and registers know an entry, such as `ofsted/EY100001`.
    pub record_keys: Told,
    /// The addresses that pages of the site name.
    pub cited: Arc<dyn Fn() -> Vec<Cited> + Send + Sync>,
}

impl FromHouse {
    /// A house that has nothing to tell.
    pub fn silent() -> FromHouse {
        FromHouse {
            sources: Arc::new(|_| Ok(Vec::new())),
            record_keys: Arc::new(|_| Ok(Vec::new())),
            cited: Arc::new(Vec::new),
        }
    }
}

/// The room as it runs. Cheap to clone.
#[derive(Clone)]
pub struct Quality {
    pub(crate) site: Site,
    pub(crate) house: FromHouse,
    pub(crate) fetcher: Fetcher,
}

impl Quality {
    /// The room over a site. The fetcher is the only way by which it looks at another site; so that it can look at what
    /// families click, it takes `http` too.
    pub fn open(site: &Site, house: FromHouse, fetcher: Fetcher) -> Quality {
        Quality { site: site.clone(), house, fetcher }
    }
}
