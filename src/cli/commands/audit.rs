//! `claimsim audit`: prints the state of a simulation at an instant in the form of the registry's
//! API.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::args::ChangeArgs;
use crate::exit::CliError;
use crate::experiment;
use crate::inputs::{LoadedInputs, ScenarioSource};
use crate::model::action::ActionId;
use crate::registry::audit::{self, JobQuery};
use crate::registry::document;
use crate::scenario::Scenario;
use crate::term::print_json_text;

/// Print the jobs, workers or crons of a simulation at an instant, in the form of the registry's
/// API
///
/// Simulates one replication up to and including the instant, and prints as JSON what GET
/// /api/v0/jobs, /workers or /crons would answer then. Jobs are sorted by the time for which they
/// were scheduled, the latest first, and then by id. Ids from documents are kept, and so are worker
/// ids of 12 hexadecimal digits; all others are derived from the seed. All three documents
/// together, with --limit 0, let a scenario continue from that instant: see "A warm start" in
/// docs/model.md.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Audit {
    /// The scenario file (TOML), or - for standard input
    scenario: PathBuf,

    /// The document
    document: Document,

    /// The instant: RFC 3339, or the time since the start of the run, such as 25h; not beyond the
    /// horizon
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: String,

    /// The number of the replication, from 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    replication: u32,

    #[command(flatten)]
    filter: Filter,

    /// Seed of all random streams [default: the scenario's]
    #[arg(long, allow_negative_numbers = true)]
    seed: Option<u64>,

    #[command(flatten)]
    changes: ChangeArgs,

    /// Print only the document and errors
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  claimsim audit scenarios/registry-week.toml jobs \\
    --at 57h10m --action scan_check_single
  claimsim audit scenarios/registry-week.toml jobs \\
    --at 2017-02-22T09:10:00Z \\
    --worker replica-0 --running true
  claimsim audit scenarios/registry-week.toml workers \\
    --at 57h
  claimsim audit scenarios/registry-week.toml crons \\
    --at 57h";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Document {
    /// The job table, as GET /api/v0/jobs
    Jobs,
    /// The workers, as GET /api/v0/workers
    Workers,
    /// The crons, as GET /api/v0/crons
    Crons,
}

/// The parameters of GET /api/v0/jobs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for jobs")]
struct Filter {
    /// Only jobs of this action; any selects all [default: any]
    #[arg(long)]
    action: Option<String>,

    /// Only jobs claimed by this worker (id from the document or the scenario); any includes
    /// unclaimed jobs [default: any]
    #[arg(long, value_name = "ID")]
    worker: Option<String>,

    /// true: only running jobs, also those that are asked to cancel; false: only the others
    /// [default: any]
    #[arg(long)]
    running: Option<Running>,

    /// Skip the first N jobs [default: 0]
    #[arg(long, value_name = "N")]
    start: Option<usize>,

    /// Print at most N jobs; 0 prints all [default: 10]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Running {
    Any,
    True,
    False,
}

/// The API's default for the number of jobs.
const LIMIT: usize = 10;

impl Audit {
    pub(super) fn execute(self) -> Result<(), CliError> {
        self.filter.check(self.document)?;
        let mut inputs = LoadedInputs::default();
        let source = ScenarioSource::open(&self.scenario)?;
        let mut scenario = inputs.extend(0, source.load(&self.changes.overrides())?);
        if !self.quiet {
            inputs.print_warnings(usize::MAX);
        }
        scenario.seed = self.seed.unwrap_or(scenario.seed);
        let at = scenario.instant(&self.at).map_err(|why| CliError::Input(format!("--at: {why}")))?;
        let action = self.filter.action(&scenario)?;
        let audit = experiment::audit(&scenario, self.replication, at);
        print_json_text(&match self.document {
            Document::Jobs => document::print(&audit.jobs(&self.filter.page(action, &audit)?)),
            Document::Workers => document::print(&audit.workers()),
            Document::Crons => document::print(&audit.crons()),
        })
    }
}

impl Filter {
    /// Checks that a filter comes with jobs only.
    fn check(&self, document: Document) -> Result<(), CliError> {
        let Filter { action, worker, running, start, limit } = self;
        let options = [
            ("--action", action.is_some()),
            ("--worker", worker.is_some()),
            ("--running", running.is_some()),
            ("--start", start.is_some()),
            ("--limit", limit.is_some()),
        ];
        match options.into_iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) if document != Document::Jobs => {
                Err(CliError::Input(format!("{option} selects jobs; leave it out, or ask for jobs")))
            }
            _ => Ok(()),
        }
    }

    /// The selected action.
    fn action(&self, scenario: &Scenario) -> Result<Option<ActionId>, CliError> {
        let Some(name) = selected(self.action.as_ref()) else { return Ok(None) };
        let names = || scenario.system.actions.iter().map(|action| action.name.as_str());
        let found = names().position(|action| action == name);
        let action = found.ok_or_else(|| unknown("action", name, names()))?;
        Ok(Some(ActionId(action as u16)))
    }

    fn page(&self, action: Option<ActionId>, audit: &audit::Audit) -> Result<JobQuery, CliError> {
        let worker = match selected(self.worker.as_ref()) {
            None => None,
            Some(id) => Some(audit.worker(id).ok_or_else(|| unknown("worker", id, audit.worker_names()))?),
        };
        let running = match self.running {
            None | Some(Running::Any) => None,
            Some(Running::True) => Some(true),
            Some(Running::False) => Some(false),
        };
        let limit = Some(self.limit.unwrap_or(LIMIT)).filter(|limit| *limit > 0);
        Ok(JobQuery { action, worker, running, start: self.start.unwrap_or(0), limit })
    }
}

/// The selected name; `any` selects everything.
fn selected(name: Option<&String>) -> Option<&str> {
    name.map(String::as_str).filter(|name| *name != "any")
}

/// The number of names that an error lists.
const LISTED: usize = 12;

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> CliError {
    let mut known: Vec<&str> = known.collect();
    let more = if known.len() > LISTED { ", …" } else { "" };
    known.truncate(LISTED);
    CliError::Input(format!("--{what}: there is no {what} `{name}`; choose from {}{more}, or any", known.join(", ")))
}
