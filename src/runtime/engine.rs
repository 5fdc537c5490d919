//! Rules, loaded and ready to decide: with machine code where there is some, else with the reference evaluator.

use std::fmt;

use thiserror::Error;

use crate::bundle::{self, Bundle, BundleError, Digest, Manifest, Signed, Trust};
use crate::diagnostics::Code;
use crate::eval::{self, Explanation};
use crate::frame::{self, By, Decision, Facts, Frame, Outcome, reserve};
#[cfg(feature = "jit")]
use crate::jit::{self, Compiled};
use crate::model::{RuleSet, SlotId, Verified};
#[cfg(feature = "jit")]
use crate::plan::Record;
use crate::source::SourceSet;

/// Decides and explains, on any number of threads.
///
/// ```
/// # #[cfg(feature = "cli")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cater::bundle;
/// use cater::compile::compile;
/// use cater::frame::{Facts, Outcome};
/// use cater::runtime::Engine;
/// use cater::runtime::data::customer_from_json;
/// use cater::source::SourceSet;
/// use cater::value::Instant;
///
/// // What `cater build` does: text to bundle.
/// let (sources, _) = SourceSet::single(
///     "shop.rules",
///     r#"
///     customer { id: text key  tier: one of [bronze < silver < gold] }
///     purpose offers "Show me offers that fit me" { basis legitimate interest "LIA-1"  direct marketing }
///     offer lounge { class marketing }
///     offer story  { class service }
///     slot home on web { accepts service, marketing  fallback story }
///     rule invite in home { when tier is at least silver  needs offers  show lounge }
///     "#,
/// );
/// let compiled = compile(sources);
/// let rules = compiled.runnable().ok_or("the rules have errors")?;
/// let bytes = bundle::write(rules, &compiled.sources, &[])?;
///
/// // What a service does: bundle to decision.
/// let engine = Engine::load(&bytes)?;
/// let home = engine.slot("home").ok_or("no such slot")?;
/// let now = Instant::parse("2026-06-15T10:00Z").ok_or("no such time")?;
/// let anna = customer_from_json(engine.rules(), r#"{ "id": "anna", "tier": "gold" }"#, engine.nothing_known(now))?;
/// let frame = engine.gather(&anna);
/// let decision = engine.decide(&frame, home);
/// assert_eq!(decision.outcome, Outcome::Shows(engine.rules().offer_named("lounge").ok_or("no such offer")?));
/// let why = engine.explain(&frame, home).ok_or("no such slot")?;
/// assert_eq!(why.answer.shows.as_deref(), Some("lounge"));
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "cli"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
pub struct Engine {
    rules: Verified,
    sources: SourceSet,
    origin: Option<Origin>,
    how: How,
    #[cfg(feature = "jit")]
    code: Option<Compiled>,
}

/// The bundle from which an engine was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The digest of its bytes.
    pub digest: Digest,
    /// What a trusted key has signed of it; nothing where nobody is trusted.
    pub signed: Option<Signed>,
}

/// How an engine finds its decisions; which they are does not depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// Machine code, made when the rules were loaded.
    MachineCode,
    /// The reference evaluator, because this program has no code generator in it.
    Reference,
    /// The reference evaluator, because the code generator refused the rules, in its words.
    ReferenceInstead(String),
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MachineCode => f.write_str("machine code"),
            Self::Reference => f.write_str("the reference evaluator"),
            Self::ReferenceInstead(why) => write!(f, "the reference evaluator, because {why}"),
        }
    }
}

/// Why no engine could be loaded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The bytes are no bundle that may be used.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

impl LoadError {
    /// Its entry in the table of codes.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::Bundle(error) => error.code(),
        }
    }
}

