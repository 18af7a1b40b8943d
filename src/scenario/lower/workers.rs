//! Workers: groups become single workers with their own ids.

use std::collections::BTreeMap;

use super::draft::DraftWorker;
use super::lowering::Lowering;
use super::needs::Units;
use crate::diagnostic::Diagnostic;
use crate::model::capacity::MOST_UNITS;
use crate::source::SourceSpan;
use crate::spanned::{Capacity, Spanned};
use crate::spec::{Spec, Worker as Group};

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
            let first = self.workers.len();
            for (id, span) in self.ids(name, group) {
                self.workers.push(DraftWorker { id, offers: offers.clone(), span });
            }
            self.groups.insert(name.value.clone(), first..self.workers.len());
        }
        self.check_unique_ids();
    }

    /// The ids of a group's workers, with the span that gives them: the listed ones as far as
    /// `count` goes, then the group's name with a number.
    fn ids(&mut self, name: &Spanned<String>, group: &Group) -> Vec<(String, SourceSpan)> {
        let listed = group.ids.as_ref().map_or(&[][..], |ids| &ids.value);
        let span = match (&group.count, &group.ids) {
            (Some(count), _) => count.span,
            (None, Some(ids)) => ids.span,
            (None, None) => name.span,
        };
        let usual = if group.ids.is_some() { listed.len() } else { 1 };
        let count = group.count.as_ref().map_or(usual, |count| count.value as usize);
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
