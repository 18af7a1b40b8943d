//! The kernel: takes the next event, lets it happen, and lets waiting jobs be claimed.

use slab::Slab;

use super::arrival::{Arrival, ArrivalProcess, Given, Overlap};
use super::calendar::{Calendar, Class, Event, NOTHING, Subject, end_of};
use super::life::{Customer, Draft, Life};
use super::observer::{Observer, Run};
use super::placement::Placer;
use super::policy::ClaimPolicy;
use super::pool::Pool;
use super::race::Race;
use super::system::{ClaimRule, InitialRow, InitialState, System};
use super::waiting::Waiting;
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::claim::{Batch, Pass};
use crate::model::job::{Ending, Job, JobId};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::random::stream::Streams;

/// One replication under way.
///
/// It is a pure function of (system, policy, sources, streams): [`Simulation::step`] lets one event happen,
/// [`Simulation::run_until`] all up to an instant, [`Simulation::finish`] the rest.
#[derive(Debug)]
pub struct Simulation<'a, P: ClaimPolicy, A, O> {
    system: &'a System,
    policy: P,
    sources: Vec<A>,
    /// By source: its next arrival, whose instant is in the calendar.
    arrivals: Vec<Arrival>,
    observer: O,
    now: Time,
    events: u64,
    calendar: Calendar,
    waiting: Waiting,
    pool: Pool,
    life: Life,
    running: Slab<Running>,
    coming: Slab<Coming>,
    patience: Slab<(NeedId, P::Order)>,
    /// Rows that fell due at this instant and found the queue full.
    newcomers: Vec<(NeedId, P::Order)>,
    rule: Rule,
    rows: u64,
    counts: Vec<Active>,
}

/// A claimed row.
#[derive(Clone, Copy, Debug)]
struct Running {
    job: Job,
    run: Run,
}

/// What falls due at a known instant: a row that is there already, or a customer's next job.
#[derive(Clone, Copy, Debug)]
enum Coming {
    Row { job: Job, patience: Option<Span> },
    Customer { customer: Customer, arrival: Arrival },
}

/// How many rows of an action wait and run.
#[derive(Clone, Copy, Debug, Default)]
struct Active {
    waiting: u64,
    running: u64,
}

#[derive(Debug)]
enum Rule {
    Instant { placer: Placer, pass: Pass, due: bool },
    Delayed(Race),
}

impl<'a, P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'a, P, A, O> {
    /// A replication at instant 0: initial rows run or are about to fall due, each source knows its first arrival.
    pub fn new(system: &'a System, policy: P, sources: Vec<A>, streams: &Streams, observer: O) -> Self {
        let pool = Pool::new(system);
        let rule = match &system.claim {
            ClaimRule::Instant { placement, pass } => {
                let placer = Placer::new(*placement, system, &pool, streams);
                Rule::Instant { placer, pass: *pass, due: false }
            }
            ClaimRule::Delayed { delay, batch } => Rule::Delayed(Race::new(system, &pool, delay, *batch, streams)),
        };
        let mut simulation = Simulation {
            system,
            policy,
            arrivals: Vec::with_capacity(sources.len()),
            sources,
            observer,
            now: Time::ZERO,
            events: 0,
            calendar: Calendar::new(system.window.horizon),
            waiting: Waiting::new(system.needs.len()),
            pool,
            life: Life::new(system, streams),
            running: Slab::new(),
            coming: Slab::new(),
            patience: Slab::new(),
            newcomers: Vec::new(),
            rule,
            rows: 0,
            counts: vec![Active::default(); system.actions.len()],
        };
        simulation.enter_initial_rows();
        simulation.start_sources();
        simulation
    }

    /// The instant of the last event.
    pub fn now(&self) -> Time {
        self.now
    }

