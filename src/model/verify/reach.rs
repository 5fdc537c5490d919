//! What conditions read through segments and values: no circle, a bounded size, and which marks come along.
//!
//! Segments and values are nodes, references are edges. Nodes are visited after everything they refer to, with a list
//! instead of recursion (a chain may be 200,000 long), so that a node's depth, size and marks follow from its
//! neighbours'. A sum of sizes, not of texts: `s2 = s1 and s1`, thirty levels on, is a thousand million looks.

use std::collections::BTreeSet;

use super::flaw::{Checked, InPlace};
use super::{Flaw, VerifyError, limits, typing};
use crate::model::{AttributeId, Condition, Expression, PurposeId, RuleSet, Scope, SegmentId, ValueId};
use crate::value::Value;

/// What one condition reads, through everything it refers to.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    /// The purposes that must be open to know it; those of protective attributes are not among them, because sparing
    /// somebody needs no consent (R18).
    pub(super) purposes: BTreeSet<PurposeId>,
    /// How it reads protective attributes.
    pub(super) protective: Protective,
    /// Whether it reads any customer attribute that is not protective.
    pub(super) customer: bool,
    depth: usize,
    /// How many nodes it has when written out.
    pub(super) nodes: usize,
}

/// How protective attributes are read. An `unless` spares people by `x` itself, or by `x else no`: more of the attribute
/// makes its condition more true. Under a `not` it would choose them; and so may everything else that can be asked of it
/// (whether it is known, what is counted by it, whether it is like another), so nothing else is let through (R18).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Protective {
    spares: bool,
    under_not: bool,
    otherwise: bool,
}

impl Protective {
    /// Whether it is read at all.
    pub(super) fn is_read(self) -> bool {
        self.spares || self.chooses()
    }

    /// Whether even an `unless` would choose by it.
    pub(super) fn chooses(self) -> bool {
        self.under_not || self.otherwise
    }

    fn add(&mut self, other: Self, sense: Sense) {
        let (spares, under_not, otherwise) = match sense {
            Sense::Plain => (other.spares, other.under_not, other.otherwise),
            Sense::Negated => (other.under_not, other.spares, other.otherwise),
            Sense::Operand => (false, false, other.is_read()),
        };
        self.spares |= spares;
        self.under_not |= under_not;
        self.otherwise |= otherwise;
    }
}

/// In which sense a part stands in its condition.
#[derive(Clone, Copy, Debug)]
enum Sense {
    Plain,
    Negated,
    /// As something that is compared, counted or asked about.
    Operand,
}

impl Sense {
    fn negated(self) -> Self {
        match self {
            Self::Plain => Self::Negated,
            Self::Negated => Self::Plain,
            Self::Operand => Self::Operand,
        }
    }
}

/// What every segment and value reads.
pub(super) struct All {
    segments: Vec<Reads>,
    values: Vec<Reads>,
}

/// Types of all segments and values, their order, and what they read.
pub(super) fn check(rules: &RuleSet) -> Result<All, VerifyError> {
    for segment in &rules.segments {
        typing::condition(rules, &segment.condition, 0).within("segment", &segment.name)?;
    }
    for declared in &rules.values {
        typing::expression(rules, &declared.expression, 0)
            .and_then(|ty| typing::holds("a value", ty, declared.ty))
            .within("value", &declared.name)?;
    }
    let count = rules.segments.len();
    let mut all = All { segments: vec![Reads::default(); count], values: vec![Reads::default(); rules.values.len()] };
    for node in after_what_they_refer_to(rules)? {
        match node.checked_sub(count).map(ValueId::from_index) {
            None => {
                let segment = &rules[SegmentId::from_index(node)];
                let reads = all.of_condition(rules, &segment.condition).within("segment", &segment.name)?;
                if let Some(place) = all.segments.get_mut(node) {
                    *place = reads;
                }
            }
            Some(id) => {
                let declared = &rules[id];
                let reads = all.of_expression(rules, &declared.expression).within("value", &declared.name)?;
                if let Some(place) = all.values.get_mut(id.index()) {
                    *place = reads;
                }
            }
        }
    }
    Ok(all)
}

impl All {
    /// What a typed condition reads, if it is not too large when written out.
    pub(super) fn of_condition(&self, rules: &RuleSet, condition: &Condition) -> Checked<Reads> {
        let mut walk = Walk { all: self, rules, reads: Reads::default() };
        walk.condition(condition, Sense::Plain, 1)?;
        Ok(walk.reads)
    }

