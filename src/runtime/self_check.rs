//! Whether a loaded bundle decides as it should on this machine: asked before it is put to use, on customers made up for its
//! rules.
//!
//! Takes an engine; decides for made-up customers with it and with the reference evaluator, and explains some of them. The
//! values are those that the rules compare with and their neighbours, missing and never among them. It looks for what no
//! digest shows: machine code that is wrong on this processor. Refuses to say that rules are right.

mod made_up;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant as Stopwatch};

use thiserror::Error;

use super::Engine;
use crate::diagnostics::Code;
use crate::diagnostics::codes::serve as codes;
use crate::eval;
use crate::frame::{Decision, Frame, reserve};
use crate::model::SlotId;
use crate::value::Instant;
use made_up::MadeUp;

/// How many customers are made up.
pub const CUSTOMERS: u32 = 256;

/// Longer than this nobody wants to wait for rules to be put to use; so many of the customers as were looked at count.
const LONGEST: Duration = Duration::from_secs(2);

/// Every so many customers the answers are explained, too.
const EXPLAINED: u32 = 8;

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Made-up customers.
    pub customers: u32,
    /// Decisions on which the engine and the reference evaluator agree.
    pub decisions: u64,
}

/// Why rules may not be put to use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SelfCheckError {
    /// Two ways to the same decision came to different ones.
    #[error("made-up customer {customer}: in slot `{slot}` the engine and the reference evaluator decide differently")]
    Differs {
        /// Which, from 1.
        customer: u32,
        /// Where.
        slot: String,
    },
    /// The explanation tells of another answer than was given.
    #[error("made-up customer {customer}: in slot `{slot}` the explanation tells of another answer")]
    Untold {
        /// Which, from 1.
        customer: u32,
        /// Where.
        slot: String,
    },
    /// Deciding did not end as it must.
    #[error("made-up customer {customer}: deciding broke off")]
    BrokeOff {
        /// Which, from 1.
        customer: u32,
    },
}

impl SelfCheckError {
    /// Its entry in the table of codes.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::Differs { .. } | Self::Untold { .. } | Self::BrokeOff { .. } => &codes::SELF_CHECK,
        }
    }

    /// What can be done about it.
    pub fn help(&self) -> &'static str {
        "the rules before stay in use; report it, with the bundle, as a fault of this program on this machine"
    }
}

/// Decides for made-up customers in both ways.
///
/// # Errors
/// They differ somewhere.
pub fn self_check(engine: &Engine, now: Instant) -> Result<Checked, SelfCheckError> {
    check_with(engine, now, |frame, slots| engine.decide_all(frame, slots))
}

/// The same with another way to decide.
fn check_with(
    engine: &Engine,
    now: Instant,
    decide: impl Fn(&Frame, &[SlotId]) -> Vec<Decision>,
) -> Result<Checked, SelfCheckError> {
    let start = Stopwatch::now();
    let slots = engine.slots();
    let mut people = MadeUp::of(engine.rules(), now);
    let mut checked = Checked { customers: 0, decisions: 0 };
    while checked.customers < CUSTOMERS && (checked.customers == 0 || start.elapsed() < LONGEST) {
        let customer = checked.customers + 1;
        let one = || {
            let frame = engine.gather(&people.next());
            let decided = decide(&frame, &slots);
            agree(engine, &frame, &decided, customer)
        };
        // Nothing of what broke off is used any more.
        match catch_unwind(AssertUnwindSafe(one)) {
            Ok(agreed) => checked.decisions += agreed?,
            Err(_) => return Err(SelfCheckError::BrokeOff { customer }),
        }
        checked.customers = customer;
    }
    Ok(checked)
}

fn agree(engine: &Engine, frame: &Frame, decided: &[Decision], customer: u32) -> Result<u64, SelfCheckError> {
    let rules = engine.rules();
    let mut frame = frame.clone();
    for decision in decided {
        let slot = || rules[decision.slot].name.clone();
        let expected = eval::decide(rules, &frame, decision.slot);
        if expected != *decision {
            return Err(SelfCheckError::Differs { customer, slot: slot() });
        }
        if customer.is_multiple_of(EXPLAINED) {
            let shown = decision.outcome.offer().map(|offer| rules[offer].name.as_str());
            let explained = eval::explain(rules, &frame, decision.slot).answer;
            let told = explained.shows.as_deref().or(explained.sends.as_ref().map(|sent| sent.offer.as_str()));
            if told != shown {
                return Err(SelfCheckError::Untold { customer, slot: slot() });
            }
        }
        reserve(rules, &mut frame, decision);
    }
    Ok(decided.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{By, Outcome};
    use crate::model::Verified;
    use crate::model::sample::rule_set;

    fn engine() -> Engine {
        Engine::from_rules(Verified::new(rule_set()).unwrap())
    }

    fn noon() -> Instant {
        Instant::parse("2026-06-15T12:00Z").unwrap()
    }

    #[test]
    fn both_engines_agree_on_everybody() {
        let engine = engine();
        let checked = self_check(&engine, noon()).unwrap();
        assert_eq!(checked.customers, CUSTOMERS);
        assert_eq!(checked.decisions, u64::from(CUSTOMERS) * engine.slots().len() as u64);
    }

    #[test]
    fn made_up_customers_are_not_all_alike() {
        let engine = engine();
        let mut people = MadeUp::of(engine.rules(), noon());
        let mut answers = std::collections::BTreeSet::new();
        for _ in 0..CUSTOMERS {
            let frame = engine.gather(&people.next());
            answers.extend(engine.decide_all(&frame, &engine.slots()).iter().map(|one| format!("{one:?}")));
        }
        assert!(answers.len() > 4, "{answers:?}");
    }

    #[test]
    fn an_engine_that_decides_otherwise_is_found_out() {
        let engine = engine();
        let nothing = |_: &Frame, slots: &[SlotId]| -> Vec<Decision> {
            slots.iter().map(|slot| Decision::new(*slot, Outcome::Nothing, By::SlotOff)).collect()
        };
        let found = check_with(&engine, noon(), nothing).unwrap_err();
        assert!(matches!(found, SelfCheckError::Differs { customer: 1, .. }), "{found}");
        assert_eq!(found.code().name, "serve::self-check");
        let broken = check_with(&engine, noon(), |_, _| panic!("on purpose")).unwrap_err();
        assert_eq!(broken, SelfCheckError::BrokeOff { customer: 1 });
    }
}
