//! The table of a test: its columns and its rows.
//!
//! A cell is read without a look at its column, so that a row in error is one finding and names its column in the
//! column's own words; the checker puts the two together.

use crate::syntax::grammar::{Pair, Row, Rule};
use crate::syntax::literal::Builder;
use crate::syntax::tree::{self, Cell, CellKind, Column, ColumnKind, Grant};

impl Builder<'_> {
    pub(super) fn columns(&mut self, pair: Pair<'_>) -> Option<Vec<Column>> {
        pair.into_inner()
            .map(|column| {
                let span = self.full_span(&column);
                let mut row = Row::of(column);
                let kind = if row.skip(Rule::now) {
                    ColumnKind::Now
                } else if row.skip(Rule::column_as) {
                    ColumnKind::As
                } else if row.skip(Rule::column_expect) {
                    ColumnKind::Expect(self.name(&row.take(Rule::name)?))
                } else if row.skip(Rule::column_history) {
                    let event = self.name(&row.take(Rule::name)?);
                    let of = match row.skip(Rule::of) {
                        true => Some(self.name(&row.take(Rule::name)?)),
                        false => None,
                    };
                    let by = match row.skip(Rule::by) {
                        true => Some(self.name(&row.take(Rule::name)?)),
                        false => None,
                    };
                    ColumnKind::History { event, of, by }
                } else if row.skip(Rule::used) {
                    row.skip(Rule::of);
                    ColumnKind::Used(self.name(&row.take(Rule::name)?))
                } else if let Some(consent) = row.take(Rule::consent) {
                    ColumnKind::Consent(self.name(&Row::of(consent).take(Rule::name)?))
                } else if let Some(permission) = row.take(Rule::permission) {
                    ColumnKind::Permission(self.name(&Row::of(permission).take(Rule::name)?))
                } else {
                    ColumnKind::Attribute(self.name(&row.take(Rule::name)?))
                };
                Some(Column { kind, span })
            })
            .collect()
    }

    pub(super) fn row(&mut self, pair: Pair<'_>) -> Option<tree::Row> {
        let mut row = Row::of(pair);
        let label = match row.take(Rule::row_label) {
            Some(label) => Some(self.text(&Row::of(label).take(Rule::text)?)),
            None => None,
        };
        let mut cells = Vec::new();
        while let Some(cell) = row.next() {
            cells.push(self.table_cell(cell)?);
        }
        Some(tree::Row { label, cells })
    }

    fn table_cell(&mut self, pair: Pair<'_>) -> Option<Cell> {
        let span = self.full_span(&pair);
        let mut row = Row::of(pair);
        if let Some(expects) = row.take(Rule::cell_expect) {
            let (outcome, reason) = self.outcome(&mut Row::of(expects))?;
            return Some(Cell { kind: CellKind::Expects(outcome, reason), span });
        }
        let value = row.next()?;
        let value_span = self.full_span(&value);
        let value = self.given_value(value)?;
        let as_of = if row.skip(Rule::as_of) { Some(self.point(row.next()?)?) } else { None };
        let at = if row.skip(Rule::at) { Some(self.point(row.next()?)?) } else { None };
        let version = match row.skip(Rule::version) {
            true => Some(self.count(&row.take(Rule::digits)?, u32::MAX)?),
            false => None,
        };
        let grant = Grant { at, version, confirmed: row.skip(Rule::confirmed) };
        Some(Cell { kind: CellKind::Value { value, span: value_span, as_of, grant }, span })
    }
}
