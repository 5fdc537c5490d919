//! How long a decision takes: machine code, the reference evaluator, and the same rules written by hand in Rust, on the
//! telco world; then machine code and evaluator on generated rules, and how long the code takes to make. `make bench`
//! builds this with `target-cpu=native`.
//!
//! First all must agree on every customer; then they are timed in turn, and ratios are medians over the rounds of one
//! run. `CATER_BENCH_ROUNDS` says how many.

#![expect(clippy::print_stdout, clippy::indexing_slicing, reason = "a benchmark prints, and may fail")]

#[path = "../tests/engines/frames.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "tests use the rest")]
mod frames;
#[path = "../tests/engines/generate/mod.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "tests use the rest")]
mod generate;
mod handwritten;
mod median;
#[path = "../tests/engines/rng.rs"]
mod rng;
mod timing;
#[path = "../tests/engines/walk.rs"]
mod walk;
mod world;

use std::hint::black_box;

use cater::eval;
use cater::frame::{Decision, Facts, Frame, Outcome, gather};
use cater::jit::{self, Compiled, Effort};
use cater::model::{RuleSet, SlotId};
use cater::plan::Records;
use cater::runtime::data::customer_from_json;
use generate::Size;
use handwritten::support::Symbols;
use handwritten::telco::{self, Customer};
use timing::{Contender, Timed, compare};
use world::Base;

fn main() -> Result<(), String> {
    let base = world::open(&world::folder())?;
    let rounds = std::env::var("CATER_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(201);
    decoded(&base, rounds)?;
    from_text(&base, rounds.div_ceil(10))?;
    for rules in [100, 1_000] {
        generated(rules, rounds.div_ceil(10))?;
    }
    Ok(())
}

fn slots(rules: &RuleSet) -> Vec<SlotId> {
    (0..rules.slots.len()).map(SlotId::from_index).collect()
}

/// Every frame packed, side by side.
fn packed(compiled: &Compiled, rules: &RuleSet, frames: &[Frame]) -> Result<Records, String> {
    let mut records = compiled.layout().records();
    let mut record = compiled.layout().record();
    for frame in frames {
        compiled.layout().pack(rules, frame, &mut record).map_err(|unfit| unfit.to_string())?;
        records.push(&record);
    }
    Ok(records)
}

/// The telco world, every customer decoded beforehand.
fn decoded(base: &Base, rounds: usize) -> Result<(), String> {
    let rules = &base.rules;
    let quick = jit::compile(rules).map_err(|error| error.to_string())?;
    let optimised = jit::compile_with(rules, Effort::Optimised).map_err(|error| error.to_string())?;
    let records = [packed(&quick, rules, &base.frames)?, packed(&optimised, rules, &base.frames)?];
    let mut symbols = Symbols::of(telco::TEXTS);
    let customers: Vec<Customer> = base.frames.iter().map(|frame| Customer::read(rules, frame, &mut symbols)).collect();
    let slots = slots(rules);
    for (nth, frame) in base.frames.iter().enumerate() {
        for slot in &slots {
            // When to ask again is nobody's but the evaluator's.
            let reference = Some(Decision { again: None, ..eval::decide(rules, frame, *slot) });
            let others = [
                quick.decide_nth(*slot, &records[0], nth),
                optimised.decide_nth(*slot, &records[1], nth),
                telco::decide(slot.0, &customers[nth]),
            ];
            if others.iter().any(|other| *other != reference) {
                return Err(format!("customer {nth}: {reference:?}, and not {others:?}"));
            }
        }
    }
    println!(
        "telco: {} customers, {} slots, {} rules; all engines agree on every customer",
        customers.len(),
        slots.len(),
        rules.rules.len()
    );
    println!("a record has {} bytes, the struct {}", quick.layout().words() * 8, size_of::<Customer>());
    println!("\ncontext decoded: nanoseconds a decision, and the ratio to the rules written by hand");
    for some in slots.chunks(1).chain([slots.as_slice()]) {
        let machine = |compiled, records| {
            move || sum(each(records, some, |slot, nth| Compiled::decide_nth(compiled, slot, records, nth)))
        };
        let mut contenders = [
            Contender {
                name: "by hand",
                round: Box::new(|| {
                    sum(customers.iter().flat_map(|c| some.iter().map(|slot| telco::decide(slot.0, black_box(c)))))
                }),
            },
            Contender { name: "machine code", round: Box::new(machine(&quick, &records[0])) },
            Contender { name: "optimised", round: Box::new(machine(&optimised, &records[1])) },
        ];
        let name = if some.len() == 1 { rules[some[0]].name.as_str() } else { "all slots" };
        print(name, &compare(&mut contenders, rounds, customers.len() * some.len()));
    }
    let mut reference = [Contender {
        name: "reference",
        round: Box::new(|| {
            sum(base
                .frames
                .iter()
                .flat_map(|frame| slots.iter().map(|slot| Some(eval::decide(rules, black_box(frame), *slot)))))
        }),
    }];
    print("all slots", &compare(&mut reference, rounds.div_ceil(40), customers.len() * slots.len()));
    compiling(rules);
    Ok(())
}

fn each<'a>(
    records: &'a Records,
    slots: &'a [SlotId],
    decide: impl Fn(SlotId, usize) -> Option<Decision> + Copy + 'a,
) -> impl Iterator<Item = Option<Decision>> + 'a {
    (0..records.len()).flat_map(move |nth| slots.iter().map(move |slot| decide(*slot, black_box(nth))))
}

