//! A pull that takes longer than a job may: what was read is kept page by page, and the next job goes on from there for
//! as long as the other side still has the same list.

use crate::{
    store::{self as rows, PullKey, PullRow},
    walk::{Halt, Trouble},
};
use kernel::{Clock, Fault, Instant};
use serde_json::Value;
use std::collections::HashMap;
use store::Db;

/// How long one part reads: less than half of a job's lease, so that taking in what was read has the other half.
pub(crate) const PART_SECONDS: i64 = 120;
/// The most parts of one pull, which is most of a day.
const PARTS_MAX: i64 = 500;
/// How often a list may have changed under our hands before we give it up until the next time.
const BEGUN_ANEW_MAX: i64 = 3;

/// Which of the two lists of a pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum List {
    /// Pages of the list.
    Page,
    /// Services that were asked for one by one.
    One,
}

impl List {
    fn key(self) -> &'static str {
        match self {
            List::Page => "page",
            List::One => "one",
        }
    }
}

/// What is kept of a pull, and until when this part of it reads.
pub(crate) enum Parts<'a> {
    /// Read in one go and not kept: somebody waits before a screen.
    InOneGo,
    /// Kept in the database.
    Kept {
        db: &'a Db,
        clock: &'a Clock,
        key: PullKey,
        until: Instant,
        /// What earlier parts read.
        read: HashMap<(List, u64), Value>,
        /// How many this part has read: one at least, however slow the first page was.
        fetched: usize,
    },
}

impl<'a> Parts<'a> {
    pub fn kept(db: &'a Db, clock: &'a Clock, key: PullKey, until: Instant) -> Parts<'a> {
        Parts::Kept { db, clock, key, until, read: HashMap::new(), fetched: 0 }
    }

    /// The list is the one with this mark: goes on with what is kept of it, or begins anew.
    pub async fn begin(&mut self, mark: &str) -> Result<(), Halt> {
        let Parts::Kept { db, clock, key, read, .. } = self else { return Ok(()) };
        let (mark, now, key) = (mark.to_owned(), clock.now(), *key);
        let begun = db.write(move |tx| {
            let before = rows::find_pull(tx, key)?;
            let same = before.as_ref().is_some_and(|pull| pull.mark == mark);
            if !same {
                rows::delete_pull_pages(tx, key)?;
            }
            let pull = match before {
                Some(pull) if same => PullRow { parts: pull.parts + 1, ..pull },
                Some(pull) => PullRow {
                    mark: mark.clone(),
                    parts: pull.parts + 1,
                    begun_anew: pull.begun_anew + 1,
                    ..pull
                },
                None => PullRow { mark: mark.clone(), begun_at: now, parts: 1, begun_anew: 0 },
            };
            rows::set_pull(tx, key, &pull)?;
            Ok((pull, rows::list_pull_pages(tx, key)?))
        });
        let (pull, pages) = begun.await?;
        for (list, number, json) in pages {
            let list = if list == List::Page.key() { List::Page } else { List::One };
            read.insert((list, number.unsigned_abs()), json);
        }
        let why = if pull.begun_anew > BEGUN_ANEW_MAX {
            "Its list changes faster than we can read it"
        } else if pull.parts > PARTS_MAX {
            "It takes longer than a day to read"
        } else {
            return Ok(());
        };
        self.forget().await?;
        Err(Trouble::saying(why).into())
    }

    /// What an earlier part read.
    pub fn take(&mut self, list: List, number: u64) -> Option<Value> {
        match self {
            Parts::InOneGo => None,
            Parts::Kept { read, .. } => read.remove(&(list, number)),
        }
    }

    /// Whether there is time for one more.
    pub fn go_on(&mut self) -> Result<(), Halt> {
        match self {
            Parts::Kept { clock, until, fetched, .. } if *fetched > 0 && clock.now() >= *until => {
                Err(Halt::Later)
            }
            _ => Ok(()),
        }
    }

    /// Keeps what was read.
    pub async fn keep(&mut self, list: List, number: u64, json: Value) -> Result<(), Fault> {
        let Parts::Kept { db, key, fetched, .. } = self else { return Ok(()) };
        *fetched += 1;
        let (key, number) = (*key, i64::try_from(number)?);
        db.write(move |tx| rows::insert_pull_page(tx, key, list.key(), number, &json)).await
    }

    /// What was read is of no use.
    pub async fn forget(&mut self) -> Result<(), Fault> {
        let Parts::Kept { db, key, .. } = self else { return Ok(()) };
        let key = *key;
        db.write(move |tx| rows::delete_pull(tx, key)).await
    }
}
