//! The work that arrives: for each action and need the number of jobs, the number of their
//! attempts, and how long they hold capacity.

use std::collections::BTreeMap;

use super::attempt_duration::{self, Attempt};
use super::cron_firings;
use crate::arrival::{ArrivalModel, ListedJob};
use crate::engine::{InitialRow, InitialState, JobOverrides, MisfireRule, Overlap, System};
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
    /// Whether jobs may leave before they are done, be rejected, or be skipped. In the long run
    /// they can then never exceed what the workers can do.
    pub may_leave: bool,
    /// Jobs whose number or whose time is random.
    pub(super) random_jobs: f64,
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
pub(super) type Key = (ActionId, [Option<i64>; 4], Option<u32>);

/// A stream of jobs: how many arrive in some time, and in what clumps.
#[derive(Clone, Copy)]
pub(super) struct Flow {
    pub(super) action: ActionId,
    pub(super) overrides: JobOverrides,
    /// Their mean number.
    jobs: f64,
    /// No more than their mean number: the time of the first of several arrivals is not known.
    pub(super) least: f64,
    /// The long-run variance of the number of arriving jobs, divided by its mean: 1 for single jobs
    /// at random.
    clumps: f64,
    is_random: bool,
    pub(super) may_leave: bool,
    pub(super) origin: Origin,
}

/// Where jobs come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// They arrive, whatever the workers do.
    Arrival,
    /// A fixed population sends them.
    Closed,
    /// They run at the start, so that a policy has no say in it.
    Running,
}

impl Flow {
    /// Single jobs of an action, none of which is random.
    fn new(action: ActionId, jobs: f64) -> Flow {
        let (overrides, clumps, least) = (JobOverrides::default(), 1.0, jobs);
        let (is_random, may_leave, origin) = (false, false, Origin::Arrival);
        Flow { action, overrides, jobs, least, clumps, is_random, may_leave, origin }
    }
}

