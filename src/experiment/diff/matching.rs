//! What has happened in one of two runs at an instant and not in the other, in whatever order it has happened.
//!
//! Two claims of the same instant may come in another order and lead to the same. Rows that they make, such as children, then have other numbers:
//! they are told by what they are, and from then on the second run's numbers are read as the first's.

use std::collections::BTreeMap;

use super::happening::{Entry, Happening, Renamed, Row};
use crate::model::job::{JobId, JobOutcome};

/// Places in the logs of what only that run has done at an instant, in order; rows that are the same in both are made known to `renamed`.
pub(super) fn unmatched(renamed: &mut Renamed, one: &[Entry], other: &[Entry]) -> [Vec<usize>; 2] {
    if renamed.is_empty() && one == other {
        return [Vec::new(), Vec::new()];
    }
    let clashes = pair_rows(renamed, one, other);
    let first: Vec<Happening> = one.iter().map(|entry| entry.what).collect();
    let second: Vec<Happening> = other.iter().map(|entry| entry.what.renamed(renamed)).collect();
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
fn pair_rows(renamed: &mut Renamed, one: &[Entry], other: &[Entry]) -> Vec<(usize, usize)> {
    let mut open: BTreeMap<Row, Vec<usize>> = BTreeMap::new();
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

fn rows(log: &[Entry]) -> impl Iterator<Item = (usize, Row)> {
    log.iter().enumerate().filter_map(|(place, entry)| match entry.what {
        Happening::Created(row) => Some((place, row)),
        _ => None,
    })
}

fn nameless(row: Row) -> Row {
    Row { job: JobId(0), ..row }
}

/// The places of what is not among others, however often it happens.
fn lacking(these: &[Happening], others: &[Happening]) -> Vec<usize> {
    let mut counts: BTreeMap<Happening, usize> = BTreeMap::new();
    for what in others {
        *counts.entry(*what).or_default() += 1;
    }
    let is_lacking = |what: &Happening| match counts.get_mut(what) {
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
fn forget_ended(renamed: &mut Renamed, log: &[Entry]) {
    for entry in log {
        match entry.what {
            Happening::Ended { job, first, ending, last: true, .. } if ending != JobOutcome::WorkerDead => {
                renamed.remove(&job);
                renamed.remove(&first);
            }
            Happening::Ended { job, first, last: false, .. } if job != first => _ = renamed.remove(&job),
            Happening::Left { job, .. } => _ = renamed.remove(&job),
            _ => {}
        }
    }
}
