//! A comparison's report: its tables, a page for a pull request, test cases for CI, and its text
//! for terminals.

mod junit;
mod key_results;
mod markdown;
mod tables;
mod text;

use crate::RunContext;
use crate::experiment::Results;
use crate::experiment::comparison::{Alternative, Comparison, ComparisonCriteria};

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
