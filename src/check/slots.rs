//! Slots: which classes they accept and what they show when nobody wins.

use super::Pass;
use super::names::{Kind, named_twice};
use super::purposes::Once;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::resolve;
use crate::model::{Class, Fallback, OfferId, Slot, TagId};
use crate::source::Span;
use crate::syntax::tree::{
    Fallback as FallbackTree, FallbackTarget, Name, RuleClause, SlotClause, SlotWay, Substitute,
};

impl Pass<'_> {
    pub(super) fn slots(&mut self) {
        for name in self.names.usable(Kind::Slot) {
            let Some(entry) = self.collected.slots.get(name.as_str()) else { continue };
            let item = entry.item;
            let before = self.findings.len();
            let (mut accepts, mut picks) = (Once::default(), Once::default());
            let (mut fallback, mut off, mut ties) = (Once::default(), Once::default(), Once::default());
            let mut rotate = Once::default();
            let mut findings = Vec::new();
            for clause in &item.clauses {
                let keyword = clause.keyword;
                match &clause.kind {
                    SlotClause::Accepts(of) => accepts.put(of.clone(), keyword, "accepts", &mut findings),
                    SlotClause::Picks => picks.put((), keyword, "picks", &mut findings),
                    SlotClause::Fallback(of) => fallback.put(of.clone(), keyword, "fallback", &mut findings),
                    SlotClause::Ties(of) => ties.put(of.clone(), keyword, "ties", &mut findings),
                    SlotClause::Rotate(of) => rotate.put((of, keyword), keyword, "rotate", &mut findings),
                    SlotClause::Off(of) => off.put(of.text.clone(), keyword, "off", &mut findings),
                }
            }
            for (missing, what, example) in [
                (accepts.value.is_none(), "does not say which classes it accepts", "accepts marketing, service"),
                (fallback.value.is_none(), "has no fallback", "fallback nothing"),
            ] {
                if missing {
                    findings.push(
                        Diagnostic::new(&resolve::CLAUSE_MISSING, item.name.span, format!("slot `{name}` {what}"))
                            .help(format!("add `{example}`")),
                    );
                }
            }
            self.findings.append(&mut findings);
            self.findings.extend(named_twice("`accepts`", accepts.value.iter().flatten()));
            let mut classes: Vec<Class> = Vec::new();
            for class in accepts.value.iter().flatten() {
                classes.extend(self.class(class));
            }
            classes.sort_unstable();
            classes.dedup();
            let ties = self.ties(ties.value.unwrap_or_default());
            let rotate = rotate.value.and_then(|(tag, keyword)| self.rotation(&name, &item.way, tag, keyword));
            let entries = fallback.value.unwrap_or_default();
            let known = self.findings.len() == before;
            let sends = matches!(item.way, SlotWay::By(_));
            let list = self.fallback((&name, sends), &entries, &classes, known);
            let way = self.slot_way(&item.way);
            let failed = list.is_none() || way.is_none() || self.findings[before..].iter().any(Diagnostic::is_error);
            if failed {
                self.poison(Kind::Slot, &name);
            }
            let (place, channels) = way.unwrap_or_default();
            self.rules.slots.push(Slot {
                name,
                label: item.label.as_ref().map(|label| label.text.clone()).unwrap_or_default(),
                span: item.name.span,
                place,
                channels,
                rotate,
                accepts: classes,
                fallback: list.unwrap_or_default(),
                off: off.value,
                ties,
                order: Vec::new(),
            });
        }
    }

    /// The tags of `ties`, each once.
    fn ties(&mut self, names: Vec<Name>) -> Vec<TagId> {
        let mut tags: Vec<(TagId, Span)> = Vec::new();
        for name in names {
            let Some(tag) = self.find_tag(&name) else { continue };
            match tags.iter().find(|(known, _)| *known == tag) {
                None => tags.push((tag, name.span)),
                Some((_, first)) => {
                    let message = format!("tag `{}` stands twice in `ties`", name.text);
                    let finding = Diagnostic::new(&resolve::CLAUSE_TWICE, name.span, message)
                        .primary("the second time")
                        .label(*first, "the first time")
                        .help("keep one of the two");
                    self.report(finding);
                }
            }
        }
        tags.into_iter().map(|(tag, _)| tag).collect()
    }

    /// The fallback list; the last entry must answer for everybody at every time (R11).
    fn fallback(
        &mut self,
        (slot, sends): (&str, bool),
        entries: &[FallbackTree],
        accepts: &[Class],
        accepts_known: bool,
    ) -> Option<Vec<Fallback>> {
        let mut list = Vec::new();
        let mut failed = entries.is_empty();
        for entry in entries {
            let offer = match &entry.target {
                FallbackTarget::Nothing(_) => Some(None),
                FallbackTarget::Offer(name) => self.find_offer(name).map(|id| Some((id, name.span))),
            };
            let when = match &entry.condition {
                Some(condition) => self.condition(condition).map(Some),
                None => Some(None),
            };
            let (Some(offer), Some(when)) = (offer, when) else {
                failed = true;
                continue;
            };
            if let Some((id, span)) = offer
                && accepts_known
            {
                self.class_accepted(id, span, slot, accepts);
            }
            list.push(Fallback { offer: offer.map(|(id, _)| id), when, span: entry.span });
        }
        if failed {
            return None;
        }
        self.answers_for_everybody(slot, sends, &list)?;
        Some(list)
    }

    /// R1: says so where the slot does not take the offer's class.
    pub(super) fn class_accepted(&mut self, offer: OfferId, span: Span, slot: &str, accepts: &[Class]) -> bool {
        let Some(found) = self.rules.offers.get(offer.index()) else { return false };
        if accepts.contains(&found.class) {
            return true;
        }
        let class = found.class.word();
        let finding =
            Diagnostic::new(&resolve::CLASS_NOT_ACCEPTED, span, format!("slot `{slot}` does not accept class {class}"))
                .primary(format!("an offer of class {class}"))
                .label(found.span, "declared here")
                .help(format!("show another offer, or add {class} to `accepts` of slot `{slot}`"));
        self.report(finding);
        false
    }

    fn answers_for_everybody(&mut self, slot: &str, sends: bool, list: &[Fallback]) -> Option<()> {
        let total: Vec<Result<(), &str>> = list.iter().map(|entry| self.is_total(entry, sends)).collect();
        if let Some(Err(why)) = total.last() {
            let span = list.last()?.span;
            let finding = Diagnostic::new(
                &resolve::FALLBACK_NOT_TOTAL,
                span,
                format!("the last fallback of slot `{slot}` does not answer for everybody"),
            )
            .primary(*why)
            .help(if sends {
                "end the list with `nothing`"
            } else {
                "end the list with an offer of class service without dates or condition, or with `nothing`"
            })
            .fact("a customer of whom nothing is known would see nothing that anybody decided");
            self.report(finding);
            return None;
        }
        let always = |at: usize| {
            let offer = list.get(at).and_then(|entry| entry.offer).and_then(|id| self.rules.offers.get(id.index()));
            offer.is_none_or(|offer| !self.may_be_taken(&offer.name, slot))
        };
        if let Some(first) =
            (0..total.len().saturating_sub(1)).find(|at| matches!(total.get(*at), Some(Ok(()))) && always(*at))
        {
            let (stops, behind) = (list.get(first)?.span, list.get(first + 1)?.span);
            let finding =
                Diagnostic::new(&resolve::FALLBACK_BEHIND_EVERYBODY, behind, "this fallback is never reached")
                    .primary("behind one that takes everybody")
                    .label(stops, "always answers")
                    .help("reorder the list, or delete what stands behind");
            self.report(finding);
        }
        Some(())
    }

    /// Whether another slot may show the offer: then an entry that is not the last may be passed over (R24). What is in
    /// error counts too, and what of it could not be read may show anything (R52).
    fn may_be_taken(&self, offer: &str, slot: &str) -> bool {
        let all = self.collected;
        let is_it = |name: &Name| name.text == offer;
        let unread = all.poisoned.iter().any(|(kind, name)| match kind {
            Kind::Rule => all.rules.get(name.as_str()).is_none_or(|rule| rule.item.slot.text != slot),
            Kind::Slot => name != slot,
            Kind::Purpose
            | Kind::Class
            | Kind::Attribute
            | Kind::Event
            | Kind::Segment
            | Kind::Value
            | Kind::Channel
            | Kind::Offer
            | Kind::Cap
            | Kind::Block
            | Kind::Window
            | Kind::Persona
            | Kind::Tag => false,
        });
        let of_rules = all.rules.values().filter(|rule| rule.item.slot.text != slot).any(|rule| {
            rule.item.clauses.iter().any(|clause| match &clause.kind {
                RuleClause::Show(name)
                | RuleClause::Send(name, _)
                | RuleClause::Substitute(_, Substitute::Show(name) | Substitute::Send(name)) => is_it(name),
                RuleClause::About(_)
                | RuleClause::Owner(_)
                | RuleClause::Metric(_)
                | RuleClause::ReviewBy(..)
                | RuleClause::Ticket(_)
                | RuleClause::Because(_)
                | RuleClause::Active(_)
                | RuleClause::When(_)
                | RuleClause::Unless(_)
                | RuleClause::Needs(_)
                | RuleClause::Priority(_)
                | RuleClause::Before(_)
                | RuleClause::RankBy(_)
                | RuleClause::Also(_)
                | RuleClause::Expires(..)
                | RuleClause::Cap(_)
                | RuleClause::Substitute(_, Substitute::Try(_) | Substitute::Nothing(_))
                | RuleClause::Off(_) => false,
            })
        });
        let of_slots = all.slots.iter().filter(|(name, _)| **name != slot).any(|(_, other)| {
            other.item.clauses.iter().any(|clause| match &clause.kind {
                SlotClause::Fallback(entries) => entries.iter().any(|entry| match &entry.target {
                    FallbackTarget::Offer(name) => is_it(name),
                    FallbackTarget::Nothing(_) => false,
                }),
                SlotClause::Accepts(_)
                | SlotClause::Picks
                | SlotClause::Ties(_)
                | SlotClause::Rotate(_)
                | SlotClause::Off(_) => false,
            })
        });
        all.lost || unread || of_rules || of_slots
    }

    fn is_total(&self, entry: &Fallback, sends: bool) -> Result<(), &'static str> {
        if entry.when.is_some() {
            return Err("it has a condition");
        }
        let Some(offer) = entry.offer.and_then(|id| self.rules.offers.get(id.index())) else { return Ok(()) };
        if sends {
            return Err("no channel is open to everybody");
        }
        if offer.class != Class::Service {
            return Err("its offer is not of class service");
        }
        if offer.active.is_some() {
            return Err("its offer has dates");
        }
        if offer.off.is_some() {
            return Err("its offer is off");
        }
        Ok(())
    }
}
