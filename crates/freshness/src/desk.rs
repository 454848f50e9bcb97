use access::Action;
use kernel::{Email, Fault};
use std::sync::Arc;
use store::Tx;
use web::Site;

/// One thing that waits for a person, on the first page of the council's door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// How many.
    pub count: i64,
    /// What, in words that follow the number: 'changes to review'.
    pub words: String,
    /// Where it is done.
    pub href: &'static str,
    /// What one must be allowed to do there: others do not see the tile.
    pub action: Action,
}

/// What other rooms have waiting. The house puts it together, so that this room knows none of them.
pub type Tiles = Arc<dyn Fn(&mut Tx<'_>) -> Result<Vec<Tile>, Fault> + Send + Sync>;

/// Where the daily digest for the council's own people goes: its data stewards.
pub type Stewards = Arc<dyn Fn(&mut Tx<'_>) -> Result<Vec<Email>, Fault> + Send + Sync>;

/// The room as it runs. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// The site.
    pub site: Site,
    /// What else waits for a person.
    pub tiles: Tiles,
    /// Who hears of what was escalated.
    pub stewards: Stewards,
}

impl Desk {
    /// The room over a site.
    pub fn new(site: &Site, tiles: Tiles, stewards: Stewards) -> Desk {
        Desk { site: site.clone(), tiles, stewards }
    }
}
