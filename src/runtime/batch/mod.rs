//! Decisions over a whole base: every row of every file, in order, on all cores.
//!
//! One thread splits rows and hands them on by key, so that a customer who comes twice is decided twice by the same
//! thread, in order, and the second time sees what the first recorded. Rows travel in blocks, and a block is given to
//! the caller in the order of its rows before the one after the next is read: what is kept in memory is two blocks,
//! whatever the size of the base, eight bytes of every key, and what was recorded of customers who may come again. The same input gives the same
//! output with any number of threads.
//!
//! Nothing is written to the store before the caller says so: see [`Done::commit`].

mod census;
mod keep;
mod summary;
#[cfg(test)]
mod tests;
mod worker;

pub use census::KeyRows;
pub use summary::{Answered, SlotSummary, Steps, Summary};

use std::collections::{BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant as Stopwatch;

use thiserror::Error;

use super::data::{ConsentIndex, Customers, DataError, Decoder, EventIndex, NextRow};
use super::engine::Engine;
use super::request::Whose;
use super::store::{Entry, Key, StateError, StateStore, Transaction};
use crate::frame::{Decision, Facts};
use crate::model::{CapUnit, SlotId};
use census::Census;
use keep::keep_row;
pub(super) use keep::write_through;
use worker::{Job, Outcome, Worker};

/// What is taken to have happened after a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assume {
    /// What a rule or substitute shows was seen: it is recorded, and counts from then on.
    Shown,
    /// That it was decided, and nothing more: it is reserved, and whoever shows or sends it confirms it by its id.
    Decided,
    /// Nothing: a dry run. Nothing is recorded, and a customer who comes twice is decided twice alike.
    Nothing,
}

/// What is asked of a base, and what is known besides its rows.
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    /// Who decides.
    pub engine: &'a Engine,
    /// The slots, in the order in which the page fills them.
    pub slots: &'a [SlotId],
    /// What is known of everybody: the instant and the attributes of the moment.
    pub moment: &'a Facts,
    /// What customers said.
    pub consent: Option<&'a ConsentIndex>,
    /// What happened to them; with who belongs together, where the rules count by that ([`EventIndex::place`]).
    pub events: Option<&'a EventIndex>,
    /// What earlier runs recorded, and where this one will.
    pub store: Option<&'a dyn StateStore>,
    /// What is recorded.
    pub assume: Assume,
    /// Whether to count why rules were passed over; that asks the reference evaluator once more for every decision.
    pub reasons: bool,
    /// How many threads decide; `None` is one a core.
    pub workers: Option<NonZeroUsize>,
}

/// A customer's decisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Which of the files, from 0.
    pub file: usize,
    /// The row's number in it, from 1.
    pub row: u64,
    /// The line on which the row begins, from 1.
    pub line: u64,
    /// The customer's key.
    pub key: Option<Arc<str>>,
    /// One a slot asked for, in that order.
    pub decisions: Vec<Decision>,
    /// Of each the id under which it can be confirmed, where one was kept; empty where none was.
    pub ids: Vec<Option<String>>,
}

/// Why a base could not be decided.
#[derive(Debug, Error)]
pub enum BatchError<E> {
    /// A file breaks off.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The store cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The caller could not take a result.
    #[error("{0}")]
    Sink(E),
}

/// A base that has been decided.
pub struct Done<'a> {
    /// What it comes to.
    pub summary: Summary,
    pending: Option<Box<dyn Transaction + 'a>>,
}

impl Done<'_> {
    /// Makes everything that was recorded durable, all or nothing; dropped instead, none of it ever was.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn commit(self) -> Result<Summary, StateError> {
        if let Some(pending) = self.pending {
            pending.commit()?;
        }
        Ok(self.summary)
    }
}

/// Rows in a block: enough to keep a thread busy, few enough to keep two blocks in memory.
const BLOCK: usize = 2_048;

/// Blocks on their way at a time.
const IN_FLIGHT: usize = 2;

