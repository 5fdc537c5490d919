//! How long a decision takes on the telco world: machine code, the reference evaluator, and the same rules written by
//! hand in Rust. `make bench` builds this with `target-cpu=native`.
//!
//! First all three must agree on every customer; then they are timed in turn. `CATER_BENCH_ROUNDS` says how often.

#![expect(clippy::print_stdout, clippy::indexing_slicing, reason = "a benchmark prints, and may fail")]

mod handwritten;
mod timing;
mod world;

use std::hint::black_box;

use cater::eval;
use cater::frame::Decision;
use cater::jit::{self, Effort};
use cater::model::SlotId;
use handwritten::support::Symbols;
use handwritten::telco::{self, Customer};
use timing::{Contender, compare};

fn main() -> Result<(), String> {
    let base = world::open(&world::folder())?;
    let rules = &base.rules;
    let compiled = jit::compile(rules).map_err(|error| error.to_string())?;
    let layout = compiled.layout();
    let mut symbols = Symbols::of(telco::TEXTS);
    let customers: Vec<Customer> = base.frames.iter().map(|frame| Customer::read(rules, frame, &mut symbols)).collect();
    let records: Vec<_> = base
        .frames
        .iter()
        .map(|frame| {
            let mut record = layout.record();
            layout.pack(rules, frame, &mut record).map(|()| record).map_err(|unfit| unfit.to_string())
        })
        .collect::<Result<_, _>>()?;
    let slots: Vec<SlotId> = (0..rules.slots.len()).map(SlotId::from_index).collect();

    for (index, frame) in base.frames.iter().enumerate() {
        for slot in &slots {
            let reference = Some(eval::decide(rules, frame, *slot));
            let machine = compiled.decide(*slot, &records[index]);
            let by_hand = telco::decide(slot.0, &customers[index]);
            if machine != reference || by_hand != reference {
                return Err(format!("customer {index}: {reference:?}, {machine:?}, {by_hand:?}"));
            }
        }
    }
    println!("{} customers, {} slots, {} rules: all three agree", customers.len(), slots.len(), rules.rules.len());
    println!(
        "a record is {} bytes, the struct {} bytes; {} bytes of machine code",
        layout.words() * 8,
        size_of::<Customer>(),
        compiled.code_bytes(),
    );

    let rounds = std::env::var("CATER_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(201);
    println!("\ncontext decoded, nanoseconds a decision (median of {rounds} rounds in turn)");
    for slot in slots.iter().map(|slot| std::slice::from_ref(slot)).chain([slots.as_slice()]) {
        let name = if slot.len() == 1 { rules[slot[0]].name.as_str() } else { "all slots" };
        let decisions = customers.len() * slot.len();
        let mut contenders = [
            Contender {
                name: "by hand",
                round: Box::new(|| {
                    sum(customers.iter().flat_map(|c| slot.iter().map(|slot| telco::decide(slot.0, black_box(c)))))
                }),
            },
            Contender {
                name: "machine code",
                round: Box::new(|| {
                    sum(records
                        .iter()
                        .flat_map(|record| slot.iter().map(|slot| compiled.decide(*slot, black_box(record)))))
                }),
            },
        ];
        let timed = compare(&mut contenders, rounds, decisions);
        println!(
            "  {name:<16} by hand {:6.2}   machine code {:6.2}   ratio {:5.2}",
            timed[0].nanoseconds, timed[1].nanoseconds, timed[1].ratio
        );
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
    let timed = compare(&mut reference, rounds.div_ceil(40), customers.len() * slots.len());
    println!("  {:<16} reference {:6.0}", "all slots", timed[0].nanoseconds);

    println!("\ncompiling");
    for effort in [Effort::Quick, Effort::Optimised] {
        let mut contender = [Contender {
            name: "compile",
            round: Box::new(|| jit::compile_with(rules, effort).map_or(0, |compiled| compiled.code_bytes() as u64)),
        }];
        let timed = compare(&mut contender, 11, 1);
        println!("  {effort:?}: {:.2} ms", timed[0].nanoseconds / 1e6);
    }
    Ok(())
}

/// Something that depends on every decision.
fn sum(decisions: impl Iterator<Item = Option<Decision>>) -> u64 {
    decisions.flatten().fold(0, |sum, decision| match decision.outcome {
        cater::frame::Outcome::Shows(offer) => sum.wrapping_add(u64::from(offer.0)),
        cater::frame::Outcome::Nothing => sum.wrapping_add(1 << 32),
    })
}
