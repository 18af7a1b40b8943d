//! `claimsim schema`: the keys of scenario files, as a JSON Schema or as a page to read.

use clap::Args;

use crate::exit::CliError;
use crate::scenario;
use crate::term::{print, print_json};

/// Print the JSON Schema of scenario files, or a reference page of all their keys
///
/// Editors with TOML support complete and explain keys if the first line of the scenario is
/// `#:schema schema.json`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Schema {
    /// Print a reference page in Markdown instead: every key with its type, default and meaning
    #[arg(long)]
    reference: bool,
}

const EXAMPLES: &str = "\
Examples:
  claimsim schema > schema.json
  claimsim schema --reference";

impl Schema {
    pub(super) fn execute(self) -> Result<(), CliError> {
        if self.reference { print(&scenario::reference()) } else { print_json(&scenario::schema()) }
    }
}
