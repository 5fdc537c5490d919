//! What machine code is held to: it is given back, runs on any thread, answers nothing for a record of another layout,
//! and refuses what is too much with an error.

use cater::eval;
use cater::frame::Frame;
use cater::jit::{self, Compiled, Effort, JitError};
use cater::model::{AttributeId, Clause, Condition, Expression, Rule, RuleSet, SlotId};
use cater::ops::{Arithmetic, Comparison};
use cater::plan::PlanError;
use cater::value::{Datum, NumberType, Type, Value};

use super::frames::Atoms;
use super::generate::{Generated, generate};
use super::hunt::{answered, machine, waits};
use super::rng::Rng;

/// A rule set with a first rule in its first slot that anybody may see whose conditions hold.
fn with_conditions(conditions: Vec<Condition>) -> (RuleSet, SlotId) {
    let Generated { mut rules, probes, .. } = generate(3);
    let slot = probes[0].slot;
    let id = rules[slot].order[0];
    let span = rules.rules[id.index()].span;
    let rule: &mut Rule = &mut rules.rules[id.index()];
    rule.needs.clear();
    rule.when = conditions.into_iter().map(|condition| Clause { condition, span }).collect();
    (rules, slot)
}

fn number(scale: u8, mantissa: i64) -> Expression {
    Expression::Literal(Value::Number(mantissa), Type::Number(NumberType { scale, min: mantissa, max: mantissa }))
}

/// The attribute of whole numbers.
fn whole(rules: &RuleSet) -> Expression {
    let at =
        rules.attributes.iter().position(|attribute| attribute.ty.number().is_some_and(|number| number.scale == 0));
    Expression::Attribute(AttributeId::from_index(at.unwrap()))
}

fn shared_between_threads<T: Send + Sync>(of: T) -> T {
    of
}

#[test]
fn one_compilation_serves_many_threads() {
    let generated = generate(11);
    let compiled = shared_between_threads(jit::compile_with(&generated.rules, Effort::Quick).unwrap());
    let (rules, atoms) = (&generated.rules, Atoms::of(&generated));
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let (compiled, atoms) = (&compiled, &atoms);
            scope.spawn(move || {
                let mut rng = Rng::new(seed);
                let mut record = compiled.layout().record();
                for _ in 0..50 {
                    let frame = atoms.draw(rules, &mut rng);
                    compiled.layout().pack(rules, &frame, &mut record).unwrap();
                    for slot in (0..rules.slots.len()).map(SlotId::from_index) {
                        let reference = Some(eval::decide(rules, &frame, slot));
                        assert_eq!(machine(rules, compiled, &frame, &record, slot), reference);
                    }
                }
            });
        }
    });
}

#[test]
fn many_records_lie_side_by_side() {
    let generated = generate(11);
    let rules = &generated.rules;
    let compiled = jit::compile_with(rules, Effort::Quick).unwrap();
    let (mut rng, atoms) = (Rng::new(1), Atoms::of(&generated));
    let frames: Vec<Frame> = (0..20).map(|_| atoms.draw(rules, &mut rng)).collect();
    let mut record = compiled.layout().record();
    let mut records = compiled.layout().records();
    assert!(!records.push(&record), "it holds no frame yet");
    for frame in &frames {
        compiled.layout().pack(rules, frame, &mut record).unwrap();
        assert!(records.push(&record));
    }
    assert_eq!(records.len(), frames.len());
    for (nth, frame) in frames.iter().enumerate() {
        for slot in (0..rules.slots.len()).map(SlotId::from_index) {
            match compiled.decide_nth(slot, &records, nth) {
                Some(found) => assert_eq!(answered(rules, frame, found), eval::decide(rules, frame, slot)),
                None => assert!(waits(rules, frame, slot)),
            }
        }
    }
    assert_eq!(compiled.decide_nth(SlotId(0), &records, frames.len()), None);
}

#[test]
fn a_record_of_another_layout_is_not_decided() {
    // Where nothing has to wait, machine code decides every slot.
    let generated = (11..).map(generate).find(|generated| generated.rules.windows.is_empty()).unwrap();
    let rules = &generated.rules;
    let [one, two]: [Compiled; 2] = [0; 2].map(|_| jit::compile_with(rules, Effort::Quick).unwrap());
    let mut record = one.layout().record();
    assert_eq!(one.decide(SlotId(0), &record), None, "nothing was packed");
    one.layout().pack(rules, &Frame::empty(rules, generated.now), &mut record).unwrap();
    assert!(one.decide(SlotId(0), &record).is_some());
    assert_eq!(two.decide(SlotId(0), &record), None);
    assert_eq!(one.decide(SlotId(9_999), &record), None);
    two.layout().pack(rules, &Frame::empty(rules, generated.now), &mut record).unwrap();
    assert!(two.decide(SlotId(0), &record).is_some(), "a record takes on the layout that packs it");
}