impl Engine {
    /// Loads a bundle: verifies all of it, then makes machine code where this program can.
    ///
    /// # Errors
    /// The bytes are no bundle that may be used. Rules that the code generator refuses are no error; see
    /// [`Engine::how`].
    pub fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        Self::load_trusted(bytes, None, &Trust::nobody())
    }

    /// Loads a bundle that a trusted key has signed, with the text of the signature that stands beside it. Whether it is an
    /// older one than was loaded before is for a [`Record`](super::Record) to say: ask it with what
    /// [`Origin::signed`] holds.
    ///
    /// # Errors
    /// Somebody is trusted and the signature is missing, not good, or of another key; or as [`Engine::load`].
    pub fn load_trusted(bytes: &[u8], signature: Option<&str>, trust: &Trust) -> Result<Self, LoadError> {
        Ok(Self::from_bundle(bundle::read_trusted(bytes, signature, trust)?))
    }

    /// An engine for a bundle that was read, and so verified.
    pub fn from_bundle(bundle: Bundle) -> Self {
        let Bundle { manifest, rules, sources, digest, signed, .. } = bundle;
        let mut engine = Self::from_rules(rules);
        engine.sources = sources;
        engine.origin = Some(Origin { manifest, digest, signed });
        engine
    }

    /// An engine of the same bundle with other rules, such as the same with something switched off.
    #[must_use]
    pub fn with_rules(&self, rules: Verified) -> Self {
        let mut engine = Self::from_rules(rules);
        engine.sources = self.sources.clone();
        engine.origin = self.origin.clone();
        engine
    }

    /// An engine for rules that have just been compiled.
    pub fn from_rules(rules: Verified) -> Self {
        #[cfg(feature = "jit")]
        {
            let (how, code) = match jit::compile(&rules) {
                Ok(code) => (How::MachineCode, Some(code)),
                Err(why) => (How::ReferenceInstead(why.to_string()), None),
            };
            Self { rules, sources: SourceSet::default(), origin: None, how, code }
        }
        #[cfg(not(feature = "jit"))]
        Self { rules, sources: SourceSet::default(), origin: None, how: How::Reference }
    }

    /// An engine that decides with the reference evaluator whatever it could do, to compare and to explain.
    pub fn reference(rules: Verified) -> Self {
        Self {
            rules,
            sources: SourceSet::default(),
            origin: None,
            how: How::Reference,
            #[cfg(feature = "jit")]
            code: None,
        }
    }

    /// The rules.
    pub fn rules(&self) -> &Verified {
        &self.rules
    }

    /// The rule text that came with the bundle.
    pub fn sources(&self) -> &SourceSet {
        &self.sources
    }

    /// The bundle it was loaded from, if it was.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// How it finds its decisions.
    pub fn how(&self) -> &How {
        &self.how
    }

    /// The slot of that name.
    pub fn slot(&self, name: &str) -> Option<SlotId> {
        self.rules.slot_named(name)
    }

    /// Every slot, by name: what a request that names none asks for (R24).
    pub fn slots(&self) -> Vec<SlotId> {
        (0..self.rules.slots.len()).map(SlotId::from_index).collect()
    }

    /// A customer of whom nothing is known, at `now`.
    pub fn nothing_known(&self, now: crate::value::Instant) -> Facts {
        Facts::nothing(&self.rules, now)
    }

    /// Facts to frame: masked, aged and counted.
    pub fn gather(&self, facts: &Facts) -> Frame {
        frame::gather(&self.rules, facts)
    }

    /// What one slot answers. In a slot that is none of these rules', nothing is shown.
    pub fn decide(&self, frame: &Frame, slot: SlotId) -> Decision {
        self.decider().decide(frame, slot)
    }

    /// What each slot of a request answers, in this order: what an earlier one shows, a later one sees (R24).
    pub fn decide_all(&self, frame: &Frame, slots: &[SlotId]) -> Vec<Decision> {
        let mut decisions = Vec::with_capacity(slots.len());
        self.decider().decide_each(frame.clone(), slots, |_, decision| decisions.push(decision));
        decisions
    }

    /// Why one slot answers what it answers.
    pub fn explain(&self, frame: &Frame, slot: SlotId) -> Option<Explanation> {
        self.has(slot).then(|| eval::explain(&self.rules, frame, slot))
    }

    /// Why each slot of a request answers what it answers, in this order.
    pub fn explain_all(&self, frame: &Frame, slots: &[SlotId]) -> Vec<Explanation> {
        let mut explanations = Vec::with_capacity(slots.len());
        self.decider().decide_each(frame.clone(), slots, |frame, decision| {
            explanations.extend(self.explain(frame, decision.slot));
        });
        explanations
    }

    /// What decides many frames one after the other, with memory of its own; one a thread.
    pub fn decider(&self) -> Decider<'_> {
        Decider {
            engine: self,
            #[cfg(feature = "jit")]
            record: self.code.as_ref().map(|code| code.layout().record()),
        }
    }

    fn has(&self, slot: SlotId) -> bool {
        slot.index() < self.rules.slots.len()
    }
}

