//! Times, compared fairly: everything in turn in one run, many rounds, medians.
//!
//! The machine is shared and noisy; a round of one contender right after a round of the other sees the same noise, so
//! the median of the rounds' ratios holds where single times do not.

use std::hint::black_box;
use std::time::Instant;

use crate::median::median;

/// Somebody who decides: a name, and what one round does; gives something that depends on every decision.
pub(crate) struct Contender<'a> {
    pub(crate) name: &'static str,
    pub(crate) round: Box<dyn FnMut() -> u64 + 'a>,
}

/// What came of it.
pub(crate) struct Timed {
    pub(crate) name: &'static str,
    /// Nanoseconds a decision, the median of all rounds.
    pub(crate) nanoseconds: f64,
    /// The median over the rounds of this time over the first contender's.
    pub(crate) ratio: f64,
}

/// So many rounds of each in turn; a round makes `decisions`.
pub(crate) fn compare(contenders: &mut [Contender<'_>], rounds: usize, decisions: usize) -> Vec<Timed> {
    let mut times: Vec<Vec<f64>> = contenders.iter().map(|_| Vec::with_capacity(rounds)).collect();
    // One round for the caches and the branch predictor.
    for contender in contenders.iter_mut() {
        black_box((contender.round)());
    }
    for _ in 0..rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let start = Instant::now();
            black_box((contender.round)());
            times.push(start.elapsed().as_nanos() as f64 / decisions as f64);
        }
    }
    let first = times[0].clone();
    contenders
        .iter()
        .zip(times)
        .map(|(contender, times)| {
            let ratios = times.iter().zip(&first).map(|(time, first)| time / first).collect();
            Timed { name: contender.name, nanoseconds: median(times), ratio: median(ratios) }
        })
        .collect()
}