#[test]
fn a_frame_that_was_not_gathered_is_refused() {
    let (rules, slot) = with_conditions(vec![]);
    let whole = whole(&rules);
    let Expression::Attribute(id) = whole else { panic!("an attribute") };
    let (rules, _) = with_conditions(vec![Condition::Compare(Comparison::AtLeast, whole, number(0, 18))]);
    let compiled = jit::compile_with(&rules, Effort::Quick).unwrap();
    let mut record = compiled.layout().record();
    let mut frame = Frame::empty(&rules, cater::value::Instant(0));
    for value in [Value::Number(i64::MIN), Value::Number(131), Value::YesNo(true), Value::Text("18".into())] {
        frame.attributes[id.index()] = Datum::Known(value);
        let unfit = compiled.layout().pack(&rules, &frame, &mut record).unwrap_err();
        assert_eq!(unfit.attribute, id);
        assert_eq!(compiled.decide(slot, &record), None, "the record holds no frame");
    }
    frame.attributes[id.index()] = Datum::Known(Value::Number(18));
    compiled.layout().pack(&rules, &frame, &mut record).unwrap();
    assert_eq!(compiled.decide(slot, &record), Some(eval::decide(&rules, &frame, slot)));
}

#[test]
fn what_was_computed_is_not_there_behind_an_entry() {
    // The first rule computes a sum and lets the third stand in, to no effect; the chain goes on at the second, which
    // asks for the same sum.
    let (mut rules, slot) = with_conditions(vec![]);
    let whole = whole(&rules);
    let all = NumberType { scale: 0, min: 0, max: 1_000_000 };
    let add = |left, right| Expression::Arithmetic(Arithmetic::Add, Box::new(left), Box::new(right), all);
    let sum = (0..4).fold(whole.clone(), |sum, _| add(sum, whole.clone()));
    let [first, second] = [rules[slot].order[0], rules[slot].order[1]];
    let third = cater::model::RuleId::from_index(rules.rules.len());
    let span = rules[first].span;
    let clause = |condition| vec![Clause { condition, span }];
    let at_least = |sum: &Expression, least| Condition::Compare(Comparison::AtLeast, sum.clone(), number(0, least));
    rules.rules.push(rules[first].clone());
    rules.rules[first.index()].when = clause(at_least(&sum, 1));
    rules.rules[first.index()].if_unknown = Some(cater::model::Substitute::Try(third));
    rules.rules[second.index()].needs.clear();
    rules.rules[second.index()].unless.clear();
    rules.rules[second.index()].when = clause(Condition::Not(Box::new(Condition::Known(sum.clone()))));
    rules.rules[third.index()].when = clause(Condition::Known(whole));
    rules.slots[slot.index()].order = vec![first, second, third];
    let compiled = jit::compile_with(&rules, Effort::Quick).unwrap();
    let frame = Frame::empty(&rules, cater::value::Instant(0));
    let mut record = compiled.layout().record();
    compiled.layout().pack(&rules, &frame, &mut record).unwrap();
    let decision = eval::decide(&rules, &frame, slot);
    assert_eq!(decision.by, cater::frame::By::Rule(second));
    assert_eq!(compiled.decide(slot, &record), Some(decision));
}

#[test]
fn a_rule_that_is_too_large_is_refused() {
    let (rules, _) = with_conditions(vec![]);
    let whole = whole(&rules);
    let sum = |left: Expression, _| {
        let all = NumberType { scale: 0, min: 0, max: 1_000_000 };
        Expression::Arithmetic(Arithmetic::Add, Box::new(left), Box::new(whole.clone()), all)
    };
    let large = |at: i64| {
        let long = (0..100).fold(whole.clone(), sum);
        Condition::Not(Box::new(Condition::Equal(long, number(0, at))))
    };
    let (rules, _) = with_conditions((0..200).map(large).collect());
    assert_eq!(jit::compile_with(&rules, Effort::Quick).unwrap_err(), JitError::TooLarge);
}

#[test]
fn a_number_that_is_too_wide_is_refused() {
    let (rules, _) = with_conditions(vec![]);
    let whole = whole(&rules);
    let all = NumberType { scale: 0, min: i64::MIN, max: i64::MAX };
    let wide = Expression::Arithmetic(Arithmetic::Multiply, Box::new(whole), Box::new(number(0, i64::MAX / 2)), all);
    let (rules, _) = with_conditions(vec![Condition::Equal(wide, number(0, 1))]);
    assert_eq!(jit::compile_with(&rules, Effort::Quick).unwrap_err(), JitError::Plan(PlanError::TooWide));
}

