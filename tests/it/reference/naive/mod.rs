//! A second simulator of the same model, deliberately naive: one list of events, one list of rows, linear scans.
//!
//! It was written from the description of the model, not from the engine, and keeps nothing that could be recomputed: free
//! capacity is summed up from the running rows each time it is asked for, the waiting jobs are sorted each time they are
//! looked at, an event that is no longer wanted happens all the same and finds that it means nothing. Where the two
//! simulators agree event by event, both read the model alike; where not, one of them is wrong.

mod arrivals;
mod claims;
mod fraction;
mod policy;
mod processes;
mod row;
mod workers;

use std::collections::BTreeMap;

use claimsim::engine::{Arrival, ArrivalProcess, ClaimRule, OutageKind, System};
use claimsim::model::claim::DispatchTiming;
use claimsim::model::job::{JobId, JobOutcome};
use claimsim::model::time::{Span, Time};
use claimsim::model::worker::WorkerId;
use claimsim::policy::Policy;
use claimsim::random::stream::Streams;

use super::draws::Draws;
use super::event::{Event, Kind, RowSeen};
use super::told::Told;
use arrivals::MissedFiring;
use policy::Reservations;
use row::Row;
use workers::Worker;

/// The naive simulator in the middle of a run. Rows, workers, actions and sources are named by their index.
pub(crate) struct Naive<'a, A> {
    system: &'a System,
    policy: &'a Policy,
    sources: Vec<A>,
    draws: Draws<'a>,
    calendar: Vec<Entry>,
    scheduled: u64,
    now: Time,
    rows: Vec<Row>,
    workers: Vec<Worker>,
    missed: Vec<MissedFiring>,
    told: Option<Told>,
    reservations: Reservations,
    events: Vec<Event>,
    /// So many events are known to those who claim.
    heeded: usize,
    notes: Notes,
}

/// What a trajectory does not show of a run, for tests that want to know.
#[derive(Default)]
pub(crate) struct Notes {
    /// What policies did, in words.
    pub(crate) sights: Vec<&'static str>,
    /// The first reservation of each job that was given any.
    pub(crate) promises: BTreeMap<JobId, Time>,
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
    WorkerChange,
    Sweep,
    Deadline,
    Cancel,
    Cron,
    Arrival,
    Claim,
    Abandonment,
}

#[derive(Clone, Copy)]
enum What {
    /// A row has worked for its service time.
    ServiceOver(usize),
    /// The last child of a row has ended.
    Joined(usize),
    /// A row has run until its deadline.
    Deadline(usize),
    /// A row that was asked to stop has, or is killed.
    Stopped(usize),
    GoOut {
        worker: usize,
        lasts: Option<Span>,
        kind: OutageKind,
    },
    EndOutage(usize),
    /// The same by an entry of the system's breakdowns.
    BreakDown(usize),
    EndBreakdown(usize),
    /// By an entry of the system's changes of capacity.
    ChangeCapacity(usize),
    Sweep,
    /// Somebody asks to cancel a row.
    Cancel(usize),
    /// Somebody asks to cancel many, by an entry of the system's requests.
    CancelMany(usize),
    /// A source's arrival, with the customer who comes if the source is closed.
    Arrive {
        source: usize,
        customer: Option<Customer>,
        arrival: Arrival,
    },
    MakeUp(MissedFiring),
    /// A row that exists already falls due.
    FallDue(usize),
    /// Waiting jobs are offered to the workers.
    DispatchTiming,
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

impl<'a, A: ArrivalProcess> Naive<'a, A> {
    pub(crate) fn new(system: &'a System, policy: &'a Policy, sources: Vec<A>, streams: &Streams) -> Naive<'a, A> {
        Naive {
            system,
            policy,
            sources,
            draws: Draws::new(system, streams),
            calendar: Vec::new(),
            scheduled: 0,
            now: Time::ZERO,
            rows: Vec::new(),
            workers: system.workers.iter().map(|worker| workers::fresh(&worker.capacity)).collect(),
            missed: Vec::new(),
            told: None,
            reservations: Reservations::default(),
            events: Vec::new(),
            heeded: 0,
            notes: Notes::default(),
        }
    }

    /// A whole run.
    pub(crate) fn run(mut self) -> Vec<Event> {
        self.play().expect("only a run that is told its claims can fail");
        self.events
    }

    /// A whole run, with what is noted of it.
    pub(crate) fn run_with_notes(mut self) -> (Vec<Event>, Notes) {
        self.play().expect("only a run that is told its claims can fail");
        (self.events, self.notes)
    }

    /// A whole run in which the race is not simulated, but told: who claims, and when. Complains of claims that the
    /// model does not allow.
    pub(crate) fn run_told(mut self, told: Told) -> Result<Vec<Event>, String> {
        self.told = Some(told);
        self.play()?;
        Ok(self.events)
    }

