//! Which rules were looked at before the answer, and at which step each dropped out: what statistics count.

use super::candidate::{Dropped, Guard, Guarded, guards, passes};
use super::slot::{Candidate, Fate, replay};
use crate::frame::Frame;
use crate::model::{RuleId, RuleSet, SlotId, Substitute};

/// The rules that dropped out before the slot had its answer, in the order in which they were looked at, each with its
/// first step. Only ids: the words are [`explain`](super::explain)'s.
pub fn passed_over(rules: &RuleSet, frame: &Frame, slot: SlotId) -> Vec<(RuleId, Dropped)> {
    let replay = replay(&Guarded::new(rules, frame), slot);
    let dropped = replay.looked_at.into_iter().filter_map(|(candidate, fate)| {
        let rule = match candidate {
            Candidate::Rule(rule) | Candidate::Substitute(_, _, Substitute::Try(rule)) => rule,
            Candidate::Substitute(_, _, Substitute::Show(_) | Substitute::Nothing) | Candidate::Fallback(_) => {
                return None;
            }
        };
        match fate {
            Fate::Dropped(step) => Some((rule, as_told(rules, frame, rule, step))),
            Fate::Won | Fate::TriedBefore => None,
        }
    });
    dropped.collect()
}

/// The step as anybody may read it. Where nothing but an `unless` that reads a protective attribute is against the
/// customer, its yes reads as if it were not known, as in an explanation: of the spared nobody learns more than that (R18).
fn as_told(rules: &RuleSet, frame: &Frame, rule: RuleId, step: Dropped) -> Dropped {
    let spares =
        |guard: &Guard<'_>| guard.is_unless && rules.read_by(guard.condition).iter().any(|id| rules[*id].protective);
    let is_against = || guards(&rules[rule]).any(|guard| !spares(&guard) && passes(rules, frame, guard).is_no());
    if step == Dropped::NotApplicable && !is_against() { Dropped::NotKnown } else { step }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Fact, Facts, gather};
    use crate::model::sample::{FITTING, at, rule_set};
    use crate::value::{Instant, Value};

    #[test]
    fn rules_that_dropped_out_before_the_answer() {
        let rules = rule_set();
        let mut facts = Facts::nothing(&rules, Instant::parse("2026-06-15T12:00Z").unwrap());
        facts.set(at::ID, Fact::Known(Value::Text("anna".into()), None));
        facts.set(at::BALANCE, Fact::Known(Value::Number(0), None));
        facts.set(at::TENURE, Fact::Known(Value::Number(1), None));
        let hero = SlotId(1);
        let dropped = passed_over(&rules, &gather(&rules, &facts), hero);
        let health = crate::model::sample::HEALTH;
        assert_eq!(
            dropped,
            [
                (RuleId(4), Dropped::NotApplicable),
                (RuleId(1), Dropped::NoConsent(vec![health])),
                (RuleId(0), Dropped::NoConsent(vec![FITTING])),
            ],
            "then `later` wins"
        );
    }

    #[test]
    fn of_the_spared_a_yes_counts_as_what_is_not_known() {
        let mut rules = rule_set();
        let vulnerable = rules.attribute_named("vulnerable").unwrap();
        assert!(rules[vulnerable].protective);
        let slot = SlotId(1);
        let condition = crate::model::Condition::Holds(crate::model::Expression::Attribute(vulnerable));
        // The first rule that is looked at spares people, and asks for nothing else.
        let clause = crate::model::Clause { condition, ..rules.rules[4].when.first().cloned().unwrap() };
        (rules.rules[4].when, rules.rules[4].unless) = (Vec::new(), vec![clause]);
        let step = |fact: Fact| {
            let mut facts = Facts::nothing(&rules, Instant::parse("2026-06-15T12:00Z").unwrap());
            facts.set(at::ID, Fact::Known(Value::Text("anna".into()), None));
            facts.set(vulnerable, fact);
            let all = passed_over(&rules, &gather(&rules, &facts), slot);
            all.into_iter().find(|(rule, _)| *rule == RuleId(4)).map(|(_, step)| step)
        };
        let unknown = step(Fact::Missing(crate::value::Missing::Absent));
        assert_eq!(unknown, Some(Dropped::NotKnown));
        assert_eq!(step(Fact::Known(Value::YesNo(true), None)), unknown);
        assert_ne!(step(Fact::Known(Value::YesNo(false), None)), unknown);
    }
}
