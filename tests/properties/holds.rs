//! The replay of a hold at its time equals a fresh decision. Whatever is held until T: before T it is held or has dropped
//! out, never let go; at T a fresh decision lets it go, or something that comes before it in the slot has its turn. Who
//! says that it was held is answered the same; asked on its way, no limit takes back what was promised.
//!
//! As known now: the same customer, only later. Where what is known of them changes with the hours (a value gets stale,
//! a consent runs out, a count fades) the release is no promise, and what is asked is that it is not late for its windows,
//! caps, blocks, channels or dates.

use cater::compile::compile;
use cater::eval::{self, Dropped};
use cater::frame::{By, Decision, Fact, Facts, Frame, Outcome, gather};
use cater::model::{AgeBound, Condition, Expression, OfferId, Outside, RuleId, RuleSet, Scope, SlotId};
use cater::ops::{Comparison, Direction};
use cater::source::SourceSet;
use cater::value::{Instant, Period, Type, Value};

use super::{Subject, compiled, effort, subjects};
use crate::engines::generate::Generated;
use crate::engines::rng::Rng;

/// What was tried.
#[derive(Debug, Default)]
struct Tally {
    /// Holds.
    held: u64,
    /// At their time the offer is let go.
    let_go: u64,
    /// Somebody who is known no more than before was asked anew.
    asked_anew: u64,
    /// It was said that it had been held.
    released: u64,
    /// So it was said on its way.
    on_its_way: u64,
    /// It went by another channel than the first.
    by_another: u64,
    /// It was held as late as its limit lets it, and not a second earlier.
    limits: u64,
    /// It was held if it was over a second after the release, and not if it was over at it.
    expiries: u64,
}

/// Everything for which something waits, beside what the worlds and the generated rules have of it.
const WAITS: &str = r#"
purpose offers "Sell" { basis legitimate interest "LIA"  direct marketing }
defaults { grace 3 days }
customer { id: text key  told: time  young: yes or no  busy: yes or no  home: zone }
channel push { needs offers  reached when young }
channel sms  { needs offers }
channel mail { needs offers }
channel call { needs offers }
offer sale  { class marketing  tags slow }
offer short { class marketing  tags slow  active to 2026-06-20 }
offer late  { class marketing  tags slow }
offer story { class service }
offer note  { class marketing }
offer dial  { class marketing  tags slow }
slot place on web { accepts service, marketing  fallback story }
slot corner on web { accepts service, marketing  fallback story }
slot message by push, sms, mail { accepts marketing  fallback nothing }
slot phone by call { accepts marketing  fallback nothing }
rule sell in place { when busy  needs offers  priority 4  show sale }
rule soon in place { when young  needs offers  priority 3  expires 20 hours after told  show short }
rule last in place { needs offers  priority 2  review by 2026-06-17  show late }
rule told in corner { needs offers  expires 30 hours after told  show late }
rule write in message { when busy is no  priority 2  send note }
rule tell in message { priority 1  send late by sms, push }
rule dial in phone { send dial }
window day { zone home else "UTC"  open 09:00 until 17:00  open 11:00 until 15:00 when young  on tag slow  outside hold at most 15 hours }
window ring { zone home else "UTC"  open 08:00 until 18:00  on channel push  outside next channel }
window text { zone home else "UTC"  open mon to sat 10:00 until 17:00  on channel sms  outside hold at most 14 hours }
window post { zone home else "UTC"  open mon to fri 08:30 until 16:00  on channel mail  outside drop }
window talk { zone home else "UTC"  open 10:00 until 12:00  on channel call  outside hold at most 30 hours }
gap calm { at least 9 hours apart  per customer  on offer sale  then hold at most 7 hours }
gap lull { at least 9 hours apart  per customer  on offer late  then hold at most 30 hours }
gap pace { at least 1 hour apart  per customer  on offer note  then hold at most 2 hours }
cap often { at most 1 shown  in any 2 days  per customer  on offer late  then hold at most 40 hours }
cap rings { at most 1 sent  in any 1 day  per customer  on channel push }
"#;

fn waits() -> Subject {
    let files = vec![("waits.rules".to_owned(), WAITS.to_owned())];
    let rules =
        compiled(&files).unwrap_or_else(|| panic!("{:#?}", compile(SourceSet::single("w", WAITS).0).diagnostics));
    let now = Instant::parse("2026-06-15T10:00Z").expect("a time");
    let generated = Generated { rules: (*rules).clone(), now, probes: Vec::new(), scenarios: Vec::new() };
    Subject::new("waits".to_owned(), files, generated)
}

