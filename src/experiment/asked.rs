//! What is asked of replications: quantities, and where outcomes have them.

use super::expression::{Fault, Quantity, Target};
use crate::engine::System;
use crate::stats::ReplicationStats;
use crate::stats::ShareWithin;

/// Quantities of one scenario's replications, in the order in which they are asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub(super) targets: Vec<Target>,
    pub(super) shares: Vec<ShareWithin>,
}

impl Asked {
    /// Finds quantities in a scenario.
    ///
    /// # Errors
    /// The number of a quantity that the scenario does not have, and what is wrong with it.
    pub fn of<'q>(
        quantities: impl IntoIterator<Item = &'q Quantity>,
        system: &System,
    ) -> Result<Asked, (usize, Fault)> {
        let mut asked = Asked::default();
        for (number, quantity) in quantities.into_iter().enumerate() {
            let target = quantity.target(system).map_err(|fault| (number, fault))?;
            asked.targets.push(target);
            if let Target::Share(share) = target
                && !asked.shares.contains(&share)
            {
                asked.shares.push(share);
            }
        }
        Ok(asked)
    }

    /// The shares that replications have to measure beside their figures.
    pub fn shares(&self) -> &[ShareWithin] {
        &self.shares
    }

    /// Where outcomes have the quantity of that number.
    pub fn target(&self, number: usize) -> Target {
        self.targets[number]
    }

    /// What replications had of the quantity of that number; they have measured [`Asked::shares`].
    pub fn values(&self, number: usize, outcomes: &[ReplicationStats]) -> Vec<Option<f64>> {
        let Some(first) = outcomes.first() else { return Vec::new() };
        match self.targets[number] {
            Target::Metric(metric) => {
                let place = first.metrics.iter().position(|figure| figure.metric == metric);
                outcomes.iter().map(|outcome| outcome.metrics[place?].value).collect()
            }
            Target::Share(share) => {
                let place = self.shares.iter().position(|known| *known == share);
                outcomes.iter().map(|outcome| outcome.shares[place?]).collect()
            }
        }
    }

    /// Outcomes in which another question's shares were measured, with only these shares, in this order; `None` if one of them was not measured.
    pub fn taken_from(&self, other: &Asked, outcomes: Vec<ReplicationStats>) -> Option<Vec<ReplicationStats>> {
        let place = |share: &ShareWithin| other.shares.iter().position(|known| known == share);
        let places: Vec<usize> = self.shares.iter().map(place).collect::<Option<_>>()?;
        let take = |outcome: ReplicationStats| {
            let shares = places.iter().map(|place| outcome.shares[*place]).collect();
            ReplicationStats { shares, ..outcome }
        };
        Some(outcomes.into_iter().map(take).collect())
    }
}
