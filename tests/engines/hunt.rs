//! The hunt: rule set after rule set, frame after frame, each decided by both engines.
//!
//! `CATER_HUNT_SECONDS` and `CATER_HUNT_DECISIONS` say how long (the first alone, the second alone, or until both),
//! `CATER_HUNT_SEED` where to begin. A difference is made small and printed with the seed of its rule set.

use std::collections::BTreeSet;
use std::time::{Duration, Instant as Clock};

use cater::eval::{self, Blocked, Dropped};
use cater::frame::{By, Decision, Frame, Outcome, reserve};
use cater::jit::{self, Compiled, Effort, JitError};
use cater::model::{
    CapId, OfferId, Outside, RuleId, RuleSet, SCORE_PLACES, SlotId, Substitute, Then, Verified, WindowId, verify,
};
use cater::plan::{PlanError, Record};
use cater::runtime;
use cater::value::{Instant, Value, rescale};

use super::constructs::Constructs;
use super::count::{Counts, Engine};
use super::frames::{Atoms, open};
use super::generate::{Generated, generate};
use super::rng::Rng;
use super::shrink;

/// How long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    pub(crate) seconds: u64,
    pub(crate) decisions: u64,
    pub(crate) seed: u64,
}

impl Budget {
    /// As the environment says, else so many seconds.
    pub(crate) fn from_environment(seconds: u64) -> Self {
        let number = |name: &str| std::env::var(name).ok().and_then(|text| text.trim().replace('_', "").parse().ok());
        let (wanted, decisions) = (number("CATER_HUNT_SECONDS"), number("CATER_HUNT_DECISIONS"));
        let seconds = wanted.unwrap_or(if decisions.is_some() { 0 } else { seconds });
        Self { seconds, decisions: decisions.unwrap_or(0), seed: number("CATER_HUNT_SEED").unwrap_or(1) }
    }
}

/// What a hunt did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(crate) decisions: u64,
    pub(crate) rule_sets: u64,
    /// Rule sets whose numbers are too wide for machine code.
    pub(crate) refused: u64,
    /// Picks seen, of all there were.
    pub(crate) picks: (u64, u64),
    /// The rules of the largest rule set, probes not counted.
    pub(crate) most_rules: usize,
    pub(crate) took: Duration,
    pub(crate) counts: Counts,
    pub(crate) constructs: Constructs,
    /// How often machine code handed over, for what had to wait.
    pub(crate) waited: u64,
    /// How often something was held.
    pub(crate) holds: u64,
    /// How often a channel was passed over outside its hours, and another carried the message or none did.
    pub(crate) passed_on: [u64; 2],
    /// How often something was held or dropped out for the hours of the channel that would carry it.
    pub(crate) by_channel: u64,
    /// How often a rule's message was held while one of its caps was spent, and how often it would have been for too long.
    pub(crate) for_caps: [u64; 2],
    /// How often nothing was shown and it was said when to ask again.
    pub(crate) again: u64,
    /// How often a rule won that ranks among others, one that stands behind another by `ties` and name, and one of which
    /// another has the same score.
    pub(crate) ranked: [u64; 3],
}

impl Report {
    /// What was never seen.
    pub(crate) fn gaps(&self) -> Vec<String> {
        self.counts.gaps().into_iter().chain(self.constructs.gaps()).collect()
    }

    /// What the hunt did, for people.
    pub(crate) fn summary(&self, budget: Budget) -> String {
        let Self {
            decisions,
            rule_sets,
            refused,
            picks,
            most_rules,
            took,
            counts,
            constructs: _,
            ranked,
            waited,
            holds,
            again,
            passed_on,
            by_channel,
            for_caps,
        } = self;
        let seconds = took.as_secs_f64();
        format!(
            "seed {}: {decisions} decisions by each engine over {rule_sets} rule sets of up to {most_rules} rules, \
             {refused} refused by machine code; {} of {} possible answers given; least seen: {:?}\n\
             held {holds}, handed over by machine code {waited}, with a time to ask again {again}\n\
             channels outside their hours: {} went by another, {} by none, {by_channel} waited or dropped out\n\
             for caps: {} held, {} for too long\n\
             by score {}, of them against `ties` and names {}, with another that scored the same {}\n\
             {seconds:.1} s, {:.0} decisions a second",
            budget.seed,
            picks.0,
            picks.1,
            counts.least(),
            passed_on[0],
            passed_on[1],
            for_caps[0],
            for_caps[1],
            ranked[0],
            ranked[1],
            ranked[2],
            *decisions as f64 / seconds.max(0.001),
        )
    }
}

const HOUR: i64 = 3_600_000_000;

/// Frames of one rule set.
const FRAMES: usize = 250;

/// So many rule sets show everything that there is to see.
const PATIENCE: u64 = 100;

