//! What a test of the language may have forgotten: in a test nothing is granted, known or counted unless it is written
//! (R47), which surprises everybody once.
//!
//! Takes the facts as the test states them, so it may speak of what the test does not say; of what it does say, the
//! explanation has spoken, as far as marks allow.

use super::super::candidate::{Dropped, Guarded};
use super::Reason;
use super::steps::rule_reasons;
use crate::frame::{Expectation, Expected, Fact, Facts, Frame};
use crate::model::{AttributeId, Basis, RuleId, RuleSet, Scope};
use crate::value::{Consent, Datum, Missing, Permission, Type, show_instant};

/// What to look at in the test, a line each, for an expectation that was not met: about the rules that could have
/// brought about what it expects.
pub fn hints(rules: &RuleSet, facts: &Facts, frame: &Frame, expectation: &Expectation) -> Vec<String> {
    let wanted = |rule: &RuleId| match &expectation.what {
        Expected::Shows(offer, ..) => rules[*rule].show == *offer,
        Expected::Holds(offer, ..) | Expected::Sends(offer, ..) => rules[*rule].show == *offer,
        Expected::PassesOverChannel(channel, _) => rules.channels_of(&rules[*rule]).contains(channel),
        Expected::Nothing(..) => false,
        // Passed over it was, only for another reason.
        Expected::PassesOver(passed, _) => rule == passed,
    };
    let guarded = Guarded::new(rules, frame);
    let test = Test { rules, facts, frame };
    let is_customers = |reason: &Reason| test.hangs_on_key(reason);
    let mut hints = Vec::new();
    for rule in rules[expectation.slot].order.iter().filter(|rule| wanted(rule)) {
        let Some(dropped) = guarded.dropped(*rule) else { continue };
        let reasons = rule_reasons(&guarded, *rule, &dropped);
        // Of somebody who is nobody there is nothing else to say.
        if let Some(hint) = test.key().filter(|_| reasons.iter().any(is_customers)) {
            return vec![hint];
        }
        for hint in test.of(*rule, &dropped, &reasons) {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
    }
    hints
}

struct Test<'a> {
    rules: &'a RuleSet,
    facts: &'a Facts,
    frame: &'a Frame,
}

