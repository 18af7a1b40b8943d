//! Running rows of which more is to come than one end: they wait for children, are asked to stop, or are cut off from the others.

use super::Simulation;
use crate::arrival::ArrivalProcess;
use crate::calendar::Class;
use crate::life::Life;
use crate::model::job::Ending;
use crate::observer::Observer;
use crate::policy::ClaimPolicy;
use crate::special::{Process, Sign, Special};

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// What is to be known of a row; from now on it is not plain.
    pub(super) fn special(&mut self, slot: usize) -> &mut Special {
        let was_plain = self.running.is_plain(slot);
        let (job, _) = self.running.get(slot);
        let is_stopped = job.fate == Ending::DeadlineMissed;
        let stopped_after = self.life.runs_until_deadline(self.system, job);
        let special = self.running.special(slot);
        if was_plain && is_stopped {
            special.expect_deadline(stopped_after);
        }
        special
    }

    /// A row with a chain starts: it may have children, or take its time to stop, and it may be asked to cancel.
    #[cold]
    pub(super) fn begin(&mut self, slot: usize) {
        let (job, _) = self.running.get(slot);
        let takes_time_to_stop = job.fate == Ending::DeadlineMissed && !self.life.stops_at_once(job);
        let (children, cancel_at) = (self.life.children(job), self.life.cancel_at(job));
        if takes_time_to_stop {
            self.special(slot);
        }
        if let Some(at) = cancel_at {
            self.follow_request(slot, at);
        }
        if children > 0 {
            self.start_children(slot);
        }
    }

    /// An event of a row that is not plain is due, or of one that has ended before it.
    #[cold]
    pub(super) fn go_on(&mut self, class: Class, slot: usize) {
        let now = self.now;
        let Some(special) = self.running.take_event(slot) else { return };
        let sign = if class == Class::Completion { special.completion(now) } else { special.deadline(now) };
        match (sign, special.process) {
            (Sign::ServiceOver, Process::Serving) => self.finish_service(slot),
            (Sign::Joined, Process::Joining) => self.come_to_an_end(slot),
            (Sign::Deadline, Process::Serving | Process::Joining) => {
                let ending = Life::ending_at_deadline(self.system, self.running.get(slot).0);
                self.ask_to_stop(slot, ending);
            }
            (Sign::Stopped, Process::Stopping(ending)) => self.process_ended(slot, ending),
            // It was asked to stop, or is gone, and does not come so far.
            _ => {}
        }
    }

    /// A row's own work is done; its children may not be. Whoever is cut off cannot know.
    fn finish_service(&mut self, slot: usize) {
        let special = self.running.special(slot);
        let is_open = special.join.is_some_and(|join| special.run.is_cut_off || self.joins[join].open > 0);
        if is_open {
            special.process = Process::Joining;
        } else {
            self.come_to_an_end(slot);
        }
    }

    /// A process comes to its own end.
    pub(super) fn come_to_an_end(&mut self, slot: usize) {
        let fate = self.running.get(slot).0.fate;
        self.process_ended(slot, fate);
    }

    /// A process has ended; its row ends so, unless that is cut off.
    fn process_ended(&mut self, slot: usize, ending: Ending) {
        let special = self.running.special(slot);
        if special.is_zombie {
            self.bury(slot, false);
        } else if special.run.is_cut_off {
            special.process = Process::Ended(ending);
        } else {
            self.end(slot, ending);
        }
    }

    /// A process that has outlived its row is over.
    pub(super) fn bury(&mut self, slot: usize, stopped: bool) {
        let (job, run) = self.running.get(slot);
        let job = *job;
        let was_cancelled = self.special(slot).is_cancel_requested;
        self.running.remove_special(slot);
        if let Some(chain) = job.chain {
            self.life.forget(chain);
        }
        if !was_cancelled {
            self.observer.zombie_over(self.now, &job, run.worker, stopped);
        }
    }

    /// A process is asked to stop (SIGTERM), and its row ends so when it has.
    pub(super) fn ask_to_stop(&mut self, slot: usize, ending: Ending) {
        let (after, by_itself) = self.life.stops_in(self.system, self.running.get(slot).0);
        self.special(slot).process = Process::Stopping(ending);
        if after.0 == 0 {
            return self.process_ended(slot, ending);
        }
        let class = if by_itself { Class::Completion } else { Class::Deadline };
        let happens = self.calendar.schedule(self.now + after, class, slot);
        self.running.expect(slot, happens);
    }
}
