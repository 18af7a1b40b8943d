//! Sizing for the worst hour: a worker is lost when that hurts most, and the targets have to be kept all the same.
//!
//! When that is, is not guessed from the load: a loss is simulated at instants all over the run, at the setting that would do without one, and the
//! instant with the worst value of the first target is taken. The setting that is found to do is tried at its own worst instant, too.

use super::{Setting, Sizing, Targets, Unfit, size};
use crate::engine::{Outage, OutageKind};
use crate::expression::{Condition, Relation};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::scenario::Scenario;
use crate::stats::sample::Sample;
use crate::warmup::{pilots, settle};
use crate::{Asked, Progress, replicate};

/// Instants at which a loss is tried.
const INSTANTS: i64 = 24;

/// Replications of each.
const REPLICATIONS: u32 = 5;

/// How often the search may begin anew because another instant turns out to be worse.
const ROUNDS: usize = 3;

/// A worker that is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The group of workers that loses one: the first of those whose ids begin with it and a dash.
    pub group: String,
    /// For how long.
    pub lasts: Span,
}

/// What sizing has come to, without the loss and with it.
#[derive(Clone, Debug)]
pub struct Lost {
    /// Without it.
    pub without: Sizing,
    /// With it.
    pub with: Sizing,
    /// When the worker is lost.
    pub at: Time,
    /// Whether that is the worst instant also for the answer with it; if not, the search has given up looking for one.
    pub is_worst: bool,
}

impl Loss {
    /// The worker that is lost in a scenario; `None` if no worker is of that group.
    pub fn worker(&self, scenario: &Scenario) -> Option<WorkerId> {
        let is_of_group =
            |id: &str| id.strip_prefix(&self.group).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        let place = scenario.system.workers.iter().position(|worker| is_of_group(&worker.id));
        place.map(|place| WorkerId(place as u32))
    }

    /// The scenario with the loss at an instant.
    pub fn at(&self, at: Time, scenario: &Scenario) -> Scenario {
        let mut scenario = scenario.clone();
        let outage = |worker| Outage { worker, at, lasts: Some(self.lasts), kind: OutageKind::Crash };
        let lost = self.worker(&scenario).map(outage);
        scenario.system.availability.outages.extend(lost);
        scenario
    }

    /// The instant, of some evenly over the measured part of the run, at which the loss makes a condition's value worst.
    fn worst(&self, scenario: &Scenario, asked: &Asked, condition: &Condition, progress: &dyn Progress) -> Time {
        let window = scenario.system.window;
        let last = Time(window.horizon.0 - self.lasts.0).max(window.warmup);
        let instant = |number: i64| window.warmup + Span((last - window.warmup).0 / INSTANTS * number);
        let badness = |at: Time| {
            let outcomes = replicate(&self.at(at, scenario), asked.shares(), 0..REPLICATIONS, progress);
            let values = asked.values(0, &outcomes);
            let mean = Sample::of(values.iter().copied().flatten()).mean;
            // What cannot be measured any more, such as a drain that never ends, is worst.
            let mean = mean.filter(|_| !values.contains(&None));
            match condition.relation {
                Relation::AtMost => mean.unwrap_or(f64::INFINITY),
                Relation::AtLeast => mean.map_or(f64::INFINITY, |mean| -mean),
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

/// InterimLooks for the cheapest setting that keeps the targets also when a worker is lost at the worst instant.
///
/// # Errors
/// If a target is none that the settings can be held against.
pub fn size_with_loss(
    settings: &[Setting],
    targets: &Targets,
    loss: &Loss,
    progress: &dyn Fn(u32) -> Box<dyn Progress>,
) -> Result<Lost, Unfit> {
    let without = size(settings, targets, progress)?;
    // Each round may err.
    let round = Targets { level: targets.level / ROUNDS as f64, ..targets.clone() };
    let worst = |sizing: &Sizing| {
        // Without an answer, where most was tried.
        let found = sizing.answer.or(sizing.next_cheaper()).map_or(0, |place| sizing.tried[place].setting);
        let mut scenario = settings[found].scenario.clone();
        let bar = progress(pilots(&scenario));
        settle(&mut scenario, &*bar);
        let bar = progress(REPLICATIONS * INSTANTS as u32);
        Ok(loss.worst(&scenario, &targets.asked(&scenario)?, &targets.conditions[0], &*bar))
    };
    let mut at = worst(&without)?;
    let mut rounds_left = ROUNDS - 1;
    loop {
        let lossy: Vec<Setting> = settings
            .iter()
            .map(|setting| Setting { scenario: loss.at(at, &setting.scenario), is_hopeless: false, ..setting.clone() })
            .collect();
        let with = size(&lossy, &round, progress)?;
        let again = worst(&with)?;
        let is_worst = again == at || with.answer.is_none();
        if is_worst || rounds_left == 0 {
            return Ok(Lost { without, with, at, is_worst });
        }
        (at, rounds_left) = (again, rounds_left - 1);
    }
}
