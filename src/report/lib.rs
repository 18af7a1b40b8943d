//! Outcome -> bytes: tables for machines (CSV, JSON), for terminals and for eyes (SVG), and the manifest that vouches for them.
//!
//! Nothing here touches a file, a clock or a terminal: every function returns text or bytes, and the same results give the
//! same bytes on every platform.

use claimsim_engine as engine;
use claimsim_experiment as experiment;
use claimsim_model as model;
use claimsim_scenario as scenario;
use claimsim_stats as stats;

pub mod comparison;
mod context;
pub mod diff;
pub mod elasticity;
pub mod feasibility;
#[cfg(test)]
mod fixtures;
mod format;
pub mod job_log;
pub mod manifest;
pub mod messages;
pub mod plot;
pub mod run;
pub mod sizing;
pub mod sweep;
pub mod table;

pub use context::RunContext;
pub use format::duration;

/// A file of a run's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Where it goes, relative to the folder, with `/` between folders.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}