    /// How many events have happened.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How many rows there have been, whatever became of them.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The instant of the next event; `None` when nothing more happens before the horizon.
    pub fn peek(&self) -> Option<Time> {
        match self.next_key() {
            _ if self.offers_due() => Some(self.now),
            NOTHING => None,
            key => Some(Calendar::time_of(key)),
        }
    }

    /// Lets the next event happen; `false` if there is none.
    #[inline]
    pub fn step(&mut self) -> bool {
        let key = self.next_key();
        if self.offers_due() && key > end_of(self.now, Class::Arrival) {
            self.offer();
            return true;
        }
        if key == NOTHING {
            return false;
        }
        self.events += 1;
        if let Rule::Delayed(race) = &mut self.rule
            && key == race.next_of_crowds()
        {
            self.now = Calendar::time_of(key);
            let worker = race.fire_crowd(key, self.now);
            self.attempt(worker);
        } else {
            let event = self.calendar.take(key);
            debug_assert!(event.time >= self.now, "time does not run backwards");
            self.now = event.time;
            self.happen(event);
        }
        true
    }

    /// Lets at most so many events happen; `false` once there is none left.
    pub fn run_for(&mut self, events: u64) -> bool {
        (0..events).all(|_| self.step())
    }

    /// Lets everything happen up to and with an instant.
    pub fn run_until(&mut self, until: Time) {
        while self.peek().is_some_and(|next| next <= until) {
            self.step();
        }
    }

    /// Runs to the horizon, tells the observer what is still there, and gives it back.
    pub fn finish(mut self) -> O {
        while self.step() {}
        let horizon = self.system.window.horizon;
        for job in self.waiting.iter() {
            self.observer.still_waiting(horizon, job);
        }
        for (_, running) in &self.running {
            self.observer.still_running(horizon, &running.job, running.run);
        }
        self.observer
    }

    #[inline]
    fn next_key(&self) -> u128 {
        match &self.rule {
            Rule::Instant { .. } => self.calendar.peek(),
            Rule::Delayed(race) => self.calendar.peek().min(race.next_of_crowds()),
        }
    }

    #[inline]
    fn offers_due(&self) -> bool {
        matches!(self.rule, Rule::Instant { due: true, .. })
    }

    #[inline]
    fn happen(&mut self, event: Event) {
        match (event.class, event.subject) {
            (Class::Completion | Class::Deadline, Subject::Slot(slot)) => self.complete(slot),
            (Class::Cron | Class::Arrival, Subject::Source(source)) => self.arrive(source),
            (Class::Cron | Class::Arrival, Subject::Slot(slot)) => match self.coming.remove(slot) {
                Coming::Row { job, patience } => self.fall_due(job, patience),
                Coming::Customer { customer, arrival } => self.arrive_for(customer, arrival),
            },
            (Class::Claim, Subject::Slot(worker)) => {
                if let Rule::Delayed(race) = &mut self.rule {
                    race.fire(worker);
                }
                self.attempt(WorkerId(worker as u32));
            }
            (Class::Abandonment, Subject::Slot(slot)) => self.lose_patience(slot),
            (class, subject @ Subject::Source(_)) => unreachable!("{subject:?} has no events of {class:?}"),
        }
    }

    // ---- arrivals ----

    fn enter_initial_rows(&mut self) {
        for row in &self.system.initial {
            let given =
                Given { need: Some(row.need), deadline: row.deadline, retries: row.retries_left, ..Given::default() };
            let draft = self.life.draw(self.system, row.action, given);
            let job = self.number(&draft, row.scheduled_at);
            match row.state {
                InitialState::Waiting => self.announce(job, draft.patience),
                InitialState::Running(worker) => self.run_initial(row, job, worker),
            }
        }
    }

    fn run_initial(&mut self, row: &InitialRow, job: Job, worker: WorkerId) {
        debug_assert!(matches!(row.state, InitialState::Running(_)));
        self.observer.due(self.now, &job, self.life.attempt(self.system, &job));
        self.start(job, worker);
    }