/// Hunts until the budget is spent and everything was seen; stops at the first difference.
///
/// # Errors
/// The difference, as a report for people.
pub(crate) fn hunt(budget: Budget) -> Result<Report, String> {
    let mut report = Report::default();
    let start = Clock::now();
    let enough = Duration::from_secs(budget.seconds);
    // Everything is seen within seconds; a hunt that still misses something after that, and after as many rule sets as a
    // busy machine hunts through more slowly, will go on missing it.
    let patience = enough + Duration::from_secs(60);
    let is_over = |report: &Report| start.elapsed() > patience && report.rule_sets > PATIENCE;
    for seed in budget.seed.. {
        let spent = start.elapsed() >= enough && report.decisions >= budget.decisions;
        if spent && (report.gaps().is_empty() || is_over(&report)) {
            break;
        }
        one(seed, &mut report)?;
    }
    report.took = start.elapsed();
    Ok(report)
}

/// All frames of the rule set of one seed.
fn one(seed: u64, report: &mut Report) -> Result<(), String> {
    let generated = generate(seed);
    let rules = &generated.rules;
    let effort = if seed.is_multiple_of(8) { Effort::Optimised } else { Effort::Quick };
    report.rule_sets += 1;
    report.most_rules = report.most_rules.max(rules.rules.len() - 2 * generated.probes.len());
    verify(rules).map_err(|error| format!("seed {seed}: the generator made what `verify` refuses: {error}"))?;
    let compiled = match jit::compile_with(rules, effort) {
        Ok(compiled) => compiled,
        // Both are stated limits, and then the reference evaluator decides; a large group that ranks is one function.
        Err(JitError::Plan(PlanError::TooWide) | JitError::TooLarge) => {
            report.refused += 1;
            return Ok(());
        }
        Err(error) => return Err(format!("seed {seed}: {error}")),
    };
    let mut rng = Rng::new(seed ^ 0xf7a3);
    let atoms = Atoms::of(&generated);
    let mut record = compiled.layout().record();
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Frame> = Vec::new();
    for turn in 0..FRAMES {
        let frame = match kept.len() {
            0 => atoms.draw(rules, &mut rng),
            _ if rng.percent(35) => atoms.draw(rules, &mut rng),
            count => atoms.change(rules, &kept[rng.below(count)], &mut rng),
        };
        let new = each_slot(seed, &generated, &compiled, &frame, &mut record, &mut seen, report)?;
        if new {
            kept.push(frame.clone());
        }
        if turn % 8 == 0 {
            report.counts.reasons(rules, &frame);
        }
        if turn % 4 == 0 {
            request(seed, rules, &compiled, &frame, &mut record, &mut rng, report)?;
        }
    }
    if seed.is_multiple_of(4) {
        releases(seed, rules, &kept, report)?;
    }
    report.picks.0 += seen.len() as u64;
    report.picks.1 += rules.slots.iter().map(|slot| slot.order.len() + slot.fallback.len()).sum::<usize>() as u64;
    Ok(())
}

/// What was held is let go, as a service does it: when it may go, a little later, and long after. Machine code reckons with
/// nothing that has waited, so that is asked by way of the engine that hands it over.
fn releases(seed: u64, rules: &RuleSet, frames: &[Frame], report: &mut Report) -> Result<(), String> {
    let verified = Verified::new(rules.clone()).map_err(|error| format!("seed {seed}: {error}"))?;
    let engine = runtime::Engine::from_rules(verified);
    for frame in frames {
        for slot in (0..rules.slots.len()).map(SlotId::from_index) {
            let Outcome::Holds { offer, until } = eval::decide(rules, frame, slot).outcome else { continue };
            for (at, later) in [0, 7 * HOUR, 200 * HOUR].map(|more| Instant(until.0 + more)).into_iter().enumerate() {
                let mut then = frame.at(rules, later);
                then.held = vec![(offer, frame.now)];
                let reference = eval::decide(rules, &then, slot);
                report.decisions += 1;
                if engine.decide(&then, slot) != reference {
                    return Err(format!("of what was held: {}", shrink::report(seed, rules, &then, &[slot])));
                }
                report.constructs.released(rules, &then, &reference, at == 0);
            }
        }
    }
    Ok(())
}

