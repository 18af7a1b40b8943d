//! A sweep as one JSON document, for `--json` and for programs: the points, and what is shown of each.

use serde_json::{Map, Value, json};

use super::Swept;
use crate::experiment::expression::Quantity;
use crate::experiment::sweep::Response;
use crate::model::time::Time;
use crate::number::unsigned_zero;

/// The document; numbers that could not be measured are `null`, and so are intervals of a single replication.
pub fn document(swept: &Swept) -> Value {
    let points = swept.grid.points().into_iter().map(|point| {
        let measured = &swept.measured[point.number];
        let scenario = &swept.trials[point.number].scenario;
        let settings: Map<String, Value> = point.settings.into_iter().map(|(key, value)| (key, json!(value))).collect();
        json!({
            "set": settings,
            "policy": scenario.policy_label,
            "seed": scenario.seed,
            "replications": scenario.replications,
            "warmup_s": measured.warm_up.map_or(scenario.system.window.warmup - Time::ZERO, |found| found.length).as_secs_f64(),
            "shown": swept.shown.iter().zip(&measured.responses).map(entry).collect::<Map<String, Value>>(),
        })
    });
    json!({
        "scenario": swept.title,
        "keys": swept.grid.keys().collect::<Vec<_>>(),
        "shown": swept.shown.iter().map(|quantity| &quantity.text).collect::<Vec<_>>(),
        "points": points.collect::<Vec<_>>(),
    })
}

fn entry((quantity, shown): (&Quantity, &Response)) -> (String, Value) {
    let estimate = shown.estimate;
    let value = json!({
        "unit": quantity.unit(),
        "value": estimate.value.map(unsigned_zero),
        "ci": estimate.interval.map(|(low, high)| [unsigned_zero(low), unsigned_zero(high)]),
        "replications": estimate.replications,
    });
    (quantity.text.clone(), value)
}
