//! The file of the log, and the older ones beside it: whole lines, rotated by size, begun anew where the file was moved away.
//!
//! Lines are gathered and written together, never a part of one. Where the system wrote half of them, what it wrote is cut
//! off again; of a crash that left half a line, the half is cut off before the next is written. One service alone writes a
//! file. What is no ordinary file (a pipe, `/dev/stdout`) is written as it comes. Refuses to know what stands in a line.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How every line begins: what does not is somebody else's, and is never cut off.
pub(super) const BEGINNING: &[u8] = br#"{"kind":""#;

/// So many bytes are written at once.
const CHUNK: usize = 64 << 10;

/// A log and where its older files go.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    /// Bytes after which it is rotated.
    most: u64,
    /// Older files.
    keep: u32,
    open: Option<Open>,
    /// Whole lines that are not written yet.
    gathered: Vec<u8>,
    lines: u64,
    /// Lines that are, since somebody asked.
    written: u64,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// Of whole lines.
    len: u64,
    /// Another size at which it is rotated, where that did not succeed.
    instead: Option<u64>,
    is_ordinary: bool,
}

/// So many lines are lost, since the system says this.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) lines: u64,
    pub(super) why: io::Error,
}

impl LogFile {
    /// Opens the file, or begins it.
    pub(super) fn open(path: &Path, most: u64, keep: u32) -> io::Result<Self> {
        let open = Some(Open::new(path)?);
        Ok(Self { path: path.to_owned(), most, keep, open, gathered: Vec::new(), lines: 0, written: 0 })
    }

    /// Whether lines can be taken; else [`Self::reopen`] is to be asked.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Takes a line, with its end; what was gathered may be written. What is lost, the line among it, is said.
    pub(super) fn push(&mut self, line: &[u8]) -> Result<(), Lost> {
        let (before, more) = (self.gathered.len() as u64, line.len() as u64);
        if self.open.as_ref().is_some_and(|open| open.is_full(before, more, self.most)) {
            self.flush().map_err(|lost| Lost { lines: lost.lines + 1, ..lost })?;
            self.rotate();
        }
        self.gathered.extend_from_slice(line);
        self.lines += 1;
        if self.gathered.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    /// Writes what was gathered. Where that fails it is lost, and the file is closed.
    pub(super) fn flush(&mut self) -> Result<(), Lost> {
        let lines = std::mem::take(&mut self.lines);
        let done = match &mut self.open {
            _ if self.gathered.is_empty() => return Ok(()),
            Some(open) => open.write(&self.gathered),
            None => Err(io::Error::other("the log is closed")),
        };
        self.gathered.clear();
        match done {
            Ok(()) => {
                self.written += lines;
                Ok(())
            }
            Err(why) => {
                self.open = None;
                Err(Lost { lines, why })
            }
        }
    }

    /// How many lines were written since this was asked last.
    pub(super) fn take_written(&mut self) -> u64 {
        std::mem::take(&mut self.written)
    }

    /// Puts what was written on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        match &self.open {
            Some(Open { file, is_ordinary: true, .. }) => file.sync_data(),
            Some(_) | None => Ok(()),
        }
    }

    /// Opens what stands under the name now. What was gathered must have been written before.
    pub(super) fn reopen(&mut self) -> io::Result<()> {
        // The lock goes first, since the file may still be the same.
        self.open = None;
        self.open = Some(Open::new(&self.path)?);
        Ok(())
    }

    /// Whether the file was moved away or removed since it was opened, or emptied in its place.
    pub(super) fn was_moved(&mut self) -> bool {
        let Some(Open { file, len, is_ordinary: true, .. }) = &mut self.open else { return false };
        let (Ok(own), found) = (file.metadata(), fs::metadata(&self.path)) else { return false };
        *len = (*len).min(own.len());
        !found.is_ok_and(|found| is_same(&own, &found))
    }

    /// Moves the file and the older ones on by one name, and begins a new one. Where that fails the file goes on to grow:
    /// a disk that fills is for whoever looks after it, a line that is gone is gone.
    fn rotate(&mut self) {
        let (Some(open), Ok(())) = (&mut self.open, moved_on(&self.path, self.keep)) else {
            let most = self.most;
            if let Some(open) = &mut self.open {
                open.instead = Some(open.len.saturating_add(most));
            }
            return;
        };
        match Open::new(&self.path) {
            Ok(next) => *open = next,
            // What is written next says that it fails, and why.
            Err(_) => self.open = None,
        }
    }
}

