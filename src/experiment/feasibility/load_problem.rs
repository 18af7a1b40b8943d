//! Work on workers within some time: its load, its bottleneck, and whether it is an overload.

use std::collections::BTreeMap;

use super::backlog::Backlog;
use super::finding::{Bottleneck, Excess, Finding};
use super::lp::{self, Demand, Solution};
use super::offered_load::{Flow, OfferedWork};
use super::packing;
use super::worker_types::{self, Breaks, Interrupted, ResourceLoad, WorkerType, units};
use crate::engine::{ClaimRule, System};
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId, ResourceId};
use crate::model::claim::ClaimBatch;
use crate::model::time::Time;

/// All work on all workers, by a linear program.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemLoad {
    /// The smallest share of the workers' time in which any policy could do the work; above 1 none
    /// can.
    pub load: f64,
    /// Whether the load is exact. Otherwise it is a lower bound, because jobs can be packed in too
    /// many ways.
    pub is_exact: bool,
    /// What limits it.
    pub bottleneck: Bottleneck,
    /// The same with the time that workers take to claim; `None` where claims take none.
    pub delayed: Option<DelayedLoad>,
}

/// The load with claim delays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DelayedLoad {
    /// Each attempt holds what it needs for a mean delay longer: the time that a slot stays empty
    /// before it.
    pub load: f64,
    /// Whether that is exact where jobs always wait, because all workers run one job at a time.
    /// Otherwise it is an estimate.
    pub is_exact: bool,
}

/// The load of some work, by need.
pub(super) struct PricedLoad {
    /// In order.
    needs: Vec<NeedId>,
    solution: Solution,
}

impl PricedLoad {
    /// The price of a second of a job with this need.
    fn price(&self, need: NeedId) -> f64 {
        self.needs.binary_search(&need).map_or(0.0, |index| self.solution.prices[index])
    }

    pub(super) fn load(&self) -> f64 {
        self.solution.load
    }
}

/// Smaller parts of a load are rounding.
const PART: f64 = 1e-6;

/// The largest error of a mean time that a deadline cuts (see [`super::attempt_duration`]).
const MEASURED: f64 = 1.0 / 250.0;

/// The time that an overload is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Regime {
    /// Jobs arrive at constant rates for ever.
    Permanent,
    /// From the start to the end of the run.
    WithinRun,
}

impl Regime {
    /// How workers that break down count.
    pub(super) fn breaks(self) -> Breaks {
        match self {
            Regime::Permanent => Breaks::LongRun,
            Regime::WithinRun => Breaks::AtMost,
        }
    }
}

/// Below this load a queue forgets with the jobs in progress, and a warm-up of a few of these is
/// visibly enough.
const MIN_RELAXATION_LOAD: f64 = 0.5;

/// Work on workers within some time.
#[derive(Clone, Copy)]
pub(super) struct LoadProblem<'a> {
    pub(super) system: &'a System,
    pub(super) work: &'a [OfferedWork],
    pub(super) workers: &'a [WorkerType],
    pub(super) seconds: f64,
}

