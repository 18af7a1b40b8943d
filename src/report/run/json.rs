//! The summary as one JSON document, for `--json` and for programs.
//!
//! Every figure sits where one would look for it: `.actions.scan.wait_s.p95`, `.resources.scan.utilization.mean`,
//! `.workers["replica-0"].resources.scan.utilization.mean`, and its 95 % interval beside it:
//! `.actions.scan.wait_s.ci.p95`. The document has the figures of `summary.csv`, no more and no fewer; and, as `.notes`, what was left
//! out of the files that the scenario names.

use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::precision;
use crate::{RunContext, format};
use crate::experiment::warmup::PILOTS;
use crate::experiment::{Plan, Results, SummaryRow};
use crate::model::time::{Span, Time};
use crate::stats::JobScope;

/// The summary of one run, and the notes on its files; numbers that could not be measured are `null`, `ci` is absent where there
/// is no interval.
pub(super) fn summary(context: &RunContext, results: &Results, plan: &Plan, notes: &[String]) -> Value {
    let mut document = Map::new();
    let window = context.system.window;
    document.insert("scenario".to_owned(), json!(context.scenario));
    document.insert("policy".to_owned(), json!(context.policy));
    document.insert("seed".to_owned(), json!(context.seed));
    document.insert("replications".to_owned(), json!(context.replications));
    document.insert("start".to_owned(), json!(context.epoch.rfc3339(Time::ZERO, SecondsFormat::AutoSi)));
    document.insert("warmup_s".to_owned(), json!(window.warmup.as_secs_f64()));
    document.insert("warmup".to_owned(), warm_up(context));
    document.insert("mode".to_owned(), json!(if context.is_steady_state { "steady-state" } else { "terminating" }));
    document.insert("horizon_s".to_owned(), json!(window.horizon.as_secs_f64()));
    document.insert("slo_wait_s".to_owned(), json!(context.slo.map(Span::as_secs_f64)));
    let reached = plan.reached(&results.replications);
    if !reached.is_empty() {
        document.insert("precision".to_owned(), precision::document(&reached));
    }
    document.insert("notes".to_owned(), json!(notes));
    for part in ["actions", "resources", "workers"] {
        document.insert(part.to_owned(), json!({}));
    }
    for row in &results.summary {
        measure(&mut document, context, row).insert(name(row.metric.statistic), json!(row.estimate.value.map(finite)));
    }
    // Only now, so that intervals come after all the values of their measure.
    for row in &results.summary {
        if let Some((low, high)) = row.estimate.interval {
            let intervals = child(measure(&mut document, context, row), "ci");
            intervals.insert(name(row.metric.statistic), json!([finite(low), finite(high)]));
        }
    }
    Value::Object(document)
}

/// How the warm-up has come about.
fn warm_up(context: &RunContext) -> Value {
    match context.warm_up {
        None => json!({ "rule": "fixed" }),
        Some(found) => json!({ "rule": "mser-5", "replications": PILOTS, "too_short": found.is_too_short }),
    }
}

/// The object that holds the statistics of a figure's measure.
fn measure<'a>(
    document: &'a mut Map<String, Value>,
    context: &RunContext,
    row: &SummaryRow,
) -> &'a mut Map<String, Value> {
    let metric = row.metric;
    let mut at = document;
    if metric.worker.is_some() {
        at = child(child(at, "workers"), context.worker(metric.worker));
    }
    if metric.resource.is_some() {
        at = child(child(at, "resources"), context.resource(metric.resource));
    }
    if metric.action != JobScope::None {
        at = child(child(at, "actions"), context.action(metric.action));
    }
    child(at, &name(metric.measure))
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
    json!(format::unsigned_zero(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, Shape, WEEK};

    #[test]
    fn figures_sit_where_one_looks_for_them() {
        let system = fixtures::system(WEEK);
        let document =
            summary(&fixtures::context(&system), &fixtures::results(WEEK), &Plan::fixed(5), &["a note".to_owned()]);
        assert_eq!(document["scenario"], "registry-week");
        assert_eq!(document["notes"], json!(["a note"]));
        assert_eq!(document["seed"], 42);
        assert_eq!(document["slo_wait_s"], 300.0);
        assert_eq!(document["actions"]["gc"]["within_slo"]["mean"], 0.975);
        assert_eq!(document["actions"]["all"]["jobs"]["unfinished"], 0.0);
        assert_eq!(document["resources"]["scan"]["queue_length"]["ci"]["mean"], json!([3.25 * 0.9, 3.25 * 1.1]));
        assert_eq!(document["workers"]["replica-1"]["resources"]["scanCheck"]["utilization"]["mean"], 0.625);
        assert!(document["actions"]["gc"]["wait_s"]["ci"].get("max").is_none());
    }

    #[test]
    fn every_figure_is_there_once() {
        fn numbers(value: &Value) -> usize {
            match value {
                Value::Object(children) => {
                    children.iter().filter(|(key, _)| *key != "ci").map(|(_, v)| numbers(v)).sum()
                }
                _ => 1,
            }
        }
        let shape = Shape { actions: 9, resources: 5, replications: 1, wait: None, ..WEEK };
        let (system, results) = (fixtures::system(shape), fixtures::results(shape));
        let document = summary(&fixtures::context(&system), &results, &Plan::fixed(1), &[]);
        let figures: usize = ["actions", "resources", "workers"].iter().map(|part| numbers(&document[part])).sum();
        assert_eq!(figures, results.summary.len());
        assert_eq!(document["actions"]["gc"]["wait_s"]["p95"], Value::Null);
        assert!(document["actions"]["gc"]["wait_s"].get("ci").is_none());
    }
}
