//! A cap never exceeds its number, however many ask at the same time; raising it never reduces what its rule shows, where
//! it is the only cap in play; and a day is the day of the zone in which the customer is now.

use cater::frame::{By, CapState, Fact, Facts, Happened, brought_about, gather, stamp};
use cater::model::{
    Cap, CapId, CapKind, CapTarget, CapUnit, CapWindow, Event, EventId, RuleId, RuleSet, Substitute, Verified,
};
use cater::runtime::Engine;
use cater::runtime::past::{Stored, remember};
use cater::runtime::request::Request;
use cater::runtime::store::{MemoryStore, StateStore};
use cater::value::{Instant, Value, date_in_zone};

use super::{DAY, SECOND, Subject, compiled, effort, frame, subjects};
use crate::engines::rng::Rng;

/// What a decision brings about without the customer's doing.
const BROUGHT: [EventId; 3] = [Event::DECIDED, Event::SENT, Event::SHOWN];

/// Whether everything that a cap counts is bound by it, and a showing counts once: then it never exceeds its number.
fn is_tight(rules: &RuleSet, cap: &Cap) -> bool {
    // What a place brings about, and what a message does.
    let counted = [[Event::DECIDED, Event::SHOWN], [Event::DECIDED, Event::SENT]]
        .map(|brought| cap.events.iter().filter(|event| brought.contains(event)).count());
    let loose = rules.classes.rows.iter().any(|row| row.counts && !row.obeys(cater::model::Guardrail::Caps));
    let own = match (&cap.target, cap.rule) {
        (CapTarget::Offers(offers), Some(rule)) => offers.iter().all(|offer| is_its_own(rules, rule, *offer)),
        (CapTarget::Rules(_), Some(_)) | (_, None) => true,
        (CapTarget::Tags(_) | CapTarget::Classes(_) | CapTarget::Channels(_) | CapTarget::Anything, Some(_)) => false,
    };
    cap.kind == CapKind::Cap
        && counted.iter().max() == Some(&1)
        && cap.exempt.is_empty()
        && cap.unit == CapUnit::Customer
        && !loose
        && own
}

/// Whether nobody else shows the offer so that it counts.
fn is_its_own(rules: &RuleSet, rule: RuleId, offer: cater::model::OfferId) -> bool {
    rules.rules.iter().enumerate().all(|(at, other)| {
        let stands_in = [other.if_capped, other.if_no_consent, other.if_unknown];
        (at == rule.index() || other.show != offer) && !stands_in.contains(&Some(Substitute::Show(offer)))
    })
}

#[test]
fn a_cap_never_exceeds_its_number_under_parallel_callers() {
    let (mut tight, mut reached) = (0_u32, 0_u32);
    for subject in subjects() {
        let rules = subject.rules();
        let caps: Vec<CapId> =
            (0..rules.caps.len()).map(CapId::from_index).filter(|id| is_tight(rules, &rules[*id])).collect();
        let Some(key) = rules.key().filter(|_| !caps.is_empty()) else { continue };
        let store = MemoryStore::new();
        let slots = subject.slots();
        // At one moment, so that nothing is over before it is looked at.
        let mut rng = Rng::new(5);
        let now = subject.customer(&mut rng).now;
        let asking = |thread: u64| {
            let mut rng = Rng::new(thread + 100);
            for _ in 0..30 * effort() {
                let mut facts = Facts { now, history: Vec::new(), ..subject.customer(&mut rng) };
                facts.set(key, Fact::Known(Value::Text(format!("c{}", rng.below(2)).into()), Some(now)));
                let request =
                    Request { id: None, facts: &facts, slots: &slots, shown: thread.is_multiple_of(2), told: None };
                subject.engine.answer(&store, &request, |_, _| ()).unwrap();
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|thread| drop(scope.spawn(move || asking(thread)))));
        for who in ["c0", "c1"] {
            let mut facts = Facts::nothing(rules, now);
            facts.set(key, Fact::Known(Value::Text(who.into()), Some(now)));
            remember(rules, &mut facts, &mut Stored { rules, store: Some(&store), told: None }).unwrap();
            let frame = frame(subject, &facts);
            for id in &caps {
                let CapState::Used(used) = frame.caps[id.index()] else { continue };
                let most = rules[*id].at_most;
                assert!(used <= most, "{}: {used} of {most} of {}", subject.name, rules[*id].name);
                tight += 1;
                reached += u32::from(used == most && most > 0);
            }
        }
    }
    assert!(tight > 20 && reached > 10, "{tight} caps, {reached} at their number");
}

/// How often the rule wins its slot after each of some moments, if everything decided is shown.
fn shown(rules: &RuleSet, engine: &Engine, rule: RuleId, base: &Facts, moments: &[Instant]) -> Vec<usize> {
    let mut facts = base.clone();
    let mut count = 0;
    let each = |at: &Instant| {
        facts.now = *at;
        let decision = engine.decide(&gather(rules, &facts), rules[rule].slot);
        count += usize::from(decision.by == By::Rule(rule));
        if let Some(stamp) = stamp(rules, &decision) {
            let events = brought_about(&stamp).map(|event| Happened::plain(event, *at, stamp.clone()));
            facts.history.extend(events);
        }
        count
    };
    moments.iter().map(each).collect()
}

