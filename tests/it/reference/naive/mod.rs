//! A second simulator of the same model, deliberately naive: one list of events, one list of rows, linear scans.
//!
//! It was written from the description of the model, not from the engine, and keeps nothing that could be recomputed: free
//! capacity is summed up from the running rows each time it is asked for, the waiting jobs are sorted each time they are
//! looked at. Where the two simulators agree event by event, both read the model alike; where not, one of them is wrong.

mod claims;

use claimsim::engine::{Arrival, ArrivalProcess, Attempt, ClaimRule, Given, InitialState, Overlap, System};
use claimsim::model::action::ActionId;
use claimsim::model::capacity::NeedId;
use claimsim::model::claim::Pass;
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
    number: u32,
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
    /// Since it fell due; `place` counts the events before that.
    Waiting {
        due: Time,
        place: usize,
    },
    Running {
        worker: usize,
        claimed_at: Time,
    },
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
            for number in 0..self.sources[source].population() {
                self.schedule_cycle(Customer { source, number, cycle: 0 });
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
        if let Some(arrival) = self.sources[who.source].cycle(who.number, who.cycle, self.now) {
            let what = What::Arrive { source: who.source, customer: Some(who), arrival };
            self.schedule(arrival.at, Class::Arrival, what);
        }
    }

    fn arrive(&mut self, source: usize, customer: Option<Customer>, arrival: Arrival) -> Result<(), String> {
        let mut given = Given::default();
        if customer.is_none() {
            given = self.sources[source].given().copied().unwrap_or_default();
            self.schedule_next_of(source);
        }
        for _ in 0..arrival.count {
            let brought = given.service;
            let (ordinal, drawn) = match customer {
                None => self.draws.exogenous(arrival.action, brought),
                Some(who) => self.draws.closed(arrival.action, who.number, who.cycle, brought),
            };
            if self.is_to_be_skipped(source, arrival.action) {
                self.tell(Kind::Skipped { action: arrival.action });
                continue;
            }
            let action = self.system.action(arrival.action);
            self.rows.push(Row {
                action: arrival.action,
                need: given.need.unwrap_or(action.need),
                scheduled_at: self.now,
                deadline: given.deadline.or(action.deadline),
                brought,
                drawn,
                attempt: self.first_attempt(self.now, given.retries.unwrap_or(action.retries)),
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
        let scheduled_at = self.now + self.system.action(failed.action).backoff.first;
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
}
