//! How many replications a run takes: so many, or as many as it takes to know quantities well enough.
//!
//! The sequential rule: after a first number of replications (30 unless set), and again whenever more have been run, each interval is held against what was
//! asked. The spread seen so far says how many replications would do; a tenth more are run, but at least a quarter more than there are, and at most four times as
//! many. Who looks after each single replication stops too early too often, when the spread happens to look small; few looks that far apart lose almost nothing
//! (`docs/statistics.md` has the coverage).

use super::asked::Asked;
use super::expression::{Fault, Margin, Precision};
use crate::engine::System;
use crate::stats::ReplicationStats;
use crate::stats::interval::critical_value_95;
use crate::stats::sample::Sample;
use crate::stats::{Measure, Statistic};

/// Replications before the first look, unless more are asked for: with fewer, a spread is hardly known.
pub const FIRST: u32 = 30;

/// How many replications are wanted.
#[derive(Clone, Debug)]
pub struct Plan {
    first: u32,
    most: u32,
    goals: Vec<Precision>,
    asked: Asked,
}

/// How well a quantity is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// What was asked for.
    pub goal: Precision,
    /// The mean; `None` where nothing was measured.
    pub value: Option<f64>,
    /// Half the width of its 95 % interval.
    pub half: Option<f64>,
    /// Half the width that was asked for, in the quantity's unit.
    pub wanted: Option<f64>,
    /// Whether it is as narrow as asked for.
    pub is_reached: bool,
}

impl Plan {
    /// So many replications.
    pub fn fixed(replications: u32) -> Plan {
        Plan { first: replications, most: replications, goals: Vec::new(), asked: Asked::default() }
    }

    /// As many as it takes to know all quantities well enough, from `first` to `most`.
    ///
    /// # Errors
    /// The number of a goal that the scenario does not have, or that has no interval, and what is wrong with it.
    pub fn sequential(goals: Vec<Precision>, first: u32, most: u32, system: &System) -> Result<Plan, (usize, Fault)> {
        let asked = Asked::of(goals.iter().map(|goal| &goal.quantity), system)?;
        let no_interval = goals.iter().position(|goal| goal.quantity.statistic() == Statistic::Max.name());
        if let Some(number) = no_interval {
            let quantity = &goals[number].quantity;
            let fault =
                Fault::about(&quantity.text, "a largest value has no interval, as it grows with the number of jobs");
            return Err((number, fault.help("ask for a quantile instead, such as p99(wait)")));
        }
        Ok(Plan { first: first.min(most), most, goals, asked })
    }

    /// What replications have to measure beside their figures.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Up to how many replications to go, from the first on; `None` when there are enough. What was run so far decides, whoever ran it.
    pub fn next(&self, outcomes: &[ReplicationStats]) -> Option<u32> {
        let mut look = self.first;
        while look as usize <= outcomes.len() {
            look = self.after(&outcomes[..look as usize])?;
        }
        Some(look)
    }

    /// The look after one at these replications.
    fn after(&self, outcomes: &[ReplicationStats]) -> Option<u32> {
        let now = outcomes.len() as u32;
        let open = self.reached(outcomes).into_iter().filter(|reached| !reached.is_reached);
        let needed = open.map(|reached| needed(&reached, now)).reduce(f64::max)?;
        let least = (f64::from(now) * 1.25).ceil();
        let next = (needed * 1.1).ceil().clamp(least, f64::from(now) * 4.0);
        (now < self.most).then(|| (next as u32).min(self.most))
    }

    /// How well the quantities are known by these replications.
    pub fn reached(&self, outcomes: &[ReplicationStats]) -> Vec<Reached> {
        self.goals
            .iter()
            .enumerate()
            .map(|(number, goal)| reached(goal, &self.asked.values(number, outcomes)))
            .collect()
    }
}

fn reached(goal: &Precision, values: &[Option<f64>]) -> Reached {
    let sample = Sample::of(values.iter().copied().flatten());
    // A backlog that was still there at the horizon is none that can be left out.
    let is_cut_off = goal.quantity.measure == Measure::DrainS && values.contains(&None);
    let mean = sample.mean.filter(|_| !is_cut_off);
    let half =
        sample.degrees_of_freedom().zip(sample.std_error).map(|(freedom, error)| critical_value_95(freedom) * error);
    let wanted = match goal.margin {
        Margin::Relative(share) => mean.map(|mean| share * mean.abs()),
        Margin::Time(margin) | Margin::Number(margin) => Some(margin),
    };
    let half = half.filter(|_| mean.is_some());
    let is_reached = half.zip(wanted).is_some_and(|(half, wanted)| half <= wanted);
    Reached { goal: goal.clone(), value: mean, half, wanted, is_reached }
}

/// How many replications would do if the spread stays as it is.
fn needed(reached: &Reached, now: u32) -> f64 {
    match (reached.half, reached.wanted) {
        (Some(half), Some(wanted)) if wanted > 0.0 => f64::from(now) * (half / wanted) * (half / wanted),
        _ => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests;
