//! How rows end: run to the end or stopped, retried, given up, or turned away.

use std::num::NonZeroU32;

use super::{Rule, Simulation};
use crate::engine::arrival::ArrivalProcess;
use crate::engine::life::Customer;
use crate::engine::observer::Observer;
use crate::engine::policy::ClaimPolicy;
use crate::model::capacity::NeedId;
use crate::model::job::{Ending, Job, JobId};

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    #[inline(always)]
    pub(super) fn complete(&mut self, slot: usize) {
        let (job, run) = self.running.get(slot);
        let (need, chain) = (job.need, job.chain);
        self.counts[usize::from(job.action.0)].running -= 1;
        let attempt = self.life.attempt(self.system, job);
        let retry = match job.fate {
            Ending::Done => None,
            _ => self.life.retry(self.system, job, self.now, JobId(self.rows)),
        };
        self.observer.ended(self.now, job, attempt, run, job.fate, retry.is_none());
        self.running.remove(slot);
        self.change_room(run.worker, need, false);
        if let Some((row, patience)) = retry {
            self.rows += 1;
            self.announce(row, patience);
        } else {
            self.end_chain(chain);
        }
        if self.is_settled() {
            // The other workers have no room for what waits.
            return self.fill(run.worker, need);
        }
        self.pool.note_given_back(run.worker, need);
        self.review(run.worker);
        if let Rule::Instant { due, .. } = &mut self.rule {
            *due = true;
        }
    }

    /// A chain has ended: a customer that waited for it goes away to think.
    #[inline]
    pub(super) fn end_chain(&mut self, chain: Option<NonZeroU32>) {
        if let Some(customer) = self.life.forget(chain) {
            self.send_off(Customer { cycle: customer.cycle + 1, ..customer });
        }
    }

    pub(super) fn leave(&mut self, job: &Job, ending: Ending) {
        self.observer.left(self.now, job, ending);
        self.end_chain(job.chain);
    }

    pub(super) fn lose_patience(&mut self, slot: usize) {
        let (need, order) = self.patience.remove(slot);
        self.take_away(need, order, Ending::Abandoned);
    }

    /// Rows that fell due at this instant, found the queue full and could not start are turned away, the newest first.
    pub(super) fn turn_away(&mut self) {
        let limit = self.system.queue_limit.unwrap_or(u64::MAX);
        while let Some((need, order)) = self.newcomers.pop() {
            if self.waiting.count() > limit {
                self.take_away(need, order, Ending::Rejected);
            }
        }
    }

    /// Takes a row out of the waiting ones, if it is still there.
    pub(super) fn take_away(&mut self, need: NeedId, order: P::Order, ending: Ending) {
        if let Some(job) = self.waiting.remove(need, order) {
            self.counts[usize::from(job.action.0)].waiting -= 1;
            self.note_gone(usize::from(need.0));
            self.leave(&job, ending);
        }
    }
}
