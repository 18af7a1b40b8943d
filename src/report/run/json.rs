//! The summary as one JSON document, for `--json` and for programs.
//!
//! Paths follow the metric of a figure: `.actions.scan.wait_s.p95`,
//! `.resources.scan.utilization.mean`, `.workers["replica-0"].resources.scan.utilization.mean`; its
//! 95 % interval is in `.actions.scan.wait_s.ci.p95`. The document has exactly the figures of
//! `summary.csv`, and in `.notes` the rows that were left out of the scenario's files.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::{RunReport, precision};
use crate::RunContext;
use crate::experiment::SummaryRow;
use crate::experiment::warmup::PILOTS;
use crate::format::measured;
use crate::model::time::{Span, Time};
use crate::stats::JobScope;
use crate::table::json_interval;

impl RunReport<'_> {
    /// The summary, with the notes on the scenario's files. Numbers that could not be measured are
    /// `null`; `ci` is absent where there is no interval. Where jobs have not ended, a number is a
    /// lower bound, and `at_most` has the upper one, `null` if there is none.
    pub fn json(&self, notes: &[String]) -> Value {
        let RunReport { context, results, plan } = self;
        let window = context.system.window;
        let head = json!({
            "scenario": context.scenario,
            "policy": context.policy,
            "seed": context.seed,
            "replications": context.replications,
            "start": context.epoch.rfc3339(Time::ZERO, SecondsFormat::AutoSi),
            "warmup_s": window.warmup.as_secs_f64(),
            "warmup": warm_up(context),
            "mode": if context.is_steady_state { "steady-state" } else { "terminating" },
            "horizon_s": window.horizon.as_secs_f64(),
            "slo_wait_s": context.slo.map(Span::as_secs_f64),
        });
        let mut document = head.as_object().cloned().unwrap_or_default();
        let reached = plan.status(&results.replications);
        if !reached.is_empty() {
            document.insert("precision".to_owned(), precision::json(&reached));
        }
        document.insert("notes".to_owned(), json!(notes));
        document.insert("warnings".to_owned(), json!(self.warnings()));
        for part in ["actions", "resources", "workers"] {
            document.insert(part.to_owned(), json!({}));
        }
        for row in &results.summary {
            let value = json!(row.estimate.value.map(measured));
            measure(&mut document, context, row).insert(row.metric.statistic.name().to_owned(), value);
            if !row.estimate.is_exact() {
                let bounds = child(measure(&mut document, context, row), "at_most");
                bounds.insert(row.metric.statistic.name().to_owned(), json!(row.estimate.upper));
            }
        }
        // In a second pass, so that intervals come after all values of their measure.
        for row in &results.summary {
            if row.estimate.interval.is_some() {
                let intervals = child(measure(&mut document, context, row), "ci");
                intervals.insert(row.metric.statistic.name().to_owned(), json_interval(row.estimate.interval));
            }
        }
        Value::Object(document)
    }
}

/// The rule of the warm-up.
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
    child(at, metric.measure.name())
}

/// The object under a key, created if it is missing.
fn child<'a>(parent: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let value = parent.entry(key).or_insert_with(|| json!({}));
    value.as_object_mut().expect("only objects have children, and figures are leaves")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::StoppingRule;
    use crate::fixtures::{self, Shape, WEEK};

    #[test]
    fn paths_follow_the_subject_of_a_figure() {
        let system = fixtures::system(WEEK);
        let (results, plan) = (fixtures::results(WEEK), StoppingRule::fixed(5));
        let report = RunReport { context: fixtures::context(&system), results: &results, plan: &plan };
        let document = report.json(&["a note".to_owned()]);
        assert_eq!(document["scenario"], "registry-week");
        assert_eq!(document["notes"], json!(["a note"]));
        assert_eq!(document["seed"], 42);
        assert_eq!(document["slo_wait_s"], 300.0);
        assert_eq!(document["actions"]["gc"]["within_slo"]["mean"], 0.975);
        assert_eq!(document["actions"]["all"]["jobs"]["unfinished"], 0.0);
        assert_eq!(document["resources"]["scan"]["queue_length"]["ci"]["mean"], json!([2.925, 3.575]));
        assert_eq!(document["workers"]["replica-1"]["resources"]["scanCheck"]["utilization"]["mean"], 0.625);
        assert!(document["actions"]["gc"]["wait_s"]["ci"].get("max").is_none());
    }

    #[test]
    fn every_figure_occurs_once() {
        fn numbers(value: &Value) -> usize {
            match value {
                Value::Object(children) => {
                    children.iter().filter(|(key, _)| *key != "ci" && *key != "at_most").map(|(_, v)| numbers(v)).sum()
                }
                _ => 1,
            }
        }
        let shape = Shape { actions: 9, resources: 5, replications: 1, wait: None, ..WEEK };
        let (system, results) = (fixtures::system(shape), fixtures::results(shape));
        let report =
            RunReport { context: fixtures::context(&system), results: &results, plan: &StoppingRule::fixed(1) };
        let document = report.json(&[]);
        let figures: usize = ["actions", "resources", "workers"].iter().map(|part| numbers(&document[part])).sum();
        assert_eq!(figures, results.summary.len());
        assert_eq!(document["actions"]["gc"]["wait_s"]["p95"], Value::Null);
        assert!(document["actions"]["gc"]["wait_s"].get("ci").is_none());
    }
}
