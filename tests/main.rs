//! The one integration binary: everything that is tested from outside the crate, a folder a subject.

mod house;
mod markdown;
#[cfg(feature = "cli")]
mod transcripts;
