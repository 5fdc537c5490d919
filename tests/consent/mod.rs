//! Without a purpose nothing that it opens has a say.
//!
//! - `two_runs`: two customers who differ in nothing but what a closed purpose opens see the same and are told the same, by
//!   both engines, byte for byte.
//! - `lines`: the same from the outside, from tables to what the tool writes.
//! - `unmasked`: where the proof takes nothing of masking, the same holds though nothing is masked.
//! - `planted`: rule sets of which each leaks in another way. With masking off every one of them really does, and the proof
//!   alone rejects it; with the guard put in, it is accepted, and does not leak.
//! - `reads`: what the manifest says that a slot reads is all that it reads.
//!
//! Masking is done in one place, when facts become a frame. So *masking off* needs no switch anywhere: it is the frame of a
//! customer who granted everything, with the consents put back as they were.

mod lines;
mod planted;
mod reads;
mod two_runs;
mod unmasked;

use cater::analysis::consent::{Source, needs_of};
use cater::eval::Explanation;
use cater::frame::{ConsentRecord, Facts, Frame, Happened, gather};
use cater::model::{AttributeId, Basis, CapKind, EventId, PurposeId, RuleSet};
use cater::value::{Consent, Datum, Instant, Missing, Value};

use crate::engines::generate::{Generated, Size, sized};
use crate::engines::rng::Rng;
use crate::properties::Subject;

/// A generated rule set of a seed, with both engines. Small ones try as many constructs, and more of them a second: the
/// smallest change of an explanation is looked for by deciding hundreds of times.
pub(crate) fn generated(seed: u64) -> Subject {
    Subject::new(format!("seed {seed}"), Vec::new(), made(seed))
}

/// The same, without its engines.
pub(crate) fn made(seed: u64) -> Generated {
    let mut rng = Rng::new(seed ^ 0x5eed);
    let most = if seed.is_multiple_of(25) { 40 } else { *rng.pick(&[3, 6, 12]) };
    let rules = 1 + rng.below(most);
    let size = Size { rules, slots: 1 + rng.below(3), probes: 0 };
    sized(seed, size)
}

/// A customer who said anything but yes to one purpose, and has a past with fields.
pub(crate) fn without(subject: &Subject, purpose: PurposeId, rng: &mut Rng) -> Facts {
    let rules = subject.rules();
    let mut facts = subject.customer(rng);
    for event in &mut facts.history {
        fill(rules, event, rng);
    }
    facts.set_consent(purpose, closed(rules, purpose, rng));
    facts
}

/// A record that does not open a purpose.
fn closed(rules: &RuleSet, purpose: PurposeId, rng: &mut Rng) -> ConsentRecord {
    let of = &rules[purpose];
    match of.basis {
        Basis::LegitimateInterest(_) => ConsentRecord::of(Consent::Objected),
        Basis::Consent | Basis::ExplicitConsent => match rng.below(8) {
            0 | 1 if of.confirmed => ConsentRecord::of(Consent::Granted),
            0 => ConsentRecord::of(Consent::Objected),
            1 => ConsentRecord::of(Consent::Unknown),
            2 => ConsentRecord::of(Consent::Denied),
            3 => ConsentRecord::of(Consent::Pending),
            4 => ConsentRecord::of(Consent::Expired),
            _ => ConsentRecord::of(Consent::Withdrawn),
        },
    }
}

/// Gives an event its fields, or some of them.
fn fill(rules: &RuleSet, event: &mut Happened, rng: &mut Rng) {
    let fields = rules[event.event].fields.iter().map(|field| match field.ty.number() {
        Some(number) if rng.percent(85) => Datum::Known(Value::Number(rng.between(number.min, number.max))),
        Some(_) | None => Datum::Missing(Missing::Absent),
    });
    event.fields = fields.collect();
}

/// Whether a cap, a pause or a block counts an event: that has a say whatever its purpose (R20).
fn is_counted(rules: &RuleSet, event: EventId) -> bool {
    rules.caps.iter().any(|cap| {
        let without = match &cap.kind {
            CapKind::Pause { without, .. } => without.contains(&event),
            CapKind::Cap | CapKind::Block { .. } | CapKind::Gap => false,
        };
        without || cap.events.contains(&event)
    })
}

/// The same customer with other values of everything that a purpose opens, and another past as far as it does. How much
/// was varied.
pub(crate) fn vary(subject: &Subject, facts: &Facts, purpose: PurposeId, rng: &mut Rng) -> (Facts, u64) {
    let rules = subject.rules();
    let stranger = subject.customer(rng);
    let (mut other, mut varied) = (facts.clone(), 0);
    for (at, fact) in stranger.attributes.into_iter().enumerate() {
        let id = AttributeId::from_index(at);
        if needs_of(rules, Source::Attribute(id)).contains(&purpose) && !rules[id].key {
            varied += u64::from(facts.attributes[at] != fact);
            other.set(id, fact);
        }
    }
    let opened = |event: EventId| needs_of(rules, Source::Event(event)).contains(&purpose) && !is_counted(rules, event);
    let before = other.history.len();
    other.history.retain(|event| !opened(event.event) || rng.percent(40));
    varied += (before - other.history.len()) as u64;
    for at in 0..rules.events.len() {
        let event = EventId::from_index(at);
        for _ in 0..if opened(event) { rng.below(4) } else { 0 } {
            let at = Instant(facts.now.0 - rng.between(-60, 40 * 86_400) * 1_000_000);
            let mut happened = Happened::plain(event, at, cater::frame::Stamp::Unstamped);
            fill(rules, &mut happened, rng);
            let place = rng.below(other.history.len() + 1);
            other.history.insert(place, happened);
            varied += 1;
        }
        if opened(event) && rng.percent(10) {
            other.undated.push((event, cater::frame::Stamp::Unstamped));
            varied += 1;
        }
    }
    (other, varied)
}

/// The frame in which nothing is masked.
fn unmasked(rules: &RuleSet, facts: &Facts) -> Frame {
    let masked = gather(rules, facts);
    let mut open = facts.clone();
    open.objects_to_direct_marketing = false;
    open.consent = vec![ConsentRecord::granted(facts.now); rules.purposes.len()];
    Frame { consent: masked.consent, shortfalls: masked.shortfalls, beneath: masked.beneath, ..gather(rules, &open) }
}

/// An explanation without what rests on masking in any case: the smallest change, which opens purposes in thought, and what
/// was set aside.
fn without_change(explanation: Explanation) -> Explanation {
    Explanation { change: None, set_aside: Vec::new(), ..explanation }
}

/// As the environment says, with `_` between digits, else so many.
pub(crate) fn number(name: &str, otherwise: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.trim().replace('_', "").parse().ok()).unwrap_or(otherwise)
}
