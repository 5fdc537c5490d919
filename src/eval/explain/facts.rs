//! Which parts of a clause decided it, and the facts they read, as far as marks allow.

use std::collections::BTreeSet;

use super::super::condition::condition;
use super::super::expression::{datum, is_assumed};
use crate::frame::Frame;
use crate::model::show::{show_condition, show_value};
use crate::model::{AttributeId, CapId, Condition, Expression, Gathered, Operand, RuleSet, Scope, WindowId};
use crate::value::{Datum, Missing, SCORE, Truth, Type, Value};

/// The most elements of a set that are written out.
const SHOWN_ELEMENTS: usize = 5;

/// Whether a condition reads anything that is kept from the reader.
pub(super) fn reads_protected(rules: &RuleSet, condition: &Condition) -> bool {
    rules.read_by(condition).iter().any(|id| rules[*id].is_protected())
}

/// Whether it hangs on anything such how far a cap is used.
pub(super) fn cap_reads_protected(rules: &RuleSet, id: CapId) -> bool {
    rules[id].reads().any(|read| rules[read].is_protected())
}

/// Whether a window does: its zones, or one of its rows.
pub(super) fn window_reads_protected(rules: &RuleSet, id: WindowId) -> bool {
    let window = &rules[id];
    let mut rows = window.rows.iter().filter_map(|row| row.when.as_ref());
    window.zones.attributes().any(|id| rules[id].is_protected())
        || rows.any(|when| reads_protected(rules, &when.condition))
}

/// Whether an expression does.
pub(super) fn expression_reads_protected(rules: &RuleSet, of: &Expression) -> bool {
    rules.read_by_expression(of).iter().any(|id| rules[*id].is_protected())
}

/// Whether a condition reads attributes that are kept from the reader, and nothing else that could be changed.
pub(super) fn reads_only_protected(rules: &RuleSet, condition: &Condition) -> bool {
    rules.read_by(condition).iter().all(|id| rules[*id].is_protected()) && !asks_consent(rules, condition)
}

/// Whether a condition asks how a purpose reads.
fn asks_consent(rules: &RuleSet, condition: &Condition) -> bool {
    let mut asks = false;
    condition.each(&mut |part| {
        if let Condition::Segment(id) = part {
            asks |= asks_consent(rules, &rules[*id].condition);
        }
        asks |= part.operands().into_iter().any(|operand| names_consent(rules, operand));
    });
    asks
}

fn names_consent(rules: &RuleSet, expression: &Expression) -> bool {
    match expression {
        Expression::Consent(_) | Expression::Permission(_) => true,
        Expression::Literal(..) | Expression::Attribute(_) | Expression::Gathered(_) | Expression::Now => false,
        Expression::Value(id) => names_consent(rules, &rules[*id].expression),
        Expression::Rescale(of, _) => names_consent(rules, of),
        Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
            names_consent(rules, left) || names_consent(rules, right)
        }
        Expression::When(of, when, _) => names_consent(rules, of) || asks_consent(rules, when),
    }
}

/// Whether a condition reads a value that is kept from the reader and is there to be read. Protective attributes are
/// apart: of them yes and unknown read alike anyway.
pub(super) fn hangs_on_hidden(rules: &RuleSet, frame: &Frame, condition: &Condition) -> bool {
    let hides = |id: &AttributeId| rules[*id].is_protected() && !rules[*id].protective;
    let is_there = |id: &AttributeId| datum(rules, frame, &Expression::Attribute(*id)).known().is_some();
    rules.read_by(condition).iter().any(|id| hides(id) && is_there(id))
}

/// The tests that make the condition what it is: of an `and` that is no its parts that are no, of one that is yes all,
/// of an unknown one its unknown parts; `or` likewise.
pub(super) fn deciding<'a>(rules: &'a RuleSet, frame: &Frame, part: &'a Condition) -> Vec<&'a Condition> {
    let mut found = Vec::new();
    collect(rules, frame, part, &mut found);
    found
}

