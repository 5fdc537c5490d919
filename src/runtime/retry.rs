//! How often something is tried again that others came between, and after how long.
//!
//! At once at first, then after a pause of random length that grows, so that those who hinder each other part.

use std::hash::{BuildHasher, RandomState};
use std::thread::sleep;
use std::time::Duration;

use super::store::{Landed, StateError, StateStore};

/// How often something is tried.
const MOST: u32 = 60;

/// Attempts without a pause.
const AT_ONCE: u32 = 2;

/// The longest pause, in microseconds.
const LONGEST: u64 = 20_000;

/// What is tried until it lands.
///
/// # Errors
/// What a try says, or that others came between too often.
pub(super) fn until_it_lands<T, E: From<StateError>>(
    store: &dyn StateStore,
    mut try_it: impl FnMut() -> Result<(T, Landed), E>,
) -> Result<T, E> {
    let mut attempts = Attempts::new();
    while attempts.go_on() {
        if let (done, Landed::Whole) = try_it()? {
            return Ok(done);
        }
    }
    Err(StateError::Busy(store.place()).into())
}

struct Attempts {
    made: u32,
    dice: RandomState,
}

impl Attempts {
    fn new() -> Self {
        Self { made: 0, dice: RandomState::new() }
    }

    /// Whether to try, after a pause where that is not the first time.
    fn go_on(&mut self) -> bool {
        if self.made > AT_ONCE {
            sleep(self.pause());
        }
        self.made += 1;
        self.made <= MOST
    }

    fn pause(&self) -> Duration {
        let most = (100_u64 << (self.made - AT_ONCE).min(20)).min(LONGEST);
        Duration::from_micros(self.dice.hash_one(self.made) % most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_tried_for_ever_and_pauses_differ() {
        let mut attempts = Attempts { made: AT_ONCE + 5, dice: RandomState::new() };
        let pauses: std::collections::HashSet<Duration> = (0..20)
            .map(|_| {
                attempts.made += 1;
                attempts.pause()
            })
            .collect();
        assert!(pauses.len() > 10 && pauses.iter().all(|pause| *pause < Duration::from_micros(LONGEST)));
        attempts.made = MOST - 1;
        assert!(attempts.go_on() && !attempts.go_on());
    }
}
