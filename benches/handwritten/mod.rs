//! The telco world as somebody would write it in Rust.

pub mod support;
pub mod telco;
