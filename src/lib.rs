//! A declarative rule language for personalization, with its compiler and runtime.

#[cfg(feature = "cli")]
pub mod aloud;
#[cfg(feature = "cli")]
pub mod analysis;
pub mod bundle;
#[cfg(feature = "cli")]
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod compile;
pub mod diagnostics;
pub mod eval;
pub mod frame;
#[cfg(feature = "cli")]
pub mod graph;
#[cfg(feature = "jit")]
pub mod jit;
pub mod model;
pub mod ops;
pub mod plan;
pub mod runtime;
pub mod source;
#[cfg(feature = "cli")]
pub mod syntax;
pub mod value;
