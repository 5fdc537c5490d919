//! The one integration binary: everything that is tested from outside the crate, a folder a subject.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[cfg(feature = "cli")]
mod allowances;
#[cfg(feature = "cli")]
mod aloud;
#[cfg(feature = "cli")]
mod base;
#[cfg(feature = "cli")]
mod book;
#[cfg(all(feature = "cli", feature = "jit"))]
mod bundles;
#[cfg(all(feature = "cli", feature = "jit"))]
mod consent;
#[cfg(feature = "jit")]
mod engines;
#[cfg(feature = "cli")]
mod findings;
#[cfg(all(feature = "cli", feature = "jit"))]
mod fixes;
#[cfg(feature = "cli")]
mod flaws;
#[cfg(feature = "cli")]
mod grammar;
#[cfg(all(unix, feature = "cli"))]
mod hosted;
mod house;
#[cfg(feature = "cli")]
mod junit;
#[cfg(feature = "cli")]
mod light;
mod markdown;
#[cfg(feature = "cli")]
mod misreadings;
#[cfg(feature = "cli")]
mod order;
#[cfg(all(unix, feature = "cli"))]
mod page;
#[cfg(feature = "cli")]
mod pages;
#[cfg(all(feature = "cli", feature = "jit"))]
mod properties;
#[cfg(feature = "cli")]
mod reports;
#[cfg(all(unix, feature = "serve"))]
mod serve;
#[cfg(all(unix, feature = "cli"))]
mod service;
#[cfg(feature = "cli")]
mod settings;
#[cfg(feature = "cli")]
mod summaries;
#[cfg(all(feature = "cli", feature = "jit"))]
mod together;
#[cfg(feature = "cli")]
mod transcripts;
#[cfg(feature = "cli")]
mod words;
