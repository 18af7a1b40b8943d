//! The events of an instant that only one of two runs has, in whatever order they happen.
//!
//! Two claims of the same instant may come in another order with the same result. The rows that
//! they create, such as children, then have other numbers. Such rows are matched by their
//! attributes, and from then on the second run's numbers are translated into the first's.

use std::collections::BTreeMap;

use super::event::{CreatedRow, JobIdMap, LogEntry, SharedEvent};
use crate::model::job::{JobId, JobOutcome};

/// By run, the log indices of the events that only that run has at an instant, in order. Matched
/// rows with different numbers are added to `ids`.
pub(super) fn unmatched(ids: &mut JobIdMap, one: &[LogEntry], other: &[LogEntry]) -> [Vec<usize>; 2] {
    if ids.is_empty() && one == other {
        return [Vec::new(), Vec::new()];
    }
    let clashes = match_rows(ids, one, other);
    let first: Vec<SharedEvent> = one.iter().map(|entry| entry.event).collect();
    let second: Vec<SharedEvent> = other.iter().map(|entry| entry.event.translated(ids)).collect();
    let mut only = [lacking(&first, &second), lacking(&second, &first)];
    for (index, counterpart) in clashes {
        only[0].push(index);
        only[1].push(counterpart);
    }
    for indices in &mut only {
        indices.sort_unstable();
    }
    if only.iter().all(Vec::is_empty) {
        forget_ended(ids, other);
    }
    only
}

/// Matches the created rows, in order of creation, so that parents come before their children.
/// Returns pairs that match except for their planned outcome.
fn match_rows(ids: &mut JobIdMap, one: &[LogEntry], other: &[LogEntry]) -> Vec<(usize, usize)> {
    let mut open: BTreeMap<CreatedRow, Vec<usize>> = BTreeMap::new();
    for (index, row) in rows(one) {
        open.entry(without_id(row)).or_default().push(index);
    }
    let mut clashes = Vec::new();
    for (index, row) in rows(other) {
        let Some(alike) = open.get_mut(&without_id(row.translated(ids))).filter(|alike| !alike.is_empty()) else {
            continue;
        };
        let best = alike.iter().position(|&candidate| one[candidate].may_end_like(&other[index]));
        let counterpart = alike.remove(best.unwrap_or(0));
        if best.is_none() {
            clashes.push((counterpart, index));
        }
        let (Some(job), Some(own)) = (one[counterpart].job, other[index].job) else { continue };
        if job.id != own.id {
            ids.insert(own.id, job.id);
        }
    }
    clashes
}

fn rows(log: &[LogEntry]) -> impl Iterator<Item = (usize, CreatedRow)> {
    log.iter().enumerate().filter_map(|(index, entry)| match entry.event {
        SharedEvent::Created(row) => Some((index, row)),
        _ => None,
    })
}

fn without_id(row: CreatedRow) -> CreatedRow {
    CreatedRow { job: JobId(0), ..row }
}

/// The indices of the events that do not occur among others; repeated events count one by one.
fn lacking(these: &[SharedEvent], others: &[SharedEvent]) -> Vec<usize> {
    let mut counts: BTreeMap<SharedEvent, usize> = BTreeMap::new();
    for event in others {
        *counts.entry(*event).or_default() += 1;
    }
    let is_lacking = |event: &SharedEvent| match counts.get_mut(event) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    let found = these.iter().map(is_lacking).collect::<Vec<bool>>();
    found.iter().enumerate().filter(|(_, is_lacking)| **is_lacking).map(|(index, _)| index).collect()
}

/// Forgets the ids of chains that have ended, unless a process outlives its row.
fn forget_ended(ids: &mut JobIdMap, log: &[LogEntry]) {
    for entry in log {
        match entry.event {
            SharedEvent::Ended { job, first, outcome, is_last: true, .. } if outcome != JobOutcome::WorkerDead => {
                ids.remove(&job);
                ids.remove(&first);
            }
            SharedEvent::Ended { job, first, is_last: false, .. } if job != first => _ = ids.remove(&job),
            SharedEvent::Left { job, .. } => _ = ids.remove(&job),
            _ => {}
        }
    }
}
