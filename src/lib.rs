//! A declarative rule language for personalization, with its compiler and runtime.

pub mod diagnostics;
pub mod eval;
pub mod frame;
pub mod model;
pub mod ops;
pub mod source;
pub mod value;
