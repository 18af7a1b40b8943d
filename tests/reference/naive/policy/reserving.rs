//! `strict-fifo` and `reserve-after`: the old are not overtaken where they could start.

use claimsim::internals::engine::ArrivalProcess;
use claimsim::internals::model::capacity::CapacityMap;
use claimsim::internals::model::time::Span;

use super::super::Naive;
use super::super::fraction::Fraction;
use super::{Decision, Offer, covers, take};

/// What an overdue row has taken aside on a worker.
struct Aside {
    row: usize,
    worker: usize,
}

impl<A: ArrivalProcess> Naive<'_, A> {
    /// `strict-fifo`.
    pub(super) fn oldest_only(&self, offers: &[Offer]) -> Option<Decision> {
        self.first_fitting(self.possible().into_iter().take(1), offers)
    }

    /// `reserve-after`.
    pub(super) fn oldest_beside_reservations(&mut self, offers: &[Offer], patience: Span) -> Option<Decision> {
        let asides = self.asides(patience);
        let may_get = |row: usize| -> Vec<usize> {
            let may = offers.iter().filter(|offer| self.may_start(row, offer, &asides));
            may.map(|offer| offer.worker).collect()
        };
        let decision = self.possible().into_iter().map(|row| (row, may_get(row))).find(|(_, on)| !on.is_empty());
        if let Some((row, workers)) = &decision {
            self.note_reservations(*row, workers, offers, &asides);
        }
        decision
    }

    fn note_reservations(&mut self, row: usize, workers: &[usize], offers: &[Offer], asides: &[Aside]) {
        if self.fitting(row, offers).len() > workers.len() {
            self.see("allowed on some of the workers that it fits");
        }
        if let Some(aside) = asides.iter().find(|aside| aside.row == row) {
            let is_there = workers.contains(&aside.worker);
            self.see(if is_there { "a reservation used" } else { "a reservation left for another worker" });
        }
        if asides.len() > 1 {
            self.see("several reservations");
        }
    }

    /// The reservations of the overdue rows, oldest first. Those that need nothing have none.
    fn asides(&self, patience: Span) -> Vec<Aside> {
        let mut asides = Vec::new();
        let needs_something = |row: &usize| self.need_of(*row).0.iter().any(|&need| need > 0);
        let is_overdue = |row: &usize| self.now - self.rows[*row].scheduled_at > patience;
        for row in self.possible().into_iter().filter(|row| is_overdue(row) && needs_something(row)) {
            let capable = self.offers().into_iter().filter(|offer| self.could_hold(row, offer.worker, &asides));
            let Some(nearest) = capable.min_by_key(|offer| self.lacks(row, offer, &asides)) else { break };
            asides.push(Aside { row, worker: nearest.worker });
        }
        asides
    }

    fn could_hold(&self, row: usize, worker: usize, asides: &[Aside]) -> bool {
        let left = self.less(&self.workers[worker].capacity, worker, asides);
        covers(&left, self.need_of(row)) && self.has_labels(row, worker)
    }

    /// These units of a worker without what is aside there.
    fn less(&self, units: &CapacityMap, worker: usize, asides: &[Aside]) -> CapacityMap {
        let mut left = units.clone();
        for aside in asides.iter().filter(|aside| aside.worker == worker) {
            take(&mut left, self.need_of(aside.row), 1);
        }
        left
    }

    /// How much a worker lacks for a row, as shares of its capacity.
    fn lacks(&self, row: usize, offer: &Offer, asides: &[Aside]) -> Fraction {
        let left = self.less(&offer.free, offer.worker, asides);
        let capacity = &self.workers[offer.worker].capacity;
        let units =
            capacity.0.iter().zip(&left.0).zip(&self.need_of(row).0).filter(|((capacity, _), _)| **capacity > 0);
        units.map(|((&capacity, left), need)| Fraction::new((need - left).max(0), capacity)).sum()
    }

    /// Whether a row may start on a worker beside what older rows have taken aside there.
    fn may_start(&self, row: usize, offer: &Offer, asides: &[Aside]) -> bool {
        let age = |row: usize| (self.rows[row].scheduled_at, row);
        let older = asides.iter().take_while(|aside| age(aside.row) < age(row)).count();
        let left = self.less(&offer.free, offer.worker, &asides[..older]);
        covers(&left, self.need_of(row)) && self.has_labels(row, offer.worker)
    }
}
