//! A look at a scenario before it is run: how much work comes, what the workers can do, and what will go wrong for sure.
//!
//! Nothing is simulated; what is said of a scenario follows from means and from the calendar alone. `docs/planning.md` has the
//! formulas.

mod attempt_duration;
mod cron_conflicts;
mod cron_firings;
mod finding;
mod findings;
mod lp;
mod offered_load;
mod overload;
mod packing;
mod relaxation;
mod worker_types;

use std::collections::BTreeMap;

use crate::arrival::ArrivalModel;
use crate::engine::{ClaimRule, System};
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId, ResourceId};
use crate::model::claim::ClaimBatch;
use crate::scenario::Scenario;
use lp::{Demand, Solution};
use offered_load::{OfferedLoad, SourceFilter};

pub use finding::{Bottleneck, Excess, Finding};
pub use offered_load::OfferedWork;
pub use worker_types::WorkerType;

/// What a look at a scenario shows. Loads are averages over the measured part of the run.
#[derive(Clone, Debug)]
pub struct Feasibility {
    /// What comes, by action and need, in the order of the scenario.
    pub work: Vec<OfferedWork>,
    /// The workers by what they offer.
    pub workers: Vec<WorkerType>,
    /// Each resource, in the order of the scenario.
    pub resources: Vec<ResourceLoad>,
    /// All work on all workers; `None` where nothing that comes needs anything.
    pub system_load: Option<SystemLoad>,
    /// Claims as a share of what the workers can make, where each takes its delay for every one; above 1 they cannot keep up.
    pub claims: Option<f64>,
    /// How long the measured part of the run is, in seconds.
    pub seconds: f64,
    /// What is worth being told, what weighs most first.
    pub findings: Vec<Finding>,
    is_stationary: bool,
}

/// How much of a resource is asked for, and how much is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResourceLoad {
    /// Which.
    pub resource: ResourceId,
    /// Units in use on average, if all work is done as it comes.
    pub demand: f64,
    /// Units that the workers offer on average.
    pub offered: f64,
}

impl ResourceLoad {
    /// What is asked for as a share of what is offered; `None` where nothing is offered.
    pub fn load(&self) -> Option<f64> {
        (self.offered > 0.0).then(|| self.demand / self.offered)
    }
}

/// All work on all workers, by the linear program of `program`.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemLoad {
    /// The least share of the workers' time in which any policy could do the work; above 1 none can.
    pub load: f64,
    /// Whether the load is exact, and not only a lower bound because jobs can be packed in too many ways.
    pub is_exact: bool,
    /// What it hangs on.
    pub bottleneck: Bottleneck,
    /// The same with the time that workers take to claim; `None` where claims take none.
    pub delayed: Option<DelayedLoad>,
}

/// The load with claim delays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DelayedLoad {
    /// Each attempt holds what it needs for a mean delay longer: so much as a slot stays empty before it.
    pub load: f64,
    /// Whether that is exact where jobs always wait: all workers run one job at a time. Otherwise it is an estimate.
    pub is_exact: bool,
}

/// Looks at a scenario.
pub fn analyze(scenario: &Scenario) -> Feasibility {
    let system = &scenario.system;
    let (from, to) = (system.window.warmup, system.window.horizon);
    let mut offers = OfferedLoad::new(scenario);
    let work = offers.between(from, to, SourceFilter::All);
    let seconds = (to - from).as_secs_f64();
    let workers = worker_types::pool(system, from, to);
    let resource = |index: usize| {
        let resource = ResourceId(index as u16);
        let units = |work: &&OfferedWork| system.need(work.need)[resource];
        // Work without end that needs none of it asks for nothing, and the sum of nothing would be -0.
        let asked = work.iter().filter(|work| units(work) > 0);
        let asked = asked.fold(0.0, |sum, work| sum + work.seconds / seconds * units(&work) as f64);
        ResourceLoad { resource, demand: asked, offered: worker_types::units(&workers, resource) }
    };
    let resources = (0..system.resources.len()).map(resource).collect();
    let look = LoadProblem { system, work: &work, workers: &workers, seconds };
    let mut outlook = Feasibility {
        system_load: look.system_load(),
        claims: look.claims(),
        resources,
        seconds,
        findings: Vec::new(),
        is_stationary: is_stationary(scenario),
        work,
        workers,
    };
    outlook.findings = findings::findings(scenario, &outlook, &mut offers);
    outlook
}

impl Feasibility {
    /// The share of the workers' time that the work takes at least, under any policy and without claim delays; above 1 no
    /// policy can keep up. Closed populations, which never overload anything, are left out. `None` where nothing needs anything.
    pub fn load(&self) -> Option<f64> {
        self.system_load.as_ref().map(|all| all.load)
    }

    /// Whether jobs come at the same rates for ever, and workers stay as they are: then at a load of 1 or more there is no steady
    /// state, whatever the horizon.
    pub fn is_stationary(&self) -> bool {
        self.is_stationary
    }

    /// Jobs of an action, or of all, that a replication counts on average: without retries.
    pub fn jobs(&self, action: Option<ActionId>) -> f64 {
        let of = |work: &&OfferedWork| action.is_none_or(|action| action == work.action);
        self.work.iter().filter(of).map(|work| work.jobs).sum()
    }

