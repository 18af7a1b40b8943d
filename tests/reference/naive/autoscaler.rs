//! Autoscalers: what they look at, and how they decide.

use claimsim::internals::engine::{
    ArrivalProcess, Autoscaler, RateLimit, RatePolicy, ScalingMetric, ScalingRule, ScalingStep, Staffing, WorkerGroup,
};
use claimsim::internals::model::capacity::ResourceId;
use claimsim::internals::model::time::{Span, Time};

use super::policy::covers;
use super::{Class, Naive, What};

/// How much a quotient may be off, as a share.
const ROUNDING: f64 = 1e-9;

/// What the autoscaler of a group remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct Scalings {
    /// When the number changed, and by how much.
    pub(super) changes: Vec<(Time, i64)>,
    pub(super) recommendations: Vec<(Time, i64)>,
}

impl Scalings {
    /// The recommendations that are younger than a window.
    fn recent(&self, now: Time, window: Span) -> impl Iterator<Item = i64> {
        self.recommendations.iter().filter(move |(at, _)| now - *at < window).map(|(_, number)| *number)
    }

    /// The number of workers at the beginning of a period, with what others than the autoscaler
    /// changed.
    fn number_before(&self, current: i64, now: Time, period: Span) -> i64 {
        current - self.changes.iter().filter(|(at, _)| now - *at < period).map(|(_, change)| change).sum::<i64>()
    }
}

/// The initial number counts as a recommendation.
pub(super) fn at_the_start(group: &WorkerGroup) -> Scalings {
    Scalings { changes: Vec::new(), recommendations: vec![(Time::ZERO, i64::from(group.initial))] }
}

impl<A: ArrivalProcess> Naive<'_, A> {
    /// The autoscaler of a group looks and decides.
    pub(super) fn look_at_group(&mut self, group: usize) {
        let Staffing::Autoscaler(autoscaler) = &self.system.groups[group].staffing else {
            unreachable!("only autoscalers look")
        };
        self.schedule(self.now + autoscaler.period, Class::Scaling, What::Look(group));
        let current = self.current(group).len() as i64;
        let number = self.wanted(group, autoscaler, current);
        self.scale(group, number.clamp(i64::from(autoscaler.min), i64::from(autoscaler.max)) as u32);
    }

    fn wanted(&mut self, group: usize, autoscaler: &Autoscaler, current: i64) -> i64 {
        match &autoscaler.rule {
            ScalingRule::Target { targets, tolerance, up, down } => {
                let recommend = |(metric, target): &(ScalingMetric, f64)| {
                    let metric = self.metric(group, *metric);
                    metric.map_or(current, |metric| recommendation(current, metric / target, *tolerance))
                };
                let recommended = targets.iter().map(recommend).max().unwrap_or(current);
                let mut scalings = self.scalings[group].clone();
                let with = |window: Span| scalings.recent(self.now, window).chain([recommended]);
                let (at_least, at_most) = (with(up.window).min(), with(down.window).max());
                let (at_least, at_most) = (at_least.unwrap_or(recommended), at_most.unwrap_or(recommended));
                let stable = current.max(at_least).min(at_most);
                if stable != recommended {
                    self.see("an autoscaler kept still");
                }
                let limits = |policies: &[RatePolicy], sign: i64| -> Vec<i64> {
                    let limit = |policy: &RatePolicy| {
                        limit(scalings.number_before(current, self.now, policy.period), sign, policy.change)
                    };
                    policies.iter().map(limit).collect()
                };
                let number = if stable > current {
                    let most = limits(&up.policies, 1).into_iter().max().unwrap_or(stable);
                    stable.min(most.max(current))
                } else {
                    let fewest = limits(&down.policies, -1).into_iter().min().unwrap_or(stable);
                    stable.max(fewest.min(current))
                };
                if number != stable {
                    self.see("an autoscaler was slowed down");
                }
                scalings.recommendations.push((self.now, recommended));
                self.scalings[group] = scalings;
                number
            }
            ScalingRule::Steps { steps, cool_down } => {
                let Some(step) = steps.iter().find(|step| self.applies(group, step)) else { return current };
                match self.scalings[group].changes.last() {
                    Some((last, _)) if self.now - *last < *cool_down => {
                        self.see("an autoscaler cooled down");
                        current
                    }
                    _ => current + step.change,
                }
            }
        }
    }

    fn applies(&self, group: usize, step: &ScalingStep) -> bool {
        self.metric(group, step.metric)
            .is_some_and(|metric| if step.change > 0 { metric > step.bound } else { metric < step.bound })
    }

    /// What an autoscaler sees; without a current worker as if there were one. `None` if there is
    /// nothing to see.
    fn metric(&self, group: usize, metric: ScalingMetric) -> Option<f64> {
        let waiting = self.waiting_for(group);
        let workers = self.current(group).len().max(1) as f64;
        match metric {
            ScalingMetric::Waiting => Some(waiting.len() as f64),
            ScalingMetric::WaitingPerWorker => Some(waiting.len() as f64 / workers),
            ScalingMetric::OldestWait => {
                let waits = waiting.iter().map(|&row| self.now - self.rows[row].scheduled_at);
                Some(waits.max().unwrap_or(Span::ZERO).as_secs_f64())
            }
            ScalingMetric::Backlog => {
                let work = waiting.iter().map(|&row| self.estimate(row)).fold(Span::ZERO, |sum, next| sum + next);
                let speed = self.places(group).next().map_or(1.0, |place| self.system.workers[place].speed);
                Some(work.as_secs_f64() / speed / workers)
            }
            ScalingMetric::Utilization(resource) => self.utilization(group, resource),
        }
    }

    /// The waiting rows that fit an empty worker in some place of a group.
    fn waiting_for(&self, group: usize) -> Vec<usize> {
        let fits = |row: usize, place: usize| {
            covers(&self.workers[place].capacity, self.need_of(row)) && self.has_labels(row, place)
        };
        self.waiting().into_iter().filter(|&row| self.places(group).any(|place| fits(row, place))).collect()
    }

    /// The share of a resource that is in use; `None` if none is offered.
    fn utilization(&self, group: usize, resource: ResourceId) -> Option<f64> {
        let of_resource = |units: &[i64]| units[usize::from(resource.0)];
        let current = self.current(group);
        let offered: i64 = current.iter().map(|&place| of_resource(&self.workers[place].capacity.0)).sum();
        let at_work = |place: &&usize| self.workers[**place].is_up();
        let rows = current.iter().filter(at_work).flat_map(|&place| self.running_on(place));
        let used: i64 = rows.map(|row| of_resource(&self.need_of(row).0)).sum();
        (offered > 0).then(|| used as f64 / offered as f64)
    }
}

/// The formula of Kubernetes, with one worker where there is none.
fn recommendation(current: i64, ratio: f64, tolerance: f64) -> i64 {
    let workers = current.max(1);
    if (ratio - 1.0).abs() <= tolerance + ROUNDING {
        workers
    } else {
        (workers as f64 * ratio * (1.0 - ROUNDING)).ceil() as i64
    }
}

/// The number that a policy allows to reach from `before`, upwards or downwards.
fn limit(before: i64, sign: i64, change: RateLimit) -> i64 {
    match change {
        RateLimit::Workers(number) => before + sign * i64::from(number),
        RateLimit::Percent(percent) => {
            let number = before as f64 * (100.0 + sign as f64 * percent) / 100.0;
            let error = ROUNDING * number.abs();
            if sign > 0 { (number - error).ceil() as i64 } else { (number + error).floor() as i64 }
        }
    }
}
