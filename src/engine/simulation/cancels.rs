//! Requests to cancel: a waiting row is cancelled at once, a running one is asked to stop.

use super::{Coming, Simulation};
use crate::arrival::ArrivalProcess;
use crate::calendar::Class;
use crate::draws::Luck;
use crate::model::capacity::NeedId;
use crate::model::job::{Ending, Job, JobId};
use crate::model::time::Time;
use crate::observer::Observer;
use crate::policy::ClaimPolicy;
use crate::requests::Target;
use crate::system::Whom;
use crate::waiting::Turn;

/// A row that a request may mean.
enum Candidate<K> {
    /// Not due yet, in this slot of what is coming.
    Coming(usize),
    Waiting(NeedId, K),
    Running(usize),
}

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// Schedules the requests that come at known instants.
    pub(super) fn schedule_cancels(&mut self) {
        for (index, request) in self.system.cancels.iter().enumerate() {
            self.calendar.schedule(request.at, Class::Cancel, index);
        }
    }

    /// A row that has just fallen due will be asked to cancel, if that was drawn for it.
    #[cold]
    pub(super) fn request_cancel(&mut self, job: &Job, luck: Luck) {
        let Some(after) = luck.cancel else { return };
        let at = self.now + after;
        self.life.set_cancel(job, Some(at));
        self.requests.set(at, job.id, Target::Waiting(job.need, self.turn(job)));
        self.arm_requests();
    }

    /// A row for which a request will come has been claimed, and is found in this slot then.
    pub(super) fn follow_request(&mut self, slot: usize, at: Time) {
        let job = self.running.get(slot).0.id;
        self.requests.set(at, job, Target::Running(slot));
    }

    /// A row has ended: no request will come to it.
    #[inline]
    pub(super) fn withdraw_request(&mut self, job: &Job) {
        if let Some(at) = self.life.cancel_at(job) {
            self.requests.withdraw(at, job.id);
        }
    }

    /// All requests to single rows have one number, after those that come at known instants.
    fn arm_requests(&mut self) {
        if let Some(at) = self.requests.arm() {
            self.calendar.schedule(at, Class::Cancel, self.system.cancels.len());
        }
    }

    /// A request with that number is due.
    #[cold]
    pub(super) fn cancel(&mut self, index: usize) {
        if index < self.system.cancels.len() {
            return self.cancel_many(index);
        }
        self.requests.fire(self.now);
        while let Some(target) = self.requests.take(self.now) {
            match target {
                Target::Waiting(need, turn) => {
                    if self.take_away(need, turn, Ending::Cancelled) {
                        self.make_way();
                    }
                }
                Target::Running(slot) => self.cancel_running(slot),
            }
        }
        self.arm_requests();
    }

    /// A request for many rows is due. Those that wait go first: what the others leave free must not be given to them.
    fn cancel_many(&mut self, index: usize) {
        let most = self.system.cancels[index].most.unwrap_or(u64::MAX);
        let mut meant = self.candidates(index);
        meant.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        meant.sort_by_key(|(_, candidate)| matches!(candidate, Candidate::Running(_)));
        let mut has_left = false;
        for (_, candidate) in meant {
            match candidate {
                Candidate::Coming(slot) => self.cancel_coming(slot),
                Candidate::Waiting(need, turn) => has_left |= self.take_away(need, turn, Ending::Cancelled),
                Candidate::Running(slot) => {
                    if std::mem::take(&mut has_left) {
                        self.make_way();
                    }
                    self.cancel_running(slot);
                }
            }
        }
        if has_left {
            self.make_way();
        }
    }

    /// All rows that a request may mean, by number; not those that have been asked to stop already.
    fn candidates(&self, index: usize) -> Vec<(JobId, Candidate<Turn<P::Rank>>)> {
        let request = self.system.cancels[index];
        let is_meant = |job: &&Job| request.action.is_none_or(|action| action == job.action);
        let mut found = Vec::new();
        if request.whom != Whom::Running {
            let waiting = self.waiting.iter().filter(is_meant);
            found.extend(waiting.map(|job| (job.id, Candidate::Waiting(job.need, self.turn(job)))));
            for (slot, coming) in &self.coming {
                if let Coming::Row { job, .. } = coming
                    && is_meant(&job)
                {
                    found.push((job.id, Candidate::Coming(slot)));
                }
            }
        }
        if request.whom != Whom::Waiting {
            let running = self.running.slots().map(|slot| (slot, self.running.get(slot).0));
            let running = running.filter(|(slot, job)| is_meant(job) && self.running.can_be_asked(*slot));
            found.extend(running.map(|(slot, job)| (job.id, Candidate::Running(slot))));
        }
        found.sort_unstable_by_key(|(job, _)| *job);
        found
    }

    /// A row that is not due yet is cancelled.
    fn cancel_coming(&mut self, slot: usize) {
        if let Coming::Row { job, .. } = std::mem::replace(&mut self.coming[slot], Coming::Nothing) {
            self.observer.due(self.now, &job, self.life.attempt(self.system, &job));
            self.leave(&job, Ending::Cancelled);
        }
    }

    /// Asks a running row to cancel, unless it has been asked to stop already.
    fn cancel_running(&mut self, slot: usize) {
        if !self.running.can_be_asked(slot) {
            return;
        }
        let special = self.special(slot);
        let (is_at_work, is_cut_off) = (special.is_at_work(), special.run.is_cut_off);
        special.is_cancel_requested = true;
        let (job, run) = self.running.get(slot);
        self.observer.cancel_requested(self.now, job, run);
        // Nobody reaches a process on a worker that is out.
        if is_at_work && !is_cut_off {
            self.ask_to_stop(slot, Ending::Cancelled);
        }
    }
}