    fn start_sources(&mut self) {
        for source in 0..self.sources.len() {
            self.arrivals.push(Arrival::single(Time::NEVER, ActionId(0)));
            self.schedule_next_of(source);
            for customer in 0..self.sources[source].population() {
                self.send_off(Customer { source: source as u32, number: customer, cycle: 0 });
            }
        }
    }

    #[inline]
    fn schedule_next_of(&mut self, source: usize) {
        let process = &mut self.sources[source];
        if let Some(arrival) = process.next() {
            let class = if process.is_cron() { Class::Cron } else { Class::Arrival };
            self.calendar.schedule_source(arrival.at, class, source);
            self.arrivals[source] = arrival;
        }
    }

    /// A customer of a closed source goes away to think.
    fn send_off(&mut self, customer: Customer) {
        let process = &mut self.sources[customer.source as usize];
        if let Some(arrival) = process.cycle(customer.number, customer.cycle, self.now) {
            let slot = self.coming.insert(Coming::Customer { customer, arrival });
            self.calendar.schedule(arrival.at, Class::Arrival, slot);
        }
    }

    #[inline]
    fn arrive(&mut self, source: usize) {
        let Arrival { action, count, given, .. } = self.arrivals[source];
        self.schedule_next_of(source);
        for _ in 0..count {
            let draft = self.life.draw(self.system, action, given);
            if self.is_skipped(source, action) {
                self.observer.skipped(self.now, action);
            } else {
                let job = self.number(&draft, self.now);
                self.fall_due(job, draft.patience);
            }
        }
    }

    fn arrive_for(&mut self, customer: Customer, arrival: Arrival) {
        let draft = self.life.draw_for(self.system, arrival.action, arrival.given, customer);
        let job = self.number(&draft, self.now);
        self.fall_due(job, draft.patience);
    }

    #[inline]
    fn is_skipped(&self, source: usize, action: ActionId) -> bool {
        let active = self.counts[usize::from(action.0)];
        match self.sources[source].overlap() {
            Overlap::Enqueue => false,
            Overlap::SkipIfWaiting => active.waiting > 0,
            Overlap::SkipIfActive => active.waiting + active.running > 0,
        }
    }

    /// Makes a row of a draft, with the next number.
    #[inline]
    fn number(&mut self, draft: &Draft, scheduled_at: Time) -> Job {
        let id = JobId(self.rows);
        self.rows += 1;
        self.life.first(self.system, draft, id, scheduled_at)
    }

    /// Lets a row fall due at its `scheduled_at`, or now if that is past.
    fn announce(&mut self, job: Job, patience: Option<Span>) {
        let slot = self.coming.insert(Coming::Row { job, patience });
        self.calendar.schedule(job.scheduled_at.max(self.now), Class::Arrival, slot);
    }

