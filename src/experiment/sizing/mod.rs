//! Sizing: the cheapest setting that keeps targets, with runs that prove it and a stated chance of being wrong.
//!
//! Settings are tried in an order that finds the answer soon: where more workers can only help, a setting that keeps the targets spares those
//! that cost more, and one that breaks them those that are smaller in everything. That more helps is how the search guesses, and no evidence: whatever
//! is cheaper than the answer is simulated in the end, and the search goes on from there if the guess was wrong.
//!
//! The chance that any setting is said to keep the targets that does not, is at most the level: each of S settings is looked at no more than K times, and a look says "kept"
//! only where each target is shown to be kept at level / (S K). See `docs/planning.md`.

mod cost;
mod held;
mod loss;
mod order;
mod search;

pub use cost::{Cost, CostError, Costs};
pub use held::{Held, Verdict};
pub use loss::{Loss, Lost, size_with_loss};
pub use search::{Sizing, Tried, size};

use super::Asked;
use super::design::Point;
use super::expression::{Bound, Condition, Fault};
use crate::scenario::Scenario;
use crate::stats::interim_looks::InterimLooks;
use crate::stats::{Measure, Statistic};

/// One of the settings among which the cheapest is looked for.
#[derive(Clone, Debug)]
pub struct Setting {
    /// What it sets.
    pub point: Point,
    /// By axis of the grid, which of its values it has.
    pub steps: Vec<usize>,
    /// What it costs, in a unit of the caller's.
    pub cost: f64,
    /// What is simulated.
    pub scenario: Scenario,
    /// Whether it can hardly do, so that it is tried last.
    pub is_hopeless: bool,
}

/// What a setting has to keep, and how sure that has to be.
#[derive(Clone, Debug)]
pub struct Targets {
    /// Bounds on values; all have to be kept.
    pub conditions: Vec<Condition>,
    /// The chance, at most, that any setting is said to keep them that does not.
    pub level: f64,
    /// At how many replications it is seen whether more are needed.
    pub looks: InterimLooks,
    /// By axis: whether more of it can only help, as one would think.
    pub supply: Vec<bool>,
}

/// A target that settings cannot be held against.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{fault}")]
pub struct Unfit {
    /// The target's number.
    pub target: usize,
    /// What is wrong with it.
    pub fault: Box<Fault>,
}

impl Targets {
    /// Checks that a setting's scenario has what the targets are about, and finds it.
    ///
    /// # Errors
    /// If a target is relative to a baseline, of a largest value, of something that the scenario does not have, or beyond its end.
    pub fn asked(&self, scenario: &Scenario) -> Result<Asked, Unfit> {
        let unfit = |target, fault| Unfit { target, fault: Box::new(fault) };
        for (number, condition) in self.conditions.iter().enumerate() {
            check(condition, scenario).map_err(|fault| unfit(number, fault))?;
        }
        let quantities = self.conditions.iter().map(|condition| &condition.quantity);
        Asked::of(quantities, &scenario.system).map_err(|(number, fault)| unfit(number, fault))
    }

    /// Whether more workers can only help, as far as the targets go.
    fn favour_supply(&self) -> bool {
        self.conditions.iter().all(held::is_helped_by_supply)
    }
}

fn check(condition: &Condition, scenario: &Scenario) -> Result<(), Fault> {
    let Bound::Value(bound) = condition.bound else {
        let fault = Fault::about(&condition.text, "there is no baseline here that a difference could be taken to");
        return Err(fault.help("write a value without a sign, such as `p95(wait) < 5m`"));
    };
    let quantity = &condition.quantity;
    if quantity.statistic() == Statistic::Max.name() {
        let fault = Fault::about(
            &condition.text,
            "a largest value grows with the length of a run, so that no number of runs shows it to be below a bound",
        );
        return Err(fault.help("write a quantile, such as `p99(wait) < 5m`"));
    }
    let horizon = scenario.system.window.horizon.as_secs_f64();
    if quantity.measure == Measure::DrainS && bound > horizon {
        let fault = Fault::about(&condition.text, "the run ends before that, so that it cannot tell");
        return Err(fault.help("write a longer `horizon`, such as twice the target"));
    }
    Ok(())
}
