//! Taking in other feeds and files without losing where a fact came from.
//!
//! A **source** is a feed or a file. Each of its **records** is kept whole, in its own words, beside the entry that it
//! became; of each **field** it is kept which source gave it and when.
//!
//! **Who wins.** A field follows its source while the entry still says what that source last said. A field that people
//! here changed, or confirmed on the day it was taken or later, stays as it is, and what the source now says is *held*
//! for an editor: nothing is ever overwritten in silence. What the source had said already when ours was chosen is not
//! asked again. An entry belongs to the source that gave it first; what another source, or a record that matches an
//! entry made here, says otherwise is held. Records are matched by the source's own key as it was kept, then by id,
//! never by name alone; a neighbour's never by id. A record that is gone from its source is flagged and its entry
//! stays. A source that loses more than a fifth of its records at once waits for a person.
//!
//! **Plan and run are one decision** (`take.rs`): a plan decides about every record and writes nothing; a run decides
//! again, batch by batch, and writes each batch with what it remembers of it in one transaction. Stopped anywhere, it
//! goes on from there; run again, it changes nothing.
//!
//! Of a record only the latest words are kept, and of one that has long been gone not the people it names (`forget.rs`).
//!
//! It must never delete an entry, overwrite what people here said, take a secret place's address, guess a fact, or
//! fetch an address but through the room's guarded fetcher.
//!
//! To take in another field: its name in `model::SERVICE_FIELDS` and its reading in `to_draft.rs`; raise
//! `model::MAPPING`, so that what was taken in before is looked at again. To take in another format: a reader in the
//! crate `oruk`, a variant of [`Kind`], a branch in `read.rs`. To know another list's word for a need:
//! `data/topics.toml`.

mod facts;
mod limits;
mod model;
mod names;
mod parts;
mod progress;
mod protect;
mod read;
mod schedules;
mod take;
mod terms;
mod to_draft;
mod to_place;
mod walk;
mod words;

mod findings;
mod forget;
mod harvest;
mod intake;
mod store;

mod add_source;
mod list_sources;
mod settle;
mod show_source;
mod take_theirs;

pub mod command;

pub use findings::{Waiting, count_waiting, findings, list_record_keys, list_sources_of_entries};
pub use forget::forget_people_in_gone_records;
pub use harvest::{HARVEST_SOURCE, HARVEST_SOURCES, jobs, jobs_when_asked};
pub use intake::{Ask, Intake, LossIsRight, Outside, Plan, Taken};
pub use model::{Area, Guard, Kind, Line, SourceDraft, SourceId, State, Totals, What, source_id};
pub use progress::{Progress, Step, nobody};
pub use store::MIGRATIONS;

use access::KeepSources;
use web::Door;

/// The room's addresses in the council's door.
pub fn admin_door(intake: &Intake) -> Door {
    Door::new()
        .get::<KeepSources, _, _>("/admin/sources", list_sources::get)
        .get::<KeepSources, _, _>("/admin/sources/new", add_source::get)
        .post::<KeepSources, _, _>("/admin/sources/new", add_source::post)
        .get::<KeepSources, _, _>("/admin/sources/{slug}", show_source::get)
        .post::<KeepSources, _, _>("/admin/sources/{slug}", show_source::post)
        .post::<KeepSources, _, _>("/admin/sources/{slug}/held/{id}", settle::held)
        .post::<KeepSources, _, _>("/admin/sources/{slug}/gone", settle::gone)
        .with_state(intake.clone())
}