    #[inline]
    fn fall_due(&mut self, job: Job, patience: Option<Span>) {
        self.observer.due(self.now, &job, self.life.attempt(self.system, &job));
        let full = self.system.queue_limit.is_some_and(|limit| self.waiting.len() >= limit);
        if full && matches!(self.rule, Rule::Delayed(_)) {
            return self.leave(&job, Ending::Rejected);
        }
        if let Some(patience) = patience {
            let slot = self.patience.insert((job.need, self.policy.order(&job)));
            self.calendar.schedule(self.now + patience, Class::Abandonment, slot);
        }
        self.counts[usize::from(job.action.0)].waiting += 1;
        let only = self.waiting.push(&self.policy, job);
        match &mut self.rule {
            Rule::Instant { pass, due, .. } => {
                *due = true;
                if full {
                    self.newcomers.push((job.need, self.policy.order(&job)));
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

    // ---- claims ----

    /// Offers the waiting jobs in policy order, each to a worker that fits (instant claiming).
    fn offer(&mut self) {
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
    fn attempt(&mut self, worker: WorkerId) {
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
    fn first_of(&self, set: impl Fn(usize) -> u64) -> Option<usize> {
        let mut best: Option<(P::Order, usize)> = None;
        for (word, waiting) in self.waiting.mask().iter().enumerate() {
            for bit in super::bits::ones_of(waiting & set(word)) {
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

    #[inline]
    fn claim(&mut self, job: Job, worker: WorkerId) {
        self.counts[usize::from(job.action.0)].waiting -= 1;
        self.start(job, worker);
    }

    #[inline]
    fn start(&mut self, job: Job, worker: WorkerId) {
        self.observer.claimed(self.now, &job, worker);
        self.counts[usize::from(job.action.0)].running += 1;
        self.change_room(worker, |pool| pool.take(worker, job.need));
        let class = if job.fate == Ending::DeadlineMissed { Class::Deadline } else { Class::Completion };
        let end = self.now + self.life.runs_for(self.system, &job);
        let slot = self.running.insert(Running { job, run: Run { worker, claimed_at: self.now } });
        self.calendar.schedule(end, class, slot);
    }

    #[inline]
    fn change_room(&mut self, worker: WorkerId, change: impl FnOnce(&mut Pool)) {
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
    fn review(&mut self, worker: WorkerId) {
        if let Rule::Delayed(race) = &mut self.rule {
            race.review(self.now, worker, &self.pool, self.waiting.mask(), &mut self.calendar);
        }
    }

    /// Tells the race when the last job with a need has gone.
    #[inline]
    fn note_gone(&mut self, need: usize) {
        if let Rule::Delayed(race) = &mut self.rule
            && self.waiting.head(need).is_none()
        {
            race.need_gone(self.now, need, self.waiting.mask());
        }
    }

    // ---- ends ----

    #[inline]
    fn complete(&mut self, slot: usize) {
        let Running { job, run } = self.running.remove(slot);
        self.counts[usize::from(job.action.0)].running -= 1;
        self.change_room(run.worker, |pool| pool.give_back(run.worker, job.need));
        let attempt = self.life.attempt(self.system, &job);
        let retry = match job.fate {
            Ending::Done => None,
            _ => self.life.retry(self.system, &job, self.now, JobId(self.rows)),
        };
        self.observer.ended(self.now, &job, attempt, run, job.fate, retry.is_none());
        if let Some((row, patience)) = retry {
            self.rows += 1;
            self.announce(row, patience);
        } else {
            self.end_chain(&job);
        }
        match &mut self.rule {
            Rule::Instant { pass: Pass::Event, .. } => self.offer(),
            Rule::Instant { due, .. } => *due = true,
            Rule::Delayed(_) => self.review(run.worker),
        }
    }

    /// A chain has ended: a customer that waited for it goes away to think.
    #[inline]
    fn end_chain(&mut self, job: &Job) {
        if let Some(customer) = self.life.forget(job) {
            self.send_off(Customer { cycle: customer.cycle + 1, ..customer });
        }
    }

    fn leave(&mut self, job: &Job, ending: Ending) {
        self.observer.left(self.now, job, ending);
        self.end_chain(job);
    }

    fn lose_patience(&mut self, slot: usize) {
        let (need, order) = self.patience.remove(slot);
        self.take_away(need, order, Ending::Abandoned);
    }

    /// Rows that fell due at this instant, found the queue full and could not start are turned away, the newest first.
    fn turn_away(&mut self) {
        let limit = self.system.queue_limit.unwrap_or(u64::MAX);
        while let Some((need, order)) = self.newcomers.pop() {
            if self.waiting.len() > limit {
                self.take_away(need, order, Ending::Rejected);
            }
        }
    }

    /// Takes a row out of the waiting ones, if it is still there.
    fn take_away(&mut self, need: NeedId, order: P::Order, ending: Ending) {
        if let Some(job) = self.waiting.remove(&self.policy, need, order) {
            self.counts[usize::from(job.action.0)].waiting -= 1;
            self.note_gone(usize::from(need.0));
            self.leave(&job, ending);
        }
    }
}
