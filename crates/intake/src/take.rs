//! What becomes of records: decided in one place for the plan that is looked at and for the run that is written, so that
//! they cannot say two things. Everything here is one batch inside one transaction.

use crate::{
    facts::{Whole, facts_of, facts_of_place, from_facts, say_as_ours_does},
    model::{
        Difference, Entity, Fields, Guard, Incoming, Kept, LOCATION_FIELDS, Line, ORGANIZATION_FIELDS,
        SERVICE_FIELDS, SourceDraft, SourceId, Standing, State, WHOLE, What, decide_fields, hash_of,
        hash_of_given, words_of_field,
    },
    names::{Addresses, Names},
    store::{self as rows, GivenRows, PartRow, RecordRow, Run},
    to_draft::{Converted, Ground, convert},
    to_place::{Part, Placed, organization_of},
    words::Words,
};
use access::{KeepSources, May, audit};
use directory::{
    OrganizationDraft, ServiceDraft,
    taken_in::{
        PointQuality, find_location_draft, find_organization_draft, list_taken_slugs,
        publish_location_taken_in, publish_taken_in,
    },
};
use keeping::TwoPeople;
use kernel::{Date, Fault, Id, Instant};
use oruk::model::Organization;
use serde::Serialize;
use serde_json::{Map, Value};
use settings::Council;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use store::Tx;

/// What every batch of a run is decided against.
#[derive(Clone)]
pub(crate) struct Task {
    pub id: SourceId,
    pub source: SourceDraft,
    pub council: Arc<Council>,
    pub words: Arc<Words>,
    pub now: Instant,
}

impl Task {
    fn ground(&self) -> Ground<'_> {
        Ground {
            source: &self.source,
            words: &self.words,
            council: &self.council,
            today: kernel::civil_today(self.now),
        }
    }
}

/// What is to be done with a batch.
#[derive(Default)]
pub(crate) struct Decided {
    pub lines: Vec<Line>,
    seen: Vec<String>,
    records: Vec<Outcome>,
    services: Vec<ServiceDraft>,
    organizations: Vec<OrganizationDraft>,
    places: Vec<Placed>,
    parts: Vec<PartRow>,
    owners: Vec<(Entity, String)>,
    given: GivenRows,
    held: Vec<(Entity, String, Fields)>,
    given_addresses: Addresses,
    overtaken: bool,
}

/// What a run knows of addresses and of the parts of its source: read once, and kept up with every batch that is written,
/// so that a batch costs what is in it and not what came before it. Somebody else may take an address meanwhile: a batch
/// that finds one taken which it thought free is decided again on what stands now.
pub(crate) struct Known {
    addresses: Addresses,
    parts: HashMap<(Entity, String), String>,
}

impl Known {
    /// As it stands in this transaction.
    pub fn read(tx: &mut Tx, source: SourceId) -> Result<Known, Fault> {
        let mut addresses = Addresses::over(list_taken_slugs(tx)?);
        let mut parts = HashMap::new();
        for PartRow { entity, key, slug, hash } in rows::list_parts(tx, source)? {
            let entity: Entity = entity.parse()?;
            addresses.keep(entity, &key, &slug);
            parts.insert((entity, key), hash);
        }
        for (key, slug) in rows::list_record_slugs(tx, source)? {
            addresses.keep(Entity::Service, &key, slug.as_str());
        }
        Ok(Known { addresses, parts })
    }

    /// A batch stands now.
    pub fn learn(&mut self, written: Decided) {
        self.addresses.learn(written.given_addresses);
        for PartRow { entity, key, hash, .. } in written.parts {
            if let Ok(entity) = entity.parse() {
                self.parts.insert((entity, key), hash);
            }
        }
    }
}

/// What becomes of one record.
struct Outcome {
    at: usize,
    slug: Option<String>,
    name: String,
    state: State,
    why: String,
}

