//! The options that commands share, and the parsers of their values.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::str::FromStr;
use std::thread::available_parallelism;

use chrono::{DateTime, Utc};
use claimsim_policy::{CATALOGUE, synonyms};
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Error, ValueEnum, value_parser};
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::{Deserialize, Deserializer, Serialize};

use crate::chart_args::ChartArgs;
use crate::exit::CliError;
use crate::experiment::design::{Grid, InvalidGridOption};
use crate::experiment::expression::ExpressionError;
use crate::report::{html, parquet};
use crate::scenario::{Diagnostics, Override, nearest};
use crate::stats::interim_looks::InterimLooks;
use crate::term::render;

/// The default number of replications before the first interim look: with fewer, the spread is
/// hardly known.
const FIRST_LOOK: u32 = 10;

/// The default of `--max-replications` of a sequential test.
const MAX_FOR_TEST: u32 = 640;

/// The default of `--level`.
const LEVEL: f64 = 0.05;

/// The most threads of a command.
const MOST_THREADS: u32 = 1024;

/// How a command runs.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ExecArgs {
    /// Number of replications that run at once; does not change the results [default: the number of
    /// cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,

    /// Print only errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// What all studies share but their manifests do not keep as an option.
#[derive(Clone, Debug, Args)]
pub(crate) struct StudyArgs {
    /// Seed of all random streams, as in scenarios a whole number up to 9223372036854775807
    /// [default: the scenario's]
    #[arg(long, allow_negative_numbers = true, value_parser = value_parser!(u64).range(..=i64::MAX as u64))]
    pub(crate) seed: Option<u64>,

    /// Output folder; an earlier run there is replaced, anything else is left alone
    /// [default: results/NAME for run, results/NAME-COMMAND for the others]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Format of the tables in the folder; parquet needs a build with the feature of that name
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    pub(crate) format: TableFormat,

    /// Print the results as one JSON document on standard output, and nothing else there
    #[arg(long)]
    pub(crate) json: bool,

    /// Leave out report.html, the page with the answer, charts and tables; `claimsim report` makes
    /// it later
    #[arg(long)]
    pub(crate) no_report: bool,

    #[command(flatten)]
    pub(crate) charts: ChartArgs,

    #[command(flatten)]
    pub(crate) exec: ExecArgs,
}

/// In which form a study leaves its results.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutputForm {
    /// The format of its tables.
    pub(crate) tables: TableFormat,
    /// Whether it leaves a page.
    pub(crate) has_page: bool,
    /// The look of its charts.
    pub(crate) charts: ChartArgs,
}

impl OutputForm {
    /// What the command line asks for.
    pub(crate) fn of_args(args: &StudyArgs) -> OutputForm {
        OutputForm { tables: args.format, has_page: !args.no_report, charts: args.charts }
    }

    /// The form of a saved study.
    pub(crate) fn of_saved<'a>(files: impl Iterator<Item = &'a str> + Clone, charts: ChartArgs) -> OutputForm {
        let has_page = files.clone().any(|file| file == html::PATH);
        OutputForm { tables: TableFormat::of_outputs(files), has_page, charts }
    }

    /// Refuses what this build cannot write.
    pub(crate) fn check(self) -> Result<(), CliError> {
        self.tables.check()?;
        self.charts.check()
    }
}

/// The format of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// Text, read by everything.
    Csv,
    /// Typed columns, packed.
    Parquet,
}

impl TableFormat {
    /// The format of the tables of a saved study.
    pub(crate) fn of_outputs<'a>(mut files: impl Iterator<Item = &'a str>) -> TableFormat {
        if files.any(|file| file.ends_with(".parquet")) { TableFormat::Parquet } else { TableFormat::Csv }
    }

    /// Refuses a format that this build cannot write.
    pub(crate) fn check(self) -> Result<(), CliError> {
        if self == TableFormat::Csv || parquet::IS_BUILT_IN {
            return Ok(());
        }
        Err(CliError::Input(
            "--format parquet needs a claimsim that was built with the feature `parquet`: cargo build --release \
             --features parquet"
                .to_owned(),
        ))
    }
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
    /// Claim policy, with parameters as in 'reserve-after(patience=10m)'; see `claimsim list
    /// policies` [default: the scenario's]
    #[arg(long, value_parser = PolicyParser, hide_possible_values = true)]
    #[serde(deserialize_with = "one_of_list")]
    pub(crate) policy: Option<String>,

    // Not the flattened `SetArgs`: serde refuses unknown fields only down to one level of
    // flattening.
    /// Set a scenario key by its dotted path, as in worker.replica.count=5; repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

