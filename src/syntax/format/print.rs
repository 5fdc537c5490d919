//! Puts the pieces of a file on lines.

use super::WIDTH;
use super::parts::{AttributeParts, Body, ClauseParts, Parts};
use super::pieces::{Cutter, Piece, PieceKind};
use super::table::Table;
use crate::syntax::scan::{Comment, Scan};

/// The longest opening words that widen the column of all clauses; `if no consent` does not.
const WIDEST_KEYWORD: usize = 10;

/// The whole file.
pub(super) fn print(text: &str, scan: &Scan, items: &[Parts]) -> String {
    let cutter = Cutter { text, scan };
    let one_line: Vec<_> = items.iter().map(|item| OneLine::of(&cutter, item)).collect();
    let mut printer = Printer { cutter: &cutter, out: String::with_capacity(text.len() + text.len() / 8) };
    printer.leading_comments(items.first().map_or(scan.tokens.len(), |item| item.tokens.start));
    let mut at = 0;
    while let (Some(item), Some(line)) = (items.get(at), one_line.get(at)) {
        if line.is_none() {
            printer.item(item);
            printer.behind(item.tokens.end - 1, item.tokens.end, 0);
            at += 1;
            continue;
        }
        let run = run_of(&cutter, items, &one_line, at);
        let columns = Columns::of(&one_line, at..run);
        for (item, line) in items.iter().zip(&one_line).take(run).skip(at) {
            if let Some(line) = line {
                printer.one_line(line, &columns);
            }
            printer.behind(item.tokens.end - 1, item.tokens.end, 0);
        }
        at = run;
    }
    printer.finish()
}

/// Where the run of neighbours that share columns with item `at` ends: the same word, each on one line, nothing between.
fn run_of(cutter: &Cutter<'_>, items: &[Parts], one_line: &[Option<OneLine<'_>>], at: usize) -> usize {
    let mut end = at + 1;
    while let (Some(Some(before)), Some(Some(line)), Some(last), Some(item)) =
        (one_line.get(end - 1), one_line.get(end), items.get(end - 1), items.get(end))
    {
        let joined = !has_blank_line(cutter, last.tokens.end - 1, item.tokens.start)
            && cutter.comments_between(last.tokens.end - 1, item.tokens.start).iter().all(|comment| !comment.own_line);
        if !(item.aligned && before.word == line.word && joined) {
            break;
        }
        end += 1;
    }
    end
}

/// Whether two line ends stand between the tokens with nothing but space between them.
fn has_blank_line(cutter: &Cutter<'_>, before: usize, after: usize) -> bool {
    let tokens = &cutter.scan.tokens;
    let start = tokens.get(before).map_or(0, |token| token.end as usize);
    let end = tokens.get(after).map_or(cutter.text.len(), |token| token.start as usize);
    cutter.text.get(start..end).is_some_and(|between| {
        between.lines().skip(1).any(|line| line.trim().is_empty()) && between.matches('\n').count() > 1
    })
}

/// A declaration that stands on one line and fits there.
struct OneLine<'t> {
    word: &'t str,
    /// `offer running_tips`
    name: String,
    /// `"Label"`, perhaps empty.
    label: String,
    /// `{ class marketing }`
    rest: String,
}

impl<'t> OneLine<'t> {
    fn of(cutter: &Cutter<'t>, item: &Parts) -> Option<Self> {
        let tokens = cutter.scan.tokens.get(item.tokens.clone())?;
        let (first, last) = (tokens.first()?, tokens.last()?);
        let text = cutter.text.get(first.start as usize..last.end as usize)?;
        if text.contains('\n') || matches!(item.body, Body::Expression | Body::Nothing) {
            return None;
        }
        let head = cutter.pieces(item.tokens.start..item.open, item.tokens.start);
        let (label, name): (Vec<_>, Vec<_>) = head.iter().partition(|piece| piece.text.starts_with('"'));
        let clauses: Vec<String> = match &item.body {
            Body::Clauses(clauses) => {
                clauses.iter().map(|clause| joined(&cutter.pieces(clause.tokens.clone(), clause.value))).collect()
            }
            Body::Attributes(clauses, attributes) => {
                let clauses = clauses.iter().map(|clause| joined(&cutter.pieces(clause.tokens.clone(), clause.value)));
                let attributes = attributes.iter().map(|attribute| joined(&attribute_pieces(cutter, attribute)));
                clauses.chain(attributes).collect()
            }
            Body::Expression | Body::Nothing => return None,
        };
        let rest = if clauses.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", clauses.join("  ")) };
        let line = Self { word: head.first()?.text, name: joined(&name), label: joined(&label), rest };
        (width(&line.plain()) <= WIDTH).then_some(line)
    }

