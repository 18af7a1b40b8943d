//! How many replications a command line asks for, and how sure decisions have to be: a number, as many as a precision takes, or looks at a level.

use super::expressions::{complaint, parse_all};
use super::verdict::Failure;
use crate::experiment::expression::PrecisionGoal;
use crate::experiment::{MIN_REPLICATIONS, StoppingRule};
use crate::report::manifest::Options;
use crate::scenario::Scenario;
use crate::stats::interim_looks::InterimLooks;

/// The most replications for a precision, unless it is given.
const MOST: u32 = 1000;

/// Replications before the first look of a decision, unless more are asked for: with fewer, a spread is hardly known.
const FIRST_LOOK: u32 = 10;

/// The most replications of a decision, unless it is given.
const LAST_LOOK: u32 = 640;

/// The chance of a wrong decision, unless it is given.
const LEVEL: f64 = 0.05;

/// What the options ask of a scenario.
pub(super) fn plan(options: &Options, scenario: &Scenario) -> Result<StoppingRule, Failure> {
    if options.precision.is_empty() {
        return Ok(StoppingRule::fixed(options.replications.unwrap_or(scenario.replications)));
    }
    let goals: Vec<PrecisionGoal> = parse_all("--precision", &options.precision)?;
    let first = options.replications.unwrap_or(scenario.replications.max(MIN_REPLICATIONS));
    let most = options.max_replications.unwrap_or(first.max(MOST));
    if most < first && options.replications.is_some() {
        return Err(too_few(first, most));
    }
    StoppingRule::sequential(goals, first, most, &scenario.system)
        .map_err(|(number, fault)| complaint("--precision", &options.precision[number], &fault, ""))
}

/// The complaint about a maximum that is none.
pub(super) fn too_few(first: u32, most: u32) -> Failure {
    Failure::Input(format!(
        "--max-replications {most} is less than --replications {first}; leave one of them out, or write a larger maximum"
    ))
}

/// At how many replications decisions are looked at, of a scenario that says so many.
pub(super) fn looks(options: &Options, replications: u32) -> Result<InterimLooks, Failure> {
    let first = options.replications.unwrap_or(replications.max(FIRST_LOOK));
    let most = options.max_replications.unwrap_or(first.max(LAST_LOOK));
    if most < first && options.replications.is_some() {
        return Err(too_few(first, most));
    }
    Ok(InterimLooks::doubling(first.min(most), most))
}

/// Checks a level, and leaves it as it is written.
pub(super) fn level(text: &str) -> Result<String, String> {
    match text.parse::<f64>() {
        Ok(level) if level > 0.0 && level <= 0.5 => Ok(text.to_owned()),
        _ => Err("write a number above 0 and up to 0.5, such as 0.05".to_owned()),
    }
}

/// The level in force.
pub(super) fn level_of(options: &Options) -> f64 {
    options.level.as_deref().and_then(|level| level.parse().ok()).unwrap_or(LEVEL)
}
