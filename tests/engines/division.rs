//! Division by machine code against its definition, where it is hardest: dividends that have no room to be lengthened,
//! halves, both signs, divisors at the ends of their range.

use cater::frame::Frame;
use cater::jit::{self, Effort};
use cater::model::{AttributeId, Clause, Condition, Expression, RuleSet};
use cater::ops::{self, Arithmetic};
use cater::value::{Datum, Instant, NumberType, Type, Value};

use super::generate::generate;
use super::rng::Rng;

/// What is divided, by what, and with how many places.
struct Division {
    left: NumberType,
    right: NumberType,
    scale: u8,
}

const fn of(scale: u8, min: i64, max: i64) -> NumberType {
    NumberType { scale, min, max }
}

const THOUSAND_MILLION: i64 = 1_000_000_000;

const DIVISIONS: [Division; 9] = [
    Division { left: of(0, -130, 130), right: of(0, -7, 7), scale: 0 },
    Division { left: of(2, -1_000_000, 1_000_000), right: of(2, -300, 300), scale: 2 },
    // Shortened: the divisor gets the places.
    Division { left: of(9, -THOUSAND_MILLION, THOUSAND_MILLION), right: of(1, -90, 90), scale: 2 },
    // Long division in two steps, in three, in as many as there are digits.
    Division { left: of(2, -100_000_000_000, 100_000_000_000), right: of(4, 10_000_000, 2_000_000_000_000), scale: 9 },
    Division {
        left: of(2, -1_000_000_000_000, 1_000_000_000_000),
        right: of(9, 1_000_000_000_000, 1_000_000_000_000_000),
        scale: 6,
    },
    Division {
        left: of(2, -100_000_000_000, 100_000_000_000),
        right: of(9, 100_000_000_000, 1_800_000_000_000_000_000),
        scale: 9,
    },
    Division {
        left: of(0, -THOUSAND_MILLION, THOUSAND_MILLION),
        right: of(9, -1_800_000_000_000_000_000, -THOUSAND_MILLION),
        scale: 9,
    },
    // Nothing but zero on one side.
    Division { left: of(0, 0, 0), right: of(9, 1, 1_000), scale: 18 },
    Division { left: of(0, -9, 9), right: of(0, 0, 0), scale: 3 },
];

#[test]
fn division_is_exact() {
    let mut rng = Rng::new(7);
    for (index, Division { left, right, scale }) in DIVISIONS.into_iter().enumerate() {
        let widest = of(scale, -4_000_000_000_000_000_000, 4_000_000_000_000_000_000);
        let ids = [0, 1, 2].map(AttributeId::from_index);
        let [a, b, c] = ids.map(Expression::Attribute);
        let quotient = Expression::Arithmetic(Arithmetic::Divide, Box::new(a), Box::new(b), widest);
        let (rules, slot) = asking(Condition::Equal(quotient, c), [left, right, widest]);
        let compiled =
            jit::compile_with(&rules, Effort::Quick).unwrap_or_else(|error| panic!("division {index}: {error}"));
        let mut record = compiled.layout().record();
        let mut seen = [0; 3];
        for _ in 0..3_000 {
            let known = |number| Datum::Known(Value::Number(number));
            let (x, y) = (known(near(&mut rng, left)), known(near(&mut rng, right)));
            let exact = ops::arithmetic(Arithmetic::Divide, (&x, left.scale), (&y, right.scale), scale);
            for more in [0, 1, -1] {
                let mut frame = Frame::empty(&rules, Instant(0));
                let (told, expected) = if let Datum::Known(Value::Number(number)) = exact {
                    (number + more, usize::from(more != 0))
                } else {
                    (more, 2)
                };
                frame.attributes.splice(0..3, [x.clone(), y.clone(), known(told)]);
                compiled.layout().pack(&rules, &frame, &mut record).unwrap();
                let answer = compiled.decide(slot, &record).unwrap();
                let place = rules[slot].order.iter().position(|rule| answer.by == cater::frame::By::Rule(*rule));
                assert_eq!(place.unwrap_or(2), expected, "division {index}: {x:?} / {y:?} is {exact:?}, not {told}");
                seen[expected] += 1;
            }
        }
        assert!(seen[0] + seen[2] > 0, "division {index}");
    }
}

/// A slot whose first rule wins where the condition is yes, and the second where it is no.
fn asking(condition: Condition, numbers: [NumberType; 3]) -> (RuleSet, cater::model::SlotId) {
    let generated = generate(3);
    let mut rules = generated.rules;
    for (attribute, number) in rules.attributes.iter_mut().zip(numbers) {
        attribute.ty = Type::Number(number);
        attribute.default = None;
    }
    let slot = generated.probes[0].slot;
    // Only this slot is decided, and the others would read the attributes as they were.
    rules.slots.iter_mut().for_each(|other| {
        other.order.truncate(if other.name == "q000" { 2 } else { 0 });
        other.fallback.drain(..other.fallback.len() - 1);
    });
    let [yes, no] = [rules[slot].order[0], rules[slot].order[1]];
    let span = rules[yes].span;
    for (id, when) in [(yes, true), (no, false)] {
        let rule = &mut rules.rules[id.index()];
        rule.needs.clear();
        rule.when = if when { vec![Clause { condition: condition.clone(), span }] } else { Vec::new() };
        rule.unless = if when { Vec::new() } else { vec![Clause { condition: condition.clone(), span }] };
    }
    (rules, slot)
}

/// A number of the range: at an end, near zero, a small multiple of something, or any.
fn near(rng: &mut Rng, number: NumberType) -> i64 {
    let value = match rng.below(5) {
        0 => *rng.pick(&[number.min, number.max, number.max / 2, number.max / 3]),
        1 => rng.between(-3, 3),
        2 => rng.between(-40, 40) * 5 * 10_i64.pow(rng.below(12) as u32),
        _ => rng.between(number.min, number.max),
    };
    value.clamp(number.min, number.max)
}
