//! Two runs side by side: the first thing that happens in one of them and not in the other, and why.
//!
//! Both are simulated again, instant by instant, and only what the last instant has brought is kept: so runs of any length take little memory. Jobs are the same if they
//! were made as the same, whatever their numbers; what coincides may happen in any order.

mod decision;
mod describe;
mod divergence;
mod event;
mod explaining_policy;
mod matching;
mod paired_run;
mod recorder;
mod shared_ids;
mod snapshot;

use rayon::prelude::*;

use super::Progress;
use crate::engine::System;
use crate::model::job::JobId;
use crate::model::time::Time;
use crate::scenario::Scenario;

use describe::DivergenceSearch;
pub use divergence::{
    ClaimDecision, ClaimedJob, CreatedJob, DifferenceKind, Divergence, FirstDifference, FreeUnits, JobEnd, LaterClaim,
    WaitingJob,
};
use paired_run::{InstantOutcome, PairedRun};
pub use shared_ids::NamedUnits;

/// What two runs do not share.
#[derive(Clone, Debug, PartialEq)]
pub struct Diff {
    /// Workers that only one of them has, or that offer something else from the start.
    pub workers: Vec<WorkerDifference>,
    /// The end of the run that ends first.
    pub until: Time,
    /// How many replications have been compared.
    pub compared: u32,
    /// How many of them part.
    pub diverged: u32,
    /// Where the first of these parts; `None` if all are the same to the end.
    pub first: Option<Divergence>,
}

impl Diff {
    /// What kind of difference it is; `None` if there is none.
    pub fn kind(&self) -> Option<DifferenceKind> {
        let kind = self.first.as_ref()?.change.kind();
        Some(if self.workers.is_empty() { kind } else { DifferenceKind::Inputs })
    }
}

/// A worker that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerDifference {
    /// Its id.
    pub worker: String,
    /// What it offers at the start, run by run; `None` where there is none of that id.
    pub offers: [Option<NamedUnits>; 2],
}

/// Compares replications (they are numbered from 0) of two scenarios, on rayon's current threads.
pub fn diff(pair: [&Scenario; 2], replications: std::ops::Range<u32>, progress: &dyn Progress) -> Diff {
    let compared = replications.len() as u32;
    let partings: Vec<Option<ExplainedJobs>> =
        replications.clone().into_par_iter().map(|replication| part(pair, replication, progress)).collect();
    let first = replications.zip(&partings).find_map(|(replication, asking)| Some((replication, (*asking)?)));
    Diff {
        workers: workers(pair.map(|scenario| &scenario.system)),
        until: pair[0].system.window.horizon.min(pair[1].system.window.horizon),
        compared,
        diverged: partings.iter().flatten().count() as u32,
        first: first.map(|(replication, about)| tell(pair, replication, about)),
    }
}

/// The jobs of which it is to be asked why they go, run by run.
type ExplainedJobs = [Option<JobId>; 2];

/// So many instants pass between two tellings of progress.
const STRIDE: u32 = 1 << 14;

/// Whether a replication parts, and what is to be asked then.
fn part(pair: [&Scenario; 2], replication: u32, progress: &dyn Progress) -> Option<ExplainedJobs> {
    let mut both = PairedRun::start(pair, replication, [None, None]);
    let (mut instants, mut rows, mut done) = (0_u32, 0, 0.0);
    let mut tell = |both: &PairedRun, part: f64| {
        let now = both.sides[0].rows();
        progress.advanced(now - rows, done, part);
        (rows, done) = (now, part);
    };
    let found = loop {
        match both.step() {
            InstantOutcome::Over => break None,
            InstantOutcome::Parted(at, only) => break Some((at, only)),
            InstantOutcome::Same => instants = (instants + 1) % STRIDE,
        }
        if instants == 0 {
            tell(&both, both.part_done());
        }
    };
    tell(&both, 1.0);
    found.map(|(at, only)| DivergenceSearch { pair, both, at, only }.asked())
}

/// Where a replication parts: it is run again with the question why.
fn tell(pair: [&Scenario; 2], replication: u32, about: ExplainedJobs) -> Divergence {
    let mut both = PairedRun::start(pair, replication, about);
    loop {
        match both.step() {
            InstantOutcome::Same => {}
            InstantOutcome::Parted(at, only) => {
                let change = DivergenceSearch { pair, both, at, only }.change();
                return Divergence { replication, at, change };
            }
            InstantOutcome::Over => unreachable!("what has parted once does so again"),
        }
    }
}

/// Workers that only one system has, or that offer something else in it.
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
