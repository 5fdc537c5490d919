//! Cuts a file into words, numbers, texts and signs, and keeps the comments aside.
//!
//! The scan serves three: the splitting into declarations and clauses, the wording of errors, and the formatter. It
//! reports what is wrong with a single token (a text that is never closed, quotes of a word processor), since nobody
//! after it could say it better. It knows no keyword.
//!
//! A quoted text ends at the end of its line at the latest, so a forgotten quote costs one line and not the file.

mod foreign;

pub(super) use foreign::{plain_number, written_out};

use crate::diagnostics::{Diagnostic, codes::syntax as codes};
use crate::source::{SourceId, Span};

/// The longest name, in bytes (R53).
pub(super) const MAX_NAME_BYTES: usize = 100;
/// The longest quoted text, in bytes between the quotes (R53).
pub(super) const MAX_TEXT_BYTES: usize = 10_000;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `home_hero`, `when`
    Word,
    /// `80`, `0.30`, `90%`, `2026-06-15T10:00Z`: anything that begins with a digit.
    Number,
    /// `"Ready for spring?"`
    Text,
    /// One ASCII sign: `{`, `<`, `+`.
    Sign(u8),
    /// Something that has been reported by the scan and can be part of nothing good.
    Odd,
}

/// One token: bytes `start..end` of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) start: u32,
    pub(super) end: u32,
    /// How far from the beginning of its line, in bytes.
    pub(super) column: u32,
    pub(super) kind: TokenKind,
    /// Whether nothing but space stands before it on its line.
    pub(super) first_on_line: bool,
}

/// One comment: `// ..` without the end of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Whether it has its line for itself.
    pub(super) own_line: bool,
}

/// The tokens and comments of a file in order, and what is wrong with single tokens.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) tokens: Vec<Token>,
    pub(super) comments: Vec<Comment>,
    pub(super) problems: Vec<Diagnostic>,
}

/// Scans a whole file.
pub(super) fn scan(source: SourceId, text: &str) -> Scan {
    let mut scanner =
        Scanner { source, text, bytes: text.as_bytes(), at: 0, line: 0, fresh: true, out: Scan::default() };
    // About one token in six bytes in the files people write.
    scanner.out.tokens.reserve(text.len() / 6);
    while scanner.at < scanner.bytes.len() {
        scanner.step();
    }
    scanner.out
}

struct Scanner<'t> {
    source: SourceId,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Where the current line begins.
    line: usize,
    /// Whether no token has stood on the current line yet.
    fresh: bool,
    out: Scan,
}