impl Open {
    fn new(path: &Path) -> io::Result<Self> {
        let mut file = options().open(path)?;
        let is_ordinary = file.metadata()?.is_file();
        if !is_ordinary {
            return Ok(Self { file, len: 0, instead: None, is_ordinary });
        }
        lock(&file)?;
        let len = mended(&mut file)?;
        Ok(Self { file, len, instead: None, is_ordinary })
    }

    /// Whether so much more has no room behind what is there and what was gathered.
    fn is_full(&self, gathered: u64, more: u64, most: u64) -> bool {
        let (before, most) = (self.len + gathered, self.instead.unwrap_or(most));
        // A line that is longer than a file may be has one for itself.
        self.is_ordinary && before > 0 && before + more > most
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        let written = self.file.write_all(lines);
        match &written {
            Ok(()) => self.len += lines.len() as u64,
            // What of it is there ends in half a line. Where it cannot be cut off now, it is when the file is opened next.
            Err(_) if self.is_ordinary => drop(self.file.set_len(self.len)),
            Err(_) => {}
        }
        written
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // It says things about customers: nobody reads it who is not meant to.
        options.mode(0o640);
    }
    options
}

/// Two who rotate one file would lose each other's lines.
fn lock(file: &File) -> io::Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(io::Error::new(io::ErrorKind::ResourceBusy, "another service writes it")),
        // Not every file system has locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// Makes a file end with a whole line; gives its length.
fn mended(file: &mut File) -> io::Result<u64> {
    let len = file.metadata()?.len();
    let (whole, half) = last_line(file, len)?;
    if half.is_empty() {
        return Ok(len);
    }
    let begins = half.len().min(BEGINNING.len());
    if half.get(..begins) == BEGINNING.get(..begins) {
        file.set_len(whole)?;
        return Ok(whole);
    }
    file.write_all(b"\n")?;
    Ok(len + 1)
}

/// Where the last whole line ends, and how what stands behind it begins.
fn last_line(file: &mut File, len: u64) -> io::Result<(u64, Vec<u8>)> {
    let mut end = len;
    let mut half = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(CHUNK as u64);
        file.seek(SeekFrom::Start(start))?;
        let mut block = Vec::new();
        Read::by_ref(file).take(end - start).read_to_end(&mut block)?;
        let found = block.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let whole = start + found as u64;
        // Its beginning is all that is asked of it.
        half = block.split_off(found.min(block.len()));
        if found > 0 || start == 0 {
            half.truncate(BEGINNING.len());
            return Ok((whole, half));
        }
        end = start;
    }
    Ok((0, half))
}

/// `log.1` becomes `log.2`, the oldest goes, and the log itself becomes `log.1`.
fn moved_on(path: &Path, keep: u32) -> io::Result<()> {
    let older = |number: u32| {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{number}"));
        path.with_file_name(name)
    };
    if keep == 0 {
        return fs::remove_file(path);
    }
    for number in (1..keep).rev() {
        match fs::rename(older(number), older(number + 1)) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
            Ok(()) | Err(_) => {}
        }
    }
    fs::rename(path, older(1))
}

