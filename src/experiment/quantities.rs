//! What is asked of replications: quantities, and where outcomes have them.

use super::expression::{ExpressionError, Quantity, ResolvedQuantity};
use crate::engine::System;
use crate::stats::Outcome;
use crate::stats::share::Share;

/// Quantities of one scenario's replications, in the order in which they are asked for.
#[derive(Clone, Debug, Default)]
pub struct ResolvedQuantities {
    pub(super) targets: Vec<ResolvedQuantity>,
    pub(super) shares: Vec<Share>,
}

impl ResolvedQuantities {
    /// Finds quantities in a scenario.
    ///
    /// # Errors
    /// The number of a quantity that the scenario does not have, and what is wrong with it.
    pub fn of<'q>(
        quantities: impl IntoIterator<Item = &'q Quantity>,
        system: &System,
    ) -> Result<ResolvedQuantities, (usize, ExpressionError)> {
        let mut resolved = ResolvedQuantities::default();
        for (number, quantity) in quantities.into_iter().enumerate() {
            let target = quantity.target(system).map_err(|fault| (number, fault))?;
            resolved.targets.push(target);
            if let ResolvedQuantity::Share(share) = target
                && !resolved.shares.contains(&share)
            {
                resolved.shares.push(share);
            }
        }
        Ok(resolved)
    }

    /// The shares that replications have to measure beside their figures.
    pub fn shares(&self) -> &[Share] {
        &self.shares
    }

    /// Where outcomes have the quantity of that number.
    pub fn target(&self, number: usize) -> ResolvedQuantity {
        self.targets[number]
    }

    /// What replications had of the quantity of that number; they have measured [`ResolvedQuantities::shares`].
    pub fn values(&self, number: usize, outcomes: &[Outcome]) -> Vec<Option<f64>> {
        let Some(first) = outcomes.first() else { return Vec::new() };
        match self.targets[number] {
            ResolvedQuantity::Figure(subject) => {
                let place = first.figures.iter().position(|figure| figure.subject == subject);
                outcomes.iter().map(|outcome| outcome.figures[place?].value).collect()
            }
            ResolvedQuantity::Share(share) => {
                let place = self.shares.iter().position(|known| *known == share);
                outcomes.iter().map(|outcome| outcome.shares[place?]).collect()
            }
        }
    }

    /// Outcomes in which another question's shares were measured, with only these shares, in this order; `None` if one of them was not measured.
    pub fn select_from(&self, other: &ResolvedQuantities, outcomes: Vec<Outcome>) -> Option<Vec<Outcome>> {
        let place = |share: &Share| other.shares.iter().position(|known| known == share);
        let places: Vec<usize> = self.shares.iter().map(place).collect::<Option<_>>()?;
        let take = |outcome: Outcome| {
            let shares = places.iter().map(|place| outcome.shares[*place]).collect();
            Outcome { shares, ..outcome }
        };
        Some(outcomes.into_iter().map(take).collect())
    }
}
