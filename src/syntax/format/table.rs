//! The table of a test, its cells in columns.

use super::WIDTH;
use super::parts::ClauseParts;
use super::pieces::{Cutter, PieceKind};
use super::print::{joined, width};

/// The widest label of a row that gets a column; behind a longer one the cells would stand far from their columns.
const WIDEST_LABEL: usize = 24;

/// How wide each column is; empty where there is no table, or where it is too wide to stand in columns.
pub(super) struct Table {
    widths: Vec<usize>,
}

impl Table {
    /// The table among the clauses of a declaration, whose cells begin at `column` of a line.
    pub(super) fn of(cutter: &Cutter<'_>, clauses: &[ClauseParts], column: usize) -> Self {
        let mut widths: Vec<usize> = Vec::new();
        for cells in clauses.iter().filter_map(|clause| cells(cutter, clause)) {
            widths.resize(widths.len().max(cells.len()), 0);
            for (widest, cell) in widths.iter_mut().zip(&cells) {
                *widest = (*widest).max(width(cell));
            }
        }
        let whole = column + widths.iter().map(|width| width + 1).sum::<usize>();
        let fits = whole <= WIDTH && widths.first().is_none_or(|label| *label <= WIDEST_LABEL);
        Self { widths: if fits { widths } else { Vec::new() } }
    }

    /// The cells of a clause on one line, if it is a line of this table and no comment stands among them.
    pub(super) fn line(&self, cutter: &Cutter<'_>, clause: &ClauseParts) -> Option<String> {
        let cells = cells(cutter, clause).filter(|_| !self.widths.is_empty())?;
        let mut line = String::new();
        for (cell, wide) in cells.iter().zip(&self.widths) {
            // Where no row has a label, there is no column for it.
            if *wide > 0 {
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', wide + 1 - width(cell)));
            }
        }
        line.truncate(line.trim_end().len());
        Some(line)
    }
}

/// The cells of a line of a table, each with the comma behind it; none for other clauses, and where a comment stands
/// among the cells, so that the clause is laid out as any other.
fn cells(cutter: &Cutter<'_>, clause: &ClauseParts) -> Option<Vec<String>> {
    let all = cutter.pieces(clause.tokens.clone(), clause.value);
    if clause.cells.is_empty() || all.iter().any(|piece| piece.kind != PieceKind::Word) {
        return None;
    }
    let ends = clause.cells.iter().copied().skip(1).chain([clause.tokens.end]);
    let ranges = clause.cells.iter().copied().zip(ends);
    Some(ranges.map(|(from, to)| joined(&cutter.pieces(from..to, from))).collect())
}
