//! What the house tells this room about the others, so that no room can be forgotten when somebody asks for their data,
//! is erased, or when something has been kept long enough.

use crate::{
    Accounts, answer_by_number, answer_data_request, erase, manage_people, my_data,
    retention::{self, RetentionRule},
    search_audit,
};
use access::{AnswerDataRequest, ManagePeople, PersonId, SeeAudit, TakeOwnData};
use jobs::Runner;
use kernel::{Fault, Instant, Phone};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};
use store::Tx;
use uuid::Uuid;
use web::Door;

/// A room that keeps something about people. The house passes one for every such room.
#[derive(Clone, Copy, Debug)]
pub struct DataSource {
    /// The room's name.
    pub room: &'static str,
    /// Its tables that hold what people are called, write or look like: they are written anew after an erasure.
    pub tables: &'static [&'static str],
    /// Everything it keeps about somebody, in words they can read.
    pub export: fn(&mut Tx<'_>, PersonId) -> Result<Vec<Part>, Fault>,
    /// Takes all of it away but ids, times and acts.
    pub erase: fn(&mut Tx<'_>, PersonId, Instant) -> Result<(), Fault>,
}

/// A room that keeps something about people without an account, who are found by their phone number alone.
#[derive(Clone, Copy, Debug)]
pub struct NumberSource {
    /// The room's name.
    pub room: &'static str,
    /// Its tables that hold it: they are written anew after an erasure.
    pub tables: &'static [&'static str],
    /// Everything it keeps under a number, in words that whoever has it can read.
    pub export: fn(&mut Tx<'_>, &Phone) -> Result<Vec<Part>, Fault>,
    /// Takes all of it away but ids, times and acts, and says of how many records.
    pub erase: fn(&mut Tx<'_>, &Phone, Instant) -> Result<u64, Fault>,
}

/// One chapter of a copy of somebody's data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// What it is, such as 'Messages we sent you'.
    pub heading: String,
    /// Why it is kept and for how long, in a sentence or two.
    pub why: String,
    /// Each record as labels and values. Empty when nothing is kept.
    pub records: Vec<Vec<(String, String)>>,
}

/// Gives every organisation's id and name, for the page on which keepers are chosen.
pub type ListOrganizations = fn(&mut Tx<'_>) -> Result<Vec<(Uuid, String)>, Fault>;

/// Says what waits behind an address of the council's pages, in words, where something does: for everybody's own page.
pub type ListWaiting = fn(&mut Tx<'_>, Instant) -> Result<Vec<(&'static str, String)>, Fault>;

/// How long things are kept where the council decides.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OfficeConfig {
    /// The audit trail: six years and a little, as councils keep records that a claim may turn on (Limitation Act 1980,
    /// s. 5). The council's own schedule decides.
    pub audit_kept_days: i64,
    /// Backups: after an erasure the operator is told until when older ones still hold the person.
    pub backups_kept_days: i64,
}

impl Default for OfficeConfig {
    fn default() -> OfficeConfig {
        OfficeConfig { audit_kept_days: 6 * 366, backups_kept_days: 30 }
    }
}

/// What the house passes about the other rooms.
#[derive(Clone, Default)]
pub struct Rooms {
    /// The rooms above this one that keep something about people; this room's own and the messages are added.
    pub sources: Vec<DataSource>,
    /// The rooms that keep something under a phone number alone.
    pub number_sources: Vec<NumberSource>,
    /// What other rooms forget and when; this room's own is added.
    pub rules: Vec<RetentionRule>,
    /// Every organisation, when there is a directory.
    pub organizations: Option<ListOrganizations>,
    /// What waits for those whose work has no other page that says so.
    pub waiting: Option<ListWaiting>,
}

/// This room's side for staff and for people's rights. Cheap to clone; the state of its doors.
#[derive(Clone)]
pub struct Office(Arc<Inner>);

struct Inner {
    accounts: Accounts,
    config: OfficeConfig,
    sources: Vec<DataSource>,
    number_sources: Vec<NumberSource>,
    rules: Vec<RetentionRule>,
    organizations: Option<ListOrganizations>,
}

impl Office {
    /// Opens it with what the house knows of the other rooms.
    pub fn open(accounts: &Accounts, config: OfficeConfig, rooms: Rooms) -> Office {
        // The others first: what hangs on a person goes before the person.
        let sources = rooms.sources.into_iter().chain([my_data::NOTIFY, my_data::ACCOUNTS]).collect();
        if let Some(waiting) = rooms.waiting {
            accounts.set_waiting(waiting);
        }
        let rules = retention::own_rules(&config).into_iter().chain(rooms.rules).collect();
        Office(Arc::new(Inner {
            accounts: accounts.clone(),
            config,
            sources,
            number_sources: rooms.number_sources.into_iter().chain([my_data::TEXTS]).collect(),
            rules,
            organizations: rooms.organizations,
        }))
    }

    pub(crate) fn accounts(&self) -> &Accounts {
        &self.0.accounts
    }

    pub(crate) fn site(&self) -> &web::Site {
        self.0.accounts.site()
    }

    pub(crate) fn config(&self) -> &OfficeConfig {
        &self.0.config
    }

    pub(crate) fn sources(&self) -> &[DataSource] {
        &self.0.sources
    }

    pub(crate) fn number_sources(&self) -> &[NumberSource] {
        &self.0.number_sources
    }

    pub(crate) fn rules(&self) -> &[RetentionRule] {
        &self.0.rules
    }

    /// Every table that is written anew after an erasure.
    pub(crate) fn tables(&self) -> Vec<&'static str> {
        self.sources().iter().flat_map(|source| source.tables.iter().copied()).collect()
    }

    /// What the organisations are called.
    pub(crate) fn organizations(&self, tx: &mut Tx<'_>) -> Result<BTreeMap<Uuid, String>, Fault> {
        self.0.organizations.map_or(Ok(BTreeMap::new()), |list| Ok(list(tx)?.into_iter().collect()))
    }
}

