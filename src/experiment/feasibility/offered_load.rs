//! The work that arrives: for each action and need the number of jobs, the number of their
//! attempts, and how long they hold capacity.

use std::collections::BTreeMap;

use super::attempt_duration::{self, Attempt};
use super::cron_firings;
use crate::arrival::{ArrivalModel, ListedJob};
use crate::engine::{CancelRequest, InitialRow, InitialState, JobFilter, JobOverrides, Overlap};
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::time::{Span, Time};
use crate::random::dist::Distribution;
use crate::scenario::Scenario;

/// The jobs of one action with one need that arrive within a part of the run, on average.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferedWork {
    /// Their action.
    pub action: ActionId,
    /// What each of them holds while it runs.
    pub need: NeedId,
    /// Jobs, without their retries.
    pub jobs: f64,
    /// Attempts: jobs and their retries.
    pub attempts: f64,
    /// The total number of seconds for which they hold what they need.
    pub seconds: f64,
    /// How unevenly the work arrives: the mean square of an attempt's seconds, and more where jobs
    /// arrive in batches, summed over the attempts (see `LoadProblem::relaxation`).
    pub(super) square: f64,
    /// Whether they come from a fixed population that waits for them. The number is then a maximum.
    pub is_closed: bool,
    /// Whether they hold what they need while children run. `seconds` is then a minimum.
    pub waits_for_children: bool,
    /// Whether jobs may leave unserved, be rejected, or be skipped because others are there. In the
    /// long run they can then never exceed what the workers can do.
    pub may_leave: bool,
}

impl OfferedWork {
    /// Seconds for which a job holds what it needs, over all its attempts; 0 without jobs.
    pub fn held_s(&self) -> f64 {
        if self.jobs > 0.0 { self.seconds / self.jobs } else { 0.0 }
    }
}

/// Which sources count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SourceFilter {
    /// All of them.
    All,
    /// Those whose jobs arrive at a rate: no crons, no lists, no closed populations. The rate
    /// counts even where the times between arrivals are constant.
    Random,
}

/// Computes what arrives when, and remembers the attempts it has computed.
pub(super) struct OfferedLoad<'a> {
    scenario: &'a Scenario,
    attempts: BTreeMap<Key, Attempt>,
}

/// Everything an attempt's duration depends on.
type Key = (ActionId, [Option<i64>; 4], Option<u32>);

/// A stream of jobs: how many arrive in some time, and in what clumps.
#[derive(Clone, Copy)]
struct Flow {
    action: ActionId,
    overrides: JobOverrides,
    jobs: f64,
    /// The long-run variance of the number of arriving jobs, divided by its mean: 1 for single jobs
    /// at random.
    clumps: f64,
    is_closed: bool,
    may_leave: bool,
    starts_children: bool,
}

impl Flow {
    /// Single jobs of an action.
    fn new(action: ActionId, jobs: f64) -> Flow {
        let (overrides, clumps) = (JobOverrides::default(), 1.0);
        Flow { action, overrides, jobs, clumps, is_closed: false, may_leave: false, starts_children: true }
    }
}

