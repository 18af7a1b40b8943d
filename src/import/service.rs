//! How long attempts ran, of rows that say only when they ended.
//!
//! A row's end minus the bound of its start is its run plus a claim delay. The delay's mean and variance are known and are
//! taken off the mean and the variance of these times. No single time is made positive by force: clipping would lift the mean
//! of short jobs.

use super::claims;
use super::history::{History, Row};
use super::slots::{Basis, Start};
use crate::model::job::Status;
use crate::model::time::Span;
use crate::stats::interval::{Estimate, student_t};

/// From so many rows on a lognormal is fitted; fewer are taken one by one.
const ENOUGH: usize = 10;

/// The run times of an action.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Service {
    /// How good the bounds of their starts are.
    pub(super) basis: Basis,
    /// Estimated run times in seconds, in order; single ones may be negative.
    pub(super) values: Vec<f64>,
    /// Their mean, not below 0.
    pub(super) mean: f64,
    /// Half of the 95 % interval of the mean; `None` for a single row.
    pub(super) half: Option<f64>,
    /// Standard deviation over mean; `None` for few rows.
    pub(super) cv: Option<f64>,
    /// The mean claim delay that was taken off.
    pub(super) delay: f64,
    /// Mean of wait + run of the same rows.
    pub(super) wait_and_run: f64,
    /// Whether the rows ended in error, for want of others.
    pub(super) failed: bool,
}

/// The rows of an action that ended on their own or by their deadline.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Finished {
    pub(super) done: usize,
    /// Ended in error, those at the deadline left out.
    pub(super) errors: usize,
    /// Stopped by the deadline.
    pub(super) at_deadline: usize,
    pub(super) service: Option<Service>,
}

/// One time that a run took, and its row's start.
#[derive(Clone, Copy)]
struct Time {
    seconds: f64,
    start: Start,
    wait_and_run: f64,
}

/// Looks at the finished rows of an action whose attempts are stopped after `deadline`.
pub(super) fn finished(history: &History, starts: &[Option<Start>], action: usize, deadline: Option<Span>) -> Finished {
    let mut finished = Finished::default();
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    let limit = deadline.map_or(f64::INFINITY, Span::as_secs_f64);
    for (index, row) in history.of(action) {
        let time = starts[index].and_then(|start| time(row, start));
        let missed = time.is_some_and(|time| time.start.basis != Basis::ScheduleOnly && time.seconds >= limit);
        match row.status {
            Some(Status::Error | Status::Cancel) if missed => {
                finished.at_deadline += 1;
                done.extend(time);
            }
            Some(Status::Done) => {
                finished.done += 1;
                done.extend(time);
            }
            Some(Status::Error) => {
                finished.errors += 1;
                failed.extend(time);
            }
            _ => {}
        }
    }
    let only_failed = done.is_empty();
    let times = best(if only_failed { failed } else { done });
    finished.service = Service::of(&times, limit).map(|service| Service { failed: only_failed, ..service });
    finished
}

fn time(row: &Row, start: Start) -> Option<Time> {
    let end = row.updated_at?;
    let wait_and_run = (end - row.scheduled_at?).as_secs_f64();
    Some(Time { seconds: (end - start.bound).as_secs_f64(), start, wait_and_run })
}

/// The times with the best bounds, if they are enough to go by.
fn best(times: Vec<Time>) -> Vec<Time> {
    let good: Vec<Time> = times.iter().filter(|time| time.start.basis != Basis::ScheduleOnly).copied().collect();
    let settled: Vec<Time> = good.iter().filter(|time| time.start.is_settled).copied().collect();
    match (settled.len(), good.len()) {
        (5.., _) => settled,
        (_, 1..) => good,
        _ => times,
    }
}

impl Service {
    fn of(times: &[Time], limit: f64) -> Option<Service> {
        let first = times.first()?;
        let n = times.len() as f64;
        let delay = |time: &Time| claims::mean(time.start.racers);
        // Who was not stopped by the deadline ran no longer than that.
        let mut values: Vec<f64> = times.iter().map(|time| (time.seconds - delay(time)).min(limit)).collect();
        let mean = Estimate::mean(&values).value?;
        let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0).max(1.0);
        let of_delays = times.iter().map(|time| claims::variance(time.start.racers)).sum::<f64>() / n;
        let deviation = (squares - of_delays).max(0.0).sqrt();
        values.sort_unstable_by(f64::total_cmp);
        Some(Service {
            basis: first.start.basis,
            mean: mean.max(0.0),
            half: (times.len() > 1).then(|| student_t(times.len() as u64 - 1) * (squares / n).sqrt()),
            cv: (times.len() >= ENOUGH && mean > 0.0).then(|| (deviation / mean).min(1e6)),
            delay: times.iter().map(delay).sum::<f64>() / n,
            wait_and_run: times.iter().map(|time| time.wait_and_run).sum::<f64>() / n,
            failed: false,
            values,
        })
    }

    /// The value below which a share of the rows lies.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let index = (share * self.values.len() as f64) as usize;
        self.values[index.min(self.values.len() - 1)].max(0.0)
    }
}
