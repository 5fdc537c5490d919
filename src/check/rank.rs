//! `rank by`: a number that is always there, for all rules of a priority or none (R6, R44).

use std::collections::{BTreeMap, BTreeSet};

use super::Pass;
use super::expressions::{Wanted, excerpt};
use super::names::Kind;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{resolve, types};
use crate::model::show::show_gathered;
use crate::model::{
    AttributeId, Class, Clause, Condition, Expression, Gathered, GatheredId, Order, Rank, RuleId, RuleSet,
    SCORE_PLACES, SlotId,
};
use crate::source::Span;
use crate::syntax::tree::{self, Expr, ExprKind, Over};
use crate::value::{Type, rescale};

/// As for calculations: the ends of `i64` stand for something else in a packed record.
const LIMIT: i128 = (i64::MAX / 4) as i128;

impl Pass<'_> {
    /// The score of a rule: a number that fits at the places at which scores are compared.
    pub(super) fn rank(&mut self, written: &Expr) -> Option<Rank> {
        let (by, ty) = self.value(written, Wanted::default())?;
        let Some(number) = ty.number() else {
            let finding = Diagnostic::new(&types::MISMATCH, written.span, "rules are ranked by a number")
                .primary(format!("this is {}", ty.word()))
                .help(match ty {
                    Type::YesNo => "write how much a yes is worth: (10 when it_holds)",
                    Type::Number(_) | Type::Text | Type::OneOf(_) | Type::Set | Type::Zone | Type::Score(_) => {
                        "rank by a number or a score"
                    }
                    Type::Time | Type::Date => "rank by a number or a score; what is new can be a `score` that halves",
                });
            self.report(finding);
            return None;
        };
        let fits = |bound: i64| rescale(i128::from(bound), number.scale, SCORE_PLACES).abs() <= LIMIT;
        if !fits(number.min) || !fits(number.max) {
            let finding = Diagnostic::new(&types::TOO_LARGE, excerpt(written), "this score may not fit")
                .primary(format!(
                    "scores are compared at {SCORE_PLACES} decimal places, and this may have too many digits"
                ))
                .help("give the attributes in it a range: worth: whole from 0 to 100000");
            self.report(finding);
            return None;
        }
        Some(Rank { by, span: written.span })
    }

    /// Whether everything that the score reads is there whenever the rule's own conditions hold.
    pub(super) fn rank_is_there(
        &mut self,
        rule: &str,
        rank: &Rank,
        written: &Expr,
        when: &[Clause],
        unless: &[Clause],
    ) {
        let mut known = BTreeSet::new();
        when.iter().for_each(|clause| surely_known(&self.rules, &clause.condition, true, &mut known));
        unless.iter().for_each(|clause| surely_known(&self.rules, &clause.condition, false, &mut known));
        let mut gaps = Vec::new();
        may_lack(&self.rules, &rank.by, &known, &mut gaps);
        let mut told = BTreeSet::new();
        for part in gaps.into_iter().filter(|part| told.insert(*part)) {
            let id = match part {
                Part::Attribute(id) => id,
                Part::Gathered(id) => {
                    self.history_may_lack(rule, id, rank, written);
                    continue;
                }
            };
            let attribute = self.rules[id].clone();
            let name = &attribute.name;
            let span = place_of(written, name).unwrap_or(rank.span);
            let message = format!("`{name}` may be missing, and then `{rule}` has no score");
            let instead = match attribute.ty {
                Type::Number(_) | Type::Score(_) => "0",
                Type::YesNo => "no",
                Type::Text | Type::OneOf(_) | Type::Set | Type::Time | Type::Date | Type::Zone => "..",
            };
            let finding = Diagnostic::new(&types::RANK_MAY_BE_MISSING, span, message)
                .primary("nothing stands in for it")
                .label(attribute.span, "declared without `else`")
                .help(format!(
                    "say what it counts as: ({name} else {instead}); or leave out whom it is not known of: when {name} is known"
                ));
            self.report(finding);
        }
    }

    /// What happened may be unknown too: of whom nobody knows who it is, or where nobody wrote down when or how much.
    fn history_may_lack(&mut self, rule: &str, id: GatheredId, rank: &Rank, written: &Expr) {
        let shown = show_gathered(&self.rules, &self.rules[id]);
        let mut places = Vec::new();
        history_in(written, &mut places);
        let gathered = &self.rules[id];
        let meant: Vec<_> = places.into_iter().filter(|place| self.may_mean(place, gathered)).collect();
        let span = if let [only] = meant.as_slice() { only.span } else { rank.span };
        let message = format!("`{shown}` may be missing, and then `{rule}` has no score");
        let finding = Diagnostic::new(&types::RANK_MAY_BE_MISSING, span, message)
            .primary("nothing stands in for it")
            .help(format!(
                "say what it counts as where the visitor is not known: ({shown}) else 0; or leave them out: when \
                 ({shown}) is known"
            ));
        self.report(finding);
    }

    /// Whether something written in a score is this value, as far as its words tell.
    fn may_mean(&self, written: &Expr, gathered: &Gathered) -> bool {
        let of_event = |of: &tree::Occurrence| {
            gathered.occurrences().iter().any(|occurrence| self.rules[occurrence.event].name == of.event.text)
        };
        match (&written.kind, gathered) {
            (
                ExprKind::Times(of, Over::Halving(_)) | ExprKind::SumOf(of, _, Over::Halving(_)),
                Gathered::Decayed(_),
            )
            | (ExprKind::Times(of, Over::InTheLast(_) | Over::Ever), Gathered::Times(..))
            | (ExprKind::SumOf(of, _, Over::InTheLast(_) | Over::Ever), Gathered::Sum(..))
            | (ExprKind::Last(of), Gathered::Last(_)) => of_event(of),
            (ExprKind::Halving { .. }, Gathered::Halved { .. }) => true,
            (
                _,
                Gathered::Times(..)
                | Gathered::Last(_)
                | Gathered::Sum(..)
                | Gathered::Decayed(_)
                | Gathered::Halved { .. },
            ) => false,
        }
    }

    /// R6: of one slot, class and priority all rules rank or none; and a score is no order beside `before`.
    pub(super) fn all_rank_or_none(&mut self) {
        let mut groups: BTreeMap<(SlotId, Class, Option<i32>), Vec<RuleId>> = BTreeMap::new();
        for (at, rule) in self.rules.rules.iter().enumerate() {
            groups.entry((rule.slot, rule.class, rule.priority)).or_default().push(RuleId::from_index(at));
        }
        let mut findings = Vec::new();
        let mut poison = Vec::new();
        for group in groups.values() {
            let ranking = group.iter().find_map(|id| Some((*id, self.rules[*id].rank.as_ref()?.span)));
            let Some((first, span)) = ranking else { continue };
            for id in group.iter().filter(|id| self.rules[**id].rank.is_none()) {
                let (rule, first) = (&self.rules[*id], &self.rules[first]);
                let shared = match rule.priority {
                    Some(priority) => format!("both have priority {priority}"),
                    None => "neither has a priority".to_owned(),
                };
                let message = format!("`{}` does not rank, but `{}` does, and {shared}", rule.name, first.name);
                let help = match &rule.order {
                    Order::Before(_) => format!("give `{}` a `priority` of its own", rule.name),
                    Order::Priority(_) | Order::Unordered => {
                        format!("add `rank by` to `{}`, or give it another `priority`", rule.name)
                    }
                };
                let finding = Diagnostic::new(&resolve::MIXED_RANK, rule.span, message)
                    .primary("has no score")
                    .label(span, "ranks by this")
                    .help(help);
                findings.push(finding);
                poison.push(rule.name.clone());
            }
        }
        self.findings.append(&mut findings);
        for name in poison {
            self.poison(Kind::Rule, &name);
        }
    }

    /// A rule that ranks is not named in `before`.
    pub(super) fn before_names_no_rank(&mut self) {
        for at in 0..self.rules.rules.len() {
            let rule = &self.rules[RuleId::from_index(at)].name;
            let names: Vec<tree::Name> = self.before_names(rule).into_iter().cloned().collect();
            if names.is_empty() {
                continue;
            }
            let rule = rule.clone();
            for name in names {
                let Some(other) = self.rules.rule_named(&name.text).map(|id| self.rules[id].clone()) else { continue };
                let Some(rank) = &other.rank else { continue };
                let message = format!("`{}` ranks, so its score says who wins, and `before` cannot", other.name);
                let finding = Diagnostic::new(&resolve::CLAUSES_CLASH, name.span, message)
                    .primary("cannot be outranked so")
                    .label(rank.span, "ranks by this")
                    .help(format!("give `{rule}` a higher `priority` than `{}`", other.name));
                self.report(finding);
                self.poison(Kind::Rule, &rule);
            }
        }
    }
}

