//! Availability of workers: outages at known and at random instants, changes of capacity,
//! heartbeats.

use super::distribution::is_always_zero;
use super::draft::DraftCapacityChange;
use super::lowering::Lowering;
use crate::diagnostic::{Diagnostic, nearest};
use crate::engine::{Breakdowns, Heartbeat, Outage};
use crate::model::time::Span;
use crate::model::worker::WorkerId;
use crate::source::SourceSpan;
use crate::spanned::Spanned;
use crate::spec::{CapacityChange as ChangeSpec, Heartbeat as HeartbeatSpec};
use crate::spec::{Outage as OutageSpec, Outages, Spec};

impl Lowering<'_> {
    /// Lowers the availability of workers, once all of them are known.
    pub(super) fn availability(&mut self, spec: &Spec) {
        let heartbeat = self.heartbeat(&spec.heartbeat);
        let known = &mut self.availability.known;
        (known.heartbeat, known.quorum) = (heartbeat, spec.quorum);
        for outage in &spec.outage {
            self.outage(outage.span, &outage.value);
        }
        for (name, group) in spec.worker.iter() {
            if let Some(outages) = &group.outages {
                self.breakdowns(&name.value, outages);
            }
        }
        for change in &spec.capacity {
            self.capacity_change(change.span, &change.value);
        }
    }

    fn heartbeat(&mut self, spec: &HeartbeatSpec) -> Heartbeat {
        for (key, duration) in [("period", &spec.period), ("expiry", &spec.expiry), ("sweep", &spec.sweep)] {
            self.positive(key, Some(duration));
        }
        let HeartbeatSpec { period, expiry, sweep } = spec;
        if expiry.value <= period.value {
            let shown = if expiry.span == SourceSpan::NOWHERE { period.span } else { expiry.span };
            let title = format!("heartbeats would expire before the next one: they come every {}", period.value);
            let help = format!("write an `expiry` above {}, or a `period` below {}", period.value, expiry.value);
            self.report(Diagnostic::error(shown, title).help(help));
        }
        Heartbeat { period: period.value, expiry: expiry.value, sweep: sweep.value }
    }

    fn outage(&mut self, span: SourceSpan, spec: &OutageSpec) {
        let OutageSpec { worker, at, r#for: lasts, kind, stagger } = spec;
        let who = ("worker", worker.is_none(), "worker = \"replica-0\"");
        self.require_keys("an outage", span, &[who, ("at", at.is_none(), "at = \"25h\"")]);
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

    fn breakdowns(&mut self, group: &str, outages: &Spanned<Outages>) {
        let Outages { up, down, kind } = &outages.value;
        let keys = [
            ("up", up.is_none(), "up = { exponential = { mean = \"30d\" } }"),
            ("down", down.is_none(), "down = \"10m\""),
        ];
        self.require_keys("`outages`", outages.span, &keys);
        let (Some(up), Some(down)) = (self.optional(up.as_ref()), self.optional(down.as_ref())) else { return };
        if is_always_zero(&up) && is_always_zero(&down) {
            let diagnostic = Diagnostic::error(outages.span, "workers would go out and come back at once, without end");
            return self.report(diagnostic.help("write an `up` or a `down` above 0s"));
        }
        for index in self.groups.get(group).cloned().unwrap_or_default() {
            let (worker, up, down) = (WorkerId(index as u32), up.clone(), down.clone());
            self.availability.known.breakdowns.push(Breakdowns { worker, up, down, kind: *kind });
        }
    }

    fn capacity_change(&mut self, span: SourceSpan, spec: &ChangeSpec) {
        let ChangeSpec { worker, at, capacity } = spec;
        let keys = [
            ("worker", worker.is_none(), "worker = \"replica-0\""),
            ("at", at.is_none(), "at = \"25h\""),
            ("capacity", capacity.is_none(), "capacity = { scan = 2 }"),
        ];
        self.require_keys("a change of capacity", span, &keys);
        let offers = capacity.as_ref().map(|capacity| self.units(&capacity.value));
        let workers = worker.as_ref().map_or_else(Vec::new, |worker| self.workers_of(worker));
        let at = at.as_ref().and_then(|at| self.instant(at));
        if let (Some(offers), Some(at)) = (offers, at) {
            let changes = workers.into_iter().map(|worker| DraftCapacityChange { worker, at, offers: offers.clone() });
            self.availability.changes.extend(changes);
        }
    }

    /// The workers of that name: one by its id, or all of a group; none and a diagnostic, if there
    /// are none.
    fn workers_of(&mut self, name: &Spanned<String>) -> Vec<WorkerId> {
        let by_id = self.workers.iter().position(|worker| worker.id == name.value).map(|index| index..index + 1);
        if let Some(range) = by_id.or_else(|| self.groups.get(&name.value).cloned()) {
            return range.map(|index| WorkerId(index as u32)).collect();
        }
        // Workers that could not be read have their diagnostic already.
        let is_unread = ["worker", "count", "ids", "registry"].iter().any(|key| self.recovered.has_anywhere(key));
        if self.has_all_workers && !is_unread {
            let diagnostic = Diagnostic::error(name.span, format!("there is no worker or group `{}`", name.value));
            let names =
                self.groups.keys().map(String::as_str).chain(self.workers.iter().map(|worker| worker.id.as_str()));
            let diagnostic = match nearest(&name.value, names) {
                Some(meant) => diagnostic.label(format!("did you mean `{meant}`?")),
                None => {
                    diagnostic.help("write the name of a [worker.NAME] group, or the id of one worker, such as NAME-0")
                }
            };
            self.report(diagnostic);
        }
        Vec::new()
    }
}
