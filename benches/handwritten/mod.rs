//! The telco world as somebody would write it in Rust.

pub(crate) mod support;
#[rustfmt::skip] // it is compared with what `write` gives
pub(crate) mod telco;
