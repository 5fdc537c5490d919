//! `// cater: allow(CODE, CODE) because "REASON"`: comments that speak to the program.
//!
//! Takes the comments of a file and its tree, gives an [`Allowance`] for each that can be read, with the declaration or
//! clause it stands at, and a finding for each that cannot. Every other comment is for people and is left alone.
//!
//! A comment that has its line for itself stands at what begins below it; one behind words stands at the clause (or else
//! the declaration) to which the last of these words belongs. Both survive the formatter, which never moves a comment
//! past a word.

use super::reader::MAX_FINDINGS;
use super::scan::{Comment, Scan, TokenKind, shortened};
use super::tree::{Attribute, Block, Item, ItemKind};
use crate::diagnostics::{Allowance, Code, Diagnostic, codes, codes::allow, nearest};
use crate::source::{SourceId, Span};

const FORM: &str = "// cater: allow(lint::unused-offer) because \"its rule comes in March\"";

/// Every allowance of a file in order; what is wrong with the others goes to `findings`.
pub(super) fn read(
    source: SourceId,
    text: &str,
    scan: &Scan,
    items: &[Item],
    findings: &mut Vec<Diagnostic>,
) -> Vec<Allowance> {
    let mut allowances = Vec::new();
    for comment in &scan.comments {
        let span = Span::new(source, comment.start as usize..comment.end as usize);
        let Some(words) = text.get(span.range()).and_then(|words| words.strip_prefix("//")) else { continue };
        if !speaks_to_us(words) {
            continue;
        }
        let mut cursor = Cursor { span, text: words, at: 0 };
        match cursor.allowance() {
            Ok((codes, list, reason)) => {
                let known: Vec<_> = codes.iter().filter_map(|(name, at)| known(name, *at, findings)).collect();
                if !known.is_empty() {
                    let (covers, whole) = (covered(comment, scan, items), whole(text, comment, span));
                    allowances.push(Allowance { span, codes: known, list, reason, covers, whole });
                }
            }
            Err(finding) => findings.push(*finding),
        }
        if findings.len() > MAX_FINDINGS {
            break;
        }
    }
    allowances
}

/// `cater: ..`, or `cater allow(..`, which somebody believes to be one.
fn speaks_to_us(words: &str) -> bool {
    let Some(rest) = words.trim_start().strip_prefix("cater") else { return false };
    let rest = rest.trim_start();
    rest.starts_with(':') || rest.strip_prefix("allow").is_some_and(|rest| rest.trim_start().starts_with('('))
}

/// The code of that name, if there is one and it can be allowed.
fn known(name: &str, span: Span, findings: &mut Vec<Diagnostic>) -> Option<(&'static Code, Span)> {
    let Some(code) = codes::find(name) else {
        let finding = Diagnostic::new(&allow::UNKNOWN_CODE, span, format!("there is no code `{}`", shortened(name)));
        let names = || codes::all().filter(|code| code.can_be_allowed()).map(|code| code.name);
        let short = |known: &&'static str| known.split("::").last() == Some(name);
        let meant = names().find(short).or_else(|| nearest(name, names()));
        findings.push(match meant {
            Some(meant) => {
                finding.help(format!("did you mean `{meant}`?")).suggest(format!("write `{meant}`"), span, meant)
            }
            None => finding.help("`cater explain` lists them all"),
        });
        return None;
    };
    if code.can_be_allowed() {
        return Some((code, span));
    }
    let (message, help) = match code.severity {
        crate::diagnostics::Severity::Error => (format!("`{name}` is an error and cannot be allowed"), "mend it"),
        crate::diagnostics::Severity::Warning | crate::diagnostics::Severity::Note => {
            (format!("`{name}` is not about rules and cannot be allowed here"), "take it out of the list")
        }
    };
    let help = format!("{help}; `cater explain {name}` says more");
    findings.push(Diagnostic::new(&allow::NOT_ALLOWABLE, span, message).help(help));
    None
}

/// What goes with a comment: its line where it stands alone, else the blanks before it.
fn whole(text: &str, comment: &Comment, span: Span) -> Span {
    let before = text.get(..span.start as usize).unwrap_or_default();
    if !comment.own_line {
        return Span { start: before.trim_end_matches([' ', '\t']).len() as u32, ..span };
    }
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let start = if text.starts_with('\u{FEFF}') { start.max('\u{FEFF}'.len_utf8()) } else { start };
    let behind = text.get(span.end as usize..).unwrap_or_default();
    let end = span.end as usize + behind.find('\n').map_or(behind.len(), |at| at + 1);
    Span::new(span.source, start..end)
}

/// The declaration or clause that a comment stands at.
fn covered(comment: &Comment, scan: &Scan, items: &[Item]) -> Option<Span> {
    let tokens = &scan.tokens;
    let next = tokens.partition_point(|token| token.start < comment.start);
    let token = tokens.get(if comment.own_line { next } else { next.checked_sub(1)? })?;
    let holds = |span: &Span| span.start <= token.start && token.start < span.end;
    let item =
        items.get(items.partition_point(|item| item.span.end <= token.start)).filter(|item| holds(&item.span))?;
    if comment.own_line && item.span.start == token.start {
        return Some(item.span);
    }
    match clauses(item).into_iter().find(holds) {
        Some(clause) => Some(clause),
        // What stands before the end of a declaration stands at nothing.
        None if comment.own_line && token.kind == TokenKind::Sign(b'}') => None,
        None => Some(item.span),
    }
}

