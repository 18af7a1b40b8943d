//! Who gets which job: both claim rules, the placements and the queue limit, as the model describes them.

use claimsim::engine::{ArrivalProcess, ClaimRule};
use claimsim::model::capacity::CapacityMap;
use claimsim::model::claim::{Batch, Placement};
use claimsim::model::job::Ending;
use claimsim::model::worker::WorkerId;

use super::row::State;
use super::{Class, Naive, What};

impl<A: ArrivalProcess> Naive<'_, A> {
    /// The waiting rows in policy order.
    pub(super) fn waiting(&self) -> Vec<usize> {
        let mut waiting: Vec<usize> = (0..self.rows.len()).filter(|&row| self.rows[row].is_waiting()).collect();
        waiting.sort_by_key(|&row| (self.rows[row].scheduled_at, row));
        waiting
    }

    fn free(&self, worker: usize) -> CapacityMap {
        let mut free = self.workers[worker].capacity.clone();
        for row in self.rows.iter().filter(|row| row.is_running() && row.is_on(worker)) {
            let need = self.system.need(row.need);
            free.0.iter_mut().zip(&need.0).for_each(|(free, need)| *free -= need);
        }
        free
    }

    fn fits(&self, row: usize, free: &CapacityMap) -> bool {
        let need = self.system.need(self.rows[row].need);
        free.0.iter().zip(&need.0).all(|(&free, &need)| need == 0 || need <= free)
    }

    /// The row that a worker would claim now.
    fn first_for(&self, worker: usize) -> Option<usize> {
        if !self.can_claim(worker) {
            return None;
        }
        let free = self.free(worker);
        self.waiting().into_iter().find(|&row| self.fits(row, &free))
    }

    /// Instant claiming: the first job that fits some worker is placed, again and again.
    pub(super) fn pass(&mut self) {
        while let Some((row, fitting)) = self.first_with_a_worker() {
            let worker = self.place(row, &fitting);
            self.claim(row, worker);
        }
    }

    /// The first waiting job that fits some worker, and all workers that it fits.
    fn first_with_a_worker(&self) -> Option<(usize, Vec<usize>)> {
        let able = (0..self.workers.len()).filter(|&worker| self.can_claim(worker));
        let free: Vec<(usize, CapacityMap)> = able.map(|worker| (worker, self.free(worker))).collect();
        self.waiting().into_iter().find_map(|row| {
            let fitting = free.iter().filter(|(_, free)| self.fits(row, free));
            let fitting: Vec<usize> = fitting.map(|&(worker, _)| worker).collect();
            (!fitting.is_empty()).then_some((row, fitting))
        })
    }

    fn place(&mut self, row: usize, fitting: &[usize]) -> usize {
        let ClaimRule::Instant { placement, .. } = self.system.claim else {
            unreachable!("a pass is instant claiming")
        };
        let share = |worker: usize| self.share_left(row, worker);
        let earliest_with = |better: fn(Share, Share) -> bool| {
            fitting.iter().copied().reduce(|best, next| if better(share(next), share(best)) { next } else { best })
        };
        match placement {
            Placement::First => fitting[0],
            Placement::Random => fitting[self.draws.any(fitting.len())],
            Placement::MostFree => earliest_with(|a, b| b.is_less_than(a)).expect("some worker fits"),
            Placement::LeastFree => earliest_with(Share::is_less_than).expect("some worker fits"),
        }
    }

    /// The shares of a worker's resources that stay free with the row on it, summed over the resources that it has.
    fn share_left(&self, row: usize, worker: usize) -> Share {
        let (free, need) = (self.free(worker), self.system.need(self.rows[row].need));
        let capacity = &self.workers[worker].capacity;
        let mut sum = Share { numerator: 0, denominator: 1 };
        for ((&capacity, &free), &need) in capacity.0.iter().zip(&free.0).zip(&need.0).filter(|((c, _), _)| **c > 0) {
            sum.numerator = sum.numerator * i128::from(capacity) + i128::from(free - need) * sum.denominator;
            sum.denominator *= i128::from(capacity);
        }
        sum
    }

    /// Instant claiming with room for so many: of the rows that came at this instant the newest go.
    pub(super) fn turn_away(&mut self) {
        let Some(limit) = self.system.queue_limit else { return };
        while self.waiting().len() as u64 > limit {
            let newcomer = |row: &usize| match self.rows[*row].state {
                State::Waiting { due, told } => (due == self.now).then_some((told, *row)),
                _ => None,
            };
            let Some((_, newest)) = (0..self.rows.len()).filter_map(|row| newcomer(&row)).max() else { return };
            self.leave(newest, Ending::Rejected);
        }
    }

    /// Delayed claiming: whoever has none pending and could run something starts an attempt.
    pub(super) fn start_attempts(&mut self) {
        if self.told.is_some() || self.waiting().is_empty() {
            return;
        }
        for worker in 0..self.workers.len() {
            if !self.workers[worker].attempting && self.first_for(worker).is_some() {
                self.workers[worker].attempting = true;
                let delay = self.draws.delay(worker);
                self.schedule(self.now + delay, Class::Claim, What::Attempt(worker));
            }
        }
    }

    /// Claims what the worker's attempt gets; whether it got anything.
    pub(super) fn attempt(&mut self, worker: usize) -> bool {
        let all = matches!(self.system.claim, ClaimRule::Delayed { batch: Batch::All, .. });
        let mut claimed = false;
        while let Some(row) = self.first_for(worker) {
            self.claim(row, worker);
            claimed = true;
            if !all {
                break;
            }
        }
        claimed
    }

    pub(super) fn told_attempt(&mut self, worker: WorkerId) -> Result<(), String> {
        if let Some(told) = &mut self.told {
            told.claim(self.now)?;
        }
        if self.attempt(worker.0 as usize) {
            Ok(())
        } else {
            Err(format!("at {} worker {} claimed, but nothing fitted it", self.now.0, worker.0))
        }
    }

    /// Lets the checker of told claims see who could run something now.
    pub(super) fn watch(&mut self) -> Result<(), String> {
        let Some(mut told) = self.told.take() else { return Ok(()) };
        let idle = self.waiting().is_empty();
        let seen = told.watch(self.now, |worker| !idle && self.first_for(worker).is_some());
        self.told = Some(told);
        seen
    }
}

/// A fraction, so that a tie is a tie.
#[derive(Clone, Copy)]
struct Share {
    numerator: i128,
    denominator: i128,
}

impl Share {
    fn is_less_than(self, other: Share) -> bool {
        self.numerator * other.denominator < other.numerator * self.denominator
    }
}
