//! One binary for all integration tests.

#[cfg(feature = "jit")]
mod engines;
mod findings;
mod order;
