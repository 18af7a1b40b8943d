//! The feasibility analysis as a JSON document; numbers are exact, and times are in seconds.

use serde_json::{Value, json};

use super::messages::{self, Notice};
use crate::engine::System;
use crate::experiment::feasibility::{Feasibility, OfferedWork, ResourceLoad};
use crate::model::capacity::{CapacityMap, ResourceId};
use crate::scenario::Scenario;

/// The whole analysis.
pub fn json(scenario: &Scenario, analysis: &Feasibility) -> Value {
    let system = &scenario.system;
    let resource = |load: &ResourceLoad| {
        let name = &system.resources[usize::from(load.resource.0)];
        json!({ "resource": name, "in_use": load.demand, "offered": load.offered, "load": load.load() })
    };
    let notices = |list: Vec<Notice>| -> Vec<Value> {
        list.into_iter().map(|Notice { title, help }| json!({ "title": title, "help": help })).collect()
    };
    json!({
        "scenario": scenario.name,
        "measured_s": analysis.seconds,
        "stationary": analysis.is_stationary(),
        "jobs": analysis.work.iter().map(|work| jobs(system, analysis, work)).collect::<Vec<_>>(),
        "resources": analysis.resources.iter().map(resource).collect::<Vec<_>>(),
        "together": system_load(system, analysis),
        "claims": analysis.claims,
        "warnings": notices(messages::warnings(scenario, analysis)),
        "notes": notices(messages::notes(scenario, analysis)),
    })
}

fn jobs(system: &System, analysis: &Feasibility, work: &OfferedWork) -> Value {
    json!({
        "action": system.action(work.action).name,
        "needs": units(system, system.need(work.need)),
        "jobs_per_h": work.jobs / analysis.seconds * 3_600.0,
        "attempts_per_h": work.attempts / analysis.seconds * 3_600.0,
        "held_s": work.held_s(),
        "load_by_itself": analysis.isolated_load(work),
        "at_most": work.is_closed,
        "at_least": work.waits_for_children,
        "may_leave": work.may_leave,
    })
}

fn system_load(system: &System, analysis: &Feasibility) -> Value {
    let Some(together) = &analysis.system_load else { return Value::Null };
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
