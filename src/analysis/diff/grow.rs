//! From one customer to a whole region: a box around a point in which everything still holds.
//!
//! Takes a point at which all that is required holds and nothing that must not; gives for each dimension the atoms that
//! may be had without that changing, as far as one dimension after the other can be set free. The box cannot be widened
//! in any one dimension; it need not be the largest there is.
//!
//! Set free first: what people look for last in a description (state of caps, hours, other slots), then consents, then
//! what is known of the customer. What is left fixed is what the region is about.

use super::super::atoms::Atoms;
use super::super::domain::{Column, Source};
use super::super::formula::{Dim, Formula};
use super::super::program::Program;
use super::super::region::{Region, Status};
use crate::value::Type;

/// Of a dimension with more atoms than this without an order, only neighbours are tried together.
const MOST_SINGLE: usize = 256;

/// A region: of these dimensions these atoms, of all others any.
pub(in crate::analysis) type Box = Vec<(Dim, Atoms)>;

/// The box around a point; nothing if the point itself is not in what was asked for.
pub(in crate::analysis) fn grow(
    program: &Program<'_>,
    required: &[Formula],
    blockers: &[Formula],
    point: &[usize],
) -> Option<Box> {
    let formulas = &program.formulas;
    let width = |dim: Dim| formulas.width(dim);
    let mut order: Vec<(u8, Dim)> = program.dims().map(|(dim, source)| (late(source), dim)).collect();
    order.sort_unstable();
    let all: Vec<Atoms> = program.dims().map(|(dim, source)| whole(program, dim, source)).collect();
    let mut growing = Growing {
        program,
        required,
        blockers: open_blockers(program, required, blockers, &all),
        domains: point.iter().enumerate().map(|(at, atom)| Atoms::one(width(Dim(at as u32)), *atom)).collect(),
    };
    if !growing.holds() {
        return None;
    }
    let mut fixed = Vec::new();
    for (_, dim) in order {
        let Some(whole) = all.get(dim.index()) else { continue };
        if !growing.try_with(dim, whole.clone()) {
            fixed.push(dim);
        }
    }
    for dim in fixed.iter().copied() {
        growing.widen(dim);
    }
    fixed.sort_unstable();
    Some(fixed.into_iter().filter_map(|dim| Some((dim, growing.domains.get(dim.index())?.clone()))).collect())
}

/// Whether a point lies in a box.
pub(in crate::analysis) fn has(region: &Box, point: &[usize]) -> bool {
    region.iter().all(|(dim, atoms)| point.get(dim.index()).is_some_and(|atom| atoms.has(*atom)))
}

/// A box as a formula.
pub(in crate::analysis) fn formula(program: &mut Program<'_>, region: &Box) -> Formula {
    let parts: Vec<Formula> = region.iter().map(|(dim, atoms)| program.formulas.literal(*dim, atoms.clone())).collect();
    program.formulas.all(parts)
}

/// All atoms of a dimension; of now, those of the program's world.
fn whole(program: &Program<'_>, dim: Dim, source: &Source) -> Atoms {
    let width = program.formulas.width(dim);
    match source {
        Source::Now => program.world.atoms(width),
        Source::Consent(_)
        | Source::Permission(_)
        | Source::Attribute(_)
        | Source::Element(..)
        | Source::Spent(_)
        | Source::Nobody
        | Source::Taken(_)
        | Source::LastUsed(_)
        | Source::Unseen(_)
        | Source::Hours(_)
        | Source::Opaque(_) => Atoms::all(width),
    }
}

/// The higher, the later it is set free, and so the likelier it stays fixed.
fn late(source: &Source) -> u8 {
    match source {
        Source::Unseen(_) => 0,
        Source::Taken(_) | Source::LastUsed(_) | Source::Nobody => 1,
        Source::Now => 2,
        Source::Hours(_) => 3,
        Source::Spent(_) => 4,
        Source::Opaque(_) => 5,
        Source::Permission(_) => 6,
        // An element says nothing of a set that is not known.
        Source::Element(..) => 7,
        Source::Attribute(_) => 8,
        Source::Consent(_) => 9,
    }
}

/// The blockers that may hold somewhere in what is required.
fn open_blockers(program: &Program<'_>, required: &[Formula], blockers: &[Formula], all: &[Atoms]) -> Vec<Formula> {
    let mut region = Region::new(all.to_vec());
    for formula in required {
        // What is required holds at the point, so something is left.
        let _ = region.require(&program.formulas, *formula);
    }
    let open = |formula: &Formula| region.status(&program.formulas, *formula) != Status::Fails;
    blockers.iter().copied().filter(open).collect()
}

