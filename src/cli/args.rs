//! The options that commands share and those that a study keeps in its manifest: each is declared once, for the
//! command line and for the manifest.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use claimsim_policy::CATALOGUE;
use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{Arg, Args, Error, value_parser};
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::{Deserialize, Deserializer, Serialize};

use crate::exit::CliError;
use crate::experiment::design::{Grid, InvalidGridOption};
use crate::experiment::expression::{ExpressionError, PrecisionGoal};
use crate::experiment::{MIN_REPLICATIONS, StoppingRule};
use crate::scenario::{Diagnostics, Override, Scenario};
use crate::stats::interim_looks::InterimLooks;
use crate::term::render;

/// The default of `--max-replications` with `--precision`.
const MAX_FOR_PRECISION: u32 = 1000;

/// The default number of replications before the first interim look: with fewer, the spread is hardly known.
const FIRST_LOOK: u32 = 10;

/// The default of `--max-replications` of a sequential test.
const MAX_FOR_TEST: u32 = 640;

/// The default of `--level`.
const LEVEL: f64 = 0.05;

/// How a command runs.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ExecArgs {
    /// Number of replications that run at once; does not change the results [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,

    /// Print only errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// What all studies share but their manifests do not keep as an option.
#[derive(Clone, Debug, Args)]
pub(crate) struct StudyArgs {
    /// Seed of all random streams [default: the scenario's]
    #[arg(long)]
    pub(crate) seed: Option<u64>,

    /// Output folder; an earlier run there is replaced, anything else is left alone
    /// [default: results/NAME for run, results/NAME-COMMAND for the others]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Print the results as one JSON document on standard output, and nothing else there
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) exec: ExecArgs,
}

/// Keys of the scenario that the command line sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SetArgs {
    /// Set a scenario key by its dotted path, as in worker.replica.count=5; repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

/// All changes that the command line makes to a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ChangeArgs {
    /// Claim policy, with parameters as in 'reserve-after(patience=10m)'; see `claimsim list policies`
    /// [default: the scenario's]
    #[arg(long, value_parser = PolicyParser, hide_possible_values = true)]
    #[serde(deserialize_with = "one_of_list")]
    pub(crate) policy: Option<String>,

    // Not the flattened `SetArgs`: serde refuses unknown fields only down to one level of flattening.
    /// Set a scenario key by its dotted path, as in worker.replica.count=5; repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

/// The values that keys take in turn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct GridArgs {
    /// A scenario key and its values; several --vary make a grid. Values are a list (2,4,8) or a range: LO..HI (whole
    /// numbers), LO..HI:STEP, LO..HI:xFACTOR, LO..HI:linN (N evenly spaced values) or LO..HI:logN (N values with a
    /// constant ratio). Numbers have units as in scenarios. KEY+KEY=VALUES gives several keys the same value
    #[arg(long, value_name = "KEY=VALUES", allow_hyphen_values = true)]
    pub(crate) vary: Vec<String>,

    /// A key that changes together with those of the other --zip options: first values with first values, second with
    /// second, and so on
    #[arg(long, value_name = "KEY=VALUES", allow_hyphen_values = true)]
    pub(crate) zip: Vec<String>,
}

/// When a sequential test stops.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SequentialArgs {
    /// Error rate: the probability of any wrong verdict, over all verdicts of the study
    /// [default: 0.05]
    #[arg(long, value_name = "SHARE", value_parser = level)]
    pub(crate) level: Option<String>,

    /// Number of replications before the first interim look [default: the scenario's, at least 10]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub(crate) replications: Option<u32>,

    /// Maximum number of replications; the number doubles from one interim look to the next
    /// [default: 640]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub(crate) max_replications: Option<u32>,
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
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub(crate) replications: Option<u32>,

    /// Add replications until the 95 % interval of a quantity is this narrow, as in 'mean(wait) ±5%' or
    /// 'p95(wait, scan) ±10s'; see `claimsim list measures`; repeatable
    #[arg(long, value_name = "QUANTITY ±MARGIN")]
    pub(crate) precision: Vec<String>,

    /// Maximum number of replications that --precision may use [default: 1000]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub(crate) max_replications: Option<u32>,

    /// Compute intervals from batch means: cut one long run into K batches (10 to 1000; 20 or 30 are usual). Needs
    /// exactly one replication. Figures whose batches are correlated get no interval
    #[arg(long, value_name = "K", value_parser = value_parser!(u32).range(10..=1000),
        conflicts_with_all = ["jobs", "precision", "extend"])]
    pub(crate) batches: Option<u32>,

    /// Write jobs.csv too: one row for each attempt of each job
    #[arg(long)]
    pub(crate) jobs: bool,
}

