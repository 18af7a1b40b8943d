//! The document of `claimsim diff --json`: times are in seconds from the start, and also in UTC
//! where runs diverge.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::DiffReport;
use crate::experiment::diff::{
    ClaimDecision, CreatedJob, DifferenceKind, Divergence, FirstDifference, FreeUnits, JobEnd, WaitingJob,
    WorkerDifference,
};
use crate::model::time::{Span, Time};

impl DiffReport<'_> {
    /// The differences as one JSON document; what does not apply is `null`.
    pub fn json(&self) -> Value {
        let diff = self.diff;
        let settings = self.settings.iter().map(|setting| json!({ "name": setting.name, "values": setting.values }));
        json!({
            "runs": self.runs,
            "same": diff.first.is_none(),
            "kind": diff.kind().map(DifferenceKind::name),
            "settings": settings.collect::<Vec<Value>>(),
            "workers": diff.workers.iter().map(worker).collect::<Vec<Value>>(),
            "until_s": seconds(diff.until),
            "replications": {
                "compared": diff.compared,
                "parted": diff.diverged,
                "first": diff.first.as_ref().map(|divergence| divergence.replication),
            },
            "parting": diff.first.as_ref().map(|first| divergence_json(self, first)),
        })
    }
}

fn seconds(time: Time) -> f64 {
    time.as_secs_f64()
}

fn length(span: Option<Span>) -> Option<f64> {
    span.map(Span::as_secs_f64)
}

fn units(units: &[(String, i64)]) -> Value {
    Value::Object(units.iter().map(|(resource, units)| (resource.clone(), json!(units))).collect())
}

fn worker(difference: &WorkerDifference) -> Value {
    let offers = difference.offers.each_ref().map(|offers| offers.as_ref().map(|offers| units(offers)));
    json!({ "worker": difference.worker, "offers": offers })
}

fn divergence_json(report: &DiffReport, divergence: &Divergence) -> Value {
    let (what, sides) = match &divergence.change {
        FirstDifference::Job(jobs) => ("job", jobs.each_ref().map(|made| json!(made.as_ref().map(job)))),
        FirstDifference::Event(events) => ("event", events.each_ref().map(|event| json!(event))),
        FirstDifference::Claim(decisions) => ("claim", decisions.each_ref().map(decision)),
        FirstDifference::End(ends) => ("end", ends.each_ref().map(end)),
    };
    json!({
        "replication": divergence.replication,
        "at_s": seconds(divergence.at),
        "at": report.epoch.rfc3339(divergence.at, SecondsFormat::Nanos),
        "what": what,
        "runs": sides,
    })
}

fn job(made: &CreatedJob) -> Value {
    json!({
        "job": made.job.0,
        "action": made.action,
        "origin": made.origin,
        "made_at_s": seconds(made.at),
        "scheduled_at_s": seconds(made.scheduled_at),
        "needs": units(&made.needs),
        "service_s": length(Some(made.service)),
        "outcome": made.outcome,
        "priority": made.priority,
        "estimate_s": length(made.estimate),
        "deadline_s": length(made.deadline),
        "stop_timeout_s": length(made.stop_timeout),
        "retries": made.retries,
    })
}

fn decision(decision: &ClaimDecision) -> Value {
    let taken = decision
        .taken
        .as_ref()
        .map(|taken| json!({ "job": taken.job.0, "action": taken.action, "worker": taken.worker }));
    let on = decision.worker.as_ref().map(|(worker, free)| json!({ "worker": worker, "free": rooms(free) }));
    let later = decision.later.as_ref().map(|later| {
        let (at, worker) = later.claimed.as_ref().map(|(at, worker)| (seconds(*at), worker)).unzip();
        json!({ "job": later.job.0, "claimed_at_s": at, "worker": worker })
    });
    json!({
        "policy": decision.policy,
        "claim": taken,
        "why": decision.why,
        "on": on,
        "free": rooms(&decision.all),
        "waiting": decision.waiting,
        "queue": decision.queue_head.iter().map(head).collect::<Vec<Value>>(),
        "later": later,
    })
}

fn rooms(rooms: &[FreeUnits]) -> Value {
    let room = |room: &FreeUnits| (room.resource.clone(), json!({ "free": room.free, "of": room.of }));
    Value::Object(rooms.iter().map(room).collect::<Map<String, Value>>())
}

fn head(head: &WaitingJob) -> Value {
    json!({
        "place": head.place,
        "job": head.job.0,
        "action": head.action,
        "needs": units(&head.needs),
        "waited_s": length(Some(head.waited)),
        "estimate_s": length(head.estimate),
        "fits": head.fits,
        "taken": head.is_taken,
        "taken_by_other": head.is_taken_by_other,
    })
}

fn end(end: &JobEnd) -> Value {
    let (at, how) = end.ended.map(|(at, how)| (seconds(at), how)).unzip();
    json!({
        "job": end.job.0,
        "action": end.action,
        "worker": end.worker,
        "ended_at_s": at,
        "ending": how,
        "retried": end.is_retried,
    })
}
