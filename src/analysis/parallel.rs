//! Work that falls into independent parts, done on every core; the outcome does not depend on how many there are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The stack of a helper: searches are recursive, and the main thread has as much.
const STACK: usize = 8 << 20;

/// What `work` gives for each number below `count`, in order. Where no helper can be had, everything is done here.
pub(super) fn each<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let take = || {
        let numbers = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed)).take_while(|at| *at < count);
        numbers.map(|at| (at, work(at))).collect::<Vec<(usize, T)>>()
    };
    let helpers = thread::available_parallelism().map_or(1, usize::from).min(count).saturating_sub(1);
    let mut done = thread::scope(|scope| {
        let builder = || thread::Builder::new().stack_size(STACK);
        let spawned: Vec<_> = (0..helpers).filter_map(|_| builder().spawn_scoped(scope, take).ok()).collect();
        let mut done = take();
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
