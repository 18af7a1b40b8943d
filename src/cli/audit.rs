//! `claimsim audit`: prints a simulated system at an instant as the registry's API would.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::files::{ScenarioFile, overrides, say_remarks};
use super::policy::PolicyParser;
use super::verdict::{Failure, print};
use crate::experiment;
use crate::model::action::ActionId;
use crate::registry::audit::{self, JobQuery};
use crate::registry::document;
use crate::scenario::{LoadedScenario, Scenario};

/// Print the simulated system at an instant as the registry's API would: its jobs, workers or crons
///
/// Simulates one replication up to and with the instant and prints what GET /api/v0/jobs, /workers or /crons would answer then, as
/// JSON. Jobs come most recently scheduled first, on a tie by id. Ids that documents brought along are kept, and so are workers'
/// ids of 12 hexadecimal digits; the others are made from the seed. All three documents together, with --limit 0, make a
/// scenario go on from that instant: see "A warm start" in docs/model.md.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Audit {
    /// The scenario file (TOML)
    scenario: PathBuf,

    /// Which document
    document: Document,

    /// The instant: RFC 3339, or how long after the start of the run, such as 25h; not beyond the horizon
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: String,

    /// Which replication, from 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    replication: u32,

    #[command(flatten)]
    filter: Filter,

    /// The seed of all random streams [default: the scenario's]
    #[arg(long)]
    seed: Option<u64>,

    /// The claim policy, with parameters as in 'reserve-after(patience=10m)' [default: the scenario's]
    #[arg(long, value_parser = PolicyParser, hide_possible_values = true)]
    policy: Option<String>,

    /// Set a scenario key by its dotted path, over the file's value; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Print nothing but the document and errors
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "Examples:
  claimsim audit scenarios/registry-week.toml --at 57h jobs --action scan_check_single --running true
  claimsim audit scenarios/registry-week.toml --at 2017-02-19T09:00:00Z jobs --worker replica-0 --limit 100
  claimsim audit scenarios/registry-week.toml --at 57h workers
  claimsim audit scenarios/registry-week.toml --at 57h crons";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Document {
    /// The job table, as GET /api/v0/jobs
    Jobs,
    /// The workers, as GET /api/v0/workers
    Workers,
    /// The crons, as GET /api/v0/crons
    Crons,
}

/// Which jobs, as the API takes it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Of jobs")]
struct Filter {
    /// Only jobs of this action, or of any [default: any]
    #[arg(long)]
    action: Option<String>,

    /// Only jobs of this worker, by its id in the document or in the scenario, or of any and none: any [default: any]
    #[arg(long, value_name = "ID")]
    worker: Option<String>,

    /// Only jobs that run (also those that have been asked to cancel), only the others, or any [default: any]
    #[arg(long)]
    running: Option<Running>,

    /// Pass over so many jobs [default: 0]
    #[arg(long, value_name = "N")]
    start: Option<usize>,

    /// Print at most so many jobs; all, if 0 [default: 10]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Running {
    Any,
    True,
    False,
}

/// The API's default.
const LIMIT: usize = 10;

impl Audit {
    pub(super) fn execute(self) -> Result<(), Failure> {
        self.filter.check(self.document)?;
        let loaded = ScenarioFile::read(&self.scenario)?.load_with(&overrides(&self.set, self.policy.as_deref()))?;
        if !self.quiet {
            say_remarks(&loaded);
        }
        let LoadedScenario { mut scenario, .. } = loaded;
        scenario.seed = self.seed.unwrap_or(scenario.seed);
        let at = scenario.instant(&self.at).map_err(|why| Failure::Input(format!("--at: {why}")))?;
        let action = self.filter.action(&scenario)?;
        let audit = experiment::audit(&scenario, self.replication, at);
        print(&match self.document {
            Document::Jobs => document::print(&audit.jobs(&self.filter.page(action, &audit)?)),
            Document::Workers => document::print(&audit.workers()),
            Document::Crons => document::print(&audit.crons()),
        })
    }
}

impl Filter {
    /// Only jobs are filtered.
    fn check(&self, document: Document) -> Result<(), Failure> {
        let Filter { action, worker, running, start, limit } = self;
        let given = [
            ("--action", action.is_some()),
            ("--worker", worker.is_some()),
            ("--running", running.is_some()),
            ("--start", start.is_some()),
            ("--limit", limit.is_some()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) if document != Document::Jobs => {
                Err(Failure::Input(format!("{option} chooses among jobs; leave it out, or ask for jobs")))
            }
            _ => Ok(()),
        }
    }

    /// The action asked for.
    fn action(&self, scenario: &Scenario) -> Result<Option<ActionId>, Failure> {
        let Some(name) = chosen(self.action.as_ref()) else { return Ok(None) };
        let names = || scenario.system.actions.iter().map(|action| action.name.as_str());
        let found = names().position(|action| action == name);
        let action = found.ok_or_else(|| unknown("action", name, names()))?;
        Ok(Some(ActionId(action as u16)))
    }

    fn page(&self, action: Option<ActionId>, audit: &audit::Audit) -> Result<JobQuery, Failure> {
        let worker = match chosen(self.worker.as_ref()) {
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

/// What is asked for by name; `any` asks for nothing.
fn chosen(name: Option<&String>) -> Option<&str> {
    name.map(String::as_str).filter(|name| *name != "any")
}

/// So many names are listed at most.
const LISTED: usize = 12;

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let mut known: Vec<&str> = known.collect();
    let more = if known.len() > LISTED { ", …" } else { "" };
    known.truncate(LISTED);
    Failure::Input(format!("--{what}: there is no {what} `{name}`; there are {}{more}, or any", known.join(", ")))
}
