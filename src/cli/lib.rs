//! The command line: the only floor that touches files, terminal, wall clock and the number of
//! threads.
//!
//! `args` and `options` declare options, `inputs` reads scenarios, `study` is the pipeline of all
//! studies, `run_dir` the folder that they leave, and `commands` has one module for each command.

use claimsim_arrival as arrival;
use claimsim_engine as engine;
use claimsim_experiment as experiment;
use claimsim_history as history;
use claimsim_import as import;
use claimsim_model as model;
use claimsim_policy as policy;
use claimsim_random as random;
use claimsim_registry as registry;
use claimsim_report as report;
use claimsim_scenario as scenario;
use claimsim_stats as stats;

mod args;
mod chart_args;
mod commands;
mod exit;
mod history_args;
mod history_input;
mod inputs;
mod interrupt;
mod limits;
mod options;
mod page;
mod run_dir;
mod study;
mod term;
mod usage_error;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use limits::Limits;

/// Simulate queues of jobs that compete for workers of limited capacity
///
/// A scenario file describes workers, jobs and service times; `run` simulates it and writes tables
/// and charts of waits, utilization and queue lengths. The rules are those of the job queue of
/// Docker Trusted Registry / Mirantis Secure Registry. The same scenario and seed give the same
/// bytes everywhere.
#[derive(Debug, Parser)]
#[command(name = "claimsim", version, propagate_version = true, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: commands::Command,

    #[command(flatten)]
    limits: Limits,
}

const EXAMPLES: &str = "\
Examples:
  claimsim init registry --out my-registry.toml
  claimsim check scenarios/*.toml
  claimsim run scenarios/registry-week.toml
  claimsim compare scenarios/mixed-pool.toml \\
    --contender 'more: worker.small.count=8'
  claimsim sweep scenarios/push-burst.toml \\
    --vary worker.replica.count=4..8
  claimsim size scenarios/registry-week.toml \\
    --vary worker.replica.count=1..8 \\
    --meet 'p95(wait, scan_check_single) < 5m'

`claimsim COMMAND --help` has more examples. `claimsim schema --reference` prints the reference page of the scenario \
format.

Exit codes: 0 done; 1 the command failed, runs differ, a gate is broken or no configuration meets the targets; \
2 wrong usage or input; 3 a gate or a target is undecided; 130 or 143 interrupted.";

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    interrupt::watch();
    match Cli::try_parse() {
        Ok(cli) => {
            cli.limits.apply();
            exit::exit(cli.command.execute(Cli::command()))
        }
        Err(error) => usage_error::exit(error),
    }
}

/// Whether bytes are a manifest, for the fuzz target: reading them must never panic.
#[doc(hidden)]
pub fn is_manifest(bytes: &[u8]) -> bool {
    run_dir::manifest::Manifest::from_bytes(bytes).is_ok_and(|manifest| manifest.fault().is_none())
}
