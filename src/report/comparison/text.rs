//! A comparison in a terminal: the verdicts, then the gates, and last their joint outcome.

use super::ComparisonReport;
use super::tables::gate_format;
use crate::experiment::comparison::{Gate, Outcome};
use crate::format::Charset;
use crate::table::terminal;

impl ComparisonReport<'_> {
    /// The heading line, the tables, `place` (where the files are), and the outcome of the gates.
    pub fn text(&self, place: &str) -> String {
        let judged = self.comparison.judged().map(|(row, _)| row);
        let mut lines = vec![self.heading(), terminal(&self.comparison_columns(), judged, Charset::Utf8)];
        if !self.comparison.gates.is_empty() {
            lines.push(terminal(&self.gate_columns(), &self.comparison.gates, Charset::Utf8));
        }
        if !self.comparison.is_decided(self.questions) {
            let replications = self.comparison.replications;
            lines.push(format!(
                "Not all is decided after {replications} replications; --max-replications allows more."
            ));
        }
        lines.push(place.to_owned());
        lines.extend(self.comparison.outcome().map(|outcome| self.outcome_of_gates(outcome)));
        lines.join("\n") + "\n"
    }

    fn outcome_of_gates(&self, outcome: Outcome) -> String {
        let gates = &self.comparison.gates;
        let count = |outcome: Outcome| gates.iter().filter(|gate| gate.outcome == outcome).count();
        let (all, pass, fail) = (gates.len(), count(Outcome::Pass), count(Outcome::Fail));
        match outcome {
            Outcome::Pass => format!("gates: pass ({all} of {all})"),
            Outcome::Fail => format!("gates: fail ({fail} of {all} broken)"),
            Outcome::Undecided => format!("gates: undecided ({pass} of {all} pass, {} undecided)", all - pass),
        }
    }

    /// A line for each gate that does not pass.
    pub fn open_gates(&self) -> Vec<String> {
        let gates = self.comparison.gates.iter().filter(|gate| gate.outcome != Outcome::Pass);
        gates.map(|gate| self.gate_line(gate)).collect()
    }

    /// A gate in a line.
    pub(super) fn gate_line(&self, gate: &Gate) -> String {
        let format = gate_format(gate);
        let state = match gate.outcome {
            Outcome::Pass => "kept",
            Outcome::Fail => "broken",
            Outcome::Undecided => "undecided",
        };
        format!(
            "gate {} is {state} by {}: {}, the bound is {}, after {} replications",
            gate.condition.text,
            self.contenders[gate.contender].name,
            format.value(gate.value),
            format.value(gate.bound),
            gate.replications
        )
    }
}
