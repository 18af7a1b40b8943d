//! The kernel: takes the next event, lets it happen, and lets waiting jobs be claimed.

mod arrivals;
mod cancels;
mod children;
mod claims;
mod ends;
mod outages;
mod processes;
mod view;

use slab::Slab;

use crate::arrival::{Arrival, ArrivalProcess, Overlap};
use crate::availability::OutageKind;
use crate::calendar::{Calendar, Class, Event, NOTHING, end_of};
use crate::census::Census;
use crate::draws::{Draft, Luck};
use crate::life::{Customer, Life};
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::claim::Pass;
use crate::model::job::Job;
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::observer::Observer;
use crate::placement::Placer;
use crate::policy::{self, ClaimPolicy, Manner, News};
use crate::pool::Pool;
use crate::race::Race;
use crate::random::stream::{Stream, Streams};
use crate::requests::Requests;
use crate::running::Running;
use crate::system::{ClaimRule, System};
use crate::vigil::Vigil;
use crate::waiting::{Turn, Waiting};

/// One replication under way.
///
/// It is a pure function of (system, policy, sources, streams): [`Simulation::step`] lets one event happen,
/// [`Simulation::run_until`] all up to an instant, [`Simulation::finish`] the rest.
#[derive(Debug)]
pub struct Simulation<'a, P: ClaimPolicy, A, O> {
    system: &'a System,
    sources: Vec<SourceState<A>>,
    observer: O,
    now: Time,
    events: u64,
    calendar: Calendar,
    policy: P,
    waiting: Waiting<P::Rank>,
    pool: Pool,
    life: Life,
    running: Running,
    coming: Slab<Coming>,
    patience: Slab<(NeedId, Turn<P::Rank>)>,
    /// Rows that fell due at this instant and found the queue full.
    newcomers: Vec<(NeedId, Turn<P::Rank>)>,
    rule: Rule,
    /// When waiting jobs are offered under instant claiming; `None` under delayed claiming.
    pass: Option<Pass>,
    /// Whether they are to be offered before anything else happens but at this instant.
    offer_due: bool,
    /// Whether the placement keeps shelves of workers.
    has_shelves: bool,
    rows: u64,
    census: Census,
    /// Requests to cancel that come to single rows.
    requests: Requests<Turn<P::Rank>>,
    joins: Slab<Join>,
    vigil: Vigil,
    /// Whether workers may go out at all, so that a worker that runs something may not claim.
    has_outages: bool,
    changes: Slab<Change>,
    /// By worker: what it offers while it is not out.
    capacities: Vec<&'a CapacityMap>,
    breakdowns: Vec<Stream>,
    /// Firings that are made up for when a worker comes back.
    missed: Vec<MissedFiring>,
    parked: Parked,
    /// When jobs are offered next although nothing else happens, as far as that was scheduled last.
    next_offer: Time,
}

/// What falls due at a known instant.
#[derive(Clone, Copy, Debug)]
enum Coming {
    /// A row that is there already.
    Row { job: Job, luck: Luck },
    /// A customer's next job.
    Customer { customer: Customer, arrival: Arrival },
    /// A firing that is made up for.
    Firing(MissedFiring),
    /// Nothing any more: the row was cancelled before it was due.
    Nothing,
}

/// A cron's firing while no worker was alive.
#[derive(Clone, Copy, Debug)]
struct MissedFiring {
    source: usize,
    action: ActionId,
    at: Time,
    draft: Draft,
}

/// A parent that waits for its children, or has waited.
#[derive(Clone, Copy, Debug)]
struct Join {
    /// Its slot; `None` if it has ended without them.
    parent: Option<usize>,
    /// Children whose chains are under way.
    open: u32,
}

/// What changes of a worker, at a known instant.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// It goes out, for so long.
    Out { worker: WorkerId, lasts: Option<Span>, kind: OutageKind },
    /// It breaks down, by this entry of the system's breakdowns.
    Breakdown(usize),
    /// An outage of it ends; if it was a breakdown, the time to the next begins.
    Back { worker: WorkerId, breakdown: Option<usize> },
    /// Its capacity changes, by this entry of the system's changes.
    Capacity(usize),
}