/// What an expression reads that may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Attribute(AttributeId),
    Gathered(GatheredId),
}

impl Part {
    /// What `is known` asks about, where it asks about one thing.
    fn of(expression: &Expression) -> Option<Self> {
        match expression {
            Expression::Attribute(id) => Some(Self::Attribute(*id)),
            Expression::Gathered(id) => Some(Self::Gathered(*id)),
            Expression::Literal(..)
            | Expression::Value(_)
            | Expression::Consent(_)
            | Expression::Permission(_)
            | Expression::Now
            | Expression::Rescale(..)
            | Expression::Arithmetic(..)
            | Expression::Else(..)
            | Expression::When(..) => None,
        }
    }
}

/// What an expression may be missing for, given what is known.
fn may_lack(rules: &RuleSet, of: &Expression, known: &BTreeSet<Part>, gaps: &mut Vec<Part>) {
    match of {
        Expression::Literal(..) | Expression::Consent(_) | Expression::Permission(_) | Expression::Now => {}
        Expression::Attribute(id) => {
            if rules[*id].default.is_none() && !known.contains(&Part::Attribute(*id)) {
                gaps.push(Part::Attribute(*id));
            }
        }
        Expression::Gathered(id) => {
            if !known.contains(&Part::Gathered(*id)) {
                gaps.push(Part::Gathered(*id));
            }
        }
        Expression::Value(id) => may_lack(rules, &rules[*id].expression, known, gaps),
        Expression::Rescale(inner, _) => may_lack(rules, inner, known, gaps),
        Expression::Arithmetic(_, left, right, _) => {
            may_lack(rules, left, known, gaps);
            may_lack(rules, right, known, gaps);
        }
        Expression::Else(first, second, _) => {
            let mut of_first = Vec::new();
            may_lack(rules, first, known, &mut of_first);
            if !of_first.is_empty() {
                may_lack(rules, second, known, gaps);
            }
        }
        Expression::When(value, condition, _) => {
            may_lack(rules, value, known, gaps);
            may_be_unknown(rules, condition, known, gaps);
        }
    }
}

