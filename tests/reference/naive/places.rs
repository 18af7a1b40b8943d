//! Places of groups: workers are ordered, start, drain and go; shifts and schedules.

use claimsim::internals::engine::{ArrivalProcess, Leaving, Staffing};
use claimsim::internals::model::job::JobOutcome;
use claimsim::internals::model::time::Span;
use claimsim::internals::model::worker::WorkerId;
use claimsim::internals::random::dist::Distribution;

use super::workers::Presence;
use super::{Class, Kind, Naive, What};

/// What a place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Staff {
    Nobody,
    /// Ordered during an outage: it starts when that is over.
    Ordered,
    Starting,
    Ready,
    Draining,
}

impl<A: ArrivalProcess> Naive<'_, A> {
    /// Schedules the first changes that shifts and schedules make, and the first looks of
    /// autoscalers.
    pub(super) fn schedule_staffing(&mut self) {
        for group in 0..self.system.groups.len() {
            self.schedule_change_of_staff(group, 0);
        }
        for (group, staffing) in self.system.groups.iter().map(|group| &group.staffing).enumerate() {
            if let Staffing::Autoscaler(autoscaler) = staffing {
                self.schedule(self.now + autoscaler.period, Class::Scaling, What::Look(group));
            }
        }
    }

    /// Schedules a change by shifts or a schedule, if there is one with this number.
    fn schedule_change_of_staff(&mut self, group: usize, number: usize) {
        if let Staffing::Shifts(changes) | Staffing::Schedule(changes) = &self.system.groups[group].staffing
            && let Some(change) = changes.get(number)
        {
            self.schedule(change.at, Class::WorkerChange, What::Staff { group, number, count: change.count });
        }
    }

    pub(super) fn places(&self, group: usize) -> impl Iterator<Item = usize> + Clone + use<A> {
        let places = self.system.groups[group].places.clone();
        places.map(|place| place as usize)
    }

    pub(super) fn has_worker(&self, place: usize) -> bool {
        self.workers[place].staff != Staff::Nobody
    }

    fn is_current(&self, place: usize) -> bool {
        matches!(self.workers[place].staff, Staff::Ordered | Staff::Starting | Staff::Ready)
    }

    /// The places of a group whose workers start or are ready.
    pub(super) fn current(&self, group: usize) -> Vec<usize> {
        self.places(group).filter(|&place| self.is_current(place)).collect()
    }

    /// A shift or a schedule sets the number of workers.
    pub(super) fn staff(&mut self, group: usize, number: usize, count: u32) {
        self.schedule_change_of_staff(group, number + 1);
        if self.system.groups[group].is_autoscaled() {
            self.scale(group, count);
        } else {
            self.set_number(group, count);
        }
    }

    /// An autoscaler sets the number of workers.
    pub(super) fn scale(&mut self, group: usize, to: u32) {
        let from = self.current(group).len() as u32;
        if from != to {
            self.tell(Kind::GroupScaled { group, from, to });
            self.scalings[group].changes.push((self.now, i64::from(to) - i64::from(from)));
            self.set_number(group, to);
        }
    }

    fn set_number(&mut self, group: usize, count: u32) {
        let (current, count) = (self.current(group), count as usize);
        if count > current.len() {
            self.add_workers(group, count - current.len());
        } else {
            self.remove_workers(group, &current, current.len() - count);
        }
    }

    fn add_workers(&mut self, group: usize, number: usize) {
        let (places, workers) = (self.places(group), &self.workers);
        let with = |staff: Staff| places.clone().filter(move |&place| workers[place].staff == staff);
        let candidates: Vec<usize> = with(Staff::Nobody).chain(with(Staff::Draining)).take(number).collect();
        assert_eq!(candidates.len(), number, "a group has places for its largest number");
        for place in candidates {
            if self.has_worker(place) {
                self.see("kept a worker that drained");
                self.workers[place].staff = Staff::Ready;
                self.tell(Kind::WorkerReady { worker: WorkerId(place as u32) });
            } else {
                self.order(group, place);
            }
        }
    }

    fn order(&mut self, group: usize, place: usize) {
        self.workers[place].staff = Staff::Ordered;
        self.tell(Kind::WorkerOrdered { worker: WorkerId(place as u32) });
        match &mut self.workers[place].presence {
            Presence::Up { since } => {
                *since = self.now;
                self.start(place, self.system.groups[group].order_startup.as_ref());
            }
            Presence::Out { .. } => self.see("ordered a worker where one is out"),
        }
        self.make_up_for_missed();
    }

    /// The worker of a place starts, which may take no time.
    fn start(&mut self, place: usize, startup: Option<&Distribution>) {
        self.workers[place].staff = Staff::Starting;
        self.workers[place].starts += 1;
        let startup = startup.map_or(Span::ZERO, |startup| self.draws.startup(place, startup));
        if startup == Span::ZERO {
            self.get_ready(place);
        } else {
            let what = What::Started { worker: place, start: self.workers[place].starts };
            self.schedule(self.now + startup, Class::WorkerChange, what);
        }
    }

    fn get_ready(&mut self, place: usize) {
        self.workers[place].staff = Staff::Ready;
        self.tell(Kind::WorkerReady { worker: WorkerId(place as u32) });
    }

    /// A start is over, unless the worker has gone, gone out, or begun another one.
    pub(super) fn started(&mut self, place: usize, start: u32) {
        let worker = &self.workers[place];
        if worker.staff == Staff::Starting && worker.starts == start && worker.is_up() {
            self.get_ready(place);
        } else {
            self.see("a start without an end");
        }
    }

    /// A worker that is back starts, or starts again.
    pub(super) fn start_again(&mut self, place: usize) {
        let group = self.system.groups.iter().find(|group| group.places.contains(&(place as u32)));
        let startup = group.and_then(|group| group.startup.as_ref());
        match self.workers[place].staff {
            Staff::Nobody | Staff::Draining => {}
            Staff::Ordered => self.start(place, group.and_then(|group| group.order_startup.as_ref())),
            Staff::Ready if startup.is_none() => {}
            Staff::Ready | Staff::Starting => self.start(place, startup),
        }
    }

    fn remove_workers(&mut self, group: usize, current: &[usize], number: usize) {
        let falling = current.iter().rev().copied();
        let (busy, idle): (Vec<usize>, Vec<usize>) = falling.partition(|&place| self.is_busy(place));
        for place in [idle, busy].concat().into_iter().take(number) {
            self.let_go(place, self.system.groups[group].leaving);
        }
    }

    fn is_busy(&self, place: usize) -> bool {
        self.running_on(place).next().is_some()
    }

    fn let_go(&mut self, place: usize, leaving: Leaving) {
        let is_killed = leaving == Leaving::Kill && self.workers[place].is_up();
        if self.is_busy(place) && !is_killed {
            self.see("drained a worker");
            self.workers[place].staff = Staff::Draining;
            return self.tell(Kind::WorkerDraining { worker: WorkerId(place as u32) });
        }
        let rows: Vec<usize> = self.running_on(place).collect();
        self.go(place);
        for row in rows {
            self.see("killed a row");
            self.end(row, JobOutcome::WorkerShutdown);
        }
    }

    /// The place of a worker that drains is empty once its last row has ended.
    pub(super) fn go_if_drained(&mut self, place: usize) {
        if self.workers[place].staff == Staff::Draining && !self.is_busy(place) {
            self.go(place);
        }
    }

    fn go(&mut self, place: usize) {
        self.workers[place].staff = Staff::Nobody;
        if let Presence::Out { last_heartbeat, .. } = &mut self.workers[place].presence {
            *last_heartbeat = None;
        }
        self.tell(Kind::WorkerGone { worker: WorkerId(place as u32) });
        self.make_up_for_missed();
    }
}