    fn play(&mut self) -> Result<(), String> {
        self.enter_initial_rows();
        self.schedule_what_is_known();
        self.start_sources();
        self.heeded = self.events.len();
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
            What::ServiceOver(row) => self.service_over(row),
            What::Joined(row) => self.joined(row),
            What::Deadline(row) => self.deadline_over(row),
            What::Stopped(row) => self.stopped(row),
            What::GoOut { worker, lasts, kind } => {
                if let Some(lasts) = lasts {
                    self.schedule(self.now + lasts, Class::WorkerChange, What::EndOutage(worker));
                }
                self.go_out(worker, kind);
            }
            What::EndOutage(worker) => self.end_outage(worker),
            What::BreakDown(index) => self.break_down(index),
            What::EndBreakdown(index) => self.end_breakdown(index),
            What::ChangeCapacity(index) => self.change_capacity(index),
            What::Sweep => self.sweep(),
            What::Cancel(row) if self.can_be_cancelled(row) => self.cancel(row),
            What::CancelMany(index) => return self.cancel_many(index),
            What::Arrive { source, customer, arrival } => return self.arrive(source, customer, arrival),
            What::MakeUp(firing) => self.make_up(firing),
            What::FallDue(row) if self.rows[row].state == row::State::NotDue => self.fall_due(row),
            What::Pass => {
                let turned_away = self.offer();
                self.heeded = self.events.len();
                if turned_away && self.holds_back() {
                    self.schedule(self.now, Class::Claim, What::Pass);
                }
                return Ok(());
            }
            What::Attempt(worker) => self.look(worker),
            What::Told(worker) => self.told_attempt(worker)?,
            What::Abandon(row) if self.rows[row].is_waiting() => self.leave(row, JobOutcome::Abandoned),
            // The row is not what it was when this was scheduled.
            What::Cancel(_) | What::FallDue(_) | What::Abandon(_) => {}
        }
        self.after_event()
    }

    /// The waiting rows of a request go together; each running one is an event of its own to those who claim.
    fn cancel_many(&mut self, index: usize) -> Result<(), String> {
        let rows = self.meant_by(&self.system.cancels[index]);
        let (running, waiting): (Vec<usize>, Vec<usize>) =
            rows.into_iter().partition(|&row| self.rows[row].is_running());
        for row in waiting {
            self.cancel(row);
        }
        self.after_event()?;
        for row in running {
            self.cancel(row);
            self.after_event()?;
        }
        Ok(())
    }

    /// What the claim rule does after an event, most of it if that has changed anything.
    fn after_event(&mut self) -> Result<(), String> {
        let has_changed = self.events[self.heeded..].iter().any(|event| changes_something(event.kind));
        self.heeded = self.events.len();
        match &self.system.claim {
            ClaimRule::Instant { pass: DispatchTiming::Event, .. } => {
                // Whoever was held back may start in the place of those who are turned away.
                while has_changed && self.offer() && self.holds_back() {}
                self.heeded = self.events.len();
            }
            ClaimRule::Instant { pass: DispatchTiming::Instant, .. } => {
                let is_pass_now = |entry: &Entry| entry.time == self.now && matches!(entry.what, What::Pass);
                if has_changed && !self.calendar.iter().any(is_pass_now) {
                    self.schedule(self.now, Class::Claim, What::Pass);
                }
            }
            ClaimRule::Delayed { .. } => {
                self.start_attempts();
                if has_changed {
                    self.wake_parked();
                }
            }
        }
        self.watch()
    }

    fn close(&mut self) {
        let waiting = (0..self.rows.len()).filter(|&row| self.rows[row].is_waiting());
        let mut left_over: Vec<Kind> = waiting.map(|row| Kind::StillWaiting { job: JobId(row as u64) }).collect();
        let running = (0..self.rows.len()).filter(|&row| self.rows[row].is_running());
        left_over.extend(running.map(|row| Kind::StillRunning { job: JobId(row as u64), run: self.run_of(row) }));
        for kind in left_over {
            self.tell(kind);
        }
    }

    // What is told.

    fn see(&mut self, sight: &'static str) {
        self.notes.sights.push(sight);
    }

    fn tell(&mut self, kind: Kind) {
        self.events.push(Event { time: self.now, kind });
    }

    fn tell_due(&mut self, row: usize) {
        self.tell(Kind::Due { job: JobId(row as u64), row: self.seen(row) });
    }

    fn seen(&self, row: usize) -> RowSeen {
        let planned_outcome = match self.rows[row].drawn {
            drawn if self.deadline(row).is_some_and(|deadline| deadline < drawn.service) => JobOutcome::DeadlineMissed,
            drawn if drawn.fails => JobOutcome::Error,
            _ => JobOutcome::Done,
        };
        let Row { action, need, scheduled_at, drawn, attempt, .. } = self.rows[row];
        let (number, first, since, retries_left) = (attempt.number, attempt.first, attempt.since, attempt.retries_left);
        RowSeen {
            action,
            need,
            scheduled_at,
            service: drawn.service,
            planned_outcome,
            number,
            first,
            since,
            retries_left,
        }
    }
}

/// Whether an event may let some job start that could not before: one fell due, was claimed, ended or left, or a worker changed.
fn changes_something(kind: Kind) -> bool {
    match kind {
        Kind::Due { .. }
        | Kind::Claimed { .. }
        | Kind::Ended { .. }
        | Kind::Left { .. }
        | Kind::WorkerOut { .. }
        | Kind::WorkerBack { .. }
        | Kind::CapacityChanged { .. } => true,
        Kind::Created { .. }
        | Kind::CancelRequested { .. }
        | Kind::Interrupted { .. }
        | Kind::Resumed { .. }
        | Kind::ZombieOver { .. }
        | Kind::WorkerDeclaredDead { .. }
        | Kind::Skipped { .. }
        | Kind::StillWaiting { .. }
        | Kind::StillRunning { .. } => false,
    }
}
