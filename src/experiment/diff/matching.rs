//! What has happened in one of two runs at an instant and not in the other, in whatever order it has happened.
//!
//! Two claims of the same instant may come in another order and lead to the same. Rows that they make, such as children, then have other numbers:
//! they are told by what they are, and from then on the second run's numbers are read as the first's.

use std::collections::BTreeMap;

use super::event::{CreatedRow, JobIdMap, LogEntry, SharedEvent};
use crate::model::job::{JobId, JobOutcome};

/// Places in the logs of what only that run has done at an instant, in order; rows that are the same in both are made known to `renamed`.
pub(super) fn unmatched(renamed: &mut JobIdMap, one: &[LogEntry], other: &[LogEntry]) -> [Vec<usize>; 2] {
    if renamed.is_empty() && one == other {
        return [Vec::new(), Vec::new()];
    }
    let clashes = pair_rows(renamed, one, other);
    let first: Vec<SharedEvent> = one.iter().map(|entry| entry.what).collect();
    let second: Vec<SharedEvent> = other.iter().map(|entry| entry.what.renamed(renamed)).collect();
    let mut only = [lacking(&first, &second), lacking(&second, &first)];
    for (place, counterpart) in clashes {
        only[0].push(place);
        only[1].push(counterpart);
    }
    for places in &mut only {
        places.sort_unstable();
    }
    if only.iter().all(Vec::is_empty) {
        forget_ended(renamed, other);
    }
    only
}

/// Pairs the rows that are made, in the order in which they are, so that parents come before their children. Gives pairs that are alike
/// but are meant to end in different ways.
fn pair_rows(renamed: &mut JobIdMap, one: &[LogEntry], other: &[LogEntry]) -> Vec<(usize, usize)> {
    let mut open: BTreeMap<CreatedRow, Vec<usize>> = BTreeMap::new();
    for (place, row) in rows(one) {
        open.entry(nameless(row)).or_default().push(place);
    }
    let mut clashes = Vec::new();
    for (place, row) in rows(other) {
        let Some(alike) = open.get_mut(&nameless(row.renamed(renamed))).filter(|alike| !alike.is_empty()) else {
            continue;
        };
        let best = alike.iter().position(|&candidate| one[candidate].may_end_like(&other[place]));
        let counterpart = alike.remove(best.unwrap_or(0));
        if best.is_none() {
            clashes.push((counterpart, place));
        }
        let (Some(job), Some(own)) = (one[counterpart].job, other[place].job) else { continue };
        if job.id != own.id {
            renamed.insert(own.id, job.id);
        }
    }
    clashes
}

fn rows(log: &[LogEntry]) -> impl Iterator<Item = (usize, CreatedRow)> {
    log.iter().enumerate().filter_map(|(place, entry)| match entry.what {
        SharedEvent::Created(row) => Some((place, row)),
        _ => None,
    })
}

fn nameless(row: CreatedRow) -> CreatedRow {
    CreatedRow { job: JobId(0), ..row }
}

/// The places of what is not among others, however often it happens.
fn lacking(these: &[SharedEvent], others: &[SharedEvent]) -> Vec<usize> {
    let mut counts: BTreeMap<SharedEvent, usize> = BTreeMap::new();
    for what in others {
        *counts.entry(*what).or_default() += 1;
    }
    let is_lacking = |what: &SharedEvent| match counts.get_mut(what) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    let found = these.iter().map(is_lacking).collect::<Vec<bool>>();
    found.iter().enumerate().filter(|(_, is_lacking)| **is_lacking).map(|(place, _)| place).collect()
}

/// Nothing more is to come of chains that have ended, unless a process outlives its row.
fn forget_ended(renamed: &mut JobIdMap, log: &[LogEntry]) {
    for entry in log {
        match entry.what {
            SharedEvent::Ended { job, first, ending, last: true, .. } if ending != JobOutcome::WorkerDead => {
                renamed.remove(&job);
                renamed.remove(&first);
            }
            SharedEvent::Ended { job, first, last: false, .. } if job != first => _ = renamed.remove(&job),
            SharedEvent::Left { job, .. } => _ = renamed.remove(&job),
            _ => {}
        }
    }
}
