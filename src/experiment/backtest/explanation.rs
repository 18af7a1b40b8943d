//! Why simulated waits differ from observed ones: where the difference lies, and its likely causes.
//!
//! A backtest shows that a model is wrong, not why. The causes are those that leave traces in a
//! history, in the order of the strength of the trace.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::replay::{Replay, ReplayedJob, seconds};
use super::trace_driven::{TraceDriven, WaitComparison, WaitFigure};
use super::verdict::BacktestVerdict;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::time::Time;
use crate::replication::Replication;
use crate::stats::JobScope;

/// The jobs whose simulated and observed waits differ most.
const EXAMPLES: usize = 3;
/// The hours that are named at most.
const HOURS: usize = 6;
/// Of more distinct needs than this that wait at once, not all are looked at.
const WAITING_NEEDS: usize = 64;
/// A share that counts as a trace of a cause.
const TRACE: f64 = 0.05;

/// Why a model does not explain the waits of an action.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The action.
    pub jobs: JobScope,
    /// Whether simulated waits are too long; otherwise they are too short.
    pub is_too_long: bool,
    /// The hours of the day with the largest share in the difference, and that share.
    pub hours: Vec<(usize, f64)>,
    /// Jobs that differ most: the line in the history, and the observed and the simulated wait in
    /// seconds.
    pub examples: Vec<(u32, f64, f64)>,
    /// Likely causes, the likeliest first.
    pub causes: Vec<Cause>,
}

/// A likely cause.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// More ran at once than the scenario's workers offer.
    MoreCapacity {
        /// Of this resource.
        resource: String,
        /// The most units in use at once.
        in_use: i64,
        /// The units that all workers offer together.
        offered: i64,
    },
    /// Fewer ran at once than the workers offer, although jobs waited.
    LessCapacity {
        /// Of this resource.
        resource: String,
        /// The most units in use at once.
        in_use: i64,
        /// The units that all workers offer together.
        offered: i64,
    },
    /// Jobs waited while units for them were free: work that the history does not show, workers
    /// that were out, a limit, or a slow claim.
    HiddenWork {
        /// The share of the waiting time.
        share: f64,
    },
    /// Later jobs with the same need overtook earlier ones more often, or less often.
    ClaimOrder {
        /// The share of jobs that were overtaken.
        observed: f64,
        /// The same in the simulation.
        simulated: f64,
    },
    /// Jobs that find free units and an empty queue wait longer, or less long, than in the
    /// simulation.
    ClaimDelay {
        /// The mean wait of such jobs, in seconds.
        observed: f64,
        /// The same in the simulation.
        simulated: f64,
    },
    /// The history has no trace of a cause that the backtest knows.
    Unknown,
}

/// Explains each action that the model does not explain, of the jobs that fall due at `from` or
/// later.
pub(super) fn explain(replay: &Replay, from: Time, trace: &TraceDriven) -> Vec<Explanation> {
    let is_unexplained = |scope: &&WaitComparison| {
        scope.verdict == Some(BacktestVerdict::DoesNot) && matches!(scope.jobs, JobScope::One(_))
    };
    if !trace.scopes.iter().any(|scope| is_unexplained(&scope)) {
        return Vec::new();
    }
    let mut observer = replay.observer();
    Replication::new(&replay.scenario, 0).observe(&(), &mut observer);
    let simulated = observer.waits(&replay.jobs);
    let use_of = ObservedUse::of(replay);
    let evidence = Evidence { replay, from, simulated: &simulated, observed_use: &use_of, trace };
    trace.scopes.iter().filter(is_unexplained).map(|scope| evidence.explanation(scope)).collect()
}

/// What the causes leave traces in.
struct Evidence<'a> {
    replay: &'a Replay,
    from: Time,
    /// Waits of the first replication, in nanoseconds.
    simulated: &'a [i64],
    observed_use: &'a ObservedUse,
    trace: &'a TraceDriven,
}