/// From the text that a service is sent to the decisions of all slots; consent and the moment are known, and nothing
/// has happened yet.
fn from_text(base: &Base, rounds: usize) -> Result<(), String> {
    let rules = &base.rules;
    let compiled = jit::compile(rules).map_err(|error| error.to_string())?;
    let layout = compiled.layout();
    let slots = slots(rules);
    let known: Vec<Facts> = base
        .facts
        .iter()
        .map(|facts| Facts {
            consent: facts.consent.clone(),
            objects_to_direct_marketing: facts.objects_to_direct_marketing,
            attributes: base.known.attributes.clone(),
            ..Facts::nothing(rules, facts.now)
        })
        .collect();
    let mut symbols = Symbols::of(telco::TEXTS);
    let by_hand: Vec<Customer> = known
        .iter()
        .map(|facts| {
            // Whose the counts are is known from the text, and nothing has been counted.
            let mut frame = gather(rules, facts);
            frame.caps = Frame::empty(rules, facts.now).caps;
            Customer::read(rules, &frame, &mut symbols)
        })
        .collect();
    let mut record = layout.record();
    let mut machine = |text: &str, known: &Facts| -> Option<[Option<Decision>; 8]> {
        let frame = gather(rules, &customer_from_json(rules, text, known.clone()).ok()?);
        layout.pack(rules, &frame, &mut record).ok()?;
        let mut answers = [None; 8];
        for (answer, slot) in answers.iter_mut().zip(&slots) {
            *answer = compiled.decide(*slot, &record);
        }
        Some(answers)
    };
    let hand = |text: &str, known: &Customer| -> Option<[Option<Decision>; 8]> {
        let customer = Customer::from_text(text, known)?;
        let mut answers = [None; 8];
        for (answer, slot) in answers.iter_mut().zip(&slots) {
            *answer = telco::decide(slot.0, &customer);
        }
        Some(answers)
    };
    for (nth, text) in base.texts.iter().enumerate() {
        let (one, other) = (machine(text, &known[nth]), hand(text, &by_hand[nth]));
        if one.is_none() || one != other {
            return Err(format!("from text, customer {nth}: {one:?}, by hand {other:?}\n{text}"));
        }
    }
    let bytes = base.texts.iter().map(String::len).sum::<usize>() / base.texts.len();
    println!("\nfrom JSON text ({bytes} bytes): nanoseconds a customer, all {} slots", slots.len());
    let total = |answers: Option<[Option<Decision>; 8]>| sum(answers.into_iter().flatten());
    let mut contenders = [
        Contender {
            name: "by hand, serde",
            round: Box::new(|| base.texts.iter().zip(&by_hand).map(|(text, known)| total(hand(text, known))).sum()),
        },
        Contender {
            name: "machine code",
            round: Box::new(|| base.texts.iter().zip(&known).map(|(text, known)| total(machine(text, known))).sum()),
        },
    ];
    print("all slots", &compare(&mut contenders, rounds, base.texts.len()));
    Ok(())
}

