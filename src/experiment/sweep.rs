//! Many scenarios under one seed: all their replications share the cores, and what each came to is kept, but not its course.
//!
//! The same seed gives all of them common random numbers: replication k has the same jobs everywhere, as far as the scenarios
//! ask for the same.

use std::borrow::Cow;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::expression::{Fault, Quantity, Target};
use super::results::estimate;
use super::warmup::settle;
use super::{Asked, Progress, Results, SummaryRow, replicate};
use crate::model::time::Span;
use crate::scenario::{Scenario, WarmUpRule};
use crate::stats::ReplicationStats;
use crate::stats::interval::IntervalEstimate;

/// A scenario that is to be simulated, and what is shown of it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The scenario.
    pub scenario: Scenario,
    asked: Asked,
    /// How many quantities are shown.
    shown: usize,
}

/// What the replications of a trial came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Every figure over all replications, as a run by itself has them.
    pub summary: Vec<SummaryRow>,
    /// What is shown, in the order in which it was asked for.
    pub shown: Vec<Shown>,
    /// The warm-up, if the scenario left it to be found.
    pub warm_up: Option<Found>,
}

/// What came of a quantity that is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Replication by replication; `None` where there was nothing to measure.
    pub values: Vec<Option<f64>>,
    /// Over all replications.
    pub estimate: IntervalEstimate,
}

/// A warm-up that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// How long it is.
    pub length: Span,
    /// Whether the run is too short to tell.
    pub is_too_short: bool,
}

impl Trial {
    /// A trial of which these quantities are shown.
    ///
    /// # Errors
    /// If the scenario has no such action or resource: the number of the quantity, and what is wrong with it.
    pub fn new(scenario: Scenario, shown: &[Quantity]) -> Result<Trial, (usize, Fault)> {
        let asked = Asked::of(shown, &scenario.system)?;
        Ok(Trial { scenario, asked, shown: shown.len() })
    }

    /// Whose action and resource a shown quantity is of, by its number.
    pub fn target(&self, shown: usize) -> Target {
        self.asked.target(shown)
    }

    /// Runs all replications on rayon's current threads.
    fn run(&self, progress: &dyn Progress) -> Measured {
        let mut scenario = Cow::Borrowed(&self.scenario);
        let is_open = scenario.warm_up == WarmUpRule::Auto;
        let warm_up = if is_open { settle(scenario.to_mut(), progress) } else { None };
        let outcomes = replicate(&scenario, self.asked.shares(), 0..scenario.replications, progress);
        let shown = (0..self.shown).map(|number| self.shown(number, &outcomes)).collect();
        let warm_up = warm_up.map(|found| Found { length: found.length, is_too_short: found.is_too_short });
        Measured { summary: Results::of(outcomes).summary, shown, warm_up }
    }

    fn shown(&self, number: usize, outcomes: &[ReplicationStats]) -> Shown {
        let values = self.asked.values(number, outcomes);
        let estimate = match self.target(number) {
            Target::Metric(metric) => estimate(metric, &values),
            Target::Share(_) => IntervalEstimate::mean(&values.iter().copied().flatten().collect::<Vec<_>>()),
        };
        Shown { values, estimate }
    }
}

/// Runs all trials on rayon's current threads, but for those that are done already; what each comes to goes to `keep` as soon as it is known.
pub fn run(
    trials: &[Trial],
    done: Vec<Option<Measured>>,
    keep: &(dyn Fn(usize, &Measured) + Sync),
    progress: &dyn Progress,
) -> Vec<Measured> {
    debug_assert_eq!(trials.len(), done.len());
    let one = |(number, done): (usize, Option<Measured>)| {
        done.unwrap_or_else(|| {
            let measured = trials[number].run(progress);
            keep(number, &measured);
            measured
        })
    };
    done.into_par_iter().enumerate().map(one).collect()
}
