//! One binary for all integration tests.

#[cfg(feature = "jit")]
mod engines;
#[cfg(feature = "cli")]
mod findings;
#[cfg(feature = "cli")]
mod light;
#[cfg(feature = "cli")]
mod order;
