//! What happens to workers: outages at known instants and at random, changes of capacity, heartbeats.

use super::distribution::is_always_zero;
use super::{Build, Needs, Units};
use crate::diagnostic::{Complaint, nearest};
use crate::engine::{Availability, Breakdowns, CapacityChange, Heartbeat, Outage};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::source::Place;
use crate::spec::{At, CapacityChange as ChangeSpec, Heartbeat as HeartbeatSpec};
use crate::spec::{Outage as OutageSpec, Outages, Spec};

/// What happens to workers, while not all resources are known yet.
#[derive(Debug, Default)]
pub(super) struct DraftAvailability {
    known: Availability,
    changes: Vec<DraftChange>,
}

/// A change of what a worker offers.
#[derive(Debug)]
pub(super) struct DraftChange {
    pub(super) worker: WorkerId,
    at: Time,
    pub(super) offers: Units,
}

impl DraftAvailability {
    pub(super) fn finish(self, needs: &Needs) -> Availability {
        let dense = |change: DraftChange| CapacityChange {
            worker: change.worker,
            at: change.at,
            capacity: needs.dense(&change.offers),
        };
        Availability { capacity_changes: self.changes.into_iter().map(dense).collect(), ..self.known }
    }

    /// What workers offer later than at the start.
    pub(super) fn changes(&self) -> &[DraftChange] {
        &self.changes
    }
}

impl Build<'_> {
    /// Takes over what happens to workers, once all of them are known.
    pub(super) fn availability(&mut self, spec: &Spec) {
        let heartbeat = self.heartbeat(&spec.heartbeat);
        let known = &mut self.availability.known;
        (known.heartbeat, known.quorum) = (heartbeat, spec.quorum);
        for outage in &spec.outage {
            self.outage(outage.place, &outage.value);
        }
        for (name, group) in spec.worker.iter() {
            if let Some(outages) = &group.outages {
                self.breakdowns(&name.value, outages);
            }
        }
        for change in &spec.capacity {
            self.capacity_change(change.place, &change.value);
        }
    }

    fn heartbeat(&mut self, spec: &HeartbeatSpec) -> Heartbeat {
        for (key, span) in [("period", &spec.period), ("expiry", &spec.expiry), ("sweep", &spec.sweep)] {
            self.positive(key, Some(span));
        }
        let HeartbeatSpec { period, expiry, sweep } = spec;
        if expiry.value <= period.value {
            let shown = if expiry.place == Place::NOWHERE { period.place } else { expiry.place };
            let title = format!("heartbeats would expire before the next comes: one comes every {}", period.value);
            let help = format!("write an `expiry` above {}, or a `period` below {}", period.value, expiry.value);
            self.complain(Complaint::error(shown, title).help(help));
        }
        Heartbeat { period: period.value, expiry: expiry.value, sweep: sweep.value }
    }

    fn outage(&mut self, place: Place, spec: &OutageSpec) {
        let OutageSpec { worker, at, r#for: lasts, kind, stagger } = spec;
        let who = ("worker", worker.is_none(), "worker = \"replica-0\"");
        self.required("an outage", place, &[who, ("at", at.is_none(), "at = \"25h\"")]);
        let lasts = self.positive("for", lasts.as_ref());
        let stagger = self.positive("stagger", stagger.as_ref()).unwrap_or(Span::ZERO);
        let workers = worker.as_ref().map_or_else(Vec::new, |worker| self.workers_of(worker));
        let Some(first) = at.as_ref().and_then(|at| self.instant(at)) else { return };
        let mut at = first;
        for worker in workers {
            self.availability.known.outages.push(Outage { worker, at, lasts, kind: *kind });
            at += stagger;
        }
    }

    fn breakdowns(&mut self, group: &str, outages: &At<Outages>) {
        let Outages { up, down, kind } = &outages.value;
        let keys = [
            ("up", up.is_none(), "up = { exponential = { mean = \"30d\" } }"),
            ("down", down.is_none(), "down = \"10m\""),
        ];
        self.required("`outages`", outages.place, &keys);
        let (Some(up), Some(down)) = (self.optional(up.as_ref()), self.optional(down.as_ref())) else { return };
        if is_always_zero(&up) && is_always_zero(&down) {
            let complaint = Complaint::error(outages.place, "workers would go out and come back at once, without end");
            return self.complain(complaint.help("write an `up` or a `down` above 0s"));
        }
        for index in self.groups.get(group).cloned().unwrap_or_default() {
            let (worker, up, down) = (WorkerId(index as u32), up.clone(), down.clone());
            self.availability.known.breakdowns.push(Breakdowns { worker, up, down, kind: *kind });
        }
    }

    fn capacity_change(&mut self, place: Place, spec: &ChangeSpec) {
        let ChangeSpec { worker, at, capacity } = spec;
        let keys = [
            ("worker", worker.is_none(), "worker = \"replica-0\""),
            ("at", at.is_none(), "at = \"25h\""),
            ("capacity", capacity.is_none(), "capacity = { scan = 2 }"),
        ];
        self.required("a change of capacity", place, &keys);
        let offers = capacity.as_ref().map(|capacity| self.units(&capacity.value));
        let workers = worker.as_ref().map_or_else(Vec::new, |worker| self.workers_of(worker));
        let at = at.as_ref().and_then(|at| self.instant(at));
        if let (Some(offers), Some(at)) = (offers, at) {
            let changes = workers.into_iter().map(|worker| DraftChange { worker, at, offers: offers.clone() });
            self.availability.changes.extend(changes);
        }
    }

    /// The workers that a name means: one by its id, or all of a group; none and a complaint, if it means none.
    fn workers_of(&mut self, name: &At<String>) -> Vec<WorkerId> {
        let by_id = self.workers.iter().position(|worker| worker.id == name.value).map(|index| index..index + 1);
        if let Some(range) = by_id.or_else(|| self.groups.get(&name.value).cloned()) {
            return range.map(|index| WorkerId(index as u32)).collect();
        }
        // Where workers could not be read, their complaint has been made.
        let is_unread = ["worker", "count", "ids", "registry"].iter().any(|key| self.holes.has_anywhere(key));
        if self.has_all_workers && !is_unread {
            let complaint = Complaint::error(name.place, format!("there is no worker or group `{}`", name.value));
            let names =
                self.groups.keys().map(String::as_str).chain(self.workers.iter().map(|worker| worker.id.as_str()));
            let complaint = match nearest(&name.value, names) {
                Some(meant) => complaint.label(format!("did you mean `{meant}`?")),
                None => {
                    complaint.help("write the name of a [worker.NAME] group, or the id of one worker, such as NAME-0")
                }
            };
            self.complain(complaint);
        }
        Vec::new()
    }
}
