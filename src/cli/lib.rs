//! The command line: the only floor that touches files, terminal, wall clock and the number of threads.

use claimsim_arrival as arrival;
use claimsim_engine as engine;
use claimsim_experiment as experiment;
use claimsim_model as model;
use claimsim_random as random;
use claimsim_registry as registry;
use claimsim_report as report;
use claimsim_scenario as scenario;
use claimsim_stats as stats;

mod audit;
mod brought;
mod check;
mod compare;
mod completions;
mod copies;
mod cron;
mod diff;
mod expressions;
mod extend;
mod files;
mod folder;
mod given;
mod import;
mod job_file;
mod list;
mod manner;
mod order;
mod plan;
mod policy;
mod produce;
mod progress;
mod reproduce;
mod run;
mod schema;
mod size;
mod sweep;
mod verdict;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use verdict::Verdict;

/// Simulates capacity-limited job queues, first and exactly that of Docker Trusted Registry / Mirantis Secure Registry.
///
/// A scenario file says which workers there are, which jobs come and how long they take; `run` simulates it and leaves
/// tables and charts of waits, utilization and queue lengths. The same scenario and seed give the same bytes everywhere.
#[derive(Debug, Parser)]
#[command(name = "claimsim", version, propagate_version = true, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  claimsim run scenarios/registry-week.toml
  claimsim run scenarios/registry-week.toml --set worker.replica.count=4 --out results/five-replicas
  claimsim compare scenarios/mixed-pool.toml --contender 'more: worker.small.count=8' --gate 'p95(wait) <= -10%'
  claimsim sweep scenarios/push-burst.toml --vary worker.replica.count=4..8 --show 'p95(wait)'
  claimsim size scenarios/registry-week.toml --vary worker.replica.count=1..8 --meet 'p95(wait, scan_check_single) < 5m'
  claimsim check scenarios/*.toml
  claimsim diff results/registry-week results/five-replicas
  claimsim audit scenarios/registry-week.toml --at 57h jobs --running true
  claimsim import --jobs jobs.json --workers workers.json --crons crons.json --out registry.toml
  claimsim cron '0 0 3 * * *' --from 2026-01-01T00:00:00Z --count 3

Exit codes: 0 done, 1 the run or a write failed, runs differ, a gate is broken or no setting meets the\ntargets, 2 wrong usage or input, 3 a gate or target is undecided.";

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Compare(compare::Compare),
    Sweep(sweep::Sweep),
    Size(size::Size),
    Check(check::Check),
    Reproduce(reproduce::Reproduce),
    Diff(diff::Diff),
    Audit(audit::Audit),
    Import(import::Import),
    Cron(cron::Cron),
    List(list::List),
    Schema(schema::Schema),
    Completions(completions::Completions),
}

/// Runs the program on the arguments of the process.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(run) => run.execute(),
        Command::Compare(compare) => compare.execute(),
        Command::Sweep(sweep) => sweep.execute(),
        Command::Size(size) => size.execute(),
        Command::Check(check) => check.execute(),
        Command::Reproduce(reproduce) => reproduce.execute(),
        Command::Diff(diff) => diff.execute(),
        Command::Audit(audit) => audit.execute(),
        Command::Import(import) => import.execute(),
        Command::Cron(cron) => cron.execute(),
        Command::List(list) => list.execute(),
        Command::Schema(schema::Schema {}) => schema::Schema::execute(),
        Command::Completions(completions) => completions.execute(),
    };
    Verdict::of(result).tell()
}
