//! Many scenarios under one seed: all their replications share the cores, and what each came to is kept, but not its course.
//!
//! The same seed gives all of them common random numbers: replication k has the same jobs everywhere, as far as the scenarios
//! ask for the same.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::expression::{Fault, Quantity, Target};
use super::replication::Replication;
use super::{Progress, Results, SummaryRow};
use crate::scenario::Scenario;
use crate::stats::Outcome;
use crate::stats::figure::Statistic;
use crate::stats::interval::Estimate;
use crate::stats::share::Share;

/// A scenario that is to be simulated, and what is shown of it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The scenario.
    pub scenario: Scenario,
    /// What is shown, in the order in which it was asked for.
    targets: Vec<Target>,
    shares: Vec<Share>,
}

/// What the replications of a trial came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Every figure over all replications, as a run by itself has them.
    pub summary: Vec<SummaryRow>,
    /// What is shown, in the order in which it was asked for.
    pub shown: Vec<Shown>,
}

/// What came of a quantity that is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Replication by replication; `None` where there was nothing to measure.
    pub values: Vec<Option<f64>>,
    /// Over all replications.
    pub estimate: Estimate,
}

impl Trial {
    /// A trial of which these quantities are shown.
    ///
    /// # Errors
    /// If the scenario has no such action or resource: the number of the quantity, and what is wrong with it.
    pub fn new(scenario: Scenario, shown: &[Quantity]) -> Result<Trial, (usize, Fault)> {
        let target =
            |(number, quantity): (usize, &Quantity)| quantity.target(&scenario.system).map_err(|fault| (number, fault));
        let targets = shown.iter().enumerate().map(target).collect::<Result<Vec<_>, _>>()?;
        let mut shares = Vec::new();
        for target in &targets {
            if let Target::Share(share) = target
                && !shares.contains(share)
            {
                shares.push(*share);
            }
        }
        Ok(Trial { scenario, targets, shares })
    }

    /// Whose action and resource a shown quantity is of, by its number.
    pub fn target(&self, shown: usize) -> Target {
        self.targets[shown]
    }

    /// Runs all replications on rayon's current threads.
    fn run(&self, progress: &dyn Progress) -> Measured {
        let Trial { scenario, targets, shares } = self;
        let one = |index: u32| {
            let outcome = Replication { scenario, index: u64::from(index), shares }.run(progress);
            Outcome { waits: Vec::new(), ..outcome.without_series() }
        };
        let outcomes: Vec<Outcome> = (0..scenario.replications).into_par_iter().map(one).collect();
        let shown = targets.iter().map(|target| self.shown(*target, &outcomes)).collect();
        Measured { summary: Results::of(outcomes).summary, shown }
    }

    fn shown(&self, target: Target, outcomes: &[Outcome]) -> Shown {
        let values: Vec<Option<f64>> = outcomes.iter().map(|outcome| self.value(target, outcome)).collect();
        let statistic = match target {
            Target::Figure(subject) => subject.statistic,
            Target::Share(_) => Statistic::Mean,
        };
        Shown { estimate: Estimate::of(statistic, &values), values }
    }

    fn value(&self, target: Target, outcome: &Outcome) -> Option<f64> {
        match target {
            Target::Figure(subject) => outcome.figures.iter().find(|figure| figure.subject == subject)?.value,
            Target::Share(share) => outcome.shares[self.shares.iter().position(|known| *known == share)?],
        }
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
