//! Random faults for the random scenarios: outages of all kinds, heartbeats, changes of capacity,
//! requests to cancel.

use std::ops::RangeInclusive;

use claimsim::internals::engine::{
    Breakdowns, CancelRequest, CapacityChange, Heartbeat, JobFilter, Outage, OutageKind, System,
};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::CapacityMap;
use claimsim::internals::model::time::Time;
use claimsim::internals::model::worker::WorkerId;
use claimsim::internals::random::dist::Distribution;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::scenarios::{constant, exponential, one_of, ticks};

/// Faults as plain numbers of ticks.
#[derive(Clone, Debug)]
pub(crate) struct FaultsRecipe {
    heartbeat: (i64, i64, i64),
    quorum: bool,
    outages: Vec<(usize, i64, Option<i64>, OutageKind)>,
    breakdowns: Vec<(usize, Distribution, Distribution, OutageKind)>,
    capacities: Vec<(usize, i64, [i64; 3])>,
    cancels: Vec<(i64, Option<usize>, JobFilter, Option<u64>)>,
}

/// Any mixture of faults: a number of outages at known instants, and of workers that break down.
pub(crate) fn faults(outages: RangeInclusive<usize>, breakdowns: RangeInclusive<usize>) -> BoxedStrategy<FaultsRecipe> {
    let worker = || 0..1000_usize;
    let outage = (worker(), 0..=20_i64, option::weighted(0.85, 0..=12_i64), kinds());
    let capacity = (worker(), 0..=20_i64, units());
    let jobs = select(vec![JobFilter::All, JobFilter::Waiting, JobFilter::Running]);
    let cancel = (0..=20_i64, option::of(0..4_usize), jobs, option::of(0..=3_u64));
    let fields = (
        (1..=3_i64, 1..=4_i64, 1..=4_i64),
        any::<bool>(),
        vec(outage, outages),
        vec((worker(), ups(), downs(), kinds()), breakdowns),
        vec(capacity, 0..=3),
        vec(cancel, 0..=2),
    );
    fields
        .prop_map(|(heartbeat, quorum, outages, breakdowns, capacities, cancels)| FaultsRecipe {
            heartbeat,
            quorum,
            outages,
            breakdowns,
            capacities,
            cancels,
        })
        .boxed()
}

fn kinds() -> BoxedStrategy<OutageKind> {
    select(vec![OutageKind::Crash, OutageKind::Partition, OutageKind::Partition, OutageKind::Shutdown]).boxed()
}

/// Capacities: higher, lower and zero.
fn units() -> BoxedStrategy<[i64; 3]> {
    let units = || select(vec![0, 0, 1, 2, 3, 5]);
    prop_oneof![4 => [units(), units(), units()], 1 => Just([0; 3])].boxed()
}

/// Not all zero, so that time advances.
fn ups() -> BoxedStrategy<Distribution> {
    prop_oneof![(2..=8_i64).prop_map(|n| constant(n as f64)), Just(exponential(6.0)), Just(one_of(vec![0.0, 3.0, 9.0]))]
        .boxed()
}

fn downs() -> BoxedStrategy<Distribution> {
    prop_oneof![
        (1..=9_i64).prop_map(|n| constant(n as f64)),
        Just(exponential(4.0)),
        Just(one_of(vec![0.0, 2.0, 10.0]))
    ]
    .boxed()
}

impl FaultsRecipe {
    /// Adds these faults to a system of any size.
    pub(crate) fn add_to(self, system: &mut System) {
        let (workers, actions, resources) = (system.workers.len(), system.actions.len(), system.resources.len());
        let worker = |index: usize| WorkerId((index % workers) as u32);
        let at = |n: i64| Time::ZERO + ticks(n);
        let (period, more, sweep) = self.heartbeat;
        let availability = &mut system.availability;
        availability.heartbeat = Heartbeat { period: ticks(period), expiry: ticks(period + more), sweep: ticks(sweep) };
        availability.quorum = self.quorum;
        availability.outages = self
            .outages
            .into_iter()
            .map(|(index, from, lasts, kind)| Outage {
                worker: worker(index),
                at: at(from),
                lasts: lasts.map(ticks),
                kind,
            })
            .collect();
        for (index, up, down, kind) in self.breakdowns {
            let worker = worker(index);
            if availability.breakdowns.iter().all(|other| other.worker != worker) {
                availability.breakdowns.push(Breakdowns { worker, up, down, kind });
            }
        }
        let change = |(index, from, units): (usize, i64, [i64; 3])| CapacityChange {
            worker: worker(index),
            at: at(from),
            capacity: CapacityMap(units[..resources].into()),
        };
        availability.capacity_changes = self.capacities.into_iter().map(change).collect();
        let cancel = |(from, action, jobs, most): (i64, Option<usize>, JobFilter, Option<u64>)| CancelRequest {
            at: at(from),
            action: action.map(|action| ActionId((action % actions) as u16)),
            jobs,
            most,
        };
        system.cancels = self.cancels.into_iter().map(cancel).collect();
    }
}
