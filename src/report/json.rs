//! The summary as one JSON document, for `--json` and for programs.
//!
//! Every figure sits where one would look for it: `.actions.scan.wait_s.p95`, `.resources.scan.utilization.mean`,
//! `.workers["replica-0"].resources.scan.utilization.mean`, and its 95 % interval beside it:
//! `.actions.scan.wait_s.ci.p95`. The document has the figures of `summary.csv`, no more and no fewer.

use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Context, number};
use crate::experiment::{Results, SummaryRow};
use crate::model::time::Time;
use crate::stats::figure::OfAction;

/// The summary of one run; numbers that could not be measured are `null`, `ci` is absent where there is no interval.
pub fn summary(context: &Context, results: &Results) -> Value {
    let mut document = Map::new();
    let window = context.system.window;
    document.insert("scenario".to_owned(), json!(context.scenario));
    document.insert("policy".to_owned(), json!(context.policy));
    document.insert("seed".to_owned(), json!(context.seed));
    document.insert("replications".to_owned(), json!(context.replications));
    document.insert("start".to_owned(), json!(context.epoch.rfc3339(Time::ZERO, SecondsFormat::AutoSi)));
    document.insert("warmup_s".to_owned(), json!(window.warmup.as_secs_f64()));
    document.insert("horizon_s".to_owned(), json!(window.horizon.as_secs_f64()));
    document.insert("slo_wait_s".to_owned(), json!(context.slo.map(crate::model::time::Span::as_secs_f64)));
    for part in ["actions", "resources", "workers"] {
        document.insert(part.to_owned(), json!({}));
    }
    for row in &results.summary {
        place(&mut document, context, row);
    }
    Value::Object(document)
}

/// Puts a figure into its place.
fn place(document: &mut Map<String, Value>, context: &Context, row: &SummaryRow) {
    let subject = row.subject;
    let mut at = document;
    if subject.worker.is_some() {
        at = child(child(at, "workers"), context.worker(subject.worker));
    }
    if subject.resource.is_some() {
        at = child(child(at, "resources"), context.resource(subject.resource));
    }
    if subject.action != OfAction::None {
        at = child(child(at, "actions"), context.action(subject.action));
    }
    let measure = child(at, &name(subject.measure));
    let statistic = name(subject.statistic);
    if let Some((low, high)) = row.interval {
        child(measure, "ci").insert(statistic.clone(), json!([finite(low), finite(high)]));
    }
    measure.insert(statistic, json!(row.value.map(finite)));
}

/// The object under a key, made if it is not there yet.
fn child<'a>(parent: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let value = parent.entry(key).or_insert_with(|| json!({}));
    value.as_object_mut().expect("only objects have children, and figures are leaves")
}

/// What serde calls a variant: the word in `summary.csv`.
fn name(word: impl Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(Value::String(name)) => name,
        other => unreachable!("a measure or statistic is a plain word, not {other:?}"),
    }
}

fn finite(value: f64) -> Value {
    json!(number::unsigned_zero(value))
}