#[test]
fn a_hold_is_let_go_when_a_fresh_decision_lets_it_go() {
    let mut tally = Tally::default();
    let own = waits();
    for (at, subject) in std::iter::once(&own).chain(subjects()).enumerate() {
        let mut rng = Rng::new(77 + at as u64);
        let customers = if at == 0 { 1_500 } else { 60 };
        for _ in 0..customers * effort() {
            let mut facts = subject.customer(&mut rng);
            // Any hour: windows are open at noon.
            facts.now = Instant(facts.now.0 + rng.between(0, 24 * 3600) * super::SECOND);
            let frame = gather(subject.rules(), &facts);
            for slot in subject.slots() {
                let decision = subject.decide(&frame, slot);
                if let Outcome::Holds { offer, until } = decision.outcome {
                    one(subject, &facts, &frame, &decision, (offer, until), &mut rng, &mut tally);
                }
            }
        }
    }
    println!("{tally:?}");
    let Tally { held, let_go, asked_anew, released, on_its_way, by_another, limits, expiries } = tally;
    assert!(held > 500 && let_go * 2 > held && asked_anew * 4 > held && released * 4 > held, "{tally:?}");
    assert!(limits > 10 && expiries > 10 && by_another > 10 && on_its_way > held, "{tally:?}");
}

fn one(
    subject: &Subject,
    facts: &Facts,
    frame: &Frame,
    decision: &Decision,
    (offer, until): (OfferId, Instant),
    rng: &mut Rng,
    tally: &mut Tally,
) {
    let (rules, slot) = (subject.rules(), decision.slot);
    let context = |at: Instant| format!("{}: {decision:?} of {frame:?}, at {at:?}", subject.name);
    tally.held += 1;
    assert!(frame.now < until, "{}", context(until));

    limit(subject, facts, decision, until, tally);
    expiry(subject, facts, decision, (offer, until), tally);

    // Before: a microsecond, and anywhere.
    let span = until.0 - frame.now.0;
    for before in [1, span.min(1_000_000), rng.between(1, span), rng.between(1, span)] {
        let at = Instant(until.0 - before);
        let then = frame.at(rules, at);
        let found = subject.decide(&then, slot);
        assert!(!lets_go(&found, decision, offer), "{} {found:?}", context(at));
        on_its_way(subject, facts, decision, (offer, frame.now, until), &then, tally);
    }

    let then = frame.at(rules, until);
    let fresh = subject.decide(&then, slot);
    tally.let_go += u64::from(lets_go(&fresh, decision, offer));
    if let By::Rule(rule) = decision.by {
        // It has its turn and goes, or something before it had: else it dropped out, and not for the hour.
        match fresh.by == decision.by {
            true => assert_eq!(fresh.outcome.offer(), Some(offer), "{} {fresh:?}", context(until)),
            false => {
                let passed_over = eval::passed_over(rules, &then, slot);
                let dropped = passed_over.iter().find(|(of, _)| *of == rule).map(|(_, dropped)| dropped);
                assert!(dropped.is_none_or(of_the_customer), "{} {dropped:?}", context(until));
            }
        }
    } else {
        assert!(fresh.by != decision.by || fresh.outcome.held().is_none(), "{} {fresh:?}", context(until));
    }
    if let (Some(by), true) = (fresh.outcome.channel(), fresh.by == decision.by) {
        tally.by_another += u64::from(first_channel(rules, frame, slot, decision) != Some(by));
    }

    // The same of facts, gathered anew; and by who says that it was held.
    let later = Facts { now: until, ..facts.clone() };
    let gathered = gather(rules, &later);
    if same(&gathered, &then) {
        tally.asked_anew += 1;
        assert_eq!(subject.decide(&gathered, slot), fresh, "{}", context(until));
        let of_moment = rules.attributes.iter().zip(&gathered.attributes);
        let knows_no_moment =
            of_moment.filter(|(of, _)| of.scope == Scope::Moment).all(|(_, datum)| datum.known().is_none());
        if knows_no_moment {
            let mut held = later;
            held.set_held(offer, frame.now);
            let released = gather(rules, &held);
            tally.released += 1;
            assert_eq!(subject.decide(&released, slot), fresh, "{}", context(until));
        }
    }
}

/// Whoever says on its way since when it was held hears the same, or of something else than its limits.
fn on_its_way(
    subject: &Subject,
    facts: &Facts,
    decision: &Decision,
    (offer, since, until): (OfferId, Instant, Instant),
    then: &Frame,
    tally: &mut Tally,
) {
    let rules = subject.rules();
    let mut asked = Facts { now: then.now, ..facts.clone() };
    let known = gather(rules, &asked);
    let of_moment = rules.attributes.iter().zip(&known.attributes);
    let mut knows_of_it = of_moment.filter(|(of, datum)| of.scope == Scope::Moment && datum.known().is_some());
    if !same(&known, then) || knows_of_it.next().is_some() {
        return;
    }
    asked.set_held(offer, since);
    let frame = gather(rules, &asked);
    let found = subject.decide(&frame, decision.slot);
    tally.on_its_way += 1;
    let context = || format!("{}: {decision:?}, {found:?} of {frame:?}", subject.name);
    if found.by == decision.by {
        assert_eq!(found.outcome, Outcome::Holds { offer, until }, "{}", context());
    } else if let By::Rule(rule) = decision.by {
        let passed_over = eval::passed_over(rules, &frame, decision.slot);
        let dropped = passed_over.iter().find(|(of, _)| *of == rule).map(|(_, dropped)| dropped);
        let by_its_limits = matches!(dropped, Some(Dropped::HoldLimit(..) | Dropped::Overdue(_)));
        assert!(!by_its_limits, "{dropped:?} {}", context());
    }
}

