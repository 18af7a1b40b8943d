//! A second simulator of the same model, deliberately naive: one list of events, one list of rows, linear scans.
//!
//! It was written from the description of the model, not from the engine, and keeps nothing that could be recomputed: free
//! capacity is summed up from the running rows each time it is asked for, the waiting jobs are sorted each time they are
//! looked at. Where the two simulators agree event by event, both read the model alike; where not, one of them is wrong.

use claimsim::engine::{Arrival, ArrivalProcess, Attempt, ClaimRule, InitialState, Overlap, System};
use claimsim::model::action::ActionId;
use claimsim::model::capacity::{CapacityMap, NeedId};
use claimsim::model::claim::{Batch, Pass, Placement};
use claimsim::model::job::{Ending, JobId};
use claimsim::model::time::{Span, Time};
use claimsim::model::worker::WorkerId;
use claimsim::random::stream::Streams;

use super::draws::{Drawn, Draws};
use super::event::{Event, Kind, RowSeen};
use super::told::Told;

/// The naive simulator in the middle of a run. Rows, workers, actions and sources are named by their index.
pub(crate) struct Naive<'a, A> {
    system: &'a System,
    sources: Vec<A>,
    draws: Draws<'a>,
    calendar: Vec<Entry>,
    scheduled: u64,
    now: Time,
    rows: Vec<Row>,
    /// Which workers have an attempt pending.
    attempting: Vec<bool>,
    told: Option<Told>,
    events: Vec<Event>,
}

/// Something that will happen; the earliest does, by time, then class, then order of scheduling.
#[derive(Clone, Copy)]
struct Entry {
    time: Time,
    class: Class,
    sequence: u64,
    what: What,
}

/// Which of several events at one instant comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Completion,
    Deadline,
    Cron,
    Arrival,
    Claim,
    Abandonment,
}

#[derive(Clone, Copy)]
enum What {
    /// A running row ends.
    End(usize, Ending),
    /// A source's arrival, with the customer who comes if the source is closed.
    Arrive { source: usize, customer: Option<Customer>, arrival: Arrival },
    /// A row that exists already falls due.
    FallDue(usize),
    /// Waiting jobs are offered to the workers.
    Pass,
    /// A worker's delay is over.
    Attempt(usize),
    /// A worker claims because we are told so.
    Told(WorkerId),
    /// A waiting row's patience is over.
    Abandon(usize),
}

/// A closed source's customer with the number of his job.
#[derive(Clone, Copy)]
struct Customer {
    source: usize,
    customer: u32,
    cycle: u32,
}

struct Row {
    action: ActionId,
    need: NeedId,
    scheduled_at: Time,
    deadline: Option<Span>,
    /// The service time that the arrival brought along, for all attempts.
    brought: Option<Span>,
    drawn: Drawn,
    attempt: Attempt,
    ordinal: u64,
    customer: Option<Customer>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    NotDue,
    /// Since it fell due, as the so manieth event.
    Waiting { due: Time, place: usize },
    Running { worker: usize, claimed_at: Time },
    Over,
}

