//! The report of `claimsim explain`: stories for terminals, and the JSON document.

mod json;
mod text;

use crate::experiment::explain::Explanation;
use crate::scenario::Scenario;

/// The stories of jobs.
#[derive(Clone, Copy, Debug)]
pub struct ExplainReport<'a> {
    /// What was simulated.
    pub scenario: &'a Scenario,
    /// The stories.
    pub explanation: &'a Explanation,
}
