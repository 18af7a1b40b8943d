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
            axis: percentages(highest(&spreads, |spread| spread.max)),
            format: format::percent,
            spreads,
        }
    };
    let panels: Vec<Panel> = resources(context).filter(|_| sheet.buckets.count > 0).map(panel).collect();
    let (panels, footer) = distinct(panels, "never in use");
    panels::draw(&Sheet { footer, ..sheet }, &panels)
}

/// One panel for series that are equal, and none for those that are 0 all the time, which are named
/// in a line; one of them stays if all are.
fn distinct(panels: Vec<Panel>, zero: &str) -> (Vec<Panel>, String) {
    let mut kept: Vec<Panel> = Vec::new();
    let mut zeros: Vec<Panel> = Vec::new();
    for panel in panels {
        if highest(&panel.spreads, |spread| spread.max) <= 0.0 {
            zeros.push(panel);
        } else if let Some(same) = kept.iter_mut().find(|same| same.spreads == panel.spreads) {
            same.heading = match same.heading.matches(" = ").count() {
                0..3 => format!("{} = {}", same.heading, panel.heading),
                3 => format!("{} = ..", same.heading),
                _ => std::mem::take(&mut same.heading),
            };
            // Of equal series the remark that tells more.
            same.remark = [std::mem::take(&mut same.remark), panel.remark]
                .into_iter()
                .max_by_key(String::len)
                .unwrap_or_default();
        } else {
            kept.push(panel);
        }
    }
    if kept.is_empty() {
        zeros.truncate(1);
        return (zeros, String::new());
    }
    let names: Vec<&str> = zeros.iter().map(|panel| panel.heading.as_str()).collect();
    let footer = if names.is_empty() { String::new() } else { format!("{zero}: {}", names.join(", ")) };
    (kept, footer)
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
        Panel {
            heading,
            remark,
            axis: Axis::from_zero(most.max(1.0), format::short_count),
            format: format::count,
            spreads,
        }
    };
    let all = std::iter::once(None).chain(resources(context).map(Some));
    let panels: Vec<Panel> = all.filter(|_| buckets.count > 0).map(panel).collect();
    let (panels, footer) = distinct(panels, "never waiting");
    panels::draw(&Sheet { footer, ..sheet }, &panels)
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
        footer: String::new(),
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

/// From 0 to 100 %, or to the highest value if more units were busy than offered, which happens
/// only after the capacity of a worker was reduced.
fn percentages(most: f64) -> Axis {
    let most = most.max(1.0);
    let halves = (2.0 * most).floor() as u32;
    let every = halves.div_ceil(4).max(1);
    let ticks = (0..=halves).step_by(every as usize).map(|half| f64::from(half) / 2.0);
    // A little above the highest value, so that a line along it is drawn in its full width.
    Axis { low: 0.0, high: 1.03 * most, ticks: ticks.map(|at| (at, format!("{:.0} %", at * 100.0))).collect() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_of_shares_end_where_the_values_end() {
        let labels = |most| percentages(most).ticks.into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        assert_eq!(labels(0.2), ["0 %", "50 %", "100 %"]);
        assert_eq!(labels(1.2), ["0 %", "50 %", "100 %"]);
        assert!((percentages(1.2).high - 1.236).abs() < 1e-12);
        assert_eq!(labels(3.1), ["0 %", "100 %", "200 %", "300 %"]);
    }

    #[test]
    fn equal_panels_are_one_and_empty_ones_are_named() {
        let panel = |heading: &str, level: f64| {
            let spreads = vec![Some(Spread { low: level, mean: level, high: level, max: level })];
            let axis = Axis::from_zero(1.0, format::count);
            Panel { heading: heading.to_owned(), remark: String::new(), axis, format: format::count, spreads }
        };
        let all = vec![panel("all", 2.0), panel("a", 2.0), panel("b", 0.0), panel("c", 1.0), panel("d", 0.0)];
        let (kept, footer) = distinct(all, "never");
        let names: Vec<&str> = kept.iter().map(|panel| panel.heading.as_str()).collect();
        assert_eq!((names, footer.as_str()), (vec!["all = a", "c"], "never: b, d"));
        assert_eq!(distinct(vec![panel("a", 0.0), panel("b", 0.0)], "never").0.len(), 1);
    }
}
