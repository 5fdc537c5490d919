//! `exempt` and `uncounted` that take nothing out of their cap: what they name is never bound, or never counted, by it.
//!
//! Takes the caps as they were resolved and what rules show; says nothing where something was left out, which might have
//! been what is named.

use super::Pass;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::{CapTarget, OfferId, RuleId, Substitute};
use crate::source::Span;

/// An `exempt` or `uncounted` of a cap.
pub(super) struct Exemption {
    word: &'static str,
    of: CapTarget,
    span: Span,
    on: CapTarget,
    /// Where it is said what the cap is on; a cap of a rule may leave it unsaid.
    on_span: Option<Span>,
}

impl Pass<'_> {
    /// Keeps them until it is known what rules show.
    pub(super) fn keep_exemptions(
        &mut self,
        word: &'static str,
        of: impl Iterator<Item = (CapTarget, Span)>,
        (on, on_span): (&CapTarget, Option<Span>),
    ) {
        self.exemptions.extend(of.map(|(of, span)| Exemption { word, of, span, on: on.clone(), on_span }));
    }

    /// Names those that take nothing out.
    pub(super) fn idle_exemptions(&mut self) {
        for Exemption { word, of, span, on, on_span } in std::mem::take(&mut self.exemptions) {
            // Two classes are in error, not idle.
            let told = word == "exempt" && matches!((&on, &of), (CapTarget::Classes(_), CapTarget::Classes(_)));
            if told || self.takes_out(&on, &of) {
                continue;
            }
            let (what, never) = match word {
                "exempt" => ("this cap", "never bound by it"),
                _ => ("what this cap counts", "never counted by it"),
            };
            let finding =
                Diagnostic::new(&lint::IDLE_EXEMPTION, span, format!("this `{word}` takes nothing out of {what}"));
            let finding = finding.primary(never);
            let finding = match on_span {
                Some(on) => finding.label(on, "what the cap is on"),
                None => finding,
            };
            self.report(finding.help("leave it out, or name something that the cap is on"));
        }
    }

    /// Whether anything that a cap is on is also what is named.
    fn takes_out(&self, on: &CapTarget, of: &CapTarget) -> bool {
        let rules = (0..self.rules.rules.len()).map(RuleId::from_index);
        match (on, of) {
            (CapTarget::Channels(on), CapTarget::Channels(of)) => on.iter().any(|channel| of.contains(channel)),
            // What goes by which channel is found when it is decided.
            (CapTarget::Channels(_) | CapTarget::Anything, _) | (_, CapTarget::Channels(_) | CapTarget::Anything) => {
                true
            }
            (CapTarget::Rules(on), _) => on.iter().any(|rule| of.has_rule(*rule) || self.shows_one(*rule, of)),
            (CapTarget::Offers(_) | CapTarget::Tags(_) | CapTarget::Classes(_), CapTarget::Rules(_)) => {
                let mut named = rules.filter(|rule| of.has_rule(*rule));
                named.any(|rule| self.shows_one(rule, on))
            }
            (
                CapTarget::Offers(_) | CapTarget::Tags(_) | CapTarget::Classes(_),
                CapTarget::Offers(_) | CapTarget::Tags(_) | CapTarget::Classes(_),
            ) => {
                let mut offers = self.rules.offers.iter().enumerate();
                offers.any(|(at, offer)| {
                    let id = OfferId::from_index(at);
                    on.has_offer(id, offer) && of.has_offer(id, offer)
                })
            }
        }
    }

    /// Whether a rule shows an offer of that, itself or by a substitute.
    fn shows_one(&self, rule: RuleId, of: &CapTarget) -> bool {
        let rule = &self.rules[rule];
        let instead = [rule.if_capped, rule.if_no_consent, rule.if_unknown].into_iter().flatten();
        let instead = instead.filter_map(|substitute| match substitute {
            Substitute::Show(offer) => Some(offer),
            Substitute::Try(_) | Substitute::Nothing => None,
        });
        std::iter::once(rule.show).chain(instead).any(|offer| of.has_offer(offer, &self.rules[offer]))
    }
}
