//! `claimsim explain`: tells the stories of single jobs.

use std::path::{Path, PathBuf};

use clap::{Args, value_parser};

use crate::args::{ChangeArgs, ExecArgs};
use crate::exit::CliError;
use crate::experiment::explain::{NotExplained, Wanted, explain};
use crate::experiment::warmup::{find_warm_up, pilot_count};
use crate::inputs::{LoadedInputs, ScenarioSource};
use crate::model::action::ActionId;
use crate::model::job::JobId;
use crate::model::name::nearest;
use crate::model::time::Time;
use crate::options;
use crate::report::explain::ExplainReport;
use crate::run_dir::read_manifest;
use crate::scenario::Scenario;
use crate::study::VERSION;
use crate::term::{Bar, print, print_json, warn};

/// Tell the story of a job: what it waited for, event by event
///
/// Simulates one replication again and follows a job: when it fell due, which jobs were before it,
/// what each worker had free, what each event changed for it, and when and why it was claimed.
/// Splits its wait by reason, to the nanosecond, and shows its retries and children. Long runs of
/// similar events are counted.
///
/// Reasons, of which the first that applies counts: no-worker (no worker that could ever hold the
/// job is there), quorum, startup, busy (a needed resource lacks units in sum), fragmented (the
/// units are there in sum, on no single worker), held-by-policy (it fits, and the policy reserves
/// the room), claim-delay (it fits, and no worker has looked yet).
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// The folder of a run, or a scenario file (TOML), or - for standard input. Job numbers are
    /// those of jobs.csv of the run
    #[arg(value_name = "SCENARIO|DIR")]
    subject: PathBuf,

    /// The job with this number
    #[arg(long, value_name = "NUMBER", required_unless_present_any = ["worst", "action"],
        conflicts_with_all = ["worst", "action"], allow_negative_numbers = true)]
    job: Option<u64>,

    /// The jobs with the N longest waits. A job that was never claimed has waited until it left, or
    /// until the end of the run
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value_parser!(u16).range(1..))]
    worst: Option<u16>,

    /// The job of this action with the longest wait; with --worst, the N of this action
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,

    /// Only jobs that wait at this instant, whose state is shown too: RFC 3339, or the time since
    /// the start of the run, such as 25h; not beyond the horizon
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,

    /// The number of the replication, from 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    replication: u32,

    /// Seed of all random streams [default: that of the run, or the scenario's]
    #[arg(long, allow_negative_numbers = true, value_parser = value_parser!(u64).range(..=i64::MAX as u64))]
    seed: Option<u64>,

    #[command(flatten)]
    changes: ChangeArgs,

    /// Print the stories as one JSON document on standard output, and nothing else there
    #[arg(long, conflicts_with = "quiet")]
    json: bool,

    #[command(flatten)]
    exec: ExecArgs,
}

/// The number of names that an error lists.
const LISTED: usize = 12;

const EXAMPLES: &str = "\
Examples:
  claimsim explain scenarios/push-burst.toml --worst 1
  claimsim explain scenarios/registry-week.toml \\
    --action scan_check_single --at 57h10m
  claimsim run scenarios/image-scan.toml --jobs \\
    --out results/explained
  claimsim explain results/explained --job 17 \\
    --replication 1 --json";

impl Explain {
    pub(super) fn execute(self) -> Result<(), CliError> {
        let mut scenario = if self.subject.is_dir() { self.saved()? } else { self.given()? };
        scenario.seed = self.seed.unwrap_or(scenario.seed);
        let at = match &self.at {
            None => None,
            Some(at) => Some(scenario.instant(at).map_err(|why| CliError::Input(format!("--at: {why}")))?),
        };
        let wanted = self.wanted(&scenario)?;
        let pool = self.exec.pool(u32::from(self.worst.unwrap_or(1)).max(pilot_count(&scenario)))?;
        // Which jobs a run follows past the horizon depends on its warm-up.
        let bar = Bar::new(pilot_count(&scenario), self.exec.quiet);
        pool.install(|| find_warm_up(&mut scenario, &bar));
        drop(bar);
        let bar = Bar::new(1, self.exec.quiet);
        let explained = pool.install(|| explain(&scenario, self.replication, wanted, at, &bar));
        drop(bar);
        let explanation = explained.map_err(|why| self.nothing(&scenario, at, why))?;
        let report = ExplainReport { scenario: &scenario, explanation: &explanation };
        if self.json { print_json(&report.json()) } else { print(&report.text()) }
    }

