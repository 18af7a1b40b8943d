//! The report of `claimsim diff`: its text for terminals and the JSON document.

mod json;
mod text;

use crate::experiment::diff::Diff;
use crate::model::time::Epoch;

/// Two runs and their differences.
#[derive(Clone, Copy, Debug)]
pub struct DiffReport<'a> {
    /// Their folders.
    pub runs: [&'a str; 2],
    /// The calendar time of instant 0 in the first run.
    pub epoch: Epoch,
    /// The differences of what the runs were made from.
    pub settings: &'a [SettingDifference],
    /// The differences of what happened.
    pub diff: &'a Diff,
}

/// An option, a scenario key or a file that differs between two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingDifference {
    /// Its name; of a key, the dotted path.
    pub name: String,
    /// Its value in each run; `None` where it is not set.
    pub values: [Option<String>; 2],
}
