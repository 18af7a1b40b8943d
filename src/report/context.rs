//! A run's names and settings, which every table and chart needs besides the figures.

use crate::engine::System;
use crate::experiment::warmup::WarmUp;
use crate::model::capacity::ResourceId;
use crate::model::time::{Epoch, Span};
use crate::model::worker::WorkerId;
use crate::scenario::Scenario;
use crate::stats::JobScope;

/// What the reader of a report has to know besides the numbers.
#[derive(Clone, Copy, Debug)]
pub struct RunContext<'a> {
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
    pub warm_up: Option<&'a WarmUp>,
}

impl<'a> RunContext<'a> {
    /// Of the run that a scenario asks for.
    pub fn of(scenario: &'a Scenario) -> RunContext<'a> {
        RunContext {
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
    pub(crate) fn action(&self, action: JobScope) -> &'a str {
        match action {
            JobScope::None => "",
            JobScope::One(id) => &self.system.action(id).name,
            JobScope::All => "all",
        }
    }

    /// The name in the column `resource`: empty over all of them.
    pub(crate) fn resource(&self, resource: Option<ResourceId>) -> &'a str {
        resource.map_or("", |id| &self.system.resources[usize::from(id.0)])
    }

    /// The name in the column `worker`: empty over all of them.
    pub(crate) fn worker(&self, worker: Option<WorkerId>) -> &'a str {
        worker.map_or("", |id| &self.system.worker(id).id)
    }
}
