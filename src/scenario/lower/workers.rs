//! Workers: groups become single workers with their own ids.

use std::collections::BTreeMap;

use super::draft::DraftWorker;
use super::lowering::Lowering;
use super::needs::Units;
use super::staffing;
use crate::diagnostic::Diagnostic;
use crate::engine::WorkerGroup;
use crate::model::capacity::MOST_UNITS;
use crate::model::worker::LabelSet;
use crate::source::SourceSpan;
use crate::spanned::{Capacity, Spanned};
use crate::spec::{Spec, Worker as Group};

/// The number of workers of a group without shifts and autoscaler.
fn usual_count(group: &Group) -> u32 {
    let listed = group.ids.as_ref().map_or(1, |ids| ids.value.len() as u32);
    group.count.as_ref().map_or(listed, |count| count.value)
}

/// The most workers of a scenario: far more than any registry has, and far fewer than memory holds.
const MAX_WORKERS: usize = 1_000_000;

impl Lowering<'_> {
    /// Lowers all groups.
    pub(super) fn workers(&mut self, spec: &Spec) {
        for (name, group) in spec.worker.iter() {
            self.check_name("a group of workers", name);
            for id in group.ids.iter().flat_map(|ids| &ids.value) {
                self.check_name("a worker", id);
            }
            let offers = self.offers(&group.capacity, spec);
            if group.capacity.0.is_empty() && self.recovered.is_empty() {
                let diagnostic = Diagnostic::warning(name.span, format!("worker `{}` offers nothing", name.value));
                self.report(diagnostic.help("write what it offers, such as capacity = { scan = 1 }"));
            }
            let (first, usual) = (self.workers.len(), usual_count(group));
            let draft = self.staffing(name, group, usual);
            let speed = self.speed(group);
            let ids = self.ids(name, group, draft.places as usize);
            self.workers.extend(ids.into_iter().map(|(id, span)| {
                let (offers, labels) = (offers.clone(), LabelSet::default());
                DraftWorker { id, offers, speed, labels, span }
            }));
            self.groups.insert(name.value.clone(), first..self.workers.len());
            let startup = self.optional(group.startup.as_ref());
            let ordered = group.autoscale.as_ref().and_then(|autoscale| autoscale.value.startup.as_ref());
            let order_startup = self.optional(ordered).or_else(|| startup.clone());
            let price = self.price(group);
            self.staffed.push(WorkerGroup {
                startup,
                order_startup,
                price,
                ..staffing::group(&name.value, first, draft)
            });
        }
        self.check_unique_ids();
    }

    /// The ids of this number of workers, with the span that gives them: the listed ones first,
    /// then the group's name with a number.
    fn ids(&mut self, name: &Spanned<String>, group: &Group, count: usize) -> Vec<(String, SourceSpan)> {
        let listed = group.ids.as_ref().map_or(&[][..], |ids| &ids.value);
        let span = match (&group.count, &group.ids) {
            (Some(count), _) => count.span,
            (None, Some(ids)) => ids.span,
            (None, None) => name.span,
        };
        self.check_count(count, span);
        let count = if self.workers.len() + count > MAX_WORKERS { 0 } else { count };
        let listed = listed.iter().take(count).map(|id| (id.value.clone(), id.span));
        let further = (group.ids.as_ref().map_or(0, |ids| ids.value.len())..count)
            .map(|index| (format!("{}-{index}", name.value), name.span));
        listed.chain(further).collect()
    }

    fn check_count(&mut self, count: usize, span: SourceSpan) {
        if self.workers.len() + count > MAX_WORKERS {
            self.report(Diagnostic::error(span, format!("a scenario has at most {MAX_WORKERS} workers")));
        }
    }

    /// Rejects ids that several workers have.
    pub(super) fn check_unique_ids(&mut self) {
        let mut first: BTreeMap<&str, SourceSpan> = BTreeMap::new();
        let mut diagnostics = Vec::new();
        for worker in &self.workers {
            if let Some(span) = first.get(worker.id.as_str()) {
                let diagnostic = Diagnostic::error(worker.span, format!("two workers have the id `{}`", worker.id));
                diagnostics.push(diagnostic.context(*span, "the other one").help("give each worker an id of its own"));
            }
            first.entry(&worker.id).or_insert(worker.span);
        }
        self.diagnostics.extend(diagnostics);
    }

    /// Labels of workers, as far as any action asks for them.
    pub(super) fn labels(&mut self, spec: &Spec) {
        for (name, group) in spec.worker.iter() {
            for (label, _) in group.labels.iter() {
                self.check_name("a label", label);
            }
            let labels = group.labels.iter().map(|(name, value)| (name.value.as_str(), value.value.as_str()));
            let set = self.needs.known_labels(labels);
            let places = self.groups.get(&name.value).cloned().unwrap_or_default();
            self.workers[places].iter_mut().for_each(|worker| worker.labels = set);
        }
    }

    /// The units of a capacity map; diagnostics for units out of range.
    pub(super) fn units(&mut self, capacity: &Capacity) -> Units {
        for (resource, units) in capacity.iter() {
            self.check_name("a resource", resource);
            if !(0..=MOST_UNITS).contains(&units.value) {
                let title = format!("the units of `{}` cannot be {}", resource.value, units.value);
                self.report(
                    Diagnostic::error(units.span, title).help(format!("write a whole number from 0 to {MOST_UNITS}")),
                );
            }
        }
        self.needs.units(capacity.iter().map(|(resource, units)| (resource.value.as_str(), units.value)))
    }
}
