//! Results -> bytes: tables for machines (CSV, JSON), for terminals and for pages (Markdown), and
//! charts (SVG).
//!
//! Nothing here touches a file, a clock or a terminal: every function returns text or bytes, and
//! the same results give the same bytes on every platform. From the ground up: formats and tables;
//! drawing (`plot`); a report per study; the catalogues of charts and of files.

use claimsim_engine as engine;
use claimsim_experiment as experiment;
use claimsim_model as model;
use claimsim_scenario as scenario;
use claimsim_stats as stats;

mod charts;
pub mod comparison;
mod context;
pub mod diff;
pub mod elasticity;
pub mod feasibility;
mod files;
#[cfg(test)]
mod fixtures;
mod format;
pub mod job_log;
mod key_columns;
pub mod messages;
pub mod parquet;
mod plot;
pub mod run;
pub mod sizing;
pub mod sweep;
mod table;
mod verdicts;
mod wait_curves;

pub use context::RunContext;
pub use format::{Charset, duration};
pub use verdicts::in_color;

/// A file of a study's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Its path relative to the folder, with `/` between folders.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}