#[test]
fn deep_nesting_fits_on_a_small_stack() {
    // A segment in a segment in a segment, as deep as `verify` lets it be.
    let (mut rules, slot) = with_conditions(vec![]);
    let whole = whole(&rules);
    let first = rules.segments.len() as u32;
    let template = cater::model::Segment {
        name: "deep".to_owned(),
        label: String::new(),
        span: rules.slots[0].span,
        condition: Condition::Compare(Comparison::AtLeast, whole.clone(), number(0, 18)),
    };
    rules.segments.push(template.clone());
    for depth in 0..500 {
        let below = Condition::Segment(cater::model::SegmentId(first + depth));
        let other = Condition::Compare(Comparison::AtMost, whole.clone(), number(0, i64::from(depth)));
        let parts = vec![Condition::Not(Box::new(below)), other];
        let condition = if depth % 2 == 0 { Condition::And(parts) } else { Condition::Or(parts) };
        rules.segments.push(cater::model::Segment { condition, ..template.clone() });
    }
    let id = rules[slot].order[0];
    let span = rules[id].span;
    let deep = Condition::Segment(cater::model::SegmentId(first + 500));
    rules.rules[id.index()].when = vec![Clause { condition: deep, span }];
    rules.rules[id.index()].if_unknown = None;
    let mut why = rules.clone();
    let compile = |rules: RuleSet| {
        let work = move || jit::compile_with(&rules, Effort::Quick).map(|compiled| compiled.code_bytes());
        std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap()
    };
    assert!(compile(rules).unwrap() > 0);
    // Why it is unknown is asked at each level again, which is more than machine code is worth.
    why.rules[id.index()].if_unknown = Some(cater::model::Substitute::Nothing);
    assert_eq!(compile(why), Err(JitError::TooLarge));
}

#[test]
fn points_are_summed_with_one_branch_for_all() {
    let (mut rules, slot) = with_conditions(vec![]);
    let flags = rules.attributes.iter_mut().enumerate().filter(|(_, attribute)| attribute.ty == Type::YesNo);
    let flag = flags.map(|(index, _)| AttributeId::from_index(index)).next().unwrap();
    rules.attributes[flag.index()].needs.clear();
    rules.attributes[flag.index()].protective = false;
    let all = NumberType { scale: 0, min: 0, max: 1_000 };
    let point = |points| {
        let holds = Condition::Holds(Expression::Attribute(flag));
        Expression::When(Box::new(number(0, points)), Box::new(holds), all)
    };
    let add = |left, right| Expression::Arithmetic(Arithmetic::Add, Box::new(left), Box::new(right), all);
    let counted = |points: i64| {
        let sum = (2..=points).map(point).fold(point(1), add);
        let mut rules = rules.clone();
        let id = rules[slot].order[0];
        let span = rules[id].span;
        let enough = Condition::Compare(Comparison::AtLeast, sum, number(0, 5));
        rules.rules[id.index()].when = vec![Clause { condition: enough, span }];
        let functions = jit::intermediate(&rules).unwrap();
        let count = |word: &str| functions.iter().map(|function| function.matches(word).count()).sum::<usize>();
        (count("brif"), count("iadd"))
    };
    let (few, many) = (counted(2), counted(6));
    assert_eq!((few.0, few.1 + 4), many);
}

/// How much of this process's memory code may run in, apart from that of programs and libraries.
#[cfg(target_os = "linux")]
fn bytes_of_code() -> u64 {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let made = maps.lines().filter(|line| line.contains(" r-xp ") && line.trim_end().ends_with(" 0"));
    let bytes = made.map(|line| {
        let (from, to) = line.split_whitespace().next().unwrap().split_once('-').unwrap();
        u64::from_str_radix(to, 16).unwrap() - u64::from_str_radix(from, 16).unwrap()
    });
    bytes.sum()
}

#[cfg(target_os = "linux")]
#[test]
fn machine_code_is_given_back() {
    const TIMES: u64 = 200;
    let generated = generate(11);
    let compile = || jit::compile_with(&generated.rules, Effort::Quick).unwrap();
    let one = compile();
    let before = bytes_of_code();
    assert!(before >= one.code_bytes() as u64);
    for _ in 0..TIMES {
        drop(compile());
    }
    // Other tests compile at the same time, but not as much.
    let after = bytes_of_code();
    assert!(after < before + TIMES / 2 * one.code_bytes() as u64, "{before} bytes of code, and then {after}");
}
