//! The kernel: takes the next event, lets it happen, and lets waiting jobs be claimed.
//!
//! `arrivals`, `dispatch` and `endings` are the path of every job. `outages`, `staffing`,
//! `cancellation`, `fork_join` and `wait_reasons` are features: they are not needed to understand
//! the kernel.

mod arrivals;
mod cancellation;
mod dispatch;
mod endings;
mod fork_join;
mod outages;
mod staffing;
mod state;
mod wait_reasons;

use slab::Slab;

use crate::arrival::{ArrivalProcess, Overlap};
use crate::calendar::{Calendar, CalendarEvent, EventClass, NO_EVENT, first_key_after, last_key_of};
use crate::claim_delay;
use crate::faults::cancel_requests::CancelRequests;
use crate::faults::failure_detector::FailureDetector;
use crate::jobs::active_counts::ActiveCounts;
use crate::jobs::lifecycle::Lifecycle;
use crate::jobs::running::Running;
use crate::model::claim::DispatchTiming;
use crate::model::job::Job;
use crate::model::time::Time;
use crate::model::worker::WorkerId;
use crate::observer::{Event, Observer};
use crate::order::QueueKey;
use crate::policy::{Candidate, ClaimPolicy, PolicyKind, SchedulerEvent, SchedulingView};
use crate::queue::JobQueue;
use crate::random::stream::Streams;
use crate::resources::placement::Placer;
use crate::resources::pool::Pool;
use crate::staffing::places::Places;
use crate::system::{ClaimRule, System};
use state::{Arrivals, Claiming, Dispatch, Jobs, Pending, Queue, SourceState, StalledWorkers, Waits, Workers};

/// The number of events between two looks at whether the run goes on.
const STRIDE: u64 = 64;

/// One replication under way.
///
/// It is a pure function of (system, policy, sources, streams): [`Simulation::step`] lets one event
/// happen, [`Simulation::run_until`] all up to an instant, [`Simulation::finish`] the rest.
#[derive(Debug)]
pub struct Simulation<'a, P: ClaimPolicy, A, O> {
    system: &'a System,
    policy: P,
    observer: O,
    now: Time,
    /// The number of events so far.
    events: u64,
    calendar: Calendar,
    /// The key that no event of this part of the run reaches: the first after the horizon, then
    /// [`NO_EVENT`].
    stop: u128,
    arrivals: Arrivals<A>,
    queue: Queue<P::Rank>,
    dispatch: Dispatch,
    jobs: Jobs<P::Rank>,
    workers: Workers<'a>,
    waits: Waits,
}

impl<'a, P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'a, P, A, O> {
    /// A replication at instant 0: initial rows run or are about to fall due, each source knows its
    /// first arrival.
    pub fn new(system: &'a System, policy: P, sources: Vec<A>, streams: &Streams, observer: O) -> Self {
        let pool = Pool::new(system, claim_delay::wants_sets(system));
        let may_close = system.availability.has_outages() || system.has_places();
        let (claiming, timing) = match &system.claim {
            ClaimRule::Instant { placement, pass } => {
                (Claiming::Instant(Placer::new(*placement, system, &pool, streams)), Some(*pass))
            }
            ClaimRule::Delayed { delay, batch } => {
                let may_pool = policy.kind() != PolicyKind::Reserving;
                let attempts = claim_delay::start(system, &pool, delay, streams, may_pool);
                (Claiming::Delayed { attempts, batch: *batch }, None)
            }
        };
        let counts = sources.iter().any(|source| source.overlap() != Overlap::Enqueue);
        let mut simulation = Simulation {
            system,
            policy,
            observer,
            now: Time::ZERO,
            events: 0,
            calendar: Calendar::new(system.window.end()),
            stop: first_key_after(system.window.horizon),
            arrivals: Arrivals {
                sources: sources.into_iter().map(SourceState::new).collect(),
                pending: Slab::new(),
                missed: Vec::new(),
            },
            queue: Queue { jobs: JobQueue::new(system.needs.len()), patience: Slab::new(), newcomers: Vec::new() },
            dispatch: Dispatch {
                follows_free: matches!(claiming, Claiming::Instant(Placer::ByShare { .. })),
                claiming,
                timing,
                is_due: false,
                next: Time::NEVER,
                stalled: StalledWorkers::default(),
            },
            jobs: Jobs {
                created: 0,
                lifecycle: Lifecycle::new(system, streams),
                running: Running::new(if may_close { system.workers.len() } else { 0 }),
                counts: ActiveCounts::new(system.actions.len(), counts),
                joins: Slab::new(),
                cancel_requests: CancelRequests::new(),
            },
            workers: Workers {
                pool,
                capacities: system.workers.iter().map(|worker| &worker.capacity).collect(),
                detector: FailureDetector::new(system),
                places: Places::new(system, streams),
                scaling: Vec::new(),
                needs_of: Vec::new(),
                may_close,
                has_speeds: system.has_speeds(),
                changes: Slab::new(),
                breakdowns: Vec::new(),
            },
            waits: Waits::default(),
        };
        simulation.start_reasons();
        simulation.start_groups();
        simulation.enter_initial_rows();
        simulation.schedule_worker_changes(streams);
        simulation.schedule_cancels();
        simulation.start_sources();
        simulation
    }

