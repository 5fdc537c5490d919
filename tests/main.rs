//! All integration tests, one binary: each module is a folder beside this file.

mod findings;
mod house;
mod order;
mod words;