    fn plain(&self) -> String {
        let space = if self.label.is_empty() { "" } else { " " };
        format!("{}{space}{} {}", self.name, self.label, self.rest)
    }
}

/// How wide names and labels are padded in a run of one-line declarations; 0 where they are not.
struct Columns {
    name: usize,
    label: usize,
}

impl Columns {
    fn of(lines: &[Option<OneLine<'_>>], run: std::ops::Range<usize>) -> Self {
        let lines: Vec<_> = lines.get(run).unwrap_or(&[]).iter().flatten().collect();
        let widest =
            |of: for<'a> fn(&'a OneLine<'_>) -> &'a str| lines.iter().map(|line| width(of(line))).max().unwrap_or(0);
        let columns = Self { name: widest(|line| &line.name), label: widest(|line| &line.label) };
        let fits = lines.iter().all(|line| width(&columns.line(line)) <= WIDTH);
        if fits { columns } else { Self { name: 0, label: 0 } }
    }

    fn line(&self, line: &OneLine<'_>) -> String {
        if self.name == 0 {
            return line.plain();
        }
        let label = if self.label == 0 { String::new() } else { format!(" {:1$}", line.label, self.label) };
        format!("{:2$}{label} {}", line.name, line.rest, self.name)
    }
}

pub(super) fn joined<'p, 't: 'p>(pieces: impl IntoIterator<Item = &'p Piece<'t>>) -> String {
    let mut out = String::new();
    for piece in pieces {
        if !out.is_empty() {
            out.extend(std::iter::repeat_n(' ', piece.gap));
        }
        out.push_str(piece.text);
    }
    out
}

pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// The pieces of an attribute; its marks stand two spaces apart.
fn attribute_pieces<'t>(cutter: &Cutter<'t>, attribute: &AttributeParts) -> Vec<Piece<'t>> {
    let mut out = Vec::new();
    let ends = attribute.marks.iter().copied().chain([attribute.tokens.end]);
    let mut from = attribute.tokens.start;
    for end in ends {
        let before = out.len();
        // Whatever stands before a `-` in a type or a mark, it is the sign of a number.
        out.extend(cutter.pieces(from..end, end));
        if from > attribute.tokens.start {
            let comments = cutter.comments_between(from - 1, from).iter().map(|comment| Piece {
                text: cutter.comment_text(comment),
                gap: 2,
                may_break: false,
                kind: if comment.own_line { PieceKind::OwnLine } else { PieceKind::Trailing },
            });
            if let Some(mark) = out.get_mut(before) {
                mark.gap = 2;
                mark.may_break = true;
            }
            let comments: Vec<_> = comments.collect();
            out.splice(before..before, comments);
        }
        from = end;
    }
    out
}

struct Printer<'p, 't> {
    cutter: &'p Cutter<'t>,
    out: String,
}

