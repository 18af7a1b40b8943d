//! Text -> [`Scenario`]; every complaint has a line and a caret. After this floor nothing can be malformed.

use std::io;

use crate::arrival::Source;
use crate::engine::System;
use crate::model::time::{Epoch, Span};
use crate::policy::Policy;

/// A scenario, checked and built: everything a run needs, and no text that still has to be understood.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Names the run and its default output folder.
    pub name: String,
    /// Where instant 0 lies in the calendar.
    pub epoch: Epoch,
    /// The seed of all random streams.
    pub seed: u64,
    /// How many replications.
    pub replications: u32,
    /// The target whose share of waits is reported.
    pub slo: Option<Span>,
    /// The bound of the bounded slowdown.
    pub slowdown_bound: Span,
    /// Which waiting job goes next.
    pub policy: Policy,
    /// What is simulated.
    pub system: System,
    /// Where jobs come from, in the order of the file.
    pub sources: Vec<Source>,
}

/// Reads the files a scenario names; given by the floor that may touch files.
pub trait Files {
    /// The bytes of the file that the scenario names by `path` (relative to the scenario file).
    ///
    /// # Errors
    /// Whatever keeps the file from being read.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}
