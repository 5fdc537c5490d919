//! A box: of each dimension the atoms still possible; and what requiring a formula does to it.
//!
//! Takes formulas; narrows the box to what they leave, and remembers what it was. A formula holds in a box if it is
//! true at every point of it, fails if at none, and is open otherwise (a formula may hold or fail without being found
//! out here; at a box of one point it is always found out).

use super::atoms::Atoms;
use super::formula::{Dim, Formula, Formulas, Node};

/// What is known of a formula over a whole box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// True at every point.
    Holds,
    /// True at no point.
    Fails,
    /// Not found out.
    Open,
}

/// The box and its past.
#[derive(Clone, Debug)]
pub(super) struct Region {
    domains: Vec<Atoms>,
    past: Vec<(Dim, Atoms)>,
}

/// Nothing is left of the box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Empty;

impl Region {
    pub(super) fn new(domains: Vec<Atoms>) -> Self {
        Self { domains, past: Vec::new() }
    }

    /// What is possible of each dimension.
    pub(super) fn into_domains(self) -> Vec<Atoms> {
        self.domains
    }

    /// What is possible of a dimension.
    pub(super) fn domain(&self, dim: Dim) -> Option<&Atoms> {
        self.domains.get(dim.index())
    }

    /// The moment to return to; it grows with every change.
    pub(super) fn moment(&self) -> usize {
        self.past.len()
    }

    /// The dimensions that were narrowed, some more than once.
    pub(super) fn changed(&self) -> impl Iterator<Item = Dim> {
        self.past.iter().map(|(dim, _)| *dim)
    }

    /// Takes back everything since the moment.
    pub(super) fn return_to(&mut self, moment: usize) {
        while self.past.len() > moment {
            if let Some((dim, atoms)) = self.past.pop()
                && let Some(domain) = self.domains.get_mut(dim.index())
            {
                *domain = atoms;
            }
        }
    }

    /// What is known of a formula.
    pub(super) fn status(&self, formulas: &Formulas, formula: Formula) -> Status {
        match formulas.node(formula) {
            Node::Always => Status::Holds,
            Node::Never => Status::Fails,
            Node::Literal(dim, atoms) => match self.domain(*dim) {
                Some(domain) if domain.within(atoms) => Status::Holds,
                Some(domain) if domain.meets(atoms) => Status::Open,
                Some(_) | None => Status::Fails,
            },
            Node::All(parts) => self.joined(formulas, parts, Status::Holds, Status::Fails),
            Node::Any(parts) => self.joined(formulas, parts, Status::Fails, Status::Holds),
        }
    }

    fn joined(&self, formulas: &Formulas, parts: &[Formula], neutral: Status, dominant: Status) -> Status {
        let mut joined = neutral;
        for part in parts {
            let status = self.status(formulas, *part);
            if status == dominant {
                return dominant;
            }
            if status == Status::Open {
                joined = Status::Open;
            }
        }
        joined
    }

    /// Narrows the box to what the formula leaves, as far as that is a box: afterwards the formula holds, or is open.
    pub(super) fn require(&mut self, formulas: &Formulas, formula: Formula) -> Result<Status, Empty> {
        match formulas.node(formula) {
            Node::Always => Ok(Status::Holds),
            Node::Never => Err(Empty),
            Node::Literal(dim, atoms) => self.narrow(*dim, atoms).map(|()| Status::Holds),
            Node::All(parts) => {
                let mut all = Status::Holds;
                for part in parts {
                    if self.require(formulas, *part)? == Status::Open {
                        all = Status::Open;
                    }
                }
                Ok(all)
            }
            Node::Any(parts) => {
                // The first open part, and whether there are more. All parts are looked at: the last may hold already, and
                // then nothing is left to choose.
                let mut open = (None, false);
                for part in parts {
                    match self.status(formulas, *part) {
                        Status::Holds => return Ok(Status::Holds),
                        Status::Fails => {}
                        Status::Open => open = (open.0.or(Some(*part)), open.0.is_some()),
                    }
                }
                match open {
                    (only, false) => self.require(formulas, only.ok_or(Empty)?),
                    (_, true) => Ok(Status::Open),
                }
            }
        }
    }

    /// Narrows one dimension to these atoms.
    pub(super) fn narrow(&mut self, dim: Dim, atoms: &Atoms) -> Result<(), Empty> {
        let domain = self.domains.get_mut(dim.index()).ok_or(Empty)?;
        if domain.within(atoms) {
            return Ok(());
        }
        let left = domain.and(atoms);
        if left.is_empty() {
            return Err(Empty);
        }
        self.past.push((dim, std::mem::replace(domain, left)));
        Ok(())
    }
}
