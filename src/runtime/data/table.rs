//! A table of text: a header, rows of as many cells, and those that are not.

use std::io::{BufRead, Cursor, Read};

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::input::{Input, RowLimit, unreadable};
use super::{DataError, codes};

/// A row that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// The name of the file or of its customers.
    pub file: String,
    /// Its number, from 1; the header has none.
    pub row: u64,
    /// The line in the file on which it begins, from 1.
    pub line: u64,
    /// What is the matter with it.
    pub why: String,
}

/// How many rows were passed over, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BadRows {
    /// All.
    pub count: u64,
    /// The first [`BadRows::NAMED`].
    pub first: Vec<BadRow>,
}

impl BadRows {
    /// How many are named; the others are only counted.
    pub const NAMED: usize = 10;

    /// Counts one more.
    pub fn add(&mut self, row: BadRow) {
        self.count += 1;
        if self.first.len() < Self::NAMED {
            self.first.push(row);
        }
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.count += other.count;
        let room = Self::NAMED.saturating_sub(self.first.len());
        self.first.extend(other.first.into_iter().take(room));
    }
}

/// A row of a table.
pub(super) enum Line {
    Row {
        number: u64,
        line: u64,
        cells: StringRecord,
    },
    /// Not as it should be, but its cells can be told apart; of a padded table only.
    Doubtful {
        cells: StringRecord,
        bad: BadRow,
    },
    Bad(BadRow),
}

/// A table that is being read.
pub(super) struct Table {
    file: String,
    reader: Reader<RowLimit<Box<dyn Read + Send>>>,
    header: Vec<String>,
    row: u64,
    record: ByteRecord,
    padded: bool,
    /// The columns in whose cells no line ends.
    one_line: Vec<usize>,
}

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

impl Table {
    /// Reads the header. Without a delimiter, the one that makes the most of the wanted names columns is taken.
    pub(super) fn open<'a>(
        file: &str,
        input: Input,
        delimiter: Option<u8>,
        wanted: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<Self, DataError> {
        let failed = |why| unreadable(file, &why);
        let (head, rest) = first_line(input).map_err(failed)?;
        no_workbook(file, &head)?;
        let delimiter = delimiter.unwrap_or_else(|| {
            let found = |delimiter: &u8| {
                let columns = header(&head, *delimiter);
                wanted.clone().filter(|name| columns.iter().any(|column| column == name)).count()
            };
            // Of equals `max_by_key` takes the last, and the comma should win.
            DELIMITERS.into_iter().rev().max_by_key(found).unwrap_or(b',')
        });
        let all: Box<dyn Read + Send> = Box::new(Cursor::new(head).chain(rest));
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(RowLimit::new(all, delimiter));
        let header: Vec<String> = match reader.byte_headers() {
            Ok(header) => header.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect(),
            Err(why) => return Err(fatal(file, why)),
        };
        if let Some((line, why)) = reader.get_ref().open_quote() {
            return Err(open_quote(file, line, why));
        }
        if header.is_empty() {
            return Err(DataError::new(&codes::MISSING_COLUMN, format!("`{file}` is empty: it has no header"))
                .help("the first row names the columns"));
        }
        let (record, one_line) = (ByteRecord::new(), Vec::new());
        Ok(Self { file: file.to_owned(), reader, header, row: 0, record, padded: false, one_line })
    }

    /// Takes rows with fewer cells than the header: the cells that are not there are empty. A row with more, or with
    /// bytes that are no text, is given as [`Line::Doubtful`]. For tables in which a lost row would loosen something.
    pub(super) fn padded(mut self) -> Self {
        self.padded = true;
        self
    }

    /// Says in which columns no cell holds the end of a line: one that does begins with a quote that should not be there,
    /// and the rows after it are lost in it.
    pub(super) fn keep_to_one_line(&mut self, columns: impl IntoIterator<Item = usize>) {
        self.one_line.extend(columns);
    }

