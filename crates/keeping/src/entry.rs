//! An entry with what somebody is doing to it: what every page of this room starts from.

use crate::{
    fields::{EntryText, Names},
    model::{Route, Rules, Straight, changed, decide_route},
    reading::Typed,
    store::{self as rows, ChangeRow, DraftRow},
};
use access::{Act, Actor, Denied, May, On, PersonId};
use directory::{OrganizationId, ServiceId};
use kernel::{Fault, Id, Instant};
use settings::Council;
use std::collections::BTreeMap;
use store::Tx;
use uuid::Uuid;
use web::{CardView, Form, Site, Who};

/// The needs whose entries can lead to somebody who must not be found.
const NEEDS_ABOUT_SAFETY: [&str; 3] = ["domestic-abuse", "child-protection", "not-safe-at-home"];

/// An entry that is kept: published, or new and not published yet.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub id: ServiceId,
    pub slug: String,
    pub name: String,
    pub organization: OrganizationId,
    pub organization_name: String,
    /// 0 for a new one.
    pub version: i64,
    /// What families see.
    pub text: EntryText,
    pub published: Published,
}

/// Whether families see an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Published {
    Yes,
    NotYet,
}

impl Kept {
    /// As the policy looks at it.
    pub fn on(&self) -> On {
        On::one("service", self.id).of_organization(self.organization)
    }

    /// Asks for a right on it.
    pub fn may<A: Act>(&self, who: &Who) -> Result<May<A>, Denied> {
        who.may::<A>(self.on())
    }

    pub fn is_published(&self) -> bool {
        self.published == Published::Yes
    }
}

/// An entry by its address on the site.
pub(crate) fn find_kept(tx: &mut Tx, slug: &str) -> Result<Option<Kept>, Fault> {
    if let Some(entry) = directory::find_entry(tx, slug)? {
        return Ok(Some(Kept {
            id: entry.id,
            slug: entry.slug,
            name: entry.name,
            organization: entry.organization.id,
            organization_name: entry.organization.name,
            version: entry.version,
            text: EntryText::of(&entry.draft)?,
            published: Published::Yes,
        }));
    }
    let Some(new) = rows::find_new_entry(tx, slug)? else {
        return Ok(None);
    };
    let text = EntryText::read(new.draft)?;
    let organizations = directory::list_organizations(tx)?;
    let organization = organizations.into_iter().find(|each| each.id.uuid() == new.organization_id);
    Ok(Some(Kept {
        id: Id::from_uuid(new.service_id),
        slug: new.slug,
        name: text.draft()?.name,
        organization: Id::from_uuid(new.organization_id),
        organization_name: organization.map(|each| each.name).unwrap_or_default(),
        version: 0,
        text,
        published: Published::NotYet,
    }))
}

/// The same by its id.
pub(crate) fn find_kept_by_id(tx: &mut Tx, id: Uuid) -> Result<Option<Kept>, Fault> {
    let published = directory::list_entries(tx)?.into_iter().find(|line| line.id.uuid() == id);
    let slug = match published {
        Some(line) => Some(line.slug),
        None => {
            rows::list_new_entries(tx, None)?.into_iter().find(|new| new.service_id == id).map(|new| new.slug)
        }
    };
    slug.map_or(Ok(None), |slug| find_kept(tx, &slug))
}

/// What an entry can name today.
pub(crate) fn list_names(tx: &mut Tx, council: &Council, now: Instant) -> Result<Names, Fault> {
    let needs = directory::list_needs(tx)?;
    let places = directory::list_places(tx)?;
    let mut areas = vec![(council.area_name.to_lowercase(), council.area_name.clone())];
    areas.extend(council.towns.iter().map(|town| (town.name.to_lowercase(), town.name.clone())));
    areas.extend(
        [("england", "England"), ("uk", "The whole United Kingdom")]
            .map(|(key, words)| (key.to_owned(), words.to_owned())),
    );
    Ok(Names {
        needs: needs.into_iter().map(|need| (need.slug, need.name)).collect(),
        needs_sensitive: NEEDS_ABOUT_SAFETY.map(str::to_owned).to_vec(),
        places_sensitive: places
            .iter()
            .filter(|place| place.sensitive)
            .map(|place| place.slug.clone())
            .collect(),
        places: places.into_iter().map(|place| (place.slug, place.name)).collect(),
        areas,
        today: kernel::civil_today(now),
    })
}

/// What decides whether two people must look at a change, read once for as many changes as there are.
pub struct TwoPeople {
    names: Names,
    rules: Rules,
}

impl TwoPeople {
    /// As the council has it today.
    pub fn find(tx: &mut Tx, council: &Council, now: Instant) -> Result<TwoPeople, Fault> {
        Ok(TwoPeople { names: list_names(tx, council, now)?, rules: list_rules(tx)? })
    }

