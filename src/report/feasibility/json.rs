//! The feasibility analysis as a JSON document; numbers are exact, and times are in seconds.

use serde_json::{Value, json};

use super::messages::{self, Notice};
use crate::engine::System;
use crate::experiment::outlook::{Outlook, ResourceLoad, Work};
use crate::model::capacity::{CapacityMap, ResourceId};
use crate::scenario::Scenario;

/// The whole analysis.
pub fn json(scenario: &Scenario, outlook: &Outlook) -> Value {
    let system = &scenario.system;
    let resource = |load: &ResourceLoad| {
        let name = &system.resources[usize::from(load.resource.0)];
        json!({ "resource": name, "in_use": load.asked, "offered": load.offered, "load": load.load() })
    };
    let notices = |list: Vec<Notice>| -> Vec<Value> {
        list.into_iter().map(|Notice { title, help }| json!({ "title": title, "help": help })).collect()
    };
    json!({
        "scenario": scenario.name,
        "measured_s": outlook.seconds,
        "stationary": outlook.is_stationary(),
        "jobs": outlook.work.iter().map(|work| jobs(system, outlook, work)).collect::<Vec<_>>(),
        "resources": outlook.resources.iter().map(resource).collect::<Vec<_>>(),
        "together": system_load(system, outlook),
        "claims": outlook.claims,
        "warnings": notices(messages::warnings(scenario, outlook)),
        "notes": notices(messages::notes(scenario, outlook)),
    })
}

fn jobs(system: &System, outlook: &Outlook, work: &Work) -> Value {
    json!({
        "action": system.action(work.action).name,
        "needs": units(system, system.need(work.need)),
        "jobs_per_h": work.jobs / outlook.seconds * 3_600.0,
        "attempts_per_h": work.attempts / outlook.seconds * 3_600.0,
        "held_s": work.held_s(),
        "load_by_itself": outlook.alone(system, work),
        "at_most": work.is_closed,
        "at_least": work.waits_for_children,
        "may_leave": work.may_leave,
    })
}

fn system_load(system: &System, outlook: &Outlook) -> Value {
    let Some(together) = &outlook.together else { return Value::Null };
    let share = |(action, _, share): &(_, _, f64)| json!({ "action": system.action(*action).name, "share": share });
    let delayed = together.delayed.map(|delayed| json!({ "load": delayed.load, "exact": delayed.is_exact }));
    json!({
        "load": together.load,
        "exact": together.is_exact,
        "bottleneck": together.bottleneck.jobs.iter().map(share).collect::<Vec<_>>(),
        "with_claim_delay": delayed,
    })
}

fn units(system: &System, units: &CapacityMap) -> Value {
    let entry =
        |(resource, units): (ResourceId, i64)| (system.resources[usize::from(resource.0)].clone(), units.into());
    Value::Object(units.iter().filter(|(_, units)| *units != 0).map(entry).collect())
}
