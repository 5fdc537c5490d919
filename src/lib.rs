//! A declarative rule language for personalization, with its compiler and runtime.

pub mod diagnostics;
pub mod eval;
pub mod frame;
#[cfg(feature = "jit")]
pub mod jit;
pub mod model;
pub mod ops;
pub mod plan;
pub mod source;
pub mod value;
