//! A run's names and settings, which every table and chart needs besides the figures.

use crate::engine::System;
use crate::experiment::warmup::EstimatedWarmUp;
use crate::model::capacity::ResourceId;
use crate::model::time::{Epoch, Span};
use crate::model::time_zone::TimeZone;
use crate::model::worker::WorkerId;
use crate::scenario::Scenario;
use crate::stats::JobScope;

/// The names and settings of a run that its report shows besides the figures.
#[derive(Clone, Copy, Debug)]
pub struct RunContext<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// The claim policy, as the scenario names it.
    pub policy: &'a str,
    /// Names of actions, resources and workers, and the measured window.
    pub system: &'a System,
    /// The calendar time of instant 0.
    pub epoch: Epoch,
    /// The zone of hours and days.
    pub time_zone: TimeZone,
    /// The target for waits, if the scenario has one.
    pub slo: Option<Span>,
    /// The seed of all random streams.
    pub seed: u64,
    /// The number of replications.
    pub replications: u32,
    /// Whether the run estimates a steady state rather than the time from the start to the horizon.
    pub is_steady_state: bool,
    /// The longest period of its arrivals, if there is one.
    pub period: Option<Span>,
    /// The warm-up, if it was estimated.
    pub warm_up: Option<&'a EstimatedWarmUp>,
}

impl<'a> RunContext<'a> {
    /// The context of a run of the scenario.
    pub fn of(scenario: &'a Scenario) -> RunContext<'a> {
        RunContext {
            scenario: &scenario.name,
            policy: &scenario.policy_label,
            system: &scenario.system,
            epoch: scenario.epoch,
            time_zone: scenario.time_zone,
            slo: scenario.slo,
            seed: scenario.seed,
            replications: scenario.replications,
            is_steady_state: scenario.is_steady_state(),
            period: scenario.longest_period(),
            warm_up: None,
        }
    }

    /// The name in the column `action`: empty if the figure is not about jobs, `all` for all jobs.
    pub(crate) fn action(&self, action: JobScope) -> &'a str {
        match action {
            JobScope::None => "",
            JobScope::One(id) => &self.system.action(id).name,
            JobScope::All => "all",
        }
    }

    /// The name in the column `resource`: empty for all resources.
    pub(crate) fn resource(&self, resource: Option<ResourceId>) -> &'a str {
        resource.map_or("", |id| &self.system.resources[usize::from(id.0)])
    }

    /// The name in the column `worker`: empty for all workers.
    pub(crate) fn worker(&self, worker: Option<WorkerId>) -> &'a str {
        worker.map_or("", |id| &self.system.worker(id).id)
    }
}
