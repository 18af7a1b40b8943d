//! Sizing for the worst hour: a worker fails when that hurts most, and the targets have to be kept
//! all the same.
//!
//! The worst instant is not guessed from the load. The outage is simulated at instants all over the
//! run, in the design that would be enough without one, and the instant with the worst value of the
//! first target counts. The design that turns out to be enough is tried at its own worst instant,
//! too.

use super::search::{DesignProgress, Sizing, size};
use super::target::{Design, Targets, UnsupportedTarget};
use crate::engine::{Outage, OutageKind};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::quantities::ResolvedQuantities;
use crate::replicate::replicate;
use crate::replication::Progress;
use crate::scenario::Scenario;
use crate::stats::CensoredValue;
use crate::stats::bound_test::Relation;
use crate::stats::sample::Sample;
use crate::warmup::{find_warm_up, pilot_count};

/// Instants at which the outage is tried.
const INSTANTS: i64 = 24;

/// Replications of each.
const REPLICATIONS: u32 = 5;

/// The maximum number of searches, each of which starts because another instant turned out worse.
const ROUNDS: usize = 3;

/// One worker fails at the worst instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorstCaseOutage {
    /// The group whose worker fails: the first whose id is the group's name, or begins with it and
    /// a dash.
    pub group: String,
    /// How long the outage lasts.
    pub duration: Span,
}

/// The results of sizing without the outage and with it.
#[derive(Clone, Debug)]
pub struct SizingWithOutage {
    /// Without it.
    pub without: Sizing,
    /// With it.
    pub with: Sizing,
    /// When the worker fails.
    pub at: Time,
    /// Whether that is the worst instant also for the answer with the outage; if not, the search
    /// has given up looking for one.
    pub is_worst: bool,
}

impl WorstCaseOutage {
    /// The worker that fails in a scenario; `None` if no worker is of that group.
    pub fn worker(&self, scenario: &Scenario) -> Option<WorkerId> {
        let is_of_group =
            |id: &str| id.strip_prefix(&self.group).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        let index = scenario.system.workers.iter().position(|worker| is_of_group(&worker.id));
        index.map(|index| WorkerId(index as u32))
    }

    /// The scenario with the outage at an instant.
    pub fn apply(&self, at: Time, scenario: &Scenario) -> Scenario {
        let mut scenario = scenario.clone();
        let outage = |worker| Outage { worker, at, lasts: Some(self.duration), kind: OutageKind::Crash };
        let outage = self.worker(&scenario).map(outage);
        scenario.system.availability.outages.extend(outage);
        scenario
    }

    /// Among instants spread evenly over the measured part of the run, the one at which the outage
    /// makes the value of the first target worst.
    fn worst(
        &self,
        scenario: &Scenario,
        quantities: &ResolvedQuantities,
        relation: Relation,
        progress: &dyn Progress,
    ) -> Time {
        let window = scenario.system.window;
        let last = Time(window.horizon.0 - self.duration.0).max(window.warmup);
        let instant = |number: i64| window.warmup + Span((last - window.warmup).0 / INSTANTS * number);
        let badness = |at: Time| {
            let outcomes = replicate(&self.apply(at, scenario), quantities.shares(), 0..REPLICATIONS, progress);
            let values = quantities.values(0, &outcomes);
            // Of bounds, the less favourable one counts: a job that is never claimed is worst.
            let mean = |bound: fn(&CensoredValue) -> f64| {
                Sample::of(values.iter().map(|value| value.as_ref().map_or(f64::INFINITY, bound))).mean
            };
            match relation {
                Relation::AtMost => mean(|value| value.upper).unwrap_or(f64::INFINITY),
                Relation::AtLeast => mean(|value| -value.lower).unwrap_or(f64::INFINITY),
            }
        };
        let mut worst = (instant(0), badness(instant(0)));
        for at in (1..INSTANTS).map(instant).filter(|at| *at > window.warmup) {
            let badness = badness(at);
            if badness > worst.1 {
                worst = (at, badness);
            }
        }
        worst.0
    }
}

/// Searches the cheapest design that keeps the targets even if a worker fails at the worst instant.
///
/// # Errors
/// If the designs cannot be tested against one of the targets.
pub fn size_with_outage(
    designs: &[Design],
    targets: &Targets,
    outage: &WorstCaseOutage,
    progress: &DesignProgress<'_>,
) -> Result<SizingWithOutage, UnsupportedTarget> {
    let without = size(designs, targets, progress)?;
    // Each round may err.
    let round = Targets { level: targets.level / ROUNDS as f64, ..targets.clone() };
    let worst = |sizing: &Sizing| {
        // Without an answer, the costliest design stands in for it.
        let index = sizing.answer.or(sizing.next_cheaper);
        let design = index.map_or(0, |index| sizing.evaluated[index].design);
        let mut scenario = designs[design].scenario.clone();
        let bar = progress(design, pilot_count(&scenario));
        find_warm_up(&mut scenario, &*bar);
        let bar = progress(design, REPLICATIONS * INSTANTS as u32);
        Ok(outage.worst(&scenario, &targets.resolve(&scenario)?, targets.conditions[0].relation, &*bar))
    };
    let mut at = worst(&without)?;
    let mut rounds_left = ROUNDS - 1;
    loop {
        let with_outage = |design: &Design| Design {
            scenario: outage.apply(at, &design.scenario),
            is_likely_infeasible: false,
            ..design.clone()
        };
        let with = size(&designs.iter().map(with_outage).collect::<Vec<_>>(), &round, progress)?;
        let again = worst(&with)?;
        let is_worst = again == at || with.answer.is_none();
        if is_worst || rounds_left == 0 {
            return Ok(SizingWithOutage { without, with, at, is_worst });
        }
        (at, rounds_left) = (again, rounds_left - 1);
    }
}
