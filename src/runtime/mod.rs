//! The engine and what surrounds it: clock, stores, data in, decisions over a whole base.
//!
//! Takes a verified rule set or a bundle, and facts; gives decisions and their explanations. Reads clock and stores
//! before deciding and writes them after it: deciding itself is a pure function of rules and frame. Refuses to know how
//! rules are spelt or checked.

mod answers;
#[cfg(feature = "cli")]
pub mod batch;
pub mod clock;
pub mod confirm;
#[cfg(test)]
#[cfg(feature = "cli")]
mod crowd_tests;
pub mod data;
mod engine;
#[cfg(feature = "cli")]
pub mod import;
#[cfg(test)]
#[cfg(feature = "cli")]
mod kept_tests;
mod ledger;
pub mod looks_back;
mod names;
pub mod past;
mod record;
pub mod release;
pub mod request;
#[cfg(test)]
#[cfg(feature = "cli")]
mod request_tests;
mod retry;
#[cfg(feature = "serve")]
pub mod self_check;
pub mod spelt;
pub mod store;
#[cfg(feature = "serve")]
pub mod tell;

pub use engine::{Decider, Engine, How, LoadError, Origin};
pub use record::{Record, RecordError};
