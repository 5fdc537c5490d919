//! Caps, declared and in rules, and whom each binds (R26).

use super::Pass;
use super::literals::period;
use super::names::{Kind, named_twice};
use super::purposes::Once;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::resolve;
use crate::model::{Cap, CapId, CapTarget, CapWindow, EventId, Guardrail, OfferId, RuleId, RuleSet, TagId};
use crate::source::Span;
use crate::syntax::tree::{self, CapClause, Clause, RuleClause};

/// A cap without its name and owner.
struct Body {
    at_most: u32,
    events: Vec<EventId>,
    window: CapWindow,
    target: Option<CapTarget>,
}

impl Pass<'_> {
    pub(super) fn caps(&mut self) {
        for name in self.names.usable(Kind::Cap) {
            let Some(entry) = self.collected.caps.get(name.as_str()) else { continue };
            let item = entry.item;
            let label = item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default();
            let before = self.findings.len();
            let body = self.cap_body(&item.clauses, item.name.span, &format!("cap `{name}`"));
            if self.findings[before..].iter().any(Diagnostic::is_error) || body.is_none() {
                self.poison(Kind::Cap, &name);
            }
            let span = item.name.span;
            let cap = match body {
                Some(Body { at_most, events, window, target: Some(target) }) => {
                    Cap { name, label, span, rule: None, at_most, events, window, target }
                }
                Some(Body { target: None, .. }) => {
                    let message = format!("cap `{name}` does not say what it is on");
                    let finding = Diagnostic::new(&resolve::CAP_WITHOUT_TARGET, span, message)
                        .primary("on what?")
                        .help("add `on tag promo`, `on offer spring_sale` or `on rule comeback`");
                    self.report(finding);
                    self.poison(Kind::Cap, &name);
                    continue;
                }
                None => continue,
            };
            self.rules.caps.push(cap);
        }
        self.rule_caps();
        if self.poison.is_empty() {
            self.bind_caps();
        }
    }

    /// The `cap` clauses of rules: without `on` they count what the rule itself shows.
    fn rule_caps(&mut self) {
        for (at, name) in self.names.usable(Kind::Rule).into_iter().enumerate() {
            let id = RuleId::from_index(at);
            let Some(entry) = self.collected.rules.get(name.as_str()) else { continue };
            let Some((class, show)) = self.rules.rules.get(at).map(|rule| (rule.class, rule.show)) else { continue };
            let mut number = 0;
            for clause in &entry.item.clauses {
                let RuleClause::Cap(parts) = &clause.kind else { continue };
                number += 1;
                if self.poison.contains(&(Kind::Rule, name.clone())) {
                    continue;
                }
                if !class.may_carry_a_cap() {
                    let message = format!("a rule of class {} obeys no cap", class.word());
                    let finding = Diagnostic::new(&resolve::CAP_ON_BOUNDLESS_CLASS, clause.span, message)
                        .primary("would be ignored")
                        .label(entry.item.name.span, format!("of class {}", class.word()))
                        .help("delete the cap, or give the offer its true class");
                    self.report(finding);
                }
                let before = self.findings.len();
                let Some(body) = self.cap_body(parts, clause.span, "this cap") else {
                    self.poison(Kind::Rule, &name);
                    continue;
                };
                if self.findings[before..].iter().any(Diagnostic::is_error) || !class.may_carry_a_cap() {
                    self.poison(Kind::Rule, &name);
                }
                let own = if number == 1 { format!("cap of {name}") } else { format!("cap {number} of {name}") };
                self.rules.caps.push(Cap {
                    name: own,
                    label: String::new(),
                    span: clause.span,
                    rule: Some(id),
                    at_most: body.at_most,
                    events: body.events,
                    window: body.window,
                    target: body.target.unwrap_or_else(|| CapTarget::Offers(vec![show])),
                });
            }
        }
    }

    fn cap_body(&mut self, clauses: &[Clause<CapClause>], span: Span, what: &str) -> Option<Body> {
        let (mut at_most, mut window, mut per) = (Once::default(), Once::default(), Once::default());
        let (mut target, mut then) = (Once::default(), Once::default());
        let mut findings = Vec::new();
        for clause in clauses {
            let at = clause.keyword;
            match &clause.kind {
                CapClause::AtMost { count, events } => {
                    at_most.put((*count, events, clause.span), at, "at most", &mut findings);
                }
                CapClause::InAny(of) => {
                    findings.extend(super::literals::no_time(*of));
                    window.put(CapWindow::Rolling(period(*of)), at, "in any", &mut findings);
                }
                CapClause::Ever => window.put(CapWindow::Ever, at, "ever", &mut findings),
                CapClause::PerCustomer => per.put((), at, "per", &mut findings),
                CapClause::On(on) => target.put(on, at, "on", &mut findings),
                CapClause::ThenNext => then.put((), at, "then", &mut findings),
            }
        }
        for (missing, lacks, example) in [
            (at_most.value.is_none(), "does not say how many of what", "at most 3 shown"),
            (window.value.is_none(), "does not say over which time it counts", "in any 7 days"),
            (per.value.is_none(), "does not say for whom it counts", "per customer"),
        ] {
            if missing {
                findings.push(
                    Diagnostic::new(&resolve::CLAUSE_MISSING, span, format!("{what} {lacks}"))
                        .help(format!("add `{example}`")),
                );
            }
        }
        self.findings.append(&mut findings);
        let (count, names, at_most_span) = at_most.value?;
        if count == 0 {
            let finding = Diagnostic::new(
                &crate::diagnostics::codes::types::BAD_RANGE,
                at_most_span,
                "at most 0 lets nobody see it",
            )
            .help("write at least 1; to switch a rule off write `off because \"...\"`");
            self.report(finding);
        }
        self.findings.extend(named_twice("`at most`", names));
        let mut events = Vec::new();
        for name in names {
            events.push(self.find_event(name)?);
        }
        events.sort_unstable();
        events.dedup();
        let target = match target.value {
            Some(on) => Some(self.cap_target(on)?),
            None => None,
        };
        per.value?;
        Some(Body { at_most: count, events, window: window.value?, target })
    }

    fn cap_target(&mut self, on: &tree::CapTarget) -> Option<CapTarget> {
        match on {
            tree::CapTarget::Tag(name) => self.find_tag(name).map(|id| CapTarget::Tags(vec![id])),
            tree::CapTarget::Offer(name) => self.find_offer(name).map(|id| CapTarget::Offers(vec![id])),
            tree::CapTarget::Rule(name) => self.find_rule(name).map(|id| CapTarget::Rules(vec![id])),
        }
    }

    /// A declared cap binds offers and rules whose class obeys caps; a rule's own clause binds the rule.
    fn bind_caps(&mut self) {
        let caps: Vec<(CapId, Cap)> =
            self.rules.caps.iter().enumerate().map(|(at, cap)| (CapId::from_index(at), cap.clone())).collect();
        for (id, cap) in caps {
            match (cap.rule, &cap.target) {
                (Some(rule), _) => self.bind_rule(rule, id),
                (None, CapTarget::Rules(rules)) => {
                    for rule in rules {
                        if self.rules.obeys_caps(self.rules[*rule].class) {
                            self.bind_rule(*rule, id);
                        }
                    }
                }
                (None, CapTarget::Offers(offers)) => {
                    self.bind_offers(id, |at, _| offers.contains(&OfferId::from_index(at)))
                }
                (None, CapTarget::Tags(tags)) => {
                    self.bind_offers(id, |_, carried| carried.iter().any(|tag| tags.contains(tag)));
                }
            }
        }
    }

    fn bind_rule(&mut self, rule: RuleId, cap: CapId) {
        if let Some(rule) = self.rules.rules.get_mut(rule.index()) {
            rule.caps.push(cap);
            rule.caps.sort_unstable();
        }
    }

    fn bind_offers(&mut self, cap: CapId, binds: impl Fn(usize, &[TagId]) -> bool) {
        let RuleSet { offers, classes, .. } = &mut self.rules;
        for (at, offer) in offers.iter_mut().enumerate() {
            if classes.row(offer.class).obeys(Guardrail::Caps) && binds(at, &offer.tags) {
                offer.caps.push(cap);
                offer.caps.sort_unstable();
            }
        }
    }
}
