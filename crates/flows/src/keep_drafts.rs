//! The staff's side: drafts that may be wrong as long as they are drafts, publication, and taking a guide back.

use crate::{
    catalogue::{ANNOUNCEMENTS, Flows, hash_of, on_flow},
    flow::Flow,
    format::{Trouble, parse},
    lint::{Finding, Known, lint},
    store as rows,
};
use access::{May, WriteFlows};
use kernel::{Fault, Instant};
use std::sync::Arc;
use store::{Tx, outbox, row};

row! {
    /// A guide that is being written. It may hold anything: nothing that was typed is lost.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Draft {
        /// The guide it is to become.
        slug: String,
        /// The text as it was typed.
        text: String,
        /// How often it was saved: who saves over an older one is told.
        edition: i64,
        /// The revision it was begun from, if there was one.
        based_on: Option<i64>,
        /// When.
        saved_at: Instant,
    }
}

row! {
    /// A draft as it was before somebody saved over it.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Edition {
        /// Which.
        edition: i64,
        /// Its text.
        text: String,
        /// When it was saved.
        saved_at: Instant,
    }
}

row! {
    /// What became of a guide besides its publications.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Event {
        /// The revision that was offered again; nothing when the guide was taken back.
        number: Option<i64>,
        /// Why, in the editor's words.
        why: String,
        /// When.
        at: Instant,
    }
}

/// How many earlier editions of a draft are kept.
const EDITIONS_KEPT: i64 = 5;

/// One guide as the staff's list shows it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its slug.
    pub slug: String,
    /// Its name, from what is offered, or else from the draft, or else the slug.
    pub title: String,
    /// What is offered; nothing when it was withdrawn or never published.
    pub offered: Option<Arc<Flow>>,
    /// The number of that revision.
    pub number: Option<i64>,
    /// Whether the council wrote that revision.
    pub is_councils: bool,
    /// What is being written.
    pub draft: Option<Draft>,
}

/// One revision in the history of a guide.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Its number.
    pub number: i64,
    /// Whether the council wrote it, or it came with the house.
    pub is_councils: bool,
    /// Why it was published, in the editor's words.
    pub why: String,
    /// When.
    pub published_at: Instant,
    /// Whether it is the one that is offered.
    pub is_offered: bool,
}

/// What became of a draft.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// It is kept, in this edition. What keeps it from running is said; it is kept all the same.
    Kept {
        /// The edition to save over next.
        edition: i64,
        /// What keeps it from running; empty when nothing does.
        troubles: Vec<Trouble>,
    },
    /// Somebody else saved meanwhile: theirs.
    Newer(Draft),
}

/// Why a draft was not published.
#[derive(Clone, Debug, PartialEq)]
pub enum NotPublished {
    /// There is no draft.
    NoDraft,
    /// Somebody else saved meanwhile: look at theirs first.
    Newer,
    /// It cannot run.
    Troubles(Vec<Trouble>),
    /// It can run, and should not: what the lint says.
    Findings(Vec<Finding>),
    /// Its slug is not that of the guide it was begun for.
    OtherSlug,
    /// It is what is offered already.
    Same,
}

impl Flows {
    /// Every guide there is: offered, withdrawn or only a draft, by title.
    pub async fn list_standing(&self) -> Result<Vec<Standing>, Fault> {
        let (known, drafts) =
            self.site().db().read(|tx| Ok((rows::list_standing(tx)?, rows::list_drafts(tx)?))).await?;
        let mut slugs: Vec<String> = known.into_iter().map(|(slug, _)| slug).collect();
        slugs.extend(drafts.iter().map(|draft| draft.slug.clone()));
        slugs.sort();
        slugs.dedup();
        let standing = |slug: String| {
            let offered = self.find(&slug);
            let draft = drafts.iter().find(|draft| draft.slug == slug).cloned();
            let drafted = draft.as_ref().and_then(|draft| parse(&draft.text).ok()).map(|flow| flow.title);
            Standing {
                title: offered
                    .as_ref()
                    .map(|published| published.flow.title.clone())
                    .or(drafted)
                    .unwrap_or_else(|| slug.clone()),
                number: offered.as_ref().map(|published| published.number),
                is_councils: offered.as_ref().is_some_and(|published| published.is_councils),
                offered: offered.map(|published| published.flow),
                draft,
                slug,
            }
        };
        let mut all: Vec<Standing> = slugs.into_iter().map(standing).collect();
        all.sort_by_key(|standing| standing.title.to_lowercase());
        Ok(all)
    }