#[cfg(unix)]
fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: usize) -> Vec<u8> {
        format!("{{\"kind\":\"test\",\"number\":{number:04}}}\n").into_bytes()
    }

    fn fill(log: &mut LogFile, numbers: std::ops::Range<usize>) {
        for number in numbers {
            log.push(&line(number)).unwrap();
        }
    }

    fn read(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn it_is_rotated_by_size_and_so_many_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.log");
        let length = line(0).len() as u64;
        let mut log = LogFile::open(&path, 3 * length, 2).unwrap();
        for number in 0..20 {
            log.push(&line(number)).unwrap();
            if number % 4 == 0 {
                log.flush().unwrap();
            }
        }
        log.flush().unwrap();
        let expected = |numbers: std::ops::Range<usize>| String::from_utf8(numbers.flat_map(line).collect()).unwrap();
        assert_eq!(read(&path), expected(18..20));
        assert_eq!(read(&folder.path().join("decisions.log.1")), expected(15..18));
        assert_eq!(read(&folder.path().join("decisions.log.2")), expected(12..15));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing else is left");
        // A line that is longer than a file has one for itself.
        let long = [&b"{\"kind\":\""[..], &[b'x'; 500], b"\"}\n"].concat();
        log.push(&long).unwrap();
        log.push(&line(20)).unwrap();
        log.flush().unwrap();
        assert_eq!(fs::read(folder.path().join("decisions.log.1")).unwrap(), long);
        assert_eq!(read(&path), expected(20..21));
    }

    #[test]
    fn none_is_kept_where_none_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = LogFile::open(&path, 40, 0).unwrap();
        fill(&mut log, 0..5);
        log.flush().unwrap();
        assert_eq!(read(&path).into_bytes(), line(4));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn half_a_line_of_a_crash_goes_and_of_somebody_else_nothing_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let (first, next) = (line(1), line(2));
        let long = [BEGINNING, &vec![b'y'; 3 * CHUNK]].concat();
        for (torn, left) in [
            (&b""[..], &b""[..]),
            (&next[..1], b""),
            (&next[..9], b""),
            (&next[..next.len() - 1], b""),
            (&long, b""),
            (b"somebody's notes", b"somebody's notes\n"),
            (b"{}", b"{}\n"),
        ] {
            for before in [&b""[..], &first] {
                fs::write(&path, [before, torn].concat()).unwrap();
                let mut log = LogFile::open(&path, 1 << 20, 1).unwrap();
                log.push(&next).unwrap();
                log.flush().unwrap();
                assert_eq!(log.take_written(), 1);
                assert_eq!(fs::read(&path).unwrap(), [before, left, &next].concat(), "{torn:?}");
            }
        }
    }

    #[test]
    fn a_file_that_was_moved_away_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (path, away) = (folder.path().join("log"), folder.path().join("away"));
        let mut log = LogFile::open(&path, 1 << 20, 1).unwrap();
        log.push(&line(1)).unwrap();
        log.flush().unwrap();
        assert!(!log.was_moved());
        fs::rename(&path, &away).unwrap();
        assert!(log.was_moved());
        log.push(&line(2)).unwrap();
        log.flush().unwrap();
        log.reopen().unwrap();
        assert!(!log.was_moved());
        log.push(&line(3)).unwrap();
        log.flush().unwrap();
        assert_eq!((fs::read(&away).unwrap(), fs::read(&path).unwrap()), ([line(1), line(2)].concat(), line(3)));
    }

    #[test]
    fn two_never_write_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let first = LogFile::open(&path, 1 << 20, 1).unwrap();
        let second = LogFile::open(&path, 1 << 20, 1).unwrap_err();
        assert_eq!(second.to_string(), "another service writes it");
        drop(first);
        assert!(LogFile::open(&path, 1 << 20, 1).is_ok());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_loses_what_was_gathered_and_says_how_much() {
        let mut log = LogFile::open(Path::new("/dev/full"), 1 << 20, 1).unwrap();
        fill(&mut log, 0..3);
        let lost = log.flush().unwrap_err();
        assert_eq!((lost.lines, lost.why.kind()), (3, io::ErrorKind::StorageFull));
        assert!(!log.is_open());
        assert!(log.reopen().is_ok() && log.is_open());
    }

    #[test]
    fn where_it_cannot_be_rotated_it_goes_on_to_grow() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        // A folder that is not empty stands in the way of the older file.
        fs::create_dir_all(folder.path().join("log.1/something")).unwrap();
        let mut log = LogFile::open(&path, 100, 1).unwrap();
        fill(&mut log, 0..30);
        log.flush().unwrap();
        assert_eq!(read(&path).lines().count(), 30);
        fs::remove_dir_all(folder.path().join("log.1")).unwrap();
        fill(&mut log, 30..90);
        log.flush().unwrap();
        assert!(fs::metadata(&path).unwrap().len() <= 100, "it is rotated as soon as it can be");
        assert!(folder.path().join("log.1").is_file());
    }
}
