//! A run's report: its tables, its summary for terminals and programs, and its replications, read
//! back.

mod json;
pub mod precision;
pub mod replications;
pub mod tables;
mod text;

use crate::RunContext;
use crate::experiment::{Results, StoppingRule};

/// A finished run.
#[derive(Clone, Copy, Debug)]
pub struct RunReport<'a> {
    /// Names and settings.
    pub context: RunContext<'a>,
    /// The figures.
    pub results: &'a Results,
    /// The quantities that were asked for, and the precision.
    pub plan: &'a StoppingRule,
}
