//! Blocks: after what or while what nothing is shown, and to whom that applies.

use super::Pass;
use super::literals::period;
use super::names::Kind;
use super::purposes::{Once, missing};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::resolve;
use crate::model::{
    Block, BlockCause, BlockId, Cap, CapId, CapKind, CapTarget, CapUnit, CapWindow, Clause, EventId, Guardrail,
    OfferId, RuleId, RuleSet,
};
use crate::source::Span;
use crate::syntax::tree::{self, BlockClause};
use crate::value::Period;

/// When a block holds, before its count has a place.
enum Cause {
    After { length: Period, events: Vec<EventId>, of: Option<OfferId> },
    While(Clause),
}

/// A block without its name.
struct Body {
    cause: Cause,
    target: CapTarget,
    store_down_blocks: Option<bool>,
}

/// A block that holds after something and while something, with the second of the two at `at`.
fn both_causes(at: Span, other: Span) -> Diagnostic {
    let message = "a block holds `for` a time after something happened, or `while` something is so, not both";
    Diagnostic::new(&resolve::CLAUSES_CLASH, at, message)
        .primary("which of the two?")
        .label(other, "this says it already")
        .help("declare two blocks, one with `for ..` and one with `while ..`: what either is on is held back by either")
}

impl Pass<'_> {
    /// Every block, and what those after an event count: that stands among the caps under the name of its block, before
    /// the clauses of rules.
    pub(super) fn blocks(&mut self) {
        for name in self.names.usable(Kind::Block) {
            let Some(entry) = self.collected.blocks.get(name.as_str()) else { continue };
            let item = entry.item;
            let before = self.findings.len();
            let body = self.block_body(&item.clauses, item.name.span, &name);
            if self.findings[before..].iter().any(Diagnostic::is_error) || body.is_none() {
                self.poison(Kind::Block, &name);
            }
            let Some(Body { cause, target, store_down_blocks }) = body else { continue };
            let label = item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default();
            let span = item.name.span;
            let cause = match cause {
                Cause::While(clause) => BlockCause::While(clause),
                Cause::After { length, events, of } => {
                    self.rules.caps.push(Cap {
                        name: name.clone(),
                        label: label.clone(),
                        span,
                        kind: CapKind::Block { length },
                        rule: None,
                        at_most: 1,
                        number: None,
                        events,
                        window: CapWindow::Ever,
                        zone: None,
                        target: of.map_or(CapTarget::Anything, |offer| CapTarget::Offers(vec![offer])),
                        exempt: Vec::new(),
                        uncounted: Vec::new(),
                        unit: CapUnit::Customer,
                        alone: false,
                        reserve: None,
                        store_down_blocks,
                        then: None,
                    });
                    // Its place follows when all stand in order.
                    BlockCause::After(CapId(0))
                }
            };
            self.rules.blocks.push(Block { name, label, span, cause, target });
        }
        self.rules.caps.sort_by(|a, b| a.name.cmp(&b.name));
        let places: Vec<(String, CapId)> = self
            .rules
            .caps
            .iter()
            .enumerate()
            .filter(|(_, cap)| matches!(cap.kind, CapKind::Block { .. }))
            .map(|(at, cap)| (cap.name.clone(), CapId::from_index(at)))
            .collect();
        for block in &mut self.rules.blocks {
            if let BlockCause::After(cap) = &mut block.cause
                && let Some((_, place)) = places.iter().find(|(name, _)| *name == block.name)
            {
                *cap = *place;
            }
        }
    }

    fn block_body(&mut self, clauses: &[tree::Clause<BlockClause>], span: Span, name: &str) -> Option<Body> {
        let (mut cause, mut target, mut store) = (Once::default(), Once::default(), Once::default());
        let (mut first_for, mut first_while) = (None, None);
        let mut findings = Vec::new();
        for clause in clauses {
            let at = clause.keyword;
            match &clause.kind {
                BlockClause::For { length, .. } => {
                    findings.extend(super::literals::no_time(*length));
                    match first_while {
                        Some(other) => findings.push(both_causes(at, other)),
                        None => cause.put(&clause.kind, at, "for", &mut findings),
                    }
                    first_for = first_for.or(Some(at));
                }
                BlockClause::While(_) => {
                    match first_for {
                        Some(other) => findings.push(both_causes(at, other)),
                        None => cause.put(&clause.kind, at, "while", &mut findings),
                    }
                    first_while = first_while.or(Some(at));
                }
                BlockClause::On(on) => target.put(on, at, "on", &mut findings),
                BlockClause::StoreDownBlocks(blocks) => {
                    let at = at.to(clause.span);
                    store.put(*blocks, at, "store down", &mut findings);
                }
            }
        }
        let lacks = [
            (cause.value.is_none(), "does not say when it holds", "for 24 hours after purchase"),
            (target.value.is_none(), "does not say what it is on", "on class marketing"),
        ];
        missing(&mut findings, (span, clauses.is_empty()), &format!("block `{name}`"), &lacks);
        self.findings.append(&mut findings);
        let cause = match cause.value? {
            BlockClause::For { length, after, of } => {
                let events = self.events_named(after);
                let of = match of {
                    Some(offer) => Some(self.find_offer(offer)?),
                    None => None,
                };
                Cause::After { length: period(*length), events: events?, of }
            }
            BlockClause::While(expr) => {
                let condition = self.condition(expr)?;
                Cause::While(Clause { condition, span: expr.span })
            }
            BlockClause::On(_) | BlockClause::StoreDownBlocks(_) => return None,
        };
        if let (Cause::While(_), Some(at)) = (&cause, store.span()) {
            let finding = Diagnostic::new(&resolve::CLAUSES_CLASH, at, "a block `while` something asks no store")
                .primary("says what happens where the store is down")
                .help("leave `store down` out; an attribute that is not known blocks anyway");
            self.report(finding);
        }
        let on = target.value?;
        if self.channel_too_early(on, "on").is_some() {
            return None;
        }
        let target = self.cap_target(on)?;
        self.class_obeys(on, Guardrail::Blocks, &resolve::BLOCK_ON_BOUNDLESS_CLASS, "block");
        Some(Body { cause, target, store_down_blocks: store.value })
    }

    /// A block stops the offers and rules it is on, as far as their class obeys blocks.
    pub(super) fn bind_blocks(&mut self) {
        for at in 0..self.rules.blocks.len() {
            let id = BlockId::from_index(at);
            let RuleSet { offers, rules, classes, blocks, .. } = &mut self.rules;
            let Some(target) = blocks.get(at).map(|block| &block.target) else { continue };
            let obeys = |class| classes.row(class).obeys(Guardrail::Blocks);
            for (at, offer) in offers.iter_mut().enumerate() {
                if target.has_offer(OfferId::from_index(at), offer) && obeys(offer.class) {
                    offer.blocks.push(id);
                }
            }
            for (at, rule) in rules.iter_mut().enumerate() {
                if target.has_rule(RuleId::from_index(at)) && obeys(rule.class) {
                    rule.blocks.push(id);
                }
            }
        }
    }
}