/// For how long a rule may wait at most, as it stands; nothing where it has no number.
fn longest(rules: &RuleSet, frame: &Frame, rule: RuleId) -> Option<Period> {
    let closed = rules.windows_on(rule).into_iter().filter(|id| !eval::window_is_open(rules, frame, *id));
    let of_windows = closed.map(|id| match rules[id].outside {
        Outside::Hold(most) => most,
        Outside::Drop | Outside::NextChannel => None,
    });
    let spent = rules.caps_on(rule).into_iter().filter(|cap| frame.stops(rules, *cap, rules[rule].class));
    let all: Option<Vec<Period>> = of_windows.chain(spent.map(|cap| rules[cap].hold())).collect();
    all?.into_iter().min_by_key(|most| frame.now.plus(*most))
}

/// On a place: the same customer, as long before the release as the shortest limit lets them wait, and a second around that.
fn limit(subject: &Subject, facts: &Facts, decision: &Decision, until: Instant, tally: &mut Tally) {
    let (rules, slot) = (subject.rules(), decision.slot);
    let By::Rule(rule) = decision.by else { return };
    let Some(most) = longest(rules, &gather(rules, facts), rule).filter(|_| !rules.sends(slot)) else { return };
    let start = until.minus(most);
    let frames = [-1, 0, 1]
        .map(|seconds| gather(rules, &Facts { now: Instant(start.0 + seconds * super::SECOND), ..facts.clone() }));
    let alike = frames.iter().all(|frame| longest(rules, frame, rule) == Some(most) && same(frame, &frames[0]));
    let [before, at, after] = frames.map(|frame| subject.decide(&frame, slot));
    // There it may not come to its turn, or be let go before.
    if alike && start.plus(most) == until && (after.by, after.outcome) == (decision.by, decision.outcome) {
        tally.limits += 1;
        assert_eq!((at.by, at.outcome), (decision.by, decision.outcome), "{}: {decision:?} of {facts:?}", subject.name);
        assert_ne!((before.by, before.outcome), (decision.by, decision.outcome), "{}: {decision:?}", subject.name);
    }
}

/// A rule that expires at the release is not held, and one that expires a second later is.
fn expiry(
    subject: &Subject,
    facts: &Facts,
    decision: &Decision,
    (offer, until): (OfferId, Instant),
    tally: &mut Tally,
) {
    let (rules, slot) = (subject.rules(), decision.slot);
    let By::Rule(rule) = decision.by else { return };
    let Some(Condition::Age(Expression::Attribute(id), Direction::Old, AgeBound::One(Comparison::AtLeast, length))) =
        rules[rule].expires.as_ref().map(|clause| &clause.condition)
    else {
        return;
    };
    if rules[*id].ty != Type::Time || length.unit.microseconds().is_none() {
        return;
    }
    let [over, in_time] = [0, 1].map(|seconds| {
        let mut facts = facts.clone();
        let since = Instant(until.minus(*length).0 + seconds * super::SECOND);
        facts.set(*id, Fact::Known(Value::Time(since), Some(facts.now)));
        gather(rules, &facts)
    });
    // Its audience may read that time, too.
    let held = subject.decide(&in_time, slot);
    if held.by != decision.by || held.outcome != (Outcome::Holds { offer, until }) {
        return;
    }
    let passed_over = eval::passed_over(rules, &over, slot);
    let dropped = passed_over.into_iter().find(|(of, _)| *of == rule).map(|(_, dropped)| dropped);
    if dropped.as_ref().is_some_and(of_the_customer) {
        return;
    }
    tally.expiries += 1;
    assert_eq!(dropped, Some(Dropped::Expired), "{}: {decision:?} of {over:?}", subject.name);
}

/// The offer is shown or sent by who held it.
fn lets_go(found: &Decision, held: &Decision, offer: OfferId) -> bool {
    found.by == held.by && found.outcome.offer() == Some(offer)
}

/// A candidate that dropped out for something but the hour: ages in its audience go on while it waits.
fn of_the_customer(dropped: &Dropped) -> bool {
    matches!(dropped, Dropped::NotApplicable | Dropped::NotKnown | Dropped::NoScore)
}

/// Nothing else is known.
fn same(one: &Frame, other: &Frame) -> bool {
    one.attributes == other.attributes
        && one.gathered == other.gathered
        && one.consent == other.consent
        && one.permissions == other.permissions
        && one.caps == other.caps
        && one.last_used == other.last_used
}

/// The channel that is tried first for what was held.
fn first_channel(rules: &RuleSet, frame: &Frame, slot: SlotId, held: &Decision) -> Option<cater::model::ChannelId> {
    let channels = match held.by {
        By::Rule(rule) | By::Substitute(rule, _) => rules.channels_of(&rules[rule]),
        By::Fallback(_) | By::SlotOff => &rules[slot].channels,
    };
    rules.ring(slot, channels, frame.last_used(slot)).first().copied()
}