    /// Whether going from one text to another touches what protects people.
    pub fn are_needed(
        &self,
        before: &directory::ServiceDraft,
        after: &directory::ServiceDraft,
    ) -> Result<bool, Fault> {
        let (base, proposed) = (EntryText::of(before)?, EntryText::of(after)?);
        Ok(changed(&base, &proposed)
            .iter()
            .any(|field| decide_route(field, &base, &proposed, &self.rules, &self.names) == Route::TwoPeople))
    }
}

/// What somebody has typed of an entry: kept from the first press of 'Save' until it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Working {
    /// The version it was begun from.
    pub base_version: i64,
    /// That version's text.
    pub base: EntryText,
    /// The text with what they changed.
    pub text: EntryText,
    /// What they typed that could not be read yet, by field.
    pub typed: BTreeMap<String, Typed>,
    /// The changes of other people that they have looked at beside their own.
    pub seen: Vec<Uuid>,
    pub saved_at: Option<Instant>,
}

impl Working {
    /// Whether there is anything to send or to mend.
    pub fn is_empty(&self) -> bool {
        self.typed.is_empty() && changed(&self.base, &self.text).is_empty()
    }

    pub fn save(&self, tx: &mut Tx, kept: &Kept, person: PersonId, now: Instant) -> Result<(), Fault> {
        rows::set_draft(
            tx,
            &DraftRow {
                service_id: kept.id.uuid(),
                person: person.uuid(),
                base_version: self.base_version,
                base: self.base.value(),
                draft: self.text.value(),
                typed: serde_json::to_value(&self.typed)?,
                seen: serde_json::to_value(&self.seen)?,
                saved_at: now,
                thrown_at: None,
            },
        )
    }
}

/// What somebody has typed so far, or the entry as it stands.
pub(crate) fn find_working(tx: &mut Tx, kept: &Kept, person: PersonId) -> Result<Working, Fault> {
    working_of(kept, rows::find_draft(tx, kept.id.uuid(), person.uuid())?)
}

/// The same, held until the transaction ends.
pub(crate) fn find_working_to_change(tx: &mut Tx, kept: &Kept, person: PersonId) -> Result<Working, Fault> {
    working_of(kept, rows::find_draft_to_change(tx, kept.id.uuid(), person.uuid())?)
}

fn working_of(kept: &Kept, row: Option<DraftRow>) -> Result<Working, Fault> {
    Ok(match row {
        Some(row) => Working {
            base_version: row.base_version,
            base: EntryText::read(row.base)?,
            text: EntryText::read(row.draft)?,
            typed: serde_json::from_value(row.typed)?,
            seen: serde_json::from_value(row.seen)?,
            saved_at: Some(row.saved_at),
        },
        None => Working {
            base_version: kept.version,
            base: kept.text.clone(),
            text: kept.text.clone(),
            typed: BTreeMap::new(),
            seen: Vec::new(),
            saved_at: None,
        },
    })
}

/// Changes that other people sent of this entry, which wait, and which this one has not looked at.
pub(crate) fn list_unseen(
    tx: &mut Tx,
    kept: &Kept,
    person: PersonId,
    working: &Working,
) -> Result<Vec<ChangeRow>, Fault> {
    let open = rows::list_open_changes_of(tx, kept.id.uuid())?;
    Ok(open
        .into_iter()
        .filter(|change| change.sender != person.uuid() && !working.seen.contains(&change.id))
        .collect())
}

/// The council's rules as they stand.
pub(crate) fn list_rules(tx: &mut Tx) -> Result<Rules, Fault> {
    let rules = rows::list_rules(tx)?;
    Ok(rules
        .into_iter()
        .map(|(field, straight)| (field, if straight { Straight::Through } else { Straight::ToReview }))
        .collect())
}

/// The signed-in person behind a right. The doors of this room let nobody else in.
pub(crate) fn person_of<A: Act>(may: &May<A>) -> Result<PersonId, Fault> {
    person(may.actor())
}

/// The same of an actor.
pub(crate) fn person(actor: &Actor) -> Result<PersonId, Fault> {
    actor
        .person()
        .ok_or_else(|| anyhow::anyhow!("somebody without an account came through a door that asks for one"))
}

/// Puts everything typed into a form through the safety screen. On these pages the words are about a service, and are
/// kept whatever is heard; the card stands above them.
pub(crate) fn card_for(site: &Site, form: &Form) -> Option<CardView> {
    let typed: String = form.each().map(|(_, value)| value).collect::<Vec<_>>().join("\n");
    let screened = site.screen(&typed);
    site.card(screened.verdict()).map(CardView::above)
}

/// '3 days', 'today'.
pub(crate) fn age_words(since: Instant, now: Instant) -> String {
    let days = (now.as_second() - since.as_second()) / 86_400;
    match usize::try_from(days).unwrap_or_default() {
        0 => "today".to_owned(),
        days => web::say::count(days, "day", "days"),
    }
}

/// The day of an instant, in words.
pub(crate) fn day_words(at: Instant) -> String {
    web::say::day_month_year(kernel::civil_today(at))
}
