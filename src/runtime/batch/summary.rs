//! What a run over a base comes to: counts that add up, whoever counted which part.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::KeyRows;
use crate::eval::{Blocked, Dropped};
use crate::frame::{By, Decision, Outcome};
use crate::model::{RuleId, RuleSet, SlotId};
use crate::runtime::data::{BadRows, MissingCells};
use crate::value::Instant;

/// Everything that people want to know of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows decided.
    pub customers: u64,
    /// Slots decided, over all customers.
    pub decisions: u64,
    /// Per slot asked for, in the order asked.
    pub slots: Vec<SlotSummary>,
    /// Rows passed over.
    pub bad_rows: BadRows,
    /// Cells without a value, by attribute.
    pub missing: MissingCells,
    /// Rows of customers who had been there before.
    pub twice: KeyRows,
    /// Rows of consent about nobody in the base.
    pub nobodys_consent: KeyRows,
    /// Rows of events about nobody in the base.
    pub nobodys_events: KeyRows,
    /// Showings that went into the store.
    pub recorded: u64,
    /// Time that machine code or evaluator took, over all threads.
    pub deciding: Duration,
    /// Time from the first row to the last.
    pub elapsed: Duration,
}

impl Summary {
    pub(super) fn new(slots: &[SlotId]) -> Self {
        Self { slots: slots.iter().map(|slot| SlotSummary::new(*slot)).collect(), ..Self::default() }
    }

    /// Time per decision, of the deciding alone.
    pub fn per_decision(&self) -> Duration {
        let nanoseconds = self.deciding.as_nanos() / u128::from(self.decisions.max(1));
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }

    pub(super) fn add(&mut self, other: Self) {
        // Whose rows they are is told to the whole, not to a part.
        let Self { customers, decisions, slots, bad_rows, missing, recorded, deciding, .. } = other;
        self.customers += customers;
        self.decisions += decisions;
        for (sum, part) in self.slots.iter_mut().zip(slots) {
            sum.add(part);
        }
        self.bad_rows.merge(bad_rows);
        self.missing.add(&missing);
        self.recorded += recorded;
        self.deciding += deciding;
    }
}

/// What became of one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotSummary {
    /// Which.
    pub slot: SlotId,
    answers: HashMap<(Outcome, By), u64>,
    /// Per rule that was looked at and dropped out, how often at which step.
    pub passed_over: BTreeMap<RuleId, Steps>,
    /// Decisions that fell to the fallback list, by the nearest miss among the rules.
    pub fallbacks: Steps,
    /// Decisions in which a cap stopped at least one rule.
    pub capped: u64,
    /// Decisions in which a missing consent stopped at least one rule.
    pub no_consent: u64,
}

/// How often candidates dropped out at each step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Switched off, outside its dates, or its review overdue.
    pub not_active: u64,
    /// A block held.
    pub blocked: u64,
    /// A purpose was not open.
    pub no_consent: u64,
    /// A `when` was no or an `unless` yes.
    pub not_applicable: u64,
    /// Something it reads was missing.
    pub not_known: u64,
    /// Another slot of the request showed the offer.
    pub taken: u64,
    /// A cap had nothing left.
    pub capped: u64,
    /// A window was closed, or its time was over.
    pub outside: u64,
    /// No channel carried the message.
    pub no_channel: u64,
    /// No rule was looked at: the slot has none, or is off.
    pub nobody: u64,
}

/// The steps in the order in which a candidate can drop out; a later one is the nearer miss.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    NotActive,
    Blocked,
    NotApplicable,
    NoConsent,
    NotKnown,
    Taken,
    Capped,
    Outside,
    NoChannel,
}

impl Step {
    fn of(dropped: &Dropped) -> Self {
        match dropped {
            Dropped::RuleOff
            | Dropped::OfferOff
            | Dropped::RuleNotActive
            | Dropped::ReviewOverdue
            | Dropped::OfferNotActive => Self::NotActive,
            Dropped::Blocked(_) => Self::Blocked,
            Dropped::NoConsent(_) => Self::NoConsent,
            Dropped::NotApplicable => Self::NotApplicable,
            Dropped::NotKnown | Dropped::NoScore => Self::NotKnown,
            Dropped::Taken => Self::Taken,
            Dropped::Capped(_) => Self::Capped,
            Dropped::HoldLimit(_, caps) | Dropped::Overdue(caps) if !caps.is_empty() => Self::Capped,
            Dropped::Expired
            | Dropped::ExpiryNotKnown
            | Dropped::Outside(_)
            | Dropped::HoldLimit(..)
            | Dropped::Overdue(_)
            | Dropped::Ends(_) => Self::Outside,
            Dropped::NoChannel(_) => Self::NoChannel,
        }
    }
}

impl Steps {
    fn count(&mut self, step: Option<Step>) {
        let place = match step {
            None => &mut self.nobody,
            Some(Step::NotActive) => &mut self.not_active,
            Some(Step::Blocked) => &mut self.blocked,
            Some(Step::NotApplicable) => &mut self.not_applicable,
            Some(Step::NoConsent) => &mut self.no_consent,
            Some(Step::NotKnown) => &mut self.not_known,
            Some(Step::Taken) => &mut self.taken,
            Some(Step::Capped) => &mut self.capped,
            Some(Step::Outside) => &mut self.outside,
            Some(Step::NoChannel) => &mut self.no_channel,
        };
        *place += 1;
    }

