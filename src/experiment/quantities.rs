//! Quantities resolved in one scenario, and their values in the outcomes of its replications.

use crate::engine::System;
use crate::expression::{ExpressionError, Quantity, ResolvedQuantity};
use crate::stats::ReplicationStats;
use crate::stats::{CensoredValue, ShareWithin};

/// Quantities of one scenario's replications, in order.
#[derive(Clone, Debug, Default)]
pub struct ResolvedQuantities {
    pub(super) quantities: Vec<ResolvedQuantity>,
    pub(super) shares: Vec<ShareWithin>,
}

impl ResolvedQuantities {
    /// Resolves quantities in a scenario.
    ///
    /// # Errors
    /// The number of a quantity that the scenario does not have, and what is wrong with it.
    pub fn of<'q>(
        quantities: impl IntoIterator<Item = &'q Quantity>,
        system: &System,
    ) -> Result<ResolvedQuantities, (usize, ExpressionError)> {
        let mut resolved = ResolvedQuantities::default();
        for (number, quantity) in quantities.into_iter().enumerate() {
            let quantity = quantity.resolve(system).map_err(|error| (number, error))?;
            resolved.quantities.push(quantity);
            if let ResolvedQuantity::Share(share) = quantity
                && !resolved.shares.contains(&share)
            {
                resolved.shares.push(share);
            }
        }
        Ok(resolved)
    }

    /// The shares that replications have to measure besides their figures.
    pub fn shares(&self) -> &[ShareWithin] {
        &self.shares
    }

    /// The quantity with that number.
    pub fn get(&self, number: usize) -> ResolvedQuantity {
        self.quantities[number]
    }

    /// The values of the quantity with that number, in replications that have measured
    /// [`ResolvedQuantities::shares`].
    pub fn values(&self, number: usize, outcomes: &[ReplicationStats]) -> Vec<Option<CensoredValue>> {
        let Some(first) = outcomes.first() else { return Vec::new() };
        match self.quantities[number] {
            ResolvedQuantity::Metric(metric) => {
                let index = first.metrics.iter().position(|figure| figure.metric == metric);
                outcomes.iter().map(|outcome| outcome.metrics[index?].value).collect()
            }
            ResolvedQuantity::Share(share) => {
                let index = self.shares.iter().position(|known| *known == share);
                outcomes.iter().map(|outcome| outcome.shares[index?]).collect()
            }
        }
    }

    /// Outcomes that have measured the shares of `other`, reduced to the shares of `self` in its
    /// order; `None` if one of these was not measured.
    pub fn select_from(
        &self,
        other: &ResolvedQuantities,
        outcomes: Vec<ReplicationStats>,
    ) -> Option<Vec<ReplicationStats>> {
        let index = |share: &ShareWithin| other.shares.iter().position(|known| known == share);
        let indices: Vec<usize> = self.shares.iter().map(index).collect::<Option<_>>()?;
        let select = |outcome: ReplicationStats| {
            let shares = indices.iter().map(|index| outcome.shares[*index]).collect();
            ReplicationStats { shares, ..outcome }
        };
        Some(outcomes.into_iter().map(select).collect())
    }
}