impl<'a> OfferedLoad<'a> {
    pub(super) fn new(scenario: &'a Scenario) -> OfferedLoad<'a> {
        OfferedLoad { scenario, attempts: BTreeMap::new() }
    }

    /// The work that arrives from `from` through `to`, by action and need.
    pub(super) fn between(&mut self, from: Time, to: Time, filter: SourceFilter) -> Vec<OfferedWork> {
        let mut works = BTreeMap::new();
        for source in &self.scenario.sources {
            if filter == SourceFilter::All || source.is_random() {
                self.source(source, from, to, filter, &mut works);
            }
        }
        if filter == SourceFilter::All {
            for row in self.scenario.system.initial.iter().filter(|row| arrives_within(row, from, to)) {
                let overrides = JobOverrides {
                    need: Some(row.need),
                    retries: row.retries_left,
                    deadline: row.deadline,
                    stop_timeout: row.stop_timeout,
                    ..JobOverrides::default()
                };
                let starts_children = row.state == InitialState::Waiting;
                self.add(Flow { overrides, starts_children, ..Flow::new(row.action, 1.0) }, &mut works);
            }
        }
        works.into_values().filter(|work: &OfferedWork| work.jobs > 0.0).collect()
    }

    fn source(&mut self, source: &ArrivalModel, from: Time, to: Time, filter: SourceFilter, works: &mut Works) {
        let seconds = (to - from).as_secs_f64();
        match source {
            ArrivalModel::Poisson { action, rate, batch, .. } => {
                self.add(batches(*action, rate.as_per_second() * seconds, 1.0, batch.as_ref()), works);
            }
            ArrivalModel::Renewal { action, between, batch, .. } => {
                let (mean, variance) = (between.mean(), between.variance());
                let is_counted = filter == SourceFilter::All && variance == 0.0;
                let arrivals = if is_counted { multiples(mean, from, to) } else { seconds / mean };
                self.add(batches(*action, arrivals, variance / (mean * mean), batch.as_ref()), works);
            }
            ArrivalModel::Profile { action, rates, batch, .. } => {
                let arrivals = rates.expected(self.scenario.epoch, from, to);
                self.add(batches(*action, arrivals, 1.0, batch.as_ref()), works);
            }
            ArrivalModel::Listed(jobs) => {
                let first = jobs.partition_point(|job| job.at() < from);
                for ListedJob { arrival, overrides } in jobs[first..].iter().take_while(|job| job.at() <= to) {
                    self.add(Flow { overrides: *overrides, ..Flow::new(arrival.action, arrival.count as f64) }, works);
                }
            }
            ArrivalModel::Closed { action, population, think, .. } => {
                let attempt = self.attempt(*action, &JobOverrides::default());
                let cycle = think.mean() + attempt.mean * attempt.tries;
                let jobs = if cycle > 0.0 { f64::from(*population) * seconds / cycle } else { 0.0 };
                self.add(Flow { is_closed: true, ..Flow::new(*action, jobs) }, works);
            }
            ArrivalModel::Cron { action, schedule, overlap, overrides, .. } => {
                let jobs = cron_firings::between(schedule, self.scenario.epoch, from, to);
                let flow = Flow { overrides: *overrides, clumps: 0.0, ..Flow::new(*action, jobs) };
                self.add(Flow { may_leave: *overlap != Overlap::Enqueue, ..flow }, works);
            }
        }
    }

    /// Adds the jobs of a flow, and their children.
    fn add(&mut self, flow: Flow, works: &mut Works) {
        let system = &self.scenario.system;
        let model = system.action(flow.action);
        let attempt = self.attempt(flow.action, &flow.overrides);
        let need = flow.overrides.need.unwrap_or(model.need);
        let (attempts, mut mean) = (flow.jobs * attempt.tries, attempt.mean);
        let spawns = model.spawns.as_ref().filter(|_| flow.starts_children);
        if let Some(spawns) = spawns {
            let child = system.action(spawns.action);
            let held = attempt_duration::at_least_one(&spawns.count)
                * attempt_duration::held_for_child(model, &flow.overrides, child);
            mean = mean.max(held);
            let children =
                Flow { jobs: attempts * attempt_duration::rounded(&spawns.count).0, ..Flow::new(spawns.action, 0.0) };
            self.add(Flow { is_closed: flow.is_closed, may_leave: flow.may_leave, ..children }, works);
        }
        let work = works.entry((flow.action, need, flow.is_closed)).or_insert_with(|| OfferedWork {
            action: flow.action,
            need,
            jobs: 0.0,
            attempts: 0.0,
            seconds: 0.0,
            square: 0.0,
            is_closed: flow.is_closed,
            waits_for_children: false,
            may_leave: true,
        });
        work.jobs += flow.jobs;
        work.attempts += attempts;
        work.seconds += attempts * mean;
        work.square += attempts * (attempt.square + (flow.clumps - 1.0) * mean * mean);
        work.waits_for_children |= spawns.is_some();
        // One flow whose jobs never leave is enough to make the queue grow.
        work.may_leave &= flow.may_leave || flow.jobs == 0.0 || self.may_leave(flow.action);
    }

    /// Whether waiting jobs of an action may leave, or be rejected.
    fn may_leave(&self, action: ActionId) -> bool {
        let system = &self.scenario.system;
        let model = system.action(action);
        let applies =
            |cancel: &CancelRequest| cancel.jobs != JobFilter::Running && cancel.action.is_none_or(|of| of == action);
        model.patience.is_some()
            || model.cancel_rate.as_per_second() > 0.0
            || system.queue_limit.is_some()
            || system.cancels.iter().any(applies)
    }

    /// The average attempt. It is computed once, unless that is faster than a look-up.
    pub(super) fn attempt(&mut self, action: ActionId, overrides: &JobOverrides) -> Attempt {
        let model = self.scenario.system.action(action);
        let stops_at_once = overrides.stop_timeout.unwrap_or(model.stop_timeout) == Span::ZERO;
        if overrides.service.is_some() && stops_at_once && !model.estimate.is_random() {
            return Attempt::of(model, overrides);
        }
        let nanos = |span: Option<Span>| span.map(|span| span.0);
        let lengths = [overrides.service, overrides.estimate, overrides.deadline, overrides.stop_timeout].map(nanos);
        *self.attempts.entry((action, lengths, overrides.retries)).or_insert_with(|| Attempt::of(model, overrides))
    }
}

type Works = BTreeMap<(ActionId, NeedId, bool), OfferedWork>;

/// Batches whose number of arrivals has a variance of `dispersion` times its mean.
fn batches(action: ActionId, arrivals: f64, dispersion: f64, batch: Option<&Distribution>) -> Flow {
    let (mean, square) = batch.map_or((1.0, 1.0), attempt_duration::rounded);
    let clumps = if mean > 0.0 { (dispersion * mean * mean + square - mean * mean) / mean } else { 1.0 };
    Flow { clumps, ..Flow::new(action, arrivals * mean) }
}

/// The number of multiples of a duration, except 0 itself, from `from` through `to`.
fn multiples(seconds: f64, from: Time, to: Time) -> f64 {
    let length = Span::from_secs_f64(seconds).0.max(1);
    let up_to = |time: i64| time.div_euclid(length).max(0);
    (up_to(to.0) - up_to(from.0 - 1)) as f64
}

/// Whether a row of the initial state arrives in that time. Rows that wait or run at the start
/// arrive then.
fn arrives_within(row: &InitialRow, from: Time, to: Time) -> bool {
    let at = row.scheduled_at.max(Time::ZERO);
    from <= at && at <= to
}
