//! `junit.xml`: gates and verdicts as test cases, for the pages on which CI shows them.
//!
//! Only a gate that is shown to be broken is a failure; a test that is still undecided is skipped.

use std::fmt::Write as _;

use super::ComparisonReport;
use super::tables::{difference_with_interval, format, label, relative_with_interval};
use crate::experiment::comparison::{ComparisonRow, Gate, TestResult, Verdict};
use crate::stats::bound_test::BoundStatus;

/// A test case.
struct TestCase {
    name: String,
    /// The element that marks the outcome; a test that succeeds has none.
    outcome: Option<&'static str>,
    message: String,
}

impl ComparisonReport<'_> {
    /// The document, with one suite per contender.
    pub(crate) fn junit(&self) -> Vec<u8> {
        let (mut suites, mut all) = (String::new(), Vec::new());
        for number in self.baseline_first().skip(1) {
            let contender = escaped(&self.contenders[number].name);
            let gates = self.comparison.gates.iter().filter(|gate| gate.alternative == number);
            let judged = self.comparison.judged().filter(|(row, _)| row.alternative == number);
            let judged = judged.map(|(row, judgement)| self.case_of_row(row, judgement));
            let cases: Vec<TestCase> = gates.map(|gate| self.case_of_gate(gate)).chain(judged).collect();
            let (failures, skipped) = (count(&cases, "failure"), count(&cases, "skipped"));
            let _ = writeln!(
                suites,
                "    <testsuite name=\"{contender}\" tests=\"{}\" skipped=\"{skipped}\" errors=\"0\" failures=\"{failures}\">",
                cases.len()
            );
            suites.push_str(&properties(&self.warnings()));
            for TestCase { name, outcome, message } in &cases {
                let (name, message) = (escaped(name), escaped(message));
                let _ = writeln!(suites, "        <testcase name=\"{name}\" classname=\"{contender}\">");
                if let Some(outcome) = outcome {
                    let _ = writeln!(suites, "            <{outcome} message=\"{message}\"/>");
                }
                let _ = writeln!(suites, "            <system-out>{message}</system-out>\n        </testcase>");
            }
            suites.push_str("    </testsuite>\n");
            all.extend(cases);
        }
        let title = escaped(&format!("claimsim compare: {}", self.title));
        let (tests, failures, skipped) = (all.len(), count(&all, "failure"), count(&all, "skipped"));
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <testsuites name=\"{title}\" tests=\"{tests}\" skipped=\"{skipped}\" failures=\"{failures}\" errors=\"0\">\n\
             {suites}</testsuites>\n"
        )
        .into_bytes()
    }

    fn case_of_gate(&self, gate: &Gate) -> TestCase {
        let outcome = match gate.status {
            BoundStatus::Kept => None,
            BoundStatus::Broken => Some("failure"),
            BoundStatus::Undecided => Some("skipped"),
        };
        TestCase { name: gate.condition.text.clone(), outcome, message: self.gate_line(gate) }
    }

    fn case_of_row(&self, row: &ComparisonRow, judgement: TestResult) -> TestCase {
        let format = format(row);
        let message = format!(
            "{}: {}, {} has {}; {}, {}",
            judgement.verdict.name(),
            format.bounded(row.value, row.is_exact[1]),
            self.baseline().name,
            format.bounded(row.baseline, row.is_exact[0]),
            difference_with_interval(row),
            relative_with_interval(row),
        ) + &self.reason(judgement.verdict == Verdict::Undecided, row.alternative, &row.unserved);
        let is_open = matches!(judgement.verdict, Verdict::NoDifferenceShown | Verdict::Undecided);
        let outcome = is_open.then_some("skipped");
        TestCase { name: format!("{} against {}", label(row), self.baseline().name), outcome, message }
    }
}

/// What the reader has to know before the figures of a suite.
fn properties(warnings: &[String]) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    let property =
        |warning: &String| format!("            <property name=\"warning\" value=\"{}\"/>\n", escaped(warning));
    let all: Vec<String> = warnings.iter().map(property).collect();
    format!("        <properties>\n{}        </properties>\n", all.concat())
}

fn count(cases: &[TestCase], outcome: &str) -> usize {
    cases.iter().filter(|case| case.outcome == Some(outcome)).count()
}

/// Text for an element or an attribute, without the characters that XML excludes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn markup_in_names_is_escaped_and_control_characters_are_dropped() {
        assert_eq!(escaped("a < \"b\" & 'c'>\u{0}\u{ffff}é"), "a &lt; &quot;b&quot; &amp; &apos;c&apos;&gt;é");
    }
}