    fn add(&mut self, other: Self) {
        self.not_active += other.not_active;
        self.blocked += other.blocked;
        self.no_consent += other.no_consent;
        self.not_applicable += other.not_applicable;
        self.not_known += other.not_known;
        self.taken += other.taken;
        self.capped += other.capped;
        self.outside += other.outside;
        self.no_channel += other.no_channel;
        self.nobody += other.nobody;
    }

    /// All together.
    pub fn total(&self) -> u64 {
        let Self {
            not_active,
            blocked,
            no_consent,
            not_applicable,
            not_known,
            taken,
            capped,
            outside,
            no_channel,
            nobody,
        } = self;
        not_active + blocked + no_consent + not_applicable + not_known + taken + capped + outside + no_channel + nobody
    }
}

/// How often a slot gave one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What.
    pub outcome: Outcome,
    /// By whom.
    pub by: By,
    /// How often.
    pub count: u64,
}

impl SlotSummary {
    fn new(slot: SlotId) -> Self {
        Self {
            slot,
            answers: HashMap::new(),
            passed_over: BTreeMap::new(),
            fallbacks: Steps::default(),
            capped: 0,
            no_consent: 0,
        }
    }

    /// Every answer that was given, the most frequent first.
    pub fn answers(&self, rules: &RuleSet) -> Vec<Answered> {
        let mut all: Vec<_> = self
            .answers
            .iter()
            .map(|((outcome, by), count)| Answered { outcome: *outcome, by: *by, count: *count })
            .collect();
        all.sort_by_cached_key(|answer| (std::cmp::Reverse(answer.count), answer.sort_key(rules)));
        all
    }

    pub(super) fn count(&mut self, decision: Decision, dropped: Option<&[(RuleId, Dropped)]>) {
        *self.answers.entry((whenever(decision.outcome), decision.by)).or_default() += 1;
        let Some(dropped) = dropped else { return };
        let mut nearest = None;
        let (mut capped, mut no_consent) = (false, false);
        for (rule, dropped) in dropped {
            let step = Step::of(dropped);
            self.passed_over.entry(*rule).or_default().count(Some(step));
            nearest = nearest.max(Some(step));
            capped |= step == Step::Capped;
            no_consent |= step == Step::NoConsent || lacks_channel_consent(dropped);
        }
        self.capped += u64::from(capped);
        self.no_consent += u64::from(no_consent);
        match decision.by {
            By::Fallback(_) | By::SlotOff => self.fallbacks.count(nearest),
            By::Rule(_) | By::Substitute(..) => {}
        }
    }

    fn add(&mut self, other: Self) {
        for (answer, count) in other.answers {
            *self.answers.entry(answer).or_default() += count;
        }
        for (rule, steps) in other.passed_over {
            self.passed_over.entry(rule).or_default().add(steps);
        }
        self.fallbacks.add(other.fallbacks);
        self.capped += other.capped;
        self.no_consent += other.no_consent;
    }
}

/// The outcome whatever the time until which something is held: those are as many as customers.
fn whenever(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Holds { offer, .. } => Outcome::Holds { offer, until: Instant::MAX },
        Outcome::Shows(_) | Outcome::Sends { .. } | Outcome::Nothing => outcome,
    }
}

impl Answered {
    /// Rules before substitutes before fallbacks, each by name or place.
    fn sort_key(&self, rules: &RuleSet) -> (u8, String, u32, String) {
        let rule = |id: RuleId| rules.rules.get(id.index()).map(|rule| rule.name.clone()).unwrap_or_default();
        let outcome = self.outcome;
        let offer = outcome.offer().or(outcome.held()).and_then(|offer| rules.offers.get(offer.index()));
        let channel = outcome.channel().and_then(|channel| rules.channels.get(channel.index()));
        let name = |name: Option<&String>| name.cloned().unwrap_or_default();
        let offer = format!("{} {}", name(offer.map(|offer| &offer.name)), name(channel.map(|channel| &channel.name)));
        match self.by {
            By::Rule(id) => (0, rule(id), 0, offer),
            By::Substitute(id, via) => (1, rule(id), via as u32, offer),
            By::Fallback(at) => (2, String::new(), at, offer),
            By::SlotOff => (3, String::new(), 0, offer),
        }
    }
}

/// Whether a channel was passed over for want of consent.
fn lacks_channel_consent(dropped: &Dropped) -> bool {
    match dropped {
        Dropped::NoChannel(ways) => ways.iter().any(|(_, step)| matches!(step, Blocked::Consent(_))),
        Dropped::RuleOff
        | Dropped::OfferOff
        | Dropped::RuleNotActive
        | Dropped::ReviewOverdue
        | Dropped::OfferNotActive
        | Dropped::NoConsent(_)
        | Dropped::NotApplicable
        | Dropped::NotKnown
        | Dropped::Blocked(_)
        | Dropped::Taken
        | Dropped::Capped(_)
        | Dropped::Expired
        | Dropped::ExpiryNotKnown
        | Dropped::Outside(_)
        | Dropped::HoldLimit(..)
        | Dropped::Overdue(_)
        | Dropped::Ends(_)
        | Dropped::NoScore => false,
    }
}