/// What a condition may be unknown for. `x is known and x is ..` never is: where x is missing it is
/// no.
fn may_be_unknown(rules: &RuleSet, of: &Condition, known: &BTreeSet<Part>, gaps: &mut Vec<Part>) {
    match of {
        Condition::And(parts) | Condition::Or(parts) => {
            let all = matches!(of, Condition::And(_));
            let mut known = known.clone();
            for part in parts {
                let asked = match part {
                    Condition::Known(of) if all => Part::of(of),
                    Condition::Not(inner) if !all => match &**inner {
                        Condition::Known(of) => Part::of(of),
                        Condition::And(_)
                        | Condition::Or(_)
                        | Condition::Not(_)
                        | Condition::Segment(_)
                        | Condition::Holds(_)
                        | Condition::Equal(..)
                        | Condition::OneOf(..)
                        | Condition::Compare(..)
                        | Condition::Between(..)
                        | Condition::Never(_)
                        | Condition::Has(..)
                        | Condition::Age(..) => None,
                    },
                    Condition::Known(_)
                    | Condition::And(_)
                    | Condition::Or(_)
                    | Condition::Not(_)
                    | Condition::Segment(_)
                    | Condition::Holds(_)
                    | Condition::Equal(..)
                    | Condition::OneOf(..)
                    | Condition::Compare(..)
                    | Condition::Between(..)
                    | Condition::Never(_)
                    | Condition::Has(..)
                    | Condition::Age(..) => None,
                };
                known.extend(asked);
            }
            parts.iter().for_each(|part| may_be_unknown(rules, part, &known, gaps));
        }
        Condition::Not(inner) => may_be_unknown(rules, inner, known, gaps),
        Condition::Segment(id) => may_be_unknown(rules, &rules[*id].condition, known, gaps),
        Condition::Known(_) => {}
        Condition::Holds(_)
        | Condition::Equal(..)
        | Condition::OneOf(..)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Never(_)
        | Condition::Has(..)
        | Condition::Age(..) => {
            of.operands().into_iter().for_each(|operand| may_lack(rules, operand, known, gaps));
        }
    }
}

