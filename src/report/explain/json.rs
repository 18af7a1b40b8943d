//! The document of `claimsim explain --json`: times in seconds from the start, as in `jobs.csv`,
//! and what happens in the words of `claimsim explain`.

use serde_json::{Map, Value, json};

use super::ExplainReport;
use crate::engine::WaitReason;
use crate::experiment::explain::{AttemptStory, ChildStory, Line, Situation, Story, WaitEnd, What, WorkersAlike};
use crate::experiment::worker_states::Stage;
use crate::model::capacity::ResourceId;
use crate::model::job::JobOutcome;
use crate::model::time::{Span, Time};
use crate::stats::WAIT_PARTS;

fn seconds(time: Time) -> f64 {
    time.as_secs_f64()
}

fn length(span: Span) -> f64 {
    span.as_secs_f64()
}

impl ExplainReport<'_> {
    /// All stories as one JSON document; what does not apply is `null`.
    pub fn json(&self) -> Value {
        let scenario = self.scenario;
        json!({
            "scenario": scenario.name,
            "policy": scenario.policy_label,
            "seed": scenario.seed,
            "replication": self.explanation.replication,
            "until_s": seconds(self.explanation.until),
            "jobs": self.explanation.stories.iter().map(|story| self.job_json(story)).collect::<Vec<Value>>(),
        })
    }

    fn job_json(&self, story: &Story) -> Value {
        let system = &self.scenario.system;
        let wait = &story.wait;
        let parts = WAIT_PARTS.iter().zip(wait.parts).filter(|(_, nanos)| *nanos != 0);
        let parts = parts.map(|(name, nanos)| ((*name).to_owned(), json!(length(Span(nanos)))));
        let name = |resource: &ResourceId| system.resources[usize::from(resource.0)].clone();
        let busy = wait.busy.iter().map(|(resource, nanos)| (name(resource), json!(length(Span(*nanos)))));
        let claimed = match wait.end {
            WaitEnd::Claimed(worker) => Some((wait.until, &system.worker(worker).id)),
            _ => None,
        };
        let chain = story.chain;
        let need = system.need(story.need).iter().filter(|(_, units)| *units > 0);
        json!({
            "job": story.job.0,
            "action": system.action(story.action).name,
            "attempt": story.attempt,
            "retry_from": (story.attempt > 1).then_some(story.first.0),
            "parent": story.parent.map(|parent| parent.0),
            "needs": need.map(|(resource, units)| (name(&resource), json!(units))).collect::<Map<String, Value>>(),
            "scheduled_at_s": seconds(story.scheduled_at),
            "scheduled_at": self.scenario.local(story.scheduled_at),
            "claimed_at_s": claimed.map(|(at, _)| seconds(at)),
            "worker": claimed.map(|(_, worker)| worker),
            "wait_s": length(wait.length()),
            "wait_is_lower_bound": wait.end == WaitEnd::Open,
            "left": if let WaitEnd::Left(outcome) = wait.end { Some(outcome.name()) } else { None },
            "blame": parts.collect::<Map<String, Value>>(),
            "busy": busy.collect::<Map<String, Value>>(),
            "story": story.lines.iter().map(|line| self.line_json(line)).collect::<Vec<Value>>(),
            "attempts": story.attempts.iter().map(|attempt| self.attempt_json(attempt)).collect::<Vec<Value>>(),
            "children": story.children.iter().map(|child| self.child_json(child)).collect::<Vec<Value>>(),
            "response": {
                "response_s": length(chain.length()),
                "is_lower_bound": !chain.is_over,
                "wait_s": length(chain.wait),
                "service_s": length(chain.service),
                "backoff_s": length(chain.backoff),
                "children_s": length(chain.children),
            },
        })
    }

    fn line_json(&self, line: &Line) -> Value {
        let (what, _) = self.event(&line.what);
        let resource = match line.reason {
            Some(WaitReason::Busy(resource)) => Some(&self.scenario.system.resources[usize::from(resource.0)]),
            _ => None,
        };
        let situation = match &line.what {
            What::Due(situation) | What::At(situation) | What::StillWaits(situation) => Some(situation),
            _ => None,
        };
        let mut object = Map::new();
        object.insert("at_s".to_owned(), json!(seconds(line.from)));
        if line.to > line.from {
            object.insert("until_s".to_owned(), json!(seconds(line.to)));
        }
        object.insert("what".to_owned(), json!(what));
        if let Some(reason) = line.reason {
            object.insert("reason".to_owned(), json!(reason.name()));
        }
        if let Some(hold) = &line.hold {
            object.insert("hold".to_owned(), json!(hold));
        }
        if let Some(resource) = resource {
            object.insert("resource".to_owned(), json!(resource));
        }
        if let Some(situation) = situation {
            object.insert("state".to_owned(), self.situation_json(situation));
        }
        Value::Object(object)
    }

    fn situation_json(&self, situation: &Situation) -> Value {
        let system = &self.scenario.system;
        let action = |action| system.action(action).name.clone();
        let resource = |resource: ResourceId| system.resources[usize::from(resource.0)].clone();
        let before = situation.before.iter().map(|(of, count)| (action(*of), json!(count)));
        let holders = situation.holders.iter().map(|(of, holders)| {
            let holders = holders.iter().map(|(of, units)| (action(*of), json!(units)));
            (resource(*of), Value::Object(holders.collect()))
        });
        let workers = |alike: &WorkersAlike| {
            let units = |units: Vec<i64>| {
                let units =
                    units.iter().enumerate().map(|(index, units)| (resource(ResourceId(index as u16)), json!(units)));
                units.collect::<Map<String, Value>>()
            };
            let state = match (alike.state.stage, alike.state.down) {
                (Stage::Empty, _) => "no worker",
                (_, Some(_)) => "down",
                (Stage::Starting, None) => "starting",
                (Stage::Draining, None) => "draining",
                (Stage::Ready, None) => "ready",
            };
            json!({
                "workers": alike.workers.iter().map(|worker| &system.worker(*worker).id).collect::<Vec<&String>>(),
                "state": state,
                "free": units(alike.state.free().collect()),
                "capacity": units(alike.state.capacity.clone()),
                "could_hold": alike.could_hold,
            })
        };
        json!({
            "waiting": situation.waiting,
            "before": before.collect::<Map<String, Value>>(),
            "workers": situation.workers.iter().map(workers).collect::<Vec<Value>>(),
            "in_use": holders.collect::<Map<String, Value>>(),
        })
    }

    fn attempt_json(&self, attempt: &AttemptStory) -> Value {
        let (claimed, worker) = attempt.claimed.unzip();
        let (ended, outcome) = attempt.ended.unzip();
        json!({
            "job": attempt.job.0,
            "attempt": attempt.attempt,
            "scheduled_at_s": seconds(attempt.scheduled_at),
            "claimed_at_s": claimed.map(seconds),
            "worker": worker.map(|worker| &self.scenario.system.worker(worker).id),
            "ended_at_s": ended.map(seconds),
            "outcome": outcome.map(JobOutcome::name),
        })
    }

    fn child_json(&self, child: &ChildStory) -> Value {
        let (ended, outcome) = child.ended.unzip();
        json!({
            "job": child.job.0,
            "action": self.scenario.system.action(child.action).name,
            "attempts": child.attempts,
            "due_at_s": seconds(child.due_at),
            "claimed_at_s": child.claimed_at.map(seconds),
            "ended_at_s": ended.map(seconds),
            "outcome": outcome.map(JobOutcome::name),
        })
    }
}
