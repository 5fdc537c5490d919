//! Unknown never beats known in an exclusion: an `unless` that is no although something it reads is missing is no whatever
//! that is; so nobody comes in by saying nothing. It is tried as what it follows from: an answer that is given although
//! something is missing is the answer whatever that is, in a `when` as in an `unless`. And a decision reads only what its bundle says that it reads: whatever
//! else a customer is changes neither the decision nor its explanation.

use std::collections::BTreeSet;

use cater::bundle;
use cater::eval;
use cater::frame::{Fact, Facts};
use cater::model::{AttributeId, BlockCause, CapUnit, CapZone, Condition, Expression, RuleSet, SlotId, Substitute};
use cater::runtime::Engine;
use cater::source::SourceSet;
use cater::value::{Missing, Truth};

use super::{effort, frame, on_everybody, subjects};
use crate::engines::rng::Rng;
use crate::engines::walk::{self, Part};

/// Whether nothing in a condition is a way out of missing, which is there to make unknown count for something.
fn has_no_way_out(rules: &RuleSet, condition: &Condition) -> bool {
    let mut is_plain = true;
    walk::condition(rules, condition, &mut |part| {
        is_plain &= match part {
            Part::Condition(condition) => !matches!(condition, Condition::Known(_)),
            Part::Expression(Expression::Else(..)) => false,
            Part::Expression(Expression::Attribute(id)) => rules[*id].default.is_none(),
            Part::Expression(_) => true,
        }
    });
    is_plain
}

#[test]
fn unknown_never_beats_known_in_an_exclusion() {
    let mut tried = 0_u32;
    on_everybody(20, |subject, facts, rng| {
        let rules = subject.rules();
        let clauses = rules.rules.iter().flat_map(|rule| rule.unless.iter().chain(&rule.when));
        let blocks = rules.blocks.iter().filter_map(|block| match &block.cause {
            BlockCause::While(clause) => Some(clause),
            BlockCause::After(_) => None,
        });
        for clause in clauses.chain(blocks).filter(|clause| has_no_way_out(rules, &clause.condition)) {
            let read = rules.read_by(&clause.condition);
            for id in &read {
                let mut less: Facts = facts.clone();
                less.set(*id, Fact::Missing(Missing::Absent));
                let unknown = eval::condition(rules, &frame(subject, &less), &clause.condition);
                if rules[*id].key || unknown == Truth::Unknown {
                    continue;
                }
                for _ in 0..4 {
                    let mut more = less.clone();
                    more.set(*id, subject.customer(rng).attributes[id.index()].clone());
                    tried += 1;
                    let known = eval::condition(rules, &frame(subject, &more), &clause.condition);
                    assert_eq!(known, unknown, "{}: {:?}, {more:?}", subject.name, clause.condition);
                }
            }
        }
    });
    assert!(tried > 100, "{tried}");
}

