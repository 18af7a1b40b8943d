//! A comparison's report: its tables, a page for a pull request, test cases for CI, and its text
//! for terminals.

mod junit;
mod markdown;
mod tables;
mod text;

use serde_json::Value;

use crate::experiment::Results;
use crate::experiment::comparison::{Alternative, Comparison, ComparisonCriteria};
use crate::{OutputFile, Report, RunContext, charts, file};

pub(crate) use tables::{difference, format, label};

/// A finished comparison.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonReport<'a> {
    /// The name of the first scenario.
    pub title: &'a str,
    /// All contenders, including the baseline.
    pub contenders: &'a [Alternative],
    /// The quantities and gates that were asked for.
    pub criteria: &'a ComparisonCriteria,
    /// The estimates, verdicts and outcomes.
    pub comparison: &'a Comparison,
    /// The seed of all contenders that have none of their own.
    pub seed: u64,
}

impl Report for ComparisonReport<'_> {
    fn files(&self) -> Vec<OutputFile> {
        let mut files = vec![
            file("report.md", self.markdown().into_bytes()),
            file("comparison.csv", self.comparison_csv()),
            file("summary.csv", self.summary_csv()),
            file("wait_times.csv", self.wait_times_csv()),
            file("junit.xml", self.junit()),
        ];
        if !self.comparison.gates.is_empty() {
            files.push(file("gates.csv", self.gates_csv()));
        }
        files.extend(charts::of_comparison(self));
        files
    }

    fn json(&self) -> Value {
        self.document()
    }

    fn text(&self, place: &str) -> String {
        self.for_terminal(place)
    }
}

impl<'a> ComparisonReport<'a> {
    /// The baseline.
    pub(crate) fn baseline(&self) -> &'a Alternative {
        &self.contenders[self.criteria.baseline]
    }

    /// The numbers of all contenders in the order of charts: the baseline, then the others.
    pub(crate) fn baseline_first(&self) -> impl Iterator<Item = usize> + use<> {
        let baseline = self.criteria.baseline;
        let others = (0..self.contenders.len()).filter(move |contender| *contender != baseline);
        std::iter::once(baseline).chain(others)
    }

    /// The names and settings of a contender's run, and its figures.
    pub(crate) fn run(&self, contender: usize) -> (RunContext<'a>, &'a Results) {
        let Alternative { scenario, .. } = &self.contenders[contender];
        let context = RunContext { replications: self.comparison.replications, ..RunContext::of(scenario) };
        (context, &self.comparison.results[contender])
    }

    /// A line with the contenders, the baseline, the replications and the seed.
    fn heading(&self) -> String {
        let others = self.contenders.len() - 1;
        let Comparison { replications, looks, .. } = self.comparison;
        format!(
            "{}: {others} {} against {}, {replications} {} in {looks} {}, seed {}",
            self.title,
            plural(others, "contender"),
            self.baseline().name,
            plural(*replications as usize, "replication"),
            plural(*looks, "look"),
            self.seed
        )
    }
}

/// The singular or the plural of a word.
fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}