/// A source with its next arrival, whose instant is in the calendar.
#[derive(Debug)]
struct SourceState<A> {
    process: A,
    class: Class,
    /// Whether its jobs bring nothing along, and none of them is ever missed or skipped.
    is_bare: bool,
    action: ActionId,
    count: u64,
}

impl<A: ArrivalProcess> SourceState<A> {
    fn new(process: A) -> SourceState<A> {
        let class = if process.is_cron() { Class::Cron } else { Class::Arrival };
        SourceState { class, is_bare: process.is_bare(), action: ActionId(0), count: 0, process }
    }
}

/// Workers that have found nothing they may claim, and look again as soon as something changes.
#[derive(Debug, Default)]
struct Parked {
    workers: Vec<WorkerId>,
    /// Whether something has changed since they looked.
    is_stirred: bool,
}

impl Parked {
    /// Something has changed.
    fn stir(&mut self) {
        self.is_stirred = !self.workers.is_empty();
    }
}

/// What a policy is told of a job.
#[derive(Clone, Copy, Debug)]
enum NewsOf {
    Waiting,
    Leaving,
    Starting(WorkerId),
    Ending(WorkerId),
}

#[derive(Debug)]
enum Rule {
    Instant(Placer),
    Delayed(Race),
}

impl<'a, P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'a, P, A, O> {
    /// A replication at instant 0: initial rows run or are about to fall due, each source knows its first arrival.
    pub fn new(system: &'a System, policy: P, sources: Vec<A>, streams: &Streams, observer: O) -> Self {
        let (pool, has_outages) = (Pool::new(system), system.availability.has_outages());
        let (rule, pass) = match &system.claim {
            ClaimRule::Instant { placement, pass } => {
                (Rule::Instant(Placer::new(*placement, system, &pool, streams)), Some(*pass))
            }
            ClaimRule::Delayed { delay, batch } => {
                let may_crowd = policy.manner() != Manner::Holding;
                (Rule::Delayed(Race::new(system, &pool, (delay, *batch), streams, may_crowd)), None)
            }
        };
        let is_census_asked = sources.iter().any(|source| source.overlap() != Overlap::Enqueue);
        let mut simulation = Simulation {
            system,
            calendar: Calendar::new(system.window.horizon),
            sources: sources.into_iter().map(SourceState::new).collect(),
            observer,
            now: Time::ZERO,
            events: 0,
            policy,
            waiting: Waiting::new(system.needs.len()),
            pool,
            life: Life::new(system, streams),
            running: Running::new(if has_outages { system.workers.len() } else { 0 }),
            coming: Slab::new(),
            patience: Slab::new(),
            newcomers: Vec::new(),
            has_shelves: matches!(rule, Rule::Instant(Placer::ByShare { .. })),
            rule,
            pass,
            offer_due: false,
            rows: 0,
            census: Census::new(system.actions.len(), is_census_asked),
            requests: Requests::new(),
            joins: Slab::new(),
            vigil: Vigil::new(system),
            has_outages,
            changes: Slab::new(),
            capacities: system.workers.iter().map(|worker| &worker.capacity).collect(),
            breakdowns: Vec::new(),
            missed: Vec::new(),
            parked: Parked::default(),
            next_offer: Time::NEVER,
        };
        simulation.enter_initial_rows();
        simulation.schedule_changes(streams);
        simulation.schedule_cancels();
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

    /// Who was told of all this.
    pub fn observer(&self) -> &O {
        &self.observer
    }

    /// The instant of the next event; `None` when nothing more happens before the horizon.
    pub fn peek(&self) -> Option<Time> {
        match self.next_key() {
            _ if self.offer_due => Some(self.now),
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
            if self.offer_due && key > end_of(self.now, Class::Arrival) {
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
            if self.pass.is_some() || !self.fire_crowd(key) {
                self.happen(key);
            }
            if self.parked.is_stirred {
                self.unpark();
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

    /// Gives the observer back, with things as they stand.
    pub fn into_observer(self) -> O {
        self.observer
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
        if self.pass.is_some() { self.calendar.peek() } else { self.next_of_crowds().min(self.calendar.peek()) }
    }

    #[cold]
    fn next_of_crowds(&self) -> u128 {
        if let Rule::Delayed(race) = &self.rule { race.next_of_crowds() } else { NOTHING }
    }

    /// If the next event is a crowd's, lets it happen and says so.
    #[cold]
    fn fire_crowd(&mut self, key: u128) -> bool {
        let Rule::Delayed(race) = &mut self.rule else { return false };
        if key != race.next_of_crowds() {
            return false;
        }
        if let Some(worker) = race.fire_crowd(key, self.now, &self.pool, self.waiting.mask()) {
            self.attempt(worker);
        }
        true
    }

    /// A job as the policy looks at it.
    #[inline(always)]
    fn candidate<'b>(&'b self, job: &'b Job) -> policy::Candidate<'b> {
        policy::Candidate::new(job, self.system, &self.life)
    }

    /// A job's place in policy order.
    #[inline(always)]
    fn turn(&self, job: &Job) -> Turn<P::Rank> {
        Turn::of(self.policy.rank(&self.candidate(job)), job)
    }

    /// Whether the first job by rank that fits goes next, always.
    #[inline(always)]
    fn is_ranked(&self) -> bool {
        self.policy.manner() == Manner::Ranked
    }

    /// Tells a policy that chooses what has happened to a job.
    #[inline(never)]
    fn tell_policy(&mut self, job: &Job, news: NewsOf) {
        let candidate = policy::Candidate::new(job, self.system, &self.life);
        let news = match news {
            NewsOf::Waiting => News::Waits(candidate),
            NewsOf::Leaving => News::Left(candidate),
            NewsOf::Starting(worker) => News::Started(candidate, worker),
            NewsOf::Ending(worker) => News::Ended(candidate, worker),
        };
        self.policy.notice(self.now, &news);
        self.parked.stir();
    }

    /// Whether nothing else can happen at this instant before waiting jobs are offered, and everything has been offered
    /// before: then no waiting job fits anywhere but for what has just happened.
    #[inline(always)]
    fn is_settled(&self) -> bool {
        match self.pass {
            Some(Pass::Instant) => !self.offer_due && !self.calendar.has_more_at(self.now),
            Some(Pass::Event) => !self.offer_due,
            None => false,
        }
    }

    /// Lets the event with that key happen, which is the calendar's next.
    #[inline(always)]
    fn happen(&mut self, key: u128) {
        match self.calendar.take(key) {
            Event::OfSource(source) => self.arrive(source),
            Event::Of(Class::Completion | Class::Deadline, slot) if self.running.is_plain(slot) => self.complete(slot),
            Event::Of(class @ (Class::Completion | Class::Deadline), slot) => self.go_on(class, slot),
            Event::Of(Class::WorkerChange, slot) => self.change_worker(slot),
            Event::Of(Class::Sweep, _) => self.sweep(),
            Event::Of(Class::Cancel, index) => self.cancel(index),
            Event::Of(Class::Cron | Class::Arrival, slot) => match self.coming.remove(slot) {
                Coming::Row { job, luck } => self.fall_due_with(job, luck, true),
                Coming::Customer { customer, arrival } => self.arrive_for(customer, arrival),
                Coming::Firing(firing) => self.make_up(firing),
                Coming::Nothing => {}
            },
            Event::Of(Class::Claim, worker) => {
                let Rule::Delayed(race) = &mut self.rule else { return self.offer() };
                race.fire(worker);
                self.attempt(WorkerId(worker as u32));
            }
            Event::Of(Class::Abandonment, slot) => self.lose_patience(slot),
        }
    }
}
