//! How true the data is, in numbers, and what to do about it: entries that stand twice, how whole and fresh entries are
//! by where they come from, which kinds of service nobody offers, and links that lead nowhere.
//!
//! It must never make one entry of two by itself, lose anything of the one that goes, follow a link in any other way
//! than through the guarded fetcher, ask one host twice at once, or show families a score.
//!
//! To add a reason why two entries are the same: a weight in `pairs.rs`, and lines in `tests/data/pairs.tsv` that show
//! what it is for. To add a kind of service that is expected: a paragraph in `data/coverage.toml` with its source. To
//! add a figure: a field of [`Report`], a column on its page.

mod blocks;
mod fold;
mod level;
pub mod pairs;
mod synthetic;

mod coverage;
mod links;
mod merge;

mod room;

mod look_for_duplicates;
mod merge_entries;
mod settle_merge;
mod show_pairs;

mod report;
mod show_quality;

mod check_links;
mod show_links;

mod jobs;
mod store;

pub use crate::jobs::{CHECK_LINKS, LOOK_FOR_DUPLICATES, NOTE_LINKS, TAKE_WEEKLY_QUALITY, jobs, link_jobs};
pub use crate::store::MIGRATIONS;
pub use report::{Finding, Report, SourceFigures, Waits, findings, report, tiles};
pub use room::{Cited, FromHouse, Quality, Told};

use access::{ApproveSensitive, CheckEntries, MergeEntries, SeeFigures, SeeMerges};
use kernel::Instant;
use web::Door;

/// The room's addresses in the council's door.
pub fn admin_door(quality: &Quality) -> Door {
    Door::new()
        .get::<MergeEntries, _, _>("/admin/duplicates", show_pairs::get)
        .post::<MergeEntries, _, _>("/admin/duplicates/look", show_pairs::post_look)
        .get::<MergeEntries, _, _>("/admin/duplicates/{a}/{b}", merge_entries::get)
        .post::<MergeEntries, _, _>("/admin/duplicates/{a}/{b}", merge_entries::post)
        .post::<MergeEntries, _, _>("/admin/duplicates/{a}/{b}/apart", show_pairs::post_apart)
        .post::<MergeEntries, _, _>("/admin/duplicates/{a}/{b}/together", show_pairs::post_together)
        .get::<ApproveSensitive, _, _>("/admin/merges", show_pairs::get_waiting)
        .get::<SeeMerges, _, _>("/admin/merges/{id}", settle_merge::get_merge)
        .get::<ApproveSensitive, _, _>("/admin/merges/{id}/second", settle_merge::get_merge)
        .post::<ApproveSensitive, _, _>("/admin/merges/{id}/settle", settle_merge::post_settle)
        .post::<MergeEntries, _, _>("/admin/merges/{id}/undo", settle_merge::post_undo)
        .get::<SeeFigures, _, _>("/admin/quality", show_quality::get)
        .get::<SeeFigures, _, _>("/admin/quality.json", show_quality::json)
        .get::<SeeFigures, _, _>("/admin/quality/coverage", show_quality::get_coverage)
        .get::<CheckEntries, _, _>("/admin/links", show_links::get)
        .post::<CheckEntries, _, _>("/admin/links/again", show_links::post_again)
        .post::<CheckEntries, _, _>("/admin/links/take", show_links::post_take)
        .with_state(quality.clone())
}

/// A moment as an officer reads it: '22 November 2026, 9am'.
pub(crate) fn say_when(at: Instant) -> String {
    let zoned = at.to_zoned(kernel::london());
    let minutes = u16::try_from(i32::from(zoned.hour()) * 60 + i32::from(zoned.minute())).unwrap_or_default();
    format!("{}, {}", web::say::day_month_year(zoned.date()), web::say::time_of_day(minutes))
}
