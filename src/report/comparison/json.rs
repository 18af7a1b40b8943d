//! A comparison as one JSON document, for `--json` and for programs: all rows and gates, under the names of the CSV files.

use serde_json::{Value, json};

use super::Sides;
use crate::experiment::comparison::{Comparison, ComparisonRow, Gate};
use crate::number::unsigned_zero;
use crate::stats::bound_test::BoundStatus;

/// The document; numbers that could not be computed are `null`.
pub fn document(sides: &Sides) -> Value {
    let Comparison { replications, looks, rows, gates, .. } = sides.comparison;
    let contenders = sides.contenders.iter().map(|contender| {
        json!({
            "name": contender.name,
            "scenario": contender.scenario.name,
            "policy": contender.scenario.policy_label,
            "seed": contender.scenario.seed,
        })
    });
    json!({
        "scenario": sides.title,
        "against": sides.baseline().name,
        "contenders": contenders.collect::<Vec<_>>(),
        "seed": sides.seed,
        "level": sides.questions.level,
        "replications": replications,
        "looks": looks,
        "decided": sides.comparison.is_decided(sides.questions),
        "comparison": rows.iter().map(|row| of_row(sides, row)).collect::<Vec<_>>(),
        "gates": gates.iter().map(|gate| of_gate(sides, gate)).collect::<Vec<_>>(),
        "outcome": sides.comparison.gate_status().map(BoundStatus::gate_word),
    })
}

fn of_row(sides: &Sides, row: &ComparisonRow) -> Value {
    let judgement = row.test;
    json!({
        "contender": sides.contenders[row.alternative].name,
        "action": row.key.action,
        "resource": row.key.resource,
        "measure": row.key.measure,
        "statistic": row.key.statistic,
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

fn of_gate(sides: &Sides, gate: &Gate) -> Value {
    json!({
        "contender": sides.contenders[gate.alternative].name,
        "gate": gate.condition.text,
        "baseline": number(gate.baseline),
        "value": number(gate.value),
        "bound": number(gate.bound),
        "beyond": number(gate.beyond),
        "ci": interval(gate.interval),
        "p_kept": number(gate.p_kept),
        "p_broken": number(gate.p_broken),
        "outcome": gate.status.gate_word(),
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
