//! The hunt is hunted: differences planted in the rules that one engine sees must be found, and made small.
//!
//! Each plant is a mistake that an engine could make, done to the rules instead: the machine code of the changed rules
//! is compared with the reference's answers to the true ones.

use cater::eval;
use cater::jit::{self, Effort};
use cater::model::{AgeBound, Condition, Expression, RuleSet, SlotId, Substitute};
use cater::ops::{Arithmetic, Comparison, Quantifier};

use super::frames::Atoms;
use super::generate::generate;
use super::hunt::machine;
use super::rng::Rng;
use super::shrink;

type Plant = (&'static str, fn(&mut RuleSet));

const PLANTS: [Plant; 17] = [
    ("at least is more than", |rules| {
        each_condition(rules, &|condition| {
            if let Condition::Compare(comparison @ Comparison::AtLeast, ..) = condition {
                *comparison = Comparison::MoreThan;
            }
        });
    }),
    ("the end of a range is out", |rules| {
        each_condition(rules, &|condition| {
            if let Condition::Between(of, from, to) = condition {
                *condition = Condition::And(vec![
                    Condition::Compare(Comparison::AtLeast, of.clone(), from.clone()),
                    Condition::Compare(Comparison::LessThan, of.clone(), to.clone()),
                ]);
            }
        });
    }),
    ("an age is off by its edge", |rules| {
        each_condition(rules, &|condition| {
            if let Condition::Age(_, _, AgeBound::One(comparison @ Comparison::AtMost, _)) = condition {
                *comparison = Comparison::LessThan;
            }
        });
    }),
    ("all is any", |rules| {
        each_condition(rules, &|condition| {
            if let Condition::Has(_, quantifier @ Quantifier::All, _) = condition {
                *quantifier = Quantifier::Any;
            }
        });
    }),
    ("is known counts the default", |rules| {
        each_condition(rules, &|condition| {
            if let Condition::Known(of @ Expression::Attribute(_)) = condition {
                let same = Condition::Never(of.clone());
                *condition = Condition::Or(vec![same.clone(), Condition::Not(Box::new(same))]);
            }
        });
    }),
    ("or is its first part", |rules| {
        each_condition(rules, &|condition| {
            if let Condition::Or(parts) = condition {
                *condition = parts[0].clone();
            }
        });
    }),
    ("unless needs no answer", |rules| {
        for rule in &mut rules.rules {
            for clause in std::mem::take(&mut rule.unless) {
                // Unknown would have to count as no.
                let known = Condition::And(vec![clause.condition.clone(), clause.condition]);
                rule.unless.push(cater::model::Clause { condition: known_or_no(known), span: clause.span });
            }
        }
    }),
    ("of equal scores the last wins", |rules| {
        for slot in 0..rules.slots.len() {
            let tiers = rules.tiers(SlotId::from_index(slot)).map(|tier| tier.iter().rev().copied().collect());
            let reversed: Vec<Vec<_>> = tiers.collect();
            rules.slots[slot].order = reversed.concat();
        }
    }),
    ("scores decide nothing", |rules| rules.rules.iter_mut().for_each(|rule| rule.rank = None)),
    ("a spent cap has no substitute", |rules| rules.rules.iter_mut().for_each(|rule| rule.if_capped = None)),
    ("a try is a dead end", |rules| {
        for rule in &mut rules.rules {
            for substitute in [&mut rule.if_capped, &mut rule.if_no_consent, &mut rule.if_unknown] {
                *substitute = substitute.filter(|substitute| !matches!(substitute, Substitute::Try(_)));
            }
        }
    }),
    ("nothing expires", |rules| rules.rules.iter_mut().for_each(|rule| rule.expires = None)),
    ("what should wait is dropped", |rules| {
        rules.windows.iter_mut().for_each(|window| window.outside = cater::model::Outside::Drop);
    }),
    ("a row is about everybody", |rules| {
        rules.windows.iter_mut().flat_map(|window| &mut window.rows).for_each(|row| row.when = None);
    }),
    ("consent is not asked for", |rules| rules.rules.iter_mut().for_each(|rule| rule.needs.clear())),
    ("minus is plus", |rules| {
        each_expression(rules, &|expression| {
            if let Expression::Arithmetic(op @ Arithmetic::Subtract, ..) = expression {
                *op = Arithmetic::Add;
            }
        });
    }),
    ("else is forgotten", |rules| {
        each_expression(rules, &|expression| {
            if let Expression::Else(first, _, _) = expression {
                *expression = (**first).clone();
            }
        });
    }),
];

/// A condition that is no where the given one is unknown.
fn known_or_no(condition: Condition) -> Condition {
    let when = Expression::When(
        Box::new(number(1)),
        Box::new(condition),
        cater::value::NumberType { scale: 0, min: 0, max: 1 },
    );
    let one = cater::value::NumberType { scale: 0, min: 0, max: 1 };
    let stated = cater::value::Type::Number(one);
    let or_no = Expression::Else(Box::new(when), Box::new(number(0)), stated);
    Condition::Equal(or_no, number(1))
}

fn number(mantissa: i64) -> Expression {
    let ty = cater::value::NumberType { scale: 0, min: mantissa, max: mantissa };
    Expression::Literal(cater::value::Value::Number(mantissa), cater::value::Type::Number(ty))
}

fn each_condition(rules: &mut RuleSet, change: &dyn Fn(&mut Condition)) {
    for rule in &mut rules.rules {
        for clause in rule.when.iter_mut().chain(&mut rule.unless) {
            inside(&mut clause.condition, change, &|_| {});
        }
    }
    rules.segments.iter_mut().for_each(|segment| inside(&mut segment.condition, change, &|_| {}));
}

fn each_expression(rules: &mut RuleSet, change: &dyn Fn(&mut Expression)) {
    for rule in &mut rules.rules {
        for clause in rule.when.iter_mut().chain(&mut rule.unless) {
            inside(&mut clause.condition, &|_| {}, change);
        }
    }
}

fn inside(condition: &mut Condition, change: &dyn Fn(&mut Condition), operand: &dyn Fn(&mut Expression)) {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter_mut().for_each(|part| inside(part, change, operand));
        }
        Condition::Not(inner) => inside(inner, change, operand),
        Condition::Segment(_) => {}
        Condition::Equal(left, right) | Condition::Compare(_, left, right) => {
            below(left, operand);
            below(right, operand);
        }
        Condition::Between(of, from, to) => [of, from, to].into_iter().for_each(|of| below(of, operand)),
        Condition::Holds(of)
        | Condition::OneOf(of, _)
        | Condition::Known(of)
        | Condition::Never(of)
        | Condition::Has(of, _, _)
        | Condition::Age(of, _, _) => below(of, operand),
    }
    change(condition);
}