    /// The history of a guide, latest first.
    pub async fn list_revisions(&self, slug: &str) -> Result<Vec<Revision>, Fault> {
        let wanted = slug.to_owned();
        let (found, current) = self
            .site()
            .db()
            .read(move |tx| {
                let current = rows::list_standing(tx)?.into_iter().find(|(slug, _)| *slug == wanted);
                Ok((rows::list_revisions(tx, &wanted)?, current.and_then(|(_, number)| number)))
            })
            .await?;
        let revision = |(number, origin, why, published_at): (i64, String, String, Instant)| Revision {
            number,
            is_councils: origin == "council",
            why,
            published_at,
            is_offered: current == Some(number),
        };
        Ok(found.into_iter().map(revision).collect())
    }

    /// When a guide was taken back or an earlier revision offered again, and why, latest first.
    pub async fn list_events(&self, slug: &str) -> Result<Vec<Event>, Fault> {
        let slug = slug.to_owned();
        self.site().db().read(move |tx| rows::list_events(tx, &slug)).await
    }

    /// The last few editions of a draft that were saved over, latest first. They go when the draft goes.
    pub async fn list_editions(&self, slug: &str) -> Result<Vec<Edition>, Fault> {
        let slug = slug.to_owned();
        self.site().db().read(move |tx| rows::list_editions(tx, &slug)).await
    }

    /// How many sessions are in the middle of a guide, whatever the revision.
    pub async fn count_running(&self, slug: &str) -> Result<i64, Fault> {
        let slug = slug.to_owned();
        self.site().db().read(move |tx| rows::count_running(tx, &slug)).await
    }

    /// The text of a revision.
    pub async fn find_revision_text(&self, slug: &str, number: i64) -> Result<Option<String>, Fault> {
        let slug = slug.to_owned();
        self.site().db().read(move |tx| rows::find_revision_text(tx, &slug, number)).await
    }

    /// What is being written.
    pub async fn find_draft(&self, slug: &str) -> Result<Option<Draft>, Fault> {
        let slug = slug.to_owned();
        self.site().db().read(move |tx| rows::find_draft(tx, &slug)).await
    }

    /// Keeps a draft over the edition that was seen (0 for a new one), whatever is in it.
    pub async fn save_draft(
        &self,
        may: &May<WriteFlows>,
        slug: &str,
        text: &str,
        seen_edition: i64,
    ) -> Result<Saved, Fault> {
        let draft = Draft {
            slug: slug.to_owned(),
            text: text.to_owned(),
            edition: seen_edition + 1,
            based_on: self.find(slug).map(|published| published.number),
            saved_at: self.site().clock().now(),
        };
        let troubles = parse(text).err().unwrap_or_default();
        let may = may.clone();
        self.site()
            .db()
            .write(move |tx| {
                let did = format!("saved a draft of the guide {}", draft.slug);
                let record =
                    |tx: &mut Tx<'_>| access::audit::record(tx, &may, did.clone(), "", draft.saved_at);
                let before = rows::take_draft(tx, &draft.slug)?;
                if rows::set_draft(tx, &draft)? {
                    if let Some(before) = before.filter(|before| before.text != draft.text) {
                        rows::insert_edition(tx, &before)?;
                        rows::delete_old_editions(tx, &draft.slug, EDITIONS_KEPT)?;
                    }
                    record(tx);
                    return Ok(Saved::Kept { edition: draft.edition, troubles: troubles.clone() });
                }
                let theirs = rows::find_draft(tx, &draft.slug)?;
                // It was published or thrown away meanwhile: theirs is what is not there any more, ours begins anew.
                match theirs {
                    Some(theirs) => Ok(Saved::Newer(theirs)),
                    None => {
                        rows::set_draft(tx, &Draft { edition: 1, ..draft.clone() })?;
                        record(tx);
                        Ok(Saved::Kept { edition: 1, troubles: troubles.clone() })
                    }
                }
            })
            .await
    }

    /// Lets go of a draft in the edition that was seen; says whether it was still that.
    pub async fn delete_draft(
        &self,
        may: &May<WriteFlows>,
        slug: &str,
        seen_edition: i64,
    ) -> Result<bool, Fault> {
        let (may, slug, now) = (may.clone(), slug.to_owned(), self.site().clock().now());
        self.site()
            .db()
            .write(move |tx| {
                let gone = rows::delete_draft(tx, &slug, seen_edition)?;
                if gone {
                    access::audit::record(
                        tx,
                        &may,
                        format!("threw a draft of the guide {slug} away"),
                        "",
                        now,
                    );
                }
                Ok(gone)
            })
            .await
    }

