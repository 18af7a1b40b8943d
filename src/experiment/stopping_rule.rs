//! How many replications a run takes: so many, or as many as it takes to know quantities well enough.
//!
//! The sequential rule: after a first number of replications (30 unless set), and again whenever more have been run, each interval is held against what was
//! asked. The spread seen so far says how many replications would do; a tenth more are run, but at least a quarter more than there are, and at most four times as
//! many. Who looks after each single replication stops too early too often, when the spread happens to look small; few looks that far apart lose almost nothing
//! (`docs/statistics.md` has the coverage).

use super::quantities::ResolvedQuantities;
use super::expression::{ExpressionError, Margin, PrecisionGoal};
use crate::engine::System;
use crate::stats::Outcome;
use crate::stats::figure::{Measure, Statistic};
use crate::stats::interval::student_t;
use crate::stats::sample::Sample;

/// Replications before the first look, unless more are asked for: with fewer, a spread is hardly known.
pub const MIN_REPLICATIONS: u32 = 30;

/// How many replications are wanted.
#[derive(Clone, Debug)]
pub struct StoppingRule {
    first: u32,
    most: u32,
    goals: Vec<PrecisionGoal>,
    quantities: ResolvedQuantities,
}

/// How well a quantity is known.
#[derive(Clone, Debug, PartialEq)]
pub struct PrecisionStatus {
    /// What was asked for.
    pub goal: PrecisionGoal,
    /// The mean; `None` where nothing was measured.
    pub value: Option<f64>,
    /// Half the width of its 95 % interval.
    pub half_width: Option<f64>,
    /// Half the width that was asked for, in the quantity's unit.
    pub wanted: Option<f64>,
    /// Whether it is as narrow as asked for.
    pub is_met: bool,
}

impl StoppingRule {
    /// So many replications.
    pub fn fixed(replications: u32) -> StoppingRule {
        StoppingRule { first: replications, most: replications, goals: Vec::new(), quantities: ResolvedQuantities::default() }
    }

    /// As many as it takes to know all quantities well enough, from `first` to `most`.
    ///
    /// # Errors
    /// The number of a goal that the scenario does not have, or that has no interval, and what is wrong with it.
    pub fn sequential(goals: Vec<PrecisionGoal>, first: u32, most: u32, system: &System) -> Result<StoppingRule, (usize, ExpressionError)> {
        let quantities = ResolvedQuantities::of(goals.iter().map(|goal| &goal.quantity), system)?;
        let no_interval = goals.iter().position(|goal| goal.quantity.statistic() == Statistic::Max.name());
        if let Some(number) = no_interval {
            let quantity = &goals[number].quantity;
            let fault =
                ExpressionError::about(&quantity.text, "a largest value has no interval, as it grows with the number of jobs");
            return Err((number, fault.help("ask for a quantile instead, such as p99(wait)")));
        }
        Ok(StoppingRule { first: first.min(most), most, goals, quantities })
    }

    /// What replications have to measure beside their figures.
    pub fn quantities(&self) -> &ResolvedQuantities {
        &self.quantities
    }

    /// Up to how many replications to go, from the first on; `None` when there are enough. What was run so far decides, whoever ran it.
    pub fn next_count(&self, outcomes: &[Outcome]) -> Option<u32> {
        let mut look = self.first;
        while look as usize <= outcomes.len() {
            look = self.after(&outcomes[..look as usize])?;
        }
        Some(look)
    }

    /// The look after one at these replications.
    fn after(&self, outcomes: &[Outcome]) -> Option<u32> {
        let now = outcomes.len() as u32;
        let open = self.status(outcomes).into_iter().filter(|reached| !reached.is_met);
        let needed = open.map(|reached| needed(&reached, now)).reduce(f64::max)?;
        let least = (f64::from(now) * 1.25).ceil();
        let next = (needed * 1.1).ceil().clamp(least, f64::from(now) * 4.0);
        (now < self.most).then(|| (next as u32).min(self.most))
    }

    /// How well the quantities are known by these replications.
    pub fn status(&self, outcomes: &[Outcome]) -> Vec<PrecisionStatus> {
        self.goals
            .iter()
            .enumerate()
            .map(|(number, goal)| reached(goal, &self.quantities.values(number, outcomes)))
            .collect()
    }
}

fn reached(goal: &PrecisionGoal, values: &[Option<f64>]) -> PrecisionStatus {
    let sample = Sample::of(values.iter().copied().flatten());
    // A backlog that was still there at the horizon is none that can be left out.
    let is_cut_off = goal.quantity.measure == Measure::DrainS && values.contains(&None);
    let mean = sample.mean.filter(|_| !is_cut_off);
    let half = sample.freedom().zip(sample.error).map(|(freedom, error)| student_t(freedom) * error);
    let wanted = match goal.margin {
        Margin::Relative(share) => mean.map(|mean| share * mean.abs()),
        Margin::Time(margin) | Margin::Number(margin) => Some(margin),
    };
    let half = half.filter(|_| mean.is_some());
    let is_met = half.zip(wanted).is_some_and(|(half, wanted)| half <= wanted);
    PrecisionStatus { goal: goal.clone(), value: mean, half_width: half, wanted, is_met }
}

/// How many replications would do if the spread stays as it is.
fn needed(reached: &PrecisionStatus, now: u32) -> f64 {
    match (reached.half_width, reached.wanted) {
        (Some(half), Some(wanted)) if wanted > 0.0 => f64::from(now) * (half / wanted) * (half / wanted),
        _ => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests;
