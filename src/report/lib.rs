//! Results -> bytes: tables for machines (CSV, JSON), for terminals and for pages (Markdown), and
//! charts (SVG).
//!
//! Nothing here touches a file, a clock or a terminal: every function returns text or bytes, and
//! the same results give the same bytes on every platform. From the ground up: formats and tables;
//! drawing (`plot`); a report per study; the catalogues of charts and of files.

use claimsim_arrival as arrival;
use claimsim_engine as engine;
use claimsim_experiment as experiment;
use claimsim_import as import;
use claimsim_model as model;
use claimsim_scenario as scenario;
use claimsim_stats as stats;

pub mod backtest;
mod charts;
pub mod comparison;
mod context;
pub mod diff;
mod digits;
pub mod elasticity;
pub mod explain;
pub mod feasibility;
mod files;
mod format;
pub mod html;
pub mod job_log;
mod key_columns;
pub mod key_results;
pub mod messages;
pub mod parquet;
mod plot;
pub mod run;
pub mod sizing;
pub mod sweep;
mod table;
pub mod timeline;
mod verdicts;
mod wait_curves;

pub use charts::{CAN_DRAW_PNG, ChartStyle, import_charts};
pub use context::RunContext;
pub use format::duration;
pub use key_results::KeyResults;
pub use plot::theme::Theme;
use serde_json::Value;
pub use table::TextTable;
pub use verdicts::in_color;

/// The report of a finished study.
pub trait Report {
    /// The files of its folder, in a fixed order, except manifest, inputs and job log.
    fn files(&self) -> Vec<OutputFile>;

    /// The results as one JSON document.
    fn json(&self) -> Value;

    /// The results for a terminal; `place` is the sentence that names the folder.
    fn text(&self, place: &str) -> String;

    /// The answer with its confidence, the warnings and the key figures.
    fn key_results(&self) -> KeyResults;
}

/// A file of a study's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Its path relative to the folder, with `/` between folders.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

fn file(path: impl Into<String>, bytes: Vec<u8>) -> OutputFile {
    OutputFile { path: path.into(), bytes }
}
