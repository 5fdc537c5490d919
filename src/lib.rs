//! A declarative rule language for personalization, with its compiler and runtime.

pub mod diagnostics;
pub mod frame;
#[cfg(feature = "cli")]
pub mod graph;
pub mod model;
pub mod ops;
pub mod source;
pub mod value;