    /// What jobs with this need ask for, as a share of the most of them that could run at once: the load they would be by
    /// themselves. `None` if they need nothing, or no worker is there for them.
    pub fn isolated_load(&self, system: &System, work: &OfferedWork) -> Option<f64> {
        let need = system.need(work.need);
        let slots: f64 = self.workers.iter().map(|kind| kind.workers * kind.slots(need)).sum();
        (slots > 0.0 && slots.is_finite()).then(|| work.seconds / self.seconds / slots)
    }

    /// What a person should know before the run is started.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_warning())
    }
}

/// Whether rates and workers stay the same for ever.
fn is_stationary(scenario: &Scenario) -> bool {
    let availability = &scenario.system.availability;
    let is_steady = |source| {
        matches!(source, &ArrivalModel::Poisson { .. } | &ArrivalModel::Renewal { .. } | &ArrivalModel::Closed { .. })
    };
    scenario.sources.iter().any(ArrivalModel::is_random)
        && scenario.sources.iter().all(is_steady)
        && availability.outages.is_empty()
        && availability.capacity_changes.is_empty()
        && scenario.system.cancels.is_empty()
}

/// The load of some work, by need.
struct PricedLoad {
    /// In order.
    needs: Vec<NeedId>,
    solution: Solution,
}

impl PricedLoad {
    /// What a second of a job with this need is worth.
    fn price(&self, need: NeedId) -> f64 {
        self.needs.binary_search(&need).map_or(0.0, |at| self.solution.prices[at])
    }

    fn load(&self) -> f64 {
        self.solution.load
    }
}

/// Work on workers within some time.
#[derive(Clone, Copy)]
struct LoadProblem<'a> {
    system: &'a System,
    work: &'a [OfferedWork],
    workers: &'a [WorkerType],
    seconds: f64,
}

impl<'a> LoadProblem<'a> {
    /// Work that counts: what could overload workers that are there.
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

    /// The load of that work, of those parts of it that are wanted, if each attempt takes so many seconds longer.
    fn solve(self, longer: f64, wanted: impl Fn(&OfferedWork) -> bool) -> Option<PricedLoad> {
        let (needs, demands) = self.demands(longer, wanted);
        Some(PricedLoad { needs, solution: lp::solve(&demands, self.workers)? })
    }

    /// The largest load of one resource or one need: the load is no less, and this is sooner found.
    fn least(self) -> f64 {
        lp::single(&self.demands(0.0, |_| true).1, self.workers).map_or(0.0, |solution| solution.load)
    }

    /// That work by need, in order.
    fn demands(self, longer: f64, wanted: impl Fn(&OfferedWork) -> bool) -> (Vec<NeedId>, Vec<Demand<'a>>) {
        let mut works: BTreeMap<NeedId, f64> = BTreeMap::new();
        for work in self.counted().filter(|work| wanted(work)) {
            *works.entry(work.need).or_default() += (work.seconds + work.attempts * longer) / self.seconds;
        }
        works.into_iter().map(|(need, work)| (need, Demand { need: self.system.need(need), work })).unzip()
    }

    fn system_load(self) -> Option<SystemLoad> {
        let loaded = self.solve(0.0, |_| true)?;
        let Solution { load, is_exact, .. } = loaded.solution;
        Some(SystemLoad { load, is_exact, bottleneck: self.bottleneck(&loaded, 0.0), delayed: self.delayed() })
    }

    /// The load with claim delays, if there are any.
    fn delayed(self) -> Option<DelayedLoad> {
        let loaded = self.solve(self.delay()?, |_| true)?;
        Some(DelayedLoad { load: loaded.load(), is_exact: self.is_one_at_a_time(&loaded.needs) })
    }

    /// Claims as a share of what the workers can make, if they make one after each delay.
    fn claims(self) -> Option<f64> {
        let ClaimRule::Delayed { batch: ClaimBatch::One, .. } = self.system.claim else { return None };
        let attempts: f64 = self.work.iter().filter(|work| !work.is_closed).map(|work| work.attempts).sum();
        let workers: f64 = self.workers.iter().map(|kind| kind.workers).sum();
        (workers > 0.0).then_some(attempts * self.delay()? / (workers * self.seconds))
    }

    /// The mean claim delay in seconds; `None` if claims take no time, or too much for a mean.
    fn delay(self) -> Option<f64> {
        let ClaimRule::Delayed { delay, .. } = &self.system.claim else { return None };
        Some(delay.mean()).filter(|mean| *mean > 0.0 && mean.is_finite())
    }

    /// Whether each worker runs at most one of these jobs at a time, and none that need nothing.
    fn is_one_at_a_time(self, needs: &[NeedId]) -> bool {
        let needs: Vec<&CapacityMap> = needs.iter().map(|need| self.system.need(*need)).collect();
        let is_one = |kind: &WorkerType| {
            let packings = packing::maximal(&kind.capacity, &needs, needs.len());
            packings.is_some_and(|found| found.iter().all(|packing| packing.iter().sum::<u32>() <= 1))
        };
        let needs_nothing = |work: &OfferedWork| self.system.need(work.need).0.iter().all(|units| *units == 0);
        self.workers.iter().all(is_one) && !self.work.iter().any(needs_nothing)
    }
}
