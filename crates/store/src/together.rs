//! Many small writes of the same moment, kept by one commit.
//!
//! A commit waits for the disk, so one commit a booking is a few hundred bookings a second at most, and a morning on
//! which everybody books at once wants more. Whoever comes while a commit is on its way stands in a line; the next
//! commit keeps all of them. Each is undone alone when it fails or is refused, nobody is answered before the commit,
//! and with nobody waiting it is as quick as a write of its own.

use crate::{Db, Tx};
use anyhow::anyhow;
use kernel::Fault;
use std::{
    collections::{BTreeSet, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;
use uuid::Uuid;

/// The most writes one commit keeps. What one waits for is then still less than a tenth of a second.
const TURNS_MAX: usize = 64;

/// Takes the rows of these keys, which come sorted and each once, for this transaction alone (`for update`, in the
/// order of the keys). All rows that the turns of a commit will change are taken before the first of them, so that two
/// nodes can wait for one another and never cross.
pub type TakeRows = fn(&mut Tx<'_>, &[Uuid]) -> Result<(), Fault>;

/// A line of writes that are kept together. Clones stand in the same line.
#[derive(Clone)]
pub struct Together {
    db: Db,
    take_rows: TakeRows,
    line: Arc<Mutex<Line>>,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Box<dyn Turn>>,
    moving: bool,
}

impl Together {
    /// A line before this database.
    pub fn new(db: &Db, take_rows: TakeRows) -> Together {
        Together { db: db.clone(), take_rows, line: Arc::default() }
    }

    /// Like [`Db::write`], for a write that changes only what hangs on the rows of these keys. A fault of its own undoes
    /// this write alone; a fault of the commit is everybody's.
    pub async fn write<T, F>(&self, keys: Vec<Uuid>, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let must_lead = {
            let mut line = held(&self.line);
            line.waiting.push_back(Box::new(Waiting { keys, work, outcome: None, answer }));
            !std::mem::replace(&mut line.moving, true)
        };
        if must_lead {
            // A task of its own: the line moves on when the one who came first has gone away.
            tokio::spawn(self.clone().move_on());
        }
        answered.await.map_err(|_| anyhow!("the line of writes was stopped"))?
    }

    async fn move_on(self) {
        loop {
            let turns: Vec<Box<dyn Turn>> = {
                let mut line = held(&self.line);
                let many = line.waiting.len().min(TURNS_MAX);
                if many == 0 {
                    line.moving = false;
                    return;
                }
                line.waiting.drain(..many).collect()
            };
            self.keep(turns).await;
        }
    }

    async fn keep(&self, turns: Vec<Box<dyn Turn>>) {
        let keys: BTreeSet<Uuid> = turns.iter().flat_map(|turn| turn.keys()).copied().collect();
        let keys: Vec<Uuid> = keys.into_iter().collect();
        let turns = Arc::new(Mutex::new(turns));
        let (taken, take_rows) = (turns.clone(), self.take_rows);
        let kept = self
            .db
            .write(move |tx| {
                if !keys.is_empty() {
                    take_rows(tx, &keys)?;
                }
                for turn in held(&taken).iter_mut() {
                    turn.run(tx);
                    tx.expect_sound()?;
                }
                Ok(())
            })
            .await
            .map_err(|fault| format!("{fault:#}"));
        for turn in held(&turns).drain(..) {
            turn.settle(&kept);
        }
    }
}

/// One write in the line, whatever it gives.
trait Turn: Send {
    fn keys(&self) -> &[Uuid];
    fn run(&mut self, tx: &mut Tx<'_>);
    fn settle(self: Box<Self>, kept: &Result<(), String>);
}

struct Waiting<T, F> {
    keys: Vec<Uuid>,
    work: F,
    outcome: Option<Result<T, Fault>>,
    answer: oneshot::Sender<Result<T, Fault>>,
}

impl<T, F> Turn for Waiting<T, F>
where
    T: Send,
    F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send,
{
    fn keys(&self) -> &[Uuid] {
        &self.keys
    }

    fn run(&mut self, tx: &mut Tx<'_>) {
        self.outcome = Some(tx.attempt(|tx| {
            catch_unwind(AssertUnwindSafe(|| (self.work)(tx)))
                .unwrap_or_else(|_| Err(anyhow!("a write panicked; nothing of it was kept")))
        }));
    }

    fn settle(self: Box<Self>, kept: &Result<(), String>) {
        let outcome = match (self.outcome, kept) {
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Err(fault)), Ok(())) => Err(fault),
            (_, Err(why)) => Err(anyhow!("{why}")),
            (None, Ok(())) => Err(anyhow!("a write had no turn")),
        };
        // Whoever asked may have gone away; what was written is written.
        let _ = self.answer.send(outcome);
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
