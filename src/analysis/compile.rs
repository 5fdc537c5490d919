//! Conditions to formulas: where a condition is yes, and where it is no.
//!
//! Takes conditions of the model; gives for each two formulas over the atoms of a question's dimensions. Done twice:
//! first to find out which dimensions there are and where they are cut, then, per world (see `worlds.rs`), to write the
//! formulas down. Both times the same code runs; the first time every literal is taken to be true.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};
use std::sync::Arc;

use super::atoms::Atoms;
use super::axis::{Axis, Clock, Edge, Scale, Shape, Texts};
use super::domain::{Column, GAP, Schema, Source, Waits, YES};
use super::formula::{Dim, Formula, Formulas};
use super::read::Read;
use super::waits::Bound;
use crate::model::{AttributeId, ChannelId, Condition, Expression, PurposeId, RuleSet, SegmentId};
use crate::value::{Consent, Permission, Truth, Value};

/// Where something is yes, and where it is no; elsewhere it is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Truths {
    pub(super) yes: Formula,
    pub(super) no: Formula,
}

impl From<Truth> for Truths {
    fn from(truth: Truth) -> Self {
        let (always, never) = (Formula::ALWAYS, Formula::NEVER);
        match truth {
            Truth::Yes => Self { yes: always, no: never },
            Truth::No => Self { yes: never, no: always },
            Truth::Unknown => Self { yes: never, no: never },
        }
    }
}

impl Truths {
    /// The truth of the negation.
    pub(super) fn negate(self) -> Self {
        Self { yes: self.no, no: self.yes }
    }
}

/// Turns conditions into formulas.
pub(super) struct Compiler<'a> {
    pub(super) schema: Schema<'a>,
    pub(super) formulas: Formulas,
    /// What holds everywhere between an opaque predicate and what it reads.
    pub(super) couplings: Vec<Formula>,
    /// `None` the first time.
    world: Option<Layout>,
    segments: HashMap<SegmentId, Truths>,
    /// Of segments, where they are unknown and lack something that is neither absent nor stale.
    pub(super) gaps: HashMap<SegmentId, Formula>,
    /// Of all that waits alike, the one that was asked about first.
    pub(super) alike: HashMap<Bound<'a>, Waits>,
    /// Opaque predicates of which the couplings are written down.
    coupled: HashSet<usize>,
}

/// The dimensions of one world.
struct Layout {
    clock: Clock,
    columns: BTreeMap<AttributeId, Column>,
    texts: BTreeMap<AttributeId, Texts>,
    now: Axis,
}

impl<'a> Compiler<'a> {
    /// The first time, to find out what there is.
    pub(super) fn scan(rules: &'a RuleSet) -> Self {
        let (schema, formulas) = (Schema::new(rules), Formulas::new(Vec::new()));
        Self::new(schema, formulas, None)
    }

    /// The second time, over the dimensions found, as they lie at an instant.
    pub(super) fn write(schema: Schema<'a>, clock: Clock) -> Self {
        let widths = (0..schema.sources.len()).map(|at| schema.width(Dim(at as u32), clock)).collect();
        let attributes = schema.sources.iter().filter_map(|source| match source {
            Source::Attribute(id) => Some(*id),
            Source::Now
            | Source::Consent(_)
            | Source::Permission(_)
            | Source::LastUsed(_)
            | Source::Element(..)
            | Source::Spent(_)
            | Source::Nobody
            | Source::Taken(_) => None,
            Source::Unseen(_) | Source::Hours(_) | Source::Opaque(_) => None,
        });
        let columns = attributes.map(|id| (id, schema.column(id, clock))).collect();
        let texts = schema.texted().map(|id| (id, schema.texts(id))).collect();
        let world = Some(Layout { clock, columns, texts, now: schema.now() });
        Self::new(schema, Formulas::new(widths), world)
    }

    fn new(schema: Schema<'a>, formulas: Formulas, world: Option<Layout>) -> Self {
        let (segments, gaps, alike) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { schema, formulas, couplings: Vec::new(), world, segments, gaps, alike, coupled: HashSet::new() }
    }

