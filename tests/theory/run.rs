//! Runs the text of a scenario and reads figures from its replications, by the names in the text.

use claimsim::internals::experiment::{Results, run};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::ResourceId;
use claimsim::internals::scenario::Scenario;
use claimsim::internals::stats::{CensoredValue, JobScope, Measure, Metric, MetricValue, Statistic};

use crate::support::loaded;

/// A scenario with its results.
pub(crate) struct Finished {
    scenario: Scenario,
    pub(crate) results: Results,
}

/// A figure by its names, or the ratio of two figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    action: Option<&'static str>,
    resource: Option<&'static str>,
    measure: Measure,
    statistic: Statistic,
    /// Whether it is divided by the number of rows that arrived.
    share: bool,
}

/// Runs all replications of a scenario with other values for some keys.
pub(crate) fn finished(text: &str, settings: &[&str]) -> Finished {
    let scenario = loaded(text, settings);
    let results = run(&scenario, &());
    Finished { scenario, results }
}

impl Finished {
    /// The figure in each replication. A share of zero rows, or a wait without claims, is a mistake
    /// in the case.
    pub(crate) fn values(&self, reading: Reading) -> Vec<f64> {
        let metric = self.metric(reading);
        let arrived = Metric { measure: Measure::Jobs, statistic: Statistic::Arrived, ..metric };
        let outcomes = self.results.replications.iter();
        let value = |outcome: &claimsim::internals::stats::ReplicationStats, metric| {
            let figure = outcome.metrics.iter().find(|figure| figure.metric == metric);
            figure.and_then(MetricValue::known).unwrap_or_else(|| panic!("{metric:?} is not known"))
        };
        let total = |outcome| if reading.share { value(outcome, arrived) } else { 1.0 };
        outcomes.map(|outcome| value(outcome, metric) / total(outcome)).collect()
    }

    /// The 95 % interval of a figure, as the summary prints it.
    pub(crate) fn interval(&self, reading: Reading) -> (f64, f64) {
        self.try_interval(reading).expect("there are several replications")
    }

    /// The same, if it is printed.
    pub(crate) fn try_interval(&self, reading: Reading) -> Option<(f64, f64)> {
        self.results.estimate(self.metric(reading)).expect("the metric is in the summary").interval
    }

    /// The bounds of a figure in each replication that has it.
    pub(crate) fn bounds(&self, reading: Reading) -> Vec<CensoredValue> {
        let metric = self.metric(reading);
        let outcomes = self.results.replications.iter();
        let figures = outcomes.flat_map(|outcome| &outcome.metrics).filter(|figure| figure.metric == metric);
        figures.filter_map(|figure| figure.value).collect()
    }

    fn metric(&self, reading: Reading) -> Metric {
        let system = &self.scenario.system;
        let place = |found: Option<usize>| found.expect("the case names what its scenario has") as u16;
        let one = |name| ActionId(place(system.actions.iter().position(|action| action.name == name)));
        let resource = |name| ResourceId(place(system.resources.iter().position(|resource| resource == name)));
        let Reading { measure, statistic, .. } = reading;
        let of_all = if measure == Measure::Utilization { JobScope::None } else { JobScope::All };
        Metric {
            action: reading.action.map_or(of_all, |name| JobScope::One(one(name))),
            resource: reading.resource.map(resource),
            worker: None,
            measure,
            statistic,
        }
    }
}

/// A statistic of a measure, over all actions.
pub(crate) const fn of(measure: Measure, statistic: Statistic) -> Reading {
    Reading { action: None, resource: None, measure, statistic, share: false }
}

/// The mean of a measure, over all actions.
pub(crate) const fn mean(measure: Measure) -> Reading {
    of(measure, Statistic::Mean)
}

/// The mean wait in seconds, over all actions.
pub(crate) const WAIT: Reading = mean(Measure::WaitS);

/// The share of waits within the target. With a target of "1ns" these are the jobs that did not
/// wait.
pub(crate) const WITHIN: Reading = mean(Measure::WithinSlo);

/// The mean number of waiting jobs.
pub(crate) const QUEUE: Reading = mean(Measure::QueueLength);

/// The mean number of jobs waiting or running.
pub(crate) const IN_SYSTEM: Reading = mean(Measure::InSystem);

/// The share of rows with the outcome `statistic`.
pub(crate) const fn share(statistic: Statistic) -> Reading {
    Reading { share: true, ..of(Measure::Jobs, statistic) }
}

/// The share of rows that are retries.
pub(crate) const RETRIED: Reading = Reading { share: true, ..of(Measure::Retries, Statistic::Count) };

/// The mean time from claim to end.
pub(crate) const SERVICE: Reading = mean(Measure::ServiceS);

/// The mean time from the arrival of a job to the end of its last attempt.
pub(crate) const RESPONSE: Reading = mean(Measure::ResponseS);

/// The busy share of a resource, over all workers.
pub(crate) const fn utilization(resource: &'static str) -> Reading {
    Reading { resource: Some(resource), ..mean(Measure::Utilization) }
}

impl Reading {
    /// The same figure for one action.
    pub(crate) const fn of_action(self, action: &'static str) -> Reading {
        Reading { action: Some(action), ..self }
    }
}