impl<'a> LoadProblem<'a> {
    /// The work that counts: what could overload existing workers.
    fn counted(self) -> impl Iterator<Item = &'a OfferedWork> {
        let fits = move |need: &CapacityMap| {
            let slots: f64 = self.workers.iter().map(|kind| kind.slots(need)).sum();
            slots > 0.0 && slots.is_finite()
        };
        let counts = move |work: &&OfferedWork| {
            !work.is_closed && work.seconds.is_finite() && work.seconds > 0.0 && fits(self.system.need(work.need))
        };
        self.work.iter().filter(counts)
    }

    /// The load of the wanted part of the work, where each attempt takes `longer` more seconds.
    pub(super) fn solve(self, longer: f64, wanted: impl Fn(&OfferedWork) -> bool) -> Option<PricedLoad> {
        let (needs, demands) = self.demands(longer, wanted);
        Some(PricedLoad { needs, solution: lp::solve(&demands, self.workers)? })
    }

    /// The largest load of one resource or one need: a lower bound of the load, and faster to
    /// compute.
    pub(super) fn lower_bound(self) -> f64 {
        lp::single(&self.demands(0.0, |_| true).1, self.workers).map_or(0.0, |solution| solution.load)
    }

    /// The wanted work by need, in order.
    fn demands(self, longer: f64, wanted: impl Fn(&OfferedWork) -> bool) -> (Vec<NeedId>, Vec<Demand<'a>>) {
        let mut works: BTreeMap<NeedId, f64> = BTreeMap::new();
        for work in self.counted().filter(|work| wanted(work)) {
            *works.entry(work.need).or_default() += (work.seconds + work.attempts * longer) / self.seconds;
        }
        works.into_iter().map(|(need, work)| (need, Demand { need: self.system.need(need), work })).unzip()
    }

    pub(super) fn system_load(self) -> Option<SystemLoad> {
        let priced = self.solve(0.0, |_| true)?;
        let Solution { load, is_exact, .. } = priced.solution;
        Some(SystemLoad { load, is_exact, bottleneck: self.bottleneck(&priced, 0.0), delayed: self.delayed() })
    }

    /// The load with claim delays, if there are any.
    fn delayed(self) -> Option<DelayedLoad> {
        let priced = self.solve(self.delay()?, |_| true)?;
        Some(DelayedLoad { load: priced.load(), is_exact: self.is_one_at_a_time(&priced.needs) })
    }

    /// Claims as a share of those that the workers can make, if they make one after each delay.
    pub(super) fn claims(self) -> Option<f64> {
        let ClaimRule::Delayed { batch: ClaimBatch::One, .. } = self.system.claim else { return None };
        let attempts: f64 = self.work.iter().filter(|work| !work.is_closed).map(|work| work.attempts).sum();
        let workers: f64 = self.workers.iter().map(|kind| kind.workers).sum();
        (workers > 0.0).then_some(attempts * self.delay()? / (workers * self.seconds))
    }

    /// The mean claim delay in seconds; `None` if claims take no time, or the mean is infinite.
    fn delay(self) -> Option<f64> {
        let ClaimRule::Delayed { delay, .. } = &self.system.claim else { return None };
        Some(delay.mean()).filter(|mean| *mean > 0.0 && mean.is_finite())
    }

    /// Whether each worker runs at most one of these jobs at a time, and every job needs something.
    fn is_one_at_a_time(self, needs: &[NeedId]) -> bool {
        let needs: Vec<&CapacityMap> = needs.iter().map(|need| self.system.need(*need)).collect();
        let is_one = |kind: &WorkerType| {
            let packings = packing::maximal(&kind.capacity, &needs, needs.len());
            packings.is_some_and(|found| found.iter().all(|packing| packing.iter().sum::<u32>() <= 1))
        };
        let needs_nothing = |work: &OfferedWork| self.system.need(work.need).0.iter().all(|units| *units == 0);
        self.workers.iter().all(is_one) && !self.work.iter().any(needs_nothing)
    }

    /// What limits a load in which each attempt takes `longer` more seconds.
    pub(super) fn bottleneck(self, priced: &PricedLoad, longer: f64) -> Bottleneck {
        let share = |work: &OfferedWork| (work.seconds + work.attempts * longer) * priced.price(work.need);
        let all: f64 = self.counted().map(share).sum();
        let mut jobs: Vec<(ActionId, NeedId, f64)> =
            self.counted().map(|work| (work.action, work.need, share(work) / all)).filter(|job| job.2 > PART).collect();
        jobs.sort_by(|a, b| b.2.total_cmp(&a.2));
        let values = &priced.solution.values;
        let most = values.iter().copied().fold(0.0, f64::max);
        let full = self.workers.iter().zip(values).filter(|(_, value)| **value > PART * most);
        let full: Vec<_> = full.map(|(kind, _)| kind.capacity.clone()).collect();
        let workers = if full.len() < self.workers.len() { full } else { Vec::new() };
        Bottleneck { jobs, resource: self.full_resource(priced.load(), longer), workers }
    }

    /// A resource whose own load is that of the whole system.
    fn full_resource(self, load: f64, longer: f64) -> Option<ResourceLoad> {
        let resource = |index: usize| {
            let resource = ResourceId(index as u16);
            let in_use = |work: &OfferedWork| {
                let need = self.system.need(work.need)[resource] as f64;
                (work.seconds + work.attempts * longer) / self.seconds * need
            };
            let demand = self.counted().map(in_use).sum();
            ResourceLoad { resource, demand, offered: units(self.workers, resource) }
        };
        let of = |resource: &ResourceLoad| resource.load().unwrap_or(0.0);
        // `max_by` returns the last of several maxima: reversed, that is the first in the scenario.
        let resources = (0..self.system.resources.len()).rev().map(resource);
        let fullest = resources.max_by(|a, b| of(a).total_cmp(&of(b)))?;
        (of(&fullest) >= load * (1.0 - 1e-3)).then_some(fullest)
    }

    /// The finding about a load that is too high. `jobs` are those that arrive, and `to` is the end
    /// of the run.
    pub(super) fn overload(
        self,
        regime: Regime,
        to: Time,
        jobs: impl FnOnce(&mut dyn FnMut(&Flow)),
    ) -> Option<Finding> {
        let is_permanent = regime == Regime::Permanent;
        // What a delay costs is certain only where jobs always wait.
        let delay = if is_permanent { self.exact_delay() } else { 0.0 };
        let least = if is_permanent { 1.0 - 1e-9 } else { 1.0 + PART };
        let probable = || self.claim_overload(regime).or_else(|| self.likely_overload(is_permanent));
        let Some(all) = self.solve(delay, |_| true).filter(|all| all.load() >= least) else { return probable() };
        let stays = self.solve(delay, |work| !work.may_leave).filter(|stays| stays.load() >= least);
        let excess = match &stays {
            Some(stays) => self.excess(stays, delay, regime, to, jobs),
            None => self.leaves(&all, regime, to),
        };
        let Some(excess) = excess else { return probable() };
        let bottleneck = self.bottleneck(&all, delay);
        Some(Finding::Overload { load: all.load(), excess, bottleneck, delay_s: (delay > 0.0).then_some(delay) })
    }

    /// What is certain of the jobs that cannot leave.
    fn excess(
        self,
        stays: &PricedLoad,
        delay: f64,
        regime: Regime,
        to: Time,
        jobs: impl FnOnce(&mut dyn FnMut(&Flow)),
    ) -> Option<Excess> {
        let Interrupted { go_on, lost } = self.interrupted(stays, regime, to);
        if regime == Regime::Permanent && stays.load() <= 1.0 + PART {
            let is_random = self
                .counted()
                .any(|work| !work.may_leave && stays.price(work.need) > 0.0 && (work.random_jobs > 0.0 || delay > 0.0));
            let is_balanced = (is_random || !self.system.availability.breakdowns.is_empty()) && lost == 0.0;
            return is_balanced.then_some(Excess::Balanced);
        }
        let (work, count) = self.counted().filter(|work| !work.may_leave).fold((0.0, 0.0), |(work, count), one| {
            let price = stays.price(one.need);
            (work + price * (one.seconds + one.attempts * delay), count + if price > 0.0 { one.jobs } else { 0.0 })
        });
        let is_permanent = regime == Regime::Permanent;
        let mut backlog = Backlog::new(self.system, |need| stays.price(need), work / count, delay, is_permanent);
        jobs(&mut |flow| backlog.add(flow));
        let seconds = if is_permanent { self.seconds } else { 1.0 };
        let left = backlog.unfinished(self.seconds) / seconds - go_on - lost;
        let is_work = stays.load() > 1.0 + MEASURED && go_on + lost == 0.0;
        match regime {
            Regime::Permanent if left > 0.0 => Some(Excess::Grows { per_hour: left * 3_600.0 }),
            Regime::Permanent if is_work => Some(Excess::Grows { per_hour: 0.0 }),
            Regime::Permanent if lost > 0.0 => {
                Some(Excess::Leaves { share: 1.0 - 1.0 / stays.load(), is_within_run: false })
            }
            Regime::WithinRun if left >= 1.0 - PART => Some(Excess::Left { jobs: left }),
            Regime::WithinRun if is_work || left > PART => Some(Excess::Left { jobs: 0.0 }),
            _ => None,
        }
    }

    /// What is certain where jobs may leave.
    fn leaves(self, all: &PricedLoad, regime: Regime, to: Time) -> Option<Excess> {
        // With exactly the load that can be done a job leaves now and then, but none has to.
        let is_certain = all.load() > 1.0 + MEASURED && self.interrupted(all, regime, to).go_on == 0.0;
        let share = 1.0 - 1.0 / all.load();
        is_certain.then_some(Excess::Leaves { share, is_within_run: regime == Regime::WithinRun })
    }

    /// The jobs with a price that changes of workers interrupt.
    fn interrupted(self, priced: &PricedLoad, regime: Regime, to: Time) -> Interrupted {
        let needs: Vec<&CapacityMap> = (priced.needs.iter().zip(&priced.solution.prices))
            .filter(|(_, price)| **price > 0.0)
            .map(|(need, _)| self.system.need(*need))
            .collect();
        let fits = |capacity: &CapacityMap| {
            needs.iter().map(|need| packing::slots(capacity, need)).filter(|slots| *slots < i64::MAX).sum::<i64>()
                as f64
        };
        worker_types::interrupted(self.system, to, regime.breaks(), fits)
    }

    /// The mean claim delay, if wherever jobs wait each job takes it in addition: where workers run
    /// one job at a time.
    fn exact_delay(self) -> f64 {
        let is_exact = self.delayed().is_some_and(|delayed| delayed.is_exact);
        if is_exact { self.delay().unwrap_or(0.0) } else { 0.0 }
    }

    /// More claims than the workers can make.
    fn claim_overload(self, regime: Regime) -> Option<Finding> {
        let delay_s = self.delay()?;
        let staying: f64 =
            self.work.iter().filter(|work| !work.may_leave && !work.is_closed).map(|work| work.attempts).sum();
        let workers: f64 = self.workers.iter().map(|kind| kind.workers).sum();
        // The attempts that a worker has ended in a time t are (t + E D² / E D) / E D - 1 at most
        // (Lorden, 1970), with D the delay.
        let ClaimRule::Delayed { delay, batch: ClaimBatch::One } = &self.system.claim else { return None };
        let start = match regime {
            Regime::Permanent => 0.0,
            Regime::WithinRun => delay.variance() / delay_s,
        };
        let most = workers * (self.seconds + start) / delay_s;
        (workers > 0.0 && staying > most * (1.0 + PART)).then_some(Finding::ClaimOverload {
            load: staying / most,
            delay_s,
            is_permanent: regime == Regime::Permanent,
        })
    }

    /// A load that is too high by an estimate only.
    fn likely_overload(self, is_permanent: bool) -> Option<Finding> {
        let delay_s = self.delay()?;
        let stays = self.solve(delay_s, |work| !work.may_leave).filter(|stays| stays.load() > 1.0)?;
        let bottleneck = self.bottleneck(&stays, delay_s);
        Some(Finding::LikelyOverload { load: stays.load(), delay_s, bottleneck, is_permanent })
    }

    /// The load with claim delays, and the relaxation time in seconds: after it the queue's state
    /// at the start still shows with a weight of 1/e. `None` where the load is low, or too high for
    /// a steady state, or service times vary without bound.
    ///
    /// In heavy traffic the waiting work is a Brownian motion that drifts down at 1 - rho, with a
    /// variance of s² a second, and forgets at the rate (1 - rho)² / (2 s²) (Whitt, Planning
    /// queueing simulations, Management Science 35, 1989). As (1 - rho)² is 4 (1 - sqrt rho)²
    /// there, this is s² / (2 (1 - sqrt rho)²), which for M/M/c is h rho / (c (1 - sqrt rho)²),
    /// nearly exact also at lower loads (Morse, 1955, for one server). Work is counted at the
    /// prices of the linear program, so that all workers together do 1 a second.
    pub(super) fn relaxation(self) -> Option<(f64, f64)> {
        let delay = self.delay().unwrap_or(0.0);
        let priced = self.solve(delay, |_| true)?;
        let variance = self.counted().map(|work| {
            let price = priced.price(work.need);
            let with_delay = 2.0 * delay * work.seconds + delay * delay * work.attempts;
            price * price * (work.square + with_delay)
        });
        let variance = variance.sum::<f64>() / self.seconds;
        let slack = 1.0 - priced.load().sqrt();
        let relaxation_s = variance / (2.0 * slack * slack);
        let is_known = (MIN_RELAXATION_LOAD..1.0).contains(&priced.load()) && relaxation_s.is_finite();
        is_known.then_some((priced.load(), relaxation_s))
    }
}