/// What a manifest keeps of `claimsim compare`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CompareOptions {
    /// A claim policy to compare, with parameters as in 'reserve-after(patience=10m)'; see `claimsim list policies`;
    /// repeatable
    #[arg(long, value_name = "POLICY", value_parser = PolicyParser, hide_possible_values = true)]
    pub(crate) policy: Vec<String>,

    /// A variant of the first scenario to compare: its name, and the keys that it sets; repeatable
    #[arg(long, value_name = "NAME: KEY=VALUE, ...")]
    pub(crate) contender: Vec<String>,

    /// The contender that the others are compared with [default: the first]
    #[arg(long, value_name = "NAME", conflicts_with = "baseline")]
    pub(crate) against: Option<String>,

    /// A quantity to judge, as in 'p95(wait, scan)' or jain; see `claimsim list measures`; repeatable
    /// [default: mean(wait), p95(wait) and p99(wait)]
    #[arg(long, value_name = "QUANTITY")]
    pub(crate) judge: Vec<String>,

    /// A difference that does not matter, as in '±5%' or '±10s': contenders shown to be within it are equivalent
    #[arg(long, value_name = "MARGIN")]
    pub(crate) margin: Option<String>,

    /// A bound that every contender must keep: relative to the baseline, as in 'p95(wait) <= +5%' or
    /// 'mean(wait, scan) <= +10s', or absolute, without a sign, as in 'p99(wait) <= 5m'; repeatable
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

    /// A quantity to print and draw, as in 'p95(wait, scan)', 'share(wait < 1m)' or 'utilization(scan)'; see
    /// `claimsim list measures`; repeatable
    /// [default: mean(wait), p95(wait) and the utilization of resources]
    #[arg(long, value_name = "QUANTITY")]
    pub(crate) show: Vec<String>,

    /// Number of replications at each point [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
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

    /// A target, as in 'p95(wait, scan) < 5m', 'share(wait < 1m) >= 99%', 'utilization(scan) < 85%' or 'drain < 6h'; see
    /// `claimsim list measures`; repeatable: all targets must be met
    #[arg(long, value_name = "CONDITION", required = true)]
    pub(crate) meet: Vec<String>,

    /// A price: worker.GROUP=1.0/h for each worker, worker.GROUP.capacity.RESOURCE=0.2/h for each unit of each worker,
    /// KEY=PRICE for any other number; repeatable
    /// [default: 1 for each worker or unit whose number varies]
    #[arg(long, value_name = "KEY=PRICE")]
    pub(crate) cost: Vec<String>,

    /// Meet the targets also if a worker of this group dies at the worst instant of the run, and is out for this
    /// duration [default duration: 1h]
    #[arg(long, value_name = "GROUP[:DURATION]")]
    pub(crate) lose: Option<String>,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) test: SequentialArgs,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) changes: ChangeArgs,
}

impl ExecArgs {
    /// The threads that replications run on.
    pub(crate) fn pool(self) -> Result<ThreadPool, CliError> {
        let pool = ThreadPoolBuilder::new().num_threads(self.threads.map_or(0, usize::from)).build();
        pool.map_err(|error| CliError::Failed(format!("cannot start the threads: {error}")))
    }
}

impl SetArgs {
    /// The changes that these options make to a scenario.
    pub(crate) fn overrides(&self) -> Vec<Override> {
        self.set.iter().map(|assignment| Override::set(assignment)).collect()
    }
}

impl ChangeArgs {
    /// The changes that these options make to a scenario.
    pub(crate) fn overrides(&self) -> Vec<Override> {
        let keys = self.set.iter().map(|assignment| Override::set(assignment));
        keys.chain(self.policy.as_deref().map(Override::policy)).collect()
    }
}

