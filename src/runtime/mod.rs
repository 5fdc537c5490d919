//! The engine and what surrounds it: clock, stores, data in, decisions over a whole base.

pub mod store;
