//! Opening a data file: gzip found by its first bytes, a byte order mark passed over, rows no longer than a bound.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::{DataError, codes};

/// The longest row that is read, in bytes; a longer one is a quote that was never closed.
pub(super) const MAX_ROW: u64 = 16 * 1024 * 1024;

/// How customers are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A header and a row a customer.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

impl Format {
    /// By the file's name: `.jsonl` and `.ndjson`, also before `.gz`, are JSON Lines.
    pub fn of(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        if name.ends_with(".jsonl") || name.ends_with(".ndjson") { Self::JsonLines } else { Self::Csv }
    }
}

/// How much of a file has been read, for a progress bar.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    read: Arc<AtomicU64>,
    total: Option<u64>,
}

impl Progress {
    /// Bytes read so far, as they lie on disk.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// The size of the file, where it has one.
    pub fn total(&self) -> Option<u64> {
        self.total
    }
}

/// What is read of a file: plain text from its first letter on.
pub(super) type Input = Box<dyn BufRead + Send>;

pub(super) fn open(path: &Path) -> Result<(Input, Progress), DataError> {
    let failed = |why: &io::Error| unreadable(&path.display().to_string(), why);
    let file = File::open(path).map_err(|why| failed(&why))?;
    let metadata = file.metadata().map_err(|why| failed(&why))?;
    if metadata.is_dir() {
        return Err(failed(&io::Error::new(io::ErrorKind::IsADirectory, "this is a folder")));
    }
    let progress = Progress { total: Some(metadata.len()), ..Progress::default() };
    let counted = Counted { inner: file, read: Arc::clone(&progress.read) };
    let input = plain(counted).map_err(|why| failed(&why))?;
    Ok((input, progress))
}

pub(super) fn unreadable(file: &str, why: &io::Error) -> DataError {
    const PACKED: &str = "it begins as a file packed by gzip and is not whole: fetch it again, or pack it again";
    let helps = [
        (io::ErrorKind::NotFound, "check the name; paths in cater.toml are seen from its folder"),
        (io::ErrorKind::PermissionDenied, "ask for the right to read it"),
        (io::ErrorKind::IsADirectory, "name a file in it"),
        (io::ErrorKind::UnexpectedEof, PACKED),
        (io::ErrorKind::InvalidInput, PACKED),
        (io::ErrorKind::InvalidData, "look at the row after the last good one, or fetch the file again"),
        (io::ErrorKind::Unsupported, "save it as UTF-8"),
    ];
    let help = helps.iter().find(|(kind, _)| *kind == why.kind());
    let help = help.map_or("see that the file is there, whole, and that you may read it", |(_, help)| *help);
    DataError::new(&codes::UNREADABLE_FILE, format!("`{file}` cannot be read: {why}")).help(help)
}

/// Unpacked where it is packed, without a byte order mark.
pub(super) fn plain(read: impl Read + Send + 'static) -> io::Result<Input> {
    const CHUNK: usize = 128 * 1024;
    let (first, rest) = peek(read, [0; 2])?;
    let all = Cursor::new(first.clone()).chain(rest);
    if first != [0x1f, 0x8b] {
        return without_mark(BufReader::with_capacity(CHUNK, all));
    }
    let unpacked = MultiGzDecoder::new(BufReader::with_capacity(CHUNK, all));
    without_mark(BufReader::with_capacity(CHUNK, unpacked))
}

fn without_mark(read: impl BufRead + Send + 'static) -> io::Result<Input> {
    let (first, rest) = peek(read, [0; 3])?;
    if first.starts_with(b"\xff\xfe") || first.starts_with(b"\xfe\xff") {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "it is written in UTF-16, and UTF-8 is read"));
    }
    let first = if first == *b"\xef\xbb\xbf" { Vec::new() } else { first };
    Ok(Box::new(Cursor::new(first).chain(rest)))
}

/// The first bytes, fewer where there are fewer, and the reader after them.
fn peek<R: Read, const N: usize>(mut read: R, mut first: [u8; N]) -> io::Result<(Vec<u8>, R)> {
    let mut filled = 0;
    while let Some(rest) = first.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match read.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
    }
    Ok((first.get(..filled).unwrap_or(&first).to_vec(), read))
}

struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Refuses to go on when one row takes more than [`MAX_ROW`], and knows on which line each row begins.
///
/// The library that splits rows says where it began to look for one, which is before the line feed of the last row's end
/// and before empty lines. A row begins at the first line with anything in it from there on.
pub(super) struct RowLimit<R> {
    inner: R,
    left: u64,
    /// How many bytes went through.
    read: u64,
    /// The line that the next byte stands on, from 1.
    line: u64,
    /// Whether the last byte ended a line.
    fresh: bool,
    /// Where lines with anything in them begin, and their numbers; those before the last row asked for are forgotten.
    starts: VecDeque<(u64, u64)>,
    /// What stands between cells.
    delimiter: u8,
    quote: Quote,
    /// Nothing comes any more.
    ended: bool,
    /// Where a quote opened that, lines later, one in the midst of another cell closed.
    torn: Option<u64>,
}

