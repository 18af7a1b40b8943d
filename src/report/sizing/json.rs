//! A search as one JSON document, for `--json` and for programs.

use serde_json::{Map, Value, json};

use super::SizingReport;
use crate::experiment::sizing::{Sizing, Tried};

/// The document; numbers that could not be computed are `null`.
pub(super) fn document(report: &SizingReport) -> Value {
    let lost = report.lost.as_ref().map(|lost| {
        json!({
            "words": lost.words,
            "at_s": lost.at.as_secs_f64(),
            "is_worst": lost.is_worst,
            "without": search(report, lost.without),
        })
    });
    let mut document = json!({
        "scenario": report.title,
        "seed": report.seed,
        "level": report.targets.level,
        "keys": report.keys,
        "settings": report.settings.len(),
        "targets": report.targets.conditions.iter().map(|condition| &condition.text).collect::<Vec<_>>(),
        "cost_unit": report.cost_unit,
        "loss": lost,
    });
    if let (Value::Object(document), Value::Object(search)) = (&mut document, search(report, report.sizing)) {
        document.extend(search);
    }
    document
}

fn search(report: &SizingReport, sizing: &Sizing) -> Value {
    let tried: Vec<Value> = sizing.tried.iter().map(|tried| of_setting(report, tried)).collect();
    json!({
        "answer": sizing.answer.map(|place| &tried[place]),
        "next_cheaper": sizing.next_cheaper().map(|place| &tried[place]),
        "left_out": sizing.left_out,
        "tried": tried,
    })
}

fn of_setting(report: &SizingReport, tried: &Tried) -> Value {
    let setting = report.setting(tried);
    let values: Map<String, Value> =
        setting.point.settings.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    let targets = report.targets.conditions.iter().zip(&tried.held).map(|(condition, held)| {
        json!({
            "target": condition.text,
            "value": held.value,
            "ci": held.interval.map(|(low, high)| [low, high]),
            "bound": held.bound,
            "p_kept": held.p_kept,
            "p_broken": held.p_broken,
            "verdict": held.verdict.name(),
            "missing": held.missing,
        })
    });
    json!({
        "set": values,
        "cost": setting.cost,
        "verdict": tried.verdict.name(),
        "replications": tried.results.replications.len(),
        "targets": targets.collect::<Vec<_>>(),
    })
}
