//! The trail: who did what to which record, why and when; reads of personal records too.
//!
//! Each row carries a hash over itself and the row before it, so that a row that was changed, taken out, put in or
//! moved shows ([`verify`]); the head is kept beside the chain, so that rows cut from its end show too. Who can write
//! the whole database could still rewrite all of it: `hearth check` prints the head, so that a copy of it can be kept
//! elsewhere and compared.
//!
//! What is older than the council's schedule is let go of from the beginning ([`cut`]). That is a row of the trail
//! itself, which says where the chain begins now, so nobody else can shorten it unseen.

use crate::{
    actor::{Actor, PersonId},
    policy::{Act, Action},
    store as rows,
    witness::May,
};
use anyhow::anyhow;
use kernel::{Fault, Instant};
use store::{Tx, row};
use uuid::Uuid;

/// Writes down what somebody who may is doing, at the end of this transaction: kept when it is kept, never otherwise.
/// `did` and `why` hold no names, addresses or case text.
pub fn record<A: Act>(
    tx: &mut Tx<'_>,
    may: &May<A>,
    did: impl Into<String>,
    why: impl Into<String>,
    now: Instant,
) {
    let (actor, on) = (may.actor(), may.on());
    let draft = Draft {
        at: now,
        actor_kind: actor.kind(),
        actor_id: actor.person().map(PersonId::uuid),
        machine: actor.machine(),
        action: A::ACTION.key(),
        record_kind: on.kind,
        record_id: on.id,
        about_id: on.about.map(PersonId::uuid),
        did: did.into(),
        why: why.into(),
    };
    tx.at_end(move |tx| append(tx, &draft));
}

/// Writes down a sign-in that failed, or another act of somebody who is not known.
pub fn record_attempt(
    tx: &mut Tx<'_>,
    action: Action,
    about: Option<PersonId>,
    did: impl Into<String>,
    now: Instant,
) {
    let draft = Draft {
        at: now,
        actor_kind: Actor::Visitor.kind(),
        actor_id: None,
        machine: "",
        action: action.key(),
        record_kind: "account",
        record_id: about.map(PersonId::uuid),
        about_id: about.map(PersonId::uuid),
        did: did.into(),
        why: String::new(),
    };
    tx.at_end(move |tx| append(tx, &draft));
}

/// A row that waits for its place in the chain.
pub(crate) struct Draft {
    pub at: Instant,
    pub actor_kind: &'static str,
    pub actor_id: Option<Uuid>,
    pub machine: &'static str,
    pub action: &'static str,
    pub record_kind: &'static str,
    pub record_id: Option<Uuid>,
    pub about_id: Option<Uuid>,
    pub did: String,
    pub why: String,
}

row! {
    /// A row of the trail.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Entry {
        /// Its place in the chain, from 1 without gaps.
        sequence: i64,
        /// When.
        at: Instant,
        /// `visitor`, `person`, `machine` or `operator`.
        actor_kind: String,
        /// The person, if it was one.
        actor_id: Option<Uuid>,
        /// The job, if it was one.
        machine: String,
        /// What they were allowed as.
        action: String,
        /// What kind of record.
        record_kind: String,
        /// Which.
        record_id: Option<Uuid>,
        /// Whom the record is about.
        about_id: Option<Uuid>,
        /// What was done, in a few words.
        did: String,
        /// The reason that was given, or empty.
        why: String,
        /// Over this row and the hash before it.
        hash: String,
    }
}

fn append(tx: &mut Tx<'_>, draft: &Draft) -> Result<(), Fault> {
    let (last, before) =
        rows::find_head(tx, true)?.ok_or_else(|| anyhow!("the head of the audit trail is gone"))?;
    let sequence = last + 1;
    // As the database will keep them: it has no NUL, and the hash is over what can be read back.
    let (did, why) = (draft.did.replace('\0', "\u{fffd}"), draft.why.replace('\0', "\u{fffd}"));
    let hash = Link {
        before: &before,
        sequence,
        at: draft.at,
        texts: [draft.actor_kind, draft.machine, draft.action, draft.record_kind, &did, &why],
        ids: [draft.actor_id, draft.record_id, draft.about_id],
    }
    .hash();
    rows::insert_audit(tx, sequence, draft, &hash)
}

/// What a row's hash is taken over. Every part is preceded by its length, so that no two rows read alike.
struct Link<'a> {
    before: &'a str,
    sequence: i64,
    at: Instant,
    texts: [&'a str; 6],
    ids: [Option<Uuid>; 3],
}

impl Link<'_> {
    fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(self.before.as_bytes());
        part(&self.sequence.to_le_bytes());
        part(&self.at.as_microsecond().to_le_bytes());
        for text in self.texts {
            part(text.as_bytes());
        }
        for id in self.ids {
            part(id.as_ref().map_or(&[][..], |id| id.as_bytes()));
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// How the trail stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Soundness {
    /// Every row is as it was written.
    Sound {
        /// How many rows.
        rows: i64,
        /// The last one's hash, to be kept elsewhere.
        head: String,
    },
    /// Something was changed behind the house's back.
    Broken {
        /// The first row that does not fit.
        sequence: i64,
    },
}