/// Decides about records, writing nothing.
pub(crate) fn decide_batch(
    tx: &mut Tx,
    task: &Task,
    known: &Known,
    incoming: &[Incoming],
) -> Result<Decided, Fault> {
    let keys: Vec<String> = incoming.iter().map(|record| record.key.clone()).collect();
    let kept = rows::list_kept(tx, task.id, &keys)?;
    if incoming.iter().all(|record| kept.get(&record.key).is_some_and(|kept| kept.stands(record))) {
        let lines = incoming.iter().map(|record| line(What::Same, record, kept.get(&record.key))).collect();
        return Ok(Decided { lines, seen: keys, ..Decided::default() });
    }
    let mut batch = Batch::begin(tx, task, known, kept)?;
    for (at, record) in incoming.iter().enumerate() {
        batch.decide(tx, at, record)?;
    }
    Ok(batch.end())
}

/// Decides about organisations that came by themselves, writing nothing.
pub(crate) fn decide_organizations(
    tx: &mut Tx,
    task: &Task,
    known: &Known,
    theirs: &[Organization],
) -> Result<Decided, Fault> {
    let mut batch = Batch::begin(tx, task, known, HashMap::new())?;
    let ground = task.ground();
    for organization in theirs {
        if let Some(part) = organization_of(&ground, &mut batch.names, organization, &mut Vec::new()) {
            batch.take_organization(tx, &part)?;
        }
    }
    Ok(batch.end())
}

/// Decides on what a run knows; when that is overtaken, on what stands now, which the run then knows instead.
pub(crate) fn decide_anew_if_overtaken(
    tx: &mut Tx,
    task: &Task,
    known: &Known,
    decide: impl Fn(&mut Tx, &Known) -> Result<Decided, Fault>,
) -> Result<(Decided, Option<Known>), Fault> {
    let decided = decide(tx, known)?;
    if !decided.overtaken {
        return Ok((decided, None));
    }
    let now_known = Known::read(tx, task.id)?;
    let decided = decide(tx, &now_known)?;
    Ok((decided, Some(now_known)))
}

/// Writes what was decided. Everything of a batch is kept, or nothing.
pub(crate) fn write_batch(
    tx: &mut Tx,
    may: &May<KeepSources>,
    task: &Task,
    run: (Id<Run>, usize),
    incoming: &[Incoming],
    decided: &Decided,
    now: Instant,
) -> Result<usize, Fault> {
    for organization in &decided.organizations {
        directory::publish_organization(tx, organization, now)?;
    }
    for Placed { draft, quality } in &decided.places {
        publish_location_taken_in(tx, draft, *quality, &task.council, now)?;
    }
    let why = format!("Taken in from {}", task.source.name);
    publish_taken_in(tx, may, &decided.services, &why, &task.council, now)?;
    let records: Vec<RecordRow> = decided
        .records
        .iter()
        .map(|outcome| RecordRow {
            key: &incoming[outcome.at].key,
            hash: &incoming[outcome.at].hash,
            json: &incoming[outcome.at].json,
            slug: outcome.slug.as_deref(),
            name: &outcome.name,
            state: outcome.state,
            why: &outcome.why,
        })
        .collect();
    rows::insert_records(tx, task.id, &records, now)?;
    rows::insert_parts(tx, task.id, &decided.parts)?;
    rows::insert_owners(tx, task.id, &decided.owners, now)?;
    rows::set_given(tx, task.id, &decided.given, now)?;
    for (entity, slug, fields) in &decided.held {
        rows::set_held(tx, task.id, *entity, slug, fields, now)?;
    }
    rows::set_seen(tx, task.id, &decided.seen, now)?;
    let changed = decided.services.len() + decided.organizations.len() + decided.places.len();
    if changed > 0 || !decided.held.is_empty() {
        let did = format!(
            "took in {} entries, {} organisations and {} places",
            decided.services.len(),
            decided.organizations.len(),
            decided.places.len()
        );
        audit::record(tx, may, did, format!("from the source {}", task.source.slug), now);
    }
    rows::insert_lines(tx, run.0, run.1, &decided.lines)
}

