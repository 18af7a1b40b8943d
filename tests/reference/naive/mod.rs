//! A second simulator of the same model, deliberately naive: one list of events, one list of rows,
//! linear scans.
//!
//! It was written from the description of the model, not from the engine, and stores nothing that
//! it can recompute: it sums the running rows to find the free capacity, sorts the waiting jobs
//! each time, and lets obsolete events happen without effect. Where the two simulators agree event
//! by event, both interpret the model in the same way; where they differ, one of them is wrong.

mod arrivals;
mod autoscaler;
mod claims;
mod fraction;
mod places;
mod policy;
mod processes;
mod row;
mod wait_reasons;
mod workers;

use std::collections::BTreeMap;

use claimsim::internals::engine::{Arrival, ArrivalProcess, ClaimRule, OutageKind, System};
use claimsim::internals::model::claim::DispatchTiming;
use claimsim::internals::model::job::{JobId, JobOutcome};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::model::worker::WorkerId;
use claimsim::internals::policy::Policy;
use claimsim::internals::random::stream::Streams;
use claimsim::internals::stats::ReasonTimes;

use super::draws::Draws;
use super::event::{Event, Kind, RowSeen};
use super::recorded_race::RecordedRace;
use arrivals::MissedFiring;
use autoscaler::Scalings;
use policy::Reservations;
use row::Row;
use workers::Worker;

/// The state of the naive simulator. Indices name rows, workers, actions and sources.
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
    /// By group.
    scalings: Vec<Scalings>,
    missed: Vec<MissedFiring>,
    race: Option<RecordedRace>,
    reservations: Reservations,
    events: Vec<Event>,
    /// The number of events that the workers know of.
    heeded: usize,
    notes: Notes,
}

/// Notes that a trajectory does not show.
#[derive(Default)]
pub(crate) struct Notes {
    /// Decisions of policies, in words.
    pub(crate) observations: Vec<&'static str>,
    /// The first reservation of each job that received one.
    pub(crate) promises: BTreeMap<JobId, Time>,
    /// By job that has waited: nanoseconds by reason.
    pub(crate) waits: BTreeMap<JobId, ReasonTimes>,
}

/// A future event. The earliest happens next, by time, then class, then order of scheduling.
#[derive(Clone, Copy)]
struct Entry {
    time: Time,
    class: Class,
    sequence: u64,
    what: What,
}

/// The order of events at one instant.
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
    Scaling,
}

#[derive(Clone, Copy)]
enum What {
    /// A row has served its time.
    ServiceOver(usize),
    /// The last child of a row has ended.
    Joined(usize),
    /// A row has run until its deadline.
    Deadline(usize),
    /// A row that was asked to stop has stopped, or is killed.
    Stopped(usize),
    GoOut {
        worker: usize,
        lasts: Option<Span>,
        kind: OutageKind,
    },
    EndOutage(usize),
    /// The same, by an entry of the system's breakdowns.
    BreakDown(usize),
    EndBreakdown(usize),
    /// A change by an entry of the system's changes of capacity.
    ChangeCapacity(usize),
    /// A shift or a schedule sets the number of workers of a group.
    Staff {
        group: usize,
        number: usize,
        count: u32,
    },
    /// The start of a worker with this number is over.
    Started {
        worker: usize,
        start: u32,
    },
    Sweep,
    /// A request to cancel a row.
    Cancel(usize),
    /// A request to cancel many rows, by an entry of the system's requests.
    CancelMany(usize),
    /// An arrival of a source, with the customer if the source is closed.
    Arrive {
        source: usize,
        customer: Option<Customer>,
        arrival: Arrival,
    },
    MakeUp(MissedFiring),
    /// An existing row falls due.
    FallDue(usize),
    /// Offers waiting jobs to the workers.
    Pass,
    /// A worker's delay is over.
    Attempt(usize),
    /// A worker claims because the record says so.
    Recorded(WorkerId),
    /// A waiting row's patience is over.
    Abandon(usize),
    /// The autoscaler of a group looks.
    Look(usize),
}