    /// Refuses a row that has swallowed others: whose cells stand nobody knows where, or hold the end of a line where none
    /// can be.
    fn refuse_swallowed(&self, line: u64) -> Result<(), DataError> {
        let ends = |cell: &[u8]| cell.iter().filter(|byte| **byte == b'\n').count() as u64;
        let mut at = line;
        for (column, cell) in self.record.iter().enumerate() {
            let is_broken = cell.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
            if is_broken && (self.record.len() != self.header.len() || self.one_line.contains(&column)) {
                let what = self.header.get(column).map_or_else(String::new, |name| format!(" of `{name}`"));
                return Err(open_quote(
                    &self.file,
                    at,
                    &format!("the cell{what} that it begins goes on over the end of the line"),
                ));
            }
            at += ends(cell);
        }
        Ok(())
    }

    /// The place of a column, if the table has it.
    pub(super) fn column(&self, name: &str) -> Result<Option<usize>, DataError> {
        let mut places = self.header.iter().enumerate().filter(|(_, column)| *column == name).map(|(at, _)| at);
        match (places.next(), places.next()) {
            (Some(_), Some(_)) => {
                Err(DataError::new(&codes::COLUMN_TWICE, format!("`{}` has two columns called `{name}`", self.file))
                    .help("rename one of them, or map the attribute from another column"))
            }
            (place, _) => Ok(place),
        }
    }

    /// The place of a column that must be there; `what` is read from it.
    pub(super) fn required(&self, name: &str, what: &str) -> Result<usize, DataError> {
        self.column(name)?.ok_or_else(|| {
            let message = format!("`{}` has no column `{name}`, from which {what} is read", self.file);
            let error = DataError::new(&codes::MISSING_COLUMN, message);
            if self.header.len() == 1 {
                return error.help("its header is one column, so perhaps another delimiter is right");
            }
            let columns = self.header.iter().map(String::as_str);
            let named = error.clone().did_you_mean(name, columns);
            if named.help.is_some() { named } else { error.help(format!("its columns are {}", some(&self.header))) }
        })
    }

    /// The places of columns that must be there, each with what is read from it, in a table that has no others than the
    /// known ones.
    pub(super) fn fixed<const N: usize>(
        &self,
        must: [(&str, &str); N],
        known: &[&str],
    ) -> Result<[usize; N], DataError> {
        let found = must.map(|(name, what)| self.required(name, what));
        // A table that has but one of them is another table, and each of its columns is none of these.
        if found.iter().filter(|place| place.is_err()).count() > 1 {
            let is_missing = must.iter().zip(&found).filter(|(_, place)| place.is_err());
            let names: Vec<String> = is_missing.map(|((name, _), _)| format!("`{name}`")).collect();
            let message = format!("`{}` lacks the columns {}", self.file, names.join(", "));
            let help = format!("its columns are {}: is it the right table?", some(&self.header));
            return Err(DataError::new(&codes::MISSING_COLUMN, message).help(help));
        }
        let places = DataError::all(found);
        let places = DataError::all([places, self.only(known).map(|()| Vec::new())])?;
        let mut at = places.into_iter().flatten();
        Ok(std::array::from_fn(|_| at.next().unwrap_or_default()))
    }

    /// Refuses columns of other names: in a table of fixed columns such a one is misspelt, and would not be read.
    fn only(&self, known: &[&str]) -> Result<(), DataError> {
        let unknown = self.header.iter().filter(|column| !known.contains(&column.as_str()));
        DataError::all(unknown.map(|column| Err::<(), _>(self.unknown(column, known)))).map(drop)
    }

    fn unknown(&self, column: &str, known: &[&str]) -> DataError {
        let message = format!("`{}` has a column `{column}`, which means nothing here", self.file);
        // A column that is there already was not meant.
        let free = known.iter().copied().filter(|name| !self.header.iter().any(|column| column == name));
        let error = DataError::new(&codes::UNKNOWN_COLUMN, message).did_you_mean(column, free);
        if error.help.is_some() {
            return error;
        }
        error.help(format!("leave it out; the columns are {}", known.join(", ")))
    }