    /// The instant at which conditions are written down; the first time, any.
    pub(super) fn clock(&self) -> Clock {
        use crate::value::{Date, Instant};
        self.world.as_ref().map_or(Clock { now: Instant(0), today: Date(0) }, |world| world.clock)
    }

    /// Whether this is the first time, when every literal is taken to be true.
    pub(super) fn is_first(&self) -> bool {
        self.world.is_none()
    }

    /// Where a condition is yes and no.
    pub(super) fn condition(&mut self, condition: &'a Condition) -> Truths {
        match condition {
            Condition::And(all) => {
                let all: Vec<_> = all.iter().map(|part| self.condition(part)).collect();
                self.and(&all)
            }
            Condition::Or(any) => {
                let any: Vec<_> = any.iter().map(|part| self.condition(part).negate()).collect();
                self.and(&any).negate()
            }
            Condition::Not(inner) => self.condition(inner).negate(),
            Condition::Segment(id) => {
                if let Some(known) = self.segments.get(id) {
                    return *known;
                }
                let rules = self.schema.rules;
                let truths = self.condition(&rules[*id].condition);
                self.segments.insert(*id, truths);
                truths
            }
            Condition::Holds(_)
            | Condition::Equal(..)
            | Condition::OneOf(..)
            | Condition::Compare(..)
            | Condition::Between(..)
            | Condition::Known(_)
            | Condition::Never(_)
            | Condition::Has(..)
            | Condition::Age(..) => match self.predicate(condition) {
                Some(truths) => truths,
                None => self.opaque(condition),
            },
        }
    }

    /// Kleene's `and`.
    pub(super) fn and(&mut self, parts: &[Truths]) -> Truths {
        let yes = self.formulas.all(parts.iter().map(|part| part.yes));
        let no = self.formulas.any(parts.iter().map(|part| part.no));
        Truths { yes, no }
    }

    /// The purpose reads so.
    pub(super) fn consent(&mut self, purpose: PurposeId, reads: impl Fn(Consent) -> bool) -> Formula {
        let dim = self.schema.add(Source::Consent(purpose));
        if self.world.is_none() {
            return Formula::ALWAYS;
        }
        let mut atoms = Atoms::none(Consent::ALL.len());
        for status in Consent::ALL.into_iter().filter(|status| reads(*status)) {
            atoms = atoms.or(&Atoms::one(Consent::ALL.len(), status.member().into()));
        }
        self.formulas.literal(dim, atoms)
    }

    /// A dimension has this atom.
    pub(super) fn is_atom(&mut self, source: Source, atom: usize) -> Formula {
        let dim = self.schema.add(source);
        if self.world.is_none() { Formula::ALWAYS } else { self.formulas.is(dim, atom) }
    }

    /// The device lets a channel do so much.
    pub(super) fn permission(&mut self, channel: ChannelId, is: impl Fn(Permission) -> bool) -> Formula {
        let dim = self.schema.add(Source::Permission(channel));
        if self.world.is_none() {
            return Formula::ALWAYS;
        }
        let mut atoms = Atoms::none(Permission::ALL.len());
        for state in Permission::ALL.into_iter().filter(|state| is(*state)) {
            atoms = atoms.or(&Atoms::one(Permission::ALL.len(), state.member().into()));
        }
        self.formulas.literal(dim, atoms)
    }

    /// The purpose is open.
    pub(super) fn open(&mut self, purpose: PurposeId) -> Formula {
        self.consent(purpose, |status| status == Consent::Granted)
    }

    /// A two-valued thing is so.
    pub(super) fn flag(&mut self, source: Source) -> Formula {
        let dim = self.schema.add(source);
        if self.world.is_none() { Formula::ALWAYS } else { self.formulas.is(dim, YES) }
    }

    /// Now lies in the shape.
    pub(super) fn now(&mut self, shape: &Shape) -> Formula {
        let dim = self.schema.add(Source::Now);
        let Some(world) = &self.world else {
            shape.stretches.iter().for_each(|(from, to)| {
                self.schema.cut(None, *from);
                self.schema.cut(None, *to);
            });
            return Formula::ALWAYS;
        };
        let mut atoms = Atoms::none(world.now.len());
        for (from, to) in &shape.stretches {
            let position = |edge: &Edge| edge.position(Scale::Instants, world.clock);
            let (from, to) = world.now.between(position(from), position(to));
            atoms = atoms.or(&Atoms::range(world.now.len(), from, to));
        }
        self.formulas.literal(dim, atoms)
    }