/// A customer of a closed source with the number of their job.
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
            workers: (0..).map(WorkerId).take(system.workers.len()).map(|id| workers::fresh(system, id)).collect(),
            scalings: system.groups.iter().map(autoscaler::at_the_start).collect(),
            missed: Vec::new(),
            race: None,
            reservations: Reservations::default(),
            events: Vec::new(),
            heeded: 0,
            notes: Notes::default(),
        }
    }

    /// Runs to the horizon.
    pub(crate) fn run(mut self) -> Vec<Event> {
        self.play().expect("only a run with a recorded race can fail");
        self.events
    }

    /// Runs to the horizon; returns the notes as well.
    pub(crate) fn run_with_notes(mut self) -> (Vec<Event>, Notes) {
        self.play().expect("only a run with a recorded race can fail");
        (self.events, self.notes)
    }

    /// Runs to the horizon with a recorded race instead of a simulated one. It is an error if the
    /// model does not allow one of the recorded claims.
    pub(crate) fn run_recorded(mut self, race: RecordedRace) -> Result<Vec<Event>, String> {
        self.race = Some(race);
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
            self.wait_until(entry.time);
            self.now = entry.time;
            self.happen(entry.what)?;
        }
        self.wait_until(self.system.window.horizon);
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
        if let Some((time, worker)) = self.race.as_ref().and_then(RecordedRace::next)
            && own.is_none_or(|own| (time, Class::Claim) < own)
        {
            return Some(Entry { time, class: Class::Claim, sequence: 0, what: What::Recorded(worker) });
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
            What::Staff { group, number, count } => self.staff(group, number, count),
            What::Started { worker, start } => self.started(worker, start),
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
            What::Recorded(worker) => self.recorded_attempt(worker)?,
            What::Look(group) => self.look_at_group(group),
            What::Abandon(row) if self.rows[row].is_waiting() => self.leave(row, JobOutcome::Abandoned),
            // The row has changed since this was scheduled.
            What::Cancel(_) | What::FallDue(_) | What::Abandon(_) => {}
        }
        self.after_event()
    }

    /// The waiting rows of a request leave together; each running row is a separate event for the
    /// workers.
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

    /// Applies the claim rule after an event; most of it only if the event changed anything.
    fn after_event(&mut self) -> Result<(), String> {
        let has_changed = self.events[self.heeded..].iter().any(|event| changes_something(event.kind));
        self.heeded = self.events.len();
        match &self.system.claim {
            ClaimRule::Instant { pass: DispatchTiming::Event, .. } => {
                // A job that was held back may start in the place of those that are turned away.
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

    // What the observer receives.

    fn see(&mut self, observation: &'static str) {
        self.notes.observations.push(observation);
    }

    fn tell(&mut self, kind: Kind) {
        self.events.push(Event { time: self.now, kind });
    }

    fn tell_due(&mut self, row: usize) {
        self.tell(Kind::Due { job: JobId(row as u64), row: self.seen(row) });
    }

    /// Whether a row misses its deadline wherever it runs. Among workers that differ in speed, its
    /// worker decides.
    fn is_sure_to_miss(&self, row: usize, service: Span) -> bool {
        !self.system.has_speeds() && self.deadline(row).is_some_and(|deadline| deadline < service)
    }

    fn seen(&self, row: usize) -> RowSeen {
        let planned_outcome = match self.rows[row].drawn {
            drawn if self.is_sure_to_miss(row, drawn.service) => JobOutcome::DeadlineMissed,
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

/// Whether an event may let a job start that could not start before: a job fell due, was claimed,
/// ended or left, or a worker changed.
fn changes_something(kind: Kind) -> bool {
    match kind {
        Kind::Due { .. }
        | Kind::Claimed { .. }
        | Kind::Ended { .. }
        | Kind::Left { .. }
        | Kind::WorkerOut { .. }
        | Kind::WorkerBack { .. }
        | Kind::CapacityChanged { .. }
        | Kind::WorkerOrdered { .. }
        | Kind::WorkerReady { .. }
        | Kind::WorkerDraining { .. }
        | Kind::WorkerGone { .. } => true,
        Kind::Created { .. }
        | Kind::CancelRequested { .. }
        | Kind::Interrupted { .. }
        | Kind::Resumed { .. }
        | Kind::ZombieOver { .. }
        | Kind::WorkerDeclaredDead { .. }
        | Kind::GroupScaled { .. }
        | Kind::Skipped { .. }
        | Kind::StillWaiting { .. }
        | Kind::StillRunning { .. } => false,
    }
}
