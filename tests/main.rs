//! The one integration binary: everything that is tested from outside the crate, a folder a subject.

#[cfg(feature = "cli")]
mod findings;
mod house;
mod markdown;
#[cfg(feature = "cli")]
mod order;
#[cfg(feature = "cli")]
mod transcripts;
