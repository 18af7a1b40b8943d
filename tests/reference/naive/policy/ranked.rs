//! Policies that are an order: the first job in it that fits goes next, and nothing is held back.

use claimsim::internals::engine::ArrivalProcess;
use claimsim::internals::policy::{JobLength, Policy};

use super::super::Naive;
use super::super::fraction::Fraction;
use super::{Decision, Offer};

impl<A: ArrivalProcess> Naive<'_, A> {
    pub(super) fn best_ranked(&self, offers: &[Offer]) -> Option<Decision> {
        // Jobs of the same rank stay in the order of age.
        let mut rows = self.waiting();
        match self.policy {
            Policy::SmallestFirst => rows.sort_by_key(|&row| self.size(row)),
            Policy::LargestFirst => rows.sort_by_key(|&row| std::cmp::Reverse(self.size(row))),
            _ => rows.sort_by_key(|&row| self.rank(row)),
        }
        self.first_fitting(rows, offers)
    }

    fn rank(&self, row: usize) -> i128 {
        let scheduled_at = i128::from(self.rows[row].scheduled_at.0);
        match self.policy {
            Policy::Priority { aging: None } => -i128::from(self.priority(row)),
            Policy::Priority { aging: Some(aging) } => {
                scheduled_at - i128::from(self.priority(row)) * i128::from(aging.0)
            }
            Policy::ShortestFirst { by } => self.length(row, *by),
            Policy::LongestFirst { by } => -self.length(row, *by),
            Policy::EarliestDeadline => {
                self.own_deadline(row).map_or(i128::MAX, |deadline| scheduled_at + i128::from(deadline.0))
            }
            _ => 0,
        }
    }

    fn priority(&self, row: usize) -> i64 {
        let row = &self.rows[row];
        row.overrides.priority.unwrap_or(self.system.action(row.action).priority)
    }

    fn length(&self, row: usize, by: JobLength) -> i128 {
        match by {
            JobLength::Service => self.rows[row].drawn.service.0.into(),
            JobLength::Estimate => self.estimate(row).0.into(),
        }
    }

    /// The shares of what all workers offer that a row needs, summed over all resources.
    fn size(&self, row: usize) -> Fraction {
        let shares = self.need_of(row).0.iter().zip(self.totals()).filter(|(_, total)| *total > 0);
        shares.map(|(&need, total)| Fraction::new(need, total)).sum()
    }
}
