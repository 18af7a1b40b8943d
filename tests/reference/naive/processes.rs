//! A claimed row and its process: it serves, waits for children, receives a request to stop, ends,
//! and is retried.

use std::cmp::Ordering;

use claimsim::internals::engine::{
    ArrivalProcess, Attempt, CancelRequest, DeadlineResult, Execution, JobFilter, Requeue,
};
use claimsim::internals::model::job::{JobId, JobOutcome};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::model::worker::WorkerId;

use super::arrivals::Newcomer;
use super::row::{Place, Process, Row, State};
use super::{Class, Customer, Kind, Naive, What};

impl<A: ArrivalProcess> Naive<'_, A> {
    /// The deadline of a row.
    pub(super) fn own_deadline(&self, row: usize) -> Option<Span> {
        let row = &self.rows[row];
        row.overrides.deadline.or(self.system.action(row.action).deadline)
    }

    /// The run time after which a row receives a request to stop: on its worker, or at speed 1.
    pub(super) fn deadline(&self, row: usize) -> Option<Span> {
        let estimate = self.system.action(self.rows[row].action).kill_at_estimate.then(|| self.estimate(row));
        self.own_deadline(row).into_iter().chain(estimate).min()
    }

    /// A worker starts a row.
    pub(super) fn claim(&mut self, row: usize, worker: usize) {
        self.tell(Kind::Claimed { job: JobId(row as u64), worker: WorkerId(worker as u32) });
        let running = &mut self.rows[row];
        running.state = State::Running;
        running.place = Some(Place { worker, claimed_at: self.now, busy_since: self.now });
        running.process = Process::Serving;
        let service = at_speed(self.system.workers[worker].speed, running.drawn.service);
        self.schedule(self.now + service, Class::Completion, What::ServiceOver(row));
        if let Some(deadline) = self.deadline(row) {
            self.schedule(self.now + deadline, Class::Deadline, What::Deadline(row));
        }
        self.start_children(row);
    }

    fn start_children(&mut self, parent: usize) {
        let Row { action, drawn, .. } = self.rows[parent];
        let Some(spawns) = &self.system.action(action).spawns else { return };
        for name in self.draws.names(self.rows[parent].key(), drawn.children) {
            let child = self.create(Newcomer {
                action: spawns.action,
                overrides: claimsim::internals::engine::JobOverrides::default(),
                scheduled_at: self.now,
                ordinal: name,
                drawn: self.draws.child(spawns.action, name),
                customer: None,
                parent: Some(parent),
            });
            self.schedule(self.now, Class::Arrival, What::FallDue(child));
        }
    }

    fn has_children(&self, parent: usize) -> bool {
        self.rows.iter().any(|row| row.parent == Some(parent))
    }

    /// Whether all chains of the children have ended: no row of them waits, runs or will fall due.
    pub(super) fn have_children_ended(&self, parent: usize) -> bool {
        self.rows.iter().all(|row| row.parent != Some(parent) || row.state == State::Over)
    }

    pub(super) fn service_over(&mut self, row: usize) {
        if self.rows[row].process != Process::Serving {
            return;
        }
        let sees_no_end = self.is_cut_off(row) && self.has_children(row) || !self.have_children_ended(row);
        if sees_no_end {
            self.rows[row].process = Process::Joining;
        } else {
            self.come_to_its_end(row);
        }
    }

    pub(super) fn joined(&mut self, row: usize) {
        if self.rows[row].process == Process::Joining {
            self.come_to_its_end(row);
        }
    }

    pub(super) fn come_to_its_end(&mut self, row: usize) {
        let ending = if self.rows[row].drawn.fails { JobOutcome::Error } else { JobOutcome::Done };
        self.process_over(row, ending);
    }

    pub(super) fn deadline_over(&mut self, row: usize) {
        if self.rows[row].process.is_at_work() {
            if self.own_deadline(row) != self.deadline(row) {
                self.see("asked to stop at its estimate");
            }
            self.stop(
                row,
                match self.system.action(self.rows[row].action).deadline_result {
                    DeadlineResult::Error => JobOutcome::DeadlineMissed,
                    DeadlineResult::Cancel => JobOutcome::DeadlineCancelled,
                },
            );
        }
    }

    /// SIGTERM.
    pub(super) fn stop(&mut self, row: usize, ending: JobOutcome) {
        let stopping = &mut self.rows[row];
        stopping.process = Process::Stopping(ending);
        let (overrides, action) = (stopping.overrides.stop_timeout, self.system.action(stopping.action));
        let (by_itself, timeout) =
            (self.draws.stops_in(self.rows[row].key()), overrides.unwrap_or(action.stop_timeout));
        if by_itself.min(timeout) == Span::ZERO {
            self.process_over(row, ending);
        } else if by_itself <= timeout {
            self.schedule(self.now + by_itself, Class::Completion, What::Stopped(row));
        } else {
            self.schedule(self.now + timeout, Class::Deadline, What::Stopped(row));
        }
    }

    pub(super) fn stopped(&mut self, row: usize) {
        if let Process::Stopping(ending) = self.rows[row].process {
            self.process_over(row, ending);
        }
    }

    fn process_over(&mut self, row: usize, ending: JobOutcome) {
        if self.rows[row].state == State::Over {
            self.end_zombie(row, false);
        } else if self.is_cut_off(row) {
            self.rows[row].process = Process::Ended(ending);
        } else {
            self.end(row, ending);
        }
    }

    /// A process ends after its row has ended.
    pub(super) fn end_zombie(&mut self, row: usize, stopped: bool) {
        self.rows[row].process = Process::None;
        if let Some(Place { worker, .. }) = self.rows[row].place
            && !self.rows[row].is_cancel_requested
        {
            self.tell(Kind::ZombieOver { job: JobId(row as u64), worker: WorkerId(worker as u32), stopped });
        }
    }

    /// Ends a running row with this outcome, unless a cancel request came first.
    pub(super) fn end(&mut self, row: usize, ending: JobOutcome) {
        let ending = if self.rows[row].is_cancel_requested { JobOutcome::Cancelled } else { ending };
        let becomes_zombie = self.is_cut_off(row) && self.rows[row].process.goes_on();
        let run = Execution { is_cut_off: becomes_zombie, ..self.run_of(row) };
        self.rows[row].state = State::Over;
        if !becomes_zombie {
            self.rows[row].process = Process::None;
        }
        self.note_end(row);
        let retry = self.retries_left_after(row, ending);
        self.tell(Kind::Ended { job: JobId(row as u64), run, ending, last: retry.is_none() });
        match retry {
            Some(retries_left) => self.retry(row, retries_left),
            None => self.end_chain(row),
        }
        self.go_if_drained(run.worker.0 as usize);
    }

    fn note_end(&mut self, row: usize) {
        match self.now.cmp(&self.estimated_end(row)) {
            Ordering::Less => self.see("ended before its estimate"),
            Ordering::Equal => self.see("ended as estimated"),
            Ordering::Greater => self.see("ended after its estimate"),
        }
    }

    /// The number of retries that the next attempt has left; `None` if there is no next attempt.
    fn retries_left_after(&self, row: usize, ending: JobOutcome) -> Option<u32> {
        let (left, action) = (self.rows[row].attempt.retries_left, self.system.action(self.rows[row].action));
        let if_retries = if left > 0 { Some(left - 1) } else { None };
        match ending {
            JobOutcome::Error | JobOutcome::DeadlineMissed => if_retries,
            JobOutcome::WorkerDead | JobOutcome::WorkerShutdown => match action.requeue {
                Requeue::RequeueIfRetries => if_retries,
                Requeue::RequeueAlways => Some(if_retries.unwrap_or(0)),
                Requeue::Never => None,
            },
            _ => None,
        }
    }

    fn retry(&mut self, failed: usize, retries_left: u32) {
        let Row { action, need, overrides, ordinal, customer, parent, .. } = self.rows[failed];
        let mut key = self.rows[failed].key();
        key.attempt += 1;
        let (drawn, backoff) = self.draws.later(key, &overrides);
        let scheduled_at = self.now + backoff;
        let retry = self.add(Row {
            action,
            need,
            scheduled_at,
            overrides,
            drawn,
            attempt: Attempt { number: key.attempt, retries_left, ..self.rows[failed].attempt },
            ordinal,
            customer,
            parent,
            state: State::NotDue,
            place: None,
            process: Process::None,
            is_cancel_requested: false,
        });
        self.schedule(scheduled_at, Class::Arrival, What::FallDue(retry));
    }

    pub(super) fn leave(&mut self, row: usize, ending: JobOutcome) {
        self.rows[row].state = State::Over;
        self.tell(Kind::Left { job: JobId(row as u64), ending });
        self.end_chain(row);
    }

    /// After the last child or the end of a chain: the customer starts to think, the parent ends.
    fn end_chain(&mut self, row: usize) {
        if let Some(who) = self.rows[row].customer {
            self.schedule_cycle(Customer { cycle: who.cycle + 1, ..who });
        }
        if let Some(parent) = self.rows[row].parent
            && self.rows[parent].process == Process::Joining
            && !self.is_cut_off(parent)
            && self.have_children_ended(parent)
        {
            self.schedule(self.now, Class::Completion, What::Joined(parent));
        }
    }

    // Requests to cancel.

    /// Schedules the cancel request of a row that falls due, if one was drawn.
    pub(super) fn expect_cancel(&mut self, row: usize) {
        if let Some(after) = self.rows[row].drawn.cancel {
            self.schedule(self.now + after, Class::Cancel, What::Cancel(row));
        }
    }

    pub(super) fn cancel(&mut self, row: usize) {
        if self.rows[row].state == State::NotDue {
            self.tell_due(row);
        }
        if self.rows[row].is_running() {
            self.ask_to_cancel(row);
        } else {
            self.leave(row, JobOutcome::Cancelled);
        }
    }

    fn ask_to_cancel(&mut self, row: usize) {
        self.rows[row].is_cancel_requested = true;
        let run = self.run_of(row);
        self.tell(Kind::CancelRequested { job: JobId(row as u64), run });
        if self.rows[row].process.is_at_work() && !self.is_cut_off(row) {
            self.stop(row, JobOutcome::Cancelled);
        }
    }

    /// Whether a row exists and has not been asked to stop.
    pub(super) fn can_be_cancelled(&self, row: usize) -> bool {
        let Row { state, process, is_cancel_requested, .. } = self.rows[row];
        state != State::Over && !is_cancel_requested && !matches!(process, Process::Stopping(_))
    }

    /// The rows of a request for many: the oldest, waiting ones first.
    pub(super) fn meant_by(&self, request: &CancelRequest) -> Vec<usize> {
        let is_meant = |row: &usize| {
            let (row, is_there) = (&self.rows[*row], self.can_be_cancelled(*row));
            let is_selected = match request.jobs {
                JobFilter::All => true,
                JobFilter::Waiting => !row.is_running(),
                JobFilter::Running => row.is_running(),
            };
            is_there && is_selected && request.action.is_none_or(|action| action == row.action)
        };
        let most = request.most.map_or(usize::MAX, |most| most as usize);
        let meant = (0..self.rows.len()).filter(is_meant).take(most);
        let (running, waiting): (Vec<usize>, Vec<usize>) = meant.partition(|&row| self.rows[row].is_running());
        [waiting, running].concat()
    }

    // Where a row runs.

    /// Whether the worker of a row is cut off from the registry.
    pub(super) fn is_cut_off(&self, row: usize) -> bool {
        self.rows[row].place.is_some_and(|place| self.workers[place.worker].is_cut_off())
    }

    pub(super) fn run_of(&self, row: usize) -> Execution {
        let Place { worker, claimed_at, busy_since } = self.rows[row].place.expect("a row that was claimed");
        Execution { worker: WorkerId(worker as u32), claimed_at, busy_since, is_cut_off: self.is_cut_off(row) }
    }

    pub(super) fn set_busy_since(&mut self, row: usize, since: Time) {
        if let Some(place) = &mut self.rows[row].place {
            place.busy_since = since;
        }
    }
}

/// A time at speed 1 at another speed.
pub(super) fn at_speed(speed: f64, time: Span) -> Span {
    if speed == 1.0 { time } else { Span((time.0 as f64 / speed + 0.5).floor() as i64) }
}
