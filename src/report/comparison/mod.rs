//! What a comparison leaves: tables, charts, a page for a pull request and test cases for CI; and what it prints.

mod csv;
pub mod json;
mod junit;
mod label;
mod markdown;
pub mod table;
mod value;

use super::File;
use super::plot::{differences, overlay};
use crate::Context;
use crate::experiment::Results;
use crate::experiment::comparison::{Alternative, Comparison, ComparisonCriteria};

pub(super) use label::label;
pub(super) use value::{baseline, difference};

/// A comparison with everybody and everything in it.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// The name of the first scenario.
    pub title: &'a str,
    /// All contenders, the baseline among them.
    pub contenders: &'a [Alternative],
    /// What was asked.
    pub questions: &'a ComparisonCriteria,
    /// What came of it.
    pub comparison: &'a Comparison,
    /// The seed of all contenders that have none of their own.
    pub seed: u64,
}

impl<'a> Sides<'a> {
    /// The baseline.
    pub(super) fn baseline(&self) -> &'a Alternative {
        &self.contenders[self.questions.baseline]
    }

    /// The baseline's number and those of the others, in the order of charts.
    pub(super) fn baseline_first(&self) -> impl Iterator<Item = usize> + use<> {
        let baseline = self.questions.baseline;
        let others = (0..self.contenders.len()).filter(move |contender| *contender != baseline);
        std::iter::once(baseline).chain(others)
    }

    /// A contender's own report.
    pub(super) fn context(&self, contender: usize) -> (Context<'a>, &'a Results) {
        let Alternative { scenario, .. } = &self.contenders[contender];
        let context = Context { replications: self.comparison.replications, ..Context::of(scenario) };
        (context, &self.comparison.results[contender])
    }

    /// In a line: who is compared with whom, and by how much work.
    pub(super) fn heading(&self) -> String {
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

/// The word for one or for several.
fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

/// Everything a comparison leaves but its manifest and its inputs, in a fixed order.
pub fn files(sides: &Sides) -> Vec<File> {
    let file = |path: &str, bytes: Vec<u8>| File { path: path.to_owned(), bytes };
    let mut files = vec![
        file("report.md", markdown::report(sides).into_bytes()),
        file("comparison.csv", csv::comparison(sides)),
        file("summary.csv", csv::summary(sides)),
        file("wait_times.csv", csv::wait_times(sides)),
        file("junit.xml", junit::report(sides)),
        file("charts/differences.svg", differences::draw(sides)),
    ];
    if !sides.comparison.gates.is_empty() {
        files.push(file("gates.csv", csv::gates(sides)));
    }
    files.extend(overlay::charts(sides));
    files
}
