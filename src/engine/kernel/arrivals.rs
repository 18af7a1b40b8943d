//! How rows come into being (initial rows, sources, customers), and what happens when they fall
//! due.

use super::Simulation;
use super::state::{MissedFiring, Pending, SourceState};
use crate::arrival::{Arrival, ArrivalProcess, JobOverrides, MisfireRule, Overlap};
use crate::calendar::EventClass;
use crate::jobs::lifecycle::{Customer, NewChain, Waiters};
use crate::jobs::sampling::{AttemptSample, JobSample};
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::claim::DispatchTiming;
use crate::model::job::{Job, JobId, JobOutcome};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::observer::{Event, JobOrigin, Observer};
use crate::policy::{ClaimPolicy, SchedulerEvent};
use crate::system::InitialState;

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// Numbers all initial rows before it puts the running ones to work.
    pub(super) fn enter_initial_rows(&mut self) {
        let mut running = Vec::new();
        for row in &self.system.initial {
            let overrides = JobOverrides {
                need: Some(row.need),
                deadline: row.deadline,
                stop_timeout: row.stop_timeout,
                retries: row.retries_left,
                ..JobOverrides::default()
            };
            let (action, waiters) = (row.action, Waiters::default());
            let chain = NewChain { origin: JobOrigin::Initial, action, overrides: Some(&overrides), waiters };
            let mut sample = self.jobs.lifecycle.sample(self.system, action, Some(&overrides));
            if row.state != InitialState::Waiting {
                // Its children have been started, and are rows of their own.
                sample.attempt.children = 0;
            }
            if let InitialState::CancelRequested(_) = row.state {
                // How long it has been stopping is not known: it is asked again.
                sample.attempt.cancel = Some(Span::ZERO);
            }
            let job = self.create(chain, &sample, row.scheduled_at);
            match row.state.worker() {
                None => self.schedule_release(job, sample.attempt),
                Some(worker) => running.push((job, sample.attempt, worker)),
            }
        }
        for (job, drawn, worker) in running {
            self.run_initial(job, drawn, worker);
        }
    }

    fn run_initial(&mut self, job: Job, drawn: AttemptSample, worker: WorkerId) {
        self.report_due(&job);
        self.schedule_cancel(&job, drawn);
        self.start(job, worker);
        self.workers.pool.note_taken(worker, job.need);
        self.review_worker(worker);
    }

    pub(super) fn start_sources(&mut self) {
        for source in 0..self.arrivals.sources.len() {
            self.schedule_next_of(source);
            for customer in 0..self.arrivals.sources[source].process.population() {
                self.start_think_time(Customer { source: source as u32, number: customer, cycle: 0 });
            }
        }
    }

    #[inline(always)]
    fn schedule_next_of(&mut self, source: usize) {
        let state = &mut self.arrivals.sources[source];
        if let Some(Arrival { at, action, count }) = state.process.next() {
            (state.action, state.count) = (action, count);
            self.calendar.schedule_source(at, state.class, source);
        }
    }

    /// A customer of a closed source goes away to think.
    pub(super) fn start_think_time(&mut self, customer: Customer) {
        let process = &mut self.arrivals.sources[customer.source as usize].process;
        if let Some(arrival) = process.cycle(customer.number, customer.cycle, self.now) {
            let slot = self.arrivals.pending.insert(Pending::Customer { customer, arrival });
            self.calendar.schedule(arrival.at, EventClass::Arrival, slot);
        }
    }

    /// The next arrival of a source is due.
    ///
    /// Fast path: equals [`Simulation::arrive_any`] for a single plain job, as nearly all are. The
    /// engine keeps nothing of such a job but its need and its service time.
    #[inline(always)]
    pub(super) fn arrive(&mut self, source: usize) {
        let SourceState { action, count, is_plain, .. } = self.arrivals.sources[source];
        if !is_plain || count != 1 {
            return self.arrive_any(source);
        }
        self.schedule_next_of(source);
        match self.jobs.lifecycle.plain(action, JobId(self.jobs.created), self.now) {
            Some(job) => {
                self.jobs.created += 1;
                self.report_created(&job, JobOrigin::Source(source as u32), JobOverrides::default());
                self.release(job, true);
            }
            None => self.create_jobs(source, action, None, count),
        }
    }

    #[cold]
    fn arrive_any(&mut self, source: usize) {
        let SourceState { action, count, .. } = self.arrivals.sources[source];
        let overrides = self.arrivals.sources[source].process.overrides().copied();
        self.schedule_next_of(source);
        self.create_jobs(source, action, overrides.as_ref(), count);
    }

    /// Creates the jobs of an arrival.
    #[cold]
    fn create_jobs(&mut self, source: usize, action: ActionId, overrides: Option<&JobOverrides>, count: u64) {
        for _ in 0..count {
            let sample = self.jobs.lifecycle.sample(self.system, action, overrides);
            if self.workers.may_close && self.is_missed(source) {
                self.record_missed(MissedFiring { source, action, at: self.now, sample });
            } else if self.is_skipped(source, action) {
                self.observer.on(self.now, &Event::FiringSkipped { action });
            } else {
                let job = self.create(from_source(source, action, overrides), &sample, self.now);
                self.release_with(job, sample.attempt, count == 1);
            }
        }
    }

    #[cold]
    pub(super) fn customer_arrives(&mut self, customer: Customer, arrival: Arrival) {
        let (origin, action) = (JobOrigin::Source(customer.source), arrival.action);
        let waiters = Waiters { customer: Some(customer), join: None };
        let sample = self.jobs.lifecycle.sample_for(self.system, action, customer);
        let job = self.create(NewChain { origin, action, overrides: None, waiters }, &sample, self.now);
        self.release_with(job, sample.attempt, true);
    }

    /// Whether an arrival of a source is a cron's firing while no worker is alive.
    #[cold]
    fn is_missed(&self, source: usize) -> bool {
        self.arrivals.sources[source].process.is_cron() && !self.workers.detector.is_any_alive()
    }

    /// No worker fires a cron: keeps the firing if it must be made up for.
    fn record_missed(&mut self, firing: MissedFiring) {
        let rule = self.arrivals.sources[firing.source].process.missed();
        if rule == MisfireRule::Once {
            let kept = self.arrivals.missed.len();
            self.arrivals.missed.retain(|other| other.source != firing.source);
            if self.arrivals.missed.len() < kept {
                self.observer.on(self.now, &Event::FiringSkipped { action: firing.action });
            }
        }
        if rule == MisfireRule::Skip {
            self.observer.on(self.now, &Event::FiringSkipped { action: firing.action });
        } else {
            self.arrivals.missed.push(firing);
        }
    }

    /// A worker is back, and makes up for the firings that were missed.
    pub(super) fn schedule_missed_firings(&mut self) {
        for firing in std::mem::take(&mut self.arrivals.missed) {
            let slot = self.arrivals.pending.insert(Pending::Firing(firing));
            self.calendar.schedule(self.now, EventClass::Cron, slot);
        }
    }

    /// Makes up for a missed firing.
    #[cold]
    pub(super) fn run_missed_firing(&mut self, firing: MissedFiring) {
        let MissedFiring { source, action, at, sample } = firing;
        if self.is_skipped(source, action) {
            return self.observer.on(self.now, &Event::FiringSkipped { action });
        }
        let overrides = self.arrivals.sources[source].process.overrides().copied();
        let job = self.create(from_source(source, action, overrides.as_ref()), &sample, at);
        self.release_with(job, sample.attempt, true);
    }

    fn is_skipped(&self, source: usize, action: ActionId) -> bool {
        match self.arrivals.sources[source].process.overlap() {
            Overlap::Enqueue => false,
            Overlap::SkipIfWaiting => self.jobs.counts.is_waiting(action),
            Overlap::SkipIfActive => self.jobs.counts.is_active(action),
        }
    }

    /// Creates the first row of a chain, with the next number.
    pub(super) fn create(&mut self, chain: NewChain, sample: &JobSample, scheduled_at: Time) -> Job {
        let id = JobId(self.jobs.created);
        self.jobs.created += 1;
        let job = self.jobs.lifecycle.first(self.system, chain, sample, id, scheduled_at);
        self.report_created(&job, chain.origin, chain.overrides.copied().unwrap_or_default());
        job
    }

    #[inline(always)]
    pub(super) fn report_created(&mut self, job: &Job, origin: JobOrigin, overrides: JobOverrides) {
        let attempt = self.jobs.lifecycle.attempt(self.system, job);
        self.observer.on(self.now, &Event::Created { job, attempt, origin, overrides });
    }

    #[inline(always)]
    pub(super) fn report_due(&mut self, job: &Job) {
        self.observer.on(self.now, &Event::Due { job, attempt: self.jobs.lifecycle.attempt(self.system, job) });
    }

    /// Lets a row fall due at its `scheduled_at`, or now if that is past.
    pub(super) fn schedule_release(&mut self, job: Job, drawn: AttemptSample) {
        let slot = self.arrivals.pending.insert(Pending::Row { job, drawn });
        self.calendar.schedule(job.scheduled_at.max(self.now), EventClass::Arrival, slot);
    }

    /// Rejects a row that has just fallen due. The job comes in a box: if a job is handed on by its
    /// address anywhere here, every event builds it in memory and reads it back before the writes
    /// have left the core.
    #[cold]
    #[allow(clippy::needless_pass_by_value, reason = "the box keeps the job out of memory on the other paths")]
    fn reject(&mut self, job: Box<Job>) {
        self.leave_unclaimed(&job, JobOutcome::Rejected);
    }

    /// A row falls due, `alone` or as one of a batch. It may lose its patience or be asked to
    /// cancel.
    #[cold]
    pub(super) fn release_with(&mut self, job: Job, drawn: AttemptSample, alone: bool) {
        self.report_due(&job);
        if drawn.cancel.is_some() {
            self.schedule_cancel(&job, drawn);
        }
        self.start_or_wait(job, drawn.patience, alone);
    }

    /// A row falls due, `alone` or as one of a batch.
    ///
    /// Fast path: equals [`Simulation::release_with`] for a row for which nothing but a service
    /// time was drawn.
    #[inline(always)]
    fn release(&mut self, job: Job, alone: bool) {
        self.report_due(&job);
        self.start_or_wait(job, None, alone);
    }

    /// A row that has just fallen due starts at once, waits, or is rejected.
    #[inline(always)]
    fn start_or_wait(&mut self, job: Job, patience: Option<Span>, alone: bool) {
        // The other waiting jobs do not fit anywhere, so this one need not queue up with them to be
        // offered.
        let is_offered = alone && self.is_settled() && self.has_priority_order();
        if is_offered && self.try_start_now(&job) {
            return;
        }
        let full = self.system.queue_limit.is_some_and(|limit| self.queue.jobs.count() >= limit);
        if full && self.dispatch.timing.is_none() {
            return self.reject(Box::new(job));
        }
        let key = self.queue_key(&job);
        if let Some(patience) = patience {
            let slot = self.queue.patience.insert((job.need, key));
            self.calendar.schedule(self.now + patience, EventClass::Abandonment, slot);
        }
        self.jobs.counts.change(job.action, 1, 0);
        if !self.has_priority_order() {
            #[allow(clippy::redundant_closure, reason = "the bare variant has one lifetime only")]
            self.notify_policy(&job, |job| SchedulerEvent::Queued(job));
        }
        let only = self.queue.jobs.push(job, key.rank);
        if only && self.waits.unknown >> (job.need.0 % 64) & 1 == 1 {
            self.workers.pool.watch.has_changed = true;
        }
        match self.dispatch.timing {
            Some(_) if is_offered && !full => {}
            Some(timing) => {
                self.dispatch.is_due = true;
                if full {
                    self.queue.newcomers.push((job.need, key));
                }
                if timing == DispatchTiming::Event {
                    self.dispatch_waiting();
                }
            }
            None if only => self.start_attempts(job.need),
            None => {}
        }
    }

    /// The first job with this need waits: workers with room for it start an attempt.
    #[cold]
    fn start_attempts(&mut self, need: NeedId) {
        if let Some((attempts, mut context)) = self.attempts() {
            attempts.need_waits(usize::from(need.0), &mut context);
        }
    }
}

/// The first row of a chain from a source, for which nothing waits.
fn from_source(source: usize, action: ActionId, overrides: Option<&JobOverrides>) -> NewChain<'_> {
    NewChain { origin: JobOrigin::Source(source as u32), action, overrides, waiters: Waiters::default() }
}