/// Adds this side's jobs to the house's runner: the nightly forgetting, and writing the database anew after an erasure.
pub fn office_jobs(runner: Runner, office: &Office) -> Runner {
    let office = office.clone();
    runner
        .on(retention::FORGET_WHAT_IS_OLD, move |context| {
            let office = office.clone();
            async move { retention::forget_what_is_old(&office, context).await }
        })
        .schedule(retention::FORGET_WHAT_IS_OLD, 24 * 60 * 60)
        .on(erase::WRITE_THE_DATABASE_ANEW, erase::write_the_database_anew)
}

/// The council's door for people, the trail, requests for data and how long things are kept.
pub fn staff_door(office: &Office) -> Door {
    Door::new()
        .get::<ManagePeople, _, _>("/admin/people", manage_people::get)
        .post::<ManagePeople, _, _>("/admin/people", manage_people::post)
        .get::<ManagePeople, _, _>("/admin/people/add", manage_people::get_add)
        .post::<ManagePeople, _, _>("/admin/people/add", manage_people::post_add)
        .get::<ManagePeople, _, _>("/admin/people/{id}", manage_people::get_one)
        .post::<ManagePeople, _, _>("/admin/people/{id}", manage_people::post_one)
        .get::<SeeAudit, _, _>("/admin/audit", search_audit::get)
        .post::<SeeAudit, _, _>("/admin/audit", search_audit::post)
        .get::<SeeAudit, _, _>("/admin/audit.csv", search_audit::get_csv)
        .get::<AnswerDataRequest, _, _>("/admin/data-requests", answer_data_request::get)
        .post::<AnswerDataRequest, _, _>("/admin/data-requests", answer_data_request::post)
        .get::<AnswerDataRequest, _, _>("/admin/data-requests/by-number", answer_by_number::get)
        .post::<AnswerDataRequest, _, _>("/admin/data-requests/by-number", answer_by_number::post)
        .get::<AnswerDataRequest, _, _>("/admin/data-requests/{id}", answer_data_request::get_one)
        .post::<AnswerDataRequest, _, _>("/admin/data-requests/{id}", answer_data_request::post_one)
        .get::<AnswerDataRequest, _, _>("/admin/retention", retention::get)
        .with_state(office.clone())
}

/// Everybody's own page for their data.
pub fn data_door(office: &Office) -> Door {
    Door::new()
        .get::<TakeOwnData, _, _>("/account/data", my_data::get)
        .post::<TakeOwnData, _, _>("/account/data/consents", my_data::post_consents)
        .post::<TakeOwnData, _, _>("/account/data/copy", my_data::post_copy)
        .get::<TakeOwnData, _, _>("/account/data/erase", my_data::get_erase)
        .post::<TakeOwnData, _, _>("/account/data/erase", my_data::post_erase)
        .with_state(office.clone())
}