    /// What a typed expression reads, likewise.
    pub(super) fn of_expression(&self, rules: &RuleSet, expression: &Expression) -> Checked<Reads> {
        let mut walk = Walk { all: self, rules, reads: Reads::default() };
        walk.expression(expression, 1)?;
        Ok(walk.reads)
    }
}

/// Collects what one condition reads; segments and values have been collected before.
struct Walk<'a> {
    all: &'a All,
    rules: &'a RuleSet,
    reads: Reads,
}

impl Walk<'_> {
    fn condition(&mut self, condition: &Condition, sense: Sense, depth: usize) -> Checked {
        self.reads.grow(depth, 1)?;
        match condition {
            Condition::And(parts) | Condition::Or(parts) => {
                parts.iter().try_for_each(|part| self.condition(part, sense, depth + 1))
            }
            Condition::Not(inner) => self.condition(inner, sense.negated(), depth + 1),
            Condition::Segment(segment) => match self.all.segments.get(segment.index()) {
                Some(there) => self.reads.take(there, sense, depth),
                None => Ok(()),
            },
            Condition::Holds(of) => match bare(of) {
                Some(id) => {
                    let is_alone = matches!(of, Expression::Attribute(_));
                    self.reads.grow(depth + if is_alone { 1 } else { 2 }, if is_alone { 1 } else { 3 })?;
                    self.attribute(id, sense);
                    Ok(())
                }
                None => self.expression(of, depth + 1),
            },
            Condition::OneOf(of, values) => {
                self.reads.grow(depth, values.len())?;
                self.expression(of, depth + 1)
            }
            Condition::Has(of, _, elements) => {
                self.reads.grow(depth, elements.len())?;
                self.expression(of, depth + 1)
            }
            Condition::Known(_)
            | Condition::Never(_)
            | Condition::Equal(..)
            | Condition::Compare(..)
            | Condition::Between(..)
            | Condition::Age(..) => {
                condition.operands().into_iter().try_for_each(|operand| self.expression(operand, depth + 1))
            }
        }
    }

    fn expression(&mut self, expression: &Expression, depth: usize) -> Checked {
        self.reads.grow(depth, 1)?;
        match expression {
            Expression::Attribute(id) => {
                self.attribute(*id, Sense::Operand);
                Ok(())
            }
            Expression::Gathered(id) => {
                // It is worked out once, before; that it reads nothing protective or never used has been looked at.
                self.reads.purposes.extend(self.rules.needs_of_gathered(&self.rules[*id]));
                self.reads.customer |= self.rules.is_of_customer(&self.rules[*id]);
                Ok(())
            }
            Expression::Value(id) => match self.all.values.get(id.index()) {
                Some(there) => self.reads.take(there, Sense::Operand, depth),
                None => Ok(()),
            },
            Expression::Literal(..) | Expression::Consent(_) | Expression::Permission(_) | Expression::Now => Ok(()),
            Expression::Rescale(inner, _) => self.expression(inner, depth + 1),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.expression(left, depth + 1)?;
                self.expression(right, depth + 1)
            }
            Expression::When(amount, when, _) => {
                self.expression(amount, depth + 1)?;
                self.condition(when, Sense::Operand, depth + 1)
            }
        }
    }

    fn attribute(&mut self, id: AttributeId, sense: Sense) {
        let attribute = &self.rules[id];
        if attribute.protective {
            self.reads.protective.add(Protective { spares: true, ..Protective::default() }, sense);
        } else {
            self.reads.purposes.extend(&attribute.needs);
            self.reads.customer |= attribute.scope == Scope::Customer;
        }
    }
}

/// The attribute that alone says whether something holds: `x`, or `x else no`.
fn bare(of: &Expression) -> Option<AttributeId> {
    match of {
        Expression::Attribute(id) => Some(*id),
        Expression::Else(of, otherwise, _) => match (of.as_ref(), otherwise.as_ref()) {
            (Expression::Attribute(id), Expression::Literal(Value::YesNo(false), _)) => Some(*id),
            (_, _) => None,
        },
        Expression::Literal(..)
        | Expression::Value(_)
        | Expression::Gathered(_)
        | Expression::Consent(_)
        | Expression::Permission(_)
        | Expression::Now
        | Expression::Rescale(..)
        | Expression::Arithmetic(..)
        | Expression::When(..) => None,
    }
}

