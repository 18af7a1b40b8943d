//! Queue length over time: all waiting jobs, then those that need each resource, a panel each.

use super::axis::Axis;
use super::band::{self, Column};
use super::panels::{self, Panel, Sheet};
use crate::experiment::Results;
use crate::model::capacity::ResourceId;
use crate::{RunContext, format};
use crate::stats::{Measure, JobScope, Statistic, Metric};
use crate::stats::series::Series;

pub(super) fn draw(context: &RunContext, results: &Results) -> Vec<u8> {
    let columns = band::columns(results);
    let resources = (0..context.system.resources.len()).map(|index| Some(ResourceId(index as u16)));
    let panels: Vec<Panel> = std::iter::once(None)
        .chain(resources)
        .filter(|_| !columns.is_empty())
        .map(|resource| panel(context, results, &columns, resource))
        .collect();
    let sheet = Sheet {
        title: format!("{}: queue length ({})", context.scenario, context.policy),
        subtitle: "Jobs that are due and wait",
        unit: "jobs",
        nothing: "The run has no length.",
        columns,
    };
    panels::draw(context, results, &sheet, &panels)
}

fn panel(context: &RunContext, results: &Results, columns: &[Column], resource: Option<ResourceId>) -> Panel {
    let spreads = band::spreads(results, columns, |series, buckets| band::mean_of(waiting(series, resource)?, buckets));
    let most = spreads.iter().flatten().map(|spread| spread.high).fold(0.0, f64::max);
    let heading = match resource {
        None => "all jobs".to_owned(),
        Some(_) => format!("jobs that need {}", context.resource(resource)),
    };
    Panel { heading, remark: mean(results, resource), axis: Axis::from_zero(most.max(1.0), tick), spreads }
}

/// The jobs waiting for a resource, or for anything.
fn waiting(series: &Series, resource: Option<ResourceId>) -> Option<&[f64]> {
    match resource {
        None => Some(&series.queue_length),
        Some(id) => {
            let mut lines = series.lines.iter();
            lines.find(|line| line.resource == id && line.worker.is_none()).map(|line| line.queue_length.as_slice())
        }
    }
}

/// A number of jobs, short enough for the axis.
pub(super) fn tick(jobs: f64) -> String {
    match jobs {
        jobs if jobs >= 10_000_000.0 => format!("{} M", jobs / 1_000_000.0),
        jobs if jobs >= 10_000.0 => format!("{} k", jobs / 1_000.0),
        jobs => format::exact(jobs),
    }
}

/// The time average as the summary has it.
fn mean(results: &Results, resource: Option<ResourceId>) -> String {
    let action = if resource.is_none() { JobScope::All } else { JobScope::None };
    let metric = Metric { action, resource, worker: None, measure: Measure::QueueLength, statistic: Statistic::Mean };
    let row = results.summary.iter().find(|row| row.metric == metric);
    row.and_then(|row| row.estimate.value).map_or_else(String::new, |value| format!("mean {}", format::count(value)))
}
