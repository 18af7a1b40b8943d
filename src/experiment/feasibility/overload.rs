//! Whether more work comes than can be done, what becomes of the rest, and what it hangs on.

use super::finding::{Bottleneck, Excess, Finding};
use super::{LoadProblem, OfferedWork, PricedLoad, ResourceLoad, worker_types};
use crate::model::action::ActionId;
use crate::model::capacity::{NeedId, ResourceId};

/// Parts of a load below this are rounding.
const PART: f64 = 1e-6;

impl LoadProblem<'_> {
    /// What a load hangs on, for which each attempt takes so many seconds longer.
    pub(super) fn bottleneck(self, loaded: &PricedLoad, longer: f64) -> Bottleneck {
        let share = |work: &OfferedWork| (work.seconds + work.attempts * longer) * loaded.price(work.need);
        let all: f64 = self.counted().map(share).sum();
        let mut jobs: Vec<(ActionId, NeedId, f64)> =
            self.counted().map(|work| (work.action, work.need, share(work) / all)).filter(|job| job.2 > PART).collect();
        jobs.sort_by(|a, b| b.2.total_cmp(&a.2));
        let values = &loaded.solution.values;
        let most = values.iter().copied().fold(0.0, f64::max);
        let full = self.workers.iter().zip(values).filter(|(_, value)| **value > PART * most);
        let full: Vec<_> = full.map(|(kind, _)| kind.capacity.clone()).collect();
        let workers = if full.len() < self.workers.len() { full } else { Vec::new() };
        Bottleneck { jobs, resource: self.full_resource(loaded.load(), longer), workers }
    }

    /// A resource whose own load is that of all together.
    fn full_resource(self, load: f64, longer: f64) -> Option<ResourceLoad> {
        let resource = |index: usize| {
            let resource = ResourceId(index as u16);
            let units = |work: &OfferedWork| {
                let units = self.system.need(work.need)[resource] as f64;
                (work.seconds + work.attempts * longer) / self.seconds * units
            };
            let asked = self.counted().map(units).sum();
            ResourceLoad { resource, demand: asked, offered: worker_types::units(self.workers, resource) }
        };
        let of = |resource: &ResourceLoad| resource.load().unwrap_or(0.0);
        // Of equal ones the first in the scenario: of several maxima the last one is found.
        let resources = (0..self.system.resources.len()).rev().map(resource);
        let fullest = resources.max_by(|a, b| of(a).total_cmp(&of(b)))?;
        (of(&fullest) >= load * (1.0 - 1e-3)).then_some(fullest)
    }

    /// What is to be said of the load, if it is too high; `is_permanent` says that things go on like this after the run.
    pub(super) fn overload(self, is_permanent: bool) -> Option<Finding> {
        let delay = self.exact_delay();
        let is_too_much = |load: f64| if is_permanent { load > 1.0 - 1e-9 } else { load > 1.0 + PART };
        let Some(all) = self.solve(delay, |_| true).filter(|all| is_too_much(all.load())) else {
            return self.too_many_claims(is_permanent).or_else(|| self.about_overload(is_permanent));
        };
        let stays = self.solve(delay, |work| !work.may_leave).filter(|stays| is_too_much(stays.load()));
        let excess = match stays {
            Some(stays) => self.rest(&stays, delay, is_permanent),
            // Just as much as can be done: now and then somebody leaves, and nothing has to.
            None if all.load() <= 1.0 + PART => return None,
            None => Excess::Leaves { share: 1.0 - 1.0 / all.load() },
        };
        let bottleneck = self.bottleneck(&all, delay);
        Some(Finding::Overload { load: all.load(), excess, bottleneck, delay_s: (delay > 0.0).then_some(delay) })
    }

    /// How many jobs are left over at least: the work that is too much, divided by the most that one job is worth.
    fn rest(self, stays: &PricedLoad, delay: f64, is_permanent: bool) -> Excess {
        let worth = |work: &OfferedWork| stays.price(work.need) * (work.seconds / work.attempts + delay);
        let most = self.counted().map(worth).fold(0.0, f64::max);
        let jobs_per_second = (stays.load() - 1.0) / most;
        if is_permanent {
            Excess::Grows { per_hour: jobs_per_second * 3_600.0 }
        } else {
            Excess::Left { jobs: jobs_per_second * self.seconds }
        }
    }

    /// The mean claim delay, if each job takes it on top wherever jobs wait: where workers run one job at a time.
    fn exact_delay(self) -> f64 {
        let is_exact = self.delayed().is_some_and(|delayed| delayed.is_exact);
        if is_exact { self.delay().unwrap_or(0.0) } else { 0.0 }
    }

    /// More claims than can be made.
    fn too_many_claims(self, is_permanent: bool) -> Option<Finding> {
        let load = self.claims().filter(|load| *load > 1.0)?;
        let stays = self.work.iter().any(|work| !work.may_leave && !work.is_closed);
        stays.then_some(Finding::ClaimOverload { load, delay_s: self.delay()?, is_permanent })
    }

    /// A load that is too high by an estimate only.
    fn about_overload(self, is_permanent: bool) -> Option<Finding> {
        let delay_s = self.delay()?;
        let stays = self.solve(delay_s, |work| !work.may_leave).filter(|stays| stays.load() > 1.0)?;
        let bottleneck = self.bottleneck(&stays, delay_s);
        Some(Finding::LikelyOverload { load: stays.load(), delay_s, bottleneck, is_permanent })
    }
}
