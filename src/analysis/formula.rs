//! Two-valued formulas over atoms: what must be so for a condition to be yes, or to be no.
//!
//! Takes dimensions by number with their widths; gives formulas in negation normal form: literals ("this dimension is
//! in one of these atoms") joined by `all` and `any`. Knows nothing of rules.
//!
//! Kleene's third value needs no third kind of node. A condition has two formulas, one that is true where it is yes and
//! one that is true where it is no; where neither is, it is unknown. The complement of a literal is a literal, so a
//! formula's negation is again in normal form.
//!
//! Formulas are hash-consed: equal formulas are one node, so what many rules share (a segment) is stored once. `all`
//! and `any` are flattened, and literals of one dimension in one of them are merged: `x >= 5 and x <= 9` is one
//! literal, `x >= 5 and x <= 3` is never.

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};

use super::atoms::Atoms;

/// A dimension: one of the finitely many things a decision depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Dim(pub(super) u32);

impl Dim {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A formula in its [`Formulas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Formula(u32);

impl Formula {
    /// True everywhere.
    pub(super) const ALWAYS: Self = Self(0);
    /// True nowhere.
    pub(super) const NEVER: Self = Self(1);
}

/// What a formula is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// True everywhere.
    Always,
    /// True nowhere.
    Never,
    /// The dimension is in one of these atoms: at least one, not all.
    Literal(Dim, Atoms),
    /// Every one; at least two, no `All` among them, literals first and at most one a dimension.
    All(Box<[Formula]>),
    /// At least one; made like `All`.
    Any(Box<[Formula]>),
}

/// The store of all formulas of one question.
#[derive(Clone, Debug)]
pub(super) struct Formulas {
    nodes: Vec<Node>,
    /// The formula of each node, found by the node's hash: nodes are kept once.
    known: HashTable<Formula>,
    hasher: DefaultHashBuilder,
    negated: HashMap<Formula, Formula>,
    widths: Vec<usize>,
}

impl Formulas {
    /// An empty store over dimensions with these numbers of atoms.
    pub(super) fn new(widths: Vec<usize>) -> Self {
        let (known, hasher) = (HashTable::new(), DefaultHashBuilder::default());
        Self { nodes: vec![Node::Always, Node::Never], known, hasher, negated: HashMap::new(), widths }
    }

    /// The number of atoms of a dimension.
    pub(super) fn width(&self, dim: Dim) -> usize {
        self.widths.get(dim.index()).copied().unwrap_or(1)
    }

    /// How many dimensions there are.
    pub(super) fn dims(&self) -> usize {
        self.widths.len()
    }

    /// What a formula is made of.
    pub(super) fn node(&self, formula: Formula) -> &Node {
        self.nodes.get(formula.0 as usize).unwrap_or(&Node::Never)
    }

    /// The dimension is in one of these atoms.
    pub(super) fn literal(&mut self, dim: Dim, atoms: Atoms) -> Formula {
        if atoms.is_empty() {
            return Formula::NEVER;
        }
        if atoms.count() == self.width(dim) {
            return Formula::ALWAYS;
        }
        self.intern(Node::Literal(dim, atoms))
    }

    /// The dimension is in this atom.
    pub(super) fn is(&mut self, dim: Dim, atom: usize) -> Formula {
        let width = self.width(dim);
        self.literal(dim, Atoms::one(width, atom))
    }

    /// Every part holds.
    pub(super) fn all(&mut self, parts: impl IntoIterator<Item = Formula>) -> Formula {
        self.join(parts, true)
    }

    /// Some part holds.
    pub(super) fn any(&mut self, parts: impl IntoIterator<Item = Formula>) -> Formula {
        self.join(parts, false)
    }

    /// Both hold.
    pub(super) fn both(&mut self, a: Formula, b: Formula) -> Formula {
        self.all([a, b])
    }

    fn join(&mut self, parts: impl IntoIterator<Item = Formula>, all: bool) -> Formula {
        let (neutral, dominant) =
            if all { (Formula::ALWAYS, Formula::NEVER) } else { (Formula::NEVER, Formula::ALWAYS) };
        // Most of what is joined says nothing: a rule without dates, caps and windows.
        let mut queue: Vec<Formula> = parts.into_iter().filter(|part| *part != neutral).collect();
        if let [] | [_] = queue.as_slice() {
            return queue.pop().unwrap_or(neutral);
        }
        queue.reverse();
        let mut literals: Vec<(Dim, Atoms)> = Vec::new();
        let mut rest: Vec<Formula> = Vec::new();
        while let Some(part) = queue.pop() {
            if part == dominant {
                return dominant;
            }
            if part == neutral {
                continue;
            }
            match self.node(part) {
                Node::Literal(dim, atoms) => {
                    match literals.iter_mut().find(|(other, _)| other == dim) {
                        Some((_, merged)) => *merged = if all { merged.and(atoms) } else { merged.or(atoms) },
                        None => literals.push((*dim, atoms.clone())),
                    };
                }
                Node::All(inner) if all => queue.extend(inner.iter().rev()),
                Node::Any(inner) if !all => queue.extend(inner.iter().rev()),
                Node::All(_) | Node::Any(_) | Node::Always | Node::Never => {
                    if !rest.contains(&part) {
                        rest.push(part);
                    }
                }
            }
        }
        literals.sort_unstable_by_key(|(dim, _)| *dim);
        let mut children: Vec<Formula> = Vec::with_capacity(literals.len() + rest.len());
        for (dim, atoms) in literals {
            let literal = self.literal(dim, atoms);
            if literal == dominant {
                return dominant;
            }
            if literal != neutral {
                children.push(literal);
            }
        }
        children.append(&mut rest);
        match children.as_slice() {
            [] => neutral,
            [one] => *one,
            _ if all => self.intern(Node::All(children.into())),
            _ => self.intern(Node::Any(children.into())),
        }
    }

    /// True where the formula is not.
    pub(super) fn not(&mut self, formula: Formula) -> Formula {
        if let Some(known) = self.negated.get(&formula) {
            return *known;
        }
        let negated = match self.node(formula).clone() {
            Node::Always => Formula::NEVER,
            Node::Never => Formula::ALWAYS,
            Node::Literal(dim, atoms) => {
                let rest = Atoms::all(self.width(dim)).minus(&atoms);
                self.literal(dim, rest)
            }
            Node::All(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.not(*part)).collect();
                self.any(parts)
            }
            Node::Any(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.not(*part)).collect();
                self.all(parts)
            }
        };
        self.negated.insert(formula, negated);
        self.negated.entry(negated).or_insert(formula);
        negated
    }

    /// Whether the formula is true at a point: the atom of each dimension.
    pub(super) fn holds(&self, formula: Formula, point: &[usize]) -> bool {
        match self.node(formula) {
            Node::Always => true,
            Node::Never => false,
            Node::Literal(dim, atoms) => point.get(dim.index()).is_some_and(|atom| atoms.has(*atom)),
            Node::All(parts) => parts.iter().all(|part| self.holds(*part, point)),
            Node::Any(parts) => parts.iter().any(|part| self.holds(*part, point)),
        }
    }

    /// The dimensions that a formula mentions.
    pub(super) fn dims_of(&self, formula: Formula) -> BTreeSet<Dim> {
        let (mut dims, mut seen, mut queue) = (BTreeSet::new(), HashSet::new(), vec![formula]);
        while let Some(formula) = queue.pop() {
            match self.node(formula) {
                Node::Always | Node::Never => {}
                Node::Literal(dim, _) => drop(dims.insert(*dim)),
                Node::All(parts) | Node::Any(parts) => {
                    queue.extend(parts.iter().copied().filter(|part| seen.insert(*part)));
                }
            }
        }
        dims
    }

    /// The formula of a node, which is neither `Always` nor `Never`.
    fn intern(&mut self, node: Node) -> Formula {
        let Self { nodes, known, hasher, .. } = self;
        let hash = hasher.hash_one(&node);
        let of = |formula: &Formula| nodes.get(formula.0 as usize);
        if let Some(known) = known.find(hash, |formula| of(formula) == Some(&node)) {
            return *known;
        }
        let formula = Formula(u32::try_from(nodes.len()).unwrap_or(u32::MAX));
        known.insert_unique(hash, formula, |formula| of(formula).map_or(0, |node| hasher.hash_one(node)));
        nodes.push(node);
        formula
    }
}
