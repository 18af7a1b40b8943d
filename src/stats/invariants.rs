//! Invariants of every run, checked in debug builds and absent from release builds.
//!
//! After every event, arrived = waiting + running + ended. No worker claims more than it offers.
//! And Little's law holds exactly: the integrals over time, taken here event by event, equal the
//! sums over rows that the statistics consist of.

use crate::engine::{Execution, InitialState, System};
use crate::model::job::{Job, JobId};
use crate::model::time::Time;
use crate::model::worker::WorkerId;

use super::action_stats::ActionStats;
use super::capacity_layout::CapacityLayout;
use super::occupancy::Occupancy;

/// The current numbers of rows and units, integrated on every change.
#[derive(Clone, Debug, Default)]
pub(super) struct Invariants {
    arrived: i64,
    ended: i64,
    /// By action: rows that fell due and count for job measures.
    counted: Vec<u64>,
    waiting: Level,
    running: Level,
    /// By action.
    waiting_of: Vec<Level>,
    running_of: Vec<Level>,
    /// By pair of worker and resource.
    busy: Vec<Level>,
    /// By job number: whether the row runs from the start, even on a worker that is full.
    runs_from_start: Vec<bool>,
    still_waiting: i64,
    still_running: i64,
    warmup: Time,
    /// Whether the horizon has passed, after which nothing is checked.
    is_closed: bool,
}

impl Invariants {
    pub(super) fn new(system: &System, layout: &CapacityLayout) -> Invariants {
        if !cfg!(debug_assertions) {
            return Invariants::default();
        }
        let level = Level { from: system.window.warmup.0, ..Level::default() };
        Invariants {
            waiting: level,
            running: level,
            counted: vec![0; system.actions.len()],
            waiting_of: vec![level; system.actions.len()],
            running_of: vec![level; system.actions.len()],
            busy: vec![level; layout.pairs()],
            warmup: system.window.warmup,
            runs_from_start: system.initial.iter().map(|row| row.state != InitialState::Waiting).collect(),
            ..Invariants::default()
        }
    }

    #[inline]
    fn is_checking(&self) -> bool {
        cfg!(debug_assertions) && !self.is_closed
    }

    /// A row fell due; `counts` tells whether it counts for job measures.
    #[inline]
    pub(super) fn due(&mut self, now: Time, job: &Job, counts: bool) {
        if self.is_checking() {
            self.arrived += 1;
            self.counted[usize::from(job.action.0)] += u64::from(counts);
            self.wait(now, job, 1);
            self.has_waited(now, job);
            self.assert_balance(now);
        }
    }

    /// A row that falls due late, such as the row of a firing that was made up for, has waited
    /// since it was scheduled.
    fn has_waited(&mut self, now: Time, job: &Job) {
        let since = job.scheduled_at.max(self.warmup);
        for level in [&mut self.waiting, &mut self.waiting_of[usize::from(job.action.0)]] {
            level.area += u128::from((now.0 - since.0).max(0).unsigned_abs());
        }
    }

    #[inline]
    pub(super) fn claimed(&mut self, now: Time, job: &Job, worker: WorkerId, occupancy: &Occupancy) {
        if self.is_checking() {
            self.wait(now, job, -1);
            self.count_running(now, job, 1);
            self.use_units(now, job, worker, 1, occupancy.layout());
            self.assert_fits(now, job, worker, occupancy);
            self.assert_balance(now);
        }
    }

    #[inline]
    pub(super) fn ended(&mut self, now: Time, job: &Job, run: Execution, layout: &CapacityLayout) {
        if self.is_checking() {
            self.ended += 1;
            self.count_running(now, job, -1);
            if run.busy_since != Time::NEVER {
                self.use_units(now, job, run.worker, -1, layout);
            }
            self.assert_balance(now);
        }
    }

    /// The worker of a running row went down.
    pub(super) fn interrupted(&mut self, now: Time, job: &Job, run: Execution, layout: &CapacityLayout) {
        if self.is_checking() {
            self.use_units(now, job, run.worker, -1, layout);
        }
    }