impl Evidence<'_> {
    fn explanation(&self, scope: &WaitComparison) -> Explanation {
        let mean = scope.mean();
        let is_too_long = mean.simulated > mean.observed;
        let of_scope =
            |(_, job): &(usize, &ReplayedJob)| job.due >= self.from && scope.jobs == JobScope::One(job.action);
        let mut members: Vec<(usize, &ReplayedJob)> = self.replay.jobs.iter().enumerate().filter(of_scope).collect();
        let difference = |(number, job): &(usize, &ReplayedJob)| (self.simulated[*number] - job.observed.0).abs();
        members.sort_by_key(|member| Reverse(difference(member)));
        let example = |(number, job): &(usize, &ReplayedJob)| {
            (job.line, job.observed.as_secs_f64(), seconds(self.simulated[*number]))
        };
        Explanation {
            jobs: scope.jobs,
            is_too_long,
            hours: hours(&scope.by_hour, is_too_long),
            examples: members.iter().take(EXAMPLES).map(example).collect(),
            causes: self.causes(scope, is_too_long),
        }
    }

    /// The causes with a trace, the strongest first.
    fn causes(&self, scope: &WaitComparison, is_too_long: bool) -> Vec<Cause> {
        let mut causes: Vec<(f64, Cause)> = Vec::new();
        let system = &self.replay.scenario.system;
        let JobScope::One(action) = scope.jobs else { return Vec::new() };
        let need = system.need(system.action(action).need);
        let offered = system.total();
        for (resource, units) in need.iter().filter(|(_, units)| *units > 0) {
            let (in_use, offered) = (self.observed_use.most[usize::from(resource.0)], offered[resource]);
            let name = system.resources[usize::from(resource.0)].clone();
            if is_too_long && in_use > offered {
                causes.push((1.0, Cause::MoreCapacity { resource: name, in_use, offered }));
            } else if !is_too_long && in_use + units <= offered && self.observed_use.idle_share(action.0) > TRACE {
                causes.push((0.95, Cause::LessCapacity { resource: name, in_use, offered }));
            }
        }
        let share = self.observed_use.idle_share(action.0);
        if !is_too_long && share > TRACE {
            causes.push((0.9 * share, Cause::HiddenWork { share }));
        }
        let [observed, simulated] = [true, false].map(|is_observed| self.overtaken(is_observed));
        let opposite = self.trace.scopes.iter().any(|other| {
            let mean = other.mean();
            let is_shown = mean.difference.is_some_and(|(low, high)| low > 0.0 || high < 0.0);
            matches!(other.jobs, JobScope::One(_)) && is_shown && (mean.simulated > mean.observed) != is_too_long
        });
        let strength = (observed - simulated).abs() + if opposite { 0.5 } else { 0.0 };
        if (observed - simulated).abs() > TRACE || opposite {
            causes.push((strength, Cause::ClaimOrder { observed, simulated }));
        }
        if let Some((observed, simulated)) = self.unhindered(action.0)
            && (observed > simulated) != is_too_long
            && (observed - simulated).abs() > 0.5 * scope.tolerance
        {
            let of_mean = (observed - simulated).abs() / (scope.mean().observed - scope.mean().simulated).abs();
            causes.push((of_mean.min(0.9), Cause::ClaimDelay { observed, simulated }));
        }
        causes.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut causes: Vec<Cause> = causes.into_iter().map(|(_, cause)| cause).collect();
        if causes.is_empty() {
            causes.push(Cause::Unknown);
        }
        causes
    }

    /// The share of jobs that a later job with the same need overtook.
    fn overtaken(&self, is_observed: bool) -> f64 {
        let mut least: BTreeMap<NeedId, Time> = BTreeMap::new();
        let mut overtaken = 0;
        for (number, job) in self.replay.jobs.iter().enumerate().rev() {
            let wait = if is_observed { job.observed.0 } else { self.simulated[number] };
            let start = Time(job.due.0 + wait);
            let earliest = least.entry(job.need).or_insert(Time::NEVER);
            overtaken += usize::from(*earliest < start);
            *earliest = start.min(*earliest);
        }
        overtaken as f64 / self.replay.jobs.len().max(1) as f64
    }

    /// The mean waits of an action's jobs that found free units and an empty queue, in the history
    /// and in the simulation.
    fn unhindered(&self, action: u16) -> Option<(f64, f64)> {
        let free = self
            .replay
            .jobs
            .iter()
            .enumerate()
            .filter(|(number, job)| job.action.0 == action && self.observed_use.found_room[*number]);
        let (count, observed, simulated) = free.fold((0.0, 0.0, 0.0), |(count, observed, simulated), (number, job)| {
            (count + 1.0, observed + job.observed.as_secs_f64(), simulated + seconds(self.simulated[number]))
        });
        (count > 0.0).then(|| (observed / count, simulated / count))
    }
}

