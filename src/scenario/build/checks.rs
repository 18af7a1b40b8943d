//! What only the whole scenario shows: actions without a service time, jobs that no worker could ever run, no jobs at all.

use std::collections::BTreeMap;

use super::Build;
use super::workers::lacks;
use crate::diagnostic::Complaint;
use crate::model::action::ActionId;
use crate::source::Place;
use crate::spec::Spec;

impl Build<'_> {
    /// Adds the complaints about the whole.
    pub(super) fn check(&mut self, spec: &Spec) {
        self.check_services(spec);
        self.check_presence(spec);
        self.check_needs();
        if self.needs.is_too_many() {
            self.complain(Complaint::error(Place::NOWHERE, "there are more than 65536 different capacity maps"));
        }
    }

    /// Each action whose jobs draw a service time must have one, and so must one that has no jobs yet.
    fn check_services(&mut self, spec: &Spec) {
        for index in 0..self.actions.len() {
            let draft = &self.actions[index];
            let is_hole = |key| self.holes.has(draft.place, key);
            // A trace or a log, which could not be read, would have brought the service times along.
            let is_given =
                spec.action.0[draft.described].1.service.is_some() || is_hole("service") || is_hole("arrival");
            if is_given || (draft.is_used && draft.draws.is_none()) {
                continue;
            }
            let complaint = Complaint::error(draft.place, format!("action `{}` has no service time", draft.name));
            let complaint = match draft.draws.filter(|place| *place != draft.place) {
                Some(place) => complaint.context(place, "these jobs do not bring one along"),
                None => complaint,
            };
            self.complain(complaint.help("write how long an attempt runs, such as service = \"4m\""));
        }
    }

    /// A run needs workers, actions and jobs.
    fn check_presence(&mut self, spec: &Spec) {
        let reads = |key| {
            spec.registry.as_ref().is_some_and(|registry| match key {
                "worker" => registry.value.workers.is_some(),
                _ => registry.value.jobs.is_some() || registry.value.crons.is_some(),
            })
        };
        let is_hole = |key| self.holes.has(Place::NOWHERE, key) || self.holes.has(Place::NOWHERE, "registry");
        let mut complaints = Vec::new();
        if self.workers.is_empty() && spec.worker.0.is_empty() && !reads("worker") && !is_hole("worker") {
            let complaint = Complaint::error(Place::NOWHERE, "there are no workers");
            complaints.push(
                complaint.help("describe them, such as [worker.replica] with count = 3 and capacity = { scan = 1 }"),
            );
        }
        if self.actions.is_empty() && !is_hole("action") {
            let complaint = Complaint::error(Place::NOWHERE, "there are no actions");
            complaints.push(complaint.help("describe the jobs, such as [action.scan] with arrival and service"));
        } else if self.actions.iter().all(|action| !action.is_used) && !reads("job") && self.holes.is_empty() {
            let complaint = Complaint::warning(Place::NOWHERE, "no job ever comes");
            complaints.push(complaint.help("give an action an `arrival`, or write a [cron.ACTION] or a [[job]]"));
        }
        self.complaints.extend(complaints);
    }

    /// Warns of jobs that no worker could ever run: they wait for ever. Once per place, which may be a file of many rows.
    fn check_needs(&mut self) {
        // What could not be read may be the very thing that is needed or offered.
        if self.workers.is_empty() || !self.has_all_workers || !self.holes.is_empty() {
            return;
        }
        let mut warnings: BTreeMap<(Place, ActionId), Complaint> = BTreeMap::new();
        for ((need, action), place) in &self.uses {
            let units = self.needs.get(*need);
            let at_start = self.workers.iter().map(|worker| (&worker.id, &worker.offers));
            let later = self.availability.changes().iter();
            let later = later.map(|change| (&self.workers[change.worker.0 as usize].id, &change.offers));
            let best = at_start.chain(later).min_by_key(|(_, offers)| lacks(offers, units));
            if let Some((best, offers)) = best.filter(|(_, offers)| lacks(offers, units) > 0) {
                let name = &self.actions[usize::from(action.0)].name;
                let title =
                    format!("no worker can ever run a job of `{name}` that needs {}", self.needs.in_words(units));
                let help = format!("the best worker for it, `{best}`, offers {}", self.needs.in_words(offers));
                let warning = Complaint::warning(*place, title).label("waits for ever").help(help);
                warnings.entry((*place, *action)).or_insert(warning);
            }
        }
        self.complaints.extend(warnings.into_values());
    }
}
