//! The next job under every policy of the catalogue, by sorting, summing and trying all
//! possibilities.
//!
//! A policy makes one decision at a time: the next job, and the workers that may run it. It stores
//! only the reservations of `conservative-backfill`, which are promises and cannot be recomputed.

mod backfill;
mod conservative;
mod picking;
mod ranked;
mod reserving;

use claimsim::internals::engine::ArrivalProcess;
use claimsim::internals::model::capacity::CapacityMap;
use claimsim::internals::model::time::Span;
use claimsim::internals::policy::Policy;

use super::Naive;
pub(super) use conservative::Reservations;

/// A worker that may receive a job, with its free units.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) worker: usize,
    pub(super) free: CapacityMap,
}

/// The next row and the workers that may run it: at least one, in order of preference.
pub(super) type Decision = (usize, Vec<usize>);

/// Whether an amount is enough for a need; of a resource that is not needed, any amount is.
fn covers(free: &CapacityMap, need: &CapacityMap) -> bool {
    free.0.iter().zip(&need.0).all(|(&free, &need)| need == 0 || need <= free)
}

/// Subtracts units, or adds them with `sign` -1.
fn take(from: &mut CapacityMap, need: &CapacityMap, sign: i64) {
    from.0.iter_mut().zip(&need.0).for_each(|(from, need)| *from -= sign * need);
}

impl<A: ArrivalProcess> Naive<'_, A> {
    /// The next row for one of these workers: all workers that may claim under instant claiming, or
    /// the one whose attempt is due.
    pub(super) fn decide(&mut self, offers: &[Offer]) -> Option<Decision> {
        let decision = self.decision(offers);
        let oldest = self.first_fitting(self.waiting(), offers);
        if let (Some((row, _)), Some((oldest, _))) = (&decision, &oldest)
            && row != oldest
        {
            self.see("overtook an older job that fits");
        }
        if decision.is_none() && oldest.is_some() {
            self.see("held back a job that fits");
        }
        decision
    }

    fn decision(&mut self, offers: &[Offer]) -> Option<Decision> {
        match self.policy {
            Policy::FirstFit
            | Policy::Priority { .. }
            | Policy::ShortestFirst { .. }
            | Policy::LongestFirst { .. }
            | Policy::EarliestDeadline
            | Policy::SmallestFirst
            | Policy::LargestFirst => self.best_ranked(offers),
            Policy::Random => self.any_fitting(offers),
            Policy::BestFit => self.best_fitting(offers),
            Policy::WorstFit => self.worst_fitting(offers),
            Policy::FairShare { weights } => self.fairest(offers, weights),
            Policy::MaxWeight => self.heaviest(offers),
            Policy::StrictFifo => self.oldest_only(offers),
            Policy::ReserveAfter { patience } => self.oldest_beside_reservations(offers, *patience),
            Policy::EasyBackfill { order } => self.head_or_backfill(offers, *order),
            Policy::ConservativeBackfill => self.by_reservation(offers),
        }
    }

    /// Whether the policy may hold back a job that would fit.
    pub(crate) fn holds_back(&self) -> bool {
        matches!(
            self.policy,
            Policy::StrictFifo
                | Policy::ReserveAfter { .. }
                | Policy::EasyBackfill { .. }
                | Policy::ConservativeBackfill
        )
    }

    /// The waiting rows, oldest first.
    pub(super) fn waiting(&self) -> Vec<usize> {
        let mut waiting: Vec<usize> = (0..self.rows.len()).filter(|&row| self.rows[row].is_waiting()).collect();
        waiting.sort_by_key(|&row| (self.rows[row].scheduled_at, row));
        waiting
    }

    /// The waiting rows that some worker could run at some time, oldest first.
    fn possible(&self) -> Vec<usize> {
        let is_possible = |row: &usize| self.system.capacities().any(|capacity| covers(capacity, self.need_of(*row)));
        self.waiting().into_iter().filter(is_possible).collect()
    }

    /// What the open workers have free.
    pub(super) fn offers(&self) -> Vec<Offer> {
        let open = (0..self.workers.len()).filter(|&worker| self.can_claim(worker));
        open.map(|worker| Offer { worker, free: self.free(worker) }).collect()
    }

    pub(super) fn free(&self, worker: usize) -> CapacityMap {
        let mut free = self.workers[worker].capacity.clone();
        for row in self.running_on(worker) {
            take(&mut free, self.need_of(row), 1);
        }
        free
    }

    fn running_on(&self, worker: usize) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).filter(move |&row| self.rows[row].is_running() && self.rows[row].is_on(worker))
    }

    pub(super) fn need_of(&self, row: usize) -> &CapacityMap {
        self.system.need(self.rows[row].need)
    }

    /// The workers of these on which a row fits.
    pub(super) fn fitting(&self, row: usize, offers: &[Offer]) -> Vec<usize> {
        let fitting = offers.iter().filter(|offer| covers(&offer.free, self.need_of(row)));
        fitting.map(|offer| offer.worker).collect()
    }

    /// The first of these rows that fits.
    fn first_fitting(&self, rows: impl IntoIterator<Item = usize>, offers: &[Offer]) -> Option<Decision> {
        rows.into_iter().map(|row| (row, self.fitting(row, offers))).find(|(_, fitting)| !fitting.is_empty())
    }

    /// What all workers offer of each resource at the start.
    fn totals(&self) -> Vec<i64> {
        let total = |resource: usize| self.system.workers.iter().map(|worker| worker.capacity.0[resource]).sum();
        (0..self.system.resources.len()).map(total).collect()
    }

    /// How long a row is thought to run.
    fn estimate(&self, row: usize) -> Span {
        self.rows[row].drawn.estimate
    }
}