/// Where the next byte of a table stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    /// At the beginning of a cell, where a quote opens.
    Before,
    /// In a cell without one, or behind it.
    Outside,
    /// In a cell whose quote opened on that line.
    Inside(u64),
    /// The same, after a quote: another makes it a quote of the cell.
    Perhaps(u64),
}

impl Quote {
    fn after(self, byte: u8, delimiter: u8, line: u64) -> Self {
        let plain =
            |byte| if byte == delimiter || byte == b'\n' || byte == b'\r' { Self::Before } else { Self::Outside };
        match (self, byte) {
            (Self::Before, b'"') => Self::Inside(line),
            (Self::Inside(line), b'"') => Self::Perhaps(line),
            (Self::Perhaps(line), b'"') => Self::Inside(line),
            (Self::Inside(line), _) => Self::Inside(line),
            (Self::Before | Self::Outside | Self::Perhaps(_), _) => plain(byte),
        }
    }
}

impl<R> RowLimit<R> {
    pub(super) fn new(inner: R, delimiter: u8) -> Self {
        let (quote, starts) = (Quote::Before, VecDeque::new());
        Self { inner, left: MAX_ROW, read: 0, line: 1, fresh: true, starts, delimiter, quote, ended: false, torn: None }
    }

    /// The line on which a quote opened that is not closed where its cell ends, and what becomes of it; of what was read
    /// so far.
    pub(super) fn open_quote(&self) -> Option<(u64, &'static str)> {
        match (self.torn, self.quote) {
            (Some(line), _) => Some((line, "what closes it stands before the end of another cell, lines on")),
            (None, Quote::Inside(line)) if self.ended => Some((line, "nothing closes it before the file ends")),
            (None, Quote::Inside(_) | Quote::Before | Quote::Outside | Quote::Perhaps(_)) => None,
        }
    }

    /// A row is complete; the next may be as long again.
    pub(super) fn next_row(&mut self) {
        self.left = MAX_ROW;
    }

    /// The line on which a row begins that was looked for from that byte on; rows are asked for in their order.
    pub(super) fn line_of(&mut self, byte: u64) -> u64 {
        while self.starts.front().is_some_and(|(at, _)| *at < byte) {
            self.starts.pop_front();
        }
        self.starts.front().map_or(self.line, |(_, line)| *line)
    }

    fn note(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let next = self.quote.after(*byte, self.delimiter, self.line);
            if let (Quote::Perhaps(line), Quote::Outside) = (self.quote, next)
                && line < self.line
            {
                self.torn = self.torn.or(Some(line));
            }
            self.quote = next;
            match byte {
                b'\n' => {
                    self.line += 1;
                    self.fresh = true;
                }
                b'\r' => self.fresh = true,
                _ if self.fresh => {
                    self.fresh = false;
                    self.starts.push_back((self.read, self.line));
                }
                _ => {}
            }
            self.read += 1;
        }
    }
}

impl<R: Read> Read for RowLimit<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let why = format!("a row is longer than {MAX_ROW} bytes; is a quote missing?");
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.inner.read(buffer.get_mut(..most).unwrap_or(&mut []))?;
        self.left -= count as u64;
        self.note(buffer.get(..count).unwrap_or(&[]));
        self.ended |= count == 0 && most > 0;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        plain(Cursor::new(bytes))?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn packed_or_not_marked_or_not() {
        for text in ["", "a", "ab", "a,b\n1,2\n"] {
            assert_eq!(read(text.into()).unwrap(), text);
            assert_eq!(read(packed(text.as_bytes())).unwrap(), text);
            let marked = format!("\u{feff}{text}");
            assert_eq!(read(marked.clone().into()).unwrap(), text);
            assert_eq!(read(packed(marked.as_bytes())).unwrap(), text);
        }
        let two = [packed(b"a,b\n"), packed(b"1,2\n")].concat();
        assert_eq!(read(two).unwrap(), "a,b\n1,2\n", "one after the other, as `cat` leaves them");
    }

    #[test]
    fn another_encoding_is_named_and_not_misread() {
        for bytes in [&b"\xff\xfei\0d\0"[..], b"\xfe\xff\0i\0d"] {
            for bytes in [bytes.to_vec(), packed(bytes)] {
                let why = read(bytes).unwrap_err();
                assert!(why.to_string().contains("UTF-16"));
                assert_eq!(unreadable("a.csv", &why).help.as_deref(), Some("save it as UTF-8"));
            }
        }
    }

    #[test]
    fn half_a_packed_file_is_no_file() {
        let whole = packed(&vec![b'x'; 100_000]);
        assert!(read(whole[..whole.len() / 2].to_vec()).is_err());
        assert!(read(whole[..whole.len() - 1].to_vec()).is_err());
    }

    #[test]
    fn formats_by_name() {
        for (name, format) in [
            ("a/customers.csv", Format::Csv),
            ("customers.csv.gz", Format::Csv),
            ("profile.jsonl", Format::JsonLines),
            ("profile.JSONL.gz", Format::JsonLines),
            ("x.ndjson", Format::JsonLines),
            ("jsonl", Format::Csv),
        ] {
            assert_eq!(Format::of(Path::new(name)), format, "{name}");
        }
    }
}
