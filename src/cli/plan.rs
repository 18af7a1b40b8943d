//! How many replications a command line asks for: a number, or as many as a precision takes.

use super::expressions::{complaint, parse_all};
use super::verdict::Failure;
use crate::experiment::expression::Precision;
use crate::experiment::{FIRST, Plan};
use crate::report::manifest::Options;
use crate::scenario::Scenario;

/// The most replications for a precision, unless it is given.
const MOST: u32 = 1000;

/// What the options ask of a scenario.
pub(super) fn plan(options: &Options, scenario: &Scenario) -> Result<Plan, Failure> {
    if options.precision.is_empty() {
        return Ok(Plan::fixed(options.replications.unwrap_or(scenario.replications)));
    }
    let goals: Vec<Precision> = parse_all("--precision", &options.precision)?;
    let first = options.replications.unwrap_or(scenario.replications.max(FIRST));
    let most = options.max_replications.unwrap_or(first.max(MOST));
    if most < first && options.replications.is_some() {
        return Err(too_few(first, most));
    }
    Plan::sequential(goals, first, most, &scenario.system)
        .map_err(|(number, fault)| complaint("--precision", &options.precision[number], &fault, ""))
}

/// The complaint about a maximum that is none.
pub(super) fn too_few(first: u32, most: u32) -> Failure {
    Failure::Input(format!(
        "--max-replications {most} is less than --replications {first}; leave one of them out, or write a larger maximum"
    ))
}
