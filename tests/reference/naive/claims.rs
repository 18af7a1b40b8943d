//! Claims: both claim rules, the placements and the queue limit, as the model describes them.

use std::cmp::Reverse;

use claimsim::internals::engine::{ArrivalProcess, ClaimRule};
use claimsim::internals::model::claim::{ClaimBatch, Placement};
use claimsim::internals::model::job::JobOutcome;
use claimsim::internals::model::time::Span;
use claimsim::internals::model::worker::WorkerId;

use super::fraction::Fraction;
use super::policy::Offer;
use super::row::State;
use super::workers::Claiming;
use super::{Class, Naive, What};

impl<A: ArrivalProcess> Naive<'_, A> {
    /// Instant claiming: offers jobs, then turns away those without room. Returns whether it turned
    /// any away.
    pub(super) fn offer(&mut self) -> bool {
        while let Some((row, fitting)) = self.decide(&self.offers()) {
            let worker = self.place(row, &fitting);
            self.claim(row, worker);
        }
        if let Some(start) = self.next_start() {
            self.schedule(start, Class::Claim, What::Pass);
        }
        self.turn_away()
    }

    fn place(&mut self, row: usize, fitting: &[usize]) -> usize {
        let ClaimRule::Instant { placement, .. } = self.system.claim else {
            unreachable!("a pass is instant claiming")
        };
        let share = |worker: &&usize| self.share_left(row, **worker);
        let best = match placement {
            Placement::First => Some(&fitting[0]),
            Placement::Random => Some(&fitting[self.draws.any_worker(self.rows[row].key(), fitting.len())]),
            Placement::MostFree => fitting.iter().min_by_key(|worker| Reverse(share(worker))),
            Placement::LeastFree => fitting.iter().min_by_key(share),
        };
        *best.expect("some worker fits")
    }

    /// The shares of a worker's resources that stay free with the row on it, summed over its
    /// resources.
    pub(super) fn share_left(&self, row: usize, worker: usize) -> Fraction {
        let (free, need) = (self.free(worker), self.need_of(row));
        let units = self.workers[worker].capacity.0.iter().zip(&free.0).zip(&need.0).filter(|((c, _), _)| **c > 0);
        units.map(|((&capacity, free), need)| Fraction::new(free - need, capacity)).sum()
    }

    /// Keeps at most `limit` rows: of the rows that came at this instant the newest leave. Returns
    /// whether any left.
    fn turn_away(&mut self) -> bool {
        let Some(limit) = self.system.queue_limit else { return false };
        let mut any = false;
        while self.waiting().len() as u64 > limit {
            let newcomer = |row: &usize| match self.rows[*row].state {
                State::Waiting { due, events_before } => (due == self.now).then_some((events_before, *row)),
                _ => None,
            };
            let Some((_, newest)) = (0..self.rows.len()).filter_map(|row| newcomer(&row)).max() else { break };
            self.leave(newest, JobOutcome::Rejected);
            any = true;
        }
        any
    }

    /// The free units of a worker that may claim; zero for any other.
    fn offer_of(&self, worker: usize) -> Option<Offer> {
        self.can_claim(worker).then(|| Offer { worker, free: self.free(worker) })
    }

    /// Whether a worker has room for some waiting job, under any policy.
    fn is_able(&self, worker: usize) -> bool {
        let offers: Vec<Offer> = self.offer_of(worker).into_iter().collect();
        self.waiting().into_iter().any(|row| !self.fitting(row, &offers).is_empty())
    }

    /// Delayed claiming: a worker without a pending attempt and with room for some job starts one.
    pub(super) fn start_attempts(&mut self) {
        if self.race.is_some() {
            return;
        }
        let nobody_waits = self.waiting().is_empty();
        for worker in 0..self.workers.len() {
            let claiming = self.workers[worker].claiming;
            if matches!(claiming, Claiming::Idle | Claiming::InVain) {
                self.workers[worker].claiming = Claiming::Idle;
                if !nobody_waits && self.is_able(worker) {
                    self.start_attempt(worker, claiming == Claiming::InVain);
                }
            }
        }
    }

    /// A worker that has just found nothing, although something fits, must not look again and again
    /// at one instant.
    fn start_attempt(&mut self, worker: usize, again: bool) {
        let delay = self.draws.delay(worker);
        if again && delay == Span::ZERO {
            self.workers[worker].claiming = Claiming::Parked;
            self.see("parked");
        } else {
            self.look_in(worker, delay);
        }
    }

    fn look_in(&mut self, worker: usize, delay: Span) {
        self.workers[worker].claiming = Claiming::Pending;
        self.schedule(self.now + delay, Class::Claim, What::Attempt(worker));
    }

    /// After a change the parked workers look again.
    pub(super) fn wake_parked(&mut self) {
        for worker in 0..self.workers.len() {
            if self.workers[worker].claiming == Claiming::Parked {
                self.look_in(worker, Span::ZERO);
            }
        }
    }

    /// A worker's attempt is due.
    pub(super) fn look(&mut self, worker: usize) {
        let claimed = self.attempt(worker);
        self.workers[worker].claiming = if claimed { Claiming::Idle } else { Claiming::InVain };
        if !claimed && self.is_able(worker) {
            self.see("a failed attempt");
        }
    }

    /// Claims the jobs of the worker's attempt; returns whether there were any.
    fn attempt(&mut self, worker: usize) -> bool {
        let all = matches!(self.system.claim, ClaimRule::Delayed { batch: ClaimBatch::All, .. });
        let mut claimed = false;
        while let Some(offer) = self.offer_of(worker)
            && let Some((row, _)) = self.decide(&[offer])
        {
            self.claim(row, worker);
            claimed = true;
            if !all {
                break;
            }
        }
        claimed
    }

    pub(super) fn recorded_attempt(&mut self, worker: WorkerId) -> Result<(), String> {
        if let Some(race) = &mut self.race {
            race.claim(self.now)?;
        }
        if self.attempt(worker.0 as usize) {
            Ok(())
        } else {
            Err(format!("at {} worker {} claimed, but nothing fitted it", self.now.0, worker.0))
        }
    }

    /// Shows the recorded race which workers could claim now.
    pub(super) fn watch(&mut self) -> Result<(), String> {
        let Some(mut race) = self.race.take() else { return Ok(()) };
        let idle = self.waiting().is_empty();
        let seen = race.watch(self.now, |worker| !idle && self.is_able(worker));
        self.race = Some(race);
        seen
    }
}