    /// The instant of the last event.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The number of events so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The number of rows created so far.
    pub fn rows(&self) -> u64 {
        self.jobs.created
    }

    /// The observer.
    pub fn observer(&self) -> &O {
        &self.observer
    }

    /// The observer; the caller reads its results from here.
    pub fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    /// The claim policy.
    pub fn policy(&self) -> &P {
        &self.policy
    }

    /// The state as the policy sees it: for a worker that looks for a job, or where jobs are
    /// placed.
    pub fn view(&self, worker: Option<WorkerId>) -> SchedulingView<'_, P::Rank> {
        let known = (self.system, &self.jobs.lifecycle);
        SchedulingView::new(self.now, &self.queue.jobs, worker, known, &self.workers.pool, &self.workers.capacities)
    }

    /// All rows that wait or run, in no particular order.
    pub fn active_rows(&self) -> impl Iterator<Item = Candidate<'_>> {
        let running = self.jobs.running.iter().map(|(job, _)| job);
        self.queue.jobs.iter().chain(running).map(|job| self.candidate(job))
    }

    /// The instant of the next event; `None` when nothing more happens before the horizon.
    pub fn peek(&self) -> Option<Time> {
        match self.next_key() {
            _ if self.dispatch.is_due => Some(self.now),
            key if key >= self.stop => None,
            key => Some(Calendar::time_of(key)),
        }
    }

    /// Lets the next event happen; `false` if there is none.
    pub fn step(&mut self) -> bool {
        self.run_for(1)
    }

    /// Lets at most this number of events happen; `false` once none is left.
    pub fn run_for(&mut self, events: u64) -> bool {
        for _ in 0..events {
            let key = self.next_key();
            if self.dispatch.is_due && key > last_key_of(self.now, EventClass::Arrival) {
                self.dispatch_waiting();
                continue;
            }
            if key >= self.stop {
                return false;
            }
            self.events += 1;
            let now = Calendar::time_of(key);
            debug_assert!(now >= self.now, "time does not run backwards");
            if self.workers.pool.watch.has_changed && now > self.now {
                self.review_reasons();
            }
            self.now = now;
            if self.dispatch.timing.is_some() || !self.fire_pool(key) {
                self.happen(key);
            }
            if self.dispatch.stalled.is_woken {
                self.resume_stalled();
            }
        }
        true
    }

    /// Lets everything happen up to and including an instant.
    pub fn run_until(&mut self, until: Time) {
        while self.peek().is_some_and(|next| next <= until) {
            self.step();
        }
    }

    /// Gives the observer back, with the state as it stands.
    pub fn into_observer(self) -> O {
        self.observer
    }

    /// Runs to the horizon and reports the rows that are still there. Then runs on while the
    /// observer follows jobs, at most to the end of the cooldown, reports the rows that are still
    /// open, and gives the observer back.
    pub fn finish(mut self) -> O {
        while self.run_for(STRIDE) {}
        self.pass_horizon();
        while self.observer.is_following() && self.run_for(STRIDE) {}
        self.report_open_rows();
        self.observer
    }

    /// Once nothing more happens before the horizon: reports the rows that are still there. From
    /// then on [`Simulation::step`] goes on past the horizon.
    pub fn pass_horizon(&mut self) {
        self.report_at_horizon();
        self.stop = NO_EVENT;
    }

    fn report_at_horizon(&mut self) {
        self.review_reasons();
        let (horizon, system, lifecycle) = (self.system.window.horizon, self.system, &self.jobs.lifecycle);
        for job in self.queue.jobs.iter() {
            self.observer.on(horizon, &Event::StillWaiting { job, attempt: lifecycle.attempt(system, job) });
        }
        for (job, run) in self.jobs.running.iter() {
            self.observer.on(horizon, &Event::StillRunning { job, attempt: lifecycle.attempt(system, job), run });
        }
        for job in self.arrivals.pending_rows() {
            let attempt = lifecycle.attempt(system, job);
            if attempt.number > 1 {
                self.observer.on(horizon, &Event::StillAhead { job, attempt });
            }
        }
        self.observer.on(horizon, &Event::HorizonPassed { created: self.jobs.created });
    }

    fn report_open_rows(&mut self) {
        self.review_reasons();
        let (end, system, lifecycle) = (self.system.window.end(), self.system, &self.jobs.lifecycle);
        let waiting = self.queue.jobs.iter().map(|job| (job, None));
        let running = self.jobs.running.iter().map(|(job, run)| (job, Some(run)));
        let ahead = self.arrivals.pending_rows().map(|job| (job, None));
        for (job, run) in waiting.chain(running).chain(ahead) {
            self.observer.on(end, &Event::LeftOpen { job, attempt: lifecycle.attempt(system, job), run });
        }
    }

    #[inline(always)]
    fn next_key(&self) -> u128 {
        let next = self.calendar.peek();
        if self.dispatch.timing.is_some() { next } else { self.next_of_pools().min(next) }
    }

    #[cold]
    fn next_of_pools(&self) -> u128 {
        if let Claiming::Delayed { attempts, .. } = &self.dispatch.claiming {
            attempts.next_of_pools()
        } else {
            NO_EVENT
        }
    }

    /// Lets the event with that key, the calendar's next, happen.
    #[inline(always)]
    fn happen(&mut self, key: u128) {
        use EventClass::{
            Abandonment, Arrival, Cancel, Claim, Completion, Cron, Deadline, Scaling, Sweep, WorkerChange,
        };
        match self.calendar.take(key) {
            CalendarEvent::Source(source) => self.arrive(source),
            CalendarEvent::Slot(Completion | Deadline, slot) if self.jobs.running.is_plain(slot) => self.complete(slot),
            CalendarEvent::Slot(class @ (Completion | Deadline), slot) => self.continue_active(class, slot),
            CalendarEvent::Slot(WorkerChange, slot) => self.change_worker(slot),
            CalendarEvent::Slot(Sweep, _) => self.sweep_for_dead(),
            CalendarEvent::Slot(Cancel, index) => self.cancel(index),
            CalendarEvent::Slot(Cron | Arrival, slot) => match self.arrivals.pending.remove(slot) {
                Pending::Row { job, drawn } => self.release_with(job, drawn, true),
                Pending::Customer { customer, arrival } => self.customer_arrives(customer, arrival),
                Pending::Firing(firing) => self.run_missed_firing(firing),
                Pending::Cancelled => {}
            },
            CalendarEvent::Slot(Claim, worker) => {
                let Claiming::Delayed { attempts, .. } = &mut self.dispatch.claiming else {
                    return self.dispatch_waiting();
                };
                attempts.finish(worker);
                self.claim_attempt(WorkerId(worker as u32));
            }
            CalendarEvent::Slot(Abandonment, slot) => self.lose_patience(slot),
            CalendarEvent::Slot(Scaling, group) => self.scale(group),
        }
    }

    /// A job as the policy sees it.
    #[inline(always)]
    fn candidate<'b>(&'b self, job: &'b Job) -> Candidate<'b> {
        Candidate::new(job, self.system, &self.jobs.lifecycle)
    }

    /// A job's place in policy order.
    #[inline(always)]
    fn queue_key(&self, job: &Job) -> QueueKey<P::Rank> {
        QueueKey::of(self.policy.rank(&self.candidate(job)), job)
    }

    /// Whether the policy is an order: the first job in it that fits goes next, always.
    #[inline(always)]
    fn has_priority_order(&self) -> bool {
        self.policy.kind() == PolicyKind::PriorityOrder
    }

    /// Reports an event of a job to a policy that selects or reserves. Call it only for such a
    /// policy.
    #[inline(never)]
    fn notify_policy(&mut self, job: &Job, event: impl for<'c> FnOnce(Candidate<'c>) -> SchedulerEvent<'c>) {
        let candidate = Candidate::new(job, self.system, &self.jobs.lifecycle);
        self.policy.on_event(self.now, &event(candidate));
        self.dispatch.stalled.wake();
    }

    /// Whether nothing else can happen at this instant before waiting jobs are dispatched, and all
    /// of them have been offered before: then no waiting job fits anywhere, unless through the
    /// event that happens just now.
    #[inline(always)]
    fn is_settled(&self) -> bool {
        match self.dispatch.timing {
            Some(DispatchTiming::Instant) => !self.dispatch.is_due && !self.calendar.has_more_at(self.now),
            Some(DispatchTiming::Event) => !self.dispatch.is_due,
            None => false,
        }
    }
}
