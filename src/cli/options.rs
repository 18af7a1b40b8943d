//! The options of each study: declared once, for the command line and for the manifest.

use std::path::PathBuf;

use clap::{Args, value_parser};
use serde::{Deserialize, Serialize};

use crate::args::{
    ChangeArgs, GridArgs, PolicyParser, SequentialArgs, SetArgs, check_max, expression_error, parse_all,
};
use crate::exit::CliError;
use crate::experiment::expression::PrecisionGoal;
use crate::experiment::{MIN_REPLICATIONS, StoppingRule};
use crate::history_args::HistoryArgs;
use crate::scenario::Scenario;

/// The default of `--max-replications` with `--precision`.
const MAX_FOR_PRECISION: u32 = 1000;

/// A study with its options: `"command": "run", "options": {…}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "options", rename_all = "lowercase")]
pub(crate) enum Command {
    Run(RunOptions),
    Compare(CompareOptions),
    Sweep(SweepOptions),
    Size(SizeOptions),
    Backtest(BacktestOptions),
}

/// What a manifest keeps of `claimsim run`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RunOptions {
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) changes: ChangeArgs,

    /// Number of replications; with --precision, the number before the first check
    /// [default: the scenario's; with --precision at least 30]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value_parser!(u32).range(1..))]
    pub(crate) replications: Option<u32>,

    /// Add replications until the 95 % interval of a quantity is this narrow, as in
    /// 'mean(wait)±5%' or 'p95(wait,scan)±10s'; see `claimsim list measures`; repeatable
    #[arg(long, value_name = "QUANTITY ±MARGIN")]
    pub(crate) precision: Vec<String>,

    /// Maximum number of replications that --precision may use [default: 1000]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value_parser!(u32).range(1..))]
    pub(crate) max_replications: Option<u32>,

    /// Compute intervals from batch means: cut one long run into K batches (10 to 1000; 20 or 30
    /// are usual). Needs exactly one replication. Figures whose batches are correlated get no
    /// interval
    #[arg(long, value_name = "K", value_parser = value_parser!(u32).range(10..=1000),
        conflicts_with_all = ["jobs", "precision", "extend"])]
    pub(crate) batches: Option<u32>,

    /// Draw who runs what in a period of replication 0, as charts/gantt.svg; the period is written
    /// as in 57h..58h or with calendar times, like that of --timeline-window
    #[arg(long, value_name = "FROM..TO", allow_hyphen_values = true)]
    pub(crate) gantt: Option<String>,

    /// Write jobs.csv too: one row for each attempt of each job
    #[arg(long)]
    pub(crate) jobs: bool,

    /// Split the waits of jobs that lack units by the actions that hold these units; takes longer
    #[arg(long, conflicts_with = "batches")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) blame: bool,
}

/// What a manifest keeps of `claimsim compare`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CompareOptions {
    /// A claim policy to compare, with parameters as in 'reserve-after(patience=10m)'; see
    /// `claimsim list policies`; repeatable
    #[arg(long, value_name = "POLICY", value_parser = PolicyParser, hide_possible_values = true)]
    pub(crate) policy: Vec<String>,

    /// A variant of the first scenario to compare: its name, and the keys that it sets; repeatable
    #[arg(long, value_name = "NAME: KEY=VALUE, ...")]
    pub(crate) contender: Vec<String>,

    /// The contender that the others are compared with [default: the first]
    #[arg(long, value_name = "NAME", conflicts_with = "baseline")]
    pub(crate) against: Option<String>,

    /// A quantity to judge, as in 'p95(wait,scan)' or jain; see `claimsim list measures`;
    /// repeatable [default: mean(wait), p95(wait) and p99(wait)]
    #[arg(long, value_name = "QUANTITY")]
    pub(crate) judge: Vec<String>,

    /// A difference that does not matter, as in '±5%' or '±10s': contenders shown to be within it
    /// are equivalent
    #[arg(long, value_name = "MARGIN")]
    pub(crate) margin: Option<String>,

    /// A bound that every contender must keep: relative to the baseline, as in 'p95(wait)<=+5%'
    /// or 'mean(wait,scan)<=+10s', or absolute, without a sign, as in 'p99(wait)<=5m';
    /// repeatable
    #[arg(long, value_name = "CONDITION", allow_hyphen_values = true)]
    pub(crate) gate: Vec<String>,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) test: SequentialArgs,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) keys: SetArgs,
}

/// What a manifest keeps of `claimsim sweep`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SweepOptions {
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) grid: GridArgs,

    /// Elasticity analysis: change each parameter by ±1 % and report the effect on each measure
    #[arg(long, conflicts_with_all = ["vary", "zip"])]
    pub(crate) elasticity: bool,

    /// The change that --elasticity makes to each parameter; counts change by one
    /// [default: 1%]
    #[arg(long, value_name = "PERCENT", requires = "elasticity")]
    pub(crate) step: Option<String>,

    /// A quantity to print and draw, as in 'p95(wait,scan)', 'share(wait<1m)' or
    /// 'utilization(scan)'; see `claimsim list measures`; repeatable [default: mean(wait),
    /// p95(wait) and the utilization of resources]
    #[arg(long, value_name = "QUANTITY")]
    pub(crate) show: Vec<String>,

    /// Number of replications at each point [default: the scenario's]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value_parser!(u32).range(1..))]
    pub(crate) replications: Option<u32>,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) changes: ChangeArgs,
}

