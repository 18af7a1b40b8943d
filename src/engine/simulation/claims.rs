//! How waiting rows come to workers: offered to all under instant claiming, found by one under delayed claiming.

use super::{Rule, Running, Simulation};
use crate::engine::arrival::ArrivalProcess;
use crate::engine::bits::ones_of;
use crate::engine::calendar::Class;
use crate::engine::observer::{Observer, Run};
use crate::engine::policy::ClaimPolicy;
use crate::engine::pool::Pool;
use crate::model::claim::Batch;
use crate::model::job::{Ending, Job};
use crate::model::worker::WorkerId;

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// Offers the waiting jobs in policy order, each to a worker that fits (instant claiming).
    pub(super) fn offer(&mut self) {
        if let Rule::Instant { due, .. } = &mut self.rule {
            *due = false;
        }
        while let Some(need) = self.first_of(|word| self.pool.mask()[word]) {
            let Rule::Instant { placer, .. } = &mut self.rule else {
                unreachable!("only instant claiming offers jobs")
            };
            let worker = placer.choose(&self.pool, need);
            let job = self.waiting.pop(need);
            self.claim(job, WorkerId(worker as u32));
        }
        self.turn_away();
    }

    /// A worker looks for a job that fits, and claims (delayed claiming).
    pub(super) fn attempt(&mut self, worker: WorkerId) {
        while let Some(need) = self.first_of(|word| self.pool.fitting(worker.0 as usize)[word]) {
            let job = self.waiting.pop(need);
            self.note_gone(need);
            self.claim(job, worker);
            if matches!(&self.rule, Rule::Delayed(race) if race.batch == Batch::One) {
                break;
            }
        }
        self.review(worker);
    }

    /// The need whose head comes first in policy order, of those in a set of needs.
    #[inline]
    pub(super) fn first_of(&self, set: impl Fn(usize) -> u64) -> Option<usize> {
        let mut best: Option<(P::Order, usize)> = None;
        for (word, waiting) in self.waiting.mask().iter().enumerate() {
            for bit in ones_of(waiting & set(word)) {
                let need = word * 64 + bit;
                let order =
                    self.waiting.head(need).map(|job| self.policy.order(job)).expect("a need in the mask waits");
                if best.is_none_or(|(first, _)| order < first) {
                    best = Some((order, need));
                }
            }
        }
        best.map(|(_, need)| need)
    }

    /// Whether no waiting job that fits on the worker comes before this one in policy order.
    fn is_first_for(&self, job: &Job, worker: WorkerId) -> bool {
        let next = self.first_of(|word| self.pool.fitting(worker.0 as usize)[word]);
        let next = next.and_then(|need| self.waiting.head(need));
        next.is_none_or(|next| self.policy.order(job) < self.policy.order(next))
    }

    #[inline]
    pub(super) fn claim(&mut self, job: Job, worker: WorkerId) {
        debug_assert!(self.is_first_for(&job, worker), "a better job in policy order fitted the same worker");
        self.counts[usize::from(job.action.0)].waiting -= 1;
        self.start(job, worker);
    }

    #[inline]
    pub(super) fn start(&mut self, job: Job, worker: WorkerId) {
        self.observer.claimed(self.now, &job, worker);
        self.counts[usize::from(job.action.0)].running += 1;
        self.change_room(worker, |pool| pool.take(worker, job.need));
        let class = if job.fate == Ending::DeadlineMissed { Class::Deadline } else { Class::Completion };
        let end = self.now + self.life.runs_for(self.system, &job);
        let slot = self.running.insert(Running { job, run: Run { worker, claimed_at: self.now } });
        self.calendar.schedule(end, class, slot);
    }

    #[inline]
    pub(super) fn change_room(&mut self, worker: WorkerId, change: impl FnOnce(&mut Pool)) {
        if let Rule::Instant { placer, .. } = &mut self.rule {
            placer.note(&self.pool, worker.0 as usize, false);
            change(&mut self.pool);
            placer.note(&self.pool, worker.0 as usize, true);
        } else {
            change(&mut self.pool);
        }
    }

    /// A worker may have to start an attempt (delayed claiming).
    #[inline]
    pub(super) fn review(&mut self, worker: WorkerId) {
        if let Rule::Delayed(race) = &mut self.rule {
            race.review(self.now, worker, &self.pool, self.waiting.mask(), &mut self.calendar);
        }
    }

    /// Tells the race when the last job with a need has gone.
    #[inline]
    pub(super) fn note_gone(&mut self, need: usize) {
        if let Rule::Delayed(race) = &mut self.rule
            && self.waiting.head(need).is_none()
        {
            race.need_gone(self.now, need, self.waiting.mask());
        }
    }
}