    /// Makes sure that an attribute has a dimension, and the purposes it needs.
    pub(super) fn attribute(&mut self, id: AttributeId) -> Dim {
        let rules = self.schema.rules;
        let dim = self.schema.add(Source::Attribute(id));
        for purpose in &rules[id].needs {
            self.schema.add(Source::Consent(*purpose));
        }
        dim
    }

    /// Where an attribute can be read.
    pub(super) fn is_read(&mut self, read: Read) -> Formula {
        let dim = self.attribute(read.id);
        let Some(column) = self.column(read.id) else {
            return Formula::ALWAYS;
        };
        let mut atoms = Atoms::range(column.width, column.first, column.first + column.axis.len());
        if let Some(never) = column.never.filter(|_| !read.computed) {
            atoms = atoms.or(&Atoms::one(column.width, never));
        }
        let assumed = self.default_of(read).is_some_and(|value| !read.computed || *value != Value::Never);
        if assumed {
            atoms = atoms.or(&Atoms::one(column.width, Column::ABSENT));
        }
        self.formulas.literal(dim, atoms)
    }

    /// Where what is read of an attribute lies in the shape, and where it does not.
    pub(super) fn shaped(&mut self, read: Read, shape: &Shape) -> Truths {
        let dim = self.attribute(read.id);
        let (scale, default) = (self.schema.scale(read.id), self.default_of(read));
        let Some(column) = self.column(read.id) else {
            let position = default.and_then(|default| self.schema.position(read.id, default));
            let assumed = position.filter(|_| scale != Scale::Fixed).map(|at| (Edge::At(at), Edge::At(at + 1)));
            for (from, to) in shape.stretches.iter().copied().chain(assumed) {
                self.schema.cut(Some(read.id), from);
                self.schema.cut(Some(read.id), to);
            }
            return Truths { yes: Formula::ALWAYS, no: Formula::ALWAYS };
        };
        let clock = self.clock();
        let (width, first) = (column.width, column.first);
        let stretches = shape.stretches.iter().map(|(from, to)| {
            let (from, to) = column.axis.between(from.position(scale, clock), to.position(scale, clock));
            (first + from, first + to)
        });
        let mut yes = Atoms::stretches(width, stretches);
        let mut no = Atoms::range(width, first, first + column.axis.len()).minus(&yes);
        let mut add = |atom: usize, holds: bool| {
            let side = if holds { &mut yes } else { &mut no };
            *side = side.or(&Atoms::one(width, atom));
        };
        if let Some(never) = column.never.filter(|_| !read.computed) {
            add(never, shape.never);
        }
        match default {
            Some(Value::Never) if read.computed => {}
            Some(Value::Never) => add(Column::ABSENT, shape.never),
            Some(value) => {
                let position = self.schema.position(read.id, value);
                add(Column::ABSENT, position.is_some_and(|position| shape.has(position, scale, clock)));
            }
            None => {}
        }
        Truths { yes: self.formulas.literal(dim, yes), no: self.formulas.literal(dim, no) }
    }

