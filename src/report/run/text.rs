//! The summary in a terminal: actions, then resources, in plain text without colours.

use std::collections::BTreeMap;

use super::{RunReport, blame, precision};
use crate::engine::WorkerGroup;
use crate::experiment::blame::rows as blame_rows;
use crate::experiment::{Results, SummaryRow};
use crate::format;
use crate::model::capacity::ResourceId;
use crate::model::time::{Span, Time};
use crate::scenario::Scenario;
use crate::stats::Measure::{Cost, Jobs, ScaleIns, ScaleOuts, Utilization, WaitS, WithinSlo, WorkerHours};
use crate::stats::Statistic::{
    Abandoned, Arrived, Cancel, Count, Error, Max, Mean, P50, P95, P99, Rejected, Skipped, Unclaimed, Unfinished,
    WorkerDead, WorkerResurrection, WorkerShutdown,
};
use crate::stats::interval::IntervalEstimate;
use crate::stats::{JobScope, Measure, Metric, Statistic};
use crate::table::TextTable;
use crate::{RunContext, messages};

/// Rare outcomes of jobs: each has a column only if it occurs.
const RARE: [(&str, Statistic); 9] = [
    ("errors", Error),
    ("cancelled", Cancel),
    ("worker dead", WorkerDead),
    ("resurrected", WorkerResurrection),
    ("shut down", WorkerShutdown),
    ("abandoned", Abandoned),
    ("rejected", Rejected),
    ("skipped", Skipped),
    ("unclaimed", Unclaimed),
];

impl RunReport<'_> {
    /// A heading line, the table of actions, the table of resources if there are any, and the
    /// precision.
    pub(crate) fn for_terminal(&self, place: &str) -> String {
        let RunReport { context, results, .. } = self;
        let figures = Figures::of(results);
        let mut parts = vec![self.heading()];
        parts.extend(self.warnings().into_iter().map(|warning| format!("warning: {warning}")));
        parts.extend(tables(context, &figures).iter().map(|table| table.terminal(|_| false)));
        let blame = blame::sentences(context, &blame_rows(&results.replications));
        parts.extend((!blame.is_empty()).then(|| format!("{}\n", blame.join("\n"))));
        let precision = precision::lines(&self.plan.status(&self.results.replications));
        format!("{}\n{precision}{place}\n", parts.join("\n"))
    }

    /// A line with the policy, the replications, the seed and the warm-up.
    pub(super) fn heading(&self) -> String {
        let context = &self.context;
        let runs = if context.replications == 1 { "replication" } else { "replications" };
        let Scenario { name, policy_label, seed, .. } = context.scenario;
        let heading = format!("{name}: {policy_label}, {} {runs}, seed {seed}", context.replications);
        match (context.warm_up, context.scenario.system.window.warmup - Time::ZERO) {
            (Some(found), _) => format!("{heading}, {}", messages::warm_up_summary(found)),
            (None, Span::ZERO) => heading,
            (None, fixed) => format!("{heading}, warm-up {}", fixed.rounded()),
        }
    }
}

/// The tables of actions, of resources if there are any, and of workers that come and go.
pub(super) fn tables(context: &RunContext, figures: &Figures) -> Vec<TextTable> {
    let mut tables = vec![actions(context, figures)];
    if !context.scenario.system.resources.is_empty() {
        tables.push(resources(context, figures));
    }
    tables.extend(workers(context, figures));
    tables
}

/// The figures by metric.
pub(super) struct Figures<'a>(BTreeMap<Metric, &'a SummaryRow>);

