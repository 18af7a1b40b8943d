//! The warm-up of a scenario with `warmup = "auto"`: MSER-5 on the number in system, over pilot
//! replications.

use rayon::prelude::*;

use crate::model::time::{Span, Time};
use crate::replication::{Progress, Replication};
use crate::scenario::{Scenario, WarmUpRule};
use crate::stats::mser;
use crate::stats::trajectory::{Trajectory, TrajectoryObserver};

/// The number of pilots. It is fixed, so that adding replications to a run does not move its
/// warm-up.
pub const PILOTS: u32 = 10;

/// The index of the first pilot, beyond those of any run. If the run's own replications were the
/// pilots, a beginning that is high by chance would be cut off because it is high: intervals for
/// the mean wait of M/M/4 at a load of 0.7 covered in 92.9 % of 2,000 experiments.
const FIRST_PILOT: u64 = 1 << 32;

/// The warm-up is this multiple of MSER-5's cut.
///
/// MSER-5 stops where bias and noise of the pilots' mean are about equal. A run of more
/// replications has less noise and the same bias, and its interval would shrink around a wrong
/// value. Twice the cut squares what is left of a beginning that is forgotten exponentially.
/// Stationary series are cut by little, so twice that is little as well. On M/M/1 at a load of 0.9
/// with a backlog of 100 jobs the mean number in system, 9, came out 0.22 ± 0.12 too large over 80
/// runs of 8,000 s with the plain cut, and not distinguishably off (−0.04 ± 0.08) with twice the
/// cut, at an interval 1 % wider.
const SAFETY: i64 = 2;

/// A warm-up that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct EstimatedWarmUp {
    /// How long it is, at most half of the horizon.
    pub length: Span,
    /// Whether the run is too short to tell, so that half of it is left out for lack of anything
    /// better.
    pub is_too_short: bool,
    /// The means over the pilots that it was found in.
    pub trajectory: Trajectory,
}

/// The number of replications that [`find_warm_up`] is going to run.
pub fn pilot_count(scenario: &Scenario) -> u32 {
    if scenario.warm_up == WarmUpRule::Auto { PILOTS } else { 0 }
}

/// Finds the warm-up of a scenario that asks for it and sets its window, on rayon's current
/// threads. Returns `None` and changes nothing if the warm-up is fixed. The result depends only on
/// the system and the seed.
///
/// The longest cut counts, of the number in system and of the numbers that need each resource: a
/// system is steady when all its parts are.
pub fn find_warm_up(scenario: &mut Scenario, progress: &dyn Progress) -> Option<EstimatedWarmUp> {
    if scenario.warm_up == WarmUpRule::Fixed {
        return None;
    }
    let pilots: Vec<_> = (0..PILOTS).into_par_iter().map(|index| pilot(scenario, index, progress)).collect();
    let warm_up = EstimatedWarmUp::of(Trajectory::mean(&pilots), scenario.system.window.horizon);
    scenario.system.window.warmup = Time::ZERO + warm_up.length;
    Some(warm_up)
}

/// [`find_warm_up`] for scenarios that are compared. Those that ask for a warm-up all get the
/// longest one found (but at most half of their horizon), so that the same jobs are measured in
/// each.
pub fn find_common_warm_up(scenarios: Vec<&mut Scenario>, progress: &dyn Progress) -> Vec<Option<EstimatedWarmUp>> {
    let mut scenarios = scenarios;
    let mut found: Vec<_> = scenarios.iter_mut().map(|scenario| find_warm_up(scenario, progress)).collect();
    let longest = found.iter().flatten().map(|warm_up| warm_up.length).max().unwrap_or(Span::ZERO);
    for (scenario, warm_up) in scenarios.into_iter().zip(&mut found) {
        if let Some(warm_up) = warm_up {
            let window = &mut scenario.system.window;
            warm_up.length = longest.min(Span(window.horizon.0 / 2));
            window.warmup = Time::ZERO + warm_up.length;
        }
    }
    found
}

impl EstimatedWarmUp {
    fn of(trajectory: Trajectory, horizon: Time) -> EstimatedWarmUp {
        let cuts: Vec<_> =
            trajectory.by_resource.iter().chain([&trajectory.in_system]).map(|line| mser::truncation(line)).collect();
        let parts = cuts.iter().map(|cut| cut.observations).max().unwrap_or(0);
        let is_too_short = cuts.iter().any(|cut| cut.is_too_short);
        let half = horizon.0 / 2;
        let length = if is_too_short { half } else { half.min(trajectory.part.0 * parts as i64 * SAFETY) };
        EstimatedWarmUp { length: Span(length), is_too_short, trajectory }
    }

    /// The pilots' mean number in system after the warm-up.
    pub fn level(&self) -> f64 {
        let from = (self.length.0 / self.trajectory.part.0) as usize;
        let rest = self.trajectory.in_system.get(from..).unwrap_or_default();
        rest.iter().sum::<f64>() / rest.len().max(1) as f64
    }
}

fn pilot(scenario: &Scenario, index: u32, progress: &dyn Progress) -> TrajectoryObserver {
    let replication = Replication::new(scenario, FIRST_PILOT + u64::from(index));
    let mut trajectory = TrajectoryObserver::new(&scenario.system);
    replication.observe(progress, &mut trajectory);
    trajectory
}
