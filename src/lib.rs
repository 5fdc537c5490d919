//! A declarative rule language for personalization, with its compiler and runtime.

pub mod diagnostics;
pub mod source;
#[cfg(feature = "cli")]
pub mod syntax;
