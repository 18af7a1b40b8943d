//! Logs in the Standard Workload Format: read once, turned into traces, split into actions, and what was left out said.

use std::collections::BTreeMap;

use super::Build;
use super::actions::MOST_ACTIONS;
use crate::arrival::swf::{self, SwfJobs, SwfOptions};
use crate::arrival::trace::ActionName;
use crate::diagnostic::{Complaint, nearest};
use crate::model::action::ActionId;
use crate::spec::{Arrival, At, Spec, Swf};

/// The logs that a scenario's actions name, in the order of the file.
pub(super) fn named(spec: &Spec) -> impl Iterator<Item = &Swf> {
    spec.action.iter().filter_map(|(_, action)| match action.arrival.as_ref().map(|arrival| &arrival.value) {
        Some(Arrival::Swf(swf)) => Some(&**swf),
        _ => None,
    })
}

impl Build<'_> {
    /// Reads all logs, each once: workers may ask for what their headers say.
    pub(super) fn logs(&mut self, spec: &Spec) {
        for Swf { file, .. } in named(spec) {
            if self.logs.contains_key(&file.value) {
                continue;
            }
            let parsed = self.read(file).map(|bytes| swf::parse(&bytes));
            let log = parsed.and_then(|log| log.map_err(|error| self.no_trace(file, &error)).ok());
            self.logs.insert(file.value.clone(), log);
        }
    }

    /// Makes a source of a log; its jobs are of `own`, or of actions that are made like it.
    pub(super) fn swf(&mut self, spec: &Swf, own: ActionId) {
        // Its jobs bring their own service times.
        self.actions[usize::from(own.0)].is_used = true;
        let Some(Some(log)) = self.logs.get(&spec.file.value) else { return };
        let choice = SwfOptions {
            action: self.actions[usize::from(own.0)].name.clone(),
            resource: spec.resource.value.clone(),
            processors: spec.processors,
            run: spec.run,
            split: spec.split,
            first: spec.first,
        };
        let (jobs, lines) = (log.jobs(&choice), log.lines);
        self.note(&spec.file.value, &jobs, lines);
        let is_known = self.log_resource(&spec.resource);
        let actions = self.actions_like(&spec.file, own, &jobs.trace.actions);
        if let (Some(actions), true) = (actions, is_known) {
            self.rows(&spec.file, own, &actions, &jobs.trace);
        }
    }

    /// Notes what of a log is no job.
    fn note(&mut self, file: &str, jobs: &SwfJobs, lines: u64) {
        let count: u64 = jobs.left_out.values().sum();
        if count > 0 {
            let reasons: Vec<String> =
                jobs.left_out.iter().map(|(reason, count)| format!("{count} {}", reason.words())).collect();
            self.notes.push(format!("{file}: {count} of {lines} lines are left out: {}", reasons.join(", ")));
        }
        if jobs.added > 0 {
            let added = jobs.added;
            self.notes.push(format!("{file}: {added} of {lines} lines are added to the first part of their job"));
        }
    }

    /// Whether the scenario knows the resource that the processors of a log are units of.
    fn log_resource(&mut self, resource: &At<String>) -> bool {
        if self.needs.names().contains(&resource.value) {
            return true;
        }
        // A worker that could not be read may be the one that offers it.
        if self.holes.is_empty() {
            let complaint = Complaint::error(resource.place, format!("there is no resource `{}`", resource.value));
            let complaint = match nearest(&resource.value, self.needs.names().iter().map(String::as_str)) {
                Some(meant) => complaint.label(format!("did you mean `{meant}`?")),
                None => complaint.help("resources are the keys of the workers' and actions' `capacity`"),
            };
            self.complain(complaint);
        }
        false
    }

    /// The actions of these names, which are all different: those that are there already, and others that are made like `own`.
    fn actions_like(&mut self, file: &At<String>, own: ActionId, names: &[ActionName]) -> Option<Vec<ActionId>> {
        let ids = self.actions.iter().enumerate().map(|(id, action)| (action.name.clone(), ActionId(id as u16)));
        let known: BTreeMap<String, ActionId> = ids.collect();
        let mut actions = Vec::with_capacity(names.len());
        for ActionName { name, .. } in names {
            if let Some(id) = known.get(name) {
                self.actions[usize::from(id.0)].is_used = true;
                actions.push(*id);
                continue;
            }
            if self.actions.len() >= MOST_ACTIONS {
                let title = format!("`{}` makes more actions than a scenario can have, {MOST_ACTIONS}", file.value);
                let complaint = Complaint::error(file.place, title);
                self.complain(complaint.help("split by something coarser, such as split = \"queue\", or not at all"));
                return None;
            }
            actions.push(ActionId(self.actions.len() as u16));
            let fresh = self.actions[usize::from(own.0)].like(name);
            self.actions.push(fresh);
        }
        Some(actions)
    }
}
