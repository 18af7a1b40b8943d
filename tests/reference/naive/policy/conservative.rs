//! `conservative-backfill`: each job has a reservation, and a job starts only if no reservation is
//! broken.

use std::collections::BTreeMap;

use claimsim::internals::engine::{ArrivalProcess, ClaimRule};
use claimsim::internals::model::capacity::CapacityMap;
use claimsim::internals::model::job::JobId;
use claimsim::internals::model::time::{Span, Time};

use super::super::{Kind, Naive};
use super::{Decision, Offer, covers, take};

/// The reservations, and the number of events that they take into account.
#[derive(Default)]
pub(in super::super) struct Reservations {
    of: BTreeMap<usize, Reservation>,
    heeded: usize,
}

/// Ordered by time, then by worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Reservation {
    start: Time,
    worker: usize,
}

/// Units of a worker that are taken from one instant until another.
struct Window {
    from: Time,
    until: Time,
    need: CapacityMap,
}

impl<A: ArrivalProcess> Naive<'_, A> {
    pub(super) fn by_reservation(&mut self, offers: &[Offer]) -> Option<Decision> {
        self.keep_reservations();
        let decision = if self.is_delayed() { self.first_with_room(offers.first()?) } else { self.first_due(offers) };
        let (row, worker) = decision?;
        if self.possible()[0] != row {
            self.see("backfilled");
        }
        if self.reservations.of.remove(&row).is_some_and(|reservation| reservation.worker != worker) {
            self.see("started elsewhere than reserved");
        }
        Some((row, vec![worker]))
    }

    fn is_delayed(&self) -> bool {
        matches!(self.system.claim, ClaimRule::Delayed { .. })
    }

    /// The start of the next reservation.
    pub(in super::super) fn next_start(&self) -> Option<Time> {
        self.reservations.of.values().map(|held| held.start).filter(|&start| start > self.now).min()
    }

    /// The oldest row that may start by its reservation, and fits.
    fn first_due(&self, offers: &[Offer]) -> Option<(usize, usize)> {
        self.possible().into_iter().find_map(|row| {
            let Reservation { worker, start } = *self.reservations.of.get(&row)?;
            let fits = self.fitting(row, offers).contains(&worker);
            (start <= self.now && fits).then_some((row, worker))
        })
    }

    /// The oldest row for which this worker has room from now on.
    fn first_with_room(&self, offer: &Offer) -> Option<(usize, usize)> {
        let fits = |row: &usize| self.fits(*row, offer);
        let worker = offer.worker;
        let row = self.possible().into_iter().filter(fits).find(|&row| self.has_room(row, worker, self.now))?;
        Some((row, worker))
    }

    /// Drops, moves and makes reservations after the events since the last decision.
    fn keep_reservations(&mut self) {
        let news: Vec<Kind> = self.events[self.reservations.heeded..].iter().map(|event| event.kind).collect();
        let times: Vec<Time> = self.events[self.reservations.heeded..].iter().map(|event| event.time).collect();
        self.reservations.heeded = self.events.len();
        let workers_changed = news.iter().any(|kind| {
            matches!(
                kind,
                Kind::WorkerOut { .. }
                    | Kind::WorkerBack { .. }
                    | Kind::CapacityChanged { .. }
                    | Kind::WorkerOrdered { .. }
                    | Kind::WorkerReady { .. }
                    | Kind::WorkerDraining { .. }
                    | Kind::WorkerGone { .. }
            )
        });
        let gives_room = |(kind, time): (&Kind, &Time)| match *kind {
            Kind::Ended { job, run, .. } => *time < run.claimed_at + self.long(job.0 as usize, run.worker.0 as usize),
            Kind::Left { job, .. } => self.reservations.of.contains_key(&(job.0 as usize)),
            _ => false,
        };
        let has_room = news.iter().zip(&times).any(gives_room);
        let waiting = self.possible();
        self.reservations.of.retain(|row, _| waiting.contains(row));
        let is_behind = self.is_delayed() && self.reservations.of.values().any(|held| held.start < self.now);
        if workers_changed || is_behind {
            self.make_anew();
        } else if has_room {
            self.move_up();
        }
        for row in waiting {
            if !self.reservations.of.contains_key(&row) {
                self.reserve(row);
            }
        }
    }

    fn make_anew(&mut self) {
        let before = std::mem::take(&mut self.reservations.of);
        for row in self.possible() {
            self.reserve(row);
        }
        if before.iter().any(|(row, reservation)| self.reservations.of.get(row) != Some(reservation)) {
            self.see("reservations made again");
        }
    }

    /// Each row in turn takes the first room before its reservation, if there is any; no row is
    /// delayed.
    fn move_up(&mut self) {
        for row in self.possible() {
            if let Some(held) = self.reservations.of.remove(&row) {
                let held = Reservation { start: held.start.max(self.now), ..held };
                let better = self.earliest(row).filter(|earliest| *earliest < held);
                if better.is_some() {
                    self.see("a reservation moved up");
                }
                self.reservations.of.insert(row, better.unwrap_or(held));
            }
        }
    }

    fn reserve(&mut self, row: usize) {
        if let Some(reservation) = self.earliest(row) {
            self.reservations.of.insert(row, reservation);
            self.notes.promises.entry(JobId(row as u64)).or_insert(reservation.start);
            if reservation.start > self.now {
                self.see("reserved for later");
            }
        } else {
            self.see("no room at any time");
        }
    }

    /// The earliest room for a row: now, or when something ends.
    fn earliest(&self, row: usize) -> Option<Reservation> {
        let open: Vec<usize> = self.offers().into_iter().map(|offer| offer.worker).collect();
        let ends = open.iter().flat_map(|&worker| self.windows(worker, row)).map(|window| window.until);
        let mut starts: Vec<Time> = ends.chain([self.now]).filter(|&at| at >= self.now).collect();
        starts.sort_unstable();
        let soonest = |start: Time| open.iter().find(|&&worker| self.has_room(row, worker, start));
        starts.into_iter().find_map(|start| soonest(start).map(|&worker| Reservation { start, worker }))
    }

    /// Whether a row could run on a worker from an instant on for its estimated time, beside all
    /// that is planned there.
    fn has_room(&self, row: usize, worker: usize, start: Time) -> bool {
        let windows = self.windows(worker, row);
        let end = start + self.long(row, worker);
        let begin_within = windows.iter().map(|window| window.from).filter(|&at| start < at && at < end);
        self.has_labels(row, worker)
            && begin_within.chain([start]).all(|at| {
                let mut plan = self.workers[worker].capacity.clone();
                for window in windows.iter().filter(|window| window.from <= at && at < window.until) {
                    take(&mut plan, &window.need, 1);
                }
                covers(&plan, self.need_of(row))
            })
    }

    /// All that is planned on a worker, except a row's own reservation.
    fn windows(&self, worker: usize, but: usize) -> Vec<Window> {
        let running = self.running_on(worker).map(|row| {
            let need = self.need_of(row).clone();
            Window { from: self.now, until: self.end_of_window(row, worker), need }
        });
        let others = self.reservations.of.iter().filter(|(row, held)| **row != but && held.worker == worker);
        let reserved = others.map(|(&row, held)| {
            let from = held.start.max(self.now);
            Window { from, until: from + self.long(row, worker), need: self.need_of(row).clone() }
        });
        running.chain(reserved).collect()
    }

    /// The time until which the plan keeps the room of a running row.
    fn end_of_window(&self, row: usize, worker: usize) -> Time {
        self.rows[row].place.expect("a row that runs").claimed_at + self.long(row, worker)
    }

    /// The length of a reservation: the estimate of the row on the worker, and always positive.
    fn long(&self, row: usize, worker: usize) -> Span {
        self.estimate_on(row, worker).max(Span(1))
    }
}
