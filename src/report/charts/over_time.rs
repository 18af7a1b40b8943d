//! Utilization and queue length over time, one panel per resource.

use crate::experiment::Results;
use crate::model::capacity::ResourceId;
use crate::model::time::{Span, Time};
use crate::plot::axis::Axis;
use crate::plot::band::{self, Buckets, Spread};
use crate::plot::panels::{self, Panel, Sheet};
use crate::stats::series::{ResourceSeries, Series};
use crate::stats::{JobScope, Measure, Metric, ReplicationStats, Statistic};
use crate::{RunContext, format};

/// The busy share of the offered units of each resource.
pub(super) fn utilization(context: &RunContext, results: &Results) -> Vec<u8> {
    let sheet = Sheet {
        title: context.title("utilization by resource"),
        subtitle: "Busy share of the offered units".to_owned(),
        unit: "",
        nothing: "No resource was offered.",
        ..sheet(context, results)
    };
    let panel = |resource: ResourceId| {
        let share = |outcome: &ReplicationStats, bucket| share(&outcome.series, resource, bucket);
        let spreads = band::spreads(&results.replications, sheet.buckets, share);
        let metric = (JobScope::None, Some(resource), Measure::Utilization);
        Panel {
            heading: context.resource(Some(resource)).to_owned(),
            remark: mean(results, metric, format::percent),
            // More units than offered are busy only after the capacity of a worker was reduced.
            axis: percentages(highest(&spreads, |spread| spread.max).max(1.0)),
            spreads,
        }
    };
    let panels: Vec<Panel> = resources(context).filter(|_| sheet.buckets.count > 0).map(panel).collect();
    panels::draw(&sheet, &panels)
}

/// All waiting jobs, then those that need each resource.
pub(super) fn queue_length(context: &RunContext, results: &Results) -> Vec<u8> {
    let sheet = sheet(context, results);
    let course = results.replications.first().and_then(|outcome| outcome.queue_course.as_ref());
    let buckets = match course {
        Some(course) => {
            Buckets { count: course.lines.first().map_or(0, Vec::len), length: course.bucket, ..sheet.buckets }
        }
        None => sheet.buckets,
    };
    let sheet = Sheet {
        title: context.title("queue length"),
        subtitle: format!("Waiting jobs, averages over {}", buckets.length),
        unit: "jobs",
        nothing: "The run has no length.",
        buckets,
        ..sheet
    };
    let panel = |resource: Option<ResourceId>| {
        let spreads =
            band::spreads(&results.replications, buckets, |outcome, bucket| waiting(outcome, resource, bucket));
        let (peak, most) = (highest(&spreads, |spread| spread.mean), highest(&spreads, |spread| spread.max));
        let (heading, action) = match resource {
            None => ("all jobs".to_owned(), JobScope::All),
            Some(_) => (format!("jobs that need {}", context.resource(resource)), JobScope::None),
        };
        let mean = mean(results, (action, resource, Measure::QueueLength), format::count);
        let [peak, most_text] = [peak, most].map(|jobs| format::digits(jobs, 2));
        let peak = match results.replications.len() {
            0 | 1 => format!("peak {most_text}"),
            _ => format!("peak {peak}, maximum {most_text}"),
        };
        let remark = if mean.is_empty() { peak } else { format!("{mean}, {peak}") };
        Panel { heading, remark, axis: Axis::from_zero(most.max(1.0), format::short_count), spreads }
    };
    let all = std::iter::once(None).chain(resources(context).map(Some));
    let panels: Vec<Panel> = all.filter(|_| buckets.count > 0).map(panel).collect();
    panels::draw(&sheet, &panels)
}

/// The largest of these values.
fn highest(spreads: &[Option<Spread>], value: fn(&Spread) -> f64) -> f64 {
    spreads.iter().flatten().map(value).fold(0.0, f64::max)
}

/// A sheet with the times of a run, still without texts.
fn sheet<'a>(context: &RunContext, results: &Results) -> Sheet<'a> {
    let series = results.replications.first().map(|outcome| &outcome.series);
    let (count, length) = series.map_or((0, Span(1)), |series| (series.queue_length.len(), series.bucket));
    let horizon = series.map_or(Time::ZERO, |series| series.horizon);
    Sheet {
        title: String::new(),
        subtitle: String::new(),
        unit: "",
        nothing: "",
        buckets: Buckets { count, length, horizon },
        epoch: context.scenario.epoch,
        warmup: context.scenario.system.window.warmup,
        horizon,
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

/// Busy units over offered units; `None` while nothing is offered.
fn share(series: &Series, resource: ResourceId, bucket: usize) -> Option<f64> {
    let line = line(series, resource)?;
    let (busy, offered) = (*line.busy.get(bucket)?, *line.offered.get(bucket)?);
    (offered > 0.0).then(|| busy / offered)
}

/// The jobs that wait for a resource, or for any.
fn waiting(outcome: &ReplicationStats, resource: Option<ResourceId>, bucket: usize) -> Option<f64> {
    if let Some(course) = &outcome.queue_course {
        let number = resource.map_or(0, |resource| 1 + usize::from(resource.0));
        return course.lines.get(number)?.get(bucket).copied().map(f64::from);
    }
    match resource {
        None => outcome.series.queue_length.get(bucket).copied(),
        Some(resource) => line(&outcome.series, resource)?.queue_length.get(bucket).copied(),
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
