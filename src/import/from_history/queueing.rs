//! What the queue and the workers did together: who waited while what was free, who went next.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::pool::{Needs, Pool, Units};
use super::timeline::{Event, Kind};
use crate::history::JobHistory;
use crate::model::math;
use crate::model::time::{Span, Time};

/// The most arrivals at free workers that are looked at.
const MOST_SAMPLES: usize = 20_000;
/// Of more needs than this, jobs with different needs are not compared.
const MOST_NEEDS: usize = 64;
/// The fewest arrivals at free workers that tell a delay.
const MIN_SAMPLES: usize = 10;

/// The wait of a job that arrived while nothing waited and workers had room for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FreeArrival {
    pub(super) wait: f64,
    /// Workers, or slots, with room for it.
    pub(super) free: u32,
    /// How long nothing else became free: until then, as many workers looked for it.
    pub(super) undisturbed: f64,
    /// For how long before it nothing had waited: workers that look for a job at fixed times after
    /// an earlier one come sooner.
    pub(super) quiet: f64,
}

/// What was seen of the claim rule.
#[derive(Debug, Default)]
pub(super) struct Queueing {
    pub(super) to_free: Vec<FreeArrival>,
    /// Starts while others with the same need waited, and how many of them took the oldest, the
    /// newest, and one of the highest priority.
    pub(super) choices: usize,
    pub(super) oldest: usize,
    pub(super) newest: usize,
    pub(super) highest: usize,
    /// Starts while jobs of other needs waited for the same resource, and those that overtook one.
    pub(super) choices_between_needs: usize,
    pub(super) overtaking: usize,
    /// Seconds in which jobs waited, by number of rows that ran meanwhile.
    pub(super) waiting_by_running: Vec<f64>,
    /// Jobs that waited at the moments when a job was turned away.
    pub(super) waiting_at_rejections: Vec<usize>,
    /// The most jobs that waited at once.
    pub(super) most_waiting: usize,
}

/// The state of the sweep.
struct Sweep<'a> {
    history: &'a JobHistory,
    needs: &'a Needs,
    named: bool,
    /// By worker, the units that are free.
    free: Vec<Units>,
    /// By need, the waiting jobs in the order of arrival; and by priority, if there are several.
    waiting: Vec<BTreeSet<(Time, u32)>>,
    by_priority: Vec<BTreeSet<(Reverse<i64>, Time, u32)>>,
    has_priorities: bool,
    /// Needs that take the same resource as another.
    rivals: Vec<Vec<usize>>,
    number_waiting: usize,
    running: usize,
    last: Time,
    /// The jobs among the samples that still wait: index in the result, and when it fell due.
    open: Vec<(usize, Time)>,
    /// Since when nothing waits.
    idle_since: Time,
    result: Queueing,
}

/// Looks at what the queue did, for these capacities.
pub(super) fn observe(history: &JobHistory, needs: &Needs, pool: &Pool, events: &[Event]) -> Queueing {
    let mut priorities = history.records.iter().filter_map(|record| record.priority);
    let first = priorities.next();
    let has_priorities = priorities.any(|priority| Some(priority) != first);
    let kinds = history.needs.len();
    let shares =
        |a: usize, b: usize| a != b && needs.units[a].iter().zip(&needs.units[b]).any(|(a, b)| *a > 0 && *b > 0);
    let rivals = if kinds <= MOST_NEEDS {
        (0..kinds).map(|a| (0..kinds).filter(|b| shares(a, *b)).collect()).collect()
    } else {
        vec![Vec::new(); kinds]
    };
    let mut sweep = Sweep {
        history,
        needs,
        named: pool.named,
        free: pool.capacities(),
        waiting: vec![BTreeSet::new(); kinds],
        by_priority: vec![BTreeSet::new(); if has_priorities { kinds } else { 0 }],
        has_priorities,
        rivals,
        number_waiting: 0,
        running: 0,
        open: Vec::new(),
        idle_since: Time(i64::MIN / 2),
        last: events.first().map_or(Time::ZERO, |(at, ..)| *at),
        result: Queueing { waiting_by_running: vec![0.0; pool.most_running + 1], ..Queueing::default() },
    };
    let stride = history.records.len() / MOST_SAMPLES + 1;
    let mut rejections = history.records.iter().filter(|record| record.outcome == crate::history::Outcome::Rejected);
    let mut rejection = rejections.next();
    for (at, kind, index) in events {
        while let Some(record) = rejection.filter(|record| record.created < *at) {
            let _ = record;
            sweep.result.waiting_at_rejections.push(sweep.number_waiting);
            rejection = rejections.next();
        }
        sweep.pass_time(*at);
        sweep.apply(*kind, *index, (*index as usize).is_multiple_of(stride));
    }
    sweep.result
}

