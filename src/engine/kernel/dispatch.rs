//! How waiting rows come to workers: dispatched to all under instant claiming, found by one under
//! delayed claiming.

use super::Simulation;
use super::state::{Claiming, StalledWorkers};
use crate::arrival::ArrivalProcess;
use crate::calendar::EventClass;
use crate::claim_delay::{Attempts, Context};
use crate::model::capacity::NeedId;
use crate::model::claim::ClaimBatch;
use crate::model::job::{Job, JobOutcome};
use crate::model::worker::WorkerId;
use crate::observer::{Event, Observer};
use crate::policy::{ClaimPolicy, Decision, PolicyKind, SchedulerEvent, SchedulingView, Target};
use crate::resources::placement::Placer;

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// Offers the waiting jobs in policy order, each to a worker that it fits on (instant
    /// claiming).
    #[cold]
    pub(super) fn dispatch_waiting(&mut self) {
        self.dispatch.is_due = false;
        if !self.has_priority_order() {
            return self.dispatch_decisions();
        }
        self.workers.pool.tighten();
        while let Some(need) = self.first_with_room() {
            let job = self.queue.jobs.pop(need);
            let worker = self.place(&job);
            self.claim(job, worker);
            self.workers.pool.note_taken(worker, job.need);
        }
        self.reject_newcomers();
    }

    /// [`Simulation::dispatch_waiting`] by a policy that selects or reserves.
    fn dispatch_decisions(&mut self) {
        while let Some(decision) = self.choose(None) {
            let job = self.take_decided(&decision);
            let worker = match &decision.target {
                Target::Any => self.place(&job),
                Target::These(workers) => self.place_among(&job, workers),
            };
            self.claim_decided(job, worker);
        }
        if let Some(at) = self.policy.next_start(self.now)
            && at != self.dispatch.next
        {
            self.dispatch.next = at;
            self.calendar.schedule(at, EventClass::Claim, 0);
        }
        self.reject_newcomers();
    }

    /// The decision of a policy that selects or reserves: for the worker that looks, or for any.
    fn choose(&mut self, worker: Option<WorkerId>) -> Option<Decision<P::Rank>> {
        self.workers.pool.tighten();
        let (known, workers) = ((self.system, &self.jobs.lifecycle), &self.workers);
        let view = SchedulingView::new(self.now, &self.queue.jobs, worker, known, &workers.pool, &workers.capacities);
        self.policy.choose(&view)
    }

    /// Removes the job that a policy has chosen from the queue.
    fn take_decided(&mut self, decision: &Decision<P::Rank>) -> Job {
        self.queue.jobs.remove(decision.need, decision.key).expect("a policy chooses a job that waits")
    }

    /// A worker claims the job that a policy has chosen.
    fn claim_decided(&mut self, job: Job, worker: WorkerId) {
        assert!(self.workers.pool.fits(worker.0 as usize, job.need.into()), "a policy chooses a job that fits");
        self.note_if_need_gone(job.need.into());
        self.claim(job, worker);
        self.workers.pool.note_taken(worker, job.need);
    }

    /// The worker, among those that the policy allows, that gets a job.
    fn place_among(&mut self, job: &Job, workers: &[WorkerId]) -> WorkerId {
        let Claiming::Instant(placer) = &mut self.dispatch.claiming else {
            unreachable!("only under instant claiming jobs are placed")
        };
        placer.choose_among(&self.workers.pool, job, workers)
    }

    /// Starts a job that has just fallen due if a worker has room for it; tells whether one has.
    ///
    /// Fast path: equals queueing the job and [`Simulation::dispatch_waiting`] while no other
    /// waiting job fits anywhere.
    #[inline(always)]
    pub(super) fn try_start_now(&mut self, job: &Job) -> bool {
        let need = usize::from(job.need.0);
        let fits = self.workers.pool.has_room(need);
        if fits {
            let worker = self.place(job);
            self.start(*job, worker);
            self.workers.pool.note_taken(worker, job.need);
        }
        fits
    }

    /// A worker on which a job with the need `ended` has ended takes the first job that fits, until
    /// none does.
    ///
    /// Fast path: equals [`Simulation::dispatch_waiting`] while no waiting job fits on any other
    /// worker.
    #[inline(always)]
    pub(super) fn refill(&mut self, worker: WorkerId, ended: NeedId) {
        let mut untouched = true;
        while let Some(need) = self.first_freed(worker, ended) {
            let job = self.queue.jobs.pop(need);
            self.claim(job, worker);
            if untouched && job.need == ended {
                // It has taken just what was given back: everything is as before, when nothing
                // fitted.
                return;
            }
            untouched = false;
            self.workers.pool.note_taken(worker, job.need);
        }
        self.workers.pool.note_given_back(worker, ended);
    }

    /// The first waiting job with the need of a row that has just ended on a worker takes its
    /// place, if no other job can come first; tells whether one has.
    ///
    /// Fast path: equals giving the units back and [`Simulation::refill`]. What is free on the
    /// worker stays as it is, and need not be given back and taken.
    #[inline(always)]
    pub(super) fn replace(&mut self, worker: WorkerId, ended: NeedId) -> bool {
        let need = usize::from(ended.0);
        let pool = &self.workers.pool;
        let is_only = self.has_priority_order() && self.queue.jobs.is_only_of(need, |word| pool.touched(ended, word));
        if !is_only
            || self.workers.may_close
            || !self.is_settled()
            || !self.workers.pool.fits_in_place(worker.0 as usize, need)
        {
            return false;
        }
        let job = self.queue.jobs.pop(need);
        self.jobs.counts.change(job.action, -1, 1);
        self.begin_run(job, worker);
        true
    }

    /// A worker looks for a job that fits, and claims it (delayed claiming).
    #[inline(never)]
    pub(super) fn claim_attempt(&mut self, worker: WorkerId) {
        if !self.has_priority_order() {
            return self.claim_attempt_decided(worker);
        }
        while self.workers.pool.is_open(worker)
            && let Some(need) = self.first_for(worker)
        {
            let job = self.queue.jobs.pop(need);
            self.note_if_need_gone(need);
            self.claim(job, worker);
            self.workers.pool.note_taken(worker, job.need);
            if self.claims_one() {
                break;
            }
        }
        self.review_worker(worker);
    }

    /// [`Simulation::claim_attempt`] by a policy that selects or reserves.
    fn claim_attempt_decided(&mut self, worker: WorkerId) {
        let mut has_claimed = false;
        while self.workers.pool.is_open(worker)
            && let Some(decision) = self.choose(Some(worker))
        {
            let job = self.take_decided(&decision);
            self.claim_decided(job, worker);
            has_claimed = true;
            if self.claims_one() {
                break;
            }
        }
        if has_claimed || self.policy.kind() != PolicyKind::Reserving {
            return self.review_worker(worker);
        }
        if let Some((attempts, mut context)) = self.attempts()
            && attempts.retry_stalls(worker.0 as usize, &mut context)
        {
            self.dispatch.stalled.workers.push(worker);
        }
    }

    /// Whether an attempt claims at most one job.
    fn claims_one(&self) -> bool {
        matches!(self.dispatch.claiming, Claiming::Delayed { batch: ClaimBatch::One, .. })
    }

    /// Something has changed: all stalled workers look again, at this instant.
    #[cold]
    pub(super) fn resume_stalled(&mut self) {
        let StalledWorkers { mut workers, .. } = std::mem::take(&mut self.dispatch.stalled);
        workers.sort_unstable();
        for worker in workers {
            self.calendar.schedule(self.now, EventClass::Claim, worker.0 as usize);
        }
    }

    /// The need whose first waiting job a worker would claim now, if nothing fitted before a job
    /// with the need `ended` did.
    #[inline(always)]
    fn first_freed(&self, worker: WorkerId, ended: NeedId) -> Option<usize> {
        let touched = |word| self.workers.pool.touched(ended, word);
        self.queue.jobs.first_of(touched, |need| self.workers.pool.fits(worker.0 as usize, need))
    }

    /// The need whose first waiting job comes first in policy order, of those that fit anywhere.
    fn first_with_room(&self) -> Option<usize> {
        let pool = &self.workers.pool;
        self.queue.jobs.first_of(|word| pool.mask(word), |need| pool.keeps_sets() || pool.has_room(need))
    }

    /// The need whose first waiting job a worker would claim now.
    fn first_for(&self, worker: WorkerId) -> Option<usize> {
        self.queue.jobs.first_of(|_| u64::MAX, |need| self.workers.pool.fits(worker.0 as usize, need))
    }

    /// The worker that gets a job; there must be one with room.
    #[inline(always)]
    fn place(&mut self, job: &Job) -> WorkerId {
        let Claiming::Instant(placer) = &mut self.dispatch.claiming else {
            unreachable!("only under instant claiming jobs are placed")
        };
        WorkerId(placer.choose(&self.workers.pool, job) as u32)
    }

    /// Whether no waiting job that fits on the worker comes before this one in policy order.
    fn is_first_for(&self, job: &Job, worker: WorkerId) -> bool {
        let next = self.first_for(worker).and_then(|need| self.queue.jobs.head(need));
        next.is_none_or(|next| self.queue_key(job) < next)
    }

    #[inline(always)]
    fn claim(&mut self, job: Job, worker: WorkerId) {
        debug_assert!(
            !self.has_priority_order() || self.is_first_for(&job, worker),
            "a better job in policy order fitted the same worker"
        );
        self.jobs.counts.change(job.action, -1, 1);
        self.run(job, worker);
    }

    /// A row that has not waited starts;
    /// [`Pool::note_taken`](crate::resources::pool::Pool::note_taken) is due.
    #[inline(always)]
    pub(super) fn start(&mut self, job: Job, worker: WorkerId) {
        self.jobs.counts.change(job.action, 0, 1);
        self.run(job, worker);
    }

    /// A worker runs a row from now on.
    #[inline(always)]
    fn run(&mut self, job: Job, worker: WorkerId) {
        self.change_free(worker, job.need, true);
        if !self.has_priority_order() {
            self.notify_policy(&job, |job| SchedulerEvent::Started(job, worker));
        }
        self.begin_run(job, worker);
    }

    /// [`Simulation::run`] when the free capacity of the worker and the policy are up to date.
    #[inline(always)]
    fn begin_run(&mut self, job: Job, worker: WorkerId) {
        if self.workers.has_speeds {
            return self.begin_run_at_speed(Box::new(job), worker);
        }
        self.begin_run_now(job, worker);
    }

    /// [`Simulation::begin_run`] where workers differ in speed. The job comes in a box, which keeps
    /// it out of memory on the other path.
    #[cold]
    fn begin_run_at_speed(&mut self, mut job: Box<Job>, worker: WorkerId) {
        self.jobs.lifecycle.set_speed(self.system, &mut job, self.system.worker(worker).speed);
        self.begin_run_now(*job, worker);
    }

    #[inline(always)]
    fn begin_run_now(&mut self, job: Job, worker: WorkerId) {
        self.observer.on(self.now, &Event::Claimed { job: &job, worker });
        let (class, lasts) = match job.planned_outcome {
            JobOutcome::DeadlineMissed => {
                (EventClass::Deadline, self.jobs.lifecycle.runs_until_deadline(self.system, &job))
            }
            _ => (EventClass::Completion, job.service),
        };
        let slot = self.jobs.running.reserve();
        let happens = self.calendar.schedule(self.now + lasts, class, slot);
        self.jobs.running.fill(slot, job, worker, self.now, happens);
        if job.chain.is_some() {
            self.begin_chained(slot);
        }
    }

    /// A job with this need starts (or else ends) on a worker.
    #[inline(always)]
    pub(super) fn change_free(&mut self, worker: WorkerId, need: NeedId, starts: bool) {
        if self.dispatch.follows_free {
            self.follow_free(worker, false);
        }
        if starts {
            self.workers.pool.take(worker, need);
        } else {
            self.workers.pool.give_back(worker, need);
        }
        if self.dispatch.follows_free {
            self.follow_free(worker, true);
        }
    }

    /// Tells the free-capacity index and the reasons of waits, if they follow it, that a worker's
    /// free capacity is about to change or has changed.
    #[cold]
    pub(super) fn follow_free(&mut self, worker: WorkerId, has_changed: bool) {
        if !self.workers.pool.is_open(worker) {
            return;
        }
        if let Claiming::Instant(Placer::ByShare { index, .. }) = &mut self.dispatch.claiming {
            index.update(&self.workers.pool, worker.0 as usize, has_changed);
        }
        if let Some(reasons) = self.waits.reasons.as_mut().filter(|reasons| reasons.classes.keeps_free) {
            reasons.classes.add_free(worker, &self.workers.pool, if has_changed { 1 } else { -1 });
        }
    }

    /// The claim attempts and their context, under delayed claiming.
    #[inline]
    pub(super) fn attempts(&mut self) -> Option<(&mut dyn Attempts, Context<'_>)> {
        let Claiming::Delayed { attempts, .. } = &mut self.dispatch.claiming else { return None };
        let (now, pool, waiting) = (self.now, &self.workers.pool, self.queue.jobs.mask());
        Some((&mut **attempts, Context { now, pool, waiting, calendar: &mut self.calendar }))
    }

    /// What fits on a worker may have changed; it may have to start an attempt (delayed claiming).
    #[inline]
    pub(super) fn review_worker(&mut self, worker: WorkerId) {
        if let Some((attempts, mut context)) = self.attempts() {
            attempts.worker_changed(worker.0 as usize, &mut context);
        }
    }

    /// Tells the claim attempts when the last waiting job with a need has gone.
    #[inline]
    pub(super) fn note_if_need_gone(&mut self, need: usize) {
        if self.queue.jobs.has(need) {
            return;
        }
        if let Some((attempts, context)) = self.attempts() {
            attempts.need_gone(context.now, need, context.waiting);
        }
    }

    /// If the next event is an attempt of a pool, lets it happen; tells whether it is.
    #[cold]
    pub(super) fn fire_pool(&mut self, key: u128) -> bool {
        let Some((attempts, context)) = self.attempts() else { return false };
        if key != attempts.next_of_pools() {
            return false;
        }
        if let Some(worker) = attempts.fire(key, context.now, context.pool, context.waiting) {
            self.claim_attempt(WorkerId(worker as u32));
        }
        true
    }
}
