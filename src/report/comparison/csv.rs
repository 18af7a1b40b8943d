//! The CSV files of a comparison: `comparison.csv`, `gates.csv`, and `summary.csv` and `wait_times.csv` of all contenders.

use serde::Serialize;

use super::ComparisonReport;
use crate::model::action::ActionId;
use crate::run::tables::{Cell, SUMMARY, file, summary_lines};
use crate::plot::wait_curve;
use crate::stats::JobScope;

#[derive(Serialize)]
struct Line<'a> {
    contender: &'a str,
    against: &'a str,
    action: &'a str,
    resource: &'a str,
    measure: &'a str,
    statistic: &'a str,
    baseline: Cell,
    value: Cell,
    difference: Cell,
    ci_low: Cell,
    ci_high: Cell,
    relative: Cell,
    relative_low: Cell,
    relative_high: Cell,
    variance_ratio: Cell,
    p_value: Cell,
    p_adjusted: Cell,
    p_equivalent: Cell,
    p_equivalent_adjusted: Cell,
    verdict: &'a str,
    decided_at: Option<u32>,
    replications: u64,
    missing: u64,
}

/// `comparison.csv`: every figure of every contender against the baseline's.
pub(super) fn comparison(report: &ComparisonReport) -> Vec<u8> {
    let header = [
        "contender",
        "against",
        "action",
        "resource",
        "measure",
        "statistic",
        "baseline",
        "value",
        "difference",
        "ci_low",
        "ci_high",
        "relative",
        "relative_low",
        "relative_high",
        "variance_ratio",
        "p_value",
        "p_adjusted",
        "p_equivalent",
        "p_equivalent_adjusted",
        "verdict",
        "decided_at",
        "replications",
        "missing",
    ];
    let lines = report.comparison.rows.iter().map(|row| {
        let judgement = row.judgement;
        Line {
            contender: &report.contenders[row.contender].name,
            against: &report.baseline().name,
            action: &row.action,
            resource: &row.resource,
            measure: row.measure,
            statistic: &row.statistic,
            baseline: Cell(row.baseline),
            value: Cell(row.value),
            difference: Cell(row.difference),
            ci_low: Cell(row.interval.map(|(low, _)| low)),
            ci_high: Cell(row.interval.map(|(_, high)| high)),
            relative: Cell(row.relative),
            relative_low: Cell(row.relative_interval.map(|(low, _)| low)),
            relative_high: Cell(row.relative_interval.map(|(_, high)| high)),
            variance_ratio: Cell(row.variance_ratio),
            p_value: Cell(row.p),
            p_adjusted: Cell(judgement.and_then(|judgement| judgement.p_adjusted)),
            p_equivalent: Cell(judgement.and_then(|judgement| judgement.p_equivalent)),
            p_equivalent_adjusted: Cell(judgement.and_then(|judgement| judgement.p_equivalent_adjusted)),
            verdict: judgement.map_or("", |judgement| judgement.verdict.name()),
            decided_at: judgement.and_then(|judgement| judgement.decided_at),
            replications: row.replications,
            missing: row.missing,
        }
    });
    file(&header, lines)
}

#[derive(Serialize)]
struct GateLine<'a> {
    contender: &'a str,
    gate: &'a str,
    baseline: Cell,
    value: Cell,
    bound: Cell,
    beyond: Cell,
    ci_low: Cell,
    ci_high: Cell,
    p_kept: Cell,
    p_broken: Cell,
    outcome: &'a str,
    decided_at: Option<u32>,
    replications: u64,
    missing: u64,
}

/// `gates.csv`: every gate of every contender. `beyond` is value minus bound.
pub(super) fn gates(report: &ComparisonReport) -> Vec<u8> {
    let header = [
        "contender",
        "gate",
        "baseline",
        "value",
        "bound",
        "beyond",
        "ci_low",
        "ci_high",
        "p_kept",
        "p_broken",
        "outcome",
        "decided_at",
        "replications",
        "missing",
    ];
    let lines = report.comparison.gates.iter().map(|gate| GateLine {
        contender: &report.contenders[gate.contender].name,
        gate: &gate.condition.text,
        baseline: Cell(gate.baseline),
        value: Cell(gate.value),
        bound: Cell(gate.bound),
        beyond: Cell(gate.beyond),
        ci_low: Cell(gate.interval.map(|(low, _)| low)),
        ci_high: Cell(gate.interval.map(|(_, high)| high)),
        p_kept: Cell(gate.p_kept),
        p_broken: Cell(gate.p_broken),
        outcome: gate.outcome.name(),
        decided_at: gate.decided_at,
        replications: gate.replications,
        missing: gate.missing,
    });
    file(&header, lines)
}

/// `summary.csv`: the summary of a run for each contender, with the contender's name before it.
pub(super) fn summary(report: &ComparisonReport) -> Vec<u8> {
    let header: Vec<&str> = std::iter::once("contender").chain(SUMMARY).collect();
    let lines = report.contenders.iter().enumerate().flat_map(|(number, contender)| {
        let (context, results) = report.context(number);
        summary_lines(&context, &results.summary).map(move |line| (&contender.name, line))
    });
    file(&header, lines)
}

#[derive(Serialize)]
struct WaitLine<'a> {
    contender: &'a str,
    action: &'a str,
    p: Cell,
    wait_s: Cell,
}

/// `wait_times.csv`: the curves of the charts: each contender's quantiles of waits, averaged over its replications.
pub(super) fn wait_times(report: &ComparisonReport) -> Vec<u8> {
    let curves = report.contenders.iter().enumerate().flat_map(|(number, contender)| {
        let (context, results) = report.context(number);
        let actions = (0..context.system.actions.len()).map(|index| JobScope::One(ActionId(index as u16)));
        let of = move |action| {
            let curve = wait_curve::curve(&context, results, action)?;
            Some((contender.name.as_str(), context.action(action), curve.points))
        };
        std::iter::once(JobScope::All).chain(actions).filter_map(of)
    });
    let lines = curves.flat_map(|(contender, action, points)| {
        let line = move |(wait, p)| WaitLine { contender, action, p: Cell(Some(p)), wait_s: Cell(Some(wait)) };
        points.into_iter().map(line)
    });
    file(&["contender", "action", "p", "wait_s"], lines)
}
