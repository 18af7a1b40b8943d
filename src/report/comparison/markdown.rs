//! `report.md`: the comparison as a short page for a pull request.

use std::fmt::Write as _;

use super::ComparisonReport;
use crate::experiment::comparison::ComparisonCriteria;
use crate::format::{exact, percent};
use crate::table::{escaped, markdown};

impl ComparisonReport<'_> {
    /// The page.
    pub(crate) fn markdown(&self) -> String {
        let judged = self.comparison.judged().map(|(row, _)| row);
        let heading = escaped(&self.heading());
        let warnings: String =
            self.warnings().iter().map(|warning| ["> Warning: ", &escaped(warning), "\n\n"].concat()).collect();
        let mut page = format!("## {heading}\n\n{warnings}{}", markdown(&self.comparison_columns(), judged));
        for line in self.undecided() {
            let _ = writeln!(page, "\n{}.", escaped(&line));
        }
        if let Some(outcome) = self.comparison.gate_status() {
            let gates = markdown(&self.gate_columns(), &self.comparison.gates);
            let _ = write!(page, "\n**Gates: {}**\n\n{gates}", outcome.gate_word());
        }
        for line in self.blame() {
            let _ = writeln!(page, "\n{}.", escaped(&line));
        }
        page + &self.notes()
    }

    /// How to read the numbers.
    fn notes(&self) -> String {
        let ComparisonCriteria { level, looks, .. } = self.criteria;
        let mut text = format!(
            "\nDifferences are contender minus baseline, paired by replication. Verdicts are corrected for multiple comparisons (Holm) \
             and for the {} planned looks, at level {level}. In parentheses are the intervals from which the verdicts were taken; \
             each holds with at least {} %.\n",
            looks.count(),
            exact((1.0 - level) * 100.0),
        );
        let ratios: Vec<f64> = self.comparison.judged().filter_map(|(row, _)| row.variance_ratio).collect();
        if !ratios.is_empty() {
            let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
            let most = ratios.iter().copied().fold(0.0, f64::max);
            let (least, most) = (percent(least), percent(most));
            let range = if least == most { least } else { format!("{least} to {most}") };
            let _ = writeln!(
                text,
                "With common random numbers the differences have {range} of the variance that they would have between \
                 independent runs."
            );
        }
        let missing = self.comparison.judged().map(|(row, _)| row.missing).max().unwrap_or(0);
        if missing > 0 {
            let _ = writeln!(text, "In up to {missing} replications a figure had no value; its row leaves them out.");
        }
        text
    }
}
