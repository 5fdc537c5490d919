//! One binary for all integration tests.

mod findings;
mod order;
