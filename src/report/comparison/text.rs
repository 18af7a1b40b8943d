//! A comparison in a terminal: the verdicts, then the gates, and last their joint outcome.

use super::ComparisonReport;
use super::tables::gate_format;
use crate::experiment::comparison::Gate;
use crate::format::Charset;
use crate::stats::bound_test::BoundStatus;
use crate::table::terminal;

impl ComparisonReport<'_> {
    /// The heading line, the tables, `place` (where the files are), and the outcome of the gates.
    pub fn text(&self, place: &str) -> String {
        let judged = self.comparison.judged().map(|(row, _)| row);
        let mut lines = vec![self.heading(), terminal(&self.comparison_columns(), judged, Charset::Utf8)];
        if !self.comparison.gates.is_empty() {
            lines.push(terminal(&self.gate_columns(), &self.comparison.gates, Charset::Utf8));
        }
        if !self.comparison.is_decided(self.criteria) {
            let replications = self.comparison.replications;
            lines
                .push(format!("Not all is decided after {replications} replications; --max-replications allows more."));
        }
        lines.push(place.to_owned());
        lines.extend(self.comparison.gate_status().map(|outcome| self.outcome_of_gates(outcome)));
        lines.join("\n") + "\n"
    }

    fn outcome_of_gates(&self, outcome: BoundStatus) -> String {
        let gates = &self.comparison.gates;
        let count = |outcome: BoundStatus| gates.iter().filter(|gate| gate.status == outcome).count();
        let (all, pass, fail) = (gates.len(), count(BoundStatus::Kept), count(BoundStatus::Broken));
        match outcome {
            BoundStatus::Kept => format!("gates: pass ({all} of {all})"),
            BoundStatus::Broken => format!("gates: fail ({fail} of {all} broken)"),
            BoundStatus::Undecided => format!("gates: undecided ({pass} of {all} pass, {} undecided)", all - pass),
        }
    }

    /// A line for each gate that does not pass.
    pub fn open_gates(&self) -> Vec<String> {
        let gates = self.comparison.gates.iter().filter(|gate| gate.status != BoundStatus::Kept);
        gates.map(|gate| self.gate_line(gate)).collect()
    }

    /// A gate in a line.
    pub(super) fn gate_line(&self, gate: &Gate) -> String {
        let format = gate_format(gate);
        let state = match gate.status {
            BoundStatus::Kept => "kept",
            BoundStatus::Broken => "broken",
            BoundStatus::Undecided => "undecided",
        };
        format!(
            "gate {} is {state} by {}: {}, the bound is {}, after {} replications",
            gate.condition.text,
            self.contenders[gate.alternative].name,
            format.value(gate.value),
            format.value(gate.bound),
            gate.replications
        )
    }
}