struct Growing<'g, 'a> {
    program: &'g Program<'a>,
    required: &'g [Formula],
    blockers: Vec<Formula>,
    domains: Vec<Atoms>,
}

impl Growing<'_, '_> {
    /// Whether everywhere in the box all that is required holds and no blocker does.
    fn holds(&self) -> bool {
        let region = Region::new(self.domains.clone());
        let formulas = &self.program.formulas;
        self.required.iter().all(|formula| region.status(formulas, *formula) == Status::Holds)
            && self.blockers.iter().all(|formula| region.status(formulas, *formula) == Status::Fails)
    }

    /// Gives a dimension these atoms if everything still holds then.
    fn try_with(&mut self, dim: Dim, atoms: Atoms) -> bool {
        let Some(place) = self.domains.get_mut(dim.index()) else { return false };
        let before = std::mem::replace(place, atoms);
        if self.holds() {
            return true;
        }
        if let Some(place) = self.domains.get_mut(dim.index()) {
            *place = before;
        }
        false
    }

    /// Adds to a dimension the atoms that it can have: of an axis the neighbours, then whatever else.
    fn widen(&mut self, dim: Dim) {
        let width = self.program.formulas.width(dim);
        let mut rest: Vec<usize> = (0..width).collect();
        if let Some((first, len)) = self.axis(dim) {
            let known = Atoms::range(width, first, first + len);
            let atom = self.domains.get(dim.index()).and_then(|domain| domain.and(&known).first());
            if !self.add(dim, &known)
                && let Some(atom) = atom
            {
                let low = self.reach(dim, (first..=atom).rev().collect());
                let _ = self.reach(dim, (low.min(atom)..first + len).filter(|at| *at >= atom).collect());
            }
            rest.retain(|at| !(first..first + len).contains(at) || len <= MOST_SINGLE && !self.is_ordered(dim));
        }
        if rest.len() <= MOST_SINGLE {
            for atom in rest {
                self.add(dim, &Atoms::one(width, atom));
            }
        }
    }

    /// Adds atoms, if everything holds with them too.
    fn add(&mut self, dim: Dim, atoms: &Atoms) -> bool {
        let Some(domain) = self.domains.get(dim.index()) else { return false };
        if atoms.within(domain) {
            return true;
        }
        let with = domain.or(atoms);
        self.try_with(dim, with)
    }

    /// Adds as many of these atoms, from the first on, as can be; the last that could.
    fn reach(&mut self, dim: Dim, atoms: Vec<usize>) -> usize {
        let width = self.program.formulas.width(dim);
        let span = |upto: usize| {
            let ends = (atoms.first().copied().unwrap_or(0), atoms.get(upto).copied().unwrap_or(0));
            Atoms::range(width, ends.0.min(ends.1), ends.0.max(ends.1) + 1)
        };
        // What holds of more holds of less, so the end is found by halving.
        let (mut can, mut cannot) = (0, atoms.len());
        while can + 1 < cannot {
            let middle = can.midpoint(cannot);
            if self.add(dim, &span(middle)) {
                can = middle;
            } else {
                cannot = middle;
            }
        }
        atoms.get(can).copied().unwrap_or(0)
    }

    /// Where the values of an attribute lie among its atoms.
    fn axis(&self, dim: Dim) -> Option<(usize, usize)> {
        let column: &Column = self.program.column(dim)?;
        Some((column.first, column.axis.len()))
    }

    /// Whether neighbouring values belong together.
    fn is_ordered(&self, dim: Dim) -> bool {
        let rules = self.program.schema.rules;
        match self.program.schema.sources.get(dim.index()) {
            Some(Source::Attribute(id)) => match rules[*id].ty {
                Type::Number(_) | Type::Time | Type::Date | Type::Score(_) => true,
                Type::OneOf(list) => rules.is_ordered(list),
                Type::YesNo | Type::Text | Type::Set | Type::Zone => false,
            },
            Some(
                Source::Now
                | Source::Consent(_)
                | Source::Permission(_)
                | Source::Element(..)
                | Source::Spent(_)
                | Source::Nobody
                | Source::Taken(_)
                | Source::LastUsed(_)
                | Source::Unseen(_)
                | Source::Hours(_)
                | Source::Opaque(_),
            )
            | None => false,
        }
    }
}