impl GridArgs {
    /// The grid of all points.
    pub(crate) fn parse(&self) -> Result<Grid, CliError> {
        let refused =
            |InvalidGridOption { option, text, error }: InvalidGridOption| expression_error(option, &text, &error, "");
        Grid::parse(&self.vary, &self.zip).map_err(refused)
    }
}

impl SequentialArgs {
    /// The numbers of replications at the interim looks, for a scenario with this number of replications.
    pub(crate) fn looks(&self, replications: u32) -> Result<InterimLooks, CliError> {
        let first = self.replications.unwrap_or(replications.max(FIRST_LOOK));
        let max = self.max_replications.unwrap_or(first.max(MAX_FOR_TEST));
        check_max(self.replications, max)?;
        Ok(InterimLooks::doubling(first.min(max), max))
    }

    /// The error rate in force.
    pub(crate) fn level(&self) -> f64 {
        self.level.as_deref().and_then(|level| level.parse().ok()).unwrap_or(LEVEL)
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

/// Checks that `--max-replications` is not below `--replications`.
fn check_max(first: Option<u32>, max: u32) -> Result<(), CliError> {
    match first {
        Some(first) if max < first => Err(CliError::Input(format!(
            "--max-replications {max} is below --replications {first}; leave one of them out, or write a larger maximum"
        ))),
        _ => Ok(()),
    }
}

/// Checks a level, and keeps it as it is written.
fn level(text: &str) -> Result<String, String> {
    match text.parse::<f64>() {
        Ok(level) if level > 0.0 && level <= 0.5 => Ok(text.to_owned()),
        _ => Err("write a number above 0 and at most 0.5, such as 0.05".to_owned()),
    }
}

/// Parses the expression of an option.
pub(crate) fn parse<T: FromStr<Err = ExpressionError>>(option: &str, text: &str) -> Result<T, CliError> {
    text.parse().map_err(|fault| expression_error(option, text, &fault, ""))
}

/// Parses all expressions of a repeatable option.
pub(crate) fn parse_all<T: FromStr<Err = ExpressionError>>(option: &str, texts: &[String]) -> Result<Vec<T>, CliError> {
    texts.iter().map(|text| parse(option, text)).collect()
}

/// The error about the expression of an option; `context` follows the title.
pub(crate) fn expression_error(option: &str, text: &str, fault: &ExpressionError, context: &str) -> CliError {
    let title = format!("{}{context}", fault.title);
    let report = Diagnostics::for_option(option, text, fault.span.clone(), &title, &fault.label, &fault.help);
    CliError::Diagnostics(render(&report))
}

/// Accepts a policy by its name. Parameters, and values written as in scenarios, are left to the scenario to parse.
#[derive(Clone, Debug)]
pub(crate) struct PolicyParser;

impl TypedValueParser for PolicyParser {
    type Value = String;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        let policy = StringValueParser::new().parse_ref(command, arg, value)?;
        let is_known = |name: &str| policy_names().any(|known| known == name.trim());
        let has_parameters =
            policy.trim_end().ends_with(')') && policy.split_once('(').is_some_and(|(name, _)| is_known(name));
        if policy.trim_start().starts_with('{') || has_parameters {
            return Ok(policy);
        }
        PossibleValuesParser::new(policy_names()).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(policy_names().map(PossibleValue::new)))
    }
}

fn policy_names() -> impl Iterator<Item = &'static str> {
    CATALOGUE.iter().map(|entry| entry.name)
}

/// Reads a policy. Manifests of claimsim 0.1 keep a list with one policy at most.
fn one_of_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Policy {
        List(Vec<String>),
        One(Option<String>),
    }
    Ok(match Policy::deserialize(deserializer)? {
        Policy::List(list) => list.into_iter().next(),
        Policy::One(policy) => policy,
    })
}

/// Parses an instant.
pub(crate) fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let parsed = DateTime::parse_from_rfc3339(text);
    parsed.map(|at| at.to_utc()).map_err(|_| "write an instant such as 2026-01-31T12:00:00Z".to_owned())
}