impl<'a, A: ArrivalProcess> Naive<'a, A> {
    pub(crate) fn new(system: &'a System, sources: Vec<A>, streams: &Streams) -> Naive<'a, A> {
        Naive {
            system,
            sources,
            draws: Draws::new(system, streams),
            calendar: Vec::new(),
            scheduled: 0,
            now: Time::ZERO,
            rows: Vec::new(),
            attempting: vec![false; system.workers.len()],
            told: None,
            events: Vec::new(),
        }
    }

    /// A whole run.
    pub(crate) fn run(mut self) -> Vec<Event> {
        self.play().expect("only a run that is told its claims can fail");
        self.events
    }

    /// A whole run in which the race is not simulated, but told: who claims, and when. Complains of claims that the
    /// model does not allow.
    pub(crate) fn run_told(mut self, told: Told) -> Result<Vec<Event>, String> {
        self.told = Some(told);
        self.play()?;
        Ok(self.events)
    }

    fn play(&mut self) -> Result<(), String> {
        self.begin();
        self.watch()?;
        while let Some(entry) = self.take_next() {
            self.now = entry.time;
            self.happen(entry.what)?;
        }
        self.now = self.system.window.horizon;
        self.watch()?;
        self.close();
        Ok(())
    }

    // The calendar.

    fn schedule(&mut self, time: Time, class: Class, what: What) {
        self.calendar.push(Entry { time, class, sequence: self.scheduled, what });
        self.scheduled += 1;
    }

    fn take_next(&mut self) -> Option<Entry> {
        let next = (0..self.calendar.len()).min_by_key(|&i| {
            let entry = &self.calendar[i];
            (entry.time, entry.class, entry.sequence)
        });
        let own = next.map(|i| (self.calendar[i].time, self.calendar[i].class));
        if let Some((time, worker)) = self.told.as_ref().and_then(Told::next)
            && own.is_none_or(|own| (time, Class::Claim) < own)
        {
            return Some(Entry { time, class: Class::Claim, sequence: 0, what: What::Told(worker) });
        }
        next.filter(|&i| self.calendar[i].time <= self.system.window.horizon).map(|i| self.calendar.remove(i))
    }

    fn happen(&mut self, what: What) -> Result<(), String> {
        match what {
            What::End(row, ending) => {
                self.end(row, ending);
                self.after_event()?;
            }
            What::Arrive { source, customer, arrival } => self.arrive(source, customer, arrival)?,
            What::FallDue(row) => {
                self.fall_due(row);
                self.after_event()?;
            }
            What::Pass => {
                self.pass();
                self.turn_away();
            }
            What::Attempt(worker) => {
                self.attempting[worker] = false;
                self.attempt(worker);
                self.after_event()?;
            }
            What::Told(worker) => {
                self.told_attempt(worker)?;
                self.after_event()?;
            }
            What::Abandon(row) => {
                if self.is_waiting(row) {
                    self.leave(row, Ending::Abandoned);
                    self.after_event()?;
                }
            }
        }
        Ok(())
    }

    /// What the claim rule does whenever something has changed.
    fn after_event(&mut self) -> Result<(), String> {
        match &self.system.claim {
            ClaimRule::Instant { pass: Pass::Event, .. } => {
                self.pass();
                self.turn_away();
            }
            ClaimRule::Instant { pass: Pass::Instant, .. } => {
                if !self.calendar.iter().any(|entry| matches!(entry.what, What::Pass)) {
                    self.schedule(self.now, Class::Claim, What::Pass);
                }
            }
            ClaimRule::Delayed { .. } => self.start_attempts(),
        }
        self.watch()
    }

    // The beginning and the end.

    fn begin(&mut self) {
        for initial in &self.system.initial {
            let (ordinal, drawn) = self.draws.exogenous(initial.action, None);
            let action = self.system.action(initial.action);
            self.rows.push(Row {
                action: initial.action,
                need: initial.need,
                scheduled_at: initial.scheduled_at,
                deadline: initial.deadline.or(action.deadline),
                brought: None,
                drawn,
                attempt: self.first_attempt(initial.scheduled_at, initial.retries_left.unwrap_or(action.retries)),
                ordinal,
                customer: None,
                state: State::NotDue,
            });
        }
        for (row, initial) in self.system.initial.iter().enumerate() {
            if let InitialState::Running(worker) = initial.state {
                self.tell_due(row);
                self.claim(row, worker.0 as usize);
            }
        }
        for (row, initial) in self.system.initial.iter().enumerate() {
            if initial.state == InitialState::Waiting {
                self.schedule(initial.scheduled_at.max(Time::ZERO), Class::Arrival, What::FallDue(row));
            }
        }
        for source in 0..self.sources.len() {
            self.schedule_next_of(source);
            for customer in 0..self.sources[source].population() {
                self.schedule_cycle(Customer { source, customer, cycle: 0 });
            }
        }
    }

    fn close(&mut self) {
        let horizon = self.system.window.horizon;
        let waiting = (0..self.rows.len()).filter(|&row| self.is_waiting(row));
        let mut left_over: Vec<Kind> = waiting.map(|row| Kind::StillWaiting { job: JobId(row as u64) }).collect();
        for (row, data) in self.rows.iter().enumerate() {
            if let State::Running { worker, claimed_at } = data.state {
                let (job, worker) = (JobId(row as u64), WorkerId(worker as u32));
                left_over.push(Kind::StillRunning { job, worker, claimed_at });
            }
        }
        self.events.extend(left_over.into_iter().map(|kind| Event { time: horizon, kind }));
    }

    // Arrivals.

    fn schedule_next_of(&mut self, source: usize) {
        if let Some(arrival) = self.sources[source].next() {
            let class = if self.sources[source].is_cron() { Class::Cron } else { Class::Arrival };
            self.schedule(arrival.at, class, What::Arrive { source, customer: None, arrival });
        }
    }

    fn schedule_cycle(&mut self, who: Customer) {
        if let Some(arrival) = self.sources[who.source].cycle(who.customer, who.cycle, self.now) {
            let what = What::Arrive { source: who.source, customer: Some(who), arrival };
            self.schedule(arrival.at, Class::Arrival, what);
        }
    }

    fn arrive(&mut self, source: usize, customer: Option<Customer>, arrival: Arrival) -> Result<(), String> {
        if customer.is_none() {
            self.schedule_next_of(source);
        }
        for _ in 0..arrival.count {
            let brought = arrival.given.service;
            let (ordinal, drawn) = match customer {
                None => self.draws.exogenous(arrival.action, brought),
                Some(who) => self.draws.closed(arrival.action, who.customer, who.cycle, brought),
            };
            if self.is_to_be_skipped(source, arrival.action) {
                self.tell(Kind::Skipped { action: arrival.action });
                continue;
            }
            let action = self.system.action(arrival.action);
            self.rows.push(Row {
                action: arrival.action,
                need: arrival.given.need.unwrap_or(action.need),
                scheduled_at: self.now,
                deadline: arrival.given.deadline.or(action.deadline),
                brought,
                drawn,
                attempt: self.first_attempt(self.now, arrival.given.retries.unwrap_or(action.retries)),
                ordinal,
                customer,
                state: State::NotDue,
            });
            self.fall_due(self.rows.len() - 1);
            self.after_event()?;
        }
        Ok(())
    }

    fn is_to_be_skipped(&self, source: usize, action: ActionId) -> bool {
        let of_action = |row: &&Row| row.action == action;
        let waits = |row: &Row| matches!(row.state, State::Waiting { .. });
        let runs = |row: &Row| matches!(row.state, State::Running { .. });
        match self.sources[source].overlap() {
            Overlap::Enqueue => false,
            Overlap::SkipIfWaiting => self.rows.iter().filter(of_action).any(waits),
            Overlap::SkipIfActive => self.rows.iter().filter(of_action).any(|row| waits(row) || runs(row)),
        }
    }

    /// The next row to be pushed is the first of its chain.
    fn first_attempt(&self, since: Time, retries_left: u32) -> Attempt {
        Attempt { number: 1, first: JobId(self.rows.len() as u64), since, retries_left }
    }

    fn fall_due(&mut self, row: usize) {
        let full = self.system.queue_limit.is_some_and(|limit| self.waiting().len() as u64 >= limit);
        self.tell_due(row);
        self.rows[row].state = State::Waiting { due: self.now, place: self.events.len() };
        if full && matches!(self.system.claim, ClaimRule::Delayed { .. }) {
            self.leave(row, Ending::Rejected);
        } else if let Some(patience) = self.rows[row].drawn.patience {
            self.schedule(self.now + patience, Class::Abandonment, What::Abandon(row));
        }
    }

    // Claims.

    /// The waiting rows in policy order.
    fn waiting(&self) -> Vec<usize> {
        let mut waiting: Vec<usize> = (0..self.rows.len()).filter(|&row| self.is_waiting(row)).collect();
        waiting.sort_by_key(|&row| (self.rows[row].scheduled_at, row));
        waiting
    }

    fn is_waiting(&self, row: usize) -> bool {
        matches!(self.rows[row].state, State::Waiting { .. })
    }

    fn free(&self, worker: usize) -> CapacityMap {
        let mut free = self.system.workers[worker].capacity.clone();
        for row in &self.rows {
            if matches!(row.state, State::Running { worker: on, .. } if on == worker) {
                let need = self.system.need(row.need);
                free.0.iter_mut().zip(&need.0).for_each(|(free, need)| *free -= need);
            }
        }
        free
    }

    fn fits(&self, row: usize, free: &CapacityMap) -> bool {
        let need = self.system.need(self.rows[row].need);
        free.0.iter().zip(&need.0).all(|(&free, &need)| need == 0 || need <= free)
    }

    fn first_that_fits(&self, worker: usize) -> Option<usize> {
        let free = self.free(worker);
        self.waiting().into_iter().find(|&row| self.fits(row, &free))
    }

    /// Instant claiming: the first job that fits some worker is placed, again and again.
    fn pass(&mut self) {
        while let Some((row, fitting)) = self.first_with_a_worker() {
            let worker = self.place(row, &fitting);
            self.claim(row, worker);
        }
    }

    /// The first waiting job that fits some worker, and all workers that it fits.
    fn first_with_a_worker(&self) -> Option<(usize, Vec<usize>)> {
        let free: Vec<CapacityMap> = (0..self.system.workers.len()).map(|worker| self.free(worker)).collect();
        self.waiting().into_iter().find_map(|row| {
            let fitting: Vec<usize> = (0..free.len()).filter(|&worker| self.fits(row, &free[worker])).collect();
            (!fitting.is_empty()).then_some((row, fitting))
        })
    }

    fn place(&mut self, row: usize, fitting: &[usize]) -> usize {
        let ClaimRule::Instant { placement, .. } = self.system.claim else { unreachable!("a pass is instant claiming") };
        let share = |worker: usize| self.share_left(row, worker);
        let earliest_with = |better: fn(Share, Share) -> bool| {
            fitting.iter().copied().reduce(|best, next| if better(share(next), share(best)) { next } else { best })
        };
        match placement {
            Placement::First => fitting[0],
            Placement::Random => fitting[self.draws.any(fitting.len())],
            Placement::MostFree => earliest_with(|a, b| b.is_less_than(a)).expect("some worker fits"),
            Placement::LeastFree => earliest_with(Share::is_less_than).expect("some worker fits"),
        }
    }

    /// The shares of a worker's resources that stay free with the row on it, summed over the resources that it has.
    fn share_left(&self, row: usize, worker: usize) -> Share {
        let (free, need) = (self.free(worker), self.system.need(self.rows[row].need));
        let capacity = &self.system.workers[worker].capacity;
        let mut sum = Share { numerator: 0, denominator: 1 };
        for ((&capacity, &free), &need) in capacity.0.iter().zip(&free.0).zip(&need.0).filter(|((c, _), _)| **c > 0) {
            sum.numerator = sum.numerator * i128::from(capacity) + i128::from(free - need) * sum.denominator;
            sum.denominator *= i128::from(capacity);
        }
        sum
    }

    /// Instant claiming with room for so many: of the rows that came at this instant the newest go.
    fn turn_away(&mut self) {
        let Some(limit) = self.system.queue_limit else { return };
        while self.waiting().len() as u64 > limit {
            let newcomer = |row: &usize| match self.rows[*row].state {
                State::Waiting { due, place } => (due == self.now).then_some((place, *row)),
                _ => None,
            };
            let Some((_, newest)) = (0..self.rows.len()).filter_map(|row| newcomer(&row)).max() else { return };
            self.leave(newest, Ending::Rejected);
        }
    }

    /// Delayed claiming: whoever has none pending and could run something starts an attempt.
    fn start_attempts(&mut self) {
        if self.told.is_some() || self.waiting().is_empty() {
            return;
        }
        for worker in 0..self.system.workers.len() {
            if !self.attempting[worker] && self.first_that_fits(worker).is_some() {
                self.attempting[worker] = true;
                let delay = self.draws.delay(worker);
                self.schedule(self.now + delay, Class::Claim, What::Attempt(worker));
            }
        }
    }

    /// Claims what the worker's attempt gets; whether it got anything.
    fn attempt(&mut self, worker: usize) -> bool {
        let all = matches!(self.system.claim, ClaimRule::Delayed { batch: Batch::All, .. });
        let mut claimed = false;
        while let Some(row) = self.first_that_fits(worker) {
            self.claim(row, worker);
            claimed = true;
            if !all {
                break;
            }
        }
        claimed
    }

    fn claim(&mut self, row: usize, worker: usize) {
        self.tell(Kind::Claimed { job: JobId(row as u64), worker: WorkerId(worker as u32) });
        self.rows[row].state = State::Running { worker, claimed_at: self.now };
        let (service, fate) = (self.rows[row].drawn.service, self.fate(row));
        match self.rows[row].deadline {
            Some(deadline) if fate == Ending::DeadlineMissed => {
                self.schedule(self.now + deadline, Class::Deadline, What::End(row, fate));
            }
            _ => self.schedule(self.now + service, Class::Completion, What::End(row, fate)),
        }
    }

    // Endings.

    fn fate(&self, row: usize) -> Ending {
        match self.rows[row] {
            Row { deadline: Some(deadline), drawn, .. } if deadline < drawn.service => Ending::DeadlineMissed,
            Row { drawn: Drawn { fails: true, .. }, .. } => Ending::Error,
            _ => Ending::Done,
        }
    }

    fn end(&mut self, row: usize, ending: Ending) {
        let State::Running { worker, claimed_at } = self.rows[row].state else { unreachable!("only running rows end") };
        self.rows[row].state = State::Over;
        let last = ending == Ending::Done || self.rows[row].attempt.retries_left == 0;
        let (job, worker) = (JobId(row as u64), WorkerId(worker as u32));
        self.tell(Kind::Ended { job, worker, claimed_at, ending, last });
        if last { self.end_chain(row) } else { self.retry(row) }
    }

    fn retry(&mut self, failed: usize) {
        let failed = &self.rows[failed];
        let Attempt { number, first, since, retries_left } = failed.attempt;
        let scheduled_at = self.now + self.system.action(failed.action).backoff;
        let retry = Row {
            scheduled_at,
            drawn: self.draws.later(failed.action, failed.ordinal, number + 1, failed.brought),
            attempt: Attempt { number: number + 1, first, since, retries_left: retries_left - 1 },
            state: State::NotDue,
            ..*failed
        };
        self.rows.push(retry);
        self.schedule(scheduled_at, Class::Arrival, What::FallDue(self.rows.len() - 1));
    }

    fn leave(&mut self, row: usize, ending: Ending) {
        self.rows[row].state = State::Over;
        self.tell(Kind::Left { job: JobId(row as u64), ending });
        self.end_chain(row);
    }

    /// A closed source's customer goes away to think.
    fn end_chain(&mut self, row: usize) {
        if let Some(who) = self.rows[row].customer {
            self.schedule_cycle(Customer { cycle: who.cycle + 1, ..who });
        }
    }

    // What is told, and what we are told.

    fn tell(&mut self, kind: Kind) {
        self.events.push(Event { time: self.now, kind });
    }

    fn tell_due(&mut self, row: usize) {
        let Row { action, need, scheduled_at, drawn: Drawn { service, .. }, attempt, .. } = self.rows[row];
        let fate = self.fate(row);
        let Attempt { number, first, since, retries_left } = attempt;
        let seen = RowSeen { action, need, scheduled_at, service, fate, number, first, since, retries_left };
        self.tell(Kind::Due { job: JobId(row as u64), row: seen });
    }

    fn told_attempt(&mut self, worker: WorkerId) -> Result<(), String> {
        if let Some(told) = &mut self.told {
            told.claim(self.now)?;
        }
        if self.attempt(worker.0 as usize) {
            Ok(())
        } else {
            Err(format!("at {} worker {} claimed, but nothing fitted it", self.now.0, worker.0))
        }
    }

    /// Lets the checker of told claims see who could run something now.
    fn watch(&mut self) -> Result<(), String> {
        let Some(mut told) = self.told.take() else { return Ok(()) };
        let idle = self.waiting().is_empty();
        let seen = told.watch(self.now, |worker| !idle && self.first_that_fits(worker).is_some());
        self.told = Some(told);
        seen
    }
}

/// A fraction, so that a tie is a tie.
#[derive(Clone, Copy)]
struct Share {
    numerator: i128,
    denominator: i128,
}

impl Share {
    fn is_less_than(self, other: Share) -> bool {
        self.numerator * other.denominator < other.numerator * self.denominator
    }
}