    /// An interrupted row occupies its worker again.
    pub(super) fn resumed(&mut self, now: Time, job: &Job, run: Execution, layout: &CapacityLayout) {
        if self.is_checking() {
            self.use_units(now, job, run.worker, 1, layout);
        }
    }

    #[inline]
    pub(super) fn left(&mut self, now: Time, job: &Job) {
        if self.is_checking() {
            self.ended += 1;
            self.wait(now, job, -1);
            self.assert_balance(now);
        }
    }

    pub(super) fn still_waiting(&mut self) {
        self.still_waiting += 1;
    }

    pub(super) fn still_running(&mut self) {
        self.still_running += 1;
    }

    fn assert_balance(&self, now: Time) {
        let there = self.waiting.height + self.running.height;
        assert_eq!(self.arrived, there + self.ended, "arrived = waiting + running + ended at {now:?}");
    }

    fn wait(&mut self, now: Time, job: &Job, rows: i64) {
        self.waiting.change(now, rows);
        self.waiting_of[usize::from(job.action.0)].change(now, rows);
    }

    fn count_running(&mut self, now: Time, job: &Job, rows: i64) {
        self.running.change(now, rows);
        self.running_of[usize::from(job.action.0)].change(now, rows);
    }

    fn use_units(&mut self, now: Time, job: &Job, worker: WorkerId, rows: i64, layout: &CapacityLayout) {
        for &(resource, taken) in layout.need(job.need) {
            self.busy[layout.first_pair(worker) + resource].change(now, rows * taken as i64);
        }
    }

    /// Asserts that a newly claimed row fits, unless it runs from the start.
    fn assert_fits(&self, now: Time, job: &Job, worker: WorkerId, occupancy: &Occupancy) {
        let JobId(number) = job.id;
        let from_start = self.runs_from_start.get(number as usize).is_some_and(|&from_start| from_start);
        let layout = occupancy.layout();
        for &(resource, _) in layout.need(job.need) {
            let pair = layout.first_pair(worker) + resource;
            let fits = self.busy[pair].height <= occupancy.offered(pair);
            assert!(fits || from_start, "{worker:?} has no room for {job:?} at {now:?}");
        }
    }

    /// Asserts that rows balance and that the sums over rows equal the integrals over time.
    /// Nothing is checked from then on.
    pub(super) fn close(&mut self, horizon: Time, actions: &[ActionStats], busy: &[u128]) {
        if !self.is_checking() {
            return;
        }
        self.is_closed = true;
        assert!(
            self.counted.iter().copied().eq(actions.iter().map(ActionStats::arrived)),
            "arrived = ended + unfinished"
        );
        assert_eq!(
            (self.still_waiting, self.still_running),
            (self.waiting.height, self.running.height),
            "rows at the end"
        );
        let area = |level: &mut Level| level.area_until(horizon);
        let (waiting, running) = (actions.iter().map(|a| a.waiting), actions.iter().map(|a| a.running));
        assert!(self.running_of.iter_mut().map(area).eq(running.clone()), "Little's law, running");
        assert!(self.waiting_of.iter_mut().map(area).eq(waiting.clone()), "Little's law, waiting");
        assert!(self.busy.iter_mut().map(area).eq(busy.iter().copied()), "Little's law, units in use");
        assert_eq!(area(&mut self.waiting), waiting.sum(), "Little's law, all waiting");
        assert_eq!(area(&mut self.running), running.sum(), "Little's law, all running");
    }
}

/// A number that changes at instants, and its integral since `from`.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    height: i64,
    from: i64,
    area: u128,
}

impl Level {
    fn change(&mut self, now: Time, by: i64) {
        self.area_until(now);
        self.height += by;
        assert!(self.height >= 0, "negative at {now:?}");
    }

    fn area_until(&mut self, now: Time) -> u128 {
        self.area += u128::from(self.height.unsigned_abs()) * u128::from((now.0 - self.from).max(0).unsigned_abs());
        self.from = self.from.max(now.0);
        self.area
    }
}
