//! The number of jobs that no policy can finish.
//!
//! Work is counted at the prices of the linear program, at which all workers together do at most 1
//! a second. Let w be the work of a job, and C what can be done. The work of the finished jobs is
//! at most C, so for any z the sum of min(w, z) over the unfinished ones is at least the sum over
//! all jobs minus C. None of them adds more than z, so their number is at least (sum of min(w, z)
//! over all jobs − C) / z, no matter which they are. With the best z this is the number that
//! remains if short jobs go first. It is linear in the jobs, so it holds for means.
//!
//! A job is counted with its retries and children: as long as they are not finished, one of its
//! rows is not. Where E min(w, z) is not known exactly, a lower bound takes its place.

use std::collections::BTreeMap;

use super::attempt_duration::{self, Attempt, ShortestTime};
use super::offered_load::{Flow, Key, Origin, key, may_leave};
use crate::engine::{ActionModel, JobOverrides, Spawns, System};
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::math;
use crate::model::time::Span;

/// The lower bounds of E min(w, z) at all levels z of a backlog.
type Curve = Vec<f64>;

/// Levels per doubling, and doublings below and above the mean work of a job.
const PER_DOUBLING: i32 = 8;
const DOUBLINGS: [i32; 2] = [-12, 16];

/// The maximum number of distinct known amounts of work that are levels themselves.
const MAX_KNOWN: usize = 64;

/// The jobs that arrive and cannot leave, by their work.
pub(super) struct Backlog<'a, P> {
    system: &'a System,
    /// The price of a second of a job with a need.
    price: P,
    /// The claim delay before each attempt, in seconds.
    delay: f64,
    /// Whether retries count that have to wait for a backoff.
    all_retries: bool,
    levels: Vec<f64>,
    /// The sum of E min(w, z) over all jobs, by level.
    total: Curve,
    chains: BTreeMap<ActionId, Curve>,
    flows: BTreeMap<(Key, NeedId), (Curve, f64)>,
}

