//! The workers of a history, and how much runs on each at once.
//!
//! A history names workers and what ran on them, and no capacities. What ran on a worker at once is
//! a lower bound of its capacity; where jobs waited meanwhile, it is the capacity itself.

use super::timeline::{Event, Kind};
use crate::history::JobHistory;

/// Units of each resource.
pub(super) type Units = Vec<u64>;

/// If more than this share of the runs names no worker, workers count as unknown.
const MOST_UNNAMED: f64 = 0.05;
/// Workers that run fewer rows than this on average, and of which far more are named than are
/// active at once, are made for their jobs and tell nothing about each other.
const FEW_RUNS: f64 = 5.0;
const MANY_NAMES: usize = 4;
/// With fewer rows for each worker, a resource that a worker never used may still be there.
const FEW_USES: usize = 5;

/// The needs of records in units of each resource of the scenario.
#[derive(Debug)]
pub(super) struct Needs {
    /// By index of [`JobHistory::needs`].
    pub(super) units: Vec<Units>,
    /// Number of resources, at least 1.
    pub(super) resources: usize,
    /// Whether the history tells needs; otherwise each row takes a slot.
    pub(super) told: bool,
}

impl Needs {
    pub(super) fn new(history: &JobHistory) -> Needs {
        let told = history.needs.iter().any(|need| need.iter().any(|(_, units)| *units > 0));
        let resources = if told { history.resources.len().max(1) } else { 1 };
        let dense = |need: &crate::history::Need| {
            let mut units = vec![u64::from(!told); resources];
            for (resource, amount) in need {
                if let Some(slot) = units.get_mut(*resource as usize) {
                    *slot = *amount;
                }
            }
            units
        };
        Needs { units: history.needs.iter().map(dense).collect(), resources, told }
    }
}

/// What ran at once.
#[derive(Debug)]
pub(super) struct Pool {
    /// Whether capacities are by worker; otherwise all of it is one pool.
    pub(super) named: bool,
    /// Workers that records name.
    pub(super) distinct: usize,
    /// The most units of each worker that were in use at once; of one pool without names.
    pub(super) most: Vec<Units>,
    /// The most workers with something running at once.
    pub(super) most_active: usize,
    /// The most rows that ran at once.
    pub(super) most_running: usize,
    /// The most units in use at once, of all workers together.
    pub(super) most_units: Units,
    /// Rows that ran on each worker.
    pub(super) runs: Vec<usize>,
    /// Unit-seconds in use, by resource.
    pub(super) busy: Vec<f64>,
    /// Whether workers come and go with their jobs, so that their names tell nothing.
    pub(super) ephemeral: bool,
}

impl Pool {
    /// What ran at once in these events.
    pub(super) fn new(history: &JobHistory, needs: &Needs, events: &[Event]) -> Pool {
        let mut peaks = Peaks::new(history.workers.len(), needs.resources);
        for (_, kind, index) in events {
            let record = &history.records[*index as usize];
            let (units, worker) = (&needs.units[record.need as usize], record.worker);
            let is_short = record.started.is_some() && record.started == record.finished;
            match kind {
                Kind::Started if is_short => peaks.blink(units, worker),
                Kind::Started => peaks.start(units, worker),
                Kind::Ended => peaks.end(units, worker),
                _ => {}
            }
        }
        let mut busy = vec![0.0; needs.resources];
        for record in &history.records {
            let Some(started) = record.started else { continue };
            let seconds = (record.finished.unwrap_or(history.until) - started).as_secs_f64().max(0.0);
            for (sum, units) in busy.iter_mut().zip(&needs.units[record.need as usize]) {
                *sum += seconds * *units as f64;
            }
        }
        peaks.finish(busy)
    }

    /// The capacities to assume: of each worker, or of one pool.
    pub(super) fn capacities(&self) -> Vec<Units> {
        if self.named { self.most.clone() } else { vec![self.most_units.clone()] }
    }
}

/// Running sums and their peaks.
struct Peaks {
    resources: usize,
    /// By worker and resource.
    now: Vec<u64>,
    most: Vec<u64>,
    /// Runs that used the resource.
    uses: Vec<usize>,
    running_on: Vec<usize>,
    runs: Vec<usize>,
    all_now: Units,
    all_most: Units,
    running: usize,
    most_running: usize,
    active: usize,
    most_active: usize,
    unnamed: usize,
}

