//! How attempts end: errors, retries and their backoff, deadlines, and jobs that leave the queue.

use super::classes::Classes;
use crate::history::{JobHistory, Outcome, Record};
use crate::mode::ValueCounts;
use crate::model::time::{NANOS, Span, Time};

/// Times that differ by a smaller share count as one constant.
const STEADY: f64 = 0.02;
/// The fewest stopped attempts that show a deadline.
const MIN_STOPPED: usize = 3;
/// The largest attempt number for which a backoff is estimated.
const MOST_ATTEMPTS: usize = 10;

/// How the attempts of a class end.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outcomes {
    /// Attempts that ended by themselves: well, and in error.
    pub(super) done: usize,
    pub(super) errors: usize,
    /// Stopped when their time was up.
    pub(super) stopped: usize,
    pub(super) lost: usize,
    pub(super) cancelled: usize,
    pub(super) rejected: usize,
    /// Jobs that gave up, and the seconds that all jobs of the class waited.
    pub(super) abandoned: usize,
    pub(super) waited: f64,
    /// The seconds that all jobs waited or ran.
    pub(super) in_system: f64,
    /// The waits of jobs that gave up: their median, if they agree.
    pub(super) patience: Option<Span>,
    /// Further attempts, and the highest number of an attempt.
    pub(super) retries: usize,
    pub(super) last_attempt: u32,
    /// Median seconds from the end of failed attempt k to the due time of attempt k + 1, from k = 1
    /// on, and half of the middle 50 %.
    pub(super) backoffs: Vec<(f64, f64)>,
    /// The time at which attempts are stopped, and whether it is their own estimate.
    pub(super) deadline: Option<Span>,
    pub(super) stopped_at_estimate: bool,
    /// Jobs that started.
    pub(super) started: usize,
    /// Seconds that they waited.
    pub(super) waited_to_start: f64,
    /// Mean run time of attempts that ended in error, in seconds.
    pub(super) error_seconds: f64,
    /// The priorities that records have, most frequent first.
    pub(super) priorities: Vec<(i64, usize)>,
    /// Estimate over run time, of attempts that ended.
    pub(super) estimate_factors: Vec<f64>,
}

/// How the attempts of each class end.
pub(super) fn outcomes(history: &JobHistory, classes: &Classes) -> Vec<Outcomes> {
    let mut all = vec![Outcomes::default(); classes.all.len()];
    let mut stopped: Vec<Vec<Record>> = vec![Vec::new(); classes.all.len()];
    let mut gave_up: Vec<Vec<f64>> = vec![Vec::new(); classes.all.len()];
    let mut priorities: Vec<Vec<i64>> = vec![Vec::new(); classes.all.len()];
    for (record, class) in history.records.iter().zip(&classes.of) {
        let class = *class as usize;
        all[class].add(record, history.until);
        if record.outcome == Outcome::DeadlineMissed {
            stopped[class].push(*record);
        }
        if record.outcome == Outcome::Abandoned {
            gave_up[class].extend(record.finished.map(|end| (end - record.created).as_secs_f64()));
        }
        priorities[class].extend(record.priority);
    }
    for (class, outcomes) in all.iter_mut().enumerate() {
        outcomes.set_deadline(&stopped[class], history.resolution);
        outcomes.patience =
            steady(&mut gave_up[class], history.resolution).map(Span::from_secs_f64).filter(|time| *time > Span::ZERO);
        outcomes.priorities = ValueCounts::of(priorities[class].iter().copied()).0;
        if outcomes.errors > 0 {
            outcomes.error_seconds /= outcomes.errors as f64;
        }
    }
    set_backoffs(history, classes, &mut all);
    all
}

impl Outcomes {
    fn add(&mut self, record: &Record, until: Time) {
        match record.outcome {
            Outcome::Done => self.done += 1,
            Outcome::Error => {
                self.errors += 1;
                self.error_seconds += record.service().map_or(0.0, Span::as_secs_f64);
            }
            Outcome::DeadlineMissed => self.stopped += 1,
            Outcome::Cancelled => self.cancelled += 1,
            Outcome::Abandoned => self.abandoned += 1,
            Outcome::Rejected => self.rejected += 1,
            Outcome::WorkerLost => self.lost += 1,
            Outcome::Waiting | Outcome::Running => {}
        }
        let end = record.finished.unwrap_or(until);
        self.waited += (record.started.unwrap_or(end) - record.created).as_secs_f64().max(0.0);
        self.in_system += (end - record.created).as_secs_f64().max(0.0);
        self.started += usize::from(record.started.is_some());
        self.waited_to_start += record.wait().map_or(0.0, Span::as_secs_f64);
        self.retries += usize::from(record.is_retry());
        self.last_attempt = self.last_attempt.max(record.attempt);
        let ended = matches!(record.outcome, Outcome::Done | Outcome::Error);
        if let (true, Some(estimate), Some(service)) = (ended, record.estimate, record.service())
            && service > Span::ZERO
            && estimate > Span::ZERO
        {
            self.estimate_factors.push(estimate.as_secs_f64() / service.as_secs_f64());
        }
    }

