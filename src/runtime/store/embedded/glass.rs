//! A file seen through glass: everything can be read, and what is written stays on this side.
//!
//! Opening a database may repair it, and repairing writes. Whether a file is a state of ours, whole and of our version,
//! must be known before one byte of it changes; so it is first opened through this. Whoever only reads looks through it
//! all the time, and needs no file that may be written to.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

const BLOCK: u64 = 4096;

/// A backend that never writes to its file.
#[derive(Debug)]
pub(super) struct Glass {
    file: FileBackend,
    /// Whether others may look too. A lock of one's own is for those who may write.
    shared: bool,
    changes: Mutex<Changes>,
}

#[derive(Debug)]
struct Changes {
    /// How long the file would be.
    len: u64,
    /// Up to where the file itself still says what is there; beyond, what was cut off or added is zero.
    from_file: u64,
    /// Blocks that were written, whole, by number.
    blocks: BTreeMap<u64, Vec<u8>>,
}

impl Glass {
    pub(super) fn new(file: File, shared: bool) -> io::Result<Self> {
        let len = file.metadata()?.len();
        let file = FileBackend::new(file).map_err(|why| io::Error::other(why.to_string()))?;
        Ok(Self { file, shared, changes: Mutex::new(Changes { len, from_file: len, blocks: BTreeMap::new() }) })
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A block as it would be on disk.
    fn block(&self, changes: &Changes, number: u64) -> io::Result<Vec<u8>> {
        if let Some(block) = changes.blocks.get(&number) {
            return Ok(block.clone());
        }
        let mut block = vec![0; BLOCK as usize];
        let start = number * BLOCK;
        let there = changes.from_file.saturating_sub(start).min(BLOCK) as usize;
        if let Some(part) = block.get_mut(..there).filter(|part| !part.is_empty()) {
            self.file.read(start, part)?;
        }
        Ok(block)
    }
}

impl StorageBackend for Glass {
    fn len(&self) -> io::Result<u64> {
        Ok(self.changes().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let changes = self.changes();
        let end = offset.checked_add(out.len() as u64).filter(|end| *end <= changes.len);
        if end.is_none() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut at = offset;
        let mut rest = out;
        while !rest.is_empty() {
            let block = self.block(&changes, at / BLOCK)?;
            let from = (at % BLOCK) as usize;
            let count = rest.len().min(BLOCK as usize - from);
            let (now, later) = rest.split_at_mut(count);
            now.copy_from_slice(block.get(from..from + count).unwrap_or(&[]));
            at += count as u64;
            rest = later;
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut changes = self.changes();
        if len < changes.len {
            let cut = self.block(&changes, len / BLOCK)?;
            changes.blocks.retain(|number, _| number * BLOCK < len);
            changes.from_file = changes.from_file.min(len);
            if !len.is_multiple_of(BLOCK) {
                let mut cut = cut;
                cut.get_mut((len % BLOCK) as usize..).unwrap_or(&mut []).fill(0);
                changes.blocks.insert(len / BLOCK, cut);
            }
        }
        changes.len = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut changes = self.changes();
        let mut at = offset;
        let mut rest = data;
        while !rest.is_empty() {
            let mut block = self.block(&changes, at / BLOCK)?;
            let from = (at % BLOCK) as usize;
            let count = rest.len().min(BLOCK as usize - from);
            let (now, later) = rest.split_at(count);
            block.get_mut(from..from + count).unwrap_or(&mut []).copy_from_slice(now);
            changes.blocks.insert(at / BLOCK, block);
            at += count as u64;
            rest = later;
        }
        changes.len = changes.len.max(at);
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        if self.shared { self.file.try_lock_shared_range(start, end) } else { self.file.try_lock_range(start, end) }
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        if self.shared { self.file.lock_shared_range(start, end) } else { self.file.lock_range(start, end) }
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_is_written_is_read_and_the_file_stays_as_it_is() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let original: Vec<u8> = (0..10_000_u32).map(|byte| byte as u8).collect();
        file.write_all(&original).unwrap();
        let glass = Glass::new(file.reopen().unwrap(), false).unwrap();
        let mut expected = original.clone();
        let check = |glass: &Glass, expected: &[u8]| {
            assert_eq!(glass.len().unwrap(), expected.len() as u64);
            let mut all = vec![0; expected.len()];
            glass.read(0, &mut all).unwrap();
            assert_eq!(all, expected);
            assert!(glass.read(1, &mut all).is_err(), "past the end");
        };
        check(&glass, &expected);
        glass.write(4_000, &[9; 200]).unwrap();
        expected[4_000..4_200].fill(9);
        check(&glass, &expected);
        glass.write(12_000, &[7; 3]).unwrap();
        expected.resize(12_000, 0);
        expected.extend([7; 3]);
        check(&glass, &expected);
        glass.set_len(4_100).unwrap();
        expected.truncate(4_100);
        check(&glass, &expected);
        glass.set_len(9_000).unwrap();
        expected.resize(9_000, 0);
        check(&glass, &expected);
        assert_eq!(std::fs::read(file.path()).unwrap(), original);
    }
}