/// What is known wherever a condition is yes (or no).
fn surely_known(rules: &RuleSet, of: &Condition, yes: bool, known: &mut BTreeSet<Part>) {
    match of {
        Condition::And(parts) if yes => parts.iter().for_each(|part| surely_known(rules, part, yes, known)),
        Condition::Or(parts) if !yes => parts.iter().for_each(|part| surely_known(rules, part, yes, known)),
        Condition::And(_) | Condition::Or(_) => {}
        Condition::Not(inner) => surely_known(rules, inner, !yes, known),
        Condition::Segment(id) => surely_known(rules, &rules[*id].condition, yes, known),
        Condition::Known(_) if !yes => {}
        Condition::Known(_)
        | Condition::Holds(_)
        | Condition::Equal(..)
        | Condition::OneOf(..)
        | Condition::Compare(..)
        | Condition::Between(..)
        | Condition::Never(_)
        | Condition::Has(..)
        | Condition::Age(..) => {
            of.operands().into_iter().for_each(|operand| strictly_read(rules, operand, known));
        }
    }
}

/// That without which an expression is missing.
fn strictly_read(rules: &RuleSet, of: &Expression, known: &mut BTreeSet<Part>) {
    match of {
        Expression::Attribute(id) => drop(known.insert(Part::Attribute(*id))),
        Expression::Gathered(id) => {
            known.insert(Part::Gathered(*id));
            known.extend(rules.attributes_of_gathered(&rules[*id]).into_iter().map(Part::Attribute));
        }
        Expression::Value(id) => strictly_read(rules, &rules[*id].expression, known),
        Expression::Rescale(inner, _) => strictly_read(rules, inner, known),
        Expression::Arithmetic(_, left, right, _) => {
            strictly_read(rules, left, known);
            strictly_read(rules, right, known);
        }
        Expression::Literal(..)
        | Expression::Consent(_)
        | Expression::Permission(_)
        | Expression::Now
        | Expression::Else(..)
        | Expression::When(..) => {}
    }
}

/// Where a name stands in a sum; `None` where it is read through something else.
fn place_of(of: &Expr, name: &str) -> Option<Span> {
    match &of.kind {
        ExprKind::Name(found) => (found == name).then_some(of.span),
        ExprKind::Paren(inner) | ExprKind::PercentOf(_, inner) => place_of(inner, name),
        ExprKind::Else(parts) | ExprKind::Product(parts) => parts.iter().find_map(|part| place_of(part, name)),
        ExprKind::Sum(first, rest) => {
            place_of(first, name).or_else(|| rest.iter().find_map(|(_, part)| place_of(part, name)))
        }
        ExprKind::Quotient { dividend, divisor, .. } => place_of(dividend, name).or_else(|| place_of(divisor, name)),
        ExprKind::When { value, condition } => place_of(value, name).or_else(|| place_of(condition, name)),
        ExprKind::Is(left, _) | ExprKind::Has(left, _) => place_of(left, name),
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().find_map(|part| place_of(part, name)),
        ExprKind::Not(inner) => place_of(inner, name),
        ExprKind::Halving { value, since, .. } => place_of(value, name).or_else(|| place_of(since, name)),
        ExprKind::Consent(_)
        | ExprKind::Permission(_)
        | ExprKind::Literal(_)
        | ExprKind::Times(..)
        | ExprKind::Last(_)
        | ExprKind::SumOf(..) => None,
    }
}

/// Where what happened, or what halves, is read; outermost.
fn history_in<'e>(of: &'e Expr, places: &mut Vec<&'e Expr>) {
    match &of.kind {
        ExprKind::Times(..) | ExprKind::Last(_) | ExprKind::SumOf(..) | ExprKind::Halving { .. } => {
            places.push(of);
        }
        ExprKind::Paren(inner) | ExprKind::PercentOf(_, inner) | ExprKind::Not(inner) => history_in(inner, places),
        ExprKind::Else(parts) | ExprKind::Product(parts) | ExprKind::And(parts) | ExprKind::Or(parts) => {
            parts.iter().for_each(|part| history_in(part, places));
        }
        ExprKind::Sum(first, rest) => {
            history_in(first, places);
            rest.iter().for_each(|(_, part)| history_in(part, places));
        }
        ExprKind::Quotient { dividend: left, divisor: right, .. }
        | ExprKind::When { value: left, condition: right } => {
            history_in(left, places);
            history_in(right, places);
        }
        ExprKind::Is(left, _) | ExprKind::Has(left, _) => history_in(left, places),
        ExprKind::Name(_) | ExprKind::Consent(_) | ExprKind::Permission(_) | ExprKind::Literal(_) => {}
    }
}