/// Decides many frames one after the other.
#[derive(Debug)]
pub struct Decider<'a> {
    engine: &'a Engine,
    #[cfg(feature = "jit")]
    record: Option<Record>,
}

impl Decider<'_> {
    /// As [`Engine::decide`].
    pub fn decide(&mut self, frame: &Frame, slot: SlotId) -> Decision {
        let packed = self.pack(frame);
        self.decide_packed(packed, frame, slot)
    }

    /// As [`Engine::decide_all`]; `each` is given every decision with the frame in which it was made.
    pub fn decide_each(&mut self, mut frame: Frame, slots: &[SlotId], mut each: impl FnMut(&Frame, Decision)) {
        let packed = self.pack(&frame);
        for (at, slot) in slots.iter().enumerate() {
            let decision = self.decide_packed(packed, &frame, *slot);
            each(&frame, decision);
            if at + 1 < slots.len() {
                reserve(&self.engine.rules, &mut frame, &decision);
                self.pack_reserved(packed, &frame);
            }
        }
    }

    fn decide_packed(&self, packed: bool, frame: &Frame, slot: SlotId) -> Decision {
        if !self.engine.has(slot) {
            return Decision::new(slot, Outcome::Nothing, By::SlotOff);
        }
        let rules = &self.engine.rules;
        match self.fast(packed, slot) {
            // When to ask again is worked out only where nothing is shown.
            Some(decision) if decision.outcome == Outcome::Nothing => {
                Decision { again: eval::ask_again(rules, frame, slot), ..decision }
            }
            Some(decision) => decision,
            None => eval::decide(rules, frame, slot),
        }
    }

    /// Whether machine code can decide this frame: no frame that was gathered for these rules is refused.
    #[cfg(feature = "jit")]
    fn pack(&mut self, frame: &Frame) -> bool {
        match (&self.engine.code, &mut self.record) {
            // What was held has waited before, which only the reference evaluator reckons with.
            (Some(_), Some(_)) if !frame.held.is_empty() => false,
            (Some(code), Some(record)) => code.layout().pack(&self.engine.rules, frame, record).is_ok(),
            (_, _) => false,
        }
    }

    #[cfg(feature = "jit")]
    fn pack_reserved(&mut self, packed: bool, frame: &Frame) {
        if let (true, Some(code), Some(record)) = (packed, &self.engine.code, &mut self.record) {
            code.layout().pack_reserved(&self.engine.rules, frame, record);
        }
    }

    #[cfg(feature = "jit")]
    fn fast(&self, packed: bool, slot: SlotId) -> Option<Decision> {
        self.engine.code.as_ref().filter(|_| packed)?.decide(slot, self.record.as_ref()?)
    }

    #[cfg(not(feature = "jit"))]
    fn pack(&mut self, _: &Frame) -> bool {
        false
    }

    #[cfg(not(feature = "jit"))]
    fn pack_reserved(&mut self, _: bool, _: &Frame) {}

    #[cfg(not(feature = "jit"))]
    fn fast(&self, _: bool, _: SlotId) -> Option<Decision> {
        None
    }
}

/// The rules behind an engine, for functions that take a rule set.
impl AsRef<RuleSet> for Engine {
    fn as_ref(&self) -> &RuleSet {
        &self.rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Fact, Via};
    use crate::model::sample::{at, rule_set, span};
    use crate::model::{Clause, Condition, Expression, OfferId, RuleId, Segment, SegmentId, limits};
    use crate::value::{Instant, Value};

    fn sample() -> Verified {
        Verified::new(rule_set()).unwrap()
    }

    fn noon() -> Instant {
        Instant::parse("2026-06-15T12:00Z").unwrap()
    }

    /// The first rule of the slot says what to show where its condition is unknown.
    const UNKNOWN: By = By::Substitute(RuleId(4), Via::Unknown);

