//! The kernel: takes the next event, lets it happen, and lets waiting jobs be claimed.

mod arrivals;
mod claims;
mod ends;

use slab::Slab;

use crate::engine::arrival::{Arrival, ArrivalProcess};
use crate::engine::calendar::{Calendar, Class, Event, NOTHING, end_of};
use crate::engine::life::{Customer, Life};
use crate::engine::observer::Observer;
use crate::engine::placement::Placer;
use crate::engine::policy::ClaimPolicy;
use crate::engine::pool::Pool;
use crate::engine::race::Race;
use crate::engine::running::Running;
use crate::engine::system::{ClaimRule, System};
use crate::engine::waiting::Waiting;
use crate::model::capacity::NeedId;
use crate::model::claim::Pass;
use crate::model::job::Job;
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
    sources: Vec<A>,
    /// By source: its next arrival, whose instant is in the calendar.
    arrivals: Vec<Arrival>,
    observer: O,
    now: Time,
    events: u64,
    calendar: Calendar,
    waiting: Waiting<P>,
    pool: Pool,
    life: Life,
    running: Running,
    coming: Slab<Coming>,
    patience: Slab<(NeedId, P::Order)>,
    /// Rows that fell due at this instant and found the queue full.
    newcomers: Vec<(NeedId, P::Order)>,
    rule: Rule,
    rows: u64,
    counts: Vec<Active>,
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
            arrivals: Vec::with_capacity(sources.len()),
            calendar: Calendar::new(system.window.horizon),
            sources,
            observer,
            now: Time::ZERO,
            events: 0,
            waiting: Waiting::new(policy, system.needs.len()),
            pool,
            life: Life::new(system, streams),
            running: Running::default(),
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
    pub fn step(&mut self) -> bool {
        self.run_for(1)
    }

    /// Lets at most so many events happen; `false` once there is none left.
    pub fn run_for(&mut self, events: u64) -> bool {
        for _ in 0..events {
            let key = self.next_key();
            if self.offers_due() && key > end_of(self.now, Class::Arrival) {
                self.offer();
                continue;
            }
            if key == NOTHING {
                return false;
            }
            self.events += 1;
            let now = Calendar::time_of(key);
            debug_assert!(now >= self.now, "time does not run backwards");
            self.now = now;
            match &mut self.rule {
                Rule::Delayed(race) if key == race.next_of_crowds() => {
                    if let Some(worker) = race.fire_crowd(key, now, &self.pool, self.waiting.mask()) {
                        self.attempt(worker);
                    }
                }
                _ => self.happen(key),
            }
        }
        true
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
        for (job, run) in self.running.iter() {
            self.observer.still_running(horizon, job, run);
        }
        self.observer
    }

    #[inline(always)]
    fn next_key(&self) -> u128 {
        match &self.rule {
            Rule::Instant { .. } => self.calendar.peek(),
            Rule::Delayed(race) => self.calendar.peek().min(race.next_of_crowds()),
        }
    }

    /// Whether nothing else can happen at this instant before waiting jobs are offered, and everything has been offered
    /// before: then no waiting job fits anywhere but for what has just happened.
    #[inline(always)]
    fn is_settled(&self) -> bool {
        match self.rule {
            Rule::Instant { due: false, pass: Pass::Instant, .. } => !self.calendar.has_more_at(self.now),
            Rule::Instant { due, .. } => !due,
            Rule::Delayed(_) => false,
        }
    }

    #[inline(always)]
    fn offers_due(&self) -> bool {
        matches!(self.rule, Rule::Instant { due: true, .. })
    }

    /// Lets the event with that key happen, which is the calendar's next.
    #[inline(always)]
    fn happen(&mut self, key: u128) {
        match self.calendar.take(key) {
            Event::OfSource(source) => self.arrive(source),
            Event::Of(Class::Completion | Class::Deadline, slot) => self.complete(slot),
            Event::Of(Class::Cron | Class::Arrival, slot) => match self.coming.remove(slot) {
                Coming::Row { job, patience } => self.fall_due(job, patience, true),
                Coming::Customer { customer, arrival } => self.arrive_for(customer, arrival),
            },
            Event::Of(Class::Claim, worker) => {
                if let Rule::Delayed(race) = &mut self.rule {
                    race.fire(worker);
                }
                self.attempt(WorkerId(worker as u32));
            }
            Event::Of(Class::Abandonment, slot) => self.lose_patience(slot),
        }
    }
}
