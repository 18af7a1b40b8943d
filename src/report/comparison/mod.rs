//! What a comparison leaves: tables, charts, a page for a pull request and test cases for CI; and what it prints.

mod csv;
mod json;
mod junit;
mod label;
mod markdown;
mod text;
mod value;

use serde_json::Value;

use super::OutputFile;
use super::plot::{differences, overlay};
use crate::experiment::Results;
use crate::experiment::comparison::{Comparison, Contender, Questions};
use crate::RunContext;

pub(super) use label::label;
pub(super) use value::{baseline, difference};

/// A comparison with everybody and everything in it.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonReport<'a> {
    /// The name of the first scenario.
    pub title: &'a str,
    /// All contenders, the baseline among them.
    pub contenders: &'a [Contender],
    /// What was asked.
    pub questions: &'a Questions,
    /// What came of it.
    pub comparison: &'a Comparison,
    /// The seed of all contenders that have none of their own.
    pub seed: u64,
}

impl<'a> ComparisonReport<'a> {
    /// The baseline.
    pub(super) fn baseline(&self) -> &'a Contender {
        &self.contenders[self.questions.baseline]
    }

    /// The baseline's number and those of the others, in the order of charts.
    pub(super) fn baseline_first(&self) -> impl Iterator<Item = usize> + use<> {
        let baseline = self.questions.baseline;
        let others = (0..self.contenders.len()).filter(move |contender| *contender != baseline);
        std::iter::once(baseline).chain(others)
    }

    /// A contender's own report.
    pub(super) fn context(&self, contender: usize) -> (RunContext<'a>, &'a Results) {
        let Contender { scenario, .. } = &self.contenders[contender];
        let context = RunContext { replications: self.comparison.replications, ..RunContext::of(scenario) };
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

impl ComparisonReport<'_> {
    /// Everything a comparison leaves but its manifest and its inputs, in a fixed order.
    pub fn files(&self) -> Vec<OutputFile> {
        let file = |path: &str, bytes: Vec<u8>| OutputFile { path: path.to_owned(), bytes };
        let mut files = vec![
            file("report.md", markdown::report(self).into_bytes()),
            file("comparison.csv", csv::comparison(self)),
            file("summary.csv", csv::summary(self)),
            file("wait_times.csv", csv::wait_times(self)),
            file("junit.xml", junit::document(self)),
            file("charts/differences.svg", differences::draw(self)),
        ];
        if !self.comparison.gates.is_empty() {
            files.push(file("gates.csv", csv::gates(self)));
        }
        files.extend(overlay::charts(self));
        files
    }

    /// The comparison in a terminal; `place` names the folder of the files.
    pub fn text(&self, place: &str) -> String {
        text::text(self, place)
    }

    /// A line for each gate that does not pass.
    pub fn open_gates(&self) -> Vec<String> {
        text::open_gates(self)
    }

    /// The comparison as one JSON document.
    pub fn json(&self) -> Value {
        json::document(self)
    }
}