fn collect<'a>(rules: &'a RuleSet, frame: &Frame, part: &'a Condition, found: &mut Vec<&'a Condition>) {
    match part {
        Condition::And(parts) | Condition::Or(parts) => {
            let truth = condition(rules, frame, part);
            for inner in parts.iter().filter(|inner| condition(rules, frame, inner) == truth) {
                collect(rules, frame, inner, found);
            }
        }
        Condition::Not(inner) => collect(rules, frame, inner, found),
        Condition::Segment(id) => collect(rules, frame, &rules[*id].condition, found),
        Condition::Holds(_)
        | Condition::Equal(..)
        | Condition::OneOf(..)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Known(_)
        | Condition::Never(_)
        | Condition::Has(..)
        | Condition::Age(..) => found.push(part),
    }
}

/// The clause and the facts that decided it, in one line: `adult_in_market: country is AT`.
pub(super) fn sentence(rules: &RuleSet, frame: &Frame, clause: &Condition, word: &str) -> String {
    let mut facts = Vec::new();
    for test in deciding(rules, frame, clause) {
        for operand in test.operands() {
            stated(rules, frame, operand, &mut facts);
        }
    }
    let mut seen = BTreeSet::new();
    facts.retain(|fact| seen.insert(fact.clone()));
    let clause = show_condition(rules, clause);
    // Where the clause says the same as the fact, once is enough.
    match facts.as_slice() {
        [] => format!("{word} {clause}"),
        [only] if *only == clause => format!("{word} {clause}"),
        _ => format!("{word} {clause}: {}", facts.join(", ")),
    }
}

/// The facts an expression reads, each as `age is 17`; a declared value stands for what it is computed from.
fn stated(rules: &RuleSet, frame: &Frame, expression: &Expression, facts: &mut Vec<String>) {
    match expression {
        Expression::Attribute(id) => facts.push(attribute(rules, frame, *id)),
        Expression::Value(id) => {
            let value = match datum(rules, frame, expression) {
                Datum::Known(value) => shown(rules, rules[*id].ty, &value),
                Datum::Missing(_) => "not known".to_owned(),
            };
            facts.push(format!("{} is {value}", rules[*id].name));
        }
        Expression::Consent(id) => facts.push(format!("consent.{} is {}", rules[*id].name, frame.consent(*id).word())),
        Expression::Permission(id) => {
            facts.push(format!("permission.{} is {}", rules[*id].name, frame.permission(*id).word()));
        }
        Expression::Rescale(of, _) => stated(rules, frame, of, facts),
        Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
            stated(rules, frame, left, facts);
            stated(rules, frame, right, facts);
        }
        Expression::When(of, when, _) => {
            stated(rules, frame, of, facts);
            for test in deciding(rules, frame, when) {
                test.operands().into_iter().for_each(|operand| stated(rules, frame, operand, facts));
            }
        }
        // Explanations look at flattened rules, in which what is gathered is an attribute.
        Expression::Gathered(_) | Expression::Literal(..) | Expression::Now => {}
    }
}

/// A value in words; what has halved has six places, of which zeros at the end say nothing.
pub(super) fn shown(rules: &RuleSet, ty: Type, value: &Value) -> String {
    let text = show_value(rules, ty, value);
    match ty.number() {
        Some(number) if number.scale == SCORE.scale && text.contains('.') => {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Some(_) | None => text,
    }
}

/// Whether nobody knows who the customer is, so that nothing of theirs is known, whatever was given (R41).
pub(super) fn is_anonymous(rules: &RuleSet, frame: &Frame) -> bool {
    rules.key().is_some_and(|key| *frame.attribute(key) == Datum::Missing(Missing::Absent))
}

/// Why an attribute is missing, in words.
fn why_missing(rules: &RuleSet, frame: &Frame, id: AttributeId, reason: Missing) -> &'static str {
    match reason {
        Missing::Absent if rules[id].scope == Scope::Customer && is_anonymous(rules, frame) => {
            "nobody knows who the customer is"
        }
        Missing::Absent
        | Missing::NoConsent
        | Missing::Stale
        | Missing::Unstamped
        | Missing::FromTheFuture
        | Missing::Unreadable
        | Missing::NotInList
        | Missing::Computed => reason.word(),
    }
}

