//! What a sweep leaves: a table of every figure at every point, and a chart of each quantity that is shown; and what it prints.

mod csv;
mod json;
pub(crate) mod text;

use std::collections::BTreeSet;

use serde_json::Value;

use super::plot::sweep;
use super::{RunContext, OutputFile};
use crate::experiment::design::{Axis, Grid};
use crate::experiment::expression::Quantity;
use crate::experiment::sweep::{Measured, Trial};

/// A sweep with everything that came of it.
#[derive(Clone, Copy, Debug)]
pub struct SweepReport<'a> {
    /// The scenario's name.
    pub title: &'a str,
    /// Which keys take which values.
    pub grid: &'a Grid,
    /// What is shown, beside the table of everything.
    pub shown: &'a [Quantity],
    /// What was simulated, point by point.
    pub trials: &'a [Trial],
    /// What came of it.
    pub measured: &'a [Measured],
}

impl<'a> SweepReport<'a> {
    /// A point's own report.
    pub(super) fn context(&self, point: usize) -> RunContext<'a> {
        RunContext::of(&self.trials[point].scenario)
    }

    /// How many replications, and under which seed; of all points, unless these are what is varied.
    pub(super) fn work(&self) -> String {
        work(self.trials)
    }

    /// In a line: how many points of which keys, and by how much work.
    fn heading(&self) -> String {
        let keys: Vec<String> = self.grid.axes.iter().map(Axis::name).collect();
        let (count, points) = (self.trials.len(), if self.trials.len() == 1 { "point" } else { "points" });
        format!("{}: {count} {points} of {}, {}", self.title, keys.join(" x "), self.work())
    }
}

impl SweepReport<'_> {
    /// Everything a sweep leaves but its manifest and its inputs, in a fixed order.
    pub fn files(&self) -> Vec<OutputFile> {
        let table = OutputFile { path: "sweep.csv".to_owned(), bytes: csv::sweep(self) };
        let charts = chart_paths(self.shown).into_iter().enumerate();
        let charts = charts.filter_map(|(shown, path)| Some(OutputFile { path, bytes: sweep::draw(self, shown)? }));
        std::iter::once(table).chain(charts).collect()
    }

    /// The sweep in a terminal.
    pub fn text(&self) -> String {
        text::text(self)
    }

    /// The sweep as one JSON document.
    pub fn json(&self) -> Value {
        json::document(self)
    }
}

/// How many replications of each trial, and under which seed; what is not the same for all is not said.
pub(super) fn work(trials: &[Trial]) -> String {
    let mut parts = Vec::new();
    let replications: BTreeSet<u32> = trials.iter().map(|trial| trial.scenario.replications).collect();
    if let [only] = replications.iter().collect::<Vec<_>>()[..] {
        parts.push(format!("{only} {} each", if *only == 1 { "replication" } else { "replications" }));
    }
    let seeds: BTreeSet<u64> = trials.iter().map(|trial| trial.scenario.seed).collect();
    if let [only] = seeds.iter().collect::<Vec<_>>()[..] {
        parts.push(format!("seed {only}"));
    }
    parts.join(", ")
}

/// Where the chart of each quantity goes: `charts/p95_wait_scan.svg` for `p95(wait, scan)`.
pub(super) fn chart_paths(shown: &[Quantity]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let path = |quantity: &Quantity| {
        let keep = |c: char| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { ' ' };
        let words: String = quantity.text.replace("<=", " within ").replace('<', " below ").chars().map(keep).collect();
        let words: Vec<&str> = words.split_whitespace().collect();
        let name: String = words.join("_").chars().take(80).collect();
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| taken.insert(name.clone()));
        format!("charts/{}.svg", free.unwrap_or(name))
    };
    shown.iter().map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_are_named_by_what_they_show() {
        let shown = ["p95(wait, scan)", "share(wait < 1m)", "share(wait <= 1m)", "utilization(scan)", "p95(wait,scan)"];
        let shown: Vec<Quantity> = shown.iter().map(|text| text.parse().unwrap()).collect();
        let expected = [
            "charts/p95_wait_scan.svg",
            "charts/share_wait_below_1m.svg",
            "charts/share_wait_within_1m.svg",
            "charts/utilization_scan.svg",
            "charts/p95_wait_scan-2.svg",
        ];
        assert_eq!(chart_paths(&shown), expected);
    }
}
