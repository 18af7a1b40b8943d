//! Utilization and queue length over time, one panel per resource.

use std::ops::Range;

use crate::experiment::Results;
use crate::model::capacity::ResourceId;
use crate::model::time::Time;
use crate::plot::axis::Axis;
use crate::plot::band;
use crate::plot::panels::{self, Panel, Sheet};
use crate::stats::series::{ResourceSeries, Series};
use crate::stats::{JobScope, Measure, Metric, Statistic};
use crate::{RunContext, format};

/// The busy share of the offered units of each resource.
pub(super) fn utilization(context: &RunContext, results: &Results) -> Vec<u8> {
    let sheet = Sheet {
        title: context.title("utilization by resource"),
        subtitle: "Busy share of the offered units",
        unit: "",
        nothing: "No resource was offered.",
        ..sheet(context, results)
    };
    let panel = |resource: ResourceId| {
        let spreads = band::spreads(results, &sheet.columns, |series, buckets| share(series, resource, buckets));
        // More units than offered are busy only after the capacity of a worker was reduced.
        let most = spreads.iter().flatten().map(|spread| spread.high).fold(1.0, f64::max);
        let metric = (JobScope::None, Some(resource), Measure::Utilization);
        Panel {
            heading: context.resource(Some(resource)).to_owned(),
            remark: mean(results, metric, format::percent),
            axis: percentages(most),
            spreads,
        }
    };
    let panels: Vec<Panel> = resources(context).filter(|_| !sheet.columns.is_empty()).map(panel).collect();
    panels::draw(&sheet, &panels)
}

/// All waiting jobs, then those that need each resource.
pub(super) fn queue_length(context: &RunContext, results: &Results) -> Vec<u8> {
    let sheet = Sheet {
        title: context.title("queue length"),
        subtitle: "Jobs that are due and wait",
        unit: "jobs",
        nothing: "The run has no length.",
        ..sheet(context, results)
    };
    let panel = |resource: Option<ResourceId>| {
        let spreads = band::spreads(results, &sheet.columns, |series, buckets| {
            band::mean_of(waiting(series, resource)?, buckets)
        });
        let most = spreads.iter().flatten().map(|spread| spread.high).fold(0.0, f64::max);
        let (heading, action) = match resource {
            None => ("all jobs".to_owned(), JobScope::All),
            Some(_) => (format!("jobs that need {}", context.resource(resource)), JobScope::None),
        };
        let remark = mean(results, (action, resource, Measure::QueueLength), format::count);
        Panel { heading, remark, axis: Axis::from_zero(most.max(1.0), format::short_count), spreads }
    };
    let all = std::iter::once(None).chain(resources(context).map(Some));
    let panels: Vec<Panel> = all.filter(|_| !sheet.columns.is_empty()).map(panel).collect();
    panels::draw(&sheet, &panels)
}

/// A sheet with the times of a run, still without texts.
fn sheet<'a>(context: &RunContext, results: &Results) -> Sheet<'a> {
    Sheet {
        title: String::new(),
        subtitle: "",
        unit: "",
        nothing: "",
        columns: band::columns(results),
        epoch: context.scenario.epoch,
        warmup: context.scenario.system.window.warmup,
        horizon: results.replications.first().map_or(Time::ZERO, |outcome| outcome.series.horizon),
        replications: results.replications.len(),
    }
}

fn resources(context: &RunContext) -> impl Iterator<Item = ResourceId> {
    (0..context.scenario.system.resources.len()).map(|index| ResourceId(index as u16))
}

/// The series of a resource over all workers.
fn line(series: &Series, resource: ResourceId) -> Option<&ResourceSeries> {
    series.lines.iter().find(|line| line.resource == resource && line.worker.is_none())
}

/// Busy units over offered units, both summed over some buckets; `None` while nothing is offered.
fn share(series: &Series, resource: ResourceId, buckets: Range<usize>) -> Option<f64> {
    let line = line(series, resource)?;
    let busy: f64 = line.busy.get(buckets.clone())?.iter().sum();
    let offered: f64 = line.offered.get(buckets)?.iter().sum();
    (offered > 0.0).then(|| busy / offered)
}

/// The jobs that wait for a resource, or for any.
fn waiting(series: &Series, resource: Option<ResourceId>) -> Option<&[f64]> {
    match resource {
        None => Some(&series.queue_length),
        Some(resource) => line(series, resource).map(|line| line.queue_length.as_slice()),
    }
}

/// From 0 to 100 %, or further if more units were busy than offered.
fn percentages(most: f64) -> Axis {
    if most <= 1.000_001 {
        let ticks = [0.0, 0.5, 1.0].map(|at| (at, format!("{:.0} %", at * 100.0))).into();
        // A little above 100 %, so that a line along it is drawn in its full width.
        return Axis { low: 0.0, high: 1.03, ticks };
    }
    Axis::from_zero(most, |at| format!("{:.0} %", at * 100.0))
}

/// The time average in the summary.
fn mean(
    results: &Results,
    (action, resource, measure): (JobScope, Option<ResourceId>, Measure),
    format: fn(f64) -> String,
) -> String {
    let metric = Metric { action, resource, worker: None, measure, statistic: Statistic::Mean };
    let row = results.summary.iter().find(|row| row.metric == metric);
    row.and_then(|row| row.estimate.value).map_or_else(String::new, |value| format!("mean {}", format(value)))
}
