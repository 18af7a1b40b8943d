//! Whether more work comes than can be done, what becomes of the rest, and what it hangs on.

use super::finding::{Bottleneck, Excess, Finding};
use super::program::Solution;
use super::{Look, ResourceLoad, Work, pool};
use crate::model::action::ActionId;
use crate::model::capacity::{NeedId, ResourceId};

/// Parts of a load below this are rounding.
const PART: f64 = 1e-6;

impl Look<'_> {
    /// What a load hangs on, for which each attempt takes so many seconds longer.
    pub(super) fn bottleneck(self, needs: &[NeedId], solution: &Solution, longer: f64) -> Bottleneck {
        let price = |of: NeedId| needs.iter().position(|need| *need == of).map_or(0.0, |at| solution.prices[at]);
        let share = |work: &Work| (work.seconds + work.attempts * longer) * price(work.need);
        let all: f64 = self.counted().map(share).sum();
        let mut jobs: Vec<(ActionId, NeedId, f64)> =
            self.counted().map(|work| (work.action, work.need, share(work) / all)).filter(|job| job.2 > PART).collect();
        jobs.sort_by(|a, b| b.2.total_cmp(&a.2));
        let most = solution.values.iter().copied().fold(0.0, f64::max);
        let full = self.workers.iter().zip(&solution.values).filter(|(_, value)| **value > PART * most);
        let full: Vec<_> = full.map(|(kind, _)| kind.capacity.clone()).collect();
        let workers = if full.len() < self.workers.len() { full } else { Vec::new() };
        Bottleneck { jobs, resource: self.full_resource(solution.load, longer), workers }
    }

    /// A resource whose own load is that of all together.
    fn full_resource(self, load: f64, longer: f64) -> Option<ResourceLoad> {
        let resource = |index: usize| {
            let resource = ResourceId(index as u16);
            let units = |work: &Work| {
                let units = self.system.need(work.need)[resource] as f64;
                (work.seconds + work.attempts * longer) / self.seconds * units
            };
            let asked = self.counted().map(units).sum();
            ResourceLoad { resource, asked, offered: pool::units(self.workers, resource) }
        };
        let of = |resource: &ResourceLoad| resource.load().unwrap_or(0.0);
        let resources = (0..self.system.resources.len()).map(resource);
        let fullest = resources.max_by(|a, b| of(a).total_cmp(&of(b)))?;
        (of(&fullest) >= load * (1.0 - 1e-3)).then_some(fullest)
    }

    /// What is to be said of the load, if it is too high; `for_ever` says that things go on like this after the run.
    pub(super) fn overload(self, for_ever: bool) -> Option<Finding> {
        let delay = self.exact_delay();
        let is_too_much = |load: f64| if for_ever { load > 1.0 - 1e-9 } else { load > 1.0 + PART };
        let too_much = self.solve(delay, |_| true).filter(|(_, solution)| is_too_much(solution.load));
        let Some((needs, solution)) = too_much else {
            return self.too_many_claims().or_else(|| self.about_overload());
        };
        let stays = self.solve(delay, |work| !work.may_leave).map(|(_, solution)| solution);
        let excess = match stays {
            Some(stays) if is_too_much(stays.load) => self.rest(&needs, &solution, delay, for_ever),
            _ => Excess::Leaves { share: 1.0 - 1.0 / solution.load },
        };
        let bottleneck = self.bottleneck(&needs, &solution, delay);
        Some(Finding::Overload { load: solution.load, excess, bottleneck, delay_s: (delay > 0.0).then_some(delay) })
    }

    /// How many jobs are left over at least: the work that is too much, divided by the most that one job is worth.
    fn rest(self, needs: &[NeedId], solution: &Solution, delay: f64, for_ever: bool) -> Excess {
        let price = |of: NeedId| needs.iter().position(|need| *need == of).map_or(0.0, |at| solution.prices[at]);
        let worth = |work: &Work| price(work.need) * (work.seconds / work.attempts + delay);
        let most = self.counted().map(worth).fold(0.0, f64::max);
        let jobs_per_second = (solution.load - 1.0) / most;
        if for_ever {
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
    fn too_many_claims(self) -> Option<Finding> {
        let load = self.claims().filter(|load| *load > 1.0)?;
        self.work.iter().any(|work| !work.may_leave).then_some(Finding::Claims { load, delay_s: self.delay()? })
    }

    /// A load that is too high by an estimate only.
    fn about_overload(self) -> Option<Finding> {
        let delay_s = self.delay()?;
        let (needs, solution) = self.solve(delay_s, |work| !work.may_leave)?;
        let bottleneck = self.bottleneck(&needs, &solution, delay_s);
        (solution.load > 1.0).then_some(Finding::AboutOverload { load: solution.load, delay_s, bottleneck })
    }
}