/// Everything that deciding a slot may read.
fn read_by_slot(rules: &RuleSet, slot: SlotId) -> BTreeSet<AttributeId> {
    let mut found: BTreeSet<AttributeId> = rules.key().into_iter().collect();
    let (mut offers, mut caps, mut blocks, mut windows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut order = rules[slot].order.clone();
    let mut at = 0;
    while let Some(id) = order.get(at).copied() {
        at += 1;
        let rule = &rules[id];
        for clause in rule.when.iter().chain(&rule.unless) {
            found.extend(rules.read_by(&clause.condition));
        }
        found.extend(rule.expires.iter().flat_map(|clause| rules.read_by(&clause.condition)));
        windows.extend(rules.windows_on(id));
        found.extend(rule.rank.iter().flat_map(|rank| rules.read_by_expression(&rank.by)));
        offers.push(rule.show);
        caps.extend(rules.caps_on(id));
        blocks.extend(rules.blocks_on(id));
        for substitute in [rule.if_capped, rule.if_no_consent, rule.if_unknown].into_iter().flatten() {
            match substitute {
                Substitute::Show(offer) => offers.push(offer),
                Substitute::Try(other) if !order.contains(&other) => order.push(other),
                Substitute::Try(_) | Substitute::Nothing => {}
            }
        }
    }
    for entry in &rules[slot].fallback {
        offers.extend(entry.offer);
        found.extend(entry.when.iter().flat_map(|when| rules.read_by(when)));
    }
    for channel in &rules[slot].channels {
        let channel = &rules[*channel];
        found.extend(channel.conditions().flat_map(|(_, clause)| rules.read_by(&clause.condition)));
        caps.extend(&channel.caps);
        windows.extend(&channel.windows);
    }
    for offer in offers {
        caps.extend(&rules[offer].caps);
        blocks.extend(&rules[offer].blocks);
        windows.extend(&rules[offer].windows);
    }
    for window in windows {
        let window = &rules[window];
        for zone in window.zones.first.iter().chain(&window.zones.every) {
            if let CapZone::Attribute(id) = zone {
                found.insert(*id);
            }
        }
        let rows = window.rows.iter().filter_map(|row| row.when.as_ref());
        found.extend(rows.flat_map(|clause| rules.read_by(&clause.condition)));
    }
    for block in blocks {
        match &rules[block].cause {
            BlockCause::After(cap) => caps.push(*cap),
            BlockCause::While(clause) => found.extend(rules.read_by(&clause.condition)),
        }
    }
    for cap in caps {
        let cap = &rules[cap];
        found.extend(cap.number);
        found.extend(match &cap.zone {
            Some(CapZone::Attribute(id)) => Some(*id),
            Some(CapZone::Named(_)) | None => None,
        });
        found.extend(match cap.unit {
            CapUnit::Attribute(id) => Some(id),
            CapUnit::Customer | CapUnit::Everybody => None,
        });
    }
    found
}

#[test]
fn a_decision_reads_only_what_the_manifest_says() {
    let mut varied = 0_u32;
    for (at, subject) in subjects().iter().enumerate() {
        let rules = subject.rules();
        let bytes = bundle::write(subject.engine.rules(), &SourceSet::default(), &[]).unwrap();
        let loaded = Engine::load(&bytes).unwrap();
        let manifest = &loaded.origin().expect("it came from a bundle").manifest;
        let mut rng = Rng::new(at as u64 + 50);
        for slot in subject.slots() {
            assert!(manifest.slots.iter().any(|entry| entry.name == rules[slot].name), "{}", subject.name);
            let entry = manifest.reads.as_ref().and_then(|all| all.iter().find(|entry| entry.slot == rules[slot].name));
            let said = &entry.expect("an entry").attributes;
            let read: BTreeSet<_> =
                said.iter().map(|name| rules.attribute_named(name).expect("an attribute")).collect();
            assert!(read.is_subset(&read_by_slot(rules, slot)), "{}: more than anything there reads", subject.name);
            for (id, purpose) in read.iter().flat_map(|id| rules[*id].needs.iter().map(move |purpose| (id, purpose))) {
                let (name, purpose) = (&rules[*id].name, &rules[*purpose].name);
                let entry = manifest.purposes.iter().find(|entry| entry.name == *purpose);
                let says = entry.is_some_and(|entry| entry.attributes.contains(name));
                assert!(says, "{}: the manifest does not say that {name} needs {purpose}", subject.name);
            }
            for _ in 0..3 * effort() {
                let facts = subject.customer(&mut rng);
                let mut other = facts.clone();
                let stranger = subject.customer(&mut rng);
                for (at, fact) in stranger.attributes.into_iter().enumerate() {
                    let id = AttributeId::from_index(at);
                    if !read.contains(&id) {
                        varied += 1;
                        other.set(id, fact);
                    }
                }
                let (one, two) = (frame(subject, &facts), frame(subject, &other));
                let context = || format!("{}, {}: {facts:?}\n{other:?}", subject.name, rules[slot].name);
                assert_eq!(subject.decide(&two, slot), subject.decide(&one, slot), "{}", context());
                assert_eq!(subject.explain(&two, slot), subject.explain(&one, slot), "{}", context());
            }
        }
    }
    assert!(varied > 300, "{varied}");
}
