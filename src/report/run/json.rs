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
use crate::experiment::warmup::PILOTS;
use crate::experiment::{SummaryRow, blame};
use crate::format::measured;
use crate::model::time::{Span, Time};
use crate::stats::JobScope;
use crate::table::json_interval;

impl RunReport<'_> {
    /// The summary. Numbers that could not be measured are
    /// `null`; `ci` is absent where there is no interval. Where jobs have not ended, a number is a
    /// lower bound, and `at_most` has the upper one, `null` if there is none.
    pub(crate) fn document(&self) -> Value {
        let RunReport { context, results, plan, notes, .. } = self;
        let window = context.scenario.system.window;
        let head = json!({
            "scenario": context.scenario.name,
            "policy": context.scenario.policy_label,
            "seed": context.scenario.seed,
            "replications": context.replications,
            "start": context.scenario.epoch.rfc3339(Time::ZERO, SecondsFormat::AutoSi),
            "warmup_s": window.warmup.as_secs_f64(),
            "warmup": warm_up(context),
            "mode": if context.scenario.is_steady_state() { "steady-state" } else { "terminating" },
            "horizon_s": window.horizon.as_secs_f64(),
            "slo_wait_s": context.scenario.slo.map(Span::as_secs_f64),
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
        for row in blame::rows(&results.replications) {
            let blamed = child(child(child(&mut document, "actions"), context.action(row.action)), "blame");
            let of = child(blamed, row.reason);
            let of = match row.holder {
                None => of,
                Some(holder) => child(child(of, "holders"), context.action(JobScope::One(holder))),
            };
            of.insert(row.statistic.name().to_owned(), json!(row.estimate.value.map(measured)));
            if row.estimate.interval.is_some() {
                child(of, "ci").insert(row.statistic.name().to_owned(), json_interval(row.estimate.interval));
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
