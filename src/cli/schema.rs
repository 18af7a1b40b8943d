//! `claimsim schema`: the JSON Schema of scenario files.

use clap::Args;

use super::verdict::{Failure, print};
use crate::scenario;

/// Print the JSON Schema of scenario files, with which an editor completes and explains keys
///
/// Editors with TOML support take it from a first line `#:schema schema.json` in the scenario.
#[derive(Debug, Args)]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn execute() -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(&scenario::schema()).map_err(anyhow::Error::from)?;
        print(&(text + "\n"))
    }
}