impl Reads {
    fn grow(&mut self, depth: usize, nodes: usize) -> Checked {
        self.depth = self.depth.max(depth);
        self.nodes = self.nodes.saturating_add(nodes);
        if self.depth > limits::DEPTH_WRITTEN_OUT {
            return Err(Flaw::TooDeep);
        }
        if self.nodes > limits::NODES_WRITTEN_OUT { Err(Flaw::TooLarge) } else { Ok(()) }
    }

    fn take(&mut self, there: &Self, sense: Sense, depth: usize) -> Checked {
        self.purposes.extend(&there.purposes);
        self.protective.add(there.protective, sense);
        self.customer |= there.customer;
        self.grow(depth.saturating_add(there.depth), there.nodes)
    }
}

/// Segments, then values counted on, each after all it refers to; a circle has no such order.
fn after_what_they_refer_to(rules: &RuleSet) -> Result<Vec<usize>, VerifyError> {
    let count = rules.segments.len();
    let segments = rules.segments.iter().map(|segment| {
        let mut found = Vec::new();
        references_in_condition(&segment.condition, count, &mut found);
        found
    });
    let values = rules.values.iter().map(|declared| {
        let mut found = Vec::new();
        references_in_expression(&declared.expression, count, &mut found);
        found
    });
    let edges: Vec<Vec<usize>> = segments.chain(values).collect();
    depth_first(&edges).map_err(|node| {
        let (kind, name) = match node.checked_sub(count) {
            None => ("segment", rules.segments.get(node).map(|segment| &segment.name)),
            Some(value) => ("value", rules.values.get(value).map(|declared| &declared.name)),
        };
        VerifyError::at(kind, name.map_or("", |name| name.as_str()), Flaw::Circle("references"))
    })
}

/// The nodes of a graph, each after those its edges lead to; or a node on a circle.
pub(super) fn depth_first(edges: &[Vec<usize>]) -> Result<Vec<usize>, usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; edges.len()];
    let mut done = Vec::with_capacity(edges.len());
    let mut path: Vec<(usize, usize)> = Vec::new();
    for start in 0..edges.len() {
        if marks.get(start) != Some(&Mark::New) {
            continue;
        }
        path.push((start, 0));
        while let Some((node, next)) = path.pop() {
            let Some(mark) = marks.get_mut(node) else { continue };
            *mark = Mark::Open;
            match edges.get(node).and_then(|edges| edges.get(next)) {
                None => {
                    *mark = Mark::Done;
                    done.push(node);
                }
                Some(to) => {
                    path.push((node, next + 1));
                    match marks.get(*to) {
                        Some(Mark::New) => path.push((*to, 0)),
                        Some(Mark::Open) => return Err(*to),
                        Some(Mark::Done) | None => {}
                    }
                }
            }
        }
    }
    Ok(done)
}

fn references_in_condition(condition: &Condition, segments: usize, found: &mut Vec<usize>) {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().for_each(|part| references_in_condition(part, segments, found));
        }
        Condition::Not(inner) => references_in_condition(inner, segments, found),
        Condition::Segment(segment) => found.push(segment.index()),
        Condition::Holds(_)
        | Condition::Equal(..)
        | Condition::OneOf(..)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Known(_)
        | Condition::Never(_)
        | Condition::Has(..)
        | Condition::Age(..) => {
            condition.operands().into_iter().for_each(|operand| references_in_expression(operand, segments, found));
        }
    }
}

fn references_in_expression(expression: &Expression, segments: usize, found: &mut Vec<usize>) {
    match expression {
        Expression::Value(value) => found.push(segments + value.index()),
        Expression::Literal(..)
        | Expression::Attribute(_)
        | Expression::Gathered(_)
        | Expression::Consent(_)
        | Expression::Permission(_)
        | Expression::Now => {}
        Expression::Rescale(inner, _) => references_in_expression(inner, segments, found),
        Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
            references_in_expression(left, segments, found);
            references_in_expression(right, segments, found);
        }
        Expression::When(amount, when, _) => {
            references_in_expression(amount, segments, found);
            references_in_condition(when, segments, found);
        }
    }
}
