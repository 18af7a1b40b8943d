//! How rows come to be: initial rows, sources, customers; and how they fall due.

use super::{Coming, MissedFiring, NewsOf, Rule, Simulation, SourceState};
use crate::arrival::{Arrival, ArrivalProcess, Given, Missed, Overlap};
use crate::calendar::Class;
use crate::draws::{Draft, Luck};
use crate::life::{Customer, Heirs, Origin};
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::claim::Pass;
use crate::model::job::{Ending, Job, JobId};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::observer::Observer;
use crate::policy::ClaimPolicy;
use crate::system::InitialState;

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// All rows are numbered before those that run are put to work.
    pub(super) fn enter_initial_rows(&mut self) {
        let mut running = Vec::new();
        for row in &self.system.initial {
            let given = Given {
                need: Some(row.need),
                deadline: row.deadline,
                stop_timeout: row.stop_timeout,
                retries: row.retries_left,
                ..Given::default()
            };
            let origin = Origin { action: row.action, given: Some(&given), heirs: Heirs::default() };
            let mut draft = self.life.draw(self.system, row.action, Some(&given));
            if row.state != InitialState::Waiting {
                // Its children have been started, and are rows of their own.
                draft.luck.children = 0;
            }
            if let InitialState::CancelRequested(_) = row.state {
                // How long it has been stopping is not known: it is asked again.
                draft.luck.cancel = Some(Span::ZERO);
            }
            let job = self.number(origin, &draft, row.scheduled_at);
            match row.state.worker() {
                None => self.announce(job, draft.luck),
                Some(worker) => running.push((job, draft.luck, worker)),
            }
        }
        for (job, luck, worker) in running {
            self.run_initial(job, luck, worker);
        }
    }

    fn run_initial(&mut self, job: Job, luck: Luck, worker: WorkerId) {
        self.observer.due(self.now, &job, self.life.attempt(self.system, &job));
        self.request_cancel(&job, luck);
        self.start(job, worker);
        self.pool.note_taken(worker, job.need);
        self.review(worker);
    }

    pub(super) fn start_sources(&mut self) {
        for source in 0..self.sources.len() {
            self.schedule_next_of(source);
            for customer in 0..self.sources[source].process.population() {
                self.send_off(Customer { source: source as u32, number: customer, cycle: 0 });
            }
        }
    }

    #[inline(always)]
    fn schedule_next_of(&mut self, source: usize) {
        let state = &mut self.sources[source];
        if let Some(Arrival { at, action, count }) = state.process.next() {
            (state.action, state.count) = (action, count);
            self.calendar.schedule_source(at, state.class, source);
        }
    }

    /// A customer of a closed source goes away to think.
    pub(super) fn send_off(&mut self, customer: Customer) {
        let process = &mut self.sources[customer.source as usize].process;
        if let Some(arrival) = process.cycle(customer.number, customer.cycle, self.now) {
            let slot = self.coming.insert(Coming::Customer { customer, arrival });
            self.calendar.schedule(arrival.at, Class::Arrival, slot);
        }
    }

    #[inline(always)]
    pub(super) fn arrive(&mut self, source: usize) {
        let SourceState { action, count, is_bare, .. } = self.sources[source];
        if !is_bare || count != 1 {
            return self.arrive_any(source);
        }
        self.schedule_next_of(source);
        // Nearly all arrivals: nothing is to be known of the job but how long it runs.
        match self.life.plain(action, JobId(self.rows), self.now) {
            Some(job) => {
                self.rows += 1;
                self.tell_created(&job, Given::default());
                self.fall_due(job, true);
            }
            None => self.make_jobs(source, Origin { action, given: None, heirs: Heirs::default() }, count),
        }
    }

    #[cold]
    fn arrive_any(&mut self, source: usize) {
        let SourceState { action, count, .. } = self.sources[source];
        let given = self.sources[source].process.given().copied();
        self.schedule_next_of(source);
        self.make_jobs(source, Origin { action, given: given.as_ref(), heirs: Heirs::default() }, count);
    }

    /// Makes the jobs of an arrival.
    #[cold]
    fn make_jobs(&mut self, source: usize, origin: Origin, count: u64) {
        let action = origin.action;
        for _ in 0..count {
            let draft = self.life.draw(self.system, action, origin.given);
            if self.has_outages && self.is_missed(source) {
                self.miss(MissedFiring { source, action, at: self.now, draft });
            } else if self.is_skipped(source, action) {
                self.observer.skipped(self.now, action);
            } else {
                self.observer.coming_from(source);
                let job = self.number(origin, &draft, self.now);
                self.fall_due_with(job, draft.luck, count == 1);
            }
        }
    }

    #[cold]
    pub(super) fn arrive_for(&mut self, customer: Customer, arrival: Arrival) {
        let heirs = Heirs { customer: Some(customer), join: None };
        let origin = Origin { action: arrival.action, given: None, heirs };
        let draft = self.life.draw_for(self.system, arrival.action, customer);
        let job = self.number(origin, &draft, self.now);
        self.fall_due_with(job, draft.luck, true);
    }

    /// Whether a source's arrival is a firing that nobody is there for.
    #[cold]
    fn is_missed(&self, source: usize) -> bool {
        self.sources[source].process.is_cron() && !self.vigil.is_anybody_alive()
    }

    /// Nobody fires a cron: keeps the firing in mind if it is to be made up for.
    fn miss(&mut self, firing: MissedFiring) {
        let missed = self.sources[firing.source].process.missed();
        if missed == Missed::Once {
            let kept = self.missed.len();
            self.missed.retain(|other| other.source != firing.source);
            if self.missed.len() < kept {
                self.observer.skipped(self.now, firing.action);
            }
        }
        if missed == Missed::Skip {
            self.observer.skipped(self.now, firing.action);
        } else {
            self.missed.push(firing);
        }
    }

    /// A worker is back, and makes up for the firings that were missed.
    pub(super) fn make_up_for_missed(&mut self) {
        for firing in std::mem::take(&mut self.missed) {
            let slot = self.coming.insert(Coming::Firing(firing));
            self.calendar.schedule(self.now, Class::Cron, slot);
        }
    }

    /// A firing is made up for.
    #[cold]
    pub(super) fn make_up(&mut self, firing: MissedFiring) {
        let MissedFiring { source, action, at, draft } = firing;
        if self.is_skipped(source, action) {
            return self.observer.skipped(self.now, action);
        }
        let given = self.sources[source].process.given().copied();
        let origin = Origin { action, given: given.as_ref(), heirs: Heirs::default() };
        self.observer.coming_from(source);
        let job = self.number(origin, &draft, at);
        self.fall_due_with(job, draft.luck, true);
    }

    pub(super) fn is_skipped(&self, source: usize, action: ActionId) -> bool {
        match self.sources[source].process.overlap() {
            Overlap::Enqueue => false,
            Overlap::SkipIfWaiting => self.census.anybody_waits(action),
            Overlap::SkipIfActive => self.census.is_anybody_there(action),
        }
    }

    /// Makes a row of a draft, with the next number.
    pub(super) fn number(&mut self, origin: Origin, draft: &Draft, scheduled_at: Time) -> Job {
        let id = JobId(self.rows);
        self.rows += 1;
        let job = self.life.first(self.system, origin, draft, id, scheduled_at);
        self.tell_created(&job, origin.given.copied().unwrap_or_default());
        job
    }

    #[inline(always)]
    fn tell_created(&mut self, job: &Job, given: Given) {
        self.observer.created(self.now, job, self.life.attempt(self.system, job), given);
    }

    /// Lets a row fall due at its `scheduled_at`, or now if that is past.
    pub(super) fn announce(&mut self, job: Job, luck: Luck) {
        let slot = self.coming.insert(Coming::Row { job, luck });
        self.calendar.schedule(job.scheduled_at.max(self.now), Class::Arrival, slot);
    }

    /// Turns a row away that has just fallen due. In a box: a job that is ever handed on by its address is built in memory and
    /// read back before the writes have left the core, and that in every event.
    #[cold]
    #[allow(clippy::needless_pass_by_value, reason = "that is the point")]
    fn reject(&mut self, job: Box<Job>) {
        self.leave(&job, Ending::Rejected);
    }

    /// A row falls due, `alone` or as one of a batch, that may lose its patience or be asked to cancel.
    #[cold]
    pub(super) fn fall_due_with(&mut self, job: Job, luck: Luck, alone: bool) {
        self.observer.due(self.now, &job, self.life.attempt(self.system, &job));
        if luck.cancel.is_some() {
            self.request_cancel(&job, luck);
        }
        self.offer_or_wait(job, luck.patience, alone);
    }

    /// A row falls due, `alone` or as one of a batch, of which nothing was drawn beside its service time.
    #[inline(always)]
    fn fall_due(&mut self, job: Job, alone: bool) {
        self.observer.due(self.now, &job, self.life.attempt(self.system, &job));
        self.offer_or_wait(job, None, alone);
    }

    /// A row that has just fallen due is claimed at once, waits, or is turned away.
    #[inline(always)]
    fn offer_or_wait(&mut self, job: Job, patience: Option<Span>, alone: bool) {
        // The other waiting jobs do not fit anywhere, so this one need not queue up with them to be offered.
        let is_offered = alone && self.is_settled() && self.is_ranked();
        if is_offered && self.start_at_once(&job) {
            return;
        }
        let full = self.system.queue_limit.is_some_and(|limit| self.waiting.count() >= limit);
        if full && self.pass.is_none() {
            return self.reject(Box::new(job));
        }
        let turn = self.turn(&job);
        if let Some(patience) = patience {
            let slot = self.patience.insert((job.need, turn));
            self.calendar.schedule(self.now + patience, Class::Abandonment, slot);
        }
        self.census.change(job.action, 1, 0);
        if !self.is_ranked() {
            self.tell_policy(&job, NewsOf::Waiting);
        }
        let only = self.waiting.push(job, turn.rank);
        match self.pass {
            Some(_) if is_offered && !full => {}
            Some(pass) => {
                self.offer_due = true;
                if full {
                    self.newcomers.push((job.need, turn));
                }
                if pass == Pass::Event {
                    self.offer();
                }
            }
            None if only => self.race_for(job.need),
            None => {}
        }
    }

    /// The first job with this need waits: workers with room for it start an attempt.
    #[cold]
    fn race_for(&mut self, need: NeedId) {
        if let Rule::Delayed(race) = &mut self.rule {
            race.need_waits(self.now, usize::from(need.0), &self.pool, self.waiting.mask(), &mut self.calendar);
        }
    }
}
