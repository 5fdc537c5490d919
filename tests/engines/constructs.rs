//! Which constructs of the language had a say in a decision: one that never comes up was never compared.

use std::collections::BTreeMap;

use cater::eval::{self, Blocked, Dropped};
use cater::frame::{By, CapState, Decision, Frame, Outcome, Via};
use cater::model::{
    BlockCause, CapId, CapKind, CapTarget, CapUnit, CapWindow, OfferId, RuleId, RuleSet, Substitute, Then,
};

/// What has to come up.
pub(crate) const ALL: [&str; 50] = [
    "again",
    "alone",
    "also",
    "block after",
    "block while",
    "calendar",
    "cap",
    "cap of everybody",
    "cap of no known zone",
    "cap of nobody known",
    "cap with a number that is read",
    "cap without a store",
    "channel by another",
    "channel capped",
    "channel outside",
    "channel without consent",
    "channel without permission",
    "channel without reach",
    "exempt",
    "ever",
    "every of",
    "expires",
    "expires nobody knows when",
    "fallback",
    "gap",
    "hold",
    "hold at its end",
    "hold for a cap",
    "hold limit",
    "hold limit after a release",
    "if capped nothing",
    "if capped show",
    "if capped try",
    "if no consent nothing",
    "if no consent show",
    "if no consent try",
    "if unknown nothing",
    "if unknown show",
    "if unknown try",
    "outside drop",
    "over before it is let go",
    "pause",
    "release",
    "reserve",
    "review",
    "rotate",
    "silent",
    "taken",
    "then stop",
    "uncounted",
];

/// How often each came up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Constructs(BTreeMap<&'static str, u64>);

impl Constructs {
    pub(crate) fn put(&mut self, name: &'static str) {
        debug_assert!(ALL.contains(&name), "{name}");
        *self.0.entry(name).or_default() += 1;
    }

    fn put_if(&mut self, is_so: bool, name: &'static str) {
        if is_so {
            self.put(name);
        }
    }