/// Every slot alone; whether an answer was given that no frame got before.
fn each_slot(
    seed: u64,
    generated: &Generated,
    compiled: &Compiled,
    frame: &Frame,
    record: &mut Record,
    seen: &mut BTreeSet<String>,
    report: &mut Report,
) -> Result<bool, String> {
    let rules = &generated.rules;
    compiled.layout().pack(rules, frame, record).map_err(|unfit| format!("seed {seed}: {unfit}"))?;
    let mut new = false;
    for index in 0..rules.slots.len() {
        let slot = SlotId::from_index(index);
        let reference = eval::decide(rules, frame, slot);
        let machine = compiled.decide(slot, record).map(|decision| answered(rules, frame, decision));
        report.decisions += 1;
        let waited = machine.is_none() && waits(rules, frame, slot);
        report.waited += u64::from(waited);
        report.holds += u64::from(matches!(reference.outcome, Outcome::Holds { .. }));
        report.again += u64::from(reference.again.is_some());
        if machine != Some(reference) && !waited {
            return Err(shrink::report(seed, rules, frame, &[slot]));
        }
        report.constructs.decision(rules, frame, &reference);
        ranked(rules, frame, &reference, report);
        by_hours(rules, frame, &reference, report);
        new |= seen.insert(format!("{slot:?} {:?}", reference.by));
        if let Some(probe) = generated.probes.iter().find(|probe| probe.slot == slot) {
            let needs = &rules[rules[slot].order[0]].needs;
            if open(frame, needs) {
                report.counts.probe(rules, frame, probe, Engine::Reference, &reference);
                if let Some(machine) = machine {
                    report.counts.probe(rules, frame, probe, Engine::Machine, &machine);
                }
            }
        }
    }
    Ok(new)
}

/// What a service gives back: beside nothing, when to ask again.
pub(crate) fn answered(rules: &RuleSet, frame: &Frame, decision: Decision) -> Decision {
    match decision.outcome {
        Outcome::Nothing => Decision { again: eval::ask_again(rules, frame, decision.slot), ..decision },
        Outcome::Shows(_) | Outcome::Sends { .. } | Outcome::Holds { .. } => decision,
    }
}

/// What machine code comes to, or the evaluator where it may hand over to it.
pub(crate) fn machine(
    rules: &RuleSet,
    compiled: &Compiled,
    frame: &Frame,
    record: &Record,
    slot: SlotId,
) -> Option<Decision> {
    match compiled.decide(slot, record) {
        Some(decision) => Some(answered(rules, frame, decision)),
        None => waits(rules, frame, slot).then(|| eval::decide(rules, frame, slot)),
    }
}

/// Whether machine code may hand a slot over: something is held there, or dropped out for its windows. Nothing else is a
/// reason to.
pub(crate) fn waits(rules: &RuleSet, frame: &Frame, slot: SlotId) -> bool {
    let late = |dropped: &Dropped| {
        matches!(
            dropped,
            Dropped::HoldLimit(..) | Dropped::Overdue(_) | Dropped::Ends(_) | Dropped::Expired | Dropped::Outside(_)
        )
    };
    let decision = eval::decide(rules, frame, slot);
    matches!(decision.outcome, Outcome::Holds { .. })
        || eval::passed_over(rules, frame, slot).iter().any(|(_, dropped)| late(dropped))
        // What stands in, and the fallback list, are no rules.
        || frame.windows.iter().enumerate().any(|(at, state)| {
            let id = WindowId::from_index(at);
            let closed = !state.is_open(&rules[id], |_| true);
            closed && matches!(rules[id].outside, Outside::Hold(_)) && stands_in(rules, slot, id)
        })
        // What waits for a cap is handed over before its score and its channels are asked.
        || (0..rules.caps.len()).map(CapId::from_index).any(|id| {
            rules[id].hold().is_some() && frame.is_spent_with(rules, id, false)
        })
}

/// Whether an offer that a window binds stands in somewhere in the slot.
fn stands_in(rules: &RuleSet, slot: SlotId, window: WindowId) -> bool {
    let bound = |offer: OfferId| rules[offer].windows.contains(&window);
    let shown = rules[slot].order.iter().flat_map(|rule| {
        let rule = &rules[*rule];
        [rule.if_capped, rule.if_no_consent, rule.if_unknown].into_iter().flatten()
    });
    let sent = rules[slot].order.iter().filter(|_| rules.sends(slot));
    // What stands in where no channel carries a message that would wait, or a channel's cap that stops the slot.
    let stops = |id: RuleId| {
        let mut caps =
            rules.channels_of(&rules[id]).iter().flat_map(|of| rules.channel_caps(*of, rules[id].show, Some(id)));
        caps.any(|cap| rules.then(cap, slot) == Then::Stop)
    };
    let instead = sent.filter(|id| rules[**id].if_capped.or(rules[**id].if_no_consent).is_some() || stops(**id));
    let of_channel = rules[slot].channels.iter().any(|id| rules[*id].windows.contains(&window));
    let lists = rules[slot].fallback.len() > 1 || shown.clone().any(|of| matches!(of, Substitute::Show(_)));
    of_channel && lists
        || instead.map(|rule| rules.windows_on(*rule)).any(|windows| windows.contains(&window))
        || shown.filter_map(|of| if let Substitute::Show(offer) = of { Some(offer) } else { None }).any(bound)
        || rules[slot].fallback.iter().filter_map(|entry| entry.offer).any(bound)
}

