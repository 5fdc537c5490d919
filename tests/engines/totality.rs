//! Every slot answers for every frame: for somebody of whom nothing is known for whatever reason, without a consent, with all
//! caps spent, the store down, every window shut, every offer taken, and all of that at once. Both engines, and the same.

use cater::eval;
use cater::frame::{By, CapState, Counted, Frame, Outcome, WindowState};
use cater::jit::{self, Effort, JitError};
use cater::model::{Class, OfferId, RuleSet, SlotId};
use cater::plan::PlanError;
use cater::value::{Consent, Datum, Permission};

use super::frames::{Atoms, REASONS};
use super::generate::generate;
use super::hunt::machine;
use super::rng::Rng;

/// What can be against an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Against {
    NothingKnown,
    NoConsent,
    CapsSpent,
    StoreDown,
    Shut,
    Taken,
    Permission,
}

const ALL: [Against; 7] = [
    Against::NothingKnown,
    Against::NoConsent,
    Against::CapsSpent,
    Against::StoreDown,
    Against::Shut,
    Against::Taken,
    Against::Permission,
];

impl Against {
    fn put(self, frame: &mut Frame, rng: &mut Rng) {
        match self {
            Self::NothingKnown => {
                for value in frame.attributes.iter_mut().chain(&mut frame.gathered) {
                    *value = Datum::Missing(*rng.pick(&REASONS));
                }
            }
            Self::NoConsent => {
                let closed: Vec<Consent> =
                    Consent::ALL.into_iter().filter(|consent| *consent != Consent::Granted).collect();
                frame.consent.iter_mut().for_each(|consent| *consent = *rng.pick(&closed));
            }
            Self::CapsSpent => {
                frame.caps.fill(CapState::Used(u32::MAX));
                frame.counted.fill(Counted { lasting: u32::MAX, times: Vec::new() });
            }
            Self::StoreDown => {
                frame.caps.fill(CapState::NoStore);
                frame.counted.fill(Counted::default());
            }
            Self::Shut => frame.windows.fill(WindowState::UnknownZone),
            Self::Taken => frame.taken.fill(true),
            Self::Permission => {
                let denied: Vec<Permission> =
                    Permission::ALL.into_iter().filter(|one| *one != Permission::Full).collect();
                frame.permissions.iter_mut().for_each(|permission| *permission = *rng.pick(&denied));
            }
        }
    }
}

/// Whether an answer is one that the rules declare.
fn is_declared(rules: &RuleSet, slot: SlotId, outcome: Outcome, by: By) -> bool {
    let of = &rules[slot];
    let offers = |offer: OfferId| rules[offer].off.is_none();
    match (outcome, by) {
        (_, By::SlotOff) => of.off.is_some() && outcome == Outcome::Nothing,
        (Outcome::Nothing, By::Fallback(at)) => {
            // A message that no channel carries is none, and the last entry's alone is not passed over for it.
            let is_last = at as usize + 1 == of.fallback.len();
            of.fallback.get(at as usize).is_some_and(|entry| entry.offer.is_none() || is_last && rules.sends(slot))
        }
        (Outcome::Nothing, By::Substitute(rule, _)) => rules[rule].slot == slot,
        (Outcome::Nothing, By::Rule(_)) => false,
        (Outcome::Shows(offer) | Outcome::Sends { offer, .. } | Outcome::Holds { offer, .. }, _) => {
            offers(offer) || matches!(by, By::Fallback(at) if at as usize + 1 == of.fallback.len())
        }
    }
}

#[test]
fn every_slot_answers_for_every_frame() {
    let wanted: u64 = std::env::var("CATER_TOTAL").ok().and_then(|text| text.parse().ok()).unwrap_or(150);
    let (mut decided, mut by_list, mut something) = (0_u64, 0_u64, 0_u64);
    for seed in 0..wanted {
        let generated = generate(seed);
        let rules = &generated.rules;
        let compiled = match jit::compile_with(rules, Effort::Quick) {
            Ok(compiled) => compiled,
            Err(JitError::Plan(PlanError::TooWide) | JitError::TooLarge) => continue,
            Err(error) => panic!("seed {seed}: {error}"),
        };
        let (atoms, mut rng) = (Atoms::of(&generated), Rng::new(seed ^ 0x70_7a1));
        let mut record = compiled.layout().record();
        // Each alone, all at once, and some together.
        let mut cases: Vec<Vec<Against>> = ALL.iter().map(|one| vec![*one]).collect();
        cases.push(ALL.to_vec());
        cases.extend((0..8).map(|_| ALL.into_iter().filter(|_| rng.percent(50)).collect()));
        for case in cases {
            let mut frame = atoms.draw(rules, &mut rng);
            case.iter().for_each(|against| against.put(&mut frame, &mut rng));
            compiled.layout().pack(rules, &frame, &mut record).unwrap_or_else(|unfit| panic!("seed {seed}: {unfit}"));
            for slot in (0..rules.slots.len()).map(SlotId::from_index) {
                let reference = eval::decide(rules, &frame, slot);
                let context = || format!("seed {seed}, {case:?}, {}: {reference:?}", rules[slot].name);
                assert!(is_declared(rules, slot, reference.outcome, reference.by), "{}", context());
                assert_eq!(machine(rules, &compiled, &frame, &record, slot), Some(reference), "{}", context());
                decided += 1;
                by_list += u64::from(matches!(reference.by, By::Fallback(_)));
                something += u64::from(reference.outcome != Outcome::Nothing);
                // What obeys nothing but its conditions is the only thing but a list that can be left then.
                if case == ALL
                    && let By::Rule(rule) = reference.by
                {
                    let class = rules[rule].class;
                    let obeys = matches!(class, Class::Marketing | Class::Lifecycle);
                    assert!(!obeys || rules.caps_on(rule).is_empty() && rules[rule].needs.is_empty(), "{}", context());
                }
            }
        }
    }
    println!("{decided} decisions, {by_list} by a fallback list, {something} show something");
    assert!(decided > 10 * wanted && by_list > wanted && something > wanted, "{decided} {by_list} {something}");
}
