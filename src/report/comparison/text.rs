//! A comparison in a terminal: the verdicts, then the gates, and last their joint outcome.

use super::ComparisonReport;
use super::tables::{gate_format, gate_value, label};
use crate::experiment::comparison::{ComparisonRow, Gate, TestResult, Verdict};
use crate::experiment::growth::QueueGrowth;
use crate::experiment::unserved::UnservedJobs;
use crate::messages;
use crate::stats::bound_test::BoundStatus;
use crate::table::terminal;

impl ComparisonReport<'_> {
    /// The heading line, the tables, `place` (where the files are), and the outcome of the gates.
    pub(crate) fn for_terminal(&self, place: &str) -> String {
        let judged = self.comparison.judged().map(|(row, _)| row);
        let mut lines = vec![self.heading()];
        lines.extend(self.warnings().into_iter().map(|warning| format!("warning: {warning}")));
        lines.push(terminal(&self.comparison_columns(), judged));
        if !self.comparison.gates.is_empty() {
            lines.push(terminal(&self.gate_columns(), &self.comparison.gates));
        }
        lines.extend(self.undecided());
        if !self.comparison.is_decided(self.criteria) {
            let replications = self.comparison.replications;
            lines
                .push(format!("Not all is decided after {replications} replications; --max-replications allows more."));
        }
        lines.push(place.to_owned());
        lines.extend(self.comparison.gate_status().map(|outcome| self.outcome_of_gates(outcome)));
        lines.join("\n") + "\n"
    }

    pub(super) fn outcome_of_gates(&self, outcome: BoundStatus) -> String {
        let gates = &self.comparison.gates;
        let count = |outcome: BoundStatus| gates.iter().filter(|gate| gate.status == outcome).count();
        let (all, pass, fail) = (gates.len(), count(BoundStatus::Kept), count(BoundStatus::Broken));
        match outcome {
            BoundStatus::Kept => format!("gates: pass ({all} of {all})"),
            BoundStatus::Broken => format!("gates: fail ({fail} of {all} broken)"),
            BoundStatus::Undecided => format!("gates: undecided ({pass} of {all} pass, {} undecided)", all - pass),
        }
    }

    /// What the reader has to know before the figures, contender by contender.
    pub(super) fn warnings(&self) -> Vec<String> {
        let of_contender = |number: usize| {
            let (context, results) = self.run(number);
            let growth = QueueGrowth::of_scenario(&self.contenders[number].scenario, &results.replications);
            (self.contenders[number].name.clone(), messages::unserved_warnings(&results.summary, &context), growth)
        };
        messages::joint_warnings(&(0..self.contenders.len()).map(of_contender).collect::<Vec<_>>())
    }

    /// A line for each judged quantity that no replications can decide.
    pub(super) fn undecided(&self) -> Vec<String> {
        let rows = self.comparison.judged().filter(|(_, test)| test.verdict == Verdict::Undecided);
        let line = |(row, _): (&ComparisonRow, TestResult)| {
            let reason = self.reason(true, row.alternative, &row.unserved);
            let reason = reason.strip_prefix("; ").map_or_else(String::new, |reason| format!(": {reason}"));
            format!("{} of {} is undecided{reason}", label(row), self.contenders[row.alternative].name)
        };
        rows.map(line).collect()
    }

    /// The jobs because of which there is no verdict: `; under six, 812 jobs were never claimed`.
    pub(super) fn reason(
        &self,
        is_undecided: bool,
        alternative: usize,
        unserved: &[Option<UnservedJobs>; 2],
    ) -> String {
        let contenders = [self.criteria.baseline, alternative];
        let of_both = contenders.into_iter().zip(unserved).filter(|_| is_undecided);
        let (mut reasons, mut advice) = (String::new(), String::new());
        for (number, jobs) in of_both.filter_map(|(number, jobs)| Some((number, jobs.as_ref()?))) {
            let context = self.run(number).0;
            let action = context.action(jobs.action);
            let reason = messages::why_undecided(jobs, action);
            reasons += &["; under ", &self.contenders[number].name, ", ", &reason].concat();
            if jobs.loses_too_many() {
                advice = messages::how_to_decide(jobs, action);
            }
        }
        reasons + &advice
    }

    /// A line for each gate that does not pass.
    pub fn open_gates(&self) -> Vec<String> {
        let gates = self.comparison.gates.iter().filter(|gate| gate.status != BoundStatus::Kept);
        gates.map(|gate| self.gate_line(gate)).collect()
    }

    /// A gate in a line.
    pub(super) fn gate_line(&self, gate: &Gate) -> String {
        let format = gate_format(gate);
        let growth = gate.growth.filter(|_| gate.status == BoundStatus::Undecided);
        let growth = growth.map_or_else(String::new, |growth| format!("; {}", messages::growth_warning(growth)));
        let state = gate.status.state_word();
        format!(
            "gate {} is {state} by {}: {}, the bound is {}, after {} replications",
            gate.condition.text,
            self.contenders[gate.alternative].name,
            gate_value(gate),
            format.value(gate.bound),
            gate.replications
        ) + &self.reason(gate.status == BoundStatus::Undecided, gate.alternative, &gate.unserved)
            + &growth
    }
}