/// The rules of which a cap is the only one in play, each with it: it counts what they show and nothing else.
fn only_caps(rules: &RuleSet) -> Vec<(RuleId, CapId)> {
    let asks_after_showings = rules
        .gathered
        .iter()
        .flat_map(|gathered| rules.events_of_gathered(gathered))
        .any(|event| BROUGHT.contains(&event));
    let all = (0..rules.rules.len()).map(RuleId::from_index).filter_map(|rule| {
        let [cap] = rules.caps_on(rule)[..] else { return None };
        let (of, offer) = (&rules[cap], rules[rule].show);
        let counts_it_alone = match &of.target {
            CapTarget::Offers(offers) => offers[..] == [offer] && is_its_own(rules, rule, offer),
            CapTarget::Rules(of) => of[..] == [rule],
            CapTarget::Tags(_) | CapTarget::Classes(_) | CapTarget::Channels(_) | CapTarget::Anything => false,
        };
        let counts = of.events.iter().any(|event| BROUGHT.contains(event));
        (of.kind == CapKind::Cap && of.number.is_none() && counts && counts_it_alone && of.unit == CapUnit::Customer)
            .then_some((rule, cap))
    });
    all.filter(|_| !asks_after_showings).collect()
}

#[test]
fn raising_a_cap_never_reduces_what_its_rule_shows() {
    let (mut tried, mut raised) = (0_u32, 0_u32);
    for subject in subjects() {
        let rules = subject.rules();
        for (rule, cap) in only_caps(rules) {
            let mut more = rules.clone();
            more.caps[cap.index()].at_most += 1;
            let Ok(verified) = Verified::new(more) else { continue };
            let other = Engine::from_rules(verified);
            let mut rng = Rng::new(3);
            for _ in 0..12 * effort() {
                let facts = Facts { history: Vec::new(), ..willing(subject, rule, &mut rng) };
                let step = *rng.pick(&[SECOND, 3_600 * SECOND, DAY, 3 * DAY]);
                let mut moments = vec![facts.now];
                for _ in 0..14 {
                    let last = moments.last().expect("there is one").0;
                    moments.push(Instant(last + rng.between(0, step)));
                }
                let here = shown(rules, &subject.engine, rule, &facts, &moments);
                let there = shown(other.rules(), &other, rule, &facts, &moments);
                tried += 1;
                raised += u32::from(there > here);
                let fewer = here.iter().zip(&there).any(|(here, there)| there < here);
                assert!(!fewer, "{}, {}: {here:?}, then {there:?}: {facts:?}", subject.name, rules[rule].name);
            }
        }
    }
    assert!(tried > 50 && raised > 10, "{tried} tried, {raised} raised");
}

/// A customer who is in the rule's audience, where one is soon found.
fn willing(subject: &Subject, rule: RuleId, rng: &mut Rng) -> Facts {
    let mut facts = subject.customer(rng);
    for _ in 0..40 {
        let frame = frame(subject, &facts);
        if subject.decide(&frame, subject.rules()[rule].slot).by == By::Rule(rule) {
            break;
        }
        facts = subject.customer(rng);
    }
    facts
}

const DAILY: &str = r#"
customer { id: text key  home: zone }
offer tip   { class lifecycle }
offer story { class service }
cap daily { at most 2 shown  in each calendar day in home  per customer  on offer tip }
slot page on web { accepts lifecycle, service  fallback story }
rule tip in page { show tip }
"#;

#[test]
fn a_change_of_zone_applies_from_the_next_decision() {
    const ZONES: [&str; 5] = ["Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "UTC"];
    let rules = compiled(&[("daily.rules".to_owned(), DAILY.to_owned())]).expect("it compiles");
    let (machine, reference) = (Engine::from_rules(rules.clone()), Engine::reference(rules));
    let rules = machine.rules();
    let (key, home) = (rules.key().unwrap(), rules.attribute_named("home").unwrap());
    assert_eq!(rules.caps[0].window, CapWindow::Calendar(cater::value::Calendar::Day));
    let (slots, mut moved) = (machine.slots(), 0_u32);
    for seed in 0..60 * effort() as u64 {
        let mut rng = Rng::new(seed);
        let store = MemoryStore::new();
        let (mut now, mut seen) = (Instant::parse("2026-03-27T00:00Z").unwrap(), Vec::<Instant>::new());
        let mut before = None;
        for _ in 0..40 {
            now = Instant(now.0 + rng.between(0, 9 * 3_600) * SECOND);
            let zone = *rng.pick(&ZONES);
            let mut facts = Facts::nothing(rules, now);
            facts.set(key, Fact::Known(Value::Text("c1".into()), Some(now)));
            facts.set(home, Fact::Known(Value::Text(zone.into()), Some(now)));
            let today = |at: &&Instant| date_in_zone(**at, zone) == date_in_zone(now, zone);
            let free = seen.iter().filter(today).count() < 2;
            let mut past = facts.clone();
            remember(rules, &mut past, &mut Stored { rules, store: Some(&store), told: None }).unwrap();
            let told = reference.decide(&reference.gather(&past), slots[0]);
            let request = Request { id: None, facts: &facts, slots: &slots, shown: true, told: None };
            let answer = machine.answer(&store, &request, |_, _| ()).unwrap().remove(0).decision;
            assert_eq!(answer, told, "seed {seed}: the engines differ");
            let shown = matches!(answer.by, By::Rule(_));
            assert_eq!(shown, free, "seed {seed}, at {now:?} in {zone}: {seen:?}");
            moved += u32::from(before.is_some_and(|before| before != zone));
            before = Some(zone);
            seen.extend(shown.then_some(now));
        }
        let recorded = store.history("c1").unwrap().iter().filter(|event| event.event == Event::BUILT_IN[3]).count();
        assert_eq!(recorded, seen.len());
    }
    assert!(moved > 500);
}
