//! What the evaluator asks while it decides, counted as `analysis::cost` counts it: for the tests that hold its bound
//! against what is really asked. In a build for use nothing of it is there.
//!
//! A question is counted once for each candidate that it is asked of, however often it is looked up: a leaf of a condition
//! where it stands, whether a purpose is open, a cap has something left, a window is open, another slot shows the offer. What
//! is asked of a later instant, while it is worked out when something may go, is not counted.

#[cfg(test)]
pub(crate) use counting::tallied;
pub(super) use counting::{aside, leaf, of, thing};

/// Of which candidate something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Of {
    /// A rule, in its own place or tried.
    Rule(u32),
    /// What a rule shows in its place.
    Instead(u32),
    /// An entry of the fallback list.
    Entry(u32),
}

/// A thing that is asked about, beside conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    Purpose(u32),
    Cap(u32),
    Window(u32),
    Taken(u32),
    /// Of a channel, by its number.
    ChannelPurpose(u32, u32),
    ChannelCap(u32, u32),
    ChannelWindow(u32, u32),
}

#[cfg(not(test))]
mod counting {
    use super::{Of, Thing};
    use crate::model::Condition;

    pub(in crate::eval) fn of(_: Of) {}
    pub(in crate::eval) fn thing(_: Thing) {}
    pub(in crate::eval) fn leaf(_: &Condition) {}
    pub(in crate::eval) fn aside<T>(ask: impl FnOnce() -> T) -> T {
        ask()
    }
}

#[cfg(test)]
mod counting {
    use std::cell::RefCell;
    use std::collections::HashSet;

    use super::{Of, Thing};
    use crate::model::Condition;

    #[derive(Default)]
    struct Tally {
        is_on: bool,
        of: Option<Of>,
        /// By where they stand.
        leaves: HashSet<(Option<Of>, usize)>,
        things: HashSet<(Option<Of>, Thing)>,
    }

    thread_local! {
        static TALLY: RefCell<Tally> = RefCell::default();
    }

    pub(in crate::eval) fn of(candidate: Of) {
        TALLY.with_borrow_mut(|tally| tally.of = Some(candidate));
    }

    pub(in crate::eval) fn thing(thing: Thing) {
        TALLY.with_borrow_mut(|tally| {
            if tally.is_on {
                tally.things.insert((tally.of, thing));
            }
        });
    }

    pub(in crate::eval) fn leaf(at: &Condition) {
        TALLY.with_borrow_mut(|tally| {
            if tally.is_on {
                tally.leaves.insert((tally.of, std::ptr::from_ref(at).addr()));
            }
        });
    }

    pub(in crate::eval) fn aside<T>(ask: impl FnOnce() -> T) -> T {
        let was = TALLY.with_borrow_mut(|tally| std::mem::replace(&mut tally.is_on, false));
        let found = ask();
        TALLY.with_borrow_mut(|tally| tally.is_on = was);
        found
    }

    /// How much is asked: leaves and things. `shared`: the offers that several slots show; of others it is no question.
    pub(crate) fn tallied<T>(shared: &[bool], ask: impl FnOnce() -> T) -> u64 {
        TALLY.set(Tally { is_on: true, ..Tally::default() });
        ask();
        let tally = TALLY.take();
        let is_question = |thing: &Thing| match thing {
            Thing::Taken(offer) => shared.get(*offer as usize).copied().unwrap_or(false),
            Thing::Purpose(_)
            | Thing::Cap(_)
            | Thing::Window(_)
            | Thing::ChannelPurpose(..)
            | Thing::ChannelCap(..)
            | Thing::ChannelWindow(..) => true,
        };
        (tally.leaves.len() + tally.things.iter().filter(|(_, thing)| is_question(thing)).count()) as u64
    }
}
