//! A declarative rule language for personalization, with its compiler and runtime.

pub mod diagnostics;
#[cfg(feature = "cli")]
pub mod graph;
pub mod source;
