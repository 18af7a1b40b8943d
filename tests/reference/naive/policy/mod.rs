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

use claimsim::internals::engine::{ArrivalProcess, RuntimeEstimate};
use claimsim::internals::model::capacity::CapacityMap;
use claimsim::internals::model::time::Span;
use claimsim::internals::model::worker::WorkerId;
use claimsim::internals::policy::Policy;

use super::Naive;
use super::processes::at_speed;
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
pub(super) fn covers(free: &CapacityMap, need: &CapacityMap) -> bool {
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
        let workers = (0..).map(WorkerId).zip(self.system.workers.iter().map(|worker| &worker.capacity));
        let later = self.system.availability.capacity_changes.iter().map(|change| (change.worker, &change.capacity));
        let capacities: Vec<(WorkerId, &CapacityMap)> = workers.chain(later).collect();
        let is_possible = |row: &usize| {
            let fits = |(worker, capacity): &(WorkerId, &CapacityMap)| {
                covers(capacity, self.need_of(*row)) && self.has_labels(*row, worker.0 as usize)
            };
            capacities.iter().any(fits)
        };
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

    pub(super) fn running_on(&self, worker: usize) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).filter(move |&row| self.rows[row].is_running() && self.rows[row].is_on(worker))
    }

    pub(super) fn need_of(&self, row: usize) -> &CapacityMap {
        self.system.need(self.rows[row].need)
    }

    /// Whether a worker has the labels that a row asks for.
    pub(super) fn has_labels(&self, row: usize, worker: usize) -> bool {
        self.system.has_labels(WorkerId(worker as u32), self.rows[row].need)
    }

    /// Whether a row fits on a worker with these free units.
    fn fits(&self, row: usize, offer: &Offer) -> bool {
        covers(&offer.free, self.need_of(row)) && self.has_labels(row, offer.worker)
    }

    /// The workers of these on which a row fits.
    pub(super) fn fitting(&self, row: usize, offers: &[Offer]) -> Vec<usize> {
        let fitting = offers.iter().filter(|offer| self.fits(row, offer));
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

    /// How long a row is thought to run: on its worker, or at speed 1.
    pub(super) fn estimate(&self, row: usize) -> Span {
        match self.rows[row].place {
            Some(place) => self.estimate_on(row, place.worker),
            None => self.rows[row].drawn.estimate,
        }
    }

    /// How long a row is thought to run on a worker.
    fn estimate_on(&self, row: usize, worker: usize) -> Span {
        let row = &self.rows[row];
        let action = &self.system.action(row.action).estimate;
        let is_of_service = matches!(action, RuntimeEstimate::Exact | RuntimeEstimate::Factor(_));
        if is_of_service && row.overrides.estimate.is_none() {
            at_speed(self.system.workers[worker].speed, row.drawn.estimate)
        } else {
            row.drawn.estimate
        }
    }
}