    /// Publishes a draft as the next revision. Who is in the middle of the guide finishes on the one they began with.
    /// `known` is what the lint may know of the site (addresses, numbers, needs). `why` is the editor's reason; it stays in the history of the guide and in the trail.
    pub async fn publish(
        &self,
        may: &May<WriteFlows>,
        slug: &str,
        seen_edition: i64,
        known: &Known,
        why: &str,
    ) -> Result<Result<i64, NotPublished>, Fault> {
        let Some(draft) = self.find_draft(slug).await? else { return Ok(Err(NotPublished::NoDraft)) };
        if draft.edition != seen_edition {
            return Ok(Err(NotPublished::Newer));
        }
        match parse(&draft.text) {
            Err(troubles) => return Ok(Err(NotPublished::Troubles(troubles))),
            Ok(flow) if flow.slug != slug => return Ok(Err(NotPublished::OtherSlug)),
            Ok(flow) => {
                let mut findings = lint(&flow, known, self.site().clock().today());
                findings.retain(|finding| finding.rule.keeps_from_publishing());
                if !findings.is_empty() {
                    return Ok(Err(NotPublished::Findings(findings)));
                }
            }
        }
        let (may, why, now) = (may.clone(), why.to_owned(), self.site().clock().now());
        let published = self
            .site()
            .db()
            .write(move |tx| {
                let current = rows::current_of(tx, &draft.slug)?.flatten();
                let standing = match current {
                    Some(number) => rows::find_revision_text(tx, &draft.slug, number)?,
                    None => None,
                };
                if standing.as_deref() == Some(draft.text.as_str()) {
                    return Ok(Err(NotPublished::Same));
                }
                if !rows::delete_draft(tx, &draft.slug, draft.edition)? {
                    return Ok(Err(NotPublished::Newer));
                }
                let number = rows::last_revision(tx, &draft.slug)?.map_or(1, |(number, _)| number + 1);
                let text = (draft.text.as_str(), hash_of(&draft.text));
                rows::insert_revision(tx, (&draft.slug, number), (text.0, &text.1), ("council", &why), now)?;
                rows::set_current(tx, &draft.slug, Some(number), now)?;
                let what = serde_json::json!({"slug": draft.slug, "number": number});
                outbox::announce(tx, ANNOUNCEMENTS[0], None, &what, now)?;
                access::audit::record(
                    tx,
                    &may,
                    format!("published revision {number} of the guide {}", draft.slug),
                    why.clone(),
                    now,
                );
                Ok(Ok(number))
            })
            .await;
        let published = match published {
            // Somebody published a first revision of the same guide at the same moment.
            Err(fault) if store::violation(&fault).is_some_and(|v| v.constraint == "flow_revision_key") => {
                Err(NotPublished::Newer)
            }
            published => published?,
        };
        if published.is_ok() {
            self.shown_anew().await?;
        }
        Ok(published)
    }

    /// Offers an earlier revision again, such as the one that came with the house.
    pub async fn offer_revision(
        &self,
        may: &May<WriteFlows>,
        slug: &str,
        number: i64,
        why: &str,
    ) -> Result<bool, Fault> {
        self.set_offered(
            may,
            slug,
            Some(number),
            why,
            format!("offered revision {number} of the guide {slug} again"),
        )
        .await
    }

    /// Takes a guide back: it is no longer offered. Who is in the middle of it may finish.
    pub async fn withdraw(&self, may: &May<WriteFlows>, slug: &str, why: &str) -> Result<bool, Fault> {
        self.set_offered(may, slug, None, why, format!("withdrew the guide {slug}")).await
    }

    async fn set_offered(
        &self,
        may: &May<WriteFlows>,
        slug: &str,
        number: Option<i64>,
        why: &str,
        did: String,
    ) -> Result<bool, Fault> {
        let (may, slug, why, now) = (may.clone(), slug.to_owned(), why.to_owned(), self.site().clock().now());
        let done = self
            .site()
            .db()
            .write(move |tx| {
                let Some(standing) = rows::current_of(tx, &slug)? else { return Ok(false) };
                let is_there = match number {
                    Some(number) => rows::find_revision_text(tx, &slug, number)?.is_some(),
                    None => true,
                };
                if standing == number || !is_there {
                    return Ok(false);
                }
                rows::set_current(tx, &slug, number, now)?;
                rows::insert_event(tx, &slug, number, &why, now)?;
                let topic = if number.is_some() { ANNOUNCEMENTS[0] } else { ANNOUNCEMENTS[1] };
                outbox::announce(tx, topic, None, &serde_json::json!({"slug": slug, "number": number}), now)?;
                access::audit::record(tx, &may, did.clone(), why.clone(), now);
                Ok(true)
            })
            .await?;
        if done {
            self.shown_anew().await?;
        }
        Ok(done)
    }

    /// This node shows it at once; the others when they hear of it.
    async fn shown_anew(&self) -> Result<(), Fault> {
        self.renew().await?;
        self.site().refresh().await
    }

    /// The record of a guide, for asking whether somebody may write it.
    pub fn record_of(slug: &str) -> access::On {
        on_flow(slug)
    }
}
