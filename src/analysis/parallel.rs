//! Work that falls into independent parts, done on every core; the outcome does not depend on how many there are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The stack of a helper: searches are recursive, and the main thread has as much.
const STACK: usize = 8 << 20;

/// What `work` gives for each number below `count`, in order. Where no helper can be had, everything is done here.
pub(super) fn each<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    each_with(count, 1, &mut (), |(), at| work(at))
}

/// The same with something of its own for every core: `own` here, a copy of it wherever there are `worth` parts to do.
pub(super) fn each_with<S: Clone + Send, T: Send>(
    count: usize,
    worth: usize,
    own: &mut S,
    work: impl Fn(&mut S, usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let take = |own: &mut S| {
        let numbers = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed)).take_while(|at| *at < count);
        numbers.map(|at| (at, work(own, at))).collect::<Vec<(usize, T)>>()
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let helpers = cores.min(count / worth.max(1)).saturating_sub(1);
    let mut done = thread::scope(|scope| {
        let spawn = |mut copy: S| {
            let take = &take;
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || take(&mut copy)).ok()
        };
        let spawned: Vec<_> = (0..helpers).filter_map(|_| spawn(own.clone())).collect();
        let mut done = take(own);
        for helper in spawned {
            match helper.join() {
                Ok(mut of) => done.append(&mut of),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, of)| of).collect()
}

/// What both give, each on a core of its own where there are two.
pub(super) fn both<A: Send, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    if thread::available_parallelism().map_or(1, usize::from) == 1 {
        return (one(), other());
    }
    thread::scope(|scope| {
        let helper = scope.spawn(other);
        let one = one();
        match helper.join() {
            Ok(other) => (one, other),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{both, each, each_with};

    #[test]
    fn everything_is_done_once_and_stands_in_order() {
        for count in [0, 1, 2, 3, 1_000] {
            assert_eq!(each(count, |at| at * 2), (0..count).map(|at| at * 2).collect::<Vec<_>>());
            for worth in [0, 1, 10, 5_000] {
                let mut scratch = vec![0_usize];
                let found = each_with(count, worth, &mut scratch, |own, at| {
                    own.push(at);
                    at + own.first().copied().unwrap_or(9)
                });
                assert_eq!(found, (0..count).collect::<Vec<_>>());
            }
        }
        assert_eq!(both(|| 1, || "a"), (1, "a"));
    }
}