impl Sweep<'_> {
    fn pass_time(&mut self, at: Time) {
        if self.number_waiting > 0 {
            let level = self.running.min(self.result.waiting_by_running.len() - 1);
            self.result.waiting_by_running[level] += (at - self.last).as_secs_f64();
        }
        self.last = at;
    }

    fn apply(&mut self, kind: Kind, index: u32, is_sampled: bool) {
        let record = &self.history.records[index as usize];
        let need = record.need as usize;
        match kind {
            Kind::Due => {
                if is_sampled {
                    self.sample(index);
                }
                self.number_waiting += 1;
                self.result.most_waiting = self.result.most_waiting.max(self.number_waiting);
                self.waiting[need].insert((record.created, index));
                if self.has_priorities {
                    let priority = Reverse(record.priority.unwrap_or(0));
                    self.by_priority[need].insert((priority, record.created, index));
                }
            }
            Kind::Started => {
                self.look_at_choice(index);
                self.leave_queue(index);
                self.running += 1;
                self.take(index, true);
            }
            Kind::Ended | Kind::EndedAtOnce if record.started.is_some() => {
                for (sample, due) in self.open.drain(..) {
                    let passed = (self.last - due).as_secs_f64();
                    let sample = &mut self.result.to_free[sample];
                    sample.undisturbed = passed.min(sample.wait);
                }
                self.running -= 1;
                self.take(index, false);
            }
            Kind::Left | Kind::Ended | Kind::EndedAtOnce => self.leave_queue(index),
        }
    }

    fn leave_queue(&mut self, index: u32) {
        let record = &self.history.records[index as usize];
        let need = record.need as usize;
        self.number_waiting -= 1;
        if self.number_waiting == 0 {
            self.idle_since = self.last;
        }
        self.waiting[need].remove(&(record.created, index));
        if self.has_priorities {
            self.by_priority[need].remove(&(Reverse(record.priority.unwrap_or(0)), record.created, index));
        }
    }

    fn take(&mut self, index: u32, is_start: bool) {
        let record = &self.history.records[index as usize];
        let worker = match (self.named, record.worker) {
            (true, Some(worker)) => worker as usize,
            (true, None) => return,
            (false, _) => 0,
        };
        for (free, units) in self.free[worker].iter_mut().zip(&self.needs.units[record.need as usize]) {
            *free = if is_start { free.saturating_sub(*units) } else { free.saturating_add(*units) };
        }
    }

    /// If nothing that competes with an arriving job waits and a worker has room for it, its wait.
    fn sample(&mut self, index: u32) {
        let record = &self.history.records[index as usize];
        let Some(wait) = record.wait() else { return };
        let need = &self.needs.units[record.need as usize];
        let rivals = &self.rivals[record.need as usize];
        let is_first =
            self.waiting[record.need as usize].is_empty() && rivals.iter().all(|rival| self.waiting[*rival].is_empty());
        if !is_first {
            return;
        }
        let room = |free: &Units| -> u64 {
            free.iter().zip(need).filter(|(_, need)| **need > 0).map(|(free, need)| free / need).min().unwrap_or(1)
        };
        let free: u64 = if self.named {
            self.free.iter().filter(|free| room(free) > 0).count() as u64
        } else {
            self.free.first().map_or(0, room)
        };
        if free > 0 {
            let quiet = if self.number_waiting > 0 { 0.0 } else { (record.created - self.idle_since).as_secs_f64() };
            self.open.push((self.result.to_free.len(), record.created));
            let (wait, free) = (wait.as_secs_f64(), free.min(1_000_000) as u32);
            self.result.to_free.push(FreeArrival { wait, free, undisturbed: wait, quiet });
        }
    }

    /// Whether the job that starts is the oldest, the newest or the most important of those that
    /// could have started in its place.
    fn look_at_choice(&mut self, index: u32) {
        let record = &self.history.records[index as usize];
        let need = record.need as usize;
        let step = self.history.resolution;
        let early = |at: Time| at + step;
        if let (Some(first), Some(last)) = (self.waiting[need].first(), self.waiting[need].last())
            && self.waiting[need].len() > 1
        {
            self.result.choices += 1;
            self.result.oldest += usize::from(record.created <= early(first.0));
            self.result.newest += usize::from(early(record.created) >= last.0);
            if let Some((Reverse(priority), at, _)) = self.by_priority.get(need).and_then(BTreeSet::first) {
                let own = record.priority.unwrap_or(0);
                self.result.highest += usize::from(own == *priority && record.created <= early(*at));
            }
        }
        let heads = self.rivals[need].iter().filter_map(|rival| self.waiting[*rival].first());
        if let Some((earliest, _)) = heads.min() {
            self.result.choices_between_needs += 1;
            self.result.overtaking += usize::from(early(*earliest) < record.created);
        }
    }
}

