//! Lower bounds of the starts of rows: documents tell only when rows ended, and on which worker.
//!
//! Two facts of the registry bound a start from below, in addition to `scheduledAt`. A worker runs
//! no more than it offers: of two rows that do not fit on it together, the one that ended later
//! started after the other's end. And rows with the same need are claimed in the order of
//! `scheduledAt`: on a worker with s slots for a need, at most s - 1 of the rows scheduled before
//! another one can still be running when that one starts. The difference between such a bound and
//! the start is a claim delay, if the documents contain all rows and the worker offered then what
//! it offers now.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::document_history::{DocumentHistory, Row, Units};
use super::workers::{WorkerInfo, Workers};
use crate::model::job::Status;
use crate::model::time::Time;

/// What a bound is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BoundBasis {
    /// The row needs nothing, and waits only for its claim.
    NeedsNothing,
    /// The other rows of its worker.
    Slots,
    /// The other rows of its worker, whose capacity is assumed.
    AssumedSlots,
    /// Only its `scheduledAt`.
    ScheduleOnly,
}

/// The bound of a row's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StartBound {
    /// The row did not start before this instant.
    pub(super) bound: Time,
    pub(super) basis: BoundBasis,
    /// Number of workers with room for it at that instant, including its own.
    pub(super) racers: u32,
    /// Whether at least as many rows as the worker has slots precede it, so that no row that is
    /// missing in the export can have delayed it.
    pub(super) is_settled: bool,
}

/// The longest claim delay, in seconds.
const MAX_DELAY: f64 = 3.0;

/// The claim delay between the bound and the start. Each of r workers with room waits uniformly
/// from 0 to 3 s, and the first of them claims. The minimum of r such delays has mean 3 s / (r + 1)
/// and variance 9 s² r / ((r + 1)² (r + 2)).
impl StartBound {
    /// The mean of the delay, in seconds.
    pub(super) fn mean_delay(&self) -> f64 {
        MAX_DELAY / (f64::from(self.racers) + 1.0)
    }

    /// The variance of the delay, in seconds squared.
    pub(super) fn delay_variance(&self) -> f64 {
        let r = f64::from(self.racers);
        MAX_DELAY * MAX_DELAY * r / ((r + 1.0) * (r + 1.0) * (r + 2.0))
    }
}

/// The bound of each row that ran to an end and has all its times; by index of the row.
pub(super) fn starts(history: &DocumentHistory, workers: &Workers) -> Vec<Option<StartBound>> {
    let mut starts: Vec<Option<StartBound>> =
        history.rows.iter().map(|row| schedule_only(history, workers, row)).collect();
    let by_id: BTreeMap<&str, usize> =
        workers.all.iter().enumerate().map(|(index, worker)| (worker.id, index)).collect();
    let worker_of: Vec<Option<usize>> = history.rows.iter().map(|row| by_id.get(row.worker()?).copied()).collect();
    let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); workers.all.len()];
    for (index, start) in starts.iter().enumerate() {
        if let (Some(worker), Some(BoundBasis::ScheduleOnly)) = (worker_of[index], start.map(|start| start.basis)) {
            rows_of[worker].push(index);
        }
    }
    for (worker, rows) in workers.all.iter().zip(rows_of) {
        let basis = if workers.known { BoundBasis::Slots } else { BoundBasis::AssumedSlots };
        bound_worker(history, &worker.offers, basis, rows, &mut starts);
    }
    count_racers(history, workers, &worker_of, &mut starts);
    starts
}

/// The bound from the row alone; none, if it did not run to an end.
fn schedule_only(history: &DocumentHistory, workers: &Workers, row: &Row) -> Option<StartBound> {
    let (scheduled, updated) = (row.scheduled_at?, row.updated_at?);
    let is_settled = history.needs[row.need].is_empty();
    let basis = if is_settled { BoundBasis::NeedsNothing } else { BoundBasis::ScheduleOnly };
    let ran = row.worker().is_some() && occupies(row.status) && scheduled <= updated;
    ran.then_some(StartBound { bound: scheduled, basis, racers: workers.living() as u32, is_settled })
}

/// Whether a row with this status ran on its worker until its `lastUpdated`. A row whose worker
/// died ended earlier.
fn occupies(status: Option<Status>) -> bool {
    matches!(status, Some(Status::Done | Status::Error | Status::Cancel | Status::WorkerShutdown))
}

/// Whether all needs together fit on an offer.
fn fit(offers: &Units, needs: &[&Units]) -> bool {
    let sum =
        |name: &String| needs.iter().map(|need| need.get(name).copied().unwrap_or(0)).fold(0_i64, i64::saturating_add);
    needs.iter().flat_map(|need| need.keys()).all(|name| sum(name) <= offers.get(name).copied().unwrap_or(0))
}