/// One attribute as it was read: `age is 17`, `country is DE, assumed`, `age is not known, stale`.
fn attribute(rules: &RuleSet, frame: &Frame, id: AttributeId) -> String {
    let declared = &rules[id];
    match datum(rules, frame, &Expression::Attribute(id)) {
        Datum::Known(value) => {
            let assumed = if is_assumed(rules, frame, id) { " (assumed)" } else { "" };
            format!("{} is {}{assumed}", declared.name, shortened(rules, id, &value))
        }
        Datum::Missing(reason) => format!("{} is not known ({})", declared.name, why_missing(rules, frame, id, reason)),
    }
}

fn shortened(rules: &RuleSet, id: AttributeId, value: &Value) -> String {
    let ty = rules[id].ty;
    match value {
        Value::Set(elements) if elements.len() > SHOWN_ELEMENTS => {
            let first = Value::Set(elements.iter().take(SHOWN_ELEMENTS).cloned().collect());
            format!("{} and {} more", show_value(rules, ty, &first), elements.len() - SHOWN_ELEMENTS)
        }
        Value::Set(_)
        | Value::YesNo(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Member(_)
        | Value::Time(_)
        | Value::Date(_)
        | Value::Never => shown(rules, ty, value),
    }
}

/// The attributes that stood on their declared default while a rule's clauses and its score were read: `country is DE`.
pub(super) fn assumed<'a>(
    rules: &RuleSet,
    frame: &Frame,
    clauses: impl Iterator<Item = &'a Condition>,
    score: Option<&Expression>,
) -> Vec<String> {
    let mut read: BTreeSet<_> = clauses.flat_map(|clause| rules.read_by(clause)).collect();
    read.extend(score.into_iter().flat_map(|score| rules.read_by_expression(score)));
    let stands = |id: &&AttributeId| is_assumed(rules, frame, **id) && !rules[**id].is_protected();
    let shown = |id: &AttributeId| {
        let default = rules[*id].default.as_ref();
        default.map(|value| format!("{} is {}", rules[*id].name, shortened(rules, *id, value)))
    };
    read.iter().filter(stands).filter_map(shown).collect()
}

/// An attribute that keeps a clause from being decided, and why it is missing as far as its marks let that be said.
pub(super) type Unknown = (AttributeId, Option<String>);

/// The attributes for which a clause is unknown, by name. Where the clause reads a protected fact, all of its missing
/// attributes are named: which of them would have mattered may hang on that fact.
pub(super) fn unknown(rules: &RuleSet, frame: &Frame, clause: &Condition) -> Vec<Unknown> {
    let mut found = BTreeSet::new();
    if reads_protected(rules, clause) {
        let is_missing = |id: &AttributeId| datum(rules, frame, &Expression::Attribute(*id)).known().is_none();
        found.extend(rules.read_by(clause).into_iter().filter(is_missing));
    } else {
        for test in deciding(rules, frame, clause) {
            test.operands().into_iter().for_each(|operand| missing(rules, frame, operand, &mut found));
        }
        if found.is_empty() {
            // Known, and yet nothing comes of it: a division by zero, a sum with never.
            for test in deciding(rules, frame, clause) {
                found.extend(test.operands().into_iter().flat_map(|operand| rules.read_by_expression(operand)));
            }
        }
    }
    described(rules, frame, found)
}

