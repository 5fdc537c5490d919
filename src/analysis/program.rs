//! A question's formulas in one world, ready to be searched.
//!
//! Takes a compiler that has written all conditions down; adds what holds between dimensions whoever asks (couplings)
//! and where the search starts. Two customers are possible: one whose key is known, and the anonymous one (R41), of
//! whom every customer attribute is missing and every cap per customer spent; each is a start of its own.
//!
//! Couplings: an attribute is masked if and only if a purpose it needs is not open (R20); either all purposes of direct
//! marketing read objected or none does; an opaque predicate is unknown where something it cannot do without is missing.

use std::borrow::Cow;
use std::sync::Arc;

use super::atoms::Atoms;
use super::axis::{Clock, Scale};
use super::compile::Compiler;
use super::domain::{Column, GAP, NO, Schema, Source, YES};
use super::formula::{Dim, Formula, Formulas};
use super::region::Region;
use super::worlds::World;
use crate::model::{AttributeId, Basis, CapUnit, Scope};
use crate::value::{Consent, Permission, Type};

/// Formulas, couplings and starts of one world.
#[derive(Clone)]
pub(super) struct Program<'a> {
    pub(super) schema: Arc<Schema<'a>>,
    pub(super) formulas: Formulas,
    /// Must hold, whatever is asked.
    pub(super) couplings: Vec<Formula>,
    /// Where a search begins.
    pub(super) starts: Vec<Start>,
    pub(super) world: World,
    /// Of each dimension that is an attribute, its atoms at the world's instant.
    pub(super) columns: Vec<Option<Column>>,
    /// The attributes that need a purpose.
    masked: Vec<Dim>,
}

/// One kind of customer.
#[derive(Clone, Debug)]
pub(super) struct Start {
    /// Of each dimension, what is possible.
    pub(super) domains: Vec<Atoms>,
    /// The poorest point of all that is possible.
    poorest: Vec<usize>,
    /// The rule set has a key, and the customer's is known.
    pub(super) key_is_known: bool,
    /// The rule set has a key, and the customer's is missing.
    pub(super) anonymous: bool,
}

impl<'a> Program<'a> {
    pub(super) fn new(compiler: Compiler<'a>, world: World) -> Self {
        let Compiler { schema, formulas, couplings, .. } = compiler;
        let clock = world.clock();
        let columns = schema.sources.iter().map(|source| match source {
            Source::Attribute(id) => Some(schema.column(*id, clock)),
            Source::Now | Source::Consent(_) | Source::Permission(_) | Source::LastUsed(_) => None,
            Source::Element(..) | Source::Spent(_) | Source::Nobody => None,
            Source::Taken(_) | Source::Unseen(_) | Source::Hours(_) | Source::Opaque(_) => None,
        });
        let columns: Vec<Option<Column>> = columns.collect();
        let is_masked = |column: &Option<Column>| column.as_ref().is_some_and(|column| column.masked.is_some());
        let dims = (0_u32..).map(Dim).zip(&columns);
        let masked = dims.filter(|(_, column)| is_masked(column)).map(|(dim, _)| dim).collect();
        let starts = Vec::new();
        let mut program = Self { schema: Arc::new(schema), formulas, couplings, starts, world, columns, masked };
        program.couple_masks();
        program.couple_objections();
        super::events::couple(&mut program);
        program.begin();
        program
    }

    /// The dimensions with what they are about.
    pub(super) fn dims(&self) -> impl Iterator<Item = (Dim, &Source)> {
        self.schema.sources.iter().enumerate().map(|(at, source)| (Dim(at as u32), source))
    }

    /// An attribute's atoms at the world's instant.
    pub(super) fn column(&self, dim: Dim) -> Option<&Column> {
        self.columns.get(dim.index()).and_then(Option::as_ref)
    }

