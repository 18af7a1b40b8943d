//! `claimsim schema`: the JSON Schema of scenario files.

use clap::Args;

use crate::exit::CliError;
use crate::scenario;
use crate::term::print_json;

/// Print the JSON Schema of scenario files, with which an editor completes and explains keys
///
/// Editors with TOML support use the schema if the first line of the scenario is `#:schema schema.json`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  claimsim schema > schema.json")]
pub(crate) struct Schema {}

impl Schema {
    pub(super) fn execute(self) -> Result<(), CliError> {
        let Schema {} = self;
        print_json(&scenario::schema())
    }
}