/// What a manifest keeps of `claimsim size`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SizeOptions {
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) grid: GridArgs,

    /// A target, as in 'p95(wait,scan)<5m', 'share(wait<1m)>=99%', 'utilization(scan)<85%'
    /// or 'drain<6h'; see `claimsim list measures`; repeatable: all targets must be met
    #[arg(long, value_name = "CONDITION", required = true)]
    pub(crate) meet: Vec<String>,

    /// A price: worker.GROUP=1.0/h for each worker, worker.GROUP.capacity.RESOURCE=0.2/h for each
    /// unit of each worker, KEY=PRICE for any other number; repeatable [default: 1 for each worker
    /// or unit whose number varies]
    #[arg(long, value_name = "KEY=PRICE")]
    pub(crate) cost: Vec<String>,

    /// Meet the targets also if workers of this group die at the worst instant of the run, and are
    /// out for this duration; judged on the jobs that fall due from the loss on [default: 1 worker
    /// for 1h]
    #[arg(long, value_name = "GROUP[:COUNT][:DURATION]")]
    pub(crate) lose: Option<String>,

    /// How long from the loss on jobs fall due that are judged [default: twice the outage]
    #[arg(long, value_name = "DURATION", requires = "lose")]
    #[serde(default)]
    pub(crate) lose_window: Option<String>,

    /// Print the verdicts of a backtest of this scenario beside the answer, and keep its digest:
    /// the folder of a `claimsim backtest`
    #[arg(long, value_name = "DIR")]
    #[serde(skip)]
    pub(crate) backtest: Option<PathBuf>,

    /// What that backtest has shown, for a repetition without its folder.
    #[arg(skip)]
    #[serde(default)]
    pub(crate) backtest_verdicts: Option<String>,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) test: SequentialArgs,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) changes: ChangeArgs,
}

/// What a manifest keeps of `claimsim backtest`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BacktestOptions {
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) history: HistoryArgs,

    /// Difference of mean waits that does not matter: a share of the observed mean, and then at
    /// least 1s, or a duration [default: 10%]
    #[arg(long, value_name = "SHARE|DURATION")]
    pub(crate) tolerance: Option<String>,

    /// Fit arrivals, service times and errors to the first part of the history, and compare with
    /// the rest: a share of its time, or the local date or instant at which the rest begins
    #[arg(long, value_name = "SHARE|DATE")]
    pub(crate) train: Option<String>,

    /// Try values of a key that the history cannot show, such as worker.replica.count=1..6,
    /// claim.policy=first-fit,priority or claim.delay; every value that is not rejected is
    /// reported, and the scenario is left as it is; repeatable, for a grid
    #[arg(long, value_name = "KEY=VALUES")]
    pub(crate) calibrate: Vec<String>,

    /// Number of replications [default: as many as the tests need, at least 199]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value_parser!(u32).range(1..))]
    pub(crate) replications: Option<u32>,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) changes: ChangeArgs,
}

impl Command {
    /// Which option is out of the range that the command line accepts, if one is.
    pub(crate) fn fault(&self) -> Option<String> {
        let (replications, max) = match self {
            Command::Run(options) => (options.replications, options.max_replications),
            Command::Compare(options) => (options.test.replications, options.test.max_replications),
            Command::Sweep(options) => (options.replications, None),
            Command::Size(options) => (options.test.replications, options.test.max_replications),
            Command::Backtest(options) => (options.replications, None),
        };
        let batches = match self {
            Command::Run(options) => options.batches.filter(|batches| !(10..=1000).contains(batches)),
            _ => None,
        };
        let zero = [("replications", replications), ("max_replications", max)];
        let zero = zero.into_iter().filter(|(_, number)| *number == Some(0));
        let faults = zero.chain(batches.map(|batches| ("batches", Some(batches))));
        faults.map(|(name, number)| format!("`{name}` cannot be {}", number.unwrap_or_default())).next()
    }

    /// The subcommand.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Command::Run(_) => "run",
            Command::Compare(_) => "compare",
            Command::Sweep(_) => "sweep",
            Command::Size(_) => "size",
            Command::Backtest(_) => "backtest",
        }
    }
}

impl RunOptions {
    /// When the run stops: after a number of replications, or with the precisions.
    pub(crate) fn stopping_rule(&self, scenario: &Scenario) -> Result<StoppingRule, CliError> {
        if self.precision.is_empty() {
            return Ok(StoppingRule::fixed(self.replications.unwrap_or(scenario.replications)));
        }
        let goals: Vec<PrecisionGoal> = parse_all("--precision", &self.precision)?;
        let first = self.replications.unwrap_or(scenario.replications.max(MIN_REPLICATIONS));
        let max = self.max_replications.unwrap_or(first.max(MAX_FOR_PRECISION));
        check_max(self.replications, max)?;
        StoppingRule::sequential(goals, first, max, &scenario.system)
            .map_err(|(number, fault)| expression_error("--precision", &self.precision[number], &fault, ""))
    }
}
