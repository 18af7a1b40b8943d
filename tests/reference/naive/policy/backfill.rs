//! `easy-backfill`: the oldest job has a reservation, and others may start if they do not delay it.

use claimsim::internals::engine::ArrivalProcess;
use claimsim::internals::model::capacity::CapacityMap;
use claimsim::internals::model::time::Time;
use claimsim::internals::policy::BackfillOrder;

use super::super::Naive;
use super::{Decision, Offer, covers, take};

/// The time and worker at which the head will fit if running rows end as estimated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shadow {
    at: Time,
    worker: usize,
}

impl<A: ArrivalProcess> Naive<'_, A> {
    pub(super) fn head_or_backfill(&mut self, offers: &[Offer], order: BackfillOrder) -> Option<Decision> {
        let possible = self.possible();
        let head = *possible.first()?;
        if let Some(decision) = self.first_fitting([head], offers) {
            return Some(decision);
        }
        let open = self.offers();
        let shadow = open.iter().filter_map(|offer| self.shadow(head, offer.worker)).min();
        let mut candidates = possible[1..].to_vec();
        if order == BackfillOrder::Shortest {
            candidates.sort_by_key(|&row| self.estimate(row));
        }
        let may_get = |row: usize| -> Vec<usize> {
            let may = offers.iter().filter(|offer| self.may_backfill(row, head, offer, shadow));
            may.map(|offer| offer.worker).collect()
        };
        let decision = candidates.iter().map(|&row| (row, may_get(row))).find(|(_, on)| !on.is_empty());
        match shadow {
            None => self.see("the head has no shadow"),
            Some(shadow) if shadow.at == self.now => self.see("the head fits elsewhere"),
            Some(_) => {}
        }
        if let (Some((row, workers)), Some(shadow)) = (&decision, shadow) {
            self.note_backfill(*row, workers, offers, shadow);
            if *row != possible[1] && self.estimate(*row) < self.estimate(possible[1]) {
                self.see("backfilled a shorter job first");
            }
        }
        decision
    }

    fn note_backfill(&mut self, row: usize, workers: &[usize], offers: &[Offer], shadow: Shadow) {
        if self.fitting(row, offers).len() > workers.len() {
            self.see("allowed on some of the workers that it fits");
        }
        let ends_in_time = self.now + self.estimate_on(row, shadow.worker) <= shadow.at;
        self.see(match workers.contains(&shadow.worker) {
            true if ends_in_time => "backfilled to end before the shadow",
            true => "backfilled beside the head",
            false => "backfilled where the head will not go",
        });
    }

    /// The time at which a row will fit on a worker; `None` if it does not fit even on the empty
    /// worker.
    fn shadow(&self, row: usize, worker: usize) -> Option<Shadow> {
        if !self.has_labels(row, worker) {
            return None;
        }
        let ends = self.running_on(worker).map(|running| self.estimated_end(running).max(self.now));
        let mut instants: Vec<Time> = ends.chain([self.now]).collect();
        instants.sort_unstable();
        let at = instants.into_iter().find(|&at| covers(&self.free_by(worker, at), self.need_of(row)))?;
        Some(Shadow { at, worker })
    }

    /// The estimated end of a running row.
    pub(in super::super) fn estimated_end(&self, row: usize) -> Time {
        self.rows[row].place.expect("a row that runs").claimed_at + self.estimate(row)
    }

    /// The free units of a worker at an instant if nothing starts and running rows end as
    /// estimated.
    fn free_by(&self, worker: usize, at: Time) -> CapacityMap {
        let mut free = self.free(worker);
        for row in self.running_on(worker).filter(|&row| self.estimated_end(row).max(self.now) <= at) {
            take(&mut free, self.need_of(row), -1);
        }
        free
    }

    fn may_backfill(&self, row: usize, head: usize, offer: &Offer, shadow: Option<Shadow>) -> bool {
        self.fits(row, offer)
            && shadow.is_none_or(|shadow| {
                let mut spare = self.free_by(offer.worker, shadow.at);
                take(&mut spare, self.need_of(head), 1);
                shadow.worker != offer.worker
                    || self.now + self.estimate_on(row, offer.worker) <= shadow.at
                    || covers(&spare, self.need_of(row))
            })
    }
}
