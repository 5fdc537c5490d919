//! The file that remembers which bundle was accepted last, so that whoever loads one notices when an older comes back.
//!
//! Takes what a trusted key has signed; keeps one line beside the service. It is written whole or not at all, and two that
//! load at once wait for each other. Refuses to know what a bundle holds.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::bundle::{Accepted, MAX_SIGNATURE_BYTES, SignatureError, Signed};

/// A record of what was accepted, in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    path: PathBuf,
}

/// Why a bundle is not accepted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// It is older than what was accepted before, or the file is no record.
    #[error(transparent)]
    Refused(#[from] SignatureError),
    /// The file cannot be read or written.
    #[error("{path}: {why}")]
    Io {
        /// The file.
        path: PathBuf,
        /// In the system's words.
        why: io::Error,
        /// Whether it could be read.
        was_read: bool,
    },
}

impl Record {
    /// The record in that file, which need not be there yet. Beside it lies a lock, `FILE.lock`.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was accepted so far.
    ///
    /// # Errors
    /// The file is no record, or cannot be read.
    pub fn read(&self) -> Result<Accepted, RecordError> {
        let failed = |why| RecordError::Io { path: self.path.clone(), why, was_read: false };
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Accepted::default()),
            Err(why) => return Err(failed(why)),
        };
        let mut bytes = Vec::new();
        file.take(MAX_SIGNATURE_BYTES as u64).read_to_end(&mut bytes).map_err(failed)?;
        // A file that was emptied is no record that never was one.
        let text = String::from_utf8(bytes).ok().filter(|text| !text.is_empty()).ok_or(SignatureError::BadRecord)?;
        Ok(Accepted::parse(&text)?)
    }

    /// Whether the bundle would be accepted; nothing is written.
    ///
    /// # Errors
    /// As [`Record::accept`].
    pub fn would_accept(&self, signed: &Signed) -> Result<(), RecordError> {
        self.read()?.with(signed)?;
        Ok(())
    }

    /// Accepts a bundle: from now on none with a lower sequence is, and with the same sequence no other.
    ///
    /// # Errors
    /// A later one was accepted, or another with its sequence; the file is no record, or cannot be read or written. What
    /// was in it is then still in it.
    pub fn accept(&self, signed: &Signed) -> Result<(), RecordError> {
        let failed = |why| RecordError::Io { path: self.path.clone(), why, was_read: true };
        // The record itself is replaced, so what is locked stands beside it.
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(self.beside("lock"));
        let lock = lock.and_then(|lock| lock.lock().map(|()| lock)).map_err(failed)?;
        let before = self.read()?;
        let after = before.with(signed)?;
        if after != before {
            self.replace(after.to_text().as_bytes()).map_err(failed)?;
        }
        drop(lock);
        Ok(())
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let part = self.beside("part");
        let written = File::create(&part).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
        let replaced = written.and_then(|()| fs::rename(&part, &self.path));
        if replaced.is_err() {
            // It may not even be there.
            let _ = fs::remove_file(&part);
        }
        replaced
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_os_string();
        name.push(".");
        name.push(ending);
        self.path.with_file_name(name)
    }
}

#[cfg(test)]
#[cfg(feature = "cli")]
mod tests {
    use super::*;
    use crate::bundle::signature_tests::Key;

    fn code(result: Result<(), RecordError>) -> &'static str {
        match result.unwrap_err() {
            RecordError::Refused(refused) => refused.code().name,
            RecordError::Io { .. } => "io",
        }
    }

    #[test]
    fn it_remembers_the_highest() {
        let folder = tempfile::tempdir().unwrap();
        let record = Record::at(folder.path().join("accepted"));
        let key = Key::new();
        assert_eq!(record.read().unwrap(), Accepted::default());
        record.would_accept(&key.signed("// a", 3)).unwrap();
        assert!(!record.path().exists(), "nothing was accepted");
        record.accept(&key.signed("// a", 3)).unwrap();
        record.accept(&key.signed("// b", 5)).unwrap();
        record.accept(&key.signed("// b", 5)).unwrap();
        assert_eq!(code(record.accept(&key.signed("// a", 3))), "bundle::rolled-back");
        assert_eq!(code(record.would_accept(&key.signed("// a", 5))), "bundle::rolled-back");
        assert_eq!(record.read().unwrap().last(), Some(key.signed("// b", 5).claim()));
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["accepted", "accepted.lock"]);
    }

    #[test]
    fn what_is_no_record_is_refused_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let record = Record::at(folder.path().join("accepted"));
        let signed = Key::new().signed("// a", 3);
        for bad in [&b""[..], b"3\n", b"\xff", &[b'x'; 20_000]] {
            fs::write(record.path(), bad).unwrap();
            assert_eq!(code(record.accept(&signed)), "bundle::bad-record");
            assert_eq!(fs::read(record.path()).unwrap(), bad);
        }
        let lost = Record::at(folder.path().join("no/such/accepted"));
        assert_eq!(code(lost.accept(&signed)), "io");
    }

    #[test]
    fn whoever_comes_last_the_highest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let record = Record::at(folder.path().join("accepted"));
        let key = Key::new();
        let all: Vec<Signed> = (1..=16).map(|sequence| key.signed("// a", sequence)).collect();
        std::thread::scope(|scope| {
            for signed in all.iter().rev() {
                // Whoever is late is refused.
                scope.spawn(|| record.accept(signed).or_else(|_| record.read().map(drop)));
            }
        });
        assert_eq!(record.read().unwrap().last().unwrap().sequence, 16);
    }
}
