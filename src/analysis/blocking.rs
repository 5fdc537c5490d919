//! What must not hold, found by a point: the blockers of a question in one world, with an index over atoms.
//!
//! Takes formulas with the numbers by which answers name them; gives those that hold at a point. Refuses to know what a
//! blocker is.
//!
//! The index is the bitmap of `analysis-and-speed`'s kind: of each dimension and each stretch of its atoms a row of bits,
//! one a blocker, set where the blocker's literal on that dimension leaves out the whole stretch. The rows of a point's
//! atoms joined by `or` are the blockers that cannot hold there; the few that remain are evaluated. Ten thousand blockers
//! over forty dimensions are some thousand machine words a point, instead of ten thousand formulas. A dimension that
//! fewer than [`FEWEST`] blockers look at (every rule's own cap) has no rows: it would cost every point a look.

use super::atoms::Atoms;
use super::formula::{Dim, Formula, Formulas, Node};

/// Fewer literals on a dimension than this are not worth rows.
const FEWEST: usize = 8;
/// A dimension has at most so many rows; where it has more atoms, a row stands for several.
const MOST_ROWS: usize = 128;
const WORD: usize = u64::BITS as usize;

/// The blockers of one world, in rising order of their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Blockers {
    list: Vec<(usize, Formula)>,
    /// By dimension.
    columns: Vec<Column>,
}

/// The literals on one dimension.
#[derive(Clone, Debug)]
enum Column {
    /// The few there are, by the places of their blockers.
    Few(Vec<(usize, Atoms)>),
    /// Each row stands for `1 << shift` atoms.
    Rows { shift: u32, rows: Vec<Vec<u64>> },
}

impl Blockers {
    /// These, of which there are few or none.
    pub(super) fn plain(list: Vec<(usize, Formula)>) -> Self {
        Self { list, columns: Vec::new() }
    }

    /// Adds one whose number is above all others.
    pub(super) fn add(&mut self, formulas: &Formulas, number: usize, formula: Formula) {
        let place = self.list.len();
        self.list.push((number, formula));
        for (dim, atoms) in literals(formulas, formula) {
            if self.columns.len() <= dim.index() {
                self.columns.resize(dim.index() + 1, Column::Few(Vec::new()));
            }
            if let Some(column) = self.columns.get_mut(dim.index()) {
                column.add(formulas.width(dim), place, atoms);
            }
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> View<'_> {
        View { of: self, count: self.list.len(), among: None }
    }

    /// Those with numbers below this.
    pub(super) fn before(&self, number: usize) -> View<'_> {
        let count = self.list.partition_point(|(other, _)| *other < number);
        View { of: self, count, among: None }
    }

    /// The one with this number.
    pub(super) fn numbered(&self, number: usize) -> Option<(usize, Formula)> {
        let at = self.list.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.list.get(at).copied()
    }
}

impl Column {
    fn add(&mut self, width: usize, place: usize, atoms: &Atoms) {
        match self {
            Self::Few(few) => {
                few.push((place, atoms.clone()));
                if few.len() >= FEWEST {
                    let few = std::mem::take(few);
                    *self = Self::rows(width);
                    few.iter().for_each(|(place, atoms)| self.add(width, *place, atoms));
                }
            }
            Self::Rows { shift, rows } => {
                for (at, row) in rows.iter_mut().enumerate() {
                    if !atoms.meets_range(at << *shift, (at + 1) << *shift) {
                        if row.len() <= place / WORD {
                            row.resize(place / WORD + 1, 0);
                        }
                        if let Some(word) = row.get_mut(place / WORD) {
                            *word |= 1 << (place % WORD);
                        }
                    }
                }
            }
        }
    }

    fn rows(width: usize) -> Self {
        let mut shift = 0;
        while width.div_ceil(1 << shift) > MOST_ROWS {
            shift += 1;
        }
        Self::Rows { shift, rows: vec![Vec::new(); width.div_ceil(1 << shift)] }
    }
}

/// The literals without which a formula does not hold.
fn literals(formulas: &Formulas, formula: Formula) -> impl Iterator<Item = (Dim, &Atoms)> {
    let parts = match formulas.node(formula) {
        Node::All(parts) => &**parts,
        Node::Always | Node::Never | Node::Literal(..) | Node::Any(_) => &[],
    };
    let literal = |formula: Formula| match formulas.node(formula) {
        Node::Literal(dim, atoms) => Some((*dim, atoms)),
        Node::Always | Node::Never | Node::All(_) | Node::Any(_) => None,
    };
    literal(formula).into_iter().chain(parts.iter().filter_map(move |part| literal(*part)))
}