    #[test]
    fn a_bundle_is_loaded_and_decides() {
        let bytes = bundle::write(&sample(), &SourceSet::single("a.rules", "// a").0, &[]).unwrap();
        let engine = Engine::load(&bytes).unwrap();
        assert_eq!(engine.origin().map(|origin| origin.manifest.slots.len()), Some(2));
        assert_eq!(engine.sources().iter().count(), 1);
        let mut facts = engine.nothing_known(noon());
        let hero = engine.slot("hero").unwrap();
        let decision = engine.decide(&engine.gather(&facts), hero);
        assert_eq!((decision.outcome, decision.by), (Outcome::Shows(OfferId(0)), UNKNOWN));
        facts.set(at::ID, Fact::Known(Value::Text("anna".into()), None));
        facts.set(at::BALANCE, Fact::Known(Value::Number(600_000), None));
        facts.set(at::TENURE, Fact::Known(Value::Number(10), None));
        let frame = engine.gather(&facts);
        assert_eq!(engine.decide(&frame, hero).by, By::Rule(RuleId(4)), "60.00 is at least 50.00");
        let explanation = engine.explain(&frame, hero).unwrap();
        assert_eq!(explanation.answer.shows.as_deref(), Some("banner"));
        assert!(Engine::load(&bytes[1..]).unwrap_err().code().name.starts_with("bundle::"));
    }