impl<'a> OfferedLoad<'a> {
    pub(super) fn new(scenario: &'a Scenario) -> OfferedLoad<'a> {
        OfferedLoad { scenario, attempts: BTreeMap::new() }
    }

    /// The work that arrives from `from` through `to`, by action and need.
    pub(super) fn between(&mut self, from: Time, to: Time, filter: SourceFilter) -> Vec<OfferedWork> {
        let mut works = BTreeMap::new();
        self.flows(from, to, filter, |load, flow| load.add(flow, &mut works));
        works.into_values().filter(|work: &OfferedWork| work.jobs > 0.0).collect()
    }

    /// The jobs that arrive from `from` through `to`, without their children.
    pub(super) fn flows(&mut self, from: Time, to: Time, filter: SourceFilter, mut take: impl FnMut(&mut Self, Flow)) {
        let scenario = self.scenario;
        for source in scenario.sources.iter().filter(|source| filter == SourceFilter::All || source.is_random()) {
            self.source(source, from, to, filter, &mut |load, flow| {
                let may_leave = flow.may_leave || may_leave(&scenario.system, flow.action);
                take(load, Flow { may_leave, ..flow });
            });
        }
        if filter != SourceFilter::All {
            return;
        }
        // A row that is asked to stop holds what it needs for next to no time.
        let is_work = |row: &&InitialRow| !matches!(row.state, InitialState::CancelRequested(_));
        for row in scenario.system.initial.iter().filter(is_work).filter(|row| arrives_within(row, from, to)) {
            let overrides = JobOverrides {
                need: Some(row.need),
                retries: row.retries_left,
                deadline: row.deadline,
                stop_timeout: row.stop_timeout,
                ..JobOverrides::default()
            };
            let origin = if row.state == InitialState::Waiting { Origin::Arrival } else { Origin::Running };
            let may_leave = may_leave(&scenario.system, row.action);
            take(self, Flow { overrides, may_leave, origin, ..Flow::new(row.action, 1.0) });
        }
    }

    fn source(
        &mut self,
        source: &ArrivalModel,
        from: Time,
        to: Time,
        filter: SourceFilter,
        take: &mut dyn FnMut(&mut Self, Flow),
    ) {
        let seconds = (to - from).as_secs_f64();
        match source {
            ArrivalModel::Poisson { action, rate, batch, .. } => {
                take(self, batches(*action, rate.as_per_second() * seconds, 1.0, batch.as_ref()));
            }
            ArrivalModel::Renewal { action, between, batch, .. } => {
                let (mean, variance) = (between.mean(), between.variance());
                let is_counted = filter == SourceFilter::All && variance == 0.0;
                let arrivals = if is_counted { multiples(mean, from, to) } else { seconds / mean };
                let flow = batches(*action, arrivals, variance / (mean * mean), batch.as_ref());
                // In a time t there are at least t / mean - 1 arrivals on average.
                let is_known = filter == SourceFilter::Random || variance == 0.0;
                let fewer = if is_known || arrivals <= 0.0 { 0.0 } else { flow.jobs / arrivals };
                take(self, Flow { least: (flow.jobs - fewer).max(0.0), ..flow });
            }
            ArrivalModel::Profile { action, rates, batch, .. } => {
                let arrivals = rates.expected(self.scenario.epoch, from, to);
                take(self, batches(*action, arrivals, 1.0, batch.as_ref()));
            }
            ArrivalModel::Listed(jobs) => {
                let first = jobs.partition_point(|job| job.at() < from);
                for ListedJob { arrival, overrides } in jobs[first..].iter().take_while(|job| job.at() <= to) {
                    take(self, Flow { overrides: *overrides, ..Flow::new(arrival.action, arrival.count as f64) });
                }
            }
            ArrivalModel::Closed { action, population, think, .. } => {
                let attempt = self.attempt(*action, &JobOverrides::default());
                let cycle = think.mean() + attempt.mean * attempt.tries;
                let jobs = if cycle > 0.0 { f64::from(*population) * seconds / cycle } else { 0.0 };
                take(self, Flow { origin: Origin::Closed, ..Flow::new(*action, jobs) });
            }
            ArrivalModel::Cron { action, schedule, overlap, missed, overrides } => {
                let jobs = cron_firings::between(schedule, self.scenario.epoch, from, to);
                // While no worker is alive, no cron fires.
                let is_missed = *missed != MisfireRule::All && self.scenario.system.availability.has_outages();
                let may_leave = *overlap != Overlap::Enqueue || is_missed;
                take(self, Flow { overrides: *overrides, clumps: 0.0, may_leave, ..Flow::new(*action, jobs) });
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
        let is_random = flow.is_random || attempt.is_random();
        let spawns = model.spawns.as_ref().filter(|_| flow.origin != Origin::Running);
        if let Some(spawns) = spawns {
            let child = system.action(spawns.action);
            let held = attempt_duration::at_least_one(&spawns.count)
                * attempt_duration::held_for_child(model, &flow.overrides, child);
            mean = mean.max(held);
            let children = attempts * attempt_duration::rounded(&spawns.count).0;
            let is_random = is_random || spawns.count.variance() > 0.0;
            let may_leave = flow.may_leave || may_leave(system, spawns.action);
            let children = Flow { is_random, may_leave, origin: flow.origin, ..Flow::new(spawns.action, children) };
            self.add(children, works);
        }
        // Jobs that may leave are kept apart from those of the same action that stay.
        let is_closed = flow.origin == Origin::Closed;
        let key = (flow.action, need, is_closed, flow.may_leave);
        let work = works.entry(key).or_insert_with(|| OfferedWork {
            action: flow.action,
            need,
            jobs: 0.0,
            attempts: 0.0,
            seconds: 0.0,
            square: 0.0,
            is_closed,
            waits_for_children: false,
            may_leave: flow.may_leave,
            random_jobs: 0.0,
        });
        work.jobs += flow.jobs;
        work.attempts += attempts;
        work.seconds += attempts * mean;
        work.square += attempts * (attempt.square + (flow.clumps - 1.0) * mean * mean);
        work.waits_for_children |= spawns.is_some();
        work.random_jobs += if is_random { flow.jobs } else { 0.0 };
    }

    /// The average attempt. It is computed once, unless that is faster than a look-up.
    pub(super) fn attempt(&mut self, action: ActionId, overrides: &JobOverrides) -> Attempt {
        let model = self.scenario.system.action(action);
        let stops_at_once = overrides.stop_timeout.unwrap_or(model.stop_timeout) == Span::ZERO;
        if overrides.service.is_some() && stops_at_once && !model.estimate.is_random() {
            return Attempt::of(model, overrides);
        }
        *self.attempts.entry(key(action, overrides)).or_insert_with(|| Attempt::of(model, overrides))
    }
}

/// What the duration of such an attempt depends on.
pub(super) fn key(action: ActionId, overrides: &JobOverrides) -> Key {
    let nanos = |span: Option<Span>| span.map(|span| span.0);
    let lengths = [overrides.service, overrides.estimate, overrides.deadline, overrides.stop_timeout].map(nanos);
    (action, lengths, overrides.retries)
}

/// Whether jobs of an action may leave before they are done, or be rejected.
pub(super) fn may_leave(system: &System, action: ActionId) -> bool {
    let model = system.action(action);
    model.patience.is_some()
        || model.cancel_rate.as_per_second() > 0.0
        || system.queue_limit.is_some()
        || system.cancels.iter().any(|cancel| cancel.action.is_none_or(|of| of == action))
}

type Works = BTreeMap<(ActionId, NeedId, bool, bool), OfferedWork>;

/// Batches whose number of arrivals has a variance of `dispersion` times its mean.
fn batches(action: ActionId, arrivals: f64, dispersion: f64, batch: Option<&Distribution>) -> Flow {
    let (mean, square) = batch.map_or((1.0, 1.0), attempt_duration::rounded);
    let clumps = if mean > 0.0 { (dispersion * mean * mean + square - mean * mean) / mean } else { 1.0 };
    Flow { clumps, is_random: clumps > 0.0, ..Flow::new(action, arrivals * mean) }
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
