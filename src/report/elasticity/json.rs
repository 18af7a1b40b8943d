//! Effects as one JSON document, for `--json` and for programs: quantity by quantity, the largest first.

use serde_json::{Value, json};

use super::{ElasticityReport, Nudge};
use crate::experiment::elasticity::Effect;
use crate::format::unsigned_zero;

/// The document; what could not be measured is `null`.
pub(super) fn document(report: &ElasticityReport) -> Value {
    let of_quantity = |(shown, quantity): (usize, &crate::experiment::expression::Quantity)| {
        let ranked = report.ranked(shown);
        json!({
            "quantity": quantity.text,
            "unit": quantity.unit(),
            "base": ranked.first().and_then(|effect| effect.base).map(unsigned_zero),
            "effects": ranked.iter().map(|effect| entry(&report.nudges[effect.nudge], effect)).collect::<Vec<_>>(),
        })
    };
    let left_out = report.left_out.iter().map(|left_out| json!({ "key": left_out.key, "why": left_out.why }));
    json!({
        "scenario": report.title,
        "seed": report.trials[0].scenario.seed,
        "replications": report.trials[0].scenario.replications,
        "quantities": report.shown.iter().enumerate().map(of_quantity).collect::<Vec<_>>(),
        "left_out": left_out.collect::<Vec<_>>(),
    })
}

fn entry(nudge: &Nudge, effect: &Effect) -> Value {
    json!({
        "key": nudge.key,
        "value": nudge.value,
        "low": nudge.low,
        "high": nudge.high,
        "effect": effect.effect.map(unsigned_zero),
        "ci": effect.interval.map(|(low, high)| [unsigned_zero(low), unsigned_zero(high)]),
        "replications": effect.replications,
    })
}