    /// An attribute's atoms at another instant of the world: as many, of which those of times may lie elsewhere.
    pub(super) fn column_at(&self, dim: Dim, clock: Clock) -> Option<Cow<'_, Column>> {
        let Some(Source::Attribute(id)) = self.schema.sources.get(dim.index()) else { return None };
        if clock == self.world.clock() || self.schema.scale(*id) == Scale::Fixed {
            return self.column(dim).map(Cow::Borrowed);
        }
        Some(Cow::Owned(self.schema.column(*id, clock)))
    }

    fn couple_masks(&mut self) {
        let schema = self.schema.clone();
        let granted = usize::from(Consent::Granted.member());
        for (at, source) in schema.sources.iter().enumerate() {
            let dim = Dim(at as u32);
            let Source::Attribute(id) = source else { continue };
            let Some(masked) = self.column(dim).and_then(|column| column.masked) else { continue };
            let masked = self.formulas.is(dim, masked);
            let purposes = schema.rules[*id].needs.iter().filter_map(|purpose| schema.dim(&Source::Consent(*purpose)));
            let open: Vec<_> = purposes.map(|purpose| self.formulas.is(purpose, granted)).collect();
            let all_open = self.formulas.all(open);
            let either = self.formulas.any([masked, all_open]);
            let both = self.formulas.both(masked, all_open);
            let not_both = self.formulas.not(both);
            self.couplings.extend([either, not_both]);
        }
    }

    fn couple_objections(&mut self) {
        let schema = self.schema.clone();
        let objected = usize::from(Consent::Objected.member());
        let marketing: Vec<Formula> = schema
            .sources
            .iter()
            .enumerate()
            .filter(|(_, source)| matches!(source, Source::Consent(id) if schema.rules[*id].direct_marketing))
            .map(|(at, _)| self.formulas.is(Dim(at as u32), objected))
            .collect();
        for (one, next) in marketing.iter().zip(marketing.iter().skip(1)) {
            let (not_one, not_next) = (self.formulas.not(*one), self.formulas.not(*next));
            let there = self.formulas.any([not_one, *next]);
            let back = self.formulas.any([*one, not_next]);
            self.couplings.extend([there, back]);
        }
    }

    /// The starts: with a known key, and without.
    fn begin(&mut self) {
        let rules = self.schema.rules;
        let customers = |id: &AttributeId| rules[*id].scope == Scope::Customer;
        let about_customers = self.dims().any(|(_, source)| match source {
            Source::Attribute(id) | Source::Element(id, _) => customers(id),
            Source::Spent(_) | Source::Nobody | Source::LastUsed(_) => true,
            Source::Now
            | Source::Consent(_)
            | Source::Permission(_)
            | Source::Taken(_)
            | Source::Unseen(_)
            | Source::Hours(_)
            | Source::Opaque(_) => false,
        });
        let mut starts = vec![self.start(rules.key().is_some(), false)];
        if rules.key().is_some() && about_customers {
            starts.push(self.start(false, true));
        }
        self.starts = starts;
    }

    fn start(&self, key_is_known: bool, anonymous: bool) -> Start {
        let rules = self.schema.rules;
        let domain = |(dim, source): (Dim, &Source)| {
            let width = self.formulas.width(dim);
            let all = Atoms::all(width);
            match source {
                Source::Now => self.world.atoms(width),
                Source::Consent(id) => match rules[*id].basis {
                    Basis::Consent | Basis::ExplicitConsent => all,
                    Basis::LegitimateInterest(_) => Atoms::one(width, Consent::Granted.member().into())
                        .or(&Atoms::one(width, Consent::Objected.member().into())),
                },
                Source::Attribute(id) => {
                    let Some(column) = self.column(dim) else { return all };
                    let special = |atom: Option<usize>| atom.map_or(Atoms::none(width), |atom| Atoms::one(width, atom));
                    let missing = Atoms::one(width, Column::ABSENT).or(&special(column.garbled));
                    if anonymous && rules[*id].scope == Scope::Customer {
                        Atoms::one(width, Column::ABSENT).or(&special(column.masked))
                    } else if key_is_known && rules[*id].key {
                        all.minus(&missing)
                    } else if let Some(possible) = super::events::possible(rules, *id, column, self.world.clock()) {
                        let masked = special(column.masked);
                        // Where there is no key, nobody knows whose events they are.
                        if key_is_known || rules[*id].scope == Scope::Moment {
                            possible
                        } else {
                            Atoms::one(width, Column::ABSENT).or(&masked)
                        }
                    } else {
                        all
                    }
                }
                // Nobody knows whose they are, so they block (R26); alone, nothing is counted (R27).
                Source::Spent(cap)
                    if !key_is_known && !self.schema.key_may_come && rules[*cap].unit == CapUnit::Customer =>
                {
                    Atoms::one(width, if rules[*cap].alone { NO } else { YES })
                }
                Source::Nobody if key_is_known => Atoms::one(width, NO),
                Source::Nobody if !self.schema.key_may_come => Atoms::one(width, YES),
                // Nobody knows what was sent to them.
                Source::LastUsed(_) if !key_is_known => Atoms::one(width, NO),
                Source::LastUsed(_)
                | Source::Permission(_)
                | Source::Element(..)
                | Source::Spent(_)
                | Source::Nobody
                | Source::Taken(_)
                | Source::Unseen(_)
                | Source::Hours(_)
                | Source::Opaque(_) => all,
            }
        };
        let region = Region::new(self.dims().map(domain).collect());
        let mut poorest = vec![0; self.formulas.dims()];
        let consents = |source: &Source| matches!(source, Source::Consent(_));
        for first in [true, false] {
            let dims = self.dims().filter(|(_, source)| consents(source) == first);
            dims.for_each(|(dim, _)| self.choose(dim, &region, &mut poorest));
        }
        Start { domains: region.into_domains(), poorest, key_is_known, anonymous }
    }

    /// None of these two-valued things is so.
    pub(super) fn none_of(&mut self, is: impl Fn(&Source) -> bool) -> Vec<Formula> {
        let dims: Vec<Dim> = self.dims().filter(|(_, source)| is(source)).map(|(dim, _)| dim).collect();
        dims.into_iter().map(|dim| self.formulas.is(dim, NO)).collect()
    }

    /// Whether it is seen at once, without a search, that nobody satisfies all of these.
    pub(super) fn nobody_at_once(&self, required: &[Formula]) -> bool {
        self.starts.iter().all(|start| {
            let mut region = Region::new(start.domains.clone());
            required.iter().any(|formula| region.require(&self.formulas, *formula).is_err())
        })
    }

    /// Whether a box asks nothing of what a customer has to be made up for (the hour, a history, a calculation), so that
    /// whoever has the attributes and consents of one of its points is in it.
    pub(super) fn is_plain(&self, start: usize, region: &Region) -> bool {
        let Some(start) = self.starts.get(start) else { return false };
        region.changed().all(|dim| match self.schema.sources.get(dim.index()) {
            Some(Source::Consent(_) | Source::Permission(_) | Source::Now) => true,
            // Zones that no condition mentions may run out.
            Some(Source::Attribute(id)) => {
                super::events::gathered_of(self.schema.rules, *id).is_none() && self.schema.rules[*id].ty != Type::Zone
            }
            Some(Source::Element(..)) => true,
            Some(
                Source::Spent(_)
                | Source::Nobody
                | Source::Taken(_)
                | Source::LastUsed(_)
                | Source::Unseen(_)
                | Source::Hours(_)
                | Source::Opaque(_),
            )
            | None => region.domain(dim) == start.domains.get(dim.index()),
        })
    }

    /// The poorest point of a box that was a start: what is missing where anything may be missing, nothing granted, spent
    /// or taken.
    pub(super) fn poorest(&self, start: usize, region: &Region) -> Vec<usize> {
        let mut point = self.starts.get(start).map(|start| start.poorest.clone()).unwrap_or_default();
        let is_consent = |dim: &Dim| matches!(self.schema.sources.get(dim.index()), Some(Source::Consent(_)));
        let (consents, others): (Vec<Dim>, Vec<Dim>) = region.changed().partition(is_consent);
        // What is masked hangs on what is granted.
        let masked = if consents.is_empty() { [].iter() } else { self.masked.iter() };
        for dim in consents.iter().chain(masked).chain(&others) {
            self.choose(*dim, region, &mut point);
        }
        point
    }

    /// Puts the poorest atom of a dimension into a point.
    fn choose(&self, dim: Dim, region: &Region, point: &mut [usize]) {
        let of = self.schema.sources.get(dim.index()).zip(region.domain(dim));
        let atom = of.map(|(source, domain)| self.poor(dim, source, domain, point));
        if let Some((place, atom)) = point.get_mut(dim.index()).zip(atom) {
            *place = atom;
        }
    }

    fn poor(&self, dim: Dim, source: &Source, domain: &Atoms, point: &[usize]) -> usize {
        let first = domain.first().unwrap_or(0);
        let preferred = |atoms: &[usize]| atoms.iter().copied().find(|atom| domain.has(*atom)).unwrap_or(first);
        match source {
            Source::Now => first,
            Source::Permission(_) => preferred(&[usize::from(Permission::Unknown.member())]),
            Source::Consent(_) => preferred(&[Consent::Unknown, Consent::Granted].map(|c| usize::from(c.member()))),
            Source::Element(..)
            | Source::Spent(_)
            | Source::Nobody
            | Source::Taken(_)
            | Source::Unseen(_)
            | Source::LastUsed(_)
            | Source::Hours(_) => preferred(&[NO]),
            Source::Opaque(_) => preferred(&[2, GAP, 1]),
            Source::Attribute(id) => {
                let Some(column) = self.column(dim) else { return first };
                let attribute = &self.schema.rules[*id];
                let is_open = |purpose| {
                    let dim = self.schema.dim(&Source::Consent(purpose));
                    dim.and_then(|dim| point.get(dim.index())) == Some(&usize::from(Consent::Granted.member()))
                };
                if let Some(masked) = column.masked
                    && domain.has(masked)
                    && !attribute.needs.iter().copied().all(is_open)
                {
                    return masked;
                }
                // Nothing that happened is poorer than not knowing what did.
                if let Some(nothing) = super::events::nothing(self.schema.rules, *id, column)
                    && domain.has(nothing)
                {
                    return nothing;
                }
                let is_gathered = super::events::gathered_of(self.schema.rules, *id).is_some();
                let known = Atoms::range(self.formulas.width(dim), column.first, column.first + column.axis.len());
                if domain.has(Column::ABSENT) && !(is_gathered && domain.meets(&known)) {
                    return Column::ABSENT;
                }
                let values = Atoms::range(self.formulas.width(dim), column.first, column.first + column.axis.len());
                let values = domain.and(&values);
                // Of texts the last stretch is any that is not mentioned.
                let value = match attribute.ty {
                    Type::Text | Type::Zone => values.iter().last(),
                    Type::YesNo | Type::Number(_) | Type::OneOf(_) | Type::Set => values.first(),
                    Type::Time | Type::Date | Type::Score(_) => values.first(),
                };
                value.unwrap_or(first)
            }
        }
    }

    /// The clock of a point.
    pub(super) fn clock(&self, point: &[usize]) -> Clock {
        let atom = self.schema.dim(&Source::Now).and_then(|dim| point.get(dim.index())).copied();
        let clock = atom.and_then(|atom| self.world.clocks.get(&atom)).copied();
        clock.unwrap_or_else(|| self.world.clock())
    }
}
