//! Two replications that advance together from instant to instant, until their events differ.

use super::event::{JobIdMap, LogEntry, SharedEvent};
use super::matching::unmatched;
use super::recorder::Recorder;
use super::shared_ids::SharedIds;
use crate::model::job::JobId;
use crate::model::time::Time;
use crate::scenario::Scenario;
use crate::watched_run::{self, WatchedRun, Watcher};

/// One of the two.
pub(super) type Side<'a> = WatchedRun<'a>;

/// Two replications side by side.
#[derive(Debug)]
pub(super) struct PairedRun<'a> {
    pub(super) sides: [Side<'a>; 2],
    ids: JobIdMap,
    /// The end of the run that ends first.
    until: Time,
    has_begun: bool,
}

/// The comparison of an instant.
#[derive(Debug)]
pub(super) enum InstantOutcome {
    /// Both runs have the same events.
    Same,
    /// There are no more instants.
    Over,
    /// By run, the log indices of the events that only that run has.
    Diverged(Time, [Vec<usize>; 2]),
}

impl<'a> PairedRun<'a> {
    /// Both at the start. Each policy explains its choice of the job in `about`, if given.
    pub(super) fn start(pair: [&'a Scenario; 2], replication: u32, about: [Option<JobId>; 2]) -> PairedRun<'a> {
        let [one, other] = SharedIds::of(pair.map(|scenario| &scenario.system));
        let sides = [start(pair[0], replication, one, about[0]), start(pair[1], replication, other, about[1])];
        let until = pair[0].system.window.horizon.min(pair[1].system.window.horizon);
        PairedRun { sides, ids: JobIdMap::new(), until, has_begun: false }
    }

    /// Runs all events of the next instant in both.
    pub(super) fn step(&mut self) -> InstantOutcome {
        let at = match self.sides.iter().filter_map(Side::peek).min() {
            _ if !self.has_begun => Time::ZERO,
            Some(at) if at <= self.until => at,
            _ => return InstantOutcome::Over,
        };
        // Events during the construction belong to the start, before its other events.
        if std::mem::replace(&mut self.has_begun, true) {
            for side in &mut self.sides {
                side.observer_mut().recorder_mut().log.clear();
                side.run_until(at);
            }
        }
        let [one, other] = &self.sides;
        let only = unmatched(&mut self.ids, &one.observer().recorder().log, &other.observer().recorder().log);
        if only.iter().all(Vec::is_empty) { InstantOutcome::Same } else { InstantOutcome::Diverged(at, only) }
    }

    /// The completed fraction of the comparison.
    pub(super) fn progress(&self) -> f64 {
        let now = self.sides.iter().map(Side::now).min().unwrap_or_default();
        (now.as_secs_f64() / self.until.as_secs_f64()).clamp(0.0, 1.0)
    }

    /// An event of one run in the first run's job numbers.
    pub(super) fn shared(&self, side: usize, event: SharedEvent) -> SharedEvent {
        if side == 0 { event } else { event.translated(&self.ids) }
    }

    /// A job's number in one run, by its number in the other.
    pub(super) fn number_in(&self, side: usize, job: JobId) -> JobId {
        if side == 1 {
            self.ids.iter().find(|(_, first)| **first == job).map_or(job, |(second, _)| *second)
        } else {
            self.ids.get(&job).copied().unwrap_or(job)
        }
    }

    /// Runs one of the two on, alone, until a matching event; returns its time and the event.
    pub(super) fn seek(&mut self, side: usize, is_it: impl Fn(&SharedEvent) -> bool) -> Option<(Time, LogEntry)> {
        while self.sides[side].peek().is_some_and(|next| next <= self.until) {
            self.sides[side].observer_mut().recorder_mut().log.clear();
            self.sides[side].step();
            let log = &self.sides[side].observer().recorder().log;
            if let Some(entry) = log.iter().find(|entry| is_it(&self.shared(side, entry.event))) {
                return Some((self.sides[side].now(), *entry));
            }
        }
        None
    }
}

fn start(scenario: &Scenario, replication: u32, ids: SharedIds, about: Option<JobId>) -> Side<'_> {
    watched_run::start(scenario, replication, Watcher::Recorder(Recorder::new(ids)), about)
}