struct Batch<'a> {
    task: &'a Task,
    known: &'a Known,
    kept: HashMap<String, Kept>,
    names: Names<'a>,
    parts: HashMap<(Entity, String), String>,
    decided: Decided,
    came: HashSet<String>,
    two_people: TwoPeople,
    /// Of each need that has one, the wider need.
    wider: HashMap<String, String>,
}

/// Why a difference is held.
const STANDS: &str = "What stands here was changed or confirmed here, or is another source’s";

fn with_notes(why: &str, notes: &str) -> String {
    if notes.is_empty() { why.to_owned() } else { format!("{why}. {notes}") }
}

impl<'a> Batch<'a> {
    fn begin(
        tx: &mut Tx,
        task: &'a Task,
        known: &'a Known,
        kept: HashMap<String, Kept>,
    ) -> Result<Batch<'a>, Fault> {
        let mut names = Names::over(&known.addresses);
        for kept in kept.values() {
            if let Some(slug) = &kept.slug {
                names.keep(Entity::Service, &kept.key, slug);
            }
        }
        let two_people = TwoPeople::find(tx, &task.council, task.now)?;
        Ok(Batch {
            task,
            known,
            kept,
            names,
            parts: HashMap::new(),
            decided: Decided::default(),
            came: HashSet::new(),
            two_people,
            wider: directory::list_wider_needs(tx)?,
        })
    }

    fn end(mut self) -> Decided {
        self.decided.given_addresses = self.names.into_given();
        self.decided
    }

    fn decide(&mut self, tx: &mut Tx, at: usize, record: &Incoming) -> Result<(), Fault> {
        let kept = self.kept.get(&record.key).cloned();
        if !record.key.is_empty() && !self.came.insert(record.key.clone()) {
            let why = "Another record with the same key came before it".to_owned();
            self.decided.lines.push(Line { why, ..line(What::Refused, record, None) });
            return Ok(());
        }
        if kept.as_ref().is_some_and(|kept| kept.stands(record)) {
            self.decided.seen.push(record.key.clone());
            self.decided.lines.push(line(What::Same, record, kept.as_ref()));
            return Ok(());
        }
        let converted = match &record.refused {
            Some(why) => Err(why.clone()),
            None => {
                let task = self.task;
                convert(&task.ground(), &mut self.names, record)
            }
        };
        match converted {
            Ok(converted) => self.take(tx, at, record, converted),
            Err(why) => {
                self.refuse(at, record, kept.as_ref(), why);
                Ok(())
            }
        }
    }

    fn refuse(&mut self, at: usize, record: &Incoming, kept: Option<&Kept>, why: String) {
        let slug = kept.and_then(|kept| kept.slug.clone());
        self.decided.lines.push(Line {
            slug: slug.clone(),
            why: why.clone(),
            ..line(What::Refused, record, kept)
        });
        if !record.key.is_empty() {
            let name = kernel::one_line(&record.service.name);
            self.decided.records.push(Outcome { at, slug, name, state: State::Refused, why });
        }
    }

    fn take(&mut self, tx: &mut Tx, at: usize, record: &Incoming, converted: Converted) -> Result<(), Fault> {
        let theirs = converted.service;
        let slug = theirs.slug.to_string();
        let why = converted.notes.join(". ");
        let secret = converted.protection.secret.clone();
        let guard = match &secret {
            Some(_) => Guard::TwoPeople,
            None if theirs.sensitive => Guard::Quiet,
            None => Guard::None,
        };
        let told = |what| Line {
            slug: Some(slug.clone()),
            name: theirs.name.clone(),
            why: why.clone(),
            guard,
            ..line(what, record, None)
        };
        let standing = directory::find_entry(tx, &slug)?;
        self.note_overtaken(Entity::Service, &slug, standing.is_some());
        let is_ours = match &standing {
            None => true,
            Some(_) => {
                rows::find_owner(tx, Entity::Service, &slug)?.is_some_and(|(id, _)| id == self.task.id)
            }
        };
        let mut beside: Vec<&'static str> = Vec::new();
        if is_ours && secret.is_none() {
            beside = self.take_parts(tx, converted.organization.as_ref(), &converted.places)?;
        }
        let Some(entry) = standing else {
            if let Some(secret) = secret {
                self.decided.lines.push(Line { why: with_notes(&secret, &why), ..told(What::Held) });
                return self.hold_whole(
                    at,
                    &secret,
                    Whole { service: theirs, organization: converted.organization, places: converted.places },
                );
            }
            let facts = facts_of(&theirs)?;
            self.first_given(Entity::Service, &slug, SERVICE_FIELDS, &facts);
            self.decided.lines.push(told(What::Added));
            self.decided.records.push(Outcome {
                at,
                slug: Some(slug),
                name: theirs.name.clone(),
                state: State::Taken,
                why: String::new(),
            });
            self.decided.services.push(theirs);
            return Ok(());
        };
        let standing = self.standing(tx, Entity::Service, &slug, &entry.draft)?;
        let mut theirs_facts = facts_of(&theirs)?;
        if !is_ours {
            self.without_new_parts(&mut theirs_facts, &standing.ours);
        }
        say_as_ours_does(&mut theirs_facts, &standing.ours, &self.wider);
        let mut fields = decide_fields(SERVICE_FIELDS, &standing, &theirs_facts);
        // What protects people takes two, whoever says it: then nothing of the record is taken by itself.
        let takes_two = |fields: &Fields| {
            from_facts(&fields.whole)
                .is_ok_and(|new: ServiceDraft| self.two_people.are_needed(&entry.draft, &new).unwrap_or(true))
        };
        if secret.is_some() || !fields.taken.is_empty() && takes_two(&fields) {
            fields.hold_all(&standing.ours, &theirs_facts);
        }
        let checked_on: Option<Date> = entry.draft.checked_on.max(theirs.checked_on);
        fields.whole.insert("checked_on".to_owned(), serde_json::to_value(checked_on)?);
        let draft: ServiceDraft = from_facts(&fields.whole)?;
        let wrong = draft.check();
        if !wrong.is_empty() {
            let kept = self.kept.get(&record.key).cloned();
            self.refuse(at, record, kept.as_ref(), wrong.join(". "));
            return Ok(());
        }
        let mut changed: Vec<String> = fields.taken.iter().map(|field| words_of_field(field)).collect();
        changed.extend(beside.iter().map(ToString::to_string));
        if checked_on != entry.draft.checked_on {
            changed.push("when it was checked".to_owned());
        }
        if !fields.taken.is_empty() || checked_on != entry.draft.checked_on {
            self.decided.services.push(draft);
        }
        let held: Vec<String> = fields.held.iter().map(|held| words_of_field(held.field)).collect();
        if !changed.is_empty() {
            self.decided.lines.push(Line { fields: changed.clone(), ..told(What::Changed) });
        }
        if !held.is_empty() {
            let why = with_notes(secret.as_deref().unwrap_or(STANDS), &why);
            self.decided.lines.push(Line { fields: held.clone(), why, ..told(What::Held) });
        }
        if changed.is_empty() && held.is_empty() {
            self.decided.lines.push(told(What::Same));
        }
        let open = rows::list_open_fields(tx, self.task.id, Entity::Service, &slug)?;
        let still_open =
            open.iter().any(|field| !fields.agreed.iter().chain(&fields.taken).any(|over| over == field));
        let state = if held.is_empty() && !still_open { State::Taken } else { State::Held };
        let why = held.join(", ");
        self.decided.records.push(Outcome {
            at,
            slug: Some(slug.clone()),
            name: theirs.name.clone(),
            state,
            why,
        });
        self.given(Entity::Service, &slug, fields);
        Ok(())
    }

    /// Keeps a new record for two people, and publishes nothing of it.
    fn hold_whole(&mut self, at: usize, why: &str, whole: Whole) -> Result<(), Fault> {
        let (slug, name) = (whole.service.slug.to_string(), whole.service.name.clone());
        let mut theirs = facts_of(&whole)?;
        theirs.insert("why".to_owned(), Value::String(why.to_owned()));
        let held = vec![Difference { field: WHOLE, ours: Value::Null, theirs: Value::Object(theirs) }];
        self.decided.held.push((Entity::Service, slug.clone(), Fields { held, ..Fields::default() }));
        let why = why.to_owned();
        self.decided.records.push(Outcome { at, slug: Some(slug), name, state: State::Held, why });
        Ok(())
    }

    /// Whether what was thought to be new stands already.
    fn note_overtaken(&mut self, entity: Entity, slug: &str, stands: bool) {
        if stands && self.names.is_new(entity, slug) {
            self.decided.overtaken = true;
        }
    }

    /// Who runs it and where it is come first, since the entry names them. Says which of them changed.
    fn take_parts(
        &mut self,
        tx: &mut Tx,
        organization: Option<&Part<OrganizationDraft>>,
        places: &[Part<Placed>],
    ) -> Result<Vec<&'static str>, Fault> {
        let mut changed = Vec::new();
        if let Some(part) = organization
            && self.take_organization(tx, part)?
        {
            changed.push("organisation");
        }
        for part in places {
            if self.take_place(tx, part)? {
                changed.push("place");
            }
        }
        changed.dedup();
        Ok(changed)
    }

    /// An entry that is another source's, or was made here, gets no organisation and no place of this source's own
    /// beside the one it has: two names for one hall would be no difference that an editor could settle.
    fn without_new_parts(&self, theirs: &mut Map<String, Value>, ours: &Map<String, Value>) {
        let is_new = |entity, slug: Option<&str>| slug.is_some_and(|slug| self.names.is_new(entity, slug));
        let ours_of = |field: &str| ours.get(field).cloned().unwrap_or_default();
        if is_new(Entity::Organization, theirs.get("organization").and_then(Value::as_str)) {
            theirs.insert("organization".to_owned(), ours_of("organization"));
        }
        let places = theirs.get("locations").and_then(Value::as_array).cloned().unwrap_or_default();
        if places.iter().any(|place| is_new(Entity::Location, place.as_str())) {
            theirs.insert("locations".to_owned(), ours_of("locations"));
            theirs.insert("schedules".to_owned(), ours_of("schedules"));
        }
    }

    fn take_organization(&mut self, tx: &mut Tx, part: &Part<OrganizationDraft>) -> Result<bool, Fault> {
        let facts = facts_of(&part.draft)?;
        let slug = part.slug.as_str();
        if !self.is_changed(Entity::Organization, part, &facts) {
            return Ok(false);
        }
        let standing = find_organization_draft(tx, slug)?;
        self.note_overtaken(Entity::Organization, slug, standing.is_some());
        let Some(ours) = standing else {
            self.first_given(Entity::Organization, slug, ORGANIZATION_FIELDS, &facts);
            self.decided.organizations.push(part.draft.clone());
            return Ok(true);
        };
        let standing = self.standing(tx, Entity::Organization, slug, &ours)?;
        let mut fields = decide_fields(ORGANIZATION_FIELDS, &standing, &facts);
        let taken = !fields.taken.is_empty();
        if taken {
            let checked_on = ours.checked_on.max(part.draft.checked_on);
            fields.whole.insert("checked_on".to_owned(), serde_json::to_value(checked_on)?);
            self.decided.organizations.push(from_facts(&fields.whole)?);
        }
        self.given(Entity::Organization, slug, fields);
        Ok(taken)
    }

    /// A place that is secret here is nobody else's to change, and what they say of it is not kept beside it.
    fn take_place(&mut self, tx: &mut Tx, part: &Part<Placed>) -> Result<bool, Fault> {
        let facts = facts_of_place(&part.draft)?;
        let slug = part.slug.as_str();
        if !self.is_changed(Entity::Location, part, &facts) {
            return Ok(false);
        }
        let standing = find_location_draft(tx, slug)?;
        self.note_overtaken(Entity::Location, slug, standing.is_some());
        let Some((ours, quality)) = standing else {
            self.first_given(Entity::Location, slug, LOCATION_FIELDS, &facts);
            self.decided.places.push(part.draft.clone());
            return Ok(true);
        };
        if ours.sensitive {
            return Ok(false);
        }
        let ours = Placed { draft: ours, quality: quality.unwrap_or(PointQuality::Exact) };
        let mut standing = self.standing(tx, Entity::Location, slug, &ours.draft)?;
        standing.ours = facts_of_place(&ours)?;
        let mut fields = decide_fields(LOCATION_FIELDS, &standing, &facts);
        // A point and how well it is known go together; one that we found by its postcode is not ours to defend.
        if facts.get("point").is_none_or(Value::is_null) {
            fields.taken.retain(|field| !field.starts_with("point"));
            fields.held.retain(|held| !held.field.starts_with("point"));
            for field in ["point", "point_quality"] {
                fields.whole.insert(field.to_owned(), standing.ours.get(field).cloned().unwrap_or_default());
            }
        }
        let taken = !fields.taken.is_empty();
        if taken {
            let mut whole = fields.whole.clone();
            let quality: Option<String> =
                whole.remove("point_quality").and_then(|quality| quality.as_str().map(str::to_owned));
            let checked_on = ours.draft.checked_on.max(part.draft.draft.checked_on);
            whole.insert("checked_on".to_owned(), serde_json::to_value(checked_on)?);
            let quality = quality.and_then(|quality| quality.parse().ok()).unwrap_or(PointQuality::Exact);
            self.decided.places.push(Placed { draft: from_facts(&whole)?, quality });
        }
        self.given(Entity::Location, slug, fields);
        Ok(taken)
    }

    /// Whether a part reads otherwise than the last time it came. It is written down as it reads now.
    fn is_changed<T>(&mut self, entity: Entity, part: &Part<T>, facts: &Map<String, Value>) -> bool {
        let hash = hash_of(facts);
        let key = (entity, part.key.clone());
        let before = self.parts.get(&key).or_else(|| self.known.parts.get(&key));
        let changed = before != Some(&hash);
        self.parts.insert(key, hash.clone());
        if changed {
            self.decided.parts.push(PartRow {
                entity: entity.key().to_owned(),
                key: part.key.clone(),
                slug: part.slug.to_string(),
                hash,
            });
        }
        changed
    }

    fn standing<T: Serialize>(
        &self,
        tx: &mut Tx,
        entity: Entity,
        slug: &str,
        ours: &T,
    ) -> Result<Standing, Fault> {
        let ours = facts_of(ours)?;
        let assured = ours.get("assured").and_then(Value::as_array).into_iter().flatten();
        let assured = assured
            .filter_map(|fact| Some((fact["field"].as_str()?.to_owned(), fact["on"].as_str()?.parse().ok()?)))
            .collect();
        let owned_since = rows::find_owner(tx, entity, slug)?
            .filter(|(source, _)| *source == self.task.id)
            .map(|(_, since)| since);
        Ok(Standing { given: rows::list_given(tx, self.task.id, entity, slug)?, ours, assured, owned_since })
    }

    /// A thing that is new here: this source gave it first, and all that it says was taken.
    fn first_given(
        &mut self,
        entity: Entity,
        slug: &str,
        fields: &[&'static str],
        facts: &Map<String, Value>,
    ) {
        self.decided.owners.push((entity, slug.to_owned()));
        for field in fields {
            if let Some(hash) = facts.get(*field).and_then(hash_of_given) {
                self.decided.given.push((entity, slug.to_owned(), field, Some(hash)));
            }
        }
    }

    fn given(&mut self, entity: Entity, slug: &str, fields: Fields) {
        self.decided
            .given
            .extend(fields.given.iter().map(|(field, hash)| (entity, slug.to_owned(), *field, hash.clone())));
        if !fields.held.is_empty() || !fields.agreed.is_empty() || !fields.taken.is_empty() {
            self.decided.held.push((entity, slug.to_owned(), fields));
        }
    }
}

fn line(what: What, record: &Incoming, kept: Option<&Kept>) -> Line {
    Line {
        what,
        key: record.key.clone(),
        slug: kept.and_then(|kept| kept.slug.clone()),
        name: kernel::one_line(&record.service.name),
        fields: Vec::new(),
        why: String::new(),
        guard: Guard::None,
    }
}
