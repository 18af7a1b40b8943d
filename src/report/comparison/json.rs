//! A comparison as one JSON document, for `--json` and for programs: all rows and gates, under the names of the CSV files.

use serde_json::{Value, json};

use super::ComparisonReport;
use crate::experiment::comparison::{Comparison, Gate, Outcome, Row};
use crate::format::unsigned_zero;

/// The document; numbers that could not be computed are `null`.
pub(super) fn document(report: &ComparisonReport) -> Value {
    let Comparison { replications, looks, rows, gates, .. } = report.comparison;
    let contenders = report.contenders.iter().map(|contender| {
        json!({
            "name": contender.name,
            "scenario": contender.scenario.name,
            "policy": contender.scenario.policy_label,
            "seed": contender.scenario.seed,
        })
    });
    json!({
        "scenario": report.title,
        "against": report.baseline().name,
        "contenders": contenders.collect::<Vec<_>>(),
        "seed": report.seed,
        "level": report.questions.level,
        "replications": replications,
        "looks": looks,
        "decided": report.comparison.is_decided(report.questions),
        "comparison": rows.iter().map(|row| of_row(report, row)).collect::<Vec<_>>(),
        "gates": gates.iter().map(|gate| of_gate(report, gate)).collect::<Vec<_>>(),
        "outcome": report.comparison.outcome().map(Outcome::name),
    })
}

fn of_row(report: &ComparisonReport, row: &Row) -> Value {
    let judgement = row.judgement;
    json!({
        "contender": report.contenders[row.contender].name,
        "action": row.action,
        "resource": row.resource,
        "measure": row.measure,
        "statistic": row.statistic,
        "baseline": number(row.baseline),
        "value": number(row.value),
        "difference": number(row.difference),
        "ci": interval(row.interval),
        "relative": number(row.relative),
        "relative_ci": interval(row.relative_interval),
        "variance_ratio": number(row.variance_ratio),
        "p_value": number(row.p),
        "p_adjusted": number(judgement.and_then(|judgement| judgement.p_adjusted)),
        "p_equivalent": number(judgement.and_then(|judgement| judgement.p_equivalent)),
        "p_equivalent_adjusted": number(judgement.and_then(|judgement| judgement.p_equivalent_adjusted)),
        "verdict": judgement.map(|judgement| judgement.verdict.name()),
        "decided_at": judgement.and_then(|judgement| judgement.decided_at),
        "replications": row.replications,
        "missing": row.missing,
    })
}

fn of_gate(report: &ComparisonReport, gate: &Gate) -> Value {
    json!({
        "contender": report.contenders[gate.contender].name,
        "gate": gate.condition.text,
        "baseline": number(gate.baseline),
        "value": number(gate.value),
        "bound": number(gate.bound),
        "beyond": number(gate.beyond),
        "ci": interval(gate.interval),
        "p_kept": number(gate.p_kept),
        "p_broken": number(gate.p_broken),
        "outcome": gate.outcome.name(),
        "decided_at": gate.decided_at,
        "replications": gate.replications,
        "missing": gate.missing,
    })
}

fn number(value: Option<f64>) -> Option<f64> {
    value.map(unsigned_zero)
}

fn interval(ends: Option<(f64, f64)>) -> Option<[f64; 2]> {
    ends.map(|(low, high)| [unsigned_zero(low), unsigned_zero(high)])
}
