//! The reference evaluator: what a rule set means, slow and obvious, and why a decision is what it is.
//!
//! Takes the model and a frame; gives a decision, its explanation, the verdict of a test of the language. Refuses to
//! know where facts come from and how decisions are made fast; it shares nothing with what it judges but the operators'
//! definitions.

mod again;
mod awaited;
mod candidate;
mod channels;
mod condition;
pub mod coverage;
#[cfg(test)]
pub(crate) mod examples;
mod explain;
mod expression;
mod passed_over;
mod requests;
mod slot;
mod tally;
#[cfg(test)]
mod tests;
mod turns;
mod waiting;

pub use awaited::is_awaited;
pub use candidate::{Dropped, Ending};
pub use channels::Blocked;
pub use condition::condition;
#[cfg(test)]
pub(crate) use explain::without_change;
pub use explain::{
    Answer, Author, Candidate, Change, Explanation, Fate, Mismatch, Outranking, Proviso, Reason, Sending, Who,
    candidates, explain, hints, meets, nearest, run,
};
pub use expression::expression;
pub use passed_over::passed_over;
pub use requests::frames;
pub use slot::{ask_again, decide, decide_all, in_place_of, is_eligible};
#[cfg(test)]
pub(crate) use slot::{asked, stops};
pub use waiting::{Wait, Ways, ends, is_open as window_is_open, is_overdue, wait};