    /// The names of the columns, as they stand in the header.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The next row, or none after the last.
    pub(super) fn next(&mut self) -> Result<Option<Line>, DataError> {
        self.reader.get_mut().next_row();
        let read = self.reader.read_byte_record(&mut self.record);
        let bad =
            |file: &str, row, line, why: String| Ok(Some(Line::Bad(BadRow { file: file.to_owned(), row, line, why })));
        match read {
            Ok(false) => Ok(None),
            Ok(true) => {
                self.row += 1;
                let byte = self.record.position().map_or(0, csv::Position::byte);
                let line = self.reader.get_mut().line_of(byte);
                if let Some((line, why)) = self.reader.get_ref().open_quote() {
                    return Err(open_quote(&self.file, line, why));
                }
                self.refuse_swallowed(line)?;
                let (cells, columns) = (self.record.len(), self.header.len());
                let shape = (cells > columns || (cells < columns && !self.padded))
                    .then(|| format!("it has {}, and the header has {columns}", counted(cells, "cell")));
                if let (Some(why), false) = (&shape, self.padded) {
                    return bad(&self.file, self.row, line, why.clone());
                }
                (cells..columns).for_each(|_| self.record.push_field(b""));
                let doubtful = |cells, why| {
                    let bad = BadRow { file: self.file.clone(), row: self.row, line, why };
                    Ok(Some(Line::Doubtful { cells, bad }))
                };
                match (StringRecord::from_byte_record(std::mem::take(&mut self.record)), shape) {
                    (Ok(cells), None) => Ok(Some(Line::Row { number: self.row, line, cells })),
                    (Ok(cells), Some(why)) => doubtful(cells, why),
                    (Err(broken), shape) if self.padded => {
                        let cells = StringRecord::from_byte_record_lossy(broken.into_byte_record());
                        doubtful(cells, shape.unwrap_or_else(|| "it is not UTF-8".to_owned()))
                    }
                    (Err(_), _) => bad(&self.file, self.row, line, "it is not UTF-8".to_owned()),
                }
            }
            Err(why) => Err(fatal(&self.file, why)),
        }
    }
}

fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn open_quote(file: &str, line: u64, why: &str) -> DataError {
    DataError::new(&codes::OPEN_QUOTE, format!("`{file}`, line {line}: a quote opens here, and {why}"))
        .help("close it behind its cell, or take it out; a quote that belongs to a text is written twice, in a cell in quotes")
}

fn fatal(file: &str, why: csv::Error) -> DataError {
    if let ErrorKind::Io(why) = why.kind() {
        return unreadable(file, why);
    }
    DataError::new(&codes::UNREADABLE_FILE, format!("`{file}` cannot be read: {why}"))
        .help("look at the row after the last good one, or fetch the file again")
}

fn header(line: &[u8], delimiter: u8) -> Vec<String> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(line);
    let mut record = ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => record.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect(),
        Ok(false) | Err(_) => Vec::new(),
    }
}

/// The bytes up to the first line break, and the reader after them.
fn first_line(mut input: Input) -> std::io::Result<(Vec<u8>, Input)> {
    const MOST: u64 = 1024 * 1024;
    let mut head = Vec::new();
    (&mut input).take(MOST).read_until(b'\n', &mut head)?;
    Ok((head, input))
}

/// A spreadsheet as its program keeps it is no table of text, and its bytes as names of columns help nobody.
fn no_workbook(file: &str, head: &[u8]) -> Result<(), DataError> {
    let packed = head.starts_with(b"PK\x03\x04");
    let old = head.starts_with(b"\xd0\xcf\x11\xe0");
    if !packed && !old && !head.contains(&0) {
        return Ok(());
    }
    let what = if packed || old { "a workbook or an archive" } else { "binary data" };
    let message = format!("`{file}` is no table of text, but {what}");
    Err(DataError::new(&codes::UNREADABLE_FILE, message)
        .help("save it as CSV (in a spreadsheet: Save as, CSV UTF-8), and name that file"))
}