/// Reads the whole chain: 100,000 rows take under a second. In a snapshot (`Db::snapshot`), so that a row that is
/// being written meanwhile is not taken for a false one.
pub fn verify(tx: &mut Tx<'_>) -> Result<Soundness, Fault> {
    verify_since(tx, i64::MIN)
}

/// Reads the latest rows of the chain only, for a page that should not wait for all of it.
pub fn verify_latest(tx: &mut Tx<'_>, rows_max: i64) -> Result<Soundness, Fault> {
    let last = rows::find_head(tx, false)?.map_or(0, |(last, _)| last);
    verify_since(tx, last.saturating_sub(rows_max))
}

fn verify_since(tx: &mut Tx<'_>, after: i64) -> Result<Soundness, Fault> {
    let mut expected = 1;
    match follow(tx, after, &mut expected) {
        // What was never written by us may be of a kind that cannot even be read. As long as the database answers, it
        // is the trail that is wrong.
        Err(_) if rows::find_head(tx, false).is_ok() => Ok(Soundness::Broken { sequence: expected }),
        other => other,
    }
}

/// Follows the chain from where it begins, or from a row in the middle whose hash is taken as given. `expected` is the
/// place it has come to.
fn follow(tx: &mut Tx<'_>, after: i64, expected: &mut i64) -> Result<Soundness, Fault> {
    let Some((last, head)) = rows::find_head(tx, false)? else {
        return Ok(Soundness::Broken { sequence: *expected });
    };
    let (mut before_first, mut before) = match rows::find_cut(tx)? {
        Some(cut) => read_cut(&cut)?,
        None => (0, String::new()),
    };
    let mut next = i64::MIN;
    if after > before_first {
        let Some(hash) = rows::find_hash(tx, after)? else {
            return Ok(Soundness::Broken { sequence: after });
        };
        (before_first, before, next) = (after, hash, after + 1);
    }
    *expected = before_first + 1;
    loop {
        let part = rows::list_from(tx, next, 1_000)?;
        if part.is_empty() {
            break;
        }
        for row in part {
            let hash = row.link(&before).hash();
            if row.sequence != *expected || hash != row.hash {
                return Ok(Soundness::Broken { sequence: *expected });
            }
            *expected += 1;
            (next, before) = (*expected, hash);
        }
    }
    if (last, &head) == (*expected - 1, &before) {
        Ok(Soundness::Sound { rows: last - before_first, head })
    } else {
        Ok(Soundness::Broken { sequence: (*expected).min(last + 1) })
    }
}

impl Entry {
    fn link<'a>(&'a self, before: &'a str) -> Link<'a> {
        Link {
            before,
            sequence: self.sequence,
            at: self.at,
            texts: [&self.actor_kind, &self.machine, &self.action, &self.record_kind, &self.did, &self.why],
            ids: [self.actor_id, self.record_id, self.about_id],
        }
    }
}

/// The kind of record of the rows that say where the chain begins. Only [`cut`] writes them.
pub(crate) const CUT: &str = "trail_cut";

/// Lets go of the rows before an instant, from the beginning of the chain and without a gap, and says how many. That
/// it was done, and from where the chain goes on, is the trail's own latest row.
pub fn cut<A: Act>(tx: &mut Tx<'_>, job: &'static str, before: Instant, now: Instant) -> Result<u64, Fault> {
    let Some((last, hash)) = rows::find_last_before(tx, before)? else { return Ok(0) };
    let gone = rows::delete_up_to(tx, last)?;
    if gone > 0 {
        let may = May::<A>::by_machine(job, crate::On::all(CUT));
        record(tx, &may, format!("{last} {hash}"), format!("{gone} rows were older than the schedule"), now);
    }
    Ok(gone)
}

fn read_cut(did: &str) -> Result<(i64, String), Fault> {
    let (sequence, hash) = did.split_once(' ').ok_or_else(|| anyhow!("a cut of the trail says nothing"))?;
    Ok((sequence.parse()?, hash.to_owned()))
}

/// What to look for. Empty finds everything.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Who did it, or whom it was about.
    pub person: Option<PersonId>,
    /// Who did it.
    pub actor: Option<PersonId>,
    /// Whom it was about.
    pub about: Option<PersonId>,
    /// To which record.
    pub record: Option<Uuid>,
    /// To which kind of record.
    pub record_kind: Option<String>,
    /// What.
    pub action: Option<Action>,
    /// Not before.
    pub from: Option<Instant>,
    /// Before.
    pub until: Option<Instant>,
}

/// A page of what was found, latest first, and how many there are in all.
pub fn search(tx: &mut Tx<'_>, filter: &Filter, limit: i64, skip: i64) -> Result<(Vec<Entry>, i64), Fault> {
    Ok((rows::list_found(tx, filter, limit, skip)?, rows::count_found(tx, filter)?))
}