fn below(expression: &mut Expression, change: &dyn Fn(&mut Expression)) {
    match expression {
        Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
            below(left, change);
            below(right, change);
        }
        Expression::Rescale(inner, _) | Expression::When(inner, _, _) => below(inner, change),
        Expression::Literal(..)
        | Expression::Attribute(_)
        | Expression::Value(_)
        | Expression::Gathered(_)
        | Expression::Consent(_)
        | Expression::Permission(_)
        | Expression::Now => {}
    }
    change(expression);
}

/// The seed of a rule set in which the plant shows, and by how many rules it still shows when made small.
fn find(plant: fn(&mut RuleSet)) -> Option<(u64, usize)> {
    for seed in 5_000..5_400 {
        let generated = generate(seed);
        let rules = &generated.rules;
        let mut wrong = rules.clone();
        plant(&mut wrong);
        if wrong == *rules {
            continue;
        }
        let Ok(compiled) = jit::compile_with(&wrong, Effort::Quick) else { continue };
        let atoms = Atoms::of(&generated);
        let mut rng = Rng::new(seed);
        let mut record = compiled.layout().record();
        for _ in 0..40 {
            let frame = atoms.draw(rules, &mut rng);
            compiled.layout().pack(&wrong, &frame, &mut record).unwrap();
            for index in 0..rules.slots.len() {
                let slot = SlotId::from_index(index);
                if machine(rules, &compiled, &frame, &record, slot) != Some(eval::decide(rules, &frame, slot)) {
                    let differs = |rules: &RuleSet, frame: &cater::frame::Frame, slots: &[SlotId]| {
                        let mut wrong = rules.clone();
                        plant(&mut wrong);
                        let seen = |rules: &RuleSet, slot: &SlotId| {
                            let decision = eval::decide(rules, frame, *slot);
                            (decision.outcome, decision.by)
                        };
                        slots.iter().any(|slot| seen(&wrong, slot) != seen(rules, slot))
                    };
                    let (small, _, slots) = shrink::shrink(rules, &frame, &[slot], &differs);
                    return Some((seed, small[slots[0]].order.len()));
                }
            }
        }
    }
    None
}

#[test]
fn planted_differences_are_found_and_made_small() {
    for (name, plant) in PLANTS {
        let (seed, rules_left) = find(plant).unwrap_or_else(|| panic!("`{name}` was not found"));
        assert!(rules_left <= 3, "`{name}` in seed {seed} still has {rules_left} rules");
    }
}