/// Tightens the bounds of the rows with a need on one worker.
fn bound_worker(
    history: &DocumentHistory,
    offers: &Units,
    basis: BoundBasis,
    rows: Vec<usize>,
    starts: &mut [Option<StartBound>],
) {
    // A worker that has run a row that it could not run now offered more then.
    if rows.iter().any(|index| !fit(offers, &[&history.needs[history.rows[*index].need]])) {
        return;
    }
    for index in &rows {
        if let Some(start) = &mut starts[*index] {
            start.basis = basis;
        }
    }
    by_exclusion(history, offers, rows.clone(), starts);
    by_order(history, offers, rows, starts);
}

/// The end of a row; every row with a [`StartBound`] has one.
fn end(history: &DocumentHistory, index: usize) -> Time {
    history.rows[index].updated_at.unwrap_or(Time::NEVER)
}

fn raise(start: &mut Option<StartBound>, bound: Option<Time>, end: Time) {
    if let (Some(start), Some(bound)) = (start, bound.filter(|bound| *bound <= end)) {
        start.bound = start.bound.max(bound);
    }
}

/// Of two rows that do not fit together, the one that ended later started after the other's end.
fn by_exclusion(history: &DocumentHistory, offers: &Units, mut rows: Vec<usize>, starts: &mut [Option<StartBound>]) {
    rows.sort_by_key(|index| end(history, *index));
    // By need: the latest end so far.
    let mut last: BTreeMap<usize, Time> = BTreeMap::new();
    for together in rows.chunk_by(|a, b| end(history, *a) == end(history, *b)) {
        for index in together {
            let need = &history.needs[history.rows[*index].need];
            let excludes = |other: &usize| !fit(offers, &[need, &history.needs[*other]]);
            let bound = last.iter().filter(|(other, _)| excludes(other)).map(|(_, end)| *end).max();
            raise(&mut starts[*index], bound, end(history, *index));
        }
        for index in together {
            last.insert(history.rows[*index].need, end(history, *index));
        }
    }
}

/// Rows with the same need start in the order of their schedules. The order of rows with the same
/// schedule is unknown; the order of their ends gives the right sum of their starts.
fn by_order(history: &DocumentHistory, offers: &Units, mut rows: Vec<usize>, starts: &mut [Option<StartBound>]) {
    rows.sort_by_key(|index| (history.rows[*index].need, history.rows[*index].scheduled_at, end(history, *index)));
    for alike in rows.chunk_by(|a, b| history.rows[*a].need == history.rows[*b].need) {
        let need = &history.needs[history.rows[alike[0]].need];
        let slots = need.iter().map(|(name, units)| offers.get(name).copied().unwrap_or(0) / units).min().unwrap_or(0);
        let slots = usize::try_from(slots).unwrap_or(usize::MAX);
        // The latest ends so far, one per slot; the earliest of them is on top.
        let mut latest: BinaryHeap<Reverse<Time>> = BinaryHeap::new();
        for index in alike {
            let is_full = latest.len() >= slots;
            let top = latest.peek().filter(|_| is_full).map(|Reverse(end)| *end);
            raise(&mut starts[*index], top, end(history, *index));
            if let Some(start) = &mut starts[*index] {
                start.is_settled = is_full;
            }
            latest.push(Reverse(end(history, *index)));
            if latest.len() > slots {
                latest.pop();
            }
        }
    }
}

/// Counts the living workers with room for each row with a need, at its bound.
fn count_racers(
    history: &DocumentHistory,
    workers: &Workers,
    worker_of: &[Option<usize>],
    starts: &mut [Option<StartBound>],
) {
    // At one instant, ends come before counts, and counts before starts.
    let mut events: Vec<(Time, u8, usize)> = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let Some(start) = start.filter(|start| start.basis != BoundBasis::NeedsNothing) else { continue };
        events.extend([(end(history, index), 0, index), (start.bound, 1, index), (start.bound, 2, index)]);
    }
    events.sort_unstable();
    let mut busy: Vec<Units> = vec![Units::new(); workers.all.len()];
    for (_, kind, index) in events {
        let need = &history.needs[history.rows[index].need];
        if kind == 1 {
            let room = |(worker, busy): &(&WorkerInfo, &Units)| worker.is_alive && fit(&worker.offers, &[need, busy]);
            let racers = workers.all.iter().zip(&busy).filter(room).count();
            if let Some(start) = &mut starts[index] {
                start.racers = (racers as u32).max(1);
            }
        } else if let Some(worker) = worker_of[index] {
            for (name, units) in need {
                let sum = busy[worker].entry(name.clone()).or_default();
                *sum = if kind == 2 { sum.saturating_add(*units) } else { sum.saturating_sub(*units) };
            }
        }
    }
}