/// The hours with the largest shares in the difference, in its direction.
fn hours(by_hour: &[(usize, WaitFigure)], is_too_long: bool) -> Vec<(usize, f64)> {
    let sign = if is_too_long { 1.0 } else { -1.0 };
    let total = |figure: &WaitFigure| sign * (figure.simulated - figure.observed) * figure.count as f64;
    let sum: f64 = by_hour.iter().map(|(_, figure)| total(figure).max(0.0)).sum();
    let mut shares: Vec<(usize, f64)> =
        by_hour.iter().map(|(hour, figure)| (*hour, total(figure) / sum)).filter(|(_, share)| *share > TRACE).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shares.truncate(HOURS);
    shares
}

/// What the jobs of a history had in use, and what that left free.
struct ObservedUse {
    /// By resource: the most units in use at once.
    most: Vec<i64>,
    /// By action: waiting time, and waiting time while the units of all workers together had room.
    waiting: Vec<(f64, f64)>,
    /// By job: whether there was room in sum when it fell due, and no other job waited.
    found_room: Vec<bool>,
}

impl ObservedUse {
    /// Walks through the history.
    fn of(replay: &Replay) -> ObservedUse {
        let system = &replay.scenario.system;
        let offered = system.total();
        let mut in_use = CapacityMap::zero(system.resources.len());
        let mut found = ObservedUse {
            most: vec![0; system.resources.len()],
            waiting: vec![(0.0, 0.0); system.actions.len()],
            found_room: vec![false; replay.jobs.len()],
        };
        // Ends come first, then starts, then arrivals.
        let mut events: Vec<(Time, u8, usize)> = Vec::with_capacity(3 * replay.jobs.len());
        for (number, job) in replay.jobs.iter().enumerate() {
            let left = job.due + job.observed;
            events.extend([(job.due, 2, number), (left, 1, number)]);
            if job.has_started {
                events.push((job.end.max(left), 0, number));
            }
        }
        events.sort_unstable();
        // By need and action: the jobs that wait, and since when.
        let mut waiting: BTreeMap<(NeedId, u16), i64> = BTreeMap::new();
        let mut is_waiting = vec![false; replay.jobs.len()];
        let mut is_over = vec![false; replay.jobs.len()];
        let (mut last, mut queue) = (Time::ZERO, 0);
        for (at, kind, number) in events {
            let length = (at - last).as_secs_f64();
            if length > 0.0 {
                for ((need, action), count) in waiting.iter().filter(|(_, count)| **count > 0).take(WAITING_NEEDS) {
                    let time = *count as f64 * length;
                    let has_room = has_room(&offered, &in_use, system.need(*need));
                    let (all, idle) = &mut found.waiting[usize::from(*action)];
                    *all += time;
                    *idle += if has_room { time } else { 0.0 };
                }
                last = at;
            }
            let job = &replay.jobs[number];
            let (need, action) = (job.need, job.action.0);
            match kind {
                // It has started, or left, at the instant at which it fell due.
                2 if is_over[number] => {}
                2 => {
                    found.found_room[number] = queue == 0 && has_room(&offered, &in_use, system.need(need));
                    *waiting.entry((need, action)).or_default() += 1;
                    queue += 1;
                    is_waiting[number] = true;
                }
                1 => {
                    if is_waiting[number] {
                        *waiting.entry((need, action)).or_default() -= 1;
                        queue -= 1;
                    } else {
                        found.found_room[number] = queue == 0;
                    }
                    is_over[number] = true;
                    if job.has_started {
                        for (resource, units) in system.need(need).iter() {
                            let of = usize::from(resource.0);
                            in_use.0[of] += units;
                            found.most[of] = found.most[of].max(in_use.0[of]);
                        }
                    }
                }
                _ => system.need(need).iter().for_each(|(resource, units)| in_use.0[usize::from(resource.0)] -= units),
            }
        }
        found
    }

    /// The share of an action's waiting time while there was room in sum.
    fn idle_share(&self, action: u16) -> f64 {
        let (all, idle) = self.waiting[usize::from(action)];
        if all > 0.0 { idle / all } else { 0.0 }
    }
}

/// Whether units that are not in use suffice for a need, over all workers together.
fn has_room(offered: &CapacityMap, in_use: &CapacityMap, need: &CapacityMap) -> bool {
    offered.iter().all(|(resource, units)| need[resource] == 0 || in_use[resource] + need[resource] <= units)
}
