//! A comparison's answer: the verdicts in words, and how far they can be trusted.

use super::tables::{difference_with_interval, format, label};
use super::{ComparisonReport, plural};
use crate::experiment::comparison::{ComparisonRow, Verdict};
use crate::format::percent;
use crate::key_results::{KeyResults, counted, some_names};
use crate::table::TextTable;

/// The judged quantities that an answer names.
const MOST_QUANTITIES: usize = 3;

impl ComparisonReport<'_> {
    pub(crate) fn found(&self) -> KeyResults {
        let judged = self.comparison.judged().map(|(row, _)| row);
        let mut tables = vec![TextTable::of("Verdicts", &self.comparison_columns(), judged)];
        if !self.comparison.gates.is_empty() {
            tables.push(TextTable::of("Gates", &self.gate_columns(), &self.comparison.gates));
        }
        let mut limits = self.undecided();
        if !self.comparison.is_decided(self.criteria) {
            let replications = self.comparison.replications;
            limits
                .push(format!("Not all is decided after {replications} replications; --max-replications allows more."));
        }
        limits.extend(self.warnings());
        KeyResults {
            heading: self.heading(),
            answer: self.answer(),
            confidence: format!(
                "The probability of any wrong verdict is at most {}: verdicts are corrected for multiple comparisons \
                 (Holm) and for {} planned {}. Intervals are those from which the verdicts were taken, over {}.",
                percent(self.criteria.level),
                self.criteria.looks.count(),
                plural(self.criteria.looks.count(), "look"),
                counted(self.comparison.replications as usize, "replication"),
            ),
            limits,
            warnings: self.warnings(),
            tables,
            reasons: self.blame(),
            remarks: self.open_gates(),
        }
    }

    /// Of one contender each judged quantity; of several, the contenders with each verdict on the
    /// first quantity; and the gates.
    fn answer(&self) -> String {
        let judged: Vec<(&ComparisonRow, Verdict)> =
            self.comparison.judged().map(|(row, test)| (row, test.verdict)).collect();
        let mut sentences: Vec<String> = if self.contenders.len() == 2 {
            judged.iter().take(MOST_QUANTITIES).map(|(row, verdict)| self.sentence(row, *verdict)).collect()
        } else {
            judged.first().map(|(first, _)| self.sentence_of_all(first, &judged)).into_iter().collect()
        };
        let shown = if self.contenders.len() == 2 { MOST_QUANTITIES } else { self.contenders.len() - 1 };
        if judged.len() > shown {
            sentences.push("The table has the other verdicts.".to_owned());
        }
        let gates = self.comparison.gate_status().map(|status| self.outcome_of_gates(status));
        sentences.extend(gates.map(|gates| gates.replacen("gates:", "Gates:", 1) + "."));
        sentences.join(" ")
    }

    fn sentence(&self, row: &ComparisonRow, verdict: Verdict) -> String {
        let (name, base, of) = (&self.contenders[row.alternative].name, &self.baseline().name, label(row));
        let (value, baseline) =
            (format(row).bounded(row.value, row.is_exact[1]), format(row).bounded(row.baseline, row.is_exact[0]));
        let figures = format!("{value} instead of {baseline}, a difference of {}", difference_with_interval(row));
        match verdict {
            Verdict::Better | Verdict::Worse | Verdict::Higher | Verdict::Lower => {
                format!("`{name}` is {} than `{base}` in `{of}`: {figures}.", verdict.name())
            }
            Verdict::Equivalent => format!("`{name}` is equivalent to `{base}` in `{of}`: {figures}."),
            Verdict::Identical => {
                format!("`{name}` is identical with `{base}` in `{of}`: {value} in every replication.")
            }
            Verdict::NoDifferenceShown => {
                format!("No difference of `{name}` and `{base}` is shown in `{of}`: {figures}.")
            }
            Verdict::Undecided => format!("Whether `{name}` differs from `{base}` in `{of}` is undecided: {figures}."),
        }
    }

    fn sentence_of_all(&self, first: &ComparisonRow, judged: &[(&ComparisonRow, Verdict)]) -> String {
        let of = label(first);
        let verdicts = [
            Verdict::Better,
            Verdict::Worse,
            Verdict::Higher,
            Verdict::Lower,
            Verdict::Equivalent,
            Verdict::Identical,
            Verdict::NoDifferenceShown,
            Verdict::Undecided,
        ];
        let group = |verdict: Verdict| {
            let rows = judged.iter().filter(|(row, found)| *found == verdict && label(row) == of);
            let names: Vec<&str> = rows.map(|(row, _)| self.contenders[row.alternative].name.as_str()).collect();
            (!names.is_empty()).then(|| format!("{} {} ({})", names.len(), verdict.name(), some_names(names)))
        };
        let groups: Vec<String> = verdicts.into_iter().filter_map(group).collect();
        format!(
            "In `{of}`, of {} contenders against `{}`: {}.",
            self.contenders.len() - 1,
            self.baseline().name,
            groups.join("; ")
        )
    }
}
