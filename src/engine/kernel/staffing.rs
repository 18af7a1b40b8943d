//! Not needed to understand the kernel: the number of workers of a group changes, by shifts or by
//! an autoscaler.

use super::Simulation;
use super::state::WorkerChange;
use crate::arrival::ArrivalProcess;
use crate::calendar::EventClass;
use crate::model::capacity::NeedId;
use crate::model::job::JobOutcome;
use crate::model::time::Span;
use crate::model::worker::WorkerId;
use crate::observer::{Event, Observer};
use crate::policy::ClaimPolicy;
use crate::staffing::autoscaler::ScalingHistory;
use crate::staffing::places::Place;
use crate::system::staffing::{Leaving, ScalingMetric, Staffing, WorkerGroup};

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// Closes the places that have no worker at the start.
    pub(super) fn start_groups(&mut self) {
        for group in self.system.groups.iter().filter(|group| group.changes()) {
            group.places.clone().for_each(|worker| self.review_open(WorkerId(worker)));
        }
        let history = |group: &WorkerGroup| match group.staffing {
            Staffing::Autoscaler(_) => Some(ScalingHistory::new(group.initial)),
            _ => None,
        };
        self.workers.scaling = self.system.groups.iter().map(history).collect();
        self.review_needs_of_groups();
    }

    /// Schedules the first change of each group.
    pub(super) fn schedule_staffing(&mut self) {
        for (group, WorkerGroup { staffing, .. }) in self.system.groups.iter().enumerate() {
            match staffing {
                Staffing::Fixed => {}
                Staffing::Shifts(changes) | Staffing::Schedule(changes) => {
                    if let Some(first) = changes.first() {
                        self.schedule_change(first.at, WorkerChange::Staff { group, entry: 0 });
                    }
                }
                Staffing::Autoscaler(autoscaler) => {
                    self.calendar.schedule(self.now + autoscaler.period, EventClass::Scaling, group);
                }
            }
        }
    }

    /// A change by shifts or a schedule is due; tells whether it changes anything.
    pub(super) fn change_staff(&mut self, group: usize, entry: usize) -> bool {
        let (Staffing::Shifts(changes) | Staffing::Schedule(changes)) = &self.system.groups[group].staffing else {
            unreachable!("only shifts and schedules have entries")
        };
        if let Some(next) = changes.get(entry + 1) {
            self.schedule_change(next.at, WorkerChange::Staff { group, entry: entry + 1 });
        }
        let has_changed = self.set_number(group, changes[entry].count);
        self.note_alive(self.now);
        has_changed
    }

    /// An autoscaler looks at its group.
    #[cold]
    pub(super) fn scale(&mut self, group: usize) {
        let Staffing::Autoscaler(autoscaler) = &self.system.groups[group].staffing else {
            unreachable!("only an autoscaler looks again and again")
        };
        self.calendar.schedule(self.now + autoscaler.period, EventClass::Scaling, group);
        let current = self.workers.places.current(group);
        let Some(mut history) = self.workers.scaling[group].take() else { return };
        let read = |metric, workers| self.metric(group, metric, workers);
        let number = history.decide(autoscaler, self.now, current, read);
        self.workers.scaling[group] = Some(history);
        if self.set_number(group, number) {
            // The sweep of this instant is over.
            self.note_alive(self.now + Span(1));
            self.report_worker_change();
        }
    }

    /// The value of a metric for this number of workers.
    fn metric(&self, group: usize, metric: ScalingMetric, workers: u32) -> Option<f64> {
        let (needs, queue) = (&self.workers.needs_of[group], &self.queue.jobs);
        let waiting = || needs.iter().map(|need| queue.count_of(usize::from(*need))).sum::<usize>() as f64;
        let per_worker = |sum: f64| sum / f64::from(workers);
        Some(match metric {
            ScalingMetric::Waiting => waiting(),
            ScalingMetric::WaitingPerWorker => per_worker(waiting()),
            ScalingMetric::OldestWait => {
                // Where only their age counts, the first job of a need is the oldest.
                let looked_at = if size_of::<P::Rank>() == 0 { 1 } else { usize::MAX };
                let jobs = needs.iter().flat_map(|need| queue.of(*need).take(looked_at));
                let oldest = jobs.map(|job| job.scheduled_at).min();
                oldest.map_or(0.0, |oldest| (self.now - oldest).as_secs_f64())
            }
            ScalingMetric::Backlog => {
                let jobs = needs.iter().flat_map(|need| queue.of(*need));
                let nanos: i128 = jobs.map(|job| i128::from(self.candidate(job).estimate().0)).sum();
                let speed = self.system.worker(WorkerId(self.system.groups[group].places.start)).speed;
                per_worker(nanos as f64 / 1e9 / speed)
            }
            ScalingMetric::Utilization(resource) => {
                let (mut used, mut offered) = (0, 0);
                for worker in self.workers.places.current_workers(group) {
                    let capacity = self.workers.capacities[worker.0 as usize][resource];
                    offered += capacity;
                    if !self.workers.detector.is_down(worker) {
                        let free = self.workers.pool.free(worker.0 as usize).nth(usize::from(resource.0));
                        used += capacity - free.unwrap_or(capacity);
                    }
                }
                (offered > 0).then(|| used as f64 / offered as f64)?
            }
        })
    }

    /// Brings the needs of all groups with an autoscaler up to date.
    pub(super) fn review_needs_of_groups(&mut self) {
        if self.workers.scaling.iter().all(Option::is_none) {
            return;
        }
        let needs = (0..self.system.needs.len()).map(|need| NeedId(need as u16));
        let needs_of = |group: &WorkerGroup| {
            let fits = |need: &NeedId| {
                group.places.clone().any(|worker| {
                    self.workers.capacities[worker as usize].fits(self.system.need(*need))
                        && self.system.has_labels(WorkerId(worker), *need)
                })
            };
            needs.clone().filter(fits).collect()
        };
        self.workers.needs_of = self.system.groups.iter().map(needs_of).collect();
    }

    /// A group has this number of current workers from now on; tells whether that is a change.
    fn set_number(&mut self, group: usize, number: u32) -> bool {
        let current = self.workers.places.current(group);
        if number == current {
            return false;
        }
        if self.system.groups[group].is_autoscaled() {
            self.observer.on(self.now, &Event::GroupScaled { group, from: current, to: number });
        }
        if number > current {
            (current..number).for_each(|_| self.add_worker(group));
        } else {
            self.remove_workers(group, (current - number) as usize);
        }
        // Together at the end, as each may give the others a majority or take it from them.
        self.review_quorum();
        self.system.groups[group].places.clone().for_each(|worker| self.review_open(WorkerId(worker)));
        true
    }

    /// A group gets another worker.
    fn add_worker(&mut self, group: usize) {
        if let Some(worker) = self.workers.places.first_empty(group) {
            self.workers.places.set(worker, Place::Ordered);
            self.workers.detector.set_there(worker, true, self.now);
            self.observer.on(self.now, &Event::WorkerOrdered { worker });
            if !self.workers.detector.is_down(worker) {
                self.start_worker(worker, true);
            }
        } else if let Some(worker) = self.workers.places.first_draining(group) {
            self.make_ready(worker);
        }
    }

    /// A worker of a group begins to start, because it was ordered or because it is back.
    fn start_worker(&mut self, worker: WorkerId, is_ordered: bool) {
        let Some(group) = self.workers.places.group_of(worker) else { return };
        let WorkerGroup { startup, order_startup, .. } = &self.system.groups[group];
        let startup = if is_ordered { order_startup } else { startup };
        self.workers.places.set(worker, Place::Starting);
        let lasts = self.workers.places.draw(self.system, worker, startup.as_ref());
        if lasts == Span::ZERO {
            return self.make_ready(worker);
        }
        let change = self.workers.places.changes(worker);
        self.schedule_change(self.now + lasts, WorkerChange::Started { worker, change });
    }

    /// A worker is back from an outage: it starts.
    pub(super) fn start_after_outage(&mut self, worker: WorkerId) {
        let Some(group) = self.workers.places.group_of(worker) else { return };
        match self.workers.places.of(worker) {
            Place::Ordered => self.start_worker(worker, true),
            Place::Starting => self.start_worker(worker, false),
            Place::Ready if self.system.groups[group].startup.is_some() => self.start_worker(worker, false),
            Place::Ready | Place::Draining | Place::Empty => {}
        }
    }

    /// The start of a worker is over, unless it was called off; tells whether the worker is ready.
    pub(super) fn finish_start(&mut self, worker: WorkerId, change: u32) -> bool {
        let is_current = self.workers.places.changes(worker) == change;
        if is_current {
            self.make_ready(worker);
            self.review_open(worker);
        }
        is_current
    }

    fn make_ready(&mut self, worker: WorkerId) {
        self.workers.places.set(worker, Place::Ready);
        self.observer.on(self.now, &Event::WorkerReady { worker });
    }

    /// Some workers of a group go: idle ones first, then the others, each from the highest place
    /// down.
    fn remove_workers(&mut self, group: usize, count: usize) {
        let workers = || self.workers.places.current_workers(group).rev();
        let is_idle = |worker: &WorkerId| self.jobs.running.is_idle(*worker);
        let idle = workers().filter(is_idle);
        let leaving: Vec<WorkerId> = idle.chain(workers().filter(|worker| !is_idle(worker))).take(count).collect();
        for worker in leaving {
            let is_killed = self.system.groups[group].leaving == Leaving::Kill;
            if self.jobs.running.is_idle(worker) {
                self.empty_place(worker);
            } else if is_killed && !self.workers.detector.is_down(worker) {
                self.empty_place(worker);
                for slot in self.jobs.running.on(worker) {
                    self.end(slot, JobOutcome::WorkerShutdown);
                }
            } else {
                self.workers.places.set(worker, Place::Draining);
                self.review_open(worker);
                self.observer.on(self.now, &Event::WorkerDraining { worker });
            }
        }
    }

    /// A row has ended on a worker that does not claim: if it drains, it goes with its last row.
    #[cold]
    pub(super) fn go_if_drained(&mut self, worker: WorkerId) {
        if self.workers.places.of(worker) == Place::Draining && self.jobs.running.is_idle(worker) {
            self.empty_place(worker);
            self.review_quorum();
            self.report_worker_change();
        }
    }

    /// A worker goes.
    fn empty_place(&mut self, worker: WorkerId) {
        self.workers.places.set(worker, Place::Empty);
        self.workers.detector.set_there(worker, false, self.now);
        self.review_open(worker);
        self.observer.on(self.now, &Event::WorkerGone { worker });
        if self.workers.detector.is_any_alive() {
            self.schedule_missed_firings();
        }
    }
}
