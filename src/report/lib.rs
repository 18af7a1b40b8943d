//! Outcome -> bytes: tables for machines (CSV, JSON), for terminals and for eyes (SVG), and the manifest that vouches for them.
//!
//! Nothing here touches a file, a clock or a terminal: every function returns text or bytes, and the same results give the
//! same bytes on every platform.

use claimsim_engine as engine;
use claimsim_experiment as experiment;
use claimsim_model as model;
use claimsim_scenario as scenario;
use claimsim_stats as stats;

pub mod batches;
pub mod comparison;
pub mod csv;
pub mod diff;
pub mod elasticity;
mod form;
pub mod history;
pub mod jobs;
pub mod json;
mod number;
pub mod outlook;
pub mod plot;
pub mod precision;
pub mod replications;
pub mod sizing;
pub mod sweep;
pub mod table;
pub mod warmup;

pub use number::human;

use crate::engine::System;
use crate::experiment::warmup::EstimatedWarmUp;
use crate::experiment::{Results, StoppingRule};
use crate::model::capacity::ResourceId;
use crate::model::time::{Epoch, Span};
use crate::model::worker::WorkerId;
use crate::scenario::Scenario;
use crate::stats::JobScope;
use plot::Chart;

/// What the reader of a report has to know besides the numbers.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// The claim policy, as the scenario names it.
    pub policy: &'a str,
    /// Names of actions, resources and workers, and the measured window.
    pub system: &'a System,
    /// Where instant 0 lies in the calendar.
    pub epoch: Epoch,
    /// The target for waits, if the scenario has one.
    pub slo: Option<Span>,
    /// The seed of all random streams.
    pub seed: u64,
    /// How many replications were run.
    pub replications: u32,
    /// Whether the question is about a steady state, and not about what happens from the start to the horizon.
    pub is_steady_state: bool,
    /// The warm-up, if the scenario left it to be found.
    pub warm_up: Option<&'a EstimatedWarmUp>,
}

impl<'a> Context<'a> {
    /// Of the run that a scenario asks for.
    pub fn of(scenario: &'a Scenario) -> Context<'a> {
        Context {
            scenario: &scenario.name,
            policy: &scenario.policy_label,
            system: &scenario.system,
            epoch: scenario.epoch,
            slo: scenario.slo,
            seed: scenario.seed,
            replications: scenario.replications,
            is_steady_state: scenario.is_steady_state(),
            warm_up: None,
        }
    }

    /// The name in the column `action`: empty where jobs have no part in the number, `all` over all of them.
    fn action(&self, action: JobScope) -> &'a str {
        match action {
            JobScope::None => "",
            JobScope::One(id) => &self.system.action(id).name,
            JobScope::All => "all",
        }
    }

    /// The name in the column `resource`: empty over all of them.
    fn resource(&self, resource: Option<ResourceId>) -> &'a str {
        resource.map_or("", |id| &self.system.resources[usize::from(id.0)])
    }

    /// The name in the column `worker`: empty over all of them.
    fn worker(&self, worker: Option<WorkerId>) -> &'a str {
        worker.map_or("", |id| &self.system.worker(id).id)
    }
}

/// A file of a run's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it goes, relative to the folder, with `/` between folders.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Everything a run leaves but its manifest, its inputs and the job log, in a fixed order; `plan` says what was asked of it.
pub fn files(context: &Context, results: &Results, plan: &StoppingRule) -> Vec<File> {
    let runs = [(context, results)];
    let reached = plan.status(&results.replications);
    let precision =
        (!reached.is_empty()).then(|| (precision::PATH, precision::table(&reached, results.replications.len())));
    let tables = [
        ("summary.csv", csv::summary(&runs)),
        (replications::PATH, replications::write(context, plan.quantities(), &results.replications)),
        (csv::WAIT_TIMES, csv::wait_times(&runs)),
        (csv::UTILIZATION, csv::utilization(context, results)),
    ];
    let charts = Chart::ALL.map(|chart| (chart.path(), chart.draw(context, results)));
    let warm_up = context.warm_up.map(|warm_up| (plot::WARM_UP, plot::warm_up(context, warm_up)));
    tables
        .into_iter()
        .chain(precision)
        .chain(charts)
        .chain(warm_up)
        .map(|(path, bytes)| File { path: path.to_owned(), bytes })
        .collect()
}

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    use super::samples::{self, WEEK};
    use super::*;

    #[test]
    fn a_run_leaves_its_tables_and_charts() {
        let system = samples::system(WEEK);
        let files = files(&samples::context(&system), &samples::results(WEEK), &StoppingRule::fixed(5));
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "summary.csv",
                "replications.csv",
                "wait_times.csv",
                "utilization.csv",
                "charts/wait_distribution.svg",
                "charts/utilization.svg",
                "charts/queue_length.svg"
            ]
        );
        assert!(files.iter().all(|file| !file.bytes.is_empty()));
    }
}
