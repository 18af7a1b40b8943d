//! The number of replications of a run: fixed, or sequential until quantities are known well
//! enough.
//!
//! The sequential rule checks each interval against its goal after a first number of replications
//! (30 unless set), and again after each further batch. The spread so far predicts how many
//! replications would be enough. The next check follows at a tenth more than that, but at least at
//! a quarter more than there are, and at most at four times as many. Checking after every single
//! replication stops too early too often, when the spread happens to look small; a few checks that
//! far apart lose almost nothing (`docs/statistics.md` has the coverage).

use crate::engine::System;
use crate::expression::{Aggregate, ExpressionError, Margin, PrecisionGoal};
use crate::quantities::ResolvedQuantities;
use crate::stats::interval::critical_value_95;
use crate::stats::sample::Sample;
use crate::stats::{CensoredValue, ReplicationStats, Statistic};

/// Replications before the first check, unless more are asked for: with fewer, the spread is hardly
/// known.
pub const MIN_REPLICATIONS: u32 = 30;

/// Decides how many replications to run.
#[derive(Clone, Debug)]
pub struct StoppingRule {
    first: u32,
    max: u32,
    goals: Vec<PrecisionGoal>,
    quantities: ResolvedQuantities,
}

/// How well a quantity is known.
#[derive(Clone, Debug, PartialEq)]
pub struct PrecisionStatus {
    /// The goal.
    pub goal: PrecisionGoal,
    /// The mean; `None` where nothing was measured.
    pub value: Option<f64>,
    /// Half the width of its 95 % interval.
    pub half_width: Option<f64>,
    /// The half width that the goal allows, in the quantity's unit.
    pub wanted: Option<f64>,
    /// Whether the interval is as narrow as the goal asks for.
    pub is_met: bool,
}

impl StoppingRule {
    /// A fixed number of replications.
    pub fn fixed(replications: u32) -> StoppingRule {
        let quantities = ResolvedQuantities::default();
        StoppingRule { first: replications, max: replications, goals: Vec::new(), quantities }
    }

    /// From `first` to `max` replications, until all goals are met.
    ///
    /// # Errors
    /// The number of a goal that the scenario does not have, or that has no interval, and what is
    /// wrong with it.
    pub fn sequential(
        goals: Vec<PrecisionGoal>,
        first: u32,
        max: u32,
        system: &System,
    ) -> Result<StoppingRule, (usize, ExpressionError)> {
        let quantities = ResolvedQuantities::of(goals.iter().map(|goal| &goal.quantity), system)?;
        if let Some(number) =
            goals.iter().position(|goal| goal.quantity.aggregate == Aggregate::Statistic(Statistic::Max))
        {
            let title = "a maximum has no interval, because it grows with the number of jobs";
            let error = ExpressionError::about(&goals[number].quantity.text, title);
            return Err((number, error.help("ask for a quantile instead, such as p99(wait)")));
        }
        Ok(StoppingRule { first: first.min(max), max, goals, quantities })
    }

    /// The same rule, for replications that also measure the course of the queue; and waits, queues
    /// and utilization by hour of the day if `by_hour`.
    #[must_use]
    pub fn over_time(self, by_hour: bool) -> StoppingRule {
        StoppingRule { quantities: self.quantities.over_time(by_hour), ..self }
    }

    /// The same rule, for replications that also measure who holds the units that jobs wait for if
    /// `holders`.
    #[must_use]
    pub fn with_holders(self, holders: bool) -> StoppingRule {
        StoppingRule { quantities: self.quantities.with_holders(holders), ..self }
    }

    /// The quantities that replications have to measure.
    pub fn quantities(&self) -> &ResolvedQuantities {
        &self.quantities
    }

    /// The number of replications, counted from the first, at which to check next; `None` if these
    /// outcomes are enough. The result does not depend on which run produced the outcomes.
    pub fn next_count(&self, outcomes: &[ReplicationStats]) -> Option<u32> {
        let mut check = self.first;
        while check as usize <= outcomes.len() {
            check = self.check_after(&outcomes[..check as usize])?;
        }
        Some(check)
    }

    /// The check that follows one at these outcomes.
    fn check_after(&self, outcomes: &[ReplicationStats]) -> Option<u32> {
        let count = outcomes.len() as u32;
        let open = self.status(outcomes).into_iter().filter(|status| !status.is_met);
        let needed = open.map(|status| status.needed(count)).reduce(f64::max)?;
        let least = (f64::from(count) * 1.25).ceil();
        let next = (needed * 1.1).ceil().clamp(least, f64::from(count) * 4.0);
        (count < self.max).then(|| (next as u32).min(self.max))
    }

    /// How well these outcomes meet the goals.
    pub fn status(&self, outcomes: &[ReplicationStats]) -> Vec<PrecisionStatus> {
        let goals = self.goals.iter().enumerate();
        goals.map(|(number, goal)| PrecisionStatus::of(goal, &self.quantities.values(number, outcomes))).collect()
    }
}

impl PrecisionStatus {
    fn of(goal: &PrecisionGoal, values: &[Option<CensoredValue>]) -> PrecisionStatus {
        let sample = Sample::of(values.iter().flatten().map(|value| value.lower));
        // A value of which only bounds are known is not known better by further replications.
        let is_exact = values.iter().flatten().all(|value| value.is_exact());
        let value = sample.mean.filter(|_| is_exact);
        let half_width = sample
            .degrees_of_freedom()
            .zip(sample.std_error)
            .map(|(freedom, error)| critical_value_95(freedom) * error);
        let half_width = half_width.filter(|_| value.is_some());
        let wanted = match goal.margin {
            Margin::Relative(share) => value.map(|mean| share * mean.abs()),
            Margin::Time(margin) | Margin::Number(margin) => Some(margin),
        };
        let is_met = half_width.zip(wanted).is_some_and(|(half_width, wanted)| half_width <= wanted);
        PrecisionStatus { goal: goal.clone(), value, half_width, wanted, is_met }
    }

    /// The number of replications that would be enough if the spread stays as it is.
    fn needed(&self, count: u32) -> f64 {
        match (self.half_width, self.wanted) {
            (Some(half_width), Some(wanted)) if wanted > 0.0 => {
                f64::from(count) * (half_width / wanted) * (half_width / wanted)
            }
            _ => f64::INFINITY,
        }
    }
}

#[cfg(test)]
mod tests;
