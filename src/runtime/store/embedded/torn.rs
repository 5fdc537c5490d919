//! The power goes at every step of a scenario: before each write, each change of length, each sync of the file. What was
//! written since the last sync is then there, or not, or in part. Opened again, the state is whole: all that was answered is
//! in it, and what was under way is there as a whole or not at all.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

use super::super::cell::piece;
use super::*;

/// A disk that forgets what was not synced, in an order of its own.
#[derive(Clone, Debug)]
struct Disk(Arc<Mutex<Platter>>);

#[derive(Debug)]
struct Platter {
    /// What a sync has made sure of.
    durable: Vec<u8>,
    /// What whoever reads sees.
    seen: Vec<u8>,
    /// What was done since.
    pending: Vec<Op>,
    done: usize,
    /// At which step the power goes.
    last: usize,
    /// It says that it has synced, and has not.
    lies: bool,
}

#[derive(Clone, Debug)]
enum Op {
    Write(usize, Vec<u8>),
    Length(usize),
}

fn do_op(bytes: &mut Vec<u8>, op: &Op) {
    match op {
        Op::Write(at, data) => {
            let end = at + data.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[*at..end].copy_from_slice(data);
        }
        Op::Length(length) => bytes.resize(*length, 0),
    }
}

impl Disk {
    fn new(bytes: Vec<u8>, last: usize) -> Self {
        let (durable, pending) = (bytes.clone(), Vec::new());
        Self(Arc::new(Mutex::new(Platter { durable, seen: bytes, pending, done: 0, last, lies: false })))
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap()
    }

    fn step(&self, op: Option<Op>) -> io::Result<()> {
        let mut platter = self.platter();
        if platter.done >= platter.last {
            return Err(io::Error::other("the power is gone"));
        }
        platter.done += 1;
        match op {
            Some(op) => {
                do_op(&mut platter.seen, &op);
                platter.pending.push(op);
            }
            None if platter.lies => {}
            None => {
                platter.durable = platter.seen.clone();
                platter.pending.clear();
            }
        }
        Ok(())
    }

    /// What the disk may hold when the power is back: nothing of what was not synced, all of it, or of each write all,
    /// nothing or a part, as the dice say.
    fn after(&self, dice: u32) -> Vec<u8> {
        let platter = self.platter();
        let mut bytes = platter.durable.clone();
        let mut state = dice.wrapping_mul(2_654_435_761);
        for op in &platter.pending {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let fate = match dice {
                0 => 0,
                1 => 1,
                _ => (state >> 16) % 3,
            };
            match (fate, op) {
                (0, _) => {}
                (2, Op::Write(at, data)) => {
                    let cut = (state >> 8) as usize % (data.len() + 1);
                    do_op(&mut bytes, &Op::Write(*at, data[..cut].to_vec()));
                }
                (_, op) => do_op(&mut bytes, op),
            }
        }
        bytes
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.platter().seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let platter = self.platter();
        let start = offset as usize;
        let there = platter.seen.get(start..start + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(there);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.step(Some(Op::Length(len as usize)))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.step(None)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.step(Some(Op::Write(offset as usize, data.to_vec())))
    }
}

fn open_on(disk: &Disk) -> Result<EmbeddedStore, StateError> {
    let file = Named("torn.state".into());
    let database = builder()
        .set_check_integrity_on_open(true)
        .create_with_backend(disk.clone())
        .map_err(|why| file.database(why))?;
    EmbeddedStore::of(file, database, false, None)
}

const STEPS: usize = 9;

/// The records that a step writes: one of everybody's, one customer's, one request's; the last step is a whole base.
fn keys(step: usize) -> Vec<Key> {
    if step + 1 == STEPS {
        return (0..40).map(|number| Key::Customer(format!("base{number}"))).collect();
    }
    vec![Key::Shared(String::new()), Key::Customer(format!("c{}", step % 3)), Key::Request(format!("r{step}"))]
}

fn text(step: usize) -> Vec<u8> {
    // Some records span pages.
    [format!("{step};").into_bytes(), vec![b'x'; step * 700]].concat()
}

/// Runs the steps until one is not answered; gives how many were.
fn run(store: &EmbeddedStore) -> usize {
    for step in 0..STEPS {
        let written = (|| {
            let cells = store.read(&keys(step))?;
            let change =
                |(key, cell): (Key, &Cell)| Change { slack: Some(0), ..Change::adding(key, cell, piece(&text(step))) };
            let changes: Vec<Change> = keys(step).into_iter().zip(&cells).map(change).collect();
            if step + 1 < STEPS {
                return store.write(&changes);
            }
            let mut open = store.begin()?;
            changes.iter().try_for_each(|change| open.write(change))?;
            open.commit().map(|()| Landed::Whole)
        })();
        match written {
            Ok(landed) => assert_eq!(landed, Landed::Whole),
            Err(_) => return step,
        }
    }
    STEPS
}

/// Which steps a store knows of: each in all of its records, or in none.
fn known(store: &EmbeddedStore) -> usize {
    let mut known = 0;
    for step in 0..STEPS {
        let cells = store.read(&keys(step)).unwrap();
        let holds = |cell: &Cell| cell.pieces().unwrap().contains(&text(step).as_slice());
        let of_it = cells.iter().filter(|cell| holds(cell)).count();
        assert!([0, cells.len()].contains(&of_it), "step {step} is in {of_it} of {} records", cells.len());
        if of_it > 0 {
            assert_eq!(known, step, "none is lost before one that is there");
            known = step + 1;
        }
    }
    known
}

fn empty() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("torn.state");
    drop(EmbeddedStore::open(&path).unwrap());
    std::fs::read(&path).unwrap()
}

#[test]
fn wherever_the_power_goes_what_was_answered_is_there_and_the_rest_is_whole() {
    let empty = empty();
    let whole = Disk::new(empty.clone(), usize::MAX);
    let store = open_on(&whole).unwrap();
    let before = whole.platter().done;
    assert_eq!(run(&store), STEPS);
    let all = whole.platter().done;
    drop(store);
    assert!(all - before > 5 * STEPS, "{} steps of the file", all - before);
    let mut found = [0; 2];
    for last in before..=all {
        let disk = Disk::new(empty.clone(), last);
        let store = open_on(&disk).unwrap();
        let answered = run(&store);
        drop(store);
        for dice in 0..5 {
            let again = Disk::new(disk.after(dice), usize::MAX);
            let store = open_on(&again).unwrap_or_else(|why| panic!("step {last}, dice {dice}: {why}"));
            let known = known(&store);
            assert!(known == answered || known == answered + 1, "step {last}: {known} known, {answered} answered");
            found[known - answered] += 1;
            // And it goes on.
            store.record("after", &[super::super::conformance::event("shown", 1)]).unwrap();
        }
    }
    assert!(found.iter().all(|times| *times > 0), "{found:?}");
}

/// The disk of these tests takes away what was not synced: one that lies about it loses what was answered.
#[test]
fn a_disk_that_lies_is_found_out() {
    let disk = Disk::new(empty(), usize::MAX);
    disk.platter().lies = true;
    let store = open_on(&disk).unwrap();
    assert_eq!(run(&store), STEPS);
    drop(store);
    let again = Disk::new(disk.after(0), usize::MAX);
    assert_eq!(known(&open_on(&again).unwrap()), 0);
}