impl Peaks {
    fn new(workers: usize, resources: usize) -> Peaks {
        Peaks {
            resources,
            now: vec![0; workers * resources],
            most: vec![0; workers * resources],
            uses: vec![0; workers * resources],
            running_on: vec![0; workers],
            runs: vec![0; workers],
            all_now: vec![0; resources],
            all_most: vec![0; resources],
            running: 0,
            most_running: 0,
            active: 0,
            most_active: 0,
            unnamed: 0,
        }
    }

    fn start(&mut self, units: &[u64], worker: Option<u32>) {
        self.running += 1;
        self.most_running = self.most_running.max(self.running);
        for (resource, units) in units.iter().enumerate() {
            self.all_now[resource] = self.all_now[resource].saturating_add(*units);
            self.all_most[resource] = self.all_most[resource].max(self.all_now[resource]);
        }
        let Some(worker) = worker.map(|worker| worker as usize) else {
            self.unnamed += 1;
            return;
        };
        self.runs[worker] += 1;
        self.running_on[worker] += 1;
        if self.running_on[worker] == 1 {
            self.active += 1;
            self.most_active = self.most_active.max(self.active);
        }
        for (resource, units) in units.iter().enumerate() {
            let at = worker * self.resources + resource;
            self.uses[at] += usize::from(*units > 0);
            self.now[at] = self.now[at].saturating_add(*units);
            self.most[at] = self.most[at].max(self.now[at]);
        }
    }

    /// A run that ends at the instant at which it starts. Where times are rounded, others that
    /// start then may do so after its end, so it takes nothing from them.
    fn blink(&mut self, units: &[u64], worker: Option<u32>) {
        self.most_running = self.most_running.max(1);
        for (most, units) in self.all_most.iter_mut().zip(units) {
            *most = (*most).max(*units);
        }
        let Some(worker) = worker.map(|worker| worker as usize) else {
            self.unnamed += 1;
            return;
        };
        self.runs[worker] += 1;
        self.most_active = self.most_active.max(1);
        for (resource, units) in units.iter().enumerate() {
            let most = &mut self.most[worker * self.resources + resource];
            *most = (*most).max(*units);
        }
    }

    fn end(&mut self, units: &[u64], worker: Option<u32>) {
        self.running -= 1;
        for (resource, units) in units.iter().enumerate() {
            self.all_now[resource] = self.all_now[resource].saturating_sub(*units);
        }
        let Some(worker) = worker.map(|worker| worker as usize) else { return };
        self.running_on[worker] -= 1;
        if self.running_on[worker] == 0 {
            self.active -= 1;
        }
        for (resource, units) in units.iter().enumerate() {
            let at = worker * self.resources + resource;
            self.now[at] = self.now[at].saturating_sub(*units);
        }
    }

    /// Gives workers that ran nothing with a rarely used resource as much of it as others have: if
    /// few rows use it, they may have missed a worker by chance.
    fn add_rare_resources(&mut self) {
        let workers: Vec<usize> = (0..self.runs.len()).filter(|worker| self.runs[*worker] > 0).collect();
        for resource in 0..self.resources {
            let at = |worker: &usize| worker * self.resources + resource;
            let uses: usize = workers.iter().map(|worker| self.uses[at(worker)]).sum();
            let most = workers.iter().map(|worker| self.most[at(worker)]).max().unwrap_or(0);
            if uses < FEW_USES * workers.len() {
                for worker in &workers {
                    let at = at(worker);
                    if self.uses[at] == 0 {
                        self.most[at] = most;
                    }
                }
            }
        }
    }

    fn finish(mut self, busy: Vec<f64>) -> Pool {
        self.add_rare_resources();
        let named_runs: usize = self.runs.iter().sum();
        let all = named_runs + self.unnamed;
        let distinct = self.runs.iter().filter(|runs| **runs > 0).count();
        let ephemeral =
            distinct > MANY_NAMES * self.most_active.max(1) && (named_runs as f64) < FEW_RUNS * distinct as f64;
        let named = all > 0 && self.unnamed as f64 <= MOST_UNNAMED * all as f64 && !ephemeral;
        Pool {
            named,
            distinct,
            most: self.most.chunks(self.resources).map(<[u64]>::to_vec).collect(),
            most_active: self.most_active,
            most_running: self.most_running,
            most_units: self.all_most,
            runs: self.runs,
            busy,
            ephemeral,
        }
    }
}