/// Decides every row of the files, one file after the other, and gives each to `sink` in order.
///
/// # Errors
/// A file breaks off, the store cannot be used, or `sink` fails. Then nothing has been recorded.
pub fn decide_base<'a, E>(
    batch: &Batch<'a>,
    files: &mut [Customers],
    mut sink: impl FnMut(&Decided) -> Result<(), E>,
) -> Result<Done<'a>, BatchError<E>> {
    let start = Stopwatch::now();
    let decoders: Vec<Decoder> = files.iter().map(Customers::decoder).collect();
    let keys_repeat = keys_repeat(files);
    let mut pending = match (batch.store, batch.assume) {
        (Some(store), Assume::Shown | Assume::Decided) => Some(store.begin()?),
        (Some(_), Assume::Nothing) | (None, _) => None,
    };
    let rules = batch.engine.rules();
    let threads = batch.workers.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    // Where customers are counted together, what one is shown bears on the next, and rows are taken one after the other.
    let together = rules.units().iter().any(|unit| *unit != CapUnit::Customer);
    let threads = if together { 1 } else { threads };
    let shown = batch.assume == Assume::Shown;
    let keeps = batch.store.and_then(StateStore::keeps);
    let reserves = !shown || together || rules.caps.iter().any(|cap| cap.reserve.is_some());
    let mut summary = Summary::new(batch.slots);
    let may_be_named = rules.key().is_none_or(|key| !rules[key].is_protected() && rules[key].needs.is_empty());
    let mut census = Census::new(batch.consent, batch.events, may_be_named);
    std::thread::scope(|scope| -> Result<(), BatchError<E>> {
        let mut crew = Crew { lines: Vec::new(), rows: VecDeque::new() };
        for _ in 0..threads {
            let (give, jobs) = sync_channel::<Vec<Job>>(IN_FLIGHT);
            let (back, take) = sync_channel::<Result<Vec<Outcome>, StateError>>(IN_FLIGHT);
            let (last, summary) = sync_channel::<Summary>(1);
            let decoders = &decoders;
            scope.spawn(move || {
                let mut worker = Worker::new(batch, decoders, keys_repeat);
                for block in jobs {
                    let decided = block.into_iter().map(|job| worker.decide(job)).collect();
                    // Nobody listens any more: the run has failed elsewhere.
                    if back.send(decided).is_err() {
                        return;
                    }
                }
                drop(last.send(worker.summary));
            });
            crew.lines.push(Line { give, take, summary });
        }
        let mut take = |outcomes: Vec<Outcome>| -> Result<(), BatchError<E>> {
            for Outcome { mut decided, events, shared, now, read, .. } in outcomes {
                if let Some(pending) = pending.as_mut() {
                    read.iter().try_for_each(|(key, seen)| pending.expect(key, *seen))?;
                }
                if let Some(pending) = pending.as_mut().filter(|_| reserves) {
                    let whose = Whose { customer: decided.key.as_deref(), shared: &shared, now };
                    let name = match batch.store {
                        Some(store) => store.new_name()?,
                        None => String::new(),
                    };
                    decided.ids = keep_row(rules, pending.as_mut(), whose, &decided.decisions, &name, (shown, keeps))?;
                } else if let (Some(pending), Some(key)) = (&mut pending, &decided.key) {
                    let entries: Vec<Entry> = events.into_iter().map(Entry::Happened).collect();
                    write_through(rules, pending.as_mut(), Key::Customer(key.to_string()), &entries, (now, keeps))?;
                }
                sink(&decided).map_err(BatchError::Sink)?;
            }
            Ok(())
        };
        for (file, customers) in files.iter_mut().enumerate() {
            loop {
                let (block, more) = read_block(file, customers, threads, &mut summary, &mut census)?;
                crew.give(block);
                if crew.rows.len() >= IN_FLIGHT {
                    take(crew.take()?)?;
                }
                if !more {
                    break;
                }
            }
        }
        while !crew.rows.is_empty() {
            take(crew.take()?)?;
        }
        crew.finish().into_iter().for_each(|part| summary.add(part));
        Ok(())
    })?;
    [summary.twice, summary.nobodys_consent, summary.nobodys_events] = census.finish();
    summary.elapsed = start.elapsed();
    Ok(Done { summary, pending })
}

/// Whether a customer may come twice: not where every key is the number of a row.
fn keys_repeat(files: &[Customers]) -> bool {
    let names: BTreeSet<_> = files.iter().map(Customers::name).collect();
    names.len() < files.len() || !files.iter().all(Customers::numbered)
}

/// One block of a file, by thread; and whether the file goes on.
fn read_block(
    file: usize,
    customers: &mut Customers,
    threads: usize,
    summary: &mut Summary,
    census: &mut Census<'_>,
) -> Result<(Vec<Vec<Job>>, bool), DataError> {
    let mut block: Vec<Vec<Job>> = (0..threads).map(|_| Vec::new()).collect();
    let mut index = 0;
    while index < BLOCK {
        match customers.next_row()? {
            None => return Ok((block, false)),
            Some(NextRow::Bad(row)) => summary.bad_rows.add(row),
            Some(NextRow::Row(row)) => {
                row.key.iter().for_each(|key| census.meet(key));
                let thread = match &row.key {
                    Some(key) => share(key, threads),
                    None => index % threads,
                };
                if let Some(jobs) = block.get_mut(thread) {
                    jobs.push(Job { index, file, row });
                }
                index += 1;
            }
        }
    }
    Ok((block, true))
}

/// Which thread a customer belongs to.
fn share(key: &str, threads: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    (hasher.finish() % threads.max(1) as u64) as usize
}

/// The threads that decide, and how many rows each block on its way has.
struct Crew {
    lines: Vec<Line>,
    rows: VecDeque<usize>,
}

struct Line {
    give: SyncSender<Vec<Job>>,
    take: Receiver<Result<Vec<Outcome>, StateError>>,
    summary: Receiver<Summary>,
}

impl Crew {
    fn give(&mut self, block: Vec<Vec<Job>>) {
        self.rows.push_back(block.iter().map(Vec::len).sum());
        for (line, jobs) in self.lines.iter().zip(block) {
            // A thread that ended has said why, or its panic is raised when the scope ends.
            drop(line.give.send(jobs));
        }
    }

    /// The oldest block, put together again in the order of its rows.
    fn take(&mut self) -> Result<Vec<Outcome>, StateError> {
        let rows = self.rows.pop_front().unwrap_or(0);
        let mut all = Vec::with_capacity(rows);
        for line in &self.lines {
            match line.take.recv() {
                Ok(part) => all.extend(part?),
                Err(_) => continue,
            }
        }
        all.sort_unstable_by_key(|outcome| outcome.index);
        Ok(all)
    }

    fn finish(self) -> Vec<Summary> {
        let mut summaries = Vec::new();
        for Line { give, take, summary } in self.lines {
            drop((give, take));
            summaries.extend(summary.recv());
        }
        summaries
    }
}
