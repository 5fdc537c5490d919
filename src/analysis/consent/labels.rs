//! What conditions and expressions read of the customer, each thing once, with the names on the way to it.
//!
//! Takes the typed model; gives attributes and events. Segments and values are walked once each, however many conditions
//! name them. Written apart from the checker and the verifier, and calls nothing of either.

use std::cell::OnceCell;

use crate::model::{
    AttributeId, ChannelId, Condition, EventId, Expression, GatheredId, Operand, PurposeId, RuleSet, SegmentId, ValueId,
};

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// An attribute, with its stamp where it must be fresh.
    Attribute(AttributeId),
    /// Events of this kind: that they happened, when, of what, and what their fields hold.
    Event(EventId),
    /// How a purpose reads, which needs no purpose (R23).
    Consent(PurposeId),
    /// What the device lets a channel do, likewise.
    Permission(ChannelId),
}

/// What stands between a clause and what it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Through {
    /// A named condition.
    Segment(SegmentId),
    /// A named value.
    Value(ValueId),
    /// What events add up to, or what is left of a number.
    Gathered(GatheredId),
}

/// One reading: what, and through which names, the outermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) source: Source,
    pub(super) through: Vec<Through>,
}

/// What counts, if what is read is counted: two counts of one event are two readings, since they look back differently far.
fn counted(through: &[Through]) -> Option<GatheredId> {
    match through.last()? {
        Through::Gathered(id) => Some(*id),
        Through::Segment(_) | Through::Value(_) => None,
    }
}

/// What everything with a name reads, worked out when it is first asked for.
pub(super) struct Labels<'a> {
    rules: &'a RuleSet,
    segments: Vec<OnceCell<Vec<Read>>>,
    values: Vec<OnceCell<Vec<Read>>>,
}

impl<'a> Labels<'a> {
    /// Ids of the rule set are in range and no segment or value leads back to itself, as `verify` makes sure.
    pub(super) fn new(rules: &'a RuleSet) -> Self {
        Self {
            rules,
            segments: vec![OnceCell::new(); rules.segments.len()],
            values: vec![OnceCell::new(); rules.values.len()],
        }
    }

    /// Everything that a condition reads, each once.
    pub(super) fn of_condition(&self, condition: &Condition) -> Vec<Read> {
        let mut found = Found::default();
        self.condition(condition, &mut found);
        found.reads
    }

    /// Everything that an expression reads, each once.
    pub(super) fn of_expression(&self, expression: &Expression) -> Vec<Read> {
        let mut found = Found::default();
        self.expression(expression, &mut found);
        found.reads
    }

    /// Everything that a gathered value reads, each once.
    pub(super) fn of_gathered(&self, id: GatheredId) -> Vec<Read> {
        let mut found = Found::default();
        self.gathered(id, &mut found);
        found.reads
    }

    fn condition(&self, condition: &Condition, found: &mut Found) {
        match condition {
            Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| self.condition(part, found)),
            Condition::Not(inner) => self.condition(inner, found),
            Condition::Segment(id) => {
                let Some(cell) = self.segments.get(id.index()) else { return };
                let inner = cell.get_or_init(|| self.of_condition(&self.rules[*id].condition));
                found.named(Through::Segment(*id), inner);
            }
            Condition::Holds(_)
            | Condition::Equal(..)
            | Condition::OneOf(..)
            | Condition::Compare(..)
            | Condition::Between(..)
            | Condition::Known(_)
            | Condition::Never(_)
            | Condition::Has(..)
            | Condition::Age(..) => {
                condition.operands().into_iter().for_each(|operand| self.expression(operand, found));
            }
        }
    }

    fn expression(&self, expression: &Expression, found: &mut Found) {
        match expression {
            Expression::Literal(..) | Expression::Now => {}
            Expression::Consent(id) => found.add(Source::Consent(*id), Vec::new()),
            Expression::Permission(id) => found.add(Source::Permission(*id), Vec::new()),
            Expression::Attribute(id) => found.add(Source::Attribute(*id), Vec::new()),
            Expression::Gathered(id) => {
                let mut inner = Found::default();
                self.gathered(*id, &mut inner);
                found.named(Through::Gathered(*id), &inner.reads);
            }
            Expression::Value(id) => {
                let Some(cell) = self.values.get(id.index()) else { return };
                let inner = cell.get_or_init(|| self.of_expression(&self.rules[*id].expression));
                found.named(Through::Value(*id), inner);
            }
            Expression::Rescale(of, _) => self.expression(of, found),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.expression(left, found);
                self.expression(right, found);
            }
            Expression::When(of, when, _) => {
                self.expression(of, found);
                self.condition(when, found);
            }
        }
    }

    /// What fades reads what fades, and since when; and of that what it adds up.
    fn gathered(&self, id: GatheredId, found: &mut Found) {
        let gathered = &self.rules[id];
        gathered.occurrences().iter().for_each(|of| found.add(Source::Event(of.event), Vec::new()));
        for operand in gathered.operands() {
            match operand {
                Operand::Attribute(of) => found.add(Source::Attribute(*of), Vec::new()),
                // It stands before this one in the list, so the walk ends.
                Operand::Gathered(of) if of.index() < id.index() => self.gathered(*of, found),
                Operand::Gathered(_) | Operand::Number(..) | Operand::Time(_) => {}
            }
        }
    }
}

#[derive(Default)]
struct Found {
    reads: Vec<Read>,
}

impl Found {
    /// Of several ways to one thing the first is kept.
    fn add(&mut self, source: Source, through: Vec<Through>) {
        let is_known = |read: &Read| read.source == source && counted(&read.through) == counted(&through);
        if !self.reads.iter().any(is_known) {
            self.reads.push(Read { source, through });
        }
    }

    fn named(&mut self, by: Through, inner: &[Read]) {
        for read in inner {
            self.add(read.source, std::iter::once(by).chain(read.through.iter().copied()).collect());
        }
    }
}