/// What the hours of channels had to do with it.
fn by_hours(rules: &RuleSet, frame: &Frame, decision: &Decision, report: &mut Report) {
    let closed = |ids: Vec<WindowId>| ids.into_iter().any(|id| !eval::window_is_open(rules, frame, id));
    let by = match decision.by {
        By::Rule(rule) | By::Substitute(rule, _) => rules.channels_of(&rules[rule]),
        By::Fallback(_) | By::SlotOff => &rules[decision.slot].channels,
    };
    let ring = rules.ring(decision.slot, by, frame.last_used(decision.slot));
    if let Outcome::Sends { offer, channel, .. } = decision.outcome {
        let class = rules[offer].class;
        let mut before = ring.iter().take_while(|id| **id != channel);
        report.passed_on[0] += u64::from(before.any(|id| closed(rules.windows_of_way(*id, class))));
    }
    for (rule, dropped) in eval::passed_over(rules, frame, decision.slot) {
        let own = rules.windows_on(rule);
        if let Dropped::NoChannel(ways) = &dropped {
            let outside = ways.iter().any(|(_, step)| matches!(step, Blocked::Outside(_)));
            report.passed_on[1] += u64::from(outside);
        }
        if let Dropped::Outside(windows) | Dropped::HoldLimit(windows, _) = &dropped {
            report.by_channel += u64::from(windows.iter().any(|id| !own.contains(id)));
        }
        if let Dropped::HoldLimit(_, caps) = &dropped {
            report.for_caps[1] += u64::from(!caps.is_empty());
        }
    }
    if let (Outcome::Holds { .. }, By::Rule(rule)) = (decision.outcome, decision.by) {
        let spent = |id: &CapId| rules[*id].hold().is_some() && frame.stops(rules, *id, rules[rule].class);
        report.for_caps[0] += u64::from(rules.caps_on(rule).iter().any(spent));
    }
    if let Outcome::Holds { offer, .. } = decision.outcome {
        let class = rules[offer].class;
        report.by_channel += u64::from(ring.iter().any(|id| closed(rules.windows_of_message(*id, class))));
    }
}

/// What a score had to do with it.
fn ranked(rules: &RuleSet, frame: &Frame, decision: &Decision, report: &mut Report) {
    let By::Rule(winner) = decision.by else { return };
    let tier = rules.tiers(decision.slot).find(|tier| tier.contains(&winner)).unwrap_or_default();
    let score = |id: &RuleId| {
        let by = &rules[*id].rank.as_ref()?.by;
        let Value::Number(mantissa) = *eval::expression(rules, frame, by).known()? else { return None };
        Some(rescale(mantissa.into(), rules.scale_of(by), SCORE_PLACES))
    };
    let of_winner = score(&winner);
    if tier.len() < 2 || of_winner.is_none() {
        return;
    }
    let equal = tier.iter().filter(|id| score(id) == of_winner).count() > 1;
    for (count, holds) in report.ranked.iter_mut().zip([true, tier.first() != Some(&winner), equal]) {
        *count += u64::from(holds);
    }
}

/// Several slots in one request.
fn request(
    seed: u64,
    rules: &RuleSet,
    compiled: &Compiled,
    frame: &Frame,
    record: &mut Record,
    rng: &mut Rng,
    report: &mut Report,
) -> Result<(), String> {
    let mut slots: Vec<SlotId> = (0..rules.slots.len()).map(SlotId::from_index).collect();
    for index in (1..slots.len()).rev() {
        slots.swap(index, rng.below(index + 1));
    }
    slots.truncate(6);
    let reference = eval::decide_all(rules, frame, &slots);
    for offer in reference.iter().filter_map(|decision| decision.outcome.offer()) {
        report.constructs.uncounted(rules, offer);
    }
    report.decisions += slots.len() as u64;
    if machine_all(rules, compiled, frame, record, &slots).as_deref() != Some(&reference) {
        return Err(shrink::report(seed, rules, frame, &slots));
    }
    Ok(())
}

/// A request by machine code.
pub(crate) fn machine_all(
    rules: &RuleSet,
    compiled: &Compiled,
    frame: &Frame,
    record: &mut Record,
    slots: &[SlotId],
) -> Option<Vec<Decision>> {
    let mut frame = frame.clone();
    compiled.layout().pack(rules, &frame, record).ok()?;
    slots
        .iter()
        .map(|slot| {
            let decision = machine(rules, compiled, &frame, record, *slot)?;
            reserve(rules, &mut frame, &decision);
            compiled.layout().pack_reserved(rules, &frame, record);
            Some(decision)
        })
        .collect()
}