    /// The stretches of mentioned texts on the attribute's axis.
    pub(super) fn texts<'t>(&mut self, of: AttributeId, texts: impl Iterator<Item = &'t Arc<str>>) -> Shape {
        let Some(world) = &self.world else {
            texts.for_each(|text| self.schema.mention(of, text));
            return Shape::default();
        };
        let known = world.texts.get(&of).map(Vec::as_slice).unwrap_or_default();
        let places = texts.filter_map(|text| known.binary_search(text).ok());
        let stretches = places.map(|at| (Edge::At(at as i64), Edge::At(at as i64 + 1))).collect();
        Shape { stretches, never: false }
    }

    /// The attribute's dimension; `None` the first time.
    pub(super) fn column(&self, of: AttributeId) -> Option<Column> {
        self.world.as_ref().and_then(|world| world.columns.get(&of)).cloned()
    }

    /// The declared default, where it is looked at.
    pub(super) fn default_of(&self, read: Read) -> Option<&'a Value> {
        let rules = self.schema.rules;
        rules[read.id].default.as_ref().filter(|_| read.defaults)
    }

    /// A predicate that is not looked into: it may be yes, no or unknown as it likes, but it is unknown where something
    /// it cannot do without is missing. Leaving it free can only make more things possible, so what is never possible
    /// here never is.
    fn opaque(&mut self, condition: &'a Condition) -> Truths {
        let number = self.schema.opaque(condition);
        let dim = self.schema.add(Source::Opaque(number));
        let mut strict = Vec::new();
        match condition {
            Condition::Equal(left, right) | Condition::Compare(_, left, right) => {
                self.mention_all(left);
                self.mention_all(right);
                self.strict(left, false, &mut strict);
                self.strict(right, false, &mut strict);
            }
            Condition::Between(of, from, to) => {
                [of, from, to].into_iter().for_each(|part| self.mention_all(part));
                self.strict(of, false, &mut strict);
            }
            Condition::Holds(of) | Condition::OneOf(of, _) | Condition::Has(of, _, _) | Condition::Age(of, _, _) => {
                self.mention_all(of);
                self.strict(of, false, &mut strict);
            }
            Condition::Known(of) | Condition::Never(of) => self.mention_all(of),
            Condition::And(_) | Condition::Or(_) | Condition::Not(_) | Condition::Segment(_) => {}
        }
        if self.world.is_none() {
            return Truths { yes: Formula::ALWAYS, no: Formula::ALWAYS };
        }
        let [yes, no] = [0, 1].map(|atom| self.formulas.is(dim, atom));
        let either = self.formulas.any([yes, no]);
        let unknown = self.formulas.not(either);
        if !self.coupled.insert(number) {
            return Truths { yes, no };
        }
        for read in strict {
            let readable = self.is_read(read);
            let coupling = self.formulas.any([unknown, readable]);
            self.couplings.push(coupling);
            if self.schema.has_gap(number) {
                let lacks = self.garbled(read.id);
                let (gap, not_lacking) = (self.formulas.is(dim, GAP), self.formulas.not(lacks));
                let coupling = self.formulas.any([gap, not_lacking]);
                self.couplings.push(coupling);
            }
        }
        Truths { yes, no }
    }

    /// Gives everything that an expression reads a dimension.
    fn mention_all(&mut self, expression: &'a Expression) {
        match expression {
            // Flattened rules name nothing gathered.
            Expression::Literal(..) | Expression::Gathered(_) | Expression::Now => {}
            Expression::Attribute(id) => {
                self.attribute(*id);
            }
            Expression::Value(id) => {
                let rules = self.schema.rules;
                self.mention_all(&rules[*id].expression);
            }
            Expression::Consent(id) => {
                self.schema.add(Source::Consent(*id));
            }
            Expression::Permission(id) => {
                self.schema.add(Source::Permission(*id));
            }
            Expression::Rescale(of, _) => self.mention_all(of),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.mention_all(left);
                self.mention_all(right);
            }
            Expression::When(of, when, _) => {
                self.mention_all(of);
                self.condition(when);
            }
        }
    }

    /// The attributes without which an expression is missing.
    fn strict(&mut self, expression: &'a Expression, computed: bool, found: &mut Vec<Read>) {
        match expression {
            Expression::Attribute(id) => found.push(Read { computed, ..Read::plain(*id, true) }),
            Expression::Value(id) => {
                let rules = self.schema.rules;
                self.strict(&rules[*id].expression, computed, found);
            }
            Expression::Rescale(of, _) => self.strict(of, computed, found),
            Expression::Arithmetic(_, left, right, _) => {
                self.strict(left, true, found);
                self.strict(right, true, found);
            }
            Expression::Literal(..)
            | Expression::Gathered(_)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Now
            | Expression::Else(..)
            | Expression::When(..) => {}
        }
    }
}
