//! A search as one JSON document, for `--json` and for programs.

use serde_json::{Map, Value, json};

use super::Study;
use crate::experiment::sizing::{EvaluatedDesign, Sizing};

/// The document; numbers that could not be computed are `null`.
pub fn document(study: &Study) -> Value {
    let lost = study.lost.as_ref().map(|lost| {
        json!({
            "words": lost.words,
            "at_s": lost.at.as_secs_f64(),
            "is_worst": lost.is_worst,
            "without": search(study, lost.without),
        })
    });
    let mut document = json!({
        "scenario": study.title,
        "seed": study.seed,
        "level": study.targets.level,
        "keys": study.keys,
        "settings": study.settings.len(),
        "targets": study.targets.conditions.iter().map(|condition| &condition.text).collect::<Vec<_>>(),
        "cost_unit": study.cost_unit,
        "loss": lost,
    });
    if let (Value::Object(document), Value::Object(search)) = (&mut document, search(study, study.sizing)) {
        document.extend(search);
    }
    document
}

fn search(study: &Study, sizing: &Sizing) -> Value {
    let tried: Vec<Value> = sizing.evaluated.iter().map(|tried| of_setting(study, tried)).collect();
    json!({
        "answer": sizing.answer.map(|place| &tried[place]),
        "next_cheaper": sizing.next_cheaper().map(|place| &tried[place]),
        "left_out": sizing.skipped,
        "tried": tried,
    })
}

fn of_setting(study: &Study, tried: &EvaluatedDesign) -> Value {
    let setting = study.setting(tried);
    let values: Map<String, Value> =
        setting.point.settings.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    let targets = study.targets.conditions.iter().zip(&tried.tests).map(|(condition, held)| {
        json!({
            "target": condition.text,
            "value": held.value,
            "ci": held.interval.map(|(low, high)| [low, high]),
            "bound": held.bound,
            "p_kept": held.p_kept,
            "p_broken": held.p_broken,
            "verdict": held.status.target_word(),
            "missing": held.missing,
        })
    });
    json!({
        "set": values,
        "cost": setting.cost,
        "verdict": tried.status.target_word(),
        "replications": tried.results.replications.len(),
        "targets": targets.collect::<Vec<_>>(),
    })
}
