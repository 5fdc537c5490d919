//! What every store keeps: cells of bytes, each with a version by which a writer learns that somebody else was there.
//!
//! Nothing is locked while a decision is made. What it read is written to on condition that meanwhile no more was added
//! than the decision leaves room for, so the clients of one stock hinder each other only where it comes to its end. What
//! is added is put behind the rest, and now and then somebody writes all that they read anew, shorter. A cell knows
//! nothing of what its bytes say.

use std::time::Duration;

/// Under what something is kept. In this order a request writes: what is counted together first, the customer's own after
/// it, and last under what the request itself is known, so that whatever breaks off was never answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// What another unit than the customer counts, under [`shared_key`](super::shared_key).
    Shared(String),
    /// What happened to a customer.
    Customer(String),
    /// What a request was answered, under its name.
    Request(String),
}

/// How a cell was when it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Its version; 0 is none at all.
    pub version: u64,
    /// How often it was written anew.
    pub epoch: u64,
    /// How many bytes it held.
    pub length: usize,
}

/// What is kept under a key: pieces of bytes, one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Grows with every change, by as much as the change says; 0 is a cell that is not there.
    pub version: u64,
    /// How often it was written anew.
    pub epoch: u64,
    /// The pieces, each behind its length.
    pub body: Vec<u8>,
}

/// By what a change is known, so that the same is never made twice: a store in which what is written together need not land
/// together remembers it for a while, beside the cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Once {
    /// It may be made however often somebody asks.
    #[default]
    Any,
    /// It is made once; asked for again, it has landed.
    By(u64),
    /// It takes back what was made once.
    Back(u64),
}

/// What is to be written under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub key: Key,
    /// How it was read.
    pub read: Seen,
    /// By how much it may have grown since; `None` where that does not matter.
    pub slack: Option<u64>,
    /// By how much it grows.
    pub weight: u64,
    /// Pieces in the place of all that was read, unless somebody has put others there.
    pub instead: Option<Vec<u8>>,
    /// Pieces behind the rest.
    pub add: Vec<u8>,
    /// Pieces that take all this back, where a later change of the same writing cannot be made.
    pub undo: Vec<u8>,
    /// Whether those take the place of what this change has written, instead of standing behind it.
    pub undo_anew: bool,
    /// How long it has to be kept at least; `None` is for good.
    pub keep: Option<Duration>,
    /// Whether it may be made again.
    pub once: Once,
}

impl Change {
    /// A change of one cell that adds pieces to it, whatever else has happened.
    pub fn adding(key: Key, cell: &Cell, add: Vec<u8>) -> Self {
        Self {
            key,
            read: cell.seen(),
            slack: None,
            weight: 1,
            instead: None,
            add,
            undo: Vec::new(),
            undo_anew: false,
            keep: None,
            once: Once::Any,
        }
    }

    /// The change that takes this one back.
    #[must_use]
    pub fn undone(&self) -> Self {
        let Self { key, read, instead, add, undo, .. } = self;
        let (instead, add, read) = match instead.as_ref().filter(|_| self.undo_anew) {
            Some(instead) => {
                let length = instead.len() + add.len();
                (Some(undo.clone()), Vec::new(), Seen { epoch: read.epoch + 1, length, ..*read })
            }
            None => (None, undo.clone(), *read),
        };
        let (key, undo) = (key.clone(), Vec::new());
        let once = match self.once {
            Once::By(mark) => Once::Back(mark),
            Once::Any | Once::Back(_) => Once::Any,
        };
        let (weight, keep) = (self.weight, self.keep);
        Self { key, read, slack: None, instead, add, undo, undo_anew: false, weight, keep, once }
    }

    /// Whether a cell is still as the change needs it.
    pub fn fits(&self, cell: &Cell) -> bool {
        let most = |slack| self.read.version.saturating_add(slack);
        self.slack.is_none_or(|slack| (self.read.version..=most(slack)).contains(&cell.version))
    }
}

impl Cell {
    /// How it is now.
    pub fn seen(&self) -> Seen {
        Seen { version: self.version, epoch: self.epoch, length: self.body.len() }
    }

    /// Makes a change that fits. `born` is the version from which a new cell counts: later than that of one that was there
    /// before and is gone.
    pub fn apply(&mut self, change: &Change, born: u64) {
        if self.version == 0 {
            self.version = born;
        }
        self.version = self.version.saturating_add(change.weight.max(1));
        if let Some(instead) = &change.instead
            && self.epoch == change.read.epoch
        {
            let rest = self.body.split_off(change.read.length.min(self.body.len()));
            self.body.clone_from(instead);
            self.body.extend(rest);
            self.epoch += 1;
        }
        self.body.extend_from_slice(&change.add);
    }

