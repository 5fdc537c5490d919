//! What a condition can come to while a purpose is closed, and whether what the purpose opens has a say in it.
//!
//! A customer's answer may be asked before the data that needs it: `consent.profiling is granted and churn is at least
//! 0.5` is no for whoever said no, whatever the churn. So the truth of every part is followed as the set of truths that it
//! can have while the purpose is closed; where only one is left, nothing that was read has a say. Kleene's tables do the
//! rest: a part that is no settles an `and`, one that is yes an `or`, and `(v when C)` is 0 where C is no.
//!
//! Nothing is assumed of other purposes, of facts, or of the time.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::labels::{Labels, Source};
use crate::model::{Condition, Expression, PurposeId, RuleSet, SegmentId};
use crate::value::{Consent, Truth, Value};

/// The truths that something can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Truths(u8);

impl Truths {
    const YES: Self = Self(1);
    const NO: Self = Self(2);
    const BOTH: Self = Self(3);
    const ANY: Self = Self(7);

    const ALL: [Truth; 3] = [Truth::Yes, Truth::No, Truth::Unknown];

    fn of(truth: Truth) -> Self {
        match truth {
            Truth::Yes => Self::YES,
            Truth::No => Self::NO,
            Truth::Unknown => Self(4),
        }
    }

    fn each(self) -> impl Iterator<Item = Truth> {
        Self::ALL.into_iter().filter(move |truth| self.0 & Self::of(*truth).0 != 0)
    }

    fn is_one(self) -> bool {
        self.0.count_ones() == 1
    }

    fn map(self, f: impl Fn(Truth) -> Truth) -> Self {
        Self(self.each().fold(0, |bits, truth| bits | Self::of(f(truth)).0))
    }

    fn with(self, other: Self, f: impl Fn(Truth, Truth) -> Truth) -> Self {
        Self(self.each().fold(0, |bits, left| bits | other.map(|right| f(left, right)).0))
    }
}

/// What becomes of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flow {
    truths: Truths,
    /// Whether what the purpose opens has a say in which of them it is.
    hangs: bool,
}

impl Flow {
    fn new(truths: Truths, hangs: bool) -> Self {
        Self { truths, hangs: hangs && !truths.is_one() }
    }
}

/// While one purpose is closed.
pub(super) struct Closed<'a> {
    rules: &'a RuleSet,
    labels: &'a Labels<'a>,
    purpose: PurposeId,
    segments: RefCell<BTreeMap<SegmentId, Flow>>,
}

impl<'a> Closed<'a> {
    pub(super) fn new(rules: &'a RuleSet, labels: &'a Labels<'a>, purpose: PurposeId) -> Self {
        Self { rules, labels, purpose, segments: RefCell::default() }
    }

    /// Whether nothing that the purpose opens has a say in a condition.
    pub(super) fn settles(&self, condition: &Condition) -> bool {
        !self.condition(condition).hangs
    }

    /// Whether nothing that it opens has a say in a value.
    pub(super) fn settles_value(&self, expression: &Expression) -> bool {
        !self.hangs(expression)
    }

    fn condition(&self, condition: &Condition) -> Flow {
        match condition {
            Condition::And(parts) => self.joined(parts, Truths::YES, Truth::and),
            Condition::Or(parts) => self.joined(parts, Truths::NO, Truth::or),
            Condition::Not(inner) => {
                let inner = self.condition(inner);
                Flow { truths: inner.truths.map(Truth::negate), ..inner }
            }
            Condition::Segment(id) => {
                let known = self.segments.borrow().get(id).copied();
                known.unwrap_or_else(|| {
                    let flow = self.condition(&self.rules[*id].condition);
                    self.segments.borrow_mut().insert(*id, flow);
                    flow
                })
            }
            Condition::Equal(Expression::Consent(id), Expression::Literal(Value::Member(member), _))
            | Condition::Equal(Expression::Literal(Value::Member(member), _), Expression::Consent(id))
                if *id == self.purpose =>
            {
                self.reads(|reading| reading == *member)
            }
            Condition::OneOf(Expression::Consent(id), values) if *id == self.purpose => {
                self.reads(|reading| values.contains(&Value::Member(reading)))
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
                Flow::new(Truths::ANY, condition.operands().into_iter().any(|operand| self.hangs(operand)))
            }
        }
    }

    fn joined(&self, parts: &[Condition], empty: Truths, join: impl Fn(Truth, Truth) -> Truth) -> Flow {
        let (mut truths, mut hangs) = (empty, false);
        for part in parts {
            let flow = self.condition(part);
            truths = truths.with(flow.truths, &join);
            hangs |= flow.hangs;
        }
        Flow::new(truths, hangs)
    }

    /// What a question about the purpose itself can come to: it reads anything but granted.
    fn reads(&self, is_asked: impl Fn(u16) -> bool) -> Flow {
        let closed = Consent::ALL.into_iter().filter(|reading| *reading != Consent::Granted);
        let bits = closed
            .fold(0, |bits, reading| bits | if is_asked(reading.member()) { Truths::YES.0 } else { Truths::NO.0 });
        debug_assert!(bits & !Truths::BOTH.0 == 0, "a consent is never missing");
        Flow::new(Truths(bits), false)
    }

    /// Whether what the purpose opens has a say in a value.
    fn hangs(&self, expression: &Expression) -> bool {
        match expression {
            Expression::Literal(..) | Expression::Consent(_) | Expression::Permission(_) | Expression::Now => false,
            Expression::Attribute(id) => self.is_of(Source::Attribute(*id)),
            Expression::Gathered(id) => self.labels.of_gathered(*id).iter().any(|read| self.is_of(read.source)),
            Expression::Value(id) => {
                // What reads none of it needs no second look.
                let reads = self.labels.of_expression(expression);
                reads.iter().any(|read| self.is_of(read.source)) && self.hangs(&self.rules[*id].expression)
            }
            Expression::Rescale(of, _) => self.hangs(of),
            Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
                self.hangs(left) || self.hangs(right)
            }
            Expression::When(of, when, _) => {
                let flow = self.condition(when);
                flow.hangs || flow.truths.each().any(Truth::is_yes) && self.hangs(of)
            }
        }
    }

    fn is_of(&self, source: Source) -> bool {
        super::needs_of(self.rules, source).contains(&self.purpose)
    }
}