/// A few of the names, for a message.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<_> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > SHOWN { ", ..." } else { "" };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::input::plain;
    use super::*;

    fn table(text: &'static [u8], delimiter: Option<u8>) -> Result<Table, DataError> {
        Table::open("t.csv", plain(text).unwrap(), delimiter, ["id", "a"].into_iter())
    }

    fn rows(text: &'static [u8]) -> Vec<Result<Vec<String>, String>> {
        let mut table = table(text, None).unwrap();
        let mut rows = Vec::new();
        while let Some(line) = table.next().unwrap() {
            rows.push(match line {
                Line::Row { cells, .. } => Ok(cells.iter().map(str::to_owned).collect()),
                Line::Bad(BadRow { file, row, line, why })
                | Line::Doubtful { bad: BadRow { file, row, line, why }, .. } => {
                    Err(format!("{file} row {row} line {line}: {why}"))
                }
            });
        }
        rows
    }

    #[test]
    fn a_workbook_is_to_be_saved_as_csv() {
        for bytes in [&b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml"[..], b"id\0,a\n"] {
            let error = table(bytes, None).err().unwrap();
            assert_eq!(error.code.name, "data::unreadable-file");
            assert!(error.help.unwrap().starts_with("save it as CSV"));
        }
        assert!(table(b"id,a\n", None).is_ok());
    }

    #[test]
    fn quotes_line_ends_and_delimiters() {
        let expected = vec![Ok(vec!["1".to_owned(), "x".to_owned()]), Ok(vec!["2".to_owned(), "y, z".to_owned()])];
        assert_eq!(rows(b"id,a\n1,x\n2,\"y, z\"\n"), expected);
        assert_eq!(rows(b"id,a\r\n1,x\r\n2,\"y, z\""), expected);
        assert_eq!(rows(b"\xef\xbb\xbfid;a\n1;x\n2;y, z\n"), expected);
        assert_eq!(rows(b"\"id\"\t\"a\"\n1\tx\n2\ty, z\n"), expected);
        assert_eq!(rows(b"id|a\n\n1|x\n\n2|y, z\n"), expected, "empty lines are no rows");
    }

    #[test]
    fn rows_that_cannot_be_split_are_named_and_the_next_is_read() {
        let found = rows(b"id,a\n1,x\n2\n3,y,z\n4,\xff\n5,\"a\nb\"\n6\n");
        assert_eq!(
            found,
            vec![
                Ok(vec!["1".to_owned(), "x".to_owned()]),
                Err("t.csv row 2 line 3: it has 1 cell, and the header has 2".to_owned()),
                Err("t.csv row 3 line 4: it has 3 cells, and the header has 2".to_owned()),
                Err("t.csv row 4 line 5: it is not UTF-8".to_owned()),
                Ok(vec!["5".to_owned(), "a\nb".to_owned()]),
                Err("t.csv row 6 line 8: it has 1 cell, and the header has 2".to_owned()),
            ]
        );
    }

    #[test]
    fn a_row_is_on_the_line_that_an_editor_shows() {
        let lines = |text: &'static [u8]| {
            let mut table = table(text, None).unwrap();
            let mut lines = Vec::new();
            while let Some(line) = table.next().unwrap() {
                lines.push(match line {
                    Line::Row { line, .. }
                    | Line::Bad(BadRow { line, .. })
                    | Line::Doubtful { bad: BadRow { line, .. }, .. } => line,
                });
            }
            lines
        };
        assert_eq!(lines(b"id,a\n1,x\n2\n3,y\n"), [2, 3, 4]);
        assert_eq!(lines(b"id,a\r\n1,x\r\n2\r\n3,y\r\n"), [2, 3, 4]);
        assert_eq!(lines(b"id,a\r\n\r\n1,\"x\r\ny\"\r\n2,z\n\n3,y"), [3, 5, 7], "empty lines, and breaks in cells");
        assert_eq!(lines(b"\n\nid,a\n1,x\n"), [4], "empty lines before the header");
    }

    /// The line on which the quote opens for which a table is refused, if it is.
    fn refused(text: &'static [u8], one_line: &[usize]) -> Option<String> {
        let place = |why: DataError| {
            assert_eq!(why.code.name, "data::open-quote");
            Some(why.message.split(": ").next().unwrap_or_default().to_owned())
        };
        let mut table = match table(text, None) {
            Ok(table) => table,
            Err(why) => return place(why),
        };
        table.keep_to_one_line(one_line.iter().copied());
        loop {
            match table.next() {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(why) => return place(why),
            }
        }
    }

    #[test]
    fn a_quote_that_swallows_rows_refuses_the_table() {
        let at = |line: u64| Some(format!("`t.csv`, line {line}"));
        assert_eq!(refused(b"id,a\n1,\"x\n2,y\n3,z\n", &[]), at(2), "never closed");
        assert_eq!(refused(b"id,a\n1,\"x\"\"\n2,y\n", &[]), at(2), "two quotes are one of the cell");
        assert_eq!(refused(b"id,a\r\n1,x\r\n\r\n2,\"y", &[]), at(4));
        assert_eq!(refused(b"id;a\n1;\"x\n", &[]), at(2), "by the delimiter of the table");
        assert_eq!(refused(b"id,\"a\n1,x\n", &[]), at(1), "in the header");
        assert_eq!(refused(b"id,a\n1,\"x\n2,\"y\n", &[]), at(2), "closed by the next, amid a cell");
        assert_eq!(refused(b"id,a\n1,\"x\n2\",y\n", &[]), at(2), "a cell too many");
        assert_eq!(refused(b"id,a\n1,\"x\n2\"\n", &[0]), None, "a text may go on over a line");
        assert_eq!(refused(b"id,a\n0,v\n1,\"x\n2\"\n", &[1]), at(3), "and a status not");
        assert_eq!(refused(b"id,a\n\"1\n2\",\"x\n2\"\n", &[1]), at(3), "of two such cells the one that may not");
        for sound in [
            &b"id,a\n1,x\"y\n2,5\" tall\n"[..],
            b"id,a\n1,\"x\"\n",
            b"id,a\n1,\"\"\n2,\"a \"\"b\"\"\"",
            b"id,a\n1,\"x\"y\n2,z\n",
        ] {
            assert_eq!(refused(sound, &[0, 1]), None, "{}", String::from_utf8_lossy(sound));
        }
    }

    #[test]
    fn columns_are_found_or_asked_for() {
        let found = table(b"id,a,b,b\n", None).unwrap();
        assert_eq!(found.column("a"), Ok(Some(1)));
        assert_eq!(found.column("c"), Ok(None));
        let twice = found.column("b").unwrap_err();
        assert_eq!(twice.code.name, "data::column-twice");
        let missing = |text, name: &str| table(text, Some(b',')).unwrap().required(name, "`x`").unwrap_err();
        let error = missing(b"id,tenure\n", "tenrue");
        assert_eq!((error.code.name, error.help.as_deref()), ("data::missing-column", Some("did you mean `tenure`?")));
        assert_eq!(error.message, "`t.csv` has no column `tenrue`, from which `x` is read");
        assert!(missing(b"id;tenure\n", "tenure").help.unwrap().contains("delimiter"));
        assert_eq!(missing(b"id,b\n", "weather").help.as_deref(), Some("its columns are `id`, `b`"));
        assert_eq!(table(b"", None).err().map(|error| error.code.name), Some("data::missing-column"));
    }

    #[test]
    fn a_quote_that_is_never_closed_does_not_fill_the_memory() {
        struct Endless(bool);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let first: &[u8] = if std::mem::replace(&mut self.0, false) { b"id,a\n1,\"" } else { b"" };
                buffer.fill(b'x');
                buffer[..first.len()].copy_from_slice(first);
                Ok(buffer.len())
            }
        }
        let input: Input = Box::new(std::io::BufReader::new(Endless(true)));
        let mut table = Table::open("t.csv", input, None, ["id", "a"].into_iter()).unwrap();
        let Err(error) = table.next() else { panic!("an endless row was read") };
        assert_eq!(error.code.name, "data::unreadable-file");
    }
}
