//! How rows end: run to the end or stopped, retried, given up, or turned away.

use std::num::NonZeroU32;

use super::{NewsOf, Simulation};
use crate::arrival::ArrivalProcess;
use crate::draws::Luck;
use crate::life::{Customer, Life};
use crate::model::capacity::NeedId;
use crate::model::claim::Pass;
use crate::model::job::{Ending, Job, JobId};
use crate::model::worker::WorkerId;
use crate::observer::{Observer, Run};
use crate::policy::{ClaimPolicy, Manner};
use crate::waiting::Turn;

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// The only event of a plain row is due.
    #[inline(always)]
    pub(super) fn complete(&mut self, slot: usize) {
        let (job, run) = self.running.get(slot);
        let need = job.need;
        if job.fate == Ending::Done && job.chain.is_none() {
            // Nearly all rows: nothing follows from their end.
            self.census.change(job.action, 0, -1);
            let attempt = self.life.attempt(self.system, job);
            self.observer.ended(self.now, job, attempt, run, Ending::Done, true);
            let job = *job;
            self.running.remove(slot);
            if !self.is_ranked() {
                self.tell_policy(&job, NewsOf::Ending(run.worker));
            }
            if self.succeed(run.worker, need) {
                return;
            }
            self.change_room(run.worker, need, false);
        } else {
            self.complete_chained(slot);
        }
        if self.has_outages && !self.pool.is_open(run.worker) {
            return;
        }
        if self.is_ranked() && self.is_settled() {
            // The other workers have no room for what waits.
            return self.fill(run.worker, need);
        }
        self.release(run.worker, need);
    }

    /// [`Simulation::complete`] a row that has failed, or for the end of which somebody may be waiting.
    #[cold]
    fn complete_chained(&mut self, slot: usize) {
        let (job, run) = self.running.get(slot);
        let job = *job;
        self.census.change(job.action, 0, -1);
        let ending = match job.fate {
            Ending::DeadlineMissed => Life::ending_at_deadline(self.system, &job),
            ending => ending,
        };
        let retry = self.tell_end(job, run, ending);
        self.running.remove(slot);
        self.change_room(run.worker, job.need, false);
        if let Some((row, luck)) = retry {
            self.announce_retry(row, luck);
        } else {
            self.end_chain(job.chain);
        }
    }

    /// Tells that a row has ended, and gives the one that follows it.
    fn tell_end(&mut self, job: Job, run: Run, ending: Ending) -> Option<(Job, Luck)> {
        let attempt = self.life.attempt(self.system, &job);
        self.withdraw_request(&job);
        if !self.is_ranked() {
            self.tell_policy(&job, NewsOf::Ending(run.worker));
        }
        let retry = self.life.retry(self.system, &job, ending, self.now, JobId(self.rows));
        self.observer.ended(self.now, &job, attempt, run, ending, retry.is_none());
        retry
    }

    /// A running row of any kind ends so; its process, if that is cut off, may go on.
    pub(super) fn end(&mut self, slot: usize, ending: Ending) {
        let special = *self.special(slot);
        let (job, run) = self.running.get(slot);
        let (job, ending) = (*job, if special.is_cancel_requested { Ending::Cancelled } else { ending });
        self.census.change(job.action, 0, -1);
        let relic = if run.is_cut_off { self.life.outlive(&job) } else { None };
        let retry = self.tell_end(job, run, ending);
        self.leave_children(special.join);
        if run.is_cut_off {
            self.running.set_chain(slot, relic);
            self.special(slot).is_zombie = true;
        } else {
            self.running.remove_special(slot);
        }
        self.change_room(run.worker, job.need, false);
        if let Some((row, luck)) = retry {
            self.announce_retry(row, luck);
        } else {
            self.end_chain(job.chain);
        }
        if self.pool.is_open(run.worker) {
            self.release(run.worker, job.need);
        }
    }

    /// A worker that claims has got room by the end of a row with this need.
    #[cold]
    fn release(&mut self, worker: WorkerId, need: NeedId) {
        self.pool.note_given_back(worker, need);
        self.review(worker);
        self.offer_again();
    }

    /// More may fit than before: waiting jobs are to be offered.
    pub(super) fn offer_again(&mut self) {
        self.offer_due = self.pass.is_some();
        if self.pass == Some(Pass::Event) {
            self.offer();
        }
    }

    fn announce_retry(&mut self, row: Job, luck: Luck) {
        self.rows += 1;
        self.observer.created(self.now, &row, self.life.attempt(self.system, &row), self.life.given(&row));
        self.announce(row, luck);
    }

    /// A chain has ended: a customer that waited for it goes away to think, a parent has one child less to wait for.
    pub(super) fn end_chain(&mut self, chain: Option<NonZeroU32>) {
        let Some(chain) = chain else { return };
        let heirs = self.life.forget(chain);
        if let Some(customer) = heirs.customer {
            self.send_off(Customer { cycle: customer.cycle + 1, ..customer });
        }
        if let Some(join) = heirs.join {
            self.child_ended(join as usize);
        }
    }

    pub(super) fn leave(&mut self, job: &Job, ending: Ending) {
        self.withdraw_request(job);
        self.observer.left(self.now, job, ending);
        self.end_chain(job.chain);
    }

    #[cold]
    pub(super) fn lose_patience(&mut self, slot: usize) {
        let (need, turn) = self.patience.remove(slot);
        if self.take_away(need, turn, Ending::Abandoned) {
            self.make_way();
        }
    }

    /// Rows that fell due at this instant, found the queue full and could not start are turned away, the newest first.
    pub(super) fn turn_away(&mut self) {
        let limit = self.system.queue_limit.unwrap_or(u64::MAX);
        let mut has_left = false;
        while let Some((need, turn)) = self.newcomers.pop() {
            if self.waiting.count() > limit {
                has_left |= self.take_away(need, turn, Ending::Rejected);
            }
        }
        if has_left {
            self.make_way();
        }
    }

    /// Takes a row out of the waiting ones, if it is still there; says whether it was.
    pub(super) fn take_away(&mut self, need: NeedId, turn: Turn<P::Rank>, ending: Ending) -> bool {
        let Some(job) = self.waiting.remove(need, turn) else { return false };
        self.census.change(job.action, -1, 0);
        self.note_gone(usize::from(need.0));
        if !self.is_ranked() {
            self.tell_policy(&job, NewsOf::Leaving);
        }
        self.leave(&job, ending);
        true
    }

    /// Waiting rows have left: under a policy that holds jobs back, others may go now.
    pub(super) fn make_way(&mut self) {
        if self.policy.manner() == Manner::Holding {
            self.offer_again();
        }
    }
}