/// The clauses and attributes of a declaration.
fn clauses(item: &Item) -> Vec<Span> {
    fn of<C>(clauses: &Block<C>) -> Vec<Span> {
        clauses.iter().map(|clause| clause.span).collect()
    }
    let fields = |attributes: &[Attribute]| attributes.iter().map(|attribute| attribute.span).collect();
    match &item.kind {
        ItemKind::Defaults(clauses) => of(clauses),
        ItemKind::Purpose(item) => of(&item.clauses),
        ItemKind::Customer(attributes) | ItemKind::Moment(attributes) => fields(attributes),
        ItemKind::Event(item) => fields(&item.fields),
        ItemKind::Offer(item) => of(&item.clauses),
        ItemKind::Slot(item) => of(&item.clauses),
        ItemKind::Rule(item) => of(&item.clauses),
        ItemKind::Cap(item) => of(&item.clauses),
        ItemKind::Class(item) => of(&item.clauses),
        ItemKind::Channel(item) => of(&item.clauses),
        ItemKind::Pause(item) => of(&item.clauses),
        ItemKind::Gap(item) => of(&item.clauses),
        ItemKind::Block(item) => of(&item.clauses),
        ItemKind::Window(item) => of(&item.clauses),
        ItemKind::Persona(item) => of(&item.clauses),
        ItemKind::Test(item) => of(&item.clauses),
        ItemKind::Use(_) | ItemKind::Segment(_) | ItemKind::Value(_) | ItemKind::Broken(_) => Vec::new(),
    }
}

/// The codes with their places, the place of all of them, the reason.
type Parts<'t> = (Vec<(&'t str, Span)>, Span, String);

/// Reads a comment from left to right.
struct Cursor<'t> {
    /// The whole comment, two bytes longer than `text`.
    span: Span,
    /// What stands behind `//`.
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn allowance(&mut self) -> Result<Parts<'t>, Box<Diagnostic>> {
        for part in ["cater", ":", "allow", "("] {
            if !self.skip(part) {
                return Err(self.unreadable(format!("`{part}` is expected here")));
            }
        }
        let start = self.at;
        let mut codes = Vec::new();
        loop {
            self.blanks();
            let from = self.at;
            let rest = self.rest();
            let is_part = |c: char| c.is_ascii_alphanumeric() || [':', '-', '_'].contains(&c);
            let name = rest.get(..rest.find(|c| !is_part(c)).unwrap_or(rest.len())).unwrap_or_default();
            if name.is_empty() {
                return Err(self.unreadable("a code is expected here".to_owned()));
            }
            self.at += name.len();
            codes.push((name, self.place(from, self.at)));
            if self.skip(",") {
                continue;
            }
            if !self.skip(")") {
                return Err(self.unreadable("a comma or `)` is expected here".to_owned()));
            }
            break;
        }
        let list = self.place(start, codes.last().map_or(start, |(_, last)| (last.end - self.base()) as usize));
        if self.is_over() {
            return Err(self.without_reason("this does not say why"));
        }
        if !self.skip("because") {
            return Err(self.unreadable("`because` is expected here".to_owned()));
        }
        self.blanks();
        let reason = self.rest().trim_end();
        let inner = reason.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|_| reason.len() > 1);
        match inner {
            _ if reason.is_empty() => Err(self.without_reason("the reason is missing behind `because`")),
            None => Err(self.unreadable("the reason stands in quotes, and nothing behind it".to_owned())),
            Some(inner) if inner.trim().is_empty() => Err(self.without_reason("the reason is empty")),
            Some(_) => Ok((codes, list, super::literal::unquoted(reason))),
        }
    }

    fn base(&self) -> u32 {
        self.span.start + 2
    }

    fn place(&self, from: usize, to: usize) -> Span {
        let base = self.base() as usize;
        Span::new(self.span.source, base + from..base + to)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn is_over(&mut self) -> bool {
        self.blanks();
        self.rest().is_empty()
    }

    fn skip(&mut self, part: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(part);
        if found {
            self.at += part.len();
        }
        found
    }

    fn unreadable(&self, label: String) -> Box<Diagnostic> {
        let rest = self.rest();
        let word = rest.find([' ', '(', ')', ',']).filter(|at| *at > 0).unwrap_or(rest.len().min(1));
        let here = self.place(self.at, self.at + word);
        let span = if rest.is_empty() { self.span } else { here };
        let finding = Diagnostic::new(&allow::UNREADABLE, span, "this comment speaks to cater and cannot be read");
        Box::new(finding.primary(label).help(format!("write `{FORM}`")))
    }

    fn without_reason(&self, message: &str) -> Box<Diagnostic> {
        let finding = Diagnostic::new(&allow::WITHOUT_REASON, self.span, message);
        Box::new(finding.help("say why, so that the next reader knows whether it still holds: `because \"..\"`"))
    }
}