    /// What never came up.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = String> {
        ALL.into_iter().filter(|name| !self.0.contains_key(name)).map(|name| format!("construct `{name}`"))
    }

    /// What came up.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// Every count, for people.
    pub(crate) fn table(&self) -> String {
        ALL.map(|name| format!("{name} {}", self.0.get(name).copied().unwrap_or(0))).join(", ")
    }

    /// What had a say in a decision.
    pub(crate) fn decision(&mut self, rules: &RuleSet, frame: &Frame, decision: &Decision) {
        let passed_over = eval::passed_over(rules, frame, decision.slot);
        self.put_if(decision.again.is_some(), "again");
        self.put_if(!decision.tasks(rules).is_empty(), "also");
        for (_, dropped) in &passed_over {
            self.dropped(rules, dropped);
            if let Dropped::Capped(caps) | Dropped::HoldLimit(_, caps) | Dropped::Overdue(caps) = dropped {
                caps.iter().for_each(|id| self.cap(rules, frame, *id, decision));
            }
        }
        match decision.outcome {
            Outcome::Holds { offer, .. } => {
                self.put("hold");
                let caps = match decision.by {
                    By::Rule(rule) => rules.caps_on(rule),
                    By::Substitute(..) | By::Fallback(_) | By::SlotOff => rules[offer].caps.clone(),
                };
                let spent = |id: &CapId| rules[*id].hold().is_some() && frame.stops(rules, *id, rules[offer].class);
                self.put_if(caps.iter().any(spent), "hold for a cap");
            }
            Outcome::Sends { channel, silent, .. } => {
                self.put_if(silent, "silent");
                let channels = match decision.by {
                    By::Rule(rule) | By::Substitute(rule, _) => rules.channels_of(&rules[rule]),
                    By::Fallback(_) | By::SlotOff => &rules[decision.slot].channels,
                };
                let ring = |last| rules.ring(decision.slot, channels, last);
                let last = frame.last_used(decision.slot);
                self.put_if(last.is_some() && ring(last) != ring(None), "rotate");
                self.put_if(ring(last).first() != Some(&channel), "channel by another");
            }
            Outcome::Shows(_) | Outcome::Nothing => {}
        }
        let shown = decision.outcome.offer().or(decision.outcome.held());
        match decision.by {
            By::Rule(winner) => {
                self.exempt(rules, frame, winner);
                self.alone(rules, frame, winner);
                self.tried(rules, &passed_over, winner);
            }
            By::Substitute(_, via) => self.put(match (via, shown.is_some()) {
                (Via::Capped, true) => "if capped show",
                (Via::Capped, false) => "if capped nothing",
                (Via::NoConsent, true) => "if no consent show",
                (Via::NoConsent, false) => "if no consent nothing",
                (Via::Unknown, true) => "if unknown show",
                (Via::Unknown, false) => "if unknown nothing",
            }),
            By::Fallback(_) => self.put_if(shown.is_some(), "fallback"),
            By::SlotOff => {}
        }
    }

    /// A winner that stands in for the last rule that was looked at before it.
    fn tried(&mut self, rules: &RuleSet, passed_over: &[(RuleId, Dropped)], winner: RuleId) {
        let Some((before, dropped)) = passed_over.last() else { return };
        let names = |substitute| substitute == Some(Substitute::Try(winner));
        let of = &rules[*before];
        match dropped {
            Dropped::Capped(_) => self.put_if(names(of.if_capped), "if capped try"),
            Dropped::NoConsent(_) => self.put_if(names(of.if_no_consent), "if no consent try"),
            Dropped::NotKnown => self.put_if(names(of.if_unknown), "if unknown try"),
            Dropped::RuleOff
            | Dropped::OfferOff
            | Dropped::RuleNotActive
            | Dropped::ReviewOverdue
            | Dropped::OfferNotActive
            | Dropped::Blocked(_)
            | Dropped::NotApplicable
            | Dropped::Taken
            | Dropped::Expired
            | Dropped::ExpiryNotKnown
            | Dropped::Outside(_)
            | Dropped::HoldLimit(..)
            | Dropped::Overdue(_)
            | Dropped::Ends(_)
            | Dropped::NoScore
            | Dropped::NoChannel(_) => {}
        }
    }

    /// A spent cap would have stopped the winner, were that not exempt.
    fn exempt(&mut self, rules: &RuleSet, frame: &Frame, winner: RuleId) {
        let (rule, offer) = (&rules[winner], &rules[rules[winner].show]);
        let lifts = |target: &CapTarget| target.has_offer(rule.show, offer) || target.has_rule(winner);
        let spared = (0..rules.caps.len()).map(CapId::from_index).any(|id| {
            let cap = &rules[id];
            cap.target.has_offer(rule.show, offer) && cap.exempt.iter().any(lifts) && frame.stops(rules, id, rule.class)
        });
        self.put_if(spared, "exempt");
    }

    /// A cap that counts within the request alone, since nobody knows whose it is, lets the winner through.
    fn alone(&mut self, rules: &RuleSet, frame: &Frame, winner: RuleId) {
        let is_nobodys = |unit: CapUnit| unit.attribute().is_some_and(|of| frame.attribute(of).known().is_none());
        let caps = rules.caps_on(winner);
        self.put_if(caps.iter().any(|id| rules[*id].alone && is_nobodys(rules[*id].unit)), "alone");
    }

    /// What there is about a cap that stopped something.
    fn cap(&mut self, rules: &RuleSet, frame: &Frame, id: CapId, decision: &Decision) {
        let cap = &rules[id];
        match frame.caps.get(id.index()) {
            Some(CapState::NoStore) => self.put("cap without a store"),
            Some(CapState::UnknownUnit) => self.put("cap of nobody known"),
            Some(CapState::UnknownZone) => self.put("cap of no known zone"),
            Some(CapState::Used(_) | CapState::Until(_)) | None => {}
        }
        match cap.window {
            CapWindow::Calendar(_) => self.put("calendar"),
            CapWindow::Ever => self.put_if(matches!(cap.kind, CapKind::Cap), "ever"),
            CapWindow::Rolling(_) => {}
        }
        self.put_if(cap.unit == CapUnit::Everybody, "cap of everybody");
        self.put_if(cap.number.is_some(), "cap with a number that is read");
        let stops = rules.then(id, decision.slot) == Then::Stop && matches!(decision.by, By::Fallback(_));
        self.put_if(stops, "then stop");
    }

    fn dropped(&mut self, rules: &RuleSet, dropped: &Dropped) {
        let of_caps = |caps: &[CapId]| -> Vec<&'static str> {
            let kind = |id: &CapId| match rules[*id].kind {
                CapKind::Cap => "cap",
                CapKind::Pause { .. } => "pause",
                CapKind::Gap => "gap",
                CapKind::Block { .. } => "block after",
            };
            caps.iter().map(kind).collect()
        };
        match dropped {
            Dropped::Blocked(blocks) => {
                for block in blocks {
                    self.put(match rules[*block].cause {
                        BlockCause::After(_) => "block after",
                        BlockCause::While(_) => "block while",
                    });
                }
            }
            Dropped::Capped(caps) => of_caps(caps).into_iter().for_each(|name| self.put(name)),
            Dropped::HoldLimit(_, caps) | Dropped::Overdue(caps) => {
                self.put("hold limit");
                of_caps(caps).into_iter().for_each(|name| self.put(name));
            }
            Dropped::Outside(windows) => {
                self.put("outside drop");
                self.put_if(windows.iter().any(|id| !rules[*id].zones.every.is_empty()), "every of");
            }
            Dropped::Expired => self.put("expires"),
            Dropped::ExpiryNotKnown => self.put("expires nobody knows when"),
            Dropped::Ends(_) => self.put("over before it is let go"),
            Dropped::ReviewOverdue => self.put("review"),
            Dropped::Taken => self.put("taken"),
            Dropped::NoChannel(ways) => {
                for (_, step) in ways {
                    self.put(match step {
                        Blocked::Permission => "channel without permission",
                        Blocked::Reach => "channel without reach",
                        Blocked::Consent(_) => "channel without consent",
                        Blocked::Capped(_) => "channel capped",
                        Blocked::Outside(_) => "channel outside",
                    });
                }
            }
            Dropped::RuleOff
            | Dropped::OfferOff
            | Dropped::RuleNotActive
            | Dropped::OfferNotActive
            | Dropped::NoConsent(_)
            | Dropped::NotApplicable
            | Dropped::NotKnown
            | Dropped::NoScore => {}
        }
    }

    /// What a slot of a request shows that a cap leaves out of its count.
    pub(crate) fn uncounted(&mut self, rules: &RuleSet, offer: OfferId) {
        let of = &rules[offer];
        let leaves_out = rules.caps.iter().any(|cap| {
            cap.target.has_offer(offer, of) && cap.uncounted.iter().any(|target| target.has_offer(offer, of))
        });
        self.put_if(leaves_out, "uncounted");
        let reserves = rules.caps.iter().any(|cap| cap.reserve.is_some() && cap.target.has_offer(offer, of));
        self.put_if(reserves, "reserve");
    }

    /// What was held is let go, or has waited for too long.
    pub(crate) fn released(&mut self, rules: &RuleSet, frame: &Frame, decision: &Decision, at_its_end: bool) {
        let held: Vec<OfferId> = frame.held.iter().map(|(offer, _)| *offer).collect();
        let lets_go = decision.outcome.offer().is_some_and(|offer| held.contains(&offer));
        self.put_if(lets_go, "release");
        self.put_if(lets_go && at_its_end, "hold at its end");
        let late = |(rule, dropped): &(RuleId, Dropped)| {
            matches!(dropped, Dropped::Overdue(_)) && held.contains(&rules[*rule].show)
        };
        self.put_if(eval::passed_over(rules, frame, decision.slot).iter().any(late), "hold limit after a release");
    }
}
