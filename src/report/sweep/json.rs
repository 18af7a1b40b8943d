//! A sweep as one JSON document, for `--json` and for programs: the points, and what is shown of each.

use serde_json::{Map, Value, json};

use super::SweepReport;
use crate::experiment::expression::Quantity;
use crate::experiment::sweep::Shown;
use crate::model::time::Time;
use crate::format::unsigned_zero;

/// The document; numbers that could not be measured are `null`, and so are intervals of a single replication.
pub(super) fn document(report: &SweepReport) -> Value {
    let points = report.grid.points().into_iter().map(|point| {
        let measured = &report.measured[point.number];
        let scenario = &report.trials[point.number].scenario;
        let settings: Map<String, Value> = point.settings.into_iter().map(|(key, value)| (key, json!(value))).collect();
        json!({
            "set": settings,
            "policy": scenario.policy_label,
            "seed": scenario.seed,
            "replications": scenario.replications,
            "warmup_s": measured.warm_up.map_or(scenario.system.window.warmup - Time::ZERO, |found| found.length).as_secs_f64(),
            "shown": report.shown.iter().zip(&measured.shown).map(entry).collect::<Map<String, Value>>(),
        })
    });
    json!({
        "scenario": report.title,
        "keys": report.grid.keys().collect::<Vec<_>>(),
        "shown": report.shown.iter().map(|quantity| &quantity.text).collect::<Vec<_>>(),
        "points": points.collect::<Vec<_>>(),
    })
}

fn entry((quantity, shown): (&Quantity, &Shown)) -> (String, Value) {
    let estimate = shown.estimate;
    let value = json!({
        "unit": quantity.unit(),
        "value": estimate.value.map(unsigned_zero),
        "ci": estimate.interval.map(|(low, high)| [unsigned_zero(low), unsigned_zero(high)]),
        "replications": estimate.replications,
    });
    (quantity.text.clone(), value)
}