/// The values that keys take in turn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct GridArgs {
    /// A scenario key and its values; several --vary make a grid. Values are a list (2,4,8) or a
    /// range: LO..HI (whole numbers), LO..HI:STEP, LO..HI:xFACTOR, LO..HI:linN (N evenly spaced
    /// values) or LO..HI:logN (N values with a constant ratio). Numbers have units as in scenarios.
    /// KEY+KEY=VALUES gives several keys the same value
    #[arg(long, value_name = "KEY=VALUES", allow_hyphen_values = true)]
    pub(crate) vary: Vec<String>,

    /// A key that changes together with those of the other --zip options: first values with first
    /// values, second with second, and so on
    #[arg(long, value_name = "KEY=VALUES", allow_hyphen_values = true)]
    pub(crate) zip: Vec<String>,
}

/// When a sequential test stops.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SequentialArgs {
    /// Error rate: the probability of any wrong verdict of the study, such as a failing
    /// configuration that is reported as meeting its targets
    /// [default: 0.05]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = level)]
    pub(crate) level: Option<String>,

    /// Number of replications before the first interim look [default: the scenario's, at least 10]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value_parser!(u32).range(1..))]
    pub(crate) replications: Option<u32>,

    /// Maximum number of replications; the number doubles from one interim look to the next
    /// [default: 640]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value_parser!(u32).range(1..))]
    pub(crate) max_replications: Option<u32>,
}

impl ExecArgs {
    /// The threads that this number of replications run on: not more than there are replications,
    /// nor more than any machine has use for.
    pub(crate) fn pool(self, replications: u32) -> Result<ThreadPool, CliError> {
        let most = replications.clamp(1, MOST_THREADS) as usize;
        let threads = self.threads.map_or_else(|| available_parallelism().map_or(1, usize::from), usize::from);
        let pool = ThreadPoolBuilder::new().num_threads(threads.min(most)).build();
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

impl ChangeArgs {
    /// The options as they are typed.
    pub(crate) fn in_words(&self) -> String {
        let set = self.set.iter().map(|assignment| format!("--set {assignment}"));
        set.chain(self.policy.iter().map(|policy| format!("--policy {policy}"))).collect::<Vec<_>>().join(" ")
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
    /// The numbers of replications at the interim looks, for a scenario with this number of
    /// replications.
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

/// Checks that `--max-replications` is not below `--replications`.
pub(crate) fn check_max(first: Option<u32>, max: u32) -> Result<(), CliError> {
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

/// Accepts a policy by its name. Parameters, and values written as in scenarios, are left to the
/// scenario to parse.
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
        if is_known(&policy) {
            return Ok(policy);
        }
        Err(Error::raw(ErrorKind::InvalidValue, unknown_policy(&policy)).with_cmd(command))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(policy_names().map(PossibleValue::new)))
    }
}

/// The message about a policy that does not exist.
fn unknown_policy(policy: &str) -> String {
    let name = policy.split('(').next().unwrap_or(policy).trim();
    let mut meant: Vec<&str> = synonyms(name).collect();
    meant.extend(nearest(name, policy_names()).filter(|_| meant.is_empty()));
    let meant: Vec<String> = meant.iter().map(|policy| format!("`{policy}`")).collect();
    let known: Vec<&str> = policy_names().collect();
    let meant = if meant.is_empty() { String::new() } else { format!("; did you mean {}?", meant.join(" or ")) };
    let known = wrapped(&known, 90);
    format!("there is no policy `{name}`{meant}\n\nPolicies:\n{known}\n`claimsim list policies` describes them.\n")
}

/// Words in lines of at most this number of columns.
fn wrapped(words: &[&str], columns: usize) -> String {
    let mut lines = vec!["  ".to_owned()];
    for (index, word) in words.iter().enumerate() {
        let separator = if index + 1 == words.len() { "" } else { ", " };
        if lines.last().is_some_and(|line| line.len() + word.len() > columns) {
            lines.push("  ".to_owned());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
            line.push_str(separator);
        }
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
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
