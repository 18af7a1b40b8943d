//! The feasibility analysis in a terminal: jobs, resources, and the load of the whole system.

use super::format as phrases;
use crate::engine::System;
use crate::experiment::feasibility::{Feasibility, OfferedWork, ResourceLoad};
use crate::format::{count, duration};
use crate::table;

/// The table of jobs shows the actions with the largest demand.
const MOST_ROWS: usize = 20;

/// The tables of jobs and resources, and a line on the whole system.
pub fn text(system: &System, analysis: &Feasibility) -> String {
    let mut parts = vec![jobs(system, analysis)];
    if analysis.work.len() > MOST_ROWS {
        parts.push(format!("and {} more with a smaller demand", analysis.work.len() - MOST_ROWS));
    }
    if !analysis.resources.is_empty() {
        parts.push(resources(system, analysis));
    }
    parts.extend(together(analysis));
    parts.join("\n") + "\n"
}

fn jobs(system: &System, analysis: &Feasibility) -> String {
    let mut works: Vec<&OfferedWork> = analysis.work.iter().collect();
    if works.len() > MOST_ROWS {
        works.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
        works.truncate(MOST_ROWS);
    }
    let row = |work: &OfferedWork| {
        let most = if work.is_closed { "<= " } else { "" };
        let least = if work.waits_for_children { ">= " } else { "" };
        let load = analysis.isolated_load(work);
        vec![
            system.action(work.action).name.clone(),
            phrases::units(system, system.need(work.need)),
            format!("{most}{}", phrases::about(work.jobs / analysis.seconds * 3_600.0)),
            format!("{least}{}", duration(work.held_s())),
            load.map_or_else(|| "-".to_owned(), |load| format!("{most}{least}{}", phrases::load(load))),
        ]
    };
    let rows: Vec<Vec<String>> = works.into_iter().map(row).collect();
    table::plain(&["action", "needs", "jobs an hour", "held", "load by itself"], &rows, |_| false)
}

fn resources(system: &System, analysis: &Feasibility) -> String {
    let row = |load: &ResourceLoad| {
        vec![
            system.resources[usize::from(load.resource.0)].clone(),
            phrases::about(load.demand),
            count(load.offered),
            load.load().map_or_else(|| "-".to_owned(), phrases::load),
        ]
    };
    let rows: Vec<Vec<String>> = analysis.resources.iter().map(row).collect();
    table::plain(&["resource", "in use", "offered", "load"], &rows, |_| false)
}

/// The load of all work on all workers, the load with claim delays, and the load of claims where
/// that is larger.
fn together(analysis: &Feasibility) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(together) = &analysis.system_load {
        let least = if together.is_exact { "" } else { "at least " };
        parts.push(format!("all together: {least}{}", phrases::load(together.load)));
        parts.extend(together.delayed.map(|delayed| {
            let about = if delayed.is_exact { "" } else { "about " };
            format!("with claim delays, where jobs wait: {about}{}", phrases::load(delayed.load))
        }));
    }
    let delayed =
        analysis.system_load.as_ref().and_then(|together| together.delayed).map_or(0.0, |delayed| delayed.load);
    let claims = analysis.claims.filter(|claims| *claims > delayed);
    parts.extend(claims.map(|claims| format!("claims, of what workers can make: {}", phrases::load(claims))));
    (!parts.is_empty()).then(|| parts.join("; "))
}