/// The attributes for which a score is missing, by name: likewise.
pub(super) fn without_value(rules: &RuleSet, frame: &Frame, of: &Expression) -> Vec<Unknown> {
    let mut found = BTreeSet::new();
    if expression_reads_protected(rules, of) {
        let is_missing = |id: &AttributeId| datum(rules, frame, &Expression::Attribute(*id)).known().is_none();
        found.extend(rules.read_by_expression(of).into_iter().filter(is_missing));
    } else {
        missing(rules, frame, of, &mut found);
        if found.is_empty() {
            found = rules.read_by_expression(of);
        }
    }
    described(rules, frame, found)
}

/// The attributes for which an `unless` that reads protective ones is not lifted: those of them that do not say no, and
/// whatever else is missing. Yes and unknown read alike. Empty where only a hidden value keeps it from being lifted.
pub(super) fn not_lifted(rules: &RuleSet, frame: &Frame, clause: &Condition) -> Vec<Unknown> {
    let kept = |id: &AttributeId| {
        let value = datum(rules, frame, &Expression::Attribute(*id));
        match rules[*id].protective {
            true => value != Datum::Known(Value::YesNo(false)),
            false => value.known().is_none(),
        }
    };
    described(rules, frame, rules.read_by(clause).into_iter().filter(kept).collect())
}

pub(super) fn reads_protective(rules: &RuleSet, clause: &Condition) -> bool {
    rules.read_by(clause).iter().any(|id| rules[*id].protective)
}

fn described(rules: &RuleSet, frame: &Frame, found: BTreeSet<AttributeId>) -> Vec<Unknown> {
    let why = |id: AttributeId| match (rules[id].is_protected(), frame.attribute(id)) {
        (true, _) => None,
        (false, Datum::Missing(reason)) => Some(why_missing(rules, frame, id, *reason).to_owned()),
        (false, Datum::Known(_)) => Some(Missing::Computed.word().to_owned()),
    };
    found.into_iter().map(|id| (id, why(id))).collect()
}

/// What is missing where an attribute is: itself, or of something that fades what it fades and since when.
fn lacking(rules: &RuleSet, frame: &Frame, id: AttributeId) -> BTreeSet<AttributeId> {
    let declared = rules.attributes.len().saturating_sub(rules.gathered.len());
    let faded = id.index().checked_sub(declared).and_then(|at| rules.gathered.get(at));
    let Some(Gathered::Halved { of, since, .. }) = faded else { return BTreeSet::from([id]) };
    let read = [of, since].into_iter().filter_map(|operand| match operand {
        Operand::Attribute(id) => Some(*id),
        Operand::Gathered(id) => Some(AttributeId::from_index(declared + id.index())),
        Operand::Number(..) | Operand::Time(_) => None,
    });
    let is_missing = |id: &AttributeId| datum(rules, frame, &Expression::Attribute(*id)).known().is_none();
    let lacks: BTreeSet<AttributeId> = read.filter(is_missing).collect();
    // Both are known, and yet nothing comes of them.
    if lacks.is_empty() { BTreeSet::from([id]) } else { lacks }
}

/// The attributes for which an expression has no value.
fn missing(rules: &RuleSet, frame: &Frame, expression: &Expression, found: &mut BTreeSet<AttributeId>) {
    if datum(rules, frame, expression).known().is_some() {
        return;
    }
    match expression {
        Expression::Attribute(id) => found.extend(lacking(rules, frame, *id)),
        Expression::Value(id) => missing(rules, frame, &rules[*id].expression, found),
        Expression::Rescale(of, _) => missing(rules, frame, of, found),
        Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
            missing(rules, frame, left, found);
            missing(rules, frame, right, found);
        }
        Expression::When(of, when, _) => {
            missing(rules, frame, of, found);
            if condition(rules, frame, when) == Truth::Unknown {
                for test in deciding(rules, frame, when) {
                    test.operands().into_iter().for_each(|operand| missing(rules, frame, operand, found));
                }
            }
        }
        Expression::Literal(..)
        | Expression::Gathered(_)
        | Expression::Consent(_)
        | Expression::Permission(_)
        | Expression::Now => {}
    }
}
