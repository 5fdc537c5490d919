//! All integration tests, one binary.

mod engines;