impl Test<'_> {
    fn of(&self, rule: RuleId, dropped: &Dropped, reasons: &[Reason]) -> Vec<String> {
        match dropped {
            Dropped::NoConsent(_)
            | Dropped::NotKnown
            | Dropped::Blocked(_)
            | Dropped::Capped(_)
            | Dropped::NoScore
            | Dropped::ExpiryNotKnown
            | Dropped::NoChannel(_) => reasons.iter().filter_map(|reason| self.about(rule, reason)).collect(),
            Dropped::RuleNotActive
            | Dropped::OfferNotActive
            | Dropped::ReviewOverdue
            | Dropped::Expired
            | Dropped::Outside(_)
            | Dropped::HoldLimit(..)
            | Dropped::Overdue(_)
            | Dropped::Ends(_) => vec![self.now()],
            Dropped::RuleOff | Dropped::OfferOff | Dropped::NotApplicable | Dropped::Taken => Vec::new(),
        }
    }

    fn now(&self) -> String {
        format!("`now` is {} in this test", show_instant(self.facts.now))
    }

    fn about(&self, rule: RuleId, reason: &Reason) -> Option<String> {
        match reason {
            Reason::NoConsent { purpose, .. } => self.consent(purpose),
            Reason::NotKnown { attribute, .. } | Reason::NotKnownToBeNo { attribute, .. } => {
                let read = self.rules.attribute_named(attribute)?;
                self.attribute(read)
            }
            Reason::Capped { used: None, .. } => None,
            Reason::Capped { used: Some(_), own, .. } => {
                let whose = if *own { format!("rule {}", self.rules[rule].name) } else { "the cap".to_owned() };
                let events = self.facts.history.len();
                let written = if events == 1 { "one event".to_owned() } else { format!("{events} events") };
                Some(match (events, self.facts.used.as_slice()) {
                    (0, [_, ..]) => format!("what {whose} has counted stands in `used`, here or in a persona"),
                    (_, []) => {
                        format!("what {whose} counts stands in `history`: this test and its personas write {written}")
                    }
                    (_, [_, ..]) => format!("what {whose} counts stands in `history` ({written}) and in `used`"),
                })
            }
            Reason::Channel { channel, why } => self.channel(rule, channel, why),
            Reason::SwitchedOff { .. }
            | Reason::NotActive { .. }
            | Reason::ReviewOverdue { .. }
            | Reason::NotApplicable { .. }
            | Reason::Taken { .. }
            | Reason::NotPermitted { .. }
            | Reason::NotReached { .. }
            // Until when, or which fact, stands in the reason itself.
            | Reason::Blocked { .. }
            | Reason::Closed { .. }
            | Reason::HoldLimit { .. }
            | Reason::Overdue { .. }
            | Reason::Expired { .. }
            | Reason::NoCounter { .. }
            | Reason::Waiting { .. } => None,
            Reason::TooLong { why, .. } => self.about(rule, why),
        }
    }

    /// Whether it is a reason that a customer without a key has.
    fn hangs_on_key(&self, reason: &Reason) -> bool {
        match reason {
            Reason::NotKnown { attribute, .. } | Reason::NotKnownToBeNo { attribute, .. } => {
                self.rules.attribute_named(attribute).is_some_and(|id| {
                    self.rules[id].scope == Scope::Customer && self.frame.attribute(id).known().is_none()
                })
            }
            Reason::Capped { used, .. } => used.is_none(),
            Reason::Waiting { missing, .. } => missing.is_some(),
            Reason::Closed { nobody, .. } => *nobody,
            // What nobody knows is not waited for.
            Reason::TooLong { .. }
            | Reason::HoldLimit { .. }
            | Reason::Overdue { .. }
            | Reason::Expired { .. }
            | Reason::Blocked { .. }
            | Reason::NoCounter { .. }
            | Reason::NoConsent { .. }
            | Reason::SwitchedOff { .. }
            | Reason::NotActive { .. }
            | Reason::ReviewOverdue { .. }
            | Reason::NotApplicable { .. }
            | Reason::Taken { .. }
            | Reason::Channel { .. }
            | Reason::NotPermitted { .. }
            | Reason::NotReached { .. } => false,
        }
    }

    /// What a test that says nothing of a device says of it.
    fn channel(&self, rule: RuleId, channel: &str, why: &Reason) -> Option<String> {
        let id = self.rules.channel_named(channel)?;
        let is_unsaid = self.facts.permissions.get(id.index()).copied().unwrap_or_default() == Permission::Unknown;
        match why {
            Reason::NotPermitted { .. } => {
                is_unsaid.then(|| format!("a test permits nothing that it does not write: `permission {channel} full`"))
            }
            Reason::Closed { .. } => Some(self.now()),
            Reason::NoConsent { .. }
            | Reason::Capped { .. }
            | Reason::SwitchedOff { .. }
            | Reason::NotActive { .. }
            | Reason::ReviewOverdue { .. }
            | Reason::NotApplicable { .. }
            | Reason::NotKnown { .. }
            | Reason::NotKnownToBeNo { .. }
            | Reason::Taken { .. }
            | Reason::Blocked { .. }
            | Reason::Waiting { .. }
            | Reason::NoCounter { .. }
            | Reason::HoldLimit { .. }
            | Reason::Overdue { .. }
            | Reason::TooLong { .. }
            | Reason::Expired { .. }
            | Reason::Channel { .. }
            | Reason::NotReached { .. } => self.about(rule, why),
        }
    }

    fn consent(&self, purpose: &str) -> Option<String> {
        let id = self.rules.purpose_named(purpose)?;
        let written = self.facts.consent.get(id.index()).copied().unwrap_or_default().status;
        let asks = match self.rules[id].basis {
            Basis::Consent | Basis::ExplicitConsent => true,
            Basis::LegitimateInterest(_) => false,
        };
        (asks && written == Consent::Unknown && self.frame.consent(id) == Consent::Unknown)
            .then(|| format!("a test grants nothing that it does not write: `consent {purpose} granted`"))
    }

    fn attribute(&self, id: AttributeId) -> Option<String> {
        let declared = &self.rules[id];
        let Datum::Missing(why) = self.frame.attribute(id) else { return None };
        match why {
            Missing::NoConsent => declared.needs.iter().find_map(|purpose| self.consent(&self.rules[*purpose].name)),
            Missing::Absent if declared.scope == Scope::Moment && !self.facts.held.is_empty() => Some(format!(
                "`{}` is of the moment, and of that nothing is known any more when what was held is let go",
                declared.name
            )),
            Missing::Absent => {
                let (name, example) = (&declared.name, self.example(declared.ty));
                Some(format!("a test knows nothing that it does not write: `given {{ {name}: {example} }}`"))
            }
            Missing::Stale => declared.fresh.map(|fresh| {
                format!("`{}` counts for {fresh}, and this test says `as of` an earlier time", declared.name)
            }),
            Missing::Unstamped
            | Missing::FromTheFuture
            | Missing::Unreadable
            | Missing::NotInList
            | Missing::Computed => None,
        }
    }

    /// Without a key the customer is nobody (R41).
    fn key(&self) -> Option<String> {
        let key = self.rules.key()?;
        let name = &self.rules[key].name;
        let missing = matches!(self.facts.attributes.get(key.index()), Some(Fact::Missing(_)) | None);
        missing.then(|| {
            format!(
                "this test does not say who the customer is, so nothing of them is known: `given {{ {name}: \"c1\" }}`"
            )
        })
    }

    fn example(&self, ty: Type) -> String {
        match ty {
            Type::YesNo => "no".to_owned(),
            Type::Number(_) => "12".to_owned(),
            Type::Text => "\"..\"".to_owned(),
            Type::OneOf(list) => self
                .rules
                .members(list)
                .first()
                .map_or_else(|| "..".to_owned(), |name| crate::model::show::show_member(name)),
            Type::Set => "[\"..\"]".to_owned(),
            Type::Time => "3 days ago".to_owned(),
            Type::Date => "2026-06-15".to_owned(),
            Type::Zone => "\"Europe/Berlin\"".to_owned(),
            Type::Score(_) => "[40 at 3 days ago]".to_owned(),
        }
    }
}
