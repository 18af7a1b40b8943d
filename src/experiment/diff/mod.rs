//! Two runs in parallel: the first event that happens in only one of them, and why.
//!
//! Both are simulated again, instant by instant. Only the events of the last instant are kept, so
//! runs of any length take little memory. Jobs are the same if they were created the same, whatever
//! their numbers. Events of the same instant may happen in any order.

mod decision;
mod describe;
mod divergence;
mod event;
mod matching;
mod paired_run;
pub(crate) mod recorder;
mod shared_ids;
mod snapshot;

use rayon::prelude::*;

use crate::engine::System;
use crate::model::job::JobId;
use crate::model::time::Time;
use crate::replication::Progress;
use crate::scenario::Scenario;

use describe::DivergenceSearch;
pub use divergence::{
    ClaimDecision, ClaimedJob, CreatedJob, DifferenceKind, Divergence, FirstDifference, FreeUnits, JobEnd, LaterClaim,
    WaitingJob,
};
use paired_run::{InstantOutcome, PairedRun};
pub use shared_ids::NamedUnits;

/// The difference between two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Diff {
    /// Workers that exist in only one of them, or offer something else from the start.
    pub workers: Vec<WorkerDifference>,
    /// The end of the run that ends first.
    pub until: Time,
    /// The number of compared replications.
    pub compared: u32,
    /// The number of replications that diverge.
    pub diverged: u32,
    /// The divergence of the first of these; `None` if all are the same to the end.
    pub first: Option<Divergence>,
}

impl Diff {
    /// The kind of the first difference; `None` if there is no difference.
    pub fn kind(&self) -> Option<DifferenceKind> {
        let kind = self.first.as_ref()?.change.kind();
        Some(if self.workers.is_empty() { kind } else { DifferenceKind::Inputs })
    }
}

/// A worker that differs between the runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerDifference {
    /// Its id.
    pub worker: String,
    /// By run, what it offers at the start; `None` if the run has no worker with that id.
    pub offers: [Option<NamedUnits>; 2],
}

/// Compares replications, counted from 0, of two scenarios, on rayon's current threads.
pub fn diff(pair: [&Scenario; 2], replications: std::ops::Range<u32>, progress: &dyn Progress) -> Diff {
    let compared = replications.len() as u32;
    let divergences: Vec<Option<ExplainedJobs>> =
        replications.clone().into_par_iter().map(|replication| find_divergence(pair, replication, progress)).collect();
    let first = replications.zip(&divergences).find_map(|(replication, explained)| Some((replication, (*explained)?)));
    Diff {
        workers: workers(pair.map(|scenario| &scenario.system)),
        until: pair[0].system.window.horizon.min(pair[1].system.window.horizon),
        compared,
        diverged: divergences.iter().flatten().count() as u32,
        first: first.map(|(replication, explained)| describe_divergence(pair, replication, explained)),
    }
}

/// By run, the job whose claim the policy has to explain.
type ExplainedJobs = [Option<JobId>; 2];

/// Instants between two reports of progress.
const STRIDE: u32 = 1 << 14;

/// Whether a replication diverges, and the jobs to explain then.
fn find_divergence(pair: [&Scenario; 2], replication: u32, progress: &dyn Progress) -> Option<ExplainedJobs> {
    let mut both = PairedRun::start(pair, replication, [None, None]);
    let (mut instants, mut rows, mut done) = (0_u32, 0, 0.0);
    let mut report = |both: &PairedRun, part: f64| {
        let now = both.sides[0].rows();
        progress.advanced(now - rows, done, part);
        (rows, done) = (now, part);
    };
    let found = loop {
        match both.step() {
            InstantOutcome::Over => break None,
            InstantOutcome::Diverged(at, only) => break Some((at, only)),
            InstantOutcome::Same => instants = (instants + 1) % STRIDE,
        }
        if instants == 0 {
            report(&both, both.progress());
        }
    };
    report(&both, 1.0);
    found.map(|(at, only)| DivergenceSearch { pair, both, at, only }.explained())
}

/// The divergence of a replication. It is run again, and the policies explain their claims.
fn describe_divergence(pair: [&Scenario; 2], replication: u32, explained: ExplainedJobs) -> Divergence {
    let mut both = PairedRun::start(pair, replication, explained);
    loop {
        match both.step() {
            InstantOutcome::Same => {}
            InstantOutcome::Diverged(at, only) => {
                let change = DivergenceSearch { pair, both, at, only }.difference();
                return Divergence { replication, at, change };
            }
            InstantOutcome::Over => unreachable!("a replication that diverges once diverges again"),
        }
    }
}

/// Workers that exist in only one system, or offer something else in it.
fn workers(systems: [&System; 2]) -> Vec<WorkerDifference> {
    let offered = systems.map(|system| {
        let offers =
            system.workers.iter().map(|worker| (worker.id.as_str(), shared_ids::named(system, &worker.capacity)));
        offers.collect::<std::collections::BTreeMap<&str, NamedUnits>>()
    });
    let all = systems[0]
        .workers
        .iter()
        .chain(systems[1].workers.iter().filter(|worker| !offered[0].contains_key(&*worker.id)));
    let both = all.map(|worker| WorkerDifference {
        worker: worker.id.clone(),
        offers: [0, 1].map(|side| offered[side].get(&*worker.id).cloned()),
    });
    both.filter(|difference| difference.offers[0] != difference.offers[1]).collect()
}
