//! The telco world as somebody would write it in Rust.

#![allow(unreachable_pub, reason = "written as the module of a crate of its own would be")]

pub mod support;
#[rustfmt::skip] // it is compared with what `write` gives
pub mod telco;
