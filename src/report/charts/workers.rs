//! The utilization of each worker over time.

use crate::RunContext;
use crate::experiment::Results;
use crate::format;
use crate::model::capacity::ResourceId;
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::plot::calendar;
use crate::plot::heat_map::{self, Cell, HeatMap};
use crate::stats::series::ResourceSeries;

/// At most this number of rows is drawn; with more workers, neighbours share a row.
const MOST_ROWS: usize = 40;
/// At most this number of columns is drawn; with more buckets, neighbours share a column.
const MOST_COLUMNS: usize = 180;

/// Busy and offered units of one column.
type Units = (f64, f64);

/// The chart; `None` unless at least two workers have series, and something is in use.
pub(super) fn draw(context: &RunContext, results: &Results) -> Option<Vec<u8>> {
    let series = &results.replications.first()?.series;
    let resource = busiest(context, results)?;
    let of_worker = |line: &ResourceSeries| line.worker.filter(|_| line.resource == resource);
    let workers: Vec<WorkerId> = series.lines.iter().filter_map(of_worker).collect();
    let buckets = series.queue_length.len();
    if workers.len() < 2 || buckets < 2 {
        return None;
    }
    let group = buckets.div_ceil(MOST_COLUMNS);
    let columns = buckets.div_ceil(group);
    let together = workers.len().div_ceil(MOST_ROWS);
    let mut units: Vec<Vec<Units>> = vec![vec![(0.0, 0.0); columns]; workers.len().div_ceil(together)];
    for line in results.replications.iter().flat_map(|outcome| &outcome.series.lines) {
        let Some(row) = of_worker(line).and_then(|worker| workers.iter().position(|of| *of == worker)) else {
            continue;
        };
        for (bucket, (busy, offered)) in line.busy.iter().zip(&line.offered).enumerate() {
            let cell = &mut units[row / together][bucket / group];
            *cell = (cell.0 + busy, cell.1 + offered);
        }
    }
    let cell = |&(busy, offered): &Units| {
        let value = (offered > 0.0).then(|| busy / offered);
        Cell { value, words: value.map_or_else(String::new, format::percent), ..Cell::default() }
    };
    let name = |of: &[WorkerId]| match of {
        [one] => context.worker(Some(*one)).to_owned(),
        [first, .., last] => format!("{} to {}", context.worker(Some(*first)), context.worker(Some(*last))),
        [] => String::new(),
    };
    let length = Span(series.bucket.0.saturating_mul(group as i64));
    let begin = |column: usize| Time(length.0.saturating_mul(column as i64));
    // The last column may be shorter; cells have the same width, so the axis ends with it.
    let (axis, axis_name) = calendar::axis(context.scenario.epoch, begin(columns));
    let resource = context.resource(Some(resource));
    Some(heat_map::draw(&HeatMap {
        title: &context.title("utilization by worker"),
        subtitle: &format!("Busy share of the units of {resource} that each worker offers, means over {length}"),
        rows: workers.chunks(together).map(name).collect(),
        columns: (0..columns).map(|column| calendar::words(context.scenario.epoch, begin(column), length)).collect(),
        row_name: "worker",
        column_name: &axis_name,
        time: Some(axis),
        cells: units.iter().flatten().map(cell).collect(),
        value_name: &format!("utilization of {resource}"),
        format: &format::percent,
        range: Some((0.0, 1.0)),
        missing: "the worker offers none",
        table: "utilization.csv",
    }))
}

/// The resource of which the largest share is in use.
fn busiest(context: &RunContext, results: &Results) -> Option<ResourceId> {
    let share = |index: usize| {
        let resource = ResourceId(index as u16);
        let lines = results.replications.iter().flat_map(|outcome| &outcome.series.lines);
        let lines = lines.filter(|line| line.resource == resource && line.worker.is_none());
        let (busy, offered) = lines.fold((0.0, 0.0), |(busy, offered), line| {
            (busy + line.busy.iter().sum::<f64>(), offered + line.offered.iter().sum::<f64>())
        });
        (resource, if offered > 0.0 { busy / offered } else { 0.0 })
    };
    let all = (0..context.scenario.system.resources.len()).map(share).filter(|(_, share)| *share > 0.0);
    all.reduce(|best, of| if of.1 > best.1 { of } else { best }).map(|(resource, _)| resource)
}
