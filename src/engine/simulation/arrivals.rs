//! How rows come to be: initial rows, sources, customers; and how they fall due.

use super::{Coming, Rule, Simulation};
use crate::engine::arrival::{Arrival, ArrivalProcess, Given, Overlap};
use crate::engine::calendar::Class;
use crate::engine::life::{Customer, Draft, Origin};
use crate::engine::observer::Observer;
use crate::engine::policy::ClaimPolicy;
use crate::engine::system::InitialState;
use crate::model::action::ActionId;
use crate::model::claim::Pass;
use crate::model::job::{Ending, Job, JobId};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    pub(super) fn enter_initial_rows(&mut self) {
        for row in &self.system.initial {
            let given =
                Given { need: Some(row.need), deadline: row.deadline, retries: row.retries_left, ..Given::default() };
            let origin = Origin { action: row.action, given: Some(&given), customer: None };
            let draft = self.life.draw(self.system, row.action, Some(&given));
            let job = self.number(origin, &draft, row.scheduled_at);
            match row.state {
                InitialState::Waiting => self.announce(job, draft.patience),
                InitialState::Running(worker) => self.run_initial(job, worker),
            }
        }
    }

    fn run_initial(&mut self, job: Job, worker: WorkerId) {
        self.observer.due(self.now, &job, self.life.attempt(self.system, &job));
        self.start(job, worker);
        self.pool.note_taken(worker, job.need);
        self.review(worker);
    }

    pub(super) fn start_sources(&mut self) {
        for source in 0..self.sources.len() {
            self.arrivals.push(Arrival::single(Time::NEVER, ActionId(0)));
            self.schedule_next_of(source);
            for customer in 0..self.sources[source].population() {
                self.send_off(Customer { source: source as u32, number: customer, cycle: 0 });
            }
        }
    }

    #[inline(always)]
    pub(super) fn schedule_next_of(&mut self, source: usize) {
        let process = &mut self.sources[source];
        if let Some(Arrival { at, action, count }) = process.next() {
            let class = if process.is_cron() { Class::Cron } else { Class::Arrival };
            self.calendar.schedule_source(at, class, source);
            let coming = &mut self.arrivals[source];
            (coming.action, coming.count) = (action, count);
        }
    }

    /// A customer of a closed source goes away to think.
    pub(super) fn send_off(&mut self, customer: Customer) {
        let process = &mut self.sources[customer.source as usize];
        if let Some(arrival) = process.cycle(customer.number, customer.cycle, self.now) {
            let slot = self.coming.insert(Coming::Customer { customer, arrival });
            self.calendar.schedule(arrival.at, Class::Arrival, slot);
        }
    }

    #[inline(always)]
    pub(super) fn arrive(&mut self, source: usize) {
        let Arrival { action, count, .. } = self.arrivals[source];
        let given = self.sources[source].given().copied();
        let origin = Origin { action, given: given.as_ref(), customer: None };
        self.schedule_next_of(source);
        for _ in 0..count {
            let draft = self.life.draw(self.system, action, origin.given);
            if self.is_skipped(source, action) {
                self.observer.skipped(self.now, action);
            } else {
                let job = self.number(origin, &draft, self.now);
                self.fall_due(job, draft.patience, count == 1);
            }
        }
    }

    pub(super) fn arrive_for(&mut self, customer: Customer, arrival: Arrival) {
        let origin = Origin { action: arrival.action, given: None, customer: Some(customer) };
        let draft = self.life.draw_for(self.system, arrival.action, customer);
        let job = self.number(origin, &draft, self.now);
        self.fall_due(job, draft.patience, true);
    }

    #[inline]
    pub(super) fn is_skipped(&self, source: usize, action: ActionId) -> bool {
        let active = || &self.counts[usize::from(action.0)];
        match self.sources[source].overlap() {
            Overlap::Enqueue => false,
            Overlap::SkipIfWaiting => active().waiting > 0,
            Overlap::SkipIfActive => active().waiting + active().running > 0,
        }
    }

    /// Makes a row of a draft, with the next number.
    #[inline]
    pub(super) fn number(&mut self, origin: Origin, draft: &Draft, scheduled_at: Time) -> Job {
        let id = JobId(self.rows);
        self.rows += 1;
        self.life.first(self.system, origin, draft, id, scheduled_at)
    }

    /// Lets a row fall due at its `scheduled_at`, or now if that is past.
    pub(super) fn announce(&mut self, job: Job, patience: Option<Span>) {
        let slot = self.coming.insert(Coming::Row { job, patience });
        self.calendar.schedule(job.scheduled_at.max(self.now), Class::Arrival, slot);
    }

    /// Turns a row away that has just fallen due. In a box: a job that is ever handed on by its address is built in memory and
    /// read back before the writes have left the core, and that in every event.
    #[cold]
    #[allow(clippy::needless_pass_by_value, reason = "that is the point")]
    fn reject(&mut self, job: Box<Job>) {
        self.leave(&job, Ending::Rejected);
    }

    /// A row falls due, `alone` or as one of a batch.
    #[inline(always)]
    pub(super) fn fall_due(&mut self, job: Job, patience: Option<Span>, alone: bool) {
        self.observer.due(self.now, &job, self.life.attempt(self.system, &job));
        // The other waiting jobs do not fit anywhere, so this one need not queue up with them to be offered.
        let is_offered = alone && self.is_settled();
        if is_offered && self.start_at_once(&job) {
            return;
        }
        let full = self.system.queue_limit.is_some_and(|limit| self.waiting.count() >= limit);
        if full && matches!(self.rule, Rule::Delayed(_)) {
            return self.reject(Box::new(job));
        }
        if let Some(patience) = patience {
            let slot = self.patience.insert((job.need, self.waiting.order(&job)));
            self.calendar.schedule(self.now + patience, Class::Abandonment, slot);
        }
        self.counts[usize::from(job.action.0)].waiting += 1;
        let only = self.waiting.push(job);
        match &mut self.rule {
            Rule::Instant { .. } if is_offered && !full => {}
            Rule::Instant { pass, due, .. } => {
                *due = true;
                if full {
                    self.newcomers.push((job.need, self.waiting.order(&job)));
                }
                if *pass == Pass::Event {
                    self.offer();
                }
            }
            Rule::Delayed(race) if only => {
                let need = usize::from(job.need.0);
                race.need_waits(self.now, need, &self.pool, self.waiting.mask(), &mut self.calendar);
            }
            Rule::Delayed(_) => {}
        }
    }
}