    /// Its pieces; `None` where it ends within one.
    pub fn pieces(&self) -> Option<Vec<&[u8]>> {
        let mut rest = self.body.as_slice();
        let mut pieces = Vec::new();
        while !rest.is_empty() {
            let (length, behind) = rest.split_first_chunk::<4>()?;
            let (piece, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            pieces.push(piece);
            rest = behind;
        }
        Some(pieces)
    }
}

/// A piece as it stands in a cell.
pub fn piece(bytes: &[u8]) -> Vec<u8> {
    // No piece comes near to four gigabytes: a cell is written anew long before.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let mut framed = length.to_le_bytes().to_vec();
    framed.extend_from_slice(bytes);
    framed
}

/// From which version a new cell counts: microseconds since 1970.
pub fn born() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(1, |since| u64::try_from(since.as_micros()).unwrap_or(u64::MAX / 2)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adds(bytes: &[u8], read: &Cell, slack: Option<u64>) -> Change {
        Change { slack, ..Change::adding(Key::Shared("s".into()), read, piece(bytes)) }
    }

    #[test]
    fn a_change_fits_while_no_more_was_added_than_it_leaves_room_for() {
        let mut cell = Cell::default();
        cell.apply(&adds(b"a", &Cell::default(), Some(0)), 100);
        let read = cell.clone();
        assert_eq!((read.version, read.pieces()), (101, Some(vec![&b"a"[..]])));
        assert!(!adds(b"b", &Cell::default(), Some(7)).fits(&read), "it was not there, and now it is");
        for added in 0..3 {
            let fits = |slack| adds(b"b", &read, slack).fits(&cell);
            assert_eq!([fits(Some(0)), fits(Some(1)), fits(None)], [added == 0, added <= 1, true]);
            cell.apply(&adds(b"c", &cell.clone(), Some(0)), 500);
        }
        let gone_and_back = Cell { version: 90, ..Cell::default() };
        assert!(!adds(b"b", &read, Some(50)).fits(&gone_and_back));
    }

    #[test]
    fn what_was_read_is_replaced_once_and_what_came_after_it_stays() {
        let mut cell = Cell::default();
        cell.apply(&adds(b"one", &Cell::default(), None), 1);
        cell.apply(&adds(b"two", &Cell::default(), None), 1);
        let read = cell.clone();
        cell.apply(&adds(b"three", &read, None), 1);
        let shorter = Change { instead: Some(piece(b"1+2")), ..adds(b"four", &read, None) };
        cell.apply(&shorter, 1);
        assert_eq!(cell.pieces().unwrap(), [&b"1+2"[..], b"three", b"four"]);
        cell.apply(&shorter, 1);
        assert_eq!(cell.pieces().unwrap(), [&b"1+2"[..], b"three", b"four", b"four"], "somebody was first");
    }

    #[test]
    fn a_change_is_taken_back_by_what_stands_behind_it_or_in_its_place() {
        let mut cell = Cell::default();
        cell.apply(&adds(b"one", &Cell::default(), None), 1);
        let before = cell.body.clone();
        let behind = Change { undo: piece(b"not two"), ..adds(b"two", &cell, Some(0)) };
        let anew = Change { instead: Some(piece(b"1")), undo: before, undo_anew: true, ..adds(b"two", &cell, Some(0)) };
        for (change, expected) in
            [(behind, vec![&b"one"[..], b"two", b"not two", b"three"]), (anew, vec![b"one", b"three"])]
        {
            let mut cell = cell.clone();
            cell.apply(&change, 1);
            let undone = change.undone();
            assert!(undone.fits(&cell));
            cell.apply(&undone, 1);
            cell.apply(&adds(b"three", &cell.clone(), Some(0)), 1);
            assert_eq!(cell.pieces().unwrap(), expected);
        }
    }

    #[test]
    fn a_cell_that_ends_within_a_piece_is_none() {
        for body in [&[1, 0][..], &[2, 0, 0, 0, 7], &[255, 255, 255, 255, 1]] {
            assert_eq!(Cell { version: 1, epoch: 0, body: body.to_vec() }.pieces(), None, "{body:?}");
        }
    }
}
