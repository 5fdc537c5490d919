//! Permuting clauses, parts of conditions, rules and history changes nothing.

use super::{Random, customer, happened, set, told};
use crate::eval::decide;
use crate::frame::{Facts, gather};
use crate::model::testing::{World, at, at_least, days, holds, not, whole};
use crate::model::{AttributeId, CapWindow, Class, Condition, Event, OfferId, SlotId};
use crate::value::{Type, Value};

struct Plain {
    world: World,
    slot: SlotId,
    flags: Vec<AttributeId>,
    age: AttributeId,
}

fn world(random: &mut Random) -> Plain {
    let mut world = World::new();
    let flags: Vec<_> = ["f0", "f1", "f2", "f3"].into_iter().map(|name| world.customer(name, Type::YesNo)).collect();
    let age = world.customer("age", whole(0, 130));
    let last = world.offer("last", Class::Service);
    let slot = world.slot("hero", Some(last));
    for at in 0..4 {
        let offer = world.offer(&format!("o{at}"), Class::Marketing);
        let rule = world.rule(&format!("r{at}"), slot, offer, random.below(2) as i32);
        for _ in 0..3 {
            let condition = condition(random, &flags, age, 2);
            world.when(rule, condition);
        }
        for _ in 0..2 {
            let condition = condition(random, &flags, age, 1);
            world.unless(rule, condition);
        }
        world.own_cap(rule, 2, Event::SHOWN, CapWindow::Rolling(days(7)));
    }
    Plain { world, slot, flags, age }
}

fn condition(random: &mut Random, flags: &[AttributeId], age: AttributeId, depth: usize) -> Condition {
    let mut part = |depth| condition(random, flags, age, depth);
    let parts = if depth == 0 { Vec::new() } else { vec![part(depth - 1), part(depth - 1), part(depth - 1)] };
    match random.below(if depth == 0 { 3 } else { 5 }) {
        0 => holds(*random.pick(flags)),
        1 => not(holds(*random.pick(flags))),
        2 => at_least(age, *random.pick(&[18, 65])),
        3 => Condition::And(parts),
        _ => Condition::Or(parts),
    }
}

impl Plain {
    fn facts(&self, random: &mut Random) -> Facts {
        let mut facts = customer(&self.world.rules, at("2026-06-15T10:00Z"));
        for flag in &self.flags {
            if random.below(4) > 0 {
                set(&mut facts, *flag, Value::YesNo(random.below(2) == 0));
            }
        }
        if random.below(4) > 0 {
            set(&mut facts, self.age, Value::Number(*random.pick(&[17, 18, 65])));
        }
        for _ in 0..random.below(6) {
            let offer = OfferId::from_index(random.below(5));
            facts.history.push(happened(Event::SHOWN, at("2026-06-14T00:00Z"), offer, None));
        }
        facts
    }
}

#[test]
fn permuting_clauses_and_history_changes_no_word() {
    let random = &mut Random(0x0bde_0001);
    for _ in 0..300 {
        let mut one = world(random);
        let mut facts = one.facts(random);
        let before = told(&one.world.rules, &gather(&one.world.rules, &facts), one.slot);
        for rule in &mut one.world.rules.rules {
            random.shuffle(&mut rule.when);
            random.shuffle(&mut rule.unless);
        }
        random.shuffle(&mut facts.history);
        assert_eq!(before, told(&one.world.rules, &gather(&one.world.rules, &facts), one.slot));
    }
}

#[test]
fn permuting_the_parts_of_conditions_changes_no_decision() {
    fn shuffle(random: &mut Random, condition: &mut Condition) {
        if let Condition::And(parts) | Condition::Or(parts) = condition {
            random.shuffle(parts);
            parts.iter_mut().for_each(|part| shuffle(random, part));
        } else if let Condition::Not(inner) = condition {
            shuffle(random, inner);
        }
    }
    let random = &mut Random(0x0bde_0002);
    for _ in 0..300 {
        let mut one = world(random);
        let frame = gather(&one.world.rules, &one.facts(random));
        let before = decide(&one.world.rules, &frame, one.slot);
        for rule in &mut one.world.rules.rules {
            rule.when.iter_mut().chain(&mut rule.unless).for_each(|clause| shuffle(random, &mut clause.condition));
        }
        assert_eq!(before, decide(&one.world.rules, &frame, one.slot));
    }
}

#[test]
fn an_attribute_that_nothing_reads_changes_nothing() {
    let random = &mut Random(0x0bde_0003);
    for _ in 0..100 {
        let mut one = world(random);
        let mut facts = one.facts(random);
        let before = told(&one.world.rules, &gather(&one.world.rules, &facts), one.slot);
        one.world.customer("unrelated", Type::YesNo);
        facts.attributes.push(crate::frame::Fact::Known(Value::YesNo(true), None));
        assert_eq!(before, told(&one.world.rules, &gather(&one.world.rules, &facts), one.slot));
    }
}