impl<'a, P: Fn(NeedId) -> f64> Backlog<'a, P> {
    /// No jobs yet; their mean work is about `mean_work`.
    pub(super) fn new(system: &'a System, price: P, mean_work: f64, delay: f64, all_retries: bool) -> Backlog<'a, P> {
        let steps = DOUBLINGS[0] * PER_DOUBLING..=DOUBLINGS[1] * PER_DOUBLING;
        let ratio = |step: i32| math::pow(2.0, f64::from(step) / f64::from(PER_DOUBLING));
        let mut levels: Vec<f64> = steps.map(|step| mean_work * ratio(step)).collect();
        let constant = |model: &&ActionModel| model.service.variance() == 0.0;
        for model in system.actions.iter().filter(constant).take(MAX_KNOWN) {
            let attempt = Attempt::of(model, &JobOverrides::default());
            let work = price(model.need) * (attempt.mean + delay);
            levels.extend([work, work * (f64::from(model.retries) + 1.0)]);
        }
        levels.retain(|level| *level > 0.0 && level.is_finite());
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let total = vec![0.0; levels.len()];
        let (chains, flows) = (BTreeMap::new(), BTreeMap::new());
        Backlog { system, price, delay, all_retries, levels, total, chains, flows }
    }

    /// Adds jobs that arrive.
    pub(super) fn add(&mut self, flow: &Flow) {
        if flow.may_leave || flow.origin != Origin::Arrival || flow.least <= 0.0 {
            return;
        }
        let model = self.system.action(flow.action);
        let need = flow.overrides.need.unwrap_or(model.need);
        let stops_at_once = flow.overrides.stop_timeout.unwrap_or(model.stop_timeout) == Span::ZERO;
        let is_known = flow.overrides.service.is_some() && stops_at_once && !model.estimate.is_random();
        if is_known && model.spawns.is_none() {
            // Lists have many different jobs: of each only the known first attempt counts.
            let work = (self.price)(need) * (Attempt::of(model, &flow.overrides).mean + self.delay);
            for (total, level) in self.total.iter_mut().zip(&self.levels) {
                *total += flow.least * work.min(*level);
            }
            return;
        }
        let key = (key(flow.action, &flow.overrides), need);
        if !self.flows.contains_key(&key) {
            let curve = self.chain(flow.action, &flow.overrides, need);
            self.flows.insert(key, (curve, 0.0));
        }
        self.flows.get_mut(&key).expect("it has been inserted").1 += flow.least;
    }

    /// The smallest mean number of jobs that are not finished once `done` has been done.
    pub(super) fn unfinished(mut self, done: f64) -> f64 {
        for (curve, jobs) in self.flows.values() {
            for (total, work) in self.total.iter_mut().zip(curve) {
                *total += jobs * work;
            }
        }
        let left = self.total.iter().zip(&self.levels).map(|(total, level)| (total - done) / level);
        left.fold(0.0, f64::max)
    }

    /// The work of a job with all its attempts and children.
    fn chain(&mut self, action: ActionId, overrides: &JobOverrides, need: NeedId) -> Curve {
        let model = self.system.action(action);
        let attempt = self.attempt(model, overrides, need);
        let Attempt { fails, .. } = Attempt::of(model, overrides);
        let retries = overrides.retries.unwrap_or(model.retries);
        let is_counted = self.all_retries || model.backoff.first() == Span::ZERO;
        let most = if is_counted { retries.saturating_add(1) } else { 1 };
        self.split(&attempt, most, |tries| attempt_duration::tries(fails, tries - 1))
    }

    /// One attempt, and the children that it starts. The parts of a sum have separate shares of z:
    /// min(a + b, z) >= min(a, x) + min(b, z - x).
    fn attempt(&mut self, model: &ActionModel, overrides: &JobOverrides, need: NeedId) -> Curve {
        let price = (self.price)(need);
        let time = ShortestTime::of(model, overrides);
        let own = |level: &f64| {
            let seconds = level / price;
            if price > 0.0 {
                price * (seconds.min(self.delay) + time.up_to((seconds - self.delay).max(0.0)))
            } else {
                0.0
            }
        };
        let own: Curve = self.levels.iter().map(own).collect();
        let Some(Spawns { action, count }) = &model.spawns else { return own };
        let child = self.system.action(*action);
        if may_leave(self.system, *action) {
            return own;
        }
        if !self.chains.contains_key(action) {
            let chain = self.chain(*action, &JobOverrides::default(), child.need);
            self.chains.insert(*action, chain);
        }
        let children = |most: u32| (1..=most).map(|k| count.survival((f64::from(k) - 0.5).next_down())).sum();
        let children = self.split(&self.chains[action], MAX_CHILDREN, children);
        let both = |level: &f64| self.at(&own, level / 2.0) + self.at(&children, level / 2.0);
        let alone = own.iter().zip(&children).map(|(own, children)| own.max(*children));
        alone.zip(&self.levels).map(|(alone, level)| alone.max(both(level))).collect()
    }

    /// The sum of several independent parts, at most `most` of which count; `number(n)` is the mean
    /// of the smaller of their number and n.
    fn split(&self, part: &Curve, most: u32, number: impl Fn(u32) -> f64) -> Curve {
        let powers = std::iter::successors(Some(1_u32), |n| n.checked_mul(2)).take_while(|n| *n < most);
        let numbers: Vec<(f64, f64)> = powers.chain([most]).map(|most| (f64::from(most), number(most))).collect();
        let best = |level: &f64| {
            let sums = numbers.iter().map(|(most, mean)| mean * self.at(part, level / most));
            sums.fold(0.0, f64::max)
        };
        self.levels.iter().map(best).collect()
    }

    /// A curve between its levels. E min(w, z) is concave in z, so a chord lies below it.
    fn at(&self, curve: &Curve, z: f64) -> f64 {
        let above = self.levels.partition_point(|level| *level < z);
        let Some(high) = self.levels.get(above) else { return curve.last().copied().unwrap_or(0.0) };
        let (x, y) = if above == 0 { (0.0, 0.0) } else { (self.levels[above - 1], curve[above - 1]) };
        y + (curve[above] - y) * (z - x) / (high - x)
    }
}

/// Of more children no more count.
const MAX_CHILDREN: u32 = 1_024;