impl<'a> Figures<'a> {
    pub(super) fn of(results: &'a Results) -> Figures<'a> {
        Figures(results.summary.iter().map(|row| (row.metric, row)).collect())
    }

    pub(super) fn row(
        &self,
        action: JobScope,
        resource: Option<ResourceId>,
        measure: Measure,
        statistic: Statistic,
    ) -> Option<&SummaryRow> {
        self.0.get(&Metric { action, resource, worker: None, measure, statistic }).copied()
    }

    /// A figure's value, `-` if there is none.
    pub(super) fn cell(
        &self,
        action: JobScope,
        measure: Measure,
        statistic: Statistic,
        format: fn(f64) -> String,
    ) -> String {
        let row = self.row(action, None, measure, statistic);
        let alone = row.map(|row| IntervalEstimate { interval: None, ..row.estimate });
        alone.map_or_else(|| "-".to_owned(), |estimate| format::with_half_width(estimate, format))
    }

    /// A figure's value with half the width of its interval.
    pub(super) fn with_interval(
        &self,
        action: JobScope,
        resource: Option<ResourceId>,
        measure: Measure,
        format: fn(f64) -> String,
    ) -> String {
        let Some(row) = self.row(action, resource, measure, Mean) else { return "-".to_owned() };
        format::with_half_width(row.estimate, format)
    }

    /// Whether a count is above zero for any action.
    fn occurs(&self, statistic: Statistic) -> bool {
        self.row(JobScope::All, None, Jobs, statistic)
            .and_then(|row| row.estimate.value)
            .is_some_and(|count| count > 0.0)
    }
}

fn actions(context: &RunContext, figures: &Figures) -> TextTable {
    let slo = context.scenario.slo.map(|slo| format!("within {slo}"));
    let rare: Vec<(&str, Statistic)> = RARE.into_iter().filter(|&(_, statistic)| figures.occurs(statistic)).collect();
    let mut header = vec!["action", "jobs", "mean wait", "p50", "p95", "p99", "max"];
    header.extend(slo.as_deref());
    header.extend(rare.iter().map(|(title, _)| *title));
    header.push("unfinished");
    let row = |action: JobScope| {
        let mut cells = vec![context.action(action).to_owned(), figures.cell(action, Jobs, Arrived, format::count)];
        cells.push(figures.with_interval(action, None, WaitS, format::duration));
        cells.extend([P50, P95, P99, Max].map(|statistic| figures.cell(action, WaitS, statistic, format::duration)));
        cells.extend(slo.as_ref().map(|_| figures.cell(action, WithinSlo, Mean, format::percent)));
        cells.extend(rare.iter().map(|&(_, statistic)| figures.cell(action, Jobs, statistic, format::count)));
        cells.push(figures.cell(action, Jobs, Unfinished, format::count));
        cells
    };
    let rows: Vec<Vec<String>> = context.actions().chain([JobScope::All]).map(row).collect();
    TextTable::new("Actions", header, rows)
}

fn resources(context: &RunContext, figures: &Figures) -> TextTable {
    let row = |(index, name): (usize, &String)| {
        let resource = Some(ResourceId(index as u16));
        let share = figures.with_interval(JobScope::None, resource, Utilization, format::percent);
        vec![name.clone(), share]
    };
    let rows: Vec<Vec<String>> = context.scenario.system.resources.iter().enumerate().map(row).collect();
    TextTable::new("Resources", ["resource", "utilization"], rows)
}

/// Workers that come and go, or that cost something.
fn workers(context: &RunContext, figures: &Figures) -> Option<TextTable> {
    let hours = figures.row(JobScope::All, None, WorkerHours, Mean)?.estimate.value?;
    let window = context.scenario.system.window.horizon - context.scenario.system.window.warmup;
    let mut header = vec!["workers", "on average", "worker-hours"];
    let mut cells = vec![
        "all".to_owned(),
        format::count(hours * 3600.0 / window.as_secs_f64()),
        figures.with_interval(JobScope::All, None, WorkerHours, format::count),
    ];
    if context.scenario.system.groups.iter().any(|group| group.price.is_some()) {
        header.push("cost");
        cells.push(figures.with_interval(JobScope::All, None, Cost, format::count));
    }
    if context.scenario.system.groups.iter().any(WorkerGroup::is_autoscaled) {
        header.extend(["scale-outs", "scale-ins"]);
        cells.extend([ScaleOuts, ScaleIns].map(|measure| figures.cell(JobScope::All, measure, Count, format::count)));
    }
    Some(TextTable::new("Workers", header, vec![cells]))
}
