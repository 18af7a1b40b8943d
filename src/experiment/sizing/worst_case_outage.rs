//! Sizing for the worst hour: a worker fails when that hurts most, and the targets have to be kept
//! all the same.
//!
//! The worst instant is not guessed from the load. The outage is simulated at instants all over the
//! run, in the design that would be enough without one, and the instant with the worst value of the
//! first target counts, taken over the jobs that the outage concerns. A quantile of the whole run
//! would hide them. The design that turns out to be enough is tried at its own worst instant,
//! too.

use super::search::{DesignProgress, Sizing, size};
use super::target::{Design, Targets, UnsupportedTarget};
use rayon::prelude::*;

use crate::engine::{Outage, OutageKind, Window};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::replicate::replicate;
use crate::replication::Progress;
use crate::scenario::Scenario;
use crate::stats::bound_test::Relation;
use crate::stats::sample::Sample;
use crate::stats::{CensoredValue, TimeWindow};
use crate::warmup::{find_warm_up, pilot_count};

/// The most instants at which the outage is tried. They are half an outage apart where that is
/// fewer.
const MOST_INSTANTS: i64 = 2_000;

/// Replications of each. They have numbers that no verdict uses.
const REPLICATIONS: u32 = 5;
const FIRST_PILOT: u32 = 1 << 31;

/// The maximum number of searches, each of which starts because another instant turned out worse.
const ROUNDS: usize = 3;

/// Workers of a group fail at the worst instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorstCaseOutage {
    /// The group whose workers fail: the first whose ids are the group's name, or begin with it and
    /// a dash.
    pub group: String,
    /// The number of workers that fail.
    pub count: usize,
    /// How long the outage lasts.
    pub duration: Span,
    /// The jobs that fall due from the loss on, for this long, decide.
    pub window: Span,
}

/// The results of sizing without the outage and with it.
#[derive(Clone, Debug)]
pub struct SizingWithOutage {
    /// Without it.
    pub without: Sizing,
    /// With it.
    pub with: Sizing,
    /// When the workers fail.
    pub at: Time,
    /// Whether that is the worst instant also for the answer with the outage; if not, the search
    /// has given up looking for one.
    pub is_worst: bool,
}

impl WorstCaseOutage {
    /// The workers that fail in a scenario; fewer than `count` if the group has fewer.
    pub fn workers(&self, scenario: &Scenario) -> Vec<WorkerId> {
        let is_of_group =
            |id: &str| id.strip_prefix(&self.group).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        let workers = scenario.system.workers.iter().enumerate().filter(|(_, worker)| is_of_group(&worker.id));
        workers.map(|(index, _)| WorkerId(index as u32)).take(self.count).collect()
    }

    /// The scenario with the outage at an instant.
    pub fn apply(&self, at: Time, scenario: &Scenario) -> Scenario {
        let mut scenario = scenario.clone();
        let outage = |worker| Outage { worker, at, lasts: Some(self.duration), kind: OutageKind::Crash };
        let outages: Vec<Outage> = self.workers(&scenario).into_iter().map(outage).collect();
        scenario.system.availability.outages.extend(outages);
        scenario
    }

    /// The part of the run whose jobs decide about an outage at an instant.
    fn window(&self, at: Time) -> TimeWindow {
        TimeWindow::Interval { from: at, until: at + self.window }
    }

    /// The instants at which the outage is tried: at most half an outage apart, such that the jobs
    /// that decide fall due within the run.
    fn instants(&self, window: Window) -> Vec<Time> {
        let room = (window.horizon - window.warmup).0 - self.window.0;
        let steps = (room.max(0) / (self.duration.0 / 2).max(1) + 1).min(MOST_INSTANTS);
        (0..=steps).map(|step| window.warmup + Span(room.max(0) / steps * step)).collect()
    }

    /// The number of replications that the search for the worst instant takes.
    fn pilots(&self, scenario: &Scenario) -> u32 {
        self.instants(scenario.system.window).len() as u32 * REPLICATIONS
    }

    /// The instant at which the outage makes the value of the first target worst, for the jobs that
    /// it concerns.
    fn worst(&self, scenario: &Scenario, targets: &Targets, progress: &dyn Progress) -> Time {
        let relation = targets.conditions[0].relation;
        let badness = |at: Time| {
            let targets = Targets { loss_window: Some(self.window(at)), ..targets.clone() };
            let Ok(quantities) = targets.resolve(scenario) else { return f64::NEG_INFINITY };
            let numbers = FIRST_PILOT..FIRST_PILOT + REPLICATIONS;
            let outcomes = replicate(&self.apply(at, scenario), quantities.measurements(), numbers, progress);
            let values = quantities.values(0, &outcomes);
            // Of bounds, the less favourable one counts: a job that is never claimed is worst. A
            // replication without a job in the window has nothing to say.
            let mean = |bound: fn(&CensoredValue) -> f64| Sample::of(values.iter().flatten().map(bound)).mean;
            match relation {
                Relation::AtMost => mean(|value| value.upper).unwrap_or(f64::NEG_INFINITY),
                Relation::AtLeast => mean(|value| -value.lower).unwrap_or(f64::NEG_INFINITY),
            }
        };
        let instants = self.instants(scenario.system.window);
        let found: Vec<(f64, Time)> = instants.into_par_iter().map(|at| (badness(at), at)).collect();
        // Of equally bad instants, the first.
        let worse = |one: (f64, Time), other: (f64, Time)| if other.0 > one.0 { other } else { one };
        found.into_iter().reduce(worse).map_or(scenario.system.window.warmup, |(_, at)| at)
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
        let bar = progress(design, outage.pilots(&scenario));
        targets.resolve(&scenario)?;
        Ok(outage.worst(&scenario, targets, &*bar))
    };
    let mut at = worst(&without)?;
    let mut rounds_left = ROUNDS - 1;
    loop {
        let with_outage = |design: &Design| Design {
            scenario: outage.apply(at, &design.scenario),
            is_likely_infeasible: false,
            ..design.clone()
        };
        let round = Targets { loss_window: Some(outage.window(at)), ..round.clone() };
        let with = size(&designs.iter().map(with_outage).collect::<Vec<_>>(), &round, progress)?;
        let again = worst(&with)?;
        let is_worst = again == at || with.answer.is_none();
        if is_worst || rounds_left == 0 {
            return Ok(SizingWithOutage { without, with, at, is_worst });
        }
        (at, rounds_left) = (again, rounds_left - 1);
    }
}