impl<'t> Printer<'_, 't> {
    fn finish(mut self) -> String {
        let end = self.out.trim_end().len();
        self.out.truncate(end);
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }

    fn column(&self) -> usize {
        width(self.out.rsplit('\n').next().unwrap_or(""))
    }

    fn spaces(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.spaces(indent);
    }

    /// Spaces up to `column`, and at least `least`.
    fn pad(&mut self, column: usize, least: usize) {
        let count = column.saturating_sub(self.column()).max(least);
        self.spaces(count);
    }

    /// The comments before the first declaration.
    fn leading_comments(&mut self, first: usize) {
        let end = self.cutter.scan.tokens.get(first).map_or(u32::MAX, |token| token.start);
        let comments: Vec<Comment> =
            self.cutter.scan.comments.iter().copied().take_while(|comment| comment.start < end).collect();
        let mut last = 0;
        for comment in &comments {
            self.blank_line_if(last, comment.start as usize);
            self.out.push_str(self.cutter.comment_text(comment));
            self.out.push('\n');
            last = comment.end as usize;
        }
        self.blank_line_if(last, (end as usize).min(self.cutter.text.len()));
    }

    /// A blank line, if the text between the two places holds one; never at the top.
    fn blank_line_if(&mut self, from: usize, to: usize) {
        let between = self.cutter.text.get(from..to).unwrap_or("");
        if !self.out.is_empty() && between.matches('\n').count() > 1 {
            self.out.push('\n');
        }
    }

    /// What stands behind token `before` and before token `after`: comments on the same line, the end of the line, then
    /// comments and at most one blank line between any two things.
    fn behind(&mut self, before: usize, after: usize, indent: usize) {
        let comments = self.cutter.comments_between(before, after);
        let tokens = &self.cutter.scan.tokens;
        let mut last = tokens.get(before).map_or(0, |token| token.end as usize);
        for comment in comments.iter().filter(|comment| !comment.own_line) {
            self.out.push_str("  ");
            self.out.push_str(self.cutter.comment_text(comment));
            last = comment.end as usize;
        }
        self.out.push('\n');
        for comment in comments.iter().filter(|comment| comment.own_line) {
            self.blank_line_if(last, comment.start as usize);
            self.spaces(indent);
            self.out.push_str(self.cutter.comment_text(comment));
            self.out.push('\n');
            last = comment.end as usize;
        }
        let end = tokens.get(after).map_or(self.cutter.text.len(), |token| token.start as usize);
        self.blank_line_if(last, end);
    }

    fn one_line(&mut self, line: &OneLine<'_>, columns: &Columns) {
        self.out.push_str(&columns.line(line));
    }

    /// A declaration over several lines.
    fn item(&mut self, item: &Parts) {
        let head = self.cutter.pieces(item.tokens.start..item.open + 1, item.tokens.start);
        self.fill(&head, 4);
        match &item.body {
            Body::Expression => self.expression(item),
            Body::Nothing => {}
            Body::Clauses(clauses) => self.block(clauses, item.open, item.tokens.end - 1, 2),
            Body::Attributes(clauses, attributes) => {
                let columns = AttributeColumns::of(self.cutter, attributes);
                let column = 2 + self.keyword_width(clauses) + 1;
                let table = Table::of(self.cutter, clauses, column);
                let close = item.tokens.end - 1;
                let field = attributes.first().map(|attribute| attribute.tokens.start);
                self.behind_brace(item.open, close, clauses.first().map(|clause| clause.tokens.start).or(field), 2);
                for (at, clause) in clauses.iter().enumerate() {
                    self.spaces(2);
                    self.clause(clause, column, &table);
                    let next = clauses.get(at + 1).map(|clause| clause.tokens.start).or(field);
                    self.behind_part(close, clause.tokens.end - 1, next, 2);
                }
                for (at, attribute) in attributes.iter().enumerate() {
                    self.spaces(2);
                    self.attribute(attribute, &columns);
                    let next = attributes.get(at + 1).map(|attribute| attribute.tokens.start);
                    self.behind_part(close, attribute.tokens.end - 1, next, 2);
                }
                self.out.push('}');
            }
        }
    }

    /// Clauses on lines of their own between the braces, which have been begun.
    fn block(&mut self, clauses: &[ClauseParts], open: usize, close: usize, indent: usize) {
        let column = indent + self.keyword_width(clauses) + 1;
        let table = Table::of(self.cutter, clauses, column);
        self.behind_brace(open, close, clauses.first().map(|clause| clause.tokens.start), indent);
        for (at, clause) in clauses.iter().enumerate() {
            self.spaces(indent);
            self.clause(clause, column, &table);
            let next = clauses.get(at + 1).map(|clause| clause.tokens.start);
            self.behind_part(close, clause.tokens.end - 1, next, indent);
        }
        self.spaces(indent - 2);
        self.out.push('}');
    }

    /// From `{` to the first part, or to the `}` of an empty block.
    fn behind_brace(&mut self, open: usize, close: usize, first: Option<usize>, indent: usize) {
        self.behind_part(close, open, Some(first.unwrap_or(close)), indent);
        // No blank line opens a block.
        if self.out.ends_with("{\n\n") {
            self.out.pop();
        }
    }

    /// From the end of a part to the next, or to the closing brace.
    fn behind_part(&mut self, close: usize, last: usize, next: Option<usize>, indent: usize) {
        self.behind(last, next.unwrap_or(close), indent);
        // No blank line closes a block.
        if next.is_none_or(|next| next == close) && self.out.ends_with("\n\n") {
            self.out.pop();
        }
    }

    /// How wide the column of opening words is.
    fn keyword_width(&self, clauses: &[ClauseParts]) -> usize {
        let with_value = clauses.iter().filter(|clause| clause.value < clause.tokens.end);
        let widths = with_value.map(|clause| width(&self.keyword(clause)));
        widths.filter(|width| *width <= WIDEST_KEYWORD).max().unwrap_or(0)
    }

    fn keyword(&self, clause: &ClauseParts) -> String {
        let pieces = self.cutter.pieces(clause.tokens.start..clause.value, clause.value);
        joined(pieces.iter().filter(|piece| piece.kind == PieceKind::Word))
    }

    fn clause(&mut self, clause: &ClauseParts, column: usize, table: &Table) {
        let keyword = self.cutter.pieces(clause.tokens.start..clause.value, clause.value);
        self.fill(&keyword, column);
        if let Some(line) = table.line(self.cutter, clause) {
            self.pad(column, 1);
            self.out.push_str(&line);
            return;
        }
        if let Some(inner) = clause.inner.as_ref().filter(|_| self.fits(clause)) {
            self.pad(column, 1);
            let name = self.cutter.pieces(clause.value..inner.open + 1, clause.value);
            let of = |clause: &ClauseParts| joined(&self.cutter.pieces(clause.tokens.clone(), clause.value));
            let clauses: Vec<String> = inner.clauses.iter().map(of).collect();
            let line = format!("{} {} }}", joined(&name), clauses.join("  "));
            self.out.push_str(&line);
            return;
        }
        if let Some(inner) = &clause.inner {
            self.between(clause.value - 1, clause.value, column);
            self.pad(column, usize::from(!self.out.ends_with('\n')));
            let name = self.cutter.pieces(clause.value..inner.open + 1, clause.value);
            self.fill(&name, column);
            // Requests stand in tests alone, so their clauses are four in.
            self.block(&inner.clauses, inner.open, clause.tokens.end - 1, 4);
            return;
        }
        if clause.value < clause.tokens.end {
            self.between(clause.value - 1, clause.value, column);
            self.pad(column, usize::from(!self.out.ends_with('\n')));
            let value = self.cutter.pieces(clause.value..clause.tokens.end, clause.value);
            // Within a block of values later lines stand under the first value.
            let inside = if value.first().is_some_and(|piece| piece.text == "{") { 2 } else { 0 };
            self.fill(&value, column + inside);
        }
    }

    /// Whether a clause with a block stands on one line and fits there.
    fn fits(&self, clause: &ClauseParts) -> bool {
        let tokens = self.cutter.scan.tokens.get(clause.tokens.clone()).unwrap_or(&[]);
        let pieces = self.cutter.pieces(clause.tokens.clone(), clause.value);
        !tokens.iter().skip(1).any(|token| token.first_on_line)
            && pieces.iter().all(|piece| piece.kind == PieceKind::Word)
            && 2 + WIDEST_KEYWORD
                + width(&joined(&pieces))
                + clause.inner.as_ref().map_or(0, |inner| inner.clauses.len())
                <= WIDTH
    }

    /// The comments between two tokens of one clause; the line goes on at `hang`.
    fn between(&mut self, before: usize, after: usize, hang: usize) {
        for comment in self.cutter.comments_between(before, after) {
            if comment.own_line {
                self.trim_line();
                self.new_line(hang);
            } else {
                self.out.push_str("  ");
            }
            self.out.push_str(self.cutter.comment_text(comment));
            self.new_line(hang);
        }
    }

    /// Takes back the spaces of a line on which nothing stands yet, and its line end.
    fn trim_line(&mut self) {
        let end = self.out.trim_end_matches(' ').len();
        if self.out.get(..end).is_some_and(|before| before.ends_with('\n')) {
            self.out.truncate(end - 1);
        }
    }

    fn attribute(&mut self, attribute: &AttributeParts, columns: &AttributeColumns) {
        let start = attribute.tokens.start;
        let name = self.cutter.pieces(start..start + 2, start);
        self.fill(&name, 4);
        self.between(start + 1, start + 2, columns.ty);
        self.pad(columns.ty, usize::from(!self.out.ends_with('\n')));
        let pieces = attribute_pieces(
            self.cutter,
            &AttributeParts { tokens: start + 2..attribute.tokens.end, marks: attribute.marks.clone() },
        );
        // The type, then its marks in their column.
        let ty =
            pieces.iter().position(|piece| piece.kind == PieceKind::Word && piece.gap == 2).unwrap_or(pieces.len());
        let (ty, marks) = pieces.split_at(ty);
        self.fill(ty, columns.ty + 2);
        if let Some((first, _)) = marks.split_first() {
            let fresh_line = ty.last().is_some_and(|piece| piece.kind != PieceKind::Word);
            self.pad(columns.marks, if fresh_line { 0 } else { first.gap });
            self.fill(marks, columns.marks);
        }
    }

    fn expression(&mut self, item: &Parts) {
        let from = item.open + 1;
        let pieces = self.cutter.pieces(from..item.tokens.end, from);
        let breaks = self.cutter.scan.tokens.get(from).is_some_and(|token| token.first_on_line);
        let fits = self.column() + 1 + width(&joined(&pieces)) <= WIDTH;
        let plain = pieces.iter().all(|piece| piece.kind == PieceKind::Word);
        if breaks || !(fits && plain) {
            let comments = self.cutter.comments_between(item.open, from);
            if comments.is_empty() {
                self.new_line(2);
            }
            self.between(item.open, from, 2);
            self.fill(&pieces, 2);
        } else {
            self.spaces(1);
            self.fill(&pieces, 2);
        }
    }

    /// Pieces one after the other, broken where the line would grow too long; later lines hang at `hang`.
    fn fill(&mut self, pieces: &[Piece<'t>], hang: usize) {
        let mut fresh = true;
        for (at, piece) in pieces.iter().enumerate() {
            match piece.kind {
                PieceKind::Trailing => {
                    self.out.push_str("  ");
                    self.out.push_str(piece.text);
                    self.new_line(hang);
                    fresh = true;
                    continue;
                }
                PieceKind::OwnLine => {
                    self.trim_line();
                    self.new_line(hang);
                    self.out.push_str(piece.text);
                    self.new_line(hang);
                    fresh = true;
                    continue;
                }
                PieceKind::Word => {}
            }
            if !fresh {
                let chunk = pieces.get(at..).unwrap_or(&[]);
                let end =
                    1 + chunk.iter().skip(1).take_while(|next| !next.may_break && next.kind == PieceKind::Word).count();
                let needed: usize = chunk.iter().take(end).map(|next| next.gap + width(next.text)).sum();
                if piece.may_break && self.column() + needed > WIDTH {
                    self.new_line(hang);
                } else {
                    self.spaces(piece.gap);
                }
            }
            self.out.push_str(piece.text);
            fresh = false;
        }
    }
}

/// Where types and marks begin in a block of attributes.
struct AttributeColumns {
    ty: usize,
    marks: usize,
}

impl AttributeColumns {
    /// A type of an attribute with marks, but for one so wide that it would push all marks off the screen, sets the
    /// column of marks.
    fn of(cutter: &Cutter<'_>, attributes: &[AttributeParts]) -> Self {
        const WIDEST_TYPE: usize = 40;
        let text = |tokens: std::ops::Range<usize>| {
            let pieces = cutter.pieces(tokens.clone(), tokens.end);
            width(&joined(pieces.iter().filter(|piece| piece.kind == PieceKind::Word)))
        };
        let name = attributes.iter().map(|attribute| text(attribute.tokens.start..attribute.tokens.start + 2)).max();
        let ty = 2 + name.unwrap_or(0) + 1;
        let widths = attributes.iter().filter_map(|attribute| {
            let first = *attribute.marks.first()?;
            Some(text(attribute.tokens.start + 2..first)).filter(|width| *width <= WIDEST_TYPE)
        });
        Self { ty, marks: ty + widths.max().unwrap_or(0) + 2 }
    }
}