impl Scanner<'_> {
    fn step(&mut self) {
        let Some(&byte) = self.bytes.get(self.at) else { return };
        match byte {
            b'\n' => {
                self.at += 1;
                self.line = self.at;
                self.fresh = true;
            }
            b' ' | b'\t' | b'\r' => self.at += 1,
            _ if self.at_foreign_comment() => self.foreign_comment(),
            b';' => self.semicolon(),
            b'$' => self.money_before('$'),
            b'/' if self.bytes.get(self.at + 1) == Some(&b'/') => {
                let start = self.at;
                let end = self.line_end(start);
                let trimmed = self.text.get(start..end).unwrap_or("").trim_end().len();
                let end_of_words = start + trimmed;
                self.out.comments.push(Comment { start: start as u32, end: end_of_words as u32, own_line: self.fresh });
                self.at = end;
            }
            b'"' => self.quoted(),
            b'0'..=b'9' => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'\'' => self.foreign_quote(),
            0x80.. => self.beyond_ascii(),
            0..=31 | 127 => {
                self.problem_char(self.at + 1, "this character cannot be seen and means nothing here", None);
            }
            _ => self.token(TokenKind::Sign(byte), self.at + 1),
        }
    }

    fn token(&mut self, kind: TokenKind, end: usize) {
        self.out.tokens.push(Token {
            start: self.at as u32,
            end: end as u32,
            column: (self.at - self.line) as u32,
            kind,
            first_on_line: self.fresh,
        });
        self.fresh = false;
        self.at = end;
    }

    fn line_end(&self, from: usize) -> usize {
        self.bytes
            .get(from..)
            .and_then(|rest| rest.iter().position(|byte| *byte == b'\n'))
            .map_or(self.bytes.len(), |n| from + n)
    }

    fn span(&self, end: usize) -> Span {
        Span::new(self.source, self.at..end)
    }

    fn word(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let len = rest.iter().position(|byte| !is_word_byte(*byte)).unwrap_or(rest.len());
        let next = self.text.get(self.at + len..).and_then(|behind| behind.chars().next());
        if next.is_some_and(|next| !next.is_ascii() && next.is_alphanumeric()) {
            // Perhaps `größe`: take the whole word, so that one finding names it.
            self.beyond_ascii();
            return;
        }
        let end = self.at + len;
        if len > MAX_NAME_BYTES {
            let message = format!("this name has {len} letters, and {MAX_NAME_BYTES} is the most a name may have");
            self.out.problems.push(Diagnostic::new(&codes::TOO_LONG, self.span(end), message).help("shorten the name"));
            self.token(TokenKind::Odd, end);
        } else {
            self.token(TokenKind::Word, end);
        }
    }

    /// Everything that begins with a digit, dates and instants in one piece, so that findings show them whole.
    fn number(&mut self) {
        if let Some((end, at, sign)) = self.amount_with_commas() {
            self.money_behind(end, at, sign);
            return;
        }
        let mut end = self.at;
        while let Some(&byte) = self.bytes.get(end) {
            let joins = matches!(byte, b'-' | b':' | b'.')
                && self.bytes.get(end + 1).is_some_and(u8::is_ascii_digit)
                && (byte != b'-' || looks_like_date(self.bytes.get(self.at..end).unwrap_or(&[])));
            if !(is_word_byte(byte) || joins) {
                break;
            }
            end += 1;
        }
        if self.bytes.get(end) == Some(&b'%') {
            end += 1;
        }
        let behind = end + usize::from(self.bytes.get(end) == Some(&b' '));
        let next_to = [end, behind].into_iter().find_map(|at| Some((at, self.money(at)?)));
        if let Some((at, sign)) = next_to {
            self.money_behind(end, at, sign);
            return;
        }
        self.token(TokenKind::Number, end);
    }

    fn quoted(&mut self) {
        let mut end = self.at + 1;
        loop {
            match self.bytes.get(end) {
                Some(b'"') => {
                    end += 1;
                    break;
                }
                Some(b'\\') if !matches!(self.bytes.get(end + 1), None | Some(b'\n' | b'\r')) => end += 2,
                Some(b'\n') | None => {
                    self.unclosed(end);
                    return;
                }
                Some(_) => end += 1,
            }
        }
        // A backslash may have skipped the first byte of a longer character; the closing quote is ASCII all the same.
        if end - self.at - 2 > MAX_TEXT_BYTES {
            let message = format!(
                "this text is {} bytes long, and {MAX_TEXT_BYTES} is the most a text may have",
                end - self.at - 2
            );
            self.out.problems.push(Diagnostic::new(&codes::TOO_LONG, self.span(end), message).help("shorten the text"));
            self.token(TokenKind::Odd, end);
        } else {
            self.token(TokenKind::Text, end);
        }
    }

    fn unclosed(&mut self, line_end: usize) {
        let words = self.text.get(self.at..line_end).unwrap_or("").trim_end().len();
        let end = self.at + words;
        let finding = Diagnostic::new(&codes::UNCLOSED_TEXT, self.span(end), "this text has no closing quote")
            .primary("it would run to the end of the line")
            .help("close it with `\"`; a quote inside a text is written `\\\"`");
        self.out.problems.push(finding);
        self.token(TokenKind::Odd, end);
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether these digits may be the beginning of a date, so that a `-` behind them belongs to it.
fn looks_like_date(so_far: &[u8]) -> bool {
    match so_far {
        [a, b, c, d] => [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()),
        [a, b, c, d, b'-', e, f] => [a, b, c, d, e, f].iter().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

/// A word for a message, cut where it would fill the screen.
pub(super) fn shortened(word: &str) -> String {
    if word.chars().count() <= 40 { word.to_owned() } else { word.chars().take(37).chain("...".chars()).collect() }
}
