//! `claimsim init`: writes a commented starter scenario.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::exit::CliError;
use crate::run_dir::write_new;
use crate::scenario::starters;
use crate::term::print;

/// Write a commented starter scenario to edit
///
/// Every key has a comment where it first appears; `claimsim schema --reference` lists all keys.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Init {
    /// The kind of system
    #[arg(default_value = starters::ALL[0].name, value_parser = templates())]
    template: String,

    /// Output file; an existing file is never overwritten [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  claimsim init
  claimsim init worker-pool --out pool.toml
  claimsim init ci-runners --out ci.toml
  claimsim run ci.toml";

fn templates() -> PossibleValuesParser {
    starters::ALL.iter().map(|starter| PossibleValue::new(starter.name).help(starter.about)).collect::<Vec<_>>().into()
}

impl Init {
    pub(super) fn execute(self) -> Result<(), CliError> {
        let starter = starters::find(&self.template).expect("the parser accepts only starters");
        match &self.out {
            None => print(starter.text),
            Some(out) => write_new(out, starter.text),
        }
    }
}
