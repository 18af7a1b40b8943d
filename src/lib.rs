//! claimsim: a deterministic discrete-event simulator of capacity-limited job queues.
//!
//! The library is a house of floors; a module imports only from lower ones (see `docs/architecture.md`).

pub mod arrival;
pub mod cli;
pub mod engine;
pub mod experiment;
pub mod model;
pub mod policy;
pub mod random;
pub mod registry;
pub mod report;
pub mod scenario;
pub mod stats;
