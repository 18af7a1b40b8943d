//! A run's names and settings, which every table and chart needs besides the figures.

use crate::experiment::warmup::EstimatedWarmUp;
use crate::model::action::ActionId;
use crate::model::capacity::ResourceId;
use crate::model::worker::WorkerId;
use crate::scenario::Scenario;
use crate::stats::JobScope;

/// A run as its report names it.
#[derive(Clone, Copy, Debug)]
pub struct RunContext<'a> {
    /// What was simulated.
    pub scenario: &'a Scenario,
    /// The number of replications; a run may have others than its scenario.
    pub replications: u32,
    /// The warm-up, if it was estimated.
    pub warm_up: Option<&'a EstimatedWarmUp>,
}

impl<'a> RunContext<'a> {
    /// The context of a run of the scenario.
    pub fn of(scenario: &'a Scenario) -> RunContext<'a> {
        RunContext { scenario, replications: scenario.replications, warm_up: None }
    }

    /// The title of a chart.
    pub(crate) fn title(&self, what: &str) -> String {
        format!("{}: {what} ({})", self.scenario.name, self.scenario.policy_label)
    }

    /// All actions, in order.
    pub(crate) fn actions(&self) -> impl Iterator<Item = JobScope> + use<> {
        (0..self.scenario.system.actions.len()).map(|index| JobScope::One(ActionId(index as u16)))
    }

    /// The name in the column `action`: empty if the figure is not about jobs, `all` for all jobs.
    pub(crate) fn action(&self, action: JobScope) -> &'a str {
        match action {
            JobScope::None => "",
            JobScope::One(id) => &self.scenario.system.action(id).name,
            JobScope::All => "all",
        }
    }

    /// The name in the column `resource`: empty for all resources.
    pub(crate) fn resource(&self, resource: Option<ResourceId>) -> &'a str {
        resource.map_or("", |id| &self.scenario.system.resources[usize::from(id.0)])
    }

    /// The name in the column `worker`: empty for all workers.
    pub(crate) fn worker(&self, worker: Option<WorkerId>) -> &'a str {
        worker.map_or("", |id| &self.scenario.system.worker(id).id)
    }
}
