//! Utilization over time: the busy share of the offered units of each resource, a panel each.

use std::ops::Range;

use super::axis::Axis;
use super::band;
use super::panels::{self, Panel, Sheet};
use crate::experiment::Results;
use crate::model::capacity::ResourceId;
use crate::{RunContext, format};
use crate::stats::{Measure, JobScope, Statistic, Metric};
use crate::stats::series::Series;

pub(super) fn draw(context: &RunContext, results: &Results) -> Vec<u8> {
    let columns = band::columns(results);
    let panels: Vec<Panel> = (0..context.system.resources.len())
        .filter(|_| !columns.is_empty())
        .map(|index| {
            let resource = ResourceId(index as u16);
            let spreads = band::spreads(results, &columns, |series, buckets| share(series, resource, buckets));
            // More than what is offered can be busy only after a worker's capacity was lowered.
            let most = spreads.iter().flatten().map(|spread| spread.high).fold(1.0, f64::max);
            Panel {
                heading: context.resource(Some(resource)).to_owned(),
                remark: mean(results, resource),
                axis: percentages(most),
                spreads,
            }
        })
        .collect();
    let sheet = Sheet {
        title: format!("{}: utilization by resource ({})", context.scenario, context.policy),
        subtitle: "Busy share of the offered units",
        unit: "",
        nothing: "No resource was offered.",
        columns,
    };
    panels::draw(context, results, &sheet, &panels)
}

/// Busy units over offered units, both summed over some buckets; `None` while nothing was offered.
fn share(series: &Series, resource: ResourceId, buckets: Range<usize>) -> Option<f64> {
    let line = series.lines.iter().find(|line| line.resource == resource && line.worker.is_none())?;
    let busy: f64 = line.busy.get(buckets.clone())?.iter().sum();
    let offered: f64 = line.offered.get(buckets)?.iter().sum();
    (offered > 0.0).then(|| busy / offered)
}

/// From 0 to 100 %, and on where more was busy than offered.
fn percentages(most: f64) -> Axis {
    if most <= 1.000_001 {
        let ticks = [0.0, 0.5, 1.0].map(|at| (at, format!("{:.0} %", at * 100.0))).into();
        // A hair above 100 %, so that a line along it is not cut in half.
        return Axis { low: 0.0, high: 1.03, ticks };
    }
    Axis::from_zero(most, |at| format!("{:.0} %", at * 100.0))
}

/// The run's utilization as the summary has it.
fn mean(results: &Results, resource: ResourceId) -> String {
    let metric = Metric {
        action: JobScope::None,
        resource: Some(resource),
        worker: None,
        measure: Measure::Utilization,
        statistic: Statistic::Mean,
    };
    let row = results.summary.iter().find(|row| row.metric == metric);
    row.and_then(|row| row.estimate.value).map_or_else(String::new, |value| format!("mean {}", format::percent(value)))
}
