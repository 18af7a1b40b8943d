//! What `claimsim diff` has found, as bytes: as text for people and as one document for programs.

mod json;
mod text;

use serde_json::Value;

use crate::experiment::diff::Diff;
use crate::model::time::Epoch;

/// Two runs and what they do not share.
#[derive(Clone, Copy, Debug)]
pub struct DiffReport<'a> {
    /// Their folders.
    pub runs: [&'a str; 2],
    /// Where instant 0 of the first one lies in the calendar.
    pub epoch: Epoch,
    /// What is not the same in what they were made from.
    pub settings: &'a [SettingDifference],
    /// What is not the same in what has happened.
    pub diff: &'a Diff,
}

/// Something that a run is made from and that another has otherwise: an option, a key of the scenario, a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingDifference {
    /// Its name; of a key its dotted path.
    pub name: String,
    /// Its value, run by run; `None` where it is not set.
    pub values: [Option<String>; 2],
}

impl DiffReport<'_> {
    /// Both runs side by side in a terminal.
    pub fn text(&self) -> String {
        text::text(self)
    }

    /// The difference as one JSON document.
    pub fn json(&self) -> Value {
        json::document(self)
    }
}
