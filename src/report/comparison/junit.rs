//! `junit.xml`: gates and verdicts as test cases, for the pages on which CI shows them.
//!
//! Only a gate that is shown to be broken is a failure; what so many replications do not decide is skipped.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{ComparisonReport, label, text, value};
use crate::experiment::comparison::{Gate, Judgement, Outcome, Row, Verdict};

/// One suite a contender.
pub(super) fn report(report: &ComparisonReport) -> Vec<u8> {
    let mut report = Report::new(format!("claimsim compare: {}", report.title));
    for number in report.baseline_first().skip(1) {
        let name = report.contenders[number].name.as_str();
        let mut suite = TestSuite::new(name);
        let gates = report.comparison.gates.iter().filter(|gate| gate.contender == number);
        suite.add_test_cases(gates.map(|gate| of_gate(report, name, gate)));
        let judged = report.comparison.judged().filter(|(row, _)| row.contender == number);
        suite.add_test_cases(judged.map(|(row, judgement)| of_row(report, name, row, judgement)));
        report.add_test_suite(suite);
    }
    let mut bytes = Vec::new();
    report.serialize(&mut bytes).expect("writing into memory does not fail");
    bytes
}

fn of_gate(report: &ComparisonReport, contender: &str, gate: &Gate) -> TestCase {
    let said = text::said(report, gate);
    let status = match gate.outcome {
        Outcome::Pass => TestCaseStatus::success(),
        Outcome::Fail => failure(&said),
        Outcome::Undecided => skipped(&said),
    };
    case(contender, &gate.condition.text, status, &said)
}

fn of_row(report: &ComparisonReport, contender: &str, row: &Row, judgement: Judgement) -> TestCase {
    let [baseline, value] = value::values(row);
    let said = format!(
        "{}: {value}, {} has {baseline}; {}, {}",
        judgement.verdict.name(),
        report.baseline().name,
        value::difference_with_interval(row),
        value::relative_with_interval(row),
    );
    let status =
        if judgement.verdict == Verdict::NoDifferenceShown { skipped(&said) } else { TestCaseStatus::success() };
    case(contender, &format!("{} against {}", label(row), report.baseline().name), status, &said)
}

fn failure(said: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(said);
    status
}

fn skipped(said: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(said);
    status
}

fn case(contender: &str, name: &str, status: TestCaseStatus, said: &str) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(contender).set_system_out(said);
    case
}