    /// The scenario of a file, with the options.
    fn given(&self) -> Result<Scenario, CliError> {
        let mut inputs = LoadedInputs::default();
        let source = ScenarioSource::open(&self.subject)?;
        let scenario = inputs.extend(0, source.load(&self.changes.overrides())?);
        if !self.exec.quiet {
            inputs.print_warnings(usize::MAX);
        }
        Ok(scenario)
    }

    /// The scenario of a saved run, with the options of the run.
    fn saved(&self) -> Result<Scenario, CliError> {
        let folder: &Path = &self.subject;
        if self.changes != ChangeArgs::default() {
            return Err(CliError::Input(format!(
                "{} is a run, whose jobs are explained as they were simulated; leave out `{}`, or name a scenario file",
                folder.display(),
                self.changes.in_words()
            )));
        }
        let manifest = read_manifest(folder)?;
        let options::Command::Run(options) = &manifest.command else {
            return Err(CliError::Input(format!(
                "{} was left by `claimsim {}`; explain takes the folder of `claimsim run`, or a scenario file",
                folder.display(),
                manifest.command.name()
            )));
        };
        if manifest.claimsim != VERSION && !self.exec.quiet {
            warn(&format!(
                "note: {} was made by claimsim {}; its simulation by {VERSION} is explained",
                folder.display(),
                manifest.claimsim
            ));
        }
        let source = ScenarioSource::saved(folder, &manifest.scenario, &manifest.inputs)?;
        let mut scenario = source.load(&options.changes.overrides())?.scenario;
        scenario.seed = manifest.seed;
        let number = options.replications.unwrap_or(scenario.replications);
        if self.replication >= number && options.precision.is_empty() {
            return Err(CliError::Input(format!(
                "--replication: the run has no replication {}; the last is {}",
                self.replication,
                number - 1
            )));
        }
        Ok(scenario)
    }

    fn wanted(&self, scenario: &Scenario) -> Result<Wanted, CliError> {
        if let Some(job) = self.job {
            return Ok(Wanted::Job(JobId(job)));
        }
        let names = || scenario.system.actions.iter().map(|action| action.name.as_str());
        let action = |name: &String| {
            if let Some(index) = names().position(|action| action == name) {
                return Ok(ActionId(index as u16));
            }
            let meant = nearest(name, names());
            let meant = meant.map_or("; the".to_owned(), |meant| format!("; did you mean `{meant}`? The"));
            let known = names().take(LISTED).collect::<Vec<&str>>().join(", ");
            let more = if names().count() > LISTED { ", …" } else { "" };
            Err(CliError::Input(format!("--action: there is no action `{name}`{meant} scenario has {known}{more}")))
        };
        let action = self.action.as_ref().map(action).transpose()?;
        Ok(Wanted::Longest { count: self.worst.map_or(1, usize::from), action })
    }

    /// Why there is no story, and what would be right.
    fn nothing(&self, scenario: &Scenario, at: Option<Time>, why: NotExplained) -> CliError {
        let local = |time: Time| scenario.local(time);
        let instant = at.map_or_else(String::new, local);
        let of = |action: Option<ActionId>| {
            action.map_or_else(String::new, |action| format!(" of action {}", scenario.system.action(action).name))
        };
        let number = self.job.unwrap_or(0);
        CliError::Input(match why {
            NotExplained::NoSuchJob(0) => format!("--job {number}: the replication has no jobs"),
            NotExplained::NoSuchJob(rows) if number >= rows => {
                format!("--job {number}: the replication has no such job; its jobs have the numbers 0 to {}", rows - 1)
            }
            NotExplained::NoSuchJob(_) => format!("--job {number}: the job is not due before the run ends"),
            NotExplained::NotWaiting(since, until) => format!(
                "--at: job {number} does not wait at {instant}; it waits from {} to {}",
                local(since),
                local(until)
            ),
            NotExplained::NoJobs(action) => {
                format!("no job{} falls due in replication {}", of(action), self.replication)
            }
            NotExplained::NoneWaiting(action) => format!(
                "--at: no job{} waits at {instant} in replication {}; `claimsim explain --worst 1` without --at finds \
                 the longest wait",
                of(action),
                self.replication
            ),
        })
    }
}
