//! Entries that were made one with another: the one that is gone is shown nowhere, and its address answers with the
//! one that was kept. Nothing of it is lost, and it can be brought back.
//!
//! What replaces is never itself replaced: when it is, everything that led to it leads on to its own successor, so a
//! reader never follows more than one step and there can be no circle.

use crate::{
    model::{OrganizationId, ServiceId},
    store as rows,
};
use access::{Act, May};
use kernel::{Date, Fault, Instant};
use store::{Tx, outbox, row};
use uuid::Uuid;

row! {
    /// An entry that is gone, and the one that stands for it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Replaced {
        /// The one that is gone.
        service: ServiceId,
        /// Its address on the site.
        slug: String,
        /// The one that stands for it: never itself gone.
        by: ServiceId,
        /// Its address on the site.
        by_slug: String,
        /// Since when.
        at: Instant,
    }
}

/// Every entry that is gone, by its address, with the one that answers for it.
pub fn list_replaced(tx: &mut Tx) -> Result<Vec<Replaced>, Fault> {
    rows::list_replaced(tx)
}

/// What stands for an entry, if it is gone.
pub fn find_replacement(tx: &mut Tx, slug: &str) -> Result<Option<Replaced>, Fault> {
    rows::find_replacement(tx, slug)
}

/// How [`replace`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacing {
    /// The one is gone and the other stands for it.
    Done,
    /// It was gone before.
    GoneBefore,
    /// What was to stand for it is gone itself.
    KeptIsGone,
    /// Both are the same entry.
    Same,
    /// One of them is not there.
    Absent,
}

/// Lets one entry stand for another. Whatever the gone one stood for is led on.
pub fn replace<A: Act>(
    tx: &mut Tx,
    _may: &May<A>,
    gone: ServiceId,
    kept: ServiceId,
    merge: Uuid,
    now: Instant,
) -> Result<Replacing, Fault> {
    if gone == kept {
        return Ok(Replacing::Same);
    }
    // Both are held in one order whoever merges what, so that two merges wait for each other and never cross.
    for service in [gone.min(kept), gone.max(kept)] {
        rows::lock_service(tx, service)?;
    }
    let (Some(gone_slug), Some(_)) = (rows::find_slug(tx, gone)?, rows::find_slug(tx, kept)?) else {
        return Ok(Replacing::Absent);
    };
    if rows::find_replacement_of(tx, gone)?.is_some() {
        return Ok(Replacing::GoneBefore);
    }
    if rows::find_replacement_of(tx, kept)?.is_some() {
        return Ok(Replacing::KeptIsGone);
    }
    for led_on in rows::list_replaced_by(tx, gone)? {
        rows::set_replacement(tx, led_on, kept)?;
    }
    rows::insert_replacement(tx, gone, kept, merge, now)?;
    announce(tx, gone, &gone_slug, now)?;
    Ok(Replacing::Done)
}

/// How [`bring_back`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BroughtBack {
    /// It is shown again.
    Done,
    /// It was not gone, or through another merge.
    NotGone,
    /// What stood for it is gone itself: that merge is to be undone first.
    KeptIsGone,
}

/// Shows an entry again that was gone, and whatever had been led on through it.
pub fn bring_back<A: Act>(
    tx: &mut Tx,
    _may: &May<A>,
    gone: ServiceId,
    merge: Uuid,
    now: Instant,
) -> Result<BroughtBack, Fault> {
    let Some(row) = rows::find_replacement_row(tx, gone, merge)? else {
        return Ok(BroughtBack::NotGone);
    };
    for service in [gone.min(row.merged_into), gone.max(row.merged_into)] {
        rows::lock_service(tx, service)?;
    }
    if rows::find_replacement_of(tx, row.merged_into)?.is_some() {
        return Ok(BroughtBack::KeptIsGone);
    }
    rows::delete_replacement(tx, gone)?;
    // Those that were made one with it, directly or through others, lead to it again.
    let mut led_back = vec![gone];
    while let Some(through) = led_back.pop() {
        for service in rows::list_merged_into(tx, through)? {
            rows::set_replacement(tx, service, gone)?;
            led_back.push(service);
        }
    }
    if let Some(slug) = rows::find_slug(tx, gone)? {
        announce(tx, gone, &slug, now)?;
    }
    Ok(BroughtBack::Done)
}

fn announce(tx: &mut Tx, service: ServiceId, slug: &str, now: Instant) -> Result<(), Fault> {
    let payload = serde_json::json!({ "slug": slug });
    outbox::announce(tx, "service_published", Some(service.uuid()), &payload, now)
}

/// What tells two entries apart or shows that they are the same: of every entry that is not gone, hidden ones too.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparable {
    /// The entry.
    pub service: ServiceId,
    /// Its address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Who runs it.
    pub organization: OrganizationId,
    /// Their name.
    pub organization_name: String,
    /// Where to write.
    pub email: Option<String>,
    /// Its website.
    pub website: Option<String>,
    /// Its telephone numbers.
    pub phones: Vec<String>,
    /// Where it is. A secret place has neither street nor postcode here.
    pub places: Vec<ComparablePlace>,
    /// Pregnancy, youngest and first age that is too old, in months; `None` when no age is given.
    pub ages: Option<(Pregnancy, Option<i64>, Option<i64>)>,
    /// Days (`MO`) with the minute at which it begins, if it is given.
    pub times: Vec<(String, Option<i64>)>,
    /// Whether it is running, as it is kept.
    pub status: String,
    /// Its page has a neutral title and an exit.
    pub sensitive: bool,
    /// When somebody last made sure that it is right.
    pub checked_on: Option<Date>,
    /// It is hidden from families.
    pub hidden: bool,
    /// It is a neighbour's: for families outside the council's area.
    pub outside: bool,
    /// The needs it is found under.
    pub needs: Vec<String>,
    /// Whom it welcomes in particular, as it is kept.
    pub audiences: Vec<String>,
    /// Its summary and what people also say, for looking for words.
    pub words: String,
}

/// Whether an entry begins with pregnancy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pregnancy {
    /// It does.
    From,
    /// It does not.
    Not,
}

/// A place of a [`Comparable`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparablePlace {
    /// Its address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its postcode.
    pub postal_code: Option<String>,
    /// Street and number.
    pub address_1: Option<String>,
}

/// Every entry that is neither gone for good nor replaced, read table by table: 50,000 take a second or two.
pub fn list_comparable(tx: &mut Tx) -> Result<Vec<Comparable>, Fault> {
    rows::list_comparable(tx)
}

/// A website address and the organisation that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationAddress {
    /// The organisation's address on the site.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its website.
    pub website: Option<String>,
    /// Where to write.
    pub email: Option<String>,
}

/// The websites and e-mail addresses of organisations.
pub fn list_organization_addresses(tx: &mut Tx) -> Result<Vec<OrganizationAddress>, Fault> {
    Ok(rows::list_organizations(tx)?
        .into_iter()
        .map(|organization| OrganizationAddress {
            slug: organization.slug,
            name: organization.name,
            website: organization.website,
            email: organization.email,
        })
        .collect())
}
