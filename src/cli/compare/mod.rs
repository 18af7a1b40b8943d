//! `claimsim compare`: contenders on the same jobs, paired differences with verdicts, and gates with an exit code.

mod contenders;
mod produce;
mod questions;
mod saved;
mod setting;

use std::path::{Path, PathBuf};

use clap::Args;

use super::copies::Copies;
use super::files::ScenarioFile;
use super::folder::Folder;
use super::given::Given;
use super::manner::Manner;
use super::policy::PolicyParser;
use super::verdict::{Failure, print, say};
use crate::experiment::comparison::Comparison;
use crate::report::comparison::ComparisonReport;
use crate::report::manifest::{Manifest, Options};
use crate::stats::bound_test::BoundStatus;
use produce::{Order, produce};

/// Compare policies, scenarios or variants of one: differences with verdicts, and gates for CI
///
/// All contenders see the same jobs, replication by replication, and differences are taken within each of them. The first contender
/// is the baseline. Replications are added until all that is judged and all gates are decided, or --max-replications is reached;
/// the error level holds all the same.
///
/// Exit codes: 0 done, and every gate is shown to be kept; 1 a gate is shown to be broken, or a write failed; 2 wrong usage or
/// input; 3 no gate is shown to be broken, but some are undecided.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Compare {
    /// Scenario files (TOML); each is a contender or, with --policy, one under each policy
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,

    /// A claim policy to compare, with parameters as in 'reserve-after(patience=10m)'; give several. `claimsim list policies` has all
    #[arg(long, value_name = "POLICY", value_parser = PolicyParser, hide_possible_values = true)]
    policy: Vec<String>,

    /// A variant of the first scenario as a further contender: a name, and what it sets
    #[arg(long, value_name = "NAME: KEY=VALUE, ...")]
    contender: Vec<String>,

    /// The contender that the others are compared with [default: the first]
    #[arg(long, value_name = "NAME", conflicts_with = "baseline")]
    against: Option<String>,

    /// Compare with a saved run: it is simulated again from its folder, under its seed, as the contender `baseline`
    #[arg(long, value_name = "DIR", conflicts_with = "seed")]
    baseline: Option<PathBuf>,

    /// What is judged better or worse, such as 'p95(wait, scan)' or jain; `claimsim list measures` has the words; may be given
    /// several times
    /// [default: mean(wait), p95(wait) and p99(wait)]
    #[arg(long, value_name = "QUANTITY")]
    judge: Vec<String>,

    /// A difference that does not matter, such as '±5%' or '±10s': contenders shown to be within it are equivalent
    #[arg(long, value_name = "MARGIN")]
    margin: Option<String>,

    /// A bound that every contender has to keep: against the baseline, as in 'p95(wait) <= +5%' or 'mean(wait, scan) <= +10s', or
    /// for itself, without a sign, as in 'p99(wait) <= 5m'; may be given several times
    #[arg(long, value_name = "CONDITION", allow_hyphen_values = true)]
    gate: Vec<String>,

    /// The chance, at most, of any wrong verdict, and of a wrong outcome of the gates
    /// [default: 0.05]
    #[arg(long, value_name = "SHARE", value_parser = super::plan::level)]
    level: Option<String>,

    /// How many replications before the first look [default: the scenario's, at least 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replications: Option<u32>,

    /// The most replications; looks are taken at the first number, twice, four times it, and so on
    /// [default: 640]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_replications: Option<u32>,

    /// The seed of all random streams, for all contenders [default: the first scenario's]
    #[arg(long)]
    seed: Option<u64>,

    /// Set a scenario key by its dotted path, for all contenders; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Where to leave the files; an earlier run there is replaced, anything else is left alone
    /// [default: results/NAME-compare]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    #[command(flatten)]
    manner: Manner,
}

const EXAMPLES: &str = "Examples:
  claimsim compare scenarios/mixed-pool.toml --contender 'four more: worker.small.count=8'
  claimsim compare before.toml after.toml --judge 'p95(wait, scan)' --margin '±5%'
  claimsim compare scenarios/mixed-pool.toml --baseline results/mixed-pool --gate 'p95(wait) <= +5%'";

impl Compare {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let given = self.given()?;
        let order = Order {
            given: &given,
            options: self.options(),
            seed: self.seed,
            threads: self.manner.threads,
            quiet: self.manner.quiet,
        };
        let mut prepared = order.prepare()?;
        if !self.manner.quiet {
            prepared.say_remarks();
        }
        let target = self
            .out
            .clone()
            .unwrap_or_else(|| PathBuf::from("results").join(format!("{}-compare", prepared.contenders.title)));
        let folder = Folder::begin(&target)?;
        let (comparison, _) = produce(&order, &mut prepared, folder.path())?;
        folder.commit()?;
        self.tell(&prepared.sides(&comparison), &comparison, &target)
    }

    /// The scenarios, the saved run first.
    fn given(&self) -> Result<Vec<Given>, Failure> {
        let mut given = Vec::new();
        for path in &self.scenarios {
            given.push(Given::read(ScenarioFile::read(path)?));
        }
        if let Some(run) = &self.baseline {
            given.push(saved::given(run, self.manner.threads, self.manner.quiet)?);
        }
        Ok(given)
    }

    fn options(&self) -> Options {
        Options {
            policy: self.policy.clone(),
            contender: self.contender.clone(),
            against: self.against.clone(),
            judge: self.judge.clone(),
            margin: self.margin.clone(),
            gate: self.gate.clone(),
            level: self.level.clone(),
            replications: self.replications,
            max_replications: self.max_replications,
            set: self.set.clone(),
            ..Options::default()
        }
    }

    /// Prints what has come of it; gates decide the exit code, also where nobody reads what is printed.
    fn tell(&self, sides: &ComparisonReport, comparison: &Comparison, target: &Path) -> Result<(), Failure> {
        let printed = self.print(sides, target);
        let outcome = comparison.gate_status().unwrap_or(BoundStatus::Kept);
        if outcome == BoundStatus::Kept {
            return printed;
        }
        if self.manner.quiet {
            for line in sides.open_gates() {
                say(&line);
            }
        }
        Err(Failure::Gate { broken: outcome == BoundStatus::Broken })
    }

    fn print(&self, sides: &ComparisonReport, target: &Path) -> Result<(), Failure> {
        if self.manner.json {
            let document = serde_json::to_string_pretty(&sides.json());
            print(&(document.map_err(anyhow::Error::from)? + "\n"))
        } else if self.manner.quiet {
            Ok(())
        } else {
            let place = format!("Tables, charts and manifest are in {}\n", target.display());
            print(&sides.text(&place))
        }
    }
}

/// Makes a comparison again from its folder, in another one; gives the manifest that it leaves there.
pub(super) fn again(
    run: &Path,
    manifest: &Manifest,
    into: &Path,
    threads: Option<u16>,
    quiet: bool,
) -> Result<Manifest, Failure> {
    let copies = Copies::read(run, &manifest.scenario, &manifest.inputs)?;
    let mut given = vec![Given::copied(&manifest.scenario.name, copies, None)];
    for other in &manifest.others {
        let copies = Copies::read(run, &other.scenario, &other.inputs)?;
        given.push(Given::copied(&other.scenario.name, copies, other.run.clone()));
    }
    let order = Order { given: &given, options: manifest.options.clone(), seed: Some(manifest.seed), threads, quiet };
    Ok(produce(&order, &mut order.prepare()?, into)?.1)
}