/// Some of the blockers of one world.
#[derive(Clone, Copy)]
pub(super) struct View<'b> {
    of: &'b Blockers,
    /// The first so many.
    count: usize,
    /// Of these, those whose numbers are so.
    among: Option<&'b dyn Fn(usize) -> bool>,
}

impl<'b> View<'b> {
    /// Those of them whose numbers are so.
    pub(super) fn among(self, is: &'b dyn Fn(usize) -> bool) -> Self {
        Self { among: Some(is), ..self }
    }

    /// All of them, in order.
    pub(super) fn each(self) -> impl Iterator<Item = (usize, Formula)> + 'b {
        let list = self.of.list.get(..self.count).unwrap_or_default().iter().copied();
        list.filter(move |(number, _)| self.among.is_none_or(|is| is(*number)))
    }

    /// Those that hold at a point, in order.
    pub(super) fn holding(
        self,
        formulas: &'b Formulas,
        point: &'b [usize],
    ) -> impl Iterator<Item = (usize, Formula)> + 'b {
        self.candidates(point)
            .filter(move |(number, _)| self.among.is_none_or(|is| is(*number)))
            .filter(move |(_, formula)| formulas.holds(*formula, point))
    }

    /// Those that no row excludes.
    fn candidates(self, point: &[usize]) -> impl Iterator<Item = (usize, Formula)> + 'b {
        let list = self.of.list.get(..self.count).unwrap_or_default();
        let mut excluded = vec![0_u64; self.count.div_ceil(WORD)];
        for (column, atom) in self.of.columns.iter().zip(point) {
            let Column::Rows { shift, rows } = column else { continue };
            let Some(row) = rows.get(atom >> shift) else { continue };
            excluded.iter_mut().zip(row).for_each(|(excluded, row)| *excluded |= row);
        }
        excluded.into_iter().enumerate().flat_map(move |(at, excluded)| {
            let left = std::iter::successors(Some(!excluded), |rest| Some(rest & rest.wrapping_sub(1)));
            let places = left.take_while(|rest| *rest != 0).map(move |rest| at * WORD + rest.trailing_zeros() as usize);
            places.filter_map(|place| list.get(place).copied())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::atoms::Atoms;
    use super::super::formula::{Dim, Formula, Formulas};
    use super::super::tests::schemas::Dice;
    use super::Blockers;

    #[test]
    fn the_index_finds_what_looking_at_each_finds() {
        let mut dice = Dice::new(5);
        for round in 0..60 {
            let widths: Vec<usize> = (0..5).map(|_| [2, 7, 64, 65, 200, 1_000][dice.below(6)]).collect();
            let mut formulas = Formulas::new(widths.clone());
            let mut blockers = Blockers::default();
            let mut list: Vec<(usize, Formula)> = Vec::new();
            for number in 0..150 {
                let mut parts: Vec<Formula> = (0..dice.below(4))
                    .map(|_| {
                        let dim = dice.below(widths.len());
                        let (from, to) = (dice.below(widths[dim]), dice.below(widths[dim]));
                        let atoms = Atoms::range(widths[dim], from.min(to), from.max(to) + 1);
                        formulas.literal(Dim(dim as u32), atoms)
                    })
                    .collect();
                if dice.below(3) == 0 {
                    let either = formulas.any(parts.clone());
                    parts.push(either);
                }
                let formula = formulas.all(parts);
                if formula != Formula::NEVER {
                    blockers.add(&formulas, number, formula);
                    list.push((number, formula));
                }
            }
            for _ in 0..40 {
                let point: Vec<usize> = widths.iter().map(|width| dice.below(*width)).collect();
                let before = dice.below(160);
                let is_even = |number: usize| number.is_multiple_of(2);
                let naive = |keep: &dyn Fn(usize) -> bool| -> Vec<(usize, Formula)> {
                    let kept = list.iter().copied().filter(|(number, _)| keep(*number));
                    kept.filter(|(_, formula)| formulas.holds(*formula, &point)).collect()
                };
                let found: Vec<_> = blockers.before(before).holding(&formulas, &point).collect();
                assert_eq!(found, naive(&|number| number < before), "round {round}");
                let found: Vec<_> = blockers.all().among(&is_even).holding(&formulas, &point).collect();
                assert_eq!(found, naive(&is_even), "round {round}");
            }
        }
    }
}
