//! `junit.xml`: gates and verdicts as test cases, for the pages on which CI shows them.
//!
//! Only a gate that is shown to be broken is a failure; what so many replications do not decide is skipped.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Sides, label, table, value};
use crate::experiment::comparison::{ComparisonRow, Gate, TestResult, Verdict};
use crate::stats::bound_test::BoundStatus;

/// One suite a contender.
pub(super) fn report(sides: &Sides) -> Vec<u8> {
    let mut report = Report::new(format!("claimsim compare: {}", sides.title));
    for number in sides.baseline_first().skip(1) {
        let name = sides.contenders[number].name.as_str();
        let mut suite = TestSuite::new(name);
        let gates = sides.comparison.gates.iter().filter(|gate| gate.alternative == number);
        suite.add_test_cases(gates.map(|gate| of_gate(sides, name, gate)));
        let judged = sides.comparison.judged().filter(|(row, _)| row.alternative == number);
        suite.add_test_cases(judged.map(|(row, judgement)| of_row(sides, name, row, judgement)));
        report.add_test_suite(suite);
    }
    let mut bytes = Vec::new();
    report.serialize(&mut bytes).expect("writing into memory does not fail");
    bytes
}

fn of_gate(sides: &Sides, contender: &str, gate: &Gate) -> TestCase {
    let said = table::said(sides, gate);
    let status = match gate.status {
        BoundStatus::Kept => TestCaseStatus::success(),
        BoundStatus::Broken => failure(&said),
        BoundStatus::Undecided => skipped(&said),
    };
    case(contender, &gate.condition.text, status, &said)
}

fn of_row(sides: &Sides, contender: &str, row: &ComparisonRow, judgement: TestResult) -> TestCase {
    let [baseline, value] = value::values(row);
    let said = format!(
        "{}: {value}, {} has {baseline}; {}, {}",
        judgement.verdict.name(),
        sides.baseline().name,
        value::difference_with_interval(row),
        value::relative_with_interval(row),
    );
    let status =
        if judgement.verdict == Verdict::NoDifferenceShown { skipped(&said) } else { TestCaseStatus::success() };
    case(contender, &format!("{} against {}", label(row), sides.baseline().name), status, &said)
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