/// Generated rules in one slot: nobody wrote these by hand.
fn generated(rules: usize, rounds: usize) -> Result<(), String> {
    // The first that machine code takes: some have numbers beyond 64 bits, or too many that rank together.
    let size = Size { rules, slots: 1, probes: 0 };
    let taken = |generated: &generate::Generated| jit::compile_with(&generated.rules, Effort::Quick).is_ok();
    let generated = (42..142).map(|seed| generate::sized(seed, size)).find(taken);
    let generated = generated.ok_or("machine code takes none of a hundred rule sets")?;
    let rules = &generated.rules;
    let mut rng = rng::Rng::new(42);
    let atoms = frames::Atoms::of(&generated);
    let frames: Vec<Frame> = (0..1_000).map(|_| atoms.draw(rules, &mut rng)).collect();
    let slots = slots(rules);
    let [quick, optimised] = [Effort::Quick, Effort::Optimised].map(|effort| jit::compile_with(rules, effort));
    let (quick, optimised) = (quick.map_err(|error| error.to_string())?, optimised.map_err(|error| error.to_string())?);
    let records = [packed(&quick, rules, &frames)?, packed(&optimised, rules, &frames)?];
    let mut handed_over = 0;
    for (nth, frame) in frames.iter().enumerate() {
        // When to ask again is nobody's but the evaluator's, and what may have to wait is handed over to it.
        let reference = Some(Decision { again: None, ..eval::decide(rules, frame, slots[0]) });
        let machine = quick.decide_nth(slots[0], &records[0], nth);
        if optimised.decide_nth(slots[0], &records[1], nth) != machine || machine.is_some() && machine != reference {
            return Err(format!("frame {nth}: {reference:?}, and not {machine:?}"));
        }
        handed_over += u32::from(machine.is_none());
    }
    let (count, of) = (rules.rules.len(), frames.len());
    println!("\n{count} generated rules in one slot, {handed_over} of {of} frames handed over: nanoseconds a decision");
    let machine = |compiled, records| {
        let slots = &slots;
        move || sum(each(records, slots, |slot, nth| Compiled::decide_nth(compiled, slot, records, nth)))
    };
    let mut contenders = [
        Contender { name: "machine code", round: Box::new(machine(&quick, &records[0])) },
        Contender { name: "optimised", round: Box::new(machine(&optimised, &records[1])) },
        Contender {
            name: "reference",
            round: Box::new(|| sum(frames.iter().map(|frame| Some(eval::decide(rules, black_box(frame), slots[0]))))),
        },
    ];
    print("", &compare(&mut contenders, rounds, frames.len()));
    println!("  {} bytes of machine code, optimised {}", quick.code_bytes(), optimised.code_bytes());
    compiling(rules);
    Ok(())
}

/// How long the code takes to make.
fn compiling(rules: &RuleSet) {
    let compile = |effort| move || jit::compile_with(rules, effort).map_or(0, |compiled| compiled.code_bytes() as u64);
    let mut contenders = [
        Contender { name: "machine code", round: Box::new(compile(Effort::Quick)) },
        Contender { name: "optimised", round: Box::new(compile(Effort::Optimised)) },
    ];
    let timed = compare(&mut contenders, 11, 1);
    println!("  made in {:.2} ms, optimised {:.2} ms", timed[0].nanoseconds / 1e6, timed[1].nanoseconds / 1e6);
}

fn print(name: &str, timed: &[Timed]) {
    let all: Vec<String> = timed
        .iter()
        .enumerate()
        .map(|(place, timed)| {
            let ratio = if place == 0 { String::new() } else { format!(" ({:.2}x)", timed.ratio) };
            format!("{} {:.1}{ratio}", timed.name, timed.nanoseconds)
        })
        .collect();
    println!("  {name:<15} {}", all.join("   "));
}

/// Something that depends on every decision.
fn sum(decisions: impl Iterator<Item = Option<Decision>>) -> u64 {
    decisions.flatten().fold(0, |sum, decision| match decision.outcome {
        Outcome::Shows(offer) | Outcome::Sends { offer, .. } => sum.wrapping_add(u64::from(offer.0)),
        Outcome::Holds { .. } | Outcome::Nothing => sum.wrapping_add(1 << 32),
    })
}
