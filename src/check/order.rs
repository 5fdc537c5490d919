//! Who stands before whom in a slot (R6, R7).
//!
//! `a before b` gives a the priority of b, the highest if it names several, and makes it win against each of them.
//! Chains are followed. Within one class and priority the rules named by `before` come later; what is then still open is
//! settled by the slot's `ties`, and at last by name, so that the run-time order is total; the analysis does not count
//! the name as an author's order.

use std::collections::BTreeMap;

use super::Pass;
use super::circles::{after_their_targets, circle};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::resolve;
use crate::model::{Order, RuleId, Substitute};
use crate::source::Span;
use crate::syntax::tree::{self, RuleClause};

impl Pass<'_> {
    pub(super) fn order(&mut self) {
        self.before_stays_at_home();
        self.before_names_no_rank();
        self.substitutes_stay_at_home();
        self.before_circles();
        self.substitute_circles();
        if !self.poison.is_empty() {
            return;
        }
        let mut priorities = BTreeMap::new();
        let weaker = |at: usize| match &self.rules[RuleId::from_index(at)].order {
            Order::Before(over) => targets(over),
            Order::Priority(_) | Order::Unordered => Vec::new(),
        };
        // The weaker first, so that a chain of any length is looked at one by one.
        for at in after_their_targets(self.rules.rules.len(), weaker) {
            let id = RuleId::from_index(at);
            let priority = self.effective_priority(id, &mut priorities);
            if let Some(rule) = self.rules.rules.get_mut(at) {
                rule.priority = priority;
            }
        }
        self.all_rank_or_none();
        if !self.poison.is_empty() {
            return;
        }
        for slot in 0..self.rules.slots.len() {
            let order = self.winning_order(slot);
            if let Some(slot) = self.rules.slots.get_mut(slot) {
                slot.order = order;
            }
        }
    }

    /// The names in `before` of a rule with their places.
    pub(super) fn before_names(&self, rule: &str) -> Vec<&tree::Name> {
        let clauses = self.collected.rules.get(rule).map(|entry| entry.item.clauses.as_slice()).unwrap_or_default();
        clauses
            .iter()
            .filter_map(|clause| if let RuleClause::Before(names) = &clause.kind { Some(names) } else { None })
            .flatten()
            .collect()
    }

    fn before_stays_at_home(&mut self) {
        for at in 0..self.rules.rules.len() {
            let id = RuleId::from_index(at);
            let names: Vec<tree::Name> = self.before_names(&self.rules[id].name).into_iter().cloned().collect();
            if names.is_empty() {
                continue;
            }
            let rule = self.rules[id].clone();
            for name in names {
                let Some(other) = self.rules.rule_named(&name.text).map(|id| self.rules[id].clone()) else { continue };
                let why = if other.slot != rule.slot {
                    "stands in another slot"
                } else if other.class != rule.class {
                    "is of another class, and the class decides first"
                } else {
                    continue;
                };
                let finding = Diagnostic::new(&resolve::OTHER_SLOT, name.span, format!("`{}` {why}", other.name))
                    .primary("cannot be outranked here")
                    .label(other.span, format!("in `{}`, of class {}", self.rules[other.slot].name, other.class.word()))
                    .label(rule.span, format!("in `{}`, of class {}", self.rules[rule.slot].name, rule.class.word()))
                    .help("name a rule of the same slot and class, or delete `before`");
                self.report(finding);
                self.poison(super::names::Kind::Rule, &rule.name);
            }
        }
    }

    fn substitutes_stay_at_home(&mut self) {
        for at in 0..self.rules.rules.len() {
            let id = RuleId::from_index(at);
            let tried = self.written_substitutes(&self.rules[id].name);
            if tried.is_empty() {
                continue;
            }
            let rule = self.rules[id].clone();
            for (substitute, span) in tried {
                let Some(other) = self.rules.rule_named(&substitute).map(|id| self.rules[id].clone()) else { continue };
                if other.slot != rule.slot {
                    let message = format!("`{}` stands in another slot", other.name);
                    let finding = Diagnostic::new(&resolve::OTHER_SLOT, span, message)
                        .primary(format!("in slot `{}`", self.rules[other.slot].name))
                        .label(rule.span, format!("in slot `{}`", self.rules[rule.slot].name))
                        .help("try a rule of the same slot, or show an offer");
                    self.report(finding);
                    self.poison(super::names::Kind::Rule, &rule.name);
                } else if other.class < rule.class
                    && (other.class != crate::model::Class::Service
                        || self.rules.sends(rule.slot)
                        || self.rule_chooses(&other).is_some())
                {
                    let sends = self.rules.sends(rule.slot);
                    self.higher_class(span, rule.span, (other.class, rule.class), (true, sends));
                    self.poison(super::names::Kind::Rule, &rule.name);
                }
            }
        }
    }

    /// The rules that a rule tries in its place, with the place of the name.
    fn written_substitutes(&self, rule: &str) -> Vec<(String, Span)> {
        let clauses = self.collected.rules.get(rule).map(|entry| entry.item.clauses.as_slice()).unwrap_or_default();
        clauses
            .iter()
            .filter_map(|clause| {
                let RuleClause::Substitute(_, tree::Substitute::Try(name)) = &clause.kind else { return None };
                Some((name.text.clone(), name.span))
            })
            .collect()
    }

    fn before_circles(&mut self) {
        let edges = |rule: RuleId| match &self.rules[rule].order {
            Order::Before(over) => over.clone(),
            Order::Priority(_) | Order::Unordered => Vec::new(),
        };
        if let Some(found) = circle(self.rules.rules.len(), |at| targets(&edges(RuleId::from_index(at)))) {
            self.report_circle(&found, "`before` goes round in a circle", "wins over", "give one of them a `priority`");
        }
    }

    fn substitute_circles(&mut self) {
        let edges = |rule: RuleId| {
            let rule = &self.rules[rule];
            let tried = [rule.if_capped, rule.if_no_consent, rule.if_unknown].into_iter().flatten();
            tried
                .filter_map(|tried| if let Substitute::Try(rule) = tried { Some(rule) } else { None })
                .collect::<Vec<_>>()
        };
        if let Some(found) = circle(self.rules.rules.len(), |at| targets(&edges(RuleId::from_index(at)))) {
            let help = "end the chain with `show` of an offer, or delete one of the substitutes";
            self.report_circle(&found, "substitutes go round in a circle", "is replaced by", help);
        }
    }

    fn report_circle(&mut self, found: &[usize], message: &str, verb: &str, help: &str) {
        let rules: Vec<_> = found.iter().map(|at| self.rules[RuleId::from_index(*at)].clone()).collect();
        let Some(first) = rules.first() else { return };
        let names = rules.iter().chain([first]).map(|rule| rule.name.as_str()).collect::<Vec<_>>().join(" -> ");
        let mut finding = Diagnostic::new(&resolve::CIRCLE, first.span, format!("{message}: {names}")).help(help);
        let nexts = rules.iter().skip(1).chain([first]);
        for (at, (rule, next)) in rules.iter().zip(nexts).enumerate() {
            let text = format!("{verb} `{}`", next.name);
            finding = if at == 0 { finding.primary(text) } else { finding.label(rule.span, text) };
        }
        self.report(finding);
        for rule in &rules {
            self.poison(super::names::Kind::Rule, &rule.name);
        }
    }

    /// Written, or the highest of those it stands before; circles are gone by now.
    fn effective_priority(&self, id: RuleId, known: &mut BTreeMap<RuleId, Option<i32>>) -> Option<i32> {
        if let Some(found) = known.get(&id) {
            return *found;
        }
        let found = match &self.rules[id].order {
            Order::Unordered => None,
            Order::Priority(priority) => Some(*priority),
            Order::Before(over) => over.iter().filter_map(|other| self.effective_priority(*other, known)).max(),
        };
        known.insert(id, found);
        found
    }

    /// By class, priority (a rule without one last), `before`, `ties`, name.
    fn winning_order(&self, slot: usize) -> Vec<RuleId> {
        let mut rules: Vec<RuleId> = (0..self.rules.rules.len())
            .map(RuleId::from_index)
            .filter(|id| self.rules[*id].slot.index() == slot)
            .collect();
        // Ids stand in order of name, so a stable sort leaves equals in that order.
        rules.sort_by_key(|id| (self.rules.standing(*id), self.rules.ties_place(*id)));
        let mut order = Vec::with_capacity(rules.len());
        for group in rules.chunk_by(|a, b| self.rules.standing(*a) == self.rules.standing(*b)) {
            order.extend(self.by_before(group));
        }
        order
    }

    /// Of those that nobody left stands before, always the first by `ties` and name.
    fn by_before(&self, group: &[RuleId]) -> Vec<RuleId> {
        let mut left = group.to_vec();
        let mut order = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let beaten = |id: RuleId| {
                left.iter().any(|other| matches!(&self.rules[*other].order, Order::Before(over) if over.contains(&id)))
            };
            let next = left.iter().position(|id| !beaten(*id)).unwrap_or(0);
            order.push(left.remove(next));
        }
        order
    }
}

fn targets(rules: &[RuleId]) -> Vec<usize> {
    rules.iter().map(|rule| rule.index()).collect()
}