    /// A bundle with one byte changed and its digest made right again, as somebody with a program would.
    fn resealed(bytes: &[u8], at: usize, flip: u8) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= flip;
        let digest = blake3::hash(&[&bytes[..16], &bytes[48..]].concat());
        bytes[16..48].copy_from_slice(digest.as_bytes());
        bytes
    }

    #[test]
    fn whatever_loads_decides_within_its_rules() {
        let original = bundle::write(&sample(), &SourceSet::default(), &[]).unwrap();
        let mut loaded = 0_u32;
        for at in 0..original.len() {
            for flip in [0x01, 0x02, 0x10, 0xff] {
                let Ok(Bundle { rules, .. }) = bundle::read(&resealed(&original, at, flip)) else { continue };
                loaded += 1;
                let engine = Engine::reference(rules);
                let mut facts = engine.nothing_known(noon());
                facts.set(at::ID, Fact::Known(Value::Text("anna".into()), None));
                facts.set(at::BALANCE, Fact::Known(Value::Number(600_000), None));
                facts.set(at::TENURE, Fact::Known(Value::Number(10), None));
                let frame = engine.gather(&facts);
                let slots = engine.slots();
                let decisions = engine.decide_all(&frame, &slots);
                // Making machine code takes its time, so only now and then.
                if loaded.is_multiple_of(64) {
                    assert_eq!(Engine::from_rules(engine.rules().clone()).decide_all(&frame, &slots), decisions);
                }
                for decision in decisions {
                    if let Outcome::Shows(offer) = decision.outcome {
                        assert!(offer.index() < engine.rules().offers.len());
                    }
                }
                assert_eq!(engine.explain_all(&frame, &slots).len(), slots.len());
            }
        }
        assert!(loaded > 0, "some flips are harmless");
    }

    #[test]
    fn how_it_decides_is_told() {
        let engine = Engine::from_rules(sample());
        let expected = if cfg!(feature = "jit") { How::MachineCode } else { How::Reference };
        assert_eq!(*engine.how(), expected);
        assert_eq!(Engine::reference(sample()).how().to_string(), "the reference evaluator");
        let refused = How::ReferenceInstead("the rules are too large for machine code".into());
        assert_eq!(refused.to_string(), "the reference evaluator, because the rules are too large for machine code");
    }

    #[cfg(feature = "jit")]
    #[test]
    fn what_the_code_generator_refuses_is_decided_all_the_same() {
        let mut rules = rule_set();
        let wide = crate::value::NumberType { scale: 0, min: i64::MIN, max: i64::MAX };
        let of = || Box::new(Expression::Attribute(at::TENURE));
        rules.attributes[at::TENURE.index()].ty = crate::value::Type::Number(wide);
        let twice = Expression::Rescale(of(), wide);
        rules.rules[2].when.push(Clause { condition: Condition::Known(twice), span: span() });
        rules.rules[2].needs = rules.rules[0].needs.clone();
        rules.values[0].expression = Expression::Attribute(at::BALANCE);
        let engine = Engine::from_rules(Verified::new(rules).unwrap());
        assert!(matches!(engine.how(), How::ReferenceInstead(_)), "{}", engine.how());
        let decision = engine.decide(&engine.gather(&engine.nothing_known(noon())), SlotId(1));
        assert_eq!(decision.by, UNKNOWN);
    }

    #[test]
    fn a_slot_of_other_rules_shows_nothing() {
        let engine = Engine::from_rules(sample());
        let frame = engine.gather(&engine.nothing_known(noon()));
        assert_eq!(engine.decide(&frame, SlotId(99)).outcome, Outcome::Nothing);
        assert_eq!(engine.explain(&frame, SlotId(99)), None);
        assert_eq!(engine.explain_all(&frame, &[SlotId(99), SlotId(0)]).len(), 1);
    }

    #[test]
    fn an_offer_wins_one_slot_of_a_request() {
        let engine = Engine::from_rules(sample());
        let reference = Engine::reference(sample());
        let mut facts = engine.nothing_known(noon());
        facts.set(at::ID, Fact::Known(Value::Text("anna".into()), None));
        facts.set(at::TIER, Fact::Known(Value::Member(2), None));
        facts.set(at::DEVICE, Fact::Known(Value::Member(0), None));
        let frame = engine.gather(&facts);
        let slots = [SlotId(0), SlotId(1), SlotId(0)];
        let decisions = engine.decide_all(&frame, &slots);
        assert_eq!(decisions, reference.decide_all(&frame, &slots));
        assert_eq!(decisions[0].outcome, Outcome::Shows(OfferId(2)));
        assert_eq!(decisions[2].outcome, Outcome::Nothing, "taken by the first");
        let explained: Vec<_> =
            engine.explain_all(&frame, &slots).into_iter().map(|explanation| explanation.answer.shows).collect();
        assert_eq!(explained[0].as_deref(), Some("letter"));
        assert_eq!(explained[2], None);
    }

    #[test]
    fn engines_are_shared_between_threads() {
        fn shared<T: Send + Sync>(_: &T) {}
        let engine = Engine::from_rules(sample());
        shared(&engine);
        let frame = engine.gather(&engine.nothing_known(noon()));
        let expected = engine.decide_all(&frame, &engine.slots());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(engine.decide_all(&frame, &engine.slots()), expected));
            }
        });
    }

    #[test]
    fn the_deepest_rules_are_decided_and_explained_on_a_small_stack() {
        // A chain of segments, each a few levels deep, as deep as `verify` allows.
        let mut rules = rule_set();
        let levels = limits::DEPTH_WRITTEN_OUT / 4 - 4;
        for index in 0..levels {
            let inner = match index {
                0 => Condition::Known(Expression::Attribute(at::TIER)),
                _ => Condition::Segment(SegmentId::from_index(2 + index)),
            };
            let not = |inner| Condition::Not(Box::new(inner));
            let condition = not(not(not(inner)));
            rules.segments.push(Segment {
                name: format!("s{index:05}"),
                label: String::new(),
                span: span(),
                condition,
            });
        }
        rules.segments.sort_by(|a, b| a.name.cmp(&b.name));
        // Behind the chain stands one segment of the sample.
        let last = SegmentId::from_index(rules.segments.len() - 2);
        rules.rules[4].when = vec![Clause { condition: Condition::Segment(last), span: span() }];
        let decide = move || {
            let rules = Verified::new(rules).unwrap();
            for engine in [Engine::from_rules(rules.clone()), Engine::reference(rules)] {
                let frame = engine.gather(&engine.nothing_known(noon()));
                let by = if levels.is_multiple_of(2) { By::Fallback(1) } else { By::Rule(RuleId(4)) };
                assert_eq!(engine.decide(&frame, SlotId(1)).by, by, "three times {levels} negations of no");
                assert!(engine.explain(&frame, SlotId(1)).is_some());
            }
        };
        std::thread::Builder::new().stack_size(2 << 20).spawn(decide).unwrap().join().unwrap();
    }
}