impl Queueing {
    /// Seconds in which jobs waited.
    pub(super) fn waiting_seconds(&self) -> f64 {
        self.waiting_by_running.iter().sum()
    }

    /// The claim delay of a worker that jobs found free, as bounds of a uniform distribution in
    /// seconds. `None` without enough of them.
    ///
    /// The first of r workers claims, so the hazard of a start at t is r / (high - t). At the right
    /// bound, as many starts are seen as the hazards add up to (the estimating equation of a
    /// counting process). Only the first half of the delay is looked at: jobs that wait for another
    /// reason would otherwise decide.
    pub(super) fn claim_delay(&self, step: Span) -> Option<(f64, f64)> {
        if self.to_free.len() < MIN_SAMPLES {
            return None;
        }
        let mut waits: Vec<f64> = self.to_free.iter().map(|arrival| arrival.wait).collect();
        waits.sort_unstable_by(f64::total_cmp);
        let low = waits[waits.len() / 100];
        let low = if low < 0.1 * waits[waits.len() / 2] || low <= step.as_secs_f64() { 0.0 } else { low };
        let first = width(&self.to_free, low, waits[waits.len() - 1]);
        let quiet: Vec<FreeArrival> =
            self.to_free.iter().filter(|arrival| arrival.quiet >= low + 1.2 * first).copied().collect();
        let width = if quiet.len() < MIN_SAMPLES { first } else { width(&quiet, low, waits[waits.len() - 1]) };
        Some((low, low + width))
    }

    /// Quantiles of the waits of jobs that found a worker free: 50 % and 95 %.
    pub(super) fn free_waits(&self) -> Option<(f64, f64)> {
        let mut waits: Vec<f64> = self.to_free.iter().map(|arrival| arrival.wait).collect();
        waits.sort_unstable_by(f64::total_cmp);
        let at =
            |share: f64| waits.get(((waits.len() as f64 * share) as usize).min(waits.len().saturating_sub(1))).copied();
        Some((at(0.5)?, at(0.95)?))
    }
}

/// The width of the distribution of claim delays, see [`Queueing::claim_delay`].
fn width(arrivals: &[FreeArrival], low: f64, longest: f64) -> f64 {
    let surplus = |width: f64| -> f64 {
        let of = |arrival: &FreeArrival| {
            let until = (arrival.undisturbed - low).clamp(0.0, width / 2.0);
            let is_seen = arrival.wait <= arrival.undisturbed && arrival.wait - low <= width / 2.0;
            f64::from(u8::from(is_seen)) + f64::from(arrival.free) * math::ln_1p(-until / width)
        };
        arrivals.iter().map(of).sum()
    };
    // Too short a width makes hazards larger than the starts.
    let (mut short, mut long) = (1e-9, 2.0 * longest.max(1e-9));
    for _ in 0..60 {
        let middle = (short * long).sqrt();
        if surplus(middle) > 0.0 { long = middle } else { short = middle }
    }
    long
}