    /// The deadline: the time at which attempts were stopped, if they agree on it.
    fn set_deadline(&mut self, stopped: &[Record], step: Span) {
        if stopped.len() < MIN_STOPPED {
            return;
        }
        let step = step.as_secs_f64();
        let at_estimate = stopped.iter().filter(|record| {
            let (Some(estimate), Some(service)) = (record.estimate, record.service()) else { return false };
            let (estimate, service) = (estimate.as_secs_f64(), service.as_secs_f64());
            (service - estimate).abs() <= STEADY * estimate + 2.0 * step + 60.0_f64.min(0.1 * estimate)
        });
        let at_estimate = at_estimate.count();
        let mut times: Vec<f64> = stopped.iter().filter_map(Record::service).map(Span::as_secs_f64).collect();
        let differing = ValueCounts::of(stopped.iter().filter_map(|record| record.estimate).map(|span| span.0));
        if at_estimate * 10 >= stopped.len() * 9 && differing.0.len() > 1 {
            self.stopped_at_estimate = true;
            return;
        }
        times.sort_unstable_by(f64::total_cmp);
        // Stopping takes time, so the earliest are nearest to the deadline.
        let Some(middle) = times.get(times.len() / 4).copied() else { return };
        let spread = times.get(times.len() / 2).copied().unwrap_or(middle) - middle;
        if spread <= 0.1 * middle + 2.0 * step {
            self.deadline = Some(round_time(middle, step)).filter(|time| *time > Span::ZERO);
        }
    }

    /// The probability that an attempt ends in error: errors, and attempts that ended by
    /// themselves.
    pub(super) fn error_share(&self) -> (usize, usize) {
        (self.errors, self.done + self.errors)
    }

    /// Mean wait in seconds.
    pub(super) fn mean_wait(&self) -> Option<f64> {
        (self.started > 0).then(|| self.waited_to_start / self.started as f64)
    }
}

/// The nearest whole minute or second, if it is near.
fn round_time(seconds: f64, step: f64) -> Span {
    for unit in [3_600.0, 60.0, 1.0] {
        let near = (seconds / unit).round() * unit;
        if near > 0.0 && (near - seconds).abs() <= 0.01 * seconds.min(300.0) + step {
            return Span::from_secs_f64(near);
        }
    }
    Span::from_secs_f64(seconds)
}

/// The median of times that hardly differ.
fn steady(times: &mut [f64], step: Span) -> Option<f64> {
    times.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied();
    let (low, middle, high) = (at(0.1)?, at(0.5)?, at(0.9)?);
    (times.len() >= MIN_STOPPED && high - low <= STEADY * middle + 2.0 * step.as_secs_f64()).then_some(middle)
}

/// The times from the end of each failed attempt to the due time of the next, by attempt. Histories
/// do not tell which attempt follows which: after a constant backoff they come in the order of the
/// ends.
fn set_backoffs(history: &JobHistory, classes: &Classes, all: &mut [Outcomes]) {
    // By class and attempt: ends of failed ones, and due times.
    let empty = || vec![(Vec::new(), Vec::new()); MOST_ATTEMPTS + 1];
    let mut times: Vec<Vec<(Vec<Time>, Vec<Time>)>> =
        all.iter().map(|outcomes| if outcomes.retries > 0 { empty() } else { Vec::new() }).collect();
    for (record, class) in history.records.iter().zip(&classes.of) {
        let times = &mut times[*class as usize];
        let attempt = record.attempt as usize;
        if times.is_empty() || attempt > MOST_ATTEMPTS {
            continue;
        }
        times[attempt].1.push(record.created);
        let failed = matches!(record.outcome, Outcome::Error | Outcome::DeadlineMissed | Outcome::WorkerLost);
        if let Some(end) = record.finished.filter(|_| failed) {
            times[attempt].0.push(end);
        }
    }
    for (outcomes, mut times) in all.iter_mut().zip(times) {
        for attempt in 1..times.len().saturating_sub(1) {
            let mut ends = std::mem::take(&mut times[attempt].0);
            ends.sort_unstable();
            let Some(gaps) = gaps(&ends, &times[attempt + 1].1) else { break };
            outcomes.backoffs.push(gaps);
        }
    }
}

/// The median gap from ends to the due times that follow them, and half of the middle 50 %.
fn gaps(ends: &[Time], due: &[Time]) -> Option<(f64, f64)> {
    if due.is_empty() || ends.is_empty() {
        return None;
    }
    // At the edges of a history, single ends or retries are missing: of several offsets, the right
    // one has the least spread.
    let surplus = ends.len() as i64 - due.len() as i64;
    let offsets = (surplus.min(0) - 2).max(-20)..=(surplus.max(0) + 2).min(20);
    let spread = |offset: i64| {
        let pairs = due.iter().enumerate().filter_map(|(index, due)| {
            let end = usize::try_from(index as i64 + offset).ok().and_then(|index| ends.get(index))?;
            Some((*due - *end).0 as f64 / NANOS as f64)
        });
        let mut gaps: Vec<f64> = pairs.collect();
        gaps.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| gaps.get((gaps.len() as f64 * share) as usize).copied();
        let (low, middle, high) = (at(0.25)?, at(0.5)?, at(0.75)?);
        (middle >= 0.0 && gaps.len() * 2 >= due.len()).then_some((middle, (high - low) / 2.0))
    };
    offsets.filter_map(spread).min_by(|a, b| (a.1, a.0).partial_cmp(&(b.1, b.0)).unwrap_or(std::cmp::Ordering::Equal))
}
