//! The page of `cater graph --html` in a real browser: what it shows is there to be read, and what it decides is what the
//! evaluator decides.
//!
//! These tests need a browser, so they are left out of a plain `cargo test`; `make test` brings one and runs them:
//! `cargo test --test main -- --ignored page::`. Pictures of what they saw lie in the folder of what is built.

mod board;
mod browser;
#[cfg(feature = "jit")]
mod customers;
#[cfg(feature = "jit")]
mod deciding;
mod programme;
